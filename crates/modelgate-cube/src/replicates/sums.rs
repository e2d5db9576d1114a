//! Replicates of tasks other than binary classification: lists of real numbers, whose unit is the data's.

use serde::{Deserialize, Serialize};

use super::stored::{Packed, pack, unpack};
use super::{REPLICATES, poisson_weights};

/// Stored numbers are rounded to this many bits of the largest of their list, which adds a millionth to an error.
const STORED_BITS: i32 = 30;

/// The replicates of one slice: for each sum a list of [`REPLICATES`] numbers.
///
/// Sums of shards equal those of all rows but for rounding of the last bits.
#[derive(Debug, Clone, PartialEq)]
pub struct SumReplicates {
    /// What is taken off the numbers whose squares are summed, so that they do not drown in rounding.
    shift: f64,
    sums: Vec<Vec<f64>>,
}

impl SumReplicates {
    /// Replicates of this many sums, without rows.
    #[must_use]
    pub fn new(sums: usize, shift: f64) -> Self {
        Self { shift, sums: vec![vec![0.0; REPLICATES]; sums] }
    }

    /// Adds the sums of a bucket's rows. Buckets must come in increasing order, so that equal rows make equal bits.
    pub fn add_bucket(&mut self, bucket: u16, sums: &[f64]) {
        let weights = poisson_weights(bucket);
        for (column, sum) in self.sums.iter_mut().zip(sums).filter(|(_, sum)| **sum != 0.0) {
            for (replicate, weight) in column.iter_mut().zip(weights) {
                *replicate += f64::from(*weight) * sum;
            }
        }
    }

    /// What is taken off the numbers whose squares are summed.
    #[must_use]
    pub fn shift(&self) -> f64 {
        self.shift
    }

    /// How many sums there are.
    #[must_use]
    pub fn width(&self) -> usize {
        self.sums.len()
    }

    /// The sums of one replicate after the other.
    pub fn iter(&self) -> impl Iterator<Item = Vec<f64>> {
        (0..REPLICATES).map(|index| self.sums.iter().map(|column| column.get(index).copied().unwrap_or(0.0)).collect())
    }

    /// Adds the rows of another shard; `about` gives one replicate's sums about another shift. `false` where the two do
    /// not hold the same sums.
    pub(crate) fn merge(&mut self, other: &Self, about: impl Fn(&[f64], f64, f64) -> Option<Vec<f64>>) -> bool {
        if self.sums.len() != other.sums.len() {
            return false;
        }
        // The smaller one, so that it does not matter which is added to which.
        let shift = self.shift.min(other.shift);
        let moved = |side: &Self| side.iter().map(|sums| about(&sums, side.shift, shift)).collect::<Option<Vec<_>>>();
        let Some((mine, theirs)) = moved(self).zip(moved(other)) else { return false };
        for (index, (mine, theirs)) in mine.iter().zip(&theirs).enumerate() {
            for (column, (one, two)) in self.sums.iter_mut().zip(mine.iter().zip(theirs)) {
                if let Some(slot) = column.get_mut(index) {
                    *slot = one + two;
                }
            }
        }
        self.shift = shift;
        true
    }

    /// As they may be stored.
    #[must_use]
    pub(crate) fn rounded(mut self) -> Self {
        for column in &mut self.sums {
            let step = step(column);
            for number in column {
                *number = whole(*number, step) as f64 * libm::ldexp(1.0, step);
            }
        }
        self
    }

    /// The lists, as rounded for storage.
    pub(crate) fn pack(&self) -> PackedSums {
        let pack_list = |column: &Vec<f64>| {
            let step = step(column);
            let numbers: Vec<i64> = column.iter().map(|number| whole(*number, step)).collect();
            let least = numbers.iter().copied().min().unwrap_or(0);
            (step, least, pack(numbers.iter().map(|number| number - least)))
        };
        PackedSums { shift: self.shift, lists: self.sums.iter().map(pack_list).collect() }
    }

    /// Reads them back; `None` where they are no replicates.
    pub(crate) fn unpack(stored: &PackedSums) -> Option<Self> {
        let read = |(step, least, packed): &(i32, i64, Packed)| {
            if !(-400..=400).contains(step) || least.unsigned_abs() > 1 << (STORED_BITS + 2) {
                return None;
            }
            let numbers = unpack(packed)?;
            let scale = libm::ldexp(1.0, *step);
            Some(numbers.into_iter().map(|number| (number + least) as f64 * scale).collect())
        };
        let sums = stored.lists.iter().map(read).collect::<Option<Vec<Vec<f64>>>>()?;
        stored.shift.is_finite().then_some(Self { shift: stored.shift, sums })
    }
}

/// How replicates of sums are written: what is taken off, and for each list the power of two that its whole numbers count,
/// the smallest of them, and the distances to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PackedSums {
    shift: f64,
    lists: Vec<(i32, i64, Packed)>,
}

/// The power of two that the numbers of a list are rounded to; whole numbers stay whole.
fn step(column: &[f64]) -> i32 {
    let largest = column.iter().fold(0.0_f64, |largest, number| largest.max(number.abs()));
    if largest <= 0.0 || !largest.is_finite() {
        return 0;
    }
    let (_, exponent) = libm::frexp(largest);
    let step = exponent - STORED_BITS;
    let whole = column.iter().all(|number| number.fract().abs() <= 0.0);
    if whole { step.max(0) } else { step }
}

/// Cut off and not rounded, so that the largest number never outgrows its step and doing it twice changes nothing.
#[expect(clippy::cast_possible_truncation, reason = "below 2^30 by the choice of the step")]
fn whole(number: f64, step: i32) -> i64 {
    libm::ldexp(number, -step).trunc() as i64
}

#[cfg(test)]
mod tests {
    #![expect(clippy::float_cmp, reason = "tests")]
    use super::*;

    fn replicates(scale: f64, shift: f64) -> SumReplicates {
        let mut replicates = SumReplicates::new(3, shift);
        replicates.add_bucket(3, &[1.0, -0.3 * scale, 0.0]);
        replicates.add_bucket(900, &[2.0, 0.1 * scale, 7.0 * scale]);
        replicates
    }

    #[test]
    fn a_replicate_is_the_sum_of_buckets_times_their_numbers() {
        for (index, sums) in replicates(1.0, 0.0).iter().enumerate() {
            let number = |bucket| f64::from(poisson_weights(bucket)[index]);
            assert_eq!(sums[0], number(3) + 2.0 * number(900));
            assert!((sums[1] - (0.1 * number(900) - 0.3 * number(3))).abs() < 1e-15);
        }
    }

    #[test]
    fn lists_of_any_unit_survive_storage_and_are_rounded_once() {
        for scale in [1.0, 1e-18, 3e20] {
            let rounded = replicates(scale, 4.5).rounded();
            assert_eq!(rounded.clone().rounded(), rounded);
            assert_eq!(SumReplicates::unpack(&rounded.pack()), Some(rounded.clone()));
            for (before, after) in replicates(scale, 4.5).iter().zip(rounded.iter()) {
                assert_eq!(before[0], after[0]);
                assert!((before[1] - after[1]).abs() <= 1e-8 * scale);
            }
        }
    }

    #[test]
    fn shards_are_added_about_one_shift_whichever_comes_first() {
        let about = |sums: &[f64], from: f64, to: f64| Some(vec![sums[0], sums[1] + (from - to) * sums[0], sums[2]]);
        let (mut one, mut two) = (replicates(1.0, 2.0), replicates(3.0, 1.0));
        assert!(one.merge(&two, about) && two.merge(&replicates(1.0, 2.0), about));
        assert_eq!((one.shift(), &one), (1.0, &two));
        assert!(!one.merge(&SumReplicates::new(2, 0.0), about));
    }

    #[test]
    fn what_no_list_is_written_as_is_refused() {
        let mut stored = replicates(1.0, 0.0).rounded().pack();
        stored.lists[0].1 = i64::MAX;
        assert_eq!(SumReplicates::unpack(&stored), None);
        let mut stored = replicates(1.0, 0.0).rounded().pack();
        stored.lists[0].0 = 2_000;
        assert_eq!(SumReplicates::unpack(&stored), None);
    }
}
