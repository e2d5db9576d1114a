//! The counts of one or more cells as disclosure control sees them: parts from which every count is summed.

use crate::{Cell, Fixed, Tally, TaskCounts};

/// The numbers of rows that shown measurements of a slice rest on: by label and prediction where there are two of them; rows that are
/// right and others where there are more, or sets of labels; else rows, or queries with and without a relevant row. What depends on a
/// model is of one label here, so that labels are the rows.
pub(crate) fn shown_parts(cell: &Cell) -> [Tally; 4] {
    let none = Tally::default();
    let split = |all: Tally, part: Tally| [rest(all, part), part, none, none];
    match &cell.task {
        TaskCounts::Binary => [cell.true_negatives, cell.false_positives, cell.false_negatives, cell.true_positives],
        TaskCounts::Classes(counts) => split(counts.total(), counts.right()),
        TaskCounts::LabelSets(counts) => split(counts.rows, counts.exact),
        TaskCounts::Ranking(counts) => split(counts.queries, counts.answerable),
        TaskCounts::Regression(_) | TaskCounts::Clusters(_) => [cell.total(), none, none, none],
    }
}

/// A tally without a part of it.
fn rest(all: Tally, part: Tally) -> Tally {
    let without = |all: Fixed, part: Fixed| Fixed::from_bits(all.to_bits().saturating_sub(part.to_bits()));
    Tally {
        rows: all.rows.saturating_sub(part.rows),
        weight: without(all.weight, part.weight),
        weight_squared: without(all.weight_squared, part.weight_squared),
    }
}

/// Whether a count may be known: zero, or at least this large.
pub(super) fn is_safe(count: u64, least: u64) -> bool {
    count == 0 || count >= least
}

/// Counts of rows. Every count that a measurement shows is the sum of some of the parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Sums([u64; 4]);

impl Sums {
    pub(super) fn of<'a>(cells: impl Iterator<Item = &'a Cell>) -> Self {
        let mut sums = [0_u64; 4];
        for cell in cells {
            for (sum, part) in sums.iter_mut().zip(shown_parts(cell)) {
                *sum = sum.saturating_add(part.rows);
            }
        }
        Self(sums)
    }

    /// What is left without `other`.
    pub(super) fn minus(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|part| self.0[part].saturating_sub(other.0[part])))
    }

    /// The smallest counts: by label and prediction.
    pub(super) fn parts(&self) -> [u64; 4] {
        self.0
    }

    /// All rows.
    pub(super) fn rows(&self) -> u64 {
        self.0.iter().sum()
    }

    /// What does not depend on a model: all rows, and those of each label.
    pub(super) fn labels(&self) -> [u64; 3] {
        let [tn, fp, fn_, tp] = self.0;
        [self.rows(), tn + fp, fn_ + tp]
    }

    /// Every count that a measurement may rest on: the sums of all sets of parts.
    pub(super) fn all(&self) -> [u64; 15] {
        std::array::from_fn(|set| {
            let is_in = |part: usize| (set + 1) & (1 << part) != 0;
            self.0.iter().enumerate().filter(|(part, _)| is_in(*part)).map(|(_, count)| count).sum()
        })
    }

    /// The most that a set of parts can have where only the labels are known.
    pub(super) fn most(&self, set: usize) -> u64 {
        let [_, negatives, positives] = self.labels();
        let is_in = |part: usize| (set + 1) & (1 << part) != 0;
        let of = |parts: [usize; 2], rows: u64| if parts.into_iter().any(is_in) { rows } else { 0 };
        of([0, 1], negatives) + of([2, 3], positives)
    }

    /// How far the counts of labels lie apart.
    pub(super) fn label_differences(&self, other: &Self) -> [u64; 3] {
        let (mine, theirs) = (self.labels(), other.labels());
        std::array::from_fn(|label| mine[label].abs_diff(theirs[label]))
    }

    /// How far all counts lie apart.
    pub(super) fn differences(&self, other: &Self) -> [u64; 15] {
        let (mine, theirs) = (self.all(), other.all());
        std::array::from_fn(|set| mine[set].abs_diff(theirs[set]))
    }
}
