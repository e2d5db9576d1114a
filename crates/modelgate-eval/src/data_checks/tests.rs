//! Measurements of counts that are written down here.
#![expect(clippy::unwrap_used, reason = "tests")]

use modelgate_cube::{Counted, DataCount, DataKey};

use super::*;

fn profile(counts: &[(Counted, Option<&str>, u64, u64)]) -> DataProfile {
    let mut profile = DataProfile::default();
    for (what, column, hits, of) in counts {
        let key = DataKey { part: Part::Test, what: *what, column: column.map(str::to_owned) };
        profile.counts.insert(key, DataCount { hits: *hits, of: *of, sampled: false });
        if let Some(name) = column {
            profile.kinds.insert((Part::Test, (*name).to_owned()), ColumnKind::Text);
        }
    }
    profile
}

fn measured(evaluation: &DataEvaluation, metric: DataMetricId, column: Option<&str>) -> DataMeasurement {
    evaluation.measurements.iter().find(|one| one.metric == metric && one.column.as_deref() == column).unwrap().clone()
}

#[test]
fn changes_are_tested_as_scipy_tests_them_and_adjusted_for_all_columns() {
    let now = profile(&[
        (Counted::Missing, Some("a"), 60, 1_000),
        (Counted::Missing, Some("b"), 1, 1_000),
        (Counted::Rows, None, 1_000, 1_000),
    ]);
    let before = profile(&[
        (Counted::Missing, Some("a"), 20, 800),
        (Counted::Missing, Some("b"), 1, 800),
        (Counted::Rows, None, 800, 800),
    ]);
    let evaluation = evaluate_data(&now, Some(&before), 0.95);
    let change = measured(&evaluation, DataMetricId::MISSING_RATE, Some("a")).change.unwrap();
    // scipy.stats.chi2_contingency([[60, 940], [20, 780]], correction=False).pvalue
    assert!((change.p - 3.429_763_516_374e-4).abs() < 1e-12, "{}", change.p);
    assert!((change.q - 2.0 * change.p).abs() < 1e-12 && (change.value - 0.035).abs() < 1e-12);
    let interval = change.interval.unwrap();
    assert!(interval.lower > 0.016 && interval.upper < 0.055, "{interval:?}");
    let rows = measured(&evaluation, DataMetricId::ROW_COUNT, None);
    assert!((rows.change.unwrap().value - 1.25).abs() < 1e-12 && rows.estimate.measured().unwrap().interval.is_none());
}

#[test]
fn columns_that_went_came_or_hold_something_else_are_named() {
    let before = profile(&[(Counted::Missing, Some("gone"), 0, 9), (Counted::Missing, Some("kept"), 0, 9)]);
    let mut now = profile(&[(Counted::Missing, Some("kept"), 0, 9), (Counted::Missing, Some("new"), 0, 9)]);
    now.kinds.insert((Part::Test, "kept".into()), ColumnKind::Number);
    let schema = evaluate_data(&now, Some(&before), 0.95).schema.unwrap();
    assert_eq!((schema.missing, schema.new), (vec!["gone".to_owned()], vec!["new".to_owned()]));
    assert_eq!(schema.retyped, [("kept".to_owned(), ColumnKind::Text, ColumnKind::Number)]);
    // A bundle of a program that did not count the data tells nothing about its columns.
    assert_eq!(evaluate_data(&now, Some(&DataProfile::default()), 0.95).schema, None);
    assert!(evaluate_data(&now, Some(&now), 0.95).schema.unwrap().is_none());
}
