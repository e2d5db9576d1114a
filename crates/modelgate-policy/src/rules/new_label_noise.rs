//! `new-label-noise`: labels of new rows look wrong more often than those of old ones.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "new-label-noise",
    title: "Labels of new rows look wrong more often than those of old ones.",
    what: "Models of all other rows contradict the labels of rows that are newer (`data.time`) than the baseline's latest more often than all others, surely, and by more than `data_checks.max_new_label_noise_difference`.",
    why: "Labels that were turned on purpose come with new rows, and so does a new annotator who reads the instructions otherwise.",
    fix: "Look at the new rows and at where they come from before a model learns from them.",
    default_level: Level::Warn,
};
