//! `expiring-waiver`: a waiver ends within two weeks.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "expiring-waiver",
    title: "A waiver ends soon.",
    what: "The last day of a waiver that is in use is less than 14 days away.",
    why: "On the day after it, what it accepts fails again, and mending takes time.",
    fix: "Mend what it accepts, or decide again before that day.",
    default_level: Level::Warn,
};
