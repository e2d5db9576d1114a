//! Holds two sets of rows against each other as wholes, where both are at hand: the rows that were learned from, those that are
//! evaluated, and a batch from use.

use std::path::{Path, PathBuf};

use modelgate_config::Config;
use modelgate_cube::{FeatureTable, Part};
use modelgate_data::{Dataset, SampledRows, read, sampled};
use modelgate_eval::{DataMeasurement, DriftBetween, RowPoints, RowSets, evaluate_apart, evaluate_in_use};
use modelgate_model::{Estimator, Hyperparameters, Learning, TrainSettings, cross_fitted, points};

use crate::baseline::Found;
use crate::candidate::{Candidate, TrainingRows, threads};
use crate::context::Console;
use crate::failure::Failure;
use crate::row_look::features;

/// As many rows of each set are looked at, those with the smallest hashes.
const MOST_ROWS: usize = 2_000;

/// Rows are told apart by models of two parts.
const PARTS: u64 = 2;

/// The trees that tell them apart: as many as it takes to see what columns do together.
const TREES: u32 = 40;
const LEAVES: u32 = 8;

/// The column that says of which set a row is. No column of a file has this name.
const LATER: &str = "modelgate later";

/// The pairs whose rows may be at hand.
pub(crate) const PAIRS: [DriftBetween; 3] =
    [DriftBetween::TrainTest, DriftBetween::TrainProduction, DriftBetween::TestProduction];

/// How the sets of each pair differ, where the rows of both are at hand.
pub(crate) fn of(
    config: &Config,
    candidate: &Candidate,
    pairs: &[DriftBetween],
    console: &mut Console<'_>,
) -> Result<Vec<DataMeasurement>, Failure> {
    console.step("Telling", "sets of rows apart");
    let mut sets = Sets { config, candidate, features: None, training: None, test: None, production: None };
    let mut found = Vec::new();
    for between in pairs {
        found.extend(sets.pair(*between)?);
    }
    console.finish_step();
    Ok(found)
}

/// What the model is estimated to do on a batch, by the counts that it was evaluated with: those of this run where it scored the batch
/// here, else the baseline's, whose scores a batch carries; without one, those of this run. `own` counts the columns of this run's.
pub(crate) fn in_use(
    config: &Config,
    (candidate, own): (Option<&Candidate>, Option<&FeatureTable>),
    baseline: &Found,
    batch: &FeatureTable,
) -> Vec<DataMeasurement> {
    let nothing = FeatureTable::default();
    let own = candidate.map(|candidate| (&candidate.cube, own.unwrap_or(&nothing)));
    let scored_here = candidate.is_some_and(|candidate| candidate.production.is_some());
    // Published counts are those of many rows together, and no score table.
    let before =
        baseline.release().filter(|release| release.is_exact()).map(|release| (&release.bundle.cube, &release.bundle.features));
    let of_model = if scored_here { own } else { before.or(own.filter(|_| baseline.release().is_none())) };
    of_model.map(|tested| evaluate_in_use(tested, batch, config.decision_threshold, &config.evaluation)).unwrap_or_default()
}

/// Samples of the sets, each drawn once.
struct Sets<'a> {
    config: &'a Config,
    candidate: &'a Candidate,
    /// The columns that are learned from.
    features: Option<Vec<String>>,
    training: Option<SampledRows>,
    test: Option<SampledRows>,
    production: Option<SampledRows>,
}

/// One of the sets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    Training,
    Test,
    Production,
}

impl Sets<'_> {
    fn pair(&mut self, between: DriftBetween) -> Result<Vec<DataMeasurement>, Failure> {
        let (earlier, later, part, words) = match between {
            DriftBetween::TrainTest => (Set::Training, Set::Test, Part::Train, "test rows"),
            DriftBetween::TrainProduction => (Set::Training, Set::Production, Part::Train, "the batch from use"),
            DriftBetween::TestProduction => (Set::Test, Set::Production, Part::Test, "the batch from use"),
            // The rows of a release are not kept.
            DriftBetween::Releases | DriftBetween::TrainReleases | DriftBetween::BaselineProduction => return Ok(Vec::new()),
        };
        if !self.has(earlier) || !self.has(later) {
            return Ok(Vec::new());
        }
        self.draw(earlier)?;
        self.draw(later)?;
        let (Some(one), Some(other), Some(features)) = (self.sample(earlier), self.sample(later), &self.features) else {
            return Ok(Vec::new());
        };
        let (rows, is_later) = one.rows.stacked(&other.rows, features);
        let features: Vec<String> = rows.columns().map(|(name, _)| name.to_owned()).collect();
        let told = rows.with_scores(LATER, is_later.iter().map(|is_later| f64::from(u8::from(*is_later))).collect())?;
        let mut hashes = (one.hashes.iter(), other.hashes.iter());
        let hash = |is_later: &bool| if *is_later { hashes.1.next() } else { hashes.0.next() };
        let hashes: Vec<u64> = is_later.iter().filter_map(hash).copied().collect();
        let scores = cross_fitted(&told, &hashes, PARTS, &learning(features.clone())).ok();
        let points = points(&rows, &features).ok();
        let sets = RowSets {
            part,
            later: words,
            is_later: &is_later,
            scores: scores.as_deref(),
            points: points.as_ref().map(|points| RowPoints { width: points.width, values: &points.values }),
            is_sample: one.rows.rows() < one.of || other.rows.rows() < other.of,
        };
        Ok(evaluate_apart(&sets, self.config.evaluation.confidence_level))
    }

    fn has(&self, set: Set) -> bool {
        match set {
            Set::Training => self.candidate.training.is_some(),
            Set::Test => true,
            Set::Production => self.config.production.is_some(),
        }
    }

    fn sample(&self, set: Set) -> Option<&SampledRows> {
        match set {
            Set::Training => self.training.as_ref(),
            Set::Test => self.test.as_ref(),
            Set::Production => self.production.as_ref(),
        }
    }

    fn draw(&mut self, set: Set) -> Result<(), Failure> {
        if self.sample(set).is_some() {
            return Ok(());
        }
        let candidate = self.candidate;
        let held = match set {
            Set::Training => candidate.training.as_ref().and_then(|training| match training {
                TrainingRows::Held(rows) => Some(rows),
                TrainingRows::File(..) => None,
            }),
            Set::Test => candidate.dataset.as_ref(),
            Set::Production => candidate.production.as_ref(),
        };
        let file = match set {
            Set::Training => candidate.training.as_ref().and_then(|training| training.file().map(PathBuf::as_path)),
            Set::Test => Some(candidate.file.as_path()),
            Set::Production => self.config.production.as_deref(),
        };
        let sample = match held {
            Some(rows) => self.of_rows(rows)?,
            None => match file {
                Some(path) => self.of_file(path)?,
                None => return Ok(()),
            },
        };
        match set {
            Set::Training => self.training = Some(sample),
            Set::Test => self.test = Some(sample),
            Set::Production => self.production = Some(sample),
        }
        Ok(())
    }

    fn of_file(&mut self, path: &Path) -> Result<SampledRows, Failure> {
        let rows = read(path, &self.config.read)?;
        self.of_rows(&rows)
    }

    fn of_rows(&mut self, rows: &Dataset) -> Result<SampledRows, Failure> {
        let features = match &self.features {
            Some(features) => features,
            None => self.features.insert(features(self.config, self.candidate, rows)),
        };
        Ok(sampled(rows, &self.config.roles, features, MOST_ROWS)?)
    }
}

fn learning(features: Vec<String>) -> TrainSettings {
    let estimator = Estimator::GradientBoosting;
    let hyperparameters = Hyperparameters { trees: TREES, max_leaves: Some(LEAVES), ..estimator.defaults() };
    TrainSettings {
        learning: Learning { hyperparameters, ..Learning::of(estimator) },
        label: LATER.to_owned(),
        positive_label: Some("1".to_owned()),
        features,
        threads: threads().get(),
    }
}
