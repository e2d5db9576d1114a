//! `explained-number`: a column gives the number away that is to be predicted.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "explained-number",
    title: "A column gives the number away that is to be predicted.",
    what: "A single column explains more than `data_checks.max_single_column_r2` of the number that is to be predicted, by means of its cells or by rank.",
    why: "Such a column is mostly filled after the fact, and is not there when the model is used.",
    fix: "Look at when the column is filled, and leave it out of the features if that is after the number is known.",
    default_level: Level::Warn,
};
