//! Trained trees, and what they say about rows.

use linfa::traits::PredictInplace;
use ndarray::{Array2, ArrayBase, ArrayView2, Axis, Data, Ix2};

use super::TreeError;
use super::tree::Tree;
use crate::linear::sigmoid;

/// Rows that are handed from tree to tree together.
const BLOCK: usize = 256;

/// How the trees of a model make one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Combination {
    /// Each tree's value is added to its output's; tree `t` belongs to output `t % outputs`.
    Sum,
    /// Each tree has a value for every output, and their mean is taken.
    Mean,
}

/// What turns combined values into predictions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Nothing: they are predictions.
    Identity,
    /// They are log-odds of one class.
    Logistic,
    /// They are log-odds of several classes.
    Softmax,
}

/// A trained decision tree, forest or sum of trees. Predictions have a column for each output: the chance of `true`, the
/// chances of the classes, or a number.
#[derive(Debug, Clone, PartialEq)]
pub struct TreeModel {
    pub(crate) features: usize,
    /// Where the values of each output start.
    pub(crate) base: Vec<f64>,
    pub(crate) combination: Combination,
    pub(crate) link: Link,
    pub(crate) trees: Vec<Tree>,
}

impl TreeModel {
    /// How many columns a row to predict has.
    #[must_use]
    pub fn features(&self) -> usize {
        self.features
    }

    /// How many numbers describe a row.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.base.len()
    }

    /// How many trees there are.
    #[must_use]
    pub fn trees(&self) -> usize {
        self.trees.len()
    }

    /// How many nodes all trees have together.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.trees.iter().map(|tree| tree.nodes.len()).sum()
    }

    /// What the model says about each row. Rows must have as many columns as those that it was trained on.
    pub fn predict_rows(&self, records: ArrayView2<'_, f64>) -> Result<Array2<f64>, TreeError> {
        if records.ncols() != self.features {
            return Err(TreeError::Mismatch { what: "features", found: records.ncols(), expected: self.features });
        }
        let mut predictions = Array2::zeros((records.nrows(), self.outputs()));
        self.fill(records, &mut predictions);
        Ok(predictions)
    }

    fn fill(&self, records: ArrayView2<'_, f64>, predictions: &mut Array2<f64>) {
        let blocks = records.axis_chunks_iter(Axis(0), BLOCK).zip(predictions.axis_chunks_iter_mut(Axis(0), BLOCK));
        for (rows, mut predicted) in blocks {
            // Row by row in memory, whatever the layout of the data.
            let rows: Vec<Vec<f64>> = rows.outer_iter().map(|row| row.to_vec()).collect();
            let mut sums = vec![0.0; rows.len() * self.outputs()];
            self.add_trees(&rows, &mut sums);
            for (mut predicted, sums) in predicted.outer_iter_mut().zip(sums.chunks(self.outputs())) {
                let values = self.linked(sums);
                predicted.iter_mut().zip(values).for_each(|(place, value)| *place = value);
            }
        }
    }

    /// Adds every tree's values, tree by tree: the order in which a row's values are added is always the same.
    fn add_trees(&self, rows: &[Vec<f64>], sums: &mut [f64]) {
        let outputs = self.outputs();
        for (index, tree) in self.trees.iter().enumerate() {
            for (row, sums) in rows.iter().zip(sums.chunks_mut(outputs)) {
                match self.combination {
                    Combination::Sum => sums[index % outputs] += tree.values_of(row, 1).first().copied().unwrap_or_default(),
                    Combination::Mean => {
                        let values = tree.values_of(row, outputs);
                        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
                    }
                }
            }
        }
    }

    fn linked(&self, sums: &[f64]) -> Vec<f64> {
        let share = match self.combination {
            Combination::Sum => 1.0,
            Combination::Mean => self.trees.len().max(1) as f64,
        };
        let values = self.base.iter().zip(sums).map(|(base, sum)| base + sum / share);
        match self.link {
            Link::Identity => values.collect(),
            Link::Logistic => values.map(sigmoid).collect(),
            Link::Softmax => softmax(values.collect()),
        }
    }

    /// What is wrong with a model that was read from somewhere.
    pub(crate) fn flaw(&self) -> Option<&'static str> {
        let outputs = self.outputs();
        if outputs == 0 || self.features == 0 || self.trees.is_empty() {
            return Some("it has no trees, no features or no outputs");
        }
        if self.base.iter().any(|base| !base.is_finite()) {
            return Some("a start value is not finite");
        }
        if self.nodes() > super::params::MOST_NODES {
            return Some("it has too many nodes");
        }
        let of_tree = if self.combination == Combination::Sum { 1 } else { outputs };
        if self.combination == Combination::Sum && !self.trees.len().is_multiple_of(outputs) {
            return Some("its trees do not fit its outputs");
        }
        self.trees.iter().find_map(|tree| tree.flaw(self.features, of_tree))
    }
}

/// Chances from log-odds, without overflow.
pub(super) fn softmax(mut values: Vec<f64>) -> Vec<f64> {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for value in &mut values {
        *value = libm::exp(*value - largest);
    }
    let sum: f64 = values.iter().sum();
    for value in &mut values {
        *value /= sum;
    }
    values
}

/// linfa's way to predict. It cannot fail, so a row that lacks columns counts as if their values were missing;
/// [`TreeModel::predict_rows`] refuses such rows.
impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array2<f64>> for TreeModel {
    fn predict_inplace<'a>(&'a self, records: &'a ArrayBase<D, Ix2>, predictions: &mut Array2<f64>) {
        self.fill(records.view(), predictions);
    }

    fn default_target(&self, records: &ArrayBase<D, Ix2>) -> Array2<f64> {
        Array2::zeros((records.nrows(), self.outputs()))
    }
}
