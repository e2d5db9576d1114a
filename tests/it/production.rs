//! Drift of a batch from use against a release, training rows and test rows, with and without the old rows at hand.

use std::fmt::Write as _;

use modelgate_tests::{CONFIG, Gate, Rows};
use serde_json::Value;

use crate::drift::{released_with_income, with_income};
use crate::gate;

fn config(data: &str) -> String {
    CONFIG.replace("  id: id\n", &format!("  id: id\n{data}"))
}

/// A batch as a job writes it: without labels, with other ids, incomes that moved by so much.
fn batch(rows: u32, moved: u32) -> String {
    let text = with_income(&Rows { rows, jitter: 7, ..Rows::default() }, |row| row * 7 % 97 + moved);
    let mut out = String::new();
    for (number, line) in text.lines().enumerate() {
        let cells: Vec<&str> = line.split(',').collect();
        let [id, _, score, sex, region, income] = cells[..] else { panic!("{line}") };
        let id = if number == 0 { id.to_owned() } else { format!("u{id}") };
        writeln!(out, "{id},{score},{sex},{region},{income}").unwrap();
    }
    out
}

/// A release with incomes, whose rows are gone, and a batch.
fn in_use(batch: &str, rules: &str) -> Gate {
    let gate = released_with_income();
    std::fs::remove_file(gate.path().join("predictions.csv")).unwrap();
    gate.write("use/2026-06.csv", batch);
    gate.with("modelgate.yml", config("  production: use/*.csv\n") + rules)
}

fn json(gate: &Gate, arguments: &[&str]) -> Value {
    let outcome = gate.run(arguments);
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("{}{}", outcome.stdout, outcome.stderr))
}

fn state<'a>(comparison: &'a Value, feature: &str, slice: &Value) -> Option<&'a str> {
    let columns = comparison["columns"].as_array().unwrap();
    let found = columns
        .iter()
        .find(|found| (found["feature"]["column"] == feature || found["feature"] == feature) && found["slice"] == *slice);
    found.and_then(|found| found["state"].as_str())
}

#[test]
fn a_batch_is_compared_with_a_release_whose_rows_are_gone() {
    let gate = in_use(&batch(4000, 30), "");
    let outcome = gate.run(&["drift", "--quiet"]).exits(0);
    assert!(outcome.stdout.contains("Test rows of the baseline and the batch from use, "), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("warn [production-drift]") && outcome.stdout.contains("income"), "{}", outcome.stdout);
    let found = json(&gate, &["drift", "--quiet", "--format", "json"]);
    assert_eq!(found["between"], "baseline_test_to_production");
    let all = serde_json::json!({});
    assert_eq!(state(&found, "income", &all), Some("severely_drifted"));
    assert_eq!(state(&found, "score", &all), Some("steady"));
    assert_eq!(state(&found, "label", &all), None, "a batch without labels says nothing of them");
    assert_eq!(state(&found, "income", &serde_json::json!({"sex": "F"})), Some("severely_drifted"));
    assert_eq!(state(&found, "prediction", &all).map(|state| state == "same" || state == "steady"), Some(true));
}

#[test]
fn a_batch_like_the_release_is_steady_and_one_of_few_rows_tells_nothing() {
    let found = json(&in_use(&batch(4000, 0), ""), &["drift", "--quiet", "--format", "json"]);
    for column in ["income", "sex", "region", "score"] {
        assert!(matches!(state(&found, column, &serde_json::json!({})), Some("same" | "steady")), "{column}: {found}");
    }
    let few = json(&in_use(&batch(12, 0), ""), &["drift", "--quiet", "--format", "json"]);
    assert_eq!(state(&few, "income", &serde_json::json!({})), Some("insufficient"), "{few}");
}

#[test]
fn labels_that_come_later_are_compared_as_well() {
    let later = with_income(&Rows { jitter: 7, ..Rows::default() }, |row| row * 7 % 97).replace(",no,", ",yes,");
    let found = json(&in_use(&later, ""), &["drift", "--quiet", "--format", "json"]);
    assert_eq!(state(&found, "label", &serde_json::json!({})), Some("severely_drifted"));
}

#[test]
fn a_drift_in_use_that_is_denied_fails_the_command() {
    let gate = in_use(&batch(4000, 30), "rules:\n  production-drift: deny\n");
    let _ = gate.run(&["drift", "--quiet"]).exits(1);
    let quiet = in_use(&batch(4000, 0), "rules:\n  production-drift: deny\n");
    let _ = quiet.run(&["drift", "--quiet"]).exits(0);
}

#[test]
fn a_whole_run_compares_the_batch_with_all_that_it_knows() {
    let gate = released_with_income();
    gate.write("predictions.csv", with_income(&Rows { jitter: 1, ..Rows::default() }, |row| row * 7 % 97));
    gate.write("train.csv", with_income(&Rows { jitter: 9, ..Rows::default() }, |row| row * 7 % 97));
    gate.write("use.csv", batch(4000, 30));
    gate.write("modelgate.yml", config("  production: use.csv\n  train_path: train.csv\n"));
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    let verdict: Value = serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap();
    let between: Vec<&str> = verdict["drift"].as_array().unwrap().iter().map(|one| one["between"].as_str().unwrap()).collect();
    assert_eq!(
        between,
        ["baseline_test_to_test", "train_to_test", "baseline_test_to_production", "train_to_production", "test_to_production"]
    );
    let rules: Vec<&str> = verdict["findings"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect();
    assert!(rules.contains(&"production-drift"), "{rules:?}");
    assert_eq!(verdict["read"]["inputs"][2]["path"], "use.csv");
    assert!(gate.read("modelgate-out/report.html").contains("Test rows and the batch from use"));
    // Every pair can be asked for alone.
    for (from, to, name) in [
        ("baseline", "test", "baseline_test_to_test"),
        ("training", "test", "train_to_test"),
        ("baseline", "production", "baseline_test_to_production"),
        ("training", "production", "train_to_production"),
        ("test", "production", "test_to_production"),
    ] {
        assert_eq!(json(&gate, &["drift", "--quiet", "--from", from, "--to", to, "--format", "json"])["between"], name);
    }
}

#[test]
fn training_rows_are_compared_with_those_of_the_release() {
    let gate = gate().with("modelgate.yml", config("  train_path: train.csv\n"));
    gate.write("predictions.csv", with_income(&Rows::default(), |row| row * 7 % 97));
    gate.write("train.csv", with_income(&Rows { jitter: 9, ..Rows::default() }, |row| row * 7 % 97));
    let gate = crate::released(gate);
    gate.write("predictions.csv", with_income(&Rows { jitter: 1, ..Rows::default() }, |row| row * 7 % 97));
    gate.write("train.csv", with_income(&Rows { jitter: 9, ..Rows::default() }, |row| row * 7 % 97 + 30));
    let found = json(&gate, &["drift", "--quiet", "--from", "baseline", "--to", "training", "--format", "json"]);
    assert_eq!(
        (found["between"].as_str(), state(&found, "income", &serde_json::json!({}))),
        (Some("baseline_train_to_train"), Some("severely_drifted"))
    );
}

#[test]
fn what_is_lacking_for_a_comparison_is_said() {
    let gate = in_use(&batch(40, 0), "");
    let _ = gate.run(&["drift", "--from", "production", "--to", "baseline"]).exits(2).says("from earlier rows to later ones");
    let _ = gate.run(&["drift", "--no-baseline"]).exits(2).says("there is no baseline to compare with: --no-baseline was given");
    let _ = gate.run(&["drift", "--profile", "public"]).exits(2).says("no counts of columns are shown");
    let none = released_with_income();
    let _ = none.run(&["drift"]).exits(2).says("no batch from use is named").says("data.production");
    let _ = none.run(&["drift", "--to", "training"]).exits(2).says("data.train_path");
}

#[test]
fn a_model_that_is_trained_here_scores_the_batch() {
    let gate = gate();
    gate.write("train.csv", modelgate_tests::loans_csv(1500, 1));
    gate.write("test.csv", modelgate_tests::loans_csv(1500, 2));
    let rows = modelgate_tests::loans_csv(1500, 3);
    let unlabelled: Vec<&str> = rows.lines().map(|line| line.rsplit_once(',').unwrap().0).collect();
    let batch = unlabelled.join("\n") + "\n";
    gate.write("use.csv", batch);
    let text = "version: 1\nmodel:\n  name: loans\n  train:\n    estimator: logistic_regression\n    features: [income, debt, job]\ndata:\n  path: test.csv\n  \
                train_path: train.csv\n  production: use.csv\n  label: repaid\nevaluation:\n  slices: [sex]\n  discover: \
                false\ngates:\n  - metric: accuracy\n    lower_bound: 0.5\n";
    gate.write("modelgate.yml", text);
    let found = json(&gate, &["drift", "--quiet", "--from", "test", "--to", "production", "--format", "json"]);
    for role in ["prediction", "score"] {
        assert!(state(&found, role, &serde_json::json!({})).is_some(), "{role}: {found}");
    }
    assert_eq!(state(&found, "label", &serde_json::json!({})), None);
}

/// A batch whose scores are nearer to a half by this factor.
pub(crate) fn unsure_batch(factor: f64) -> String {
    let turned = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let [id, score, sex, region, income] = cells[..] else { panic!("{line}") };
        let score =
            score.parse::<f64>().map_or_else(|_| score.to_owned(), |score| format!("{:.4}", 0.5 + (score - 0.5) * factor));
        format!("{id},{score},{sex},{region},{income}\n")
    };
    batch(4000, 0).lines().map(turned).collect()
}

#[test]
fn without_labels_a_batch_of_unsure_scores_says_that_the_model_is_worse() {
    let gate = in_use(&unsure_batch(0.4), "");
    let outcome = gate.run(&["drift", "--quiet"]).exits(0);
    assert!(outcome.stdout.contains("warn [estimated-decay]"), "{}", outcome.stdout);
    let found = json(&gate, &["drift", "--quiet", "--format", "json"]);
    let of = |found: &Value, metric: &str, column: &str| {
        let all = found["together"].as_array().unwrap();
        let is_one = |one: &&Value| one["metric"] == metric && one["column"] == column && one["group"].is_null();
        all.iter().find(is_one).unwrap_or_else(|| panic!("{metric} of {column}: {found}")).clone()
    };
    let loss = of(&found, "estimated_loss", "accuracy");
    assert!(loss["value"].as_f64().unwrap() > 0.05 && loss["state"] == "crossed", "{loss}");
    assert_eq!(loss["n"], 4000);
    let denied = in_use(&unsure_batch(0.4), "rules:\n  estimated-decay: deny\n");
    let _ = denied.run(&["drift", "--quiet"]).exits(1);

    let same = in_use(&batch(4000, 0), "rules:\n  estimated-decay: deny\n");
    let found = json(&same, &["drift", "--quiet", "--format", "json"]);
    let loss = of(&found, "estimated_loss", "accuracy");
    assert!(loss["value"].as_f64().unwrap().abs() < 0.01 && loss["state"] == "within_limit", "{loss}");
    let _ = same.run(&["drift", "--quiet"]).exits(0);
}

#[test]
fn a_denied_estimate_that_cannot_be_made_is_no_pass() {
    // Without scores nothing can be estimated.
    let without: String = batch(4000, 0)
        .lines()
        .map(|line| {
            line.split(',').enumerate().filter(|(place, _)| *place != 1).map(|(_, cell)| cell).collect::<Vec<_>>().join(",")
                + "\n"
        })
        .collect();
    let gate = in_use(&without, "rules:\n  estimated-decay: deny\n");
    let outcome = gate.run(&["drift", "--quiet"]).exits(1);
    assert!(outcome.stdout.contains("deny [estimated-decay]") && outcome.stdout.contains("not measured"), "{}", outcome.stdout);
}

/// Rows of a model of three classes or of numbers. Every third row of a batch, or of the evaluated rows every tenth, is of the kind that
/// the model is bad at.
fn of_task(task: &str, every: u32, labelled: bool) -> String {
    let mut out = if labelled { "id,y,p,sex\n".to_owned() } else { "id,p,sex\n".to_owned() };
    for row in 0..3_000_u32 {
        let (is_hard, sex) = (row % every == 0, ["F", "M"][(row % 2) as usize]);
        let is_wrong = if is_hard { row * 7 % 5 < 2 } else { row * 7 % 50 < 2 };
        let (label, prediction) = match task {
            "multiclass" if is_hard => (if is_wrong { "low" } else { "middle" }.to_owned(), "middle".to_owned()),
            "multiclass" => (if is_wrong { "middle" } else { "high" }.to_owned(), "high".to_owned()),
            _ => {
                let prediction = f64::from(row % 100) / 10.0 + if is_hard { 50.0 } else { 0.0 };
                let error = f64::from(row * 7 % 21) / 10.0 - 1.0;
                (format!("{:.2}", prediction + if is_hard { 20.0 * error } else { error }), format!("{prediction:.2}"))
            }
        };
        let id = if labelled { format!("r{row}") } else { format!("u{row}") };
        if labelled {
            writeln!(out, "{id},{label},{prediction},{sex}").unwrap();
        } else {
            writeln!(out, "{id},{prediction},{sex}").unwrap();
        }
    }
    out
}

#[test]
fn without_labels_predictions_of_classes_and_numbers_say_that_the_model_is_worse() {
    for (task, metric, limit) in
        [("multiclass", "accuracy", "lower_bound: 0.5"), ("regression", "mean_absolute_error", "upper_bound: 50")]
    {
        let data = "data: {label: y, prediction: p, id: id, production: use.csv}\nrules: {estimated-decay: deny}\n";
        let config = format!(
            "version: 1\nmodel: {{name: m, task: {task}, predictions: rows.csv}}\n{data}evaluation: {{slices: [sex], discover: false}}\n\
             gates: [{{metric: {metric}, {limit}}}]\n"
        );
        let released = |every| {
            let gate = gate().with("modelgate.yml", config.replace(", production: use.csv", ""));
            let gate = crate::released(gate.with("rows.csv", of_task(task, 10, true)));
            std::fs::remove_file(gate.path().join("rows.csv")).unwrap();
            gate.with("modelgate.yml", &config).with("use.csv", of_task(task, every, false))
        };
        let loss = |gate: &Gate| {
            let found = json(gate, &["drift", "--quiet", "--format", "json"]);
            let all = found["together"].as_array().unwrap().clone();
            let of = |one: &Value| one["metric"] == "estimated_loss" && one["column"] == metric && one["group"].is_null();
            all.into_iter().find(of).unwrap_or_else(|| panic!("{task}: {found}"))
        };
        let same = released(10);
        let found = loss(&same);
        assert!(found["value"].as_f64().unwrap().abs() < 0.01 && found["state"] == "within_limit", "{task}: {found}");
        let _ = same.run(&["drift", "--quiet"]).exits(0);

        let worse = released(3);
        let found = loss(&worse);
        assert!(found["value"].as_f64().unwrap() > 0.05 && found["state"] == "crossed", "{task}: {found}");
        assert_eq!(found["n"], 3_000);
        let outcome = worse.run(&["drift", "--quiet"]).exits(1);
        assert!(outcome.stdout.contains("deny [estimated-decay]"), "{task}: {}", outcome.stdout);

        // A whole run knows of the same, by its own rows where there is no release.
        let whole = gate().with("modelgate.yml", &config).with("rows.csv", of_task(task, 10, true));
        let whole = whole.with("use.csv", of_task(task, 3, false));
        let outcome = whole.run(&["check", "--quiet"]);
        assert!(outcome.stdout.contains("estimated-decay") || outcome.stderr.contains("estimated-decay"), "{task}: {outcome:?}");
    }
}
