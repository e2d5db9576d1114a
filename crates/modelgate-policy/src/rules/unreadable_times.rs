//! `unreadable-times`: times cannot be read.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "unreadable-times",
    title: "Times cannot be read.",
    what: "More than `data_checks.max_unreadable_time_rate` of the rows that say something in `data.time` say neither a date such as 2026-05-31 or 2026-05-31T17:05:09+02:00 nor a number.",
    why: "What cannot be read takes no part in checks of time, which then say less than they seem to.",
    fix: "Write dates year first, as ISO 8601 does; 03.04.2026 may be April or March.",
    default_level: Level::Warn,
};
