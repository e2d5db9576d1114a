//! `target-leakage`: a column gives the label away.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "target-leakage",
    title: "A column gives the label away.",
    what: "The area under the ROC curve of the best guess from a single column is above `data_checks.max_single_column_auc`.",
    why: "Such a column is mostly filled after the fact, and is not there when the model is used.",
    fix: "Look at when the column is filled, and leave it out of the features if that is after the label is known.",
    default_level: Level::Warn,
};
