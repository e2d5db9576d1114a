//! How one column of rows becomes numbers, learned from the training rows and the same ever after.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;

use arrow_array::{Array, StringArray};
use modelgate_data::{Column, Told};

use crate::ranked::Ranks;
use crate::{DropReason, ModelError};

/// Most levels of a text column that get a column of their own; the rarer ones share `(other)`.
pub(crate) const MOST_LEVELS: usize = 100;

/// A spread below this share of the mean is rounding noise of one constant, such as 0.3 and 0.1 + 0.2.
const NOISE: f64 = 1e-13;

/// Where a column stands, for messages.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// The file of the rows.
    pub(crate) file: &'a Path,
    /// The column's name.
    pub(crate) column: &'a str,
}

/// What was learned about one column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Encoding {
    /// A number: `(value - mean) / sd`, with the median where it is missing.
    Number(Scale),
    /// A number that is the same wherever it is known: only whether it is missing tells anything.
    MissingOnly,
    /// A text: a 0/1 column a level, except the reference.
    Text(OneHot),
    /// A number as it is, and NaN where it is missing: for trees.
    Plain,
    /// A text as the rank of its level, and NaN where it is missing: for trees.
    Ranked(Ranks),
}

/// What the encoded numbers are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A weighted sum.
    Sum,
    /// Trees.
    Trees,
}

/// A standardized number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scale {
    /// Stands in for missing values.
    pub(crate) median: f64,
    /// The mean of the training rows after imputation.
    pub(crate) mean: f64,
    /// The population standard deviation of the training rows after imputation; above 0.
    pub(crate) sd: f64,
    /// Whether a second, 0/1 column says where the value is missing: it was missing in a training row.
    pub(crate) missing: bool,
}

/// A one-hot encoded text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OneHot {
    /// The most frequent level of the training rows (of several, the first as text): all its columns are 0.
    pub(crate) reference: String,
    /// The other levels with a column each, ascending.
    pub(crate) levels: Vec<String>,
    /// Whether rarer levels share the column `(other)`.
    pub(crate) other: bool,
    /// Whether a missing value has the column `(missing)`: it was missing in a training row.
    pub(crate) missing: bool,
}

/// The cells of a text column: which of `values` stands in each row.
struct Texts<'a> {
    values: Vec<Option<&'a str>>,
    rows: Vec<Option<usize>>,
}

impl Encoding {
    /// Learns from the training rows, or says why the column is of no use.
    pub(crate) fn fit(place: Place<'_>, column: &Column, purpose: Purpose) -> Result<Result<Self, DropReason>, ModelError> {
        Ok(match (column, purpose) {
            (Column::Number(_), Purpose::Sum) => return fit_number(place, &numbers(place, column)?),
            (Column::Number(_), Purpose::Trees) => fit_plain(&numbers(place, column)?),
            (Column::Text(_), Purpose::Sum) => OneHot::fit(&texts(place, column)?).map(Self::Text),
            (Column::Text(_), Purpose::Trees) => {
                let texts = texts(place, column)?;
                Ranks::fit(texts.rows.iter().map(|row| texts.at(*row))).map(Self::Ranked)
            }
        })
    }

    /// How many numbers a row of this column becomes; at least 1.
    pub(crate) fn width(&self) -> usize {
        match self {
            Self::Number(scale) => 1 + usize::from(scale.missing),
            Self::MissingOnly | Self::Plain | Self::Ranked(_) => 1,
            Self::Text(one_hot) => one_hot.levels.len() + usize::from(one_hot.other) + usize::from(one_hot.missing),
        }
    }

    /// The names of those numbers, for people.
    pub(crate) fn names(&self, column: &str) -> Vec<String> {
        let indicator = || format!("{column} is missing");
        match self {
            Self::Number(scale) => {
                let mut names = vec![column.to_owned()];
                names.extend(scale.missing.then(indicator));
                names
            }
            Self::MissingOnly => vec![indicator()],
            Self::Plain | Self::Ranked(_) => vec![column.to_owned()],
            Self::Text(one_hot) => {
                let pooled = one_hot.other.then_some("(other)").into_iter().chain(one_hot.missing.then_some("(missing)"));
                one_hot.levels.iter().map(String::as_str).chain(pooled).map(|level| format!("{column}={level}")).collect()
            }
        }
    }

    /// Hands out every number that is not 0 as row, offset within this column's numbers, and value. Rows are in order.
    pub(crate) fn encode(
        &self,
        place: Place<'_>,
        column: &Column,
        emit: &mut impl FnMut(usize, usize, f64),
    ) -> Result<(), ModelError> {
        match self {
            Self::Number(scale) => scale.encode(place, &numbers(place, column)?, emit)?,
            Self::MissingOnly => {
                let cells = numbers(place, column)?;
                cells.iter().enumerate().filter(|(_, cell)| cell.is_none()).for_each(|(row, _)| emit(row, 0, 1.0));
            }
            Self::Text(one_hot) => one_hot.encode(&texts(place, column)?, emit),
            Self::Plain => {
                let cells = numbers(place, column)?;
                cells.iter().enumerate().for_each(|(row, cell)| emit(row, 0, cell.unwrap_or(f64::NAN)));
            }
            Self::Ranked(ranks) => {
                let texts = texts(place, column)?;
                let of_value: Vec<f64> = texts.values.iter().map(|text| text.map_or(f64::NAN, |text| ranks.rank(text))).collect();
                for (row, value) in texts.rows.iter().enumerate() {
                    emit(row, 0, value.and_then(|value| of_value.get(value).copied()).unwrap_or(f64::NAN));
                }
            }
        }
        Ok(())
    }
}

fn fit_number(place: Place<'_>, cells: &[Option<f64>]) -> Result<Result<Encoding, DropReason>, ModelError> {
    let mut known: Vec<f64> = cells.iter().copied().flatten().collect();
    known.sort_by(f64::total_cmp);
    let (Some(first), Some(last)) = (known.first(), known.last()) else { return Ok(Err(DropReason::AllMissing)) };
    let missing = known.len() < cells.len();
    let median = median_of(&known);
    // A sum of squares underflows to 0 for numbers near the smallest; such a column is as good as constant.
    let (mean, sd) = mean_and_sd(cells.iter().map(|cell| cell.unwrap_or(median)));
    if !mean.is_finite() || !sd.is_finite() {
        return Err(ModelError::TooLarge { file: place.file.to_owned(), column: place.column.to_owned() });
    }
    if first.total_cmp(last).is_eq() || sd <= mean.abs() * NOISE {
        return Ok(if missing { Ok(Encoding::MissingOnly) } else { Err(DropReason::Constant) });
    }
    Ok(Ok(Encoding::Number(Scale { median, mean, sd, missing })))
}

/// A number as it is, unless it tells nothing.
fn fit_plain(cells: &[Option<f64>]) -> Result<Encoding, DropReason> {
    let mut known = cells.iter().copied().flatten();
    let first = known.next().ok_or(DropReason::AllMissing)?;
    let differs = cells.iter().any(Option::is_none) || known.any(|value| (value - first).abs() > 0.0);
    if differs { Ok(Encoding::Plain) } else { Err(DropReason::Constant) }
}

/// The median of ascending numbers; the middle of the two middle ones where their count is even; 0 of none.
fn median_of(sorted: &[f64]) -> f64 {
    let upper = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
    let lower = sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or_default();
    f64::midpoint(lower, upper)
}

/// Mean and population standard deviation, in two passes for precision.
fn mean_and_sd(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let rows = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / rows;
    let squares: f64 = values.map(|value| (value - mean) * (value - mean)).sum();
    (mean, (squares / rows).sqrt())
}

impl Scale {
    fn encode(
        &self,
        place: Place<'_>,
        cells: &[Option<f64>],
        emit: &mut impl FnMut(usize, usize, f64),
    ) -> Result<(), ModelError> {
        for (row, cell) in cells.iter().enumerate() {
            let value = (cell.unwrap_or(self.median) - self.mean) / self.sd;
            if !value.is_finite() {
                return Err(ModelError::TooLarge { file: place.file.to_owned(), column: place.column.to_owned() });
            }
            emit(row, 0, value);
            if self.missing && cell.is_none() {
                emit(row, 1, 1.0);
            }
        }
        Ok(())
    }
}

impl OneHot {
    fn fit(texts: &Texts<'_>) -> Result<Self, DropReason> {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        let mut missing = false;
        for row in &texts.rows {
            match texts.at(*row) {
                Some(text) => *counts.entry(text).or_default() += 1,
                None => missing = true,
            }
        }
        let mut ranked: Vec<(&str, u64)> = counts.into_iter().collect();
        // Stable, so that equally frequent levels stay in the order of their text.
        ranked.sort_by_key(|(_, count)| Reverse(*count));
        let mut kept = ranked.iter().take(MOST_LEVELS).map(|(text, _)| (*text).to_owned());
        let reference = kept.next().ok_or(DropReason::AllMissing)?;
        let mut levels: Vec<String> = kept.collect();
        levels.sort_unstable();
        if levels.is_empty() && !missing {
            return Err(DropReason::Constant);
        }
        Ok(Self { reference, levels, other: ranked.len() > MOST_LEVELS, missing })
    }

    /// The offset of a text's column. A text that training did not see is `(other)`, or else like the reference.
    fn offset(&self, text: &str) -> Option<usize> {
        if text == self.reference {
            return None;
        }
        let known = self.levels.binary_search_by(|level| level.as_str().cmp(text)).ok();
        known.or(self.unseen())
    }

    fn unseen(&self) -> Option<usize> {
        self.other.then_some(self.levels.len())
    }

    fn encode(&self, texts: &Texts<'_>, emit: &mut impl FnMut(usize, usize, f64)) {
        let of_missing = if self.missing { Some(self.levels.len() + usize::from(self.other)) } else { self.unseen() };
        let of_value: Vec<Option<usize>> =
            texts.values.iter().map(|value| value.map_or(of_missing, |text| self.offset(text))).collect();
        for (row, value) in texts.rows.iter().enumerate() {
            let offset = value.map_or(of_missing, |value| of_value.get(value).copied().unwrap_or(of_missing));
            if let Some(offset) = offset {
                emit(row, offset, 1.0);
            }
        }
    }
}

impl<'a> Texts<'a> {
    fn at(&self, row: Option<usize>) -> Option<&'a str> {
        row.and_then(|value| self.values.get(value).copied().flatten())
    }

    /// The first text that spells no number, or else the first text, with its row.
    fn offending(&self) -> Option<(usize, &'a str)> {
        let texts = || self.rows.iter().enumerate().filter_map(|(row, value)| self.at(*value).map(|text| (row, text)));
        texts().find(|(_, text)| text.parse::<f64>().is_err()).or_else(|| texts().next())
    }
}

/// The cells of a number column, every known one finite. A text column without any text counts as one, because a
/// reader cannot tell the kind of a column that is missing throughout.
fn numbers(place: Place<'_>, column: &Column) -> Result<Vec<Option<f64>>, ModelError> {
    let array = match column {
        Column::Number(array) => array,
        Column::Text(_) => {
            let texts = texts(place, column)?;
            return match texts.offending() {
                None => Ok(vec![None; texts.rows.len()]),
                Some((row, text)) => Err(ModelError::TextForNumber {
                    file: place.file.to_owned(),
                    column: place.column.to_owned(),
                    row: row + 1,
                    text: Told::of(text),
                }),
            };
        }
    };
    let unusable =
        array.iter().enumerate().find_map(|(row, cell)| cell.filter(|value| !value.is_finite()).map(|value| (row, value)));
    match unusable {
        None => Ok(array.iter().collect()),
        Some((row, value)) => {
            Err(ModelError::NotFinite { file: place.file.to_owned(), column: place.column.to_owned(), row: row + 1, value })
        }
    }
}

/// The cells of a text column. A number column without any number counts as one.
fn texts<'a>(place: Place<'_>, column: &'a Column) -> Result<Texts<'a>, ModelError> {
    let refused = || ModelError::NumberForText { file: place.file.to_owned(), column: place.column.to_owned() };
    match column {
        Column::Number(array) if array.null_count() == array.len() => {
            Ok(Texts { values: Vec::new(), rows: vec![None; array.len()] })
        }
        Column::Number(_) => Err(refused()),
        Column::Text(array) => {
            let values = array.values().as_any().downcast_ref::<StringArray>().ok_or_else(refused)?;
            let rows = array.keys().iter().map(|key| key.and_then(|key| usize::try_from(key).ok())).collect();
            Ok(Texts { values: values.iter().collect(), rows })
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn place() -> Place<'static> {
        Place { file: Path::new("rows.csv"), column: "c" }
    }

    fn number(cells: &[Option<f64>]) -> Column {
        Column::Number(cells.iter().copied().collect())
    }

    fn text(cells: &[Option<&str>]) -> Column {
        Column::Text(cells.iter().copied().collect())
    }

    fn fitted(column: &Column) -> Encoding {
        Encoding::fit(place(), column, Purpose::Sum).unwrap().unwrap()
    }

    fn dropped(column: &Column) -> DropReason {
        Encoding::fit(place(), column, Purpose::Sum).unwrap().unwrap_err()
    }

    /// The encoded rows, as dense as the model sees them.
    fn encoded(encoding: &Encoding, column: &Column) -> Vec<Vec<f64>> {
        let mut rows = vec![vec![0.0; encoding.width()]; column.len()];
        encoding.encode(place(), column, &mut |row, offset, value| rows[row][offset] = value).unwrap();
        rows
    }

    #[test]
    fn a_missing_number_becomes_the_median_and_is_marked() {
        let column = number(&[Some(1.0), None, Some(2.0), Some(9.0)]);
        let encoding = fitted(&column);
        let (mean, sd) = (14.0 / 4.0, (41.0_f64 / 4.0).sqrt());
        assert_eq!(encoding, Encoding::Number(Scale { median: 2.0, mean, sd, missing: true }));
        assert_eq!(encoding.names("c"), ["c", "c is missing"]);
        let rows = encoded(&encoding, &column);
        assert_eq!(rows, [[1.0, 0.0], [2.0, 1.0], [2.0, 0.0], [9.0, 0.0]].map(|[value, mark]| vec![(value - mean) / sd, mark]));
    }

    #[test]
    fn a_number_missing_only_when_scored_becomes_the_median_unmarked() {
        let encoding = fitted(&number(&[Some(1.0), Some(2.0), Some(4.0), Some(5.0)]));
        assert_eq!(encoding.width(), 1);
        assert_eq!(encoded(&encoding, &number(&[None])), encoded(&encoding, &number(&[Some(3.0)])));
    }

    #[test]
    fn useless_columns_are_dropped_with_their_reason() {
        assert_eq!(dropped(&number(&[Some(0.1), Some(0.1), Some(0.1)])), DropReason::Constant);
        assert_eq!(dropped(&number(&[Some(0.3), Some(0.1 + 0.2), Some(0.3)])), DropReason::Constant);
        assert_eq!(dropped(&number(&[Some(5e-324), Some(0.0)])), DropReason::Constant);
        assert_eq!(dropped(&text(&[Some("a"), Some("a")])), DropReason::Constant);
        assert_eq!(dropped(&number(&[None, None])), DropReason::AllMissing);
        assert_eq!(dropped(&text(&[None, None])), DropReason::AllMissing);
    }

    #[test]
    fn a_constant_that_is_sometimes_missing_keeps_its_mark_alone() {
        let column = number(&[Some(5.0), None, Some(5.0)]);
        let encoding = fitted(&column);
        assert_eq!((&encoding, encoding.names("c")), (&Encoding::MissingOnly, vec!["c is missing".to_owned()]));
        assert_eq!(encoded(&encoding, &column), [[0.0], [1.0], [0.0]]);
    }

    #[test]
    fn the_most_frequent_level_is_the_reference_and_the_first_of_equals() {
        let column = text(&[Some("z"), Some("b"), Some("a"), Some("b"), Some("a"), None]);
        let encoding = fitted(&column);
        assert_eq!(encoding.names("c"), ["c=b", "c=z", "c=(missing)"]);
        let expected = [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0; 3], [1.0, 0.0, 0.0], [0.0; 3], [0.0, 0.0, 1.0]];
        assert_eq!(encoded(&encoding, &column), expected);
    }

    #[test]
    fn an_unseen_or_newly_missing_text_counts_as_the_reference() {
        let encoding = fitted(&text(&[Some("a"), Some("a"), Some("b")]));
        assert_eq!(encoded(&encoding, &text(&[Some("new"), None, Some("b")])), [[0.0], [0.0], [1.0]]);
    }

    #[test]
    fn rare_levels_beyond_the_cap_share_other_with_unseen_ones() {
        let names: Vec<String> = (0..MOST_LEVELS + 2).map(|index| format!("level {index:03}")).collect();
        // Level 000 thrice, 003 to 101 twice, 001 and 002 once: those two are pooled.
        let twice = names.iter().skip(3).chain(names.first()).map(|name| Some(name.as_str()));
        let cells: Vec<_> = twice.chain(names.iter().map(|name| Some(name.as_str()))).collect();
        let encoding = fitted(&text(&cells));
        assert_eq!(encoding.width(), MOST_LEVELS);
        assert_eq!(encoding.names("c").last().unwrap(), "c=(other)");
        let rows =
            encoded(&encoding, &text(&[Some("level 001"), Some("never seen"), None, Some("level 000"), Some("level 003")]));
        let ones = rows.iter().map(|row| row.iter().position(|value| *value > 0.0));
        assert_eq!(ones.collect::<Vec<_>>(), [Some(99), Some(99), Some(99), None, Some(0)]);
    }

    #[test]
    fn levels_that_look_like_the_pooled_names_stay_levels() {
        let encoding = fitted(&text(&[Some("(missing)"), Some("(other)"), Some("a"), Some("a"), None]));
        assert_eq!(encoded(&encoding, &text(&[Some("(missing)"), None])), [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]);
    }

    #[test]
    fn infinities_and_nan_are_refused_with_their_row_when_fitting_and_when_scoring() {
        let encoding = fitted(&number(&[Some(1.0), Some(2.0)]));
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let column = number(&[Some(1.0), None, Some(bad)]);
            let fit = Encoding::fit(place(), &column, Purpose::Sum).unwrap_err();
            let score = encoding.encode(place(), &column, &mut |_, _, _| {}).unwrap_err();
            for error in [fit, score] {
                assert!(matches!(&error, ModelError::NotFinite { column, row: 3, .. } if column == "c"), "{error}");
            }
        }
    }

    #[test]
    fn trees_take_numbers_as_they_are_and_texts_by_rank() {
        let fitted = |column: &Column| Encoding::fit(place(), column, Purpose::Trees).unwrap();
        let column = number(&[Some(1e308), None, Some(-1e308)]);
        let cells = encoded(&fitted(&column).unwrap(), &column).concat();
        assert!(cells[1].is_nan() && cells[0] > 9e307 && cells[2] < -9e307, "{cells:?}");
        let column = text(&[Some("b"), None, Some("a"), Some("b")]);
        let encoding = fitted(&column).unwrap();
        let cells = encoded(&encoding, &text(&[Some("b"), None, Some("a"), Some("new")])).concat();
        assert!(cells[0] > 0.5 && cells[1].is_nan() && cells[2].abs() < 0.5 && cells[3].is_nan(), "{cells:?}");
        assert_eq!((encoding.width(), encoding.names("c")), (1, vec!["c".to_owned()]));
        assert_eq!(fitted(&number(&[Some(2.0), Some(2.0)])), Err(DropReason::Constant));
        assert_eq!(fitted(&number(&[None])), Err(DropReason::AllMissing));
        assert!(fitted(&number(&[Some(2.0), None])).is_ok());
    }

    #[test]
    fn numbers_too_large_to_standardize_are_refused() {
        let huge = number(&[Some(1e308), Some(-1e308), Some(0.0)]);
        assert!(matches!(Encoding::fit(place(), &huge, Purpose::Sum), Err(ModelError::TooLarge { .. })));
        let encoding = fitted(&number(&[Some(0.0), Some(1e-9)]));
        assert!(matches!(encoding.encode(place(), &huge, &mut |_, _, _| {}), Err(ModelError::TooLarge { .. })));
    }

    #[test]
    fn a_column_that_changes_its_kind_is_refused_unless_it_is_empty() {
        let (numbers, words) = (number(&[Some(1.0), Some(2.0)]), text(&[Some("a"), Some("b")]));
        let error = fitted(&numbers).encode(place(), &text(&[None, Some("ten")]), &mut |_, _, _| {}).unwrap_err();
        assert_eq!(error.to_string(), "rows.csv: row 2 of column \"c\" holds the text \"ten\", where the model expects a number");
        let error = fitted(&words).encode(place(), &numbers, &mut |_, _, _| {}).unwrap_err();
        assert!(matches!(error, ModelError::NumberForText { .. }), "{error}");
        assert_eq!(encoded(&fitted(&numbers), &text(&[None])), encoded(&fitted(&numbers), &number(&[None])));
        assert_eq!(encoded(&fitted(&words), &number(&[None])), encoded(&fitted(&words), &text(&[None])));
    }
}
