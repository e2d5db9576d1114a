//! What rows add up to by group: confusion tables, losses, and the sums of buckets that replicates are drawn from.

use modelgate_cube::{BUCKETS, Cell, Fixed, LossSums, SUMS, Tally, UNITS};

use super::groups::Groups;

/// The facts of one row that are added up.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowSums {
    pub(super) positive: bool,
    pub(super) predicted: bool,
    /// `None` where every row weighs one.
    pub(super) weight: Option<f64>,
    /// Brier and log loss; `None` without scores.
    pub(super) losses: Option<(f64, f64)>,
}

impl RowSums {
    /// The place among true negatives, false positives, false negatives, true positives.
    pub(super) fn class(&self) -> usize {
        2 * usize::from(self.positive) + usize::from(self.predicted)
    }

    /// What the row adds to its bucket.
    pub(super) fn for_bucket(&self) -> [i64; SUMS] {
        let weight = self.weight.unwrap_or(1.0);
        let mut sums = [0; SUMS];
        sums[self.class()] = whole(weight * UNITS);
        if let Some((brier, log_loss)) = self.losses {
            sums[4] = whole(weight * brier * UNITS);
            sums[5] = whole(weight * log_loss * UNITS);
        }
        sums
    }
}

/// The nearest whole number of a number that is not below zero; a half goes up, as `f64::round` does.
#[expect(clippy::cast_possible_truncation, reason = "a float-to-int cast saturates, far beyond any sum of rows")]
pub(super) fn whole(number: f64) -> i64 {
    let below = number as i64;
    below + i64::from(number - below as f64 >= 0.5)
}

/// Rows added up by the combinations of some axes.
#[derive(Debug)]
pub(super) struct Block {
    /// Which axes.
    pub(super) axes: Vec<usize>,
    /// Their combinations.
    pub(super) groups: Groups,
    /// By group.
    pub(super) cells: CellSums,
    /// By group and bucket.
    pub(super) buckets: BucketSums,
}

impl Block {
    pub(super) fn new(axes: Vec<usize>, weighted: bool) -> Self {
        Self { groups: Groups::new(axes.len()), axes, cells: CellSums::new(weighted), buckets: BucketSums::default() }
    }

    /// Makes room for all groups that are numbered.
    pub(super) fn make_room(&mut self) {
        let groups = self.groups.len();
        self.cells.make_room(groups);
        self.buckets.make_room(groups);
    }
}

/// Confusion tables and losses by group, without scores.
#[derive(Debug)]
pub(super) enum CellSums {
    /// Every row weighs one.
    Plain(Vec<PlainCell>),
    /// Rows have weights.
    Weighted(Vec<Cell>),
}

/// The counts of true negatives, false positives, false negatives and true positives, and the sums of Brier and log loss
/// and of their squares.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PlainCell {
    rows: [u64; 4],
    losses: [Fixed; 4],
}

impl CellSums {
    fn new(weighted: bool) -> Self {
        if weighted { Self::Weighted(Vec::new()) } else { Self::Plain(Vec::new()) }
    }

    fn make_room(&mut self, groups: usize) {
        match self {
            Self::Plain(cells) => cells.resize(groups.max(cells.len()), PlainCell::default()),
            Self::Weighted(cells) => cells.resize(groups.max(cells.len()), Cell::default()),
        }
    }

    /// Adds a row to a group that there is room for.
    pub(super) fn add(&mut self, group: u32, row: &RowSums) {
        match self {
            Self::Plain(cells) => {
                let cell = &mut cells[group as usize];
                cell.rows[row.class()] += 1;
                if let Some((brier, log_loss)) = row.losses {
                    for (sum, loss) in cell.losses.iter_mut().zip([brier, brier * brier, log_loss, log_loss * log_loss]) {
                        *sum += Fixed::from_f64(loss);
                    }
                }
            }
            Self::Weighted(cells) => {
                let (cell, weight) = (&mut cells[group as usize], row.weight.unwrap_or(1.0));
                cell.tally_mut(row.positive, row.predicted).add_row(weight);
                if let Some((brier, log_loss)) = row.losses {
                    cell.brier.add_row(brier, weight);
                    cell.log_loss.add_row(log_loss, weight);
                }
            }
        }
    }

    /// Adds a group of others, counted alike, to a group that there is room for.
    pub(super) fn merge(&mut self, group: u32, others: &Self, other: u32) {
        match (self, others) {
            (Self::Plain(cells), Self::Plain(others)) => {
                if let Some(other) = others.get(other as usize) {
                    cells[group as usize].merge(other);
                }
            }
            (Self::Weighted(cells), others) => cells[group as usize].merge(&others.cell(other)),
            (Self::Plain(_), Self::Weighted(_)) => {}
        }
    }

    /// The cell of a group.
    pub(super) fn cell(&self, group: u32) -> Cell {
        match self {
            Self::Plain(cells) => cells.get(group as usize).map(|cell| cell.to_cell()).unwrap_or_default(),
            Self::Weighted(cells) => cells.get(group as usize).cloned().unwrap_or_default(),
        }
    }
}

impl PlainCell {
    fn merge(&mut self, other: &Self) {
        for (sum, other) in self.rows.iter_mut().zip(other.rows) {
            *sum += other;
        }
        for (sum, other) in self.losses.iter_mut().zip(other.losses) {
            *sum += other;
        }
    }

    /// As a cell: the weights are the rows, and squared weights change nothing.
    fn to_cell(self) -> Cell {
        let [tn, fp, fn_, tp] = self.rows.map(Tally::unweighted);
        let [brier, brier_squared, log_loss, log_loss_squared] = self.losses;
        let sums = |loss, squared| LossSums { weighted: loss, weight_squared: loss, both_squared: squared };
        Cell {
            true_negatives: tn,
            false_positives: fp,
            false_negatives: fn_,
            true_positives: tp,
            brier: sums(brier, brier_squared),
            log_loss: sums(log_loss, log_loss_squared),
            ..Cell::default()
        }
    }
}

/// Sums by group and bucket. Only buckets with rows take room for sums.
#[derive(Debug, Default)]
pub(super) struct BucketSums {
    /// The place of the sums of each group and bucket, plus one; 0 where there are none.
    places: Vec<u32>,
    sums: Vec<[i64; SUMS]>,
}

impl BucketSums {
    pub(super) fn make_room(&mut self, groups: usize) {
        let places = groups * usize::from(BUCKETS);
        self.places.resize(places.max(self.places.len()), 0);
    }

    /// The sums of a group and a bucket, for which there is room.
    pub(super) fn at(&mut self, group: u32, bucket: u16) -> &mut [i64; SUMS] {
        let place = &mut self.places[group as usize * usize::from(BUCKETS) + usize::from(bucket)];
        if *place == 0 {
            self.sums.push([0; SUMS]);
            *place = u32::try_from(self.sums.len()).unwrap_or(u32::MAX);
        }
        &mut self.sums[*place as usize - 1]
    }

    /// The buckets of a group that have rows, in order.
    pub(super) fn of_group(&self, group: u32) -> impl Iterator<Item = (u16, &[i64; SUMS])> {
        let start = group as usize * usize::from(BUCKETS);
        let places = self.places.get(start..start + usize::from(BUCKETS)).unwrap_or_default();
        (0..).zip(places).filter_map(|(bucket, place)| Some((bucket, self.sums.get((*place as usize).checked_sub(1)?)?)))
    }
}

/// Adds sums to others.
pub(super) fn add(sums: &mut [i64; SUMS], other: &[i64; SUMS]) {
    for (sum, other) in sums.iter_mut().zip(other) {
        *sum += other;
    }
}
