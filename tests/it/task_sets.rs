//! Tasks other than two classes on public data sets: every metric of every slice against `oracle/task_sets.json`.

use std::collections::BTreeMap;
use std::path::Path;

use modelgate_cube::Digest;
use modelgate_tests::real_data;
use serde_json::{Value, json};

use crate::gate;
use crate::oracle::{assert_golden, golden, measure};
use crate::tasks::metrics;

/// The rows of a data set by its rule, as `xtask/oracle/task_sets.py` makes them.
fn rows(folder: &Path, name: &str, golden: &Value) -> String {
    let rule = &golden["rule"];
    let text = std::fs::read_to_string(folder.join(rule["file"].as_str().unwrap())).unwrap();
    let digest = Digest::of(text.as_bytes()).to_string();
    assert_eq!(golden["source"]["sha256"], digest.as_str(), "{name}: these are not the rows of the golden numbers");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let columns = rule["columns"].as_object().unwrap();
    let mut csv = columns.keys().cloned().collect::<Vec<_>>().join(",") + "\n";
    for line in lines {
        let row: BTreeMap<&str, &str> = header.iter().copied().zip(line.split(',')).collect();
        assert_eq!(row.len(), header.len(), "{line}");
        csv += &columns.values().map(|spec| made(&row, spec)).collect::<Vec<_>>().join(",");
        csv.push('\n');
    }
    csv
}

/// One cell.
fn made(row: &BTreeMap<&str, &str>, spec: &Value) -> String {
    let cell = |column: &Value| row[column.as_str().unwrap()];
    if let Some(flags) = spec["flags"].as_array() {
        let holds = |flag: &&Value| match flag[2].as_str().unwrap() {
            "is" => flag[3] == cell(&flag[1]),
            _ => cell(&flag[1]).parse::<i64>().unwrap() < flag[3].as_i64().unwrap(),
        };
        return flags.iter().filter(holds).map(|flag| flag[0].as_str().unwrap()).collect::<Vec<_>>().join("|");
    }
    if let Some(columns) = spec["join"].as_array() {
        return columns.iter().map(cell).collect::<Vec<_>>().join("-");
    }
    if spec["as"].is_object() {
        return spec["as"][cell(&spec["column"])].as_str().or(spec["else"].as_str()).unwrap().to_owned();
    }
    if spec["column"].is_string() {
        return cell(&spec["column"]).to_owned();
    }
    crate::data_sets::points(row, spec).to_string()
}

fn config(rule: &Value) -> String {
    let task = rule["task"].as_str().unwrap();
    let mut data = json!({"label": "label", "prediction": "prediction"});
    for key in ["classes", "features"] {
        if rule[key].is_array() {
            data[key] = rule[key].clone();
        }
    }
    for column in ["weight", "query"] {
        if rule["columns"][column].is_object() {
            data[column] = json!(column);
        }
    }
    let mut evaluation = json!({"slices": rule["axes"], "min_support": 1, "metrics": metrics(task, false)});
    if rule["cutoff"].is_number() {
        evaluation["cutoff"] = rule["cutoff"].clone();
    }
    format!(
        "version: 1\nmodel: {{name: oracle, task: {task}, predictions: rows.csv}}\ndata: {data}\nevaluation: {evaluation}\ngates: [{{metric: count, lower_bound: 1}}]\n"
    )
}

#[test]
fn public_data_sets_of_every_task_equal_scikit_learn() {
    let Some(folder) = real_data("public_data_sets_of_every_task_equal_scikit_learn") else { return };
    let golden = golden("task_sets.json");
    let mut compared = 0;
    for (name, golden) in golden["data_sets"].as_object().unwrap() {
        let gate = gate().with("modelgate.yml", config(&golden["rule"])).with("rows.csv", rows(&folder, name, golden));
        compared += assert_golden(name, golden, &measure(&gate));
    }
    assert!(compared > 1000, "only {compared} numbers were compared");
}
