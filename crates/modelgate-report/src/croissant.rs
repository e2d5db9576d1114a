//! `croissant.json`: the data for machines that look for data sets, in the Croissant format (version 1.1) with its words for responsible AI.
//!
//! It says what was measured, and nothing that no measurement can tell: license, creator and the like are there where the owner has
//! written them down.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use modelgate_cube::{Digest, Part};
use modelgate_eval::{DataMetricId, Estimate};
use modelgate_policy::JudgedMeasurement;
use serde_json::{Map, Value, json};

use crate::RenderError;
use crate::data_checks::rows_of;
use crate::document::{Document, DocumentKind};
use crate::escape::Shown;
use crate::inputs::Input;
use crate::report::Report;

/// The specifications that the document follows.
const CONFORMS_TO: [&str; 2] = ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"];

/// The media types of files by the end of their names; packed files are named by what they hold.
const MEDIA_TYPES: [(&str, &str); 8] = [
    ("csv", "text/csv"),
    ("tsv", "text/tab-separated-values"),
    ("jsonl", "application/jsonlines"),
    ("ndjson", "application/jsonlines"),
    ("parquet", "application/x-parquet"),
    ("arrow", "application/vnd.apache.arrow.file"),
    ("ipc", "application/vnd.apache.arrow.file"),
    ("feather", "application/vnd.apache.arrow.file"),
];

/// Renders `croissant.json`.
pub fn render_croissant(report: &Report) -> Result<Document, RenderError> {
    let failed = |source| RenderError::Json { path: DocumentKind::Croissant.path(), source };
    let context: Value = serde_json::from_str(modelgate_templates::CROISSANT_CONTEXT).map_err(failed)?;
    let mut document = Map::from_iter([("@context".to_owned(), context)]);
    if let Value::Object(fields) = body(report) {
        document.extend(fields);
    }
    let mut body = serde_json::to_string_pretty(&document).map_err(failed)?;
    body.push('\n');
    Ok(Document::new(DocumentKind::Croissant, body))
}

fn body(report: &Report) -> Value {
    let columns = columns(report);
    let files: Vec<&Input> = report.inputs.iter().collect();
    let mut body = json!({
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": format!("data of {}", report.model_name),
        "description": format!(
            "The rows that the model {} is evaluated on{}, as modelgate {} read and measured them. Files are named by their digests.",
            report.model_name,
            if report.data_files.training.is_some() { ", and those that it learned from" } else { "" },
            report.tool_version
        ),
        "sdDatePublished": report.generated,
        "distribution": files.iter().enumerate().flat_map(|(place, input)| distribution(place, input)).collect::<Vec<_>>(),
        "recordSet": files.iter().enumerate().flat_map(|(place, input)| records(place, input, &columns)).collect::<Vec<_>>(),
    });
    // Whether the vocabulary takes one text or several.
    let responsible = [
        ("rai:dataCollection", true, declared(report, "origin")),
        ("rai:dataCollectionTimeframe", false, each(report, "collected", is_time)),
        ("rai:dataCollectionMissingData", true, missing(report)),
        ("rai:dataAnnotationProtocol", false, declared(report, "labelling")),
        ("rai:dataUseCases", false, declared(report, "purpose")),
        ("rai:dataReleaseMaintenancePlan", true, declared(report, "steward")),
        ("rai:personalSensitiveInformation", false, personal(report)),
        ("rai:dataLimitations", false, limitations(report)),
        ("license", false, each(report, "license", |_| true)),
    ];
    if let Value::Object(fields) = &mut body {
        let said = responsible.into_iter().filter(|(_, _, said)| !said.is_empty());
        let value = |is_one: bool, said: Vec<String>| if is_one { json!(said.join("; ")) } else { json!(said) };
        fields.extend(said.map(|(name, is_one, said)| (name.to_owned(), value(is_one, said))));
    }
    body
}

/// What the owner has said of the declared files under this key, each once, and of which file where they differ.
fn declared(report: &Report, key: &str) -> Vec<String> {
    let sources = &report.verdict.data.sources;
    let said: Vec<(&str, &str)> =
        sources.iter().filter_map(|judged| Some((judged.source.path.as_str(), judged.source.fact(key)?))).collect();
    let different: BTreeSet<&str> = said.iter().map(|(_, fact)| *fact).collect();
    if different.len() == 1 && said.len() == sources.len() {
        return different.into_iter().map(str::to_owned).collect();
    }
    said.into_iter().map(|(path, fact)| format!("{path}: {fact}")).collect()
}

/// The same without the files, for what machines read by itself.
fn each(report: &Report, key: &str, is_meant: fn(&str) -> bool) -> Vec<String> {
    let said = report.verdict.data.sources.iter().filter_map(|judged| judged.source.fact(key));
    said.filter(|fact| is_meant(fact)).map(str::to_owned).collect::<BTreeSet<String>>().into_iter().collect()
}

/// Whether a text is a year, a day, a time, or two of them with a slash between (ISO 8601).
fn is_time(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_digit() || "-/:.TZ+".contains(c))
}

/// The id of a file among those that were read.
fn file_id(place: usize) -> String {
    format!("file-{}", place + 1)
}

/// The media type of a file by its name.
fn media_type(path: &str) -> &'static str {
    let name = Path::new(path);
    let ending = |name: &Path| name.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let packed = ["gz", "zst"].contains(&ending(name).as_str());
    let inner = if packed { name.file_stem().map(Path::new).map(ending).unwrap_or_default() } else { ending(name) };
    MEDIA_TYPES.iter().find(|(known, _)| *known == inner).map_or("application/octet-stream", |(_, kind)| kind)
}

/// The id of one of several files.
fn part_id(place: usize, number: usize) -> String {
    format!("{}-{}", file_id(place), number + 1)
}

/// A file; of several, each of them where they are known, else the set of all.
fn distribution(place: usize, input: &Input) -> Vec<Value> {
    if input.parts.is_empty() {
        return vec![file(place, input)];
    }
    let part = |(number, (path, digest)): (usize, &(String, Digest))| {
        json!({
            "@type": "cr:FileObject",
            "@id": part_id(place, number),
            "name": path,
            "description": input.purpose,
            "encodingFormat": media_type(path),
            "contentUrl": path,
            "sha256": digest.to_string(),
        })
    };
    input.parts.iter().enumerate().map(part).collect()
}

fn file(place: usize, input: &Input) -> Value {
    let mut file = json!({
        "@id": file_id(place),
        "name": input.path,
        "description": if input.files == 1 { input.purpose.to_owned() } else { format!("{}, {} files", input.purpose, input.files) },
        "encodingFormat": media_type(&input.path),
    });
    if let Value::Object(fields) = &mut file {
        if input.files == 1 {
            fields.insert("@type".to_owned(), json!("cr:FileObject"));
            fields.insert("contentUrl".to_owned(), json!(input.from_documents));
            fields.insert("sha256".to_owned(), json!(input.digest.to_string()));
        } else {
            fields.insert("@type".to_owned(), json!("cr:FileSet"));
            fields.insert("includes".to_owned(), json!(input.from_documents));
        }
    }
    file
}

/// The columns that were measured, and whether each holds numbers, by the rows that they are of.
fn columns(report: &Report) -> BTreeMap<(Part, &str), bool> {
    let mut columns = BTreeMap::new();
    for JudgedMeasurement { measurement, .. } in &report.verdict.data.measurements {
        let Some(column) = measurement.column.as_deref().filter(|_| measurement.metric == DataMetricId::MISSING_RATE) else {
            continue;
        };
        columns.insert((measurement.part, column), false);
    }
    for JudgedMeasurement { measurement, .. } in &report.verdict.data.measurements {
        let column = measurement.column.as_deref().filter(|_| measurement.metric == DataMetricId::NON_FINITE_RATE);
        if let Some(holds_numbers) = column.and_then(|column| columns.get_mut(&(measurement.part, column))) {
            *holds_numbers = true;
        }
    }
    columns
}

/// The rows of each file with its columns: those that were measured, and those that have a role.
fn records(place: usize, input: &Input, columns: &BTreeMap<(Part, &str), bool>) -> Vec<Value> {
    let is_learned = input.purpose.contains("learn");
    let part = if is_learned { Part::Train } else { Part::Test };
    let measured: BTreeMap<&str, bool> =
        columns.iter().filter(|((of, _), _)| *of == part).map(|((_, name), numbers)| (*name, *numbers)).collect();
    // What was measured may have been joined to the rows, and be in no column of the file.
    let is_measured = is_learned || input.purpose == "rows to evaluate";
    let others = input.others.iter().map(String::as_str).filter(|name| !is_measured || measured.contains_key(name));
    let names: BTreeSet<&str> = input.columns.iter().map(|column| column.name.as_str()).chain(others).collect();
    let source = if input.files == 1 || !input.parts.is_empty() { "fileObject" } else { "fileSet" };
    let field = |file: &str, (number, name): (usize, &&str)| {
        let role = input.columns.iter().find(|column| column.name == **name).and_then(|column| column.role.clone());
        let mut field = json!({
            "@type": "cr:Field",
            "@id": format!("{file}/column-{}", number + 1),
            "name": name,
            "dataType": if measured.get(*name) == Some(&true) { "sc:Float" } else { "sc:Text" },
            "source": {source: {"@id": file}, "extract": {"column": name}},
        });
        if let (Value::Object(fields), Some(role)) = (&mut field, role) {
            fields.insert("description".to_owned(), json!(role));
        }
        field
    };
    let files = if input.parts.is_empty() {
        vec![file_id(place)]
    } else {
        (0..input.parts.len()).map(|number| part_id(place, number)).collect()
    };
    let rows = |file: String| {
        json!({
            "@type": "cr:RecordSet",
            "@id": format!("{file}/rows"),
            "name": input.purpose,
            "field": names.iter().enumerate().map(|one| field(&file, one)).collect::<Vec<_>>(),
        })
    };
    files.into_iter().filter(|_| !names.is_empty()).map(rows).collect()
}

/// The columns with missing values.
fn missing(report: &Report) -> Vec<String> {
    let told = |JudgedMeasurement { measurement, .. }: &JudgedMeasurement| {
        let Estimate::Measured(measured) = measurement.estimate else { return None };
        let column = measurement.column.as_ref().filter(|_| measurement.metric == DataMetricId::MISSING_RATE)?;
        let rows = rows_of(measurement.part);
        (measured.value > 0.0).then(|| format!("{column}: {:.2} % of {} {rows} rows", measured.value * 100.0, measured.n))
    };
    report.verdict.data.measurements.iter().filter_map(told).collect()
}

/// The columns that are taken for personal data, and those whose names say that they are about what laws protect.
fn personal(report: &Report) -> Vec<String> {
    let found = report.verdict.data.measurements.iter().filter_map(|JudgedMeasurement { measurement, .. }| {
        Some(format!(
            "{}: {}, in {} rows",
            measurement.column.as_ref()?,
            measurement.personal?.title(),
            rows_of(measurement.part)
        ))
    });
    let sensitive = report.inputs.iter().flat_map(|input| &input.columns);
    let sensitive = sensitive.filter_map(|column| Some(format!("{}: sensitive, {}", column.name, column.sensitive.as_ref()?)));
    let all: BTreeSet<String> = found.chain(sensitive).collect();
    all.into_iter().collect()
}

/// What rules about the data found.
fn limitations(report: &Report) -> Vec<String> {
    let about_data = report.verdict.findings.iter().filter(|finding| finding.rule.is_about_data());
    let found = about_data.map(|finding| format!("{}: {}", finding.rule, finding.message));
    let withheld = crate::words::withheld(&report.disclosed).map(Shown::into_string);
    found.chain(withheld).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::fixture;

    fn rendered(report: &Report) -> Value {
        serde_json::from_str(&render_croissant(report).unwrap().body).unwrap()
    }

    #[test]
    fn files_have_their_digests_and_columns_their_types_and_roles() {
        let report = fixture::hostile("age");
        let document = rendered(&report);
        assert_eq!(document["@type"], "sc:Dataset");
        let files = document["distribution"].as_array().unwrap();
        assert_eq!(files.len(), report.inputs.len());
        for (file, input) in files.iter().zip(&report.inputs) {
            assert_eq!(file["name"], input.path);
            let place = if input.files == 1 { &file["contentUrl"] } else { &file["includes"] };
            assert_eq!(*place, input.from_documents);
            assert_eq!(file["sha256"].as_str().is_some(), input.files == 1, "{file}");
        }
        let fields = document["recordSet"][0]["field"].as_array().unwrap();
        assert!(fields.iter().any(|field| field["source"]["extract"]["column"] == "age"), "{fields:?}");
        let missing = document["rai:dataCollectionMissingData"].to_string();
        assert!(missing.contains("age: 7.25 % of 4000"), "{missing}");
    }

    #[test]
    fn several_files_are_named_one_by_one_with_their_digests() {
        let mut report = fixture::passing();
        let digest = Digest::of(b"rows");
        let parts = vec![("../rows/a.csv".to_owned(), digest), ("../rows/b.csv".to_owned(), digest)];
        report.inputs.truncate(1);
        report.inputs[0] = Input { files: 2, parts, path: "rows".to_owned(), ..report.inputs[0].clone() };
        let document = rendered(&report);
        let files = document["distribution"].as_array().unwrap();
        let ids: Vec<&str> = files.iter().map(|file| file["@id"].as_str().unwrap()).collect();
        assert_eq!(ids, ["file-1-1", "file-1-2"]);
        assert_eq!((&files[1]["sha256"], &files[1]["encodingFormat"]), (&json!(digest.to_string()), &json!("text/csv")));
        assert_eq!(document["recordSet"][1]["field"][0]["source"]["fileObject"]["@id"], "file-1-2");
    }

    #[test]
    fn what_the_owner_says_of_files_is_said_in_the_words_of_the_vocabulary() {
        let mut report = fixture::passing();
        let source = |path: &str, facts: [Option<&str>; 6]| modelgate_policy::JudgedSource {
            source: modelgate_policy::DataSource {
                path: path.to_owned(),
                digest: Digest::of(b"rows"),
                facts: facts.map(|fact| fact.map(str::to_owned)).into(),
            },
            used_for: None,
            found: None,
        };
        let (purpose, origin) = (Some("to lend"), Some("the loan system"));
        report.verdict.data.sources = vec![
            source("a.csv", [purpose, origin, Some("2025"), None, Some("CC-BY-4.0"), Some("the data office")]),
            source("b.csv", [purpose, Some("a bureau"), None, None, Some("CC-BY-4.0"), Some("the data office")]),
        ];
        let document = rendered(&report);
        assert_eq!(document["license"], json!(["CC-BY-4.0"]));
        assert_eq!(document["rai:dataCollection"], "a.csv: the loan system; b.csv: a bureau");
        assert_eq!(document["rai:dataUseCases"], json!(["to lend"]));
        assert_eq!(document["rai:dataCollectionTimeframe"], json!(["2025"]));
        assert!(is_time("2025-01-01/2025-06-30") && !is_time("in 2025") && !is_time("20 of May"));
        assert_eq!(document["rai:dataReleaseMaintenancePlan"], "the data office");
        assert!(document.get("rai:dataAnnotationProtocol").is_none());
    }

    #[test]
    fn nothing_is_said_that_nobody_said() {
        let document = rendered(&fixture::passing());
        for claim in ["license", "creator", "url", "datePublished", "citeAs", "rai:dataUseCases"] {
            assert!(document.get(claim).is_none(), "{claim}");
        }
    }
}
