//! Lists and fetches objects: whole or not at all.

use futures_util::StreamExt as _;
use object_store::path::Path as ObjectPath;
use object_store::{GetOptions, ObjectMeta, ObjectStore};

use super::address::Scheme;
use super::fault::RemoteFault;
use super::kept::{Keeping, Kept};

/// How often a file is begun anew when the line is cut and the server cannot go on where it was.
const ATTEMPTS: u32 = 3;

/// A store with the words for what goes wrong with it.
pub(super) struct Asked<'a> {
    pub(super) store: &'a dyn ObjectStore,
    pub(super) scheme: Scheme,
}

impl Asked<'_> {
    /// The objects below a folder, at any depth.
    pub(super) async fn below(&self, folder: &ObjectPath, most: usize) -> Result<Vec<ObjectMeta>, RemoteFault> {
        let mut listed = self.store.list(Some(folder));
        let mut found = Vec::new();
        while let Some(object) = listed.next().await {
            let object = object.map_err(|error| RemoteFault::of(&error, self.scheme))?;
            // Some stores keep an empty object for a folder.
            if object.size > 0 || object.location.filename().is_some_and(|name| name.contains('.')) {
                found.push(object);
            }
            if found.len() > most {
                return Err(RemoteFault::TooManyFiles { most });
            }
        }
        Ok(found)
    }

    /// The bytes of an object: as many as the server says, and as a list has said before.
    pub(super) async fn object(&self, at: &ObjectPath, listed: Option<u64>, most: u64) -> Result<Kept, RemoteFault> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            match self.attempt(at, listed, most).await {
                Err(RemoteFault::Cut { .. }) if attempts < ATTEMPTS => {}
                Err(RemoteFault::Cut { received, expected, .. }) => {
                    return Err(RemoteFault::Cut { received, expected, attempts });
                }
                other => return other,
            }
        }
    }

    async fn attempt(&self, at: &ObjectPath, listed: Option<u64>, most: u64) -> Result<Kept, RemoteFault> {
        let no_room = |error: std::io::Error| RemoteFault::NoRoom { reason: error.to_string() };
        let got = self.store.get_opts(at, GetOptions::default()).await;
        let got = got.map_err(|error| RemoteFault::of(&error, self.scheme))?;
        let expected = got.meta.size;
        if let Some(listed) = listed.filter(|listed| *listed != expected) {
            return Err(RemoteFault::WrongLength { expected: listed, found: expected });
        }
        if expected > most {
            return Err(RemoteFault::TooLarge { most });
        }
        let mut keeping = Keeping::new().map_err(no_room)?;
        let mut parts = got.into_stream();
        while let Some(part) = parts.next().await {
            let Ok(part) = part else {
                return Err(RemoteFault::Cut { received: keeping.length(), expected, attempts: 1 });
            };
            keeping.add(&part).map_err(no_room)?;
            if keeping.length() > expected {
                return Err(RemoteFault::WrongLength { expected, found: keeping.length() });
            }
        }
        match keeping.length() {
            received if received < expected => Err(RemoteFault::Cut { received, expected, attempts: 1 }),
            _ => Ok(keeping.finish()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use object_store::memory::InMemory;
    use object_store::{ObjectStoreExt as _, PutPayload};

    use super::*;

    #[test]
    fn more_than_is_allowed_and_other_lengths_than_listed_are_refused() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let store = InMemory::new();
            for name in ["rows/a.csv", "rows/b.csv", "rows/_SUCCESS"] {
                store.put(&ObjectPath::from(name), PutPayload::from_static(b"a,b\n1,2\n")).await.unwrap();
            }
            let asked = Asked { store: &store, scheme: Scheme::S3 };
            let at = ObjectPath::from("rows/a.csv");
            let fetch = async |listed, most| asked.object(&at, listed, most).await.map(|kept| kept.length());
            assert_eq!(fetch(Some(8), 8).await, Ok(8));
            assert_eq!(fetch(None, 7).await, Err(RemoteFault::TooLarge { most: 7 }));
            assert_eq!(fetch(Some(9), 8).await, Err(RemoteFault::WrongLength { expected: 9, found: 8 }));
            assert_eq!(asked.below(&ObjectPath::from("rows"), 3).await.unwrap().len(), 3);
            assert_eq!(asked.below(&ObjectPath::from("rows"), 2).await, Err(RemoteFault::TooManyFiles { most: 2 }));
        });
    }
}
