//! What a cube keeps for one slice: a confusion table, the sums of losses, and the score table.

use crate::{Fixed, ScoreTable, TaskCounts};

/// A number of rows with their summed weight and squared weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Rows.
    pub rows: u64,
    /// The sum of the rows' weights; equal to `rows` where no weight is declared.
    pub weight: Fixed,
    /// The sum of the squared weights, which weighted intervals need.
    pub weight_squared: Fixed,
}

impl Tally {
    /// `rows` rows of weight one.
    #[must_use]
    pub fn unweighted(rows: u64) -> Self {
        Self { rows, weight: Fixed::from_count(rows), weight_squared: Fixed::from_count(rows) }
    }

    /// Adds one row of this weight.
    pub fn add_row(&mut self, weight: f64) {
        self.rows += 1;
        self.weight += Fixed::from_f64(weight);
        self.weight_squared += Fixed::from_f64(weight * weight);
    }

    /// Adds other rows.
    pub fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.weight += other.weight;
        self.weight_squared += other.weight_squared;
    }
}

/// The sums of one loss over rows, from which its weighted mean and the error of that mean follow exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LossSums {
    /// Sum of weight times loss.
    pub weighted: Fixed,
    /// Sum of squared weight times loss.
    pub weight_squared: Fixed,
    /// Sum of squared weight times squared loss.
    pub both_squared: Fixed,
}

impl LossSums {
    /// Adds one row.
    pub fn add_row(&mut self, loss: f64, weight: f64) {
        self.weighted += Fixed::from_f64(weight * loss);
        self.weight_squared += Fixed::from_f64(weight * weight * loss);
        self.both_squared += Fixed::from_f64(weight * weight * loss * loss);
    }

    /// Adds the rows of another shard.
    pub fn merge(&mut self, other: &Self) {
        self.weighted += other.weighted;
        self.weight_squared += other.weight_squared;
        self.both_squared += other.both_squared;
    }
}

/// The counts of one slice. Those of a binary classification are the cell's own, and empty for other tasks; those of other
/// tasks are [`Cell::task`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    /// Label negative, predicted negative.
    pub true_negatives: Tally,
    /// Label negative, predicted positive.
    pub false_positives: Tally,
    /// Label positive, predicted negative.
    pub false_negatives: Tally,
    /// Label positive, predicted positive.
    pub true_positives: Tally,
    /// The squared difference between score and label.
    pub brier: LossSums,
    /// The negative log-likelihood of the label, natural logarithm.
    pub log_loss: LossSums,
    /// Counts by score; empty where the model gives no scores.
    pub scores: ScoreTable,
    /// The counts of other tasks.
    pub task: TaskCounts,
}

impl Cell {
    /// A cell of a task other than binary classification.
    #[must_use]
    pub fn of_task(task: TaskCounts) -> Self {
        Self { task, ..Self::default() }
    }

    /// All rows of the slice.
    #[must_use]
    pub fn total(&self) -> Tally {
        if let Some(total) = self.task.total() {
            return total;
        }
        let mut total = self.true_negatives;
        for tally in [&self.false_positives, &self.false_negatives, &self.true_positives] {
            total.merge(tally);
        }
        total
    }

    /// The tally for a label and a prediction.
    pub fn tally_mut(&mut self, label: bool, prediction: bool) -> &mut Tally {
        match (label, prediction) {
            (false, false) => &mut self.true_negatives,
            (false, true) => &mut self.false_positives,
            (true, false) => &mut self.false_negatives,
            (true, true) => &mut self.true_positives,
        }
    }

    /// Adds the counts of another cell whose scores are on the same scale.
    pub fn merge(&mut self, other: &Self) {
        self.true_negatives.merge(&other.true_negatives);
        self.false_positives.merge(&other.false_positives);
        self.false_negatives.merge(&other.false_negatives);
        self.true_positives.merge(&other.true_positives);
        self.brier.merge(&other.brier);
        self.log_loss.merge(&other.log_loss);
        self.scores.merge(&other.scores);
        self.task.merge(&other.task);
    }

    /// The number of distinct scores, or used bins of the grid.
    #[must_use]
    pub fn distinct_scores(&self) -> usize {
        self.scores.len() + self.task.scores()
    }

    /// Moves exact scores to the fixed grid.
    pub(crate) fn coarsen(&mut self) {
        self.scores = self.scores.to_grid();
        self.task.coarsen();
    }
}
