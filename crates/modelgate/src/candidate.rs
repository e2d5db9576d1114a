//! The candidate: from rows to its counts, by a model that is trained here, a file of predictions, or a program.

use std::num::NonZero;
use std::path::{Path, PathBuf};

use modelgate_config::{BaselineSettings, Config, ModelSource, TrainRows};
use modelgate_cube::{Cube, Digest};
use modelgate_data::{AttributeCounts, Column, CountSettings, CountedFile, Dataset, Roles};
use modelgate_eval::{DataMeasurement, Evaluation, Retraining};
use modelgate_model::{Learning, Model, Origin, TrainSettings, run_command, train};
use modelgate_report::{ModelFacts, TrainingFile};

use crate::attributes;
use crate::context::Console;
use crate::facts;
use crate::failure::{Failure, unreadable};
use crate::pipeline::TOOL_VERSION;
use crate::private::{refuse_personal_features, refuse_personal_names};
use crate::production;
use crate::row_look;

/// The column that holds the scores of a model that was trained here.
pub(crate) const SCORE: &str = "modelgate score";

/// The candidate: its counts, and what is known about it.
pub(crate) struct Candidate {
    pub(crate) cube: Cube,
    pub(crate) counts_digest: Digest,
    pub(crate) data_digest: Digest,
    pub(crate) model_digest: Digest,
    pub(crate) facts: ModelFacts,
    /// The rows, where they were scored here or are needed again; `None` where they were counted from a file.
    pub(crate) dataset: Option<Dataset>,
    pub(crate) roles: Roles,
    /// How much models from other seeds differ, where several were trained.
    pub(crate) retraining: Option<Retraining>,
    /// The counts of those models.
    pub(crate) retrained: Vec<Cube>,
    /// The file that they are in.
    pub(crate) file: PathBuf,
    /// The rows that the model learned from, where they are known.
    pub(crate) training: Option<TrainingRows>,
    /// What its model does on the rows that it learned from, and on single ones, where it is trained here.
    pub(crate) fit: Vec<DataMeasurement>,
    /// What was joined to the rows, where slice columns are kept apart from them.
    pub(crate) attributes: Option<AttributeCounts>,
    /// The batch from use with scores of the model, where one that is trained here scores it.
    pub(crate) production: Option<Dataset>,
}

impl Candidate {
    /// Measurements of it with what is known of retraining.
    pub(crate) fn with_retraining(&self, evaluation: Evaluation) -> Evaluation {
        match &self.retraining {
            Some(retraining) => retraining.in_evaluation(evaluation),
            None => evaluation,
        }
    }
}

/// The rows that a model learned from.
pub(crate) enum TrainingRows {
    /// Of a model that was trained here.
    Held(Dataset),
    /// Of a model from elsewhere: a file with this digest.
    File(PathBuf, Digest),
}

impl TrainingRows {
    /// The file that is read again for each look at it.
    pub(crate) fn file(&self) -> Option<&PathBuf> {
        match self {
            Self::Held(_) => None,
            Self::File(path, _) => Some(path),
        }
    }

    /// Its digest.
    pub(crate) fn file_digest(&self) -> Option<Digest> {
        match self {
            Self::Held(_) => None,
            Self::File(_, digest) => Some(*digest),
        }
    }

    /// The file as documents name it.
    pub(crate) fn for_report(&self) -> TrainingFile {
        let (path, digest) = match self {
            Self::Held(dataset) => (dataset.path(), dataset.digest()),
            Self::File(path, digest) => (path.as_path(), *digest),
        };
        TrainingFile { name: file_name(path), digest }
    }
}

/// A file without its folder, which tells about a machine and not about the data.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// From rows to the candidate's counts. With `model_file` that model scores the rows, and nothing is trained.
pub(crate) fn candidate(config: &Config, model_file: Option<&Path>, console: &mut Console<'_>) -> Result<Candidate, Failure> {
    match &config.model {
        ModelSource::Train { rows, evaluate, .. } => {
            let Trained { model, others, rows: training } = trained_or_read(config, model_file, console)?;
            let facts = facts::of_model(&model);
            let production = production::scored(config, &model, console)?;
            console.step("Reading", &shown(evaluate));
            let (dataset, attributes) = attributes::join(config, evaluation_rows(config, rows, evaluate, &model)?, console)?;
            if model.facts().origin.data_digest == dataset.digest() && matches!(rows, TrainRows::File(_)) {
                return Err(Failure::with_help(
                    format!("{} holds the very rows that the model was trained on", shown(evaluate)),
                    "evaluate on rows that the model has not seen: name another file in data.path",
                ));
            }
            console.step("Scoring", &format!("{} rows", dataset.rows()));
            let roles = Roles { score: Some(SCORE.to_owned()), ..config.roles.clone() };
            let from_other_seeds = counts_of(&others, config, &dataset, &roles, console)?;
            let scores = model.score(&dataset)?;
            let fit = match &training {
                Some(learned) => row_look::of_model(config, &model, (learned, &dataset), &scores)?,
                None => Vec::new(),
            };
            let scored = dataset.with_scores(SCORE, scores)?;
            let candidate = finish(config, scored, roles, model.digest()?, facts, console)?;
            let retraining = Retraining::of(&candidate.cube, &from_other_seeds, &config.evaluation);
            Ok(Candidate {
                retraining,
                retrained: from_other_seeds,
                attributes,
                fit,
                training: training.map(TrainingRows::Held),
                production,
                ..candidate
            })
        }
        ModelSource::Predictions { path } => predicted(config, path, facts::of_predictions(path), console),
        ModelSource::Command(command) => {
            console.step("Running", &crate::terminal::plain(&command.program));
            let run = run_command(command)?;
            predicted(config, &run.output, facts::of_command(command), console)
        }
    }
}

fn predicted(config: &Config, path: &Path, facts: ModelFacts, console: &mut Console<'_>) -> Result<Candidate, Failure> {
    // The rows are needed again, to put other columns beside them.
    if matches!(config.baseline, BaselineSettings::Beside(_)) || config.attributes.is_some() {
        console.step("Reading", &shown(path));
        let (dataset, attributes) = attributes::join(config, modelgate_data::read(path, &config.read)?, console)?;
        let digest = dataset.digest();
        let training = training_rows(config, path, digest)?;
        return Ok(Candidate { training, attributes, ..finish(config, dataset, config.roles.clone(), digest, facts, console)? });
    }
    console.step("Counting", &format!("{}, {} slice columns", shown(path), config.axes.len()));
    let settings = counting(config, config.roles.clone());
    let mut replicating = || console.step("Replicating", REPLICATING);
    let CountedFile { cube, digest } = match &config.task {
        Some(task) => modelgate_data::count_task_file(path, &config.read, &settings, task, threads(), replicating)?,
        None => modelgate_data::count_file(path, &config.read, &settings, threads(), &mut replicating)?,
    };
    console.finish_step();
    refuse_personal_names(config, &cube)?;
    let training = training_rows(config, path, digest)?;
    let counts_digest = cube.digest().map_err(Failure::new)?;
    let roles = config.roles.clone();
    let (data_digest, file) = (digest, path.to_owned());
    Ok(Candidate {
        counts_digest,
        data_digest,
        cube,
        model_digest: digest,
        facts,
        dataset: None,
        file,
        roles,
        training,
        retraining: None,
        retrained: Vec::new(),
        fit: Vec::new(),
        attributes: None,
        production: None,
    })
}

/// The rows that a model from elsewhere learned from, where the settings name them. They must be other rows.
fn training_rows(config: &Config, evaluated: &Path, digest: Digest) -> Result<Option<TrainingRows>, Failure> {
    let Some(path) = &config.training_file else { return Ok(None) };
    let training = modelgate_data::digest_of_files(path)?;
    if training == digest {
        return Err(Failure::with_help(
            format!("{} is named as the rows that the model was trained on as well", shown(evaluated)),
            "name the training rows in data.train_path, and predictions for rows that the model has not seen",
        ));
    }
    Ok(Some(TrainingRows::File(path.clone(), training)))
}

/// A file that is looked at twice must not change in between.
pub(crate) fn changed(path: &Path) -> Failure {
    Failure::with_help(format!("{} changed while it was read", shown(path)), "run again when nothing writes to it")
}

const REPLICATING: &str = "the counts, to pair them with a release's";

/// As many threads as there are processors, within reason: each holds tables of its own.
pub(crate) fn threads() -> NonZero<usize> {
    const MOST: usize = 8;
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    NonZero::new(processors.min(MOST)).unwrap_or(NonZero::<usize>::MIN)
}

/// Counts rows that are in memory.
fn finish(
    config: &Config,
    dataset: Dataset,
    roles: Roles,
    model_digest: Digest,
    facts: ModelFacts,
    console: &mut Console<'_>,
) -> Result<Candidate, Failure> {
    console.step("Counting", &format!("{} rows, {} slice columns", dataset.rows(), config.axes.len()));
    let settings = counting(config, roles.clone());
    let mut replicating = || console.step("Replicating", REPLICATING);
    let cube = match &config.task {
        Some(task) => modelgate_data::count_task_noting(&dataset, &settings, task, replicating)?,
        None => modelgate_data::count_noting(&dataset, &settings, threads(), &mut replicating)?,
    };
    console.finish_step();
    refuse_personal_names(config, &cube)?;
    let counts_digest = cube.digest().map_err(Failure::new)?;
    let data_digest = dataset.digest();
    let file = dataset.path().to_owned();
    Ok(Candidate {
        counts_digest,
        data_digest,
        cube,
        model_digest,
        facts,
        dataset: Some(dataset),
        file,
        roles,
        training: None,
        retraining: None,
        retrained: Vec::new(),
        fit: Vec::new(),
        attributes: None,
        production: None,
    })
}

/// How rows with these roles are counted.
pub(crate) fn counting(config: &Config, roles: Roles) -> CountSettings {
    CountSettings {
        roles,
        axes: config.axes.clone(),
        depth: config.depth,
        decision_threshold: config.decision_threshold,
        max_levels: config.max_levels,
        paired: config.paired,
    }
}

/// The counts of models on the same rows.
fn counts_of(
    models: &[Model],
    config: &Config,
    dataset: &Dataset,
    roles: &Roles,
    console: &mut Console<'_>,
) -> Result<Vec<Cube>, Failure> {
    if !models.is_empty() {
        console.step("Repeating", &format!("{} models from other seeds", models.len()));
    }
    let settings = counting(config, roles.clone());
    let count = |model: &Model| {
        let scored = dataset.clone().with_scores(SCORE, model.score(dataset)?)?;
        Ok(modelgate_data::count_noting(&scored, &settings, threads(), &mut || ())?)
    };
    models.iter().map(count).collect()
}

/// The model, those that were trained like it from other seeds, and the rows that they learned from where they are at hand.
struct Trained {
    model: Model,
    others: Vec<Model>,
    rows: Option<Dataset>,
}

fn trained_or_read(config: &Config, model_file: Option<&Path>, console: &mut Console<'_>) -> Result<Trained, Failure> {
    match model_file {
        None => train_repeatedly(config, true, console),
        Some(path) => {
            console.step("Reading", &shown(path));
            let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
            Ok(Trained { model: Model::decode(&bytes)?, others: Vec::new(), rows: None })
        }
    }
}

/// Trains the configured model.
pub(crate) fn train_model(config: &Config, console: &mut Console<'_>) -> Result<Model, Failure> {
    Ok(train_repeatedly(config, false, console)?.model)
}

/// Trains the configured model, and where `repeats` are asked for the others from the seeds after its own.
fn train_repeatedly(config: &Config, with_repeats: bool, console: &mut Console<'_>) -> Result<Trained, Failure> {
    let ModelSource::Train { learning, rows, evaluate } = &config.model else {
        return Err(Failure::with_help(
            "this configuration trains nothing: its predictions come from a file or a command",
            "write model.train, or use `modelgate evaluate`",
        ));
    };
    let path = match rows {
        TrainRows::File(path) => path,
        TrainRows::Split { .. } => evaluate,
    };
    console.step("Reading", &shown(path));
    let dataset = modelgate_data::read(path, &config.read)?;
    let dataset = match rows {
        TrainRows::File(_) => dataset,
        TrainRows::Split { column, train, .. } => dataset.split(column, train)?,
    };
    let features = features(config, &dataset, console);
    refuse_personal_features(config, &dataset, &features)?;
    let repeats = if with_repeats { learning.repeats } else { 1 };
    let times = if repeats > 1 { format!(", {repeats} times") } else { String::new() };
    let what = format!("{} on {} rows, {} features{times}", learning.estimator, dataset.rows(), features.len());
    console.step("Training", &what);
    let origin = Origin { config_digest: config.digest, data_digest: dataset.digest(), tool_version: TOOL_VERSION.to_owned() };
    let from_seed = |number: u32| {
        let settings = TrainSettings {
            learning: Learning { seed: learning.seed.wrapping_add(u64::from(number)), ..learning.clone() },
            label: config.roles.label.clone(),
            positive_label: config.roles.positive_label.clone(),
            features: features.clone(),
            threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        };
        train(&dataset, &settings, &origin)
    };
    let others = (1..repeats).map(from_seed).collect::<Result<_, _>>()?;
    Ok(Trained { model: from_seed(0)?, others, rows: Some(dataset) })
}

/// The columns to learn from: those that are written, else every one that has no other meaning and does not name rows.
fn features(config: &Config, dataset: &Dataset, console: &mut Console<'_>) -> Vec<String> {
    if let Some(written) = &config.features {
        return written.clone();
    }
    let others = config.columns_with_a_meaning();
    let candidates = dataset.columns().filter(|(name, _)| !others.contains(*name));
    let (names_rows, features): (Vec<_>, Vec<_>) = candidates.partition(|(_, column)| names_rows(column));
    for (name, _) in names_rows {
        console.step("Leaving out", &format!("{}: nearly every row has a text of its own", crate::terminal::plain(name)));
    }
    features.into_iter().map(|(name, _)| name.to_owned()).collect()
}

/// Whether a column tells rows apart rather than says something about them, as undeclared ids and free texts do. A model
/// would learn them by heart, and carry them into its file.
pub(crate) fn names_rows(column: &Column) -> bool {
    const MANY: usize = 100;
    column.distinct_texts().is_some_and(|texts| texts > MANY && texts * 2 > column.len())
}

/// The rows to evaluate. What the model learned as text is text here too, even where this file holds only digits.
fn evaluation_rows(config: &Config, rows: &TrainRows, path: &Path, model: &Model) -> Result<Dataset, Failure> {
    let mut settings = config.read.clone();
    settings.text_columns.extend(model.text_columns());
    let dataset = modelgate_data::read(path, &settings)?;
    Ok(match rows {
        TrainRows::File(_) => dataset,
        TrainRows::Split { column, test, .. } => dataset.split(column, test)?,
    })
}

/// A path as messages name it.
pub(crate) fn shown(path: &Path) -> String {
    path.display().to_string()
}
