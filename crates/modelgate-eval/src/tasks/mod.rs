//! Measures tasks other than binary classification: several classes, sets of labels, numbers, clusters, orders.
//!
//! Every number of these tasks is a function of the sums of a slice's rows ([`TaskSums`]), and replicates are draws of the
//! same sums. So there is one way to make an estimate, a gap between groups, and a paired change, whatever the task.

mod agreement;
mod centers;
mod class_scores;
mod classes;
mod gap;
mod label_sets;
mod numbers;
mod paired;
mod ranking;

use modelgate_cube::{
    Cell, ClassCounts, ClassSums, ClusterCounts, ClusterSums, LabelSetCounts, LabelSetSums, LossMoments, LossSums, RankingCounts,
    RankingSums, RegressionCounts, RegressionSums, RowShare, ScoreScale, Slice, Tally, Task, TaskCounts, TaskKind,
};

pub(crate) use classes::{by_class, rates_of_classes};
pub(crate) use label_sets::{by_label, rates_of_labels};
pub(crate) use paired::{PairedTask, deviation};
pub(crate) use ranking::by_query;
pub(crate) use {agreement::*, centers::*, class_scores::*, numbers::*};

use crate::evaluate::{Run, measured, whole_number, within};
use crate::groups::Spread;
use crate::interval;
use crate::paired::worth;
use crate::scored::{Found, Uncertainty};
use crate::{Estimate, Evaluation, Interval, Measured, Method, MetricId, MetricKind, Reason, Subject};

/// The sums that the numbers of a task are functions of: of observed rows, or one replicate of them.
pub(crate) trait TaskSums: std::fmt::Debug + Sized + Clone + 'static {
    /// What a cube keeps of a slice.
    type Counts: std::fmt::Debug;
    /// The counts of this task in a cell.
    fn counts(cell: &Cell) -> Option<&Self::Counts>;
    /// The weights of the observed rows.
    fn observed(counts: &Self::Counts) -> Self;
    /// The observed rows, each counted as one; without losses.
    fn rows(counts: &Self::Counts) -> Self;
    /// One replicate of a slice with these sums.
    fn replicate(&self, shift: f64, list: &[f64]) -> Option<Self>;
    /// All weight.
    fn total(&self) -> f64;
    /// The mean of something that no model decides, by which shared rows are told.
    fn label_statistic(&self) -> Option<f64>;
}

impl TaskSums for ClassSums {
    type Counts = ClassCounts;

    fn counts(cell: &Cell) -> Option<&ClassCounts> {
        match &cell.task {
            TaskCounts::Classes(counts) => Some(counts),
            _ => None,
        }
    }

    fn observed(counts: &ClassCounts) -> Self {
        counts.sums()
    }

    fn rows(counts: &ClassCounts) -> Self {
        counts.row_sums()
    }

    fn replicate(&self, _shift: f64, list: &[f64]) -> Option<Self> {
        Self::from_list(self.labels.len(), list)
    }

    fn total(&self) -> f64 {
        self.labels.iter().sum()
    }

    fn label_statistic(&self) -> Option<f64> {
        let places = self.labels.iter().enumerate().map(|(place, weight)| (place + 1) as f64 * weight);
        ratio(places.sum(), self.total())
    }
}

impl TaskSums for LabelSetSums {
    type Counts = LabelSetCounts;

    fn counts(cell: &Cell) -> Option<&LabelSetCounts> {
        match &cell.task {
            TaskCounts::LabelSets(counts) => Some(counts),
            _ => None,
        }
    }

    fn observed(counts: &LabelSetCounts) -> Self {
        counts.sums()
    }

    fn rows(counts: &LabelSetCounts) -> Self {
        counts.row_sums()
    }

    fn replicate(&self, _shift: f64, list: &[f64]) -> Option<Self> {
        Self::from_list(self.labels.len(), list)
    }

    fn total(&self) -> f64 {
        self.weight
    }

    fn label_statistic(&self) -> Option<f64> {
        let places = self.labels.iter().enumerate().map(|(place, weight)| (place + 1) as f64 * weight);
        ratio(places.sum(), self.total())
    }
}

impl TaskSums for RegressionSums {
    type Counts = RegressionCounts;

    fn counts(cell: &Cell) -> Option<&RegressionCounts> {
        match &cell.task {
            TaskCounts::Regression(counts) => Some(counts),
            _ => None,
        }
    }

    fn observed(counts: &RegressionCounts) -> Self {
        counts.sums()
    }

    fn rows(counts: &RegressionCounts) -> Self {
        Self { weight: counts.rows.rows as f64, ..Self::default() }
    }

    fn replicate(&self, shift: f64, list: &[f64]) -> Option<Self> {
        Self::from_list(shift, list)
    }

    fn total(&self) -> f64 {
        self.weight
    }

    fn label_statistic(&self) -> Option<f64> {
        ratio(self.label, self.weight)
    }
}

impl TaskSums for ClusterSums {
    type Counts = ClusterCounts;

    fn counts(cell: &Cell) -> Option<&ClusterCounts> {
        match &cell.task {
            TaskCounts::Clusters(counts) => Some(counts),
            _ => None,
        }
    }

    fn observed(counts: &ClusterCounts) -> Self {
        counts.sums()
    }

    fn rows(counts: &ClusterCounts) -> Self {
        let mut rows = counts.sums();
        for (pair, tally) in rows.pairs.iter_mut().zip(counts.contingency.values()) {
            pair.2 = tally.rows as f64;
        }
        rows
    }

    fn replicate(&self, _shift: f64, list: &[f64]) -> Option<Self> {
        self.with_list(list)
    }

    fn total(&self) -> f64 {
        self.weight()
    }

    fn label_statistic(&self) -> Option<f64> {
        let weight = self.total();
        if self.labeled {
            let places = self.label_weights().into_iter().enumerate().map(|(place, weight)| (place + 1) as f64 * weight);
            return ratio(places.sum(), weight);
        }
        let first = self.clusters.iter().map(|cluster| cluster.sums.first().copied());
        ratio(first.sum::<Option<f64>>().filter(|_| !self.clusters.is_empty())?, weight)
    }
}

impl TaskSums for RankingSums {
    type Counts = RankingCounts;

    fn counts(cell: &Cell) -> Option<&RankingCounts> {
        match &cell.task {
            TaskCounts::Ranking(counts) => Some(counts),
            _ => None,
        }
    }

    fn observed(counts: &RankingCounts) -> Self {
        counts.sums()
    }

    fn rows(counts: &RankingCounts) -> Self {
        counts.sums()
    }

    fn replicate(&self, _shift: f64, list: &[f64]) -> Option<Self> {
        Self::from_list(list)
    }

    fn total(&self) -> f64 {
        self.queries
    }

    fn label_statistic(&self) -> Option<f64> {
        ratio(self.mark, self.queries)
    }
}

/// `part / whole`, or nothing where the whole is not above zero.
pub(crate) fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole).filter(|ratio| ratio.is_finite())
}

/// A number of one slice.
#[derive(Debug)]
pub(crate) struct Measure<S: TaskSums> {
    /// The number.
    pub(crate) value: fn(&S) -> Result<f64, Reason>,
    /// Its own sample size, from sums in which every row counts as one.
    pub(crate) support: fn(&S) -> f64,
    /// Why there is no number, where that cannot be told from the sums.
    pub(crate) obstacle: fn(&S::Counts) -> Option<Reason>,
    /// How its interval is made.
    pub(crate) interval: How<S>,
}

/// How the interval of a number is made.
#[derive(Debug)]
pub(crate) enum How<S: TaskSums> {
    /// It is a share of all rows: Wilson's.
    Wilson,
    /// It is the mean of a loss: from the exact moments, times this sign.
    Moments(fn(&S::Counts) -> Moments, f64),
    /// It is the mean of a number from 0 to 1 over the rows that have it: from the exact moments, with Student's quantile.
    MeanShare(fn(&S::Counts) -> RowShare),
    /// From the spread of the replicates.
    Replicates,
}

/// The sums of a loss, from which the error of its mean follows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moments {
    weighted: f64,
    weight_squared: f64,
    both_squared: f64,
}

impl From<&LossSums> for Moments {
    fn from(sums: &LossSums) -> Self {
        Self {
            weighted: sums.weighted.to_f64(),
            weight_squared: sums.weight_squared.to_f64(),
            both_squared: sums.both_squared.to_f64(),
        }
    }
}

impl From<&LossMoments> for Moments {
    fn from(sums: &LossMoments) -> Self {
        Self {
            weighted: sums.weighted.to_f64(),
            weight_squared: sums.weight_squared.to_f64(),
            both_squared: sums.both_squared.to_f64(),
        }
    }
}

/// A comparison between groups.
#[derive(Debug)]
pub(crate) enum TaskGap<S: TaskSums> {
    /// Of a number that each group has.
    Of(&'static Measure<S>, Spread),
    /// Of all groups' sums at once.
    Groups {
        /// The comparison.
        value: fn(&[S]) -> Result<f64, Reason>,
        /// The rows of a group that count, from sums in which every row counts as one.
        support: fn(&S) -> f64,
    },
}

/// How a metric is computed for a task other than binary classification.
#[derive(Debug, Clone, Copy)]
pub(crate) enum OnTask {
    /// It is not.
    None,
    /// From the sums of several classes.
    Classes(&'static Measure<ClassSums>),
    /// From the probabilities of several classes.
    ClassScores(fn(&ClassCounts, ScoreScale) -> Result<Found, Reason>),
    /// Between groups, of several classes.
    ClassGap(&'static TaskGap<ClassSums>),
    /// From the sums of sets of labels.
    LabelSets(&'static Measure<LabelSetSums>),
    /// Between groups, of sets of labels.
    LabelSetGap(&'static TaskGap<LabelSetSums>),
    /// From the sums of several classes, or of sets of labels.
    ClassesOrSets(&'static Measure<ClassSums>, &'static Measure<LabelSetSums>),
    /// Between groups, of several classes or of sets of labels.
    ClassOrSetGap(&'static TaskGap<ClassSums>, &'static TaskGap<LabelSetSums>),
    /// From the sums of a regression.
    Numbers(&'static Measure<RegressionSums>),
    /// Between groups, of a regression.
    NumberGap(&'static TaskGap<RegressionSums>),
    /// From the sums of a clustering.
    Clusters(&'static Measure<ClusterSums>),
    /// Between groups, of a clustering.
    ClusterGap(&'static TaskGap<ClusterSums>),
    /// From the sums of a ranking.
    Ranking(&'static Measure<RankingSums>),
    /// Between groups, of a ranking.
    RankingGap(&'static TaskGap<RankingSums>),
}

impl OnTask {
    /// How it is computed for one task; none where it is not.
    pub(crate) fn of(self, task: TaskKind) -> Self {
        let kind = match self {
            Self::ClassesOrSets(classes, _) if task == TaskKind::Multiclass => return Self::Classes(classes),
            Self::ClassOrSetGap(classes, _) if task == TaskKind::Multiclass => return Self::ClassGap(classes),
            Self::ClassesOrSets(_, sets) if task == TaskKind::Multilabel => return Self::LabelSets(sets),
            Self::ClassOrSetGap(_, sets) if task == TaskKind::Multilabel => return Self::LabelSetGap(sets),
            Self::None | Self::ClassesOrSets(..) | Self::ClassOrSetGap(..) => return Self::None,
            Self::Classes(_) | Self::ClassScores(_) | Self::ClassGap(_) => TaskKind::Multiclass,
            Self::LabelSets(_) | Self::LabelSetGap(_) => TaskKind::Multilabel,
            Self::Numbers(_) | Self::NumberGap(_) => TaskKind::Regression,
            Self::Clusters(_) | Self::ClusterGap(_) => TaskKind::Clustering,
            Self::Ranking(_) | Self::RankingGap(_) => TaskKind::Ranking,
        };
        if kind == task { self } else { Self::None }
    }

    /// Whether it is computed for a task.
    pub(crate) fn suits(self, task: TaskKind) -> bool {
        !matches!(self.of(task), Self::None)
    }
}

impl Run<'_> {
    /// Measures a metric on every slice, or across every set of groups, of a cube of another task than binary.
    pub(crate) fn task_metric(&self, metric: MetricId, slices: &[(&Slice, &Cell)], found: &mut Evaluation) {
        match self.on_task(metric) {
            OnTask::LabelSetGap(gap) => self.task_gaps(metric, gap, slices, found),
            OnTask::RankingGap(gap) => self.task_gaps(metric, gap, slices, found),
            OnTask::ClassGap(gap) => self.task_gaps(metric, gap, slices, found),
            OnTask::NumberGap(gap) => self.task_gaps(metric, gap, slices, found),
            OnTask::ClusterGap(gap) => self.task_gaps(metric, gap, slices, found),
            _ => {
                for (slice, cell) in slices {
                    let subject = Subject::Slice((*slice).clone());
                    found.note_classes(metric, &subject, self.smallest_classes(metric, cell));
                    found.insert(metric, subject, self.task_estimate(metric, slice, cell));
                }
            }
        }
    }

    /// The names of the classes that the smallest number of a class is of.
    fn smallest_classes(&self, metric: MetricId, cell: &Cell) -> Vec<String> {
        let (places, names) = match (&cell.task, &self.cube.meta().shape.task) {
            (TaskCounts::Classes(counts), Task::Multiclass { classes }) => {
                (classes::smallest_ones(metric.as_str(), &counts.sums()), classes)
            }
            (TaskCounts::LabelSets(counts), Task::Multilabel { labels }) => {
                (classes::smallest_ones(metric.as_str(), &counts.sums()), labels)
            }
            _ => return Vec::new(),
        };
        places.into_iter().filter_map(|place| names.get(place).cloned()).collect()
    }

    fn on_task(&self, metric: MetricId) -> OnTask {
        metric.metric().on_task.of(self.cube.meta().shape.task.kind())
    }

    fn task_estimate(&self, metric: MetricId, slice: &Slice, cell: &Cell) -> Estimate {
        let n = cell.total().rows;
        if metric.as_str() == "count" {
            return measured(n as f64, None, n);
        }
        if metric.metric().needs_scores && !self.cube.meta().shape.scored {
            return Estimate::Undefined { reason: Reason::NoScores, n };
        }
        let estimate = match self.on_task(metric) {
            OnTask::Ranking(measure) => self.of_measure(metric, measure, slice, cell, self.z),
            OnTask::LabelSets(measure) => self.of_measure(metric, measure, slice, cell, self.z),
            OnTask::Classes(measure) => self.of_measure(metric, measure, slice, cell, self.z),
            OnTask::Numbers(measure) => self.of_measure(metric, measure, slice, cell, self.z),
            OnTask::Clusters(measure) => self.of_measure(metric, measure, slice, cell, self.z),
            OnTask::ClassScores(value) => ClassSums::counts(cell).map(|counts| self.of_class_scores(metric, value, counts)),
            _ => None,
        };
        estimate.unwrap_or(Estimate::Undefined { reason: Reason::OtherTask, n })
    }

    /// The estimate of one slice, with an interval for the quantile `z`; `None` where the cell has counts of another task.
    pub(crate) fn of_measure<S: TaskSums>(
        &self,
        metric: MetricId,
        measure: &Measure<S>,
        slice: &Slice,
        cell: &Cell,
        z: f64,
    ) -> Option<Estimate> {
        let counts = S::counts(cell)?;
        let n = whole_number((measure.support)(&S::rows(counts)));
        let observed = S::observed(counts);
        let value = match (measure.obstacle)(counts).map_or_else(|| (measure.value)(&observed), Err) {
            Ok(value) if value.is_finite() => value,
            Ok(_) => return Some(Estimate::Undefined { reason: Reason::ZeroDenominator, n }),
            Err(reason) => return Some(Estimate::Undefined { reason, n }),
        };
        let total = cell.total();
        let interval = match &measure.interval {
            How::Wilson => {
                let effective = total.weight.to_f64().powi(2) / total.weight_squared.to_f64();
                Some(interval::wilson(value, effective, z))
            }
            How::Moments(moments, sign) => half_width(&moments(counts), &cell.total())
                .map(|error| normal(*sign * value, error, z, Method::Moments))
                .map(|found| {
                    let (lower, upper) = if *sign < 0.0 { (-found.upper, -found.lower) } else { (found.lower, found.upper) };
                    Interval { lower, upper, ..found }
                }),
            How::MeanShare(share) => Some(mean_share(&share(counts), value, z)),
            How::Replicates => self.by_replicates(metric, measure, slice, cell, value, z),
        };
        // A gap's range is not that of what the gap is of.
        let inside = |found| if metric.metric().kind == MetricKind::Slice { within(metric.metric(), found) } else { found };
        Some(measured(value, interval.map(inside), n))
    }

    /// The interval from the spread of replicates; none where there are none.
    fn by_replicates<S: TaskSums>(
        &self,
        metric: MetricId,
        measure: &Measure<S>,
        slice: &Slice,
        cell: &Cell,
        value: f64,
        z: f64,
    ) -> Option<Interval> {
        let drawn = Drawn::<S>::of(self.cube, slice)?;
        let values: Vec<f64> = drawn.sums.iter().filter_map(|sums| (measure.value)(sums).ok()).collect();
        let support = (measure.support)(&S::rows(S::counts(cell)?)).min(drawn.rows);
        spread(metric, value, (&values, drawn.sums.len()), support, z)
    }

    fn of_class_scores(
        &self,
        metric: MetricId,
        value: fn(&ClassCounts, ScoreScale) -> Result<Found, Reason>,
        counts: &ClassCounts,
    ) -> Estimate {
        let found = match value(counts, self.cube.scale()) {
            Ok(found) => found,
            Err(reason) => return Estimate::Undefined { reason, n: counts.total().rows },
        };
        let interval = match found.uncertainty {
            Uncertainty::StandardError(error, method) => Some(logit_interval(found.value, error, self.z, method)),
            Uncertainty::Unknown | Uncertainty::Resample => None,
        };
        let interval = interval.map(|interval| within(metric.metric(), interval));
        Estimate::Measured(Measured {
            value: found.value,
            interval,
            n: whole_number(found.n),
            binning_error: found.binning_error,
        })
    }
}

/// The interval from the spread of the values of so many draws; none where too few have a value. Where they do not spread, nothing is
/// known but for a share of rows, which has Wilson's of `support` rows.
pub(crate) fn spread(metric: MetricId, value: f64, (values, draws): (&[f64], usize), support: f64, z: f64) -> Option<Interval> {
    if values.len() * 20 < draws * 19 {
        return None;
    }
    let error = deviation(values);
    if error > 1e-12 * value.abs().max(f64::MIN_POSITIVE) {
        return Some(normal(value, error, z, Method::Replicates));
    }
    let row = metric.metric();
    let is_share = row.lowest.total_cmp(&0.0).is_eq() && row.highest.total_cmp(&1.0).is_eq();
    (is_share && support > 0.0).then(|| interval::wilson(value.clamp(0.0, 1.0), support, z))
}

/// A normal interval.
pub(crate) fn normal(value: f64, error: f64, z: f64, method: Method) -> Interval {
    Interval { lower: value - z * error, upper: value + z * error, method }
}

/// A normal interval on the logit scale, which stays inside (0, 1).
fn logit_interval(value: f64, error: f64, z: f64, method: Method) -> Interval {
    let spread = value * (1.0 - value);
    if spread <= 0.0 {
        return normal(value, error, z, method);
    }
    let (middle, half) = (libm::log(value / (1.0 - value)), z * error / spread);
    let back = |x: f64| 1.0 / (1.0 + libm::exp(-x));
    Interval { lower: back(middle - half), upper: back(middle + half), method }
}

/// The standard error of a mean loss; `None` for a single row.
pub(crate) fn half_width(sums: &Moments, total: &Tally) -> Option<f64> {
    let weight = total.weight.to_f64();
    let mean = ratio(sums.weighted, weight)?;
    let squares = sums.both_squared - 2.0 * mean * sums.weight_squared + mean * mean * total.weight_squared.to_f64();
    let n = total.rows as f64;
    (total.rows > 1).then(|| (squares.max(0.0) * n / (n - 1.0)).sqrt() / weight)
}

/// The interval of a mean of numbers from 0 to 1. Where they do not vary, each is taken for a hit or a miss, which is the
/// most that it can vary.
fn mean_share(share: &RowShare, value: f64, z: f64) -> Interval {
    let n = share.rows.rows as f64;
    match half_width(&Moments::from(&share.sums), &share.rows) {
        Some(error) if error > 1e-12 => interval::student_mean(value, error, n - 1.0, z),
        _ => {
            let effective = share.rows.weight.to_f64().powi(2) / share.rows.weight_squared.to_f64();
            interval::wilson(value.clamp(0.0, 1.0), effective, z)
        }
    }
}

/// The replicates of a slice, where they tell how much its sums spread.
pub(crate) struct Drawn<S> {
    /// The sums of each replicate.
    pub(crate) sums: Vec<S>,
    /// How many rows of equal weight, standing alone, the slice is worth at least.
    pub(crate) rows: f64,
}

impl<S: TaskSums> Drawn<S> {
    /// `None` where no replicates are kept, or rows stand together in too few groups.
    pub(crate) fn of(cube: &modelgate_cube::Cube, slice: &Slice) -> Option<Self> {
        let (cell, replicates) = (cube.cell(slice)?, cube.sum_replicates(slice)?);
        let shape = S::observed(S::counts(cell)?);
        let read = |list: Vec<f64>| shape.replicate(replicates.shift(), &list);
        let sums: Vec<S> = replicates.iter().map(read).collect::<Option<_>>()?;
        let totals: Vec<f64> = sums.iter().map(TaskSums::total).collect();
        let rows = worth(&cell.total(), &totals)?;
        Some(Self { sums, rows })
    }
}
