//! A judged run as a forge is told of it: read from the documents of `check`, and checked that they belong together.

use modelgate_cube::Digest;
use serde_json::Value;
use thiserror::Error;

use super::marker::{Marker, without_marker};

/// The most that is read of either document.
const MOST_BYTES: usize = 64 << 20;

/// A line of a file that a person can do something about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// The file, relative to the repository.
    pub path: String,
    /// The line, from 1.
    pub line: u64,
    /// `failure`, `warning` or `notice`.
    pub level: &'static str,
    /// What it is about.
    pub title: String,
    /// What happened and what to do.
    pub message: String,
}

/// A judged run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateResult {
    /// The name of the comment's place.
    pub key: String,
    /// The digest of the verdict, `sha256:...`.
    pub digest: String,
    /// `passed`, `failed`, `needs_review` or `no_decision`.
    pub outcome: String,
    /// The verdict in one line of plain text.
    pub headline: String,
    /// The job that judged, as it names itself; `None` where no CI system ran it.
    pub job: Option<String>,
    /// The comment without its last line.
    pub comment: String,
    /// Whether there is more to tell than that everything passed and nothing changed.
    pub is_news: bool,
    /// What a person can do something about, the gravest first.
    pub annotations: Vec<Annotation>,
}

/// The documents cannot be brought.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ResultError {
    /// A document is not what it should be.
    #[error("{document} {why}")]
    Malformed {
        /// Its name.
        document: &'static str,
        /// What is wrong.
        why: &'static str,
    },
    /// The comment is about another verdict.
    #[error("comment.md and verdict.json are not of the same run: the comment names another verdict")]
    Apart,
}

impl GateResult {
    /// Reads the documents.
    ///
    /// # Errors
    /// Where one of them is not what `check` wrote, or they are of different runs.
    pub fn read(comment: &str, verdict: &[u8]) -> Result<Self, ResultError> {
        if comment.len() > MOST_BYTES || verdict.len() > MOST_BYTES {
            return Err(malformed("comment.md or verdict.json", "is impossibly large"));
        }
        let marker = Marker::of(comment).ok_or(malformed("comment.md", "does not end with modelgate's own line"))?;
        if marker.digest != format!("sha256:{}", Digest::of(verdict)) {
            return Err(ResultError::Apart);
        }
        let json = parsed(verdict)?;
        let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
        let outcome = text("outcome").ok_or(malformed("verdict.json", "has no outcome"))?;
        if !["passed", "failed", "needs_review", "no_decision"].contains(&outcome.as_str()) {
            return Err(malformed("verdict.json", "has an unknown outcome"));
        }
        let headline = text("headline").ok_or(malformed("verdict.json", "has no headline"))?;
        Ok(Self {
            key: marker.key,
            digest: marker.digest,
            is_news: outcome != "passed" || !is_quiet(&json),
            outcome,
            headline,
            job: json.get("read").and_then(|read| read.get("job")).and_then(Value::as_str).map(str::to_owned),
            comment: without_marker(comment).to_owned(),
            annotations: annotations(&json),
        })
    }

    /// Whether the gate passed.
    #[must_use]
    pub fn has_passed(&self) -> bool {
        self.outcome == "passed"
    }

    /// The name of check runs and statuses. Required checks are chosen by it, so that it never changes.
    #[must_use]
    pub fn name(&self) -> String {
        format!("modelgate / {}", self.key)
    }
}

fn malformed(document: &'static str, why: &'static str) -> ResultError {
    ResultError::Malformed { document, why }
}

/// The verdict, which says that it is one.
pub(super) fn parsed(verdict: &[u8]) -> Result<Value, ResultError> {
    let json: Value = serde_json::from_slice(verdict).map_err(|_| malformed("verdict.json", "is no JSON"))?;
    if text(&json, "format") == "modelgate-verdict" {
        Ok(json)
    } else {
        Err(malformed("verdict.json", "is no verdict of modelgate"))
    }
}

/// A text within; empty where there is none.
pub(super) fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The entries of a list within; none where there is none.
pub(super) fn list<'a>(json: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    json.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// Whether everything passed, nothing is found, and no change is more than chance.
fn is_quiet(json: &Value) -> bool {
    let is_passed = |check: &Value| check.get("state").and_then(Value::as_str) == Some("passed");
    let moved = |check: &Value| {
        let bound = |name: &str| check.get("change").and_then(|change| change.get(name)).and_then(Value::as_f64);
        bound("lower").is_some_and(|lower| lower > 0.0) || bound("upper").is_some_and(|upper| upper < 0.0)
    };
    list(json, "findings").next().is_none() && list(json, "checks").all(|check| is_passed(check) && !moved(check))
}

/// The lines of the configuration whose checks or findings ask for something.
pub(super) fn annotations(json: &Value) -> Vec<Annotation> {
    let Some(file) = config_file(json) else { return Vec::new() };
    let checks = list(json, "checks").filter_map(|check| Some((file.clone(), of_check(check)?)));
    let elsewhere = |finding: &Value| within(text(finding.get("origin")?, "file"));
    let findings = list(json, "findings")
        .filter_map(|finding| Some((elsewhere(finding).unwrap_or_else(|| file.clone()), of_finding(finding)?)));
    let annotation = |(path, (level, line, title, message)): (String, (&'static str, u64, String, String))| Annotation {
        path,
        line,
        level,
        title: plain(&title),
        message: plain(&message),
    };
    let mut annotations: Vec<Annotation> = checks.chain(findings).map(annotation).collect();
    let gravity = |annotation: &Annotation| ["failure", "warning", "notice"].iter().position(|level| *level == annotation.level);
    annotations.sort_by_key(gravity);
    annotations
}

/// The configuration, relative to the repository. Forges refuse what does not lie within.
pub(super) fn config_file(json: &Value) -> Option<String> {
    within(text(json, "config_file"))
}

fn within(file: &str) -> Option<String> {
    let file = file.trim_start_matches("./");
    let lies_within = !file.is_empty() && !file.starts_with('/') && !file.split('/').any(|part| part == "..");
    lies_within.then(|| file.to_owned())
}

fn of_check(check: &Value) -> Option<(&'static str, u64, String, String)> {
    let is_blocking = check.get("blocking").and_then(Value::as_bool).unwrap_or(false);
    let level = match (is_blocking, text(check, "state")) {
        (true, _) => "failure",
        (false, "failed" | "warned" | "inconclusive") => "warning",
        _ => return None,
    };
    let (line, key) = origin(check)?;
    let title = format!("{}: {}", text(check, "rule"), text(check, "metric"));
    Some((level, line, title, format!("{} ({key})", said(check))))
}

fn of_finding(finding: &Value) -> Option<(&'static str, u64, String, String)> {
    let level = match text(finding, "level") {
        "deny" => "failure",
        "warn" => "warning",
        _ => return None,
    };
    let (line, _) = origin(finding)?;
    let message = format!("{}. {}", text(finding, "message").trim_end_matches('.'), text(finding, "help"));
    Some((level, line, text(finding, "rule").to_owned(), message))
}

/// The line of the configuration, and the key there, that something comes from.
fn origin(of: &Value) -> Option<(u64, &str)> {
    let origin = of.get("origin")?;
    let line = origin.get("line").and_then(Value::as_u64)?;
    Some((line.max(1), text(origin, "path")))
}

/// What a check measured.
pub(super) fn said(check: &Value) -> String {
    let number = |side: &str| check.get(side).and_then(|side| side.get("value")).and_then(Value::as_f64);
    let before = number("baseline").map(|value| format!(" {value:.4} before,")).unwrap_or_default();
    let now = number("candidate").map_or_else(|| " no number now".to_owned(), |value| format!(" {value:.4} now"));
    let limit = check.get("limit").and_then(|limit| limit.get("value")).and_then(Value::as_f64);
    let limit = limit.map(|limit| format!(", limit {limit}")).unwrap_or_default();
    format!("{} of {}:{before}{now}{limit}", text(check, "metric"), about(check.get("subject")))
}

/// A subject in words.
pub(super) fn about(subject: Option<&Value>) -> String {
    let terms = |value: &Value| -> String {
        let Value::Object(terms) = value else { return String::new() };
        let term = |(axis, level): (&String, &Value)| format!("{axis}={}", level.as_str().unwrap_or("(missing)"));
        terms.iter().map(term).collect::<Vec<_>>().join(" & ")
    };
    let Some(Value::Object(subject)) = subject else { return "all rows".to_owned() };
    let said: Vec<String> = subject
        .values()
        .map(|value| match value {
            Value::Array(axes) => axes.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" & "),
            other => terms(other),
        })
        .filter(|text| !text.is_empty())
        .collect();
    if said.is_empty() { "all rows".to_owned() } else { said.join(" against ") }
}

/// The most characters of an annotation's message.
const MOST_CHARS: usize = 1_000;

/// Text for an annotation: one line, and no character beyond the basic plane, which GitHub refuses there.
fn plain(text: &str) -> String {
    let fits = |c: char| {
        if c.is_control() {
            ' '
        } else if u32::from(c) > 0xffff {
            '\u{fffd}'
        } else {
            c
        }
    };
    text.chars().map(fits).filter(|c| !is_invisible(*c)).take(MOST_CHARS).collect()
}

/// Characters that change how others are shown.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests;
