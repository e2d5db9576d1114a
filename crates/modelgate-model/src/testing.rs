//! Rows for the tests of this crate.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write as _;
use std::fs;

use modelgate_data::{Dataset, ReadSettings, read};

use crate::{Digest, Estimator, Learning, Origin, TrainSettings};

/// The rows of a CSV text, read as every file is; the column `label` is text.
pub(crate) fn rows(csv: &str) -> Dataset {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    fs::write(&path, csv).unwrap();
    let settings = ReadSettings { text_columns: ["label".to_owned()].into(), ..ReadSettings::default() };
    read(&path, &settings).unwrap()
}

/// Numbers in 0..1 from a linear congruence: the same everywhere.
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn draw(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / 9_007_199_254_740_992.0
    }
}

/// Loans: income in thousands and in part missing, debt, a region of four, and the label `yes` in about `share` of rows.
pub(crate) fn loans(count: usize, share: f64) -> String {
    let mut numbers = Numbers::new(7);
    let mut csv = "income,debt,region,label\n".to_owned();
    for _ in 0..count {
        let (income, debt) = (20.0 + 80.0 * numbers.draw(), 50.0 * numbers.draw());
        let region = if numbers.draw() < 0.5 {
            "north"
        } else {
            ["east", "south", "west"][usize::from(debt > 20.0) + usize::from(debt > 40.0)]
        };
        let chance = share + (income - 60.0) / 120.0 - (debt - 25.0) / 150.0;
        let label = if numbers.draw() < chance { "yes" } else { "no" };
        let income = if numbers.draw() < 0.1 { String::new() } else { format!("{income:.3}") };
        writeln!(csv, "{income},{debt:.3},{region},{label}").unwrap();
    }
    csv
}

pub(crate) fn settings(features: &[&str]) -> TrainSettings {
    TrainSettings {
        learning: Learning::of(Estimator::LogisticRegression),
        label: "label".to_owned(),
        positive_label: Some("yes".to_owned()),
        features: features.iter().map(|name| (*name).to_owned()).collect(),
        threads: 1,
    }
}

pub(crate) fn origin() -> Origin {
    Origin { config_digest: Digest::of(b"config"), data_digest: Digest::of(b"data"), tool_version: "0.1.0".to_owned() }
}
