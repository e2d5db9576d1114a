//! Metrics that need something declared: prices of errors, a control column, reference groups, the baseline's predictions.

use super::{Compute, Direction, Metric, MetricKind, RATE};
use crate::Requirement;
use crate::beside::Flip;
use crate::groups::Rate;
use crate::reference::Against;

/// A group against its declared reference.
const REFERENCED: Metric = Metric {
    kind: MetricKind::AgainstGroups,
    lowest: -1.0,
    direction: Direction::Neutral,
    requires: Some(Requirement::References),
    denominator: "the smaller of both groups' rows",
    undefined_when: "one of the groups has no rows; there is none for the reference itself, nor for overall",
    interval: "Newcombe",
    ..RATE
};

/// A share of rows that changed between two predictions.
const FLIPPED: Metric = Metric {
    direction: Direction::LowerIsBetter,
    requires: Some(Requirement::BaselinePredictions),
    undefined_when: "the slice has no rows, or the baseline's predictions of these rows are not given",
    ..RATE
};

/// The odds, whose denominators share no row.
const ODDS: [Rate; 2] = [Rate::TRUE_POSITIVE, Rate::FALSE_POSITIVE];

/// The rows of the catalogue.
pub(super) const ROWS: &[Metric] = &[
    Metric {
        id: "expected_cost",
        title: "Expected cost",
        lowest: f64::NEG_INFINITY,
        highest: f64::INFINITY,
        direction: Direction::LowerIsBetter,
        requires: Some(Requirement::Costs),
        formula: "(TP c_tp + FP c_fp + FN c_fn + TN c_tn) / n, the prices c being those of evaluation.costs",
        undefined_when: "the slice has no rows, or no costs are declared",
        interval: "normal, with z^2 / 2 more rows of the highest and of the lowest cost (Agresti-Coull)",
        reference: "numpy.average of the costs of the rows",
        default: true,
        compute: Compute::Cost,
        ..RATE
    },
    Metric {
        id: "expected_cost_difference",
        title: "Difference of expected cost",
        kind: MetricKind::AcrossGroups,
        highest: f64::INFINITY,
        direction: Direction::LowerIsBetter,
        requires: Some(Requirement::Costs),
        formula: "largest minus smallest expected cost of a group",
        denominator: "the rows of the smallest group that is compared; smaller ones than `min_support` are left out and named",
        undefined_when: "fewer than two groups, or no costs are declared",
        interval: "square-and-add of every pair of groups, corrected for how many pairs there are",
        reference: "the numpy.average of the costs of each group's rows, largest minus smallest",
        compute: Compute::CostGap,
        ..RATE
    },
    Metric {
        id: "negative_flip_rate",
        title: "Negative flip rate",
        formula: "rows that the baseline's predictions get right and the candidate's wrong / n",
        reference: "Yan et al. (2021), arXiv 2011.09161; the negative flip rate of tensorflow-model-analysis",
        default: true,
        compute: Compute::Flip(Flip::Negative),
        ..FLIPPED
    },
    Metric {
        id: "positive_flip_rate",
        title: "Positive flip rate",
        direction: Direction::HigherIsBetter,
        formula: "rows that the baseline's predictions get wrong and the candidate's right / n",
        reference: "Yan et al. (2021), arXiv 2011.09161; the positive flip rate of tensorflow-model-analysis",
        default: true,
        compute: Compute::Flip(Flip::Positive),
        ..FLIPPED
    },
    Metric {
        id: "churn",
        title: "Prediction churn",
        formula: "rows that the two predict differently / n",
        reference: "Milani Fard et al. (2016); sklearn.metrics.zero_one_loss of both predictions",
        default: true,
        compute: Compute::Flip(Flip::Any),
        ..FLIPPED
    },
    Metric {
        id: "conditional_demographic_disparity",
        title: "Conditional demographic disparity",
        kind: MetricKind::AgainstGroups,
        lowest: -1.0,
        direction: Direction::Neutral,
        requires: Some(Requirement::Control),
        formula: "mean over the levels of evaluation.control, weighted by their rows, of (the group's share of the rejected - its share of the selected)",
        denominator: "the group's rows; levels with fewer than `min_support` rows are left out and named",
        undefined_when: "a level has no rejected or no selected row; there is none for overall, crossed slices and the control itself",
        interval: "resampled cells, percentile",
        reference: "smclarify CDDPL, where every level has rejected and selected rows",
        default: true,
        compute: Compute::ConditionalDisparity,
        ..RATE
    },
    Metric {
        id: "statistical_parity_difference",
        title: "Statistical parity difference",
        formula: "selection rate of the group - that of its reference",
        reference: "aif360.sklearn.metrics.statistical_parity_difference; smclarify DPPL with the opposite sign",
        default: true,
        compute: Compute::AgainstReference(Against::Difference(Rate::SELECTION)),
        ..REFERENCED
    },
    Metric {
        id: "disparate_impact",
        title: "Disparate impact",
        lowest: 0.0,
        highest: f64::INFINITY,
        formula: "selection rate of the group / that of its reference",
        undefined_when: "no row of the reference is selected; there is none for the reference itself, nor for overall",
        interval: "Miettinen-Nurminen score",
        reference: "aif360.sklearn.metrics.disparate_impact_ratio; aequitas pprev disparity",
        default: true,
        compute: Compute::AgainstReference(Against::Ratio(Rate::SELECTION)),
        ..REFERENCED
    },
    Metric {
        id: "average_odds_difference",
        title: "Average odds difference",
        formula: "mean of the differences in true positive rate and in false positive rate to the reference; they may cancel each other out, see average_absolute_odds_difference",
        denominator: "the smallest class of both groups",
        undefined_when: "a class of one of the groups has no rows; there is none for the reference itself, nor for overall",
        interval: "square-and-add of both differences",
        reference: "aif360.sklearn.metrics.average_odds_difference",
        compute: Compute::AgainstReference(Against::MeanDifference(ODDS)),
        ..REFERENCED
    },
    Metric {
        id: "predictive_value_difference",
        title: "Average predictive value difference to the reference",
        formula: "mean of the differences in precision and in false omission rate to the reference",
        denominator: "the smallest predicted class of both groups",
        undefined_when: "one of the groups has no row of a predicted class; there is none for the reference itself, nor for overall",
        interval: "square-and-add of both differences",
        reference: "aif360 average_predictive_value_difference",
        compute: Compute::AgainstReference(Against::MeanDifference([Rate::PRECISION, Rate::FALSE_OMISSION])),
        ..REFERENCED
    },
    Metric {
        id: "treatment_equality_difference",
        title: "Treatment equality difference",
        lowest: f64::NEG_INFINITY,
        highest: f64::INFINITY,
        formula: "FN / FP of the group - that of its reference",
        denominator: "the smaller of both groups' wrongly predicted rows",
        undefined_when: "one of the groups has no false positive; there is none for the reference itself, nor for overall",
        interval: "resampled cells, percentile",
        reference: "smclarify posttraining TE, with the opposite sign",
        compute: Compute::AgainstReference(Against::TreatmentEquality),
        ..REFERENCED
    },
];

/// A rate of the group over that of its reference.
macro_rules! disparity {
    ($id:literal, $rate:literal, $denominator:literal, $of:expr, $reference:literal) => {
        Metric {
            id: concat!($id, "_disparity"),
            title: concat!("Disparity of ", $rate),
            lowest: 0.0,
            highest: f64::INFINITY,
            formula: concat!($rate, " of the group / that of its reference; fair by the rule of four fifths from 0.8 to 1.25"),
            denominator: concat!("the smaller of both groups' ", $denominator),
            undefined_when: "the reference's rate is zero, or one of the groups has none; there is none for the reference itself",
            interval: "Miettinen-Nurminen score",
            reference: $reference,
            compute: Compute::AgainstReference(Against::Ratio($of)),
            ..REFERENCED
        }
    };
}

/// Ratios to the reference, as aequitas names them.
pub(super) const DISPARITIES: &[Metric] = &[
    disparity!("true_positive_rate", "true positive rate", "positives", Rate::TRUE_POSITIVE, "aequitas tpr_disparity"),
    disparity!("false_positive_rate", "false positive rate", "negatives", Rate::FALSE_POSITIVE, "aequitas fpr_disparity"),
    disparity!("false_negative_rate", "false negative rate", "positives", Rate::FALSE_NEGATIVE, "aequitas fnr_disparity"),
    disparity!("true_negative_rate", "true negative rate", "negatives", Rate::TRUE_NEGATIVE, "aequitas tnr_disparity"),
    disparity!("precision", "precision", "rows predicted positive", Rate::PRECISION, "aequitas precision_disparity"),
    disparity!(
        "negative_predictive_value",
        "negative predictive value",
        "rows predicted negative",
        Rate::NEGATIVE_PREDICTIVE,
        "aequitas npv_disparity"
    ),
    disparity!(
        "false_discovery_rate",
        "false discovery rate",
        "rows predicted positive",
        Rate::FALSE_DISCOVERY,
        "aequitas fdr_disparity"
    ),
    disparity!(
        "false_omission_rate",
        "false omission rate",
        "rows predicted negative",
        Rate::FALSE_OMISSION,
        "aequitas for_disparity"
    ),
    disparity!("error_rate", "error rate", "rows", Rate::ERROR, "aif360 error_rate_ratio"),
];
