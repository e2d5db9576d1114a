//! Measurements of one cube.

use std::collections::BTreeMap;
use std::fmt;

use modelgate_cube::{NoLattice, Slice};

use crate::{Discovery, Estimate, MetricId, Retrained};

/// What a number is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The rows of one slice.
    Slice(Slice),
    /// A comparison between the groups that these axes cut the rows into; sorted.
    Across(Vec<String>),
    /// One group in relation to another that the same axes make: the first one's value minus the second's.
    Contrast {
        /// The group that is looked at.
        group: Slice,
        /// The group that it is held against.
        reference: Slice,
    },
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Slice(slice) => write!(f, "{slice}"),
            Self::Across(axes) => write!(f, "by {}", axes.join(" x ")),
            Self::Contrast { group, reference } => write!(f, "{group} against {reference}"),
        }
    }
}

/// Every measurement of one cube.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    confidence_level: f64,
    estimates: BTreeMap<(MetricId, Subject), Estimate>,
    left_out: BTreeMap<(MetricId, Subject), Vec<Slice>>,
    classes: BTreeMap<(MetricId, Subject), Vec<String>>,
    rows: BTreeMap<Slice, u64>,
    discovery: Option<Result<Discovery, NoLattice>>,
    retrained: Option<Retrained>,
}

impl Evaluation {
    /// No measurements yet, at this two-sided confidence level.
    #[must_use]
    pub fn new(confidence_level: f64) -> Self {
        Self {
            confidence_level,
            estimates: BTreeMap::new(),
            left_out: BTreeMap::new(),
            classes: BTreeMap::new(),
            rows: BTreeMap::new(),
            discovery: None,
            retrained: None,
        }
    }

    /// Adds a measurement.
    pub fn insert(&mut self, metric: MetricId, subject: Subject, estimate: Estimate) {
        self.estimates.insert((metric, subject), estimate);
    }

    /// Notes the groups that were too small to take part in a comparison between groups.
    pub fn leave_out(&mut self, metric: MetricId, subject: &Subject, groups: Vec<Slice>) {
        if !groups.is_empty() {
            self.left_out.insert((metric, subject.clone()), groups);
        }
    }

    /// Notes the classes, or labels of sets, that the smallest number of a class is of.
    pub fn note_classes(&mut self, metric: MetricId, subject: &Subject, classes: Vec<String>) {
        if !classes.is_empty() {
            self.classes.insert((metric, subject.clone()), classes);
        }
    }

    /// Notes how many rows a slice has, whatever a metric's own denominator is.
    pub fn note_rows(&mut self, slice: &Slice, rows: u64) {
        self.rows.insert(slice.clone(), rows);
    }

    /// The same measurements with what a search for worse slices found, or why there was none.
    #[must_use]
    pub fn with_discovery(self, discovery: Result<Discovery, NoLattice>) -> Self {
        Self { discovery: Some(discovery), ..self }
    }

    /// The same with every measurement replaced by what `of` makes of it.
    #[must_use]
    pub(crate) fn map(mut self, mut of: impl FnMut(MetricId, &Subject, Estimate) -> Estimate) -> Self {
        for ((metric, subject), estimate) in &mut self.estimates {
            *estimate = of(*metric, subject, *estimate);
        }
        self
    }

    /// The same measurements with what retraining adds to their uncertainty.
    #[must_use]
    pub fn with_retrained(self, retrained: Retrained) -> Self {
        Self { retrained: Some(retrained), ..self }
    }

    /// What models from different seeds add to the uncertainty of the measurements; `None` where only one was trained.
    #[must_use]
    pub fn retrained(&self) -> Option<&Retrained> {
        self.retrained.as_ref()
    }

    /// What a search for worse slices found, or why none could be made; `None` where none was asked for.
    #[must_use]
    pub fn discovery(&self) -> Option<Result<&Discovery, NoLattice>> {
        self.discovery.as_ref().map(|discovery| discovery.as_ref().map_err(|reason| *reason))
    }

    /// How many rows a slice has; `None` where it has none.
    #[must_use]
    pub fn rows(&self, slice: &Slice) -> Option<u64> {
        self.rows.get(slice).copied()
    }

    /// The two-sided confidence level of the intervals.
    #[must_use]
    pub fn confidence_level(&self) -> f64 {
        self.confidence_level
    }

    /// One measurement; `None` where it was not asked for, or the slice has no rows.
    #[must_use]
    pub fn get(&self, metric: MetricId, subject: &Subject) -> Option<&Estimate> {
        self.estimates.get(&(metric, subject.clone()))
    }

    /// All that [`Evaluation::note_classes`] has noted.
    pub(crate) fn all_classes(&self) -> &BTreeMap<(MetricId, Subject), Vec<String>> {
        &self.classes
    }

    /// Every measurement, in the order of the catalogue, then of the subjects.
    pub fn iter(&self) -> impl Iterator<Item = (MetricId, &Subject, &Estimate)> {
        self.estimates.iter().map(|((metric, subject), estimate)| (*metric, subject, estimate))
    }

    /// The classes, or labels of sets, that the smallest number of a class is of; empty for other metrics, and where all classes
    /// have the same.
    #[must_use]
    pub fn classes(&self, metric: MetricId, subject: &Subject) -> &[String] {
        self.classes.get(&(metric, subject.clone())).map_or(&[], Vec::as_slice)
    }

    /// The groups that were too small to take part in a comparison between groups; never silently dropped.
    #[must_use]
    pub fn left_out(&self, metric: MetricId, subject: &Subject) -> &[Slice] {
        self.left_out.get(&(metric, subject.clone())).map_or(&[], Vec::as_slice)
    }
}
