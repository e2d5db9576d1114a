//! Documents of a run, and what a forge is told of them.

#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::*;

fn verdict(outcome: &str, checks: &Value, findings: &Value) -> Vec<u8> {
    let verdict =
        json!({"format": "modelgate-verdict", "outcome": outcome, "headline": "✅ fine", "checks": checks, "findings": findings});
    serde_json::to_vec(&verdict).unwrap()
}

fn comment(verdict: &[u8]) -> String {
    format!("## fine\n\ntext\n<!-- modelgate:v1 key=loans digest=sha256:{} -->\n", Digest::of(verdict))
}

fn read(verdict: &[u8]) -> GateResult {
    GateResult::read(&comment(verdict), verdict).unwrap()
}

#[test]
fn the_two_documents_must_be_of_one_run() {
    let one = verdict("passed", &json!([]), &json!([]));
    let other = verdict("failed", &json!([]), &json!([]));
    let result = read(&one);
    assert_eq!((result.key.as_str(), result.comment.as_str(), result.headline.as_str()), ("loans", "## fine\n\ntext", "✅ fine"));
    assert_eq!(result.name(), "modelgate / loans");
    assert_eq!(GateResult::read(&comment(&one), &other).unwrap_err(), ResultError::Apart);
    for (comment, verdict) in [
        ("## fine".to_owned(), one.clone()),
        (comment(b"{}"), b"{}".to_vec()),
        (comment(b"not json"), b"not json".to_vec()),
        (comment(&verdict("compliant", &json!([]), &json!([]))), verdict("compliant", &json!([]), &json!([]))),
    ] {
        assert!(matches!(GateResult::read(&comment, &verdict), Err(ResultError::Malformed { .. })));
    }
}

#[test]
fn only_what_passed_without_a_change_is_no_news() {
    let check = |state: &str, lower: f64, upper: f64| json!({"state": state, "change": {"lower": lower, "upper": upper}});
    let news = |checks: &Value| read(&verdict("passed", checks, &json!([]))).is_news;
    assert!(!news(&json!([check("passed", -0.1, 0.1), {"state": "passed"}])));
    assert!(news(&json!([check("passed", 0.01, 0.1)])) && news(&json!([check("passed", -0.1, -0.01)])));
    assert!(news(&json!([check("warned", -0.1, 0.1)])));
    assert!(read(&verdict("passed", &json!([]), &json!([{"rule": "x"}]))).is_news);
    assert!(read(&verdict("failed", &json!([]), &json!([]))).is_news);
}

#[test]
fn what_asks_for_something_is_told_at_its_line_the_gravest_first() {
    let check = |blocking: bool, state: &str, line: u64| {
        json!({"rule": "metric-floor", "metric": "recall", "subject": {"slice": {"sex": "F", "age": null}}, "state": state,
            "blocking": blocking, "limit": {"value": 0.8}, "candidate": {"value": 0.5}, "origin": {"path": "gates[0]", "line": line}})
    };
    let finding = json!({"rule": "no-baseline", "level": "warn", "message": "none.", "help": "Tag one.", "origin": {"path": "x", "line": 3}});
    let told = |file: &str| {
        let verdict = json!({"format": "modelgate-verdict", "outcome": "failed", "headline": "x", "config_file": file,
            "checks": [check(false, "warned", 12), check(true, "failed", 15), check(false, "passed", 16)],
            "findings": [finding, {"rule": "x", "level": "deny", "origin": null}]});
        read(&serde_json::to_vec(&verdict).unwrap()).annotations
    };
    let annotations = told("./models/modelgate.yml");
    let lines: Vec<(&str, u64)> = annotations.iter().map(|annotation| (annotation.level, annotation.line)).collect();
    assert_eq!(lines, [("failure", 15), ("warning", 12), ("warning", 3)]);
    assert!(annotations.iter().all(|annotation| annotation.path == "models/modelgate.yml"));
    assert_eq!(annotations[0].title, "metric-floor: recall");
    assert_eq!(annotations[0].message, "recall of age=(missing) & sex=F: 0.5000 now, limit 0.8 (gates[0])");
    assert_eq!(annotations[2].message, "none. Tag one.");
    for outside in ["/etc/x.yml", "../x.yml", "a/../../x.yml", ""] {
        assert!(told(outside).is_empty(), "{outside}: forges refuse what does not lie in the repository");
    }
}

#[test]
fn annotations_hold_one_line_of_characters_that_github_takes() {
    assert_eq!(plain("a\nb\u{202e}c😀"), "a bc\u{fffd}");
    assert_eq!(plain(&"x".repeat(5_000)).len(), MOST_CHARS);
}
