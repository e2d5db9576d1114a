//! What a metric is: a row of the catalogue, from which code, `list metrics`, `explain` and the docs read.

use std::fmt;

use modelgate_cube::{Cell, LossSums, TaskKind};

use crate::background::Background;
use crate::beside::Flip;
use crate::catalogue::METRICS;
use crate::confusion::{Confusion, Quadrant};
use crate::groups::Gap;
use crate::reference::Against;
use crate::scored::{Found, Scored};
use crate::tasks::OnTask;
use crate::{Reason, Requirement};

/// A metric of the catalogue; ordered as the catalogue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MetricId(u16);

/// Which way a metric gets better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// More is better, as for accuracy.
    HigherIsBetter,
    /// Less is better, as for log loss or a gap between groups.
    LowerIsBetter,
    /// Neither by itself, as for a selection rate. A regression gate on it limits the change either way.
    Neutral,
}

/// What a metric is computed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    /// One number for each slice.
    Slice,
    /// One number for each slice, in relation to the other slices that the same axes make. `overall` has none.
    AgainstGroups,
    /// One number for each set of axes: it compares the groups that they cut the rows into.
    AcrossGroups,
}

/// One row of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// The id, as scikit-learn and fairlearn name it.
    pub id: &'static str,
    /// A title for people.
    pub title: &'static str,
    /// What it is computed over.
    pub kind: MetricKind,
    /// The smallest possible value.
    pub lowest: f64,
    /// The largest possible value; infinite where there is none.
    pub highest: f64,
    /// Which way it gets better.
    pub direction: Direction,
    /// Whether it is measured where a configuration lists no metrics (and declares what it requires); the others are
    /// measured when they are named.
    pub default: bool,
    /// The same for tasks other than binary classification.
    pub default_for_task: bool,
    /// Whether rows need scores, not only predictions.
    pub needs_scores: bool,
    /// What must be declared for it; nothing for most.
    pub requires: Option<Requirement>,
    /// The formula, in the letters TP FP FN TN P N n and s (score), y (label).
    pub formula: &'static str,
    /// The rows that count as its sample size.
    pub denominator: &'static str,
    /// When it is undefined.
    pub undefined_when: &'static str,
    /// How its interval is made.
    pub interval: &'static str,
    /// The function of a well-known library that gives the same number.
    pub reference: &'static str,
    /// How it is computed for a binary classification.
    pub(crate) compute: Compute,
    /// How it is computed for another task.
    pub(crate) on_task: OnTask,
}

impl Metric {
    /// Whether the metric is defined for a task.
    #[must_use]
    pub fn suits(&self, task: TaskKind) -> bool {
        match task {
            TaskKind::Binary => !matches!(self.compute, Compute::Never),
            // A number of rows is one whatever they say.
            other => self.on_task.suits(other) || matches!(self.compute, Compute::Rows),
        }
    }

    /// The tasks that the metric is defined for.
    pub fn tasks(&self) -> impl Iterator<Item = TaskKind> {
        TaskKind::ALL.into_iter().filter(|task| self.suits(*task))
    }

    /// Whether it is measured for a task where a configuration lists no metrics.
    #[must_use]
    pub fn is_default(&self, task: TaskKind) -> bool {
        self.suits(task) && if task == TaskKind::Binary { self.default } else { self.default_for_task }
    }
}

/// How a metric is computed from counts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Compute {
    /// It is not, for a binary classification.
    Never,
    /// The number of rows.
    Rows,
    /// A share of some rows in others.
    Proportion {
        /// The rows that count.
        part: &'static [Quadrant],
        /// The rows among which they are counted.
        whole: &'static [Quadrant],
        /// Why there is no value where the whole is empty.
        empty: Reason,
    },
    /// Another function of the confusion counts.
    Composite {
        /// The function.
        value: fn(&Confusion) -> Result<f64, Reason>,
        /// The metric's own sample size.
        support: fn(&Confusion) -> f64,
    },
    /// The area under the ROC curve.
    RocAuc,
    /// Twice the area under the ROC curve, minus one.
    Gini,
    /// The mean of a loss.
    MeanLoss(fn(&Cell) -> &LossSums),
    /// A function of the rows by score.
    Scores(fn(&Scored) -> Result<Found, Reason>),
    /// The share of rows with a score above the median of all rows of the cube.
    ScoringRate,
    /// A group's rate in relation to that of the group with the highest.
    AgainstHighest(Share),
    /// A gap between groups.
    Gap(Gap),
    /// The mean cost of a row.
    Cost,
    /// The largest minus the smallest mean cost of groups.
    CostGap,
    /// A share of rows that changed between the baseline's predictions and the candidate's.
    Flip(Flip),
    /// A group's rows of one class against the other class of all rows outside of it.
    Background(Background),
    /// The share of all rows of a kind that are a group's.
    ShareOfAll {
        /// The kind.
        part: &'static [Quadrant],
        /// Why there is no value where no row is of that kind.
        empty: Reason,
    },
    /// How many more rows of a group would have to be selected.
    Shortfall,
    /// A group against its declared reference.
    AgainstReference(Against),
    /// A group's share of rejections and selections within the levels of the declared control column.
    ConditionalDisparity,
}

/// The rows of a group that are favored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Share {
    /// Those predicted positive.
    Selected,
    /// Those that score above the median of all rows.
    AboveMedian,
}

/// Metrics of scores that are sums or means over all rows of a slice or of a class of it.
const SUMS_OF_SCORES: [&str; 11] = [
    "partial_roc_auc",
    "average_precision",
    "mean_prediction",
    "balance_positive_class",
    "balance_negative_class",
    "brier_skill_score",
    "expected_calibration_error",
    "corrected_calibration_error",
    "calibration_slope",
    "calibration_intercept",
    "spiegelhalter_z",
];

/// For tasks other than binary classification, the metrics that rest on the rows of a slice that are right, or on means and moments over
/// all of its rows.
const SHOWN_OF_TASKS: [(TaskKind, &[&str]); 5] = [
    (
        TaskKind::Multiclass,
        &[
            "accuracy",
            "error_rate",
            "precision_micro",
            "recall_micro",
            "f1_micro",
            "brier_score",
            "log_loss",
            "accuracy_difference",
        ],
    ),
    (
        TaskKind::Multilabel,
        &[
            "subset_accuracy",
            "f1_samples",
            "precision_samples",
            "recall_samples",
            "jaccard_samples",
            "subset_accuracy_difference",
            "f1_samples_difference",
            "f1_samples_group_min",
        ],
    ),
    (
        TaskKind::Regression,
        &[
            "mean_absolute_error",
            "mean_squared_error",
            "root_mean_squared_error",
            "mean_error",
            "mean_predicted_value",
            "r2_score",
            "explained_variance_score",
            "mean_absolute_percentage_error",
            "symmetric_mean_absolute_percentage_error",
            "weighted_absolute_percentage_error",
            "mean_squared_log_error",
            "root_mean_squared_log_error",
            "mean_pinball_loss",
            "mean_pinball_loss_p10",
            "mean_pinball_loss_p90",
            "mean_poisson_deviance",
            "mean_gamma_deviance",
            "d2_poisson_score",
            "d2_gamma_score",
            "pearson_correlation",
            "concordance_correlation",
            "predicted_to_actual_ratio",
            "mean_absolute_error_difference",
            "mean_absolute_error_ratio",
            "mean_absolute_error_group_max",
            "root_mean_squared_error_difference",
            "mean_squared_error_group_max",
            "r2_score_group_min",
            "mean_error_difference",
            "mean_prediction_difference",
            "standardized_mean_difference",
        ],
    ),
    (TaskKind::Clustering, &["davies_bouldin_score", "calinski_harabasz_score", "within_cluster_variance"]),
    (
        TaskKind::Ranking,
        &[
            "ndcg_at_k",
            "mean_reciprocal_rank",
            "mean_average_precision",
            "recall_at_k",
            "precision_at_k",
            "queries_without_relevant_rate",
            "ndcg_at_k_difference",
            "ndcg_at_k_group_min",
            "recall_at_k_difference",
        ],
    ),
];

impl MetricId {
    /// Looks an id up, exactly as written in the catalogue.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        let position = METRICS.iter().position(|metric| metric.id == id)?;
        u16::try_from(position).ok().map(Self)
    }

    /// Every metric, in the order of the catalogue.
    pub fn all() -> impl Iterator<Item = Self> {
        (0_u16..).zip(METRICS).map(|(position, _)| Self(position))
    }

    /// The catalogue's row.
    #[must_use]
    pub fn metric(self) -> &'static Metric {
        // An id is only ever made from a position of the table.
        METRICS.get(usize::from(self.0)).unwrap_or(&METRICS[0])
    }

    /// Whether its values of a slice of a task may be shown to everybody where the slice may: for two classes those that tell no more
    /// about counts than the confusion does ([`Self::tells_confusion_only`]), for other tasks those that rest on the rows that are right
    /// or on means over all rows ([`SHOWN_OF_TASKS`]). What looks at single classes, clusters or labels is not among them: their counts
    /// are not looked at by disclosure control.
    #[must_use]
    pub fn may_be_shown(self, task: TaskKind) -> bool {
        match SHOWN_OF_TASKS.iter().find(|(of, _)| *of == task) {
            Some((_, shown)) => shown.contains(&self.as_str()) || self.as_str() == "count",
            None => task == TaskKind::Binary && self.tells_confusion_only(),
        }
    }

    /// Whether its value tells about counts of rows no more than the confusion counts of its slices do, but for sums over
    /// all rows of a slice. Others count rows above a score or rows that changed, or tell about another group.
    #[must_use]
    pub fn tells_confusion_only(self) -> bool {
        match self.metric().compute {
            Compute::Rows
            | Compute::Proportion { .. }
            | Compute::Composite { .. }
            | Compute::RocAuc
            | Compute::Gini
            | Compute::MeanLoss(_)
            | Compute::AgainstHighest(Share::Selected)
            | Compute::Gap(_)
            | Compute::Cost
            | Compute::Background(_)
            | Compute::ShareOfAll { .. } => true,
            // They tell about rows above a score, rows that changed, groups that are not their subject, or another task.
            Compute::Never
            | Compute::ScoringRate
            | Compute::AgainstHighest(Share::AboveMedian)
            | Compute::CostGap
            | Compute::Flip(_)
            | Compute::Shortfall
            | Compute::AgainstReference(_)
            | Compute::ConditionalDisparity => false,
            Compute::Scores(_) => SUMS_OF_SCORES.contains(&self.as_str()),
        }
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.metric().id
    }
}

impl fmt::Display for MetricId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_finds_itself_and_no_row_is_half_written() {
        for id in MetricId::all() {
            assert_eq!(MetricId::parse(id.as_str()), Some(id));
            let metric = id.metric();
            for text in
                [metric.title, metric.formula, metric.denominator, metric.undefined_when, metric.interval, metric.reference]
            {
                assert!(!text.is_empty(), "{}", metric.id);
            }
            assert!(metric.lowest < metric.highest);
        }
        assert_eq!(MetricId::all().count(), METRICS.len());
        assert!(SUMS_OF_SCORES.iter().all(|id| MetricId::parse(id).is_some()));
        let tells_more = |id: &str| MetricId::parse(id).is_some_and(|metric| !metric.tells_confusion_only());
        assert!(
            ["ks_statistic", "precision_at_10_percent", "scoring_rate", "scoring_rate_ratio", "churn"]
                .into_iter()
                .all(tells_more)
        );
        assert!(!["accuracy", "roc_auc", "log_loss", "impact_ratio", "equalized_odds_difference"].into_iter().any(tells_more));
        assert_eq!(MetricId::parse("Accuracy"), None);
    }

    #[test]
    fn what_may_be_shown_of_a_task_is_a_metric_of_it_and_nothing_about_single_classes() {
        for (task, shown) in SHOWN_OF_TASKS {
            for id in shown {
                assert!(MetricId::parse(id).is_some_and(|metric| metric.metric().suits(task)), "{task:?}: {id}");
            }
        }
        let shown = |id: &str, task| MetricId::parse(id).is_some_and(|metric| metric.may_be_shown(task));
        assert!(
            shown("accuracy", TaskKind::Multiclass) && shown("count", TaskKind::Ranking) && shown("recall", TaskKind::Binary)
        );
        assert!(!shown("recall_class_min", TaskKind::Multiclass) && !shown("recall_macro", TaskKind::Multiclass));
        assert!(!shown("adjusted_rand_score", TaskKind::Clustering) && !shown("accuracy", TaskKind::Regression));
    }
}
