//! `packs`: what laws and standards ask for, as data: list, show, compare, and look what is out of date.

use std::fmt::Write as _;
use std::path::Path;

use modelgate_config::{load_pack, shipped_pack, shipped_packs};
use modelgate_policy::{Class, Control, Expression, Pack, TERMS};

use crate::cli::{ListFormat, PackDiffArgs, PackOutdatedArgs, PackShowArgs, PacksCommand};
use crate::context::{Console, Context};
use crate::controls;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::pipeline;

/// Runs one of the commands.
pub(crate) fn run(command: &PacksCommand, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let text = match command {
        PacksCommand::List => list()?,
        PacksCommand::Show(PackShowArgs { pack, format }) => show(&find(pack)?, *format),
        PacksCommand::Diff(PackDiffArgs { before, after }) => diff(&find(before)?, &find(after)?),
        PacksCommand::Outdated(arguments) => outdated(arguments, context, console)?,
        PacksCommand::Terms => terms(),
    };
    console.result(text.trim_end());
    Ok(ExitStatus::Passed)
}

/// A pack by its name, or in a file.
pub(crate) fn find(name: &str) -> Result<Pack, Failure> {
    match shipped_pack(name) {
        Some(pack) => Ok(pack?),
        None if Path::new(name).is_file() => Ok(load_pack(Path::new(name))?),
        None => Err(Failure::with_help(format!("there is no pack {name:?}"), "see `modelgate packs list`, or name a file")),
    }
}

fn packs() -> Result<Vec<Pack>, Failure> {
    shipped_packs().map(find).collect()
}

fn list() -> Result<String, Failure> {
    let line = |pack: &Pack| {
        let replaced = pack.superseded_by.as_ref().map(|by| format!(" (superseded by {by})")).unwrap_or_default();
        format!("{:<20}{:<15}{:>4} controls  {}{replaced}\n", pack.id, pack.version, pack.controls.len(), pack.title)
    };
    Ok(packs()?.iter().map(line).collect())
}

/// A pack with everything in it.
fn show(pack: &Pack, format: ListFormat) -> String {
    match format {
        ListFormat::Plain => plain(pack),
        ListFormat::Markdown => page(pack, 1),
    }
}

fn plain(pack: &Pack) -> String {
    let mut text = head(pack);
    text.push('\n');
    for control in &pack.controls {
        let (name, class) = (pack.name_of(control), control.class.id());
        let _ = writeln!(text, "{name:<34}{class:<15}{}: {}", control.cites, control.title);
    }
    text
}

/// What is to be known of a pack besides its controls, a line each.
fn head(pack: &Pack) -> String {
    let mut text = format!("{}\n{} {}, {}\n", pack.title, pack.id, pack.version, pack.jurisdiction);
    let _ = writeln!(text, "source: {} ({}), text of {}", pack.citation, pack.reference, pack.dated);
    let verified =
        pack.verified_on.map_or("not held against its source".to_owned(), |day| format!("held against its source on {day}"));
    let unverified = pack.controls.iter().filter(|control| !control.verified).count();
    let _ = writeln!(text, "{verified}; {unverified} rows are marked unverified");
    let days = [("applies from", pack.applies.from), ("applies until", pack.applies.until)];
    for (words, day) in days {
        if let Some(day) = day {
            let _ = writeln!(text, "{words} {day}");
        }
    }
    if let Some(by) = &pack.superseded_by {
        let _ = writeln!(text, "superseded by {by}");
    }
    if let Some(condition) = &pack.applies_if {
        let _ = writeln!(text, "for systems of which this holds: {}", condition_text(condition));
    }
    let _ = writeln!(text, "a failure may be waived for {} days at most", pack.max_waiver_days);
    let _ = writeln!(text, "{}", coverage(pack));
    if let Some(note) = &pack.note {
        let _ = writeln!(text, "note: {note}");
    }
    text
}

/// How many controls a run decides, supplies evidence for, leaves to people, and cannot see.
fn coverage(pack: &Pack) -> String {
    let count = |class: Class| pack.controls.iter().filter(|control| control.class == class).count();
    format!(
        "{} controls: {} decided by a run, {} with evidence from a run that people judge, {} for people alone, {} outside of what a repository shows",
        pack.controls.len(),
        count(Class::Auto),
        count(Class::Mixed),
        count(Class::Human),
        count(Class::NotApplicable)
    )
}

/// A pack as a documentation page.
fn page(pack: &Pack, level: usize) -> String {
    let marks = "#".repeat(level);
    let mut text = format!("{marks} {}\n\n", pack.title);
    for line in head(pack).lines().skip(1) {
        let _ = writeln!(text, "- {line}");
    }
    text.push_str("\n| Control | Where | What it asks | Class | Evidence |\n|:--|:--|:--|:--|:--|\n");
    for control in &pack.controls {
        let evidence = control.evidence.as_ref().map_or("none".to_owned(), condition_text);
        let cells = [
            format!("`{}`", pack.name_of(control)),
            control.cites.clone() + if control.verified { "" } else { " (unverified)" },
            control.title.clone(),
            control.class.id().to_owned(),
            evidence,
        ];
        let _ = writeln!(text, "| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
    }
    text
}

/// Every control of every pack, a line each.
pub(crate) fn all_lines() -> Result<String, Failure> {
    let line = |pack: &Pack, control: &Control| format!("{:<42}{}: {}\n", pack.name_of(control), control.cites, control.title);
    Ok(packs()?.iter().flat_map(|pack| pack.controls.iter().map(move |control| line(pack, control))).collect())
}

/// Every pack on one page.
pub(crate) fn all_pages() -> Result<String, Failure> {
    let start = "What laws, standards and guidance ask for, as data: titles are our own words, and the official texts are at the \
                 references. A pack is dated; see `modelgate packs outdated`.\n";
    Ok(packs()?.iter().fold(format!("# Packs\n\n{start}"), |text, pack| text + "\n" + &page(pack, 2)))
}

/// A control with what it asks, for `explain`.
pub(crate) fn explain(name: &str) -> Option<Result<String, Failure>> {
    let (pack, anchor) = name.split_once('/').or_else(|| name.split_once(':'))?;
    let pack = match shipped_pack(pack)? {
        Ok(pack) => pack,
        Err(errors) => return Some(Err(errors.into())),
    };
    match pack.control(anchor) {
        Some(control) => Some(Ok(control_text(&pack, control))),
        None => Some(Err(Failure::with_help(
            format!("{} has no control {anchor:?}", pack.id),
            format!("see `modelgate packs show {}`", pack.id),
        ))),
    }
}

fn control_text(pack: &Pack, control: &Control) -> String {
    let mut text = format!("## {}\n\n{}: {}.\n\n", pack.name_of(control), control.cites, control.title);
    let who = match control.class {
        Class::Auto => "a run decides it",
        Class::Mixed => "a run supplies evidence, and a person judges it with a statement",
        Class::Human => "people alone can answer for it, with declared facts and a statement",
        Class::NotApplicable => "no tool that looks at a repository can see it",
    };
    let _ = writeln!(text, "- Who can say: {who}");
    let from = control.applies.from.or(pack.applies.from);
    let until = control.applies.until.or(pack.applies.until);
    for (words, day) in [("From", from), ("Until", until)] {
        if let Some(day) = day {
            let _ = writeln!(text, "- {words}: {day}");
        }
    }
    for (words, condition) in [("For systems of which this holds", &pack.applies_if), ("and this", &control.applies_if)] {
        if let Some(condition) = condition {
            let _ = writeln!(text, "- {words}: `{}`", condition_text(condition));
        }
    }
    if let Some(evidence) = &control.evidence {
        let _ = writeln!(text, "- Evidence: `{}`", condition_text(evidence));
        let titles = modelgate_config::no_facts();
        let (facts, measured) = evidence.mentions();
        for place in facts {
            let _ = writeln!(text, "  - `{place}`, declared: {}", titles.title(place));
        }
        for name in measured {
            let title = modelgate_policy::term(name).map_or("", |term| term.title);
            let _ = writeln!(text, "  - `{name}`, measured: {}", title.trim_end_matches('.'));
        }
    }
    if control.independent {
        let _ = writeln!(text, "- The statement must be by somebody who did not make the model");
    }
    if !control.feeds.is_empty() {
        let _ = writeln!(text, "- Feeds: {}", control.feeds.join(", "));
    }
    let _ = writeln!(text, "- A failure may be waived for {} days at most", pack.max_waiver_days);
    let checked = if control.verified { "checked" } else { "not checked" };
    let _ = writeln!(text, "- Citation: {}, text of {}; {checked} against the source", pack.citation, pack.dated);
    if let Some(note) = &control.note {
        let _ = writeln!(text, "- Note: {note}");
    }
    text
}

/// A condition as packs write it.
fn condition_text(expression: &Expression) -> String {
    let joined = |parts: &[Expression]| parts.iter().map(condition_text).collect::<Vec<_>>().join(", ");
    match expression {
        Expression::All(parts) => format!("all({})", joined(parts)),
        Expression::Any(parts) => format!("any({})", joined(parts)),
        Expression::Not(part) => format!("not({})", condition_text(part)),
        Expression::Measured(name) | Expression::Known(name) => name.clone(),
        Expression::AtLeast(name, least) => format!("{name} at_least {least}"),
        Expression::Equals(name, word) => format!("{name} is {word}"),
        Expression::Has(name, word) => format!("{name} has {word}"),
    }
}

/// What one pack asks that the other does not.
fn diff(before: &Pack, after: &Pack) -> String {
    let mut text = format!("{} {} -> {} {}\n", before.id, before.version, after.id, after.version);
    for control in &after.controls {
        match before.control(&control.anchor) {
            None => {
                let _ = writeln!(text, "+ {}: {}, {}", control.anchor, control.cites, control.title);
            }
            Some(old) if old != control => {
                let _ = writeln!(text, "~ {}: {}", control.anchor, changes(old, control).join("; "));
            }
            Some(_) => {}
        }
    }
    for control in before.controls.iter().filter(|control| after.control(&control.anchor).is_none()) {
        let _ = writeln!(text, "- {}: {}, {}", control.anchor, control.cites, control.title);
    }
    if text.lines().count() == 1 {
        text.push_str("both ask for the same\n");
    }
    text
}

/// What differs between two versions of a control.
fn changes(before: &Control, after: &Control) -> Vec<String> {
    let told = |evidence: &Option<Expression>| evidence.as_ref().map_or("none".to_owned(), condition_text);
    let day = |day: Option<modelgate_policy::Date>| day.map_or("none".to_owned(), |day| day.to_string());
    let pairs = [
        ("title", before.title.clone(), after.title.clone()),
        ("cites", before.cites.clone(), after.cites.clone()),
        ("class", before.class.id().to_owned(), after.class.id().to_owned()),
        ("evidence", told(&before.evidence), told(&after.evidence)),
        ("for", told(&before.applies_if), told(&after.applies_if)),
        ("from", day(before.applies.from), day(after.applies.from)),
        ("until", day(before.applies.until), day(after.applies.until)),
    ];
    let changed: Vec<String> =
        pairs.into_iter().filter(|(_, old, new)| old != new).map(|(what, old, new)| format!("{what} {old} -> {new}")).collect();
    if changed.is_empty() { vec!["its note, documents or marks changed".to_owned()] } else { changed }
}

/// How many days after it was held against its source a pack is old.
const OLD: i64 = 180;

/// The packs that are superseded, over, or were not held against their source for long.
fn outdated(arguments: &PackOutdatedArgs, context: &Context, console: &mut Console<'_>) -> Result<String, Failure> {
    let chosen = match &arguments.config {
        None => packs()?,
        Some(path) => {
            let config = pipeline::load(path, console)?;
            let declared = controls::load(&config, context.today())?;
            declared.map(|declared| declared.packs.into_iter().map(|chosen| chosen.pack).collect()).unwrap_or_default()
        }
    };
    let today = context.today();
    let mut text = String::new();
    for pack in &chosen {
        let mut told = Vec::new();
        told.extend(pack.superseded_by.as_ref().map(|by| format!("superseded by {by}")));
        told.extend(pack.applies.until.filter(|until| *until < today).map(|until| format!("it applied until {until}")));
        if pack.dated > today {
            told.push(format!("its text is of {}, which is not yet", pack.dated));
        }
        match pack.verified_on {
            None => told.push("never held against its source".to_owned()),
            Some(day) if day.days_until(today) > OLD => {
                told.push(format!("last held against its source on {day}, {} days ago", day.days_until(today)));
            }
            Some(_) => {}
        }
        if !told.is_empty() {
            let _ = writeln!(text, "{:<20}{:<15}{}", pack.id, pack.version, told.join("; "));
        }
    }
    if text.is_empty() {
        text.push_str("no pack is out of date as far as modelgate knows\n");
    }
    text.push_str("Rules change between releases of modelgate; nothing was looked up.\n");
    Ok(text)
}

/// Every measurement that a condition may ask for.
fn terms() -> String {
    let numbers = |is_number: bool| if is_number { " (a number)" } else { "" };
    let measured = TERMS
        .iter()
        .fold(String::new(), |text, term| text + &format!("{:<34}{}{}\n", term.id, term.title, numbers(term.is_number)));
    let facts = modelgate_config::no_facts();
    let declared = facts.titles.iter().fold(String::new(), |text, (place, title)| text + &format!("{place:<34}{title}\n"));
    format!("Measured:\n{measured}\nDeclared:\n{declared}")
}
