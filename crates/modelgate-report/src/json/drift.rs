//! How columns moved, in `verdict.json`: every statistic, its noise floor and what became of it; no counts of cells.

use std::collections::BTreeMap;

use modelgate_cube::FeatureId;
use modelgate_eval::{Drift, DriftBetween};
use modelgate_policy::{DriftState, JudgedDrift, JudgedMeasurement};
use serde::Serialize;

use super::data_checks::{Measurement, measurement};
use super::v1::{Terms, terms};
use crate::RenderError;

/// One pair of row sets.
#[derive(Serialize)]
pub(super) struct Comparison<'a> {
    /// `baseline_test_to_test`, `train_to_test`, `baseline_train_to_train`, `baseline_test_to_production`, `train_to_production`
    /// or `test_to_production`.
    between: &'static str,
    columns: Vec<Column<'a>>,
    /// How much of what the columns tell of the label, each alone, is told by those that drifted in all rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    telling_share: Option<f64>,
    only_before: Vec<Feature<'a>>,
    only_now: Vec<Feature<'a>>,
    cut_differently: Vec<Feature<'a>>,
}

/// `"label"`, `"prediction"`, `"score"`, or `{"column": "age"}`.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Feature<'a> {
    Label,
    Prediction,
    Score,
    Column(&'a str),
}

#[derive(Serialize)]
struct Column<'a> {
    feature: Feature<'a>,
    slice: Terms<'a>,
    state: &'static str,
    /// How many rows on each side would do, where there are too few.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows_needed: Option<u64>,
    rows_before: u64,
    rows_now: u64,
    /// The chi-square test's p-value, and the same adjusted (Benjamini and Hochberg) for all columns, or for all columns of
    /// all slices.
    p: f64,
    q: f64,
    statistics: BTreeMap<&'static str, Value>,
    /// What chance alone exceeds in one case of twenty.
    noise_floors: BTreeMap<&'static str, f64>,
}

/// A number, or the reason why there is none.
#[derive(Serialize)]
#[serde(untagged)]
enum Value {
    Measured(f64),
    Undefined { undefined: &'static str },
}

fn feature(id: &FeatureId) -> Feature<'_> {
    match id {
        FeatureId::Label => Feature::Label,
        FeatureId::Prediction => Feature::Prediction,
        FeatureId::Score => Feature::Score,
        FeatureId::Column(name) => Feature::Column(name),
    }
}

/// A comparison with what was measured of both sets of rows together.
#[derive(Serialize)]
struct Alone<'a> {
    #[serde(flatten)]
    comparison: Comparison<'a>,
    together: Vec<Measurement<'a>>,
}

/// One comparison alone, as `verdict.json` has it among others, with what was measured of both sets of rows together.
pub fn render_drift(judged: &JudgedDrift, together: &[JudgedMeasurement]) -> Result<String, RenderError> {
    let failed = |source| RenderError::Json { path: "the comparison of columns", source };
    let together = together.iter().map(measurement).collect();
    serde_json::to_string_pretty(&Alone { comparison: comparison(judged), together }).map_err(failed)
}

/// Maps a comparison to the format.
pub(super) fn comparison(judged: &JudgedDrift) -> Comparison<'_> {
    Comparison {
        between: match judged.between {
            DriftBetween::Releases => "baseline_test_to_test",
            DriftBetween::TrainTest => "train_to_test",
            DriftBetween::TrainReleases => "baseline_train_to_train",
            DriftBetween::BaselineProduction => "baseline_test_to_production",
            DriftBetween::TrainProduction => "train_to_production",
            DriftBetween::TestProduction => "test_to_production",
        },
        columns: judged.drifts.iter().map(|(drift, state)| column(drift, *state)).collect(),
        telling_share: judged.telling_share,
        only_before: judged.only_before.iter().map(feature).collect(),
        only_now: judged.only_now.iter().map(feature).collect(),
        cut_differently: judged.cut_differently.iter().map(feature).collect(),
    }
}

fn column(drift: &Drift, state: DriftState) -> Column<'_> {
    let value = |value: Result<f64, modelgate_eval::Reason>| match value {
        Ok(value) => Value::Measured(value),
        Err(reason) => Value::Undefined { undefined: reason.id() },
    };
    Column {
        feature: feature(&drift.feature),
        slice: terms(&drift.slice),
        state: state.id(),
        rows_needed: match state {
            DriftState::Insufficient { rows_needed } => rows_needed,
            _ => None,
        },
        rows_before: drift.rows.0,
        rows_now: drift.rows.1,
        p: drift.p,
        q: drift.q,
        statistics: drift.values.iter().map(|(id, found)| (id.as_str(), value(*found))).collect(),
        noise_floors: drift.floors.iter().map(|(id, floor)| (id.as_str(), *floor)).collect(),
    }
}
