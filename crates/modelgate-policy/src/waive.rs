//! Applying waivers: what they accept, what has expired, and what they no longer match.

use crate::{Check, Date, Finding, Level, RuleId, State, Waiver};

/// Marks what the waivers accept, and returns what there is to say about the waivers themselves.
pub(crate) fn apply(
    checks: &mut [Check],
    findings: &mut [Finding],
    waivers: &[Waiver],
    today: Date,
    level: impl Fn(RuleId) -> Level,
) -> Vec<Finding> {
    let mut about_waivers = Vec::new();
    for waiver in waivers {
        let (rule, message) = if waiver.expires < today {
            (RuleId::EXPIRED_WAIVER, format!("the waiver for {} expired on {}", waiver.rule, waiver.expires))
        } else if waive_checks(checks, waiver) + waive_findings(findings, waiver) == 0 {
            (RuleId::UNUSED_WAIVER, format!("the waiver for {} matches nothing", waiver.rule))
        } else {
            continue;
        };
        about_waivers.push(Finding {
            rule,
            level: level(rule),
            subject: waiver.subject.as_ref().map(ToString::to_string).unwrap_or_default(),
            message,
            origin: Some(waiver.origin.clone()),
            help: rule.rule().fix.to_owned(),
        });
    }
    about_waivers
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

/// Takes the findings that match down to a warning, so that they stay in sight; returns how many.
fn waive_findings(findings: &mut [Finding], waiver: &Waiver) -> usize {
    let mut matched = 0;
    for finding in findings.iter_mut().filter(|finding| finding.level == Level::Deny && finding.rule == waiver.rule) {
        if waiver.metric.is_none() && waiver.subject.as_ref().is_none_or(|subject| subject.to_string() == finding.subject) {
            finding.level = Level::Warn;
            finding.message =
                format!("{} (waived until {} by {}: {})", finding.message, waiver.expires, waiver.approved_by, waiver.reason);
            matched += 1;
        }
    }
    matched
}
