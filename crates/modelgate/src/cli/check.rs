//! `check` and `report`: the whole gate, with and without a recorded decision.

use modelgate_config::Config;
use modelgate_cube::Profile;
use modelgate_report::{Document, DocumentKind, NoDecision, render_no_decision};

use crate::baseline::{BaselineChoice, Reading};
use crate::cli::{CheckArgs, Format, OutputArgs, ReportArgs};
use crate::context::{Console, Context};
use crate::disclosure;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::log;
use crate::output::{FolderLock, Staged, uninterrupted};
use crate::pipeline::{self, Judged};
use crate::terminal;

/// Runs the gate and records its decision. In a job of a CI system, a run that comes to none says so in the documents' place: what an
/// earlier run wrote would be taken for its own.
pub(crate) fn check(arguments: &CheckArgs, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let loaded = pipeline::load(&arguments.input.config, console);
    let (folder, told) = match &loaded {
        Ok(config) => {
            let folder = arguments.output.output_dir.clone().unwrap_or_else(|| config.output_directory.clone());
            (folder, config.publication.profile == Profile::Internal)
        }
        // What stands in the configuration stands in the change.
        Err(_) => (arguments.output.output_dir.clone().unwrap_or_else(|| beside(&arguments.input.config)), true),
    };
    let decided = loaded.and_then(|config| decided(config, arguments, context, console));
    if let (Err(failure), Some(job)) = (&decided, modelgate_forge::job(context.environment)) {
        let why = if told { failure.render() } else { "nothing is told of the rows under this profile".to_owned() };
        if let Some(Err(error)) = undecided(&arguments.input.config, &folder, (&why, &job), context) {
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
    let judged = pipeline::run(&config, &BaselineChoice::from(&arguments.search), &reading, console)?;
    let folder = config.output_directory.clone();
    let status = ExitStatus::from(judged.verdict.outcome);
    let recorded = decide(&config, &judged, &folder, status, context, console)?;
    console.finish_step();
    show(&judged, &config, arguments.output.format, console);
    if arguments.output.format == Format::Full {
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
    let judged = pipeline::run(&config, &BaselineChoice::from(&arguments.search), &reading, console)?;
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

/// Writes the documents and the log entry: all of them, or none. The log comes first into its place, because a decision
/// without a record is no decision.
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
    if let Some(document) = judged.documents.iter().find(|document| folder.join(document.path) == *ledger) {
        return Err(Failure::with_help(
            format!("the log and the document {} have the same path, {}", document.path, ledger.display()),
            "give output.ledger another name",
        ));
    }
    // Two runs at once would continue the same entry, and one of them would be lost. Waiting may be interrupted.
    let _lock = FolderLock::beside(ledger);
    uninterrupted(|| {
        let record = pipeline::record(config, judged, status.code());
        let (entry, text) = log::with_entry(ledger, log::DECISION, &context.generated(), record)?;
        let mut longer = Staged::default();
        longer.add(ledger, text.as_bytes())?;
        let documents = stage(&judged.documents, folder)?;
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
