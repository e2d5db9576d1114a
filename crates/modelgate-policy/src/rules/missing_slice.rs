//! `missing-slice`: a slice of the baseline is not in the candidate's data.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "missing-slice",
    title: "A slice of the baseline is not in the candidate's data.",
    what: "The baseline counted at least `min_support` rows of a slice that the candidate's evaluation data does not have, or has lost more than half of and is now too small to judge.",
    why: "A group that vanishes from the test data vanishes from every check, and looks perfectly fair.",
    fix: "Put the rows back, or release a new baseline on the new data and say why.",
    default_level: Level::Deny,
};
