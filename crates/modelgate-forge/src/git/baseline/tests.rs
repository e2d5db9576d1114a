//! Finding the baseline in repositories of every shape that CI systems and people make.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;
use crate::git::RECORDS_BRANCH;
use crate::git::testing::{BUNDLE, Sandbox, automatic};

fn find(sandbox: &Sandbox) -> BaselineFound {
    find_with(sandbox, &automatic())
}

fn find_with(sandbox: &Sandbox, request: &BaselineRequest) -> BaselineFound {
    match sandbox.open().resolve_baseline(request).unwrap() {
        BaselineLookup::Found(found) => found,
        BaselineLookup::Absent(why) => panic!("{why}"),
    }
}

fn absent(sandbox: &Sandbox) -> BaselineAbsent {
    absent_with(sandbox, &automatic())
}

fn absent_with(sandbox: &Sandbox, request: &BaselineRequest) -> BaselineAbsent {
    match sandbox.open().resolve_baseline(request).unwrap() {
        BaselineLookup::Found(found) => panic!("{found:?}"),
        BaselineLookup::Absent(why) => why,
    }
}

fn named(release: &str) -> BaselineRequest {
    BaselineRequest { release: Some(release.to_owned()), ..automatic() }
}

fn into(target: &str) -> BaselineRequest {
    BaselineRequest { target_branch: Some(target.to_owned()), ..automatic() }
}

#[test]
fn the_nearest_stored_tag_before_head_is_taken_with_all_that_is_printed() {
    let sandbox = Sandbox::new();
    sandbox.release("v1.0");
    let tagged = sandbox.release("v1.1");
    let head = sandbox.commit("later");
    let found = find(&sandbox);
    let expected = BaselineFound {
        release: "v1.1".into(),
        commit: Some(tagged),
        records_commit: sandbox.git(&["rev-parse", RECORDS_BRANCH]),
        path: "releases/v1.1/bundle.json".into(),
        bytes: b"v1.1".to_vec(),
        digest: Digest::of(b"v1.1"),
        tagged_at: Some(1_700_000_000 + 2 * 3600),
        how: format!("nearest semver tag at or before HEAD {} (it is on main)", head.get(..7).unwrap()),
        skipped: vec![],
    };
    assert_eq!(found, expected);
}

#[test]
fn a_tag_on_head_itself_takes_part() {
    let sandbox = Sandbox::new();
    sandbox.release("v1.0");
    sandbox.release("v1.1");
    assert_eq!(find(&sandbox).release, "v1.1");
    sandbox.git(&["checkout", "--quiet", "v1.1"]);
    assert_eq!(find(&sandbox).release, "v1.1", "a pipeline for a tag has a detached HEAD");
}

#[test]
fn a_feature_branch_is_compared_with_the_release_that_it_left_from() {
    let sandbox = Sandbox::new();
    sandbox.release("v1.0");
    let base = sandbox.commit("base");
    sandbox.git(&["switch", "--quiet", "-c", "feature"]);
    sandbox.commit("feature");
    sandbox.git(&["switch", "--quiet", "main"]);
    sandbox.release("v1.1");
    sandbox.git(&["switch", "--quiet", "feature"]);
    for request in [automatic(), into("main"), into("refs/heads/main")] {
        let found = find_with(&sandbox, &request);
        assert_eq!(found.release, "v1.0");
        assert!(found.how.ends_with(&format!("the merge base {} with main", base.get(..7).unwrap())), "{}", found.how);
    }
}

#[test]
fn tags_on_the_feature_branch_itself_are_not_taken() {
    let sandbox = Sandbox::new();
    sandbox.release("v1.0");
    sandbox.git(&["switch", "--quiet", "-c", "feature"]);
    sandbox.release("v9.9");
    assert_eq!(find(&sandbox).release, "v1.0");
}

#[test]
fn a_pull_request_of_a_ci_system_uses_the_remote_branch_and_fetched_records() {
    let origin = Sandbox::new();
    origin.release("v1.0");
    origin.git(&["switch", "--quiet", "-c", "feature"]);
    origin.commit("feature");
    origin.git(&["switch", "--quiet", "main"]);
    origin.release("v1.1");
    let clone = origin.cloned(&[]);
    // As GitHub does it: HEAD is a merge of the change into the target, and no local branch is there.
    clone.git(&["checkout", "--quiet", "--detach", "origin/main"]);
    clone.git(&["merge", "--quiet", "--no-edit", "origin/feature"]);
    clone.git(&["branch", "--quiet", "-D", "main"]);
    for request in [automatic(), into("main"), into("origin/main")] {
        let found = find_with(&clone, &request);
        assert_eq!(found.release, "v1.1");
        assert!(found.how.ends_with("with origin/main"), "{}", found.how);
        assert_eq!(found.records_commit, origin.git(&["rev-parse", RECORDS_BRANCH]));
    }
}

#[test]
fn an_old_release_that_was_merged_in_lately_is_not_near() {
    let sandbox = Sandbox::new();
    sandbox.release("v1.0");
    for name in ["a", "b", "c"] {
        sandbox.commit(name);
    }
    sandbox.release("v2.0");
    sandbox.commit("d");
    sandbox.git(&["switch", "--quiet", "-c", "maintenance", "v1.0"]);
    sandbox.release("v1.0.1");
    sandbox.git(&["switch", "--quiet", "main"]);
    sandbox.git(&["merge", "--quiet", "--no-edit", "maintenance"]);
    assert_eq!(find(&sandbox).release, "v2.0");
}

#[test]
fn of_equally_near_tags_the_higher_version_wins() {
    let sandbox = Sandbox::new();
    sandbox.commit("one");
    for tag in ["v1.9.0", "v1.10.0-rc.1", "v1.10.0", "v1.2"] {
        sandbox.git(&["tag", tag]);
        sandbox.store(tag);
    }
    assert_eq!(find(&sandbox).release, "v1.10.0");
}

#[test]
fn tags_without_a_bundle_are_passed_over_and_listed() {
    let sandbox = Sandbox::new();
    sandbox.release("v1.0");
    for tag in ["v1.1", "v1.2"] {
        sandbox.commit(tag);
        sandbox.git(&["tag", tag]);
    }
    // Another file in the release's folder is no bundle.
    sandbox.open().store_release("v1.2", &[("card.md".to_owned(), vec![1])], "m", 1).unwrap();
    let found = find(&sandbox);
    assert_eq!((found.release.as_str(), found.skipped), ("v1.0", vec!["v1.2".to_owned(), "v1.1".to_owned()]));
}

#[test]
fn tags_that_name_no_version_or_no_commit_do_not_count() {
    let sandbox = Sandbox::new();
    sandbox.release("v1.0");
    sandbox.commit("later");
    for tag in ["latest", "v1", "release-2"] {
        sandbox.git(&["tag", tag]);
        sandbox.store(tag);
    }
    sandbox.git(&["tag", "v3.0", "HEAD^{tree}"]);
    sandbox.store("v3.0");
    assert_eq!(find(&sandbox).release, "v1.0");
}

#[test]
fn an_annotated_tag_has_its_own_time_and_its_commit() {
    let sandbox = Sandbox::new();
    let commit = sandbox.commit("one");
    sandbox.commit("two");
    sandbox.git(&["tag", "-a", "-m", "release", "v1.0", "HEAD~1"]);
    sandbox.store("v1.0");
    let found = find(&sandbox);
    assert_eq!((found.commit, found.tagged_at), (Some(commit), Some(1_700_000_000 + 2 * 3600)));
}

#[test]
fn an_explicit_release_is_taken_wherever_its_tag_is() {
    let sandbox = Sandbox::new();
    let tagged = sandbox.release("v1.0");
    sandbox.release("v1.1");
    let found = find_with(&sandbox, &named("v1.0"));
    assert_eq!((found.bytes.as_slice(), found.commit), (b"v1.0".as_slice(), Some(tagged)));
    assert_eq!(found.how, "release v1.0, named explicitly");
    sandbox.git(&["tag", "-d", "v1.0"]);
    let found = find_with(&sandbox, &named("v1.0"));
    assert_eq!((found.commit, found.tagged_at), (None, None));
}

#[test]
fn an_explicit_release_that_is_missing_is_an_error_with_what_there_is() {
    let sandbox = Sandbox::new();
    sandbox.release("v1.0");
    sandbox.release("v1.1");
    let ask = |release: &str| sandbox.open().resolve_baseline(&named(release)).unwrap_err();
    let error = ask("1.1.0");
    assert_eq!(
        error.to_string(),
        "release \"1.1.0\" is not stored on the branch modelgate-records; stored are \"v1.1\", \"v1.0\""
    );
    assert_eq!(error.help().unwrap(), "did you mean \"v1.1\"?");
    assert_eq!(ask("summer").help().unwrap(), "store it with `modelgate release summer`");
    assert!(matches!(ask("../v1.0"), ForgeError::BadName { .. }));
    let other_file = BaselineRequest { bundle_file: "other.json".into(), ..named("v1.0") };
    let error = sandbox.open().resolve_baseline(&other_file).unwrap_err();
    assert_eq!(error, ForgeError::FileMissing { release: "v1.0".into(), file: "other.json".into() });
}

#[test]
fn a_branch_without_a_commit_has_no_baseline() {
    assert_eq!(absent(&Sandbox::new()), BaselineAbsent::UnbornBranch);
}

#[test]
fn without_version_tags_there_is_no_baseline() {
    let sandbox = Sandbox::new();
    sandbox.commit("one");
    sandbox.git(&["tag", "latest"]);
    let why = absent(&sandbox);
    assert_eq!(why, BaselineAbsent::NoTags { shallow: false, has_remote: false });
    assert_eq!(why.help(), "git tag v0.1.0 && modelgate release v0.1.0");
    let why = absent(&sandbox.cloned(&["--no-tags"]));
    assert!(why.help().starts_with("git fetch --tags; "), "{}", why.help());
}

#[test]
fn a_shallow_clone_is_told_as_such_and_its_help_works() {
    let origin = Sandbox::new();
    origin.release("v1.0");
    origin.commit("later");
    let clone = origin.cloned(&["--depth", "1"]);
    let why = absent(&clone);
    assert_eq!(why, BaselineAbsent::NoTags { shallow: true, has_remote: true });
    assert!(why.to_string().contains("shallow clone"));
    run(&clone, &why.help());
    let why = absent(&clone);
    assert_eq!(why, BaselineAbsent::NoRecords { nearest: "v1.0".into(), remote: Some("origin".into()) });
    run(&clone, why.help().split("; ").next().unwrap());
    assert_eq!(find(&clone).release, "v1.0");
}

/// Runs the command that a help text gives.
fn run(sandbox: &Sandbox, command: &str) {
    let words: Vec<&str> = command.split(' ').collect();
    assert_eq!(words.first(), Some(&"git"));
    sandbox.git(words.get(1..).unwrap());
}

#[test]
fn a_shallow_clone_with_tags_that_are_cut_off_is_told_as_such() {
    let origin = Sandbox::new();
    origin.release("v1.0");
    origin.commit("later");
    let clone = origin.cloned(&["--depth", "1"]);
    clone.git(&["fetch", "--quiet", "--depth", "1", "origin", "tag", "v1.0"]);
    let why = absent(&clone);
    assert!(matches!(why, BaselineAbsent::NoneReachable { tags: 1, shallow: true, .. }), "{why}");
    assert_eq!(why.help(), "git fetch --unshallow --tags");
    let worktree = tempfile::tempdir().unwrap();
    clone.git(&["worktree", "add", "--quiet", "--detach", &worktree.path().join("w").display().to_string()]);
    assert!(Repository::open(&worktree.path().join("w")).unwrap().is_shallow());
}

#[test]
fn a_shallow_clone_that_is_deep_enough_finds_its_baseline() {
    let origin = Sandbox::new();
    origin.commit("one");
    origin.release("v1.0");
    origin.commit("later");
    let clone = origin.cloned(&["--depth", "2", "--no-single-branch"]);
    assert!(clone.open().is_shallow());
    assert_eq!(find(&clone).release, "v1.0");
}

#[test]
fn tags_that_come_after_the_merge_base_are_not_reachable() {
    let sandbox = Sandbox::new();
    sandbox.commit("one");
    sandbox.git(&["switch", "--quiet", "-c", "feature"]);
    sandbox.commit("feature");
    sandbox.git(&["switch", "--quiet", "main"]);
    sandbox.release("v1.0");
    sandbox.git(&["switch", "--quiet", "feature"]);
    let why = absent(&sandbox);
    assert!(matches!(why, BaselineAbsent::NoneReachable { tags: 1, shallow: false, .. }), "{why}");
}

#[test]
fn tags_without_any_stored_bundle_are_told_apart_from_a_missing_records_branch() {
    let sandbox = Sandbox::new();
    sandbox.commit("one");
    sandbox.git(&["tag", "v1.0"]);
    let why = absent(&sandbox);
    assert_eq!(why, BaselineAbsent::NoRecords { nearest: "v1.0".into(), remote: None });
    assert!(why.help().ends_with("modelgate release v1.0"), "{}", why.help());
    sandbox.store("v0.5");
    let why = absent(&sandbox);
    assert!(matches!(&why, BaselineAbsent::NothingStored { tags, unfetched: None, .. } if tags == &["v1.0"]), "{why}");
    let clone = sandbox.cloned(&["--single-branch"]);
    clone.store("v0.6");
    let why = absent(&clone);
    assert!(matches!(&why, BaselineAbsent::NothingStored { unfetched: Some(remote), .. } if remote == "origin"), "{why}");
}

#[test]
fn a_target_branch_that_is_not_here_is_not_replaced_by_another() {
    let origin = Sandbox::new();
    origin.release("v1.0");
    origin.git(&["branch", "stable"]);
    let clone = origin.cloned(&["--single-branch"]);
    clone.git(&["fetch", "--quiet", "origin", "modelgate-records:refs/remotes/origin/modelgate-records"]);
    let why = absent_with(&clone, &into("stable"));
    assert_eq!(why, BaselineAbsent::TargetMissing { branch: "stable".into(), remote: Some("origin".into()) });
    run(&clone, &why.help());
    assert_eq!(find_with(&clone, &into("stable")).release, "v1.0");
    for hostile in ["../x", "a b", "-x", "", "x\0y"] {
        assert!(matches!(absent_with(&clone, &into(hostile)), BaselineAbsent::TargetMissing { .. }), "{hostile:?}");
    }
}

#[test]
fn without_any_usual_branch_the_search_starts_at_head() {
    let sandbox = Sandbox::new();
    sandbox.git(&["branch", "-m", "trunk"]);
    sandbox.release("v1.0");
    let found = find(&sandbox);
    assert!(found.release == "v1.0" && found.how.ends_with("(no target branch was found)"), "{}", found.how);
}

#[test]
fn unrelated_histories_have_no_merge_base() {
    let sandbox = Sandbox::new();
    sandbox.release("v1.0");
    sandbox.git(&["switch", "--quiet", "--orphan", "other"]);
    sandbox.commit("other");
    let why = absent(&sandbox);
    assert_eq!(why, BaselineAbsent::NoMergeBase { target: "main".into(), shallow: false });
}

#[test]
fn local_records_go_before_fetched_ones_and_both_are_looked_at() {
    let origin = Sandbox::new();
    origin.release("v1.0");
    let clone = origin.cloned(&[]);
    clone.git(&["branch", "--quiet", RECORDS_BRANCH, "origin/modelgate-records"]);
    origin.release("v1.1");
    clone.git(&["fetch", "--quiet", "--tags"]);
    clone.git(&["merge", "--quiet", "origin/main"]);
    let found = find(&clone);
    assert_eq!((found.release.as_str(), found.bytes.as_slice()), ("v1.1", b"v1.1".as_slice()));
    assert_eq!(clone.open().list_releases().unwrap(), ["v1.0", "v1.1"]);
    assert_eq!(found.path, format!("releases/v1.1/{BUNDLE}"));
}
