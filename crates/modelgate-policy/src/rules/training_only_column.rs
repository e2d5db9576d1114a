//! `training-only-column`: a column tells the label of training rows, and not of test rows.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "training-only-column",
    title: "A column tells the label of training rows, and not of test rows.",
    what: "A single column guesses the label of the training rows better than that of the test rows by more than `data_checks.max_single_column_auc_drop` (area under the ROC curve).",
    why: "A model learns to trust such a column, and finds nothing in it when it is used: the column was filled otherwise, or says who was sampled.",
    fix: "Look at how the column came into the training rows; leave it out where it is not filled in the same way in use.",
    default_level: Level::Warn,
};
