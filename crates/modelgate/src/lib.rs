//! The command line: runs the rooms in order, prints, and says by its exit code what follows.

mod approvals;
mod attributes;
mod baseline;
mod browser;
mod candidate;
mod cards;
mod chosen;
mod cli;
mod columns;
mod context;
mod controls;
mod data_checks;
mod decision;
mod demo;
mod disclosure;
mod evidence;
mod exit;
mod facts;
mod failure;
mod handed_over;
mod inputs;
mod log;
mod output;
mod pipeline;
mod private;
mod production;
mod row_look;
mod statement;
mod terminal;
mod together;
mod trail;
mod worked;
mod zip;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};

use crate::cli::{Cli, Command};
use crate::context::{Console, Context};
pub use crate::exit::ExitStatus;
use crate::failure::Failure;

/// Runs the process: arguments, environment and clock in, an exit code out.
#[must_use]
pub fn main() -> ExitCode {
    stop_cleanly_when_interrupted();
    let cli = match context::without_empty_variables(Cli::command())
        .try_get_matches()
        .and_then(|found| Cli::from_arg_matches(&found))
    {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            let status = if error.use_stderr() { ExitStatus::NoDecision } else { ExitStatus::Passed };
            return ExitCode::from(status.code());
        }
    };
    let (mut stdout, mut stderr) = (std::io::stdout(), std::io::stderr());
    let mut console = Console::new(&mut stdout, &mut stderr);
    let status = run(&cli.command, &Context::of_process(), &mut console);
    ExitCode::from(status.code())
}

/// Runs one command. What cannot be decided is never a pass.
fn run(command: &Command, context: &Context, console: &mut Console<'_>) -> ExitStatus {
    match dispatch(command, context, console) {
        Ok(status) => status,
        Err(failure) => {
            console.error(&failure.render());
            let status = ExitStatus::NoDecision;
            console.error(&format!("no decision: {} (exit {})", failure.summary(), status.code()));
            status
        }
    }
}

fn dispatch(command: &Command, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    if let Some((quiet, timings)) = verbosity(command) {
        console.set(quiet, timings);
    }
    match command {
        Command::Demo(arguments) => cli::demo::run(arguments, context, console),
        Command::Check(arguments) => cli::check::check(arguments, context, console),
        Command::Judge(arguments) => cli::check::judge(arguments, context, console),
        Command::Report(arguments) => cli::check::report(arguments, context, console),
        Command::Train(arguments) => cli::train::run(arguments, console),
        Command::Evaluate(arguments) => cli::evaluate::evaluate(arguments, context, console),
        Command::Diff(arguments) => cli::evaluate::diff(arguments, context, console),
        Command::Publish(arguments) => cli::publish::run(arguments, context, console),
        Command::Release(arguments) => cli::release::run(arguments, context, console),
        Command::Contract(arguments) => cli::contract::run(arguments, context, console),
        Command::Drift(arguments) => cli::drift::run(arguments, context, console),
        Command::Cards(arguments) => cli::cards::run(arguments, context, console),
        Command::Documents(command) => cli::documents::run(command, context, console),
        Command::Waive(arguments) => cli::waive::run(arguments, context, console),
        Command::Rebless(arguments) => cli::rebless::run(arguments, context, console),
        Command::Audit(command) => cli::audit::run(command, context, console),
        Command::List(arguments) => cli::catalogue::list(arguments, context, console),
        Command::Explain(arguments) => cli::catalogue::explain(arguments, console),
        Command::Packs(command) => cli::packs::run(command, context, console),
        Command::Config(command) => cli::config::run(command, context, console),
    }
}

/// Whether to be quiet, and whether to print timings.
fn verbosity(command: &Command) -> Option<(bool, bool)> {
    let input = match command {
        Command::Demo(arguments) => return Some((false, arguments.timings)),
        Command::Publish(arguments) => return Some((arguments.quiet, false)),
        Command::Check(arguments) => &arguments.input,
        Command::Judge(arguments) => &arguments.input,
        Command::Report(arguments) => &arguments.input,
        Command::Train(arguments) => &arguments.input,
        Command::Evaluate(arguments) => &arguments.input,
        Command::Diff(arguments) => &arguments.input,
        Command::Release(arguments) => &arguments.input,
        Command::Contract(arguments) => &arguments.input,
        Command::Drift(arguments) => &arguments.input,
        Command::Cards(arguments) => &arguments.input,
        Command::Documents(cli::DocumentsCommand::Lint(arguments)) => &arguments.input,
        Command::Documents(cli::DocumentsCommand::Pages(arguments)) => &arguments.input,
        Command::Waive(arguments) => &arguments.input,
        Command::Rebless(arguments) => &arguments.input,
        Command::Config(cli::ConfigCommand::Check(arguments)) => arguments,
        Command::Audit(_) | Command::List(_) | Command::Explain(_) | Command::Packs(_) | Command::Config(_) => {
            return None;
        }
    };
    Some((input.quiet, input.timings))
}

/// On Ctrl-C, waits until no file is being put in place and ends the process. Temporary files exist only while files
/// are being put in place, so none is left.
fn stop_cleanly_when_interrupted() {
    // Without a handler the system's own applies, which is to end at once: nothing to report.
    let _ = ctrlc::set_handler(|| {
        output::uninterrupted(|| {
            #[expect(clippy::exit, reason = "the one place where a process may end outside main")]
            std::process::exit(i32::from(ExitStatus::Interrupted.code()));
        });
    });
}
