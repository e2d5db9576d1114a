//! `results.sarif`: what asks for something, at the line where somebody can act, in SARIF 2.1.0.

use modelgate_cube::Digest;
use modelgate_eval::Estimate;
use modelgate_policy::{
    Bound, Check, ControlState, Finding, JudgedControl, Level, RuleId, State, TERMS, told as reason_in_words,
};
use serde_json::{Value, json};

use super::{document, object};
use crate::RenderError;
use crate::document::{Document, DocumentKind};
use crate::escape::sarif as message;
use crate::number;
use crate::report::{Baseline, Report};
use crate::words;

/// Renders `results.sarif`.
pub(crate) fn render_sarif(report: &Report) -> Result<Document, RenderError> {
    document(DocumentKind::Sarif, &log(report))
}

/// One result before it is written down.
struct Found {
    rule: RuleId,
    /// What it is about, for its fingerprint.
    about: String,
    kind: &'static str,
    level: &'static str,
    message: String,
    /// Files with lines, the first of them where to act.
    places: Vec<(String, usize)>,
    /// Whether the baseline stood as badly.
    stood_before: bool,
    /// Why it is accepted.
    waiver: Option<String>,
}

fn log(report: &Report) -> Value {
    let found = found(report);
    let mut rules: Vec<RuleId> = found.iter().map(|found| found.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    // The format wants the state against the baseline of all results or of none.
    let is_compared = !matches!(report.baseline, Baseline::None { .. });
    let results: Vec<Value> = found.iter().map(|found| result(found, &rules, is_compared)).collect();
    let run = object([
        (
            "tool",
            Some(json!({"driver": {
                "name": "modelgate",
                "version": report.tool_version,
                "semanticVersion": report.tool_version,
                "rules": rules.iter().map(|id| rule(*id)).collect::<Vec<_>>(),
            }})),
        ),
        ("automationDetails", Some(json!({"id": format!("modelgate/{}/", report.model_name)}))),
        ("invocations", Some(json!([{"executionSuccessful": true, "endTimeUtc": report.generated}]))),
        ("columnKind", Some(json!("unicodeCodePoints"))),
        ("results", Some(json!(results))),
        (
            "properties",
            Some(object([
                ("modelgate/outcome", Some(json!(report.verdict.outcome.id()))),
                ("modelgate/commit", report.commit.as_ref().map(|commit| json!(commit))),
                ("modelgate/data-sha256", Some(json!(report.provenance.data_digest.to_string()))),
                ("modelgate/model-sha256", Some(json!(report.provenance.model_digest.to_string()))),
                ("modelgate/withheld", words::withheld(&report.disclosed).map(|words| json!(words.into_string()))),
            ])),
        ),
    ]);
    json!({"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]})
}

fn rule(id: RuleId) -> Value {
    let rule = id.rule();
    let level = if rule.default_level == Level::Deny { "error" } else { "warning" };
    json!({
        "id": rule.id,
        "name": pascal(rule.id),
        "shortDescription": {"text": message(rule.title)},
        "fullDescription": {"text": message(rule.what)},
        "help": {"text": message(&format!("{} {}", rule.why, rule.fix))},
        "defaultConfiguration": {"level": level},
    })
}

/// `metric-below-bound` as `MetricBelowBound`, the way viewers want names.
fn pascal(id: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    id.split('-').map(word).collect()
}

fn result(found: &Found, rules: &[RuleId], is_compared: bool) -> Value {
    let rule = found.rule.rule().id;
    let place = |(file, line): &(String, usize)| json!({"physicalLocation": {"artifactLocation": {"uri": uri(file)}, "region": {"startLine": (*line).max(1)}}});
    let fingerprint = Digest::of(format!("{rule}\n{}", found.about).as_bytes()).to_string();
    let suppression = |why: &String| json!({"kind": "external", "status": "accepted", "justification": why});
    object([
        ("ruleId", Some(json!(rule))),
        ("ruleIndex", rules.iter().position(|other| *other == found.rule).map(|index| json!(index))),
        ("kind", Some(json!(found.kind))),
        ("level", Some(json!(found.level))),
        ("message", Some(json!({"text": message(&found.message)}))),
        ("locations", Some(json!(found.places.iter().take(1).map(place).collect::<Vec<_>>()))),
        ("relatedLocations", super::list(found.places.iter().skip(1).map(place).collect())),
        ("partialFingerprints", Some(json!({"modelgate/v1": fingerprint}))),
        ("baselineState", is_compared.then(|| json!(if found.stood_before { "unchanged" } else { "new" }))),
        ("suppressions", Some(json!(found.waiver.iter().map(suppression).collect::<Vec<_>>()))),
    ])
}

/// A path as an address, relative where the path is: everything but letters, digits and a few signs as bytes in hexadecimal digits.
fn uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    let written: String = path.trim_start_matches("./").bytes().map(byte).collect();
    // A path from the root is no relative address.
    if written.starts_with('/') { format!("file://{written}") } else { written }
}

/// Everything that asks for something, and what waivers accept: checks, findings, and waived controls.
fn found(report: &Report) -> Vec<Found> {
    let checks = report.verdict.checks.iter().filter_map(|check| of_check(report, check));
    let findings = report.verdict.findings.iter().map(|finding| of_finding(report, finding));
    let controls = super::asked(report).into_iter().filter_map(|asked| waived_control(report, &asked.name, asked.control));
    checks.chain(findings).chain(controls).collect()
}

fn of_check(report: &Report, check: &Check) -> Option<Found> {
    let (kind, level) = match &check.state {
        _ if check.blocking => ("fail", "error"),
        State::Waived { .. } => ("fail", "error"),
        State::Warned | State::Failed => ("fail", "warning"),
        _ if check.unproven() => ("review", "none"),
        _ => return None,
    };
    let about = words::subject(&check.subject);
    let bound = match check.bound {
        Bound::Lower(_) => "lower_bound",
        Bound::Upper(_) => "upper_bound",
        Bound::MaxRegression(_) => "max_regression",
    };
    let number = |estimate: &Estimate| match estimate {
        Estimate::Measured(measured) => {
            let interval = measured.interval.as_ref().map(|interval| {
                let end = |end: f64| number::value(check.metric, end);
                format!(" [{}, {}]", end(interval.lower), end(interval.upper))
            });
            format!("{}{}, n = {}", number::value(check.metric, measured.value), interval.unwrap_or_default(), measured.n)
        }
        Estimate::Undefined { reason, .. } => format!("undefined, {reason}"),
    };
    let before = check.change.as_ref().map(|change| format!("; before: {}", number(&change.baseline))).unwrap_or_default();
    let now = check.candidate.as_ref().map_or_else(|| "no number".to_owned(), number);
    let note = words::note(check).map(|note| format!("; {note}")).unwrap_or_default();
    Some(Found {
        rule: check.rule,
        about: format!("{}\n{}\n{bound}\n{}", check.metric, check.subject, check.anchor.as_deref().unwrap_or_default()),
        kind,
        level,
        message: format!("{} of {about}: {now}{before}; limit {}{note}", check.metric.metric().title, words::limit(check)),
        places: vec![(report.config_file.clone(), check.origin.line)],
        stood_before: check.stood_before(report.confidence_level),
        waiver: match &check.state {
            State::Waived { until, reason, approved_by } => Some(format!("waived until {until} by {approved_by}: {reason}")),
            _ => None,
        },
    })
}

fn of_finding(report: &Report, finding: &Finding) -> Found {
    let subject = if finding.subject.is_empty() { String::new() } else { format!("{}: ", finding.subject) };
    let mut places = declared(report, &finding.subject);
    places.push(match &finding.origin {
        Some(origin) => (origin.file.clone().unwrap_or_else(|| report.config_file.clone()), origin.line),
        None => (report.config_file.clone(), 1),
    });
    Found {
        rule: finding.rule,
        about: finding.subject.clone(),
        kind: "fail",
        level: if finding.level == Level::Deny { "error" } else { "warning" },
        message: format!("{subject}{}. {}", finding.message.trim_end_matches('.'), finding.help),
        places,
        stood_before: false,
        waiver: accepted(report, finding),
    }
}

/// The waiver that took a finding down to a warning.
fn accepted(report: &Report, finding: &Finding) -> Option<String> {
    let rule = finding.rule.rule().id;
    let waiver =
        report.verdict.waivers.iter().find(|waiver| waiver.about == rule && waiver.accepts.contains(&finding.subject))?;
    Some(format!("waived until {} by {}: {}", waiver.expires, waiver.approved_by, waiver.reason))
}

/// Where the facts are written that a control does not hold for.
fn declared(report: &Report, control: &str) -> Vec<(String, usize)> {
    let controls = &report.verdict.controls;
    let packs = controls.packs.iter().flat_map(|pack| pack.controls.iter().map(move |judged| (pack, judged)));
    let judged = packs.filter(|(pack, judged)| pack.pack.name_of(&judged.control) == control);
    let mut places: Vec<(String, usize)> = judged
        .flat_map(|(_, judged)| &judged.reasons)
        .filter(|reason| !TERMS.iter().any(|term| term.id == reason.about))
        .filter_map(|reason| controls.facts.values.get(&reason.about))
        .map(|fact| (controls.facts.file.clone(), fact.origin.line))
        .collect();
    places.dedup();
    places
}

/// A waived control: it would fail without its waiver, and no finding speaks of it.
fn waived_control(report: &Report, name: &str, judged: &JudgedControl) -> Option<Found> {
    let ControlState::Waived { until, reason, approved_by } = &judged.state else { return None };
    let why: Vec<String> = judged.reasons.iter().map(reason_in_words).collect();
    let why = if why.is_empty() { "a person must say whether its evidence is enough".to_owned() } else { why.join("; ") };
    let mut places = declared(report, name);
    places.push((report.config_file.clone(), 1));
    Some(Found {
        rule: RuleId::FAILED_CONTROL,
        about: name.to_owned(),
        kind: "fail",
        level: "error",
        message: format!("{name}: {}, {}: {why}", judged.control.cites, judged.control.title),
        places,
        stood_before: false,
        waiver: Some(format!("waived until {until} by {approved_by}: {reason}")),
    })
}
