//! The cube: the counts of every declared slice, and what must be equal before two cubes may be added or compared.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::{
    Axis, Cell, EXACT_IN_MEMORY, EXACT_STORED, Lattice, NoLattice, RegressionSums, ReplicateSet, Replicates, RowIds,
    RowSetDigest, ScoreScale, Slice, SumReplicates, Task,
};

/// The version of what the counts mean. A comparison across versions recomputes from rows or is refused; it is never
/// guessed.
pub const DEFINITION_VERSION: u32 = 1;

/// What two cubes must share to be added: the question that the counts answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// What the model answers.
    pub task: Task,
    /// The ways of cutting the rows, in declared order.
    pub axes: Vec<Axis>,
    /// How many axes are crossed at most: 0, 1 or 2.
    pub depth: u8,
    /// Whether the rows carry scores in [0, 1] besides predictions: of the positive class, or of each of several classes.
    pub scored: bool,
    /// Whether the rows carry weights.
    pub weighted: bool,
}

/// A cube's shape and which rows it counted.
#[derive(Debug, Clone, PartialEq)]
pub struct CubeMeta {
    /// The question that the counts answer.
    pub shape: Shape,
    /// [`DEFINITION_VERSION`] of the code that counted.
    pub definition_version: u32,
    /// Names the rows (label, slice columns, weight, id), whatever their order: equal digests mean the same split.
    pub split: RowSetDigest,
}

/// The counts of every declared slice of one set of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Cube {
    meta: CubeMeta,
    scale: ScoreScale,
    cells: BTreeMap<Slice, Cell>,
    replicates: Option<ReplicateSet>,
    lattice: Result<Lattice, NoLattice>,
    /// The replicates of tasks other than binary classification.
    sum_replicates: BTreeMap<Slice, SumReplicates>,
}

/// Two cubes answer different questions and cannot be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the two cubes count different things: task, classes, axes, depth, scores, weights and definition version must be equal")]
pub struct MergeError;

impl Cube {
    /// An empty cube, on the exact score scale.
    #[must_use]
    pub fn new(meta: CubeMeta) -> Self {
        Self {
            meta,
            scale: ScoreScale::Exact,
            cells: BTreeMap::new(),
            replicates: None,
            lattice: Err(NoLattice::NotKept),
            sum_replicates: BTreeMap::new(),
        }
    }

    /// A cube from counted cells. Moves to the fixed grid where there are more than [`EXACT_IN_MEMORY`] distinct
    /// scores, so that the result does not depend on how the rows were shared out.
    #[must_use]
    pub fn from_cells(meta: CubeMeta, scale: ScoreScale, cells: BTreeMap<Slice, Cell>) -> Self {
        let mut cube =
            Self { meta, scale, cells, replicates: None, lattice: Err(NoLattice::NotKept), sum_replicates: BTreeMap::new() };
        cube.limit_distinct_scores(EXACT_IN_MEMORY);
        cube
    }

    /// The same cube with replicates, which pair it with other releases. Those of slices without a cell are dropped.
    #[must_use]
    pub fn with_replicates(mut self, mut replicates: ReplicateSet) -> Self {
        replicates.by_slice.retain(|slice, _| self.cells.contains_key(slice));
        self.replicates = Some(replicates);
        self
    }

    /// The same cube with the counts of every combination of levels, or why there are none.
    #[must_use]
    pub fn with_lattice(mut self, lattice: Result<Lattice, NoLattice>) -> Self {
        self.lattice = lattice;
        self
    }

    /// The counts of every combination of levels of all axes, in two halves of the rows; else why there are none. Only
    /// a cube that was just counted has them: they are never stored.
    pub fn lattice(&self) -> Result<&Lattice, NoLattice> {
        self.lattice.as_ref().map_err(|reason| *reason)
    }

    /// The same cube of a task other than binary classification with replicates. Those of slices without a cell are dropped.
    #[must_use]
    pub fn with_sum_replicates(mut self, ids: RowIds, mut by_slice: BTreeMap<Slice, SumReplicates>) -> Self {
        by_slice.retain(|slice, _| self.cells.contains_key(slice));
        self.replicates = Some(ReplicateSet { ids, by_slice: BTreeMap::new() });
        self.sum_replicates = by_slice;
        self
    }

    /// How the rows of the replicates got their ids; `None` where there are no replicates.
    #[must_use]
    pub fn row_ids(&self) -> Option<&RowIds> {
        self.replicates.as_ref().map(|replicates| &replicates.ids)
    }

    /// The replicates of one slice; `None` where none are kept.
    #[must_use]
    pub fn replicates(&self, slice: &Slice) -> Option<&Replicates> {
        self.replicates.as_ref()?.by_slice.get(slice)
    }

    /// The replicates of one slice of a task other than binary classification; `None` where none are kept.
    #[must_use]
    pub fn sum_replicates(&self, slice: &Slice) -> Option<&SumReplicates> {
        self.sum_replicates.get(slice)
    }

    /// The question that was counted, and which rows.
    #[must_use]
    pub fn meta(&self) -> &CubeMeta {
        &self.meta
    }

    /// How the score tables' keys are to be read.
    #[must_use]
    pub fn scale(&self) -> ScoreScale {
        self.scale
    }

    /// Every slice that has rows, sorted; `overall` first.
    pub fn cells(&self) -> impl Iterator<Item = (&Slice, &Cell)> {
        self.cells.iter()
    }

    /// The counts of one slice; `None` where no row fell into it.
    #[must_use]
    pub fn cell(&self, slice: &Slice) -> Option<&Cell> {
        self.cells.get(slice)
    }

    /// The number of rows counted.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.cell(&Slice::overall()).map_or(0, |cell| cell.total().rows)
    }

    /// The slices that are cut by exactly these axes (in any order).
    pub fn slices_by<'a>(&'a self, axes: &'a [String]) -> impl Iterator<Item = (&'a Slice, &'a Cell)> {
        let wanted: BTreeSet<&str> = axes.iter().map(String::as_str).collect();
        self.cells
            .iter()
            .filter(move |(slice, _)| slice.terms().len() == wanted.len() && slice.axes().all(|axis| wanted.contains(axis)))
    }

    /// The number of slices with 1 to `below - 1` rows: a cell that small points at people.
    #[must_use]
    pub fn small_slices(&self, below: u64) -> usize {
        self.cells.values().filter(|cell| (1..below).contains(&cell.total().rows)).count()
    }

    /// Adds the rows of another cube, key by key. Associative and commutative. Replicates add up where both cubes have
    /// them by the same rule; areas under the curve in them do not and are dropped.
    pub fn merge(&mut self, other: &Self) -> Result<(), MergeError> {
        if self.meta.shape != other.meta.shape || self.meta.definition_version != other.meta.definition_version {
            return Err(MergeError);
        }
        let coarse;
        let other = if self.scale == other.scale {
            other
        } else {
            self.to_grid();
            coarse = other.on_grid();
            &coarse
        };
        self.merge_sum_replicates(other);
        self.replicates = match (self.replicates.take(), &other.replicates) {
            (Some(mine), Some(theirs)) => {
                mine.merged(theirs, |slice| self.cells.contains_key(slice), |slice| other.cells.contains_key(slice))
            }
            _ => None,
        };
        for (slice, cell) in &other.cells {
            self.cells.entry(slice.clone()).or_default().merge(cell);
        }
        self.lattice = match (self.lattice(), other.lattice()) {
            (Ok(mine), Ok(theirs)) => mine.merged(theirs),
            (Err(NoLattice::TooManyCombinations), _) | (_, Err(NoLattice::TooManyCombinations)) => {
                Err(NoLattice::TooManyCombinations)
            }
            _ => Err(NoLattice::NotKept),
        };
        self.meta.split.merge(&other.meta.split);
        self.limit_distinct_scores(EXACT_IN_MEMORY);
        Ok(())
    }

    /// Adds the replicates of slices that both shards keep alike; a slice that has rows in a shard and no replicates there
    /// has none in the sum.
    fn merge_sum_replicates(&mut self, other: &Self) {
        let about = |sums: &[f64], from: f64, to: f64| match self.meta.shape.task {
            Task::Regression => Some(RegressionSums::from_list(from, sums)?.about(to).to_list().to_vec()),
            _ => Some(sums.to_vec()),
        };
        let pairs = self.row_ids().zip(other.row_ids()).is_some_and(|(mine, theirs)| mine.pairs_with(theirs));
        let mut merged = BTreeMap::new();
        let slices: BTreeSet<&Slice> = self.sum_replicates.keys().chain(other.sum_replicates.keys()).collect();
        for slice in slices.into_iter().filter(|_| pairs) {
            let found = match (self.cells.get(slice), other.cells.get(slice)) {
                (Some(_), None) => self.sum_replicates(slice).cloned(),
                (None, Some(_)) => other.sum_replicates(slice).cloned(),
                (Some(mine), Some(theirs)) if mine.task.same_layout(&theirs.task) => {
                    self.sum_replicates(slice).cloned().zip(other.sum_replicates(slice)).and_then(|(mut sum, added)| {
                        let fits = sum.merge(added, about);
                        fits.then_some(sum)
                    })
                }
                _ => None,
            };
            merged.extend(found.map(|found| (slice.clone(), found)));
        }
        self.sum_replicates = merged;
    }

    /// The same counts with the scores on the fixed grid.
    #[must_use]
    pub fn on_grid(&self) -> Self {
        let mut coarse = self.clone();
        coarse.to_grid();
        coarse
    }

    /// The same counts as they may be stored: scores on the grid unless there are at most [`EXACT_STORED`] of them, the
    /// sums of replicates rounded to sixteenths, and no lattice.
    #[must_use]
    pub fn for_storage(&self) -> Self {
        let mut stored = self.clone();
        stored.limit_distinct_scores(EXACT_STORED);
        stored.replicates = stored.replicates.map(ReplicateSet::rounded);
        stored.lattice = Err(NoLattice::NotKept);
        for replicates in stored.sum_replicates.values_mut() {
            *replicates = std::mem::replace(replicates, SumReplicates::new(0, 0.0)).rounded();
        }
        stored
    }

    fn limit_distinct_scores(&mut self, limit: usize) {
        if self.cell(&Slice::overall()).is_some_and(|cell| cell.distinct_scores() > limit) {
            self.to_grid();
        }
    }

    #[expect(clippy::wrong_self_convention, reason = "moves this cube itself to the grid")]
    fn to_grid(&mut self) {
        if self.scale == ScoreScale::Exact {
            for cell in self.cells.values_mut() {
                cell.coarsen();
            }
            self.scale = ScoreScale::Logit;
        }
    }
}
