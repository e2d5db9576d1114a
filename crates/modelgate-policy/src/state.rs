//! One number against one limit: a bound is decided by the whole interval, a change by tests of how large its loss is.

use modelgate_eval::{Change, Delta, Direction, Estimate, Interval, Loss, Method, MetricId, detectable, rows_needed};

use crate::{Bound, RuleId, State, Test};

/// A state and the rule that speaks for it.
pub(crate) struct Judged {
    pub(crate) state: State,
    pub(crate) rule: RuleId,
}

/// Holds a measurement against a lower or upper bound. `None` where there is no interval to decide by.
pub(crate) fn against_limit(bound: Bound, metric: MetricId, estimate: &Estimate, confidence_level: f64) -> Option<Judged> {
    let measured = estimate.measured()?;
    // A plain count is its own interval; any other number without one is a point, which decides nothing.
    let exact = Interval { lower: measured.value, upper: measured.value, method: Method::Moments };
    let interval = measured.interval.or((metric.as_str() == "count").then_some(exact))?;
    // Seen as a shortfall: how far the metric is on the wrong side of the limit.
    let (point, lower, upper, rule) = match bound {
        Bound::Lower(limit) => {
            (limit - measured.value, limit - interval.upper, limit - interval.lower, RuleId::METRIC_BELOW_BOUND)
        }
        Bound::Upper(limit) => {
            (measured.value - limit, interval.lower - limit, interval.upper - limit, RuleId::METRIC_ABOVE_BOUND)
        }
        Bound::MaxRegression(_) => return None,
    };
    let state = if lower > 0.0 {
        State::Failed
    } else if upper <= 0.0 {
        State::Passed
    } else if point > 0.0 {
        State::Warned
    } else {
        let distance = detectable(&interval, confidence_level);
        State::Inconclusive { detectable: Some(distance), rows_needed: rows_needed(distance, point, measured.n) }
    };
    Some(Judged { state, rule })
}

/// How much worse the candidate is, or why that is not known. For a metric without a better end, any change is a loss.
pub(crate) fn loss(metric: MetricId, change: &Change) -> Result<Loss, String> {
    match &change.delta {
        Delta::Undefined(reason) => Err(reason.to_string()),
        Delta::Measured { interval: None, .. } if metric.as_str() != "count" => Err("too few rows for an interval".to_owned()),
        Delta::Measured { value, standard_error, .. } => {
            let direction = metric.metric().direction;
            let is_turned = match direction {
                Direction::HigherIsBetter => true,
                Direction::LowerIsBetter => false,
                Direction::Neutral => *value < 0.0,
            };
            let flips = change.flips.map(|flips| if is_turned { flips.reversed() } else { flips });
            let value = if is_turned { -value } else { *value };
            Ok(Loss { value, standard_error: *standard_error, either_way: direction == Direction::Neutral, flips })
        }
    }
}

/// Holds a loss against the largest one that is accepted, by tests that are adjusted for how many there are. A loss that
/// is real but not shown to be beyond the limit is a warning: it is how a slow decay shows first.
pub(crate) fn against_regression(limit: f64, loss: &Loss, test: &Test, n: u64) -> State {
    if test.q < test.alpha {
        State::Failed
    } else if test.q_any_loss < test.alpha {
        State::Warned
    } else if test.proves_within(limit) {
        State::Passed
    } else {
        // What the family asks of its first finding. To be shown within the limit, a check needs no such adjustment.
        let strict = test.alpha / test.size.max(1) as f64;
        let alpha = if loss.value > limit { strict } else { test.alpha };
        State::Inconclusive { detectable: Some(loss.detectable(strict)), rows_needed: loss.rows_needed(limit, n, alpha) }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::Family;
    use modelgate_eval::Measured;

    fn estimate(value: f64, lower: f64, upper: f64) -> Estimate {
        let interval = Some(Interval { lower, upper, method: Method::Wilson });
        Estimate::Measured(Measured { value, interval, n: 100, binning_error: 0.0 })
    }

    fn accuracy() -> MetricId {
        MetricId::parse("accuracy").unwrap()
    }

    #[test]
    fn a_point_without_an_interval_decides_nothing() {
        let point = Estimate::Measured(Measured { value: 0.9, interval: None, n: 400, binning_error: 0.0 });
        assert!(against_limit(Bound::Lower(0.1), accuracy(), &point, 0.95).is_none());
        let count = MetricId::parse("count").unwrap();
        assert_eq!(against_limit(Bound::Lower(500.0), count, &point, 0.95).unwrap().state.id(), "failed");
    }

    fn limit_state(bound: Bound, value: f64, lower: f64, upper: f64) -> &'static str {
        against_limit(bound, accuracy(), &estimate(value, lower, upper), 0.95).unwrap().state.id()
    }

    #[test]
    fn a_limit_is_decided_by_the_whole_interval() {
        let floor = Bound::Lower(0.8);
        assert_eq!(limit_state(floor, 0.85, 0.81, 0.89), "passed");
        assert_eq!(limit_state(floor, 0.82, 0.78, 0.86), "inconclusive");
        assert_eq!(limit_state(floor, 0.78, 0.74, 0.82), "warned");
        assert_eq!(limit_state(floor, 0.70, 0.66, 0.74), "failed");
        let ceiling = Bound::Upper(0.2);
        assert_eq!(limit_state(ceiling, 0.1, 0.05, 0.2), "passed");
        assert_eq!(limit_state(ceiling, 0.3, 0.25, 0.35), "failed");
    }

    #[test]
    fn an_inconclusive_limit_says_how_many_rows_would_settle_it() {
        let judged = against_limit(Bound::Lower(0.8), accuracy(), &estimate(0.82, 0.78, 0.86), 0.95).unwrap();
        let State::Inconclusive { detectable: Some(distance), rows_needed: Some(rows) } = judged.state else { unreachable!() };
        // 0.04 / 1.96 = 0.0204 is the error; (1.96 + 0.84) times that is 0.0572, 2.86 times the distance of 0.02.
        assert!((distance - 0.057_2).abs() < 1e-4 && (817..=819).contains(&rows), "{distance} {rows}");
    }

    fn change(delta: Delta) -> Change {
        let none = Estimate::Undefined { reason: modelgate_eval::Reason::NoRows, n: 0 };
        Change { baseline: none, candidate: none, delta, flips: None }
    }

    fn metric(direction: Direction) -> MetricId {
        let of = |id: &str| MetricId::parse(id).unwrap();
        match direction {
            Direction::HigherIsBetter => of("recall"),
            Direction::LowerIsBetter => of("log_loss"),
            Direction::Neutral => of("selection_rate"),
        }
    }

    /// The state of one change that is alone in its family, with the half-width of its 95 % interval.
    fn regression_state(direction: Direction, value: f64, half: f64) -> &'static str {
        let interval = Some(Interval { lower: value - half, upper: value + half, method: Method::SquareAndAdd });
        let loss = loss(metric(direction), &change(Delta::Measured { value, interval, standard_error: half / 1.96 })).unwrap();
        let test = Test {
            family: Family::Overall,
            size: 1,
            alpha: 0.05,
            q: loss.p_beyond(0.05),
            q_any_loss: loss.p_beyond(0.0),
            loss: loss.value,
            upper: loss.upper_bound(0.05),
        };
        against_regression(0.05, &loss, &test, 100).id()
    }

    #[test]
    fn a_regression_is_decided_by_one_sided_tests_and_the_direction() {
        use Direction::{HigherIsBetter, LowerIsBetter, Neutral};
        assert_eq!(regression_state(HigherIsBetter, -0.10, 0.03), "failed");
        assert_eq!(regression_state(HigherIsBetter, 0.10, 0.03), "passed");
        assert_eq!(regression_state(LowerIsBetter, 0.10, 0.03), "failed");
        assert_eq!(regression_state(LowerIsBetter, -0.10, 0.03), "passed");
        assert_eq!(regression_state(Neutral, 0.10, 0.03), "failed");
        assert_eq!(regression_state(Neutral, -0.10, 0.03), "failed");
        assert_eq!(regression_state(HigherIsBetter, -0.03, 0.01), "warned", "a real loss within the limit");
        assert_eq!(regression_state(HigherIsBetter, -0.03, 0.04), "inconclusive");
        assert_eq!(regression_state(HigherIsBetter, -0.06, 0.04), "warned", "a real loss, not shown to be beyond the limit");
    }

    #[test]
    fn an_undefined_change_is_never_a_pass() {
        let reason = modelgate_eval::Reason::NotInCandidate;
        assert!(loss(metric(Direction::HigherIsBetter), &change(Delta::Undefined(reason))).is_err());
        let undefined = Estimate::Undefined { reason, n: 0 };
        assert!(against_limit(Bound::Lower(0.1), accuracy(), &undefined, 0.95).is_none());
    }

    #[test]
    fn only_a_plain_count_is_exact_without_an_interval() {
        let exact = change(Delta::Measured { value: -0.01, interval: None, standard_error: 0.0 });
        assert!(loss(metric(Direction::HigherIsBetter), &exact).is_err());
        assert!(loss(MetricId::parse("count").unwrap(), &exact).is_ok());
    }

    #[test]
    fn rows_that_changed_are_turned_to_the_side_of_the_loss() {
        let flips = modelgate_eval::Flips::new(3.0, 10.0, 100.0);
        let interval = Some(Interval { lower: -0.15, upper: 0.01, method: Method::Tango });
        let paired = Change { flips, ..change(Delta::Measured { value: -0.07, interval, standard_error: 0.04 }) };
        for direction in [Direction::HigherIsBetter, Direction::Neutral] {
            let found = loss(metric(direction), &paired).unwrap();
            assert_eq!((found.value, found.flips), (0.07, flips.map(|flips| flips.reversed())));
        }
        assert_eq!(loss(metric(Direction::LowerIsBetter), &paired).unwrap().flips, flips);
    }
}
