//! Drift of columns: equal to scipy, from edges that a release has frozen, told in every document and judged by rules.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use modelgate_cube::{FeatureColumn, FeatureHistogram, FeatureId, FeatureKind, FeatureTable, NumberBins, Part, Slice, Tally};
use modelgate_eval::{Drift, DriftBetween, drift};
use modelgate_tests::{CONFIG, Gate, Rows};
use serde_json::Value;

use crate::{gate, ready, released};

/// The largest difference to a golden number; relative where the number is above one.
const TOLERANCE: f64 = 1e-12;

fn one_column(kind: FeatureKind, histogram: FeatureHistogram) -> FeatureTable {
    let histograms = BTreeMap::from([((Part::Test, Slice::overall()), histogram)]);
    FeatureTable {
        columns: BTreeMap::from([(FeatureId::Column("x".into()), FeatureColumn { kind, histograms })]),
        left_out: BTreeMap::new(),
    }
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// Rows of a level: their number, or the weight of each.
fn tally(level: &Value) -> Tally {
    let Some(weights) = level.as_array() else { return Tally::unweighted(level.as_u64().unwrap()) };
    let mut tally = Tally::default();
    for weight in weights {
        tally.add_row(weight.as_f64().unwrap());
    }
    tally
}

/// The tables of a golden case, before and now.
fn tables(case: &Value) -> [FeatureTable; 2] {
    let outside = |what: &str, side: usize| Tally::unweighted(case[what][side].as_u64().unwrap());
    if case["samples"].is_null() {
        return [0, 1].map(|side| {
            let counts = case[["before", "now"][side]].as_array().unwrap();
            let kind = FeatureKind::Category { levels: (0..counts.len()).map(|level| format!("level {level}")).collect() };
            let bins = counts.iter().map(tally).collect();
            let (rest, missing) = (outside("rest", side), outside("missing", side));
            one_column(kind.clone(), FeatureHistogram { bins, rest, missing, ..FeatureHistogram::new(&kind) })
        });
    }
    let (edges, centers) = (numbers(&case["edges"]), numbers(&case["centers"]));
    let coarse = (0..edges.len()).collect();
    let bins = NumberBins::new(edges, centers, coarse).unwrap();
    [0, 1].map(|side| {
        let kind = FeatureKind::Number(bins.clone());
        let mut histogram = FeatureHistogram { missing: outside("missing", side), ..FeatureHistogram::new(&kind) };
        let sample = numbers(&case["samples"][side]);
        for number in &sample {
            histogram.bins[bins.bin(*number)].add_row(1.0);
        }
        histogram.add_moments(&bins, sample.iter().map(|number| (*number, 1.0)));
        one_column(kind, histogram)
    })
}

fn only_drift([before, now]: &[FeatureTable; 2]) -> Drift {
    let mut drifts = drift(DriftBetween::Releases, before, now).unwrap().drifts;
    assert_eq!(drifts.len(), 1);
    drifts.remove(0)
}

#[test]
fn every_statistic_equals_scipy() {
    let golden: Value = serde_json::from_str(include_str!("../oracle/drift.json")).unwrap();
    let mut compared = 0;
    for case in golden["cases"].as_array().unwrap() {
        let found = only_drift(&tables(case));
        let found: BTreeMap<&str, Option<f64>> = found.values.iter().map(|(id, value)| (id.as_str(), value.ok())).collect();
        for (statistic, expected) in case["statistics"].as_object().unwrap() {
            let found = found[statistic.as_str()];
            let fits = match (found, expected.as_f64()) {
                // The largest of probabilities is sought by other steps.
                (Some(found), Some(expected)) if statistic == "boschloo_exact_p" => (found - expected).abs() <= 1e-6 * expected,
                (Some(found), Some(expected)) => (found - expected).abs() <= TOLERANCE * expected.abs().max(1.0),
                (found, expected) => found == expected,
            };
            assert!(fits, "{}: {statistic} is {found:?}, not {expected}", case["name"]);
            compared += 1;
        }
        if let Some(rows) = case["rows"].as_object() {
            let rows = |name: &str| rows[name].as_f64().unwrap();
            let value = |name: &str| found[name].unwrap();
            let true_distance = rows("kolmogorov_smirnov") + 1e-12;
            assert!(value("kolmogorov_smirnov") <= true_distance && true_distance <= value("kolmogorov_smirnov_bound") + 2e-12);
            assert!(value("wasserstein_distance") <= rows("wasserstein_distance") * 1.02, "{}", case["name"]);
        }
    }
    assert!(compared > 390, "{compared}");
}

/// The plain rows with a column of numbers that no slice is made of.
pub(crate) fn with_income(rows: &Rows, income: impl Fn(u32) -> u32) -> String {
    let mut text = String::new();
    for (line, row) in rows.csv().lines().enumerate() {
        let number = u32::try_from(line).unwrap();
        let cell = if line == 0 { "income".to_owned() } else { income(number).to_string() };
        writeln!(text, "{row},{cell}").unwrap();
    }
    text
}

fn candidate() -> Rows {
    Rows { jitter: 1, ..Rows::default() }
}

/// A release whose rows have incomes from 0 to 96.
pub(crate) fn released_with_income() -> Gate {
    released(ready().with("predictions.csv", with_income(&Rows::default(), |row| row * 7 % 97)))
}

fn verdict(gate: &Gate) -> Value {
    serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap()
}

fn state<'a>(verdict: &'a Value, between: usize, column: &str) -> &'a str {
    let columns = verdict["drift"][between]["columns"].as_array().unwrap();
    let named = |found: &&Value| found["feature"]["column"] == column || found["feature"] == column;
    columns.iter().find(|found| named(found) && found["slice"] == serde_json::json!({})).unwrap()["state"].as_str().unwrap()
}

#[test]
fn a_column_that_moved_since_the_release_is_found_without_the_releases_rows() {
    let gate = released_with_income().with("predictions.csv", with_income(&candidate(), |row| row * 7 % 97 + 30));
    let _ = gate.run(&["check"]).exits(0).prints("data-drift");
    let verdict = verdict(&gate);
    assert_eq!(state(&verdict, 0, "income"), "severely_drifted");
    assert_eq!((state(&verdict, 0, "sex"), state(&verdict, 0, "label")), ("same", "same"));
    assert_eq!(state(&verdict, 0, "score"), "steady");
    let comment = gate.read("modelgate-out/comment.md");
    assert!(comment.contains("data-drift") && comment.contains("- Data: Test rows of the baseline"), "{comment}");
    let page = gate.read("modelgate-out/report.html");
    assert!(page.contains("id=\"data\"") && page.contains("Shares of income before and now."), "{page}");
    assert!(gate.read("modelgate-out/model-card.md").contains("| income |"));
}

#[test]
fn limits_are_those_of_the_configuration() {
    let moved = || released_with_income().with("predictions.csv", with_income(&candidate(), |row| row * 7 % 97 + 30));
    let lax = format!("{CONFIG}data_checks:\n  drift_effect: 9\n");
    let gate = moved().with("modelgate.yml", lax);
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    assert_eq!(state(&verdict(&gate), 0, "income"), "steady");
    let strict = format!("{CONFIG}rules:\n  data-drift: deny\n");
    let _ = moved().with("modelgate.yml", strict).run(&["check", "--quiet"]).exits(1);
}

fn edges(gate: &Gate, bundle: &str) -> Value {
    let bundle: Value = serde_json::from_str(&gate.read(bundle)).unwrap();
    let columns = bundle["features"]["columns"].as_array().unwrap();
    columns.iter().find(|column| column["id"]["column"] == "income").unwrap()["kind"].clone()
}

#[test]
fn a_later_release_keeps_the_edges_of_the_first() {
    let gate = released_with_income();
    gate.git(&["commit", "-qam", "second", "--allow-empty"]);
    let _ = gate.run(&["release", "v1.0.0", "--bundle-out", "first.json"]);
    gate.write("predictions.csv", with_income(&candidate(), |row| row * 7 % 97 + 30));
    gate.git(&["commit", "-qam", "third"]);
    gate.git(&["tag", "v1.1.0"]);
    let _ = gate.run(&["release", "v1.1.0", "--bundle-out", "second.json"]).exits(0);
    assert_eq!(edges(&gate, "first.json"), edges(&gate, "second.json"));
    // Without a release before it, the same rows set other ones.
    let alone = gate.run(&["list", "releases"]).exits(0);
    assert!(alone.stdout.contains("v1.1.0"));
}

#[test]
fn bundles_of_older_programs_stay_readable_and_are_not_said_to_be_steady() {
    let gate = released_with_income();
    let _ = gate.run(&["release", "v1.0.0", "--bundle-out", "bundle.json"]);
    let mut bundle: Value = serde_json::from_str(&gate.read("bundle.json")).unwrap();
    assert!(bundle.as_object_mut().unwrap().remove("features").is_some());
    gate.write("old.json", bundle.to_string());
    gate.write("predictions.csv", with_income(&candidate(), |row| row * 7 % 97 + 30));
    let _ = gate.run(&["check", "--quiet", "--baseline-path", "old.json"]).exits(0);
    assert!(verdict(&gate).get("drift").is_none());
    for document in ["comment.md", "report.html"] {
        assert!(gate.read(&format!("modelgate-out/{document}")).contains("How columns moved since the baseline is not known"));
    }
    // What is denied is not passed by not being measured.
    gate.write("modelgate.yml", format!("{CONFIG}rules:\n  data-drift: deny\n"));
    let outcome = gate.run(&["check", "--quiet", "--baseline-path", "old.json"]).exits(1);
    let _ = outcome.prints("data-drift");
}

#[test]
fn where_not_everybody_may_know_the_rows_it_is_told_that_columns_moved_and_no_number() {
    for profile in ["public", "restricted"] {
        let gate = released_with_income().with("predictions.csv", with_income(&candidate(), |row| row * 7 % 97 + 30));
        gate.git(&["commit", "-qam", "moved"]);
        gate.git(&["tag", "v1.1.0"]);
        let _ = gate.run(&["release", "v1.1.0", "--profile", profile, "--bundle-out", "exact.json"]).exits(0);
        let shown = gate.git(&["show", "modelgate-records:releases/v1.1.0/modelgate-disclosed.json"]);
        assert!(!shown.contains("income") && !shown.contains("features"), "{shown}");
        assert!(gate.read("exact.json").contains("income"), "the exact counts have them");
        gate.write("predictions.csv", with_income(&Rows { jitter: 2, ..Rows::default() }, |row| row * 7 % 97));
        let _ = gate.run(&["check", "--profile", profile, "--baseline-path", "exact.json"]).exits(0).prints("data-drift");
        assert!(verdict(&gate).get("drift").is_none());
        for document in ["comment.md", "report.html", "model-card.md", "verdict.json"] {
            let text = gate.read(&format!("modelgate-out/{document}"));
            assert!(!text.contains("income") && !text.contains("Jensen-Shannon 0"), "{document}: {text}");
        }
        let comment = gate.read("modelgate-out/comment.md");
        assert!(comment.contains("The data itself, and how columns moved, was judged by exact counts"), "{comment}");
    }
}

/// Rows of a task other than two classes: a number and a class for label and prediction, and an income.
fn task_rows(income: impl Fn(u32) -> u32) -> String {
    let mut text = "id,label,prediction,sex,income\n".to_owned();
    for row in 0..1_000 {
        let prediction = if row % 10 == 0 { (row + 1) % 3 } else { row % 3 };
        writeln!(text, "{row},{},{prediction},{},{}", row % 3, if row % 2 == 0 { "F" } else { "M" }, income(row)).unwrap();
    }
    text
}

#[test]
fn columns_of_every_task_are_compared() {
    for (task, gated) in [
        ("multiclass", "accuracy"),
        ("regression", "mean_absolute_error"),
        ("clustering", "adjusted_rand_score"),
        ("multilabel", "subset_accuracy"),
    ] {
        let config = format!(
            "version: 1\nmodel: {{name: m, task: {task}, predictions: rows.csv}}\n\
             data: {{label: label, prediction: prediction, id: id}}\nevaluation: {{slices: [sex]}}\n\
             gates: [{{metric: {gated}, max_regression: 0.5}}]\n"
        );
        let gate = released(gate().with("modelgate.yml", config).with("rows.csv", task_rows(|row| row * 7 % 97)));
        gate.write("rows.csv", task_rows(|row| row * 7 % 97 + 30));
        let outcome = gate.run(&["check", "--quiet"]);
        assert!(outcome.code < 2, "{task}: {}", outcome.stderr);
        let verdict = verdict(&gate);
        assert_eq!(state(&verdict, 0, "income"), "severely_drifted", "{task}");
        assert_eq!((state(&verdict, 0, "label"), state(&verdict, 0, "prediction")), ("same", "same"), "{task}");
    }
}

#[test]
fn training_rows_are_compared_with_test_rows_where_they_are_named() {
    let config = CONFIG.replace("  id: id\n", "  id: id\n  train_path: train.csv\n");
    let gate = ready().with("modelgate.yml", config);
    let training = Rows { rows: 3000, ..Rows::default() };
    gate.write("predictions.csv", with_income(&Rows::default(), |row| row * 7 % 97));
    gate.write("train.csv", with_income(&training, |row| row * 5 % 50));
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    let found = verdict(&gate);
    assert_eq!(found["drift"][0]["between"], "train_to_test");
    assert_eq!((state(&found, 0, "income"), state(&found, 0, "label")), ("severely_drifted", "steady"));
    let rules: Vec<&str> =
        found["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap()).collect();
    assert!(rules.contains(&"train-test-drift"), "{rules:?}");
    // The very rows that are evaluated are no training rows.
    gate.write("train.csv", gate.read("predictions.csv"));
    let _ = gate.run(&["check", "--quiet"]).exits(2).says("rows that the model was trained on as well");
}

#[test]
fn a_trained_model_is_compared_with_its_own_rows() {
    let config = CONFIG
        .replace("  predictions: predictions.csv\n", "  train: {estimator: logistic_regression, features: [income]}\n")
        .replace("  score: score\n", "  train_path: train.csv\n  path: test.csv\n");
    let gate = gate().with("modelgate.yml", config);
    gate.write("train.csv", with_income(&Rows::default(), |row| row * 7 % 97));
    gate.write("test.csv", with_income(&candidate(), |row| row * 11 % 97));
    let outcome = gate.run(&["check", "--quiet"]);
    assert!(outcome.code < 2, "{}", outcome.stderr);
    assert_eq!(state(&verdict(&gate), 0, "income"), "steady");
}

#[test]
fn statistics_are_listed_and_explained() {
    let listed = gate().run(&["list", "statistics"]).exits(0).stdout;
    assert!(listed.lines().count() > 12, "{listed}");
    let _ = gate().run(&["explain", "jensen_shannon_distance"]).exits(0).prints("scipy.spatial.distance.jensenshannon");
}
