//! The sixth check of `audit verify`: every decision is judged again from its evidence.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use modelgate_cube::{BUNDLE_FILE, Bundle, Digest};
use modelgate_forge::{RecordsFiles, RecordsView};
use modelgate_ledger::trail::{Fault, Kind, object_path};
use modelgate_ledger::{from_hex, in_order};

use crate::candidate::threads;
use crate::evidence::{Broken, Evidence, counts_text, gather, named, object, replay, root_of};
use crate::failure::Failure;
use crate::statement::Statement;
use crate::terminal::plain;

/// Texts of evidence that are kept elsewhere, by their digests.
pub(super) struct Elsewhere(BTreeMap<Digest, String>);

impl Elsewhere {
    pub(super) fn read(paths: &[PathBuf]) -> Result<Self, Failure> {
        let mut texts = BTreeMap::new();
        for path in paths {
            texts.extend(Evidence::read(path)?.objects);
        }
        Ok(Self(texts))
    }
}

/// The text that names all others a decision follows from.
struct Root {
    seq: u64,
    digest: Digest,
    is_as_it_was: bool,
    /// What it names, and whether each is large and may be kept elsewhere.
    named: Vec<(Digest, bool)>,
}

/// Looks whether the evidence that the trail keeps is whole and as it was: how many decisions have theirs elsewhere, and what is wrong.
pub(super) fn kept(roots: &[(u64, Digest)], files: &RecordsFiles) -> (usize, Vec<Fault>) {
    let read = in_order(roots, threads(), |(seq, digest)| {
        let text = file(digest, files)?;
        let named = std::str::from_utf8(&text).map(named).unwrap_or_default();
        Some(Root { seq: *seq, digest: *digest, is_as_it_was: Digest::of(&text) == *digest, named })
    });
    let elsewhere = read.iter().filter(|root| root.is_none()).count();
    let mut faults = Vec::new();
    // One text may be part of many decisions.
    let mut known: BTreeSet<Digest> = BTreeSet::new();
    for Root { seq, digest, is_as_it_was, named } in read.into_iter().flatten() {
        let edited = |digest: &Digest| Fault::tampered("edited", format!("the evidence of entry {seq} was edited: {digest}"));
        if known.insert(digest) && !is_as_it_was {
            faults.push(edited(&digest));
        }
        for (digest, is_large) in named {
            if !known.insert(digest) {
                continue;
            }
            match file(&digest, files) {
                None if is_large => {}
                None => {
                    let what = format!("the evidence of entry {seq} is not whole: {digest} is missing");
                    faults.push(Fault::incomplete("missing", what));
                }
                Some(bytes) if Digest::of(&bytes) != digest => faults.push(edited(&digest)),
                Some(_) => {}
            }
        }
    }
    (elsewhere, faults)
}

fn file(digest: &Digest, files: &RecordsFiles) -> Option<Vec<u8>> {
    files.read(&object_path(&from_hex(&digest.to_string())?)).ok().flatten()
}

/// What came of it.
#[derive(Default)]
pub(super) struct Replayed {
    /// How many decisions gave the same again.
    pub(super) same: usize,
    /// Those that did not, and those whose evidence is not whole.
    pub(super) faults: Vec<Fault>,
}

/// Replays the decisions among statements.
pub(super) fn all<'a>(
    said: impl Iterator<Item = (u64, Kind, &'a Statement)>,
    view: &RecordsView<'_>,
    elsewhere: &Elsewhere,
) -> Result<Replayed, Failure> {
    let mut replayed = Replayed::default();
    let of_releases = counts_of_releases(view)?;
    let get = |digest: &Digest| {
        let kept = elsewhere.0.get(digest).or_else(|| of_releases.get(digest));
        kept.map(|text| text.clone().into_bytes()).or_else(|| object(digest, view))
    };
    for (seq, kind, statement) in said {
        if kind != Kind::Decision {
            continue;
        }
        match one(seq, statement, &get) {
            None => replayed.same += 1,
            Some(fault) => replayed.faults.push(fault),
        }
    }
    Ok(replayed)
}

/// The counts that releases store, as evidence keeps them: a decision that was released is replayed from those of its release.
fn counts_of_releases(view: &RecordsView<'_>) -> Result<BTreeMap<Digest, String>, Failure> {
    let mut found = BTreeMap::new();
    for (_, files) in view.releases()? {
        let bundle = files.iter().find(|(name, _)| name == BUNDLE_FILE).and_then(|(_, bytes)| Bundle::decode(bytes).ok());
        if let Some(text) = bundle.and_then(|bundle| counts_text(&bundle).ok()) {
            found.insert(Digest::of(text.as_bytes()), text);
        }
    }
    Ok(found)
}

fn one(seq: u64, statement: &Statement, get: &dyn Fn(&Digest) -> Option<Vec<u8>>) -> Option<Fault> {
    let said = statement.predicate.get("replay");
    let Some(root) = said.and_then(root_of) else {
        let why = said.and_then(|said| said.get("not_kept")).and_then(|why| why.as_str());
        let why = why.map_or_else(|| "it was made before evidence was kept".to_owned(), plain);
        let cure = "judge its commit again with `modelgate check` where the rows are, and compare both decision.json";
        return Some(Fault::incomplete("not-kept", format!("entry {seq} cannot be replayed: {why}; {cure}")));
    };
    let evidence = match gather(root, get) {
        Ok(evidence) => evidence,
        Err(missing) => {
            let what = format!(
                "the evidence of entry {seq} is not whole: {missing} is missing, and no release has these counts; name the \
                 decision.evidence.json that `check` wrote with --evidence, and keep the next ones with `audit append --keep everything`"
            );
            return Some(Fault::incomplete("missing", what));
        }
    };
    match replay(&evidence, statement) {
        Err(Broken(why)) => {
            Some(Fault::tampered("unreadable", format!("the evidence of entry {seq} gives no verdict: {}", plain(&why))))
        }
        Ok(recomputed) => {
            let first = recomputed.differences.first()?;
            let more = match recomputed.differences.len() - 1 {
                0 => String::new(),
                more => format!(" (and {more} more)"),
            };
            Some(Fault::tampered(
                "other-verdict",
                format!("entry {seq} says what its evidence does not give: {}{more}", plain(first)),
            ))
        }
    }
}
