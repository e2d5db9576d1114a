//! An Arrow IPC file as a source of batches: threads take its batches one after the other.

use std::sync::{Mutex, PoisonError};

use modelgate_cube::Digest;

use crate::arrow_file::{Batches, Messages};
use crate::input::InputFile;
use crate::parquet_batches::{Kinds, cells, kinds_of};
use crate::pass::{Cells, Source, Stop};
use crate::shape::Shape;

/// Rows that are handed on at a time.
const BATCH_ROWS: usize = 16_384;

/// Some columns of a file.
pub(crate) struct ArrowBatches<'a> {
    file: &'a InputFile,
    messages: &'a Messages,
    /// The places of the columns in the file.
    places: Vec<usize>,
    kinds: Kinds,
    reading: Mutex<Reading>,
}

enum Reading {
    Closed,
    Open(Box<Batches>),
    Done(Digest),
}

impl<'a> ArrowBatches<'a> {
    /// The columns of these names, those of whole numbers as text where `as_text` says so. `None` where one cannot be read.
    pub(crate) fn new(
        file: &'a InputFile,
        messages: &'a Messages,
        shape: &Shape,
        columns: &[&str],
        as_text: &dyn Fn(usize) -> bool,
    ) -> Option<Self> {
        let (places, kinds) = kinds_of(messages.schema.fields(), shape, columns, as_text)?;
        Some(Self { file, messages, places, kinds, reading: Mutex::new(Reading::Closed) })
    }

    /// The digest of the file's bytes, once all batches are read.
    pub(crate) fn digest(&self) -> Option<Digest> {
        match &*self.reading.lock().unwrap_or_else(PoisonError::into_inner) {
            Reading::Done(digest) => Some(*digest),
            _ => None,
        }
    }
}

impl Source for ArrowBatches<'_> {
    fn next(&self, add: &mut dyn FnMut(&[Cells]) -> Result<(), Stop>) -> Result<bool, Stop> {
        let batch = {
            let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
            if matches!(*reading, Reading::Closed) {
                let raw = self.file.open().map_err(|_| Stop::Declined)?;
                *reading = Reading::Open(Box::new(self.messages.read(raw, self.places.clone())));
            }
            let Reading::Open(batches) = &mut *reading else { return Ok(false) };
            let Some(batch) = batches.next().map_err(|_| Stop::Declined)? else {
                let digest = self.file.open().and_then(Digest::of_reader).map_err(|_| Stop::Declined)?;
                *reading = Reading::Done(digest);
                return Ok(false);
            };
            batch
        };
        for start in (0..batch.num_rows()).step_by(BATCH_ROWS) {
            let rows = batch.slice(start, BATCH_ROWS.min(batch.num_rows() - start));
            let columns = self.kinds.iter().zip(rows.columns()).enumerate();
            let columns = columns.map(|(place, ((kind, as_text), array))| cells(*kind, *as_text, place, array));
            add(&columns.collect::<Result<Vec<_>, _>>()?)?;
        }
        Ok(true)
    }
}
