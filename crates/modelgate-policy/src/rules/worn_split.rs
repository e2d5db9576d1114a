//! `worn-split`: the evaluated rows have answered too many decisions.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "worn-split",
    title: "The evaluated rows have answered too many decisions.",
    what: "The log holds at least `evaluation.max_decisions_per_split` decisions on the same rows.",
    why: "Every decision tells a little about the test rows. A model that is changed until it passes has learned them, and its numbers no longer speak for new rows.",
    fix: "Evaluate on rows that were not used before, and store a new release on them with `modelgate release <tag>`.",
    default_level: Level::Warn,
};
