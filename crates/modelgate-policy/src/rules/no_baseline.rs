//! `no-baseline`: there is no previous release to compare with.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "no-baseline",
    title: "There is no previous release to compare with.",
    what: "No baseline was given and none was found.",
    why: "Without a previous release nothing can be said about change; regression gates are not evaluated.",
    fix: "Store one with `modelgate release <tag>`, or name one with `--baseline-path`.",
    default_level: Level::Warn,
};
