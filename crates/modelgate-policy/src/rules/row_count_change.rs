//! `row-count-change`: there are far more or far fewer rows than in the baseline.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "row-count-change",
    title: "There are far more or far fewer rows than in the baseline.",
    what: "The number of rows is more than `data_checks.max_row_count_ratio` times the baseline's, or less than its inverse.",
    why: "A filter, a join or a half-finished export changes what every number stands for.",
    fix: "Make sure that the rows are the ones that were meant; the next release makes it known.",
    default_level: Level::Warn,
};
