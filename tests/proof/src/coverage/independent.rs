//! Two proportions of other rows: their difference, and their ratio.

use std::collections::BTreeMap;

use super::counts::{Asked, binomial, cube, groups, hits, holds};
use super::tally::{COLUMNS, Places};
use super::{PROPORTIONS, rows};
use crate::table::Table;
use crate::{Effort, ProofError};

pub(crate) fn section(effort: Effort) -> Result<String, ProofError> {
    let mut columns = vec!["", "rows of both sides"];
    columns.extend(COLUMNS);
    let mut table = Table::new(&columns);
    let accuracy = Asked::of("accuracy")?;
    let sizes = rows(effort, 300).map(|rows| (rows, rows)).chain(rows(effort, 30).map(|rows| (rows, 10 * rows)));
    for (candidate, baseline) in sizes {
        let interval = |[one, other]: [u64; 2]| {
            let (now, before) = (cube(hits(one, candidate), false), cube(hits(other, baseline), false));
            accuracy.change(&before, &now)
        };
        let places = observe([candidate, baseline], &interval, |one, other| Some(one - other));
        table.push(&row("difference of two releases", candidate, baseline, &places));
    }
    let gap = Asked::of("demographic_parity_difference")?;
    for rows in rows(effort, 100) {
        let places = observe([rows, rows], &|counts| across(&gap, counts, rows), |one, other| Some((one - other).abs()));
        table.push(&row("gap between two groups", rows, rows, &places));
    }
    let ratio = Asked::of("demographic_parity_ratio")?;
    for rows in rows(effort, 100) {
        let places =
            observe([rows, rows], &|counts| across(&ratio, counts, rows), |one, other| Some(one.min(other) / one.max(other)));
        table.push(&row("ratio of two groups", rows, rows, &places));
    }
    Ok(format!("{HEADING}\n{}", table.text()))
}

const HEADING: &str = "\
## Two proportions of other rows

Square-and-add of both sides' intervals (Newcombe) for the difference of releases that share no rows and for gaps; Miettinen and Nurminen's score
interval for ratios. Exact sums over both counts, for every pair of the proportions above. A gap cannot be negative and a ratio not be
above one: where groups are equal, only one end can miss, and the interval holds the truth more often than 95 %.
";

fn row(title: &str, one: u64, other: u64, places: &Places) -> Vec<String> {
    let mut cells = vec![title.to_owned(), if one == other { one.to_string() } else { format!("{one} and {other}") }];
    cells.extend(places.cells());
    cells
}

fn across(asked: &Asked, [one, other]: [u64; 2], rows: u64) -> Option<modelgate_eval::Interval> {
    asked.across(&groups(&[hits(one, rows), hits(other, rows)]))
}

/// The coverage for every pair of proportions. Counts without an interval (a ratio of two zeros) are left out of it, and a
/// place where they are more than one in twenty is left out.
fn observe(
    sizes: [u64; 2],
    interval: &dyn Fn([u64; 2]) -> Option<modelgate_eval::Interval>,
    truth: impl Fn(f64, f64) -> Option<f64>,
) -> Places {
    let mut made = BTreeMap::new();
    let mut places = Places::default();
    for (position, one) in PROPORTIONS.iter().enumerate() {
        for other in PROPORTIONS.iter().skip(position) {
            let Some(truth) = truth(*one, *other) else { continue };
            let (of_one, of_other) = (likely(sizes[0], *one), likely(sizes[1], *other));
            let (mut held, mut seen) = (0.0, 0.0);
            for (first, p) in &of_one {
                for (second, q) in &of_other {
                    let counts = [*first, *second];
                    let Some(interval) = made.entry(counts).or_insert_with(|| interval(counts)) else { continue };
                    seen += p * q;
                    held += if holds(interval, truth) { p * q } else { 0.0 };
                }
            }
            if seen >= 0.95 {
                places.note(held / seen, format!("{one} and {other}"));
            }
        }
    }
    places
}

/// The counts that are seen at all, with their probabilities.
fn likely(rows: u64, share: f64) -> Vec<(u64, f64)> {
    (0..).zip(binomial(rows, share)).filter(|(_, probability)| *probability > 1e-7).collect()
}
