//! Every reference resolves, every waiver shows, and nothing is claimed that was not measured, declared or attested.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use serde_json::Value;

use crate::fixture;
use crate::report::Report;

type Renderer = fn(&Report) -> Result<super::Document, crate::RenderError>;

const ALL: [Renderer; 5] = [
    super::render_sarif,
    super::render_ml_bom,
    super::render_spdx,
    super::render_assessment_results,
    super::render_component_definition,
];

fn rendered(render: Renderer, report: &Report) -> Value {
    serde_json::from_str(&render(report).unwrap().body).unwrap()
}

/// Every text at this key, wherever it stands.
fn at<'a>(value: &'a Value, key: &str, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name == key => found.push(text),
                    Value::Array(items) if name == key => found.extend(items.iter().filter_map(Value::as_str)),
                    _ => {}
                }
                at(value, key, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| at(item, key, found)),
        _ => {}
    }
}

fn all(value: &Value, keys: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for key in keys {
        at(value, key, &mut found);
    }
    found.into_iter().map(str::to_owned).collect()
}

#[track_caller]
fn assert_resolves(value: &Value, names: &[&str], references: &[&str]) {
    let named = all(value, names);
    let distinct: BTreeSet<&String> = named.iter().collect();
    assert_eq!(named.len(), distinct.len(), "a name stands twice: {named:?}");
    let asked = all(value, references);
    assert!(!asked.is_empty(), "{references:?} stand nowhere");
    let open: Vec<&String> = asked.iter().filter(|reference| !distinct.contains(reference)).collect();
    assert!(open.is_empty(), "nothing is named {open:?}");
}

/// Compares with the kept file; `MODELGATE_UPDATE=1` writes it anew.
#[track_caller]
fn assert_kept(render: Renderer) {
    let document = render(&fixture::with_controls()).unwrap();
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/machine/expected").join(document.path);
    if std::env::var_os("MODELGATE_UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &document.body).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(document.body == kept, "{} differs: read the difference after MODELGATE_UPDATE=1", document.path);
}

#[test]
fn documents_are_as_kept() {
    ALL.into_iter().for_each(assert_kept);
}

#[test]
fn results_of_sarif_have_their_rule_a_place_and_their_waivers() {
    for report in [fixture::with_controls(), fixture::failing(), fixture::without_baseline()] {
        let log = rendered(super::render_sarif, &report);
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let results = run["results"].as_array().unwrap();
        assert!(!results.is_empty());
        for result in results {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
            let place = &result["locations"][0]["physicalLocation"];
            assert!(
                !place["artifactLocation"]["uri"].as_str().unwrap().is_empty()
                    && place["region"]["startLine"].as_u64() >= Some(1)
            );
            assert!(result["suppressions"].is_array(), "all or none have them: {result}");
            assert_eq!(result["kind"] == "fail", result["level"] != "none", "{result}");
        }
        let compared = results.iter().filter(|result| result["baselineState"].is_string()).count();
        assert!(compared == results.len() || compared == 0, "all or none are compared");
        let prints: BTreeSet<String> = results.iter().map(|result| result["partialFingerprints"].to_string()).collect();
        assert_eq!(prints.len(), results.len(), "each has a fingerprint of its own");
    }
    let log = rendered(super::render_sarif, &fixture::with_controls());
    let results = log["runs"][0]["results"].as_array().unwrap().clone();
    let waived: Vec<String> = results
        .iter()
        .filter(|result| result["suppressions"].as_array().is_some_and(|list| !list.is_empty()))
        .map(|result| result["ruleId"].as_str().unwrap().to_owned())
        .collect();
    assert!(waived.contains(&"failed-control".to_owned()) && waived.len() > 1, "{waived:?}");
    let states: BTreeSet<String> = results.iter().map(|result| result["baselineState"].to_string()).collect();
    assert!(states.contains("\"new\""), "{states:?}");
}

#[test]
fn a_message_of_sarif_has_no_link_and_no_placeholder() {
    let log = rendered(super::render_sarif, &fixture::hostile("[click](https://example.org) {0}"));
    for text in all(&log, &["text"]) {
        assert!(!text.contains("](") && !text.replace("{{", "").contains('{'), "{text}");
    }
}

#[test]
fn a_path_from_the_root_is_an_address_of_a_file() {
    let mut report = fixture::failing();
    report.config_file = "/a b/modelgate.yml".to_owned();
    let uris = all(&rendered(super::render_sarif, &report), &["uri"]);
    assert!(!uris.is_empty() && uris.iter().all(|uri| uri == "file:///a%20b/modelgate.yml"), "{uris:?}");
}

#[test]
fn every_reference_of_the_bill_of_materials_resolves_and_no_score_is_given() {
    let report = fixture::with_controls();
    let bom = rendered(super::render_ml_bom, &report);
    let references =
        ["ref", "dependsOn", "requirement", "claims", "counterClaims", "evidence", "mitigationStrategies", "target", "assessor"];
    let bare = bom.to_string();
    assert_resolves(&bom, &["bom-ref"], &references);
    assert!(!bare.contains("conformance") && !bare.contains("\"score\""), "{bare}");
    let map = bom["declarations"]["attestations"][0]["map"].as_array().unwrap();
    let side = |side: &str, name: &str| {
        map.iter().any(|entry| entry["requirement"] == format!("requirement:pack/{name}") && entry[side][0].is_string())
    };
    assert!(side("claims", "attested") && side("claims", "review"), "{map:?}");
    assert!(side("counterClaims", "failed") && side("counterClaims", "waived") && side("counterClaims", "later"), "{map:?}");
    for name in ["missing", "open", "over", "outside"] {
        assert!(!side("claims", name) && !side("counterClaims", name), "{name}: nothing is known of it");
    }
    let waiver = bom["declarations"]["evidence"].as_array().unwrap().iter().find(|one| one["bom-ref"] == "waiver:pack/waived");
    assert_eq!(waiver.unwrap()["expires"], "2026-12-31T23:59:59Z");
    let metrics = bom["components"][0]["modelCard"]["quantitativeAnalysis"]["performanceMetrics"].as_array().unwrap().clone();
    assert!(metrics.iter().any(|metric| metric["slice"] == "overall" && metric["confidenceInterval"]["lowerBound"].is_string()));
    assert!(
        rendered(super::render_ml_bom, &fixture::passing()).get("declarations").is_none(),
        "without packs nothing is declared"
    );
}

#[test]
fn every_uuid_of_oscal_stands_once_and_every_reference_resolves() {
    let report = fixture::with_controls();
    let results = rendered(super::render_assessment_results, &report);
    assert_resolves(&results, &["uuid"], &["observation-uuid", "risk-uuid"]);
    let result = &results["assessment-results"]["results"][0];
    let count = |key: &str| result[key].as_array().map_or(0, Vec::len);
    assert_eq!((count("observations"), count("findings"), count("risks"), count("attestations")), (7, 7, 2, 1));
    let definition = rendered(super::render_component_definition, &report);
    let named: BTreeSet<String> = all(&definition, &["uuid"]).into_iter().collect();
    for source in all(&definition, &["source"]) {
        assert!(named.contains(source.trim_start_matches('#')), "{source}");
    }
    for uuid in all(&results, &["uuid"]) {
        let part = |index: usize| uuid.as_bytes()[index];
        assert!(uuid.len() == 36 && part(14) == b'5' && part(19) == b'8', "{uuid}");
    }
    for id in all(&results, &["control-id", "target-id"]) {
        assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)), "{id}");
    }
}

#[test]
fn every_element_of_spdx_resolves_and_says_only_what_is_known() {
    let graph = rendered(super::render_spdx, &fixture::hostile("age"));
    assert_resolves(
        &graph,
        &["spdxId", "@id"],
        &["creationInfo", "from", "to", "element", "rootElement", "createdBy", "createdUsing"],
    );
    let elements = graph["@graph"].as_array().unwrap();
    let of = |kind: &str| elements.iter().filter(|element| element["type"] == kind).count();
    assert!(of("ai_AIPackage") == 1 && of("dataset_DatasetPackage") > 0 && of("Relationship") > 0);
    let model = elements.iter().find(|element| element["type"] == "ai_AIPackage").unwrap();
    assert!(model["ai_metric"].as_array().is_some_and(|metrics| !metrics.is_empty()));
    for unknown in ["suppliedBy", "releaseTime"] {
        assert!(model.get(unknown).is_none(), "{unknown} was made up");
    }
}

#[test]
fn another_run_has_other_names() {
    let report = fixture::with_controls();
    let mut other = report.clone();
    other.provenance.cube_digest = modelgate_cube::Digest::of(b"other counts");
    for render in &ALL[1..] {
        let names = |report: &Report| all(&rendered(*render, report), &["uuid", "serialNumber", "spdxId"]);
        assert!(names(&report).iter().zip(names(&other)).all(|(one, other)| *one != other));
    }
}
