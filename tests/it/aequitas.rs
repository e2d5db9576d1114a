//! The reports that aequitas expects of itself: every number of them is one of ours, but where aequitas is wrong.
//!
//! Its own test lets a number pass that is too small on average, and swallows what it cannot compare, so that some
//! expected numbers are not what the program says. [`DEFECTS`] names each, and why.

use std::collections::BTreeMap;
use std::path::Path;

use modelgate_tests::real_data;
use serde_json::{Value, json};

use crate::gate;
use crate::oracle::subject;

/// The largest difference to an expected number.
const TOLERANCE: f64 = 1e-12;

/// A report, and what it was made with.
struct Report {
    input: &'static str,
    expected: &'static str,
    /// What a disparity must reach, and its inverse must not exceed.
    tau: f64,
    /// The reference group of each column.
    references: &'static [(&'static str, &'static str)],
}

const fn report(input: &'static str, expected: &'static str, tau: f64) -> Report {
    Report { input, expected, tau, references: &[("class", "High")] }
}

const REPORTS: &[Report] = &[
    report("test_1.csv", "expected_output_group_test_1.csv", 0.8),
    report("test_1.csv", "expected_output_bias_test_1.csv", 0.8),
    report("test_1.csv", "expected_output_fairness_test_1.csv", 0.8),
    report("test_1.csv", "expected_output_test_1.csv", 0.8),
    report("test_1.csv", "test_1_aequitas_20180501-114554.csv", 0.8),
    Report { references: &[("class", "High"), ("not_class", "Low")], ..report("test_2.csv", "expected_output_test_2.csv", 0.8) },
    report("test_3.csv", "expected_output_test_3.csv", 0.8),
    report("test_4.csv", "expected_output_test_4.csv", 0.8),
    report("test_5.csv", "expected_output_test_5.csv", 0.8),
    report("test_6.csv", "expected_output_test_6.csv", 0.8),
    report("test_7.csv", "expected_output_test_7.csv", 0.5),
    report("test_8.csv", "expected_output_test_8.csv", 0.9),
    Report {
        references: &[("class_1", "High"), ("class_2", "High")],
        ..report("test_10.csv", "expected_output_test_10.csv", 0.5)
    },
];

/// Expected numbers that are wrong: the report, the column, what stands there in every row, what we say, and why.
const DEFECTS: &[(&str, &str, f64, f64, &str)] =
    &[("expected_output_test_2.csv", "ppr", 0.25, 0.5, TWICE), ("expected_output_test_2.csv", "ppr_ref", 0.25, 0.5, TWICE)];

/// Six rows are selected. Two columns cut them, and the file divides by twelve, as if each row had been selected twice.
const TWICE: &str = "a group's share of the selected is divided by the selected rows of all columns together";

/// Columns that say something about the run and are no number of a group.
const NOT_NUMBERS: &[&str] = &["", "model_id", "score_threshold", "attribute_name", "attribute_value"];

/// aequitas' word for a rate, and the metric.
const RATES: &[(&str, &str)] = &[
    ("tpr", "true_positive_rate"),
    ("tnr", "true_negative_rate"),
    ("fpr", "false_positive_rate"),
    ("fnr", "false_negative_rate"),
    ("for", "false_omission_rate"),
    ("fdr", "false_discovery_rate"),
    ("npv", "negative_predictive_value"),
    ("precision", "precision"),
    ("pprev", "selection_rate"),
    ("prev", "prevalence"),
];

/// A parity that is a matter of one disparity.
const PARITIES: &[(&str, &str)] = &[
    ("Statistical Parity", "ppr_disparity"),
    ("Impact Parity", "pprev_disparity"),
    ("FDR Parity", "fdr_disparity"),
    ("FPR Parity", "fpr_disparity"),
    ("FOR Parity", "for_disparity"),
    ("FNR Parity", "fnr_disparity"),
];

/// A parity that two others make together.
const BOTH: &[(&str, [&str; 2])] = &[
    ("TypeI Parity", ["FDR Parity", "FPR Parity"]),
    ("TypeII Parity", ["FOR Parity", "FNR Parity"]),
    ("Unsupervised Fairness", ["Statistical Parity", "Impact Parity"]),
    ("Supervised Fairness", ["TypeI Parity", "TypeII Parity"]),
];

/// A cell of a report.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Told {
    Number(f64),
    Flag(bool),
    Undefined,
}

impl Told {
    fn read(cell: &str) -> Self {
        match cell {
            "TRUE" | "True" => Self::Flag(true),
            "FALSE" | "False" => Self::Flag(false),
            "" | "NA" | "NaN" => Self::Undefined,
            number => Self::Number(number.parse().unwrap()),
        }
    }

    fn equals(self, other: Self) -> bool {
        match (self, other) {
            (Self::Number(one), Self::Number(two)) => (one - two).abs() <= TOLERANCE * two.abs().max(1.0),
            _ => self == other,
        }
    }
}

/// What we measured: metric and slice to value and rows of the denominator.
struct Measured(BTreeMap<(String, String), (Option<f64>, f64)>);

impl Measured {
    fn of(rows: &str, axes: &[&str]) -> Self {
        let metrics: Vec<&str> = RATES.iter().map(|(_, metric)| *metric).chain(["count", "recall", "accuracy"]).collect();
        let evaluation = json!({"slices": axes, "min_support": 1, "resamples": 100, "metrics": metrics});
        let data = json!({"label": "label_value", "positive_label": "1", "prediction": "score"});
        let config = format!(
            "version: 1\nmodel: {{name: aequitas, predictions: rows.csv}}\ndata: {data}\nevaluation: {evaluation}\n\
             gates: [{{metric: accuracy, lower_bound: 0}}]\n"
        );
        let gate = gate().with("modelgate.yml", config).with("rows.csv", rows);
        let outcome = gate.run(&["check", "--quiet"]);
        assert!(outcome.code == 0 || outcome.code == 1, "{}", outcome.stderr);
        let verdict: Value = serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap();
        let found = verdict["measurements"].as_array().unwrap().iter();
        Self(
            found
                .map(|found| {
                    let key = (found["metric"].as_str().unwrap().to_owned(), subject(&found["subject"]));
                    (key, (found["estimate"]["value"].as_f64(), found["estimate"]["n"].as_f64().unwrap()))
                })
                .collect(),
        )
    }

    fn rate(&self, metric: &str, slice: &str) -> Option<f64> {
        self.0[&(metric.to_owned(), slice.to_owned())].0
    }

    /// The rows that a rate is a share of.
    fn rows(&self, metric: &str, slice: &str) -> f64 {
        self.0[&(metric.to_owned(), slice.to_owned())].1
    }

    /// The rows that are counted in a rate, from the rate and its denominator.
    fn hits(&self, metric: &str, slice: &str) -> f64 {
        let hits = self.rate(metric, slice).unwrap_or(0.0) * self.rows(metric, slice);
        assert!((hits - hits.round()).abs() < 1e-9, "{metric} of {slice} is no share of rows");
        hits.round()
    }
}

/// One group of a report, and the group that it is held against.
struct Group<'a> {
    measured: &'a Measured,
    slice: String,
    reference: String,
    tau: f64,
}

impl Group<'_> {
    /// What we say where aequitas has a column of this name; nothing where it is none that we know.
    fn says(&self, column: &str) -> Option<Told> {
        if let Some(of_reference) = column.strip_suffix("_ref") {
            return self.number(of_reference, &self.reference);
        }
        if column.ends_with("_disparity") {
            return self.disparity(column);
        }
        self.parity(column).or_else(|| self.number(column, &self.slice))
    }

    fn number(&self, column: &str, slice: &str) -> Option<Told> {
        let of = self.measured;
        let selected = || of.rows("precision", "overall");
        Some(Told::Number(match column {
            "group_size" => of.rows("count", slice),
            "total_entities" => of.rows("count", "overall"),
            "group_size_pct" => of.rows("count", slice) / of.rows("count", "overall"),
            "group_label_pos" => of.rows("recall", slice),
            "group_label_neg" => of.rows("false_positive_rate", slice),
            "pp" => of.rows("precision", slice),
            "pn" => of.rows("negative_predictive_value", slice),
            "k" => selected(),
            "tp" => of.hits("recall", slice),
            "fn" => of.hits("false_negative_rate", slice),
            "fp" => of.hits("false_positive_rate", slice),
            "tn" => of.hits("true_negative_rate", slice),
            // The share of all selected rows that are the group's: not its selection rate, which aequitas calls pprev.
            "ppr" if selected() > 0.0 => of.rows("precision", slice) / selected(),
            "ppr" => return Some(Told::Undefined),
            _ => {
                let (_, metric) = RATES.iter().find(|(word, _)| *word == column)?;
                return Some(of.rate(metric, slice).map_or(Told::Undefined, Told::Number));
            }
        }))
    }

    /// The group's rate over that of the reference group; undefined where that is zero or undefined.
    fn disparity(&self, column: &str) -> Option<Told> {
        let rate = column.strip_suffix("_disparity")?;
        Some(match (self.number(rate, &self.slice)?, self.number(rate, &self.reference)?) {
            (Told::Number(own), Told::Number(reference)) if reference > 0.0 => Told::Number(own / reference),
            _ => Told::Undefined,
        })
    }

    /// Whether there is parity. One that is false makes both false, even where the other is unknown.
    fn parity(&self, column: &str) -> Option<Told> {
        if let Some((_, disparity)) = PARITIES.iter().find(|(name, _)| *name == column) {
            return Some(match self.disparity(disparity)? {
                Told::Number(found) => Told::Flag(self.tau <= found && found <= 1.0 / self.tau),
                unknown => unknown,
            });
        }
        let (_, [one, two]) = BOTH.iter().find(|(name, _)| *name == column)?;
        Some(match (self.parity(one)?, self.parity(two)?) {
            (Told::Flag(false), _) | (_, Told::Flag(false)) => Told::Flag(false),
            (Told::Flag(true), Told::Flag(true)) => Told::Flag(true),
            _ => Told::Undefined,
        })
    }
}

/// A report as rows of columns and cells.
fn table(folder: &Path, file: &str) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    let mut lines = text.trim_start_matches('\u{feff}').lines().filter(|line| !line.trim().is_empty());
    let header: Vec<&str> = lines.next().unwrap().split(',').map(str::trim).collect();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        assert_eq!(cells.len(), header.len(), "{file}: {line}");
        header.iter().zip(cells).map(|(name, cell)| ((*name).to_owned(), cell.to_owned())).collect()
    };
    lines.map(row).collect()
}

/// Compares one report; gives how many cells there were, and which defects were met.
fn hold(folder: &Path, report: &Report) -> (usize, Vec<usize>) {
    let Report { input, expected, tau, references } = *report;
    let axes: Vec<&str> = references.iter().map(|(axis, _)| *axis).collect();
    let measured = Measured::of(&std::fs::read_to_string(folder.join(input)).unwrap(), &axes);
    let (mut compared, mut met) = (0, Vec::new());
    for row in table(folder, expected) {
        let (axis, level) = (&row["attribute_name"], &row["attribute_value"]);
        let (_, reference) = references.iter().find(|(name, _)| name == axis).unwrap();
        let group =
            Group { measured: &measured, slice: format!("{axis}={level}"), reference: format!("{axis}={reference}"), tau };
        for (column, cell) in &row {
            if column == "reference_group" || column.ends_with("_ref_group_value") {
                assert_eq!(cell, reference, "{expected}: {column}");
                continue;
            }
            if NOT_NUMBERS.contains(&column.as_str()) {
                continue;
            }
            let says = group.says(column).unwrap_or_else(|| panic!("{expected}: what is {column}?"));
            compared += 1;
            let defect = DEFECTS.iter().position(|(file, name, ..)| *file == expected && *name == column);
            if let Some((place, (.., theirs, ours, why))) = defect.map(|place| (place, &DEFECTS[place])) {
                assert!(
                    Told::read(cell).equals(Told::Number(*theirs)),
                    "{expected}: {column} is {cell} now, not {theirs}: {why}"
                );
                assert!(says.equals(Told::Number(*ours)), "{expected}: {column} is {says:?} here, not {ours}: {why}");
                met.push(place);
                continue;
            }
            assert!(says.equals(Told::read(cell)), "{expected}: {column} of {} is {says:?} here, and {cell} there", group.slice);
        }
    }
    (compared, met)
}

#[test]
fn the_reports_that_aequitas_expects_are_reproduced() {
    let Some(folder) = real_data("the_reports_that_aequitas_expects_are_reproduced") else { return };
    let folder = folder.join("aequitas/expected");
    let (mut compared, mut met) = (0, Vec::new());
    for report in REPORTS {
        let (cells, defects) = hold(&folder, report);
        compared += cells;
        met.extend(defects);
    }
    met.sort_unstable();
    met.dedup();
    assert_eq!(met, (0..DEFECTS.len()).collect::<Vec<_>>(), "a defect that no report has needs no excuse");
    assert_eq!(compared, 1200, "cells");
    // Every report that lies there is one of ours to reproduce.
    let known: Vec<&str> = REPORTS.iter().map(|report| report.expected).collect();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_report = name.starts_with("expected_") || name.contains("_aequitas_");
        assert!(!is_report || known.contains(&name.as_str()), "{name} is compared with nothing");
    }
}

#[test]
fn scores_that_are_no_decisions_are_refused_where_aequitas_expects_an_error() {
    let Some(folder) = real_data("scores_that_are_no_decisions_are_refused_where_aequitas_expects_an_error") else { return };
    let rows = std::fs::read_to_string(folder.join("aequitas/expected/test_9.csv")).unwrap();
    let with = |role: &str| {
        let config = format!(
            "version: 1\nmodel: {{name: aequitas, predictions: rows.csv}}\ndata: {{label: label_value, positive_label: \"1\", {role}: score}}\n\
             gates: [{{metric: accuracy, lower_bound: 0}}]\n"
        );
        gate().with("modelgate.yml", config).with("rows.csv", &rows).run(&["check", "--quiet"]).exits(2)
    };
    // A prediction must be a label, and a score must lie in [0, 1]: the first row says 2.
    for role in ["prediction", "score"] {
        let _ = with(role).says("rows.csv:2");
    }
}
