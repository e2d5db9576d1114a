//! Metrics, intervals, fairness and deltas: counts in, measurements out. Cannot fail; undefined is a value.
//!
//! Every number is computed here, in `f64`, from the counts of a [`modelgate_cube::Cube`]. Nothing here does
//! I/O, reads the clock or the environment, or knows good from bad beyond a metric's direction.

mod across;
mod audit_table;
mod background;
mod beside;
mod calibration;
mod catalogue;
mod compare;
mod comparison;
mod composite;
mod confusion;
mod contrast;
mod control;
mod cost;
mod data_checks;
mod declared;
mod discover;
mod drift;
mod estimate;
mod evaluate;
mod evaluation;
mod exact;
mod excess;
mod gap_interval;
mod groups;
mod interval;
mod metric;
mod mix;
mod paired;
mod ranking;
mod reference;
mod resample;
mod retraining;
mod scored;
mod scores;
mod settings;
mod significance;
mod tango;
mod tasks;

pub use audit_table::{AuditCategory, AuditTable, audit_table};
pub use beside::{compare_beside, evaluate_beside};
pub use catalogue::METRICS;
pub use compare::compare;
pub use comparison::{Change, Comparison, Delta, Mode, OneSided};
pub use contrast::{contrast, gap};
pub use data_checks::{
    ColumnValues, CutBy, DATA_METRICS, DataChange, DataEvaluation, DataMeasurement, DataMetric, DataMetricId, DataUnit,
    LABEL_AXIS, NearRows, NewPattern, NumbersLook, RowPoints, RowSets, RowsLook, SchemaChange, ScoredRows, evaluate_apart,
    evaluate_columns, evaluate_contributions, evaluate_data, evaluate_encoding, evaluate_explained, evaluate_fit,
    evaluate_groups, evaluate_in_use, evaluate_influence, evaluate_look, evaluate_patterns, evaluate_people,
    evaluate_score_groups, label_kinds,
};
pub use declared::{Costs, Declared, Requirement};
pub use discover::{Discovery, DiscoverySettings, FALSE_DISCOVERY_RATE, WorstSlice, discover};
pub use drift::{
    DRIFT_STATISTICS, Drift, DriftBetween, DriftCell, DriftComparison, DriftStatistic, StatisticId, drift, telling_share,
};
pub use estimate::{Estimate, Interval, Measured, Method, Reason};
pub use evaluate::evaluate;
pub use evaluation::{Evaluation, Subject};
pub use exact::clopper_pearson;
pub use interval::detectable;
pub use metric::{Direction, Metric, MetricId, MetricKind};
pub use mix::{Mix, MixGroup};
pub use retraining::{Retrained, Retraining, SeedNoise};
pub use settings::EvalSettings;
pub use significance::{Loss, benjamini_hochberg, holm, rows_needed};
pub use tango::Flips;
