//! `temporal-leakage`: test rows are older than what the model has learned from.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "temporal-leakage",
    title: "Test rows are older than what the model has learned from.",
    what: "More than `data_checks.max_before_training_end_rate` of the test rows are older than the latest training row, by `data.time`.",
    why: "In use, a model predicts what comes later. A test with rows from before shows how well it knows the past.",
    fix: "Split by time: train on what came before a day, and test on what came after it. Where time does not matter, do not name `data.time`.",
    default_level: Level::Warn,
};
