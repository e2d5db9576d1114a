//! The log of decisions: how often the same rows were asked, and how an entry is added.

use std::path::Path;

use modelgate_cube::{Cube, Profile};
use modelgate_ledger::{Entry, Ledger, VerifyError};

use crate::disclosure::split_name;
use crate::failure::{Failure, unreadable};

/// The kind of entry that a decision makes.
pub(crate) const DECISION: &str = "decision";

/// The kind of entry that moving the anchor makes.
pub(crate) const REBLESS: &str = "rebless";

/// How many decisions the log holds that were made on these rows. A log that was tampered with has no such number.
pub(crate) fn decisions_on(log: &Path, cube: &Cube) -> Result<u64, Failure> {
    // The profile may have changed, and the name of the rows with it.
    let names = [Profile::Internal, Profile::Public].map(|profile| split_name(profile, cube));
    let ledger = Ledger::parse(read(log)?).map_err(|error| broken(log, &error))?;
    let is_named = |name: &serde_json::Value| names.iter().any(|known| name == known);
    let asked = |entry: &&Entry| entry.kind == DECISION && entry.record.get("split").is_some_and(is_named);
    Ok(ledger.entries().iter().filter(asked).count() as u64)
}

/// A new entry, and the whole text of the log with it. Nothing is written yet.
pub(crate) fn with_entry(log: &Path, kind: &str, recorded: &str, record: serde_json::Value) -> Result<(Entry, String), Failure> {
    modelgate_ledger::append_to(read(log)?, kind, recorded, record).map_err(|error| broken(log, &error))
}

/// An entry as people name it: its place and the first digits of its hash.
pub(crate) fn shown(entry: &Entry) -> String {
    let short: String = entry.hash.chars().take(8).collect();
    format!("#{} {short}", entry.index)
}

/// The bytes of the log; none where there is no log yet.
fn read(log: &Path) -> Result<Vec<u8>, Failure> {
    match std::fs::read(log) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(unreadable(log, &error)),
    }
}

fn broken(log: &Path, error: &VerifyError) -> Failure {
    Failure::with_help(format!("the log {} cannot be continued: {error}", log.display()), error.help())
}
