//! When rows are from: dates and times as most tools write them, or plain numbers.

use std::collections::BTreeSet;

use modelgate_cube::TimeSpan;

use crate::Dataset;
use crate::column::{Missing, parse_number};
use crate::features::look::{Sample, mixed};
use crate::features::values::{Reader, Value};
use crate::pass::{Cells, Stop};

/// As many different times are known, each with its rows.
const MOST_TIMES: usize = 1 << 14;

/// What a cell of time says.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Time {
    /// Nothing.
    Missing,
    /// A text that is no time.
    Unreadable,
    /// Seconds since 1970, and whether a zone is written where there is a time of day; without one it is that of UTC.
    Date(f64, Option<bool>),
    /// A number of any unit, which only orders rows.
    Number(f64),
}

/// The times of rows.
pub(super) struct TimeLook {
    reader: Reader<Time>,
    times: Sample<f64>,
    latest: Option<f64>,
    /// Rows with a text that is no time, rows after now, and all rows with a time.
    unreadable: u64,
    future: u64,
    known: u64,
    /// Rows whose time of day has a zone, and those whose has none.
    zoned: u64,
    zoneless: u64,
    /// Rows with a date, the days that they are from, and the latest of them.
    dated: u64,
    days: BTreeSet<i64>,
    latest_date: Option<f64>,
    /// The day of the last row, which the next one often shares.
    latest_day: Option<i64>,
}

impl Default for TimeLook {
    fn default() -> Self {
        let (reader, times) = (Reader::default(), Sample::new(MOST_TIMES));
        Self {
            reader,
            times,
            latest: None,
            unreadable: 0,
            future: 0,
            known: 0,
            zoned: 0,
            zoneless: 0,
            dated: 0,
            days: BTreeSet::new(),
            latest_date: None,
            latest_day: None,
        }
    }
}

impl TimeLook {
    /// Looks at the cells of a batch; `now` is in seconds since 1970.
    pub(super) fn add(&mut self, cells: &Cells, missing: &Missing<'_>, now: f64) -> Result<(), Stop> {
        self.reader.each(cells, missing, |value| Ok(time(value)))?;
        for time in &self.reader.rows {
            let seconds = match time {
                Time::Missing => continue,
                Time::Unreadable => {
                    self.unreadable += 1;
                    continue;
                }
                Time::Date(seconds, has_zone) => {
                    self.zoned += u64::from(*has_zone == Some(true));
                    self.zoneless += u64::from(*has_zone == Some(false));
                    self.future += u64::from(*seconds > now);
                    self.dated += 1;
                    if self.latest_day != Some(day_of(*seconds)) {
                        self.latest_day = Some(day_of(*seconds));
                        self.days.insert(day_of(*seconds));
                    }
                    self.latest_date = Some(self.latest_date.map_or(*seconds, |latest| latest.max(*seconds)));
                    *seconds
                }
                Time::Number(number) => *number,
            };
            self.known += 1;
            self.latest = Some(self.latest.map_or(seconds, |latest| latest.max(seconds)));
            self.times.add(mixed(seconds.to_bits()), 1, || seconds);
        }
        Ok(())
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.times.merge(other.times);
        self.latest = match (self.latest, other.latest) {
            (Some(one), Some(two)) => Some(one.max(two)),
            (one, two) => one.or(two),
        };
        self.unreadable += other.unreadable;
        self.future += other.future;
        self.known += other.known;
        self.zoned += other.zoned;
        self.zoneless += other.zoneless;
        self.dated += other.dated;
        self.days.extend(other.days);
        self.latest_date = match (self.latest_date, other.latest_date) {
            (Some(one), Some(two)) => Some(one.max(two)),
            (one, two) => one.or(two),
        };
    }

    /// When the rows with a date are from; there is no date without a year, so that days are few.
    pub(super) fn span(&self) -> Option<TimeSpan> {
        let gaps = self.days.iter().zip(self.days.iter().skip(1)).map(|(one, next)| next.abs_diff(*one) - 1);
        Some(TimeSpan { latest: self.latest_date?, longest_gap: gaps.max().unwrap_or(0), rows: self.dated })
    }

    /// Rows whose text is no time, and rows that are later than now, each among those that say something.
    pub(super) fn faults(&self) -> ((u64, u64), (u64, u64)) {
        ((self.unreadable, self.known + self.unreadable), (self.future, self.known))
    }

    /// Rows whose time of day has no zone, where others have one, and all rows with a time of day. Times that all lack one are
    /// alike, and those of UTC.
    pub(super) fn zoneless(&self) -> (u64, u64) {
        (if self.zoned > 0 { self.zoneless } else { 0 }, self.zoned + self.zoneless)
    }

    /// Rows that are older than the latest of other rows, and all that could be; `None` without times on either side.
    pub(super) fn before_end_of(&self, others: &Self) -> Option<(u64, u64)> {
        let end = others.latest?;
        let older = self.times.values().filter(|(time, _)| **time < end).map(|(_, rows)| rows).sum();
        let all: u64 = self.times.values().map(|(_, rows)| rows).sum();
        (all > 0).then_some((older, all))
    }

    /// Whether every time is known.
    pub(super) fn is_all(&self) -> bool {
        self.times.is_all()
    }
}

/// The number that orders each row by a column: a number as it is, a date in seconds since 1970; `None` where the column is not
/// there, or most of its cells are neither.
#[must_use]
pub fn order_of(dataset: &Dataset, column: &str) -> Option<Vec<Option<f64>>> {
    let cells = dataset.column(column)?;
    let number = |row: usize| match (cells.number(row), cells.text(row)) {
        (Some(number), _) => Some(number).filter(|number| number.is_finite()),
        (None, Some(text)) => match time(Value::Text(text)) {
            Time::Date(number, _) | Time::Number(number) => Some(number),
            Time::Missing | Time::Unreadable => None,
        },
        (None, None) => None,
    };
    let numbers: Vec<Option<f64>> = (0..dataset.rows()).map(number).collect();
    (numbers.iter().flatten().count() * 2 > numbers.len()).then_some(numbers)
}

/// The day of a time, in days since 1970.
fn day_of(seconds: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "years have four digits")]
    let day = (seconds / 86_400.0).floor() as i64;
    day
}

fn time(value: Value<'_>) -> Time {
    match value {
        Value::Missing => Time::Missing,
        Value::Number(number) if number.is_finite() => Time::Number(number),
        Value::Number(_) => Time::Unreadable,
        Value::Text(text) => match (date(text), parse_number(text).filter(|number| number.is_finite())) {
            (Some(seconds), _) => Time::Date(seconds, has_zone(text)),
            (None, Some(number)) => Time::Number(number),
            (None, None) => Time::Unreadable,
        },
    }
}

/// Seconds since 1970 of `2026-05-31`, `2026/05/31 17:05`, `2026-05-31T17:05:09.25Z`, `2026-05-31 17:05:09+02:00` and the like.
fn date(text: &str) -> Option<f64> {
    let (day, rest) = (text.get(..10)?, text.get(10..)?);
    let separator = day.chars().nth(4).filter(|c| matches!(c, '-' | '/'))?;
    let parts: Vec<&str> = day.split(separator).collect();
    let [year, month, day] = parts.as_slice() else { return None };
    let (year, month, day) = (digits(year, 4)?, digits(month, 2)?, digits(day, 2)?);
    let length = [31, 28 + i64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let longest = *length.get(usize::try_from(month - 1).ok()?)?;
    if !(1..=longest).contains(&day) {
        return None;
    }
    let seconds = days_since_1970(year, month, day) as f64 * 86_400.0;
    if rest.is_empty() {
        return Some(seconds);
    }
    let clock = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, zone) = clock.find(['Z', 'z', '+', '-']).map_or((clock, ""), |place| clock.split_at(place));
    Some(seconds + of_clock(clock.trim_end())? - offset(zone)?)
}

/// Whether a zone stands behind a time of day; `None` for a day alone.
fn has_zone(text: &str) -> Option<bool> {
    let clock = text.get(11..).filter(|clock| !clock.is_empty())?;
    Some(clock.contains(['Z', 'z', '+', '-']))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The days from 1970-01-01 on (Howard Hinnant's algorithm for the proleptic Gregorian calendar).
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn digits(text: &str, count: usize) -> Option<i64> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Seconds of `17:05`, `17:05:09` and `17:05:09.25`.
fn of_clock(clock: &str) -> Option<f64> {
    let mut parts = clock.split(':');
    let (hours, minutes) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let seconds = match parts.next() {
        None => 0.0,
        Some(text) if text.len() >= 2 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') => text.parse().ok()?,
        Some(_) => return None,
    };
    let is_time = parts.next().is_none() && hours <= 24 && minutes < 60 && seconds < 61.0;
    is_time.then(|| (hours * 3_600 + minutes * 60) as f64 + seconds)
}

/// Seconds east of Greenwich of `Z`, `+02:00`, `-0530`, `+02`, and of nothing.
fn offset(zone: &str) -> Option<f64> {
    if zone.is_empty() || zone.eq_ignore_ascii_case("z") {
        return Some(0.0);
    }
    let sign = if zone.starts_with('-') { -1.0 } else { 1.0 };
    let numbers: String = zone.get(1..)?.chars().filter(|c| *c != ':').collect();
    let (hours, minutes) = match numbers.len() {
        2 => (digits(&numbers, 2)?, 0),
        4 => (digits(numbers.get(..2)?, 2)?, digits(numbers.get(2..)?, 2)?),
        _ => return None,
    };
    Some(sign * (hours * 3_600 + minutes * 60) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_are_seconds_since_1970() {
        for (text, seconds) in [
            ("1970-01-01", Some(0.0)),
            ("2000-02-29", Some(951_782_400.0)),
            ("2026/05/31 17:05", Some(1_780_247_100.0)),
            ("2026-05-31T17:05:09.25Z", Some(1_780_247_109.25)),
            ("2026-05-31 17:05:09+02:00", Some(1_780_239_909.0)),
            ("1969-12-31T23:59:59-0030", Some(1_799.0)),
            ("2026-02-30", None),
            ("2026-13-01", None),
            ("31.05.2026", None),
            ("2026-05-31T7:05", None),
            ("2026-05-31 noon", None),
            ("öööööö", None),
        ] {
            assert_eq!(date(text), seconds, "{text}");
        }
        let (data, _file) = crate::testing::csv("when,name\n2026-01-02,a1\n1970-01-02,b\n,c\n");
        assert_eq!(order_of(&data, "when").unwrap_or_default().get(1..), Some([Some(86_400.0), None].as_slice()));
        assert!(order_of(&data, "name").is_none() && order_of(&data, "other").is_none());
        assert_eq!(has_zone("2026-05-31"), None);
        assert_eq!(["2026-05-31 17:05", "2026-05-31T17:05:09-0030"].map(has_zone), [Some(false), Some(true)]);
        assert_eq!((time(Value::Text("1999")), time(Value::Text("later"))), (Time::Number(1_999.0), Time::Unreadable));
    }
}
