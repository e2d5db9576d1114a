//! Starts other programs, and says which one failed and how.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use cargo_metadata::MetadataCommand;

use crate::failure::Failure;

/// The cargo that runs this chore, in the workspace's folder.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).stdin(Stdio::null());
    command
}

/// Runs a program whose output the developer sees.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|source| Failure::Start { command: described(command), source })?;
    succeeded(command, status)
}

/// Runs a program and returns what it printed; its standard error is the developer's.
pub(crate) fn output(command: &mut Command) -> Result<String, Failure> {
    let output =
        command.stderr(Stdio::inherit()).output().map_err(|source| Failure::Start { command: described(command), source })?;
    succeeded(command, output.status)?;
    text(command, output.stdout)
}

/// Runs a program and returns what it printed to standard error.
pub(crate) fn error_output(command: &mut Command) -> Result<(ExitStatus, String), Failure> {
    let output = command.output().map_err(|source| Failure::Start { command: described(command), source })?;
    Ok((output.status, text(command, output.stderr)?))
}

/// Whether a program starts and ends well, for a question like `--version`.
pub(crate) fn answers(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Where cargo puts what it builds, and chores what they make.
pub(crate) fn target_directory(root: &Path) -> Result<PathBuf, Failure> {
    let metadata = MetadataCommand::new().manifest_path(root.join("Cargo.toml")).no_deps().exec()?;
    Ok(metadata.target_directory.into_std_path_buf())
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<(), Failure> {
    if status.success() {
        return Ok(());
    }
    Err(Failure::Ended { command: described(command), status: status.to_string() })
}

fn text(command: &Command, bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|_| Failure::Output { command: described(command), what: "bytes that are not UTF-8 text" })
}

/// The command as a developer would type it: the program by its file name.
pub(crate) fn described(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_program_that_fails_is_named_with_its_arguments_and_status() {
        let mut command = Command::new("/bin/sh");
        let failure = run(command.args(["-c", "exit 3"])).unwrap_err();
        assert_eq!(failure.to_string(), "`sh -c exit 3` failed: exit status: 3");
    }

    #[test]
    fn a_program_that_is_missing_is_named() {
        let failure = output(&mut Command::new("no-such-program-at-all")).unwrap_err();
        assert!(failure.to_string().starts_with("cannot start `no-such-program-at-all`: "), "{failure}");
        assert!(!answers(&mut Command::new("no-such-program-at-all")));
    }

    #[test]
    fn the_target_directory_is_cargo_s_own() {
        let folder = target_directory(&crate::root()).unwrap();
        assert!(std::env::current_exe().unwrap().starts_with(&folder), "{}", folder.display());
    }

    #[test]
    fn output_is_what_was_printed() {
        assert_eq!(output(Command::new("/bin/sh").args(["-c", "echo one"])).unwrap(), "one\n");
        let (status, error) = error_output(Command::new("/bin/sh").args(["-c", "echo two >&2; exit 1"])).unwrap();
        assert_eq!((status.code(), error.as_str()), (Some(1), "two\n"));
    }
}
