//! Checks of the data itself: counted whatever the file is, carried by releases, judged by rules, and told in every document.

use std::fmt::Write as _;

use modelgate_tests::{CONFIG, Gate, Rows};
use serde_json::Value;

use crate::{gate, ready, released};

/// The plain rows with more columns, each of which is made from the number of the row.
pub(crate) fn with_columns(rows: &Rows, columns: &[(&str, &dyn Fn(u32) -> String)]) -> String {
    let mut text = String::new();
    for (line, row) in rows.csv().lines().enumerate() {
        text.push_str(row);
        for (name, cell) in columns {
            let cell = if line == 0 { (*name).to_owned() } else { cell(u32::try_from(line).unwrap() - 1) };
            write!(text, ",{cell}").unwrap();
        }
        text.push('\n');
    }
    text
}

/// An amount that tells nearly every row from every other one, and goes with nothing else that a row says.
pub(crate) fn amount(row: u32) -> String {
    let mixed = row.wrapping_mul(2_654_435_761);
    format!("{}.5", (mixed ^ (mixed >> 15)).wrapping_mul(2_246_822_519) >> 8)
}

/// Other predictions for the plain rows.
pub(crate) fn jittered() -> Rows {
    Rows { jitter: 1, ..Rows::default() }
}

/// A release and a candidate whose rows have one more column each.
pub(crate) fn with_column(name: &str, before: &dyn Fn(u32) -> String, now: &dyn Fn(u32) -> String) -> Gate {
    let gate = released(ready().with("predictions.csv", with_columns(&Rows::default(), &[(name, before)])));
    gate.with("predictions.csv", with_columns(&jittered(), &[(name, now)]))
}

/// A release and a candidate whose rows an amount tells apart, and training rows of another set, some of which `shared` makes
/// rows of the candidate.
pub(crate) fn with_training_rows(shared: u32) -> Gate {
    let gate = with_column("amount", &amount, &amount);
    let text =
        with_columns(&Rows { rows: 3_000, ..jittered() }, &[("amount", &|row| amount(row + 100_000 * u32::from(row >= shared)))]);
    gate.with("train.csv", text).with("modelgate.yml", CONFIG.replace("  id: id\n", "  id: id\n  train_path: train.csv\n"))
}

/// Rows of which every so many-th says what the one before it says; `flips` turns its label.
pub(crate) fn with_copies(every: u32, flips: bool) -> Gate {
    let copied = |rows: &Rows| {
        let text = with_columns(rows, &[("amount", &amount)]);
        let mut made = String::new();
        let mut before = String::new();
        for (line, row) in text.lines().enumerate() {
            let (id, rest) = row.split_once(',').unwrap();
            let is_copy = line > 1 && u32::try_from(line).unwrap().is_multiple_of(every);
            let says = if is_copy { before.clone() } else { rest.to_owned() };
            let turned = |says: &str| match says.split_once(',').unwrap() {
                ("yes", rest) => format!("no,{rest}"),
                (_, rest) => format!("yes,{rest}"),
            };
            let says = if is_copy && flips { turned(&says) } else { says };
            writeln!(made, "{id},{says}").unwrap();
            rest.clone_into(&mut before);
        }
        made
    };
    let gate = released(ready().with("predictions.csv", copied(&Rows::default())));
    gate.with("predictions.csv", copied(&jittered()))
}

fn verdict(gate: &Gate) -> Value {
    serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap()
}

fn measured(verdict: &Value, metric: &str, part: &str, column: Option<&str>) -> Value {
    let all = verdict["data"]["measurements"].as_array().unwrap();
    let wanted = |one: &&Value| one["metric"] == metric && one["part"] == part && one["column"].as_str() == column;
    all.iter().find(wanted).unwrap_or_else(|| panic!("{metric} {part} {column:?} in {verdict}")).clone()
}

#[test]
fn faults_are_in_every_document_with_their_numbers() {
    let gate = with_training_rows(400);
    let _ = gate.run(&["check"]).exits(0).prints("train-test-overlap");
    let verdict = verdict(&gate);
    let overlap = measured(&verdict, "train_test_overlap_rate", "test", None);
    assert_eq!(
        (overlap["value"].as_f64(), overlap["n"].as_u64(), &overlap["state"]),
        (Some(0.1), Some(4_000), &"crossed".into())
    );
    assert!(overlap["expected_by_chance"].as_f64().unwrap() < 0.001);
    let with_label = measured(&verdict, "train_test_overlap_with_label_rate", "test", None);
    assert_eq!(with_label["value"].as_f64(), Some(0.1));
    assert_eq!(measured(&verdict, "missing_rate", "train", Some("amount"))["value"].as_f64(), Some(0.0));
    let card = gate.read("modelgate-out/dataset-card.md");
    for part in
        ["# Dataset card: the data of loans", "train", "**train-test-overlap**", "| Test rows that are training rows |", "10.00"]
    {
        assert!(card.contains(part), "{part} is not in {card}");
    }
    assert!(gate.read("modelgate-out/comment.md").contains("train-test-overlap"));
    assert!(gate.read("modelgate-out/report.html").contains("The data itself"));
}

#[test]
fn releases_carry_counts_so_that_changes_need_no_older_row() {
    let gap = |most: u32| move |row: u32| if row % 100 < most { String::new() } else { amount(row) };
    let gate = with_column("amount", &gap(10), &gap(14));
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    let found = measured(&verdict(&gate), "missing_rate", "test", Some("amount"));
    assert_eq!((found["value"].as_f64(), found["change"]["before"].as_f64()), (Some(0.14), Some(0.1)));
    assert_eq!(found["state"], "crossed");
    assert!(found["change"]["q"].as_f64().unwrap() < 1e-4);
    // Counts of columns that are few rows are no part of what is stored: no value is.
    let _ = gate.run(&["release", "v1.0.0", "--quiet", "--bundle-out", "bundle.json"]);
    let bundle: Value = serde_json::from_str(&gate.read("bundle.json")).unwrap();
    assert!(
        bundle["profile"]["counts"]
            .as_array()
            .unwrap()
            .iter()
            .any(|count| count["what"] == "missing" && count["column"] == "amount")
    );
}

#[test]
fn what_is_denied_fails_where_it_is_found_and_where_it_was_not_measured() {
    let denied = |rule: &str| format!("{CONFIG}rules:\n  {rule}: deny\n");
    let gate = with_copies(3, false).with("modelgate.yml", denied("duplicate-rows"));
    let _ = gate.run(&["check", "--quiet"]).exits(1).prints("duplicate-rows");
    gate.write("modelgate.yml", denied("train-test-overlap"));
    let _ = gate.run(&["check", "--quiet"]).exits(1).prints("it needs the rows that the model learned from");
    gate.write("modelgate.yml", format!("{}data_checks:\n  enabled: false\n", denied("duplicate-rows")));
    let _ = gate.run(&["check", "--quiet"]).exits(1).prints("not measured");
    assert!(verdict(&gate).get("data").is_none());
    assert!(gate.read("modelgate-out/dataset-card.md").contains("The data was not checked"));
}

#[test]
fn limits_are_those_of_the_configuration() {
    let gate = with_copies(3, false);
    gate.write("modelgate.yml", format!("{CONFIG}data_checks:\n  max_duplicate_row_rate: 0.5\n"));
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    let repeated = measured(&verdict(&gate), "duplicate_row_rate", "test", None);
    assert_eq!((&repeated["state"], repeated["limit"].as_f64()), (&"within_limit".into(), Some(0.5)));
}

#[test]
fn where_not_everybody_may_know_the_rows_rules_speak_and_no_number_is_told() {
    for profile in ["public", "restricted"] {
        let gate = with_copies(3, false);
        let _ = gate.run(&["check", "--quiet", "--profile", profile]).exits(0);
        assert!(verdict(&gate).get("data").is_none());
        for document in ["comment.md", "dataset-card.md", "croissant.json", "report.html", "verdict.json"] {
            let text = gate.read(&format!("modelgate-out/{document}"));
            assert!(text.contains("duplicate-rows") && !text.contains("amount"), "{profile} {document}: {text}");
        }
        gate.git(&["commit", "-qam", "copies"]);
        gate.git(&["tag", "v1.1.0"]);
        let _ = gate.run(&["release", "v1.1.0", "--profile", profile]).exits(0);
        let shown = gate.git(&["show", "modelgate-records:releases/v1.1.0/modelgate-disclosed.json"]);
        assert!(!shown.contains("profile\":{") && !shown.contains("amount"), "{shown}");
    }
}

#[test]
fn measurements_of_data_are_listed_and_explained() {
    let listed = gate().run(&["list", "data-metrics"]).exits(0).stdout;
    for line in listed.lines() {
        let id = line.split_whitespace().next().unwrap();
        let _ = gate().run(&["explain", id]).exits(0).prints("- Formula: ");
    }
    assert!(listed.lines().count() >= 11, "{listed}");
}
