//! The search for worse slices on drawn rows: quiet where there is no effect, and right where one is planted.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use modelgate_cube::{
    Cube, CubeMeta, DEFINITION_VERSION, Half, Halves, Lattice, LatticeAxis, NoLattice, RowSetDigest, Shape, Slice, Task,
};
use modelgate_eval::{Discovery, DiscoverySettings, FALSE_DISCOVERY_RATE, MetricId, discover};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Axes a, b, c, d with the levels 0, 1, 2 each.
const AXES: [&str; 4] = ["a", "b", "c", "d"];
const LEVELS: u32 = 3;

/// Rows with an error rate that depends on their levels.
fn cube(rows: usize, seed: u64, error_rate: impl Fn(&[u32]) -> f64) -> Cube {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut points: BTreeMap<Vec<u32>, Halves> = BTreeMap::new();
    for _ in 0..rows {
        let levels: Vec<u32> = AXES.iter().map(|_| random.gen_range(0..LEVELS)).collect();
        let half = if random.r#gen::<bool>() { Half::Discovery } else { Half::Confirmation };
        let (label, wrong) = (random.r#gen::<bool>(), random.r#gen::<f64>() < error_rate(&levels));
        points.entry(levels).or_default().of_mut(half).tally_mut(label, label != wrong).add_row(1.0);
    }
    let levels: Vec<Option<String>> = (0..LEVELS).map(|level| Some(level.to_string())).collect();
    let axes = AXES.iter().map(|name| LatticeAxis { name: (*name).to_owned(), levels: levels.clone() }).collect();
    let points: Vec<(Vec<u32>, Halves)> = points.into_iter().collect();
    let lattice = Lattice::new(axes, &points);
    empty().with_lattice(lattice)
}

fn empty() -> Cube {
    let shape =
        Shape { task: Task::Binary { positive_label: "1".into() }, axes: Vec::new(), depth: 0, scored: false, weighted: false };
    Cube::new(CubeMeta { shape, definition_version: DEFINITION_VERSION, split: RowSetDigest::default() })
}

fn search(cube: &Cube, margin: f64) -> Discovery {
    let rate = MetricId::parse("error_rate").unwrap();
    discover(cube, &DiscoverySettings { rate, margin, confidence_level: 0.95 }).unwrap()
}

/// The slice a=1 & b=2 & c=0, of 1 / 27 of the rows.
fn is_planted(levels: &[u32]) -> bool {
    levels.starts_with(&[1, 2, 0])
}

#[test]
fn without_an_effect_a_search_rarely_finds_anything() {
    const RUNS: u64 = 300;
    let finds = |margin| (0..RUNS).filter(|seed| !search(&cube(2_000, *seed, |_| 0.2), margin).found.is_empty()).count();
    // All of them would be false ones, so that the share of runs with any is at most q; and three standard deviations.
    let most = RUNS as f64 * FALSE_DISCOVERY_RATE + 3.0 * (RUNS as f64 * 0.09).sqrt();
    assert!(finds(0.0) as f64 <= most, "{}", finds(0.0));
    assert!(finds(0.02) as f64 <= most, "{}", finds(0.02));
    assert!(search(&cube(2_000, 1, |_| 0.2), 0.0).searched > 100);
}

#[test]
fn a_planted_slice_of_three_conditions_is_found_and_explains_the_others() {
    const RUNS: u64 = 60;
    let planted = Slice::parse("a=1 & b=2 & c=0").unwrap();
    let (mut first, mut others) = (0, 0);
    for seed in 0..RUNS {
        let found = search(&cube(4_000, seed, |levels| if is_planted(levels) { 0.6 } else { 0.2 }), 0.02).found;
        first += u64::from(found.first().is_some_and(|worst| worst.slice == planted));
        others += found.iter().filter(|worst| worst.slice != planted).count();
    }
    assert!(first * 10 >= RUNS * 9, "first in {first} of {RUNS}");
    // Of the slices that are shown, one in ten may be a false one.
    assert!(others as u64 * 5 <= RUNS, "{others} others in {RUNS} runs: its parents and parts say nothing new");
}

#[test]
fn what_is_told_comes_from_the_half_that_confirms() {
    // Planted in the discovery half alone: found there, and not confirmed.
    let mut points: BTreeMap<Vec<u32>, Halves> = BTreeMap::new();
    for row in 0..4_000_u32 {
        let levels = vec![row % 3];
        let half = if row % 2 == 0 { Half::Discovery } else { Half::Confirmation };
        let wrong = if levels == [1] && half == Half::Discovery { row % 4 < 3 } else { row % 5 == 0 };
        points.entry(levels).or_default().of_mut(half).tally_mut(true, !wrong).add_row(1.0);
    }
    let levels = (0..3).map(|level| Some(level.to_string())).collect();
    let points: Vec<(Vec<u32>, Halves)> = points.into_iter().collect();
    let lattice = Lattice::new(vec![LatticeAxis { name: "a".to_owned(), levels }], &points);
    assert_eq!(search(&empty().with_lattice(lattice), 0.0).found, []);
}

#[test]
fn other_rates_look_at_their_own_denominator_and_name_what_is_bad() {
    let cube = cube(4_000, 3, |levels| if levels.starts_with(&[1]) { 0.5 } else { 0.1 });
    for rate in ["false_negative_rate", "true_positive_rate", "accuracy"] {
        let settings = DiscoverySettings { rate: MetricId::parse(rate).unwrap(), margin: 0.02, confidence_level: 0.95 };
        let found = discover(&cube, &settings).unwrap().found;
        let worst = found.first().unwrap();
        assert_eq!(worst.slice, Slice::parse("a=1").unwrap(), "{rate}");
        assert!(
            worst.excess > 0.3 && worst.interval.lower > 0.2 && (worst.rate > worst.others) == (rate == "false_negative_rate"),
            "{rate}: {worst:?}"
        );
    }
}

#[test]
fn slices_of_fewer_than_thirty_rows_are_not_searched() {
    assert_eq!(search(&cube(40, 1, |_| 0.5), 0.0).searched, 0);
}

#[test]
fn a_cube_without_a_lattice_says_why() {
    let rate = MetricId::parse("error_rate").unwrap();
    let settings = DiscoverySettings { rate, margin: 0.0, confidence_level: 0.95 };
    assert_eq!(discover(&empty(), &settings).unwrap_err(), NoLattice::NotKept);
}

#[test]
fn only_shares_with_a_better_end_are_searchable() {
    let is_searchable = |id: &str| MetricId::parse(id).unwrap().metric().is_searchable();
    assert!(is_searchable("error_rate") && is_searchable("true_positive_rate") && is_searchable("precision"));
    assert!(!is_searchable("selection_rate") && !is_searchable("f1") && !is_searchable("roc_auc"));
}
