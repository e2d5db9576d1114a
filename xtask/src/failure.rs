//! Why a chore stopped, and what to type next.

use std::io;
use std::path::PathBuf;

/// Why a chore stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A program could not be started.
    #[error("cannot start `{command}`: {source}. Is it installed and on PATH?")]
    Start { command: String, source: io::Error },
    /// A program ended with a failure; what it printed stands above.
    #[error("`{command}` failed: {status}")]
    Ended { command: String, status: String },
    /// A file or folder could not be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    File { action: &'static str, path: PathBuf, source: io::Error },
    /// `cargo metadata` gave nothing to read.
    #[error("cannot read the workspace: {0}")]
    Metadata(#[from] cargo_metadata::Error),
    /// The structure of the house is broken; each place is printed above.
    #[error("violations found by tidy: {0}, listed above; see them again with `cargo xtask tidy`")]
    Untidy(usize),
    /// A tool that a chore needs is missing.
    #[error("{program} is not installed: {cure}")]
    Missing { program: &'static str, cure: &'static str },
    /// Generated files that are not what the binary says today.
    #[error("stale generated files: {}. Write them with `cargo xtask codegen` and commit them", files.join(", "))]
    Stale { files: Vec<String> },
    /// A program printed something else than what it must.
    #[error("`{command}` printed {what}")]
    Output { command: String, what: &'static str },
    /// A step of `cargo xtask test` failed.
    #[error("test stopped at \"{step}\": {source}")]
    Step { step: &'static str, source: Box<Failure> },
    /// Something asked for is not there.
    #[error("{what} is not there: {cure}")]
    Absent { what: String, cure: &'static str },
    /// Planted mistakes that no test saw, or that could not be planted; the table stands above.
    #[error("not caught: {}", names.join(", "))]
    Escaped { names: Vec<&'static str> },
    /// Measured shares that are not what they must be; the page says which.
    #[error("missed what is aimed at; see the table in {page}")]
    Missed { page: &'static str },
    /// What was built is not what may be handed out.
    #[error("{} {what}", path.display())]
    Unfit { path: PathBuf, what: &'static str },
    /// Measured numbers over their limits; the table stands above.
    #[error("over the limit: {}", names.join(", "))]
    OverLimit { names: Vec<String> },
}
