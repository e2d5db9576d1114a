//! Groups of a task other than binary classification against each other.

use std::collections::{BTreeMap, BTreeSet};

use modelgate_cube::{Cell, Slice};

use super::{Drawn, TaskGap, TaskSums};
use crate::evaluate::{Run, measured, whole_number, within};
use crate::groups::Spread;
use crate::interval::{self, Ranged};
use crate::{Estimate, Evaluation, Interval, Method, MetricId, Reason, Subject};

impl<S: TaskSums> TaskGap<S> {
    /// The rows of a group that count.
    pub(crate) fn support(&self, cell: &Cell) -> f64 {
        let Some(counts) = S::counts(cell) else { return 0.0 };
        let rows = S::rows(counts);
        match self {
            Self::Of(measure, _) => (measure.support)(&rows),
            Self::Groups { support, .. } => support(&rows),
        }
    }

    /// The comparison of groups. A group without the number takes no part; with fewer than two left there is none.
    pub(crate) fn value(&self, groups: &[S]) -> Result<f64, Reason> {
        match self {
            Self::Groups { value, .. } => value(groups),
            Self::Of(measure, spread) => {
                let values: Vec<f64> = groups.iter().filter_map(|sums| (measure.value)(sums).ok()).collect();
                if values.len() < 2 {
                    return Err(Reason::FewerThanTwoGroups);
                }
                let smallest = values.iter().copied().fold(f64::INFINITY, f64::min);
                let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                match spread {
                    Spread::Difference => Ok(largest - smallest),
                    Spread::Smallest => Ok(smallest),
                    Spread::Largest => Ok(largest),
                    Spread::Ratio if largest > 0.0 => Ok(smallest / largest),
                    _ => Err(Reason::AllRatesZero),
                }
            }
        }
    }
}

/// The groups of these axes that a comparison is made between, and those that are too small for it. A missing value is no
/// group, and neither is one whose number has an obstacle.
pub(crate) fn groups<'a, S: TaskSums>(
    gap: &TaskGap<S>,
    slices: impl Iterator<Item = (&'a Slice, &'a Cell)>,
    min_support: u64,
) -> (Vec<(&'a Slice, &'a Cell)>, Vec<Slice>) {
    let named = slices.filter(|(slice, _)| slice.terms().iter().all(|term| term.level.is_some()));
    let (large, small): (Vec<_>, Vec<_>) = named.partition(|(_, cell)| gap.support(cell) >= min_support as f64);
    let usable = |cell: &Cell| match gap {
        TaskGap::Of(measure, _) => S::counts(cell).is_some_and(|counts| (measure.obstacle)(counts).is_none()),
        TaskGap::Groups { .. } => true,
    };
    let large = large.into_iter().filter(|(_, cell)| usable(cell)).collect();
    (large, small.into_iter().map(|(slice, _)| slice.clone()).collect())
}

impl Run<'_> {
    pub(super) fn task_gaps<S: TaskSums>(
        &self,
        metric: MetricId,
        gap: &TaskGap<S>,
        slices: &[(&Slice, &Cell)],
        found: &mut Evaluation,
    ) {
        for axes in axis_sets(slices) {
            let subject = Subject::Across(axes.clone());
            let of_axes = slices.iter().copied().filter(|(slice, _)| slice.axes().eq(axes.iter().map(String::as_str)));
            let (large, too_small) = groups(gap, of_axes, self.settings.min_support);
            let estimate = self.task_gap(metric, gap, &large);
            found.leave_out(metric, &subject, too_small);
            found.insert(metric, subject, estimate);
        }
    }

    fn task_gap<S: TaskSums>(&self, metric: MetricId, gap: &TaskGap<S>, groups: &[(&Slice, &Cell)]) -> Estimate {
        let support = groups.iter().map(|(_, cell)| gap.support(cell)).fold(f64::INFINITY, f64::min);
        let n = if groups.is_empty() { 0 } else { whole_number(support) };
        let observed: Vec<S> = groups.iter().filter_map(|(_, cell)| S::counts(cell)).map(|counts| S::observed(counts)).collect();
        match gap.value(&observed) {
            Err(reason) => Estimate::Undefined { reason, n },
            Ok(value) => {
                let interval = match gap {
                    TaskGap::Of(measure, Spread::Difference) => self.largest_difference(metric, measure, groups),
                    _ => None,
                };
                let interval = interval.or_else(|| self.basic_of_groups(gap, groups, value));
                measured(value, interval.map(|found| within(metric.metric(), found)), n)
            }
        }
    }

    /// The interval of the largest difference, from the intervals of every pair of groups: see [`crate::gap_interval`].
    fn largest_difference<S: TaskSums>(
        &self,
        metric: MetricId,
        measure: &super::Measure<S>,
        groups: &[(&Slice, &Cell)],
    ) -> Option<Interval> {
        let pairs = groups.len() * groups.len().saturating_sub(1) / 2;
        let of_all = interval::z_of(1.0 - (1.0 - self.settings.confidence_level) / pairs.max(1) as f64);
        let ranged = |z: f64| {
            let of_group = |(slice, cell): &(&Slice, &Cell)| {
                let estimate = self.of_measure(metric, measure, slice, cell, z)?;
                let measured = *estimate.measured()?;
                let interval = measured.interval?;
                Some(Ranged { value: measured.value, lower: interval.lower, upper: interval.upper })
            };
            groups.iter().map(of_group).collect::<Option<Vec<Ranged>>>()
        };
        let (one, all) = (ranged(self.z)?, ranged(of_all)?);
        let (mut lower, mut upper) = (0.0_f64, 0.0_f64);
        for first in 0..groups.len() {
            for second in first + 1..groups.len() {
                let of_all = interval::difference(all[first], all[second]);
                lower = lower.max(of_all.lower).max(-of_all.upper);
                let of_one = interval::difference(one[first], one[second]);
                upper = upper.max(of_one.upper).max(-of_one.lower);
            }
        }
        Some(Interval { lower, upper, method: Method::SquareAndAdd })
    }

    /// Reflected percentiles of the replicates of all groups, which do not inherit the upward bias of gaps.
    fn basic_of_groups<S: TaskSums>(&self, gap: &TaskGap<S>, groups: &[(&Slice, &Cell)], value: f64) -> Option<Interval> {
        let drawn: Vec<Drawn<S>> = groups.iter().map(|(slice, _)| Drawn::of(self.cube, slice)).collect::<Option<_>>()?;
        let count = drawn.iter().map(|group| group.sums.len()).min()?;
        let of_replicate = |index: usize| {
            let sums: Vec<S> = drawn.iter().filter_map(|group| group.sums.get(index).cloned()).collect();
            gap.value(&sums).ok()
        };
        let mut values: Vec<f64> = (0..count).filter_map(of_replicate).collect();
        if values.len() * 20 < count * 19 {
            return None;
        }
        values.sort_by(f64::total_cmp);
        let tail = (1.0 - self.settings.confidence_level) / 2.0;
        let (low, high) = (interval::quantile(&values, tail)?, interval::quantile(&values, 1.0 - tail)?);
        // Without a spread nothing is known.
        (high - low > 1e-12 * value.abs()).then_some(Interval {
            lower: 2.0 * value - high,
            upper: 2.0 * value - low,
            method: Method::ReplicatesBasic,
        })
    }
}

/// The sets of axes that slices are cut by, single axes first.
fn axis_sets(slices: &[(&Slice, &Cell)]) -> Vec<Vec<String>> {
    let mut sets: BTreeMap<usize, BTreeSet<Vec<String>>> = BTreeMap::new();
    for (slice, _) in slices {
        let axes: Vec<String> = slice.axes().map(str::to_owned).collect();
        sets.entry(axes.len()).or_default().insert(axes);
    }
    sets.into_iter().filter(|(depth, _)| *depth > 0).flat_map(|(_, sets)| sets).collect()
}
