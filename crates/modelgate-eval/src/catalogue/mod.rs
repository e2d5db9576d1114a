//! Every metric of the catalogue as a row of one table.

mod across;
mod classes;
mod clusters;
mod counts;
mod declared;
mod label_sets;
mod numbers;
mod ranking;
mod scores;

use crate::Reason;
use crate::metric::{Compute, Direction, Metric, MetricKind};
use crate::tasks::OnTask;

/// Every metric. Ids are those of scikit-learn and fairlearn where they have one; `impact_ratio`, `scoring_rate`
/// and `scoring_rate_ratio` are the words of NYC Local Law 144.
pub const METRICS: &[Metric] = &joined::<
    {
        counts::ROWS.len()
            + scores::ROWS.len()
            + across::AGAINST.len()
            + across::GROUPS.len()
            + across::FIRST.len()
            + across::FAMILIES.len()
            + declared::ROWS.len()
            + declared::DISPARITIES.len()
            + classes::ROWS.len()
            + label_sets::ROWS.len()
            + numbers::ROWS.len()
            + clusters::ROWS.len()
            + ranking::ROWS.len()
    },
>(&[
    counts::ROWS,
    scores::ROWS,
    across::AGAINST,
    across::GROUPS,
    across::FIRST,
    across::FAMILIES,
    declared::ROWS,
    declared::DISPARITIES,
    classes::ROWS,
    label_sets::ROWS,
    numbers::ROWS,
    clusters::ROWS,
    ranking::ROWS,
]);

/// Tables one after the other; `N` is the number of all their rows.
const fn joined<const N: usize>(tables: &[&[Metric]]) -> [Metric; N] {
    let mut rows = [RATE; N];
    let (mut table, mut filled) = (0, 0);
    while table < tables.len() {
        let mut row = 0;
        while row < tables[table].len() {
            rows[filled] = tables[table][row];
            filled += 1;
            row += 1;
        }
        table += 1;
    }
    rows
}

/// A rate in [0, 1] of one slice, with the interval of a proportion.
pub(super) const RATE: Metric = Metric {
    id: "",
    title: "",
    kind: MetricKind::Slice,
    lowest: 0.0,
    highest: 1.0,
    direction: Direction::HigherIsBetter,
    default: false,
    default_for_task: false,
    needs_scores: false,
    requires: None,
    formula: "",
    denominator: "all rows",
    undefined_when: "the slice has no rows",
    interval: "Wilson score; the wider of it and exact mid-p where few rows count or few do not",
    reference: "",
    compute: Compute::Rows,
    on_task: OnTask::None,
};

/// A function of the confusion counts without a closed form for its interval.
const COMPOSITE: Metric = Metric { interval: "quantiles of the counts that the observed ones leave plausible (mid-p)", ..RATE };
