//! The log of decisions: every run adds an entry, and nothing can be changed unnoticed.

use std::process::Stdio;

use modelgate_tests::Gate;

use crate::ready;

fn three_decisions() -> Gate {
    let gate = ready();
    for _ in 0..3 {
        let _ = gate.run(&["check", "--quiet"]).exits(0);
    }
    gate
}

#[test]
fn an_untouched_log_verifies() {
    let gate = three_decisions();
    let _ = gate.run(&["audit", "verify", "--ledger", "modelgate-ledger.jsonl"]).exits(0).prints("ok: 3 entries");
}

#[test]
fn an_edit_a_removal_and_a_swap_are_noticed() {
    let gate = three_decisions();
    let text = gate.read("modelgate-ledger.jsonl");
    let lines: Vec<&str> = text.lines().collect();
    let edited = text.replacen("\"exit_code\":0", "\"exit_code\":1", 1);
    let removed = format!("{}\n{}\n", lines[0], lines[2]);
    let swapped = format!("{}\n{}\n{}\n", lines[1], lines[0], lines[2]);
    for changed in [edited, removed, swapped] {
        assert_ne!(changed, text);
        gate.write("modelgate-ledger.jsonl", changed);
        let _ = gate.run(&["audit", "verify", "--ledger", "modelgate-ledger.jsonl"]).exits(1).prints("tampered or damaged");
    }
}

#[test]
fn a_known_head_notices_that_the_end_was_cut_off() {
    let gate = three_decisions();
    let ok = gate.run(&["audit", "verify", "--ledger", "modelgate-ledger.jsonl"]).exits(0).stdout;
    let head = ok.split("head ").nth(1).unwrap().lines().next().unwrap().to_owned();
    let text = gate.read("modelgate-ledger.jsonl");
    let shorter: Vec<&str> = text.lines().take(2).collect();
    gate.write("modelgate-ledger.jsonl", format!("{}\n", shorter.join("\n")));
    let _ = gate.run(&["audit", "verify", "--ledger", "modelgate-ledger.jsonl"]).exits(0);
    let _ = gate.run(&["audit", "verify", "--ledger", "modelgate-ledger.jsonl", "--expect-head", &head]).exits(1);
}

#[test]
fn the_record_names_what_it_rests_on() {
    let gate = three_decisions();
    let first: serde_json::Value = serde_json::from_str(gate.read("modelgate-ledger.jsonl").lines().next().unwrap()).unwrap();
    let record = &first["record"];
    for key in ["config_sha256", "data_sha256", "model_sha256", "counts_sha256"] {
        assert_eq!(record[key].as_str().map(str::len), Some(64), "{key}");
    }
    assert_eq!(record["documents"].as_array().map(Vec::len), Some(9));
}

#[test]
fn runs_at_the_same_time_each_get_their_entry() {
    let gate = ready();
    let children: Vec<_> =
        (0..6).map(|_| gate.command(&["check", "--quiet", "--format", "json"]).stdout(Stdio::null()).spawn().unwrap()).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let _ = gate.run(&["audit", "verify", "--ledger", "modelgate-ledger.jsonl"]).exits(0).prints("ok: 6 entries");
}
