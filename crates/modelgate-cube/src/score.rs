//! How often each score occurs with each label: exact while there are few distinct scores, else on a fixed grid.

use std::sync::LazyLock;

use crate::{Fixed, Tally};

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
    fn is_unweighted(&self) -> bool {
        [&self.negatives, &self.positives].into_iter().all(|tally| *tally == Tally::unweighted(tally.rows))
    }

    /// Adds other rows.
    fn merge(&mut self, other: &Self) {
        self.negatives.merge(&other.negatives);
        self.positives.merge(&other.positives);
    }
}

/// Counts by score and label, in increasing order of the score.
///
/// Kept by column: without weights, which is the usual case, an entry takes 24 bytes and not 104.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScoreTable {
    keys: Vec<u64>,
    /// Rows of the negative and of the positive class.
    rows: Vec<[u64; 2]>,
    /// The sums of weights of both classes; empty where every row weighs one, so that equal tables are equal values.
    weights: Vec<[Weights; 2]>,
}

/// The sums of weights and of squared weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Weights(Fixed, Fixed);

impl Weights {
    fn of(tally: &Tally) -> Self {
        Self(tally.weight, tally.weight_squared)
    }

    fn ones(rows: u64) -> Self {
        Self::of(&Tally::unweighted(rows))
    }
}

/// Where the lower half of the grid's bins begin, and the bin of the first score of each stretch of a 256th of a power of two:
/// no stretch holds the beginnings of more than one bin.
struct Grid {
    /// The score that each bin up to a half begins with, and the next one.
    begins: [f64; HALF + 2],
    /// By the exponent and the first eight bits of the fraction, from [`FIRST_STRETCH`] on.
    first: Vec<u16>,
}

/// The bins below a half.
const HALF: usize = LOGIT_BINS as usize / 2;

/// The stretch of 2^-24, which is below the beginning of the second bin.
const FIRST_STRETCH: u64 = (1_023 - 24) << 8;

/// The stretch that a number belongs to.
fn stretch(score: f64) -> u64 {
    score.to_bits() >> 44
}

static GRID: LazyLock<Grid> = LazyLock::new(|| {
    let mut begins = [0.0; HALF + 2];
    for (bin, begin) in begins.iter_mut().enumerate().skip(1) {
        *begin = 1.0 / (1.0 + libm::exp(16.0 - bin as f64 / 32.0));
    }
    let bin_of = |score: f64| u16::try_from(begins.partition_point(|begin| *begin <= score)).unwrap_or(1) - 1;
    let first = (FIRST_STRETCH..=stretch(0.5)).map(|stretch| bin_of(f64::from_bits(stretch << 44))).collect();
    Grid { begins, first }
});

impl Grid {
    /// The bin of a score. Without a branch that depends on it: as many scores are high as low, and nothing tells beforehand
    /// which.
    #[inline]
    fn bin(&self, score: f64) -> u16 {
        let score = if score.is_nan() { 0.0 } else { score.clamp(0.0, 1.0) };
        // Its sign bit: a comparison would be made a branch of.
        let high = ((0.5 - score).to_bits() >> 63) as u16;
        let low = high ^ 1;
        // The score, or what is left to 1.
        let number = (score - f64::from(high)).abs();
        let place = usize::try_from(stretch(number).max(FIRST_STRETCH) - FIRST_STRETCH).unwrap_or(usize::MAX);
        let bin = self.first[place.min(self.first.len() - 1)];
        let (this, next) = (self.begins[usize::from(bin)], self.begins[usize::from(bin) + 1]);
        // How many bins after the first begin below the number, and, where it is low, with it.
        let begun = bin + u16::from(next < number) + (u16::from(next.to_bits() == number.to_bits()) & low);
        let begun = begun - (u16::from(this >= number) & u16::from(bin > 0) & high);
        // Of a high one, as many bins are left to the last one: it is the number of all bits.
        begun ^ ((LOGIT_BINS - 1) * high)
    }
}

/// The bin of the fixed grid for a score in [0, 1].
///
/// Bin *b* begins with the score whose log-odds are *b* / 32 - 16; the first one holds everything below as well, and the last
/// one everything above. Above a half it is what is left to 1, an exact number, that is held against the mirrored bins.
#[must_use]
pub fn logit_bin(score: f64) -> u16 {
    GRID.bin(score)
}

/// The bins of many scores, added to others.
pub fn logit_bins(scores: &[f64], bins: &mut Vec<u32>) {
    let grid = &*GRID;
    bins.extend(scores.iter().map(|score| u32::from(grid.bin(*score))));
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

    /// An empty table with room for this many scores.
    #[must_use]
    pub fn with_capacity(scores: usize) -> Self {
        Self { keys: Vec::with_capacity(scores), rows: Vec::with_capacity(scores), weights: Vec::new() }
    }

    /// Adds the rows of `bin` at `key`: at the end where the key is the largest so far, which costs nothing more.
    pub fn add(&mut self, key: u64, bin: &ScoreBin) {
        let place = match self.keys.last() {
            Some(last) if *last == key => self.keys.len() - 1,
            Some(last) if *last > key => match self.keys.binary_search(&key) {
                Ok(place) => place,
                Err(place) => return self.insert(place, key, bin),
            },
            _ => return self.insert(self.keys.len(), key, bin),
        };
        let mut held = self.bin(place);
        held.merge(bin);
        self.replace(place, &held);
    }

    fn insert(&mut self, place: usize, key: u64, bin: &ScoreBin) {
        self.keys.insert(place, key);
        self.rows.insert(place, [0; 2]);
        if !self.weights.is_empty() {
            self.weights.insert(place, [Weights::ones(0); 2]);
        }
        self.replace(place, bin);
    }

    fn replace(&mut self, place: usize, bin: &ScoreBin) {
        if self.weights.is_empty() && !bin.is_unweighted() {
            self.weights = self.rows.iter().map(|rows| rows.map(Weights::ones)).collect();
        }
        self.rows[place] = [bin.negatives.rows, bin.positives.rows];
        if let Some(weights) = self.weights.get_mut(place) {
            *weights = [Weights::of(&bin.negatives), Weights::of(&bin.positives)];
        }
    }

    fn bin(&self, place: usize) -> ScoreBin {
        let [negatives, positives] = self.rows[place];
        let Some([of_negatives, of_positives]) = self.weights.get(place) else {
            return ScoreBin { negatives: Tally::unweighted(negatives), positives: Tally::unweighted(positives) };
        };
        let tally = |rows, weights: &Weights| Tally { rows, weight: weights.0, weight_squared: weights.1 };
        ScoreBin { negatives: tally(negatives, of_negatives), positives: tally(positives, of_positives) }
    }

    /// Adds one row of a class with a weight.
    pub fn add_row(&mut self, key: u64, positive: bool, weight: f64) {
        let mut bin = ScoreBin::default();
        if positive { &mut bin.positives } else { &mut bin.negatives }.add_row(weight);
        self.add(key, &bin);
    }

    /// The bins in increasing order of the score.
    pub fn iter(&self) -> impl Iterator<Item = (u64, ScoreBin)> {
        self.keys.iter().enumerate().map(|(place, key)| (*key, self.bin(place)))
    }

    /// The number of distinct scores or used bins.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether no row has a score.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Adds the counts of another table of the same scale.
    pub(crate) fn merge(&mut self, other: &Self) {
        if other.is_empty() {
            return;
        }
        let mine = std::mem::take(self);
        *self = Self::with_capacity(mine.len().max(other.len()));
        let (mut mine, mut theirs) = (mine.iter().peekable(), other.iter().peekable());
        while let (Some((my_key, _)), Some((their_key, _))) = (mine.peek(), theirs.peek()) {
            let next = if my_key <= their_key { mine.next() } else { theirs.next() };
            if let Some((key, bin)) = next {
                self.add(key, &bin);
            }
        }
        mine.chain(theirs).for_each(|(key, bin)| self.add(key, &bin));
    }

    /// The same rows on the fixed grid; only for a table on the exact scale.
    #[must_use]
    pub(crate) fn to_grid(&self) -> Self {
        let mut grid = Self::default();
        for (key, bin) in self.iter() {
            // Bins of the grid rise with the score.
            grid.add(ScoreTable::key(ScoreScale::Logit, f64::from_bits(key)), &bin);
        }
        grid
    }

    /// The rows of each class, over all scores.
    #[must_use]
    pub fn totals(&self) -> ScoreBin {
        let mut total = ScoreBin::default();
        for (_, bin) in self.iter() {
            total.merge(&bin);
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
    fn a_bin_is_that_of_the_log_odds() {
        let mut bits = 1_u64;
        for row in 0..50_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let uniform = (bits >> 11) as f64 / (1_u64 << 53) as f64;
            // All over the grid, and crowded at its ends.
            let score = if row % 2 == 0 { uniform } else { 1.0 / (1.0 + libm::exp(40.0 * uniform - 20.0)) };
            let place = (libm::log(score) - libm::log1p(-score) + 16.0) * 32.0;
            // A rounding may put a score on the other side of a bin's very beginning.
            if (place - place.round()).abs() > 1e-6 {
                let by_log_odds = place.floor().clamp(0.0, f64::from(LOGIT_BINS - 1));
                assert!((f64::from(logit_bin(score)) - by_log_odds).abs() < 0.5, "{score:e}");
            }
        }
        for bin in 1..LOGIT_BINS {
            let begin = 1.0 / (1.0 + libm::exp(16.0 - f64::from(bin) / 32.0));
            assert!([bin - 1, bin].contains(&logit_bin(begin)), "{bin}");
        }
    }

    #[test]
    fn near_scores_are_not_ties() {
        let key = |score| ScoreTable::key(ScoreScale::Exact, score);
        // Equal as f32, and within any tolerance.
        assert!(key(0.3) < key(0.3 + 1e-15));
        assert_eq!(key(-0.0), key(0.0));
    }

    /// A bin with rows of this weight in both classes.
    fn bin(weight: f64) -> ScoreBin {
        let mut bin = ScoreBin::default();
        bin.negatives.add_row(weight);
        bin.positives.add_row(weight);
        bin.positives.add_row(weight);
        bin
    }

    fn table(entries: &[(u64, f64)]) -> ScoreTable {
        let mut table = ScoreTable::default();
        for (key, weight) in entries {
            table.add(*key, &bin(*weight));
        }
        table
    }

    #[test]
    fn a_table_does_not_depend_on_the_order_of_its_entries() {
        for weights in [[1.0, 1.0, 1.0, 1.0], [1.0, 0.5, 1.0, 2.0]] {
            let [a, b, c, d] = weights;
            let forward = table(&[(1, a), (5, b), (5, c), (9, d)]);
            assert_eq!(forward, table(&[(9, d), (5, c), (1, a), (5, b)]));
            assert_eq!(forward.iter().map(|(key, _)| key).collect::<Vec<_>>(), [1, 5, 9]);
            assert_eq!(forward.totals().positives.rows, 8);
            assert_eq!(forward.totals().positives.weight, Fixed::from_f64(2.0 * weights.iter().sum::<f64>()));
        }
    }

    #[test]
    fn merged_tables_equal_one_table_of_all_rows() {
        for (a, b) in [(1.0, 1.0), (1.0, 0.5), (0.5, 1.0)] {
            let (left, right) = ([(1, a), (5, a)], [(2, b), (5, b), (7, b)]);
            let mut merged = table(&left);
            merged.merge(&table(&right));
            assert_eq!(merged, table(&[left.as_slice(), right.as_slice()].concat()));
        }
    }

    #[test]
    fn exact_keys_sort_like_scores() {
        let key = |score| ScoreTable::key(ScoreScale::Exact, score);
        assert_eq!(key(-0.0), key(0.0));
        assert!(key(0.0) < key(1e-300) && key(1e-300) < key(0.25) && key(0.25) < key(1.0));
    }
}
