//! Checks the rows to learn from, and turns weights and targets into what is summed.

use std::time::Instant;

use linfa::DatasetBase;
use linfa::dataset::{AsSingleTargets, Records as _};
use ndarray::{ArrayBase, ArrayView1, Data, Ix2};

use super::bins::Binned;
use super::params::{Constraint, Settings};
use super::split::Rule;
use super::sums::Units;
use super::{Link, TreeError};

/// The most classes.
pub(crate) const MOST_CLASSES: usize = 64;

/// The bits that the largest weight has, where weights are not small whole numbers already.
const WEIGHT_BITS: i32 = 20;

/// Sums stay below this power of two.
const SUM_BITS: i32 = 62;

/// The largest target that is a number: squares must not overflow.
const LARGEST_TARGET: f64 = 1e100;

/// What a row can be taught as.
pub trait Target: Copy {
    /// The targets of all rows, checked.
    fn outcome(targets: ArrayView1<'_, Self>) -> Result<Outcome, TreeError>;
}

/// Checked targets.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Whether each row is true.
    Binary(Vec<bool>),
    /// The class of each row, and how many classes there are.
    Classes(Vec<u8>, usize),
    /// A number of each row.
    Numbers(Vec<f64>),
}

impl Target for bool {
    fn outcome(targets: ArrayView1<'_, Self>) -> Result<Outcome, TreeError> {
        Ok(Outcome::Binary(targets.to_vec()))
    }
}

impl Target for usize {
    fn outcome(targets: ArrayView1<'_, Self>) -> Result<Outcome, TreeError> {
        let count = targets.iter().max().map_or(0, |largest| largest.saturating_add(1));
        if count > MOST_CLASSES {
            return Err(TreeError::TooManyClasses { found: count, most: MOST_CLASSES });
        }
        Ok(Outcome::Classes(targets.iter().map(|class| u8::try_from(*class).unwrap_or_default()).collect(), count))
    }
}

impl Target for f64 {
    fn outcome(targets: ArrayView1<'_, Self>) -> Result<Outcome, TreeError> {
        match targets.iter().position(|target| target.is_nan() || target.abs() > LARGEST_TARGET) {
            Some(row) => Err(TreeError::NotFinite { what: "a target", row: row + 1, value: targets[row] }),
            None => Ok(Outcome::Numbers(targets.to_vec())),
        }
    }
}

/// Rows that can be learned from.
pub(super) struct Rows {
    pub(super) binned: Binned,
    pub(super) weights: Weights,
    pub(super) outcome: Outcome,
    directions: Vec<i8>,
    started: Instant,
}

/// Weights as whole numbers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Weights {
    pub(super) of: Vec<i64>,
    /// What one of them is worth.
    pub(super) unit: f64,
    pub(super) total: i64,
}

impl Rows {
    /// Checks everything that could not be learned from.
    pub(super) fn new<D, T>(
        dataset: &DatasetBase<ArrayBase<D, Ix2>, T>,
        settings: &Settings,
        started: Instant,
    ) -> Result<Self, TreeError>
    where
        D: Data<Elem = f64>,
        T: AsSingleTargets<Elem: Target>,
    {
        let records = dataset.records();
        let (rows, features) = (records.nsamples(), records.nfeatures());
        for (what, count) in [("rows", rows), ("features", features)] {
            if count == 0 {
                return Err(TreeError::Nothing { what });
            }
        }
        let targets = dataset.targets().as_single_targets();
        if targets.len() != rows {
            return Err(TreeError::Mismatch { what: "targets", found: targets.len(), expected: rows });
        }
        if let Some(((row, _), value)) = records.indexed_iter().find(|(_, value)| value.is_infinite()) {
            return Err(TreeError::NotFinite { what: "a feature", row: row + 1, value: *value });
        }
        let directions = directions(&settings.constraints, features)?;
        let weights = Weights::new(dataset.weights().map(|weights| weights.iter().copied()), rows)?;
        let outcome = T::Elem::outcome(targets)?;
        differ(&outcome, &weights.of)?;
        if matches!(outcome, Outcome::Classes(..)) && directions.iter().any(|direction| *direction != 0) {
            return Err(TreeError::ConstrainedClasses);
        }
        let weight = weights.total as f64 * weights.unit;
        let least = settings.shape.min_leaf_weight;
        if 2.0 * least > weight {
            return Err(TreeError::TooLight { weight, least });
        }
        let binned = Binned::new(records.view(), &weights.of, settings.threads);
        Ok(Self { binned, weights, outcome, directions, started })
    }

    /// The rows that count at all.
    pub(super) fn all(&self) -> Vec<u32> {
        let rows = (0_u32..).zip(&self.weights.of);
        rows.filter(|(_, weight)| **weight > 0).map(|(row, _)| row).collect()
    }

    /// What every split has to keep to.
    pub(super) fn rule(&self, settings: &Settings, units: Units, least_curvature: f64) -> Rule {
        Rule {
            units,
            least_weight: whole((settings.shape.min_leaf_weight / self.weights.unit).ceil()).max(1),
            least_curvature: whole(least_curvature / units.curvature),
            directions: self.directions.clone(),
        }
    }

    /// The weighted share of a class, or of `true`.
    pub(super) fn share(&self, holds: impl Fn(usize) -> bool) -> f64 {
        let weights = self.weights.of.iter().enumerate();
        let sum: i64 = weights.filter(|(row, _)| holds(*row)).map(|(_, weight)| *weight).sum();
        sum as f64 / self.weights.total as f64
    }

    /// The largest of numbers, without their signs, of rows that count at all.
    pub(super) fn largest(&self, numbers: &[f64]) -> f64 {
        let counted = numbers.iter().zip(&self.weights.of).filter(|(_, weight)| **weight > 0);
        counted.fold(0.0, |largest: f64, (number, _)| largest.max(number.abs()))
    }

    /// The weighted mean, in whatever order rows stand.
    pub(super) fn mean(&self, numbers: &[f64]) -> f64 {
        let unit = unit_below(self.largest(numbers), self.weights.total);
        let sum: i64 = numbers.iter().zip(&self.weights.of).map(|(number, weight)| whole(number / unit) * weight).sum();
        sum as f64 / self.weights.total as f64 * unit
    }

    /// An error once training has taken longer than it may.
    pub(super) fn in_time(&self, settings: &Settings, trees: usize, all: usize) -> Result<(), TreeError> {
        match settings.time_limit {
            Some(limit) if self.started.elapsed() > limit => Err(TreeError::OutOfTime { seconds: limit.as_secs(), trees, all }),
            _ => Ok(()),
        }
    }
}

impl Outcome {
    /// What turns a sum of trees into a prediction.
    pub(super) fn link(&self) -> Link {
        match self {
            Self::Binary(_) => Link::Logistic,
            Self::Classes(..) => Link::Softmax,
            Self::Numbers(_) => Link::Identity,
        }
    }
}

/// Something must differ between rows that count.
fn differ(outcome: &Outcome, weights: &[i64]) -> Result<(), TreeError> {
    let counted = || weights.iter().enumerate().filter(|(_, weight)| **weight > 0).map(|(row, _)| row);
    let same = match outcome {
        Outcome::Binary(targets) => {
            let positives = counted().filter(|row| targets[*row]).count();
            positives == 0 || positives == counted().count()
        }
        Outcome::Classes(classes, count) => {
            let mut seen = vec![false; *count];
            counted().for_each(|row| seen[usize::from(classes[row])] = true);
            if let Some(class) = seen.iter().position(|seen| !seen) {
                return Err(TreeError::EmptyClass { class, classes: *count });
            }
            *count < 2
        }
        Outcome::Numbers(numbers) => {
            let first = counted().next().map_or(0.0, |row| numbers[row]);
            counted().all(|row| (numbers[row] - first).abs() <= 0.0)
        }
    };
    if same { Err(TreeError::OneTarget) } else { Ok(()) }
}

fn directions(constraints: &[Constraint], features: usize) -> Result<Vec<i8>, TreeError> {
    if constraints.is_empty() {
        return Ok(vec![0; features]);
    }
    if constraints.len() != features {
        return Err(TreeError::Mismatch { what: "constraints", found: constraints.len(), expected: features });
    }
    let direction = |constraint: &Constraint| match constraint {
        Constraint::None => 0,
        Constraint::Rising => 1,
        Constraint::Falling => -1,
    };
    Ok(constraints.iter().map(direction).collect())
}

impl Weights {
    /// Rounds weights to whole numbers that are as small as they can be without changing; 1 each where there are none.
    pub(super) fn new(given: Option<impl Iterator<Item = f32>>, rows: usize) -> Result<Self, TreeError> {
        let Some(given) = given else { return Ok(Self { of: vec![1; rows], unit: 1.0, total: count(rows) }) };
        let given: Vec<f64> = given.map(f64::from).collect();
        if given.len() != rows {
            return Err(TreeError::Mismatch { what: "weights", found: given.len(), expected: rows });
        }
        if let Some(row) = given.iter().position(|weight| !weight.is_finite() || *weight < 0.0) {
            return Err(TreeError::NotFinite { what: "a weight", row: row + 1, value: given[row] });
        }
        let largest = given.iter().copied().fold(0.0, f64::max);
        if largest <= 0.0 {
            return Err(TreeError::Nothing { what: "weights above 0" });
        }
        let unit = power_of_two(exponent(largest) - WEIGHT_BITS);
        let mut of: Vec<i64> = given.iter().map(|weight| whole((weight / unit).round())).collect();
        let shift = of.iter().fold(0, |bits, weight| bits | weight).trailing_zeros();
        for weight in &mut of {
            *weight >>= shift;
        }
        let total = of.iter().sum();
        Ok(Self { of, unit: unit * power_of_two(i32::try_from(shift).unwrap_or_default()), total })
    }
}

/// The unit in which numbers of at most `largest`, times weights of `total` together, have a sum that fits.
pub(super) fn unit_below(largest: f64, total: i64) -> f64 {
    // No finer than a number's own digits.
    let bits = (SUM_BITS - exponent(total as f64)).min(52);
    power_of_two(exponent(largest) - bits)
}

/// The smallest power of two that a number above 0 is below; of 0, that of the smallest number in use.
pub(super) fn exponent(number: f64) -> i32 {
    if number > 0.0 { libm::frexp(number).1.max(-900) } else { -900 }
}

pub(super) fn power_of_two(exponent: i32) -> f64 {
    libm::ldexp(1.0, exponent)
}

/// A number of rows, which is far below the largest whole number.
pub(super) fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// The whole part of a number.
#[expect(clippy::cast_possible_truncation, reason = "units are chosen so that it fits, and the cast saturates")]
pub(super) fn whole(number: f64) -> i64 {
    number as i64
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn weights(given: &[f32]) -> Weights {
        Weights::new(Some(given.iter().copied()), given.len()).unwrap()
    }

    #[test]
    fn weights_are_the_smallest_whole_numbers_of_their_proportions() {
        assert_eq!(weights(&[1.0, 2.0, 0.0]), Weights { of: vec![1, 2, 0], unit: 1.0, total: 3 });
        assert_eq!(weights(&[0.5, 1.5]), Weights { of: vec![1, 3], unit: 0.5, total: 4 });
        assert_eq!(weights(&[4.0, 4.0]), Weights { of: vec![1, 1], unit: 4.0, total: 2 });
        let odd = weights(&[0.1, 1e3]);
        assert!((odd.of[0] as f64 * odd.unit - 0.1).abs() < 1e-3 && odd.of[1] <= 1 << 20, "{odd:?}");
    }

    #[test]
    fn weights_of_no_use_are_refused() {
        for (given, what) in [([f32::NAN, 1.0], "a weight"), ([-1.0, 1.0], "a weight"), ([f32::INFINITY, 1.0], "a weight")] {
            let error = Weights::new(Some(given.iter().copied()), 2).unwrap_err();
            assert!(matches!(error, TreeError::NotFinite { what: found, row: 1, .. } if found == what), "{error}");
        }
        assert_eq!(Weights::new(Some([0.0, 0.0].into_iter()), 2), Err(TreeError::Nothing { what: "weights above 0" }));
    }

    #[test]
    fn sums_in_the_chosen_unit_fit_and_are_as_fine_as_they_can_be() {
        for (largest, total) in [(1.0, 10), (1.0, 1 << 40), (1e100, 1000), (1e-200, 3), (0.0, 5)] {
            let unit = unit_below(largest, total);
            let sum = largest / unit * total as f64;
            assert!(unit > 0.0 && sum < 2.0_f64.powi(63), "{largest} {total}: {sum}");
        }
        assert!((unit_below(1.0, 4) - 2.0_f64.powi(-51)).abs() < 1e-30);
    }
}
