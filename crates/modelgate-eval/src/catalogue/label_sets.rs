//! Metrics of sets of labels that single classes do not have.

use super::{Compute, Direction, Metric, MetricKind, RATE};
use crate::groups::Spread;
use crate::tasks::{OnTask, TaskGap, by_label};

/// A number of sets of labels, with an interval from replicates.
const OF_SETS: Metric = Metric { interval: "replicates, normal", compute: Compute::Never, ..RATE };

/// The mean of what rows have.
const OF_ROWS: Metric = Metric {
    interval: "Student, from exact moments; Wilson score where all rows have the same",
    undefined_when: "no row has a label or a predicted label",
    denominator: "rows with a label or a predicted label; a row of two empty sets is neither like nor unlike, and takes no part",
    ..OF_SETS
};

const GAP: Metric = Metric {
    kind: MetricKind::AcrossGroups,
    direction: Direction::LowerIsBetter,
    denominator: "the rows of the smallest group that is compared; smaller ones than `min_support` are left out and named",
    undefined_when: "fewer than two groups have the number",
    interval: "differences: the intervals of every pair of groups, corrected for how many pairs there are; others: replicates, basic",
    compute: Compute::Never,
    ..RATE
};

/// The rows of the catalogue.
pub(super) const ROWS: &[Metric] = &[
    Metric {
        id: "subset_accuracy",
        title: "Subset accuracy",
        formula: "share of rows whose predicted set is their set of labels",
        interval: "Wilson score",
        reference: "sklearn.metrics.accuracy_score of sets of labels",
        default_for_task: true,
        on_task: OnTask::LabelSets(&by_label::EXACT),
        ..OF_SETS
    },
    Metric {
        id: "hamming_loss",
        title: "Hamming loss",
        direction: Direction::LowerIsBetter,
        formula: "mean share of all labels that are in one of a row's two sets and not in the other; all labels are those of `data.classes`, else those that occur",
        interval: "normal, from exact moments",
        reference: "sklearn.metrics.hamming_loss",
        default_for_task: true,
        on_task: OnTask::LabelSets(&by_label::HAMMING),
        ..OF_SETS
    },
    Metric {
        id: "f1_samples",
        title: "F1 of a row, mean",
        formula: "mean of 2 |both sets| / (|labels| + |predicted labels|)",
        reference: "sklearn.metrics.f1_score with average=\"samples\", zero_division=nan",
        default_for_task: true,
        on_task: OnTask::LabelSets(&by_label::F1_ROWS),
        ..OF_ROWS
    },
    Metric {
        id: "precision_samples",
        title: "Precision of a row, mean",
        formula: "mean of |both sets| / |predicted labels|",
        denominator: "rows with a predicted label",
        undefined_when: "no row has a predicted label",
        reference: "sklearn.metrics.precision_score with average=\"samples\", zero_division=nan",
        on_task: OnTask::LabelSets(&by_label::PRECISION_ROWS),
        ..OF_ROWS
    },
    Metric {
        id: "recall_samples",
        title: "Recall of a row, mean",
        formula: "mean of |both sets| / |labels|",
        denominator: "rows with a label",
        undefined_when: "no row has a label",
        reference: "sklearn.metrics.recall_score with average=\"samples\", zero_division=nan",
        on_task: OnTask::LabelSets(&by_label::RECALL_ROWS),
        ..OF_ROWS
    },
    Metric {
        id: "jaccard_samples",
        title: "Jaccard index of a row, mean",
        formula: "mean of |both sets| / |either set|",
        reference: "sklearn.metrics.jaccard_score with average=\"samples\", of the rows with a label or a predicted label",
        on_task: OnTask::LabelSets(&by_label::JACCARD_ROWS),
        ..OF_ROWS
    },
    Metric {
        id: "jaccard_micro",
        title: "Micro Jaccard index",
        formula: "hits / (labels + predicted labels - hits), of all rows and labels together",
        denominator: "rows with a label or a predicted label",
        undefined_when: "no row has a label or a predicted label",
        reference: "sklearn.metrics.jaccard_score with average=\"micro\"",
        on_task: OnTask::LabelSets(&by_label::JACCARD_MICRO),
        ..OF_SETS
    },
    Metric {
        id: "jaccard_macro",
        title: "Macro Jaccard index",
        formula: "mean over labels of the rows that have the label and are predicted to / the rows that have it or are predicted to; a label of no row takes no part",
        denominator: "the rows of the label that the fewest rows have",
        undefined_when: "no row has a label or a predicted label",
        reference: "sklearn.metrics.jaccard_score with average=\"macro\", of the labels that occur",
        on_task: OnTask::LabelSets(&by_label::JACCARD_MACRO),
        ..OF_SETS
    },
    Metric {
        id: "subset_accuracy_difference",
        title: "Difference in subset accuracy",
        formula: "largest minus smallest subset accuracy",
        reference: "fairlearn.metrics.MetricFrame of accuracy_score, difference",
        on_task: OnTask::LabelSetGap(&TaskGap::Of(&by_label::EXACT, Spread::Difference)),
        ..GAP
    },
    Metric {
        id: "hamming_loss_difference",
        title: "Difference in Hamming loss",
        formula: "largest minus smallest Hamming loss",
        reference: "fairlearn.metrics.MetricFrame of hamming_loss, difference",
        on_task: OnTask::LabelSetGap(&TaskGap::Of(&by_label::HAMMING, Spread::Difference)),
        ..GAP
    },
    Metric {
        id: "f1_samples_difference",
        title: "Difference in the mean F1 of a row",
        formula: "largest minus smallest mean F1 of a row",
        reference: "fairlearn.metrics.MetricFrame of f1_score with average=\"samples\", difference",
        default_for_task: true,
        on_task: OnTask::LabelSetGap(&TaskGap::Of(&by_label::F1_ROWS, Spread::Difference)),
        ..GAP
    },
    Metric {
        id: "f1_samples_group_min",
        title: "Smallest mean F1 of a row of a group",
        direction: Direction::HigherIsBetter,
        formula: "smallest mean F1 of a row",
        reference: "fairlearn.metrics.MetricFrame of f1_score with average=\"samples\", group_min",
        on_task: OnTask::LabelSetGap(&TaskGap::Of(&by_label::F1_ROWS, Spread::Smallest)),
        ..GAP
    },
];
