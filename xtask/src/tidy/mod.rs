//! Tidy: the invariants of the house that are written as absences, checked on a snapshot of the workspace.
//!
//! Every rule reads the same [`Workspace`], so that its tests can feed it a small house with one thing wrong. Code is
//! read as syntax, not as text: a renamed import is seen, and a comment that names a forbidden call is not a call.

use std::fmt;
use std::path::Path;

use crate::failure::Failure;

mod calls;
mod edges;
mod imports;
mod syntax;
mod texts;
mod tokens;
mod workspace;

use workspace::Workspace;

/// One broken rule at one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Violation {
    /// The file, from the workspace's folder.
    path: String,
    /// The line, from 1.
    line: usize,
    /// What is wrong, why, and what to do instead.
    message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// Checks the workspace in this folder and prints every violation at its file and line.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let workspace = workspace::read(root)?;
    for warning in texts::long_modules(&workspace) {
        println!("warning: {warning}");
    }
    let violations = violations(&workspace);
    for violation in &violations {
        println!("{violation}");
    }
    if !violations.is_empty() {
        return Err(Failure::Untidy(violations.len()));
    }
    println!("tidy: {} crates and {} files, nothing to report", workspace.packages.len(), workspace.files.len());
    Ok(())
}

/// Every violation, by file and line.
fn violations(workspace: &Workspace) -> Vec<Violation> {
    let mut violations = edges::violations(workspace);
    violations.extend(texts::violations(workspace));
    violations.extend(syntax::violations(workspace));
    violations.sort();
    violations.dedup();
    violations
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::tidy::workspace::{SourceFile, tests::house};

    #[test]
    fn this_workspace_is_tidy() {
        let workspace = workspace::read(&crate::root()).unwrap();
        assert!(workspace.packages.len() >= 13, "not the whole workspace was read");
        let violations = violations(&workspace);
        assert!(violations.is_empty(), "{} violations:\n{}", violations.len(), listed(&violations));
    }

    #[test]
    fn a_clean_house_has_no_violations() {
        assert_eq!(listed(&violations(&house())), "");
    }

    #[test]
    fn violations_are_sorted_by_place_and_told_once() {
        let mut workspace = house();
        let text = "//! Reads the rows of files.\nfn b() {\n    todo!()\n}\nasync fn a() {}\n";
        workspace.files.push(SourceFile::new("crates/modelgate-eval/src/z.rs", text));
        workspace.files.push(SourceFile::new("crates/modelgate-eval/src/a.rs", "fn a() {}\n"));
        let places: Vec<_> =
            violations(&workspace).into_iter().map(|violation| format!("{}:{}", violation.path, violation.line)).collect();
        assert_eq!(
            places,
            ["crates/modelgate-eval/src/a.rs:1", "crates/modelgate-eval/src/z.rs:3", "crates/modelgate-eval/src/z.rs:5"]
        );
    }

    fn listed(violations: &[Violation]) -> String {
        violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    /// That every rule is part of the whole: one thing wrong is found when all rules run.
    #[test]
    fn the_whole_runs_every_family_of_rules() {
        let mut edges = house();
        edges.package_mut("modelgate-eval").depend_on("modelgate-data");
        let mut texts = house();
        texts.files.push(SourceFile::new("templates/gate/deep/template.yml", "spec: {}\n"));
        let mut syntax = house();
        syntax.files.push(SourceFile::new("crates/modelgate-eval/src/a.rs", "//! Gives the current year.\nuse std::env::var;\n"));
        for workspace in [edges, texts, syntax] {
            assert_eq!(violations(&workspace).len(), 1);
        }
    }
}
