//! Equal to scikit-learn and fairlearn: every metric of every slice against the golden files of `cargo xtask oracle`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use modelgate_eval::Requirement;
use modelgate_tests::{Gate, real_data};
use serde_json::{Value, json};

use crate::{data_sets, gate};

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
        for metric in across["differs"].as_object().into_iter().flat_map(serde_json::Map::keys) {
            assert!(across["metrics"][metric].is_null(), "{name}: {metric} is said to differ, and is not undefined");
        }
        if across["fairlearn"].is_object() {
            hold(&subject, &across["fairlearn"]);
        }
    }
    compared
}

pub(crate) fn golden(file: &str) -> Value {
    let path = modelgate_tests::folder().join("oracle").join(file);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// Every metric of the catalogue that these columns and declarations allow.
fn catalogue(scored: bool, declared: &[Requirement]) -> Vec<&'static str> {
    let is_met = |metric: &modelgate_eval::Metric| metric.requires.is_none_or(|requirement| declared.contains(&requirement));
    let is_binary = |metric: &modelgate_eval::Metric| metric.suits(modelgate_cube::TaskKind::Binary);
    let fits = |metric: &&modelgate_eval::Metric| (scored || !metric.needs_scores) && is_met(metric) && is_binary(metric);
    modelgate_eval::METRICS.iter().filter(fits).map(|metric| metric.id).collect()
}

/// What the oracle declares of the edge cases, as far as their columns allow.
fn declarations(columns: &[String], axes: &[String]) -> (Vec<Requirement>, String) {
    let costs = "costs: {false_positive: 1, false_negative: 5, true_positive: -0.5, true_negative: 0.25}";
    let references = axes.iter().map(|axis| if axis == "sex" { "sex=M" } else { "region=north" }).collect::<Vec<_>>().join(", ");
    let mut text = format!(", {costs}, reference_groups: [{references}]");
    let mut declared = vec![Requirement::Costs, Requirement::References];
    if axes.iter().any(|axis| axis == "region") {
        text.push_str(", control: region");
        declared.push(Requirement::Control);
    }
    if columns.iter().any(|column| column == "baseline_prediction") {
        declared.push(Requirement::BaselinePredictions);
    }
    (declared, text)
}

/// A configuration that evaluates every metric on a predictions file and gates next to nothing.
pub(crate) fn config(columns: &[String], axes: &[String]) -> String {
    config_with(columns, axes, &(Vec::new(), String::new()))
}

fn config_with(columns: &[String], axes: &[String], (declared, declarations): &(Vec<Requirement>, String)) -> String {
    let role = |name: &str| columns.iter().any(|column| column == name);
    let mut text = String::from(
        "version: 1\nmodel: {name: oracle, predictions: rows.csv}\ndata:\n  label: label\n  positive_label: \"1\"\n",
    );
    for name in ["prediction", "score", "weight", "baseline_prediction"] {
        if role(name) {
            let _ = writeln!(text, "  {name}: {name}");
        }
    }
    let metrics = catalogue(role("score"), declared).join(", ");
    let axes = axes.join(", ");
    let _ =
        writeln!(text, "evaluation: {{slices: [{axes}], min_support: 1, resamples: 100, metrics: [{metrics}]{declarations}}}");
    text.push_str("gates: [{metric: accuracy, lower_bound: 0}]\n");
    text
}

#[test]
fn every_metric_of_the_catalogue_has_golden_numbers() {
    let golden = golden("edge_cases.json");
    let case = &golden["cases"]["two_axes_with_weights"];
    let records = [&case["slices"], &case["across"]].map(|records| records.as_array().unwrap().clone()).concat();
    for metric in modelgate_eval::METRICS.iter().filter(|metric| metric.suits(modelgate_cube::TaskKind::Binary)) {
        let is_known = |record: &Value| record["metrics"][metric.id].is_number();
        // Every slice of that case has a false negative; other cases have one without.
        let elsewhere = metric.id == "mean_log_deviation" && is_known(&golden["cases"]["one_row"]["slices"][0]);
        assert!(elsewhere || records.iter().any(is_known), "{} is compared with nothing", metric.id);
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
        let config = config_with(&columns, &axes, &declarations(&columns, &axes));
        let gate = gate().with("modelgate.yml", config).with("rows.csv", csv);
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

/// Every number of a data set whose scores are made by a rule.
fn equals_the_golden_numbers(test: &str, name: &'static str) {
    let Some(folder) = real_data(test) else { return };
    let golden = golden(&format!("{name}.json"));
    let rows = data_sets::by_rule(&folder, name, &golden);
    let evaluation = json!({"min_support": 1, "resamples": 100, "metrics": catalogue(true, &[])});
    let config = rows.config(&evaluation, "gates: [{metric: accuracy, lower_bound: 0}]\n");
    let gate = gate().with("modelgate.yml", config).with("rows.csv", rows.csv);
    let compared = assert_golden(name, &golden, &measure(&gate));
    assert!(compared > 2000, "{name}: only {compared} numbers were compared");
}

#[test]
fn german_credit_equals_scikit_learn_and_fairlearn() {
    equals_the_golden_numbers("german_credit_equals_scikit_learn_and_fairlearn", "german");
}

#[test]
fn bank_marketing_with_weights_equals_scikit_learn_and_fairlearn() {
    equals_the_golden_numbers("bank_marketing_with_weights_equals_scikit_learn_and_fairlearn", "bank");
}

#[test]
fn credit_default_equals_scikit_learn_and_fairlearn() {
    equals_the_golden_numbers("credit_default_equals_scikit_learn_and_fairlearn", "credit_default");
}
