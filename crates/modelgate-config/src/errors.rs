//! Mistakes in a settings file: what, where, why, and what to write instead.

use crate::render;

/// A place in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1 in characters.
    pub column: usize,
    /// How many characters of the line are meant, at least 1.
    pub length: usize,
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The kind of mistake, in kebab-case, such as `unknown-metric`.
    pub id: &'static str,
    /// What is wrong, in one line; text of the file is escaped and shortened in it.
    pub message: String,
    /// Where; `None` for the file as a whole.
    pub span: Option<Span>,
    /// A few words under the caret; may be empty.
    pub label: String,
    /// What helps to understand.
    pub notes: Vec<String>,
    /// What to do next.
    pub help: Vec<String>,
}

impl ConfigError {
    /// A mistake of the file as a whole; the other methods add to it.
    pub(crate) fn new(id: &'static str, message: impl Into<String>) -> Self {
        Self { id, message: message.into(), span: None, label: String::new(), notes: Vec::new(), help: Vec::new() }
    }

    pub(crate) fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    pub(crate) fn helps(mut self, help: impl IntoIterator<Item = String>) -> Self {
        self.help.extend(help);
        self
    }
}

/// Every mistake of one file, in the order of its lines. Shown as a compiler shows errors, without a summary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", render::errors(self))]
pub struct ConfigErrors {
    /// The file, as the caller named it.
    pub file_name: String,
    /// The mistakes, at least one.
    pub errors: Vec<ConfigError>,
    /// The text that the spans point into; empty where it could not be read.
    pub text: String,
}

impl ConfigErrors {
    pub(crate) fn new(file_name: &str, text: &str, mut errors: Vec<ConfigError>) -> Self {
        errors.sort_by_key(|error| error.span.map(|span| (span.line, span.column)));
        errors.dedup();
        Self { file_name: file_name.to_owned(), errors, text: text.to_owned() }
    }
}

/// Most characters of somebody else's text in a message.
const SHOWN: usize = 40;

/// Text that somebody else wrote, for a message: in backticks, escaped and shortened.
pub(crate) fn shown(text: &str) -> String {
    let mut cut: String = text.chars().take(SHOWN).map(escaped).collect();
    if text.chars().nth(SHOWN).is_some() {
        cut.push_str("...");
    }
    format!("`{cut}`")
}

/// A character as it may be printed: control, invisible and direction-changing ones are escaped.
pub(crate) fn escaped(character: char) -> String {
    match character {
        '"' | '\'' | '\\' => character.to_string(),
        other => other.escape_debug().to_string(),
    }
}

/// A whole sentence with other people's text in it, such as another library's message, on one line.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().map(escaped).collect()
}

/// `a`, `b` and `c` in backticks, at most `most` of them, with the number of those left out.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>, most: usize) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let mut shown_names: Vec<String> = names.iter().take(most).map(|name| shown(name)).collect();
    if names.len() > most {
        shown_names.push(format!("{} more", names.len() - most));
    }
    match shown_names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => shown_names.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_escaped_and_cut() {
        assert_eq!(shown("a\u{1b}[31m\n\u{202e}it's"), "`a\\u{1b}[31m\\n\\u{202e}it's`");
        assert_eq!(shown(&"x".repeat(41)), format!("`{}...`", "x".repeat(40)));
        assert_eq!(one_line("two\nlines\u{7}"), "two lines\\u{7}");
    }

    #[test]
    fn lists_say_what_they_leave_out() {
        assert_eq!(listed(["a"], 3), "`a`");
        assert_eq!(listed(["a", "b", "c"], 3), "`a`, `b` and `c`");
        assert_eq!(listed(["a", "b", "c", "d"], 2), "`a`, `b` and 2 more");
        assert_eq!(listed([], 2), "");
    }

    #[test]
    fn errors_stand_in_the_order_of_the_lines() {
        let at = |line, column| ConfigError::new("x", "y").at(Span { line, column, length: 1 });
        let errors = ConfigErrors::new("f", "", vec![at(3, 1), at(1, 9), at(1, 2), at(1, 2), ConfigError::new("file", "")]);
        let places: Vec<_> = errors.errors.iter().map(|error| error.span.map(|span| (span.line, span.column))).collect();
        assert_eq!(places, [None, Some((1, 2)), Some((1, 9)), Some((3, 1))]);
    }
}
