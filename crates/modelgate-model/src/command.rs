//! Runs somebody else's program, which scores rows and writes them to a file.
//!
//! The program inherits the environment and gets no input. It has a time limit, after which it is killed; programs that
//! it started itself are not, because that needs code that Rust calls unsafe. The file must have been written by this
//! very run: what an earlier run left there is an error and not a result. Nothing is deleted.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, SystemTime};

use modelgate_data::Digest;

use crate::OutputTail;
use crate::output::Tail;
use crate::shown::{at, shown};

/// How long to wait between two looks at the program.
const POLL: Duration = Duration::from_millis(10);

/// How long to wait, once the program has ended, for the end of its output: a program that it left behind may hold it.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Bytes of the output file that are digested at a time.
const CHUNK: u64 = 1 << 16;

/// What to run, and which file it must write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandSettings {
    /// The program: a name that is looked up in `PATH`, or a path; a relative one with a separator starts in `directory`.
    pub program: String,
    /// Its arguments. No shell reads them.
    pub arguments: Vec<String>,
    /// Where it runs.
    pub directory: PathBuf,
    /// The file that it must write; a relative path starts in `directory`.
    pub writes: PathBuf,
    /// When it is killed.
    pub time_limit: Duration,
}

/// A run that succeeded and wrote its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandRun {
    /// The file that it wrote.
    pub output: PathBuf,
    /// The end of its standard output.
    pub stdout: OutputTail,
    /// The end of its standard error.
    pub stderr: OutputTail,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this code.
    Code(i32),
    /// Through this signal (Unix).
    Signal(i32),
    /// The system does not tell.
    Unknown,
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "ended with exit code {code}"),
            Self::Signal(signal) => write!(f, "was ended by signal {signal}"),
            Self::Unknown => f.write_str("failed"),
        }
    }
}

/// Why there is no fresh output file. Messages hold the end of what the program printed, every line behind a bar.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The folder to run in does not exist.
    #[error("the folder {} to run {} in does not exist or cannot be opened: {reason}", at(.directory), shown(.program))]
    NoDirectory {
        /// The program.
        program: String,
        /// The folder.
        directory: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// There is no such program.
    #[error("the program {} was not found", shown(.program))]
    NotFound {
        /// The program.
        program: String,
    },
    /// The program may not be run.
    #[error("the program {} may not be run: permission denied", shown(.program))]
    NotExecutable {
        /// The program.
        program: String,
    },
    /// The program could not be started or watched for another reason.
    #[error("the program {} could not be run: {reason}", shown(.program))]
    NotRun {
        /// The program.
        program: String,
        /// What the system says.
        reason: String,
    },
    /// It ran and reported failure.
    #[error("the command {} {exit}{}", shown(.program), said(.stdout, .stderr))]
    Failed {
        /// The program.
        program: String,
        /// How it ended.
        exit: Exit,
        /// The end of its standard output.
        stdout: OutputTail,
        /// The end of its standard error.
        stderr: OutputTail,
    },
    /// It was killed at the time limit.
    #[error("the command {} was still running after {} s and was killed{}", shown(.program), .time_limit.as_secs_f64(), said(.stdout, .stderr))]
    TimedOut {
        /// The program.
        program: String,
        /// The limit.
        time_limit: Duration,
        /// The end of its standard output.
        stdout: OutputTail,
        /// The end of its standard error.
        stderr: OutputTail,
    },
    /// It succeeded, and the file is not there.
    #[error("the command {} succeeded but did not write {}{}", shown(.program), at(.output), said(.stdout, .stderr))]
    NoOutput {
        /// The program.
        program: String,
        /// The file.
        output: PathBuf,
        /// The end of its standard output.
        stdout: OutputTail,
        /// The end of its standard error.
        stderr: OutputTail,
    },
    /// It succeeded, and the file is the one that was there before.
    #[error("the command {} did not write {}; what is there is from an earlier run{}", shown(.program), at(.output), said(.stdout, .stderr))]
    StaleOutput {
        /// The program.
        program: String,
        /// The file.
        output: PathBuf,
        /// The end of its standard output.
        stdout: OutputTail,
        /// The end of its standard error.
        stderr: OutputTail,
    },
    /// What should be the file is something else, such as a folder, or cannot be read.
    #[error("{} cannot be read as the command's output: {reason}", at(.output))]
    UnreadableOutput {
        /// The path.
        output: PathBuf,
        /// What is in the way.
        reason: String,
    },
}

/// Standard error, or standard output where that is empty, below the message.
fn said(stdout: &OutputTail, stderr: &OutputTail) -> String {
    match (stdout.is_empty(), stderr.is_empty()) {
        (_, false) => format!("; the end of its standard error:\n{stderr}"),
        (false, true) => format!("; the end of its standard output:\n{stdout}"),
        (true, true) => "; it printed nothing".to_owned(),
    }
}

impl CommandError {
    /// What to do next.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::NoDirectory { .. } => "the command runs in the folder of modelgate.yml: check that it exists".to_owned(),
            Self::NotFound { program } => format!(
                "install {0}, or give its path in model.command.run; no shell is used, so that aliases and built-ins are \
                 unknown (for those: [sh, -c, ...])",
                shown(program)
            ),
            Self::NotExecutable { program } => {
                format!("chmod +x {program:?}, or run it through its interpreter: [python, {program:?}]")
            }
            Self::NotRun { .. } => "run the same command by hand in that folder".to_owned(),
            Self::Failed { .. } => "run the same command by hand in that folder, and correct what it reports".to_owned(),
            Self::TimedOut { .. } => {
                "raise model.command.time_limit_seconds, or find out what the command waits for (it gets no input)".to_owned()
            }
            Self::NoOutput { .. } => {
                "make model.command.writes name the file that the command writes; relative paths start in the folder of \
                 modelgate.yml"
                    .to_owned()
            }
            Self::StaleOutput { .. } => {
                "make the command write the file in every run; to be sure, delete the old file first".to_owned()
            }
            Self::UnreadableOutput { .. } => "make model.command.writes name a file that can be read".to_owned(),
        }
    }
}

/// What tells one state of a file from the next.
#[derive(Debug, PartialEq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    content: Digest,
}

/// Runs the program, and gives the file that it wrote.
pub fn run_command(settings: &CommandSettings) -> Result<CommandRun, CommandError> {
    let directory = fs::canonicalize(&settings.directory).and_then(|directory| fs::read_dir(&directory).map(|_| directory));
    let directory = directory.map_err(|error| CommandError::NoDirectory {
        program: settings.program.clone(),
        directory: settings.directory.clone(),
        reason: error.to_string(),
    })?;
    let output = settings.directory.join(&settings.writes);
    let before = stamp(&output)?;
    let (ended, stdout, stderr) = run(settings, &directory)?;
    let program = settings.program.clone();
    match ended {
        Ended::Killed => {
            return Err(CommandError::TimedOut { program, time_limit: settings.time_limit, stdout, stderr });
        }
        Ended::Alone(status) if !status.success() => {
            return Err(CommandError::Failed { program, exit: exit_of(status), stdout, stderr });
        }
        Ended::Alone(_) => {}
    }
    match stamp(&output)? {
        None => Err(CommandError::NoOutput { program, output, stdout, stderr }),
        after if after == before => Err(CommandError::StaleOutput { program, output, stdout, stderr }),
        Some(_) => Ok(CommandRun { output, stdout, stderr }),
    }
}

/// How the wait for a program ended.
enum Ended {
    Alone(ExitStatus),
    Killed,
}

fn run(settings: &CommandSettings, directory: &Path) -> Result<(Ended, OutputTail, OutputTail), CommandError> {
    let mut child = start(settings, directory)?;
    let (stdout, stderr) = (Tail::default(), Tail::default());
    let (end, ended) = mpsc::channel();
    read_apart(&stdout, child.stdout.take(), &end);
    read_apart(&stderr, child.stderr.take(), &end);
    drop(end);
    let outcome = wait(&mut child, settings.time_limit)
        .map_err(|error| CommandError::NotRun { program: settings.program.clone(), reason: error.to_string() })?;
    wait_for_readers(&ended);
    Ok((outcome, stdout.take(), stderr.take()))
}

fn start(settings: &CommandSettings, directory: &Path) -> Result<Child, CommandError> {
    let program = settings.program.clone();
    // Whether a relative program starts in the old or the new folder depends on the system, unless it is told.
    let has_folder = Path::new(&program).components().count() > 1;
    let path = if has_folder { directory.join(&program) } else { PathBuf::from(&program) };
    Command::new(path)
        .args(&settings.arguments)
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => CommandError::NotFound { program },
            ErrorKind::PermissionDenied => CommandError::NotExecutable { program },
            _ => CommandError::NotRun { program, reason: error.to_string() },
        })
}

fn read_apart(tail: &Tail, stream: Option<impl Read + Send + 'static>, end: &Sender<()>) {
    if let Some(stream) = stream {
        let (tail, end) = (tail.clone(), end.clone());
        thread::spawn(move || tail.read_all(stream, end));
    }
}

/// Waits until both readers have dropped their ends, but not for ever.
fn wait_for_readers(ended: &Receiver<()>) {
    // Nothing is ever sent: this returns when the last sender is gone, or at the limit.
    let _either = ended.recv_timeout(LAST_WORDS);
}

/// Waits for the program, and kills it at the limit. The limit is kept by a thread that sleeps, and not by reading a
/// clock, which is none of this room's business.
fn wait(child: &mut Child, time_limit: Duration) -> io::Result<Ended> {
    let (_running, ended) = mpsc::channel::<()>();
    let timer = thread::spawn(move || ended.recv_timeout(time_limit) == Err(RecvTimeoutError::Timeout));
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Ended::Alone(status));
        }
        if timer.is_finished() {
            return end(child);
        }
        thread::sleep(POLL);
    }
}

fn end(child: &mut Child) -> io::Result<Ended> {
    child.kill()?;
    child.wait()?;
    Ok(Ended::Killed)
}

fn exit_of(status: ExitStatus) -> Exit {
    status.code().map(Exit::Code).or_else(|| signal_of(status).map(Exit::Signal)).unwrap_or(Exit::Unknown)
}

#[cfg(unix)]
fn signal_of(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal_of(_: ExitStatus) -> Option<i32> {
    None
}

/// The state of a file; `None` where there is none.
fn stamp(output: &Path) -> Result<Option<Stamp>, CommandError> {
    let unreadable = |reason: String| CommandError::UnreadableOutput { output: output.to_owned(), reason };
    let metadata = match fs::metadata(output) {
        Ok(metadata) if metadata.is_file() => metadata,
        Ok(_) => return Err(unreadable("it is not a regular file".to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error.to_string())),
    };
    let content = digest_of(output).map_err(|error| unreadable(error.to_string()))?;
    Ok(Some(Stamp { modified: metadata.modified().ok(), length: metadata.len(), content }))
}

/// A digest of a file of any size, in little memory: each chunk is digested with the digest of those before it.
fn digest_of(path: &Path) -> io::Result<Digest> {
    let mut file = File::open(path)?;
    let mut digest = Digest::of(&[]);
    let mut chunk = Vec::new();
    loop {
        chunk.clear();
        if (&mut file).take(CHUNK).read_to_end(&mut chunk)? == 0 {
            return Ok(digest);
        }
        digest = Digest::of_parts([digest.to_string().as_bytes(), chunk.as_slice()]);
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn shell(directory: &Path, script: &str) -> CommandSettings {
        CommandSettings {
            program: "sh".to_owned(),
            arguments: vec!["-c".to_owned(), script.to_owned()],
            directory: directory.to_owned(),
            writes: PathBuf::from("out.csv"),
            time_limit: Duration::from_secs(30),
        }
    }

    #[test]
    fn a_command_that_writes_its_file_succeeds() {
        let folder = tempfile::tempdir().unwrap();
        let run = run_command(&shell(folder.path(), "echo scoring; echo slow >&2; echo y > out.csv")).unwrap();
        assert_eq!(run.output, folder.path().join("out.csv"));
        assert_eq!((run.stdout.lines, run.stderr.lines), (vec!["scoring".to_owned()], vec!["slow".to_owned()]));
    }

    #[test]
    fn a_failing_command_reports_its_code_and_last_words() {
        let folder = tempfile::tempdir().unwrap();
        let error =
            run_command(&shell(folder.path(), "echo y > out.csv; echo 'no module named pandas' >&2; exit 3")).unwrap_err();
        assert!(matches!(error, CommandError::Failed { exit: Exit::Code(3), .. }));
        let message = error.to_string();
        assert!(message.contains("exit code 3") && message.contains("    | no module named pandas"), "{message}");
    }

    #[test]
    fn a_command_that_a_signal_ends_names_the_signal() {
        let folder = tempfile::tempdir().unwrap();
        let error = run_command(&shell(folder.path(), "kill -TERM $$")).unwrap_err();
        assert!(matches!(error, CommandError::Failed { exit: Exit::Signal(15), .. }), "{error}");
        assert!(error.to_string().ends_with("it printed nothing"));
    }

    #[test]
    fn a_hanging_command_is_killed_at_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let limit = Duration::from_millis(200);
        let settings = CommandSettings {
            time_limit: limit,
            program: "sleep".to_owned(),
            arguments: vec!["60".to_owned()],
            ..shell(folder.path(), "")
        };
        let error = run_command(&settings).unwrap_err();
        assert!(matches!(error, CommandError::TimedOut { time_limit, .. } if time_limit == limit), "{error}");
    }

    #[test]
    fn a_program_left_behind_does_not_hold_the_gate_up() {
        let folder = tempfile::tempdir().unwrap();
        let script = "sleep 20 & echo $! > pid; echo done; echo y > out.csv";
        let run = run_command(&shell(folder.path(), script)).unwrap();
        let left_behind = fs::read_to_string(folder.path().join("pid")).unwrap();
        let running = Command::new("kill").arg(left_behind.trim()).status().unwrap();
        assert!(running.success(), "the program left behind had to outlive the command for this test to mean anything");
        assert_eq!(run.stdout.lines, ["done"]);
    }

    #[test]
    fn a_command_without_its_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let error = run_command(&shell(folder.path(), "echo y > other.csv; echo wrote other.csv")).unwrap_err();
        assert!(matches!(error, CommandError::NoOutput { .. }), "{error}");
        assert!(error.to_string().contains("    | wrote other.csv"));
    }

    #[test]
    fn last_weeks_file_is_no_result_and_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        run_command(&shell(folder.path(), "echo y > out.csv")).unwrap();
        let error = run_command(&shell(folder.path(), "true")).unwrap_err();
        assert!(matches!(error, CommandError::StaleOutput { .. }), "{error}");
        assert_eq!(fs::read_to_string(folder.path().join("out.csv")).unwrap(), "y\n");
    }

    #[test]
    fn the_same_rows_written_again_are_a_result() {
        let folder = tempfile::tempdir().unwrap();
        run_command(&shell(folder.path(), "echo y > out.csv; touch -t 202001010000 out.csv")).unwrap();
        run_command(&shell(folder.path(), "echo y > out.csv")).unwrap();
    }

    #[test]
    fn other_rows_under_the_old_time_and_length_are_a_result() {
        let folder = tempfile::tempdir().unwrap();
        run_command(&shell(folder.path(), "echo y > out.csv; touch -t 202001010000 out.csv")).unwrap();
        run_command(&shell(folder.path(), "echo n > out.csv; touch -t 202001010000 out.csv")).unwrap();
    }

    #[test]
    fn a_flood_of_errors_neither_blocks_nor_fills_memory() {
        let folder = tempfile::tempdir().unwrap();
        let script = "i=0; while [ $i -lt 20000 ]; do echo \"warning $i is a long line that fills the pipe\" >&2; i=$((i+1)); done; exit 1";
        let error = run_command(&shell(folder.path(), script)).unwrap_err();
        let CommandError::Failed { stderr, .. } = error else { unreachable!("{error}") };
        assert!(stderr.cut && stderr.to_string().len() < 8192);
        assert!(stderr.lines.last().unwrap().starts_with("warning 19999 "));
    }

    #[test]
    fn an_unknown_program_and_an_unknown_folder_have_their_own_messages() {
        let folder = tempfile::tempdir().unwrap();
        let unknown = CommandSettings { program: "no-such-program-here".to_owned(), ..shell(folder.path(), "") };
        assert!(matches!(run_command(&unknown), Err(CommandError::NotFound { .. })));
        let nowhere = shell(&folder.path().join("nowhere"), "true");
        assert!(matches!(run_command(&nowhere), Err(CommandError::NoDirectory { .. })));
    }

    #[test]
    fn a_relative_program_starts_in_the_folder_and_must_be_executable() {
        let folder = tempfile::tempdir().unwrap();
        let script = "mkdir bin; printf '#!/bin/sh\\necho y > out.csv\\n' > bin/score; touch out.csv";
        run_command(&shell(folder.path(), script)).unwrap();
        let settings = CommandSettings { program: "bin/score".to_owned(), ..shell(folder.path(), "") };
        assert!(matches!(run_command(&settings), Err(CommandError::NotExecutable { .. })));
        let allow =
            CommandSettings { writes: PathBuf::from("allowed"), ..shell(folder.path(), "chmod +x bin/score; touch allowed") };
        run_command(&allow).unwrap();
        run_command(&settings).unwrap();
    }

    #[test]
    fn a_folder_where_the_file_should_be_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let error = run_command(&shell(folder.path(), "mkdir out.csv")).unwrap_err();
        assert!(matches!(error, CommandError::UnreadableOutput { .. }), "{error}");
    }

    #[test]
    fn every_error_says_what_to_do_next() {
        let folder = tempfile::tempdir().unwrap();
        for script in ["exit 1", "true", "mkdir out.csv"] {
            assert!(!run_command(&shell(folder.path(), script)).unwrap_err().help().is_empty());
        }
    }
}
