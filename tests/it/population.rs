//! Who the rows stand for: groups held against a population, labels by group, and people who labelled the same rows.

use modelgate_tests::{Gate, Rows};
use serde_json::Value;

use crate::contract::with_data;
use crate::data_checks::{jittered, with_columns};
use crate::{ready, released};

/// A candidate that is held against a census.
pub(crate) fn with_census(census: &str) -> Gate {
    let gate = released(ready()).with("census.csv", census).with("predictions.csv", jittered().csv());
    gate.with("modelgate.yml", with_data("  population: {path: census.csv, source: the census of Utopia, date: 2021-03-21}\n"))
}

/// Rows that two people have labelled, who take every so many-th row for the other class.
pub(crate) fn with_annotators(every: u32) -> Gate {
    let says = |row: u32, errs: bool| if errs == row.is_multiple_of(2) { "yes" } else { "no" }.to_owned();
    let columns: &[(&str, &dyn Fn(u32) -> String)] =
        &[("ann", &|row| says(row, row % every == 0)), ("bob", &|row| says(row, row % every == 1))];
    let rows = |rows| with_columns(rows, columns);
    let gate = ready().with("modelgate.yml", with_data("  annotators: [ann, bob]\n"));
    released(gate.with("predictions.csv", rows(&Rows::default()))).with("predictions.csv", rows(&jittered()))
}

fn measured<'a>(verdict: &'a Value, metric: &str, group: Option<&str>) -> &'a Value {
    let all = verdict["data"]["measurements"].as_array().unwrap();
    let wanted = |one: &&Value| one["metric"] == metric && one["group"].as_str() == group;
    all.iter().find(wanted).unwrap_or_else(|| panic!("{metric} of {group:?} in {verdict}"))
}

fn verdict(gate: &Gate) -> Value {
    serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap()
}

#[test]
fn groups_labels_and_the_population_are_in_every_document_with_their_intervals() {
    let gate = with_census("column,level,count\nsex,F,800\nsex,M,200\n");
    let _ = gate.run(&["check"]).exits(0).prints("unrepresentative-group");
    let verdict = verdict(&gate);
    let ratio = measured(&verdict, "population_ratio", Some("M"));
    let (value, lower) = (ratio["value"].as_f64().unwrap(), ratio["interval"][0].as_f64().unwrap());
    assert!(ratio["column"] == "sex" && (value - 2.5).abs() < 0.2 && lower > 2.3 && ratio["state"] == "crossed", "{ratio}");
    assert_eq!(verdict["data"]["population"]["date"], "2021-03-21");
    let women = measured(&verdict, "label_rate", Some("F"));
    let apart = measured(&verdict, "label_rate_difference", Some("F"));
    assert!(women["by"] == "sex" && women["n"].as_u64().unwrap() > 1_500 && apart["interval"].is_array(), "{women} {apart}");
    for document in ["dataset-card.md", "report.html"] {
        let text = gate.read(&format!("modelgate-out/{document}"));
        for part in ["Groups of sex, test rows", "sex against the population, test rows", "the census of Utopia", "2021-03-21"] {
            assert!(text.contains(part), "{part} is not in {document}");
        }
    }
}

#[test]
fn a_group_of_the_population_that_the_rows_lack_fails_where_that_is_denied() {
    let gate = with_census("column,level,share\nsex,F,0.48\nsex,M,0.47\nsex,X,0.05\n");
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    gate.write("modelgate.yml", gate.read("modelgate.yml") + "rules:\n  missing-group: deny\n");
    let _ = gate.run(&["check", "--quiet"]).exits(1).prints("missing_group_count of sex is 1 (n");
    gate.write("modelgate.yml", modelgate_tests::CONFIG.to_owned() + "rules:\n  missing-group: deny\n");
    let _ = gate.run(&["check", "--quiet"]).exits(1).prints("not measured: it needs `data.population`");
}

#[test]
fn a_population_that_is_none_is_refused_with_what_is_wrong_with_it() {
    for (census, says) in [
        ("column,level,share\nsex,F,0.5\nsex,M,0.3\n", "the shares of \"sex\" sum to 0.8"),
        ("column,level,share\nsex,F,0.5\nsex,M,many\n", "census.csv:3"),
        ("column,level,share\ngender,F,0.5\ngender,M,0.5\n", "\"gender\", which is no column of"),
        ("column,level\nsex,F\n", "share"),
    ] {
        let outcome = with_census(census).run(&["check", "--quiet"]).exits(2);
        assert!(outcome.stderr.contains(says) && outcome.stderr.contains("help: "), "{says}: {}", outcome.stderr);
    }
}

#[test]
fn people_who_labelled_the_rows_are_compared_and_nothing_is_learned_from_them() {
    let gate = with_annotators(5);
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    let verdict = verdict(&gate);
    // Each errs in a fifth of the rows, of its own, and both classes are as frequent: 1 - 2 * 2 / 5.
    let kappa = measured(&verdict, "annotator_agreement", None);
    assert!((kappa["value"].as_f64().unwrap() - 0.2).abs() < 1e-9 && kappa["state"] == "crossed", "{kappa}");
    let columns = verdict["data"]["measurements"].as_array().unwrap().iter().filter_map(|one| one["column"].as_str());
    assert!(columns.into_iter().all(|column| column != "ann"), "{verdict}");
}

#[test]
fn numbers_of_groups_are_not_told_where_not_everybody_may_know_the_rows() {
    let gate = with_census("column,level,count\nsex,F,800\nsex,M,200\n");
    let _ = gate.run(&["check", "--quiet", "--profile", "public"]).exits(0);
    assert!(verdict(&gate).get("data").is_none());
    for document in ["comment.md", "dataset-card.md", "croissant.json", "report.html", "verdict.json"] {
        let text = gate.read(&format!("modelgate-out/{document}"));
        assert!(text.contains("unrepresentative-group") && !text.contains("population_ratio of"), "{document}: {text}");
    }
}
