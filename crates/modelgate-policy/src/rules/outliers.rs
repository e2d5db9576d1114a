//! `outliers`: numbers are far from all others.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "outliers",
    title: "Numbers are far from all others.",
    what: "More than `data_checks.max_outlier_rate` of the numbers of a column are farther from its median than 8 robust standard deviations, as they are and on a scale of logarithms, on which long tails end.",
    why: "Slips of the pen, other units and placeholders such as 99999 pull a model more than thousands of ordinary rows do.",
    fix: "Look at the largest and smallest numbers of the column: correct them, declare placeholders in `data.missing_values`, or raise the limit where they are real.",
    default_level: Level::Warn,
};
