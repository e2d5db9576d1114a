//! `train-test-drift`: training and test rows are spread differently.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "train-test-drift",
    title: "Training and test rows are spread differently.",
    what: "A column, or the label, differs between the rows that the model learned from and those that it is evaluated on, by effect, adjusted p-value and noise floor as in `data-drift`.",
    why: "Metrics then describe other rows than the model has learned, and a split that depends on a column may hide a leak.",
    fix: "Split the rows at random, or by time or group on purpose; then say so, and set the level of this rule.",
    default_level: Level::Warn,
};
