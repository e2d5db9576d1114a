//! Appending against real repositories: alone, with others, with writers that die and servers that refuse.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::num::NonZero;

use modelgate_ledger::Envelope;
use modelgate_ledger::trail::{Examined, Material, examine};

use super::*;
use crate::git::testing::{Sandbox, writer};
use crate::git::{RECORDS_BRANCH, RecordChange, Refreshed};

const THREADS: NonZero<usize> = NonZero::<usize>::MIN.saturating_add(1);

fn statement(text: &str) -> NewEntry {
    let payload = text.as_bytes().to_vec();
    let envelope = Envelope { payload_type: "t".to_owned(), payload, signatures: Vec::new() }.to_line().into_bytes();
    NewEntry { kind: Kind::Decision, envelope, evidence: Vec::new() }
}

fn append(repository: &Repository, text: &str) -> AppendOutcome {
    repository.append_to_trail(&[statement(text)], &writer(), 1_700_000_000).unwrap()
}

/// A bare remote with one commit on main.
fn remote() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.commit("one");
    sandbox.bare_clone()
}

fn examined(sandbox: &Sandbox) -> Examined {
    let repository = sandbox.open();
    let view = repository.records().unwrap().unwrap();
    let (entries, checkpoint, frontier) = (view.entries().unwrap(), view.checkpoint().unwrap(), view.frontier().unwrap());
    let files = view.files().unwrap();
    assert_eq!(files.history_faults(THREADS).unwrap(), Vec::<String>::new());
    examine(&Material {
        entries: &entries,
        object: &|path| files.read(path).unwrap(),
        threads: THREADS,
        checkpoint: checkpoint.as_deref(),
        frontier: frontier.as_deref(),
    })
}

/// Every statement once, in one line, and nothing wrong.
fn holds_each_once(sandbox: &Sandbox, expected: &BTreeSet<String>) {
    let found = examined(sandbox);
    assert_eq!(found.faults, []);
    let said: Vec<String> =
        found.envelopes.iter().map(|one| String::from_utf8(one.as_ref().unwrap().payload.clone()).unwrap()).collect();
    assert_eq!(said.len(), expected.len());
    assert_eq!(said.into_iter().collect::<BTreeSet<_>>(), *expected);
    let merges = sandbox.git(&["rev-list", "--merges", "--count", RECORDS_BRANCH]);
    assert_eq!(merges, "0");
}

#[test]
fn entries_are_added_beside_releases_and_nothing_is_touched() {
    let sandbox = Sandbox::new();
    sandbox.release("v1.0");
    let first = append(&sandbox.open(), "one");
    let second = append(&sandbox.open(), "two");
    assert_eq!((first.entries[0].seq, second.entries[0].seq, second.checkpoint.size), (0, 1, 2));
    let listed = sandbox.git(&["ls-tree", "-r", "--name-only", RECORDS_BRANCH]);
    assert_eq!(listed.lines().filter(|path| path.starts_with("log/00000/0/0/")).count(), 2);
    assert_eq!(listed.lines().filter(|path| path.starts_with("objects/")).count(), 2);
    assert!(listed.contains("releases/v1.0/bundle.json") && listed.contains("checkpoint\nfrontier\n"));
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    holds_each_once(&sandbox, &["one", "two"].map(str::to_owned).into());
    sandbox.git(&["fsck", "--strict"]);
}

#[test]
fn the_same_statement_is_appended_once() {
    let sandbox = Sandbox::new();
    sandbox.commit("one");
    let first = append(&sandbox.open(), "one");
    let commit = sandbox.git(&["rev-parse", RECORDS_BRANCH]);
    let again = append(&sandbox.open(), "one");
    assert_eq!((again.entries.len(), again.checkpoint), (0, first.checkpoint));
    let both = sandbox.open().append_to_trail(&[statement("one"), statement("one")], &writer(), 1).unwrap();
    assert_eq!(both.entries.len(), 0);
    assert_eq!(sandbox.git(&["rev-parse", RECORDS_BRANCH]), commit);
}

#[test]
fn an_entry_that_lost_a_race_is_made_anew_and_its_statement_stays() {
    let remote = remote();
    let (one, other) = (remote.cloned(&[]), remote.cloned(&[]));
    append(&one.open(), "same");
    append(&one.open(), "first");
    append(&other.open(), "same");
    append(&other.open(), "second");
    other.store("v1.0");
    one.open().push_records("origin", 1, &writer()).unwrap();
    let outcome = other.open().push_records("origin", 3, &writer()).unwrap();
    assert_eq!((outcome.attempts, outcome.change), (2, RecordChange::Written));
    holds_each_once(&remote, &["same", "first", "second"].map(str::to_owned).into());
    assert!(remote.git(&["ls-tree", "-r", "--name-only", RECORDS_BRANCH]).contains("releases/v1.0/"));
    // The loser's clone continues from what it pushed.
    append(&other.open(), "third");
    other.open().push_records("origin", 1, &writer()).unwrap();
    holds_each_once(&remote, &["same", "first", "second", "third"].map(str::to_owned).into());
}

/// How many entries each of eight writers appends: `MODELGATE_APPENDS`, else few, because each push starts several processes.
fn appends() -> usize {
    std::env::var("MODELGATE_APPENDS").ok().and_then(|text| text.parse().ok()).unwrap_or(3)
}

#[test]
fn eight_writers_at_the_same_time_lose_nothing() {
    let remote = remote();
    let count = appends();
    // Who is refused was overtaken by another one's entry, and there are no more of these.
    let attempts = u32::try_from(8 * count).unwrap();
    let clones: Vec<Sandbox> = (0..8).map(|_| remote.cloned(&[])).collect();
    std::thread::scope(|scope| {
        for (number, clone) in clones.iter().enumerate() {
            let path = clone.path();
            scope.spawn(move || {
                let repository = Repository::open(path).unwrap();
                for n in 0..count {
                    append(&repository, &format!("{number} {n}"));
                    repository.push_records("origin", attempts, &writer()).unwrap();
                }
            });
        }
    });
    let expected = (0..8).flat_map(|number| (0..count).map(move |n| format!("{number} {n}"))).collect();
    holds_each_once(&remote, &expected);
    assert_eq!(remote.git(&["rev-list", "--count", RECORDS_BRANCH]), (8 * count).to_string());
}

#[test]
fn writers_in_one_clone_lose_nothing() {
    let sandbox = Sandbox::new();
    sandbox.commit("one");
    std::thread::scope(|scope| {
        for number in 0..4 {
            let path = sandbox.path();
            scope.spawn(move || append(&Repository::open(path).unwrap(), &number.to_string()));
        }
    });
    holds_each_once(&sandbox, &(0..4).map(|number: i32| number.to_string()).collect());
}

#[cfg(unix)]
#[test]
fn a_server_that_refuses_at_random_is_told_at_once_and_nothing_is_lost() {
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let remote = remote();
    let hook = remote.path().join("hooks/pre-receive");
    // Refuses the first push, and every third or so of the others.
    let script = format!(
        "#!/bin/sh\nif mkdir {}/first 2>/dev/null || [ $(($(od -An -N1 -tu1 /dev/urandom) % 3)) = 0 ]; then echo no >&2; exit 1; fi\n",
        remote.path().display()
    );
    std::fs::write(&hook, script).unwrap();
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    let (count, refusals) = (appends(), AtomicUsize::new(0));
    let clones: Vec<Sandbox> = (0..8).map(|_| remote.cloned(&[])).collect();
    std::thread::scope(|scope| {
        for (number, clone) in clones.iter().enumerate() {
            let (path, refusals) = (clone.path(), &refusals);
            scope.spawn(move || {
                let repository = Repository::open(path).unwrap();
                for n in 0..count {
                    append(&repository, &format!("{number} {n}"));
                    while let Err(error) = repository.push_records("origin", 200, &writer()) {
                        assert!(matches!(error, ForgeError::GitFailed { .. }), "{error}");
                        refusals.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert!(refusals.into_inner() > 0);
    holds_each_once(&remote, &(0..8).flat_map(|number| (0..count).map(move |n| format!("{number} {n}"))).collect());
}

/// What is left by a writer that died: after it wrote objects, after it moved its branch, after it pushed, and after the branch moved
/// under it.
#[test]
fn a_writer_that_died_is_continued_and_nothing_comes_twice() {
    let remote = remote();
    let clone = remote.cloned(&[]);
    // Died before its branch moved: objects without a branch.
    append(&clone.open(), "one");
    clone.git(&["update-ref", "-d", &format!("refs/heads/{RECORDS_BRANCH}")]);
    append(&clone.open(), "one");
    // Died before it pushed: run again, and pushed then.
    append(&clone.open(), "one");
    clone.open().push_records("origin", 1, &writer()).unwrap();
    // Died after it pushed: run again in a new clone that has fetched, and in one that has not.
    let fetched = remote.cloned(&[]);
    assert_eq!(append(&fetched.open(), "one").entries.len(), 0);
    let blind = remote.cloned(&["--single-branch", "--branch", "main"]);
    assert_eq!(append(&blind.open(), "one").entries.len(), 1);
    blind.open().push_records("origin", 3, &writer()).unwrap();
    holds_each_once(&remote, &["one".to_owned()].into());
}

#[test]
fn a_broken_trail_is_not_continued() {
    let sandbox = Sandbox::new();
    sandbox.commit("one");
    append(&sandbox.open(), "one");
    let tip = sandbox.git(&["rev-parse", RECORDS_BRANCH]);
    sandbox.git(&["switch", "--quiet", RECORDS_BRANCH]);
    std::fs::write(sandbox.path().join("frontier"), "").unwrap();
    sandbox.git(&["commit", "--quiet", "-am", "x"]);
    sandbox.git(&["switch", "--quiet", "main"]);
    let error = sandbox.open().append_to_trail(&[statement("two")], &writer(), 1).unwrap_err();
    assert!(matches!(error, ForgeError::TrailBroken { .. }), "{error}");
    sandbox.git(&["update-ref", &format!("refs/heads/{RECORDS_BRANCH}"), &tip]);
    append(&sandbox.open(), "two");
}

#[test]
fn changes_removals_and_merges_in_the_history_are_named() {
    let sandbox = Sandbox::new();
    sandbox.commit("one");
    append(&sandbox.open(), "one");
    sandbox.git(&["switch", "--quiet", RECORDS_BRANCH]);
    let entry = sandbox.git(&["ls-files", "log"]);
    sandbox.git(&["switch", "--quiet", "-c", "side"]);
    sandbox.commit("added");
    sandbox.git(&["switch", "--quiet", RECORDS_BRANCH]);
    sandbox.git(&["rm", "--quiet", &entry]);
    sandbox.git(&["commit", "--quiet", "-m", "x"]);
    sandbox.git(&["merge", "--quiet", "-m", "y", "side"]);
    std::fs::write(sandbox.path().join("added"), "other").unwrap();
    sandbox.git(&["commit", "--quiet", "-am", "z"]);
    sandbox.git(&["switch", "--quiet", "main"]);
    let repository = sandbox.open();
    let faults = repository.records().unwrap().unwrap().files().unwrap().history_faults(THREADS).unwrap().join("\n");
    // It was alone in its folder.
    for part in ["removes log", "changes added", "is a merge"] {
        assert!(faults.contains(part), "{part} is not in\n{faults}");
    }
}

#[test]
fn a_remote_with_another_history_is_told_and_never_taken_over() {
    let remote = remote();
    let clone = remote.cloned(&[]);
    assert_eq!(clone.open().refresh_records().unwrap(), Refreshed::NoBranch);
    append(&clone.open(), "one");
    clone.open().push_records("origin", 1, &writer()).unwrap();
    assert_eq!(clone.open().refresh_records().unwrap(), Refreshed::Continues);
    let forger = Sandbox::new();
    forger.commit("x");
    append(&forger.open(), "forged");
    forger.git(&["push", "--quiet", "--force", &remote.path().display().to_string(), RECORDS_BRANCH]);
    for _ in 0..2 {
        assert!(matches!(clone.open().refresh_records().unwrap(), Refreshed::Rewritten { .. }));
    }
    remote.git(&["update-ref", "-d", &format!("refs/heads/{RECORDS_BRANCH}")]);
    assert_eq!(clone.open().refresh_records().unwrap(), Refreshed::Gone);
    assert_eq!(forger.open().refresh_records().unwrap(), Refreshed::NoRemote);
}
