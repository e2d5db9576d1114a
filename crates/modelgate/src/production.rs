//! Counts a batch of rows that the model met in use, over the edges of other rows: what drift in use is measured from.

use std::path::Path;

use modelgate_config::Config;
use modelgate_cube::{FeatureTable, Part};
use modelgate_data::{
    CountAxis, Dataset, FeatureSettings, Roles, TaskColumns, column_names, feature_table, feature_table_of_file, read,
};
use modelgate_model::Model;

use crate::candidate::{SCORE, threads};
use crate::columns::left_out;
use crate::context::Console;
use crate::failure::Failure;

/// The batch with the scores of a model that is trained here; none where there is no batch.
pub(crate) fn scored(config: &Config, model: &Model, console: &mut Console<'_>) -> Result<Option<Dataset>, Failure> {
    let Some(path) = &config.production else { return Ok(None) };
    console.step("Scoring", &format!("the batch from use, {}", path.display()));
    let mut settings = config.read.clone();
    settings.text_columns.extend(model.text_columns());
    let rows = read(path, &settings)?;
    let scores = model.score(&rows)?;
    Ok(Some(rows.with_scores(SCORE, scores)?))
}

/// The counts of the batch over the edges of other rows. What it lacks of roles and slice columns is not counted: labels often
/// come later.
pub(crate) fn count(
    config: &Config,
    path: &Path,
    scored: Option<&Dataset>,
    edges: Option<&FeatureTable>,
    console: &mut Console<'_>,
) -> Result<FeatureTable, Failure> {
    console.step("Profiling", &format!("the batch from use, {}", path.display()));
    let names = match scored {
        Some(rows) => rows.columns().map(|(name, _)| name.to_owned()).collect(),
        None => column_names(path)?,
    };
    let has = |column: &str| names.iter().any(|name| name == column);
    let known = &config.roles;
    let there = |role: &Option<String>| role.clone().filter(|column| has(column));
    let roles = Roles {
        label: there(&Some(known.label.clone())).unwrap_or_default(),
        positive_label: known.positive_label.clone(),
        prediction: there(&known.prediction),
        score: there(&if scored.is_some() { Some(SCORE.to_owned()) } else { known.score.clone() }),
        baseline_prediction: there(&known.baseline_prediction),
        baseline_score: there(&known.baseline_score),
        weight: there(&known.weight),
        id: there(&known.id),
        time: there(&known.time),
    };
    let task = config.task.clone().map(|task| match task {
        TaskColumns::Multiclass { classes, probabilities } if !probabilities.iter().all(|(_, column)| has(column)) => {
            TaskColumns::Multiclass { classes, probabilities: Vec::new() }
        }
        other => other,
    });
    let axes: Vec<CountAxis> = config.axes.iter().filter(|axis| has(&axis.column)).cloned().collect();
    let personal: Vec<String> = config.policy.data.personal.iter().cloned().collect();
    let settings = FeatureSettings {
        roles: &roles,
        task: task.as_ref(),
        personal: &personal,
        ignored: &left_out(config),
        axes: &axes,
        decision_threshold: config.decision_threshold,
        max_levels: config.max_levels,
        part: Part::Test,
    };
    let table = match scored {
        Some(rows) => feature_table(rows, &settings, edges, threads())?,
        None => feature_table_of_file(path, &config.read, &settings, edges, threads())?.0,
    };
    console.finish_step();
    Ok(table.without_small_slices())
}
