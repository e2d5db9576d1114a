//! `documents lint`: whether the documents of a run are ready for somebody who was not there, in ten points.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use modelgate_config::{Config, shipped_pack};
use modelgate_cube::Digest;
use modelgate_ledger::{Envelope, Ledger};
use modelgate_policy::is_account_of;
use modelgate_report::{Document, DocumentKind};
use serde_json::Value;

use crate::baseline;
use crate::cli::LintArgs;
use crate::context::Console;
use crate::decision::{ENVELOPE_FILE, STATEMENT_FILE};
use crate::exit::ExitStatus;
use crate::failure::{Failure, unreadable};
use crate::pipeline;
use crate::terminal::plain;

/// The most faults of a point that are printed.
const MOST_SHOWN: usize = 12;

/// The digits by which documents name a digest.
const DIGITS: usize = 12;

/// What was found of a point.
#[derive(Default)]
struct Found {
    faults: Vec<String>,
    /// What only a person can see to.
    open: Vec<String>,
}

impl Found {
    fn fault_if(&mut self, is_fault: bool, told: impl FnOnce() -> String) {
        if is_fault {
            self.faults.push(told());
        }
    }
}

/// The documents of a run, as they are in their folder.
struct Folder {
    path: PathBuf,
    verdict: Value,
    decision: Value,
    statement: Vec<u8>,
    /// The Markdown documents by their names, as text without markup. The comment is none: it belongs to the forge.
    documents: Vec<(String, String)>,
}

type Point = (&'static str, fn(&Folder, &Config) -> Found);

const POINTS: [Point; 10] = [
    ("every document names commit, evidence and data, and every number its interval, rows and method", numbers),
    ("the documents were made before the release was tagged", before_the_tag),
    ("no section is empty, and none holds the place for words to come", sections),
    ("every control leads to its evidence and documents, and evidence back to its controls", both_ways),
    ("who approves is not who made it", approvers),
    ("every waiver has a reason, an owner and an end", waivers),
    ("failures are kept, and the decision is in the log", kept),
    ("one command makes them again", again),
    ("every law is named with its version and its date", laws),
    ("they can be read without this program, and checked without a network", readable),
];

/// Looks at the ten points and prints what is wrong.
pub(crate) fn run(arguments: &LintArgs, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let config = pipeline::load_without_rows(&arguments.input.config, console)?;
    let path = arguments.output_dir.clone().unwrap_or_else(|| config.output_directory.clone());
    let folder = Folder::read(&path)?;
    let mut status = ExitStatus::Passed;
    for (number, (title, look)) in (1..).zip(POINTS) {
        let Found { faults, open } = look(&folder, &config);
        let word = if !faults.is_empty() {
            status = ExitStatus::Failed;
            "fault"
        } else if open.is_empty() {
            "ok"
        } else {
            "person"
        };
        console.result(&format!("{word:<7} {number:>2} {title}"));
        let all: Vec<&String> = faults.iter().chain(&open).collect();
        for told in all.iter().take(MOST_SHOWN) {
            console.result(&format!("           {}", plain(told)));
        }
        if all.len() > MOST_SHOWN {
            console.result(&format!("           and {} more", all.len() - MOST_SHOWN));
        }
    }
    Ok(status)
}

impl Folder {
    fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = |name: &str| std::fs::read(path.join(name)).map_err(|error| unreadable(&path.join(name), &error));
        let json = |name: &str, bytes: &[u8]| -> Result<Value, Failure> {
            serde_json::from_slice(bytes).map_err(|error| {
                Failure::with_help(format!("{} is not JSON: {error}", path.join(name).display()), "run `modelgate check` again")
            })
        };
        let verdict = json(DocumentKind::Verdict.path(), &bytes(DocumentKind::Verdict.path())?)?;
        let statement = bytes(STATEMENT_FILE)?;
        let decision = json(STATEMENT_FILE, &statement)?;
        let named = decision["predicate"]["evidence"].as_array().into_iter().flatten().filter_map(|one| one["name"].as_str());
        let mut documents = Vec::new();
        for name in named.filter(|name| is_markdown(name) && *name != DocumentKind::Comment.path()) {
            let text = String::from_utf8_lossy(&bytes(name)?).into_owned();
            documents.push((name.to_owned(), text));
        }
        Ok(Self { path: path.to_owned(), verdict, decision, statement, documents })
    }

    fn predicate(&self) -> &Value {
        &self.decision["predicate"]
    }

    /// The digest of a thing that the decision is about.
    fn subject(&self, name: &str) -> Option<&str> {
        let subjects = self.decision["subject"].as_array()?;
        let found = subjects.iter().find(|subject| subject["name"] == name)?;
        found["digest"].as_object()?.values().next()?.as_str()
    }

    fn packs(&self) -> impl Iterator<Item = &Value> {
        self.verdict["controls"]["packs"].as_array().into_iter().flatten()
    }

    fn controls(&self) -> impl Iterator<Item = &Value> {
        self.packs().flat_map(|pack| pack["controls"].as_array().into_iter().flatten())
    }
}

fn start(digest: &str) -> String {
    digest.chars().take(DIGITS).collect()
}

fn numbers(folder: &Folder, _: &Config) -> Found {
    let mut found = Found::default();
    let evidence = folder.verdict["controls"]["evidence_digest"].as_str().map(start);
    let data = folder.predicate()["data"]["sha256"].as_str().map(start);
    let commit = folder.subject("commit").map(start);
    for (name, text) in &folder.documents {
        let shown = Document::plain_text(text);
        found.fault_if(!names(&shown, data.as_ref()) && !names(&shown, evidence.as_ref()), || {
            format!("{name} names neither the data nor the evidence of this run")
        });
        found.fault_if(commit.is_some() && !names(&shown, commit.as_ref()), || format!("{name} does not name the commit"));
        for (line, text) in (1..).zip(shown.lines()) {
            let is_measured = text.contains("(measured, evidence sha256 ");
            found.fault_if(is_measured && !names(text, evidence.as_ref()), || {
                format!("{name}:{line} rests on other evidence than this run's")
            });
            let is_estimate = is_measured && text.contains(": ") && (text.contains(" [") || text.contains("without an interval"));
            let is_change = text.contains("change ");
            found.fault_if(is_estimate && !is_change && !text.contains(", n = "), || {
                format!("{name}:{line} has a number without its rows")
            });
        }
    }
    found.fault_if(folder.documents.is_empty(), || "there are no documents".to_owned());
    found
}

fn is_markdown(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "md")
}

/// Whether a text holds the beginning of a digest that is known.
fn names(text: &str, digest: Option<&String>) -> bool {
    digest.is_some_and(|digest| text.contains(digest.as_str()))
}

fn before_the_tag(folder: &Folder, config: &Config) -> Found {
    let mut found = Found::default();
    let created = folder.predicate()["created"].as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
    let tags = folder.subject("commit").and_then(|commit| baseline::repository(config).ok()?.tags_at(commit).ok());
    match (created, tags) {
        (Some(created), Some(tags)) => {
            for (tag, second) in tags {
                match second {
                    Some(second) => {
                        found.fault_if(second < created.as_second(), || format!("the tag {tag} is older than the documents"));
                    }
                    None => found.open.push(format!("the tag {tag} has no time of its own: make it with `git tag -a`")),
                }
            }
        }
        _ => found.open.push("the commit or the time of the run is not known".to_owned()),
    }
    found
}

/// Words that hold a place.
const PLACE_HOLDERS: [&str; 6] = ["TBD", "TODO", "FIXME", "lorem ipsum", "More Information Needed", "to be determined"];

fn sections(folder: &Folder, _: &Config) -> Found {
    let mut found = Found::default();
    for (name, text) in &folder.documents {
        let lines: Vec<&str> = text.lines().collect();
        let level = |line: &str| Some(line.bytes().take_while(|byte| *byte == b'#').count()).filter(|level| *level > 0);
        for (place, line) in lines.iter().enumerate() {
            if let Some(own) = level(line) {
                let next = lines.get(place + 1..).unwrap_or_default().iter().find(|line| !line.trim().is_empty());
                let is_empty = next.is_none_or(|next| level(next).is_some_and(|next| next <= own));
                found.fault_if(is_empty, || format!("{name}:{} is an empty section", place + 1));
            }
            let holder = PLACE_HOLDERS.iter().find(|word| {
                line.to_lowercase().split(|c: char| !c.is_alphanumeric() && c != ' ').any(|part| {
                    let part = format!(" {part} ");
                    part.contains(&format!(" {} ", word.to_lowercase()))
                })
            });
            found.fault_if(holder.is_some(), || format!("{name}:{} holds a place: {}", place + 1, holder.unwrap_or(&"")));
        }
        let gaps = text.matches("not provided by the owner").count();
        if gaps > 0 {
            found.open.push(format!("{name} has {gaps} sentences that the owner has not provided"));
        }
    }
    found
}

fn both_ways(folder: &Folder, _: &Config) -> Found {
    let mut found = Found::default();
    let name = DocumentKind::ControlMatrix.path();
    let Some((_, matrix)) = folder.documents.iter().find(|(known, _)| known == name) else {
        if folder.packs().next().is_some() {
            found.faults.push(format!("{name} is not there"));
        } else {
            found.open.push("no pack is chosen".to_owned());
        }
        return found;
    };
    let matrix = Document::plain_text(matrix);
    let (table, back) = matrix.split_once("## From evidence to controls").unwrap_or((&matrix, ""));
    let cells = |text: &str| -> BTreeSet<String> {
        let words = text.lines().filter(|line| line.starts_with('|')).flat_map(|line| line.split(['|', ',']));
        words.map(|word| word.trim().to_owned()).collect()
    };
    let (there, back) = (cells(table), cells(back));
    for control in folder.controls() {
        let (id, state) = (control["id"].as_str().unwrap_or_default(), control["state"].as_str().unwrap_or_default());
        found.fault_if(!there.contains(id), || format!("{id} has no row in {name}"));
        let rests = ["auto", "mixed"].contains(&control["class"].as_str().unwrap_or_default());
        let is_judged = ["passed", "failed", "needs_review"].contains(&state);
        found.fault_if(rests && is_judged && !back.contains(id), || format!("no evidence leads back to {id}"));
    }
    for pack in folder.packs().filter_map(|pack| shipped_pack(pack["id"].as_str()?)?.ok()) {
        let feeds: BTreeSet<String> = pack.controls.iter().flat_map(|control| control.feeds.clone()).collect();
        for document in feeds.iter().map(|feed| format!("{feed}.md")) {
            let is_there = folder.documents.iter().any(|(known, _)| *known == document);
            found.fault_if(!is_there, || format!("{} feeds {document}, which is not there", pack.id));
        }
    }
    found
}

fn approvers(folder: &Folder, _: &Config) -> Found {
    let mut found = Found::default();
    let approvals: Vec<&Value> = folder.predicate()["approvals"].as_array().into_iter().flatten().collect();
    let actor = folder.predicate()["run"]["actor"].as_str().unwrap_or_default();
    for approval in &approvals {
        let by = approval["by"].as_str().unwrap_or_default();
        found.fault_if(is_account_of(by, actor), || {
            format!("{by} approved what {by} ran: {}", approval["id"].as_str().unwrap_or_default())
        });
    }
    let made = |control: &&Value| control["reasons"].to_string().contains("change.approvers does not hold");
    for control in folder.controls().filter(made) {
        found
            .faults
            .push(format!("{}: everybody who may approve made commits of it", control["id"].as_str().unwrap_or_default()));
    }
    if approvals.is_empty() {
        found.open.push("nobody has approved or attested this evidence".to_owned());
    }
    found
}

fn waivers(folder: &Folder, _: &Config) -> Found {
    let mut found = Found::default();
    for entry in folder.predicate()["waivers"].as_array().into_iter().flatten() {
        let waiver = &entry["waiver"];
        let text = |value: &Value| value.as_str().unwrap_or_default().trim().to_owned();
        let about = format!("{}{}", text(&waiver["rule"]), text(&waiver["control"]));
        for (key, value) in [("reason", &waiver["reason"]), ("end", &waiver["expires"]), ("approver", &waiver["approved_by"])] {
            found.fault_if(text(value).is_empty(), || format!("the waiver of {about} has no {key}"));
        }
        found.fault_if(text(&waiver["notes"]["owner"]).is_empty(), || format!("the waiver of {about} has no owner"));
    }
    found
}

fn kept(folder: &Folder, config: &Config) -> Found {
    let mut found = Found::default();
    let digest = Digest::of(&folder.statement).to_string();
    let log = std::fs::read(&config.ledger).ok().and_then(|bytes| Ledger::parse(bytes).ok());
    let is_there = log.is_some_and(|log| log.entries().iter().any(|entry| entry.record.to_string().contains(&digest)));
    found.fault_if(!is_there, || format!("{} has no whole log with this decision in it", config.ledger.display()));
    let failed = folder.verdict["checks"].as_array().into_iter().flatten().filter(|check| check["state"] == "failed").count();
    let told = folder.predicate()["checks"]["failed"].as_u64();
    found.fault_if(told != Some(failed as u64), || "the decision and the verdict count failures otherwise".to_owned());
    let matrix = folder
        .documents
        .iter()
        .find(|(name, _)| name == DocumentKind::ControlMatrix.path())
        .map(|(_, text)| Document::plain_text(text));
    for control in folder.controls().filter(|control| control["state"] == "failed") {
        let id = control["id"].as_str().unwrap_or_default();
        let row = matrix.as_deref().and_then(|matrix| matrix.lines().find(|line| line.starts_with(&format!("| {id} |"))));
        found.fault_if(!row.is_some_and(|row| row.contains("failed")), || format!("{id} failed, and the matrix does not say so"));
    }
    found
}

fn again(folder: &Folder, config: &Config) -> Found {
    let mut found = Found::default();
    let settings = folder.predicate()["policy"]["sha256"].as_str().unwrap_or_default();
    found.fault_if(settings != config.digest.to_string(), || format!("{} is not as it was in the run", config.file_name));
    found.fault_if(folder.subject("commit").is_none(), || "the run was in no commit".to_owned());
    let work_tree = folder.predicate()["work_tree"].as_str().unwrap_or_default();
    found.fault_if(work_tree == "changed", || "files differed from the commit when it ran".to_owned());
    if found.faults.is_empty() && work_tree != "as_committed" {
        found.open.push("whether files were as in the commit is not known".to_owned());
    }
    found
}

fn laws(folder: &Folder, _: &Config) -> Found {
    let mut found = Found::default();
    for pack in folder.packs() {
        let id = pack["id"].as_str().unwrap_or_default();
        for key in ["citation", "version", "dated"] {
            found.fault_if(pack[key].as_str().is_none_or(str::is_empty), || format!("{id} has no {key}"));
        }
        if pack["verified_on"].is_null() {
            found.open.push(format!("{id} was not held against its source as a whole"));
        }
    }
    for (name, text) in &folder.documents {
        let made_for = text.lines().filter(|line| line.starts_with("- Made for: "));
        for line in made_for.filter(|line| !(line.contains("text of ") && line.contains("version "))) {
            found.faults.push(format!("{name} names a law without its date or version: {}", Document::plain_text(line)));
        }
    }
    found
}

fn readable(folder: &Folder, _: &Config) -> Found {
    let mut found = Found::default();
    let envelope = std::fs::read(folder.path.join(ENVELOPE_FILE)).ok().and_then(|bytes| Envelope::parse(&bytes).ok());
    match envelope {
        None => found.faults.push(format!("{ENVELOPE_FILE} is not there, or is no envelope")),
        Some(envelope) => {
            found
                .fault_if(envelope.payload != folder.statement, || format!("{STATEMENT_FILE} is not what {ENVELOPE_FILE} holds"));
            if envelope.signatures.is_empty() {
                found.open.push("the decision is not signed".to_owned());
            }
        }
    }
    for item in folder.predicate()["evidence"].as_array().into_iter().flatten() {
        let name = item["name"].as_str().unwrap_or_default();
        match std::fs::read(folder.path.join(name)) {
            Err(_) => found.faults.push(format!("{name} is not there")),
            Ok(bytes) => {
                let same = item["digest"]["sha256"] == Digest::of(&bytes).to_string();
                found.fault_if(!same, || format!("{name} was changed after the run"));
            }
        }
    }
    for (name, text) in &folder.documents {
        let fetches = ["](http", "<img", "<script", "<link"].iter().any(|mark| text.contains(mark));
        found.fault_if(fetches, || format!("{name} needs something from elsewhere to be read"));
    }
    found
}
