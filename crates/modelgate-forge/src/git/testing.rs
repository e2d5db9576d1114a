//! Real repositories in temporary folders, for the tests of this room.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::cell::Cell;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::git::{BaselineRequest, Repository, StoredRelease};

/// The name of the file that tests store as a bundle.
pub(crate) const BUNDLE: &str = "bundle.json";

/// A repository that goes away with the value.
pub(crate) struct Sandbox {
    folder: TempDir,
    /// Seconds since 1970 of the last commit: commits lie an hour apart.
    clock: Cell<i64>,
}

impl Sandbox {
    /// An empty repository on the branch `main`.
    pub(crate) fn new() -> Self {
        let sandbox = Self { folder: tempfile::tempdir().unwrap(), clock: Cell::new(1_700_000_000) };
        sandbox.git(&["init", "--quiet", "--initial-branch=main", "."]);
        sandbox.identify();
        sandbox
    }

    fn identify(&self) {
        self.git(&["config", "user.name", "Ada Tester"]);
        self.git(&["config", "user.email", "ada@example.com"]);
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn open(&self) -> Repository {
        Repository::open(self.path()).unwrap()
    }

    /// Runs git and gives back what it printed.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let date = format!("{} +0000", self.clock.get());
        let output = Command::new("git")
            .args(arguments)
            .current_dir(self.path())
            .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1"), ("LC_ALL", "C")])
            .envs([("GIT_AUTHOR_DATE", &date), ("GIT_COMMITTER_DATE", &date)])
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// Commits a file of that name and gives back the commit.
    pub(crate) fn commit(&self, name: &str) -> String {
        self.clock.set(self.clock.get() + 3600);
        std::fs::write(self.path().join(name), name).unwrap();
        self.git(&["add", name]);
        self.git(&["commit", "--quiet", "-m", name]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Commits, tags the commit and stores a bundle whose bytes are the tag's name.
    pub(crate) fn release(&self, tag: &str) -> String {
        let commit = self.commit(tag);
        self.git(&["tag", tag]);
        self.store(tag);
        commit
    }

    pub(crate) fn store(&self, tag: &str) -> StoredRelease {
        let files = [(BUNDLE.to_owned(), tag.as_bytes().to_vec())];
        self.open().store_release(tag, &files, &format!("Release {tag}"), self.clock.get()).unwrap()
    }

    /// A bare clone with every branch and tag.
    pub(crate) fn bare_clone(&self) -> Self {
        self.cloned(&["--bare"])
    }

    /// A clone with further arguments. It goes over `file://`, so that `--depth` counts.
    pub(crate) fn cloned(&self, arguments: &[&str]) -> Self {
        let clone = Self { folder: tempfile::tempdir().unwrap(), clock: Cell::new(self.clock.get()) };
        let url = format!("file://{}", self.path().display());
        let command: Vec<&str> = [&["clone", "--quiet"], arguments, &[url.as_str(), "."]].concat();
        clone.git(&command);
        clone.identify();
        clone
    }
}

/// The question that most tests ask.
pub(crate) fn automatic() -> BaselineRequest {
    BaselineRequest { release: None, target_branch: None, bundle_file: BUNDLE.to_owned(), stand_in: None }
}

/// Somebody who appends without a key.
pub(crate) fn writer() -> crate::git::TrailWriter<'static> {
    crate::git::TrailWriter { origin: "example.com/x".to_owned(), key: None, appended_at: "2026-06-01T00:00:00Z".to_owned() }
}
