//! No value of an id, a personal or a sensitive column is ever told: in no output, log, document or error, however it is broken.

use std::fmt::Write as _;

use modelgate_tests::{Gate, Rows};

use crate::invariance::parquet;
use crate::{gate, released};

/// Values that nothing may tell, by their columns: named by a role, declared, named by what they are, and found by their values.
const CANARIES: [(&str, &str); 6] = [
    ("id", "canary-7731-id"),
    ("secret", "canary-7732-secret"),
    ("creed", "canary-7733-creed"),
    ("birth_date", "canary-7734-birth"),
    ("gender", "canary-7735-gender"),
    ("contact", "canary.7736@example.com"),
];

/// What all of them have in common.
const MARK: &str = "canary";

/// The row whose cells are canaries, from 0.
const ROW: usize = 8;

/// Usual cells of these columns.
fn usual(row: usize) -> [String; 6] {
    [
        format!("p{row}"),
        format!("s{}", row % 7),
        format!("c{}", row % 3),
        format!("19{}-01-{:02}", 50 + row % 50, 1 + row % 28),
        ["F", "M"][row % 2].to_owned(),
        format!("p{row}@example.com"),
    ]
}

/// Rows with every private column; `line` may break the row that holds the canaries.
fn rows(with_canaries: bool) -> String {
    let mut text = String::from("approved,score,region,amount,id,secret,creed,birth_date,gender,contact\n");
    for (row, line) in (Rows { rows: 400, ..Rows::default() }).csv().lines().skip(1).enumerate() {
        let [_, label, score, _, region] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let canaries = CANARIES.map(|(_, canary)| canary.to_owned());
        let cells = if with_canaries && row == ROW { canaries } else { usual(row) };
        writeln!(text, "{label},{score},{region},{},{}", row % 90, cells.join(",")).unwrap();
    }
    text
}

/// A configuration with these roles and slices.
fn config(data: &str, slices: &str) -> String {
    format!(
        "version: 1\nmodel:\n  name: loans\n  predictions: predictions.csv\ndata:\n{data}  id: id\n  personal: [secret]\n  sensitive: \
         [creed]\nevaluation:\n  slices: {slices}\n  discover: false\n  min_support: 5\ngates:\n  - metric: accuracy\n    \
         lower_bound: 0.1\n"
    )
}

const ROLES: &str = "  label: approved\n  positive_label: \"yes\"\n  score: score\n";

/// Fails where anything that a run wrote or printed tells a canary.
#[track_caller]
fn tells_none(what: &str, gate: &Gate, arguments: &[&str]) -> i32 {
    let before = gate.files();
    let outcome = gate.run(arguments);
    let silent = |name: &str, text: &str| {
        let found = text.lines().find(|line| line.contains(MARK));
        assert!(found.is_none(), "{what}: {name} tells a value: {}", found.unwrap_or_default());
    };
    silent("standard output", &outcome.stdout);
    silent("standard error", &outcome.stderr);
    for name in gate.files().into_iter().filter(|name| !before.contains(name) || name.contains("modelgate-")) {
        let bytes = std::fs::read(gate.path().join(&name)).unwrap();
        // Digests are no values, and may hold any digits.
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let found = CANARIES.iter().find(|(_, canary)| text.contains(canary));
        assert!(found.is_none() && !text.contains("canary"), "{what}: {name} tells {found:?}");
    }
    outcome.code
}

#[track_caller]
fn refused(what: &str, gate: &Gate) {
    assert_eq!(tells_none(what, gate, &["check"]), 2, "{what} must end without a decision");
}

fn with(config: &str, rows: impl AsRef<[u8]>) -> Gate {
    gate().with("modelgate.yml", config).with("predictions.csv", rows)
}

#[test]
fn a_whole_run_with_a_release_tells_no_value_anywhere() {
    let all = "[region, creed, gender, {column: amount, bins: [0, 30, 60, 90]}]";
    let gate = released(with(&config(ROLES, all), rows(false)));
    let _ = gate.run(&["contract"]).exits(0);
    gate.write("modelgate.yml", config(&format!("{ROLES}  contract: modelgate-contract.yml\n  entity: contact\n"), "[region]"));
    gate.write("predictions.csv", rows(true));
    let code = tells_none("a run", &gate, &["check"]);
    assert!(code < 2, "it must end with a decision, and ended with {code}");
    assert!(gate.has("modelgate-out/dataset-card.md") && gate.has("modelgate-out/report.html"));
    let _ = tells_none("a report", &gate, &["report", "--format", "json"]);
    let _ = tells_none("an evaluation", &gate, &["evaluate"]);
}

#[test]
fn a_private_column_in_a_wrong_role_is_refused_without_its_values() {
    let rows = rows(true);
    for (column, _) in CANARIES {
        // An id that is the label as well is a mistake of the configuration; that too must tell nothing.
        let label = format!("  label: {column}\n  score: score\n");
        refused(&format!("{column} as the label"), &with(&config(&label, "[region]"), &rows));
        let positive = format!("  label: {column}\n  positive_label: never\n  score: score\n");
        refused(&format!("{column} as a label that is declared"), &with(&config(&positive, "[region]"), &rows));
        for role in ["score", "prediction", "weight", "baseline_prediction", "baseline_score"] {
            let roles =
                if role == "score" || role == "prediction" { ROLES.replace("  score: score\n", "") } else { ROLES.to_owned() };
            let roles = format!("{roles}  {role}: {column}\n");
            refused(&format!("{column} as {role}"), &with(&config(&roles, "[region]"), &rows));
        }
        let bins = format!("[{{column: {column}, bins: [0, 1, 2]}}]");
        refused(&format!("{column} in bins"), &with(&config(ROLES, &bins), &rows));
        let canary = CANARIES.iter().find(|(name, _)| *name == column).unwrap().1;
        let long = rows.replace(canary, &format!("{canary}{}", "x".repeat(300)));
        let slices = format!("[{column}]");
        refused(&format!("{column} as a slice of long names"), &with(&config(ROLES, &slices), long));
        let time = format!("{ROLES}  time: {column}\n");
        let _ = tells_none(&format!("{column} as time"), &with(&config(&time, "[region]"), &rows), &["check"]);
    }
}

#[test]
fn slices_and_classes_that_are_named_by_people_are_refused() {
    let few = |text: String| {
        let header = text.lines().next().unwrap().to_owned();
        let body = text.lines().skip(1).enumerate().map(|(row, line)| {
            let (start, _) = line.rsplit_once(',').unwrap();
            format!("\n{start},canary.773{}@example.com", row % 2)
        });
        header + &body.collect::<String>() + "\n"
    };
    let gate = with(&config(ROLES, "[contact]"), few(rows(false)));
    refused("a slice of people", &gate);
    let outcome = gate.run(&["check", "--quiet"]);
    assert!(outcome.stderr.contains("the column contact holds e-mail addresses"), "{}", outcome.stderr);
    let task = config("  label: contact\n  prediction: contact\n", "[region]")
        .replace("  name: loans\n", "  name: loans\n  task: multiclass\n");
    refused("classes of people", &with(&task, few(rows(false))));
}

#[test]
fn other_tasks_tell_no_value_either() {
    let rows = rows(true);
    let of = |task: &str, data: &str| {
        let text = config(data, "[region]").replace("  name: loans\n", &format!("  name: loans\n  task: {task}\n"));
        text.replace("metric: accuracy\n    lower_bound: 0.1", "metric: accuracy\n    lower_bound: 0.0")
    };
    for (column, _) in CANARIES {
        for (task, metric, data) in [
            ("multiclass", "accuracy", format!("  label: {column}\n  prediction: approved\n")),
            ("multiclass", "accuracy", format!("  label: approved\n  prediction: {column}\n  classes: [\"yes\", \"no\"]\n")),
            (
                "multilabel",
                "f1_samples",
                format!("  label: {column}\n  prediction: approved\n  separator: \".\"\n  classes: [\"yes\", \"no\"]\n"),
            ),
            ("regression", "mean_absolute_error", format!("  label: {column}\n  prediction: amount\n")),
            ("regression", "mean_absolute_error", format!("  label: amount\n  prediction: {column}\n")),
            ("ranking", "ndcg", format!("  label: {column}\n  prediction: score\n  query: region\n")),
            ("ranking", "ndcg", format!("  label: amount\n  prediction: score\n  query: {column}\n")),
        ] {
            let text = of(task, &data).replace("accuracy", metric);
            let _ = tells_none(&format!("{task}: {data}"), &with(&text, &rows), &["check"]);
        }
    }
}

#[test]
fn files_that_cannot_be_read_tell_no_value() {
    let (config, rows) = (config(ROLES, "[region]"), rows(true));
    let (_, without_header) = rows.split_once('\n').unwrap();
    let line = |number: usize, change: &dyn Fn(&str) -> String| {
        let lines: Vec<String> =
            rows.lines().enumerate().map(|(index, line)| if index == number { change(line) } else { line.to_owned() }).collect();
        lines.join("\n")
    };
    refused("no header", &with(&config, line(1, &|_| rows.lines().nth(ROW + 1).unwrap().to_owned()).split_once('\n').unwrap().1));
    refused("no header, other rows first", &with(&config, without_header));
    refused("a field too many", &with(&config, line(ROW + 1, &|line| format!("{line},canary-extra"))));
    refused("an open quote", &with(&config, line(ROW + 1, &|line| line.replacen("canary", "\"canary", 1))));
    for (column, canary) in CANARIES {
        let mut bytes = rows.clone().into_bytes();
        let place = rows.find(canary).unwrap() + canary.len();
        bytes[place - 1] = 0xff;
        refused(&format!("{column} that is not UTF-8"), &with(&config, bytes));
    }
    let shards = gate().with("modelgate.yml", config.replace("predictions.csv", "rows"));
    shards.write("rows/a.csv", &rows);
    shards.write("rows/b.csv", format!("{}\n", rows.lines().nth(ROW + 1).unwrap()));
    refused("a shard without a header", &shards);
    let json = |lines: &str| gate().with("modelgate.yml", config.replace("predictions.csv", "p.jsonl")).with("p.jsonl", lines);
    refused("a text for a row", &json("\"canary-7731, expected\"\n"));
    refused("a number for a row", &json("7731773\n"));
    refused("a row that ends early", &json("{\"id\": \"canary-7731-id\", \"score\": \n"));
    refused("a list of ids", &json("{\"id\": [\"canary-7731-id\"], \"approved\": \"yes\", \"score\": 0.5, \"region\": \"x\"}\n"));
    let typed =
        gate().with("modelgate.yml", config.replace("predictions.csv", "p.parquet").replace("score: score", "score: contact"));
    refused("Parquet", &typed.with("p.parquet", parquet(&rows)));
}

#[test]
fn rows_that_do_not_fit_other_files_are_told_by_their_place() {
    let apart = |rows: &str, attributes: &str, slices: &str| {
        let data = format!("{ROLES}  attributes:\n    path: people.csv\n    id: person\n");
        with(&config(&data, slices), rows).with("people.csv", attributes)
    };
    let mut people = String::from("person,faith\n");
    for row in (0..400).filter(|row| *row != ROW) {
        writeln!(people, "p{row},{}", row % 3).unwrap();
    }
    refused("an id without attributes", &apart(&rows(true), &people, "[faith]"));
    let twice = format!("{people}canary-7731-id,1\ncanary-7731-id,2\n");
    refused("attributes twice", &apart(&rows(true), &twice, "[faith]"));
    let odd = format!("{people}canary-7731-id,canary-7733-faith\n");
    refused("attributes that are no numbers", &apart(&rows(true), &odd, "[{column: faith, bins: [0, 1, 2]}]"));
    // The previous model's predictions, of the same rows and of others.
    let beside =
        format!("{}\nbaseline:\n  predictions: previous.csv\n", config(&format!("{ROLES}  baseline_score: old\n"), "[region]"));
    let mut previous = String::from("id,old\n");
    for row in (0..400).filter(|row| *row != ROW) {
        writeln!(previous, "p{row},0.5").unwrap();
    }
    refused("an id that the previous model lacks", &with(&beside, rows(true)).with("previous.csv", &previous));
    let twice = format!("{previous}canary-7731-id,0.5\ncanary-7731-id,0.5\n");
    refused("an id twice", &with(&beside, rows(true)).with("previous.csv", &twice));
    let odd = format!("{previous}canary-7731-id,canary.7736@example.com\n");
    let _ = tells_none("a score that is none", &with(&beside, rows(true)).with("previous.csv", &odd), &["check"]);
}

#[test]
fn training_tells_no_value() {
    let train = |features: &str, test: &str| {
        format!(
            "version: 1\nmodel:\n  name: loans\n  train:\n    features: [{features}]\ndata:\n  path: {test}\n  train_path: train.csv\n  \
             label: approved\n  positive_label: \"yes\"\n  personal: [secret, contact]\n  sensitive: [creed]\nevaluation:\n  slices: \
             [region]\n  discover: false\ngates:\n  - metric: accuracy\n    lower_bound: 0.1\n"
        )
    };
    // Numbers in training, and the canary in the rows to score.
    let numbers = |text: &str| {
        let lines = text.lines().enumerate().map(|(row, line)| {
            let cells: Vec<&str> = line.split(',').collect();
            let private = |cell: &str| if row == 0 || cell.contains("canary") { cell.to_owned() } else { (row % 50).to_string() };
            let kept = cells.iter().take(4).map(|cell| (*cell).to_owned());
            kept.chain(cells.iter().skip(4).map(|cell| private(cell))).collect::<Vec<_>>().join(",")
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    for (column, _) in CANARIES {
        let gate = gate()
            .with("modelgate.yml", train(&format!("amount, {column}"), "test.csv"))
            .with("train.csv", numbers(&rows(false)))
            .with("test.csv", numbers(&rows(true)));
        // The id is no role here, and so a feature as others are.
        if column == "id" {
            continue;
        }
        refused(&format!("{column} as a feature"), &gate);
        let one =
            train("amount", "test.csv").replace("label: approved\n  positive_label: \"yes\"\n", &format!("label: {column}\n"));
        refused(&format!("{column} as the label to learn"), &gate_with(&one, &rows(true)));
        let split = train("amount", "test.csv").replace(
            "  train_path: train.csv\n",
            &format!("  split:\n    column: {column}\n    train: nothing\n    test: none\n"),
        );
        refused(&format!("{column} as the split"), &gate_with(&split, &rows(true)));
    }
}

fn gate_with(config: &str, rows: &str) -> Gate {
    gate().with("modelgate.yml", config).with("train.csv", rows).with("test.csv", format!("{rows}\n"))
}
