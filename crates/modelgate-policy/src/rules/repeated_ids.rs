//! `repeated-ids`: rows have the id of another row.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "repeated-ids",
    title: "Rows have the id of another row.",
    what: "More than `data_checks.max_repeated_id_rate` of the rows with a value in `data.id` have one that another row of the part has.",
    why: "An id that two rows share names neither: rows are paired with the baseline's, joined with attributes and approved by it.",
    fix: "Name a column (or make one) whose value each row has for itself; if rows are about the same person or thing, name that in `data.entity`.",
    default_level: Level::Warn,
};
