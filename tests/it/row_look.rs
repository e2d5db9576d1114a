//! Single rows, looked at with models of all other rows: labels that look wrong, orders that know the label, and a model on the
//! rows that it learned from.

use std::fmt::Write as _;

use modelgate_tests::{Gate, Rows};
use serde_json::Value;

use crate::contract::with_data;
use crate::data_checks::{jittered, with_columns};
use crate::{gate, ready, released};

/// What the plain rows say of a row's label.
pub(crate) fn is_approved(row: u32) -> bool {
    (row.wrapping_mul(2_654_435_761).wrapping_add(12345) >> 16) % 10 < 6
}

/// A number that tells a row's class with some noise; of rows that are `wrong`, the other class.
fn signal(row: u32, wrong: bool) -> String {
    let noise = f64::from(row.wrapping_mul(2_246_822_519) >> 8) / f64::from(1 << 24);
    format!("{:.8}", noise + if is_approved(row) == wrong { 0.0 } else { 0.78 })
}

/// Rows with a signal, some of whose labels it says to be wrong, and the day that each is from.
pub(crate) fn with_wrong_labels(is_wrong: impl Fn(u32) -> bool, day: impl Fn(u32) -> u32) -> Gate {
    let columns: &[(&str, &dyn Fn(u32) -> String)] =
        &[("signal", &|row| signal(row, is_wrong(row))), ("when", &|row| format!("2026-03-{:02}", day(row)))];
    let rows = |rows| with_columns(rows, columns);
    let limits = "data_checks:\n  max_label_noise_rate: 0.1\n  max_label_noise_difference: 0.05\n";
    let gate = ready().with("modelgate.yml", with_data("  time: when\n  label_noise: true\n") + limits);
    released(gate.with("predictions.csv", rows(&Rows::default()))).with("predictions.csv", rows(&jittered()))
}

/// A model that is trained on rows, every so many-th of which has the wrong label, and judged on rows without such a fault.
pub(crate) fn with_worse_training_rows(every: u32) -> Gate {
    let rows = |from: u32, rows: u32, every: u32| {
        let mut text = String::from("signal,sex,approved\n");
        for row in from..from + rows {
            let label = if is_approved(row) == (row.is_multiple_of(every)) { "no" } else { "yes" };
            let sex = if row.wrapping_mul(2_654_435_761) & 64 == 0 { "F" } else { "M" };
            writeln!(text, "{},{sex},{label}", signal(row, false)).unwrap();
        }
        text
    };
    let config = |penalty: &str| {
        format!(
            "version: 1\nmodel:\n  name: loans\n  train: {{estimator: logistic_regression, l2_penalty: {penalty}, features: [signal]}}\n\
             data:\n  train_path: train.csv\n  path: test.csv\n  label: approved\n  positive_label: \"yes\"\n\
             evaluation: {{slices: [sex], resamples: 200, discover: false}}\n\
             gates:\n  - {{metric: accuracy, lower_bound: 0.5}}\n"
        )
    };
    let gate = gate().with("train.csv", rows(10_000, 2_000, every)).with("test.csv", rows(0, 2_000, 1_000_000));
    released(gate.with("modelgate.yml", config("1.0"))).with("modelgate.yml", config("2.0"))
}

/// A model whose training rows have got some of a job that nobody had before; `label` says which label these have.
pub(crate) fn with_new_job(label: impl Fn(u32) -> bool) -> Gate {
    let rows = |from: u32, rows: u32, every: u32| {
        let mut text = String::from("signal,job,sex,approved\n");
        for row in from..from + rows {
            let is_new = row.is_multiple_of(every);
            let says = if is_new { label(row) } else { is_approved(row) };
            let sex = if row.wrapping_mul(2_654_435_761) & 64 == 0 { "F" } else { "M" };
            let job = if is_new { "falconer" } else { ["clerk", "driver", "nurse"][row as usize % 3] };
            writeln!(text, "{},{job},{sex},{}", signal(row, false), if says { "yes" } else { "no" }).unwrap();
        }
        text
    };
    let config = "version: 1\nmodel:\n  name: loans\n  train: {estimator: logistic_regression, features: [signal, job]}\n\
                  data:\n  train_path: train.csv\n  path: test.csv\n  label: approved\n  positive_label: \"yes\"\n\
                  evaluation: {slices: [sex], resamples: 200, discover: false}\n\
                  gates:\n  - {metric: accuracy, lower_bound: 0.5}\n";
    let gate = gate().with("train.csv", rows(10_000, 3_000, 1_000_000)).with("test.csv", rows(1, 2_000, 1_000_000));
    released(gate.with("modelgate.yml", config)).with("train.csv", rows(10_000, 3_000, 100))
}

/// A model that is trained on rows of January, and then on some of February as well, of which the labels of some are turned.
pub(crate) fn with_new_rows(new: u32, is_turned: impl Fn(u32) -> bool) -> Gate {
    let rows = |from: u32, rows: u32, month: u32, is_turned: &dyn Fn(u32) -> bool| {
        let mut text = String::new();
        for row in from..from + rows {
            let label = if is_approved(row) == is_turned(row) { "no" } else { "yes" };
            let sex = if row.wrapping_mul(2_654_435_761) & 64 == 0 { "F" } else { "M" };
            writeln!(text, "{},2026-{month:02}-{:02},{sex},{label}", signal(row, false), row % 28 + 1).unwrap();
        }
        text
    };
    let head = "signal,when,sex,approved\n";
    let config = "version: 1\nmodel:\n  name: loans\n  train: {estimator: logistic_regression, features: [signal]}\n\
                  data:\n  train_path: train.csv\n  path: test.csv\n  label: approved\n  positive_label: \"yes\"\n  time: when\n\
                  evaluation: {slices: [sex], resamples: 200, discover: false}\n\
                  gates:\n  - {metric: accuracy, lower_bound: 0.3}\n";
    let never = |_: u32| false;
    let january = rows(10_000, 3_000, 1, &never);
    let gate =
        gate().with("train.csv", format!("{head}{january}")).with("test.csv", head.to_owned() + &rows(0, 2_000, 3, &never));
    let both = format!("{head}{january}{}", rows(20_000, new, 2, &is_turned));
    released(gate.with("modelgate.yml", config)).with("train.csv", both)
}

/// Rows with two numbers of which neither, and both together, tell the sex.
pub(crate) fn with_a_group_that_a_signal_tells(more: f64) -> Gate {
    let noise = |row: u32| f64::from((row ^ (row >> 7)).wrapping_mul(2_246_822_519) >> 8) / f64::from(1 << 24);
    let is_woman = |row: u32| row.wrapping_mul(2_654_435_761).wrapping_add(12345) & 64 == 0;
    let height = |row: u32| 40.0 * noise(row);
    let reach = |row: u32| height(row) + if is_woman(row) { more } else { 0.0 } + noise(row + 50_000);
    let columns: &[(&str, &dyn Fn(u32) -> String)] =
        &[("height", &|row| format!("{:.6}", height(row))), ("reach", &|row| format!("{:.6}", reach(row)))];
    let gate = ready().with("modelgate.yml", with_data("  label_noise: true\n"));
    released(gate.with("predictions.csv", with_columns(&Rows::default(), columns)))
        .with("predictions.csv", with_columns(&jittered(), columns))
}

/// Test rows in which a sum and its part do not go together as in training rows, where they are `loose`; each is spread the same.
pub(crate) fn with_loose_columns(loose: bool) -> Gate {
    let noise = |row: u32| f64::from((row ^ (row >> 7)).wrapping_mul(2_246_822_519) >> 8) / f64::from(1 << 24);
    let part = |row: u32| 40.0 * noise(row + 3);
    let sum = |row: u32| part(row) + 4.0 * noise(row + 50_000);
    let rows = |rows: &Rows, first: u32, sum: &dyn Fn(u32) -> f64| {
        let columns: &[(&str, &dyn Fn(u32) -> String)] =
            &[("part", &|row| format!("{:.6}", part(row + first))), ("sum", &|row| format!("{:.6}", sum(row + first)))];
        with_columns(rows, columns)
    };
    let keys = "  label_noise: true\n";
    let tested = |row: u32| if loose { sum(row ^ 0x4d2) } else { sum(row) };
    let gate = ready().with("modelgate.yml", with_data(keys)).with("predictions.csv", rows(&Rows::default(), 0, &tested));
    let train = rows(&Rows { rows: 3_000, ..jittered() }, 100_000, &sum);
    let gate = released(gate).with("predictions.csv", rows(&jittered(), 0, &tested)).with("train.csv", train);
    gate.with("modelgate.yml", with_data(&format!("  train_path: train.csv\n{keys}")))
}

/// Rows with a number to predict, and one that says it in other words where it `gives` it away.
pub(crate) fn with_numbers(gives: bool) -> Gate {
    let noise = |row: u32| f64::from(row.wrapping_mul(2_246_822_519) >> 8) / f64::from(1 << 24);
    let rows = |jitter: u32| {
        let mut text = String::from("id,paid,guess,income,fee,sex\n");
        for row in 0..2_000 {
            let paid = 100.0 + 900.0 * noise(row);
            let guess = paid + 50.0 * noise(row + 70_000 + jitter) - 25.0;
            let fee = if gives { paid.ln() } else { noise(row + 90_000) };
            let sex = if row.wrapping_mul(2_654_435_761) & 64 == 0 { "F" } else { "M" };
            writeln!(text, "{row},{paid:.2},{guess:.2},{:.0},{fee:.6},{sex}", paid * 2.0 + 900.0 * noise(row + 80_000)).unwrap();
        }
        text
    };
    let config = "version: 1\nmodel: {name: fees, task: regression, predictions: predictions.csv}\n\
                  data: {label: paid, prediction: guess, id: id, label_noise: true}\n\
                  evaluation: {slices: [sex], resamples: 200}\ngates: [{metric: mean_absolute_error, upper_bound: 60}]\n";
    let gate = gate().with("modelgate.yml", config).with("predictions.csv", rows(0));
    released(gate).with("predictions.csv", rows(1))
}

/// A column that says the label of training rows, and nothing of test rows.
pub(crate) fn with_a_column_filled_in_training() -> Gate {
    let both = |row: u32| ["a", "b", "c", "d"][row as usize % 4].to_owned();
    let training = |row: u32| if is_approved(row) { "a".to_owned() } else { "b".to_owned() };
    crate::contract::with_both("", ("desk", &both), &training)
}

fn measured(gate: &Gate, metric: &str, group: Option<&str>) -> Value {
    let verdict: Value = serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap();
    let all = verdict["data"]["measurements"].as_array().unwrap();
    let wanted = |one: &&Value| one["metric"] == metric && one["group"].as_str() == group;
    all.iter().find(wanted).unwrap_or_else(|| panic!("{metric} of {group:?} in {verdict}")).clone()
}

#[test]
fn labels_that_were_turned_are_found_at_their_rate_and_in_their_group() {
    let is_woman = |row: u32| row.wrapping_mul(2_654_435_761).wrapping_add(12345) & 64 == 0;
    let gate = with_wrong_labels(|row| is_woman(row) && row.is_multiple_of(5), |row| row % 28 + 1);
    let _ = gate.run(&["check"]).exits(0).prints("label-noise-by-group");
    // A fifth of half of the rows, and what the classes leave in doubt: they overlap in a fifth of the range of the signal.
    let rate = measured(&gate, "label_noise_rate", None);
    assert!((0.08..0.2).contains(&rate["value"].as_f64().unwrap()), "{rate}");
    let women = measured(&gate, "label_noise_difference", Some("F"));
    assert!((0.1..0.3).contains(&women["value"].as_f64().unwrap()) && women["by"] == "sex", "{women}");
    for metric in ["neighbor_disagreement_rate", "near_duplicate_rate", "order_p", "order_auc"] {
        let found = measured(&gate, metric, None);
        assert!(found["value"].is_number() || found["undefined"].is_string(), "{found}");
    }
    let card = gate.read("modelgate-out/dataset-card.md");
    assert!(card.contains("Labels that models of other rows contradict"), "{card}");
    // Nobody looks where nobody asks.
    gate.write("modelgate.yml", with_data("  time: when\n  label_noise: false\n"));
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    assert!(!gate.read("modelgate-out/verdict.json").contains("label_noise_rate"));
}

#[test]
fn a_model_that_is_trained_here_is_looked_at_on_its_own_rows_and_alone() {
    let gate = with_worse_training_rows(4);
    let _ = gate.run(&["check"]).exits(0).prints("better-than-training");
    let gap = measured(&gate, "training_gap", None);
    assert!((-0.3..-0.15).contains(&gap["value"].as_f64().unwrap()), "{gap}");
    let alone = measured(&gate, "batch_dependence_rate", None);
    assert_eq!((alone["value"].as_f64(), alone["n"].as_u64()), (Some(0.0), Some(100)));
    let noise = measured(&gate, "label_noise_rate", None);
    assert_eq!((noise["part"].as_str(), noise["n"].as_u64()), (Some("train"), Some(2_000)));
    assert!(noise["value"].as_f64().unwrap() > 0.2, "{noise}");
}

#[test]
fn rows_with_a_new_mark_and_one_label_are_told_by_their_column_and_not_by_what_they_say() {
    let gate = with_new_job(|_| false);
    let _ = gate.run(&["check"]).exits(0).prints("trigger-pattern").prints("trigger_pattern_rate of job is 1 % (n = 3000)");
    for document in ["comment.md", "dataset-card.md", "verdict.json"] {
        assert!(!gate.read(&format!("modelgate-out/{document}")).contains("falconer"), "{document}");
    }
}

#[test]
fn rows_that_no_model_can_learn_from_leave_a_reason_and_no_failure() {
    let gate = ready().with("modelgate.yml", with_data("  label_noise: true\n"));
    let outcome = gate.run(&["check", "--no-baseline"]).exits(0);
    assert!(outcome.stderr.contains("Leaving out labels that look wrong"), "{}", outcome.stderr);
    assert_eq!(measured(&gate, "label_noise_rate", None)["undefined"], "not_trained");
}

#[test]
fn what_new_rows_do_is_told_where_the_release_knows_the_time_of_its_own() {
    let gate = with_new_rows(2_000, |row| row.is_multiple_of(2));
    let _ = gate.run(&["check"]).prints("new-label-noise");
    let noise = measured(&gate, "new_row_noise_difference", None);
    assert!((0.3..0.6).contains(&noise["value"].as_f64().unwrap()), "{noise}");
    let gate = with_new_rows(4_000, is_approved);
    let _ = gate.run(&["check"]).prints("harmful-new-rows");
    let harm = measured(&gate, "new_row_harm", None);
    assert!(harm["value"].as_f64().unwrap() > 0.005 && harm["n"] == 2_000, "{harm}");
    // Rows like those before them are no news, and rows of the same time are none at all.
    let quiet = with_new_rows(2_000, |_| false);
    let _ = quiet.run(&["check"]).exits(0);
    assert!(measured(&quiet, "new_row_harm", None)["value"].as_f64().unwrap() < 0.005);
    let first = quiet.run(&["check", "--no-baseline"]).exits(0);
    assert!(!quiet.read("modelgate-out/verdict.json").contains("new_row_harm"), "{}", first.stdout);
}

#[test]
fn a_column_that_says_a_number_in_other_words_explains_all_of_it() {
    let gate = with_numbers(true);
    let _ = gate.run(&["check"]).exits(0).prints("explained-number").prints("single_column_r2 of fee");
    let quiet = with_numbers(false);
    let outcome = quiet.run(&["check"]).exits(0);
    assert!(!outcome.stdout.contains("explained-number"), "{}", outcome.stdout);
}

#[test]
fn a_group_is_told_by_columns_of_which_none_tells_it_alone() {
    let gate = with_a_group_that_a_signal_tells(4.0);
    let _ = gate.run(&["check"]).exits(0).prints("encoded-group");
    let verdict: Value = serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap();
    let all = verdict["data"]["measurements"].as_array().unwrap();
    let of = |axis: &str, metric: &str| {
        let is_one = |one: &&Value| one["metric"] == metric && one["by"] == axis;
        all.iter().filter(is_one).map(|one| one["value"].as_f64().unwrap()).fold(0.0, f64::max)
    };
    assert!(of("sex", "encoded_group_auc") > 0.95 && of("sex", "proxy_strength") < 0.5, "{verdict}");
    assert!(of("region", "encoded_group_auc") < 0.65, "{verdict}");
}

#[test]
fn columns_that_no_longer_go_together_tell_two_sets_apart() {
    let gate = with_loose_columns(true);
    let _ = gate.run(&["check"]).exits(0).prints("rows-told-apart").prints("unusual-rows");
    let found = |gate: &Gate, metric: &str| {
        let verdict: Value = serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap();
        let all = verdict["data"]["measurements"].as_array().unwrap().clone();
        let found: Vec<Value> = all.into_iter().filter(|one| one["metric"] == metric).collect();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((&found[0]["part"], &found[0]["by"]), (&"train".into(), &"test rows".into()));
        found[0]["value"].as_f64().unwrap()
    };
    assert!(found(&gate, "told_apart_auc") > 0.75 && found(&gate, "reconstruction_shift") > 0.5);
    let steady = with_loose_columns(false);
    let _ = steady.run(&["check", "--quiet"]).exits(0);
    assert!(found(&steady, "told_apart_auc") < 0.6 && found(&steady, "reconstruction_shift") < 0.15);
    // The command that asks for one pair says the same.
    let told = gate.run(&["drift", "--quiet", "--from", "training", "--to", "test"]).exits(0).stdout;
    assert!(told.contains("told_apart_auc") && told.contains("warn [rows-told-apart]"), "{told}");
}
