//! `conflicting-labels`: rows with the same features have different labels.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "conflicting-labels",
    title: "Rows with the same features have different labels.",
    what: "More than `data_checks.max_conflicting_label_rate` of the rows have an equal with another label, and chance would not give as much: the share that independent columns would give must itself be within the limit, else it cannot be told.",
    why: "No model can be right about both. Either labels are wrong, or what tells these cases apart is not among the columns.",
    fix: "Look at how such rows were labelled, and which column is missing.",
    default_level: Level::Warn,
};
