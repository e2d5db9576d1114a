//! `audit verify`: seven checks of the trail, each with a result of its own, and what a pass does and does not show.

use std::num::NonZero;
use std::path::Path;

use modelgate_cube::Digest;
use modelgate_forge::{Files, KeylessIdentity, KeylessTrust, RecordsFiles, RecordsView, Refreshed};
use modelgate_ledger::trail::{CHECKPOINT, Examined, FRONTIER, Fault, FaultClass, Kind, LOG, Material, examine};
use modelgate_ledger::{AllowedSigners, Checkpoint, at_once, sha256, to_hex};
use serde_json::Value;

use crate::candidate::threads;
use crate::cli::audit::identity::{self, Keyless};
use crate::cli::audit::keyless::{Asked, Bundles};
use crate::cli::audit::replay::{self, Elsewhere, Replayed};
use crate::cli::audit::said::{Said, statements};
use crate::cli::audit::timestamp::{self, Stamped};
use crate::cli::audit::{VerifyArgs, repository};
use crate::context::Console;
use crate::exit::ExitStatus;
use crate::failure::{Failure, unreadable};
use crate::terminal::plain;

/// How many faults of one check are printed.
const MOST_SHOWN: usize = 20;

/// The result of one check.
pub(super) struct Checked {
    name: &'static str,
    /// What was looked at, or why it was not.
    told: String,
    was_run: bool,
    faults: Vec<Fault>,
}

impl Checked {
    pub(super) fn of(name: &'static str, told: String, faults: Vec<Fault>) -> Self {
        Self { name, told, was_run: true, faults }
    }

    pub(super) fn not_run(name: &'static str, why: &str) -> Self {
        Self { name, told: why.to_owned(), was_run: false, faults: Vec::new() }
    }
}

/// Runs the checks and prints their results.
pub(crate) fn run(arguments: &VerifyArgs, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let repository = repository(&arguments.trail.repository)?;
    let asked = if arguments.offline { None } else { Some(repository.refresh_records()?) };
    let Some(view) = repository.records()? else {
        return Err(Failure::with_help(
            "there is no trail here: the records branch is missing",
            "git fetch origin modelgate-records:refs/remotes/origin/modelgate-records, or append a first decision with `modelgate audit append`",
        ));
    };
    let files = view.files()?;
    // The history takes about as long as all the rest.
    let (past, looked) = at_once(|| files.history_faults(NonZero::<usize>::MIN), || look(arguments, &view, &files));
    let (found, others) = looked?;
    let checks: Vec<Checked> = std::iter::once(history(past?, &view, asked)).chain(others).collect();
    // The process is about to end, and libgit2 would take a tenth of the time to forget what it read.
    std::mem::forget(files);
    Ok(tell(&checks, &found, &view, console))
}

/// All checks but the first, and the trail that they are of.
fn look(arguments: &VerifyArgs, view: &RecordsView<'_>, files: &RecordsFiles) -> Result<(Examined, Vec<Checked>), Failure> {
    let signers = arguments.allowed_signers.as_deref().map(allowed_signers).transpose()?;
    let anchors: Vec<(String, Checkpoint)> = arguments.against.iter().map(|path| anchor(path)).collect::<Result<_, _>>()?;
    let entries = files.below(LOG, threads())?;
    let (checkpoint, frontier) = (files.read(CHECKPOINT)?, files.read(FRONTIER)?);
    let found = examine(&Material {
        entries: &entries,
        object: &|path| files.read(path).ok().flatten(),
        threads: threads(),
        checkpoint: checkpoint.as_deref(),
        frontier: frontier.as_deref(),
    });
    let from = since(arguments.since.as_deref(), &found)?;
    let (said, unreadable) = statements(&found, from, arguments.replay);
    let releases = view.releases()?;
    let checks = vec![
        sequence(&found),
        identity::check(&found, from, signers.as_ref(), &keyless(arguments, files, &found)?)?,
        evidence(&found, &said, &releases, files),
        against(&found, &anchors, timestamp::stamped(view)?),
        replayed(arguments, &said, view)?,
        legality(said, unreadable),
    ];
    Ok((found, checks))
}

/// The signatures without keys, and by whom they must be.
fn keyless<'a>(arguments: &'a VerifyArgs, files: &RecordsFiles, found: &Examined) -> Result<Keyless<'a>, Failure> {
    let by = arguments.sigstore_identity.clone().zip(arguments.sigstore_issuer.clone());
    let trust = match &arguments.sigstore_trust {
        Some(path) => KeylessTrust::Told(path),
        // Both programs look on the network for newer roots of trust where they are not given any.
        None if by.is_some() && arguments.offline => {
            return Err(Failure::with_help(
                "signatures without keys cannot be checked with --offline: nobody said whom to trust as Sigstore",
                "name the file with --sigstore-trust: for cosign the trusted_root.json that `cosign initialize` fetches, for sigstore of Python a \
                 configuration of trust",
            ));
        }
        None => KeylessTrust::Fetched,
    };
    let program = &arguments.sigstore;
    let asked = by.map(|(identity, issuer)| Asked { by: KeylessIdentity { identity, issuer }, program, trust });
    Ok(Keyless { bundles: Bundles::read(files, found)?, asked })
}

/// Reads the list of those who may sign.
pub(crate) fn allowed_signers(path: &Path) -> Result<AllowedSigners, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    AllowedSigners::parse(&text).map_err(|error| {
        Failure::with_help(
            format!("{}: {error}", path.display()),
            "each line is `who [options] ssh-ed25519 key`, as in `man ssh-keygen`",
        )
    })
}

fn anchor(path: &Path) -> Result<(String, Checkpoint), Failure> {
    let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    let name = path.display().to_string();
    match Checkpoint::find(&String::from_utf8_lossy(&bytes)) {
        Some(checkpoint) => Ok((name, checkpoint)),
        None => Err(Failure::with_help(
            format!("{name} holds no checkpoint"),
            "a checkpoint is three lines: the name of the trail, a number, and a root in base64; `modelgate release` prints one",
        )),
    }
}

/// The first entry whose statement is looked at: that of the release.
fn since(tag: Option<&str>, found: &Examined) -> Result<u64, Failure> {
    let Some(tag) = tag else { return Ok(0) };
    let (said, _) = statements(found, 0, false);
    let is_it = |one: &&Said| {
        one.entry.kind == Kind::Release && one.statement.as_ref().and_then(|statement| statement.text("release")) == Some(tag)
    };
    let released = said.iter().rev().find(is_it);
    released.map(|one| one.entry.seq).ok_or_else(|| {
        Failure::with_help(
            format!("the trail has no entry of the release {}", plain(tag)),
            "see the releases with `modelgate audit show`",
        )
    })
}

/// 1: the branch is one line, and each of its commits only added files.
fn history(past: Vec<String>, view: &RecordsView<'_>, asked: Option<Refreshed>) -> Checked {
    let mut faults: Vec<Fault> = past.into_iter().map(|what| Fault::tampered("rewritten", what)).collect();
    let remote = match asked {
        None => "the remote was not asked",
        Some(Refreshed::NoRemote) => "there is no remote to ask",
        Some(Refreshed::NoBranch) => "the remote has no such branch",
        Some(Refreshed::Continues) => "the remote continues what was here",
        Some(Refreshed::Gone) => {
            faults.push(Fault::tampered("truncated", "the branch was on the remote, and is there no more"));
            "the remote lost it"
        }
        Some(Refreshed::Rewritten { before, now }) => {
            let short = |commit: &str| commit.chars().take(12).collect::<String>();
            let what =
                format!("the remote's branch ({}) does not continue what was fetched before ({})", short(&now), short(&before));
            faults.push(Fault::tampered("rewritten", what));
            "the remote has another history"
        }
    };
    let cut = if view.is_cut_off() { ", as far as this shallow clone goes back" } else { "" };
    Checked::of("history", format!("one line of commits that only add files{cut}; {remote}"), faults)
}

/// 2: no entry is missing, each continues those before it, and the checkpoint is of them.
fn sequence(found: &Examined) -> Checked {
    let faults = found.faults.iter().filter(|fault| fault.class == FaultClass::Tampered).cloned().collect();
    Checked::of(
        "sequence",
        format!("{} entries, each continues those before it, and the checkpoint is of them", found.entries.len()),
        faults,
    )
}

/// 4: what is named is there: statements, and the files of releases.
fn evidence(found: &Examined, said: &[Said], releases: &[(String, Files)], files: &RecordsFiles) -> Checked {
    let mut faults: Vec<Fault> = found.faults.iter().filter(|fault| fault.class == FaultClass::Incomplete).cloned().collect();
    let mut named = std::collections::BTreeSet::new();
    for one in said.iter().filter(|one| one.entry.kind == Kind::Release) {
        let Some(statement) = &one.statement else { continue };
        let Some(tag) = statement.text("release") else { continue };
        named.insert(tag.to_owned());
        let stored = releases.iter().find(|(known, _)| known == tag).map(|(_, files)| files.as_slice()).unwrap_or_default();
        let prefix = format!("releases/{tag}/");
        for subject in &statement.subject {
            let Some(file) = subject.get("name").and_then(Value::as_str).and_then(|name| name.strip_prefix(&prefix)) else {
                continue;
            };
            let digest = subject.get("digest").and_then(|digest| digest.get("sha256")).and_then(Value::as_str);
            let seq = one.entry.seq;
            match stored.iter().find(|(name, _)| name == file) {
                None => faults.push(Fault::incomplete(
                    "missing",
                    format!("entry {seq} names {}, which is not stored", plain(&(prefix.clone() + file))),
                )),
                Some((_, bytes)) if digest != Some(to_hex(&sha256(bytes)).as_str()) => {
                    faults.push(Fault::tampered(
                        "edited",
                        format!("{} is not what entry {seq} says", plain(&(prefix.clone() + file))),
                    ));
                }
                Some(_) => {}
            }
        }
    }
    let is_whole = said.len() == found.entries.len();
    for (tag, _) in releases.iter().filter(|(tag, _)| is_whole && !named.contains(tag)) {
        let what =
            format!("the release {} is stored, and no entry says so: `modelgate release {0}` on its commit adds one", plain(tag));
        faults.push(Fault::incomplete("unrecorded", what));
    }
    let roots: Vec<(u64, Digest)> = said.iter().filter_map(|one| Some((one.entry.seq, one.root?))).collect();
    let (elsewhere, of_evidence) = replay::kept(&roots, files);
    faults.extend(of_evidence);
    let documents: usize = said.iter().map(|one| one.documents).sum();
    let told = format!(
        "every statement and every file of {} releases is here; {documents} documents, and the evidence of {elsewhere} decisions, are named \
         by digest and kept elsewhere",
        releases.len()
    );
    Checked::of("evidence", told, faults)
}

/// 5: the trail continues every checkpoint that was kept elsewhere, and every one that was stamped.
fn against(found: &Examined, anchors: &[(String, Checkpoint)], stamped: Stamped) -> Checked {
    let (stamped, mut faults) = stamped;
    let of_stamps = match stamped.len() {
        0 => String::new(),
        1 => "; 1 time stamp is of it, whose signature `openssl ts -verify` checks".to_owned(),
        more => format!("; {more} time stamps are of it, whose signatures `openssl ts -verify` checks"),
    };
    faults.extend(anchors.iter().chain(&stamped).filter_map(|(name, anchor)| off(found, &plain(name), anchor)));
    if anchors.is_empty() && faults.is_empty() {
        let why = "no checkpoint that was kept elsewhere was given (--against): a cut end and a trail written anew would not be noticed";
        return Checked::not_run("anchors", &format!("{why}{of_stamps}"));
    }
    let told = format!("the trail continues {} checkpoints that were kept elsewhere{of_stamps}", anchors.len());
    Checked::of("anchors", told, faults)
}

/// What keeps the trail from continuing a checkpoint.
fn off(found: &Examined, name: &str, anchor: &Checkpoint) -> Option<Fault> {
    match found.root_at(anchor.size) {
        None => {
            let what = format!("{name} knew {} entries, and {} are there", anchor.size, found.entries.len());
            Some(Fault::tampered("truncated", what))
        }
        Some(root) if root != anchor.root => {
            let what = format!("the first {} entries are not those that {name} knew: the trail was written anew", anchor.size);
            Some(Fault::tampered("rewritten", what))
        }
        Some(_) if found.checkpoint.as_ref().is_some_and(|now| now.origin != anchor.origin) => {
            let what = format!("{name} is of the trail {}, and this one has another name", plain(&anchor.origin));
            Some(Fault::tampered("rewritten", what))
        }
        Some(_) => None,
    }
}

/// 6: every decision is what its evidence gives.
fn replayed(arguments: &VerifyArgs, said: &[Said], view: &RecordsView<'_>) -> Result<Checked, Failure> {
    if !arguments.replay {
        return Ok(Checked::not_run("replay", "no decision was judged again from its evidence (--replay)"));
    }
    let elsewhere = Elsewhere::read(&arguments.evidence)?;
    let said = said.iter().filter_map(|one| Some((one.entry.seq, one.entry.kind, one.statement.as_ref()?)));
    let Replayed { same, faults } = replay::all(said, view, &elsewhere)?;
    Ok(Checked::of("replay", format!("{same} decisions were judged again from their evidence, and came to the same"), faults))
}

/// 7: what was accepted might be accepted then.
fn legality(said: Vec<Said>, unreadable: Vec<Fault>) -> Checked {
    let faults = unreadable.into_iter().chain(said.into_iter().flat_map(|one| one.illegal)).collect();
    Checked::of("legality", "every statement is of its kind; waivers and approvals held when they were used".to_owned(), faults)
}

fn tell(checks: &[Checked], found: &Examined, view: &RecordsView<'_>, console: &mut Console<'_>) -> ExitStatus {
    for (number, check) in (1..).zip(checks) {
        let state = match (check.was_run, check.faults.iter().map(|fault| fault.class).min()) {
            (false, _) => "not run",
            (true, None) => "ok",
            (true, Some(FaultClass::Tampered)) => "TAMPERED",
            (true, Some(FaultClass::Incomplete)) => "INCOMPLETE",
            (true, Some(FaultClass::Unverifiable)) => "UNVERIFIED",
        };
        let told = if check.faults.is_empty() { check.told.clone() } else { format!("{} faults", check.faults.len()) };
        console.result(&format!("{number} {:<9} {state:<10} {told}", check.name));
        for fault in check.faults.iter().take(MOST_SHOWN) {
            console.result(&format!("    {}: {}", fault.name, fault.text));
        }
        if check.faults.len() > MOST_SHOWN {
            console.result(&format!("    and {} more", check.faults.len() - MOST_SHOWN));
        }
    }
    let worst = checks.iter().flat_map(|check| &check.faults).map(|fault| fault.class).min();
    let (word, status) = match worst {
        None => ("ok", ExitStatus::Passed),
        Some(FaultClass::Tampered) => ("tampered", ExitStatus::Failed),
        Some(FaultClass::Incomplete) => ("incomplete", ExitStatus::NoDecision),
        Some(FaultClass::Unverifiable) => ("identity unverifiable", ExitStatus::NeedsReview),
    };
    let commit: String = view.commit().chars().take(12).collect();
    console.result(&format!("\n{word}: {} entries at commit {commit}", found.entries.len()));
    if let Some(checkpoint) = &found.checkpoint {
        let body = checkpoint.body();
        let lines: Vec<&str> = body.lines().collect();
        console.result(&format!("checkpoint, to keep elsewhere for --against:\n  {}", lines.join("\n  ")));
    }
    console.result(WHAT_IT_SHOWS);
    status
}

/// Digests and an anchor prove this much, and no more.
const WHAT_IT_SHOWS: &str = "
what a pass shows: each statement existed no later than the first checkpoint kept elsewhere that counts it, and is unchanged since;
  with --allowed-signers, that somebody vouched for it who might then.
what it does not show: that the rows, labels and predictions were honest, that the gate ran after they were made, or that the limits were
  right. Whoever holds the branch and the keys can write another history of what no checkpoint elsewhere counts.";
