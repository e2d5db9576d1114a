//! The examples work as their READMEs say, and write the comments that are kept beside them.

use std::path::PathBuf;
use std::process::Command;

use modelgate_tests::{Gate, Outcome};

use crate::gate;

fn examples() -> PathBuf {
    modelgate_tests::folder().join("../examples")
}

/// Runs an example's script in the folder `repository` of a gate.
fn script(gate: &Gate, script: &str) -> Outcome {
    let mut command = Command::new("bash");
    let program = gate.command(&[]).get_program().to_owned();
    command.arg(examples().join(script)).arg(gate.path().join("repository")).current_dir(gate.path()).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", gate.path()).env("MODELGATE", program);
    command.env("SOURCE_DATE_EPOCH", "1780272000").env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("GIT_AUTHOR_DATE", "1779840000 +0000").env("GIT_COMMITTER_DATE", "1779840000 +0000");
    gate.finish(&mut command)
}

/// The part of a comment that people read: digests in the footer and the marker may differ in last bits between
/// processors, the numbers above them do not. States of controls follow the calendar, which no test can stop.
fn told(comment: &str) -> String {
    let (before, after) = comment.split_once("**Controls of packs**").unwrap_or((comment, ""));
    let footer = after.find("<sub>").and_then(|start| after.get(start..)).unwrap_or_default();
    let lines =
        before.lines().chain(footer.lines()).filter(|line| !line.starts_with("<sub>") && !line.starts_with("<!-- modelgate:"));
    lines.collect::<Vec<_>>().join("\n")
}

/// A document without its digests, which may differ in last bits between processors.
fn without_digests(document: &str) -> String {
    let plain = document.replace("&#8203;", "");
    let is_digest =
        |word: &str| word.len() >= 7 && word.chars().any(|c| c.is_ascii_digit()) && word.chars().any(|c| c.is_ascii_lowercase());
    let mut out = String::new();
    let mut rest = plain.as_str();
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        let end = rest[start..].find(|c: char| !c.is_ascii_alphanumeric()).map_or(rest.len(), |length| start + length);
        let word = &rest[start..end];
        out.push_str(&rest[..start]);
        let is_hex = word.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
        out.push_str(if is_hex && is_digest(word) { "…" } else { word });
        rest = &rest[end..];
    }
    out + rest
}

/// Compares a document with the kept one, as far as `told` takes it; `MODELGATE_UPDATE=1` writes it anew.
#[track_caller]
fn assert_kept_as(told: fn(&str) -> String, example: &str, name: &str, document: &str) {
    let path = examples().join(example).join("expected").join(name);
    if std::env::var_os("MODELGATE_UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, document).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert_eq!(told(document), told(&kept), "{example}, {name}: read the difference, then run with MODELGATE_UPDATE=1");
}

/// Compares with the kept comment.
#[track_caller]
fn assert_kept(example: &str, comment: &str) {
    assert_kept_as(told, example, "comment.md", comment);
}

#[test]
fn loans_compares_with_the_nearest_release_and_fails_for_the_retired() {
    let gate = gate();
    let _ = script(&gate, "loans/make-history.sh").exits(0);
    let outcome = gate.run(&["check", "--config", "repository/modelgate.yml"]).exits(1);
    assert!(outcome.stderr.contains("Baseline v1.1.0 (nearest"), "{}", outcome.stderr);
    assert!(outcome.stdout.contains("true_positive_rate of age_band=65+ is worse"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("controls of eu-ai-act: "), "{}", outcome.stdout);
    let matrix = gate.read("repository/modelgate-out/control-matrix.md");
    assert!(matrix.contains("GAP-&#8203;01") && matrix.contains("Article 27"), "{matrix}");
    assert_kept("loans", &gate.read("repository/modelgate-out/comment.md"));
    assert!(outcome.stdout.contains("waiver of encoded-group: in use, until 2027-05-27"), "{}", outcome.stdout);
    let mut documents: Vec<String> =
        gate.files().into_iter().filter(|file| file.starts_with("repository/modelgate-out/")).collect();
    let is_markdown = |file: &str| std::path::Path::new(file).extension().is_some_and(|ending| ending == "md");
    documents.retain(|file| is_markdown(file) && !file.ends_with("/comment.md"));
    assert_eq!(documents.len(), 11, "{documents:?}");
    for document in &documents {
        assert_kept_as(without_digests, "loans", document.rsplit('/').next().unwrap(), &gate.read(document));
    }
    let _ = gate.run(&["check", "--config", "repository/modelgate.yml", "--baseline-release", "v1.0.0", "--quiet"]);
    let drift = gate.run(&["drift", "--config", "repository/modelgate.yml", "--baseline-release", "v1.1.0", "--quiet"]).exits(0);
    assert!(drift.stdout.contains("warn [production-drift]") && drift.stdout.contains("debt_ratio"), "{}", drift.stdout);
}

#[test]
fn from_python_judges_the_predictions_of_another_framework() {
    let gate = gate();
    let outcome = script(&gate, "from-python/run.sh");
    assert!(outcome.code == 0 || outcome.code == 1, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("Baseline v1.0.0"), "{}", outcome.stderr);
    assert_kept("from-python", &gate.read("repository/modelgate-out/comment.md"));
}

#[test]
fn examples_of_other_tasks_judge_predictions_files_against_their_release() {
    for (example, group) in
        [("ticket-topics", "recall_class_min of language=de"), ("delivery-times", "mean_error of area=outskirts")]
    {
        let gate = gate();
        let outcome = script(&gate, &format!("{example}/run.sh")).exits(1);
        assert!(outcome.stderr.contains("Baseline v1.0.0"), "{}", outcome.stderr);
        assert!(outcome.stdout.contains(group), "{}", outcome.stdout);
        assert_kept(example, &gate.read("repository/modelgate-out/comment.md"));
    }
}

#[test]
fn hiring_writes_the_summary_of_local_law_144() {
    let gate = gate();
    let _ = script(&gate, "hiring/run.sh").exits(0);
    let summary = gate.read("repository/modelgate-out/ll144-summary.md");
    for part in [
        "Selection rate",
        "| race\\_ethnicity=Native Hawaiian or Pacific Islander |",
        "fewer than 2 % of the rows: takes no part in ratios",
        "independent auditor is required",
        "People of unknown category: 1",
        "not provided by the owner",
    ] {
        assert!(summary.contains(part), "{part} is not in\n{summary}");
    }
    let three = summary
        .lines()
        .filter(|line| line.starts_with("## "))
        .filter(|line| line.contains("Sex") || line.contains("Race"))
        .count();
    assert_eq!(three, 3, "{summary}");
    assert_kept("hiring", &gate.read("repository/modelgate-out/comment.md"));
}

#[test]
fn segments_has_packs_for_a_small_business_and_no_label() {
    let gate = gate();
    let _ = script(&gate, "segments/run.sh").exits(0);
    let matrix = gate.read("repository/modelgate-out/control-matrix.md");
    assert!(matrix.contains("gdpr") && matrix.contains("ccpa") && matrix.contains("GAP-"), "{matrix}");
    assert!(gate.read("repository/modelgate-out/ml-bom.cdx.json").contains("\"type\": \"unsupervised\""));
    assert_kept("segments", &gate.read("repository/modelgate-out/comment.md"));
}

#[test]
fn the_lesson_goes_as_it_says() {
    let gate = gate();
    for file in ["modelgate.yml", "pupils.csv", "more.py"] {
        gate.write(file, std::fs::read_to_string(examples().join("classroom").join(file)).unwrap());
    }
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    let config = gate.read("modelgate.yml");
    gate.write("modelgate.yml", format!("{config}cards: [CARD.md]\n"));
    gate.write("CARD.md", "The accuracy is 0.95.\n");
    let _ = gate.run(&["check", "--quiet"]).exits(1).prints("contradicted-number");
    // With more rows, the group that the average hides is told apart.
    let mut command = Command::new("python3");
    let _ = gate.finish(command.arg("more.py").current_dir(gate.path())).exits(0);
    gate.write(
        "modelgate.yml",
        config.replace("    slices: every\n    lower_bound: 0.5", "    slices: every\n    lower_bound: 0.9"),
    );
    let _ = gate.run(&["check", "--quiet"]).exits(1).prints("accuracy of home=loud is below 0.9");
}

#[test]
fn two_models_compares_row_by_row_without_a_release() {
    let gate = gate();
    let outcome = script(&gate, "two-models/run.sh");
    assert!(outcome.code == 0 || outcome.code == 1, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("Baseline predictions of the same rows: previous.csv"), "{}", outcome.stderr);
    assert_kept("two-models", &gate.read("repository/modelgate-out/comment.md"));
}

#[test]
fn a_released_model_of_the_example_finds_itself_and_nothing_else() {
    let gate = gate();
    let _ = script(&gate, "loans/make-history.sh").exits(0);
    let mut command = Command::new("git");
    command.args(["checkout", "--quiet", "v1.1.0"]).current_dir(gate.path().join("repository"));
    assert!(command.status().unwrap().success());
    let outcome = gate.run(&["check", "--config", "repository/modelgate.yml"]).exits(1).prints("baseline-is-candidate");
    assert!(!outcome.stdout.contains("is worse"), "{}", outcome.stdout);
}
