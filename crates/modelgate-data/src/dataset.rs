//! Rows in memory: named columns that remember which file and which rows they come from.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float64Type, Int32Type};
use arrow_array::{BooleanArray, Float64Array, UInt32Array};
use modelgate_cube::Digest;

use crate::column::{Column, number_text};
use crate::error::{CellProblem, DataError};
use crate::file::FilePart;
use crate::format::Format;
use crate::join::take;
use crate::position::Position;
use crate::told::Told;
use crate::{csv_file, json_file, packed, shown};

/// The files that rows come from.
#[derive(Debug)]
pub(crate) struct Source {
    /// The path as it was given.
    pub(crate) path: PathBuf,
    /// How the files were read.
    pub(crate) format: Format,
    /// The files, in order.
    pub(crate) parts: Vec<FilePart>,
    /// One digest for all of them.
    pub(crate) digest: Digest,
    /// The names of all columns, in the order of the first file.
    pub(crate) fields: Vec<String>,
    /// The most bytes that a packed file may unpack to.
    pub(crate) max_unpacked: u64,
}

/// Columns of equal length. Cloning shares the cells.
#[derive(Debug, Clone)]
pub struct Dataset {
    source: Arc<Source>,
    columns: Vec<(String, Column)>,
    unusable: Vec<(String, String)>,
    rows: usize,
    /// The rows' numbers in the file, from 0; `None` where they are all of them.
    rows_in_file: Option<Arc<[u64]>>,
    /// Columns of which no value is told, whatever they are called and say.
    private: Arc<BTreeSet<String>>,
}

impl Dataset {
    pub(crate) fn new(source: Source, columns: Vec<(String, Column)>, unusable: Vec<(String, String)>) -> Self {
        let rows = columns.first().map_or(0, |(_, column)| column.len());
        Self { source: Arc::new(source), columns, unusable, rows, rows_in_file: None, private: Arc::default() }
    }

    /// The same rows with more columns of which messages tell no value.
    #[must_use]
    pub fn with_private_columns(mut self, columns: impl IntoIterator<Item = String>) -> Self {
        Arc::make_mut(&mut self.private).extend(columns);
        self
    }

    pub(crate) fn private_columns(&self) -> &BTreeSet<String> {
        &self.private
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The column of that name; `None` where there is none, or one of a type that cannot be used.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|(known, _)| known == name).map(|(_, column)| column)
    }

    /// The columns with their names, in the file's order.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &Column)> {
        self.columns.iter().map(|(name, column)| (name.as_str(), column))
    }

    /// Every column, whether it can be used or not.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name).chain(self.unusable.iter().map(|(name, _)| name)).map(String::as_str)
    }

    /// The column of that name, or an error that says what there is instead.
    pub fn require(&self, name: &str) -> Result<&Column, DataError> {
        if let Some(column) = self.column(name) {
            return Ok(column);
        }
        let path = self.source.path.clone();
        if let Some((_, data_type)) = self.unusable.iter().find(|(known, _)| known == name) {
            return Err(DataError::UnsupportedColumn { path, name: name.to_owned(), data_type: data_type.clone() });
        }
        let columns: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        let nearest = shown::nearest(name, columns.iter().map(String::as_str));
        Err(DataError::MissingColumn { path, name: name.to_owned(), nearest, columns })
    }

    /// Whether the file has a column of that name, usable or not.
    #[must_use]
    pub fn has_column(&self, name: &str) -> bool {
        self.column(name).is_some() || self.unusable.iter().any(|(known, _)| known == name)
    }

    /// SHA-256 of the file's bytes, or of the digests of several files. It stays the same when rows are split off or scores are added.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.source.digest
    }

    /// Where the rows come from, as the path was given.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.source.path
    }

    /// The same rows with a model's scores as one more column of numbers.
    pub fn with_scores(&self, name: &str, scores: Vec<f64>) -> Result<Self, DataError> {
        let path = self.source.path.clone();
        if self.has_column(name) {
            return Err(DataError::ColumnExists { path, name: name.to_owned() });
        }
        if scores.len() != self.rows {
            return Err(DataError::ScoresDoNotFit { path, expected: self.rows, found: scores.len() });
        }
        let mut scored = self.clone();
        scored.columns.push((name.to_owned(), Column::Number(Float64Array::from(scores))));
        Ok(scored)
    }

    /// The same rows with one more column, which must be as long and have a new name.
    pub(crate) fn with_column(mut self, name: &str, column: Column) -> Self {
        self.columns.push((name.to_owned(), column));
        self
    }

    /// As many other rows, with these columns, that are told of as if they were this file's.
    pub(crate) fn with_rows_of(&self, columns: Vec<(String, Column)>, rows: usize) -> Self {
        Self { columns, rows, rows_in_file: None, unusable: Vec::new(), ..self.clone() }
    }

    /// The rows whose `column` says `value`; missing values belong to no part. No such row is an error.
    pub fn split(&self, column: &str, value: &str) -> Result<Self, DataError> {
        let parts = crate::levels::levels_of(self.require(column)?);
        let Some(wanted) = parts.levels.iter().position(|level| level.as_deref() == Some(value)) else {
            let found = self.told_all(&[column], &parts.levels.into_iter().flatten().collect::<BTreeSet<_>>());
            let nearest = shown::nearest(value, found.iter().filter_map(Told::text));
            let (column, value) = (column.to_owned(), value.to_owned());
            return Err(DataError::EmptySplit { path: self.source.path.clone(), column, value, nearest, found });
        };
        let keep: Vec<bool> = parts.grouping.codes.iter().map(|code| *code as usize == wanted).collect();
        self.filter(&keep)
    }

    fn filter(&self, keep: &[bool]) -> Result<Self, DataError> {
        let kept: Vec<u64> = (0..self.rows).zip(keep).filter(|(_, keep)| **keep).map(|(row, _)| self.row_in_file(row)).collect();
        let mask = BooleanArray::from(keep.to_vec());
        let filtered = self.columns.iter().map(|(name, column)| Some((name.clone(), filter_column(column, &mask)?)));
        let Some(columns) = filtered.collect::<Option<Vec<_>>>() else {
            let reason = "its rows cannot be split".to_owned();
            return Err(DataError::Malformed { path: self.source.path.clone(), reason });
        };
        Ok(Self { columns, rows: kept.len(), rows_in_file: Some(kept.into()), ..self.clone() })
    }

    /// Some of the rows, by their numbers from 0, in that order; a number that there is not is an error.
    pub fn taken(&self, rows: &[u32]) -> Result<Self, DataError> {
        let order = UInt32Array::from(rows.to_vec());
        let is_there = rows.iter().all(|row| usize::try_from(*row).is_ok_and(|row| row < self.rows));
        let taken = self.columns.iter().map(|(name, column)| Some((name.clone(), take(column, &order)?)));
        let Some(columns) = taken.collect::<Option<Vec<_>>>().filter(|_| is_there) else {
            let reason = "its rows cannot be taken apart".to_owned();
            return Err(DataError::Malformed { path: self.source.path.clone(), reason });
        };
        let kept: Vec<u64> = rows.iter().map(|row| self.row_in_file(*row as usize)).collect();
        Ok(Self { columns, rows: kept.len(), rows_in_file: Some(kept.into()), ..self.clone() })
    }

    fn row_in_file(&self, row: usize) -> u64 {
        self.rows_in_file.as_ref().map_or(row as u64, |rows| rows.get(row).copied().unwrap_or(row as u64))
    }

    /// An error about the first of several bad cells (rows in increasing order) of a column; `None` without a bad cell.
    pub(crate) fn bad_cells(
        &self,
        column: &str,
        problem: CellProblem,
        mut rows: impl Iterator<Item = usize>,
    ) -> Option<DataError> {
        let first = rows.next()?;
        let (at, found) = self.locate(first, column);
        let text = found.or_else(|| {
            let column = self.column(column)?;
            column.text(first).map(str::to_owned).or_else(|| column.number(first).map(number_text))
        });
        let is_private = self.is_private(column);
        let told = match text {
            None => Told::Null,
            Some(text) if is_private => Told::withheld(&text),
            Some(text) => Told::of(&text),
        };
        let problem = if is_private { problem.without_texts() } else { problem };
        Some(DataError::BadCell { at: Box::new(at), problem, told, more: rows.count() as u64 })
    }

    /// Where a cell stands, and what the file says there if that can be found out.
    pub(crate) fn locate(&self, row: usize, column: &str) -> (Position, Option<String>) {
        let (part, row) = self.part_of(self.row_in_file(row));
        let found = part.and_then(|part| self.look_up(part, row, column));
        // Keys of objects have no places, and files of one input may order their columns differently.
        let has_places = matches!(self.source.format, Format::Delimited(_) | Format::Parquet);
        let in_fields = self.source.fields.iter().position(|name| name == column).filter(|_| has_places);
        let (line, field, text) = match found {
            Some(Found { line, field, text }) => (Some(line), field, text),
            None => (None, in_fields, None),
        };
        let position = Position {
            path: part.map_or_else(|| self.source.path.clone(), |part| part.file.path.clone()),
            row: row + 1,
            line,
            field: field.map(|field| field + 1),
            column: Some(column.to_owned()),
        };
        (position, text)
    }

    /// The file that a row is in, and its number there.
    fn part_of(&self, row: u64) -> (Option<&FilePart>, u64) {
        let mut before = 0;
        for part in &self.source.parts {
            if row < before + part.rows {
                return (Some(part), row - before);
            }
            before += part.rows;
        }
        (None, row)
    }

    /// The line of a cell, its field and its text, from the file if it is a text file and still the same.
    fn look_up(&self, part: &FilePart, row: u64, column: &str) -> Option<Found> {
        let is_text = matches!(self.source.format, Format::Delimited(_) | Format::Lines);
        let (bytes, digest) = is_text.then(|| packed::text(&part.file, self.source.max_unpacked).ok())??;
        if digest != part.digest {
            return None;
        }
        if let Format::Delimited(delimiter) = self.source.format {
            let names = csv_file::names(&part.file.path, bytes.as_slice(), delimiter).ok()?;
            let field = names.iter().position(|name| name == column);
            let (line, text) = csv_file::locate(&bytes, delimiter, row, field)?;
            return Some(Found { line, field, text });
        }
        let (line, text) = json_file::locate(&bytes, row, column)?;
        Some(Found { line, field: None, text })
    }
}

/// A cell that was found again.
struct Found {
    /// From 1.
    line: u64,
    /// From 0; `None` where the column is not in the file, or has no place in a line.
    field: Option<usize>,
    text: Option<String>,
}

fn filter_column(column: &Column, mask: &BooleanArray) -> Option<Column> {
    let filtered = arrow_select::filter::filter(column.array(), mask).ok()?;
    Some(match column {
        Column::Number(_) => Column::Number(filtered.as_primitive_opt::<Float64Type>()?.clone()),
        Column::Text(_) => Column::Text(filtered.as_dictionary_opt::<Int32Type>()?.clone()),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing::{categorical, csv, settings, told};
    use crate::{Labels, binary_labels, count};

    #[test]
    fn a_missing_column_is_told_with_the_nearest_name() {
        let (data, _file) = csv("approved,sex\n1,F\n");
        let text = told(&data.require("aproved").unwrap_err());
        assert!(text.starts_with("rows: there is no column \"aproved\"\n"), "{text}");
        assert!(text.ends_with("did you mean \"approved\"? the columns are \"approved\", \"sex\""), "{text}");
        let (data, _file) = csv("39,Private\n40,State-gov\n");
        assert!(told(&data.require("age").unwrap_err()).contains("is the header line missing?"));
        let names: Vec<String> = (0..25).map(|index| format!("c{index}")).collect();
        let (data, _file) = csv(&format!("{}\n{}1\n", names.join(","), "1,".repeat(24)));
        assert!(told(&data.require("x").unwrap_err()).ends_with("\"c19\" and 5 more"));
    }

    #[test]
    fn split_rows_keep_their_lines() {
        let (data, _file) = csv("part,y,p\ntrain,1,0.5\ntest,0,0.5\n,1,1\ntest,1,7\n");
        let test = data.split("part", "test").unwrap();
        assert_eq!((test.rows(), test.digest()), (2, data.digest()));
        let text = told(&count(&test, &settings(vec![])).unwrap_err());
        assert!(text.starts_with("rows:5:3 (column \"p\"): the score \"7\" lies outside 0 to 1\n"), "{text}");
        let train = data.split("part", "train").unwrap();
        assert_eq!(binary_labels(&train, "y", None).unwrap().is_positive, [true]);
        // A level whose rows are all in the other part is no level of this one.
        assert_eq!(count(&train, &settings(vec![categorical("part")])).unwrap().cells().count(), 2);
    }

    #[test]
    fn splits_of_numbers_work_and_empty_ones_are_refused() {
        let (data, _file) = csv("fold,y\n1,0\n2,1\n");
        assert_eq!(data.split("fold", "2").unwrap().rows(), 1);
        let text = told(&data.split("fold", "3").unwrap_err());
        assert!(text.starts_with("rows: no row has the value \"3\" in column \"fold\", which holds \"1\", \"2\"\n"), "{text}");
    }

    #[test]
    fn added_scores_are_a_column_with_lines_but_no_field() {
        let (data, _file) = csv("y\n1\n0\n");
        let scored = data.with_scores("p", vec![0.5, f64::NAN]).unwrap();
        let text = told(&count(&scored, &settings(vec![])).unwrap_err());
        assert!(text.starts_with("rows:3 (column \"p\"): the score \"NaN\" is NaN"), "{text}");
        assert!(matches!(data.with_scores("y", vec![0.0, 0.0]), Err(DataError::ColumnExists { .. })));
        let wrong = data.with_scores("p", vec![0.0]).unwrap_err();
        assert_eq!(told(&wrong), "rows: there are 2 rows and 1 scores\n");
        assert!(matches!(binary_labels(&scored, "y", None), Ok(Labels { .. })));
    }

    #[test]
    fn a_file_that_changed_since_gives_rows_and_no_false_lines() {
        use std::io::Write as _;
        let (data, mut file) = csv("y,p\n1,2\n");
        file.write_all(b"1,0.5\n").unwrap();
        let text = told(&count(&data, &settings(vec![])).unwrap_err());
        assert!(text.starts_with("rows: row 1 (column \"p\"): the score \"2\" lies outside"), "{text}");
    }
}
