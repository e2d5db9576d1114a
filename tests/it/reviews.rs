//! Approving reviews, read from a forge in this process: whose count, for which evidence, and what ends them.

use modelgate_tests::forge::{Forge, TOKEN};
use modelgate_tests::{CONFIG, Gate, Outcome, Rows};
use serde_json::{Value, json};

use crate::gate;

const HEAD: &str = "4f1c2ab94f1c2ab94f1c2ab94f1c2ab94f1c2ab9";

const FACTS: &str = "version: 1\nsystem: {id: s, name: S}\npeople: {developers: ['@maker'], approvers: ['@risk']}\n\
                     reviewers:\n  - {account: '@risk', role: risk owner, for: [ours]}\n";

const PACK: &str = "version: 1\npack: ours\nedition: \"1\"\ntitle: Our rules\njurisdiction: ours\ncitation: Handbook\nreference: wiki\ndated: 2026-01-01\n\
    max_waiver_days: 30\ncontrols:\n- {at: r1, cites: Rule 1, title: Somebody else has looked, class: mixed, independent: true, evidence: [checks.overall]}\n\
    - {at: r2, cites: Rule 2, title: Somebody has looked, class: human, evidence: [people.approvers]}\n";

fn ours() -> Gate {
    let settings = format!(
        "{CONFIG}rules: {{no-baseline: warn, metric-not-evaluated: warn}}\npacks: [{{path: ours.yml, enforce: true}}]\nsystem: modelgate.system.yml\n"
    );
    gate()
        .with("modelgate.yml", settings)
        .with("modelgate.system.yml", FACTS)
        .with("ours.yml", PACK)
        .with("predictions.csv", Rows::default().csv())
}

fn on_github(gate: &Gate, forge: &Forge, head: &str) -> Outcome {
    let event = json!({"pull_request": {
        "number": 7,
        "head": {"sha": head, "repo": {"full_name": "acme/credit"}},
        "base": {"repo": {"full_name": "acme/credit"}},
    }});
    gate.write("event.json", event.to_string());
    let mut command = gate.command(&["check", "--profile", "internal"]);
    command
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_EVENT_PATH", gate.path().join("event.json"))
        .env("GITHUB_REPOSITORY", "acme/credit")
        .env("GITHUB_API_URL", forge.address())
        .env("GITHUB_SERVER_URL", "https://github.example")
        .env("GITHUB_RUN_ID", "1")
        .env("GITHUB_TOKEN", TOKEN);
    finish(gate, &mut command)
}

fn on_gitlab(gate: &Gate, forge: &Forge) -> Outcome {
    let mut command = gate.command(&["check", "--profile", "internal"]);
    command
        .env("GITLAB_CI", "true")
        .env("CI_API_V4_URL", format!("{}/api/v4", forge.address()))
        .env("CI_PROJECT_ID", "12")
        .env("CI_MERGE_REQUEST_IID", "7")
        .env("CI_COMMIT_SHA", HEAD)
        .env("GITLAB_TOKEN", TOKEN);
    finish(gate, &mut command)
}

fn finish(gate: &Gate, command: &mut std::process::Command) -> Outcome {
    let outcome = gate.finish(command);
    assert!(!format!("{outcome:?}").contains(TOKEN));
    outcome
}

/// The states of both rules, and why statements do not hold.
fn states(gate: &Gate) -> (String, String) {
    let verdict: Value = serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap();
    let controls = verdict["controls"]["packs"][0]["controls"].as_array().unwrap().clone();
    let stale = verdict["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == "stale-statement");
    let told: Vec<&str> = stale.map(|finding| finding["message"].as_str().unwrap()).collect();
    let states: Vec<&str> = controls.iter().map(|control| control["state"].as_str().unwrap()).collect();
    (states.join(" "), told.join("; "))
}

/// The words that the comment asks reviewers for.
fn asked_words(gate: &Gate) -> String {
    let comment = gate.read("modelgate-out/comment.md");
    let (_, after) = comment.split_once("with the words ").unwrap_or_else(|| panic!("{comment}"));
    // As people copy it from what the forge shows.
    after.split(" (on").next().unwrap().trim_matches('`').replace("&#8203;", "\u{200B}")
}

fn review(forge: &Forge, login: &str, state: &str, commit: &str, body: &str) {
    let id = forge.state().reviews.len() + 1;
    let review = json!({"id": id, "user": {"login": login}, "state": state, "commit_id": commit, "body": body,
                        "submitted_at": "2026-01-02T03:04:05Z"});
    forge.state().reviews.push(review);
}

#[test]
fn an_approval_that_names_the_evidence_clears_what_needs_review_until_the_evidence_changes() {
    let (gate, forge) = (ours(), Forge::github(HEAD));
    let _ = on_github(&gate, &forge, HEAD).exits(3);
    assert_eq!(states(&gate), ("needs_review needs_review".to_owned(), String::new()));
    let words = asked_words(&gate);
    review(&forge, "risk", "APPROVED", HEAD, &format!("Looks right.\n{words}"));
    let _ = on_github(&gate, &forge, HEAD).exits(0).says("reviews on GitHub");
    assert_eq!(states(&gate).0, "passed passed");
    let matrix = gate.read("modelgate-out/control-matrix.md");
    assert!(matrix.contains("GitHub review 1") && matrix.contains("risk owner"), "{matrix}");
    let decision = gate.read("modelgate-out/decision.json");
    assert!(decision.contains("GitHub review 1"), "{decision}");
    // Other rows are other evidence: the same review is about something else.
    gate.write("predictions.csv", Rows { pull_down: 0.01, ..Rows::default() }.csv());
    let _ = on_github(&gate, &forge, HEAD).exits(3);
    let (found, why) = states(&gate);
    assert!(found == "needs_review needs_review" && why.contains("GitHub review 1 does not name this run's evidence"), "{why}");
    assert_ne!(asked_words(&gate), words);
}

#[test]
fn only_the_declared_account_on_the_newest_commit_counts_and_never_who_made_the_change() {
    let (gate, forge) = (ours(), Forge::github(HEAD));
    let _ = on_github(&gate, &forge, HEAD).exits(3);
    let words = asked_words(&gate);
    let after = |login: &str, state: &str, commit: &str, body: &str| {
        review(&forge, login, state, commit, body);
        let outcome = on_github(&gate, &forge, HEAD);
        (outcome.code, states(&gate).1)
    };
    let earlier = "0".repeat(40);
    assert_eq!(after("somebody", "APPROVED", HEAD, &words), (3, String::new()));
    assert_eq!(after("risk", "COMMENTED", HEAD, &words), (3, String::new()));
    assert_eq!(after("risk", "APPROVED", &earlier, &words), (3, String::new()));
    let (code, why) = after("risk", "APPROVED", HEAD, "LGTM");
    assert!(code == 3 && why.contains(&format!("it must have the words `{}`", words.replace('\u{200B}', ""))), "{why}");
    assert_eq!(after("risk", "APPROVED", HEAD, &words).0, 0);
    assert_eq!(after("risk", "CHANGES_REQUESTED", HEAD, "no").0, 3);
    assert_eq!(after("risk", "APPROVED", HEAD, &words).0, 0);
    // The same person under another name: as who opened the change, as an account of a commit, as an address of one.
    for (author, commit) in [
        ("risk", json!({"author": {"login": "maker"}})),
        ("maker", json!({"author": {"login": "maker"}, "committer": {"login": "risk"}})),
        ("maker", json!({"commit": {"author": {"name": "R", "email": "9+risk@users.noreply.github.com"}}})),
    ] {
        forge.state().author = author.to_owned();
        forge.state().commits = vec![commit];
        let _ = on_github(&gate, &forge, HEAD).exits(3);
        let (found, why) = states(&gate);
        assert!(found == "needs_review needs_review" && why.contains("by somebody who made the change"), "{author}: {why}");
    }
}

#[test]
fn where_reviews_cannot_be_read_nothing_is_cleared_and_that_is_said() {
    let (gate, forge) = (ours(), Forge::github(HEAD));
    let _ = on_github(&gate, &forge, HEAD).exits(3);
    let words = asked_words(&gate);
    review(&forge, "risk", "APPROVED", HEAD, &words);
    forge.fail("GET", "/reviews", modelgate_tests::forge::Fault::Refused(403, Vec::new(), "Resource not accessible"));
    let _ = on_github(&gate, &forge, HEAD).exits(3).says("were not read, and clear nothing").says("Resource not accessible");
    let _ = on_github(&gate, &forge, &"1".repeat(40)).exits(3).says("has moved on");
    forge.state().commits = vec![json!({"author": {"login": "maker"}}); 250];
    let _ = on_github(&gate, &forge, HEAD).exits(3).says("does not tell who made all of them");
}

#[test]
fn approvals_of_gitlab_are_bound_by_a_note_beside_them() {
    let (gate, forge) = (ours(), Forge::gitlab(HEAD));
    let _ = on_gitlab(&gate, &forge).exits(3);
    let words = asked_words(&gate);
    forge.comment("risk", &words);
    let _ = on_gitlab(&gate, &forge).exits(3);
    assert_eq!(states(&gate).1, "", "a note alone approves nothing");
    forge.state().reviews.push(json!({"user": {"username": "risk", "name": "R"}, "approved_at": "2026-01-02T03:04:05Z"}));
    let _ = on_gitlab(&gate, &forge).exits(0);
    forge.state().author = "risk".to_owned();
    let _ = on_gitlab(&gate, &forge).exits(3);
    assert!(states(&gate).1.contains("by somebody who made the change"));
}

#[test]
fn reviewers_of_packs_that_are_not_chosen_or_that_stand_twice_are_refused() {
    let gate = ours();
    gate.write("modelgate.system.yml", FACTS.replace("[ours]", "[gdpr]"));
    let _ = gate.run(&["check", "--quiet"]).exits(2).says("no pack of gdpr is chosen");
    gate.write("modelgate.system.yml", format!("{FACTS}  - {{account: risk, role: r, for: [gdpr/art_999]}}\n"));
    let _ = gate.run(&["check", "--quiet"]).exits(2).says("stands twice in `reviewers`").says("there is no control");
}

#[test]
fn who_made_commits_cannot_attest_what_somebody_independent_must() {
    let gate = ours();
    crate::committed(&gate);
    let _ = gate.run(&["check", "--quiet"]).exits(3);
    let matrix = gate.read("modelgate-out/verdict.json");
    let verdict: Value = serde_json::from_str(&matrix).unwrap();
    let digest = verdict["controls"]["evidence_digest"].as_str().unwrap().to_owned();
    let author = gate.git(&["log", "-1", "--format=%ae"]);
    let with = |by: &str| {
        let statement = format!(
            "statements:\n  - {{id: S1, for: [ours/r1, ours/r2], text: seen, by: \"{by}\", role: r, date: 2026-01-02, evidence_digest: {digest}}}\n"
        );
        gate.write("modelgate.system.yml", format!("{FACTS}{statement}"));
        let _ = gate.run(&["check", "--quiet"]);
        states(&gate)
    };
    assert_eq!(with("@risk").0, "passed passed");
    let (found, why) = with(author.trim());
    assert!(found == "needs_review passed" && why.contains("made commits since the previous release"), "{found}: {why}");
}
