//! Words for changes: what an interval says about the direction of a change, and no more than that.

use modelgate_eval::{Comparison, Delta, Direction, Interval, MetricId, MetricKind};

use crate::facts::is_overall;

/// What the interval of a change says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tendency {
    /// All of it is on the worse side of no change.
    Worse,
    /// All of it is on the better side.
    Better,
    /// All of it is on one side, of a metric without a better one.
    Changed,
    /// It holds "no change".
    NotDetectable,
}

impl Tendency {
    /// The word, with an arrow where there is one: never the arrow alone.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Worse => "▼ worse",
            Self::Better => "▲ better",
            Self::Changed => "◆ changed",
            Self::NotDetectable => "no detectable change",
        }
    }
}

/// A change as seen from its worse side: positive is worse. Without a better side, either way counts.
pub(crate) fn worsening(metric: MetricId, change: f64) -> f64 {
    match metric.metric().direction {
        Direction::HigherIsBetter => -change,
        Direction::LowerIsBetter => change,
        Direction::Neutral => change.abs(),
    }
}

/// What the interval of a change says; `None` where there is no interval to tell from.
pub(crate) fn tendency(metric: MetricId, interval: Option<&Interval>) -> Option<Tendency> {
    let interval = interval?;
    let (above, below) = (interval.lower > 0.0, interval.upper < 0.0);
    Some(match (above, below, metric.metric().direction) {
        (false, false, _) => Tendency::NotDetectable,
        (_, _, Direction::Neutral) => Tendency::Changed,
        (true, _, Direction::HigherIsBetter) | (_, true, Direction::LowerIsBetter) => Tendency::Better,
        _ => Tendency::Worse,
    })
}

/// How many measurements of slices went which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    /// See [`Tendency::Worse`].
    pub(crate) worse: usize,
    /// See [`Tendency::Better`].
    pub(crate) better: usize,
    /// See [`Tendency::Changed`].
    pub(crate) changed: usize,
    /// See [`Tendency::NotDetectable`].
    pub(crate) not_detectable: usize,
    /// Neither side can be compared, or there is no interval.
    pub(crate) unknown: usize,
}

impl Tally {
    /// Counts the changes of slices, without `overall` and without plain counts.
    pub(crate) fn of_slices(comparison: &Comparison) -> Self {
        let mut tally = Self::default();
        for (metric, subject, change) in comparison.iter() {
            if metric.metric().kind == MetricKind::AcrossGroups || is_overall(subject) || metric.metric().id == "count" {
                continue;
            }
            tally.add(metric, &change.delta);
        }
        tally
    }

    fn add(&mut self, metric: MetricId, change: &Delta) {
        let known = match change {
            Delta::Measured { interval, .. } => tendency(metric, interval.as_ref()),
            Delta::Undefined(_) => None,
        };
        *match known {
            Some(Tendency::Worse) => &mut self.worse,
            Some(Tendency::Better) => &mut self.better,
            Some(Tendency::Changed) => &mut self.changed,
            Some(Tendency::NotDetectable) => &mut self.not_detectable,
            None => &mut self.unknown,
        } += 1;
    }

    /// All of them.
    pub(crate) fn total(&self) -> usize {
        self.worse + self.better + self.changed + self.not_detectable + self.unknown
    }

    /// Whether no measurement of a slice went anywhere.
    pub(crate) fn is_still(&self) -> bool {
        self.worse + self.better + self.changed == 0
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use modelgate_eval::Method;

    use super::*;

    fn word(metric: &str, lower: f64, upper: f64) -> Tendency {
        let interval = Interval { lower, upper, method: Method::SquareAndAdd };
        tendency(MetricId::parse(metric).unwrap(), Some(&interval)).unwrap()
    }

    #[test]
    fn a_word_needs_the_whole_interval_and_the_metrics_direction() {
        assert_eq!(word("recall", -0.2, -0.1), Tendency::Worse);
        assert_eq!(word("recall", 0.1, 0.2), Tendency::Better);
        assert_eq!(word("log_loss", 0.1, 0.2), Tendency::Worse);
        assert_eq!(word("log_loss", -0.2, -0.1), Tendency::Better);
        assert_eq!(word("selection_rate", -0.2, -0.1), Tendency::Changed);
        assert_eq!(word("recall", -0.1, 0.1), Tendency::NotDetectable);
        assert_eq!(tendency(MetricId::parse("count").unwrap(), None), None);
    }
}
