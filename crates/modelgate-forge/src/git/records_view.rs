//! The records branch as a reader sees it: its files, and whether its history only ever added to them.

use git2::{ObjectType, Oid, Tree};
use modelgate_ledger::trail::{CHECKPOINT, FRONTIER, LOG};

use crate::git::error::ForgeError;
use crate::git::records::{LOCAL_RECORDS, RELEASES, fetched_records};
use crate::git::records_files::RecordsFiles;
use crate::git::repository::Repository;

/// Where a fetched branch lies until it is known to continue the one that is here.
const SCRATCH: &str = "refs/modelgate/fetched-records";

/// Files by their paths.
pub type Files = Vec<(String, Vec<u8>)>;

/// What the remote's branch is beside the one that was fetched before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refreshed {
    /// There is no remote to ask.
    NoRemote,
    /// The remote has no such branch, and never had one that is known here.
    NoBranch,
    /// It is as it was, or continues what it was.
    Continues,
    /// It was there and is gone.
    Gone,
    /// It does not continue what it was: both commits, in hexadecimal.
    Rewritten {
        /// The commit that was fetched before.
        before: String,
        /// The commit that is there now.
        now: String,
    },
}

/// One state of the records branch.
pub struct RecordsView<'repo> {
    repository: &'repo Repository,
    commit: Oid,
    tree: Tree<'repo>,
}

impl std::fmt::Debug for RecordsView<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("RecordsView").field(&self.commit).finish()
    }
}

impl Repository {
    /// Where the project's remote is, without scheme, user and password; none without a remote. Of a folder only its name.
    #[must_use]
    pub fn home_address(&self) -> Option<String> {
        let name = self.home_remote().ok().flatten()?;
        let remote = self.git.find_remote(&name).ok()?;
        project(remote.url().ok()?)
    }

    /// The tree of the commit that is checked out, in hexadecimal; none on a branch without a commit.
    pub fn head_tree(&self) -> Result<Option<String>, ForgeError> {
        let Some(head) = self.head()? else { return Ok(None) };
        Ok(Some(self.tree_of(head.commit)?.id().to_string()))
    }

    /// The records branch that is here: the local one, or the fetched one where that is ahead of it.
    pub fn records(&self) -> Result<Option<RecordsView<'_>>, ForgeError> {
        let local = self.commit_at(LOCAL_RECORDS)?;
        let fetched = match self.home_remote()? {
            Some(remote) => self.commit_at(&fetched_records(&remote))?,
            None => None,
        };
        let newest = match (local, fetched) {
            (Some(local), Some(fetched)) if self.descends(fetched, local)? => Some(fetched),
            (local, fetched) => local.or(fetched),
        };
        newest.map(|commit| Ok(RecordsView { repository: self, commit, tree: self.tree_of(commit)? })).transpose()
    }

    /// Asks the remote for its records branch. One that does not continue what was fetched before is not put in its place.
    pub fn refresh_records(&self) -> Result<Refreshed, ForgeError> {
        let Some(remote) = self.home_remote()? else { return Ok(Refreshed::NoRemote) };
        let kept_as = fetched_records(&remote);
        let before = self.commit_at(&kept_as)?;
        let listed = self.run_git(&["ls-remote", "--", &remote, LOCAL_RECORDS])?;
        if listed.code != Some(0) {
            return Err(listed.failure("ls-remote", &remote));
        }
        if listed.stdout.trim().is_empty() {
            return Ok(if before.is_some() { Refreshed::Gone } else { Refreshed::NoBranch });
        }
        let refspec = format!("+{LOCAL_RECORDS}:{SCRATCH}");
        // Without a map of its own, git moves what was fetched before along, and a rewritten history would be told but once.
        let output = self.run_git(&["fetch", "--refmap=", "--no-tags", "--no-recurse-submodules", "--", &remote, &refspec])?;
        let now = match self.commit_at(SCRATCH)? {
            Some(now) if output.code == Some(0) => now,
            _ => return Err(output.failure("fetch", &remote)),
        };
        match before {
            Some(before) if before != now && !self.descends(now, before)? => {
                Ok(Refreshed::Rewritten { before: before.to_string(), now: now.to_string() })
            }
            _ => {
                self.move_branch(&kept_as, before, now, "modelgate: fetch the records")?;
                Ok(Refreshed::Continues)
            }
        }
    }
}

/// `host/path` of an address of a remote.
fn project(address: &str) -> Option<String> {
    let address = address.trim_end_matches('/');
    let address = address.strip_suffix(".git").unwrap_or(address);
    let folder = || address.rsplit(['/', '\\']).next().map(str::to_owned).filter(|name| !name.is_empty());
    if let Some((scheme, rest)) = address.split_once("://") {
        let rest = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
        return if scheme == "file" { folder() } else { Some(rest.to_owned()) };
    }
    match address.split_once(':') {
        // user@host:path, but no letter of a drive.
        Some((host, path)) if host.len() > 1 && !host.contains('/') => {
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            Some(format!("{host}/{path}"))
        }
        _ => folder(),
    }
}

impl RecordsView<'_> {
    /// The commit, in hexadecimal.
    #[must_use]
    pub fn commit(&self) -> String {
        self.commit.to_string()
    }

    /// A file's bytes; none where there is none.
    pub fn file(&self, path: &str) -> Result<Option<Vec<u8>>, ForgeError> {
        self.repository.blob_at(&self.tree, path)
    }

    /// The file with the checkpoint.
    pub fn checkpoint(&self) -> Result<Option<Vec<u8>>, ForgeError> {
        self.file(CHECKPOINT)
    }

    /// The file with the frontier.
    pub fn frontier(&self) -> Result<Option<Vec<u8>>, ForgeError> {
        self.file(FRONTIER)
    }

    /// Path and bytes of everything below the folder of entries, sorted by path.
    pub fn entries(&self) -> Result<Files, ForgeError> {
        self.below(LOG)
    }

    /// Path and bytes of at most `most` of the newest entries, the newest first.
    pub fn newest_entries(&self, most: usize) -> Result<Files, ForgeError> {
        let Some(log) = self.repository.subtree(&self.tree, LOG)? else { return Ok(Vec::new()) };
        let names: Vec<String> = log.iter().map(|folder| String::from_utf8_lossy(folder.name_bytes()).into_owned()).collect();
        let mut found = Vec::new();
        for name in names.iter().rev() {
            if found.len() >= most {
                break;
            }
            let Some(folder) = self.repository.subtree(&log, name)? else { continue };
            let mut files = Vec::new();
            self.collect(&folder, &format!("{LOG}/{name}"), &mut files)?;
            files.sort();
            found.extend(files.into_iter().rev());
        }
        found.truncate(most);
        Ok(found)
    }

    /// Whether the history was cut off by a shallow clone.
    #[must_use]
    pub fn is_cut_off(&self) -> bool {
        self.repository.is_shallow()
    }

    /// Path and bytes of every file below a folder, sorted by path.
    pub fn below(&self, folder: &str) -> Result<Files, ForgeError> {
        let Some(tree) = self.repository.subtree(&self.tree, folder)? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        self.collect(&tree, folder, &mut found)?;
        found.sort();
        Ok(found)
    }

    fn collect(&self, tree: &Tree<'_>, path: &str, found: &mut Files) -> Result<(), ForgeError> {
        let wrong = ForgeError::git("reading the records branch");
        for entry in tree {
            let inner = format!("{path}/{}", String::from_utf8_lossy(entry.name_bytes()));
            match entry.kind() {
                Some(ObjectType::Tree) => {
                    let tree = self.repository.git.find_tree(entry.id()).map_err(&wrong)?;
                    self.collect(&tree, &inner, found)?;
                }
                Some(ObjectType::Blob) => {
                    let blob = self.repository.git.find_blob(entry.id()).map_err(&wrong)?;
                    found.push((inner, blob.content().to_vec()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Name and digest of each file of each stored release, by the release's tag.
    pub fn releases(&self) -> Result<Vec<(String, Files)>, ForgeError> {
        let Some(folder) = self.repository.subtree(&self.tree, RELEASES)? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for entry in &folder {
            let tag = String::from_utf8_lossy(entry.name_bytes()).into_owned();
            let mut files = Vec::new();
            if let Some(release) = self.repository.subtree(&folder, &tag)? {
                self.collect(&release, "", &mut files)?;
            }
            let named = files.into_iter().map(|(path, bytes)| (path.trim_start_matches('/').to_owned(), bytes));
            found.push((tag, named.collect()));
        }
        Ok(found)
    }

    /// Every file, found once, to be read from several threads.
    pub fn files(&self) -> Result<RecordsFiles, ForgeError> {
        RecordsFiles::of(&self.repository.git, self.commit, &self.tree)
    }
}

#[cfg(test)]
mod tests;
