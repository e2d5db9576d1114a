//! `id-overlap`: test rows have ids of training rows.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "id-overlap",
    title: "Test rows have ids of training rows.",
    what: "More than `data_checks.max_id_overlap_rate` of the test rows with a value in `data.id` have one that a training row has. Files that both count their rows are not meant.",
    why: "The same id on both sides of a split is the same row, or one about the same person, whatever its columns say: the model knows the answer.",
    fix: "Split by the id, or leave the rows that both have out of one of them; where ids are about people, name them in `data.entity`.",
    default_level: Level::Warn,
};
