//! Pushing records against real remotes, with others pushing as well.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::git::RECORDS_BRANCH;
use crate::git::testing::{BUNDLE, Sandbox, writer};

/// A bare remote with one commit on main, and no records.
fn remote() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.commit("one");
    sandbox.bare_clone()
}

fn releases(remote: &Sandbox) -> String {
    remote.git(&["ls-tree", "-r", "--name-only", RECORDS_BRANCH])
}

#[test]
fn a_first_push_makes_the_branch_and_a_second_finds_it_there() {
    let remote = remote();
    let clone = remote.cloned(&[]);
    let stored = clone.store("v1.0");
    let outcome = clone.open().push_records("origin", 3, &writer()).unwrap();
    assert_eq!(outcome, PushOutcome { commit: stored.commit.clone(), change: RecordChange::Written, attempts: 1 });
    assert_eq!(remote.git(&["rev-parse", RECORDS_BRANCH]), stored.commit);
    assert_eq!(clone.open().push_records("origin", 3, &writer()).unwrap().change, RecordChange::Unchanged);
}

#[test]
fn competing_pushes_end_with_both_releases_in_one_line() {
    let remote = remote();
    let (one, other) = (remote.cloned(&[]), remote.cloned(&["--depth", "1"]));
    one.store("v1.0");
    one.store("v1.1");
    other.store("v2.0");
    other.store("v2.1");
    one.open().push_records("origin", 3, &writer()).unwrap();
    let outcome = other.open().push_records("origin", 3, &writer()).unwrap();
    assert_eq!((outcome.attempts, outcome.change), (2, RecordChange::Written));
    assert_eq!(remote.git(&["rev-parse", RECORDS_BRANCH]), outcome.commit);
    let expected: Vec<_> = ["v1.0", "v1.1", "v2.0", "v2.1"].iter().map(|tag| format!("releases/{tag}/{BUNDLE}")).collect();
    assert_eq!(releases(&remote), expected.join("\n"));
    let subjects = remote.git(&["log", "--format=%s", RECORDS_BRANCH]);
    assert_eq!(subjects, "Release v2.1\nRelease v2.0\nRelease v1.1\nRelease v1.0");
    assert_eq!(other.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_push_to_an_address_instead_of_a_name_is_put_on_top_as_well() {
    let remote = remote();
    let (one, other) = (remote.cloned(&[]), remote.cloned(&[]));
    one.store("v1.0");
    other.store("v2.0");
    one.open().push_records("origin", 1, &writer()).unwrap();
    let address = format!("file://{}", remote.path().display());
    assert_eq!(other.open().push_records(&address, 2, &writer()).unwrap().attempts, 2);
    assert_eq!(releases(&remote).lines().count(), 2);
}

#[test]
fn writers_at_the_same_time_lose_nothing_on_the_remote() {
    let remote = remote();
    let clones: Vec<Sandbox> = (0..4).map(|_| remote.cloned(&[])).collect();
    std::thread::scope(|scope| {
        for (number, clone) in clones.iter().enumerate() {
            let path = clone.path();
            scope.spawn(move || {
                let repository = Repository::open(path).unwrap();
                for minor in 0..3 {
                    let file = [(BUNDLE.to_owned(), b"x".to_vec())];
                    repository.store_release(&format!("v{number}.{minor}.0"), &file, "m", 1).unwrap();
                    repository.push_records("origin", 50, &writer()).unwrap();
                }
            });
        }
    });
    assert_eq!(releases(&remote).lines().count(), 12);
    assert_eq!(remote.git(&["rev-list", "--count", RECORDS_BRANCH]), "12");
}

#[test]
fn the_same_release_with_other_bytes_is_a_conflict_and_nothing_is_overwritten() {
    let remote = remote();
    let (one, other) = (remote.cloned(&[]), remote.cloned(&[]));
    one.store("v1.0");
    other.open().store_release("v1.0", &[(BUNDLE.to_owned(), b"other".to_vec())], "m", 1).unwrap();
    one.open().push_records("origin", 3, &writer()).unwrap();
    let before = remote.git(&["rev-parse", RECORDS_BRANCH]);
    let error = other.open().push_records("origin", 3, &writer()).unwrap_err();
    assert_eq!(error, ForgeError::RecordsConflict { path: "releases/v1.0".into() });
    assert_eq!(remote.git(&["rev-parse", RECORDS_BRANCH]), before);
}

#[test]
fn a_release_is_never_mixed_from_two() {
    let remote = remote();
    let (one, other) = (remote.cloned(&[]), remote.cloned(&[]));
    one.store("v1.0");
    other.open().store_release("v1.0", &[("card.md".to_owned(), b"x".to_vec())], "m", 1).unwrap();
    one.open().push_records("origin", 3, &writer()).unwrap();
    let error = other.open().push_records("origin", 3, &writer()).unwrap_err();
    assert_eq!(error, ForgeError::RecordsConflict { path: "releases/v1.0".into() });
}

#[test]
fn the_same_release_stored_twice_is_no_conflict() {
    let remote = remote();
    let (one, other) = (remote.cloned(&[]), remote.cloned(&[]));
    one.store("v1.0");
    other.commit("later");
    other.store("v1.0");
    one.open().push_records("origin", 3, &writer()).unwrap();
    assert_eq!(other.open().push_records("origin", 3, &writer()).unwrap().change, RecordChange::Unchanged);
    assert_eq!(remote.git(&["rev-list", "--count", RECORDS_BRANCH]), "1");
}

#[test]
fn what_the_remote_took_back_is_not_brought_back() {
    let remote = remote();
    let (one, other) = (remote.cloned(&[]), remote.cloned(&[]));
    one.store("v1.0");
    one.store("v1.1");
    one.open().push_records("origin", 1, &writer()).unwrap();
    other.git(&["fetch", "--quiet"]);
    other.store("v2.0");
    one.git(&["switch", "--quiet", RECORDS_BRANCH]);
    one.git(&["rm", "--quiet", "-r", "releases/v1.0"]);
    one.git(&["commit", "--quiet", "-m", "Withdraw v1.0"]);
    one.git(&["push", "--quiet", "origin", RECORDS_BRANCH]);
    other.open().push_records("origin", 3, &writer()).unwrap();
    assert_eq!(releases(&remote), "releases/v1.1/bundle.json\nreleases/v2.0/bundle.json");
}

#[test]
fn attempts_are_bounded() {
    let remote = remote();
    let (one, other) = (remote.cloned(&[]), remote.cloned(&[]));
    one.store("v1.0");
    other.store("v2.0");
    one.open().push_records("origin", 1, &writer()).unwrap();
    for attempts in [0, 1] {
        let error = other.open().push_records("origin", attempts, &writer()).unwrap_err();
        assert!(matches!(error, ForgeError::PushContended { attempts: 1, .. }), "{error}");
    }
}

#[test]
fn other_trouble_is_loud_and_not_tried_again() {
    let remote = remote();
    let clone = remote.cloned(&[]);
    clone.store("v1.0");
    let hook = remote.path().join("hooks/pre-receive");
    std::fs::write(&hook, "#!/bin/sh\necho 'records are closed' >&2\nexit 1\n").unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let error = clone.open().push_records("origin", 5, &writer()).unwrap_err();
    assert!(matches!(&error, ForgeError::GitFailed { stderr, .. } if stderr.contains("records are closed")), "{error}");
}

#[test]
fn an_unreachable_remote_is_told_without_its_password() {
    let clone = remote().cloned(&[]);
    clone.store("v1.0");
    let address = "https://ci:s3cret@127.0.0.1:9/x.git";
    clone.git(&["remote", "add", "secret", address]);
    for name in ["secret", address] {
        let text = clone.open().push_records(name, 2, &writer()).unwrap_err().to_string();
        assert!(text.contains("failed") && !text.contains("s3cret"), "{text}");
    }
}

#[test]
fn there_has_to_be_something_to_push() {
    let clone = remote().cloned(&[]);
    assert_eq!(clone.open().push_records("origin", 1, &writer()).unwrap_err(), ForgeError::NothingToPush);
    let error = clone.open().push_records("--upload-pack=touch x", 1, &writer()).unwrap_err();
    assert!(matches!(error, ForgeError::BadName { what: "a remote", .. }));
}

#[test]
fn only_a_lost_race_is_tried_again() {
    let line = |flag: &str, summary: &str| format!("To x\n{flag}\tabc:refs/heads/modelgate-records\t{summary}\nDone\n");
    for summary in [
        "[rejected] (fetch first)",
        "[rejected] (non-fast-forward)",
        "[remote rejected] (cannot lock ref 'refs/heads/modelgate-records': is at a but expected b)",
        "[remote rejected] (incorrect old value provided)",
    ] {
        assert_eq!(classify(&line("!", summary)), Answer::Behind, "{summary}");
    }
    for summary in ["[remote rejected] (pre-receive hook declined)", "[remote rejected] (protected branch)", "[remote failure]"] {
        assert_eq!(classify(&line("!", summary)), Answer::Other, "{summary}");
    }
    assert_eq!(classify(&line("=", "[up to date]")), Answer::UpToDate);
    assert_eq!(classify("fatal: (fetch first)\n"), Answer::Other);
}
