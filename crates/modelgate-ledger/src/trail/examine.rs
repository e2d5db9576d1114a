//! Looks at a whole trail and names everything that is not as it was written.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;

use crate::hex::{Hash, sha256, to_hex};
use crate::merkle::Frontier;
use crate::{Checkpoint, Envelope, in_order};

use super::{TrailEntry, object_path};

/// How far clocks of writers may be apart, in seconds.
const CLOCKS_APART: i64 = 300;

/// What a fault means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultClass {
    /// Something is not as it was written.
    Tampered,
    /// Something that is named is not there.
    Incomplete,
    /// Who vouches for something cannot be told.
    Unverifiable,
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What it means.
    pub class: FaultClass,
    /// One word for what was done: `edited`, `dropped`, `forged` and the like.
    pub name: &'static str,
    /// What, and where.
    pub text: String,
}

impl Fault {
    /// Something is not as it was written.
    #[must_use]
    pub fn tampered(name: &'static str, text: impl Into<String>) -> Self {
        Self { class: FaultClass::Tampered, name, text: text.into() }
    }

    /// Something that is named is not there.
    #[must_use]
    pub fn incomplete(name: &'static str, text: impl Into<String>) -> Self {
        Self { class: FaultClass::Incomplete, name, text: text.into() }
    }

    /// Who vouches for something cannot be told.
    #[must_use]
    pub fn unverifiable(name: &'static str, text: impl Into<String>) -> Self {
        Self { class: FaultClass::Unverifiable, name, text: text.into() }
    }
}

/// The files of a trail.
pub struct Material<'a> {
    /// Path and bytes of each file below `log/`, sorted by path.
    pub entries: &'a [(String, Vec<u8>)],
    /// The bytes of the object at a path; none where there is none.
    pub object: &'a (dyn Fn(&str) -> Option<Vec<u8>> + Sync),
    /// How many threads read at the same time.
    pub threads: NonZero<usize>,
    /// The file `checkpoint`.
    pub checkpoint: Option<&'a [u8]>,
    /// The file `frontier`.
    pub frontier: Option<&'a [u8]>,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Examined {
    /// The entries that can be read, by their place.
    pub entries: Vec<TrailEntry>,
    /// The envelope of each entry; none where it is missing or broken.
    pub envelopes: Vec<Option<Envelope>>,
    /// The checkpoint, where it can be read.
    pub checkpoint: Option<Checkpoint>,
    /// Everything that does not hold.
    pub faults: Vec<Fault>,
    /// The roots of the trees of the first none, one, two entries and so on.
    roots: Vec<Hash>,
}

impl Examined {
    /// The root of the tree of the first `size` entries; none where there are fewer.
    #[must_use]
    pub fn root_at(&self, size: u64) -> Option<Hash> {
        self.roots.get(usize::try_from(size).ok()?).copied()
    }
}

/// Examines a trail: that no entry was edited, dropped, moved or put in, that each continues those before it, that the checkpoint is of
/// them, and that each statement is there and has its digest.
#[must_use]
pub fn examine(material: &Material<'_>) -> Examined {
    let mut faults = Vec::new();
    let entries = read(material, &mut faults);
    gaps(&entries, &mut faults);
    let (tree, roots) = links(&entries, &mut faults);
    order_in_time(&entries, &mut faults);
    let checkpoint = checkpoint(material, &tree, &mut faults);
    let (mut envelopes, mut statements) = (Vec::with_capacity(entries.len()), Vec::with_capacity(entries.len()));
    for (entry, found) in entries.iter().zip(in_order(&entries, material.threads, |entry| envelope(material, entry))) {
        let (envelope, statement) = match found {
            Ok((envelope, statement)) => (Some(envelope), statement),
            Err(fault) => {
                faults.push(fault);
                (None, entry.payload)
            }
        };
        envelopes.push(envelope);
        statements.push(statement);
    }
    replays(&entries, &statements, &mut faults);
    Examined { entries, envelopes, checkpoint, faults, roots }
}

fn read(material: &Material<'_>, faults: &mut Vec<Fault>) -> Vec<TrailEntry> {
    let mut by_seq: BTreeMap<u64, TrailEntry> = BTreeMap::new();
    let read =
        in_order(material.entries, material.threads, |(_, bytes)| TrailEntry::parse(bytes).map(|entry| (entry.path(), entry)));
    for ((path, _), entry) in material.entries.iter().zip(read) {
        let (named, entry) = match entry {
            Ok(entry) => entry,
            Err(reason) => {
                faults.push(Fault::tampered("edited", format!("{} is not an entry: {reason}", shown(path))));
                continue;
            }
        };
        if named != *path {
            let what = format!("{} is not what its name says: it was edited, renamed or moved", shown(path));
            faults.push(Fault::tampered("edited", what));
        }
        if let Some(other) = by_seq.get(&entry.seq) {
            let what = format!("there are two entries {}: {} and {}", entry.seq, other.path(), shown(path));
            faults.push(Fault::tampered("forged", what));
            continue;
        }
        by_seq.insert(entry.seq, entry);
    }
    by_seq.into_values().collect()
}

/// Entries that are missing before others. A jump of the number is named once, whatever its size.
fn gaps(entries: &[TrailEntry], faults: &mut Vec<Fault>) {
    let mut expected = 0;
    for entry in entries {
        if entry.seq > expected {
            let last = entry.seq - 1;
            let what = if last == expected {
                format!("entry {last} is missing")
            } else {
                format!("entries {expected} to {last} are missing")
            };
            faults.push(Fault::tampered("dropped", what));
        }
        expected = entry.seq.saturating_add(1);
    }
}

/// Their tree, and the root of the tree before each and after the last.
fn links(entries: &[TrailEntry], faults: &mut Vec<Fault>) -> (Frontier, Vec<Hash>) {
    let mut tree = Frontier::default();
    let mut roots = vec![tree.root()];
    // After a gap nothing can be told of what follows it; the gap is named already.
    let mut is_whole = true;
    for entry in entries {
        is_whole &= entry.seq == tree.size();
        if is_whole && roots.last() != Some(&entry.prev_root) {
            let what = format!(
                "entry {} does not continue the entries before it: one of them was replaced, or entries were put in another order",
                entry.seq
            );
            faults.push(Fault::tampered("replaced", what));
            is_whole = false;
        }
        tree.push(entry.leaf());
        roots.push(tree.root());
    }
    (tree, roots)
}

fn order_in_time(entries: &[TrailEntry], faults: &mut Vec<Fault>) {
    let mut latest: Option<&TrailEntry> = None;
    for entry in entries {
        if let Some(before) = latest
            && is_before(&entry.appended_at, &before.appended_at)
        {
            let what = format!(
                "entry {} says that it was appended at {}, before entry {} ({})",
                entry.seq, entry.appended_at, before.seq, before.appended_at
            );
            faults.push(Fault::tampered("backdated", what));
        }
        if latest.is_none_or(|before| before.appended_at < entry.appended_at) {
            latest = Some(entry);
        }
    }
}

fn checkpoint(material: &Material<'_>, tree: &Frontier, faults: &mut Vec<Fault>) -> Option<Checkpoint> {
    let Some(bytes) = material.checkpoint else {
        if tree.size() > 0 {
            faults.push(Fault::tampered("truncated", "the file checkpoint is missing"));
        }
        return None;
    };
    let checkpoint = match Checkpoint::parse(bytes) {
        Ok(checkpoint) => checkpoint,
        Err(error) => {
            faults.push(Fault::tampered("edited", format!("the file checkpoint: {error}")));
            return None;
        }
    };
    let (known, found) = (checkpoint.size, tree.size());
    if known > found {
        faults.push(Fault::tampered("truncated", format!("the checkpoint counts {known} entries, and {found} are there")));
    } else if known < found {
        faults.push(Fault::tampered(
            "forged",
            format!("the checkpoint counts {known} entries, and {found} are there: some were put in beside it"),
        ));
    } else if checkpoint.root != tree.root() {
        faults.push(Fault::tampered("replaced", "the checkpoint is of other entries: one was replaced"));
    }
    let frontier = material.frontier.and_then(|bytes| std::str::from_utf8(bytes).ok());
    if frontier.and_then(|text| Frontier::parse(text, known)).is_none_or(|frontier| frontier.root() != checkpoint.root) {
        faults.push(Fault::tampered("edited", "the file frontier is not of the checkpoint"));
    }
    Some(checkpoint)
}

/// The envelope of an entry and the digest of its statement, or why there is none.
fn envelope(material: &Material<'_>, entry: &TrailEntry) -> Result<(Envelope, Hash), Fault> {
    let path = object_path(&entry.payload);
    let Some(bytes) = (material.object)(&path) else {
        return Err(Fault::incomplete("missing", format!("the statement of entry {} is missing: {path}", entry.seq)));
    };
    let digest = sha256(&bytes);
    if digest != entry.payload {
        let what = format!("the statement of entry {} was edited: {path} has the digest {}", entry.seq, to_hex(&digest));
        return Err(Fault::tampered("edited", what));
    }
    let envelope = Envelope::parse(&bytes)
        .map_err(|error| Fault::tampered("forged", format!("the statement of entry {}: {error}", entry.seq)))?;
    let statement = sha256(&envelope.payload);
    Ok((envelope, statement))
}

/// A statement counts once: signatures may differ, what is signed may not come again.
fn replays(entries: &[TrailEntry], statements: &[Hash], faults: &mut Vec<Fault>) {
    let mut seen: BTreeMap<Hash, u64> = BTreeMap::new();
    let mut named: BTreeSet<u64> = BTreeSet::new();
    for (entry, statement) in entries.iter().zip(statements) {
        if let Some(first) = seen.get(statement).copied()
            && named.insert(entry.seq)
        {
            let what = format!("entry {} has the statement of entry {first}: it was appended again", entry.seq);
            faults.push(Fault::tampered("replayed", what));
        }
        seen.entry(*statement).or_insert(entry.seq);
    }
}

/// Whether a time is earlier than another by more than clocks are apart. Both are of RFC 3339, in UTC and to the second.
#[must_use]
pub fn is_before(time: &str, other: &str) -> bool {
    seconds(other) - seconds(time) > CLOCKS_APART
}

/// Seconds since a fixed time, as far as a comparison needs: every day that a calendar could have, has its place.
fn seconds(time: &str) -> i64 {
    let part = |from: usize, to: usize| time.get(from..to).and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
    let (year, month, day) = (part(0, 4), part(5, 7), part(8, 10));
    // Days since 0000-03-01 of the Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms").
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * month + 2) / 5 + day;
    days * 86_400 + part(11, 13) * 3600 + part(14, 16) * 60 + part(17, 19)
}

fn shown(path: &str) -> String {
    path.chars().take(120).flat_map(char::escape_debug).collect()
}
