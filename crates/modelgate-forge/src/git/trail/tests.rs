//! Appending against real repositories: alone, with others, with writers that die and servers that refuse.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use modelgate_ledger::Envelope;
use modelgate_ledger::trail::{Examined, Material, examine};

use super::*;
use crate::git::testing::{Sandbox, writer};
use crate::git::{RECORDS_BRANCH, RecordChange, Refreshed};

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
    assert_eq!(view.history_faults().unwrap(), Vec::<String>::new());
    examine(&Material {
        entries: &entries,
        object: &|path| view.file(path).unwrap(),
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
    let clones: Vec<Sandbox> = (0..8).map(|_| remote.cloned(&[])).collect();
    std::thread::scope(|scope| {
        for (number, clone) in clones.iter().enumerate() {
            let path = clone.path();
            scope.spawn(move || {
                let repository = Repository::open(path).unwrap();
                for n in 0..count {
                    append(&repository, &format!("{number} {n}"));
                    repository.push_records("origin", 200, &writer()).unwrap();
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
fn a_server_that_refuses_is_told_at_once_and_nothing_is_lost() {
    use std::os::unix::fs::PermissionsExt as _;
    let remote = remote();
    let hook = remote.path().join("hooks/pre-receive");
    // Refuses every second push.
    let script = format!(
        "#!/bin/sh\nif mkdir {0}/refused 2>/dev/null; then echo no >&2; exit 1; fi\nrmdir {0}/refused\n",
        remote.path().display()
    );
    std::fs::write(&hook, script).unwrap();
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    let clones = [remote.cloned(&[]), remote.cloned(&[])];
    let mut refusals = 0;
    for n in 0..3 {
        for (number, clone) in clones.iter().enumerate() {
            append(&clone.open(), &format!("{number} {n}"));
            while let Err(error) = clone.open().push_records("origin", 5, &writer()) {
                assert!(matches!(error, ForgeError::GitFailed { .. }), "{error}");
                refusals += 1;
            }
        }
    }
    assert!(refusals > 0);
    holds_each_once(&remote, &(0..2).flat_map(|number| (0..3).map(move |n| format!("{number} {n}"))).collect());
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
    let faults = repository.records().unwrap().unwrap().history_faults().unwrap().join("\n");
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

/// What appending to a long trail and looking through it costs: `MODELGATE_LONG_TRAIL` entries, else few. `cargo xtask bench` reads what is
/// printed.
#[expect(clippy::print_stdout, reason = "a measurement for `cargo xtask bench`")]
#[test]
fn a_long_trail_costs_little_more_than_a_short_one() {
    let count: usize = std::env::var("MODELGATE_LONG_TRAIL").ok().and_then(|text| text.parse().ok()).unwrap_or(250);
    let sandbox = Sandbox::new();
    sandbox.commit("one");
    let repository = sandbox.open();
    // As long as a decision with a pack or two and what it follows from, and with as many digests, which do not compress.
    let digest = |n: usize, line: usize| modelgate_ledger::to_hex(&sha256(format!("{n} {line}").as_bytes()));
    let text = |n: usize, lines: usize| -> String {
        let named = |line: usize| format!("{{\"name\":\"model-card-{line}.md\",\"digest\":\"{}\"}},", digest(n, line));
        (0..lines).map(named).collect::<Vec<_>>().concat()
    };
    let add = |n: usize| {
        let NewEntry { kind, envelope, .. } = statement(&text(n, 45));
        let filler = |line: usize| format!("{{\"check\":\"true_positive_rate of age_band={line}\",\"state\":\"passed\"}},");
        let root = text(n + 1_000_000, 30) + &(0..200).map(filler).collect::<Vec<_>>().concat();
        let one = NewEntry { kind, envelope, evidence: vec![root.into_bytes()] };
        repository.append_to_trail(&[one], &writer(), 1_700_000_000).unwrap();
    };
    for n in 0..count {
        add(n);
    }
    sandbox.git(&["gc", "--quiet"]);
    let before = sandbox.git(&["rev-parse", RECORDS_BRANCH]);
    let appended = std::time::Instant::now();
    for n in count..count + 5 {
        add(n);
    }
    let append_ms = appended.elapsed().as_secs_f64() * 1000.0 / 5.0;
    // What a push of them sends, and what a fetch gets: bytes of a pack on top of what is there.
    let sent = format!("git pack-objects --revs --thin --stdout -q >sent.pack <<end\n{RECORDS_BRANCH}\n^{before}\nend\n");
    let packed = std::process::Command::new("sh").args(["-c", &sent]).current_dir(sandbox.path()).status();
    assert!(packed.unwrap().success());
    let kilobytes = std::fs::metadata(sandbox.path().join("sent.pack")).unwrap().len() as f64 / 1000.0;
    let looked = std::time::Instant::now();
    let found = examined(&sandbox);
    let verify_s = looked.elapsed().as_secs_f64();
    assert_eq!((found.faults, found.entries.len()), (Vec::new(), count + 5));
    println!("trail of {count} entries: append ms {append_ms:.2}");
    println!("trail of {count} entries: growth KB {:.2}", kilobytes / 5.0);
    println!("trail of {count} entries: verify s {verify_s:.3}");
}
