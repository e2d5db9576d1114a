//! `different-data`: baseline and candidate were evaluated on different rows.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "different-data",
    title: "Baseline and candidate cannot be shown to use the same rows.",
    what: "The digests of the two test splits differ: other rows, or other slice columns, weights or ids of the same rows.",
    why: "A change may then come from the rows and not from the model. Regression limits therefore warn at most, unless `evaluation.allow_cross_split_gate` is set.",
    fix: "Evaluate both on the same split: store the previous model's counts on these rows, or give its predictions beside the candidate's.",
    default_level: Level::Warn,
};
