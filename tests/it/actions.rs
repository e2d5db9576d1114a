//! The GitHub Action's step, run as a job runs it.

use std::process::Command;

use modelgate_tests::{Gate, Outcome};

use crate::ready;

/// Runs the step with files for outputs and summary, as a runner gives them.
fn step(gate: &Gate) -> Outcome {
    let script = modelgate_tests::folder().join("../actions/gate/gate.sh");
    let mut command = Command::new("bash");
    command.arg(script).current_dir(gate.path()).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("SOURCE_DATE_EPOCH", "1780272000");
    command.env("PROGRAM", gate.command(&[]).get_program()).env("CONFIG", "modelgate.yml").env("OUTPUT_DIR", "out");
    command.env("GITHUB_OUTPUT", gate.path().join("outputs")).env("GITHUB_STEP_SUMMARY", gate.path().join("summary"));
    gate.finish(&mut command)
}

#[test]
fn the_step_ends_as_the_gate_does_and_shows_the_comment() {
    let gate = ready();
    let _ = step(&gate).exits(0);
    assert_eq!(gate.read("outputs"), "outcome=passed\nexit-code=0\n");
    assert_eq!(gate.read("summary"), gate.read("out/comment.md"));
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
    assert!(!broken.has("summary"));
}
