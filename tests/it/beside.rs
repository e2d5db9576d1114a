//! The baseline as the previous model's predictions of the same rows: in columns, or in a file that is joined by id.

use modelgate_tests::{CONFIG, Gate, Rows};
use serde_json::Value;

use crate::gate;

/// What the previous model predicted, by id.
fn previous() -> String {
    Rows::default().csv()
}

/// The rows with a new model's scores, and those of the previous one in a column of their own.
fn side_by_side() -> String {
    let (now, before) = (now(), previous());
    let line = |(now, before): (&str, &str)| format!("{now},{}\n", before.split(',').nth(2).unwrap());
    now.lines().zip(before.lines()).map(line).collect::<String>().replacen(",region,score\n", ",region,old_score\n", 1)
}

fn now() -> String {
    Rows { pull_down: 0.1, jitter: 1, ..Rows::default() }.csv()
}

fn with_columns(gates: &str) -> Gate {
    let config = CONFIG.replace("  id: id\n", "  id: id\n  baseline_score: old_score\n");
    gate().with("modelgate.yml", format!("{config}{gates}")).with("predictions.csv", side_by_side())
}

fn with_file(previous: &str) -> Gate {
    let config = CONFIG.replace("evaluation:\n", "baseline: {predictions: previous.csv}\nevaluation:\n");
    gate().with("modelgate.yml", config).with("predictions.csv", now()).with("previous.csv", previous)
}

fn verdict(gate: &Gate) -> Value {
    let outcome = gate.run(&["check", "--quiet"]);
    assert!(outcome.code == 0 || outcome.code == 1, "{}", outcome.stderr);
    serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap()
}

fn measurement<'a>(verdict: &'a Value, metric: &str) -> &'a Value {
    let measurements = verdict["measurements"].as_array().unwrap();
    let found =
        measurements.iter().find(|found| found["metric"] == metric && found["subject"] == serde_json::json!({"slice": {}}));
    &found.unwrap()["estimate"]
}

#[test]
fn rates_are_compared_by_the_rows_that_changed() {
    let gate = with_columns("");
    let verdict = verdict(&gate);
    assert_eq!(verdict["comparison_mode"], "same_rows_joint");
    assert_eq!((&verdict["baseline"]["state"], &verdict["baseline"]["name"]), (&"predictions".into(), &"old_score".into()));
    let changes = verdict["changes"].as_array().unwrap();
    let tango: std::collections::BTreeSet<&str> = changes
        .iter()
        .filter(|change| change["delta"]["method"] == "tango")
        .map(|change| change["metric"].as_str().unwrap())
        .collect();
    assert!(tango.contains("accuracy") && tango.contains("true_positive_rate") && tango.contains("selection_rate"), "{tango:?}");
    assert!(!tango.contains("precision") && !tango.contains("roc_auc"), "{tango:?}");
    let (lost, won) = (measurement(&verdict, "negative_flip_rate"), measurement(&verdict, "positive_flip_rate"));
    let accuracy = changes.iter().find(|change| change["metric"] == "accuracy").unwrap();
    let value = |number: &Value| number["value"].as_f64().unwrap();
    assert!((value(won) - value(lost) - value(&accuracy["delta"])).abs() < 1e-12, "{lost} {won} {accuracy}");
    assert!((value(measurement(&verdict, "churn")) - value(won) - value(lost)).abs() < 1e-12);
    for document in ["comment.md", "model-card.md", "report.html"] {
        let text = gate.read(&format!("modelgate-out/{document}"));
        assert!(text.contains("redictions of the same rows") && text.contains("old"), "{document}");
    }
    assert!(gate.read("modelgate-ledger.jsonl").contains("\"predictions\":\"old_score\""));
}

#[test]
fn a_file_that_is_joined_by_id_says_the_same_in_any_order() {
    let shuffled = {
        let text = previous();
        let (header, rows) = text.split_once('\n').unwrap();
        let mut rows: Vec<&str> = rows.lines().collect();
        rows.reverse();
        format!("{header}\n{}\n", rows.join("\n"))
    };
    let (columns, file) = (verdict(&with_columns("")), verdict(&with_file(&shuffled)));
    assert_eq!(file["baseline"]["name"], "previous.csv");
    for part in ["changes", "measurements", "comparison_mode"] {
        assert_eq!(columns[part], file[part], "{part}");
    }
}

#[test]
fn a_limit_on_negative_flips_fails_a_model_that_breaks_what_worked() {
    let gate = with_columns("  - metric: negative_flip_rate\n    upper_bound: 0.02\n");
    let outcome = gate.run(&["check", "--quiet"]).exits(1);
    assert!(outcome.stdout.contains("negative_flip_rate of overall is above 0.02"), "{}", outcome.stdout);
    let _ = with_columns("  - metric: negative_flip_rate\n    max_regression: 0.02\n")
        .run(&["check", "--quiet"])
        .exits(2)
        .says("is itself a change against the baseline");
    let unmet = gate.run(&["check", "--quiet", "--no-baseline"]).exits(1);
    assert!(unmet.stdout.contains("the baseline's predictions of these rows are not given"), "{}", unmet.stdout);
}

#[test]
fn rows_that_are_not_in_both_files_are_counted_and_refused() {
    let without = |id: &str| {
        let text = previous();
        text.lines().filter(|line| !line.starts_with(id)).collect::<Vec<_>>().join("\n")
    };
    let _ = with_file(&without("17,"))
        .run(&["check", "--quiet"])
        .exits(2)
        .says("whose \"id\" is not in")
        .says(": 1 (the first is predictions.csv:19:1 (column \"id\"));");
    let twice = previous().replacen("\n18,", "\n17,", 1);
    let _ = with_file(&twice).run(&["check", "--quiet"]).exits(2).says("this id stood before; 1 id stands more than once");
    let more = format!("{}9999,yes,0.5,F,north\n", previous());
    let _ = with_file(&more).run(&["check", "--quiet"]).exits(2).says("whose \"id\" is not here: 1");
}

#[test]
fn predictions_that_are_the_candidates_own_are_no_baseline() {
    let same = now();
    let outcome = with_file(&same).run(&["check", "--quiet"]).exits(1);
    assert!(outcome.stdout.contains("baseline-is-candidate"), "{}", outcome.stdout);
}

#[test]
fn diff_names_the_changes_of_two_predictions() {
    let outcome = with_columns("").run(&["diff"]).exits(0).prints("true_positive_rate");
    assert!(outcome.stderr.contains("predictions of the same rows: old_score"), "{}", outcome.stderr);
}
