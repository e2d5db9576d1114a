//! How two sets of rows differ in all of their columns together: whether a model tells them apart, and whether the later ones keep
//! to the directions in which the earlier ones spread. Columns that each look the same can move together.

use modelgate_cube::{Part, ScoreScale, ScoreTable};

use super::clusters::{RowPoints, centered, differences, directions, dot};
use super::{DataMeasurement, DataMetricId};
use crate::interval::z_of;
use crate::{Estimate, Interval, Measured, Method, Reason, ranking};

/// Fewer rows on either side tell nothing of directions.
const LEAST_ROWS: usize = 32;

/// Directions are taken until they hold this share of the spread of the earlier rows.
const HELD: f64 = 0.65;

/// Rows of two sets among each other.
#[derive(Debug, Clone, Copy)]
pub struct RowSets<'a> {
    /// Which rows the earlier ones are.
    pub part: Part,
    /// What the later ones are, in words.
    pub later: &'a str,
    /// Whether each row is a later one.
    pub is_later: &'a [bool],
    /// The probability of being a later one, by a model of other rows; none where none could be trained.
    pub scores: Option<&'a [f64]>,
    /// The rows as points; none where their columns cannot be learned from.
    pub points: Option<RowPoints<'a>>,
    /// Whether they are not all rows of both sets.
    pub is_sample: bool,
}

/// Measures how well a model tells the sets apart, and how much farther from the directions of the earlier rows the later ones lie.
#[must_use]
pub fn evaluate_apart(sets: &RowSets<'_>, confidence_level: f64) -> Vec<DataMeasurement> {
    let z = z_of(confidence_level);
    let rows = sets.is_later.len();
    let nothing = Estimate::Undefined { reason: Reason::NotTrained, n: rows as u64 };
    let about = |metric, estimate| DataMeasurement {
        part: sets.part,
        by: Some(sets.later.to_owned()),
        sampled: sets.is_sample,
        ..DataMeasurement::new(metric, estimate)
    };
    vec![
        about(DataMetricId::TOLD_APART_AUC, sets.scores.map_or(nothing, |scores| told_apart(scores, sets.is_later, z))),
        about(DataMetricId::RECONSTRUCTION_SHIFT, sets.points.map_or(nothing, |points| shift(points, sets.is_later, z))),
    ]
}

fn told_apart(scores: &[f64], is_later: &[bool], z: f64) -> Estimate {
    let mut table = ScoreTable::default();
    for (score, is_later) in scores.iter().zip(is_later) {
        table.add_row(ScoreTable::key(ScoreScale::Exact, *score), *is_later, 1.0);
    }
    area(&table, ScoreScale::Exact, z)
}

/// The area under the ROC curve of a table with its interval.
pub(super) fn area(table: &ScoreTable, scale: ScoreScale, z: f64) -> Estimate {
    let totals = table.totals();
    let n = totals.negatives.rows + totals.positives.rows;
    match ranking::area(table, scale) {
        Ok(area) => Estimate::Measured(Measured {
            value: area.value,
            interval: Some(area.interval(z)),
            n,
            binning_error: area.binning_error,
        }),
        Err(reason) => Estimate::Undefined { reason, n },
    }
}

/// How much farther the later rows lie from the directions that hold most of the spread of half of the earlier ones than the other
/// half does, in standard deviations of the latter's distances, either way.
fn shift(points: RowPoints<'_>, is_later: &[bool], z: f64) -> Estimate {
    let rows = || points.values.chunks_exact(points.width.max(1)).zip(is_later);
    let of = |wanted: bool| rows().filter(move |(_, is_later)| **is_later == wanted).map(|(row, _)| row);
    // No distance is measured from directions that the same row has made.
    let learned: Vec<&[f64]> = of(false).step_by(2).collect();
    let held_out: Vec<&[f64]> = of(false).skip(1).step_by(2).collect();
    let later: Vec<&[f64]> = of(true).collect();
    let n = (learned.len() + held_out.len() + later.len()) as u64;
    if held_out.len() < LEAST_ROWS || later.len() < LEAST_ROWS {
        return Estimate::Undefined { reason: Reason::TooFew, n };
    }
    let plane = Plane::of(&learned, points.width);
    let (before, now) = (Distances::of(&plane, &held_out), Distances::of(&plane, &later));
    let deviation = before.variance.sqrt();
    if deviation <= 1e-9 {
        return Estimate::Undefined { reason: Reason::Constant, n };
    }
    let value = (now.mean - before.mean).abs() / deviation;
    let half = z * (before.variance / before.rows + now.variance / now.rows).sqrt() / deviation;
    let interval = Interval { lower: (value - half).max(0.0), upper: value + half, method: Method::Moments };
    Estimate::Measured(Measured { value, interval: Some(interval), n, binning_error: 0.0 })
}

/// The middle of some rows and the directions that hold most of their spread.
struct Plane {
    means: Vec<f64>,
    directions: Vec<Vec<f64>>,
}

impl Plane {
    fn of(rows: &[&[f64]], width: usize) -> Self {
        let (means, centered) = centered(rows, width);
        let all: f64 = centered.iter().map(|row| dot(row, row)).sum();
        let mut held = 0.0;
        let mut kept = Vec::new();
        for direction in directions(&centered, width) {
            if held >= HELD * all {
                break;
            }
            held += centered.iter().map(|row| dot(row, &direction).powi(2)).sum::<f64>();
            kept.push(direction);
        }
        Self { means, directions: kept }
    }

    /// How far a row lies from it.
    fn distance(&self, row: &[f64]) -> f64 {
        let mut left = differences(row, &self.means);
        for direction in &self.directions {
            let along = dot(&left, direction);
            for (value, other) in left.iter_mut().zip(direction) {
                *value -= along * other;
            }
        }
        dot(&left, &left).sqrt()
    }
}

/// The distances of some rows.
struct Distances {
    rows: f64,
    mean: f64,
    variance: f64,
}

impl Distances {
    fn of(plane: &Plane, rows: &[&[f64]]) -> Self {
        let distances: Vec<f64> = rows.iter().map(|row| plane.distance(row)).collect();
        let rows = distances.len() as f64;
        let mean = distances.iter().sum::<f64>() / rows;
        let variance = distances.iter().map(|distance| (distance - mean).powi(2)).sum::<f64>() / (rows - 1.0).max(1.0);
        Self { rows, mean, variance }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn noise(number: u32) -> f64 {
        f64::from(number.wrapping_mul(2_654_435_761) ^ number.wrapping_mul(2_246_822_519) >> 7) / f64::from(u32::MAX) - 0.5
    }

    /// Three columns, of which the second follows the first unless it is `loose`; each alone is spread the same.
    fn points(rows: u32, is_loose: impl Fn(u32) -> bool) -> Vec<f64> {
        let row = |row: u32| {
            let one = noise(row * 3 + 1);
            let other = if is_loose(row) { noise(row * 3 + 2) } else { one };
            [one, other + 0.05 * noise(row * 5), 0.3 * noise(row * 3 + 3)]
        };
        (0..rows).flat_map(row).collect()
    }

    fn shift_of(values: &[f64]) -> Measured {
        let is_later: Vec<bool> = (0..values.len() / 3).map(|row| row % 4 >= 2).collect();
        let sets = RowSets {
            part: Part::Train,
            later: "test rows",
            is_later: &is_later,
            scores: None,
            points: Some(RowPoints { width: 3, values }),
            is_sample: true,
        };
        let found = evaluate_apart(&sets, 0.95);
        assert!(matches!(found[0].estimate, Estimate::Undefined { reason: Reason::NotTrained, .. }));
        *found[1].estimate.measured().unwrap()
    }

    #[test]
    fn columns_that_move_apart_are_seen_where_each_alone_is_the_same() {
        let same = shift_of(&points(4_000, |_| false));
        assert!(same.interval.unwrap().lower < 0.05 && same.value < 0.12, "{same:?}");
        let moved = shift_of(&points(4_000, |row| row % 4 >= 2));
        assert!(moved.interval.unwrap().lower > 1.0, "{moved:?}");
    }

    #[test]
    fn too_few_rows_and_rows_without_a_rest_have_no_shift() {
        let few = points(40, |_| false);
        let is_later: Vec<bool> = (0..40).map(|row| row % 4 >= 2).collect();
        let few = shift(RowPoints { width: 3, values: &few }, &is_later, 1.96);
        assert!(matches!(few, Estimate::Undefined { reason: Reason::TooFew, n: 40 }), "{few:?}");
        let line: Vec<f64> = (0..400).map(noise).collect();
        let is_later: Vec<bool> = (0..400).map(|row| row % 4 >= 2).collect();
        let line = shift(RowPoints { width: 1, values: &line }, &is_later, 1.96);
        assert!(matches!(line, Estimate::Undefined { reason: Reason::Constant, .. }), "{line:?}");
    }

    #[test]
    fn sets_that_scores_order_are_told_apart() {
        // sklearn.metrics.roc_auc_score([0, 1, 0, 1, 1], [.1, .4, .35, .8, .35]) = 0.916666...
        let found = told_apart(&[0.1, 0.4, 0.35, 0.8, 0.35], &[false, true, false, true, true], 1.96);
        let found = found.measured().unwrap();
        assert!((found.value - 11.0 / 12.0).abs() < 1e-12 && found.interval.is_some(), "{found:?}");
    }
}
