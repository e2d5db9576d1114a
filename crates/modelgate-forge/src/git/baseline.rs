//! Finds the release that a change is compared with: the one that was asked for, else the nearest stored one before it.

use std::cmp::Reverse;

use git2::{ErrorCode, ObjectType, Oid};
use modelgate_cube::Digest;
use semver::Version;

use crate::git::absent::BaselineAbsent;
use crate::git::error::ForgeError;
use crate::git::history::History;
use crate::git::names::{check_file, check_release, suggestion, version};
use crate::git::records::{RELEASES, Tip};
use crate::git::repository::Repository;
use crate::git::target::Start;

/// Which baseline is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaselineRequest {
    /// The tag of a stored release; none looks for the nearest one.
    pub release: Option<String>,
    /// The branch that the change goes into, as the CI system names it; none takes the remote's main branch.
    pub target_branch: Option<String>,
    /// The name of the file to read from the release's folder.
    pub bundle_file: String,
    /// The name of the file that stands in for it where it is not stored.
    pub stand_in: Option<String>,
}

impl BaselineRequest {
    /// The files to read, the first one that is stored.
    fn files(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.bundle_file.as_str()).chain(self.stand_in.as_deref())
    }
}

/// A stored release to compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaselineFound {
    /// The release's tag.
    pub release: String,
    /// The commit that the tag names, in hexadecimal; none where an explicitly named release has no tag in this clone.
    pub commit: Option<String>,
    /// The commit of the records branch that it was read from, in hexadecimal.
    pub records_commit: String,
    /// The file's path on the records branch.
    pub path: String,
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// The SHA-256 digest of `bytes`.
    pub digest: Digest,
    /// When the release was tagged, in seconds since 1970: an annotated tag's own time, else its commit's.
    pub tagged_at: Option<i64>,
    /// How it was chosen, for people.
    pub how: String,
    /// Nearer version tags that were passed over because nothing is stored for them, nearest first.
    pub skipped: Vec<String>,
}

/// A baseline, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaselineLookup {
    /// Compare with this.
    Found(BaselineFound),
    /// Nothing to compare with.
    Absent(BaselineAbsent),
}

/// A file of a release: the branch that has it, its name, its bytes.
type Stored<'tips, 'repo, 'file> = (&'tips Tip<'repo>, &'file str, Vec<u8>);

/// A tag that names a version.
struct VersionTag {
    name: String,
    version: Version,
    /// The tag object or, for a lightweight tag, the commit.
    object: Oid,
    commit: Oid,
}

impl Repository {
    /// Finds the baseline.
    ///
    /// A release that is named explicitly has to be stored; otherwise it is an error. Without one the search starts at
    /// the merge base of `HEAD` and the target branch and takes the nearest version tag there or before it that has a
    /// stored bundle. Near is what `git describe` calls near; of equally near tags the higher version wins, by the
    /// rules of semver, where a pre-release is lower than its release.
    ///
    /// A tag on `HEAD` itself takes part, as in a pipeline for a tag. Where its bundle is stored already it is the
    /// baseline of the very model that it describes: the caller refuses a baseline that equals the candidate.
    pub fn resolve_baseline(&self, request: &BaselineRequest) -> Result<BaselineLookup, ForgeError> {
        for file in request.files() {
            check_file(file)?;
        }
        match &request.release {
            Some(release) => self.named_release(release, request).map(BaselineLookup::Found),
            None => self.nearest_release(request),
        }
    }

    /// The bytes of one file of a stored release; none where it has no such file or is not stored.
    pub fn read_release_file(&self, release: &str, file: &str) -> Result<Option<Vec<u8>>, ForgeError> {
        check_release(release)?;
        check_file(file)?;
        let tips = self.record_tips()?;
        for tip in &tips {
            if let Some(bytes) = self.release_file(tip, release, file)? {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    fn named_release(&self, release: &str, request: &BaselineRequest) -> Result<BaselineFound, ForgeError> {
        check_release(release)?;
        let tips = self.record_tips()?;
        let Some((tip, file, bytes)) = self.stored(&tips, release, request)? else {
            return Err(self.release_missing(&tips, release, &request.bundle_file)?);
        };
        let tag = self.version_or_other_tag(release)?;
        let how = format!("release {release}, named explicitly");
        self.found(release, tag, tip, file, bytes, how, Vec::new())
    }

    fn release_missing(&self, tips: &[Tip<'_>], release: &str, file: &str) -> Result<ForgeError, ForgeError> {
        for tip in tips {
            if self.release_folder(tip, release)?.is_some() {
                return Ok(ForgeError::FileMissing { release: release.to_owned(), file: file.to_owned() });
            }
        }
        let stored = self.list_releases()?;
        let suggestion = suggestion(release, &stored);
        let fetch_from = self.unfetched_remote()?;
        Ok(ForgeError::ReleaseMissing { release: release.to_owned(), stored, suggestion, fetch_from })
    }

    fn nearest_release(&self, request: &BaselineRequest) -> Result<BaselineLookup, ForgeError> {
        let absent = |why| Ok(BaselineLookup::Absent(why));
        let Some(head) = self.head()? else { return absent(BaselineAbsent::UnbornBranch) };
        let start = match self.start(&head, request.target_branch.as_deref())? {
            Ok(start) => start,
            Err(why) => return absent(why),
        };
        let tags = self.version_tags()?;
        if tags.is_empty() {
            let has_remote = !self.remotes()?.is_empty();
            return absent(BaselineAbsent::NoTags { shallow: self.is_shallow(), has_remote });
        }
        let count = tags.len();
        let tags = nearest_first(tags, &History::behind(self, start.commit)?);
        let Some(nearest) = tags.first() else {
            return absent(BaselineAbsent::NoneReachable { tags: count, start: start.how, shallow: self.is_shallow() });
        };
        let tips = self.record_tips()?;
        if tips.is_empty() {
            let remote = self.remotes()?.into_iter().next();
            return absent(BaselineAbsent::NoRecords { nearest: nearest.name.clone(), remote });
        }
        self.nearest_stored(&tags, &tips, &start, request)
    }

    fn nearest_stored(
        &self,
        tags: &[VersionTag],
        tips: &[Tip<'_>],
        start: &Start,
        request: &BaselineRequest,
    ) -> Result<BaselineLookup, ForgeError> {
        let mut skipped = Vec::new();
        for tag in tags {
            let Some((tip, file, bytes)) = self.stored(tips, &tag.name, request)? else {
                skipped.push(tag.name.clone());
                continue;
            };
            let how = format!("nearest semver tag at or before {}", start.how);
            let found = self.found(&tag.name, Some((tag.object, tag.commit)), tip, file, bytes, how, skipped)?;
            return Ok(BaselineLookup::Found(found));
        }
        let unfetched = self.unfetched_remote()?;
        Ok(BaselineLookup::Absent(BaselineAbsent::NothingStored { tags: skipped, start: start.how.clone(), unfetched }))
    }

    #[expect(clippy::too_many_arguments, reason = "the one place where the parts of a finding come together")]
    fn found(
        &self,
        release: &str,
        tag: Option<(Oid, Oid)>,
        tip: &Tip<'_>,
        file: &str,
        bytes: Vec<u8>,
        how: String,
        skipped: Vec<String>,
    ) -> Result<BaselineFound, ForgeError> {
        Ok(BaselineFound {
            release: release.to_owned(),
            commit: tag.map(|(_, commit)| commit.to_string()),
            records_commit: tip.commit.to_string(),
            path: format!("{RELEASES}/{release}/{file}"),
            digest: Digest::of(&bytes),
            bytes,
            tagged_at: tag.map(|(object, commit)| self.tagged_at(object, commit)).transpose()?,
            how,
            skipped,
        })
    }

    /// The release's file from the first records branch that has it, or else its stand-in: the local branch goes before
    /// fetched ones.
    fn stored<'tips, 'repo, 'file>(
        &self,
        tips: &'tips [Tip<'repo>],
        release: &str,
        request: &'file BaselineRequest,
    ) -> Result<Option<Stored<'tips, 'repo, 'file>>, ForgeError> {
        for file in request.files() {
            for tip in tips {
                if let Some(bytes) = self.release_file(tip, release, file)? {
                    return Ok(Some((tip, file, bytes)));
                }
            }
        }
        Ok(None)
    }

    /// The first remote, where its records branch is not here.
    fn unfetched_remote(&self) -> Result<Option<String>, ForgeError> {
        let Some(remote) = self.remotes()?.into_iter().next() else { return Ok(None) };
        let fetched = self.commit_at(&crate::git::records::fetched_records(&remote))?;
        Ok(fetched.is_none().then_some(remote))
    }

    fn version_tags(&self) -> Result<Vec<VersionTag>, ForgeError> {
        let mut named = Vec::new();
        let collect = |object: Oid, name: &[u8]| {
            let tag = std::str::from_utf8(name).ok().and_then(|name| name.strip_prefix("refs/tags/"));
            named.extend(tag.and_then(|tag| Some((tag.to_owned(), version(tag)?, object))));
            true
        };
        self.git.tag_foreach(collect).map_err(ForgeError::git("listing the tags"))?;
        let mut tags = Vec::new();
        for (name, version, object) in named {
            if let Some(commit) = self.tagged_commit(object)? {
                tags.push(VersionTag { name, version, object, commit });
            }
        }
        Ok(tags)
    }

    /// The tag object and commit of any tag of that name.
    fn version_or_other_tag(&self, name: &str) -> Result<Option<(Oid, Oid)>, ForgeError> {
        let Some(object) = self.git.find_reference(&format!("refs/tags/{name}")).ok().and_then(|tag| tag.target()) else {
            return Ok(None);
        };
        Ok(self.tagged_commit(object)?.map(|commit| (object, commit)))
    }

    /// The commit that a tag leads to; none for a tag of a file or a folder.
    fn tagged_commit(&self, object: Oid) -> Result<Option<Oid>, ForgeError> {
        let peeled = self.git.find_object(object, None).and_then(|object| object.peel(ObjectType::Commit));
        match peeled {
            Ok(commit) => Ok(Some(commit.id())),
            Err(error) if matches!(error.code(), ErrorCode::Peel | ErrorCode::InvalidSpec) => Ok(None),
            Err(error) => Err(ForgeError::git("reading a tag")(error)),
        }
    }

    fn tagged_at(&self, object: Oid, commit: Oid) -> Result<i64, ForgeError> {
        let own = self.git.find_tag(object).ok().and_then(|tag| tag.tagger().map(|tagger| tagger.when().seconds()));
        match own {
            Some(seconds) => Ok(seconds),
            None => self.git.find_commit(commit).map(|commit| commit.time().seconds()).map_err(ForgeError::git("reading a tag")),
        }
    }
}

/// The tags that are part of the history, nearest first, of equally near ones the higher version first.
fn nearest_first(tags: Vec<VersionTag>, history: &History) -> Vec<VersionTag> {
    let reachable = tags.into_iter().filter_map(|tag| Some((history.distance(tag.commit)?, tag)));
    let mut reachable: Vec<(usize, VersionTag)> = reachable.collect();
    reachable.sort_by_cached_key(|(distance, tag)| (*distance, Reverse((tag.version.clone(), tag.name.clone()))));
    reachable.into_iter().map(|(_, tag)| tag).collect()
}

#[cfg(test)]
mod tests;
