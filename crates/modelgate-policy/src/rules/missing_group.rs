//! `missing-group`: a group of the population has no row.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "missing-group",
    title: "A group of the population has no row.",
    what: "More groups of a column of `data.population` than `data_checks.max_missing_groups` have no row at all.",
    why: "Nothing is known about what the model does to a group that the rows do not have.",
    fix: "Collect rows of the group, see whether it is written otherwise there, or set the level to deny so that no release goes without it.",
    default_level: Level::Warn,
};
