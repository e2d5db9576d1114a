//! Opens a file of rows by the ending of its name.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::Path;

use modelgate_cube::Digest;

use crate::dataset::{Dataset, Source};
use crate::error::DataError;
use crate::{csv_file, parquet_file};

/// How cells are to be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadSettings {
    /// Cells that count as missing, compared after surrounding spaces are trimmed. Also applied to text in Parquet files.
    pub missing_values: Vec<String>,
    /// Columns of a CSV file that are text even if every cell looks like a number: label, slice columns, id. Parquet
    /// files say themselves what their columns are.
    pub text_columns: BTreeSet<String>,
    /// Columns of sets of labels, and what stands between the labels of a text: an empty cell is the empty set. A Parquet file
    /// may have lists of labels there.
    pub set_columns: BTreeMap<String, String>,
}

impl Default for ReadSettings {
    fn default() -> Self {
        let missing = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?"];
        Self { missing_values: missing.map(str::to_owned).to_vec(), text_columns: BTreeSet::new(), set_columns: BTreeMap::new() }
    }
}

impl ReadSettings {
    /// The cells of a column that count as missing.
    pub(crate) fn missing_in(&self, column: &str) -> Vec<String> {
        let says_something = |cell: &str| cell.is_empty() && self.set_columns.contains_key(column);
        self.missing_values.iter().filter(|cell| !says_something(cell)).cloned().collect()
    }
}

/// The formats that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Text with a separator between fields, quoted as in RFC 4180.
    Delimited(u8),
    /// Apache Parquet.
    Parquet,
}

impl Format {
    pub(crate) fn of(path: &Path) -> Result<Self, DataError> {
        match path.extension().map(|extension| extension.to_string_lossy().to_lowercase()).as_deref() {
            Some("csv") => Ok(Self::Delimited(b',')),
            Some("tsv") => Ok(Self::Delimited(b'\t')),
            Some("parquet") => Ok(Self::Parquet),
            _ => Err(DataError::UnknownExtension { path: path.to_owned() }),
        }
    }
}

/// Reads all rows of a `.csv`, `.tsv` or `.parquet` file.
///
/// CSV follows RFC 4180 with a header line; a byte order mark, CRLF and quoted newlines are understood. A column is
/// one of numbers if every cell that is not missing is a number, else of text.
pub fn read(path: &Path, settings: &ReadSettings) -> Result<Dataset, DataError> {
    checked_format(path)?;
    read_bytes(path, bytes(path)?, settings)
}

/// Reads all rows from the bytes of a file, whose name says of which format they are.
pub fn read_bytes(path: &Path, bytes: Vec<u8>, settings: &ReadSettings) -> Result<Dataset, DataError> {
    let format = Format::of(path)?;
    let digest = Digest::of(&bytes);
    let table = match format {
        Format::Delimited(delimiter) => csv_file::read(path, &bytes, delimiter, settings)?,
        Format::Parquet => parquet_file::read(path, bytes.into(), settings)?,
    };
    Ok(Dataset::new(Source { path: path.to_owned(), format, digest, fields: table.fields }, table.columns, table.unusable))
}

/// The names of a file's columns in their order, without reading the rows.
pub fn column_names(path: &Path) -> Result<Vec<String>, DataError> {
    match checked_format(path)? {
        Format::Delimited(delimiter) => {
            csv_file::names(path, std::fs::File::open(path).map_err(|error| unreadable(path, &error))?, delimiter)
        }
        Format::Parquet => parquet_file::names(path, &std::fs::File::open(path).map_err(|error| unreadable(path, &error))?),
    }
}

/// What a file was read into.
pub(crate) struct Table {
    /// Every column's name, in the file's order.
    pub(crate) fields: Vec<String>,
    /// The columns that can be used.
    pub(crate) columns: Vec<(String, crate::Column)>,
    /// The names and types of those that cannot.
    pub(crate) unusable: Vec<(String, String)>,
}

/// Checks that every column has a name of its own.
pub(crate) fn check_names(path: &Path, names: &[String]) -> Result<(), DataError> {
    for (index, name) in names.iter().enumerate() {
        if name.is_empty() {
            return Err(DataError::EmptyColumnName { path: path.to_owned(), field: index + 1 });
        }
        if let Some(first) = names.iter().take(index).position(|earlier| earlier == name) {
            let name = name.clone();
            return Err(DataError::DuplicateColumn { path: path.to_owned(), name, first: first + 1, second: index + 1 });
        }
    }
    Ok(())
}

pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> DataError {
    let path = path.to_owned();
    match error.kind() {
        ErrorKind::NotFound => DataError::NotFound { path },
        ErrorKind::IsADirectory => DataError::NotAFile { path },
        _ => DataError::Unreadable { path, reason: error.to_string() },
    }
}

/// The format, once it is known that the path leads to a file: a missing file matters more than its ending.
pub(crate) fn checked_format(path: &Path) -> Result<Format, DataError> {
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if metadata.is_dir() {
        return Err(DataError::NotAFile { path: path.to_owned() });
    }
    Format::of(path)
}

/// The whole file in memory, so that what is digested is what is read.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, DataError> {
    std::fs::read(path).map_err(|error| unreadable(path, &error))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing::{csv, file, read_error, told};

    #[test]
    fn what_is_no_file_of_rows_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = read(&folder.path().join("none.csv"), &ReadSettings::default()).unwrap_err();
        assert!(missing.to_string().ends_with("none.csv: there is no such file"), "{missing}");
        let directory = read(folder.path(), &ReadSettings::default()).unwrap_err();
        assert!(directory.to_string().ends_with(": this is a directory, and a file is expected"), "{directory}");
        let unknown = told(&read_error(".xlsx", b"PK"));
        assert!(unknown.contains("format of the file is unknown") && unknown.contains("Parquet"), "{unknown}");
        for names in [column_names(folder.path()), column_names(&folder.path().join("none.csv"))] {
            assert!(matches!(names, Err(DataError::NotAFile { .. } | DataError::NotFound { .. })));
        }
    }

    #[test]
    fn the_digest_is_that_of_the_bytes() {
        let (data, _file) = csv("a\n1\n");
        assert_eq!(data.digest(), Digest::of(b"a\n1\n"));
        let other = file(".csv", b"a\n1");
        assert_ne!(read(other.path(), &ReadSettings::default()).unwrap().digest(), data.digest());
    }
}
