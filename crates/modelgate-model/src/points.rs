//! Rows as points of a space: numbers in standard deviations, texts as one number for each frequent value.

use modelgate_data::Dataset;

use crate::ModelError;
use crate::encoding::Purpose;
use crate::pipeline::Pipeline;

/// As many products of differences are summed at the most where each point is compared with each; it bounds the rows that are looked
/// at.
const MOST_PRODUCTS: usize = 200_000_000;

/// The first rows, as many as can be compared with each other in bounded time, each with as many numbers as there are columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Points {
    /// How many numbers each has; at least one.
    pub width: usize,
    /// The numbers, row by row.
    pub values: Vec<f64>,
}

impl Points {
    /// How many there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.values.len() / self.width.max(1)
    }

    /// The numbers of one; none beyond the last.
    #[must_use]
    pub fn row(&self, row: usize) -> &[f64] {
        self.values.get(row * self.width..(row + 1) * self.width).unwrap_or_default()
    }
}

/// The points of the first rows.
///
/// # Errors
/// Where the columns cannot be learned from, as when all of them are constant.
pub fn points(rows: &Dataset, features: &[String]) -> Result<Points, ModelError> {
    let pipeline = Pipeline::fit(rows, features, Purpose::Sum)?;
    let width = pipeline.width().max(1);
    let most = rows.rows().min((MOST_PRODUCTS / width).isqrt());
    let mut values = vec![0.0; most * width];
    pipeline.encode(rows, |row, column, value| {
        if let Some(cell) = values.get_mut(row * width + column).filter(|_| row < most) {
            *cell = value;
        }
    })?;
    Ok(Points { width, values })
}
