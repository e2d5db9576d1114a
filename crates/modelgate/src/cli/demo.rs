//! `demo`: the whole gate on sample data, without repository, account, network or Python.

use std::path::Path;

use modelgate_cube::BUNDLE_FILE;

use crate::baseline::{BaselineChoice, Reading};
use crate::cli::check::{decide, show};
use crate::cli::{DemoArgs, Format};
use crate::context::{Console, Context};
use crate::demo::{CANDIDATE_CONFIG, RELEASE_CONFIG, loans};
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::output::{Staged, uninterrupted};
use crate::{columns, data_checks, output, pipeline};

/// The configuration of the release that came before.
const RELEASE_FILE: &str = "modelgate-v1.0.yml";

/// The configuration of the candidate.
const CANDIDATE_FILE: &str = "modelgate.yml";

/// What editors check both by.
const SCHEMA_FILE: &str = "modelgate.schema.json";

/// Makes the data, the release and the candidate, and runs the gate. It succeeds when the gate has spoken, whatever it
/// said; the gate's own exit code is printed.
pub(crate) fn run(arguments: &DemoArgs, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let folder = &arguments.output_dir;
    console.step("Making", &format!("{} loan applications in {}", 2 * loans::ROWS_PER_FILE, folder.display()));
    write_inputs(folder)?;
    if arguments.data_only {
        console.finish_step();
        console.result(&format!("wrote train.csv, test.csv, {RELEASE_FILE} and {CANDIDATE_FILE} into {}", folder.display()));
        return Ok(ExitStatus::Passed);
    }
    store_release(folder, context, console)?;
    let config = pipeline::load(&folder.join(CANDIDATE_FILE), console)?;
    let choice = BaselineChoice::Configured { target_branch: None };
    let judged = pipeline::run(&config, pipeline::Subject::Rows, &choice, &Reading { context, published: false }, console)?;
    let status = ExitStatus::from(judged.verdict.outcome);
    let documents = config.output_directory.clone();
    let entry = decide(&config, &judged, &documents, status, context, console)?;
    console.finish_step();
    show(&judged, &config, Format::Full, console);
    console.result(&format!("{}\n", judged.headline));
    console.result(&closing(folder, &documents, &entry, &judged, status));
    Ok(ExitStatus::Passed)
}

fn write_inputs(folder: &Path) -> Result<(), Failure> {
    let [train, test] = loans::files();
    let schema = modelgate_config::schema();
    let files = [
        ("train.csv", train.as_str()),
        ("test.csv", &test),
        (RELEASE_FILE, RELEASE_CONFIG),
        (CANDIDATE_FILE, CANDIDATE_CONFIG),
        (SCHEMA_FILE, &schema),
    ];
    uninterrupted(|| {
        let mut staged = Staged::default();
        for (name, text) in files {
            staged.add(&folder.join(name), text.as_bytes())?;
        }
        Ok(staged.commit()?)
    })
}

/// Trains the earlier release and stores its counts beside the data, as `modelgate release` stores them in git.
fn store_release(folder: &Path, context: &Context, console: &mut Console<'_>) -> Result<(), Failure> {
    let config = pipeline::load(&folder.join(RELEASE_FILE), console)?;
    let candidate = crate::candidate::candidate(&config, None, console)?;
    let profile = data_checks::count(&config, &candidate, (None, None), context, console)?;
    let features = columns::count(&config, &candidate, None, &profile, console)?.table;
    let bundle = pipeline::bundle(&config, candidate, (features, profile), ("v1.0", None), context);
    let bytes = bundle.encode().map_err(Failure::new)?;
    Ok(output::write(&folder.join("releases/v1.0").join(BUNDLE_FILE), &bytes)?)
}

fn closing(folder: &Path, documents: &Path, entry: &str, judged: &pipeline::Judged, status: ExitStatus) -> String {
    let mut lines = vec![
        "The average improved while one group got worse: that is what this tool is for.".to_owned(),
        format!("In CI this run would have ended with exit code {}.", status.code()),
        String::new(),
        format!("wrote {} (log entry {entry})", folder.join("modelgate-ledger.jsonl").display()),
    ];
    lines.extend(judged.documents.iter().map(|document| format!("wrote {}", documents.join(document.path).display())));
    if pipeline::lets_through(judged.verdict.outcome) {
        lines.retain(|line| !line.starts_with("The average improved"));
    }
    lines.extend([
        String::new(),
        "next:".to_owned(),
        "  modelgate explain metric-regression".to_owned(),
        format!("  modelgate diff --config {} --slice 'age_band=65+'", folder.join(CANDIDATE_FILE).display()),
        format!("  modelgate check --config {}", folder.join(CANDIDATE_FILE).display()),
    ]);
    lines.join("\n")
}
