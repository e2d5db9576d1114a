//! What models from other seeds say about the numbers: how much they differ, and their part in the intervals.

use modelgate_eval::{MetricId, SeedNoise, Subject};

use crate::escape::Shown;
use crate::facts::Facts;
use crate::number;
use crate::tree::{Node, fields};
use crate::words;

/// The measurements with a limit that models from other seeds tell something about, the largest part first.
fn gated<'a>(facts: &'a Facts<'_>) -> Vec<(MetricId, &'a Subject, SeedNoise)> {
    let noise = facts.report.evaluation.retrained().map(|retrained| &retrained.noise);
    let gated = noise.into_iter().flatten().filter(|((metric, _), _)| facts.is_gated(*metric));
    let mut gated: Vec<_> = gated.map(|((metric, subject), noise)| (*metric, subject, *noise)).collect();
    gated.sort_by(|(_, _, one), (_, _, other)| other.share.total_cmp(&one.share));
    gated
}

/// One sentence: how many models there are, and the largest part of seeds in a measurement with a limit.
pub(crate) fn sentence(facts: &Facts<'_>) -> Option<Node> {
    let models = facts.report.evaluation.retrained()?.models;
    let start = format!(
        "Retrained: {} from different seeds; what they differ by is part of every interval",
        number::counted(models as usize, "model", "models")
    );
    let end = gated(facts).first().map_or_else(String::new, |(metric, subject, noise)| {
        let share = number::percent((noise.share * 100.0).round() / 100.0);
        format!(
            ", at most {share} of the variance of a metric with a limit ({}, {})",
            metric.metric().title,
            words::subject(subject)
        )
    });
    Some(Node::from(Shown::phrase(format!("{start}{end}."))))
}

/// One row for each measurement with a limit.
pub(crate) fn rows(facts: &Facts<'_>) -> Vec<Node> {
    let row = |(metric, subject, noise): (MetricId, &Subject, SeedNoise)| {
        fields! {
            metric: metric.metric().title,
            subject: words::subject(subject),
            deviation: Shown::phrase(number::value(metric, noise.deviation)),
            share: Shown::phrase(number::percent((noise.share * 100.0).round() / 100.0)),
        }
    };
    gated(facts).into_iter().map(row).collect()
}
