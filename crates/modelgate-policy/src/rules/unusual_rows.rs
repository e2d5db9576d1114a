//! `unusual-rows`: later rows leave the directions in which earlier ones spread.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "unusual-rows",
    title: "Later rows leave the directions in which earlier ones spread.",
    what: "The mean distance of later rows from the principal directions of earlier ones differs from that of other earlier rows, by more than `data_checks.max_reconstruction_shift` standard deviations, surely.",
    why: "Columns that used to go together and no longer do make rows of a kind that the model has not met, although each column looks the same.",
    fix: "Look for columns of which one is computed from others, and for a change in how: a unit, a currency, a join that mixes rows up.",
    default_level: Level::Warn,
};
