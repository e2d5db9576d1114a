//! The edge of the process: environment, clock and streams, read here and handed down.

use std::io::Write;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use modelgate_forge::Visibility;
use modelgate_policy::Date;

use crate::failure::Failure;

/// The command line without the variables that are set to nothing, as CI systems set those that do not apply.
pub(crate) fn without_empty_variables(command: clap::Command) -> clap::Command {
    let is_empty = |name: &std::ffi::OsStr| std::env::var_os(name).is_some_and(|value| value.is_empty());
    let command = command.mut_args(|argument| match argument.get_env() {
        Some(name) if is_empty(name) => argument.env(clap::builder::Resettable::Reset),
        _ => argument,
    });
    command.mut_subcommands(without_empty_variables)
}

/// The variable that names the file with the keys to read encrypted releases with. Never an argument: those are listed by
/// the system for everybody.
pub(crate) const IDENTITY_FILE: &str = "MODELGATE_IDENTITY_FILE";

/// What the outside world tells a run.
pub(crate) struct Context {
    /// Looks an environment variable up.
    pub(crate) environment: fn(&str) -> Option<String>,
    /// The folder that the process was started in.
    pub(crate) directory: PathBuf,
    /// Now: the clock, or `SOURCE_DATE_EPOCH` (seconds since 1970) for repeatable output.
    pub(crate) now: Timestamp,
    /// The clock's time, whatever `now` is.
    clock: Timestamp,
}

impl Context {
    /// Reads the environment and the clock, once.
    pub(crate) fn of_process() -> Self {
        let environment: fn(&str) -> Option<String> = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let clock = Timestamp::now();
        let fixed =
            environment("SOURCE_DATE_EPOCH").and_then(|text| text.parse().ok()).and_then(|s| Timestamp::from_second(s).ok());
        Self {
            environment,
            directory: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            now: fixed.unwrap_or(clock),
            clock,
        }
    }

    /// Who can read the project that this run belongs to.
    pub(crate) fn visibility(&self) -> Visibility {
        Visibility::of(self.environment, |event| std::fs::read(event).ok())
    }

    /// The text of the file that holds the keys to read encrypted releases with; `None` where none is named.
    pub(crate) fn identity(&self) -> Option<Result<String, Failure>> {
        let path = PathBuf::from((self.environment)(IDENTITY_FILE)?);
        Some(std::fs::read_to_string(&path).map_err(|error| {
            let message = format!("the identity file that {IDENTITY_FILE} names cannot be read: {error}");
            Failure::with_help(message, "check the path and its permissions, or unset the variable")
        }))
    }

    /// Now, RFC 3339, to the second, in UTC.
    pub(crate) fn generated(&self) -> String {
        let whole = Timestamp::from_second(self.now.as_second()).unwrap_or(self.now);
        whole.to_string()
    }

    /// When something is recorded, RFC 3339, to the second, in UTC. A fixed time may move it on but never back: no environment variable
    /// dates an entry of the trail into the past.
    pub(crate) fn recorded_at(&self) -> String {
        let latest = self.now.max(self.clock);
        Timestamp::from_second(latest.as_second()).unwrap_or(latest).to_string()
    }

    /// Today, in UTC, for what expires. A fixed time may move it on but never back: an environment variable must not bring
    /// an expired waiver to life.
    pub(crate) fn today(&self) -> Date {
        let date = self.now.max(self.clock).to_zoned(TimeZone::UTC).date();
        let part = |value: i8| u8::try_from(value).unwrap_or(1);
        // The clock's day is a day; the fallback cannot be reached, and makes every waiver expired.
        Date::new(date.year(), part(date.month()), part(date.day())).unwrap_or(Date::LAST)
    }

    /// Whole days from a second since 1970 until now.
    pub(crate) fn days_since(&self, second: i64) -> i64 {
        (self.now.as_second() - second).div_euclid(86_400)
    }
}

/// Where a run writes: results to standard output, everything else to standard error.
pub(crate) struct Console<'a> {
    stdout: &'a mut dyn Write,
    stderr: &'a mut dyn Write,
    quiet: bool,
    timings: bool,
    step_started: Option<(&'static str, Timestamp)>,
}

impl<'a> Console<'a> {
    /// Both streams.
    pub(crate) fn new(stdout: &'a mut dyn Write, stderr: &'a mut dyn Write) -> Self {
        Self { stdout, stderr, quiet: false, timings: false, step_started: None }
    }

    /// How much is told.
    pub(crate) fn set(&mut self, quiet: bool, timings: bool) {
        self.quiet = quiet;
        self.timings = timings;
    }

    /// Prints a line of the result. A closed pipe is nobody's fault: the reader has seen enough.
    pub(crate) fn result(&mut self, line: &str) {
        let _ = writeln!(self.stdout, "{line}");
    }

    /// Prints a line to standard error whatever the settings: errors.
    pub(crate) fn error(&mut self, line: &str) {
        let _ = writeln!(self.stderr, "{line}");
    }

    /// Says what is being done now: a verb, right-aligned as cargo does, and its object.
    pub(crate) fn step(&mut self, verb: &'static str, object: &str) {
        self.finish_step();
        if !self.quiet {
            let _ = writeln!(self.stderr, "{verb:>12} {object}");
        }
        if self.timings {
            self.step_started = Some((verb, Timestamp::now()));
        }
    }

    /// Says something that must be known whatever is told besides.
    pub(crate) fn note(&mut self, verb: &str, object: &str) {
        let _ = writeln!(self.stderr, "{verb:>12} {object}");
    }

    /// Ends the last step, for timings.
    pub(crate) fn finish_step(&mut self) {
        if let Some((verb, started)) = self.step_started.take() {
            let seconds = Timestamp::now().duration_since(started).as_secs_f64();
            let _ = writeln!(self.stderr, "timing {} {seconds:.4}", verb.to_lowercase());
        }
    }
}
