//! Overall changes between different rows, taken apart: what happened within groups, and what their shares did.

use modelgate_eval::{Mix, MixGroup, Subject};

use crate::escape::Shown;
use crate::facts::Facts;
use crate::number;
use crate::tree::{Node, fields};
use crate::words;

/// The overall changes of metrics with a limit, one row for each slice column whose groups' shares moved.
pub(crate) fn rows(facts: &Facts<'_>) -> Vec<Node> {
    let mixes = facts.report.comparison.iter().flat_map(|comparison| &comparison.mixes);
    mixes.filter(|mix| facts.is_gated(mix.metric)).map(row).collect()
}

fn row(mix: &Mix) -> Node {
    let change = |change: f64| Shown::phrase(number::change(mix.metric, change));
    fields! {
        metric: mix.metric.metric().title,
        axis: Shown::name(&mix.axis),
        total: change(mix.total),
        within: change(mix.within),
        interval: mix.within_interval.map(|interval| fields! {
            lower: change(interval.lower),
            upper: change(interval.upper),
        }),
        between: change(mix.between),
        standardized: mix.standardized.map_or_else(
            || Shown::phrase("unknown: a group is gone"),
            |value| Shown::phrase(number::value(mix.metric, value)),
        ),
        moved: mix.groups.iter().max_by(|a, b| moved(a).total_cmp(&moved(b))).map(share),
    }
}

/// How far a group's share moved, either way.
fn moved(group: &MixGroup) -> f64 {
    (group.candidate_share - group.baseline_share).abs()
}

fn share(group: &MixGroup) -> Node {
    let percent = |share: f64| number::percent((share * 1000.0).round() / 1000.0);
    let slice = words::subject(&Subject::Slice(group.slice.clone()));
    Node::from(Shown::phrase(format!("{slice} {} → {}", percent(group.baseline_share), percent(group.candidate_share))))
}
