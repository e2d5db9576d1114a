//! Every estimator from the configuration to the verdict.

use modelgate_tests::{Gate, loans_csv};

use crate::gate;

const ESTIMATORS: [&str; 4] = ["logistic_regression", "decision_tree", "random_forest", "gradient_boosting"];

fn training(train: &str) -> Gate {
    let config = format!(
        "version: 1\nmodel:\n  name: loans\n  train: {{{train}}}\ndata:\n  train_path: train.csv\n  path: test.csv\n  label: repaid\n\
         evaluation: {{slices: [sex], resamples: 200}}\ngates:\n  - {{metric: accuracy, lower_bound: 0.55}}\n  - {{metric: roc_auc, lower_bound: 0.6}}\n"
    );
    gate().with("modelgate.yml", config).with("train.csv", loans_csv(1500, 1)).with("test.csv", loans_csv(1200, 2))
}

#[test]
fn every_estimator_is_listed_explained_trained_and_judged() {
    for estimator in ESTIMATORS {
        let gate = training(&format!("estimator: {estimator}"));
        assert!(gate.run(&["list", "estimators"]).exits(0).stdout.contains(estimator));
        let explained = gate.run(&["explain", estimator]).exits(0).stdout;
        assert!(explained.contains("Use it where") && explained.contains("default: "), "{explained}");
        let outcome = gate.run(&["check"]).exits(0);
        assert!(outcome.stderr.contains(&format!("Training {estimator} on 1500 rows")), "{}", outcome.stderr);
        let card = gate.read("modelgate-out/model-card.md");
        assert!(card.contains(&estimator.replace('_', " ")), "{card}");
    }
}

#[test]
fn a_model_file_of_trees_is_the_same_twice_and_scores_like_the_trained_one() {
    for estimator in ESTIMATORS {
        let gate = training(&format!("estimator: {estimator}"));
        let _ = gate.run(&["train", "--quiet", "--model-out", "a.json"]).exits(0);
        let _ = gate.run(&["train", "--quiet", "--model-out", "b.json"]).exits(0);
        assert_eq!(gate.read("a.json"), gate.read("b.json"));
        let trained = gate.run(&["evaluate", "--quiet"]).exits(0);
        let stored = gate.run(&["evaluate", "--quiet", "--model", "a.json"]).exits(0);
        assert_eq!(trained.stdout, stored.stdout, "{estimator}");
    }
}

#[test]
fn a_setting_of_another_estimator_is_a_mistake_and_not_ignored() {
    let outcome = training("estimator: logistic_regression, learning_rate: 0.2").run(&["check"]).exits(2);
    assert!(outcome.stderr.contains("`learning_rate` has no effect with `logistic_regression`"), "{}", outcome.stderr);
}

#[test]
fn leaves_that_cannot_be_made_say_what_to_do() {
    let outcome = training("estimator: decision_tree, min_leaf_weight: 1000").run(&["check"]).exits(2);
    assert!(outcome.stderr.contains("weigh 1500 together") && outcome.stderr.contains("min_leaf_weight"), "{}", outcome.stderr);
}

#[test]
fn a_model_file_cut_short_is_refused_with_the_next_step() {
    let gate = training("estimator: random_forest, trees: 3");
    let _ = gate.run(&["train", "--quiet", "--model-out", "a.json"]).exits(0);
    let text = gate.read("a.json");
    gate.write("half.json", &text[..text.len() / 2]);
    let outcome = gate.run(&["evaluate", "--model", "half.json"]).exits(2);
    assert!(
        outcome.stderr.contains("it is not a modelgate model") && outcome.stderr.contains("train again"),
        "{}",
        outcome.stderr
    );
}
