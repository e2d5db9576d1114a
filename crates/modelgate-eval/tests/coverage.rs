//! Intervals hold the truth about as often as they say, also in few rows: the quick part of `cargo xtask coverage`.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use modelgate_cube::{Cell, Cube, CubeMeta, DEFINITION_VERSION, RowSetDigest, ScoreScale, ScoreTable, Shape, Slice, Tally};
use modelgate_eval::{Declared, EvalSettings, Flips, Interval, Measured, Method, MetricId, Subject, evaluate};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

fn measured(id: &str, counts: [u64; 4]) -> Option<Measured> {
    let [tp, fn_, fp, tn] = counts.map(Tally::unweighted);
    let cell = Cell { true_positives: tp, false_negatives: fn_, false_positives: fp, true_negatives: tn, ..Cell::default() };
    // Each sample has a seed of its own: with one for all, the luck of a single draw would be taken for coverage.
    of_cell(id, cell, counts.iter().fold(7, |seed, count| seed * 1_009 + count))
}

fn of_cell(id: &str, cell: Cell, seed: u64) -> Option<Measured> {
    let shape = Shape {
        task: modelgate_cube::Task::Binary { positive_label: "1".to_owned() },
        axes: Vec::new(),
        depth: 0,
        scored: true,
        weighted: false,
    };
    let meta = CubeMeta { shape, definition_version: DEFINITION_VERSION, split: RowSetDigest::default() };
    let cube = Cube::from_cells(meta, ScoreScale::Exact, BTreeMap::from([(Slice::overall(), cell)]));
    let metric = MetricId::parse(id).unwrap();
    let settings = EvalSettings {
        metrics: vec![metric],
        confidence_level: 0.95,
        resamples: 1_000,
        min_support: 1,
        seed,
        declared: Declared::default(),
    };
    evaluate(&cube, &settings).get(metric, &Subject::Slice(Slice::overall())).unwrap().measured().copied()
}

fn interval(id: &str, counts: [u64; 4]) -> Option<Interval> {
    measured(id, counts)?.interval
}

/// The probabilities of 0 to `n` hits, where this share of all rows are hits.
fn binomial(n: u64, p: f64) -> Vec<f64> {
    let chance = |k: u64| {
        let choose: f64 = (0..k).map(|i| ((n - i) as f64 / (k - i) as f64).ln()).sum();
        (choose + k as f64 * p.ln() + (n - k) as f64 * (1.0 - p).ln()).exp()
    };
    (0..=n).map(chance).collect()
}

fn holds(interval: &Interval, truth: f64) -> bool {
    interval.lower <= truth + 1e-12 && truth - 1e-12 <= interval.upper
}

#[test]
fn no_share_of_rows_is_covered_less_than_93_percent_from_20_rows_on() {
    // Exact sums. Wilson's interval alone covers 84 to 90 % at the worst of these places.
    for n in [20, 30, 50, 100, 300] {
        let intervals: Vec<Interval> = (0..=n).map(|k| interval("accuracy", [k, n - k, 0, 0]).unwrap()).collect();
        for step in 1..200 {
            let p = f64::from(step) / 200.0;
            let chances = binomial(n, p);
            let held = chances.iter().zip(&intervals).filter(|(_, interval)| holds(interval, p));
            let covered: f64 = held.map(|(chance, _)| chance).sum();
            assert!(covered >= 0.929, "n = {n}, p = {p}: {covered}");
        }
    }
    assert_eq!(interval("accuracy", [9, 1, 0, 0]).unwrap().method, Method::WilsonOrExact);
    assert_eq!(interval("accuracy", [900, 100, 0, 0]).unwrap().method, Method::Wilson);
}

#[test]
fn a_rare_share_is_not_moved_and_its_size_is_that_of_its_own_denominator() {
    let found = measured("true_positive_rate", [1, 999, 0, 9_000]).unwrap();
    assert!((found.value - 0.001).abs() < 1e-15);
    assert_eq!(found.n, 1_000);
}

#[test]
fn a_paired_difference_is_covered_in_few_rows() {
    // Exact sums over the rows that flip and which way.
    for (n, up, down) in [(30, 0.1, 0.1), (30, 0.05, 0.2), (100, 0.03, 0.05), (100, 0.01, 0.1)] {
        let mut covered = 0.0;
        for (changed, chance) in (0..).zip(binomial(n, up + down)) {
            for (rise, share) in (0..).zip(binomial(changed, up / (up + down))) {
                let flips = Flips::new(f64::from(rise), changed as f64 - f64::from(rise), n as f64).unwrap();
                covered += if holds(&flips.interval(0.95), up - down) { chance * share } else { 0.0 };
            }
        }
        assert!((0.93..=0.985).contains(&covered), "{n} {up} {down}: {covered}");
    }
}

#[test]
fn composites_are_covered_in_few_rows() {
    // Exact sums over all counts of 12 rows, a third of them positive, 80 % right; percentiles of resamples cover 73 %.
    let (n, shares) = (12_u64, [0.8 / 3.0, 0.2 / 3.0, 0.4 / 3.0, 1.6 / 3.0]);
    let [a, b, c, _] = shares;
    let (mut seen, mut covered) = (0.0, 0.0);
    let truth = 2.0 * a / (2.0 * a + b + c);
    for (tp, p) in (0..).zip(binomial(n, a)) {
        for (fn_, q) in (0..).zip(binomial(n - tp, b / (1.0 - a))) {
            for (fp, r) in (0..).zip(binomial(n - tp - fn_, c / (1.0 - a - b))) {
                let Some(interval) = interval("f1", [tp, fn_, fp, n - tp - fn_ - fp]) else { continue };
                seen += p * q * r;
                covered += if holds(&interval, truth) { p * q * r } else { 0.0 };
            }
        }
    }
    assert!(seen > 0.98 && covered / seen > 0.93, "{covered} of {seen}");
}

#[test]
fn an_area_of_few_positives_is_covered() {
    // DeLong's variance alone covers 90 to 92 % here.
    for (rows, positives, apart, area) in [(100, 0.1, 1.812, 0.9), (300, 0.1, 2.660, 0.97), (30, 0.1, 0.358, 0.6)] {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(rows);
        let mut normal = || {
            let radius = (-2.0 * random.r#gen::<f64>().max(f64::MIN_POSITIVE).ln()).sqrt();
            (radius * (std::f64::consts::TAU * random.r#gen::<f64>()).cos(), random.r#gen::<f64>())
        };
        let (mut held, mut seen) = (0.0, 0.0);
        for _ in 0..1_500 {
            let mut cell = Cell::default();
            for _ in 0..rows {
                let (score, chance) = normal();
                let label = chance < positives;
                let score = score + if label { apart } else { 0.0 };
                cell.tally_mut(label, score >= 0.5).add_row(1.0);
                cell.scores.add_row(ScoreTable::key(ScoreScale::Exact, 1.0 / (1.0 + (-score).exp())), label, 1.0);
            }
            let Some(found) = of_cell("roc_auc", cell, 1) else { continue };
            seen += 1.0;
            held += f64::from(u8::from(holds(&found.interval.unwrap(), area)));
        }
        assert!(seen > 1_400.0 && (0.93..=0.975).contains(&(held / seen)), "{rows} {area}: {held} of {seen}");
    }
}

/// Rows that lose nothing but one, which loses this much.
fn one_loss(rows: u32, loss: f64) -> Cell {
    let mut cell = Cell::default();
    for row in 0..rows {
        let loss = if row == 0 { loss } else { 0.0 };
        cell.tally_mut(true, true).add_row(1.0);
        cell.brier.add_row(loss, 1.0);
        cell.log_loss.add_row(loss, 1.0);
    }
    cell
}

#[test]
fn a_mean_loss_as_uncertain_as_it_is_large_has_an_upper_end_from_100_rows_on() {
    // One loss among n: the mean is its n-th part and so is the error.
    for (id, largest) in [("brier_score", 1.0), ("log_loss", 52.0 * 2.0_f64.ln())] {
        let few = of_cell(id, one_loss(99, 0.6), 1).unwrap().interval.unwrap();
        assert!((few.upper - largest).abs() < 1e-12 && few.lower > 0.0, "{few:?}");
        // One event: scipy.stats.gamma.ppf(0.975, 2) is 5.5716.
        let enough = of_cell(id, one_loss(100, 0.6), 1).unwrap().interval.unwrap();
        assert!((enough.upper - 0.006 * 5.571_643_39).abs() < 1e-6 && enough.lower > 0.0, "{enough:?}");
        assert!(of_cell(id, one_loss(1, 0.6), 1).unwrap().interval.is_none());
    }
}
