//! Small inputs made by rule, so that every number in a test can be known.

use std::fmt::Write as _;

/// A configuration for a predictions file with two slice columns, under 20 lines.
pub const CONFIG: &str = "\
version: 1
model:
  name: loans
  predictions: predictions.csv
data:
  label: approved
  positive_label: \"yes\"
  score: score
  id: id
evaluation:
  slices: [sex, region]
  resamples: 200
  discover: false
gates:
  - metric: accuracy
    lower_bound: 0.5
  - metric: true_positive_rate
    slices: every
    max_regression: 0.1
";

/// Rows of a predictions file: columns id, approved, score, sex, region.
#[derive(Debug, Clone)]
pub struct Rows {
    /// How many.
    pub rows: u32,
    /// How far the scores of positives of `sex=F` are pulled down.
    pub pull_down: f64,
    /// How far every score is raised.
    pub raise: f64,
    /// Changes every score a little, as another model would.
    pub jitter: u32,
}

impl Default for Rows {
    fn default() -> Self {
        Self { rows: 4000, pull_down: 0.0, raise: 0.0, jitter: 0 }
    }
}

impl Rows {
    /// The file's text.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut text = String::from("id,approved,score,sex,region\n");
        for id in 0..self.rows {
            let mixed = id.wrapping_mul(2_654_435_761).wrapping_add(12345);
            let (sex, region) = (if mixed & 64 == 0 { "F" } else { "M" }, ["north", "south", "west"][(mixed >> 8) as usize % 3]);
            let approved = (mixed >> 16) % 10 < 6;
            let noise = f64::from((mixed >> 3).wrapping_mul(40_503).wrapping_add(self.jitter * 977) % 1000) / 1000.0;
            let pull = if approved && sex == "F" { self.pull_down } else { 0.0 };
            let score = (if approved { 0.3 + 0.65 * noise } else { 0.05 + 0.65 * noise } - pull + self.raise).clamp(0.001, 0.999);
            let label = if approved { "yes" } else { "no" };
            writeln!(text, "{id},{label},{score:.4},{sex},{region}").unwrap();
        }
        text
    }
}

/// A small training or test file of loan applications with every kind of column that a pipeline meets.
#[must_use]
pub fn loans_csv(rows: u32, seed: u32) -> String {
    let mut text = String::from("income,debt,job,sex,repaid\n");
    for id in 0..rows {
        let mixed = (id + seed * 7919).wrapping_mul(2_654_435_761);
        let income = 20 + (mixed >> 5) % 60;
        let debt = (mixed >> 12) % 40;
        let job = ["clerk", "teacher", "", "driver"][(mixed >> 20) as usize % 4];
        let sex = if mixed & 8 == 0 { "F" } else { "M" };
        let repaid = u32::from(income + (mixed >> 24) % 40 > debt + 40);
        writeln!(text, "{income},{debt},{job},{sex},{repaid}").unwrap();
    }
    text
}
