//! `rows-told-apart`: a model tells two sets of rows apart.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "rows-told-apart",
    title: "A model tells two sets of rows apart.",
    what: "A model that learns to tell later rows from earlier ones (test rows from training rows, a batch from use from either) does so surely better than `data_checks.max_told_apart_auc`: the lower end of the interval of the area under its ROC curve is above it.",
    why: "Columns that are each spread as before can still go together otherwise. What a model has learned of one kind of rows may not hold for another.",
    fix: "Look at which columns drift, alone (`data-drift`, `train-test-drift`, `production-drift`) and in slices; where none does, at how they go together. If the split was not drawn at random, that is what the rule sees.",
    default_level: Level::Warn,
};
