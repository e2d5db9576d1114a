//! `release`: the candidate's counts, stored under a version tag.

use modelgate_config::Config;
use modelgate_cube::{BUNDLE_FILE, Bundle, DISCLOSED_FILE, Digest, Disclosed, MIN_CELL};
use modelgate_forge::{PushOutcome, RECORDS_BRANCH, RecordChange, Repository, TrailWriter};
use modelgate_ledger::trail::Kind;
use modelgate_seal::Recipient;

use crate::baseline::{Found, Reading, SEALED_FILE};
use crate::cli::ReleaseArgs;
use crate::cli::audit::{PUSH_ATTEMPTS, signing};
use crate::context::{Console, Context};
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::{columns, data_checks, decision, disclosure, output, pipeline, trail};

/// Counts the candidate and stores its bundle on the records branch.
pub(crate) fn run(arguments: &ReleaseArgs, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let mut config = pipeline::load(&arguments.input.config, console)?;
    disclosure::admit(&mut config, &arguments.publish, context)?;
    let repository = crate::baseline::repository(&config)?;
    let key = signing(arguments.push.require_signature, context)?;
    let writer = trail::writer(&repository, key.as_ref(), context);
    let candidate = crate::candidate::candidate(&config, None, console)?;
    let made = (candidate.model_digest, candidate.data_digest);
    let controls = config.publication.profile.controls();
    let before = if controls { crate::baseline::shown_before(&config, console)? } else { None };
    let disclosure = disclosure::of_release(&config, &candidate, before.as_ref());
    let frozen = columns::frozen(&config, &candidate, context, console);
    let profile = data_checks::count(&config, &candidate, (None, None), context, console)?;
    let features = columns::count(&config, &candidate, frozen.as_ref(), &profile, console)?.table;
    // Why there is none before it is no reason not to store it.
    let earlier = crate::baseline::nearest_release(&config, &Reading { context, published: true }).ok();
    let before = earlier.as_ref().and_then(Found::manifest);
    let bundle = pipeline::bundle(&config, candidate, (features, profile), (&arguments.tag, before), context);
    let exact = bundle.encode().map_err(Failure::new)?;
    if let Some(path) = &arguments.bundle_out {
        output::write(path, &exact)?;
    }
    let shown = controls.then(|| Disclosed::of(&bundle, &disclosure));
    let files = match &shown {
        None => vec![(BUNDLE_FILE.to_owned(), exact)],
        Some(shown) => files_for_everybody(&config, &repository, &arguments.tag, shown, &exact)?,
    };
    console.step("Storing", &format!("release {} on the branch {RECORDS_BRANCH}", crate::terminal::plain(&arguments.tag)));
    warn_about_tag(&repository, &arguments.tag, console)?;
    let message = format!("Release {} of {}", arguments.tag, crate::terminal::plain(&config.model_name));
    let stored = output::uninterrupted(|| repository.store_release(&arguments.tag, &files, &message, context.now.as_second()))?;
    let word = match stored.change {
        RecordChange::Written => "stored",
        RecordChange::Unchanged => "already stored",
    };
    console.finish_step();
    console.result(&format!("{word} {} on {RECORDS_BRANCH}, commit {}", stored.path, stored.commit));
    console.error(&note(&config, &bundle, shown.as_ref(), arguments));
    record(&config, &repository, (&arguments.tag, &files), made, &writer, context, console)?;
    if arguments.push.push {
        push(&repository, arguments, &writer, console)?;
    } else {
        console.result(&format!("next: git push {} {RECORDS_BRANCH} {}", arguments.push.remote, arguments.tag));
    }
    Ok(ExitStatus::Passed)
}

/// What is stored where not everybody may know the rows: what may be shown, and the exact counts for those who have a key.
fn files_for_everybody(
    config: &Config,
    repository: &Repository,
    tag: &str,
    shown: &Disclosed,
    exact: &[u8],
) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let bytes = shown.encode().map_err(Failure::new)?;
    let keys = &config.publication.encrypt_to;
    let mut files = vec![(DISCLOSED_FILE.to_owned(), bytes.clone())];
    if keys.is_empty() {
        return Ok(files);
    }
    // Encrypting never gives the same bytes twice. A release of the same model on the same data is stored already.
    let stored = repository.read_release_file(tag, DISCLOSED_FILE)?;
    let sealed = match repository.read_release_file(tag, SEALED_FILE)? {
        Some(sealed) if stored.as_deref() == Some(&bytes) => sealed,
        _ => seal(keys, exact)?,
    };
    files.push((SEALED_FILE.to_owned(), sealed));
    Ok(files)
}

fn seal(keys: &[String], exact: &[u8]) -> Result<Vec<u8>, Failure> {
    let recipients: Result<Vec<Recipient>, _> = keys.iter().map(|key| Recipient::parse(key)).collect();
    let recipients = recipients.map_err(|error| Failure::with_help(error, error.help()))?;
    modelgate_seal::seal(exact, &recipients).map_err(|error| Failure::with_help(&error, error.help()))
}

/// What somebody who pushes the release should know about it.
fn note(config: &Config, bundle: &Bundle, shown: Option<&Disclosed>, arguments: &ReleaseArgs) -> String {
    let Some(shown) = shown else {
        return format!(
            "note: a bundle holds counts, and counts of one are as good as rows: {} of its slices have fewer than {MIN_CELL} rows, and \
             scores are counted one by one where there are few. Push it only where everybody who can read may know them, or store \
             it under the profile `public`.",
            bundle.cube.small_slices(MIN_CELL)
        );
    };
    let withheld =
        format!("{} levels and {} crossed tables are withheld", shown.withheld.levels().count(), shown.withheld.tables().count());
    let exact = match (config.publication.encrypt_to.len(), &arguments.bundle_out) {
        (0, None) => {
            "the exact counts were not kept: later changes are compared with what is shown (see `disclosure.encrypt_to`)"
                .to_owned()
        }
        (0, Some(path)) => format!("the exact counts are in {} alone", path.display()),
        (1, _) => "the exact counts are encrypted to 1 key".to_owned(),
        (keys, _) => format!("the exact counts are encrypted to {keys} keys"),
    };
    format!("note: stored under the profile `{}`: {withheld}, scores and replicates are left out; {exact}", shown.profile.id())
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

/// Says in the trail that the release was stored, and by which decision. A release that is there already with the same files is said
/// once.
fn record(
    config: &Config,
    repository: &Repository,
    (tag, files): (&str, &[(String, Vec<u8>)]),
    made: (Digest, Digest),
    writer: &TrailWriter<'_>,
    context: &Context,
    console: &mut Console<'_>,
) -> Result<(), Failure> {
    let is_said = match repository.records()? {
        Some(view) => trail::find(&view, Kind::Release, |_, said| said.text("release") == Some(tag))?.is_some(),
        None => false,
    };
    if is_said {
        return Ok(());
    }
    let commit = repository.head_commit()?;
    let decision = decision::of_release(config, made);
    let statement = trail::release((tag, &config.model_name), files, (commit, decision), context);
    let outcome = trail::append(repository, vec![(Kind::Release, statement)], None, writer, context)?;
    trail::tell(&outcome, console);
    Ok(())
}

fn push(
    repository: &Repository,
    arguments: &ReleaseArgs,
    writer: &TrailWriter<'_>,
    console: &mut Console<'_>,
) -> Result<(), Failure> {
    let remote = &arguments.push.remote;
    console.step("Pushing", &format!("{RECORDS_BRANCH} to {}", crate::terminal::plain(remote)));
    let PushOutcome { attempts, .. } = repository.push_records(remote, PUSH_ATTEMPTS, writer)?;
    let tries = if attempts == 1 { String::new() } else { format!(", at attempt {attempts}") };
    console.result(&format!("pushed {RECORDS_BRANCH} to {remote}{tries}\nnext: git push {remote} {}", arguments.tag));
    Ok(())
}
