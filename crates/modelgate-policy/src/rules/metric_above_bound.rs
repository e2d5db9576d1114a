//! `metric-above-bound`: a metric is above its upper bound.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "metric-above-bound",
    title: "A metric is above its upper bound.",
    what: "The whole interval of a gated metric lies above `upper_bound`.",
    why: "The team wrote down a ceiling that this model must not pass; the interval says that chance does not explain it.",
    fix: "Find what changed for this slice, retrain, or write a waiver with a reason, an approver and an expiry day.",
    default_level: Level::Deny,
};
