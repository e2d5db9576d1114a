//! What counting needs to know of each row, checked: label, prediction, score and weight.

use arrow_array::Array as _;

use crate::count::CountSettings;
use crate::error::{CellProblem, DataError};
use crate::labels::{Labels, predictions};
use crate::levels::numbers;
use crate::{Dataset, Roles};

/// The checked facts of every row.
#[derive(Debug)]
pub(crate) struct RowFacts {
    /// Whether the label is positive.
    pub(crate) positive: Vec<bool>,
    /// Whether the model predicts positive.
    pub(crate) predicted: Vec<bool>,
    /// Scores in [0, 1].
    #[cfg_attr(not(test), expect(dead_code, reason = "tests hold the pass against them"))]
    pub(crate) scores: Option<Vec<f64>>,
    /// Weights: 0, or from 0.001 to 10000.
    pub(crate) weights: Option<Vec<f64>>,
}

impl RowFacts {
    /// Reads and checks the columns of the roles.
    pub(crate) fn read(dataset: &Dataset, settings: &CountSettings, labels: &Labels) -> Result<Self, DataError> {
        let Roles { prediction, score, weight, .. } = &settings.roles;
        let scores =
            score.as_ref().map(|score| checked(dataset, score, &CellProblem::ScoreNotNumber, score_problem)).transpose()?;
        let weights =
            weight.as_ref().map(|weight| checked(dataset, weight, &CellProblem::WeightNotNumber, weight_problem)).transpose()?;
        let predicted = match (prediction, &scores) {
            (Some(prediction), _) => predictions(dataset, (prediction, &settings.roles.label), labels)?,
            (None, Some(scores)) => scores.iter().map(|score| *score >= settings.decision_threshold).collect(),
            (None, None) => return Err(DataError::NoPredictions { path: dataset.path().to_owned() }),
        };
        Ok(Self { positive: labels.is_positive.clone(), predicted, scores, weights })
    }

    /// The number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.positive.len()
    }
}

pub(crate) fn score_problem(score: Option<f64>) -> Option<CellProblem> {
    match score {
        None => Some(CellProblem::MissingScore),
        Some(score) if score.is_nan() => Some(CellProblem::ScoreNan),
        Some(score) => (!(0.0..=1.0).contains(&score)).then_some(CellProblem::ScoreOutside),
    }
}

pub(crate) fn weight_problem(weight: Option<f64>) -> Option<CellProblem> {
    match weight {
        None => Some(CellProblem::MissingWeight),
        Some(weight) if !weight.is_finite() => Some(CellProblem::WeightNotFinite),
        Some(weight) if weight < 0.0 => Some(CellProblem::WeightNegative),
        // Smaller and larger ones would leave the range in which fixed-point sums of squares are exact enough.
        Some(weight) => (weight != 0.0 && !(1e-3..=1e4).contains(&weight)).then_some(CellProblem::WeightOutside),
    }
}

/// The numbers of a column, none of them missing and none of them a problem. The error is about the first problem and
/// counts those of its kind.
pub(crate) fn checked(
    dataset: &Dataset,
    column: &str,
    not_number: &CellProblem,
    problem: impl Fn(Option<f64>) -> Option<CellProblem>,
) -> Result<Vec<f64>, DataError> {
    let numbers = numbers(dataset, column, not_number)?;
    if let Some(first) = numbers.iter().find_map(&problem) {
        let alike = numbers.iter().enumerate().filter(|(_, number)| problem(*number).as_ref() == Some(&first));
        if let Some(error) = dataset.bad_cells(column, first.clone(), alike.map(|(row, _)| row)) {
            return Err(error);
        }
    }
    debug_assert_eq!(numbers.null_count(), 0, "a missing number is a problem of every role");
    Ok(numbers.values().to_vec())
}
