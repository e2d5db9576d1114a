//! Two proportions of the same rows: from the joint counts, and from the replicates that two releases share.

use std::collections::BTreeMap;

use modelgate_cube::{
    BUCKETS, Cell, Cube, REPLICATE_SALT, ReplicateSet, Replicates, RowIdRule, RowIds, RowSetDigest, SUMS, Slice, UNITS,
};
use modelgate_eval::Flips;
use rand::Rng;
use statrs::distribution::{Binomial, Discrete};

use super::counts::{Asked, confusion, cube, holds};
use super::rows;
use super::tally::{COLUMNS, Places};
use crate::draws::{pick, stream};
use crate::table::Table;
use crate::{Effort, ProofError};

/// The shares of rows that flip one way.
const SHARES: [f64; 5] = [0.01, 0.03, 0.05, 0.1, 0.2];

/// The share of rows that both releases are right about, of those that do not flip.
const BOTH_RIGHT: f64 = 0.85;

pub(crate) fn section(effort: Effort) -> Result<String, ProofError> {
    let mut columns = vec!["", "rows"];
    columns.extend(COLUMNS);
    let mut table = Table::new(&columns);
    for rows in rows(effort, 300) {
        let mut cells = vec!["from the joint counts (Tango)".to_owned(), rows.to_string()];
        cells.extend(exact(rows).cells());
        table.push(&cells);
    }
    let accuracy = Asked::of("accuracy")?;
    for rows in rows(effort, 1_000) {
        let mut cells = vec!["from replicates".to_owned(), rows.to_string()];
        cells.extend(drawn(&accuracy, rows, effort.repetitions(1_000)).cells());
        table.push(&cells);
    }
    Ok(format!("{HEADING}\n{}", table.text()))
}

const HEADING: &str = "\
## Two proportions of the same rows

The change of an accuracy where 1, 3, 5, 10 or 20 % of the rows flip one way and as many or others the other way (25 places). Tango's
score interval from the joint counts of both predictions: exact sums. From the replicates that two releases share: drawn samples.
";

fn exact(rows: u64) -> Places {
    let mut made = BTreeMap::new();
    let mut places = Places::default();
    for up in SHARES {
        for down in SHARES {
            let mut held = 0.0;
            for (changed, probability) in likely(rows, up + down) {
                for (rise, share) in likely(changed, up / (up + down)) {
                    let counts = (rise, changed - rise);
                    let interval = made.entry(counts).or_insert_with(|| {
                        Flips::new(counts.0 as f64, counts.1 as f64, rows as f64).map(|flips| flips.interval(0.95))
                    });
                    let holds = interval.as_ref().is_some_and(|interval| holds(interval, up - down));
                    held += if holds { probability * share } else { 0.0 };
                }
            }
            places.note(held, format!("{up} up, {down} down"));
        }
    }
    places
}

fn likely(rows: u64, share: f64) -> Vec<(u64, f64)> {
    let Ok(drawn) = Binomial::new(share, rows) else { return Vec::new() };
    (0..=rows).map(|hits| (hits, drawn.pmf(hits))).filter(|(_, probability)| *probability > 1e-8).collect()
}

fn drawn(accuracy: &Asked, rows: u64, repetitions: u32) -> Places {
    let mut places = Places::default();
    for up in SHARES {
        for down in SHARES {
            let stay = 1.0 - up - down;
            let shares = [stay * BOTH_RIGHT, down, up, stay * (1.0 - BOTH_RIGHT)];
            let mut held = 0;
            for repetition in 0..repetitions {
                let mut random = stream(&format!("paired {rows} {up} {down}"), repetition);
                let [before, now] = releases(rows, &shares, &mut random);
                // Where there is no interval, there is nothing to hold the truth.
                held += u32::from(accuracy.change(&before, &now).is_some_and(|interval| holds(&interval, up - down)));
            }
            places.note(f64::from(held) / f64::from(repetitions), format!("{up} up, {down} down"));
        }
    }
    places
}

/// Two releases on the same rows: right both times, right before, right now, never right.
fn releases(rows: u64, shares: &[f64; 4], random: &mut impl Rng) -> [Cube; 2] {
    let mut by_bucket = vec![[0_u64; 4]; usize::from(BUCKETS)];
    for _ in 0..rows {
        let bucket = random.gen_range(0..usize::from(BUCKETS));
        if let Some(count) = by_bucket.get_mut(bucket).and_then(|counts| counts.get_mut(pick(shares, random))) {
            *count += 1;
        }
    }
    let right_before = |[both, before, _, _]: &[u64; 4]| both + before;
    let right_now = |[both, _, now, _]: &[u64; 4]| both + now;
    [release(&by_bucket, right_before), release(&by_bucket, right_now)]
}

fn release(by_bucket: &[[u64; 4]], right: impl Fn(&[u64; 4]) -> u64) -> Cube {
    let mut replicates = Replicates::default();
    let mut cell = Cell::default();
    for (bucket, counts) in (0..).zip(by_bucket) {
        let (right, all) = (right(counts), counts.iter().sum::<u64>());
        // True positives and false negatives.
        let mut sums = [0; SUMS];
        sums[3] = in_units(right);
        sums[2] = in_units(all - right);
        replicates.add_bucket(bucket, &sums);
        cell.merge(&confusion([right, all - right, 0, 0]));
    }
    let ids = RowIds { rule: RowIdRule::Features, salt: REPLICATE_SALT, rows: RowSetDigest::default() };
    cube(cell, false).with_replicates(ReplicateSet { ids, by_slice: BTreeMap::from([(Slice::overall(), replicates)]) })
}

#[expect(clippy::cast_possible_truncation, reason = "a few rows in whole units")]
fn in_units(rows: u64) -> i64 {
    (rows as f64 * UNITS) as i64
}
