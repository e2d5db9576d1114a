//! Bad input of every kind: each ends without a decision, says what, where, why and what to type, and writes nothing.

use std::fmt::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;

use modelgate_tests::{CONFIG, Gate, Rows};

use crate::transcript::assert_transcript;
use crate::{gate, ready};

/// Runs `check`, which must end without a decision, keep its transcript, and leave no file behind.
#[track_caller]
pub(crate) fn no_decision(name: &str, gate: &Gate) {
    let before = gate.files();
    let outcome = gate.run(&["check", "--quiet"]);
    assert_transcript(name, &outcome);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("no decision: "));
    assert_eq!(gate.files(), before, "nothing may be written");
}

fn with_predictions(content: impl AsRef<[u8]>) -> Gate {
    gate().with("modelgate.yml", CONFIG).with("predictions.csv", content)
}

/// The valid rows, with one line replaced (counted from 1, the header being line 1).
fn with_line(number: usize, line: &str) -> Gate {
    let rows = Rows::default().csv();
    let lines: Vec<&str> = rows.lines().enumerate().map(|(index, old)| if index + 1 == number { line } else { old }).collect();
    with_predictions(lines.join("\n"))
}

#[test]
fn an_empty_file() {
    no_decision("empty-file", &with_predictions(""));
}

#[test]
fn a_header_without_rows() {
    no_decision("header-only", &with_predictions("id,approved,score,sex,region\n"));
}

#[test]
fn a_missing_column() {
    no_decision("missing-column", &with_predictions("id,aproved,score,sex,region\n1,yes,0.5,F,north\n"));
}

#[test]
fn a_missing_file() {
    no_decision("missing-file", &gate().with("modelgate.yml", CONFIG));
}

#[test]
fn a_third_class() {
    no_decision("third-class", &with_line(17, "16,maybe,0.5,F,north"));
}

#[test]
fn a_score_outside_zero_to_one() {
    no_decision("score-outside", &with_line(9, "8,yes,1.7,F,north"));
}

#[test]
fn a_score_that_is_not_a_number() {
    no_decision("score-text", &with_line(9, "8,yes,high,F,north"));
}

#[test]
fn a_score_that_is_nan() {
    no_decision("score-nan", &with_line(9, "8,yes,NaN,F,north"));
}

#[test]
fn a_row_with_too_many_fields() {
    no_decision("ragged-row", &with_line(9, "8,yes,0.5,F,north,extra"));
}

#[test]
fn bytes_that_are_not_utf8() {
    let mut bytes = Rows::default().csv().into_bytes();
    let place = bytes.iter().position(|byte| *byte == b'F').unwrap();
    bytes[place] = 0xff;
    no_decision("not-utf8", &with_predictions(bytes));
}

#[test]
fn a_folder_that_holds_something_else() {
    no_decision("folder-for-file", &gate().with("modelgate.yml", CONFIG).with("predictions.csv/x", ""));
}

#[test]
fn five_thousand_values_in_a_slice_column() {
    let mut text = String::from("id,approved,score,sex,region\n");
    for id in 0..5000 {
        writeln!(text, "{id},{},0.5,F,village {id}", if id % 2 == 0 { "yes" } else { "no" }).unwrap();
    }
    no_decision("too-many-levels", &with_predictions(text));
}

#[test]
fn a_file_that_is_not_parquet() {
    let config = CONFIG.replace("predictions.csv", "predictions.parquet");
    no_decision("not-parquet", &gate().with("modelgate.yml", config).with("predictions.parquet", "PAR1 but not really"));
}

#[test]
fn a_configuration_that_is_not_yaml() {
    no_decision("not-yaml", &ready().with("modelgate.yml", "version: 1\nmodel: [name: loans\ngates: }\n"));
}

#[test]
fn a_configuration_with_twelve_mistakes() {
    let config = "\
version: 1
model:
  name: \"\"
  retrain: yes
  predictions: predictions.csv
data:
  label: aproved
  positive_lable: \"yes\"
  score: score
evaluation:
  slices: [sex, planet]
  confidence_level: 95
  min_support: many
gates:
  - metric: acuracy
    lower_bound: 0.8
  - metric: accuracy
    lower_bound: 80
  - metric: recall
  - metric: demographic_parity_difference
    slices: every
    upper_bound: 0.1
  - metric: precision
    lower_bound: 0.9
    upper_bound: 0.1
rules: {no-basline: deny}
waivers:
  - {rule: metric-regression, reason: \"\", approved_by: me, expires: 2026-02-30}
";
    no_decision("twelve-mistakes", &ready().with("modelgate.yml", config));
}

#[test]
fn a_missing_configuration() {
    no_decision("missing-config", &gate());
}

#[test]
fn labels_of_one_class_only_leave_metrics_undefined_and_fail_the_gate() {
    let rows = Rows::default().csv().replace(",no,", ",yes,");
    let config = format!("{CONFIG}  - metric: roc_auc\n    lower_bound: 0.5\n");
    let gate = with_predictions(rows).with("modelgate.yml", config);
    let outcome = gate.run(&["check", "--quiet"]);
    assert_transcript("one-class", &outcome);
    assert_eq!(outcome.code, 1, "an undefined metric of a required gate fails");
}

#[test]
fn a_slice_with_one_row_is_counted_and_not_judged() {
    let gate = with_line(9, "8,yes,0.5,X,north");
    let outcome = gate.run(&["check", "--quiet"]);
    assert_transcript("one-row-slice", &outcome);
    assert_eq!(outcome.code, 0);
    assert!(gate.read("modelgate-out/comment.md").contains("low-support"));
}

#[test]
fn an_output_folder_that_cannot_be_made() {
    let gate = ready().with("taken", "a file");
    let before = gate.files();
    let outcome = gate.run(&["check", "--quiet", "--output-dir", "taken/out"]);
    assert_transcript("unwritable-output", &outcome);
    assert_eq!(outcome.code, 2);
    assert_eq!(gate.files(), before, "neither documents nor a record");
}

#[test]
fn a_disk_that_fills_up_leaves_nothing_half_written() {
    let gate = ready();
    gate.run(&["check", "--quiet"]).exits(0).exits_as_before();
    let (ledger, report) = (gate.read("modelgate-ledger.jsonl"), gate.read("modelgate-out/report.html"));
    // A limit on the size of files stands in for a full disk: writes fail in the middle.
    let program = gate.command(&["check", "--quiet"]);
    let mut shell = std::process::Command::new("sh");
    shell.arg("-c").arg("trap '' XFSZ; ulimit -f 4; exec \"$0\" check --quiet").arg(program.get_program());
    shell.current_dir(gate.path()).env_clear().env("SOURCE_DATE_EPOCH", "1780272000");
    let outcome = gate.finish(&mut shell);
    assert_eq!(outcome.code, 2, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("cannot write"), "{}", outcome.stderr);
    assert_eq!(gate.read("modelgate-ledger.jsonl"), ledger, "no decision without its documents");
    assert_eq!(gate.read("modelgate-out/report.html"), report);
    assert!(gate.files().iter().all(|file| !file.contains(".modelgate-")), "{:?}", gate.files());
}

/// A small courtesy to keep the line above short.
trait AsBefore {
    fn exits_as_before(self);
}

impl AsBefore for modelgate_tests::Outcome {
    fn exits_as_before(self) {
        assert!(self.stderr.is_empty(), "{}", self.stderr);
    }
}

#[test]
fn an_interrupted_run_leaves_no_partial_file() {
    // A command that takes its time holds the run until it is interrupted.
    let config = CONFIG.replace(
        "  predictions: predictions.csv\n",
        "  command: {run: [sleep, \"30\"], writes: predictions.csv, time_limit_seconds: 60}\n",
    );
    let gate = ready().with("modelgate.yml", config);
    let before = gate.files();
    let mut child = gate.command(&["check"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(700));
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let status = child.wait().unwrap();
    assert_eq!((status.code(), status.signal()), (Some(130), None));
    assert_eq!(gate.files(), before);
}

#[test]
fn a_command_that_fails() {
    let config = CONFIG.replace(
        "  predictions: predictions.csv\n",
        "  command: {run: [sh, -c, \"echo cannot load the model >&2; exit 7\"], writes: predictions.csv}\n",
    );
    no_decision("command-fails", &ready().with("modelgate.yml", config));
}

#[test]
fn a_command_that_writes_nothing_new() {
    let config = CONFIG.replace("  predictions: predictions.csv\n", "  command: {run: [\"true\"], writes: predictions.csv}\n");
    no_decision("command-stale", &ready().with("modelgate.yml", config));
}

#[test]
fn a_broken_log_is_not_continued() {
    let gate = ready();
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    gate.write("modelgate-ledger.jsonl", gate.read("modelgate-ledger.jsonl").replace("\"passed\"", "\"failed\""));
    no_decision("broken-log", &gate);
}

#[test]
fn a_flag_that_does_not_exist() {
    let outcome = ready().run(&["check", "--basline-path", "x"]);
    assert_transcript("unknown-flag", &outcome);
    assert_eq!(outcome.code, 2);
}

#[test]
fn a_log_that_is_a_document_is_refused() {
    let gate = ready().with("modelgate.yml", format!("{CONFIG}output: {{directory: out, ledger: out/comment.md}}\n"));
    no_decision("log-is-document", &gate);
}

#[test]
fn a_folder_where_a_document_goes_leaves_no_record() {
    no_decision("folder-for-document", &ready().with("modelgate-out/comment.md/x", ""));
}

#[test]
fn a_whole_text_as_a_slice_value() {
    no_decision("long-level", &with_line(9, &format!("8,yes,0.5,{},north", "x".repeat(500))));
}

#[test]
fn an_environment_variable_cannot_bring_an_expired_waiver_to_life() {
    let waiver = "waivers:\n  - {rule: metric-below-bound, reason: known, approved_by: me, expires: 2026-05-31}\n";
    let config = CONFIG.replace("lower_bound: 0.5", "lower_bound: 0.99") + waiver;
    let gate = ready().with("modelgate.yml", config);
    let mut command = gate.command(&["check", "--quiet"]);
    command.env("SOURCE_DATE_EPOCH", "1600000000");
    let _ = gate.finish(&mut command).exits(1).prints("expired-waiver");
}
