//! Metrics of a clustering.

use super::{Compute, Direction, Metric, MetricKind, RATE};
use crate::tasks::{self, OnTask, TaskGap, TaskSums};

/// How well clusters agree with labels.
const AGREEMENT: Metric = Metric {
    undefined_when: "there are no labels, or all are of one class",
    interval: "replicates, normal",
    compute: Compute::Never,
    ..RATE
};

/// How compact clusters are.
const SHAPE: Metric = Metric {
    highest: f64::INFINITY,
    direction: Direction::LowerIsBetter,
    undefined_when: "no features are declared, or there are fewer than two clusters",
    ..AGREEMENT
};

/// The rows of the catalogue.
pub(super) const ROWS: &[Metric] = &[
    Metric {
        id: "adjusted_rand_score",
        title: "Adjusted Rand index",
        lowest: -1.0,
        formula: "(pairs of rows together in both - expected) / (mean of pairs together in either - expected)",
        reference: "sklearn.metrics.adjusted_rand_score",
        default_for_task: true,
        on_task: OnTask::Clusters(&tasks::ADJUSTED_RAND),
        ..AGREEMENT
    },
    Metric {
        id: "rand_score",
        title: "Rand index",
        formula: "share of pairs of rows that are together in both or apart in both",
        reference: "sklearn.metrics.rand_score",
        on_task: OnTask::Clusters(&tasks::RAND),
        ..AGREEMENT
    },
    Metric {
        id: "adjusted_mutual_info_score",
        title: "Adjusted mutual information",
        lowest: -1.0,
        formula: "(mutual information - expected) / (mean of both entropies - expected)",
        undefined_when: "there are no labels, all are of one class, or weights are no whole numbers",
        reference: "sklearn.metrics.adjusted_mutual_info_score",
        default_for_task: true,
        on_task: OnTask::Clusters(&tasks::ADJUSTED_MUTUAL),
        ..AGREEMENT
    },
    Metric {
        id: "normalized_mutual_info_score",
        title: "Normalized mutual information",
        formula: "mutual information / mean of both entropies",
        reference: "sklearn.metrics.normalized_mutual_info_score",
        on_task: OnTask::Clusters(&tasks::V_MEASURE),
        ..AGREEMENT
    },
    Metric {
        id: "mutual_info_score",
        title: "Mutual information",
        highest: f64::INFINITY,
        formula: "sum of n_ij / n ln(n n_ij / (n_i n_j)) over clusters i and labels j",
        reference: "sklearn.metrics.mutual_info_score",
        on_task: OnTask::Clusters(&tasks::MUTUAL),
        ..AGREEMENT
    },
    Metric {
        id: "homogeneity_score",
        title: "Homogeneity",
        formula: "mutual information / entropy of labels: 1 where every cluster has rows of one label only",
        reference: "sklearn.metrics.homogeneity_score",
        on_task: OnTask::Clusters(&tasks::HOMOGENEITY),
        ..AGREEMENT
    },
    Metric {
        id: "completeness_score",
        title: "Completeness",
        formula: "mutual information / entropy of clusters: 1 where all rows of a label are in one cluster",
        undefined_when: "there are no labels, all are of one class, or there is one cluster only",
        reference: "sklearn.metrics.completeness_score",
        on_task: OnTask::Clusters(&tasks::COMPLETENESS),
        ..AGREEMENT
    },
    Metric {
        id: "v_measure_score",
        title: "V-measure",
        formula: "harmonic mean of homogeneity and completeness",
        reference: "sklearn.metrics.v_measure_score",
        default_for_task: true,
        on_task: OnTask::Clusters(&tasks::V_MEASURE),
        ..AGREEMENT
    },
    Metric {
        id: "fowlkes_mallows_score",
        title: "Fowlkes-Mallows index",
        formula: "pairs together in both / geometric mean of pairs together in clusters and in labels",
        undefined_when: "there are no labels, all are of one class, or no two rows are together",
        reference: "sklearn.metrics.fowlkes_mallows_score",
        on_task: OnTask::Clusters(&tasks::FOWLKES_MALLOWS),
        ..AGREEMENT
    },
    Metric {
        id: "purity",
        title: "Purity",
        formula: "share of rows that have the most frequent label of their cluster",
        reference: "the formula written out (Manning, Raghavan and Schuetze 2008)",
        on_task: OnTask::Clusters(&tasks::PURITY),
        ..AGREEMENT
    },
    Metric {
        id: "cluster_count",
        title: "Clusters",
        direction: Direction::Neutral,
        formula: "how many clusters have rows",
        undefined_when: "the slice has no rows",
        reference: "numpy.unique of the predictions, their number",
        default_for_task: true,
        on_task: OnTask::Clusters(&tasks::CLUSTERS),
        ..SHAPE
    },
    Metric {
        id: "davies_bouldin_score",
        title: "Davies-Bouldin index",
        formula: "mean over clusters of the largest (S_i + S_j) / |c_i - c_j|, S the mean distance of a cluster's rows to its center c",
        undefined_when: "no features are declared, there are fewer than two clusters, or two centers coincide",
        reference: "sklearn.metrics.davies_bouldin_score",
        default_for_task: true,
        on_task: OnTask::Clusters(&tasks::DAVIES_BOULDIN),
        ..SHAPE
    },
    Metric {
        id: "calinski_harabasz_score",
        title: "Calinski-Harabasz index",
        direction: Direction::HigherIsBetter,
        formula: "(sum of n_i |c_i - c|^2 / (k - 1)) / (sum of squared distances to own centers / (n - k))",
        undefined_when: "no features are declared, there are fewer than two clusters, or all rows lie in their centers",
        reference: "sklearn.metrics.calinski_harabasz_score",
        default_for_task: true,
        on_task: OnTask::Clusters(&tasks::CALINSKI_HARABASZ),
        ..SHAPE
    },
    Metric {
        id: "within_cluster_variance",
        title: "Variance within clusters",
        formula: "mean squared distance of rows to the center of their cluster",
        undefined_when: "no features are declared",
        reference: "sklearn.cluster.KMeans inertia_ / n",
        on_task: OnTask::Clusters(&tasks::WITHIN),
        ..SHAPE
    },
    Metric {
        id: "cluster_share_difference",
        title: "Largest difference in the share of a cluster",
        kind: MetricKind::AcrossGroups,
        direction: Direction::LowerIsBetter,
        formula: "over clusters, the largest difference between groups in the share of rows in the cluster",
        denominator: "the rows of the smallest group that is compared; smaller ones than `min_support` are left out and named",
        undefined_when: "fewer than two groups",
        interval: "replicates, basic",
        reference: "fairlearn.metrics.demographic_parity_difference of each cluster against the rest, the largest",
        on_task: OnTask::ClusterGap(&TaskGap::Groups { value: tasks::cluster_share_gap, support: TaskSums::total }),
        ..AGREEMENT
    },
];
