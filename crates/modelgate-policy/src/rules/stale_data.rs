//! `stale-data`: the latest row is old.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "stale-data",
    title: "The latest row is old.",
    what: "The latest `data.time` is more than `data_checks.max_age_days` days ago. Nothing is asked where the key is not written.",
    why: "What a model learned of the past, or is measured on, says less about today with every day.",
    fix: "Take later rows, or write down why older ones will do and raise the limit.",
    default_level: Level::Warn,
};
