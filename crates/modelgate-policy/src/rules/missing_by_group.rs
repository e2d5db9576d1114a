//! `missing-by-group`: a column is missing for some groups more than for others.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "missing-by-group",
    title: "A column is missing for some groups more than for others.",
    what: "The share of missing values of a group is more than `data_checks.max_missing_difference` above that of another group of the same axis, and surely: the interval of the difference (Newcombe) is above zero.",
    why: "What is asked, measured or kept of some people and not of others makes a model worse for them, and averages hide it.",
    fix: "Look at how the column is filled for the group that lacks it.",
    default_level: Level::Warn,
};
