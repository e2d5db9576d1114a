//! Metrics, intervals, fairness and deltas: counts in, measurements out. Cannot fail; undefined is a value.
//!
//! Every number is computed here, in `f64`, from the counts of a [`modelgate_cube::Cube`]. Nothing here does
//! I/O, reads the clock or the environment, or knows good from bad beyond a metric's direction.

mod comparison;
mod estimate;
mod evaluation;
mod metric;
mod settings;

pub use comparison::{Change, Comparison, Delta, Mode, OneSided};
pub use estimate::{Estimate, Interval, Measured, Method, Reason};
pub use evaluation::{Evaluation, Subject};
pub use metric::{Direction, METRICS, Metric, MetricId, MetricKind};
pub use settings::EvalSettings;
