//! Which names may become a folder, a file or an argument, and which version a tag names.

use semver::Version;

use crate::git::error::ForgeError;

/// The longest name in bytes; file systems stop at 255.
const LONGEST: usize = 200;

/// A name for messages: quoted, control characters escaped, at most 40 characters.
pub(crate) fn shown(name: &str) -> String {
    let short: String = name.chars().take(40).collect();
    let dots = if short.len() < name.len() { "..." } else { "" };
    format!("{short:?}{dots}")
}

/// Accepts the name of a release's tag: what git takes for a tag, narrowed to one ASCII path component.
pub(crate) fn check_release(name: &str) -> Result<(), ForgeError> {
    check("a release tag", name)
}

/// Accepts the name of a file of a release: one ASCII path component.
pub(crate) fn check_file(name: &str) -> Result<(), ForgeError> {
    check("a file name", name)
}

fn check(what: &'static str, name: &str) -> Result<(), ForgeError> {
    match fault(name) {
        Some(reason) => Err(ForgeError::BadName { what, name: name.to_owned(), reason }),
        None => Ok(()),
    }
}

fn fault(name: &str) -> Option<&'static str> {
    let faults = [
        (name.is_empty(), "it is empty"),
        (name.len() > LONGEST, "it is longer than 200 bytes"),
        (name.chars().any(char::is_control), "it holds a control character"),
        (!name.is_ascii(), "it holds a character outside ASCII"),
        (name.contains(['/', '\\']), "it holds a slash or backslash"),
        (name.starts_with('-'), "it begins with `-` and would be read as an option"),
        (name.starts_with('.'), "it begins with `.`"),
        (name.contains(".."), "it holds `..`"),
        (name.ends_with('.') || name.to_ascii_lowercase().ends_with(".lock"), "it ends in `.` or `.lock`"),
        (
            name.contains([' ', '~', '^', ':', '?', '*', '[', '"', '<', '>', '|']),
            "it holds a space or one of ~ ^ : ? * [ \" < > |",
        ),
        (!git2::Reference::is_valid_name(&format!("refs/tags/{name}")), "git refuses it as the name of a tag"),
    ];
    faults.into_iter().find_map(|(wrong, reason)| wrong.then_some(reason))
}

/// Accepts a remote's name or address: whatever git can make sense of, but no option.
pub(crate) fn check_remote(remote: &str) -> Result<(), ForgeError> {
    let faults = [
        (remote.is_empty(), "it is empty"),
        (remote.starts_with('-'), "it begins with `-` and would be read as an option"),
        (remote.chars().any(char::is_control), "it holds a control character"),
    ];
    match faults.into_iter().find_map(|(wrong, reason)| wrong.then_some(reason)) {
        Some(reason) => Err(ForgeError::BadName { what: "a remote", name: remote.to_owned(), reason }),
        None => Ok(()),
    }
}

/// The version that a tag names: `1.2.3` or `v1.2.3`, also with a pre-release or build part, and `v1.0` for `1.0.0`.
///
/// `v1` names none: such tags are moved from release to release by habit.
pub(crate) fn version(tag: &str) -> Option<Version> {
    let text = tag.strip_prefix('v').unwrap_or(tag);
    let (numbers, rest) = text.split_at(text.find(['-', '+']).unwrap_or(text.len()));
    match numbers.split('.').count() {
        2 => Version::parse(&format!("{numbers}.0{rest}")).ok(),
        _ => Version::parse(text).ok(),
    }
}

/// Sorts releases by version; tags that name no version come first, by name.
pub(crate) fn sort_releases(releases: &mut [String]) {
    releases.sort_by_cached_key(|name| (version(name), name.clone()));
}

/// The stored release that `wanted` probably means: the same version spelled otherwise, or a near spelling.
pub(crate) fn suggestion(wanted: &str, stored: &[String]) -> Option<String> {
    let same = |name: &&String| version(wanted).is_some() && version(name) == version(wanted);
    if let Some(name) = stored.iter().rev().find(same) {
        return Some(name.clone());
    }
    let near = stored.iter().map(|name| (strsim::jaro_winkler(wanted, name), name)).filter(|(likeness, _)| *likeness >= 0.85);
    near.max_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, name)| name.clone())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn plain_versions_are_accepted() {
        for name in ["v1.0", "1.2.3", "v1.2.3-rc.1", "v1.2.3+build.5", "2024_spring", "a@b"] {
            check_release(name).unwrap();
        }
    }

    #[test]
    fn hostile_names_are_refused() {
        let long = "v".repeat(201);
        for name in [
            "",
            "..",
            "../../etc",
            "v1/../..",
            "a/b",
            "/abs",
            "a\\b",
            "-v",
            "--upload-pack=x",
            ".git",
            ".hidden",
            "v1..2",
            "v1.",
            "v1.lock",
            "v1.LOCK",
            "a b",
            "a~1",
            "a^",
            "C:",
            "a?",
            "a*",
            "a[",
            "@{u}",
            "v1@{0}",
            "a\nb",
            "a\0b",
            "v1\u{7f}",
            "é",
            "\u{200c}.git",
            "a\"b",
            "<x>",
            &long,
        ] {
            assert!(matches!(check_release(name), Err(ForgeError::BadName { .. })), "{name:?}");
            assert!(check_file(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_remote_is_no_option() {
        for remote in ["", "--upload-pack=touch x", "-o", "a\nb"] {
            assert!(check_remote(remote).is_err(), "{remote:?}");
        }
        for remote in ["origin", "../bare.git", "https://example.com/x.git", "git@example.com:x/y.git"] {
            check_remote(remote).unwrap();
        }
    }

    #[test]
    fn tags_are_read_as_versions_the_way_people_write_them() {
        let read = |tag: &str| version(tag).map(|version| version.to_string());
        assert_eq!(read("v1.2.3").as_deref(), Some("1.2.3"));
        assert_eq!(read("1.2.3").as_deref(), Some("1.2.3"));
        assert_eq!(read("v1.0").as_deref(), Some("1.0.0"));
        assert_eq!(read("v1.0-rc.1").as_deref(), Some("1.0.0-rc.1"));
        for tag in ["v1", "latest", "v1.2.3.4", "vv1.0", "v01.0", "release-1.0.0", ""] {
            assert_eq!(read(tag), None, "{tag}");
        }
        assert!(version("v1.0.0-rc.1") < version("v1.0"));
    }

    #[test]
    fn releases_sort_by_version_and_not_by_text() {
        let mut names = ["v1.10.0", "v1.9.0", "nightly", "v1.10.0-rc.2"].map(str::to_owned);
        sort_releases(&mut names);
        assert_eq!(names, ["nightly", "v1.9.0", "v1.10.0-rc.2", "v1.10.0"]);
    }

    #[test]
    fn a_release_is_guessed_from_its_version_or_spelling() {
        let stored = ["v1.0", "v1.1", "spring"].map(str::to_owned);
        assert_eq!(suggestion("1.0.0", &stored).as_deref(), Some("v1.0"));
        assert_eq!(suggestion("sprnig", &stored).as_deref(), Some("spring"));
        assert_eq!(suggestion("autumn", &stored), None);
    }
}
