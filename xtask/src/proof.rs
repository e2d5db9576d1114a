//! Has the statistics measured, and keeps what was measured under docs/. The measuring itself is in `tests/proof`.

use std::fs;
use std::path::Path;

use crate::failure::Failure;
use crate::programs::{cargo, output};

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

/// Measures, prints, and writes the page, unless it is a quick look.
pub(crate) fn run(root: &Path, page: Page, quick: bool) -> Result<(), Failure> {
    let mut command = cargo(root);
    command.args(["run", "--release", "--quiet", "--locked", "--package", "modelgate-proof", "--", page.name]);
    if quick {
        command.arg("--quick");
    }
    let text = output(&mut command)?;
    println!("{text}");
    if quick {
        return Ok(());
    }
    let path = root.join(page.path);
    fs::write(&path, text).map_err(|source| Failure::File { action: "write", path, source })?;
    println!("written to {}", page.path);
    Ok(())
}
