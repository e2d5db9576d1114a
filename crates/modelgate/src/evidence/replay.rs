//! From evidence to the verdict, and whether that is what a decision says.

use std::collections::BTreeMap;

use modelgate_config::{Config, Kept, no_facts, parse_contract, parse_facts, parse_pack, read_kept};
use modelgate_cube::{Bundle, Contract, Cube, Digest, FeatureTable, Profile};
use modelgate_eval::Retraining;
use modelgate_policy::{
    BlockState, ChosenPack, Compliance, Date, Facts, ManagedBlock, Origin, ReadFile, RunFacts, Statement as Attested,
    WrittenDocument,
};
use modelgate_report::Provenance;
use serde_json::Value;

use super::capture::{checks, state};
use super::stored::{
    Object, Root, StoredCheck, StoredCompliance, StoredDocument, StoredFile, StoredPast, StoredSource, StoredStatement,
};
use super::{EVIDENCE_FORMAT, Evidence};
use crate::baseline::Found;
use crate::candidate::Candidate;
use crate::controls;
use crate::decision;
use crate::handed_over::HandedOver;
use crate::pipeline::{self, Beside, Changes};
use crate::statement::Statement;

/// Why evidence gives no verdict at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken(pub(crate) String);

/// What evidence gives, beside what a decision says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recomputed {
    /// Every member that is not what the decision says, in words; none where all are.
    pub(crate) differences: Vec<String>,
}

/// Judges again what the evidence holds, and compares it with what a decision says, member by member and byte by byte.
pub(crate) fn replay(evidence: &Evidence, said: &Statement) -> Result<Recomputed, Broken> {
    let broken = |what: String| Broken(what);
    let text = evidence.text(&evidence.root).ok_or_else(|| broken("its root is missing".to_owned()))?;
    let root: Root = serde_json::from_str(text).map_err(|error| broken(format!("its root cannot be read: {error}")))?;
    if root.format > EVIDENCE_FORMAT {
        let format = root.format;
        return Err(broken(format!("its format is {format}, and this modelgate reads up to {EVIDENCE_FORMAT}")));
    }
    let reader = Reader { evidence };
    let config = reader.config(&root)?;
    let today = date(&root.today)?;
    let counted = reader.counts(&root, &config)?;
    let provenance = pipeline::provenance_of(&config, &counted.candidate);
    let (baseline, anchor) =
        (reader.past(&root.baseline, "baseline")?, root.anchor.as_ref().map(|anchor| reader.past(anchor, "anchor")).transpose()?);
    let contract = root.contract.as_ref().map(|file| reader.contract(file)).transpose()?;
    let compliance = root.compliance.map(|stored| reader.compliance(&config, stored, &provenance)).transpose()?;
    let batch = root.batch.as_ref().map(|object| reader.table(object)).transpose()?;
    let written = root.written.iter().map(|document| reader.written(document)).collect::<Result<Vec<_>, _>>()?;
    let files = root.files.iter().map(source).collect::<Result<Vec<_>, _>>()?;
    let mut measured = Vec::new();
    for one in root.measured {
        measured.push(one.read().ok_or_else(|| broken("a measurement is of a kind that is not known".to_owned()))?);
    }
    let mut evaluation = pipeline::evaluated(&config, &counted.candidate, &baseline);
    if let (Some(stored), Some(settings)) = (root.discovery, config.discovery) {
        let search = stored.read(settings).ok_or_else(|| broken("a slice that was found cannot be read".to_owned()))?;
        evaluation = evaluation.with_discovery(search);
    }
    let other_configuration = root.other_configuration.as_deref().map(digest).transpose()?;
    let judged = pipeline::verdict_of(
        &config,
        (&counted.candidate, &counted.bundle.profile),
        Changes::since(&config, &counted.candidate, (&baseline, anchor.as_ref())),
        &evaluation,
        Beside {
            drift: &pipeline::moved(&config, &baseline, &counted.bundle.features, batch.as_ref()),
            measured: &measured,
            contract: contract.as_ref(),
            decisions: root.decisions,
            files: &files,
            compliance: compliance.as_ref(),
            written: &written,
            other_configuration,
        },
        today,
    );
    let (verdict, _) = judged.map_err(|failure| broken(failure.render()))?;
    let following = decision::following(&config, &verdict, (&baseline, anchor.as_ref()), today);
    let mut differences = of_subjects(said, &provenance);
    differences.extend(following.iter().filter_map(|(member, now)| differs(member, said.predicate.get(member), now)));
    differences.extend(of_checks(&root.checks, &checks(&verdict.checks)));
    Ok(Recomputed { differences })
}

/// What was judged must be what the decision is about.
fn of_subjects(said: &Statement, provenance: &Provenance) -> Vec<String> {
    let member = |outer: &str, inner: &str| said.predicate.get(outer).and_then(|of| of.get(inner)).and_then(Value::as_str);
    let named = [
        ("the model", said.digest_of("model", "sha256"), provenance.model_digest.to_string()),
        ("the counts", said.digest_of("counts", "sha256"), provenance.cube_digest.to_string()),
        ("the configuration", member("policy", "sha256"), provenance.config_digest.to_string()),
        ("the data", member("data", "sha256"), provenance.data_digest.to_string()),
        ("the name of the rows", member("data", "split"), provenance.split.clone()),
    ];
    let other = |(what, said, now): (&str, Option<&str>, String)| {
        (said != Some(now.as_str())).then(|| format!("{what}: the decision is about another one than its evidence"))
    };
    named.into_iter().filter_map(other).collect()
}

/// The first place where two values differ, in words.
fn differs(member: &str, said: Option<&Value>, now: &Value) -> Option<String> {
    let said = said.unwrap_or(&Value::Null);
    if said == now {
        return None;
    }
    if let (Value::Array(said), Value::Array(now)) = (said, now)
        && said.len() == now.len()
    {
        return said.iter().zip(now).find_map(|(said, now)| differs(member, Some(said), now));
    }
    let short = |value: &Value| -> String { value.to_string().chars().take(160).flat_map(char::escape_debug).collect() };
    Some(format!("{member}: the decision says {}, and its evidence gives {}", short(said), short(now)))
}

/// The first check that became something else.
fn of_checks(then: &[StoredCheck], now: &[StoredCheck]) -> Option<String> {
    if then.len() != now.len() {
        return Some(format!("checks: {} were made, and their evidence gives {}", then.len(), now.len()));
    }
    // The order follows from the states; what each check became is compared by its name.
    let by_name = |checks: &[StoredCheck]| -> BTreeMap<String, String> {
        checks.iter().map(|check| (check.check.clone(), check.state.clone())).collect()
    };
    let now = by_name(now);
    then.iter().find_map(|StoredCheck { check, state }| {
        let found = now.get(check).map_or("not made", String::as_str);
        (found != state).then(|| format!("check {check}: it was {state}, and its evidence gives {found}"))
    })
}

/// Counts that were read, and the candidate that they are of.
struct Counted {
    bundle: Bundle,
    candidate: Candidate,
}

struct Reader<'a> {
    evidence: &'a Evidence,
}

impl Reader<'_> {
    fn text(&self, object: &Object) -> Result<&str, Broken> {
        let digest = digest(&object.0)?;
        self.evidence.text(&digest).ok_or_else(|| Broken(format!("the text {} is missing", digest.short())))
    }

    fn config(&self, root: &Root) -> Result<Config, Broken> {
        let mut texts = BTreeMap::new();
        if let Some(StoredFile { name, text }) = &root.waivers {
            texts.insert(name.clone(), self.text(text)?.to_owned());
        }
        let StoredFile { name, text } = &root.configuration;
        let kept = Kept { columns: root.columns.as_ref(), texts: &texts };
        let mut config = read_kept(name, self.text(text)?, &kept).map_err(|errors| Broken(errors.to_string()))?;
        // Evidence is kept under this profile alone, whatever the file says that a flag may have overruled.
        config.publication.profile = Profile::Internal;
        Ok(config)
    }

    fn bundle(&self, object: &Object) -> Result<Bundle, Broken> {
        Bundle::decode(self.text(object)?.as_bytes()).map_err(|error| Broken(format!("counts: {error}")))
    }

    fn counts(&self, root: &Root, config: &Config) -> Result<Counted, Broken> {
        let handed = HandedOver::kept(self.bundle(&root.counts)?, digest(&root.counts.0)?);
        let mut candidate = handed.candidate(config).map_err(|failure| Broken(failure.render()))?;
        let others: Vec<Cube> =
            root.retrained.iter().map(|object| Ok(self.bundle(object)?.cube)).collect::<Result<_, Broken>>()?;
        candidate.retraining = Retraining::of(&candidate.cube, &others, &config.evaluation);
        Ok(Counted { bundle: handed.bundle, candidate })
    }

    fn past(&self, stored: &StoredPast, role: &str) -> Result<Found, Broken> {
        match stored {
            StoredPast::None { why } => Ok(Found::Nothing { why: why.clone() }),
            StoredPast::Release { name, how, commit, at, bundle } => {
                let facts = (name.clone(), how.clone(), commit.clone(), *at);
                Found::of_kept(self.text(bundle)?.as_bytes(), facts, role).map_err(|failure| Broken(failure.render()))
            }
        }
    }

    fn contract(&self, file: &StoredFile) -> Result<Contract, Broken> {
        parse_contract(&file.name, self.text(&file.text)?).map_err(|errors| Broken(errors.to_string()))
    }

    fn table(&self, object: &Object) -> Result<FeatureTable, Broken> {
        FeatureTable::from_json(self.text(object)?).map_err(Broken)
    }

    fn written(&self, document: &StoredDocument) -> Result<WrittenDocument, Broken> {
        const STATES: [BlockState; 4] = [BlockState::Current, BlockState::Outdated, BlockState::Unknown, BlockState::Unclosed];
        let block = |(line, end, name, stands): &(usize, usize, String, String)| {
            let found = STATES.into_iter().find(|known| state(*known) == stands);
            let state = found.ok_or_else(|| Broken("a document's block stands in no way that is known".to_owned()))?;
            Ok(ManagedBlock { line: *line, end: *end, name: name.clone(), state })
        };
        Ok(WrittenDocument {
            path: document.path.clone(),
            text: self.text(&document.text)?.to_owned(),
            blocks: document.blocks.iter().map(block).collect::<Result<_, Broken>>()?,
        })
    }

    fn compliance(&self, config: &Config, stored: StoredCompliance, provenance: &Provenance) -> Result<Compliance, Broken> {
        if stored.packs.len() != config.packs.len() {
            return Err(Broken("it has other packs than the configuration chooses".to_owned()));
        }
        let pack =
            |name: &str, object: &Object| parse_pack(name, self.text(object)?).map_err(|errors| Broken(errors.to_string()));
        let mut packs = Vec::new();
        for (kept, choice) in stored.packs.iter().zip(&config.packs) {
            packs.push(ChosenPack {
                pack: pack(&kept.name, &kept.text)?,
                enforce: choice.enforce,
                origin: choice.origin.clone(),
                before: kept.before.as_ref().map(|before| pack(&kept.name, before)).transpose()?,
            });
        }
        let mut facts = match &stored.facts {
            None => no_facts(),
            Some(file) => parse_facts(&file.name, self.text(&file.text)?).map_err(|errors| Broken(errors.to_string()))?,
        };
        let declared_at = match stored.declared_at {
            None => None,
            Some((commit, day)) => Some((commit, date(&day)?)),
        };
        let evidence_digest = controls::evidence_digest(provenance, &facts);
        for one in stored.statements {
            facts.statements.push(statement(one)?);
        }
        let run = RunFacts {
            committed: stored.committed,
            loosened: stored.loosened,
            has_commit: stored.has_commit,
            trained_here: stored.trained_here,
            sensitive: stored.sensitive,
            evidence_digest,
            changed_facts: stored.changed_facts,
            authors: stored.authors,
        };
        Ok(Compliance { packs, facts: Facts { declared_at, ..facts }, run })
    }
}

fn statement(stored: StoredStatement) -> Result<Attested, Broken> {
    let (file, path, line) = stored.origin;
    Ok(Attested {
        id: stored.id,
        controls: stored.controls,
        text: stored.text,
        by: stored.by,
        role: stored.role,
        date: date(&stored.date)?,
        evidence_digest: stored.evidence_digest,
        review_by: stored.review_by.as_deref().map(date).transpose()?,
        void: stored.void,
        origin: Origin { file, path, line },
    })
}

fn source(file: &StoredSource) -> Result<ReadFile, Broken> {
    let used_for = match &file.used_for {
        None => None,
        Some(used) => Some(
            pipeline::USES
                .into_iter()
                .find(|known| known == used)
                .ok_or_else(|| Broken("a file was read for something that is not known".to_owned()))?,
        ),
    };
    Ok(ReadFile { path: file.path.clone(), used_for, digest: file.sha256.as_deref().map(digest).transpose()? })
}

fn digest(text: &str) -> Result<Digest, Broken> {
    text.parse().map_err(|_| Broken("a digest is not one".to_owned()))
}

fn date(text: &str) -> Result<Date, Broken> {
    Date::parse(text).ok_or_else(|| Broken("a day is not one".to_owned()))
}
