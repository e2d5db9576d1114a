//! Writers that are killed at any moment, and started again.
#![cfg(unix)]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use modelgate_ledger::Envelope;
use modelgate_tests::Gate;

use crate::forged::saying;
use crate::trail::with_trail;

/// How many are killed: `MODELGATE_KILLS`, else few, because each is a program that runs.
fn kills() -> u32 {
    std::env::var("MODELGATE_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(24)
}

/// The command that appends the decision of run `n` and pushes it.
fn append(gate: &Gate, n: u32) -> Command {
    let path = format!("runs/{n}.dsse");
    if !gate.has(&path) {
        let decision = Envelope::parse(gate.read("modelgate-out/decision.dsse").as_bytes()).unwrap();
        let other = saying(&decision, |statement| statement["predicate"]["run"]["run_id"] = n.to_string().into());
        gate.write(&path, other.to_line());
    }
    gate.command(&["audit", "append", "--keep", "nothing", "--decision", &path, "--repository", "clone", "--push"])
}

/// Starts a writer and kills it after a time; whether it was not done by then.
fn killed_after(gate: &Gate, n: u32, time: Duration) -> bool {
    let mut child = append(gate, n).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(time);
    let is_done = child.try_wait().unwrap().is_some_and(|status| status.success());
    let _ = child.kill();
    let _ = child.wait();
    !is_done
}

#[test]
fn a_writer_that_is_killed_at_any_moment_loses_nothing_and_leaves_nothing_twice() {
    let gate = with_trail();
    gate.git(&["clone", "-q", "--bare", ".", "hub.git"]);
    gate.git(&["clone", "-q", "hub.git", "clone"]);
    let began = Instant::now();
    let _ = gate.finish(&mut append(&gate, 0)).exits(0);
    let whole = began.elapsed();
    let (count, mut killed) = (kills(), 0);
    for n in 1..=count {
        killed += u32::from(killed_after(&gate, n, whole * n / count));
        // A lock whose writer is dead is told, with what to do about it.
        let lock = "clone/.git/refs/heads/modelgate-records.lock";
        if gate.has(lock) {
            let _ = gate.finish(&mut append(&gate, n)).exits(2).says(".lock");
            std::fs::remove_file(gate.path().join(lock)).unwrap();
        }
        let _ = gate.finish(&mut append(&gate, n)).exits(0);
    }
    assert!(killed > count / 2, "only {killed} of {count} were killed before they were done");
    let entries = 5 + 1 + count;
    let _ = gate.run(&["audit", "verify", "--repository", "hub.git"]).exits(0).prints(&format!("ok: {entries} entries"));
    assert_eq!(gate.git(&["--git-dir", "hub.git", "rev-list", "--merges", "--count", "modelgate-records"]).trim(), "0");
}

#[test]
fn a_server_that_answers_with_anything_else_is_told_with_exit_code_2() {
    use std::os::unix::fs::PermissionsExt as _;
    let gate = with_trail();
    gate.git(&["clone", "-q", "--bare", ".", "hub.git"]);
    gate.git(&["clone", "-q", "hub.git", "clone"]);
    gate.write("hub.git/hooks/pre-receive", "#!/bin/sh\necho 'the disk is full' >&2\nexit 1\n");
    let hook = gate.path().join("hub.git/hooks/pre-receive");
    std::fs::set_permissions(hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    let push = ["audit", "record", "monitor", "--reason", "x", "--repository", "clone", "--push"];
    let _ = gate.run(&push).exits(2).says("the disk is full");
    std::fs::remove_file(gate.path().join("hub.git/hooks/pre-receive")).unwrap();
    let _ = gate.run(&push).exits(0).prints("pushed modelgate-records");
    // What the server refused was kept, and said again: in the same second it is the same entry, later another one.
    let verified = gate.run(&["audit", "verify", "--repository", "hub.git"]).exits(0).stdout;
    assert!(["ok: 6 entries", "ok: 7 entries"].iter().any(|ok| verified.contains(ok)), "{verified}");
}
