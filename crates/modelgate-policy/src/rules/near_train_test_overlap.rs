//! `near-train-test-overlap`: test rows are nearly training rows.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "near-train-test-overlap",
    title: "Test rows are nearly training rows.",
    what: "More than `data_checks.max_train_test_near_overlap_rate` of the test rows say nearly what a training row says (other digits, case, spaces), or the same beside a column that numbers rows or files; many times more than chance gives.",
    why: "A row that was copied with other digits or another number is still one that the model knows, so that every number is too good; comparing whole rows does not see it.",
    fix: "Split before rows are copied, rounded or augmented; name the column that numbers rows (`data.id`), and split by whom rows are about (`data.entity`).",
    default_level: Level::Warn,
};
