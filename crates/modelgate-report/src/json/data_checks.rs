//! What was measured of the data, in `verdict.json`.

use std::collections::BTreeMap;

use modelgate_eval::{DataMeasurement, Estimate, SchemaChange};
use modelgate_policy::{DataState, JudgedData, JudgedMeasurement, SOURCE_FACTS};
use serde::Serialize;

/// Everything that was measured of the rows themselves.
#[derive(Serialize)]
pub(super) struct Data<'a> {
    measurements: Vec<Measurement<'a>>,
    /// How columns differ from the baseline's; not there where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<Schema<'a>>,
    /// What the groups were held against.
    #[serde(skip_serializing_if = "Option::is_none")]
    population: Option<Population<'a>>,
    /// Who says that what prepared the rows was learned from training rows alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    preprocessing: Option<Attestation<'a>>,
}

#[derive(Serialize)]
struct Attestation<'a> {
    by: &'a str,
    date: String,
}

#[derive(Serialize)]
struct Population<'a> {
    file: &'a str,
    source: &'a str,
    date: String,
}

#[derive(Serialize)]
pub(super) struct Measurement<'a> {
    metric: &'static str,
    /// `train` or `test`.
    part: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<&'a str>,
    /// The kind of personal data that the column is taken for.
    #[serde(skip_serializing_if = "Option::is_none")]
    personal_data: Option<&'static str>,
    /// The axis whose groups it compares.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a str>,
    /// The group that it is about: of the axis `by`, or of the column.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    /// Not there where it is undefined.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    undefined: Option<&'static str>,
    n: u64,
    /// Of a sample of the rows; what all rows say is no estimate.
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<[f64; 2]>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    sampled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_by_chance: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<Change>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<f64>,
    state: &'static str,
}

/// The number now minus the baseline's; for a number of rows, the ratio.
#[derive(Serialize)]
struct Change {
    before: f64,
    n_before: u64,
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<[f64; 2]>,
    p: f64,
    q: f64,
}

#[derive(Serialize)]
struct Schema<'a> {
    missing: &'a [String],
    new: &'a [String],
    retyped: Vec<Retyped<'a>>,
}

#[derive(Serialize)]
struct Retyped<'a> {
    column: &'a str,
    before: &'static str,
    now: &'static str,
}

/// A declared file of data: what its owner says, and whether its bytes are the approved ones.
#[derive(Serialize)]
pub(super) struct Source<'a> {
    file: String,
    approved_digest: String,
    found_digest: Option<String>,
    approved: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    used_for: Option<&'static str>,
    #[serde(flatten)]
    facts: BTreeMap<&'static str, &'a str>,
}

/// Maps the declared files to the format.
pub(super) fn sources(judged: &JudgedData) -> Vec<Source<'_>> {
    judged
        .sources
        .iter()
        .map(|entry| Source {
            file: crate::data_checks::file_name(&entry.source.path).to_owned(),
            approved_digest: entry.source.digest.to_string(),
            found_digest: entry.found.map(|digest| digest.to_string()),
            approved: entry.is_approved(),
            used_for: entry.used_for,
            facts: SOURCE_FACTS
                .iter()
                .zip(&entry.source.facts)
                .filter_map(|((key, _), fact)| Some((*key, fact.as_deref()?)))
                .collect(),
        })
        .collect()
}

/// Maps what was measured to the format; `None` where nothing was.
pub(super) fn data(judged: &JudgedData) -> Option<Data<'_>> {
    let something = !judged.measurements.is_empty();
    something.then(|| Data {
        measurements: judged.measurements.iter().map(measurement).collect(),
        schema: judged.schema.as_ref().map(schema),
        population: judged.population.as_ref().map(|population| Population {
            file: crate::data_checks::file_name(&population.path),
            source: &population.source,
            date: population.date.to_string(),
        }),
        preprocessing: judged
            .preprocessing
            .as_ref()
            .map(|attestation| Attestation { by: &attestation.by, date: attestation.date.to_string() }),
    })
}

pub(super) fn measurement(entry: &JudgedMeasurement) -> Measurement<'_> {
    let DataMeasurement { metric, part, column, by, group, personal, estimate, expected, sampled, change } = &entry.measurement;
    let measured = estimate.measured();
    let undefined = match (entry.state, estimate) {
        (DataState::Undefined(reason), _) => Some(reason.id()),
        (_, Estimate::Undefined { reason, .. }) => Some(reason.id()),
        _ => None,
    };
    Measurement {
        metric: metric.as_str(),
        part: part.id(),
        column: column.as_deref(),
        personal_data: personal.map(modelgate_cube::PersonalKind::id),
        by: by.as_deref(),
        group: group.as_deref(),
        value: measured.map(|measured| measured.value),
        undefined,
        n: estimate.n(),
        interval: measured.and_then(|measured| measured.interval).map(|interval| [interval.lower, interval.upper]),
        sampled: *sampled,
        expected_by_chance: *expected,
        change: change.map(|change| Change {
            before: change.before,
            n_before: change.n_before,
            value: change.value,
            interval: change.interval.map(|interval| [interval.lower, interval.upper]),
            p: change.p,
            q: change.q,
        }),
        rule: entry.rule.map(|rule| rule.rule().id),
        limit: entry.limit,
        state: entry.state.id(),
    }
}

fn schema(change: &SchemaChange) -> Schema<'_> {
    let retyped = change.retyped.iter().map(|(column, was, is)| Retyped { column, before: was.id(), now: is.id() });
    Schema { missing: &change.missing, new: &change.new, retyped: retyped.collect() }
}
