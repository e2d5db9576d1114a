//! The statement of a decision: what was judged, by which rules, on which evidence, and what came of it.

use std::path::Path;

use jiff::Timestamp;
use modelgate_config::{Config, WhichPack};
use modelgate_cube::Digest;
use modelgate_ledger::Envelope;
use modelgate_ledger::trail::Kind;
use modelgate_policy::{ControlState, Date, Verdict, WaiverNotes};
use serde_json::{Value, json};

use crate::baseline::{self, Found};
use crate::context::Context;
use crate::evidence::Evidence;
use crate::exit::ExitStatus;
use crate::pipeline::{Judged, read};
use crate::statement::{Statement, envelope, run_facts, subject, tool};

/// The statement itself, as it is signed.
pub(crate) const STATEMENT_FILE: &str = "decision.json";

/// The envelope with the statement and its signatures.
pub(crate) const ENVELOPE_FILE: &str = "decision.dsse";

/// The envelope of a judged run, unsigned.
pub(crate) fn of(config: &Config, judged: &Judged, evidence: &Result<Evidence, String>, context: &Context) -> Envelope {
    envelope(Kind::Decision, &subjects(config, judged), &predicate(config, judged, evidence, context))
}

/// The decision that a release rests on: what `check` wrote, where it is of the same model on the same data.
pub(crate) fn of_release(config: &Config, (model, data): (Digest, Digest)) -> Value {
    let path = config.output_directory.join(ENVELOPE_FILE);
    let envelope = std::fs::read(path).ok().and_then(|bytes| Envelope::parse(&bytes).ok());
    let Some((envelope, said)) = envelope.and_then(|envelope| Statement::read(&envelope).ok().map(|said| (envelope, said)))
    else {
        return Value::Null;
    };
    let of_data =
        said.predicate.get("data").and_then(|of| of.get("sha256")).and_then(Value::as_str) == Some(data.to_string().as_str());
    if !of_data || said.digest_of("model", "sha256") != Some(model.to_string().as_str()) {
        return Value::Null;
    }
    json!({"sha256": Digest::of(&envelope.payload).to_string(), "verdict": said.text("verdict"), "created": said.text("created")})
}

/// What was judged. The tree says what the commit holds, whatever it is called after a merge.
fn subjects(config: &Config, judged: &Judged) -> Vec<Value> {
    let provenance = &judged.provenance;
    let mut subjects = vec![
        subject("model", "sha256", &provenance.model_digest.to_string()),
        subject("counts", "sha256", &provenance.cube_digest.to_string()),
    ];
    let repository = baseline::repository(config).ok();
    let named = |name: &str, algorithm: &str, digest: Option<String>| digest.map(|digest| subject(name, algorithm, &digest));
    let commit = repository.as_ref().and_then(|repository| repository.head_commit().ok().flatten());
    let tree = repository.as_ref().and_then(|repository| repository.head_tree().ok().flatten());
    subjects.extend(named("commit", "gitCommit", commit));
    subjects.extend(named("tree", "gitTree", tree));
    subjects
}

fn predicate(config: &Config, judged: &Judged, evidence: &Result<Evidence, String>, context: &Context) -> Value {
    let provenance = &judged.provenance;
    let mut said = json!({
        "tool": tool(),
        "run": run_facts(context.environment),
        "created": context.generated(),
        "model": config.model_name,
        "work_tree": work_tree(config),
        "policy": policy(config),
        "packs": packs(config, judged),
        "data": {
            "sha256": provenance.data_digest.to_string(), "split": provenance.split, "profile": config.publication.profile.id(),
            "inputs": judged.inputs.iter().map(read).collect::<Vec<_>>(),
        },
        "evidence": documents(judged),
        "replay": match evidence {
            Ok(evidence) => json!({"sha256": evidence.root.to_string()}),
            Err(why) => json!({"not_kept": why}),
        },
    });
    let past = (&judged.baseline, judged.anchor.as_ref());
    if let Some(members) = said.as_object_mut() {
        let following = following(config, &judged.verdict, past, context.today());
        members.extend(following.into_iter().map(|(name, value)| (name.to_owned(), value)));
    }
    said
}

/// What a decision says that follows from its evidence: members of its predicate by their names.
pub(crate) fn following(
    config: &Config,
    verdict: &Verdict,
    (baseline, anchor): (&Found, Option<&Found>),
    today: Date,
) -> Vec<(&'static str, Value)> {
    let counts = &verdict.counts;
    let checks = json!({
        "total": counts.total, "passed": counts.passed, "failed": counts.failed, "warned": counts.warned,
        "inconclusive": counts.inconclusive, "not_evaluated": counts.not_evaluated, "waived": counts.waived,
    });
    vec![
        ("verdict", verdict.outcome.id().into()),
        ("exit_code", ExitStatus::from(verdict.outcome).code().into()),
        ("controls", controls(verdict).into()),
        ("checks", checks),
        ("waivers", waivers(config, today).into()),
        ("approvals", approvals(verdict).into()),
        ("facts", facts(verdict)),
        ("baseline", baseline.for_record()),
        ("anchor", anchor.map_or(Value::Null, Found::for_record)),
    ]
}

/// Whether the files that git tracks were as the commit has them.
fn work_tree(config: &Config) -> &'static str {
    match baseline::repository(config).and_then(|repository| repository.has_changes()) {
        Ok(false) => "as_committed",
        Ok(true) => "changed",
        Err(_) => "unknown",
    }
}

/// The settings, and since when they are as they are.
fn policy(config: &Config) -> Value {
    let last =
        baseline::repository(config).ok().and_then(|repository| repository.last_change(Path::new(&config.file_name)).ok()?);
    let (commit, second) = last.unzip();
    let committed = second.and_then(|second| Timestamp::from_second(second).ok()).map(|time| time.to_string());
    json!({"sha256": config.digest.to_string(), "commit": commit, "last_changed": committed})
}

/// The chosen packs. A user's own is named by its bytes; the text of one that comes with modelgate is part of the program.
fn packs(config: &Config, judged: &Judged) -> Vec<Value> {
    let packs = judged.verdict.controls.packs.iter().zip(&config.packs);
    packs
        .map(|(judged, choice)| {
            let digest = match &choice.which {
                WhichPack::Shipped(_) => None,
                WhichPack::File(path) => std::fs::read(path).ok().map(|bytes| json!({"sha256": Digest::of(&bytes).to_string()})),
            };
            json!({"id": judged.pack.id, "version": judged.pack.version, "enforce": judged.enforce, "digest": digest})
        })
        .collect()
}

fn facts(verdict: &Verdict) -> Value {
    let controls = &verdict.controls;
    if controls.packs.is_empty() && controls.facts.file.is_empty() {
        return Value::Null;
    }
    json!({"file": controls.facts.file, "sha256": controls.facts.digest, "evidence_digest": controls.evidence_digest})
}

/// The documents, by digest and size.
fn documents(judged: &Judged) -> Vec<Value> {
    let documents = judged.documents.iter();
    documents
        .map(|document| {
            let digest = Digest::of(document.body.as_bytes()).to_string();
            json!({"name": document.path, "digest": {"sha256": digest}, "size": document.body.len()})
        })
        .collect()
}

fn controls(verdict: &Verdict) -> Vec<Value> {
    let packs = verdict.controls.packs.iter();
    packs
        .flat_map(|pack| pack.controls.iter().map(|control| (&pack.pack.id, control)))
        .map(|(pack, judged)| {
            let id = format!("{pack}/{}", judged.control.anchor);
            let mut told = json!({"id": id, "state": judged.state.id()});
            if let (Some(told), Some(attested)) = (told.as_object_mut(), &judged.attested) {
                told.insert("attested".to_owned(), attested.id.clone().into());
            }
            if let (Some(told), ControlState::Waived { until, .. }) = (told.as_object_mut(), &judged.state) {
                told.insert("waived_until".to_owned(), until.to_string().into());
            }
            told
        })
        .collect()
}

/// Every waiver that is declared, whether it holds or not.
fn waivers(config: &Config, today: Date) -> Vec<Value> {
    let of_rules = config.policy.waivers.iter().map(|waiver| {
        let about = json!({
            "rule": waiver.rule.to_string(), "metric": waiver.metric.map(|metric| metric.to_string()),
            "subject": waiver.subject.as_ref().map(ToString::to_string), "reason": waiver.reason,
            "approved_by": waiver.approved_by, "granted": waiver.notes.granted.map(|date| date.to_string()),
            "expires": waiver.expires.to_string(), "notes": notes(&waiver.notes),
        });
        (about, waiver.expires)
    });
    let of_controls = config.policy.control_waivers.iter().map(|waiver| {
        let about = json!({
            "control": waiver.control, "reason": waiver.reason, "approved_by": waiver.approved_by,
            "granted": waiver.granted.to_string(), "expires": waiver.expires.to_string(), "notes": notes(&waiver.notes),
        });
        (about, waiver.expires)
    });
    of_rules.chain(of_controls).map(|(about, expires)| json!({"waiver": about, "expired": expires < today})).collect()
}

/// What else is written of a waiver.
fn notes(notes: &WaiverNotes) -> Value {
    json!({
        "owner": notes.owner, "role": notes.role, "compensating_measure": notes.compensating_measure, "ticket": notes.ticket,
    })
}

/// What people have said of this very evidence.
fn approvals(verdict: &Verdict) -> Vec<Value> {
    let packs = verdict.controls.packs.iter();
    let attested = packs.flat_map(|pack| pack.controls.iter()).filter_map(|control| control.attested.as_ref());
    let mut seen = std::collections::BTreeSet::new();
    attested
        .filter(|statement| seen.insert(&statement.id))
        .map(|statement| {
            json!({
                "id": statement.id, "by": statement.by, "role": statement.role, "date": statement.date.to_string(),
                "controls": statement.controls, "evidence_digest": statement.evidence_digest,
                "review_by": statement.review_by.map(|date| date.to_string()),
            })
        })
        .collect()
}
