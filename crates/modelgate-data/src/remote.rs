//! Fetches files from object stores and addresses, so that everything above reads them as it reads files of a disk.
//!
//! An address is fetched once in a run, whole, into a file without a name: it is gone with the process, however that ends. The
//! only room with `async` code; its functions are not, because it starts what they run in itself. Credentials come from the
//! environment, as each store's own tools read them, and are in no message.

mod address;
mod download;
mod fault;
mod kept;
mod store;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

pub use address::is_address;
use address::{Address, Wanted};
use download::Asked;
pub use fault::RemoteFault;
pub(crate) use kept::{Kept, KeptReader};

use crate::error::DataError;

/// The most bytes that all files of an address may have together: 64 GiB.
const MOST_BYTES: u64 = 1 << 36;

/// The most files of an address.
const MOST_FILES: usize = 10_000;

/// A file that was fetched.
#[derive(Debug, Clone)]
pub(crate) struct RemoteFile {
    /// Its address, without what may be secret in it.
    pub(crate) path: PathBuf,
    /// Its bytes.
    pub(crate) kept: Kept,
}

/// What was fetched in this run. Whoever looks at an address again sees the same bytes.
static FETCHED: Mutex<BTreeMap<PathBuf, Vec<RemoteFile>>> = Mutex::new(BTreeMap::new());

/// The files of an address: one object, all objects of a folder, or those that fit a pattern, sorted by their addresses.
pub(crate) fn fetched(path: &Path) -> Result<Vec<RemoteFile>, DataError> {
    let mut fetched = FETCHED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(files) = fetched.get(path) {
        return Ok(files.clone());
    }
    let files = fetch(path)?;
    fetched.insert(path.to_owned(), files.clone());
    Ok(files)
}

fn fetch(path: &Path) -> Result<Vec<RemoteFile>, DataError> {
    let text = path.to_string_lossy();
    let fault_of = |shown: &str, fault: RemoteFault| DataError::Remote { path: PathBuf::from(shown), fault: Box::new(fault) };
    let address = Address::parse(&text).map_err(|fault| fault_of(&address::without_secrets(&text), fault))?;
    let failed = |fault| fault_of(&address.shown(), fault);
    let store = store::of(&address).map_err(failed)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| failed(RemoteFault::Unreachable { reason: error.to_string() }))?;
    let asked = Asked { store: store.as_ref(), scheme: address.scheme };
    runtime.block_on(async {
        let found = match &address.wanted {
            Wanted::Object(at) => match asked.object(at, None, MOST_BYTES).await {
                Ok(kept) => return Ok(vec![RemoteFile { path: PathBuf::from(address.shown()), kept }]),
                // A name without a `/` at its end may be that of a folder, as it may be on a disk.
                Err(RemoteFault::NotFound) if address.can_list() => {
                    let found = asked.below(at, MOST_FILES).await.map_err(failed)?;
                    if found.is_empty() {
                        return Err(failed(RemoteFault::NotFound));
                    }
                    address.of_folder(found)?
                }
                Err(fault) => return Err(failed(fault)),
            },
            Wanted::Folder(at) => address.of_folder(asked.below(at, MOST_FILES).await.map_err(failed)?)?,
            Wanted::Fitting { below, pattern } => {
                address.fitting(asked.below(below, MOST_FILES).await.map_err(failed)?, pattern)?
            }
        };
        let total: u64 = found.iter().map(|object| object.size).sum();
        if total > MOST_BYTES {
            return Err(failed(RemoteFault::TooLarge { most: MOST_BYTES }));
        }
        let mut files = Vec::with_capacity(found.len());
        for object in found {
            let shown = address.shown_of(&object.location);
            let kept = asked.object(&object.location, Some(object.size), MOST_BYTES).await;
            files.push(RemoteFile { kept: kept.map_err(|fault| fault_of(&shown, fault))?, path: PathBuf::from(shown) });
        }
        Ok(files)
    })
}
