//! The files of one state of the records branch: found once, and read by any number of threads at the same time.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use git2::{ObjectType, Oid, Tree};
use modelgate_ledger::in_order;

use crate::git::error::ForgeError;
use crate::git::records_view::Files;

/// Handles of one repository: libgit2's are for one thread at a time.
pub(crate) struct Readers {
    folder: PathBuf,
    idle: Mutex<Vec<git2::Repository>>,
}

impl Readers {
    pub(crate) fn of(git: &git2::Repository) -> Self {
        // git does not hash what it reads again either. What lies in the trail has a SHA-256 digest of its own, which is looked at; the
        // digests of git are for `git fsck`.
        git2::opts::strict_hash_verification(false);
        Self { folder: git.path().to_owned(), idle: Mutex::default() }
    }

    /// Runs `work` with a handle that nobody else has.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&git2::Repository) -> Result<R, git2::Error>) -> Result<R, ForgeError> {
        let wrong = ForgeError::git("reading the records branch");
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let known = idle().pop();
        let git = match known {
            Some(git) => git,
            None => git2::Repository::open(&self.folder).map_err(&wrong)?,
        };
        let done = work(&git).map_err(wrong);
        idle().push(git);
        done
    }
}

/// Every file of one state of the records branch.
pub struct RecordsFiles {
    pub(crate) readers: Readers,
    pub(crate) commit: Oid,
    ids: BTreeMap<String, Oid>,
}

impl std::fmt::Debug for RecordsFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RecordsFiles({})", self.ids.len())
    }
}

impl RecordsFiles {
    pub(crate) fn of(git: &git2::Repository, commit: Oid, tree: &Tree<'_>) -> Result<Self, ForgeError> {
        let readers = Readers::of(git);
        let mut ids = BTreeMap::new();
        collect(git, tree, "", &mut ids).map_err(ForgeError::git("reading the records branch"))?;
        Ok(Self { readers, commit, ids })
    }

    /// The bytes of the file at a path; none where there is none.
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>, ForgeError> {
        let Some(id) = self.ids.get(path) else { return Ok(None) };
        self.readers.with(|git| Ok(git.find_blob(*id)?.content().to_vec())).map(Some)
    }

    /// Path and bytes of every file below a folder, sorted by path.
    pub fn below(&self, folder: &str, threads: NonZero<usize>) -> Result<Files, ForgeError> {
        let prefix = format!("{folder}/");
        let inside = self.ids.range(prefix.clone()..).take_while(|(path, _)| path.starts_with(&prefix));
        let inside: Vec<_> = inside.collect();
        let read = |(path, id): &(&String, &Oid)| {
            self.readers.with(|git| Ok(((*path).clone(), git.find_blob(**id)?.content().to_vec())))
        };
        in_order(&inside, threads, read).into_iter().collect()
    }
}

fn collect(git: &git2::Repository, tree: &Tree<'_>, path: &str, ids: &mut BTreeMap<String, Oid>) -> Result<(), git2::Error> {
    for entry in tree {
        let inner = format!("{path}{}", String::from_utf8_lossy(entry.name_bytes()));
        match entry.kind() {
            Some(ObjectType::Tree) => collect(git, &git.find_tree(entry.id())?, &(inner + "/"), ids)?,
            Some(ObjectType::Blob) => {
                ids.insert(inner, entry.id());
            }
            _ => {}
        }
    }
    Ok(())
}
