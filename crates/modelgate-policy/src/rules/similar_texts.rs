//! `similar-texts`: a column writes the same text in several ways.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "similar-texts",
    title: "A column writes the same text in several ways.",
    what: "More than `data_checks.max_similar_text_rate` of the rows have a text that differs from a more frequent one only by case, spaces, underscores, or hyphens within.",
    why: "Each way of writing is a level of its own, so that groups are split and rare ones fall below the rows that a check needs.",
    fix: "Write each text in one way where the data is made.",
    default_level: Level::Warn,
};
