//! `metric-regression`: a metric is worse than the baseline's by more than its limit.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "metric-regression",
    title: "A metric is worse than the baseline's, or the anchor's, by more than its limit.",
    what: "The loss is shown to be beyond `max_regression`: its one-sided p-value is below `evaluation.alpha` after Holm's adjustment for all checks of its family (all rows; slices; comparisons between groups). A real loss that is not shown to be beyond the limit warns.",
    why: "A better average can hide a group for which the model got worse; this looks at each slice.",
    fix: "Compare the slice's rows and predictions with the previous release, retrain, or write a waiver with a reason, an approver and an expiry day.",
    default_level: Level::Deny,
};
