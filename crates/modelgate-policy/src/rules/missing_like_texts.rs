//! `missing-like-texts`: texts of a column look like missing values that are not declared.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "missing-like-texts",
    title: "Texts of a column look like missing values that are not declared.",
    what: "More than `data_checks.max_missing_like_rate` of the rows say n/a, null, - or the like in a column of texts, and `data.missing_values` does not have it.",
    why: "What means \"no value\" is then a value of its own: a level of a slice, a category to learn from.",
    fix: "Add the spelling to `data.missing_values`, or write one spelling at the source.",
    default_level: Level::Warn,
};
