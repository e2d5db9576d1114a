//! Counts that one job makes and another one judges: the same verdict, by the judge's own limits, whatever the file says.

use modelgate_tests::Gate;
use serde_json::Value;

use crate::{ready, released};

/// A release, a candidate, its counts, and no rows any more.
pub(crate) fn handed_over() -> Gate {
    let gate = released(ready());
    gate.write("predictions.csv", crate::data_checks::jittered().csv());
    let _ = gate.run(&["check", "--quiet", "--counts-out", "counts.json"]).exits(0);
    std::fs::remove_file(gate.path().join("predictions.csv")).unwrap();
    gate
}

/// The same, with a configuration that differs from the one that they were made with.
pub(crate) fn of_another_configuration() -> Gate {
    let gate = handed_over();
    gate.write("modelgate.yml", format!("# another one\n{}", gate.read("modelgate.yml")));
    gate
}

fn verdict(gate: &Gate) -> Value {
    serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap()
}

#[test]
fn counts_are_judged_as_their_rows_are() {
    let gate = handed_over();
    let of_rows = verdict(&gate);
    std::fs::remove_dir_all(gate.path().join("modelgate-out")).unwrap();
    let outcome = gate.run(&["judge", "--counts", "counts.json"]).exits(0);
    assert!(outcome.stdout.contains("PASSED") && outcome.stdout.contains("log entry"), "{}", outcome.stdout);
    let of_counts = verdict(&gate);
    for part in ["checks", "measurements"] {
        assert_eq!(of_rows[part], of_counts[part], "{part}");
    }
    // What each column tells of the label is measured of rows alone.
    let drift = |verdict: &Value| -> Vec<Value> {
        let comparisons = verdict["drift"].as_array().unwrap().iter().cloned();
        comparisons
            .map(|mut one| {
                let _ = one.as_object_mut().unwrap().remove("telling_share");
                one
            })
            .collect()
    };
    assert!(of_rows["drift"][0]["telling_share"].is_number() && of_counts["drift"][0]["telling_share"].is_null());
    assert_eq!(drift(&of_rows), drift(&of_counts));
    // Intervals of changes come from replicates, of which a bundle stores what rounding leaves.
    let changes = |verdict: &Value| -> Vec<Value> {
        verdict["changes"].as_array().unwrap().iter().map(|change| change["delta"]["value"].clone()).collect()
    };
    assert_eq!(changes(&of_rows), changes(&of_counts));
    assert_eq!(
        (of_counts["commit"].as_str(), of_rows["commit"].is_string()),
        (None, true),
        "what is checked out was not counted"
    );
    let card = gate.read("modelgate-out/model-card.md");
    assert!(card.contains("counts that another job made"), "{card}");
}

#[test]
fn a_change_that_loosens_its_own_gates_is_judged_by_the_limits_of_the_judge() {
    let gate = released(ready());
    let strict = gate.read("modelgate.yml").replace("lower_bound: 0.5", "lower_bound: 0.99");
    gate.write("predictions.csv", crate::data_checks::jittered().csv());
    let _ = gate.run(&["check", "--quiet", "--counts-out", "counts.json"]).exits(0);
    gate.write("modelgate.yml", strict);
    let outcome = gate.run(&["judge", "--counts", "counts.json"]).exits(1);
    assert!(outcome.stdout.contains("error[changed-configuration]") && outcome.stdout.contains("accuracy"), "{}", outcome.stdout);
}

#[test]
fn counts_that_do_not_fit_or_cannot_be_are_no_decision() {
    let gate = handed_over();
    let counts = gate.read("counts.json");
    let config = gate.read("modelgate.yml");
    let refused = |counts: &str, config: &str, why: &str| {
        gate.write("counts.json", counts);
        gate.write("modelgate.yml", config);
        let outcome = gate.run(&["judge", "--counts", "counts.json"]).exits(2);
        assert!(outcome.stderr.contains(why), "{why}: {}", outcome.stderr);
    };
    refused("{}", &config, "it is not a modelgate bundle");
    refused(&counts[..counts.len() / 2], &config, "it is not a modelgate bundle");
    refused(&counts.replacen("\"format\":1", "\"format\":9", 1), &config, "its format is version 9");
    refused(&counts, &config.replace("[sex, region]", "[sex]"), "the rows were cut into other slices");
    refused(&counts, &config.replace("name: loans", "name: others"), "the counts are of another model");
    refused(&counts, &config.replace("positive_label: \"yes\"", "positive_label: \"no\""), "another positive label");
    let missing = gate.run(&["judge", "--counts", "nowhere.json"]).exits(2);
    assert!(missing.stderr.contains("nowhere.json"), "{}", missing.stderr);
}

#[test]
fn exact_counts_are_handed_over_under_the_internal_profile_alone() {
    let gate = ready();
    let outcome = gate.run(&["check", "--quiet", "--no-baseline", "--profile", "public", "--counts-out", "counts.json"]).exits(2);
    assert!(outcome.stderr.contains("exact counts are handed to nobody"), "{}", outcome.stderr);
    assert!(!gate.has("counts.json"));
}
