//! Times all default checks of the data of a wide table (`bench/wide_table.py`) against an earlier one: `check_table FILE EARLIER
//! THREADS`. Prints one line each: a name, seconds elapsed, seconds of processor time; then megabytes of memory at the peak, twice.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement at a terminal")]

mod measuring;

use std::collections::BTreeSet;
use std::num::NonZero;
use std::path::Path;

use modelgate_cube::{FeatureTable, Part};
use modelgate_data::{CheckSettings, DataRows, FeatureSettings, ReadSettings, Roles, data_profile, feature_table_of_file};

use measuring::{peak_memory, timed};

/// What is counted of the columns to tell how they moved: over edges of their own, or those of an earlier table.
fn columns(file: &Path, earlier: Option<&FeatureTable>, threads: NonZero<usize>) -> FeatureTable {
    let roles =
        Roles { label: "label".to_owned(), score: Some("score".to_owned()), id: Some("row_id".to_owned()), ..Roles::default() };
    let settings = FeatureSettings {
        roles: &roles,
        task: None,
        personal: &[],
        ignored: &[],
        axes: &[],
        decision_threshold: 0.5,
        max_levels: 100,
        part: Part::Test,
    };
    feature_table_of_file(file, &ReadSettings::default(), &settings, earlier, threads).unwrap().0
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, earlier, threads] = arguments.as_slice() else { return };
    let (file, threads): (_, NonZero<usize>) = (Path::new(file), threads.parse().unwrap());
    let earlier = columns(Path::new(earlier), None, threads);
    let names = |columns: &[&str]| -> BTreeSet<String> { columns.iter().map(|name| (*name).to_owned()).collect() };
    let ignored = names(&["row_id", "score"]);
    let settings =
        CheckSettings { label: Some("label"), has_classes: true, ..CheckSettings::of(&ignored, Some("row_id"), threads) };
    let reading = ReadSettings::default();
    timed("checks_of_rows", || assert!(!data_profile(&DataRows::File(file, &reading), None, &settings).unwrap().0.is_empty()));
    timed("checks_of_columns", || assert!(columns(file, Some(&earlier), threads).columns.len() > 20));
    let megabytes = peak_memory();
    println!("checks_memory {megabytes:.3} {megabytes:.3}");
}
