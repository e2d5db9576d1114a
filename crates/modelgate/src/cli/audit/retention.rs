//! How long what a trail names has to be kept, as the rules say that modelgate has packs for. Nothing is ever deleted here.

use jiff::ToSpan as _;
use jiff::civil::Date;

/// A time to keep something.
pub(crate) struct Clock {
    /// Where it is written.
    source: &'static str,
    /// What has to be kept.
    what: &'static str,
    months: i32,
    /// Whether it was held against its source.
    is_verified: bool,
}

/// From the day of a release on. Other days of beginning, such as the last use, are later: these are the least.
const CLOCKS: &[Clock] = &[
    Clock {
        source: "EU AI Act, art. 18",
        what: "technical documentation, changes and decisions",
        months: 120,
        is_verified: true,
    },
    Clock { source: "EU AI Act, art. 19 and 26(6)", what: "logs of the system in use", months: 6, is_verified: true },
    Clock { source: "Colorado SB 26-189", what: "records of the system", months: 36, is_verified: true },
    Clock { source: "US Regulation B, 12 CFR 1002.12", what: "records of applications", months: 25, is_verified: false },
    Clock { source: "California, 2 CCR 11013", what: "data of automated decisions", months: 48, is_verified: false },
];

/// The rows of the table for a release of a day, the longest first; none where there is no such day.
pub(crate) fn rows(day: &str) -> Option<Vec<String>> {
    let day: Date = day.parse().ok()?;
    let mut clocks: Vec<&Clock> = CLOCKS.iter().collect();
    clocks.sort_by_key(|clock| std::cmp::Reverse(clock.months));
    let row = |clock: &&Clock| {
        let until = day.checked_add(clock.months.months()).ok()?;
        let mark = if clock.is_verified { "" } else { " (not held against its source)" };
        Some(format!("  until {until}  {}, {}{mark}", clock.what, clock.source))
    };
    clocks.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn clocks_run_from_the_day_of_the_release() {
        let rows = rows("2026-08-31").unwrap();
        assert!(rows.first().unwrap().starts_with("  until 2036-08-31  technical documentation"));
        assert!(rows.last().unwrap().starts_with("  until 2027-02-28  logs"), "the last day of a shorter month");
        assert_eq!(super::rows("2026-02-30"), None);
    }
}
