//! `config`: check the configuration, or print what may be written in it.

use crate::cli::{ConfigCommand, InputArgs};
use crate::context::Console;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::pipeline;

/// Runs one of the commands.
pub(crate) fn run(command: &ConfigCommand, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    match command {
        ConfigCommand::Check(arguments) => check(arguments, console)?,
        ConfigCommand::Schema => console.result(modelgate_config::schema().trim_end()),
        ConfigCommand::Reference => console.result(modelgate_config::reference().trim_end()),
    }
    Ok(ExitStatus::Passed)
}

fn check(arguments: &InputArgs, console: &mut Console<'_>) -> Result<(), Failure> {
    let config = pipeline::load(&arguments.config, console)?;
    console.finish_step();
    console.result(&format!(
        "ok: {}, {} slice columns, {} metrics, {} gates, {} waivers",
        config.file_name,
        config.axes.len(),
        config.evaluation.metrics.len(),
        config.policy.gates.len(),
        config.policy.waivers.len()
    ));
    Ok(())
}
