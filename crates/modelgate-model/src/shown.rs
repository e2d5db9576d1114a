//! How text from data, files and programs is shown in messages: cut, and with everything escaped that does not print.

use std::path::Path;

/// Most characters of untrusted text in a message.
const SHOWN: usize = 40;

/// Most names in a message.
pub(crate) const LISTED: usize = 30;

/// Untrusted text for a message: quoted, cut after 40 characters, control characters escaped.
pub(crate) fn shown(text: &str) -> String {
    let short: String = text.chars().take(SHOWN).collect();
    if short.len() == text.len() { format!("{text:?}") } else { format!("{short:?}…") }
}

/// Untrusted names for a message, in the given order, the first thirty of them.
pub(crate) fn listed(names: &[String]) -> String {
    let list: Vec<String> = names.iter().take(LISTED).map(|name| shown(name)).collect();
    match names.len().saturating_sub(LISTED) {
        0 => list.join(", "),
        more => format!("{} and {more} more", list.join(", ")),
    }
}

/// A path for a message, whole.
pub(crate) fn at(path: &Path) -> String {
    escaped(&path.display().to_string())
}

/// As `{:?}` shows text, but without quotes and with quotes and backslashes as they stand.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '\'' | '\\' => safe.push(character),
            other => safe.extend(other.escape_debug()),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn untrusted_text_is_cut_and_cannot_break_the_line() {
        assert_eq!(shown("a\n\u{1b}[31m\u{202e}b"), r#""a\n\u{1b}[31m\u{202e}b""#);
        assert_eq!(shown(&"é".repeat(41)), format!("\"{}\"…", "é".repeat(40)));
    }

    #[test]
    fn a_path_is_whole_and_on_one_line() {
        assert_eq!(at(Path::new("C:\\it's\n.csv")), "C:\\it's\\n.csv");
    }

    #[test]
    fn a_long_list_of_columns_is_cut_and_counted() {
        let names: Vec<String> = (0..33).map(|index| format!("c{index}")).collect();
        assert!(listed(&names).ends_with("\"c29\" and 3 more"));
    }
}
