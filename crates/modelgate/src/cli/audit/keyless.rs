//! `audit sign`: who can show who they are signs a statement of the trail without a key of their own, by Sigstore; and what
//! `audit verify` makes of such signatures.

use std::collections::BTreeMap;

use modelgate_forge::{KeylessError, KeylessIdentity, KeylessTrust, RecordsFiles, RecordsView, sign_keyless, verify_keyless};
use modelgate_ledger::trail::{Examined, Fault, TrailEntry, object_path};
use modelgate_ledger::{Envelope, KeylessSignature, sha256, to_hex};

use crate::candidate::threads;
use crate::cli::audit::{SignArgs, push, repository, signing};
use crate::context::{Console, Context};
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::output::{Handed, uninterrupted};
use crate::statement::Statement;
use crate::terminal::plain;
use crate::trail;

/// The folder of the bundles, on the records branch.
pub(super) const SIGNATURES: &str = "signatures";

/// What the name of a bundle ends in.
const ENDING: &str = ".sigstore.json";

/// A digest of a statement, in binary.
type Digest = [u8; 32];

/// Has a statement signed and keeps the bundle beside the trail.
pub(crate) fn run(arguments: &SignArgs, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let repository = repository(&arguments.trail.repository)?;
    let Some(view) = repository.records()? else {
        return Err(Failure::with_help(
            "there is no trail here: the records branch is missing",
            "append a first decision with `modelgate audit append`",
        ));
    };
    let (entry, statement) = asked(arguments.entry, &view)?;
    let key = signing(arguments.push.require_signature, context)?;
    let writer = trail::writer(&repository, key.as_ref(), context);
    let handed = Handed::new()?;
    let (file, bundle) = (handed.write("statement.json", &statement)?, handed.path(&format!("statement{ENDING}")));
    console.step("Signing", &format!("entry {} with {}", entry.seq, plain(&arguments.sigstore)));
    sign_keyless(&arguments.sigstore, &file, &bundle).map_err(not_signed)?;
    console.finish_step();
    let bytes = std::fs::read(&bundle).map_err(|error| {
        Failure::with_help(format!("the program left no bundle: {error}"), "use cosign 3 or newer, or sigstore of Python")
    })?;
    let signature = KeylessSignature::parse(&bytes).map_err(|error| {
        Failure::with_help(format!("what it left cannot be used: {error}"), "use cosign 3 or newer, or sigstore of Python")
    })?;
    if !signature.is_over(&statement) {
        return Err(Failure::with_help("the signature is not over the statement", "the trail is as it was; sign again"));
    }
    let short: String = to_hex(&sha256(&bytes)).chars().take(12).collect();
    let name = format!("{SIGNATURES}/{}-{short}{ENDING}", to_hex(&sha256(&statement)));
    let message = format!("Add a keyless signature of entry {}", entry.seq);
    let _ = uninterrupted(|| repository.add_beside_trail(&[(name.clone(), bytes)], &message, context.now.as_second()))?;
    let KeylessSignature { identity, issuer, .. } = &signature;
    console.result(&format!("entry {} is signed by {}, whom {} vouched for: {name}", entry.seq, plain(identity), plain(issuer)));
    push(&repository, &arguments.push, &writer, console)?;
    Ok(ExitStatus::Passed)
}

fn not_signed(error: KeylessError) -> Failure {
    let help = match &error {
        KeylessError::NotRun { .. } => "install cosign, or name another program with --sigstore; the trail is as it was",
        KeylessError::Refused { .. } => {
            "the job needs a token of identity: on GitHub `permissions: id-token: write`, on GitLab `id_tokens` with SIGSTORE_ID_TOKEN; the \
             trail is as it was"
        }
    };
    Failure::with_help(error, help)
}

/// The entry of that number, else the newest, and the bytes of its statement.
fn asked(number: Option<u64>, view: &RecordsView<'_>) -> Result<(TrailEntry, Vec<u8>), Failure> {
    let see = "see the numbers with `modelgate audit show`";
    let files = match number {
        None => view.newest_entries(1)?,
        Some(number) => {
            let marked = format!("/{number:08}-");
            view.entries()?.into_iter().filter(|(path, _)| path.contains(&marked)).collect()
        }
    };
    let Some((_, bytes)) = files.first() else { return Err(Failure::with_help("the trail has no such entry", see)) };
    let broken = |reason: String| {
        Failure::with_help(format!("the entry cannot be read: {reason}"), "see what was done with `modelgate audit verify`")
    };
    let entry = TrailEntry::parse(bytes).map_err(broken)?;
    let bytes = view.file(&object_path(&entry.payload))?.ok_or_else(|| broken("its statement is missing".to_owned()))?;
    let envelope = Envelope::parse(&bytes).map_err(|error| broken(error.to_string()))?;
    let _ = Statement::read(&envelope).map_err(broken)?;
    Ok((entry, envelope.payload))
}

/// A bundle of the trail.
pub(super) struct Kept {
    pub(super) path: String,
    bytes: Vec<u8>,
    pub(super) signature: KeylessSignature,
}

/// The bundles of a trail by the statements that they are over, and what is wrong with any.
pub(super) struct Bundles {
    by_statement: BTreeMap<Digest, Vec<Kept>>,
    pub(super) faults: Vec<Fault>,
}

impl Bundles {
    /// Reads the bundles. Each must be over a statement of the trail, by the key that its certificate names.
    pub(super) fn read(files: &RecordsFiles, found: &Examined) -> Result<Self, Failure> {
        let mut read = Self { by_statement: BTreeMap::new(), faults: Vec::new() };
        let kept = files.below(SIGNATURES, threads())?;
        if kept.is_empty() {
            return Ok(read);
        }
        let entries =
            found.entries.iter().zip(&found.envelopes).filter_map(|(entry, envelope)| Some((entry, envelope.as_ref()?)));
        let statements: BTreeMap<Digest, (u64, &Envelope)> =
            entries.map(|(entry, envelope)| (sha256(&envelope.payload), (entry.seq, envelope))).collect();
        for (path, bytes) in kept {
            let shown = plain(&path);
            let signature = match KeylessSignature::parse(&bytes) {
                Ok(signature) => signature,
                Err(error) => {
                    read.faults.push(Fault::tampered("edited", format!("{shown}: {error}")));
                    continue;
                }
            };
            match statements.get(&signature.digest) {
                None => {
                    read.faults.push(Fault::tampered(
                        "other-bytes",
                        format!("{shown} is a signature of what is no statement of the trail"),
                    ));
                }
                Some((seq, envelope)) if !signature.is_over(&envelope.payload) => {
                    let what = format!(
                        "entry {seq} bears a signature in the name of {} that is not by the key of its certificate: {shown}",
                        plain(&signature.identity)
                    );
                    read.faults.push(Fault::tampered("forged", what));
                }
                Some(_) => read.by_statement.entry(signature.digest).or_default().push(Kept { path, bytes, signature }),
            }
        }
        Ok(read)
    }

    /// Those over a statement.
    pub(super) fn over(&self, statement: &[u8]) -> &[Kept] {
        if self.by_statement.is_empty() {
            return &[];
        }
        self.by_statement.get(&sha256(statement)).map(Vec::as_slice).unwrap_or_default()
    }

    /// How many there are, and the names of those who signed, as their certificates say.
    pub(super) fn names(&self) -> (usize, Vec<String>) {
        let all = || self.by_statement.values().flatten();
        let mut names: Vec<String> = all().map(|kept| plain(&kept.signature.identity)).collect();
        names.sort();
        names.dedup();
        (all().count(), names)
    }
}

/// Who must have signed, and the program that tells whether they did.
pub(super) struct Asked<'a> {
    pub(super) by: KeylessIdentity,
    pub(super) program: &'a str,
    pub(super) trust: KeylessTrust<'a>,
}

impl Asked<'_> {
    /// Whether one of the bundles over a statement is by whom it must be; why not, where it says so and the program denies it.
    pub(super) fn vouches(&self, statement: &[u8], kept: &[Kept]) -> Result<Result<bool, String>, Failure> {
        let mut denied = None;
        for one in kept {
            let KeylessSignature { identity, issuer, .. } = &one.signature;
            if (identity, issuer) != (&self.by.identity, &self.by.issuer) {
                continue;
            }
            let handed = Handed::new()?;
            let (file, bundle) =
                (handed.write("statement.json", statement)?, handed.write(&format!("statement{ENDING}"), &one.bytes)?);
            match verify_keyless(self.program, &file, &bundle, &self.by, self.trust) {
                Ok(()) => return Ok(Ok(true)),
                Err(error @ KeylessError::NotRun { .. }) => {
                    return Err(Failure::with_help(error, "install cosign, or name another program with --sigstore"));
                }
                Err(error) => denied = Some(format!("{error} ({})", plain(&one.path))),
            }
        }
        Ok(denied.map_or(Ok(false), Err))
    }
}
