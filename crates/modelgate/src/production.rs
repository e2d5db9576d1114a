//! Counts a batch of rows that the model met in use, over the edges of other rows: what drift in use is measured from.

use std::path::Path;

use modelgate_config::Config;
use modelgate_cube::{FeatureTable, Part};
use modelgate_data::{Dataset, column_names, feature_table, feature_table_of_file, read};
use modelgate_model::Model;

use crate::candidate::{SCORE, threads};
use crate::columns::There;
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
    let scores = SCORE.to_owned();
    let there = There::of(config, &names, if scored.is_some() { Some(&scores) } else { config.roles.score.as_ref() });
    let personal: Vec<String> = config.policy.data.personal.iter().cloned().collect();
    let settings = there.settings(config, &personal, Part::Test);
    let table = match scored {
        Some(rows) => feature_table(rows, &settings, edges, threads())?,
        None => feature_table_of_file(path, &config.read, &settings, edges, threads())?.0,
    };
    console.finish_step();
    Ok(table.without_small_slices())
}
