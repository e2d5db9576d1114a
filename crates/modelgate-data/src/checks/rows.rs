//! Rows by what they say, in memory of a fixed size.

use crate::pass::FastMap;

/// As many different rows are known.
const MOST_ROWS: usize = 1 << 19;

/// How often a row was said, and with which labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Said {
    rows: u64,
    /// The label of one of them.
    label: u64,
    /// Whether another one has another label.
    conflicts: bool,
}

/// Different rows by their hashes, with all that are equal to them: every one while there are few, else those with the smallest
/// hashes. Which ones these are depends on no order: a row that is kept in the end was never given up before.
///
/// Two different rows have the same hash of 64 bits with a probability of 1 in 10^8 in 500,000 rows.
pub(super) struct RowSample {
    kept: FastMap<u64, Said>,
    /// The largest hash that is kept.
    largest: u64,
    most: usize,
}

impl Default for RowSample {
    fn default() -> Self {
        Self::of_most(MOST_ROWS)
    }
}

impl RowSample {
    /// A sample that keeps so many different rows.
    pub(super) fn of_most(most: usize) -> Self {
        Self { kept: FastMap::default(), largest: u64::MAX, most }
    }

    /// Adds a row by its hash.
    pub(super) fn add(&mut self, hash: u64, label: u64) {
        if hash > self.largest {
            return;
        }
        let said = self.kept.entry(hash).or_insert(Said { rows: 0, label, conflicts: false });
        said.rows += 1;
        said.conflicts |= said.label != label;
        if self.kept.len() > 2 * self.most {
            self.shrink();
        }
    }

    /// Gives up what is more than is to be kept.
    pub(super) fn shrink(&mut self) {
        if self.kept.len() <= self.most {
            return;
        }
        let mut hashes: Vec<u64> = self.kept.keys().copied().collect();
        hashes.sort_unstable();
        if let Some(largest) = hashes.get(self.most - 1) {
            self.largest = *largest;
            self.kept.retain(|hash, _| hash <= largest);
            self.kept.shrink_to_fit();
        }
    }

    /// Whether these are all rows.
    pub(super) fn is_all(&self) -> bool {
        self.largest == u64::MAX
    }

    /// Rows that fewer rows than this agree with, and all rows that are known.
    pub(super) fn few_alike(&self, fewest: u64) -> (u64, u64) {
        let few = self.kept.values().filter(|said| said.rows < fewest).map(|said| said.rows).sum();
        (few, self.kept.values().map(|said| said.rows).sum())
    }

    /// Rows that repeat another one (all but one of each), rows that have an equal with another label, and all rows that are
    /// known.
    pub(super) fn repeated(&self) -> (u64, u64, u64) {
        let known: u64 = self.kept.values().map(|said| said.rows).sum();
        let conflicting = self.kept.values().filter(|said| said.conflicts).map(|said| said.rows).sum();
        (known - self.kept.len() as u64, conflicting, known)
    }
}

impl RowSample {
    /// The probability that two of so many rows are equal.
    pub(super) fn pairs(&self, rows: u64) -> f64 {
        let (_, _, known) = self.repeated();
        // A sum of whole numbers: the map has no order.
        let pairs: u128 = self.kept.values().map(|said| u128::from(said.rows) * u128::from(said.rows - 1)).sum();
        share(pairs, known, rows.saturating_sub(1))
    }

    /// The probability that one of these rows equals one of so many others.
    pub(super) fn pairs_with(&self, others: &Self, rows: u64) -> f64 {
        let (_, known) = shared(self, others);
        let largest = self.largest.min(others.largest);
        let pair = |(hash, said): (&u64, &Said)| {
            let other = others.kept.get(hash).filter(|_| *hash <= largest)?;
            Some(u128::from(said.rows) * u128::from(other.rows))
        };
        share(self.kept.iter().filter_map(pair).sum(), known, rows)
    }
}

fn share(pairs: u128, one: u64, other: u64) -> f64 {
    let all = u128::from(one) * u128::from(other);
    if all > 0 { pairs as f64 / all as f64 } else { 0.0 }
}

/// The rows of the first sample that the second one has as well, and all of its rows that could be among them.
pub(super) fn shared(rows: &RowSample, others: &RowSample) -> (u64, u64) {
    let largest = rows.largest.min(others.largest);
    let comparable = || rows.kept.iter().filter(|(hash, _)| **hash <= largest);
    let hits = comparable().filter(|(hash, _)| others.kept.contains_key(hash)).map(|(_, said)| said.rows).sum();
    (hits, comparable().map(|(_, said)| said.rows).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::look::mixed;

    fn sample(most: usize, rows: impl IntoIterator<Item = (u64, u64)>) -> RowSample {
        let mut sample = RowSample::of_most(most);
        rows.into_iter().for_each(|(row, label)| sample.add(mixed(row), label));
        sample.shrink();
        sample
    }

    #[test]
    fn all_but_one_of_equal_rows_repeat_and_all_of_them_conflict() {
        let few = sample(100, [(1, 0), (1, 1), (1, 1), (2, 0), (2, 0), (3, 1)]);
        assert_eq!((few.repeated(), few.is_all()), ((3, 3, 6), true));
        assert_eq!(shared(&few, &sample(100, [(2, 9), (7, 9)])), (2, 6));
        assert_eq!((few.few_alike(2), few.few_alike(3)), ((1, 6), (3, 6)));
        let pairs = (few.pairs(6), few.pairs_with(&sample(100, [(2, 9), (7, 9)]), 2));
        assert!((pairs.0 - 8.0 / 30.0).abs() < 1e-12 && (pairs.1 - 2.0 / 12.0).abs() < 1e-12, "{pairs:?}");
    }

    #[test]
    fn a_sample_is_the_same_in_any_order_and_its_shares_are_near_those_of_all_rows() {
        // A third of the rows is said twice.
        let rows = || (0..40_000_u64).map(|row| (if row % 3 == 0 { row } else { row - row % 3 + 1 }, row % 3));
        let (one, other) = (sample(2_000, rows()), sample(2_000, rows().collect::<Vec<_>>().into_iter().rev()));
        assert_eq!((one.repeated(), one.largest), (other.repeated(), other.largest));
        assert!(!one.is_all() && one.kept.len() == 2_000);
        let (repeated, conflicting, known) = one.repeated();
        assert!((repeated as f64 / known as f64 - 1.0 / 3.0).abs() < 0.02, "{repeated} of {known}");
        assert!((conflicting as f64 / known as f64 - 2.0 / 3.0).abs() < 0.04, "{conflicting} of {known}");
        // Of two samples only hashes that both would have kept are compared.
        let all = sample(1 << 19, rows());
        assert_eq!(shared(&one, &all), (known, known));
        let (hits, of) = shared(&all, &one);
        assert_eq!((hits, of), (known, known));
    }
}
