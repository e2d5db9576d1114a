//! From one cube to every measurement that was asked for.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use modelgate_cube::{Cell, Cube, LossSums, Slice, TaskKind};

use crate::confusion::{Confusion, Quadrant, ratio};
use crate::interval;
use crate::metric::Compute;
use crate::scored::{Found, Scored, Uncertainty};
use crate::{
    Estimate, EvalSettings, Evaluation, Interval, Measured, Method, Metric, MetricId, MetricKind, Reason, Subject, ranking,
    resample,
};

/// Rows from which the interval of a mean loss has an upper end also where its error is as large as it is. In 30 rows it would hold
/// the truth in 84 % of samples: the mean may then be as large as a loss can be.
const ENOUGH_ROWS: u64 = 100;

/// How many rows make a degree of freedom of the error of a mean loss. Losses are skewed: with an excess kurtosis of two, their
/// variance is known as well as that of half as many normal numbers.
const ROWS_PER_DEGREE: f64 = 2.0;

/// The largest loss that a row can have: the log loss of a probability that is clipped to 2^-52.
const LARGEST_LOSS: f64 = 52.0 * std::f64::consts::LN_2;

/// How often a score table is resampled: enough for a standard error to within a tenth or two of itself.
const SCORE_RESAMPLES: u32 = 200;

/// Every asked-for metric on every slice of the cube, and across the groups of every set of axes.
#[must_use]
pub fn evaluate(cube: &Cube, settings: &EvalSettings) -> Evaluation {
    let slices: Vec<Counted> = cube.cells().map(|(slice, cell)| Counted::new(slice, cell, settings)).collect();
    let mut found = Evaluation::new(settings.confidence_level);
    for counted in &slices {
        found.note_rows(counted.slice, counted.cell.total().rows);
    }
    let run = Run { cube, settings, z: interval::z_of(settings.confidence_level) };
    let cells: Vec<(&Slice, &Cell)> = cube.cells().collect();
    for metric in &settings.metrics {
        if cube.meta().shape.task.kind() != TaskKind::Binary {
            run.task_metric(*metric, &cells, &mut found);
            continue;
        }
        match metric.metric().compute {
            Compute::Gap(gap) => run.gaps(*metric, gap, &slices, &mut found),
            Compute::AgainstHighest(share) => run.against_highest(*metric, share, &slices, &mut found),
            Compute::ScoringRate => run.scoring_rates(*metric, &slices, &mut found),
            Compute::Shortfall => run.shortfalls(*metric, &slices, &mut found),
            Compute::AgainstReference(against) => run.against_reference(*metric, against, &slices, &mut found),
            Compute::ConditionalDisparity => run.conditional_disparity(*metric, &slices, &mut found),
            Compute::CostGap => run.cost_gaps(*metric, &slices, &mut found),
            _ => {
                let of_groups = metric.metric().kind == MetricKind::AgainstGroups;
                for counted in slices.iter().filter(|counted| !(of_groups && counted.slice.is_overall())) {
                    found.insert(*metric, Subject::Slice(counted.slice.clone()), run.slice_metric(*metric, counted));
                }
            }
        }
    }
    found
}

/// A slice with its counts and, once asked for, its resamples.
pub(crate) struct Counted<'a> {
    pub(crate) slice: &'a Slice,
    pub(crate) cell: &'a Cell,
    replicates: OnceCell<Vec<Confusion>>,
    plausible: OnceCell<Vec<Confusion>>,
    scored: OnceCell<Scored>,
    score_errors: OnceCell<BTreeMap<MetricId, f64>>,
    resamples: u32,
    seed: u64,
}

impl<'a> Counted<'a> {
    fn new(slice: &'a Slice, cell: &'a Cell, settings: &EvalSettings) -> Self {
        Self {
            slice,
            cell,
            replicates: OnceCell::new(),
            plausible: OnceCell::new(),
            scored: OnceCell::new(),
            score_errors: OnceCell::new(),
            resamples: settings.resamples,
            seed: settings.seed,
        }
    }

    pub(crate) fn replicates(&self) -> &[Confusion] {
        self.replicates.get_or_init(|| resample::replicates(self.slice, self.cell, self.resamples, self.seed))
    }

    fn plausible(&self) -> &[Confusion] {
        self.plausible.get_or_init(|| resample::plausible(self.slice, self.cell, self.resamples, self.seed))
    }

    pub(crate) fn has_missing_level(&self) -> bool {
        self.slice.terms().iter().any(|term| term.level.is_none())
    }
}

/// One evaluation under way.
pub(crate) struct Run<'a> {
    pub(crate) cube: &'a Cube,
    pub(crate) settings: &'a EvalSettings,
    pub(crate) z: f64,
}

impl Run<'_> {
    fn slice_metric(&self, metric: MetricId, counted: &Counted<'_>) -> Estimate {
        let (row, cell) = (metric.metric(), counted.cell);
        if row.needs_scores && !self.cube.meta().shape.scored {
            return Estimate::Undefined { reason: Reason::NoScores, n: cell.total().rows };
        }
        match row.compute {
            Compute::Rows => rows(cell),
            Compute::Proportion { part, whole, empty } => self.proportion(part, whole, empty, cell),
            Compute::Composite { value, support } => self.composite(row, value, support, counted),
            Compute::RocAuc => self.roc_auc(cell),
            Compute::Gini => gini(&self.roc_auc(cell)),
            Compute::MeanLoss(sums) => self.mean_loss(row, sums(cell), cell),
            Compute::Scores(value) => self.of_scores(metric, value, counted),
            Compute::Cost => self.cost(cell),
            Compute::Background(background) => self.against_background(background, counted),
            Compute::ShareOfAll { part, empty } => self.share_of_all(part, empty, counted),
            Compute::Never => Estimate::Undefined { reason: Reason::OtherTask, n: cell.total().rows },
            Compute::Flip(_) => Estimate::Undefined { reason: Reason::NoBaselinePredictions, n: cell.total().rows },
            Compute::ScoringRate
            | Compute::AgainstHighest(_)
            | Compute::Gap(_)
            | Compute::CostGap
            | Compute::Shortfall
            | Compute::AgainstReference(_)
            | Compute::ConditionalDisparity => Estimate::Undefined { reason: Reason::FewerThanTwoGroups, n: 0 },
        }
    }

    fn proportion(&self, part: &[Quadrant], whole: &[Quadrant], empty: Reason, cell: &Cell) -> Estimate {
        let (part, whole) = (Quadrant::sum(part, cell), Quadrant::sum(whole, cell));
        let weight = whole.weight.to_f64();
        let Some(value) = ratio(part.weight.to_f64(), weight) else {
            return Estimate::Undefined { reason: empty, n: whole.rows };
        };
        // With weights, the rows are worth as much as this many equal ones (Kish 1965).
        let effective = weight * weight / whole.weight_squared.to_f64();
        measured(value, Some(interval::proportion(value, effective, self.z)), whole.rows)
    }

    fn composite(
        &self,
        metric: &Metric,
        value: fn(&Confusion) -> Result<f64, Reason>,
        support: fn(&Confusion) -> f64,
        counted: &Counted<'_>,
    ) -> Estimate {
        let n = whole_number(support(&Confusion::rows(counted.cell)));
        match value(&Confusion::weights(counted.cell)) {
            Err(reason) => Estimate::Undefined { reason, n },
            Ok(point) => {
                let values = counted.plausible().iter().map(|drawn| value(drawn).ok());
                let interval = self.percentiles(metric, values, Method::Plausible, point);
                // What was seen is plausible, also at an end of the range.
                let widened =
                    |found: Interval| Interval { lower: found.lower.min(point), upper: found.upper.max(point), ..found };
                measured(point, interval.map(widened), n)
            }
        }
    }

    fn roc_auc(&self, cell: &Cell) -> Estimate {
        match ranking::area(&cell.scores, self.cube.scale()) {
            Err(reason) => Estimate::Undefined { reason, n: 0 },
            Ok(area) => Estimate::Measured(Measured {
                value: area.value,
                interval: Some(area.interval(self.z)),
                n: area.smaller_class,
                binning_error: area.binning_error,
            }),
        }
    }

    fn mean_loss(&self, metric: &Metric, sums: &LossSums, cell: &Cell) -> Estimate {
        let total = cell.total();
        let weight = total.weight.to_f64();
        let Some(mean) = ratio(sums.weighted.to_f64(), weight) else {
            return Estimate::Undefined { reason: Reason::NoRows, n: total.rows };
        };
        let squares =
            sums.both_squared.to_f64() - 2.0 * mean * sums.weight_squared.to_f64() + mean * mean * total.weight_squared.to_f64();
        let n = total.rows as f64;
        let interval = (total.rows > 1).then(|| {
            let error = (squares.max(0.0) * n / (n - 1.0)).sqrt() / weight;
            let degrees = (n - 1.0) / ROWS_PER_DEGREE;
            interval::scaled_mean(mean, error, degrees, self.z).map(|found| {
                let is_open = found.upper.is_infinite() && total.rows >= ENOUGH_ROWS;
                let upper = if is_open { interval::few_losses(mean, error, self.z) } else { found.upper };
                within(metric, Interval { upper: upper.min(LARGEST_LOSS.max(mean)), ..found })
            })
        });
        measured(mean, interval.flatten(), total.rows)
    }

    fn of_scores(&self, metric: MetricId, value: fn(&Scored) -> Result<Found, Reason>, counted: &Counted<'_>) -> Estimate {
        let scored = self.scored(counted);
        let found = match value(scored) {
            Ok(found) => found,
            Err(reason) => return Estimate::Undefined { reason, n: whole_number(scored.smaller_class()) },
        };
        let error = match found.uncertainty {
            Uncertainty::Unknown => None,
            Uncertainty::StandardError(error, method) => Some((error, method)),
            Uncertainty::Resample => self.score_errors(counted).get(&metric).map(|error| (*error, Method::ResampledScores)),
        };
        let interval = error.map(|(error, method)| {
            let half = self.z * error;
            within(metric.metric(), Interval { lower: found.value - half, upper: found.value + half, method })
        });
        let n = whole_number(found.n);
        Estimate::Measured(Measured { value: found.value, interval, n, binning_error: found.binning_error })
    }

    fn scored<'a>(&self, counted: &'a Counted<'_>) -> &'a Scored {
        counted.scored.get_or_init(|| Scored::of(counted.cell, self.cube.scale()))
    }

    /// The standard errors of all asked-for metrics that need the score table resampled; they share the resamples.
    fn score_errors<'a>(&self, counted: &'a Counted<'_>) -> &'a BTreeMap<MetricId, f64> {
        counted.score_errors.get_or_init(|| {
            let coarse = self.scored(counted).coarse();
            let resampled = |metric: &MetricId| match metric.metric().compute {
                Compute::Scores(value) => {
                    let found = value(&coarse).ok()?;
                    matches!(found.uncertainty, Uncertainty::Resample).then_some((*metric, value))
                }
                _ => None,
            };
            let metrics: Vec<_> = self.settings.metrics.iter().filter_map(resampled).collect();
            let mut values: BTreeMap<MetricId, Vec<f64>> = BTreeMap::new();
            for replicate in resample::score_replicates(counted.slice, &coarse, SCORE_RESAMPLES, counted.seed) {
                for (metric, value) in &metrics {
                    values.entry(*metric).or_default().extend(value(&replicate).map(|found| found.value));
                }
            }
            values.into_iter().filter_map(|(metric, values)| Some((metric, standard_error(&values)?))).collect()
        })
    }

    /// An interval from resampled values: percentiles, or their reflection at the point estimate. None where more than
    /// one replicate in twenty has no value: the rest would speak for rows that are hardly there.
    pub(crate) fn percentiles(
        &self,
        metric: &Metric,
        values: impl Iterator<Item = Option<f64>>,
        method: Method,
        point: f64,
    ) -> Option<Interval> {
        let mut sorted: Vec<f64> = values.flatten().collect();
        if sorted.len() * 20 < self.settings.resamples as usize * 19 {
            return None;
        }
        sorted.sort_by(f64::total_cmp);
        let tail = (1.0 - self.settings.confidence_level) / 2.0;
        let (low, high) = (interval::quantile(&sorted, tail)?, interval::quantile(&sorted, 1.0 - tail)?);
        let (lower, upper) = if method == Method::ResampledBasic { (2.0 * point - high, 2.0 * point - low) } else { (low, high) };
        Some(within(metric, Interval { lower, upper, method }))
    }
}

/// The spread of resampled values. None where more than one replicate in twenty has no value, or all have the same: an
/// interval of no width would claim to know.
fn standard_error(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    if n < 0.95 * f64::from(SCORE_RESAMPLES) {
        return None;
    }
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (variance > 1e-24).then(|| variance.sqrt())
}

/// The part of an interval that lies in the metric's range.
pub(crate) fn within(metric: &Metric, interval: Interval) -> Interval {
    let inside = |end: f64| end.clamp(metric.lowest, metric.highest);
    Interval { lower: inside(interval.lower), upper: inside(interval.upper), ..interval }
}

/// The Gini coefficient of an area.
fn gini(area: &Estimate) -> Estimate {
    let Estimate::Measured(area) = area else { return *area };
    let of = |area: f64| 2.0 * area - 1.0;
    let interval = area.interval.map(|i| Interval { lower: of(i.lower), upper: of(i.upper), ..i });
    Estimate::Measured(Measured { value: of(area.value), interval, n: area.n, binning_error: 2.0 * area.binning_error })
}

fn rows(cell: &Cell) -> Estimate {
    let rows = cell.total().rows;
    measured(rows as f64, None, rows)
}

pub(crate) fn measured(value: f64, interval: Option<Interval>, n: u64) -> Estimate {
    Estimate::Measured(Measured { value, interval, n, binning_error: 0.0 })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "row counts are whole and not negative")]
pub(crate) fn whole_number(rows: f64) -> u64 {
    rows as u64
}
