//! What can be wrong with a ledger, in words, and what to do about it.

use std::fmt;

use crate::ENTRY_FORMAT;

/// What is wrong at one place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The line is no JSON.
    #[error("it is not JSON: {0}")]
    NotJson(String),
    /// JSON, but no entry of this log.
    #[error("it is not an entry of this log: {0}")]
    NotAnEntry(String),
    /// The content is the one that was hashed, but the text is not the one that this program writes.
    #[error("it was rewritten: spaces, the order or spelling of members, or a repeated member differ from what was recorded")]
    NotCanonical,
    /// The content does not give the hash that stands beside it.
    #[error("it was edited: its content does not give its hash")]
    Edited {
        /// The index that the line states.
        index: u64,
    },
    /// It does not continue the entry before it, though its index does.
    #[error("entry {index} does not continue the entry before it: one of the two was replaced")]
    Unlinked {
        /// The index of the entry.
        index: u64,
    },
    /// Entries that should stand before this one are nowhere in the text.
    #[error("{} removed before it", entries(*first, *last))]
    Removed {
        /// The first index that is missing.
        first: u64,
        /// The last index that is missing.
        last: u64,
    },
    /// The entry is whole but stands at another place than it was written.
    #[error("it was moved: entry {index} stands where entry {expected} belongs")]
    Reordered {
        /// The index of the entry.
        index: u64,
        /// The index that belongs there.
        expected: u64,
    },
    /// The same entry once more.
    #[error("it is a second copy of line {first_line}")]
    Duplicated {
        /// Where the entry stands first, counted from 1.
        first_line: u64,
    },
    /// Another entry with an index that is taken.
    #[error(
        "it is a second, different entry {index} beside line {first_line}: two copies of the log were written apart and joined"
    )]
    Forked {
        /// The index that two entries have.
        index: u64,
        /// Where the first of them stands, counted from 1.
        first_line: u64,
    },
    /// The last line has no line end.
    #[error("the last line is incomplete: a write was interrupted, or the end was cut off")]
    TruncatedLastLine,
    /// Written by a newer modelgate.
    #[error("its format is version {found}, and this modelgate reads up to version {ENTRY_FORMAT}")]
    NewerFormat {
        /// The version that the line states.
        found: u64,
    },
    /// The log is whole but shorter than it is known to have been.
    #[error("the newest entries were removed: {known} are known to have been recorded, and {found} are there")]
    Shortened {
        /// How many entries are known to have been there.
        known: u64,
        /// How many are there.
        found: u64,
    },
    /// The log is whole, but it is not a continuation of the known head.
    #[error("the known head {head} is not in this log: entries were removed, or the log was written anew")]
    HeadNotFound {
        /// The head that was looked for, shortened.
        head: String,
    },
    /// The record cannot be read back from its line, so it is not stored.
    #[error("the record cannot be stored: {0}")]
    NotStorable(String),
}

fn entries(first: u64, last: u64) -> String {
    if first == last { format!("entry {first} was") } else { format!("entries {first} to {last} were") }
}

impl Problem {
    /// The next step for a person.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::TruncatedLastLine => {
                "if the last run was interrupted, remove the incomplete last line and check again; otherwise compare with an \
                 earlier copy"
            }
            Self::NewerFormat { .. } => "install the modelgate version that wrote the log, or a newer one",
            Self::NotCanonical => {
                "restore the file as it was written: an editor, a formatter or line-end conversion changed it \
                 (for git, put `*.jsonl -text` into .gitattributes)"
            }
            Self::Forked { .. } => "keep one of the two logs as it is and record again what only the other one holds",
            Self::NotStorable(_) => "record less deeply nested values",
            _ => "keep the file as it is for whoever looks into it, and compare it with an earlier copy: `git log -p -- <file>`",
        }
    }
}

/// A place of a ledger that does not verify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyError {
    /// The line, counted from 1; none where the log as a whole is meant.
    pub line: Option<u64>,
    /// What is wrong there.
    pub problem: Problem,
}

impl VerifyError {
    pub(crate) fn whole(problem: Problem) -> Self {
        Self { line: None, problem }
    }

    /// The next step for a person.
    #[must_use]
    pub fn help(&self) -> &'static str {
        self.problem.help()
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.problem),
            None => write!(f, "{}", self.problem),
        }
    }
}

impl std::error::Error for VerifyError {}

/// Every place of a ledger that does not verify, in the order of the lines; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyErrors(pub Vec<VerifyError>);

impl fmt::Display for VerifyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for VerifyErrors {}
