//! What may not matter does not: a model against itself, the order of rows, shards, file formats, and how weights are
//! written down.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use modelgate_cube::{Axis, AxisKind, Bundle, Cube, DataProfile, Digest, FeatureTable, Manifest};
use modelgate_data::{CountAxis, CountSettings, ReadSettings, Roles, count, read};
use modelgate_eval::{METRICS, Metric, MetricKind};
use modelgate_tests::{Gate, real_data};
use parquet::arrow::ArrowWriter;
use serde_json::{Value, json};

use crate::data_sets::{self, DataSet};
use crate::oracle::measure;
use crate::{gate, released};

/// Gates of every kind that can fail on a change: rates, gaps, areas and losses, of all rows and of slices.
const GATES: &str = "\
gates:
  - {metric: accuracy, slices: every, max_regression: 0.01}
  - {metric: true_positive_rate, slices: every, max_regression: 0.02}
  - {metric: false_positive_rate, slices: every, max_regression: 0.02}
  - {metric: selection_rate, slices: every, max_regression: 0.02}
  - {metric: roc_auc, slices: every, max_regression: 0.01}
  - {metric: log_loss, slices: every, max_regression: 0.01}
  - {metric: f1, slices: every, max_regression: 0.02}
  - {metric: impact_ratio, slices: every, max_regression: 0.02}
  - {metric: equalized_odds_difference, across: [AXIS], max_regression: 0.02}
  - {metric: demographic_parity_ratio, across: [AXIS], max_regression: 0.02}
";

/// Every data set that is there: the example's, and the public ones where the folder of real data is given.
fn data_sets(test: &str) -> Vec<DataSet> {
    let mut found = vec![data_sets::from_python()];
    found.extend(real_data(test).map(|folder| data_sets::all(&folder)).into_iter().flatten());
    found
}

fn config(rows: &DataSet, rest: &str) -> String {
    let gates = GATES.replace("AXIS", rows.slices[0].as_str().unwrap());
    rows.config(&json!({"resamples": 100}), &format!("{gates}{rest}"))
}

/// The same rows in an order that has nothing to do with the old one.
pub(crate) fn shuffled(csv: &str) -> String {
    let (header, body) = csv.split_once('\n').unwrap();
    let mut lines: Vec<&str> = body.lines().collect();
    let mut state = 2026_u64;
    for last in (1..lines.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        lines.swap(last, (state >> 33) as usize % (last + 1));
    }
    format!("{header}\n{}\n", lines.join("\n"))
}

/// The rows with a column changed cell by cell.
fn with_column(csv: &str, column: &str, change: impl Fn(&str) -> String) -> String {
    let mut lines = csv.lines();
    let header = lines.next().unwrap();
    let place = header.split(',').position(|name| name == column).unwrap();
    let changed = lines.map(|line| {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        cells[place] = change(&cells[place]);
        cells.join(",") + "\n"
    });
    format!("{header}\n{}", changed.collect::<String>())
}

/// What another model could say: all scores a little lower, so that some decisions change.
fn another_model(rows: &DataSet) -> String {
    let lower = |score: &str| (score.parse::<f64>().unwrap() * 0.9 + 0.02).to_string();
    with_column(&rows.csv, rows.data["score"].as_str().unwrap(), lower)
}

/// The same rows as a Parquet file, each column as whole numbers, numbers or text, whichever fits first.
pub(crate) fn record_batch(csv: &str) -> RecordBatch {
    let (header, body) = csv.split_once('\n').unwrap();
    let rows: Vec<Vec<&str>> = body.lines().map(|line| line.split(',').collect()).collect();
    let column = |place: usize| -> ArrayRef {
        let cells = || rows.iter().map(|row| row[place]);
        if let Ok(whole) = cells().map(str::parse::<i64>).collect::<Result<Vec<_>, _>>() {
            return Arc::new(Int64Array::from(whole));
        }
        if let Ok(numbers) = cells().map(str::parse::<f64>).collect::<Result<Vec<_>, _>>() {
            return Arc::new(Float64Array::from(numbers));
        }
        Arc::new(cells().map(|cell| (!cell.is_empty()).then_some(cell)).collect::<StringArray>())
    };
    let columns = header.split(',').enumerate().map(|(place, name)| (name, column(place)));
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true))).unwrap()
}

/// The same rows as a Parquet file of several row groups.
pub(crate) fn parquet(csv: &str) -> Vec<u8> {
    let batch = record_batch(csv);
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    // Several row groups, which threads share out among each other.
    let part = batch.num_rows().div_ceil(3);
    for start in (0..batch.num_rows()).step_by(part) {
        writer.write(&batch.slice(start, part.min(batch.num_rows() - start))).unwrap();
        writer.flush().unwrap();
    }
    writer.close().unwrap();
    bytes
}

/// A repository in which the data set's own scores are the release.
fn with_release(rows: &DataSet) -> Gate {
    released(gate().with("modelgate.yml", config(rows, "")).with("rows.csv", &rows.csv).with(".gitignore", "modelgate-out\n"))
}

/// Every document of a check, with the digests of files and of the configuration taken out: these name bytes on disk,
/// which are others. The digest of the counts stays. The statement of the decision names all of these by digest, and is left out.
fn documents(gate: &Gate, file: &str, content: impl AsRef<[u8]>) -> Vec<(String, String)> {
    gate.write(file, content);
    let config = gate.read("modelgate.yml").replace("rows.parquet", "rows.csv");
    gate.write("modelgate.yml", config.replace("rows.csv", file));
    let _ = std::fs::remove_dir_all(gate.path().join("modelgate-out"));
    let _ = std::fs::remove_file(gate.path().join("modelgate-ledger.jsonl"));
    let outcome = gate.run(&["check", "--quiet"]);
    assert!(outcome.code == 0 || outcome.code == 1, "{}", outcome.stderr);
    let verdict = verdict(gate);
    let names = ["config_digest", "data_digest", "model_digest"];
    let provenance = &verdict["provenance"];
    // The release's are those of this file where it is the same one.
    let earlier = provenance["earlier"].as_array().into_iter().flatten();
    let told = std::iter::once(provenance).chain(earlier);
    let digests: Vec<&str> = told.flat_map(|told| names.iter().filter_map(|name| told[*name].as_str())).collect();
    let is_document = |path: &String| path.starts_with("modelgate-out/") && !path.starts_with("modelgate-out/decision.");
    let files = gate.files().into_iter().filter(is_document);
    let told = files.map(|path| {
        // Comments break long words where nobody sees it.
        let mut text = gate.read(&path).replace("&#8203;", "").replace(file, "FILE").replace(&file.replace('.', "\\x2e"), "FILE");
        for digest in &digests {
            text = text.replace(digest, "DIGEST").replace(&digest[..8], "DIGEST");
        }
        // Names of elements follow from these digests.
        let mut parts = text.split("urn:uuid:");
        let first = parts.next().unwrap_or_default().to_owned();
        text = parts.fold(first, |text, part| text + "UUID" + &part[36..]);
        // The marker of a comment holds a digest of the comment, file digests and all. How long a file is is as much its own
        // as its digest, and so is its format.
        let is_of_file = |line: &str| {
            let (line, own) = (line.trim_start(), ["\"bytes\": ", "\"encodingFormat\": "]);
            line.starts_with("<!-- modelgate:") || own.iter().any(|start| line.starts_with(start))
        };
        let lines: Vec<&str> = text.lines().filter(|line| !is_of_file(line)).collect();
        (path, lines.join("\n"))
    });
    // The log's entry names the digests above.
    let shown = outcome.stdout.split("log entry").next().unwrap().to_owned();
    told.chain([("standard output".to_owned(), shown)]).collect()
}

fn verdict(gate: &Gate) -> Value {
    serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap()
}

#[track_caller]
fn assert_same(name: &str, one: &[(String, String)], two: &[(String, String)]) {
    assert!(one.len() > 4, "{name}: {} documents", one.len());
    for ((path, one), (_, two)) in one.iter().zip(two) {
        if let Some((first, second)) = one.lines().zip(two.lines()).find(|(first, second)| first != second) {
            panic!("{name}: {path} differs\n{}\n{}", &first[..first.len().min(400)], &second[..second.len().min(400)]);
        }
        assert_eq!(one.len(), two.len(), "{name}: {path}");
    }
    assert_eq!(one.len(), two.len(), "{name}");
}

/// Nothing is found but what `rules` say, and every check has one of the `states`.
#[track_caller]
fn assert_found(name: &str, gate: &Gate, rules: &[&str], states: &[&str]) {
    let verdict = verdict(gate);
    // What is worse than the rest within one model, and what is so of the rows, is there whether or not anything changed.
    let always = ["worst-slice", "proxy-column", "missing-by-group", "class-imbalance", "target-leakage"];
    let about_change = |finding: &&Value| !always.contains(&finding["rule"].as_str().unwrap());
    for finding in verdict["findings"].as_array().unwrap().iter().filter(about_change) {
        assert!(rules.contains(&finding["rule"].as_str().unwrap()), "{name}: {finding}");
    }
    let checks = verdict["checks"].as_array().unwrap();
    assert!(!checks.is_empty(), "{name}");
    for check in checks {
        assert!(states.contains(&check["state"].as_str().unwrap()), "{name}: {check}");
    }
}

#[test]
fn a_model_against_its_own_release_finds_nothing_but_that_it_is_the_same() {
    for rows in data_sets("a_model_against_its_own_release_finds_nothing_but_that_it_is_the_same") {
        let gate = with_release(&rows);
        // No change is judged then, and the gate does not pass by not judging; those who know may let it pass.
        let _ = gate.run(&["check", "--quiet"]).exits(1).prints("baseline-is-candidate");
        assert_found(rows.name, &gate, &["baseline-is-candidate", "low-support"], &["not_evaluated"]);
        gate.write("modelgate.yml", config(&rows, "rules: {baseline-is-candidate: warn}\n"));
        let _ = gate.run(&["check", "--quiet"]).exits(0);
        assert_found(rows.name, &gate, &["baseline-is-candidate", "low-support"], &["not_evaluated"]);
    }
}

#[test]
fn a_model_that_says_the_same_of_all_rows_but_one_has_not_changed() {
    for rows in data_sets("a_model_that_says_the_same_of_all_rows_but_one_has_not_changed") {
        let gate = with_release(&rows);
        let first = std::cell::Cell::new(true);
        let nudge = |score: &str| match (first.replace(false), score.parse::<f64>().unwrap()) {
            (true, number) if number > 0.5 => (number - 1e-6).to_string(),
            (true, number) => (number + 1e-6).to_string(),
            _ => score.to_owned(),
        };
        gate.write("rows.csv", with_column(&rows.csv, rows.data["score"].as_str().unwrap(), nudge));
        let _ = gate.run(&["check", "--quiet"]).exits(0);
        assert_found(rows.name, &gate, &["low-support"], &["passed", "inconclusive"]);
    }
}

#[test]
fn neither_the_order_of_rows_nor_the_format_of_their_file_changes_a_byte() {
    for rows in data_sets("neither_the_order_of_rows_nor_the_format_of_their_file_changes_a_byte") {
        let gate = with_release(&rows);
        let candidate = another_model(&rows);
        let expected = documents(&gate, "rows.csv", &candidate);
        assert_same(rows.name, &expected, &documents(&gate, "rows.csv", shuffled(&candidate)));
        assert_same(rows.name, &expected, &documents(&gate, "rows.parquet", parquet(&candidate)));
    }
}

/// Each row as often as its weight says.
fn repeated(csv: &str, weight: &str) -> String {
    let mut lines = csv.lines();
    let header = lines.next().unwrap();
    let place = header.split(',').position(|name| name == weight).unwrap();
    let rows = lines.map(|line| format!("{line}\n").repeat(line.split(',').nth(place).unwrap().parse().unwrap()));
    format!("{header}\n{}", rows.collect::<String>())
}

#[test]
fn a_row_of_weight_three_is_three_rows_to_every_point_estimate_that_weighs_rows() {
    let Some(folder) = real_data("a_row_of_weight_three_is_three_rows_to_every_point_estimate_that_weighs_rows") else { return };
    let mut rows = data_sets::all(&folder).into_iter().find(|rows| rows.name == "bank").unwrap();
    let weight = rows.data["weight"].as_str().unwrap().to_owned();
    let metrics: Vec<&str> = METRICS
        .iter()
        .filter(|metric| metric.requires.is_none() && metric.suits(modelgate_cube::TaskKind::Binary))
        .map(|metric| metric.id)
        .collect();
    let evaluation = json!({"resamples": 100, "min_support": 1, "metrics": metrics});
    let numbers = |rows: &DataSet| {
        let config = rows.config(&evaluation, "gates: [{metric: accuracy, lower_bound: 0}]\n");
        measure(&gate().with("modelgate.yml", config).with("rows.csv", &rows.csv))
    };
    let weighted = numbers(&rows);
    rows.csv = repeated(&rows.csv, &weight);
    rows.data.as_object_mut().unwrap().remove("weight");
    let duplicated = numbers(&rows);
    assert_eq!(weighted.len(), duplicated.len());
    // Shares of rows in rows are exact. The product of a weight and a loss is rounded once, their sum in each row; and
    // groups are held against each other by effective numbers of rows.
    let is_exact = |metric: &&Metric| metric.kind == MetricKind::Slice && !metric.needs_scores;
    let exact: Vec<&str> = METRICS.iter().filter(is_exact).map(|metric| metric.id).collect();
    for ((metric, subject), one) in &weighted {
        // These ask how many rows there are, of which weights say nothing: rows counted, the noise of a bin with so many
        // rows, and the noise of a sum over so many.
        if ["count", "corrected_calibration_error", "spiegelhalter_z"].contains(&metric.as_str()) {
            continue;
        }
        let two = &duplicated[&(metric.clone(), subject.clone())];
        let same = match (one, two) {
            (Some(one), Some(two)) if !exact.contains(&metric.as_str()) => (one - two).abs() <= 1e-12 * two.abs().max(1.0),
            _ => one == two,
        };
        assert!(same, "{metric} of {subject}: {one:?} with weights, {two:?} with rows");
    }
}

#[test]
fn the_way_a_weight_is_written_changes_no_byte() {
    let Some(folder) = real_data("the_way_a_weight_is_written_changes_no_byte") else { return };
    let rows = data_sets::all(&folder).into_iter().find(|rows| rows.name == "bank").unwrap();
    let weight = rows.data["weight"].as_str().unwrap();
    let gate = with_release(&rows);
    let expected = documents(&gate, "rows.csv", &rows.csv);
    for form in [|weight: &str| format!("{weight}.0"), |weight: &str| format!("{weight}e0")] {
        let written = with_column(&rows.csv, weight, form);
        assert_same(rows.name, &expected, &documents(&gate, "rows.csv", &written));
        assert_same(rows.name, &expected, &documents(&gate, "rows.parquet", parquet(&written)));
    }
}

/// Counts a file with a column `row number` that names the rows.
fn counted(rows: &DataSet, csv: &str) -> Cube {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    std::fs::write(&path, csv).unwrap();
    count(&read(&path, &ReadSettings::default()).unwrap(), &settings(rows, Some("row number"))).unwrap()
}

/// How a data set is counted, with its rows named by a column.
pub(crate) fn settings(rows: &DataSet, id: Option<&str>) -> CountSettings {
    let text = |key: &str| rows.data[key].as_str().map(str::to_owned);
    let roles = Roles {
        label: text("label").unwrap(),
        positive_label: text("positive_label"),
        prediction: text("prediction"),
        score: text("score"),
        weight: text("weight"),
        id: id.map(str::to_owned),
        ..Roles::default()
    };
    let axis = |axis: &Value| {
        let edges = axis["bins"].as_array().map(|edges| edges.iter().filter_map(Value::as_f64).collect());
        let column = axis.as_str().or(axis["column"].as_str()).unwrap().to_owned();
        let name = axis["name"].as_str().unwrap_or(&column).to_owned();
        let kind = edges.map_or(AxisKind::Categorical, |edges| AxisKind::Binned { edges });
        CountAxis { axis: Axis { name, kind }, column }
    };
    let axes = rows.slices.as_array().unwrap().iter().map(axis).collect();
    CountSettings { roles, axes, depth: 2, decision_threshold: 0.5, max_levels: 100, paired: true }
}

fn bytes(cube: Cube) -> Vec<u8> {
    bundle(cube, FeatureTable::default())
}

/// A bundle in whose bytes nothing but counts differs from another one.
pub(crate) fn bundle(cube: Cube, features: FeatureTable) -> Vec<u8> {
    let digest = Digest::of(b"shards");
    let manifest = Manifest {
        model: "shards".into(),
        release: "v1".into(),
        created: "2026-01-01T00:00:00Z".into(),
        tool_version: "1".into(),
        config_digest: digest,
        data_digest: digest,
        model_digest: digest,
        training_digest: None,
        earlier: Vec::new(),
    };
    Bundle { manifest, cube, features, profile: DataProfile::default() }.encode().unwrap()
}

#[test]
fn shards_counted_apart_and_merged_in_any_order_are_the_whole() {
    for rows in data_sets("shards_counted_apart_and_merged_in_any_order_are_the_whole") {
        let mut lines = rows.csv.lines();
        let header = format!("row number,{}", lines.next().unwrap());
        let numbered: Vec<String> = lines.enumerate().map(|(number, line)| format!("{number},{line}")).collect();
        let file = |part: &[String]| format!("{header}\n{}\n", part.join("\n"));
        let whole = counted(&rows, &file(&numbered));
        let (first, rest) = numbered.split_at(numbered.len() / 3);
        let (second, third) = rest.split_at(rest.len() / 5);
        let [first, second, third] = [first, second, third].map(|part| counted(&rows, &file(part)));
        let merged = |parts: [&Cube; 3]| {
            let mut cube = parts[0].clone();
            cube.merge(parts[1]).unwrap();
            cube.merge(parts[2]).unwrap();
            cube
        };
        let forward = merged([&first, &second, &third]);
        let backward = merged([&third, &second, &first]);
        let mut grouped = second.clone();
        grouped.merge(&third).unwrap();
        let mut nested = first.clone();
        nested.merge(&grouped).unwrap();
        assert!(forward.cells().eq(whole.cells()), "{}", rows.name);
        assert_eq!(forward.meta(), whole.meta(), "{}", rows.name);
        for (slice, _) in whole.cells() {
            // Areas under the curve do not add up, and merging drops them.
            let (merged, counted) = (forward.replicates(slice).unwrap(), whole.replicates(slice).unwrap());
            assert!(merged.iter().eq(counted.iter()), "{}: replicates of {slice}", rows.name);
        }
        let forward = bytes(forward);
        assert!(forward == bytes(backward), "{}: merged backward", rows.name);
        assert!(forward == bytes(nested), "{}: merged in another grouping", rows.name);
    }
}
