//! Writes the files under docs/ that the binary knows best, and checks that they are what it says today.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::programs::{self, cargo};

/// Where the text of a generated file comes from.
enum Source {
    /// What the binary prints for these arguments, as it is.
    Printed(&'static [&'static str]),
    /// The same under a note, in Markdown.
    Page(&'static [&'static str]),
    /// The help of each of these commands, one below the other.
    Help(&'static [&'static [&'static str]]),
}

/// Every generated file with its source.
const FILES: &[(&str, Source)] = &[
    ("docs/config.schema.json", Source::Printed(&["config", "schema"])),
    ("docs/configuration.md", Source::Page(&["config", "reference"])),
    ("docs/metrics.md", Source::Page(&["list", "metrics", "--format", "markdown"])),
    ("docs/estimators.md", Source::Page(&["list", "estimators", "--format", "markdown"])),
    ("docs/statistics.md", Source::Page(&["list", "statistics", "--format", "markdown"])),
    ("docs/data-metrics.md", Source::Page(&["list", "data-metrics", "--format", "markdown"])),
    ("docs/system.schema.json", Source::Printed(&["config", "schema", "--of", "system"])),
    ("docs/system.md", Source::Page(&["config", "reference", "--of", "system"])),
    ("docs/pack-format.md", Source::Page(&["config", "reference", "--of", "pack"])),
    ("docs/packs.md", Source::Page(&["list", "controls", "--format", "markdown"])),
    ("docs/rules.md", Source::Page(&["list", "rules", "--format", "markdown"])),
    (
        "docs/cli.md",
        Source::Help(&[
            &[],
            &["check"],
            &["train"],
            &["evaluate"],
            &["diff"],
            &["report"],
            &["release"],
            &["contract"],
            &["cards"],
            &["documents", "lint"],
            &["documents", "pages"],
            &["waive"],
            &["rebless"],
            &["demo"],
            &["audit"],
            &["audit", "append"],
            &["audit", "record"],
            &["audit", "verify"],
            &["audit", "show"],
            &["audit", "export"],
            &["audit", "timestamp"],
            &["audit", "sign"],
            &["audit", "attest"],
            &["audit", "doctor"],
            &["list"],
            &["explain"],
            &["packs"],
            &["packs", "show"],
            &["packs", "diff"],
            &["packs", "outdated"],
            &["config"],
        ]),
    ),
];

/// Says in a Markdown file where it comes from.
const NOTE: &str = "<!-- Made by `cargo xtask codegen` from the program itself; edit it there. -->\n\n";

/// Writes every generated file.
pub(crate) fn write(root: &Path) -> Result<(), Failure> {
    for (path, text) in generated(root)? {
        let path = root.join(path);
        let folder = path.parent().unwrap_or(root);
        let failed = |source| Failure::File { action: "write", path: path.clone(), source };
        std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text)).map_err(failed)?;
        println!("wrote {}", path.display());
    }
    Ok(())
}

/// Fails where a file on disk is not what the binary says today.
pub(crate) fn check(root: &Path) -> Result<(), Failure> {
    let generated = generated(root)?;
    let stale = stale(root, &generated);
    if !stale.is_empty() {
        return Err(Failure::Stale { files: stale });
    }
    println!("codegen: {} files are up to date", generated.len());
    Ok(())
}

/// The files that differ or do not exist.
fn stale(root: &Path, generated: &[(&str, String)]) -> Vec<String> {
    let differs = |path: &str, text: &str| std::fs::read_to_string(root.join(path)).map_or(true, |old| old != text);
    generated.iter().filter(|(path, text)| differs(path, text)).map(|(path, _)| (*path).to_owned()).collect()
}

/// Every generated file with its text.
fn generated(root: &Path) -> Result<Vec<(&'static str, String)>, Failure> {
    let binary = build(root)?;
    let print = |arguments: &[&str]| printed(&binary, arguments);
    FILES.iter().map(|(path, source)| Ok((*path, text(source, print)?))).collect()
}

/// Builds the binary that the tests run, and returns where it lies. Building the program's own package alone would compile
/// its dependencies once more, with other features.
pub(crate) fn build(root: &Path) -> Result<PathBuf, Failure> {
    programs::run(cargo(root).args(["test", "--quiet", "--locked", "--workspace", "--no-run"]))?;
    let binary = format!("modelgate-tested{}", std::env::consts::EXE_SUFFIX);
    Ok(programs::target_directory(root)?.join("debug").join(binary))
}

/// What the binary prints, whoever runs it: no setting and no terminal of theirs changes a byte.
fn printed(binary: &Path, arguments: &[&str]) -> Result<String, Failure> {
    let mut command = Command::new(binary);
    // Its help names it as it was called.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::arg0(&mut command, "modelgate");
    command.args(arguments).env("COLUMNS", "100").env("NO_COLOR", "1").env_remove("CLICOLOR_FORCE");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MODELGATE_") {
            command.env_remove(name);
        }
    }
    programs::output(&mut command)
}

fn text(source: &Source, print: impl Fn(&[&str]) -> Result<String, Failure>) -> Result<String, Failure> {
    match source {
        Source::Printed(arguments) => Ok(format!("{}\n", print(arguments)?.trim_end())),
        Source::Page(arguments) => Ok(format!("{NOTE}{}\n", print(arguments)?.trim_end())),
        Source::Help(commands) => {
            let sections: Result<Vec<String>, Failure> = commands.iter().map(|command| help(command, &print)).collect();
            Ok(format!("{NOTE}# The command line\n\n{}", sections?.join("\n")))
        }
    }
}

/// One section of the command line's page.
fn help(command: &[&str], print: impl Fn(&[&str]) -> Result<String, Failure>) -> Result<String, Failure> {
    let arguments: Vec<&str> = command.iter().copied().chain(["--help"]).collect();
    let name: Vec<&str> = std::iter::once("modelgate").chain(command.iter().copied()).collect();
    let lines: Vec<String> = print(&arguments)?.trim_end().lines().map(|line| line.trim_end().to_owned()).collect();
    Ok(format!("## `{}`\n\n```text\n{}\n```\n", name.join(" "), lines.join("\n")))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "stands in for the binary, which can fail")]
    fn echo(arguments: &[&str]) -> Result<String, Failure> {
        Ok(format!("said {}  \n\n", arguments.join(" ")))
    }

    #[test]
    fn printed_text_is_kept_and_ends_with_one_line_break() {
        let source = Source::Printed(&["config", "schema"]);
        assert_eq!(text(&source, echo).unwrap(), "said config schema\n");
        let source = Source::Page(&["config", "schema"]);
        assert_eq!(text(&source, echo).unwrap(), format!("{NOTE}said config schema\n"));
    }

    #[test]
    fn help_is_one_section_for_each_command() {
        let source = Source::Help(&[&[], &["audit", "verify"]]);
        let expected = "# The command line\n\n## `modelgate`\n\n```text\nsaid --help\n```\n\n\
                        ## `modelgate audit verify`\n\n```text\nsaid audit verify --help\n```\n";
        assert_eq!(text(&source, echo).unwrap(), format!("{NOTE}{expected}"));
    }

    #[test]
    fn a_file_that_differs_or_is_missing_is_stale() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("same"), "text").unwrap();
        std::fs::write(folder.path().join("old"), "text").unwrap();
        let generated = [("same", "text".to_owned()), ("old", "newer".to_owned()), ("missing", String::new())];
        assert_eq!(stale(folder.path(), &generated), ["old", "missing"]);
    }
}
