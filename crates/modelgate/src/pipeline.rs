//! The rooms in their order: rows, counts, measurements, findings, documents, record.

use std::path::{Path, PathBuf};

use modelgate_config::{Config, ModelSource, SensitiveColumn};
use modelgate_cube::{
    Bundle, Contract, Cube, DataProfile, Digest, Disclosure, FeatureTable, Manifest, Population, Profile, Task,
};
use modelgate_eval::{
    Comparison, CutBy, DataMeasurement, DriftBetween, DriftComparison, EvalSettings, Evaluation, discover, drift,
    evaluate_columns, evaluate_contributions, evaluate_data, evaluate_groups, evaluate_people, evaluate_score_groups,
};
use modelgate_policy::{Anchor, Compliance, Date, History, Outcome, ReadFile, Verdict, WrittenDocument, judge};
use modelgate_report::{CommentTemplate, DataFiles, Disclosed, Document, Input, Provenance, Report};

use crate::baseline::{self, BaselineChoice, Found, Reading};
use crate::candidate::{Candidate, TrainingRows, candidate, file_name, shown};
use crate::cards::{self, Card};
use crate::columns::{self, Columns};
use crate::context::{Console, Context};
use crate::controls;
use crate::data_checks;
use crate::disclosure;
use crate::evidence::Grounds;
use crate::failure::{Failure, unreadable};
use crate::handed_over::HandedOver;
use crate::inputs;
use crate::log;
use crate::production;
use crate::row_look;
use crate::together;

/// This program's version, part of every record.
pub(crate) const TOOL_VERSION: &str = env!("CARGO_PKG_VERSION");

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
    /// What the verdict follows from.
    pub(crate) grounds: Grounds,
}

/// Reads and checks the configuration.
pub(crate) fn load(path: &Path, console: &mut Console<'_>) -> Result<Config, Failure> {
    console.step("Loading", &path.display().to_string());
    let config = modelgate_config::load(path)?;
    for guess in &config.guesses {
        let (column, declaration) = (crate::terminal::plain(&guess.column), crate::terminal::plain(&guess.declaration()));
        let key = &guess.key;
        // Told also where little is told: what a column means is nothing to be silent about.
        console
            .note("Guessing", &format!("{key} is the column {column}, by its usual name; write `{declaration}` to declare it"));
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
    /// Counts that another job made.
    Counts(&'a HandedOver),
}

impl<'a> Subject<'a> {
    fn counts(self) -> Option<&'a HandedOver> {
        match self {
            Self::Counts(handed) => Some(handed),
            Self::Rows => None,
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
    let mut candidate = match handed {
        Some(handed) => handed.candidate(config)?,
        None => candidate(config, None, console)?,
    };
    let baseline = baseline::find(config, choice, &candidate, reading, console)?;
    let anchor = baseline::find_anchor(config, &baseline, reading, console)?;
    let decisions = log::decisions_on(&config.ledger, &candidate.cube)?;
    console.step("Evaluating", &evaluating(config, &candidate.cube));
    let evaluation = evaluated(config, &candidate, &baseline);
    let evaluation = searched(config, &candidate, evaluation, console);
    let contract = data_checks::contract(config)?;
    let population = if handed.is_some() { None } else { data_checks::population(config)? };
    let (shares, population_digest) = population.unzip();
    let agreed = (contract.as_ref(), shares.as_ref());
    let profile = match handed {
        Some(handed) => handed.bundle.profile.clone(),
        None => data_checks::count(config, &candidate, agreed, context, console)?,
    };
    let (columns, batch) = counted(config, (&candidate, handed), (&baseline, anchor.as_ref()), &profile, console)?;
    let own = columns.as_ref().map(|columns| &columns.table);
    let looked_at = looked_at(config, (&candidate, handed), &baseline, (own, batch.as_ref()), console)?;
    let now = context.now.as_second() as f64;
    let known = Known { profile: &profile, columns: columns.as_ref(), population: shares.as_ref() };
    let measured = if profile.is_empty() { Vec::new() } else { measured(config, &candidate, known, &baseline, looked_at, now) };
    let changes = Changes::since(config, &candidate, (&baseline, anchor.as_ref()));
    console.step("Judging", &judging(config, decisions));
    let files = read_files(config, &candidate, population_digest);
    let compared: Vec<&Found> = std::iter::once(&baseline).chain(anchor.as_ref()).collect();
    let disclosure = disclosure::of(config, &candidate, &compared);
    let provenance = provenance(config, &candidate, &disclosure)?;
    let cards = cards::read(config, &evaluation, &provenance, &disclosure)?;
    let written: Vec<_> = cards.iter().map(|card| card.document.clone()).collect();
    let trained_here = matches!(config.model, ModelSource::Train { .. });
    let previous = baseline.for_report(context);
    let compliance =
        declared.map(|declared| controls::compliance(config, declared, &provenance, &previous, trained_here, (context, console)));
    let other_configuration = handed.and_then(|handed| handed.other_configuration(config));
    let table = columns.map(|columns| columns.table).unwrap_or_default();
    let beside = Beside {
        drift: &moved(config, &baseline, &table, batch.as_ref()),
        measured: &measured,
        contract: contract.as_ref(),
        decisions,
        files: &files,
        compliance: compliance.as_ref(),
        written: &written,
        other_configuration,
    };
    let (verdict, comparison) = verdict_of(config, (&candidate, &profile), changes, &evaluation, beside, context.today())?;
    let past = Past { baseline: &baseline, anchor: anchor.as_ref(), decisions };
    let inputs = match handed {
        Some(handed) => vec![handed.input()],
        None => inputs::of(config, &candidate, population_digest)?,
    };
    let discovery = evaluation.discovery().map(Result::<&_, _>::cloned);
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
    let template = comment_template(config)?;
    let template = template.as_ref().map(|(name, text)| CommentTemplate { name, text });
    let documents = modelgate_report::render(&report, template)?;
    let headline = modelgate_report::verdict_line(&report);
    let Report { evaluation, comparison, verdict, inputs, job, .. } = report;
    let training_digest = candidate.training.as_ref().map(|training| training.for_report().digest);
    let retrained = std::mem::take(&mut candidate.retrained);
    let bundle = bundle(config, candidate, (table, profile), ("", None), context);
    let grounds =
        Grounds { bundle, retrained, batch, measured, discovery, decisions, files, written, compliance, other_configuration };
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
        grounds,
    })
}

/// What was measured of single rows, where there are rows.
fn looked_at(
    config: &Config,
    (candidate, handed): (&Candidate, Option<&HandedOver>),
    baseline: &Found,
    (own, batch): (Option<&FeatureTable>, Option<&FeatureTable>),
    console: &mut Console<'_>,
) -> Result<Vec<DataMeasurement>, Failure> {
    let mut measured = Vec::new();
    if handed.is_none() {
        measured = row_look::of(config, candidate, baseline, console)?;
        if row_look::is_asked(config, candidate) {
            measured.extend(together::of(config, candidate, &together::PAIRS, console)?);
        }
    }
    measured.extend(batch.iter().flat_map(|batch| together::in_use(config, (Some(candidate), own), baseline, batch)));
    Ok(measured)
}

/// What a verdict takes into account besides the measurements of the candidate and of what came before it.
#[derive(Clone, Copy)]
pub(crate) struct Beside<'a> {
    /// How the columns moved.
    pub(crate) drift: &'a [DriftComparison],
    /// What was measured of single rows.
    pub(crate) measured: &'a [DataMeasurement],
    /// What is agreed about the columns.
    pub(crate) contract: Option<&'a Contract>,
    /// How many decisions these rows had answered before.
    pub(crate) decisions: u64,
    /// The files of data.
    pub(crate) files: &'a [ReadFile],
    /// Packs, facts, and what git told.
    pub(crate) compliance: Option<&'a Compliance>,
    /// The documents that people write by hand.
    pub(crate) written: &'a [WrittenDocument],
    /// The digest of the configuration that counts from elsewhere were made with.
    pub(crate) other_configuration: Option<Digest>,
}

/// What changed since the releases that a run is held against.
pub(crate) struct Changes<'a> {
    baseline: &'a Found,
    anchor: Option<&'a Found>,
    since_baseline: Option<Comparison>,
    since_anchor: Option<Comparison>,
}

impl<'a> Changes<'a> {
    pub(crate) fn since(config: &Config, candidate: &Candidate, (baseline, anchor): (&'a Found, Option<&'a Found>)) -> Self {
        let since_baseline = compared(config, candidate, baseline);
        Self { baseline, anchor, since_baseline, since_anchor: anchor.and_then(|anchor| compared(config, candidate, anchor)) }
    }
}

/// The verdict, and the comparison with the baseline. Rows are not looked at: whoever has the same arguments gets the same verdict.
pub(crate) fn verdict_of(
    config: &Config,
    (candidate, profile): (&Candidate, &DataProfile),
    changes: Changes<'_>,
    evaluation: &Evaluation,
    beside: Beside<'_>,
    today: Date,
) -> Result<(Verdict, Option<Comparison>), Failure> {
    let Changes { baseline, anchor, since_baseline: comparison, since_anchor: with_anchor } = changes;
    let data = (!profile.is_empty()).then(|| {
        let mut data = evaluate_data(profile, baseline.profile(), config.evaluation.confidence_level);
        data.measurements.extend(beside.measured.iter().cloned());
        data
    });
    let history = History {
        baseline: baseline.for_policy(candidate, comparison.as_ref())?,
        anchor: match anchor {
            Some(found) => Some(Anchor { release: found.name(), compared: found.for_policy(candidate, with_anchor.as_ref())? }),
            None => None,
        },
        decisions: beside.decisions,
        drift: beside.drift,
        without_columns: matches!(baseline, Found::Release(_)) && baseline.columns().is_none(),
        data: data.as_ref(),
        contract: beside.contract.map(|contract| (contract, Some(profile))),
        files: beside.files,
        compliance: beside.compliance,
        written: beside.written,
        other_configuration: beside.other_configuration,
    };
    let verdict = judge(evaluation, history, &config.policy, today);
    Ok((verdict, comparison))
}

/// What files are read for.
const EVALUATED: &str = "to evaluate";
const TRAINED: &str = "to train";
const LEARNED: &str = "as the rows that were learned from";
const BATCH: &str = "as a batch from use";
const POPULATION: &str = "as the population";

/// Everything that files are read for.
pub(crate) const USES: [&str; 5] = [EVALUATED, TRAINED, LEARNED, BATCH, POPULATION];

/// The files of data that were read, and those that are declared, with the digests that they have now.
fn read_files(config: &Config, candidate: &Candidate, population: Option<Digest>) -> Vec<ReadFile> {
    let evaluated = (candidate.file.clone(), Some(candidate.data_digest), Some(EVALUATED));
    let training = candidate.training.as_ref().map(|training| match training {
        TrainingRows::Held(dataset) => (dataset.path().to_owned(), Some(dataset.digest()), Some(TRAINED)),
        TrainingRows::File(path, digest) => (path.clone(), Some(*digest), Some(LEARNED)),
    });
    let mut files: Vec<ReadFile> = Vec::new();
    let production = config.production.as_ref().map(|path| (path.clone(), None, Some(BATCH)));
    let declared = config.policy.sources.iter().map(|source| (PathBuf::from(&source.path), None, None));
    let population = config.policy.data.population.as_ref().zip(population);
    let population = population.map(|(source, digest)| (PathBuf::from(&source.path), Some(digest), Some(POPULATION)));
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

/// The comment's template that the settings name, with its file.
fn comment_template(config: &Config) -> Result<Option<(String, String)>, Failure> {
    let Some(path) = &config.comment_template else { return Ok(None) };
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    Ok(Some((path.display().to_string(), text)))
}

/// What is known of the data.
#[derive(Clone, Copy)]
struct Known<'a> {
    profile: &'a DataProfile,
    columns: Option<&'a Columns>,
    population: Option<&'a Population>,
}

/// What was measured of the data that its profile does not tell by itself.
fn measured(
    config: &Config,
    candidate: &Candidate,
    known: Known<'_>,
    baseline: &Found,
    looked_at: Vec<DataMeasurement>,
    now: f64,
) -> Vec<DataMeasurement> {
    let Known { profile, columns, population } = known;
    let EvalSettings { confidence_level, min_support, .. } = config.evaluation;
    let mut measured = evaluate_score_groups(&candidate.cube, &config.evaluation);
    if let Some((Columns { table, .. }, source)) = columns.zip(config.source_column.as_ref()) {
        measured.extend(evaluate_contributions(table, baseline.columns(), source, confidence_level));
    }
    if let Some(Columns { table, by_label }) = columns {
        let cuts: Vec<CutBy<'_>> = config.axes.iter().map(|axis| CutBy { axis: &axis.axis.name, column: &axis.column }).collect();
        measured.extend(evaluate_columns(table, by_label, &cuts, min_support, confidence_level));
    }
    measured.extend(evaluate_groups(profile, population, min_support, confidence_level));
    measured.extend(evaluate_people(profile, now));
    measured.extend(looked_at.into_iter().chain(candidate.fit.iter().cloned()));
    measured
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

/// The counts of the columns, and those of a batch from use. Edges are the anchor's, else the baseline's. Columns are counted only where
/// there is something to compare, or the data is checked.
fn counted(
    config: &Config,
    (candidate, handed): (&Candidate, Option<&HandedOver>),
    (baseline, anchor): (&Found, Option<&Found>),
    profile: &DataProfile,
    console: &mut Console<'_>,
) -> Result<(Option<Columns>, Option<FeatureTable>), Failure> {
    let frozen = anchor.and_then(Found::columns).or_else(|| baseline.columns());
    if frozen.is_none() && candidate.training.is_none() && config.production.is_none() && !config.checks_data {
        return Ok((None, None));
    }
    let counted = match handed {
        Some(handed) => Columns { table: handed.bundle.features.clone(), by_label: FeatureTable::default() },
        None => columns::count(config, candidate, frozen, profile, console)?,
    };
    let batch = match config.production.as_ref().filter(|_| handed.is_none()) {
        Some(path) => Some(production::count(config, path, candidate.production.as_ref(), Some(&counted.table), console)?),
        None => None,
    };
    Ok((Some(counted), batch))
}

/// How the columns moved: against the rows of the baseline, between the rows that were learned from and those that are
/// evaluated, and towards a batch from use.
pub(crate) fn moved(
    config: &Config,
    baseline: &Found,
    table: &FeatureTable,
    batch: Option<&FeatureTable>,
) -> Vec<DriftComparison> {
    let before = baseline.columns();
    let against_baseline = before.and_then(|before| drift(DriftBetween::Releases, before, table));
    let against_training = drift(DriftBetween::TrainTest, table, table);
    let of_training = before.and_then(|before| drift(DriftBetween::TrainReleases, before, table));
    let mut moved: Vec<_> = [against_baseline, against_training, of_training].into_iter().flatten().collect();
    if let Some(batch) = batch {
        moved.extend(before.and_then(|before| drift(DriftBetween::BaselineProduction, before, batch)));
        moved.extend(drift(DriftBetween::TrainProduction, table, batch));
        moved.extend(drift(DriftBetween::TestProduction, table, batch));
    }
    // A batch from use needs not say which groups its rows are of.
    for comparison in moved.iter_mut().filter(|comparison| comparison.between.is_of_production()) {
        comparison.only_before.retain(|id| !config.axes.iter().any(|axis| axis.column == id.name()));
    }
    moved
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

/// What went into a run of which everything may be known.
pub(crate) fn provenance_of(config: &Config, candidate: &Candidate) -> Provenance {
    Provenance {
        config_digest: config.digest,
        data_digest: candidate.data_digest,
        model_digest: candidate.model_digest,
        cube_digest: candidate.counts_digest,
        split: disclosure::split_name(Profile::Internal, &candidate.cube),
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
