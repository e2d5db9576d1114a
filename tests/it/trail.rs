//! The audit trail: decisions, releases and what else is appended, and everything that can be done to it afterwards.

use std::process::Command;

use modelgate_tests::{CONFIG, Gate};

use crate::{committed, ready};

/// A repository with one decision and a release that rests on it.
pub(crate) fn with_trail() -> Gate {
    let gate = ready();
    committed(&gate);
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    let _ = gate.run(&["audit", "append"]).exits(0).prints("appended decision as entry 0");
    gate.git(&["tag", "v1.0.0"]);
    let _ = gate.run(&["release", "v1.0.0", "--quiet"]).exits(0).prints("appended release as entry 1");
    for n in 0..3 {
        let reason = format!("look {n}");
        let _ = gate.run(&["audit", "record", "monitor", "--reason", &reason]).exits(0).prints("appended monitor");
    }
    gate
}

/// Does something to the files of the branch, and leaves nothing of its history: what is found then is found in the files.
pub(crate) fn rewritten(gate: &Gate, change: impl FnOnce(&Gate)) {
    gate.git(&["worktree", "add", "-q", "trail", "modelgate-records"]);
    change(gate);
    gate.git(&["-C", "trail", "checkout", "-q", "--orphan", "other"]);
    gate.git(&["-C", "trail", "add", "-A"]);
    gate.git(&["-C", "trail", "commit", "-qm", "x"]);
    gate.git(&["update-ref", "refs/heads/modelgate-records", "other"]);
    gate.git(&["worktree", "remove", "--force", "trail"]);
    gate.git(&["branch", "-qD", "other"]);
}

pub(crate) fn files(gate: &Gate, folder: &str) -> Vec<String> {
    let prefix = format!("trail/{folder}/");
    gate.files().into_iter().filter(|path| path.starts_with(&prefix)).collect()
}

/// The objects that are envelopes with a statement.
fn statements(gate: &Gate) -> Vec<String> {
    files(gate, "objects").into_iter().filter(|path| gate.read(path).starts_with("{\"payloadType\"")).collect()
}

fn remove(gate: &Gate, path: &str) {
    std::fs::remove_file(gate.path().join(path)).unwrap();
}

#[test]
fn a_trail_as_it_was_written_passes_and_says_what_that_shows() {
    let gate = with_trail();
    let verified = gate.run(&["audit", "verify"]).exits(0).prints("ok: 5 entries");
    let _ = verified.prints("what it does not show").prints("anchors   not run");
    let _ = gate.run(&["audit", "show"]).exits(0).prints("decision").prints("look 2");
    let _ = gate.run(&["audit", "show", "--live-on", "2999-01-01"]).exits(0).prints("v1.0.0").prints("decided: passed");
    let _ = gate.run(&["audit", "show", "--live-on", "2001-01-01"]).exits(0).prints("no release was recorded");
    let entry: serde_json::Value = serde_json::from_str(&gate.run(&["audit", "show", "--entry", "0"]).exits(0).stdout).unwrap();
    assert_eq!(entry["predicate"]["verdict"], "passed");
}

#[test]
fn the_statement_names_what_was_judged_and_the_log_names_the_statement() {
    let gate = ready();
    committed(&gate);
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    let statement: serde_json::Value = serde_json::from_str(&gate.read("modelgate-out/decision.json")).unwrap();
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    let named: Vec<&str> = statement["subject"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(named, ["model", "counts", "commit", "tree"]);
    let tree = gate.git(&["rev-parse", "HEAD^{tree}"]);
    assert_eq!(statement["subject"][3]["digest"]["gitTree"], tree.trim());
    let predicate = &statement["predicate"];
    assert_eq!((&predicate["verdict"], &predicate["work_tree"]), (&"passed".into(), &"as_committed".into()));
    for document in predicate["evidence"].as_array().unwrap() {
        let body = gate.read(&format!("modelgate-out/{}", document["name"].as_str().unwrap()));
        assert_eq!(document["size"], body.len());
    }
    let log: serde_json::Value = serde_json::from_str(gate.read("modelgate-ledger.jsonl").trim()).unwrap();
    assert_eq!(log["record"]["statement_sha256"].as_str().map(str::len), Some(64));
}

#[test]
fn what_is_appended_is_what_is_checked_out() {
    let gate = ready();
    committed(&gate);
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    gate.write("other.txt", "x");
    gate.git(&["add", "other.txt"]);
    gate.git(&["commit", "-qm", "moved on"]);
    let _ = gate.run(&["audit", "append"]).exits(2).says("the decision is about the tree").says("modelgate check");
    // The tree counts and not the commit: a squash or a rebase changes only the latter.
    gate.git(&["reset", "-q", "--hard", "HEAD~1"]);
    gate.git(&["commit", "-q", "--allow-empty", "-m", "another commit of the same tree"]);
    let _ = gate.run(&["audit", "append"]).exits(0);
    let _ = gate.run(&["audit", "append"]).exits(0).prints("it is in the trail already");
    gate.write("modelgate.yml", format!("{CONFIG}# changed\n"));
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    let _ = gate.run(&["audit", "append"]).exits(2).says("changed and not committed");
}

#[test]
fn runs_of_changes_do_not_append() {
    let gate = ready();
    committed(&gate);
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    for variables in [
        [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "pull_request_target")],
        [("GITLAB_CI", "true"), ("CI_MERGE_REQUEST_IID", "7")],
    ] {
        let mut command = gate.command(&["audit", "append"]);
        command.envs(variables);
        let _ = gate.finish(&mut command).exits(2).says("do not append");
    }
}

#[test]
fn what_is_no_decision_is_not_appended() {
    let gate = ready();
    committed(&gate);
    let _ = gate.run(&["audit", "append"]).exits(2).says("modelgate-out");
    for content in ["", "{}", r#"{"payloadType":"x","payload":"","signatures":[]}"#] {
        gate.write("modelgate-out/decision.dsse", content);
        let _ = gate.run(&["audit", "append"]).exits(2).says("decision.dsse");
    }
    let _ = gate.run(&["audit", "record", "correction", "--reason", "x"]).exits(2).says("--about");
    let _ = gate.run(&["audit", "record", "monitor", "--reason", " "]).exits(2).says("without a reason");
    let _ = gate.run(&["audit", "verify"]).exits(2).says("there is no trail here");
}

#[test]
fn a_correction_names_an_entry_that_is_there() {
    let gate = with_trail();
    let _ = gate.run(&["audit", "record", "correction", "--about", "9", "--reason", "x"]).exits(2).says("has no entry 9");
    let _ = gate.run(&["audit", "record", "correction", "--about", "0", "--reason", "wrong file"]).exits(0);
    let _ = gate.run(&["audit", "show"]).exits(0).prints("of entry 0: wrong file");
}

#[test]
fn a_release_is_said_once_and_one_that_nobody_said_is_incomplete() {
    let gate = with_trail();
    let again = gate.run(&["release", "v1.0.0", "--quiet"]).exits(0);
    assert!(!again.stdout.contains("appended"), "{}", again.stdout);
    rewritten(&gate, |gate| {
        gate.write("trail/releases/v0.9.0/modelgate-bundle.json", "{}");
    });
    let _ = gate.run(&["audit", "verify"]).exits(2).prints("unrecorded: the release v0.9.0").prints("incomplete: 5 entries");
}

#[test]
fn waivers_are_in_the_trail_once_and_again_when_they_are_over() {
    let gate = ready();
    let waiver = "waivers:\n  - {rule: low-support, reason: agreed, approved_by: Ada, expires: 2026-06-30}\n";
    gate.write("modelgate.yml", format!("{CONFIG}{waiver}"));
    committed(&gate);
    let at = |second: &str| {
        let mut command = gate.command(&["check", "--quiet"]);
        command.env("SOURCE_DATE_EPOCH", second);
        let _ = gate.finish(&mut command);
        gate.run(&["audit", "append"]).exits(0)
    };
    let first = at("4000000000").stdout;
    assert!(
        first.contains("appended waiver-granted as entry 1") && first.contains("appended waiver-expired as entry 2"),
        "{first}"
    );
    let second = at("4000000001").stdout;
    assert!(second.contains("appended decision as entry 3") && !second.contains("waiver"), "{second}");
    let _ = gate.run(&["audit", "show", "--approvals"]).exits(0).prints("low-support until 2026-06-30 by Ada: agreed");
}

/// What is done to the files, and the word that names it.
type Tampering = (&'static str, &'static str, fn(&Gate));

const TAMPERINGS: &[Tampering] = &[
    ("edited", "an entry is edited", |gate| {
        let path = &files(gate, "log")[1];
        gate.write(path, gate.read(path).replace("release", "rebless"));
    }),
    ("edited", "a statement is edited", |gate| {
        let path = &statements(gate)[0];
        gate.write(path, gate.read(path).replace("\"payload\":\"e", "\"payload\":\"f"));
    }),
    ("edited", "what a decision follows from is edited", |gate| {
        let kept = files(gate, "objects").into_iter().find(|path| gate.read(path).starts_with("version: 1")).unwrap();
        gate.write(&kept, gate.read(&kept).replace("lower_bound: 0.5", "lower_bound: 0.1"));
    }),
    ("dropped", "an entry is dropped", |gate| remove(gate, &files(gate, "log")[1])),
    ("edited", "two entries change places", |gate| {
        let log = files(gate, "log");
        let (one, other) = (gate.read(&log[2]), gate.read(&log[3]));
        gate.write(&log[2], other);
        gate.write(&log[3], one);
    }),
    ("truncated", "the newest entry is cut off", |gate| remove(gate, files(gate, "log").last().unwrap())),
    ("truncated", "the checkpoint is removed", |gate| remove(gate, "trail/checkpoint")),
    ("edited", "the frontier is of another tree", |gate| gate.write("trail/frontier", "")),
    ("forged", "an entry is put in", |gate| {
        let log = files(gate, "log");
        let text = gate.read(&log[4]).replace("\"seq\":4", "\"seq\":5");
        gate.write(&log[4].replace("00000004", "00000005"), text);
    }),
    ("edited", "a release is exchanged", |gate| gate.write("trail/releases/v1.0.0/modelgate-bundle.json", "{}")),
];

#[test]
fn every_tampering_is_found_and_named() {
    for (name, what, change) in TAMPERINGS {
        let gate = with_trail();
        rewritten(&gate, change);
        let found = gate.run(&["audit", "verify"]).exits(1);
        assert!(found.stdout.contains(&format!("    {name}: ")), "{what} is not called {name}:\n{}", found.stdout);
    }
}

#[test]
fn a_missing_statement_is_incomplete() {
    let gate = with_trail();
    rewritten(&gate, |gate| remove(gate, &statements(gate)[0]));
    let _ = gate.run(&["audit", "verify"]).exits(2).prints("missing: the statement of entry").prints("incomplete:");
    let gate = with_trail();
    rewritten(&gate, |gate| {
        let kept = files(gate, "objects").into_iter().find(|path| gate.read(path).starts_with("version: 1")).unwrap();
        remove(gate, &kept);
    });
    let _ = gate.run(&["audit", "verify"]).exits(2).prints("missing: the evidence of entry 0 is not whole");
}

#[test]
fn an_anchor_finds_a_trail_that_was_written_anew_or_cut() {
    let gate = with_trail();
    let notes = gate.run(&["audit", "verify"]).exits(0).stdout;
    gate.write("notes.md", &notes);
    let _ = gate.run(&["audit", "verify", "--against", "notes.md"]).exits(0).prints("continues 1 checkpoints");
    let _ = gate.run(&["audit", "record", "monitor", "--reason", "later"]).exits(0);
    let _ = gate.run(&["audit", "verify", "--against", "notes.md"]).exits(0);
    // Written anew with the program itself: nothing in the files shows it.
    gate.git(&["update-ref", "-d", "refs/heads/modelgate-records"]);
    for n in 0..5 {
        let _ = gate.run(&["audit", "record", "monitor", "--reason", &format!("other {n}")]).exits(0);
    }
    let _ = gate.run(&["audit", "verify"]).exits(0);
    let _ = gate.run(&["audit", "verify", "--against", "notes.md"]).exits(1).prints("rewritten: the first 5 entries");
    gate.git(&["update-ref", "-d", "refs/heads/modelgate-records"]);
    let _ = gate.run(&["audit", "record", "monitor", "--reason", "other"]).exits(0);
    let _ = gate.run(&["audit", "verify", "--against", "notes.md"]).exits(1).prints("truncated: notes.md knew 5 entries");
    gate.write("notes.md", "nothing");
    let _ = gate.run(&["audit", "verify", "--against", "notes.md"]).exits(2).says("holds no checkpoint");
}

#[test]
fn a_file_that_was_changed_or_removed_in_the_history_is_named() {
    let gate = with_trail();
    gate.git(&["worktree", "add", "-q", "trail", "modelgate-records"]);
    let path = files(&gate, "log")[1].clone();
    let kept = gate.read(&path);
    let inside = path.strip_prefix("trail/").unwrap();
    gate.git(&["-C", "trail", "rm", "-q", inside]);
    gate.git(&["-C", "trail", "commit", "-qm", "x"]);
    gate.write(&path, kept);
    gate.git(&["-C", "trail", "add", "-A"]);
    gate.git(&["-C", "trail", "commit", "-qm", "put back"]);
    let _ = gate.run(&["audit", "verify"]).exits(1).prints("rewritten: commit").prints("removes log/");
}

#[test]
fn a_decision_is_handed_over_to_a_forge_that_signs() {
    let gate = ready();
    committed(&gate);
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    let told = gate.run(&["audit", "attest"]).exits(0).prints("predicate-type=urn:modelgate:gate-decision/v1").stdout;
    let statement: serde_json::Value = serde_json::from_str(&gate.read("modelgate-out/decision.json")).unwrap();
    let predicate: serde_json::Value = serde_json::from_str(&gate.read("modelgate-out/decision.predicate.json")).unwrap();
    assert_eq!(statement["predicate"], predicate);
    assert!(told.contains(&format!("subject-digest=sha256:{}\n", statement["subject"][0]["digest"]["sha256"].as_str().unwrap())));
}

#[test]
fn what_is_open_about_the_branch_is_told_with_what_to_do() {
    use modelgate_tests::forge::{Forge, TOKEN};
    let gate = with_trail();
    let _ = gate.run(&["audit", "doctor"]).exits(1).prints("there is no remote").prints("names no key");
    gate.git(&["clone", "-q", "--bare", ".", "hub.git"]);
    gate.git(&["remote", "add", "origin", "hub.git"]);
    let _ = gate.run(&["audit", "doctor"]).exits(1).prints("the remote continues").prints("unknown how the branch is protected");
    let Some(_) = key(&gate, "ci") else { return };
    let of = |rules: &[&str]| {
        let forge = Forge::github("4f1c2ab94f1c2ab94f1c2ab94f1c2ab94f1c2ab9");
        forge.protect(rules);
        gate.write("event.json", "{}");
        let mut command = gate.command(&["audit", "doctor"]);
        command
            .envs([("GITHUB_ACTIONS", "true"), ("GITHUB_REPOSITORY", "acme/credit"), ("GITHUB_TOKEN", TOKEN)])
            .env("GITHUB_EVENT_PATH", gate.path().join("event.json"))
            .env("GITHUB_API_URL", forge.address())
            .env("GITHUB_GRAPHQL_URL", format!("{}/graphql", forge.address()))
            .env("GITHUB_SERVER_URL", "https://github.example")
            .env("MODELGATE_SIGNING_KEY_FILE", gate.path().join("ci"));
        gate.finish(&mut command)
    };
    let _ = of(&[]).exits(1).prints("open    a force push is allowed on modelgate-records").prints("Block force pushes");
    let _ = of(&["non_fast_forward"]).exits(1).prints("ok      a force push is forbidden").prints("open    deletion is allowed");
    let _ = of(&["non_fast_forward", "deletion", "update"]).exits(0);
}

#[test]
fn since_a_release_looks_at_its_statements_and_at_later_ones_but_at_the_chain_as_a_whole() {
    let Some(gate) = with_signed_trail() else { return };
    let unsigned = ["audit", "record", "monitor", "--reason", "unsigned"];
    let _ = gate.run(&unsigned).exits(0);
    gate.git(&["tag", "v1.0.0"]);
    let _ = signed(&gate, "ci", &["release", "v1.0.0", "--quiet"]).exits(0).prints("appended release as entry 3");
    let _ = gate.run(BY).exits(3).prints("unsigned: entry 2 is not signed");
    let since = [BY, &["--since", "v1.0.0"]].concat();
    let _ = gate.run(&since).exits(0).prints("1 of 1 statements are signed").prints("4 entries, each continues");
    let _ = gate.run(&["audit", "verify", "--since", "v0.9.0"]).exits(2).says("no entry of the release v0.9.0");
    let replay = ["audit", "verify", "--replay", "--since", "v1.0.0"];
    let _ = gate.run(&replay).exits(0).prints("0 decisions were judged again");
    // What lies before it is not looked at; that it is there is.
    rewritten(&gate, |gate| remove(gate, &files(gate, "log")[0]));
    let _ = gate.run(&since).exits(1).prints("dropped: entry 0 is missing");
}

#[test]
fn the_release_that_was_the_newest_on_a_day_was_live_then() {
    let gate = ready();
    committed(&gate);
    let release = |tag: &str, second: &str| {
        gate.git(&["tag", tag]);
        let mut command = gate.command(&["release", tag, "--quiet"]);
        command.env("SOURCE_DATE_EPOCH", second);
        let _ = gate.finish(&mut command).exits(0);
    };
    // Times of the trail move on and never back, so that both days are in the future of every test.
    release("v1.0.0", "4102444800");
    release("v1.1.0", "4105123200");
    let live = |day: &str| gate.run(&["audit", "show", "--live-on", day]).exits(0).stdout;
    assert!(live("2099-12-31").contains("no release was recorded"));
    assert!(live("2100-01-01").contains("v1.0.0") && !live("2100-01-31").contains("v1.1.0"));
    assert!(live("2100-02-01").contains("v1.1.0") && !live("2100-02-01").contains("v1.0.0"));
    // A system of high risk is documented for ten years after it was placed on the market (EU AI Act, art. 18).
    let told = gate.run(&["audit", "show", "--retention"]).exits(0).stdout;
    assert!(told.contains("2110-01-01") && told.contains("2110-02-01"), "{told}");
}

#[test]
fn clocks_of_retention_run_from_each_release() {
    let gate = with_trail();
    let told = gate.run(&["audit", "show", "--retention"]).exits(0).prints("v1.0.0 of ").prints("EU AI Act, art. 18");
    assert!(told.stdout.contains("nothing here says which are"));
}

/// Makes a key with ssh-keygen; none where that is not installed.
pub(crate) fn key(gate: &Gate, name: &str) -> Option<String> {
    let made =
        Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"]).arg(gate.path().join(name)).output();
    made.ok().filter(|made| made.status.success()).map(|_| gate.read(&format!("{name}.pub")))
}

pub(crate) fn signed(gate: &Gate, key: &str, arguments: &[&str]) -> modelgate_tests::Outcome {
    let mut command = gate.command(arguments);
    command.env("MODELGATE_SIGNING_KEY_FILE", gate.path().join(key));
    gate.finish(&mut command)
}

/// A repository with a signed trail, and the list of those who may sign.
pub(crate) fn with_signed_trail() -> Option<Gate> {
    let gate = ready();
    committed(&gate);
    let public = key(&gate, "ci")?;
    gate.write("allowed_signers", format!("ci@example.com namespaces=\"modelgate-audit\",valid-after=\"20260101Z\" {public}"));
    let _ = signed(&gate, "ci", &["check", "--quiet"]).exits(0);
    let _ = signed(&gate, "ci", &["audit", "append", "--require-signature"]).exits(0);
    let _ = signed(&gate, "ci", &["audit", "record", "monitor", "--reason", "one"]).exits(0);
    Some(gate)
}

pub(crate) const BY: &[&str] = &["audit", "verify", "--allowed-signers", "allowed_signers"];

#[test]
fn signatures_of_listed_keys_are_checked_and_times_count() {
    let Some(gate) = with_signed_trail() else { return };
    let _ = gate.run(BY).exits(0).prints("2 of 2 statements are signed");
    let list = gate.read("allowed_signers");
    gate.write("allowed_signers", list.replace("valid-after=\"20260101Z\"", "valid-before=\"20260101Z\""));
    let _ = gate.run(BY).exits(3).prints("not-then: entry 0 is signed by ci@example.com").prints("identity unverifiable");
    gate.write("allowed_signers", list.replace("modelgate-audit", "git"));
    let _ = gate.run(BY).exits(3).prints("unknown-signer: entry 0");
    gate.write("allowed_signers", list.replace("20260101Z", "20260101"));
    let _ = gate.run(BY).exits(2).says("line 1: a time without Z");
}

#[test]
fn a_swapped_key_and_a_missing_signature_are_told_apart() {
    let Some(gate) = with_signed_trail() else { return };
    let _ = gate.run(&["audit", "record", "monitor", "--reason", "unsigned"]).exits(0);
    let _ = gate.run(BY).exits(3).prints("unsigned: entry 2 is not signed").prints("the checkpoint is signed by nobody");
    let _ = key(&gate, "eve").unwrap();
    let _ = signed(&gate, "eve", &["audit", "record", "monitor", "--reason", "by eve"]).exits(0);
    let _ = gate.run(BY).exits(3).prints("unknown-signer: entry 3");
    // A list in which the name of the one has the key of the other: what was signed no longer bears a listed name.
    gate.write("allowed_signers", format!("ci@example.com {}", gate.read("eve.pub")));
    let _ = gate.run(BY).exits(3).prints("unknown-signer: entry 0");
}

#[test]
fn a_key_is_read_from_a_file_and_never_told() {
    let gate = ready();
    committed(&gate);
    let Some(_) = key(&gate, "ci") else { return };
    let secret: Vec<String> = gate.read("ci").lines().filter(|line| !line.starts_with('-')).map(str::to_owned).collect();
    let done = signed(&gate, "ci", &["check"]).exits(0);
    let told = [done.stdout, done.stderr, signed(&gate, "ci", &["audit", "append"]).exits(0).stdout].concat();
    let written: String = gate.files().iter().filter(|path| path.starts_with("modelgate")).map(|path| gate.read(path)).collect();
    assert!(secret.iter().all(|line| !told.contains(line) && !written.contains(line)));
    let _ = gate
        .run(&["audit", "record", "monitor", "--reason", "x", "--require-signature"])
        .exits(2)
        .says("MODELGATE_SIGNING_KEY_FILE");
    gate.write("wrong", "secret");
    let wrong = signed(&gate, "wrong", &["check", "--quiet"]).exits(2).says("ssh-keygen -t ed25519");
    assert!(!wrong.stderr.contains("secret"));
    let _ = signed(&gate, "missing", &["check", "--quiet"]).exits(2).says("cannot be read");
}

/// Unpacks an archive with what the system has; none where it has nothing.
pub(crate) fn unpacked(gate: &Gate, name: &str) -> Option<()> {
    let script = "import sys, zipfile; archive = zipfile.ZipFile(sys.argv[1]); assert archive.testzip() is None; archive.extractall(sys.argv[2])";
    let done =
        Command::new("python3").args(["-c", script]).arg(gate.path().join(name)).arg(gate.path().join("unpacked")).output();
    done.ok().map(|done| assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr)))
}

pub(crate) fn steps(gate: &Gate) -> (bool, String) {
    let done = Command::new("sh").arg(gate.path().join("unpacked/verify.sh")).output().unwrap();
    (done.status.success(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
}

#[test]
fn an_export_is_checked_without_the_program() {
    let Some(gate) = with_signed_trail() else { return };
    gate.git(&["tag", "v1.0.0"]);
    let _ = signed(&gate, "ci", &["release", "v1.0.0", "--quiet"]).exits(0);
    let export = &["audit", "export", "--allowed-signers", "allowed_signers", "--documents", "modelgate-out"];
    let _ = gate.run(export).exits(0).prints("wrote 3 entries and ");
    let Some(()) = unpacked(&gate, "modelgate-audit.zip") else { return };
    let index = gate.read("unpacked/index.html");
    assert!(index.contains("releases/v1.0.0/modelgate-bundle.json") && !index.contains("<script"));
    let (holds, told) = steps(&gate);
    assert!(holds && told.contains("all of it holds"), "{told}");
    // A statement with its sums made anew: the signature alone finds it.
    let path = "unpacked/statements/00000000.signed";
    gate.write(path, gate.read(path).replace("passed", "failed"));
    let (holds, told) = steps(&gate);
    assert!(
        !holds && told.contains("FAILED: statements/00000000.2.sig") && told.contains("FAILED: statements/00000000.1.raw"),
        "{told}"
    );
    let _ = gate.run(&["audit", "export", "--to", "2001-01-01"]).exits(2).says("no entry is of these days");
    let _ = gate.run(&["audit", "export", "--from", "yesterday"]).exits(2).says("is no day");
}

#[test]
fn two_clones_append_to_one_line() {
    let gate = with_trail();
    gate.git(&["clone", "-q", "--bare", ".", "hub.git"]);
    for name in ["one", "other"] {
        gate.git(&["clone", "-q", "hub.git", name]);
        let clone = gate.run(&["audit", "record", "monitor", "--reason", name, "--repository", name]).exits(0);
        assert!(clone.stdout.contains("as entry 5"), "{}", clone.stdout);
    }
    for name in ["one", "other"] {
        let reason = format!("{name} again");
        let _ = gate
            .run(&["audit", "record", "monitor", "--reason", &reason, "--repository", name, "--push"])
            .exits(0)
            .prints("pushed");
    }
    let _ = gate.run(&["audit", "verify", "--repository", "hub.git"]).exits(0).prints("ok: 9 entries");
    let _ = gate.run(&["audit", "verify", "--repository", "one"]).exits(0).prints("ok: 9 entries");
}
