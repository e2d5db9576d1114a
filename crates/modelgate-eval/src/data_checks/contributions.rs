//! How much each source has given to the rows, and whether one gives suddenly more: somebody who can only add rows must add many.

use modelgate_cube::{FeatureColumn, FeatureHistogram, FeatureId, FeatureKind, FeatureTable, Part, Slice};

use super::changes::score_p;
use super::{DataChange, DataMeasurement, DataMetricId};
use crate::interval::{Successes, difference, z_of};
use crate::significance::benjamini_hochberg;
use crate::{Estimate, Measured, Reason};

/// What rows of a source that the first release had not, or not often, are counted as.
const OTHERS: &str = "(other)";

/// Measures the share of each source in the rows that were learned from, else in those that are evaluated, and how it changed since
/// the baseline. `source` is the column that names it, of texts.
#[must_use]
pub fn evaluate_contributions(
    now: &FeatureTable,
    before: Option<&FeatureTable>,
    source: &str,
    confidence_level: f64,
) -> Vec<DataMeasurement> {
    let id = FeatureId::Column(source.to_owned());
    let part = if now.has(Part::Train) { Part::Train } else { Part::Test };
    let about = |group: Option<&str>, estimate, change| DataMeasurement {
        part,
        column: Some(source.to_owned()),
        group: group.map(str::to_owned),
        change,
        ..DataMeasurement::new(DataMetricId::SOURCE_RATE, estimate)
    };
    let of = |table: &FeatureTable| table.columns.get(&id).and_then(|column| Some((column.clone(), counted(column, part)?)));
    let Some((column, shares)) = of(now) else {
        return vec![about(None, Estimate::Undefined { reason: Reason::NotKept, n: 0 }, None)];
    };
    let earlier = before.and_then(of).filter(|(known, _)| known.kind == column.kind).map(|(_, shares)| shares);
    let z = z_of(confidence_level);
    let mut found: Vec<DataMeasurement> = shares
        .iter()
        .enumerate()
        .map(|(place, (name, share))| {
            let was = earlier.as_ref().and_then(|earlier| earlier.get(place)).map(|(_, share)| *share);
            let change = was.filter(|was| was.n > 0.0 && share.n > 0.0).map(|was| change(*share, was, z));
            about(Some(name), estimate(*share), change)
        })
        .collect();
    let p_values: Vec<f64> = found.iter().filter_map(|one| Some(one.change?.p)).collect();
    let adjusted = benjamini_hochberg(&p_values);
    for (change, q) in found.iter_mut().filter_map(|one| one.change.as_mut()).zip(adjusted) {
        change.q = q;
    }
    found
}

/// The rows of each source among all that name one; `None` where the column holds numbers or was not counted.
fn counted(column: &FeatureColumn, part: Part) -> Option<Vec<(String, Successes)>> {
    let FeatureKind::Category { levels } = &column.kind else { return None };
    let histogram: &FeatureHistogram = column.histograms.get(&(part, Slice::overall()))?;
    let rows = histogram.bins.iter().chain([&histogram.rest]).map(|tally| tally.rows as f64);
    let n = histogram.total().rows.saturating_sub(histogram.missing.rows) as f64;
    let names = levels.iter().cloned().chain([OTHERS.to_owned()]);
    Some(names.zip(rows.map(|hits| Successes { hits, n })).collect())
}

fn rows(n: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of rows")]
    let rows = n as u64;
    rows
}

fn estimate(share: Successes) -> Estimate {
    let n = rows(share.n);
    if n == 0 {
        return Estimate::Undefined { reason: Reason::NoRows, n };
    }
    Estimate::Measured(Measured { value: share.hits / share.n, interval: None, n, binning_error: 0.0 })
}

fn change(now: Successes, before: Successes, z: f64) -> DataChange {
    let (was, is) = (before.hits / before.n, now.hits / now.n);
    let p = if (was - is).abs() > 0.0 { score_p(now, before) } else { 1.0 };
    let interval = Some(difference(now.ranged(z), before.ranged(z)));
    DataChange { before: was, n_before: rows(before.n), value: is - was, interval, p, q: p }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::collections::BTreeMap;

    use modelgate_cube::Tally;

    use super::*;

    fn table(rows: [u64; 2], others: u64) -> FeatureTable {
        let kind = FeatureKind::Category { levels: vec!["branch".into(), "web".into()] };
        let bins = rows.iter().map(|rows| Tally::unweighted(*rows)).collect();
        let histogram = FeatureHistogram { bins, rest: Tally::unweighted(others), ..FeatureHistogram::new(&kind) };
        let histograms = BTreeMap::from([((Part::Train, Slice::overall()), histogram)]);
        let columns = BTreeMap::from([(FeatureId::Column("origin".into()), FeatureColumn { kind, histograms })]);
        FeatureTable { columns, left_out: BTreeMap::new() }
    }

    #[test]
    fn a_source_that_gives_suddenly_more_has_a_change_and_a_new_one_is_among_the_others() {
        let found = evaluate_contributions(&table([600, 300], 100), Some(&table([500, 500], 0)), "origin", 0.95);
        let of = |group: &str| found.iter().find(|one| one.group.as_deref() == Some(group)).unwrap();
        assert!((of("branch").change.unwrap().value - 0.1).abs() < 1e-12);
        let others = of(OTHERS);
        assert!((others.estimate.measured().unwrap().value - 0.1).abs() < 1e-12 && others.change.unwrap().q < 1e-9);
        // scipy.stats.chi2_contingency([[600, 400], [500, 500]], correction=False).pvalue, of three adjusted
        let branch = of("branch").change.unwrap();
        assert!((branch.p / 6.967_931_072_849_83e-6 - 1.0).abs() < 1e-9, "{branch:?}");
        assert_eq!(found[0].part, Part::Train);
    }

    #[test]
    fn a_column_that_is_not_there_has_no_sources() {
        let found = evaluate_contributions(&table([1, 2], 0), None, "nowhere", 0.95);
        assert!(matches!(found[0].estimate, Estimate::Undefined { reason: Reason::NotKept, .. }));
        let alone = evaluate_contributions(&table([1, 2], 0), None, "origin", 0.95);
        assert!(alone.iter().all(|one| one.change.is_none()) && alone.len() == 3);
    }
}
