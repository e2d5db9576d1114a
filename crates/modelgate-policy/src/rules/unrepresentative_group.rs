//! `unrepresentative-group`: the share of a group is not that in the population.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "unrepresentative-group",
    title: "The share of a group is not that in the population.",
    what: "The share of a group among the rows, divided by its share of `data.population`, lies surely (with its whole interval) above `data_checks.max_population_ratio`, or below the inverse.",
    why: "What is measured on rows that are made up otherwise than the people whom the model meets says little about those people, and a group with few rows has little weight in every number.",
    fix: "Collect or draw rows as the population is made up, or write down in the dataset card why they are not; weights do not change this number.",
    default_level: Level::Warn,
};
