//! What the counts of the data say: a share, of how many rows, what chance alone would give, and how it changed since a release.

mod alike;
mod apart;
mod catalogue;
mod chance;
mod changes;
mod clusters;
mod columns;
mod contributions;
mod explained;
mod groups;
mod in_use;
mod look;
mod poisoning;
mod raters;
mod score_groups;
#[cfg(test)]
mod testing;

use modelgate_cube::{ColumnKind, Counted, DataProfile, Part, PersonalKind};

pub use alike::evaluate_people;
pub use apart::{RowSets, evaluate_apart};
pub use catalogue::{DATA_METRICS, DataMetric, DataMetricId, DataUnit};
pub use clusters::RowPoints;
pub use columns::{CutBy, LABEL_AXIS, evaluate_columns};
pub use contributions::evaluate_contributions;
pub use explained::{ColumnValues, NumbersLook, evaluate_explained};
pub use groups::evaluate_groups;
pub use in_use::evaluate_in_use;
pub use look::{NearRows, RowsLook, ScoredRows, evaluate_encoding, evaluate_fit, evaluate_influence, evaluate_look, label_kinds};
pub use poisoning::{NewPattern, evaluate_patterns};
pub use score_groups::evaluate_score_groups;

use crate::interval::z_of;
use crate::significance::benjamini_hochberg;
use crate::{Estimate, Interval};

/// One measurement of the data.
#[derive(Debug, Clone, PartialEq)]
pub struct DataMeasurement {
    /// What is measured.
    pub metric: DataMetricId,
    /// Which rows.
    pub part: Part,
    /// What it is about among them: a column, or several of them; none for whole rows.
    pub column: Option<String>,
    /// The kind of personal data that the column is taken for, where it is about that.
    pub personal: Option<PersonalKind>,
    /// The axis whose groups it compares; none where it compares none.
    pub by: Option<String>,
    /// The group that it is about: of the axis, or of the column.
    pub group: Option<String>,
    /// The number, or why there is none. An interval is there only where it is known from a sample of the rows: what all rows of
    /// a file say is no estimate.
    pub estimate: Estimate,
    /// What chance alone would give if columns had nothing to do with each other; none where that is no question.
    pub expected: Option<f64>,
    /// Whether only a sample of the rows was counted.
    pub sampled: bool,
    /// How it changed since the baseline, where both have it.
    pub change: Option<DataChange>,
}

impl DataMeasurement {
    /// A measurement of whole test rows.
    #[must_use]
    pub fn new(metric: DataMetricId, estimate: Estimate) -> Self {
        Self {
            metric,
            part: Part::Test,
            column: None,
            personal: None,
            by: None,
            group: None,
            estimate,
            expected: None,
            sampled: false,
            change: None,
        }
    }

    /// What it is about, in the order in which measurements are listed.
    fn key(&self) -> impl Ord + '_ {
        (self.metric, self.part, &self.column, &self.by, &self.group)
    }
}

/// A change of a share between two sets of rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DataChange {
    /// The baseline's number.
    pub before: f64,
    /// The baseline's rows.
    pub n_before: u64,
    /// The number now minus the baseline's; a ratio of the two for numbers of rows.
    pub value: f64,
    /// The interval of the change at the level of the evaluation; none for numbers of rows.
    pub interval: Option<Interval>,
    /// The p-value of "both are drawn from rows with the same share" (score test), 1 where it is no question.
    pub p: f64,
    /// The same after Benjamini and Hochberg's adjustment for all columns.
    pub q: f64,
}

/// Columns that came, went, or hold something else than in the baseline.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SchemaChange {
    /// Only in the baseline.
    pub missing: Vec<String>,
    /// Only now.
    pub new: Vec<String>,
    /// What they held and what they hold.
    pub retyped: Vec<(String, ColumnKind, ColumnKind)>,
}

impl SchemaChange {
    /// Whether the columns are what they were.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// Everything that was measured of the data.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DataEvaluation {
    /// In the order of the catalogue, then parts and columns.
    pub measurements: Vec<DataMeasurement>,
    /// How the columns of the evaluated rows differ from the baseline's; none where the baseline has no counts of them.
    pub schema: Option<SchemaChange>,
}

/// Measures the counts, and their changes since the baseline's where it has some.
#[must_use]
pub fn evaluate_data(now: &DataProfile, before: Option<&DataProfile>, confidence_level: f64) -> DataEvaluation {
    let z = z_of(confidence_level);
    let mut measurements: Vec<DataMeasurement> = DataMetricId::all()
        .flat_map(|metric| {
            let counted = move |(key, _): &(&modelgate_cube::DataKey, &modelgate_cube::DataCount)| metric.metric().counts(key);
            now.counts.iter().filter(counted).map(move |(key, count)| DataMeasurement {
                part: key.part,
                column: key.column.clone(),
                personal: match key.what {
                    Counted::Personal(kind) => Some(kind),
                    _ => None,
                },
                expected: now.pairs.get(key).and_then(|pairs| chance::expected(key.what, pairs)),
                sampled: count.sampled,
                ..DataMeasurement::new(metric, metric.metric().estimate(count, z))
            })
        })
        .collect();
    let Some(before) = before.filter(|before| !before.is_empty()) else { return DataEvaluation { measurements, schema: None } };
    for measurement in &mut measurements {
        measurement.change = changes::change(measurement, now, before, z);
    }
    adjust(&mut measurements);
    DataEvaluation { measurements, schema: Some(changes::schema(now, before)) }
}

/// Adjusts the p-values of each metric for all of its columns.
fn adjust(measurements: &mut [DataMeasurement]) {
    for metric in DataMetricId::all() {
        let of_metric = |measurement: &&mut DataMeasurement| measurement.metric == metric;
        let changes = || measurements.iter().filter(|measurement| measurement.metric == metric);
        let p_values: Vec<f64> = changes().filter_map(|measurement| Some(measurement.change?.p)).collect();
        let adjusted = benjamini_hochberg(&p_values);
        let changes = measurements.iter_mut().filter(of_metric).filter_map(|measurement| measurement.change.as_mut());
        for (change, q) in changes.zip(adjusted) {
            change.q = q;
        }
    }
}

#[cfg(test)]
mod tests;
