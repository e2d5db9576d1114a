//! `audit verify --ledger`: whether the log of a working copy is as it was written.

use std::path::Path;

use modelgate_ledger::{verify, verify_against};

use crate::context::Console;
use crate::exit::ExitStatus;
use crate::failure::{Failure, unreadable};

/// Checks the chain and prints its head.
pub(crate) fn run(path: &Path, expected_head: Option<&str>, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let text = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    let verified = match expected_head {
        Some(head) => verify_against(&text, head, None),
        None => verify(&text),
    };
    match verified {
        Ok(summary) => {
            console.result(&format!("ok: {} entries, head {}", summary.entries, summary.head));
            if expected_head.is_none() {
                console.result("  every entry is linked to the one before; a head noted earlier (--expect-head) would also show that none was cut off the end");
            }
            Ok(ExitStatus::Passed)
        }
        Err(errors) => {
            for error in &errors.0 {
                console.result(&format!("{}: {error}\n  = help: {}", path.display(), error.help()));
            }
            console.result(&format!("tampered or damaged: {} places", errors.0.len()));
            Ok(ExitStatus::Failed)
        }
    }
}
