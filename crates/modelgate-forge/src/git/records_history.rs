//! Whether the history of the records branch only ever added to it.

use std::num::NonZero;

use git2::{ObjectType, Oid, Sort, Tree, TreeEntry};
use modelgate_ledger::in_order;

use crate::git::error::ForgeError;
use crate::git::records_files::RecordsFiles;
use crate::git::target::short;
use crate::git::trail::is_replaced;

/// How many faults of the history are told.
const MOST_FAULTS: usize = 20;

/// How many commits one thread looks at before it takes others: neighbours share most of their folders.
const IN_A_PART: usize = 100;

impl RecordsFiles {
    /// Everything in the history that did more than add files: merges, and files that were changed or removed. Where the history was
    /// cut off (a shallow clone), what is there is looked at.
    pub fn history_faults(&self, threads: NonZero<usize>) -> Result<Vec<String>, ForgeError> {
        let commits = self.readers.with(|git| {
            let mut walk = git.revwalk()?;
            walk.set_sorting(Sort::TOPOLOGICAL)?;
            walk.push(self.commit)?;
            walk.collect::<Result<Vec<Oid>, _>>()
        })?;
        let parts: Vec<&[Oid]> = commits.chunks(IN_A_PART).collect();
        let found = in_order(&parts, threads, |part| self.readers.with(|git| faults_of(git, part)));
        let mut faults: Vec<String> = found.into_iter().collect::<Result<Vec<_>, _>>()?.concat();
        if faults.len() > MOST_FAULTS {
            faults.truncate(MOST_FAULTS);
            faults.push("and more".to_owned());
        }
        Ok(faults)
    }
}

/// What some commits did besides adding files; of many faults the first.
fn faults_of(git: &git2::Repository, commits: &[Oid]) -> Result<Vec<String>, git2::Error> {
    let mut faults = Vec::new();
    for id in commits {
        if faults.len() > MOST_FAULTS {
            break;
        }
        let commit = git.find_commit(*id)?;
        let name = short(commit.id());
        if commit.parent_count() > 1 {
            faults.push(format!("commit {name} is a merge: the branch is not one line"));
        }
        let after = commit.tree()?;
        for parent in commit.parents() {
            compare(git, &parent.tree()?, &after, "", &mut |path, what| faults.push(format!("commit {name} {what} {path}")))?;
        }
    }
    Ok(faults)
}

fn compare(
    git: &git2::Repository,
    before: &Tree<'_>,
    after: &Tree<'_>,
    path: &str,
    tell: &mut dyn FnMut(&str, &str),
) -> Result<(), git2::Error> {
    if before.id() == after.id() {
        return Ok(());
    }
    let mut place = 0;
    for entry in before {
        let name = entry.name_bytes();
        let inner = || format!("{path}{}", String::from_utf8_lossy(name));
        match same_name(after, name, &mut place) {
            None => tell(&inner(), "removes"),
            Some(now) if now.id() == entry.id() && now.filemode() == entry.filemode() => {}
            Some(now) if now.kind() == Some(ObjectType::Tree) && entry.kind() == Some(ObjectType::Tree) => {
                compare(git, &git.find_tree(entry.id())?, &git.find_tree(now.id())?, &(inner() + "/"), tell)?;
            }
            Some(_) if path.is_empty() && is_replaced(&inner()) => {}
            Some(_) => tell(&inner(), "changes"),
        }
    }
    Ok(())
}

/// The entry of that name: nearly always the one at `place`, or the next where one was added before it.
fn same_name<'tree>(tree: &'tree Tree<'_>, name: &[u8], place: &mut usize) -> Option<TreeEntry<'tree>> {
    for near in [*place, *place + 1] {
        if let Some(entry) = tree.get(near).filter(|entry| entry.name_bytes() == name) {
            *place = near + 1;
            return Some(entry);
        }
    }
    tree.get_name_bytes(name)
}
