//! `class-imbalance`: a class is rare.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "class-imbalance",
    title: "A class is rare.",
    what: "The rarest class has fewer rows than `data_checks.min_class_balance` of the most frequent one.",
    why: "A model that never predicts it looks good, and few rows tell how good it is there.",
    fix: "Gate the recall of the rare class, collect more of its rows, or lower the limit where it is rare by its nature.",
    default_level: Level::Warn,
};
