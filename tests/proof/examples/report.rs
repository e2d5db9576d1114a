//! Times what is asked of a table once it is counted: `report FILE`, a predictions file as `bench/table.py` writes it.
//! Prints one line each: a name, seconds elapsed, seconds of processor time (on one thread, which is the same).
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement at a terminal")]

use std::num::NonZero;
use std::path::Path;
use std::time::Instant;

use modelgate_cube::{Axis, AxisKind};
use modelgate_data::{CountAxis, CountSettings, ReadSettings, Roles, count_file};
use modelgate_eval::{Declared, EvalSettings, MetricId, evaluate};

/// Twenty metrics of each slice: rates, composites, and ones of scores.
const REPORT: [&str; 20] = [
    "count",
    "accuracy",
    "balanced_accuracy",
    "precision",
    "recall",
    "true_negative_rate",
    "f1",
    "matthews_corrcoef",
    "cohen_kappa",
    "selection_rate",
    "true_positive_rate",
    "false_positive_rate",
    "false_negative_rate",
    "roc_auc",
    "brier_score",
    "log_loss",
    "demographic_parity_difference",
    "equal_opportunity_difference",
    "equalized_odds_difference",
    "impact_ratio",
];

/// What fairlearn is asked to draw again as well.
const COMPOSITES: [&str; 4] = ["balanced_accuracy", "f1", "matthews_corrcoef", "cohen_kappa"];

fn settings(metrics: &[&str], resamples: u32) -> EvalSettings {
    EvalSettings {
        metrics: metrics.iter().map(|id| MetricId::parse(id).unwrap()).collect(),
        confidence_level: 0.95,
        resamples,
        min_support: 30,
        seed: 7,
        declared: Declared::default(),
    }
}

fn timed(name: &str, work: impl FnOnce()) {
    let start = Instant::now();
    work();
    let seconds = start.elapsed().as_secs_f64();
    println!("{name} {seconds:.6} {seconds:.6}");
}

fn main() {
    let Some(file) = std::env::args().nth(1) else { return };
    let axis =
        |name: &str| CountAxis { axis: Axis { name: name.to_owned(), kind: AxisKind::Categorical }, column: name.to_owned() };
    let count = |axes: &[&str]| {
        let roles = Roles {
            label: "y_true".to_owned(),
            prediction: Some("y_pred".to_owned()),
            score: Some("score".to_owned()),
            ..Roles::default()
        };
        let axes = axes.iter().copied().map(axis).collect();
        let settings = CountSettings { roles, axes, depth: 2, decision_threshold: 0.5, max_levels: 100, paired: false };
        let threads = std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
        count_file(Path::new(&file), &ReadSettings::default(), &settings, threads, &mut || ()).unwrap().cube
    };
    let cube = count(&["sex", "race", "age_band"]);
    timed("report", || assert!(evaluate(&cube, &settings(&REPORT, 1_000)).iter().count() > 500));
    let cube = count(&["sex", "race"]);
    timed("few_replicates", || assert!(evaluate(&cube, &settings(&COMPOSITES, 100)).iter().count() > 50));
    timed("replicates", || assert!(evaluate(&cube, &settings(&COMPOSITES, 10_100)).iter().count() > 50));
}
