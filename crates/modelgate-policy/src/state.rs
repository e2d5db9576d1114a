//! One number against one limit: decided by the whole interval, never by the point alone.

use modelgate_eval::{Delta, Direction, Estimate, Interval, Method, detectable};

use crate::{Bound, RuleId, State};

/// A state and the rule that speaks for it.
pub(crate) struct Judged {
    pub(crate) state: State,
    pub(crate) rule: RuleId,
}

/// Holds a measurement against a lower or upper bound. `None` where there is no interval to decide by.
pub(crate) fn against_limit(bound: Bound, estimate: &Estimate, confidence_level: f64) -> Option<Judged> {
    let measured = estimate.measured()?;
    let is_count = measured.interval.is_none() && measured.n > 1;
    // A plain count is its own interval.
    let exact = Interval { lower: measured.value, upper: measured.value, method: Method::Moments };
    let interval = measured.interval.or(is_count.then_some(exact))?;
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
        State::Inconclusive { detectable: Some(detectable(&interval, confidence_level)) }
    };
    Some(Judged { state, rule })
}

/// Holds a change against the largest loss that is accepted. A loss that is real but within the limit is a warning:
/// it is how a slow decay shows first.
pub(crate) fn against_regression(
    limit: f64,
    direction: Direction,
    delta: &Delta,
    confidence_level: f64,
) -> Result<Judged, String> {
    let (value, interval) = match delta {
        Delta::Undefined(reason) => return Err(reason.to_string()),
        Delta::Measured { value, interval: None, .. } => {
            (*value, Interval { lower: *value, upper: *value, method: Method::SquareAndAdd })
        }
        Delta::Measured { value, interval: Some(interval), .. } => (*value, *interval),
    };
    let loss = directed(direction, value, &interval);
    let state = if loss.lower > limit {
        State::Failed
    } else if loss.upper <= limit {
        if loss.lower > 0.0 { State::Warned } else { State::Passed }
    } else if loss.lower > 0.0 {
        State::Warned
    } else {
        State::Inconclusive { detectable: Some(detectable(&interval, confidence_level)) }
    };
    Ok(Judged { state, rule: RuleId::METRIC_REGRESSION })
}

/// The interval of the loss: how much worse the candidate is. For a metric without a better end, any change is a loss.
fn directed(direction: Direction, value: f64, change: &Interval) -> Interval {
    let as_loss = |lower, upper| Interval { lower, upper, method: change.method };
    let rises = match direction {
        Direction::LowerIsBetter => true,
        Direction::HigherIsBetter => false,
        Direction::Neutral => value > 0.0,
    };
    if rises { as_loss(change.lower, change.upper) } else { as_loss(-change.upper, -change.lower) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use modelgate_eval::Measured;

    fn estimate(value: f64, lower: f64, upper: f64) -> Estimate {
        let interval = Some(Interval { lower, upper, method: Method::Wilson });
        Estimate::Measured(Measured { value, interval, n: 100, binning_error: 0.0 })
    }

    fn limit_state(bound: Bound, value: f64, lower: f64, upper: f64) -> &'static str {
        against_limit(bound, &estimate(value, lower, upper), 0.95).unwrap().state.id()
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

    fn regression_state(direction: Direction, value: f64, half: f64) -> &'static str {
        let interval = Some(Interval { lower: value - half, upper: value + half, method: Method::SquareAndAdd });
        let delta = Delta::Measured { value, interval, standard_error: half / 1.96 };
        against_regression(0.05, direction, &delta, 0.95).unwrap().state.id()
    }

    #[test]
    fn a_regression_is_decided_by_the_whole_interval_and_the_direction() {
        use Direction::{HigherIsBetter, LowerIsBetter, Neutral};
        assert_eq!(regression_state(HigherIsBetter, -0.10, 0.03), "failed");
        assert_eq!(regression_state(HigherIsBetter, 0.10, 0.03), "passed");
        assert_eq!(regression_state(LowerIsBetter, 0.10, 0.03), "failed");
        assert_eq!(regression_state(LowerIsBetter, -0.10, 0.03), "passed");
        assert_eq!(regression_state(Neutral, 0.10, 0.03), "failed");
        assert_eq!(regression_state(Neutral, -0.10, 0.03), "failed");
        assert_eq!(regression_state(HigherIsBetter, -0.03, 0.01), "warned", "a real loss within the limit");
        assert_eq!(regression_state(HigherIsBetter, -0.03, 0.04), "inconclusive");
    }

    #[test]
    fn an_undefined_change_is_never_a_pass() {
        let reason = modelgate_eval::Reason::NotInCandidate;
        assert!(against_regression(0.05, Direction::HigherIsBetter, &Delta::Undefined(reason), 0.95).is_err());
        let undefined = Estimate::Undefined { reason, n: 0 };
        assert!(against_limit(Bound::Lower(0.1), &undefined, 0.95).is_none());
    }
}
