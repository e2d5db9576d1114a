//! `schema-change`: columns came, went, or hold something else than in the baseline.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "schema-change",
    title: "Columns came, went, or hold something else than in the baseline.",
    what: "The evaluated rows lack a column that the baseline's had, have a new one, or one that held numbers holds texts now (or the other way round). Columns that have a role, such as the label, are not meant: without them there is no run.",
    why: "A column that is renamed or read as text is a missing feature to the model and to every check of it, and nothing else has to fail.",
    fix: "Repair the export where the change was not meant. A change that was meant is made known by the next release.",
    default_level: Level::Warn,
};
