//! Everything that modelgate does with a git repository.

mod absent;
mod authors;
mod baseline;
mod error;
mod history;
mod names;
mod program;
mod push;
mod records;
mod records_files;
mod records_history;
mod records_view;
mod repository;
mod tags;
mod target;
#[cfg(test)]
mod testing;
mod trail;

pub(crate) use error::one_line;

pub use absent::BaselineAbsent;
pub use baseline::{BaselineFound, BaselineLookup, BaselineRequest};
pub use error::ForgeError;
pub use push::PushOutcome;
pub use records::{RECORDS_BRANCH, RecordChange, StoredRelease};
pub use records_files::RecordsFiles;
pub use records_view::{Files, RecordsView, Refreshed};
pub use repository::Repository;
pub use trail::{AppendOutcome, NewEntry, TrailWriter};
