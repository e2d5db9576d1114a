//! `unapproved-data`: data is not what was approved.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "unapproved-data",
    title: "Data is not what was approved.",
    what: "`data.sources` is written, and a file that was read is not in it, or the bytes of a declared file are not those whose sha256 is written there.",
    why: "A file that changed without anybody saying so is how data is poisoned, and how results cannot be repeated.",
    fix: "Look at what changed; then write the file with its new sha256 in `data.sources`, in a pull request.",
    default_level: Level::Deny,
};
