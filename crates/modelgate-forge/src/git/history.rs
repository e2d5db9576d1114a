//! How far tags lie behind a commit: the distance that `git describe` uses.

use std::collections::BTreeMap;

use git2::{Oid, Sort};

use crate::git::error::ForgeError;
use crate::git::repository::Repository;

/// Every commit that is reachable from a start, with its parents among them.
pub(crate) struct History {
    places: BTreeMap<Oid, usize>,
    parents: Vec<Vec<usize>>,
}

impl History {
    /// Reads the history behind `start`. In a shallow clone it ends where the clone was cut off.
    pub(crate) fn behind(repository: &Repository, start: Oid) -> Result<Self, ForgeError> {
        let wrong = ForgeError::git("walking the history");
        let mut walk = repository.git.revwalk().map_err(&wrong)?;
        walk.set_sorting(Sort::NONE).and_then(|()| walk.push(start)).map_err(&wrong)?;
        let commits = walk.collect::<Result<Vec<Oid>, _>>().map_err(&wrong)?;
        let places: BTreeMap<Oid, usize> = commits.iter().enumerate().map(|(place, id)| (*id, place)).collect();
        let mut parents = Vec::with_capacity(commits.len());
        for id in &commits {
            let commit = repository.git.find_commit(*id).map_err(&wrong)?;
            parents.push(commit.parent_ids().filter_map(|parent| places.get(&parent).copied()).collect());
        }
        Ok(Self { places, parents })
    }

    /// How many commits of this history are not in the history of `commit`; none where it is not part of it.
    ///
    /// Unlike the shortest path this is not fooled by a merge: an old maintenance release that was merged in
    /// yesterday is farther away than the release that the main line passed last week.
    pub(crate) fn distance(&self, commit: Oid) -> Option<usize> {
        let mut is_seen = vec![false; self.parents.len()];
        let mut open = vec![*self.places.get(&commit)?];
        let mut count = 0;
        while let Some(place) = open.pop() {
            let Some(seen) = is_seen.get_mut(place).filter(|seen| !**seen) else { continue };
            *seen = true;
            count += 1;
            open.extend(self.parents.get(place).into_iter().flatten());
        }
        Some(self.parents.len() - count)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::git::testing::Sandbox;

    #[test]
    fn distances_agree_with_git_describe() {
        let sandbox = Sandbox::new();
        let mut commits = vec![sandbox.commit("a"), sandbox.commit("b")];
        sandbox.git(&["switch", "--quiet", "-c", "side", "HEAD~1"]);
        commits.extend([sandbox.commit("c"), sandbox.commit("d")]);
        sandbox.git(&["switch", "--quiet", "main"]);
        commits.push(sandbox.commit("e"));
        sandbox.git(&["merge", "--quiet", "--no-edit", "side"]);
        let head = sandbox.git(&["rev-parse", "HEAD"]);
        let history = History::behind(&sandbox.open(), head.parse().unwrap()).unwrap();
        for commit in &commits {
            let expected: usize = sandbox.git(&["rev-list", "--count", "HEAD", &format!("^{commit}")]).parse().unwrap();
            assert_eq!(history.distance(commit.parse().unwrap()), Some(expected));
        }
        sandbox.git(&["switch", "--quiet", "-c", "ahead"]);
        assert_eq!(history.distance(sandbox.commit("f").parse().unwrap()), None);
    }
}
