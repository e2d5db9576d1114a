//! Metrics of the order of the rows of queries.

use super::{Compute, Direction, Metric, MetricKind, RATE};
use crate::groups::Spread;
use crate::tasks::{OnTask, TaskGap, by_query};

/// A mean over queries.
const OF_QUERIES: Metric = Metric {
    denominator: "queries with a relevant row, that is one with a grade above 0; `queries_without_relevant_rate` counts the others",
    undefined_when: "no query has a relevant row",
    interval: "Student, from exact moments of the queries; Wilson score where all queries have the same",
    compute: Compute::Never,
    ..RATE
};

const GAP: Metric = Metric {
    kind: MetricKind::AcrossGroups,
    direction: Direction::LowerIsBetter,
    denominator: "the queries of the smallest group that is compared; smaller ones than `min_support` are left out and named",
    undefined_when: "fewer than two groups have the number",
    interval: "differences: the intervals of every pair of groups, corrected for how many pairs there are; others: replicates, basic",
    compute: Compute::Never,
    ..RATE
};

/// The rows of the catalogue.
pub(super) const ROWS: &[Metric] = &[
    Metric {
        id: "ndcg_at_k",
        title: "Normalized discounted cumulative gain at k",
        formula: "mean over queries of the sum of grade / log2(1 + place) over the first k rows / that of the best order; tied rows share their places; k is `evaluation.cutoff`",
        reference: "sklearn.metrics.ndcg_score with k and ignore_ties=False, of the queries with a relevant row",
        default_for_task: true,
        on_task: OnTask::Ranking(&by_query::NDCG),
        ..OF_QUERIES
    },
    Metric {
        id: "mean_reciprocal_rank",
        title: "Mean reciprocal rank",
        formula: "mean over queries of 1 / place of the first relevant row; over all orders of tied rows",
        reference: "McSherry and Najork (2008), written out in xtask/oracle/tasks.py",
        default_for_task: true,
        on_task: OnTask::Ranking(&by_query::RECIPROCAL_RANK),
        ..OF_QUERIES
    },
    Metric {
        id: "mean_average_precision",
        title: "Mean average precision",
        formula: "mean over queries of the mean of the precisions at the places of the relevant rows; over all orders of tied rows",
        reference: "mean of sklearn.metrics.label_ranking_average_precision_score where no scores are tied; with ties McSherry and Najork (2008), written out in xtask/oracle/tasks.py",
        default_for_task: true,
        on_task: OnTask::Ranking(&by_query::AVERAGE_PRECISION),
        ..OF_QUERIES
    },
    Metric {
        id: "recall_at_k",
        title: "Recall at k",
        formula: "mean over queries of relevant rows among the first k / relevant rows; rows tied across k count by their share within it",
        reference: "McSherry and Najork (2008), written out in xtask/oracle/tasks.py",
        default_for_task: true,
        on_task: OnTask::Ranking(&by_query::RECALL),
        ..OF_QUERIES
    },
    Metric {
        id: "precision_at_k",
        title: "Precision at k",
        formula: "mean over queries of relevant rows among the first k / k, also where a query has fewer rows; rows tied across k count by their share within it",
        reference: "McSherry and Najork (2008), written out in xtask/oracle/tasks.py",
        default_for_task: true,
        on_task: OnTask::Ranking(&by_query::PRECISION),
        ..OF_QUERIES
    },
    Metric {
        id: "queries_without_relevant_rate",
        title: "Queries without a relevant row",
        direction: Direction::Neutral,
        formula: "share of queries none of whose rows has a grade above 0; no order of theirs is better than another",
        denominator: "all queries",
        undefined_when: "the slice has no queries",
        interval: "Wilson score",
        reference: "written out in xtask/oracle/tasks.py",
        default_for_task: true,
        on_task: OnTask::Ranking(&by_query::UNANSWERABLE),
        ..OF_QUERIES
    },
    Metric {
        id: "ndcg_at_k_difference",
        title: "Difference in NDCG at k",
        formula: "largest minus smallest NDCG at k",
        reference: "fairlearn.metrics.MetricFrame of ndcg_score, difference",
        default_for_task: true,
        on_task: OnTask::RankingGap(&TaskGap::Of(&by_query::NDCG, Spread::Difference)),
        ..GAP
    },
    Metric {
        id: "ndcg_at_k_group_min",
        title: "Smallest NDCG at k of a group",
        direction: Direction::HigherIsBetter,
        formula: "smallest NDCG at k",
        reference: "fairlearn.metrics.MetricFrame of ndcg_score, group_min",
        on_task: OnTask::RankingGap(&TaskGap::Of(&by_query::NDCG, Spread::Smallest)),
        ..GAP
    },
    Metric {
        id: "recall_at_k_difference",
        title: "Difference in recall at k",
        formula: "largest minus smallest recall at k",
        reference: "fairlearn.metrics.MetricFrame of recall at k, difference",
        on_task: OnTask::RankingGap(&TaskGap::Of(&by_query::RECALL, Spread::Difference)),
        ..GAP
    },
];
