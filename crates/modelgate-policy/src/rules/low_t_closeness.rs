//! `low-t-closeness`: rows that are alike say other things than all rows.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "low-t-closeness",
    title: "Rows that are alike say other things than all rows.",
    what: "Among rows that agree in all of `data.quasi_identifiers`, the shares of the labels, or of the values of a column of `data.sensitive`, are farther from those of all rows than `data_checks.max_t_distance` (t-closeness).",
    why: "Who is known to be among such rows is known to be likelier than others to say something sensitive.",
    fix: "Coarsen the quasi-identifiers, leave out such rows, or do not publish this table.",
    default_level: Level::Warn,
};
