//! `harmful-new-rows`: the model is better without the new rows.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "harmful-new-rows",
    title: "The model is better without the new rows.",
    what: "A model that is trained without the training rows newer (`data.time`) than the baseline's latest is right on more test rows, surely, and by more than `data_checks.max_new_row_harm`.",
    why: "New rows should make a model better; ones that make it worse are wrong, of other people, or put there to do so.",
    fix: "Look at the new rows and at where they come from; train without them until it is known why.",
    default_level: Level::Warn,
};
