//! Why something with git did not work, and the command that helps.

use crate::git::names::shown;
use crate::git::records::RECORDS_BRANCH;

/// What went wrong with the repository or the `git` program. Paths and names are shown quoted and shortened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForgeError {
    /// Neither the folder nor one above it is a git repository.
    #[error("{path:?} is not inside a git repository")]
    NotARepository {
        /// The folder that was asked about.
        path: String,
    },
    /// The repository belongs to another user, and git refuses such repositories unless they are listed as safe.
    #[error("the git repository {directory:?} belongs to another user, and git does not read such repositories unasked")]
    NotOwned {
        /// The folder to list as safe.
        directory: String,
    },
    /// A repository with a feature that libgit2 cannot read.
    #[error("the git repository at {path:?} uses a feature that modelgate cannot read: {reason}")]
    Unsupported {
        /// The folder that was asked about.
        path: String,
        /// What libgit2 said.
        reason: String,
    },
    /// The repository or an object in it cannot be read.
    #[error("the git repository is damaged or unreadable (while {doing}): {reason}")]
    Corrupted {
        /// What was being done.
        doing: String,
        /// What libgit2 said.
        reason: String,
    },
    /// The system refused something: a full disk, missing permissions.
    #[error("git could not read or write its files (while {doing}): {reason}")]
    System {
        /// What was being done.
        doing: String,
        /// What the system said.
        reason: String,
    },
    /// A name that must not become a path, a reference or an argument.
    #[error("{} is not usable as {what}: {reason}", shown(name))]
    BadName {
        /// What it should have named, such as `a release tag`.
        what: &'static str,
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A release without files.
    #[error("release {} has no files to store", shown(release))]
    NothingToStore {
        /// The release's tag.
        release: String,
    },
    /// A stored release is never overwritten.
    #[error("release {} is already stored with other content ({})", shown(release), differing.join(", "))]
    ReleaseDiffers {
        /// The release's tag.
        release: String,
        /// The names of the files that differ, sorted.
        differing: Vec<String>,
    },
    /// The records branch is the one that is checked out.
    #[error("the branch {RECORDS_BRANCH} is checked out; it is written behind the work tree's back")]
    RecordsCheckedOut,
    /// Other writers were faster every time.
    #[error("the branch {RECORDS_BRANCH} was changed by others {tries} times in a row")]
    Contended {
        /// How often it was tried.
        tries: u32,
    },
    /// There is no local records branch.
    #[error("there is no local branch {RECORDS_BRANCH} to push")]
    NothingToPush,
    /// The `git` program could not be started.
    #[error("the git program cannot be started: {reason}")]
    GitMissing {
        /// What the system said.
        reason: String,
    },
    /// The `git` program failed for another reason than somebody else's push.
    #[error("`git {command}` failed{}:\n{stderr}", code.map(|code| format!(" with exit code {code}")).unwrap_or_default())]
    GitFailed {
        /// The subcommand and the remote, without credentials.
        command: String,
        /// The exit code, if it ended by itself.
        code: Option<i32>,
        /// The end of what git wrote, without credentials.
        stderr: String,
    },
    /// The remote kept changing under us.
    #[error("pushing {RECORDS_BRANCH} was rejected {attempts} times, because others pushed to it:\n{stderr}")]
    PushContended {
        /// How often it was tried.
        attempts: u32,
        /// The end of what git wrote the last time, without credentials.
        stderr: String,
    },
    /// The remote holds other bytes under the same path.
    #[error(
        "{path:?} on the remote's branch {RECORDS_BRANCH} differs from the one stored here, and records are never overwritten"
    )]
    RecordsConflict {
        /// The path on the records branch.
        path: String,
    },
    /// The trail on the records branch does not hang together, and is not continued.
    #[error("the audit trail on the branch {RECORDS_BRANCH} cannot be continued: {reason}")]
    TrailBroken {
        /// What is wrong with it.
        reason: String,
    },
    /// The release that was asked for is not stored.
    #[error("release {} is not stored on the branch {RECORDS_BRANCH}{}", shown(release), stored_releases(stored))]
    ReleaseMissing {
        /// The release's tag.
        release: String,
        /// Every stored release, in order of version.
        stored: Vec<String>,
        /// The stored release that was probably meant.
        suggestion: Option<String>,
        /// The remote to fetch the branch from, where no records branch is here at all.
        fetch_from: Option<String>,
    },
    /// The release is stored, but without the file.
    #[error("release {} is stored without a file {}", shown(release), shown(file))]
    FileMissing {
        /// The release's tag.
        release: String,
        /// The file's name.
        file: String,
    },
}

fn stored_releases(stored: &[String]) -> String {
    const MOST: usize = 10;
    if stored.is_empty() {
        return "; none is".to_owned();
    }
    let newest: Vec<_> = stored.iter().rev().take(MOST).map(|name| shown(name)).collect();
    let more = if stored.len() > MOST { format!(" and {} more", stored.len() - MOST) } else { String::new() };
    format!("; stored are {}{more}", newest.join(", "))
}

/// The command that brings the records branch of `remote` here, also in a clone of a single branch, where a plain
/// `git fetch origin modelgate-records` would leave no reference behind.
pub(crate) fn fetch_command(remote: &str) -> String {
    format!("git fetch {remote} {RECORDS_BRANCH}:refs/remotes/{remote}/{RECORDS_BRANCH}")
}

impl ForgeError {
    /// Turns libgit2's error while `doing` something into ours.
    pub(crate) fn git(doing: &'static str) -> impl Fn(git2::Error) -> Self {
        move |error| {
            let (doing, reason) = (doing.to_owned(), one_line(error.message()));
            let is_system = matches!(error.class(), git2::ErrorClass::Os | git2::ErrorClass::Filesystem);
            if is_system { Self::System { doing, reason } } else { Self::Corrupted { doing, reason } }
        }
    }

    /// The next step, where there is one.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::NotARepository { .. } => "run it in a clone of the repository, or make one with `git init`".to_owned(),
            Self::NotOwned { directory } => format!("git config --global --add safe.directory {}", shell_word(directory)),
            Self::Unsupported { .. } => {
                "modelgate reads repositories with SHA-1 objects and references stored as files; make such a clone".to_owned()
            }
            Self::Corrupted { .. } => "check it with `git fsck --full`, or clone it again".to_owned(),
            Self::System { .. } => "check the free space and who may write to the folder .git".to_owned(),
            Self::BadName { what: "a remote", .. } => "list the remotes with `git remote -v`".to_owned(),
            Self::BadName { .. } => {
                "use letters, digits, `.`, `-`, `_` and `+`, as in v1.2.3; the name must not begin with `-` or `.`".to_owned()
            }
            Self::NothingToStore { .. } => return None,
            Self::ReleaseDiffers { .. } => {
                "a release is stored once; tag the new model with a new version and release that".to_owned()
            }
            Self::RecordsCheckedOut => "switch back with `git switch -` and run it again".to_owned(),
            Self::Contended { .. } => format!(
                "run it again; if nothing else is running, a program died while writing: remove \
                 .git/refs/heads/{RECORDS_BRANCH}.lock"
            ),
            Self::PushContended { .. } => "run it again when fewer jobs write at once".to_owned(),
            Self::NothingToPush => "store a release first: `modelgate release <tag>`".to_owned(),
            Self::GitMissing { .. } => "install git and put it on the PATH".to_owned(),
            Self::GitFailed { .. } => {
                "check the remote with `git remote -v`, and that this job may write to the repository".to_owned()
            }
            Self::RecordsConflict { path } => format!(
                "look at both with `git log -p --all -- {}`; if the local one is wrong, remove the local branch \
                 with `git branch -D {RECORDS_BRANCH}` and release again",
                shell_word(path)
            ),
            Self::TrailBroken { .. } => "see what was done to it with `modelgate audit verify`".to_owned(),
            Self::ReleaseMissing { suggestion: Some(suggestion), .. } => format!("did you mean {}?", shown(suggestion)),
            Self::ReleaseMissing { fetch_from: Some(remote), .. } => fetch_command(remote),
            Self::ReleaseMissing { release, .. } => {
                format!("store it with `modelgate release {}`", shell_word(release))
            }
            Self::FileMissing { release, .. } => {
                format!("see what it holds with `git ls-tree {RECORDS_BRANCH} releases/{}/`", shell_word(release))
            }
        };
        Some(help)
    }
}

/// Text of libgit2 or of the system as one bounded line without control characters.
pub(crate) fn one_line(text: &str) -> String {
    text.trim().chars().take(300).flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}

/// A word for a command that a person copies into a shell.
pub(crate) fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@".contains(c);
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_command_to_copy_survives_odd_paths() {
        let error = ForgeError::NotOwned { directory: "/srv/a b/it's".into() };
        assert_eq!(error.help().unwrap(), r"git config --global --add safe.directory '/srv/a b/it'\''s'");
    }

    #[test]
    fn the_list_of_stored_releases_is_bounded_and_newest_first() {
        let stored: Vec<String> = (0..12).map(|n| format!("v1.{n}.0")).collect();
        let text = stored_releases(&stored);
        assert!(text.starts_with("; stored are \"v1.11.0\", \"v1.10.0\"") && text.ends_with(" and 2 more"), "{text}");
    }

    #[test]
    fn names_in_messages_are_inert() {
        let name = format!("v1\n::error::{}", "x".repeat(100));
        let text = ForgeError::BadName { what: "a release tag", name, reason: "it holds a control character" }.to_string();
        assert!(!text.contains('\n') && text.len() < 120, "{text}");
    }
}
