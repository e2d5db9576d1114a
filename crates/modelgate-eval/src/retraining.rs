//! How much measurements differ between models that were trained alike from other seeds, and what that adds to intervals.
//!
//! A model from another seed would have given other numbers on the same rows. An interval that only knows of the rows takes
//! such a difference for a difference between models, or between releases. With several models the variance between seeds is
//! estimated and added: each end of an interval moves away from the value so that its squared distance grows by the squared
//! one of the seeds, both with Student's quantile for the degrees of freedom that the sum of both variances has (Welch 1947,
//! Satterthwaite 1946). The released model is one draw, so that it is the variance of one model and not that of their mean.
//! A change has it twice: the baseline's model was a draw as well, taken to vary as much.

use std::collections::BTreeMap;

use modelgate_cube::Cube;

use crate::tasks::deviation;
use crate::{Comparison, Delta, Estimate, EvalSettings, Evaluation, Interval, MetricId, Subject, evaluate, interval};

/// The differences between models that were trained from different seeds.
#[derive(Debug, Clone, PartialEq)]
pub struct Retraining {
    models: u32,
    /// The sample standard deviation of each measurement between the models.
    deviations: BTreeMap<(MetricId, Subject), f64>,
}

/// What retraining adds to the uncertainty of one measurement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeedNoise {
    /// The standard deviation between models from different seeds, in the metric's unit.
    pub deviation: f64,
    /// The share of the variance between seeds in the variance of the measurement, from 0 to 1.
    pub share: f64,
}

/// What models from different seeds add to the measurements of one of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Retrained {
    /// How many models were trained, the released one among them.
    pub models: u32,
    /// What their differences add to each measurement that has an interval.
    pub noise: BTreeMap<(MetricId, Subject), SeedNoise>,
}

impl Retraining {
    /// The differences between the released model and those from other seeds, by the counts that each gives on the same rows.
    /// `None` where there is only one model. A measurement that fewer than two of the models have, has no difference.
    #[must_use]
    pub fn of(released: &Cube, others: &[Cube], settings: &EvalSettings) -> Option<Self> {
        if others.is_empty() {
            return None;
        }
        // Only values are asked for, and no interval that needs resamples.
        let settings = EvalSettings { resamples: 1, ..settings.clone() };
        let mut values: BTreeMap<(MetricId, Subject), Vec<f64>> = BTreeMap::new();
        for cube in std::iter::once(released).chain(others) {
            for (metric, subject, estimate) in evaluate(cube, &settings).iter() {
                if let Some(measured) = estimate.measured() {
                    values.entry((metric, subject.clone())).or_default().push(measured.value);
                }
            }
        }
        let deviations = values.into_iter().filter(|(_, values)| values.len() > 1).map(|(what, values)| {
            // From the first, so that equal values differ by nothing and not by a rounding.
            let from = values.first().copied().unwrap_or_default();
            (what, deviation(&values.iter().map(|value| value - from).collect::<Vec<_>>()))
        });
        Some(Self { models: u32::try_from(others.len()).ok()?.checked_add(1)?, deviations: deviations.collect() })
    }

    fn deviation(&self, metric: MetricId, subject: &Subject) -> Option<f64> {
        self.deviations.get(&(metric, subject.clone())).copied()
    }

    /// How far an end at this distance from the value, made at the normal quantile `z`, lies away once the variance between
    /// seeds, times `draws`, is added. `error` is the standard error of the interval.
    fn away(&self, distance: f64, error: f64, deviation: f64, draws: f64, z: f64) -> f64 {
        if deviation <= 0.0 {
            return distance;
        }
        let (seeds, sampling) = (draws * deviation * deviation, error * error);
        let degrees = f64::from(self.models.saturating_sub(1)) * ((seeds + sampling) / seeds).powi(2);
        interval::student(degrees, z) / z * distance.max(0.0).hypot(z * seeds.sqrt())
    }

    /// An interval around a value that knows of the variance between seeds as well.
    fn widened(&self, value: f64, interval: Interval, deviation: f64, draws: f64, z: f64) -> Interval {
        let error = (interval.upper - interval.lower) / (2.0 * z);
        let away = |distance: f64| self.away(distance, error, deviation, draws, z);
        Interval { lower: value - away(value - interval.lower), upper: value + away(interval.upper - value), ..interval }
    }

    /// The measurements with intervals that know of retraining, and its part in each.
    #[must_use]
    pub fn in_evaluation(&self, evaluation: Evaluation) -> Evaluation {
        let z = interval::z_of(evaluation.confidence_level());
        let mut noise = BTreeMap::new();
        let evaluation = evaluation.map(|metric, subject, estimate| {
            let Some((interval, deviation)) =
                estimate.measured().and_then(|measured| measured.interval).zip(self.deviation(metric, subject))
            else {
                return estimate;
            };
            let sampling = ((interval.upper - interval.lower) / (2.0 * z)).powi(2);
            let seeds = deviation * deviation;
            // Of an interval without a width, such as that of the group that a ratio is held against, no share can be told.
            if sampling > 0.0 {
                noise.insert((metric, subject.clone()), SeedNoise { deviation, share: seeds / (seeds + sampling) });
            }
            self.in_estimate(metric, subject, estimate, z)
        });
        evaluation.with_retrained(Retrained { models: self.models, noise })
    }

    /// The changes with intervals and standard errors that know of retraining on both sides. What the rows that changed say by
    /// themselves knows nothing of it, and decides no more.
    #[must_use]
    pub fn in_comparison(&self, comparison: Comparison) -> Comparison {
        let z = interval::z_of(comparison.confidence_level());
        comparison.map(|metric, subject, mut change| {
            let Some(deviation) = self.deviation(metric, subject) else { return change };
            change.baseline = self.in_estimate(metric, subject, change.baseline, z);
            change.candidate = self.in_estimate(metric, subject, change.candidate, z);
            if let Delta::Measured { value, interval: Some(interval), standard_error } = change.delta {
                let interval = self.widened(value, interval, deviation, 2.0, z);
                let standard_error = self.away(z * standard_error, standard_error, deviation, 2.0, z) / z;
                change.delta = Delta::Measured { value, interval: Some(interval), standard_error };
                if deviation > 0.0 {
                    change.flips = None;
                }
            }
            change
        })
    }

    fn in_estimate(&self, metric: MetricId, subject: &Subject, estimate: Estimate, z: f64) -> Estimate {
        let (Estimate::Measured(mut measured), Some(deviation)) = (estimate, self.deviation(metric, subject)) else {
            return estimate;
        };
        let row = metric.metric();
        measured.interval = measured.interval.map(|interval| {
            let wider = self.widened(measured.value, interval, deviation, 1.0, z);
            // Within the range of the metric, and not narrower than it was: an interval of a ratio may reach beyond.
            let lower = wider.lower.max(row.lowest.min(interval.lower));
            Interval { lower, upper: wider.upper.min(row.highest.max(interval.upper)), ..wider }
        });
        Estimate::Measured(measured)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "tests")]
    use std::collections::BTreeMap;

    use modelgate_cube::{Cell, CubeMeta, DEFINITION_VERSION, RowSetDigest, ScoreScale, Shape, Slice, Task};
    use rand::{Rng as _, SeedableRng as _};
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;
    use crate::{Declared, compare};

    const ROWS: u32 = 2_000;

    /// The counts of a model that is right on this share of the rows.
    fn right_on(right: u32) -> Cube {
        let mut cell = Cell::default();
        for row in 0..ROWS {
            cell.tally_mut(row % 2 == 0, (row % 2 == 0) == (row < right)).add_row(1.0);
        }
        let shape = Shape {
            task: Task::Binary { positive_label: "1".to_owned() },
            axes: Vec::new(),
            depth: 1,
            scored: false,
            weighted: false,
        };
        let meta = CubeMeta { shape, definition_version: DEFINITION_VERSION, split: RowSetDigest::default() };
        Cube::from_cells(meta, ScoreScale::Exact, BTreeMap::from([(Slice::overall(), cell)]))
    }

    fn settings() -> EvalSettings {
        EvalSettings {
            metrics: vec![accuracy()],
            confidence_level: 0.95,
            resamples: 100,
            min_support: 1,
            seed: 7,
            declared: Declared::default(),
        }
    }

    fn accuracy() -> MetricId {
        MetricId::parse("accuracy").unwrap()
    }

    fn interval_of(evaluation: &Evaluation) -> Interval {
        let all = Subject::Slice(Slice::overall());
        evaluation.get(accuracy(), &all).and_then(Estimate::measured).and_then(|measured| measured.interval).unwrap()
    }

    #[test]
    fn equal_models_change_nothing_and_one_model_has_no_retraining() {
        let (one, settings) = (right_on(1_600), settings());
        assert_eq!(Retraining::of(&one, &[], &settings), None);
        let retraining = Retraining::of(&one, &[one.clone(), one.clone()], &settings).unwrap();
        let (before, after) = (evaluate(&one, &settings), retraining.in_evaluation(evaluate(&one, &settings)));
        assert!((interval_of(&before).lower - interval_of(&after).lower).abs() < 1e-12);
        let retrained = after.retrained().unwrap();
        assert_eq!(retrained.models, 3);
        assert!(retrained.noise.values().all(|noise| *noise == SeedNoise { deviation: 0.0, share: 0.0 }));
    }

    #[test]
    fn the_share_is_that_of_the_variance_between_seeds() {
        let (released, settings) = (right_on(1_600), settings());
        let others = [right_on(1_580), right_on(1_620)];
        let retraining = Retraining::of(&released, &others, &settings).unwrap();
        let evaluation = retraining.in_evaluation(evaluate(&released, &settings));
        let noise = evaluation.retrained().unwrap().noise[&(accuracy(), Subject::Slice(Slice::overall()))];
        // 0.79, 0.80, 0.81: a standard deviation of 0.01; sampling 2,000 rows at 0.8 has 0.00894.
        assert!((noise.deviation - 0.01).abs() < 1e-12);
        assert!((noise.share - 1.0 / (1.0 + 0.8 * 0.2 / 2_000.0 / 1e-4)).abs() < 2e-3, "{}", noise.share);
        // The sum of both has 2 (1 + 0.8)^2 = 6.5 degrees of freedom, and Student's quantile is 2.40.
        let interval = interval_of(&evaluation);
        assert!((interval.upper - 0.8 - 2.40 * f64::hypot(0.01, 0.00894)).abs() < 1e-3, "{interval:?}");
    }

    #[test]
    fn a_change_knows_of_the_seeds_of_both_sides() {
        let (baseline, released, settings) = (right_on(1_640), right_on(1_600), settings());
        let retraining = Retraining::of(&released, &[right_on(1_580), right_on(1_620)], &settings).unwrap();
        let error = |comparison: &Comparison| match comparison.iter().next().unwrap().2.delta {
            Delta::Measured { standard_error, .. } => standard_error,
            Delta::Undefined(_) => f64::NAN,
        };
        let compared = compare(&baseline, &released, &settings);
        let (before, after) = (error(&compared), error(&retraining.in_comparison(compared)));
        // 2e-4 from seeds; at least that, and more by Student's quantile.
        let both = before.hypot(std::f64::consts::SQRT_2 * 0.01);
        assert!(after > both && after < 1.6 * both, "{before} {both} {after}");
    }

    /// Models of a training that is right on 80 % of rows on average, by how lucky their seed was.
    #[test]
    fn with_retraining_intervals_hold_what_training_gives_on_average() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(11);
        let mut normal = || (0..12).map(|_| random.r#gen::<f64>()).sum::<f64>() - 6.0;
        let (draws, settings) = (2_000, settings());
        let mut held = [0, 0];
        for _ in 0..draws {
            // One sample of rows for all models: it moves them together. Seeds move each by itself.
            let rows = normal() * (0.8 * 0.2 / f64::from(ROWS)).sqrt();
            let mut model = || right_on(((0.8 + rows + 0.02 * normal()) * f64::from(ROWS)).round().clamp(0.0, 2_000.0) as u32);
            let (released, others) = (model(), [model(), model(), model(), model()]);
            let alone = evaluate(&released, &settings);
            let retraining = Retraining::of(&released, &others, &settings).unwrap();
            for (held, evaluation) in held.iter_mut().zip([alone.clone(), retraining.in_evaluation(alone)]) {
                let interval = interval_of(&evaluation);
                *held += u32::from(interval.lower <= 0.8 && 0.8 <= interval.upper);
            }
        }
        let [without, with] = held.map(|held| f64::from(held) / f64::from(draws));
        assert!(without < 0.65, "{without}");
        assert!((0.94..0.985).contains(&with), "{with}");
    }
}
