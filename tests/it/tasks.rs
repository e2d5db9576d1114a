//! Several classes, sets of labels, numbers, clusters and rankings end to end: golden numbers, a release to compare with, and mistakes that are told.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use modelgate_tests::Gate;
use serde_json::Value;

use crate::gate;
use crate::oracle::{assert_golden, measure};

fn golden() -> Value {
    let path = modelgate_tests::folder().join("oracle/tasks.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Every metric of the catalogue that suits the task and what its rows hold.
pub(crate) fn metrics(task: &str, scored: bool) -> Vec<&'static str> {
    let suits =
        |metric: &&modelgate_eval::Metric| metric.tasks().any(|suited| suited.id() == task) && (scored || !metric.needs_scores);
    modelgate_eval::METRICS.iter().filter(suits).map(|metric| metric.id).collect()
}

fn config(case: &Value) -> String {
    let task = case["task"].as_str().unwrap();
    let columns: Vec<&str> = case["columns"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let classes: Vec<&str> = case["classes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let scored = columns.contains(&"p_high");
    let mut text = format!(
        "version: 1\nmodel: {{name: oracle, task: {task}, predictions: rows.csv}}\ndata:\n  label: label\n  prediction: prediction\n"
    );
    if !classes.is_empty() {
        let _ = writeln!(text, "  classes: {classes:?}");
    }
    if columns.contains(&"weight") {
        text.push_str("  weight: weight\n");
    }
    if columns.contains(&"query") {
        text.push_str("  query: query\n");
    }
    if scored {
        let named = classes.iter().map(|class| format!("{{class: {class}, column: p_{class}}}")).collect::<Vec<_>>();
        let _ = writeln!(text, "  probabilities: [{}]", named.join(", "));
    }
    if let Some(features) = case["features"].as_array().filter(|features| !features.is_empty()) {
        let _ = writeln!(text, "  features: {}", Value::from(features.clone()));
    }
    let metrics = metrics(task, scored).join(", ");
    let cutoff = case["cutoff"].as_u64().map(|cutoff| format!(", cutoff: {cutoff}")).unwrap_or_default();
    let _ = writeln!(text, "evaluation: {{slices: [sex], min_support: 1, metrics: [{metrics}]{cutoff}}}");
    text.push_str("gates: [{metric: count, lower_bound: 1}]\n");
    text
}

fn csv(case: &Value) -> String {
    let line = |cells: &Value| {
        let text = |cell: &Value| cell.as_str().map_or_else(|| cell.to_string(), str::to_owned);
        cells.as_array().unwrap().iter().map(text).collect::<Vec<_>>().join(",")
    };
    let rows = case["rows"].as_array().unwrap().iter().map(line);
    std::iter::once(line(&case["columns"])).chain(rows).map(|line| line + "\n").collect()
}

#[test]
fn numbers_of_every_task_equal_scikit_learn() {
    let (golden, mut compared) = (golden(), 0);
    for (name, case) in golden["cases"].as_object().unwrap() {
        let mut record = case.clone();
        for slice in record["slices"].as_array_mut().unwrap() {
            let named =
                slice["slice"].as_str().unwrap().split_once('=').map(|(axis, level)| (axis.to_owned(), Value::from(level)));
            slice["slice"] = Value::Object(named.into_iter().collect());
        }
        let across = if case["across"].as_object().unwrap().is_empty() {
            Value::Array(Vec::new())
        } else {
            serde_json::json!([{"axes": ["sex"], "metrics": case["across"]}])
        };
        record["across"] = across;
        let gate = gate().with("modelgate.yml", config(case)).with("rows.csv", csv(case));
        compared += assert_golden(name, &record, &measure(&gate));
    }
    assert!(compared > 300, "only {compared} numbers were compared");
}

#[test]
fn every_metric_of_the_other_tasks_has_golden_numbers() {
    let golden = golden();
    let cases = golden["cases"].as_object().unwrap();
    for task in ["multiclass", "multilabel", "regression", "clustering", "ranking"] {
        for metric in metrics(task, true) {
            let known = cases.values().filter(|case| case["task"] == task).any(|case| {
                let slices = case["slices"].as_array().unwrap();
                slices.iter().any(|slice| slice["metrics"][metric].is_number()) || case["across"][metric].is_number()
            });
            assert!(known, "{metric} of a {task} task is compared with nothing");
        }
    }
}

/// A task with predictions of two models, the second worse in one group.
struct Two {
    config: &'static str,
    row: fn(u32, bool) -> String,
}

const TASKS: [Two; 5] = [
    Two {
        config: "version: 1\nmodel: {name: m, task: multiclass, predictions: rows.csv}\ndata: {label: y, prediction: p, id: id}\nevaluation: {slices: [sex]}\ngates:\n  - {metric: accuracy, max_regression: 0.02}\n  - {metric: f1_macro, slices: every, max_regression: 0.05}\n",
        row: |row, worse| {
            let (label, wrong) = (row * 7919 % 3, row % 10 == 0 || (worse && row % 4 == 1));
            format!("{row},c{label},c{},{}", if wrong { (label + 1) % 3 } else { label }, if row % 2 == 0 { "F" } else { "M" })
        },
    },
    Two {
        config: "version: 1\nmodel: {name: m, task: multilabel, predictions: rows.csv}\ndata: {label: y, prediction: p, id: id}\nevaluation: {slices: [sex]}\ngates:\n  - {metric: f1_samples, max_regression: 0.02}\n  - {metric: recall_class_min, slices: every, max_regression: 0.05}\n",
        row: |row, worse| {
            let held = |label: u32| (row * 7919 + label * 31).is_multiple_of(3 + label);
            let own: Vec<String> = (0..4).filter(|label| held(*label)).map(|label| format!("t{label}")).collect();
            let wrong = row % 10 == 0 || (worse && row % 4 == 1);
            let said = if wrong { vec!["t0".to_owned(), "t3".to_owned()] } else { own.clone() };
            format!("{row},{},{},{}", own.join("|"), said.join("|"), if row % 2 == 0 { "F" } else { "M" })
        },
    },
    Two {
        config: "version: 1\nmodel: {name: m, task: regression, predictions: rows.csv}\ndata: {label: y, prediction: p, id: id}\nevaluation: {slices: [sex]}\ngates:\n  - {metric: mean_absolute_error, max_regression: 0.1}\n  - {metric: r2_score, slices: every, max_regression: 0.05}\n",
        row: |row, worse| {
            let label = f64::from(row * 7919 % 997) / 100.0;
            let noise = (f64::from(row * 104_729 % 1_009) / 1_009.0 - 0.5) * if worse && row % 2 == 1 { 6.0 } else { 2.0 };
            format!("{row},{label},{},{}", label + noise, if row % 2 == 0 { "F" } else { "M" })
        },
    },
    Two {
        config: "version: 1\nmodel: {name: m, task: clustering, predictions: rows.csv}\ndata: {label: y, prediction: p, id: id}\nevaluation: {slices: [sex]}\ngates:\n  - {metric: adjusted_rand_score, max_regression: 0.05}\n  - {metric: v_measure_score, slices: every, max_regression: 0.05}\n",
        row: |row, worse| {
            let (label, wrong) = (row * 7919 % 3, row % 10 == 0 || (worse && row % 4 == 1));
            format!("{row},c{label},{},{}", if wrong { (label + 1) % 3 } else { label }, if row % 2 == 0 { "F" } else { "M" })
        },
    },
    Two {
        config: "version: 1\nmodel: {name: m, task: ranking, predictions: rows.csv}\ndata: {label: y, prediction: p, query: id}\nevaluation: {slices: [sex], cutoff: 3}\ngates:\n  - {metric: ndcg_at_k, max_regression: 0.02}\n  - {metric: mean_reciprocal_rank, slices: every, max_regression: 0.05}\n",
        row: |row, worse| {
            // Five rows a query, the first of which is the relevant one.
            let (query, place) = (row / 5, row % 5);
            let wrong = query % 10 == 0 || (worse && query % 4 == 1);
            let score = if place == 0 { if wrong { 2.5 } else { 9.0 } } else { f64::from(place) };
            format!("q{query},{},{score},{}", u32::from(place == 0), if query % 2 == 0 { "F" } else { "M" })
        },
    },
];

fn table(row: fn(u32, bool) -> String, worse: bool) -> String {
    let rows = (0..1_500).map(|place| row(place, worse) + "\n");
    format!("id,y,p,sex\n{}", rows.collect::<String>())
}

#[test]
fn a_worse_model_fails_against_its_release_and_the_same_one_does_not() {
    for Two { config, row } in TASKS {
        let gate = gate().with("modelgate.yml", config).with("rows.csv", table(row, false));
        crate::committed(&gate);
        let released = gate.run(&["release", "v1"]);
        assert_eq!(released.code, 0, "{}", released.stderr);
        let same = gate.run(&["check", "--baseline-release", "v1"]);
        assert!(same.stdout.contains("baseline-is-candidate") || same.stderr.contains("baseline"), "{}", same.stdout);
        gate.write("rows.csv", table(row, true));
        let worse = gate.run(&["check", "--baseline-release", "v1"]);
        assert_eq!(worse.code, 1, "{}{}", worse.stdout, worse.stderr);
        let verdict: Value = serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap();
        assert_eq!(verdict["comparison_mode"], "same_split_paired", "{verdict}");
    }
}

#[test]
fn a_gap_between_signed_numbers_has_the_interval_of_their_difference() {
    let noise = |row: u32| f64::from(row * 7_919 % 997) / 997.0 - 0.5;
    let row = |row: u32| {
        let (label, group) = (f64::from(row % 10), row % 2);
        format!("{label},{},{}\n", label + noise(row) - f64::from(group) * 5.0, ["F", "M"][group as usize])
    };
    let config = "version: 1\nmodel: {name: m, task: regression, predictions: rows.csv}\ndata: {label: y, prediction: p}\nevaluation: {slices: [sex]}\ngates: [{metric: mean_error_difference, upper_bound: 1}]\n";
    let rows = format!("y,p,sex\n{}", (0..400).map(row).collect::<String>());
    let gate = gate().with("modelgate.yml", config).with("rows.csv", rows);
    assert_eq!(gate.run(&["check", "--no-baseline"]).code, 1);
    let verdict: Value = serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap();
    let measured = verdict["measurements"].as_array().unwrap();
    let found = &measured.iter().find(|found| found["metric"] == "mean_error_difference").unwrap()["estimate"];
    // One group has a mean error near 0, the other near -5: both are known to within 0.1.
    assert!(found["lower"].as_f64().unwrap() > 4.8 && found["upper"].as_f64().unwrap() < 5.2, "{found}");
}

#[test]
fn the_class_that_is_the_smallest_is_named_wherever_it_is_shown() {
    let Two { config, row } = &TASKS[1];
    let gate = gate().with("modelgate.yml", config).with("rows.csv", table(*row, false));
    crate::committed(&gate);
    assert_eq!(gate.run(&["release", "v1"]).code, 0);
    gate.write("rows.csv", table(*row, true));
    let outcome = gate.run(&["check", "--baseline-release", "v1"]);
    let verdict: Value = serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap();
    let measured = verdict["measurements"].as_array().unwrap();
    let smallest = |measured: &&Value| measured["metric"] == "recall_class_min" && measured["subject"]["slice"]["sex"] == "M";
    let found = measured.iter().find(smallest).unwrap();
    let [class] = found["classes"].as_array().unwrap().as_slice() else { panic!("{found}") };
    let class = class.as_str().unwrap();
    let told = outcome.stdout.lines().filter(|line| line.contains("candidate") && line.contains(&format!("({class})"))).count();
    assert!(told > 0, "{class}: {}", outcome.stdout);
    for document in ["comment.md", "model-card.md", "report.html"] {
        let document = gate.read(&format!("modelgate-out/{document}"));
        // Markdown has its brackets escaped.
        assert!(document.replace('\\', "").contains(&format!("({class})")), "{class}: {document}");
    }
}

#[test]
fn what_another_task_needs_is_told_at_its_line() {
    let mistakes = |config: &str| {
        let outcome = gate().with("modelgate.yml", config).with("rows.csv", "y,p\n1,2\n").run(&["check"]);
        assert_eq!(outcome.code, 2, "{}", outcome.stdout);
        outcome.stderr
    };
    let text = mistakes(
        "version: 1\nmodel: {name: m, task: regression, predictions: rows.csv}\ndata:\n  label: y\n  prediction: p\n  positive_label: 1\ngates:\n  - {metric: roc_auc, lower_bound: 0.5}\n",
    );
    assert!(text.contains("`data.positive_label` means nothing for a regression task"), "{text}");
    assert!(text.contains("`roc_auc` is not defined for a regression task") && text.contains("modelgate.yml:8"), "{text}");
    let text = mistakes(
        "version: 1\nmodel: {name: m, task: multiclass, predictions: rows.csv}\ndata: {label: y}\ngates: [{metric: accuracy, lower_bound: 0.5}]\n",
    );
    assert!(text.contains("needs `data.prediction` or `data.probabilities`"), "{text}");
    let text = mistakes(
        "version: 1\nmodel: {name: m, task: guessing, predictions: rows.csv}\ndata: {label: y, prediction: p}\ngates: [{metric: accuracy, lower_bound: 0.5}]\n",
    );
    assert!(text.contains("guessing") && text.contains("multiclass"), "{text}");
    let text = mistakes(
        "version: 1\nmodel: {name: m, task: regression, predictions: rows.csv}\ndata: {label: y, prediction: p}\ngates: [{metric: mean_absolute_error, upper_bound: 0.5}, {metric: accuracy, lower_bound: 0.5}]\n",
    );
    assert!(text.contains("`accuracy` is not defined for a regression task"), "{text}");
    let text = mistakes(
        "version: 1\nmodel: {name: m, task: ranking, predictions: rows.csv}\ndata: {label: y, prediction: p, id: id, weight: w}\nevaluation: {cutoff: 0}\ngates: [{metric: ndcg_at_k, lower_bound: 0.5}]\n",
    );
    assert!(text.contains("a ranking task needs `data.query`"), "{text}");
    assert!(text.contains("`data.id` means nothing for a ranking task"), "{text}");
    assert!(text.contains("`data.weight` means nothing for a ranking task"), "{text}");
    let text = mistakes(
        "version: 1\nmodel: {name: m, task: multilabel, predictions: rows.csv}\ndata: {label: y, classes: [a, b;c], separator: \";\", query: q}\ngates: [{metric: hamming_loss, upper_bound: 0.5}]\n",
    );
    assert!(text.contains("a multilabel task needs `data.prediction`"), "{text}");
    assert!(text.contains("the label `b;c` holds `;`, which stands between labels"), "{text}");
    assert!(text.contains("`data.query` means nothing for a multilabel task"), "{text}");
}

/// What the metrics of a verdict are about that are shown.
fn shown_metrics(gate: &Gate) -> BTreeSet<String> {
    let verdict: Value = serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap();
    let measured = verdict["measurements"].as_array().unwrap().iter();
    measured.map(|found| found["metric"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn under_a_profile_every_task_shows_means_over_rows_and_nothing_about_single_classes() {
    let hidden =
        ["recall_macro", "recall_class_min", "f1_macro", "hamming_loss", "adjusted_rand_score", "cluster_count", "purity"];
    for Two { config, row } in TASKS {
        let few = (10_000..10_004).map(|place| row(place, false).replace(",F", ",X").replace(",M", ",X") + "\n");
        let gate = gate().with("modelgate.yml", config).with("rows.csv", table(row, false) + &few.collect::<String>());
        let _ = gate.run(&["check", "--no-baseline", "--profile", "public"]);
        let shown = shown_metrics(&gate);
        assert!(shown.len() > 1 && shown.contains("count"), "{config}: {shown:?}");
        assert!(!hidden.iter().any(|metric| shown.contains(*metric)), "{config}: {shown:?}");
        // The group of four rows has no number, and takes another one with it.
        let verdict: Value = serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap();
        let withheld = verdict["disclosure"]["withheld"].as_array().unwrap();
        assert!(withheld.contains(&serde_json::json!({"slice": {"sex": "X"}})) && withheld.len() > 1, "{config}: {withheld:?}");
        let measured = verdict["measurements"].as_array().unwrap();
        assert!(measured.iter().all(|found| !withheld.contains(&found["subject"])), "{config}");
        let _ = gate.run(&["check", "--no-baseline", "--profile", "restricted"]);
        let verdict: Value = serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap();
        let of_slice = |found: &Value| found["subject"]["slice"].as_object().is_some_and(|slice| !slice.is_empty());
        assert!(!verdict["measurements"].as_array().unwrap().iter().any(of_slice), "{config}");
    }
}

#[test]
fn a_release_of_any_task_shows_rows_alone_and_is_no_baseline_without_a_key() {
    let keys = "disclosure: {profile: public, encrypt_to: [age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa]}\n";
    let identity = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33\n";
    for Two { config, row } in TASKS {
        let gate = gate().with("modelgate.yml", config.to_owned() + keys).with("rows.csv", table(row, false));
        crate::committed(&gate);
        let released = gate.run(&["release", "v1"]);
        assert_eq!(released.code, 0, "{}", released.stderr);
        let stored = gate.git(&["show", "modelgate-records:releases/v1/modelgate-disclosed.json"]);
        assert!(stored.contains("\"version\":2,\"task\":"), "{stored}");
        gate.write("rows.csv", table(row, true));
        // Not even the command starts on what it cannot compare with, unless it is told to.
        let unread = gate.run(&["check", "--baseline-release", "v1"]);
        assert_eq!(unread.code, 2, "{}{}", unread.stdout, unread.stderr);
        let published = gate.run(&["check", "--baseline-release", "v1", "--published-baseline"]);
        assert_eq!(published.code, 1, "what was not compared is not a pass: {}{}", published.stdout, published.stderr);
        let verdict: Value = serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap();
        let changes = verdict["changes"].as_array().unwrap();
        assert!(changes.iter().all(|change| change["delta"]["undefined"] == "not_disclosed"), "{changes:?}");
        gate.write("key.txt", identity);
        let mut exact = gate.command(&["check", "--baseline-release", "v1"]);
        exact.env("MODELGATE_IDENTITY_FILE", gate.path().join("key.txt"));
        let exact = gate.finish(&mut exact);
        assert_eq!(exact.code, 1, "{}{}", exact.stdout, exact.stderr);
        let verdict: Value = serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap();
        assert_eq!(verdict["comparison_mode"], "same_split_paired", "{verdict}");
    }
}
