//! From one cube to every measurement that was asked for.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use modelgate_cube::{Cell, Cube, LossSums, Slice};

use crate::confusion::{Confusion, FN, FP, Quadrant, TN, TP, ratio};
use crate::groups::Gap;
use crate::interval::{self, Successes};
use crate::metric::Compute;
use crate::{Estimate, EvalSettings, Evaluation, Interval, Measured, Method, MetricId, Reason, Subject, ranking, resample};

/// Every asked-for metric on every slice of the cube, and across the groups of every set of axes.
#[must_use]
pub fn evaluate(cube: &Cube, settings: &EvalSettings) -> Evaluation {
    let slices: Vec<Counted> = cube.cells().map(|(slice, cell)| Counted::new(slice, cell, settings)).collect();
    let mut found = Evaluation::new(settings.confidence_level);
    let run = Run { cube, settings, z: interval::z_of(settings.confidence_level) };
    for metric in &settings.metrics {
        match metric.metric().compute {
            Compute::Gap(gap) => run.gaps(*metric, gap, &slices, &mut found),
            Compute::ImpactRatio => run.impact_ratios(*metric, &slices, &mut found),
            compute => {
                for counted in &slices {
                    found.insert(*metric, Subject::Slice(counted.slice.clone()), run.slice_metric(compute, counted));
                }
            }
        }
    }
    found
}

/// A slice with its counts and, once asked for, its resamples.
struct Counted<'a> {
    slice: &'a Slice,
    cell: &'a Cell,
    replicates: OnceCell<Vec<Confusion>>,
    resamples: u32,
    seed: u64,
}

impl<'a> Counted<'a> {
    fn new(slice: &'a Slice, cell: &'a Cell, settings: &EvalSettings) -> Self {
        Self { slice, cell, replicates: OnceCell::new(), resamples: settings.resamples, seed: settings.seed }
    }

    fn replicates(&self) -> &[Confusion] {
        self.replicates.get_or_init(|| resample::replicates(self.slice, self.cell, self.resamples, self.seed))
    }

    fn has_missing_level(&self) -> bool {
        self.slice.terms().iter().any(|term| term.level.is_none())
    }
}

struct Run<'a> {
    cube: &'a Cube,
    settings: &'a EvalSettings,
    z: f64,
}

impl Run<'_> {
    fn slice_metric(&self, compute: Compute, counted: &Counted<'_>) -> Estimate {
        let cell = counted.cell;
        match compute {
            Compute::Rows => rows(cell),
            Compute::Proportion { part, whole, empty } => self.proportion(part, whole, empty, cell),
            Compute::Composite { value, support } => self.composite(value, support, counted),
            Compute::RocAuc => self.roc_auc(cell),
            Compute::MeanLoss(sums) => self.mean_loss(sums(cell), cell),
            Compute::ImpactRatio | Compute::Gap(_) => Estimate::Undefined { reason: Reason::FewerThanTwoGroups, n: 0 },
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
        measured(value, Some(interval::wilson(value, effective, self.z)), whole.rows)
    }

    fn composite(
        &self,
        value: fn(&Confusion) -> Result<f64, Reason>,
        support: fn(&Confusion) -> f64,
        counted: &Counted<'_>,
    ) -> Estimate {
        let n = whole_number(support(&Confusion::rows(counted.cell)));
        match value(&Confusion::weights(counted.cell)) {
            Err(reason) => Estimate::Undefined { reason, n },
            Ok(point) => {
                let values = counted.replicates().iter().map(|replicate| value(replicate).ok());
                measured(point, self.percentiles(values, Method::Resampled, point), n)
            }
        }
    }

    fn roc_auc(&self, cell: &Cell) -> Estimate {
        if !self.cube.meta().shape.scored {
            return Estimate::Undefined { reason: Reason::NoScores, n: 0 };
        }
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

    fn mean_loss(&self, sums: &LossSums, cell: &Cell) -> Estimate {
        let total = cell.total();
        if !self.cube.meta().shape.scored {
            return Estimate::Undefined { reason: Reason::NoScores, n: total.rows };
        }
        let weight = total.weight.to_f64();
        let Some(mean) = ratio(sums.weighted.to_f64(), weight) else {
            return Estimate::Undefined { reason: Reason::NoRows, n: total.rows };
        };
        let squares =
            sums.both_squared.to_f64() - 2.0 * mean * sums.weight_squared.to_f64() + mean * mean * total.weight_squared.to_f64();
        let interval = (total.rows > 1).then(|| {
            let n = total.rows as f64;
            let half = self.z * (squares.max(0.0) * n / (n - 1.0)).sqrt() / weight;
            Interval { lower: (mean - half).max(0.0), upper: mean + half, method: Method::Moments }
        });
        measured(mean, interval, total.rows)
    }

    fn gaps(&self, metric: MetricId, gap: Gap, slices: &[Counted<'_>], found: &mut Evaluation) {
        for axes in axis_sets(slices) {
            let subject = Subject::Across(axes.clone());
            let (groups, too_small) = self.groups(gap, &axes, slices);
            let estimate = self.gap(gap, &groups);
            found.leave_out(metric, &subject, too_small);
            found.insert(metric, subject, estimate);
        }
    }

    /// The groups that are large enough to be compared, and those that are not. A missing value is no group.
    fn groups<'a, 'b>(&self, gap: Gap, axes: &[String], slices: &'b [Counted<'a>]) -> (Vec<&'b Counted<'a>>, Vec<Slice>) {
        let of_axes = slices.iter().filter(|counted| counted.slice.axes().eq(axes.iter().map(String::as_str)));
        let named: Vec<&Counted<'_>> = of_axes.filter(|counted| !counted.has_missing_level()).collect();
        let (large, small): (Vec<&Counted<'_>>, Vec<_>) = named
            .into_iter()
            .partition(|counted| gap.support(&Confusion::rows(counted.cell)) >= self.settings.min_support as f64);
        (large, small.into_iter().map(|counted| counted.slice.clone()).collect())
    }

    fn gap(&self, gap: Gap, groups: &[&Counted<'_>]) -> Estimate {
        let support = groups.iter().map(|counted| gap.support(&Confusion::rows(counted.cell)));
        let n = if groups.is_empty() { 0 } else { whole_number(support.fold(f64::INFINITY, f64::min)) };
        let observed: Vec<Confusion> = groups.iter().map(|counted| Confusion::weights(counted.cell)).collect();
        match gap.value(&observed) {
            Err(reason) => Estimate::Undefined { reason, n },
            Ok(point) => {
                let values = (0..self.settings.resamples as usize).map(|index| {
                    let replicate: Vec<Confusion> =
                        groups.iter().filter_map(|counted| counted.replicates().get(index).copied()).collect();
                    gap.value(&replicate).ok()
                });
                measured(point, self.percentiles(values, Method::ResampledBasic, point), n)
            }
        }
    }

    fn impact_ratios(&self, metric: MetricId, slices: &[Counted<'_>], found: &mut Evaluation) {
        let gap = Gap::SelectionRateRatio;
        for axes in axis_sets(slices) {
            let (large, _) = self.groups(gap, &axes, slices);
            let groups: Vec<Successes> = large.iter().map(|counted| selected(counted.cell)).collect();
            for counted in slices.iter().filter(|counted| counted.slice.axes().eq(axes.iter().map(String::as_str))) {
                let estimate = self.impact_ratio(counted, &groups);
                found.insert(metric, Subject::Slice(counted.slice.clone()), estimate);
            }
        }
    }

    fn impact_ratio(&self, counted: &Counted<'_>, groups: &[Successes]) -> Estimate {
        let (own, n) = (selected(counted.cell), counted.cell.total().rows);
        let rate = |group: &Successes| group.hits / group.n;
        let top = groups.iter().copied().fold(own, |top, group| if rate(&group) > rate(&top) { group } else { top });
        if groups.len() < 2 {
            return Estimate::Undefined { reason: Reason::FewerThanTwoGroups, n };
        }
        if rate(&top) <= 0.0 {
            return Estimate::Undefined { reason: Reason::AllRatesZero, n };
        }
        let is_top = rate(&own) >= rate(&top);
        let interval = if is_top {
            // The most selected group is what the others are held against; against itself the ratio is one.
            Interval { lower: 1.0, upper: 1.0, method: Method::MiettinenNurminen }
        } else {
            interval::ratio_score(own, top, self.z)
        };
        measured(if is_top { 1.0 } else { rate(&own) / rate(&top) }, Some(interval), n)
    }

    /// An interval from resampled values: percentiles, or their reflection at the point estimate. None where more than
    /// one replicate in twenty has no value: the rest would speak for rows that are hardly there.
    fn percentiles(&self, values: impl Iterator<Item = Option<f64>>, method: Method, point: f64) -> Option<Interval> {
        let mut sorted: Vec<f64> = values.flatten().collect();
        if sorted.len() * 20 < self.settings.resamples as usize * 19 {
            return None;
        }
        sorted.sort_by(f64::total_cmp);
        let tail = (1.0 - self.settings.confidence_level) / 2.0;
        let (low, high) = (interval::quantile(&sorted, tail)?, interval::quantile(&sorted, 1.0 - tail)?);
        let (lower, upper) = if method == Method::ResampledBasic { (2.0 * point - high, 2.0 * point - low) } else { (low, high) };
        // All metrics made this way lie in [0, 1]; a reflected end may fall outside.
        Some(Interval { lower: lower.clamp(0.0, 1.0), upper: upper.clamp(0.0, 1.0), method })
    }
}

fn rows(cell: &Cell) -> Estimate {
    let rows = cell.total().rows;
    measured(rows as f64, None, rows)
}

fn measured(value: f64, interval: Option<Interval>, n: u64) -> Estimate {
    Estimate::Measured(Measured { value, interval, n, binning_error: 0.0 })
}

/// Selected rows among all, as effective numbers where there are weights.
fn selected(cell: &Cell) -> Successes {
    let (hits, whole) = (Quadrant::sum(&[TP, FP], cell), Quadrant::sum(&[TP, FP, FN, TN], cell));
    let weight = whole.weight.to_f64();
    let n = weight * weight / whole.weight_squared.to_f64().max(f64::MIN_POSITIVE);
    Successes { hits: ratio(hits.weight.to_f64(), weight).unwrap_or(0.0) * n, n: n.max(f64::MIN_POSITIVE) }
}

/// The sets of axes that slices are cut by, single axes first.
fn axis_sets(slices: &[Counted<'_>]) -> Vec<Vec<String>> {
    let sets: BTreeMap<usize, BTreeSet<Vec<String>>> = slices.iter().fold(BTreeMap::new(), |mut sets, counted| {
        let axes: Vec<String> = counted.slice.axes().map(str::to_owned).collect();
        sets.entry(axes.len()).or_default().insert(axes);
        sets
    });
    sets.into_iter().filter(|(depth, _)| *depth > 0).flat_map(|(_, sets)| sets).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "row counts are whole and not negative")]
fn whole_number(rows: f64) -> u64 {
    rows as u64
}
