//! Who has approved a pull or merge request as it is now, and who made it, as the forge tells.

use serde_json::Value;

use crate::api::{Api, ApiError, Token, Verb};
use crate::deliver::{ForgeKind, Place};

/// The most pages of a list.
const MOST_PAGES: usize = 50;

/// GitHub tells no more commits of a pull request than these: whoever made the others is not known.
const MOST_COMMITS: usize = 250;

/// An approval that stands, of the commit that was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// The account.
    pub account: String,
    /// The name beside the account, where the forge tells it.
    pub name: Option<String>,
    /// What it is called in a record, such as `github review 12`.
    pub id: String,
    /// When, RFC 3339.
    pub at: String,
    /// What the account wrote with it; on GitLab, where an approval has no words, in its notes. The newest comes last.
    pub texts: Vec<String>,
}

/// What a forge tells of a change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reviews {
    /// The approvals that stand.
    pub approvals: Vec<Approval>,
    /// Accounts, names and addresses of everybody who opened the change or made one of its commits.
    pub authors: Vec<String>,
}

/// Why nothing can be told of a change.
#[derive(Debug, thiserror::Error)]
pub enum ReviewsError {
    /// The forge did not answer as it should.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The run is about no change.
    #[error("this run is about no pull or merge request")]
    NoChange,
    /// The change has a newer commit.
    #[error("the change has moved on from the commit that was judged")]
    MovedOn,
    /// Not all commits are told.
    #[error("the change has {MOST_COMMITS} commits or more, and the forge does not tell who made all of them")]
    TooManyCommits,
}

/// Asks who has approved the change as it is at the judged commit.
pub fn reviews(place: &Place, token: &Token) -> Result<Reviews, ReviewsError> {
    let api = Api::new(&place.api, token, Box::new(std::thread::sleep))?;
    let number = place.change(&api)?.ok_or(ReviewsError::NoChange)?;
    match place.kind {
        ForgeKind::GitHub | ForgeKind::Gitea => of_github(&api, place, number),
        ForgeKind::GitLab => of_gitlab(&api, place, number),
    }
}

fn text<'a>(value: &'a Value, path: &[&str]) -> Option<&'a str> {
    path.iter().try_fold(value, |value, name| value.get(name)).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn texts(value: &Value, paths: &[&[&str]]) -> Vec<String> {
    paths.iter().filter_map(|path| text(value, path)).map(str::to_owned).collect()
}

fn of_github(api: &Api, place: &Place, number: u64) -> Result<Reviews, ReviewsError> {
    let path = format!("/repos/{}/pulls/{number}", place.project);
    let pull = api.ask(Verb::Get, &path, None)?.body;
    let head = text(&pull, &["head", "sha"]);
    if head.is_none() || head != place.head.as_deref() {
        return Err(ReviewsError::MovedOn);
    }
    let commits = api.all(&format!("{path}/commits?per_page=100&limit=50"), MOST_PAGES)?;
    if commits.len() >= MOST_COMMITS {
        return Err(ReviewsError::TooManyCommits);
    }
    let mut authors = texts(&pull, &[&["user", "login"]]);
    let of_commit: [&[&str]; 4] =
        [&["author", "login"], &["committer", "login"], &["commit", "author", "name"], &["commit", "author", "email"]];
    authors.extend(commits.iter().flat_map(|commit| texts(commit, &of_commit)));
    let reviews = api.all(&format!("{path}/reviews?per_page=100&limit=50"), MOST_PAGES)?;
    Ok(Reviews { approvals: standing(&reviews, place.kind, head), authors })
}

/// The newest review of each account that says yes or no: a later comment takes no approval back, a refusal or a dismissal does.
fn standing(reviews: &[Value], kind: ForgeKind, head: Option<&str>) -> Vec<Approval> {
    let mut newest: Vec<(&str, &Value)> = Vec::new();
    for review in reviews {
        let decides =
            matches!(text(review, &["state"]), Some("APPROVED" | "CHANGES_REQUESTED" | "REQUEST_CHANGES" | "DISMISSED"));
        let Some(account) = text(review, &["user", "login"]).filter(|_| decides) else { continue };
        match newest.iter_mut().find(|(known, _)| *known == account) {
            Some((_, held)) => *held = review,
            None => newest.push((account, review)),
        }
    }
    let of = |(account, review): (&str, &Value)| {
        let is = |name: &str| review.get(name).and_then(Value::as_bool) == Some(true);
        let stands = text(review, &["state"]) == Some("APPROVED") && text(review, &["commit_id"]) == head;
        (stands && !is("dismissed") && !is("stale")).then_some(())?;
        Some(Approval {
            account: account.to_owned(),
            name: text(review, &["user", "full_name"]).map(str::to_owned),
            id: format!("{} review {}", kind.name(), review.get("id")?.as_u64()?),
            at: text(review, &["submitted_at"])?.to_owned(),
            texts: texts(review, &[&["body"]]),
        })
    };
    newest.into_iter().filter_map(of).collect()
}

fn of_gitlab(api: &Api, place: &Place, number: u64) -> Result<Reviews, ReviewsError> {
    let path = format!("/projects/{}/merge_requests/{number}", place.project);
    let change = api.ask(Verb::Get, &path, None)?.body;
    let head = text(&change, &["sha"]);
    if head.is_none() || head != place.head.as_deref() {
        return Err(ReviewsError::MovedOn);
    }
    let commits = api.all(&format!("{path}/commits?per_page=100"), MOST_PAGES)?;
    let mut authors = texts(&change, &[&["author", "username"], &["author", "name"]]);
    authors.extend(commits.iter().flat_map(|commit| texts(commit, &[&["author_name"], &["author_email"], &["committer_email"]])));
    let approved = api.ask(Verb::Get, &format!("{path}/approvals"), None)?.body;
    let approved = approved.get("approved_by").and_then(Value::as_array).cloned().unwrap_or_default();
    let notes = if approved.is_empty() {
        Vec::new()
    } else {
        api.all(&format!("{path}/notes?per_page=100&sort=asc&order_by=created_at"), MOST_PAGES)?
    };
    let of = |entry: &Value| {
        let account = text(entry, &["user", "username"])?;
        let own: Vec<&Value> = notes.iter().filter(|note| text(note, &["author", "username"]) == Some(account)).collect();
        let is_system = |note: &Value| note.get("system").and_then(Value::as_bool) == Some(true);
        let told = own.iter().rev().find(|note| is_system(note) && text(note, &["body"]) == Some("approved this merge request"));
        let at = text(entry, &["approved_at"]).or_else(|| told.and_then(|note| text(note, &["created_at"])))?;
        Some(Approval {
            account: account.to_owned(),
            name: text(entry, &["user", "name"]).map(str::to_owned),
            id: format!("GitLab approval by {account}"),
            at: at.to_owned(),
            texts: own
                .iter()
                .filter(|note| !is_system(note))
                .filter_map(|note| text(note, &["body"]))
                .map(str::to_owned)
                .collect(),
        })
    };
    Ok(Reviews { approvals: approved.iter().filter_map(of).collect(), authors })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn review(id: u64, login: &str, state: &str, commit: &str) -> Value {
        json!({"id": id, "user": {"login": login}, "state": state, "commit_id": commit, "submitted_at": "2026-01-02T03:04:05Z", "body": "fine"})
    }

    fn accounts(reviews: &[Value]) -> Vec<String> {
        standing(reviews, ForgeKind::GitHub, Some("c")).into_iter().map(|approval| approval.account).collect()
    }

    #[test]
    fn the_newest_word_of_an_account_counts_and_a_comment_is_none() {
        let yes = |id, login| review(id, login, "APPROVED", "c");
        assert_eq!(accounts(&[yes(1, "a"), review(2, "a", "COMMENTED", "c"), yes(3, "b")]), ["a", "b"]);
        assert!(accounts(&[yes(1, "a"), review(2, "a", "CHANGES_REQUESTED", "c")]).is_empty());
        assert!(accounts(&[review(1, "a", "DISMISSED", "c"), review(2, "b", "COMMENTED", "c")]).is_empty());
        assert_eq!(accounts(&[review(1, "a", "CHANGES_REQUESTED", "c"), yes(2, "a")]), ["a"]);
        assert!(accounts(&[review(1, "a", "APPROVED", "earlier")]).is_empty(), "it is of another commit");
        let mut stale = yes(1, "a");
        stale["stale"] = json!(true);
        assert!(accounts(&[stale, json!({"state": "APPROVED"}), json!(null)]).is_empty());
    }
}
