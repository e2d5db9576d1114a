//! Columns in memory, and how cells of text become numbers or classes of text.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::{ArrayBuilder as _, Float64Builder, Int32Builder, StringBuilder};
use arrow_array::cast::AsArray as _;
use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef, DictionaryArray, Float64Array};
use arrow_schema::ArrowError;

/// A column of text: 32-bit keys into a dictionary of UTF-8 values. Null keys are missing values; the dictionary
/// itself holds no nulls and no value twice.
pub type TextArray = DictionaryArray<Int32Type>;

/// One column. Nulls are missing values.
#[derive(Debug, Clone)]
pub enum Column {
    /// Numbers. NaN occurs where a Parquet file says so or a CSV cell spells it in a way that is not declared missing.
    Number(Float64Array),
    /// Text, trimmed of surrounding spaces. Booleans are `true` and `false`.
    Text(TextArray),
}

impl Column {
    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.array().len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of missing cells.
    #[must_use]
    pub fn missing(&self) -> usize {
        self.array().null_count()
    }

    /// The number in a row; `None` where it is missing or the column holds text.
    #[must_use]
    pub fn number(&self, row: usize) -> Option<f64> {
        match self {
            Self::Number(numbers) => (row < numbers.len() && numbers.is_valid(row)).then(|| numbers.value(row)),
            Self::Text(_) => None,
        }
    }

    /// The text in a row; `None` where it is missing or the column holds numbers.
    #[must_use]
    pub fn text(&self, row: usize) -> Option<&str> {
        let Self::Text(text) = self else { return None };
        let key = if row < text.len() { text.key(row)? } else { return None };
        let values = text.values().as_string_opt::<i32>()?;
        (key < values.len()).then(|| values.value(key))
    }

    /// The number of different texts; `None` for numbers.
    #[must_use]
    pub fn distinct_texts(&self) -> Option<usize> {
        match self {
            Self::Number(_) => None,
            Self::Text(text) => Some(text.values().len()),
        }
    }

    pub(crate) fn array(&self) -> &dyn Array {
        match self {
            Self::Number(numbers) => numbers,
            Self::Text(text) => text,
        }
    }
}

/// The dictionary of a column of text, by key.
pub(crate) fn dictionary(text: &TextArray) -> impl Iterator<Item = &str> {
    let values = text.values().as_string_opt::<i32>();
    values.into_iter().flat_map(|values| values.iter().map(Option::unwrap_or_default))
}

/// The shortest text that reads back as the number: `1` and not `1.0`, `-0` as `0`.
#[must_use]
pub fn number_text(number: f64) -> String {
    let number = number + 0.0;
    let magnitude = number.abs();
    if number.is_finite() && magnitude > 0.0 && !(1e-6..1e17).contains(&magnitude) {
        format!("{number:e}")
    } else {
        format!("{number}")
    }
}

/// The number that a trimmed cell spells. Infinity and NaN count only where they are spelled out: `1e999` is a typing
/// error, not a number.
pub(crate) fn parse_number(cell: &str) -> Option<f64> {
    let number: f64 = cell.parse().ok()?;
    (number.is_finite() || !cell.bytes().any(|byte| byte.is_ascii_digit())).then_some(number)
}

/// Which cells count as missing.
pub(crate) struct Missing<'a>(pub(crate) &'a [String]);

impl Missing<'_> {
    /// Whether a trimmed cell is one of the declared spellings.
    pub(crate) fn is(&self, cell: &str) -> bool {
        self.0.iter().any(|spelling| spelling == cell)
    }
}

/// Collects a column of text.
#[derive(Default)]
pub(crate) struct TextBuilder {
    keys: Int32Builder,
    by_value: HashMap<String, i32>,
    values: StringBuilder,
    bytes: usize,
}

impl TextBuilder {
    /// The key of a value, added to the dictionary where it is new.
    pub(crate) fn intern(&mut self, value: &str) -> Result<i32, ArrowError> {
        if let Some(key) = self.by_value.get(value) {
            return Ok(*key);
        }
        let key = i32::try_from(self.by_value.len()).map_err(|_| ArrowError::DictionaryKeyOverflowError)?;
        self.bytes = self.bytes.saturating_add(value.len());
        // Arrow's builder panics where its 32-bit offsets end.
        i32::try_from(self.bytes).map_err(|_| ArrowError::OffsetOverflowError(self.bytes))?;
        self.by_value.insert(value.to_owned(), key);
        self.values.append_value(value);
        Ok(key)
    }

    /// The number of rows.
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Adds a row by its key; `None` is missing.
    pub(crate) fn push_key(&mut self, key: Option<i32>) {
        self.keys.append_option(key);
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, value: Option<&str>) -> Result<(), ArrowError> {
        let key = value.map(|value| self.intern(value)).transpose()?;
        self.push_key(key);
        Ok(())
    }

    /// The column.
    pub(crate) fn finish(mut self) -> Result<Column, ArrowError> {
        let values: ArrayRef = Arc::new(self.values.finish());
        Ok(Column::Text(TextArray::try_new(self.keys.finish(), values)?))
    }
}

/// A column of a text file while it is being read: a column of numbers until a cell says otherwise.
pub(crate) enum Growing {
    /// Every cell so far is a number or missing.
    Number(Float64Builder),
    /// Text.
    Text(TextBuilder),
    /// Numbers so far, and then a cell that is none, so that the text of the earlier cells is needed after all.
    TurnedOutText,
}

impl Growing {
    /// A column before its first cell.
    pub(crate) fn new(text: bool) -> Self {
        if text { Self::Text(TextBuilder::default()) } else { Self::Number(Float64Builder::new()) }
    }

    /// Adds the cells of a batch.
    pub(crate) fn push<'a>(&mut self, cells: impl Iterator<Item = &'a str> + Clone, missing: &Missing) -> Result<(), ArrowError> {
        let cells = cells.map(str::trim);
        match self {
            Self::TurnedOutText => Ok(()),
            Self::Text(text) => push_text(text, cells, missing),
            Self::Number(numbers) => {
                let first = numbers.len() == 0;
                if push_numbers(numbers, cells.clone(), missing) {
                    return Ok(());
                }
                if !first {
                    *self = Self::TurnedOutText;
                    return Ok(());
                }
                let mut text = TextBuilder::default();
                push_text(&mut text, cells, missing)?;
                *self = Self::Text(text);
                Ok(())
            }
        }
    }
}

fn push_text<'a>(text: &mut TextBuilder, cells: impl Iterator<Item = &'a str>, missing: &Missing) -> Result<(), ArrowError> {
    for cell in cells {
        text.push((!missing.is(cell)).then_some(cell))?;
    }
    Ok(())
}

/// Adds the cells; `false` where one is no number (and then the builder is of no more use).
pub(crate) fn push_numbers<'a>(numbers: &mut Float64Builder, cells: impl Iterator<Item = &'a str>, missing: &Missing) -> bool {
    for cell in cells {
        if missing.is(cell) {
            numbers.append_null();
        } else if let Some(number) = parse_number(cell) {
            numbers.append_value(number);
        } else {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn numbers_are_finite_or_spelled_out() {
        assert_eq!(parse_number("1e3"), Some(1000.0));
        assert_eq!(parse_number("-inf"), Some(f64::NEG_INFINITY));
        assert!(parse_number("NAN").unwrap().is_nan());
        assert_eq!(parse_number("1e999"), None);
        assert_eq!(parse_number("1,5"), None);
    }

    #[test]
    fn the_text_of_a_number_is_short_and_reads_back() {
        let texts = [1.0, -0.0, 0.1, 1e300, 2e-9, f64::INFINITY].map(number_text);
        assert_eq!(texts, ["1", "0", "0.1", "1e300", "2e-9", "inf"]);
    }

    #[test]
    fn a_late_word_turns_numbers_to_text() {
        let missing = Missing(&[]);
        let mut column = Growing::new(false);
        column.push(["1", "x"].into_iter(), &missing).unwrap();
        assert!(matches!(column, Growing::Text(_)));
        let mut column = Growing::new(false);
        column.push(["1"].into_iter(), &missing).unwrap();
        column.push(["x"].into_iter(), &missing).unwrap();
        assert!(matches!(column, Growing::TurnedOutText));
    }
}
