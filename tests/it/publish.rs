//! Delivery through the real program to a forge in this process: one comment, whatever goes wrong.

use modelgate_tests::forge::{Fault, Forge, TOKEN, VIEWER};
use modelgate_tests::{Gate, Outcome};
use serde_json::json;

use crate::ready;

const HEAD: &str = "4f1c2ab94f1c2ab94f1c2ab94f1c2ab94f1c2ab9";

/// A folder whose gate passes.
fn passing() -> Gate {
    ready()
}

/// A folder whose gate fails.
fn failing() -> Gate {
    let gate = ready();
    gate.write("modelgate.yml", gate.read("modelgate.yml").replace("lower_bound: 0.5", "lower_bound: 0.99"));
    gate
}

/// Runs the program as a job of GitHub Actions does, in the run with this number.
fn in_run(gate: &Gate, forge: &Forge, run: u64, event: &serde_json::Value, arguments: &[&str]) -> Outcome {
    gate.write("event.json", event.to_string());
    let mut command = gate.command(arguments);
    command
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_EVENT_PATH", gate.path().join("event.json"))
        .env("GITHUB_REPOSITORY", "acme/credit")
        .env("GITHUB_API_URL", forge.address())
        .env("GITHUB_GRAPHQL_URL", format!("{}/graphql", forge.address()))
        .env("GITHUB_SERVER_URL", "https://github.example")
        .env("GITHUB_RUN_ID", run.to_string())
        .env("GITHUB_RUN_ATTEMPT", "1")
        .env("GITHUB_TOKEN", TOKEN);
    without_token(gate.finish(&mut command))
}

/// Judges and publishes in one run.
fn on_github(gate: &Gate, forge: &Forge, run: u64, event: &serde_json::Value, arguments: &[&str]) -> Outcome {
    let judged = in_run(gate, forge, run, event, &["check", "--quiet", "--profile", "internal"]);
    assert!(judged.code < 2, "{judged:?}");
    in_run(gate, forge, run, event, &[&["publish"], arguments].concat())
}

/// A token is in no output, whatever happened.
fn without_token(outcome: Outcome) -> Outcome {
    assert!(!format!("{outcome:?}").contains(TOKEN));
    outcome
}

fn pull_request(head_repository: &str) -> serde_json::Value {
    json!({"pull_request": {
        "number": 7,
        "head": {"sha": HEAD, "repo": {"full_name": head_repository}},
        "base": {"repo": {"full_name": "acme/credit"}},
    }})
}

fn own() -> serde_json::Value {
    pull_request("acme/credit")
}

fn publish(gate: &Gate, forge: &Forge, run: u64) -> Outcome {
    on_github(gate, forge, run, &own(), &[])
}

#[test]
fn a_pull_request_gets_one_comment_a_check_run_and_a_status() {
    let (gate, forge) = (failing(), Forge::github(HEAD));
    for number in 0..250 {
        forge.comment("somebody", &format!("talk {number}"));
    }
    let _ =
        publish(&gate, &forge, 1).exits(0).prints("comment posted: https://github.example/acme/credit/pull/7#issuecomment-350");
    {
        let state = forge.state();
        let [comment] = state.ours()[..] else { panic!("{:?}", state.ours()) };
        let written = gate.read("modelgate-out/comment.md");
        assert_eq!(comment.body.lines().next(), written.lines().next());
        let last = comment.body.lines().next_back().unwrap();
        assert!(last.starts_with("<!-- modelgate:v1 key=") && last.contains(&format!("head={HEAD} run=1.1 -->")), "{last}");
        let [check] = &state.checks[..] else { panic!("{:?}", state.checks) };
        assert_eq!(
            (&check["conclusion"], &check["head_sha"], &check["status"]),
            (&json!("failure"), &json!(HEAD), &json!("completed"))
        );
        let annotation = &check["output"]["annotations"][0];
        assert_eq!((&annotation["path"], &annotation["annotation_level"]), (&json!("modelgate.yml"), &json!("failure")));
        let line = usize::try_from(annotation["start_line"].as_u64().unwrap()).unwrap();
        assert!(gate.read("modelgate.yml").lines().nth(line - 1).unwrap().contains("accuracy"));
        let [(head, status)] = &state.statuses[..] else { panic!("{:?}", state.statuses) };
        assert_eq!((head.as_str(), &status["state"]), (HEAD, &json!("failure")));
        assert_eq!(status["context"], check["name"]);
        assert!(status["description"].as_str().unwrap().contains("FAILED"));
    }
    // The next run finds it behind 250 others, and edits it.
    let _ = publish(&passing(), &forge, 2).exits(0).prints("comment updated");
    let state = forge.state();
    assert_eq!(state.ours().len(), 1);
    assert!(state.ours()[0].body.contains("PASSED"));
}

#[test]
fn an_unchanged_pull_request_costs_few_requests_and_no_edit() {
    let forge = Forge::github(HEAD);
    let _ = publish(&passing(), &forge, 1).exits(0);
    forge.state().requests.clear();
    let _ = publish(&passing(), &forge, 2).exits(0).prints("comment says the same already");
    let state = forge.state();
    assert!(state.requests.len() <= 6, "{:?}", state.requests);
    assert!(!state.writes().iter().any(|request| request.path.contains("comments")));
}

#[test]
fn an_answer_that_was_lost_makes_no_second_comment() {
    for fault in [Fault::DoneButAnswered(502), Fault::DoneButCut] {
        let (gate, forge) = (passing(), Forge::github(HEAD));
        forge.fail("POST", "/comments", fault.clone());
        let _ = publish(&gate, &forge, 1).exits(0);
        let state = forge.state();
        assert_eq!(state.comments.len(), 1, "{fault:?}");
        let made = state.requests.iter().filter(|request| request.method == "POST" && request.path.ends_with("/comments"));
        assert_eq!(made.count(), 1, "{fault:?}");
    }
    for fault in [Fault::Cut, Fault::Refused(503, Vec::new(), "busy")] {
        let (gate, forge) = (passing(), Forge::github(HEAD));
        forge.fail("POST", "/comments", fault.clone());
        let _ = publish(&gate, &forge, 1).exits(0).prints("comment posted");
        assert_eq!(forge.state().comments.len(), 1, "{fault:?}");
    }
}

#[test]
fn a_check_run_whose_answer_was_lost_is_found_again() {
    let (gate, forge) = (passing(), Forge::github(HEAD));
    forge.fail("POST", "/check-runs", Fault::DoneButAnswered(500));
    let _ = publish(&gate, &forge, 1).exits(0).prints("check run posted");
    assert_eq!(forge.state().checks.len(), 1);
}

#[test]
fn a_limit_is_waited_for_as_long_as_the_forge_asks() {
    let (gate, forge) = (passing(), Forge::github(HEAD));
    let soon = vec![("retry-after", "0".to_owned())];
    forge.fail("POST", "/comments", Fault::Refused(429, soon.clone(), "slow down"));
    forge.fail("POST", "/comments", Fault::Refused(403, soon, "secondary rate limit"));
    let _ = publish(&gate, &forge, 1).exits(0).prints("comment posted");
    assert_eq!(forge.state().comments.len(), 1);
    // An hour is not waited for.
    forge.fail("POST", "/graphql", Fault::Refused(429, vec![("retry-after", "3600".to_owned())], "later"));
    let _ = publish(&gate, &forge, 2).exits(0).says("the comment was not delivered").says("come back later");
}

#[test]
fn what_is_refused_is_told_with_the_cure_and_changes_no_verdict() {
    for (status, message, cure) in [
        (401, "Bad credentials", "the token is wrong or has expired"),
        (403, "Resource not accessible by integration", "permissions: {pull-requests: write}"),
        (404, "Not Found", "permissions: {pull-requests: write}"),
        (409, "Conflict", "run the job again"),
        (422, "body is too long", "please report it"),
    ] {
        let (gate, forge) = (failing(), Forge::github(HEAD));
        forge.fail("POST", "/comments", Fault::Refused(status, Vec::new(), message));
        let told = publish(&gate, &forge, 1).exits(0).says("warning: the comment was not delivered").says(message).says(cure);
        assert!(told.stdout.contains("the gate's own verdict stands"));
        forge.fail("POST", "/comments", Fault::Refused(status, Vec::new(), message));
        let _ = on_github(&gate, &forge, 2, &own(), &["--require-delivery"]).exits(2).says("--require-delivery asks for it");
        assert!(gate.read("modelgate-out/verdict.json").contains("\"outcome\": \"failed\""));
        assert!(forge.state().comments.is_empty());
    }
}

#[test]
fn an_answer_that_is_no_json_is_no_success() {
    let (gate, forge) = (passing(), Forge::github(HEAD));
    forge.fail("POST", "/graphql", Fault::Garbled);
    forge.fail("POST", "/graphql", Fault::Garbled);
    let _ = publish(&gate, &forge, 1).exits(0).says("the comment was not delivered").says("something else than JSON");
}

#[test]
fn a_newer_run_a_newer_commit_and_a_closed_change_are_left_alone() {
    let forge = Forge::github(HEAD);
    let _ = publish(&failing(), &forge, 9).exits(0);
    let _ = publish(&passing(), &forge, 8).exits(0).prints("left alone: a newer run");
    assert!(forge.state().ours()[0].body.contains("FAILED"));
    forge.state().head = "0000000000000000000000000000000000000000".to_owned();
    let _ = publish(&passing(), &forge, 10).exits(0).prints("left alone: the change has a newer commit");
    forge.state().is_open = false;
    let _ = publish(&passing(), &forge, 11).exits(0).prints("left alone: the change is closed");
    assert!(forge.state().ours()[0].body.contains("FAILED"));
}

#[test]
fn somebody_who_quotes_our_comment_keeps_theirs() {
    let (gate, forge) = (passing(), Forge::github(HEAD));
    let _ = publish(&gate, &forge, 1).exits(0);
    let quoted = forge.state().comments[0].body.clone();
    forge.comment("somebody", &quoted);
    forge.comment(VIEWER, &format!("{quoted}\nas I said"));
    let _ = publish(&failing(), &forge, 2).exits(0).prints("comment updated");
    let state = forge.state();
    assert!(state.comments[0].body.contains("FAILED"));
    assert_eq!(state.comments[1].body, quoted);
    assert!(state.comments[2].body.ends_with("as I said") && !state.comments[2].is_hidden);
}

#[test]
fn comments_that_were_made_twice_are_folded() {
    let (gate, forge) = (passing(), Forge::github(HEAD));
    let _ = publish(&gate, &forge, 1).exits(0);
    let twice = forge.state().comments[0].body.clone();
    forge.comment(VIEWER, &twice);
    let _ = publish(&failing(), &forge, 2).exits(0);
    let state = forge.state();
    assert_eq!(state.comments.iter().map(|comment| comment.is_hidden).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn a_fork_s_run_writes_nothing() {
    let (gate, forge) = (failing(), Forge::github(HEAD));
    let _ = on_github(&gate, &forge, 1, &pull_request("mallory/credit"), &[]).exits(0).says("a change from a fork");
    assert!(forge.state().requests.is_empty());
    let _ = on_github(&gate, &forge, 1, &pull_request("mallory/credit"), &["--require-delivery"]).exits(2);
}

#[test]
fn documents_of_another_run_or_that_were_changed_are_not_published() {
    let (gate, forge) = (failing(), Forge::github(HEAD));
    let check = ["check", "--quiet", "--profile", "internal"];
    let _ = in_run(&gate, &forge, 1, &own(), &check).exits(1);
    let _ = in_run(&gate, &forge, 2, &own(), &["publish"]).exits(2).says("not by this run").says("actions/runs/1");
    let _ = gate.run(&["check", "--quiet"]).exits(1);
    let _ = in_run(&gate, &forge, 2, &own(), &["publish"]).exits(2).says("a machine that is in no CI system");
    let _ = in_run(&gate, &forge, 2, &own(), &check).exits(1);
    gate.write("modelgate-out/verdict.json", gate.read("modelgate-out/verdict.json").replace("\"failed\"", "\"passed\""));
    let _ = in_run(&gate, &forge, 2, &own(), &["publish"]).exits(2).says("are not of the same run");
    assert!(forge.state().requests.is_empty());
}

#[test]
fn reports_are_written_where_something_was_decided_and_where_not() {
    let gate = failing();
    let reports = ["publish", "--dry-run", "--reports", "reports"];
    let _ = gate.run(&reports).exits(2).says("comment.md");
    assert!(gate.read("reports/code-quality.json").contains("nothing was decided"));
    let _ = gate.run(&["check", "--quiet"]).exits(1);
    let _ = gate.run(&reports).exits(0);
    assert!(gate.read("reports/junit.xml").contains("<failure "));
    assert!(gate.read("reports/code-quality.json").contains("\"severity\":\"critical\""));
    assert!(gate.read("reports/metrics.txt").ends_with("# EOF\n"));
}

#[test]
fn comments_come_when_they_are_wanted() {
    let (green, forge) = (passing(), Forge::github(HEAD));
    let _ = on_github(&green, &forge, 1, &own(), &["--comment", "on-fail", "--no-check", "--no-status"]).exits(0);
    assert!(forge.state().writes().is_empty());
    let _ = on_github(&failing(), &forge, 2, &own(), &["--comment", "on-fail"]).exits(0).prints("comment posted");
    // What is red is not left standing when it is green again.
    let _ = on_github(&green, &forge, 3, &own(), &["--comment", "on-fail"]).exits(0).prints("comment updated");
    assert!(forge.state().ours()[0].body.contains("PASSED"));
}

#[test]
fn a_dry_run_shows_everything_and_sends_nothing() {
    let (gate, forge) = (failing(), Forge::github(HEAD));
    let shown =
        on_github(&gate, &forge, 1, &own(), &["--dry-run"]).exits(0).says("nothing is sent").says("Annotation modelgate.yml:");
    assert!(shown.stdout.starts_with("## ❌ Model gate FAILED"));
    assert!(forge.state().requests.is_empty());
    let _ = gate.run(&["publish", "--dry-run"]).exits(0).says("no CI system is known here");
    let _ = gate.run(&["publish"]).exits(2).says("no CI system that results can be delivered to").says("--dry-run");
}

#[test]
fn a_run_of_another_workflow_finds_its_pull_request_by_branch_and_commit() {
    let (gate, forge) = (passing(), Forge::github(HEAD));
    let event = |sha: &str| {
        json!({"workflow_run": {"head_sha": sha, "event": "pull_request", "pull_requests": [], "head_branch": "feature",
            "head_repository": {"owner": {"login": "mallory"}}}})
    };
    let _ = on_github(&gate, &forge, 1, &event("0000000000000000000000000000000000000000"), &["--no-check", "--no-status"])
        .exits(0)
        .prints("left alone: this run is about no pull or merge request");
    let _ = on_github(&gate, &forge, 2, &event(HEAD), &[]).exits(0).prints("comment posted");
    assert_eq!(forge.state().comments.len(), 1);
}

#[test]
fn a_fork_s_counts_are_judged_and_published_by_a_run_that_may_write() {
    let (gate, forge) = (crate::judge::handed_over(), Forge::github(HEAD));
    let event = json!({"repository": {"private": true}, "workflow_run": {
        "head_sha": HEAD, "event": "pull_request", "pull_requests": [], "head_branch": "feature",
        "head_repository": {"owner": {"login": "mallory"}}}});
    // What the fork's job wrote is of another run, and is not published.
    let _ = in_run(&gate, &forge, 5, &event, &["publish"]).exits(2).says("not by this run");
    let _ = in_run(&gate, &forge, 5, &event, &["judge", "--counts", "counts.json", "--quiet"]).exits(0);
    let _ = in_run(&gate, &forge, 5, &event, &["publish"]).exits(0).prints("comment posted");
    assert!(forge.state().comments[0].body.contains("PASSED"));
    // Counts that cannot be are no pass either, and the comment says so.
    gate.write("counts.json", "{}");
    let _ = in_run(&gate, &forge, 6, &event, &["judge", "--counts", "counts.json", "--quiet"]).exits(2);
    let _ = in_run(&gate, &forge, 6, &event, &["publish"]).exits(0).prints("comment updated");
    assert!(forge.state().comments[0].body.contains("no decision"), "{}", forge.state().comments[0].body);
}

/// Publishes as a job of GitLab CI.
fn on_gitlab(gate: &Gate, forge: &Forge, job: u64, with_token: bool) -> Outcome {
    let judged = gate.run(&["check", "--quiet"]);
    assert!(judged.code < 2, "{judged:?}");
    let mut command = gate.command(&["publish"]);
    command
        .env("GITLAB_CI", "true")
        .env("CI_API_V4_URL", format!("{}/api/v4", forge.address()))
        .env("CI_PROJECT_ID", "12")
        .env("CI_MERGE_REQUEST_PROJECT_ID", "12")
        .env("CI_MERGE_REQUEST_IID", "7")
        .env("CI_COMMIT_SHA", HEAD)
        .env("CI_PIPELINE_ID", "5")
        .env("CI_JOB_ID", job.to_string())
        .env("CI_JOB_URL", format!("https://git.example/jobs/{job}"));
    if with_token {
        command.env("MODELGATE_TOKEN", TOKEN);
    }
    without_token(gate.finish(&mut command))
}

#[test]
fn a_merge_request_gets_one_note_and_a_status() {
    let forge = Forge::gitlab(HEAD);
    for number in 0..70 {
        forge.comment("somebody", &format!("talk {number}"));
    }
    let _ = on_gitlab(&failing(), &forge, 1, true).exits(0).prints("comment posted");
    let _ = on_gitlab(&passing(), &forge, 2, true).exits(0).prints("comment updated");
    let state = forge.state();
    assert_eq!(state.ours().len(), 1);
    assert!(state.ours()[0].body.contains("PASSED"));
    let states: Vec<_> = state.statuses.iter().map(|(head, status)| (head.as_str(), status["state"].as_str().unwrap())).collect();
    assert_eq!(states, [(HEAD, "failed"), (HEAD, "success")]);
    assert!(state.checks.is_empty());
    // A line that begins with a slash would be done by GitLab, not shown.
    assert!(!state.ours()[0].body.lines().any(|line| line.trim_start().starts_with('/')));
}

#[test]
fn without_a_token_gitlab_has_its_reports_and_nothing_fails() {
    let (gate, forge) = (failing(), Forge::gitlab(HEAD));
    let _ = on_gitlab(&gate, &forge, 1, false).exits(0).says("there is no token").says("reports and artifacts need none");
    assert!(forge.state().requests.is_empty());
}
