//! Who can read what a run publishes, as far as the CI system tells.

use std::path::Path;

use serde_json::Value;

/// Who can read the project that a run belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// Everybody.
    Public,
    /// The members of the project.
    Private,
    /// It is not told, or it is something in between, such as everybody who has an account.
    Unknown,
    /// No CI system runs us.
    Local,
}

impl Visibility {
    /// Asks the environment through `lookup`, and for GitHub the event that started the run, whose file `read` gives.
    pub fn of(lookup: impl Fn(&str) -> Option<String>, read: impl Fn(&Path) -> Option<Vec<u8>>) -> Self {
        let value = |name: &str| lookup(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let is_on = |name: &str| value(name).is_some_and(|value| !matches!(value.as_str(), "0" | "false" | "False"));
        if is_on("GITHUB_ACTIONS") {
            let event = value("GITHUB_EVENT_PATH").and_then(|path| read(Path::new(&path)));
            return event.map_or(Self::Unknown, |event| Self::of_event(&event));
        }
        if is_on("GITLAB_CI") {
            return match value("CI_PROJECT_VISIBILITY").as_deref() {
                Some("public") => Self::Public,
                Some("private") => Self::Private,
                _ => Self::Unknown,
            };
        }
        if is_on("CI") { Self::Unknown } else { Self::Local }
    }

    /// What GitHub's event says about the repository. Where its two statements contradict each other, neither counts.
    fn of_event(event: &[u8]) -> Self {
        let event: Value = serde_json::from_slice(event).unwrap_or_default();
        let repository = event.get("repository").unwrap_or(&Value::Null);
        let private = repository.get("private").and_then(Value::as_bool);
        match (private, repository.get("visibility").and_then(Value::as_str)) {
            (Some(false), Some("public") | None) | (None, Some("public")) => Self::Public,
            (Some(true), Some("private") | None) => Self::Private,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visibility(variables: &[(&str, &str)], event: Option<&str>) -> Visibility {
        let lookup = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Visibility::of(lookup, |path| event.filter(|_| path == Path::new("/event.json")).map(|text| text.as_bytes().to_vec()))
    }

    const GITHUB: [(&str, &str); 2] = [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_PATH", "/event.json")];

    #[test]
    fn github_says_it_in_the_event() {
        let of = |event| visibility(&GITHUB, Some(event));
        assert_eq!(of(r#"{"repository": {"private": false, "visibility": "public"}}"#), Visibility::Public);
        assert_eq!(of(r#"{"repository": {"private": false}}"#), Visibility::Public);
        assert_eq!(of(r#"{"repository": {"private": true, "visibility": "private"}}"#), Visibility::Private);
        assert_eq!(of(r#"{"repository": {"private": true}}"#), Visibility::Private);
    }

    #[test]
    fn what_is_not_told_is_unknown_and_never_private() {
        let of = |event| visibility(&GITHUB, Some(event));
        for event in [
            "",
            "{}",
            "[]",
            r#"{"schedule": "0 4 * * *"}"#,
            r#"{"repository": {"private": "no"}}"#,
            r#"{"repository": {"private": true, "visibility": "internal"}}"#,
            r#"{"repository": {"private": true, "visibility": "public"}}"#,
        ] {
            assert_eq!(of(event), Visibility::Unknown, "{event}");
        }
        assert_eq!(visibility(&GITHUB, None), Visibility::Unknown);
        assert_eq!(visibility(&GITHUB[..1], None), Visibility::Unknown);
        assert_eq!(visibility(&[("CI", "true")], None), Visibility::Unknown);
        assert_eq!(visibility(&[("GITLAB_CI", "true")], None), Visibility::Unknown);
        assert_eq!(visibility(&[("GITLAB_CI", "true"), ("CI_PROJECT_VISIBILITY", "internal")], None), Visibility::Unknown);
    }

    #[test]
    fn gitlab_says_it_in_a_variable_and_a_person_s_machine_says_nothing() {
        for (word, expected) in [("public", Visibility::Public), ("private", Visibility::Private)] {
            assert_eq!(visibility(&[("GITLAB_CI", "true"), ("CI_PROJECT_VISIBILITY", word)], None), expected);
        }
        assert_eq!(visibility(&[], None), Visibility::Local);
    }
}
