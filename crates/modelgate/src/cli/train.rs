//! `train`: the model file, and nothing judged.

use crate::cli::TrainArgs;
use crate::context::Console;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::{output, pipeline};

/// Trains and writes the model file.
pub(crate) fn run(arguments: &TrainArgs, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let config = pipeline::load(&arguments.input.config, console)?;
    let model = crate::candidate::train_model(&config, console)?;
    output::write(&arguments.model_out, &model.encode()?)?;
    console.finish_step();
    console.result(&format!("wrote {}, sha256 {}", arguments.model_out.display(), model.digest()?));
    Ok(ExitStatus::Passed)
}
