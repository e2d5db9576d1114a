//! Decision trees, random forests and gradient boosting on histograms, trained the linfa way.
//!
//! linfa 0.8's own trees miss splits on tied values, differ from run to run and know no missing values, so these are
//! ours; they implement linfa's [`Fit`](linfa::traits::Fit), [`Predict`](linfa::traits::Predict) and
//! [`ParamGuard`](linfa::ParamGuard). Targets are `bool` (the chance of `true`), `usize` (a class from 0) or `f64`.
//!
//! * **Histograms.** The values of a feature are put into at most 255 bins of about equal weight, and a node is split
//!   between two of them. NaN is a missing value and has a bin of its own; at each split it goes to the side that fits
//!   better, or, where no row of the node misses the value, to the heavier one. Infinities are refused.
//! * **Whole numbers.** What is summed per bin is rounded once per row to a whole number and then added exactly. Order,
//!   threads and the subtraction of a sibling therefore change no bit, and a row of weight 2 is the same as two rows.
//! * **Weights.** The least size of a leaf is a weight, not a count, for the same reason.
//! * **Ties** go to the first feature, and there to the smallest threshold.
//! * **Randomness** (forests only) draws rows in the order of a digest of their content, so that the order of rows does not
//!   matter there either.

mod bins;
mod boost;
mod error;
mod forest;
mod grow;
mod histogram;
mod model;
mod params;
mod rows;
mod split;
mod sums;
#[cfg(test)]
mod tests;
mod tree;

pub use error::TreeError;
pub use model::{Combination, Link, TreeModel};
pub use params::{Checked, Constraint, DecisionTree, GradientBoosting, Params, RandomForest, Settings, Shape};
pub use rows::Target;
pub(crate) use tree::{Node, Tree};
