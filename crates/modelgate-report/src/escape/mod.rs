//! The only door between text that somebody else wrote and a document.
//!
//! Text comes in as [`Shown`]: normalized, on one line, and for names of bounded length. It goes out through
//! [`Markdown`] or [`Html`], which the template engines call for every text that they print, or through [`sarif`].

mod html;
mod markdown;

use std::fmt;

pub(crate) use html::Html;
pub(crate) use markdown::{Markdown, code, prose};

/// The most characters of one name, such as a column, a level or a tag.
pub(crate) const NAME_CHARS: usize = 64;

/// The most characters of a text that somebody wrote as a sentence, such as a waiver's reason.
pub(crate) const SENTENCE_CHARS: usize = 600;

/// Text that templates may print: one line, no invisible characters. Still to be escaped for its target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shown(String);

impl Shown {
    /// A name from data, configuration or a forge; a long one loses its middle.
    pub(crate) fn name(text: &str) -> Self {
        Self::cut(text, NAME_CHARS)
    }

    /// A sentence that was written by somebody, or by a rule around names.
    pub(crate) fn sentence(text: &str) -> Self {
        Self::cut(text, SENTENCE_CHARS)
    }

    /// Any text, cut in its middle to this many characters. Words replace an empty one.
    pub(crate) fn cut(text: &str, chars: usize) -> Self {
        let plain = normalize(text);
        if plain.is_empty() { Self("(empty)".to_owned()) } else { Self(cut_middle(&plain, chars)) }
    }

    /// A piece of a text that was `Shown` already, with the spaces at its ends.
    pub(crate) fn within(shown: &str) -> Self {
        Self(shown.chars().filter(|character| !is_invisible(*character)).collect())
    }

    /// Our own words, with names in them that are `Shown` already.
    pub(crate) fn phrase(text: impl fmt::Display) -> Self {
        Self(normalize(&text.to_string()))
    }

    /// The text, not escaped.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, not escaped.
    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Text for a message of SARIF, whose viewers take braces for placeholders and `[a](b)` for a link.
pub(crate) fn sarif(text: &str) -> String {
    let shown = Shown::sentence(text).into_string();
    shown.replace('{', "{{").replace('}', "}}").replace("](", "] (")
}

/// Drops what cannot be seen and turns every kind of line end and tab into one space.
fn normalize(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if is_line_space(character) {
            if !plain.ends_with(' ') {
                plain.push(' ');
            }
        } else if !is_invisible(character) {
            plain.push(character);
        }
    }
    plain.trim_matches(' ').to_owned()
}

fn is_line_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{0B}' | '\u{0C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Controls, direction marks and overrides, zero-width characters, tags and variation selectors beyond the common
/// ones: all of them can make a text look like another one, or hide one text in another.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}'
            | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Keeps the beginning, which tells most, and the end, which tells long names apart.
fn cut_middle(text: &str, chars: usize) -> String {
    let count = text.chars().count();
    if count <= chars {
        return text.to_owned();
    }
    let tail = chars / 3;
    let head = chars.saturating_sub(tail + 1);
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(count - tail).collect();
    format!("{start}…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_go_and_line_ends_become_spaces() {
        let hidden = "a\u{202E}b\u{2066}c\u{200B}d\u{FEFF}e\u{E0041}f\u{7}g\u{9B}h";
        assert_eq!(Shown::name(hidden).as_str(), "abcdefgh");
        assert_eq!(Shown::name("a\r\n\t b\u{2028}c").as_str(), "a b c");
        assert_eq!(Shown::name(" \n ").as_str(), "(empty)");
        assert_eq!(Shown::name("naïve 名前 ⚠️").as_str(), "naïve 名前 ⚠️");
    }

    #[test]
    fn messages_of_sarif_have_no_link_and_no_placeholder() {
        assert_eq!(sarif("[a](b) {0}"), "[a] (b) {{0}}");
    }

    #[test]
    fn long_names_keep_both_ends() {
        let long = format!("start{}end", "x".repeat(1_000));
        let shown = Shown::name(&long);
        assert_eq!(shown.as_str().chars().count(), NAME_CHARS);
        assert!(shown.as_str().starts_with("start") && shown.as_str().ends_with("end"), "{shown}");
        assert_eq!(Shown::name(&"é".repeat(NAME_CHARS)).as_str(), "é".repeat(NAME_CHARS));
    }
}
