//! `low-support`: slices are too small to judge.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "low-support",
    title: "Slices are too small to judge.",
    what: "A slice's own denominator is below `min_support`, so that its checks were not made. (A whole group with enough rows and no number at all is `metric-not-evaluated`.)",
    why: "Small slices give numbers that jump from run to run; leaving them out silently would look like a pass.",
    fix: "Collect more rows of these slices, or accept that nothing is known about them.",
    default_level: Level::Warn,
};
