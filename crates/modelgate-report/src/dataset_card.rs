//! `dataset-card.md`: a data card in the order of Gebru et al. (2021), with gaps where only the owner can answer.

use modelgate_cube::{Digest, EarlierRelease};
use modelgate_policy::{JudgedSource, SOURCE_FACTS};

use crate::RenderError;
use crate::data_checks::file_name;
use crate::document::{Document, DocumentKind};
use crate::escape::Shown;
use crate::facts::Facts;
use crate::number;
use crate::report::Report;
use crate::template;
use crate::tree::{Node, fields};
use crate::words;

/// Renders `dataset-card.md`.
pub fn render_dataset_card(report: &Report) -> Result<Document, RenderError> {
    let body = template::markdown(DocumentKind::DatasetCard, modelgate_templates::DATASET_CARD_MD, view(report))?;
    Ok(Document::new(DocumentKind::DatasetCard, body))
}

fn view(report: &Report) -> Node {
    let facts = Facts::new(report);
    let findings = report.verdict.findings.iter().filter(|finding| finding.rule.is_about_data());
    let (sources, gap_count) = sources(&report.verdict.data.sources);
    fields! {
        model_name: Shown::name(&report.model_name),
        sources: sources,
        gap_count: Shown::phrase(number::counted(gap_count, "gap is", "gaps are")),
        evaluated: Shown::sentence(&report.data_files.evaluated),
        training: report.data_files.training.as_ref().map(|training| {
            fields! { name: Shown::sentence(&training.name), digest: Shown::phrase(training.digest) }
        }),
        taught: taught(report),
        preparation: report.verdict.data.preprocessing.as_ref().map(|attestation| {
            fields! { by: Shown::sentence(&attestation.by), date: Shown::phrase(attestation.date) }
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

/// Which rows taught which model, in this run and in the releases before it.
fn taught(report: &Report) -> Vec<Node> {
    let row = |name: Shown, created: &str, model: Digest, training: Option<Digest>, data: Digest| {
        fields! {
            release: name,
            created: Shown::sentence(created),
            model: Shown::phrase(model),
            training: training.map(|digest| Node::from(Shown::phrase(digest))),
            data: Shown::phrase(data),
        }
    };
    let training = report.data_files.training.as_ref().map(|training| training.digest);
    let own = row(
        Shown::phrase("this run"),
        &report.generated,
        report.provenance.model_digest,
        training,
        report.provenance.data_digest,
    );
    let earlier = report.data_files.earlier.iter().map(|earlier| {
        let EarlierRelease { release, created, model_digest, data_digest, training_digest } = earlier;
        row(Shown::name(release), created, *model_digest, *training_digest, *data_digest)
    });
    std::iter::once(own).chain(earlier).collect()
}

/// What the owner says of each declared file; of the data as a whole where none is declared. What is not said is a numbered
/// gap, because no measurement can tell it.
fn sources(judged: &[JudgedSource]) -> (Vec<Node>, usize) {
    let mut gaps = 0;
    let mut facts = |said: &[Option<String>]| -> Vec<Node> {
        let fact = |(index, (_, title)): (usize, &(&str, &'static str))| {
            let said = said.get(index).and_then(Option::as_deref);
            gaps += usize::from(said.is_none());
            fields! { title: *title, said: said.map(|said| Node::from(Shown::sentence(said))), number: Shown::phrase(gaps) }
        };
        SOURCE_FACTS.iter().enumerate().map(fact).collect()
    };
    if judged.is_empty() {
        return (vec![fields! { file: false, facts: facts(&[]) }], gaps);
    }
    let mut node = |entry: &JudgedSource| {
        let state = match entry.found {
            Some(_) if entry.is_approved() => Shown::phrase("✅ as approved"),
            Some(found) => Shown::phrase(format!("❌ not what was approved: sha256 {found}")),
            None => Shown::phrase("❌ cannot be read"),
        };
        fields! {
            file: Shown::sentence(file_name(&entry.source.path)),
            digest: Shown::phrase(entry.source.digest),
            used_for: entry.used_for.map_or("not read in this run", |used_for| used_for),
            state: state,
            facts: facts(&entry.source.facts),
        }
    };
    let nodes = judged.iter().map(&mut node).collect();
    (nodes, gaps)
}
