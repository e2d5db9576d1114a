//! Opening a repository, with one distinct error for each way in which that fails, and what its head is.

use std::path::Path;

use crate::git::error::{ForgeError, one_line};

/// A git repository on disk, with or without a work tree.
pub struct Repository {
    pub(crate) git: git2::Repository,
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Repository").field(&self.git.path()).finish()
    }
}

/// Where `HEAD` points.
pub(crate) struct Head {
    pub(crate) commit: git2::Oid,
    /// The branch's name; none where `HEAD` is detached.
    pub(crate) branch: Option<String>,
}

impl Repository {
    /// Opens the repository that `path` lies in. A bare repository is fine, and so is one without a commit.
    pub fn open(path: &Path) -> Result<Self, ForgeError> {
        match git2::Repository::discover(path) {
            Ok(git) => Ok(Self { git }),
            Err(error) => Err(open_error(path, &error)),
        }
    }

    /// The commit that is checked out, in hexadecimal; none on a branch without a commit.
    pub fn head_commit(&self) -> Result<Option<String>, ForgeError> {
        Ok(self.head()?.map(|head| head.commit.to_string()))
    }

    pub(crate) fn head(&self) -> Result<Option<Head>, ForgeError> {
        let head = match self.git.head() {
            Ok(head) => head,
            Err(error) if matches!(error.code(), git2::ErrorCode::UnbornBranch | git2::ErrorCode::NotFound) => return Ok(None),
            Err(error) => return Err(ForgeError::git("reading HEAD")(error)),
        };
        let commit = head.peel_to_commit().map_err(ForgeError::git("reading the commit of HEAD"))?.id();
        let branch = head.is_branch().then(|| head.shorthand().ok().map(str::to_owned)).flatten();
        Ok(Some(Head { commit, branch }))
    }

    /// Whether history was cut off by `git clone --depth` or the like.
    pub(crate) fn is_shallow(&self) -> bool {
        // libgit2 looks into the folder of a linked work tree only, but the list lies in the common one.
        let common = self.git.commondir().join("shallow");
        self.git.is_shallow() || std::fs::metadata(common).is_ok_and(|file| file.len() > 0)
    }

    /// The names of the remotes, `origin` first, the others by name.
    pub(crate) fn remotes(&self) -> Result<Vec<String>, ForgeError> {
        let names = self.git.remotes().map_err(ForgeError::git("listing the remotes"))?;
        let mut names: Vec<String> = names.iter().flatten().flatten().map(str::to_owned).collect();
        names.sort_by_key(|name| (name != "origin", name.clone()));
        Ok(names)
    }

    /// The remote that a clone came from: `origin`, or the only one there is. What other remotes bring is never taken for
    /// this project's.
    pub(crate) fn home_remote(&self) -> Result<Option<String>, ForgeError> {
        let names = self.remotes()?;
        let only = names.len() == 1;
        Ok(names.into_iter().next().filter(|name| only || name == "origin"))
    }

    /// The commit of a tag, in hexadecimal; none where there is no such tag.
    pub fn tag_commit(&self, tag: &str) -> Result<Option<String>, ForgeError> {
        Ok(self.commit_at(&format!("refs/tags/{tag}"))?.map(|commit| commit.to_string()))
    }

    /// Whether tracked files differ from the commit that is checked out.
    pub fn has_changes(&self) -> Result<bool, ForgeError> {
        let mut options = git2::StatusOptions::new();
        options.include_untracked(false).include_ignored(false);
        let statuses = self.git.statuses(Some(&mut options)).map_err(ForgeError::git("comparing the work tree"))?;
        Ok(!statuses.is_empty())
    }

    /// The bytes of a file in a commit; none where the commit does not have it. The path is one of this machine, below the
    /// work tree.
    pub fn file_at(&self, commit: &str, path: &Path) -> Result<Option<Vec<u8>>, ForgeError> {
        let Some(inside) = self.inside(path) else { return Ok(None) };
        let Ok(id) = git2::Oid::from_str(commit) else { return Ok(None) };
        let Ok(commit) = self.git.find_commit(id) else { return Ok(None) };
        let tree = commit.tree().map_err(ForgeError::git("reading a commit"))?;
        let entry = match tree.get_path(&inside) {
            Ok(entry) => entry,
            Err(error) if error.code() == git2::ErrorCode::NotFound => return Ok(None),
            Err(error) => return Err(ForgeError::git("looking for a file in a commit")(error)),
        };
        let blob = self.git.find_blob(entry.id()).map_err(ForgeError::git("reading a file of a commit"))?;
        Ok(Some(blob.content().to_vec()))
    }

    /// The newest commit up to `HEAD`, along first parents, in which a file is as it is at `HEAD`, with the second of its
    /// creation; none where `HEAD` does not have the file, or history is cut off before it changed.
    pub fn last_change(&self, path: &Path) -> Result<Option<(String, i64)>, ForgeError> {
        let (Some(inside), Some(head)) = (self.inside(path), self.head()?) else { return Ok(None) };
        let entry =
            |commit: &git2::Commit<'_>| commit.tree().and_then(|tree| tree.get_path(&inside)).ok().map(|entry| entry.id());
        let mut commit = self.git.find_commit(head.commit).map_err(ForgeError::git("reading HEAD"))?;
        let Some(now) = entry(&commit) else { return Ok(None) };
        while let Ok(parent) = commit.parent(0) {
            if entry(&parent) != Some(now) {
                return Ok(Some((commit.id().to_string(), commit.time().seconds())));
            }
            commit = parent;
        }
        // Where history was cut off, nobody knows whether the file is older.
        Ok((!self.is_shallow()).then(|| (commit.id().to_string(), commit.time().seconds())))
    }

    /// A path of this machine as the trees of this repository name it.
    pub(crate) fn inside(&self, path: &Path) -> Option<std::path::PathBuf> {
        let top = std::fs::canonicalize(self.git.workdir()?).ok()?;
        std::fs::canonicalize(path).ok()?.strip_prefix(top).ok().map(Path::to_owned)
    }

    /// The commit that a reference points at; none where there is no such reference.
    pub(crate) fn commit_at(&self, reference: &str) -> Result<Option<git2::Oid>, ForgeError> {
        if !git2::Reference::is_valid_name(reference) {
            return Ok(None);
        }
        match self.git.find_reference(reference).and_then(|reference| reference.peel_to_commit()) {
            Ok(commit) => Ok(Some(commit.id())),
            Err(error) if is_no_reference(&error) => Ok(None),
            Err(error) => Err(ForgeError::git("reading a branch")(error)),
        }
    }
}

/// No reference of that name. A missing *object* behind a reference is another matter.
fn is_no_reference(error: &git2::Error) -> bool {
    error.class() == git2::ErrorClass::Reference && error.code() == git2::ErrorCode::NotFound
}

fn open_error(path: &Path, error: &git2::Error) -> ForgeError {
    let shown = path.display().to_string();
    let reason = one_line(error.message());
    match error.code() {
        git2::ErrorCode::Owner => ForgeError::NotOwned { directory: top_folder(path) },
        _ if reason.starts_with("unsupported") || reason.starts_with("unknown object format") => {
            ForgeError::Unsupported { path: shown, reason }
        }
        git2::ErrorCode::NotFound if error.class() == git2::ErrorClass::Repository || !path.exists() => {
            ForgeError::NotARepository { path: shown }
        }
        _ => ForgeError::Corrupted { doing: format!("opening {shown:?}"), reason },
    }
}

/// The folder that `safe.directory` has to name: the top of the work tree, or the bare repository.
fn top_folder(path: &Path) -> String {
    let full = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let is_top = |folder: &&Path| folder.join(".git").exists() || folder.join("HEAD").is_file();
    let top = full.ancestors().find(is_top).unwrap_or(&full);
    let top = if top.ends_with(".git") { top.parent().unwrap_or(top) } else { top };
    top.display().to_string()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::git::testing::Sandbox;

    #[test]
    fn a_folder_below_the_top_finds_its_repository() {
        let sandbox = Sandbox::new();
        let head = sandbox.commit("one");
        let below = sandbox.path().join("a/b");
        std::fs::create_dir_all(&below).unwrap();
        assert_eq!(Repository::open(&below).unwrap().head_commit().unwrap(), Some(head));
    }

    #[test]
    fn a_folder_without_a_repository_is_told_as_such() {
        let folder = tempfile::tempdir().unwrap();
        let error = Repository::open(folder.path()).unwrap_err();
        assert!(matches!(error, ForgeError::NotARepository { .. }), "{error}");
        let error = Repository::open(&folder.path().join("missing")).unwrap_err();
        assert!(matches!(error, ForgeError::NotARepository { .. }), "{error}");
    }

    #[test]
    fn a_repository_without_a_commit_opens_and_has_no_head() {
        assert_eq!(Sandbox::new().open().head_commit().unwrap(), None);
    }

    #[test]
    fn a_file_is_read_from_a_commit_whatever_the_work_tree_holds() {
        let sandbox = Sandbox::new();
        let path = sandbox.path().join("limits.yml");
        std::fs::write(&path, "one").unwrap();
        sandbox.git(&["add", "limits.yml"]);
        let first = sandbox.commit("one");
        let second = sandbox.commit("two");
        std::fs::write(&path, "changed").unwrap();
        let repository = sandbox.open();
        for commit in [&first, &second] {
            assert_eq!(repository.file_at(commit, &path).unwrap().as_deref(), Some(&b"one"[..]));
        }
        assert_eq!(repository.last_change(&path).unwrap().map(|(commit, _)| commit), Some(first));
        assert_eq!(repository.file_at(&second, &sandbox.path().join("other.yml")).unwrap(), None);
        assert_eq!(repository.file_at("no commit", &path).unwrap(), None);
    }

    #[test]
    fn a_bare_repository_opens() {
        let sandbox = Sandbox::new();
        let head = sandbox.commit("one");
        let bare = sandbox.bare_clone();
        assert_eq!(Repository::open(bare.path()).unwrap().head_commit().unwrap(), Some(head));
    }

    #[test]
    fn damage_is_told_apart_from_absence() {
        let sandbox = Sandbox::new();
        sandbox.commit("one");
        std::fs::write(sandbox.path().join(".git/config"), "[core\n").unwrap();
        let error = Repository::open(sandbox.path()).unwrap_err();
        assert!(matches!(error, ForgeError::Corrupted { .. }), "{error}");

        let sandbox = Sandbox::new();
        sandbox.commit("one");
        std::fs::remove_dir_all(sandbox.path().join(".git/objects")).unwrap();
        std::fs::create_dir(sandbox.path().join(".git/objects")).unwrap();
        let error = sandbox.open().head_commit().unwrap_err();
        assert!(matches!(error, ForgeError::Corrupted { .. }), "{error}");
    }

    #[test]
    fn a_repository_of_another_kind_is_told_as_such() {
        let sandbox = Sandbox::new();
        sandbox.git(&["config", "core.repositoryformatversion", "1"]);
        sandbox.git(&["config", "extensions.futureThing", "true"]);
        let error = Repository::open(sandbox.path()).unwrap_err();
        assert!(matches!(error, ForgeError::Unsupported { .. }), "{error}");
    }

    #[test]
    fn trouble_with_the_owner_names_the_folder_to_list_as_safe() {
        let sandbox = Sandbox::new();
        let below = sandbox.path().join("a");
        std::fs::create_dir(&below).unwrap();
        let refused = git2::Error::new(git2::ErrorCode::Owner, git2::ErrorClass::Config, "not owned by current user");
        let top = std::fs::canonicalize(sandbox.path()).unwrap();
        for path in [below, sandbox.path().join(".git"), sandbox.path().to_owned()] {
            let help = open_error(&path, &refused).help().unwrap();
            assert_eq!(help, format!("git config --global --add safe.directory {}", top.display()));
        }
    }
}
