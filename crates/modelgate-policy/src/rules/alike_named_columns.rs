//! `alike-named-columns`: two columns are named alike.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "alike-named-columns",
    title: "Two columns are named alike.",
    what: "The name of a column differs from that of an earlier one by nothing but case or spaces at its ends, and `data_checks.max_alike_named_rate` does not allow it.",
    why: "One of both is mostly a mistake (a join, two exports), tools that do not look at case read either, and nobody can tell which one the model learned from.",
    fix: "Keep one of them, or name the other one by what it is.",
    default_level: Level::Warn,
};
