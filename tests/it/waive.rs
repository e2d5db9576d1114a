//! Waivers in a file of their own: read, written by a command, told in their own tally.

use modelgate_tests::{CONFIG, Gate, Outcome, Rows};

use crate::{ready, released};

/// A candidate whose gate fails for women.
fn failing() -> Gate {
    released(ready()).with("predictions.csv", Rows { pull_down: 0.25, jitter: 1, ..Rows::default() }.csv())
}

fn waive(gate: &Gate, more: &[&str]) -> Outcome {
    let flags = ["waive", "--quiet", "--rule", "metric-regression", "--reason", "known: since \"May\"", "--approved-by", "@risk"];
    gate.run(&[&flags, more].concat())
}

#[test]
fn a_waiver_is_written_and_named_and_holds() {
    let gate = failing();
    let _ = gate.run(&["check", "--quiet"]).exits(1);
    let outcome = waive(&gate, &["--owner", "@team", "--expires", "2999-12-31", "--ticket", "RISK-7"]).exits(0);
    assert!(
        outcome.stdout.contains("in modelgate.waivers.yml") && outcome.stdout.contains("names that file now"),
        "{}",
        outcome.stdout
    );
    assert_eq!(gate.read("modelgate.yml"), format!("{CONFIG}waivers_file: \"modelgate.waivers.yml\"\n"));
    let _ = gate.run(&["check", "--quiet"]).exits(0).prints("waiver of metric-regression: in use, until 2999-12-31");
    let verdict: serde_json::Value = serde_json::from_str(&gate.read("modelgate-out/verdict.json")).unwrap();
    let told = &verdict["waivers"][0];
    assert_eq!((&told["state"], &told["owner"], &told["ticket"]), (&"in_use".into(), &"@team".into(), &"RISK-7".into()));
    assert_eq!((&told["origin"]["file"], &told["reason"]), (&"modelgate.waivers.yml".into(), &"known: since \"May\"".into()));
    // A second one goes behind it.
    let _ = waive(&gate, &["--metric", "accuracy", "--expires", "2999-12-31"]).exits(2).says("no gate on `accuracy` has one");
    let _ = waive(&gate, &["--metric", "true_positive_rate", "--slice", "sex=F", "--expires", "2999-12-31"]).exits(0);
    assert_eq!(gate.read("modelgate.waivers.yml").matches("- rule: ").count(), 2);
}

#[test]
fn what_cannot_hold_is_refused_and_nothing_is_written() {
    let gate = failing();
    for (more, says) in [
        (&["--expires", "2999-12-31", "--owner", "Risk"][..], "`owner` and `approved_by` are the same"),
        (&["--expires", "31.12.2999"], "expires"),
        (&[], "a waiver needs --expires"),
        (&["--expires", "2999-12-31", "--slice", "sx=F"], "sx"),
    ] {
        let _ = waive(&gate, more).exits(2).says(says);
        assert!(!gate.has("modelgate.waivers.yml"), "{more:?}");
        assert_eq!(gate.read("modelgate.yml"), CONFIG, "{more:?}");
    }
    let long = ready().with("modelgate.yml", format!("{CONFIG}packs: [gdpr]\n"));
    let flags = [
        "waive",
        "--quiet",
        "--control",
        "gdpr/art_5.par_1.d",
        "--reason",
        "r",
        "--approved-by",
        "@dpo",
        "--expires",
        "2999-12-31",
    ];
    let _ = long.run(&flags).exits(2).says("its pack allows 60");
}

#[test]
fn mistakes_in_the_file_are_told_with_its_lines() {
    let gate = failing().with("modelgate.yml", format!("{CONFIG}waivers_file: w.yml\n"));
    let _ = gate.run(&["check", "--quiet"]).exits(2).says("w.yml");
    gate.write("w.yml", "version: 1\nwaivers:\n  - {rule: metric-regresion, reason: r, approved_by: a, expires: 2999-12-31}\n  - {rule: worn-split, reason: r, approved_by: a}\n");
    let outcome = gate.run(&["check", "--quiet"]).exits(2);
    for part in ["w.yml:3", "did you mean `metric-regression`", "w.yml:4", "expires"] {
        assert!(outcome.stderr.contains(part), "{part} is not in\n{}", outcome.stderr);
    }
    gate.write("w.yml", "version: 1\nwaivers:\n  - {rule: metric-regression, reason: r, approved_by: a, expires: 2026-01-31}\n");
    let outcome = gate.run(&["check", "--quiet"]).exits(1).prints("expired-waiver");
    assert!(outcome.stdout.contains("--> w.yml:3") && outcome.stdout.contains("expired, until 2026-01-31"), "{}", outcome.stdout);
}
