//! Adds rows up into the cells of slices: confusion tables, losses, and score tables in order of the score.

use std::collections::HashMap;

use modelgate_cube::{Cell, EXACT_IN_MEMORY, Fixed, LOGIT_BINS, LossSums, ScoreBin, ScoreScale, ScoreTable, Tally, logit_bin};

use crate::grouping::Grouping;
use crate::row_facts::RowFacts;

/// Cells (without scores) by group, one list for each grouping.
pub(crate) type Cells = Vec<Vec<Cell>>;

/// The smallest probability that the logarithm is taken of: scikit-learn's `log_loss` clips at the epsilon of `f64`.
const SMALLEST_PROBABILITY: f64 = f64::EPSILON;

/// The rows added up by each grouping of them, without score tables.
pub(crate) fn count_rows(facts: &RowFacts, groupings: &[&Grouping]) -> Cells {
    let mut cells = empty_cells(groupings);
    for row in 0..facts.rows() {
        let (positive, predicted) = (facts.positive[row], facts.predicted[row]);
        let weight = facts.weights.as_ref().map(|weights| weights[row]);
        let tally = tally(weight);
        let losses = facts.scores.as_ref().map(|scores| losses(scores[row], positive, weight));
        for (cells, grouping) in cells.iter_mut().zip(groupings) {
            let cell = &mut cells[grouping.codes[row] as usize];
            cell.tally_mut(positive, predicted).merge(&tally);
            if let Some((brier, log_loss)) = &losses {
                cell.brier.merge(brier);
                cell.log_loss.merge(log_loss);
            }
        }
    }
    cells
}

/// Cells added up by each grouping of them. The sums are exact, so this equals counting the rows by that grouping.
pub(crate) fn roll_up(cells: &[Cell], groupings: &[&Grouping]) -> Cells {
    let mut sums = empty_cells(groupings);
    for (sums, grouping) in sums.iter_mut().zip(groupings) {
        for (cell, group) in cells.iter().zip(&grouping.codes) {
            sums[*group as usize].merge(cell);
        }
    }
    sums
}

fn empty_cells(groupings: &[&Grouping]) -> Cells {
    groupings.iter().map(|grouping| vec![Cell::default(); grouping.size]).collect()
}

/// A row of a weight, by default one.
pub(crate) fn tally(weight: Option<f64>) -> Tally {
    let Some(weight) = weight else { return Tally::unweighted(1) };
    let mut tally = Tally::default();
    tally.add_row(weight);
    tally
}

/// The squared error and the log loss of a row (Brier 1950; the logarithm is natural).
pub(crate) fn losses_of(score: f64, positive: bool) -> (f64, f64) {
    let (error, likelihood) = if positive { (1.0 - score, score) } else { (score, 1.0 - score) };
    let likelihood = likelihood.clamp(SMALLEST_PROBABILITY, 1.0 - SMALLEST_PROBABILITY);
    (error * error, -libm::log(likelihood))
}

/// The sums of both losses of a row.
fn losses(score: f64, positive: bool, weight: Option<f64>) -> (LossSums, LossSums) {
    let (brier, log_loss) = losses_of(score, positive);
    (loss_sums(brier, weight), loss_sums(log_loss, weight))
}

fn loss_sums(loss: f64, weight: Option<f64>) -> LossSums {
    let Some(weight) = weight else {
        let once = Fixed::from_f64(loss);
        return LossSums { weighted: once, weight_squared: once, both_squared: Fixed::from_f64(loss * loss) };
    };
    let mut sums = LossSums::default();
    sums.add_row(loss, weight);
    sums
}

/// The rows by score (or by bin of the fixed grid, where there are too many different scores).
pub(crate) struct ScoreKeys {
    /// How keys are to be read.
    pub(crate) scale: ScoreScale,
    /// The keys, increasing, by the rows' codes.
    keys: Vec<u64>,
    rows: Grouping,
}

impl ScoreKeys {
    /// Finds the different scores.
    pub(crate) fn of(scores: &[f64]) -> Self {
        Self::exact(scores).unwrap_or_else(|| Self::grid(scores))
    }

    /// The exact scores; `None` where there are more than a cube keeps.
    fn exact(scores: &[f64]) -> Option<Self> {
        let mut codes = Vec::with_capacity(scores.len());
        let mut by_key: HashMap<u64, u32> = HashMap::new();
        let mut found: Vec<(u64, u32)> = Vec::new();
        for score in scores {
            let key = ScoreTable::key(ScoreScale::Exact, *score);
            let next = u32::try_from(found.len()).ok()?;
            let code = *by_key.entry(key).or_insert(next);
            if code == next {
                found.push((key, code));
                if found.len() > EXACT_IN_MEMORY {
                    return None;
                }
            }
            codes.push(code);
        }
        found.sort_unstable();
        let mut ranks = vec![0; found.len()];
        for (rank, (_, code)) in (0..).zip(&found) {
            ranks[*code as usize] = rank;
        }
        for code in &mut codes {
            *code = ranks[*code as usize];
        }
        let rows = Grouping { codes, size: found.len() };
        Some(Self { scale: ScoreScale::Exact, keys: found.into_iter().map(|(key, _)| key).collect(), rows })
    }

    fn grid(scores: &[f64]) -> Self {
        let codes = scores.iter().map(|score| u32::from(logit_bin(*score))).collect();
        let keys = (0..u64::from(LOGIT_BINS)).collect();
        Self { scale: ScoreScale::Logit, keys, rows: Grouping { codes, size: usize::from(LOGIT_BINS) } }
    }

    /// The number of different keys.
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The place of a row's key among all keys.
    pub(crate) fn rank(&self, row: usize) -> usize {
        self.rows.codes[row] as usize
    }

    /// The place of a key among all keys.
    pub(crate) fn rank_of(&self, key: u64) -> Option<usize> {
        self.keys.binary_search(&key).ok()
    }

    /// The rows in order of the score.
    fn order(&self, rows: &[u32]) -> Vec<u32> {
        self.rows.sort(rows)
    }

    fn key(&self, row: u32) -> u64 {
        self.keys[self.rows.codes[row as usize] as usize]
    }
}

/// The rows of one score and one group.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    key: u64,
    group: u32,
    bin: ScoreBin,
}

/// The rows of each score and group together, in order of the score.
pub(crate) fn runs(facts: &RowFacts, keys: &ScoreKeys, groups: &Grouping, all_rows: &[u32]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for row in keys.order(&groups.sort(all_rows)) {
        let (key, group) = (keys.key(row), groups.codes[row as usize]);
        let bin = row_bin(facts, row);
        match runs.last_mut() {
            Some(run) if run.key == key && run.group == group => merge(&mut run.bin, &bin),
            _ => runs.push(Run { key, group, bin }),
        }
    }
    runs
}

/// Every row as a run of its own (its group is the row), in order of the score.
pub(crate) fn single_rows<'a>(
    facts: &'a RowFacts,
    keys: &'a ScoreKeys,
    all_rows: &[u32],
) -> impl Iterator<Item = Run> + Clone + use<'a> {
    keys.order(all_rows).into_iter().map(|row| Run { key: keys.key(row), group: row, bin: row_bin(facts, row) })
}

fn row_bin(facts: &RowFacts, row: u32) -> ScoreBin {
    let row = row as usize;
    let tally = tally(facts.weights.as_ref().map(|weights| weights[row]));
    if facts.positive[row] {
        ScoreBin { positives: tally, ..ScoreBin::default() }
    } else {
        ScoreBin { negatives: tally, ..ScoreBin::default() }
    }
}

fn merge(bin: &mut ScoreBin, other: &ScoreBin) {
    bin.negatives.merge(&other.negatives);
    bin.positives.merge(&other.positives);
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
