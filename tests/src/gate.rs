//! Runs the program as a person or a job would, in a folder of its own and with nothing of this machine's environment.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A folder to run the program in.
pub struct Gate {
    program: PathBuf,
    folder: TempDir,
}

/// What a run did.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code; -1 where a signal ended it.
    pub code: i32,
    /// Standard output, with the folder's path as `[DIR]`.
    pub stdout: String,
    /// Standard error, likewise.
    pub stderr: String,
}

impl Gate {
    /// An empty folder; `program` is `env!("CARGO_BIN_EXE_modelgate-tested")`.
    #[must_use]
    pub fn new(program: &str) -> Self {
        Self { program: program.into(), folder: tempfile::tempdir().unwrap() }
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, and the folders above it.
    #[must_use]
    pub fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.write(name, content);
        self
    }

    /// Writes a file, and the folders above it.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// A file's text.
    #[must_use]
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Whether there is such a file or folder.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.path().join(name).exists()
    }

    /// Every file below the folder, sorted, without git's.
    #[must_use]
    pub fn files(&self) -> Vec<String> {
        fn walk(folder: &Path, root: &Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() && path.file_name().is_some_and(|name| name != ".git") {
                    walk(&path, root, found);
                } else if path.is_file() {
                    found.push(path.strip_prefix(root).unwrap().display().to_string());
                }
            }
        }
        let mut found = Vec::new();
        walk(self.path(), self.path(), &mut found);
        found.sort();
        found
    }

    /// A command of the program, in the folder, with a clean environment and a fixed clock (2026-06-01).
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments);
        self.prepare(&mut command);
        command
    }

    fn prepare(&self, command: &mut Command) {
        command.current_dir(self.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.path()).env("SOURCE_DATE_EPOCH", "1780272000").env("COLUMNS", "100");
        command
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_DATE", "1779840000 +0000")
            .env("GIT_COMMITTER_DATE", "1779840000 +0000");
    }

    /// Runs the program.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.finish(&mut self.command(arguments))
    }

    /// Runs a prepared command to its end.
    #[must_use]
    pub fn finish(&self, command: &mut Command) -> Outcome {
        let output = command.output().expect("the program starts");
        let folder = self.path().display().to_string();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&folder, "[DIR]");
        Outcome { code: output.status.code().unwrap_or(-1), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }

    /// Runs git in the folder, which must succeed, and gives its output.
    #[expect(clippy::must_use_candidate, reason = "most calls are for their effect")]
    pub fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args([
            "-c",
            "user.name=Test",
            "-c",
            "user.email=test@example.com",
            "-c",
            "init.defaultBranch=main",
            "-c",
            "commit.gpgsign=false",
        ]);
        command.args(arguments);
        self.prepare(&mut command);
        let outcome = self.finish(&mut command);
        assert_eq!(outcome.code, 0, "git {arguments:?}: {}", outcome.stderr);
        outcome.stdout
    }
}

impl Outcome {
    /// Checks the exit code and gives both streams when it is another one.
    #[must_use]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }

    /// Checks that a text is on standard error.
    #[must_use]
    pub fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "{text:?} is not in\n{}", self.stderr);
        self
    }

    /// Checks that a text is on standard output.
    #[must_use]
    pub fn prints(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "{text:?} is not in\n{}", self.stdout);
        self
    }
}
