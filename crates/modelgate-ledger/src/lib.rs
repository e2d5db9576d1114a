//! An append-only, hash-chained log of opaque records, kept as JSON Lines: one [`Entry`] a line.
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

mod entry;
mod ledger;
mod problem;
mod verify;

pub use entry::{ENTRY_FORMAT, Entry, NO_ENTRY};
pub use ledger::{Ledger, append_to};
pub use problem::{Problem, VerifyError, VerifyErrors};
pub use verify::{Summary, verify, verify_against};
