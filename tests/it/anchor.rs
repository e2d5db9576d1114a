//! Slow decay and worn rows: the anchor, how it moves, and how often a split was asked.

use modelgate_tests::{CONFIG, Gate, Rows};

use crate::ready;

const ANCHORED: &str =
    "anchor:   # agreed by the model board\n  release: v1.0.0   # the first one in production\n  budget: 1.5\n";

/// Two releases, the second a little worse than the first, and a candidate that is a little worse than the second.
fn decaying() -> Gate {
    let gate = ready();
    gate.git(&["init", "-q"]);
    for (tag, pull_down) in [("v1.0.0", 0.0), ("v1.1.0", 0.1)] {
        gate.write("predictions.csv", Rows { pull_down, ..Rows::default() }.csv());
        gate.git(&["add", "."]);
        gate.git(&["commit", "-qm", tag]);
        gate.git(&["tag", tag]);
        let _ = gate.run(&["release", tag, "--quiet"]).exits(0);
    }
    gate.with("predictions.csv", Rows { pull_down: 0.2, ..Rows::default() }.csv())
}

/// A limit that each step stays within.
fn config(anchor: &str) -> String {
    format!("{}{anchor}", CONFIG.replace("max_regression: 0.1", "max_regression: 0.22"))
}

fn verdict(gate: &Gate) -> serde_json::Value {
    serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap()
}

#[test]
fn losses_that_each_pass_are_caught_against_the_anchor() {
    let gate = decaying().with("modelgate.yml", config(""));
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    let tight = config(ANCHORED).replace("budget: 1.5", "budget: 1");
    gate.write("modelgate.yml", tight);
    let outcome = gate.run(&["check"]).exits(1).prints("worse by more than 0.22 against anchor v1.0.0").prints("   = anchor  ");
    assert!(outcome.stderr.contains("      Anchor v1.0.0 (release v1.0.0, named explicitly"), "{}", outcome.stderr);
    let verdict = verdict(&gate);
    assert_eq!(verdict["anchor"]["release"], "v1.0.0");
    assert_eq!(verdict["baseline"]["release"], "v1.1.0");
    let failed = verdict["checks"].as_array().unwrap().iter().find(|check| check["state"] == "failed").unwrap();
    assert_eq!((&failed["anchor"], &failed["test"]["alpha"]), (&"v1.0.0".into(), &0.025.into()));
    assert!(gate.read("modelgate-out/comment.md").contains("against anchor v1.0.0"));
}

#[test]
fn what_is_lost_since_the_anchor_may_be_as_much_as_its_budget() {
    let gate = decaying().with("modelgate.yml", config(ANCHORED).replace("budget: 1.5", "budget: 3"));
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    assert_eq!(verdict(&gate)["anchor"]["release"], "v1.0.0");
}

#[test]
fn an_anchor_that_cannot_be_had_is_no_decision() {
    let gate = decaying().with("modelgate.yml", config("anchor: {release: v7.0.0}\n"));
    let _ = gate.run(&["check", "--quiet"]).exits(2).says("v7.0.0");
    gate.write("modelgate.yml", config("anchor: {path: nowhere.json}\n"));
    let _ = gate.run(&["check", "--quiet"]).exits(2).says("nowhere.json");
    gate.write("modelgate.yml", config("anchor: {path: predictions.csv}\n"));
    let _ = gate.run(&["check", "--quiet"]).exits(2).says("the anchor predictions.csv cannot be read");
    assert!(!gate.has("modelgate-ledger.jsonl"), "nothing was decided or recorded");
}

#[test]
fn the_anchor_holds_without_a_baseline_and_is_not_asked_twice() {
    let gate = decaying().with("modelgate.yml", config(ANCHORED).replace("budget: 1.5", "budget: 1"));
    let _ = gate.run(&["check", "--quiet", "--no-baseline"]).exits(1).prints("against anchor v1.0.0");
    let same = gate.run(&["check", "--baseline-release", "v1.0.0"]).exits(1).says("is the baseline itself");
    assert!(!same.stdout.contains("against anchor"), "{}", same.stdout);
}

#[test]
fn rebless_moves_one_word_and_leaves_a_record() {
    let gate = decaying().with("modelgate.yml", config(ANCHORED));
    let before = gate.read("modelgate.yml");
    let _ = gate
        .run(&["rebless", "v1.1.0", "--reason", "new product, agreed on 1 June"])
        .exits(0)
        .prints("anchor v1.0.0 -> v1.1.0 in modelgate.yml, log entry #0 ");
    assert_eq!(gate.read("modelgate.yml"), before.replace("release: v1.0.0", "release: v1.1.0"));
    let entry: serde_json::Value = serde_json::from_str(gate.read("modelgate-ledger.jsonl").trim()).unwrap();
    assert_eq!(entry["kind"], "rebless");
    let record = &entry["record"];
    assert_eq!((&record["from"], &record["to"]), (&"v1.0.0".into(), &"v1.1.0".into()));
    assert_eq!(record["reason"], "new product, agreed on 1 June");
    assert_ne!(record["config_sha256_before"], record["config_sha256_after"]);
    let _ = gate.run(&["audit", "verify", "--ledger", "modelgate-ledger.jsonl"]).exits(0).prints("ok: 1 entries");
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    let log = gate.read("modelgate-ledger.jsonl");
    let check: serde_json::Value = serde_json::from_str(log.lines().nth(1).unwrap()).unwrap();
    assert_eq!(check["record"]["config_sha256"], record["config_sha256_after"]);
}

#[test]
fn rebless_refuses_what_would_leave_no_trace_or_no_anchor() {
    let gate = decaying().with("modelgate.yml", config(ANCHORED));
    let refused = |arguments: &[&str], why: &str| {
        let before = gate.read("modelgate.yml");
        let _ = gate.run(&[&["rebless"], arguments].concat()).exits(2).says(why);
        assert_eq!(gate.read("modelgate.yml"), before);
        assert!(!gate.has("modelgate-ledger.jsonl"), "{why}");
    };
    refused(&["v1.1.0", "--reason", "  "], "only with a reason");
    refused(&["v1.1.0"], "--reason");
    refused(&["v9.0.0", "--reason", "x"], "there is no stored release v9.0.0");
    refused(&["v1.0.0", "--reason", "x"], "v1.0.0 is the anchor already");
    gate.write("modelgate.yml", config("anchor: {path: bundle.json}\n"));
    refused(&["v1.1.0", "--reason", "x"], "the anchor is a file");
    gate.write("modelgate.yml", config(""));
    refused(&["v1.1.0", "--reason", "x"], "no anchor to move");
}

#[test]
fn a_move_that_cannot_be_recorded_does_not_happen() {
    let gate = decaying().with("modelgate.yml", config(ANCHORED)).with("modelgate-ledger.jsonl", "not a log\n");
    let before = gate.read("modelgate.yml");
    let _ = gate.run(&["rebless", "v1.1.0", "--reason", "x"]).exits(2).says("cannot be continued");
    assert_eq!((gate.read("modelgate.yml"), gate.read("modelgate-ledger.jsonl")), (before, "not a log\n".to_owned()));
    assert!(!gate.run(&["audit", "show"]).stdout.contains("rebless"), "the trail tells a move that did not happen");
}

#[test]
fn a_move_that_cannot_be_made_is_not_recorded() {
    let gate = decaying().with("modelgate.yml", config(ANCHORED));
    let settings = gate.path().join("modelgate.yml");
    let mut permissions = std::fs::metadata(&settings).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&settings, permissions).unwrap();
    let _ = gate.run(&["rebless", "v1.1.0", "--reason", "x"]).exits(2).says("read-only");
    assert!(!gate.has("modelgate-ledger.jsonl"));
    assert!(!gate.run(&["audit", "show"]).stdout.contains("rebless"), "the trail tells a move that did not happen");
}

#[test]
fn decisions_are_counted_by_the_rows_they_were_made_on() {
    let gate = ready();
    let _ = gate.run(&["check"]).exits(0).says("this split has answered 0 decisions");
    let _ = gate.run(&["check"]).exits(0).says("this split has answered 1 decision\n");
    let _ = gate.run(&["report"]).exits(0).says("this split has answered 2 decisions");
    let _ = gate.run(&["check"]).exits(0).says("this split has answered 2 decisions");
    assert_eq!(verdict(&gate)["split_decisions"], 2);
    assert!(gate.read("modelgate-out/comment.md").contains("this split has answered 2 decisions before"));
    gate.write("predictions.csv", Rows { rows: 3000, ..Rows::default() }.csv());
    let _ = gate.run(&["check"]).exits(0).says("this split has answered 0 decisions");
}

#[test]
fn a_group_that_falls_behind_its_reference_fails_by_name() {
    let gate = "  - metric: true_positive_rate\n    max_regression: 0.05\n    contrast: {reference: \"sex=M\"}\n";
    let apart = decaying().with("modelgate.yml", config("").split_once("gates:").unwrap().0.to_owned() + "gates:\n" + gate);
    let _ =
        apart.run(&["check", "--quiet"]).exits(1).prints("true_positive_rate of sex=F against sex=M is worse by more than 0.05");
    let found = verdict(&apart);
    let check = &found["checks"][0];
    assert_eq!(check["subject"], serde_json::json!({"contrast": {"group": {"sex": "F"}, "reference": {"sex": "M"}}}));
    assert_eq!((&check["test"]["family"], &check["test"]["size"]), (&"groups".into(), &1.into()));
    let loss = check["change"]["value"].as_f64().unwrap();
    assert!((loss + check["test"]["loss"].as_f64().unwrap()).abs() < 1e-12 && loss < -0.1, "{check}");
    for document in ["comment.md", "report.html"] {
        assert!(apart.read(&format!("modelgate-out/{document}")).contains("sex=F against sex=M"), "{document}");
    }
    let _ = apart.run(&["check", "--quiet", "--baseline-release", "v1.0.0"]).exits(1);
}
