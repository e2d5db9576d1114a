//! `near-duplicates`: rows are nearly the same as another.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "near-duplicates",
    title: "Rows are nearly the same as another row.",
    what: "More than `data_checks.max_near_duplicate_rate` of the rows are nearer to another row than 0.13 times the median of such distances; without the key, there is no limit: where columns say little, many rows are near each other.",
    why: "Rows that were copied and changed a little count several times, and fall on both sides of a split.",
    fix: "Look where they come from (augmentation, repeated forms, joins), and keep one of each, or split so that they stay together.",
    default_level: Level::Warn,
};
