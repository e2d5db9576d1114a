//! A JSON Lines file as a source of batches: threads take blocks of whole lines one after the other.

use std::collections::HashMap;

use arrow_array::builder::{Float64Builder, StringDictionaryBuilder};
use arrow_array::types::Int32Type;
use modelgate_cube::Digest;

use crate::blocks::{Blocks, Cut};
use crate::column::Missing;
use crate::file::ReadSettings;
use crate::input::InputFile;
use crate::json_file::{Cell, is_row, lines, read_line};
use crate::pass::{Cells, Source, Stop};

/// Some columns of a file.
pub(crate) struct LineBatches {
    places: HashMap<String, usize>,
    /// Which columns are text even if every value is a number.
    as_text: Vec<bool>,
    /// The cells of each column that count as missing.
    missing: Vec<Vec<String>>,
    blocks: Blocks<Lines>,
}

impl LineBatches {
    /// The columns of these names.
    pub(crate) fn new(file: &InputFile, columns: &[&str], as_text: &dyn Fn(usize) -> bool, reading: &ReadSettings) -> Self {
        Self {
            places: columns.iter().map(|name| (*name).to_owned()).zip(0..).collect(),
            as_text: (0..columns.len()).map(as_text).collect(),
            missing: columns.iter().map(|name| reading.missing_in(name)).collect(),
            blocks: Blocks::new(file, reading.max_unpacked, Lines),
        }
    }

    /// The digest of the file's bytes, once all blocks are read.
    pub(crate) fn digest(&self) -> Option<Digest> {
        self.blocks.digest()
    }

    /// The columns of a block.
    fn cells(&self, block: &[u8]) -> Result<Vec<Cells>, Stop> {
        let mut columns: Vec<Building> = self.as_text.iter().map(|text| Building::new(*text)).collect();
        let mut turned = None;
        for (row, line) in (0..).zip(lines(block).filter(|line| is_row(line))) {
            let mut take = |name: std::borrow::Cow<'_, str>, cell: Cell<'_>| {
                let Some(place) = self.places.get(name.trim()) else { return Ok(()) };
                let column = columns.get_mut(*place).filter(|column| column.rows == row).ok_or("twice")?;
                let missing = self.missing.get(*place).map(Vec::as_slice).unwrap_or_default();
                if !column.push(&cell, &Missing(missing))? {
                    turned = Some(*place);
                }
                Ok(())
            };
            read_line(line, &mut take).map_err(|_| Stop::Declined)?;
            if let Some(place) = turned {
                return Err(Stop::TurnedText(place));
            }
            columns.iter_mut().filter(|column| column.rows == row).for_each(Building::push_null);
        }
        Ok(columns.into_iter().map(Building::finish).collect())
    }
}

impl Source for LineBatches {
    fn next(&self, add: &mut dyn FnMut(&[Cells]) -> Result<(), Stop>) -> Result<bool, Stop> {
        let Some(block) = self.blocks.next()? else { return Ok(false) };
        if lines(&block).any(is_row) {
            add(&self.cells(&block)?)?;
        }
        Ok(true)
    }
}

/// A column of a block.
struct Building {
    rows: usize,
    values: Values,
}

enum Values {
    Number(Float64Builder),
    Text(StringDictionaryBuilder<Int32Type>),
}

impl Building {
    fn new(text: bool) -> Self {
        let values = if text { Values::Text(StringDictionaryBuilder::new()) } else { Values::Number(Float64Builder::new()) };
        Self { rows: 0, values }
    }

    fn push_null(&mut self) {
        self.rows += 1;
        match &mut self.values {
            Values::Number(numbers) => numbers.append_null(),
            Values::Text(texts) => texts.append_null(),
        }
    }

    /// `false` for text in a column of numbers.
    fn push(&mut self, cell: &Cell<'_>, missing: &Missing) -> Result<bool, String> {
        match (&mut self.values, cell) {
            (_, Cell::Null) => self.push_null(),
            (_, Cell::List(_) | Cell::Nested(_)) => return Err("parts".to_owned()),
            (_, Cell::Text(text)) if missing.is(text.trim()) => self.push_null(),
            (Values::Number(numbers), Cell::Number(number)) => {
                self.rows += 1;
                numbers.append_value(*number);
            }
            (Values::Number(_), Cell::Text(_)) => return Ok(false),
            (Values::Text(texts), cell) => {
                self.rows += 1;
                let _ = texts.append(cell.text().unwrap_or_default()).map_err(|error| error.to_string())?;
            }
        }
        Ok(true)
    }

    fn finish(self) -> Cells {
        match self.values {
            Values::Number(mut numbers) => Cells::Number(numbers.finish()),
            Values::Text(mut texts) => Cells::Text(texts.finish()),
        }
    }
}

/// Lines, of which each is a row.
struct Lines;

impl Cut for Lines {
    fn start(&self, _text: &[u8]) -> Option<usize> {
        Some(0)
    }

    fn end(&self, text: &[u8], is_last: bool) -> Option<usize> {
        if is_last {
            return Some(text.len());
        }
        Some(text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1))
    }
}
