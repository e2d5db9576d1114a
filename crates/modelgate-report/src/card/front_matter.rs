//! The front matter of the model card: YAML that the Hugging Face Hub reads. Its texts are quoted, and nothing in them is markup where
//! the front matter is taken for Markdown.

use std::fmt::Write as _;

use modelgate_eval::{Estimate, MetricKind, Subject};

use crate::escape::Shown;
use crate::facts::{Facts, is_overall};
use crate::number;
use crate::report::Report;
use crate::words;

/// The most results of slices that are listed; the card has all of them.
const MOST_RESULTS: usize = 60;

/// The least length of a word of hexadecimal digits that forges may take for a commit.
const COMMIT_CHARS: usize = 7;

/// The front matter between its two lines of dashes.
pub(super) fn front_matter(report: &Report) -> String {
    let mut yaml = String::from("---\n");
    let declared = &report.verdict.controls.facts;
    if let Some(license) = declared.text("system.license") {
        line(&mut yaml, "license", &quoted(license));
    }
    let languages: Vec<String> = declared.texts("system.languages").iter().map(|language| quoted(language)).collect();
    if !languages.is_empty() {
        line(&mut yaml, "language", &format!("[{}]", languages.join(", ")));
    }
    if let Some(library) = library(report) {
        line(&mut yaml, "library_name", &quoted(library));
    }
    if let Some(task) = task(report) {
        line(&mut yaml, "pipeline_tag", task);
    }
    line(&mut yaml, "tags", "[modelgate, tabular]");
    let results = results(report);
    if results.is_empty() {
        yaml.push_str("---\n\n");
        return yaml;
    }
    let mut metrics: Vec<&str> = results.iter().map(|result| result.metric).collect();
    metrics.sort_unstable();
    metrics.dedup();
    line(&mut yaml, "metrics", &format!("[{}]", metrics.join(", ")));
    let file = &report.data_files.evaluated;
    let _ = write!(
        yaml,
        "model-index:\n- name: {}\n  results:\n  - task: {{type: {}, name: Evaluation by modelgate}}\n    \
         dataset: {{type: tabular, name: {}, split: {}, revision: {}}}\n    metrics:\n",
        quoted(&report.model_name),
        task(report).unwrap_or("other"),
        quoted(file),
        digest(&report.provenance.split),
        digest(&report.provenance.data_digest.to_string()),
    );
    for Result { metric, value, name } in &results {
        let _ = writeln!(yaml, "    - {{type: {metric}, value: {value}, name: {}}}", quoted(name));
    }
    yaml.push_str("---\n\n");
    yaml
}

fn line(yaml: &mut String, key: &str, value: &str) {
    let _ = writeln!(yaml, "{key}: {value}");
}

struct Result {
    metric: &'static str,
    value: f64,
    name: String,
}

/// Metrics of all rows, and limited ones of slices of one column. The Hub has no place for an interval but the name.
fn results(report: &Report) -> Vec<Result> {
    let facts = Facts::new(report);
    let wanted = |subject: &Subject, metric| match subject {
        Subject::Slice(slice) => is_overall(subject) || (slice.terms().len() == 1 && facts.is_gated(metric)),
        _ => false,
    };
    let found = report.evaluation.iter().filter(|(metric, subject, _)| {
        metric.metric().kind != MetricKind::AcrossGroups && metric.as_str() != "count" && wanted(subject, *metric)
    });
    let level = report.confidence_level * 100.0;
    let result = |(metric, subject, estimate): (modelgate_eval::MetricId, &Subject, &Estimate)| {
        let measured = estimate.measured()?;
        let interval = measured.interval.map(|interval| {
            let end = |end: f64| number::value(metric, end);
            format!(", {level:.0} percent interval {} to {}", end(interval.lower), end(interval.upper))
        });
        let subject = words::subject(subject);
        let name = format!("{}, {subject}{}, n = {}", metric.metric().title, interval.unwrap_or_default(), measured.n);
        // As many digits as other documents show.
        Some(Result { metric: metric.as_str(), value: (measured.value * 1e3).round() / 1e3, name })
    };
    found.filter_map(result).take(MOST_RESULTS).collect()
}

/// The library that runs the model, where modelgate trained it.
fn library(report: &Report) -> Option<&'static str> {
    report.model.rows_trained?;
    Some(if report.model.kind.contains("linfa") { "linfa" } else { "modelgate" })
}

/// The Hub's name of the task, where it has one.
fn task(report: &Report) -> Option<&'static str> {
    match report.task.as_deref() {
        None => Some("tabular-classification"),
        Some(task) if task.contains("regression") => Some("tabular-regression"),
        Some(task) if task.contains("class") || task.contains("label") => Some("tabular-classification"),
        Some(_) => None,
    }
}

/// A text in YAML's double quotes, in which every character that could be markup, of YAML or of Markdown, stands as its number. Words
/// that forges may take for a commit stand so as a whole.
fn quoted(text: &str) -> String {
    let shown = Shown::sentence(text).into_string();
    let mut quoted = String::from("\"");
    let (mut previous, mut rest) = (None, shown.as_str());
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let (part, after) = rest.split_at(if word == 0 { first.len_utf8() } else { word });
        let is_commit = part.len() >= COMMIT_CHARS && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_plain = if word > 0 { !is_commit && !is_address(part) } else { is_plain(previous, first, after.chars().next()) };
        for character in part.chars() {
            let number = u32::from(character);
            let _ = match number {
                _ if is_plain => write!(quoted, "{character}"),
                0..=0xff => write!(quoted, "\\x{number:02x}"),
                0x100..=0xffff => write!(quoted, "\\u{number:04x}"),
                _ => write!(quoted, "\\U{number:08x}"),
            };
            previous = Some(character);
        }
        rest = after;
    }
    quoted.push('"');
    quoted
}

/// A digest of a file or the name of a split, which no forge takes for a commit: their hexadecimal digits are more, or fewer. What is
/// neither is quoted.
fn digest(text: &str) -> String {
    let is_hex = |text: &str, digits: usize| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_split = text.split_once('-').is_some_and(|(name, rows)| is_hex(name, 32) && is_number(rows));
    if is_split || is_hex(text, 64) { format!("\"{text}\"") } else { quoted(text) }
}

/// Whether a character that is no letter and no digit is no markup between these.
fn is_plain(previous: Option<char>, character: char, next: Option<char>) -> bool {
    let both = |test: fn(char) -> bool| previous.is_some_and(test) && next.is_some_and(test);
    match character {
        ' ' | ',' => true,
        '.' => both(|c| c.is_ascii_digit()),
        // Between letters they mark nothing up; between letters and a number a hyphen names an issue.
        '-' => both(|c| c.is_ascii_digit()) || both(|c| c.is_ascii_alphabetic()),
        '_' => both(|c| c.is_ascii_alphanumeric()),
        '=' => both(|c| c == ' ') || both(|c| c.is_ascii_alphanumeric()),
        _ => false,
    }
}

/// A word with which addresses begin.
fn is_address(word: &str) -> bool {
    ["www", "http", "https", "ftp", "mailto", "xmpp"].iter().any(|start| word.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn texts_are_inert_in_yaml_and_in_markdown() {
        assert_eq!(quoted("credit model"), "\"credit model\"");
        assert_eq!(quoted("a\"b: [c], 0.5 \u{2212} e.g = x"), "\"a\\x22b\\x3a \\x5bc\\x5d, 0.5 \\u2212 e\\x2eg = x\"");
        for hostile in ["\n---\n# h", "@all", "<b>", "deadbeef", "https://e.org", "#1", "_b_", "\u{1F600}", "=", "1.", "GH-1"] {
            let text = quoted(hostile);
            let inside = text.trim_matches('"').replace('\\', "");
            assert!(inside.chars().all(|c| c.is_ascii_alphanumeric() || c == ' '), "{text}");
        }
        assert_eq!(quoted("age_band=30-45"), "\"age_band=30-45\"");
        assert!(!quoted("deadbeef").contains("deadbeef"));
    }

    #[test]
    fn it_has_what_the_hub_reads_and_no_number_that_is_undefined() {
        let matter = front_matter(&fixture::failing());
        for part in ["---\n", "pipeline_tag: tabular-classification\n", "model-index:\n- name: ", "type: recall, value: 0."] {
            assert!(matter.contains(part), "{part} is not in {matter}");
        }
        assert!(matter.ends_with("---\n\n") && !matter.contains("NaN") && !matter.contains("undefined"), "{matter}");
    }
}
