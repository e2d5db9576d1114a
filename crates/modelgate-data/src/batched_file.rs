//! A file whose rows are read in batches, as often as they are asked for, and never held.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use modelgate_cube::Digest;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;

use crate::csv_batches::CsvBatches;
use crate::file::{Format, ReadSettings};
use crate::parquet_batches::ParquetBatches;
use crate::parquet_file::kind;
use crate::pass::Source;
use crate::{csv_file, parquet_file};

/// A file and the names of its columns.
pub(crate) struct BatchedFile<'a> {
    path: &'a Path,
    reading: &'a ReadSettings,
    layout: FileLayout,
    /// Every column, in the file's order.
    names: Vec<String>,
    /// Those that can be used.
    usable: Vec<String>,
}

enum FileLayout {
    Delimited(u8),
    Parquet(Box<ArrowReaderMetadata>),
}

impl<'a> BatchedFile<'a> {
    /// The file; `None` where it cannot be read in batches.
    pub(crate) fn of(path: &'a Path, format: Format, reading: &'a ReadSettings) -> Option<Self> {
        match format {
            Format::Delimited(delimiter) => {
                let names = csv_file::names(path, File::open(path).ok()?, delimiter).ok()?;
                Some(Self { path, reading, layout: FileLayout::Delimited(delimiter), usable: names.clone(), names })
            }
            Format::Parquet => {
                let metadata = parquet_file::metadata(path, &File::open(path).ok()?).ok()?;
                let names = parquet_file::names_of(path, &metadata).ok()?;
                let fields = names.iter().zip(metadata.schema().fields());
                let usable = fields.filter(|(_, field)| kind(field.data_type()).is_some()).map(|(name, _)| name.clone());
                let usable = usable.collect();
                Some(Self { path, reading, layout: FileLayout::Parquet(Box::new(metadata)), names, usable })
            }
        }
    }

    /// The columns that can be used, in the file's order.
    pub(crate) fn usable(&self) -> &[String] {
        &self.usable
    }

    /// Whether there is a column of that name, of whatever type.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    /// The cells that count as missing.
    pub(crate) fn missing_values(&self) -> &'a [String] {
        &self.reading.missing_values
    }

    /// The rows from their start: these columns, those of `turned` (by their places) as text whatever their cells look like.
    pub(crate) fn open(&self, columns: &[&str], turned: &BTreeSet<usize>) -> Option<Opened<'a>> {
        match &self.layout {
            FileLayout::Parquet(metadata) => {
                let as_text = |column| turned.contains(&column);
                ParquetBatches::new(self.path, metadata, columns, as_text).map(Opened::Parquet)
            }
            FileLayout::Delimited(delimiter) => {
                let declared = |column: usize| columns.get(column).is_some_and(|name| self.reading.text_columns.contains(*name));
                let as_text = |column| declared(column) || turned.contains(&column);
                let file = (self.path, *delimiter);
                CsvBatches::new(file, &self.names, columns, as_text, self.reading).map(Opened::Delimited)
            }
        }
    }
}

/// Some columns of a file, from its start.
pub(crate) enum Opened<'a> {
    Parquet(ParquetBatches<'a>),
    Delimited(CsvBatches),
}

impl Opened<'_> {
    /// The batches.
    pub(crate) fn source(&self) -> &dyn Source {
        match self {
            Self::Parquet(source) => source,
            Self::Delimited(source) => source,
        }
    }

    /// The digest of the bytes that were read, once all are; `None` before that.
    pub(crate) fn digest(&self) -> Option<Digest> {
        match self {
            Self::Parquet(source) => source.digest(),
            Self::Delimited(source) => Some(source.digest()),
        }
    }
}
