//! Where a run's result belongs: the forge, the project, the change and the commit, as the CI system tells them.

use std::path::Path;

use serde_json::Value;
use thiserror::Error;

use super::marker::Run;
use crate::api::{Api, ApiError, Verb};

/// What a forge speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForgeKind {
    /// GitHub, github.com or Enterprise Server.
    GitHub,
    /// Gitea or Forgejo: GitHub's actions, an interface of its own.
    Gitea,
    /// GitLab, gitlab.com or self-managed.
    GitLab,
}

impl ForgeKind {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub",
            Self::Gitea => "Gitea",
            Self::GitLab => "GitLab",
        }
    }
}

/// The pull or merge request that a run is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Its number.
    Number(u64),
    /// It is not named, but its branch is: `owner:branch`, as GitHub's `workflow_run` tells of forks.
    Branch(String),
    /// The run is about none.
    None,
}

/// Where a run's result belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What the forge speaks.
    pub kind: ForgeKind,
    /// The address of its interface, without a slash at its end.
    pub api: String,
    /// The path of its GraphQL interface below the host, where it has one.
    pub graphql: String,
    /// The project: `owner/name`, or GitLab's number or path.
    pub project: String,
    /// The pull or merge request.
    pub change: Change,
    /// The commit that was judged: the change's own, never a merge that the forge made up.
    pub head: Option<String>,
    /// The run.
    pub run: Option<Run>,
    /// Where people see the run.
    pub run_url: Option<String>,
    /// Whether the run belongs to a fork's change and holds no token that may write.
    pub is_untrusted: bool,
}

/// The place is not known.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PlaceError {
    /// No CI system that can be delivered to runs us.
    #[error("this run is in no CI system that results can be delivered to")]
    Nowhere,
    /// Something that the CI system sets is missing.
    #[error("{variable} is not set, or is not what it should be")]
    Missing {
        /// The variable.
        variable: &'static str,
    },
    /// The file with the event cannot be read.
    #[error("the event that started the run cannot be read from the file that GITHUB_EVENT_PATH names")]
    Event,
}

/// The most characters of a name that goes into an address.
const MOST_NAME: usize = 200;

impl Place {
    /// Reads it from the environment through `lookup`, and for GitHub from the event that started the run, whose file `read`
    /// gives.
    ///
    /// # Errors
    /// Where no known CI system runs us, or it does not tell what is needed.
    pub fn of(lookup: impl Fn(&str) -> Option<String>, read: impl Fn(&Path) -> Option<Vec<u8>>) -> Result<Self, PlaceError> {
        let value = |name: &str| lookup(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let is_on = |name: &str| value(name).is_some_and(|value| !matches!(value.as_str(), "0" | "false" | "False"));
        if is_on("GITHUB_ACTIONS") {
            let kind = if is_on("GITEA_ACTIONS") || is_on("FORGEJO_ACTIONS") { ForgeKind::Gitea } else { ForgeKind::GitHub };
            let path = value("GITHUB_EVENT_PATH").ok_or(PlaceError::Missing { variable: "GITHUB_EVENT_PATH" })?;
            let event = read(Path::new(&path)).and_then(|bytes| serde_json::from_slice(&bytes).ok()).ok_or(PlaceError::Event)?;
            return of_github(kind, &value, &event);
        }
        if is_on("GITLAB_CI") { of_gitlab(&value) } else { Err(PlaceError::Nowhere) }
    }

    /// Whether a job, as it names itself, belongs to this run. On GitLab every job has an address of its own, so that nothing can
    /// be told there.
    #[must_use]
    pub fn is_of_this_run(&self, job: Option<&str>) -> bool {
        match (self.kind, &self.run_url) {
            (ForgeKind::GitLab, _) => true,
            (ForgeKind::GitHub | ForgeKind::Gitea, None) => false,
            (ForgeKind::GitHub | ForgeKind::Gitea, Some(url)) => {
                job.and_then(|job| job.strip_prefix(url.as_str())).is_some_and(|rest| rest.is_empty() || rest.starts_with(','))
            }
        }
    }

    /// The number of the change: as it is known, or asked for by its branch and taken only where its commit is the judged one.
    pub(crate) fn change(&self, api: &Api) -> Result<Option<u64>, ApiError> {
        let branch = match &self.change {
            Change::Number(number) => return Ok(Some(*number)),
            Change::None => return Ok(None),
            Change::Branch(branch) => branch,
        };
        let path = format!("/repos/{}/pulls?state=open&per_page=100&head={}", self.project, escaped(branch));
        let answer = api.ask(Verb::Get, &path, None)?;
        let is_judged = |pull: &&Value| {
            let head = pull.get("head").and_then(|head| head.get("sha")).and_then(Value::as_str);
            head.is_some() && head == self.head.as_deref()
        };
        let pull = answer.body.as_array().into_iter().flatten().find(is_judged);
        Ok(pull.and_then(|pull| pull.get("number")).and_then(Value::as_u64))
    }
}

fn of_github(kind: ForgeKind, value: &dyn Fn(&str) -> Option<String>, event: &Value) -> Result<Place, PlaceError> {
    let missing = |variable| PlaceError::Missing { variable };
    let project = value("GITHUB_REPOSITORY").filter(|name| is_project(name)).ok_or(missing("GITHUB_REPOSITORY"))?;
    let server = value("GITHUB_SERVER_URL").unwrap_or_else(|| "https://github.com".to_owned());
    let api = value("GITHUB_API_URL").ok_or(missing("GITHUB_API_URL"))?.trim_end_matches('/').to_owned();
    let graphql = value("GITHUB_GRAPHQL_URL").and_then(|url| path_of(&url)).unwrap_or_else(|| "/graphql".to_owned());
    let number = |name: &str| value(name).and_then(|value| value.parse::<u64>().ok());
    let text = |path: &[&str]| at(event, path).and_then(Value::as_str).map(str::to_owned);
    let run = number("GITHUB_RUN_ID").map(|id| Run { id, attempt: number("GITHUB_RUN_ATTEMPT").unwrap_or(1) });
    let (change, head, is_untrusted) = if let Some(pull) = at(event, &["pull_request"]) {
        let number = pull.get("number").and_then(Value::as_u64).ok_or(PlaceError::Event)?;
        let of = |side: &str| at(pull, &[side, "repo", "full_name"]).and_then(Value::as_str);
        // The name of a fork that was deleted is not told. `pull_request_target` runs trusted.
        let is_fork = of("head").is_none() || of("head") != of("base");
        let is_trusted = value("GITHUB_EVENT_NAME").as_deref() == Some("pull_request_target");
        (Change::Number(number), text(&["pull_request", "head", "sha"]), is_fork && !is_trusted)
    } else if let Some(run) = at(event, &["workflow_run"]) {
        of_workflow_run(run)
    } else {
        (Change::None, text(&["merge_group", "head_sha"]).or_else(|| value("GITHUB_SHA")), false)
    };
    let run_url = run.map(|run| format!("{}/{project}/actions/runs/{}", server.trim_end_matches('/'), run.id));
    let head = head.filter(|head| is_commit(head));
    Ok(Place { kind, api, graphql, project, change, head, run, run_url, is_untrusted })
}

/// The change that another workflow ran for. Its own list of pull requests is empty for forks.
fn of_workflow_run(run: &Value) -> (Change, Option<String>, bool) {
    let text = |path: &[&str]| at(run, path).and_then(Value::as_str).map(str::to_owned);
    let head = text(&["head_sha"]);
    let of_a_change = text(&["event"]).is_some_and(|event| event.starts_with("pull_request"));
    let named = at(run, &["pull_requests"]).and_then(Value::as_array).map(Vec::as_slice);
    let change = match named {
        _ if !of_a_change => Change::None,
        Some([one]) => one.get("number").and_then(Value::as_u64).map_or(Change::None, Change::Number),
        _ => match text(&["head_repository", "owner", "login"]).zip(text(&["head_branch"])) {
            Some((owner, branch)) => Change::Branch(format!("{owner}:{branch}")),
            None => Change::None,
        },
    };
    (change, head, false)
}

fn of_gitlab(value: &dyn Fn(&str) -> Option<String>) -> Result<Place, PlaceError> {
    let missing = |variable| PlaceError::Missing { variable };
    let api = value("CI_API_V4_URL").ok_or(missing("CI_API_V4_URL"))?.trim_end_matches('/').to_owned();
    let own = value("CI_PROJECT_ID").filter(|id| is_number(id));
    // A change's notes belong to the project that it goes into.
    let target = value("CI_MERGE_REQUEST_PROJECT_ID").filter(|id| is_number(id));
    let is_fork = target.is_some() && target != own;
    let project = target.or(own).ok_or(missing("CI_PROJECT_ID"))?;
    let number = |name: &str| value(name).and_then(|value| value.parse::<u64>().ok());
    let change = number("CI_MERGE_REQUEST_IID").map_or(Change::None, Change::Number);
    // In pipelines for merged results CI_COMMIT_SHA is a commit that GitLab made up.
    let head = value("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA").or_else(|| value("CI_COMMIT_SHA")).filter(|head| is_commit(head));
    let run = number("CI_PIPELINE_ID").zip(number("CI_JOB_ID")).map(|(id, attempt)| Run { id, attempt });
    let run_url = value("CI_JOB_URL").or_else(|| value("CI_PIPELINE_URL"));
    let graphql = "/api/graphql".to_owned();
    Ok(Place { kind: ForgeKind::GitLab, api, graphql, project, change, head, run, run_url, is_untrusted: is_fork })
}

fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, name| value.get(name)).filter(|value| !value.is_null())
}

/// The path of an address.
fn path_of(url: &str) -> Option<String> {
    let uri: http::Uri = url.parse().ok()?;
    Some(uri.path().to_owned()).filter(|path| path.len() > 1)
}

/// `owner/name`, of characters that need no escape in an address.
fn is_project(name: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty() && part != "." && part != ".." && part.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    name.len() <= MOST_NAME && name.split_once('/').is_some_and(|(owner, name)| plain(owner) && plain(name))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() < 20 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Text within the query of an address.
fn escaped(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests;
