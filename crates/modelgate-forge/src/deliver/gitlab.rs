//! Notes and statuses of GitLab.

use serde_json::{Value, json};

use super::Delivered;
use super::place::Place;
use super::result::GateResult;
use super::sticky::{Comment, Comments, Thread};
use crate::api::{Api, ApiError, Verb};

/// The most pages of notes that are read.
const MOST_PAGES: usize = 100;

/// A merge request's notes.
pub(super) struct Notes<'a> {
    api: &'a Api,
    /// The merge request's path.
    path: String,
}

impl<'a> Notes<'a> {
    pub(super) fn new(api: &'a Api, place: &Place, number: u64) -> Self {
        Self { api, path: format!("/projects/{}/merge_requests/{number}", place.project) }
    }
}

impl Comments for Notes<'_> {
    fn thread(&self) -> Result<Thread, ApiError> {
        let unexpected = |expected| ApiError::Unexpected { verb: "GET", path: self.path.clone(), expected };
        let change = self.api.ask(Verb::Get, &self.path, None)?.body;
        let head = change.get("sha").and_then(Value::as_str).ok_or(unexpected("a merge request"))?;
        let viewer = self.api.ask(Verb::Get, "/user", None)?.body;
        let viewer = viewer.get("id").and_then(Value::as_u64).ok_or(unexpected("the token's owner"))?;
        let notes = format!("{}/notes?per_page=100&sort=asc&order_by=created_at", self.path);
        let notes = self.api.all(&notes, MOST_PAGES)?;
        Ok(Thread {
            head: head.to_owned(),
            is_open: change.get("state").and_then(Value::as_str) == Some("opened"),
            comments: notes.iter().filter_map(|note| of_note(note, Some(viewer))).collect(),
        })
    }

    fn create(&self, body: &str) -> Result<Comment, ApiError> {
        let path = format!("{}/notes", self.path);
        let answer = self.api.ask(Verb::Post, &path, Some(&json!({"body": body})))?;
        of_note(&answer.body, None).ok_or(ApiError::Unexpected { verb: "POST", path, expected: "a note" })
    }

    fn update(&self, comment: &Comment, body: &str) -> Result<Comment, ApiError> {
        let path = format!("{}/notes/{}", self.path, comment.id);
        let answer = self.api.ask(Verb::Put, &path, Some(&json!({"body": body})))?;
        of_note(&answer.body, None).ok_or(ApiError::Unexpected { verb: "PUT", path, expected: "a note" })
    }

    fn hide(&self, _: &Comment) -> Result<bool, ApiError> {
        Ok(false)
    }
}

/// A note; `None` for what GitLab itself writes.
fn of_note(note: &Value, viewer: Option<u64>) -> Option<Comment> {
    if note.get("system").and_then(Value::as_bool) == Some(true) {
        return None;
    }
    let author = note.get("author").and_then(|author| author.get("id")).and_then(Value::as_u64);
    Some(Comment {
        id: note.get("id")?.as_u64()?,
        node: None,
        is_ours: viewer.is_none() || author == viewer,
        is_hidden: false,
        body: note.get("body").and_then(Value::as_str).unwrap_or_default().to_owned(),
        url: None,
    })
}

/// Sets the status of a commit.
pub(super) fn status(
    api: &Api,
    place: &Place,
    head: &str,
    (name, text): (&str, &str),
    result: &GateResult,
) -> Result<Delivered, ApiError> {
    let state = match result.outcome.as_str() {
        "passed" => "success",
        "failed" | "no_decision" => "failed",
        // What waits for a person is not green.
        _ => "pending",
    };
    let path = format!("/projects/{}/statuses/{head}", place.project);
    let mut body = json!({"state": state, "description": text, "name": name});
    if let Some(url) = &place.run_url {
        body["target_url"] = json!(url);
    }
    match api.ask(Verb::Post, &path, Some(&body)) {
        // GitLab refuses to set what is set already.
        Err(ApiError::Refused { status: 400, message, .. }) if message.contains("Cannot transition status") => {
            Ok(Delivered::Unchanged { url: place.run_url.clone() })
        }
        answer => answer.map(|_| Delivered::Posted { url: place.run_url.clone() }),
    }
}
