//! Trees as a whole: what must hold for every model, whatever the rows.
#![expect(clippy::unwrap_used, reason = "tests")]

use linfa::traits::{Fit as _, Predict as _};
use linfa::{Dataset, ParamGuard as _};
use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::*;
use crate::testing::Numbers;

const SMALL: Shape = Shape { max_depth: 5, max_leaves: None, min_leaf_weight: 2.0 };

fn settings() -> Settings {
    Settings { shape: SMALL, ..Settings::default() }
}

fn boosting() -> GradientBoosting {
    let shape = Shape { max_leaves: Some(8), ..SMALL };
    GradientBoosting { settings: Settings { shape, ..settings() }, trees: 20, ..GradientBoosting::default() }
}

fn forest() -> RandomForest {
    RandomForest { settings: settings(), trees: 12, seed: 3, ..RandomForest::default() }
}

fn tree() -> DecisionTree {
    DecisionTree { settings: settings() }
}

/// Four features: a number with gaps, a 0/1 column, a small whole number, and noise. Truth depends on the first three.
fn sample(rows: usize, seed: u64) -> (Array2<f64>, Vec<f64>) {
    let mut numbers = Numbers::new(seed);
    let mut records = Array2::zeros((rows, 4));
    let mut truth = Vec::new();
    for mut row in records.outer_iter_mut() {
        let (a, b) = (4.0 * numbers.draw() - 2.0, f64::from(u8::from(numbers.draw() < 0.4)));
        let (c, noise) = ((6.0 * numbers.draw()).floor(), numbers.draw());
        let missing = numbers.draw() < 0.15;
        row.assign(&Array1::from(vec![if missing { f64::NAN } else { a }, b, c, noise]));
        truth.push(if missing { 1.5 } else { a * (1.0 - 2.0 * b) } + 0.3 * c + 0.5 * numbers.draw());
    }
    (records, truth)
}

fn labels(truth: &[f64]) -> Array1<bool> {
    truth.iter().map(|value| *value > 0.9).collect()
}

fn classes(truth: &[f64]) -> Array1<usize> {
    truth.iter().map(|value| usize::from(*value > 0.2) + usize::from(*value > 1.4)).collect()
}

/// A model of each estimator for each kind of target.
fn every_model(records: &Array2<f64>, truth: &[f64], weights: Option<&[f32]>) -> Vec<(&'static str, TreeModel)> {
    fn with<T>(records: &Array2<f64>, targets: Array1<T>, weights: Option<&[f32]>) -> linfa::DatasetBase<Array2<f64>, Array1<T>> {
        let dataset = linfa::DatasetBase::new(records.clone(), targets);
        match weights {
            Some(weights) => dataset.with_weights(Array1::from(weights.to_vec())),
            None => dataset,
        }
    }
    let binary = with(records, labels(truth), weights);
    let several = with(records, classes(truth), weights);
    let numbers = with(records, Array1::from(truth.to_vec()), weights);
    vec![
        ("tree binary", Params(tree()).fit(&binary).unwrap()),
        ("tree classes", Params(tree()).fit(&several).unwrap()),
        ("tree numbers", Params(tree()).fit(&numbers).unwrap()),
        ("forest binary", Params(forest()).fit(&binary).unwrap()),
        ("forest classes", Params(forest()).fit(&several).unwrap()),
        ("forest numbers", Params(forest()).fit(&numbers).unwrap()),
        ("boosting binary", Params(boosting()).fit(&binary).unwrap()),
        ("boosting classes", Params(boosting()).fit(&several).unwrap()),
        ("boosting numbers", Params(boosting()).fit(&numbers).unwrap()),
    ]
}

fn shuffled(rows: usize) -> Vec<usize> {
    let mut numbers = Numbers::new(99);
    let mut keyed: Vec<(f64, usize)> = (0..rows).map(|row| (numbers.draw(), row)).collect();
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
    keyed.into_iter().map(|(_, row)| row).collect()
}

fn mean_square(predictions: ArrayView2<'_, f64>, truth: &[f64]) -> f64 {
    predictions.column(0).iter().zip(truth).map(|(found, truth)| (found - truth).powi(2)).sum::<f64>() / truth.len() as f64
}

#[test]
fn predictions_are_chances_that_add_up_or_numbers_within_the_targets() {
    let (records, truth) = sample(400, 1);
    let (fresh, _) = sample(200, 2);
    let (least, most) = truth.iter().fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(*value), high.max(*value)));
    for (name, model) in every_model(&records, &truth, None) {
        assert_eq!(model.flaw(), None, "{name}");
        let predictions = model.predict_rows(fresh.view()).unwrap();
        if name.ends_with("numbers") {
            // Means lie between targets; a sum of steps may pass them a little.
            let room = if name.starts_with("boosting") { 0.2 * (most - least) } else { 1e-9 };
            assert!(predictions.iter().all(|value| (least - room..=most + room).contains(value)), "{name}");
        } else {
            assert!(predictions.iter().all(|chance| (0.0..=1.0).contains(chance)), "{name}");
            if name.ends_with("classes") {
                let sums = predictions.sum_axis(Axis(1));
                assert!(sums.iter().all(|sum| (sum - 1.0).abs() < 1e-12), "{name}");
            }
        }
    }
}

#[test]
fn what_is_learned_is_true_of_rows_never_seen() {
    let (records, truth) = sample(3000, 1);
    let (fresh, fresh_truth) = sample(1500, 2);
    for (name, model) in every_model(&records, &truth, None) {
        let predictions = model.predict_rows(fresh.view()).unwrap();
        if name.ends_with("numbers") {
            let mean = fresh_truth.iter().sum::<f64>() / 1500.0;
            let spread = fresh_truth.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 1500.0;
            let explained = 1.0 - mean_square(predictions.view(), &fresh_truth) / spread;
            // Means over leaves of a few splits are coarse.
            assert!(explained > if name.starts_with("boosting") { 0.75 } else { 0.6 }, "{name}: {explained}");
            continue;
        }
        let right = predictions.outer_iter().zip(&fresh_truth).filter(|(chances, truth)| {
            if name.ends_with("binary") {
                return (chances[0] > 0.5) == (**truth > 0.9);
            }
            let best = chances.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0;
            best == classes(&[**truth])[0]
        });
        let accuracy = right.count() as f64 / 1500.0;
        assert!(accuracy > 0.8, "{name}: {accuracy}");
    }
}

#[test]
fn the_order_of_rows_and_the_number_of_threads_change_no_bit() {
    let (records, truth) = sample(700, 5);
    let order = shuffled(700);
    let (moved, moved_truth) = (records.select(Axis(0), &order), order.iter().map(|row| truth[*row]).collect::<Vec<_>>());
    let expected = every_model(&records, &truth, None);
    assert_eq!(every_model(&moved, &moved_truth, None), expected);
    let dataset = Dataset::new(records, labels(&truth));
    for threads in [2, 3, 7] {
        let on = |settings: Settings| Settings { threads, ..settings };
        let forest = RandomForest { settings: on(settings()), ..forest() };
        let boosting = GradientBoosting { settings: on(boosting().settings), ..boosting() };
        let tree = DecisionTree { settings: on(settings()) };
        assert_eq!(Params(forest).fit(&dataset).unwrap(), expected[3].1);
        assert_eq!(Params(boosting).fit(&dataset).unwrap(), expected[6].1);
        assert_eq!(Params(tree).fit(&dataset).unwrap(), expected[0].1);
    }
}

#[test]
fn large_nodes_on_several_threads_give_the_same_tree() {
    // Enough rows and features to be shared between threads and to keep sums of bins.
    let (narrow, truth) = sample(9_000, 6);
    let mut records = Array2::zeros((9_000, 48));
    for (index, mut column) in records.columns_mut().into_iter().enumerate() {
        column.assign(&narrow.column(index % 4).mapv(|value| value * (index as f64 + 1.0)));
    }
    let dataset = Dataset::new(records, labels(&truth));
    let with = |threads| {
        let settings = Settings { threads, ..boosting().settings };
        Params(GradientBoosting { settings, trees: 4, ..boosting() }).fit(&dataset).unwrap()
    };
    assert_eq!(with(1), with(2));
    assert_eq!(with(1), with(5));
}

#[test]
fn a_weight_is_as_many_rows() {
    let (records, truth) = sample(300, 8);
    let times: Vec<usize> = (0..300).map(|row| row % 4).collect();
    let copies: Vec<usize> = times.iter().enumerate().flat_map(|(row, times)| vec![row; *times]).collect();
    let (copied, copied_truth) = (records.select(Axis(0), &copies), copies.iter().map(|row| truth[*row]).collect::<Vec<_>>());
    // Weights that are a quarter of the copies give the same model but for the least weight of a leaf.
    for unit in [1.0, 0.25] {
        let weights: Vec<f32> = times.iter().map(|times| *times as f32 * unit).collect();
        let least = SMALL.min_leaf_weight * f64::from(unit);
        let settings =
            |settings: Settings, least| Settings { shape: Shape { min_leaf_weight: least, ..settings.shape }, ..settings };
        let weighted = Dataset::new(records.clone(), labels(&truth)).with_weights(Array1::from(weights.clone()));
        let plain = Dataset::new(copied.clone(), labels(&copied_truth));
        let grow = |least, dataset| Params(DecisionTree { settings: settings(settings_of_tree(), least) }).fit(dataset).unwrap();
        assert_eq!(grow(least, &weighted), grow(SMALL.min_leaf_weight, &plain));
        let boost = |least, penalty, dataset| {
            let boosting = GradientBoosting { settings: settings(boosting().settings, least), l2_penalty: penalty, ..boosting() };
            Params(boosting).fit(dataset).unwrap()
        };
        let penalty = f64::from(unit);
        // The least curvature of a leaf is absolute, so the trees are compared where it does not matter.
        assert_eq!(boost(least, penalty, &weighted), boost(SMALL.min_leaf_weight, 1.0, &plain));
        let numbers = Dataset::new(records.clone(), Array1::from(truth.clone())).with_weights(Array1::from(weights));
        let plain_numbers = Dataset::new(copied.clone(), Array1::from(copied_truth.clone()));
        let (one, other) = (boost_numbers(least, penalty, &numbers), boost_numbers(SMALL.min_leaf_weight, 1.0, &plain_numbers));
        assert_eq!(one, other);
    }
}

fn settings_of_tree() -> Settings {
    settings()
}

fn boost_numbers(least: f64, penalty: f64, dataset: &linfa::DatasetBase<Array2<f64>, Array1<f64>>) -> TreeModel {
    let base = boosting();
    let shape = Shape { min_leaf_weight: least, ..base.settings.shape };
    Params(GradientBoosting { settings: Settings { shape, ..base.settings }, l2_penalty: penalty, ..base }).fit(dataset).unwrap()
}

#[test]
fn promised_directions_hold_everywhere() {
    let (records, truth) = sample(1200, 9);
    // The truth rises with the first feature in some rows and falls in others, so without a promise so does the model.
    let promise = |constraint| vec![constraint, Constraint::None, Constraint::None, Constraint::None];
    let breaks = |model: &TreeModel, sign: f64| {
        let (fresh, _) = sample(60, 10);
        fresh.outer_iter().any(|row| {
            let ladder =
                Array2::from_shape_fn((41, 4), |(step, column)| if column == 0 { step as f64 / 10.0 - 2.0 } else { row[column] });
            let values = model.predict_rows(ladder.view()).unwrap();
            values.column(0).to_vec().windows(2).any(|pair| sign * (pair[1] - pair[0]) < 0.0)
        })
    };
    let (binary, numbers) = (Dataset::new(records.clone(), labels(&truth)), Dataset::new(records, Array1::from(truth)));
    for (constraint, sign) in [(Constraint::Rising, 1.0), (Constraint::Falling, -1.0)] {
        let held = |settings: Settings| Settings { constraints: promise(constraint), ..settings };
        let boosted = GradientBoosting { settings: held(boosting().settings), trees: 40, ..boosting() };
        assert!(!breaks(&Params(boosted.clone()).fit(&binary).unwrap(), sign));
        assert!(!breaks(&Params(boosted).fit(&numbers).unwrap(), sign));
        assert!(!breaks(&Params(DecisionTree { settings: held(settings()) }).fit(&binary).unwrap(), sign));
        assert!(!breaks(&Params(RandomForest { settings: held(settings()), ..forest() }).fit(&numbers).unwrap(), sign));
        assert!(breaks(&Params(boosting()).fit(&binary).unwrap(), sign), "the promise must make a difference");
    }
}

#[test]
fn an_and_of_two_columns_is_learned_in_any_order_of_rows() {
    // linfa's own tree misses it: the columns have ties only, and below the root it sees none of them.
    let rows: Vec<[f64; 2]> = (0..200).map(|row| [f64::from(row % 2), f64::from(row / 2 % 2)]).collect();
    let targets: Array1<bool> = rows.iter().map(|[a, b]| *a + *b > 1.5).collect();
    let dataset = Dataset::new(Array2::from(rows), targets.clone());
    let model = Params(tree()).fit(&dataset).unwrap();
    let predictions = model.predict_rows(dataset.records().view()).unwrap();
    assert!(
        predictions.column(0).iter().zip(&targets).all(|(chance, target)| (*chance - f64::from(u8::from(*target))).abs() < 1e-12)
    );
}

#[test]
fn features_of_any_scale_are_split() {
    for scale in [1e-300, 1e-12, 1.0, 1e300] {
        let records = Array2::from_shape_fn((40, 1), |(row, _)| row as f64 * scale);
        let dataset = Dataset::new(records, (0..40).map(|row| row >= 20).collect::<Array1<bool>>());
        let model = Params(tree()).fit(&dataset).unwrap();
        assert_eq!(model.nodes(), 3, "{scale}");
    }
}

#[test]
fn numbers_of_any_scale_are_learned() {
    for scale in [1e-90, 1e-9, 1.0, 1e90] {
        let (records, truth) = sample(300, 11);
        let scaled = Dataset::new(records.clone(), truth.iter().map(|value| value * scale).collect::<Array1<f64>>());
        let plain = Dataset::new(records.clone(), Array1::from(truth));
        for (scaled, plain) in [
            (Params(tree()).fit(&scaled).unwrap(), Params(tree()).fit(&plain).unwrap()),
            (Params(boosting()).fit(&scaled).unwrap(), Params(boosting()).fit(&plain).unwrap()),
        ] {
            let (scaled, plain) = (scaled.predict_rows(records.view()).unwrap(), plain.predict_rows(records.view()).unwrap());
            let far = scaled.iter().zip(&plain).map(|(scaled, plain)| (scaled / scale - plain).abs()).fold(0.0, f64::max);
            assert!(far < 1e-6, "{scale}: {far}");
        }
    }
}

#[test]
fn missing_values_go_where_they_belong_even_if_all_known_ones_are_equal() {
    let records = Array2::from_shape_fn((60, 2), |(row, column)| if column == 0 && row % 3 == 0 { f64::NAN } else { 5.0 });
    let dataset = Dataset::new(records.clone(), (0..60).map(|row| row % 3 == 0).collect::<Array1<bool>>());
    let model = Params(tree()).fit(&dataset).unwrap();
    let chances = model.predict_rows(records.view()).unwrap();
    assert!(chances[[0, 0]] > 0.999 && chances[[1, 0]] < 0.001, "{chances}");
}

#[test]
fn what_cannot_be_learned_from_says_why() {
    let of =
        |records: Array2<f64>, targets: Vec<bool>| Params(tree()).fit(&Dataset::new(records, Array1::from(targets))).unwrap_err();
    let alternating = |rows: usize| (0..rows).map(|row| row % 2 == 0).collect::<Vec<_>>();
    assert_eq!(of(Array2::zeros((0, 2)), vec![]), TreeError::Nothing { what: "rows" });
    assert_eq!(of(Array2::zeros((9, 0)), alternating(9)), TreeError::Nothing { what: "features" });
    assert_eq!(of(Array2::zeros((9, 1)), vec![false; 9]), TreeError::OneTarget);
    assert_eq!(of(Array2::zeros((9, 1)), vec![true; 9]), TreeError::OneTarget);
    assert_eq!(of(Array2::zeros((1, 1)), vec![true]), TreeError::OneTarget);
    assert_eq!(of(Array2::zeros((9, 1)), alternating(9)), TreeError::NoSplit);
    assert_eq!(of(Array2::from_elem((9, 1), f64::NAN), alternating(9)), TreeError::NoSplit);
    assert_eq!(of(Array2::zeros((9, 1)), alternating(8)), TreeError::Mismatch { what: "targets", found: 8, expected: 9 });
    assert!(matches!(of(Array2::zeros((3, 1)), alternating(3)), TreeError::TooLight { .. }));
    let infinite = Array2::from_shape_fn((9, 1), |(row, _)| if row == 4 { f64::INFINITY } else { 0.0 });
    assert!(matches!(of(infinite, alternating(9)), TreeError::NotFinite { what: "a feature", row: 5, .. }));
    let records = || Array2::from_shape_fn((9, 1), |(row, _)| row as f64);
    let numbers =
        |value: f64| Dataset::new(records(), (0..9).map(|row| if row == 2 { value } else { 1.0 }).collect::<Array1<f64>>());
    for hostile in [f64::NAN, f64::INFINITY, 1e101] {
        assert!(matches!(Params(tree()).fit(&numbers(hostile)), Err(TreeError::NotFinite { what: "a target", row: 3, .. })));
    }
    assert_eq!(Params(boosting()).fit(&numbers(1.0)), Err(TreeError::OneTarget));
    let gap = Dataset::new(records(), (0..9).map(|row| if row < 4 { 0 } else { 2 }).collect::<Array1<usize>>());
    assert_eq!(Params(tree()).fit(&gap), Err(TreeError::EmptyClass { class: 1, classes: 3 }));
    let many = Dataset::new(records(), (0..9).map(|row| row * 1000).collect::<Array1<usize>>());
    assert!(matches!(Params(forest()).fit(&many), Err(TreeError::TooManyClasses { .. })));
}

#[test]
fn settings_out_of_range_are_named() {
    let named = |error: TreeError| if let TreeError::BadSetting { setting, .. } = error { setting } else { "another error" };
    let shape = |shape: Shape| Params(DecisionTree { settings: Settings { shape, ..settings() } }).check().unwrap_err();
    assert_eq!(named(shape(Shape { max_depth: 0, ..SMALL })), "max_depth");
    assert_eq!(named(shape(Shape { max_leaves: Some(1), ..SMALL })), "max_leaves");
    for least in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(named(shape(Shape { min_leaf_weight: least, ..SMALL })), "min_leaf_weight");
    }
    assert_eq!(named(Params(RandomForest { trees: 0, ..forest() }).check().unwrap_err()), "trees");
    assert_eq!(
        named(Params(RandomForest { features_per_split: Some(0), ..forest() }).check().unwrap_err()),
        "features_per_split"
    );
    for rate in [0.0, 1.1, f64::NAN] {
        assert_eq!(named(Params(GradientBoosting { learning_rate: rate, ..boosting() }).check().unwrap_err()), "learning_rate");
    }
    assert_eq!(named(Params(GradientBoosting { l2_penalty: -1.0, ..boosting() }).check().unwrap_err()), "l2_penalty");
    let (records, truth) = sample(50, 1);
    let short = Settings { constraints: vec![Constraint::Rising], ..settings() };
    let mismatch = Params(DecisionTree { settings: short }).fit(&Dataset::new(records.clone(), labels(&truth))).unwrap_err();
    assert_eq!(mismatch, TreeError::Mismatch { what: "constraints", found: 1, expected: 4 });
    let held = Settings { constraints: vec![Constraint::Rising; 4], ..settings() };
    let refused = Params(DecisionTree { settings: held }).fit(&Dataset::new(records, classes(&truth))).unwrap_err();
    assert_eq!(refused, TreeError::ConstrainedClasses);
}

#[test]
fn leaves_are_limited_and_the_most_telling_come_first() {
    let (records, truth) = sample(800, 12);
    let dataset = Dataset::new(records.clone(), Array1::from(truth.clone()));
    let mut last = f64::INFINITY;
    for leaves in [2, 3, 6, 12] {
        let shape = Shape { max_leaves: Some(leaves), max_depth: 30, min_leaf_weight: 1.0 };
        let model = Params(DecisionTree { settings: Settings { shape, ..settings() } }).fit(&dataset).unwrap();
        assert_eq!(model.nodes(), 2 * leaves as usize - 1);
        let error = mean_square(model.predict_rows(records.view()).unwrap().view(), &truth);
        assert!(error < last, "{leaves}: {error} is not below {last}");
        last = error;
    }
}

#[test]
fn training_stops_when_its_time_is_up() {
    let (records, truth) = sample(500, 13);
    let settings = Settings { time_limit: Some(std::time::Duration::ZERO), ..boosting().settings };
    let dataset = Dataset::new(records, labels(&truth));
    let error = Params(GradientBoosting { settings: settings.clone(), ..boosting() }).fit(&dataset).unwrap_err();
    assert!(matches!(error, TreeError::OutOfTime { trees: 1, all: 20, .. }), "{error}");
    let error = Params(RandomForest { settings, ..forest() }).fit(&dataset).unwrap_err();
    assert!(matches!(error, TreeError::OutOfTime { all: 12, .. }), "{error}");
}

#[test]
fn another_seed_gives_another_forest_and_the_same_one_the_same() {
    let (records, truth) = sample(300, 14);
    let dataset = Dataset::new(records, labels(&truth));
    let seeded = |seed| Params(RandomForest { seed, ..forest() }).fit(&dataset).unwrap();
    assert_eq!(seeded(1), seeded(1));
    assert_ne!(seeded(1), seeded(2));
}

#[test]
fn predicting_the_linfa_way_says_the_same() {
    let (records, truth) = sample(200, 15);
    let dataset = Dataset::new(records.clone(), labels(&truth));
    let model = Params(boosting()).fit(&dataset).unwrap();
    let predicted: Array2<f64> = model.predict(&records);
    assert_eq!(predicted, model.predict_rows(records.view()).unwrap());
    assert!(model.predict_rows(records.select(Axis(1), &[0, 1]).view()).is_err());
}
