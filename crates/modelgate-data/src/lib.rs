//! Reads rows from files, gives columns their roles, and counts rows into cubes; it knows no metric and no limit.
//!
//! [`read`] turns files (CSV, TSV, JSON Lines, Parquet, Arrow IPC) into a [`Dataset`] of typed columns, [`binary_labels`]
//! reads its classes, and [`count`] makes a [`modelgate_cube::Cube`] of it. Every failure is a [`DataError`] that names the
//! file, the line, the column and the offending text.

mod arrow_batches;
mod arrow_file;
mod attributes;
mod batched_file;
mod blocks;
mod checks;
mod column;
mod converted;
mod count;
mod count_file;
mod csv_batches;
mod csv_file;
mod dataset;
mod error;
mod explain;
mod features;
mod file;
mod format;
mod grouping;
mod input;
mod join;
mod joint;
mod json_batches;
mod json_file;
mod labels;
mod levels;
mod packed;
mod parquet_batches;
mod parquet_file;
mod pass;
mod patterns;
mod population;
mod position;
mod remote;
mod row_facts;
mod row_ids;
mod sampled;
mod sensitive;
mod shape;
mod shown;
mod split_digest;
mod stacked;
mod tables;
mod tasks;
#[cfg(test)]
mod testing;
mod told;
mod typed;

pub use attributes::{AttributeCounts, AttributeSettings};
pub use checks::personal::personal_among;
pub use checks::{CheckSettings, DataRows, data_profile, infer_contract, order_of};
pub use column::{Column, TextArray, number_text};
pub use count::{CountAxis, CountSettings, Roles, count, count_noting};
pub use count_file::{CountedFile, count_file};
pub use dataset::Dataset;
pub use error::{CellProblem, DataError, Fault, PopulationFault, SetFault};
pub use features::{FeatureSettings, feature_table, feature_table_of_file};
pub use file::{ReadSettings, Survey, column_names, digest_of_files, read, read_bytes, survey};
pub use joint::count_joint;
pub use labels::{Labels, binary_labels, class_labels};
pub use modelgate_cube::Digest;
pub use patterns::{Pattern, new_patterns};
pub use population::read_population;
pub use position::Position;
pub use remote::{RemoteFault, is_address};
pub use sampled::{SampledRows, groups_of, sampled};
pub use sensitive::sensitive_as;
pub use tasks::{TaskColumns, count_task_file, count_task_noting};
pub use told::{Told, looks_like_a_row};
