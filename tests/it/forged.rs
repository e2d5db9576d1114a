//! Trails that somebody who may push continued with what should not be in them: each is whole as a tree, and found all the same.

use modelgate_ledger::trail::{CHECKPOINT, FRONTIER, Head, Kind, TrailEntry, object_path};
use modelgate_ledger::{AllowedSigners, Envelope, EnvelopeSignature, sha256};
use modelgate_tests::Gate;
use serde_json::{Value, json};

use crate::trail::{BY, files, rewritten, signed, with_signed_trail, with_trail};

/// Appends an entry as the program would, with whatever it is given.
fn continued(gate: &Gate, kind: Kind, envelope: &[u8], appended_at: &str) {
    rewritten(gate, |gate| {
        let text = |name: &str| gate.read(&format!("trail/{name}")).into_bytes();
        let mut head = Head::read(&text(CHECKPOINT), &text(FRONTIER)).unwrap();
        let entry = head.append(kind, sha256(envelope), appended_at);
        gate.write(&format!("trail/{}", object_path(&entry.payload)), envelope);
        gate.write(&format!("trail/{}", entry.path()), entry.to_line());
        gate.write(&format!("trail/{CHECKPOINT}"), head.checkpoint(None).to_text());
        gate.write(&format!("trail/{FRONTIER}"), head.frontier());
    });
}

/// The entry of that number, and its envelope.
fn entry(gate: &Gate, number: usize) -> (TrailEntry, Envelope) {
    let mut found = None;
    rewritten(gate, |gate| {
        let entry = TrailEntry::parse(gate.read(&files(gate, "log")[number]).as_bytes()).unwrap();
        let envelope = gate.read(&format!("trail/{}", object_path(&entry.payload)));
        found = Some((entry, Envelope::parse(envelope.as_bytes()).unwrap()));
    });
    found.unwrap()
}

/// The envelope with another statement, which nobody signed.
pub(crate) fn saying(envelope: &Envelope, change: impl FnOnce(&mut Value)) -> Envelope {
    let mut statement: Value = serde_json::from_slice(&envelope.payload).unwrap();
    change(&mut statement);
    Envelope { payload: statement.to_string().into_bytes(), signatures: Vec::new(), ..envelope.clone() }
}

const LATER: &str = "2099-01-01T00:00:00Z";

#[test]
fn a_decision_that_is_appended_again_is_a_replay_also_with_other_signatures() {
    let gate = with_trail();
    let (_, decision) = entry(&gate, 0);
    continued(&gate, Kind::Decision, decision.to_line().as_bytes(), LATER);
    let _ = gate.run(&["audit", "verify"]).exits(1).prints("replayed: entry 5 has the statement of entry 0");
    let gate = with_trail();
    let (_, mut decision) = entry(&gate, 0);
    decision.signatures.push(EnvelopeSignature { key_id: "x".to_owned(), signature: vec![1] });
    continued(&gate, Kind::Decision, decision.to_line().as_bytes(), LATER);
    let _ = gate.run(&["audit", "verify"]).exits(1).prints("replayed: entry 5 has the statement of entry 0");
}

#[test]
fn an_entry_of_a_day_that_is_over_is_backdated() {
    let gate = with_trail();
    let (_, monitor) = entry(&gate, 4);
    let other = |reason: &str| saying(&monitor, |statement| statement["predicate"]["reason"] = reason.into()).to_line();
    continued(&gate, Kind::Monitor, other("of then").as_bytes(), "2020-01-01T00:00:00Z");
    let verified = gate.run(&["audit", "verify"]).exits(1);
    let _ = verified.prints("backdated: entry 5 says that it was appended at 2020-01-01T00:00:00Z, before entry");
    // A statement of tomorrow that was appended today.
    let gate = with_trail();
    let (last, monitor) = entry(&gate, 4);
    let tomorrow = saying(&monitor, |statement| statement["predicate"]["created"] = LATER.into()).to_line();
    continued(&gate, Kind::Monitor, tomorrow.as_bytes(), &last.appended_at);
    let _ = gate
        .run(&["audit", "verify"])
        .exits(1)
        .prints("backdated: entry 5 was appended at")
        .prints("before its statement was made");
}

#[test]
fn a_statement_under_another_name_is_forged() {
    let gate = with_trail();
    let (_, monitor) = entry(&gate, 4);
    let other = saying(&monitor, |statement| statement["predicate"]["reason"] = "x".into()).to_line();
    continued(&gate, Kind::Decision, other.as_bytes(), LATER);
    let _ =
        gate.run(&["audit", "verify"]).exits(1).prints("forged: entry 5 is called decision, and its statement is of a monitor");
    let gate = with_trail();
    continued(&gate, Kind::Decision, b"{}", LATER);
    let _ = gate.run(&["audit", "verify"]).exits(1).prints("forged: the statement of entry 5");
}

#[test]
fn a_signature_in_the_name_of_somebody_who_did_not_sign_is_forged() {
    let Some(gate) = with_signed_trail() else { return };
    let (_, decision) = entry(&gate, 0);
    // What they signed once, under what they did not.
    let mut other = saying(&decision, |statement| statement["predicate"]["verdict"] = "failed".into());
    other.signatures.clone_from(&decision.signatures);
    let signers = AllowedSigners::parse(&gate.read("allowed_signers")).unwrap();
    assert_eq!(other.signature_states(&signers, LATER).len(), 2);
    continued(&gate, Kind::Decision, other.to_line().as_bytes(), LATER);
    let verified = gate.run(BY).exits(1);
    let _ = verified.prints("identity  TAMPERED").prints("forged: entry 2 bears a signature in the name of ci@example.com");
}

#[test]
fn a_waiver_that_was_over_and_an_approval_of_something_else_are_illegal() {
    let gate = with_trail();
    let (_, decision) = entry(&gate, 0);
    let expired = json!([{"waiver": {"rule": "low-support", "expires": "2020-01-01"}, "expired": false}]);
    let approval = json!([{"id": "a", "by": "Eve", "date": "2099-01-01", "evidence_digest": "0"}]);
    let other = saying(&decision, |statement| {
        statement["predicate"]["waivers"] = expired;
        statement["predicate"]["approvals"] = approval;
    });
    continued(&gate, Kind::Decision, other.to_line().as_bytes(), LATER);
    let verified =
        gate.run(&["audit", "verify"]).exits(1).prints("entry 5 counts a waiver as valid that had expired on 2020-01-01");
    let _ = verified.prints("entry 5 has an approval of other evidence").prints("entry 5 has an approval of a later day");
}

#[test]
fn history_that_is_pushed_over_is_named_where_it_was_known_before() {
    let Some(gate) = with_signed_trail() else { return };
    gate.git(&["clone", "-q", "--bare", ".", "hub.git"]);
    gate.git(&["clone", "-q", "hub.git", "known"]);
    let known = ["audit", "verify", "--repository", "known"];
    let _ = gate.run(&known).exits(0).prints("the remote continues what was here");
    // The same entries, signed again by who holds the key: whole in itself.
    gate.git(&["update-ref", "-d", "refs/heads/modelgate-records"]);
    let _ = signed(&gate, "ci", &["audit", "record", "monitor", "--reason", "another history"]).exits(0);
    gate.git(&["push", "-q", "--force", "hub.git", "modelgate-records"]);
    let _ = gate.run(BY).exits(0);
    let _ =
        gate.run(&known).exits(1).prints("rewritten: the remote's branch").prints("does not continue what was fetched before");
}
