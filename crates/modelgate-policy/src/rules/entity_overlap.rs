//! `entity-overlap`: test rows are about somebody that the model has learned from.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "entity-overlap",
    title: "Test rows are about somebody that the model has learned from.",
    what: "More than `data_checks.max_entity_overlap_rate` of the test rows that have a value in `data.entity` share it with a training row.",
    why: "Rows about the same person, patient or machine are alike, so that the model knows the answer and every number is too good.",
    fix: "Split by `data.entity` and not by row, so that all rows about somebody are on one side.",
    default_level: Level::Deny,
};
