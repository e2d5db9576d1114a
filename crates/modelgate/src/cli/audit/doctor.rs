//! `audit doctor`: whether the trail is kept where it is safe, and what to do where it is not.

use modelgate_forge::{Guard, Place, RECORDS_BRANCH, Refreshed, protection};

use crate::cli::audit::{DoctorArgs, repository};
use crate::cli::publish::token;
use crate::context::{Console, Context};
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::terminal::plain_sentence;
use crate::trail::SIGNING_KEY_FILE;

/// One thing that was looked at.
struct Found {
    state: &'static str,
    told: String,
    /// What to do.
    help: Option<String>,
}

fn good(told: impl Into<String>) -> Found {
    Found { state: "ok", told: told.into(), help: None }
}

fn bad(told: impl Into<String>, help: impl Into<String>) -> Found {
    Found { state: "open", told: told.into(), help: Some(help.into()) }
}

fn unknown(told: impl Into<String>, help: impl Into<String>) -> Found {
    Found { state: "unknown", told: told.into(), help: Some(help.into()) }
}

/// Looks at branch, remote, protection and keys. Open points end with 1, so that a job can ask.
pub(crate) fn run(arguments: &DoctorArgs, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let repository = repository(&arguments.trail.repository)?;
    let mut found = Vec::new();
    if !arguments.offline {
        found.push(match repository.refresh_records()? {
            Refreshed::NoRemote => bad("there is no remote: the trail is on this disk alone", "git remote add origin <address>"),
            Refreshed::NoBranch => bad(
                format!("the remote has no branch {RECORDS_BRANCH}"),
                format!("append a first decision with `modelgate audit append --push`, or `git push origin {RECORDS_BRANCH}`"),
            ),
            Refreshed::Continues => good("the remote continues the trail that is here"),
            Refreshed::Gone | Refreshed::Rewritten { .. } => {
                bad("the remote's trail is gone or another one", "see what was done with `modelgate audit verify`")
            }
        });
        found.extend(protected(context));
    }
    let signs = (context.environment)(SIGNING_KEY_FILE).is_some();
    found.push(if signs {
        crate::trail::signing_key(context)?;
        good(format!("{SIGNING_KEY_FILE} names a key that can sign"))
    } else {
        bad(
            format!("{SIGNING_KEY_FILE} names no key: what is written here is not signed"),
            "make one with `ssh-keygen -t ed25519 -N '' -C modelgate -f key`, and keep it in the secret store of the CI system",
        )
    });
    let mut is_open = false;
    for Found { state, told, help } in &found {
        is_open |= *state == "open";
        let help = help.as_ref().map(|help| format!("\n        = help: {help}")).unwrap_or_default();
        console.result(&format!("{state:<7} {told}{help}"));
    }
    Ok(if is_open { ExitStatus::Failed } else { ExitStatus::Passed })
}

/// How the forge protects the branch, where a job can ask it.
fn protected(context: &Context) -> Vec<Found> {
    let advice = "protect the branch against force pushes and deletion, and let one job push: GitHub, a ruleset for it with `Block force \
        pushes`, `Restrict deletions` and `Restrict updates`; GitLab, Settings, Repository, Protected branches";
    let asked = Place::of(context.environment, |path| std::fs::read(path).ok())
        .map_err(|error| error.to_string())
        .and_then(|place| Ok((token(&place, context).map_err(|undelivered| undelivered.why)?, place)))
        .and_then(|(token, place)| protection(&place, &token).map_err(|error| error.to_string()));
    let asked = match asked {
        Ok(asked) => asked,
        Err(why) => return vec![unknown(format!("how the branch is protected: {}", plain_sentence(&why)), advice)],
    };
    let of = |guard: Guard, what: &str| match guard {
        Guard::Forbidden => good(format!("{what} is forbidden on {RECORDS_BRANCH}")),
        Guard::Allowed => bad(format!("{what} is allowed on {RECORDS_BRANCH}"), advice),
        Guard::Unknown => {
            unknown(format!("whether {what} is allowed on {RECORDS_BRANCH}: the forge does not tell this token"), advice)
        }
    };
    vec![of(asked.force_push, "a force push"), of(asked.deletion, "deletion"), of(asked.push, "a push by anybody who may write")]
}
