//! `neighbor-disagreement`: rows have another label than those around them.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "neighbor-disagreement",
    title: "Rows have another label than nearly all rows around them.",
    what: "More than `data_checks.max_neighbor_disagreement_rate` of the rows have another label than at least 8 of their 10 nearest neighbors; without the key, there is no limit: where classes overlap, many do.",
    why: "A label that nobody around has is often a wrong one, and a model that learns it by heart is worse on other rows.",
    fix: "Look at these rows with those who labelled them; if classes overlap, raise the limit.",
    default_level: Level::Warn,
};
