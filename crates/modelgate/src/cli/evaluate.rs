//! `evaluate` and `diff`: the numbers alone, with nothing judged.

use std::fmt::Write as _;
use std::path::Path;

use modelgate_config::{Config, ModelSource};
use modelgate_cube::{Axis, AxisKind, Disclosure, Slice};
use modelgate_data::Column;

use crate::baseline::{self, BaselineChoice, Found, Reading};
use crate::candidate::Candidate;
use crate::cli::{DiffArgs, EvaluateArgs};
use crate::context::{Console, Context};
use crate::disclosure;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::pipeline;
use crate::{output, terminal};

/// Evaluates the candidate and prints every measurement.
pub(crate) fn evaluate(arguments: &EvaluateArgs, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let slice = arguments.slice.as_deref().map(parse_slice).transpose()?;
    let mut config = pipeline::load(&arguments.input.config, console)?;
    disclosure::admit(&mut config, &arguments.publish, context)?;
    let candidate = crate::candidate::candidate(&config, arguments.model.as_deref(), console)?;
    if let Some(path) = &arguments.predictions_out {
        write_predictions(&config, &candidate, path)?;
    }
    console.step("Evaluating", &format!("{} slices", candidate.cube.cells().count()));
    let evaluation = candidate.with_retraining(modelgate_eval::evaluate(&candidate.cube, &config.evaluation));
    console.finish_step();
    let shown = disclosure::of(&config, &candidate, &[]);
    let evaluation = modelgate_report::disclose_evaluation(evaluation, &shown);
    known(&candidate, slice.as_ref(), &shown)?;
    console.result(terminal::measurements(&evaluation, slice.as_ref()).trim_end());
    Ok(ExitStatus::Passed)
}

/// Compares the candidate with the baseline and prints every change.
pub(crate) fn diff(arguments: &DiffArgs, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let slice = arguments.slice.as_deref().map(parse_slice).transpose()?;
    let mut config = pipeline::load(&arguments.input.config, console)?;
    disclosure::admit(&mut config, &arguments.publish, context)?;
    let candidate = crate::candidate::candidate(&config, None, console)?;
    let reading = Reading { context, published: arguments.search.published_baseline };
    let found = baseline::find(&config, &BaselineChoice::from(&arguments.search), &candidate, &reading, console)?;
    let Some(comparison) = pipeline::compared(&config, &candidate, &found) else {
        let Found::Nothing { why } = found else { return Err(Failure::new("the baseline cannot be compared")) };
        return Err(Failure::with_help(
            format!("there is no baseline: {why}"),
            "name one with --baseline-path or --baseline-release",
        ));
    };
    console.finish_step();
    let shown = disclosure::of(&config, &candidate, &[&found]);
    known(&candidate, slice.as_ref(), &shown)?;
    let comparison = modelgate_report::disclose_comparison(comparison, &shown);
    console.result(terminal::changes(&comparison, slice.as_ref()).trim_end());
    Ok(ExitStatus::Passed)
}

fn parse_slice(text: &str) -> Result<Slice, Failure> {
    Slice::parse(text).ok_or_else(|| {
        Failure::with_help(format!("{text:?} is no slice"), "write conditions as 'sex=F & age_band=65+', or 'overall'")
    })
}

/// Refuses a slice that has no rows: an empty table would look like an answer.
fn known(candidate: &Candidate, slice: Option<&Slice>, shown: &Disclosure) -> Result<(), Failure> {
    match slice {
        Some(slice) if !shown.shows(slice) => Err(Failure::with_help(
            format!("{} is not shown under the profile `{}`", terminal::plain(&slice.to_string()), shown.settings.profile.id()),
            "docs/disclosure.md tells what is withheld; whoever may know the rows says --profile internal",
        )),
        Some(slice) if candidate.cube.cell(slice).is_none() => {
            let some: Vec<String> =
                candidate.cube.cells().take(20).map(|(slice, _)| terminal::plain(&slice.to_string())).collect();
            let slice = terminal::plain(&slice.to_string());
            Err(Failure::with_help(format!("no row is in the slice {slice}"), format!("there are: {}", some.join("; "))))
        }
        _ => Ok(()),
    }
}

/// Writes the evaluated rows' label, score, prediction and slice columns as CSV, with no other column of the data.
fn write_predictions(config: &Config, candidate: &Candidate, path: &Path) -> Result<(), Failure> {
    let roles = &candidate.roles;
    let (dataset, score) = match (&config.model, &candidate.dataset, &roles.score) {
        (ModelSource::Train { .. }, Some(dataset), Some(score)) => (dataset, dataset.require(score)?),
        _ => {
            return Err(Failure::with_help(
                "there are no new predictions to write",
                "--predictions-out is for models that are trained here",
            ));
        }
    };
    let labels = modelgate_data::binary_labels(dataset, &roles.label, roles.positive_label.as_deref())?;
    let columns =
        config.axes.iter().map(|axis| Ok((axis, dataset.require(&axis.column)?))).collect::<Result<Vec<_>, Failure>>()?;
    let mut text = String::from("label,score,prediction");
    for axis in &config.axes {
        let _ = write!(text, ",{}", quoted(&axis.axis.name));
    }
    text.push('\n');
    for (row, label) in labels.is_positive.iter().enumerate() {
        let score = score.number(row).unwrap_or_default();
        let _ = write!(text, "{},{score},{}", u8::from(*label), u8::from(score >= config.decision_threshold));
        for (axis, column) in &columns {
            let _ = write!(text, ",{}", quoted(&level(&axis.axis, column, row).unwrap_or_default()));
        }
        text.push('\n');
    }
    Ok(output::write(path, text.as_bytes())?)
}

/// The level of a row, as the slices name it.
fn level(axis: &Axis, column: &Column, row: usize) -> Option<String> {
    let number = column.number(row);
    match axis.kind {
        AxisKind::Binned { .. } => number.and_then(|number| axis.bin_label(number)),
        AxisKind::Categorical => column.text(row).map(str::to_owned).or_else(|| number.map(modelgate_data::number_text)),
    }
}

/// A CSV field, quoted where RFC 4180 asks for it.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
