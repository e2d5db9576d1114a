//! `contract`: proposes what may be agreed about the columns of the rows, for people to review.

use std::fmt::Write as _;
use std::path::PathBuf;

use modelgate_config::{CONTRACT_FILE, Config, ModelSource, contract_text};
use modelgate_cube::Contract;
use modelgate_data::{DataRows, infer_contract};
use modelgate_model::run_command;

use crate::cli::ContractArgs;
use crate::context::{Console, Context};
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::{data_checks, output, pipeline, terminal};

/// Looks at the rows to evaluate and writes the contract.
pub(crate) fn run(arguments: &ContractArgs, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let config = pipeline::load(&arguments.input.config, console)?;
    let file = arguments.contract_out.clone().or_else(|| config.contract_file.clone());
    let file = file.unwrap_or_else(|| config.directory.join(CONTRACT_FILE));
    if file.exists() && !arguments.overwrite {
        return Err(Failure::with_help(
            format!("{} is there already, and may have been reviewed", file.display()),
            "change it by hand, or say --overwrite and look at what `git diff` shows",
        ));
    }
    let rows = rows(&config, console)?;
    console.step("Looking", &format!("at the columns of {}", rows.display()));
    let ignored = data_checks::ignored(&config, &config.roles);
    let settings = data_checks::settings(&config, &config.roles, &ignored, None, context);
    let mut contract = infer_contract(&DataRows::File(&rows, &config.read), &settings)?;
    for column in contract.columns.iter_mut().filter(|column| config.policy.data.personal.contains(&column.name)) {
        (column.values, column.range) = (None, (None, None));
    }
    output::write(&file, contract_text(&contract).as_bytes())?;
    console.finish_step();
    let next = match &config.contract_file {
        Some(_) => "next: review it, and commit it",
        None => "next: review it, commit it, and name it in data.contract, so that `modelgate check` holds the rows to it",
    };
    console.result(&format!("{}wrote {}, {} columns\n{next}", types(&contract), file.display(), contract.columns.len()));
    Ok(ExitStatus::Passed)
}

/// What each column was found to hold.
fn types(contract: &Contract) -> String {
    let widest = contract.columns.iter().map(|column| terminal::plain(&column.name).chars().count()).max().unwrap_or(0);
    let mut table = String::new();
    for column in &contract.columns {
        let unique = if column.unique { ", unique" } else { "" };
        let _ = writeln!(table, "  {:widest$}  {}{unique}", terminal::plain(&column.name), column.kind.id());
    }
    table
}

/// The file with the rows to evaluate.
fn rows(config: &Config, console: &mut Console<'_>) -> Result<PathBuf, Failure> {
    match &config.model {
        ModelSource::Train { evaluate, .. } => Ok(evaluate.clone()),
        ModelSource::Predictions { path } => Ok(path.clone()),
        ModelSource::Command(command) => {
            console.step("Running", &terminal::plain(&command.program));
            Ok(run_command(command)?.output)
        }
    }
}
