//! Public data sets as the gate reads them: rows with labels, scores and slice columns, and how the columns are called.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use modelgate_cube::Digest;
use modelgate_tests::{Gate, adult};
use serde_json::{Value, json};

/// Rows, and the parts of a configuration that say what their columns are.
pub(crate) struct DataSet {
    pub(crate) name: &'static str,
    /// The file's text.
    pub(crate) csv: String,
    /// `data:` of the configuration, as JSON, which is YAML.
    pub(crate) data: Value,
    /// `evaluation.slices`, likewise.
    pub(crate) slices: Value,
}

impl DataSet {
    /// A configuration that reads `rows.csv`; `evaluation` is merged into that section, and `rest` is what stands below.
    pub(crate) fn config(&self, evaluation: &Value, rest: &str) -> String {
        let mut section = json!({"slices": self.slices});
        for (key, value) in evaluation.as_object().unwrap() {
            section[key] = value.clone();
        }
        let Self { name, data, .. } = self;
        format!("version: 1\nmodel: {{name: {name}, predictions: rows.csv}}\ndata: {data}\nevaluation: {section}\n{rest}")
    }
}

/// Every public data set.
pub(crate) fn all(folder: &Path) -> Vec<DataSet> {
    let by_rule =
        ["german", "bank", "credit_default"].map(|name| by_rule(folder, name, &crate::oracle::golden(&format!("{name}.json"))));
    [compas(folder), adult_predictions(folder)].into_iter().chain(by_rule).collect()
}

/// The example's predictions of a first model.
pub(crate) fn from_python() -> DataSet {
    let path = modelgate_tests::folder().join("../examples/from-python/predictions-v1.csv");
    DataSet {
        name: "from-python",
        csv: std::fs::read_to_string(path).unwrap(),
        data: json!({"label": "repaid", "positive_label": "yes", "score": "p_repaid", "id": "application_id"}),
        slices: json!(["sex", "region", {"column": "age", "bins": [30, 45, 65], "name": "age_band"}]),
    }
}

/// The decisions that aequitas publishes on COMPAS.
fn compas(folder: &Path) -> DataSet {
    DataSet {
        name: "compas",
        csv: std::fs::read_to_string(folder.join("aequitas/compas_for_aequitas.csv")).unwrap(),
        data: json!({"label": "label_value", "positive_label": "1", "score": "score", "id": "entity_id"}),
        slices: json!(["race", "sex", "age_cat"]),
    }
}

/// What the kept model says of `adult.test`.
fn adult_predictions(folder: &Path) -> DataSet {
    let gate: Gate = crate::gate()
        .with("modelgate.yml", crate::real::CONFIG)
        .with("train.csv", adult(folder, "adult.data"))
        .with("test.csv", adult(folder, "adult.test"))
        .with("model.json", include_str!("../oracle/adult-model.json"));
    let _ = gate.run(&["evaluate", "--quiet", "--model", "model.json", "--predictions-out", "rows.csv"]).exits(0);
    DataSet {
        name: "adult",
        csv: gate.read("rows.csv"),
        data: json!({"label": "label", "positive_label": "1", "score": "score"}),
        slices: json!(["sex", "race", "age_band"]),
    }
}

/// A data set with the scores of the rule that stands in its golden file.
pub(crate) fn by_rule(folder: &Path, name: &'static str, golden: &Value) -> DataSet {
    let rule = &golden["rule"];
    let text = std::fs::read_to_string(folder.join(rule["file"].as_str().unwrap())).unwrap();
    let digest = Digest::of(text.as_bytes()).to_string();
    assert_eq!(golden["source"]["sha256"], digest.as_str(), "{name}: these are not the rows of the golden numbers");
    let mut data = json!({"label": rule["label"], "positive_label": rule["positive"], "score": "score"});
    if rule["weight"].is_string() {
        data["weight"] = rule["weight"].clone();
    }
    DataSet { name, csv: with_scores(&text, rule), data, slices: rule["axes"].clone() }
}

/// The rows with one more column: whole points for the values of columns, added up, cut and divided once, as
/// `xtask/oracle/data_sets.py` does it.
fn with_scores(text: &str, rule: &Value) -> String {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let full = rule["full"].as_i64().unwrap();
    let mut csv = format!("{},score\n", header.join(","));
    for line in lines {
        let row: BTreeMap<&str, &str> = header.iter().copied().zip(line.split(',')).collect();
        assert_eq!(row.len(), header.len(), "{line}");
        let score = points(&row, rule).clamp(1, full - 1) as f64 / full as f64;
        writeln!(csv, "{line},{score}").unwrap();
    }
    csv
}

pub(crate) fn points(row: &BTreeMap<&str, &str>, rule: &Value) -> i64 {
    let by_value = rule["points"].as_object().unwrap().iter();
    let of_values: i64 = by_value.map(|(column, worth)| worth[row[column.as_str()]].as_i64().unwrap_or(0)).sum();
    let by_unit = rule["per_unit"].as_object().unwrap().iter();
    let of_units = by_unit.map(|(column, worth)| {
        let of = |key: &str| worth[key].as_i64().unwrap();
        row[column.as_str()].parse::<i64>().unwrap().clamp(of("least"), of("most")) * of("points")
    });
    rule["base"].as_i64().unwrap() + of_values + of_units.sum::<i64>()
}
