//! `expired-waiver`: a waiver's last day has passed.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "expired-waiver",
    title: "A waiver's last day has passed.",
    what: "A waiver expired before today.",
    why: "A waiver is a promise to act by a day; keeping expired ones turns them into silent exceptions.",
    fix: "Fix what it covered and delete it, or have it approved again with a new day.",
    default_level: Level::Deny,
};
