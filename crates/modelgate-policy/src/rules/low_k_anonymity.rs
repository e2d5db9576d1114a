//! `low-k-anonymity`: few rows agree in all quasi-identifiers.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "low-k-anonymity",
    title: "Fewer rows agree in all quasi-identifiers than are asked for.",
    what: "The smallest number of rows that agree in all of `data.quasi_identifiers` is below `data_checks.min_k_anonymity`; without the key, there is no limit (`re-identification` says how many rows fewer than five agree with).",
    why: "Data that is published must hide each person among k; one combination that a single person has tells who that is.",
    fix: "Write wider bands (years for birth dates, regions for post codes), or leave the rare rows out before the data is published.",
    default_level: Level::Warn,
};
