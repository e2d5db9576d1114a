//! How good a model is on rows without labels: evaluated rows, weighted so that their scores are spread as those of a batch from use,
//! stand for it. It holds where a score means the same in both: where the world has changed what a score is worth, no score tells. Where
//! there are several classes or numbers, predictions take the place of scores ([`predicted`], [`errors`]).
//!
//! This is confidence-based performance estimation (the `CBPE` of `NannyML`), with the share of each label in bins of scores as the
//! calibration; equally, importance weighting by a score (Shimodaira 2000).

mod errors;
mod predicted;

use std::collections::BTreeMap;

use modelgate_cube::{
    Cell, ClassSums, Cube, CubeMeta, FeatureHistogram, FeatureId, FeatureKind, FeatureTable, Fixed, LossSums, NumberBins, Part,
    ScoreBin, ScoreScale, Shape, Slice, Tally, Task, TaskCounts, TaskKind, logit_bin, logit_bin_middle,
};
use predicted::Predicted;

use super::groups::named;
use super::{DataMeasurement, DataMetricId};
use crate::interval::z_of;
use crate::metric::Compute;
use crate::{Direction, Estimate, EvalSettings, Evaluation, Interval, Measured, MetricId, MetricKind, Reason, Subject, evaluate};

/// The most rows of a batch that may have scores or predictions where no evaluated row has one: nothing is known of them.
const MOST_UNKNOWN: f64 = 0.01;

/// Measures what each metric is estimated to be on a batch of rows without labels, and how much worse that is than on the evaluated
/// rows, which `tested` counts as `cube` does. `batch` counts the scores of the batch by the model that these are of, or its predictions
/// where there are several classes or numbers. Nothing where either has none, and of other tasks.
#[must_use]
pub fn evaluate_in_use(
    (cube, tested): (&Cube, &FeatureTable),
    batch: &FeatureTable,
    threshold: f64,
    settings: &EvalSettings,
) -> Vec<DataMeasurement> {
    let shape = &cube.meta().shape;
    if shape.task.kind() == TaskKind::Regression {
        return of_numbers(tested, batch, settings);
    }
    let (id, is_estimated): (_, fn(MetricId) -> bool) = match shape.task.kind() {
        TaskKind::Binary if shape.scored => (FeatureId::Score, |metric| is_alone(metric)),
        TaskKind::Multiclass => (FeatureId::Prediction, |metric| predicted::of_classes(metric).is_some()),
        _ => return Vec::new(),
    };
    let Some(column) = batch.columns.get(&id) else { return Vec::new() };
    let metrics: Vec<MetricId> =
        settings.metrics.iter().copied().filter(|metric| is_share(*metric) && is_estimated(*metric)).collect();
    let settings = EvalSettings { metrics, ..settings.clone() };
    let mut found = Vec::new();
    for ((part, slice), histogram) in &column.histograms {
        let Some(cell) = cube.cell(slice).filter(|_| *part == Part::Test && slice.terms().len() < 2) else { continue };
        let Some(estimated) = Estimated::new(cube, slice, cell, &column.kind, histogram, threshold, &settings) else { continue };
        for metric in &settings.metrics {
            let Pair { was, is } = estimated.of(*metric);
            let is = of_rows(is, histogram.total().rows);
            let about = |name, estimate| about(name, *metric, slice, estimate);
            found.push(about(DataMetricId::ESTIMATED_IN_USE, is));
            found.push(about(DataMetricId::ESTIMATED_LOSS, was.map_or(is, |was| loss(*metric, was, is))));
        }
    }
    found.sort_by(|one, two| one.key().cmp(&two.key()));
    found
}

/// The same of numbers, of all rows.
fn of_numbers(tested: &FeatureTable, batch: &FeatureTable, settings: &EvalSettings) -> Vec<DataMeasurement> {
    let column = |table: &'_ FeatureTable| -> Option<(FeatureKind, FeatureHistogram)> {
        let column = table.columns.get(&FeatureId::Prediction)?;
        Some((column.kind.clone(), column.histograms.get(&(Part::Test, Slice::overall()))?.clone()))
    };
    let (Some((kind, tested)), Some((same, used))) = (column(tested), column(batch)) else { return Vec::new() };
    // Releases of older programs carry no errors.
    if kind != same || tested.errors.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for metric in &settings.metrics {
        let Some(of) = errors::of_loss(*metric) else { continue };
        let Pair { was, is } = errors::estimated(of, &tested.errors, &used, z_of(settings.confidence_level));
        let about = |name, estimate| about(name, *metric, &Slice::overall(), estimate);
        found.push(about(DataMetricId::ESTIMATED_IN_USE, is));
        // Errors are in units of their own: a share of what they were means the same for all.
        let loss = was.filter(|was| *was > 0.0).map(|was| shares_of(loss(*metric, was, is), was));
        let undefined = Estimate::Undefined { reason: Reason::ZeroDenominator, n: used.total().rows };
        found.push(about(DataMetricId::ESTIMATED_LOSS, loss.unwrap_or(undefined)));
    }
    found.sort_by(|one, two| one.key().cmp(&two.key()));
    found
}

/// An estimate divided by a number.
fn shares_of(estimate: Estimate, whole: f64) -> Estimate {
    match estimate {
        Estimate::Measured(measured) => Estimate::Measured(Measured {
            value: measured.value / whole,
            interval: measured.interval.map(|found| Interval { lower: found.lower / whole, upper: found.upper / whole, ..found }),
            ..measured
        }),
        undefined @ Estimate::Undefined { .. } => undefined,
    }
}

/// What a metric is on the evaluated rows of a slice, where it has a value, and what it is estimated to be on those of a batch.
struct Pair {
    was: Option<f64>,
    is: Estimate,
}

/// The evaluated rows of a slice beside those of a batch.
enum Estimated<'a> {
    /// Weighted by score: all metrics of both at once.
    ByScore { slice: &'a Slice, was: Box<Evaluation>, is: Result<Box<Evaluation>, Reason> },
    /// Weighted by prediction.
    ByPrediction { slice: &'a Slice, settings: &'a EvalSettings, was: ClassSums, is: Result<Predicted<'a>, Reason> },
}

impl<'a> Estimated<'a> {
    /// `None` where the column is of another kind than the scores or predictions of the task.
    fn new(
        cube: &'a Cube,
        slice: &'a Slice,
        cell: &'a Cell,
        kind: &FeatureKind,
        histogram: &FeatureHistogram,
        threshold: f64,
        settings: &'a EvalSettings,
    ) -> Option<Self> {
        let shape = &cube.meta().shape;
        if let (TaskCounts::Classes(counts), Task::Multiclass { classes }) = (&cell.task, &shape.task) {
            let is = Predicted::new(counts, classes, kind, histogram);
            return Some(Self::ByPrediction { slice, settings, was: counts.sums(), is });
        }
        let FeatureKind::Number(bins) = kind else { return None };
        let weighted = Rows { cell, scale: cube.scale(), threshold }.weighted(bins, histogram);
        let meta = CubeMeta { shape: Shape { weighted: true, ..shape.clone() }, ..cube.meta().clone() };
        let alone = |cell: Cell| {
            let cube = Cube::from_cells(meta.clone(), cube.scale(), BTreeMap::from([(slice.clone(), cell)]));
            Box::new(evaluate(&cube, settings))
        };
        Some(Self::ByScore { slice, was: alone(cell.clone()), is: weighted.map(alone) })
    }

    fn of(&self, metric: MetricId) -> Pair {
        let undefined = |reason: &Reason| Estimate::Undefined { reason: *reason, n: 0 };
        match self {
            Self::ByScore { slice, was, is } => {
                let subject = Subject::Slice((*slice).clone());
                let is = match is {
                    Ok(is) => is.get(metric, &subject).copied().unwrap_or_else(|| undefined(&Reason::NotKept)),
                    Err(reason) => undefined(reason),
                };
                Pair { was: was.get(metric, &subject).and_then(Estimate::measured).map(|found| found.value), is }
            }
            Self::ByPrediction { slice, settings, was, is } => Pair {
                was: predicted::of_classes(metric).and_then(|measure| (measure.value)(was).ok()),
                is: is.as_ref().map_or_else(undefined, |is| is.estimate(metric, slice, settings)),
            },
        }
    }
}

/// Whether a metric is a share or a difference of shares, and says how good a model is.
fn is_share(metric: MetricId) -> bool {
    let row = metric.metric();
    row.kind == MetricKind::Slice && row.direction != Direction::Neutral && row.lowest >= -1.0 && row.highest <= 1.0
}

/// Whether a metric of two classes is computed of each slice by itself.
fn is_alone(metric: MetricId) -> bool {
    !matches!(metric.metric().compute, Compute::Background(_) | Compute::ShareOfAll { .. } | Compute::Flip(_) | Compute::Rows)
}

fn about(name: DataMetricId, metric: MetricId, slice: &Slice, estimate: Estimate) -> DataMeasurement {
    let term = slice.terms().first();
    DataMeasurement {
        column: Some(metric.as_str().to_owned()),
        by: term.map(|term| term.axis.clone()),
        group: term.map(|term| named(term.level.as_deref())),
        ..DataMeasurement::new(name, estimate)
    }
}

/// The same estimate, of this many rows.
fn of_rows(estimate: Estimate, n: u64) -> Estimate {
    match estimate {
        Estimate::Measured(measured) => Estimate::Measured(Measured { n, ..measured }),
        Estimate::Undefined { reason, .. } => Estimate::Undefined { reason, n },
    }
}

/// How much worse the estimate is than what was tested, with the estimate's own interval.
fn loss(metric: MetricId, was: f64, is: Estimate) -> Estimate {
    let sign = if metric.metric().direction == Direction::HigherIsBetter { -1.0 } else { 1.0 };
    match is {
        Estimate::Measured(measured) => {
            let worse = |value: f64| sign * (value - was);
            let interval = measured.interval.map(|found| {
                let (one, other) = (worse(found.lower), worse(found.upper));
                Interval { lower: one.min(other), upper: one.max(other), ..found }
            });
            Estimate::Measured(Measured { value: worse(measured.value), interval, ..measured })
        }
        undefined @ Estimate::Undefined { .. } => undefined,
    }
}

/// The evaluated rows of a slice.
struct Rows<'a> {
    cell: &'a Cell,
    scale: ScoreScale,
    threshold: f64,
}

impl Rows<'_> {
    fn score(&self, key: u64) -> f64 {
        match self.scale {
            ScoreScale::Exact => f64::from_bits(key),
            ScoreScale::Logit => logit_bin_middle(u16::try_from(key).unwrap_or(u16::MAX)),
        }
    }

    /// The same rows, with weights that spread their scores as those of a batch.
    fn weighted(&self, bins: &NumberBins, batch: &FeatureHistogram) -> Result<Cell, Reason> {
        let mut tested = vec![0.0; bins.centers().len()];
        for (key, bin) in self.cell.scores.iter() {
            if let Some(sum) = tested.get_mut(bins.bin(self.score(key))) {
                *sum += bin.negatives.weight.to_f64() + bin.positives.weight.to_f64();
            }
        }
        let used: Vec<f64> = batch.bins.iter().map(|tally| tally.weight.to_f64()).collect();
        let (all_tested, all_used): (f64, f64) = (tested.iter().sum(), used.iter().sum());
        if all_tested <= 0.0 || all_used <= 0.0 {
            return Err(Reason::NoScores);
        }
        let unknown: f64 = used.iter().zip(&tested).filter(|(_, tested)| **tested <= 0.0).map(|(used, _)| used).sum();
        if unknown > MOST_UNKNOWN * all_used {
            return Err(Reason::ScoresNotTested);
        }
        let ratio = |used: &f64, tested: &f64| if *tested > 0.0 { used / tested * all_tested / all_used } else { 0.0 };
        let ratios: Vec<f64> = used.iter().zip(&tested).map(|(used, tested)| ratio(used, tested)).collect();
        let of = |score: f64| ratios.get(bins.bin(score)).copied().unwrap_or(0.0);
        let cell = self.with_weights(of, 1.0)?;
        // Which scores the batch has is drawn as well: its rows add to the error what as many labelled ones would.
        let total = cell.total();
        let effective = total.weight.to_f64().powi(2) / total.weight_squared.to_f64();
        let drawn = batch.bins.iter().map(|tally| tally.rows as f64).sum::<f64>();
        self.with_weights(of, 1.0 + effective / drawn)
    }

    /// The same rows with their weights times what `ratio` says of a score; squared weights are `spread` times as large.
    fn with_weights(&self, ratio: impl Fn(f64) -> f64, spread: f64) -> Result<Cell, Reason> {
        let mut cell = Cell::default();
        let at = Threshold::of(self)?;
        for (key, bin) in self.cell.scores.iter() {
            let score = self.score(key);
            let ratio = ratio(score);
            let times = |tally: Tally| Tally {
                rows: tally.rows,
                weight: Fixed::from_f64(tally.weight.to_f64() * ratio),
                weight_squared: Fixed::from_f64(tally.weight_squared.to_f64() * ratio * ratio * spread),
            };
            if ratio <= 0.0 {
                continue;
            }
            let bin = ScoreBin { negatives: times(bin.negatives), positives: times(bin.positives) };
            for (label, tally, above) in [(false, bin.negatives, at.above(key, 0)), (true, bin.positives, at.above(key, 1))] {
                let (predicted, others) = split(tally, above);
                cell.tally_mut(label, true).merge(&predicted);
                cell.tally_mut(label, false).merge(&others);
                add_losses(&mut cell.brier, &tally, (f64::from(u8::from(label)) - score).powi(2));
                let likelihood = if label { score } else { 1.0 - score };
                add_losses(&mut cell.log_loss, &tally, -likelihood.max(f64::EPSILON).ln());
            }
            cell.scores.add(key, &bin);
        }
        Ok(cell)
    }
}

/// From which key on rows are predicted positive, and the share of the rows of each label at that key which are.
struct Threshold {
    key: u64,
    shares: [f64; 2],
}

impl Threshold {
    /// # Errors
    /// Where the predictions do not follow from the scores.
    fn of(rows: &Rows<'_>) -> Result<Self, Reason> {
        let key = match rows.scale {
            ScoreScale::Exact => rows.threshold.to_bits(),
            ScoreScale::Logit => u64::from(logit_bin(rows.threshold)),
        };
        let (mut above, mut at) = ([0_u64; 2], [0_u64; 2]);
        for (found, bin) in rows.cell.scores.iter().filter(|(found, _)| *found >= key) {
            let sums = if found == key { &mut at } else { &mut above };
            sums[0] += bin.negatives.rows;
            sums[1] += bin.positives.rows;
        }
        let predicted = [rows.cell.false_positives.rows, rows.cell.true_positives.rows];
        let mut shares = [1.0; 2];
        for (((share, predicted), above), at) in shares.iter_mut().zip(predicted).zip(above).zip(at) {
            let of_key = predicted.checked_sub(above).filter(|of_key| *of_key <= at).ok_or(Reason::PredictionsApart)?;
            // On the grid the rows of one bin are on both sides.
            if rows.scale == ScoreScale::Exact && of_key != at {
                return Err(Reason::PredictionsApart);
            }
            *share = if at > 0 { of_key as f64 / at as f64 } else { 1.0 };
        }
        Ok(Self { key, shares })
    }

    /// The share of the rows of a label with this key that are predicted positive.
    fn above(&self, key: u64, label: usize) -> f64 {
        match key.cmp(&self.key) {
            std::cmp::Ordering::Less => 0.0,
            std::cmp::Ordering::Equal => self.shares[label],
            std::cmp::Ordering::Greater => 1.0,
        }
    }
}

/// A share of a tally, and the rest.
fn split(tally: Tally, share: f64) -> (Tally, Tally) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a number of rows")]
    let rows = (tally.rows as f64 * share).round() as u64;
    let part = |rows: u64, share: f64| Tally {
        rows,
        weight: Fixed::from_f64(tally.weight.to_f64() * share),
        weight_squared: Fixed::from_f64(tally.weight_squared.to_f64() * share),
    };
    (part(rows, share), part(tally.rows - rows.min(tally.rows), 1.0 - share))
}

fn add_losses(sums: &mut LossSums, tally: &Tally, loss: f64) {
    let (weight, squared) = (tally.weight.to_f64(), tally.weight_squared.to_f64());
    sums.weighted += Fixed::from_f64(weight * loss);
    sums.weight_squared += Fixed::from_f64(squared * loss);
    sums.both_squared += Fixed::from_f64(squared * loss * loss);
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use modelgate_cube::{FeatureColumn, NumberBins};
    use rand::{Rng as _, SeedableRng as _};
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::super::testing::{scored_cube, settings};
    use super::*;

    /// Nothing of the evaluated rows but the cube is needed.
    const NONE: FeatureTable = FeatureTable { columns: BTreeMap::new(), left_out: BTreeMap::new() };

    fn metric(id: &str) -> MetricId {
        MetricId::parse(id).unwrap()
    }

    /// Rows whose scores are spread as `power` says, and whose labels follow them.
    fn drawn(rows: u32, power: f64, random: &mut Xoshiro256PlusPlus) -> Vec<(&'static str, bool, f64)> {
        let mut row = |_| {
            let score = random.r#gen::<f64>().powf(power).clamp(0.001, 0.999);
            ("a", random.r#gen::<f64>() < score, (score * 1_000.0).round() / 1_000.0)
        };
        (0..rows).map(&mut row).collect()
    }

    fn counted(rows: &[(&'static str, bool, f64)]) -> FeatureTable {
        let edges: Vec<f64> = (1..20).map(|edge| f64::from(edge) / 20.0).collect();
        let centers: Vec<f64> = (0..20).map(|bin| (f64::from(bin) + 0.5) / 20.0).collect();
        let bins = NumberBins::new(edges, centers, Vec::new()).unwrap();
        let kind = FeatureKind::Number(bins.clone());
        let mut histogram = FeatureHistogram::new(&kind);
        for (_, _, score) in rows {
            histogram.bins[bins.bin(*score)].add_row(1.0);
        }
        let histograms = BTreeMap::from([((Part::Test, Slice::overall()), histogram)]);
        FeatureTable {
            columns: BTreeMap::from([(FeatureId::Score, FeatureColumn { kind, histograms })]),
            left_out: BTreeMap::new(),
        }
    }

    fn wanted(ids: &[&str]) -> EvalSettings {
        EvalSettings { metrics: ids.iter().map(|id| metric(id)).collect(), ..settings() }
    }

    fn found(measured: &[DataMeasurement], name: DataMetricId, id: &str) -> Measured {
        let of = |one: &&DataMeasurement| one.metric == name && one.column.as_deref() == Some(id);
        *measured.iter().find(of).unwrap().estimate.measured().unwrap()
    }

    #[test]
    fn a_batch_like_the_evaluated_rows_is_estimated_as_they_are() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
        let rows = drawn(4_000, 1.0, &mut random);
        let ids = ["accuracy", "roc_auc", "true_positive_rate", "precision", "brier_score"];
        let measured = evaluate_in_use((&scored_cube("group", &rows), &NONE), &counted(&rows), 0.5, &wanted(&ids));
        for id in ids {
            let loss = found(&measured, DataMetricId::ESTIMATED_LOSS, id);
            assert!(loss.value.abs() < 1e-9 && loss.n == 4_000, "{id}: {loss:?}");
        }
    }

    #[test]
    fn estimates_of_a_batch_hold_what_its_labels_say_in_most_samples() {
        let ids = ["accuracy", "roc_auc", "true_positive_rate", "f1"];
        let mut held = [0_u32; 4];
        for seed in 0..100 {
            let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
            let tested = drawn(1_500, 0.8, &mut random);
            // In use scores are lower, and hence the model is less often right about positives.
            let batch = drawn(1_500, 1.6, &mut random);
            // What is estimated is the metric of the rows that the batch is drawn from.
            let all = drawn(40_000, 1.6, &mut random);
            let truth = evaluate(&scored_cube("group", &all), &wanted(&ids));
            let measured = evaluate_in_use((&scored_cube("group", &tested), &NONE), &counted(&batch), 0.5, &wanted(&ids));
            for (held, id) in held.iter_mut().zip(ids) {
                let truth = truth.get(metric(id), &Subject::Slice(Slice::overall())).unwrap().measured().unwrap().value;
                let interval = found(&measured, DataMetricId::ESTIMATED_IN_USE, id).interval.unwrap();
                *held += u32::from(interval.lower <= truth && truth <= interval.upper);
            }
        }
        assert!(held.iter().all(|held| *held >= 90), "{held:?} of 100 for {ids:?}");
    }

    #[test]
    fn nothing_is_estimated_of_scores_that_were_not_tested_or_predictions_that_are_not_theirs() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(2);
        let rows = drawn(2_000, 1.0, &mut random);
        let low: Vec<_> = rows.iter().copied().filter(|row| row.2 < 0.4).collect();
        let reason = |cube: &Cube, threshold| {
            let measured = evaluate_in_use((cube, &NONE), &counted(&rows), threshold, &wanted(&["accuracy"]));
            match measured[0].estimate {
                Estimate::Undefined { reason, .. } => Some(reason),
                Estimate::Measured(_) => None,
            }
        };
        assert_eq!(reason(&scored_cube("group", &low), 0.5), Some(Reason::ScoresNotTested));
        assert_eq!(reason(&scored_cube("group", &rows), 0.7), Some(Reason::PredictionsApart));
        assert_eq!(reason(&scored_cube("group", &rows), 0.5), None);
        assert_eq!(reason(&scored_cube("group", &rows).on_grid(), 0.5), None);
    }
}
