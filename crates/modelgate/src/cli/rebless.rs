//! `rebless`: the anchor moves to another stored release, with a reason, and leaves a record in trail and log.

use std::path::Path;

use modelgate_config::{AnchorSettings, Config, move_anchor};
use modelgate_cube::Digest;
use modelgate_forge::AppendOutcome;
use modelgate_ledger::Envelope;
use modelgate_ledger::trail::Kind;

use crate::cli::ReblessArgs;
use crate::cli::audit::{push, signing};
use crate::context::{Console, Context};
use crate::exit::ExitStatus;
use crate::failure::{Failure, unreadable};
use crate::output::{FolderLock, Staged, uninterrupted};
use crate::statement::{envelope, run_facts, subject, tool};
use crate::terminal::plain;
use crate::{baseline, log, pipeline, trail};

/// Rewrites `anchor.release` in the configuration and records who was replaced by whom, and why.
pub(crate) fn run(arguments: &ReblessArgs, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let reason = arguments.reason.trim();
    if reason.is_empty() {
        return Err(Failure::with_help("the anchor moves only with a reason", "say with --reason why the loss is accepted"));
    }
    let config = pipeline::load(&arguments.input.config, console)?;
    let old = pinned(&config)?;
    stored(&config, &arguments.tag)?;
    if old == arguments.tag {
        return Err(Failure::with_help(
            format!("{} is the anchor already", plain(&old)),
            "name the release that is to become the anchor; `modelgate list releases` shows all of them",
        ));
    }
    let path = &arguments.input.config;
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    let moved = move_anchor(&text, &arguments.tag)
        .map_err(|error| Failure::with_help(format!("{}: {error}", path.display()), error.help()))?;
    console.step("Moving", &format!("the anchor from {} to {}", plain(&old), plain(&arguments.tag)));
    let record = record(&config, &old, &arguments.tag, reason, &moved);
    let repository = baseline::repository(&config)?;
    let key = signing(arguments.push.require_signature, context)?;
    let writer = trail::writer(&repository, key.as_ref(), context);
    let statement = statement(&record, context);
    let entries = trail::new_entries(&repository, vec![(Kind::Rebless, statement)], None, &writer)?;
    let append = || trail::append_entries(&repository, &entries, &writer, context);
    let (entry, outcome) = write(&config, path, &moved, record, append, context)?;
    console.finish_step();
    console.result(&format!("anchor {} -> {} in {}, log entry {entry}", plain(&old), plain(&arguments.tag), path.display()));
    trail::tell(&outcome, console);
    push(&repository, &arguments.push, &writer, console)?;
    Ok(ExitStatus::Passed)
}

/// The statement for the trail: what the log keeps, and which run made it.
fn statement(record: &serde_json::Value, context: &Context) -> Envelope {
    let mut predicate = record.clone();
    if let Some(members) = predicate.as_object_mut() {
        members.insert("tool".to_owned(), tool());
        members.insert("run".to_owned(), run_facts(context.environment));
        members.insert("created".to_owned(), context.recorded_at().into());
    }
    let digest = |key: &str| record.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
    let subjects = [
        subject("settings before", "sha256", digest("config_sha256_before")),
        subject("settings after", "sha256", digest("config_sha256_after")),
    ];
    envelope(Kind::Rebless, &subjects, &predicate)
}

/// The release that is the anchor now.
fn pinned(config: &Config) -> Result<String, Failure> {
    match &config.anchor {
        Some(AnchorSettings::Release(tag)) => Ok(tag.clone()),
        Some(AnchorSettings::Path(_)) => Err(Failure::with_help(
            "the anchor is a file and not a release",
            "replace `anchor.path` by `anchor: {release: <tag>}` once by hand, or put another bundle in the file's place",
        )),
        None => Err(Failure::with_help(
            "the configuration has no anchor to move",
            "write `anchor: {release: <tag>}` once by hand; from then on it is moved by this command",
        )),
    }
}

/// Refuses a release that is not stored: an anchor that cannot be found stops every check.
fn stored(config: &Config, tag: &str) -> Result<(), Failure> {
    let releases = baseline::repository(config)?.list_releases()?;
    if releases.iter().any(|release| release == tag) {
        return Ok(());
    }
    let help = if releases.is_empty() {
        "store it with `modelgate release <tag>` first".to_owned()
    } else {
        let shown: Vec<String> = releases.iter().take(20).map(|release| plain(release)).collect();
        format!("store it with `modelgate release <tag>` first, or name one of: {}", shown.join(", "))
    };
    Err(Failure::with_help(format!("there is no stored release {}", plain(tag)), help))
}

fn record(config: &Config, old: &str, new: &str, reason: &str, moved: &str) -> serde_json::Value {
    serde_json::json!({
        "version": 1,
        "from": old,
        "to": new,
        "reason": reason,
        "model": config.model_name,
        "commit": baseline::head_commit(config),
        "tool_version": pipeline::TOOL_VERSION,
        "config_sha256_before": config.digest.to_string(),
        "config_sha256_after": Digest::of(moved.trim_start_matches('\u{feff}').as_bytes()).to_string(),
    })
}

/// Writes trail, log and configuration: all of them, or none. Files are written beside their places before the trail is appended to, so that
/// whatever can fail has failed by then; an interruption waits. The log comes before the configuration, because a move without a record
/// would be what the anchor is there to prevent.
fn write(
    config: &Config,
    path: &Path,
    moved: &str,
    record: serde_json::Value,
    append: impl FnOnce() -> Result<AppendOutcome, Failure>,
    context: &Context,
) -> Result<(String, AppendOutcome), Failure> {
    // A link to the file stays a link.
    let target = path.canonicalize().map_err(|error| unreadable(path, &error))?;
    let _lock = FolderLock::beside(&config.ledger);
    uninterrupted(|| {
        let (entry, text) = log::with_entry(&config.ledger, log::REBLESS, &context.generated(), record)?;
        let (mut longer, mut changed) = (Staged::default(), Staged::default());
        longer.add(&config.ledger, text.as_bytes())?;
        changed.add(&target, moved.as_bytes())?;
        let outcome = append()?;
        longer.commit()?;
        changed.commit()?;
        Ok((log::shown(&entry), outcome))
    })
}
