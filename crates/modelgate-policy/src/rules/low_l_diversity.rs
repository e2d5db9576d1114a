//! `low-l-diversity`: rows that are alike say the same of something sensitive.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "low-l-diversity",
    title: "Rows that are alike say the same of something sensitive.",
    what: "Among rows that agree in all of `data.quasi_identifiers`, the label or a column of `data.sensitive` has fewer different values than `data_checks.min_l_diversity` (distinct l-diversity).",
    why: "Who is known to be among such rows is known to say what they all say, however many they are.",
    fix: "Coarsen the quasi-identifiers (age bands, regions), leave out such rows, or do not publish this table.",
    default_level: Level::Warn,
};
