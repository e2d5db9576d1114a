//! Brings a judged run's documents to the people who read them on a forge. Nothing here changes a verdict.

mod checks;
mod github;
mod gitlab;
mod marker;
mod place;
mod reports;
mod result;
mod sticky;

use std::time::Duration;

pub use marker::Run;
pub use place::{Change, ForgeKind, Place, PlaceError};
pub use reports::{CiReport, reports};
pub use result::{Annotation, GateResult, ResultError};

use crate::api::{Api, ApiError, Token};
use marker::Marker;
use sticky::Letter;

/// When a comment is made. One that is there is kept up to date in any case but `Never`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Always.
    Always,
    /// Where the gate does not pass, or a change was found.
    OnChange,
    /// Where the gate does not pass.
    OnFail,
    /// Never.
    Never,
}

/// What is to be brought.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// The comment.
    pub comment: When,
    /// A check run, on forges that have them.
    pub check: bool,
    /// A commit status.
    pub status: bool,
}

/// What became of one of the things that were to be brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivered {
    /// It was made.
    Posted {
        /// Where people see it.
        url: Option<String>,
    },
    /// It was there and says something new.
    Updated {
        /// Where people see it.
        url: Option<String>,
    },
    /// It was there and says the same.
    Unchanged {
        /// Where people see it.
        url: Option<String>,
    },
    /// It was not wanted, or not any more.
    Skipped {
        /// Why.
        why: String,
    },
}

impl Delivered {
    pub(crate) fn skipped(why: &str) -> Self {
        Self::Skipped { why: why.to_owned() }
    }
}

/// One thing that was to be brought, and what became of it.
#[derive(Debug)]
pub struct Delivery {
    /// What: `comment`, `check run`, `status`.
    pub what: &'static str,
    /// What became of it.
    pub outcome: Result<Delivered, DeliveryError>,
}

/// Why something was not brought.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct DeliveryError {
    /// What happened.
    pub error: ApiError,
    /// What to do about it.
    pub help: &'static str,
}

impl DeliveryError {
    fn of(error: ApiError, kind: ForgeKind, what: &'static str) -> Self {
        Self { help: help(&error, kind, what), error }
    }
}

/// What to do about a refusal. Forges say 404 where a token must not know that something exists.
fn help(error: &ApiError, kind: ForgeKind, what: &str) -> &'static str {
    match (error.status(), kind, what) {
        (Some(401), ..) => "the token is wrong or has expired: give the job a new one",
        (Some(403 | 404), ForgeKind::GitHub, "comment") => {
            "the token must be allowed to write: `permissions: {pull-requests: write}`; from a fork, publish from `workflow_run`"
        }
        (Some(403 | 404), ForgeKind::GitHub, "check run") => "the token must be allowed to write: `permissions: {checks: write}`",
        (Some(403 | 404), ForgeKind::GitHub, _) => "the token must be allowed to write: `permissions: {statuses: write}`",
        (Some(403 | 404), ForgeKind::GitLab, _) => {
            "a job token cannot write notes: give the job a project access token with the scope `api` in MODELGATE_TOKEN"
        }
        (Some(403 | 404), ForgeKind::Gitea, _) => "the token must be allowed to write issues and repository statuses",
        (Some(409), ..) => "something else changed it at the same moment: run the job again",
        (Some(422), ..) => "the forge refuses the content: please report it with this message",
        (Some(429), ..) => "the forge asks to come back later: run the job again in some minutes",
        (Some(500..), ..) => "the forge has trouble: run the job again",
        _ => "check the address, the proxy and the network of the runner, and run the job again",
    }
}

/// Brings what is wanted, and says what became of each. `pause` waits between tries.
pub fn deliver(
    place: &Place,
    result: &GateResult,
    token: &Token,
    wanted: Wanted,
    pause: Box<dyn Fn(Duration)>,
) -> Result<Vec<Delivery>, ApiError> {
    let api = Api::new(&place.api, token, pause)?;
    let mut deliveries = Vec::new();
    let mut add = |what: &'static str, outcome: Result<Delivered, ApiError>| {
        let outcome = outcome.map_err(|error| DeliveryError::of(error, place.kind, what));
        deliveries.push(Delivery { what, outcome });
    };
    let change = place.change(&api);
    match change {
        Ok(Some(change)) => add("comment", comment(place, &api, result, change, wanted.comment)),
        Ok(None) => add("comment", Ok(Delivered::skipped("this run is about no pull or merge request"))),
        Err(error) => add("comment", Err(error)),
    }
    if wanted.check && place.kind == ForgeKind::GitHub {
        add("check run", checks::deliver(place, &api, result));
    }
    if wanted.status {
        add("status", status(place, &api, result));
    }
    Ok(deliveries)
}

fn comment(place: &Place, api: &Api, result: &GateResult, change: u64, when: When) -> Result<Delivered, ApiError> {
    let letter = Letter {
        text: result.comment.clone(),
        marker: Marker {
            key: result.key.clone(),
            digest: result.digest.clone(),
            outcome: Some(result.outcome.clone()),
            head: place.head.clone(),
            run: place.run,
        },
        is_news: result.is_news,
        has_passed: result.has_passed(),
    };
    match place.kind {
        ForgeKind::GitHub => sticky::deliver(&github::Conversation::new(api, place, change), &letter, when),
        ForgeKind::Gitea => sticky::deliver(&github::PlainConversation::new(api, place, change), &letter, when),
        ForgeKind::GitLab => sticky::deliver(&gitlab::Notes::new(api, place, change), &letter, when),
    }
}

/// The most characters of a status' text; GitHub takes 140, GitLab 255.
const STATUS_CHARS: usize = 140;

fn status(place: &Place, api: &Api, result: &GateResult) -> Result<Delivered, ApiError> {
    let Some(head) = &place.head else { return Ok(Delivered::skipped("the commit that was judged is not known")) };
    let text: String = result.headline.chars().take(STATUS_CHARS).collect();
    let name = result.name();
    match place.kind {
        ForgeKind::GitHub | ForgeKind::Gitea => github::status(api, place, head, (&name, &text), result),
        ForgeKind::GitLab => gitlab::status(api, place, head, (&name, &text), result),
    }
}
