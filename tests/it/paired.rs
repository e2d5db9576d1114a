//! Two releases are compared row by row although neither keeps a row: the spread of replicates against exact answers.

use std::fmt::Write as _;

use modelgate_cube::{Bundle, Cube, DataProfile, Digest, FeatureTable, Manifest, Slice};
use modelgate_data::{CountAxis, CountSettings, ReadSettings, Roles, count, read};
use modelgate_eval::{Change, Comparison, Declared, Delta, EvalSettings, Interval, Method, MetricId, Mode, Subject, compare};

/// The standard normal quantile of 0.975.
const Z: f64 = 1.959_963_984_540_054;

/// A row with what two releases say of it.
#[derive(Clone, Copy)]
struct Row {
    id: u64,
    positive: bool,
    sex: &'static str,
    scores: [f64; 2],
}

/// Random numbers in [0, 1).
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0
    }

    fn below(&mut self, share: f64) -> bool {
        self.next() < share
    }
}

/// Rows of which the first release gets 85 % right, and the second too, but 4 % and 4 % of them are others.
fn rows(n: u64, seed: u64) -> Vec<Row> {
    let mut random = Random(seed);
    (0..n)
        .map(|row| {
            let positive = random.below(0.4);
            let before = random.below(0.85);
            let now = if before { !random.below(0.04 / 0.85) } else { random.below(0.04 / 0.15) };
            let sex = if random.below(0.3) { "F" } else { "M" };
            let strength = random.next() / 2.0;
            let mut score = |right: bool| {
                let toward = (strength + 0.01 * random.next()).min(0.5);
                if right == positive { 0.5 + toward * 0.99 } else { 0.499 - toward * 0.99 }
            };
            Row { id: seed * 1_000_000 + row, positive, sex, scores: [score(before), score(now)] }
        })
        .collect()
}

fn right(row: &Row, side: usize) -> bool {
    (row.scores[side] >= 0.5) == row.positive
}

/// The file of one release.
fn csv(rows: &[Row], side: usize) -> String {
    let mut text = "id,y,p,sex\n".to_owned();
    for row in rows {
        writeln!(text, "{},{},{},{}", row.id, u8::from(row.positive), row.scores[side], row.sex).unwrap();
    }
    text
}

fn settings(id: bool) -> CountSettings {
    let axis = modelgate_cube::Axis { name: "sex".into(), kind: modelgate_cube::AxisKind::Categorical };
    let id = id.then(|| "id".to_owned());
    CountSettings {
        roles: Roles { label: "y".into(), score: Some("p".into()), id, ..Roles::default() },
        axes: vec![CountAxis { axis, column: "sex".into() }],
        depth: 1,
        decision_threshold: 0.5,
        max_levels: 100,
        paired: true,
    }
}

fn counted_text(text: &str, settings: &CountSettings) -> Cube {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    std::fs::write(&path, text).unwrap();
    count(&read(&path, &ReadSettings::default()).unwrap(), settings).unwrap()
}

fn counted(rows: &[Row], side: usize) -> Cube {
    counted_text(&csv(rows, side), &settings(false))
}

fn compared(baseline: &Cube, candidate: &Cube) -> Comparison {
    let metrics = MetricId::all().collect();
    let settings =
        EvalSettings { metrics, confidence_level: 0.95, resamples: 400, min_support: 30, seed: 7, declared: Declared::default() };
    compare(&stored(baseline), candidate, &settings)
}

/// As a later release reads it.
fn stored(cube: &Cube) -> Cube {
    let digest = Digest::of(b"");
    let [model, release, created, tool_version] = [const { String::new() }; 4];
    let manifest = Manifest {
        model,
        release,
        created,
        tool_version,
        config_digest: digest,
        data_digest: digest,
        model_digest: digest,
        training_digest: None,
        earlier: Vec::new(),
    };
    let (features, profile) = (FeatureTable::default(), DataProfile::default());
    Bundle::decode(&Bundle { manifest, cube: cube.clone(), features, profile }.encode().unwrap()).unwrap().cube
}

fn change<'a>(comparison: &'a Comparison, metric: &str, subject: &str) -> &'a Change {
    let subject = subject
        .strip_prefix("by ")
        .map_or_else(|| Subject::Slice(Slice::parse(subject).unwrap()), |axis| Subject::Across(vec![axis.to_owned()]));
    comparison.get(MetricId::parse(metric).unwrap(), &subject).unwrap()
}

fn measured(change: &Change) -> (f64, Interval, f64) {
    let Delta::Measured { value, interval, standard_error } = change.delta else { panic!("{change:?}") };
    (value, interval.unwrap(), standard_error)
}

/// The change of accuracy, its standard error over exactly these pairs, and that of two independent samples.
fn exact(rows: &[Row]) -> (f64, f64, f64) {
    let n = rows.len() as f64;
    let only = |one: usize, other: usize| rows.iter().filter(|row| right(row, one) && !right(row, other)).count() as f64;
    let (lost, won) = (only(0, 1), only(1, 0));
    let rate = |side: usize| rows.iter().filter(|row| right(row, side)).count() as f64 / n;
    let [before, now] = [rate(0), rate(1)].map(|rate| rate * (1.0 - rate) / n);
    let delta = (won - lost) / n;
    (delta, (lost + won - n * delta * delta).sqrt() / n, (before + now).sqrt())
}

#[test]
fn the_standard_error_of_a_change_is_the_paired_one() {
    for (n, seed) in [(500, 1), (4_000, 2), (50_000, 3)] {
        let rows = rows(n, seed);
        let comparison = compared(&counted(&rows, 0), &counted(&rows, 1));
        assert_eq!(comparison.mode, Mode::SameSplitPaired);
        let women: Vec<Row> = rows.iter().copied().filter(|row| row.sex == "F").collect();
        for (subject, rows) in [("overall", &rows), ("sex=F", &women)] {
            let (value, interval, error) = measured(change(&comparison, "accuracy", subject));
            let (delta, paired, unpaired) = exact(rows);
            assert_eq!(interval.method, Method::Paired);
            assert!((value - delta).abs() < 1e-12);
            assert!((error / paired - 1.0).abs() < 0.1, "{n} {subject}: {error} {paired}");
            assert!(error < 0.65 * unpaired, "{n} {subject}: {error} {unpaired}");
        }
    }
}

/// The variance of the difference of two areas by `DeLong`, `DeLong` and Clarke-Pearson (1988), from the rows.
fn delong(rows: &[Row]) -> f64 {
    let placements = |positive: bool| -> Vec<f64> {
        let (own, others): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.positive == positive);
        let placed = |row: &Row, side: usize| {
            let above = others.iter().filter(|other| (row.scores[side] > other.scores[side]) == positive).count();
            above as f64 / others.len() as f64
        };
        own.iter().map(|row| placed(row, 1) - placed(row, 0)).collect()
    };
    let variance_of_mean = |values: Vec<f64>| {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0) / n
    };
    variance_of_mean(placements(true)) + variance_of_mean(placements(false))
}

#[test]
fn the_standard_error_of_a_changed_area_is_delongs_paired_one() {
    let rows = rows(3_000, 4);
    let comparison = compared(&counted(&rows, 0), &counted(&rows, 1));
    let (_, interval, error) = measured(change(&comparison, "roc_auc", "overall"));
    assert_eq!(interval.method, Method::Paired);
    let exact = delong(&rows).sqrt();
    assert!((error / exact - 1.0).abs() < 0.1, "{error} {exact}");
}

#[test]
fn mean_losses_and_gaps_are_paired_too() {
    let rows = rows(4_000, 5);
    let comparison = compared(&counted(&rows, 0), &counted(&rows, 1));
    let error = |row: &Row, side: usize| (row.scores[side] - f64::from(u8::from(row.positive))).powi(2);
    let differences: Vec<f64> = rows.iter().map(|row| error(row, 1) - error(row, 0)).collect();
    let n = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / n;
    let exact = (differences.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / n / (n - 1.0)).sqrt();
    let (value, _, error) = measured(change(&comparison, "brier_score", "overall"));
    assert!((value - mean).abs() < 1e-9 && (error / exact - 1.0).abs() < 0.1, "{error} {exact}");
    for metric in ["demographic_parity_difference", "demographic_parity_ratio", "equalized_odds_difference"] {
        let (value, interval, _) = measured(change(&comparison, metric, "by sex"));
        assert_eq!(interval.method, Method::PairedBasic, "{metric}");
        assert!(interval.lower <= value && value <= interval.upper, "{metric} {interval:?}");
    }
    assert_eq!(measured(change(&comparison, "impact_ratio", "sex=F")).1.method, Method::PairedBasic);
}

#[test]
fn what_did_not_change_is_not_taken_for_certain() {
    let rows = rows(4_000, 6);
    let cube = counted(&rows, 0);
    let comparison = compared(&cube, &cube);
    let (value, interval, error) = measured(change(&comparison, "accuracy", "overall"));
    let half = Z * Z / (4_000.0 + Z * Z);
    assert!(value.abs() < 1e-15 && (interval.upper - half).abs() < 1e-9 && (interval.lower + half).abs() < 1e-9, "{interval:?}");
    assert!((error - half / Z).abs() < 1e-9);
    for (metric, subject, change) in comparison.iter() {
        if let Delta::Measured { interval: Some(interval), .. } = change.delta {
            assert!(interval.lower < 0.0 && interval.upper > 0.0, "{metric} of {subject}: {interval:?}");
        }
    }
}

#[test]
fn rows_of_one_side_only_are_independent() {
    let (shared, old, new) = (rows(6_000, 7), rows(2_000, 8), rows(2_000, 9));
    let (before, now) = ([shared.clone(), old].concat(), [shared.clone(), new.clone()].concat());
    let comparison = compared(&counted(&before, 0), &counted(&now, 1));
    assert_eq!(comparison.mode, Mode::DifferentData);
    let (_, interval, error) = measured(change(&comparison, "accuracy", "overall"));
    assert_eq!(interval.method, Method::Paired);
    // Of 8,000 rows a side, 6,000 vary as pairs and 2,000 on their own.
    let (_, paired, unpaired) = exact(&shared);
    let own = f64::midpoint(exact(&before).2.powi(2), exact(&now).2.powi(2)) * 8_000.0;
    let expected = (paired.powi(2) * 6_000.0 * 0.75 + own * 0.25).sqrt() / 8_000_f64.sqrt();
    assert!((error / expected - 1.0).abs() < 0.1, "{error} {expected} {unpaired}");

    let others = compared(&counted(&before, 0), &counted(&rows(8_000, 10), 1));
    assert_eq!(measured(change(&others, "accuracy", "overall")).1.method, Method::SquareAndAdd);
}

#[test]
fn rows_that_the_file_cannot_tell_apart_are_not_paired() {
    let rows = rows(4_000, 11);
    let anonymous = |side: usize| {
        let lines: Vec<String> = csv(&rows, side).lines().map(|line| format!("{}\n", line.split_once(',').unwrap().1)).collect();
        counted_text(&lines.concat(), &settings(false))
    };
    let comparison = compared(&anonymous(0), &anonymous(1));
    assert_eq!(comparison.mode, Mode::SameSplitUnpaired);
    assert_eq!(measured(change(&comparison, "accuracy", "overall")).1.method, Method::SquareAndAdd);
    let other_rule = compared(&counted(&rows, 0), &counted_text(&csv(&rows, 1), &settings(true)));
    assert_eq!(measured(change(&other_rule, "accuracy", "overall")).1.method, Method::SquareAndAdd);
}

/// The same counts without replicates: nothing but the pairing is lost.
#[test]
fn without_replicates_counts_are_the_same_and_changes_are_unpaired() {
    let rows = rows(4_000, 3);
    let unpaired = |side| counted_text(&csv(&rows, side), &CountSettings { paired: false, ..settings(false) });
    let (paired, alone) = ([counted(&rows, 0), counted(&rows, 1)], [unpaired(0), unpaired(1)]);
    for (paired, alone) in paired.iter().zip(&alone) {
        assert!(paired.cells().eq(alone.cells()));
        assert_eq!(paired.meta(), alone.meta());
        assert!(alone.row_ids().is_none() && alone.lattice().is_err());
    }
    let (paired, alone) = (compared(&paired[0], &paired[1]), compared(&alone[0], &alone[1]));
    assert_eq!((paired.mode, alone.mode), (Mode::SameSplitPaired, Mode::SameSplitUnpaired));
    let error = |comparison: &Comparison| measured(change(comparison, "accuracy", "overall")).2;
    assert!(error(&paired) < 0.8 * error(&alone), "{} {}", error(&paired), error(&alone));
}

#[test]
fn the_order_of_rows_and_columns_and_shards_change_no_byte() {
    let mut rows = rows(3_000, 12);
    let in_order = counted(&rows, 0);
    let with_ids = counted_text(&csv(&rows, 0), &settings(true));
    let shards: Vec<Cube> = rows.chunks(700).map(|rows| counted_text(&csv(rows, 0), &settings(true))).collect();
    let sum = |shards: &mut dyn Iterator<Item = &Cube>| {
        let mut sum = shards.next().unwrap().clone();
        shards.for_each(|shard| sum.merge(shard).unwrap());
        sum
    };
    let forward = sum(&mut shards.iter());
    assert_eq!(forward, sum(&mut shards.iter().rev()));
    for (slice, _) in with_ids.cells() {
        let [whole, added] = [&with_ids, &forward].map(|cube| cube.replicates(slice).unwrap().iter().collect::<Vec<_>>());
        assert_eq!(whole, added, "{slice}");
    }
    rows.sort_by_key(|row| Random(row.id).next().to_bits());
    assert_eq!(counted(&rows, 0), in_order);
    let turned: Vec<String> = csv(&rows, 0).lines().map(|line| line.rsplit(',').collect::<Vec<_>>().join(",") + "\n").collect();
    assert_eq!(counted_text(&turned.concat(), &settings(false)).digest().unwrap(), in_order.digest().unwrap());
}
