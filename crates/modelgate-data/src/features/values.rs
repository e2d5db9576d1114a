//! Reads the values of a batch.

use std::collections::BTreeSet;

use super::layout::Of;
use crate::column::{Missing, number_text, parse_number};
use crate::labels::class_name;
use crate::pass::{ByKey, Cells, FastMap, Stop};
use crate::tasks::most_probable;

/// As many numbers are remembered with what was made of them.
const MOST_REMEMBERED: usize = 4_096;

/// What a cell says.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    /// Nothing; NaN is nothing.
    Missing,
    /// A number, which may be infinite.
    Number(f64),
    /// A text.
    Text(&'a str),
}

impl Value<'_> {
    /// The number, also where it is spelled out.
    pub(crate) fn number(self) -> Option<f64> {
        match self {
            Self::Missing => None,
            Self::Number(number) => Some(number),
            Self::Text(text) => parse_number(text).filter(|number| !number.is_nan()),
        }
    }
}

/// What the empty set of labels is called.
const NO_LABELS: &str = "(no labels)";

/// A set of labels by the name that it has in any order.
fn set_of(text: &str, separator: &str) -> String {
    let labels: BTreeSet<String> =
        text.split(separator).map(str::trim).filter(|label| !label.is_empty()).map(class_name).collect();
    let labels: Vec<String> = labels.into_iter().collect();
    if labels.is_empty() { NO_LABELS.to_owned() } else { labels.join(separator) }
}

fn of_number(number: Option<f64>) -> Value<'static> {
    number.filter(|number| !number.is_nan()).map_or(Value::Missing, |number| Value::Number(number + 0.0))
}

/// Reads one value of each row, and makes a `T` of it: once only for each text of a batch, and for each of a few numbers.
pub(crate) struct Reader<T> {
    by_key: ByKey<T>,
    by_number: FastMap<u64, T>,
    /// What was made of each row of the batch.
    pub(crate) rows: Vec<T>,
}

impl<T> Default for Reader<T> {
    fn default() -> Self {
        Self { by_key: ByKey::default(), by_number: FastMap::default(), rows: Vec::new() }
    }
}

impl<T: Copy> Reader<T> {
    /// Reads a batch.
    pub(crate) fn read(
        &mut self,
        of: &Of,
        batch: &[Cells],
        missing: &Missing,
        mut make: impl FnMut(Value<'_>) -> Result<T, Stop>,
    ) -> Result<(), Stop> {
        let cells = |place: &usize| batch.get(*place).ok_or(Stop::Declined);
        match of {
            Of::Column(place) => self.each(cells(place)?, missing, make),
            Of::Number(place) => self.each(cells(place)?, missing, |value| make(value.number().map_or(value, Value::Number))),
            Of::Class(place) => self.each(cells(place)?, missing, |value| match value {
                Value::Missing => make(value),
                Value::Number(number) => make(Value::Text(&class_name(&number_text(number)))),
                Value::Text(text) => make(Value::Text(&class_name(text))),
            }),
            Of::Labels { column, separator } => self.each(cells(column)?, missing, |value| {
                make(Value::Text(&match value {
                    Value::Missing => NO_LABELS.to_owned(),
                    Value::Number(number) => set_of(&number_text(number), separator),
                    Value::Text(text) => set_of(text, separator),
                }))
            }),
            Of::Reaches { score, threshold } => {
                let class = |score: f64| if score >= *threshold { "positive" } else { "negative" };
                self.each(cells(score)?, missing, |value| {
                    make(value.number().map_or(Value::Missing, |score| Value::Text(class(score))))
                })
            }
            Of::MostProbable { classes, columns } => {
                let columns = columns.iter().map(|place| numbers(cells(place)?, missing)).collect::<Result<Vec<_>, _>>()?;
                let made = classes.iter().map(|class| make(Value::Text(class))).collect::<Result<Vec<_>, _>>()?;
                self.rows.clear();
                for row in 0..columns.first().map_or(0, Vec::len) {
                    let probabilities: Vec<f64> = columns.iter().filter_map(|column| column.get(row).copied()).collect();
                    self.rows.push(*made.get(most_probable(&probabilities)).ok_or(Stop::Declined)?);
                }
                Ok(())
            }
        }
    }

    /// Reads the cells of one column.
    pub(crate) fn each(
        &mut self,
        cells: &Cells,
        missing: &Missing,
        mut make: impl FnMut(Value<'_>) -> Result<T, Stop>,
    ) -> Result<(), Stop> {
        match cells {
            Cells::Text(text) => {
                self.by_key.map(text, missing, &mut self.rows, |cell| make(cell.map_or(Value::Missing, Value::Text)))
            }
            Cells::Number(numbers) => {
                self.rows.clear();
                for number in numbers {
                    let value = of_number(number);
                    let bits = if let Value::Number(number) = value { number.to_bits() } else { f64::NAN.to_bits() };
                    let made = match self.by_number.get(&bits) {
                        Some(made) => *made,
                        None => make(value)?,
                    };
                    if self.by_number.len() < MOST_REMEMBERED {
                        self.by_number.insert(bits, made);
                    }
                    self.rows.push(made);
                }
                Ok(())
            }
        }
    }
}

/// Numbers none of which may be missing.
pub(crate) fn numbers(cells: &Cells, missing: &Missing) -> Result<Vec<f64>, Stop> {
    let mut reader = Reader::default();
    reader.each(cells, missing, |value| value.number().ok_or(Stop::Declined))?;
    Ok(reader.rows)
}
