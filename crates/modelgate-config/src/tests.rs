//! Whole files: valid ones become settings, and no text makes the reading panic.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use modelgate_cube::{AxisKind, Digest, Slice};
use modelgate_eval::{MetricId, MetricKind, Subject};
use modelgate_model::{Estimator, Learning};
use modelgate_policy::{Bound, Level, RuleId, Target};

mod beside;
mod mistakes;

use crate::columns::Unreadable;
use crate::{AnchorSettings, BaselineSettings, ModelSource, TrainRows, config, load, parse};

/// A file with every key but those of other sources.
pub(crate) const FULL: &str = include_str!("../fixtures/full.yml");

/// The smallest file that is of use.
pub(crate) const MINIMAL: &str = "\
version: 1
model:
  name: loans
  predictions: out/predictions.csv
data:
  label: approved
  score: p
gates:
  - metric: accuracy
    lower_bound: 0.8
";

/// Tests run in the folder of their package, wherever the clone lies.
fn fixture(name: &str) -> PathBuf {
    Path::new("fixtures").join(name)
}

#[test]
fn a_full_file_becomes_settings() {
    let found = parse("project/modelgate.yml", FULL).unwrap();
    assert_eq!((found.file_name.as_str(), found.directory.as_path()), ("project/modelgate.yml", Path::new("project")));
    assert_eq!((found.model_name.as_str(), found.digest), ("loan-approval", Digest::of(FULL.as_bytes())));
    let ModelSource::Train { learning, rows, evaluate } = &found.model else { unreachable!() };
    assert!((learning.hyperparameters.l2_penalty - 0.5).abs() < 1e-12);
    assert_eq!((learning.hyperparameters.max_iterations, evaluate.as_path()), (300, Path::new("project/data/loans.csv")));
    assert_eq!(*rows, TrainRows::Split { column: "part".into(), train: "train".into(), test: "test".into() });
    assert_eq!(found.features, Some(vec!["income".into(), "debt".into(), "age".into()]));
    assert_eq!(found.roles.positive_label.as_deref(), Some("yes"));
    assert_eq!(found.read.missing_values, ["", "NA", "-999"]);
    let text: BTreeSet<String> = ["approved", "application_id", "sex", "race", "part"].map(str::to_owned).into();
    assert_eq!(found.read.text_columns, text);
    assert_eq!((found.evaluation.resamples, found.evaluation.seed, found.max_levels), (500, 11, 40));
    assert!((found.evaluation.confidence_level - 0.9).abs() < 1e-12 && (found.decision_threshold - 0.4).abs() < 1e-12);
    assert_eq!(found.baseline, BaselineSettings::Release("v1.0".into()));
    assert_eq!(found.anchor, Some(AnchorSettings::Release("v0.9".into())));
    assert!((found.policy.alpha - 0.01).abs() < 1e-12 && (found.policy.anchor_budget - 3.0).abs() < 1e-12);
    assert_eq!(found.policy.max_decisions_per_split, 20);
    assert!(found.policy.allow_cross_split_gate);
    assert!((found.policy.drift.effect - 0.15).abs() < 1e-12 && (found.policy.drift.alpha - 0.02).abs() < 1e-12);
    assert_eq!(found.output_directory, Path::new("project/out"));
    assert_eq!(found.ledger, Path::new("project/records/ledger.jsonl"));
    let meaning = ["age", "application_id", "applied_at", "approved", "part", "race", "sex", "w"].map(str::to_owned);
    assert_eq!(found.columns_with_a_meaning(), meaning.into());
}

#[test]
fn every_estimator_takes_its_own_settings_and_the_usual_ones() {
    let with = |train: &str| {
        let train = format!("train: {{{train}}}");
        let text = MINIMAL.replace("predictions: out/predictions.csv", &train);
        let text = text.replace("  score: p\n", "  train_path: a.csv\n  path: b.csv\n");
        let ModelSource::Train { learning, .. } = parse("modelgate.yml", &text).unwrap().model else { unreachable!() };
        learning
    };
    for estimator in Estimator::ALL {
        assert_eq!(with(&format!("estimator: {estimator}")), Learning::of(estimator));
    }
    let forest =
        with("estimator: random_forest, trees: 30, max_leaves: 9, seed: 3, weight: w, rising: [a, b], time_limit_seconds: 5");
    assert_eq!((forest.hyperparameters.trees, forest.hyperparameters.max_leaves, forest.seed), (30, Some(9), 3));
    assert_eq!((forest.weight.as_deref(), forest.rising.len(), forest.time_limit), (Some("w"), 2, Duration::from_secs(5)));
}

#[test]
fn axes_gates_and_waivers_keep_their_order_and_lines() {
    let found = parse("modelgate.yml", FULL).unwrap();
    let names: Vec<_> = found.axes.iter().map(|axis| (axis.axis.name.as_str(), axis.column.as_str())).collect();
    assert_eq!(names, [("sex", "sex"), ("race", "race"), ("age_band", "age")]);
    assert_eq!(found.axes.last().unwrap().axis.kind, AxisKind::Binned { edges: vec![25.0, 45.0, 65.0] });
    let policy = &found.policy;
    assert_eq!(policy.min_support, 50);
    let gates: Vec<_> = policy.gates.iter().map(|gate| (gate.origin.path.as_str(), gate.origin.line)).collect();
    assert_eq!(gates.first(), Some(&("gates[0]", 43)));
    let lines: Vec<usize> = gates.iter().map(|(_, line)| *line).collect();
    assert!(lines.iter().all(|line| found.source_line(*line).unwrap().contains("- metric: ")), "{lines:?}");
    let [first, second, third, fourth, _, across] = policy.gates.as_slice() else { unreachable!() };
    assert_eq!(first.bounds, [Bound::Lower(0.8), Bound::MaxRegression(0.01)]);
    assert_eq!((first.level, second.level, &first.target), (Level::Deny, Level::Warn, &Target::Overall));
    assert_eq!((&third.target, third.must_prove), (&Target::Every, true));
    let slices = ["sex=F", "age_band=65+ & sex=F", "overall", "race=(missing)"].map(|text| Slice::parse(text).unwrap());
    assert_eq!(fourth.target, Target::Slices(slices.to_vec()));
    assert_eq!(across.target, Target::Across(vec![vec!["sex".into()], vec!["race".into(), "sex".into()]]));
    assert_eq!(policy.levels.get(&RuleId::NO_BASELINE), Some(&Level::Deny));
    let [of_slice, of_groups] = policy.waivers.as_slice() else { unreachable!() };
    assert_eq!(of_slice.subject, Some(Subject::Slice(Slice::parse("sex=F").unwrap())));
    assert_eq!((of_slice.expires.to_string().as_str(), of_slice.origin.path.as_str()), ("2026-12-31", "waivers[0]"));
    assert_eq!(of_groups.subject, Some(Subject::Across(vec!["sex".into()])));
    assert_eq!(of_groups.origin.line, found.text.lines().count() - 2);
}

#[test]
fn a_minimal_file_takes_every_default() {
    assert!(MINIMAL.lines().count() < 20);
    let found = parse("modelgate.yml", MINIMAL).unwrap();
    assert_eq!(found.model, ModelSource::Predictions { path: "out/predictions.csv".into() });
    assert_eq!(found.read.missing_values, modelgate_data::ReadSettings::default().missing_values);
    assert_eq!((found.depth, found.max_levels, found.policy.min_support), (2, 100, 30));
    assert_eq!((found.evaluation.resamples, found.evaluation.seed), (1000, 7));
    assert!((found.evaluation.confidence_level - 0.95).abs() < 1e-12 && (found.decision_threshold - 0.5).abs() < 1e-12);
    assert_eq!((found.baseline, found.anchor, found.features), (BaselineSettings::Auto, None, None));
    assert!((found.policy.alpha - 0.05).abs() < 1e-12 && (found.policy.anchor_budget - 2.0).abs() < 1e-12);
    assert_eq!(found.policy.max_decisions_per_split, 50);
    assert_eq!((found.policy.drift, found.training_file), (modelgate_policy::DriftLimits::default(), None));
    assert_eq!((found.output_directory, found.ledger), ("modelgate-out".into(), "modelgate-ledger.jsonl".into()));
}

#[test]
fn without_a_list_default_metrics_that_fit_and_gated_ones_are_measured() {
    let ids = |text: &str| parse("modelgate.yml", text).unwrap().evaluation.metrics;
    let default: Vec<_> = MetricId::all().filter(|id| id.metric().default && id.metric().requires.is_none()).collect();
    let slice_metrics: Vec<_> = default.iter().copied().filter(|id| id.metric().kind == MetricKind::Slice).collect();
    assert_eq!(ids(MINIMAL), slice_metrics);
    let sliced = format!("{MINIMAL}evaluation: {{slices: [sex]}}\n");
    assert_eq!(ids(&sliced), default);
    let gated = ids(&sliced.replace("metric: accuracy", "metric: matthews_corrcoef"));
    assert_eq!(gated.len(), default.len() + 1);
    assert!(gated.contains(&MetricId::parse("matthews_corrcoef").unwrap()) && gated.is_sorted());
    let predictions = sliced.replace("score: p", "prediction: p");
    assert!(ids(&predictions).iter().all(|id| !id.metric().needs_scores));
    assert!(ids(&predictions).len() > 5);
}

#[test]
fn a_command_runs_in_the_folder_of_the_file() {
    let text = MINIMAL.replace(
        "predictions: out/predictions.csv",
        "command: {run: [python, score.py, 1.10], writes: out/p.csv, time_limit_seconds: 60}",
    );
    let ModelSource::Command(command) = parse("a/modelgate.yml", &text).unwrap().model else { unreachable!() };
    assert_eq!((command.program.as_str(), command.arguments), ("python", vec!["score.py".to_owned(), "1.10".to_owned()]));
    assert_eq!((command.directory.as_path(), command.writes.as_path()), (Path::new("a"), Path::new("out/p.csv")));
    assert_eq!(command.time_limit, Duration::from_mins(1));
    let ModelSource::Command(here) = parse("modelgate.yml", &text).unwrap().model else { unreachable!() };
    assert_eq!(here.directory, Path::new("."));
}

#[test]
fn labels_read_as_they_are_written() {
    for (written, read) in [("1", "1"), ("1.0", "1.0"), ("true", "true"), ("yes", "yes"), ("\"0\"", "0")] {
        let text = MINIMAL.replace("label: approved", &format!("label: approved\n  positive_label: {written}"));
        assert_eq!(parse("modelgate.yml", &text).unwrap().roles.positive_label.as_deref(), Some(read));
    }
}

#[test]
fn line_breaks_of_windows_and_a_byte_order_mark_change_nothing() {
    let plain = parse("modelgate.yml", FULL).unwrap();
    let windows = parse("modelgate.yml", &format!("\u{feff}{}", FULL.replace('\n', "\r\n"))).unwrap();
    assert_eq!((windows.policy, windows.axes, windows.evaluation), (plain.policy, plain.axes, plain.evaluation));
}

#[test]
fn files_on_disk_are_held_against_the_settings() {
    let found = load(&fixture("loans/modelgate.yml")).unwrap();
    assert_eq!(found.directory, fixture("loans"));
    let wrong = load(&fixture("wrong/modelgate.yml")).unwrap_err();
    let ids: Vec<_> = wrong.errors.iter().map(|error| (error.id, error.span.unwrap().line)).collect();
    let expected =
        [("unknown-column", 4), ("unreadable-data", 7), ("unknown-column", 8), ("unknown-column", 10), ("invalid-bound", 13)];
    assert_eq!(ids, expected, "{wrong}");
    assert!(
        wrong
            .to_string()
            .contains("  = note: its columns are `income`, `debt`, `sex` and `approved`\n  = help: did you mean `debt`?"),
        "{wrong}"
    );
}

#[test]
fn a_split_needs_its_columns_in_the_one_file() {
    let columns = |_: &Path| -> Result<Vec<String>, Unreadable> { Ok(["approved", "sex", "income"].map(str::to_owned).to_vec()) };
    let errors = config::read("modelgate.yml", FULL, Some(&columns), None).unwrap_err().errors;
    let missing: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
    let unknown = ["debt", "age", "part", "application_id", "w", "applied_at", "race", "age"];
    assert_eq!(missing, unknown.map(|column| format!("`data/loans.csv` has no column `{column}`")));
}

#[test]
fn a_file_that_cannot_be_read_is_one_mistake() {
    for (path, id) in
        [("no-such.yml", "config-not-found"), ("loans", "config-is-a-directory"), ("loans/test.csv", "not-a-mapping")]
    {
        let errors = load(&fixture(path)).unwrap_err();
        assert_eq!(errors.errors.iter().map(|error| error.id).collect::<Vec<_>>(), [id]);
        assert!(errors.to_string().contains(path) && errors.to_string().contains("help: "), "{errors}");
    }
}

/// A small generator of numbers, so that a failure can be repeated.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }
}

#[test]
fn no_damage_to_a_file_makes_reading_panic() {
    let mut draw = Draw(20_261_231);
    let signs: Vec<char> = "{}[]:-#&*!|>'\"%@` \t\n\r,0é\u{202e}\u{0}~?".chars().collect();
    let (mut refused, mut rendered) = (0, 0);
    for _ in 0..3_000 {
        let mut text: Vec<char> = FULL.chars().collect();
        for _ in 0..=draw.below(4) {
            let at = draw.below(text.len());
            match draw.below(4) {
                0 => drop(text.remove(at)),
                1 => text.insert(at, *signs.get(draw.below(signs.len())).unwrap()),
                2 => *text.get_mut(at).unwrap() = *signs.get(draw.below(signs.len())).unwrap(),
                _ => drop(text.drain(at..(at + draw.below(60)).min(text.len()))),
            }
        }
        if let Err(errors) = parse("modelgate.yml", &text.into_iter().collect::<String>()) {
            refused += 1;
            assert!(!errors.errors.is_empty());
            let shown = errors.to_string();
            assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
            rendered += usize::from(shown.contains("-->"));
        }
    }
    assert!(refused > 1_000 && rendered == refused, "{refused} {rendered}");
}

#[test]
fn large_hostile_files_are_refused_in_time() {
    let unknown = (0..30_000).map(|key| format!("key_that_is_not_known_{key}: x")).collect::<Vec<_>>().join("\n");
    let errors = parse("f", &unknown).unwrap_err();
    assert!(errors.to_string().ends_with("more mistakes are not shown)\n"));
    let items = "- metric: acuracy\n  lower_bound: 9\n".repeat(15_000);
    assert!(!parse("f", &format!("version: 1\ngates:\n{items}")).unwrap_err().errors.is_empty());
    let long = format!("version: {{a: {}}}", "x".repeat(1 << 19));
    assert!(parse("f", &long).unwrap_err().to_string().lines().all(|line| line.chars().count() < 200));
}

#[test]
fn a_contrast_names_its_reference_and_can_be_waived_by_its_name() {
    let text = "gates:\n  - metric: recall\n    max_regression: 0.05\n    contrast: {reference: \"sex=M\"}\n";
    let waiver = "waivers:\n  - {rule: metric-regression, slice: \"sex=F against sex=M\", reason: r, approved_by: a, expires: 2026-12-31}\n";
    let (head, _) = MINIMAL.split_once("gates:").unwrap();
    let found = parse("modelgate.yml", &format!("{head}evaluation: {{slices: [sex]}}\n{text}{waiver}")).unwrap();
    let slice = |text| Slice::parse(text).unwrap();
    assert_eq!(found.policy.gates.first().unwrap().target, Target::Contrast(slice("sex=M")));
    let contrast = Subject::Contrast { group: slice("sex=F"), reference: slice("sex=M") };
    assert_eq!(contrast.to_string(), "sex=F against sex=M");
    assert_eq!(found.policy.waivers.first().unwrap().subject, Some(contrast));
}
