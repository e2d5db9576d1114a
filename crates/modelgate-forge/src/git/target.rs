//! Which commit the search for a baseline starts at: where the change left the branch that it is meant for.

use git2::Oid;

use crate::git::absent::BaselineAbsent;
use crate::git::error::ForgeError;
use crate::git::repository::{Head, Repository};

/// Where to look for releases, and how that was found.
pub(crate) struct Start {
    pub(crate) commit: Oid,
    /// Continues "nearest semver tag at or before", such as `the merge base 1a2b3c4 with origin/main`.
    pub(crate) how: String,
}

/// A branch that exists here.
struct Target {
    /// As people name it: `origin/main` or `main`.
    shown: String,
    /// Its name on the remote and in a clone: `main`.
    branch: String,
    commit: Oid,
}

impl Repository {
    /// The merge base of `HEAD` and the target branch; `HEAD` itself where it is on that branch, or where there is no
    /// branch that could be the target.
    pub(crate) fn start(&self, head: &Head, wanted: Option<&str>) -> Result<Result<Start, BaselineAbsent>, ForgeError> {
        let target = match wanted {
            Some(wanted) => match self.named_target(wanted)? {
                Some(target) => Some(target),
                None => return Ok(Err(self.target_missing(wanted)?)),
            },
            None => self.usual_target()?,
        };
        let at_head = |why: String| Start { commit: head.commit, how: format!("HEAD {} ({why})", short(head.commit)) };
        let Some(target) = target else { return Ok(Ok(at_head("no target branch was found".to_owned()))) };
        if head.branch.as_deref() == Some(target.branch.as_str()) {
            return Ok(Ok(at_head(format!("it is on {}", target.branch))));
        }
        match self.git.merge_base(head.commit, target.commit) {
            Ok(commit) => Ok(Ok(Start { commit, how: format!("the merge base {} with {}", short(commit), target.shown) })),
            Err(error) if error.code() == git2::ErrorCode::NotFound => {
                Ok(Err(BaselineAbsent::NoMergeBase { target: target.shown, shallow: self.is_shallow() }))
            }
            Err(error) => Err(ForgeError::git("looking for the merge base")(error)),
        }
    }

    /// A branch by its name: as a remote has it (it is the fresher one in CI), else the local one.
    fn named_target(&self, wanted: &str) -> Result<Option<Target>, ForgeError> {
        let branch = wanted.strip_prefix("refs/heads/").unwrap_or(wanted);
        for remote in self.remotes()? {
            let own = branch.strip_prefix(&format!("{remote}/")).unwrap_or(branch);
            for name in [branch, own] {
                if let Some(target) = self.target(&format!("{remote}/{name}"), name, &format!("refs/remotes/{remote}/{name}"))? {
                    return Ok(Some(target));
                }
            }
        }
        self.target(branch, branch, &format!("refs/heads/{branch}"))
    }

    /// The branch that changes go into by convention: what the remote calls its head, else main or master.
    fn usual_target(&self) -> Result<Option<Target>, ForgeError> {
        let head = self.git.find_reference("refs/remotes/origin/HEAD").ok();
        let pointed = head.as_ref().and_then(|head| head.symbolic_target().ok().flatten());
        let pointed = pointed.and_then(|name| name.strip_prefix("refs/remotes/origin/"));
        for branch in pointed.into_iter().chain(["main", "master"]) {
            if let Some(target) = self.target(&format!("origin/{branch}"), branch, &format!("refs/remotes/origin/{branch}"))? {
                return Ok(Some(target));
            }
        }
        for branch in ["main", "master"] {
            if let Some(target) = self.target(branch, branch, &format!("refs/heads/{branch}"))? {
                return Ok(Some(target));
            }
        }
        Ok(None)
    }

    fn target(&self, shown: &str, branch: &str, reference: &str) -> Result<Option<Target>, ForgeError> {
        let commit = self.commit_at(reference)?;
        Ok(commit.map(|commit| Target { shown: shown.to_owned(), branch: branch.to_owned(), commit }))
    }

    fn target_missing(&self, wanted: &str) -> Result<BaselineAbsent, ForgeError> {
        let remote = self.remotes()?.into_iter().next();
        Ok(BaselineAbsent::TargetMissing { branch: wanted.to_owned(), remote })
    }
}

/// The first seven digits, as git shows commits.
pub(crate) fn short(commit: Oid) -> String {
    commit.to_string().chars().take(7).collect()
}
