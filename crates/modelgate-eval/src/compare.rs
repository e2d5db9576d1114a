//! From two cubes to every change: both sides are evaluated by today's code, on the same score scale.

use std::collections::BTreeSet;

use modelgate_cube::{Cube, ScoreScale, Slice};

use crate::interval::{self, Ranged};
use crate::paired::{Paired, same_rows};
use crate::{
    Change, Comparison, Delta, Estimate, EvalSettings, Evaluation, Measured, MetricId, Mode, OneSided, Reason, Subject, evaluate,
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
    let z = interval::z_of(settings.confidence_level);
    let paired = Paired::of(baseline, candidate, settings);
    let changes = subjects.into_iter().map(|(metric, subject)| {
        let side = |found: &Evaluation, absent| {
            found.get(metric, subject).copied().unwrap_or(Estimate::Undefined { reason: absent, n: 0 })
        };
        let (before, now) = (side(&baseline_found, Reason::NotInBaseline), side(&candidate_found, Reason::NotInCandidate));
        let by_replicates = paired.as_ref().zip(before.measured().zip(now.measured()));
        let delta = match by_replicates.and_then(|(paired, (before, now))| paired.delta(metric, subject, before, now)) {
            _ if !comparable => Delta::Undefined(Reason::DifferentDefinitions),
            Some(delta) => delta,
            None => delta(&before, &now, z),
        };
        ((metric, subject.clone()), Change { baseline: before, candidate: now, delta })
    });
    Comparison::new(
        mode(baseline, candidate, paired.is_some()),
        settings.confidence_level,
        changes.collect(),
        only_in(baseline, candidate),
        only_in(candidate, baseline),
    )
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
        && old.positive_label == new.positive_label
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
