//! Who may read what is published: places that are wrong for a profile, what a release stores, and who can read it.

use std::fmt::Write as _;

use modelgate_tests::{CONFIG, Gate, Rows};
use serde_json::Value;

use crate::transcript::assert_transcript;
use crate::{committed, gate, ready};

/// The pair of keys that the age crate's own tests use.
const PUBLIC_KEY: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
const IDENTITY: &str = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33\n";

/// Rows with a region of six.
fn rows(jitter: u32) -> String {
    let mut text = Rows { jitter, ..Rows::default() }.csv();
    for id in 0..6 {
        writeln!(text, "{},{},0.{},F,isle", 90_000 + id, if id < 4 { "yes" } else { "no" }, 30 + id * 10 + jitter).unwrap();
    }
    text
}

fn with(section: &str) -> Gate {
    gate().with("modelgate.yml", format!("{CONFIG}{section}\n")).with("predictions.csv", rows(0))
}

fn in_ci(gate: &Gate, arguments: &[&str], variables: &[(&str, &str)]) -> modelgate_tests::Outcome {
    let mut command = gate.command(arguments);
    command.envs(variables.iter().copied());
    gate.finish(&mut command)
}

const PUBLIC_EVENT: &str = r#"{"repository": {"full_name": "a/b", "private": false, "visibility": "public"}}"#;

/// A run of GitHub Actions, with the event that `event.json` holds.
const GITHUB: [(&str, &str); 3] = [("CI", "true"), ("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_PATH", "event.json")];

#[test]
fn exact_numbers_are_refused_in_a_public_repository() {
    let gate = with("").with("event.json", PUBLIC_EVENT);
    assert_transcript("public-repository", &in_ci(&gate, &["check", "--quiet"], &GITHUB).exits(2));
    assert!(!gate.has("modelgate-out") && !gate.has("modelgate-ledger.jsonl"));
    committed(&gate);
    let _ = in_ci(&gate, &["release", "v1.0.0", "--quiet"], &GITHUB).exits(2).says("this repository is public");
    assert!(!gate.git(&["branch", "--all"]).contains("modelgate-records"));
    let written = with("disclosure: {profile: internal}").with("event.json", PUBLIC_EVENT);
    for command in [["report"], ["evaluate"]] {
        let _ = in_ci(&written, &command, &GITHUB).exits(2).says("this repository is public");
    }
    let gitlab = [("GITLAB_CI", "true"), ("CI_PROJECT_VISIBILITY", "public")];
    let _ = in_ci(&written, &["check"], &gitlab).exits(2).says("this repository is public");
}

#[test]
fn a_public_repository_takes_what_may_be_shown_or_rows_that_everybody_may_know() {
    for section in ["disclosure: {profile: public}", "disclosure: {profile: restricted}", "disclosure: {rows_are_public: true}"] {
        let gate = with(section).with("event.json", PUBLIC_EVENT);
        let _ = in_ci(&gate, &["check", "--quiet"], &GITHUB).exits(0);
    }
    let gate = with("").with("event.json", PUBLIC_EVENT);
    let _ = in_ci(&gate, &["check", "--quiet", "--profile", "public"], &GITHUB).exits(0);
    let private = with("").with("event.json", PUBLIC_EVENT.replace("false", "true").replace("\"public\"", "\"private\""));
    let _ = in_ci(&private, &["check", "--quiet"], &GITHUB).exits(0);
}

#[test]
fn where_nobody_says_who_can_read_somebody_has_to() {
    let gate = with("");
    assert_transcript("unknown-visibility", &in_ci(&gate, &["check", "--quiet"], &[("CI", "true")]).exits(2));
    let _ = in_ci(&gate, &["check", "--quiet", "--profile", "internal"], &[("CI", "true")]).exits(0);
    let _ = in_ci(&with("disclosure: {profile: internal}"), &["check", "--quiet"], &[("CI", "true")]).exits(0);
    let _ = gate.run(&["check", "--quiet"]).exits(0);
}

#[test]
fn settings_that_would_tell_numbers_are_refused_also_when_a_flag_brings_them_together() {
    let gate = gate()
        .with("modelgate.yml", CONFIG.replace("  resamples", "  min_support: 5\n  resamples"))
        .with("predictions.csv", rows(0));
    assert_transcript("telling-profile", &gate.run(&["check", "--quiet", "--profile", "public"]).exits(2));
}

fn verdict(gate: &Gate) -> Value {
    serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap()
}

#[test]
fn the_verdict_is_the_same_and_a_small_group_is_nowhere_in_the_documents() {
    let gate = with("");
    let exact = gate.run(&["check"]);
    let exact_verdict = verdict(&gate);
    assert!(gate.read("modelgate-out/report.html").contains("isle"));
    let shown = gate.run(&["check", "--profile", "public"]).exits(exact.code);
    let json = verdict(&gate);
    assert_eq!(json["outcome"], exact_verdict["outcome"]);
    assert_eq!((&json["disclosure"]["profile"], &json["disclosure"]["min_cell"]), (&"public".into(), &11.into()));
    let isle = serde_json::json!({"slice": {"region": "isle"}});
    let withheld = json["disclosure"]["withheld"].as_array().unwrap();
    assert!(withheld.len() == 2 && withheld.contains(&isle), "{withheld:?}");
    assert!(json["measurements"].as_array().unwrap().iter().all(|entry| !withheld.contains(&entry["subject"])));
    assert!(!shown.stdout.contains("isle"), "{}", shown.stdout);
    for document in [
        "comment.md",
        "model-card.md",
        "dataset-card.md",
        "croissant.json",
        "results.sarif",
        "ml-bom.cdx.json",
        "ml-bom.spdx.json",
        "report.html",
    ] {
        let text = gate.read(&format!("modelgate-out/{document}"));
        assert!(text.contains("are not shown"), "{document}");
    }
    let log = gate.read("modelgate-ledger.jsonl");
    let entries: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&entries[0]["record"]["profile"], &entries[1]["record"]["profile"]), (&"internal".into(), &"public".into()));
    assert_ne!(entries[0]["record"]["split"], entries[1]["record"]["split"]);
    assert_eq!(json["split_decisions"], 1, "the same rows under another name");
}

#[test]
fn a_failing_slice_that_is_withheld_still_fails_and_is_named_without_numbers() {
    // Everybody of the west is predicted wrongly; the isle takes the smallest of the others with it.
    let config = CONFIG.replace("    max_regression: 0.1", "    lower_bound: 0.9");
    let gate =
        gate().with("modelgate.yml", format!("{config}disclosure: {{profile: public}}\n")).with("predictions.csv", rows(0));
    let outcome = gate.run(&["check"]).exits(1);
    let json = verdict(&gate);
    let withheld = json["disclosure"]["withheld"].as_array().unwrap();
    let checks = json["checks"].as_array().unwrap();
    let failing: Vec<&Value> = checks.iter().filter(|check| withheld.contains(&check["subject"])).collect();
    assert!(!failing.is_empty(), "{checks:?}");
    for check in failing {
        assert_eq!((&check["state"], &check["blocking"]), (&"failed".into(), &true.into()));
        assert!(check["candidate"].is_null() && check["change"].is_null() && check.get("test").is_none(), "{check}");
    }
    assert!(outcome.stdout.contains("error[metric-below-bound]"), "{}", outcome.stdout);
}

#[test]
fn restricted_shows_no_slice_but_how_large_it_is_about() {
    let gate = with("disclosure: {profile: restricted}");
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    let json = verdict(&gate);
    let of_slices = |entry: &&Value| entry["subject"] != serde_json::json!({"slice": {}});
    assert_eq!(json["measurements"].as_array().unwrap().iter().filter(of_slices).count(), 0);
    let magnitudes = json["disclosure"]["magnitudes"].as_array().unwrap();
    assert!(magnitudes.iter().any(|entry| entry["rows"] == "1,000 to 9,999 rows"), "{magnitudes:?}");
    let outcome = gate.run(&["evaluate", "--slice", "sex=F"]).exits(2);
    assert!(outcome.stderr.contains("is not shown under the profile `restricted`"), "{}", outcome.stderr);
}

/// A repository with a release whose exact counts are encrypted, and a changed model.
fn sealed() -> Gate {
    let gate = with(&format!("disclosure: {{profile: public, encrypt_to: [{PUBLIC_KEY}]}}"));
    committed(&gate);
    gate.git(&["tag", "v1.0.0"]);
    let _ = gate.run(&["release", "v1.0.0", "--quiet"]).exits(0).says("encrypted to 1 key");
    gate.write("predictions.csv", rows(3));
    gate
}

#[test]
fn a_release_stores_what_may_be_shown_and_the_rest_for_those_who_have_a_key() {
    let gate = sealed();
    let files = gate.git(&["ls-tree", "-r", "--name-only", "modelgate-records", "releases"]);
    assert_eq!(files, "releases/v1.0.0/modelgate-bundle.json.age\nreleases/v1.0.0/modelgate-disclosed.json\n");
    let shown: Value =
        serde_json::from_str(&gate.git(&["show", "modelgate-records:releases/v1.0.0/modelgate-disclosed.json"])).unwrap();
    let is_isle = |cell: &Value| cell["slice"].to_string().contains("isle");
    assert!(!shown["cells"].as_array().unwrap().iter().any(is_isle) && shown["withheld_levels"].to_string().contains("isle"));
    gate.write("predictions.csv", rows(0));
    let _ = gate.run(&["release", "v1.0.0", "--quiet"]).exits(0).prints("already stored");
}

#[test]
fn check_decrypts_the_exact_counts_with_an_identity_file() {
    let gate = sealed().with("key.txt", IDENTITY);
    let outcome = in_ci(&gate, &["check"], &[("MODELGATE_IDENTITY_FILE", "key.txt")]).exits(0);
    assert!(outcome.stderr.contains("exact counts, decrypted"), "{}", outcome.stderr);
    let json = verdict(&gate);
    assert_eq!(json["comparison_mode"], "same_split_paired");
    assert!(!format!("{}{}{json}", outcome.stdout, outcome.stderr).contains("AGE-SECRET"));
}

#[test]
fn without_the_right_identity_there_is_no_decision_and_nothing_weaker() {
    let gate = sealed();
    assert_transcript("missing-identity", &gate.run(&["check", "--quiet"]).exits(2));
    gate.write("other.txt", "AGE-SECRET-KEY-1QYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQS2PLJK3\n");
    let wrong = in_ci(&gate, &["check", "--quiet"], &[("MODELGATE_IDENTITY_FILE", "other.txt")]).exits(2);
    assert!(wrong.stderr.contains("cannot be decrypted"), "{}", wrong.stderr);
    let none = in_ci(&gate, &["check", "--quiet"], &[("MODELGATE_IDENTITY_FILE", "nowhere.txt")]).exits(2);
    assert!(none.stderr.contains("MODELGATE_IDENTITY_FILE"), "{}", none.stderr);
    assert!(!gate.has("modelgate-out"));
}

#[test]
fn published_counts_are_compared_with_only_when_that_is_asked_for_and_said() {
    let gate = sealed();
    let outcome = gate.run(&["check", "--published-baseline"]);
    assert!(outcome.stderr.contains("published counts only"), "{}", outcome.stderr);
    let json = verdict(&gate);
    assert_eq!(json["comparison_mode"], "same_split_unpaired");
    let entry = |metric: &str, subject: Value| {
        let changes = json["changes"].as_array().unwrap();
        changes.iter().find(|change| change["metric"] == metric && change["subject"] == subject).cloned().unwrap()
    };
    let overall = || serde_json::json!({"slice": {}});
    assert!(entry("accuracy", overall())["delta"]["value"].is_f64());
    assert_eq!(entry("log_loss", overall())["baseline"]["undefined"], "no_scores");
    // What was withheld is not nothing: its gate has no number, which is no pass.
    let blocked: Vec<String> = json["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["state"] == "not_evaluated")
        .map(|check| check["subject"].to_string())
        .collect();
    assert!(!blocked.is_empty() && outcome.code == 1, "{blocked:?}");
}

#[test]
fn an_exact_file_is_compared_with_and_stays_withheld_where_the_release_withheld_it() {
    let gate = with("disclosure: {profile: public}");
    committed(&gate);
    gate.git(&["tag", "v1.0.0"]);
    let _ = gate.run(&["release", "v1.0.0", "--quiet", "--bundle-out", "exact.json"]).exits(0).says("in exact.json alone");
    gate.write("predictions.csv", rows(3));
    let _ = gate.run(&["check", "--quiet", "--baseline-path", "exact.json"]).exits(0);
    let json = verdict(&gate);
    assert_eq!(json["comparison_mode"], "same_split_paired");
    assert!(json["disclosure"]["withheld"].to_string().contains("isle"));
    assert!(json["changes"].as_array().unwrap().iter().all(|change| !change["subject"].to_string().contains("isle")));
}

#[test]
fn nothing_is_published_by_default_that_was_not_before() {
    let gate = ready();
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    assert_eq!(verdict(&gate)["disclosure"], serde_json::json!({"profile": "internal"}));
}

#[test]
fn the_example_for_public_repositories_works() {
    let config = std::fs::read_to_string(modelgate_tests::folder().join("../examples/public-repository/modelgate.yml")).unwrap();
    let gate = gate()
        .with("modelgate.yml", config)
        .with("predictions.csv", rows(0))
        .with("event.json", PUBLIC_EVENT)
        .with("key.txt", IDENTITY);
    committed(&gate);
    gate.git(&["tag", "v1.0.0"]);
    let _ = in_ci(&gate, &["release", "v1.0.0", "--quiet"], &GITHUB).exits(0);
    gate.write("predictions.csv", rows(3));
    let variables = [&GITHUB[..], &[("MODELGATE_IDENTITY_FILE", "key.txt")]].concat();
    let _ = in_ci(&gate, &["check", "--quiet"], &variables).exits(0);
}
