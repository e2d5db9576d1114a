//! Has the statistics measured, and keeps what was measured under docs/. The measuring itself is in `tests/proof`.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use crate::failure::Failure;
use crate::programs::{cargo, described};

/// A page of measurements.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    /// How the program that measures calls it.
    name: &'static str,
    /// Where it is kept.
    path: &'static str,
}

/// How often intervals hold the truth.
pub(crate) const COVERAGE: Page = Page { name: "coverage", path: "docs/coverage.md" };

/// The power and the false alarms of verdicts.
pub(crate) const POWER: Page = Page { name: "power", path: "docs/power.md" };

/// The exit code of the program where the page is whole and something that is aimed at is missed.
const MISSED: i32 = 3;

/// Measures, prints, and writes the page, unless it is a quick look. Fails where something that is aimed at is missed.
pub(crate) fn run(root: &Path, page: Page, quick: bool) -> Result<(), Failure> {
    let mut command = cargo(root);
    command.args(["run", "--release", "--quiet", "--locked", "--package", "modelgate-proof", "--", page.name]);
    if quick {
        command.arg("--quick");
    }
    let printed = command.stderr(Stdio::inherit()).output();
    let printed = printed.map_err(|source| Failure::Start { command: described(&command), source })?;
    let missed = printed.status.code() == Some(MISSED);
    if !printed.status.success() && !missed {
        return Err(Failure::Ended { command: described(&command), status: printed.status.to_string() });
    }
    let text = String::from_utf8_lossy(&printed.stdout);
    println!("{text}");
    if !quick {
        let path = root.join(page.path);
        fs::write(&path, text.as_bytes()).map_err(|source| Failure::File { action: "write", path, source })?;
        println!("written to {}", page.path);
    }
    // The page is kept all the same: it says what is missed, and by how much.
    if missed { Err(Failure::Missed { page: page.path }) } else { Ok(()) }
}
