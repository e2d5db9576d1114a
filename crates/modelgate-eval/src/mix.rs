//! How much of an overall change comes from the groups themselves, and how much from how many rows each of them has.
//!
//! An overall rate or mean is that of the groups, weighted by their shares. Where the shares differ between the two sides, a
//! change of it is the sum of what happened within groups and of what moved between them (Kitagawa 1955):
//! `change = sum of (mean share x change of the group) + sum of (change of the share x mean value of the group)`.

use std::collections::{BTreeMap, BTreeSet};

use modelgate_cube::{Cell, Cube, Slice};

use crate::confusion::{Confusion, FN, FP, Quadrant, TN, TP, ratio};
use crate::cost::mean_cost;
use crate::metric::Compute;
use crate::{Change, Declared, Delta, EvalSettings, Interval, Method, MetricId, Subject};

/// The groups of one axis in an overall change of one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Mix {
    /// The metric.
    pub metric: MetricId,
    /// The axis whose groups are told apart.
    pub axis: String,
    /// The overall change: candidate minus baseline.
    pub total: f64,
    /// What happened within the groups: their changes, weighted by their mean shares.
    pub within: f64,
    /// The interval of `within`, the groups being independent of each other; `None` where a group's change has none.
    pub within_interval: Option<Interval>,
    /// What moved between the groups: the changes of their shares, weighted by their mean values. With `within`, it is
    /// the overall change.
    pub between: f64,
    /// The candidate's overall value if its groups had the baseline's shares (direct standardization); `None` where the
    /// candidate lacks a group.
    pub standardized: Option<f64>,
    /// Every group, sorted.
    pub groups: Vec<MixGroup>,
}

/// One group in an overall change.
#[derive(Debug, Clone, PartialEq)]
pub struct MixGroup {
    /// The group.
    pub slice: Slice,
    /// Its share of the metric's denominator in the baseline, from 0 to 1.
    pub baseline_share: f64,
    /// Its share of the metric's denominator in the candidate.
    pub candidate_share: f64,
    /// Its own change; `None` where a side does not have the group.
    pub change: Option<f64>,
}

/// Shares that differ by no more than this are the same: the sides have the same rows.
const SAME_SHARE: f64 = 1e-12;

/// A sum over rows and what it is a mean over.
#[derive(Clone, Copy, Default)]
struct Mean {
    sum: f64,
    weight: f64,
}

/// The changes of all metrics that are means over rows, by the groups of each axis whose shares moved.
pub(crate) fn decompose(
    baseline: &Cube,
    candidate: &Cube,
    changes: &BTreeMap<(MetricId, Subject), Change>,
    settings: &EvalSettings,
    z: f64,
) -> Vec<Mix> {
    let axes: BTreeSet<&str> = [baseline, candidate]
        .into_iter()
        .flat_map(Cube::cells)
        .filter(|(slice, _)| slice.terms().len() == 1)
        .flat_map(|(slice, _)| slice.axes())
        .collect();
    let mut found = Vec::new();
    for metric in &settings.metrics {
        let compute = metric.metric().compute;
        for axis in &axes {
            let sides = [baseline, candidate].map(|cube| means(cube, compute, axis, &settings.declared));
            let [Some(before), Some(now)] = sides else { continue };
            let change = |slice: &Slice| changes.get(&(*metric, Subject::Slice(slice.clone())));
            found.extend(mix(*metric, axis, &before, &now, change, z));
        }
    }
    found
}

/// The mean of each group of an axis; `None` for a metric that is no mean over rows that the labels alone choose.
fn means(cube: &Cube, compute: Compute, axis: &str, declared: &Declared) -> Option<BTreeMap<Slice, Mean>> {
    let axes = [axis.to_owned()];
    cube.slices_by(&axes).map(|(slice, cell)| Some((slice.clone(), mean(compute, cell, declared)?))).collect()
}

fn mean(compute: Compute, cell: &Cell, declared: &Declared) -> Option<Mean> {
    let weight = |quadrants: &[Quadrant]| Quadrant::sum(quadrants, cell).weight.to_f64();
    match compute {
        Compute::Proportion { part, whole, .. } if is_chosen_by_labels(whole) => {
            Some(Mean { sum: weight(part), weight: weight(whole) })
        }
        Compute::Cost => {
            let counts = Confusion::weights(cell);
            let sum = mean_cost(declared.costs.as_ref()?, &counts)? * counts.total();
            Some(Mean { sum, weight: counts.total() })
        }
        Compute::MeanLoss(sums) => Some(Mean { sum: sums(cell).weighted.to_f64(), weight: cell.total().weight.to_f64() }),
        _ => None,
    }
}

/// Whether the labels alone say which rows a proportion is a share of: its denominator is then none of the model's doing.
pub(crate) fn is_chosen_by_labels(whole: &[Quadrant]) -> bool {
    let holds = |quadrants: [Quadrant; 2]| quadrants.map(|quadrant| whole.contains(&quadrant));
    [[TP, FN], [FP, TN]].into_iter().all(|of_label| matches!(holds(of_label), [true, true] | [false, false]))
}

fn mix<'a>(
    metric: MetricId,
    axis: &str,
    before: &BTreeMap<Slice, Mean>,
    now: &BTreeMap<Slice, Mean>,
    change: impl Fn(&Slice) -> Option<&'a Change>,
    z: f64,
) -> Option<Mix> {
    let [all_before, all_now] = [before, now].map(total);
    let total = ratio(all_now.sum, all_now.weight)? - ratio(all_before.sum, all_before.weight)?;
    let slices: BTreeSet<&Slice> = before.keys().chain(now.keys()).collect();
    let (mut within, mut variance, mut standardized) = (0.0, Some(0.0), Some(0.0));
    let mut groups = Vec::new();
    for slice in slices {
        let side = |means: &BTreeMap<Slice, Mean>, all: &Mean| {
            let mean = means.get(slice).copied().unwrap_or_default();
            (ratio(mean.weight, all.weight).unwrap_or(0.0), ratio(mean.sum, mean.weight))
        };
        let ((old_share, old_value), (new_share, new_value)) = (side(before, &all_before), side(now, &all_now));
        let moved = old_value.zip(new_value).map(|(old, new)| new - old);
        if let Some(moved) = moved {
            let share = f64::midpoint(old_share, new_share);
            within += share * moved;
            variance = variance.zip(change(slice).and_then(standard_error)).map(|(sum, error)| sum + (share * error).powi(2));
        }
        if old_share > 0.0 {
            standardized = standardized.zip(new_value).map(|(sum, value)| sum + old_share * value);
        }
        groups.push(MixGroup { slice: slice.clone(), baseline_share: old_share, candidate_share: new_share, change: moved });
    }
    let has_moved = |group: &MixGroup| (group.candidate_share - group.baseline_share).abs() > SAME_SHARE;
    if groups.len() < 2 || !groups.iter().any(has_moved) {
        return None;
    }
    let within_interval = variance.map(|variance| {
        let half = z * f64::sqrt(variance);
        Interval { lower: within - half, upper: within + half, method: Method::Moments }
    });
    Some(Mix { metric, axis: axis.to_owned(), total, within, within_interval, between: total - within, standardized, groups })
}

fn total(means: &BTreeMap<Slice, Mean>) -> Mean {
    let add = |sum: Mean, mean: &Mean| Mean { sum: sum.sum + mean.sum, weight: sum.weight + mean.weight };
    means.values().fold(Mean::default(), add)
}

fn standard_error(change: &Change) -> Option<f64> {
    match change.delta {
        Delta::Measured { interval: Some(_), standard_error, .. } => Some(standard_error),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn means(groups: &[(&str, f64, f64)]) -> BTreeMap<Slice, Mean> {
        let mean = |(level, value, weight): &(&str, f64, f64)| {
            (Slice::single("sex", Some((*level).to_owned())), Mean { sum: value * weight, weight: *weight })
        };
        groups.iter().map(mean).collect()
    }

    fn taken_apart(before: &[(&str, f64, f64)], now: &[(&str, f64, f64)]) -> Option<Mix> {
        mix(MetricId::parse("accuracy").unwrap(), "sex", &means(before), &means(now), |_| None, 1.96)
    }

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
    }

    #[test]
    fn every_group_fell_and_the_whole_rose() {
        // Simpson: both fall by 0.1, and nine tenths instead of one tenth are of the better group.
        let found = taken_apart(&[("F", 0.9, 100.0), ("M", 0.5, 900.0)], &[("F", 0.8, 900.0), ("M", 0.4, 100.0)]).unwrap();
        close(found.total, 0.76 - 0.54);
        close(found.within, -0.1);
        close(found.between, 0.32);
        close(found.standardized.unwrap(), 0.1 * 0.8 + 0.9 * 0.4);
        assert!(found.within_interval.is_none(), "no group has an interval here");
    }

    #[test]
    fn equal_shares_leave_nothing_to_take_apart() {
        assert_eq!(taken_apart(&[("F", 0.9, 100.0), ("M", 0.5, 900.0)], &[("F", 0.8, 200.0), ("M", 0.4, 1_800.0)]), None);
        assert_eq!(taken_apart(&[("F", 0.9, 100.0)], &[("F", 0.8, 300.0)]), None, "one group is the whole");
    }

    #[test]
    fn a_group_of_one_side_is_all_mix() {
        let found = taken_apart(&[("F", 0.9, 500.0), ("M", 0.5, 500.0)], &[("F", 0.9, 1_000.0)]).unwrap();
        close(found.within, 0.0);
        close(found.between, 0.2);
        assert_eq!(found.standardized, None, "there is no value for those who are gone");
        let new = taken_apart(&[("F", 0.9, 1_000.0)], &[("F", 0.9, 500.0), ("M", 0.5, 500.0)]).unwrap();
        close(new.standardized.unwrap(), 0.9);
    }

    #[test]
    fn only_denominators_that_labels_choose_are_taken_apart() {
        assert!(is_chosen_by_labels(&[TP, FN]) && is_chosen_by_labels(&[FP, TN]) && is_chosen_by_labels(&[TP, FP, FN, TN]));
        assert!(!is_chosen_by_labels(&[TP, FP]) && !is_chosen_by_labels(&[TP, FP, FN]));
    }
}
