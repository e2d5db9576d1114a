//! From a judged run to its evidence.

use std::collections::BTreeMap;
use std::path::Path;

use modelgate_config::{Config, pack_source, parse_facts};
use modelgate_cube::{Bundle, Cube, DataProfile, Digest, FeatureTable, Manifest, NoLattice, Profile, Task};
use modelgate_data::sensitive_as;
use modelgate_eval::{DataMeasurement, Discovery};
use modelgate_policy::{BlockState, Bound, Check, Compliance, Date, ManagedBlock, Origin, ReadFile, Statement, WrittenDocument};

use super::measurements::{StoredDiscovery, StoredMeasurement};
use super::stored::{
    Object, Root, StoredCheck, StoredCompliance, StoredDocument, StoredFile, StoredPack, StoredPast, StoredSource,
    StoredStatement,
};
use super::{EVIDENCE_FORMAT, Evidence};
use crate::baseline::Found;
use crate::controls::EarlierPacks;
use crate::failure::{Failure, unreadable};
use crate::pipeline::{Judged, TOOL_VERSION};
use crate::terminal::plain;

/// What a verdict follows from besides configuration, counts and releases.
pub(crate) struct Grounds {
    /// The candidate's counts.
    pub(crate) bundle: Bundle,
    /// Those of models from other seeds.
    pub(crate) retrained: Vec<Cube>,
    /// The columns of a batch from use.
    pub(crate) batch: Option<FeatureTable>,
    /// What was measured of single rows.
    pub(crate) measured: Vec<DataMeasurement>,
    /// What a search for slices came to.
    pub(crate) discovery: Option<Result<Discovery, NoLattice>>,
    /// How many decisions these rows had answered before.
    pub(crate) decisions: u64,
    /// The files of data.
    pub(crate) files: Vec<ReadFile>,
    /// The documents that people write by hand.
    pub(crate) written: Vec<WrittenDocument>,
    /// Packs, facts, and what git told.
    pub(crate) compliance: Option<Compliance>,
    /// The digest of the configuration that counts from elsewhere were made with.
    pub(crate) other_configuration: Option<Digest>,
}

/// Texts that are collected by their digests.
#[derive(Default)]
struct Objects(BTreeMap<Digest, String>);

impl Objects {
    fn add(&mut self, text: String) -> Object {
        let digest = Digest::of(text.as_bytes());
        self.0.insert(digest, text);
        Object(digest.to_string())
    }

    fn file(&mut self, name: &Path, text: String) -> StoredFile {
        StoredFile { name: name.display().to_string(), text: self.add(text) }
    }

    fn bundle(&mut self, bundle: &Bundle) -> Result<Object, Failure> {
        Ok(self.add(counts_text(bundle)?))
    }
}

/// The evidence of a run, or why it is not kept: where not every reader may know exact counts, and where the verdict follows from what
/// is never stored.
pub(crate) fn of(config: &Config, judged: &Judged, today: Date) -> Result<Result<Evidence, String>, Failure> {
    let profile = config.publication.profile;
    if profile != Profile::Internal {
        return Ok(Err(format!("exact counts are handed to nobody under the profile {}", profile.id())));
    }
    if let Some(column) = private_classes(config, &judged.grounds.bundle) {
        return Ok(Err(format!("counts name classes by the values of the private column {}", plain(column))));
    }
    let mut objects = Objects::default();
    let baseline = match past(&judged.baseline, &mut objects) {
        Ok(past) => past,
        Err(why) => return Ok(Err(format!("the baseline: {why}"))),
    };
    let anchor = match judged.anchor.as_ref().map(|anchor| past(anchor, &mut objects)).transpose() {
        Ok(past) => past,
        Err(why) => return Ok(Err(format!("the anchor: {why}"))),
    };
    let grounds = &judged.grounds;
    let file = |path: Option<&std::path::PathBuf>, objects: &mut Objects| -> Result<Option<StoredFile>, Failure> {
        let Some(path) = path else { return Ok(None) };
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
        Ok(Some(objects.file(path, text)))
    };
    let root = Root {
        format: EVIDENCE_FORMAT,
        tool_version: TOOL_VERSION.to_owned(),
        today: today.to_string(),
        configuration: objects.file(Path::new(&config.file_name), config.text().to_owned()),
        columns: columns(config),
        waivers: file(config.waivers_file.as_ref(), &mut objects)?,
        contract: file(config.contract_file.as_ref(), &mut objects)?,
        counts: objects.bundle(&grounds.bundle)?,
        retrained: grounds.retrained.iter().map(|cube| of_cube(cube, &grounds.bundle, &mut objects)).collect::<Result<_, _>>()?,
        baseline,
        anchor,
        decisions: grounds.decisions,
        batch: grounds.batch.as_ref().map(|table| objects.add(table.to_json())),
        measured: grounds.measured.iter().map(StoredMeasurement::of).collect(),
        discovery: grounds.discovery.as_ref().map(StoredDiscovery::of),
        files: grounds.files.iter().map(source).collect(),
        written: grounds.written.iter().map(|document| written(document, &mut objects)).collect(),
        compliance: grounds.compliance.as_ref().map(|known| compliance(config, known, judged, &mut objects)).transpose()?,
        other_configuration: grounds.other_configuration.map(|digest| digest.to_string()),
        checks: checks(&judged.verdict.checks),
    };
    let text = serde_json::to_string(&root).map_err(Failure::new)? + "\n";
    let root = Digest::of(text.as_bytes());
    objects.0.insert(root, text);
    Ok(Ok(Evidence { root, objects: objects.0 }))
}

/// Counts as evidence keeps them: without what only a release has, so that those of the same model on the same rows are the same text, whoever
/// stored them.
pub(crate) fn counts_text(bundle: &Bundle) -> Result<String, Failure> {
    let (nobody, none) = (String::new(), Vec::new());
    let of_nobody = Manifest {
        release: nobody.clone(),
        created: nobody.clone(),
        tool_version: nobody,
        earlier: none,
        ..bundle.manifest.clone()
    };
    let bytes = Bundle { manifest: of_nobody, ..bundle.clone() }.encode().map_err(Failure::new)?;
    String::from_utf8(bytes).map_err(Failure::new)
}

/// The private column whose values name the classes of the counts, where there is one. Documents tell no value of such a column, and so does
/// nothing that is written beside them.
fn private_classes<'a>(config: &'a Config, counts: &Bundle) -> Option<&'a str> {
    let has_names = !matches!(counts.cube.meta().shape.task, Task::Binary { .. } | Task::Regression | Task::Ranking { .. });
    let personal = counts.profile.personal();
    let is_private = |column: &&str| {
        let column = (*column).to_owned();
        personal.contains(&column)
            || config.policy.data.personal.contains(&column)
            || config.sensitive_columns.contains(&column)
            || sensitive_as(&column).is_some()
    };
    let named = std::iter::once(config.roles.label.as_str()).chain(config.roles.prediction.as_deref());
    named.filter(|_| has_names).find(is_private)
}

/// The columns of the data files by the names under which the configuration knows these.
fn columns(config: &Config) -> Option<BTreeMap<String, Vec<String>>> {
    let known = config.known_columns.as_ref()?;
    Some(known.iter().map(|(path, columns)| (path.display().to_string(), columns.clone())).collect())
}

/// Counts of another model on the same rows, without columns and checks of the data.
fn of_cube(cube: &Cube, beside: &Bundle, objects: &mut Objects) -> Result<Object, Failure> {
    let (manifest, features) = (beside.manifest.clone(), FeatureTable::default());
    objects.bundle(&Bundle { manifest, cube: cube.clone(), features, profile: DataProfile::default() })
}

fn past(found: &Found, objects: &mut Objects) -> Result<StoredPast, &'static str> {
    Ok(match found {
        Found::Nothing { why } => StoredPast::None { why: why.clone() },
        Found::Beside(_) => return Err("what two models say of the same rows is never stored"),
        Found::Release(release) => {
            let (bytes, facts) = release.kept().ok_or("its exact counts are encrypted, or not known")?;
            let text = String::from_utf8(bytes.to_vec()).map_err(|_| "it is no text")?;
            let (name, how, commit, at) = facts;
            StoredPast::Release { name, how, commit, at, bundle: objects.add(text) }
        }
    })
}

fn source(file: &ReadFile) -> StoredSource {
    StoredSource {
        path: file.path.clone(),
        used_for: file.used_for.map(str::to_owned),
        sha256: file.digest.map(|digest| digest.to_string()),
    }
}

fn written(document: &WrittenDocument, objects: &mut Objects) -> StoredDocument {
    let block = |block: &ManagedBlock| (block.line, block.end, block.name.clone(), state(block.state).to_owned());
    StoredDocument {
        path: document.path.clone(),
        text: objects.add(document.text.clone()),
        blocks: document.blocks.iter().map(block).collect(),
    }
}

/// How a block stands, by a name that does not change.
pub(super) fn state(state: BlockState) -> &'static str {
    match state {
        BlockState::Current => "current",
        BlockState::Outdated => "outdated",
        BlockState::Unknown => "unknown",
        BlockState::Unclosed => "unclosed",
    }
}

fn compliance(config: &Config, known: &Compliance, judged: &Judged, objects: &mut Objects) -> Result<StoredCompliance, Failure> {
    let mut packs = Vec::new();
    let is_other = known.packs.iter().any(|chosen| chosen.before.is_some());
    // The trail is looked through for it.
    let earlier = is_other.then(|| EarlierPacks::of(config, judged.baseline.commit()));
    for (chosen, choice) in known.packs.iter().zip(&config.packs) {
        let (name, text) = pack_source(&choice.which)?;
        let before = chosen.before.as_ref().and_then(|_| earlier.as_ref()?.text(choice)).map(|(_, text)| text);
        packs.push(StoredPack { name, text: objects.add(text), before: before.map(|text| objects.add(text)) });
    }
    let (mut facts, mut in_file) = (None, 0);
    if let Some(path) = &config.system_file {
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
        in_file = parse_facts(&path.display().to_string(), &text)?.statements.len();
        facts = Some(objects.file(path, text));
    }
    let run = &known.run;
    Ok(StoredCompliance {
        packs,
        facts,
        declared_at: known.facts.declared_at.as_ref().map(|(commit, date)| (commit.clone(), date.to_string())),
        committed: run.committed,
        loosened: run.loosened.clone(),
        has_commit: run.has_commit,
        trained_here: run.trained_here,
        sensitive: run.sensitive.clone(),
        changed_facts: run.changed_facts.clone(),
        authors: run.authors.clone(),
        statements: known.facts.statements.iter().skip(in_file).map(statement).collect(),
    })
}

fn statement(statement: &Statement) -> StoredStatement {
    let Origin { file, path, line } = &statement.origin;
    StoredStatement {
        id: statement.id.clone(),
        controls: statement.controls.clone(),
        text: statement.text.clone(),
        by: statement.by.clone(),
        role: statement.role.clone(),
        date: statement.date.to_string(),
        evidence_digest: statement.evidence_digest.clone(),
        review_by: statement.review_by.map(|date| date.to_string()),
        void: statement.void.clone(),
        origin: (file.clone(), path.clone(), *line),
    }
}

/// The checks in words that do not change with what documents say.
pub(super) fn checks(checks: &[Check]) -> Vec<StoredCheck> {
    let told = |check: &Check| {
        let bound = match check.bound {
            Bound::Lower(limit) => format!("lower_bound {limit}"),
            Bound::Upper(limit) => format!("upper_bound {limit}"),
            Bound::MaxRegression(limit) => format!("max_regression {limit}"),
        };
        let against = check.anchor.as_ref().map(|anchor| format!(" against {anchor}")).unwrap_or_default();
        let name = format!("{} of {}, {bound}{against}", check.metric, check.subject);
        StoredCheck { check: name, state: check.state.id().to_owned() }
    };
    checks.iter().map(told).collect()
}
