//! Puts columns of another file beside rows, by the id that both files name them by.

use std::collections::HashMap;

use arrow_array::UInt32Array;
use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float64Type, Int32Type};

use crate::Dataset;
use crate::column::Column;
use crate::error::DataError;
use crate::levels::levels_of;

impl Dataset {
    /// The same rows with columns of another file, each under a new name. Both files name a row by the column `id`: every
    /// id must stand once in each of them, and in both.
    pub fn joined(&self, other: &Self, id: &str, columns: &[(&str, &str)]) -> Result<Self, DataError> {
        let (mine, theirs) = (ids(self, id)?, ids(other, id)?);
        let places: HashMap<&str, u32> = theirs.iter().map(String::as_str).zip(0..).collect();
        let found: Vec<Option<u32>> = mine.iter().map(|id| places.get(id.as_str()).copied()).collect();
        let unknown = found.iter().filter(|place| place.is_none()).count();
        let extra = theirs.len() + unknown - mine.len();
        if unknown + extra > 0 {
            let first = found.iter().position(Option::is_none).map(|row| Box::new(self.locate(row, id).0));
            let (path, other) = (self.path().to_owned(), other.path().to_owned());
            return Err(DataError::UnmatchedIds { path, other, column: id.to_owned(), unknown, extra, first });
        }
        let order = UInt32Array::from(found);
        let mut joined = self.clone();
        for (from, to) in columns {
            let column = other.require(from)?;
            if joined.has_column(to) {
                return Err(DataError::ColumnExists { path: self.path().to_owned(), name: (*to).to_owned() });
            }
            let Some(taken) = take(column, &order) else {
                let reason = format!("its column {from:?} cannot be put beside other rows");
                return Err(DataError::Malformed { path: other.path().to_owned(), reason });
            };
            joined = joined.with_column(to, taken);
        }
        Ok(joined)
    }
}

/// The ids of all rows; a missing one, and one that stands twice, is an error.
fn ids(dataset: &Dataset, column: &str) -> Result<Vec<String>, DataError> {
    let levels = levels_of(dataset.require(column)?);
    let path = || dataset.path().to_owned();
    let missing = levels.missing_rows().count();
    if missing > 0 {
        return Err(DataError::MissingIds { path: path(), column: column.to_owned(), rows: missing });
    }
    let rows = levels.grouping.codes.len();
    if levels.levels.len() < rows {
        let mut counts = vec![0_usize; levels.levels.len()];
        for code in &levels.grouping.codes {
            counts[*code as usize] += 1;
        }
        let repeated = counts.iter().filter(|count| **count > 1).count();
        let mut seen = vec![false; levels.levels.len()];
        let again = levels.grouping.codes.iter().position(|code| std::mem::replace(&mut seen[*code as usize], true));
        let at = Box::new(dataset.locate(again.unwrap_or_default(), column).0);
        return Err(DataError::RepeatedIds { at, repeated });
    }
    let name = |code: &u32| levels.levels[*code as usize].clone().unwrap_or_default();
    Ok(levels.grouping.codes.iter().map(name).collect())
}

/// The cells of some rows, in that order.
pub(crate) fn take(column: &Column, order: &UInt32Array) -> Option<Column> {
    let taken = arrow_select::take::take(column.array(), order, None).ok()?;
    Some(match column {
        Column::Number(_) => Column::Number(taken.as_primitive_opt::<Float64Type>()?.clone()),
        Column::Text(_) => Column::Text(taken.as_dictionary_opt::<Int32Type>()?.clone()),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use crate::testing::csv;

    fn joined(mine: &str, theirs: &str) -> Result<Vec<Option<f64>>, String> {
        let ((mine, _one), (theirs, _two)) = (csv(mine), csv(theirs));
        let joined = mine.joined(&theirs, "id", &[("p", "old")]).map_err(|error| format!("{error}\n{:?}", error.help()))?;
        let column = joined.require("old").unwrap();
        Ok((0..joined.rows()).map(|row| column.number(row)).collect())
    }

    #[test]
    fn rows_find_each_other_by_id_whatever_their_order() {
        let found = joined("id,p\na,0.1\nb,0.2\nc,0.3\n", "p,id\n0.9,c\n0.7,a\n0.8,b\n").unwrap();
        assert_eq!(found, [Some(0.7), Some(0.8), Some(0.9)]);
    }

    #[test]
    fn ids_that_are_not_in_both_are_counted_and_refused() {
        let text = joined("id,p\na,0.1\nb,0.2\nc,0.3\n", "id,p\nb,0.2\nx,0.5\ny,0.5\n").unwrap_err();
        assert!(text.contains(": 2 (the first is ") && text.contains("is not here: 2"), "{text}");
    }

    #[test]
    fn ids_that_stand_twice_or_are_missing_are_refused_in_either_file() {
        for (mine, theirs) in [("id,p\na,1\na,1\n", "id,p\na,1\nb,1\n"), ("id,p\na,1\nb,1\n", "id,p\na,1\na,1\n")] {
            let text = joined(mine, theirs).unwrap_err();
            assert!(
                text.contains("1 id stands more than once") && text.contains("(column \"id\"): this id stood before"),
                "{text}"
            );
        }
        let text = joined("id,p\na,1\n,1\n", "id,p\na,1\nb,1\n").unwrap_err();
        assert!(text.contains("1 row has no id"), "{text}");
    }

    #[test]
    fn a_column_is_never_overwritten() {
        let text = joined("id,p,old\na,0.1,0\n", "id,p\na,0.7\n").unwrap_err();
        assert!(text.contains("old"), "{text}");
    }
}
