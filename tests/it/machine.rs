//! Documents for machines in formats of others, as the program writes them.

use std::collections::BTreeSet;

use modelgate_tests::{CONFIG, Gate, Rows};
use serde_json::Value;

use crate::{ready, released};

const DOCUMENTS: [&str; 5] =
    ["results.sarif", "ml-bom.cdx.json", "ml-bom.spdx.json", "oscal-assessment-results.json", "oscal-component-definition.json"];

const MORE: &str = "packs: [eu-ai-act, sr-26-2, nyc-ll144]\nsystem: modelgate.system.yml\nwaivers:\n  - {rule: metric-regression, reason: known, approved_by: risk officer, expires: 2999-12-31}\n";

/// A candidate that is worse for women, with packs, facts and a waiver.
fn candidate() -> Gate {
    let gate = released(ready());
    gate.write("modelgate.yml", format!("{CONFIG}  - metric: recall\n    lower_bound: 0.95\n{MORE}"));
    gate.write("modelgate.system.yml", include_str!("../facts/complete.system.yml"));
    gate.with("predictions.csv", Rows { pull_down: 0.25, jitter: 1, ..Rows::default() }.csv())
}

fn document(gate: &Gate, name: &str) -> Value {
    serde_json::from_str(&gate.read(&format!("modelgate-out/{name}"))).unwrap()
}

#[test]
fn two_runs_at_two_times_differ_in_nothing_but_the_time() {
    let at = |second: &str| {
        let gate = candidate();
        let mut command = gate.command(&["report", "--quiet"]);
        command.env("SOURCE_DATE_EPOCH", second).env("GIT_COMMITTER_DATE", "1779840000 +0000");
        let _ = gate.finish(&mut command).exits(0);
        let time = document(&gate, "verdict.json")["generated"].as_str().unwrap().to_owned();
        DOCUMENTS.map(|name| gate.read(&format!("modelgate-out/{name}")).replace(&time, "TIME"))
    };
    // Releases of their own have commits of their own; everything else is the same.
    let without_commit = |text: String| {
        text.split('"').filter(|word| word.len() != 40 || !word.bytes().all(|byte| byte.is_ascii_hexdigit())).collect::<String>()
    };
    let (one, other) = (at("1780272000").map(without_commit), at("1790272000").map(without_commit));
    for ((one, other), name) in one.iter().zip(&other).zip(DOCUMENTS) {
        assert!(one == other, "{name} differs");
    }
}

#[test]
fn every_document_says_what_the_verdict_says() {
    let gate = candidate();
    let _ = gate.run(&["check", "--quiet"]).exits(1);
    let verdict = document(&gate, "verdict.json");
    let model = verdict["provenance"]["model_digest"].as_str().unwrap();
    for name in ["results.sarif", "ml-bom.cdx.json", "ml-bom.spdx.json", "oscal-component-definition.json"] {
        assert!(gate.read(&format!("modelgate-out/{name}")).contains(model), "{name}");
    }
    let log = document(&gate, "results.sarif");
    let results = log["runs"][0]["results"].as_array().unwrap();
    let blocking = |rule: &str| {
        results
            .iter()
            .filter(|one| one["ruleId"] == rule && one["level"] == "error" && one["suppressions"] == serde_json::json!([]))
            .count()
    };
    let checks = verdict["checks"].as_array().unwrap();
    assert_eq!(blocking("metric-below-bound"), checks.iter().filter(|check| check["blocking"] == true).count());
    let waived = results.iter().filter(|one| one["suppressions"][0]["status"] == "accepted").count();
    assert_eq!(waived, checks.iter().filter(|check| check["state"] == "waived").count());
    assert!(waived > 0);
    // The floor was not met before either: only what is worse now is new.
    let state = |rule: &str| {
        let of = results.iter().filter(|one| one["ruleId"] == rule);
        of.map(|one| one["baselineState"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    assert_eq!(state("metric-regression"), BTreeSet::from(["new".to_owned()]));
    assert_eq!(state("metric-below-bound"), BTreeSet::from(["unchanged".to_owned()]));
    let line = gate.read("modelgate.yml").lines().position(|line| line.contains("metric: recall")).unwrap() + 1;
    let place = &results.iter().find(|one| one["ruleId"] == "metric-below-bound").unwrap()["locations"][0]["physicalLocation"];
    assert_eq!((&place["artifactLocation"]["uri"], &place["region"]["startLine"]), (&"modelgate.yml".into(), &line.into()));

    let states: BTreeSet<String> = verdict["controls"]["packs"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|pack| pack["controls"].as_array().unwrap())
        .filter(|control| !["not_applicable", "superseded"].contains(&control["state"].as_str().unwrap()))
        .map(|control| control["id"].as_str().unwrap().replace('/', "-"))
        .collect();
    let results = document(&gate, "oscal-assessment-results.json");
    let reviewed = &results["assessment-results"]["results"][0]["reviewed-controls"]["control-selections"][0]["include-controls"];
    let reviewed: BTreeSet<String> =
        reviewed.as_array().unwrap().iter().map(|control| control["control-id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(reviewed, states);

    let bom = document(&gate, "ml-bom.cdx.json");
    let metrics = bom["components"][0]["modelCard"]["quantitativeAnalysis"]["performanceMetrics"].as_array().unwrap();
    let accuracy = metrics.iter().find(|one| one["type"] == "accuracy" && one["slice"] == "overall").unwrap();
    let measured = verdict["measurements"]
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["metric"] == "accuracy" && entry["subject"] == serde_json::json!({"slice": {}}));
    let measured = measured.unwrap()["estimate"]["value"].as_f64().unwrap();
    assert_eq!(accuracy["value"], measured.to_string());
}

#[test]
fn without_packs_there_is_no_oscal_and_no_claim() {
    let gate = ready();
    let _ = gate.run(&["report", "--quiet"]).exits(0);
    assert!(!gate.has("modelgate-out/oscal-assessment-results.json"));
    let bom = document(&gate, "ml-bom.cdx.json");
    assert!(bom.get("declarations").is_none() && bom.get("definitions").is_none());
    assert!(document(&gate, "results.sarif")["runs"][0]["results"][0].get("baselineState").is_none(), "nothing was compared");
}

#[test]
fn a_fact_that_contradicts_a_control_is_where_to_act() {
    let pack = "version: 1\npack: ours\nedition: \"1\"\ntitle: Our rules\njurisdiction: ours\ncitation: Handbook\nreference: wiki\n\
                dated: 2026-01-01\nmax_waiver_days: 30\ncontrols:\n\
                - {at: r1, cites: Rule 1, title: Nobody decides, class: auto, evidence: [decision.human_final is false]}\n";
    let gate = ready().with("ours.yml", pack).with("modelgate.system.yml", include_str!("../facts/complete.system.yml"));
    gate.write("modelgate.yml", format!("{CONFIG}packs: [{{path: ours.yml}}]\nsystem: modelgate.system.yml\n"));
    let _ = gate.run(&["report", "--quiet"]).exits(0);
    let log = document(&gate, "results.sarif");
    let results = log["runs"][0]["results"].as_array().unwrap();
    let found = results.iter().find(|one| one["ruleId"] == "failed-control").unwrap_or_else(|| panic!("{results:#?}"));
    let place = |list: &str| found[list][0]["physicalLocation"].clone();
    assert_eq!(place("locations")["artifactLocation"]["uri"], "modelgate.system.yml");
    let line = gate.read("modelgate.system.yml").lines().position(|line| line.contains("human_final")).unwrap() + 1;
    assert_eq!(place("locations")["region"]["startLine"], line);
    assert_eq!(place("relatedLocations")["artifactLocation"]["uri"], "modelgate.yml");
}
