//! Changes of tasks other than binary classification between two releases that share rows.

use modelgate_cube::{ClassSums, ClusterSums, Cube, LabelSetSums, RankingSums, RegressionSums, Slice, TaskKind};

use super::gap::groups;
use super::{Drawn, Measure, OnTask, TaskGap, TaskSums, ratio};
use crate::groups::Spread;
use crate::paired::Side;
use crate::{EvalSettings, Metric, Subject};

/// Below this correlation of the labels' replicates, which is the share of rows that both sides have, the closed forms
/// for independent rows are the better ones.
const SHARED_ENOUGH: f64 = 0.5;

/// One cube of a pair.
pub(crate) struct PairedTask;

impl PairedTask {
    /// Whether the replicates of both sides tell that they share at least half of their rows.
    pub(crate) fn shared(baseline: &Cube, candidate: &Cube) -> Option<bool> {
        match candidate.meta().shape.task.kind() {
            TaskKind::Binary => None,
            TaskKind::Multiclass => correlated::<ClassSums>(baseline, candidate),
            TaskKind::Multilabel => correlated::<LabelSetSums>(baseline, candidate),
            TaskKind::Ranking => correlated::<RankingSums>(baseline, candidate),
            TaskKind::Regression => correlated::<RegressionSums>(baseline, candidate),
            TaskKind::Clustering => correlated::<ClusterSums>(baseline, candidate),
        }
    }

    /// One side of a change; `None` where the metric is no function of what replicates keep.
    pub(crate) fn side(cube: &Cube, metric: &Metric, subject: &Subject, settings: &EvalSettings) -> Option<Side> {
        match (metric.on_task.of(cube.meta().shape.task.kind()), subject) {
            (OnTask::Ranking(measure), Subject::Slice(slice)) => of_slice(cube, metric, measure, slice),
            (OnTask::RankingGap(gap), Subject::Across(axes)) => of_gap(cube, metric, gap, axes, settings),
            (OnTask::LabelSets(measure), Subject::Slice(slice)) => of_slice(cube, metric, measure, slice),
            (OnTask::LabelSetGap(gap), Subject::Across(axes)) => of_gap(cube, metric, gap, axes, settings),
            (OnTask::Classes(measure), Subject::Slice(slice)) => of_slice(cube, metric, measure, slice),
            (OnTask::Numbers(measure), Subject::Slice(slice)) => of_slice(cube, metric, measure, slice),
            (OnTask::Clusters(measure), Subject::Slice(slice)) => of_slice(cube, metric, measure, slice),
            (OnTask::ClassGap(gap), Subject::Across(axes)) => of_gap(cube, metric, gap, axes, settings),
            (OnTask::NumberGap(gap), Subject::Across(axes)) => of_gap(cube, metric, gap, axes, settings),
            (OnTask::ClusterGap(gap), Subject::Across(axes)) => of_gap(cube, metric, gap, axes, settings),
            _ => None,
        }
    }
}

fn correlated<S: TaskSums>(baseline: &Cube, candidate: &Cube) -> Option<bool> {
    let overall = Slice::overall();
    let (old, new) = (Drawn::<S>::of(baseline, &overall)?, Drawn::<S>::of(candidate, &overall)?);
    let statistics = |side: &Drawn<S>| side.sums.iter().map(TaskSums::label_statistic).collect::<Option<Vec<f64>>>();
    let Some((one, other)) = statistics(&old).zip(statistics(&new)) else { return Some(false) };
    let sums: Vec<f64> = one.iter().zip(&other).map(|(one, other)| one + other).collect();
    let (a, b, both) = (deviation(&one), deviation(&other), deviation(&sums));
    Some(ratio(both * both - a * a - b * b, 2.0 * a * b).is_some_and(|found| found >= SHARED_ENOUGH))
}

/// How far a number moves where all rows that it is a mean over change: its range, or where that has no end, the spread of
/// what one row adds to it.
fn scale(metric: &Metric, values: &[Option<f64>], rows: f64) -> f64 {
    if metric.lowest.is_finite() && metric.highest.is_finite() {
        return 1.0;
    }
    let known: Vec<f64> = values.iter().flatten().copied().collect();
    deviation(&known) * rows.sqrt()
}

fn of_slice<S: TaskSums>(cube: &Cube, metric: &Metric, measure: &Measure<S>, slice: &Slice) -> Option<Side> {
    let drawn = Drawn::<S>::of(cube, slice)?;
    let observed = (measure.value)(&S::observed(S::counts(cube.cell(slice)?)?)).ok()?;
    let values: Vec<Option<f64>> = drawn.sums.iter().map(|sums| (measure.value)(sums).ok()).collect();
    let scale = scale(metric, &values, drawn.rows);
    Some(Side { observed, values, rows: drawn.rows, scale, is_gap: false })
}

fn of_gap<S: TaskSums>(cube: &Cube, metric: &Metric, gap: &TaskGap<S>, axes: &[String], settings: &EvalSettings) -> Option<Side> {
    let (large, _) = groups(gap, cube.slices_by(axes), settings.min_support);
    let drawn: Vec<Drawn<S>> = large.iter().map(|(slice, _)| Drawn::of(cube, slice)).collect::<Option<_>>()?;
    let observed: Vec<S> = large.iter().filter_map(|(_, cell)| S::counts(cell)).map(|counts| S::observed(counts)).collect();
    let count = drawn.iter().map(|group| group.sums.len()).min()?;
    let of_replicate = |index: usize| {
        let sums: Vec<S> = drawn.iter().filter_map(|group| group.sums.get(index).cloned()).collect();
        gap.value(&sums).ok()
    };
    let values: Vec<Option<f64>> = (0..count).map(of_replicate).collect();
    let rows = drawn.iter().map(|group| group.rows).fold(f64::INFINITY, f64::min);
    // Two groups move a gap, and a ratio of small numbers moves with the smaller of them.
    let of_groups = match gap {
        TaskGap::Of(measure, Spread::Ratio) => {
            let largest = observed.iter().filter_map(|sums| (measure.value)(sums).ok()).fold(0.0, f64::max);
            let known: Vec<f64> = values.iter().flatten().copied().collect();
            (1.0 / largest.max(f64::MIN_POSITIVE)).min(deviation(&known) * rows.sqrt())
        }
        _ => scale(metric, &values, rows),
    };
    let scale = std::f64::consts::SQRT_2 * of_groups;
    Some(Side { observed: gap.value(&observed).ok()?, values, rows, scale, is_gap: true })
}

/// The standard deviation.
pub(crate) fn deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n.max(1.0);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (squares / (n - 1.0).max(1.0)).sqrt()
}
