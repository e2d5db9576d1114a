//! The check run on GitHub: the verdict beside the commit, and annotations at the lines that a person can change.

use serde_json::{Value, json};

use super::Delivered;
use super::place::Place;
use super::result::{Annotation, GateResult};
use crate::api::{Api, ApiError, Verb};

/// The most annotations of one request.
const ANNOTATIONS_AT_ONCE: usize = 50;

/// The most annotations of a check run. More are noise; the comment and the report have them.
const MOST_ANNOTATIONS: usize = 200;

/// The most characters of a title, and bytes of a summary: GitHub takes 65,535.
const TITLE_CHARS: usize = 255;
const SUMMARY_BYTES: usize = 65_000;

/// Makes the check run, or brings the one of the same run up to date.
pub(super) fn deliver(place: &Place, api: &Api, result: &GateResult) -> Result<Delivered, ApiError> {
    let Some(head) = &place.head else { return Ok(Delivered::skipped("the commit that was judged is not known")) };
    let runs = format!("/repos/{}/check-runs", place.project);
    let annotations = result.annotations.get(..MOST_ANNOTATIONS).unwrap_or(&result.annotations);
    let mut chunks = annotations.chunks(ANNOTATIONS_AT_ONCE);
    let first = body(place, result, chunks.next().unwrap_or_default());
    let mut new = first.clone();
    new["name"] = json!(result.name());
    new["head_sha"] = json!(head);
    let made = match api.ask(Verb::Post, &runs, Some(&new)) {
        // It may be there; the one of this run is looked for before another is made.
        Err(error) if error.may_have_been_done() => match of_this_run(place, api, result, head)? {
            Some(run) => run,
            None => api.ask(Verb::Post, &runs, Some(&new))?.body,
        },
        answer => answer?.body,
    };
    let id = made.get("id").and_then(Value::as_u64);
    let id = id.ok_or(ApiError::Unexpected { verb: "POST", path: runs.clone(), expected: "a check run" })?;
    for chunk in chunks {
        let mut more = body(place, result, chunk);
        if let Some(object) = more.as_object_mut() {
            object.retain(|name, _| name == "output");
        }
        api.ask(Verb::Patch, &format!("{runs}/{id}"), Some(&more))?;
    }
    Ok(Delivered::Posted { url: made.get("html_url").and_then(Value::as_str).map(str::to_owned) })
}

fn of_this_run(place: &Place, api: &Api, result: &GateResult, head: &str) -> Result<Option<Value>, ApiError> {
    let Some(run) = place.run else { return Ok(None) };
    let path = format!("/repos/{}/commits/{head}/check-runs?per_page=100", place.project);
    let found = api.ask(Verb::Get, &path, None)?.body;
    let (name, run) = (result.name(), run.to_string());
    let is = |check: &&Value, key: &str, value: &str| check.get(key).and_then(Value::as_str) == Some(value);
    let checks = found.get("check_runs").and_then(Value::as_array);
    let ours = checks.into_iter().flatten().find(|check| is(check, "name", &name) && is(check, "external_id", &run));
    Ok(ours.cloned())
}

fn body(place: &Place, result: &GateResult, annotations: &[Annotation]) -> Value {
    let conclusion = match result.outcome.as_str() {
        "passed" => "success",
        "failed" | "no_decision" => "failure",
        // Neutral would count as passed where the check is required.
        _ => "action_required",
    };
    let mut body = json!({
        "status": "completed",
        "conclusion": conclusion,
        "output": {
            "title": result.headline.chars().take(TITLE_CHARS).collect::<String>(),
            "summary": summary(result),
            "annotations": annotations.iter().map(annotation).collect::<Vec<_>>(),
        },
    });
    if let Some(url) = &place.run_url {
        body["details_url"] = json!(url);
    }
    if let Some(run) = place.run {
        body["external_id"] = json!(run.to_string());
    }
    body
}

/// The comment, which keeps below what a summary may have.
fn summary(result: &GateResult) -> &str {
    if result.comment.len() <= SUMMARY_BYTES {
        &result.comment
    } else {
        "The comment and the report of this run have everything."
    }
}

fn annotation(annotation: &Annotation) -> Value {
    json!({
        "path": annotation.path,
        "start_line": annotation.line,
        "end_line": annotation.line,
        "annotation_level": annotation.level,
        "title": annotation.title,
        "message": annotation.message,
    })
}
