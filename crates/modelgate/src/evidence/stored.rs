//! The root of evidence, format 1: frozen; a change of meaning makes a format 2 beside it.

use std::collections::BTreeMap;

use modelgate_cube::Digest;
use serde::{Deserialize, Serialize};

use super::measurements::{StoredDiscovery, StoredMeasurement};

/// A text that is kept elsewhere among the evidence: its SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Object(pub(super) String);

/// A file by the name under which the configuration knows it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredFile {
    pub(super) name: String,
    pub(super) text: Object,
}

/// Everything that a verdict follows from.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Root {
    pub(super) format: u32,
    /// The version of modelgate that judged.
    pub(super) tool_version: String,
    /// The day that waivers were held against.
    pub(super) today: String,
    pub(super) configuration: StoredFile,
    /// The columns of the data files that the configuration was held against; none where it was read without them.
    pub(super) columns: Option<BTreeMap<String, Vec<String>>>,
    /// Other files that the configuration names.
    pub(super) waivers: Option<StoredFile>,
    pub(super) contract: Option<StoredFile>,
    /// The candidate's counts, as a bundle.
    pub(super) counts: Object,
    /// Those of models that were trained alike from other seeds.
    pub(super) retrained: Vec<Object>,
    pub(super) baseline: StoredPast,
    pub(super) anchor: Option<StoredPast>,
    /// How many decisions these rows had answered before.
    pub(super) decisions: u64,
    /// How the columns of a batch from use are spread.
    pub(super) batch: Option<Object>,
    /// What was measured of single rows, which no counts tell.
    pub(super) measured: Vec<StoredMeasurement>,
    /// Why no slices were searched, or what the search found.
    pub(super) discovery: Option<StoredDiscovery>,
    pub(super) files: Vec<StoredSource>,
    pub(super) written: Vec<StoredDocument>,
    pub(super) compliance: Option<StoredCompliance>,
    /// The digest of the configuration that counts from elsewhere were made with.
    pub(super) other_configuration: Option<String>,
    /// What was decided of each check.
    pub(super) checks: Vec<StoredCheck>,
}

/// What came before.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum StoredPast {
    None { why: String },
    Release { name: String, how: String, commit: Option<String>, at: Option<i64>, bundle: Object },
}

/// A file of data.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredSource {
    pub(super) path: String,
    pub(super) used_for: Option<String>,
    pub(super) sha256: Option<String>,
}

/// A document that people write by hand.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredDocument {
    pub(super) path: String,
    pub(super) text: Object,
    /// First and last line, name, and how it stands.
    pub(super) blocks: Vec<(usize, usize, String, String)>,
}

/// Packs, facts, and what git told.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredCompliance {
    pub(super) packs: Vec<StoredPack>,
    pub(super) facts: Option<StoredFile>,
    /// The commit in which the facts last changed, and its day.
    pub(super) declared_at: Option<(String, String)>,
    pub(super) committed: Option<bool>,
    pub(super) loosened: Option<Vec<String>>,
    pub(super) has_commit: bool,
    pub(super) trained_here: bool,
    pub(super) sensitive: Vec<String>,
    pub(super) changed_facts: Option<Vec<String>>,
    /// Who made the commits since the previous release.
    pub(super) authors: Option<Vec<String>>,
    /// What people attested elsewhere than in the file of facts, such as in reviews on a forge.
    pub(super) statements: Vec<StoredStatement>,
}

/// What somebody attested.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredStatement {
    pub(super) id: String,
    pub(super) controls: Vec<String>,
    pub(super) text: String,
    pub(super) by: String,
    pub(super) role: String,
    pub(super) date: String,
    pub(super) evidence_digest: String,
    pub(super) review_by: Option<String>,
    pub(super) void: Option<String>,
    /// File, path of keys and line of what lets it count.
    pub(super) origin: (Option<String>, String, usize),
}

/// A chosen pack, and its text in the previous release's commit where that was another one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredPack {
    pub(super) name: String,
    pub(super) text: Object,
    pub(super) before: Option<Object>,
}

/// What became of a check, in words that do not change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredCheck {
    /// The limit and what it is held against.
    pub(crate) check: String,
    /// Its state.
    pub(crate) state: String,
}

/// What a root names; the rest, by far the most of it, is not looked at.
#[derive(Deserialize)]
struct Names {
    configuration: StoredFile,
    waivers: Option<StoredFile>,
    contract: Option<StoredFile>,
    counts: Object,
    retrained: Vec<Object>,
    baseline: StoredPast,
    anchor: Option<StoredPast>,
    batch: Option<Object>,
    written: Vec<StoredDocument>,
    compliance: Option<StoredCompliance>,
}

/// The files of the packs that a root names, with the digests of their texts; none where it cannot be read.
pub(super) fn packs(root: &str) -> Vec<(String, Digest)> {
    let compliance = serde_json::from_str::<Names>(root).ok().and_then(|root| root.compliance);
    let packs = compliance.into_iter().flat_map(|compliance| compliance.packs);
    packs.filter_map(|pack| Some((pack.name, pack.text.0.parse().ok()?))).collect()
}

/// The digests of all texts that a root names, and whether each is one of counts of this decision alone, which are large; none where it
/// cannot be read.
pub(super) fn named(root: &str) -> Vec<(Digest, bool)> {
    let Ok(root) = serde_json::from_str::<Names>(root) else { return Vec::new() };
    let of_past = |past: &StoredPast| match past {
        StoredPast::None { .. } => None,
        StoredPast::Release { bundle, .. } => Some(bundle.clone()),
    };
    let files = [Some(root.configuration), root.waivers, root.contract].into_iter().flatten().map(|file| file.text);
    let past = [of_past(&root.baseline), root.anchor.as_ref().and_then(of_past), root.batch].into_iter().flatten();
    let written = root.written.into_iter().map(|document| document.text);
    let of_controls = root.compliance.into_iter().flat_map(|compliance| {
        let packs = compliance.packs.into_iter().flat_map(|pack| std::iter::once(pack.text).chain(pack.before));
        packs.chain(compliance.facts.map(|facts| facts.text)).collect::<Vec<_>>()
    });
    let small = files.chain(past).chain(written).chain(of_controls).map(|object| (object, false));
    let large = std::iter::once(root.counts).chain(root.retrained).map(|object| (object, true));
    small.chain(large).filter_map(|(object, is_large)| Some((object.0.parse().ok()?, is_large))).collect()
}
