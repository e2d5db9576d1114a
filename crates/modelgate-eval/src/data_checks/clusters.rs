//! Whether the rows of one label fall into two kinds, as they do where somebody has put others among them: rows far out in the
//! direction in which they spread most, and two clusters. Evidence, and never a proof.

use modelgate_cube::Part;

use super::{DataMeasurement, DataMetricId};
use crate::{Estimate, Measured, Reason};

/// What rows with each label are called.
pub(super) const LABELS: [(&str, bool); 2] =
    [("(rows with the positive label)", true), ("(rows with the negative label)", false)];

/// Fewer rows of a label tell nothing.
const LEAST_ROWS: usize = 32;

/// Rows so many robust standard deviations from the median are far out, as in `outlier_rate`.
const FAR: f64 = 8.0;

/// The median absolute deviation of a normal distribution times this is its standard deviation.
const NORMAL: f64 = 1.4826;

/// Clusters are sought in so many directions, as Chen et al. (2018) do.
const DIRECTIONS: usize = 10;

/// Two clusters are of two kinds where the smaller one has a smaller share than this, and the mean silhouette is above that.
const SMALLER: f64 = 0.35;
const APART: f64 = 0.10;

/// How often directions and clusters are made better.
const ROUNDS: usize = 60;

/// Rows as points: `width` numbers for each, one after the other.
#[derive(Debug, Clone, Copy)]
pub struct RowPoints<'a> {
    /// How many numbers each row has.
    pub width: usize,
    /// The numbers of the first rows.
    pub values: &'a [f64],
}

/// Measures the rows of each label, which are called by its kind; `is_sample` says whether they are not all.
pub(super) fn evaluate(
    points: RowPoints<'_>,
    (labels, kinds): (&[u32], &[String]),
    (part, is_sample): (Part, bool),
) -> Vec<DataMeasurement> {
    let rows = || points.values.chunks_exact(points.width.max(1)).zip(labels);
    let of_label = |label: u32| rows().filter(move |(_, given)| **given == label).map(|(row, _)| row).collect::<Vec<_>>();
    let measure = |(label, name): (u32, &String)| {
        let rows = of_label(label);
        let about = |metric, estimate| DataMeasurement {
            part,
            column: Some(name.clone()),
            sampled: is_sample,
            ..DataMeasurement::new(metric, estimate)
        };
        let places = placed(&rows, points.width);
        [
            about(DataMetricId::SPECTRAL_OUTLIER_RATE, far_out(&rows, places.as_deref())),
            about(DataMetricId::SEPARATE_CLUSTER_RATE, separate(&rows, places.as_deref())),
        ]
    };
    (0..).zip(kinds).flat_map(measure).collect()
}

fn share(hits: usize, rows: usize) -> Estimate {
    let value = hits as f64 / rows as f64;
    Estimate::Measured(Measured { value, interval: None, n: rows as u64, binning_error: 0.0 })
}

fn undefined(reason: Reason, rows: &[&[f64]]) -> Estimate {
    Estimate::Undefined { reason, n: rows.len() as u64 }
}

/// The places of rows along the directions in which they spread most, the first of them first, from the center on; `None` where they
/// are too few.
fn placed(rows: &[&[f64]], width: usize) -> Option<Vec<Vec<f64>>> {
    if rows.len() < LEAST_ROWS {
        return None;
    }
    let (_, centered) = centered(rows, width);
    let directions = directions(&centered, width);
    Some(centered.iter().map(|row| directions.iter().map(|direction| dot(row, direction)).collect()).collect())
}

/// The mean of each number, and the rows without it.
pub(super) fn centered(rows: &[&[f64]], width: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
    let mean = |column: usize| rows.iter().filter_map(|row| row.get(column)).sum::<f64>() / rows.len() as f64;
    let means: Vec<f64> = (0..width).map(mean).collect();
    let centered = rows.iter().map(|row| differences(row, &means)).collect();
    (means, centered)
}

pub(super) fn differences(row: &[f64], means: &[f64]) -> Vec<f64> {
    row.iter().zip(means).map(|(value, mean)| value - mean).collect()
}

pub(super) fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

/// The first right singular vectors of centered rows, each found by repeated multiplication at right angles to those before it.
pub(super) fn directions(rows: &[Vec<f64>], width: usize) -> Vec<Vec<f64>> {
    let mut found: Vec<Vec<f64>> = Vec::new();
    let spread = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|value| value * value).sum::<f64>();
    let mut columns: Vec<(f64, usize)> = (0..width).map(|column| (spread(column), column)).collect();
    columns.sort_by(|one, two| two.0.total_cmp(&one.0).then(one.1.cmp(&two.1)));
    for (_, start) in columns.iter().take(DIRECTIONS) {
        // A little of every column, so that none at right angles to the start is missed.
        let mut direction: Vec<f64> = (0..width).map(|column| if column == *start { 1.0 } else { 1e-3 }).collect();
        let mut length = 0.0;
        for _ in 0..ROUNDS {
            let mut next = vec![0.0; width];
            for row in rows {
                let along = dot(row, &direction);
                for (sum, value) in next.iter_mut().zip(row) {
                    *sum += along * value;
                }
            }
            for before in &found {
                let along = dot(&next, before);
                for (value, other) in next.iter_mut().zip(before) {
                    *value -= along * other;
                }
            }
            length = dot(&next, &next).sqrt();
            if length <= 1e-9 {
                break;
            }
            direction = next.into_iter().map(|value| value / length).collect();
        }
        if length <= 1e-9 {
            break;
        }
        found.push(direction);
    }
    found
}

/// The share of rows far from the median along the first direction: a spectral signature (Tran, Li and Madry 2018), whose scores are
/// the squares of these places.
fn far_out(rows: &[&[f64]], places: Option<&[Vec<f64>]>) -> Estimate {
    let Some(places) = places else { return undefined(Reason::TooFew, rows) };
    let first: Vec<f64> = places.iter().filter_map(|row| row.first().copied()).collect();
    let Some(middle) = median(&first) else { return undefined(Reason::Constant, rows) };
    let distances: Vec<f64> = first.iter().map(|place| (place - middle).abs()).collect();
    let usual = median(&distances).unwrap_or(0.0) * NORMAL;
    if usual <= 0.0 {
        return undefined(Reason::Constant, rows);
    }
    share(distances.iter().filter(|distance| **distance > FAR * usual).count(), rows.len())
}

/// The median; `None` of nothing.
pub(super) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |place: usize| sorted.get(place).copied();
    Some(f64::midpoint(at(sorted.len().checked_sub(1)? / 2)?, at(sorted.len() / 2)?))
}

/// The share of rows in the smaller of two clusters where these are of two kinds, else zero (Chen et al. 2018, with the rows' own
/// numbers in the place of a network's activations).
///
/// art `ActivationDefence.analyze_clusters('silhouette-scores')`, with both of its conditions at once.
fn separate(rows: &[&[f64]], places: Option<&[Vec<f64>]>) -> Estimate {
    let Some(places) = places else { return undefined(Reason::TooFew, rows) };
    if places.first().is_none_or(Vec::is_empty) {
        return undefined(Reason::Constant, rows);
    }
    let is_second = two_means(places);
    let second = is_second.iter().filter(|is_second| **is_second).count();
    let smaller = second.min(rows.len() - second);
    let is_other = smaller > 0 && (smaller as f64) < SMALLER * rows.len() as f64 && silhouette(places, &is_second) > APART;
    share(if is_other { smaller } else { 0 }, rows.len())
}

/// Whether each point is in the second of two clusters: Lloyd's algorithm from the two sides of the first direction.
fn two_means(points: &[Vec<f64>]) -> Vec<bool> {
    let mut is_second: Vec<bool> = points.iter().map(|point| point.first().is_some_and(|place| *place > 0.0)).collect();
    for _ in 0..ROUNDS {
        let (Some(first), Some(second)) = (center(points, &is_second, false), center(points, &is_second, true)) else { break };
        let next: Vec<bool> = points.iter().map(|point| squared(point, &second) < squared(point, &first)).collect();
        if next == is_second {
            break;
        }
        is_second = next;
    }
    is_second
}

fn center(points: &[Vec<f64>], is_second: &[bool], of: bool) -> Option<Vec<f64>> {
    let mine = || points.iter().zip(is_second).filter(|(_, is_second)| **is_second == of).map(|(point, _)| point);
    let count = mine().count();
    let mut sums = vec![0.0; points.first()?.len()];
    for point in mine() {
        for (sum, value) in sums.iter_mut().zip(point) {
            *sum += value;
        }
    }
    (count > 0).then(|| sums.into_iter().map(|sum| sum / count as f64).collect())
}

fn squared(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| (one - other) * (one - other)).sum()
}

/// The mean silhouette of two clusters (Rousseeuw 1987); a point alone in its cluster has none.
///
/// scikit-learn `silhouette_score`.
fn silhouette(points: &[Vec<f64>], is_second: &[bool]) -> f64 {
    let sizes = [false, true].map(|of| is_second.iter().filter(|is_second| **is_second == of).count() as f64);
    let of_point = |(point, mine): (&Vec<f64>, &bool)| {
        let mut sums = [0.0, 0.0];
        for (other, is_second) in points.iter().zip(is_second) {
            let [first, second] = &mut sums;
            *(if *is_second { second } else { first }) += squared(point, other).sqrt();
        }
        let ([own, others], [size, other_size]) = if *mine { ([sums[1], sums[0]], [sizes[1], sizes[0]]) } else { (sums, sizes) };
        if size < 2.0 || other_size < 1.0 {
            return 0.0;
        }
        let (own, others) = (own / (size - 1.0), others / other_size);
        let larger = own.max(others);
        if larger > 0.0 { (others - own) / larger } else { 0.0 }
    };
    points.iter().zip(is_second).map(of_point).sum::<f64>() / points.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::data_checks::label_kinds;

    /// Numbers that look random, in [0, 1).
    fn noise(number: u32) -> f64 {
        f64::from(number.wrapping_mul(2_654_435_761) >> 8) / f64::from(1 << 24)
    }

    /// Rows of three numbers; every `every`-th with the first label lies elsewhere.
    fn values(rows: u32, every: u32) -> (Vec<f64>, Vec<u32>) {
        let labels: Vec<u32> = (0..rows).map(|row| row % 2).collect();
        let row = |row: u32| {
            let shift = if row.is_multiple_of(2) && (row / 2).is_multiple_of(every) { 30.0 } else { 0.0 };
            [noise(3 * row + 1) + shift, noise(3 * row + 2), noise(3 * row + 3)]
        };
        ((0..rows).flat_map(row).collect(), labels)
    }

    fn measured(rows: u32, every: u32, metric: DataMetricId) -> Vec<f64> {
        let ((values, labels), kinds) = (values(rows, every), label_kinds(None));
        let found = evaluate(RowPoints { width: 3, values: &values }, (&labels, &kinds), (Part::Train, false));
        let of_metric = found.iter().filter(|one| one.metric == metric);
        of_metric.map(|one| one.estimate.measured().unwrap().value).collect()
    }

    #[test]
    fn rows_that_lie_elsewhere_are_found_among_those_of_their_label_alone() {
        for metric in [DataMetricId::SPECTRAL_OUTLIER_RATE, DataMetricId::SEPARATE_CLUSTER_RATE] {
            assert_eq!(measured(400, 10, metric), [0.1, 0.0], "{metric:?}");
            assert!(measured(400, 1_000_000, metric)[1] < 1e-12);
        }
        // One row in two hundred is far out, and no cluster of its own kind less.
        assert!((measured(400, 1_000_000, DataMetricId::SPECTRAL_OUTLIER_RATE)[0] - 0.005).abs() < 1e-12);
    }

    #[test]
    fn few_or_equal_rows_tell_nothing() {
        let ((values, labels), kinds) = (values(40, 10), label_kinds(None));
        let found = evaluate(RowPoints { width: 3, values: &values }, (&labels, &kinds), (Part::Train, true));
        assert!(found.iter().all(|one| matches!(one.estimate, Estimate::Undefined { reason: Reason::TooFew, n: 20 })));
        let found = evaluate(RowPoints { width: 1, values: &[1.0; 100] }, (&[0; 100], &kinds), (Part::Train, false));
        assert!(matches!(found[0].estimate, Estimate::Undefined { reason: Reason::Constant, .. }), "{found:?}");
    }

    #[test]
    fn silhouettes_are_those_of_scikit_learn() {
        // sklearn.metrics.silhouette_score([[0], [1], [2], [10], [12]], [0, 0, 0, 1, 1]) is 0.838585858...
        let points: Vec<Vec<f64>> = [0.0, 1.0, 2.0, 10.0, 12.0].map(|place| vec![place]).into();
        let of_five = silhouette(&points, &[false, false, false, true, true]);
        let by_hand = [1.0 - 1.5 / 11.0, 1.0 - 1.0 / 10.0, 1.0 - 1.5 / 9.0, 1.0 - 2.0 / 9.0, 1.0 - 2.0 / 11.0];
        assert!((of_five - by_hand.iter().sum::<f64>() / 5.0).abs() < 1e-12, "{of_five}");
        assert_eq!(
            two_means(&points.iter().map(|point| vec![point[0] - 5.0]).collect::<Vec<_>>()),
            [false, false, false, true, true]
        );
    }

    #[test]
    fn directions_are_right_singular_vectors() {
        // numpy.linalg.svd of these centered rows: the first is (1, 1) / sqrt(2), the second at a right angle.
        let rows: Vec<Vec<f64>> = [[3.0, 3.0], [-3.0, -3.0], [0.5, -0.5], [-0.5, 0.5]].map(|row| row.to_vec()).into();
        let found = directions(&rows, 2);
        assert!((found[0][0].abs() - 0.5_f64.sqrt()).abs() < 1e-9 && (found[0][0] - found[0][1]).abs() < 1e-9, "{found:?}");
        assert!(dot(&found[0], &found[1]).abs() < 1e-9 && (dot(&found[1], &found[1]) - 1.0).abs() < 1e-9);
    }
}
