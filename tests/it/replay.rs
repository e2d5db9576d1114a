//! Decisions are judged again from their evidence, without rows, and come to the same; what does not is named.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use modelgate_tests::{CONFIG, Gate, Outcome, Rows};

use crate::data_checks::{amount, with_columns};
use crate::{committed, gate, ready};

/// Appends what `check` wrote, and judges the whole trail again.
#[track_caller]
pub(crate) fn replayed(gate: &Gate, folder: &str) -> Outcome {
    let out = format!("{folder}/modelgate-out");
    let _ = gate
        .run(&["audit", "append", "--repository", folder, "--decision", &out, "--keep", "everything"])
        .exits(0)
        .prints("appended decision");
    let verified = gate.run(&["audit", "verify", "--repository", folder, "--offline", "--replay"]).exits(0);
    verified.prints("replay    ok").prints("decisions were judged again from their evidence, and came to the same")
}

/// A failed decision against a release, with everything in it that a verdict can follow from and counts do not tell.
fn rich() -> Gate {
    let gate = crate::data_checks::with_training_rows(0);
    let more = "waivers_file: waivers.yml\ncards: [CARD.md]\npacks: [eu-ai-act, {path: own.yml}]\nsystem: modelgate.system.yml\n";
    let config = gate.read("modelgate.yml").replace("  discover: false\n", "  discover_margin: 0.01\n");
    gate.write("modelgate.yml", format!("{config}{more}"));
    gate.write("CARD.md", "# Card\n\n<!-- modelgate:begin metrics -->\nold\n<!-- modelgate:end -->\n");
    gate.write(
        "waivers.yml",
        "version: 1\nwaivers:\n  - {rule: low-support, reason: agreed, approved_by: Ada, expires: 2100-06-30}\n",
    );
    gate.write("modelgate.system.yml", include_str!("../facts/complete.system.yml"));
    gate.write("own.yml", OWN);
    let pulled = Rows { pull_down: 0.4, jitter: 3, ..Rows::default() };
    gate.write("predictions.csv", with_columns(&pulled, &[("amount", &amount)]));
    gate.git(&["add", "."]);
    gate.git(&["commit", "-qm", "next"]);
    let _ = gate.run(&["check", "--quiet"]).exits(1);
    gate
}

const OWN: &str = "\
version: 1
pack: own
edition: \"1\"
title: Our rules
jurisdiction: ours
citation: Handbook
reference: wiki
dated: 2026-01-01
max_waiver_days: 30
controls:
- {at: r1, cites: Rule 1, title: What it asks, class: auto, evidence: [not(record.log)]}
- {at: r2, cites: Rule 2, title: What else it asks, class: auto, evidence: [search.made]}
";

#[test]
fn a_passed_decision_without_a_release_is_reached_again() {
    let gate = ready();
    committed(&gate);
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    let _ = replayed(&gate, ".").prints("1 decisions");
    let _ = gate.run(&["audit", "verify", "--offline"]).exits(0).prints("replay    not run");
}

#[test]
fn a_failed_decision_with_everything_that_counts_do_not_tell_is_reached_again_without_rows() {
    let gate = rich();
    for file in ["predictions.csv", "train.csv", "modelgate.yml", "own.yml", "modelgate.system.yml", "waivers.yml", "CARD.md"] {
        assert!(gate.has(file), "{file}");
    }
    let _ = gate.run(&["audit", "append", "--keep", "everything"]).exits(0);
    for file in ["predictions.csv", "train.csv", "modelgate.yml", "own.yml", "modelgate.system.yml", "waivers.yml", "CARD.md"] {
        std::fs::remove_file(gate.path().join(file)).unwrap();
    }
    let _ = gate.run(&["audit", "verify", "--offline", "--replay"]).exits(0).prints("1 decisions were judged again");
    if let Some(path) = std::env::var_os("MODELGATE_FREEZE") {
        gate.git(&["bundle", "create", path.to_str().unwrap(), "modelgate-records"]);
    }
}

#[test]
fn a_decision_is_replayed_from_the_counts_of_its_release() {
    let gate = ready();
    committed(&gate);
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    let _ = gate.run(&["audit", "append"]).exits(0);
    assert!(!gate.git(&["grep", "-l", "loans", "modelgate-records", "--", "objects"]).is_empty());
    let before = gate.run(&["audit", "verify", "--offline", "--replay"]).exits(2);
    let _ = before.prints("missing: the evidence of entry 0").prints("no release has these counts").prints("--keep everything");
    let _ = gate.run(&["audit", "verify", "--offline"]).exits(0);
    let elsewhere = ["audit", "verify", "--offline", "--replay", "--evidence", "modelgate-out/decision.evidence.json"];
    let _ = gate.run(&elsewhere).exits(0).prints("1 decisions were judged again");
    gate.git(&["tag", "v1.0.0"]);
    let _ = gate.run(&["release", "v1.0.0", "--quiet"]).exits(0);
    let _ = gate.run(&["audit", "verify", "--offline", "--replay"]).exits(0).prints("1 decisions were judged again");
}

#[test]
fn counts_of_another_job_are_judged_again_as_well() {
    let gate = crate::judge::handed_over();
    gate.git(&["commit", "-qam", "without rows"]);
    let _ = gate.run(&["judge", "--counts", "counts.json", "--quiet"]).exits(0);
    let _ = replayed(&gate, ".");
}

/// The decision that lies in `modelgate-out`, with other words.
fn forged(gate: &Gate, from: &str, to: &str) {
    let statement = gate.read("modelgate-out/decision.json");
    assert!(statement.contains(from), "{from} is not in {statement}");
    let payload = STANDARD.encode(statement.replace(from, to));
    let envelope = serde_json::json!({"payloadType": "application/vnd.in-toto+json", "payload": payload, "signatures": []});
    gate.write("modelgate-out/decision.dsse", format!("{envelope}\n"));
}

#[test]
fn a_verdict_that_its_evidence_does_not_give_is_not_appended_and_is_named_where_it_is_there() {
    let forgeries = [
        ("\"verdict\":\"failed\"", "\"verdict\":\"passed\"", "verdict: the decision says"),
        ("\"exit_code\":1", "\"exit_code\":0", "exit_code: the decision says"),
        ("\"state\":\"failed\"", "\"state\":\"passed\"", "controls: the decision says"),
        ("\"approved_by\":\"Ada\"", "\"approved_by\":\"Bob\"", "waivers: the decision says"),
        ("\"name\":\"model\"", "\"name\":\"module\"", "the model: the decision is about another one"),
    ];
    let gate = rich();
    let _ = gate.run(&["audit", "append", "--keep", "everything"]).exits(0);
    for (from, to, named) in forgeries {
        forged(&gate, from, to);
        let _ = gate.run(&["audit", "append"]).exits(2).says("the evidence does not give what the decision says").says(named);
        let _ = gate.run(&["audit", "append", "--keep", "nothing"]).exits(0).prints("appended decision");
        let verified = gate.run(&["audit", "verify", "--offline", "--replay"]).exits(1);
        let _ = verified.prints("replay    TAMPERED").prints("other-verdict: entry").prints(named);
        gate.git(&["update-ref", "refs/heads/modelgate-records", "modelgate-records~1"]);
    }
}

#[test]
fn evidence_that_is_not_kept_is_named_with_its_reason_and_its_cure() {
    let gate = ready();
    committed(&gate);
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    std::fs::rename(gate.path().join("modelgate-out/decision.evidence.json"), gate.path().join("kept.json")).unwrap();
    let _ = gate.run(&["audit", "append"]).exits(2).says("is missing").says("--keep nothing");
    let _ = gate.run(&["audit", "append", "--keep", "nothing"]).exits(0);
    let _ = gate.run(&["audit", "verify", "--offline"]).exits(0);
    let lacking = gate.run(&["audit", "verify", "--offline", "--replay"]).exits(2);
    let _ = lacking.prints("replay    INCOMPLETE").prints("missing: the evidence of entry 0").prints("--evidence");
    let elsewhere = ["audit", "verify", "--offline", "--replay", "--evidence", "kept.json"];
    let _ = gate.run(&elsewhere).exits(0).prints("1 decisions were judged again");
    gate.write("kept.json", gate.read("kept.json").replace("lower_bound: 0.5", "lower_bound: 0.1"));
    let _ = gate.run(&elsewhere).exits(2).says("has another digest");
}

#[test]
fn exact_counts_are_not_kept_where_not_everybody_may_know_them() {
    let gate = gate()
        .with("modelgate.yml", format!("{CONFIG}disclosure: {{profile: public}}\n"))
        .with("predictions.csv", Rows::default().csv());
    committed(&gate);
    let _ = gate.run(&["check", "--quiet", "--profile", "internal"]).exits(0);
    assert!(gate.has("modelgate-out/decision.evidence.json"));
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    assert!(!gate.has("modelgate-out/decision.evidence.json"), "evidence of an earlier run stands");
    let _ = gate.run(&["audit", "append"]).exits(0);
    let lacking = gate.run(&["audit", "verify", "--offline", "--replay"]).exits(2);
    let _ = lacking.prints("not-kept: entry 0").prints("under the profile public").prints("judge its commit again");
    assert!(!gate.git(&["ls-tree", "-r", "--name-only", "modelgate-records"]).contains("bundle"));
}

/// A trail of format 1 as it was written once: it must be judged again for ever.
#[test]
fn a_frozen_trail_is_judged_again_as_it_was() {
    let gate = ready();
    committed(&gate);
    let frozen = modelgate_tests::folder().join("frozen/trail-1/records.bundle");
    gate.git(&["fetch", "-q", frozen.to_str().unwrap(), "modelgate-records:modelgate-records"]);
    let verified = gate.run(&["audit", "verify", "--offline", "--replay"]).exits(0);
    let _ = verified.prints("ok: 3 entries").prints("1 decisions were judged again");
}
