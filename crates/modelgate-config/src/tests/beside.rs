//! The previous model's predictions as the baseline, and what is declared for metrics, as settings.

use std::path::PathBuf;

use modelgate_cube::Slice;
use modelgate_eval::MetricId;

use super::MINIMAL;
use crate::{BaselineSettings, BesideSettings, parse};

#[test]
fn columns_beside_the_candidates_are_the_baseline_and_no_features() {
    let found = parse("a/modelgate.yml", &MINIMAL.replace("  score: p\n", "  score: p\n  baseline_score: old\n")).unwrap();
    let beside = BesideSettings { path: None, prediction: None, score: Some("old".into()) };
    assert_eq!(found.baseline, BaselineSettings::Beside(beside));
    assert_eq!(found.roles.baseline_score.as_deref(), Some("old"));
    assert!(found.columns_with_a_meaning().contains("old"));
    let flips = ["negative_flip_rate", "positive_flip_rate", "churn"].map(|id| MetricId::parse(id).unwrap());
    assert!(flips.iter().all(|metric| found.evaluation.metrics.contains(metric)), "measured without being asked for");
    let plain = parse("a/modelgate.yml", MINIMAL).unwrap();
    assert!(flips.iter().all(|metric| !plain.evaluation.metrics.contains(metric)));
}

#[test]
fn a_file_of_its_own_has_the_candidates_columns_unless_others_are_named() {
    let text = MINIMAL.replace("  score: p\n", "  score: p\n  id: key\nbaseline: {predictions: old.csv}\n");
    let found = parse("a/modelgate.yml", &text).unwrap();
    let beside = BesideSettings { path: Some(PathBuf::from("a/old.csv")), prediction: None, score: Some("p".into()) };
    assert_eq!((found.baseline, found.roles.baseline_score), (BaselineSettings::Beside(beside), None));
    let named = parse("a/modelgate.yml", &text.replace("  id: key\n", "  id: key\n  baseline_prediction: p\n")).unwrap();
    let beside = BesideSettings { path: Some(PathBuf::from("a/old.csv")), prediction: Some("p".into()), score: Some("p".into()) };
    assert_eq!(named.baseline, BaselineSettings::Beside(beside), "in that file, names are free");
}

#[test]
fn slices_are_searched_unless_that_is_switched_off() {
    let plain = parse("modelgate.yml", MINIMAL).unwrap().discovery.unwrap();
    assert_eq!((plain.rate.as_str(), plain.confidence_level), ("error_rate", 0.95));
    assert!((plain.margin - 0.02).abs() < 1e-12);
    let other = format!("{MINIMAL}evaluation: {{discover_rate: false_negative_rate, discover_margin: 0.1}}\n");
    assert_eq!(parse("modelgate.yml", &other).unwrap().discovery.unwrap().rate.as_str(), "false_negative_rate");
    assert_eq!(parse("modelgate.yml", &format!("{MINIMAL}evaluation: {{discover: false}}\n")).unwrap().discovery, None);
}

#[test]
fn costs_controls_and_references_are_declared() {
    let declared = "evaluation:\n  slices: [sex, job]\n  control: job\n  reference_groups: [sex=M]\n  costs: {false_positive: 2, false_negative: 5.5, true_positive: -1, unit: EUR}\n";
    let found = parse("modelgate.yml", &format!("{MINIMAL}{declared}")).unwrap().evaluation;
    let costs = found.declared.costs.unwrap();
    assert_eq!((costs.range(), costs.unit.as_deref()), ((-1.0, 5.5), Some("EUR")));
    assert_eq!(found.declared.control.as_deref(), Some("job"));
    assert_eq!(found.declared.references, [Slice::parse("sex=M").unwrap()]);
    for id in ["expected_cost", "expected_cost_difference", "disparate_impact", "conditional_demographic_disparity"] {
        let metric = MetricId::parse(id).unwrap();
        assert_eq!(found.metrics.contains(&metric), metric.metric().default, "{id}");
    }
}
