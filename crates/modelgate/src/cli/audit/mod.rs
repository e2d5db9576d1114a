//! `audit`: the trail of decisions on the records branch, and the log of this working copy.

mod append;
mod attest;
mod doctor;
mod export;
mod identity;
mod keyless;
mod log;
mod replay;
mod retention;
mod said;
mod show;
mod timestamp;
mod verify;

pub(crate) use append::signing;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use modelgate_forge::{Repository, TrailWriter};
use modelgate_ledger::trail::Kind;

use crate::context::{Console, Context};
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::terminal::plain;

/// How often a push is tried while others push as well.
pub(crate) const PUSH_ATTEMPTS: u32 = 60;

/// The commands about the trail.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Append the decision of a run to the trail; for the one job that runs after a merge, a tag or by schedule.
    #[command(after_help = "Example:\n  modelgate audit append --decision modelgate-out --push")]
    Append(AppendArgs),
    /// Record a look at a model in use, or what is wrong with an earlier entry.
    #[command(
        after_help = "Example:\n  modelgate audit record correction --about 12 --reason 'measured on the wrong file, see issue 7' --push"
    )]
    Record(RecordArgs),
    /// Check that nothing in the trail was edited, dropped, moved or put in, and by whom it is signed.
    #[command(
        after_help = "Exit codes: 0 as it was written, 1 tampered with, 2 incomplete (something that is named is not there, or nothing could \
        be read), 3 who vouches for it cannot be told.\n\nExample:\n  modelgate audit verify --allowed-signers allowed_signers --against v1.0-notes.md"
    )]
    Verify(VerifyArgs),
    /// Show the trail as a timeline, or what was live on a day.
    #[command(after_help = "Example:\n  modelgate audit show --live-on 2026-06-01")]
    Show(ShowArgs),
    /// Write part of the trail into one archive, which can be checked without network and without modelgate.
    #[command(
        after_help = "Example:\n  modelgate audit export --from 2026-01-01 --documents modelgate-out --allowed-signers allowed_signers --output audit.zip"
    )]
    Export(ExportArgs),
    /// Have an authority say when the trail was as it is (RFC 3161), and keep its answer beside the trail.
    #[command(after_help = "Example:\n  modelgate audit timestamp --url https://freetsa.org/tsr --push")]
    Timestamp(TimestampArgs),
    /// Have a statement of the trail signed without a key, by who this job is (Sigstore), and keep the signature beside the trail.
    #[command(after_help = "Example:\n  modelgate audit sign --push")]
    Sign(SignArgs),
    /// Hand a decision to GitHub's own signing: write its predicate, and print what `actions/attest` has to be given.
    #[command(after_help = "Example:\n  modelgate audit attest --decision modelgate-out >>\"$GITHUB_OUTPUT\"")]
    Attest(AttestArgs),
    /// Look whether the trail is kept safely: on a remote, protected against force pushes, and signed.
    #[command(
        after_help = "Exit codes: 0 nothing is open, 1 something is, 2 it could not be looked at.\n\nExample:\n  modelgate audit doctor"
    )]
    Doctor(DoctorArgs),
}

/// Where the trail is.
#[derive(Debug, Args)]
pub(crate) struct TrailArgs {
    /// The folder of the repository.
    #[arg(long, value_name = "FOLDER", default_value = ".", help_heading = "Input")]
    pub(crate) repository: PathBuf,
}

/// Where what is appended goes.
#[derive(Debug, Args)]
pub(crate) struct PushArgs {
    /// Push the records branch afterwards, without force, again where somebody else was faster.
    #[arg(long, help_heading = "Network")]
    pub(crate) push: bool,
    /// The remote to push to.
    #[arg(long, value_name = "NAME", default_value = "origin", help_heading = "Network")]
    pub(crate) remote: String,
    /// Refuse to write without a signature. The key is never an argument: an environment variable names the file with it, as
    /// docs/audit.md tells.
    #[arg(long, env = "MODELGATE_REQUIRE_SIGNATURE", help_heading = "Output")]
    pub(crate) require_signature: bool,
}

/// Flags of `audit append`.
#[derive(Debug, Args)]
pub(crate) struct AppendArgs {
    #[command(flatten)]
    pub(crate) trail: TrailArgs,
    /// The decision: the folder that `check` wrote, or its decision.dsse.
    #[arg(long, value_name = "PATH", default_value = "modelgate-out", env = "MODELGATE_OUTPUT_DIR", help_heading = "Input")]
    pub(crate) decision: PathBuf,
    /// How much of what the decision follows from is kept in the trail. Its exact counts have 0.1 MB and more, and a release of the same model
    /// stores them as well.
    #[arg(long, value_enum, default_value_t = Keep::AllButCounts, help_heading = "Output")]
    pub(crate) keep: Keep,
    #[command(flatten)]
    pub(crate) push: PushArgs,
}

/// How much of what a decision follows from is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Keep {
    /// The decision alone.
    Nothing,
    /// Configuration, packs, facts, waivers and whatever else it takes to replay it, once somebody has its counts.
    AllButCounts,
    /// The counts as well.
    Everything,
}

/// What people record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Recorded {
    /// A look at a model in use.
    Monitor,
    /// An earlier entry is wrong.
    Correction,
}

impl From<Recorded> for Kind {
    fn from(recorded: Recorded) -> Self {
        match recorded {
            Recorded::Monitor => Self::Monitor,
            Recorded::Correction => Self::Correction,
        }
    }
}

/// Flags of `audit record`.
#[derive(Debug, Args)]
pub(crate) struct RecordArgs {
    /// What is recorded.
    #[arg(value_enum)]
    pub(crate) what: Recorded,
    /// What was found, or what is wrong and what holds instead.
    #[arg(long, value_name = "TEXT", help_heading = "Input")]
    pub(crate) reason: String,
    /// The number of the entry that is corrected, or looked at.
    #[arg(long, value_name = "NUMBER", required_if_eq("what", "correction"), help_heading = "Input")]
    pub(crate) about: Option<u64>,
    /// A file that shows it, named by its digest. May be given several times.
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub(crate) evidence: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) trail: TrailArgs,
    #[command(flatten)]
    pub(crate) push: PushArgs,
}

/// Flags of `audit verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) trail: TrailArgs,
    /// Who may sign, and when: a file as `ssh-keygen` and git read it. Without it signatures are counted and not checked.
    #[arg(long, value_name = "FILE", env = "MODELGATE_ALLOWED_SIGNERS", help_heading = "Input")]
    pub(crate) allowed_signers: Option<PathBuf>,
    /// Who must have signed without a key, as the certificate names them: the address of a workflow, or a mail address. Asks a program of
    /// Sigstore, which may ask the network.
    #[arg(long, value_name = "WHO", requires = "sigstore_issuer", help_heading = "Input")]
    pub(crate) sigstore_identity: Option<String>,
    /// Who vouched for that, such as `https://token.actions.githubusercontent.com`.
    #[arg(long, value_name = "URL", requires = "sigstore_identity", help_heading = "Input")]
    pub(crate) sigstore_issuer: Option<String>,
    /// The program that checks such signatures: cosign 3 or newer, or sigstore of Python.
    #[arg(long, value_name = "PROGRAM", env = "MODELGATE_SIGSTORE", default_value = "cosign", help_heading = "Input")]
    pub(crate) sigstore: String,
    /// Whom to trust as Sigstore, so that the program has nothing to ask for: cosign's `trusted_root.json`, or the configuration of trust of
    /// sigstore of Python.
    #[arg(long, value_name = "FILE", requires = "sigstore_identity", help_heading = "Input")]
    pub(crate) sigstore_trust: Option<PathBuf>,
    /// A text with a checkpoint that was kept elsewhere, such as the notes of a release: shows that nothing before it was changed or cut
    /// off. May be given several times.
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub(crate) against: Vec<PathBuf>,
    /// Look only at the statements of this release and of what came after it; the chain is checked as a whole.
    #[arg(long, value_name = "TAG", help_heading = "Input")]
    pub(crate) since: Option<String>,
    /// Judge every decision again from its evidence: configuration, counts, packs, facts and waivers as they were, and compare.
    #[arg(long, help_heading = "Input")]
    pub(crate) replay: bool,
    /// The evidence of a decision that the trail does not keep, as `check` wrote it. May be given several times.
    #[arg(long, value_name = "FILE", requires = "replay", help_heading = "Input")]
    pub(crate) evidence: Vec<PathBuf>,
    /// Do not ask the remote what it has now.
    #[arg(long, help_heading = "Network")]
    pub(crate) offline: bool,
    /// Check this log of a working copy instead of the trail.
    #[arg(long, value_name = "FILE", env = "MODELGATE_LEDGER", help_heading = "Log of a working copy")]
    pub(crate) ledger: Option<PathBuf>,
    /// A head of that log that an earlier run printed: also notices that its newest entries were cut off.
    #[arg(long, value_name = "HASH", requires = "ledger", help_heading = "Log of a working copy")]
    pub(crate) expect_head: Option<String>,
}

/// Flags of `audit show`.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    pub(crate) trail: TrailArgs,
    /// Show what this entry says, as JSON.
    #[arg(long, value_name = "NUMBER", help_heading = "Input", conflicts_with_all = ["live_on", "approvals"])]
    pub(crate) entry: Option<u64>,
    /// Show the release of each model that was the newest at the end of this day (UTC), such as 2026-06-01.
    #[arg(long, value_name = "DAY", help_heading = "Input", conflicts_with = "approvals")]
    pub(crate) live_on: Option<String>,
    /// Show who accepted what on which evidence.
    #[arg(long, help_heading = "Input", conflicts_with = "retention")]
    pub(crate) approvals: bool,
    /// Show until when what belongs to each release has to be kept at least.
    #[arg(long, help_heading = "Input", conflicts_with_all = ["live_on", "entry"])]
    pub(crate) retention: bool,
}

/// Flags of `audit export`.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub(crate) trail: TrailArgs,
    /// The first day (UTC) whose entries are taken; default: the first of the trail.
    #[arg(long, value_name = "DAY", help_heading = "Input")]
    pub(crate) from: Option<String>,
    /// The last day (UTC) whose entries are taken; default: the last of the trail.
    #[arg(long, value_name = "DAY", help_heading = "Input")]
    pub(crate) to: Option<String>,
    /// A folder with documents: those that a statement names by digest are taken.
    #[arg(long, value_name = "FOLDER", help_heading = "Input")]
    pub(crate) documents: Option<PathBuf>,
    /// Who may sign, to be put into the archive, with each key as openssl reads it.
    #[arg(long, value_name = "FILE", env = "MODELGATE_ALLOWED_SIGNERS", help_heading = "Input")]
    pub(crate) allowed_signers: Option<PathBuf>,
    /// The archive.
    #[arg(long, value_name = "FILE", default_value = "modelgate-audit.zip", help_heading = "Output")]
    pub(crate) output: PathBuf,
}

/// Flags of `audit timestamp`.
#[derive(Debug, Args)]
pub(crate) struct TimestampArgs {
    #[command(flatten)]
    pub(crate) trail: TrailArgs,
    /// The address of the authority. It is sent the digest of the newest checkpoint, and nothing else.
    #[arg(long, value_name = "URL", env = "MODELGATE_TIMESTAMP_URL", help_heading = "Network")]
    pub(crate) url: String,
    #[command(flatten)]
    pub(crate) push: PushArgs,
}

/// Flags of `audit sign`.
#[derive(Debug, Args)]
pub(crate) struct SignArgs {
    #[command(flatten)]
    pub(crate) trail: TrailArgs,
    /// The number of the entry whose statement is signed; default: the newest.
    #[arg(long, value_name = "NUMBER", help_heading = "Input")]
    pub(crate) entry: Option<u64>,
    /// The program that signs: cosign 3 or newer, or sigstore of Python. It finds the job's token of identity in the environment; modelgate
    /// does not look at it.
    #[arg(long, value_name = "PROGRAM", env = "MODELGATE_SIGSTORE", default_value = "cosign", help_heading = "Network")]
    pub(crate) sigstore: String,
    #[command(flatten)]
    pub(crate) push: PushArgs,
}

/// Flags of `audit attest`.
#[derive(Debug, Args)]
pub(crate) struct AttestArgs {
    /// The decision: the folder that `check` wrote, or its decision.dsse.
    #[arg(long, value_name = "PATH", default_value = "modelgate-out", env = "MODELGATE_OUTPUT_DIR", help_heading = "Input")]
    pub(crate) decision: PathBuf,
    /// Where the predicate goes.
    #[arg(long, value_name = "FILE", default_value = "modelgate-out/decision.predicate.json", help_heading = "Output")]
    pub(crate) predicate_out: PathBuf,
}

/// Flags of `audit doctor`.
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub(crate) trail: TrailArgs,
    /// Ask neither the remote nor the forge.
    #[arg(long, help_heading = "Network")]
    pub(crate) offline: bool,
}

/// Runs one of the commands.
pub(crate) fn run(command: &AuditCommand, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    match command {
        AuditCommand::Append(arguments) => append::append(arguments, context, console),
        AuditCommand::Record(arguments) => append::record(arguments, context, console),
        AuditCommand::Verify(arguments) => match &arguments.ledger {
            Some(ledger) => log::run(ledger, arguments.expect_head.as_deref(), console),
            None => verify::run(arguments, console),
        },
        AuditCommand::Show(arguments) => show::run(arguments, console),
        AuditCommand::Export(arguments) => export::run(arguments, console),
        AuditCommand::Timestamp(arguments) => timestamp::run(arguments, context, console),
        AuditCommand::Sign(arguments) => keyless::run(arguments, context, console),
        AuditCommand::Attest(arguments) => attest::run(arguments, console),
        AuditCommand::Doctor(arguments) => doctor::run(arguments, context, console),
    }
}

fn repository(path: &Path) -> Result<Repository, Failure> {
    Ok(Repository::open(path)?)
}

/// Pushes where that is asked for, else says how.
pub(crate) fn push(
    repository: &Repository,
    arguments: &PushArgs,
    writer: &TrailWriter<'_>,
    console: &mut Console<'_>,
) -> Result<(), Failure> {
    let branch = modelgate_forge::RECORDS_BRANCH;
    if !arguments.push {
        console.result(&format!("next: git push {} {branch}", arguments.remote));
        return Ok(());
    }
    console.step("Pushing", &format!("{branch} to {}", plain(&arguments.remote)));
    let outcome = repository.push_records(&arguments.remote, PUSH_ATTEMPTS, writer)?;
    console.finish_step();
    let tries = if outcome.attempts == 1 { String::new() } else { format!(", at attempt {}", outcome.attempts) };
    console.result(&format!("pushed {branch} to {}{tries}", arguments.remote));
    Ok(())
}
