//! From two cubes to every change: both sides are evaluated by today's code, on the same score scale.

use std::collections::{BTreeMap, BTreeSet};

use modelgate_cube::{Cube, ScoreScale, Slice, TaskKind};

use crate::interval::{self, Ranged};
use crate::metric::Compute;
use crate::paired::{Paired, least_half, same_rows};
use crate::{
    Change, Comparison, Delta, Estimate, EvalSettings, Evaluation, Interval, Measured, MetricId, Mode, OneSided, Reason, Subject,
    across, evaluate,
};

/// Every asked-for metric of the candidate against the baseline.
///
/// Where both sides have replicates of the same rows, the interval of a change is that of the paired difference. Else
/// the sides are taken as independent: where they share rows, the intervals are wider than they could be.
#[must_use]
pub fn compare(baseline: &Cube, candidate: &Cube, settings: &EvalSettings) -> Comparison {
    let [baseline_found, candidate_found] = evaluate_alike(baseline, candidate, settings);
    let comparable = same_question(baseline, candidate);
    let subjects: BTreeSet<(MetricId, &Subject)> =
        baseline_found.iter().chain(candidate_found.iter()).map(|(metric, subject, _)| (metric, subject)).collect();
    // A share of rows that changed is itself a comparison, and has no value on one side.
    let subjects = subjects.into_iter().filter(|(metric, _)| !matches!(metric.metric().compute, Compute::Flip(_)));
    let z = interval::z_of(settings.confidence_level);
    let paired = Paired::of(baseline, candidate, settings);
    let changes = subjects.map(|(metric, subject)| {
        let side = |found: &Evaluation, absent| {
            found.get(metric, subject).copied().unwrap_or(Estimate::Undefined { reason: absent, n: 0 })
        };
        let (before, now) = (side(&baseline_found, Reason::NotInBaseline), side(&candidate_found, Reason::NotInCandidate));
        let by_replicates = paired.as_ref().zip(before.measured().zip(now.measured()));
        let delta = match by_replicates.and_then(|(paired, (before, now))| paired.delta(metric, subject, before, now)) {
            _ if !comparable => Delta::Undefined(Reason::DifferentDefinitions),
            Some(delta) => delta,
            None => widened(delta(&before, &now, z), least(&[(baseline, &before), (candidate, &now)], metric, subject, z), z),
        };
        ((metric, subject.clone()), Change { baseline: before, candidate: now, delta, flips: None })
    });
    let changes: BTreeMap<_, _> = changes.collect();
    let is_binary = candidate.meta().shape.task.kind() == TaskKind::Binary;
    let mixes =
        if comparable && is_binary { crate::mix::decompose(baseline, candidate, &changes, settings, z) } else { Vec::new() };
    let (missing, new) = (only_in(baseline, candidate), only_in(candidate, baseline));
    let mode = mode(baseline, candidate, paired.is_some());
    let comparison = Comparison::new(mode, settings.confidence_level, changes, missing, new).with_mixes(mixes);
    comparison.with_baseline_classes(baseline_found.all_classes().clone())
}

fn mode(baseline: &Cube, candidate: &Cube, paired: bool) -> Mode {
    if paired && same_rows(baseline, candidate) {
        Mode::SameSplitPaired
    } else if baseline.meta().split == candidate.meta().split {
        Mode::SameSplitUnpaired
    } else {
        Mode::DifferentData
    }
}

/// Evaluates both sides with the same score scale and with independent resamples.
fn evaluate_alike(baseline: &Cube, candidate: &Cube, settings: &EvalSettings) -> [Evaluation; 2] {
    /// Tells the baseline's random streams from the candidate's.
    const BASELINE_STREAM: u64 = 0x9e37_79b9_7f4a_7c15;
    let other_stream = EvalSettings { seed: settings.seed ^ BASELINE_STREAM, ..settings.clone() };
    if baseline.scale() == candidate.scale() {
        return [evaluate(baseline, &other_stream), evaluate(candidate, settings)];
    }
    let (coarse_baseline, coarse_candidate) = (baseline.on_grid(), candidate.on_grid());
    debug_assert_eq!(coarse_baseline.scale(), ScoreScale::Logit);
    [evaluate(&coarse_baseline, &other_stream), evaluate(&coarse_candidate, settings)]
}

/// Whether the counts of both sides mean the same. Axes may differ: then slices are on one side only, which is said.
fn same_question(baseline: &Cube, candidate: &Cube) -> bool {
    let (old, new) = (&baseline.meta().shape, &candidate.meta().shape);
    baseline.meta().definition_version == candidate.meta().definition_version
        && old.task == new.task
        && old.weighted == new.weighted
}

fn delta(baseline: &Estimate, candidate: &Estimate, z: f64) -> Delta {
    let (before, now) = match (baseline, candidate) {
        (Estimate::Measured(before), Estimate::Measured(now)) => (before, now),
        (_, Estimate::Undefined { reason, .. }) | (Estimate::Undefined { reason, .. }, _) => return Delta::Undefined(*reason),
    };
    let interval = ranged(now).zip(ranged(before)).map(|(now, before)| interval::difference(now, before));
    let standard_error = interval.map_or(0.0, |interval| (interval.upper - interval.lower) / (2.0 * z));
    Delta::Measured { value: now.value - before.value, interval, standard_error }
}

/// Half of the narrowest interval that these rows give the change of a ratio to the highest rate; zero for other metrics.
/// The group with the highest rate is one against itself, which is known for certain; that it is the highest, is not.
fn least(sides: &[(&Cube, &Estimate)], metric: MetricId, subject: &Subject, z: f64) -> f64 {
    let (Compute::AgainstHighest(share), Subject::Slice(slice)) = (metric.metric().compute, subject) else { return 0.0 };
    let of_side = |(cube, estimate): &(&Cube, &Estimate)| {
        let highest = across::highest(cube, share, slice, estimate.measured()?.value)?;
        Some(least_half(highest.n, z) * std::f64::consts::SQRT_2 * highest.n / highest.hits)
    };
    sides.iter().filter_map(of_side).fold(0.0, f64::max)
}

fn widened(delta: Delta, least: f64, z: f64) -> Delta {
    let Delta::Measured { value, interval: Some(interval), standard_error } = delta else { return delta };
    let (lower, upper) = (interval.lower.min(value - least), interval.upper.max(value + least));
    let interval = Some(Interval { lower, upper, ..interval });
    Delta::Measured { value, interval, standard_error: standard_error.max(least / z) }
}

fn ranged(measured: &Measured) -> Option<Ranged> {
    let interval = measured.interval?;
    Some(Ranged { value: measured.value, lower: interval.lower, upper: interval.upper })
}

fn only_in(one: &Cube, other: &Cube) -> Vec<OneSided> {
    let absent = |slice: &Slice| other.cell(slice).is_none();
    one.cells()
        .filter(|(slice, _)| absent(slice))
        .map(|(slice, cell)| OneSided { slice: slice.clone(), rows: cell.total().rows })
        .collect()
}
