//! A text file with separators as a source of batches: threads take blocks of whole rows one after the other.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::builder::Float64Builder;
use arrow_array::cast::AsArray as _;
use arrow_array::types::Int32Type;
use arrow_array::{Array as _, ArrayRef};
use arrow_schema::{DataType, Field, Schema};
use modelgate_cube::{Digest, Digesting};

use crate::column::{Missing, push_numbers};
use crate::csv_file::{closing_quote, next_quote, records, without_mark};
use crate::file::ReadSettings;
use crate::parquet_file::dictionary_type;
use crate::pass::{Cells, Source, Stop};

/// Bytes that are read at a time. A block ends with the last row that ends in it.
const BLOCK_BYTES: usize = 1 << 22;

/// Rows that are parsed at a time.
const BATCH_ROWS: usize = 8_192;

/// Some columns of a text file.
pub(crate) struct CsvBatches {
    delimiter: u8,
    schema: Arc<Schema>,
    /// The places of the columns in the file.
    places: Vec<usize>,
    /// Which columns are text even if every cell looks like a number.
    as_text: Vec<bool>,
    /// The cells of each column that count as missing.
    missing: Vec<Vec<String>>,
    blocks: Mutex<Blocks>,
}

impl CsvBatches {
    /// The columns of these names; `None` where the file cannot be opened or a column is missing.
    pub(crate) fn new(
        (path, delimiter): (&Path, u8),
        fields: &[String],
        columns: &[&str],
        as_text: impl Fn(usize) -> bool,
        reading: &ReadSettings,
    ) -> Option<Self> {
        let place = |name: &&str| fields.iter().position(|field| field == name);
        let file = File::open(path).ok()?;
        Some(Self {
            delimiter,
            schema: Arc::new(Schema::new(fields.iter().map(|name| Field::new(name, DataType::Utf8, true)).collect::<Vec<_>>())),
            places: columns.iter().map(place).collect::<Option<_>>()?,
            as_text: (0..columns.len()).map(as_text).collect(),
            missing: columns.iter().map(|name| reading.missing_in(name)).collect(),
            blocks: Mutex::new(Blocks {
                file,
                delimiter,
                rest: Vec::new(),
                digesting: Digesting::default(),
                state: State::Start,
            }),
        })
    }

    /// The digest of the file's bytes, once all blocks are read.
    pub(crate) fn digest(&self) -> Digest {
        self.blocks.lock().unwrap_or_else(PoisonError::into_inner).digesting.clone().finish()
    }

    fn cells(&self, place: usize, as_text: bool, array: &ArrayRef) -> Result<Cells, Stop> {
        let missing = Missing(self.missing.get(place).map_or(&[], Vec::as_slice));
        if !as_text {
            let cells = array.as_string_opt::<i32>().ok_or(Stop::Declined)?;
            let mut numbers = Float64Builder::with_capacity(cells.len());
            // Arrow makes an empty cell null; whether it is missing is for the settings to say.
            if !push_numbers(&mut numbers, cells.iter().map(|cell| cell.unwrap_or_default().trim()), &missing) {
                return Err(Stop::TurnedText(place));
            }
            return Ok(Cells::Number(numbers.finish()));
        }
        let empty_is_missing = missing.is("");
        let filled = if empty_is_missing || array.null_count() == 0 { array.clone() } else { without_nulls(array)? };
        let encoded = arrow_cast::cast(&filled, &dictionary_type()).map_err(|_| Stop::Declined)?;
        Ok(Cells::Text(encoded.as_dictionary_opt::<Int32Type>().ok_or(Stop::Declined)?.clone()))
    }
}

/// Empty cells as empty text.
fn without_nulls(array: &ArrayRef) -> Result<ArrayRef, Stop> {
    let cells = array.as_string_opt::<i32>().ok_or(Stop::Declined)?;
    Ok(Arc::new(cells.iter().map(|cell| Some(cell.unwrap_or_default())).collect::<arrow_array::StringArray>()))
}

impl Source for CsvBatches {
    fn next(&self, add: &mut dyn FnMut(&[Cells]) -> Result<(), Stop>) -> Result<bool, Stop> {
        let block = self.blocks.lock().unwrap_or_else(PoisonError::into_inner).next()?;
        let Some(block) = block else { return Ok(false) };
        let reader = arrow_csv::ReaderBuilder::new(self.schema.clone())
            .with_delimiter(self.delimiter)
            .with_batch_size(BATCH_ROWS)
            .with_projection(self.places.clone())
            .build_buffered(block.as_slice())
            .map_err(|_| Stop::Declined)?;
        for batch in reader {
            let batch = batch.map_err(|_| Stop::Declined)?;
            let columns = self.as_text.iter().zip(batch.columns()).enumerate();
            let columns = columns.map(|(place, (as_text, array))| self.cells(place, *as_text, array));
            add(&columns.collect::<Result<Vec<_>, _>>()?)?;
        }
        Ok(true)
    }
}

/// The blocks of a file.
struct Blocks {
    file: File,
    delimiter: u8,
    /// What was read behind the last whole row.
    rest: Vec<u8>,
    digesting: Digesting,
    state: State,
}

#[derive(PartialEq)]
enum State {
    /// The header is still to be read.
    Start,
    Rows,
    End,
}

impl Blocks {
    /// The next rows. A quote that is never closed is declined.
    fn next(&mut self) -> Result<Option<Vec<u8>>, Stop> {
        while self.state != State::End {
            let held = self.rest.len();
            let mut part = self.file.by_ref().take(BLOCK_BYTES as u64);
            let read = part.read_to_end(&mut self.rest).map_err(|_| Stop::Declined)?;
            self.digesting.add(self.rest.get(held..).unwrap_or_default());
            let is_last = read < BLOCK_BYTES;
            if self.state == State::Start {
                self.rest = without_mark(&self.rest).to_vec();
            }
            let end = rows_end(&self.rest, self.delimiter, is_last).ok_or(Stop::Declined)?;
            if end == 0 && !is_last {
                // A row that is longer than a block.
                continue;
            }
            let rest = self.rest.split_off(end);
            let mut block = std::mem::replace(&mut self.rest, rest);
            if self.state == State::Start {
                let start = header_end(&block, self.delimiter).ok_or(Stop::Declined)?;
                block.drain(..start);
            }
            self.state = if is_last { State::End } else { State::Rows };
            return Ok(Some(block));
        }
        Ok(None)
    }
}

/// Where the rows begin.
fn header_end(text: &[u8], delimiter: u8) -> Option<usize> {
    let mut reader = records(text, delimiter);
    let mut header = csv::ByteRecord::new();
    reader.read_byte_record(&mut header).ok().filter(|found| *found)?;
    usize::try_from(reader.position().byte()).ok()
}

/// Where the whole rows of a text end that begins outside of quotes. `None` where it is the last one, and a quote is still
/// open at its end. A quote opens a text at the start of a field only, and ends it unless it is doubled.
fn rows_end(text: &[u8], delimiter: u8, is_last: bool) -> Option<usize> {
    let line_end = |until: &[u8]| until.iter().rposition(|byte| *byte == b'\n').map(|at| at + 1);
    let (mut from, mut end) = (0, 0);
    while let Some(quote) = next_quote(text, from) {
        end = text.get(from..quote).and_then(line_end).map_or(end, |line| from + line);
        let before = quote.checked_sub(1).and_then(|index| text.get(index));
        if before.is_some_and(|byte| ![delimiter, b'\n', b'\r'].contains(byte)) {
            from = quote + 1;
            continue;
        }
        match closing_quote(text, quote + 1) {
            // A quote at the end of a block may be the first of two.
            Some(closing) if is_last || closing + 1 < text.len() => from = closing + 1,
            _ if is_last => return None,
            _ => return Some(end),
        }
    }
    if is_last {
        return Some(text.len());
    }
    Some(text.get(from..).and_then(line_end).map_or(end, |line| from + line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_end_with_whole_rows_and_never_inside_quotes() {
        for (text, end) in [
            ("a,b\n1,2\n3", 8),
            ("1,\"x\ny\"\n2,\"open\n", 8),
            ("1,5\" pipe\n2,3", 10),
            ("\"a\"\"\n\"\"b\"\n\"", 10),
            // Doubled or closing: the next byte will tell.
            ("1\n\"a\"", 2),
            ("\"a\nb", 0),
            ("abc", 0),
        ] {
            assert_eq!(rows_end(text.as_bytes(), b',', false), Some(end), "{text:?}");
        }
        assert_eq!(rows_end(b"1,\"open\n", b',', true), None);
        assert_eq!(rows_end(b"1,\"x\"", b',', true), Some(5));
    }

    #[test]
    fn a_header_may_be_quoted_and_follow_blank_lines() {
        assert_eq!(header_end(b"a,\"b\nc\"\n1,2\n", b','), Some(8));
        // What is left of the line end is a blank line.
        assert_eq!(header_end(b"\n\na\r\n1\r\n", b','), Some(4));
        assert_eq!(header_end(b"", b','), None);
    }
}
