//! `id-like-feature`: a column to learn from has a value of its own in nearly every row.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "id-like-feature",
    title: "A column to learn from has a value of its own in nearly every row.",
    what: "More than `data_checks.max_distinct_rate` of the training rows differ in a column of texts, or of whole numbers that lie as close together as counted rows do, and the model may learn from it.",
    why: "Such a column names rows. A model learns it by heart, which helps in training alone, and carries it into its file.",
    fix: "Name it in `data.id`, or take it out of the features.",
    default_level: Level::Warn,
};
