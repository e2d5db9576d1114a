//! `documents`: what is done with the documents that a run wrote.

pub(crate) mod lint;
pub(crate) mod pages;

use crate::cli::DocumentsCommand;
use crate::context::{Console, Context};
use crate::exit::ExitStatus;
use crate::failure::Failure;

/// Runs one of the commands.
pub(crate) fn run(command: &DocumentsCommand, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    match command {
        DocumentsCommand::Lint(arguments) => lint::run(arguments, console),
        DocumentsCommand::Pages(arguments) => pages::run(arguments, context, console),
    }
}
