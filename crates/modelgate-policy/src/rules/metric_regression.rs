//! `metric-regression`: a metric is worse than the baseline's by more than its limit.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "metric-regression",
    title: "A metric is worse than the baseline's by more than its limit.",
    what: "The whole interval of the change lies beyond `max_regression`.",
    why: "A better average can hide a group for which the model got worse; this looks at each slice.",
    fix: "Compare the slice's rows and predictions with the previous release, retrain, or write a waiver with a reason, an approver and an expiry day.",
    default_level: Level::Deny,
};
