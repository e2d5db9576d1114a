//! Counts the columns of the evaluated rows, and of those that were learned from, over edges that a release has frozen.

use std::path::Path;

use modelgate_config::{BaselineSettings, Config, ModelSource, TrainRows};
use modelgate_cube::{Axis, AxisKind, DataProfile, Digest, FeatureTable, Part};
use modelgate_data::{CountAxis, FeatureSettings, Roles, TaskColumns, feature_table, feature_table_of_file};
use modelgate_eval::LABEL_AXIS;

use crate::baseline::{self, BaselineChoice, Found, Reading};
use crate::candidate::{Candidate, TrainingRows, changed, threads};
use crate::context::{Console, Context};
use crate::failure::Failure;

/// The counts of columns.
pub(crate) struct Columns {
    /// In all rows and in slices: what a release carries.
    pub(crate) table: FeatureTable,
    /// In the rows of each class; empty where there are none.
    pub(crate) by_label: FeatureTable,
}

/// Counts every column but those with personal data. Without frozen edges the evaluated rows set them.
pub(crate) fn count(
    config: &Config,
    candidate: &Candidate,
    frozen: Option<&FeatureTable>,
    profile: &DataProfile,
    console: &mut Console<'_>,
) -> Result<Columns, Failure> {
    console.step("Profiling", "the values of each column");
    let ignored = left_out(config);
    let personal: Vec<String> = profile.personal().union(&config.policy.data.personal).cloned().collect();
    let axes: Vec<CountAxis> = config.axes.iter().cloned().chain(by_label(config, &candidate.roles)).collect();
    let settings = FeatureSettings {
        roles: &candidate.roles,
        task: config.task.as_ref(),
        personal: &personal,
        ignored: &ignored,
        axes: &axes,
        decision_threshold: config.decision_threshold,
        max_levels: config.max_levels,
        part: Part::Test,
    };
    let mut counted = match &candidate.dataset {
        Some(dataset) => feature_table(dataset, &settings, frozen, threads())?,
        None => of_file(config, &candidate.file, candidate.data_digest, &settings, frozen)?,
    };
    if let Some(training) = &candidate.training {
        let learned = learned(config, training, &ignored, settings, &counted)?;
        counted.merge(&learned).map_err(Failure::new)?;
    }
    console.finish_step();
    let by_label = counted.split_off(LABEL_AXIS);
    Ok(Columns { table: counted.without_small_slices(), by_label })
}

/// The axis of the classes, where there are such.
fn by_label(config: &Config, roles: &Roles) -> Option<CountAxis> {
    let has_classes = config.checks_data && matches!(config.task, None | Some(TaskColumns::Multiclass { .. }));
    let axis = Axis { name: LABEL_AXIS.to_owned(), kind: AxisKind::Categorical };
    has_classes.then(|| CountAxis { axis, column: roles.label.clone() })
}

/// Counts the rows that were learned from, over the edges of those that are evaluated, by their label where it is a class. They have
/// no predictions, and need no slice columns, ids or weights.
fn learned(
    config: &Config,
    training: &TrainingRows,
    ignored: &[String],
    settings: FeatureSettings<'_>,
    counted: &FeatureTable,
) -> Result<FeatureTable, Failure> {
    let known = &config.roles;
    let roles = Roles { label: known.label.clone(), id: known.id.clone(), ..Roles::default() };
    let from_models = [&known.prediction, &known.score, &known.baseline_prediction, &known.baseline_score];
    let others = from_models.into_iter().chain([&known.weight, &known.time]);
    let probabilities = match &config.task {
        Some(TaskColumns::Multiclass { probabilities, .. }) => probabilities.as_slice(),
        _ => &[],
    };
    let probabilities = probabilities.iter().map(|(_, column)| column);
    let ignored: Vec<String> = others.flatten().chain(probabilities).chain(ignored).cloned().collect();
    // Labels mean the same in both files.
    let says_labels = |task: &&TaskColumns| !matches!(task, TaskColumns::Multiclass { .. } | TaskColumns::Clustering { .. });
    let task = config.task.as_ref().filter(says_labels);
    let axes: Vec<CountAxis> = by_label(config, &roles).into_iter().collect();
    let settings = FeatureSettings { roles: &roles, task, ignored: &ignored, axes: &axes, part: Part::Train, ..settings };
    match training {
        TrainingRows::Held(dataset) => Ok(feature_table(dataset, &settings, Some(counted), threads())?),
        TrainingRows::File(path, digest) => of_file(config, path, *digest, &settings, Some(counted)),
    }
}

fn of_file(
    config: &Config,
    path: &Path,
    digest: Digest,
    settings: &FeatureSettings<'_>,
    frozen: Option<&FeatureTable>,
) -> Result<FeatureTable, Failure> {
    let (table, read) = feature_table_of_file(path, &config.read, settings, frozen, threads())?;
    if read == digest { Ok(table) } else { Err(changed(path)) }
}

/// The edges that a new release takes over: the anchor's, else those of the release before it. Without any it sets its own,
/// as the first release does; why there are none is no reason not to store it.
pub(crate) fn frozen(
    config: &Config,
    candidate: &Candidate,
    context: &Context,
    console: &mut Console<'_>,
) -> Option<FeatureTable> {
    let reading = Reading { context, published: true };
    let before = match &config.baseline {
        // Predictions beside the rows have no columns of their own.
        BaselineSettings::Beside(_) => baseline::nearest_release(config, &reading),
        _ => baseline::find(config, &BaselineChoice::Configured { target_branch: None }, candidate, &reading, console),
    };
    let before = before.ok()?;
    let anchor = baseline::find_anchor(config, &before, &reading, console).ok().flatten();
    anchor.as_ref().and_then(Found::columns).or_else(|| before.columns()).cloned()
}

/// The columns that are not compared: that which tells training rows from others, which differs between them by its meaning, and
/// what people said of the label, which tells it.
pub(crate) fn left_out(config: &Config) -> Vec<String> {
    let split = match &config.model {
        ModelSource::Train { rows: TrainRows::Split { column, .. }, .. } => Some(column),
        _ => None,
    };
    split.into_iter().chain(&config.annotators).cloned().collect()
}
