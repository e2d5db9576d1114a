//! Public data sets, read from the folder that `MODELGATE_REAL_DATA` names; without it their tests say that they skip.

use std::fmt::Write as _;
use std::path::PathBuf;

/// The folder of the public data sets. Without it, says so and gives nothing: the calling test then ends.
#[must_use]
#[expect(clippy::print_stderr, reason = "a skipped test must say so")]
pub fn real_data(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("MODELGATE_REAL_DATA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: {test} needs MODELGATE_REAL_DATA");
    }
    folder
}

/// The columns of the Adult census data.
const ADULT: &str = "age,workclass,fnlwgt,education,education_num,marital_status,occupation,relationship,race,sex,\
    capital_gain,capital_loss,hours_per_week,native_country,income";

/// `adult.data` or `adult.test` as a CSV file with a header: the comment line, the spaces after commas, the dot at the
/// end of the test labels and the last empty line are gone; every value is as it was.
#[must_use]
pub fn adult(folder: &std::path::Path, file: &str) -> String {
    let text = std::fs::read_to_string(folder.join("adult").join(file)).unwrap();
    let mut csv = format!("{ADULT}\n");
    for line in text.lines().filter(|line| !line.starts_with('|') && !line.trim().is_empty()) {
        let cells: Vec<&str> = line.trim_end_matches('.').split(',').map(str::trim).collect();
        writeln!(csv, "{}", cells.join(",")).unwrap();
    }
    csv
}
