//! Numbers of a ranking: means over the queries that have a relevant row.

use modelgate_cube::{RankingCounts, RankingSums};

use super::{How, Measure, TaskSums, ratio};
use crate::Reason;

fn no_obstacle(_: &RankingCounts) -> Option<Reason> {
    None
}

fn mean<const PLACE: usize>(sums: &RankingSums) -> Result<f64, Reason> {
    ratio(sums.sums[PLACE], sums.answerable).ok_or(Reason::NoRelevantRows)
}

/// The mean of the number at a place of [`RankingSums::sums`].
const fn of_queries<const PLACE: usize>() -> Measure<RankingSums> {
    Measure {
        value: mean::<PLACE>,
        support: |sums| sums.answerable,
        obstacle: no_obstacle,
        interval: How::MeanShare(|counts: &RankingCounts| counts.share(PLACE)),
    }
}

/// Numbers of a ranking.
pub(crate) mod by_query {
    use super::{How, Measure, RankingSums, Reason, TaskSums, no_obstacle, of_queries, ratio};

    pub(crate) const NDCG: Measure<RankingSums> = of_queries::<0>();
    pub(crate) const RECIPROCAL_RANK: Measure<RankingSums> = of_queries::<1>();
    pub(crate) const AVERAGE_PRECISION: Measure<RankingSums> = of_queries::<2>();
    pub(crate) const RECALL: Measure<RankingSums> = of_queries::<3>();
    pub(crate) const PRECISION: Measure<RankingSums> = of_queries::<4>();
    pub(crate) const UNANSWERABLE: Measure<RankingSums> = Measure {
        value: |sums| ratio(sums.answerable, sums.queries).map(|answerable| 1.0 - answerable).ok_or(Reason::NoRows),
        support: TaskSums::total,
        obstacle: no_obstacle,
        interval: How::Wilson,
    };
}
