//! Gates: the limits that a team has written down.

use std::collections::BTreeMap;

use modelgate_cube::Slice;
use modelgate_eval::MetricId;

use crate::{ControlWaiver, DataLimits, DataSource, DriftLimits, Level, RuleId, Waiver};

/// Where in the configuration something is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The file; `None` for the settings themselves.
    pub file: Option<String>,
    /// The path of keys, such as `gates[2]`.
    pub path: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// Which subjects a gate looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// All rows together.
    Overall,
    /// Every slice, single and crossed (not `overall`).
    Every,
    /// These slices, each of which must be there.
    Slices(Vec<Slice>),
    /// For metrics across groups: these sets of axes, each sorted; all of single axes where it is empty.
    Across(Vec<Vec<String>>),
    /// Every other group that the axes of this one make, each held against this one. It is named and not found: the best
    /// group of a sample is the best partly by chance.
    Contrast(Slice),
}

/// One limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// The metric must not be below this.
    Lower(f64),
    /// The metric must not be above this.
    Upper(f64),
    /// The metric must not be worse than the baseline's by more than this, in the metric's own unit.
    MaxRegression(f64),
}

/// A limit on one metric over some subjects.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// Where it is written.
    pub origin: Origin,
    /// The metric.
    pub metric: MetricId,
    /// The subjects.
    pub target: Target,
    /// One or more limits.
    pub bounds: Vec<Bound>,
    /// What crossing a limit means: `Deny` fails the gate, `Warn` warns, `Allow` only shows.
    pub level: Level,
    /// Whether "cannot tell" needs a person: an inconclusive check then makes the run need review.
    pub must_prove: bool,
}

/// Everything that a verdict is judged by.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The gates, in written order.
    pub gates: Vec<Gate>,
    /// Levels that differ from the rules' own.
    pub levels: BTreeMap<RuleId, Level>,
    /// Accepted failures.
    pub waivers: Vec<Waiver>,
    /// Accepted failures of controls.
    pub control_waivers: Vec<ControlWaiver>,
    /// The smallest denominator that is judged in a slice; at least 1.
    pub min_support: u64,
    /// The probability of even one false failure in a family of changes that are tested together, against all releases that
    /// they are held against; in (0, 0.5).
    pub alpha: f64,
    /// How many times the limit of a change is the limit of the change against the anchor; at least 1.
    pub anchor_budget: f64,
    /// Whether a change between different rows may fail a run; otherwise it warns at most.
    pub allow_cross_split_gate: bool,
    /// After how many decisions a split is worn out; at least 1.
    pub max_decisions_per_split: u64,
    /// From when a drift of the data counts.
    pub drift: DriftLimits,
    /// From when a fault of the data counts.
    pub data: DataLimits,
    /// The files that were approved; empty where none are declared.
    pub sources: Vec<DataSource>,
}
