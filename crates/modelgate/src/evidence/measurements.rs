//! Measurements of single rows, and slices that a search found, as evidence keeps them: what no counts tell.

use modelgate_cube::{NoLattice, Part, PersonalKind, Slice};
use modelgate_eval::{
    DataChange, DataMeasurement, DataMetricId, Discovery, DiscoverySettings, Estimate, Interval, Measured, Method, Reason,
    WorstSlice,
};
use serde::{Deserialize, Serialize};

/// An interval: its ends, and how it was made.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredInterval(f64, f64, String);

impl StoredInterval {
    fn of(interval: &Interval) -> Self {
        Self(interval.lower, interval.upper, interval.method.name().to_owned())
    }

    /// Reads one; none where its method is not known.
    fn read(self) -> Option<Interval> {
        let method = Method::ALL.iter().copied().find(|method| method.name() == self.2)?;
        Some(Interval { lower: self.0, upper: self.1, method })
    }
}

/// A method that this program does not know.
struct Unknown;

/// Reads an interval that may be missing.
fn read_interval(stored: Option<StoredInterval>) -> Result<Option<Interval>, Unknown> {
    stored.map(|stored| stored.read().ok_or(Unknown)).transpose()
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum StoredEstimate {
    Measured { value: f64, interval: Option<StoredInterval>, n: u64, binning_error: f64 },
    Undefined { reason: String, n: u64 },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredChange {
    before: f64,
    n_before: u64,
    value: f64,
    interval: Option<StoredInterval>,
    p: f64,
    q: f64,
}

/// A measurement of the data.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredMeasurement {
    metric: String,
    part: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    personal: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    estimate: StoredEstimate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expected: Option<f64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    sampled: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    change: Option<StoredChange>,
}

impl StoredMeasurement {
    pub(super) fn of(measured: &DataMeasurement) -> Self {
        let estimate = match &measured.estimate {
            Estimate::Measured(Measured { value, interval, n, binning_error }) => StoredEstimate::Measured {
                value: *value,
                interval: interval.as_ref().map(StoredInterval::of),
                n: *n,
                binning_error: *binning_error,
            },
            Estimate::Undefined { reason, n } => StoredEstimate::Undefined { reason: reason.id().to_owned(), n: *n },
        };
        let change = measured.change.as_ref().map(|change| StoredChange {
            before: change.before,
            n_before: change.n_before,
            value: change.value,
            interval: change.interval.as_ref().map(StoredInterval::of),
            p: change.p,
            q: change.q,
        });
        Self {
            metric: measured.metric.to_string(),
            part: measured.part.id().to_owned(),
            column: measured.column.clone(),
            personal: measured.personal.map(|kind| kind.id().to_owned()),
            by: measured.by.clone(),
            group: measured.group.clone(),
            estimate,
            expected: measured.expected,
            sampled: measured.sampled,
            change,
        }
    }

    pub(super) fn read(self) -> Option<DataMeasurement> {
        let estimate = match self.estimate {
            StoredEstimate::Measured { value, interval, n, binning_error } => {
                Estimate::Measured(Measured { value, interval: read_interval(interval).ok()?, n, binning_error })
            }
            StoredEstimate::Undefined { reason, n } => {
                let reason = Reason::ALL.iter().copied().find(|known| known.id() == reason)?;
                Estimate::Undefined { reason, n }
            }
        };
        let personal = match self.personal {
            None => None,
            Some(id) => Some(PersonalKind::ALL.iter().copied().find(|kind| kind.id() == id)?),
        };
        let change = match self.change {
            None => None,
            Some(StoredChange { before, n_before, value, interval, p, q }) => {
                Some(DataChange { before, n_before, value, interval: read_interval(interval).ok()?, p, q })
            }
        };
        Some(DataMeasurement {
            metric: DataMetricId::parse(&self.metric)?,
            part: Part::parse(&self.part)?,
            column: self.column,
            personal,
            by: self.by,
            group: self.group,
            estimate,
            expected: self.expected,
            sampled: self.sampled,
            change,
        })
    }
}

/// What a search for slices came to.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum StoredDiscovery {
    Made { depth: usize, searched: usize, found: Vec<StoredSlice> },
    NotKept,
    TooManyCombinations,
    OtherTask,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredSlice {
    slice: String,
    rate: f64,
    others: f64,
    excess: f64,
    interval: StoredInterval,
    n: u64,
    q: f64,
}

impl StoredDiscovery {
    pub(super) fn of(search: &Result<Discovery, NoLattice>) -> Self {
        let discovery = match search {
            Err(NoLattice::NotKept) => return Self::NotKept,
            Err(NoLattice::TooManyCombinations) => return Self::TooManyCombinations,
            Err(NoLattice::OtherTask) => return Self::OtherTask,
            Ok(discovery) => discovery,
        };
        let found = discovery.found.iter().map(|found| StoredSlice {
            slice: found.slice.to_string(),
            rate: found.rate,
            others: found.others,
            excess: found.excess,
            interval: StoredInterval::of(&found.interval),
            n: found.n,
            q: found.q,
        });
        Self::Made { depth: discovery.depth, searched: discovery.searched, found: found.collect() }
    }

    pub(super) fn read(self, settings: DiscoverySettings) -> Option<Result<Discovery, NoLattice>> {
        let (depth, searched, found) = match self {
            Self::NotKept => return Some(Err(NoLattice::NotKept)),
            Self::TooManyCombinations => return Some(Err(NoLattice::TooManyCombinations)),
            Self::OtherTask => return Some(Err(NoLattice::OtherTask)),
            Self::Made { depth, searched, found } => (depth, searched, found),
        };
        let read = |one: StoredSlice| {
            let StoredSlice { slice, rate, others, excess, interval, n, q } = one;
            Some(WorstSlice { slice: Slice::parse(&slice)?, rate, others, excess, interval: interval.read()?, n, q })
        };
        let found = found.into_iter().map(read).collect::<Option<_>>()?;
        Some(Ok(Discovery { settings, depth, searched, found }))
    }
}
