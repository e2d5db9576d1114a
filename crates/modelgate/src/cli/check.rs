//! `check` and `report`: the whole gate, with and without a recorded decision.

use modelgate_config::Config;
use modelgate_cube::{Digest, Profile};
use modelgate_report::{Document, DocumentKind, NoDecision, render_no_decision};

use crate::baseline::{BaselineChoice, Reading};
use crate::cli::{CheckArgs, Format, JudgeArgs, OutputArgs, ReportArgs};
use crate::context::{Console, Context};
use crate::decision::{self, ENVELOPE_FILE, STATEMENT_FILE};
use crate::disclosure;
use crate::evidence::{self, EVIDENCE_FILE, Evidence};
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::handed_over::HandedOver;
use crate::log;
use crate::output::{self, FolderLock, Staged, uninterrupted};
use crate::pipeline::{self, Judged, Subject};
use crate::statement::signed;
use crate::terminal;
use crate::trail;

/// Runs the gate and records its decision.
pub(crate) fn check(arguments: &CheckArgs, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let loaded = pipeline::load(&arguments.input.config, console);
    let decide = |config, console: &mut Console<'_>| decided(config, arguments, context, console);
    leaving_word(loaded, (&arguments.input.config, &arguments.output), decide, context, console)
}

/// Judges counts that another job made, by the limits of this configuration, and records the decision.
pub(crate) fn judge(arguments: &JudgeArgs, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let loaded = pipeline::load_without_rows(&arguments.input.config, console);
    let decide = |mut config: Config, console: &mut Console<'_>| {
        write_into(&mut config, &arguments.output);
        disclosure::admit(&mut config, &arguments.publish, context)?;
        console.step("Reading", &arguments.counts.display().to_string());
        let handed = HandedOver::read(&arguments.counts)?;
        let reading = Reading { context, published: arguments.search.published_baseline };
        let choice = BaselineChoice::from(&arguments.search);
        let judged = pipeline::run(&config, Subject::Counts(&handed), &choice, &reading, console)?;
        finish(&config, &judged, &arguments.output, context, console)
    };
    leaving_word(loaded, (&arguments.input.config, &arguments.output), decide, context, console)
}

/// In a job of a CI system, a run that comes to no decision says so in the documents' place: what an earlier run wrote would be taken for
/// its own.
fn leaving_word(
    loaded: Result<Config, Failure>,
    (path, output): (&std::path::Path, &OutputArgs),
    decide: impl FnOnce(Config, &mut Console<'_>) -> Result<ExitStatus, Failure>,
    context: &Context,
    console: &mut Console<'_>,
) -> Result<ExitStatus, Failure> {
    let (folder, told) = match &loaded {
        Ok(config) => {
            let folder = output.output_dir.clone().unwrap_or_else(|| config.output_directory.clone());
            (folder, config.publication.profile == Profile::Internal)
        }
        // What stands in the configuration stands in the change.
        Err(_) => (output.output_dir.clone().unwrap_or_else(|| beside(path)), true),
    };
    let decided = loaded.and_then(|config| decide(config, console));
    if let (Err(failure), Some(job)) = (&decided, modelgate_forge::job(context.environment)) {
        let why = if told { failure.render() } else { "nothing is told of the rows under this profile".to_owned() };
        if let Some(Err(error)) = undecided(path, &folder, (&why, &job), context) {
            console.error(&format!("warning: documents of an earlier run may stand: {}", error.render().trim_end()));
        }
    }
    decided
}

/// Where documents are written if nobody says.
fn beside(config: &std::path::Path) -> std::path::PathBuf {
    config.parent().unwrap_or(std::path::Path::new("")).join("modelgate-out")
}

/// Puts the documents of a run that came to no decision in their place; `None` where it is not known which model it is about.
fn undecided(
    config: &std::path::Path,
    folder: &std::path::Path,
    (why, job): (&str, &str),
    context: &Context,
) -> Option<Result<(), Failure>> {
    let model_name = modelgate_config::model_name(config)?;
    let generated = context.generated();
    let run = NoDecision {
        model_name: &model_name,
        why,
        commit: None,
        job: Some(job),
        tool_version: pipeline::TOOL_VERSION,
        generated: &generated,
    };
    Some(render_no_decision(&run).map_err(Failure::from).and_then(|documents| {
        uninterrupted(|| stage(&documents, folder)?.commit())?;
        Ok(())
    }))
}

fn decided(
    mut config: Config,
    arguments: &CheckArgs,
    context: &Context,
    console: &mut Console<'_>,
) -> Result<ExitStatus, Failure> {
    write_into(&mut config, &arguments.output);
    disclosure::admit(&mut config, &arguments.publish, context)?;
    let reading = Reading { context, published: arguments.search.published_baseline };
    let subject = match &arguments.counts_out {
        Some(_) if config.publication.profile != Profile::Internal => {
            return Err(Failure::with_help(
                format!("under the profile {} exact counts are handed to nobody", config.publication.profile.id()),
                "leave --counts-out away, or say `--profile internal` where only people who may know the rows can read the file",
            ));
        }
        _ => Subject::Rows,
    };
    let judged = pipeline::run(&config, subject, &BaselineChoice::from(&arguments.search), &reading, console)?;
    if let Some(path) = &arguments.counts_out {
        output::write(path, &judged.grounds.bundle.encode().map_err(Failure::new)?)?;
    }
    finish(&config, &judged, &arguments.output, context, console)
}

/// Records and prints what was judged.
fn finish(
    config: &Config,
    judged: &Judged,
    output: &OutputArgs,
    context: &Context,
    console: &mut Console<'_>,
) -> Result<ExitStatus, Failure> {
    let folder = config.output_directory.clone();
    let status = ExitStatus::from(judged.verdict.outcome);
    let recorded = decide(config, judged, &folder, status, context, console)?;
    console.finish_step();
    show(judged, config, output.format, console);
    if output.format == Format::Full {
        console.result(&format!("{}\n  report {}   log entry {recorded}", judged.headline, folder.join("report.html").display()));
    }
    Ok(status)
}

/// Judges and renders; records nothing.
pub(crate) fn report(arguments: &ReportArgs, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let mut config = pipeline::load(&arguments.input.config, console)?;
    write_into(&mut config, &arguments.output);
    disclosure::admit(&mut config, &arguments.publish, context)?;
    let reading = Reading { context, published: arguments.search.published_baseline };
    let judged = pipeline::run(&config, Subject::Rows, &BaselineChoice::from(&arguments.search), &reading, console)?;
    let folder = config.output_directory.clone();
    console.step("Writing", &format!("{} documents into {}", judged.documents.len(), folder.display()));
    uninterrupted(|| stage(&judged.documents, &folder)?.commit())?;
    console.finish_step();
    show(&judged, &config, arguments.output.format, console);
    if arguments.output.format == Format::Full {
        console.result(&format!("{}\n  report {}   nothing recorded", judged.headline, folder.join("report.html").display()));
    }
    Ok(ExitStatus::Passed)
}

/// Writes the documents, the statement of the decision and the log entry, which names it: all of them, or none. The log comes first
/// into its place, because a decision without a record is no decision.
pub(crate) fn decide(
    config: &Config,
    judged: &Judged,
    folder: &std::path::Path,
    status: ExitStatus,
    context: &Context,
    console: &mut Console<'_>,
) -> Result<String, Failure> {
    console.step("Recording", &format!("the decision and {} documents", judged.documents.len()));
    let ledger = &config.ledger;
    let written = judged.documents.iter().map(|document| document.path).chain([STATEMENT_FILE, ENVELOPE_FILE, EVIDENCE_FILE]);
    if let Some(document) = written.into_iter().find(|document| folder.join(document) == *ledger) {
        return Err(Failure::with_help(
            format!("the log and the document {document} have the same path, {}", ledger.display()),
            "give output.ledger another name",
        ));
    }
    // Two runs at once would continue the same entry, and one of them would be lost. Waiting may be interrupted.
    let _lock = FolderLock::beside(ledger);
    let evidence = evidence::of(config, judged, context.today())?;
    let kept = evidence.as_ref().ok().map(Evidence::encode).transpose()?;
    let envelope = signed(decision::of(config, judged, &evidence, context), trail::signing_key(context)?.as_ref());
    uninterrupted(|| {
        let record = pipeline::record(config, judged, status.code(), &Digest::of(&envelope.payload));
        let (entry, text) = log::with_entry(ledger, log::DECISION, &context.generated(), record)?;
        let mut longer = Staged::default();
        longer.add(ledger, text.as_bytes())?;
        let mut documents = stage(&judged.documents, folder)?;
        documents.add(&folder.join(STATEMENT_FILE), &envelope.payload)?;
        documents.add(&folder.join(ENVELOPE_FILE), envelope.to_line().as_bytes())?;
        match kept {
            Some(kept) => documents.add(&folder.join(EVIDENCE_FILE), &kept)?,
            // That of an earlier run would be taken for this one's.
            None => output::remove(&folder.join(EVIDENCE_FILE))?,
        }
        longer.commit()?;
        documents.commit()?;
        Ok(log::shown(&entry))
    })
}

fn stage(documents: &[Document], folder: &std::path::Path) -> Result<Staged, crate::output::WriteError> {
    let mut staged = Staged::default();
    for document in documents {
        staged.add(&folder.join(document.path), document.body.as_bytes())?;
    }
    Ok(staged)
}

/// The folder for the documents is the flag's, else the configuration's.
fn write_into(config: &mut Config, output: &OutputArgs) {
    if let Some(folder) = &output.output_dir {
        config.output_directory.clone_from(folder);
    }
}

/// Prints the result.
pub(crate) fn show(judged: &Judged, config: &Config, format: Format, console: &mut Console<'_>) {
    match format {
        Format::Json => {
            let machine = judged.documents.iter().find(|document| document.kind == DocumentKind::Verdict);
            console.result(machine.map_or("", |document| document.body.trim_end()));
        }
        Format::Full => {
            console.result("");
            console.result(&terminal::overview(&judged.evaluation, judged.comparison.as_ref()));
            console.result(terminal::verdict(&judged.verdict, &judged.evaluation, config).trim_end());
        }
    }
}
