//! The GitHub Action's step, run as a job runs it.

use std::process::Command;

use modelgate_tests::forge::{Fault, Forge, TOKEN};
use modelgate_tests::{Gate, Outcome};
use serde_json::json;

use crate::keyless::cosign;
use crate::ready;

/// A script of an action, with the environment that its steps are given.
fn script(gate: &Gate, name: &str) -> Command {
    let source = modelgate_tests::folder().join("..");
    let mut command = Command::new("bash");
    command.arg(source.join("actions").join(name)).current_dir(gate.path()).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("SOURCE_DATE_EPOCH", "1780272000");
    command.env("PROGRAM", gate.command(&[]).get_program()).env("SOURCE", source).env("OUTPUT_DIR", "out");
    command
}

/// Runs the step with files for outputs and summary, as a runner gives them.
fn step(gate: &Gate) -> Outcome {
    let mut command = script(gate, "gate/gate.sh");
    command.env("CONFIG", "modelgate.yml");
    command.env("GITHUB_OUTPUT", gate.path().join("outputs")).env("GITHUB_STEP_SUMMARY", gate.path().join("summary"));
    gate.finish(&mut command)
}

/// Runs a step of a pull request's run, which a forge answers.
fn in_pull_request(gate: &Gate, forge: &Forge, mut command: Command) -> Outcome {
    let repository = json!({"full_name": "acme/credit"});
    let event = json!({"repository": {"private": true}, "pull_request": {
        "number": 7, "head": {"sha": HEAD, "repo": repository}, "base": {"repo": repository}}});
    gate.write("event.json", event.to_string());
    command.env("GITHUB_ACTIONS", "true").env("GITHUB_EVENT_PATH", gate.path().join("event.json"));
    command.env("GITHUB_REPOSITORY", "acme/credit").env("GITHUB_SERVER_URL", "https://github.example");
    command.env("GITHUB_API_URL", forge.address()).env("GITHUB_GRAPHQL_URL", format!("{}/graphql", forge.address()));
    command.env("GITHUB_RUN_ID", "9").env("GITHUB_RUN_ATTEMPT", "1").env("GITHUB_JOB", "gate").env("GITHUB_TOKEN", TOKEN);
    gate.finish(&mut command)
}

const HEAD: &str = "4f1c2ab94f1c2ab94f1c2ab94f1c2ab94f1c2ab9";

#[test]
fn the_publishing_step_brings_what_the_gate_s_step_wrote() {
    let (gate, forge) = (ready(), Forge::github(HEAD));
    gate.write("modelgate.yml", gate.read("modelgate.yml").replace("lower_bound: 0.5", "lower_bound: 0.99"));
    let mut judging = script(&gate, "gate/gate.sh");
    judging.env("CONFIG", "modelgate.yml");
    judging.env("GITHUB_OUTPUT", gate.path().join("outputs")).env("GITHUB_STEP_SUMMARY", gate.path().join("summary"));
    let _ = in_pull_request(&gate, &forge, judging).exits(1);
    assert!(forge.state().requests.is_empty(), "the gate's step makes no call");
    let publishing = |require: &str| {
        let mut command = script(&gate, "publish/publish.sh");
        command.env("COMMENT", "always").env("REQUIRE_DELIVERY", require);
        in_pull_request(&gate, &forge, command)
    };
    let _ = publishing("false").exits(0).prints("comment posted");
    assert_eq!(forge.state().ours().len(), 1);
    forge.fail("POST", "/graphql", Fault::Refused(403, Vec::new(), "Resource not accessible by integration"));
    let _ = publishing("true").exits(2).says("permissions: {pull-requests: write}");
}

#[test]
fn a_run_that_comes_to_no_decision_takes_the_place_of_what_an_earlier_one_said() {
    let (gate, forge) = (ready(), Forge::github(HEAD));
    let run = |gate: &Gate| {
        let mut judging = script(gate, "gate/gate.sh");
        judging.env("CONFIG", "modelgate.yml");
        judging.env("GITHUB_OUTPUT", gate.path().join("outputs")).env("GITHUB_STEP_SUMMARY", gate.path().join("summary"));
        let judged = in_pull_request(gate, &forge, judging);
        let mut publishing = script(gate, "publish/publish.sh");
        publishing.env("COMMENT", "always").env("REQUIRE_DELIVERY", "true");
        let _ = in_pull_request(gate, &forge, publishing).exits(0);
        judged
    };
    let _ = run(&gate).exits(0);
    assert!(forge.state().ours()[0].body.contains("PASSED"));
    gate.write("predictions.csv", "");
    let _ = run(&gate).exits(2);
    let state = forge.state();
    let [comment] = state.ours()[..] else { panic!("{:?}", state.ours()) };
    assert!(comment.body.contains("no decision") && comment.body.contains("That is no pass"), "{}", comment.body);
    assert!(comment.body.contains("predictions&#8203;.csv") || comment.body.contains("predictions.csv"), "{}", comment.body);
    let (_, status) = state.statuses.last().unwrap();
    assert_eq!((status["state"].as_str(), state.checks.last().unwrap()["conclusion"].as_str()), (Some("error"), Some("failure")));
    drop(state);
    // A configuration with mistakes names its model still.
    let config = gate.read("modelgate.yml");
    gate.write("modelgate.yml", format!("{config}surprise: yes\n"));
    let _ = run(&gate).exits(2);
    assert!(forge.state().ours()[0].body.contains("surprise"), "{}", forge.state().ours()[0].body);
}

#[test]
fn a_tag_stores_its_counts_and_pushes_them() {
    let gate = ready();
    let git = |arguments: &[&str]| {
        let status = Command::new("git").args(arguments).current_dir(gate.path()).output().unwrap();
        assert!(status.status.success(), "{arguments:?}: {status:?}");
        String::from_utf8(status.stdout).unwrap()
    };
    let _ = git(&["init", "--quiet", "--bare", "origin.git"]);
    let _ = git(&["init", "--quiet", "--initial-branch=main"]);
    let _ = git(&["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--allow-empty", "-m", "first"]);
    let _ = git(&["remote", "add", "origin", "./origin.git"]);
    let _ = git(&["tag", "v1.0.0"]);
    let mut command = script(&gate, "release/release.sh");
    command.env("CONFIG", "modelgate.yml").env("TAG", "v1.0.0").env("ATTACH", "false").env("HOME", gate.path());
    command.env("GITHUB_OUTPUT", gate.path().join("outputs"));
    let signed = cosign(&gate);
    if let Some(program) = &signed {
        command.env("SIGSTORE", "true").env("MODELGATE_SIGSTORE", program).env("SIGSTORE_ID_TOKEN", "t");
    }
    let _ = gate.finish(&mut command).exits(0).prints("pushed modelgate-records to origin");
    let listed = git(&["--git-dir", "origin.git", "ls-tree", "-r", "--name-only", "modelgate-records"]);
    assert!(listed.contains("releases/v1.0.0/modelgate-bundle.json"), "{listed}");
    assert_eq!(listed.contains("signatures/"), signed.is_some(), "{listed}");
    assert!(gate.read("outputs").starts_with("commit="));
}

#[test]
fn inputs_reach_scripts_through_the_environment_alone() {
    for name in ["gate", "judge", "publish", "release"] {
        let text = std::fs::read_to_string(modelgate_tests::folder().join(format!("../actions/{name}/action.yml"))).unwrap();
        let scripts: Vec<&str> = text.lines().filter(|line| line.trim_start().starts_with("run:")).collect();
        assert!(!scripts.is_empty() && scripts.iter().all(|line| !line.contains("${{")), "{name}: {scripts:?}");
        // A text with a colon in it that is neither quoted nor folded is no YAML.
        let texts = text.lines().filter_map(|line| line.trim_start().strip_prefix("description: "));
        let broken: Vec<&str> = texts.filter(|text| !text.starts_with(['"', '\'', '>', '|']) && text.contains(": ")).collect();
        assert!(broken.is_empty(), "{name}: {broken:?}");
    }
}

#[test]
fn the_step_ends_as_the_gate_does_and_shows_the_comment() {
    let gate = ready();
    let _ = step(&gate).exits(0);
    assert_eq!(gate.read("outputs"), "outcome=passed\nexit-code=0\n");
    assert_eq!(gate.read("summary"), gate.read("out/comment.md"));
}

#[test]
fn a_decision_is_handed_to_the_forge_s_own_signing_where_that_is_asked_for() {
    let run = |gate: &Gate, code: i32| {
        let mut command = script(gate, "gate/gate.sh");
        command.env("CONFIG", "modelgate.yml").env("ATTEST", "true");
        command.env("GITHUB_OUTPUT", gate.path().join("outputs")).env("GITHUB_STEP_SUMMARY", gate.path().join("summary"));
        let _ = gate.finish(&mut command).exits(code);
        gate.read("outputs")
    };
    let gate = ready();
    gate.write("modelgate.yml", gate.read("modelgate.yml").replace("lower_bound: 0.5", "lower_bound: 0.99"));
    let outputs = run(&gate, 1);
    for part in
        ["outcome=failed\n", "subject-name=model\n", "subject-digest=sha256:", "predicate-type=urn:modelgate:gate-decision/v1\n"]
    {
        assert!(outputs.contains(part), "{part} is not in {outputs}");
    }
    assert!(outputs.contains("predicate-path=out/decision.predicate.json\n"), "{outputs}");
    let predicate: serde_json::Value = serde_json::from_str(&gate.read("out/decision.predicate.json")).unwrap();
    assert_eq!(predicate["verdict"], "failed");
    let broken = ready().with("predictions.csv", "");
    assert!(!run(&broken, 2).contains("predicate-path"), "no decision has nothing to sign");
    // The step that signs is there, pinned, off by default, and gets every output of the one before.
    let action = std::fs::read_to_string(modelgate_tests::folder().join("../actions/gate/action.yml")).unwrap();
    let (inputs, steps) = action.split_once("runs:").unwrap();
    assert!(inputs.contains("  attest:\n") && inputs.contains("default: \"false\""), "{inputs}");
    let (_, signing) = steps.split_once("uses: actions/attest@").unwrap();
    assert!(signing.split_whitespace().next().unwrap().len() == 40, "{signing}");
    for output in ["subject-name", "subject-digest", "predicate-type", "predicate-path"] {
        assert!(signing.contains(&format!("{output}: ${{{{ steps.gate.outputs.{output} }}}}")), "{output}: {signing}");
    }
}

#[test]
fn a_failing_gate_and_a_gate_that_could_not_run_fail_the_step() {
    let failing = ready();
    failing.write("modelgate.yml", failing.read("modelgate.yml").replace("lower_bound: 0.5", "lower_bound: 0.99"));
    let _ = step(&failing).exits(1);
    assert!(failing.read("outputs").starts_with("outcome=failed\n"));
    let broken = ready().with("predictions.csv", "");
    let _ = step(&broken).exits(2);
    assert!(broken.read("outputs").starts_with("outcome=no_decision\n"));
    assert!(!broken.has("summary"), "outside of a job nothing is left behind");
}

/// A folder as an action has it, with a manifest of one program for this machine, and a mirror that has this file instead.
fn with_program(gate: &Gate, promised: &str, mirrored: &str) -> Command {
    let machine = |flag: &str| {
        let told = Command::new("uname").arg(flag).output().unwrap();
        String::from_utf8(told.stdout).unwrap().trim().to_lowercase()
    };
    let file = format!("modelgate-9.8.7-{}-{}.tar.gz", machine("-m"), machine("-s"));
    let pack = |text: &str, to: &str| {
        gate.write("packed/modelgate", text);
        let folder = gate.path().join(to);
        std::fs::create_dir_all(&folder).unwrap();
        let packed = folder.join(&file);
        let mut tar = Command::new("tar");
        tar.args(["--create", "--gzip", "--mtime=@0", "--mode=0755", "--file"]).arg(&packed);
        assert!(tar.arg("--directory").arg(gate.path().join("packed")).arg("modelgate").status().unwrap().success());
        packed
    };
    let promised = std::fs::read(pack(promised, "promised")).unwrap();
    let digest = modelgate_cube::Digest::of(&promised);
    let _ = pack(mirrored, "mirror/v9.8.7");
    gate.write("source/actions/_lib/programs.sha256", format!("# programs\n{digest}  {file}\n"));
    let mut command = script(gate, "_lib/program.sh");
    command.env("PROGRAM", "no-such-program").env("SOURCE", gate.path().join("source")).env("RUNNER_TEMP", gate.path());
    command.env("DOWNLOADS", format!("file://{}", gate.path().join("mirror").display()));
    command
}

#[test]
fn the_program_of_this_version_is_fetched_and_what_is_not_it_is_not_run() {
    let gate = crate::gate();
    let own = "#!/bin/sh\necho the program of this version\n";
    let fetched = gate.finish(&mut with_program(&gate, own, own)).exits(0);
    assert!(fetched.stdout.trim().ends_with("/modelgate-program/modelgate"), "{}", fetched.stdout);
    let told = Command::new(gate.path().join("modelgate-program/modelgate")).output().unwrap();
    assert_eq!(String::from_utf8(told.stdout).unwrap(), "the program of this version\n");

    let other = crate::gate();
    let outcome = other.finish(&mut with_program(&other, own, "#!/bin/sh\necho something else\n")).exits(2);
    assert!(outcome.stderr.contains("is not the file that this action was released with"), "{}", outcome.stderr);
    assert_eq!(outcome.stdout, "", "nothing is named that could be run");

    // A program that is named is taken as it is.
    let mut named = with_program(&gate, own, own);
    named.env("PROGRAM", "sh");
    assert!(gate.finish(&mut named).exits(0).stdout.trim().ends_with("/sh"));
}

#[test]
fn a_program_that_cannot_be_fetched_is_no_pass() {
    let gate = crate::gate();
    let mut command = with_program(&gate, "a", "b");
    command.env("DOWNLOADS", format!("file://{}", gate.path().join("nowhere").display()));
    let outcome = gate.finish(&mut command);
    assert!(outcome.code != 0 && outcome.stdout.is_empty(), "{}{}", outcome.stdout, outcome.stderr);
}
