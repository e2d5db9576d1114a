//! How much of a number that is to be predicted one column alone explains.

use std::collections::BTreeMap;

use modelgate_cube::Part;

use super::{DataMeasurement, DataMetricId};
use crate::{Estimate, Measured, Reason};

/// A column of numbers is cut into so many cells of equally many rows.
const CELLS: usize = 20;

/// A text column of more values is not told from by its means.
const MOST_TEXTS: usize = 1_000;

/// Each part of the rows is guessed from the others.
const PARTS: usize = 5;

/// What rows say in one column.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnValues {
    /// Numbers; `None` where there is none.
    Numbers(Vec<Option<f64>>),
    /// A number for each different text.
    Texts(Vec<u32>),
}

/// Some rows with a number that is to be predicted, one entry for each in every list.
#[derive(Debug, Clone)]
pub struct NumbersLook<'a> {
    /// Which rows.
    pub part: Part,
    /// How many rows there are in all.
    pub of: usize,
    /// The number that is to be predicted.
    pub targets: &'a [f64],
    /// The hash of each row, which says which of five parts it is in, so that equal rows are in one.
    pub parts: &'a [u64],
    /// Each column.
    pub columns: Vec<(&'a str, ColumnValues)>,
}

/// Measures each column.
#[must_use]
pub fn evaluate_explained(look: &NumbersLook<'_>) -> Vec<DataMeasurement> {
    let measure = |(name, values): &(&str, ColumnValues)| DataMeasurement {
        part: look.part,
        column: Some((*name).to_owned()),
        sampled: look.targets.len() < look.of,
        ..DataMeasurement::new(DataMetricId::SINGLE_COLUMN_R2, explained(values, look))
    };
    look.columns.iter().map(measure).collect()
}

fn explained(values: &ColumnValues, look: &NumbersLook<'_>) -> Estimate {
    let n = look.targets.len() as u64;
    if look.targets.len() < 2 {
        return Estimate::Undefined { reason: Reason::TooFew, n };
    }
    let (cells, monotone) = match values {
        ColumnValues::Numbers(numbers) => (cells(numbers), squared_rank_correlation(numbers, look.targets)),
        ColumnValues::Texts(codes) => (codes.clone(), None),
    };
    let by_cells = by_cells(&cells, look);
    match by_cells.into_iter().chain(monotone).reduce(f64::max) {
        Some(value) => Estimate::Measured(Measured { value: value.clamp(0.0, 1.0), interval: None, n, binning_error: 0.0 }),
        None => Estimate::Undefined { reason: Reason::Constant, n },
    }
}

/// The cell of each number: equally many rows in each, equal numbers in one, and one cell for rows without a number.
fn cells(numbers: &[Option<f64>]) -> Vec<u32> {
    let mut sorted: Vec<f64> = numbers.iter().flatten().copied().collect();
    sorted.sort_by(f64::total_cmp);
    let edge = |cell: usize| sorted.get(cell * sorted.len() / CELLS).copied();
    let mut edges: Vec<f64> = (1..CELLS).filter_map(edge).collect();
    edges.dedup();
    let cell = |number: &Option<f64>| match number {
        Some(number) => u32::try_from(edges.partition_point(|edge| edge <= number)).unwrap_or(u32::MAX),
        None => u32::MAX,
    };
    numbers.iter().map(cell).collect()
}

/// The coefficient of determination of guesses of each part from the means of the cells in the other parts; `None` where the number is
/// constant, or nearly every row has a cell of its own.
///
/// scikit-learn `r2_score` of `cross_val_predict`.
fn by_cells(cells: &[u32], look: &NumbersLook<'_>) -> Option<f64> {
    let rows = look.targets.len() as f64;
    let mean = look.targets.iter().sum::<f64>() / rows;
    let spread: f64 = look.targets.iter().map(|target| (target - mean) * (target - mean)).sum();
    // Sums and rows of each cell by part: the others' are what is left of all.
    let mut sums: BTreeMap<u32, [(f64, f64); PARTS]> = BTreeMap::new();
    let part = |row: usize| look.parts.get(row).and_then(|part| usize::try_from(part % PARTS as u64).ok()).unwrap_or(0);
    for (row, (cell, target)) in cells.iter().zip(look.targets).enumerate() {
        if let Some((sum, count)) = sums.entry(*cell).or_default().get_mut(part(row)) {
            *sum += target;
            *count += 1.0;
        }
    }
    if spread <= 0.0 || sums.len() > MOST_TEXTS {
        return None;
    }
    let of_others = |cell: &[(f64, f64); PARTS], mine: usize| {
        let others = cell.iter().enumerate().filter(|(part, _)| *part != mine).map(|(_, sums)| sums);
        others.fold((0.0, 0.0), |(sum, count), (more, rows)| (sum + more, count + rows))
    };
    let totals: Vec<(f64, f64)> = (0..PARTS)
        .map(|mine| sums.values().map(|cell| of_others(cell, mine)).fold((0.0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1)))
        .collect();
    let missed = |(row, (cell, target)): (usize, (&u32, &f64))| {
        let mine = part(row);
        let (sum, count) = sums.get(cell).map_or((0.0, 0.0), |cell| of_others(cell, mine));
        let (all, of) = totals.get(mine).copied().unwrap_or_default();
        let guess = if count > 0.0 {
            sum / count
        } else if of > 0.0 {
            all / of
        } else {
            mean
        };
        (target - guess) * (target - guess)
    };
    let missed: f64 = cells.iter().zip(look.targets).enumerate().map(missed).sum();
    Some(1.0 - missed / spread)
}

/// Spearman's rank correlation, squared: one for any monotone copy of the number. Rows without a number take no part; `None` where half
/// of the rows have none, or one of both is constant.
///
/// scipy `spearmanr(column, target).statistic ** 2`.
fn squared_rank_correlation(numbers: &[Option<f64>], targets: &[f64]) -> Option<f64> {
    let known: Vec<(f64, f64)> = numbers.iter().zip(targets).filter_map(|(number, target)| Some(((*number)?, *target))).collect();
    if known.len() * 2 <= numbers.len() {
        return None;
    }
    let (ones, others): (Vec<f64>, Vec<f64>) = known.into_iter().unzip();
    let (ones, others) = (ranks(&ones), ranks(&others));
    let middle = f64::midpoint(ones.len() as f64, 1.0);
    let product =
        |one: &[f64], other: &[f64]| -> f64 { one.iter().zip(other).map(|(one, other)| (one - middle) * (other - middle)).sum() };
    let spreads = product(&ones, &ones) * product(&others, &others);
    (spreads > 0.0).then(|| product(&ones, &others).powi(2) / spreads)
}

/// Ranks from 1, the mean of theirs for equal numbers.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    let value = |row: &usize| values.get(*row).copied().unwrap_or(0.0);
    order.sort_by(|one, two| value(one).total_cmp(&value(two)));
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0;
    for equal in order.chunk_by(|one, two| value(one).total_cmp(&value(two)).is_eq()) {
        let rank = below as f64 + f64::midpoint(equal.len() as f64, 1.0);
        for row in equal {
            if let Some(slot) = ranks.get_mut(*row) {
                *slot = rank;
            }
        }
        below += equal.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// Numbers that look random, in [0, 1), and independent of those of other numbers.
    fn noise(number: u32) -> f64 {
        let mixed = (number ^ (number >> 16)).wrapping_mul(0x7feb_352d);
        let mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x846c_a68b);
        f64::from((mixed ^ (mixed >> 16)) >> 8) / f64::from(1 << 24)
    }

    fn value(values: ColumnValues, targets: &[f64]) -> f64 {
        let parts: Vec<u64> = (0..targets.len() as u64).map(|row| row.wrapping_mul(7) % 5).collect();
        let look = NumbersLook { part: Part::Test, of: targets.len(), targets, parts: &parts, columns: vec![("x", values)] };
        evaluate_explained(&look)[0].estimate.measured().unwrap().value
    }

    #[test]
    fn a_copy_of_the_number_explains_all_of_it_and_noise_nothing() {
        let targets: Vec<f64> = (0..500).map(|row| (noise(row) * 9.0).exp()).collect();
        let copy = ColumnValues::Numbers(targets.iter().map(|target| Some(1.0 - target.ln())).collect());
        assert!((value(copy, &targets) - 1.0).abs() < 1e-12);
        let other = ColumnValues::Numbers((0..500).map(|row| Some(noise(row + 7_000))).collect());
        assert!(value(other, &targets) < 0.1);
        // Every row has its own text: nothing is known of it from other rows.
        assert!(value(ColumnValues::Texts((0..500).collect()), &targets) < 0.1);
    }

    #[test]
    fn texts_explain_what_the_means_of_their_other_rows_do() {
        let targets: Vec<f64> = (0..200_u32).map(|row| f64::from(row % 4)).collect();
        let texts = ColumnValues::Texts((0..200).map(|row| row % 4).collect());
        assert!((value(texts, &targets) - 1.0).abs() < 1e-12);
        let halves = ColumnValues::Texts((0..200).map(|row| row % 4 / 2).collect());
        // Means of 0.5 and 2.5 leave a quarter of 1.25; unequal parts leave a little more.
        assert!((value(halves, &targets) - 0.8).abs() < 0.01);
    }

    #[test]
    fn rank_correlation_is_that_of_scipy() {
        // scipy.stats.spearmanr([1, 2, 2, 5], [3, 1, 4, 9]).statistic ** 2 is 0.4.
        let found = squared_rank_correlation(&[Some(1.0), Some(2.0), Some(2.0), Some(5.0)], &[3.0, 1.0, 4.0, 9.0]).unwrap();
        assert!((found - 0.4).abs() < 1e-12, "{found}");
        assert_eq!(squared_rank_correlation(&[Some(1.0), None], &[1.0, 2.0]), None);
    }
}
