//! Turns a column into the levels of an axis: distinct texts, distinct numbers, or bins.

use arrow_array::{Array as _, Float64Array};
use modelgate_cube::{Axis, AxisKind};

use crate::Dataset;
use crate::column::{Column, TextArray, dictionary, number_text, parse_number};
use crate::error::{CellProblem, DataError, MOST_LEVEL_CHARS};
use crate::grouping::Grouping;

/// The rows of a column by level.
#[derive(Debug)]
pub(crate) struct Levels {
    /// Rows by level.
    pub(crate) grouping: Grouping,
    /// What the levels are called; `None` is missing.
    pub(crate) levels: Vec<Option<String>>,
}

impl Levels {
    /// The rows of the missing level, in order.
    pub(crate) fn missing_rows(&self) -> impl Iterator<Item = usize> {
        let missing = self.levels.iter().position(Option::is_none);
        self.grouping.codes.iter().enumerate().filter(move |(_, code)| Some(**code as usize) == missing).map(|(row, _)| row)
    }
}

/// An axis over the rows.
#[derive(Debug)]
pub(crate) struct EncodedAxis {
    /// Rows by level.
    pub(crate) levels: Levels,
    /// The numbers behind bins; `None` for a categorical axis.
    pub(crate) numbers: Option<Float64Array>,
}

/// The levels of a column by its distinct values. The text of a number is the shortest one. NaN is missing.
pub(crate) fn levels_of(column: &Column) -> Levels {
    match column {
        Column::Text(text) => levels_of_text(text),
        Column::Number(numbers) => levels_of_numbers(numbers),
    }
}

fn levels_of_text(text: &TextArray) -> Levels {
    let names: Vec<&str> = dictionary(text).collect();
    let small_key = |key: Option<i32>| key.and_then(|key| usize::try_from(key).ok()).unwrap_or(names.len());
    let (grouping, found) = Grouping::number_small_keys(text.keys().iter().map(small_key), names.len() + 1);
    Levels { grouping, levels: found.iter().map(|key| names.get(*key).map(|name| (*name).to_owned())).collect() }
}

fn levels_of_numbers(numbers: &Float64Array) -> Levels {
    let key = |number: Option<f64>| {
        number.filter(|number| !number.is_nan()).map_or(f64::NAN.to_bits(), |number| (number + 0.0).to_bits())
    };
    let (grouping, found) = Grouping::number_keys(numbers.iter().map(key));
    let name = |key: &u64| Some(f64::from_bits(*key)).filter(|number| !number.is_nan()).map(number_text);
    Levels { grouping, levels: found.iter().map(name).collect() }
}

/// The rows by the levels of an axis. More than `max_levels` distinct values of a categorical axis, and text in a
/// binned one, are errors.
pub(crate) fn encode(dataset: &Dataset, axis: &Axis, column: &str, max_levels: usize) -> Result<EncodedAxis, DataError> {
    if let AxisKind::Binned { edges } = &axis.kind {
        let numbers = numbers(dataset, column, &CellProblem::BinNotNumber)?;
        return Ok(EncodedAxis { levels: bins(axis, edges, &numbers), numbers: Some(numbers) });
    }
    let levels = levels_of(dataset.require(column)?);
    let too_long = |level: &Option<String>| level.as_ref().is_some_and(|level| level.chars().count() > MOST_LEVEL_CHARS);
    if let Some(code) = levels.levels.iter().position(too_long) {
        let codes = levels.grouping.codes.iter().enumerate();
        let rows = codes.filter(|(_, found)| **found as usize == code).map(|(row, _)| row);
        if let Some(error) = dataset.bad_cells(column, CellProblem::LevelTooLong, rows) {
            return Err(error);
        }
    }
    let found = levels.levels.iter().flatten().count();
    if found > max_levels {
        let (path, column) = (dataset.path().to_owned(), column.to_owned());
        return Err(DataError::TooManyLevels { path, column, found, limit: max_levels });
    }
    Ok(EncodedAxis { levels, numbers: None })
}

fn bins(axis: &Axis, edges: &[f64], numbers: &Float64Array) -> Levels {
    let bin = |number: Option<f64>| match number {
        Some(number) if !number.is_nan() => edges.partition_point(|edge| *edge <= number),
        _ => edges.len() + 1,
    };
    let (grouping, _) = Grouping::number_small_keys(numbers.iter().map(bin), edges.len() + 2);
    let number = |row: usize| numbers.is_valid(row).then(|| numbers.value(row));
    let levels = grouping.first_items().into_iter().map(|row| number(row).and_then(|number| axis.bin_label(number)));
    Levels { levels: levels.collect(), grouping }
}

/// The numbers of a column, also where the column was read as text. A text that is no number is `problem`.
pub(crate) fn numbers(dataset: &Dataset, column: &str, problem: &CellProblem) -> Result<Float64Array, DataError> {
    let text = match dataset.require(column)? {
        Column::Number(numbers) => return Ok(numbers.clone()),
        Column::Text(text) => text,
    };
    let parsed: Vec<Option<f64>> = dictionary(text).map(parse_number).collect();
    let number = |key: Option<i32>| key.and_then(|key| usize::try_from(key).ok()).map(|key| parsed.get(key).copied().flatten());
    let bad = text.keys().iter().enumerate().filter(|(_, key)| number(*key) == Some(None)).map(|(row, _)| row);
    match dataset.bad_cells(column, problem.clone(), bad) {
        Some(error) => Err(error),
        None => Ok(text.keys().iter().map(|key| number(key).flatten()).collect()),
    }
}
