//! What controls are judged by: the chosen packs, the declared facts, and what git knows of settings and facts.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use modelgate_config::{Config, PackChoice, WhichPack, load_facts, load_packs, no_facts, pack_source, parse_facts, parse_pack};
use modelgate_cube::Digest;
use modelgate_data::sensitive_as;
use modelgate_forge::Repository;
use modelgate_policy::{ChosenPack, Compliance, Date, Facts, RunFacts, loosened};
use modelgate_report::{Baseline, Provenance};

use crate::approvals;
use crate::baseline;
use crate::chosen::{check_packs, check_reviewers};
use crate::context::{Console, Context};
use crate::evidence;
use crate::failure::Failure;

/// Packs and facts as they are written; `None` where the settings name neither.
pub(crate) struct Declared {
    pub(crate) packs: Vec<ChosenPack>,
    pub(crate) facts: Facts,
}

/// Reads the chosen packs and the file with the facts.
pub(crate) fn load(config: &Config, today: Date) -> Result<Option<Declared>, Failure> {
    if config.packs.is_empty() && config.system_file.is_none() {
        return Ok(None);
    }
    let packs = load_packs(&config.packs)?;
    check_packs(&packs, today)?;
    let facts = match &config.system_file {
        Some(path) => Facts { declared_at: declared_at(config, path), ..load_facts(path)? },
        None => no_facts(),
    };
    check_reviewers(&facts, &packs)?;
    Ok(Some(Declared { packs, facts }))
}

/// The commit in which a file last changed, and its day, where the file is as it is there.
fn declared_at(config: &Config, path: &Path) -> Option<(String, Date)> {
    let repository = baseline::repository(config).ok()?;
    let head = repository.head_commit().ok()??;
    let committed = repository.file_at(&head, path).ok()??;
    if std::fs::read(path).ok()? != committed {
        return None;
    }
    let (commit, second) = repository.last_change(path).ok()??;
    let date = Timestamp::from_second(second).ok()?.to_zoned(TimeZone::UTC).date();
    let part = |value: i8| u8::try_from(value).ok();
    Some((commit, Date::new(date.year(), part(date.month())?, part(date.day())?)?))
}

/// What controls are judged by in this run.
pub(crate) fn compliance(
    config: &Config,
    declared: Declared,
    provenance: &Provenance,
    previous: &Baseline,
    trained_here: bool,
    (context, console): (&Context, &mut Console<'_>),
) -> Compliance {
    let Declared { packs, mut facts } = declared;
    let evidence_digest = evidence_digest(provenance, &facts);
    facts.statements.extend(approvals::statements((&facts, &packs), &evidence_digest, context, console));
    let packs = with_earlier(config, packs, previous);
    let run = RunFacts {
        committed: committed(config),
        loosened: loosened_since(config, previous),
        has_commit: baseline::head_commit(config).is_some(),
        trained_here,
        sensitive: sensitive_slices(config),
        evidence_digest,
        changed_facts: changed_facts(config, &facts, previous),
        authors: authors(config, previous),
    };
    Compliance { packs, facts, run }
}

/// Who made the commits since the previous release. Who only declares, attests or accepts made nothing.
fn authors(config: &Config, previous: &Baseline) -> Option<Vec<String>> {
    let since = match previous {
        Baseline::Found { commit, .. } => Some(commit.as_deref()?),
        _ => None,
    };
    let waivers = Path::new(&config.file_name).with_file_name(modelgate_config::WAIVERS_FILE);
    let except: Vec<&Path> = config.system_file.as_deref().into_iter().chain([waivers.as_path()]).collect();
    baseline::repository(config).ok()?.authors(since, &except).ok()?
}

/// The places of facts that are declared otherwise than in the previous release's commit.
fn changed_facts(config: &Config, facts: &Facts, previous: &Baseline) -> Option<Vec<String>> {
    let Baseline::Found { commit: Some(commit), .. } = previous else { return None };
    let path = config.system_file.as_ref()?;
    let bytes = baseline::repository(config).ok()?.file_at(commit, path).ok()??;
    let before = parse_facts(&path.display().to_string(), std::str::from_utf8(&bytes).ok()?).ok()?;
    let places = facts.values.keys().chain(before.values.keys().filter(|place| facts.get(place).is_none()));
    Some(places.filter(|place| facts.get(place) != before.get(place)).cloned().collect())
}

/// Puts beside each pack what it was at the previous release, where it was another one.
fn with_earlier(config: &Config, packs: Vec<ChosenPack>, previous: &Baseline) -> Vec<ChosenPack> {
    let Baseline::Found { commit, .. } = previous else { return packs };
    let earlier = EarlierPacks::of(config, commit.as_deref());
    let beside = |(chosen, choice): (ChosenPack, &PackChoice)| {
        let before = earlier.text(choice).and_then(|(name, text)| parse_pack(&name, &text).ok());
        ChosenPack { before: before.filter(|before| *before != chosen.pack), ..chosen }
    };
    packs.into_iter().zip(&config.packs).map(beside).collect()
}

/// What packs were at a release: those of one's own in its commit, and those that came with the modelgate of then in the decision on that
/// commit, where the trail keeps what it follows from.
pub(crate) struct EarlierPacks<'a> {
    commit: Option<(Repository, &'a str)>,
    judged: BTreeMap<String, String>,
}

impl<'a> EarlierPacks<'a> {
    pub(crate) fn of(config: &Config, commit: Option<&'a str>) -> Self {
        let commit = commit.and_then(|commit| Some((baseline::repository(config).ok()?, commit)));
        let is_shipped = |choice: &PackChoice| matches!(choice.which, WhichPack::Shipped(_));
        let of_trail =
            |(repository, commit): &(Repository, &str)| Some(evidence::packs_then(commit, &repository.records().ok()??));
        let asked = commit.as_ref().filter(|_| config.packs.iter().any(is_shipped));
        let judged = asked.and_then(of_trail).unwrap_or_default();
        Self { commit, judged }
    }

    /// The name and the text that a chosen pack had.
    pub(crate) fn text(&self, choice: &PackChoice) -> Option<(String, String)> {
        let (repository, commit) = self.commit.as_ref()?;
        match &choice.which {
            WhichPack::File(path) => {
                let text = String::from_utf8(repository.file_at(commit, path).ok()??).ok()?;
                Some((path.display().to_string(), text))
            }
            WhichPack::Shipped(_) => {
                let (name, _) = pack_source(&choice.which).ok()?;
                let text = self.judged.get(&name)?.clone();
                Some((name, text))
            }
        }
    }
}

/// What people attest is about data, model, counts and declared facts: another of any of them is other evidence.
pub(crate) fn evidence_digest(provenance: &Provenance, facts: &Facts) -> String {
    let Provenance { data_digest, model_digest, cube_digest, .. } = provenance;
    let text = format!("data {data_digest}\nmodel {model_digest}\ncounts {cube_digest}\nfacts {}\n", facts.digest);
    Digest::of(text.as_bytes()).to_string()
}

/// Whether the settings are as they are in the commit that is checked out.
fn committed(config: &Config) -> Option<bool> {
    let repository = baseline::repository(config).ok()?;
    let head = repository.head_commit().ok()??;
    let path = Path::new(&config.file_name);
    let bytes = repository.file_at(&head, path).ok()?;
    Some(bytes.is_some_and(|bytes| Digest::of(&bytes) == config.digest || same_text(&bytes, config)))
}

/// A mark of the byte order at the beginning is no part of the text.
fn same_text(bytes: &[u8], config: &Config) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| Digest::of(text.trim_start_matches('\u{feff}').as_bytes()) == config.digest)
}

/// The limits that are looser than in the settings of the previous release.
fn loosened_since(config: &Config, previous: &Baseline) -> Option<Vec<String>> {
    let Baseline::Found { commit: Some(commit), .. } = previous else { return None };
    let repository = baseline::repository(config).ok()?;
    let bytes = repository.file_at(commit, Path::new(&config.file_name)).ok()??;
    let before = modelgate_config::parse(&config.file_name, std::str::from_utf8(&bytes).ok()?).ok()?;
    Some(loosened(&before.policy.gates, &config.policy.gates))
}

/// The slice columns whose names, or declarations, say that they are sensitive.
fn sensitive_slices(config: &Config) -> Vec<String> {
    let columns = config.axes.iter().map(|axis| &axis.column);
    let is_sensitive = |column: &&String| config.sensitive_columns.contains(column) || sensitive_as(column).is_some();
    columns.filter(is_sensitive).cloned().collect()
}
