//! `train-test-overlap`: test rows are training rows.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "train-test-overlap",
    title: "Test rows are training rows.",
    what: "More than `data_checks.max_train_test_overlap_rate` of the test rows say what a training row says in every feature that both files have, and chance would not give as much: the share that independent columns would give must itself be within the limit, else it cannot be told. Numbers with a fraction are compared to about six digits, so that copies that were written otherwise are found.",
    why: "A model that has seen a row knows its answer, and every number measured on it is too good.",
    fix: "Take the rows out of one of both files, and split by whom rows are about, not by row.",
    default_level: Level::Warn,
};
