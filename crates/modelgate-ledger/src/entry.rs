//! One entry: its fields, its canonical text and its hash.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::Problem;

/// The entry format that this program writes, and the newest that it reads.
pub const ENTRY_FORMAT: u32 = 1;

/// What stands in `previous` of the first entry: 64 zeros.
pub const NO_ENTRY: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its place, counted from 0.
    pub index: u64,
    /// The hash of the entry before it, or [`NO_ENTRY`].
    pub previous: String,
    /// When it was recorded, RFC 3339, as the caller gave it.
    pub recorded: String,
    /// What sort of record it is, such as `decision`.
    pub kind: String,
    /// The record. The ledger does not look into it.
    pub record: Value,
    /// SHA-256 of the canonical bytes of all the other fields, 64 lower-case hexadecimal digits.
    pub hash: String,
}

/// The members of format 1, as they are read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    /// Checked before; named here so that it is a known member.
    #[serde(rename = "format")]
    _format: u32,
    index: u64,
    previous: String,
    recorded: String,
    kind: String,
    record: Value,
    hash: String,
}

/// The members of format 1 in the order in which they are written. Frozen: another order is another format.
#[derive(Serialize)]
struct Hashed<'a> {
    format: u32,
    index: u64,
    previous: &'a str,
    recorded: &'a str,
    kind: &'a str,
    record: Sorted<'a>,
}

impl Entry {
    /// The entry at `index` after the one whose hash is `previous`.
    pub(crate) fn sealed(index: u64, previous: String, kind: &str, recorded: &str, record: Value) -> Self {
        let (kind, recorded) = (kind.to_owned(), recorded.to_owned());
        let mut entry = Self { index, previous, recorded, kind, record, hash: String::new() };
        entry.hash = entry.digest();
        entry
    }

    /// The line to store, with its line end.
    #[must_use]
    pub fn to_line(&self) -> String {
        let mut line = self.canonical();
        // The canonical text is an object and ends in its brace; the hash becomes its last member.
        line.pop();
        line.push_str(",\"hash\":\"");
        line.push_str(&self.hash);
        line.push_str("\"}\n");
        line
    }

    /// Reads one line, given without its line end, and checks everything that the line alone can show.
    pub(crate) fn read(line: &[u8]) -> Result<Self, Problem> {
        let text = std::str::from_utf8(line).map_err(|_| Problem::NotJson("it is not UTF-8".to_owned()))?;
        if text.is_empty() {
            return Err(Problem::NotJson("the line is empty".to_owned()));
        }
        check_format(text)?;
        let stored: Stored = serde_json::from_str(text).map_err(|error| Problem::NotAnEntry(reason(&error)))?;
        let Stored { index, previous, recorded, kind, record, hash, .. } = stored;
        let entry = Self { index, previous, recorded, kind, record, hash };
        if entry.digest() != entry.hash {
            return Err(Problem::Edited { index: entry.index });
        }
        if entry.to_line().trim_end_matches('\n') != text {
            return Err(Problem::NotCanonical);
        }
        Ok(entry)
    }

    fn digest(&self) -> String {
        let bytes: [u8; 32] = Sha256::digest(self.canonical().as_bytes()).into();
        bytes.iter().fold(String::new(), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// All fields but the hash: members in fixed order, keys of the record sorted, no spaces.
    fn canonical(&self) -> String {
        let hashed = Hashed {
            format: ENTRY_FORMAT,
            index: self.index,
            previous: &self.previous,
            recorded: &self.recorded,
            kind: &self.kind,
            record: Sorted(&self.record),
        };
        // Text, whole numbers and JSON values always have a JSON text; an empty one would never verify.
        serde_json::to_string(&hashed).unwrap_or_default()
    }
}

/// A newer format is told apart from nonsense before any other member is looked at.
fn check_format(text: &str) -> Result<(), Problem> {
    let value: Value = serde_json::from_str(text).map_err(|error| Problem::NotJson(reason(&error)))?;
    match value.get("format").and_then(Value::as_u64) {
        Some(found) if found > u64::from(ENTRY_FORMAT) => Err(Problem::NewerFormat { found }),
        Some(found) if found == u64::from(ENTRY_FORMAT) => Ok(()),
        _ => Err(Problem::NotAnEntry("it states no format that this modelgate knows".to_owned())),
    }
}

/// serde's reason, bounded, and without "at line 1 column n": the line would be wrong.
pub(crate) fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    text.chars().take(120).flat_map(char::escape_debug).collect()
}

/// A JSON value whose objects are written in the order of their keys, whatever order the map type keeps.
struct Sorted<'a>(&'a Value);

impl Serialize for Sorted<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(members) => {
                let sorted: BTreeMap<&String, Sorted<'_>> = members.iter().map(|(key, value)| (key, Sorted(value))).collect();
                serializer.collect_map(sorted)
            }
            Value::Array(items) => serializer.collect_seq(items.iter().map(Sorted)),
            other => other.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    fn entry() -> Entry {
        let record = json!({"z": [1, 0.1, -0.0, 1e300], "a": {"y": null, "b": "\u{e9}\n\"\u{0}"}});
        Entry::sealed(0, NO_ENTRY.to_owned(), "decision", "2026-01-01T00:00:00Z", record)
    }

    fn read(line: &str) -> Result<Entry, Problem> {
        Entry::read(line.trim_end_matches('\n').as_bytes())
    }

    #[test]
    fn an_entry_survives_its_line() {
        assert_eq!(read(&entry().to_line()).unwrap(), entry());
    }

    #[test]
    fn the_text_of_format_1_is_frozen() {
        let record = json!({"verdict": "failed", "count": 2});
        let line = Entry::sealed(0, NO_ENTRY.to_owned(), "decision", "2026-01-01T00:00:00Z", record).to_line();
        let body = r#"{"format":1,"index":0,"previous":"0000000000000000000000000000000000000000000000000000000000000000","recorded":"2026-01-01T00:00:00Z","kind":"decision","record":{"count":2,"verdict":"failed"}"#;
        // printf '%s}' "$body" | sha256sum
        let hash = "95eafbe390b39963c9c36f7564c5dd3b74492d2072d6b72cd7c70afbb5ac1672";
        assert_eq!(line, format!("{body},\"hash\":\"{hash}\"}}\n"));
    }

    #[test]
    fn a_newer_format_is_named_even_where_its_members_are_unknown() {
        assert_eq!(read(r#"{"format":2,"seal":"x"}"#), Err(Problem::NewerFormat { found: 2 }));
    }

    #[test]
    fn other_spellings_of_the_same_entry_are_refused() {
        let line = entry().to_line();
        let spaced = line.replacen("{\"format\":1,", "{\"format\":1, ", 1);
        let repeated = line.replacen("\"record\":{", "\"record\":{\"a\":7,", 1);
        let unsorted = line.replacen("{\"format\":1,\"index\":0,", "{\"index\":0,\"format\":1,", 1);
        let number = line.replacen("0.1,", "1e-1,", 1);
        for other in [spaced, repeated, unsorted, number] {
            assert_ne!(other, line);
            assert_eq!(read(&other), Err(Problem::NotCanonical), "{other}");
        }
    }

    #[test]
    fn unknown_repeated_and_missing_members_are_refused() {
        let line = entry().to_line();
        for other in [
            line.replacen("{\"format\":1,", "{\"format\":1,\"extra\":1,", 1),
            line.replacen("{\"format\":1,", "{\"format\":1,\"index\":0,", 1),
            line.replacen("\"kind\":\"decision\",", "", 1),
            line.replacen("\"format\":1", "\"format\":0", 1),
            "[]".to_owned(),
        ] {
            assert!(matches!(read(&other), Err(Problem::NotAnEntry(_))), "{other}");
        }
    }
}
