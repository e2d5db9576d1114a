//! `release`: the candidate's counts, stored under a version tag.

use modelgate_cube::BUNDLE_FILE;
use modelgate_forge::{PushOutcome, RECORDS_BRANCH, RecordChange, Repository};

use crate::cli::ReleaseArgs;
use crate::context::{Console, Context};
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::{output, pipeline};

/// Rows below which a slice's counts point at people.
const SMALL: u64 = 11;

/// How often a push is tried while others push as well.
const PUSH_ATTEMPTS: u32 = 5;

/// Counts the candidate and stores its bundle on the records branch.
pub(crate) fn run(arguments: &ReleaseArgs, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let config = pipeline::load(&arguments.input.config, console)?;
    let repository = crate::baseline::repository(&config)?;
    let candidate = pipeline::candidate(&config, None, console)?;
    let bundle = pipeline::bundle(&config, candidate, &arguments.tag, context);
    let bytes = bundle.encode().map_err(Failure::new)?;
    if let Some(path) = &arguments.bundle_out {
        output::write(path, &bytes)?;
    }
    console.step("Storing", &format!("release {} on the branch {RECORDS_BRANCH}", crate::terminal::plain(&arguments.tag)));
    let message = format!("Release {} of {}", arguments.tag, config.model_name);
    let files = [(BUNDLE_FILE.to_owned(), bytes)];
    let stored = output::uninterrupted(|| repository.store_release(&arguments.tag, &files, &message, context.now.as_second()))?;
    let word = match stored.change {
        RecordChange::Written => "stored",
        RecordChange::Unchanged => "already stored",
    };
    console.finish_step();
    console.result(&format!("{word} {} on {RECORDS_BRANCH}, commit {}", stored.path, stored.commit));
    let small = bundle.cube.small_slices(SMALL);
    if small > 0 {
        console.error(&format!(
            "warning: {small} slices of this bundle have fewer than {SMALL} rows; counts that small point at people, so push it \
             only where everybody who can read may know them"
        ));
    }
    if arguments.push {
        push(&repository, arguments, console)?;
    } else {
        console.result(&format!("next: git push {} {RECORDS_BRANCH} {}", arguments.remote, arguments.tag));
    }
    Ok(ExitStatus::Passed)
}

fn push(repository: &Repository, arguments: &ReleaseArgs, console: &mut Console<'_>) -> Result<(), Failure> {
    console.step("Pushing", &format!("{RECORDS_BRANCH} to {}", crate::terminal::plain(&arguments.remote)));
    let PushOutcome { attempts, .. } = repository.push_records(&arguments.remote, PUSH_ATTEMPTS)?;
    console.result(&format!("pushed {RECORDS_BRANCH} to {} ({attempts} attempts)", arguments.remote));
    Ok(())
}
