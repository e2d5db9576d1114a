//! `future-times`: rows are from the future.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "future-times",
    title: "Rows are from the future.",
    what: "More than `data_checks.max_future_time_rate` of the rows with a time have a date in `data.time` that is after now.",
    why: "Such dates are placeholders or typing errors, and sort behind everything in a split by time.",
    fix: "Write a missing value where the time is not known.",
    default_level: Level::Warn,
};
