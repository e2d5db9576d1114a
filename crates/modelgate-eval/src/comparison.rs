//! Measurements of a candidate against a baseline.

use std::collections::BTreeMap;

use modelgate_cube::Slice;

use crate::{Estimate, Flips, Interval, MetricId, Mix, Reason, Subject};

/// What is known about the rows of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The baseline is what another model predicted for the very rows that the candidate was evaluated on: both predictions
    /// of each row are known, and shares of rows are compared by the rows that changed.
    SameRowsJoint,
    /// Both sides were evaluated on the same rows, and their replicates drew the same ones: intervals are those of the
    /// paired difference wherever a metric is a function of what replicates keep.
    SameSplitPaired,
    /// Both sides were evaluated on the same rows, but only counts were kept: intervals ignore the pairing and are
    /// wider than they could be.
    SameSplitUnpaired,
    /// The sides were evaluated on different rows: a change may come from the model or from the rows.
    DifferentData,
}

/// The candidate's value minus the baseline's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Delta {
    /// The change exists.
    Measured {
        /// Candidate minus baseline.
        value: f64,
        /// The two-sided interval of the change; `None` for plain counts.
        interval: Option<Interval>,
        /// The standard error of the change, for what could have been detected; zero for plain counts.
        standard_error: f64,
    },
    /// It does not, and this is why.
    Undefined(Reason),
}

/// One metric of one subject on both sides.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The baseline's value, recomputed from its stored counts.
    pub baseline: Estimate,
    /// The candidate's value, on the same score scale as the baseline's.
    pub candidate: Estimate,
    /// Candidate minus baseline.
    pub delta: Delta,
    /// The rows that changed, where both predictions of each row are known and the metric is a share of rows: its change is
    /// then tested by them.
    pub flips: Option<Flips>,
}

/// A slice that only one side has, with the rows that it has there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneSided {
    /// The slice.
    pub slice: Slice,
    /// Its rows on the side that has it.
    pub rows: u64,
}

/// Every measurement of a candidate against a baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What is known about the rows of the two sides.
    pub mode: Mode,
    confidence_level: f64,
    changes: BTreeMap<(MetricId, Subject), Change>,
    /// Slices of the baseline that the candidate lacks.
    pub missing: Vec<OneSided>,
    /// Slices of the candidate that the baseline lacks.
    pub new: Vec<OneSided>,
    /// Overall changes taken apart by the groups of each axis whose shares differ between the sides; empty where both
    /// have the same rows.
    pub mixes: Vec<Mix>,
    baseline_classes: BTreeMap<(MetricId, Subject), Vec<String>>,
}

impl Comparison {
    /// A comparison from its parts; the level is the two-sided one of the intervals.
    #[must_use]
    pub fn new(
        mode: Mode,
        confidence_level: f64,
        changes: BTreeMap<(MetricId, Subject), Change>,
        missing: Vec<OneSided>,
        new: Vec<OneSided>,
    ) -> Self {
        Self { mode, confidence_level, changes, missing, new, mixes: Vec::new(), baseline_classes: BTreeMap::new() }
    }

    /// The same comparison with its overall changes taken apart.
    #[must_use]
    pub fn with_mixes(self, mixes: Vec<Mix>) -> Self {
        Self { mixes, ..self }
    }

    /// The same comparison with the classes that the baseline's smallest number of a class is of.
    #[must_use]
    pub(crate) fn with_baseline_classes(self, baseline_classes: BTreeMap<(MetricId, Subject), Vec<String>>) -> Self {
        Self { baseline_classes, ..self }
    }

    /// The classes, or labels of sets, that the baseline's smallest number of a class is of; empty for other metrics.
    #[must_use]
    pub fn baseline_classes(&self, metric: MetricId, subject: &Subject) -> &[String] {
        self.baseline_classes.get(&(metric, subject.clone())).map_or(&[], Vec::as_slice)
    }

    /// The same with every change replaced by what `of` makes of it.
    #[must_use]
    pub(crate) fn map(mut self, of: impl Fn(MetricId, &Subject, Change) -> Change) -> Self {
        self.changes = self
            .changes
            .into_iter()
            .map(|((metric, subject), change)| {
                let change = of(metric, &subject, change);
                ((metric, subject), change)
            })
            .collect();
        self
    }

    /// The two-sided confidence level of the intervals.
    #[must_use]
    pub fn confidence_level(&self) -> f64 {
        self.confidence_level
    }

    /// The same without the baseline's side where `is_known` says that the baseline has published no counts of it: that is
    /// neither a change nor a slice that is new. It is asked without a metric whether the slice itself is known.
    #[must_use]
    pub fn disclosed(mut self, is_known: impl Fn(Option<MetricId>, &Subject) -> bool) -> Self {
        let reason = Reason::NotDisclosed;
        for ((metric, subject), change) in &mut self.changes {
            if !is_known(Some(*metric), subject) {
                change.baseline = Estimate::Undefined { reason, n: 0 };
                change.delta = Delta::Undefined(reason);
            }
        }
        // Groups that are not known have no share.
        self.mixes.clear();
        self.new.retain(|side| is_known(None, &Subject::Slice(side.slice.clone())));
        self
    }

    /// One change; `None` where it was not asked for, or neither side has the slice.
    #[must_use]
    pub fn get(&self, metric: MetricId, subject: &Subject) -> Option<&Change> {
        self.changes.get(&(metric, subject.clone()))
    }

    /// Every change, in the order of the catalogue, then of the subjects.
    pub fn iter(&self) -> impl Iterator<Item = (MetricId, &Subject, &Change)> {
        self.changes.iter().map(|((metric, subject), change)| (*metric, subject, change))
    }
}
