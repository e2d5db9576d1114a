//! `unmeasured-number`: a hand-written document gives a number that the run does not measure.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "unmeasured-number",
    title: "A hand-written document gives a number that nothing measured.",
    what: "A document that `cards` names gives a number for a metric or a slice that this run does not measure.",
    why: "A number without a measurement behind it cannot be held against anything, and nobody notices when it is no longer true.",
    fix: "Add the metric to `evaluation.metrics` or the column to `evaluation.slices`, take the number out, or write `<!-- modelgate:ignore -->` into its line.",
    default_level: Level::Warn,
};
