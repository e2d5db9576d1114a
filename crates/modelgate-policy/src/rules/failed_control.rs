//! `failed-control`: what a pack asks for is not there.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "failed-control",
    title: "A control of a pack failed.",
    what: "What a chosen pack asks for was measured or declared to be otherwise.",
    why: "A control that failed is what an auditor asks about first, and it is cheaper to hear it here.",
    fix: "See `modelgate explain PACK/CONTROL` for what it asks, mend it, or let somebody waive it with `control` in `waivers`.",
    default_level: Level::Warn,
};
