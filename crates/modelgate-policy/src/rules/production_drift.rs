//! `production-drift`: a batch from use is spread otherwise than the rows that the model was made and judged with.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "production-drift",
    title: "A batch from use is spread otherwise than the rows that the model was made and judged with.",
    what: "A column, the label where the batch has one, or what the model says differs between `data.production` and the baseline's test rows, the training rows or the test rows, by effect, adjusted p-value and noise floor as in `data-drift`. A release carries the counts of its rows: `modelgate drift` needs the batch alone.",
    why: "What was measured before the release says little about people who are unlike those that it was measured on.",
    fix: "Look at the columns that moved: a changed form or unit is to be mended where the rows come from; people who changed call for new test rows, and perhaps for a model that has learned from them.",
    default_level: Level::Warn,
};
