//! Metrics that hold groups against each other.

use super::{Compute, Direction, Metric, MetricKind, RATE, Reason};
use crate::background::Background;
use crate::confusion::{FP, TP};
use crate::groups::{Gap, Rate, Spread};
use crate::metric::Share;
use crate::tasks::{OnTask, TaskGap, by_class};

/// A gap between the groups of an axis, resampled.
const GAP: Metric = Metric {
    kind: MetricKind::AcrossGroups,
    direction: Direction::LowerIsBetter,
    denominator: "the rows of the smallest group that is compared; smaller ones than `min_support` are left out and named",
    undefined_when: "fewer than two groups have the rate",
    interval: "differences and ratios of two groups: the closed forms of every pair of groups, corrected for how many pairs there are; others: resampled cells, basic",
    ..RATE
};

/// The rates of equalized odds.
const ODDS: [Rate; 2] = [Rate::TRUE_POSITIVE, Rate::FALSE_POSITIVE];

/// Each group against the one with the highest rate.
pub(super) const AGAINST: &[Metric] = &[
    Metric {
        id: "impact_ratio",
        title: "Impact ratio",
        kind: MetricKind::AgainstGroups,
        formula: "selection rate of the group / selection rate of the most selected group",
        denominator: "the group's rows",
        undefined_when: "fewer than two groups, or no group has a selected row; there is none for overall",
        interval: "Miettinen-Nurminen score against the most selected group",
        reference: "NYC Local Law 144 (6 RCNY 5-301); aequitas pprev disparity against the maximum",
        default: true,
        compute: Compute::AgainstHighest(Share::Selected),
        ..RATE
    },
    Metric {
        id: "scoring_rate_ratio",
        title: "Scoring rate ratio",
        kind: MetricKind::AgainstGroups,
        needs_scores: true,
        formula: "scoring rate of the group / highest scoring rate; the scoring rate is the share of the group's rows with s above the median of all rows",
        denominator: "the group's rows",
        undefined_when: "fewer than two groups, or no row scores above the median; there is none for overall",
        interval: "Miettinen-Nurminen score against the group with the highest rate, the median taken as known",
        reference: "NYC Local Law 144 (6 RCNY 5-301)",
        compute: Compute::AgainstHighest(Share::AboveMedian),
        ..RATE
    },
];

/// Each group against all rows, or against those outside of it.
pub(super) const GROUPS: &[Metric] = &[
    Metric {
        id: "selection_shortfall",
        title: "Selection shortfall",
        kind: MetricKind::AgainstGroups,
        highest: f64::INFINITY,
        direction: Direction::LowerIsBetter,
        formula: "the rows by which the group's selected ones fall short of the rate of the most selected group, rounded up",
        denominator: "the group's rows",
        undefined_when: "fewer than two groups; there is none for overall",
        interval: "Newcombe, of the difference of the rates, times the group's rows",
        reference: "shortfall of solas-ai and psymetlab, written out in xtask/oracle/oracle.py",
        compute: Compute::Shortfall,
        ..RATE
    },
    Metric {
        id: "predicted_positive_share",
        title: "Share of the predicted positives",
        kind: MetricKind::AgainstGroups,
        direction: Direction::Neutral,
        formula: "(TP + FP) of the group / (TP + FP) of all rows",
        denominator: "all rows predicted positive",
        undefined_when: "no row is predicted positive; there is none for overall",
        reference: "aequitas ppr",
        compute: Compute::ShareOfAll { part: &[TP, FP], empty: Reason::NoPredictedPositives },
        ..RATE
    },
    Metric {
        id: "bpsn_auc",
        title: "Background positive, subgroup negative AUC",
        kind: MetricKind::AgainstGroups,
        needs_scores: true,
        formula: "P(s of a positive outside of the group > s of a negative of the group) + 1/2 P(they are equal)",
        denominator: "the smaller of the positives outside of the group and the group's negatives",
        undefined_when: "one of the two has no rows, or the model gives no scores; there is none for overall",
        interval: "DeLong, as a score interval with Student's quantile; where a class has few rows, with Newcombe's variance beside it",
        reference: "Borkan et al. (2019); sklearn.metrics.roc_auc_score on these rows",
        compute: Compute::Background(Background::Positive),
        ..RATE
    },
    Metric {
        id: "bnsp_auc",
        title: "Background negative, subgroup positive AUC",
        kind: MetricKind::AgainstGroups,
        needs_scores: true,
        formula: "P(s of a positive of the group > s of a negative outside of the group) + 1/2 P(they are equal)",
        denominator: "the smaller of the group's positives and the negatives outside of the group",
        undefined_when: "one of the two has no rows, or the model gives no scores; there is none for overall",
        interval: "DeLong, as a score interval with Student's quantile; where a class has few rows, with Newcombe's variance beside it",
        reference: "Borkan et al. (2019); sklearn.metrics.roc_auc_score on these rows",
        compute: Compute::Background(Background::Negative),
        ..RATE
    },
];

/// Comparisons between groups that have a name of their own.
pub(super) const FIRST: &[Metric] = &[
    Metric {
        id: "demographic_parity_difference",
        title: "Demographic parity difference",
        formula: "largest minus smallest selection rate",
        reference: "fairlearn.metrics.demographic_parity_difference",
        default: true,
        compute: Compute::Gap(Gap::Of(Rate::SELECTION, Spread::Difference)),
        ..GAP
    },
    Metric {
        id: "demographic_parity_ratio",
        title: "Demographic parity ratio",
        direction: Direction::HigherIsBetter,
        formula: "smallest / largest selection rate",
        undefined_when: "fewer than two groups, or no group has a selected row",
        reference: "fairlearn.metrics.demographic_parity_ratio",
        default: true,
        compute: Compute::Gap(Gap::Of(Rate::SELECTION, Spread::Ratio)),
        ..GAP
    },
    Metric {
        id: "equal_opportunity_difference",
        title: "Equal opportunity difference",
        formula: "largest minus smallest true positive rate",
        reference: "fairlearn.metrics.equal_opportunity_difference",
        default: true,
        compute: Compute::Gap(Gap::Of(Rate::TRUE_POSITIVE, Spread::Difference)),
        ..GAP
    },
    Metric {
        id: "equalized_odds_difference",
        title: "Equalized odds difference",
        formula: "the larger of the gaps in true positive rate and in false positive rate",
        reference: "fairlearn.metrics.equalized_odds_difference",
        default: true,
        compute: Compute::Gap(Gap::Worse(ODDS, Spread::Difference)),
        ..GAP
    },
    Metric {
        id: "demographic_parity_difference_to_overall",
        title: "Demographic parity difference to overall",
        formula: "largest distance of a group's selection rate from that of all compared groups together",
        reference: "fairlearn.metrics.demographic_parity_difference with method=\"to_overall\"",
        compute: Compute::Gap(Gap::Of(Rate::SELECTION, Spread::DifferenceToOverall)),
        ..GAP
    },
    Metric {
        id: "demographic_parity_ratio_to_overall",
        title: "Demographic parity ratio to overall",
        direction: Direction::HigherIsBetter,
        formula: "smallest ratio of a group's selection rate and that of all compared groups together, the smaller over the larger",
        undefined_when: "fewer than two groups, or no group has a selected row",
        reference: "fairlearn.metrics.demographic_parity_ratio with method=\"to_overall\"",
        compute: Compute::Gap(Gap::Of(Rate::SELECTION, Spread::RatioToOverall)),
        ..GAP
    },
    Metric {
        id: "equal_opportunity_difference_to_overall",
        title: "Equal opportunity difference to overall",
        formula: "largest distance of a group's true positive rate from that of all compared groups together",
        reference: "fairlearn.metrics.equal_opportunity_difference with method=\"to_overall\"",
        compute: Compute::Gap(Gap::Of(Rate::TRUE_POSITIVE, Spread::DifferenceToOverall)),
        ..GAP
    },
    Metric {
        id: "equal_opportunity_ratio",
        title: "Equal opportunity ratio",
        direction: Direction::HigherIsBetter,
        formula: "smallest / largest true positive rate",
        undefined_when: "fewer than two groups have the rate, or all their rates are zero",
        reference: "fairlearn.metrics.equal_opportunity_ratio",
        compute: Compute::Gap(Gap::Of(Rate::TRUE_POSITIVE, Spread::Ratio)),
        ..GAP
    },
    Metric {
        id: "equalized_odds_difference_to_overall",
        title: "Equalized odds difference to overall",
        formula: "the larger of the distances of a group's true positive rate and false positive rate from those of all compared groups together",
        reference: "fairlearn.metrics.equalized_odds_difference with method=\"to_overall\"",
        compute: Compute::Gap(Gap::Worse(ODDS, Spread::DifferenceToOverall)),
        ..GAP
    },
    Metric {
        id: "equalized_odds_ratio",
        title: "Equalized odds ratio",
        direction: Direction::HigherIsBetter,
        formula: "the smaller of the ratios of true positive rates and of false positive rates",
        undefined_when: "fewer than two groups have the rate, or all their rates are zero",
        reference: "fairlearn.metrics.equalized_odds_ratio",
        compute: Compute::Gap(Gap::Worse(ODDS, Spread::Ratio)),
        ..GAP
    },
    Metric {
        id: "average_absolute_odds_difference",
        title: "Average absolute odds difference",
        formula: "mean of the gaps in true positive rate and in false positive rate",
        reference: "fairlearn.metrics.equalized_odds_difference with agg=\"mean\"; aif360 average_odds_error for two groups",
        compute: Compute::Gap(Gap::Mean(ODDS, Spread::Difference)),
        ..GAP
    },
    Metric {
        id: "average_predictive_value_difference",
        title: "Average predictive value difference",
        formula: "mean of the gaps in precision and in false omission rate",
        reference: "aif360 average_predictive_value_difference, with absolute gaps",
        compute: Compute::Gap(Gap::Mean([Rate::PRECISION, Rate::FALSE_OMISSION], Spread::Difference)),
        ..GAP
    },
    Metric {
        id: "predictive_parity_difference",
        title: "Predictive parity difference",
        formula: "largest minus smallest precision",
        reference: "fairlearn.metrics.MetricFrame of precision_score, difference",
        compute: Compute::Gap(Gap::Of(Rate::PRECISION, Spread::Difference)),
        ..GAP
    },
    Metric {
        id: "differential_fairness",
        title: "Empirical differential fairness",
        highest: f64::INFINITY,
        formula: "largest ln(p / q) of two groups' probabilities of being selected, or of being rejected, each smoothed as (rows + 1/2) / (n + 1)",
        undefined_when: "fewer than two groups",
        reference: "aif360.sklearn.metrics.smoothed_edf",
        compute: Compute::Gap(Gap::DifferentialFairness),
        ..GAP
    },
    Metric {
        id: "differential_fairness_amplification",
        title: "Bias amplification of differential fairness",
        lowest: f64::NEG_INFINITY,
        highest: f64::INFINITY,
        formula: "differential_fairness of predictions minus that of labels",
        undefined_when: "fewer than two groups",
        reference: "aif360 differential_fairness_bias_amplification",
        compute: Compute::Gap(Gap::DifferentialFairnessAmplification),
        ..GAP
    },
    Metric {
        id: "between_group_generalized_entropy",
        title: "Between-group generalized entropy",
        highest: f64::INFINITY,
        formula: "generalized entropy index with each row's benefit replaced by the mean of its group",
        undefined_when: "fewer than two groups, or every row is a false negative",
        reference: "aif360.sklearn.metrics.between_group_generalized_entropy_error",
        compute: Compute::Gap(Gap::BetweenGroupEntropy),
        ..GAP
    },
];

/// The gap and the ratio of a rate.
macro_rules! gap_and_ratio {
    ($id:literal, $rate:literal, $of:expr, $reference:literal $(, $measure:expr)?) => {
        [
            Metric {
                id: concat!($id, "_difference"),
                title: concat!("Difference of ", $rate),
                formula: concat!("largest minus smallest ", $rate),
                reference: concat!($reference, ", difference"),
                compute: Compute::Gap(Gap::Of($of, Spread::Difference)),
                $(on_task: OnTask::ClassGap(&TaskGap::Of($measure, Spread::Difference)),)?
                ..GAP
            },
            Metric {
                id: concat!($id, "_ratio"),
                title: concat!("Ratio of ", $rate),
                direction: Direction::HigherIsBetter,
                formula: concat!("smallest / largest ", $rate),
                undefined_when: "fewer than two groups have the rate, or all their rates are zero",
                reference: concat!($reference, ", ratio"),
                compute: Compute::Gap(Gap::Of($of, Spread::Ratio)),
                $(on_task: OnTask::ClassGap(&TaskGap::Of($measure, Spread::Ratio)),)?
                ..GAP
            },
        ]
    };
}

/// The smallest and the largest rate of a group.
macro_rules! ends {
    ($id:literal, $rate:literal, $of:expr, $direction:ident, $reference:literal $(, $measure:expr)?) => {
        [
            Metric {
                id: concat!($id, "_group_min"),
                title: concat!("Smallest ", $rate, " of a group"),
                direction: Direction::$direction,
                formula: concat!("smallest ", $rate),
                reference: concat!($reference, ", group_min"),
                compute: Compute::Gap(Gap::Of($of, Spread::Smallest)),
                $(on_task: OnTask::ClassGap(&TaskGap::Of($measure, Spread::Smallest)),)?
                ..GAP
            },
            Metric {
                id: concat!($id, "_group_max"),
                title: concat!("Largest ", $rate, " of a group"),
                direction: Direction::$direction,
                formula: concat!("largest ", $rate),
                reference: concat!($reference, ", group_max"),
                compute: Compute::Gap(Gap::Of($of, Spread::Largest)),
                $(on_task: OnTask::ClassGap(&TaskGap::Of($measure, Spread::Largest)),)?
                ..GAP
            },
        ]
    };
}

/// Every rate with its gap and ratio; those that fairlearn generates with their ends as well.
pub(super) const FAMILIES: &[Metric] = &super::joined::<{ 2 * PAIRS.len() }>(PAIRS);

/// The families, two rows each.
const PAIRS: &[&[Metric]] = &[
    &gap_and_ratio!(
        "accuracy",
        "accuracy",
        Rate::ACCURACY,
        "fairlearn.metrics.MetricFrame of accuracy_score",
        &by_class::ACCURACY
    ),
    &ends!(
        "accuracy",
        "accuracy",
        Rate::ACCURACY,
        HigherIsBetter,
        "fairlearn.metrics.MetricFrame of accuracy_score",
        &by_class::ACCURACY
    ),
    &gap_and_ratio!("selection_rate", "selection rate", Rate::SELECTION, "fairlearn.metrics.MetricFrame of selection_rate"),
    &ends!("selection_rate", "selection rate", Rate::SELECTION, Neutral, "fairlearn.metrics.MetricFrame of selection_rate"),
    &gap_and_ratio!(
        "true_positive_rate",
        "true positive rate",
        Rate::TRUE_POSITIVE,
        "fairlearn.metrics.MetricFrame of true_positive_rate"
    ),
    &ends!(
        "true_positive_rate",
        "true positive rate",
        Rate::TRUE_POSITIVE,
        HigherIsBetter,
        "fairlearn.metrics.MetricFrame of true_positive_rate"
    ),
    &gap_and_ratio!(
        "false_positive_rate",
        "false positive rate",
        Rate::FALSE_POSITIVE,
        "fairlearn.metrics.MetricFrame of false_positive_rate"
    ),
    &ends!(
        "false_positive_rate",
        "false positive rate",
        Rate::FALSE_POSITIVE,
        LowerIsBetter,
        "fairlearn.metrics.MetricFrame of false_positive_rate"
    ),
    &gap_and_ratio!(
        "false_negative_rate",
        "false negative rate",
        Rate::FALSE_NEGATIVE,
        "fairlearn.metrics.MetricFrame of false_negative_rate"
    ),
    &ends!(
        "false_negative_rate",
        "false negative rate",
        Rate::FALSE_NEGATIVE,
        LowerIsBetter,
        "fairlearn.metrics.MetricFrame of false_negative_rate"
    ),
    &gap_and_ratio!("precision", "precision", Rate::PRECISION, "fairlearn.metrics.MetricFrame of precision_score"),
    &ends!("precision", "precision", Rate::PRECISION, HigherIsBetter, "fairlearn.metrics.MetricFrame of precision_score"),
    &gap_and_ratio!(
        "error_rate",
        "error rate",
        Rate::ERROR,
        "fairlearn.metrics.MetricFrame of zero_one_loss",
        &by_class::ERROR_RATE
    ),
    &gap_and_ratio!(
        "true_negative_rate",
        "true negative rate",
        Rate::TRUE_NEGATIVE,
        "fairlearn.metrics.MetricFrame of true_negative_rate"
    ),
    &gap_and_ratio!(
        "false_discovery_rate",
        "false discovery rate",
        Rate::FALSE_DISCOVERY,
        "fairlearn.metrics.MetricFrame of 1 - precision_score"
    ),
    &gap_and_ratio!(
        "negative_predictive_value",
        "negative predictive value",
        Rate::NEGATIVE_PREDICTIVE,
        "fairlearn.metrics.MetricFrame of precision_score of the negative class"
    ),
    &gap_and_ratio!(
        "false_omission_rate",
        "false omission rate",
        Rate::FALSE_OMISSION,
        "fairlearn.metrics.MetricFrame of 1 - precision_score of the negative class"
    ),
];
