//! `times-without-zone`: some times of day have a zone, and others have none.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "times-without-zone",
    title: "Some times of day have a zone, and others have none.",
    what: "More than `data_checks.max_zoneless_time_rate` of the rows of `data.time` that have a time of day name no zone, where other rows name one. Times without a zone are read as UTC; where none has a zone, they are alike and the rule is silent.",
    why: "A time without a zone may be off by up to 14 hours from what it is read as, so that rows near the end of training, or near now, fall on the wrong side.",
    fix: "Write the zone behind every time of day, such as 2026-05-31T17:05:09+02:00 or 2026-05-31T15:05:09Z; rows without one were most likely written by another program.",
    default_level: Level::Warn,
};
