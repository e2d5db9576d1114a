//! `audit append` and `audit record`: what one job, or a person, adds to the trail.

use std::path::Path;

use modelgate_cube::Digest;
use modelgate_forge::Repository;
use modelgate_ledger::trail::Kind;
use modelgate_ledger::{Envelope, SigningKey};
use serde_json::json;

use crate::cli::audit::{AppendArgs, Keep, PushArgs, RecordArgs, push, repository};
use crate::context::{Console, Context};
use crate::decision::ENVELOPE_FILE;
use crate::evidence::{self, Broken, EVIDENCE_FILE, Evidence};
use crate::exit::ExitStatus;
use crate::failure::{Failure, unreadable};
use crate::statement::{Statement, envelope, run_facts, subject, tool};
use crate::terminal::plain;
use crate::trail;

/// Appends a decision and the waivers that it declares.
pub(crate) fn append(arguments: &AppendArgs, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    refuse_changes(context)?;
    let repository = repository(&arguments.trail.repository)?;
    let (decision, statement) = read(&arguments.decision)?;
    check_tree(&repository, &statement)?;
    let evidence = match arguments.keep {
        Keep::Nothing => None,
        Keep::AllButCounts => evidence_of(&arguments.decision, &statement, console)?.map(Evidence::without_counts),
        Keep::Everything => evidence_of(&arguments.decision, &statement, console)?,
    };
    let waivers = trail::waivers(&statement);
    let statements = std::iter::once((Kind::Decision, decision)).chain(waivers).collect();
    finish(&repository, statements, evidence.as_ref(), &arguments.push, context, console)
}

/// The evidence beside a decision, once it has given the verdict again: what is kept for years must be what was decided from. None where
/// the decision says that none was kept.
fn evidence_of(decision: &Path, statement: &Statement, console: &mut Console<'_>) -> Result<Option<Evidence>, Failure> {
    let Some(root) = statement.predicate.get("replay").and_then(|replay| replay.get("sha256")).and_then(|root| root.as_str())
    else {
        return Ok(None);
    };
    let folder = if decision.is_dir() { decision } else { decision.parent().unwrap_or(Path::new("")) };
    let path = folder.join(EVIDENCE_FILE);
    let otherwise = "`--keep nothing` appends the decision alone, which `audit verify --replay` tells as incomplete";
    if !path.exists() {
        return Err(Failure::with_help(
            format!("the evidence of the decision is not beside it: {} is missing", path.display()),
            format!("keep it with decision.dsse; {otherwise}"),
        ));
    }
    let evidence = Evidence::read(&path)?;
    if evidence.root.to_string() != root {
        return Err(Failure::with_help(
            format!("{} is the evidence of another decision", path.display()),
            "keep together what one run of `modelgate check` wrote",
        ));
    }
    console.step("Replaying", "the decision from its evidence");
    let differences = match evidence::replay(&evidence, statement) {
        Ok(recomputed) => recomputed.differences,
        Err(Broken(why)) => vec![why],
    };
    console.finish_step();
    match differences.first() {
        None => Ok(Some(evidence)),
        Some(first) => Err(Failure::with_help(
            format!("the evidence does not give what the decision says: {}", plain(first)),
            format!(
                "run `modelgate check` again, and append what it wrote; where a file was not changed in between, {otherwise}"
            ),
        )),
    }
}

/// Reads the envelope of a decision and what it says: the folder that `check` wrote, or the file.
pub(crate) fn read(path: &Path) -> Result<(Envelope, Statement), Failure> {
    let path = if path.is_dir() { path.join(ENVELOPE_FILE) } else { path.to_owned() };
    let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
    let wrong = |reason: String| {
        let help = "name the folder that `modelgate check` wrote, or its decision.dsse";
        Failure::with_help(format!("{}: {reason}", path.display()), help)
    };
    let decision = Envelope::parse(&bytes).map_err(|error| wrong(error.to_string()))?;
    let statement = Statement::read(&decision).map_err(wrong)?;
    if statement.kind != Kind::Decision {
        return Err(wrong(format!("it is the statement of a {} and not of a decision", statement.kind)));
    }
    Ok((decision, statement))
}

/// Runs for changes are many, run at the same time, and have no right to write where they come from forks: their decisions are kept with
/// them, and the job after the merge appends one.
fn refuse_changes(context: &Context) -> Result<(), Failure> {
    let value = |name: &str| (context.environment)(name).unwrap_or_default();
    let github = value("GITHUB_EVENT_NAME").starts_with("pull_request") && value("GITHUB_ACTIONS") == "true";
    let gitlab = !value("CI_MERGE_REQUEST_IID").is_empty() && value("GITLAB_CI") == "true";
    if github || gitlab {
        return Err(Failure::with_help(
            "runs of a pull or merge request do not append to the trail",
            "append in the job that runs after the merge: it checks that what was merged is what was judged",
        ));
    }
    Ok(())
}

/// What was judged must be what is checked out.
fn check_tree(repository: &Repository, statement: &Statement) -> Result<(), Failure> {
    let again = "run the gate on what is checked out, `modelgate check`, and append that decision";
    match statement.text("work_tree") {
        Some("as_committed") => {}
        Some("changed") => {
            return Err(Failure::with_help("the decision was made on files that were changed and not committed", again));
        }
        _ => return Err(Failure::with_help("the decision does not say on which commit it was made", again)),
    }
    let (judged, here) = (statement.digest_of("tree", "gitTree"), repository.head_tree()?);
    match (judged, here) {
        (Some(judged), Some(here)) if judged == here => Ok(()),
        (judged, here) => {
            let shown =
                |tree: Option<&str>| tree.map_or_else(|| "nothing".to_owned(), |tree| plain(tree).chars().take(12).collect());
            let message =
                format!("the decision is about the tree {}, and {} is checked out", shown(judged), shown(here.as_deref()));
            Err(Failure::with_help(message, again))
        }
    }
}

/// Records what people found.
pub(crate) fn record(arguments: &RecordArgs, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let reason = arguments.reason.trim();
    if reason.is_empty() {
        return Err(Failure::with_help("nothing is recorded without a reason", "say with --reason what was found"));
    }
    let repository = repository(&arguments.trail.repository)?;
    let kind = Kind::from(arguments.what);
    let mut subjects = vec![subject("reason", "sha256", &Digest::of(reason.as_bytes()).to_string())];
    let mut evidence = Vec::new();
    for path in &arguments.evidence {
        let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let digest = Digest::of(&bytes).to_string();
        subjects.push(subject(&name, "sha256", &digest));
        evidence.push(json!({"name": name, "digest": {"sha256": digest}, "size": bytes.len()}));
    }
    if let Some(about) = arguments.about {
        subjects.push(about_entry(&repository, about)?);
    }
    let predicate = json!({
        "tool": tool(), "run": run_facts(context.environment), "created": context.recorded_at(),
        "reason": reason, "about": arguments.about, "evidence": evidence,
    });
    finish(&repository, vec![(kind, envelope(kind, &subjects, &predicate))], None, &arguments.push, context, console)
}

/// The entry that something is said of, which has to be there.
fn about_entry(repository: &Repository, about: u64) -> Result<serde_json::Value, Failure> {
    let view = repository.records()?;
    let entries = view.map(|view| view.entries()).transpose()?.unwrap_or_default();
    let marked = format!("/{about:08}-");
    let entry = entries.iter().find(|(path, _)| path.contains(&marked));
    let (_, bytes) = entry.ok_or_else(|| {
        Failure::with_help(format!("the trail has no entry {about}"), "see the numbers with `modelgate audit show`")
    })?;
    Ok(subject(&format!("entry {about}"), "sha256", &Digest::of(bytes).to_string()))
}

/// Appends, tells, and pushes.
fn finish(
    repository: &Repository,
    statements: Vec<(Kind, Envelope)>,
    evidence: Option<&Evidence>,
    arguments: &PushArgs,
    context: &Context,
    console: &mut Console<'_>,
) -> Result<ExitStatus, Failure> {
    let key = signing(arguments.require_signature, context)?;
    let writer = trail::writer(repository, key.as_ref(), context);
    let outcome = trail::append(repository, statements, evidence, &writer, context)?;
    trail::tell(&outcome, console);
    push(repository, arguments, &writer, console)?;
    Ok(ExitStatus::Passed)
}

/// The key to sign with. Where a signature is required, none is no decision.
pub(crate) fn signing(is_required: bool, context: &Context) -> Result<Option<SigningKey>, Failure> {
    let key = trail::signing_key(context)?;
    if is_required && key.is_none() {
        return Err(Failure::with_help(
            format!("a signature is required, and {} names no key", trail::SIGNING_KEY_FILE),
            "write the key into a file that only this job can read, and name that file there",
        ));
    }
    Ok(key)
}
