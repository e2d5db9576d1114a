//! JSON Lines: an object on every line, whose keys are the columns. A key that a line lacks is missing there.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use arrow_array::builder::Float64Builder;
use arrow_schema::ArrowError;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::column::{Column, Missing, TextBuilder, number_text};
use crate::csv_file::without_mark;
use crate::error::DataError;
use crate::file::{FilePart, ReadSettings, Table};
use crate::input::{Input, InputFile};
use crate::packed::{self, MOST_ROW_BYTES, MOST_UNPACKED, Unpacked};
use crate::parquet_file::LARGEST_EXACT;
use crate::shape::{Field, Values};

/// What an object says under a key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell<'a> {
    Null,
    Number(f64),
    /// Text, a truth value, or a whole number that no `f64` holds.
    Text(Cow<'a, str>),
    /// A list of values without parts, as texts.
    List(Vec<String>),
    /// A list or an object with parts of its own.
    Nested(&'static str),
}

impl Cell<'_> {
    /// The text of it; `None` where it is no single value.
    pub(crate) fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Number(number) => Some(Cow::Owned(number_text(*number))),
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Null | Self::List(_) | Self::Nested(_) => None,
        }
    }
}

/// Why a line is no row.
#[derive(Debug)]
pub(crate) struct BadLine {
    /// Where in the line, from 1; `None` where it is not one place.
    pub(crate) column: Option<usize>,
    pub(crate) reason: String,
}

/// Reads a line, and hands every key and value to `take`, which may refuse one with a reason.
pub(crate) fn read_line<'a>(
    line: &'a [u8],
    take: &mut dyn FnMut(Cow<'a, str>, Cell<'a>) -> Result<(), String>,
) -> Result<(), BadLine> {
    let mut reader = serde_json::Deserializer::from_slice(line);
    let read = reader.deserialize_map(Object { take }).and_then(|()| reader.end());
    read.map_err(|error| {
        let text = error.to_string();
        let reason = without_value(text.split_once(" at line ").map_or(text.as_str(), |(reason, _)| reason));
        let is_ours = error.classify() == serde_json::error::Category::Data;
        BadLine { column: (!is_ours && error.column() > 0).then_some(error.column()), reason }
    })
}

/// What was found and what was expected, without the value that was found: `invalid type: string "...", expected an object`.
fn without_value(reason: &str) -> String {
    let parts = reason.strip_prefix("invalid type: ").and_then(|rest| rest.rsplit_once(", expected "));
    match parts {
        Some((found, expected)) => {
            let kind = found.split(['"', '`']).next().unwrap_or_default().trim_end();
            format!("invalid type: {kind}, expected {expected}")
        }
        None => reason.to_owned(),
    }
}

struct Object<'f, 'a> {
    take: &'f mut dyn FnMut(Cow<'a, str>, Cell<'a>) -> Result<(), String>,
}

impl<'a> Visitor<'a> for Object<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object such as {\"label\": 1, \"score\": 0.5}")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Name(name)) = map.next_key::<Name<'a>>()? {
            let cell = map.next_value::<Cell<'a>>()?;
            (self.take)(name, cell).map_err(serde::de::Error::custom)?;
        }
        Ok(())
    }
}

struct Name<'a>(Cow<'a, str>);

impl<'a> serde::Deserialize<'a> for Name<'a> {
    fn deserialize<D: serde::Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        match Cell::deserialize(deserializer)? {
            Cell::Text(name) => Ok(Self(name)),
            _ => Err(serde::de::Error::custom("a key must be text")),
        }
    }
}

impl<'a> serde::Deserialize<'a> for Cell<'a> {
    fn deserialize<D: serde::Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellVisitor)
    }
}

struct CellVisitor;

impl<'a> Visitor<'a> for CellVisitor {
    type Value = Cell<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Cell<'a>, E> {
        Ok(Cell::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Cell<'a>, E> {
        Ok(Cell::Text(Cow::Borrowed(if flag { "true" } else { "false" })))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Cell<'a>, E> {
        let exact = number.unsigned_abs() <= LARGEST_EXACT;
        Ok(if exact { Cell::Number(number as f64) } else { Cell::Text(Cow::Owned(number.to_string())) })
    }

    fn visit_u64<E>(self, number: u64) -> Result<Cell<'a>, E> {
        let exact = number <= LARGEST_EXACT;
        Ok(if exact { Cell::Number(number as f64) } else { Cell::Text(Cow::Owned(number.to_string())) })
    }

    fn visit_f64<E>(self, number: f64) -> Result<Cell<'a>, E> {
        Ok(Cell::Number(number))
    }

    fn visit_borrowed_str<E>(self, text: &'a str) -> Result<Cell<'a>, E> {
        Ok(Cell::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cell<'a>, E> {
        Ok(Cell::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut items: A) -> Result<Cell<'a>, A::Error> {
        let (mut texts, mut flat) = (Vec::new(), true);
        while let Some(item) = items.next_element::<Cell<'a>>()? {
            match item.text() {
                Some(text) => texts.push(text.into_owned()),
                None => flat = false,
            }
        }
        Ok(if flat { Cell::List(texts) } else { Cell::Nested("list of parts") })
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Cell<'a>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Cell::Nested("object"))
    }
}

/// Whether a line holds a row.
pub(crate) fn is_row(line: &[u8]) -> bool {
    !line.iter().all(u8::is_ascii_whitespace)
}

/// The lines of a text.
pub(crate) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n')
}

fn bad_line(path: &Path, line: u64, bad: BadLine) -> DataError {
    DataError::BadJson { path: path.to_owned(), line, column: bad.column, reason: bad.reason }
}

/// The columns of a file: every key of every line, in the order in which they are first met.
pub(crate) fn fields(file: &InputFile) -> Result<Vec<Field>, DataError> {
    let failed = |error: &std::io::Error| packed::problem(file, MOST_UNPACKED, error);
    let reader = Unpacked::open(file, u64::MAX).map_err(|error| failed(&error))?;
    let mut reader = BufReader::with_capacity(1 << 20, reader);
    let (mut found, mut places) = (Vec::<Field>::new(), HashMap::<String, usize>::new());
    let (mut line, mut number) = (Vec::new(), 0);
    loop {
        line.clear();
        number += 1;
        let most = MOST_ROW_BYTES as u64 + 1;
        let read = reader.by_ref().take(most).read_until(b'\n', &mut line).map_err(|error| failed(&error))?;
        if read == 0 {
            return if found.is_empty() { Err(DataError::EmptyFile { path: file.path.clone() }) } else { Ok(found) };
        }
        if read > MOST_ROW_BYTES {
            return Err(DataError::EndlessLine { path: file.path.clone(), line: number });
        }
        let text = if number == 1 { without_mark(&line) } else { &line };
        if !is_row(text) {
            continue;
        }
        let mut take = |name: Cow<'_, str>, cell: Cell<'_>| {
            let place = *places.entry(name.as_ref().to_owned()).or_insert_with(|| {
                found.push(Field { name: name.trim().to_owned(), values: Values::Cells });
                found.len() - 1
            });
            let unusable = match cell {
                Cell::List(_) => "list",
                Cell::Nested(what) => what,
                _ => return Ok(()),
            };
            if let Some(field) = found.get_mut(place) {
                field.values = Values::Unusable(unusable.to_owned());
            }
            Ok(())
        };
        read_line(text, &mut take).map_err(|bad| bad_line(&file.path, number, bad))?;
    }
}

/// A column while it is read.
enum Grown {
    /// So many missing values.
    Nothing(usize),
    Number(Float64Builder),
    Text(TextBuilder),
}

impl Grown {
    fn len(&self) -> usize {
        match self {
            Self::Nothing(rows) => *rows,
            Self::Number(numbers) => arrow_array::builder::ArrayBuilder::len(numbers),
            Self::Text(text) => text.len(),
        }
    }

    fn push(&mut self, value: Option<Cell<'_>>) -> Result<(), ArrowError> {
        match (&mut *self, value) {
            (Self::Nothing(rows), None) => *rows += 1,
            (Self::Number(numbers), None) => numbers.append_null(),
            (Self::Text(text), None) => text.push(None)?,
            (Self::Number(numbers), Some(Cell::Number(number))) => numbers.append_value(number),
            (Self::Text(text), Some(cell)) => text.push(cell.text().as_deref())?,
            (Self::Nothing(rows), Some(Cell::Number(number))) => {
                let mut numbers = Float64Builder::new();
                numbers.append_nulls(*rows);
                numbers.append_value(number);
                *self = Self::Number(numbers);
            }
            (Self::Nothing(_) | Self::Number(_), Some(cell)) => {
                let mut text = self.as_text()?;
                text.push(cell.text().as_deref())?;
                *self = Self::Text(text);
            }
        }
        Ok(())
    }

    /// The cells so far as text.
    fn as_text(&mut self) -> Result<TextBuilder, ArrowError> {
        let mut text = TextBuilder::default();
        match self {
            Self::Nothing(rows) => (0..*rows).try_for_each(|_| text.push(None))?,
            Self::Number(numbers) => {
                for number in &numbers.finish() {
                    text.push(number.map(number_text).as_deref())?;
                }
            }
            Self::Text(_) => {}
        }
        Ok(text)
    }

    fn finish(self) -> Result<Column, ArrowError> {
        match self {
            Self::Nothing(rows) => {
                let mut numbers = Float64Builder::new();
                numbers.append_nulls(rows);
                Ok(Column::Number(numbers.finish()))
            }
            Self::Number(mut numbers) => Ok(Column::Number(numbers.finish())),
            Self::Text(text) => text.finish(),
        }
    }
}

/// The columns of all lines so far.
#[derive(Default)]
struct Grid {
    places: HashMap<String, usize>,
    columns: Vec<GridColumn>,
    rows: usize,
}

struct GridColumn {
    name: String,
    cells: Grown,
    missing: Vec<String>,
    /// What stands between the labels of a set.
    separator: Option<String>,
    /// The type of a value that cannot be used.
    unusable: Option<&'static str>,
}

impl Grid {
    fn column(&mut self, name: &str, settings: &ReadSettings) -> Option<&mut GridColumn> {
        let next = self.columns.len();
        let place = self.places.get(name).copied().unwrap_or(next);
        if place == next {
            self.places.insert(name.to_owned(), place);
            let trimmed = name.trim();
            self.columns.push(GridColumn {
                name: trimmed.to_owned(),
                cells: Grown::Nothing(self.rows),
                missing: settings.missing_in(trimmed),
                separator: settings.set_columns.get(trimmed).cloned(),
                unusable: None,
            });
        }
        self.columns.get_mut(place)
    }

    fn take(&mut self, name: &str, cell: Cell<'_>, settings: &ReadSettings) -> Result<(), String> {
        let rows = self.rows;
        let Some(column) = self.column(name, settings) else { return Ok(()) };
        if column.cells.len() > rows {
            return Err(format!("the key {name:?} stands twice"));
        }
        let cell = match cell {
            Cell::Null => None,
            Cell::Text(text) => {
                let text = text.trim();
                (!Missing(&column.missing).is(text)).then(|| Cell::Text(Cow::Owned(text.to_owned())))
            }
            Cell::List(labels) => {
                let set = column.separator.as_ref().map(|separator| crate::parquet_file::set_text(&labels, separator));
                if set.is_none() {
                    column.unusable = Some("list");
                }
                set.transpose()?.map(|set| Cell::Text(Cow::Owned(set)))
            }
            Cell::Nested(what) => {
                column.unusable = Some(what);
                None
            }
            number @ Cell::Number(_) => Some(number),
        };
        column.cells.push(cell).map_err(|error| error.to_string())
    }

    fn end_row(&mut self) -> Result<(), String> {
        self.rows += 1;
        let rows = self.rows;
        let mut short = self.columns.iter_mut().filter(|column| column.cells.len() < rows);
        short.try_for_each(|column| column.cells.push(None)).map_err(|error| error.to_string())
    }
}

/// Reads all rows of all files.
pub(crate) fn read(input: &Input, settings: &ReadSettings) -> Result<Table, DataError> {
    let mut grid = Grid::default();
    let mut parts = Vec::new();
    for file in &input.files {
        let (bytes, digest) = packed::text(file, settings.max_unpacked)?;
        let text = without_mark(&bytes);
        if !is_row(text) {
            return Err(DataError::EmptyFile { path: file.path.clone() });
        }
        let before = grid.rows;
        for (line, number) in lines(text).zip(1..).filter(|(line, _)| is_row(line)) {
            let bad = |bad| bad_line(&file.path, number, bad);
            read_line(line, &mut |name, cell| grid.take(&name, cell, settings)).map_err(bad)?;
            grid.end_row().map_err(|reason| bad_line(&file.path, number, BadLine { column: None, reason }))?;
        }
        parts.push(FilePart { file: file.clone(), rows: (grid.rows - before) as u64, digest });
    }
    let fields: Vec<String> = grid.columns.iter().map(|column| column.name.clone()).collect();
    crate::file::check_names(&input.path, &fields)?;
    let (mut columns, mut unusable) = (Vec::new(), Vec::new());
    for column in grid.columns {
        if let Some(what) = column.unusable {
            unusable.push((column.name, what.to_owned()));
            continue;
        }
        let malformed = |error: ArrowError| DataError::Malformed { path: input.path.clone(), reason: error.to_string() };
        columns.push((column.name, column.cells.finish().map_err(malformed)?));
    }
    Ok(Table { fields, columns, unusable, parts })
}

/// The line of a row (from 0), and what it says under a key.
pub(crate) fn locate(bytes: &[u8], row: u64, name: &str) -> Option<(u64, Option<String>)> {
    let mut rows = lines(without_mark(bytes)).zip(1..).filter(|(line, _)| is_row(line));
    let (line, number) = rows.nth(usize::try_from(row).ok()?)?;
    let mut found = None;
    let mut take = |key: Cow<'_, str>, cell: Cell<'_>| {
        if key.trim() == name {
            found = cell.text().map(Cow::into_owned);
        }
        Ok(())
    };
    read_line(line, &mut take).ok()?;
    Some((number, found))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing::{file, read_error, settings, told};
    use crate::{Dataset, column_names, count, read};

    fn dataset(text: &str) -> Dataset {
        read(file(".jsonl", text.as_bytes()).path(), &ReadSettings::default()).unwrap()
    }

    fn texts(data: &Dataset, name: &str) -> Vec<Option<String>> {
        let column = data.require(name).unwrap();
        (0..data.rows()).map(|row| column.text(row).map(str::to_owned)).collect()
    }

    fn numbers(data: &Dataset, name: &str) -> Vec<Option<f64>> {
        let column = data.require(name).unwrap();
        (0..data.rows()).map(|row| column.number(row)).collect()
    }

    #[test]
    fn keys_are_columns_and_what_a_line_lacks_is_missing() {
        let data = dataset(
            "\u{feff}{\"a\": 1, \"b\": \" x \"}\n\n{\"b\": \"NA\", \"c\": true}\r\n{\"a\": null, \"c\": \"no\", \"a2\": -2.5}",
        );
        assert_eq!(numbers(&data, "a"), [Some(1.0), None, None]);
        assert_eq!(texts(&data, "b"), [Some("x".into()), None, None]);
        assert_eq!(texts(&data, "c"), [None, Some("true".into()), Some("no".into())]);
        assert_eq!(numbers(&data, "a2"), [None, None, Some(-2.5)]);
    }

    #[test]
    fn text_that_looks_like_numbers_stays_text_and_makes_numbers_beside_it_text() {
        let data =
            dataset("{\"zip\": \"01234\", \"m\": 1.50, \"big\": 9007199254740993}\n{\"zip\": \"7\", \"m\": \"x\", \"big\": 2}\n");
        assert_eq!(texts(&data, "zip"), [Some("01234".into()), Some("7".into())]);
        assert_eq!(texts(&data, "m"), [Some("1.5".into()), Some("x".into())]);
        assert_eq!(texts(&data, "big"), [Some("9007199254740993".into()), Some("2".into())]);
    }

    #[test]
    fn lists_and_objects_are_named_when_asked_for_and_lists_are_sets_where_declared() {
        let text = "{\"y\": [\"a\", \"b\"], \"o\": {\"x\": [1, {}]}, \"e\": 1}\n{\"y\": [], \"o\": 1, \"e\": 2}\n";
        let data = dataset(text);
        let told_of = |name: &str| data.require(name).unwrap_err().to_string();
        assert!(told_of("y").ends_with("column \"y\" is of type list, which cannot be used"), "{}", told_of("y"));
        assert!(told_of("o").contains("of type object"));
        let settings = ReadSettings { set_columns: [("y".to_owned(), "|".to_owned())].into(), ..ReadSettings::default() };
        let file = file(".ndjson", text.as_bytes());
        let data = read(file.path(), &settings).unwrap();
        assert_eq!(texts(&data, "y"), [Some("a|b".into()), Some(String::new())]);
        assert_eq!(column_names(file.path()).unwrap(), ["y", "o", "e"]);
    }

    #[test]
    fn lines_that_are_no_rows_are_told_with_their_place() {
        let of = |text: &str| told(&read_error(".jsonl", text.as_bytes()));
        let cut = of("{\"a\": 1}\n\n{\"a\": 1, \"b\": }\n");
        assert!(cut.starts_with("rows:3:15: the line is no JSON object: expected value\n"), "{cut}");
        let nan = of("{\"a\": NaN}\n");
        assert!(nan.starts_with("rows:1:7: the line is no JSON object: expected value\n") && nan.contains("null"), "{nan}");
        let number = of("{\"a\": 1}\n17\n");
        assert!(number.starts_with("rows:2: the line is no JSON object: invalid type: "), "{number}");
        let twice = of("{\"a\": 1, \"a\": 2}\n");
        assert!(twice.starts_with("rows:1: the line is no JSON object: the key \"a\" stands twice\n"), "{twice}");
        let two = of("{\"a\": 1} {\"a\": 2}\n");
        assert!(two.starts_with("rows:1:10: the line is no JSON object: trailing characters\n"), "{two}");
        assert!(of("\n \n").starts_with("rows: the file is empty\n"));
        let deep = format!("{{\"a\": {}", "[".repeat(100_000));
        assert!(of(&deep).contains("recursion limit"), "{}", of(&deep));
        let utf8 = told(&read_error(".jsonl", b"{\"a\": \"\xff\"}\n"));
        assert!(utf8.starts_with("rows:1:"), "{utf8}");
    }

    #[test]
    fn a_bad_cell_is_told_by_its_line() {
        let file = file(".jsonl", b"{\"y\": 1, \"p\": 0.5}\n\n{\"y\": 0, \"p\": 7}\n");
        let data = read(file.path(), &ReadSettings::default()).unwrap();
        let text = told(&count(&data, &settings(vec![])).unwrap_err());
        assert!(text.starts_with("rows:3 (column \"p\"): the score \"7\" lies outside 0 to 1\n"), "{text}");
    }
}
