//! The evidence of a decision: everything that its verdict follows from, so that it can be reached again without rows, git or network.

mod capture;
mod measurements;
mod replay;
mod stored;

use std::collections::BTreeMap;
use std::path::Path;

use modelgate_cube::Digest;
use modelgate_forge::RecordsView;
use modelgate_ledger::trail::{Kind, object_path};
use modelgate_ledger::{Envelope, from_hex};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::{Failure, unreadable};
use crate::statement::Statement;
use crate::trail;

pub(crate) use capture::{Grounds, counts_text, of};
pub(crate) use replay::{Broken, replay};

/// The file beside a decision that holds its evidence.
pub(crate) const EVIDENCE_FILE: &str = "decision.evidence.json";

/// The format that this program writes, and the newest that it reads.
pub(crate) const EVIDENCE_FORMAT: u32 = 1;

/// The largest file of evidence that is read, in bytes.
const MOST_BYTES: u64 = 512 << 20;

/// Texts by their digests. One of them, the root, names the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Evidence {
    /// The digest of the root.
    pub(crate) root: Digest,
    /// The texts.
    pub(crate) objects: BTreeMap<Digest, String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    root: String,
    objects: BTreeMap<String, String>,
}

impl Evidence {
    /// The bytes of the file.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, Failure> {
        let objects = self.objects.iter().map(|(digest, text)| (digest.to_string(), text.clone())).collect();
        let file = File { format: EVIDENCE_FORMAT, root: self.root.to_string(), objects };
        let mut bytes = serde_json::to_vec(&file).map_err(Failure::new)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads a file; every text must have the digest that it is called by.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, String> {
        let File { format, root, objects } = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if format > EVIDENCE_FORMAT {
            return Err(format!("its format is {format}, and this modelgate reads up to {EVIDENCE_FORMAT}"));
        }
        let digest = |text: &str| text.parse::<Digest>().map_err(|error| error.to_string());
        let mut found = BTreeMap::new();
        for (name, text) in objects {
            let named = digest(&name)?;
            if Digest::of(text.as_bytes()) != named {
                return Err(format!("the text that is called {} has another digest", named.short()));
            }
            found.insert(named, text);
        }
        Ok(Self { root: digest(&root)?, objects: found })
    }

    /// Reads the file beside a decision, or any other.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let size = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?.len();
        let wrong = |reason: String| {
            Failure::with_help(
                format!("{}: it is not the evidence of a decision: {reason}", path.display()),
                format!("name the {EVIDENCE_FILE} that `modelgate check` wrote beside the decision"),
            )
        };
        if size > MOST_BYTES {
            return Err(wrong(format!("it has {size} bytes, and evidence has at most {MOST_BYTES}")));
        }
        Self::decode(&std::fs::read(path).map_err(|error| unreadable(path, &error))?).map_err(wrong)
    }

    /// The same without the counts of this decision alone, which are by far the largest part.
    pub(crate) fn without_counts(mut self) -> Self {
        let named = self.text(&self.root).map(named).unwrap_or_default();
        // The same counts may be those of the release that it was compared with.
        for (digest, _) in named.iter().filter(|(digest, large)| *large && !named.contains(&(*digest, false))) {
            self.objects.remove(digest);
        }
        self
    }

    /// One of the texts.
    pub(crate) fn text(&self, digest: &Digest) -> Option<&str> {
        self.objects.get(digest).map(String::as_str)
    }
}

/// The digests of the texts that a root names, and whether each is one of counts of this decision alone, which are large.
pub(crate) fn named(root: &str) -> Vec<(Digest, bool)> {
    stored::named(root)
}

/// Collects the texts that a root, whose text is given, names; where one is missing, its digest. `get` gives the bytes of an object.
pub(crate) fn gather(root: Digest, get: &dyn Fn(&Digest) -> Option<Vec<u8>>) -> Result<Evidence, Digest> {
    let fetch = |digest: Digest| {
        let bytes = get(&digest).filter(|bytes| Digest::of(bytes) == digest);
        bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(digest)
    };
    let text = fetch(root)?;
    let named = stored::named(&text);
    let mut objects = BTreeMap::from([(root, text)]);
    for (digest, _) in named {
        if let std::collections::btree_map::Entry::Vacant(free) = objects.entry(digest) {
            free.insert(fetch(digest)?);
        }
    }
    Ok(Evidence { root, objects })
}

/// An object of the trail.
pub(crate) fn object(digest: &Digest, view: &RecordsView<'_>) -> Option<Vec<u8>> {
    view.file(&object_path(&from_hex(&digest.to_string())?)).ok().flatten()
}

/// The digest of what a decision follows from, as its statement names it; none where none is kept.
pub(crate) fn root_of(replay: &Value) -> Option<Digest> {
    replay.get("sha256")?.as_str()?.parse().ok()
}

/// The packs that the newest decision on a commit was judged by, text by file, where the trail keeps them.
pub(crate) fn packs_then(commit: &str, view: &RecordsView<'_>) -> BTreeMap<String, String> {
    let is_of_commit = |_: &Envelope, statement: &Statement| statement.digest_of("commit", "gitCommit") == Some(commit);
    let Ok(Some((_, statement))) = trail::find(view, Kind::Decision, is_of_commit) else { return BTreeMap::new() };
    let text = |digest: Digest| {
        let bytes = object(&digest, view).filter(|bytes| Digest::of(bytes) == digest);
        bytes.and_then(|bytes| String::from_utf8(bytes).ok())
    };
    let root = statement.predicate.get("replay").and_then(root_of).and_then(text);
    let packs = root.as_deref().map(stored::packs).unwrap_or_default();
    packs.into_iter().filter_map(|(name, digest)| Some((name, text(digest)?))).collect()
}

#[cfg(test)]
mod tests;
