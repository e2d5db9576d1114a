//! `data-drift`: columns of the evaluated rows are spread otherwise than in the baseline.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "data-drift",
    title: "Columns of the evaluated rows are spread otherwise than in the baseline.",
    what: "A column's values moved between the rows that the baseline was evaluated on and this run's: the effect (Jensen-Shannon distance, Wasserstein distance in standard deviations, or stability index) is at least `data_checks.drift_effect`, above what chance alone does with so many rows, and its p-value, adjusted for the number of columns, is below `data_checks.drift_alpha`. Documents say beside it how much those that drifted tell of the label, of what all columns tell alone: a column weighs 2 AUC - 1 (`single_column_auc`), or the share of a number that it explains (`single_column_r2`).",
    why: "A model that was measured on other people or other times may do worse on those who come; and a change of a metric may then come from the rows.",
    fix: "Look at the columns that are named: a change of source, unit or encoding is repaired there; a real change of the world asks for new training data.",
    default_level: Level::Warn,
};
