//! `re-identification`: rows could be told apart by what others know about people.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "re-identification",
    title: "Rows could be told apart by what others know about people.",
    what: "More than `data_checks.max_few_alike_rate` of the rows have a combination of `data.quasi_identifiers` that fewer than 5 rows have (k-anonymity with k = 5).",
    why: "Whoever knows these things about a person finds their row, and with it everything else that it says.",
    fix: "Coarsen the columns (years for dates, regions for post codes), or leave rare combinations out before the file is given to others.",
    default_level: Level::Warn,
};
