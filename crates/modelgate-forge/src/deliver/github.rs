//! Comments and statuses of GitHub, and of Gitea and Forgejo, which speak most of its language.

use serde_json::{Value, json};

use super::Delivered;
use super::place::Place;
use super::result::GateResult;
use super::sticky::{Comment, Comments, Thread};
use crate::api::{Api, ApiError, Verb};

/// The most pages of comments that are read: more than a change has ever had.
const MOST_PAGES: usize = 100;

/// A pull request's comments on GitHub. They are read through GraphQL, which alone tells which are ours and which are hidden, and
/// tells the state of the pull request in the same answer.
pub(super) struct Conversation<'a> {
    api: &'a Api,
    place: &'a Place,
    number: u64,
}

const THREAD: &str = "query($owner: String!, $name: String!, $number: Int!, $after: String) { repository(owner: $owner, name: \
    $name) { pullRequest(number: $number) { headRefOid state comments(first: 100, after: $after) { pageInfo { hasNextPage \
    endCursor } nodes { id databaseId viewerDidAuthor isMinimized body url } } } } }";

const HIDE: &str = "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: DUPLICATE}) { minimizedComment { \
    isMinimized } } }";

impl<'a> Conversation<'a> {
    pub(super) fn new(api: &'a Api, place: &'a Place, number: u64) -> Self {
        Self { api, place, number }
    }

    /// Asks GraphQL. Reading twice is harmless, and so is hiding.
    fn graphql(&self, query: &str, variables: &Value) -> Result<Value, ApiError> {
        let unexpected = |expected| ApiError::Unexpected { verb: "POST", path: self.place.graphql.clone(), expected };
        let asked = json!({"query": query, "variables": variables});
        let mut answer = self.api.ask(Verb::Post, &self.place.graphql, Some(&asked));
        if answer.as_ref().is_err_and(ApiError::may_have_been_done) {
            answer = self.api.ask(Verb::Post, &self.place.graphql, Some(&asked));
        }
        let body = answer?.body;
        let errors = body.get("errors").and_then(Value::as_array).filter(|errors| !errors.is_empty());
        if let Some(errors) = errors {
            let said = errors.iter().filter_map(|error| error.get("message").and_then(Value::as_str));
            let is_absent = errors.iter().any(|error| error.get("type").and_then(Value::as_str) == Some("NOT_FOUND"));
            return Err(ApiError::Refused {
                verb: "POST",
                path: self.place.graphql.clone(),
                status: if is_absent { 404 } else { 403 },
                message: said.collect::<Vec<_>>().join("; ").chars().filter(|c| !c.is_control()).take(300).collect(),
                later: false,
            });
        }
        body.get("data").cloned().ok_or(unexpected("data"))
    }
}

impl Comments for Conversation<'_> {
    fn thread(&self) -> Result<Thread, ApiError> {
        let unexpected = || ApiError::Unexpected { verb: "POST", path: self.place.graphql.clone(), expected: "a pull request" };
        let (owner, name) = self.place.project.split_once('/').ok_or_else(unexpected)?;
        let mut thread = Thread { head: String::new(), is_open: false, comments: Vec::new() };
        let mut after = Value::Null;
        for _ in 0..MOST_PAGES {
            let variables = json!({"owner": owner, "name": name, "number": self.number, "after": after});
            let data = self.graphql(THREAD, &variables)?;
            let pull = data.get("repository").and_then(|repository| repository.get("pullRequest")).ok_or_else(unexpected)?;
            let text = |name: &str| pull.get(name).and_then(Value::as_str);
            text("headRefOid").ok_or_else(unexpected)?.clone_into(&mut thread.head);
            thread.is_open = text("state") == Some("OPEN");
            let comments = pull.get("comments").ok_or_else(unexpected)?;
            let nodes = comments.get("nodes").and_then(Value::as_array).ok_or_else(unexpected)?;
            thread.comments.extend(nodes.iter().filter_map(of_node));
            let page = comments.get("pageInfo").ok_or_else(unexpected)?;
            if page.get("hasNextPage").and_then(Value::as_bool) != Some(true) {
                break;
            }
            after = page.get("endCursor").cloned().unwrap_or(Value::Null);
        }
        Ok(thread)
    }

    fn create(&self, body: &str) -> Result<Comment, ApiError> {
        create(self.api, self.place, self.number, body)
    }

    fn update(&self, comment: &Comment, body: &str) -> Result<Comment, ApiError> {
        update(self.api, self.place, comment, body)
    }

    fn hide(&self, comment: &Comment) -> Result<bool, ApiError> {
        let Some(node) = &comment.node else { return Ok(false) };
        self.graphql(HIDE, &json!({"id": node})).map(|_| true)
    }
}

fn of_node(node: &Value) -> Option<Comment> {
    let is = |name: &str| node.get(name).and_then(Value::as_bool).unwrap_or(false);
    let text = |name: &str| node.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(Comment {
        id: node.get("databaseId")?.as_u64()?,
        node: text("id"),
        is_ours: is("viewerDidAuthor"),
        is_hidden: is("isMinimized"),
        body: text("body")?,
        url: text("url"),
    })
}

/// A comment as the interface without GraphQL gives it.
fn of_entry(entry: &Value, viewer: Option<&str>) -> Option<Comment> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
    let author = entry.get("user").and_then(|user| user.get("login")).and_then(Value::as_str);
    Some(Comment {
        id: entry.get("id")?.as_u64()?,
        node: text("node_id"),
        is_ours: viewer.is_none_or(|viewer| author == Some(viewer)),
        is_hidden: false,
        body: text("body").unwrap_or_default(),
        url: text("html_url"),
    })
}

fn create(api: &Api, place: &Place, number: u64, body: &str) -> Result<Comment, ApiError> {
    let path = format!("/repos/{}/issues/{number}/comments", place.project);
    let answer = api.ask(Verb::Post, &path, Some(&json!({"body": body})))?;
    of_entry(&answer.body, None).ok_or(ApiError::Unexpected { verb: "POST", path, expected: "a comment" })
}

fn update(api: &Api, place: &Place, comment: &Comment, body: &str) -> Result<Comment, ApiError> {
    let path = format!("/repos/{}/issues/comments/{}", place.project, comment.id);
    let answer = api.ask(Verb::Patch, &path, Some(&json!({"body": body})))?;
    of_entry(&answer.body, None).ok_or(ApiError::Unexpected { verb: "PATCH", path, expected: "a comment" })
}

/// A pull request's comments on Gitea or Forgejo. Nothing can be hidden there.
pub(super) struct PlainConversation<'a> {
    api: &'a Api,
    place: &'a Place,
    number: u64,
}

impl<'a> PlainConversation<'a> {
    pub(super) fn new(api: &'a Api, place: &'a Place, number: u64) -> Self {
        Self { api, place, number }
    }
}

impl Comments for PlainConversation<'_> {
    fn thread(&self) -> Result<Thread, ApiError> {
        let path = format!("/repos/{}/pulls/{}", self.place.project, self.number);
        let unexpected = |expected| ApiError::Unexpected { verb: "GET", path: path.clone(), expected };
        let pull = self.api.ask(Verb::Get, &path, None)?.body;
        let head =
            pull.get("head").and_then(|head| head.get("sha")).and_then(Value::as_str).ok_or(unexpected("a pull request"))?;
        let viewer = self.api.ask(Verb::Get, "/user", None)?.body;
        let viewer = viewer.get("login").and_then(Value::as_str).ok_or(unexpected("the token's owner"))?;
        let comments = format!("/repos/{}/issues/{}/comments?per_page=100&limit=100", self.place.project, self.number);
        let mut comments: Vec<Comment> =
            self.api.all(&comments, MOST_PAGES)?.iter().filter_map(|entry| of_entry(entry, Some(viewer))).collect();
        comments.sort_by_key(|comment| comment.id);
        let is_open = pull.get("state").and_then(Value::as_str) == Some("open");
        Ok(Thread { head: head.to_owned(), is_open, comments })
    }

    fn create(&self, body: &str) -> Result<Comment, ApiError> {
        create(self.api, self.place, self.number, body)
    }

    fn update(&self, comment: &Comment, body: &str) -> Result<Comment, ApiError> {
        update(self.api, self.place, comment, body)
    }

    fn hide(&self, _: &Comment) -> Result<bool, ApiError> {
        Ok(false)
    }
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
        "failed" => "failure",
        "no_decision" => "error",
        // What waits for a person is not green.
        _ => "pending",
    };
    let path = format!("/repos/{}/statuses/{head}", place.project);
    let mut body = json!({"state": state, "description": text, "context": name});
    if let Some(url) = &place.run_url {
        body["target_url"] = json!(url);
    }
    // Set twice, the newest counts.
    let mut answer = api.ask(Verb::Post, &path, Some(&body));
    if answer.as_ref().is_err_and(ApiError::may_have_been_done) {
        answer = api.ask(Verb::Post, &path, Some(&body));
    }
    answer.map(|_| Delivered::Posted { url: place.run_url.clone() })
}
