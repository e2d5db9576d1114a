//! `ml-bom.spdx.json`: the model and its data in SPDX 3.0.1, with its profiles for AI and for data sets.
//!
//! A profile is claimed only where everything is known that it asks for; what nobody has said is not there.

use modelgate_policy::{Bound, FactValue, SOURCE_FACTS};
use serde_json::{Value, json};

use super::{document, list, numbers, object, uuid};
use crate::RenderError;
use crate::document::{Document, DocumentKind};
use crate::inputs::Input;
use crate::number;
use crate::report::Report;
use crate::words;

/// The blank node with who made the elements and when.
const CREATION: &str = "_:creation";

/// Renders `ml-bom.spdx.json`.
pub(crate) fn render_spdx(report: &Report) -> Result<Document, RenderError> {
    let graph = graph(report);
    document(DocumentKind::Spdx, &json!({"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": graph}))
}

fn id(report: &Report, name: &str) -> String {
    format!("urn:uuid:{}", uuid(report, &format!("spdx {name}")))
}

fn graph(report: &Report) -> Vec<Value> {
    let files: Vec<(String, &Input)> =
        report.inputs.iter().enumerate().map(|(place, input)| (id(report, &format!("data {place}")), input)).collect();
    let supplier = report.verdict.controls.facts.text("provider.name");
    let mut elements = vec![
        agent(report),
        json!({
            "type": "Tool",
            "spdxId": id(report, "tool"),
            "creationInfo": CREATION,
            "name": format!("modelgate {}", report.tool_version),
        }),
    ];
    elements.extend(
        supplier.map(
            |name| json!({"type": "Organization", "spdxId": id(report, "supplier"), "creationInfo": CREATION, "name": name}),
        ),
    );
    elements.push(model(report, supplier.is_some()));
    elements.extend(files.iter().map(|(id, input)| data(report, id, input)));
    elements.extend(relationships(report, &files));
    let ids: Vec<Value> = elements.iter().filter_map(|element| element.get("spdxId").cloned()).collect();
    let creation = json!({
        "type": "CreationInfo",
        "@id": CREATION,
        "specVersion": "3.0.1",
        "created": report.generated,
        "createdBy": [id(report, "agent")],
        "createdUsing": [id(report, "tool")],
    });
    let whole = json!({
        "type": "SpdxDocument",
        "spdxId": id(report, "document"),
        "creationInfo": CREATION,
        "name": format!("{} and its data", report.model_name),
        "profileConformance": ["core", "software"],
        "rootElement": [id(report, "model")],
        "element": ids,
    });
    [creation, whole].into_iter().chain(elements).collect()
}

fn agent(report: &Report) -> Value {
    json!({"type": "SoftwareAgent", "spdxId": id(report, "agent"), "creationInfo": CREATION, "name": "a run of modelgate"})
}

fn sha256(digest: impl std::fmt::Display) -> Value {
    json!([{"type": "Hash", "algorithm": "sha256", "hashValue": digest.to_string()}])
}

fn entry(key: &str, value: &str) -> Value {
    json!({"type": "DictionaryEntry", "key": key, "value": value})
}

fn model(report: &Report, has_supplier: bool) -> Value {
    let facts = &report.verdict.controls.facts;
    let text = |place: &str| facts.text(place).map(|text| json!(text));
    let settings = report.model.settings.iter().map(|(key, value)| entry(key, value)).collect();
    let prepared = report.model.features.iter().map(|(name, how)| json!(format!("{name}: {how}"))).collect();
    let metrics = numbers(report).into_iter().map(|told| {
        let interval = told.interval.map(|interval| format!(" [{}, {}]", interval.lower, interval.upper));
        entry(&format!("{} of {}", told.metric, told.about), &format!("{}{}", told.value, interval.unwrap_or_default()))
    });
    let limitation = (!facts.texts("limitations").is_empty()).then(|| json!(facts.texts("limitations").join("; ")));
    object([
        ("type", Some(json!("ai_AIPackage"))),
        ("spdxId", Some(json!(id(report, "model")))),
        ("creationInfo", Some(json!(CREATION))),
        ("name", Some(json!(report.model_name))),
        ("summary", text("system.description")),
        ("verifiedUsing", Some(sha256(report.provenance.model_digest))),
        ("suppliedBy", has_supplier.then(|| json!(id(report, "supplier")))),
        ("releaseTime", day(report, "records.placed_on_market")),
        ("software_packageVersion", report.commit.as_ref().map(|commit| json!(commit))),
        ("software_primaryPurpose", Some(json!("model"))),
        ("ai_typeOfModel", Some(json!([report.model.kind]))),
        ("ai_domain", text("decision.kind").map(|kind| json!([kind]))),
        ("ai_autonomyType", Some(json!(autonomy(report)))),
        ("ai_informationAboutApplication", text("purpose.intended")),
        ("ai_informationAboutTraining", text("design.methods")),
        ("ai_modelExplainability", text("design.explanation").map(|text| json!([text]))),
        ("ai_limitation", limitation),
        ("ai_hyperparameter", list(settings)),
        ("ai_modelDataPreprocessing", list(prepared)),
        ("ai_metric", list(metrics.collect())),
        ("ai_metricDecisionThreshold", list(thresholds(report))),
        ("ai_useSensitivePersonalInformation", Some(json!(if learns_from_sensitive(report) { "yes" } else { "noAssertion" }))),
        ("comment", words::withheld(&report.disclosed).map(|words| json!(words.into_string()))),
    ])
}

fn day(report: &Report, place: &str) -> Option<Value> {
    match report.verdict.controls.facts.get(place)? {
        FactValue::Date(day) => Some(json!(format!("{day}T00:00:00Z"))),
        _ => None,
    }
}

/// Whether the system decides without a person.
fn autonomy(report: &Report) -> &'static str {
    match report.verdict.controls.facts.get("decision.human_final") {
        Some(FactValue::Flag(true)) => "no",
        Some(FactValue::Flag(false)) => "yes",
        _ => "noAssertion",
    }
}

fn learns_from_sensitive(report: &Report) -> bool {
    let mut sensitive = report.inputs.iter().flat_map(|input| &input.columns).filter(|column| column.sensitive.is_some());
    sensitive.any(|column| report.model.features.iter().any(|(name, _)| *name == column.name))
}

/// Each limit once, however many slices it was held against.
fn thresholds(report: &Report) -> Vec<Value> {
    let limits: std::collections::BTreeSet<(String, String)> = report
        .verdict
        .checks
        .iter()
        .map(|check| {
            let (kind, limit) = match check.bound {
                Bound::Lower(limit) => ("at least", limit),
                Bound::Upper(limit) => ("at most", limit),
                Bound::MaxRegression(limit) => ("worse than before by at most", limit),
            };
            (check.metric.to_string(), format!("{kind} {}", number::limit(limit)))
        })
        .collect();
    limits.iter().map(|(metric, limit)| entry(metric, limit)).collect()
}

fn data(report: &Report, id: &str, input: &Input) -> Value {
    let is_sensitive = input.columns.iter().any(|column| column.sensitive.is_some());
    let source = report.verdict.data.sources.iter().map(|judged| &judged.source).find(|source| source.digest == input.digest);
    let told = source.into_iter().flat_map(|source| SOURCE_FACTS.iter().zip(&source.facts));
    let process: Vec<String> = told.filter_map(|((_, title), said)| Some(format!("{title}: {}", said.as_ref()?))).collect();
    object([
        ("type", Some(json!("dataset_DatasetPackage"))),
        ("spdxId", Some(json!(id))),
        ("creationInfo", Some(json!(CREATION))),
        ("name", Some(json!(input.path))),
        ("description", Some(json!(input.purpose))),
        // A digest of several files is no digest of bytes that somebody could hash.
        ("verifiedUsing", (input.files == 1).then(|| sha256(input.digest))),
        ("software_primaryPurpose", Some(json!("data"))),
        ("dataset_datasetType", Some(json!(["structured"]))),
        ("dataset_datasetSize", input.rows.map(|rows| json!(rows))),
        ("dataset_intendedUse", Some(json!(input.purpose))),
        ("dataset_dataCollectionProcess", (!process.is_empty()).then(|| json!(process.join("; ")))),
        ("dataset_hasSensitivePersonalInformation", Some(json!(if is_sensitive { "yes" } else { "noAssertion" }))),
    ])
}

/// What the model learned from, and what it was tested on.
fn relationships(report: &Report, files: &[(String, &Input)]) -> Vec<Value> {
    let of = |kind: &'static str, to: Vec<&String>| {
        (!to.is_empty()).then(|| {
            json!({
                "type": "Relationship",
                "spdxId": id(report, kind),
                "creationInfo": CREATION,
                "from": id(report, "model"),
                "relationshipType": kind,
                "to": to,
            })
        })
    };
    let learned = |input: &Input| input.purpose.contains("train") || input.purpose.contains("learn");
    let trained: Vec<&String> = files.iter().filter(|(_, input)| learned(input)).map(|(id, _)| id).collect();
    let tested: Vec<&String> = files.iter().filter(|(_, input)| input.purpose.contains("evaluate")).map(|(id, _)| id).collect();
    [of("trainedOn", trained), of("testedOn", tested)].into_iter().flatten().collect()
}
