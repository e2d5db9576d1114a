//! Who made the commits of a change.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use git2::{Commit, Oid, Sort};

use crate::git::error::ForgeError;
use crate::git::repository::Repository;

/// Commits of which it is looked at what they change. Of more, all authors count.
const MOST_LOOKED_AT: usize = 500;

impl Repository {
    /// Names and addresses of who made the commits behind `HEAD` that are not behind `since`; of all of them where `since` is none.
    /// Who changed nothing but the files of `except` is not among them, and neither is who only merged. `None` where there is no
    /// commit, or history is cut off before `since`.
    pub fn authors(&self, since: Option<&str>, except: &[&Path]) -> Result<Option<Vec<String>>, ForgeError> {
        let wrong = ForgeError::git("walking the history");
        let Some(head) = self.head()? else { return Ok(None) };
        let mut walk = self.git.revwalk().map_err(&wrong)?;
        walk.set_sorting(Sort::NONE).and_then(|()| walk.push(head.commit)).map_err(&wrong)?;
        match since.map(Oid::from_str) {
            Some(Ok(since)) if self.git.find_commit(since).is_ok() => walk.hide(since).map_err(&wrong)?,
            Some(_) => return Ok(None),
            None if self.is_shallow() => return Ok(None),
            None => {}
        }
        let except: Vec<PathBuf> = except.iter().filter_map(|path| self.inside(path)).collect();
        let mut found = BTreeSet::new();
        for (count, id) in walk.enumerate() {
            let commit = self.git.find_commit(id.map_err(&wrong)?).map_err(&wrong)?;
            let is_merge = commit.parent_count() > 1;
            if is_merge || (count < MOST_LOOKED_AT && self.changes_only(&commit, &except).map_err(&wrong)?) {
                continue;
            }
            let author = commit.author();
            let parts = [author.name_bytes(), author.email_bytes()];
            found
                .extend(parts.map(|part| String::from_utf8_lossy(part).into_owned()).into_iter().filter(|part| !part.is_empty()));
        }
        Ok(Some(found.into_iter().collect()))
    }

    /// Whether a commit changes files, and none but these.
    fn changes_only(&self, commit: &Commit<'_>, files: &[PathBuf]) -> Result<bool, git2::Error> {
        let before = commit.parent(0).ok().map(|parent| parent.tree()).transpose()?;
        let diff = self.git.diff_tree_to_tree(before.as_ref(), Some(&commit.tree()?), None)?;
        let mut paths = diff.deltas().flat_map(|delta| [delta.old_file().path(), delta.new_file().path()]).peekable();
        Ok(paths.peek().is_some() && paths.all(|path| path.is_some_and(|path| files.iter().any(|file| file == path))))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use crate::git::testing::Sandbox;

    #[test]
    fn who_changed_nothing_but_the_given_files_is_no_author() {
        let sandbox = Sandbox::new();
        let first = sandbox.commit("a");
        let by = |name: &str, file: &str| {
            std::fs::write(sandbox.path().join(file), name).unwrap();
            sandbox.git(&["add", "."]);
            let author = format!("{name} <{name}@example.com>");
            sandbox.git(&["commit", "--quiet", "--author", &author, "-m", name]);
        };
        by("maker", "model.csv");
        by("signer", "facts.yml");
        let facts = sandbox.path().join("facts.yml");
        let authors = |since: Option<&str>| sandbox.open().authors(since, &[&facts]).unwrap();
        assert_eq!(authors(Some(&first)).unwrap(), ["maker", "maker@example.com"]);
        let all = authors(None).unwrap();
        assert!(all.len() == 4 && all.contains(&"maker".to_owned()) && !all.contains(&"signer".to_owned()), "{all:?}");
        assert_eq!(authors(Some(&"0".repeat(40))), None, "the commit is not there");
    }
}
