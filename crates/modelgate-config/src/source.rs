//! The text of a settings file: reading it from disk, and its lines.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::errors::{ConfigError, Span, escaped};

/// Most bytes of a settings file.
const MOST_BYTES: usize = 1 << 20;

/// The lines of a text, without their line breaks. YAML breaks lines at CR, LF and CR LF.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// One line of a text, counted from 1.
pub(crate) fn line_of(text: &str, line: usize) -> Option<&str> {
    lines(text).nth(line.checked_sub(1)?)
}

/// Reads a settings file: text of at most 1 MiB.
pub(crate) fn read(path: &Path) -> Result<String, Box<ConfigError>> {
    let bytes = read_bytes(path)?;
    if bytes.len() > MOST_BYTES {
        let error = ConfigError::new("too-large", format!("the file is larger than {} KiB", MOST_BYTES / 1024));
        return Err(Box::new(error.help("a settings file is small: is this a data file?")));
    }
    String::from_utf8(bytes).map_err(|error| Box::new(not_utf8(error.as_bytes(), error.utf8_error().valid_up_to())))
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, Box<ConfigError>> {
    let shown: String = path.display().to_string().chars().map(escaped).collect();
    if path.is_dir() {
        let error = ConfigError::new("config-is-a-directory", format!("`{shown}` is a directory"));
        return Err(Box::new(error.help("name the file in it, such as `modelgate.yml`")));
    }
    let mut bytes = Vec::new();
    let limit = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let read = File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Box::new(
            ConfigError::new("config-not-found", format!("there is no file `{shown}`"))
                .help("`modelgate demo` shows a whole run without one; `examples/loans/modelgate.yml` is one to start from"),
        )),
        Err(error) => Err(Box::new(
            ConfigError::new("config-not-readable", format!("`{shown}` cannot be read: {error}"))
                .help("check the file's permissions"),
        )),
    }
}

fn not_utf8(bytes: &[u8], valid_up_to: usize) -> ConfigError {
    let before = String::from_utf8_lossy(bytes.get(..valid_up_to).unwrap_or_default());
    let (line, column) = lines(&before).fold((0, 0), |(line, _), text| (line + 1, text.chars().count() + 1));
    ConfigError::new("not-utf8", format!("the file is not UTF-8: line {line}, column {column} holds other bytes"))
        .help("save the file as UTF-8")
}

/// Refuses what is no text for people: an empty file, and control characters.
pub(crate) fn check(text: &str) -> Result<(), Box<ConfigError>> {
    if text.len() > MOST_BYTES {
        let error = ConfigError::new("too-large", format!("the text is larger than {} KiB", MOST_BYTES / 1024));
        return Err(Box::new(error.help("a settings file is small: is this a data file?")));
    }
    for (line, content) in (1..).zip(lines(text)) {
        if let Some(position) = content.chars().position(|character| character.is_control() && character != '\t') {
            let error = ConfigError::new("control-character", "the text holds a control character");
            let span = Span { line, column: position + 1, length: 1 };
            return Err(Box::new(error.at(span).help("delete it")));
        }
    }
    if lines(text).all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        let error = ConfigError::new("empty-config", "the file is empty");
        return Err(Box::new(error.help("`examples/loans/modelgate.yml` is one to start from")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn lines_break_as_yaml_breaks_them() {
        let text = "a\r\nb\rc\n\nd";
        let found: Vec<_> = (0..=6).map(|line| line_of(text, line)).collect();
        assert_eq!(found, [None, Some("a"), Some("b"), Some("c"), Some(""), Some("d"), None]);
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_place() {
        let refused = |text: &str| check(text).err().map(|error| (error.id, error.span.map(|span| (span.line, span.column))));
        assert_eq!(refused("a: 1\nb: \u{7}"), Some(("control-character", Some((2, 4)))));
        assert_eq!(refused("# only a comment\n\n"), Some(("empty-config", None)));
        assert_eq!(refused(&"x".repeat(MOST_BYTES + 1)), Some(("too-large", None)));
        assert_eq!(refused("a: 1\r\n\tb"), None);
        let bytes = b"a: 1\nb: \xff";
        assert!(not_utf8(bytes, 8).message.contains("line 2, column 4"));
    }

    #[test]
    fn a_file_that_is_none_says_what_to_do() {
        let refused = |path: &Path| read(path).map_err(|error| (error.id, error.help.concat())).unwrap_err();
        assert_eq!(refused(Path::new("src")).0, "config-is-a-directory");
        let (id, help) = refused(Path::new("no/such/modelgate.yml"));
        assert_eq!(id, "config-not-found");
        assert!(help.contains("modelgate demo"));
    }
}
