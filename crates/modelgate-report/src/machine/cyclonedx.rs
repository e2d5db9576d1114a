//! `ml-bom.cdx.json`: the model, its data, its numbers and the evidence for controls in `CycloneDX` 1.6, with its model card and its
//! declarations.
//!
//! No score of conformance is written: evidence for a control is no measure of how well a law is met.

use modelgate_eval::MetricKind;
use modelgate_policy::{ControlState, FactValue, Facts, JudgedPack, Statement, item_text, state_words};
use serde_json::{Value, json};

use super::{Asked, Told, asked, document, list, numbers, object, uuid};
use crate::RenderError;
use crate::document::{Document, DocumentKind};
use crate::inputs::Input;
use crate::report::Report;

/// Renders `ml-bom.cdx.json`.
pub(crate) fn render_ml_bom(report: &Report) -> Result<Document, RenderError> {
    document(DocumentKind::MlBom, &bom(report))
}

fn bom(report: &Report) -> Value {
    let packs = &report.verdict.controls.packs;
    let asked = asked(report);
    object([
        ("$schema", Some(json!("http://cyclonedx.org/schema/bom-1.6.schema.json"))),
        ("bomFormat", Some(json!("CycloneDX"))),
        ("specVersion", Some(json!("1.6"))),
        ("serialNumber", Some(json!(format!("urn:uuid:{}", uuid(report, "ml-bom"))))),
        ("version", Some(json!(1))),
        (
            "metadata",
            Some(object([
                ("timestamp", Some(json!(report.generated))),
                (
                    "tools",
                    Some(json!({"components": [{"type": "application", "name": "modelgate", "version": report.tool_version}]})),
                ),
                ("component", Some(system(report))),
                ("supplier", report.verdict.controls.facts.text("provider.name").map(|name| json!({"name": name}))),
            ])),
        ),
        ("components", Some(json!(components(report)))),
        ("dependencies", Some(json!(dependencies(report)))),
        ("definitions", list(packs.iter().map(standard).collect()).map(|standards| json!({"standards": standards}))),
        ("declarations", (!asked.is_empty()).then(|| declarations(report, &asked))),
    ])
}

fn sha256(digest: impl std::fmt::Display) -> Value {
    json!([{"alg": "SHA-256", "content": digest.to_string()}])
}

fn system(report: &Report) -> Value {
    let facts = &report.verdict.controls.facts;
    object([
        ("type", Some(json!("application"))),
        ("bom-ref", Some(json!("system"))),
        ("name", Some(json!(facts.text("system.name").unwrap_or(&report.model_name)))),
        ("description", facts.text("system.description").map(|text| json!(text))),
    ])
}

fn components(report: &Report) -> Vec<Value> {
    let model = object([
        ("type", Some(json!("machine-learning-model"))),
        ("bom-ref", Some(json!("model"))),
        ("name", Some(json!(report.model_name))),
        ("version", report.commit.as_ref().map(|commit| json!(commit))),
        ("hashes", Some(sha256(report.provenance.model_digest))),
        ("modelCard", Some(model_card(report))),
    ]);
    let data = report.inputs.iter().enumerate().map(|(place, input)| data(place, input));
    std::iter::once(model).chain(data).collect()
}

fn data_ref(place: usize) -> String {
    format!("data-{}", place + 1)
}

fn data(place: usize, input: &Input) -> Value {
    let sensitive: Vec<String> =
        input.columns.iter().filter_map(|column| Some(format!("{} ({})", column.name, column.sensitive.as_deref()?))).collect();
    // A digest of several files is no digest of bytes that somebody could hash.
    let hashes = (input.files == 1).then(|| sha256(input.digest));
    object([
        ("type", Some(json!("data"))),
        ("bom-ref", Some(json!(data_ref(place)))),
        ("name", Some(json!(input.path))),
        ("description", Some(json!(input.purpose))),
        ("hashes", hashes),
        (
            "data",
            Some(json!([object([
                ("type", Some(json!("dataset"))),
                ("name", Some(json!(input.path))),
                ("sensitiveData", (!sensitive.is_empty()).then(|| json!(sensitive))),
            ])])),
        ),
        ("properties", Some(json!([property("modelgate:sha256", &input.digest.to_string())]))),
    ])
}

fn dependencies(report: &Report) -> Vec<Value> {
    let data: Vec<String> = (0..report.inputs.len()).map(data_ref).collect();
    vec![json!({"ref": "system", "dependsOn": ["model"]}), json!({"ref": "model", "dependsOn": data})]
}

fn property(name: &str, value: &str) -> Value {
    json!({"name": name, "value": value})
}

fn model_card(report: &Report) -> Value {
    let facts = &report.verdict.controls.facts;
    let is_clustering = report.task.as_deref().is_some_and(|task| task.contains("clustering"));
    let datasets: Vec<Value> = (0..report.inputs.len()).map(|place| json!({"ref": data_ref(place)})).collect();
    let digests = [
        ("modelgate:counts-sha256", report.provenance.cube_digest.to_string()),
        ("modelgate:settings-sha256", report.provenance.config_digest.to_string()),
        ("modelgate:split", report.provenance.split.clone()),
        ("modelgate:facts-sha256", facts.digest.clone()),
        ("modelgate:verdict", report.verdict.outcome.id().to_owned()),
    ];
    let withheld = crate::words::withheld(&report.disclosed).map(|words| ("modelgate:withheld", words.into_string()));
    let properties = digests.into_iter().chain(withheld).filter(|(_, value)| !value.is_empty());
    object([
        ("bom-ref", Some(json!("model-card"))),
        (
            "modelParameters",
            Some(json!({
                "approach": {"type": if is_clustering { "unsupervised" } else { "supervised" }},
                "task": report.task.as_deref().map_or("binary classification", |task| task.trim_start_matches("the task is ")),
                "modelArchitecture": report.model.kind,
                "datasets": datasets,
            })),
        ),
        ("quantitativeAnalysis", Some(json!({"performanceMetrics": numbers(report).iter().map(metric).collect::<Vec<_>>()}))),
        ("considerations", considerations(report)),
        ("properties", Some(json!(properties.map(|(name, value)| property(name, &value)).collect::<Vec<_>>()))),
    ])
}

/// A number as the format has it: as text.
fn metric(told: &Told<'_>) -> Value {
    let ends = |interval: &modelgate_eval::Interval| json!({"lowerBound": interval.lower.to_string(), "upperBound": interval.upper.to_string()});
    object([
        ("type", Some(json!(told.metric.as_str()))),
        ("value", Some(json!(told.value.to_string()))),
        ("slice", Some(json!(told.about))),
        ("confidenceInterval", told.interval.map(ends)),
    ])
}

/// What is declared of users, uses, limits, trade-offs and risks, and gaps between groups that were measured.
fn considerations(report: &Report) -> Option<Value> {
    let facts = &report.verdict.controls.facts;
    let texts = |place: &str| match facts.get(place) {
        Some(FactValue::Texts(texts)) => list(texts.iter().map(|text| json!(text)).collect()),
        Some(FactValue::Text(text)) => Some(json!([text])),
        _ => None,
    };
    let told = object([
        ("users", texts("purpose.users")),
        ("useCases", texts("purpose.intended")),
        ("technicalLimitations", texts("limitations")),
        ("performanceTradeoffs", texts("design.tradeoffs")),
        ("ethicalConsiderations", list(risks(facts))),
        ("fairnessAssessments", list(fairness(report))),
    ]);
    told.as_object().is_some_and(|fields| !fields.is_empty()).then_some(told)
}

fn risks(facts: &Facts) -> Vec<Value> {
    let risk = |item: &std::collections::BTreeMap<String, FactValue>| {
        object([
            ("name", Some(json!(item_text(item, "text").unwrap_or_default()))),
            ("mitigationStrategy", item_text(item, "response").map(|response| json!(response))),
        ])
    };
    facts.items("risks").iter().map(risk).collect()
}

/// Each gap between groups with its number; who benefits and who is harmed is for people to say.
fn fairness(report: &Report) -> Vec<Value> {
    let gaps = numbers(report).into_iter().filter(|told| told.metric.metric().kind == MetricKind::AcrossGroups);
    let told = gaps.map(|told| {
        let interval = told.interval.map(|interval| format!(" [{:.4}, {:.4}]", interval.lower, interval.upper));
        let harms = format!("{}: {:.4}{}", told.metric.metric().title, told.value, interval.unwrap_or_default());
        json!({"groupAtRisk": format!("groups {}", told.about), "harms": harms})
    });
    told.collect()
}

fn requirement_ref(name: &str) -> String {
    format!("requirement:{name}")
}

fn standard(judged: &JudgedPack) -> Value {
    let pack = &judged.pack;
    let requirements = judged.controls.iter().map(|control| {
        json!({
            "bom-ref": requirement_ref(&pack.name_of(&control.control)),
            "identifier": control.control.cites,
            "title": control.control.title,
        })
    });
    json!({
        "bom-ref": format!("standard:{}", pack.id),
        "name": pack.title,
        "version": pack.version,
        "description": format!("{}, text of {}", pack.citation, pack.dated),
        "requirements": requirements.collect::<Vec<_>>(),
    })
}

/// A control with evidence is a claim; one that failed, or is waived, a claim against it. What was not run or cannot be told is claimed
/// in neither way.
fn declarations(report: &Report, asked: &[Asked<'_>]) -> Value {
    let facts = &report.verdict.controls.facts;
    let claimed: Vec<(&Asked<'_>, bool)> =
        asked.iter().filter_map(|asked| Some((asked, is_claim_for(&asked.control.state)?))).collect();
    let holds = |statement: &Statement| {
        claimed.iter().any(|(asked, _)| asked.control.attested.as_ref().is_some_and(|attested| attested.id == statement.id))
    };
    let statements: Vec<Value> = facts.statements.iter().filter(|statement| holds(statement)).map(evidence_of).collect();
    let waivers: Vec<Value> = claimed.iter().filter_map(|(asked, _)| waiver(asked)).collect();
    let run = json!({
        "bom-ref": "evidence:run",
        "propertyName": "modelgate:evidence",
        "description": format!("data, model, counts and declared facts of the run, sha256 {}", report.verdict.controls.evidence_digest),
        "data": [{"name": "verdict.json", "contents": {"url": "verdict.json"}}],
        "created": report.generated,
    });
    let evidence: Vec<Value> = std::iter::once(run).chain(statements).chain(waivers).collect();
    json!({
        "assessors": [{"bom-ref": "assessor", "thirdParty": false, "organization": {"name": "the run of modelgate, which is no independent assessor"}}],
        "targets": {"components": [{"type": "machine-learning-model", "bom-ref": "target", "name": report.model_name}]},
        "evidence": evidence,
        "claims": claimed.iter().map(|(asked, _)| claim(asked)).collect::<Vec<_>>(),
        "attestations": [{
            "summary": "States of controls by the evidence of one run; no state says that a law is met. A control that is not here was not run, cannot be told, or is not for this system.",
            "assessor": "assessor",
            "map": claimed.iter().map(|(asked, is_for)| mapped(asked, *is_for)).collect::<Vec<_>>(),
        }],
    })
}

/// Whether a state is a claim for its control or one against it.
fn is_claim_for(state: &ControlState) -> Option<bool> {
    let id = match state {
        ControlState::NotYetInForce { otherwise, .. } => otherwise,
        state => state.id(),
    };
    match id {
        "passed" | "needs_review" => Some(true),
        "failed" | "waived" => Some(false),
        _ => None,
    }
}

fn claim(asked: &Asked<'_>) -> Value {
    let control = asked.control;
    let attested = control.attested.iter().map(|statement| format!("evidence:{}", statement.id));
    let evidence: Vec<String> = std::iter::once("evidence:run".to_owned()).chain(attested).collect();
    object([
        ("bom-ref", Some(json!(format!("claim:{}", asked.name)))),
        ("target", Some(json!("target"))),
        ("predicate", Some(json!(format!("{}: {}", control.control.title, state_words(control.state.id()))))),
        ("reasoning", Some(json!(crate::controls::why(control)))),
        ("mitigationStrategies", waiver(asked).map(|_| json!([waiver_ref(asked)]))),
        ("evidence", Some(json!(evidence))),
    ])
}

fn mapped(asked: &Asked<'_>, is_for: bool) -> Value {
    let claims = json!([format!("claim:{}", asked.name)]);
    let (claims, against) = if is_for { (claims, json!([])) } else { (json!([]), claims) };
    json!({"requirement": requirement_ref(&asked.name), "claims": claims, "counterClaims": against})
}

fn waiver_ref(asked: &Asked<'_>) -> String {
    format!("waiver:{}", asked.name)
}

fn waiver(asked: &Asked<'_>) -> Option<Value> {
    let ControlState::Waived { until, reason, approved_by } = &asked.control.state else { return None };
    Some(json!({
        "bom-ref": waiver_ref(asked),
        "propertyName": "modelgate:waiver",
        "description": reason,
        "expires": format!("{until}T23:59:59Z"),
        "author": {"name": approved_by},
    }))
}

/// What a person attests.
fn evidence_of(statement: &Statement) -> Value {
    object([
        ("bom-ref", Some(json!(format!("evidence:{}", statement.id)))),
        ("propertyName", Some(json!("modelgate:statement"))),
        (
            "description",
            Some(json!(format!("{} ({}, evidence sha256 {})", statement.text, statement.role, statement.evidence_digest))),
        ),
        ("created", Some(json!(format!("{}T00:00:00Z", statement.date)))),
        ("expires", statement.review_by.map(|day| json!(format!("{day}T23:59:59Z")))),
        ("author", Some(json!({"name": statement.by}))),
    ])
}
