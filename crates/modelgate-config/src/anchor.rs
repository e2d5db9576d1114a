//! Reads the pinned release, and moves it: one value of the text is changed and nothing else.

use std::path::Path;

use modelgate_policy::{Bound, Gate};
use serde_yaml::Value;

use crate::errors::{ConfigError, Span};
use crate::locate::{ConfigPath, locate};
use crate::mistakes::Mistakes;
use crate::node::Node;
use crate::settings::AnchorSettings;

/// The pinned release, if there is one.
pub(crate) fn read(anchor: &Node<'_>, directory: &Path) -> Option<AnchorSettings> {
    match (anchor.text("release"), anchor.text("path")) {
        (Some(tag), _) => Some(AnchorSettings::Release(tag)),
        (None, Some(path)) => Some(AnchorSettings::Path(directory.join(path))),
        (None, None) => None,
    }
}

/// An anchor that nothing is held against is a misunderstanding.
pub(crate) fn check(root: &Node<'_>, gates: &[Gate], mistakes: &mut Mistakes<'_>) {
    let compares = |gate: &Gate| gate.bounds.iter().any(|bound| matches!(bound, Bound::MaxRegression(_)));
    // A gate with a mistake of its own is not among those that were read.
    let all_read = gates.len() == root.sections("gates").len();
    if root.has("anchor") && all_read && !gates.iter().any(compares) {
        let error = ConfigError::new("useless-anchor", "no gate has `max_regression`, so that the anchor holds nothing");
        mistakes.at_key(&root.at("anchor"), error.help("write `max_regression` at a gate, or delete the anchor"));
    }
}

/// Why the anchor cannot be moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnchorError {
    /// The text has no `anchor.release`.
    #[error("the configuration names no `anchor.release`")]
    NoRelease,
    /// The value is written in a way that cannot be replaced in its place: by an alias, or over several lines.
    #[error("line {line}: `anchor.release` is not written as one word in its own place")]
    NotPlain {
        /// The line of the key or value.
        line: usize,
    },
}

impl AnchorError {
    /// What to do next.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::NoRelease => "write `anchor: {release: <tag>}` once by hand; from then on it is moved by this command",
            Self::NotPlain { .. } => "write the tag itself behind `release:`, on the same line",
        }
    }
}

/// The text of a settings file with `anchor.release` set to `release`, and every other character as it was.
///
/// The text is expected to have no mistakes. The result is read again before it is given back: where anything but the one
/// value would mean something else, the text is refused.
pub fn move_anchor(text: &str, release: &str) -> Result<String, AnchorError> {
    let (mark, text) = text.strip_prefix('\u{feff}').map_or(("", text), |rest| ("\u{feff}", rest));
    let locations = locate(text).map_err(|_| AnchorError::NoRelease)?;
    let path = ConfigPath::default().key("anchor").key("release");
    let mut wanted: Value = serde_yaml::from_str(text).map_err(|_| AnchorError::NoRelease)?;
    let value = wanted.get_mut("anchor").and_then(|anchor| anchor.get_mut("release")).ok_or(AnchorError::NoRelease)?;
    *value = Value::String(release.to_owned());
    let span = locations.value(&path);
    let not_plain = AnchorError::NotPlain { line: locations.key(&path).line };
    let range = bytes_of(text, span).ok_or(not_plain.clone())?;
    let (before, rest) = text.split_at(range.start);
    let (old, after) = rest.split_at(range.len());
    written(old, release)
        .into_iter()
        .map(|new| format!("{before}{new}{after}"))
        .find(|edited| serde_yaml::from_str::<Value>(edited).is_ok_and(|read| read == wanted))
        .map(|edited| format!("{mark}{edited}"))
        .ok_or(not_plain)
}

/// How the new value may be written, the best first: in the quotes of the old one, plain, in quotes.
fn written(old: &str, release: &str) -> Vec<String> {
    let (plain, quoted) = (release.to_owned(), Value::String(release.to_owned()));
    let double = serde_json::to_string(&quoted).unwrap_or_default();
    let single = format!("'{}'", release.replace('\'', "''"));
    match old.chars().next() {
        Some('"') => vec![double],
        Some('\'') => vec![single],
        _ => vec![plain, double],
    }
}

/// The bytes of the text that a span stands for.
fn bytes_of(text: &str, span: Span) -> Option<std::ops::Range<usize>> {
    let line = crate::source::line_of(text, span.line)?;
    // A line is a part of the text, so that its address tells where.
    let line_start = (line.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let offset = |characters: usize| line.char_indices().map(|(at, _)| at).chain([line.len()]).nth(characters);
    let (start, end) = (offset(span.column.checked_sub(1)?)?, offset(span.column - 1 + span.length)?);
    Some(line_start + start..line_start + end)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// The text around the one value that moves.
    fn moves(text: &str, old: &str, new: &str) {
        assert_eq!(text.matches(old).count(), 1);
        assert_eq!(move_anchor(text, "v2.0.0").unwrap(), text.replace(old, new), "{text}");
    }

    #[test]
    fn one_value_changes_and_comments_spaces_and_line_breaks_stay() {
        moves("a: 1 # v1\nanchor:   # pinned\n  release:   v1.0.0   # \u{e4} why\n  budget: 3\n", "v1.0.0", "v2.0.0");
        moves("anchor: {budget: 2, release: 'v1.0.0' } # x\r\nb: \u{1f980}\r\n", "'v1.0.0'", "'v2.0.0'");
        moves("\u{feff}anchor: {release: \"v1\", budget: 2}\n", "\"v1\"", "\"v2.0.0\"");
        moves("anchor:\n  \"release\": v1.0.0", "v1.0.0", "v2.0.0");
    }

    #[test]
    fn a_tag_that_yaml_would_read_as_something_else_is_quoted() {
        assert_eq!(move_anchor("anchor: {release: v1}\n", "1.0").unwrap(), "anchor: {release: \"1.0\"}\n");
        assert_eq!(move_anchor("anchor: {release: v1}\n", "a, b: c").unwrap(), "anchor: {release: \"a, b: c\"}\n");
        assert_eq!(move_anchor("anchor: {release: 'v1'}\n", "it's").unwrap(), "anchor: {release: 'it''s'}\n");
    }

    #[test]
    fn what_does_not_stand_in_its_own_place_is_refused() {
        let not_plain = |line| Err(AnchorError::NotPlain { line });
        assert_eq!(move_anchor("name: &tag v1\nanchor: {release: *tag}\n", "v2").map(|_| ()), Ok(()));
        assert_eq!(move_anchor("anchor: {release: &tag v1}\nb: *tag\n", "v2"), not_plain(1));
        assert_eq!(move_anchor("anchor:\n  release: >\n    v1\n", "v2"), not_plain(2));
        assert_eq!(move_anchor("anchor:\n  release: v1\n    and more\n", "v2"), not_plain(2));
        assert_eq!(move_anchor("anchor: {path: x.json}\n", "v2"), Err(AnchorError::NoRelease));
        assert_eq!(move_anchor("version: 1\n", "v2"), Err(AnchorError::NoRelease));
    }
}
