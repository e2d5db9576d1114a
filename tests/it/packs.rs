//! Packs: facts, controls, waivers and statements, from the files that people write to what they read.

mod documents;

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use modelgate_cube::Digest;
use modelgate_tests::{CONFIG, Gate, Rows};
use serde_json::Value;

use crate::data_checks::{amount, jittered, with_columns, with_training_rows};
use crate::{committed, gate, ready};

const FACTS: &str = include_str!("../facts/complete.system.yml");

/// Every shipped pack, as a choice of the settings.
const PACKS: &str = "packs: [eu-ai-act, nyc-ll144, gdpr, nist-ai-rmf, iso-42001, ccpa-admt, us-employment, ecoa-reg-b, sr-26-2, \
                     colorado-sb26-189, colorado-sb24-205, canada-dadm, ai-verify, iso-23894, iso-tr-24027]\n";

const LIMITS: &str = "  - metric: accuracy\n    slices: every\n    lower_bound: 0.3\n  - metric: demographic_parity_difference\n    upper_bound: 0.6\n";

fn verdict(gate: &Gate) -> serde_json::Value {
    let outcome = gate.run(&["report", "--quiet", "--format", "json"]).exits(0);
    serde_json::from_str(&outcome.stdout).unwrap()
}

/// The state of every automatic control that still applies, in force or not.
fn auto_states(verdict: &serde_json::Value) -> BTreeMap<String, (String, String)> {
    let packs = verdict["controls"]["packs"].as_array().unwrap();
    let controls = packs.iter().flat_map(|pack| pack["controls"].as_array().unwrap());
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let state = |control: &serde_json::Value| {
        let state = control["otherwise"].as_str().unwrap_or_else(|| control["state"].as_str().unwrap());
        (text(&control["id"]), (state.to_owned(), control["reasons"].to_string()))
    };
    // The effects test of Regulation B is about credit, and has ended.
    let asked = controls.filter(|control| control["class"] == "auto" && control["state"] != "superseded");
    let asked = asked.filter(|control| control["id"] != "ecoa-reg-b/1002.6.a");
    asked.map(state).collect()
}

fn digest(gate: &Gate, file: &str) -> String {
    modelgate_cube::Digest::of(gate.read(file).as_bytes()).to_string()
}

fn commit(gate: &Gate) {
    gate.git(&["add", "."]);
    gate.git(&["commit", "-qm", "next"]);
}

/// The settings of a candidate with training rows, approved files, and these limits besides those of its release.
fn settings(gate: &Gate, limits: &str) -> String {
    let source = |file: &str| format!("    - {{path: {file}, sha256: \"{}\", origin: here}}\n", digest(gate, file));
    let sources = format!("  sources:\n{}{}", source("predictions.csv"), source("train.csv"));
    let data = format!("  id: id\n  train_path: train.csv\n{sources}");
    format!("{}{limits}{PACKS}system: modelgate.system.yml\n", CONFIG.replace("  id: id\n", &data))
}

/// A candidate of which everything is declared and nothing fails.
fn good() -> Gate {
    let gate = with_training_rows(0).with("modelgate.system.yml", FACTS);
    gate.write("modelgate.yml", settings(&gate, LIMITS));
    let measured = verdict(&gate)["measurements"].as_array().unwrap().iter().find_map(|entry| {
        let of_all = entry["metric"] == "accuracy" && entry["subject"] == serde_json::json!({"slice": {}});
        of_all.then(|| entry["estimate"]["value"].as_f64().unwrap())
    });
    let level = format!("performance: [{{metric: accuracy, value: {:.3}}}]\n", measured.unwrap());
    gate.write("modelgate.system.yml", format!("{FACTS}{level}"));
    commit(&gate);
    gate
}

/// A candidate that is worse for women, whose rows repeat, and whose limits were loosened with it.
fn bad() -> Gate {
    let gate = good();
    let rows = Rows { pull_down: 0.4, ..jittered() };
    let text = with_columns(&rows, &[("amount", &|row| if row % 4 == 0 { String::new() } else { amount(row % 40) })]);
    gate.write("predictions.csv", text);
    let limits = "  - metric: accuracy\n    slices: every\n    lower_bound: 0.95\n  \
                  - metric: demographic_parity_difference\n    upper_bound: 0.01\n";
    let approved = digest(&gate, "train.csv");
    let loosened = settings(&gate, limits).replace("max_regression: 0.1", "max_regression: 0.2");
    let loosened = loosened.replacen("lower_bound: 0.5\n", "lower_bound: 0.95\n", 1);
    gate.write("modelgate.yml", loosened.replace(&approved, &"0".repeat(64)));
    let facts = gate.read("modelgate.system.yml").replace("lower_bound: 0.5", "lower_bound: 0.99");
    gate.write("modelgate.system.yml", facts.replace("\"metric:true_positive_rate\", \"slice:sex\"", "\"slice:age\""));
    gate
}

/// Nothing is declared, nothing is in git, and nothing but one number of all rows is measured.
fn bare() -> Gate {
    let config = CONFIG
        .replace("  slices: [sex, region]\n", "")
        .replace("true_positive_rate\n    slices: every\n    max_regression: 0.1", "recall\n    lower_bound: 0.1");
    gate()
        .with("modelgate.yml", format!("{config}data_checks: {{enabled: false}}\n{PACKS}"))
        .with("predictions.csv", Rows::default().csv())
}

/// What a run can only lack and never contradict: that something was measured, written down or recorded.
const ONLY_LACK: [&str; 12] = [
    "eu-ai-act/art_10.par_2.e",
    "eu-ai-act/art_10.par_2.f",
    "eu-ai-act/art_13.par_3.b.v",
    "eu-ai-act/anx_4.pt_4",
    "nyc-ll144/5-301.b.sex",
    "nyc-ll144/5-301.b.race",
    "nyc-ll144/5-301.b.crossed",
    "gdpr/art_5.par_2",
    "nist-ai-rmf/measure-2.1",
    "iso-23894/6.7",
    "iso-tr-24027/7",
    "ai-verify/3",
];

#[test]
fn every_automatic_control_passes_in_one_run_and_does_not_in_another() {
    let good = auto_states(&verdict(&good()));
    let wrong: Vec<_> = good.iter().filter(|(_, (state, _))| state != "passed").collect();
    assert!(good.len() > 30 && wrong.is_empty(), "{wrong:#?}");
    let bad = auto_states(&verdict(&bad()));
    let failed: BTreeSet<&str> = bad.iter().filter(|(_, (state, _))| state == "failed").map(|(id, _)| id.as_str()).collect();
    let others: Vec<&str> =
        good.keys().map(String::as_str).filter(|id| !failed.contains(id) && !ONLY_LACK.contains(id)).collect();
    assert!(others.is_empty(), "did not fail: {:#?}", others.iter().map(|id| (id, &bad[*id])).collect::<Vec<_>>());
    let passed: Vec<_> = auto_states(&verdict(&bare())).into_iter().filter(|(_, (state, _))| state == "passed").collect();
    assert!(passed.is_empty(), "{passed:#?}");
}

/// A pack of one's own with one control, and the settings that choose it.
fn own(control: &str, more: &str) -> Gate {
    let pack = format!(
        "version: 1\npack: ours\nedition: \"1\"\ntitle: Our rules\njurisdiction: ours\ncitation: Handbook\nreference: wiki\ndated: 2026-01-01\n\
         max_waiver_days: 30\ncontrols:\n- {{at: r1, cites: Rule 1, title: What it asks, {control}}}\n"
    );
    ready().with("ours.yml", pack).with("modelgate.yml", format!("{CONFIG}{more}"))
}

const OPEN: &str = "class: auto, evidence: [search.made]";
const FAILS: &str = "class: auto, evidence: [not(record.log)]";
const JUDGED: &str = "class: mixed, evidence: [record.log]";

fn chosen(enforce: bool) -> String {
    // Without a release, gates on changes are not evaluated and fail the run by themselves.
    format!("rules: {{no-baseline: warn, metric-not-evaluated: warn}}\npacks: [{{path: ours.yml, enforce: {enforce}}}]\n")
}

#[test]
fn controls_fail_the_gate_only_where_their_pack_is_enforced() {
    for (control, enforce, code) in
        [(FAILS, false, 0), (FAILS, true, 1), (OPEN, false, 0), (OPEN, true, 1), (JUDGED, false, 0), (JUDGED, true, 3)]
    {
        let gate = own(control, &chosen(enforce));
        let outcome = gate.run(&["check", "--quiet"]).exits(code);
        assert!(outcome.stdout.contains("controls of ours: 1 "), "{}", outcome.stdout);
        assert!(gate.read("modelgate-out/comment.md").contains("Our rules"), "{control}");
    }
    let comment = {
        let gate = own(FAILS, &chosen(false));
        let _ = gate.run(&["check", "--quiet"]).exits(0);
        gate.read("modelgate-out/comment.md")
    };
    assert!(comment.contains("1 failed") && comment.contains("Rule 1, What it asks"), "{comment}");
    assert!(!comment.to_lowercase().contains("complian"), "{comment}");
}

#[test]
fn a_run_without_packs_writes_no_matrix_and_says_nothing_of_controls() {
    let gate = ready();
    let _ = gate.run(&["report", "--quiet"]).exits(0);
    assert!(!gate.has("modelgate-out/control-matrix.md"));
    assert!(verdict(&gate).get("controls").is_none());
}

fn waived(granted: &str, expires: &str) -> String {
    format!(
        "{}waivers:\n  - {{control: ours/r1, reason: known, approved_by: risk officer, granted: {granted}, expires: {expires}}}\n",
        chosen(true)
    )
}

#[test]
fn a_waiver_of_a_control_is_capped_by_its_pack_and_ends_on_its_day() {
    let state = |granted: &str, expires: &str| {
        let gate = own(FAILS, &waived(granted, expires));
        let found = verdict(&gate);
        found["controls"]["packs"][0]["controls"][0]["state"].as_str().unwrap().to_owned()
    };
    // The day cannot be set back: these are far enough in the future or the past of any test.
    assert_eq!(state("2026-01-01", "2026-01-20"), "failed", "expired");
    assert_eq!(state("2020-01-01", "2999-12-31"), "failed", "longer than the pack allows");
    let shipped = ready().with(
        "modelgate.yml",
        format!(
            "{CONFIG}packs: [nist-ai-rmf]\nwaivers:\n  - {{control: gdpr/art_5.par_1.d, reason: known, approved_by: dpo, granted: 2026-01-01, expires: 2026-12-31}}\n  \
             - {{control: gdpr/art_99, reason: r, approved_by: a, granted: 2026-01-01, expires: 2026-01-02}}\n  \
             - {{control: eu-ai-act/art_4, reason: r, approved_by: a, granted: 2026-01-01, expires: 2026-01-02}}\n  \
             - {{control: gdpr/art_13, reason: r, approved_by: a, expires: 2026-01-02}}\n"
        ),
    );
    let outcome = shipped.run(&["config", "check"]).exits(2);
    for part in [
        "holds for 364 days, and its pack allows 60",
        "there is no control `gdpr/art_99`",
        "`eu-ai-act` is not chosen",
        "needs `granted`",
    ] {
        assert!(outcome.stderr.contains(part), "{part} is not in\n{}", outcome.stderr);
    }
}

fn statement(digest: &str, by: &str) -> String {
    format!(
        "version: 1\nsystem: {{id: s, name: S}}\npeople: {{developers: ['@maker']}}\nstatements:\n  \
         - {{id: S1, for: [ours/r1], text: I looked at it., by: '{by}', role: risk officer, date: 2026-05-01, evidence_digest: {digest}}}\n"
    )
}

#[test]
fn a_statement_is_bound_to_the_evidence_of_its_run() {
    let more = format!("{}system: facts.yml\n", chosen(true));
    let gate = own(JUDGED, &more).with("facts.yml", statement(&"0".repeat(64), "@risk"));
    let before = verdict(&gate);
    assert_eq!(before["controls"]["packs"][0]["controls"][0]["state"], "needs_review");
    assert!(before["findings"].as_array().unwrap().iter().any(|finding| finding["rule"] == "stale-statement"), "{before:#}");
    let digest = before["controls"]["evidence_digest"].as_str().unwrap().to_owned();
    gate.write("facts.yml", statement(&digest, "@risk"));
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    assert!(gate.read("modelgate-out/control-matrix.md").contains("S1"));
    gate.write("predictions.csv", jittered().csv());
    let _ = gate.run(&["check", "--quiet"]).exits(3);
    let independent = own(&format!("{JUDGED}, independent: true"), &more);
    independent.write("facts.yml", statement(&digest, "@maker"));
    let _ = independent.run(&["check", "--quiet"]).exits(3);
    independent.write("facts.yml", statement(&digest, "@risk"));
    let _ = independent.run(&["check", "--quiet"]).exits(0);
}

#[test]
fn mistakes_in_facts_and_packs_end_the_run_with_their_lines() {
    let gate = own(OPEN, &format!("{}system: facts.yml\n", chosen(false)));
    gate.write("facts.yml", "version: 1\nsystem: {id: s, name: S}\npurpos: {intended: x}\ndecision: {kind: credit}\nrisk_class: {eu_ai_act: minimal}\n");
    let outcome = gate.run(&["check", "--quiet"]).exits(2);
    for part in ["facts.yml:3", "there is no key `purpos`", "did you mean `purpose`", "facts.yml:5", "Annex III, point 5(b)"] {
        assert!(outcome.stderr.contains(part), "{part} is not in\n{}", outcome.stderr);
    }
    let unknown = ready().with("modelgate.yml", format!("{CONFIG}packs: [eu-ai-ac, {{path: none.yml}}]\n"));
    let _ = unknown.run(&["check", "--quiet"]).exits(2).says("did you mean `eu-ai-act`");
    let future = own(OPEN, &chosen(false));
    future.write("ours.yml", future.read("ours.yml").replace("dated: 2026-01-01", "dated: 2999-01-01"));
    let _ = future.run(&["check", "--quiet"]).exits(2).says("the pack ours is of 2999-01-01, which is not yet");
    let over = own(OPEN, &chosen(true));
    over.write("ours.yml", over.read("ours.yml").replace("dated:", "applies_until: 2026-01-02\ndated:"));
    let _ = over
        .run(&["check", "--quiet"])
        .exits(2)
        .says("the pack ours is enforced and asks for nothing any more")
        .says("2026-01-02");
    let circle = own(OPEN, "packs: [{path: ours.yml}, {path: theirs.yml}]\n");
    let pack = circle.read("ours.yml");
    circle.write("ours.yml", pack.replace("dated:", "superseded_by: theirs\ndated:"));
    circle.write("theirs.yml", pack.replace("pack: ours", "pack: theirs").replace("dated:", "superseded_by: ours\ndated:"));
    let _ = circle.run(&["check", "--quiet"]).exits(2).says("ours, then theirs, then ours");
    let missing = ready().with("modelgate.yml", format!("{CONFIG}packs: [{{path: none.yml}}]\n"));
    let _ = missing.run(&["check", "--quiet"]).exits(2).says("none.yml");
}

#[test]
fn packs_are_listed_shown_compared_and_explained() {
    let gate = gate();
    let list = gate.run(&["packs", "list"]).exits(0).stdout;
    assert!(
        list.contains("eu-ai-act") && list.contains("72 controls") && list.contains("(superseded by colorado-sb26-189)"),
        "{list}"
    );
    let shown = gate.run(&["packs", "show", "sr-11-7"]).exits(0).stdout;
    assert!(shown.contains("sr-26-2/MRM-7") && shown.contains("decided by a run"), "{shown}");
    let diff = gate.run(&["packs", "diff", "colorado-sb24-205", "colorado-sb26-189"]).exits(0).stdout;
    assert!(diff.contains("- duty-of-care") && diff.contains("+ dep.notice"), "{diff}");
    let same = gate.run(&["packs", "diff", "gdpr", "gdpr"]).exits(0).stdout;
    assert!(same.contains("both ask for the same"), "{same}");
    let outdated = gate.run(&["packs", "outdated"]).exits(0).stdout;
    assert!(outdated.contains("colorado-sb24-205") && outdated.contains("never held against its source"), "{outdated}");
    let explained = gate.run(&["explain", "eu-ai-act/art_9.par_8"]).exits(0).stdout;
    for part in ["Article 9(8)", "policy.committed", "2027-12-02", "90 days"] {
        assert!(explained.contains(part), "{part} is not in\n{explained}");
    }
    let _ = gate.run(&["explain", "eu-ai-act/art_999"]).exits(2).says("has no control");
    let _ = gate.run(&["packs", "show", "nothing"]).exits(2).says("there is no pack");
    assert!(gate.run(&["packs", "terms"]).exits(0).stdout.contains("purpose.intended"));
}

#[test]
fn what_is_measured_stays_inside_where_not_everybody_may_know_the_rows() {
    let gate = bad();
    let _ = gate.run(&["report", "--quiet", "--profile", "restricted"]).exits(0);
    let matrix = gate.read("modelgate-out/control-matrix.md");
    assert!(matrix.contains("❌ failed") && !matrix.contains("sex=F"), "{matrix}");
}

#[test]
fn documents_that_controls_feed_are_written_with_marks_gaps_and_laws() {
    let gate = good();
    let _ = gate.run(&["report", "--quiet"]);
    let documents = [
        "annex-iv",
        "instructions-for-use",
        "monitoring-plan",
        "model-validation",
        "impact-inputs",
        "record-of-processing",
        "notices",
        "ll144-summary",
        "statement-of-applicability",
    ];
    for document in documents {
        let text = gate.read(&format!("modelgate-out/{document}.md"));
        assert!(text.contains("Made for:") && text.contains("It is not legal advice."), "{document}: {text}");
        assert!(!text.to_lowercase().contains("complian") && !text.contains("TBD"), "{document}");
    }
    let annex = gate.read("modelgate-out/annex-iv.md");
    for part in ["## 2\\(g\\) ", "(declared, ", "(measured, evidence sha256", "What a responsible person attests", "n = 4"] {
        assert!(annex.contains(part), "{part} is not in\n{annex}");
    }
    let summary = gate.read("modelgate-out/ll144-summary.md");
    for part in ["| sex=F |", "1.0000", "People of unknown category: 0", "independent auditor is required"] {
        assert!(summary.contains(part), "{part} is not in\n{summary}");
    }
    let applicability = gate.read("modelgate-out/statement-of-applicability.md");
    assert_eq!(applicability.lines().filter(|line| line.starts_with("| A")).count(), 38, "{applicability}");
}

#[test]
fn facts_that_changed_are_named_with_the_sections_that_say_them() {
    let gate = good();
    gate.git(&["tag", "v1.1.0"]);
    let _ = gate.run(&["release", "v1.1.0", "--quiet"]).exits(0);
    let rows = Rows { jitter: 2, ..jittered() };
    gate.write("predictions.csv", with_columns(&rows, &[("amount", &amount)]));
    let _ = gate.run(&["report", "--quiet"]).exits(0);
    assert!(!gate.read("modelgate-out/comment.md").contains("Declared otherwise"));
    gate.write("modelgate.system.yml", gate.read("modelgate.system.yml").replace("lifetime: five years", "lifetime: six years"));
    let _ = gate.run(&["report", "--quiet"]).exits(0);
    let comment = gate.read("modelgate-out/comment.md");
    let line = comment.lines().find(|line| line.contains("Declared otherwise")).unwrap_or_else(|| panic!("{comment}"));
    assert!(line.contains("lifetime") && line.contains("instructions-for-use"), "{line}");
}

#[test]
fn a_change_of_a_pack_shows_the_states_that_it_changes() {
    let gate = own("class: auto, evidence: [record.log]", &chosen(false));
    let _ = gate.run(&["report", "--quiet"]).exits(0);
    let gate = crate::released(gate).with("predictions.csv", jittered().csv());
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    assert!(!gate.read("modelgate-out/comment.md").contains("the pack changed"));
    let pack = gate
        .read("ours.yml")
        .replace("evidence: [record.log]", "evidence: [not(record.log)]")
        .replace("edition: \"1\"", "edition: \"2\"");
    gate.write("ours.yml", format!("{pack}- {{at: r2, cites: Rule 2, title: More, class: auto, evidence: [record.log]}}\n"));
    let outcome = gate.run(&["check", "--quiet"]).exits(0);
    assert!(outcome.stdout.contains("by its change, r1: passed -> failed"), "{}", outcome.stdout);
    let change = verdict(&gate)["controls"]["packs"][0]["changed"].clone();
    let told = serde_json::json!({"version": "1", "controls": [
        {"control": "r1", "before": "passed", "now": "failed"},
        {"control": "r2", "before": null, "now": "passed"},
    ]});
    assert_eq!(change, told);
    for document in ["comment.md", "control-matrix.md", "report.html"] {
        assert!(
            gate.read(&format!("modelgate-out/{document}")).contains("the pack changed since the previous release"),
            "{document}"
        );
    }
}

/// The gate of a rule's pair: the control, and facts where there are some.
pub(crate) fn speaking(control: &str, with_statement: bool) -> Gate {
    let gate = crate::released(ready());
    let pack = own(control, "").read("ours.yml");
    gate.write("ours.yml", pack);
    let system = if with_statement { "system: facts.yml\n" } else { "" };
    gate.write("modelgate.yml", format!("{CONFIG}packs: [{{path: ours.yml}}]\n{system}"));
    gate.write("facts.yml", statement(&"0".repeat(64), "@risk"));
    gate.with("predictions.csv", jittered().csv())
}

/// The path of the object of the trail with these bytes.
fn object_of(bytes: &[u8]) -> String {
    let digest = Digest::of(bytes).to_string();
    let [one, two, three] = [0, 1, 2].map(|place| &digest[place..=place]);
    format!("trail/objects/{one}/{two}/{three}/{digest}")
}

#[test]
fn a_pack_that_comes_with_another_modelgate_shows_which_states_that_changes() {
    let gate = ready();
    gate.write("modelgate.yml", format!("{CONFIG}packs: [nist-ai-rmf]\n"));
    committed(&gate);
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    let _ = gate.run(&["audit", "append"]).exits(0);
    gate.git(&["tag", "v1.0.0"]);
    let _ = gate.run(&["release", "v1.0.0", "--quiet"]).exits(0);
    gate.write("predictions.csv", Rows { jitter: 1, ..Rows::default() }.csv());
    let changed = |gate: &Gate| {
        let _ = gate.run(&["check", "--quiet"]).exits(0);
        verdict(gate)["controls"]["packs"][0]["changed"].clone()
    };
    assert_eq!(changed(&gate), Value::Null);
    // The pack of then did not have its last control yet.
    let mut last = String::new();
    crate::trail::rewritten(&gate, |gate| {
        let objects = crate::trail::files(gate, "objects");
        let with = |start: &str, part: &str| {
            let found = objects.iter().map(|path| gate.read(path)).find(|text| text.starts_with(start) && text.contains(part));
            found.unwrap_or_else(|| panic!("{start} {part}"))
        };
        let pack = objects.iter().map(|path| gate.read(path)).find(|text| text.contains("pack: nist-ai-rmf\n")).unwrap();
        let start = pack.rfind("\n- {at: ").unwrap() + 1;
        last = pack[start..].split(['{', ',']).nth(1).unwrap().trim_start_matches("at: ").to_owned();
        let older = &pack[..start];
        let root = with("{", &Digest::of(pack.as_bytes()).to_string());
        let older_root = root.replace(&Digest::of(pack.as_bytes()).to_string(), &Digest::of(older.as_bytes()).to_string());
        for text in [older, &older_root] {
            gate.write(&object_of(text.as_bytes()), text);
        }
        for path in objects.iter().filter(|path| gate.read(path).starts_with("{\"payloadType\"")) {
            let mut envelope: Value = serde_json::from_str(&gate.read(path)).unwrap();
            let statement = String::from_utf8(STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap()).unwrap();
            let of = |text: &str| Digest::of(text.as_bytes()).to_string();
            envelope["payload"] = STANDARD.encode(statement.replace(&of(&root), &of(&older_root))).into();
            gate.write(path, envelope.to_string());
        }
    });
    let change = changed(&gate);
    let added = change["controls"].as_array().unwrap_or_else(|| panic!("{change}"));
    assert_eq!(added.len(), 1, "{change}");
    assert_eq!((added[0]["control"].as_str(), &added[0]["before"]), (Some(last.as_str()), &Value::Null));
    assert!(gate.read("modelgate-out/comment.md").contains("the pack changed"), "the comment tells of it");
}
