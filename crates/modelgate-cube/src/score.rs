//! How often each score occurs with each label: exact while there are few distinct scores, else on a fixed grid.

use std::cmp::Ordering;

use crate::Tally;

/// Distinct scores up to which a cube in memory keeps them exactly.
pub const EXACT_IN_MEMORY: usize = 65_536;

/// Distinct scores up to which a stored bundle keeps them exactly. Above it, a bin of the grid is all that leaves
/// the process.
pub const EXACT_STORED: usize = 4_096;

/// The number of bins of the fixed grid: width 1/32 on the logit scale from -16 to 16. The grid does not depend on
/// data, so any two cubes share it.
pub const LOGIT_BINS: u16 = 1_024;

/// How a [`ScoreTable`]'s keys are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScoreScale {
    /// A key is the bits of the score itself (scores are in [0, 1], where bits and numbers sort alike).
    Exact,
    /// A key is a bin of the fixed logit grid.
    Logit,
}

/// The rows of one score, or bin of scores, by label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScoreBin {
    /// Rows of the negative class.
    pub negatives: Tally,
    /// Rows of the positive class.
    pub positives: Tally,
}

impl ScoreBin {
    /// Adds other rows.
    fn merge(&mut self, other: &Self) {
        self.negatives.merge(&other.negatives);
        self.positives.merge(&other.positives);
    }
}

/// Counts by score and label, in increasing order of the score.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScoreTable(Vec<(u64, ScoreBin)>);

/// The bin of the fixed grid for a score in [0, 1].
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range first")]
pub fn logit_bin(score: f64) -> u16 {
    let logit = libm::log(score) - libm::log1p(-score);
    if logit.is_nan() {
        return 0;
    }
    ((logit + 16.0) * 32.0).floor().clamp(0.0, f64::from(LOGIT_BINS - 1)) as u16
}

/// The score in the middle of a bin of the fixed grid.
#[must_use]
pub fn logit_bin_middle(bin: u16) -> f64 {
    let logit = (f64::from(bin) + 0.5) / 32.0 - 16.0;
    1.0 / (1.0 + libm::exp(-logit))
}

impl ScoreTable {
    /// The key of a score in [0, 1] on a scale.
    #[must_use]
    pub fn key(scale: ScoreScale, score: f64) -> u64 {
        match scale {
            // Adding zero turns -0.0 into 0.0, whose bits sort first.
            ScoreScale::Exact => (score + 0.0).to_bits(),
            ScoreScale::Logit => u64::from(logit_bin(score)),
        }
    }

    /// A table of bins in increasing order of their keys; bins of equal keys are added up.
    #[must_use]
    pub fn from_sorted(bins: Vec<(u64, ScoreBin)>) -> Self {
        if bins.is_sorted_by(|(before, _), (after, _)| before < after) {
            return Self(bins);
        }
        let mut table = Self::default();
        for (key, bin) in &bins {
            table.add(*key, bin);
        }
        table
    }

    /// Adds the rows of `bin` at `key`.
    pub fn add(&mut self, key: u64, bin: &ScoreBin) {
        self.bin_mut(key).merge(bin);
    }

    /// Adds one row of a class with a weight.
    pub fn add_row(&mut self, key: u64, positive: bool, weight: f64) {
        let bin = self.bin_mut(key);
        let tally = if positive { &mut bin.positives } else { &mut bin.negatives };
        tally.add_row(weight);
    }

    /// The bin at `key`, made where there is none.
    fn bin_mut(&mut self, key: u64) -> &mut ScoreBin {
        let place = self.0.binary_search_by_key(&key, |(held, _)| *held).unwrap_or_else(|place| {
            self.0.insert(place, (key, ScoreBin::default()));
            place
        });
        &mut self.0[place].1
    }

    /// The bins in increasing order of the score.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &ScoreBin)> {
        self.0.iter().map(|(key, bin)| (*key, bin))
    }

    /// The number of distinct scores or used bins.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no row has a score.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds the counts of another table of the same scale.
    pub(crate) fn merge(&mut self, other: &Self) {
        let mut both = Vec::with_capacity(self.0.len().max(other.0.len()));
        let (mut mine, mut theirs) = (std::mem::take(&mut self.0).into_iter().peekable(), other.0.iter().copied().peekable());
        while let (Some((my_key, _)), Some((their_key, their_bin))) = (mine.peek(), theirs.peek()) {
            match my_key.cmp(their_key) {
                Ordering::Less => both.extend(mine.next()),
                Ordering::Greater => both.extend(theirs.next()),
                Ordering::Equal => {
                    both.extend(mine.next().map(|(key, mut bin)| {
                        bin.merge(their_bin);
                        (key, bin)
                    }));
                    theirs.next();
                }
            }
        }
        both.extend(mine.chain(theirs));
        self.0 = both;
    }

    /// The same rows on the fixed grid; only for a table on the exact scale.
    #[must_use]
    pub(crate) fn to_grid(&self) -> Self {
        let mut grid: Vec<(u64, ScoreBin)> = Vec::new();
        for (key, bin) in self.iter() {
            // Bins of the grid rise with the score, so only the last one can be the same.
            let key = ScoreTable::key(ScoreScale::Logit, f64::from_bits(key));
            match grid.last_mut() {
                Some((last, held)) if *last == key => held.merge(bin),
                _ => grid.push((key, *bin)),
            }
        }
        Self::from_sorted(grid)
    }

    /// The rows of each class, over all scores.
    #[must_use]
    pub fn totals(&self) -> ScoreBin {
        let mut total = ScoreBin::default();
        for (_, bin) in &self.0 {
            total.merge(bin);
        }
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_covers_the_ends_and_keeps_order() {
        assert_eq!(logit_bin(0.0), 0);
        assert_eq!(logit_bin(1.0), LOGIT_BINS - 1);
        assert_eq!(logit_bin(0.5), 512);
        let bins: Vec<u16> = (0..=1000).map(|k| logit_bin(f64::from(k) / 1000.0)).collect();
        assert!(bins.is_sorted());
        assert!((0..LOGIT_BINS).all(|bin| logit_bin(logit_bin_middle(bin)) == bin));
    }

    #[test]
    fn a_table_from_bins_equals_one_added_up() {
        let bin = ScoreBin { negatives: Tally::unweighted(2), positives: Tally::unweighted(1) };
        for keys in [vec![1, 5, 9], vec![5, 1, 5]] {
            let mut added = ScoreTable::default();
            for key in &keys {
                added.add(*key, &bin);
            }
            assert_eq!(ScoreTable::from_sorted(keys.iter().map(|key| (*key, bin)).collect()), added);
        }
    }

    #[test]
    fn exact_keys_sort_like_scores() {
        let key = |score| ScoreTable::key(ScoreScale::Exact, score);
        assert_eq!(key(-0.0), key(0.0));
        assert!(key(0.0) < key(1e-300) && key(1e-300) < key(0.25) && key(0.25) < key(1.0));
    }
}
