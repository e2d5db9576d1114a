//! Changes between two releases that share rows: the spread of the differences of their replicates.
//!
//! A replicate draws the same rows on both sides, so that what both models get right or wrong on the same rows cancels
//! out, as it does in `McNemar`'s and Tango's tests. Rows that only one side has are drawn independently.

use modelgate_cube::{BUCKETS, Cell, Cube, Fixed, Replicate, Replicates, Slice, Tally, TaskKind};

use crate::confusion::{Confusion, Quadrant, ratio};
use crate::cost::mean_cost;
use crate::declared::Costs;
use crate::groups::{Gap, Rate, Spread};
use crate::interval;
use crate::metric::{Compute, Share};
use crate::tasks::{PairedTask, deviation};
use crate::{Delta, EvalSettings, Interval, Measured, Method, MetricId, Subject};

/// Rows fall into groups that stand or fall together (several rows of one person) where the replicates spread this
/// much more than the replicates of single rows do; chance alone stays within a third of it.
const CLUSTERED: f64 = 1.5;

/// From fewer such groups no standard error is made.
const FEWEST_CLUSTERS: f64 = 100.0;

/// Below this correlation of the labels' replicates, which is the share of rows that both sides have, the closed forms
/// for independent rows are the better ones.
const SHARED_ENOUGH: f64 = 0.5;

/// Two cubes whose replicates drew the same rows.
pub(crate) struct Paired<'a> {
    baseline: &'a Cube,
    candidate: &'a Cube,
    settings: &'a EvalSettings,
    z: f64,
}

impl<'a> Paired<'a> {
    /// `None` where the sides have no replicates, or ones that were not drawn alike, or share too few rows.
    pub(crate) fn of(baseline: &'a Cube, candidate: &'a Cube, settings: &'a EvalSettings) -> Option<Self> {
        let overall = Slice::overall();
        let alike = if candidate.meta().shape.task.kind() == TaskKind::Binary {
            let (old, new) = (usable(baseline, &overall)?, usable(candidate, &overall)?);
            correlation(old.replicates, new.replicates) >= SHARED_ENOUGH
        } else {
            PairedTask::shared(baseline, candidate)?
        };
        let pairs = baseline.row_ids()?.pairs_with(candidate.row_ids()?);
        let shared = same_rows(baseline, candidate) || alike;
        let z = interval::z_of(settings.confidence_level);
        (pairs && shared).then_some(Self { baseline, candidate, settings, z })
    }

    /// The change of a metric; `None` where it is no function of what replicates keep, or too few rows have any.
    pub(crate) fn delta(&self, metric: MetricId, subject: &Subject, before: &Measured, now: &Measured) -> Option<Delta> {
        let compute = metric.metric().compute;
        // A composite without an upper end, such as an odds ratio, has no scale to tell the least change by.
        if matches!(compute, Compute::Composite { .. }) && !metric.metric().highest.is_finite() {
            return None;
        }
        let (old, new) = (self.side(self.baseline, metric, subject, before)?, self.side(self.candidate, metric, subject, now)?);
        let pairs = old.values.iter().zip(&new.values);
        let mut differences: Vec<f64> = pairs.filter_map(|(old, new)| Some((*new)? - (*old)?)).collect();
        // A change that one replicate in twenty lacks is one of rows that are hardly there.
        if differences.len() * 20 < new.values.len() * 19 {
            return None;
        }
        let value = now.value - before.value;
        let spread = deviation(&differences);
        let least = least_half(old.rows.min(new.rows), self.z) * old.scale.max(new.scale);
        let interval = if new.is_gap {
            differences.sort_by(f64::total_cmp);
            self.basic(value, &differences, least)?
        } else {
            let half = (self.z * spread).max(least);
            Interval { lower: value - half, upper: value + half, method: Method::Paired }
        };
        Some(Delta::Measured { value, interval: Some(interval), standard_error: spread.max(least / self.z) })
    }

    /// Reflected percentiles, which do not inherit the upward bias of gaps between groups.
    fn basic(&self, value: f64, sorted: &[f64], least: f64) -> Option<Interval> {
        let tail = (1.0 - self.settings.confidence_level) / 2.0;
        let (low, high) = (interval::quantile(sorted, tail)?, interval::quantile(sorted, 1.0 - tail)?);
        let (lower, upper) = ((2.0 * value - high).min(value - least), (2.0 * value - low).max(value + least));
        Some(Interval { lower, upper, method: Method::PairedBasic })
    }

    fn side(&self, cube: &Cube, metric: MetricId, subject: &Subject, found: &Measured) -> Option<Side> {
        let compute = metric.metric().compute;
        let side = match (compute, subject) {
            _ if cube.meta().shape.task.kind() != TaskKind::Binary => {
                PairedTask::side(cube, metric.metric(), subject, self.settings)?
            }
            (Compute::Gap(gap), Subject::Across(axes)) => self.gap(cube, gap, axes)?,
            (Compute::AgainstHighest(Share::Selected), Subject::Slice(slice)) => self.impact_ratio(cube, slice)?,
            (Compute::RocAuc, Subject::Slice(slice)) => area(cube, slice, found)?,
            (_, Subject::Slice(slice)) => of_slice(cube, compute, slice, self.settings.declared.costs.as_ref())?,
            (_, Subject::Across(_) | Subject::Contrast { .. }) => return None,
        };
        // The spread of another number than the measured one would be no use.
        let same = (side.observed - found.value).abs() <= 1e-9 * found.value.abs().max(1.0);
        same.then(|| Side { rows: side.rows.min(found.n as f64), ..side })
    }

    fn gap(&self, cube: &Cube, gap: Gap, axes: &[String]) -> Option<Side> {
        let groups = self.groups(cube, gap, axes);
        let usable: Vec<Usable<'_>> = groups.iter().map(|slice| usable(cube, slice)).collect::<Option<_>>()?;
        let observed: Vec<Confusion> = usable.iter().map(|group| Confusion::weights(group.cell)).collect();
        let mut replicates: Vec<_> = usable.iter().map(|group| group.replicates.iter()).collect();
        let drawn = std::iter::from_fn(|| {
            let drawn: Option<Vec<Confusion>> = replicates.iter_mut().map(|one| one.next().map(|one| confusion(&one))).collect();
            drawn.filter(|drawn| !drawn.is_empty())
        });
        let values = drawn.map(|drawn| gap.value(&drawn).ok()).collect();
        // Two groups move a gap, and a ratio of small rates moves with the smaller of them. Other comparisons have no scale
        // to tell the least change by.
        let scale = std::f64::consts::SQRT_2
            / match gap {
                Gap::Of(rate, Spread::Ratio) => observed.iter().filter_map(|group| (rate.value)(group).ok()).fold(0.0, f64::max),
                Gap::Of(_, Spread::Difference) | Gap::Worse(_, Spread::Difference) => 1.0,
                _ => return None,
            };
        let rows = usable.iter().map(|group| group.rows).fold(f64::INFINITY, f64::min);
        Some(Side { observed: gap.value(&observed).ok()?, values, rows, scale, is_gap: true })
    }

    /// The groups that a gap compares: of these axes, none with a missing value, none below `min_support`.
    fn groups(&self, cube: &Cube, gap: Gap, axes: &[String]) -> Vec<Slice> {
        let large = |cell: &Cell| gap.support(&Confusion::rows(cell)) >= self.settings.min_support as f64;
        let named = |slice: &Slice| slice.terms().iter().all(|term| term.level.is_some());
        cube.slices_by(axes).filter(|(slice, cell)| named(slice) && large(cell)).map(|(slice, _)| slice.clone()).collect()
    }

    /// The group's selection rate over that of the group that is the most selected one of the observed rows.
    fn impact_ratio(&self, cube: &Cube, slice: &Slice) -> Option<Side> {
        let axes: Vec<String> = slice.axes().map(str::to_owned).collect();
        let rate = |slice: &Slice| Confusion::weights(cube.cell(slice)?).selection_rate().ok();
        let own_rate = rate(slice)?;
        let groups = self.groups(cube, Gap::Of(Rate::SELECTION, Spread::Ratio), &axes);
        let largest = |top: (Slice, f64), (group, rate)| if rate > top.1 { (group, rate) } else { top };
        let rated = groups.into_iter().filter_map(|group| rate(&group).map(|rate| (group, rate)));
        let (top, top_rate) = rated.fold((slice.clone(), own_rate), largest);
        let (own, top) = (usable(cube, slice)?, usable(cube, &top)?);
        let of_replicate = |(own, top): (Replicate, Replicate)| {
            ratio(confusion(&own).selection_rate().ok()?, confusion(&top).selection_rate().ok()?)
        };
        let values = own.replicates.iter().zip(top.replicates.iter()).map(of_replicate).collect();
        let scale = std::f64::consts::SQRT_2 / top_rate;
        Some(Side { observed: ratio(own_rate, top_rate)?, values, rows: own.rows.min(top.rows), scale, is_gap: true })
    }
}

/// Whether both sides counted exactly the same rows.
pub(crate) fn same_rows(baseline: &Cube, candidate: &Cube) -> bool {
    baseline.meta().split == candidate.meta().split && baseline.row_ids().is_some() && baseline.row_ids() == candidate.row_ids()
}

/// One side of a change.
pub(crate) struct Side {
    /// The metric of the observed rows.
    pub(crate) observed: f64,
    /// The metric of each replicate.
    pub(crate) values: Vec<Option<f64>>,
    /// The rows (as effective rows where there are weights or clusters) that the change is a mean over.
    pub(crate) rows: f64,
    /// How far the metric moves where all of these rows change.
    pub(crate) scale: f64,
    pub(crate) is_gap: bool,
}

/// A slice with replicates that tell how much its counts spread.
struct Usable<'a> {
    cell: &'a Cell,
    replicates: &'a Replicates,
    /// How many rows of equal weight, standing alone, these are worth at least; at most as many as there are.
    rows: f64,
}

fn usable<'a>(cube: &'a Cube, slice: &Slice) -> Option<Usable<'a>> {
    let (cell, replicates) = (cube.cell(slice)?, cube.replicates(slice)?);
    let totals: Vec<f64> = replicates.iter().map(|one| confusion(&one)).map(|one| one.positives() + one.negatives()).collect();
    Some(Usable { cell, replicates, rows: worth(&cell.total(), &totals)? })
}

/// How many rows of equal weight, standing alone, these are worth at least, by the totals of their replicates; `None`
/// where they stand together in too few groups.
pub(crate) fn worth(total: &Tally, totals: &[f64]) -> Option<f64> {
    let rows = ratio(total.weight.to_f64().powi(2), total.weight_squared.to_f64())?;
    // A total of n rows in equal buckets varies by n^2 / (1 / n + 1 / buckets), and by more where rows share an id.
    let groups = ratio(total.weight.to_f64().powi(2), deviation(totals).powi(2))?;
    let expected = 1.0 / (1.0 / rows + 1.0 / f64::from(BUCKETS));
    if groups * CLUSTERED >= expected {
        return Some(rows);
    }
    (groups >= FEWEST_CLUSTERS).then_some(rows.min(groups))
}

fn of_slice(cube: &Cube, compute: Compute, slice: &Slice, costs: Option<&Costs>) -> Option<Side> {
    let Usable { cell, replicates, rows } = usable(cube, slice)?;
    let counts = Confusion::weights(cell);
    let observed = Replicate {
        true_negatives: counts.tn,
        false_positives: counts.fp,
        false_negatives: counts.fn_,
        true_positives: counts.tp,
        brier: cell.brier.weighted.to_f64(),
        log_loss: cell.log_loss.weighted.to_f64(),
    };
    let values = replicates.iter().map(|replicate| value(compute, &replicate, costs)).collect();
    let scale = match (compute, costs) {
        (Compute::Cost, Some(costs)) => costs.range().1 - costs.range().0,
        _ => 1.0,
    };
    Some(Side { observed: value(compute, &observed, costs)?, values, rows, scale, is_gap: false })
}

fn area(cube: &Cube, slice: &Slice, found: &Measured) -> Option<Side> {
    let Usable { replicates, rows, .. } = usable(cube, slice)?;
    let values = replicates.areas()?.map(Some).collect();
    Some(Side { observed: found.value, values, rows, scale: 1.0, is_gap: false })
}

/// The metric of one replicate; `None` where it has none.
fn value(compute: Compute, replicate: &Replicate, costs: Option<&Costs>) -> Option<f64> {
    let counts = confusion(replicate);
    match compute {
        Compute::Proportion { part, whole, .. } => ratio(sum(part, &counts), sum(whole, &counts)),
        Compute::Composite { value, .. } => value(&counts).ok(),
        Compute::MeanLoss(sums) => {
            let mut cell = Cell::default();
            cell.brier.weighted = Fixed::from_f64(replicate.brier);
            cell.log_loss.weighted = Fixed::from_f64(replicate.log_loss);
            ratio(sums(&cell).weighted.to_f64(), counts.positives() + counts.negatives())
        }
        Compute::Cost => mean_cost(costs?, &counts),
        // None of these is a function of one slice's replicates.
        Compute::Never
        | Compute::Rows
        | Compute::RocAuc
        | Compute::Gini
        | Compute::Scores(_)
        | Compute::ScoringRate
        | Compute::AgainstHighest(_)
        | Compute::Gap(_)
        | Compute::CostGap
        | Compute::Flip(_)
        | Compute::Background(_)
        | Compute::ShareOfAll { .. }
        | Compute::Shortfall
        | Compute::AgainstReference(_)
        | Compute::ConditionalDisparity => None,
    }
}

fn confusion(replicate: &Replicate) -> Confusion {
    Confusion {
        tp: replicate.true_positives,
        fp: replicate.false_positives,
        fn_: replicate.false_negatives,
        tn: replicate.true_negatives,
    }
}

fn sum(quadrants: &[Quadrant], counts: &Confusion) -> f64 {
    let count = |quadrant: &Quadrant| match quadrant {
        Quadrant::TruePositive => counts.tp,
        Quadrant::FalsePositive => counts.fp,
        Quadrant::FalseNegative => counts.fn_,
        Quadrant::TrueNegative => counts.tn,
    };
    quadrants.iter().map(count).sum()
}

/// Half of the narrowest interval that n rows can give a change: Tango's (1998) where not one of them changed,
/// z^2 / (n + z^2). Without it, predictions that are equal on all rows seen would be taken as equal on all rows.
pub(crate) fn least_half(rows: f64, z: f64) -> f64 {
    z * z / (rows + z * z)
}

/// The correlation of the share of positive labels in the replicates of two sides: near the share of rows in common.
fn correlation(one: &Replicates, other: &Replicates) -> f64 {
    let share = |replicate: Replicate| {
        let counts = confusion(&replicate);
        ratio(counts.positives(), counts.positives() + counts.negatives()).unwrap_or(0.0)
    };
    let (one, other): (Vec<f64>, Vec<f64>) = (one.iter().map(share).collect(), other.iter().map(share).collect());
    let sums: Vec<f64> = one.iter().zip(&other).map(|(one, other)| one + other).collect();
    let (a, b, both) = (deviation(&one), deviation(&other), deviation(&sums));
    ratio(both * both - a * a - b * b, 2.0 * a * b).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_interval_is_tangos_without_a_changed_row() {
        assert!((least_half(50.0, interval::z_of(0.95)) - 0.071_348).abs() < 1e-6);
    }

    #[test]
    fn deviations_are_those_of_samples() {
        assert!((deviation(&[1.0, 2.0, 3.0, 4.0]) - (5.0_f64 / 3.0).sqrt()).abs() < 1e-12);
    }
}
