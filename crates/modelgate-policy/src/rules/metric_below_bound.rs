//! `metric-below-bound`: a metric is below its lower bound.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "metric-below-bound",
    title: "A metric is below its lower bound.",
    what: "The whole interval of a gated metric lies below `lower_bound`.",
    why: "The team wrote down a floor that this model must not fall under; the interval says that chance does not explain it.",
    fix: "Find what changed for this slice, retrain, or write a waiver with a reason, an approver and an expiry day.",
    default_level: Level::Deny,
};
