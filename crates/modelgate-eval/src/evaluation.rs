//! Measurements of one cube.

use std::collections::BTreeMap;
use std::fmt;

use modelgate_cube::Slice;

use crate::{Estimate, MetricId};

/// What a number is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The rows of one slice.
    Slice(Slice),
    /// A comparison between the groups that these axes cut the rows into; sorted.
    Across(Vec<String>),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Slice(slice) => write!(f, "{slice}"),
            Self::Across(axes) => write!(f, "by {}", axes.join(" x ")),
        }
    }
}

/// Every measurement of one cube.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evaluation {
    pub(crate) estimates: BTreeMap<(MetricId, Subject), Estimate>,
}

impl Evaluation {
    /// One measurement; `None` where it was not asked for, or the slice has no rows.
    #[must_use]
    pub fn get(&self, metric: MetricId, subject: &Subject) -> Option<&Estimate> {
        self.estimates.get(&(metric, subject.clone()))
    }

    /// Every measurement, in the order of the catalogue, then of the subjects.
    pub fn iter(&self) -> impl Iterator<Item = (MetricId, &Subject, &Estimate)> {
        self.estimates.iter().map(|((metric, subject), estimate)| (*metric, subject, estimate))
    }
}
