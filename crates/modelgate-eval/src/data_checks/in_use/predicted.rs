//! How good a model of several classes is on rows without labels: evaluated rows, weighted so that as many are predicted to each class as
//! of a batch from use, stand for it. It holds where a prediction is worth the same in both.

use modelgate_cube::{ClassCounts, ClassSums, FeatureHistogram, FeatureKind, Slice, Tally, TaskKind};

use super::MOST_UNKNOWN;
use crate::evaluate::within;
use crate::interval::z_of;
use crate::resample::tally_replicates;
use crate::tasks::{Measure, OnTask, ratio, spread};
use crate::{Estimate, EvalSettings, Measured, MetricId, Reason};

/// How a metric is computed of the rows by label and prediction; `None` where it needs more than these.
pub(super) fn of_classes(metric: MetricId) -> Option<&'static Measure<ClassSums>> {
    let row = metric.metric();
    match row.on_task.of(TaskKind::Multiclass) {
        OnTask::Classes(measure) if !row.needs_scores => Some(measure),
        _ => None,
    }
}

/// The evaluated rows of a slice by label and prediction, and those of a batch by prediction.
pub(super) struct Predicted<'a> {
    counts: &'a ClassCounts,
    /// The rows of the batch that are predicted to each class.
    batch: Vec<Tally>,
}

impl<'a> Predicted<'a> {
    /// Sorts the rows of the batch by the names of the classes.
    ///
    /// # Errors
    /// Where nothing is known of too many of them.
    pub(super) fn new(
        counts: &'a ClassCounts,
        names: &[String],
        kind: &FeatureKind,
        histogram: &FeatureHistogram,
    ) -> Result<Self, Reason> {
        let FeatureKind::Category { levels } = kind else { return Err(Reason::PredictionsNotTested) };
        let of_class = |name: &String| levels.binary_search(name).ok().and_then(|place| histogram.bins.get(place)).copied();
        let batch: Vec<Tally> = names.iter().map(|name| of_class(name).unwrap_or_default()).collect();
        let all = histogram.total().weight.to_f64();
        let tested = counts.sums().predictions;
        let known: f64 =
            batch.iter().zip(&tested).filter(|(_, tested)| **tested > 0.0).map(|(tally, _)| tally.weight.to_f64()).sum();
        if all <= 0.0 || all - known > MOST_UNKNOWN * all {
            return Err(Reason::PredictionsNotTested);
        }
        Ok(Self { counts, batch })
    }

    /// What a number of the evaluated rows is estimated to be of the batch. Its interval is that of draws of both: of the evaluated rows
    /// with each label and prediction, and of the batch's rows with each prediction.
    pub(super) fn estimate(&self, metric: MetricId, slice: &Slice, settings: &EvalSettings) -> Estimate {
        let n: u64 = self.batch.iter().map(|tally| tally.rows).sum();
        let Some(measure) = of_classes(metric) else { return Estimate::Undefined { reason: Reason::NotKept, n } };
        let weights = |tallies: &[Tally]| tallies.iter().map(|tally| tally.weight.to_f64()).collect::<Vec<_>>();
        let value = match (measure.value)(&self.sums(&weights(&self.counts.confusion), &weights(&self.batch))) {
            Ok(value) if value.is_finite() => value,
            Ok(_) => return Estimate::Undefined { reason: Reason::ZeroDenominator, n },
            Err(reason) => return Estimate::Undefined { reason, n },
        };
        let all: Vec<Tally> = self.counts.confusion.iter().chain(&self.batch).copied().collect();
        let draws = tally_replicates(slice, &all, settings.resamples, settings.seed);
        let of_draw = |draw: &Vec<f64>| {
            let (tested, batch) = draw.split_at_checked(self.counts.confusion.len())?;
            (measure.value)(&self.sums(tested, batch)).ok()
        };
        let values: Vec<f64> = draws.iter().filter_map(of_draw).collect();
        let rows = |tallies: &[Tally]| tallies.iter().map(|tally| tally.rows).sum::<u64>() as f64;
        let support = rows(&self.counts.confusion).min(n as f64);
        let interval = spread(metric, value, (&values, draws.len()), support, z_of(settings.confidence_level));
        let interval = interval.map(|found| within(metric.metric(), found));
        Estimate::Measured(Measured { value, interval, n, binning_error: 0.0 })
    }

    /// The evaluated rows by label and prediction, weighted to the shares of the batch's predictions.
    fn sums(&self, tested: &[f64], batch: &[f64]) -> ClassSums {
        let classes = self.counts.classes;
        let mut predicted = vec![0.0; classes];
        for (place, weight) in tested.iter().enumerate() {
            if let Some(sum) = predicted.get_mut(place % classes) {
                *sum += weight;
            }
        }
        let ratios: Vec<f64> = batch.iter().zip(&predicted).map(|(used, tested)| ratio(*used, *tested).unwrap_or(0.0)).collect();
        let mut sums = ClassSums::new(classes);
        for (place, weight) in tested.iter().enumerate() {
            let (label, prediction) = (place / classes, place % classes);
            sums.add(label, prediction, weight * ratios.get(prediction).copied().unwrap_or(0.0));
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use modelgate_cube::ClassRow;
    use rand::{Rng as _, SeedableRng as _};
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::super::super::testing::settings;
    use super::*;

    const NAMES: [&str; 3] = ["high", "low", "middle"];

    fn metric(id: &str) -> MetricId {
        MetricId::parse(id).unwrap()
    }

    /// Rows whose predictions are spread as said, and are right as often as a prediction of their class is.
    fn drawn(rows: u32, shares: [f64; 3], random: &mut Xoshiro256PlusPlus) -> (ClassCounts, Vec<u64>) {
        let (mut counts, mut predicted) = (ClassCounts::new(3, false), vec![0; 3]);
        let of =
            |share: f64, shares: [f64; 3]| if share < shares[0] { 0 } else { 1 + usize::from(share >= shares[0] + shares[1]) };
        for _ in 0..rows {
            let prediction = of(random.r#gen(), shares);
            let label = of(random.r#gen(), [[0.9, 0.05, 0.05], [0.1, 0.7, 0.2], [0.25, 0.25, 0.5]][prediction]);
            counts.add_row(&ClassRow { label, prediction, weight: 1.0, probabilities: None });
            predicted[prediction] += 1;
        }
        (counts, predicted)
    }

    fn batch(predicted: &[u64], rest: u64) -> (FeatureKind, FeatureHistogram) {
        let kind = FeatureKind::Category { levels: NAMES.map(str::to_owned).to_vec() };
        let mut histogram = FeatureHistogram::new(&kind);
        histogram.bins = predicted.iter().map(|rows| Tally::unweighted(*rows)).collect();
        histogram.rest = Tally::unweighted(rest);
        (kind, histogram)
    }

    fn estimated(counts: &ClassCounts, predicted: &[u64], id: &str) -> Measured {
        let (kind, histogram) = batch(predicted, 0);
        let found = Predicted::new(counts, &NAMES.map(str::to_owned), &kind, &histogram).unwrap();
        *found.estimate(metric(id), &Slice::overall(), &settings()).measured().unwrap()
    }

    #[test]
    fn a_batch_like_the_evaluated_rows_is_estimated_as_they_are() {
        let (counts, predicted) = drawn(3_000, [0.5, 0.3, 0.2], &mut Xoshiro256PlusPlus::seed_from_u64(1));
        for id in ["accuracy", "f1_macro", "balanced_accuracy", "cohen_kappa"] {
            let is = estimated(&counts, &predicted, id);
            let was = (of_classes(metric(id)).unwrap().value)(&counts.sums()).unwrap();
            assert!((is.value - was).abs() < 1e-12 && is.n == 3_000, "{id}: {is:?} {was}");
        }
        assert!(of_classes(metric("log_loss")).is_none(), "a loss is not of predictions");
    }

    #[test]
    fn estimates_hold_what_the_labels_say_in_most_samples() {
        let ids = ["accuracy", "error_rate", "f1_macro", "balanced_accuracy"];
        let mut held = [0_u32; 4];
        let (truth, _) = drawn(400_000, [0.2, 0.3, 0.5], &mut Xoshiro256PlusPlus::seed_from_u64(7));
        for seed in 0..200 {
            let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
            let (counts, _) = drawn(1_000, [0.5, 0.3, 0.2], &mut random);
            let (_, predicted) = drawn(500, [0.2, 0.3, 0.5], &mut random);
            for (held, id) in held.iter_mut().zip(ids) {
                let truth = (of_classes(metric(id)).unwrap().value)(&truth.sums()).unwrap();
                let interval = estimated(&counts, &predicted, id).interval.unwrap();
                *held += u32::from(interval.lower <= truth && truth <= interval.upper);
            }
        }
        assert!(held.iter().all(|held| (180..=199).contains(held)), "{held:?} of 200 for {ids:?}");
    }

    #[test]
    fn nothing_is_estimated_of_classes_that_were_not_predicted() {
        let (counts, predicted) = drawn(3_000, [0.5, 0.5, 0.0], &mut Xoshiro256PlusPlus::seed_from_u64(1));
        let reason = |predicted: &[u64], rest| {
            let (kind, histogram) = batch(predicted, rest);
            Predicted::new(&counts, &NAMES.map(str::to_owned), &kind, &histogram).err()
        };
        assert_eq!(reason(&predicted, 0), None);
        assert_eq!(reason(&[500, 495, 5], 0), None);
        assert_eq!(reason(&[500, 480, 20], 0), Some(Reason::PredictionsNotTested));
        assert_eq!(reason(&[500, 480, 0], 20), Some(Reason::PredictionsNotTested));
        assert_eq!(reason(&[0, 0, 0], 0), Some(Reason::PredictionsNotTested));
    }
}
