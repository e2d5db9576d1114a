//! The cells of a batch of rows, and what is known of a text once, however many rows say it.

use arrow_array::cast::AsArray as _;
use arrow_array::{Array as _, Float64Array, StringArray};

use super::Stop;
use crate::column::{Missing, TextArray};

/// One column of a batch.
#[derive(Debug, Clone)]
pub(crate) enum Cells {
    /// Numbers; nulls are missing.
    Number(Float64Array),
    /// Text as it was read: not trimmed, and with cells that only count as missing.
    Text(TextArray),
}

impl Cells {
    /// The number of rows.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Number(numbers) => numbers.len(),
            Self::Text(text) => text.len(),
        }
    }

    /// Some of the rows.
    pub(crate) fn slice(&self, from: usize, length: usize) -> Self {
        match self {
            Self::Number(numbers) => Self::Number(numbers.slice(from, length)),
            Self::Text(text) => Self::Text(text.slice(from, length)),
        }
    }
}

/// What was found out about each value of a dictionary when a row first said it. Batches share dictionaries, and a value
/// that no row says is never looked at.
pub(crate) struct ByKey<T> {
    values: Option<StringArray>,
    known: Vec<Option<T>>,
    /// What is known, once every value has been said; empty before that.
    whole: Vec<T>,
}

impl<T> Default for ByKey<T> {
    fn default() -> Self {
        Self { values: None, known: Vec::new(), whole: Vec::new() }
    }
}

impl<T: Copy> ByKey<T> {
    /// What `of` says of each row's text; `None` is a missing one.
    pub(crate) fn map(
        &mut self,
        text: &TextArray,
        missing: &Missing,
        out: &mut Vec<T>,
        mut of: impl FnMut(Option<&str>) -> Result<T, Stop>,
    ) -> Result<(), Stop> {
        let values = text.values().as_string_opt::<i32>().ok_or(Stop::Declined)?;
        if !self.values.as_ref().is_some_and(|held| is_same(held, values)) {
            self.known = vec![None; values.len()];
            self.whole.clear();
            self.values = Some(values.clone());
        }
        out.clear();
        let nulls = text.keys().nulls().filter(|nulls| nulls.null_count() > 0);
        let mut say = |known: &mut Vec<Option<T>>, row: usize, key: usize| -> Result<T, Stop> {
            if nulls.is_some_and(|nulls| nulls.is_null(row)) {
                return of(None);
            }
            let slot = known.get_mut(key).ok_or(Stop::Declined)?;
            if let Some(known) = slot {
                return Ok(*known);
            }
            let cell = values.is_valid(key).then(|| values.value(key).trim());
            let found = of(cell.filter(|cell| !missing.is(cell)))?;
            *slot = Some(found);
            Ok(found)
        };
        let keys = text.keys().values();
        let place = |key: &i32| usize::try_from(*key).unwrap_or(usize::MAX);
        let Some(first) = keys.first() else { return Ok(()) };
        out.resize(keys.len(), say(&mut self.known, 0, place(first))?);
        if !self.whole.is_empty() && nulls.is_none() {
            for (slot, key) in out.iter_mut().zip(keys) {
                *slot = *self.whole.get(place(key)).ok_or(Stop::Declined)?;
            }
            return Ok(());
        }
        for (row, (slot, key)) in out.iter_mut().zip(keys).enumerate() {
            // Nearly every row says what an earlier one has said.
            *slot = match self.known.get(place(key)) {
                Some(Some(known)) if nulls.is_none() => *known,
                _ => say(&mut self.known, row, place(key))?,
            };
        }
        // Dictionaries of many values are rarely said as a whole.
        if self.known.len() <= keys.len() {
            self.whole = self.known.iter().copied().collect::<Option<_>>().unwrap_or_default();
        }
        Ok(())
    }
}

/// Whether both are the same values in memory. The one that is held cannot have been freed and its place used again.
fn is_same(one: &StringArray, two: &StringArray) -> bool {
    let place = |array: &StringArray| (array.len(), array.value_offsets().as_ptr(), array.value_data().as_ptr());
    place(one) == place(two) && one.null_count() == two.null_count()
}
