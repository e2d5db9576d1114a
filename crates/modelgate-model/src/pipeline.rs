//! The feature pipeline: learned from the training rows only, stored with the model, and applied to every row scored.
//!
//! * A number is imputed with the training median and standardized with the training mean and population standard
//!   deviation. Where it was missing in training, a 0/1 column says where it is missing.
//! * A text is one-hot encoded without its most frequent level, the reference. The hundred most frequent levels have a
//!   column each, the rarer ones share `(other)`. Missing is the level `(missing)` where it was missing in training.
//! * A text that training did not see counts as `(other)` where there is such a column, else like the reference. So
//!   does a missing text where training saw none.
//! * Columns that are missing throughout, or the same in every training row, are dropped with their reason.
//!
//! Trees take numbers as they are, missing ones as NaN, and texts as the rank of their level (see [`crate::ranked`]).
//!
//! For weighted sums, numbers are standardized and 0/1 columns are not, which matters under a penalty: a rare level is held closer to its
//! reference than a frequent one. The encoded columns stand in the order of the features, levels in the order of their
//! text, then `(other)`, then `(missing)`.

use std::collections::BTreeSet;
use std::fmt;

use modelgate_data::{Column, Dataset};
use ndarray::{Array2, ShapeBuilder as _};

use crate::ModelError;
use crate::encoding::{Encoding, Place, Purpose};

/// A feature column that the model does not use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedColumn {
    /// The column.
    pub column: String,
    /// Why.
    pub reason: DropReason,
}

/// Why a feature column is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DropReason {
    /// No training row has a value.
    AllMissing,
    /// Every training row has the same value.
    Constant,
}

impl DropReason {
    /// Every reason.
    pub const ALL: [Self; 2] = [Self::AllMissing, Self::Constant];

    /// The id used in model files.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::AllMissing => "all_missing",
            Self::Constant => "constant",
        }
    }
}

/// Reads well after the column's name.
impl fmt::Display for DropReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AllMissing => "is missing in every training row",
            Self::Constant => "is the same in every training row",
        })
    }
}

/// One column of rows with what was learned about it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Feature {
    pub(crate) column: String,
    pub(crate) encoding: Encoding,
}

/// All columns that a model reads, in order, and those that it was offered and does not read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pipeline {
    pub(crate) features: Vec<Feature>,
    pub(crate) dropped: Vec<DroppedColumn>,
}

impl Pipeline {
    /// Learns from the columns named `features` of the training rows.
    pub(crate) fn fit(dataset: &Dataset, features: &[String], purpose: Purpose) -> Result<Self, ModelError> {
        let mut pipeline = Self { features: Vec::new(), dropped: Vec::new() };
        let mut seen = BTreeSet::new();
        for column in features {
            if !seen.insert(column) {
                return Err(ModelError::DuplicateFeature { column: column.clone() });
            }
            let fitted = Encoding::fit(place(dataset, column), find(dataset, column)?, purpose);
            match fitted.map_err(|error| error.told_of(dataset))? {
                Ok(encoding) => pipeline.features.push(Feature { column: column.clone(), encoding }),
                Err(reason) => pipeline.dropped.push(DroppedColumn { column: column.clone(), reason }),
            }
        }
        if pipeline.features.is_empty() {
            return Err(ModelError::NoUsableFeatures { dropped: pipeline.dropped });
        }
        Ok(pipeline)
    }

    /// How many numbers a row becomes.
    pub(crate) fn width(&self) -> usize {
        self.features.iter().map(|feature| feature.encoding.width()).sum()
    }

    /// The names of those numbers, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        self.features.iter().flat_map(|feature| feature.encoding.names(&feature.column)).collect()
    }

    /// Hands out every number that is not 0 as row, column of the encoded rows, and value: feature by feature, rows in
    /// order.
    pub(crate) fn encode(&self, dataset: &Dataset, mut emit: impl FnMut(usize, usize, f64)) -> Result<(), ModelError> {
        let mut start = 0;
        for Feature { column, encoding } in &self.features {
            let cells = find(dataset, column)?;
            let encoded =
                encoding.encode(place(dataset, column), cells, &mut |row, offset, value| emit(row, start + offset, value));
            encoded.map_err(|error| error.told_of(dataset))?;
            start += encoding.width();
        }
        Ok(())
    }

    /// The encoded rows: as many rows as the data, [`Pipeline::width`] columns, all finite. Columns lie one after the
    /// other in memory, which is how the pipeline writes them and how gradients read them.
    pub(crate) fn matrix(&self, dataset: &Dataset) -> Result<Array2<f64>, ModelError> {
        let mut matrix = Array2::zeros((dataset.rows(), self.width()).f());
        self.encode(dataset, |row, column, value| {
            if let Some(cell) = matrix.get_mut((row, column)) {
                *cell = value;
            }
        })?;
        Ok(matrix)
    }
}

pub(crate) fn place<'a>(dataset: &'a Dataset, column: &'a str) -> Place<'a> {
    Place { file: dataset.path(), column }
}

pub(crate) fn find<'a>(dataset: &'a Dataset, column: &str) -> Result<&'a Column, ModelError> {
    dataset.column(column).ok_or_else(|| ModelError::MissingColumn {
        file: dataset.path().to_owned(),
        column: column.to_owned(),
        available: dataset.columns().map(|(name, _)| name.to_owned()).collect(),
    })
}
