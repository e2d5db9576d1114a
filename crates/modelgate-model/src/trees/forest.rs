//! One decision tree, and forests of them on rows and features drawn at random.

use std::hash::Hasher as _;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::Fit;
use ndarray::{ArrayBase, Data, Ix2};
use rand::{Rng as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use siphasher::sip::SipHasher13;

use super::grow::{Plan, grow};
use super::params::{Checked as _, DecisionTree, MOST_NODES, RandomForest, Settings};
use super::rows::{Outcome, Rows, Target, count, exponent, power_of_two, unit_below, whole};
use super::sums::{InClass, Mean, Shares, Sums, Units};
use super::tree::Tree;
use super::{Combination, Link, TreeError, TreeModel};

impl<D, T> Fit<ArrayBase<D, Ix2>, T, TreeError> for DecisionTree
where
    D: Data<Elem = f64>,
    T: AsSingleTargets<Elem: Target>,
{
    type Object = TreeModel;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<TreeModel, TreeError> {
        self.check()?;
        let rows = Rows::new(dataset, &self.settings, Instant::now())?;
        fit(&Wood { rows: &rows, settings: &self.settings, trees: 1, drawn: None })
    }
}

impl<D, T> Fit<ArrayBase<D, Ix2>, T, TreeError> for RandomForest
where
    D: Data<Elem = f64>,
    T: AsSingleTargets<Elem: Target>,
{
    type Object = TreeModel;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<TreeModel, TreeError> {
        self.check()?;
        let rows = Rows::new(dataset, &self.settings, Instant::now())?;
        let features = rows.binned.codes.len();
        let of_numbers = matches!(rows.outcome, Outcome::Numbers(_));
        let usual = if of_numbers { features.div_ceil(3) } else { features.isqrt().max(1) };
        let wanted = self.features_per_split.map_or(usual, |wanted| (wanted as usize).min(features));
        let drawn = Some(Drawn { seed: self.seed, features: wanted, order: order_of_content(&rows) });
        fit(&Wood { rows: &rows, settings: &self.settings, trees: self.trees as usize, drawn })
    }
}

/// What a forest draws, and in which order its rows stand for that.
struct Drawn {
    seed: u64,
    features: usize,
    order: Vec<u32>,
}

/// One tree or many.
struct Wood<'a> {
    rows: &'a Rows,
    settings: &'a Settings,
    trees: usize,
    drawn: Option<Drawn>,
}

fn fit(wood: &Wood<'_>) -> Result<TreeModel, TreeError> {
    let rows = wood.rows;
    let unit = rows.weights.unit;
    let (base, trees) = match &rows.outcome {
        Outcome::Binary(targets) => {
            let units = Units { pull: unit, curvature: unit, l2: 0.0 };
            let added = |row: usize, weight| Mean { weight, pull: if targets[row] { weight } else { 0 } };
            (vec![0.0], grown::<Mean>(wood, units, 1, added)?)
        }
        Outcome::Numbers(numbers) => of_numbers(wood, numbers)?,
        Outcome::Classes(classes, count) => {
            let units = Units { pull: unit, curvature: unit, l2: 0.0 };
            let added = |row: usize, weight| InClass { weight, class: classes[row] };
            let trees = match count {
                ..=4 => grown::<Shares<4>>(wood, units, *count, added),
                ..=8 => grown::<Shares<8>>(wood, units, *count, added),
                ..=16 => grown::<Shares<16>>(wood, units, *count, added),
                ..=32 => grown::<Shares<32>>(wood, units, *count, added),
                _ => grown::<Shares<64>>(wood, units, *count, added),
            };
            (vec![0.0; *count], trees?)
        }
    };
    if trees.iter().all(|tree| tree.nodes.len() == 1) {
        return Err(TreeError::NoSplit);
    }
    let features = rows.binned.codes.len();
    Ok(TreeModel { features, base, combination: Combination::Mean, link: Link::Identity, trees })
}

fn of_numbers(wood: &Wood<'_>, numbers: &[f64]) -> Result<(Vec<f64>, Vec<Tree>), TreeError> {
    let rows = wood.rows;
    let mean = rows.mean(numbers);
    let centered: Vec<f64> = numbers.iter().map(|number| number - mean).collect();
    // In a scale in which the squares of the numbers neither overflow nor vanish.
    let scale = power_of_two(exponent(rows.largest(&centered)));
    let fine = unit_below(1.0, most_weight(wood));
    let units = Units { pull: fine * rows.weights.unit, curvature: rows.weights.unit, l2: 0.0 };
    let added = |row: usize, weight| Mean { weight, pull: weight * whole(centered[row] / scale / fine) };
    let mut trees = grown::<Mean>(wood, units, 1, added)?;
    trees.iter_mut().flat_map(|tree| &mut tree.values).for_each(|value| *value *= scale);
    Ok((vec![mean], trees))
}

/// The most that rows can weigh together, however often the heaviest is drawn.
fn most_weight(wood: &Wood<'_>) -> i64 {
    let weights = &wood.rows.weights;
    let heaviest = weights.of.iter().copied().max().unwrap_or(1);
    if wood.drawn.is_some() { heaviest.saturating_mul(count(weights.of.len())) } else { weights.total }
}

/// Grows every tree; several at once, each on a thread of its own.
fn grown<S: Sums>(
    wood: &Wood<'_>,
    units: Units,
    outputs: usize,
    added: impl Fn(usize, i64) -> S::Row + Sync,
) -> Result<Vec<Tree>, TreeError> {
    let shape = &wood.settings.shape;
    let plan = Plan {
        rule: wood.rows.rule(wood.settings, units, 0.0),
        most_depth: shape.max_depth as usize,
        most_leaves: shape.max_leaves.map(|leaves| leaves as usize),
        features_drawn: wood.drawn.as_ref().map(|drawn| drawn.features),
        // A forest has a tree for every thread.
        threads: if wood.trees == 1 { wood.settings.threads } else { 1 },
    };
    let threads = wood.settings.threads.clamp(1, wood.trees);
    let (done, nodes, stop) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let mut trees: Vec<Option<Tree>> = vec![None; wood.trees];
    let share = wood.trees.div_ceil(threads);
    let work = |first: usize, places: &mut [Option<Tree>]| {
        let mut pool = Vec::new();
        for (offset, place) in places.iter_mut().enumerate() {
            let tree = one::<S>(wood, &plan, first + offset, outputs, &added, &mut pool);
            nodes.fetch_add(tree.nodes.len(), Ordering::Relaxed);
            *place = Some(tree);
            let finished = done.fetch_add(1, Ordering::Relaxed) + 1;
            let late = wood.rows.in_time(wood.settings, finished, wood.trees).is_err();
            if late || nodes.load(Ordering::Relaxed) > MOST_NODES {
                stop.store(true, Ordering::Relaxed);
            }
            if stop.load(Ordering::Relaxed) {
                break;
            }
        }
    };
    std::thread::scope(|scope| {
        for (chunk, places) in trees.chunks_mut(share).enumerate() {
            let work = &work;
            scope.spawn(move || work(chunk * share, places));
        }
    });
    if nodes.load(Ordering::Relaxed) > MOST_NODES {
        return Err(TreeError::TooLarge { most: MOST_NODES });
    }
    wood.rows.in_time(wood.settings, done.load(Ordering::Relaxed), wood.trees)?;
    Ok(trees.into_iter().flatten().collect())
}

fn one<S: Sums>(
    wood: &Wood<'_>,
    plan: &Plan,
    index: usize,
    outputs: usize,
    added: impl Fn(usize, i64) -> S::Row,
    pool: &mut Vec<Vec<super::histogram::Cells<S>>>,
) -> Tree {
    let mut weights = wood.rows.weights.of.clone();
    let draw = wood.drawn.as_ref().map(|drawn| {
        let mut draw = Xoshiro256PlusPlus::seed_from_u64(seed_of_tree(drawn.seed, index));
        let times = times_drawn(&drawn.order, &mut draw);
        weights.iter_mut().zip(times).for_each(|(weight, times)| *weight *= times);
        draw
    });
    let rows: Vec<u32> = (0_u32..).zip(&weights).filter(|(_, weight)| **weight > 0).map(|(row, _)| row).collect();
    let added: Vec<S::Row> = weights.iter().enumerate().map(|(row, weight)| added(row, *weight)).collect();
    let grown = grow::<S>(&wood.rows.binned, plan, &added, rows, draw, pool);
    let values = |leaf: &super::grow::Leaf<S>| {
        let mut values = leaf.sums.values(&plan.rule.units);
        values.truncate(outputs);
        for value in &mut values {
            *value = leaf.bounds.hold(*value);
        }
        values
    };
    let values: Vec<Vec<f64>> = grown.leaves.iter().map(values).collect();
    grown.into_tree(&values)
}

/// How often each row is drawn, of as many draws with replacement as there are rows.
fn times_drawn(order: &[u32], draw: &mut Xoshiro256PlusPlus) -> Vec<i64> {
    let mut times = vec![0; order.len()];
    let rows = order.len() as u64;
    for _ in 0..rows {
        // Drawn as 64 bits, so that machines of any word length draw the same.
        let place = usize::try_from(draw.gen_range(0..rows)).unwrap_or_default();
        times[order[place] as usize] += 1;
    }
    times
}

/// Seeds of neighboring trees must have nothing in common: the finalizer of `SplitMix64`.
fn seed_of_tree(seed: u64, index: usize) -> u64 {
    let mut mixed = seed.wrapping_add((index as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

/// Rows in an order that depends on what they say and not on where they stand. Equal rows are interchangeable.
fn order_of_content(rows: &Rows) -> Vec<u32> {
    let target = |row: usize| match &rows.outcome {
        Outcome::Binary(targets) => u64::from(targets[row]),
        Outcome::Classes(classes, _) => u64::from(classes[row]),
        Outcome::Numbers(numbers) => (numbers[row] + 0.0).to_bits(),
    };
    let key = |row: usize| {
        let mut hasher = SipHasher13::new();
        rows.binned.codes.iter().for_each(|codes| hasher.write_u8(codes[row]));
        hasher.write_u64(target(row));
        hasher.write_i64(rows.weights.of[row]);
        hasher.finish()
    };
    let mut keyed: Vec<(u64, u32)> = (0_u32..).take(rows.binned.rows).map(|row| (key(row as usize), row)).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, row)| row).collect()
}
