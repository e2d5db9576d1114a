//! `worst-slice`: a slice that nobody declared is worse than all other rows.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "worst-slice",
    title: "A slice is worse than all other rows.",
    what: "Of all slices of up to three conditions on the slice columns, one whose `evaluation.discover_rate` is worse than that of the rows outside of it by more than `evaluation.discover_margin`: found in one half of the rows and confirmed in the other (Benjamini-Hochberg, q = 0.10). It warns at most, whatever level is set.",
    why: "Limits hold for the slices that somebody thought of. A model fails people where nobody looked.",
    fix: "Look at the rows of this slice; where the loss matters, name the slice in a gate. `evaluation.discover: false` ends the search.",
    default_level: Level::Warn,
};
