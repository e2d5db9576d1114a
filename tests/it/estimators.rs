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
#[expect(clippy::expect_used, reason = "a document without these is a failure")]
fn models_from_other_seeds_widen_every_interval_and_tell_their_share() {
    let check = |train: &str| {
        let gate = training(&format!("estimator: random_forest, trees: 10{train}"));
        let outcome = gate.run(&["check", "--no-baseline"]).exits(0);
        let verdict: serde_json::Value = serde_json::from_str(&gate.read("modelgate-out/verdict.json")).expect("JSON");
        (gate, outcome, verdict)
    };
    let (_, once, alone) = check("");
    let (gate, outcome, repeated) = check(", repeats: 4");
    assert!(outcome.stderr.contains(" features, 4 times"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("3 models from other seeds") && !once.stderr.contains("other seeds"), "{}", outcome.stderr);
    assert!(alone["retraining"].is_null());
    assert_eq!(repeated["retraining"]["models"], 4);
    let measured = |verdict: &serde_json::Value| verdict["measurements"].as_array().cloned().expect("measurements");
    let width = |one: &serde_json::Value| Some(one["estimate"]["upper"].as_f64()? - one["estimate"]["lower"].as_f64()?);
    let (alone, wider) = (measured(&alone), measured(&repeated));
    let pairs = || alone.iter().zip(&wider).filter_map(|(one, other)| Some((one, width(one)?, width(other)?)));
    assert!(pairs().count() > 20);
    for (one, before, after) in pairs() {
        assert!(after >= before - 1e-12, "{one}: {before} {after}");
    }
    assert!(pairs().filter(|(_, before, after)| *after > *before * 1.05).count() > 10);
    let shares = repeated["retraining"]["measurements"].as_array().expect("shares");
    assert!(shares.iter().all(|one| (0.0..=1.0).contains(&one["share"].as_f64().expect("a share"))));
    for document in ["modelgate-out/comment.md", "modelgate-out/model-card.md", "modelgate-out/report.html"] {
        assert!(gate.read(document).contains("Retrained: 4 models from different seeds"), "{document}");
    }
    assert!(gate.read("modelgate-out/model-card.md").contains("| Standard deviation between seeds |"));
    let evaluated = gate.run(&["evaluate", "--quiet"]).exits(0).stdout;
    assert!(evaluated.contains("% of the variance"), "{evaluated}");
}

#[test]
fn repeats_of_what_draws_nothing_are_a_mistake() {
    let outcome = training("estimator: gradient_boosting, repeats: 3").run(&["check"]).exits(2);
    assert!(outcome.stderr.contains("`repeats` has no effect with `gradient_boosting`"), "{}", outcome.stderr);
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
