//! Why there is no baseline, each reason with the command that changes it.

use crate::git::error::{fetch_command, shell_word};
use crate::git::names::shown;
use crate::git::records::RECORDS_BRANCH;

/// Nothing to compare with. This is no error: the caller makes a finding of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaselineAbsent {
    /// The branch has no commit yet.
    #[error("the current branch has no commit yet")]
    UnbornBranch,
    /// The branch that the change goes into is not in this clone.
    #[error("the target branch {} is not in this clone", shown(branch))]
    TargetMissing {
        /// The branch as it was given.
        branch: String,
        /// The remote to fetch it from.
        remote: Option<String>,
    },
    /// The change and the target branch have no common commit here.
    #[error("HEAD and {target} have no common commit{}", cut_off(*shallow))]
    NoMergeBase {
        /// The target branch.
        target: String,
        /// Whether this is a shallow clone.
        shallow: bool,
    },
    /// No tag names a version.
    #[error("no tag of this clone names a version such as v1.2.3{}", cut_off(*shallow))]
    NoTags {
        /// Whether this is a shallow clone, which comes without tags.
        shallow: bool,
        /// Whether there is a remote that may have tags.
        has_remote: bool,
    },
    /// There are version tags, but none before the start of the search.
    #[error("none of the {tags} version tags is at or before {start}{}", cut_off(*shallow))]
    NoneReachable {
        /// How many version tags there are.
        tags: usize,
        /// Where the search started.
        start: String,
        /// Whether this is a shallow clone.
        shallow: bool,
    },
    /// There is no records branch here, neither local nor fetched.
    #[error(
        "the branch {RECORDS_BRANCH} is not in this clone, so no release is stored (nearest version tag: {})",
        shown(nearest)
    )]
    NoRecords {
        /// The nearest version tag.
        nearest: String,
        /// The remote to fetch the branch from.
        remote: Option<String>,
    },
    /// Version tags are there, but no bundle is stored for any of them.
    #[error("none of the {} version tags at or before {start} has a stored bundle (nearest: {})", tags.len(), nearest(tags))]
    NothingStored {
        /// The reachable version tags, nearest first; never empty.
        tags: Vec<String>,
        /// Where the search started.
        start: String,
        /// A remote whose records branch was never fetched.
        unfetched: Option<String>,
    },
}

fn cut_off(shallow: bool) -> &'static str {
    if shallow { "; this is a shallow clone, so its history is cut off" } else { "" }
}

fn nearest(tags: &[String]) -> String {
    tags.first().map(|tag| shown(tag)).unwrap_or_default()
}

impl BaselineAbsent {
    /// Whether the search was made at all. In a clone that lacks the history, the tags or the branch to search, there may
    /// well be a release: that nothing was found then means nothing.
    #[must_use]
    pub fn was_looked_for(&self) -> bool {
        match self {
            Self::UnbornBranch | Self::NoRecords { .. } | Self::NothingStored { .. } => true,
            Self::TargetMissing { .. } | Self::NoMergeBase { .. } => false,
            Self::NoTags { shallow, .. } | Self::NoneReachable { shallow, .. } => !shallow,
        }
    }

    /// The next step.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::UnbornBranch => "make a commit, tag it and store a release: `modelgate release v0.1.0`".to_owned(),
            Self::TargetMissing { branch, remote: Some(remote) } => {
                let branch = shell_word(branch.strip_prefix("refs/heads/").unwrap_or(branch));
                format!("git fetch {remote} {branch}:refs/remotes/{remote}/{branch}")
            }
            Self::TargetMissing { remote: None, .. } => "see which branches there are with `git branch --all`".to_owned(),
            Self::NoMergeBase { shallow: true, .. }
            | Self::NoTags { shallow: true, .. }
            | Self::NoneReachable { shallow: true, .. } => "git fetch --unshallow --tags".to_owned(),
            Self::NoMergeBase { .. } => "name the release to compare with: `baseline: {release: v1.0}`".to_owned(),
            Self::NoTags { has_remote: true, .. } => {
                "git fetch --tags; if nothing was released yet: git tag v0.1.0 && modelgate release v0.1.0".to_owned()
            }
            Self::NoTags { .. } => "git tag v0.1.0 && modelgate release v0.1.0".to_owned(),
            Self::NoneReachable { .. } => {
                "bring the target branch up to date with `git fetch --tags`, or name the release to compare with".to_owned()
            }
            Self::NoRecords { nearest, remote } => fetch_or_release(nearest, remote.as_deref()),
            Self::NothingStored { tags, unfetched, .. } => {
                fetch_or_release(tags.first().map_or("<tag>", String::as_str), unfetched.as_deref())
            }
        }
    }
}

fn fetch_or_release(tag: &str, remote: Option<&str>) -> String {
    let release = format!("git checkout {tag} && modelgate release {tag}");
    match remote {
        Some(remote) => format!("{}; if nothing was released yet: {release}", fetch_command(remote)),
        None => release,
    }
}
