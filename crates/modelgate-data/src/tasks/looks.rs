//! Rows that are looked at several times, chunk by chunk: all of them where they are held, else a few at a time.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use arrow_array::builder::Float64Builder;
use modelgate_cube::Digest;

use crate::batched_file::BatchedFile;
use crate::column::{Missing, TextBuilder};
use crate::dataset::Source;
use crate::input::Input;
use crate::pass::{ByKey, Cells, Stop, share};
use crate::{Column, DataError, Dataset, ReadSettings};

/// Rows of a chunk. Fewer make more work of what is done once a chunk, more take more memory.
const CHUNK_ROWS: usize = 65_536;

/// Rows that can be looked at more than once.
pub(super) trait Looks: Sync {
    /// Hands every row to `add`, in chunks, and gives what was made of them: by each thread, or by each of several parts.
    fn look<T: Send>(
        &self,
        new: impl Fn() -> T + Sync,
        add: impl Fn(&mut T, &Dataset) -> Result<(), DataError> + Sync,
    ) -> Result<Vec<T>, DataError>;

    /// The file that they are from.
    fn path(&self) -> &Path;
}

/// Rows in memory: one chunk.
pub(super) struct Held<'a>(pub(super) &'a Dataset);

impl Looks for Held<'_> {
    fn look<T: Send>(
        &self,
        new: impl Fn() -> T + Sync,
        add: impl Fn(&mut T, &Dataset) -> Result<(), DataError> + Sync,
    ) -> Result<Vec<T>, DataError> {
        let mut made = new();
        add(&mut made, self.0)?;
        Ok(vec![made])
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Rows of a file, of which each thread holds no more than a chunk. What is wrong with a file is not told well here: where a
/// chunk begins, its lines are not known.
pub(super) struct Streamed<'a> {
    input: &'a Input,
    file: &'a BatchedFile<'a>,
    /// The columns that are read, with the cells of each that count as missing.
    columns: Vec<(&'a str, Vec<String>)>,
    threads: NonZero<usize>,
    pub(super) chunk_rows: usize,
    /// Columns of numbers that turned out to hold text: they do so at every look.
    turned: Mutex<BTreeSet<usize>>,
    /// The bytes that each look was at.
    digests: Mutex<BTreeSet<Digest>>,
}

impl<'a> Streamed<'a> {
    /// The columns of a file that are `wanted`.
    pub(super) fn new(
        input: &'a Input,
        file: &'a BatchedFile<'a>,
        reading: &ReadSettings,
        wanted: impl Fn(&str) -> bool,
        threads: NonZero<usize>,
    ) -> Self {
        let columns = file.usable().iter().map(String::as_str).filter(|name| wanted(name));
        let columns = columns.map(|name| (name, reading.missing_in(name))).collect();
        Self { input, file, columns, threads, chunk_rows: CHUNK_ROWS, turned: Mutex::default(), digests: Mutex::default() }
    }

    /// The digest of the file; `None` where nothing was read, or not always the same.
    pub(super) fn digest(&self) -> Option<Digest> {
        let digests = self.digests.lock().unwrap_or_else(PoisonError::into_inner);
        if digests.len() == 1 { digests.first().copied() } else { None }
    }

    fn dataset(&self, pending: &mut Pending) -> Result<Dataset, Stop> {
        let columns = std::mem::take(&mut pending.columns).into_iter().map(Growing::finish).collect::<Result<Vec<_>, _>>()?;
        pending.rows = 0;
        let fields: Vec<String> = self.columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        // Nothing is looked up by what names these bytes.
        let source = Source {
            path: self.input.path.clone(),
            format: self.input.format,
            parts: Vec::new(),
            digest: Digest::of(b""),
            fields: fields.clone(),
            max_unpacked: 0,
        };
        Ok(Dataset::new(source, fields.into_iter().zip(columns).collect(), Vec::new()))
    }

    fn declined(&self) -> DataError {
        DataError::Malformed { path: self.input.path.clone(), reason: "its rows cannot be counted in parts".to_owned() }
    }
}

impl Looks for Streamed<'_> {
    fn look<T: Send>(
        &self,
        new: impl Fn() -> T + Sync,
        add: impl Fn(&mut T, &Dataset) -> Result<(), DataError> + Sync,
    ) -> Result<Vec<T>, DataError> {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        let mut turned = self.turned.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let opened = self.file.open(&names, &turned).ok_or_else(|| self.declined())?;
            let take = |(pending, made): &mut (Pending, T), batch: &[Cells]| {
                let (rows, mut from) = (batch.first().map_or(0, Cells::len), 0);
                while from < rows {
                    let length = (rows - from).min(self.chunk_rows - pending.rows);
                    let part: Vec<Cells> = batch.iter().map(|cells| cells.slice(from, length)).collect();
                    pending.add(&part, &self.columns)?;
                    from += length;
                    if pending.rows == self.chunk_rows {
                        add(made, &self.dataset(pending)?).map_err(|_| Stop::Declined)?;
                    }
                }
                Ok(())
            };
            match share(opened.source(), self.threads, || (Pending::default(), new()), take) {
                Ok(parts) => {
                    let mut all = Vec::new();
                    for (mut pending, mut made) in parts {
                        if pending.rows > 0 {
                            add(&mut made, &self.dataset(&mut pending).map_err(|_| self.declined())?)?;
                        }
                        all.push(made);
                    }
                    let digest = opened.digest().ok_or_else(|| self.declined())?;
                    self.digests.lock().unwrap_or_else(PoisonError::into_inner).insert(digest);
                    return Ok(all);
                }
                Err(Stop::TurnedText(column)) if turned.insert(column) => {}
                Err(_) => return Err(self.declined()),
            }
        }
    }

    fn path(&self) -> &Path {
        &self.input.path
    }
}

/// Rows that will be a chunk.
#[derive(Default)]
struct Pending {
    columns: Vec<Growing>,
    rows: usize,
}

/// A column of a chunk.
enum Growing {
    Number(Float64Builder),
    Text(Box<GrowingText>),
}

/// A column of text of a chunk, and the key of each text of a batch in it.
#[derive(Default)]
struct GrowingText {
    builder: TextBuilder,
    keys: ByKey<Option<i32>>,
    rows: Vec<Option<i32>>,
}

impl Pending {
    fn add(&mut self, batch: &[Cells], columns: &[(&str, Vec<String>)]) -> Result<(), Stop> {
        if self.columns.is_empty() {
            self.columns = batch.iter().map(Growing::like).collect();
        }
        for ((column, cells), (_, missing)) in self.columns.iter_mut().zip(batch).zip(columns) {
            column.push(cells, &Missing(missing))?;
        }
        self.rows += batch.first().map_or(0, Cells::len);
        Ok(())
    }
}

impl Growing {
    fn like(cells: &Cells) -> Self {
        match cells {
            Cells::Number(_) => Self::Number(Float64Builder::new()),
            Cells::Text(_) => Self::Text(Box::default()),
        }
    }

    fn push(&mut self, cells: &Cells, missing: &Missing) -> Result<(), Stop> {
        match (self, cells) {
            (Self::Number(numbers), Cells::Number(more)) => {
                for number in more {
                    numbers.append_option(number);
                }
                Ok(())
            }
            (Self::Text(text), Cells::Text(more)) => {
                let GrowingText { builder, keys, rows } = text.as_mut();
                keys.map(more, missing, rows, |text| {
                    text.map(|text| builder.intern(text)).transpose().map_err(|_| Stop::Declined)
                })?;
                for key in rows.iter() {
                    builder.push_key(*key);
                }
                Ok(())
            }
            _ => Err(Stop::Declined),
        }
    }

    fn finish(self) -> Result<Column, Stop> {
        match self {
            Self::Number(mut numbers) => Ok(Column::Number(numbers.finish())),
            Self::Text(text) => text.builder.finish().map_err(|_| Stop::Declined),
        }
    }
}
