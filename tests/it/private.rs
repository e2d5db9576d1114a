//! What one person says is in no document: texts that a model learns from, and columns that are to be protected.

use std::fmt::Write as _;

use modelgate_tests::{CONFIG, Gate};

use crate::contract::with_data;
use crate::gate;

fn training(features: &str, keys: &str, job: impl Fn(u32) -> String) -> Gate {
    let rows = |first: u32| {
        let mut text = String::from("amount,job,sex,approved\n");
        for row in first..first + 1_000 {
            let mixed = row.wrapping_mul(2_654_435_761) >> 9;
            let label = if mixed % 100 + (mixed >> 8) % 40 > 70 { "yes" } else { "no" };
            writeln!(text, "{},{},{},{label}", mixed % 100, job(row), ["F", "M"][(mixed >> 16) as usize % 2]).unwrap();
        }
        text
    };
    let config = format!(
        "version: 1\nmodel:\n  name: loans\n  train: {{estimator: logistic_regression, features: [{features}]}}\ndata:\n  train_path: \
         train.csv\n  path: test.csv\n  label: approved\n  positive_label: \"yes\"\n{keys}evaluation: {{slices: [sex], resamples: 200, \
         discover: false}}\ngates:\n  - {{metric: accuracy, lower_bound: 0.3}}\n"
    );
    gate().with("train.csv", rows(10_000)).with("test.csv", rows(0)).with("modelgate.yml", config)
}

fn job(row: u32) -> String {
    if row == 10_007 { "whistleblower" } else { ["clerk", "driver", "nurse"][row as usize % 3] }.to_owned()
}

#[test]
fn a_text_that_one_person_says_is_in_no_document_that_others_read() {
    let gate = training("amount, job", "", job);
    let _ = gate.run(&["check", "--no-baseline", "--quiet"]).exits(0);
    assert!(
        gate.read("modelgate-out/model-card.md").contains("whistleblower"),
        "people who may know the rows see every coefficient"
    );
    for profile in ["public", "restricted"] {
        let outcome = gate.run(&["check", "--no-baseline", "--profile", profile]).exits(0);
        let mut all = outcome.stdout + &outcome.stderr;
        for entry in std::fs::read_dir(gate.path().join("modelgate-out")).unwrap() {
            all += &std::fs::read_to_string(entry.unwrap().path()).unwrap();
        }
        for text in ["whistleblower", "job=", "relative to clerk"] {
            assert!(!all.contains(text), "{profile}: {text}");
        }
        assert!(gate.read("modelgate-out/model-card.md").contains("one-hot"), "how it was prepared is told");
    }
}

#[test]
fn texts_that_are_personal_are_not_learned_from() {
    let mail = |row: u32| format!("person{row}@example.com");
    let outcome = training("amount, job", "", mail).run(&["check", "--no-baseline"]).exits(2);
    assert!(outcome.stderr.contains("the column job holds e-mail addresses, and models would be named"), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("@example.com"), "{}", outcome.stderr);
    let declared = training("amount, job", "  personal: [job]\n", job).run(&["check", "--no-baseline"]).exits(2);
    assert!(declared.stderr.contains("job is one of `data.personal` and holds texts"), "{}", declared.stderr);
}

#[test]
fn a_column_that_is_to_be_protected_must_be_there_and_cuts_no_slices() {
    let gate = crate::ready().with("modelgate.yml", with_data("  personal: [regoin]\n  sensitive: [sxe]\n"));
    let outcome = gate.run(&["check", "--quiet"]).exits(2);
    for told in ["no file has a column `regoin`", "did you mean `region`?", "no file has a column `sxe`", "did you mean `sex`?"] {
        assert!(outcome.stderr.contains(told), "{told}: {}", outcome.stderr);
    }
    let cut = crate::ready().with("modelgate.yml", with_data("  personal: [region]\n"));
    let outcome = cut.run(&["check", "--quiet"]).exits(2);
    assert!(outcome.stderr.contains("`region` is one of `data.personal` and cannot cut rows into slices"), "{}", outcome.stderr);
    let stray = |cell: &str| {
        let rows = modelgate_tests::Rows::default().csv().replacen(",F,north", &format!(",F,{cell}"), 1);
        crate::ready().with("modelgate.yml", CONFIG).with("predictions.csv", rows)
    };
    for cell in ["219-09-1234", "+14155552671"] {
        let outcome = stray(cell).run(&["check", "--quiet"]).exits(2);
        assert!(
            outcome.stderr.contains("slices would be named by its values") && !outcome.stderr.contains(cell),
            "{}",
            outcome.stderr
        );
    }
}

#[test]
fn groups_of_training_rows_and_of_a_population_that_are_personal_are_refused_and_not_told() {
    let rows = modelgate_tests::Rows::default().csv();
    let mails = rows.lines().enumerate().map(|(at, row)| match row.rsplit_once(',') {
        Some((before, _)) if at > 0 => format!("{before},person{at}@example.com\n"),
        _ => format!("{row}\n"),
    });
    let trained =
        crate::ready().with("modelgate.yml", with_data("  train_path: train.csv\n")).with("train.csv", mails.collect::<String>());
    let outcome = trained.run(&["check", "--quiet"]).exits(2);
    assert!(outcome.stderr.contains("the column region holds e-mail addresses, and groups would be named"), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("@example.com"), "{}", outcome.stderr);
    // Who holds a column to be personal has said so of its values in a population as well.
    let wide = rows
        .lines()
        .enumerate()
        .map(|(at, row)| format!("{row},{}\n", if at == 0 { "creed" } else { ["canary", "other"][at % 2] }));
    let population = "column,level,share\ncreed,canary,0.5\ncreed,other,0.5\n";
    let keys = "  personal: [creed]\n  population: {path: shares.csv, source: census, date: 2024-01-01}\n";
    let held = crate::ready().with("predictions.csv", wide.collect::<String>()).with("shares.csv", population);
    let outcome = held.with("modelgate.yml", with_data(keys)).run(&["check", "--quiet"]).exits(2);
    assert!(outcome.stderr.contains("creed is one of `data.personal`"), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("canary"), "{}", outcome.stderr);
}

#[test]
fn dates_of_parquet_files_are_dates() {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray};

    let rows = 600;
    let label = |row: i32| if row * 7 % 10 < 6 { "yes" } else { "no" };
    let file = |gate: &Gate, name: &str, first_day: i32| {
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("approved", Arc::new(StringArray::from_iter_values((0..rows).map(label)))),
            ("score", Arc::new(Float64Array::from_iter_values((0..rows).map(|row| f64::from(row * 37 % 100) / 100.0)))),
            ("sex", Arc::new(StringArray::from_iter_values((0..rows).map(|row| if row / 3 % 2 == 0 { "F" } else { "M" })))),
            ("when", Arc::new(Date32Array::from_iter_values((0..rows).map(|row| first_day + row % 30)))),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let out = std::fs::File::create(gate.path().join(name)).unwrap();
        let mut writer = parquet::arrow::ArrowWriter::try_new(out, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
    };
    let config = "version: 1\nmodel: {name: loans, predictions: test.parquet}\ndata: {label: approved, positive_label: \"yes\", score: \
                  score, time: when, train_path: train.parquet}\nevaluation: {slices: [sex], resamples: 200, discover: false}\n\
                  gates: [{metric: accuracy, lower_bound: 0.1}]\n";
    let gate = gate().with("modelgate.yml", config);
    file(&gate, "test.parquet", 20_500);
    file(&gate, "train.parquet", 20_510);
    let _ = gate.run(&["check", "--no-baseline"]).exits(0).prints("temporal-leakage");
}
