//! Pushing the records branch without force: what others pushed meanwhile is kept, and ours is put on top of it.

use git2::{ObjectType, Oid, Sort, Tree};

use crate::git::error::ForgeError;
use crate::git::names::check_remote;
use crate::git::program::GitOutput;
use crate::git::records::{LOCAL_RECORDS, RELEASES, RecordChange, fetched_records};
use crate::git::repository::Repository;
use crate::git::trail::{TrailWriter, is_order};

/// A push that worked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushOutcome {
    /// The commit that the remote's records branch now has, in hexadecimal.
    pub commit: String,
    /// Whether the remote was changed.
    pub change: RecordChange,
    /// How many pushes it took.
    pub attempts: u32,
}

/// What one push came to.
enum Pushed {
    Done(RecordChange),
    /// The remote has commits that we lack, or somebody is writing at this moment.
    Behind(GitOutput),
}

impl Repository {
    /// Pushes the local records branch to `remote` (a name or an address), never with force. Where others pushed
    /// first, their branch is fetched, our records are put on top of it, and it is tried again, `attempts` times in
    /// all (at least once). Entries of the trail are made anew there by `writer`, because each names what is before it.
    ///
    /// Fails where the remote holds other bytes under the same path, and on every other trouble, with what git said.
    pub fn push_records(&self, remote: &str, attempts: u32, writer: &TrailWriter<'_>) -> Result<PushOutcome, ForgeError> {
        check_remote(remote)?;
        let mut attempt = 1;
        loop {
            let tip = self.commit_at(LOCAL_RECORDS)?.ok_or(ForgeError::NothingToPush)?;
            match self.push_once(remote, tip)? {
                Pushed::Done(change) => return Ok(PushOutcome { commit: tip.to_string(), change, attempts: attempt }),
                Pushed::Behind(output) if attempt >= attempts => {
                    return Err(ForgeError::PushContended { attempts: attempt, stderr: output.stderr });
                }
                Pushed::Behind(_) => {
                    wait_a_little(tip, attempt);
                    self.put_on_top_of_remote(remote, tip, writer)?;
                }
            }
            attempt += 1;
        }
    }

    fn push_once(&self, remote: &str, tip: Oid) -> Result<Pushed, ForgeError> {
        let refspec = format!("{tip}:{LOCAL_RECORDS}");
        let output = self.run_git(&["push", "--porcelain", "--", remote, &refspec])?;
        match classify(&output.stdout) {
            Answer::Behind => Ok(Pushed::Behind(output)),
            Answer::UpToDate if output.code == Some(0) => Ok(Pushed::Done(RecordChange::Unchanged)),
            Answer::Other if output.code == Some(0) => Ok(Pushed::Done(RecordChange::Written)),
            Answer::UpToDate | Answer::Other => Err(output.failure("push", remote)),
        }
    }

    /// Fetches the remote's records and moves the local branch to them plus what only we have. The move is skipped
    /// where another program moved the local branch meanwhile: the next attempt starts from there.
    fn put_on_top_of_remote(&self, remote: &str, ours: Oid, writer: &TrailWriter<'_>) -> Result<(), ForgeError> {
        let theirs = self.fetch_records(remote)?;
        if ours == theirs || self.descends(ours, theirs)? {
            return Ok(());
        }
        let rebuilt = self.replay(ours, theirs, writer)?;
        self.move_branch(LOCAL_RECORDS, Some(ours), rebuilt, "modelgate: put our records on top of the remote's")?;
        Ok(())
    }

    fn fetch_records(&self, remote: &str) -> Result<Oid, ForgeError> {
        let is_name = self.remotes()?.iter().any(|name| name == remote);
        // An address has no place under refs/remotes, and must not pass for a remote there.
        let kept_as = if is_name { fetched_records(remote) } else { "refs/modelgate/fetched-records".to_owned() };
        let refspec = format!("+{LOCAL_RECORDS}:{kept_as}");
        let output = self.run_git(&["fetch", "--no-tags", "--no-recurse-submodules", "--", remote, &refspec])?;
        match self.commit_at(&kept_as)? {
            Some(commit) if output.code == Some(0) => Ok(commit),
            _ => Err(output.failure("fetch", remote)),
        }
    }

    /// Makes each of our commits anew on top of theirs: what it added is added there, what is there already is left.
    fn replay(&self, ours: Oid, theirs: Oid, writer: &TrailWriter<'_>) -> Result<Oid, ForgeError> {
        let wrong = ForgeError::git("putting our records on top of the remote's");
        let mut walk = self.git.revwalk().map_err(&wrong)?;
        walk.set_sorting(Sort::TOPOLOGICAL | Sort::REVERSE).map_err(&wrong)?;
        walk.push(ours).and_then(|()| walk.hide(theirs)).map_err(&wrong)?;
        let mut top = theirs;
        for id in walk {
            let commit = id.and_then(|id| self.git.find_commit(id)).map_err(&wrong)?;
            let before = commit.parent_id(0).ok().map(|parent| self.tree_of(parent)).transpose()?;
            let there = self.tree_of(top)?;
            let ours = self.tree_of(commit.id())?;
            let added = self.with_additions(before.as_ref(), &ours, &there, "")?;
            let tree = self.appended_anew((before.as_ref(), &ours), &there, added, writer)?;
            if tree != there.id() {
                let message = String::from_utf8_lossy(commit.message_bytes()).into_owned();
                top = self.commit_tree(tree, Some(top), &commit.author(), &commit.committer(), &message)?;
            }
        }
        Ok(top)
    }

    /// The tree `there` plus what `ours` adds to `before`. Records are only ever added, so anything that is there with
    /// other content is a conflict. A release is one thing: it is never mixed from two.
    fn with_additions(
        &self,
        before: Option<&Tree<'_>>,
        ours: &Tree<'_>,
        there: &Tree<'_>,
        path: &str,
    ) -> Result<Oid, ForgeError> {
        let wrong = ForgeError::git("putting our records on top of the remote's");
        let mut result = self.git.treebuilder(Some(there)).map_err(&wrong)?;
        for entry in ours {
            let name = entry.name_bytes();
            let known = before.and_then(|before| before.get_name_bytes(name));
            let existing = there.get_name_bytes(name);
            let is_there = [&known, &existing].into_iter().flatten().any(|other| other.id() == entry.id());
            if is_there || is_order(path, name) {
                continue;
            }
            let inner = format!("{path}{}", String::from_utf8_lossy(name));
            let is_folder = entry.kind() == Some(ObjectType::Tree);
            let id = match existing {
                None => entry.id(),
                Some(existing) if is_folder && existing.kind() == Some(ObjectType::Tree) && !is_release(path) => {
                    let folder = |id| self.git.find_tree(id).map_err(&wrong);
                    let known = known.and_then(|known| self.git.find_tree(known.id()).ok());
                    self.with_additions(known.as_ref(), &folder(entry.id())?, &folder(existing.id())?, &format!("{inner}/"))?
                }
                Some(_) => return Err(ForgeError::RecordsConflict { path: inner }),
            };
            result.insert(name, id, entry.filemode()).map_err(&wrong)?;
        }
        result.write().map_err(wrong)
    }
}

/// Writers that were refused at the same moment come back at different ones: the commit's digits are as good as dice.
fn wait_a_little(tip: Oid, attempt: u32) {
    let die = tip.as_bytes().iter().take(4).fold(attempt, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte)));
    let most = 8 * attempt.min(25);
    std::thread::sleep(std::time::Duration::from_millis(u64::from(die % most.max(1))));
}

/// Whether the entries of this folder are releases.
fn is_release(path: &str) -> bool {
    path.strip_suffix('/') == Some(RELEASES)
}

#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Behind,
    UpToDate,
    Other,
}

/// Reads the machine-readable answer of `git push --porcelain`: `<flag> TAB <from>:<to> TAB <summary> (<reason>)`.
fn classify(stdout: &str) -> Answer {
    let line = stdout.lines().find_map(|line| {
        let (flag, rest) = line.split_once('\t')?;
        let (references, summary) = rest.split_once('\t')?;
        references.ends_with(LOCAL_RECORDS).then_some((flag, summary))
    });
    match line {
        Some(("=", _)) => Answer::UpToDate,
        Some(("!", summary)) if is_lost_race(summary) => Answer::Behind,
        _ => Answer::Other,
    }
}

/// Rejected because of somebody else's push: seen beforehand, or on the server at the moment of writing.
fn is_lost_race(summary: &str) -> bool {
    let before = ["(fetch first)", "(non-fast-forward)", "(stale info)"];
    let meanwhile = ["cannot lock ref", "failed to update ref", "incorrect old value provided", "reference already exists"];
    (summary.starts_with("[rejected]") && before.iter().any(|reason| summary.contains(reason)))
        || (summary.starts_with("[remote rejected]") && meanwhile.iter().any(|reason| summary.contains(reason)))
}

#[cfg(test)]
mod tests;
