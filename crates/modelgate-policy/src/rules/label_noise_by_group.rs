//! `label-noise-by-group`: labels of a group look wrong more often than others.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "label-noise-by-group",
    title: "Labels of a group look wrong more often than others.",
    what: "Models of all other rows contradict the labels of a group more often than those of all others, surely and by more than `data_checks.max_label_noise_difference`. Nothing is asked where the key is not written.",
    why: "Whoever labelled the rows may have judged this group otherwise, and what is learned and measured then repeats it. It is evidence and no proof: the group's classes may overlap more.",
    fix: "Have rows of the group labelled again by people who do not know the group.",
    default_level: Level::Warn,
};
