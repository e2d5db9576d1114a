//! What rows add up to by group: confusion tables, losses, and the sums of buckets that replicates are drawn from.

use modelgate_cube::{BUCKETS, Cell, Fixed, LossSums, MOST_SMALL_ROWS, SUMS, SmallSums, Tally, UNITS};

use super::groups::Groups;
use super::plan::Plan;

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
    fn class(&self) -> usize {
        class(self.positive, self.predicted)
    }

    /// What the row adds to its bucket.
    pub(super) fn for_bucket(&self) -> [i64; SUMS] {
        let mut sums = [0; SUMS];
        self.add_to(&mut sums);
        sums
    }

    /// Adds the row to the sums of its bucket.
    pub(super) fn add_to(&self, sums: &mut [i64; SUMS]) {
        let weight = self.weight.unwrap_or(1.0);
        sums[self.class()] += whole(weight * UNITS);
        if let Some((brier, log_loss)) = self.losses {
            sums[4] += whole(weight * brier * UNITS);
            sums[5] += whole(weight * log_loss * UNITS);
        }
    }
}

/// The place of a row among true negatives, false positives, false negatives, true positives.
pub(super) fn class(positive: bool, predicted: bool) -> usize {
    2 * usize::from(positive) + usize::from(predicted)
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
    /// No rows yet, of a plan with these axes.
    pub(super) fn new(axes: Vec<usize>, plan: &Plan) -> Self {
        let (weighted, paired) = (plan.weight.is_some(), plan.settings.paired);
        Self {
            groups: Groups::new(axes.len()),
            axes,
            cells: CellSums::new(weighted),
            buckets: BucketSums::new(weighted, paired, plan.score.is_some()),
        }
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
    Plain {
        /// By group.
        cells: Vec<PlainCell>,
        /// How many rows can be added before sums are settled.
        room: usize,
    },
    /// Rows have weights.
    Weighted(Vec<Cell>),
}

/// The counts of true negatives, false positives, false negatives and true positives, and the sums of Brier and log loss
/// and of their squares.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PlainCell {
    rows: [u64; 4],
    /// Of the rows since losses were last settled.
    unsettled: SmallSums<4>,
    settled: [Fixed; 4],
}

impl CellSums {
    fn new(weighted: bool) -> Self {
        if weighted { Self::Weighted(Vec::new()) } else { Self::Plain { cells: Vec::new(), room: MOST_SMALL_ROWS } }
    }

    fn make_room(&mut self, groups: usize) {
        match self {
            Self::Plain { cells, .. } => cells.resize(groups.max(cells.len()), PlainCell::default()),
            Self::Weighted(cells) => cells.resize(groups.max(cells.len()), Cell::default()),
        }
    }

    /// Adds rows without weights or losses, each by its group, which there is room for, and its class.
    pub(super) fn add_plain(&mut self, rows: impl Iterator<Item = (u32, usize)>) {
        let Self::Plain { cells, .. } = self else { return };
        for (group, class) in rows {
            cells[group as usize].rows[class] += 1;
        }
    }

    /// Adds rows without weights, each by its group, which there is room for, its class, and its Brier and log loss.
    pub(super) fn add_scored(&mut self, rows: impl Iterator<Item = (u32, usize, [f64; 2])>) {
        let Self::Plain { cells, room } = self else { return };
        for (group, class, [brier, log_loss]) in rows {
            if *room == 0 {
                cells.iter_mut().for_each(PlainCell::settle);
                *room = MOST_SMALL_ROWS;
            }
            *room -= 1;
            let cell = &mut cells[group as usize];
            cell.rows[class] += 1;
            cell.unsettled.add_row([brier, brier * brier, log_loss, log_loss * log_loss]);
        }
    }

    /// Adds a row with a weight to a group that there is room for.
    pub(super) fn add_weighted(&mut self, group: u32, row: &RowSums) {
        let Self::Weighted(cells) = self else { return };
        let (cell, weight) = (&mut cells[group as usize], row.weight.unwrap_or(1.0));
        cell.tally_mut(row.positive, row.predicted).add_row(weight);
        if let Some((brier, log_loss)) = row.losses {
            cell.brier.add_row(brier, weight);
            cell.log_loss.add_row(log_loss, weight);
        }
    }

    /// Adds a group of others, counted alike, to a group that there is room for.
    pub(super) fn merge(&mut self, group: u32, others: &Self, other: u32) {
        match (self, others) {
            (Self::Plain { cells, .. }, Self::Plain { cells: others, .. }) => {
                if let Some(other) = others.get(other as usize) {
                    cells[group as usize].merge(other);
                }
            }
            (Self::Weighted(cells), others) => cells[group as usize].merge(&others.cell(other)),
            (Self::Plain { .. }, Self::Weighted(_)) => {}
        }
    }

    /// Whether a group has rows.
    pub(super) fn has_rows(&self, group: u32) -> bool {
        match self {
            Self::Plain { cells, .. } => cells.get(group as usize).is_some_and(|cell| cell.rows != [0; 4]),
            Self::Weighted(cells) => cells.get(group as usize).is_some_and(|cell| cell.total().rows > 0),
        }
    }

    /// The cell of a group.
    pub(super) fn cell(&self, group: u32) -> Cell {
        match self {
            Self::Plain { cells, .. } => cells.get(group as usize).map(PlainCell::as_cell).unwrap_or_default(),
            Self::Weighted(cells) => cells.get(group as usize).cloned().unwrap_or_default(),
        }
    }
}

impl PlainCell {
    fn merge(&mut self, other: &Self) {
        for (sum, other) in self.rows.iter_mut().zip(other.rows) {
            *sum += other;
        }
        for (sum, other) in self.settled.iter_mut().zip(other.losses()) {
            *sum += other;
        }
    }

    /// The sums of losses of all rows.
    fn losses(&self) -> [Fixed; 4] {
        let mut sums = self.unsettled.sums();
        for (sum, settled) in sums.iter_mut().zip(self.settled) {
            *sum += settled;
        }
        sums
    }

    /// Makes room for as many rows again.
    fn settle(&mut self) {
        (self.settled, self.unsettled) = (self.losses(), SmallSums::default());
    }

    /// As a cell: the weights are the rows, and squared weights change nothing.
    fn as_cell(&self) -> Cell {
        let [tn, fp, fn_, tp] = self.rows.map(Tally::unweighted);
        let [brier, brier_squared, log_loss, log_loss_squared] = self.losses();
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

/// Groups up to which every bucket of every group has room of its own: it is there without a second look, and what rows add to
/// stays in the processor's caches.
const MOST_DENSE: usize = 256;

/// Sums by group and bucket.
#[derive(Debug)]
pub(super) enum BucketSums {
    /// Few groups, every row weighs one, and there are no scores: rows by class.
    Rows(Vec<[u32; 4]>),
    /// Few groups, every row weighs one, and there are scores.
    Scored(Vec<ScoredBucket>),
    /// Many groups, or rows of different weights. Only buckets with rows take room for sums.
    Sparse {
        /// The place of the sums of each group and bucket, plus one; 0 where there are none.
        places: Vec<u32>,
        /// The sums.
        sums: Vec<[i64; SUMS]>,
    },
    /// No replicates are drawn.
    Unused,
}

/// What is added up of the rows of a bucket, side by side in the processor's caches.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ScoredBucket {
    rows: [u32; 4],
    /// Brier and log loss, in [`UNITS`].
    losses: [i64; 2],
}

/// Where a group and a bucket are among all.
fn place_of(group: u32, bucket: u16) -> usize {
    group as usize * usize::from(BUCKETS) + usize::from(bucket)
}

impl BucketSums {
    fn new(weighted: bool, paired: bool, scored: bool) -> Self {
        match (paired, weighted, scored) {
            (false, ..) => Self::Unused,
            (true, true, _) => Self::Sparse { places: Vec::new(), sums: Vec::new() },
            (true, false, false) => Self::Rows(Vec::new()),
            (true, false, true) => Self::Scored(Vec::new()),
        }
    }

    /// Makes room for this many groups.
    pub(super) fn make_room(&mut self, groups: usize) {
        if groups > MOST_DENSE && matches!(self, Self::Rows(_) | Self::Scored(_)) {
            self.thin_out();
        }
        let places = groups * usize::from(BUCKETS);
        match self {
            Self::Rows(rows) => rows.resize(places.max(rows.len()), [0; 4]),
            Self::Scored(buckets) => buckets.resize(places.max(buckets.len()), ScoredBucket::default()),
            Self::Sparse { places: held, .. } => held.resize(places.max(held.len()), 0),
            Self::Unused => {}
        }
    }

    /// From room for every bucket to room for those that have rows.
    fn thin_out(&mut self) {
        let mut sparse = Self::Sparse { places: Vec::new(), sums: Vec::new() };
        let places = match self {
            Self::Rows(rows) => rows.len(),
            Self::Scored(buckets) => buckets.len(),
            Self::Sparse { .. } | Self::Unused => 0,
        };
        let groups = places / usize::from(BUCKETS);
        sparse.make_room(groups);
        for group in (0..).take(groups) {
            for (bucket, sums) in self.of_group(group) {
                sparse.add(group, bucket, &sums);
            }
        }
        *self = sparse;
    }

    /// Adds rows without weights or scores, each by its group and its bucket, which there is room for, and its class.
    pub(super) fn add_plain(&mut self, added: impl Iterator<Item = ((u32, u16), usize)>) {
        match self {
            Self::Rows(rows) => {
                for ((group, bucket), class) in added {
                    rows[place_of(group, bucket)][class] += 1;
                }
            }
            Self::Sparse { places, sums } => {
                for ((group, bucket), class) in added {
                    sparse(places, sums, place_of(group, bucket))[class] += whole(UNITS);
                }
            }
            Self::Scored(_) | Self::Unused => {}
        }
    }

    /// Adds rows without weights, each by its group and its bucket, which there is room for, its class, and its Brier and log
    /// loss.
    pub(super) fn add_scored(&mut self, added: impl Iterator<Item = ((u32, u16), usize, [f64; 2])>) {
        match self {
            Self::Scored(buckets) => {
                for ((group, bucket), class, losses) in added {
                    let held = &mut buckets[place_of(group, bucket)];
                    held.rows[class] += 1;
                    for (sum, loss) in held.losses.iter_mut().zip(losses) {
                        *sum += whole(loss * UNITS);
                    }
                }
            }
            Self::Sparse { places, sums } => {
                for ((group, bucket), class, losses) in added {
                    let sums = sparse(places, sums, place_of(group, bucket));
                    sums[class] += whole(UNITS);
                    for (sum, loss) in sums[4..].iter_mut().zip(losses) {
                        *sum += whole(loss * UNITS);
                    }
                }
            }
            Self::Rows(_) | Self::Unused => {}
        }
    }

    /// Adds a row with a weight to a group and a bucket for which there is room.
    pub(super) fn add_weighted(&mut self, group: u32, bucket: u16, row: &RowSums) {
        if let Self::Sparse { places, sums } = self {
            row.add_to(sparse(places, sums, place_of(group, bucket)));
        }
    }

    /// Adds sums to a group and a bucket for which there is room. Rows that weigh one are whole multiples of what one adds.
    pub(super) fn add(&mut self, group: u32, bucket: u16, others: &[i64; SUMS]) {
        let place = place_of(group, bucket);
        let count = |rows: &mut [u32; 4]| {
            for (mine, other) in rows.iter_mut().zip(others) {
                let count = i64::from(*mine) + other / whole(UNITS);
                *mine = u32::try_from(count).unwrap_or(u32::MAX);
            }
        };
        match self {
            Self::Rows(rows) => count(&mut rows[place]),
            Self::Scored(buckets) => {
                let held = &mut buckets[place];
                count(&mut held.rows);
                for (sum, other) in held.losses.iter_mut().zip(&others[4..]) {
                    *sum += other;
                }
            }
            Self::Sparse { places, sums } => add(sparse(places, sums, place), others),
            Self::Unused => {}
        }
    }

    /// The buckets of a group that have rows, in order.
    pub(super) fn of_group(&self, group: u32) -> impl Iterator<Item = (u16, [i64; SUMS])> {
        (0..BUCKETS).filter_map(move |bucket| Some((bucket, self.sums(place_of(group, bucket))?)))
    }

    fn sums(&self, place: usize) -> Option<[i64; SUMS]> {
        let (rows, losses) = match self {
            Self::Rows(rows) => (*rows.get(place)?, [0; 2]),
            Self::Scored(buckets) => buckets.get(place).map(|bucket| (bucket.rows, bucket.losses))?,
            Self::Sparse { places, sums } => return sums.get((*places.get(place)? as usize).checked_sub(1)?).copied(),
            Self::Unused => return None,
        };
        let [tn, fp, fn_, tp] = rows.map(|rows| i64::from(rows) * whole(UNITS));
        (rows != [0; 4]).then_some([tn, fp, fn_, tp, losses[0], losses[1]])
    }
}

/// The sums at a place, which get room where they have none.
fn sparse<'a>(places: &mut [u32], sums: &'a mut Vec<[i64; SUMS]>, place: usize) -> &'a mut [i64; SUMS] {
    let held = &mut places[place];
    if *held == 0 {
        sums.push([0; SUMS]);
        *held = u32::try_from(sums.len()).unwrap_or(u32::MAX);
    }
    &mut sums[*held as usize - 1]
}

/// Adds sums to others.
pub(super) fn add(sums: &mut [i64; SUMS], other: &[i64; SUMS]) {
    for (sum, other) in sums.iter_mut().zip(other) {
        *sum += other;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn room_for_every_bucket_and_room_for_those_with_rows_hold_the_same_sums() {
        let class_of = |number: u32| class(number.is_multiple_of(3), number.is_multiple_of(5));
        let place_of = |number: u32| (number % 3, u16::try_from(number * 7 % 1_024).unwrap());
        let all = |sums: &BucketSums| (0..3).map(|group| sums.of_group(group).collect::<Vec<_>>()).collect::<Vec<_>>();
        for scored in [false, true] {
            let (mut dense, mut sparse) = (BucketSums::new(false, true, scored), BucketSums::new(true, true, scored));
            for sums in [&mut dense, &mut sparse] {
                sums.make_room(3);
                let rows = (0..5_000).map(|number| (place_of(number), class_of(number)));
                if scored {
                    sums.add_scored(rows.map(|(place, class)| (place, class, [0.25, 0.7])));
                } else {
                    sums.add_plain(rows);
                }
            }
            assert_eq!(all(&dense), all(&sparse));
            let before = all(&dense);
            dense.make_room(MOST_DENSE + 1);
            assert!(matches!(dense, BucketSums::Sparse { .. }));
            assert_eq!(all(&dense), before);
        }
    }

    #[test]
    fn a_row_that_is_moved_leaves_nothing_behind() {
        for losses in [None, Some((0.1, 0.2))] {
            let row = RowSums { positive: true, predicted: false, weight: None, losses };
            let mut sums = BucketSums::new(false, true, losses.is_some());
            sums.make_room(1);
            sums.add_plain(std::iter::once(((0, 5), row.class())));
            sums.add_scored(losses.map(|(brier, log)| ((0, 5), row.class(), [brier, log])).into_iter());
            let moved = row.for_bucket();
            sums.add(0, 5, &moved.map(|sum| -sum));
            sums.add(0, 9, &moved);
            assert_eq!(sums.of_group(0).collect::<Vec<_>>(), [(9, moved)]);
        }
    }

    #[test]
    fn losses_are_settled_before_their_sums_run_over() {
        let mut cells = CellSums::new(false);
        cells.make_room(2);
        let rows = MOST_SMALL_ROWS + 2;
        cells.add_scored((0..rows).map(|row| (u32::from(row % 2 == 1), row % 4, [0.5, 36.0])));
        for group in [0, 1] {
            let (cell, half) = (cells.cell(group), (rows / 2) as u64);
            assert_eq!(cell.total().rows, half);
            assert_eq!(cell.brier.weighted, Fixed::from_f64(half as f64 * 0.5));
            assert_eq!(cell.brier.both_squared, Fixed::from_f64(half as f64 * 0.25));
            assert_eq!(cell.log_loss.both_squared, Fixed::from_f64(half as f64 * 1_296.0));
        }
        let mut both = CellSums::new(false);
        both.make_room(1);
        both.merge(0, &cells, 0);
        both.merge(0, &cells, 1);
        assert_eq!(both.cell(0).log_loss.weighted, Fixed::from_f64(rows as f64 * 36.0));
    }
}
