//! The checks and the findings of a verdict, in `verdict.json`.

use modelgate_policy as policy;
use serde::Serialize;

use super::v1::{Delta, Number, Subject, delta, number, subject};

#[derive(Serialize)]
pub(super) struct Counts {
    total: usize,
    passed: usize,
    warned: usize,
    failed: usize,
    inconclusive: usize,
    not_evaluated: usize,
    waived: usize,
    low_support: usize,
}

#[derive(Serialize)]
struct Limit {
    kind: &'static str,
    value: f64,
}

#[derive(Serialize)]
struct Origin<'a> {
    /// Not there for the settings themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    path: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct Waiver<'a> {
    until: String,
    reason: &'a str,
    approved_by: &'a str,
}

#[derive(Serialize)]
pub(super) struct Check<'a> {
    rule: &'static str,
    metric: &'static str,
    subject: Subject<'a>,
    limit: Limit,
    /// The pinned release that a change is held against; not there for the baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    anchor: Option<&'a str>,
    level: &'static str,
    must_prove: bool,
    /// Whether it warns at most, because the sides were evaluated on different rows.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    across_splits: bool,
    state: &'static str,
    blocking: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    detectable: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows_needed: Option<u64>,
    /// How a change was tested; not there for bounds.
    #[serde(skip_serializing_if = "Option::is_none")]
    test: Option<Test>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiver: Option<Waiver<'a>>,
    candidate: Option<Number>,
    baseline: Option<Number>,
    change: Option<Delta>,
    origin: Origin<'a>,
}

/// `q` is the one-sided p-value of "the loss is within the limit", adjusted (Holm) for the `size` checks of its family
/// against the same release; the check fails where it is below `alpha`. `q_any_loss` is the same for "there is no loss".
#[derive(Serialize)]
struct Test {
    family: &'static str,
    /// Not there where it is not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<usize>,
    alpha: f64,
    q: f64,
    q_any_loss: f64,
    loss: f64,
    upper: f64,
}

#[derive(Serialize)]
pub(super) struct Finding<'a> {
    rule: &'static str,
    level: &'static str,
    subject: &'a str,
    message: &'a str,
    help: &'a str,
    origin: Option<Origin<'a>>,
}

/// A waiver with what became of it.
#[derive(Serialize)]
pub(super) struct Waived<'a> {
    /// The rule or the control.
    about: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    subject: &'a str,
    state: &'static str,
    until: String,
    reason: &'a str,
    approved_by: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    granted: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compensating_measure: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<&'a str>,
    origin: Origin<'a>,
}

pub(super) fn waived(waiver: &policy::JudgedWaiver) -> Waived<'_> {
    let policy::WaiverNotes { granted, owner, role, compensating_measure, ticket } = &waiver.notes;
    Waived {
        about: &waiver.about,
        subject: &waiver.subject,
        state: waiver.state.id(),
        until: waiver.expires.to_string(),
        reason: &waiver.reason,
        approved_by: &waiver.approved_by,
        role: role.as_deref(),
        owner: owner.as_deref(),
        granted: granted.map(|day| day.to_string()),
        compensating_measure: compensating_measure.as_deref(),
        ticket: ticket.as_deref(),
        origin: origin(&waiver.origin),
    }
}

pub(super) fn counts(verdict: &policy::Verdict) -> Counts {
    let policy::Counts { total, passed, warned, failed, inconclusive, not_evaluated, waived } = verdict.counts;
    Counts { total, passed, warned, failed, inconclusive, not_evaluated, waived, low_support: verdict.low_support }
}

pub(super) fn check(check: &policy::Check) -> Check<'_> {
    let (kind, value) = match check.bound {
        policy::Bound::Lower(value) => ("lower_bound", value),
        policy::Bound::Upper(value) => ("upper_bound", value),
        policy::Bound::MaxRegression(value) => ("max_regression", value),
    };
    let (detectable, rows_needed) = could_tell(&check.state);
    let (reason, waiver) = because(&check.state);
    Check {
        rule: check.rule.rule().id,
        metric: check.metric.as_str(),
        subject: subject(&check.subject),
        limit: Limit { kind, value },
        anchor: check.anchor.as_deref(),
        level: check.level.id(),
        must_prove: check.must_prove,
        across_splits: check.across_splits,
        state: check.state.id(),
        blocking: check.blocking,
        detectable,
        rows_needed,
        test: check.test.as_ref().map(test),
        reason,
        waiver,
        candidate: check.candidate.as_ref().map(number),
        baseline: check.change.as_ref().map(|change| number(&change.baseline)),
        change: check.change.as_ref().map(|change| delta(&change.delta)),
        origin: origin(&check.origin),
    }
}

/// What would have been detectable, and the rows that would settle it.
fn could_tell(state: &policy::State) -> (Option<f64>, Option<u64>) {
    match state {
        policy::State::Inconclusive { detectable, rows_needed } => (*detectable, *rows_needed),
        _ => (None, None),
    }
}

/// Why there is no number, or who accepts a failure.
fn because(state: &policy::State) -> (Option<&str>, Option<Waiver<'_>>) {
    match state {
        policy::State::NotEvaluated { reason } => (Some(reason), None),
        policy::State::Waived { until, reason, approved_by } => {
            (None, Some(Waiver { until: until.to_string(), reason, approved_by }))
        }
        _ => (None, None),
    }
}

fn test(test: &policy::Test) -> Test {
    let policy::Test { family, size, alpha, q, q_any_loss, loss, upper } = *test;
    Test { family: family.id(), size: (size > 0).then_some(size), alpha, q, q_any_loss, loss, upper }
}

fn origin(origin: &policy::Origin) -> Origin<'_> {
    Origin { file: origin.file.as_deref(), path: &origin.path, line: origin.line }
}

pub(super) fn finding(finding: &policy::Finding) -> Finding<'_> {
    Finding {
        rule: finding.rule.rule().id,
        level: finding.level.id(),
        subject: &finding.subject,
        message: &finding.message,
        help: &finding.help,
        origin: finding.origin.as_ref().map(origin),
    }
}
