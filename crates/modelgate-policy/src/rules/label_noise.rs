//! `label-noise`: labels look wrong.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "label-noise",
    title: "Labels look wrong.",
    what: "By confident learning, models of all other rows contradict more than `data_checks.max_label_noise_rate` of the labels. Nothing is asked where the key is not written: how far classes overlap, only their owner knows.",
    why: "A model learns wrong labels as well, and a test set with wrong labels cannot tell a good model from a lucky one. It is evidence and no proof: classes that overlap look the same.",
    fix: "Look at some of these rows with somebody who knows how they were labelled; where classes do overlap as much, raise the limit.",
    default_level: Level::Warn,
};
