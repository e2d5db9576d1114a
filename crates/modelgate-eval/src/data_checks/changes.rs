//! How the data differs from that of an earlier release.

use std::collections::BTreeMap;

use modelgate_cube::{ColumnKind, DataProfile, Part};

use super::{DataChange, DataMeasurement, SchemaChange};
use crate::Loss;
use crate::interval::{Successes, difference};

/// The change of a measurement; none where the baseline did not count it, and where either side has no rows.
pub(super) fn change(measured: &DataMeasurement, now: &DataProfile, before: &DataProfile, z: f64) -> Option<DataChange> {
    let of = |profile: &DataProfile| {
        let counted = |key: &&modelgate_cube::DataKey| {
            key.part == measured.part && key.column == measured.column && measured.metric.metric().counts(key)
        };
        let (_, count) = profile.counts.iter().find(|(key, _)| counted(key))?;
        (count.of > 0).then_some(Successes { hits: count.hits as f64, n: count.of as f64 })
    };
    let n_before = |n: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of rows")]
        let rows = n as u64;
        rows
    };
    let (now, before) = (of(now)?, of(before)?);
    if measured.metric.metric().is_number() {
        let value = now.hits / before.hits;
        let rows = n_before(before.n);
        return Some(DataChange { before: before.hits, n_before: rows, value, interval: None, p: 1.0, q: 1.0 });
    }
    let interval = difference(now.ranged(z), before.ranged(z));
    let (was, is) = (before.hits / before.n, now.hits / now.n);
    let p = score_p(now, before);
    Some(DataChange { before: was, n_before: n_before(before.n), value: is - was, interval: Some(interval), p, q: p })
}

/// The two-sided score test of two independent proportions: their difference by its standard error under equal shares.
///
/// statsmodels `test_proportions_2indep(method="score", correction=False)`, scipy `chi2_contingency(correction=False)`.
pub(super) fn score_p(now: Successes, before: Successes) -> f64 {
    let pooled = (now.hits + before.hits) / (now.n + before.n);
    let standard_error = (pooled * (1.0 - pooled) * (1.0 / now.n + 1.0 / before.n)).max(0.0).sqrt();
    let value = (now.hits / now.n - before.hits / before.n).abs();
    Loss { value, standard_error, either_way: true, flips: None }.p_beyond(0.0)
}

/// How the columns of the evaluated rows differ.
pub(super) fn schema(now: &DataProfile, before: &DataProfile) -> SchemaChange {
    let columns = |profile: &DataProfile| -> BTreeMap<String, ColumnKind> {
        profile.columns(Part::Test).map(|(name, kind)| (name.to_owned(), kind)).collect()
    };
    let (now, before) = (columns(now), columns(before));
    let only = |one: &BTreeMap<String, ColumnKind>, other: &BTreeMap<String, ColumnKind>| {
        one.keys().filter(|name| !other.contains_key(*name)).cloned().collect()
    };
    let retyped = |(name, was): (&String, &ColumnKind)| {
        let is = now.get(name).filter(|is| *is != was && **is != ColumnKind::Empty && *was != ColumnKind::Empty)?;
        Some((name.clone(), *was, *is))
    };
    SchemaChange { missing: only(&before, &now), new: only(&now, &before), retyped: before.iter().filter_map(retyped).collect() }
}
