//! Reads rows of every format into memory.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use modelgate_cube::Digest;

use crate::dataset::{Dataset, Source};
use crate::error::DataError;
use crate::format::Format;
use crate::input::{Input, InputFile};
use crate::packed::MOST_UNPACKED;
use crate::shape::Shape;
use crate::{csv_file, json_file, typed};

/// How cells are to be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadSettings {
    /// Cells that count as missing, compared after surrounding spaces are trimmed. Also applied to texts of formats with
    /// types.
    pub missing_values: Vec<String>,
    /// Columns of a CSV file that are text even if every cell looks like a number: label, slice columns, id. Files of
    /// other formats say themselves what their columns are.
    pub text_columns: BTreeSet<String>,
    /// Columns of sets of labels, and what stands between the labels of a text: an empty cell is the empty set. Parquet,
    /// Arrow and JSON Lines may have lists of labels there.
    pub set_columns: BTreeMap<String, String>,
    /// The most bytes that a file in gzip or zstd may unpack to.
    pub max_unpacked: u64,
    /// Columns of which messages tell no value, besides those that are found to be personal or sensitive: ids, and what is declared.
    pub private_columns: BTreeSet<String>,
}

impl Default for ReadSettings {
    fn default() -> Self {
        let missing = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?"];
        Self {
            missing_values: missing.map(str::to_owned).to_vec(),
            text_columns: BTreeSet::new(),
            set_columns: BTreeMap::new(),
            max_unpacked: MOST_UNPACKED,
            private_columns: BTreeSet::new(),
        }
    }
}

impl ReadSettings {
    /// The cells of a column that count as missing.
    pub(crate) fn missing_in(&self, column: &str) -> Vec<String> {
        let says_something = |cell: &str| cell.is_empty() && self.set_columns.contains_key(column);
        self.missing_values.iter().filter(|cell| !says_something(cell)).cloned().collect()
    }
}

/// Reads all rows of the files that a path means: a file, all files of a folder, or those that fit a pattern.
///
/// CSV and TSV follow RFC 4180 with a header line; a byte order mark, CRLF and quoted newlines are understood. A column is
/// one of numbers if every cell that is not missing is a number, else of text. JSON Lines, Parquet and Arrow IPC say
/// themselves what their values are.
pub fn read(path: &Path, settings: &ReadSettings) -> Result<Dataset, DataError> {
    rows_of(&Input::find(path)?, settings)
}

/// Reads all rows from the bytes of a file, whose name says of which format they are.
pub fn read_bytes(path: &Path, bytes: Vec<u8>, settings: &ReadSettings) -> Result<Dataset, DataError> {
    rows_of(&Input::held(path, bytes.into())?, settings)
}

fn rows_of(input: &Input, settings: &ReadSettings) -> Result<Dataset, DataError> {
    let table = match input.format {
        Format::Delimited(delimiter) => csv_file::read(input, delimiter, settings)?,
        Format::Lines => json_file::read(input, settings)?,
        Format::Parquet | Format::Arrow => typed::read(input, settings)?,
    };
    let digests: Vec<Digest> = table.parts.iter().map(|part| part.digest).collect();
    let source = Source {
        path: input.path.clone(),
        format: input.format,
        parts: table.parts,
        digest: Input::digest_of(&digests),
        fields: table.fields,
        max_unpacked: settings.max_unpacked,
    };
    Ok(Dataset::new(source, table.columns, table.unusable).with_private_columns(settings.private_columns.iter().cloned()))
}

/// The names of the columns of the files that a path means, in the order of the first one. Only JSON Lines are read to their
/// ends for it.
pub fn column_names(path: &Path) -> Result<Vec<String>, DataError> {
    let shape = Shape::of(&Input::find(path)?)?;
    Ok(shape.fields.into_iter().map(|field| field.name).collect())
}

/// One digest of the files that a path means, as they lie there: SHA-256 of a file, or of the digests of several.
pub fn digest_of_files(path: &Path) -> Result<Digest, DataError> {
    Input::find(path)?.digest()
}

/// What files are there, without their rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// The files, in the order in which they are read; at least one.
    pub paths: Vec<PathBuf>,
    /// Their bytes, as they lie there.
    pub bytes: u64,
    /// The names of their columns.
    pub columns: Vec<String>,
}

/// Looks at the files that a path means.
pub fn survey(path: &Path) -> Result<Survey, DataError> {
    let input = Input::find(path)?;
    let shape = Shape::of(&input)?;
    let bytes = input.files.iter().map(InputFile::size).sum::<Result<u64, _>>()?;
    let paths = input.files.iter().map(|file| file.path.clone()).collect();
    Ok(Survey { paths, bytes, columns: shape.fields.into_iter().map(|field| field.name).collect() })
}

/// A file whose rows were read.
#[derive(Debug, Clone)]
pub(crate) struct FilePart {
    pub(crate) file: InputFile,
    /// How many rows it has.
    pub(crate) rows: u64,
    /// SHA-256 of its bytes.
    pub(crate) digest: Digest,
}

/// What a file was read into.
pub(crate) struct Table {
    /// Every column's name, in the file's order.
    pub(crate) fields: Vec<String>,
    /// The columns that can be used.
    pub(crate) columns: Vec<(String, crate::Column)>,
    /// The names and types of those that cannot.
    pub(crate) unusable: Vec<(String, String)>,
    /// The files, in order.
    pub(crate) parts: Vec<FilePart>,
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
        _ => DataError::Unreadable { path, reason: error.to_string() },
    }
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
        assert!(directory.to_string().ends_with(": the folder holds no file of rows"), "{directory}");
        let unknown = told(&read_error(".xlsx", b"PK"));
        assert!(unknown.contains("format of the file is unknown") && unknown.contains("Parquet"), "{unknown}");
        for names in [column_names(folder.path()), column_names(&folder.path().join("none.csv"))] {
            assert!(matches!(names, Err(DataError::EmptyFolder { .. } | DataError::NotFound { .. })));
        }
    }

    /// Writes files into a folder.
    fn folder_of(files: &[(&str, Vec<u8>)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        folder
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        use std::io::Write as _;
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(text).unwrap();
        packer.finish().unwrap()
    }

    #[test]
    fn files_of_a_folder_are_one_table_and_a_cell_is_told_by_its_own_file() {
        let packed = [gzip(b"p,y\n0.5,1\n"), gzip(b"p,y\n7,0\n")];
        // The second file orders its columns differently, the third one has two members.
        let files = [
            ("a.csv", b"y,p\n1,0.25\n0,0.5\n".to_vec()),
            ("b.csv", b"p,y\nx,1\n".to_vec()),
            ("c.csv.gz", packed.concat()[..packed[0].len()].to_vec()),
        ];
        let folder = folder_of(&files);
        let data = read(folder.path(), &ReadSettings::default()).unwrap();
        let texts: Vec<_> = (0..data.rows()).map(|row| data.require("p").unwrap().text(row).map(str::to_owned)).collect();
        assert_eq!(texts, ["0.25", "0.5", "x", "0.5"].map(|text| Some(text.to_owned())));
        let (at, text) = data.locate(2, "p");
        assert!(at.to_string().ends_with("b.csv:2:1 (column \"p\")"), "{at}");
        assert_eq!(text.as_deref(), Some("x"));
        let (at, _) = data.locate(3, "y");
        assert!(at.to_string().ends_with("c.csv.gz:2:2 (column \"y\")"), "{at}");
        assert_eq!(digest_of_files(folder.path()).unwrap(), data.digest());
        assert_eq!(digest_of_files(&folder.path().join("a.csv")).unwrap(), Digest::of(&files[0].1));
    }

    #[test]
    fn files_with_other_columns_are_named_with_the_difference() {
        let folder = folder_of(&[("a.csv", b"y,p\n1,0.5\n".to_vec()), ("b.csv", b"y,q,r\n1,0.5,1\n".to_vec())]);
        for error in [read(folder.path(), &ReadSettings::default()).unwrap_err(), column_names(folder.path()).unwrap_err()] {
            let text = error.to_string();
            assert!(
                text.contains("b.csv: the columns differ from those of ")
                    && text.ends_with("a.csv: it lacks \"p\", and has besides \"q\", \"r\""),
                "{text}"
            );
        }
    }

    #[test]
    fn packed_files_that_are_broken_or_too_large_are_refused() {
        let whole = gzip(&[b"a,b\n".as_slice(), &b"1,2\n".repeat(50_000)].concat());
        let cut = told(&read_error(".csv.gz", &whole[..whole.len() - 9]));
        assert!(cut.starts_with("rows: the file cannot be unpacked with gzip: "), "{cut}");
        let small = ReadSettings { max_unpacked: 1 << 17, ..ReadSettings::default() };
        let bomb = told(&read(file(".csv.gz", &whole).path(), &small).unwrap_err());
        assert!(
            bomb.starts_with("rows: the file unpacks to more than 0 MiB\n") && bomb.contains("data.max_unpacked_mib"),
            "{bomb}"
        );
        let zstd = zstd::encode_all(&b"a,b\n1,2\n"[..], 3).unwrap();
        assert_eq!(read(file(".tsv.zst", &zstd).path(), &ReadSettings::default()).unwrap().rows(), 1);
        let broken = told(&read_error(".csv.zst", &zstd[..zstd.len() - 3]));
        assert!(broken.starts_with("rows: the file cannot be unpacked with zstd: "), "{broken}");
    }

    #[test]
    fn a_line_without_an_end_is_refused_before_all_of_it_is_read() {
        let file = file(".csv", b"a,b\n1,2\n");
        // 4 GiB of zeros that take no room on the disk.
        file.as_file().set_len(1 << 32).unwrap();
        let text = told(&read(file.path(), &ReadSettings::default()).unwrap_err());
        assert!(text.starts_with("rows:3: the line is longer than 64 MiB\n"), "{text}");
    }

    #[test]
    fn the_digest_is_that_of_the_bytes() {
        let (data, _file) = csv("a\n1\n");
        assert_eq!(data.digest(), Digest::of(b"a\n1\n"));
        let other = file(".csv", b"a\n1");
        assert_ne!(read(other.path(), &ReadSettings::default()).unwrap().digest(), data.digest());
    }
}
