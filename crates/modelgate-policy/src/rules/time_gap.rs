//! `time-gap`: there are days without rows.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "time-gap",
    title: "There are days without rows.",
    what: "More than `data_checks.max_gap_days` days in a row, between the first and the last `data.time`, have no row. Nothing is asked where the key is not written.",
    why: "A gap is mostly a delivery that failed, and a season or an event that the rows do not know.",
    fix: "Look at the days on both sides of the gap, and fetch what is missing.",
    default_level: Level::Warn,
};
