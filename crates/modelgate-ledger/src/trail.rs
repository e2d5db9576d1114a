//! The trail: small entries, each in a file of its own, that name statements by digest and hang together by Merkle roots.
//!
//! An [`Entry`](TrailEntry) holds the root of the tree of all entries before it, so that what a writer saw is part of what it
//! wrote. A statement is signed once; an entry that lost a race is made anew on top of the winner's, and the statement stays.

mod examine;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::hex::{Hash, from_hex, sha256, to_hex};
use crate::merkle::{Frontier, leaf_hash};
use crate::{Checkpoint, SigningKey};

pub use examine::{Examined, Fault, FaultClass, Material, examine, is_before};

/// The folder of the entries.
pub const LOG: &str = "log";

/// The folder of what entries name.
pub const OBJECTS: &str = "objects";

/// The file with the newest checkpoint.
pub const CHECKPOINT: &str = "checkpoint";

/// The file with the roots of the subtrees at the right edge of the tree.
pub const FRONTIER: &str = "frontier";

/// The format of entries that this program writes, and the newest that it reads.
pub const TRAIL_FORMAT: u32 = 1;

/// Entries below one folder of the top. Within it there is one for each hundred and each ten: git stores anew every folder that an entry
/// changes, up to the top, so that small ones keep small what one more entry costs.
const IN_A_FOLDER: u64 = 1000;

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A run of the gate came to a verdict.
    Decision,
    /// A model was released.
    Release,
    /// The anchor was moved.
    Rebless,
    /// A failure is accepted until a day.
    WaiverGranted,
    /// That day is over.
    WaiverExpired,
    /// A look at a model in use.
    Monitor,
    /// An earlier entry is wrong, and why.
    Correction,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::Decision, Self::Release, Self::Rebless, Self::WaiverGranted, Self::WaiverExpired, Self::Monitor, Self::Correction];

    /// As it is written.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::Release => "release",
            Self::Rebless => "rebless",
            Self::WaiverGranted => "waiver-granted",
            Self::WaiverExpired => "waiver-expired",
            Self::Monitor => "monitor",
            Self::Correction => "correction",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// One entry of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailEntry {
    /// Its place, counted from 0.
    pub seq: u64,
    /// What it is about.
    pub kind: Kind,
    /// The root of the tree of all entries before it.
    pub prev_root: Hash,
    /// The digest of the envelope with its statement.
    pub payload: Hash,
    /// When it was appended, RFC 3339, UTC, to the second.
    pub appended_at: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    format: u32,
    seq: u64,
    kind: String,
    prev_root: String,
    payload_sha256: String,
    appended_at: String,
}

impl TrailEntry {
    /// The bytes of its file: one line of JSON. They are a leaf of the tree.
    #[must_use]
    pub fn to_line(&self) -> String {
        let stored = Stored {
            format: TRAIL_FORMAT,
            seq: self.seq,
            kind: self.kind.id().to_owned(),
            prev_root: to_hex(&self.prev_root),
            payload_sha256: to_hex(&self.payload),
            appended_at: self.appended_at.clone(),
        };
        // Numbers and text always have a JSON text; an empty one would not be read again.
        serde_json::to_string(&stored).unwrap_or_default() + "\n"
    }

    /// Reads a file.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > 1024 {
            return Err("it is longer than an entry can be".to_owned());
        }
        let stored: Stored = serde_json::from_slice(bytes).map_err(|error| crate::entry::reason(&error))?;
        if stored.format != TRAIL_FORMAT {
            return Err(format!("its format is {}, and this modelgate reads up to {TRAIL_FORMAT}", stored.format));
        }
        let hash = |text: &str| from_hex(text).ok_or_else(|| "a digest is not 64 lower-case hexadecimal digits".to_owned());
        let entry = Self {
            seq: stored.seq,
            kind: Kind::parse(&stored.kind).ok_or("its kind is unknown")?,
            prev_root: hash(&stored.prev_root)?,
            payload: hash(&stored.payload_sha256)?,
            appended_at: stored.appended_at,
        };
        if !is_time(&entry.appended_at) {
            return Err("its time is not like 2026-01-31T12:00:00Z".to_owned());
        }
        if entry.to_line().as_bytes() != bytes {
            return Err("it is not written as entries are".to_owned());
        }
        Ok(entry)
    }

    /// Where it is kept. The name holds the beginning of the SHA-256 digest of the file.
    #[must_use]
    pub fn path(&self) -> String {
        let digest: String = to_hex(&sha256(self.to_line().as_bytes())).chars().take(12).collect();
        let seq = self.seq;
        format!("{LOG}/{:05}/{}/{}/{seq:08}-{digest}.json", seq / IN_A_FOLDER, seq / 100 % 10, seq / 10 % 10)
    }

    /// Its hash as a leaf.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        leaf_hash(self.to_line().as_bytes())
    }
}

/// Where bytes of that digest are kept.
#[must_use]
pub fn object_path(digest: &Hash) -> String {
    let text = to_hex(digest);
    let digit = |place: usize| text.get(place..=place).unwrap_or_default();
    format!("{OBJECTS}/{}/{}/{}/{text}", digit(0), digit(1), digit(2))
}

/// Whether a text is a time of RFC 3339 in UTC and to the second, so that times sort as texts.
#[must_use]
pub fn is_time(text: &str) -> bool {
    let shape = b"0000-00-00T00:00:00Z";
    text.len() == shape.len()
        && text
            .bytes()
            .zip(shape)
            .all(|(byte, expected)| if *expected == b'0' { byte.is_ascii_digit() } else { byte == *expected })
}

/// The end of a trail: all that appending needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    origin: String,
    frontier: Frontier,
}

/// Why a trail is not continued.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeadError {
    /// The checkpoint cannot be read.
    #[error("its checkpoint cannot be read: {0}")]
    Checkpoint(crate::CheckpointError),
    /// The frontier is missing, or not of the checkpoint.
    #[error("its files `{CHECKPOINT}` and `{FRONTIER}` are not of one tree")]
    Frontier,
}

impl Head {
    /// A trail without entries.
    #[must_use]
    pub fn new(origin: String) -> Self {
        Self { origin, frontier: Frontier::default() }
    }

    /// The end that two files tell of. It is not continued where they do not belong together.
    pub fn read(checkpoint: &[u8], frontier: &[u8]) -> Result<Self, HeadError> {
        let checkpoint = Checkpoint::parse(checkpoint).map_err(HeadError::Checkpoint)?;
        let text = std::str::from_utf8(frontier).map_err(|_| HeadError::Frontier)?;
        let frontier = Frontier::parse(text, checkpoint.size).ok_or(HeadError::Frontier)?;
        if frontier.root() != checkpoint.root || checkpoint.size == u64::MAX {
            return Err(HeadError::Frontier);
        }
        Ok(Self { origin: checkpoint.origin, frontier })
    }

    /// Adds an entry and gives it back.
    pub fn append(&mut self, kind: Kind, payload: Hash, appended_at: &str) -> TrailEntry {
        let (seq, prev_root) = (self.frontier.size(), self.frontier.root());
        let entry = TrailEntry { seq, kind, prev_root, payload, appended_at: appended_at.to_owned() };
        self.frontier.push(entry.leaf());
        entry
    }

    /// The checkpoint, signed where there is a key.
    #[must_use]
    pub fn checkpoint(&self, key: Option<&SigningKey>) -> Checkpoint {
        let (size, root) = (self.frontier.size(), self.frontier.root());
        let mut checkpoint = Checkpoint { origin: self.origin.clone(), size, root, signatures: Vec::new() };
        if let Some(key) = key {
            checkpoint.sign(key);
        }
        checkpoint
    }

    /// The text of the file [`FRONTIER`].
    #[must_use]
    pub fn frontier(&self) -> String {
        self.frontier.to_text()
    }
}

/// An origin that names a trail: no spaces, no control characters, never empty.
#[must_use]
pub fn origin_of(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-/:".contains(c) { c } else { '-' };
    let text: String = text.chars().take(200).map(plain).collect();
    if text.is_empty() { "modelgate-trail".to_owned() } else { text }
}

#[cfg(test)]
mod tests;
