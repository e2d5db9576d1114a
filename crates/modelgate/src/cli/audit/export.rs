//! `audit export`: part of the trail as one archive, which can be checked with sha256sum, openssl and ssh-keygen alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use modelgate_cube::Digest;
use modelgate_forge::RecordsView;
use modelgate_ledger::merkle::inclusion_proof;
use modelgate_ledger::trail::{CHECKPOINT, FRONTIER, Kind, TrailEntry, object_path};
use modelgate_ledger::{AllowedSigners, Envelope, armored, from_hex, sha256, to_hex};
use modelgate_policy::Date;
use modelgate_report::AuditRow;
use serde_json::Value;

use crate::cli::audit::keyless::SIGNATURES;
use crate::cli::audit::timestamp::TIMESTAMPS;
use crate::cli::audit::{ExportArgs, repository};
use crate::context::Console;
use crate::evidence::named;
use crate::exit::ExitStatus;
use crate::failure::{Failure, unreadable};
use crate::statement::Statement;
use crate::terminal::plain;
use crate::{output, trail, zip};

/// The files of an archive by their paths.
type Files = BTreeMap<String, Vec<u8>>;

/// Writes the archive.
pub(crate) fn run(arguments: &ExportArgs, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let repository = repository(&arguments.trail.repository)?;
    let Some(view) = repository.records()? else {
        return Err(Failure::with_help(
            "there is no trail here: the records branch is missing",
            "append a first decision with `modelgate audit append`",
        ));
    };
    let (from, to) = (day(arguments.from.as_deref())?, day(arguments.to.as_deref())?);
    let signers = arguments.allowed_signers.as_deref().map(super::verify::allowed_signers).transpose()?;
    let entries = entries(&view)?;
    let is_asked = |entry: &TrailEntry| {
        let date = entry.appended_at.get(..10).and_then(Date::parse);
        date.is_some_and(|date| from.is_none_or(|from| from <= date) && to.is_none_or(|to| date <= to))
    };
    let asked: Vec<&TrailEntry> = entries.iter().filter(|entry| is_asked(entry)).collect();
    if asked.is_empty() {
        return Err(Failure::with_help("no entry is of these days", "see the days with `modelgate audit show`"));
    }
    let mut export = Export { files: Files::new(), rows: Vec::new(), wanted: BTreeMap::new() };
    for name in [CHECKPOINT, FRONTIER] {
        if let Some(bytes) = view.file(name)? {
            export.files.insert(name.to_owned(), bytes);
        }
    }
    export.files.extend(view.below(TIMESTAMPS)?);
    for entry in asked {
        export.add(entry, &entries, &view)?;
    }
    if let (Some(path), Some(signers)) = (&arguments.allowed_signers, &signers) {
        export.add_signers(path, signers)?;
    }
    let documents = match &arguments.documents {
        Some(folder) => export.add_documents(folder)?,
        None => 0,
    };
    let (count, missing) = (export.rows.len(), export.wanted.len());
    let bytes = export.finish()?;
    output::write(&arguments.output, &bytes)?;
    let digest = to_hex(&sha256(&bytes));
    console
        .result(&format!("wrote {count} entries and {documents} documents to {}, SHA-256 {digest}", arguments.output.display()));
    if missing > 0 {
        console.result(&format!(
            "{missing} documents are named by digest and are not in it; give a folder that holds them with --documents"
        ));
    }
    Ok(ExitStatus::Passed)
}

fn day(text: Option<&str>) -> Result<Option<Date>, Failure> {
    let Some(text) = text else { return Ok(None) };
    match Date::parse(text) {
        Some(date) => Ok(Some(date)),
        None => Err(Failure::with_help(format!("{} is no day", plain(text)), "write the year first, as in 2026-06-01")),
    }
}

fn entries(view: &RecordsView<'_>) -> Result<Vec<TrailEntry>, Failure> {
    let read = |(path, bytes): &(String, Vec<u8>)| {
        let broken =
            |reason| Failure::with_help(format!("{}: {reason}", plain(path)), "see what was done with `modelgate audit verify`");
        TrailEntry::parse(bytes).map_err(broken)
    };
    view.entries()?.iter().map(read).collect()
}

struct Export {
    files: Files,
    rows: Vec<AuditRow>,
    /// Documents that are named and not here yet: their names by their digests.
    wanted: BTreeMap<String, String>,
}

impl Export {
    fn add(&mut self, entry: &TrailEntry, all: &[TrailEntry], view: &RecordsView<'_>) -> Result<(), Failure> {
        let seq = entry.seq;
        let broken = |reason: &str| {
            Failure::with_help(
                format!("the statement of entry {seq}: {reason}"),
                "see what was done with `modelgate audit verify`",
            )
        };
        let bytes = view.file(&object_path(&entry.payload))?.ok_or_else(|| broken("it is missing"))?;
        let envelope = Envelope::parse(&bytes).map_err(|error| broken(&error.to_string()))?;
        let statement = Statement::read(&envelope).map_err(|reason| broken(&reason))?;
        let name = format!("statements/{seq:08}");
        self.files.insert(entry.path(), entry.to_line().into_bytes());
        self.files.insert(format!("{name}.proof.txt"), proof(entry, all).into_bytes());
        self.files.insert(format!("{name}.signed"), envelope.signed_bytes());
        for (number, one) in (1..).zip(&envelope.signatures) {
            let (ending, content) =
                if one.is_ssh() { ("sig", armored(&one.signature).into_bytes()) } else { ("raw", one.signature.clone()) };
            self.files.insert(format!("{name}.{number}.{ending}"), content);
        }
        self.add_keyless(&name, &envelope, view)?;
        let mut links = vec![(format!("{name}.json"), "statement".to_owned())];
        self.add_release(entry, &statement, view, &mut links)?;
        self.add_evidence(&statement, view, &mut links);
        for document in statement.predicate.get("evidence").and_then(Value::as_array).into_iter().flatten() {
            let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
            let digest = text(document.get("digest").and_then(|digest| digest.get("sha256")));
            self.wanted.insert(digest, text(document.get("name")));
        }
        self.files.insert(format!("{name}.json"), envelope.payload.clone());
        self.files.insert(format!("{name}.dsse"), bytes);
        self.rows.push(AuditRow {
            number: seq,
            time: entry.appended_at.clone(),
            kind: entry.kind.id().to_owned(),
            about: trail::about(entry, &statement),
            signatures: envelope
                .signatures
                .iter()
                .map(|one| one.fingerprint().to_owned())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            links,
        });
        Ok(())
    }

    /// Copies the signatures without keys of a statement.
    fn add_keyless(&mut self, name: &str, envelope: &Envelope, view: &RecordsView<'_>) -> Result<(), Failure> {
        let of = format!("{SIGNATURES}/{}-", to_hex(&sha256(&envelope.payload)));
        let kept = view.below(SIGNATURES)?.into_iter().filter(|(path, _)| path.starts_with(&of));
        self.files.extend((1..).zip(kept).map(|(number, (_, bytes))| (format!("{name}.{number}.sigstore"), bytes)));
        Ok(())
    }

    /// Copies the texts that a decision follows from, as far as the trail keeps them.
    fn add_evidence(&mut self, statement: &Statement, view: &RecordsView<'_>, links: &mut Vec<(String, String)>) {
        let said = statement.predicate.get("replay").and_then(|replay| replay.get("sha256")).and_then(Value::as_str);
        let Some(root) = said.and_then(|root| root.parse().ok()) else { return };
        let get = |digest: &Digest| view.file(&object_path(&from_hex(&digest.to_string())?)).ok().flatten();
        let Some(text) = get(&root) else { return };
        links.push((format!("evidence/{root}"), "evidence".to_owned()));
        for (digest, _) in std::str::from_utf8(&text).map(named).unwrap_or_default() {
            self.files.extend(get(&digest).map(|text| (format!("evidence/{digest}"), text)));
        }
        self.files.insert(format!("evidence/{root}"), text);
    }

    fn add_release(
        &mut self,
        entry: &TrailEntry,
        statement: &Statement,
        view: &RecordsView<'_>,
        links: &mut Vec<(String, String)>,
    ) -> Result<(), Failure> {
        if entry.kind != Kind::Release {
            return Ok(());
        }
        let named = statement.subject.iter().filter_map(|one| one.get("name").and_then(Value::as_str));
        for path in named.filter(|path| path.starts_with("releases/") && !path.contains("..")) {
            if let Some(bytes) = view.file(path)? {
                self.files.insert(path.to_owned(), bytes);
                links.push((path.to_owned(), path.rsplit('/').next().unwrap_or_default().to_owned()));
            }
        }
        Ok(())
    }

    /// Copies what the folder holds of the documents that statements name.
    fn add_documents(&mut self, folder: &Path) -> Result<usize, Failure> {
        let mut found = 0;
        for file in std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?.flatten() {
            let path = file.path();
            if !path.is_file() {
                continue;
            }
            let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
            let digest = to_hex(&sha256(&bytes));
            if let Some(name) = self.wanted.remove(&digest) {
                let plain: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || "._-".contains(*c)).collect();
                let short: String = digest.chars().take(12).collect();
                self.files.insert(format!("documents/{short}-{plain}"), bytes);
                found += 1;
            }
        }
        Ok(found)
    }

    fn add_signers(&mut self, path: &Path, signers: &AllowedSigners) -> Result<(), Failure> {
        let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
        self.files.insert("allowed_signers".to_owned(), bytes);
        for signer in &signers.signers {
            // A fingerprint without what a path may not hold.
            let name: String = to_hex(&sha256(signer.key.fingerprint().as_bytes())).chars().take(12).collect();
            self.files.insert(format!("signers/{name}.pem"), signer.key.to_pem().into_bytes());
        }
        Ok(())
    }

    /// The archive, with its index, the steps, and the sums of everything else.
    fn finish(mut self) -> Result<Vec<u8>, Failure> {
        self.files.insert("index.html".to_owned(), modelgate_report::render_audit_index(&self.rows).into_bytes());
        self.files.insert("verify.sh".to_owned(), STEPS.as_bytes().to_vec());
        let missing: Vec<String> = self.wanted.iter().map(|(digest, name)| format!("{digest}  {}\n", plain(name))).collect();
        self.files.insert("MISSING-DOCUMENTS".to_owned(), missing.concat().into_bytes());
        let sums: Vec<String> = self.files.iter().map(|(path, bytes)| format!("{}  {path}\n", to_hex(&sha256(bytes)))).collect();
        self.files.insert("SHA256SUMS".to_owned(), sums.concat().into_bytes());
        let files: Vec<(String, Vec<u8>)> = self.files.into_iter().collect();
        zip::archive(&files).map_err(|error| Failure::with_help(error, "export fewer days at a time with --from and --to"))
    }
}

/// The hashes that lead from an entry to the root of the checkpoint.
fn proof(entry: &TrailEntry, all: &[TrailEntry]) -> String {
    let leaves: Vec<_> = all.iter().map(TrailEntry::leaf).collect();
    let index = usize::try_from(entry.seq).unwrap_or(usize::MAX);
    let hashes: String = inclusion_proof(&leaves, index).unwrap_or_default().iter().map(|hash| to_hex(hash) + "\n").collect();
    format!("entry {} of {}\nleaf {}\n{hashes}", entry.seq, all.len(), to_hex(&entry.leaf()))
}

/// What somebody types who has neither network nor modelgate.
const STEPS: &str = include_str!("verify.sh");
