//! `spectral-signature`: rows of a label lie far out in the direction in which they spread most.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "spectral-signature",
    title: "Rows of a label lie far out in the direction in which they spread most.",
    what: "More than `data_checks.max_spectral_outlier_rate` of the rows of a label do. Nothing is asked where the key is not written: columns with long tails do this by nature.",
    why: "Rows that carry a mark push the spread of their label in its direction; that is how hidden ones have been found.",
    fix: "Look at these rows; a mark is something that all of them say and others do not.",
    default_level: Level::Warn,
};
