//! The records branch: releases and the audit trail on an orphan branch, written without touching work tree or index.

use git2::{ErrorCode, Oid, Signature, Time, Tree};

use crate::git::error::ForgeError;
use crate::git::names::{check_file, check_release, sort_releases};
use crate::git::repository::Repository;

/// The orphan branch that holds what modelgate keeps: `releases/<tag>/<file>`, and the trail in `log/`, `objects/`, `checkpoint`.
pub const RECORDS_BRANCH: &str = "modelgate-records";

/// The folder of the releases on the records branch.
pub(crate) const RELEASES: &str = "releases";

/// The local records branch.
pub(crate) const LOCAL_RECORDS: &str = "refs/heads/modelgate-records";

const FILE_MODE: i32 = 0o100_644;
const FOLDER_MODE: i32 = 0o040_000;

/// How often a write to the local branch is tried while other programs write to it as well.
pub(crate) const TRIES: u32 = 20;

/// What storing a release, or pushing, did to the records branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordChange {
    /// Something new was written.
    Written,
    /// The same bytes were there already; nothing was written.
    Unchanged,
}

/// A release on the records branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRelease {
    /// The commit of the records branch that holds it, in hexadecimal.
    pub commit: String,
    /// Its folder on the records branch: `releases/<tag>`.
    pub path: String,
    /// Whether a commit was made.
    pub change: RecordChange,
}

/// The tip of one records branch: the local one or one that was fetched.
pub(crate) struct Tip<'repo> {
    pub(crate) commit: Oid,
    pub(crate) tree: Tree<'repo>,
}

impl Repository {
    /// Stores `files` (name and bytes) as `releases/<tag>/` with one commit on the local records branch, on top of a
    /// fetched records branch where the local one is missing or merely behind. Work tree, index and `HEAD` stay as
    /// they are. `seconds` is the commit's time since 1970, UTC; author and committer come from git's configuration,
    /// else they are `modelgate <modelgate@localhost>`.
    ///
    /// Storing the same bytes again changes nothing; other bytes under a stored tag are refused.
    pub fn store_release(
        &self,
        tag: &str,
        files: &[(String, Vec<u8>)],
        message: &str,
        seconds: i64,
    ) -> Result<StoredRelease, ForgeError> {
        check_release(tag)?;
        self.refuse_checked_out_records()?;
        let release = self.release_tree(tag, files)?;
        let signature = self.signature(seconds)?;
        let stored =
            |commit: Oid, change| StoredRelease { commit: commit.to_string(), path: format!("{RELEASES}/{tag}"), change };
        for attempt in 0..TRIES {
            let tip = self.start_from_fetched()?;
            if self.is_stored(tag, release)?
                && let Some(tip) = tip
            {
                return Ok(stored(tip, RecordChange::Unchanged));
            }
            let tree = self.tree_with_release(tip, tag, release)?;
            let commit = self.commit_tree(tree, tip, &signature, &signature, message)?;
            if self.move_branch(LOCAL_RECORDS, tip, commit, "modelgate: store a release")? {
                return Ok(stored(commit, RecordChange::Written));
            }
            std::thread::sleep(std::time::Duration::from_millis(u64::from(attempt)));
        }
        Err(ForgeError::Contended { tries: TRIES })
    }

    /// The stored releases, local and fetched, sorted by version; tags that name no version come first.
    pub fn list_releases(&self) -> Result<Vec<String>, ForgeError> {
        let mut names = Vec::new();
        for tip in self.record_tips()? {
            let Some(releases) = self.subtree(&tip.tree, RELEASES)? else { continue };
            names.extend(releases.iter().filter_map(|entry| entry.name().ok().map(str::to_owned)));
        }
        sort_releases(&mut names);
        names.dedup();
        Ok(names)
    }

    /// The records branches that are here: the local one, then fetched ones, `origin` first.
    pub(crate) fn record_tips(&self) -> Result<Vec<Tip<'_>>, ForgeError> {
        let fetched = self.home_remote()?.map(|remote| fetched_records(&remote));
        let mut tips = Vec::new();
        for reference in std::iter::once(LOCAL_RECORDS.to_owned()).chain(fetched) {
            if let Some(commit) = self.commit_at(&reference)? {
                tips.push(Tip { commit, tree: self.tree_of(commit)? });
            }
        }
        Ok(tips)
    }

    /// The bytes of a release's file; none where that branch does not have it.
    pub(crate) fn release_file(&self, tip: &Tip<'_>, tag: &str, file: &str) -> Result<Option<Vec<u8>>, ForgeError> {
        let Some(release) = self.release_folder(tip, tag)? else { return Ok(None) };
        let Some(entry) = release.get_name(file) else { return Ok(None) };
        let blob = self.git.find_blob(entry.id()).map_err(ForgeError::git("reading a stored file"))?;
        Ok(Some(blob.content().to_vec()))
    }

    /// The folder of a release; none where that branch does not have it.
    pub(crate) fn release_folder(&self, tip: &Tip<'_>, tag: &str) -> Result<Option<Tree<'_>>, ForgeError> {
        match self.subtree(&tip.tree, RELEASES)? {
            Some(releases) => self.subtree(&releases, tag),
            None => Ok(None),
        }
    }

    /// Moves a branch from the commit where it was seen (none: it was not there) to another. False where somebody else
    /// moved it meanwhile or is about to.
    pub(crate) fn move_branch(&self, name: &str, from: Option<Oid>, to: Oid, reason: &str) -> Result<bool, ForgeError> {
        let seen = from.unwrap_or(Oid::ZERO_SHA1);
        match self.git.reference_matching(name, to, true, seen, reason) {
            Ok(_) => Ok(true),
            Err(error) if is_lost_race(error.code()) => Ok(false),
            Err(error) => Err(ForgeError::git("moving the records branch")(error)),
        }
    }

    pub(crate) fn commit_tree(
        &self,
        tree: Oid,
        parent: Option<Oid>,
        author: &Signature<'_>,
        committer: &Signature<'_>,
        message: &str,
    ) -> Result<Oid, ForgeError> {
        let wrong = ForgeError::git("writing a commit of the records branch");
        let tree = self.git.find_tree(tree).map_err(&wrong)?;
        let parent = parent.map(|parent| self.git.find_commit(parent)).transpose().map_err(&wrong)?;
        let parents: Vec<_> = parent.iter().collect();
        self.git.commit(None, author, committer, message, &tree, &parents).map_err(wrong)
    }

    pub(crate) fn tree_of(&self, commit: Oid) -> Result<Tree<'_>, ForgeError> {
        let commit = self.git.find_commit(commit);
        commit.and_then(|commit| commit.tree()).map_err(ForgeError::git("reading the records branch"))
    }

    pub(crate) fn subtree(&self, tree: &Tree<'_>, name: &str) -> Result<Option<Tree<'_>>, ForgeError> {
        let Some(entry) = tree.get_name(name) else { return Ok(None) };
        self.git.find_tree(entry.id()).map(Some).map_err(ForgeError::git("reading the records branch"))
    }

    /// The local records branch, made or brought forward from a fetched one where nothing local is lost by it.
    pub(crate) fn start_from_fetched(&self) -> Result<Option<Oid>, ForgeError> {
        let local = self.commit_at(LOCAL_RECORDS)?;
        for remote in self.remotes()? {
            let Some(fetched) = self.commit_at(&fetched_records(&remote))? else { continue };
            let is_behind = match local {
                Some(local) => self.descends(fetched, local)?,
                None => true,
            };
            if is_behind && self.move_branch(LOCAL_RECORDS, local, fetched, "modelgate: start from the fetched records")? {
                return Ok(Some(fetched));
            }
            break;
        }
        self.commit_at(LOCAL_RECORDS)
    }

    /// Whether `descendant` has `ancestor` in its history and is not the same.
    pub(crate) fn descends(&self, descendant: Oid, ancestor: Oid) -> Result<bool, ForgeError> {
        self.git.graph_descendant_of(descendant, ancestor).map_err(ForgeError::git("comparing records branches"))
    }

    pub(crate) fn refuse_checked_out_records(&self) -> Result<(), ForgeError> {
        let head = self.git.find_reference("HEAD").map_err(ForgeError::git("reading HEAD"))?;
        let is_records = head.symbolic_target_bytes() == Some(LOCAL_RECORDS.as_bytes());
        if is_records && !self.git.is_bare() { Err(ForgeError::RecordsCheckedOut) } else { Ok(()) }
    }

    fn release_tree(&self, tag: &str, files: &[(String, Vec<u8>)]) -> Result<Oid, ForgeError> {
        let wrong = ForgeError::git("writing the files of a release");
        if files.is_empty() {
            return Err(ForgeError::NothingToStore { release: tag.to_owned() });
        }
        let mut folder = self.git.treebuilder(None).map_err(&wrong)?;
        for (name, bytes) in files {
            check_file(name)?;
            if folder.get(name.as_str()).map_err(&wrong)?.is_some() {
                return Err(ForgeError::BadName { what: "a file name", name: name.clone(), reason: "it is there twice" });
            }
            let blob = self.git.blob(bytes).map_err(&wrong)?;
            folder.insert(name.as_str(), blob, FILE_MODE).map_err(&wrong)?;
        }
        folder.write().map_err(wrong)
    }

    /// Whether the release is stored with exactly these files; an error where it is stored with others, also on a
    /// fetched branch: pushing would fail.
    fn is_stored(&self, tag: &str, release: Oid) -> Result<bool, ForgeError> {
        let mut is_local = false;
        for (index, tip) in self.record_tips()?.iter().enumerate() {
            let Some(there) = self.release_folder(tip, tag)? else { continue };
            if there.id() != release {
                let ours = self.git.find_tree(release).map_err(ForgeError::git("reading a release"))?;
                return Err(ForgeError::ReleaseDiffers { release: tag.to_owned(), differing: differing(&ours, &there) });
            }
            is_local |= index == 0;
        }
        Ok(is_local)
    }

    fn tree_with_release(&self, tip: Option<Oid>, tag: &str, release: Oid) -> Result<Oid, ForgeError> {
        let wrong = ForgeError::git("writing the records branch");
        let root = tip.map(|tip| self.tree_of(tip)).transpose()?;
        let releases = root.as_ref().map(|root| self.subtree(root, RELEASES)).transpose()?.flatten();
        let mut folder = self.git.treebuilder(releases.as_ref()).map_err(&wrong)?;
        folder.insert(tag, release, FOLDER_MODE).map_err(&wrong)?;
        let folder = folder.write().map_err(&wrong)?;
        let mut top = self.git.treebuilder(root.as_ref()).map_err(&wrong)?;
        top.insert(RELEASES, folder, FOLDER_MODE).map_err(&wrong)?;
        top.write().map_err(wrong)
    }

    pub(crate) fn signature(&self, seconds: i64) -> Result<Signature<'static>, ForgeError> {
        let config = self.git.config().map_err(ForgeError::git("reading git's configuration"))?;
        signature_from(&config, seconds)
    }
}

/// The records branch of a remote, as it was last fetched.
pub(crate) fn fetched_records(remote: &str) -> String {
    format!("refs/remotes/{remote}/{RECORDS_BRANCH}")
}

fn is_lost_race(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::Modified | ErrorCode::Locked | ErrorCode::Exists | ErrorCode::NotFound)
}

/// Names of the files that one folder has and the other has not, or with other bytes.
fn differing(ours: &Tree<'_>, theirs: &Tree<'_>) -> Vec<String> {
    let lacks = |one: &Tree<'_>, other: &Tree<'_>| -> Vec<String> {
        let differs = |name: &[u8], id| other.get_name_bytes(name).is_none_or(|entry| entry.id() != id);
        let entries = one.iter().filter(|entry| differs(entry.name_bytes(), entry.id()));
        entries.map(|entry| crate::git::names::shown(&String::from_utf8_lossy(entry.name_bytes()))).collect()
    };
    let mut names = [lacks(ours, theirs), lacks(theirs, ours)].concat();
    names.sort();
    names.dedup();
    names
}

fn signature_from(config: &git2::Config, seconds: i64) -> Result<Signature<'static>, ForgeError> {
    let time = Time::new(seconds, 0);
    let text = |key: &str| config.get_string(key).ok();
    // libgit2 refuses empty names and names of nothing but punctuation: those fall back as well.
    let configured =
        text("user.name").zip(text("user.email")).and_then(|(name, email)| Signature::new(&name, &email, &time).ok());
    match configured {
        Some(signature) => Ok(signature),
        None => Signature::new("modelgate", "modelgate@localhost", &time).map_err(ForgeError::git("naming the author")),
    }
}

#[cfg(test)]
mod tests;
