//! Storing releases: what is written, and what is left alone.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::git::testing::{BUNDLE, Sandbox};

fn files(bytes: &str) -> Vec<(String, Vec<u8>)> {
    vec![(BUNDLE.to_owned(), bytes.as_bytes().to_vec()), ("model-card.md".to_owned(), b"# card\n".to_vec())]
}

#[test]
fn work_tree_index_and_head_stay_as_they_are() {
    let sandbox = Sandbox::new();
    sandbox.commit("kept");
    sandbox.commit("staged");
    std::fs::write(sandbox.path().join("staged"), "staged change").unwrap();
    sandbox.git(&["add", "staged"]);
    std::fs::write(sandbox.path().join("staged"), "and a further one").unwrap();
    std::fs::write(sandbox.path().join("untracked"), "x").unwrap();
    let look = || {
        let index = std::fs::read(sandbox.path().join(".git/index")).unwrap();
        let shown = [&["status", "--porcelain=v2", "--branch"][..], &["symbolic-ref", "HEAD"], &["stash", "list"], &["diff"]]
            .map(|command| sandbox.git(command));
        (index, shown)
    };
    let before = look();
    assert!(before.1.concat().contains("untracked"));
    sandbox.open().store_release("v1.0", &files("one"), "Release v1.0", 1_700_000_000).unwrap();
    assert_eq!(look(), before);
}

#[test]
fn the_first_release_is_an_orphan_commit_with_exactly_its_files() {
    let sandbox = Sandbox::new();
    sandbox.commit("one");
    let stored = sandbox.open().store_release("v1.0", &files("one"), "Release v1.0", 1_700_000_000).unwrap();
    assert_eq!((stored.path.as_str(), stored.change), ("releases/v1.0", RecordChange::Written));
    assert_eq!(sandbox.git(&["rev-parse", RECORDS_BRANCH]), stored.commit);
    assert_eq!(sandbox.git(&["rev-list", "--count", RECORDS_BRANCH]), "1");
    let listed = sandbox.git(&["ls-tree", "-r", "--format=%(objectmode) %(path)", RECORDS_BRANCH]);
    assert_eq!(listed, "100644 releases/v1.0/bundle.json\n100644 releases/v1.0/model-card.md");
    assert_eq!(sandbox.git(&["show", "modelgate-records:releases/v1.0/bundle.json"]), "one");
    let about = sandbox.git(&["log", "-1", "--format=%an <%ae> %at %ct %s", RECORDS_BRANCH]);
    assert_eq!(about, "Ada Tester <ada@example.com> 1700000000 1700000000 Release v1.0");
    sandbox.git(&["fsck", "--strict"]);
}

#[test]
fn a_second_release_keeps_the_history_and_the_files() {
    let sandbox = Sandbox::new();
    let first = sandbox.store("v1.0");
    let second = sandbox.store("v1.1");
    assert_eq!(sandbox.git(&["rev-parse", &format!("{}^", second.commit)]), first.commit);
    let listed = sandbox.git(&["ls-tree", "-r", "--name-only", RECORDS_BRANCH]);
    assert_eq!(listed, "releases/v1.0/bundle.json\nreleases/v1.1/bundle.json");
    assert_eq!(sandbox.open().list_releases().unwrap(), ["v1.0", "v1.1"]);
}

#[test]
fn other_files_on_the_records_branch_are_kept() {
    let sandbox = Sandbox::new();
    sandbox.git(&["switch", "--quiet", "--orphan", RECORDS_BRANCH]);
    sandbox.commit("checkpoint");
    sandbox.git(&["switch", "--quiet", "-c", "main"]);
    sandbox.store("v1.0");
    assert_eq!(sandbox.git(&["ls-tree", "-r", "--name-only", RECORDS_BRANCH]), "checkpoint\nreleases/v1.0/bundle.json");
}

#[test]
fn the_same_release_again_changes_nothing_and_another_one_is_refused() {
    let sandbox = Sandbox::new();
    let repository = sandbox.open();
    let first = repository.store_release("v1.0", &files("one"), "a", 1).unwrap();
    let again = repository.store_release("v1.0", &files("one"), "b", 2).unwrap();
    assert_eq!(again, StoredRelease { change: RecordChange::Unchanged, ..first.clone() });
    let error = repository.store_release("v1.0", &files("two"), "c", 3).unwrap_err();
    assert_eq!(error, ForgeError::ReleaseDiffers { release: "v1.0".into(), differing: vec!["\"bundle.json\"".into()] });
    let fewer = repository.store_release("v1.0", &files("one")[..1], "d", 4).unwrap_err();
    assert_eq!(fewer, ForgeError::ReleaseDiffers { release: "v1.0".into(), differing: vec!["\"model-card.md\"".into()] });
    assert_eq!(sandbox.git(&["rev-parse", RECORDS_BRANCH]), first.commit);
}

#[test]
fn equal_inputs_make_equal_commits() {
    let commits = [Sandbox::new(), Sandbox::new()].map(|sandbox| sandbox.store("v1.0").commit);
    assert_eq!(commits.first(), commits.last());
}

#[test]
fn hostile_names_write_nothing() {
    let sandbox = Sandbox::new();
    let repository = sandbox.open();
    for tag in ["../v1", "-v1", "a/b", "a\\b", ".git", "v1\n", ""] {
        let error = repository.store_release(tag, &files("x"), "m", 1).unwrap_err();
        assert!(matches!(error, ForgeError::BadName { what: "a release tag", .. }), "{tag:?}");
    }
    for name in ["../x", ".git", "a/b", ""] {
        let error = repository.store_release("v1", &[(name.to_owned(), vec![])], "m", 1).unwrap_err();
        assert!(matches!(error, ForgeError::BadName { what: "a file name", .. }), "{name:?}");
    }
    let twice = [files("x"), files("y")].concat();
    assert!(matches!(repository.store_release("v1", &twice, "m", 1).unwrap_err(), ForgeError::BadName { .. }));
    let none = repository.store_release("v1", &[], "m", 1).unwrap_err();
    assert_eq!(none, ForgeError::NothingToStore { release: "v1".into() });
    assert!(repository.record_tips().unwrap().is_empty());
}

#[test]
fn the_records_branch_is_not_written_while_it_is_checked_out() {
    let sandbox = Sandbox::new();
    sandbox.commit("one");
    sandbox.store("v1.0");
    sandbox.git(&["switch", "--quiet", RECORDS_BRANCH]);
    let error = sandbox.open().store_release("v1.1", &files("x"), "m", 1).unwrap_err();
    assert_eq!(error, ForgeError::RecordsCheckedOut);
}

#[test]
fn a_bare_repository_can_hold_releases() {
    let sandbox = Sandbox::new();
    sandbox.commit("one");
    let bare = sandbox.bare_clone();
    bare.store("v1.0");
    assert_eq!(bare.open().list_releases().unwrap(), ["v1.0"]);
}

#[test]
fn a_fresh_clone_continues_the_fetched_records() {
    let origin = Sandbox::new();
    origin.release("v1.0");
    let clone = origin.cloned(&[]);
    assert_eq!(clone.open().list_releases().unwrap(), ["v1.0"]);
    clone.store("v1.1");
    assert_eq!(clone.git(&["rev-parse", "modelgate-records^"]), origin.git(&["rev-parse", RECORDS_BRANCH]));

    // Behind the fetched branch: brought forward first.
    let later = origin.store("v1.2");
    let clone = origin.cloned(&[]);
    clone.git(&["branch", "--quiet", RECORDS_BRANCH, "origin/modelgate-records~1"]);
    clone.store("v1.3");
    assert_eq!(clone.git(&["rev-parse", "modelgate-records^"]), later.commit);
}

#[test]
fn a_release_that_differs_from_the_fetched_one_is_refused() {
    let origin = Sandbox::new();
    origin.release("v1.0");
    let clone = origin.cloned(&[]);
    let error = clone.open().store_release("v1.0", &files("other"), "m", 1).unwrap_err();
    assert!(matches!(error, ForgeError::ReleaseDiffers { .. }));
    let again = clone.store("v1.0");
    assert_eq!(again.change, RecordChange::Unchanged);
    assert_eq!(clone.git(&["rev-parse", RECORDS_BRANCH]), again.commit, "there is something to push");
}

#[test]
fn writers_at_the_same_time_lose_nothing() {
    let sandbox = Sandbox::new();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let path = sandbox.path();
            scope.spawn(move || {
                let repository = Repository::open(path).unwrap();
                for minor in 0..5 {
                    repository.store_release(&format!("v{writer}.{minor}.0"), &files("x"), "m", 1).unwrap();
                }
            });
        }
    });
    assert_eq!(sandbox.open().list_releases().unwrap().len(), 20);
    assert_eq!(sandbox.git(&["rev-list", "--count", RECORDS_BRANCH]), "20");
    assert_eq!(sandbox.git(&["rev-list", "--merges", "--count", RECORDS_BRANCH]), "0");
}

#[test]
fn a_move_from_an_outdated_commit_is_not_made() {
    let sandbox = Sandbox::new();
    let (first, second) = (sandbox.store("v1.0"), sandbox.store("v1.1"));
    let repository = sandbox.open();
    let outdated: Oid = first.commit.parse().unwrap();
    for seen in [Some(outdated), None] {
        assert!(!repository.move_branch(LOCAL_RECORDS, seen, outdated, "test").unwrap());
    }
    assert_eq!(sandbox.git(&["rev-parse", RECORDS_BRANCH]), second.commit);
}

#[test]
fn a_lock_that_stays_is_told_and_not_waited_for_without_end() {
    let sandbox = Sandbox::new();
    let first = sandbox.store("v1.0");
    std::fs::write(sandbox.path().join(".git/refs/heads/modelgate-records.lock"), "").unwrap();
    let error = sandbox.open().store_release("v1.1", &files("x"), "m", 1).unwrap_err();
    assert_eq!(error, ForgeError::Contended { tries: TRIES });
    assert_eq!(sandbox.git(&["rev-parse", RECORDS_BRANCH]), first.commit);
}

#[test]
fn files_that_cannot_be_written_are_trouble_with_the_system_and_no_damage() {
    let sandbox = Sandbox::new();
    for first in 0..=u8::MAX {
        std::fs::write(sandbox.path().join(format!(".git/objects/{first:02x}")), "in the way").unwrap();
    }
    let error = sandbox.open().store_release("v1.0", &files("x"), "m", 1).unwrap_err();
    assert!(matches!(error, ForgeError::System { .. }), "{error}");
    assert!(sandbox.open().record_tips().unwrap().is_empty());
}

#[test]
fn an_author_is_made_up_where_git_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let shown = |text: &str| {
        let file = folder.path().join("config");
        std::fs::write(&file, text).unwrap();
        signature_from(&git2::Config::open(&file).unwrap(), 5).unwrap().to_string()
    };
    assert_eq!(shown("[user]\nname = Ada\nemail = ada@example.com\n"), "Ada <ada@example.com>");
    for text in ["", "[user]\nname = Ada\n", "[user]\nname = \"\"\nemail = a@b\n", "[user]\nname = \"<>\"\nemail = a@b\n"] {
        assert_eq!(shown(text), "modelgate <modelgate@localhost>", "{text:?}");
    }
}
