//! Gradient boosting: each tree is one step of Newton's method on what the trees before it left unexplained.

use std::time::Instant;

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::Fit;
use ndarray::{ArrayBase, Data, Ix2};

use super::grow::{Grown, Plan, grow};
use super::histogram::Cells;
use super::model::softmax;
use super::params::{Checked as _, GradientBoosting, MOST_NODES};
use super::rows::{Outcome, Rows, Target, exponent, power_of_two, unit_below, whole};
use super::sums::{Mean, Newton, Sums, Units};
use super::tree::Tree;
use super::{Combination, TreeError, TreeModel};
use crate::linear::sigmoid;

/// The least curvature of a leaf: a step from less would be a shot in the dark.
const LEAST_CURVATURE: f64 = 1e-3;

/// Rows from which a second thread is worth starting for one pass over them.
const SHARED: usize = 100_000;

impl<D, T> Fit<ArrayBase<D, Ix2>, T, TreeError> for GradientBoosting
where
    D: Data<Elem = f64>,
    T: AsSingleTargets<Elem: Target>,
{
    type Object = TreeModel;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<TreeModel, TreeError> {
        self.check()?;
        let rows = Rows::new(dataset, &self.settings, Instant::now())?;
        match &rows.outcome {
            Outcome::Binary(targets) => of_binary(&rows, self, targets),
            Outcome::Classes(classes, count) => of_classes(&rows, self, classes, *count),
            Outcome::Numbers(numbers) => of_numbers(&rows, self, numbers),
        }
    }
}

/// The log-odds of each row as trees are added, for every output.
type Scores = Vec<Vec<f64>>;

/// Slope and curvature of the log loss, as they are summed.
fn newton_unit(rows: &Rows) -> f64 {
    unit_below(1.0, rows.weights.total)
}

fn newton_units(rows: &Rows, l2: f64) -> Units {
    let unit = newton_unit(rows) * rows.weights.unit;
    Units { pull: unit, curvature: unit, l2 }
}

fn newton_row(weight: i64, chance: f64, target: f64, unit: f64) -> Newton {
    Newton { weight, pull: weight * whole((target - chance) / unit), curvature: weight * whole(chance * (1.0 - chance) / unit) }
}

fn of_binary(rows: &Rows, params: &GradientBoosting, targets: &[bool]) -> Result<TreeModel, TreeError> {
    let share = rows.share(|row| targets[row]);
    let start = libm::log(share / (1.0 - share));
    let unit = newton_unit(rows);
    let fill = |scores: &Scores, _: usize, added: &mut [Newton]| {
        over_rows(params.settings.threads, added, |row, added| {
            let target = f64::from(u8::from(targets[row]));
            *added = newton_row(rows.weights.of[row], sigmoid(scores[0][row]), target, unit);
        });
        newton_units(rows, params.l2_penalty)
    };
    let trees = steps::<Newton>(rows, params, &[start], LEAST_CURVATURE, fill)?;
    Ok(finished(rows, vec![start], trees))
}

fn of_classes(rows: &Rows, params: &GradientBoosting, classes: &[u8], count: usize) -> Result<TreeModel, TreeError> {
    let start: Vec<f64> = (0..count).map(|class| libm::log(rows.share(|row| usize::from(classes[row]) == class))).collect();
    let unit = newton_unit(rows);
    let fill = |scores: &Scores, output: usize, added: &mut [Newton]| {
        over_rows(params.settings.threads, added, |row, added| {
            let chances = softmax(scores.iter().map(|scores| scores[row]).collect());
            let target = f64::from(u8::from(usize::from(classes[row]) == output));
            *added = newton_row(rows.weights.of[row], chances[output], target, unit);
        });
        newton_units(rows, params.l2_penalty)
    };
    let trees = steps::<Newton>(rows, params, &start, LEAST_CURVATURE, fill)?;
    Ok(finished(rows, start, trees))
}

fn of_numbers(rows: &Rows, params: &GradientBoosting, numbers: &[f64]) -> Result<TreeModel, TreeError> {
    let mean = rows.mean(numbers);
    let centered: Vec<f64> = numbers.iter().map(|number| number - mean).collect();
    // In a scale in which the squares of the numbers neither overflow nor vanish.
    let scale = power_of_two(exponent(rows.largest(&centered)));
    let fill = |scores: &Scores, _: usize, added: &mut [Mean]| {
        let left: Vec<f64> = centered.iter().zip(&scores[0]).map(|(number, score)| number / scale - score).collect();
        let unit = unit_below(rows.largest(&left), rows.weights.total);
        let each = added.iter_mut().zip(&left).zip(&rows.weights.of);
        each.for_each(|((added, left), weight)| *added = Mean { weight: *weight, pull: weight * whole(left / unit) });
        Units { pull: unit * rows.weights.unit, curvature: rows.weights.unit, l2: params.l2_penalty }
    };
    let mut trees = steps::<Mean>(rows, params, &[0.0], 0.0, fill)?;
    trees.iter_mut().flat_map(|tree| &mut tree.values).for_each(|value| *value *= scale);
    Ok(finished(rows, vec![mean], trees))
}

fn finished(rows: &Rows, base: Vec<f64>, trees: Vec<Tree>) -> TreeModel {
    let features = rows.binned.codes.len();
    TreeModel { features, base, combination: Combination::Sum, link: rows.outcome.link(), trees }
}

/// Adds trees, one for each output in turn. `fill` says what each row adds to the sums of the next tree, and in which
/// units.
fn steps<S: Sums>(
    rows: &Rows,
    params: &GradientBoosting,
    start: &[f64],
    least_curvature: f64,
    fill: impl Fn(&Scores, usize, &mut [S::Row]) -> Units,
) -> Result<Vec<Tree>, TreeError> {
    let settings = &params.settings;
    let shape = &settings.shape;
    let outputs = start.len();
    let mut scores: Scores = start.iter().map(|start| vec![*start; rows.binned.rows]).collect();
    let mut added = vec![S::Row::default(); rows.binned.rows];
    let (mut trees, mut nodes): (Vec<Tree>, usize) = (Vec::new(), 0);
    let mut pool: Vec<Vec<Cells<S>>> = Vec::new();
    let all = params.trees as usize * outputs;
    for _ in 0..params.trees {
        // All trees of one round see the same scores.
        let before = if outputs > 1 { scores.clone() } else { Vec::new() };
        let mut parted = false;
        for output in 0..outputs {
            let units = fill(if outputs > 1 { &before } else { &scores }, output, &mut added);
            let plan = Plan {
                rule: rows.rule(settings, units, least_curvature),
                most_depth: shape.max_depth as usize,
                most_leaves: shape.max_leaves.map(|leaves| leaves as usize),
                features_drawn: None,
                threads: settings.threads,
            };
            let grown = grow::<S>(&rows.binned, &plan, &added, rows.all(), None, &mut pool);
            parted |= grown.leaves.len() > 1;
            let values = values(&grown, &units, params.learning_rate);
            add_values(&mut scores[output], &grown, &values);
            let tree = grown.into_tree(&values);
            if tree.values.iter().any(|value| !value.is_finite()) {
                return Err(TreeError::Diverged { trees: trees.len() });
            }
            nodes += tree.nodes.len();
            trees.push(tree);
            rows.in_time(settings, trees.len(), all)?;
            if nodes > MOST_NODES {
                return Err(TreeError::TooLarge { most: MOST_NODES });
            }
        }
        if !parted {
            // Nothing is left to explain. The trees of this round are one leaf each, and add next to nothing.
            trees.truncate(trees.len() - outputs);
            break;
        }
    }
    if trees.is_empty() { Err(TreeError::NoSplit) } else { Ok(trees) }
}

/// The values of the leaves: what the loss asks for, held within bounds, times the learning rate.
fn values<S: Sums>(grown: &Grown<S>, units: &Units, rate: f64) -> Vec<Vec<f64>> {
    grown.leaves.iter().map(|leaf| vec![leaf.bounds.hold(leaf.sums.value(units)) * rate]).collect()
}

fn add_values<S: Sums>(scores: &mut [f64], grown: &Grown<S>, values: &[Vec<f64>]) {
    for (leaf, value) in grown.leaves.iter().zip(values.iter().flatten()) {
        grown.rows[leaf.rows.clone()].iter().for_each(|row| scores[*row as usize] += value);
    }
}

/// Fills one place a row, on several threads where that is worth it.
fn over_rows<T: Send>(threads: usize, places: &mut [T], fill: impl Fn(usize, &mut T) + Sync) {
    if threads < 2 || places.len() < SHARED {
        return places.iter_mut().enumerate().for_each(|(row, place)| fill(row, place));
    }
    let share = places.len().div_ceil(threads);
    std::thread::scope(|scope| {
        for (chunk, places) in places.chunks_mut(share).enumerate() {
            let fill = &fill;
            scope.spawn(move || places.iter_mut().enumerate().for_each(|(offset, place)| fill(chunk * share + offset, place)));
        }
    });
}
