//! The demonstration: better on average, worse for one slice, and the gate says so.

use crate::gate;

#[test]
fn the_demo_fails_instructively() {
    let gate = gate();
    let outcome = gate.run(&["demo"]).exits(0);
    assert!(outcome.stdout.contains("error[metric-regression]: true_positive_rate of age_band=65+"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("exit code 1"), "{}", outcome.stdout);
    assert_eq!(outcome.stdout.lines().filter(|line| line.starts_with("  modelgate ")).count(), 3, "three next commands");
    let verdict: serde_json::Value = serde_json::from_str(&gate.read("modelgate-demo/modelgate-out/verdict.json")).unwrap();
    assert_eq!(verdict["outcome"], "failed");
    let checks = verdict["checks"].as_array().unwrap();
    let blocking: Vec<&serde_json::Value> = checks.iter().filter(|check| check["blocking"] == true).collect();
    assert!(!blocking.is_empty());
    for check in blocking {
        assert_eq!(check["subject"]["slice"]["age_band"], "65+", "{check}");
    }
}

#[test]
fn the_average_improves_in_the_demo() {
    let gate = gate();
    let _ = gate.run(&["demo"]).exits(0);
    let diff = gate.run(&["diff", "--quiet", "--config", "modelgate-demo/modelgate.yml", "--slice", "overall"]).exits(0).stdout;
    for metric in ["accuracy", "roc_auc"] {
        let line = diff.lines().find(|line| line.trim_start().starts_with(metric)).unwrap();
        let change: f64 = line.split_whitespace().nth(4).unwrap().parse().unwrap();
        assert!(change > 0.005, "{line}");
    }
}

#[test]
fn every_next_command_of_the_demo_works() {
    let gate = gate();
    let outcome = gate.run(&["demo"]).exits(0);
    for line in outcome.stdout.lines().filter(|line| line.starts_with("  modelgate ")) {
        let arguments: Vec<String> = line.trim().split(' ').skip(1).map(|word| word.trim_matches('\'').to_owned()).collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let code = gate.run(&arguments).code;
        assert!(code == 0 || (code == 1 && arguments.first() == Some(&"check")), "{line}: {code}");
    }
}

#[test]
fn the_demo_is_the_same_twice() {
    let run = || {
        let gate = gate();
        let outcome = gate.run(&["demo"]).exits(0);
        let files = gate.files().into_iter().map(|file| (gate.read(&file), file)).collect::<Vec<_>>();
        (outcome.stdout, files)
    };
    assert_eq!(run(), run());
}
