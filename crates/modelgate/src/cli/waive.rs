//! `waive`: writes a waiver, from flags or by asking, into the file that the settings name for them.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use modelgate_config::{NewWaiver, WAIVERS_FILE, parse_with_waivers, with_waiver, with_waivers_file};

use crate::cli::WaiveArgs;
use crate::context::{Console, Context};
use crate::exit::ExitStatus;
use crate::failure::{Failure, unreadable};
use crate::output::{Staged, uninterrupted};
use crate::pipeline;
use crate::terminal::plain;

/// Writes the waiver; what it would break is told beforehand, and then nothing is written.
pub(crate) fn run(arguments: &WaiveArgs, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let path = &arguments.input.config;
    let config = pipeline::load(path, console)?;
    let waiver = asked(arguments, context)?;
    let settings = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    let (file, edited_settings) = if let Some(file) = &config.waivers_file {
        (file.clone(), None)
    } else {
        let edited = with_waivers_file(&settings, WAIVERS_FILE).ok_or_else(|| {
            let help = format!("write `waivers_file: {WAIVERS_FILE}` into it by hand");
            Failure::with_help(format!("{}: no key can be put at its end", path.display()), help)
        })?;
        (beside(path, WAIVERS_FILE), Some(edited))
    };
    let existing = match std::fs::read_to_string(&file) {
        Ok(text) => Some(text),
        // Settings that name a file that is not there are refused when they are read.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && edited_settings.is_some() => None,
        Err(error) => return Err(unreadable(&file, &error)),
    };
    let edited = with_waiver(existing.as_deref(), &waiver).ok_or_else(|| {
        Failure::with_help(
            format!("{}: its list is not written so that an item can be put behind it", file.display()),
            "write `waivers:` last, and each waiver as an item of its own lines",
        )
    })?;
    // What cannot match, holds for too long or is accepted by who asked for it is refused before it is written.
    parse_with_waivers(&config.file_name, edited_settings.as_deref().unwrap_or(&settings), &edited)?;
    uninterrupted(|| {
        let mut staged = Staged::default();
        staged.add(&target(&file), edited.as_bytes())?;
        if let Some(text) = &edited_settings {
            staged.add(&target(path), text.as_bytes())?;
        }
        staged.commit()
    })?;
    console.finish_step();
    let about = waiver.rule.or(waiver.control).unwrap_or_default();
    console.result(&format!("waiver of {} until {} in {}", plain(&about), waiver.expires, file.display()));
    if edited_settings.is_some() {
        console.result(&format!("{} names that file now", path.display()));
    }
    Ok(ExitStatus::Passed)
}

fn beside(path: &Path, name: &str) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).join(name)
}

/// A link to a file stays a link.
fn target(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// What the flags say; what is missing is asked for on a terminal, and a mistake elsewhere.
fn asked(arguments: &WaiveArgs, context: &Context) -> Result<NewWaiver, Failure> {
    let mut waiver = NewWaiver {
        rule: arguments.rule.clone(),
        control: arguments.control.clone(),
        metric: arguments.metric.clone(),
        slice: arguments.slice.clone(),
        across: arguments.across.clone(),
        reason: arguments.reason.clone().unwrap_or_default(),
        approved_by: arguments.approved_by.clone().unwrap_or_default(),
        approver_role: arguments.approver_role.clone(),
        owner: arguments.owner.clone(),
        granted: Some(context.today()),
        expires: arguments.expires.clone().unwrap_or_default(),
        compensating_measure: arguments.measure.clone(),
        ticket: arguments.ticket.clone(),
    };
    let is_terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if is_terminal && waiver.rule.is_none() && waiver.control.is_none() {
        let about = ask("Rule (such as metric-regression), or control (such as gdpr/art_35)")?;
        if about.contains('/') { waiver.control = Some(about) } else { waiver.rule = Some(about) }
    }
    let required = [
        (&mut waiver.reason, "--reason", "Why it is accepted"),
        (&mut waiver.approved_by, "--approved-by", "Who accepts it"),
        (&mut waiver.expires, "--expires", "The last day, such as 2026-12-31"),
    ];
    let mut missing = Vec::new();
    for (value, flag, question) in required {
        if value.trim().is_empty() && is_terminal {
            *value = ask(question)?;
        }
        if value.trim().is_empty() {
            missing.push(flag);
        }
    }
    if waiver.rule.is_none() && waiver.control.is_none() {
        missing.insert(0, "--rule or --control");
    }
    if missing.is_empty() {
        return Ok(waiver);
    }
    Err(Failure::with_help(
        format!("a waiver needs {}", missing.join(", ")),
        "give them as flags, or run the command on a terminal, which asks for them",
    ))
}

/// One question, and the line that answers it.
fn ask(question: &str) -> Result<String, Failure> {
    let mut stderr = std::io::stderr();
    let mut line = String::new();
    let asked = write!(stderr, "{question}: ").and_then(|()| stderr.flush()).and_then(|()| std::io::stdin().read_line(&mut line));
    match asked {
        Ok(0) => Err(Failure::new("the input ended before the waiver was whole, and nothing was written")),
        Ok(_) => Ok(line.trim().to_owned()),
        Err(error) => Err(Failure::new(format!("nothing can be asked: {error}"))),
    }
}
