//! Rows that are in memory already, as a source of batches.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Cells, Source, Stop};
use crate::{Column, Dataset};

/// Rows of a batch.
const BATCH_ROWS: usize = 16_384;

/// The columns of a data set that a plan reads.
pub(crate) struct InMemory<'a> {
    columns: Vec<&'a Column>,
    rows: usize,
    next: AtomicUsize,
}

impl<'a> InMemory<'a> {
    /// The columns of these names; `None` where one is missing.
    pub(crate) fn new(dataset: &'a Dataset, names: &[&str]) -> Option<Self> {
        let columns = names.iter().map(|name| dataset.column(name)).collect::<Option<_>>()?;
        Some(Self { columns, rows: dataset.rows(), next: AtomicUsize::new(0) })
    }
}

impl Source for InMemory<'_> {
    fn next(&self, add: &mut dyn FnMut(&[Cells]) -> Result<(), Stop>) -> Result<bool, Stop> {
        let start = self.next.fetch_add(BATCH_ROWS, Ordering::Relaxed);
        if start >= self.rows {
            return Ok(false);
        }
        let length = BATCH_ROWS.min(self.rows - start);
        let part = |column: &&Column| match column {
            Column::Number(numbers) => Cells::Number(numbers.slice(start, length)),
            Column::Text(text) => Cells::Text(text.slice(start, length)),
        };
        add(&self.columns.iter().map(part).collect::<Vec<_>>())?;
        Ok(true)
    }
}
