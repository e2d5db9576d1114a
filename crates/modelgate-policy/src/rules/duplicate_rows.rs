//! `duplicate-rows`: many rows say what another row has said.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "duplicate-rows",
    title: "Many rows say what another row has said.",
    what: "More than `data_checks.max_duplicate_row_rate` of the rows repeat another one in every feature, and chance would not give as much: the share that independent columns with these values would give is told beside it and must itself be within the limit, else it cannot be told.",
    why: "Rows that were exported twice count twice, so that intervals are too narrow and the frequent cases look even better.",
    fix: "Take repeated rows out, or, where they are different cases that look alike, raise the limit.",
    default_level: Level::Warn,
};
