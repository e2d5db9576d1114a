//! Writing to the audit trail: who writes and when, what is there already, and how it is told.

use modelgate_forge::{AppendOutcome, NewEntry, RecordsView, Repository, TrailWriter};
use modelgate_ledger::trail::{Kind, TrailEntry, object_path, origin_of};
use modelgate_ledger::{Envelope, SigningKey};
use serde_json::{Value, json};

use crate::context::{Console, Context};
use crate::evidence::Evidence;
use crate::failure::Failure;
use crate::output::uninterrupted;
use crate::statement::{Statement, envelope, run_facts, signed, subject, tool};
use crate::terminal::plain;

/// How many of the newest entries of a kind are looked through for a statement that is there already.
const LOOKED_THROUGH: usize = 1000;

/// The variable that names the file with the key to sign with. Never an argument: those are listed by the system for everybody.
pub(crate) const SIGNING_KEY_FILE: &str = "MODELGATE_SIGNING_KEY_FILE";

/// The key to sign with, where the environment names one.
pub(crate) fn signing_key(context: &Context) -> Result<Option<SigningKey>, Failure> {
    let Some(path) = (context.environment)(SIGNING_KEY_FILE) else { return Ok(None) };
    let text = std::fs::read_to_string(&path).map_err(|error| {
        let message = format!("the file that {SIGNING_KEY_FILE} names cannot be read: {error}");
        Failure::with_help(message, "check the path and its permissions, or unset the variable to write without a signature")
    })?;
    let key = SigningKey::parse(&text).map_err(|error| {
        Failure::with_help(format!("the file that {SIGNING_KEY_FILE} names is no key to sign with: {error}"), error.help())
    })?;
    Ok(Some(key))
}

/// Who appends now.
pub(crate) fn writer<'key>(repository: &Repository, key: Option<&'key SigningKey>, context: &Context) -> TrailWriter<'key> {
    TrailWriter { origin: origin(repository, context), key, appended_at: context.recorded_at() }
}

/// What a trail that begins here is called: the project, as the forge or the remote names it.
fn origin(repository: &Repository, context: &Context) -> String {
    let lookup = |name: &str| (context.environment)(name);
    let github = lookup("GITHUB_SERVER_URL").zip(lookup("GITHUB_REPOSITORY")).map(|(server, name)| format!("{server}/{name}"));
    let address = github.or_else(|| lookup("CI_PROJECT_URL"));
    let address = address.map(|address| address.split_once("://").map_or(address.clone(), |(_, rest)| rest.to_owned()));
    origin_of(&address.or_else(|| repository.home_address()).unwrap_or_default())
}

/// Appends statements that are not there yet, on the local branch, and what a decision among them follows from.
pub(crate) fn append(
    repository: &Repository,
    statements: Vec<(Kind, Envelope)>,
    evidence: Option<&Evidence>,
    writer: &TrailWriter<'_>,
    context: &Context,
) -> Result<AppendOutcome, Failure> {
    let entries = new_entries(repository, statements, evidence, writer)?;
    uninterrupted(|| append_entries(repository, &entries, writer, context))
}

/// Appends what [`new_entries`] found; for callers in which an interruption has to wait for more than this.
pub(crate) fn append_entries(
    repository: &Repository,
    entries: &[NewEntry],
    writer: &TrailWriter<'_>,
    context: &Context,
) -> Result<AppendOutcome, Failure> {
    Ok(repository.append_to_trail(entries, writer, context.now.as_second())?)
}

/// The statements that are not there yet, signed, as entries to append. Nothing is written.
pub(crate) fn new_entries(
    repository: &Repository,
    statements: Vec<(Kind, Envelope)>,
    evidence: Option<&Evidence>,
    writer: &TrailWriter<'_>,
) -> Result<Vec<NewEntry>, Failure> {
    let view = repository.records()?;
    let mut entries = Vec::new();
    for (kind, envelope) in statements {
        let is_there = match &view {
            Some(view) => find(view, kind, |there, _| there.payload == envelope.payload)?.is_some(),
            None => false,
        };
        if !is_there {
            let envelope = signed(envelope, writer.key).to_line();
            if envelope.len() > modelgate_ledger::LONGEST_ENVELOPE {
                return Err(Failure::with_help(
                    "the statement is longer than what the trail takes",
                    "choose fewer packs, or declare fewer waivers in one run",
                ));
            }
            let kept = evidence.filter(|_| kind == Kind::Decision);
            let evidence = kept.map(|kept| kept.objects.values().map(|text| text.clone().into_bytes()).collect());
            entries.push(NewEntry { kind, envelope: envelope.into_bytes(), evidence: evidence.unwrap_or_default() });
        }
    }
    Ok(entries)
}

/// The newest entry of a kind whose envelope and statement are as asked.
pub(crate) fn find(
    view: &RecordsView<'_>,
    kind: Kind,
    is_it: impl Fn(&Envelope, &Statement) -> bool,
) -> Result<Option<(TrailEntry, Statement)>, Failure> {
    for (_, bytes) in view.newest_entries(LOOKED_THROUGH)? {
        // What cannot be read is for `audit verify` to tell.
        let Ok(entry) = TrailEntry::parse(&bytes) else { continue };
        if entry.kind != kind {
            continue;
        }
        let Some(envelope) = view.file(&object_path(&entry.payload))?.and_then(|bytes| Envelope::parse(&bytes).ok()) else {
            continue;
        };
        if let Ok(statement) = Statement::read(&envelope)
            && is_it(&envelope, &statement)
        {
            return Ok(Some((entry, statement)));
        }
    }
    Ok(None)
}

/// Prints what was appended, and the checkpoint to keep elsewhere.
pub(crate) fn tell(outcome: &AppendOutcome, console: &mut Console<'_>) {
    for entry in &outcome.entries {
        console.result(&format!("appended {} as entry {}", entry.kind, entry.seq));
    }
    if outcome.entries.is_empty() {
        console.result("nothing was appended: it is in the trail already");
    }
    let body = outcome.checkpoint.body();
    let lines: Vec<&str> = body.lines().collect();
    console.result(&format!("checkpoint, to keep elsewhere for `audit verify --against`:\n  {}", lines.join("\n  ")));
}

/// The statement that a release was stored.
pub(crate) fn release(
    (tag, model): (&str, &str),
    files: &[(String, Vec<u8>)],
    (commit, decision): (Option<String>, Value),
    context: &Context,
) -> Envelope {
    let digest = |bytes: &[u8]| modelgate_cube::Digest::of(bytes).to_string();
    let mut subjects: Vec<Value> =
        files.iter().map(|(name, bytes)| subject(&format!("releases/{tag}/{name}"), "sha256", &digest(bytes))).collect();
    subjects.extend(commit.map(|commit| subject("commit", "gitCommit", &commit)));
    let predicate = json!({
        "tool": tool(), "run": run_facts(context.environment), "created": context.generated(),
        "release": tag, "model": model, "decision": decision,
    });
    envelope(Kind::Release, &subjects, &predicate)
}

/// The statements of the waivers that a decision declares: granted, and expired where their last day is over.
pub(crate) fn waivers(decision: &Statement) -> Vec<(Kind, Envelope)> {
    let declared = decision.predicate.get("waivers").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut found = Vec::new();
    for one in declared {
        let waiver = one.get("waiver").cloned().unwrap_or_default();
        // Nothing but the waiver: the same one gives the same bytes, and is in the trail once.
        let digest = modelgate_cube::Digest::of(waiver.to_string().as_bytes()).to_string();
        let subject = [subject("waiver", "sha256", &digest)];
        let predicate = json!({"waiver": waiver});
        found.push((Kind::WaiverGranted, envelope(Kind::WaiverGranted, &subject, &predicate)));
        if one.get("expired").and_then(Value::as_bool) == Some(true) {
            found.push((Kind::WaiverExpired, envelope(Kind::WaiverExpired, &subject, &predicate)));
        }
    }
    found
}

/// An entry as people read it in a list.
pub(crate) fn shown(entry: &TrailEntry, statement: &Statement) -> String {
    format!("{:>5}  {}  {:<14}  {}", entry.seq, entry.appended_at, entry.kind.id(), about(entry, statement))
}

/// What an entry says, in one line.
pub(crate) fn about(entry: &TrailEntry, statement: &Statement) -> String {
    let text = |key: &str| statement.text(key).map(plain);
    let waiver =
        |key: &str| statement.predicate.get("waiver").and_then(|waiver| waiver.get(key)).and_then(Value::as_str).map(plain);
    match entry.kind {
        Kind::Decision => format!("{} {}", text("model").unwrap_or_default(), text("verdict").unwrap_or_default()),
        Kind::Release => format!("{} {}", text("model").unwrap_or_default(), text("release").unwrap_or_default()),
        Kind::Rebless => format!(
            "{} -> {}: {}",
            text("from").unwrap_or_default(),
            text("to").unwrap_or_default(),
            text("reason").unwrap_or_default()
        ),
        Kind::WaiverGranted | Kind::WaiverExpired => {
            let what = waiver("rule").or_else(|| waiver("control")).unwrap_or_default();
            let (who, until) = (waiver("approved_by").unwrap_or_default(), waiver("expires").unwrap_or_default());
            format!("{what} until {until} by {who}: {}", waiver("reason").unwrap_or_default())
        }
        Kind::Monitor => text("reason").unwrap_or_default(),
        Kind::Correction => {
            let about = statement.predicate.get("about").and_then(Value::as_u64).unwrap_or_default();
            format!("of entry {about}: {}", text("reason").unwrap_or_default())
        }
    }
}
