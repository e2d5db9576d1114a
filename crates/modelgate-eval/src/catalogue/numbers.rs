//! Metrics of a regression.

use super::{Compute, Direction, Metric, MetricKind, RATE};
use crate::groups::Spread;
use crate::tasks::{self, OnTask, TaskGap, TaskSums};

/// A loss: the smaller, the better.
const LOSS: Metric = Metric {
    highest: f64::INFINITY,
    direction: Direction::LowerIsBetter,
    interval: "normal, exact moments",
    compute: Compute::Never,
    ..RATE
};

/// A function of several means.
const COMPOSITE: Metric = Metric { interval: "replicates, normal", ..LOSS };

/// What of the labels' spread is explained.
const SKILL: Metric = Metric {
    lowest: f64::NEG_INFINITY,
    highest: 1.0,
    direction: Direction::HigherIsBetter,
    undefined_when: "the labels do not vary",
    ..COMPOSITE
};

const GAP: Metric = Metric {
    kind: MetricKind::AcrossGroups,
    denominator: "the rows of the smallest group that is compared; smaller ones than `min_support` are left out and named",
    undefined_when: "fewer than two groups have the number",
    interval: "differences: the intervals of every pair of groups, corrected for how many pairs there are; others: replicates, basic",
    ..LOSS
};

const DOMAIN: &str = "a label is below zero or a prediction is not above zero";

/// The rows of the catalogue.
pub(super) const ROWS: &[Metric] = &[
    Metric {
        id: "mean_absolute_error",
        title: "Mean absolute error",
        formula: "mean of |y - p|",
        reference: "sklearn.metrics.mean_absolute_error",
        default_for_task: true,
        on_task: OnTask::Numbers(&tasks::ABSOLUTE),
        ..LOSS
    },
    Metric {
        id: "mean_squared_error",
        title: "Mean squared error",
        formula: "mean of (y - p)^2",
        reference: "sklearn.metrics.mean_squared_error",
        on_task: OnTask::Numbers(&tasks::SQUARED),
        ..LOSS
    },
    Metric {
        id: "root_mean_squared_error",
        title: "Root mean squared error",
        formula: "sqrt(mean of (y - p)^2)",
        reference: "sklearn.metrics.root_mean_squared_error",
        default_for_task: true,
        on_task: OnTask::Numbers(&tasks::ROOT),
        ..COMPOSITE
    },
    Metric {
        id: "mean_error",
        title: "Mean error",
        lowest: f64::NEG_INFINITY,
        direction: Direction::Neutral,
        formula: "mean of p - y: above zero where predictions are too high",
        reference: "mean of prediction minus label, written out",
        default_for_task: true,
        on_task: OnTask::Numbers(&tasks::SIGNED),
        ..LOSS
    },
    Metric {
        id: "mean_predicted_value",
        title: "Mean prediction",
        lowest: f64::NEG_INFINITY,
        direction: Direction::Neutral,
        formula: "mean of p",
        reference: "fairlearn.metrics.mean_prediction",
        on_task: OnTask::Numbers(&tasks::PREDICTED),
        ..LOSS
    },
    Metric {
        id: "r2_score",
        title: "R squared",
        formula: "1 - sum of (y - p)^2 / sum of (y - mean y)^2",
        reference: "sklearn.metrics.r2_score",
        default_for_task: true,
        on_task: OnTask::Numbers(&tasks::R2),
        ..SKILL
    },
    Metric {
        id: "explained_variance_score",
        title: "Explained variance",
        formula: "1 - variance of y - p / variance of y",
        reference: "sklearn.metrics.explained_variance_score",
        on_task: OnTask::Numbers(&tasks::EXPLAINED),
        ..SKILL
    },
    Metric {
        id: "mean_absolute_percentage_error",
        title: "Mean absolute percentage error",
        formula: "mean of |y - p| / |y|, as a fraction",
        undefined_when: "a label is zero, or so near to it that the ratio is beyond 1e9",
        reference: "sklearn.metrics.mean_absolute_percentage_error",
        on_task: OnTask::Numbers(&tasks::PERCENTAGE),
        ..LOSS
    },
    Metric {
        id: "symmetric_mean_absolute_percentage_error",
        title: "Symmetric mean absolute percentage error",
        highest: 2.0,
        formula: "mean of 2 |y - p| / (|y| + |p|), 0 where both are zero",
        reference: "the formula written out (Makridakis 1993)",
        on_task: OnTask::Numbers(&tasks::SYMMETRIC_PERCENTAGE),
        ..LOSS
    },
    Metric {
        id: "weighted_absolute_percentage_error",
        title: "Weighted absolute percentage error",
        formula: "sum of |y - p| / sum of |y|, as a fraction",
        undefined_when: "all labels are zero",
        reference: "the formula written out",
        default_for_task: true,
        on_task: OnTask::Numbers(&tasks::WEIGHTED_PERCENTAGE),
        ..COMPOSITE
    },
    Metric {
        id: "mean_squared_log_error",
        title: "Mean squared logarithmic error",
        formula: "mean of (ln(1 + y) - ln(1 + p))^2",
        undefined_when: "a label or a prediction is not above -1",
        reference: "sklearn.metrics.mean_squared_log_error",
        on_task: OnTask::Numbers(&tasks::SQUARED_LOG),
        ..LOSS
    },
    Metric {
        id: "root_mean_squared_log_error",
        title: "Root mean squared logarithmic error",
        formula: "sqrt(mean of (ln(1 + y) - ln(1 + p))^2)",
        undefined_when: "a label or a prediction is not above -1",
        reference: "sklearn.metrics.root_mean_squared_log_error",
        on_task: OnTask::Numbers(&tasks::ROOT_SQUARED_LOG),
        ..COMPOSITE
    },
    Metric {
        id: "mean_pinball_loss",
        title: "Pinball loss of the median",
        formula: "mean of max(e / 2, -e / 2), e = y - p",
        reference: "sklearn.metrics.mean_pinball_loss",
        on_task: OnTask::Numbers(&tasks::PINBALL),
        ..COMPOSITE
    },
    Metric {
        id: "mean_pinball_loss_p10",
        title: "Pinball loss of the 10 % quantile",
        formula: "mean of max(0.1 e, -0.9 e), e = y - p",
        reference: "sklearn.metrics.mean_pinball_loss with alpha=0.1",
        on_task: OnTask::Numbers(&tasks::PINBALL_10),
        ..COMPOSITE
    },
    Metric {
        id: "mean_pinball_loss_p90",
        title: "Pinball loss of the 90 % quantile",
        formula: "mean of max(0.9 e, -0.1 e), e = y - p",
        reference: "sklearn.metrics.mean_pinball_loss with alpha=0.9",
        on_task: OnTask::Numbers(&tasks::PINBALL_90),
        ..COMPOSITE
    },
    Metric {
        id: "mean_poisson_deviance",
        title: "Mean Poisson deviance",
        formula: "mean of 2 (y ln(y / p) - y + p), 0 ln 0 = 0",
        undefined_when: DOMAIN,
        reference: "sklearn.metrics.mean_poisson_deviance",
        on_task: OnTask::Numbers(&tasks::POISSON),
        ..LOSS
    },
    Metric {
        id: "mean_gamma_deviance",
        title: "Mean gamma deviance",
        formula: "mean of 2 (ln(p / y) + y / p - 1)",
        undefined_when: "a label or a prediction is not above zero",
        reference: "sklearn.metrics.mean_gamma_deviance",
        on_task: OnTask::Numbers(&tasks::GAMMA),
        ..LOSS
    },
    Metric {
        id: "d2_poisson_score",
        title: "D squared of the Poisson deviance",
        formula: "1 - Poisson deviance / that of always predicting the mean label",
        undefined_when: "the labels do not vary, a label is below zero, or a prediction is not above zero",
        reference: "sklearn.metrics.d2_tweedie_score with power=1",
        on_task: OnTask::Numbers(&tasks::D2_POISSON),
        ..SKILL
    },
    Metric {
        id: "d2_gamma_score",
        title: "D squared of the gamma deviance",
        formula: "1 - gamma deviance / that of always predicting the mean label",
        undefined_when: "the labels do not vary, or a label or a prediction is not above zero",
        reference: "sklearn.metrics.d2_tweedie_score with power=2",
        on_task: OnTask::Numbers(&tasks::D2_GAMMA),
        ..SKILL
    },
    Metric {
        id: "pearson_correlation",
        title: "Pearson correlation",
        lowest: -1.0,
        formula: "covariance of y and p / (standard deviation of y * standard deviation of p)",
        undefined_when: "labels or predictions do not vary",
        reference: "scipy.stats.pearsonr",
        on_task: OnTask::Numbers(&tasks::CORRELATION),
        ..SKILL
    },
    Metric {
        id: "concordance_correlation",
        title: "Concordance correlation",
        lowest: -1.0,
        formula: "2 covariance of y and p / (variance of y + variance of p + (mean y - mean p)^2)",
        reference: "the formula written out (Lin 1989)",
        on_task: OnTask::Numbers(&tasks::CONCORDANCE),
        ..SKILL
    },
    Metric {
        id: "predicted_to_actual_ratio",
        title: "Ratio of total prediction to total label",
        direction: Direction::Neutral,
        formula: "sum of p / sum of y",
        undefined_when: "the labels sum to zero or less",
        reference: "TensorFlow Model Analysis Calibration",
        on_task: OnTask::Numbers(&tasks::TOTAL_RATIO),
        lowest: f64::NEG_INFINITY,
        ..COMPOSITE
    },
    Metric {
        id: "mean_absolute_error_difference",
        title: "Difference of mean absolute error",
        formula: "largest minus smallest mean absolute error",
        reference: "fairlearn.metrics.MetricFrame of mean_absolute_error, difference",
        default_for_task: true,
        on_task: OnTask::NumberGap(&TaskGap::Of(&tasks::ABSOLUTE, Spread::Difference)),
        ..GAP
    },
    Metric {
        id: "mean_absolute_error_ratio",
        title: "Ratio of mean absolute error",
        highest: 1.0,
        direction: Direction::HigherIsBetter,
        formula: "smallest / largest mean absolute error",
        undefined_when: "fewer than two groups, or no group has an error",
        reference: "fairlearn.metrics.MetricFrame of mean_absolute_error, ratio",
        on_task: OnTask::NumberGap(&TaskGap::Of(&tasks::ABSOLUTE, Spread::Ratio)),
        ..GAP
    },
    Metric {
        id: "mean_absolute_error_group_max",
        title: "Largest mean absolute error of a group",
        formula: "largest mean absolute error",
        reference: "fairlearn.metrics.mean_absolute_error_group_max",
        on_task: OnTask::NumberGap(&TaskGap::Of(&tasks::ABSOLUTE, Spread::Largest)),
        ..GAP
    },
    Metric {
        id: "root_mean_squared_error_difference",
        title: "Difference of root mean squared error",
        formula: "largest minus smallest root mean squared error",
        reference: "fairlearn.metrics.MetricFrame of root_mean_squared_error, difference",
        on_task: OnTask::NumberGap(&TaskGap::Of(&tasks::ROOT, Spread::Difference)),
        ..GAP
    },
    Metric {
        id: "mean_squared_error_group_max",
        title: "Largest mean squared error of a group",
        formula: "largest mean squared error",
        reference: "fairlearn.metrics.mean_squared_error_group_max",
        on_task: OnTask::NumberGap(&TaskGap::Of(&tasks::SQUARED, Spread::Largest)),
        ..GAP
    },
    Metric {
        id: "r2_score_group_min",
        title: "Smallest R squared of a group",
        lowest: f64::NEG_INFINITY,
        highest: 1.0,
        direction: Direction::HigherIsBetter,
        formula: "smallest R squared",
        reference: "fairlearn.metrics.r2_score_group_min",
        on_task: OnTask::NumberGap(&TaskGap::Of(&tasks::R2, Spread::Smallest)),
        ..GAP
    },
    Metric {
        id: "mean_error_difference",
        title: "Difference of mean error",
        formula: "largest minus smallest mean error",
        reference: "fairlearn.metrics.MetricFrame of the mean error, difference",
        default_for_task: true,
        on_task: OnTask::NumberGap(&TaskGap::Of(&tasks::SIGNED, Spread::Difference)),
        ..GAP
    },
    Metric {
        id: "mean_prediction_difference",
        title: "Difference of mean prediction",
        formula: "largest minus smallest mean prediction",
        reference: "fairlearn.metrics.MetricFrame of mean_prediction, difference",
        on_task: OnTask::NumberGap(&TaskGap::Of(&tasks::PREDICTED, Spread::Difference)),
        ..GAP
    },
    Metric {
        id: "standardized_mean_difference",
        title: "Standardized difference of mean prediction",
        formula: "largest |mean p of a group - mean p of another| / pooled standard deviation of both",
        undefined_when: "fewer than two groups, or the predictions of two groups do not vary",
        reference: "SolasAI standardized_mean_difference, of the two groups that are farthest apart",
        on_task: OnTask::NumberGap(&TaskGap::Groups { value: tasks::standardized_difference, support: TaskSums::total }),
        ..GAP
    },
];
