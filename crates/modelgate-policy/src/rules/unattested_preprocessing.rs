//! `unattested-preprocessing`: nobody answers for how rows were prepared.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "unattested-preprocessing",
    title: "Nobody answers for how rows were prepared.",
    what: "`data.preprocessing` names nobody who says that scalers, imputation, encodings and selected features were learned from training rows alone. Nothing is said unless `rules` asks for it.",
    why: "What is learned from all rows before they are split lets the test rows into the model, and no file shows whether that was done.",
    fix: "Have somebody who knows how the rows were prepared look, and write their name and the day below `data.preprocessing`.",
    default_level: Level::Allow,
};
