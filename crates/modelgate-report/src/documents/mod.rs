//! Documents from facts, measurements and statements: each sentence says which of them it is, and what nobody has said is a
//! numbered gap.

mod applicability;
mod audit_summary;
mod differs;
mod duties;
mod measured;
mod plans;

use modelgate_policy::{FactValue, Facts as Declared, JudgedControls, Statement};

use crate::RenderError;
use crate::document::Document;
#[cfg(test)]
use crate::document::DocumentKind;
use crate::escape::Shown;
use crate::facts::Facts;
use crate::report::Report;
use crate::template;
use crate::tree::{Node, fields};
use crate::words;

pub(crate) use applicability::render_applicability;
pub(crate) use audit_summary::render_audit_summary;
pub(crate) use differs::{declared as sections_declared, measured as sections_measured};
use plans::{PLANS, Part, Plan, Section};

/// Renders the documents that the chosen packs ask for.
pub(crate) fn render(report: &Report) -> Result<Vec<Document>, RenderError> {
    let has = |pack: &str| report.verdict.controls.packs.iter().any(|judged| judged.pack.id == pack);
    let mut documents = Vec::new();
    for plan in PLANS.iter().filter(|plan| plan.packs.iter().any(|pack| has(pack))) {
        documents.push(from_plan(report, plan)?);
    }
    if has("nyc-ll144") {
        documents.push(render_audit_summary(report)?);
    }
    if has("iso-42001") {
        documents.push(render_applicability(report)?);
    }
    Ok(documents)
}

/// Renders one document of the table of plans, whatever packs are chosen.
#[cfg(test)]
pub(crate) fn render_plan(report: &Report, kind: DocumentKind) -> Option<Result<Document, RenderError>> {
    PLANS.iter().find(|plan| plan.kind == kind).map(|plan| from_plan(report, plan))
}

fn from_plan(report: &Report, plan: &Plan) -> Result<Document, RenderError> {
    let mut writer = Writer::new(report);
    let sections: Vec<Node> = chosen_sections(report, plan).map(|section| writer.section(section)).collect();
    let view = fields! {
        title: plan.title,
        intro: plan.intro,
        model_name: Shown::name(&report.model_name),
        sections: sections,
        gaps: writer.gaps(),
        sources: sources(report, plan.packs),
        frame: frame(report),
    };
    let body = template::markdown(plan.kind, modelgate_templates::FACT_DOCUMENT_MD, view)?;
    Ok(Document::new(plan.kind, body))
}

/// The sections that one of the chosen packs asks for.
fn chosen_sections<'a>(report: &'a Report, plan: &'a Plan) -> impl Iterator<Item = &'a Section> {
    let has = |pack: &&str| report.verdict.controls.packs.iter().any(|judged| judged.pack.id == **pack);
    plan.sections.iter().filter(move |section| section.packs.is_empty() || section.packs.iter().any(has))
}

/// The laws that a document is made for, with their versions.
pub(crate) fn sources(report: &Report, packs: &[&str]) -> Vec<Node> {
    let chosen = report.verdict.controls.packs.iter().filter(|judged| packs.contains(&judged.pack.id.as_str()));
    let node = |judged: &modelgate_policy::JudgedPack| {
        let pack = &judged.pack;
        let verified =
            pack.verified_on.map_or("not held against its source".to_owned(), |day| format!("held against its source on {day}"));
        let text = format!(
            "{} ({}), text of {}, pack {} version {}, {verified}",
            Shown::sentence(&pack.citation),
            Shown::name(&pack.reference),
            pack.dated,
            Shown::name(&pack.id),
            Shown::name(&pack.version)
        );
        Node::from(Shown::phrase(text))
    };
    chosen.map(node).collect()
}

/// What every document ends with.
pub(crate) fn frame(report: &Report) -> Node {
    let facts = Facts::new(report);
    let controls = &report.verdict.controls;
    let declared_at = match &controls.facts.declared_at {
        Some((commit, day)) => format!("commit {}, {day}", commit.chars().take(12).collect::<String>()),
        None => "not committed as it is".to_owned(),
    };
    fields! {
        provenance: facts.provenance(),
        facts_file: crate::controls::facts_file(controls),
        facts_digest: Shown::phrase(&controls.facts.digest),
        declared_at: Shown::phrase(declared_at),
        evidence_digest: Shown::phrase(&controls.evidence_digest),
        not_advice: words::NOT_ADVICE,
    }
}

/// The most characters of a sentence in a document: what people declare is not cut where others are.
pub(crate) const LONG: usize = 4_000;

/// A gap of one document.
struct Missing {
    place: String,
    title: String,
    needed_by: String,
}

/// Writes sections, and keeps what is missing.
pub(crate) struct Writer<'a> {
    report: &'a Report,
    missing: Vec<Missing>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(report: &'a Report) -> Self {
        Self { report, missing: Vec::new() }
    }

    fn controls(&self) -> &'a JudgedControls {
        &self.report.verdict.controls
    }

    fn declared(&self) -> &'a Declared {
        &self.controls().facts
    }

    fn section(&mut self, section: &Section) -> Node {
        let sentences: Vec<Node> = section.parts.iter().flat_map(|part| self.part(part, section.cites)).collect();
        fields! { cites: section.cites, title: section.title, sentences: sentences }
    }

    fn part(&mut self, part: &Part, cites: &str) -> Vec<Node> {
        match part {
            Part::Fact(place) => self.fact(place, cites),
            Part::Measured(what) => measured::sentences(self.report, *what),
            Part::Attested(controls) => self.attested(controls, cites),
            Part::Words(words) => vec![fields! { kind: "", text: *words, source: "" }],
        }
    }

    /// A declared fact: a sentence, or one for each thing of a list; else a gap.
    pub(crate) fn fact(&mut self, place: &str, cites: &str) -> Vec<Node> {
        let declared = self.declared();
        let title = declared.title(place).to_owned();
        let Some(fact) = declared.values.get(place) else { return vec![self.gap(place, &title, cites)] };
        let source = format!("{}:{}", Shown::name(&fact.origin.path), fact.origin.line);
        let sentence = |text: String| {
            fields! { kind: "declared", text: Shown::cut(&text, LONG), source: Shown::phrase(&source) }
        };
        match &fact.value {
            FactValue::Items(items) => {
                let one = |item| FactValue::Items(vec![item]);
                items.iter().map(|item| sentence(format!("{title}: {}", one(item.clone())))).collect()
            }
            value => vec![sentence(format!("{title}: {value}"))],
        }
    }

    /// The number of a place that nobody has said anything at; the same place has one number in a document.
    pub(crate) fn gap(&mut self, place: &str, title: &str, cites: &str) -> Node {
        let known = self.missing.iter().position(|missing| missing.place == place);
        let number = known.unwrap_or(self.missing.len()) + 1;
        match known.and_then(|index| self.missing.get_mut(index)) {
            Some(missing) if !missing.needed_by.split(", ").any(|one| one == cites) => {
                missing.needed_by = format!("{}, {cites}", missing.needed_by);
            }
            Some(_) => {}
            None => self.missing.push(Missing { place: place.to_owned(), title: title.to_owned(), needed_by: cites.to_owned() }),
        }
        let text = format!("{title}: not provided by the owner (gap {number})");
        fields! { kind: "gap", text: Shown::cut(&text, LONG), source: Shown::phrase(Shown::name(place)) }
    }

    /// What people attest about controls, and that nobody does where nobody has.
    fn attested(&mut self, controls: &[&str], cites: &str) -> Vec<Node> {
        let judged = self
            .controls()
            .packs
            .iter()
            .flat_map(|pack| pack.controls.iter().map(move |control| (pack.pack.name_of(&control.control), control)));
        let mut found: Vec<&Statement> = Vec::new();
        for (_, control) in judged.filter(|(name, _)| controls.contains(&name.as_str())) {
            if let Some(statement) = control.attested.as_ref().filter(|one| !found.iter().any(|other| other.id == one.id)) {
                found.push(statement);
            }
        }
        if found.is_empty() {
            let place = format!("statements for {}", controls.join(" or "));
            return vec![self.gap(&place, "What a responsible person attests about this evidence", cites)];
        }
        let sentence = |statement: &&Statement| {
            let source = format!(
                "{}, {} ({}), {}, evidence sha256 {}",
                Shown::name(&statement.id),
                Shown::name(&statement.by),
                Shown::name(&statement.role),
                statement.date,
                statement.evidence_digest.chars().take(12).collect::<String>()
            );
            fields! { kind: "attested", text: Shown::cut(&statement.text, LONG), source: Shown::phrase(source) }
        };
        found.iter().map(sentence).collect()
    }

    /// Every gap of the document by its number.
    pub(crate) fn gaps(&self) -> Vec<Node> {
        let node = |(number, missing): (usize, &Missing)| {
            fields! {
                number: Shown::phrase(number),
                place: Shown::name(&missing.place),
                title: Shown::sentence(&missing.title),
                needed_by: Shown::sentence(&missing.needed_by),
            }
        };
        (1..).zip(&self.missing).map(node).collect()
    }
}

#[cfg(test)]
mod tests;
