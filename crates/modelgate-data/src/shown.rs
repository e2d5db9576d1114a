//! How text from data is shown in messages: shortened, quoted, and with control characters escaped.

use std::path::Path;

/// The most characters of a cell or name that a message shows.
const LONGEST: usize = 40;

/// The most names that a message lists.
const MOST_NAMES: usize = 20;

/// The text in double quotes, at most 40 characters of it, with everything that does not print escaped.
pub(crate) fn quoted(text: &str) -> String {
    let mut characters = text.chars();
    let head: String = characters.by_ref().take(LONGEST).collect();
    let cut = if characters.next().is_some() { "…" } else { "" };
    format!("{head:?}{cut}")
}

/// Names in quotes with commas between them, at most 20 of them.
pub(crate) fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = names.len().saturating_sub(MOST_NAMES);
    let shown: Vec<String> = names.take(MOST_NAMES).map(quoted).collect();
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{tail}", shown.join(", "))
}

/// A path as people write it, with control characters escaped.
pub(crate) fn shown_path(path: &Path) -> String {
    let text = path.display().to_string();
    let escape = |character: char| -> String {
        if character.is_control() { character.escape_default().collect() } else { character.to_string() }
    };
    text.chars().map(escape).collect()
}

/// The one of `names` that somebody who wrote `wanted` most likely meant.
pub(crate) fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let wanted = wanted.to_lowercase();
    let farthest = (wanted.chars().count() / 3).clamp(1, 3);
    names
        .map(|name| (strsim::damerau_levenshtein(&wanted, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= farthest)
        .min()
        .map(|(_, name)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_is_shortened_and_inert() {
        assert_eq!(quoted("a\n\u{1b}[31m\"b\u{202e}"), r#""a\n\u{1b}[31m\"b\u{202e}""#);
        assert_eq!(quoted(&"é".repeat(50)), format!("\"{}\"…", "é".repeat(40)));
        assert_eq!(shown_path(Path::new("a\nb.csv")), "a\\nb.csv");
    }

    #[test]
    fn long_lists_say_how_much_they_leave_out() {
        let names: Vec<String> = (0..23).map(|index| format!("c{index}")).collect();
        let text = listed(names.iter().map(String::as_str));
        assert!(text.starts_with("\"c0\", \"c1\"") && text.ends_with("\"c19\" and 3 more"), "{text}");
    }

    #[test]
    fn only_near_names_are_suggested() {
        let names = ["approved", "age", "sex"];
        let near = |wanted| nearest(wanted, names.into_iter());
        assert_eq!(near("aproved").as_deref(), Some("approved"));
        assert_eq!(near("Sex").as_deref(), Some("sex"));
        assert_eq!(near("race"), None);
    }
}
