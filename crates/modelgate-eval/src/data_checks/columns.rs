//! What the counts of columns in slices say: where values are missing, which columns stand for a group, and which give the label
//! away.

use std::collections::BTreeMap;

use modelgate_cube::{FeatureColumn, FeatureHistogram, FeatureId, FeatureTable, Part, Slice, Tally};

use super::{DataMeasurement, DataMetricId};
use crate::interval::{Successes, difference, z_of};
use crate::{Estimate, Interval, Measured, Reason};

/// The axis that columns are cut by the label with. No column has this name.
pub const LABEL_AXIS: &str = "modelgate label";

/// An axis with the column that it cuts, which says of itself nothing new.
#[derive(Debug, Clone, Copy)]
pub struct CutBy<'a> {
    /// The axis.
    pub axis: &'a str,
    /// Its column.
    pub column: &'a str,
}

/// Measures the columns of the test rows: `by_group` has their counts in the slices of the axes, `by_label` in those of
/// [`LABEL_AXIS`], of the training rows as well where they are known. Groups of fewer than `min_support` rows take no part.
#[must_use]
pub fn evaluate_columns(
    by_group: &FeatureTable,
    by_label: &FeatureTable,
    axes: &[CutBy<'_>],
    min_support: u64,
    confidence_level: f64,
) -> Vec<DataMeasurement> {
    let z = z_of(confidence_level);
    let mut found = Vec::new();
    for (name, column) in named(by_group) {
        for cut in axes.iter().filter(|cut| cut.column != name) {
            let groups = groups(column, cut.axis, min_support);
            let measure = |metric, estimate| measurement(metric, name, Some(cut.axis), estimate);
            found.push(measure(DataMetricId::MISSING_RATE_DIFFERENCE, missing_difference(&groups, z)));
            found.push(measure(DataMetricId::PROXY_STRENGTH, association(&groups)));
        }
    }
    for (name, column) in named(by_label) {
        let (learned, tested) = (classes(column, Part::Train), classes(column, Part::Test));
        // Where it is known which rows were learned from, they say in which order its values go, and the test rows how well that does.
        let is_known = !learned.is_empty() && learned.keys().eq(tested.keys());
        let guessed = area(if is_known { &learned } else { &tested }, &tested);
        found.push(measurement(DataMetricId::SINGLE_COLUMN_AUC, name, None, guessed));
        if is_known {
            found.push(measurement(DataMetricId::SINGLE_COLUMN_AUC_DROP, name, None, drop(area(&learned, &learned), guessed)));
        }
    }
    found.sort_by(|one, two| one.key().cmp(&two.key()));
    found
}

fn named(table: &FeatureTable) -> impl Iterator<Item = (&str, &FeatureColumn)> {
    table.columns.iter().filter_map(|(id, column)| match id {
        FeatureId::Column(name) => Some((name.as_str(), column)),
        FeatureId::Label | FeatureId::Prediction | FeatureId::Score => None,
    })
}

fn measurement(metric: DataMetricId, column: &str, by: Option<&str>, estimate: Estimate) -> DataMeasurement {
    DataMeasurement { column: Some(column.to_owned()), by: by.map(str::to_owned), ..DataMeasurement::new(metric, estimate) }
}

/// The counts of a column in the single slices of an axis, in their order.
fn groups<'a>(column: &'a FeatureColumn, axis: &str, min_support: u64) -> Vec<&'a FeatureHistogram> {
    let of_axis =
        |(part, slice): &(Part, Slice)| *part == Part::Test && slice.terms().len() == 1 && slice.axes().all(|name| name == axis);
    let of_axis = column.histograms.iter().filter(|(key, _)| of_axis(key));
    of_axis.map(|(_, histogram)| histogram).filter(|histogram| histogram.total().rows >= min_support.max(1)).collect()
}

fn too_few() -> Estimate {
    Estimate::Undefined { reason: Reason::FewerThanTwoGroups, n: 0 }
}

fn measured(value: f64, n: u64, interval: Option<Interval>) -> Estimate {
    Estimate::Measured(Measured { value, interval, n, binning_error: 0.0 })
}

/// The largest share of missing values of a group minus the smallest one; n is that of the smaller of both groups.
fn missing_difference(groups: &[&FeatureHistogram], z: f64) -> Estimate {
    let share =
        |histogram: &&FeatureHistogram| Successes { hits: histogram.missing.rows as f64, n: histogram.total().rows as f64 };
    let rate = |counts: &Successes| counts.hits / counts.n;
    let mut shares: Vec<Successes> = groups.iter().map(share).collect();
    shares.sort_by(|one, two| rate(one).total_cmp(&rate(two)));
    let (Some(least), Some(most), true) = (shares.first(), shares.last(), shares.len() > 1) else { return too_few() };
    let rows = groups.iter().map(|histogram| histogram.total().rows).min().unwrap_or(0);
    measured(rate(most) - rate(least), rows, Some(difference(most.ranged(z), least.ranged(z))))
}

/// Every cell of a histogram.
fn cells(histogram: &FeatureHistogram) -> impl Iterator<Item = f64> {
    let tallies = histogram.bins.iter().chain([&histogram.rest, &histogram.missing]);
    tallies.map(|tally: &Tally| tally.rows as f64)
}

/// Cramér's V between the values of a column and the groups, corrected for bias (Bergsma 2013).
fn association(groups: &[&FeatureHistogram]) -> Estimate {
    let table: Vec<Vec<f64>> = groups.iter().map(|histogram| cells(histogram).collect()).collect();
    let width = table.first().map_or(0, Vec::len);
    let column_sum = |cell: usize| table.iter().filter_map(|row| row.get(cell)).sum::<f64>();
    let sums: Vec<f64> = (0..width).map(column_sum).collect();
    let n: f64 = sums.iter().sum();
    let (rows, columns) = (table.len() as f64, sums.iter().filter(|sum| **sum > 0.0).count() as f64);
    if rows < 2.0 {
        return too_few();
    }
    if columns < 2.0 || n < 2.0 {
        return Estimate::Undefined { reason: Reason::Constant, n: whole(n) };
    }
    let of_row = |row: &Vec<f64>| {
        let sum: f64 = row.iter().sum();
        let part = |(seen, of_column): (&f64, &f64)| {
            let expected = sum * of_column / n;
            if expected > 0.0 { (seen - expected).powi(2) / expected } else { 0.0 }
        };
        row.iter().zip(&sums).map(part).sum::<f64>()
    };
    let statistic: f64 = table.iter().map(of_row).sum();
    let phi = (statistic / n - (rows - 1.0) * (columns - 1.0) / (n - 1.0)).max(0.0);
    let corrected = |size: f64| size - (size - 1.0).powi(2) / (n - 1.0);
    let least = corrected(rows).min(corrected(columns)) - 1.0;
    if least <= 0.0 {
        return Estimate::Undefined { reason: Reason::Constant, n: whole(n) };
    }
    measured((phi / least).sqrt().min(1.0), whole(n), None)
}

/// The counts of a column by the label.
type Classes<'a> = BTreeMap<Option<&'a str>, &'a FeatureHistogram>;

fn classes(column: &FeatureColumn, of: Part) -> Classes<'_> {
    let mut found = Classes::new();
    for ((part, slice), histogram) in &column.histograms {
        if let [term] = slice.terms()
            && *part == of
            && term.axis == LABEL_AXIS
            && histogram.total().rows > 0
        {
            found.insert(term.level.as_deref(), histogram);
        }
    }
    found
}

/// The area under the ROC curve of the best guess from one column: its cells in the order of their share of a class among the rows
/// that are `learned` from, on the rows that are `tested`; of more than two classes, the mean of each against all others. Cells that
/// nothing was learned of stand where all rows together do.
fn area(learned: &Classes<'_>, tested: &Classes<'_>) -> Estimate {
    let rows = tested.values().map(|histogram| histogram.total().rows).sum();
    if tested.len() < 2 || learned.len() < 2 {
        return Estimate::Undefined { reason: Reason::SingleClass, n: rows };
    }
    // Of two classes, one is the other's mirror image.
    let wanted = if tested.len() == 2 { 1 } else { tested.len() };
    let areas = tested.keys().take(wanted).map(|class| one_against_others(&split(learned, *class), &split(tested, *class)));
    measured((areas.sum::<f64>() / wanted as f64).min(1.0), rows, None)
}

/// The rows of each cell: those of a class, and those of all others.
fn split(classes: &Classes<'_>, class: Option<&str>) -> Vec<(f64, f64)> {
    let mut counts: Vec<(f64, f64)> = Vec::new();
    for (name, histogram) in classes {
        for (place, rows) in cells(histogram).enumerate() {
            if counts.len() <= place {
                counts.push((0.0, 0.0));
            }
            if let Some((mine, others)) = counts.get_mut(place) {
                *(if *name == class { mine } else { others }) += rows;
            }
        }
    }
    counts
}

fn one_against_others(learned: &[(f64, f64)], tested: &[(f64, f64)]) -> f64 {
    let sum = |counts: &[(f64, f64)]| counts.iter().fold((0.0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1));
    let share = |(mine, others): (f64, f64)| if mine + others > 0.0 { Some(mine / (mine + others)) } else { None };
    let usual = share(sum(learned)).unwrap_or(0.0);
    let ordered = learned.iter().zip(tested).map(|(learned, tested)| (share(*learned).unwrap_or(usual), *tested));
    let mut ordered: Vec<(f64, (f64, f64))> = ordered.collect();
    ordered.sort_by(|one, two| one.0.total_cmp(&two.0));
    let (mut below, mut above) = (0.0, 0.0);
    for equal in ordered.chunk_by(|one, two| one.0.total_cmp(&two.0).is_eq()) {
        let (mine, others) = equal.iter().fold((0.0, 0.0), |all, (_, one)| (all.0 + one.0, all.1 + one.1));
        above += mine * (below + others / 2.0);
        below += others;
    }
    let (mine, others) = sum(tested);
    if mine * others > 0.0 { above / (mine * others) } else { 0.5 }
}

/// How much better a column tells the label of the rows that it was learned from.
fn drop(learned: Estimate, tested: Estimate) -> Estimate {
    match (learned, tested) {
        (Estimate::Measured(learned), Estimate::Measured(tested)) => measured(learned.value - tested.value, tested.n, None),
        (_, other) => other,
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of rows")]
fn whole(rows: f64) -> u64 {
    rows as u64
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::collections::BTreeMap;

    use modelgate_cube::FeatureKind;

    use super::*;

    /// A column of two levels with these rows (first level, second level, missing) in each group of an axis.
    fn table(axis: &str, groups: &[(&str, [u64; 3])]) -> FeatureTable {
        let kind = FeatureKind::Category { levels: vec!["a".into(), "b".into()] };
        let histogram = |rows: &[u64; 3]| FeatureHistogram {
            bins: rows.iter().take(2).map(|rows| Tally::unweighted(*rows)).collect(),
            missing: Tally::unweighted(rows[2]),
            ..FeatureHistogram::new(&kind)
        };
        let histograms: BTreeMap<_, _> = groups
            .iter()
            .map(|(level, rows)| ((Part::Test, Slice::single(axis, Some((*level).to_owned()))), histogram(rows)))
            .collect();
        FeatureTable {
            columns: BTreeMap::from([(FeatureId::Column("x".into()), FeatureColumn { kind, histograms })]),
            left_out: BTreeMap::new(),
        }
    }

    fn value(found: &[DataMeasurement], metric: DataMetricId) -> Measured {
        *found.iter().find(|one| one.metric == metric).unwrap().estimate.measured().unwrap()
    }

    fn by_group(groups: &[(&str, [u64; 3])]) -> Vec<DataMeasurement> {
        let axes = [CutBy { axis: "sex", column: "sex" }, CutBy { axis: "x", column: "x" }];
        evaluate_columns(&table("sex", groups), &FeatureTable::default(), &axes, 30, 0.95)
    }

    #[test]
    fn values_that_are_missing_for_one_group_are_measured_with_an_interval() {
        let found = by_group(&[("F", [100, 100, 50]), ("M", [110, 110, 5]), ("X", [0, 0, 20])]);
        let gap = value(&found, DataMetricId::MISSING_RATE_DIFFERENCE);
        assert!((gap.value - (50.0 / 250.0 - 5.0 / 225.0)).abs() < 1e-12 && gap.n == 225, "{gap:?}");
        assert!(gap.interval.unwrap().lower > 0.1);
        assert!(by_group(&[("F", [100, 100, 50])]).iter().all(|one| one.estimate.measured().is_none()));
    }

    #[test]
    fn a_column_that_stands_for_a_group_is_told_by_cramers_v() {
        // Bergsma's formula on scipy.stats.chi2_contingency([[90, 10], [20, 80]], correction=False).
        let strong = value(&by_group(&[("F", [90, 10, 0]), ("M", [20, 80, 0])]), DataMetricId::PROXY_STRENGTH).value;
        assert!((strong - 0.701_711_3).abs() < 1e-6, "{strong}");
        let none = value(&by_group(&[("F", [50, 50, 0]), ("M", [50, 50, 0])]), DataMetricId::PROXY_STRENGTH).value;
        assert!(none < 1e-12);
        let equal = value(&by_group(&[("F", [100, 0, 0]), ("M", [0, 100, 0])]), DataMetricId::PROXY_STRENGTH).value;
        assert!((equal - 1.0).abs() < 1e-2, "{equal}");
    }

    #[test]
    fn a_column_that_gives_the_label_away_has_an_area_of_one() {
        let area = |groups: &[(&str, [u64; 3])]| {
            let found = evaluate_columns(&FeatureTable::default(), &table(LABEL_AXIS, groups), &[], 30, 0.95);
            found.iter().find(|one| one.metric == DataMetricId::SINGLE_COLUMN_AUC).unwrap().estimate
        };
        let value = |groups: &[(&str, [u64; 3])]| area(groups).measured().unwrap().value;
        assert!((value(&[("no", [100, 0, 0]), ("yes", [0, 90, 10])]) - 1.0).abs() < 1e-12);
        assert!((value(&[("no", [50, 50, 0]), ("yes", [50, 50, 0])]) - 0.5).abs() < 1e-12);
        // sklearn.metrics.roc_auc_score with the level as the score: 0.9 * 0.8 + (0.1 * 0.8 + 0.9 * 0.2) / 2.
        assert!((value(&[("no", [90, 10, 0]), ("yes", [20, 80, 0])]) - 0.85).abs() < 1e-12);
        assert!(matches!(area(&[("yes", [9, 9, 9])]), Estimate::Undefined { reason: Reason::SingleClass, .. }));
        // Three classes, each in a cell of its own, and three that are alike: the mean of each against all others.
        assert!((value(&[("a", [50, 0, 0]), ("b", [0, 50, 0]), ("c", [0, 0, 50])]) - 1.0).abs() < 1e-12);
        assert!((value(&[("a", [9, 9, 9]), ("b", [9, 9, 9]), ("c", [9, 9, 9])]) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn what_only_training_rows_say_of_the_label_is_no_leak_and_is_told() {
        let tested = [("no", [40, 60, 0]), ("yes", [60, 40, 0])];
        let mut both = table(LABEL_AXIS, &tested);
        let learned = table(LABEL_AXIS, &[("no", [99, 1, 0]), ("yes", [1, 99, 0])]);
        for (id, column) in learned.columns {
            let into = both.columns.get_mut(&id).unwrap();
            into.histograms.extend(column.histograms.into_iter().map(|((_, slice), counts)| ((Part::Train, slice), counts)));
        }
        let found = evaluate_columns(&FeatureTable::default(), &both, &[], 30, 0.95);
        // sklearn.metrics.roc_auc_score of the test labels with the training shares as scores is 0.4; of the training labels 0.99.
        assert!((value(&found, DataMetricId::SINGLE_COLUMN_AUC).value - 0.4).abs() < 1e-12);
        assert!((value(&found, DataMetricId::SINGLE_COLUMN_AUC_DROP).value - 0.59).abs() < 1e-12);
        let alone = evaluate_columns(&FeatureTable::default(), &table(LABEL_AXIS, &tested), &[], 30, 0.95);
        assert!(alone.iter().all(|one| one.metric != DataMetricId::SINGLE_COLUMN_AUC_DROP));
    }
}
