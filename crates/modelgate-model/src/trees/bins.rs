//! Puts the values of each feature into at most 255 bins, so that a split is a choice between few places.

use ndarray::ArrayView2;

/// The code of a missing value.
pub(super) const MISSING: u8 = u8::MAX;

/// The most bins of known values.
const MOST_BINS: usize = 255;

/// The bins of one feature: the first holds what is at most `edges[0]`, the last what is above every edge.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bins {
    edges: Vec<f64>,
}

/// Every value as the code of its bin, feature by feature.
pub(super) struct Binned {
    pub(super) bins: Vec<Bins>,
    pub(super) codes: Vec<Vec<u8>>,
    pub(super) rows: usize,
}

impl Binned {
    /// Learns bins of about equal weight and codes every value. Weights are whole numbers, one a row.
    pub(super) fn new(records: ArrayView2<'_, f64>, weights: &[i64], threads: usize) -> Self {
        let features = records.ncols();
        let mut found: Vec<(Bins, Vec<u8>)> = vec![(Bins { edges: Vec::new() }, Vec::new()); features];
        let share = features.div_ceil(threads.max(1)).max(1);
        std::thread::scope(|scope| {
            for (chunk, part) in found.chunks_mut(share).enumerate() {
                let learn = move || {
                    for (offset, place) in part.iter_mut().enumerate() {
                        let values: Vec<f64> = records.column(chunk * share + offset).to_vec();
                        let bins = Bins::learn(&values, weights);
                        let codes = values.iter().map(|value| bins.code(*value)).collect();
                        *place = (bins, codes);
                    }
                };
                scope.spawn(learn);
            }
        });
        let (bins, codes) = found.into_iter().unzip();
        Self { bins, codes, rows: records.nrows() }
    }
}

impl Bins {
    fn learn(values: &[f64], weights: &[i64]) -> Self {
        let uniform = weights.iter().all(|weight| *weight == 1);
        let distinct = if uniform { counted(values) } else { weighed(values, weights) };
        Self { edges: edges(&distinct) }
    }

    /// How many bins there are, without the one of missing values.
    pub(super) fn len(&self) -> usize {
        self.edges.len() + 1
    }

    /// The bin of a value.
    fn code(&self, value: f64) -> u8 {
        if value.is_nan() {
            return MISSING;
        }
        u8::try_from(self.edges.partition_point(|edge| *edge < value)).unwrap_or(MISSING - 1)
    }

    /// The largest number that goes to the left of a split after this bin; after the last, every number does.
    pub(super) fn threshold(&self, bin: u8) -> f64 {
        self.edges.get(usize::from(bin)).copied().unwrap_or(f64::MAX)
    }
}

/// Numbers in an order of whole numbers: sorting those is several times faster.
fn ordered(value: f64) -> u64 {
    // -0 and 0 are one number.
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

fn number(ordered: u64) -> f64 {
    f64::from_bits(if ordered >> 63 == 1 { ordered & !(1 << 63) } else { !ordered })
}

/// The distinct values in ascending order, each with its number of rows.
fn counted(values: &[f64]) -> Vec<(f64, i64)> {
    let mut keys: Vec<u64> = values.iter().filter(|value| !value.is_nan()).map(|value| ordered(*value)).collect();
    keys.sort_unstable();
    keys.chunk_by(|a, b| a == b).filter_map(|run| Some((number(*run.first()?), i64::try_from(run.len()).ok()?))).collect()
}

/// The distinct values in ascending order, each with its weight; values without any weight do not count.
fn weighed(values: &[f64], weights: &[i64]) -> Vec<(f64, i64)> {
    let heavy = values.iter().zip(weights).filter(|(value, weight)| !value.is_nan() && **weight > 0);
    let mut keys: Vec<(u64, i64)> = heavy.map(|(value, weight)| (ordered(*value), *weight)).collect();
    keys.sort_unstable();
    let runs = keys.chunk_by(|a, b| a.0 == b.0);
    runs.filter_map(|run| Some((number(run.first()?.0), run.iter().map(|(_, weight)| weight).sum()))).collect()
}

/// Between which values to cut: everywhere while bins suffice, else so that the weight left is shared by the bins left.
fn edges(distinct: &[(f64, i64)]) -> Vec<f64> {
    let mut edges = Vec::new();
    let mut left: i128 = distinct.iter().map(|(_, weight)| i128::from(*weight)).sum();
    let mut bins = MOST_BINS as i128;
    let mut filled: i128 = 0;
    for (index, pair) in distinct.windows(2).enumerate() {
        let [(value, weight), (next, _)] = pair else { continue };
        filled += i128::from(*weight);
        let values_left = (distinct.len() - index) as i128;
        // The second holds where every value left can have a bin of its own.
        if bins > 1 && (filled * bins >= left || values_left <= bins) {
            edges.push(between(*value, *next));
            left -= filled;
            filled = 0;
            bins -= 1;
        }
    }
    edges
}

/// A number from `low` up to but not including `high`.
fn between(low: f64, high: f64) -> f64 {
    let middle = f64::midpoint(low, high);
    // Between two neighbors there is no number, and the middle may be rounded up.
    if middle < high { middle } else { low }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_have_a_bin_each_and_the_order_of_rows_does_not_matter() {
        let bins = Bins::learn(&[3.0, 1.0, f64::NAN, 2.0, 1.0], &[1; 5]);
        assert_eq!(bins, Bins { edges: vec![1.5, 2.5] });
        assert_eq!(bins, Bins::learn(&[1.0, 1.0, 2.0, f64::NAN, 3.0], &[1; 5]));
        assert_eq!([0.0, 1.5, 1.6, 9.0, f64::NAN].map(|value| bins.code(value)), [0, 0, 1, 2, MISSING]);
        assert_eq!((bins.len(), bins.threshold(1), bins.threshold(2)), (3, 2.5, f64::MAX));
    }

    #[test]
    fn many_values_share_bins_of_about_equal_weight_and_a_heavy_one_keeps_its_own() {
        let mut values: Vec<f64> = (0..10_000).map(f64::from).collect();
        values.extend(vec![0.0; 10_000]);
        let bins = Bins::learn(&values, &vec![1; values.len()]);
        assert_eq!((bins.len(), bins.edges[0]), (MOST_BINS, 0.5));
        let mut counts = vec![0; bins.len()];
        for value in &values {
            counts[usize::from(bins.code(*value))] += 1;
        }
        assert!(counts[1..].iter().all(|count| (35..=45).contains(count)), "{counts:?}");
    }

    #[test]
    fn a_weight_is_as_many_rows() {
        let mut values: Vec<f64> = (0..600).map(|row| f64::from(row * 7 % 600)).collect();
        let weights: Vec<i64> = (0..600).map(|row| row % 4).collect();
        let weighted = Bins::learn(&values, &weights);
        let copies = values.iter().zip(&weights).flat_map(|(value, weight)| (0..*weight).map(|_| *value));
        values = copies.collect();
        assert_eq!(weighted, Bins::learn(&values, &vec![1; values.len()]));
    }

    #[test]
    fn neighboring_numbers_and_tiny_ones_are_told_apart() {
        let (low, high) = (1.0, 1.0_f64.next_up());
        for pair in [[low, high], [5e-324, 1e-323], [-f64::MAX, f64::MAX], [-1e-320, 0.0]] {
            let bins = Bins::learn(&pair, &[1, 1]);
            assert_eq!(pair.map(|value| bins.code(value)), [0, 1], "{pair:?}");
        }
        assert_eq!(Bins::learn(&[0.0, -0.0], &[1, 1]).len(), 1);
        assert_eq!(Bins::learn(&[f64::NAN], &[1]).len(), 1);
    }
}
