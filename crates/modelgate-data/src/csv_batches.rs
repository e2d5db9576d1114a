//! A text file with separators as a source of batches: threads take blocks of whole rows one after the other.

use std::sync::Arc;

use arrow_array::builder::Float64Builder;
use arrow_array::cast::AsArray as _;
use arrow_array::{Array as _, ArrayRef};
use arrow_schema::{DataType, Field, Schema};
use modelgate_cube::Digest;

use crate::blocks::{Blocks, Cut};
use crate::column::{Missing, push_numbers};
use crate::converted;
use crate::csv_file::{closing_quote, next_quote, records};
use crate::file::ReadSettings;
use crate::input::InputFile;
use crate::pass::{Cells, Source, Stop};

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
    blocks: Blocks<Delimited>,
}

impl CsvBatches {
    /// The columns of these names among a file's; `None` where one is missing.
    pub(crate) fn new(
        (file, delimiter): (&InputFile, u8),
        fields: &[String],
        columns: &[&str],
        as_text: &dyn Fn(usize) -> bool,
        reading: &ReadSettings,
    ) -> Option<Self> {
        let place = |name: &&str| fields.iter().position(|field| field == name);
        Some(Self {
            delimiter,
            schema: Arc::new(Schema::new(fields.iter().map(|name| Field::new(name, DataType::Utf8, true)).collect::<Vec<_>>())),
            places: columns.iter().map(place).collect::<Option<_>>()?,
            as_text: (0..columns.len()).map(as_text).collect(),
            missing: columns.iter().map(|name| reading.missing_in(name)).collect(),
            blocks: Blocks::new(file, reading.max_unpacked, Delimited(delimiter)),
        })
    }

    /// The digest of the file's bytes, once all blocks are read.
    pub(crate) fn digest(&self) -> Option<Digest> {
        self.blocks.digest()
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
        Ok(Cells::Text(converted::texts(&filled).map_err(|_| Stop::Declined)?))
    }
}

/// Empty cells as empty text.
fn without_nulls(array: &ArrayRef) -> Result<ArrayRef, Stop> {
    let cells = array.as_string_opt::<i32>().ok_or(Stop::Declined)?;
    Ok(Arc::new(cells.iter().map(|cell| Some(cell.unwrap_or_default())).collect::<arrow_array::StringArray>()))
}

impl Source for CsvBatches {
    fn next(&self, add: &mut dyn FnMut(&[Cells]) -> Result<(), Stop>) -> Result<bool, Stop> {
        let Some(block) = self.blocks.next()? else { return Ok(false) };
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

/// Rows with this separator between fields, behind a header.
struct Delimited(u8);

impl Cut for Delimited {
    fn start(&self, text: &[u8]) -> Option<usize> {
        header_end(text, self.0)
    }

    fn end(&self, text: &[u8], is_last: bool) -> Option<usize> {
        rows_end(text, self.0, is_last)
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
