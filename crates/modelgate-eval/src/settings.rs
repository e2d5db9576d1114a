//! What an evaluation is asked to compute.

use crate::{Declared, MetricId};

/// What [`crate::evaluate`] and [`crate::compare`] compute, and how sure their intervals are.
#[derive(Debug, Clone, PartialEq)]
pub struct EvalSettings {
    /// The metrics, each once.
    pub metrics: Vec<MetricId>,
    /// The two-sided confidence level of every interval, between 0.5 and 1 (exclusive).
    pub confidence_level: f64,
    /// How many times cells are resampled for metrics without a closed-form interval.
    pub resamples: u32,
    /// The fewest rows that a group needs to take part in a comparison between groups; at least 1.
    pub min_support: u64,
    /// The seed of the resampling.
    pub seed: u64,
    /// What is declared for the metrics that need more than counts.
    pub declared: Declared,
}
