//! Metrics of the confusion counts of one slice.

use super::{COMPOSITE, Compute, Direction, Metric, RATE, Reason};
use crate::confusion::{Confusion, FN, FP, TN, TP};
use crate::tasks::{OnTask, by_class, by_label};

/// The rows of the catalogue.
pub(super) const ROWS: &[Metric] = &[
    Metric {
        id: "count",
        title: "Rows",
        highest: f64::INFINITY,
        direction: Direction::Neutral,
        formula: "n; of a ranking the queries",
        undefined_when: "never",
        interval: "none: a count is not an estimate",
        reference: "fairlearn.metrics.count",
        default: true,
        compute: Compute::Rows,
        default_for_task: true,
        ..RATE
    },
    Metric {
        id: "accuracy",
        title: "Accuracy",
        formula: "(TP + TN) / n",
        reference: "sklearn.metrics.accuracy_score",
        default: true,
        compute: Compute::Proportion { part: &[TP, TN], whole: &[TP, FP, FN, TN], empty: Reason::NoRows },
        default_for_task: true,
        on_task: OnTask::Classes(&by_class::ACCURACY),
        ..RATE
    },
    Metric {
        id: "balanced_accuracy",
        title: "Balanced accuracy",
        formula: "(TP / P + TN / N) / 2",
        denominator: "the smaller of positives and negatives",
        undefined_when: "one class has no rows",
        interval: "quantiles of the counts that the observed ones leave plausible (mid-p)",
        reference: "sklearn.metrics.balanced_accuracy_score",
        default: true,
        compute: Compute::Composite { value: Confusion::balanced_accuracy, support: |c| c.positives().min(c.negatives()) },
        default_for_task: true,
        on_task: OnTask::Classes(&by_class::BALANCED),
        ..RATE
    },
    Metric {
        id: "precision",
        title: "Precision",
        formula: "TP / (TP + FP)",
        denominator: "rows predicted positive",
        undefined_when: "no row is predicted positive",
        reference: "sklearn.metrics.precision_score",
        default: true,
        compute: Compute::Proportion { part: &[TP], whole: &[TP, FP], empty: Reason::NoPredictedPositives },
        ..RATE
    },
    Metric {
        id: "recall",
        title: "Recall",
        formula: "TP / P",
        denominator: "rows with a positive label",
        undefined_when: "no row has a positive label",
        reference: "sklearn.metrics.recall_score",
        default: true,
        compute: Compute::Proportion { part: &[TP], whole: &[TP, FN], empty: Reason::NoPositives },
        ..RATE
    },
    Metric {
        id: "f1",
        title: "F1",
        formula: "2 TP / (2 TP + FP + FN)",
        denominator: "rows with a positive label or prediction",
        undefined_when: "no row has a positive label or prediction",
        interval: "quantiles of the counts that the observed ones leave plausible (mid-p)",
        reference: "sklearn.metrics.f1_score",
        default: true,
        compute: Compute::Composite { value: Confusion::f1, support: |c| c.tp + c.fp + c.fn_ },
        ..RATE
    },
    Metric {
        id: "selection_rate",
        title: "Selection rate",
        direction: Direction::Neutral,
        formula: "(TP + FP) / n",
        reference: "fairlearn.metrics.selection_rate",
        default: true,
        compute: Compute::Proportion { part: &[TP, FP], whole: &[TP, FP, FN, TN], empty: Reason::NoRows },
        ..RATE
    },
    Metric {
        id: "true_positive_rate",
        title: "True positive rate",
        formula: "TP / P",
        denominator: "rows with a positive label",
        undefined_when: "no row has a positive label",
        reference: "fairlearn.metrics.true_positive_rate",
        default: true,
        compute: Compute::Proportion { part: &[TP], whole: &[TP, FN], empty: Reason::NoPositives },
        ..RATE
    },
    Metric {
        id: "false_positive_rate",
        title: "False positive rate",
        direction: Direction::LowerIsBetter,
        formula: "FP / N",
        denominator: "rows with a negative label",
        undefined_when: "no row has a negative label",
        reference: "fairlearn.metrics.false_positive_rate",
        default: true,
        compute: Compute::Proportion { part: &[FP], whole: &[FP, TN], empty: Reason::NoNegatives },
        ..RATE
    },
    Metric {
        id: "false_negative_rate",
        title: "False negative rate",
        direction: Direction::LowerIsBetter,
        formula: "FN / P",
        denominator: "rows with a positive label",
        undefined_when: "no row has a positive label",
        reference: "fairlearn.metrics.false_negative_rate",
        default: true,
        compute: Compute::Proportion { part: &[FN], whole: &[TP, FN], empty: Reason::NoPositives },
        ..RATE
    },
    Metric {
        id: "true_negative_rate",
        title: "True negative rate",
        formula: "TN / N",
        denominator: "rows with a negative label",
        undefined_when: "no row has a negative label",
        reference: "fairlearn.metrics.true_negative_rate",
        compute: Compute::Proportion { part: &[TN], whole: &[FP, TN], empty: Reason::NoNegatives },
        ..RATE
    },
    Metric {
        id: "negative_predictive_value",
        title: "Negative predictive value",
        formula: "TN / (TN + FN)",
        denominator: "rows predicted negative",
        undefined_when: "no row is predicted negative",
        reference: "sklearn.metrics.precision_score of the negative class; aequitas npv",
        compute: Compute::Proportion { part: &[TN], whole: &[FN, TN], empty: Reason::NoPredictedNegatives },
        ..RATE
    },
    Metric {
        id: "false_discovery_rate",
        title: "False discovery rate",
        direction: Direction::LowerIsBetter,
        formula: "FP / (TP + FP)",
        denominator: "rows predicted positive",
        undefined_when: "no row is predicted positive",
        reference: "aequitas fdr",
        compute: Compute::Proportion { part: &[FP], whole: &[TP, FP], empty: Reason::NoPredictedPositives },
        ..RATE
    },
    Metric {
        id: "false_omission_rate",
        title: "False omission rate",
        direction: Direction::LowerIsBetter,
        formula: "FN / (TN + FN)",
        denominator: "rows predicted negative",
        undefined_when: "no row is predicted negative",
        reference: "aequitas for",
        compute: Compute::Proportion { part: &[FN], whole: &[FN, TN], empty: Reason::NoPredictedNegatives },
        ..RATE
    },
    Metric {
        id: "error_rate",
        title: "Error rate",
        direction: Direction::LowerIsBetter,
        formula: "(FP + FN) / n",
        reference: "sklearn.metrics.zero_one_loss",
        compute: Compute::Proportion { part: &[FP, FN], whole: &[TP, FP, FN, TN], empty: Reason::NoRows },
        on_task: OnTask::Classes(&by_class::ERROR_RATE),
        ..RATE
    },
    Metric {
        id: "prevalence",
        title: "Prevalence",
        direction: Direction::Neutral,
        formula: "P / n",
        reference: "aif360 base_rate; aequitas prev",
        compute: Compute::Proportion { part: &[TP, FN], whole: &[TP, FP, FN, TN], empty: Reason::NoRows },
        ..RATE
    },
    Metric {
        id: "jaccard",
        title: "Jaccard index",
        formula: "TP / (TP + FP + FN)",
        denominator: "rows with a positive label or prediction",
        undefined_when: "no row has a positive label or prediction",
        reference: "sklearn.metrics.jaccard_score",
        compute: Compute::Proportion { part: &[TP], whole: &[TP, FP, FN], empty: Reason::NoPositives },
        ..RATE
    },
    Metric {
        id: "f2",
        title: "F2",
        formula: "5 TP / (5 TP + 4 FN + FP)",
        denominator: "rows with a positive label or prediction",
        undefined_when: "no row has a positive label or prediction",
        reference: "sklearn.metrics.fbeta_score with beta=2",
        compute: Compute::Composite { value: Confusion::f2, support: |c| c.tp + c.fp + c.fn_ },
        ..COMPOSITE
    },
    Metric {
        id: "f0_5",
        title: "F0.5",
        formula: "1.25 TP / (1.25 TP + 0.25 FN + FP)",
        denominator: "rows with a positive label or prediction",
        undefined_when: "no row has a positive label or prediction",
        reference: "sklearn.metrics.fbeta_score with beta=0.5",
        compute: Compute::Composite { value: Confusion::f_half, support: |c| c.tp + c.fp + c.fn_ },
        ..COMPOSITE
    },
    Metric {
        id: "f1_macro",
        title: "Macro F1",
        formula: "mean of the F1 of the classes, or of the labels of sets",
        denominator: "the smaller of positives and negatives",
        undefined_when: "one class is neither a label nor a prediction",
        reference: "sklearn.metrics.f1_score with average=\"macro\"",
        compute: Compute::Composite { value: Confusion::f1_macro, support: |c| c.positives().min(c.negatives()) },
        default_for_task: true,
        on_task: OnTask::ClassesOrSets(&by_class::F1_MACRO, &by_label::F1_MACRO),
        ..COMPOSITE
    },
    Metric {
        id: "f1_micro",
        title: "Micro F1",
        formula: "(TP + TN) / n, as accuracy; of sets of labels 2 hits / (labels + predicted labels), of all rows and labels together",
        reference: "sklearn.metrics.f1_score with average=\"micro\"",
        compute: Compute::Proportion { part: &[TP, TN], whole: &[TP, FP, FN, TN], empty: Reason::NoRows },
        on_task: OnTask::ClassesOrSets(&by_class::ACCURACY, &by_label::F1_MICRO),
        ..RATE
    },
    Metric {
        id: "f1_weighted",
        title: "Weighted F1",
        formula: "mean of the F1 of the classes, or of the labels of sets, weighted by their rows",
        reference: "sklearn.metrics.f1_score with average=\"weighted\"",
        compute: Compute::Composite { value: Confusion::f1_weighted, support: Confusion::total },
        on_task: OnTask::ClassesOrSets(&by_class::F1_WEIGHTED, &by_label::F1_WEIGHTED),
        ..COMPOSITE
    },
    Metric {
        id: "precision_macro",
        title: "Macro precision",
        formula: "(TP / (TP + FP) + TN / (TN + FN)) / 2; of more classes, or of the labels of sets, the mean of their precisions",
        denominator: "the smaller of rows predicted positive and predicted negative",
        undefined_when: "one class is never predicted",
        reference: "sklearn.metrics.precision_score with average=\"macro\"",
        compute: Compute::Composite {
            value: Confusion::precision_macro,
            support: |c| c.predicted_positives().min(c.predicted_negatives()),
        },
        on_task: OnTask::ClassesOrSets(&by_class::PRECISION_MACRO, &by_label::PRECISION_MACRO),
        ..COMPOSITE
    },
    Metric {
        id: "precision_micro",
        title: "Micro precision",
        formula: "(TP + TN) / n, as accuracy; of sets of labels hits / predicted labels, of all rows and labels together",
        reference: "sklearn.metrics.precision_score with average=\"micro\"",
        compute: Compute::Proportion { part: &[TP, TN], whole: &[TP, FP, FN, TN], empty: Reason::NoRows },
        on_task: OnTask::ClassesOrSets(&by_class::ACCURACY, &by_label::PRECISION_MICRO),
        ..RATE
    },
    Metric {
        id: "precision_weighted",
        title: "Weighted precision",
        formula: "mean of the precision of the classes, or of the labels of sets, weighted by their rows",
        undefined_when: "a class with rows is never predicted",
        reference: "sklearn.metrics.precision_score with average=\"weighted\"",
        compute: Compute::Composite { value: Confusion::precision_weighted, support: Confusion::total },
        on_task: OnTask::ClassesOrSets(&by_class::PRECISION_WEIGHTED, &by_label::PRECISION_WEIGHTED),
        ..COMPOSITE
    },
    Metric {
        id: "recall_macro",
        title: "Macro recall",
        formula: "(TP / P + TN / N) / 2, as balanced accuracy; of more classes, or of the labels of sets, the mean of their recalls",
        denominator: "the smaller of positives and negatives",
        undefined_when: "one class has no rows",
        reference: "sklearn.metrics.recall_score with average=\"macro\"",
        compute: Compute::Composite { value: Confusion::balanced_accuracy, support: |c| c.positives().min(c.negatives()) },
        on_task: OnTask::ClassesOrSets(&by_class::RECALL_MACRO, &by_label::RECALL_MACRO),
        ..COMPOSITE
    },
    Metric {
        id: "recall_micro",
        title: "Micro recall",
        formula: "(TP + TN) / n, as accuracy; of sets of labels hits / labels, of all rows and labels together",
        reference: "sklearn.metrics.recall_score with average=\"micro\"",
        compute: Compute::Proportion { part: &[TP, TN], whole: &[TP, FP, FN, TN], empty: Reason::NoRows },
        on_task: OnTask::ClassesOrSets(&by_class::ACCURACY, &by_label::RECALL_MICRO),
        ..RATE
    },
    Metric {
        id: "recall_weighted",
        title: "Weighted recall",
        formula: "(TP + TN) / n, as accuracy; of sets of labels hits / labels, of all rows and labels together",
        reference: "sklearn.metrics.recall_score with average=\"weighted\"",
        compute: Compute::Proportion { part: &[TP, TN], whole: &[TP, FP, FN, TN], empty: Reason::NoRows },
        on_task: OnTask::ClassesOrSets(&by_class::RECALL_WEIGHTED, &by_label::RECALL_WEIGHTED),
        ..RATE
    },
    Metric {
        id: "matthews_corrcoef",
        title: "Matthews correlation coefficient",
        lowest: -1.0,
        formula: "(TP TN - FP FN) / sqrt((TP + FP) (TN + FN) P N)",
        denominator: "the smaller of positives and negatives",
        undefined_when: "all labels or all predictions are of one class",
        reference: "sklearn.metrics.matthews_corrcoef, which is 0 where this is undefined",
        compute: Compute::Composite { value: Confusion::matthews_corrcoef, support: |c| c.positives().min(c.negatives()) },
        on_task: OnTask::Classes(&by_class::MATTHEWS),
        ..COMPOSITE
    },
    Metric {
        id: "cohen_kappa",
        title: "Cohen's kappa",
        lowest: -1.0,
        formula: "2 (TP TN - FP FN) / (P (TN + FN) + N (TP + FP))",
        undefined_when: "all labels and predictions are of the same class",
        reference: "sklearn.metrics.cohen_kappa_score",
        compute: Compute::Composite { value: Confusion::cohen_kappa, support: Confusion::total },
        on_task: OnTask::Classes(&by_class::KAPPA),
        ..COMPOSITE
    },
    Metric {
        id: "informedness",
        title: "Informedness (Youden's J)",
        lowest: -1.0,
        formula: "TP / P + TN / N - 1",
        denominator: "the smaller of positives and negatives",
        undefined_when: "one class has no rows",
        reference: "sklearn.metrics.balanced_accuracy_score with adjusted=True",
        compute: Compute::Composite { value: Confusion::informedness, support: |c| c.positives().min(c.negatives()) },
        ..COMPOSITE
    },
    Metric {
        id: "markedness",
        title: "Markedness",
        lowest: -1.0,
        formula: "TP / (TP + FP) + TN / (TN + FN) - 1",
        denominator: "the smaller of rows predicted positive and predicted negative",
        undefined_when: "one class is never predicted",
        reference: "sklearn.metrics.precision_score of both classes, summed, minus one",
        compute: Compute::Composite {
            value: Confusion::markedness,
            support: |c| c.predicted_positives().min(c.predicted_negatives()),
        },
        ..COMPOSITE
    },
    Metric {
        id: "positive_likelihood_ratio",
        title: "Positive likelihood ratio",
        highest: f64::INFINITY,
        formula: "(TP / P) / (FP / N)",
        denominator: "the smaller of positives and negatives",
        undefined_when: "one class has no rows, or no row is a false positive",
        reference: "sklearn.metrics.class_likelihood_ratios",
        compute: Compute::Composite {
            value: Confusion::positive_likelihood_ratio,
            support: |c| c.positives().min(c.negatives()),
        },
        ..COMPOSITE
    },
    Metric {
        id: "negative_likelihood_ratio",
        title: "Negative likelihood ratio",
        highest: f64::INFINITY,
        direction: Direction::LowerIsBetter,
        formula: "(FN / P) / (TN / N)",
        denominator: "the smaller of positives and negatives",
        undefined_when: "one class has no rows, or no row is a true negative",
        reference: "sklearn.metrics.class_likelihood_ratios",
        compute: Compute::Composite {
            value: Confusion::negative_likelihood_ratio,
            support: |c| c.positives().min(c.negatives()),
        },
        ..COMPOSITE
    },
    Metric {
        id: "diagnostic_odds_ratio",
        title: "Diagnostic odds ratio",
        highest: f64::INFINITY,
        formula: "TP TN / (FP FN)",
        denominator: "the smaller of positives and negatives",
        undefined_when: "no row is a false positive, or none a false negative",
        reference: "the ratio of sklearn.metrics.class_likelihood_ratios",
        compute: Compute::Composite { value: Confusion::diagnostic_odds_ratio, support: |c| c.positives().min(c.negatives()) },
        ..COMPOSITE
    },
    Metric {
        id: "treatment_equality",
        title: "Treatment equality ratio",
        highest: f64::INFINITY,
        direction: Direction::Neutral,
        formula: "FN / FP",
        denominator: "wrongly predicted rows",
        undefined_when: "no row is a false positive",
        reference: "smclarify posttraining TE, the ratio of one group",
        compute: Compute::Composite { value: Confusion::treatment_equality, support: |c| c.fp + c.fn_ },
        ..COMPOSITE
    },
    Metric {
        id: "generalized_entropy_index",
        title: "Generalized entropy index",
        highest: f64::INFINITY,
        direction: Direction::LowerIsBetter,
        formula: "mean of ((b / mean b)^2 - 1) / 2, b = 1 + prediction - label",
        undefined_when: "every row is a false negative",
        reference: "aif360.sklearn.metrics.generalized_entropy_error with alpha=2",
        compute: Compute::Composite { value: Confusion::generalized_entropy_index, support: Confusion::total },
        ..COMPOSITE
    },
    Metric {
        id: "theil_index",
        title: "Theil index",
        highest: f64::INFINITY,
        direction: Direction::LowerIsBetter,
        formula: "mean of r ln r, r = b / mean b, b = 1 + prediction - label",
        undefined_when: "every row is a false negative",
        reference: "aif360.sklearn.metrics.theil_index",
        compute: Compute::Composite { value: Confusion::theil_index, support: Confusion::total },
        ..COMPOSITE
    },
    Metric {
        id: "mean_log_deviation",
        title: "Mean logarithmic deviation",
        highest: f64::INFINITY,
        direction: Direction::LowerIsBetter,
        formula: "mean of -ln r, r = b / mean b, b = 1 + prediction - label: the generalized entropy index with alpha = 0",
        undefined_when: "a row is a false negative",
        reference: "Speicher et al. (2018), written out in xtask/oracle/oracle.py; aif360's alpha=0 is another number",
        compute: Compute::Composite { value: Confusion::mean_log_deviation, support: Confusion::total },
        ..COMPOSITE
    },
    Metric {
        id: "coefficient_of_variation",
        title: "Coefficient of variation of the benefit",
        highest: f64::INFINITY,
        direction: Direction::LowerIsBetter,
        formula: "standard deviation of b / mean b, b = 1 + prediction - label",
        undefined_when: "every row is a false negative",
        reference: "aif360.sklearn.metrics.coefficient_of_variation",
        compute: Compute::Composite { value: Confusion::coefficient_of_variation, support: Confusion::total },
        ..COMPOSITE
    },
];
