//! `oscal-assessment-results.json` and `oscal-component-definition.json`: states of controls, and what supplies evidence for them, in
//! OSCAL 1.2.1.

use modelgate_policy::{Class, ControlState, JudgedPack, Statement, state_words};
use serde_json::{Value, json};

use super::{Asked, asked, document, list, object, uuid};
use crate::RenderError;
use crate::document::{Document, DocumentKind};
use crate::report::Report;

/// The version that validators of today take.
const VERSION: &str = "1.2.1";

/// The name space of our own properties.
const NAMESPACE: &str = "urn:modelgate:oscal";

/// Renders `oscal-assessment-results.json`.
pub(crate) fn render_assessment_results(report: &Report) -> Result<Document, RenderError> {
    document(DocumentKind::AssessmentResults, &json!({"assessment-results": results(report)}))
}

/// Renders `oscal-component-definition.json`.
pub(crate) fn render_component_definition(report: &Report) -> Result<Document, RenderError> {
    document(DocumentKind::ComponentDefinition, &json!({"component-definition": definition(report)}))
}

/// A token of OSCAL: a letter or `_`, then letters, digits, `.`, `_` and `-`.
fn token(name: &str) -> String {
    let plain = |character: char| if character.is_ascii_alphanumeric() || "._-".contains(character) { character } else { '-' };
    let token: String = name.chars().map(plain).collect();
    if token.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') { token } else { format!("_{token}") }
}

/// Text that may not be empty, nor begin or end with a space.
fn text(text: &str) -> String {
    let text = crate::escape::Shown::cut(text, crate::documents::LONG);
    text.into_string()
}

fn property(name: &str, value: &str) -> Value {
    json!({"name": name, "ns": NAMESPACE, "value": text(value)})
}

fn metadata(report: &Report, title: &str) -> Value {
    json!({
        "title": text(title),
        "last-modified": report.generated,
        "version": report.provenance.cube_digest.to_string().chars().take(12).collect::<String>(),
        "oscal-version": VERSION,
        "remarks": crate::words::NOT_ADVICE,
    })
}

/// The plan of a run is its settings.
fn settings(report: &Report) -> Value {
    json!({
        "uuid": uuid(report, "settings"),
        "title": text(&report.config_file),
        "description": "The settings of the gate: metrics, slices, limits, packs and waivers.",
        "rlinks": [{"href": text(&report.config_file), "hashes": [{"algorithm": "SHA-256", "value": report.provenance.config_digest.to_string()}]}],
    })
}

fn results(report: &Report) -> Value {
    let asked = asked(report);
    let include: Vec<Value> = asked.iter().map(|asked| json!({"control-id": token(&asked.name)})).collect();
    let statements = &report.verdict.controls.facts.statements;
    let result = object([
        ("uuid", Some(json!(uuid(report, "result")))),
        ("title", Some(json!(text(&format!("Run of {}", report.model_name))))),
        ("description", Some(json!("States of controls by the evidence of one run. No state says that a law is met."))),
        ("start", Some(json!(report.generated))),
        ("end", Some(json!(report.generated))),
        (
            "props",
            Some(json!([
                property("outcome", report.verdict.outcome.id()),
                property("evidence-sha256", &report.verdict.controls.evidence_digest),
            ])),
        ),
        ("reviewed-controls", Some(json!({"control-selections": [selection(include)]}))),
        ("attestations", list(statements.iter().map(attestation).collect())),
        ("observations", list(asked.iter().map(|asked| observation(report, asked)).collect())),
        ("risks", list(asked.iter().filter_map(|asked| risk(report, asked)).collect())),
        ("findings", list(asked.iter().map(|asked| finding(report, asked)).collect())),
    ]);
    json!({
        "uuid": uuid(report, "assessment-results"),
        "metadata": metadata(report, &format!("Assessment results of {}", report.model_name)),
        "import-ap": {"href": format!("#{}", uuid(report, "settings"))},
        "results": [result],
        "back-matter": {"resources": [settings(report)]},
    })
}

/// No control that asks anything is a selection of none, which the format says by leaving everything out.
fn selection(include: Vec<Value>) -> Value {
    object([
        ("description", include.is_empty().then(|| json!("No control of the chosen packs asks anything of this system."))),
        ("include-controls", list(include)),
    ])
}

fn attestation(statement: &Statement) -> Value {
    let prose = format!(
        "{} ({}, {}, {}, evidence sha256 {})",
        statement.text, statement.by, statement.role, statement.date, statement.evidence_digest
    );
    json!({"parts": [{"name": "statement", "ns": NAMESPACE, "title": text(&statement.id), "prose": text(&prose)}]})
}

fn observation(report: &Report, asked: &Asked<'_>) -> Value {
    let methods = match asked.control.control.class {
        Class::Auto => json!(["TEST"]),
        Class::Mixed => json!(["TEST", "EXAMINE"]),
        Class::Human | Class::NotApplicable => json!(["EXAMINE"]),
    };
    json!({
        "uuid": uuid(report, &format!("observation {}", asked.name)),
        "title": text(&asked.name),
        "description": text(&crate::controls::why(asked.control)),
        "methods": methods,
        "collected": report.generated,
        "relevant-evidence": [{"href": "verdict.json", "description": "The verdict with every measurement."}],
    })
}

fn finding(report: &Report, asked: &Asked<'_>) -> Value {
    let judged = asked.control;
    // The format knows no state between satisfied and not: ours is in a property.
    let (state, reason) = match judged.state {
        ControlState::Passed => ("satisfied", "pass"),
        ControlState::Failed => ("not-satisfied", "fail"),
        _ => ("not-satisfied", "other"),
    };
    let risk = risk(report, asked).map(|_| json!([{"risk-uuid": uuid(report, &format!("risk {}", asked.name))}]));
    object([
        ("uuid", Some(json!(uuid(report, &format!("finding {}", asked.name))))),
        ("title", Some(json!(text(&format!("{}, {}", asked.pack.pack.title, judged.control.cites))))),
        ("description", Some(json!(text(&judged.control.title)))),
        ("props", Some(json!([property("state", &state_words(judged.state.id()).replace(' ', "-"))]))),
        (
            "target",
            Some(json!({
                "type": "objective-id",
                "target-id": format!("{}_obj", token(&asked.name)),
                "status": {"state": state, "reason": reason},
            })),
        ),
        ("related-observations", Some(json!([{"observation-uuid": uuid(report, &format!("observation {}", asked.name))}]))),
        ("related-risks", risk),
    ])
}

/// A waiver is a deviation that was approved until a day; what failed without one is an open risk.
fn risk(report: &Report, asked: &Asked<'_>) -> Option<Value> {
    let judged = asked.control;
    let (title, statement, status, deadline) = match &judged.state {
        ControlState::Waived { until, reason, approved_by } => {
            let statement = format!("{reason} (approved by {approved_by})");
            ("Waived", statement, "deviation-approved", Some(json!(format!("{until}T23:59:59Z"))))
        }
        ControlState::Failed => ("Failed", crate::controls::why(judged), "open", None),
        _ => return None,
    };
    Some(object([
        ("uuid", Some(json!(uuid(report, &format!("risk {}", asked.name))))),
        ("title", Some(json!(text(&format!("{title}: {}", judged.control.cites))))),
        ("description", Some(json!(text(&judged.control.title)))),
        ("statement", Some(json!(text(&statement)))),
        ("status", Some(json!(status))),
        ("deadline", deadline),
    ]))
}

fn definition(report: &Report) -> Value {
    let facts = &report.verdict.controls.facts;
    let packs = &report.verdict.controls.packs;
    let asked = asked(report);
    let implementations: Vec<Value> = packs.iter().filter_map(|pack| implementation(report, pack, &asked)).collect();
    let component = object([
        ("uuid", Some(json!(uuid(report, "component")))),
        ("type", Some(json!("software"))),
        ("title", Some(json!(text(facts.text("system.name").unwrap_or(&report.model_name))))),
        ("description", Some(json!(text(facts.text("system.description").unwrap_or(&report.model.kind))))),
        ("purpose", facts.text("purpose.intended").map(|purpose| json!(text(purpose)))),
        ("props", Some(json!([property("model-sha256", &report.provenance.model_digest.to_string())]))),
        ("control-implementations", list(implementations)),
    ]);
    let sources = packs.iter().map(|pack| {
        json!({
            "uuid": uuid(report, &format!("pack {}", pack.pack.id)),
            "title": text(&pack.pack.title),
            "description": text(&format!("{} ({}), text of {}, pack {} version {}", pack.pack.citation, pack.pack.reference, pack.pack.dated, pack.pack.id, pack.pack.version)),
        })
    });
    json!({
        "uuid": uuid(report, "component-definition"),
        "metadata": metadata(report, &format!("Evidence for controls of {}", report.model_name)),
        "components": [component],
        "back-matter": {"resources": sources.chain([settings(report)]).collect::<Vec<_>>()},
    })
}

/// What each control of a pack rests on here.
fn implementation(report: &Report, pack: &JudgedPack, asked: &[Asked<'_>]) -> Option<Value> {
    let of_pack = asked.iter().filter(|asked| asked.pack.pack.id == pack.pack.id);
    let requirement = |asked: &Asked<'_>| {
        json!({
            "uuid": uuid(report, &format!("implementation {}", asked.name)),
            "control-id": token(&asked.name),
            "description": text(&format!("{}: {}", asked.control.control.title, crate::controls::rests_on(asked.control))),
            "props": [property("answered-by", asked.control.control.class.id())],
        })
    };
    Some(json!({
        "uuid": uuid(report, &format!("implementations {}", pack.pack.id)),
        "source": format!("#{}", uuid(report, &format!("pack {}", pack.pack.id))),
        "description": text(&format!("Evidence for {}", pack.pack.title)),
        "implemented-requirements": list(of_pack.map(requirement).collect())?,
    }))
}
