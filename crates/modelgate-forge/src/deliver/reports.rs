//! What CI systems show without any token: `JUnit`, GitLab's code quality, metrics and links, made of `verdict.json`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use modelgate_cube::Digest;
use serde_json::{Value, json};

use super::result::{self, ResultError};

/// A file for a CI system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CiReport {
    /// Its name.
    pub name: &'static str,
    /// Its content.
    pub content: String,
}

/// The most numbers that are told as metrics: GitLab lists every one in the merge request.
const MOST_METRICS: usize = 20;

/// The reports of a run.
///
/// Where there is no verdict, because nothing was decided, they say that: a report that is not there reads as if all were well.
///
/// # Errors
/// Where the verdict is none of modelgate's.
pub fn reports(verdict: Option<&[u8]>, outcome_file: &str, job_url: Option<&str>) -> Result<Vec<CiReport>, ResultError> {
    let Some(verdict) = verdict else { return Ok(nothing_was_decided()) };
    let json = result::parsed(verdict)?;
    if result::text(&json, "outcome") == "no_decision" {
        return Ok(nothing_was_decided());
    }
    let cases = cases(&json);
    let mut reports = vec![
        CiReport { name: "junit.xml", content: junit(&json, &cases) },
        CiReport { name: "code-quality.json", content: code_quality(&json) },
        CiReport { name: "metrics.txt", content: metrics(&json) },
    ];
    if let Some(url) = job_url {
        let link = |label: &str, file: &str| {
            let address = format!("{}/artifacts/file/{}/{file}", url.trim_end_matches('/'), outcome_file.trim_matches('/'));
            json!({"external_link": {"label": label, "url": address}})
        };
        let links = [link("Report", "report.html"), link("Model card", "model-card.md"), link("Verdict", "verdict.json")];
        reports.push(CiReport { name: "annotations.json", content: format!("{}\n", json!({"modelgate": links})) });
    }
    Ok(reports)
}

fn nothing_was_decided() -> Vec<CiReport> {
    let case = Case {
        class: "modelgate".to_owned(),
        name: "a decision".to_owned(),
        file: String::new(),
        state: CaseState::Failed("nothing was decided: the log of the job says why".to_owned()),
    };
    let finding = json!([{
        "description": "nothing was decided: the log of the job says why",
        "check_name": "no-decision",
        "fingerprint": Digest::of(b"no-decision").to_string(),
        "severity": "blocker",
        "location": {"path": "modelgate.yml", "lines": {"begin": 1}},
    }]);
    vec![
        CiReport { name: "junit.xml", content: junit(&Value::Null, &[case]) },
        CiReport { name: "code-quality.json", content: format!("{finding}\n") },
        CiReport { name: "metrics.txt", content: "# EOF\n".to_owned() },
        CiReport { name: "annotations.json", content: format!("{}\n", json!({"modelgate": []})) },
    ]
}

/// One test as `JUnit` knows it.
struct Case {
    class: String,
    name: String,
    file: String,
    state: CaseState,
}

enum CaseState {
    Passed,
    /// With what happened.
    Failed(String),
    /// Why nothing can be said. It is not a pass.
    Skipped(String),
}

fn cases(json: &Value) -> Vec<Case> {
    let mut known: BTreeMap<(String, String), usize> = BTreeMap::new();
    let checks = result::list(json, "checks").map(of_check);
    let findings = result::list(json, "findings").filter(|finding| result::text(finding, "level") == "deny").map(of_finding);
    let file = result::config_file(json).unwrap_or_default();
    let mut cases: Vec<Case> = checks.chain(findings).map(|case| Case { file: file.clone(), ..case }).collect();
    for case in &mut cases {
        // Two of one name are taken for one.
        let times = known.entry((case.class.clone(), case.name.clone())).or_default();
        *times += 1;
        if *times > 1 {
            case.name = format!("{} ({times})", case.name);
        }
    }
    cases
}

fn of_check(check: &Value) -> Case {
    let is_blocking = check.get("blocking").and_then(Value::as_bool).unwrap_or(true);
    let state = result::text(check, "state");
    let said = result::said(check);
    let state = match state {
        _ if is_blocking => CaseState::Failed(said),
        "passed" => CaseState::Passed,
        "warned" | "failed" => CaseState::Skipped(format!("warned: {said}")),
        other => CaseState::Skipped(format!("{other}: {said}")),
    };
    let limit = check.get("limit");
    let kind = limit.map(|limit| result::text(limit, "kind")).unwrap_or_default();
    let level =
        limit.and_then(|limit| limit.get("value")).and_then(Value::as_f64).map(|value| value.to_string()).unwrap_or_default();
    let anchor = match result::text(check, "anchor") {
        "" => String::new(),
        anchor => format!(" against {anchor}"),
    };
    Case {
        class: result::text(check, "rule").to_owned(),
        name: format!("{}, {}, {kind} {level}{anchor}", result::text(check, "metric"), result::about(check.get("subject"))),
        file: String::new(),
        state,
    }
}

fn of_finding(finding: &Value) -> Case {
    let subject = result::text(finding, "subject");
    Case {
        class: result::text(finding, "rule").to_owned(),
        name: if subject.is_empty() { "this run".to_owned() } else { subject.to_owned() },
        file: String::new(),
        state: CaseState::Failed(format!("{}. {}", result::text(finding, "message"), result::text(finding, "help"))),
    }
}

fn junit(json: &Value, cases: &[Case]) -> String {
    let name = json.get("model").map(|model| result::text(model, "name")).unwrap_or_default();
    let suite = xml(&if name.is_empty() { "modelgate".to_owned() } else { format!("modelgate / {name}") });
    let of = |is: fn(&CaseState) -> bool| cases.iter().filter(|case| is(&case.state)).count();
    let failures = of(|state| matches!(state, CaseState::Failed(_)));
    let skipped = of(|state| matches!(state, CaseState::Skipped(_)));
    // The time of day is the run's own word; JUnit wants it without a zone.
    let time = result::text(json, "generated").trim_end_matches('Z');
    let time = if time.is_empty() { "1970-01-01T00:00:00" } else { time };
    let counts = format!("tests=\"{}\" failures=\"{failures}\" errors=\"0\" time=\"0\"", cases.len());
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(text, "<testsuites name=\"modelgate\" {counts}>");
    let _ = writeln!(
        text,
        "  <testsuite name=\"{suite}\" {counts} skipped=\"{skipped}\" timestamp=\"{}\" hostname=\"modelgate\">",
        xml(time)
    );
    for case in cases {
        let head = format!("classname=\"{}\" name=\"{}\"", xml(&case.class), xml(&case.name));
        let file = if case.file.is_empty() { String::new() } else { format!(" file=\"{}\"", xml(&case.file)) };
        let inside = match &case.state {
            CaseState::Passed => None,
            CaseState::Failed(said) => {
                Some(format!("<failure message=\"{0}\" type=\"{1}\">{0}</failure>", xml(said), xml(&case.class)))
            }
            CaseState::Skipped(said) => Some(format!("<skipped>{}</skipped>", xml(said))),
        };
        let _ = match inside {
            None => writeln!(text, "    <testcase {head}{file} time=\"0\"/>"),
            Some(inside) => writeln!(text, "    <testcase {head}{file} time=\"0\">{inside}</testcase>"),
        };
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    text
}

/// Text within XML 1.0, whose other characters may not even be escaped.
fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}' if !character.is_control() => {
                escaped.push(character);
            }
            _ => escaped.push('\u{fffd}'),
        }
    }
    escaped
}

/// GitLab's code quality: what asks for something, at the line where it can be done.
fn code_quality(json: &Value) -> String {
    let model = json.get("model").map(|model| result::text(model, "name")).unwrap_or_default();
    let entry = |annotation: &result::Annotation| {
        let severity = match annotation.level {
            "failure" => "critical",
            "warning" => "minor",
            _ => "info",
        };
        // Without numbers, so that the same finding keeps its name when they change.
        let about = annotation.message.split(':').next().unwrap_or_default();
        let fingerprint = Digest::of(format!("{model}\n{}\n{}\n{about}", annotation.path, annotation.title).as_bytes());
        json!({
            "description": annotation.message,
            "check_name": annotation.title,
            "fingerprint": fingerprint.to_string(),
            "severity": severity,
            "location": {"path": annotation.path, "lines": {"begin": annotation.line}},
        })
    };
    let mut entries: Vec<Value> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for annotation in result::annotations(json) {
        let mut made = entry(&annotation);
        let fingerprint = result::text(&made, "fingerprint").to_owned();
        let times = known.entry(fingerprint.clone()).or_default();
        *times += 1;
        if *times > 1 {
            made["fingerprint"] = json!(Digest::of(format!("{fingerprint} {times}").as_bytes()).to_string());
        }
        entries.push(made);
    }
    format!("{}\n", Value::Array(entries))
}

/// Metrics of all rows as `OpenMetrics`, to four digits: GitLab compares them as text, so that more would always differ.
fn metrics(json: &Value) -> String {
    let mut text = String::new();
    let mut add = |name: &str, value: String| {
        let _ = writeln!(text, "# TYPE modelgate_{name} gauge\nmodelgate_{name} {value}");
    };
    let counts = json.get("counts");
    for name in ["failed", "warned", "not_evaluated"] {
        let count = counts.and_then(|counts| counts.get(name)).and_then(Value::as_u64);
        if let Some(count) = count {
            add(&format!("checks_{name}"), count.to_string());
        }
    }
    let gated: Vec<&str> = result::list(json, "checks").map(|check| result::text(check, "metric")).collect();
    let of_all = |measurement: &&Value| {
        measurement
            .get("subject")
            .and_then(|subject| subject.get("slice"))
            .and_then(Value::as_object)
            .is_some_and(serde_json::Map::is_empty)
    };
    let mut measured: Vec<(&str, f64)> = result::list(json, "measurements")
        .filter(of_all)
        .filter_map(|one| Some((result::text(one, "metric"), one.get("estimate")?.get("value")?.as_f64()?)))
        .filter(|(name, _)| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
        .collect();
    // Those with a limit first; of the others as many as there is room for.
    measured.sort_by_key(|(name, _)| !gated.contains(name));
    measured.truncate(MOST_METRICS);
    measured.sort_by_key(|(name, _)| *name);
    for (name, value) in measured {
        add(name, format!("{value:.4}"));
    }
    text.push_str("# EOF\n");
    text
}

#[cfg(test)]
mod tests;
