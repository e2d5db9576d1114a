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

/// Times that are written in one way.
struct Side {
    /// The different ones with their rows, in seconds since 1970 where they are such.
    times: Sample<f64>,
    latest: Option<f64>,
    rows: u64,
    /// Rows after now.
    future: u64,
    days: BTreeSet<i64>,
    /// The day of the last row, which the next one often shares.
    latest_day: Option<i64>,
}

impl Default for Side {
    fn default() -> Self {
        Self { times: Sample::new(MOST_TIMES), latest: None, rows: 0, future: 0, days: BTreeSet::new(), latest_day: None }
    }
}

impl Side {
    fn add(&mut self, time: f64) {
        self.rows += 1;
        self.latest = Some(self.latest.map_or(time, |latest| latest.max(time)));
        self.times.add(mixed(time.to_bits()), 1, || time);
    }

    fn add_seconds(&mut self, seconds: f64, now: f64) {
        self.add(seconds);
        self.future += u64::from(seconds > now);
        if self.latest_day != Some(day_of(seconds)) {
            self.latest_day = Some(day_of(seconds));
            self.days.insert(day_of(seconds));
        }
    }

    fn merge(&mut self, other: Self) {
        self.times.merge(other.times);
        self.latest = match (self.latest, other.latest) {
            (Some(one), Some(two)) => Some(one.max(two)),
            (one, two) => one.or(two),
        };
        self.rows += other.rows;
        self.future += other.future;
        self.days.extend(other.days);
    }
}

/// The times of rows.
#[derive(Default)]
pub(super) struct TimeLook {
    reader: Reader<Time>,
    dates: Side,
    /// Numbers that are seconds or milliseconds since 1970, from 2000 to 2100.
    epochs: Side,
    /// Other numbers, which only order rows.
    numbers: Side,
    /// Rows with a text that is no time.
    unreadable: u64,
    /// Rows whose time of day has a zone, and those whose has none.
    zoned: u64,
    zoneless: u64,
}

impl TimeLook {
    /// Looks at the cells of a batch; `now` is in seconds since 1970.
    pub(super) fn add(&mut self, cells: &Cells, missing: &Missing<'_>, now: f64) -> Result<(), Stop> {
        self.reader.each(cells, missing, |value| Ok(time(value)))?;
        for time in &self.reader.rows {
            match time {
                Time::Missing => {}
                Time::Unreadable => self.unreadable += 1,
                Time::Date(seconds, has_zone) => {
                    self.zoned += u64::from(*has_zone == Some(true));
                    self.zoneless += u64::from(*has_zone == Some(false));
                    self.dates.add_seconds(*seconds, now);
                }
                Time::Number(number) => match epoch(*number) {
                    Some(seconds) => self.epochs.add_seconds(seconds, now),
                    None => self.numbers.add(*number),
                },
            }
        }
        Ok(())
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.dates.merge(other.dates);
        self.epochs.merge(other.epochs);
        self.numbers.merge(other.numbers);
        self.unreadable += other.unreadable;
        self.zoned += other.zoned;
        self.zoneless += other.zoneless;
    }

    /// Whether the column says dates, some other numbers among which are none; else it says numbers, among which dates are none.
    fn is_calendar(&self) -> bool {
        let dated = self.dates.rows + self.epochs.rows;
        dated > 0 && dated >= 9 * self.numbers.rows
    }

    /// The ways of writing that the column says times in.
    fn said(&self) -> [&Side; 2] {
        if self.is_calendar() { [&self.dates, &self.epochs] } else { [&self.numbers, &self.epochs] }
    }

    /// Rows with a time.
    fn known(&self) -> u64 {
        self.said().iter().map(|side| side.rows).sum()
    }

    fn latest(&self) -> Option<f64> {
        self.said().iter().filter_map(|side| side.latest).max_by(f64::total_cmp)
    }

    /// When the rows with a date are from; there is no date without a year, so that days are few.
    pub(super) fn span(&self) -> Option<TimeSpan> {
        let days: BTreeSet<i64> = self.dates.days.union(&self.epochs.days).copied().collect();
        let gaps = days.iter().zip(days.iter().skip(1)).map(|(one, next)| next.abs_diff(*one) - 1);
        let latest = self.latest().filter(|_| self.is_calendar())?;
        Some(TimeSpan { latest, longest_gap: gaps.max().unwrap_or(0), rows: self.known() })
    }

    /// Rows whose text is no time, and rows that are later than now, each among those that say something.
    pub(super) fn faults(&self) -> ((u64, u64), (u64, u64)) {
        let is_calendar = self.is_calendar();
        let unreadable = self.unreadable + if is_calendar { self.numbers.rows } else { self.dates.rows };
        let future = if is_calendar { self.dates.future + self.epochs.future } else { 0 };
        ((unreadable, self.known() + unreadable), (future, self.known()))
    }

    /// Rows whose time of day has no zone, where others have one, and all rows with a time of day. Times that all lack one are
    /// alike, and those of UTC.
    pub(super) fn zoneless(&self) -> (u64, u64) {
        (if self.zoned > 0 { self.zoneless } else { 0 }, self.zoned + self.zoneless)
    }

    /// Rows that are older than the latest of other rows, and all that could be; `None` without times on either side, or where
    /// one says dates and the other numbers.
    pub(super) fn before_end_of(&self, others: &Self) -> Option<(u64, u64)> {
        let end = others.latest().filter(|_| self.is_calendar() == others.is_calendar())?;
        let times = || self.said().into_iter().flat_map(|side| side.times.values());
        let older = times().filter(|(time, _)| **time < end).map(|(_, rows)| rows).sum();
        let all: u64 = times().map(|(_, rows)| rows).sum();
        (all > 0).then_some((older, all))
    }

    /// Whether every time is known.
    pub(super) fn is_all(&self) -> bool {
        self.said().iter().all(|side| side.times.is_all())
    }
}

/// The seconds since 1970 that a number may be, or a thousandth of its milliseconds: from 2000 to 2100.
fn epoch(number: f64) -> Option<f64> {
    const YEARS: std::ops::Range<f64> = 946_684_800.0..4_102_444_800.0;
    [number, number / 1_000.0].into_iter().find(|seconds| YEARS.contains(seconds))
}

/// The number that orders each row by a column: a number as it is, a date (also where it is written as a number) in seconds since
/// 1970; `None` where the column is not
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
    let mut numbers: Vec<Option<f64>> = (0..dataset.rows()).map(number).collect();
    if numbers.iter().flatten().all(|number| epoch(*number).is_some()) {
        numbers = numbers.into_iter().map(|number| number.and_then(epoch)).collect();
    }
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
        let (data, _file) = crate::testing::csv("when\n1780247100000\n1780239909\n");
        assert_eq!(order_of(&data, "when"), Some(vec![Some(1_780_247_100.0), Some(1_780_239_909.0)]));
        assert_eq!(has_zone("2026-05-31"), None);
        assert_eq!(["2026-05-31 17:05", "2026-05-31T17:05:09-0030"].map(has_zone), [Some(false), Some(true)]);
        assert_eq!((time(Value::Text("1999")), time(Value::Text("later"))), (Time::Number(1_999.0), Time::Unreadable));
    }

    fn looked(cells: &[&str]) -> TimeLook {
        let (mut look, now) = (TimeLook::default(), 1_780_272_000.0);
        let text = cells.iter().fold(String::from("when,x\n"), |text, cell| text + &format!("{cell},1\n"));
        let (data, _file) = crate::testing::csv(&text);
        let source = crate::pass::InMemory::new(&data, &["when"]);
        let add = |look: &mut TimeLook, batch: &[Cells]| look.add(&batch[0], &Missing(&[]), now);
        let parts =
            source.and_then(|source| crate::pass::share(&source, std::num::NonZero::<usize>::MIN, TimeLook::default, add).ok());
        parts.into_iter().flatten().for_each(|part| look.merge(part));
        look
    }

    #[test]
    fn numbers_are_dates_where_they_are_seconds_since_1970_and_no_dates_among_dates() {
        let seconds = looked(&["1780247100", "1780160000", "1780160001"]);
        assert_eq!((seconds.faults(), seconds.span().map(|span| span.rows)), (((0, 3), (0, 3)), Some(3)));
        let milliseconds = looked(&["1780247100000", "4000000000000"]);
        assert_eq!((milliseconds.faults().1, milliseconds.latest()), ((1, 2), Some(4_000_000_000.0)));
        let mut mixed = vec!["2026-03-01"; 30];
        mixed[3] = "20260301";
        assert_eq!(looked(&mixed).faults().0, (1, 30));
        let numbers = looked(&["1", "2", "1780247100", "2026-03-01"]);
        assert_eq!((numbers.faults(), numbers.span()), (((1, 4), (0, 3)), None));
        assert_eq!(numbers.before_end_of(&seconds), None);
        assert_eq!(seconds.before_end_of(&looked(&["2026-05-31T17:05:00Z"])), Some((2, 3)));
    }
}
