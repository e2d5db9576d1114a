//! What must hold whatever the counts: identity, symmetry, coverage, and no number where there is none.

#![expect(clippy::unwrap_used, clippy::float_cmp, reason = "tests")]

use std::collections::BTreeMap;

use modelgate_cube::{
    Axis, AxisKind, Cell, Cube, CubeMeta, DEFINITION_VERSION, RowSetDigest, ScoreScale, ScoreTable, Shape, Slice, Tally, Task,
};
use modelgate_eval::{
    Costs, Declared, Delta, Estimate, EvalSettings, MetricId, MetricKind, Mode, Reason, Requirement, Subject, compare, evaluate,
};
use statrs::function::beta::beta_reg;

/// Rows as (group, label, score).
type Row = (Option<&'static str>, bool, f64);

fn cube(rows: &[Row], split: u128) -> Cube {
    let shape = Shape {
        task: Task::Binary { positive_label: "1".into() },
        axes: vec![Axis { name: "sex".into(), kind: AxisKind::Categorical }],
        depth: 1,
        scored: true,
        weighted: false,
    };
    let mut digest = RowSetDigest::default();
    digest.add_row(split);
    let mut cells: BTreeMap<Slice, Cell> = BTreeMap::new();
    for (group, label, score) in rows {
        for slice in [Slice::overall(), Slice::single("sex", group.map(str::to_owned))] {
            let cell = cells.entry(slice).or_default();
            cell.tally_mut(*label, *score >= 0.5).add_row(1.0);
            let error = score - f64::from(u8::from(*label));
            cell.brier.add_row(error * error, 1.0);
            cell.log_loss.add_row(error.abs(), 1.0);
            cell.scores.add_row(ScoreTable::key(ScoreScale::Exact, *score), *label, 1.0);
        }
    }
    Cube::from_cells(CubeMeta { shape, definition_version: DEFINITION_VERSION, split: digest }, ScoreScale::Exact, cells)
}

/// `n` rows by a simple rule; `shift` makes another model of it.
fn rows(n: u32, shift: u32) -> Vec<Row> {
    (0..n)
        .map(|row| {
            let mixed = row.wrapping_mul(2_654_435_761) >> 7;
            let label = mixed % 10 < 4;
            let noise = f64::from((mixed + shift * 31) % 97) / 97.0;
            ([Some("F"), Some("M")][(mixed >> 9) as usize % 2], label, if label { 0.25 + 0.7 * noise } else { 0.7 * noise })
        })
        .collect()
}

/// Every metric that counts and prices alone can give; one of them asks that no row is a false negative.
fn settings() -> EvalSettings {
    let from_counts = |id: &MetricId| {
        let is_binary = id.metric().suits(modelgate_cube::TaskKind::Binary);
        is_binary && matches!(id.metric().requires, None | Some(Requirement::Costs))
    };
    let costs = Costs { true_positive: -1.0, false_positive: 1.0, false_negative: 20.0, true_negative: 0.0, unit: None };
    EvalSettings {
        metrics: MetricId::all().filter(|id| from_counts(id) && id.as_str() != "mean_log_deviation").collect(),
        confidence_level: 0.95,
        resamples: 200,
        min_support: 1,
        seed: 7,
        declared: Declared { costs: Some(costs), ..Declared::default() },
    }
}

fn metric(id: &str) -> MetricId {
    MetricId::parse(id).unwrap()
}

#[test]
fn every_metric_is_measured_on_every_subject_inside_its_range_and_interval() {
    let found = evaluate(&cube(&rows(800, 0), 1), &settings());
    for metric in settings().metrics {
        let subjects = found.iter().filter(|(id, ..)| *id == metric).count();
        let expected = match metric.metric().kind {
            MetricKind::Slice => 3,
            MetricKind::AgainstGroups => 2,
            MetricKind::AcrossGroups => 1,
        };
        assert_eq!(subjects, expected, "{metric}");
    }
    for (metric, subject, estimate) in found.iter() {
        let measured = estimate.measured().unwrap();
        let row = metric.metric();
        assert!(measured.value >= row.lowest && measured.value <= row.highest, "{metric} of {subject}");
        if let Some(interval) = measured.interval {
            assert!(
                interval.lower <= measured.value + 1e-12 && measured.value <= interval.upper + 1e-12,
                "{metric} of {subject}: {measured:?}"
            );
        }
    }
}

#[test]
fn the_grid_moves_every_number_by_no_more_than_its_binning_error() {
    let exact = cube(&rows(800, 0), 1);
    let (found, on_grid) = (evaluate(&exact, &settings()), evaluate(&exact.on_grid(), &settings()));
    for (metric, subject, estimate) in found.iter() {
        let (exact, grid) = (estimate.measured().unwrap(), on_grid.get(metric, subject).unwrap().measured().unwrap());
        assert!(exact.binning_error.abs() < f64::EPSILON && grid.binning_error.is_finite(), "{metric} of {subject}");
        let moved = (exact.value - grid.value).abs();
        assert!(moved <= grid.binning_error + 1e-12, "{metric} of {subject}: {exact:?} {grid:?}");
    }
}

#[test]
fn nothing_is_nan_and_every_gap_in_the_data_has_its_reason() {
    let only_negatives: Vec<Row> = rows(50, 0).into_iter().map(|(group, _, score)| (group, false, score / 4.0)).collect();
    let found = evaluate(&cube(&only_negatives, 1), &settings());
    let overall = Subject::Slice(Slice::overall());
    let reason = |id: &str| match found.get(metric(id), &overall) {
        Some(Estimate::Undefined { reason, .. }) => *reason,
        other => unreachable!("{id}: {other:?}"),
    };
    assert_eq!(reason("recall"), Reason::NoPositives);
    assert_eq!(reason("precision"), Reason::NoPredictedPositives);
    assert_eq!(reason("roc_auc"), Reason::SingleClass);
    assert_eq!(reason("f1"), Reason::NoPositives);
    assert_eq!(reason("balanced_accuracy"), Reason::NoPositives);
    for (metric, subject, estimate) in found.iter() {
        if let Some(measured) = estimate.measured() {
            let ends = measured.interval.map_or([0.0; 2], |interval| [interval.lower, interval.upper]);
            assert!(measured.value.is_finite() && ends.iter().all(|end| end.is_finite()), "{metric} of {subject}");
        }
    }
}

#[test]
fn nobody_selected_has_no_impact_ratio() {
    let never: Vec<Row> = rows(400, 0).into_iter().map(|(group, label, score)| (group, label, score / 4.0)).collect();
    let found = evaluate(&cube(&never, 1), &settings());
    for group in ["F", "M"] {
        let slice = Subject::Slice(Slice::single("sex", Some(group.to_owned())));
        let estimate = found.get(metric("impact_ratio"), &slice).unwrap();
        assert!(matches!(estimate, Estimate::Undefined { reason: Reason::AllRatesZero, .. }), "{group}: {estimate:?}");
    }
}

#[test]
fn a_change_shows_what_each_side_measured() {
    let (one, other) = (cube(&rows(800, 0), 1), cube(&rows(800, 5), 1));
    let (before, now) = (evaluate(&one, &settings()), evaluate(&other, &settings()));
    let value = |estimate: &Estimate| estimate.measured().map(|measured| measured.value);
    let mut differ = 0;
    for (metric, subject, change) in compare(&one, &other, &settings()).iter() {
        assert_eq!(value(&change.baseline), before.get(metric, subject).and_then(value), "{metric} of {subject}");
        assert_eq!(value(&change.candidate), now.get(metric, subject).and_then(value), "{metric} of {subject}");
        differ += u32::from(value(&change.baseline) != value(&change.candidate));
    }
    assert!(differ > 50, "{differ}");
}

#[test]
fn a_model_against_itself_changes_nothing_and_backwards_is_the_mirror_image() {
    let (one, other) = (cube(&rows(800, 0), 1), cube(&rows(800, 5), 1));
    for (_, subject, change) in compare(&one, &one, &settings()).iter() {
        let Delta::Measured { value, interval, .. } = change.delta else { unreachable!("{subject}") };
        assert_eq!(value, 0.0, "{subject}");
        assert!(interval.is_none_or(|interval| interval.lower <= 0.0 && interval.upper >= 0.0), "{subject}");
    }
    let (there, back) = (compare(&one, &other, &settings()), compare(&other, &one, &settings()));
    for (metric, subject, change) in there.iter() {
        let mirrored = back.get(metric, subject).unwrap();
        let (Delta::Measured { value: a, .. }, Delta::Measured { value: b, .. }) = (change.delta, mirrored.delta) else {
            continue;
        };
        assert!((a + b).abs() < 1e-12, "{metric} of {subject}");
    }
}

#[test]
fn the_same_split_is_told_from_another() {
    let (one, other) = (cube(&rows(100, 0), 1), cube(&rows(100, 5), 2));
    assert_eq!(compare(&one, &one, &settings()).mode, Mode::SameSplitUnpaired);
    assert_eq!(compare(&one, &other, &settings()).mode, Mode::DifferentData);
}

#[test]
fn a_group_that_vanished_is_named_and_has_no_change() {
    let without: Vec<Row> = rows(200, 0).into_iter().filter(|(group, ..)| *group == Some("F")).collect();
    let comparison = compare(&cube(&rows(200, 0), 1), &cube(&without, 1), &settings());
    assert_eq!(comparison.missing.iter().map(|missing| missing.slice.to_string()).collect::<Vec<_>>(), ["sex=M"]);
    let change = comparison.get(metric("accuracy"), &Subject::Slice(Slice::single("sex", Some("M".into())))).unwrap();
    assert_eq!(change.delta, Delta::Undefined(Reason::NotInCandidate));
}

#[test]
fn counts_of_another_definition_are_never_compared() {
    let (one, other) = (cube(&rows(100, 0), 1), cube(&rows(100, 5), 1));
    let mut meta = other.meta().clone();
    meta.definition_version += 1;
    let cells = other.cells().map(|(slice, cell)| (slice.clone(), cell.clone())).collect();
    let newer = Cube::from_cells(meta, other.scale(), cells);
    for (metric, subject, change) in compare(&one, &newer, &settings()).iter() {
        assert_eq!(change.delta, Delta::Undefined(Reason::DifferentDefinitions), "{metric} of {subject}");
    }
}

#[test]
fn small_groups_and_missing_values_are_left_out_of_gaps_and_named() {
    let mut with_few = rows(400, 0);
    with_few.extend([(Some("X"), true, 0.1), (Some("X"), true, 0.2), (None, true, 0.1)]);
    let subject = Subject::Across(vec!["sex".into()]);
    let gap = |min_support| {
        let found = evaluate(&cube(&with_few, 1), &EvalSettings { min_support, ..settings() });
        let metric = metric("equal_opportunity_difference");
        (found.get(metric, &subject).unwrap().measured().unwrap().value, found.left_out(metric, &subject).to_vec())
    };
    let (every, none_out) = gap(1);
    let (large, left_out) = gap(30);
    assert!(every > 0.3 && large < 0.2, "{every} {large}");
    assert_eq!((none_out.len(), left_out), (0, vec![Slice::single("sex", Some("X".into()))]));
}

#[test]
fn a_baseline_on_the_grid_pulls_both_sides_onto_it_and_says_so() {
    let (one, other) = (cube(&rows(800, 0), 1), cube(&rows(800, 5), 1));
    let comparison = compare(&one.on_grid(), &other, &settings());
    let change = comparison.get(metric("roc_auc"), &Subject::Slice(Slice::overall())).unwrap();
    for side in [change.baseline, change.candidate] {
        assert!(side.measured().unwrap().binning_error > 0.0);
    }
}

#[test]
fn intervals_of_rates_cover_as_often_as_they_say_on_average() {
    let only_accuracy = EvalSettings { metrics: vec![metric("accuracy")], ..settings() };
    let meta = cube(&[], 1).meta().clone();
    for n in [10_u64, 15, 20, 30, 100, 300] {
        // The mean over all p from 0 to 1 of the chance of k hits, where an interval holds p, is a difference of beta
        // distributions: no grid of p, which in few rows tells where its points lie rather than what the intervals do.
        let of_count = |k: u64| {
            let cell =
                Cell { true_positives: Tally::unweighted(k), false_negatives: Tally::unweighted(n - k), ..Cell::default() };
            let cube = Cube::from_cells(meta.clone(), ScoreScale::Exact, BTreeMap::from([(Slice::overall(), cell)]));
            let found = evaluate(&cube, &only_accuracy);
            let found = found.get(metric("accuracy"), &Subject::Slice(Slice::overall())).unwrap().measured().unwrap();
            let below = |share: f64| beta_reg(k as f64 + 1.0, (n - k) as f64 + 1.0, share);
            found.interval.map(|interval| below(interval.upper) - below(interval.lower)).unwrap()
        };
        let mean = (0..=n).map(of_count).sum::<f64>() / (n + 1) as f64;
        assert!((0.95..=0.97).contains(&mean), "n = {n}: {mean}");
    }
}
