//! Metrics of the scores of one slice.

use super::{Compute, Direction, Metric, RATE};
use crate::tasks::{OnTask, by_class, confidence_error};
use crate::{calibration, scores};

/// A metric of scores, with an interval from resamples of the score table.
const SCORED: Metric = Metric {
    needs_scores: true,
    interval: "resampled scores, normal",
    undefined_when: "the slice has no rows, or the model gives no scores",
    ..RATE
};

/// How the interval of a mean loss is made.
const LOSS_INTERVAL: &str = "exact moments, standard error in proportion to the mean, Student with a degree of freedom for every two \
    rows; where that has no upper end, to the largest possible loss below 100 rows, and to that of a few losses of one size \
    (Fay-Feuer) from 100 rows on";

/// The rows of the catalogue.
pub(super) const ROWS: &[Metric] = &[
    Metric {
        id: "roc_auc",
        title: "Area under the ROC curve",
        needs_scores: true,
        formula: "P(s of a positive > s of a negative) + 1/2 P(they are equal)",
        denominator: "the smaller of positives and negatives",
        undefined_when: "one class has no rows, or the model gives no scores",
        interval: "DeLong, as a score interval with Student's quantile; where a class has few rows, with Newcombe's variance beside it",
        reference: "sklearn.metrics.roc_auc_score",
        default: true,
        compute: Compute::RocAuc,
        ..RATE
    },
    Metric {
        id: "subgroup_auc",
        title: "Subgroup AUC",
        needs_scores: true,
        formula: "roc_auc of the slice's own rows, under the name that goes with bpsn_auc and bnsp_auc",
        denominator: "the smaller of positives and negatives",
        undefined_when: "one class has no rows, or the model gives no scores",
        interval: "DeLong, as a score interval with Student's quantile; where a class has few rows, with Newcombe's variance beside it",
        reference: "Borkan et al. (2019); sklearn.metrics.roc_auc_score",
        compute: Compute::RocAuc,
        ..RATE
    },
    Metric {
        id: "scoring_rate",
        title: "Scoring rate",
        direction: Direction::Neutral,
        needs_scores: true,
        formula: "the share of the slice's rows with s above the median of all rows, unknown categories among them",
        undefined_when: "the slice has no rows, or the model gives no scores",
        interval: "that of a proportion, the median taken as known",
        reference: "NYC Local Law 144 (6 RCNY 5-300), written out in xtask/oracle/oracle.py",
        compute: Compute::ScoringRate,
        ..RATE
    },
    Metric {
        id: "brier_score",
        title: "Brier score",
        direction: Direction::LowerIsBetter,
        needs_scores: true,
        formula: "mean of (s - y)^2",
        undefined_when: "the slice has no rows, or the model gives no scores",
        interval: LOSS_INTERVAL,
        reference: "sklearn.metrics.brier_score_loss",
        default: true,
        compute: Compute::MeanLoss(|cell| &cell.brier),
        on_task: OnTask::Classes(&by_class::BRIER),
        ..RATE
    },
    Metric {
        id: "log_loss",
        title: "Log loss",
        highest: f64::INFINITY,
        direction: Direction::LowerIsBetter,
        needs_scores: true,
        formula: "mean of -ln(s if y else 1 - s), s clipped to [2^-52, 1 - 2^-52]",
        undefined_when: "the slice has no rows, or the model gives no scores",
        interval: LOSS_INTERVAL,
        reference: "sklearn.metrics.log_loss",
        default: true,
        compute: Compute::MeanLoss(|cell| &cell.log_loss),
        default_for_task: true,
        on_task: OnTask::Classes(&by_class::LOG_LOSS),
        ..RATE
    },
    Metric {
        id: "gini",
        title: "Gini coefficient",
        lowest: -1.0,
        formula: "2 AUC - 1",
        denominator: "the smaller of positives and negatives",
        undefined_when: "one class has no rows, or the model gives no scores",
        interval: "that of the area",
        reference: "2 sklearn.metrics.roc_auc_score - 1",
        compute: Compute::Gini,
        ..SCORED
    },
    Metric {
        id: "partial_roc_auc",
        title: "Partial area under the ROC curve",
        formula: "(1 + (A - m) / (M - m)) / 2, A the area up to a false positive rate of 0.1, m = 0.005, M = 0.1",
        denominator: "the smaller of positives and negatives",
        undefined_when: "one class has no rows, or the model gives no scores",
        reference: "sklearn.metrics.roc_auc_score with max_fpr=0.1",
        compute: Compute::Scores(scores::partial_auc),
        ..SCORED
    },
    Metric {
        id: "average_precision",
        title: "Average precision",
        formula: "sum of (gain in recall) x precision over the scores from the highest down, tied scores as one step; on the grid the mean over their orders",
        denominator: "rows with a positive label",
        undefined_when: "no row has a positive label, or the model gives no scores",
        reference: "sklearn.metrics.average_precision_score",
        compute: Compute::Scores(scores::average_precision),
        ..SCORED
    },
    Metric {
        id: "ks_statistic",
        title: "Kolmogorov-Smirnov statistic",
        formula: "largest distance between the distributions of s of positives and negatives",
        denominator: "the smaller of positives and negatives",
        undefined_when: "one class has no rows, or the model gives no scores",
        reference: "scipy.stats.ks_2samp",
        compute: Compute::Scores(scores::ks_statistic),
        ..SCORED
    },
    Metric {
        id: "precision_at_10_percent",
        title: "Precision at the top 10 %",
        formula: "share of positive labels among the tenth of rows with the highest s; ties at the cut count in part",
        denominator: "a tenth of the rows",
        undefined_when: "the slice has no rows, or the model gives no scores",
        reference: "written out in xtask/oracle/oracle.py",
        compute: Compute::Scores(scores::precision_at_top),
        ..SCORED
    },
    Metric {
        id: "lift_at_10_percent",
        title: "Lift at the top 10 %",
        highest: 10.0,
        formula: "precision at the top 10 % / prevalence",
        denominator: "a tenth of the rows",
        undefined_when: "no row has a positive label, or the model gives no scores",
        reference: "written out in xtask/oracle/oracle.py",
        compute: Compute::Scores(scores::lift_at_top),
        ..SCORED
    },
    Metric {
        id: "mean_prediction",
        title: "Mean score",
        direction: Direction::Neutral,
        formula: "mean of s",
        undefined_when: "the slice has no rows, or the model gives no scores",
        interval: "normal, exact moments",
        reference: "fairlearn.metrics.mean_prediction",
        compute: Compute::Scores(scores::mean_prediction),
        ..SCORED
    },
    Metric {
        id: "balance_positive_class",
        title: "Mean score of positives",
        formula: "mean of s over rows with a positive label",
        denominator: "rows with a positive label",
        undefined_when: "no row has a positive label, or the model gives no scores",
        interval: "normal, exact moments",
        reference: "1 - aif360.sklearn.metrics.generalized_fnr",
        compute: Compute::Scores(scores::mean_of_positives),
        ..SCORED
    },
    Metric {
        id: "balance_negative_class",
        title: "Mean score of negatives",
        direction: Direction::LowerIsBetter,
        formula: "mean of s over rows with a negative label",
        denominator: "rows with a negative label",
        undefined_when: "no row has a negative label, or the model gives no scores",
        interval: "normal, exact moments",
        reference: "aif360.sklearn.metrics.generalized_fpr",
        compute: Compute::Scores(scores::mean_of_negatives),
        ..SCORED
    },
    Metric {
        id: "brier_skill_score",
        title: "Brier skill score",
        lowest: f64::NEG_INFINITY,
        formula: "1 - mean of (s - y)^2 / (prevalence (1 - prevalence))",
        undefined_when: "one class has no rows, or the model gives no scores",
        reference: "1 - sklearn.metrics.brier_score_loss / the variance of the labels",
        compute: Compute::Scores(scores::brier_skill_score),
        ..SCORED
    },
    Metric {
        id: "expected_calibration_error",
        title: "Expected calibration error",
        direction: Direction::LowerIsBetter,
        formula: "sum over 15 equal bins of s of (rows / n) x |mean s - share of positive labels|; a score on an edge belongs below it",
        undefined_when: "the slice has no rows, or the model gives no scores",
        interval: "none: it is biased up in few rows, and an interval around it would hide that; see corrected_calibration_error",
        reference: "the absolute distances of sklearn.calibration.calibration_curve with n_bins=15, weighted by rows",
        compute: Compute::Scores(calibration::expected_error),
        on_task: OnTask::ClassScores(confidence_error),
        ..SCORED
    },
    Metric {
        id: "corrected_calibration_error",
        title: "Calibration error corrected for sample size",
        direction: Direction::LowerIsBetter,
        formula: "root of the sum over the same 15 bins of (rows / n) x (gap^2 - q (1 - q) / (rows - 1)), q the share of positive labels; at least 0",
        undefined_when: "the slice has no rows, or the model gives no scores",
        interval: "none: cut off at 0, it has no symmetric error",
        reference: "calibration.get_calibration_error of uncertainty-calibration (Kumar et al. 2019)",
        compute: Compute::Scores(calibration::corrected_error),
        ..SCORED
    },
    Metric {
        id: "calibration_slope",
        title: "Calibration slope",
        lowest: f64::NEG_INFINITY,
        highest: f64::INFINITY,
        direction: Direction::Neutral,
        formula: "b of the logistic fit of y on a + b ln(s / (1 - s)), s clipped as for log loss",
        denominator: "the smaller of positives and negatives",
        undefined_when: "the scores of the classes do not overlap, or do not vary, or the model gives no scores",
        interval: "normal, sandwich variance",
        reference: "sklearn.linear_model.LogisticRegression without penalty on the logits",
        compute: Compute::Scores(calibration::slope),
        ..SCORED
    },
    Metric {
        id: "calibration_intercept",
        title: "Calibration intercept",
        lowest: f64::NEG_INFINITY,
        highest: f64::INFINITY,
        direction: Direction::Neutral,
        formula: "a of the same fit as for calibration_slope",
        denominator: "the smaller of positives and negatives",
        undefined_when: "the scores of the classes do not overlap, or do not vary, or the model gives no scores",
        interval: "normal, sandwich variance",
        reference: "sklearn.linear_model.LogisticRegression without penalty on the logits",
        compute: Compute::Scores(calibration::intercept),
        ..SCORED
    },
    Metric {
        id: "spiegelhalter_z",
        title: "Spiegelhalter's z",
        lowest: f64::NEG_INFINITY,
        highest: f64::INFINITY,
        direction: Direction::Neutral,
        formula: "sum of (y - s) (1 - 2 s) / sqrt(sum of (1 - 2 s)^2 s (1 - s))",
        undefined_when: "every score is 0, 0.5 or 1, or the model gives no scores",
        interval: "none: it is a test statistic, beyond 2 either way where scores are not calibrated",
        reference: "Spiegelhalter (1986), written out in xtask/oracle/oracle.py",
        compute: Compute::Scores(calibration::spiegelhalter_z),
        ..SCORED
    },
];
