//! What one row adds to counts, and score tables shared out to slices.

use modelgate_cube::{ScoreBin, ScoreTable, Tally};

use crate::grouping::Grouping;

/// The smallest probability that the logarithm is taken of: scikit-learn's `log_loss` clips at the epsilon of `f64`.
const SMALLEST_PROBABILITY: f64 = f64::EPSILON;

/// A row of a weight, by default one.
pub(crate) fn tally(weight: Option<f64>) -> Tally {
    let Some(weight) = weight else { return Tally::unweighted(1) };
    let mut tally = Tally::default();
    tally.add_row(weight);
    tally
}

/// The squared error and the log loss of a row (Brier 1950; the logarithm is natural).
pub(crate) fn losses_of(score: f64, positive: bool) -> (f64, f64) {
    let error = if positive { 1.0 - score } else { score };
    (error * error, -libm::log(likelihood(score, positive)))
}

/// The probability that a score gives to what is true, kept off zero and one.
#[inline]
pub(crate) fn likelihood(score: f64, positive: bool) -> f64 {
    let likelihood = if positive { score } else { 1.0 - score };
    likelihood.clamp(SMALLEST_PROBABILITY, 1.0 - SMALLEST_PROBABILITY)
}

/// The rows of one score and one group.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    pub(crate) key: u64,
    pub(crate) group: u32,
    pub(crate) bin: ScoreBin,
}

/// The runs handed out to the groups of each grouping of the runs' groups.
pub(crate) fn share_out(runs: impl Iterator<Item = Run> + Clone, groupings: &[&Grouping]) -> Vec<Vec<ScoreTable>> {
    let mut shared = empty_shares(runs.clone(), groupings);
    for run in runs {
        for (shared, grouping) in shared.iter_mut().zip(groupings) {
            shared[grouping.codes[run.group as usize] as usize].add(run.key, &run.bin);
        }
    }
    shared
}

/// Tables with room for exactly what will be put in: growing them would cost more than everything else here.
fn empty_shares(runs: impl Iterator<Item = Run>, groupings: &[&Grouping]) -> Vec<Vec<ScoreTable>> {
    // The last key and the number of different keys of each group. No score has this key.
    let mut seen: Vec<Vec<(u64, usize)>> = groupings.iter().map(|grouping| vec![(u64::MAX, 0); grouping.size]).collect();
    for run in runs {
        for (seen, grouping) in seen.iter_mut().zip(groupings) {
            let (last, length) = &mut seen[grouping.codes[run.group as usize] as usize];
            *length += usize::from(*last != run.key);
            *last = run.key;
        }
    }
    seen.into_iter().map(|seen| seen.into_iter().map(|(_, length)| ScoreTable::with_capacity(length)).collect()).collect()
}
