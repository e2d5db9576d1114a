//! Equal to scikit-learn and fairlearn: every metric of every slice against the golden files of `cargo xtask oracle`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use modelgate_tests::{Gate, real_data};
use serde_json::Value;

use crate::gate;

/// The largest difference to a golden number; relative where the number is above one.
const TOLERANCE: f64 = 1e-12;

/// What a run measured: metric and subject to value, or nothing where it is undefined.
type Measurements = BTreeMap<(String, String), Option<f64>>;

/// Runs `check` and reads its measurements. Gates do not matter here; that every one of them could be judged does not
/// either.
pub(crate) fn measure(gate: &Gate) -> Measurements {
    let outcome = gate.run(&["check", "--quiet"]);
    assert!(outcome.code == 0 || outcome.code == 1, "{}", outcome.stderr);
    let verdict: Value = serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap();
    let measurements = verdict["measurements"].as_array().unwrap();
    measurements
        .iter()
        .map(|found| {
            ((found["metric"].as_str().unwrap().to_owned(), subject(&found["subject"])), found["estimate"]["value"].as_f64())
        })
        .collect()
}

/// A subject of `verdict.json` as people write it.
pub(crate) fn subject(subject: &Value) -> String {
    if let Some(axes) = subject["across"].as_array() {
        let axes: Vec<&str> = axes.iter().filter_map(Value::as_str).collect();
        return format!("by {}", axes.join(" x "));
    }
    named(&subject["slice"])
}

/// A slice, given as an object of axes and levels, as people write it.
fn named(slice: &Value) -> String {
    let level = |level: &Value| level.as_str().unwrap_or("(missing)").to_owned();
    let terms: Vec<String> = slice.as_object().unwrap().iter().map(|(axis, found)| format!("{axis}={}", level(found))).collect();
    if terms.is_empty() { "overall".to_owned() } else { terms.join(" & ") }
}

/// Compares every number of a golden record; returns how many there were.
pub(crate) fn assert_golden(name: &str, golden: &Value, measured: &Measurements) -> usize {
    let mut compared = 0;
    let mut hold = |subject: &str, metrics: &Value| {
        for (metric, expected) in metrics.as_object().unwrap() {
            let found = measured.get(&(metric.clone(), subject.to_owned()));
            let found = found.unwrap_or_else(|| panic!("{name}: there is no {metric} of {subject}"));
            match (found, expected.as_f64()) {
                (Some(found), Some(expected)) => {
                    let allowed = TOLERANCE * expected.abs().max(1.0);
                    assert!((found - expected).abs() <= allowed, "{name}: {metric} of {subject} is {found}, not {expected}");
                }
                (None, None) => {}
                _ => panic!("{name}: {metric} of {subject} is {found:?}, not {expected}"),
            }
            compared += 1;
        }
    };
    for slice in golden["slices"].as_array().unwrap() {
        hold(&named(&slice["slice"]), &slice["metrics"]);
        // Where scikit-learn has a number and we say that there is none, ours must be undefined.
        for metric in slice["differs"].as_object().into_iter().flat_map(serde_json::Map::keys) {
            assert!(slice["metrics"][metric].is_null(), "{name}: {metric} is said to differ, and is not undefined");
        }
    }
    for across in golden["across"].as_array().unwrap() {
        let axes: Vec<&str> = across["axes"].as_array().unwrap().iter().map(|axis| axis.as_str().unwrap()).collect();
        let subject = format!("by {}", axes.join(" x "));
        hold(&subject, &across["metrics"]);
        if across["fairlearn"].is_object() {
            hold(&subject, &across["fairlearn"]);
        }
    }
    compared
}

fn golden(file: &str) -> Value {
    let path = modelgate_tests::folder().join("oracle").join(file);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// Every metric of the catalogue that these columns allow.
fn catalogue(scored: bool) -> Vec<&'static str> {
    let fits = |metric: &&modelgate_eval::Metric| scored || !metric.needs_scores;
    modelgate_eval::METRICS.iter().filter(fits).map(|metric| metric.id).collect()
}

/// A configuration that evaluates every metric on a predictions file and gates next to nothing.
pub(crate) fn config(columns: &[String], axes: &[String]) -> String {
    let role = |name: &str| columns.iter().any(|column| column == name);
    let mut text = String::from(
        "version: 1\nmodel: {name: oracle, predictions: rows.csv}\ndata:\n  label: label\n  positive_label: \"1\"\n",
    );
    for name in ["prediction", "score", "weight"] {
        if role(name) {
            let _ = writeln!(text, "  {name}: {name}");
        }
    }
    let metrics = catalogue(role("score")).join(", ");
    let axes = axes.join(", ");
    let _ = writeln!(text, "evaluation: {{slices: [{axes}], min_support: 1, resamples: 100, metrics: [{metrics}]}}");
    text.push_str("gates: [{metric: accuracy, lower_bound: 0}]\n");
    text
}

#[test]
fn every_metric_of_the_catalogue_has_golden_numbers() {
    let golden = golden("edge_cases.json");
    let case = &golden["cases"]["two_axes_with_weights"];
    let records = [&case["slices"][0], &case["slices"][1], &case["across"][0]];
    for metric in catalogue(true) {
        assert!(records.iter().any(|record| record["metrics"][metric].is_number()), "{metric} is compared with nothing");
    }
}

#[test]
fn edge_cases_equal_scikit_learn_and_fairlearn() {
    let golden = golden("edge_cases.json");
    let mut compared = 0;
    for (name, case) in golden["cases"].as_object().unwrap() {
        let (columns, axes) = (texts(&case["columns"]), texts(&case["axes"]));
        let mut csv = format!("{}\n", columns.join(","));
        for row in case["rows"].as_array().unwrap() {
            let cells: Vec<String> = row
                .as_array()
                .unwrap()
                .iter()
                .map(|cell| cell.as_str().map_or_else(|| cell.to_string(), str::to_owned))
                .collect();
            let _ = writeln!(csv, "{}", cells.join(","));
        }
        let gate = gate().with("modelgate.yml", config(&columns, &axes)).with("rows.csv", csv);
        compared += assert_golden(name, case, &measure(&gate));
    }
    assert!(compared > 5000, "only {compared} numbers were compared");
}

#[test]
fn compas_equals_scikit_learn_and_fairlearn() {
    let Some(folder) = real_data("compas_equals_scikit_learn_and_fairlearn") else { return };
    let golden = golden("compas.json");
    let rows = std::fs::read_to_string(folder.join("aequitas/compas_for_aequitas.csv")).unwrap();
    let axes = texts(&golden["axes"]);
    // The file's score is a decision: it is prediction and score at once, as in the golden file.
    let config = config(&["score".to_owned()], &axes).replace("label: label\n", "label: label_value\n");
    let gate = gate().with("modelgate.yml", config).with("rows.csv", rows);
    let compared = assert_golden("compas", &golden, &measure(&gate));
    assert!(compared > 3000, "only {compared} numbers were compared");
}
