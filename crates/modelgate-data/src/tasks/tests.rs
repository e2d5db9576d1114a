//! What must hold for the counts of every task: the definition row by row, the order of rows, and every bad input told.
#![expect(clippy::unwrap_used, clippy::float_cmp, reason = "tests")]

use std::fmt::Write as _;
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use modelgate_cube::{Axis, AxisKind, ClassRow, RegressionCounts, TaskKind};

use super::*;
use crate::CountAxis;
use crate::testing::{categorical, csv, file, settings, told};

fn with_prediction(axes: &[&str]) -> CountSettings {
    let mut settings = settings(axes.iter().map(|axis| categorical(axis)).collect());
    settings.roles.prediction = Some("p".to_owned());
    settings.roles.score = None;
    settings
}

fn multiclass(probabilities: &[(&str, &str)]) -> TaskColumns {
    let named = probabilities.iter().map(|(class, column)| ((*class).to_owned(), (*column).to_owned()));
    TaskColumns::Multiclass { classes: None, probabilities: named.collect() }
}

fn clustering(features: &[&str], labeled: bool) -> TaskColumns {
    TaskColumns::Clustering { features: features.iter().map(|name| (*name).to_owned()).collect(), labeled }
}

fn multilabel(classes: Option<&[&str]>) -> TaskColumns {
    let classes = classes.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
    TaskColumns::Multilabel { classes, separator: "|".to_owned() }
}

fn reading_sets() -> ReadSettings {
    let columns = ["y", "p"].map(str::to_owned);
    let set_columns = columns.clone().map(|column| (column, "|".to_owned())).into();
    ReadSettings { text_columns: columns.into(), set_columns, ..ReadSettings::default() }
}

/// Rows in which an empty cell of `y` or `p` is the empty set, with their file.
fn with_sets(text: &str) -> (Dataset, tempfile::NamedTempFile) {
    let file = file(".csv", text.as_bytes());
    (crate::read(file.path(), &reading_sets()).unwrap(), file)
}

fn counted(text: &str, settings: &CountSettings, task: &TaskColumns) -> Cube {
    count_task_noting(&csv(text).0, settings, task, || {}).unwrap()
}

fn bad(text: &str, task: &TaskColumns) -> String {
    let (data, _file) = csv(text);
    let mut settings = with_prediction(&[]);
    if matches!(task, TaskColumns::Multiclass { probabilities, .. } if !probabilities.is_empty()) {
        settings.roles.prediction = None;
    }
    told(&count_task_noting(&data, &settings, task, || {}).unwrap_err())
}

fn cell(cube: &Cube, slice: &str) -> TaskCounts {
    cube.cell(&Slice::parse(slice).unwrap()).unwrap().task.clone()
}

#[test]
fn classes_are_counted_by_the_definition_in_their_own_order() {
    let text = "y,p,sex\n10,2,F\n2,2,M\n9,10,F\n10,10.0,F\n";
    let cube = counted(text, &with_prediction(&["sex"]), &multiclass(&[]));
    let Task::Multiclass { classes } = &cube.meta().shape.task else { unreachable!() };
    assert_eq!(classes, &["2", "9", "10"]);
    let TaskCounts::Classes(counts) = cell(&cube, "overall") else { unreachable!() };
    assert_eq!([(2, 0), (0, 0), (1, 2), (2, 2), (1, 1)].map(|(y, p)| counts.tally(y, p).rows), [1, 1, 1, 1, 0]);
    assert_eq!(counts.sums().squared_distance, 4.0 + 1.0);
    assert_eq!(cube.cell(&Slice::parse("sex=M").unwrap()).unwrap().total().rows, 1);
}

#[test]
fn probabilities_give_predictions_losses_and_scores() {
    let text = "y,a,b,c\nx,0.5,0.25,0.25\ny,0.25,0.375,0.375\nz,0.5,0.25,0.25\n";
    let mut settings = with_prediction(&[]);
    settings.roles.prediction = None;
    let cube = counted(text, &settings, &multiclass(&[("x", "a"), ("y", "b"), ("z", "c")]));
    let TaskCounts::Classes(counts) = cell(&cube, "overall") else { unreachable!() };
    let mut expected = modelgate_cube::ClassCounts::new(3, true);
    for (label, prediction, probabilities) in [(0, 0, [0.5, 0.25, 0.25]), (1, 1, [0.25, 0.375, 0.375]), (2, 0, [0.5, 0.25, 0.25])]
    {
        expected.add_row(&ClassRow { label, prediction, weight: 1.0, probabilities: Some(&probabilities) });
    }
    assert_eq!(
        (&counts.confusion, counts.log_loss, &counts.confidence),
        (&expected.confusion, expected.log_loss, &expected.confidence)
    );
    assert_eq!(counts.scores.one_against_rest(0, 3).len(), 2);
}

#[test]
fn sets_of_labels_are_counted_by_the_definition_and_an_empty_cell_is_the_empty_set() {
    let (data, _file) = with_sets("y,p,sex\nb|a,a|b,F\n,c,F\nc, ,M\n,,\n");
    let cube = count_task_noting(&data, &with_prediction(&["sex"]), &multilabel(None), || {}).unwrap();
    let Task::Multilabel { labels } = &cube.meta().shape.task else { unreachable!() };
    assert_eq!(labels, &["a", "b", "c"]);
    let mut expected = modelgate_cube::LabelSetCounts::new(3);
    let rows: [(&[usize], &[usize]); 4] = [(&[0, 1], &[0, 1]), (&[], &[2]), (&[2], &[]), (&[], &[])];
    for (labels, predictions) in rows {
        expected.add_row(&modelgate_cube::LabelSetRow { labels, predictions, weight: 1.0 });
    }
    assert_eq!(cell(&cube, "overall"), TaskCounts::LabelSets(Box::new(expected)));
    assert_eq!(cube.cell(&Slice::single("sex", None)).unwrap().total().rows, 1);
}

/// A Parquet file of lists of labels.
fn parquet_of_lists(rows: &[[Option<&[&str]>; 2]]) -> tempfile::NamedTempFile {
    let lists = |side: usize| {
        let mut builder = ListBuilder::new(StringBuilder::new());
        for row in rows {
            builder.append_option(row[side].map(|labels| labels.iter().map(|label| Some(*label)).collect::<Vec<_>>()));
        }
        Arc::new(builder.finish()) as ArrayRef
    };
    let batch = RecordBatch::try_from_iter([("y", lists(0)), ("p", lists(1))]).unwrap();
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    file(".parquet", &bytes)
}

#[test]
fn lists_of_a_parquet_file_are_the_sets_that_they_hold() {
    let count = |data: &Dataset| count_task_noting(data, &with_prediction(&[]), &multilabel(None), || {});
    let rows: [[Option<&[&str]>; 2]; 4] = [
        [Some(&["b", "a"]), Some(&["a", "b"])],
        [Some(&[]), Some(&["c"])],
        [Some(&["c"]), Some(&[])],
        [Some(&["a"]), Some(&["b"])],
    ];
    let file = parquet_of_lists(&rows);
    let lists = count(&crate::read(file.path(), &reading_sets()).unwrap()).unwrap();
    let (texts, _file) = with_sets("y,p\nb|a,a|b\n,c\nc,\na,b\n");
    let texts = count(&texts).unwrap();
    assert!(lists.cells().eq(texts.cells()));
    assert_eq!((lists.meta(), lists.row_ids()), (texts.meta(), texts.row_ids()));
    let refused = |labels: Option<&[&str]>| {
        let file = parquet_of_lists(&[[labels, Some(&[])]]);
        crate::read(file.path(), &reading_sets()).and_then(|data| count(&data)).unwrap_err().to_string()
    };
    assert!(refused(None).contains("the label set is missing"), "{}", refused(None));
    assert!(refused(Some(&[""])).contains("holds an empty label"), "{}", refused(Some(&[""])));
    assert!(refused(Some(&["a|b"])).contains("the label \"a|b\" of a list holds \"|\""), "{}", refused(Some(&["a|b"])));
    assert!(refused(Some(&["a", "a"])).contains("holds \"a\" twice"), "{}", refused(Some(&["a", "a"])));
}

#[test]
fn sets_that_are_none_are_told_with_their_line() {
    let bad = |text: &str, classes: Option<&[&str]>| {
        let (data, _file) = with_sets(text);
        told(&count_task_noting(&data, &with_prediction(&[]), &multilabel(classes), || {}).unwrap_err())
    };
    let empty = bad("y,p\na,a\na||b,a\nb|a|,a\na||b,b\n", None);
    assert!(empty.starts_with("rows:3:1 (column \"y\"): the label set \"a||b\" holds an empty label"), "{empty}");
    assert!(empty.contains("(and 2 more rows)") && empty.contains("`data.separator`"), "{empty}");
    let twice = bad("y,p\na,a\na,b|a|b\n", None);
    assert!(twice.contains("rows:3:2 (column \"p\"): the predicted set \"b|a|b\" holds \"b\" twice"), "{twice}");
    let unknown = bad("y,p\na,a\na|zebra,b\n", Some(&["a", "b"]));
    assert!(unknown.contains("the label set \"a|zebra\" holds \"zebra\", which is none of \"a\", \"b\""), "{unknown}");
    assert!(bad("y,p\na,a\na,zebra\n", Some(&["a"])).contains("the predicted set \"zebra\" holds \"zebra\""));
    let missing = bad("y,p\na,a\nNA,a\n", None);
    assert!(missing.contains("rows:3:1 (column \"y\"): the label set is missing: the cell is \"NA\""), "{missing}");
    let many: Vec<String> = (0..1_001).map(|row| format!("c{row}|d,d\n")).collect();
    assert!(bad(&format!("y,p\n{}", many.concat()), None).contains("1002 different labels, and at most 1000"));
}

fn ranking() -> TaskColumns {
    TaskColumns::Ranking { query: "id".to_owned(), cutoff: 2 }
}

#[test]
fn queries_are_counted_once_each_wherever_their_rows_stand() {
    let text = "id,y,p,sex\na,0,3,F\nb,1,1,M\na,2,1,F\nc,0,1,\na,1,2,F\nb,0,1,M\n";
    let cube = counted(text, &with_prediction(&["sex"]), &ranking());
    let mut expected = modelgate_cube::RankingCounts::default();
    expected.add_query(3, modelgate_cube::QueryWorth::of(&[(0.0, 3.0), (2.0, 1.0), (1.0, 2.0)], 2).as_ref());
    expected.add_query(2, modelgate_cube::QueryWorth::of(&[(1.0, 1.0), (0.0, 1.0)], 2).as_ref());
    expected.add_query(1, None);
    assert_eq!(cell(&cube, "overall"), TaskCounts::Ranking(Box::new(expected)));
    assert_eq!((cube.rows(), cube.cell(&Slice::single("sex", None)).unwrap().total().rows), (3, 1));
    let mut lines: Vec<&str> = text.lines().skip(1).collect();
    lines.reverse();
    assert_eq!(counted(&format!("id,y,p,sex\n{}\n", lines.join("\n")), &with_prediction(&["sex"]), &ranking()), cube);
    // Another model of the same queries: the same split, whatever it says.
    let other = counted(&text.replace("b,1,1,M", "b,1,-7,M"), &with_prediction(&["sex"]), &ranking());
    assert_eq!((other.meta().split, other.row_ids()), (cube.meta().split, cube.row_ids()));
}

#[test]
fn queries_that_are_none_are_told_with_their_line() {
    let bad = |text: &str| {
        let (data, _file) = csv(text);
        told(&count_task_noting(&data, &with_prediction(&["sex"]), &ranking(), || {}).unwrap_err())
    };
    let apart = bad("id,y,p,sex\na,0,3,F\nb,1,1,M\na,2,1,M\na,2,1,\n");
    assert!(
        apart
            .starts_with("rows:4:4 (column \"sex\"): (a text of 1 character, not shown) differs from the first row of its query"),
        "{apart}"
    );
    assert!(apart.contains("(and 1 more row)"), "{apart}");
    assert!(bad("id,y,p,sex\na,0,3,F\n,1,1,M\n").contains("rows:3:1 (column \"id\"): the query is missing"));
    assert!(bad("id,y,p,sex\na,0,3,F\nb,-1,1,M\n").contains("rows:3:2 (column \"y\"): the grade \"-1\" is below zero"));
    assert!(bad("id,y,p,sex\na,0,3,F\nb,NAN,1,M\n").contains("the grade \"NAN\" is not finite"));
    assert!(bad("id,y,p,sex\na,0,3,F\nb,nan,1,M\n").contains("the grade is missing"));
    assert!(bad("id,y,p,sex\na,0,3,F\nb,1,high,M\n").contains("the score \"high\" is not a number"));
}

#[test]
fn numbers_are_counted_by_the_definition_with_weights() {
    let mut settings = with_prediction(&["sex"]);
    settings.roles.weight = Some("w".to_owned());
    let cube = counted("y,p,sex,w\n1.5,1,F,2\n-3,0,,1\n", &settings, &TaskColumns::Regression);
    let mut expected = RegressionCounts::default();
    for (label, prediction, weight) in [(1.5, 1.0, 2.0), (-3.0, 0.0, 1.0)] {
        expected.add_row(&modelgate_cube::RegressionRow { label, prediction, weight });
    }
    assert_eq!(cell(&cube, "overall"), TaskCounts::Regression(Box::new(expected)));
    assert_eq!(cube.cell(&Slice::single("sex", None)).unwrap().total().rows, 1);
    assert_eq!((cube.meta().shape.task.kind(), cube.meta().shape.weighted), (TaskKind::Regression, true));
}

#[test]
fn clusters_are_counted_with_their_moments_and_distances() {
    let text = "y,p,length\nx,1,1\nx,1,3\ny,2,10\n";
    let cube = counted(text, &with_prediction(&[]), &clustering(&["length"], true));
    let TaskCounts::Clusters(counts) = cell(&cube, "overall") else { unreachable!() };
    assert_eq!(counts.contingency[&("1".to_owned(), Some("x".to_owned()))].rows, 2);
    assert_eq!(counts.moments["1"].distances.unwrap().to_f64(), 2.0);
    let unlabeled = counted(text, &with_prediction(&[]), &clustering(&["length"], false));
    assert_eq!(unlabeled.rows(), 3);
}

#[test]
fn replicates_are_sums_of_drawn_rows() {
    let rows: Vec<String> = (0..200).map(|row| format!("{row},{},{}\n", f64::from(row) * 0.37, f64::from(row % 7))).collect();
    let mut settings = with_prediction(&[]);
    settings.roles.id = Some("id".to_owned());
    let cube = counted(&format!("id,y,p\n{}", rows.concat()), &settings, &TaskColumns::Regression);
    let TaskCounts::Regression(counts) = cell(&cube, "overall") else { unreachable!() };
    let replicates = cube.sum_replicates(&Slice::overall()).unwrap();
    let means: Vec<f64> = replicates.iter().map(|sums| sums[7] / sums[0]).collect();
    let mean = means.iter().sum::<f64>() / means.len() as f64;
    let spread = (means.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / (means.len() as f64 - 1.0)).sqrt();
    let (n, sums) = (200.0_f64, counts.sums());
    let exact = ((sums.squared_error - sums.absolute_error.powi(2) / n) / n).sqrt() / n.sqrt();
    assert!((spread / exact - 1.0).abs() < 0.15, "{spread} {exact}");
}

#[test]
fn the_order_of_rows_changes_no_byte() {
    let classes = ["1,x,x,F,0.2", "2,y,x,M,0.7", "3,z,z,,1e10", "4,y,y,F,-3", "4,y,y,F,-3"];
    let header = "id,y,p,sex,length\n";
    let (forward, backward): (Vec<&str>, Vec<&str>) = (classes.to_vec(), classes.iter().rev().copied().collect());
    for task in [multiclass(&[]), multilabel(None), clustering(&["length"], true)] {
        let count = |rows: &[&str]| counted(&format!("{header}{}\n", rows.join("\n")), &with_prediction(&["sex"]), &task);
        assert_eq!(count(&forward), count(&backward));
    }
    let numbers = ["y,p,sex", "0.1,0.2,F", "1e10,7,M", "-3.3,0.25,", "0.7,1e-9,F"];
    let backward: Vec<&str> = std::iter::once(numbers[0]).chain(numbers[1..].iter().rev().copied()).collect();
    let count = |rows: &[&str]| counted(&format!("{}\n", rows.join("\n")), &with_prediction(&["sex"]), &TaskColumns::Regression);
    assert_eq!(count(&numbers), count(&backward));
}

/// The counts of a file that is looked at in chunks of this many rows.
fn streamed(path: &Path, settings: &CountSettings, task: &TaskColumns, chunk_rows: usize) -> Cube {
    let reading = reading_sets();
    let input = Input::find(path).unwrap();
    let file = BatchedFile::of(&input, &reading).unwrap();
    let wanted = |name: &str| names_rows(settings) || is_counted(name, settings, task);
    let threads = NonZero::new(3).unwrap();
    let mut looks = Streamed::new(&input, &file, &reading, wanted, threads);
    looks.chunk_rows = chunk_rows;
    let cube = super::counted(&looks, settings, task, || {}).unwrap();
    assert_eq!(looks.digest(), Some(modelgate_cube::Digest::of(&std::fs::read(path).unwrap())));
    cube
}

#[test]
fn chunks_of_a_file_make_the_cube_of_the_whole_file() {
    let mut text = "id,y,p,w,sex,age,a,b,c,length\n".to_owned();
    for row in 0..500_u32 {
        // Some rows are equal but for their id, and some of these are told apart by the model.
        let kind = if row % 5 == 0 { 7 } else { row };
        let noise = kind.wrapping_mul(2_654_435_761) >> 9;
        let (label, prediction) = (noise % 3, if row % 50 == 0 { 2 } else { noise / 3 % 3 });
        let a = f64::from(noise % 64) / 128.0;
        let (sex, age) = (["F", "M", ""][noise as usize / 7 % 3], 20 + noise % 50);
        let weight = 0.5 + f64::from(noise % 3);
        writeln!(text, "{row},{label},{prediction},{weight},{sex},{age},{a},0.25,{},{}", 0.75 - a, f64::from(noise) / 7.0)
            .unwrap();
    }
    let without_ids: Vec<&str> = text.lines().map(|line| line.split_once(',').unwrap().1).collect();
    let without_ids = without_ids.join("\n") + "\n";
    let probable = multiclass(&[("0", "a"), ("1", "b"), ("2", "c")]);
    let age = AxisKind::Binned { edges: vec![30.0, 50.0] };
    for task in [
        multiclass(&[]),
        probable,
        multilabel(None),
        TaskColumns::Regression,
        clustering(&["length", "a"], true),
        clustering(&[], true),
    ] {
        for (id, text) in [(Some("id".to_owned()), &text), (None, &without_ids)] {
            let mut settings = with_prediction(&["sex"]);
            settings.axes.push(CountAxis { axis: Axis { name: "band".to_owned(), kind: age.clone() }, column: "age".to_owned() });
            (settings.roles.id, settings.roles.weight) = (id, Some("w".to_owned()));
            let file = file(".csv", text.as_bytes());
            let whole = count_task_noting(&crate::read(file.path(), &reading_sets()).unwrap(), &settings, &task, || {}).unwrap();
            assert!(whole.sum_replicates(&Slice::overall()).is_some());
            for rows in [1_000, 64, 7] {
                assert!(streamed(file.path(), &settings, &task, rows) == whole, "{task:?} {rows}");
            }
            let found = count_task_file(file.path(), &reading_sets(), &settings, &task, NonZero::new(2).unwrap(), || {}).unwrap();
            assert!(found.cube == whole, "{task:?}");
        }
    }
}

#[test]
fn what_only_all_chunks_together_have_too_many_of_is_refused() {
    let refused = |header: &str, rows: &mut dyn Iterator<Item = String>, settings: &CountSettings, task: &TaskColumns| {
        let file = file(".csv", format!("{header}\n{}", rows.collect::<String>()).as_bytes());
        let reading = reading_sets();
        let input = Input::find(file.path()).unwrap();
        let batched = BatchedFile::of(&input, &reading).unwrap();
        let one = NonZero::<usize>::MIN;
        let mut looks = Streamed::new(&input, &batched, &reading, |_| true, one);
        looks.chunk_rows = 50;
        assert!(super::counted(&looks, settings, task, || {}).is_err());
        told(&count_task_file(file.path(), &reading, settings, task, one, || {}).unwrap_err())
    };
    let levels = refused(
        "y,p,sex",
        &mut (0..120).map(|row| format!("1,2,s{row}\n")),
        &with_prediction(&["sex"]),
        &TaskColumns::Regression,
    );
    assert!(levels.contains("slice column \"sex\" has 120 distinct values, and at most 100"), "{levels}");
    let clusters =
        refused("y,p", &mut (0..1_001).map(|row| format!("1,c{row}\n")), &with_prediction(&[]), &clustering(&[], true));
    assert!(clusters.contains("column \"p\"") && clusters.contains("1001 different classes, and at most 1000"), "{clusters}");
    let mut settings = with_prediction(&["a", "b"]);
    settings.max_levels = 1_000;
    let mut rows = (0..200 * 200).map(|row| format!("1,2,a{},b{}\n", row % 200, row / 200));
    let slices = refused("y,p,a,b", &mut rows, &settings, &TaskColumns::Regression);
    assert!(slices.contains("slices, and at most 32768 can be counted") && slices.contains("intersection_depth: 1"), "{slices}");
}

#[test]
fn shards_with_an_id_add_up_to_the_whole() {
    let rows: Vec<String> = (0..60).map(|row| format!("{row},{},{},{}\n", row % 3, row % 2, ["F", "M"][row % 2])).collect();
    let mut settings = with_prediction(&["sex"]);
    settings.roles.id = Some("id".to_owned());
    for task in [
        ranking(),
        TaskColumns::Multiclass { classes: Some(vec!["0".into(), "1".into(), "2".into()]), probabilities: Vec::new() },
        multilabel(Some(&["0", "1", "2"])),
        TaskColumns::Regression,
        clustering(&[], true),
    ] {
        let count = |rows: &[String]| counted(&format!("id,y,p,sex\n{}", rows.concat()), &settings, &task);
        let (whole, mut sum) = (count(&rows), count(&rows[..25]));
        sum.merge(&count(&rows[25..])).unwrap();
        assert_eq!((sum.meta(), sum.row_ids()), (whole.meta(), whole.row_ids()));
        assert!(sum.cells().eq(whole.cells()));
        let drawn = |cube: &Cube| cube.sum_replicates(&Slice::overall()).map(|found| found.iter().next().unwrap());
        for (one, two) in drawn(&sum).unwrap().iter().zip(drawn(&whole).unwrap()).take(1) {
            assert!((one - two).abs() < 1e-9);
        }
    }
}

#[test]
fn shards_of_clusters_with_features_add_up_but_for_distances() {
    let rows = ["y,p,length", "x,1,1", "x,1,3", "y,2,10"];
    let count = |rows: &[&str]| counted(&format!("{}\n", rows.join("\n")), &with_prediction(&[]), &clustering(&["length"], true));
    let (whole, mut sum) = (count(&rows), count(&rows[..2]));
    sum.merge(&count(&[rows[0], rows[2], rows[3]])).unwrap();
    assert_eq!(sum.meta(), whole.meta());
    let moments = |cube: &Cube| match cell(cube, "overall") {
        TaskCounts::Clusters(counts) => counts.moments["1"].clone(),
        _ => unreachable!(),
    };
    assert_eq!((moments(&sum).sums, moments(&sum).distances), (moments(&whole).sums, None));
    assert!(moments(&whole).distances.is_some());
}

#[test]
fn the_split_is_named_by_labels_and_not_by_predictions() {
    let split = |text: &str, task: &TaskColumns| counted(text, &with_prediction(&[]), task).meta().split;
    assert_eq!(split("y,p\n1,2\n3,4\n", &TaskColumns::Regression), split("y,p\n3,7\n1,9\n", &TaskColumns::Regression));
    assert_ne!(split("y,p\n1,2\n3,4\n", &TaskColumns::Regression), split("y,p\n1,2\n4,4\n", &TaskColumns::Regression));
    assert_eq!(split("y,p\na,b\nb,b\n", &multiclass(&[])), split("y,p\na,a\nb,b\n", &multiclass(&[])));
    assert_ne!(split("y,p\na,b\nb,b\n", &multiclass(&[])), split("y,p\nb,b\nb,a\n", &multiclass(&[])));
    // A set is one whatever order it is written in.
    assert_eq!(split("y,p\na|b,b\nb,b\n", &multilabel(None)), split("y,p\nb|a,a\nb,b\n", &multilabel(None)));
    assert_ne!(split("y,p\na|b,b\nb,b\n", &multilabel(None)), split("y,p\na,a\nb,b\n", &multilabel(None)));
}

#[test]
fn classes_that_are_none_are_told_with_their_line() {
    let probable = multiclass(&[("x", "a"), ("y", "b")]);
    let text = bad("y,a,b\nx,0.5,0.5\nz,0.5,0.5\nz,1,0\n", &probable);
    assert!(
        text.starts_with("rows:3:1 (column \"y\"): the label \"z\" is none of the classes \"x\", \"y\" (and 1 more row)"),
        "{text}"
    );
    assert!(text.contains("data.probabilities"), "{text}");
    let declared = TaskColumns::Multiclass { classes: Some(vec!["x".into(), "y".into()]), probabilities: Vec::new() };
    assert!(bad("y,p\nx,x\nz,x\n", &declared).contains("add it to `data.classes`"));
    let prediction = bad("y,p\nx,x\ny,zebra\n", &declared);
    assert!(
        prediction.contains("rows:3:2 (column \"p\"): the prediction \"zebra\" is none of the labels \"x\", \"y\""),
        "{prediction}"
    );
    assert!(bad("y,p\nx,x\n,x\n", &declared).contains("the label is missing"));
    assert!(bad("y,p\nx,x\ny,\n", &declared).contains("the prediction is missing"));
    let many: Vec<String> = (0..101).map(|row| format!("c{row},c0\n")).collect();
    assert!(bad(&format!("y,p\n{}", many.concat()), &multiclass(&[])).contains("101 different classes, and at most 100"));
}

#[test]
fn probabilities_that_are_none_are_told_with_their_line() {
    let probable = multiclass(&[("x", "a"), ("y", "b")]);
    let sum = bad("y,a,b\nx,0.5,0.5\ny,0.5,0.25\n", &probable);
    assert!(sum.starts_with("rows:3:2 (column \"a\"): the probabilities of this row sum to 0.750000"), "{sum}");
    assert!(bad("y,a,b\nx,0.5,0.5\ny,1.5,-0.5\n", &probable).contains("the probability \"1.5\" lies outside 0 to 1"));
    assert!(bad("y,a,b\nx,0.5,0.5\ny,,0.5\n", &probable).contains("rows:3:2 (column \"a\"): the probability is missing"));
    assert!(bad("y,a,b\nx,0.5,0.5\ny,high,0.5\n", &probable).contains("the probability \"high\" is not a number"));
    assert!(bad("y,a\nx,0.5\n", &probable).contains("there is no column \"b\""));
    // Rounded to four decimals is close enough.
    let (data, _file) = csv("y,a,b\nx,0.3333,0.6666\n");
    let mut settings = with_prediction(&[]);
    settings.roles.prediction = None;
    assert!(count_task_noting(&data, &settings, &probable, || {}).is_ok());
}

#[test]
fn numbers_that_are_none_are_told_with_their_line() {
    let number = |cells: &str| bad(&format!("y,p\n1,1\n{cells}\n"), &TaskColumns::Regression);
    assert!(number("x,1").contains("rows:3:1 (column \"y\"): the label \"x\" is not a number"));
    assert!(number("1,inf").contains("rows:3:2 (column \"p\"): the prediction \"inf\" is not finite"));
    assert!(number("1,NAN").contains("the prediction \"NAN\" is not finite"));
    assert!(number(",1").contains("the label is missing: the cell is \"\""));
    let large = number("1e12,1");
    assert!(large.contains("the label \"1e12\" is larger than 1e11") && large.contains("thousands"), "{large}");
    let feature = bad("y,p,length\n1,1,2\n1,2,long\n", &clustering(&["length"], false));
    assert!(feature.contains("rows:3:3 (column \"length\"): the feature \"long\" is not a number"), "{feature}");
    assert!(bad("y,p\n1,\n", &clustering(&[], true)).contains("the prediction is missing"));
}
