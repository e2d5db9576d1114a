//! Everything that a change must pass, in the order in which a failure is cheapest to see.

use std::path::Path;
use std::process::Command;

use crate::REAL_DATA;
use crate::failure::Failure;
use crate::programs::{self, answers, cargo};
use crate::{codegen, tidy};

/// What installs cargo-deny.
const INSTALL_DENY: &str =
    "install it with `cargo install cargo-deny --locked`, or leave it out with `cargo xtask test --skip-deny`";

/// One step: its name, and what it runs.
type Step = (&'static str, fn(&Path) -> Result<(), Failure>);

const STEPS: &[Step] = &[
    ("format", |root| run_cargo(root, &["fmt", "--all", "--check"])),
    ("clippy", |root| run_cargo(root, &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])),
    ("tidy", tidy::run),
    (DENY, deny),
    ("tests", |root| run_cargo(root, &["test", "--workspace", "--locked"])),
    ("generated files", codegen::check),
];

const DENY: &str = "cargo-deny";

/// Runs every step and stops at the first that fails.
pub(crate) fn run(root: &Path, skip_deny: bool) -> Result<(), Failure> {
    let steps: Vec<Step> = STEPS.iter().filter(|(name, _)| !(skip_deny && *name == DENY)).copied().collect();
    if skip_deny {
        println!("note: cargo-deny is left out: licences and bans are not checked");
    }
    if std::env::var_os(REAL_DATA).is_none() {
        println!("note: {REAL_DATA} is not set: the tests on real data are skipped");
    }
    run_steps(root, &steps)?;
    println!("\nxtask test: every step passed");
    Ok(())
}

fn run_steps(root: &Path, steps: &[Step]) -> Result<(), Failure> {
    for (number, (step, run_step)) in steps.iter().enumerate() {
        println!("\n== {} of {}: {step}", number + 1, steps.len());
        run_step(root).map_err(|source| Failure::Step { step, source: Box::new(source) })?;
    }
    Ok(())
}

fn run_cargo(root: &Path, arguments: &[&str]) -> Result<(), Failure> {
    let mut command = cargo(root);
    command.args(arguments);
    println!("{}", programs::described(&command));
    programs::run(&mut command)
}

/// Licences, bans and sources. Advisories need a network and change without us, so they are no part of this.
fn deny(root: &Path) -> Result<(), Failure> {
    if !answers(Command::new("cargo-deny").arg("--version")) {
        return Err(Failure::Missing { program: "cargo-deny", cure: INSTALL_DENY });
    }
    // cargo-deny reads every package of the lock file, also those of other systems, which a build does not fetch.
    run_cargo(root, &["fetch", "--quiet", "--locked"])?;
    run_cargo(root, &["deny", "--offline", "check", "bans", "licenses", "sources"])
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn fails(_: &Path) -> Result<(), Failure> {
        Err(Failure::Untidy(3))
    }

    #[test]
    fn the_first_step_that_fails_is_the_last_that_runs() {
        let steps: &[Step] = &[("one", |_| Ok(())), ("two", fails), ("three", |_| unreachable!("ran on after a failure"))];
        let failure = run_steps(Path::new("."), steps).unwrap_err();
        assert!(failure.to_string().starts_with("test stopped at \"two\": violations found by tidy: 3"), "{failure}");
    }

    #[test]
    fn cargo_deny_is_a_step_that_can_be_left_out() {
        assert!(STEPS.iter().any(|(name, _)| *name == DENY));
    }
}
