//! Policies that the simulations judge by, and what the verdicts say.

use std::collections::BTreeMap;

use modelgate_cube::{Cube, Slice};
use modelgate_eval::{Declared, EvalSettings, MetricId, Subject, clopper_pearson, compare, evaluate};
use modelgate_policy::{
    Anchor, Baseline, Bound, DataLimits, Date, DriftLimits, Gate, History, Level, Origin, Outcome, Policy, State, Target,
    Verdict, judge,
};

use crate::ProofError;

/// The one-sided level of each family, which is the default of a configuration.
const ALPHA: f64 = 0.05;

/// A metric of the catalogue.
pub(crate) fn metric(id: &'static str) -> Result<MetricId, ProofError> {
    MetricId::parse(id).ok_or(ProofError::NoMetric(id))
}

/// A limit on how much worse the candidate may be.
pub(crate) fn gate(metric: MetricId, target: Target, margin: f64) -> Gate {
    Gate {
        origin: Origin { file: None, path: "gates".to_owned(), line: 1 },
        metric,
        target,
        bounds: vec![Bound::MaxRegression(margin)],
        level: Level::Deny,
        must_prove: false,
    }
}

/// These gates, and everything else as a configuration has it by default.
pub(crate) fn policy(gates: Vec<Gate>) -> Policy {
    Policy {
        gates,
        levels: BTreeMap::new(),
        waivers: Vec::new(),
        control_waivers: Vec::new(),
        min_support: 30,
        alpha: ALPHA,
        anchor_budget: 2.0,
        allow_cross_split_gate: false,
        max_decisions_per_split: 50,
        drift: DriftLimits::default(),
        data: DataLimits::default(),
        sources: Vec::new(),
    }
}

/// The verdict on a candidate after a baseline, and after an anchor where there is one.
pub(crate) fn verdict(baseline: &Cube, candidate: &Cube, anchor: Option<&Cube>, policy: &Policy) -> Result<Verdict, ProofError> {
    let metrics = policy.gates.iter().map(|gate| gate.metric).collect::<std::collections::BTreeSet<_>>();
    let settings = EvalSettings {
        metrics: metrics.into_iter().collect(),
        confidence_level: 0.95,
        resamples: 200,
        min_support: policy.min_support,
        seed: 1,
        declared: Declared::default(),
    };
    let evaluation = evaluate(candidate, &settings);
    let since_baseline = compare(baseline, candidate, &settings);
    let since_anchor = anchor.map(|anchor| compare(anchor, candidate, &settings));
    let anchor = since_anchor.as_ref().map(|compared| Anchor { release: "v1", compared: Baseline::Compared(compared) });
    let history = History {
        baseline: Baseline::Compared(&since_baseline),
        anchor,
        decisions: 0,
        drift: &[],
        without_columns: false,
        data: None,
        contract: None,
        files: &[],
        compliance: None,
        written: &[],
        other_configuration: None,
    };
    Ok(judge(&evaluation, history, policy, Date::new(2026, 1, 1).ok_or(ProofError::NoSuchDay)?))
}

/// Whether the run failed.
pub(crate) fn failed(verdict: &Verdict) -> bool {
    verdict.outcome == Outcome::Failed
}

/// Whether a loss was shown to be there, though not to be beyond its limit.
pub(crate) fn warned(verdict: &Verdict) -> bool {
    verdict.checks.iter().any(|check| check.state == State::Warned)
}

/// Whether one of the failing checks is about that slice.
pub(crate) fn names(verdict: &Verdict, slice: &Slice) -> bool {
    let about = |subject: &Subject| match subject {
        Subject::Slice(found) | Subject::Contrast { group: found, .. } => found == slice,
        Subject::Across(_) => false,
    };
    verdict.checks.iter().any(|check| check.state == State::Failed && about(&check.subject))
}

/// How many of some repetitions.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Share {
    pub(crate) hits: u32,
    pub(crate) of: u32,
}

impl Share {
    pub(crate) fn note(&mut self, hit: bool) {
        self.hits += u32::from(hit);
        self.of += 1;
    }

    pub(crate) fn value(self) -> f64 {
        f64::from(self.hits) / f64::from(self.of.max(1))
    }

    /// In percent.
    pub(crate) fn text(self) -> String {
        crate::table::percent(self.value())
    }

    /// In percent, with its 95 % interval.
    pub(crate) fn text_with_interval(self) -> String {
        clopper_pearson(f64::from(self.hits), f64::from(self.of), 0.95).map_or_else(
            || "-".to_owned(),
            |interval| format!("{:.1} % ({:.1} to {:.1})", 100.0 * self.value(), 100.0 * interval.lower, 100.0 * interval.upper),
        )
    }
}
