//! A verdict, and what CI systems are shown of it.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn verdict() -> Vec<u8> {
    let check = |metric: &str, state: &str, blocking: bool| {
        json!({"rule": "metric-floor", "metric": metric, "subject": {"slice": {"sex": "F"}}, "state": state, "blocking": blocking,
            "limit": {"kind": "lower_bound", "value": 0.8}, "candidate": {"value": 0.5}, "origin": {"path": "gates[0]", "line": 12}})
    };
    let measured = |metric: &str, slice: Value, value: Value| json!({"metric": metric, "subject": {"slice": slice}, "estimate": {"value": value}});
    let verdict = json!({
        "format": "modelgate-verdict", "outcome": "failed", "headline": "x", "generated": "2026-06-01T00:00:00Z", "config_file": "modelgate.yml",
        "model": {"name": "a & \"b\" <c>\u{1}"},
        "counts": {"failed": 1, "warned": 1, "not_evaluated": 0},
        "checks": [
            check("recall", "failed", true), check("recall", "failed", true), check("f1", "passed", false),
            check("accuracy", "inconclusive", false), check("precision", "warned", false),
        ],
        "findings": [{"rule": "no-baseline", "level": "deny", "subject": "", "message": "none", "help": "Tag one.", "origin": null}],
        "measurements": [
            measured("recall", json!({}), json!(0.512_345_6)), measured("recall", json!({"sex": "F"}), json!(0.1)),
            measured("f1", json!({}), json!({"undefined": "no_positives"})),
        ],
    });
    serde_json::to_vec(&verdict).unwrap()
}

fn report(name: &str) -> String {
    let reports = reports(Some(&verdict()), "modelgate-out", Some("https://git.example/jobs/1")).unwrap();
    reports.into_iter().find(|report| report.name == name).unwrap().content
}

#[test]
fn every_check_is_a_test_and_what_cannot_be_told_is_no_pass() {
    let junit = report("junit.xml");
    assert!(junit.contains("tests=\"6\" failures=\"3\" errors=\"0\" time=\"0\" skipped=\"2\""), "{junit}");
    assert!(junit.contains("name=\"modelgate / a &amp; &quot;b&quot; &lt;c&gt;\u{fffd}\""), "{junit}");
    assert_eq!(junit.matches("classname=\"metric-floor\" name=\"recall, sex=F, lower_bound 0.8").count(), 2);
    assert!(junit.contains("lower_bound 0.8 (2)\""), "two of one name would be taken for one");
    assert!(junit.contains("<skipped>inconclusive: "));
    assert!(junit.contains("timestamp=\"2026-06-01T00:00:00\""));
}

#[test]
fn code_quality_names_the_line_and_keeps_its_names_when_numbers_change() {
    let entries: Value = serde_json::from_str(&report("code-quality.json")).unwrap();
    let entries = entries.as_array().unwrap();
    assert_eq!(entries.len(), 4);
    assert_eq!(entries[0]["severity"], "critical");
    assert_eq!(entries[0]["location"], json!({"path": "modelgate.yml", "lines": {"begin": 12}}));
    let fingerprints: std::collections::BTreeSet<&str> = entries.iter().map(|entry| result::text(entry, "fingerprint")).collect();
    assert_eq!(fingerprints.len(), entries.len());
    let other = String::from_utf8(verdict()).unwrap().replace("0.5}", "0.6}");
    let again = reports(Some(other.as_bytes()), "o", None).unwrap();
    let again: Value = serde_json::from_str(&again[1].content).unwrap();
    assert_eq!(again[0]["fingerprint"], entries[0]["fingerprint"]);
    assert_ne!(again[0]["description"], entries[0]["description"]);
}

#[test]
fn metrics_are_few_rounded_and_of_all_rows() {
    let lines: Vec<String> = report("metrics.txt").lines().map(str::to_owned).collect();
    let samples: Vec<&str> = lines.iter().map(String::as_str).filter(|line| !line.starts_with('#')).collect();
    assert_eq!(
        samples,
        ["modelgate_checks_failed 1", "modelgate_checks_warned 1", "modelgate_checks_not_evaluated 0", "modelgate_recall 0.5123"]
    );
    assert_eq!(lines.last().unwrap(), "# EOF");
}

#[test]
fn where_nothing_was_decided_the_reports_say_so() {
    let reports = reports(None, "o", None).unwrap();
    assert!(reports[0].content.contains("failures=\"1\"") && reports[1].content.contains("blocker"));
    assert!(reports[1].content.contains("nothing was decided"));
}

#[test]
fn links_lead_to_the_artifacts_of_the_job() {
    assert!(report("annotations.json").contains("https://git.example/jobs/1/artifacts/file/modelgate-out/report.html"));
}
