//! Rows by what they say, in memory of a fixed size.

use crate::features::look::Sample;

/// As many different rows are known.
const MOST_ROWS: usize = 1 << 19;

/// With which labels a row was said.
struct Said {
    /// The label of one of them.
    label: u64,
    /// Whether another one has another label.
    conflicts: bool,
}

/// Different rows by their hashes, with all that are equal to them: every one while there are few, else those with the smallest
/// hashes.
///
/// Two different rows have the same hash of 64 bits with a probability of 1 in 10^8 in 500,000 rows.
pub(super) struct RowSample(Sample<Said>);

impl Default for RowSample {
    fn default() -> Self {
        Self::of_most(MOST_ROWS)
    }
}

impl RowSample {
    /// A sample that keeps so many different rows.
    pub(super) fn of_most(most: usize) -> Self {
        Self(Sample::new(most))
    }

    /// Adds a row by its hash.
    pub(super) fn add(&mut self, hash: u64, label: u64) {
        let new = || Said { label, conflicts: false };
        self.0.add_to(hash, 1, new, |said| said.conflicts |= said.label != label);
    }

    /// Gives up what is more than is to be kept.
    pub(super) fn shrink(&mut self) {
        self.0.shrink();
    }

    /// Whether these are all rows.
    pub(super) fn is_all(&self) -> bool {
        self.0.is_all()
    }

    /// All rows that are known.
    fn known(&self) -> u64 {
        self.0.values().map(|(_, rows)| rows).sum()
    }

    /// Rows that fewer rows than this agree with, and all rows that are known.
    pub(super) fn few_alike(&self, fewest: u64) -> (u64, u64) {
        (self.0.values().map(|(_, rows)| rows).filter(|rows| *rows < fewest).sum(), self.known())
    }

    /// The fewest rows that are equal to each other.
    pub(super) fn fewest(&self) -> u64 {
        self.0.values().map(|(_, rows)| rows).min().unwrap_or(0)
    }

    /// Rows that repeat another one (all but one of each), rows that have an equal with another label, and all rows that are
    /// known.
    pub(super) fn repeated(&self) -> (u64, u64, u64) {
        let known = self.known();
        let conflicting = self.0.values().filter(|(said, _)| said.conflicts).map(|(_, rows)| rows).sum();
        (known - self.0.len() as u64, conflicting, known)
    }

    /// The probability that two of so many rows are equal.
    pub(super) fn pairs(&self, rows: u64) -> f64 {
        // A sum of whole numbers: the map has no order.
        let pairs: u128 = self.0.values().map(|(_, equal)| u128::from(equal) * u128::from(equal - 1)).sum();
        share(pairs, self.known(), rows.saturating_sub(1))
    }

    /// The probability that one of these rows equals one of so many others.
    pub(super) fn pairs_with(&self, others: &Self, rows: u64) -> f64 {
        let pair = |(hash, equal): (u64, u64)| Some(u128::from(equal) * u128::from(others.0.rows_of(hash)?));
        let (_, known) = shared(self, others);
        share(comparable(self, others).filter_map(pair).sum(), known, rows)
    }
}

/// The rows of the first sample whose equals the second one would know, by their hashes.
fn comparable<'a>(rows: &'a RowSample, others: &RowSample) -> impl Iterator<Item = (u64, u64)> + use<'a> {
    let largest = rows.0.largest().min(others.0.largest());
    rows.0.rows_by_hash().filter(move |(hash, _)| *hash <= largest)
}

fn share(pairs: u128, one: u64, other: u64) -> f64 {
    let all = u128::from(one) * u128::from(other);
    if all > 0 { pairs as f64 / all as f64 } else { 0.0 }
}

/// The rows of the first sample that the second one has as well, and all of its rows that could be among them.
pub(super) fn shared(rows: &RowSample, others: &RowSample) -> (u64, u64) {
    let is_shared = |(hash, _): &(u64, u64)| others.0.rows_of(*hash).is_some();
    let count = |(_, rows): (u64, u64)| rows;
    (comparable(rows, others).filter(is_shared).map(count).sum(), comparable(rows, others).map(count).sum())
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
        assert_eq!((few.few_alike(2), few.few_alike(3), few.fewest()), ((1, 6), (3, 6), 1));
        let pairs = (few.pairs(6), few.pairs_with(&sample(100, [(2, 9), (7, 9)]), 2));
        assert!((pairs.0 - 8.0 / 30.0).abs() < 1e-12 && (pairs.1 - 2.0 / 12.0).abs() < 1e-12, "{pairs:?}");
    }

    #[test]
    fn a_sample_is_the_same_in_any_order_and_its_shares_are_near_those_of_all_rows() {
        // A third of the rows is said twice.
        let rows = || (0..40_000_u64).map(|row| (if row % 3 == 0 { row } else { row - row % 3 + 1 }, row % 3));
        let (one, other) = (sample(2_000, rows()), sample(2_000, rows().collect::<Vec<_>>().into_iter().rev()));
        assert_eq!((one.repeated(), one.0.largest()), (other.repeated(), other.0.largest()));
        assert!(!one.is_all() && one.0.len() == 2_000);
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
