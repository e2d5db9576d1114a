//! Text files with separators: RFC 4180 through arrow's reader, and a second look with the `csv` crate where something
//! is wrong, because only that one knows positions.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use arrow_array::Array as _;
use arrow_array::cast::AsArray as _;
use arrow_schema::{ArrowError, DataType, Field, Schema};

use crate::column::{Column, Growing, Missing};
use crate::error::DataError;
use crate::file::{FilePart, ReadSettings, Table, check_names, unreadable};
use crate::input::Input;
use crate::{packed, shape};

/// Rows that are parsed at a time.
const BATCH_ROWS: usize = 8_192;

/// The bytes that some programs write before UTF-8 text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads all rows of all files.
pub(crate) fn read(input: &Input, delimiter: u8, settings: &ReadSettings) -> Result<Table, DataError> {
    let (table, turned) = attempt(input, delimiter, None, settings)?;
    match turned {
        None => Ok(table),
        // Columns that turned out to be text after the first batch need their first cells again.
        Some(as_text) => attempt(input, delimiter, Some(&as_text), settings).map(|(table, _)| table),
    }
}

/// What was read, and which columns are text where some turned out to be that late.
type Attempt = (Table, Option<Vec<bool>>);

fn attempt(input: &Input, delimiter: u8, as_text: Option<&[bool]>, settings: &ReadSettings) -> Result<Attempt, DataError> {
    let mut fields: Option<Vec<String>> = None;
    let mut columns: Vec<Growing> = Vec::new();
    let mut parts = Vec::new();
    for file in &input.files {
        let (bytes, digest) = packed::text(file, settings.max_unpacked)?;
        let text = checked_text(&file.path, &bytes, delimiter)?;
        let names = names(&file.path, text, delimiter)?;
        let fields = fields.get_or_insert_with(|| {
            let text = |(place, name)| {
                as_text.as_ref().map_or(settings.text_columns.contains(name), |text| text.get(place) == Some(&true))
            };
            columns = names.iter().enumerate().map(|column| Growing::new(text(column))).collect();
            names.clone()
        });
        shape::same_names(input, file, fields, &names)?;
        let places: Vec<usize> = names.iter().filter_map(|name| fields.iter().position(|field| field == name)).collect();
        let missing: Vec<Vec<String>> = names.iter().map(|name| settings.missing_in(name)).collect();
        let rows = push_file((text, delimiter), &names, &places, &missing, &mut columns)
            .map_err(|error| ragged_row(&file.path, text, delimiter, names.len(), &error))?;
        parts.push(FilePart { file: file.clone(), rows, digest });
    }
    let fields = fields.unwrap_or_default();
    if parts.iter().all(|part| part.rows == 0) {
        return Err(DataError::NoRows { path: input.path.clone() });
    }
    let turned = columns.iter().any(|column| matches!(column, Growing::TurnedOutText));
    let turned = turned.then(|| columns.iter().map(|column| !matches!(column, Growing::Number(_))).collect());
    if turned.is_some() && as_text.is_none() {
        return Ok((Table { fields, columns: Vec::new(), unusable: Vec::new(), parts }, turned));
    }
    let columns = columns
        .into_iter()
        .map(finish)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| DataError::Malformed { path: input.path.clone(), reason: error.to_string() })?;
    Ok((Table { columns: fields.iter().cloned().zip(columns).collect(), fields, unusable: Vec::new(), parts }, None))
}

/// The text of a file without a byte order mark; it must be text, and every quote must end.
fn checked_text<'t>(path: &Path, bytes: &'t [u8], delimiter: u8) -> Result<&'t [u8], DataError> {
    let text = without_mark(bytes);
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(DataError::EmptyFile { path: path.to_owned() });
    }
    if std::str::from_utf8(text).is_err() {
        return Err(not_utf8(path, text, delimiter));
    }
    match unclosed_quote(text, delimiter) {
        Some(offset) => Err(DataError::UnclosedQuote { path: path.to_owned(), line: line_of(text, offset) }),
        None => Ok(text),
    }
}

/// The names in the header line.
pub(crate) fn names(path: &Path, text: impl Read, delimiter: u8) -> Result<Vec<String>, DataError> {
    let mut header = csv::ByteRecord::new();
    let mut reader = records(text, delimiter);
    let found = reader.read_byte_record(&mut header).map_err(|error| match error.into_kind() {
        csv::ErrorKind::Io(error) => unreadable(path, &error),
        other => DataError::Malformed { path: path.to_owned(), reason: format!("{other:?}") },
    })?;
    if !found {
        return Err(DataError::EmptyFile { path: path.to_owned() });
    }
    let mut names = Vec::with_capacity(header.len());
    for (index, name) in header.iter().enumerate() {
        match std::str::from_utf8(name) {
            Ok(name) => names.push(name.trim().to_owned()),
            Err(_) => return Err(bad_text(path, 1, index, name, header.get(0).is_some_and(begins_like_utf16))),
        }
    }
    check_names(path, &names)?;
    Ok(names)
}

/// Where a data row (from 0) begins a field, and what the field says. Without a field: where the row begins.
pub(crate) fn locate(bytes: &[u8], delimiter: u8, row: u64, field: Option<usize>) -> Option<(u64, Option<String>)> {
    let text = without_mark(bytes);
    let mut reader = records(text, delimiter);
    let mut record = csv::ByteRecord::new();
    let mut wanted = row.checked_add(1)?;
    while reader.read_byte_record(&mut record).ok()? {
        if wanted == 0 {
            let found = field.map(|field| String::from_utf8_lossy(record.get(field).unwrap_or_default()).into_owned());
            return Some((field_line(text, &record, field.unwrap_or(0)), found));
        }
        wanted -= 1;
    }
    None
}

fn finish(column: Growing) -> Result<Column, ArrowError> {
    match column {
        Growing::Number(mut numbers) => Ok(Column::Number(numbers.finish())),
        Growing::Text(text) => text.finish(),
        Growing::TurnedOutText => Err(ArrowError::CsvError("a column changed its type while it was read".to_owned())),
    }
}

/// Adds the rows of a file to the columns, each of its own at its place among all, and counts them.
fn push_file(
    (text, delimiter): (&[u8], u8),
    names: &[String],
    places: &[usize],
    missing: &[Vec<String>],
    columns: &mut [Growing],
) -> Result<u64, ArrowError> {
    let schema = Schema::new(names.iter().map(|name| Field::new(name, DataType::Utf8, true)).collect::<Vec<_>>());
    let reader = arrow_csv::ReaderBuilder::new(Arc::new(schema))
        .with_header(true)
        .with_delimiter(delimiter)
        .with_batch_size(BATCH_ROWS)
        .build_buffered(text)?;
    let mut rows = 0;
    for batch in reader {
        let batch = batch?;
        rows += batch.num_rows() as u64;
        for ((cells, place), missing) in batch.columns().iter().zip(places).zip(missing) {
            let (Some(cells), Some(column)) = (cells.as_string_opt::<i32>(), columns.get_mut(*place)) else {
                return Err(ArrowError::CsvError(format!("unexpected cells of type {}", cells.data_type())));
            };
            // Arrow makes an empty cell null; whether it is missing is for the settings to say.
            column.push(cells.iter().map(Option::unwrap_or_default), &Missing(missing))?;
        }
    }
    Ok(rows)
}

pub(crate) fn records<R: Read>(text: R, delimiter: u8) -> csv::Reader<R> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text)
}

pub(crate) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)
}

fn begins_like_utf16(text: &[u8]) -> bool {
    text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff")
}

/// The line, from 1, of a byte.
fn line_of(text: &[u8], offset: usize) -> u64 {
    let before = text.get(..offset).unwrap_or(text);
    let lone_returns =
        text.get(..=offset).unwrap_or(text).windows(2).filter(|pair| matches!(pair, [b'\r', next] if *next != b'\n')).count();
    (before.split(|byte| *byte == b'\n').count() + lone_returns) as u64
}

/// The line on which a field of a record begins: records begin after blank lines, and fields before it may be quoted
/// and hold newlines.
fn field_line(text: &[u8], record: &csv::ByteRecord, field: usize) -> u64 {
    let reported = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(usize::MAX));
    let blanks = text.get(reported..).unwrap_or_default().iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let newlines = record.iter().take(field).flatten().filter(|byte| **byte == b'\n').count();
    line_of(text, reported.saturating_add(blanks)) + newlines as u64
}

fn bad_text(path: &Path, line: u64, index: usize, field: &[u8], utf16: bool) -> DataError {
    // The bytes that are wrong and where they are: the rest of the cell may be anything about anybody.
    let (character, bytes) = field
        .utf8_chunks()
        .find(|chunk| !chunk.invalid().is_empty())
        .map_or((1, field), |chunk| (chunk.valid().chars().count() + 1, chunk.invalid()));
    let bytes = bytes.escape_ascii().to_string();
    DataError::NotUtf8 { path: path.to_owned(), line, field: index + 1, character, bytes, utf16 }
}

/// The first field that is not UTF-8, as an error.
fn not_utf8(path: &Path, text: &[u8], delimiter: u8) -> DataError {
    let utf16 = begins_like_utf16(text);
    let mut reader = records(text, delimiter);
    let mut record = csv::ByteRecord::new();
    while matches!(reader.read_byte_record(&mut record), Ok(true)) {
        let bad = record.iter().enumerate().find(|(_, field)| std::str::from_utf8(field).is_err());
        if let Some((index, field)) = bad {
            return bad_text(path, field_line(text, &record, index), index, field, utf16);
        }
    }
    DataError::Malformed { path: path.to_owned(), reason: "the text is not UTF-8".to_owned() }
}

/// The first row whose number of fields is wrong, as an error; else what arrow said.
fn ragged_row(path: &Path, text: &[u8], delimiter: u8, expected: usize, error: &ArrowError) -> DataError {
    let mut reader = records(text, delimiter);
    let mut record = csv::ByteRecord::new();
    while matches!(reader.read_byte_record(&mut record), Ok(true)) {
        if record.len() != expected {
            let line = field_line(text, &record, 0);
            return DataError::RaggedRow { path: path.to_owned(), line, expected, found: record.len() };
        }
    }
    DataError::Malformed { path: path.to_owned(), reason: error.to_string() }
}

/// The offset of a quote that is opened and never closed. Both CSV readers would take the rest of the file as one cell
/// and say nothing.
fn unclosed_quote(text: &[u8], delimiter: u8) -> Option<usize> {
    let mut from = 0;
    while let Some(quote) = next_quote(text, from) {
        let before = quote.checked_sub(1).and_then(|index| text.get(index));
        let opens_field = before.is_none_or(|byte| [delimiter, b'\n', b'\r'].contains(byte));
        from = if opens_field {
            let Some(closing) = closing_quote(text, quote + 1) else { return Some(quote) };
            closing + 1
        } else {
            quote + 1
        };
    }
    None
}

pub(crate) fn next_quote(text: &[u8], from: usize) -> Option<usize> {
    text.get(from..)?.iter().position(|byte| *byte == b'"').map(|offset| from + offset)
}

/// The quote that ends a quoted field: the first one that is not doubled.
pub(crate) fn closing_quote(text: &[u8], mut from: usize) -> Option<usize> {
    loop {
        let quote = next_quote(text, from)?;
        if text.get(quote + 1) != Some(&b'"') {
            return Some(quote);
        }
        from = quote + 2;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::fmt::Write as _;

    use super::*;
    use crate::testing::{csv, file, read_error, told};
    use crate::{column_names, read};

    fn texts(column: &Column) -> Vec<Option<&str>> {
        (0..column.len()).map(|row| column.text(row)).collect()
    }

    fn numbers(column: &Column) -> Vec<Option<f64>> {
        (0..column.len()).map(|row| column.number(row)).collect()
    }

    #[test]
    fn quoting_byte_order_mark_and_line_ends_are_understood() {
        let (data, _file) = csv("\u{feff}a, b ,c\r\n1,\"x, \"\"y\"\"\nz\",NA\r\n\r\n 2 , w ,3.5\r\n");
        assert_eq!(data.columns().map(|(name, _)| name).collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(numbers(data.column("a").unwrap()), [Some(1.0), Some(2.0)]);
        assert_eq!(texts(data.column("b").unwrap()), [Some("x, \"y\"\nz"), Some("w")]);
        assert_eq!(numbers(data.column("c").unwrap()), [None, Some(3.5)]);
    }

    #[test]
    fn tabs_separate_a_tsv_file() {
        let file = file(".TSV", b"a\tb\n1,5\tx\n");
        let data = read(file.path(), &ReadSettings::default()).unwrap();
        assert_eq!(texts(data.column("a").unwrap()), [Some("1,5")]);
        assert_eq!(column_names(file.path()).unwrap(), ["a", "b"]);
    }

    #[test]
    fn declared_text_columns_and_missing_values_are_respected() {
        let file = file(".csv", b"a,b\n01,-\n,2\n");
        let settings = ReadSettings {
            missing_values: vec!["-".to_owned()],
            text_columns: ["a".to_owned()].into(),
            ..ReadSettings::default()
        };
        let data = read(file.path(), &settings).unwrap();
        assert_eq!(texts(data.column("a").unwrap()), [Some("01"), Some("")]);
        assert_eq!(numbers(data.column("b").unwrap()), [None, Some(2.0)]);
    }

    #[test]
    fn a_word_far_down_makes_the_whole_column_text() {
        let mut text = "a,b\n".to_owned();
        for row in 0..BATCH_ROWS + 5 {
            writeln!(text, "{row}.50,{row}").unwrap();
        }
        text.push_str("word,1\n");
        let (data, _file) = csv(&text);
        let column = data.column("a").unwrap();
        assert_eq!((column.text(1), column.text(BATCH_ROWS + 5)), (Some("1.50"), Some("word")));
        assert_eq!(data.column("b").unwrap().number(BATCH_ROWS + 4), Some((BATCH_ROWS + 4) as f64));
    }

    #[test]
    fn a_row_of_another_length_is_named_with_its_line() {
        let short = told(&read_error(".csv", b"a,b,c\r\n1,\"two\r\nlines\",3\r\n\r\n4,5\r\n"));
        assert!(short.starts_with("rows:5: the row has 2 fields, and the header has 3\n"), "{short}");
        let long = told(&read_error(".csv", b"a,b\n1,2\n1,2,3\n"));
        assert!(long.starts_with("rows:3: the row has 3 fields, and the header has 2\n"), "{long}");
    }

    #[test]
    fn bytes_that_are_not_utf8_are_shown_with_their_place() {
        let text = told(&read_error(".csv", b"a,b\n1,\"x\ny\"\n2,caf\xe9\n"));
        assert!(text.starts_with("rows:4:2: the text is not UTF-8: \"\\xe9\" stands where its character 4 would be\n"), "{text}");
        assert!(text.contains("iconv"), "{text}");
        let header = told(&read_error(".csv", b"a,\xe9\n1,2\n"));
        assert!(header.starts_with("rows:1:2: the text is not UTF-8"), "{header}");
        let utf16 = told(&read_error(".csv", b"\xff\xfea\0,\0b\0\n\0"));
        assert!(utf16.contains("rows:1:1:") && utf16.contains("UTF-16"), "{utf16}");
    }

    #[test]
    fn an_unclosed_quote_is_not_read_to_the_end_of_the_file() {
        let text = told(&read_error(".csv", b"a,b\n1,5\" pipe\n2,\"open\n3,x\n"));
        assert!(text.starts_with("rows:3: a quote is opened and never closed\n"), "{text}");
        let (data, _file) = csv("a,b\n1,5\" pipe\n2,\"say \"\"x\"\"\"\n3,\"\"\n");
        assert_eq!(texts(data.column("b").unwrap()), [Some("5\" pipe"), Some("say \"x\""), None]);
    }

    #[test]
    fn files_without_rows_are_refused() {
        for empty in ["", "\u{feff}", " \n\n"] {
            assert!(told(&read_error(".csv", empty.as_bytes())).starts_with("rows: the file is empty\n"));
        }
        for header in ["a,b\n", "a,b", "a\n\n"] {
            assert!(told(&read_error(".csv", header.as_bytes())).starts_with("rows: the file has column names and no rows\n"));
        }
        let file = file(".csv", b"");
        assert!(matches!(column_names(file.path()), Err(DataError::EmptyFile { .. })));
    }

    #[test]
    fn every_column_needs_a_name_of_its_own() {
        let empty = told(&read_error(".csv", b"a, ,c\n1,2,3\n"));
        assert!(empty.starts_with("rows: column 2 has no name\n") && empty.contains("index=False"), "{empty}");
        let twice = told(&read_error(".csv", b"a,b, a\n1,2,3\n"));
        assert!(twice.starts_with("rows: columns 1 and 3 are both named \"a\"\n"), "{twice}");
    }

    #[test]
    fn cells_are_found_again_whatever_the_line_ends() {
        let text = b"\xef\xbb\xbfa,b\r\n\r\n\"1\n\n\",x\r\n2,\"y\n\"\r\n";
        assert_eq!(locate(text, b',', 0, Some(0)), Some((3, Some("1\n\n".to_owned()))));
        assert_eq!(locate(text, b',', 0, Some(1)), Some((5, Some("x".to_owned()))));
        assert_eq!(locate(text, b',', 1, None), Some((6, None)));
        assert_eq!(locate(text, b',', 2, None), None);
        assert_eq!(locate(b"a\r1\r2\r", b',', 1, Some(0)), Some((3, Some("2".to_owned()))));
    }
}
