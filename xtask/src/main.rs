//! The project's own chores, run as `cargo xtask <command>`: what checks the house lives outside the house.
#![expect(clippy::print_stdout, reason = "a chore tells the developer what it does")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod bench;
mod codegen;
mod conformance;
mod dist;
mod failure;
mod fuzz;
mod mutants;
mod oracle;
mod programs;
mod proof;
mod test;
mod tidy;

use failure::Failure;

/// The variable that names the folder of the real data sets; the tests read it too.
const REAL_DATA: &str = "MODELGATE_REAL_DATA";

/// The chores of this repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

/// One chore.
#[derive(Subcommand)]
enum Chore {
    /// Check the structure of the house: edges between crates, rooms of dependencies and calls, words, stubs.
    Tidy,
    /// Run everything that a change must pass: format, clippy, tidy, cargo-deny, tests, generated files.
    Test {
        /// Leave out cargo-deny, where it cannot be installed.
        #[arg(long)]
        skip_deny: bool,
    },
    /// Write the generated files under docs/ from the modelgate binary.
    Codegen {
        /// Write nothing; fail where a file on disk differs.
        #[arg(long)]
        check: bool,
    },
    /// Make the golden files in tests/oracle/ with scikit-learn and fairlearn (needs Python).
    Oracle {
        /// Predictions on Adult: a CSV with the columns label, score, prediction, sex, race, `age_band`.
        #[arg(long, value_name = "CSV")]
        adult_predictions: Option<PathBuf>,
    },
    /// Run the demo and have its documents judged by the validators of their ecosystems (needs Python).
    Conformance,
    /// Measure how often the 95 % intervals hold the truth, and write the table to docs/coverage.md.
    Coverage {
        /// Few repetitions, printed and not written.
        #[arg(long)]
        quick: bool,
    },
    /// Measure the power and the false alarms of verdicts, and write the tables to docs/power.md.
    Simulate {
        /// Few repetitions, printed and not written.
        #[arg(long)]
        quick: bool,
    },
    /// Fuzz the readers of entries, envelopes, checkpoints and bundles with libFuzzer (needs a C++ compiler).
    Fuzz {
        /// How many inputs each of them reads.
        #[arg(long, default_value_t = 1_000_000)]
        runs: u32,
        /// Only those with this in their names.
        #[arg(long, value_name = "TEXT")]
        only: Option<String>,
    },
    /// Plant known mistakes in a copy of the code, one at a time, and require that a test sees each.
    Mutants {
        /// Only those with this in their names.
        #[arg(long, value_name = "TEXT")]
        only: Option<String>,
    },
    /// Build the program that is handed out, static and packed, and write its digest to `actions/_lib/programs.sha256`.
    Dist {
        /// The machine that it is for, as rustc names it.
        #[arg(long, default_value = "x86_64-unknown-linux-gnu", value_parser = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"])]
        target: String,
    },
    /// Build the release binary and measure its time, memory and size against the limits.
    Bench {
        /// How often each command runs; the quickest run counts.
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
        runs: u32,
        /// Also hold counting against `DuckDB` and fairlearn, on generated tables of these many rows, smallest first.
        #[arg(long, value_name = "ROWS", num_args = 0.., value_delimiter = ',', default_missing_value = "100000,1000000,10000000")]
        peers: Vec<u64>,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments.chore, &root()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            println!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(chore: &Chore, root: &Path) -> Result<(), Failure> {
    match chore {
        Chore::Tidy => tidy::run(root),
        Chore::Test { skip_deny } => test::run(root, *skip_deny),
        Chore::Codegen { check: true } => codegen::check(root),
        Chore::Codegen { check: false } => codegen::write(root),
        Chore::Oracle { adult_predictions } => oracle::run(root, adult_predictions.as_deref()),
        Chore::Conformance => conformance::run(root),
        Chore::Coverage { quick } => proof::run(root, proof::COVERAGE, *quick),
        Chore::Simulate { quick } => proof::run(root, proof::POWER, *quick),
        Chore::Fuzz { runs, only } => fuzz::run(root, *runs, only.as_deref()),
        Chore::Mutants { only } => mutants::run(root, only.as_deref()),
        Chore::Dist { target } => dist::run(root, target),
        Chore::Bench { runs, peers } => bench::run(root, *runs, peers),
    }
}

/// The folder of the workspace, which is the parent of this crate's.
fn root() -> PathBuf {
    // Asked for when it runs, not when it is compiled: clones may share one target folder.
    let own = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("./xtask"), PathBuf::from);
    own.parent().unwrap_or(&own).to_owned()
}
