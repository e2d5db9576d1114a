//! `better-than-training`: a model does better on new rows than on those that it learned from.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "better-than-training",
    title: "A model does better on new rows than on those that it learned from.",
    what: "The accuracy on the test rows is surely higher than on the rows that the model learned from: the gap is below `data_checks.min_training_gap`.",
    why: "A model has seen the answers of its training rows. If it still does better elsewhere, the test rows are easier, are few of many tries, or were learned from in another way.",
    fix: "Compare how both files were drawn, and look for test rows among what was learned from.",
    default_level: Level::Warn,
};
