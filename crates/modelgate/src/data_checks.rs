//! Counts what the data is checked by: the evaluated rows, and those that were learned from where they are known.

use std::collections::BTreeSet;
use std::path::Path;

use modelgate_config::{Config, ModelSource, TrainRows};
use modelgate_cube::{Contract, DataProfile, Digest, Population};
use modelgate_data::{CheckSettings, DataRows, Dataset, Roles, TaskColumns, data_profile, read_population};

use crate::candidate::{Candidate, TrainingRows, changed, names_rows, threads};
use crate::context::{Console, Context};
use crate::failure::Failure;
use crate::private::refuse_personal_groups;

/// What is agreed about the columns; none where the configuration names no contract.
pub(crate) fn contract(config: &Config) -> Result<Option<Contract>, Failure> {
    Ok(config.contract_file.as_deref().map(modelgate_config::load_contract).transpose()?)
}

/// How the population is made up that the rows are held against, and the digest of the file that says so; none where the
/// configuration names none, or asks for no checks.
pub(crate) fn population(config: &Config) -> Result<Option<(Population, Digest)>, Failure> {
    let source = config.policy.data.population.as_ref().filter(|_| config.checks_data);
    Ok(match source {
        Some(source) => Some(read_population(Path::new(&source.path))?),
        None => None,
    })
}

/// How the rows are checked.
pub(crate) fn settings<'a>(
    config: &'a Config,
    roles: &'a Roles,
    ignored: &'a BTreeSet<String>,
    contract: Option<&'a Contract>,
    context: &Context,
) -> CheckSettings<'a> {
    CheckSettings {
        label: Some(roles.label.as_str()).filter(|label| !label.is_empty()),
        has_classes: matches!(config.task, None | Some(TaskColumns::Multiclass { .. })),
        contract,
        alone: roles.score.as_deref().or(roles.prediction.as_deref()).zip(config.score_alone.as_deref()),
        entity: config.entity.as_deref(),
        time: roles.time.as_deref(),
        now: context.now.as_second() as f64,
        quasi_identifiers: &config.quasi_identifiers,
        sensitive: &config.sensitive_columns,
        axes: &config.axes,
        annotators: &config.annotators,
        ..CheckSettings::of(ignored, roles.id.as_deref(), threads())
    }
}

/// The counts; none where the configuration asks for no checks.
pub(crate) fn count(
    config: &Config,
    candidate: &Candidate,
    (contract, population): (Option<&Contract>, Option<&Population>),
    context: &Context,
    console: &mut Console<'_>,
) -> Result<DataProfile, Failure> {
    if !config.checks_data {
        return Ok(DataProfile::default());
    }
    console.step("Checking", "the data");
    let test = match &candidate.dataset {
        Some(dataset) => DataRows::Held(dataset),
        None => DataRows::File(&candidate.file, &config.read),
    };
    let training = candidate.training.as_ref().map(|training| match training {
        TrainingRows::Held(dataset) => DataRows::Held(dataset),
        TrainingRows::File(path, _) => DataRows::File(path, &config.read),
    });
    let ignored = ignored(config, &candidate.roles);
    let features = features(config, candidate);
    let settings = settings(config, &candidate.roles, &ignored, contract, context);
    let source = config.policy.data.population.as_ref().map(|source| Path::new(&source.path));
    let positive_label = candidate.cube.meta().shape.task.positive_label();
    let settings =
        CheckSettings { features: features.as_deref(), positive_label, population: population.zip(source), ..settings };
    let (profile, read) = data_profile(&test, training.as_ref(), &settings)?;
    let known = [Some(candidate.data_digest), candidate.training.as_ref().and_then(TrainingRows::file_digest)];
    let files = [Some(&candidate.file), candidate.training.as_ref().and_then(TrainingRows::file)];
    for ((read, known), file) in read.into_iter().zip(known).zip(files) {
        if let (Some(read), Some(known), Some(file)) = (read, known, file)
            && read != known
        {
            return Err(changed(file));
        }
    }
    refuse_personal_groups(config, &profile.groups)?;
    console.finish_step();
    Ok(profile)
}

/// Columns that say nothing about a row by themselves.
pub(crate) fn ignored(config: &Config, roles: &Roles) -> BTreeSet<String> {
    let of_models = [&roles.prediction, &roles.score, &config.score_alone, &roles.baseline_prediction, &roles.baseline_score];
    let of_rows = [&roles.id, &roles.weight, &roles.time, &config.entity];
    let of_task: Vec<String> = match &config.task {
        Some(TaskColumns::Multiclass { probabilities, .. }) => probabilities.iter().map(|(_, column)| column.clone()).collect(),
        Some(TaskColumns::Ranking { query, .. }) => vec![query.clone()],
        _ => Vec::new(),
    };
    let of_training = match &config.model {
        ModelSource::Train { rows, learning, .. } => {
            let split = match rows {
                TrainRows::Split { column, .. } => Some(column.clone()),
                TrainRows::File(_) => None,
            };
            split.into_iter().chain(learning.weight.clone()).collect()
        }
        ModelSource::Predictions { .. } | ModelSource::Command(_) => Vec::new(),
    };
    let named = of_models.into_iter().chain(of_rows).flatten().cloned();
    named.chain(of_task).chain(of_training).chain(config.annotators.iter().cloned()).collect()
}

/// The columns that a model that is trained here learns from; none where that is not known.
pub(crate) fn features(config: &Config, candidate: &Candidate) -> Option<Vec<String>> {
    let Some(TrainingRows::Held(training)) = &candidate.training else { return config.features.clone() };
    Some(config.features.clone().unwrap_or_else(|| learned(config, training)))
}

/// The columns that are learned from where none are written.
pub(crate) fn learned(config: &Config, training: &Dataset) -> Vec<String> {
    let others = config.columns_with_a_meaning();
    let is_feature = |(name, column): &(&str, &modelgate_data::Column)| !others.contains(*name) && !names_rows(column);
    training.columns().filter(is_feature).map(|(name, _)| name.to_owned()).collect()
}
