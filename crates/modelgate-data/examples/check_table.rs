//! Times all default checks of the data of a wide table (`bench/wide_table.py`) against an earlier one: `check_table FILE EARLIER
//! THREADS`. Prints one line each: a name, seconds elapsed, seconds of processor time; then megabytes of memory at the peak, twice.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement at a terminal")]

use std::collections::BTreeSet;
use std::num::NonZero;
use std::path::Path;
use std::time::Instant;

use modelgate_cube::{FeatureTable, Part};
use modelgate_data::{CheckSettings, DataRows, FeatureSettings, ReadSettings, Roles, data_profile, feature_table_of_file};

/// Seconds of processor time of this process so far: Linux counts them in hundredths.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Megabytes of memory that this process has had at most.
fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(f64::NAN) / 1_000.0
}

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
    let (ignored, scanned) = (names(&["row_id", "score"]), names(&["row_id"]));
    let settings = CheckSettings {
        label: Some("label"),
        has_classes: true,
        ignored: &ignored,
        scanned: &scanned,
        features: None,
        contract: None,
        entity: None,
        time: None,
        now: 0.0,
        quasi_identifiers: &[],
        threads,
    };
    let reading = ReadSettings::default();
    let timed = |name: &str, work: &dyn Fn()| {
        let (start, before) = (Instant::now(), processor());
        work();
        println!("{name} {:.4} {:.4}", start.elapsed().as_secs_f64(), processor() - before);
    };
    timed("checks_of_rows", &|| assert!(!data_profile(&DataRows::File(file, &reading), None, &settings).unwrap().0.is_empty()));
    timed("checks_of_columns", &|| assert!(columns(file, Some(&earlier), threads).columns.len() > 20));
    let megabytes = peak_memory();
    println!("checks_memory {megabytes:.3} {megabytes:.3}");
}
