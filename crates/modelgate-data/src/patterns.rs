//! Values, and pairs of values, that earlier rows did not say: how many rows say them, and with which labels.

use std::collections::{BTreeMap, BTreeSet};

use modelgate_cube::RARE;

use crate::error::DataError;
use crate::levels::levels_of;
use crate::{Column, Dataset};

/// A column of more values is none that rows could be marked by.
const MOST_VALUES: usize = 1_000;

/// Rows that say the same in one column, or in two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// The columns, each with a number for what the rows say there. The values themselves stay here.
    pub says: Vec<(String, u32)>,
    /// The rows that say so.
    pub rows: u64,
    /// Those of them with the positive label.
    pub positives: u64,
}

/// The columns that can be compared, by what each row says.
struct Coded<'a> {
    name: &'a str,
    codes: Vec<u32>,
    /// Whether a code stands for a text that earlier rows did not say.
    is_new: Vec<bool>,
}

/// Every new text that [`RARE`] rows say, and every pair of such a text with a value of another column. `known` are the texts that
/// earlier rows said in columns of which all are known.
pub fn new_patterns(
    rows: &Dataset,
    is_positive: &[bool],
    columns: &[String],
    known: &BTreeMap<String, BTreeSet<String>>,
) -> Result<Vec<Pattern>, DataError> {
    let mut coded = Vec::new();
    for name in columns {
        coded.extend(coded_column(rows.require(name)?, name, known.get(name)));
    }
    let mut found = Vec::new();
    for (place, column) in coded.iter().enumerate().filter(|(_, column)| column.is_new.contains(&true)) {
        let marked = || column.codes.iter().enumerate().filter(|(_, code)| column.says_new(**code));
        let single = marked().map(|(row, code)| (vec![*code], row));
        found.extend(counted(single, is_positive, &[column.name]));
        for (other_place, other) in coded.iter().enumerate().filter(|(other, _)| *other != place) {
            // A pair of two new texts is found at the first of both columns.
            let is_counted = |code: u32| other_place > place || !other.says_new(code);
            let pair = |(row, code): (usize, &u32)| {
                let beside = *other.codes.get(row)?;
                is_counted(beside).then(|| (vec![*code, beside], row))
            };
            found.extend(counted(marked().filter_map(pair), is_positive, &[column.name, other.name]));
        }
    }
    Ok(found)
}

fn coded_column<'a>(column: &Column, name: &'a str, known: Option<&BTreeSet<String>>) -> Option<Coded<'a>> {
    let levels = levels_of(column);
    let is_new = |level: &Option<String>| matches!((level, known), (Some(level), Some(known)) if !known.contains(level));
    let few = levels.levels.len() <= MOST_VALUES;
    few.then(|| Coded { name, is_new: levels.levels.iter().map(is_new).collect(), codes: levels.grouping.codes.clone() })
}

impl Coded<'_> {
    fn says_new(&self, code: u32) -> bool {
        self.is_new.get(code as usize).copied().unwrap_or(false)
    }
}

/// The rows of each combination that is not rare.
fn counted(rows: impl Iterator<Item = (Vec<u32>, usize)>, is_positive: &[bool], columns: &[&str]) -> Vec<Pattern> {
    let mut counts: BTreeMap<Vec<u32>, (u64, u64)> = BTreeMap::new();
    for (codes, row) in rows {
        let (rows, positives) = counts.entry(codes).or_default();
        *rows += 1;
        *positives += u64::from(is_positive.get(row).copied().unwrap_or(false));
    }
    let frequent = counts.into_iter().filter(|(_, (rows, _))| *rows >= RARE);
    let says = |codes: Vec<u32>| columns.iter().map(|name| (*name).to_owned()).zip(codes).collect();
    frequent.map(|(codes, (rows, positives))| Pattern { says: says(codes), rows, positives }).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing::csv;

    #[test]
    fn new_texts_are_counted_alone_and_with_values_of_other_columns() {
        let row = |row: usize| {
            let job = if row.is_multiple_of(4) { "mole" } else { ["clerk", "driver"][row % 2] };
            format!("{},{job},{},{}\n", u8::from(row.is_multiple_of(8)), ["n", "s"][row / 4 % 2], 20 + row % 3)
        };
        let text = (0..120).fold(String::from("y,job,region,age\n"), |text, number| text + &row(number));
        let (data, _file) = csv(&text);
        let is_positive: Vec<bool> = (0..120_usize).map(|row| row.is_multiple_of(8)).collect();
        let columns = ["job", "region", "age"].map(str::to_owned);
        let known = |jobs: &[&str]| BTreeMap::from([("job".to_owned(), jobs.iter().map(|job| (*job).to_owned()).collect())]);
        let found = new_patterns(&data, &is_positive, &columns, &known(&["clerk", "driver"])).unwrap();
        let of = |wanted: &[&str]| {
            let is_one = |pattern: &&Pattern| pattern.says.iter().map(|(name, _)| name.as_str()).eq(wanted.iter().copied());
            found.iter().filter(is_one).map(|pattern| (pattern.rows, pattern.positives)).collect::<Vec<_>>()
        };
        assert_eq!(of(&["job"]), [(30, 15)]);
        // The rows of the north are those with the label; ten rows of each age are rare.
        assert_eq!(of(&["job", "region"]), [(15, 15), (15, 0)]);
        assert_eq!(of(&["job", "age"]), []);
        let nothing = new_patterns(&data, &is_positive, &columns, &known(&["clerk", "driver", "mole"])).unwrap();
        assert_eq!(nothing, []);
        assert_eq!(
            new_patterns(&data, &is_positive, &columns, &BTreeMap::new()).unwrap(),
            [],
            "nothing is known of earlier rows"
        );
    }
}
