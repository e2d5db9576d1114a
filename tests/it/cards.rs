//! Documents that people write by hand: numbers that nobody measured, and blocks that are kept up to date.

use modelgate_tests::{CONFIG, Gate};

use crate::{ready, released};

const BLOCKS: &str = "# Card\n\nWritten by hand.\n\n<!-- modelgate:begin metrics -->\n<!-- modelgate:end -->\n\nMore.\n\n<!-- modelgate:begin slices -->\nold\n<!-- modelgate:end -->\n\n<!-- modelgate:begin evidence -->\n<!-- modelgate:end -->\n";

/// A released model and a candidate with a card.
pub(crate) fn with_card(card: &str) -> Gate {
    released(ready())
        .with("modelgate.yml", format!("{CONFIG}cards: [MODEL_CARD.md]\n"))
        .with("MODEL_CARD.md", card)
        .with("predictions.csv", modelgate_tests::Rows { jitter: 1, ..modelgate_tests::Rows::default() }.csv())
}

fn accuracy(gate: &Gate) -> f64 {
    let verdict: serde_json::Value =
        serde_json::from_str(&gate.run(&["report", "--quiet", "--format", "json"]).exits(0).stdout).unwrap();
    let measured = verdict["measurements"]
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["metric"] == "accuracy" && entry["subject"] == serde_json::json!({"slice": {}}));
    measured.unwrap()["estimate"]["value"].as_f64().unwrap()
}

#[test]
fn a_number_that_was_not_measured_fails_and_the_measured_one_passes() {
    let gate = with_card("The accuracy is 0.123 on the test rows.\n");
    let outcome = gate.run(&["check", "--quiet"]).exits(1);
    let outcome = outcome.prints("error[contradicted-number]: MODEL_CARD.md: it says 0.123 for accuracy of all rows");
    assert!(outcome.stdout.contains("--> MODEL_CARD.md:1"), "{}", outcome.stdout);
    let sarif: serde_json::Value = serde_json::from_str(&gate.read("modelgate-out/results.sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let found = results.iter().find(|one| one["ruleId"] == "contradicted-number").unwrap();
    assert_eq!(found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "MODEL_CARD.md");
    gate.write("MODEL_CARD.md", format!("The accuracy is {:.3} on the test rows.\n", accuracy(&gate)));
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    // A claim that is waived is a warning, and accepted where machines look.
    let waiver =
        "waivers:\n  - {rule: contradicted-number, reason: printed already, approved_by: risk officer, expires: 2999-12-31}\n";
    gate.write("modelgate.yml", format!("{CONFIG}cards: [MODEL_CARD.md]\n{waiver}"));
    gate.write("MODEL_CARD.md", "The accuracy is 12.3 %.\n");
    let _ = gate.run(&["check", "--quiet"]).exits(0).prints("waiver of contradicted-number: in use, until 2999-12-31");
    let sarif: serde_json::Value = serde_json::from_str(&gate.read("modelgate-out/results.sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let found = results.iter().find(|one| one["ruleId"] == "contradicted-number").unwrap();
    assert_eq!(found["suppressions"][0]["status"], "accepted", "{found}");
    assert!(gate.read("modelgate-out/comment.md").contains("1 waiver: 1 in use."));
}

#[test]
fn blocks_are_written_by_a_command_and_stay_as_long_as_the_numbers_do() {
    let gate = with_card(BLOCKS);
    let _ = gate.run(&["check", "--quiet"]).exits(1).prints("error[outdated-block]: MODEL_CARD.md: the block `metrics`");
    let _ = gate.run(&["cards", "--quiet"]).exits(0).prints("MODEL_CARD.md: 3 blocks written");
    let card = gate.read("MODEL_CARD.md");
    assert!(card.starts_with("# Card\n\nWritten by hand.\n\n<!-- modelgate:begin metrics -->\n\n| Metric |"), "{card}");
    assert!(card.contains("| sex=F |") && !card.contains("\nold\n") && card.contains("\n\nMore.\n\n"), "{card}");
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    let _ = gate.run(&["cards", "--quiet"]).exits(0).prints("MODEL_CARD.md: is up to date");
    assert_eq!(gate.read("MODEL_CARD.md"), card);
    gate.write("predictions.csv", modelgate_tests::Rows { jitter: 2, ..modelgate_tests::Rows::default() }.csv());
    let _ = gate.run(&["check", "--quiet"]).exits(1).prints("outdated-block");
}

#[test]
fn a_control_on_declared_accuracy_looks_at_written_documents() {
    let gate = with_card("Accuracy: 0.123\n");
    let facts = include_str!("../facts/complete.system.yml");
    gate.write("modelgate.system.yml", format!("{facts}performance: [{{metric: accuracy, value: {:.3}}}]\n", accuracy(&gate)));
    gate.write("modelgate.yml", format!("{CONFIG}cards: [MODEL_CARD.md]\npacks: [eu-ai-act]\nsystem: modelgate.system.yml\n"));
    let _ = gate.run(&["check", "--quiet"]).exits(1);
    let matrix = gate.read("modelgate-out/control-matrix.md");
    let row = matrix.lines().find(|line| line.contains("Article 15(3)") || line.contains("Article 15\\(3\\)")).unwrap_or(&matrix);
    assert!(row.contains("0.123") || row.contains("0&#8203;.123") || row.contains("would be failed"), "{row}");
}

#[test]
fn documents_and_blocks_that_are_not_there_are_told() {
    let gate = with_card("<!-- modelgate:begin nothing -->\n<!-- modelgate:end -->\n");
    let _ = gate.run(&["check", "--quiet"]).exits(1).prints("there is no block `nothing`");
    let _ = gate.run(&["cards", "--quiet"]).exits(2).says("blocks are metrics, slices, groups, evidence");
    let _ = ready().run(&["cards", "--quiet"]).exits(2).says("write `cards: [MODEL_CARD.md]`");
    let gone = ready().with("modelgate.yml", format!("{CONFIG}cards: [NONE.md]\n"));
    let _ = gone.run(&["check", "--quiet"]).exits(2).says("NONE.md");
}

#[test]
fn a_block_shows_no_more_than_documents_do() {
    let gate = with_card(BLOCKS);
    let _ = gate.run(&["cards", "--quiet", "--profile", "restricted"]).exits(0);
    assert!(!gate.read("MODEL_CARD.md").contains("| sex=F |"), "{}", gate.read("MODEL_CARD.md"));
}
