//! `local-outliers`: rows are far from their neighbors.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "local-outliers",
    title: "Rows are far from their neighbors.",
    what: "The local outlier probability of more than `data_checks.max_local_outlier_rate` of the rows is above 0.7. Nothing is asked where the key is not written.",
    why: "Rows whose combination of values no other row is near to are errors, other populations, or marks, even where each value alone is usual.",
    fix: "Look at these rows; correct them, or say in the dataset card what they are.",
    default_level: Level::Warn,
};
