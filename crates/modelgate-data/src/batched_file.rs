//! Files whose rows are read in batches, as often as they are asked for, and never held.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use modelgate_cube::Digest;

use crate::arrow_batches::ArrowBatches;
use crate::csv_batches::CsvBatches;
use crate::file::ReadSettings;
use crate::format::Format;
use crate::input::{Input, InputFile};
use crate::json_batches::LineBatches;
use crate::parquet_batches::ParquetBatches;
use crate::pass::{Cells, Source, Stop};
use crate::shape::{Layout, Shape};

/// The files of an input and the names of their columns.
pub(crate) struct BatchedFile<'a> {
    input: &'a Input,
    reading: &'a ReadSettings,
    shape: Shape,
    /// The columns that can be used.
    usable: Vec<String>,
}

impl<'a> BatchedFile<'a> {
    /// The files; `None` where they cannot be read in batches.
    pub(crate) fn of(input: &'a Input, reading: &'a ReadSettings) -> Option<Self> {
        let shape = Shape::of(input).ok()?;
        Some(Self { input, reading, usable: shape.usable(), shape })
    }

    /// The columns that can be used, in the order of the first file.
    pub(crate) fn usable(&self) -> &[String] {
        &self.usable
    }

    /// Every column, whether it can be used or not.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.shape.fields.iter().map(|field| field.name.as_str())
    }

    /// Whether there is a column of that name, of whatever type.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.shape.fields.iter().any(|field| field.name == name)
    }

    /// The cells that count as missing.
    pub(crate) fn missing_values(&self) -> &'a [String] {
        &self.reading.missing_values
    }

    /// The rows from their start: these columns, those of `turned` (by their places) as text whatever their cells look like.
    pub(crate) fn open(&self, columns: &[&str], turned: &BTreeSet<usize>) -> Option<Opened<'_>> {
        let files = self.input.files.iter().zip(&self.shape.layouts);
        let parts = files.map(|(file, layout)| self.open_file(file, layout, columns, turned)).collect::<Option<_>>()?;
        Some(Opened { parts, first: AtomicUsize::new(0) })
    }

    fn open_file<'b>(
        &'b self,
        file: &'b InputFile,
        layout: &'b Layout,
        columns: &[&str],
        turned: &BTreeSet<usize>,
    ) -> Option<OpenedFile<'b>> {
        let as_text = |column| turned.contains(&column);
        Some(match (layout, self.input.format) {
            (Layout::Delimited(names), Format::Delimited(delimiter)) => {
                let declared = |column: usize| columns.get(column).is_some_and(|name| self.reading.text_columns.contains(*name));
                let as_text = |column| declared(column) || as_text(column);
                OpenedFile::Delimited(CsvBatches::new((file, delimiter), names, columns, &as_text, self.reading)?)
            }
            (Layout::Lines, _) => OpenedFile::Lines(LineBatches::new(file, columns, &as_text, self.reading)),
            (Layout::Parquet(metadata), _) => {
                OpenedFile::Parquet(ParquetBatches::new(file, metadata, &self.shape, columns, &as_text)?)
            }
            (Layout::Arrow(messages), _) => OpenedFile::Arrow(ArrowBatches::new(file, messages, &self.shape, columns, &as_text)?),
            (Layout::Delimited(_), _) => return None,
        })
    }
}

/// Some columns of all files, from their start.
pub(crate) struct Opened<'a> {
    parts: Vec<OpenedFile<'a>>,
    /// The first file that may still have rows.
    first: AtomicUsize,
}

enum OpenedFile<'a> {
    Delimited(CsvBatches),
    Lines(LineBatches),
    Parquet(ParquetBatches<'a>),
    Arrow(ArrowBatches<'a>),
}

impl Opened<'_> {
    /// The batches.
    pub(crate) fn source(&self) -> &dyn Source {
        self
    }

    /// The digest of the bytes that were read, once all are; `None` before that.
    pub(crate) fn digest(&self) -> Option<Digest> {
        let digests = self.parts.iter().map(|part| match part {
            OpenedFile::Delimited(part) => part.digest(),
            OpenedFile::Lines(part) => part.digest(),
            OpenedFile::Parquet(part) => part.digest(),
            OpenedFile::Arrow(part) => part.digest(),
        });
        Some(Input::digest_of(&digests.collect::<Option<Vec<_>>>()?))
    }
}

impl OpenedFile<'_> {
    fn source(&self) -> &dyn Source {
        match self {
            Self::Delimited(part) => part,
            Self::Lines(part) => part,
            Self::Parquet(part) => part,
            Self::Arrow(part) => part,
        }
    }
}

impl Source for Opened<'_> {
    fn next(&self, add: &mut dyn FnMut(&[Cells]) -> Result<(), Stop>) -> Result<bool, Stop> {
        loop {
            let place = self.first.load(Ordering::Relaxed);
            let Some(part) = self.parts.get(place) else { return Ok(false) };
            if part.source().next(add)? {
                return Ok(true);
            }
            // Whoever is first to find it empty moves on for all.
            let _ = self.first.compare_exchange(place, place + 1, Ordering::Relaxed, Ordering::Relaxed);
        }
    }
}
