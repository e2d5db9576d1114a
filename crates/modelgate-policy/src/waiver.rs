//! Waivers: failures that a named person accepts for a stated time.

use std::fmt;

use modelgate_eval::{MetricId, Subject};

use crate::{Origin, RuleId};

/// A day, in the proleptic Gregorian calendar.
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

    /// Whole days from this day until another; negative where that one is earlier.
    #[must_use]
    pub fn days_until(self, other: Self) -> i64 {
        other.days() - self.days()
    }

    /// The same day a year later; of 29 February, the day before it where there is none.
    #[must_use]
    pub fn a_year_later(self) -> Self {
        let year = self.year.saturating_add(1);
        Self::new(year, self.month, self.day)
            .or_else(|| Self::new(year, self.month, self.day.saturating_sub(1)))
            .unwrap_or(Self::LAST)
    }

    /// The same day some months later; where that month has no such day, its last one.
    #[must_use]
    pub fn months_later(self, months: u8) -> Self {
        let month = i16::from(self.month) - 1 + i16::from(months);
        let year = self.year.saturating_add(month.div_euclid(12));
        let month = u8::try_from(month.rem_euclid(12)).unwrap_or(0) + 1;
        (0..4).find_map(|less| Self::new(year, month, self.day.saturating_sub(less))).unwrap_or(Self::LAST)
    }

    /// Days since a day long ago: years begin in March, so that a leap day is a year's last (Howard Hinnant's
    /// `days_from_civil`).
    fn days(self) -> i64 {
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        let year = i64::from(self.year) - i64::from(month <= 2);
        let (era, month) = (year.div_euclid(400), (month + 9) % 12);
        let of_era = year.rem_euclid(400);
        let of_year = (153 * month + 2) / 5 + day - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year
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

/// What else is written about a waiver.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WaiverNotes {
    /// The day on which it was granted.
    pub granted: Option<Date>,
    /// Who asked for it and sees to its end.
    pub owner: Option<String>,
    /// In which role it was approved.
    pub role: Option<String>,
    /// What is done instead.
    pub compensating_measure: Option<String>,
    /// Where it is talked about.
    pub ticket: Option<String>,
}

/// What became of a waiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WaiverState {
    /// Its last day has passed: it accepts nothing.
    Expired,
    /// It accepts something, and its last day is near.
    EndsSoon,
    /// It accepts something.
    InUse,
    /// There is nothing that it could accept.
    MatchesNothing,
}

impl WaiverState {
    /// Every state, those that ask for something first.
    pub const ALL: [Self; 4] = [Self::Expired, Self::EndsSoon, Self::MatchesNothing, Self::InUse];

    /// The stable name used in machine output.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::EndsSoon => "ends_soon",
            Self::InUse => "in_use",
            Self::MatchesNothing => "matches_nothing",
        }
    }
}

/// A waiver with what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedWaiver {
    /// The rule or the control.
    pub about: String,
    /// What it is limited to, such as a slice; empty where it is not.
    pub subject: String,
    /// What became of it.
    pub state: WaiverState,
    /// What the findings are about that it took down to warnings.
    pub accepts: Vec<String>,
    /// Why.
    pub reason: String,
    /// Who.
    pub approved_by: String,
    /// The last day on which it holds.
    pub expires: Date,
    /// What else is written.
    pub notes: WaiverNotes,
    /// Where it is written.
    pub origin: Origin,
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
    /// What else is written.
    pub notes: WaiverNotes,
}

/// A control that is not met, which a named person accepts until a day.
#[derive(Debug, Clone, PartialEq)]
pub struct ControlWaiver {
    /// Where it is written.
    pub origin: Origin,
    /// The control, such as `eu-ai-act/art_9.par_8`.
    pub control: String,
    /// Why.
    pub reason: String,
    /// Who.
    pub approved_by: String,
    /// The day on which it was granted.
    pub granted: Date,
    /// The last day on which it holds.
    pub expires: Date,
    /// What else is written.
    pub notes: WaiverNotes,
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn days_are_counted_over_leap_years_and_turns_of_the_year() {
        let between = |from: &str, until: &str| Date::parse(from).unwrap().days_until(Date::parse(until).unwrap());
        assert_eq!(between("2024-02-28", "2024-03-01"), 2);
        assert_eq!(between("2026-02-28", "2026-03-01"), 1);
        assert_eq!(between("2026-12-31", "2027-01-01"), 1);
        assert_eq!(between("2000-01-01", "2400-01-01"), 146_097);
        assert_eq!(between("2026-03-01", "2026-02-01"), -28);
        assert_eq!(between("1970-01-01", "2026-11-27"), 20_784);
        let later = |day: &str| Date::parse(day).unwrap().a_year_later().to_string();
        assert_eq!([later("2024-02-29"), later("2025-02-28"), later("2026-12-31")], ["2025-02-28", "2026-02-28", "2027-12-31"]);
        let half = |day: &str| Date::parse(day).unwrap().months_later(6).to_string();
        assert_eq!([half("2026-01-15"), half("2026-08-31"), half("2027-08-30")], ["2026-07-15", "2027-02-28", "2028-02-29"]);
        assert_eq!(half("2026-12-31"), "2027-06-30");
    }
}
