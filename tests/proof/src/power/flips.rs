//! Releases as rows that they are right about, and how one release differs from another.

use rand::Rng;

use crate::draws::uniform;

/// The share of rows that the first release is right about.
pub(crate) const RIGHT: f64 = 0.85;

/// What becomes of a row from one release to the next, as shares of all rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flips {
    /// Right before and wrong now.
    pub(crate) lost: f64,
    /// Wrong before and right now.
    pub(crate) gained: f64,
}

/// The first release: right about each row with this probability.
pub(crate) fn first(rows: usize, right: f64, random: &mut impl Rng) -> Vec<bool> {
    (0..rows).map(|_| uniform(random) < right).collect()
}

/// The release after `before`, whose rows were right with the probability `right`; `flips` tells what becomes of each row.
pub(crate) fn next(before: &[bool], right: f64, flips: impl Fn(usize) -> Flips, random: &mut impl Rng) -> Vec<bool> {
    let of_row = |(row, was_right): (usize, &bool)| {
        let Flips { lost, gained } = flips(row);
        let chance = uniform(random);
        if *was_right { chance >= lost.min(right) / right } else { chance < gained / (1.0 - right) }
    };
    before.iter().enumerate().map(of_row).collect()
}
