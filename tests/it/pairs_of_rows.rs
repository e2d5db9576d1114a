//! Pairs of baseline and candidate for the rules about single rows: copies, ids, neighbors, order, and groups of rows.

use std::fmt::Write as _;

use modelgate_tests::{CONFIG, Gate, Rows};

use crate::contract::{with_both, with_data};
use crate::data_checks::{amount, jittered, with_columns};
use crate::pairs::{is_woman, pair, with_a_tiny_group, with_same};
use crate::row_look::{is_approved, with_a_group_that_a_signal_tells, with_wrong_labels};
use crate::{gate, ready, released};

/// Training rows of another set, some of which say nearly what a test row says.
fn with_near_copies(shared: u32) -> Gate {
    let nearly = |row: u32| format!("{:.2}", amount(row).parse::<f64>().unwrap() * 1.000_03);
    let training = move |row: u32| if row < shared { nearly(row) } else { amount(row + 100_000) };
    let fee = |row: u32| amount(row * 3 + 1);
    let other = |row: u32| if row < shared { fee(row) } else { fee(row + 100_000) };
    let rows = with_columns(&Rows { rows: 3_000, ..jittered() }, &[("amount", &training), ("fee", &other)]);
    let test = |rows: &Rows| with_columns(rows, &[("amount", &amount), ("fee", &fee)]);
    let gate = released(ready().with("predictions.csv", test(&Rows::default()))).with("predictions.csv", test(&jittered()));
    gate.with("train.csv", rows).with("modelgate.yml", with_data("  train_path: train.csv\n"))
}

/// Training rows of another set, some of which are copies of test rows with a serial number of their own.
fn with_renumbered_copies(shared: u32) -> Gate {
    let serial = |first: u32| move |row: u32| format!("s-{}", row + first);
    let gate = with_both("", ("serial", &serial(0)), &serial(50_000));
    let training = move |row: u32| amount(row + 100_000 * u32::from(row >= shared));
    let rows = with_columns(&Rows { rows: 3_000, ..jittered() }, &[("amount", &training), ("serial", &serial(50_000))]);
    gate.with("train.csv", rows)
}

/// The ids of some rows made others.
fn with_ids(text: &str, id: impl Fn(u32) -> String) -> String {
    let renamed = |(line, row): (usize, &str)| match (u32::try_from(line).unwrap().checked_sub(1), row.split_once(',').unwrap()) {
        (Some(number), (_, rest)) => format!("{},{rest}\n", id(number)),
        (None, _) => format!("{row}\n"),
    };
    text.lines().enumerate().map(renamed).collect()
}

/// Rows of which every so many-th has the id of the row before it.
fn with_repeated_ids(every: u32) -> Gate {
    let id = move |row: u32| format!("p{}", row - u32::from(row > 0 && row.is_multiple_of(every)));
    let rows = |rows: &Rows| with_ids(&rows.csv(), id);
    released(ready().with("predictions.csv", rows(&Rows::default()))).with("predictions.csv", rows(&jittered()))
}

/// Training rows whose ids go on from this number; those of the test rows end at 3,999.
fn with_ids_from(first: u32) -> Gate {
    let amounts = |rows: &Rows, more: u32| with_columns(rows, &[("amount", &|row| amount(row + more))]);
    let test = |rows: &Rows| with_ids(&amounts(rows, 0), |row| format!("p{row}"));
    let train = with_ids(&amounts(&Rows { rows: 3_000, ..jittered() }, 100_000), |row| format!("p{}", row + first));
    let gate = released(ready().with("predictions.csv", test(&Rows::default()))).with("predictions.csv", test(&jittered()));
    gate.with("train.csv", train).with("modelgate.yml", with_data("  train_path: train.csv\n"))
}

/// What the model says of rows that it was asked for alone, every hundredth, which is other by so much.
fn with_scores_alone(other: f64) -> Gate {
    let rows = |rows: &Rows| {
        let text = rows.csv();
        let score = |row: u32| text.lines().nth(row as usize + 1).unwrap().split(',').nth(2).unwrap().parse::<f64>().unwrap();
        let alone = |row: u32| if row.is_multiple_of(100) { format!("{:.6}", score(row) + other) } else { String::new() };
        with_columns(rows, &[("alone", &alone)])
    };
    let gate = ready().with("modelgate.yml", with_data("  score_alone: alone\n")).with("predictions.csv", rows(&Rows::default()));
    released(gate).with("predictions.csv", rows(&jittered()))
}

/// Rows that are looked at one by one, with a limit.
fn looked_at(limit: &str) -> String {
    with_data("  label_noise: true\n") + &format!("data_checks:\n  {limit}\n")
}

/// Rows with a signal, some of whose labels it says to be wrong, with a limit on neighbors.
fn with_lonely_labels(every: u32) -> Gate {
    let config = with_data("  time: when\n  label_noise: true\n") + "data_checks: {max_neighbor_disagreement_rate: 0.05}\n";
    with_wrong_labels(move |row| row.is_multiple_of(every), |row| row % 28 + 1).with("modelgate.yml", config)
}

/// Amounts, of which every so many-th is nearly another one's.
fn with_near_amounts(every: u32) -> Gate {
    let near = move |row: u32| if row % every == 3 { format!("{}.5", 7_000_000 + row * 7) } else { amount(row) };
    with_same("amount", &near).with("modelgate.yml", looked_at("max_near_duplicate_rate: 0.15"))
}

/// Fewer women have a positive label than men: those of every so many-th row have none.
fn with_refused_women(every: u32) -> Gate {
    let rows = |rows: &Rows| {
        let refused = |(line, row): (usize, &str)| {
            let is_refused = line > 0 && is_woman(u32::try_from(line).unwrap() - 1) && u32::try_from(line).unwrap() % every == 1;
            if is_refused { row.replace(",yes,", ",no,") } else { row.to_owned() }
        };
        rows.csv().lines().enumerate().map(refused).collect::<Vec<_>>().join("\n")
    };
    let config = format!("{CONFIG}data_checks: {{max_label_rate_difference: 0.1}}\n");
    let gate = ready().with("modelgate.yml", config).with("predictions.csv", rows(&Rows::default()));
    released(gate).with("predictions.csv", rows(&jittered()))
}

/// Rows in JSON Lines with one more value each.
fn with_lines(value: &'static str) -> Gate {
    let lines = |rows: &Rows| {
        let text = rows.csv();
        let names: Vec<&str> = text.lines().next().unwrap().split(',').collect();
        let line = |row: &str| {
            let cells = names.iter().zip(row.split(',')).map(|(name, cell)| match cell.parse::<f64>() {
                Ok(_) => format!("\"{name}\": {cell}"),
                Err(_) => format!("\"{name}\": \"{cell}\""),
            });
            format!("{{{}, \"tags\": {value}}}\n", cells.collect::<Vec<_>>().join(", "))
        };
        text.lines().skip(1).map(line).collect::<String>()
    };
    let config = CONFIG.replace("predictions.csv", "predictions.jsonl");
    let gate = gate().with("modelgate.yml", config).with("predictions.jsonl", lines(&Rows::default()));
    released(gate).with("predictions.jsonl", lines(&jittered()))
}

/// Rows with two columns of amounts, of which the other has this name.
fn with_amount_and(other: &str) -> Gate {
    let rows = |rows: &Rows| with_columns(rows, &[("amount", &amount), (other, &|row| amount(row + 7))]);
    released(ready().with("predictions.csv", rows(&Rows::default()))).with("predictions.csv", rows(&jittered()))
}

/// Rows of three topics that two numbers tell, every so many-th of which has the label of another topic.
fn with_topics(every: u32) -> Gate {
    let noise = |row: u32| f64::from(row.wrapping_mul(2_246_822_519) >> 8) / f64::from(1 << 24);
    let rows = |jitter: u32| {
        let mut text = String::from("id,topic,guess,x,y,sex\n");
        for row in 0..1_500_u32 {
            let kind = row.wrapping_mul(2_654_435_761) >> 16;
            let topic = |of: u32| ["billing", "delivery", "returns"][of as usize % 3];
            let label = if row % every == 5 { topic(kind + 1) } else { topic(kind) };
            let guess = if (row + jitter).is_multiple_of(40) { topic(kind + 2) } else { topic(kind) };
            let (x, y) = [(0.0, 0.0), (2.0, 0.0), (0.0, 2.0)][kind as usize % 3];
            let (x, y) = (x + noise(row), y + noise(row + 90_000));
            writeln!(text, "{row},{label},{guess},{x:.5},{y:.5},{}", if is_woman(row) { "F" } else { "M" }).unwrap();
        }
        text
    };
    let config = "version: 1\nmodel: {name: topics, task: multiclass, predictions: predictions.csv}\n\
                  data: {label: topic, prediction: guess, id: id, label_noise: true}\nevaluation: {slices: [sex], resamples: 200}\n\
                  gates: [{metric: accuracy, max_regression: 0.05}]\n\
                  data_checks: {max_label_noise_rate: 0.05, max_neighbor_disagreement_rate: 0.05}\n";
    released(gate().with("modelgate.yml", config).with("predictions.csv", rows(0))).with("predictions.csv", rows(1))
}

fn with_limit(gate: Gate, keys: &str, limit: &str) -> Gate {
    gate.with("modelgate.yml", with_data(keys) + &format!("data_checks: {{{limit}}}\n"))
}

/// The pairs by the rule that each is for, with every rule that must speak.
pub(crate) fn pairs() -> Vec<(&'static str, Gate, &'static [&'static str])> {
    let quasi = "  quasi_identifiers: [sex, region]\n";
    vec![
        ("near-train-test-overlap", with_near_copies(40), &["near-train-test-overlap"]),
        ("near-train-test-overlap", with_renumbered_copies(40), &["near-train-test-overlap", "id-like-feature"]),
        ("(no copies, with or without other digits)", with_near_copies(0), &[]),
        ("(serial numbers without copies)", with_renumbered_copies(0), &["id-like-feature"]),
        ("repeated-ids", with_repeated_ids(500), &["repeated-ids"]),
        ("(ids of their own)", with_repeated_ids(1_000_000), &[]),
        ("id-overlap", with_ids_from(3_990), &["id-overlap"]),
        ("(ids that go on)", with_ids_from(4_000), &[]),
        ("batch-dependence", with_scores_alone(0.01), &["batch-dependence"]),
        ("(rows that are scored alike alone)", with_scores_alone(0.0), &[]),
        ("neighbor-disagreement", with_lonely_labels(9), &["neighbor-disagreement"]),
        ("(labels like those around them)", with_lonely_labels(1_000_000), &[]),
        ("near-duplicates", with_near_amounts(5), &["near-duplicates"]),
        ("(amounts that differ)", with_near_amounts(1_000_000), &[]),
        (
            "rows-in-order",
            with_same("amount", &|row| format!("{row}.5")).with("modelgate.yml", looked_at("min_order_p: 0.05")),
            &["rows-in-order"],
        ),
        ("(rows in no order)", with_same("amount", &amount).with("modelgate.yml", looked_at("min_order_p: 0.01")), &[]),
        ("label-rate-by-group", with_refused_women(3), &["label-rate-by-group"]),
        ("(labels that do not differ by group)", with_refused_women(1_000_000), &[]),
        ("small-group", with_limit(with_a_tiny_group(), "", "min_group_rows: 5"), &["small-group", "low-support"]),
        ("(groups of many rows)", with_limit(pair(), "", "min_group_rows: 100"), &[]),
        ("low-k-anonymity", with_limit(pair(), quasi, "min_k_anonymity: 5000"), &["low-k-anonymity"]),
        ("(many rows agree)", with_limit(pair(), quasi, "min_k_anonymity: 5"), &[]),
        ("label-noise", with_topics(10), &["label-noise", "neighbor-disagreement"]),
        ("(topics as they look)", with_topics(1_000_000), &[]),
        ("unread-column", with_lines("[1, 2]"), &["unread-column"]),
        ("(columns that can be read)", with_lines("\"new\""), &["constant-column"]),
        ("alike-named-columns", with_amount_and("Amount"), &["alike-named-columns"]),
        ("(columns with names of their own)", with_amount_and("fee"), &[]),
        ("stale-data", with_limit(pair(), "", "max_age_days: 30"), &["stale-data"]),
        (
            "(few rows far from their neighbors)",
            with_wrong_labels(|_| false, |row| row % 28 + 1).with(
                "modelgate.yml",
                with_data("  time: when\n  label_noise: true\ndata_checks:\n  max_local_outlier_rate: 0.05\n"),
            ),
            &[],
        ),
        (
            "(rows of a label that lie together)",
            with_same("amount", &amount).with("modelgate.yml", looked_at("max_spectral_outlier_rate: 0.0")),
            &[],
        ),
        (
            "(rows of a label of one kind)",
            with_same("amount", &|row| (row % 101).to_string())
                .with("modelgate.yml", looked_at("max_separate_cluster_rate: 0.0")),
            &[],
        ),
        ("(a group that nothing tells)", with_a_group_that_a_signal_tells(0.0), &[]),
        (
            "(a column that tells as much of test rows)",
            with_both("", ("desk", &|row| ["a", "b", "c", "d"][row as usize % 4].to_owned()), &|row| {
                ["a", "b", "c", "d"][row as usize % 4].to_owned()
            }),
            &[],
        ),
        (
            "(labels of which few look wrong)",
            with_wrong_labels(|row| is_approved(row) && row.is_multiple_of(90), |row| row % 28 + 1),
            &[],
        ),
    ]
}
