//! The rooms in their order: rows, counts, measurements, findings, documents, record.

use std::num::NonZero;
use std::path::{Path, PathBuf};

use modelgate_config::{BaselineSettings, Config, Guess, ModelSource, SensitiveColumn, TrainRows};
use modelgate_cube::{Bundle, Cube, DataProfile, Digest, Disclosure, FeatureTable, Manifest, Population, Task};
use modelgate_data::{AttributeCounts, Column, CountSettings, CountedFile, Dataset, Roles};
use modelgate_eval::{
    Comparison, CutBy, DataEvaluation, DataMeasurement, DriftBetween, DriftComparison, EvalSettings, Evaluation, Retraining,
    discover, drift, evaluate_columns, evaluate_data, evaluate_groups, evaluate_people,
};
use modelgate_model::{Learning, Model, Origin, TrainSettings, run_command, train};
use modelgate_policy::{Anchor, History, Outcome, ReadFile, Verdict, judge};
use modelgate_report::{DataFiles, Disclosed, Document, Input, ModelFacts, Provenance, Report, TrainingFile};

use crate::attributes;
use crate::baseline::{self, BaselineChoice, Found, Reading};
use crate::cards::{self, Card};
use crate::columns::{self, Columns};
use crate::context::{Console, Context};
use crate::controls;
use crate::data_checks;
use crate::disclosure;
use crate::facts;
use crate::failure::{Failure, unreadable};
use crate::handed_over::HandedOver;
use crate::inputs;
use crate::log;
use crate::private::refuse_personal_names;
use crate::production;
use crate::row_look;

/// This program's version, part of every record.
pub(crate) const TOOL_VERSION: &str = env!("CARGO_PKG_VERSION");

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
    fn for_report(&self) -> TrainingFile {
        let (path, digest) = match self {
            Self::Held(dataset) => (dataset.path(), dataset.digest()),
            Self::File(path, digest) => (path.as_path(), *digest),
        };
        TrainingFile { name: file_name(path), digest }
    }
}

/// A file without its folder, which tells about a machine and not about the data.
fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// A judged run and its documents.
pub(crate) struct Judged {
    pub(crate) provenance: Provenance,
    /// What was read, as readers may know it.
    pub(crate) inputs: Vec<Input>,
    job: Option<String>,
    pub(crate) baseline: Found,
    pub(crate) anchor: Option<Found>,
    pub(crate) evaluation: Evaluation,
    pub(crate) comparison: Option<Comparison>,
    pub(crate) verdict: Verdict,
    pub(crate) headline: String,
    pub(crate) documents: Vec<Document>,
    /// The documents that people write by hand.
    pub(crate) cards: Vec<Card>,
    /// The file with the rows that the model learned from, where it is known.
    training_digest: Option<Digest>,
    /// The counts, where they are kept.
    pub(crate) counts: Option<Bundle>,
}

/// Reads and checks the configuration.
pub(crate) fn load(path: &Path, console: &mut Console<'_>) -> Result<Config, Failure> {
    console.step("Loading", &path.display().to_string());
    let config = modelgate_config::load(path)?;
    for Guess { key, role, column } in &config.guesses {
        let column = crate::terminal::plain(column);
        // Told also where little is told: what a column means is nothing to be silent about.
        console.note(
            "Guessing",
            &format!("{key} is the column {column}, by its usual name; write `{role}: {column}` to declare it"),
        );
    }
    let unused: Vec<&SensitiveColumn> = config.sensitive.iter().filter(|one| !one.is_used).collect();
    if !unused.is_empty() {
        let named = unused.iter().map(|one| format!("{} ({})", crate::terminal::plain(&one.column), one.ground));
        let named: Vec<String> = named.collect();
        console.step("Proposing", &format!("evaluation.slices for columns that look sensitive: {}", named.join(", ")));
    }
    Ok(config)
}

/// Reads and checks the configuration without looking at the rows that it names.
pub(crate) fn load_without_rows(path: &Path, console: &mut Console<'_>) -> Result<Config, Failure> {
    console.step("Loading", &path.display().to_string());
    Ok(modelgate_config::load_alone(path)?)
}

/// What is judged.
#[derive(Clone, Copy)]
pub(crate) enum Subject<'a> {
    /// The rows that the configuration names.
    Rows,
    /// The same, and the counts are kept for a job that judges them again.
    RowsKeepingCounts,
    /// Counts that another job made.
    Counts(&'a HandedOver),
}

impl<'a> Subject<'a> {
    fn counts(self) -> Option<&'a HandedOver> {
        match self {
            Self::Counts(handed) => Some(handed),
            Self::Rows | Self::RowsKeepingCounts => None,
        }
    }
}

/// The whole gate up to its documents. Nothing is written yet.
pub(crate) fn run(
    config: &Config,
    subject: Subject<'_>,
    choice: &BaselineChoice,
    reading: &Reading<'_>,
    console: &mut Console<'_>,
) -> Result<Judged, Failure> {
    let context = reading.context;
    let declared = controls::load(config, context.today())?;
    let handed = subject.counts();
    let candidate = match handed {
        Some(handed) => handed.candidate(config)?,
        None => candidate(config, None, console)?,
    };
    let baseline = baseline::find(config, choice, &candidate, reading, console)?;
    let anchor = baseline::find_anchor(config, &baseline, reading, console)?;
    let decisions = log::decisions_on(&config.ledger, &candidate.cube)?;
    console.step("Evaluating", &evaluating(config, &candidate.cube));
    let evaluation = evaluated(config, &candidate, &baseline);
    let evaluation = searched(config, &candidate, evaluation, console);
    let comparison = compared(config, &candidate, &baseline);
    let with_anchor = anchor.as_ref().and_then(|anchor| compared(config, &candidate, anchor));
    let contract = data_checks::contract(config)?;
    let population = if handed.is_some() { None } else { data_checks::population(config)? };
    let (shares, population_digest) = population.unzip();
    let agreed = (contract.as_ref(), shares.as_ref());
    let profile = match handed {
        Some(handed) => handed.bundle.profile.clone(),
        None => data_checks::count(config, &candidate, agreed, context, console)?,
    };
    let (drift, columns) = drifted(config, (&candidate, handed), (&baseline, anchor.as_ref()), &profile, console)?;
    let looked_at = if handed.is_some() { Vec::new() } else { row_look::of(config, &candidate, &baseline, console)? };
    let data = (!profile.is_empty())
        .then(|| checked(config, &profile, (columns.as_ref(), shares.as_ref()), &baseline, context.now.as_second() as f64))
        .map(|data| with_rows(data, &candidate.fit, looked_at));
    console.step("Judging", &judging(config, decisions));
    let files = read_files(config, &candidate, population_digest);
    let compared: Vec<&Found> = std::iter::once(&baseline).chain(anchor.as_ref()).collect();
    let disclosure = disclosure::of(config, &candidate, &compared);
    let provenance = provenance(config, &candidate, &disclosure)?;
    let cards = cards::read(config, &evaluation, &provenance, &disclosure)?;
    let written: Vec<_> = cards.iter().map(|card| card.document.clone()).collect();
    let trained_here = matches!(config.model, ModelSource::Train { .. });
    let previous = baseline.for_report(context);
    let compliance = declared.map(|declared| controls::compliance(config, declared, &provenance, &previous, trained_here));
    let history = History {
        baseline: baseline.for_policy(&candidate, comparison.as_ref())?,
        anchor: match &anchor {
            Some(found) => Some(Anchor { release: found.name(), compared: found.for_policy(&candidate, with_anchor.as_ref())? }),
            None => None,
        },
        decisions,
        drift: &drift,
        without_columns: matches!(baseline, Found::Release(_)) && baseline.columns().is_none(),
        data: data.as_ref(),
        contract: contract.as_ref().map(|contract| (contract, Some(&profile))),
        files: &files,
        compliance: compliance.as_ref(),
        written: &written,
        other_configuration: handed.and_then(|handed| handed.other_configuration(config)),
    };
    let verdict = judge(&evaluation, history, &config.policy, context.today());
    let past = Past { baseline: &baseline, anchor: anchor.as_ref(), decisions };
    let inputs = match handed {
        Some(handed) => vec![handed.input()],
        None => inputs::of(config, &candidate, population_digest)?,
    };
    let report = report(config, context, &candidate, past, provenance.clone(), (evaluation, comparison), verdict);
    let report = Report {
        inputs,
        // The commit that is checked out is not the one that was counted.
        commit: report.commit.filter(|_| handed.is_none()),
        job: modelgate_forge::job(context.environment),
        ..report
    };
    // What is written and printed from here on is what may be shown.
    let report = modelgate_report::disclose(report, &disclosure);
    let documents = modelgate_report::render(&report)?;
    let headline = modelgate_report::verdict_line(&report);
    let Report { evaluation, comparison, verdict, inputs, job, .. } = report;
    let training_digest = candidate.training.as_ref().map(|training| training.for_report().digest);
    let table = columns.map(|columns| columns.table).unwrap_or_default();
    let counts =
        matches!(subject, Subject::RowsKeepingCounts).then(|| bundle(config, candidate, (table, profile), ("", None), context));
    Ok(Judged {
        provenance,
        inputs,
        job,
        baseline,
        anchor,
        evaluation,
        comparison,
        verdict,
        headline,
        documents,
        cards,
        training_digest,
        counts,
    })
}

/// The files of data that were read, and those that are declared, with the digests that they have now.
fn read_files(config: &Config, candidate: &Candidate, population: Option<Digest>) -> Vec<ReadFile> {
    let evaluated = (candidate.file.clone(), Some(candidate.data_digest), Some("to evaluate"));
    let training = candidate.training.as_ref().map(|training| match training {
        TrainingRows::Held(dataset) => (dataset.path().to_owned(), Some(dataset.digest()), Some("to train")),
        TrainingRows::File(path, digest) => (path.clone(), Some(*digest), Some("as the rows that were learned from")),
    });
    let mut files: Vec<ReadFile> = Vec::new();
    let production = config.production.as_ref().map(|path| (path.clone(), None, Some("as a batch from use")));
    let declared = config.policy.sources.iter().map(|source| (PathBuf::from(&source.path), None, None));
    let population = config.policy.data.population.as_ref().zip(population);
    let population = population.map(|(source, digest)| (PathBuf::from(&source.path), Some(digest), Some("as the population")));
    for (path, digest, used_for) in std::iter::once(evaluated).chain(training).chain(population).chain(production).chain(declared)
    {
        let shown = shown(&path);
        if files.iter().any(|file| file.path == shown) {
            continue;
        }
        let digest = digest.or_else(|| modelgate_data::digest_of_files(&path).ok());
        files.push(ReadFile { path: shown, used_for, digest });
    }
    files
}

/// What the counts say of the data.
fn checked(
    config: &Config,
    profile: &DataProfile,
    (columns, population): (Option<&Columns>, Option<&Population>),
    baseline: &Found,
    now: f64,
) -> DataEvaluation {
    let EvalSettings { confidence_level, min_support, .. } = config.evaluation;
    let mut data = evaluate_data(profile, baseline.profile(), confidence_level);
    if let Some(Columns { table, by_label }) = columns {
        let cuts: Vec<CutBy<'_>> = config.axes.iter().map(|axis| CutBy { axis: &axis.axis.name, column: &axis.column }).collect();
        data.measurements.extend(evaluate_columns(table, by_label, &cuts, min_support, confidence_level));
    }
    data.measurements.extend(evaluate_groups(profile, population, min_support, confidence_level));
    data.measurements.extend(evaluate_people(profile, now));
    data
}

/// The same with what was found in single rows.
fn with_rows(mut data: DataEvaluation, fit: &[DataMeasurement], looked_at: Vec<DataMeasurement>) -> DataEvaluation {
    data.measurements.extend(looked_at.into_iter().chain(fit.iter().cloned()));
    data
}

/// The measurements of the candidate, beside the baseline's predictions where those are of the same rows.
pub(crate) fn evaluated(config: &Config, candidate: &Candidate, baseline: &Found) -> Evaluation {
    candidate.with_retraining(baseline.evaluate(&candidate.cube, &config.evaluation))
}

/// The measurements with the slices that a search finds, where one is asked for.
fn searched(config: &Config, candidate: &Candidate, evaluation: Evaluation, console: &mut Console<'_>) -> Evaluation {
    let Some(settings) = &config.discovery else { return evaluation };
    if config.task.is_none() {
        console.step("Searching", &format!("slices with a worse {}", settings.rate));
    }
    evaluation.with_discovery(discover(&candidate.cube, settings))
}

/// How the columns moved: against the rows of the baseline, between the rows that were learned from and those that are
/// evaluated, and towards a batch from use. Edges are the anchor's, else the baseline's. Columns are counted only where there is something to compare, or the
/// data is checked.
fn drifted(
    config: &Config,
    (candidate, handed): (&Candidate, Option<&HandedOver>),
    (baseline, anchor): (&Found, Option<&Found>),
    profile: &DataProfile,
    console: &mut Console<'_>,
) -> Result<(Vec<DriftComparison>, Option<Columns>), Failure> {
    let frozen = anchor.and_then(Found::columns).or_else(|| baseline.columns());
    if frozen.is_none() && candidate.training.is_none() && config.production.is_none() && !config.checks_data {
        return Ok((Vec::new(), None));
    }
    let counted = match handed {
        Some(handed) => Columns { table: handed.bundle.features.clone(), by_label: FeatureTable::default() },
        None => columns::count(config, candidate, frozen, profile, console)?,
    };
    let table = &counted.table;
    let against_baseline = baseline.columns().and_then(|before| drift(DriftBetween::Releases, before, table));
    let against_training = drift(DriftBetween::TrainTest, table, table);
    let of_training = baseline.columns().and_then(|before| drift(DriftBetween::TrainReleases, before, table));
    let mut compared: Vec<_> = [against_baseline, against_training, of_training].into_iter().flatten().collect();
    if let Some(path) = config.production.as_ref().filter(|_| handed.is_none()) {
        let batch = production::count(config, path, candidate.production.as_ref(), Some(table), console)?;
        compared.extend(baseline.columns().and_then(|before| drift(DriftBetween::BaselineProduction, before, &batch)));
        compared.extend(drift(DriftBetween::TrainProduction, table, &batch));
        compared.extend(drift(DriftBetween::TestProduction, table, &batch));
    }
    Ok((compared, Some(counted)))
}

/// What came before a candidate, as it was found.
#[derive(Clone, Copy)]
struct Past<'a> {
    baseline: &'a Found,
    anchor: Option<&'a Found>,
    decisions: u64,
}

fn judging(config: &Config, decisions: u64) -> String {
    let so_far = if decisions == 1 { "1 decision".to_owned() } else { format!("{decisions} decisions") };
    format!("{} gates; this split has answered {so_far}", config.policy.gates.len())
}

/// The comparison with the baseline; none where there is no baseline.
pub(crate) fn compared(config: &Config, candidate: &Candidate, baseline: &Found) -> Option<Comparison> {
    let comparison = baseline.compare(&candidate.cube, &config.evaluation)?;
    Some(match &candidate.retraining {
        Some(retraining) => retraining.in_comparison(comparison),
        None => comparison,
    })
}

fn evaluating(config: &Config, cube: &Cube) -> String {
    format!("{} metrics on {} slices", config.evaluation.metrics.len(), cube.cells().count())
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
            Ok(Candidate { retraining, attributes, fit, training: training.map(TrainingRows::Held), production, ..candidate })
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

/// What a release stores about a candidate.
pub(crate) fn bundle(
    config: &Config,
    candidate: Candidate,
    (features, profile): (FeatureTable, DataProfile),
    (release, before): (&str, Option<&Manifest>),
    context: &Context,
) -> Bundle {
    let training_digest = candidate.training.as_ref().map(|training| training.for_report().digest);
    Bundle {
        manifest: Manifest {
            model: config.model_name.clone(),
            release: release.to_owned(),
            created: context.generated(),
            tool_version: TOOL_VERSION.to_owned(),
            config_digest: config.digest,
            data_digest: candidate.data_digest,
            model_digest: candidate.model_digest,
            training_digest,
            earlier: before.map(|before| before.remembered_by(release)).unwrap_or_default(),
        },
        cube: candidate.cube,
        features,
        profile,
    }
}

/// What went into a run, as readers may know it.
fn provenance(config: &Config, candidate: &Candidate, disclosure: &Disclosure) -> Result<Provenance, Failure> {
    Ok(Provenance {
        config_digest: config.digest,
        data_digest: candidate.data_digest,
        model_digest: candidate.model_digest,
        cube_digest: disclosure::counts_digest(config, candidate, disclosure)?,
        split: disclosure::split_name(config.publication.profile, &candidate.cube),
    })
}

/// What the task is, where it is not to tell two classes apart.
fn other_task(task: &Task) -> Option<String> {
    match task {
        Task::Binary { .. } => None,
        Task::Ranking { cutoff } => Some(format!("the task is ranking, what is counted as a row is a query, and k is {cutoff}")),
        other => Some(format!("the task is {}", other.kind())),
    }
}

fn report(
    config: &Config,
    context: &Context,
    candidate: &Candidate,
    past: Past<'_>,
    provenance: Provenance,
    (evaluation, comparison): (Evaluation, Option<Comparison>),
    verdict: Verdict,
) -> Report {
    let shape = &candidate.cube.meta().shape;
    Report {
        model_name: config.model_name.clone(),
        tool_version: TOOL_VERSION.to_owned(),
        generated: context.generated(),
        commit: baseline::head_commit(config),
        positive_label: shape
            .task
            .positive_label()
            .map_or_else(|| format!("none (the task is {})", shape.task.kind()), str::to_owned),
        task: other_task(&shape.task),
        rows: Some(candidate.cube.rows()),
        has_weights: shape.weighted,
        inputs: Vec::new(),
        job: None,
        provenance,
        baseline: past.baseline.for_report(context),
        anchor: past.anchor.map(|anchor| anchor.for_report(context)),
        split_decisions: past.decisions,
        model: candidate.facts.clone(),
        data_files: DataFiles {
            evaluated: file_name(&candidate.file),
            training: candidate.training.as_ref().map(TrainingRows::for_report),
            earlier: past.baseline.manifest().map(|manifest| manifest.remembered_by("")).unwrap_or_default(),
        },
        confidence_level: config.evaluation.confidence_level,
        min_support: config.policy.min_support,
        declared: config.evaluation.declared.clone(),
        evaluation,
        comparison,
        verdict,
        config_file: config.file_name.clone(),
        disclosed: Disclosed::internal(),
    }
}

/// The record that the log keeps of a decision: digests of everything that it rests on, and what was decided.
pub(crate) fn record(config: &Config, judged: &Judged, exit_code: u8, statement: &Digest) -> serde_json::Value {
    let documents: Vec<serde_json::Value> = judged
        .documents
        .iter()
        .map(|document| serde_json::json!({"path": document.path, "sha256": Digest::of(document.body.as_bytes()).to_string()}))
        .collect();
    let counts = &judged.verdict.counts;
    serde_json::json!({
        "version": 1,
        "outcome": judged.verdict.outcome.id(),
        "exit_code": exit_code,
        "statement_sha256": statement.to_string(),
        "model": config.model_name,
        "commit": baseline::head_commit(config),
        "tool_version": TOOL_VERSION,
        "config_sha256": config.digest.to_string(),
        "data_sha256": judged.provenance.data_digest.to_string(),
        "training_sha256": judged.training_digest.map(|digest| digest.to_string()),
        "model_sha256": judged.provenance.model_digest.to_string(),
        "counts_sha256": judged.provenance.cube_digest.to_string(),
        "split": judged.provenance.split,
        "read": {"job": judged.job, "rows_kept": 0, "inputs": judged.inputs.iter().map(read).collect::<Vec<_>>()},
        "profile": config.publication.profile.id(),
        "baseline": judged.baseline.for_record(),
        "anchor": judged.anchor.as_ref().map(Found::for_record),
        "checks": {
            "total": counts.total, "passed": counts.passed, "failed": counts.failed, "warned": counts.warned,
            "inconclusive": counts.inconclusive, "not_evaluated": counts.not_evaluated, "waived": counts.waived,
        },
        "documents": documents,
    })
}

/// What log and statement keep of an input.
pub(crate) fn read(input: &Input) -> serde_json::Value {
    let sensitive = input.columns.iter().filter(|column| column.sensitive.is_some());
    let sensitive: Vec<&str> = sensitive.map(|column| column.name.as_str()).collect();
    serde_json::json!({
        "purpose": input.purpose, "path": input.path, "files": input.files, "sha256": input.digest.to_string(),
        "bytes": input.bytes, "rows": input.rows, "sensitive": sensitive,
    })
}

/// Whether an outcome lets a release through.
pub(crate) fn lets_through(outcome: Outcome) -> bool {
    outcome == Outcome::Passed
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
