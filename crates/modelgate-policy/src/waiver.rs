//! Waivers: failures that a named person accepts for a stated time.

use std::fmt;

use modelgate_eval::{MetricId, Subject};

use crate::{Origin, RuleId};

/// A day, in the proleptic Gregorian calendar. Compared, never computed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: i16,
    month: u8,
    day: u8,
}

impl Date {
    /// The last day of the calendar: every waiver has expired by then.
    pub const LAST: Self = Self { year: 9999, month: 12, day: 31 };

    /// The day, if there is such a day.
    #[must_use]
    pub fn new(year: i16, month: u8, day: u8) -> Option<Self> {
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        (1..=days).contains(&day).then_some(Self { year, month, day })
    }

    /// Reads `2026-03-01`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let digits = |part: &str, len| part.len() == len && part.bytes().all(|byte| byte.is_ascii_digit());
        if !(digits(year, 4) && digits(month, 2) && digits(day, 2)) {
            return None;
        }
        Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// A failure that a named person accepts until a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiver {
    /// Where it is written.
    pub origin: Origin,
    /// The rule whose finding is accepted.
    pub rule: RuleId,
    /// The metric; `None` for any.
    pub metric: Option<MetricId>,
    /// The subject; `None` for any.
    pub subject: Option<Subject>,
    /// Why.
    pub reason: String,
    /// Who.
    pub approved_by: String,
    /// The last day on which it holds.
    pub expires: Date,
}
