//! Rows that agree in all quasi-identifiers, and what they say of sensitive columns: who is known to be among them is known to say
//! one of these things.

use std::collections::BTreeMap;

use modelgate_cube::{AlikeTable, Part};

use crate::features::look::Sample;

/// As many combinations of quasi-identifiers are known, each with all rows that have it.
const MOST_CLASSES: usize = 1 << 17;

/// A sensitive column of more values is none of classes.
const MOST_VALUES: usize = 256;

/// What the rows of a combination say: for each sensitive column, its values with the rows of each.
type Said = Vec<Vec<(u64, u64)>>;

/// Combinations of quasi-identifiers by their hashes: every one while there are few, else those with the smallest hashes.
pub(super) struct AlikeRows {
    sample: Sample<Said>,
    columns: Vec<String>,
}

impl AlikeRows {
    /// A look at what rows that are alike say of these columns.
    pub(super) fn of(columns: Vec<String>) -> Self {
        Self { sample: Sample::new(MOST_CLASSES), columns }
    }

    /// Adds a row by the hash of its quasi-identifiers, and what it says of each sensitive column.
    pub(super) fn add(&mut self, hash: u64, said: impl Iterator<Item = u64>) {
        let columns = self.columns.len();
        let tell = |known: &mut Said| known.iter_mut().zip(said).for_each(|(values, value)| tally(values, value));
        self.sample.add_to(hash, 1, || vec![Vec::new(); columns], tell);
    }

    pub(super) fn shrink(&mut self) {
        self.sample.shrink();
    }

    /// A table for each sensitive column; none for one of too many values.
    pub(super) fn tables(&self, part: Part) -> Vec<AlikeTable> {
        (0..self.columns.len()).filter_map(|place| self.table(part, place)).collect()
    }

    fn table(&self, part: Part, place: usize) -> Option<AlikeTable> {
        let classes = || self.sample.values().filter_map(|(said, _)| said.get(place));
        let mut all: BTreeMap<u64, u64> = BTreeMap::new();
        // Sums of whole numbers, whatever the order.
        classes().flatten().for_each(|(value, rows)| *all.entry(*value).or_default() += rows);
        if all.len() > MOST_VALUES {
            return None;
        }
        let places: BTreeMap<u64, u32> = all.keys().copied().zip(0..).collect();
        let mut table = AlikeTable {
            part,
            column: self.columns.get(place)?.clone(),
            all: all.into_values().collect(),
            classes: BTreeMap::new(),
            sampled: !self.sample.is_all(),
        };
        for class in classes() {
            let mut class: Vec<(u32, u64)> =
                class.iter().filter_map(|(value, rows)| Some((*places.get(value)?, *rows))).collect();
            class.sort_unstable();
            *table.classes.entry(class).or_default() += 1;
        }
        Some(table)
    }
}

/// Counts a row of a value. Of a column of too many values some are left out, and no table is made.
fn tally(values: &mut Vec<(u64, u64)>, value: u64) {
    let is_full = values.len() > MOST_VALUES;
    match values.iter_mut().find(|(known, _)| *known == value) {
        Some((_, rows)) => *rows += 1,
        None if is_full => {}
        None => values.push((value, 1)),
    }
}
