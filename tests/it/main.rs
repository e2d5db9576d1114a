//! End-to-end tests: the program as its users run it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod actions;
mod aequitas;
mod anchor;
mod attack;
mod audit;
mod bad_input;
mod beside;
mod canary;
mod cards;
mod contract;
mod data_checks;
mod data_sets;
mod demo;
mod disclosure;
mod drift;
mod estimators;
mod examples;
mod fails_well;
mod forged;
mod frozen;
mod git;
mod happy;
mod hostile;
mod invariance;
mod judge;
mod keyless;
mod killed;
mod ll144;
mod long_trail;
mod machine;
mod oracle;
mod packs;
mod paired;
mod pairs;
mod pairs_of_rows;
mod population;
mod private;
mod production;
mod publish;
mod reading;
mod real;
mod remote;
mod replay;
mod reviews;
mod row_look;
mod same_bytes;
mod task_sets;
mod tasks;
mod template;
mod timestamp;
mod trail;
mod transcript;
mod waive;

use modelgate_tests::Gate;

/// A folder with the program beside it.
fn gate() -> Gate {
    Gate::new(env!("CARGO_BIN_EXE_modelgate-tested"))
}

/// A folder with a valid configuration and its predictions.
fn ready() -> Gate {
    gate().with("modelgate.yml", modelgate_tests::CONFIG).with("predictions.csv", modelgate_tests::Rows::default().csv())
}

/// Makes the folder a repository whose first commit is tagged and stored as release v1.0.0.
fn released(gate: Gate) -> Gate {
    committed(&gate);
    gate.git(&["tag", "v1.0.0"]);
    let _ = gate.run(&["release", "v1.0.0", "--quiet"]).exits(0).prints("stored releases/v1.0.0");
    gate
}

/// Makes the folder a repository with a first commit.
fn committed(gate: &Gate) {
    gate.git(&["init", "-q"]);
    gate.git(&["add", "."]);
    gate.git(&["commit", "-qm", "first"]);
}
