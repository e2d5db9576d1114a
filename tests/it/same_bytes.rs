//! A bundle has the same bytes whoever counted which row when: threads, order, files and their formats, held or streamed.

use std::fmt::Write as _;
use std::io::Write as _;
use std::num::NonZero;
use std::path::{Path, PathBuf};

use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use modelgate_cube::{FeatureTable, Part};
use modelgate_data::{
    CountSettings, Dataset, FeatureSettings, ReadSettings, Roles, TaskColumns, count_file, count_noting, count_task_noting,
    feature_table, feature_table_of_file, read,
};
use modelgate_eval::{DriftBetween, drift};
use modelgate_tests::real_data;
use tempfile::TempDir;

use crate::data_sets::{self, DataSet};
use crate::invariance::{bundle, parquet, record_batch, settings, shuffled};

/// As many threads count at a time.
const THREADS: [usize; 3] = [1, 2, 5];

fn written(folder: &TempDir, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    path
}

fn threads(count: usize) -> NonZero<usize> {
    NonZero::new(count).unwrap()
}

fn columns<'a>(settings: &'a CountSettings, task: Option<&'a TaskColumns>) -> FeatureSettings<'a> {
    FeatureSettings {
        roles: &settings.roles,
        task,
        personal: &[],
        ignored: &[],
        axes: &settings.axes,
        decision_threshold: settings.decision_threshold,
        max_levels: settings.max_levels,
        part: Part::Test,
    }
}

/// The bundle of a file whose rows are read and held.
fn held(path: &Path, settings: &CountSettings, count: usize) -> Vec<u8> {
    let rows = read(path, &ReadSettings::default()).unwrap();
    let cube = count_noting(&rows, settings, threads(count), &mut || {}).unwrap();
    bundle(cube, feature_table(&rows, &columns(settings, None), None, threads(count)).unwrap())
}

/// The bundle of a file whose rows are counted batch by batch.
fn streamed(path: &Path, settings: &CountSettings, count: usize) -> Vec<u8> {
    let reading = ReadSettings::default();
    let counted = count_file(path, &reading, settings, threads(count), &mut || {}).unwrap();
    let (features, digest) = feature_table_of_file(path, &reading, &columns(settings, None), None, threads(count)).unwrap();
    assert_eq!(counted.digest, digest, "both are of the same bytes");
    bundle(counted.cube, features)
}

#[test]
fn neither_threads_nor_order_nor_format_nor_holding_the_rows_changes_a_byte_of_a_bundle() {
    let mut sets = vec![data_sets::from_python()];
    let folder = real_data("neither_threads_nor_order_nor_format_nor_holding_the_rows_changes_a_byte_of_a_bundle");
    let wanted = ["compas", "bank", "adult"];
    sets.extend(folder.into_iter().flat_map(|folder| data_sets::all(&folder)).filter(|rows| wanted.contains(&rows.name)));
    for rows in sets {
        let settings = settings(&rows, rows.data["id"].as_str());
        let folder = tempfile::tempdir().unwrap();
        let csv = written(&folder, "rows.csv", &rows.csv);
        let parquet = written(&folder, "rows.parquet", parquet(&rows.csv));
        let mixed = written(&folder, "mixed.csv", shuffled(&rows.csv));
        let expected = held(&csv, &settings, 1);
        let same = |what: &str, found: Vec<u8>| assert!(found == expected, "{}: {what}", rows.name);
        for count in THREADS {
            same(&format!("CSV, {count} threads"), streamed(&csv, &settings, count));
            same(&format!("Parquet, {count} threads"), streamed(&parquet, &settings, count));
        }
        same("held, 5 threads", held(&parquet, &settings, 5));
        same("another order", streamed(&mixed, &settings, 2));
        same("another order, held", held(&mixed, &settings, 2));
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// The rows as a line of JSON each: numbers where all cells of a column are, and no key where a cell is empty.
fn json_lines(csv: &str) -> String {
    let (header, body) = csv.split_once('\n').unwrap();
    let names: Vec<&str> = header.split(',').collect();
    let rows: Vec<Vec<&str>> = body.lines().map(|line| line.split(',').collect()).collect();
    let is_number = |place: usize| rows.iter().all(|row| row[place].is_empty() || row[place].parse::<f64>().is_ok());
    let numbers: Vec<bool> = (0..names.len()).map(is_number).collect();
    let mut text = String::new();
    for row in &rows {
        let cells =
            names.iter().zip(row).zip(&numbers).filter(|((_, cell), _)| !cell.is_empty()).map(|((name, cell), number)| {
                let value = if *number { cell.parse::<f64>().unwrap().into() } else { serde_json::Value::from(*cell) };
                ((*name).to_owned(), value)
            });
        writeln!(text, "{}", serde_json::Value::Object(cells.collect())).unwrap();
    }
    text
}

/// The rows as an Arrow IPC file or stream of three batches.
fn arrow(csv: &str, as_file: bool) -> Vec<u8> {
    let batch = record_batch(csv);
    let part = batch.num_rows().div_ceil(3);
    let starts = (0..batch.num_rows()).step_by(part);
    let parts: Vec<_> = starts.map(|start| batch.slice(start, part.min(batch.num_rows() - start))).collect();
    let packing = if as_file { CompressionType::LZ4_FRAME } else { CompressionType::ZSTD };
    let options = IpcWriteOptions::default().try_with_compression(Some(packing)).unwrap();
    let mut bytes = Vec::new();
    if as_file {
        let mut writer = FileWriter::try_new_with_options(&mut bytes, &batch.schema(), options).unwrap();
        for part in &parts {
            writer.write(part).unwrap();
        }
        writer.finish().unwrap();
    } else {
        let mut writer = StreamWriter::try_new_with_options(&mut bytes, &batch.schema(), options).unwrap();
        for part in &parts {
            writer.write(part).unwrap();
        }
        writer.finish().unwrap();
    }
    bytes
}

/// The rows as three files with a header each, of different lengths.
fn shards(csv: &str) -> [String; 3] {
    let (header, body) = csv.split_once('\n').unwrap();
    let lines: Vec<&str> = body.lines().collect();
    let (first, rest) = lines.split_at(lines.len() / 7);
    let (second, third) = rest.split_at(rest.len() / 2);
    [first, second, third].map(|part| format!("{header}\n{}\n", part.join("\n")))
}

/// Shards under these names, in a folder of their own.
fn in_folder(folder: &TempDir, name: &str, files: &[(&str, Vec<u8>)]) -> PathBuf {
    let inner = folder.path().join(name);
    std::fs::create_dir(&inner).unwrap();
    for (name, bytes) in files {
        std::fs::write(inner.join(name), bytes).unwrap();
    }
    inner
}

#[test]
fn neither_the_format_nor_the_files_that_rows_are_split_over_change_a_byte_of_a_bundle() {
    let mut sets = vec![data_sets::from_python()];
    let folder = real_data("neither_the_format_nor_the_files_that_rows_are_split_over_change_a_byte_of_a_bundle");
    let wanted = ["compas"];
    sets.extend(folder.into_iter().flat_map(|folder| data_sets::all(&folder)).filter(|rows| wanted.contains(&rows.name)));
    for rows in sets {
        let settings = settings(&rows, rows.data["id"].as_str());
        let folder = tempfile::tempdir().unwrap();
        let csv = &rows.csv;
        let expected = held(&written(&folder, "rows.csv", csv), &settings, 1);
        let tsv = csv.replace(',', "\t");
        let lines = json_lines(csv);
        let [one, two, three] = shards(csv);
        let paths = [
            written(&folder, "rows.csv.gz", gzip(csv.as_bytes())),
            written(&folder, "rows.tsv.zst", zstd::encode_all(tsv.as_bytes(), 1).unwrap()),
            written(&folder, "rows.jsonl", &lines),
            written(&folder, "rows.ndjson.gz", gzip(lines.as_bytes())),
            written(&folder, "rows.feather", arrow(csv, true)),
            written(&folder, "rows.ipc", arrow(csv, false)),
            in_folder(
                &folder,
                "csv",
                &[("a.csv", one.clone().into()), ("b.csv.gz", gzip(two.as_bytes())), ("c.csv", three.clone().into())],
            ),
            in_folder(
                &folder,
                "lines",
                &[
                    ("a.jsonl", json_lines(&one).into()),
                    ("b.jsonl", json_lines(&[two.as_str(), three.split_once('\n').unwrap().1].concat()).into()),
                ],
            ),
            in_folder(
                &folder,
                "parquet",
                &[("a.parquet", parquet(&one)), ("b.parquet", parquet(&two)), ("c.parquet", parquet(&three))],
            ),
            in_folder(
                &folder,
                "arrow",
                &[("b.arrow", arrow(&two, true)), ("a.ipc", arrow(&one, false)), ("c.arrow", arrow(&three, false))],
            )
            .join("*"),
        ];
        for path in paths {
            for count in [1, 5] {
                assert!(streamed(&path, &settings, count) == expected, "{}: {}, {count} threads", rows.name, path.display());
            }
            assert!(held(&path, &settings, 2) == expected, "{}: {}, held", rows.name, path.display());
        }
    }
}

/// Rows of a task other than two classes: classes and numbers that differ by row, some of them equal to others.
fn task_rows() -> String {
    let mut text = "id,y,p,a,b,c,sex,weight\n".to_owned();
    for row in 0..1_200_u32 {
        let mixed = row.wrapping_mul(2_654_435_761) >> 7;
        let (label, prediction) = (mixed % 3, if mixed.is_multiple_of(5) { (mixed + 1) % 3 } else { mixed % 3 });
        let probabilities = [[7, 2, 1], [2, 6, 2], [1, 1, 8]][prediction as usize];
        let [a, b, c] = probabilities.map(|tenths| f64::from(tenths) / 10.0);
        let (sex, weight) = (["F", "M", ""][(mixed >> 3) as usize % 3], [0.5, 1.0, 1.5][(mixed >> 5) as usize % 3]);
        writeln!(text, "{row},{label},{prediction},{a},{b},{c},{sex},{weight}").unwrap();
    }
    text
}

#[test]
fn no_task_depends_on_the_order_or_the_format_of_its_rows() {
    let probability = |(place, column): (usize, &str)| (place.to_string(), column.to_owned());
    let probabilities: Vec<_> = ["a", "b", "c"].into_iter().enumerate().map(probability).collect();
    let tasks = [
        TaskColumns::Multiclass { classes: None, probabilities },
        TaskColumns::Multilabel { classes: None, separator: ";".to_owned() },
        TaskColumns::Regression,
        TaskColumns::Clustering { features: vec!["a".to_owned(), "b".to_owned()], labeled: true },
    ];
    let folder = tempfile::tempdir().unwrap();
    let csv = written(&folder, "rows.csv", task_rows());
    let mixed = written(&folder, "mixed.csv", shuffled(&task_rows()));
    let parquet = written(&folder, "rows.parquet", parquet(&task_rows()));
    let roles = Roles {
        label: "y".to_owned(),
        prediction: Some("p".to_owned()),
        weight: Some("weight".to_owned()),
        id: Some("id".to_owned()),
        ..Roles::default()
    };
    let sex = modelgate_data::CountAxis {
        axis: modelgate_cube::Axis { name: "sex".to_owned(), kind: modelgate_cube::AxisKind::Categorical },
        column: "sex".to_owned(),
    };
    let settings = CountSettings { roles, axes: vec![sex], depth: 2, decision_threshold: 0.5, max_levels: 100, paired: true };
    for task in tasks {
        let counted = |path: &Path, count: usize| {
            let rows = read(path, &ReadSettings::default()).unwrap();
            let cube = count_task_noting(&rows, &settings, &task, || {}).unwrap();
            bundle(cube, feature_table(&rows, &columns(&settings, Some(&task)), None, threads(count)).unwrap())
        };
        let expected = counted(&csv, 1);
        for (what, path, count) in [("order", &mixed, 1), ("Parquet", &parquet, 2), ("threads", &csv, 5)] {
            assert!(counted(path, count) == expected, "{task:?}: {what}");
        }
    }
}

/// The columns of some rows over frozen edges.
fn columns_of(rows: &DataSet, folder: &TempDir, csv: &str, frozen: Option<&FeatureTable>) -> FeatureTable {
    let settings = settings(rows, rows.data["id"].as_str());
    let data: Dataset = read(&written(folder, "part.csv", csv), &ReadSettings::default()).unwrap();
    feature_table(&data, &columns(&settings, None), frozen, threads(2)).unwrap()
}

#[test]
fn columns_of_shards_add_up_to_those_of_the_whole_file() {
    let rows = data_sets::from_python();
    let folder = tempfile::tempdir().unwrap();
    let whole = columns_of(&rows, &folder, &rows.csv, None);
    let (header, body) = rows.csv.split_once('\n').unwrap();
    let lines: Vec<&str> = body.lines().collect();
    let (first, second) = lines.split_at(lines.len() / 3);
    let [first, second] =
        [first, second].map(|part| columns_of(&rows, &folder, &format!("{header}\n{}\n", part.join("\n")), Some(&whole)));
    for (mut one, other) in [(first.clone(), &second), (second.clone(), &first)] {
        one.merge(other).unwrap();
        assert_eq!(one, whole);
    }
}

#[test]
fn rows_of_weight_two_are_spread_as_two_rows_each_and_are_worth_as_many_as_there_are() {
    let mut rows = data_sets::from_python();
    let folder = tempfile::tempdir().unwrap();
    let frozen = columns_of(&rows, &folder, &rows.csv, None);
    let (header, body) = rows.csv.split_once('\n').unwrap();
    // Every third row twice, once by weight and once by writing it twice.
    let twice = |place: usize| place.is_multiple_of(3);
    let weighted = body.lines().enumerate().map(|(place, line)| format!("{line},{}\n", if twice(place) { 2 } else { 1 }));
    let weighted = format!("{header},weight\n{}", weighted.collect::<String>());
    let repeated = body.lines().enumerate().map(|(place, line)| format!("{line}\n").repeat(if twice(place) { 2 } else { 1 }));
    let repeated = format!("{header}\n{}", repeated.collect::<String>());
    let repeated = columns_of(&rows, &folder, &repeated, Some(&frozen));
    rows.data["weight"] = "weight".into();
    let weighted = columns_of(&rows, &folder, &weighted, Some(&frozen));
    let of = |table: &FeatureTable| drift(DriftBetween::Releases, &frozen, table).unwrap().drifts;
    let (weighted, repeated) = (of(&weighted), of(&repeated));
    assert!(weighted.len() == repeated.len() && weighted.len() > 4);
    for (one, two) in weighted.iter().zip(&repeated) {
        // Shares, and distances of shares, weigh rows; how sure they are is for the rows that there are.
        let of_shares = ["jensen_shannon_distance", "hellinger_distance", "linfinity_distance", "total_variation_distance"];
        for (statistic, value) in one.values.iter().filter(|(statistic, _)| of_shares.contains(&statistic.as_str())) {
            let (value, other) = (value.ok().unwrap(), two.value(*statistic).unwrap());
            assert!((value - other).abs() < 1e-7, "{statistic} of {:?}: {value} and {other}", one.feature);
        }
        assert!(one.rows.1 < two.rows.1 || !one.slice.is_overall());
    }
}
