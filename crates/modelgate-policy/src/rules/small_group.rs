//! `small-group`: a group has few rows.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "small-group",
    title: "A group has fewer rows than are asked for.",
    what: "A group of `evaluation.slices` has fewer rows than `data_checks.min_group_rows`, among the rows to evaluate or those that were learned from; without the key, there is no limit (`low-support` says where metrics have too few rows).",
    why: "A model learns little of a group that hardly occurs, and what it does there cannot be measured.",
    fix: "Collect rows of the group, or join groups that may be judged together.",
    default_level: Level::Warn,
};
