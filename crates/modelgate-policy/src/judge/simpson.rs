//! Where all rows together and their groups say different things.

use std::collections::BTreeSet;

use modelgate_eval::{Comparison, Delta, Loss, MetricId, Mix, Subject, holm};

use super::Judge;
use crate::{Baseline, Bound, Check, Finding, RuleId, state};

impl Judge<'_> {
    /// What the groups of the comparison with the baseline say against the whole.
    pub(super) fn about_groups(&self, checks: &[Check]) -> Vec<Finding> {
        let Baseline::Compared(comparison) = self.history.baseline else { return Vec::new() };
        let gated: BTreeSet<MetricId> = self.policy.gates.iter().map(|gate| gate.metric).collect();
        let reversed = comparison.mixes.iter().filter(|mix| gated.contains(&mix.metric) && is_reversed(mix, comparison));
        let mut findings: Vec<Finding> = reversed.map(|mix| self.finding(RuleId::SIMPSON, "", told(mix))).collect();
        for check in checks.iter().filter(|check| passes_overall(check)) {
            findings.extend(self.hidden_losses(check, comparison, checks));
        }
        findings
    }

    /// The single groups that are shown to have lost more than all rows together may, where no gate of their own says so.
    /// However many groups there are, the probability of even one false finding is at most alpha.
    fn hidden_losses(&self, whole: &Check, comparison: &Comparison, checks: &[Check]) -> Vec<Finding> {
        let Bound::MaxRegression(limit) = whole.bound else { return Vec::new() };
        let has_own_gate = |subject: &Subject| {
            checks.iter().any(|check| {
                let same = check.metric == whole.metric && check.subject == *subject && check.anchor.is_none();
                same && matches!(check.bound, Bound::MaxRegression(_))
            })
        };
        let losses: Vec<(&Subject, Loss)> = comparison
            .iter()
            .filter(|(metric, subject, _)| *metric == whole.metric && is_single_group(subject))
            .filter(|(_, _, change)| change.baseline.n().min(change.candidate.n()) >= self.policy.min_support)
            .filter_map(|(metric, subject, change)| Some((subject, state::loss(metric, change).ok()?)))
            .collect();
        let adjusted = holm(&losses.iter().map(|(_, loss)| loss.p_beyond(limit)).collect::<Vec<_>>());
        let lost = losses.iter().zip(adjusted).filter(|((subject, _), q)| *q < self.alpha() && !has_own_gate(subject));
        lost.map(|((subject, loss), q)| {
            let message = format!(
                "{} of all rows is within its limit of {limit}, while this group lost {:.3} ({}, adjusted for {} groups)",
                whole.metric,
                loss.value,
                told_q(q),
                losses.len()
            );
            self.finding(RuleId::SIMPSON, &subject.to_string(), message)
        })
        .collect()
    }
}

/// An adjusted p-value for people.
pub(super) fn told_q(q: f64) -> String {
    if q < 0.0005 { "q < 0.001".to_owned() } else { format!("q = {q:.3}") }
}

/// Whether a check is one of all rows against the baseline, and its loss is shown to be within the limit.
fn passes_overall(check: &Check) -> bool {
    let overall = matches!(&check.subject, Subject::Slice(slice) if slice.is_overall());
    let Bound::MaxRegression(limit) = check.bound else { return false };
    overall && check.anchor.is_none() && check.test.as_ref().is_some_and(|test| test.proves_within(limit))
}

fn is_single_group(subject: &Subject) -> bool {
    matches!(subject, Subject::Slice(slice) if slice.terms().len() == 1)
}

/// Whether the whole and its groups moved different ways, one of them surely: chance alone makes small changes of either
/// sign.
fn is_reversed(mix: &Mix, comparison: &Comparison) -> bool {
    let overall = Subject::Slice(modelgate_cube::Slice::overall());
    let whole = match comparison.get(mix.metric, &overall).map(|change| change.delta) {
        Some(Delta::Measured { interval, .. }) => interval,
        _ => None,
    };
    let is_sure = [whole, mix.within_interval].into_iter().flatten().any(|interval| interval.lower > 0.0 || interval.upper < 0.0);
    mix.total * mix.within < 0.0 && is_sure
}

fn told(mix: &Mix) -> String {
    let way = |change: f64| if change > 0.0 { "rose" } else { "fell" };
    format!(
        "{} of all rows {} by {:.3}, and within the groups of {} it {} by {:.3}: the change comes from how many rows each group has",
        mix.metric,
        way(mix.total),
        mix.total.abs(),
        mix.axis,
        way(mix.within),
        mix.within.abs()
    )
}
