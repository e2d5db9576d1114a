//! Adult census, end to end: trained with linfa, evaluated per slice, compared with a release, and equal to scikit-learn.

use modelgate_cube::{BUNDLE_FILE, Bundle};
use modelgate_tests::{Gate, adult, real_data};
use serde_json::Value;

use crate::oracle::assert_golden;
use crate::{gate, released};

/// Trains on `adult.data` and evaluates on `adult.test`.
pub(crate) const CONFIG: &str = "\
version: 1
model:
  name: adult-income
  train:
    estimator: logistic_regression
    features: [age, workclass, education_num, marital_status, occupation, hours_per_week, capital_gain, capital_loss]
data:
  train_path: train.csv
  path: test.csv
  label: income
  positive_label: \">50K\"
evaluation:
  slices: [sex, race, {column: age, bins: [25, 45, 65], name: age_band}]
  min_support: 1
gates:
  - metric: accuracy
    lower_bound: 0.8
    max_regression: 0.02
  - metric: false_positive_rate
    slices: every
    max_regression: 0.1
";

fn adult_gate(folder: &std::path::Path) -> Gate {
    gate()
        .with("modelgate.yml", CONFIG)
        .with("train.csv", adult(folder, "adult.data"))
        .with("test.csv", adult(folder, "adult.test"))
}

#[test]
fn adult_end_to_end_with_a_release_and_a_worse_candidate() {
    let Some(folder) = real_data("adult_end_to_end_with_a_release_and_a_worse_candidate") else { return };
    let gate = released(adult_gate(&folder));
    // A model that may not look at marital status and education is worse, and the gate says so.
    gate.write("modelgate.yml", CONFIG.replace("education_num, marital_status, ", ""));
    let outcome = gate.run(&["check"]).exits(1);
    assert!(outcome.stdout.contains("error[metric-regression]: accuracy of overall is worse"), "{}", outcome.stdout);
    let comment = gate.read("modelgate-out/comment.md");
    assert!(comment.lines().next().unwrap().contains("FAIL"), "{comment}");
    let verdict: Value = serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap();
    let subjects: Vec<String> =
        verdict["measurements"].as_array().unwrap().iter().map(|found| crate::oracle::subject(&found["subject"])).collect();
    for subject in ["overall", "sex=Female", "race=Black & sex=Female", "age_band=65+", "by race x sex"] {
        assert!(subjects.iter().any(|found| found == subject), "{subject}");
    }
}

#[test]
fn adult_equals_scikit_learn_on_the_same_predictions() {
    let Some(folder) = real_data("adult_equals_scikit_learn_on_the_same_predictions") else { return };
    let golden: Value = serde_json::from_str(include_str!("../oracle/adult.json")).unwrap();
    // The kept model was trained by this program on `adult.data`. It is scored from its coefficients alone, so that its
    // predictions are the same bits on every machine; fitting again may move last bits with the processor.
    let gate = adult_gate(&folder).with("model.json", include_str!("../oracle/adult-model.json"));
    let _ = gate.run(&["evaluate", "--quiet", "--model", "model.json", "--predictions-out", "rows.csv"]).exits(0);
    let axes: Vec<String> = golden["axes"].as_array().unwrap().iter().map(|axis| axis.as_str().unwrap().to_owned()).collect();
    let rows = gate.read("rows.csv");
    let digest = modelgate_cube::Digest::of(rows.as_bytes()).to_string();
    assert_eq!(golden["source"]["sha256"], digest.as_str(), "the model's predictions changed: run `cargo xtask oracle`");
    let columns: Vec<String> = rows.lines().next().unwrap().split(',').map(str::to_owned).collect();
    let predicted = crate::gate().with("modelgate.yml", crate::oracle::config(&columns, &axes)).with("rows.csv", rows);
    let compared = assert_golden("adult", &golden, &crate::oracle::measure(&predicted));
    assert!(compared > 3000, "only {compared} numbers were compared");
}

#[test]
fn training_on_adult_again_gives_the_kept_model() {
    let Some(folder) = real_data("training_on_adult_again_gives_the_kept_model") else { return };
    let gate = adult_gate(&folder).with("kept.json", include_str!("../oracle/adult-model.json"));
    let _ = gate.run(&["train", "--quiet", "--model-out", "model.json"]).exits(0);
    let numbers = |file: &str| gate.run(&["evaluate", "--quiet", "--model", file]).exits(0).stdout;
    // Three digits of every metric on every slice.
    assert_eq!(numbers("model.json"), numbers("kept.json"));
}

#[test]
fn the_bundle_of_adult_with_four_slice_columns_is_below_a_megabyte() {
    let Some(folder) = real_data("the_bundle_of_adult_with_four_slice_columns_is_below_a_megabyte") else { return };
    let gate = adult_gate(&folder).with("model.json", include_str!("../oracle/adult-model.json"));
    gate.write("modelgate.yml", CONFIG.replace("slices: [sex,", "slices: [workclass, sex,"));
    for arguments in [&["init", "-q"][..], &["add", "."], &["commit", "-qm", "first"], &["tag", "v1.0.0"]] {
        gate.git(arguments);
    }
    let _ = gate.run(&["release", "v1.0.0", "--quiet"]).exits(0);
    let path = gate
        .git(&["ls-tree", "-r", "--name-only", "modelgate-records"])
        .lines()
        .find(|path| path.ends_with(BUNDLE_FILE))
        .map(str::to_owned);
    let bundle = gate.git(&["show", &format!("modelgate-records:{}", path.unwrap())]);
    let cube = Bundle::decode(bundle.as_bytes()).unwrap().cube;
    assert!(cube.cells().all(|(slice, _)| cube.replicates(slice).is_some()));
    assert!(bundle.len() < 1_000_000, "{}", bundle.len());
}
