//! Rows of a regression: labels and predictions are numbers, none of them too large to be summed exactly.

use modelgate_cube::{LARGEST_NUMBER, RegressionRow};

use crate::error::{CellProblem, DataError, Fault};
use crate::row_facts::checked;
use crate::row_ids::halved;
use crate::split_digest::number_bits;
use crate::{Dataset, Roles};

/// The rows of a regression.
pub(super) struct NumberRows {
    /// The true numbers.
    pub(super) labels: Vec<f64>,
    /// The predicted ones.
    pub(super) predictions: Vec<f64>,
}

impl NumberRows {
    /// Reads and checks both columns.
    pub(super) fn read(dataset: &Dataset, roles: &Roles) -> Result<Self, DataError> {
        let Some(prediction) = &roles.prediction else {
            return Err(DataError::NoPredictions { path: dataset.path().to_owned() });
        };
        let labels = numbers(dataset, &roles.label, "label")?;
        Ok(Self { labels, predictions: numbers(dataset, prediction, "prediction")? })
    }

    pub(super) fn row(&self, row: usize, weight: f64) -> RegressionRow {
        RegressionRow { label: self.labels[row], prediction: self.predictions[row], weight }
    }

    pub(super) fn label_hashes(&self) -> Vec<u64> {
        hashes(&self.labels)
    }

    /// What the model says of each row.
    pub(super) fn model_hashes(&self) -> Vec<u64> {
        hashes(&self.predictions)
    }
}

fn hashes(numbers: &[f64]) -> Vec<u64> {
    numbers.iter().map(|number| halved(number_bits(*number))).collect()
}

/// The numbers of a column, all there, finite and of a size that can be summed exactly.
pub(super) fn numbers(dataset: &Dataset, column: &str, noun: &'static str) -> Result<Vec<f64>, DataError> {
    let unfit = |fault| CellProblem::Unfit { noun, fault };
    checked(dataset, column, &unfit(Fault::NotNumber), |number| match number {
        None => Some(unfit(Fault::Missing)),
        Some(number) if !number.is_finite() => Some(unfit(Fault::NotFinite)),
        Some(number) => (number.abs() > LARGEST_NUMBER).then(|| unfit(Fault::TooLarge)),
    })
}
