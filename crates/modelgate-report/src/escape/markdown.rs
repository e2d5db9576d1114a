//! Escaping for Markdown as forges read it: the syntax, and what they look for in the finished text.
//!
//! A forge turns Markdown into HTML and then searches the *visible* text for mentions, references, commands and
//! addresses. Entities and backslashes do not help against that second pass, so a zero-width space (as a numeric
//! entity) breaks those words as well.

use std::fmt::{self, Write as _};

/// Breaks a word for the forge's second pass, unseen by people.
const BREAK: &str = "&#8203;";

/// The lengths of a hexadecimal word that a forge may take for a commit.
const COMMIT_CHARS: std::ops::RangeInclusive<usize> = 7..=40;

/// Such a word is broken each time after this many characters.
const COMMIT_BREAK: usize = 6;

/// Text that prints itself as inert inline Markdown.
pub(crate) struct Markdown<'a>(pub(crate) &'a str);

impl fmt::Display for Markdown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut previous = None;
        let mut only_digits = true;
        let mut commit = None;
        for (start, character) in self.0.char_indices() {
            let rest = self.0.get(start..).unwrap_or_default();
            if !(previous.is_some_and(char::is_alphanumeric) && character.is_alphanumeric()) {
                commit = like_a_commit(rest).then_some(start);
            }
            if commit.is_some_and(|first| start > first && (start - first).is_multiple_of(COMMIT_BREAK)) {
                f.write_str(BREAK)?;
            }
            let after_www = ends_with_www(self.0.get(..start).unwrap_or_default());
            let around = Around { previous, next: rest.chars().nth(1), only_digits, after_www };
            write_character(f, character, &around)?;
            only_digits &= character.is_ascii_digit();
            previous = Some(character);
        }
        Ok(())
    }
}

/// What stands beside a character.
struct Around {
    previous: Option<char>,
    next: Option<char>,
    /// Whether only digits stand before it: `1.` begins a list.
    only_digits: bool,
    /// Whether `www` stands before it, which with a dot begins a link, whatever the template prints next.
    after_www: bool,
}

impl Around {
    fn at_start(&self) -> bool {
        self.previous.is_none()
    }

    fn touches(&self, character: char) -> bool {
        self.previous == Some(character) || self.next == Some(character)
    }

    fn next_is(&self, test: fn(char) -> bool) -> bool {
        self.next.is_some_and(test)
    }

    fn previous_is(&self, test: fn(char) -> bool) -> bool {
        self.previous.is_some_and(test)
    }

    fn between_digits(&self) -> bool {
        self.previous_is(|c| c.is_ascii_digit()) && self.next_is(|c| c.is_ascii_digit())
    }
}

fn write_character(f: &mut fmt::Formatter<'_>, character: char, around: &Around) -> fmt::Result {
    match character {
        '<' => f.write_str("&lt;"),
        '>' => f.write_str("&gt;"),
        '"' => f.write_str("&quot;"),
        '\'' => f.write_str("&#39;"),
        // Mentions and e-mail addresses.
        '@' => write!(f, "&#64;{BREAK}"),
        // References of GitHub and GitLab: #1 !1 &1 ~label $1 ^1 *iteration %milestone.
        '&' => reference(f, "&amp;", around),
        '#' | '!' | '~' | '$' | '^' | '*' => reference(f, &format!("\\{character}"), around),
        '%' => reference(f, "%", around),
        // [issue:1], [[_TOC_]], [TOC].
        '[' => broken_if(f, "\\[", around.next_is(|c| c.is_alphabetic() || matches!(c, '[' | '_'))),
        '\\' | '`' | '_' | '{' | '}' | '(' | ')' | ']' | '|' => write!(f, "\\{character}"),
        '-' => dash(f, around),
        '+' if around.at_start() && !around.next_is(|c| c.is_ascii_digit()) => f.write_str("&#43;"),
        '=' if around.at_start() || around.touches('=') => f.write_str("&#61;"),
        '/' if around.at_start() || around.touches('/') => f.write_str("&#47;"),
        // Addresses with a scheme, :emoji:, ::include.
        ':' => broken_if(f, ":", !around.next_is(char::is_whitespace) && !around.between_digits()),
        '.' => dot(f, around),
        other => f.write_char(other),
    }
}

fn broken_if(f: &mut fmt::Formatter<'_>, text: &str, broken: bool) -> fmt::Result {
    f.write_str(text)?;
    if broken { f.write_str(BREAK) } else { Ok(()) }
}

fn reference(f: &mut fmt::Formatter<'_>, text: &str, around: &Around) -> fmt::Result {
    broken_if(f, text, around.next_is(|c| c.is_alphanumeric() || matches!(c, '"' | '_')))
}

/// `--` could end an HTML comment or draw a rule, a leading `-` begins a list, and `GH-1` is a reference.
fn dash(f: &mut fmt::Formatter<'_>, around: &Around) -> fmt::Result {
    if around.touches('-') || (around.at_start() && !around.next_is(|c| c.is_ascii_digit())) {
        return f.write_str("&#45;");
    }
    broken_if(f, "-", around.previous_is(char::is_alphabetic) && around.next_is(|c| c.is_ascii_digit()))
}

/// `1. ` begins a list; `www.` and `example.com` become links. The break stands before the dot, since a zero-width
/// space is a legal letter of a domain in the autolink grammar.
fn dot(f: &mut fmt::Formatter<'_>, around: &Around) -> fmt::Result {
    if around.only_digits && !around.at_start() && !around.next_is(|c| c.is_ascii_digit()) {
        return f.write_str("\\.");
    }
    let inside_a_word = around.previous_is(char::is_alphanumeric) && around.next_is(|c| !c.is_whitespace() && c != '.');
    if around.after_www || (inside_a_word && !around.between_digits()) {
        f.write_str(BREAK)?;
    }
    f.write_char('.')
}

fn ends_with_www(text: &str) -> bool {
    text.len().checked_sub(3).and_then(|start| text.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case("www"))
}

/// Whether a forge could take the word that `rest` begins with for a commit.
fn like_a_commit(rest: &str) -> bool {
    let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
    let word = rest.get(..end).unwrap_or_default();
    COMMIT_CHARS.contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A code span where the text is plain enough to stand in one unchanged, such as a digest; escaped text otherwise.
pub(crate) fn code(text: &str) -> String {
    if is_code(text, b"._:/-") { format!("`{text}`") } else { Markdown(text).to_string() }
}

/// A sentence in which `backticks` mark commands: those that are plain enough become code spans, all else is escaped.
pub(crate) fn prose(text: &str) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    // An even number of pieces means that a backtick has no partner.
    if pieces.len().is_multiple_of(2) {
        return Markdown(text).to_string();
    }
    let marked = pieces.iter().enumerate().map(|(index, piece)| match index % 2 {
        0 => Markdown(piece).to_string(),
        _ if is_code(piece, b" ._:/-<>={}\"") => format!("`{piece}`"),
        _ => Markdown(&format!("`{piece}`")).to_string(),
    });
    marked.collect()
}

fn is_code(text: &str, punctuation: &[u8]) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || punctuation.contains(&byte);
    !text.trim().is_empty() && !text.contains("-->") && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        Markdown(text).to_string()
    }

    #[test]
    fn plain_words_and_numbers_stay_readable() {
        for text in ["overall", "−0.071", "1 204", "+0.003", "-0.5", "≥ 0.800", "65+", "v1.0.3", "95 %", "10:30", "a, b; c"] {
            assert_eq!(escaped(text), text);
        }
    }

    #[test]
    fn mentions_and_references_are_broken() {
        assert_eq!(escaped("@all"), "&#64;&#8203;all");
        assert_eq!(escaped("#12 !3 &4 ~l"), "\\#&#8203;12 \\!&#8203;3 &amp;&#8203;4 \\~&#8203;l");
        assert_eq!(escaped("GH-1"), "GH-&#8203;1");
        assert_eq!(escaped("deadbeef0"), "deadbe&#8203;ef0");
        assert_eq!(escaped("%\"m\""), "%&#8203;&quot;m&quot;");
    }

    #[test]
    fn addresses_are_broken() {
        assert_eq!(escaped("https://a"), "https:&#8203;&#47;&#47;a");
        assert_eq!(escaped("www.a"), "www&#8203;.a");
        assert_eq!(escaped("Www."), "Www&#8203;.");
        assert_eq!(escaped("a.org"), "a&#8203;.org");
    }

    #[test]
    fn line_syntax_is_broken_at_the_start() {
        assert_eq!(escaped("/approve"), "&#47;approve");
        assert_eq!(escaped("- a"), "&#45; a");
        assert_eq!(escaped("+ a"), "&#43; a");
        assert_eq!(escaped("12. a"), "12\\. a");
        assert_eq!(escaped("---"), "&#45;&#45;&#45;");
        assert_eq!(escaped("=="), "&#61;&#61;");
    }

    #[test]
    fn a_comment_cannot_be_opened_or_closed() {
        assert_eq!(escaped("-->"), "&#45;&#45;&gt;");
        assert!(!escaped("<!-- modelgate:v1 -->").contains("<!--"));
    }

    #[test]
    fn only_plain_text_stands_in_a_code_span() {
        assert_eq!(code("a1b2c3d4"), "`a1b2c3d4`");
        assert_eq!(code("a`@b"), "a\\`&#64;&#8203;b");
        assert_eq!(prose("run `modelgate release <tag>`."), "run `modelgate release <tag>`.");
        assert_eq!(prose("run `@all`"), "run \\`&#64;&#8203;all\\`");
        assert_eq!(prose("a ` b"), "a \\` b");
    }
}
