//! `config`: check the configuration, or print what may be written in it.

use crate::cli::{ConfigCommand, Described, InputArgs};
use crate::context::{Console, Context};
use crate::controls;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::pipeline;

/// Runs one of the commands.
pub(crate) fn run(command: &ConfigCommand, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    match command {
        ConfigCommand::Check(arguments) => check(arguments, context, console)?,
        ConfigCommand::Schema(arguments) => {
            let text = match arguments.of {
                Described::Settings => modelgate_config::schema(),
                Described::System => modelgate_config::system_schema(),
                Described::Pack => modelgate_config::pack_schema(),
            };
            console.result(text.trim_end());
        }
        ConfigCommand::Reference(arguments) => {
            let text = match arguments.of {
                Described::Settings => modelgate_config::reference(),
                Described::System => modelgate_config::system_reference(),
                Described::Pack => modelgate_config::pack_reference(),
            };
            console.result(text.trim_end());
        }
    }
    Ok(ExitStatus::Passed)
}

fn check(arguments: &InputArgs, context: &Context, console: &mut Console<'_>) -> Result<(), Failure> {
    let config = pipeline::load(&arguments.config, console)?;
    let declared = controls::load(&config, context.today())?;
    console.finish_step();
    let packs = declared.map(|declared| format!(", {} packs, {} facts", declared.packs.len(), declared.facts.values.len()));
    console.result(&format!(
        "ok: {}, {} slice columns, {} metrics, {} gates, {} waivers{}",
        config.file_name,
        config.axes.len(),
        config.evaluation.metrics.len(),
        config.policy.gates.len(),
        config.policy.waivers.len() + config.policy.control_waivers.len(),
        packs.unwrap_or_default()
    ));
    Ok(())
}
