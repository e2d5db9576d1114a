//! `model-card.md`: a model card in the order of Mitchell et al. (2019), with gaps where only the owner can answer.

mod front_matter;

use modelgate_eval::{METRICS, MetricId, MetricKind, Subject};

use crate::RenderError;
use crate::document::{Document, DocumentKind};
use crate::escape::Shown;
use crate::facts::{Facts, is_overall};
use crate::headline::verdict_line;
use crate::number;
use crate::report::{ModelFacts, Report};
use crate::template;
use crate::tree::{Node, fields};
use crate::words;

/// What no measurement can tell, by section, in the order of the card, each with the place of the fact that answers it. What is not
/// declared is shown as a numbered gap.
const QUESTIONS: [(&str, &[(&str, &str)]); 5] = [
    ("details", &[("Developed by", "provider.name"), ("License", "system.license"), ("Contact", "provider.contact")]),
    (
        "use",
        &[
            ("Primary intended uses", "purpose.intended"),
            ("Primary intended users", "purpose.users"),
            ("Out-of-scope uses", "purpose.out_of_scope"),
        ],
    ),
    ("data", &[("Why this evaluation data", "design.testing"), ("How the evaluation data was collected", "data")]),
    ("training", &[("How the training data was collected", "data"), ("Consent and lawful basis", "legal_basis")]),
    ("ethics", &[("Risks and harms that were considered", "risks"), ("Mitigations", "mitigations")]),
];

/// The sections that facts answer: the name of their questions, their title, and the places of the facts.
pub(crate) const SECTIONS: [(&str, &str, &[&str]); 5] = [
    ("details", "Model details", &["provider.name", "system.license", "provider.contact"]),
    ("use", "Intended use", &["purpose.intended", "purpose.users", "purpose.out_of_scope"]),
    ("data", "Evaluation data", &["design.testing", "data"]),
    ("training", "Training data", &["data", "legal_basis"]),
    ("ethics", "Ethical considerations", &["risks", "mitigations"]),
];

/// Renders `model-card.md`.
pub fn render_model_card(report: &Report) -> Result<Document, RenderError> {
    let facts = Facts::new(report);
    let body = template::markdown(DocumentKind::ModelCard, modelgate_templates::MODEL_CARD_MD, view(&facts))?;
    let body = front_matter::front_matter(report) + &body;
    Ok(Document::new(DocumentKind::ModelCard, body))
}

fn view(facts: &Facts<'_>) -> Node {
    let report = facts.report;
    let (missing, new) = facts.one_sided();
    let subjects: Vec<_> = report.evaluation.iter().map(|(metric, subject, _)| (metric, subject)).collect();
    let rows = |wanted: fn(MetricId, &Subject) -> bool| -> Vec<Node> {
        let rows = subjects.iter().filter(|(metric, subject)| wanted(*metric, subject));
        rows.map(|(metric, subject)| facts.measurement(*metric, subject)).collect()
    };
    fields! {
        headline: Shown::phrase(verdict_line(report)),
        model_name: Shown::name(&report.model_name),
        model: model(&report.model),
        gaps: gaps(report),
        gap_count: Shown::phrase(open_questions(report)),
        axes: axes(report),
        metrics: metrics(report),
        overall: rows(|metric, subject| is_overall(subject) && metric.metric().kind == MetricKind::Slice),
        groups: rows(|metric, _| metric.metric().kind == MetricKind::AcrossGroups),
        slices: rows(|metric, subject| !is_overall(subject) && metric.metric().kind != MetricKind::AcrossGroups),
        total: Shown::phrase(number::counted(report.verdict.counts.total, "check", "checks")),
        counts: facts.counts(),
        compared: report.comparison.is_some(),
        mixes: crate::mixes::rows(facts),
        retrained: crate::retraining::sentence(facts),
        retraining: crate::retraining::rows(facts),
        changed: crate::comment::tendencies(facts),
        drift: crate::drift::sections(report),
        undefined: facts.undefined(),
        low_support: facts.low_support(),
        withheld: facts.withheld(),
        missing: missing,
        new: new,
        findings: report.verdict.findings.iter().map(|finding| facts.finding(finding)).collect::<Vec<_>>(),
        waived: facts.worst_first.iter().filter(|check| check.state.id() == "waived").map(|check| facts.check(check)).collect::<Vec<_>>(),
        provenance: facts.provenance(),
        not_advice: words::NOT_ADVICE,
        adjusted: words::ADJUSTED,
    }
}

fn model(model: &ModelFacts) -> Node {
    let pairs = |list: &[(String, String)]| -> Vec<Node> {
        list.iter().map(|(name, text)| fields! { name: Shown::name(name), text: Shown::sentence(text) }).collect()
    };
    let coefficient = |(name, value): &(String, f64)| fields! { name: Shown::name(name), value: number_of(*value) };
    fields! {
        kind: Shown::sentence(&model.kind),
        rows_trained: model.rows_trained.map(|rows| Node::from(Shown::phrase(number::whole(rows)))),
        features: pairs(&model.features),
        dropped: pairs(&model.dropped),
        settings: pairs(&model.settings),
        coefficients: model.coefficients.iter().map(coefficient).collect::<Vec<_>>(),
    }
}

fn number_of(value: f64) -> Shown {
    Shown::phrase(number::fixed(value))
}

/// Every question, numbered through the whole card.
fn gaps(report: &Report) -> Node {
    let mut number = 0;
    let mut section = |questions: &[(&'static str, &'static str)]| -> Node {
        let gap = |(question, place): &(&'static str, &'static str)| {
            if let Some(fact) = report.verdict.controls.facts.values.get(*place) {
                let source = format!("declared, {}:{}", Shown::name(&fact.origin.path), fact.origin.line);
                return fields! { question: *question, answer: Shown::sentence(&fact.value.to_string()), source: Shown::phrase(source) };
            }
            number += 1;
            fields! { question: *question, answer: false, number: Shown::phrase(number) }
        };
        Node::List(questions.iter().map(gap).collect())
    };
    Node::Fields(QUESTIONS.iter().map(|(name, questions)| (*name, section(questions))).collect())
}

/// How many questions nobody has answered.
fn open_questions(report: &Report) -> usize {
    let declared = &report.verdict.controls.facts.values;
    QUESTIONS.iter().flat_map(|(_, questions)| *questions).filter(|(_, place)| !declared.contains_key(*place)).count()
}

/// The axes by which rows were cut, as the measurements name them.
fn axes(report: &Report) -> Vec<Node> {
    let mut levels = std::collections::BTreeMap::<&str, std::collections::BTreeSet<String>>::new();
    for (_, subject, _) in report.evaluation.iter() {
        if let Subject::Slice(slice) = subject {
            for term in slice.terms() {
                let level = Shown::name(term.level.as_deref().unwrap_or(modelgate_cube::MISSING)).into_string();
                levels.entry(&term.axis).or_default().insert(level);
            }
        }
    }
    let axis = |(name, levels): (&str, std::collections::BTreeSet<String>)| {
        let count = levels.len();
        let shown: Vec<String> = levels.into_iter().take(20).collect();
        fields! {
            name: Shown::name(name),
            levels: Shown::phrase(shown.join(", ")),
            more: (count > shown.len()).then(|| Node::from(Shown::phrase(number::many(count - shown.len())))),
        }
    };
    levels.into_iter().map(axis).collect()
}

/// The definitions of the metrics that were measured, in the order of the catalogue.
fn metrics(report: &Report) -> Vec<Node> {
    let measured: std::collections::BTreeSet<&str> = report.evaluation.iter().map(|(metric, ..)| metric.as_str()).collect();
    let used = METRICS.iter().filter(|metric| measured.contains(metric.id));
    let node = |metric: &modelgate_eval::Metric| {
        fields! {
            id: metric.id,
            title: metric.title,
            formula: metric.formula,
            direction: words::direction(metric.direction),
            denominator: metric.denominator,
            undefined_when: metric.undefined_when,
            interval: metric.interval,
            reference: metric.reference,
        }
    };
    used.map(node).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::fixture;

    fn card(report: &Report) -> String {
        render_model_card(report).unwrap().body
    }

    #[test]
    fn sections_stand_in_the_order_of_model_cards() {
        let body = card(&fixture::failing());
        let headings: Vec<&str> = body.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let expected = [
            "Model details",
            "Intended use",
            "Factors",
            "Metrics",
            "Evaluation data",
            "Training data",
            "Quantitative analyses",
            "Ethical considerations",
            "Comparison with the baseline",
            "Limits and what was not evaluated",
            "Provenance",
        ];
        assert_eq!(headings, expected);
    }

    #[test]
    fn the_places_of_questions_are_those_of_their_sections() {
        for ((name, _, places), (question, asked)) in SECTIONS.iter().zip(QUESTIONS) {
            let asked: Vec<&str> = asked.iter().map(|(_, place)| *place).collect();
            assert_eq!((*name, *places), (question, asked.as_slice()));
        }
    }

    #[test]
    fn what_only_the_owner_knows_is_a_numbered_gap() {
        let body = card(&fixture::failing());
        let gaps = body.matches("not provided by the owner").count();
        assert_eq!(gaps, 12 + 1, "each gap, and the sentence that counts them");
        for number in 1..=12 {
            assert!(body.contains(&format!("(gap {number})")) || body.contains(&format!("\\(gap {number}\\)")), "{body}");
        }
        assert!(body.contains("12 gaps"));
    }

    #[test]
    fn what_is_declared_answers_its_question() {
        let body = card(&fixture::with_controls());
        assert!(body.contains("Primary intended uses: A pack (declared, purpose"), "{body}");
        let risks = "Risks and harms that were considered: ";
        assert!(body.contains(risks) && !body.contains(&format!("{risks}not provided")), "{body}");
        assert!(body.contains("9 gaps") && body.contains("gap 9") && !body.contains("gap 10"), "{body}");
    }

    #[test]
    fn numbers_come_with_interval_n_and_definition() {
        let body = card(&fixture::failing());
        let row = body.lines().find(|line| line.contains("age\\_band=65+ &amp; sex=F") && line.contains("Recall")).unwrap();
        for part in ["0.741", "[0.716, 0.766]", "1\u{202F}204", "−0.071 [−0.103, −0.038]"] {
            assert!(row.contains(part), "{part} is not in {row}");
        }
        assert!(body.contains("sklearn&#8203;.metrics&#8203;.recall\\_score") || body.contains("`sklearn.metrics.recall_score`"));
    }

    #[test]
    fn drift_stands_with_the_evaluation_data() {
        let body = card(&fixture::failing());
        let data = body.split("## Evaluation data").nth(1).unwrap().split("## Training data").next().unwrap();
        let row = data.lines().find(|line| line.starts_with("| income")).unwrap();
        assert!(row.contains("0.260") && row.contains("severely drifted"), "{row}");
        assert!(data.contains("In sex=F: income") && data.contains("Cut at other edges, and not compared: income"), "{data}");
        assert!(!card(&fixture::passing()).contains("Jensen-Shannon"));
    }

    #[test]
    fn undefined_and_missing_things_are_named_with_reasons() {
        let body = card(&fixture::failing());
        let limits = body.split("## Limits").nth(1).unwrap();
        for part in ["no row has a positive label", "race=Other", "fewer than 30 rows", "RISK-&#8203;81", "Risk Officer"] {
            assert!(limits.contains(part), "{part} is not in {limits}");
        }
        let without = card(&fixture::without_baseline());
        assert!(without.contains("no release tag is reachable"), "{without}");
        let mut unknown = fixture::failing();
        unknown.model.rows_trained = None;
        assert!(card(&unknown).contains("Rows: unknown to modelgate"));
    }
}
