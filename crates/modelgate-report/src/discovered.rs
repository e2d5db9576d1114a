//! The slices that a search has found, as a table.

use modelgate_eval::WorstSlice;

use crate::escape::Shown;
use crate::facts::Facts;
use crate::number;
use crate::tree::{Node, fields};
use crate::words;

/// How many slices are shown.
const SHOWN: usize = 5;

/// What was searched and found; `None` where no search was asked for, or there is nothing to search.
pub(crate) fn node(facts: &Facts<'_>) -> Option<Node> {
    let discovery = match facts.report.evaluation.discovery()? {
        Ok(discovery) if discovery.searched == 0 => return None,
        Ok(discovery) => discovery,
        Err(reason) => return Some(fields! { searched: false, why: Shown::phrase(format!("Not searched: {reason}.")) }),
    };
    let rate = discovery.settings.rate.metric().title;
    let sentence = format!(
        "{} of up to {} searched for a worse {}: found in one half of the rows, confirmed in the other by more than {} (Benjamini-Hochberg, q at most {}). The numbers are those of the confirming half.",
        number::counted(discovery.searched, "slice", "slices"),
        number::counted(discovery.depth, "condition", "conditions"),
        rate.to_lowercase(),
        number::limit(discovery.settings.margin),
        number::limit(modelgate_eval::FALSE_DISCOVERY_RATE)
    );
    Some(fields! {
        searched: true,
        why: Shown::phrase(sentence),
        rate: rate,
        rows: discovery.found.iter().take(SHOWN).map(row).collect::<Vec<_>>(),
    })
}

fn row(worst: &WorstSlice) -> Node {
    let fixed = |value: f64| Shown::phrase(number::fixed(value));
    fields! {
        slice: words::subject(&modelgate_eval::Subject::Slice(worst.slice.clone())),
        rate: fixed(worst.rate),
        others: fixed(worst.others),
        excess: fixed(worst.excess),
        lower: fixed(worst.interval.lower),
        upper: fixed(worst.interval.upper),
        n: Shown::phrase(number::whole(worst.n)),
        q: fixed(worst.q),
    }
}
