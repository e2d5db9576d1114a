//! `training-drift`: what the model learned from is spread otherwise than what the baseline learned from.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "training-drift",
    title: "Training rows are spread otherwise than the baseline's were.",
    what: "A column, or the label, differs between the rows that the baseline learned from and those that this model learned from, by effect, adjusted p-value and noise floor as in `data-drift`. The baseline's release carries the counts: its rows are not needed.",
    why: "A model that learned from other people answers otherwise, also where all metrics on the test rows are what they were.",
    fix: "Find out what changed where the training rows come from; if it was meant, store a release of this model, which is then the baseline.",
    default_level: Level::Warn,
};
