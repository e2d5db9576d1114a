//! `unused-waiver`: a waiver matches nothing.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "unused-waiver",
    title: "A waiver matches nothing.",
    what: "No failing check or finding matches a waiver.",
    why: "Waivers that cover nothing today may hide a failure tomorrow.",
    fix: "Delete it.",
    default_level: Level::Warn,
};
