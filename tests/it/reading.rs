//! Rows of every kind of file and of many files, columns of usual names, attributes by id, and the record of what was read.

use std::fmt::Write as _;
use std::io::Write as _;

use modelgate_tests::{CONFIG, Gate, Rows};
use serde_json::Value;

use crate::transcript::assert_transcript;
use crate::{gate, ready};

fn gzip(text: &str) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap()
}

/// The last entry of the log.
fn entry(gate: &Gate) -> Value {
    let log = gate.read("modelgate-ledger.jsonl");
    serde_json::from_str::<Value>(log.lines().last().unwrap()).unwrap()["record"].clone()
}

fn verdict(gate: &Gate) -> Value {
    serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap()
}

#[test]
fn a_folder_and_a_pattern_count_the_same_as_one_file() {
    let whole = ready();
    let _ = whole.run(&["check", "--quiet"]).exits(0);
    let rows = Rows::default().csv();
    let (header, body) = rows.split_once('\n').unwrap();
    let lines: Vec<&str> = body.lines().collect();
    let shard = |part: &[&str]| format!("{header}\n{}\n", part.join("\n"));
    for path in ["rows", "rows/*.csv*"] {
        let config = CONFIG.replace("predictions: predictions.csv", &format!("predictions: \"{path}\""));
        let gate = gate().with("modelgate.yml", config);
        gate.write("rows/part-0.csv", shard(&lines[..1500]));
        gate.write("rows/part-1.csv.gz", gzip(&shard(&lines[1500..1501])));
        gate.write("rows/part-2.csv", shard(&lines[1501..]));
        gate.write("rows/_SUCCESS", "");
        let _ = gate.run(&["check", "--quiet"]).exits(0);
        assert_eq!(entry(&gate)["counts_sha256"], entry(&whole)["counts_sha256"], "{path}");
        let read = &verdict(&gate)["read"]["inputs"][0];
        assert_eq!((read["files"].as_u64(), read["rows"].as_u64(), read["path"].as_str()), (Some(3), Some(4000), Some(path)));
    }
}

#[test]
fn json_lines_are_judged_as_the_same_rows_of_csv() {
    let whole = ready();
    let _ = whole.run(&["check", "--quiet"]).exits(0);
    let mut text = String::new();
    for line in Rows::default().csv().lines().skip(1) {
        let [id, label, score, sex, region] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
        writeln!(
            text,
            "{{\"id\": {id}, \"approved\": \"{label}\", \"score\": {score}, \"sex\": \"{sex}\", \"region\": \"{region}\"}}"
        )
        .unwrap();
    }
    let gate =
        gate().with("modelgate.yml", CONFIG.replace("predictions.csv", "predictions.jsonl")).with("predictions.jsonl", text);
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    assert_eq!(entry(&gate)["counts_sha256"], entry(&whole)["counts_sha256"]);
}

/// The settings without any role, and rows whose columns have these names.
fn undeclared(header: &str) -> Gate {
    let config = CONFIG.replace("  label: approved\n", "").replace("  score: score\n  id: id\n", "");
    let rows = Rows::default().csv().replacen("id,approved,score,sex,region", header, 1);
    gate().with("modelgate.yml", config).with("predictions.csv", rows)
}

#[test]
fn columns_of_usual_names_are_taken_and_told() {
    let gate = undeclared("ID,y_true,p_yes,sex,region");
    let outcome = gate.run(&["check", "--quiet"]);
    assert_transcript("guessed-columns", &outcome);
    assert_eq!(outcome.code, 0);
    let declared = ready();
    let _ = declared.run(&["check", "--quiet"]).exits(0);
    assert_eq!(verdict(&gate)["measurements"], verdict(&declared)["measurements"], "a guess counts as what is declared");
    let columns = &verdict(&gate)["read"]["inputs"][0]["columns"];
    assert_eq!(columns[1]["role"], "label (by its usual name)", "{columns}");
}

#[test]
fn a_score_of_one_and_a_split_column_are_taken_by_their_usual_names() {
    let gate = undeclared("id,label,p_1,sex,region");
    let zero_or_one = |text: String| text.replace(",yes,", ",1,").replace(",no,", ",0,");
    gate.write("predictions.csv", zero_or_one(gate.read("predictions.csv")));
    let config = gate.read("modelgate.yml").replace("data:\n  positive_label: \"yes\"\n", "data: {}\n");
    gate.write("modelgate.yml", config.as_str());
    let outcome = gate.run(&["check"]).exits(0);
    assert!(outcome.stderr.contains("p_1"), "{}", outcome.stderr);

    let rows = |seed, part: &str| modelgate_tests::loans_csv(1500, seed).replace('\n', &format!(",{part}\n"));
    let (train, test) = (rows(1, "train").replacen(",train\n", ",split\n", 1), rows(2, "test"));
    let test = test.split_once('\n').unwrap().1;
    let gate = crate::gate().with("rows.csv", train + test);
    let config = "version: 1\nmodel:\n  name: loans\n  train: {estimator: logistic_regression, features: [income, debt]}\ndata: {path: rows.csv, \
                  label: repaid}\nevaluation: {discover: false}\ngates: [{metric: accuracy, lower_bound: 0.5}]\n";
    let gate = gate.with("modelgate.yml", config);
    let outcome = gate.run(&["check"]).exits(0);
    assert!(
        outcome.stderr.contains("data.split is the column split") && outcome.stderr.contains("1500 rows"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn two_columns_that_could_be_it_are_a_mistake_that_names_both() {
    let gate = undeclared("id,label,score,target,region");
    let config = gate.read("modelgate.yml").replace("[sex, region]", "[region]");
    gate.write("modelgate.yml", config);
    let before = gate.files();
    let outcome = gate.run(&["check", "--quiet"]);
    assert_transcript("ambiguous-column", &outcome);
    assert_eq!(outcome.code, 2);
    assert_eq!(gate.files(), before);
}

#[test]
fn a_sensitive_column_is_proposed_and_never_taken() {
    let gate = ready();
    gate.write("modelgate.yml", CONFIG.replace("[sex, region]", "[region]"));
    let outcome = gate.run(&["check"]).exits(0).says("Proposing evaluation.slices for columns that look sensitive: sex (sex)");
    assert!(!outcome.stderr.contains("region ("), "{}", outcome.stderr);
    assert!(!gate.read("modelgate-out/model-card.md").contains("sex=F"));
}

/// Rows without sex, and a file with the sex of many more people.
fn apart(attributes: &str) -> Gate {
    let mut rows = String::new();
    for line in Rows::default().csv().lines() {
        let [id, label, score, _, region] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
        writeln!(rows, "{id},{label},{score},{region}").unwrap();
    }
    let config = CONFIG.replace("  id: id\n", &format!("  id: id\n  attributes: {attributes}\n"));
    let mut people = String::from("sex,person\n");
    let everybody = Rows { rows: 40_000, ..Rows::default() };
    for line in everybody.csv().lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        writeln!(people, "{},{}", cells[3], cells[0]).unwrap();
    }
    gate().with("modelgate.yml", config).with("predictions.csv", rows).with("people.csv.gz", gzip(&people))
}

#[test]
fn attributes_of_ten_times_as_many_people_are_joined_by_id() {
    let gate = apart("{path: people.csv.gz, id: person}");
    let _ = gate
        .run(&["check"])
        .exits(0)
        .says("Joining people.csv.gz, 1 slice columns")
        .says("0 of 4000 rows have no attributes; 36000 of the file's 40000 rows belong to no row");
    let together = ready();
    let _ = together.run(&["check", "--quiet"]).exits(0);
    assert_eq!(entry(&gate)["counts_sha256"], entry(&together)["counts_sha256"]);
    let read = &verdict(&gate)["read"]["inputs"][1];
    assert_eq!(read["purpose"], "attributes of these rows");
    assert_eq!(read["columns"][0]["sensitive"], "sex", "{read}");
    // Each file is described by the columns that it has itself.
    let croissant: serde_json::Value = serde_json::from_str(&gate.read("modelgate-out/croissant.json")).unwrap();
    let fields = |place: usize| -> Vec<String> {
        let fields = croissant["recordSet"][place]["field"].as_array().unwrap();
        fields.iter().map(|field| field["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(fields(0), ["approved", "id", "region", "score"]);
    assert_eq!(fields(1), ["person", "sex"]);
}

#[test]
fn attributes_that_do_not_fit_are_refused() {
    let refused = |name: &str, gate: &Gate| {
        let outcome = gate.run(&["check", "--quiet"]);
        assert_transcript(name, &outcome);
        assert_eq!(outcome.code, 2);
    };
    refused("attributes-unused", &apart("{path: people.csv.gz, id: person, max_unused: 0.5}"));
    let gate = apart("{path: people.csv, id: person}");
    gate.write("people.csv", "person,sex\n0,F\n1,M\n");
    refused("attributes-unmatched", &gate);
    gate.write("people.csv", "person,sex\n0,F\n1,M\n0,M\n");
    refused("attributes-duplicate", &gate);
    gate.write("people.csv", "person,gender\n0,F\n");
    refused("attributes-lack-column", &gate);
    gate.write("people.csv", "person,sex,region\n0,F,north\n");
    refused("attributes-in-both", &gate);
    refused("attributes-need-id", &{
        let gate = apart("{path: people.csv.gz, id: person}");
        let config = gate.read("modelgate.yml").replace("  id: id\n", "");
        gate.write("modelgate.yml", config);
        gate.write("predictions.csv", gate.read("predictions.csv").replacen("id,", "row,", 1));
        gate
    });
}

#[test]
fn what_was_read_is_evidence_in_verdict_log_and_documents() {
    let gate = ready();
    let config = CONFIG.replace("  id: id\n", "  id: id\n  sensitive: [region]\n");
    gate.write("modelgate.yml", config);
    let mut command = gate.command(&["check", "--quiet"]);
    command.env("GITLAB_CI", "true").env("CI_JOB_URL", "https://gitlab.example/jobs/7").env("CI_PROJECT_VISIBILITY", "private");
    let _ = gate.finish(&mut command).exits(0);
    let read = verdict(&gate)["read"].clone();
    assert_eq!((read["job"].as_str(), read["rows_kept"].as_u64()), (Some("https://gitlab.example/jobs/7"), Some(0)));
    let input = &read["inputs"][0];
    assert_eq!((input["path"].as_str(), input["rows"].as_u64()), (Some("predictions.csv"), Some(4000)));
    assert_eq!(input["bytes"].as_u64(), Some(gate.read("predictions.csv").len() as u64));
    assert_eq!(input["sha256"], entry(&gate)["data_sha256"]);
    let columns: Vec<String> = input["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| format!("{} {} {}", column["name"], column["role"], column["sensitive"]))
        .collect();
    assert_eq!(
        columns,
        [
            "\"id\" \"id\" null",
            "\"approved\" \"label\" null",
            "\"score\" \"score\" null",
            "\"sex\" \"slice\" \"sex\"",
            "\"region\" \"slice\" \"as declared\""
        ]
    );
    let logged = &entry(&gate)["read"];
    assert_eq!(logged["inputs"][0]["sensitive"], serde_json::json!(["sex", "region"]));
    assert_eq!(logged["rows_kept"], 0);
    for document in ["model-card.md", "report.html"] {
        let text = gate.read(&format!("modelgate-out/{document}"));
        assert!(text.contains("none was kept") && text.contains("jobs/7"), "{document}");
    }
}

#[test]
fn what_was_read_tells_no_number_of_rows_where_everybody_may_read_it() {
    let gate = ready();
    gate.write("modelgate.yml", format!("{CONFIG}disclosure: {{profile: public}}\n"));
    let _ = gate.run(&["check", "--quiet"]);
    let input = verdict(&gate)["read"]["inputs"][0].clone();
    assert!(input["rows"].is_null() && input["bytes"].is_null(), "{input}");
    assert!(entry(&gate)["read"]["inputs"][0]["rows"].is_null());
}
