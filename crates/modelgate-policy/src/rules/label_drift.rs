//! `label-drift`: labels are spread otherwise than in the baseline.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "label-drift",
    title: "Labels are spread otherwise than in the baseline.",
    what: "The shares of the labels differ between the rows that the baseline was evaluated on and this run's, by effect, adjusted p-value and noise floor as in `data-drift`.",
    why: "Precision, calibration and thresholds depend on how frequent each label is, and a change of labelling looks like a change of the model.",
    fix: "Find out whether the world or the labelling changed, and read changes of metrics with that in mind.",
    default_level: Level::Warn,
};
