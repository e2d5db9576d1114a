//! Events and variables of CI systems, and the places that follow from them.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

const SHA: &str = "4f1c2ab94f1c2ab94f1c2ab94f1c2ab94f1c2ab9";

const GITHUB: [(&str, &str); 8] = [
    ("GITHUB_ACTIONS", "true"),
    ("GITHUB_EVENT_PATH", "/event.json"),
    ("GITHUB_REPOSITORY", "acme/credit"),
    ("GITHUB_API_URL", "https://ghe.example/api/v3/"),
    ("GITHUB_GRAPHQL_URL", "https://ghe.example/api/graphql"),
    ("GITHUB_SERVER_URL", "https://ghe.example"),
    ("GITHUB_RUN_ID", "91"),
    ("GITHUB_RUN_ATTEMPT", "2"),
];

fn place(variables: &[(&str, &str)], event: &str) -> Result<Place, PlaceError> {
    // The last of a name counts, so that a test can say what is different.
    let lookup = |name: &str| variables.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    Place::of(lookup, |path| (path == Path::new("/event.json")).then(|| event.as_bytes().to_vec()))
}

fn pull(fork: bool) -> String {
    let head = if fork { "mallory/credit" } else { "acme/credit" };
    format!(
        r#"{{"pull_request": {{"number": 7, "head": {{"sha": "{SHA}", "repo": {{"full_name": "{head}"}}}}, "base": {{"repo": {{"full_name": "acme/credit"}}}}}}}}"#
    )
}

#[test]
fn a_pull_request_is_judged_at_its_own_commit() {
    let variables = [GITHUB.as_slice(), &[("GITHUB_SHA", "1111111111111111111111111111111111111111")]].concat();
    let place = place(&variables, &pull(false)).unwrap();
    assert_eq!((place.kind, place.project.as_str()), (ForgeKind::GitHub, "acme/credit"));
    assert_eq!((place.api.as_str(), place.graphql.as_str()), ("https://ghe.example/api/v3", "/api/graphql"));
    assert_eq!((&place.change, place.head.as_deref()), (&Change::Number(7), Some(SHA)));
    assert_eq!(place.run, Some(Run { id: 91, attempt: 2 }));
    assert_eq!(place.run_url.as_deref(), Some("https://ghe.example/acme/credit/actions/runs/91"));
    assert!(!place.is_untrusted);
    let url = "https://ghe.example/acme/credit/actions/runs/91";
    assert!(place.is_of_this_run(Some(&format!("{url}, attempt 2, job gate"))));
    for other in [
        None,
        Some("https://ghe.example/acme/credit/actions/runs/912, job gate"),
        Some("https://ghe.example/acme/credit/actions/runs/9"),
    ] {
        assert!(!place.is_of_this_run(other), "{other:?}");
    }
}

#[test]
fn a_fork_s_run_is_not_trusted_even_where_the_fork_is_gone() {
    assert!(place(&GITHUB, &pull(true)).unwrap().is_untrusted);
    assert!(
        place(&GITHUB, &pull(false).replace(r#""repo": {"full_name": "acme/credit"}}, "base""#, r#""repo": null}, "base""#))
            .unwrap()
            .is_untrusted
    );
}

#[test]
fn another_workflow_s_change_is_found_by_number_or_branch() {
    let event = |pulls: &str, event: &str| {
        format!(
            r#"{{"workflow_run": {{"head_sha": "{SHA}", "event": "{event}", "pull_requests": {pulls}, "head_branch": "a/b",
            "head_repository": {{"owner": {{"login": "mallory"}}}}}}}}"#
        )
    };
    let change = |text: String| place(&GITHUB, &text).unwrap().change;
    assert_eq!(change(event(r#"[{"number": 4}]"#, "pull_request")), Change::Number(4));
    assert_eq!(change(event("[]", "pull_request")), Change::Branch("mallory:a/b".to_owned()));
    assert_eq!(change(event("[]", "push")), Change::None);
    assert_eq!(place(&GITHUB, &event("[]", "pull_request")).unwrap().head.as_deref(), Some(SHA));
}

#[test]
fn a_merge_queue_and_a_push_have_a_commit_and_no_change() {
    let queue = place(&GITHUB, &format!(r#"{{"merge_group": {{"head_sha": "{SHA}"}}}}"#)).unwrap();
    assert_eq!((queue.change, queue.head.as_deref()), (Change::None, Some(SHA)));
    let push = place(&[GITHUB.as_slice(), &[("GITHUB_SHA", SHA)]].concat(), "{}").unwrap();
    assert_eq!((push.change, push.head.as_deref()), (Change::None, Some(SHA)));
}

#[test]
fn names_that_would_lead_elsewhere_are_refused() {
    for name in ["acme", "acme/..", "a/b/c", "a b/c", "acme/credit?x", "", "/", "acme/%2e"] {
        let found = place(&[GITHUB.as_slice(), &[("GITHUB_REPOSITORY", name)]].concat(), &pull(false));
        assert_eq!(found.unwrap_err(), PlaceError::Missing { variable: "GITHUB_REPOSITORY" }, "{name}");
    }
    assert_eq!(place(&GITHUB, &pull(false).replace(SHA, "../../x")).unwrap().head, None);
    assert_eq!(escaped("mallory:a/b&c=d"), "mallory%3Aa%2Fb%26c%3Dd");
}

#[test]
fn a_merge_request_is_that_of_the_project_it_goes_into() {
    let gitlab = [
        ("GITLAB_CI", "true"),
        ("CI_API_V4_URL", "https://git.example/api/v4"),
        ("CI_PROJECT_ID", "12"),
        ("CI_MERGE_REQUEST_PROJECT_ID", "12"),
        ("CI_MERGE_REQUEST_IID", "7"),
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", ""),
        ("CI_COMMIT_SHA", SHA),
        ("CI_PIPELINE_ID", "100"),
        ("CI_JOB_ID", "2000"),
        ("CI_JOB_URL", "https://git.example/j/2000"),
    ];
    let own = place(&gitlab, "").unwrap();
    assert_eq!((own.kind, own.project.as_str(), own.change), (ForgeKind::GitLab, "12", Change::Number(7)));
    assert_eq!((own.head.as_deref(), own.run), (Some(SHA), Some(Run { id: 100, attempt: 2_000 })));
    assert!(!own.is_untrusted);
    let fork = place(&[gitlab.as_slice(), &[("CI_PROJECT_ID", "99")]].concat(), "").unwrap();
    assert!(fork.is_untrusted);
    assert_eq!(fork.project, "12");
}

#[test]
fn elsewhere_there_is_no_place() {
    assert_eq!(place(&[("CI", "true")], "").unwrap_err(), PlaceError::Nowhere);
    assert_eq!(place(&[], "").unwrap_err(), PlaceError::Nowhere);
    assert_eq!(place(&GITHUB, "not json").unwrap_err(), PlaceError::Event);
    assert_eq!(place(&GITHUB[..1], "").unwrap_err(), PlaceError::Missing { variable: "GITHUB_EVENT_PATH" });
}
