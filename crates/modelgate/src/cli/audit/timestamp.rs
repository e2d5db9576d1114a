//! `audit timestamp`: somebody who has nothing to do with the project says when the trail was as it is.

use modelgate_forge::{RecordsView, ask_for_timestamp};
use modelgate_ledger::trail::Fault;
use modelgate_ledger::{Checkpoint, LONGEST_TIMESTAMP, TimeStamp, sha256, timestamp_request, to_hex};

use crate::cli::audit::{TimestampArgs, push, repository, signing};
use crate::context::{Console, Context};
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::output::uninterrupted;
use crate::terminal::plain;
use crate::trail;

/// The folder of the answers, on the records branch.
pub(super) const TIMESTAMPS: &str = "timestamps";

/// Asks for a time stamp of the newest checkpoint and keeps the answer beside the trail.
pub(crate) fn run(arguments: &TimestampArgs, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let repository = repository(&arguments.trail.repository)?;
    let view = repository.records()?;
    let checkpoint = view.map(|view| view.checkpoint()).transpose()?.flatten();
    let Some(checkpoint) = checkpoint.and_then(|bytes| Checkpoint::parse(&bytes).ok()) else {
        return Err(Failure::with_help(
            "there is no trail here to stamp",
            "append a first decision with `modelgate audit append`",
        ));
    };
    let key = signing(arguments.push.require_signature, context)?;
    let writer = trail::writer(&repository, key.as_ref(), context);
    let (body, digest) = (checkpoint.body(), sha256(checkpoint.body().as_bytes()));
    console.step("Asking", "the authority for a time stamp");
    let answer = ask_for_timestamp(&arguments.url, timestamp_request(&digest), LONGEST_TIMESTAMP).map_err(|error| {
        Failure::with_help(error, "name an authority of RFC 3161 that this machine can reach; the trail is as it was")
    })?;
    console.finish_step();
    let of_others = "ask another authority; the trail is as it was";
    let stamp = TimeStamp::parse(&answer)
        .map_err(|error| Failure::with_help(format!("the answer cannot be used: {error}"), of_others))?;
    if stamp.digest != digest {
        return Err(Failure::with_help("the answer is a time stamp of something else", of_others));
    }
    let short: String = to_hex(&checkpoint.root).chars().take(12).collect();
    let name = format!("{TIMESTAMPS}/{:08}-{short}", checkpoint.size);
    let files = [(format!("{name}.checkpoint"), body.into_bytes()), (format!("{name}.tsr"), answer)];
    let message = format!("Add a time stamp of the first {} entries", checkpoint.size);
    let added = uninterrupted(|| repository.add_beside_trail(&files, &message, context.now.as_second()))?;
    console.result(&if added {
        format!("the first {} entries were there at {}: {name}.tsr", checkpoint.size, stamp.time)
    } else {
        format!("the first {} entries have a time stamp already", checkpoint.size)
    });
    push(&repository, &arguments.push, &writer, console)?;
    Ok(ExitStatus::Passed)
}

/// Checkpoints that were stamped, with their names, and what is wrong with their stamps.
pub(super) type Stamped = (Vec<(String, Checkpoint)>, Vec<Fault>);

/// The checkpoints that were stamped, with their names, and what is wrong with their stamps.
pub(super) fn stamped(view: &RecordsView<'_>) -> Result<Stamped, Failure> {
    let files = view.below(TIMESTAMPS)?;
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for (path, answer) in &files {
        let Some(name) = path.strip_suffix(".tsr") else { continue };
        let body = format!("{name}.checkpoint");
        let Some((_, body)) = files.iter().find(|(path, _)| *path == body) else {
            faults.push(Fault::incomplete("missing", format!("{} is a time stamp of a checkpoint that is missing", plain(path))));
            continue;
        };
        match TimeStamp::parse(answer) {
            Err(error) => faults.push(Fault::tampered("edited", format!("{}: {error}", plain(path)))),
            Ok(stamp) if stamp.digest != sha256(body) => {
                faults.push(Fault::tampered("other-bytes", format!("{} is a time stamp of other bytes", plain(path))));
            }
            Ok(stamp) => match Checkpoint::find(&String::from_utf8_lossy(body)) {
                Some(checkpoint) => found.push((format!("{path} ({})", stamp.time), checkpoint)),
                None => faults.push(Fault::tampered("edited", format!("{} is a time stamp of no checkpoint", plain(path)))),
            },
        }
    }
    Ok((found, faults))
}
