//! What New York City's Local Law 144 asks for: tables held against a count of their own, and the clocks of audit and summary.

use std::collections::BTreeMap;

use modelgate_tests::Gate;

use crate::gate;

fn example(file: &str) -> String {
    std::fs::read_to_string(modelgate_tests::folder().join("../examples/hiring").join(file)).unwrap()
}

fn hiring(facts: &str) -> Gate {
    gate()
        .with("modelgate.yml", example("modelgate.yml"))
        .with("modelgate.system.yml", format!("{}{facts}", example("modelgate.system.yml")))
        .with("predictions.csv", example("predictions.csv"))
}

/// A category's people, how many of them score above the median of everybody, and whether the category is known.
struct Category {
    people: usize,
    above: usize,
}

/// A number with a thin space between thousands, as documents write it.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let (head, tail) = digits.split_at(first);
    let mut parts: Vec<&str> = if head.is_empty() { Vec::new() } else { vec![head] };
    parts.extend((0..tail.len() / 3).map(|part| &tail[part * 3..part * 3 + 3]));
    parts.join("\u{202F}")
}

/// Counts as the rules are written: the median is that of all people, also of those of unknown category, and who scores exactly it
/// is not above it.
fn counted(csv: &str, of: impl Fn(&[&str]) -> Option<String>) -> (BTreeMap<String, Category>, usize) {
    let rows: Vec<Vec<&str>> = csv.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let mut scores: Vec<f64> = rows.iter().map(|row| row[4].parse().unwrap()).collect();
    scores.sort_by(f64::total_cmp);
    let median = f64::midpoint(scores[(scores.len() - 1) / 2], scores[scores.len() / 2]);
    let (mut found, mut unknown) = (BTreeMap::new(), 0);
    for row in &rows {
        let Some(name) = of(row) else {
            unknown += 1;
            continue;
        };
        let category: &mut Category = found.entry(name).or_insert(Category { people: 0, above: 0 });
        category.people += 1;
        category.above += usize::from(row[4].parse::<f64>().unwrap() > median);
    }
    (found, unknown)
}

/// The lines of a table of scoring rates as the summary must have them.
fn expected((categories, unknown): &(BTreeMap<String, Category>, usize)) -> Vec<String> {
    let all: usize = categories.values().map(|one| one.people).sum();
    let is_small = |one: &Category| one.people * 50 < all;
    let rate = |one: &Category| one.above as f64 / one.people as f64;
    let highest = categories.values().filter(|one| !is_small(one)).map(rate).fold(0.0, f64::max);
    let line = |(name, one): (&String, &Category)| {
        let (ratio, note) = if is_small(one) {
            ("none".to_owned(), "fewer than 2 % of the rows: takes no part in ratios")
        } else {
            (format!("{:.4}", rate(one) / highest), "takes part")
        };
        let people = thousands(one.people);
        format!("| {name} | {people} | {:.3} | {ratio} | {note} |", rate(one))
    };
    let mut lines: Vec<String> = categories.iter().map(line).collect();
    lines.push(format!("People of unknown category: {unknown}. They take no part in any ratio."));
    lines
}

/// The same lines of the written summary.
fn written(summary: &str, title: &str) -> Vec<String> {
    let section = summary.split("## ").find(|section| section.starts_with(&format!("{title}\n"))).unwrap();
    let table = section.split("| Category |").find(|table| table.starts_with(" Applicants | Scoring rate |")).unwrap();
    let lines = table.lines().filter(|line| line.contains('=') || line.starts_with("People"));
    lines.map(|line| line.replace('\\', "").replace("&amp;", "&")).collect()
}

#[test]
fn scoring_rates_and_their_ratios_are_those_of_a_count_by_the_letter_of_the_rules() {
    let gate = hiring("");
    let _ = gate.run(&["check", "--quiet"]);
    let summary = gate.read("modelgate-out/ll144-summary.md");
    let csv = gate.read("predictions.csv");
    let known = |row: &[&str]| row[1] != "not told";
    let sex = counted(&csv, |row| known(row).then(|| format!("sex={}", row[1])));
    let race = counted(&csv, |row| Some(format!("race_ethnicity={}", row[2])));
    let both = counted(&csv, |row| known(row).then(|| format!("race_ethnicity={} & sex={}", row[2], row[1])));
    assert!(sex.1 == 122 && sex.0.len() == 2 && both.0.len() == 14);
    assert_eq!(written(&summary, "Sex"), expected(&sex));
    assert_eq!(written(&summary, "Race and ethnicity"), expected(&race));
    assert_eq!(written(&summary, "Sex with race and ethnicity"), expected(&both));
}

/// The state of a control of the pack, and why, on 1 June 2026.
fn control(gate: &Gate, anchor: &str) -> (String, String) {
    let mut command = gate.command(&["report", "--quiet", "--format", "json"]);
    let outcome = gate.finish(command.env("SOURCE_DATE_EPOCH", "1780272000")).exits(0);
    let verdict: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let packs = verdict["controls"]["packs"].as_array().unwrap().iter();
    let mut controls = packs.flat_map(|pack| pack["controls"].as_array().unwrap());
    let control = controls.find(|control| control["id"] == format!("nyc-ll144/{anchor}")).unwrap();
    (control["state"].as_str().unwrap().to_owned(), control["reasons"].to_string())
}

#[test]
fn the_posting_clock_runs_from_the_audit_to_six_months_after_the_last_use() {
    let (before, after) = ("5-303.a", "5-303.c");
    let told = |facts: &str, anchor: &str| control(&hiring(facts), anchor);
    let in_use = "  posted_at: the careers page\n  distribution_date: 2026-01-10\n";
    assert_eq!(told(in_use, before).0, "not_run", "nobody says since when it is posted");
    assert_eq!(told(in_use, after).0, "not_run");
    for (facts, anchor, state, why) in [
        ("  posted_on: 2026-01-10\n", before, "needs_review", ""),
        ("  posted_on: 2026-01-11\n", before, "failed", "in use since 2026-01-10, and its summary is posted since 2026-01-11"),
        ("  posted_on: 2999-01-01\n", before, "failed", "which is not yet"),
        ("  posted_on: 2026-01-10\n", after, "needs_review", ""),
        ("  posted_on: 2026-01-10\n  posted_until: 2026-05-31\n", after, "failed", "no last use is declared"),
        (
            "  posted_on: 2026-01-10\n  last_used: 2026-02-28\n  posted_until: 2026-08-27\n",
            after,
            "failed",
            "must be until 2026-08-28",
        ),
        ("  posted_on: 2026-01-10\n  last_used: 2026-02-28\n  posted_until: 2026-08-28\n", after, "needs_review", ""),
    ] {
        let (found, reasons) = told(&format!("{in_use}{facts}"), anchor);
        assert!(found == state && reasons.contains(why), "{facts}: {found}, {reasons}");
    }
    let gate = hiring(&format!("{in_use}  posted_on: 2026-01-10\n  last_used: 2026-02-28\n"));
    let _ = gate.run(&["check", "--quiet"]);
    let summary = gate.read("modelgate-out/ll144-summary.md");
    assert!(summary.contains("last used on 2026-02-28 (declared)") && summary.contains("posted until 2026-08-28"), "{summary}");
}

#[test]
fn days_out_of_order_are_refused_at_their_lines() {
    let gate =
        hiring("  posted_on: 2026-03-01\n  posted_until: 2026-02-01\n  distribution_date: 2026-02-01\n  last_used: 2026-01-01\n");
    let outcome = gate.run(&["check", "--quiet"]).exits(2);
    for text in ["`posted_until` is 2026-02-01, before `posted_on`", "`last_used` is 2026-01-01, before `distribution_date`"] {
        assert!(outcome.stderr.contains(text), "{}", outcome.stderr);
    }
}

#[test]
fn a_small_category_needs_a_reason_and_people_of_unknown_category_a_count() {
    let gate = hiring("");
    assert_eq!(control(&gate, "5-301.d").0, "needs_review", "the reason is declared");
    assert_eq!(control(&gate, "5-301.b.5").0, "needs_review");
    let facts = gate.read("modelgate.system.yml");
    let without: Vec<&str> = facts.lines().filter(|line| !line.contains("small_categories")).collect();
    gate.write("modelgate.system.yml", without.join("\n"));
    let (state, reasons) = control(&gate, "5-301.d");
    assert!(state == "not_run" && reasons.contains("employment.small_categories"), "{state} {reasons}");
    gate.write("modelgate.yml", example("modelgate.yml").replace("selection_rate, scoring_rate, ", ""));
    assert_eq!(control(&gate, "5-301.b.5").0, "not_run", "without a rate nobody is counted");
}
