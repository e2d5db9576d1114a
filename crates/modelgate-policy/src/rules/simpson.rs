//! `simpson`: what holds for all rows together does not hold for their groups.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "simpson",
    title: "All rows together say something else than their groups.",
    what: "Within the groups of a slice column a gated metric moved the other way than over all rows, because the groups' shares moved (Simpson's paradox); or all rows pass a regression limit that a single group is shown to have missed.",
    why: "An average hides who pays for it: it rises when more rows come from the group that was better all along, and stays when one group's loss is another's gain.",
    fix: "Look at the groups before you believe the average: gate them with `slices: every`, or evaluate both sides on the same rows.",
    default_level: Level::Warn,
};
