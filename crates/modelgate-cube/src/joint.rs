//! How two models' predictions of the same rows fall together: what a paired comparison is made of.

use std::collections::BTreeMap;

use crate::{Slice, Tally};

/// The rows of a slice by label, the baseline's prediction and the candidate's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JointCell {
    tallies: [Tally; 8],
}

impl JointCell {
    /// The rows with this label and these predictions.
    #[must_use]
    pub fn tally(&self, label: bool, baseline: bool, candidate: bool) -> &Tally {
        &self.tallies[place(label, baseline, candidate)]
    }

    /// The same, to add to.
    pub fn tally_mut(&mut self, label: bool, baseline: bool, candidate: bool) -> &mut Tally {
        &mut self.tallies[place(label, baseline, candidate)]
    }

    /// Every kind of rows: label, the baseline's prediction, the candidate's prediction, and the rows.
    pub fn iter(&self) -> impl Iterator<Item = (bool, bool, bool, &Tally)> {
        (0..).zip(&self.tallies).map(|(place, tally)| (place & 4 != 0, place & 2 != 0, place & 1 != 0, tally))
    }

    /// All rows.
    #[must_use]
    pub fn total(&self) -> Tally {
        let mut total = Tally::default();
        self.tallies.iter().for_each(|tally| total.merge(tally));
        total
    }

    /// Adds other rows.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.tallies.iter_mut().zip(&other.tallies) {
            mine.merge(theirs);
        }
    }
}

fn place(label: bool, baseline: bool, candidate: bool) -> usize {
    4 * usize::from(label) + 2 * usize::from(baseline) + usize::from(candidate)
}

/// The joint counts of every slice. They live in the process that counted them and are never stored: what a person was told
/// before and is told now is nobody else's to keep.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Joint {
    cells: BTreeMap<Slice, JointCell>,
}

impl Joint {
    /// Joint counts by slice.
    #[must_use]
    pub fn new(cells: BTreeMap<Slice, JointCell>) -> Self {
        Self { cells }
    }

    /// Every slice that has rows, sorted.
    pub fn cells(&self) -> impl Iterator<Item = (&Slice, &JointCell)> {
        self.cells.iter()
    }

    /// The counts of one slice; `None` where no row fell into it.
    #[must_use]
    pub fn cell(&self, slice: &Slice) -> Option<&JointCell> {
        self.cells.get(slice)
    }

    /// Adds the rows of another table, key by key.
    pub fn merge(&mut self, other: &Self) {
        for (slice, cell) in &other.cells {
            self.cells.entry(slice.clone()).or_default().merge(cell);
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_kind_of_rows_has_its_own_place() {
        let mut cell = JointCell::default();
        for (rows, (label, baseline, candidate)) in (1..).zip([
            (false, false, false),
            (false, false, true),
            (false, true, false),
            (false, true, true),
            (true, false, false),
            (true, false, true),
            (true, true, false),
            (true, true, true),
        ]) {
            cell.tally_mut(label, baseline, candidate).merge(&Tally::unweighted(rows));
            assert_eq!(cell.tally(label, baseline, candidate).rows, rows);
        }
        assert_eq!(cell.total().rows, 36);
        assert_eq!(cell.iter().map(|(.., tally)| tally.rows).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7, 8]);
        assert!(cell.iter().all(|(label, baseline, candidate, tally)| cell.tally(label, baseline, candidate) == tally));
    }

    #[test]
    fn shards_add_up_in_either_order() {
        let table = |name: &str, rows| {
            let mut cell = JointCell::default();
            cell.tally_mut(true, true, false).merge(&Tally::unweighted(rows));
            Joint::new(BTreeMap::from([(Slice::parse(name).unwrap(), cell)]))
        };
        let (one, two) = (table("sex=F", 3), table("sex=M", 4));
        let sum = |tables: [&Joint; 3]| {
            let mut sum = Joint::default();
            for table in tables {
                sum.merge(table);
            }
            sum
        };
        assert_eq!(sum([&one, &two, &one]), sum([&two, &one, &one]));
        assert_eq!(sum([&one, &two, &one]).cell(&Slice::parse("sex=F").unwrap()).unwrap().total().rows, 6);
    }
}
