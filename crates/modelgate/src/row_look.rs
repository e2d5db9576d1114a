//! Looks at single rows with models of all other rows: where a model is trained here, or the configuration asks for it.

use std::collections::BTreeMap;

use modelgate_config::{Config, ModelSource};
use modelgate_cube::{FeatureId, FeatureKind, FeatureTable, MOST_LEVELS, Part};
use modelgate_data::{
    Column, Dataset, Labels, Pattern, Roles, SampledRows, TaskColumns, binary_labels, class_labels, groups_of, new_patterns,
    order_of, sampled,
};
use modelgate_eval::{
    ColumnValues, DataMeasurement, NewPattern, NumbersLook, RowPoints, RowsLook, ScoredRows, evaluate_encoding,
    evaluate_explained, evaluate_fit, evaluate_influence, evaluate_look, evaluate_patterns, label_kinds,
};
use modelgate_model::{
    Digest, Estimator, Learning, Model, ModelError, Origin, TrainSettings, cross_fitted, neighbors, points, train,
};

use crate::baseline::Found;
use crate::candidate::{Candidate, SCORE, TrainingRows, threads};
use crate::context::Console;
use crate::data_checks;
use crate::failure::Failure;

/// As many rows are looked at, those with the smallest hashes.
const MOST_ROWS: usize = 10_000;

/// Rows are cut into so many parts; each is scored by a model of the others.
const PARTS: u64 = 5;

/// As many neighbors of a row are looked at.
const NEIGHBORS: usize = 10;

/// Groups are told from each other in as many rows, by two models each.
const MOST_GROUP_ROWS: usize = 4_000;
const GROUP_PARTS: u64 = 2;

/// As many groups of an axis are told from the others, the largest.
const MOST_GROUPS: usize = 6;

/// Labels of fewer rows are not told from others, nor more than so many labels.
const LEAST_OF_LABEL: usize = 30;
const MOST_LABELS: usize = 20;

/// The column that says whether a row is in a group. No column of a file has this name.
const GROUP: &str = "modelgate group";

/// As many rows are scored alone.
const ALONE: usize = 100;

/// What is found in single rows; nothing where nobody asks, or labels are neither classes nor numbers.
pub(crate) fn of(
    config: &Config,
    candidate: &Candidate,
    baseline: &Found,
    console: &mut Console<'_>,
) -> Result<Vec<DataMeasurement>, Failure> {
    let is_known = matches!(config.task, None | Some(TaskColumns::Regression | TaskColumns::Multiclass { .. }));
    if !is_asked(config, candidate) || !is_known {
        return Ok(Vec::new());
    }
    let read;
    let (part, rows) = match (&candidate.training, &candidate.dataset) {
        (Some(TrainingRows::Held(rows)), _) => (Part::Train, rows),
        (Some(TrainingRows::File(path, _)), _) => {
            read = modelgate_data::read(path, &config.read)?;
            (Part::Train, &read)
        }
        (None, Some(rows)) => (Part::Test, rows),
        (None, None) => {
            read = modelgate_data::read(&candidate.file, &config.read)?;
            (Part::Test, &read)
        }
    };
    let features = features(config, candidate, rows);
    let sample = sampled(rows, &config.roles, &features, MOST_ROWS)?;
    let encoded = encoded_groups(config, (part, rows), &features)?;
    if matches!(config.task, Some(TaskColumns::Regression)) {
        return Ok(encoded.into_iter().chain(explained(config, (part, &sample), &features)?).collect());
    }
    console.step("Looking", &format!("at the labels of {} of {} rows, with models of other rows", sample.rows.rows(), sample.of));
    let latest = baseline.profile().and_then(|profile| profile.times.get(&part)).map(|times| times.latest);
    let settings = settings(config, candidate, features);
    if config.task.is_some() {
        let (classes, labels) = class_labels(&sample.rows, &settings.label)?;
        let scores = one_against_others(&sample, &labels, &settings);
        let labels = LookLabels { labels: &labels, kinds: label_kinds(Some(&classes)), scores };
        let found = look(config, (part, &sample), labels, (&settings, latest), console)?;
        console.finish_step();
        return Ok(found.into_iter().chain(encoded).collect());
    }
    let labels = labels(&sample.rows, &settings)?;
    let of_two: Vec<u32> = labels.is_positive.iter().map(|is_positive| u32::from(*is_positive)).collect();
    let scores = cross_fitted(&sample.rows, &sample.hashes, PARTS, &settings);
    let scores = scores.map(|scores| vec![Some(scores.iter().map(|score| 1.0 - score).collect()), Some(scores)]);
    let of_labels = LookLabels { labels: &of_two, kinds: label_kinds(None), scores };
    let mut found = look(config, (part, &sample), of_labels, (&settings, latest), console)?;
    found.extend(encoded);
    if let (Some(latest), Some(TrainingRows::Held(training)), Some(test)) = (latest, &candidate.training, &candidate.dataset) {
        found.extend(influence(config, (training, test), &settings, latest)?);
    }
    if let Some(before) = baseline.columns() {
        found.extend(marks(before, (part, &sample), &labels, &settings)?);
    }
    console.finish_step();
    Ok(found)
}

fn labels(rows: &Dataset, settings: &TrainSettings) -> Result<Labels, Failure> {
    Ok(binary_labels(rows, &settings.label, settings.positive_label.as_deref())?)
}

/// Whether rows are looked at: where a model is trained here, unless the settings say otherwise.
pub(crate) fn is_asked(config: &Config, candidate: &Candidate) -> bool {
    config.checks_data && config.label_noise.unwrap_or(matches!(candidate.training, Some(TrainingRows::Held(_))))
}

/// The columns that a model learns from, or would: every one without another meaning.
pub(crate) fn features(config: &Config, candidate: &Candidate, rows: &Dataset) -> Vec<String> {
    let known = data_checks::features(config, candidate).unwrap_or_else(|| data_checks::learned(config, rows));
    let ignored = data_checks::ignored(config, &candidate.roles);
    known.into_iter().filter(|name| rows.has_column(name) && !ignored.contains(name)).collect()
}

/// The model that is trained here, else logistic regression.
fn settings(config: &Config, candidate: &Candidate, features: Vec<String>) -> TrainSettings {
    let learning = match &config.model {
        ModelSource::Train { learning, .. } => learning.clone(),
        ModelSource::Predictions { .. } | ModelSource::Command(_) => Learning::of(Estimator::LogisticRegression),
    };
    TrainSettings {
        learning,
        label: config.roles.label.clone(),
        positive_label: candidate.cube.meta().shape.task.positive_label().map(str::to_owned),
        features,
        threads: threads().get(),
    }
}

/// The probability of each label by models that have not seen the rows; none of a label whose rows are too few.
type LabelScores = Vec<Option<Vec<f64>>>;

/// What rows are labelled, and what models of other rows say of them.
struct LookLabels<'a> {
    labels: &'a [u32],
    kinds: Vec<String>,
    scores: Result<LabelScores, ModelError>,
}

/// The probabilities of several labels by a logistic regression of each against all others, made to sum to 1. Labels of few rows are
/// left out, and all but the most frequent of many.
fn one_against_others(sample: &SampledRows, labels: &[u32], settings: &TrainSettings) -> Result<LabelScores, ModelError> {
    let mut rows: BTreeMap<u32, usize> = BTreeMap::new();
    for label in labels {
        *rows.entry(*label).or_default() += 1;
    }
    let mut frequent: Vec<(usize, u32)> = rows.iter().map(|(label, rows)| (*rows, *label)).collect();
    frequent.retain(|(rows, _)| *rows >= LEAST_OF_LABEL);
    frequent.sort_by(|one, two| two.0.cmp(&one.0).then_with(|| one.1.cmp(&two.1)));
    frequent.truncate(MOST_LABELS);
    let settings = TrainSettings {
        learning: Learning::of(Estimator::LogisticRegression),
        label: GROUP.to_owned(),
        positive_label: Some("1".to_owned()),
        ..settings.clone()
    };
    let mut scores: LabelScores = rows.keys().map(|_| None).collect();
    for (_, label) in frequent {
        let is_one = labels.iter().map(|given| f64::from(u8::from(*given == label))).collect();
        let of_label = cross_fitted(&sample.rows.with_scores(GROUP, is_one)?, &sample.hashes, PARTS, &settings)?;
        if let Some(slot) = usize::try_from(label).ok().and_then(|label| scores.get_mut(label)) {
            *slot = Some(of_label);
        }
    }
    for row in 0..labels.len() {
        let sum: f64 = scores.iter().flatten().filter_map(|scores| scores.get(row)).sum();
        for score in scores.iter_mut().flatten().filter_map(|scores| scores.get_mut(row)).filter(|_| sum > 0.0) {
            *score /= sum;
        }
    }
    Ok(scores)
}

fn look(
    config: &Config,
    (part, sample): (Part, &SampledRows),
    LookLabels { labels, kinds, scores }: LookLabels<'_>,
    (settings, latest): (&TrainSettings, Option<f64>),
    console: &mut Console<'_>,
) -> Result<Vec<DataMeasurement>, Failure> {
    if let Err(error) = &scores {
        // What it says of a part of the rows is about no file that anybody has.
        console.step("Leaving out", &format!("labels that look wrong: {}", crate::terminal::plain(&error.to_string())));
    }
    let scores = scores.ok();
    let points = points(&sample.rows, &settings.features).ok();
    let near = points.as_ref().map(|points| neighbors(points, NEIGHBORS));
    let is_new = latest.and_then(|latest| newer(config, &sample.rows, latest));
    let mut groups = Vec::new();
    for axis in &config.axes {
        let of_axis = groups_of(&sample.rows, axis, config.max_levels)?;
        groups.extend(of_axis.map(|of_axis| (axis.axis.name.as_str(), of_axis)));
    }
    let Roles { id, time, .. } = &config.roles;
    let orders = [id, time].into_iter().flatten();
    let orders = orders.filter_map(|column| Some((column.as_str(), order_of(&sample.rows, column)?))).collect();
    let found = RowsLook {
        part,
        of: sample.of,
        labels,
        kinds: &kinds,
        places: &sample.places,
        scores: scores.as_deref(),
        groups,
        neighbors: near.as_ref().map(|near| (near.rows.as_slice(), near.distances.as_slice())),
        points: points.as_ref().map(|points| RowPoints { width: points.width, values: &points.values }),
        is_new: is_new.as_deref(),
        orders,
    };
    Ok(evaluate_look(&found, config.evaluation.min_support, config.evaluation.confidence_level))
}

/// How well the groups of each axis are told by the columns that are learned from, without the axis' own.
fn encoded_groups(config: &Config, (part, rows): (Part, &Dataset), features: &[String]) -> Result<Vec<DataMeasurement>, Failure> {
    let sample = sampled(rows, &config.roles, features, MOST_GROUP_ROWS)?;
    let mut found = Vec::new();
    for axis in &config.axes {
        let Some(groups) = groups_of(&sample.rows, axis, config.max_levels)? else { continue };
        let others: Vec<String> = features.iter().filter(|name| **name != axis.column).cloned().collect();
        let settings = TrainSettings {
            learning: Learning::of(Estimator::LogisticRegression),
            label: GROUP.to_owned(),
            positive_label: Some("1".to_owned()),
            features: others,
            threads: threads().get(),
        };
        for group in largest(&groups, config.evaluation.min_support) {
            let is_member: Vec<bool> = groups.iter().map(|one| *one == group).collect();
            let told =
                sample.rows.with_scores(GROUP, is_member.iter().map(|is_member| f64::from(u8::from(*is_member))).collect())?;
            let scores = cross_fitted(&told, &sample.hashes, GROUP_PARTS, &settings).ok();
            let name = group.as_deref().unwrap_or(modelgate_cube::MISSING);
            let is_sample = sample.rows.rows() < sample.of;
            let confidence_level = config.evaluation.confidence_level;
            found.push(evaluate_encoding(
                (part, is_sample),
                (axis.axis.name.as_str(), name),
                (&is_member, scores.as_deref()),
                confidence_level,
            ));
        }
    }
    Ok(found)
}

/// The largest groups that have enough rows, and enough beside them. Of two, the first: the other is its mirror image.
fn largest(groups: &[Option<String>], min_support: u64) -> Vec<Option<String>> {
    let mut counts: BTreeMap<&Option<String>, u64> = BTreeMap::new();
    for group in groups {
        *counts.entry(group).or_default() += 1;
    }
    let wanted = if counts.len() == 2 { 1 } else { MOST_GROUPS };
    let rows = groups.len() as u64;
    let mut enough: Vec<(u64, &Option<String>)> = counts.into_iter().map(|(group, count)| (count, group)).collect();
    enough.retain(|(count, _)| *count >= min_support.max(1) && rows - count >= min_support.max(1));
    enough.sort_by(|one, two| two.0.cmp(&one.0).then_with(|| one.1.cmp(two.1)));
    enough.into_iter().take(wanted).map(|(_, group)| group.clone()).collect()
}

/// Whether each row is newer than a time, in seconds since 1970; `None` where none is, or they have no time.
fn newer(config: &Config, rows: &Dataset, latest: f64) -> Option<Vec<bool>> {
    let times = order_of(rows, config.roles.time.as_deref()?)?;
    let is_new: Vec<bool> = times.into_iter().map(|time| time.is_some_and(|time| time > latest)).collect();
    is_new.contains(&true).then_some(is_new)
}

/// What rows that the baseline's model had not yet seen do to one: it is trained once more without them. Nothing where there are none,
/// or where no model can be trained of the others.
fn influence(
    config: &Config,
    (training, test): (&Dataset, &Dataset),
    settings: &TrainSettings,
    latest: f64,
) -> Result<Option<DataMeasurement>, Failure> {
    let Some(is_new) = newer(config, training, latest) else { return Ok(None) };
    let old: Vec<u32> = (0..).zip(&is_new).filter(|(_, is_new)| !**is_new).map(|(row, _)| row).collect();
    let origin = Origin { config_digest: Digest::of(b""), data_digest: training.digest(), tool_version: String::new() };
    let Ok(model) = train(&training.taken(&old)?, settings, &origin) else { return Ok(None) };
    let without = model.score(test)?;
    let tested = binary_labels(test, &settings.label, Some(model.positive_label()))?;
    let scores: Vec<f64> = match test.column(SCORE) {
        Some(column) => (0..test.rows()).filter_map(|row| column.number(row)).collect(),
        None => return Ok(None),
    };
    let with = ScoredRows { is_positive: &tested.is_positive, scores: &scores };
    Ok(Some(evaluate_influence(with, &without, config.decision_threshold, config.evaluation.confidence_level)))
}

/// How much of the number that is to be predicted each column explains.
fn explained(
    config: &Config,
    (part, sample): (Part, &SampledRows),
    features: &[String],
) -> Result<Vec<DataMeasurement>, Failure> {
    let label = sample.rows.require(&config.roles.label)?;
    let known = |row: &usize| label.number(*row).is_some();
    let rows: Vec<usize> = (0..sample.rows.rows()).filter(known).collect();
    let targets: Vec<f64> = rows.iter().filter_map(|row| label.number(*row)).collect();
    let parts: Vec<u64> = rows.iter().filter_map(|row| sample.hashes.get(*row).map(|hash| hash.rotate_left(32))).collect();
    let mut columns = Vec::new();
    for name in features {
        columns.push((name.as_str(), values(sample.rows.require(name)?, &rows)));
    }
    Ok(evaluate_explained(&NumbersLook { part, of: sample.of, targets: &targets, parts: &parts, columns }))
}

/// What these rows say in a column: numbers, or a number for each different text.
fn values(column: &Column, rows: &[usize]) -> ColumnValues {
    if column.distinct_texts().is_none() {
        return ColumnValues::Numbers(rows.iter().map(|row| column.number(*row)).collect());
    }
    let mut codes: BTreeMap<Option<&str>, u32> = BTreeMap::new();
    let code = |row: &usize| {
        let next = u32::try_from(codes.len()).unwrap_or(u32::MAX);
        *codes.entry(column.text(*row)).or_insert(next)
    };
    ColumnValues::Texts(rows.iter().map(code).collect())
}

/// New texts, and pairs with them, whose rows nearly all have one label. Only columns of which a release knows every frequent text
/// can be told to have new ones.
fn marks(
    before: &FeatureTable,
    (part, sample): (Part, &SampledRows),
    labels: &Labels,
    settings: &TrainSettings,
) -> Result<Vec<DataMeasurement>, Failure> {
    let texts = before.columns.iter().filter_map(|(id, column)| match (id, &column.kind) {
        (FeatureId::Column(name), FeatureKind::Category { levels }) if levels.len() < MOST_LEVELS => {
            Some((name.clone(), levels.iter().cloned().collect()))
        }
        _ => None,
    });
    let known = texts.collect();
    let found = new_patterns(&sample.rows, &labels.is_positive, &settings.features, &known)?;
    let found = found.into_iter().map(|Pattern { says, rows, positives }| NewPattern { says, rows, positives });
    let found: Vec<NewPattern> = found.collect();
    let positives = labels.is_positive.iter().filter(|label| **label).count() as u64;
    Ok(evaluate_patterns(part, &found, (labels.is_positive.len() as u64, positives, sample.of as u64)))
}

/// What a model that is trained here does on the rows that it learned from, and on single rows.
pub(crate) fn of_model(
    config: &Config,
    model: &Model,
    (training, test): (&Dataset, &Dataset),
    scores: &[f64],
) -> Result<Vec<DataMeasurement>, Failure> {
    if !config.checks_data {
        return Ok(Vec::new());
    }
    let (label, positive) = (config.roles.label.as_str(), Some(model.positive_label()));
    let (learned, tested) = (binary_labels(training, label, positive)?, binary_labels(test, label, positive)?);
    let alone = sampled(test, &config.roles, &model_features(model), ALONE)?;
    let mut pairs = Vec::with_capacity(ALONE);
    for place in &alone.places {
        let one = model.score(&test.taken(&[*place])?)?;
        pairs.extend(one.first().copied().zip(scores.get(*place as usize).copied()));
    }
    let training_scores = model.score(training)?;
    Ok(evaluate_fit(
        ScoredRows { is_positive: &learned.is_positive, scores: &training_scores },
        ScoredRows { is_positive: &tested.is_positive, scores },
        config.decision_threshold,
        &pairs,
        config.evaluation.confidence_level,
    ))
}

fn model_features(model: &Model) -> Vec<String> {
    model.facts().features.into_iter().map(|feature| feature.name).collect()
}
