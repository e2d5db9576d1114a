//! Prints what is measured of the statistics: `modelgate-proof coverage` or `modelgate-proof power`, with `--quick` for fewer
//! repetitions. Started by `cargo xtask coverage` and `cargo xtask simulate`, which keep what it prints under docs/.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a chore prints its tables, and says where it is")]

use std::process::ExitCode;

use modelgate_proof::{Effort, coverage, power};

/// The exit code of a page that is whole, where something that is aimed at is missed.
const MISSED: u8 = 3;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (about, effort) = match words.as_slice() {
        [about] => (*about, Effort::Full),
        [about, "--quick"] => (*about, Effort::Quick),
        _ => ("", Effort::Quick),
    };
    let note = |step: &str| eprintln!("{step} ...");
    let page = match about {
        "coverage" => coverage::page(effort, &note),
        "power" => power::page(effort, &note),
        _ => {
            eprintln!("usage: modelgate-proof coverage|power [--quick]");
            return ExitCode::FAILURE;
        }
    };
    match page {
        Ok(page) => {
            print!("{}", page.text);
            for missed in &page.missed {
                eprintln!("missed: {missed}");
            }
            if page.missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(MISSED) }
        }
        Err(error) => {
            eprintln!("modelgate-proof: {error}");
            ExitCode::FAILURE
        }
    }
}
