//! `dataset-card.md`: a data card in the order of Gebru et al. (2021), with gaps where only the owner can answer.

use crate::RenderError;
use crate::document::{Document, DocumentKind};
use crate::escape::Shown;
use crate::facts::Facts;
use crate::number;
use crate::report::Report;
use crate::template;
use crate::tree::{Node, fields};
use crate::words;

/// What no measurement can tell. An empty answer is shown as a numbered gap.
const QUESTIONS: [&str; 6] = [
    "Purpose: what the data was made for",
    "Origin: where the rows come from",
    "Collected: when, by whom, and with which consent or lawful basis",
    "Labelling: who said what the labels are, and how",
    "License",
    "Steward: who answers questions about it",
];

/// Renders `dataset-card.md`.
pub fn render_dataset_card(report: &Report) -> Result<Document, RenderError> {
    let body = template::markdown(DocumentKind::DatasetCard, modelgate_templates::DATASET_CARD_MD, view(report))?;
    Ok(Document::new(DocumentKind::DatasetCard, body))
}

fn view(report: &Report) -> Node {
    let facts = Facts::new(report);
    let gap = |(index, question): (usize, &&'static str)| fields! { number: Shown::phrase(index + 1), question: *question };
    let findings = report.verdict.findings.iter().filter(|finding| finding.rule.is_about_data());
    fields! {
        model_name: Shown::name(&report.model_name),
        gaps: QUESTIONS.iter().enumerate().map(gap).collect::<Vec<_>>(),
        gap_count: Shown::phrase(number::many(QUESTIONS.len())),
        evaluated: Shown::sentence(&report.data_files.evaluated),
        training: report.data_files.training.as_ref().map(|training| {
            fields! { name: Shown::sentence(&training.name), digest: Shown::phrase(training.digest) }
        }),
        findings: findings.map(|finding| facts.finding(finding)).collect::<Vec<_>>(),
        data: crate::data_checks::node(report),
        drift: crate::drift::sections(report),
        without_columns: crate::drift::unknown(report),
        withheld: facts.withheld(),
        provenance: facts.provenance(),
        not_advice: words::NOT_ADVICE,
    }
}
