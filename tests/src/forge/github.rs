//! GitHub's interface, with the limits that it has.

use serde_json::{Value, json};

use super::http::Answer;
use super::{Comment, Request, State, VIEWER};

/// The most characters of a comment.
const MOST_CHARS: usize = 65_536;

/// The most annotations of one request.
const MOST_ANNOTATIONS: usize = 50;

const PROJECT: &str = "/repos/acme/credit";

pub(super) fn answer(request: &Request, state: &mut State) -> Answer {
    let path = request.path.strip_prefix(PROJECT).unwrap_or(&request.path);
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    match (request.method.as_str(), parts.as_slice()) {
        ("POST", ["graphql"]) => graphql(&request.body, state),
        ("GET", ["pulls"]) => pulls(request, state),
        ("GET", ["pulls", "7"]) => {
            Answer::ok(200, json!({"number": 7, "head": {"sha": state.head}, "user": {"login": state.author}}))
        }
        ("GET", ["pulls", "7", "commits"]) => Answer::ok(200, json!(state.commits)),
        ("GET", ["pulls", "7", "reviews"]) => Answer::ok(200, json!(state.reviews)),
        ("POST", ["issues", "7", "comments"]) => with_text(&request.body, |body| {
            let id = state.number();
            state.comments.push(Comment { id, author: VIEWER.to_owned(), body: body.to_owned(), is_hidden: false });
            Answer::ok(201, shown(id, body))
        }),
        ("PATCH", ["issues", "comments", id]) => with_text(&request.body, |body| {
            let found = state.comments.iter_mut().find(|comment| comment.id.to_string() == *id);
            let Some(comment) = found else { return Answer::refused(404, "Not Found") };
            body.clone_into(&mut comment.body);
            Answer::ok(200, shown(comment.id, body))
        }),
        ("GET", ["rules", "branches", _]) => {
            Answer::ok(200, state.rules.iter().map(|rule| json!({"type": rule})).collect::<Vec<_>>().into())
        }
        ("GET", ["branches", name]) => Answer::ok(200, json!({"name": name, "protected": !state.rules.is_empty()})),
        ("POST", ["check-runs"]) => check(request, state),
        ("PATCH", ["check-runs", id]) => more_of_check(request, state, id),
        ("GET", ["commits", _, "check-runs"]) => Answer::ok(200, json!({"check_runs": state.checks})),
        ("POST", ["statuses", head]) => status(request, state, head),
        _ => Answer::refused(404, "Not Found"),
    }
}

fn shown(id: u64, body: &str) -> Value {
    let url = format!("https://github.example/acme/credit/pull/7#issuecomment-{id}");
    json!({"id": id, "node_id": format!("n{id}"), "html_url": url, "body": body, "user": {"login": VIEWER}})
}

fn with_text(body: &Value, act: impl FnOnce(&str) -> Answer) -> Answer {
    match body["body"].as_str() {
        Some(text) if text.chars().count() <= MOST_CHARS => act(text),
        _ => Answer::refused(422, "body is too long (maximum is 65536 characters)"),
    }
}

fn graphql(body: &Value, state: &mut State) -> Answer {
    let variables = &body["variables"];
    if body["query"].as_str().unwrap_or_default().starts_with("mutation") {
        let found = state.comments.iter_mut().find(|comment| variables["id"] == format!("n{}", comment.id));
        let Some(comment) = found else {
            return Answer::ok(200, json!({"errors": [{"type": "NOT_FOUND", "message": "no such comment"}]}));
        };
        comment.is_hidden = true;
        return Answer::ok(200, json!({"data": {"minimizeComment": {"minimizedComment": {"isMinimized": true}}}}));
    }
    if (&variables["owner"], &variables["name"], &variables["number"]) != (&json!("acme"), &json!("credit"), &json!(7)) {
        return Answer::ok(200, json!({"errors": [{"type": "NOT_FOUND", "message": "Could not resolve to a Repository"}]}));
    }
    let start: usize = variables["after"].as_str().and_then(|after| after.parse().ok()).unwrap_or(0);
    let end = (start + 100).min(state.comments.len());
    let node = |comment: &Comment| {
        let mut node = json!({"id": format!("n{}", comment.id), "databaseId": comment.id, "body": comment.body, "url": null});
        node["viewerDidAuthor"] = json!(comment.author == VIEWER);
        node["isMinimized"] = json!(comment.is_hidden);
        node
    };
    let nodes: Vec<Value> = state.comments[start..end].iter().map(node).collect();
    let page = json!({"hasNextPage": end < state.comments.len(), "endCursor": end.to_string()});
    let open = if state.is_open { "OPEN" } else { "MERGED" };
    let pull = json!({"headRefOid": state.head, "state": open, "comments": {"pageInfo": page, "nodes": nodes}});
    Answer::ok(200, json!({"data": {"repository": {"pullRequest": pull}}}))
}

fn pulls(request: &Request, state: &State) -> Answer {
    let is_ours = request.query.contains("head=mallory%3Afeature");
    let pull = json!({"number": 7, "head": {"sha": state.head}});
    Answer::ok(200, json!(if is_ours && state.is_open { vec![pull] } else { Vec::new() }))
}

fn annotations(output: &Value) -> Result<Vec<Value>, Answer> {
    let annotations = output["annotations"].as_array().cloned().unwrap_or_default();
    let is_sound = |annotation: &Value| {
        let message = annotation["message"].as_str().unwrap_or_default();
        let level = annotation["annotation_level"].as_str().unwrap_or_default();
        annotation["start_line"].as_u64().is_some_and(|line| line > 0)
            && ["notice", "warning", "failure"].contains(&level)
            && !message.is_empty()
            && message.chars().all(|c| u32::from(c) <= 0xffff)
    };
    let is_short = output["title"].is_string() && output["summary"].as_str().is_some_and(|summary| summary.len() <= 65_535);
    if annotations.len() > MOST_ANNOTATIONS || !annotations.iter().all(is_sound) || !is_short {
        return Err(Answer::refused(422, "Invalid request."));
    }
    Ok(annotations)
}

fn check(request: &Request, state: &mut State) -> Answer {
    let body = &request.body;
    let conclusions = ["success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required"];
    let is_sound = body["name"].is_string()
        && body["head_sha"].as_str().is_some_and(|head| head.len() == 40)
        && body["conclusion"].as_str().is_some_and(|conclusion| conclusions.contains(&conclusion));
    if !is_sound {
        return Answer::refused(422, "Invalid request.");
    }
    if let Err(answer) = annotations(&body["output"]) {
        return answer;
    }
    let mut made = body.clone();
    made["id"] = json!(state.number());
    made["html_url"] = json!("https://github.example/checks/1");
    state.checks.push(made.clone());
    Answer::ok(201, made)
}

fn more_of_check(request: &Request, state: &mut State, id: &str) -> Answer {
    let more = match annotations(&request.body["output"]) {
        Ok(more) => more,
        Err(answer) => return answer,
    };
    let found = state.checks.iter_mut().find(|check| check["id"].as_u64() == id.parse().ok());
    let Some(held) = found.and_then(|check| check["output"]["annotations"].as_array_mut()) else {
        return Answer::refused(404, "Not Found");
    };
    held.extend(more);
    Answer::ok(200, json!({"id": 1}))
}

fn status(request: &Request, state: &mut State, head: &str) -> Answer {
    let body = &request.body;
    let states = ["error", "failure", "pending", "success"];
    let is_sound = body["state"].as_str().is_some_and(|state| states.contains(&state))
        && body["description"].as_str().is_none_or(|text| text.chars().count() <= 140);
    if !is_sound {
        return Answer::refused(422, "Validation Failed");
    }
    state.statuses.push((head.to_owned(), body.clone()));
    Answer::ok(201, json!({"state": body["state"]}))
}
