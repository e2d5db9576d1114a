//! Two ways to keep opaque records so that changes are noticed.
//!
//! The *trail* ([`trail`]) is what others check, years later: entries as files that name signed statements ([`Envelope`]) and hang
//! together by the Merkle tree of RFC 6962 ([`merkle`]), with a [`Checkpoint`] that can be kept elsewhere.
//!
//! The *log* is what one working copy remembers: an append-only, hash-chained file of JSON Lines, one [`Entry`] a line.
//!
//! Every entry holds the hash of the entry before it, so an edit, a removal, a repetition or a reordering of entries is
//! noticed from the text alone. What a chain cannot show by itself:
//! - that its *newest* entries were cut off: what is left is a shorter, whole chain. [`verify_against`] finds it, given
//!   the head that an earlier run printed;
//! - that somebody wrote the whole file anew with fresh hashes: nothing here is signed. A head that is kept elsewhere
//!   finds that as well.
//!
//! The hash of an entry can be checked without this program: it is the SHA-256 of the line without its last member,
//! that is with `,"hash":"..."` taken out and the closing brace left in place.
//!
//! The crate works on text and never touches a file; it does not know what it records.

mod checkpoint;
mod der;
mod entry;
mod envelope;
mod hex;
#[cfg(test)]
mod hostile;
mod keyless;
mod ledger;
pub mod merkle;
mod parts;
mod problem;
mod ssh;
mod timestamp;
pub mod trail;
mod verify;

pub use checkpoint::{Checkpoint, CheckpointError, NoteSignature};
pub use entry::{ENTRY_FORMAT, Entry, NO_ENTRY};
pub use envelope::{Envelope, EnvelopeError, EnvelopeSignature, LONGEST_ENVELOPE};
pub use hex::{Hash, from_hex, sha256, to_hex};
pub use keyless::{BundleError, KeylessSignature, LONGEST_BUNDLE};
pub use ledger::{Ledger, append_to};
pub use parts::{at_once, in_order};
pub use problem::{Problem, VerifyError, VerifyErrors};
pub use ssh::{
    AllowedSigner, AllowedSigners, AllowedSignersError, NAMESPACE, PublicKey, SignatureState, SigningKey, SigningKeyError,
    armored,
};
pub use timestamp::{LONGEST_TIMESTAMP, TimeStamp, TimeStampError, timestamp_request};
pub use verify::{Summary, verify, verify_against};
