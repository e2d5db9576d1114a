//! Mistakes as a compiler prints them: the line, a caret below, notes and help.

use std::fmt::Write as _;

use crate::errors::{ConfigError, ConfigErrors, Span, escaped};
use crate::source::line_of;

/// Most columns of a source line that are printed.
const WIDTH: usize = 120;

/// Columns before the caret that are kept of a line that is cut.
const BEFORE: usize = 48;

/// Most mistakes that are printed; the others are counted.
const MOST: usize = 100;

/// Every mistake, with an empty line between two.
pub(crate) fn errors(all: &ConfigErrors) -> String {
    let mut blocks: Vec<String> = all.errors.iter().take(MOST).map(|error| one(error, &all.file_name, &all.text)).collect();
    if all.errors.len() > MOST {
        blocks.push(format!("({} more mistakes are not shown)\n", all.errors.len() - MOST));
    }
    blocks.join("\n")
}

fn one(error: &ConfigError, file_name: &str, text: &str) -> String {
    let file_name: String = file_name.chars().map(escaped).collect();
    let mut out = format!("error[{}]: {}\n", error.id, error.message);
    let gutter = error.span.map_or(1, |span| span.line.to_string().len());
    // Writing to a String cannot fail.
    let _ = match error.span {
        None => writeln!(out, "{:gutter$}--> {file_name}", ""),
        Some(span) => writeln!(out, "{:gutter$}--> {file_name}:{}:{}", "", span.line, span.column),
    };
    if let Some(span) = error.span {
        out.push_str(&snippet(span, line_of(text, span.line).unwrap_or_default(), &error.label));
    }
    let remarks = error.notes.iter().map(|note| ("note", note)).chain(error.help.iter().map(|help| ("help", help)));
    for (position, (word, remark)) in remarks.enumerate() {
        if position == 0 && error.span.is_some() {
            let _ = writeln!(out, "{:gutter$} |", "");
        }
        let _ = writeln!(out, "{:gutter$} = {word}: {remark}", "");
    }
    out
}

fn snippet(span: Span, line: &str, label: &str) -> String {
    let (shown, before, carets) = window(&without_secrets(line), span.column.saturating_sub(1), span.length);
    let number = span.line.to_string();
    let gutter = number.len();
    let under = format!("{:before$}{} {label}", "", "^".repeat(carets));
    format!("{:gutter$} |\n{number} | {shown}\n{:gutter$} | {}\n", "", "", under.trim_end())
}

/// A line with stars for the user, the password and the query of an address, each of which may be secret.
fn without_secrets(line: &str) -> String {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ']' | '}');
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("://") {
        out.push_str(before);
        out.push_str("://");
        let (address, behind) = after.split_at(after.find(ends).unwrap_or(after.len()));
        let (path, query) = address.split_at(address.find(['?', '#']).unwrap_or(address.len()));
        let user = path.split('/').next().and_then(|place| place.rfind('@')).unwrap_or(0);
        let (user, path) = path.split_at(user);
        out.extend(user.chars().map(|_| '*'));
        out.push_str(path);
        out.extend(query.chars().map(|_| '*'));
        rest = behind;
    }
    out + rest
}

/// The part of a line around a caret as it may be printed, the columns before the caret, and the caret's width.
fn window(line: &str, column: usize, length: usize) -> (String, usize, usize) {
    let from = if line.chars().nth(WIDTH).is_some() { column.saturating_sub(BEFORE) } else { 0 };
    let mut shown = String::from(if from > 0 { "..." } else { "" });
    let (mut width, mut before, mut carets) = (shown.len(), None, 0);
    for (position, character) in line.chars().enumerate().skip(from) {
        if width >= WIDTH {
            shown.push_str("...");
            break;
        }
        let cell = if character == '\t' { "    ".to_owned() } else { escaped(character) };
        if position == column {
            before = Some(width);
        }
        let columns = cell.chars().count();
        if (column..column.saturating_add(length)).contains(&position) {
            carets += columns;
        }
        width += columns;
        shown.push_str(&cell);
    }
    // A caret may stand behind the last character, where something is missing.
    (shown, before.unwrap_or(width), carets.max(1))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn caret(line: &str, column: usize, length: usize) -> String {
        snippet(Span { line: 1, column, length }, line, "here")
    }

    #[test]
    fn a_mistake_looks_like_a_compilers() {
        let error = ConfigError::new("invalid-bound", "too large")
            .at(Span { line: 31, column: 18, length: 2 })
            .label("a fraction")
            .note("n")
            .help("write 0.9 for 90 %");
        let text = format!("{}    lower_bound: 90\n", "\n".repeat(30));
        let shown = ConfigErrors::new("modelgate.yml", &text, vec![error]).to_string();
        assert_eq!(
            shown,
            "error[invalid-bound]: too large\n  --> modelgate.yml:31:18\n   |\n31 |     lower_bound: 90\n   |                  ^^ a fraction\n   |\n   = note: n\n   = help: write 0.9 for 90 %\n"
        );
    }

    #[test]
    fn what_may_be_secret_in_an_address_is_not_shown() {
        let shown = |line: &str| without_secrets(line);
        assert_eq!(shown("path: \"https://x/a.csv?sig=abc\" # a"), "path: \"https://x/a.csv********\" # a");
        assert_eq!(shown("path: https://u:pw@x/a@b.csv"), "path: https://****@x/a@b.csv");
        assert_eq!(shown("paths: [s3://b/k.csv, s3://c/d]"), "paths: [s3://b/k.csv, s3://c/d]");
        assert_eq!(shown("no address: a?b"), "no address: a?b");
    }

    #[test]
    fn carets_count_characters_and_escapes() {
        assert_eq!(caret("né: x", 5, 1), "  |\n1 | né: x\n  |     ^ here\n");
        assert_eq!(caret("\ta: x", 2, 1), "  |\n1 |     a: x\n  |     ^ here\n");
        assert_eq!(caret("\u{1b}: x", 1, 1), "  |\n1 | \\u{1b}: x\n  | ^^^^^^ here\n");
        assert_eq!(caret("", 1, 1), "  |\n1 | \n  | ^ here\n");
        assert_eq!(caret("ab", 9, 1), "  |\n1 | ab\n  |   ^ here\n");
    }

    #[test]
    fn long_lines_are_cut_around_the_caret() {
        let line = format!("{}HERE{}", "x".repeat(5000), "y".repeat(5000));
        let shown = caret(&line, 5001, 4);
        assert!(shown.lines().all(|line| line.chars().count() < 140), "{shown}");
        let mut lines = shown.lines().skip(1);
        let (source, under) = (lines.next().unwrap(), lines.next().unwrap());
        assert!(source.starts_with("1 | ...xxx") && source.ends_with("yyy..."));
        assert_eq!(source.find("HERE"), under.find("^^^^"));
        assert_eq!(caret(&line, 1, 10_000).lines().nth(2).unwrap().matches('^').count(), WIDTH);
    }

    #[test]
    fn a_flood_of_mistakes_is_counted() {
        let errors = (0..150).map(|k| ConfigError::new("x", format!("m{k}")));
        let shown = ConfigErrors::new("f", "", errors.collect()).to_string();
        assert!(shown.ends_with("\n(50 more mistakes are not shown)\n"));
        assert_eq!(shown.matches("error[x]").count(), MOST);
    }
}
