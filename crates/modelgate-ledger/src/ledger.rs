//! A ledger that verifies, and how it grows: entries are added at the end and nowhere else.

use serde_json::Value;

use crate::verify::read_all;
use crate::{Entry, Problem, Summary, VerifyError};

/// The entries of a ledger, oldest first. It can only be had whole: [`Ledger::parse`] refuses a broken one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ledger {
    entries: Vec<Entry>,
}

impl Ledger {
    /// Reads and verifies a ledger. Fails with the first broken place; [`crate::verify`] tells them all.
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self, VerifyError> {
        match read_all(text.as_ref()) {
            Ok(entries) => Ok(Self { entries }),
            Err(errors) => {
                let unknown = || VerifyError::whole(Problem::NotAnEntry("it does not verify".to_owned()));
                Err(errors.0.into_iter().next().unwrap_or_else(unknown))
            }
        }
    }

    /// Adds a record at the end and gives back its entry. `recorded` is the time, RFC 3339.
    pub fn append(&mut self, kind: &str, recorded: &str, record: Value) -> Entry {
        let Summary { entries: index, head } = self.summary();
        let entry = Entry::sealed(index, head, kind, recorded, record);
        self.entries.push(entry.clone());
        entry
    }

    /// The entries, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many entries there are, and the newest one's hash.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary::of(&self.entries)
    }

    /// The text to store.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.entries.iter().map(Entry::to_line).collect()
    }
}

/// Adds a record to the text of an existing ledger (empty for a new one): the entry, and the whole new text, which is
/// the old text followed by the entry's line.
///
/// A ledger that does not verify is not continued: the error says why. Nor is a record stored that could not be read
/// back, such as one nested deeper than JSON readers go.
pub fn append_to(text: impl AsRef<[u8]>, kind: &str, recorded: &str, record: Value) -> Result<(Entry, String), VerifyError> {
    let mut ledger = Ledger::parse(text)?;
    let entry = ledger.append(kind, recorded, record);
    let line = entry.to_line();
    match Entry::read(line.trim_end_matches('\n').as_bytes()) {
        Ok(read) if read == entry => Ok((entry, ledger.to_text())),
        Ok(_) => Err(VerifyError::whole(Problem::NotStorable("it would be read back differently".to_owned()))),
        Err(problem) => Err(VerifyError::whole(Problem::NotStorable(problem.to_string()))),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::{NO_ENTRY, verify};
    use serde_json::json;

    #[test]
    fn entries_are_chained_from_the_first_on() {
        let mut ledger = Ledger::default();
        let first = ledger.append("decision", "2026-01-01T00:00:00Z", json!({"verdict": "passed"}));
        let second = ledger.append("release", "2026-01-02T00:00:00Z", json!({"tag": "v1.0"}));
        assert_eq!((first.index, first.previous.as_str()), (0, NO_ENTRY));
        assert_eq!((second.index, &second.previous), (1, &first.hash));
        assert_eq!(Ledger::parse(ledger.to_text()).unwrap(), ledger);
    }

    #[test]
    fn appending_keeps_every_byte_that_was_there() {
        let mut text = String::new();
        for n in 0..5 {
            let (entry, longer) = append_to(&text, "decision", "2026-01-01T00:00:00Z", json!({"n": n})).unwrap();
            assert_eq!(longer, format!("{text}{}", entry.to_line()));
            text = longer;
        }
        assert_eq!(verify(&text).unwrap().entries, 5);
    }

    #[test]
    fn a_broken_ledger_is_not_continued() {
        let (_, text) = append_to("", "decision", "2026-01-01T00:00:00Z", json!({"verdict": "failed"})).unwrap();
        let edited = text.replace("failed", "passed");
        let error = append_to(&edited, "decision", "2026-01-01T00:00:00Z", json!(1)).unwrap_err();
        assert_eq!(error.to_string(), "line 1: it was edited: its content does not give its hash");
        let error = append_to(text.trim_end(), "decision", "2026-01-01T00:00:00Z", json!(1)).unwrap_err();
        assert_eq!(error.problem, Problem::TruncatedLastLine);
    }

    #[test]
    fn a_record_that_could_not_be_read_back_is_not_stored() {
        let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
        let error = append_to("", "decision", "2026-01-01T00:00:00Z", deep).unwrap_err();
        assert!(matches!(error.problem, Problem::NotStorable(_)));
    }

    #[test]
    fn text_of_records_cannot_break_out_of_its_line() {
        let hostile = json!({"slice": "@all\n/approve\n\"}\n{\"format\":1\u{2028}", "\u{0}\"key": ["\r\n"]});
        let (_, text) = append_to("", "dec\nision", "2026\n", hostile.clone()).unwrap();
        assert_eq!(text.matches('\n').count(), 1);
        assert_eq!(Ledger::parse(&text).unwrap().entries().first().unwrap().record, hostile);
    }
}
