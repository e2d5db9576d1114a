//! What is done with the documents of a run: ten points that readers rely on, pages, PDFs, and what the Hub reads.

use modelgate_tests::{Gate, Rows};

use super::good;
use crate::data_checks::{amount, jittered, with_columns};

/// A run of which everything is declared, in a repository, with its documents.
fn checked() -> Gate {
    let gate = good();
    let outcome = gate.run(&["check", "--quiet"]);
    assert!(outcome.code < 2, "{outcome:?}");
    gate
}

/// What is said of a point.
fn point(gate: &Gate, number: usize) -> (String, String) {
    let outcome = gate.run(&["documents", "lint"]);
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    let start = lines.iter().position(|line| line.split_whitespace().nth(1) == Some(&number.to_string())).unwrap();
    let told: Vec<&str> = lines[start + 1..].iter().take_while(|line| line.starts_with("    ")).map(|line| line.trim()).collect();
    (lines[start].split_whitespace().next().unwrap().to_owned(), told.join("\n"))
}

#[test]
fn documents_of_a_whole_run_have_no_fault() {
    let gate = checked();
    let outcome = gate.run(&["documents", "lint"]).exits(0);
    let points = outcome.stdout.lines().filter(|line| !line.starts_with(' ')).count();
    assert!(points == 10 && !outcome.stdout.contains("fault"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("the decision is not signed"), "{}", outcome.stdout);
}

#[test]
fn each_point_has_a_fault_that_it_finds() {
    let gate = checked();
    let annex = gate.read("modelgate-out/annex-iv.md");
    let edited = |text: &str| gate.write("modelgate-out/annex-iv.md", text);
    let expect = |number: usize, part: &str| {
        let (word, told) = point(&gate, number);
        assert!(word == "fault" && told.contains(part), "{number}: {word} {told}");
    };
    let nameless: Vec<&str> = annex.lines().filter(|line| !line.contains("ommit")).collect();
    edited(&nameless.join("\n"));
    expect(1, "annex-iv.md does not name the commit");
    expect(10, "annex-iv.md was changed after the run");
    let without_rows: Vec<String> = annex.lines().map(|line| line.replace(", n &#61; ", "; ").replace(", n = ", "; ")).collect();
    edited(&without_rows.join("\n"));
    expect(1, "has a number without its rows");
    edited(&format!("{annex}\n## Empty\n\n## More\n\nTBD\n"));
    expect(3, "is an empty section");
    expect(3, "holds a place: TBD");
    edited(&annex.replace("text of ", "of "));
    expect(9, "names a law without its date or version");
    edited(&annex);
    assert_eq!(point(&gate, 10).0, "person");
    let matrix = gate.read("modelgate-out/control-matrix.md");
    let without: Vec<&str> =
        matrix.lines().filter(|line| !line.starts_with("| gdpr&#8203;/") && !line.starts_with("| gdpr/")).collect();
    gate.write("modelgate-out/control-matrix.md", without.join("\n"));
    expect(4, "has no row in control-matrix.md");
    gate.write("modelgate-out/control-matrix.md", &matrix);
    let settings = gate.read("modelgate.yml");
    gate.write("modelgate.yml", format!("{settings}# later\n"));
    expect(8, "modelgate.yml is not as it was in the run");
    gate.write("modelgate.yml", &settings);
    let log = gate.read("modelgate-ledger.jsonl");
    gate.write("modelgate-ledger.jsonl", "");
    expect(7, "has no whole log with this decision in it");
    gate.write("modelgate-ledger.jsonl", &log);
    gate.git(&["tag", "--annotate", "-m", "x", "v9.0.0"]);
    expect(2, "the tag v9.0.0 is older than the documents");
}

#[test]
fn a_waiver_without_an_owner_is_a_fault() {
    let gate = good();
    let waiver = "waivers:\n  - {rule: missing-slice, reason: later, approved_by: '@risk', expires: 2099-01-01}\n";
    gate.write("modelgate.yml", format!("{}{waiver}", gate.read("modelgate.yml")));
    let outcome = gate.run(&["check", "--quiet"]);
    assert!(outcome.code < 2, "{outcome:?}");
    let (word, told) = point(&gate, 6);
    assert!(word == "fault" && told.contains("the waiver of missing-slice has no owner"), "{word} {told}");
}

#[test]
fn every_document_becomes_a_page_and_what_is_no_document_is_refused() {
    let gate = checked();
    let _ = gate.run(&["documents", "pages"]).exits(0).prints("annex-iv.html");
    for name in
        ["annex-iv", "model-card", "control-matrix", "ll144-summary", "notices", "monitoring-plan", "record-of-processing"]
    {
        let page = scraper::Html::parse_document(&gate.read(&format!("modelgate-out/{name}.html")));
        let count = |selector: &str| page.select(&scraper::Selector::parse(selector).unwrap()).count();
        assert!(count("h1") == 1 && count("h2") > 2 && count("script, img, link, a") == 0, "{name}");
    }
    let _ = gate.run(&["documents", "pages", "modelgate-out/report.html"]).exits(2).says("is no Markdown document");
    let missing = gate.run(&["documents", "pages", "--pdf", "--browser", "no/such/browser", "modelgate-out/notices.md"]).exits(2);
    assert!(missing.stderr.contains("cannot be started"), "{}", missing.stderr);
}

#[test]
fn pages_are_printed_where_chromium_is_there() {
    let gate = checked();
    let outcome = gate.run(&["documents", "pages", "--pdf", "modelgate-out/notices.md"]);
    if outcome.code == 2 {
        assert!(outcome.stderr.contains("no browser is here that prints pages"), "{}", outcome.stderr);
        return;
    }
    let pdf = std::fs::read(gate.path().join("modelgate-out/notices.pdf")).unwrap();
    assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 5_000, "{} bytes", pdf.len());
}

#[test]
fn notices_speak_of_the_chosen_laws_alone() {
    let gate = good();
    let settings = gate.read("modelgate.yml");
    let packs = settings.lines().find(|line| line.starts_with("packs: ")).unwrap().to_owned();
    gate.write("modelgate.yml", settings.replace(&packs, "packs: [nyc-ll144]"));
    let _ = gate.run(&["report", "--quiet", "--output-dir", "fresh"]);
    let notices = gate.read("fresh/notices.md");
    assert!(
        notices.contains("ten business days before") && !notices.contains("GDPR") && !notices.contains("Colorado"),
        "{notices}"
    );
    assert!(!gate.has("fresh/monitoring-plan.md") && !gate.has("fresh/record-of-processing.md"));
}

#[test]
fn the_model_card_begins_with_what_the_hub_reads() {
    let gate = checked();
    let card = gate.read("modelgate-out/model-card.md");
    let matter = card.strip_prefix("---\n").unwrap().split_once("\n---\n").unwrap().0;
    for part in
        ["license: \"other\"", "pipeline_tag: tabular-classification", "tags: [modelgate, tabular]", "model-index:\n- name: "]
    {
        assert!(matter.contains(part), "{part} is not in {matter}");
    }
    assert!(matter.contains("{type: accuracy, value: 0.") && matter.contains("interval 0"), "{matter}");
}

#[test]
fn the_comment_names_the_sections_whose_numbers_differ() {
    let gate = good();
    gate.git(&["tag", "v1.1.0"]);
    let _ = gate.run(&["release", "v1.1.0", "--quiet"]).exits(0);
    let _ = gate.run(&["report", "--quiet"]).exits(0);
    assert!(!gate.read("modelgate-out/comment.md").contains("Measured otherwise"), "the same rows say the same");
    let rows = Rows { jitter: 7, ..jittered() };
    gate.write("predictions.csv", with_columns(&rows, &[("amount", &amount)]));
    let _ = gate.run(&["report", "--quiet"]);
    let comment = gate.read("modelgate-out/comment.md");
    let line = comment.lines().find(|line| line.contains("Measured otherwise")).unwrap_or_else(|| panic!("{comment}"));
    assert!(line.contains("annex-iv") && line.contains("2(g)") || line.contains("2\\(g\\)"), "{line}");
    assert!(line.contains("Evaluation data"), "{line}");
}
