//! `constant-column`: a column says the same in nearly every row.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "constant-column",
    title: "A column says the same in nearly every row.",
    what: "More than `data_checks.max_most_frequent_rate` of the rows have one and the same value, or none.",
    why: "A column that says nothing was mostly not meant to: a default that nobody filled, or a filter before the export.",
    fix: "Fill it, or leave it out.",
    default_level: Level::Warn,
};
