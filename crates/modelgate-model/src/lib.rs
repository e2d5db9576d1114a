//! Gives rows predictions: trains and scores with linfa and own trees on its traits, or runs a program that writes a predictions file.
//!
//! ```text
//! Dataset ── train ──> Model ── encode/decode ──> bytes of the model file
//!                        └───── score ──────────> one probability of the positive label a row
//! CommandSettings ── run_command ──> the file that somebody else's program wrote
//! ```
//!
//! Nothing that linfa says is taken on trust. Inputs are checked before it sees them, panics are contained, and
//! convergence, finite coefficients and the direction of the positive label are checked afterwards. A model is scored
//! from its stored coefficients alone, so an old model file gives the same scores with any later linfa.
//!
//! Training draws from a declared seed alone, and the clock can only stop it: the same rows, settings and version give the
//! same bytes. Trees sum in whole numbers, so that neither the order of rows nor threads nor the processor change them. The
//! sums of logistic regression depend on the order of their terms: rows in another order, or a processor with other vector
//! instructions, may change the last bits of its coefficients and with them the digest.

mod command;
mod cross_fit;
mod encoding;
mod error;
mod estimator;
mod file;
mod learning;
mod linear;
mod model;
mod neighbors;
mod objective;
mod output;
mod pipeline;
mod points;
mod ranked;
mod shown;
#[cfg(test)]
mod testing;
mod train;
pub mod trees;

pub use command::{CommandError, CommandRun, CommandSettings, Exit, run_command};
pub use cross_fit::cross_fitted;
pub use error::{ModelError, ModelFileError};
pub use estimator::Estimator;
pub use file::{LARGEST_MODEL_FILE, MODEL_FORMAT};
pub use learning::{Hyperparameter, Hyperparameters, Learning};
pub use model::{Coefficient, FeatureFact, FeatureKind, Model, TrainFacts};
pub use modelgate_data::Digest;
pub use neighbors::{Neighbors, neighbors};
pub use output::OutputTail;
pub use pipeline::{DropReason, DroppedColumn};
pub use points::{Points, points};
pub use train::{LEAST_ROWS, MOST_ITERATIONS, Origin, TrainSettings, train};
