//! Rules about text: how a module opens, which words are never printed, and what a file may be called.

use super::Violation;
use super::workspace::{SourceFile, Workspace};

/// Words that promise what statistics cannot keep (invariant 11). `compliant` covers "% compliant" as well.
const WORDS: &[&str] = &["compliant", "certified", "unbiased", "debiased", "fair model", "guarantees", "compliance score"];

/// Folders that exist on one machine only.
const LOCAL_FOLDERS: &[&str] = &["work", "root", "home", "Users"];

/// On the line of a made-up path in a test or an example: says that it is meant.
const MADE_UP: &str = "tidy: made-up path";

/// Lines of a module above which a developer is asked to look whether it is two.
const LONG: usize = 800;

/// Everything about text that is wrong, at its line.
pub(super) fn violations(workspace: &Workspace) -> Vec<Violation> {
    workspace.files.iter().flat_map(of_file).collect()
}

/// Modules that may have outgrown one idea. It is a hint and fails nothing.
pub(super) fn long_modules(workspace: &Workspace) -> Vec<String> {
    let modules = workspace.files.iter().filter(|file| file.is_module());
    let long = modules.map(|file| (file, file.text.lines().count())).filter(|(_, lines)| *lines > LONG);
    long.map(|(file, lines)| format!("{}: {lines} lines; look whether it is two ideas", file.path)).collect()
}

fn of_file(file: &SourceFile) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut at = |line: usize, message: String| found.push(Violation { path: file.path.clone(), line, message });
    if file.is_module() && !opens_with_a_sentence(&file.text) {
        at(1, "the module does not open with a `//!` sentence that says what it is for".to_owned());
    }
    if is_misplaced_component(&file.path) {
        at(1, "GitLab reads every template.yml as a component: only templates/<name>/template.yml may be called so".to_owned());
    }
    if file.path.starts_with("templates/") {
        for (line, word) in forbidden_words(&file.text) {
            at(line, about_word(word));
        }
    }
    for (index, line) in file.text.lines().enumerate() {
        if let Some(folder) = local_folder(line) {
            at(index + 1, format!("/{folder}/ is a path of one machine; a made-up one says `{MADE_UP}` on its line"));
        }
    }
    found
}

/// Whether a module begins with a paragraph of `//!` lines that is a sentence.
fn opens_with_a_sentence(text: &str) -> bool {
    let lines = text.lines().map_while(|line| line.strip_prefix("//!"));
    let paragraph: Vec<&str> = lines.map(str::trim).take_while(|line| !line.is_empty()).collect();
    let paragraph = paragraph.join(" ");
    paragraph.ends_with(['.', '?', ':']) && paragraph.split_whitespace().count() >= 3
}

fn is_misplaced_component(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    matches!(parts.as_slice(), ["templates", .., "template.yml"]) && parts.len() != 3
}

/// What to say about a word that is never printed.
pub(super) fn about_word(word: &str) -> String {
    format!("\"{word}\" promises more than a test of a sample can show; say \"evidence for\" or \"no difference found\"")
}

/// The words that are never printed, with their lines from 1: in any case, and also where a line breaks between them.
pub(super) fn forbidden_words(text: &str) -> Vec<(usize, &'static str)> {
    let (flat, lines) = flattened(text);
    let mut found = Vec::new();
    for word in WORDS {
        let places = flat.match_indices(word).filter_map(|(start, _)| lines.get(start));
        found.extend(places.map(|line| (*line, *word)));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The text in lower case with single spaces, and the line of each of its bytes.
fn flattened(text: &str) -> (String, Vec<usize>) {
    let (mut flat, mut lines) = (String::new(), Vec::new());
    for (index, line) in text.lines().enumerate() {
        for word in line.split_whitespace() {
            flat.push_str(&word.to_lowercase());
            flat.push(' ');
            lines.resize(flat.len(), index + 1);
        }
    }
    (flat, lines)
}

/// The folder at the start of a path of one machine in this line.
fn local_folder(line: &str) -> Option<&'static str> {
    if line.contains(MADE_UP) {
        return None;
    }
    LOCAL_FOLDERS.iter().copied().find(|folder| {
        let start = format!("/{folder}/");
        line.match_indices(&start).any(|(at, _)| {
            // In `docs/home/x` and `example.org/home/x` the slash goes on with a name; there it is no folder of a machine.
            let before = line.get(..at).and_then(|before| before.chars().next_back());
            let after = line.get(at + start.len()..).and_then(|after| after.chars().next());
            !before.is_some_and(|c| c.is_alphanumeric() || "._-~})>*]".contains(c)) && after.is_some_and(char::is_alphanumeric)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::workspace::tests::house;

    fn found(path: &str, text: &str) -> Vec<String> {
        let mut workspace = house();
        workspace.files.push(SourceFile::new(path, text));
        violations(&workspace).iter().map(|violation| format!("{}:{}", violation.path, violation.line)).collect()
    }

    #[test]
    fn a_module_without_its_opening_sentence_is_found() {
        let bad = [
            "",
            "fn a() {}\n",
            "// Reads the rows.\n",
            "//! Reads the rows\n",
            "//! Placeholder.\n",
            "\n//! Reads the rows.\n",
            "//!\n//! Reads the rows.\n",
        ];
        for text in bad {
            for path in ["crates/modelgate-eval/src/a.rs", "tests/it/a.rs", "xtask/src/a.rs", "templates/src/lib.rs"] {
                assert_eq!(found(path, text), [format!("{path}:1")], "{text:?}");
            }
        }
    }

    #[test]
    fn a_module_opens_with_a_sentence_over_several_lines() {
        for text in
            ["//! Reads\n//! the rows.\n//!\n//! more\n", "//! Are the rows right?\n", "//! Reads these rows:\n//!\n//! - a\n"]
        {
            assert!(found("crates/modelgate-eval/src/a.rs", text).is_empty(), "{text:?}");
        }
    }

    #[test]
    fn every_forbidden_word_is_found_in_templates_at_its_line() {
        for word in [
            "compliant",
            "Certified",
            "UNBIASED",
            "debiased",
            "fair model",
            "Fair\nModel",
            "fair  model",
            "guarantees",
            "compliance score",
            "97 % compliant",
        ] {
            let places = found("templates/documents/card.tera", &format!("first\nThe result: {word} here\n"));
            assert_eq!(places, ["templates/documents/card.tera:2"], "{word:?}");
        }
    }

    #[test]
    fn the_name_of_the_tool_is_not_a_promise() {
        assert!(found("templates/messages/a.jinja", "modelgate, the compliance gate: a fairness model, scored\n").is_empty());
        assert!(found("docs/why.md", "Why we never say compliant.\n").is_empty());
    }

    #[test]
    fn a_component_outside_its_folder_is_found() {
        for path in ["templates/template.yml", "templates/gate/more/template.yml"] {
            assert_eq!(found(path, "spec: {}\n"), [format!("{path}:1")]);
        }
        assert!(found("examples/gitlab/template.yml", "spec: {}\n").is_empty());
    }

    #[test]
    fn a_path_of_one_machine_is_found_in_any_file() {
        for folder in LOCAL_FOLDERS {
            let text = format!("first\nsee \"/{folder}/me/data.csv\"\n");
            for path in ["README.md", "tests/oracle/a.json", ".ci/run"] {
                assert_eq!(found(path, &text), [format!("{path}:2")], "{folder}");
            }
            let meant = format!("let path = \"/{folder}/me/data.csv\"; // {MADE_UP}\n");
            assert!(found("tests/it/a.rs", &format!("//! Checks the paths.\n{meant}")).is_empty());
            for inside in ["https://example.org", "docs", "$ROOT", "${ROOT}", "~"] {
                assert!(found("README.md", &format!("{inside}/{folder}/page\n")).is_empty(), "{inside}/{folder}");
            }
        }
    }

    #[test]
    fn a_long_module_is_a_warning_and_no_violation() {
        let mut workspace = house();
        let text = format!("//! Knows rather too much.\n{}", "\n".repeat(800));
        workspace.files.push(SourceFile::new("crates/modelgate-eval/src/a.rs", text));
        assert!(violations(&workspace).is_empty());
        assert_eq!(long_modules(&workspace), ["crates/modelgate-eval/src/a.rs: 801 lines; look whether it is two ideas"]);
        assert!(long_modules(&house()).is_empty());
    }
}
