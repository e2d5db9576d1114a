//! The audit trail on the records branch: entries are put on top of what is there, and made anew where others were faster.

use git2::build::TreeUpdateBuilder;
use git2::{FileMode, ObjectType, Oid, Tree};
use modelgate_ledger::trail::{CHECKPOINT, FRONTIER, Head, Kind, LOG, TrailEntry, object_path};
use modelgate_ledger::{Checkpoint, SigningKey, sha256};

use crate::git::error::ForgeError;
use crate::git::records::{LOCAL_RECORDS, TRIES};
use crate::git::repository::Repository;

/// Who appends, and when.
#[derive(Debug, Clone)]
pub struct TrailWriter<'key> {
    /// The name of a trail that begins now; one that is there keeps its own.
    pub origin: String,
    /// Signs the checkpoint.
    pub key: Option<&'key SigningKey>,
    /// Now, RFC 3339, UTC, to the second.
    pub appended_at: String,
}

/// A statement to append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// What it is about.
    pub kind: Kind,
    /// The bytes of its envelope.
    pub envelope: Vec<u8>,
    /// What its statement names by digest and the trail keeps with it.
    pub evidence: Vec<Vec<u8>>,
}

/// What appending came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppendOutcome {
    /// The entries that were made; those whose statements were there already are left out.
    pub entries: Vec<TrailEntry>,
    /// The checkpoint of the trail now.
    pub checkpoint: Checkpoint,
}

/// What the top folder holds besides what is only ever added.
pub(crate) fn is_replaced(name: &str) -> bool {
    name == CHECKPOINT || name == FRONTIER
}

/// What belongs to the trail's own order, and is made anew when it is put on top of another's.
pub(crate) fn is_order(path: &str, name: &[u8]) -> bool {
    path.is_empty() && [LOG, CHECKPOINT, FRONTIER].iter().any(|own| own.as_bytes() == name)
}

impl Repository {
    /// Appends statements with one commit on the local records branch, on top of a fetched one where the local one is missing or
    /// merely behind. What is there already is not appended again. `seconds` is the commit's time since 1970.
    pub fn append_to_trail(
        &self,
        entries: &[NewEntry],
        writer: &TrailWriter<'_>,
        seconds: i64,
    ) -> Result<AppendOutcome, ForgeError> {
        self.refuse_checked_out_records()?;
        let signature = self.signature(seconds)?;
        for attempt in 0..TRIES {
            let tip = self.start_from_fetched()?;
            let tree = tip.map(|tip| self.tree_of(tip)).transpose()?;
            let mut head = self.trail_head(tree.as_ref(), &writer.origin)?;
            let (mut made, mut files) = (Vec::new(), Vec::new());
            for NewEntry { kind, envelope, evidence } in entries {
                let digest = sha256(envelope);
                if self.has_object(tree.as_ref(), &object_path(&digest))?
                    || made.iter().any(|one: &TrailEntry| one.payload == digest)
                {
                    continue;
                }
                let entry = head.append(*kind, digest, &writer.appended_at);
                files.push((object_path(&digest), envelope.clone()));
                files.extend(evidence.iter().map(|bytes| (object_path(&sha256(bytes)), bytes.clone())));
                files.push((entry.path(), entry.to_line().into_bytes()));
                made.push(entry);
            }
            let checkpoint = head.checkpoint(writer.key);
            if made.is_empty() {
                return Ok(AppendOutcome { entries: made, checkpoint });
            }
            files.push((CHECKPOINT.to_owned(), checkpoint.to_text().into_bytes()));
            files.push((FRONTIER.to_owned(), head.frontier().into_bytes()));
            let changed = self.with_files(tree.as_ref(), &files)?;
            let commit = self.commit_tree(changed, tip, &signature, &signature, &message(&made))?;
            if self.move_branch(LOCAL_RECORDS, tip, commit, "modelgate: append to the trail")? {
                return Ok(AppendOutcome { entries: made, checkpoint });
            }
            std::thread::sleep(std::time::Duration::from_millis(u64::from(attempt)));
        }
        Err(ForgeError::Contended { tries: TRIES })
    }

    /// Adds files beside the trail with one commit on the local records branch; whether there was anything to add.
    pub fn add_beside_trail(&self, files: &[(String, Vec<u8>)], message: &str, seconds: i64) -> Result<bool, ForgeError> {
        self.refuse_checked_out_records()?;
        let signature = self.signature(seconds)?;
        for attempt in 0..TRIES {
            let tip = self.start_from_fetched()?.ok_or(ForgeError::NothingToPush)?;
            let tree = self.tree_of(tip)?;
            if files.iter().all(|(path, _)| tree.get_path(path.as_ref()).is_ok()) {
                return Ok(false);
            }
            let changed = self.with_files(Some(&tree), files)?;
            let commit = self.commit_tree(changed, Some(tip), &signature, &signature, &format!("{message}\n\n[skip ci]"))?;
            if self.move_branch(LOCAL_RECORDS, Some(tip), commit, "modelgate: add beside the trail")? {
                return Ok(true);
            }
            std::thread::sleep(std::time::Duration::from_millis(u64::from(attempt)));
        }
        Err(ForgeError::Contended { tries: TRIES })
    }

    /// Whether a statement is on one of the records branches that are here.
    fn has_object(&self, tree: Option<&Tree<'_>>, path: &str) -> Result<bool, ForgeError> {
        let is_in = |tree: &Tree<'_>| tree.get_path(path.as_ref()).is_ok();
        Ok(tree.is_some_and(is_in) || self.record_tips()?.iter().any(|tip| is_in(&tip.tree)))
    }

    /// The end of the trail in a tree; a new one where there is none.
    fn trail_head(&self, tree: Option<&Tree<'_>>, origin: &str) -> Result<Head, ForgeError> {
        let Some(tree) = tree else { return Ok(Head::new(origin.to_owned())) };
        let file = |name: &str| self.blob_at(tree, name);
        match (file(CHECKPOINT)?, file(FRONTIER)?) {
            (Some(checkpoint), Some(frontier)) => {
                Head::read(&checkpoint, &frontier).map_err(|error| ForgeError::TrailBroken { reason: error.to_string() })
            }
            (None, None) if tree.get_name(LOG).is_none() => Ok(Head::new(origin.to_owned())),
            _ => Err(ForgeError::TrailBroken { reason: "its checkpoint is missing".to_owned() }),
        }
    }

    /// The bytes of a file in a tree; none where there is none.
    pub(crate) fn blob_at(&self, tree: &Tree<'_>, path: &str) -> Result<Option<Vec<u8>>, ForgeError> {
        let Ok(entry) = tree.get_path(path.as_ref()) else { return Ok(None) };
        let blob = self.git.find_blob(entry.id()).map_err(ForgeError::git("reading the records branch"))?;
        Ok(Some(blob.content().to_vec()))
    }

    fn with_files(&self, tree: Option<&Tree<'_>>, files: &[(String, Vec<u8>)]) -> Result<Oid, ForgeError> {
        let wrong = ForgeError::git("writing the trail");
        let empty;
        let base = if let Some(tree) = tree {
            tree
        } else {
            let id = self.git.treebuilder(None).and_then(|builder| builder.write()).map_err(&wrong)?;
            empty = self.git.find_tree(id).map_err(&wrong)?;
            &empty
        };
        let mut update = TreeUpdateBuilder::new();
        for (path, bytes) in files {
            let blob = self.git.blob(bytes).map_err(&wrong)?;
            update.upsert(path.as_str(), blob, FileMode::Blob);
        }
        update.create_updated(&self.git, base).map_err(wrong)
    }

    /// What a commit of ours appended, appended again at the end of `there`. What is there already is left out. `added` is `there` with
    /// everything else of the commit.
    pub(crate) fn appended_anew(
        &self,
        (before, ours): (Option<&Tree<'_>>, &Tree<'_>),
        there: &Tree<'_>,
        added: Oid,
        writer: &TrailWriter<'_>,
    ) -> Result<Oid, ForgeError> {
        let appended = self.new_entries(before, ours)?;
        if appended.is_empty() {
            return Ok(added);
        }
        let mut head = self.trail_head(Some(there), &writer.origin)?;
        let mut files = Vec::new();
        for TrailEntry { kind, payload, .. } in appended {
            if there.get_path(object_path(&payload).as_ref()).is_err() {
                let entry = head.append(kind, payload, &writer.appended_at);
                files.push((entry.path(), entry.to_line().into_bytes()));
            }
        }
        if files.is_empty() {
            return Ok(added);
        }
        files.push((CHECKPOINT.to_owned(), head.checkpoint(writer.key).to_text().into_bytes()));
        files.push((FRONTIER.to_owned(), head.frontier().into_bytes()));
        let added = self.git.find_tree(added).map_err(ForgeError::git("reading the records branch"))?;
        self.with_files(Some(&added), &files)
    }

    /// The entries of `ours` that `before` does not have, in their order.
    fn new_entries(&self, before: Option<&Tree<'_>>, ours: &Tree<'_>) -> Result<Vec<TrailEntry>, ForgeError> {
        let Some(log) = self.subtree(ours, LOG)? else { return Ok(Vec::new()) };
        let log_before = before.map(|before| self.subtree(before, LOG)).transpose()?.flatten();
        let mut found = Vec::new();
        self.collect_new(log_before.as_ref(), &log, &mut found)?;
        found.sort_by_key(|entry| entry.seq);
        Ok(found)
    }

    fn collect_new(&self, before: Option<&Tree<'_>>, ours: &Tree<'_>, found: &mut Vec<TrailEntry>) -> Result<(), ForgeError> {
        let wrong = ForgeError::git("reading the trail");
        for one in ours {
            let known = before.and_then(|before| before.get_name_bytes(one.name_bytes()));
            if known.as_ref().is_some_and(|known| known.id() == one.id()) {
                continue;
            }
            if one.kind() == Some(ObjectType::Tree) {
                let known = known.and_then(|known| self.git.find_tree(known.id()).ok());
                self.collect_new(known.as_ref(), &self.git.find_tree(one.id()).map_err(&wrong)?, found)?;
            } else if known.is_none() {
                let blob = self.git.find_blob(one.id()).map_err(&wrong)?;
                found.push(TrailEntry::parse(blob.content()).map_err(|reason| ForgeError::TrailBroken { reason })?);
            }
        }
        Ok(())
    }
}

fn message(made: &[TrailEntry]) -> String {
    let told: Vec<String> = made.iter().take(5).map(|entry| format!("{} {}", entry.kind, entry.seq)).collect();
    let more = if made.len() > 5 { format!(" and {} more", made.len() - 5) } else { String::new() };
    // No CI system has anything to do on this branch.
    format!("Append {}{more}\n\n[skip ci]", told.join(", "))
}

#[cfg(test)]
mod tests;
