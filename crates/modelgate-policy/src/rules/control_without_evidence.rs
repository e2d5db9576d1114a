//! `control-without-evidence`: controls could not be judged.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "control-without-evidence",
    title: "Controls of a pack could not be judged.",
    what: "Facts that a chosen pack asks for are not declared, measurements were not made, or the rows cannot tell.",
    why: "What was not looked at is neither passed nor failed, and must not look like either.",
    fix: "See `control-matrix.md` for what is missing, and declare it in the file that `system` names or measure it.",
    default_level: Level::Warn,
};
