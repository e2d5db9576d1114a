//! Documents from facts: marks, gaps with their numbers, and nothing made up.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use modelgate_policy::{Fact, FactValue, Origin};

use super::*;
use crate::fixture;

fn with_facts(report: &mut Report, facts: &[(&str, FactValue)]) {
    for (place, value) in facts {
        let origin = Origin { file: None, path: (*place).to_owned(), line: 7 };
        report.verdict.controls.facts.values.insert((*place).to_owned(), Fact { value: value.clone(), origin });
    }
}

fn text(text: &str) -> FactValue {
    FactValue::Text(text.to_owned())
}

/// A report whose pack has this name.
fn chosen(pack: &str) -> Report {
    let mut report = fixture::with_controls();
    pack.clone_into(&mut report.verdict.controls.packs[0].pack.id);
    report
}

fn body(report: &Report, kind: DocumentKind) -> String {
    let documents = render(report).unwrap();
    documents.into_iter().find(|document| document.kind == kind).unwrap().body
}

#[test]
fn packs_ask_for_their_documents_and_no_others() {
    let kinds = |pack: &str| render(&chosen(pack)).unwrap().iter().map(|document| document.path).collect::<Vec<_>>();
    let of_the_union = ["annex-iv.md", "instructions-for-use.md", "monitoring-plan.md", "impact-inputs.md", "notices.md"];
    assert_eq!(kinds("eu-ai-act"), of_the_union);
    assert_eq!(kinds("gdpr"), ["impact-inputs.md", "record-of-processing.md", "notices.md"]);
    assert_eq!(kinds("sr-26-2"), ["model-validation.md"]);
    assert_eq!(kinds("nyc-ll144"), ["notices.md", "ll144-summary.md"]);
    assert_eq!(kinds("iso-42001"), ["statement-of-applicability.md"]);
    assert!(kinds("nist-ai-rmf").is_empty());
}

#[test]
fn every_sentence_says_what_it_is_and_a_missing_fact_is_a_numbered_gap() {
    let mut report = chosen("eu-ai-act");
    let risk = BTreeMap::from([("id".to_owned(), text("R1")), ("text".to_owned(), text("wrong"))]);
    with_facts(&mut report, &[("purpose.intended", text("To sort mail")), ("risks", FactValue::Items(vec![risk]))]);
    let annex = body(&report, DocumentKind::AnnexIv);
    assert!(annex.contains("To sort mail") && annex.contains("(declared, purpose&#8203;.intended:&#8203;7)"), "{annex}");
    assert!(annex.contains("R1") && annex.contains("(measured, evidence sha256 "), "{annex}");
    let gaps: Vec<&str> = annex.lines().filter(|line| line.contains("not provided by the owner")).collect();
    assert!(gaps.len() > 10 && gaps[0].contains("gap 1"), "{gaps:?}");
    assert!(!annex.contains("TBD") && !annex.contains("TODO"));
    let listed = annex.split("## Gaps").nth(1).unwrap();
    assert!(listed.contains("| 1 |") && listed.contains("data"), "{listed}");
}

#[test]
fn numbers_come_with_interval_rows_and_method() {
    let instructions = body(&chosen("eu-ai-act"), DocumentKind::Instructions);
    let line = instructions.lines().find(|line| line.contains("Recall, overall")).unwrap();
    assert!(line.contains('[') && line.contains("n = ") && line.contains("Wilson"), "{line}");
}

#[test]
fn the_statement_of_applicability_has_a_row_for_each_control() {
    let report = chosen("iso-42001");
    let page = body(&report, DocumentKind::Applicability);
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| Control")).count();
    assert!(rows >= report.verdict.controls.packs[0].controls.len(), "{page}");
    assert!(page.contains("| no |") && page.contains("| yes |"), "{page}");
}

#[test]
fn the_public_summary_has_gaps_instead_of_tables_where_columns_are_not_declared() {
    let page = body(&chosen("nyc-ll144"), DocumentKind::AuditSummary);
    assert!(page.contains("independent auditor is required") && page.contains("gap "), "{page}");
}

#[test]
fn the_public_summary_has_a_table_where_rates_were_measured() {
    let mut report = chosen("nyc-ll144");
    let rate = fixture::metric("selection_rate");
    for (name, value, rows) in [("sex=F", 0.4, 400), ("sex=M", 0.5, 600), ("sex=X", 1.0, 4)] {
        let subject = fixture::slice(name);
        report.evaluation.insert(rate, subject.clone(), fixture::measured(value, rows));
        if let modelgate_eval::Subject::Slice(slice) = &subject {
            report.evaluation.note_rows(slice, rows);
        }
    }
    let unknown = FactValue::Texts(vec!["X".to_owned()]);
    with_facts(&mut report, &[("employment.sex", text("sex")), ("employment.unknown_levels", unknown)]);
    let page = body(&report, DocumentKind::AuditSummary);
    assert!(page.contains("| sex=F | 400 | 0.400 | 0.8000 | takes part |"), "{page}");
    assert!(page.contains("| sex=M | 600 | 0.500 | 1.0000 | takes part |"), "{page}");
    assert!(page.contains("People of unknown category: 4.") && page.contains("(gap 1)") || page.contains("gap 1"), "{page}");
}
