//! Managed blocks of hand-written documents: what a run measures, without anything that changes while the numbers stay.

use modelgate_eval::{Estimate, Evaluation, MetricId, MetricKind, Subject};

use crate::RenderError;
use crate::document::DocumentKind;
use crate::escape::Shown;
use crate::number;
use crate::report::Provenance;
use crate::template;
use crate::tree::{Node, fields};
use crate::words;

/// The names of blocks, and what each holds.
pub const BLOCKS: [(&str, &str); 4] = [
    ("metrics", "every metric of all rows"),
    ("slices", "metrics with a limit, for each slice of one column"),
    ("groups", "gaps and ratios between groups"),
    ("evidence", "the digests of model, rows and counts"),
];

/// Renders the block of this name; `None` where there is none. The measurements are those that may be shown.
pub fn render_block(
    name: &str,
    evaluation: &Evaluation,
    provenance: &Provenance,
    limited: &[MetricId],
) -> Result<Option<String>, RenderError> {
    let rows = |wanted: &dyn Fn(MetricId, &Subject) -> bool| -> Vec<Node> {
        let rows = evaluation.iter().filter(|(metric, subject, _)| wanted(*metric, subject));
        rows.map(|(metric, subject, estimate)| row(metric, subject, estimate)).collect()
    };
    let (names, rows) = match name {
        "metrics" => (false, rows(&|_, subject| matches!(subject, Subject::Slice(slice) if slice.is_overall()))),
        "slices" => (
            false,
            rows(&|metric, subject| {
                limited.contains(&metric) && matches!(subject, Subject::Slice(slice) if slice.terms().len() == 1)
            }),
        ),
        "groups" => (false, rows(&|metric, _| metric.metric().kind == MetricKind::AcrossGroups)),
        "evidence" => (true, Vec::new()),
        _ => return Ok(None),
    };
    let digests = [
        ("Model, sha256", provenance.model_digest),
        ("Rows, sha256", provenance.data_digest),
        ("Counts, sha256", provenance.cube_digest),
    ];
    let line = |(name, digest): (&'static str, modelgate_cube::Digest)| fields! { name: name, value: Shown::phrase(digest) };
    let view = fields! {
        names: names,
        lines: digests.map(line).into_iter().collect::<Vec<_>>(),
        rows: rows,
        level: Shown::phrase(number::percent(evaluation.confidence_level())),
    };
    // Blocks stand in documents of people; a model card is what most of them are.
    template::markdown(DocumentKind::ModelCard, modelgate_templates::BLOCK_MD, view).map(Some)
}

fn row(metric: MetricId, subject: &Subject, estimate: &Estimate) -> Node {
    let none = || Shown::phrase("none");
    let (value, interval, n) = match estimate {
        Estimate::Measured(measured) => {
            let end = |end: f64| number::value(metric, end);
            let interval = measured.interval.as_ref().map(|interval| {
                Shown::phrase(format!("[{}, {}], {}", end(interval.lower), end(interval.upper), interval.method.name()))
            });
            (Shown::phrase(end(measured.value)), interval.unwrap_or_else(none), measured.n)
        }
        Estimate::Undefined { reason, n } => (Shown::phrase(format!("undefined: {reason}")), none(), *n),
    };
    fields! {
        metric: metric.metric().title,
        subject: words::subject(subject),
        value: value,
        interval: interval,
        n: Shown::phrase(number::whole(n)),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::fixture;

    #[test]
    fn every_block_holds_what_its_name_says_and_no_time() {
        let report = fixture::failing();
        let limited: Vec<MetricId> = report.verdict.checks.iter().map(|check| check.metric).collect();
        let block = |name: &str| render_block(name, &report.evaluation, &report.provenance, &limited).unwrap();
        for (name, _) in BLOCKS {
            let text = block(name).unwrap();
            assert!(
                text.ends_with('\n') && !text.contains(&report.generated) && !text.contains("Nothing of this kind"),
                "{text}"
            );
        }
        assert!(block("metrics").unwrap().contains("overall") && block("evidence").unwrap().contains("sha256"));
        assert!(block("slices").unwrap().contains("sex=F") && !block("slices").unwrap().contains("overall"));
        assert!(block("other").is_none());
    }
}
