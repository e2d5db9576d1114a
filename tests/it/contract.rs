//! The contract: proposed from the rows, reviewed by people, and held against every later file.

use modelgate_tests::{CONFIG, Gate, Rows};

use crate::data_checks::{amount, jittered, with_columns};
use crate::{ready, released};

/// The configuration with more keys below `data`.
pub(crate) fn with_data(keys: &str) -> String {
    CONFIG.replace("  id: id\n", &format!("  id: id\n{keys}"))
}

fn city(row: u32) -> String {
    ["Bonn", "Köln", ""][(row % 50).saturating_sub(47) as usize].to_owned()
}

/// A release whose rows have an amount and a city, the contract that was proposed from them, and a candidate.
fn agreed() -> Gate {
    let columns: &[(&str, &dyn Fn(u32) -> String)] = &[("amount", &|row| (row % 90).to_string()), ("city", &city)];
    let gate = released(ready().with("predictions.csv", with_columns(&Rows::default(), columns)));
    let _ = gate
        .run(&["contract"])
        .exits(0)
        .prints("name it in data.contract")
        .prints("  amount    number\n")
        .prints("  id        number, unique\n");
    gate.write("modelgate.yml", with_data("  contract: modelgate-contract.yml\n"));
    gate.with("predictions.csv", with_columns(&jittered(), columns))
}

#[test]
fn a_contract_is_proposed_reviewed_and_kept() {
    let gate = agreed();
    let text = gate.read("modelgate-contract.yml");
    for part in [
        "  - name: \"amount\"\n    type: number\n    min: 0.0\n    max: 90.0\n    max_missing: 0.0\n",
        "  - name: \"city\"\n    type: text\n    values: [\"Bonn\", \"Köln\"]\n    max_other: 0.0\n    max_missing: 0.04\n",
        "  - name: \"sex\"",
        // Whatever other roles a column has, and of ids no range: they go on.
        "  - name: \"id\"\n    type: number\n    max_missing: 0.0\n    unique: true\n",
        "  - name: \"approved\"\n    type: text\n    values: [\"no\", \"yes\"]\n",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert!(!text.contains("score"), "{text}");
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    let outcome = gate.run(&["contract"]).exits(2);
    assert!(outcome.stderr.contains("may have been reviewed"), "{}", outcome.stderr);
    let _ = gate.run(&["contract", "--overwrite"]).exits(0);
    assert_eq!(gate.read("modelgate-contract.yml"), text);
}

#[test]
fn every_breach_of_a_file_is_told_in_one_run() {
    let gate = agreed();
    let columns: &[(&str, &dyn Fn(u32) -> String)] = &[
        ("amount", &|row| if row % 100 == 0 { "91".to_owned() } else { "5".to_owned() }),
        ("city", &|row| if row % 50 == 0 { "Paris".to_owned() } else { city(row) }),
    ];
    let rows = with_columns(&jittered(), columns).replace("region", "area");
    gate.write("predictions.csv", rows);
    gate.write("modelgate.yml", gate.read("modelgate.yml").replace("[sex, region]", "[sex]"));
    let _ = gate.run(&["check", "--quiet"]).exits(1);
    let verdict: serde_json::Value = serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap();
    let found = verdict["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == "contract-violation");
    let told: Vec<(&str, &str)> =
        found.map(|finding| (finding["subject"].as_str().unwrap(), finding["message"].as_str().unwrap())).collect();
    let expected = [
        ("region", "in test rows, it is not there"),
        ("amount", "in test rows, it is outside the agreed range in 40 of 4000 rows (1 %, agreed 0 %)"),
        ("city", "in test rows, it says what is no agreed value in 80 of 4000 rows (2 %, agreed 0 %)"),
    ];
    assert_eq!(told, expected);
    assert!(gate.read("modelgate-out/dataset-card.md").contains("**contract-violation**"));
}

#[test]
fn a_contract_with_mistakes_or_that_nothing_is_held_to_is_no_pass() {
    let gate = agreed();
    let broken = gate.read("modelgate-contract.yml").replace("type: text", "type: date").replace("min: 0.0", "min: low");
    gate.write("modelgate-contract.yml", broken);
    let outcome = gate.run(&["check", "--quiet"]).exits(2);
    assert!(outcome.stderr.contains("unknown-type") && outcome.stderr.contains("wrong-type"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("modelgate-contract.yml:"), "{}", outcome.stderr);
    std::fs::remove_file(gate.path().join("modelgate-contract.yml")).unwrap();
    let outcome = gate.run(&["check", "--quiet"]).exits(2);
    assert!(outcome.stderr.contains("modelgate-contract.yml"), "{}", outcome.stderr);
    let gate = agreed();
    gate.write("modelgate.yml", gate.read("modelgate.yml") + "data_checks:\n  enabled: false\n");
    let _ = gate.run(&["check", "--quiet"]).exits(1).prints("nothing was held to the contract");
}

/// Training and test rows with one more column each.
pub(crate) fn with_both(keys: &str, test: (&str, &dyn Fn(u32) -> String), training: &dyn Fn(u32) -> String) -> Gate {
    let amounts = |rows: &Rows, more: u32, column: (&str, &dyn Fn(u32) -> String)| {
        with_columns(rows, &[("amount", &|row| amount(row + more)), column])
    };
    let gate =
        released(ready().with("modelgate.yml", with_data(keys)).with("predictions.csv", amounts(&Rows::default(), 0, test)));
    let gate = gate.with("predictions.csv", amounts(&jittered(), 0, test));
    let train = amounts(&Rows { rows: 3_000, ..jittered() }, 100_000, (test.0, training));
    gate.with("train.csv", train).with("modelgate.yml", with_data(&format!("  train_path: train.csv\n{keys}")))
}

#[test]
fn what_the_owner_says_of_a_file_is_told_beside_its_digest_and_what_is_not_said_is_a_gap() {
    let gate = agreed();
    let digest = modelgate_cube::Digest::of(gate.read("predictions.csv").as_bytes());
    let source = |digest: &str| {
        let facts = "origin: the loan system of 2025, license: internal use";
        with_data(&format!("  sources:\n    - {{path: predictions.csv, sha256: \"{digest}\", {facts}}}\n"))
    };
    gate.write("modelgate.yml", source(&digest.to_string()));
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    let verdict: serde_json::Value = serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap();
    let told = &verdict["sources"][0];
    assert_eq!((&told["approved"], &told["origin"]), (&true.into(), &"the loan system of 2025".into()));
    assert_eq!(told["used_for"], "to evaluate");
    let card = gate.read("modelgate-out/dataset-card.md");
    assert!(
        card.contains("- Origin: the loan system of 2025") && card.contains("- Purpose: not provided by the owner (gap 1)"),
        "{card}"
    );
    assert!(card.contains("4 gaps are marked") && card.contains(&digest.to_string()), "{card}");
    // Other bytes under the same name.
    gate.write("predictions.csv", gate.read("predictions.csv") + "9999,yes,0.9,F,north,5,Bonn\n");
    let _ = gate.run(&["check", "--quiet"]).exits(1).prints("unapproved-data");
    assert!(gate.read("modelgate-out/dataset-card.md").contains("not what was approved"));
    gate.write("modelgate.yml", source("abc"));
    let outcome = gate.run(&["check", "--quiet"]).exits(2);
    assert!(outcome.stderr.contains("must be 64 hexadecimal digits"), "{}", outcome.stderr);
    let log = gate.read("modelgate-ledger.jsonl");
    assert!(log.contains("\"training_sha256\":null"), "{log}");
}
