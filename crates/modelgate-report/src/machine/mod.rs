//! Documents for machines in formats of others: SARIF, `CycloneDX`, OSCAL and SPDX. They say what the documents for people say, hold no
//! clock and no random numbers, and leave out what nobody has measured or declared.

mod cyclonedx;
mod oscal;
mod sarif;
mod spdx;

use modelgate_cube::Digest;
use modelgate_eval::{Interval, MetricId, MetricKind, Subject};
use modelgate_policy::{ControlState, JudgedControl, JudgedPack};
use serde_json::{Map, Value};

use crate::RenderError;
use crate::document::{Document, DocumentKind};
use crate::report::Report;

pub(crate) use cyclonedx::render_ml_bom;
pub(crate) use oscal::{render_assessment_results, render_component_definition};
pub(crate) use sarif::render_sarif;
pub(crate) use spdx::render_spdx;

fn document(kind: DocumentKind, content: &Value) -> Result<Document, RenderError> {
    let failed = |source| RenderError::Json { path: kind.path(), source };
    let mut body = serde_json::to_string_pretty(content).map_err(failed)?;
    body.push('\n');
    Ok(Document::new(kind, body))
}

/// A UUID that follows from the run and from what it names. The formats take versions 4 and 5 alone: it says 5, made from a name, though
/// the digest is SHA-256.
fn uuid(report: &Report, name: &str) -> String {
    let provenance = &report.provenance;
    let text = format!(
        "{}\n{}\n{}\n{}\n{}\n{}\n{name}",
        report.model_name,
        provenance.config_digest,
        provenance.data_digest,
        provenance.model_digest,
        provenance.cube_digest,
        report.verdict.controls.facts.digest
    );
    let hex = Digest::of(text.as_bytes()).to_string();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
    format!("{}-{}-5{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

/// Fields of an object, those without a value left out.
fn object(fields: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Value {
    let told = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(told.collect::<Map<String, Value>>())
}

/// A list; `None` where it is empty.
fn list(items: Vec<Value>) -> Option<Value> {
    (!items.is_empty()).then_some(Value::Array(items))
}

/// A control that asks something of this system today or later, with its name and its pack.
struct Asked<'a> {
    name: String,
    pack: &'a JudgedPack,
    control: &'a JudgedControl,
}

/// Every control that asks something.
fn asked(report: &Report) -> Vec<Asked<'_>> {
    let packs = report.verdict.controls.packs.iter();
    let all = packs.flat_map(|pack| pack.controls.iter().map(move |control| (pack, control)));
    let asks =
        |control: &JudgedControl| !matches!(control.state, ControlState::NotApplicable { .. } | ControlState::Superseded { .. });
    all.filter(|(_, control)| asks(control))
        .map(|(pack, control)| Asked { name: pack.pack.name_of(&control.control), pack, control })
        .collect()
}

/// A number of all rows, of a slice of one column, or of a comparison between groups.
struct Told<'a> {
    metric: MetricId,
    /// What it is about, in words; `overall` for all rows.
    about: String,
    value: f64,
    interval: Option<&'a Interval>,
}

/// The numbers that a model's record is read for; those of crossed columns are in `verdict.json`.
fn numbers(report: &Report) -> Vec<Told<'_>> {
    let told = report.evaluation.iter().filter_map(|(metric, subject, estimate)| {
        let about = match subject {
            Subject::Slice(slice) if slice.is_overall() => "overall".to_owned(),
            Subject::Slice(slice) if slice.terms().len() == 1 => slice.to_string(),
            Subject::Across(_) if metric.metric().kind == MetricKind::AcrossGroups => subject.to_string(),
            _ => return None,
        };
        let measured = estimate.measured()?;
        Some(Told { metric, about, value: measured.value, interval: measured.interval.as_ref() })
    });
    told.collect()
}

#[cfg(test)]
mod tests;
