//! The gate at work on a predictions file: what it writes, and that it is the same every time.

use std::fmt::Write as _;

use modelgate_tests::{CONFIG, Gate, Rows, loans_csv};

use crate::{gate, ready, released};

/// What every check writes, whatever packs are chosen.
const DOCUMENTS: [&str; 9] = [
    "comment.md",
    "verdict.json",
    "model-card.md",
    "dataset-card.md",
    "croissant.json",
    "results.sarif",
    "ml-bom.cdx.json",
    "ml-bom.spdx.json",
    "report.html",
];

fn with_baseline(pull_down: f64) -> Gate {
    let gate = released(ready());
    gate.git(&["checkout", "-q", "-b", "change"]);
    gate.write("predictions.csv", Rows { pull_down, jitter: 1, ..Rows::default() }.csv());
    gate
}

#[test]
fn check_writes_every_document_and_one_record() {
    let gate = ready();
    let outcome = gate.run(&["check"]).exits(0);
    for file in DOCUMENTS {
        assert!(gate.has(&format!("modelgate-out/{file}")), "{file}");
    }
    assert_eq!(gate.read("modelgate-ledger.jsonl").lines().count(), 1);
    for verb in ["Loading", "Counting", "Replicating", "Baseline", "Evaluating", "Judging", "Recording"] {
        assert!(outcome.stderr.contains(verb), "{verb} is not in\n{}", outcome.stderr);
    }
    assert!(outcome.stdout.contains("no-baseline"), "{}", outcome.stdout);
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let runs: Vec<Vec<String>> = (0..2)
        .map(|_| {
            let gate = with_baseline(0.0);
            let _ = gate.run(&["check", "--quiet"]);
            DOCUMENTS.iter().map(|file| gate.read(&format!("modelgate-out/{file}"))).collect()
        })
        .collect();
    assert_eq!(runs[0], runs[1]);
}

#[test]
fn row_order_changes_no_number() {
    let verdict = |rows: String| {
        let gate = ready().with("predictions.csv", rows);
        let _ = gate.run(&["check", "--quiet"]).exits(0);
        let value: serde_json::Value = serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap();
        (value["measurements"].clone(), value["checks"].clone())
    };
    let rows = Rows::default().csv();
    let (header, body) = rows.split_once('\n').unwrap();
    let reversed: Vec<&str> = body.lines().rev().collect();
    let (forward, backward) = (verdict(rows.clone()), verdict(format!("{header}\n{}\n", reversed.join("\n"))));
    assert!(!forward.0.is_null());
    assert_eq!(forward, backward);
}

#[test]
fn a_release_of_equal_quality_passes_and_a_worse_slice_fails() {
    let _ = with_baseline(0.0).run(&["check"]).exits(0).prints("0 failed");
    let gate = with_baseline(0.25);
    let outcome = gate.run(&["check"]).exits(1).prints("error[metric-regression]: true_positive_rate of sex=F is worse");
    assert!(outcome.stderr.contains("v1.0.0 (nearest"), "{}", outcome.stderr);
    assert!(gate.read("modelgate-out/comment.md").lines().next().unwrap().contains("FAIL"));
}

#[test]
fn a_waiver_lets_it_through_in_plain_sight() {
    let gate = with_baseline(0.25);
    let waiver = "waivers:\n  - {rule: metric-regression, metric: true_positive_rate, reason: retrained in July, approved_by: risk officer, expires: 2999-07-31}\n";
    gate.write("modelgate.yml", format!("{CONFIG}{waiver}"));
    let _ = gate.run(&["check", "--quiet"]).exits(0).prints("waived");
    assert!(
        gate.read("modelgate-out/comment.md").contains("2999\u{2011}07\u{2011}31")
            || gate.read("modelgate-out/comment.md").contains("2999")
    );
    gate.write("modelgate.yml", format!("{CONFIG}{}", waiver.replace("2999-07-31", "2026-05-31")));
    let _ = gate.run(&["check", "--quiet"]).exits(1).prints("expired-waiver");
}

#[test]
fn a_baseline_that_is_the_candidate_is_refused() {
    let gate = with_baseline(0.0).with("predictions.csv", Rows::default().csv());
    let _ = gate.run(&["check", "--quiet"]).exits(1).prints("error[baseline-is-candidate]");
}

#[test]
fn the_same_model_cut_by_another_column_is_still_the_same_model() {
    let gate = with_baseline(0.0).with("predictions.csv", Rows::default().csv());
    gate.write(
        "modelgate.yml",
        CONFIG.replace("[sex, region]", "[sex, region, {column: id, bins: [2000]}]").replace("  id: id\n", ""),
    );
    let _ = gate.run(&["check", "--quiet"]).exits(1).prints("error[baseline-is-candidate]");
}

#[test]
fn a_group_that_shrank_and_a_group_without_a_number_fail_a_gate_over_every_slice() {
    let few: Vec<String> = {
        let rows = Rows { jitter: 1, ..Rows::default() }.csv();
        let mut women = 0;
        let mut keep = |line: &str| {
            !line.contains(",F,") || {
                women += 1;
                women <= 20
            }
        };
        rows.lines().filter(|line| keep(line)).map(str::to_owned).collect()
    };
    let shrunk = with_baseline(0.0).with("predictions.csv", few.join("\n"));
    let _ = shrunk.run(&["check", "--quiet"]).exits(1).prints("error[missing-slice]: sex=F");
    let all_no: Vec<String> = Rows::default()
        .csv()
        .lines()
        .map(|line| if line.contains(",F,") { line.replace(",yes,", ",no,") } else { line.to_owned() })
        .collect();
    let config = CONFIG.replace("max_regression: 0.1", "lower_bound: 0.1");
    let undefined = ready().with("modelgate.yml", config).with("predictions.csv", all_no.join("\n"));
    let _ = undefined
        .run(&["check", "--quiet"])
        .exits(1)
        .prints("true_positive_rate of sex=F was not evaluated: no row has a positive label");
}

#[test]
fn the_training_rows_are_no_test_rows() {
    let gate = training();
    gate.write("test.csv", gate.read("train.csv"));
    let _ = gate.run(&["check", "--quiet"]).exits(2).says("the very rows that the model was trained on");
}

#[test]
fn must_prove_asks_for_a_person() {
    let config = CONFIG.replace("lower_bound: 0.5", "lower_bound: 0.69\n    must_prove: true");
    let gate = ready().with("modelgate.yml", config);
    let accuracy = gate.run(&["evaluate", "--quiet", "--slice", "overall"]).exits(0);
    let outcome = gate.run(&["check", "--quiet"]);
    assert_eq!(outcome.code, 3, "{}\n{}", accuracy.stdout, outcome.stdout);
}

#[test]
fn json_goes_to_standard_output_alone() {
    let outcome = ready().run(&["check", "--format", "json"]).exits(0);
    let value: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(value["outcome"], "passed");
}

#[test]
fn report_writes_documents_and_records_nothing() {
    let gate = ready();
    let _ = gate.run(&["report", "--quiet", "--output-dir", "preview"]).exits(0);
    assert!(gate.has("preview/report.html") && !gate.has("modelgate-ledger.jsonl"));
}

/// A repository that trains its model.
fn training() -> Gate {
    let config = "\
version: 1
model:
  name: loans
  train:
    estimator: logistic_regression
data:
  train_path: train.csv
  path: test.csv
  label: repaid
evaluation:
  slices: [sex]
gates:
  - metric: accuracy
    lower_bound: 0.6
";
    gate().with("modelgate.yml", config).with("train.csv", loans_csv(1500, 1)).with("test.csv", loans_csv(1200, 2))
}

#[test]
fn training_twice_gives_the_same_model_file() {
    let gate = training();
    let first = gate.run(&["train", "--quiet", "--model-out", "a.json"]).exits(0);
    let second = gate.run(&["train", "--quiet", "--model-out", "b.json"]).exits(0);
    assert_eq!(gate.read("a.json"), gate.read("b.json"));
    assert_eq!(first.stdout.replace("a.json", ""), second.stdout.replace("b.json", ""));
}

#[test]
fn a_stored_model_gives_the_numbers_of_the_trained_one() {
    let gate = training();
    let _ = gate.run(&["train", "--quiet", "--model-out", "a.json"]).exits(0);
    let trained = gate.run(&["evaluate", "--quiet"]).exits(0);
    let stored = gate.run(&["evaluate", "--quiet", "--model", "a.json"]).exits(0);
    assert_eq!(trained.stdout, stored.stdout);
    let _ = gate.run(&["check", "--quiet"]).exits(0);
}

#[test]
fn an_undeclared_id_is_not_learned_by_heart() {
    let gate = training();
    for file in ["train.csv", "test.csv"] {
        let text = gate.read(file);
        let lines: Vec<String> = text
            .lines()
            .enumerate()
            .map(|(row, line)| if row == 0 { format!("{line},ref") } else { format!("{line},case {row}") })
            .collect();
        gate.write(file, lines.join("\n"));
    }
    let outcome = gate.run(&["train", "--model-out", "a.json"]).exits(0);
    assert!(outcome.stderr.contains("ref: nearly every row has a text of its own"), "{}", outcome.stderr);
    assert!(!gate.read("a.json").contains("case 7"));
}

#[test]
fn a_category_that_is_all_digits_in_the_test_file_is_still_a_category() {
    let gate = training();
    gate.write("train.csv", gate.read("train.csv").replace("clerk", "7").replace("driver", "8"));
    gate.write("test.csv", gate.read("test.csv").replace("clerk", "7").replace("driver", "8").replace("teacher", "8"));
    let _ = gate.run(&["evaluate", "--quiet"]).exits(0);
}

#[test]
fn a_split_column_keeps_training_and_evaluation_rows_apart() {
    let (train, test) = (loans_csv(1500, 1), loans_csv(1200, 2));
    let mut both = String::from("income,debt,job,sex,repaid,part\n");
    for (text, part) in [(&train, "train"), (&test, "test")] {
        for line in text.lines().skip(1) {
            writeln!(both, "{line},{part}").unwrap();
        }
    }
    let apart = training();
    let together = training();
    let config = together.read("modelgate.yml").replace(
        "  train_path: train.csv\n  path: test.csv\n",
        "  path: all.csv\n  split: {column: part, train: train, test: test}\n",
    );
    let together = together.with("modelgate.yml", config).with("all.csv", both);
    let numbers = |gate: &Gate| gate.run(&["evaluate", "--quiet"]).exits(0).stdout;
    assert_eq!(numbers(&apart), numbers(&together));
}

#[test]
fn diff_names_a_slice_that_is_not_there() {
    let gate = with_baseline(0.0);
    let _ = gate.run(&["diff", "--quiet", "--slice", "sex=F"]).exits(0).prints("true_positive_rate");
    let _ = gate.run(&["diff", "--quiet", "--slice", "sex=Q"]).exits(2).says("no row is in the slice sex=Q");
}

#[test]
fn explain_and_list_know_every_id() {
    let gate = gate();
    for what in ["metrics", "rules"] {
        let listed = gate.run(&["list", what]).exits(0).stdout;
        for line in listed.lines() {
            let id = line.split_whitespace().next().unwrap();
            let _ = gate.run(&["explain", id]).exits(0).prints(id);
        }
    }
    let _ = gate.run(&["explain", "nonsense"]).exits(2).says("list metrics");
}

#[test]
fn every_help_names_its_example() {
    for command in [
        &["check"][..],
        &["train"],
        &["evaluate"],
        &["diff"],
        &["report"],
        &["release"],
        &["rebless"],
        &["demo"],
        &["list"],
        &["explain"],
        &["audit", "verify"],
    ] {
        let arguments: Vec<&str> = command.iter().copied().chain(["--help"]).collect();
        let _ = gate().run(&arguments).exits(0).prints("Example:");
    }
}

#[test]
fn a_variable_that_is_set_to_nothing_says_nothing() {
    let gate = ready();
    let mut command = gate.command(&["check", "--quiet", "--no-baseline"]);
    command.env("MODELGATE_CONFIG", "").env("MODELGATE_BASELINE_RELEASE", "").env("MODELGATE_OUTPUT_DIR", "");
    let _ = gate.finish(&mut command).exits(0);
    let mut command = gate.command(&["check", "--quiet"]);
    command.env("MODELGATE_CONFIG", "other.yml");
    let _ = gate.finish(&mut command).exits(2).says("other.yml");
}
