//! Entries of the trail and of the log: what is read is what was written, and everything else is refused.
#![no_main]

use modelgate_ledger::Ledger;
use modelgate_ledger::trail::TrailEntry;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(entry) = TrailEntry::parse(bytes) {
        assert_eq!(entry.to_line().as_bytes(), bytes, "an entry with two spellings");
        assert!(entry.path().starts_with("log/"));
    }
    let _ = (Ledger::parse(bytes), modelgate_ledger::verify(bytes));
});
