//! Counts the columns of the evaluated rows, and of those that were learned from, over edges that a release has frozen.

use std::path::Path;

use modelgate_config::{BaselineSettings, Config, ModelSource, TrainRows};
use modelgate_cube::{Axis, AxisKind, DataProfile, Digest, FeatureTable, Part};
use modelgate_data::{CountAxis, FeatureSettings, Roles, TaskColumns, column_names, feature_table, feature_table_of_file};
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
        let learned = learned(config, training, &personal, &counted)?;
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

/// What of the configuration a file has that needs not have all of it: training rows have no predictions mostly, and a batch from use
/// no labels yet. What it lacks is not counted.
pub(crate) struct There {
    roles: Roles,
    task: Option<TaskColumns>,
    ignored: Vec<String>,
    axes: Vec<CountAxis>,
}

impl There {
    /// Of columns with these names; `score` is the one with scores.
    pub(crate) fn of(config: &Config, names: &[String], score: Option<&String>) -> Self {
        let has = |column: &str| names.iter().any(|name| name == column);
        let there = |role: &Option<String>| role.clone().filter(|column| has(column));
        let known = &config.roles;
        let roles = Roles {
            label: there(&Some(known.label.clone())).unwrap_or_default(),
            positive_label: known.positive_label.clone(),
            prediction: there(&known.prediction),
            score: there(&score.cloned()),
            baseline_prediction: there(&known.baseline_prediction),
            baseline_score: there(&known.baseline_score),
            weight: there(&known.weight),
            id: there(&known.id),
            time: there(&known.time),
        };
        let mut ignored = left_out(config);
        let task = config.task.clone().map(|task| match task {
            TaskColumns::Multiclass { classes, probabilities } if !probabilities.iter().all(|(_, column)| has(column)) => {
                ignored.extend(probabilities.into_iter().map(|(_, column)| column));
                TaskColumns::Multiclass { classes, probabilities: Vec::new() }
            }
            other => other,
        });
        let axes = config.axes.iter().filter(|axis| has(&axis.column)).cloned().collect();
        Self { roles, task, ignored, axes }
    }

    /// How they are counted.
    pub(crate) fn settings<'a>(&'a self, config: &Config, personal: &'a [String], part: Part) -> FeatureSettings<'a> {
        FeatureSettings {
            roles: &self.roles,
            task: self.task.as_ref(),
            personal,
            ignored: &self.ignored,
            axes: &self.axes,
            decision_threshold: config.decision_threshold,
            max_levels: config.max_levels,
            part,
        }
    }
}

/// Counts the rows that were learned from, over the edges of those that are evaluated, in the slices whose columns they have, and by
/// their label where it is a class.
fn learned(
    config: &Config,
    training: &TrainingRows,
    personal: &[String],
    counted: &FeatureTable,
) -> Result<FeatureTable, Failure> {
    let names = match training {
        TrainingRows::Held(dataset) => dataset.columns().map(|(name, _)| name.to_owned()).collect(),
        TrainingRows::File(path, _) => column_names(path)?,
    };
    let mut there = There::of(config, &names, config.roles.score.as_ref());
    there.axes.extend(by_label(config, &there.roles).filter(|_| !there.roles.label.is_empty()));
    let settings = there.settings(config, personal, Part::Train);
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
/// what people said of the label, which tells it, and what the model says of a row alone, which is no news beside its score.
pub(crate) fn left_out(config: &Config) -> Vec<String> {
    let split = match &config.model {
        ModelSource::Train { rows: TrainRows::Split { column, .. }, .. } => Some(column),
        _ => None,
    };
    split.into_iter().chain(&config.annotators).chain(&config.score_alone).cloned().collect()
}
