//! What a long trail costs: decisions of a real run, each with other numbers and digests, signed, with what they follow from.

use std::process::Command;
use std::time::Instant;

use modelgate_forge::{NewEntry, RECORDS_BRANCH, Repository, TrailWriter};
use modelgate_ledger::trail::Kind;
use modelgate_ledger::{Envelope, SigningKey, sha256, to_hex};
use modelgate_tests::{CONFIG, Gate, Rows};
use serde_json::Value;

use crate::committed;
use crate::trail::key;

/// A run's decision and what it follows from, to make others of that are as long.
struct Decision {
    payload_type: String,
    statement: Value,
    root: Value,
    /// The texts that the root names and the trail keeps.
    kept: Vec<Vec<u8>>,
}

impl Decision {
    fn read(gate: &Gate) -> Self {
        let envelope = Envelope::parse(gate.read("modelgate-out/decision.dsse").as_bytes()).unwrap();
        let statement: Value = serde_json::from_slice(&envelope.payload).unwrap();
        let evidence: Value = serde_json::from_str(&gate.read("modelgate-out/decision.evidence.json")).unwrap();
        let root: Value =
            serde_json::from_str(evidence["objects"][evidence["root"].as_str().unwrap()].as_str().unwrap()).unwrap();
        let left_out = [&evidence["root"], &root["counts"]];
        let objects = evidence["objects"].as_object().unwrap().iter();
        let kept = objects.filter(|(name, _)| left_out.iter().all(|one| one.as_str() != Some(name.as_str())));
        let kept = kept.map(|(_, text)| text.as_str().unwrap().as_bytes().to_vec()).collect();
        Self { payload_type: envelope.payload_type, statement, root, kept }
    }

    /// The decision of run `n`: another model on other rows.
    fn of_run(&self, n: usize, key: &SigningKey) -> NewEntry {
        let mut root = self.root.clone();
        root["measured"] = other(&root["measured"], n);
        root["decisions"] = n.into();
        let root = root.to_string().into_bytes();
        let mut statement = other(&self.statement, n);
        statement["predicate"]["replay"]["sha256"] = to_hex(&sha256(&root)).into();
        let payload = format!("{statement}\n").into_bytes();
        let mut envelope = Envelope { payload_type: self.payload_type.clone(), payload, signatures: Vec::new() };
        envelope.sign(key);
        let evidence = std::iter::once(root).chain(self.kept.clone()).collect();
        NewEntry { kind: Kind::Decision, envelope: envelope.to_line().into_bytes(), evidence }
    }
}

/// The same value with other fractions and other digests.
fn other(value: &Value, n: usize) -> Value {
    match value {
        Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), other(value, n))).collect(),
        Value::Array(items) => items.iter().map(|item| other(item, n)).collect(),
        Value::Number(number) if number.is_f64() => (number.as_f64().unwrap() * (1.0 + 1e-5 * n as f64)).into(),
        Value::String(text) if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            to_hex(&sha256(format!("{text} {n}").as_bytes())).into()
        }
        same => same.clone(),
    }
}

/// Bytes that a push of everything after `before` sends: a pack on top of what is there.
fn sent(gate: &Gate, before: &str) -> u64 {
    let script = format!("git pack-objects --revs --thin --stdout -q >sent.pack <<end\n{RECORDS_BRANCH}\n^{before}\nend\n");
    assert!(Command::new("sh").args(["-c", &script]).current_dir(gate.path()).status().unwrap().success());
    std::fs::metadata(gate.path().join("sent.pack")).unwrap().len()
}

/// `MODELGATE_LONG_TRAIL` decisions, else few, looked through by the program that `MODELGATE_TIMED_PROGRAM` names, else by the tested one.
/// `cargo xtask bench` reads what is printed.
#[expect(clippy::print_stdout, reason = "a measurement for `cargo xtask bench`")]
#[test]
fn a_long_trail_costs_little_more_than_a_short_one() {
    let count: usize = std::env::var("MODELGATE_LONG_TRAIL").ok().and_then(|text| text.parse().ok()).unwrap_or(100);
    let timed = std::env::var("MODELGATE_TIMED_PROGRAM").unwrap_or_else(|_| env!("CARGO_BIN_EXE_modelgate-tested").to_owned());
    let config = format!("{CONFIG}packs: [gdpr, sr-26-2]\n");
    let gate = Gate::new(&timed).with("modelgate.yml", config).with("predictions.csv", Rows::default().csv());
    committed(&gate);
    let Some(public) = key(&gate, "ci") else { return };
    gate.write("allowed_signers", format!("ci@example.com {public}"));
    let key = SigningKey::parse(&gate.read("ci")).unwrap();
    let _ = gate.run(&["check", "--quiet"]);
    let (decision, repository) = (Decision::read(&gate), Repository::open(gate.path()).unwrap());
    let writer = TrailWriter { origin: "o".to_owned(), key: Some(&key), appended_at: "2026-06-01T00:00:00Z".to_owned() };
    let append = |n: usize| {
        let entry = [decision.of_run(n, &key)];
        let began = Instant::now();
        let _ = repository.append_to_trail(&entry, &writer, 1_780_272_000).unwrap();
        began.elapsed().as_secs_f64()
    };
    for n in 0..count {
        let _ = append(n);
    }
    // As in a clone, where everything is packed.
    gate.git(&["gc", "--quiet"]);
    let before = gate.git(&["rev-parse", RECORDS_BRANCH]);
    let append_ms = (count..count + 5).map(append).sum::<f64>() * 1000.0 / 5.0;
    let kilobytes = sent(&gate, before.trim()) as f64 / 1000.0 / 5.0;
    let looked = Instant::now();
    let verified = gate.run(&["audit", "verify", "--offline", "--allowed-signers", "allowed_signers"]);
    let verify_s = looked.elapsed().as_secs_f64();
    let entries = count + 5;
    let _ = verified.exits(0).prints(&format!("{entries} of {entries} statements are signed"));
    println!("trail of {count} entries: append ms {append_ms:.2}");
    println!("trail of {count} entries: growth KB {kilobytes:.2}");
    println!("trail of {count} entries: verify s {verify_s:.3}");
}
