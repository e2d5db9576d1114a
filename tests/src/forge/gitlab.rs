//! GitLab's interface: a merge request with its notes, and statuses of commits.

use serde_json::{Value, json};

use super::http::Answer;
use super::{Comment, Request, State, VIEWER};

const PROJECT: &str = "/api/v4/projects/12";

/// Notes of a page, whatever is asked for: a client that reads one page only must be noticed.
const PAGE: usize = 20;

pub(super) fn answer(request: &Request, state: &mut State) -> Answer {
    if request.method == "GET" && request.path == "/api/v4/user" {
        return Answer::ok(200, json!({"id": 1, "username": VIEWER}));
    }
    let Some(path) = request.path.strip_prefix(PROJECT) else { return Answer::refused(404, "404 Project Not Found") };
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    match (request.method.as_str(), parts.as_slice()) {
        ("GET", ["merge_requests", "7"]) => {
            let open = if state.is_open { "opened" } else { "merged" };
            Answer::ok(200, json!({"iid": 7, "sha": state.head, "state": open, "author": {"username": state.author}}))
        }
        ("GET", ["merge_requests", "7", "commits"]) => Answer::ok(200, json!(state.commits)),
        ("GET", ["merge_requests", "7", "approvals"]) => Answer::ok(200, json!({"approved_by": state.reviews})),
        ("GET", ["merge_requests", "7", "notes"]) => notes(request, state),
        ("POST", ["merge_requests", "7", "notes"]) => {
            let body = request.body["body"].as_str().unwrap_or_default().to_owned();
            let id = state.number();
            state.comments.push(Comment { id, author: VIEWER.to_owned(), body: body.clone(), is_hidden: false });
            Answer::ok(201, note(id, VIEWER, &body))
        }
        ("PUT", ["merge_requests", "7", "notes", id]) => {
            let found = state.comments.iter_mut().find(|comment| comment.id.to_string() == *id);
            let Some(comment) = found else { return Answer::refused(404, "404 Not found") };
            request.body["body"].as_str().unwrap_or_default().clone_into(&mut comment.body);
            Answer::ok(200, note(comment.id, VIEWER, &comment.body))
        }
        ("POST", ["statuses", head]) => {
            let states = ["pending", "running", "success", "failed", "canceled"];
            if !request.body["state"].as_str().is_some_and(|state| states.contains(&state)) {
                return Answer::refused(400, "state does not have a valid value");
            }
            state.statuses.push(((*head).to_owned(), request.body.clone()));
            Answer::ok(201, json!({"status": request.body["state"]}))
        }
        _ => Answer::refused(404, "404 Not Found"),
    }
}

fn note(id: u64, author: &str, body: &str) -> Value {
    json!({"id": id, "system": false, "body": body, "author": {"id": u64::from(author == VIEWER), "username": author}})
}

fn notes(request: &Request, state: &State) -> Answer {
    let page = request.query.split('&').find_map(|part| part.strip_prefix("page=")?.parse().ok()).unwrap_or(1_usize);
    let start = ((page - 1) * PAGE).min(state.comments.len());
    let end = (start + PAGE).min(state.comments.len());
    let shown: Vec<Value> =
        state.comments[start..end].iter().map(|comment| note(comment.id, &comment.author, &comment.body)).collect();
    let mut answer = Answer::ok(200, json!(shown));
    if end < state.comments.len() {
        let next = format!("<http://git.example{}?per_page=100&page={}>; rel=\"next\"", request.path, page + 1);
        answer.headers.push(("link", next));
    }
    answer
}
