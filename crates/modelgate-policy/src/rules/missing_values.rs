//! `missing-values`: a column has more missing values than in the baseline.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "missing-values",
    title: "A column has more missing values than in the baseline.",
    what: "The share of rows without a value rose by more than `data_checks.max_missing_increase` since the baseline, and surely: by the score test of two proportions, adjusted for the number of columns (Benjamini and Hochberg), below 0.05.",
    why: "Values that go missing are mostly a broken join or a changed source, and they seldom go missing for all groups alike.",
    fix: "Look at how the column was filled; if values are missing for a reason, say so in the dataset card and let the next release make it known.",
    default_level: Level::Warn,
};
