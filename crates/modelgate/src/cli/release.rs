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
    warn_about_tag(&repository, &arguments.tag, console)?;
    let message = format!("Release {} of {}", arguments.tag, crate::terminal::plain(&config.model_name));
    let files = [(BUNDLE_FILE.to_owned(), bytes)];
    let stored = output::uninterrupted(|| repository.store_release(&arguments.tag, &files, &message, context.now.as_second()))?;
    let word = match stored.change {
        RecordChange::Written => "stored",
        RecordChange::Unchanged => "already stored",
    };
    console.finish_step();
    console.result(&format!("{word} {} on {RECORDS_BRANCH}, commit {}", stored.path, stored.commit));
    console.error(&format!(
        "note: a bundle holds counts, and counts of one are as good as rows: {} of its slices have fewer than {SMALL} rows, and scores \
         are counted one by one where there are few. Push it only where everybody who can read may know them.",
        bundle.cube.small_slices(SMALL)
    ));
    if arguments.push {
        push(&repository, arguments, console)?;
    } else {
        console.result(&format!("next: git push {} {RECORDS_BRANCH} {}", arguments.remote, arguments.tag));
    }
    Ok(ExitStatus::Passed)
}

/// Says what would keep this release from being the baseline that its tag promises. Counts are stored all the same: a
/// pipeline may tag afterwards.
fn warn_about_tag(repository: &Repository, tag: &str, console: &mut Console<'_>) -> Result<(), Failure> {
    let shown = crate::terminal::plain(tag);
    match (repository.tag_commit(tag)?, repository.head_commit()?) {
        (None, _) => {
            console.error(&format!("warning: there is no tag {shown} yet; a release is found by its tag: git tag {shown}"));
        }
        (Some(tagged), Some(head)) if tagged != head => {
            console.error(&format!("warning: the tag {shown} is not on the commit that is checked out, whose model this is"));
        }
        _ => {}
    }
    if repository.has_changes()? {
        console.error("warning: tracked files were changed and not committed; the counts may not be those of the commit");
    }
    Ok(())
}

fn push(repository: &Repository, arguments: &ReleaseArgs, console: &mut Console<'_>) -> Result<(), Failure> {
    console.step("Pushing", &format!("{RECORDS_BRANCH} to {}", crate::terminal::plain(&arguments.remote)));
    let PushOutcome { attempts, .. } = repository.push_records(&arguments.remote, PUSH_ATTEMPTS)?;
    let tries = if attempts == 1 { String::new() } else { format!(", at attempt {attempts}") };
    console.result(&format!(
        "pushed {RECORDS_BRANCH} to {}{tries}\nnext: git push {} {}",
        arguments.remote, arguments.remote, arguments.tag
    ));
    Ok(())
}
