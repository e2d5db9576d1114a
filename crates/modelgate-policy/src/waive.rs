//! Applying waivers: what they accept, what has expired, and what they no longer match.

use crate::{Check, Date, Finding, JudgedWaiver, Level, RuleId, State, Waiver, WaiverState};

/// Marks what the waivers accept, and returns what became of each.
pub(crate) fn apply(checks: &mut [Check], findings: &mut [Finding], waivers: &[Waiver], today: Date) -> Vec<JudgedWaiver> {
    let judged = |waiver: &Waiver| {
        let (matched, accepts) = if waiver.expires < today {
            (0, Vec::new())
        } else {
            (waive_checks(checks, waiver), waive_findings(findings, waiver))
        };
        JudgedWaiver {
            about: waiver.rule.to_string(),
            subject: waiver.subject.as_ref().map(ToString::to_string).unwrap_or_default(),
            state: state(waiver.expires, today, matched + accepts.len() > 0),
            accepts,
            reason: waiver.reason.clone(),
            approved_by: waiver.approved_by.clone(),
            expires: waiver.expires,
            notes: waiver.notes.clone(),
            origin: waiver.origin.clone(),
        }
    };
    waivers.iter().map(judged).collect()
}

/// In fewer days than this a waiver that ends is told of.
const SOON: i64 = 14;

/// What became of a waiver by its last day and by whether it accepts anything.
pub(crate) fn state(expires: Date, today: Date, accepts: bool) -> WaiverState {
    match today.days_until(expires) {
        days if days < 0 => WaiverState::Expired,
        _ if !accepts => WaiverState::MatchesNothing,
        days if days < SOON => WaiverState::EndsSoon,
        _ => WaiverState::InUse,
    }
}

/// What there is to say of waivers.
pub(crate) fn findings(waivers: &[JudgedWaiver], today: Date, level: impl Fn(RuleId) -> Level) -> Vec<Finding> {
    let finding = |waiver: &JudgedWaiver| {
        let JudgedWaiver { about, expires, .. } = waiver;
        let (rule, said) = match (waiver.state, today.days_until(*expires)) {
            (WaiverState::Expired, _) => (RuleId::EXPIRED_WAIVER, format!("expired on {expires}")),
            (WaiverState::MatchesNothing, _) => (RuleId::UNUSED_WAIVER, "matches nothing".to_owned()),
            (WaiverState::EndsSoon, 0) => (RuleId::EXPIRING_WAIVER, format!("ends today, {expires}")),
            (WaiverState::EndsSoon, 1) => (RuleId::EXPIRING_WAIVER, format!("ends tomorrow, {expires}")),
            (WaiverState::EndsSoon, days) => (RuleId::EXPIRING_WAIVER, format!("ends in {days} days, on {expires}")),
            (WaiverState::InUse, _) => return None,
        };
        // That of a control says which by its subject.
        let subject = if RuleId::parse(about).is_some() { waiver.subject.clone() } else { about.clone() };
        Some(Finding {
            rule,
            level: level(rule),
            subject,
            message: format!("the waiver for {about} {said}"),
            origin: Some(waiver.origin.clone()),
            help: rule.rule().fix.to_owned(),
        })
    };
    waivers.iter().filter_map(finding).collect()
}

/// Waives the failing checks that match; returns how many.
fn waive_checks(checks: &mut [Check], waiver: &Waiver) -> usize {
    let mut matched = 0;
    for check in checks.iter_mut().filter(|check| check.blocking || check.state == State::Failed) {
        let same_metric = waiver.metric.is_none_or(|metric| metric == check.metric);
        let same_subject = waiver.subject.as_ref().is_none_or(|subject| *subject == check.subject);
        if waiver.rule == check.rule && same_metric && same_subject {
            check.state =
                State::Waived { until: waiver.expires, reason: waiver.reason.clone(), approved_by: waiver.approved_by.clone() };
            check.blocking = false;
            matched += 1;
        }
    }
    matched
}

/// Takes the findings that match down to a warning, so that they stay in sight; returns what they are about.
fn waive_findings(findings: &mut [Finding], waiver: &Waiver) -> Vec<String> {
    let mut accepted = Vec::new();
    for finding in findings.iter_mut().filter(|finding| finding.level == Level::Deny && finding.rule == waiver.rule) {
        if waiver.metric.is_none() && waiver.subject.as_ref().is_none_or(|subject| subject.to_string() == finding.subject) {
            finding.level = Level::Warn;
            finding.message =
                format!("{} (waived until {} by {}: {})", finding.message, waiver.expires, waiver.approved_by, waiver.reason);
            accepted.push(finding.subject.clone());
        }
    }
    accepted
}
