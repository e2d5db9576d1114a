//! Metrics of several classes that two classes do not have.

use super::{Compute, Direction, Metric, MetricKind, RATE};
use crate::groups::Spread;
use crate::tasks::{
    OnTask, TaskGap, TaskSums, area_ovo, area_ovo_weighted, area_ovr, area_ovr_weighted, by_class, by_label, rates_of_classes,
    rates_of_labels,
};

/// A number of several classes, with an interval from replicates.
const OF_CLASSES: Metric = Metric {
    denominator: "the rows of the smallest class that has any",
    interval: "replicates, normal",
    compute: Compute::Never,
    ..RATE
};

const AREA: Metric = Metric {
    needs_scores: true,
    denominator: "the smallest class of a comparison",
    undefined_when: "a class has no rows, the model gives no probabilities, or the slice is cut by two columns (their scores are not kept)",
    interval: "DeLong, logit scale, with the mean of the single areas' errors, which is the most that it can be",
    ..OF_CLASSES
};

const GAP: Metric = Metric {
    kind: MetricKind::AcrossGroups,
    direction: Direction::LowerIsBetter,
    denominator: "the rows of the smallest group that is compared; smaller ones than `min_support` are left out and named",
    undefined_when: "fewer than two groups have the rate",
    interval: "replicates, basic",
    compute: Compute::Never,
    ..RATE
};

/// The rows of the catalogue.
pub(super) const ROWS: &[Metric] = &[
    Metric {
        id: "balanced_accuracy_adjusted",
        title: "Balanced accuracy beyond chance",
        lowest: -1.0,
        formula: "(balanced accuracy - 1 / K) / (1 - 1 / K), K the classes that have rows",
        undefined_when: "fewer than two classes have rows",
        reference: "sklearn.metrics.balanced_accuracy_score with adjusted=True",
        on_task: OnTask::Classes(&by_class::BALANCED_ADJUSTED),
        ..OF_CLASSES
    },
    Metric {
        id: "recall_class_min",
        title: "Smallest recall of a class",
        formula: "smallest share of a class's rows, or of the rows that have a label, that are predicted as it",
        undefined_when: "a predicted class has no rows",
        reference: "min of sklearn.metrics.recall_score with average=None",
        default_for_task: true,
        on_task: OnTask::ClassesOrSets(&by_class::RECALL_MIN, &by_label::RECALL_MIN),
        ..OF_CLASSES
    },
    Metric {
        id: "precision_class_min",
        title: "Smallest precision of a class",
        formula: "smallest share of the rows predicted as a class that are of it",
        denominator: "the rows of the class that is predicted least",
        undefined_when: "a class that has rows is never predicted",
        reference: "min of sklearn.metrics.precision_score with average=None",
        on_task: OnTask::ClassesOrSets(&by_class::PRECISION_MIN, &by_label::PRECISION_MIN),
        ..OF_CLASSES
    },
    Metric {
        id: "f1_class_min",
        title: "Smallest F1 of a class",
        formula: "smallest 2 hits / (rows of the class + rows predicted as it)",
        undefined_when: "the slice has no rows",
        reference: "min of sklearn.metrics.f1_score with average=None",
        on_task: OnTask::ClassesOrSets(&by_class::F1_MIN, &by_label::F1_MIN),
        ..OF_CLASSES
    },
    Metric {
        id: "cohen_kappa_linear",
        title: "Cohen's kappa, linear weights",
        lowest: -1.0,
        formula: "1 - mean distance of the places of label and prediction / its expectation by chance; classes in the order of `data.classes`, else sorted",
        denominator: "all rows",
        undefined_when: "labels and predictions are of one and the same class",
        reference: "sklearn.metrics.cohen_kappa_score with weights=\"linear\"",
        on_task: OnTask::Classes(&by_class::KAPPA_LINEAR),
        ..OF_CLASSES
    },
    Metric {
        id: "cohen_kappa_quadratic",
        title: "Cohen's kappa, quadratic weights",
        lowest: -1.0,
        formula: "1 - mean squared distance of the places of label and prediction / its expectation by chance; classes in the order of `data.classes`, else sorted",
        denominator: "all rows",
        undefined_when: "labels and predictions are of one and the same class",
        reference: "sklearn.metrics.cohen_kappa_score with weights=\"quadratic\"",
        on_task: OnTask::Classes(&by_class::KAPPA_QUADRATIC),
        ..OF_CLASSES
    },
    Metric {
        id: "roc_auc_ovr",
        title: "Area under the ROC curve, one class against the rest",
        formula: "mean over classes of P(the class's probability is higher for one of its rows than for another row) + 1/2 P(equal)",
        reference: "sklearn.metrics.roc_auc_score with multi_class=\"ovr\"",
        default_for_task: true,
        on_task: OnTask::ClassScores(area_ovr),
        ..AREA
    },
    Metric {
        id: "roc_auc_ovr_weighted",
        title: "Area under the ROC curve, one class against the rest, weighted",
        formula: "the same, weighted by the classes' rows; a class without rows has no weight",
        reference: "sklearn.metrics.roc_auc_score with multi_class=\"ovr\", average=\"weighted\"",
        on_task: OnTask::ClassScores(area_ovr_weighted),
        ..AREA
    },
    Metric {
        id: "roc_auc_ovo",
        title: "Area under the ROC curve, one class against one",
        formula: "mean over ordered pairs of classes of the area of one against the other (Hand and Till 2001)",
        reference: "sklearn.metrics.roc_auc_score with multi_class=\"ovo\"",
        on_task: OnTask::ClassScores(area_ovo),
        ..AREA
    },
    Metric {
        id: "roc_auc_ovo_weighted",
        title: "Area under the ROC curve, one class against one, weighted",
        formula: "the same, weighted by the pairs' rows",
        reference: "sklearn.metrics.roc_auc_score with multi_class=\"ovo\", average=\"weighted\"",
        on_task: OnTask::ClassScores(area_ovo_weighted),
        ..AREA
    },
    Metric {
        id: "class_selection_rate_difference",
        title: "Largest difference in the share of a predicted class",
        formula: "over classes, the largest difference between groups in the share of rows that are predicted as the class",
        reference: "fairlearn.metrics.demographic_parity_difference of each class against the rest, the largest",
        default_for_task: true,
        on_task: OnTask::ClassOrSetGap(
            &TaskGap::Groups { value: rates_of_classes::selection, support: TaskSums::total },
            &TaskGap::Groups { value: rates_of_labels::selection, support: TaskSums::total },
        ),
        ..GAP
    },
    Metric {
        id: "class_recall_difference",
        title: "Largest difference in the recall of a class",
        formula: "over classes, the largest difference between groups in the share of the class's rows that are predicted as it",
        reference: "fairlearn.metrics.equal_opportunity_difference of each class against the rest, the largest",
        on_task: OnTask::ClassOrSetGap(
            &TaskGap::Groups { value: rates_of_classes::recall, support: TaskSums::total },
            &TaskGap::Groups { value: rates_of_labels::recall, support: TaskSums::total },
        ),
        ..GAP
    },
    Metric {
        id: "f1_macro_group_min",
        title: "Smallest macro F1 of a group",
        direction: Direction::HigherIsBetter,
        formula: "smallest macro F1",
        reference: "fairlearn.metrics.MetricFrame of f1_score with average=\"macro\", group_min",
        on_task: OnTask::ClassOrSetGap(
            &TaskGap::Of(&by_class::F1_MACRO, Spread::Smallest),
            &TaskGap::Of(&by_label::F1_MACRO, Spread::Smallest),
        ),
        ..GAP
    },
];
