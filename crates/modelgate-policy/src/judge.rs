//! From measurements to a verdict: every gate held against every subject, then the rules about the run, then waivers.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use modelgate_cube::Slice;
use modelgate_eval::{Comparison, Estimate, Evaluation, MetricId, MetricKind, Mode, Subject};

use crate::state::{Judged, against_limit, against_regression};
use crate::{Bound, Check, Counts, Date, Finding, Gate, Level, Outcome, Policy, RuleId, State, Target, Verdict, waive};

/// What there is to compare the candidate with.
#[derive(Debug, Clone, Copy)]
pub enum Baseline<'a> {
    /// No previous release was given or found.
    Absent,
    /// What was given or found is the candidate itself.
    IsCandidate,
    /// A previous release, compared.
    Compared(&'a Comparison),
}

/// Judges a candidate. `today` decides which waivers still hold.
#[must_use]
pub fn judge(evaluation: &Evaluation, baseline: Baseline<'_>, policy: &Policy, today: Date) -> Verdict {
    let judge = Judge { evaluation, baseline, policy };
    let mut low_support = BTreeSet::new();
    let mut checks: Vec<Check> = policy.gates.iter().flat_map(|gate| judge.gate(gate, &mut low_support)).collect();
    let mut findings = judge.findings(&low_support);
    let about_waivers = waive::apply(&mut checks, &mut findings, &policy.waivers, today, |rule| judge.level(rule));
    findings.extend(about_waivers);
    findings.retain(|finding| finding.level > Level::Allow);
    // Gravest first; equal ones keep the order in which they were written.
    findings.sort_by_key(|finding| Reverse(finding.level));
    checks.sort_by_key(|check| !check.blocking);
    let outcome = outcome(&checks, &findings);
    Verdict { outcome, counts: count(&checks), checks, findings, low_support: low_support.len() }
}

fn outcome(checks: &[Check], findings: &[Finding]) -> Outcome {
    let blocked = checks.iter().any(|check| check.blocking) || findings.iter().any(|finding| finding.level == Level::Deny);
    let unproven = checks.iter().any(|check| check.must_prove && matches!(check.state, State::Inconclusive { .. }));
    match (blocked, unproven) {
        (true, _) => Outcome::Failed,
        (false, true) => Outcome::NeedsReview,
        (false, false) => Outcome::Passed,
    }
}

fn count(checks: &[Check]) -> Counts {
    let mut counts = Counts { total: checks.len(), ..Counts::default() };
    for check in checks {
        *match check.state {
            State::Passed => &mut counts.passed,
            State::Warned => &mut counts.warned,
            State::Failed => &mut counts.failed,
            State::Inconclusive { .. } => &mut counts.inconclusive,
            State::NotEvaluated { .. } => &mut counts.not_evaluated,
            State::Waived { .. } => &mut counts.waived,
        } += 1;
    }
    counts
}

struct Judge<'a> {
    evaluation: &'a Evaluation,
    baseline: Baseline<'a>,
    policy: &'a Policy,
}

/// A slice whose own denominator is too small, for one metric.
type TooSmall = (MetricId, Subject, u64);

impl Judge<'_> {
    fn level(&self, rule: RuleId) -> Level {
        self.policy.levels.get(&rule).copied().unwrap_or(rule.rule().default_level)
    }

    /// Every limit of a gate against every one of its subjects. A gate that finds nothing to judge says so.
    fn gate(&self, gate: &Gate, low_support: &mut BTreeSet<TooSmall>) -> Vec<Check> {
        let subjects = self.subjects(gate);
        let mut checks = Vec::new();
        for bound in &gate.bounds {
            let before = checks.len();
            for subject in &subjects {
                checks.extend(self.check(gate, *bound, subject, low_support));
            }
            if checks.len() == before {
                let reason = format!("no slice has at least {} rows to judge", self.policy.min_support);
                checks.push(self.not_evaluated(gate, *bound, &nothing_to_judge(gate), reason, RuleId::METRIC_NOT_EVALUATED));
            }
        }
        checks
    }

    fn subjects(&self, gate: &Gate) -> Vec<Subject> {
        match &gate.target {
            Target::Overall => vec![Subject::Slice(Slice::overall())],
            Target::Slices(slices) => slices.iter().cloned().map(Subject::Slice).collect(),
            Target::Across(sets) if !sets.is_empty() => sets.iter().cloned().map(Subject::Across).collect(),
            Target::Every | Target::Across(_) => self.all_subjects(gate.metric),
        }
    }

    /// Every slice of the metric but `overall`; for a metric across groups, every single axis.
    fn all_subjects(&self, metric: MetricId) -> Vec<Subject> {
        let measured = self.evaluation.iter().filter(|(id, ..)| *id == metric).map(|(_, subject, _)| subject);
        measured
            .filter(|subject| match subject {
                Subject::Slice(slice) => !slice.is_overall(),
                Subject::Across(axes) => axes.len() == 1,
            })
            .cloned()
            .collect()
    }

    /// One limit against one subject; nothing where a gate over every slice meets one that is too small to judge.
    fn check(&self, gate: &Gate, bound: Bound, subject: &Subject, low_support: &mut BTreeSet<TooSmall>) -> Option<Check> {
        let not_evaluated = |reason: String, rule| Some(self.not_evaluated(gate, bound, subject, reason, rule));
        let Some(estimate) = self.evaluation.get(gate.metric, subject) else {
            return not_evaluated("the data has no such rows".to_owned(), RuleId::METRIC_NOT_EVALUATED);
        };
        let too_few = self.too_few_rows(gate.metric, subject, estimate);
        if let (Some(rows), Target::Every) = (too_few, &gate.target) {
            low_support.insert((gate.metric, subject.clone(), rows));
            return None;
        }
        if let Estimate::Undefined { reason, .. } = estimate {
            return not_evaluated(reason.to_string(), RuleId::METRIC_NOT_EVALUATED);
        }
        if let Some(rows) = too_few {
            low_support.insert((gate.metric, subject.clone(), rows));
            let reason = format!("{rows} rows in its denominator, and {} are needed", self.policy.min_support);
            return not_evaluated(reason, RuleId::METRIC_NOT_EVALUATED);
        }
        match self.hold_against(gate, bound, subject, estimate) {
            Ok(Judged { state, rule }) => Some(self.finish(gate, bound, subject, rule, state)),
            Err(Unjudged::Because(reason, rule)) => not_evaluated(reason, rule),
            Err(Unjudged::TooFew(rows)) => {
                low_support.insert((gate.metric, subject.clone(), rows));
                if gate.target == Target::Every {
                    return None;
                }
                let reason =
                    format!("the baseline has {rows} rows in its denominator, and {} are needed", self.policy.min_support);
                not_evaluated(reason, RuleId::METRIC_NOT_EVALUATED)
            }
        }
    }

    /// The rows that a subject has, where they are too few. A group comparison has left small groups out already.
    fn too_few_rows(&self, metric: MetricId, subject: &Subject, estimate: &Estimate) -> Option<u64> {
        let of_slices = matches!(subject, Subject::Slice(_)) && metric.metric().kind != MetricKind::AcrossGroups;
        let exact = metric.as_str() == "count";
        (of_slices && !exact && estimate.n() < self.policy.min_support && !lacks_scores(estimate)).then_some(estimate.n())
    }

    fn hold_against(&self, gate: &Gate, bound: Bound, subject: &Subject, estimate: &Estimate) -> Result<Judged, Unjudged> {
        let level = self.evaluation.confidence_level();
        match (bound, self.baseline) {
            (Bound::Lower(_) | Bound::Upper(_), _) => against_limit(bound, estimate, level)
                .ok_or_else(|| Unjudged::Because("too few rows for an interval".to_owned(), RuleId::METRIC_NOT_EVALUATED)),
            (Bound::MaxRegression(_), Baseline::Absent) => {
                Err(Unjudged::Because("there is no baseline".to_owned(), RuleId::NO_BASELINE))
            }
            (Bound::MaxRegression(_), Baseline::IsCandidate) => {
                Err(Unjudged::Because("the baseline is the candidate itself".to_owned(), RuleId::BASELINE_IS_CANDIDATE))
            }
            (Bound::MaxRegression(limit), Baseline::Compared(comparison)) => {
                let Some(change) = comparison.get(gate.metric, subject) else {
                    return Err(Unjudged::Because("the comparison lacks it".to_owned(), RuleId::METRIC_NOT_EVALUATED));
                };
                let before = &change.baseline;
                if before.n() > 0 && before.n() < self.policy.min_support && gate.metric.as_str() != "count" {
                    return Err(Unjudged::TooFew(before.n()));
                }
                against_regression(limit, gate.metric.metric().direction, &change.delta, level)
                    .map_err(|reason| Unjudged::Because(reason, RuleId::METRIC_NOT_EVALUATED))
            }
        }
    }

    fn not_evaluated(&self, gate: &Gate, bound: Bound, subject: &Subject, reason: String, rule: RuleId) -> Check {
        self.finish(gate, bound, subject, rule, State::NotEvaluated { reason })
    }

    /// Fills in what every check carries, and decides whether it blocks: a crossed limit by the gate's level, a check
    /// that was not made by the level of the rule that says why.
    fn finish(&self, gate: &Gate, bound: Bound, subject: &Subject, rule: RuleId, state: State) -> Check {
        let state = if state == State::Failed && gate.level < Level::Deny { State::Warned } else { state };
        let blocking = match state {
            State::Failed => true,
            State::NotEvaluated { .. } => gate.level == Level::Deny && self.level(rule) == Level::Deny,
            _ => false,
        };
        let change = match self.baseline {
            Baseline::Compared(comparison) => comparison.get(gate.metric, subject).cloned(),
            Baseline::Absent | Baseline::IsCandidate => None,
        };
        Check {
            origin: gate.origin.clone(),
            rule,
            metric: gate.metric,
            subject: subject.clone(),
            bound,
            level: gate.level,
            must_prove: gate.must_prove,
            state,
            blocking,
            candidate: self.evaluation.get(gate.metric, subject).copied(),
            change,
        }
    }

    /// What the rules say about the run as a whole.
    fn findings(&self, low_support: &BTreeSet<TooSmall>) -> Vec<Finding> {
        let mut findings = Vec::new();
        match self.baseline {
            Baseline::Absent => {
                findings.push(self.finding(RuleId::NO_BASELINE, "", "there is no previous release to compare with".to_owned()));
            }
            Baseline::IsCandidate => {
                let message = "the baseline's model and data are the candidate's own, so nothing was compared".to_owned();
                findings.push(self.finding(RuleId::BASELINE_IS_CANDIDATE, "", message));
            }
            Baseline::Compared(comparison) => findings.extend(self.about_comparison(comparison)),
        }
        findings.extend(self.about_support(low_support));
        findings
    }

    fn about_comparison(&self, comparison: &Comparison) -> Vec<Finding> {
        let mut findings: Vec<Finding> = comparison
            .missing
            .iter()
            .filter(|missing| missing.rows >= self.policy.min_support)
            .map(|missing| {
                let message = format!("the baseline has {} rows of this slice, the candidate none", missing.rows);
                self.finding(RuleId::MISSING_SLICE, &missing.slice.to_string(), message)
            })
            .collect();
        if comparison.mode == Mode::DifferentData {
            let message = "the two sides were evaluated on different rows: a change may come from the rows".to_owned();
            findings.push(self.finding(RuleId::DIFFERENT_DATA, "", message));
        }
        findings
    }

    /// One finding for the slices that gates could not judge, and one for each comparison that left groups out.
    fn about_support(&self, low_support: &BTreeSet<TooSmall>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let slices: BTreeSet<String> = low_support.iter().map(|(_, subject, _)| subject.to_string()).collect();
        if !slices.is_empty() {
            let have = if slices.len() == 1 { "1 slice has".to_owned() } else { format!("{} slices have", slices.len()) };
            let message = format!(
                "{have} fewer than {} rows in a gated metric's denominator and could not be judged: {}",
                self.policy.min_support,
                listed(&slices)
            );
            findings.push(self.finding(RuleId::LOW_SUPPORT, "", message));
        }
        let gated: BTreeSet<MetricId> = self.policy.gates.iter().map(|gate| gate.metric).collect();
        for (metric, subject, _) in self.evaluation.iter().filter(|(metric, ..)| gated.contains(metric)) {
            let left_out: BTreeSet<String> = self.evaluation.left_out(metric, subject).iter().map(Slice::to_string).collect();
            if !left_out.is_empty() {
                let are = if left_out.len() == 1 {
                    "1 group is too small and takes".to_owned()
                } else {
                    format!("{} groups are too small and take", left_out.len())
                };
                let message = format!("{are} no part in {metric}: {}", listed(&left_out));
                findings.push(self.finding(RuleId::LOW_SUPPORT, &subject.to_string(), message));
            }
        }
        findings
    }

    fn finding(&self, rule: RuleId, subject: &str, message: String) -> Finding {
        Finding {
            rule,
            level: self.level(rule),
            subject: subject.to_owned(),
            message,
            origin: None,
            help: rule.rule().fix.to_owned(),
        }
    }
}

/// Why a limit could not be held against a subject.
enum Unjudged {
    /// For a reason, under a rule.
    Because(String, RuleId),
    /// The baseline's denominator is this small.
    TooFew(u64),
}

/// Missing scores are no question of how many rows there are.
fn lacks_scores(estimate: &Estimate) -> bool {
    matches!(estimate, Estimate::Undefined { reason: modelgate_eval::Reason::NoScores, .. })
}

/// What a gate that found no subject is about.
fn nothing_to_judge(gate: &Gate) -> Subject {
    match gate.metric.metric().kind {
        MetricKind::AcrossGroups => Subject::Across(Vec::new()),
        MetricKind::Slice | MetricKind::AgainstGroups => Subject::Slice(Slice::overall()),
    }
}

/// The first names of a set, and how many more there are.
fn listed(names: &BTreeSet<String>) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    let more = names.len().saturating_sub(SHOWN);
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::collections::BTreeMap;

    use modelgate_eval::{Change, Delta, Interval, Measured, Method, OneSided, Reason};

    use super::*;
    use crate::{Origin, Waiver};

    fn metric(id: &str) -> MetricId {
        MetricId::parse(id).unwrap()
    }

    fn slice(text: &str) -> Subject {
        Subject::Slice(Slice::parse(text).unwrap())
    }

    fn estimate(value: f64, half: f64, n: u64) -> Estimate {
        let interval = Some(Interval { lower: value - half, upper: value + half, method: Method::Wilson });
        Estimate::Measured(Measured { value, interval, n, binning_error: 0.0 })
    }

    fn evaluation(rows: &[(&str, Estimate)]) -> Evaluation {
        let mut found = Evaluation::new(0.95);
        for (name, estimate) in rows {
            found.insert(metric("recall"), slice(name), *estimate);
        }
        found
    }

    fn comparison(rows: &[(&str, Estimate, f64)], missing: Vec<OneSided>) -> Comparison {
        let change = |estimate: &Estimate, delta: f64| {
            let interval = Some(Interval { lower: delta - 0.02, upper: delta + 0.02, method: Method::SquareAndAdd });
            Change {
                baseline: *estimate,
                candidate: *estimate,
                delta: Delta::Measured { value: delta, interval, standard_error: 0.01 },
            }
        };
        let changes = rows.iter().map(|(name, estimate, delta)| ((metric("recall"), slice(name)), change(estimate, *delta)));
        Comparison::new(Mode::SameSplitUnpaired, 0.95, changes.collect(), missing, Vec::new())
    }

    fn policy(target: Target, bound: Bound) -> Policy {
        let origin = Origin { path: "gates[0]".into(), line: 9 };
        let gate = Gate { origin, metric: metric("recall"), target, bounds: vec![bound], level: Level::Deny, must_prove: false };
        Policy { gates: vec![gate], levels: BTreeMap::new(), waivers: Vec::new(), min_support: 30 }
    }

    fn today() -> Date {
        Date::parse("2026-06-01").unwrap()
    }

    fn waiver(rule: RuleId, subject: Option<Subject>, expires: &str) -> Waiver {
        Waiver {
            origin: Origin { path: "waivers[0]".into(), line: 20 },
            rule,
            metric: None,
            subject,
            reason: "known".into(),
            approved_by: "risk officer".into(),
            expires: Date::parse(expires).unwrap(),
        }
    }

    #[test]
    fn one_bad_slice_fails_a_gate_over_every_slice() {
        let found = evaluation(&[
            ("overall", estimate(0.9, 0.01, 900)),
            ("sex=F", estimate(0.9, 0.02, 400)),
            ("sex=M", estimate(0.5, 0.02, 500)),
        ]);
        let verdict = judge(&found, Baseline::Absent, &policy(Target::Every, Bound::Lower(0.8)), today());
        assert_eq!(verdict.outcome, Outcome::Failed);
        assert_eq!((verdict.counts.passed, verdict.counts.failed), (1, 1));
        let worst = verdict.checks.first().unwrap();
        assert_eq!((worst.subject.to_string().as_str(), worst.rule), ("sex=M", RuleId::METRIC_BELOW_BOUND));
    }

    #[test]
    fn a_metric_that_does_not_exist_fails_the_gate() {
        let undefined = Estimate::Undefined { reason: Reason::NoPositives, n: 900 };
        for found in [evaluation(&[("overall", undefined)]), evaluation(&[])] {
            let verdict = judge(&found, Baseline::Absent, &policy(Target::Overall, Bound::Lower(0.8)), today());
            assert_eq!((verdict.outcome, verdict.counts.not_evaluated), (Outcome::Failed, 1));
        }
    }

    #[test]
    fn a_gate_over_every_slice_that_finds_none_fails() {
        let only_small = evaluation(&[("overall", estimate(0.9, 0.01, 900)), ("sex=F", estimate(0.1, 0.1, 5))]);
        let verdict = judge(&only_small, Baseline::Absent, &policy(Target::Every, Bound::Lower(0.8)), today());
        assert_eq!((verdict.outcome, verdict.low_support), (Outcome::Failed, 1));
        assert!(verdict.findings.iter().any(|finding| finding.rule == RuleId::LOW_SUPPORT));
    }

    #[test]
    fn a_named_slice_that_is_absent_or_too_small_fails() {
        let found = evaluation(&[("sex=F", estimate(0.9, 0.01, 12))]);
        for name in ["sex=F", "sex=X"] {
            let target = Target::Slices(vec![Slice::parse(name).unwrap()]);
            let verdict = judge(&found, Baseline::Absent, &policy(target, Bound::Lower(0.1)), today());
            assert_eq!(verdict.outcome, Outcome::Failed, "{name}");
        }
    }

    #[test]
    fn without_a_baseline_regression_gates_are_not_evaluated_and_follow_their_rule() {
        let found = evaluation(&[("overall", estimate(0.9, 0.01, 900))]);
        let mut policy = policy(Target::Overall, Bound::MaxRegression(0.01));
        let verdict = judge(&found, Baseline::Absent, &policy, today());
        assert_eq!((verdict.outcome, verdict.counts.not_evaluated, verdict.counts.passed), (Outcome::Passed, 1, 0));
        assert!(verdict.findings.iter().any(|finding| finding.rule == RuleId::NO_BASELINE && finding.level == Level::Warn));
        policy.levels.insert(RuleId::NO_BASELINE, Level::Deny);
        assert_eq!(judge(&found, Baseline::Absent, &policy, today()).outcome, Outcome::Failed);
    }

    #[test]
    fn a_baseline_that_is_the_candidate_is_refused() {
        let found = evaluation(&[("overall", estimate(0.9, 0.01, 900))]);
        let policy = policy(Target::Overall, Bound::MaxRegression(0.01));
        assert_eq!(judge(&found, Baseline::IsCandidate, &policy, today()).outcome, Outcome::Failed);
    }

    #[test]
    fn a_vanished_slice_is_a_finding_and_a_vanished_handful_is_not() {
        let found = evaluation(&[("overall", estimate(0.9, 0.01, 900))]);
        let missing = |rows| vec![OneSided { slice: Slice::parse("sex=F").unwrap(), rows }];
        let judged = |rows| {
            let comparison = comparison(&[("overall", estimate(0.9, 0.01, 900), 0.0)], missing(rows));
            judge(&found, Baseline::Compared(&comparison), &policy(Target::Overall, Bound::Lower(0.5)), today()).outcome
        };
        assert_eq!((judged(400), judged(7)), (Outcome::Failed, Outcome::Passed));
    }

    #[test]
    fn must_prove_turns_cannot_tell_into_review() {
        let found = evaluation(&[("overall", estimate(0.81, 0.05, 900))]);
        let mut policy = policy(Target::Overall, Bound::Lower(0.8));
        assert_eq!(judge(&found, Baseline::Absent, &policy, today()).outcome, Outcome::Passed);
        policy.gates.iter_mut().for_each(|gate| gate.must_prove = true);
        let verdict = judge(&found, Baseline::Absent, &policy, today());
        assert_eq!((verdict.outcome, verdict.counts.inconclusive, verdict.counts.passed), (Outcome::NeedsReview, 1, 0));
    }

    #[test]
    fn a_waiver_holds_until_its_last_day_and_for_what_it_names() {
        let found = evaluation(&[("sex=F", estimate(0.5, 0.02, 400)), ("sex=M", estimate(0.9, 0.02, 400))]);
        let judged = |waiver: Waiver| {
            let mut policy = policy(Target::Every, Bound::Lower(0.8));
            policy.waivers = vec![waiver];
            judge(&found, Baseline::Absent, &policy, today())
        };
        let rule = RuleId::METRIC_BELOW_BOUND;
        let held = judged(waiver(rule, Some(slice("sex=F")), "2026-06-01"));
        assert_eq!((held.outcome, held.counts.waived), (Outcome::Passed, 1));
        let expired = judged(waiver(rule, Some(slice("sex=F")), "2026-05-31"));
        assert_eq!((expired.outcome, expired.counts.failed), (Outcome::Failed, 1));
        assert!(expired.findings.iter().any(|finding| finding.rule == RuleId::EXPIRED_WAIVER));
        let other = judged(waiver(rule, Some(slice("sex=M")), "2026-12-31"));
        assert_eq!(other.outcome, Outcome::Failed);
        assert!(other.findings.iter().any(|finding| finding.rule == RuleId::UNUSED_WAIVER));
    }

    #[test]
    fn a_gate_at_warn_never_blocks() {
        let found = evaluation(&[("overall", estimate(0.5, 0.01, 900))]);
        let mut policy = policy(Target::Overall, Bound::Lower(0.8));
        policy.gates.iter_mut().for_each(|gate| gate.level = Level::Warn);
        let verdict = judge(&found, Baseline::Absent, &policy, today());
        assert_eq!((verdict.outcome, verdict.counts.warned), (Outcome::Passed, 1));
    }
}
