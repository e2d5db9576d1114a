//! Releases in git: where they are stored, which one is taken as the baseline, and what helps when none is.

use modelgate_tests::{CONFIG, Gate, Rows};

use crate::{committed, gate, ready, released};

/// A repository with a first commit.
fn repository() -> Gate {
    let gate = ready();
    committed(&gate);
    gate
}

#[test]
fn a_release_leaves_work_tree_and_index_alone() {
    let gate = repository();
    gate.write("predictions.csv", Rows { jitter: 5, ..Rows::default() }.csv());
    gate.write("untracked.txt", "mine");
    let (status, head) = (gate.git(&["status", "--porcelain"]), gate.git(&["rev-parse", "HEAD"]));
    let _ = gate.run(&["release", "v1.0.0", "--quiet"]).exits(0);
    assert_eq!((gate.git(&["status", "--porcelain"]), gate.git(&["rev-parse", "HEAD"])), (status, head));
    let stored = gate.git(&["ls-tree", "-r", "--name-only", "modelgate-records", "releases"]);
    assert_eq!(stored, "releases/v1.0.0/modelgate-bundle.json\n");
}

#[test]
fn a_stored_release_is_not_overwritten() {
    let gate = released(ready());
    let _ = gate.run(&["release", "v1.0.0", "--quiet"]).exits(0).prints("already stored");
    gate.write("predictions.csv", Rows { jitter: 5, ..Rows::default() }.csv());
    let _ = gate.run(&["release", "v1.0.0", "--quiet"]).exits(2).says("already stored with other content");
}

#[test]
fn the_nearest_release_before_the_merge_base_is_the_baseline() {
    let gate = released(ready());
    gate.write("predictions.csv", Rows { jitter: 1, ..Rows::default() }.csv());
    gate.git(&["commit", "-qam", "second"]);
    gate.git(&["tag", "v1.1.0"]);
    let _ = gate.run(&["release", "v1.1.0", "--quiet"]).exits(0);
    gate.git(&["checkout", "-q", "-b", "change", "v1.0.0"]);
    gate.write("predictions.csv", Rows { jitter: 2, ..Rows::default() }.csv());
    // The branch left main at v1.0.0: a release that came after is not what it is measured against.
    let outcome = gate.run(&["check"]).exits(0);
    assert!(outcome.stderr.contains("v1.0.0"), "{}", outcome.stderr);
    let explicit = gate.run(&["check", "--baseline-release", "v1.1.0"]).exits(0);
    assert!(explicit.stderr.contains("v1.1.0"), "{}", explicit.stderr);
}

#[test]
fn without_a_release_the_reason_and_the_command_are_told() {
    let _ = repository().run(&["check"]).exits(0).says("modelgate release");
    let _ = ready().run(&["check"]).exits(0).says("not a git repository");
    let unborn = ready();
    unborn.git(&["init", "-q"]);
    let _ = unborn.run(&["check"]).exits(0).says("no commit");
}

#[test]
fn an_explicit_release_that_is_not_stored_is_an_error() {
    let _ = released(ready()).run(&["check", "--quiet", "--baseline-release", "v9.9.9"]).exits(2).says("v1.0.0");
}

#[test]
fn a_shallow_clone_names_the_command_that_deepens_it() {
    let origin = released(ready());
    origin.write("predictions.csv", Rows { jitter: 1, ..Rows::default() }.csv());
    origin.git(&["commit", "-qam", "second"]);
    let clone = gate();
    let url = format!("file://{}", origin.path().display());
    clone.git(&["clone", "-q", "--depth", "1", "--no-tags", &url, "clone"]);
    // Nobody can tell what this clone lacks: that is no pass.
    let _ = clone.run(&["check", "--config", "clone/modelgate.yml"]).exits(2).says("git fetch --unshallow");
    let _ = clone.run(&["check", "--config", "clone/modelgate.yml", "--no-baseline"]).exits(0);
}

#[test]
fn a_bundle_of_a_newer_format_is_named() {
    let gate = repository();
    let _ = gate.run(&["release", "v1.0.0", "--quiet", "--bundle-out", "bundle.json"]).exits(0);
    gate.write("bundle.json", gate.read("bundle.json").replacen("\"format\":1", "\"format\":9", 1));
    let _ = gate
        .run(&["check", "--quiet", "--baseline-path", "bundle.json"])
        .exits(2)
        .says("format is version 9")
        .says("newer modelgate");
}

#[test]
fn releases_that_are_pushed_at_once_are_both_kept() {
    let origin = repository();
    origin.git(&["config", "receive.denyCurrentBranch", "ignore"]);
    let clones: Vec<Gate> = (1..=2)
        .map(|number| {
            let clone = gate();
            clone.git(&["clone", "-q", &origin.path().display().to_string(), "."]);
            clone.git(&["tag", &format!("v{number}.0.0")]);
            let _ = clone.run(&["release", &format!("v{number}.0.0"), "--quiet"]).exits(0);
            clone
        })
        .collect();
    for (clone, number) in clones.iter().zip(1..) {
        let _ = clone.run(&["release", &format!("v{number}.0.0"), "--quiet", "--push"]).exits(0);
    }
    let stored = origin.git(&["ls-tree", "-r", "--name-only", "modelgate-records", "releases"]);
    assert_eq!(stored.lines().count(), 2, "{stored}");
    let _ = origin.run(&["audit", "verify"]).exits(0).prints("ok: 2 entries");
}

#[test]
fn a_slice_that_vanished_since_the_release_fails_the_gate() {
    let gate = released(ready());
    let rows: Vec<String> =
        Rows { jitter: 1, ..Rows::default() }.csv().lines().filter(|line| !line.ends_with("west")).map(str::to_owned).collect();
    gate.write("predictions.csv", rows.join("\n"));
    let outcome = gate.run(&["check", "--quiet"]).exits(1);
    assert!(outcome.stdout.contains("error[missing-slice]: region=west"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("warning[different-data]"), "{}", outcome.stdout);
}

#[test]
fn the_target_branch_of_a_pull_request_is_read_from_the_ci_system() {
    let gate = released(ready());
    gate.git(&["checkout", "-q", "-b", "develop"]);
    gate.git(&["checkout", "-q", "-b", "change"]);
    gate.write("predictions.csv", Rows { jitter: 2, ..Rows::default() }.csv());
    let mut command = gate.command(&["check"]);
    command.env("GITHUB_ACTIONS", "true").env("GITHUB_BASE_REF", "develop").env("MODELGATE_PROFILE", "internal");
    let outcome = gate.finish(&mut command);
    assert!(outcome.stderr.contains("develop"), "{}", outcome.stderr);
    assert!(CONFIG.lines().count() <= 20, "a working configuration is small");
}

#[test]
fn a_release_says_what_would_keep_it_from_being_found_or_believed() {
    let gate = repository();
    let _ = gate.run(&["release", "v1.0.0", "--quiet"]).exits(0).says("there is no tag v1.0.0 yet").says("as good as rows");
    gate.git(&["tag", "v1.1.0"]);
    gate.git(&["commit", "-q", "--allow-empty", "-m", "second"]);
    gate.write("predictions.csv", Rows { jitter: 3, ..Rows::default() }.csv());
    let _ = gate.run(&["release", "v1.1.0", "--quiet"]).exits(0).says("not on the commit").says("changed and not committed");
}

#[test]
fn releases_of_a_stranger_are_not_this_project_s() {
    let stranger = released(ready());
    let gate = repository();
    gate.git(&["tag", "v1.0.0"]);
    gate.git(&["remote", "add", "origin", "nowhere"]);
    gate.git(&["remote", "add", "stranger", &stranger.path().display().to_string()]);
    gate.git(&["fetch", "-q", "stranger"]);
    let outcome = gate.run(&["check"]).exits(0);
    assert!(outcome.stderr.contains("Baseline none"), "{}", outcome.stderr);
}

#[test]
fn a_target_branch_that_is_not_there_is_no_baseline_that_is_not_there() {
    let _ = released(ready()).run(&["check", "--target-branch", "nope"]).exits(2).says("nope").says("is not in this clone");
}

#[test]
fn a_nearer_tag_without_a_bundle_is_told() {
    let gate = released(ready());
    gate.write("predictions.csv", Rows { jitter: 1, ..Rows::default() }.csv());
    gate.git(&["commit", "-qam", "second"]);
    gate.git(&["tag", "v1.1.0"]);
    let outcome = gate.run(&["check"]).exits(0);
    assert!(outcome.stderr.contains("without a stored bundle: v1.1.0"), "{}", outcome.stderr);
}
