//! `audit show`: the trail for people.

use modelgate_ledger::Envelope;
use modelgate_ledger::trail::{Kind, TrailEntry, object_path};
use serde_json::Value;

use crate::cli::audit::{ShowArgs, repository};
use crate::context::Console;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::statement::Statement;
use crate::terminal::plain;
use crate::trail;

/// Prints the timeline, one entry, what was live, or who accepted what.
pub(crate) fn run(arguments: &ShowArgs, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let said = read(arguments)?;
    if let Some(number) = arguments.entry {
        return one(&said, number, console);
    }
    if let Some(day) = &arguments.live_on {
        return live(&said, day, console);
    }
    if arguments.approvals {
        approvals(&said, console);
        return Ok(ExitStatus::Passed);
    }
    if arguments.retention {
        retention(&said, console);
        return Ok(ExitStatus::Passed);
    }
    console.result("entry  appended              what            about");
    for (entry, statement) in &said {
        console.result(&trail::shown(entry, statement));
    }
    Ok(ExitStatus::Passed)
}

/// Every entry whose statement can be read. Whether all of it is as it was written, `audit verify` tells.
fn read(arguments: &ShowArgs) -> Result<Vec<(TrailEntry, Statement)>, Failure> {
    let repository = repository(&arguments.trail.repository)?;
    let Some(view) = repository.records()? else {
        return Err(Failure::with_help(
            "there is no trail here: the records branch is missing",
            "append a first decision with `modelgate audit append`",
        ));
    };
    let mut said = Vec::new();
    for (path, bytes) in view.entries()? {
        let broken = |reason: String| {
            Failure::with_help(format!("{}: {reason}", plain(&path)), "see what was done with `modelgate audit verify`")
        };
        let entry = TrailEntry::parse(&bytes).map_err(broken)?;
        let bytes = view.file(&object_path(&entry.payload))?.ok_or_else(|| broken("its statement is missing".to_owned()))?;
        let envelope = Envelope::parse(&bytes).map_err(|error| broken(error.to_string()))?;
        said.push((entry, Statement::read(&envelope).map_err(broken)?));
    }
    Ok(said)
}

fn one(said: &[(TrailEntry, Statement)], number: u64, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let Some((entry, statement)) = said.iter().find(|(entry, _)| entry.seq == number) else {
        return Err(Failure::with_help(
            format!("the trail has no entry {number}"),
            "see the numbers with `modelgate audit show`",
        ));
    };
    let told = serde_json::json!({
        "seq": entry.seq, "kind": entry.kind.id(), "appended_at": entry.appended_at, "subject": statement.subject,
        "predicate": statement.predicate,
    });
    console.result(&serde_json::to_string_pretty(&told).unwrap_or_default());
    Ok(ExitStatus::Passed)
}

/// The newest release of each model whose entry is of that day or before.
fn live(said: &[(TrailEntry, Statement)], day: &str, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    if modelgate_policy::Date::parse(day).is_none() {
        return Err(Failure::with_help(format!("{} is no day", plain(day)), "write the year first, as in 2026-06-01"));
    }
    let mut models: std::collections::BTreeMap<String, &(TrailEntry, Statement)> = std::collections::BTreeMap::new();
    for one in said
        .iter()
        .filter(|(entry, _)| entry.kind == Kind::Release && entry.appended_at.get(..10).is_some_and(|date| date <= day))
    {
        models.insert(one.1.text("model").unwrap_or_default().to_owned(), one);
    }
    if models.is_empty() {
        console.result(&format!("no release was recorded by the end of {day}"));
    }
    for (model, (entry, statement)) in models {
        let decision = statement.predicate.get("decision").and_then(|decision| decision.get("verdict")).and_then(Value::as_str);
        let decided =
            decision.map_or_else(|| "no decision is named".to_owned(), |verdict| format!("decided: {}", plain(verdict)));
        let tag = plain(statement.text("release").unwrap_or_default());
        console.result(&format!("{} {tag}, recorded {} as entry {}; {decided}", plain(&model), entry.appended_at, entry.seq));
    }
    Ok(ExitStatus::Passed)
}

/// Until when what belongs to each release has to be kept at least.
fn retention(said: &[(TrailEntry, Statement)], console: &mut Console<'_>) {
    let releases: Vec<_> = said.iter().filter(|(entry, _)| entry.kind == Kind::Release).collect();
    if releases.is_empty() {
        console.result("no release was recorded: no clock runs yet");
    }
    for (entry, statement) in releases {
        let day = entry.appended_at.get(..10).unwrap_or_default();
        console.result(&format!("{} of {day}", plain(statement.text("release").unwrap_or_default())));
        for row in super::retention::rows(day).unwrap_or_default() {
            console.result(&row);
        }
    }
    console.result("these are the least, from the day of the release, of rules that may be yours: nothing here says which are. Authorities may ask for longer.");
}

fn approvals(said: &[(TrailEntry, Statement)], console: &mut Console<'_>) {
    let mut is_any = false;
    for (entry, statement) in said {
        let list = statement.predicate.get("approvals").and_then(Value::as_array).cloned().unwrap_or_default();
        for approval in list {
            is_any = true;
            let text = |key: &str| plain(approval.get(key).and_then(Value::as_str).unwrap_or_default());
            console.result(&format!(
                "entry {}: {} ({}) on {}, statement {}, evidence {}",
                entry.seq,
                text("by"),
                text("role"),
                text("date"),
                text("id"),
                text("evidence_digest")
            ));
        }
        if entry.kind == Kind::WaiverGranted || entry.kind == Kind::Rebless {
            is_any = true;
            console.result(trail::shown(entry, statement).trim_start());
        }
    }
    if !is_any {
        console.result("nobody accepted or attested anything");
    }
}
