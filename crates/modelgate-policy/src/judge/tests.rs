//! Runs on made-up measurements: what each gate, rule and waiver leads to.

#![expect(clippy::unwrap_used, reason = "tests")]
use std::collections::BTreeMap;

use modelgate_eval::{Change, Delta, Interval, Measured, Method, OneSided, Reason};

use super::*;
use crate::{Family, Origin, Waiver};

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
            flips: None,
        }
    };
    let changes = rows.iter().map(|(name, estimate, delta)| ((metric("recall"), slice(name)), change(estimate, *delta)));
    Comparison::new(Mode::SameSplitUnpaired, 0.95, changes.collect(), missing, Vec::new())
}

fn policy(target: Target, bound: Bound) -> Policy {
    let origin = Origin { file: None, path: "gates[0]".into(), line: 9 };
    let gate = Gate { origin, metric: metric("recall"), target, bounds: vec![bound], level: Level::Deny, must_prove: false };
    Policy {
        gates: vec![gate],
        levels: BTreeMap::new(),
        waivers: Vec::new(),
        control_waivers: Vec::new(),
        min_support: 30,
        alpha: 0.05,
        anchor_budget: 2.0,
        allow_cross_split_gate: false,
        max_decisions_per_split: 50,
        drift: crate::DriftLimits::default(),
        data: crate::DataLimits::default(),
        sources: Vec::new(),
    }
}

fn today() -> Date {
    Date::parse("2026-06-01").unwrap()
}

fn waiver(rule: RuleId, subject: Option<Subject>, expires: &str) -> Waiver {
    Waiver {
        origin: Origin { file: None, path: "waivers[0]".into(), line: 20 },
        rule,
        metric: None,
        subject,
        reason: "known".into(),
        approved_by: "risk officer".into(),
        expires: Date::parse(expires).unwrap(),
        notes: crate::WaiverNotes::default(),
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

/// A comparison in which each slice has moved by so much, with this standard error.
fn moved(rows: &[(&str, f64, f64)]) -> Comparison {
    let change = |delta: f64, standard_error: f64| {
        let half = 1.96 * standard_error;
        let interval = Some(Interval { lower: delta - half, upper: delta + half, method: Method::SquareAndAdd });
        let both = estimate(0.9, 0.01, 900);
        Change { baseline: both, candidate: both, delta: Delta::Measured { value: delta, interval, standard_error }, flips: None }
    };
    let changes = rows.iter().map(|(name, delta, error)| ((metric("recall"), slice(name)), change(*delta, *error)));
    Comparison::new(Mode::SameSplitUnpaired, 0.95, changes.collect(), Vec::new(), Vec::new())
}

/// As many slices that did not move as are asked for.
fn still(count: usize) -> Vec<(String, f64, f64)> {
    (0..count).map(|index| (format!("region=r{index}"), 0.0, 0.01)).collect()
}

fn of_all_and_every() -> Policy {
    let mut policy = policy(Target::Every, Bound::MaxRegression(0.05));
    let overall = Gate { target: Target::Overall, ..policy.gates.first().unwrap().clone() };
    policy.gates.push(overall);
    policy
}

fn measured_in(rows: &[(&str, f64, f64)]) -> Evaluation {
    let rows: Vec<_> = rows.iter().map(|(name, ..)| (*name, estimate(0.9, 0.01, 900))).collect();
    evaluation(&rows)
}

fn judge_moved(rows: &[(&str, f64, f64)], policy: &Policy) -> Verdict {
    let found = measured_in(rows);
    judge(&found, Baseline::Compared(&moved(rows)), policy, today())
}

fn check_of<'a>(verdict: &'a Verdict, name: &str) -> &'a Check {
    verdict.checks.iter().find(|check| check.subject == slice(name) && check.anchor.is_none()).unwrap()
}

#[test]
fn a_loss_among_many_slices_must_be_surer_than_a_loss_alone() {
    // 2.5 standard errors beyond the limit: p = 0.0062, which is not below 0.05 / 50.
    let bad = ("sex=F", -0.075, 0.01);
    let alone = judge_moved(&[bad], &policy(Target::Every, Bound::MaxRegression(0.05)));
    assert_eq!(check_of(&alone, "sex=F").state.id(), "failed");
    let others = still(49);
    let mut rows: Vec<(&str, f64, f64)> = others.iter().map(|(name, delta, error)| (name.as_str(), *delta, *error)).collect();
    rows.push(bad);
    let among = judge_moved(&rows, &policy(Target::Every, Bound::MaxRegression(0.05)));
    let check = check_of(&among, "sex=F");
    assert_eq!((check.state.id(), check.blocking), ("warned", false), "a real loss, not shown to be beyond the limit");
    let test = check.test.unwrap();
    assert_eq!((test.family, test.size), (Family::Slices, 50));
    assert!((test.q - 50.0 * 0.006_209_665).abs() < 1e-6 && test.q_any_loss < 0.05, "{test:?}");
    assert_eq!(among.outcome, Outcome::Passed);
}

#[test]
fn all_rows_are_tested_apart_from_slices() {
    let others = still(49);
    let mut rows: Vec<(&str, f64, f64)> = others.iter().map(|(name, delta, error)| (name.as_str(), *delta, *error)).collect();
    rows.push(("overall", -0.075, 0.01));
    let verdict = judge_moved(&rows, &of_all_and_every());
    let check = check_of(&verdict, "overall");
    assert_eq!((check.state.id(), check.test.unwrap().family, check.test.unwrap().size), ("failed", Family::Overall, 1));
}

#[test]
fn slices_that_are_too_small_are_not_in_the_family() {
    let rows = [("sex=F", -0.075, 0.01), ("sex=M", 0.0, 0.01)];
    let found = evaluation(&[("sex=F", estimate(0.9, 0.01, 900)), ("sex=M", estimate(0.9, 0.01, 12))]);
    let policy = policy(Target::Every, Bound::MaxRegression(0.05));
    let verdict = judge(&found, Baseline::Compared(&moved(&rows)), &policy, today());
    assert_eq!((verdict.checks.len(), check_of(&verdict, "sex=F").test.unwrap().size), (1, 1));
}

#[test]
fn two_gates_that_ask_the_same_are_one_test() {
    let mut policy = policy(Target::Every, Bound::MaxRegression(0.05));
    let warns = Gate { level: Level::Warn, ..policy.gates.first().unwrap().clone() };
    policy.gates.push(warns);
    let verdict = judge_moved(&[("sex=F", -0.2, 0.01)], &policy);
    let states: Vec<_> = verdict.checks.iter().map(|check| (check.state.id(), check.blocking)).collect();
    assert_eq!(states, [("failed", true), ("warned", false)]);
    assert!(verdict.checks.iter().all(|check| check.test.unwrap().size == 1));
}

#[test]
fn a_real_loss_that_is_not_shown_to_be_within_the_limit_is_not_proven() {
    let mut policy = policy(Target::Overall, Bound::MaxRegression(0.05));
    policy.gates.iter_mut().for_each(|gate| gate.must_prove = true);
    let outcome = |delta, error| judge_moved(&[("overall", delta, error)], &policy).outcome;
    assert_eq!(outcome(-0.045, 0.01), Outcome::NeedsReview, "real, and perhaps beyond the limit");
    assert_eq!(outcome(-0.02, 0.005), Outcome::Passed, "real, and surely within the limit");
    assert_eq!(outcome(-0.02, 0.03), Outcome::NeedsReview, "cannot tell");
}

#[test]
fn an_inconclusive_change_says_what_would_have_been_seen_and_what_would_settle_it() {
    let verdict = judge_moved(&[("overall", -0.02, 0.03)], &policy(Target::Overall, Bound::MaxRegression(0.05)));
    let State::Inconclusive { detectable, rows_needed } = verdict.checks.first().unwrap().state else { unreachable!() };
    // 2.4865 standard errors; against a distance of one standard error, 2.4865^2 times the 900 rows.
    assert!((detectable.unwrap() - 0.074_594).abs() < 1e-5, "{detectable:?}");
    assert_eq!(rows_needed, Some(5_565));
}

/// Both a previous release and an anchor, between which the model has lost `before` already.
fn anchored(delta: f64, before: f64, anchor_is_candidate: bool) -> Verdict {
    let (baseline, anchor) = (moved(&[("overall", delta, 0.01)]), moved(&[("overall", delta + before, 0.01)]));
    let found = measured_in(&[("overall", 0.0, 0.0)]);
    let compared = if anchor_is_candidate { Baseline::IsCandidate } else { Baseline::Compared(&anchor) };
    let history = History {
        baseline: Baseline::Compared(&baseline),
        anchor: Some(Anchor { release: "v1.0.0", compared }),
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
    judge(&found, history, &policy(Target::Overall, Bound::MaxRegression(0.05)), today())
}

#[test]
fn losses_that_each_pass_add_up_against_the_anchor() {
    let verdict = anchored(-0.01, -0.13, false);
    let [against_anchor, against_baseline] = verdict.checks.as_slice() else { unreachable!() };
    assert_eq!((against_anchor.anchor.as_deref(), against_anchor.state.id()), (Some("v1.0.0"), "failed"));
    assert_eq!((against_baseline.anchor.as_deref(), against_baseline.state.id()), (None, "passed"));
    assert_eq!(against_anchor.bound, Bound::MaxRegression(0.1), "twice the limit");
    assert!(verdict.checks.iter().all(|check| (check.test.unwrap().alpha - 0.025).abs() < 1e-12), "half of the level each");
    assert_eq!(verdict.outcome, Outcome::Failed);
    assert_eq!(anchored(-0.01, -0.03, false).outcome, Outcome::Passed, "within the anchor's budget");
}

#[test]
fn an_anchor_alone_has_the_whole_level() {
    let anchor = moved(&[("overall", -0.2, 0.01)]);
    let found = measured_in(&[("overall", 0.0, 0.0)]);
    let compared = Baseline::Compared(&anchor);
    let history = History {
        baseline: Baseline::Absent,
        anchor: Some(Anchor { release: "v1.0.0", compared }),
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
    let verdict = judge(&found, history, &policy(Target::Overall, Bound::MaxRegression(0.05)), today());
    let worst = verdict.checks.first().unwrap();
    assert!(worst.blocking && (worst.test.unwrap().alpha - 0.05).abs() < 1e-12);
    assert_eq!(verdict.counts.not_evaluated, 1, "and against the missing baseline nothing was evaluated");
}

#[test]
fn an_anchor_that_is_the_candidate_is_refused() {
    let verdict = anchored(0.0, 0.0, true);
    assert_eq!(verdict.outcome, Outcome::Failed);
    let finding = verdict.findings.iter().find(|finding| finding.rule == RuleId::BASELINE_IS_CANDIDATE).unwrap();
    assert!(finding.message.starts_with("the anchor v1.0.0's model"), "{}", finding.message);
}

#[test]
fn a_split_wears_out_with_the_decision_that_reaches_the_limit() {
    let found = measured_in(&[("overall", 0.0, 0.0)]);
    let policy = policy(Target::Overall, Bound::Lower(0.5));
    let worn = |decisions| {
        let history = History { decisions, ..History::from(Baseline::Absent) };
        judge(&found, history, &policy, today()).findings.iter().any(|finding| finding.rule == RuleId::WORN_SPLIT)
    };
    assert_eq!((worn(49), worn(50), worn(51)), (false, true, true));
}

/// Judges how far apart `sex=F` and others moved from `sex=M`, where a loss of 0.05 more than theirs is accepted.
fn contrasted(rows: &[(&str, f64, f64)]) -> Verdict {
    judge_moved(rows, &policy(Target::Contrast(Slice::parse("sex=M").unwrap()), Bound::MaxRegression(0.05)))
}

#[test]
fn a_group_that_fell_behind_the_reference_fails_and_one_that_fell_with_it_does_not() {
    let verdict = contrasted(&[("overall", 0.0, 0.01), ("sex=F", -0.2, 0.01), ("sex=M", 0.0, 0.01), ("sex=X", 0.01, 0.01)]);
    let found: Vec<_> = verdict.checks.iter().map(|check| (check.subject.to_string(), check.state.id())).collect();
    let expected = [("sex=F against sex=M".to_owned(), "failed"), ("sex=X against sex=M".to_owned(), "passed")];
    assert_eq!(found, expected);
    let test = verdict.checks.first().unwrap().test.unwrap();
    assert_eq!((test.family, test.size), (Family::Groups, 2));
    assert!((test.loss - 0.2).abs() < 1e-12);
    let together = contrasted(&[("sex=F", -0.2, 0.01), ("sex=M", -0.2, 0.01)]);
    assert_eq!(together.checks.first().unwrap().state.id(), "passed", "the gap stayed as it was");
}

#[test]
fn a_reference_that_is_missing_or_too_small_fails_the_gate() {
    let missing = contrasted(&[("sex=F", -0.2, 0.01)]);
    assert_eq!((missing.outcome, missing.counts.not_evaluated), (Outcome::Failed, 1));
    let found = evaluation(&[("sex=F", estimate(0.9, 0.01, 900)), ("sex=M", estimate(0.9, 0.1, 5))]);
    let rows = [("sex=F", -0.2, 0.01), ("sex=M", 0.0, 0.01)];
    let policy = policy(Target::Contrast(Slice::parse("sex=M").unwrap()), Bound::MaxRegression(0.05));
    let small = judge(&found, Baseline::Compared(&moved(&rows)), &policy, today());
    assert_eq!((small.outcome, small.counts.not_evaluated, small.low_support), (Outcome::Failed, 1, 1));
}

/// Judges a change between different rows.
fn judge_across(rows: &[(&str, f64, f64)], policy: &Policy) -> Verdict {
    let mut comparison = moved(rows);
    comparison.mode = Mode::DifferentData;
    judge(&measured_in(rows), Baseline::Compared(&comparison), policy, today())
}

#[test]
fn a_change_between_different_rows_warns_at_most_unless_that_is_allowed() {
    let bad = [("overall", -0.2, 0.01)];
    let mut policy = policy(Target::Overall, Bound::MaxRegression(0.05));
    let verdict = judge_across(&bad, &policy);
    let check = verdict.checks.first().unwrap();
    assert_eq!((verdict.outcome, check.state.id(), check.across_splits), (Outcome::Passed, "warned", true));
    assert!(verdict.findings.iter().any(|finding| finding.rule == RuleId::DIFFERENT_DATA));
    policy.gates.iter_mut().for_each(|gate| gate.must_prove = true);
    assert_eq!(judge_across(&bad, &policy).outcome, Outcome::NeedsReview, "what must be proven still is not");
    policy.allow_cross_split_gate = true;
    assert_eq!(judge_across(&bad, &policy).outcome, Outcome::Failed);
    assert_eq!(judge_moved(&bad, &policy).outcome, Outcome::Failed);
}

#[test]
fn bounds_hold_whatever_rows_the_baseline_had() {
    let rows = [("overall", 0.0, 0.01)];
    let verdict = judge_across(&rows, &policy(Target::Overall, Bound::Lower(0.95)));
    assert_eq!((verdict.outcome, verdict.checks.first().unwrap().across_splits), (Outcome::Failed, false));
}

fn said_by_simpson(verdict: &Verdict) -> Vec<&str> {
    verdict.findings.iter().filter(|finding| finding.rule == RuleId::SIMPSON).map(|finding| finding.subject.as_str()).collect()
}

#[test]
fn a_group_that_pays_for_an_average_is_named_unless_its_own_gate_speaks() {
    let rows = [("overall", 0.0, 0.005), ("sex=F", -0.2, 0.01), ("sex=M", 0.2, 0.01), ("sex=F & age=65+", -0.3, 0.01)];
    let overall = policy(Target::Overall, Bound::MaxRegression(0.05));
    let verdict = judge_moved(&rows, &overall);
    assert_eq!((said_by_simpson(&verdict), verdict.outcome), (vec!["sex=F"], Outcome::Passed));
    assert_eq!(said_by_simpson(&judge_moved(&rows, &of_all_and_every())), Vec::<&str>::new());
    let small = [("overall", 0.0, 0.005), ("sex=F", -0.06, 0.01)];
    assert_eq!(said_by_simpson(&judge_moved(&small, &overall)), Vec::<&str>::new(), "not shown to be beyond the limit");
    let fallen = [("overall", -0.2, 0.005), ("sex=F", -0.2, 0.01)];
    assert_eq!(said_by_simpson(&judge_moved(&fallen, &overall)), Vec::<&str>::new(), "the whole fell itself");
}

#[test]
fn a_change_that_shares_alone_have_made_is_said() {
    let mix = |within: f64, half: f64| modelgate_eval::Mix {
        metric: metric("recall"),
        axis: "sex".into(),
        total: 0.04,
        within,
        within_interval: Some(Interval { lower: within - half, upper: within + half, method: Method::Moments }),
        between: 0.04 - within,
        standardized: None,
        groups: Vec::new(),
    };
    let said = |within, half, error| {
        let rows = [("overall", 0.04, error)];
        let comparison = moved(&rows).with_mixes(vec![mix(within, half)]);
        let policy = policy(Target::Overall, Bound::MaxRegression(0.05));
        said_by_simpson(&judge(&measured_in(&rows), Baseline::Compared(&comparison), &policy, today())).len()
    };
    assert_eq!(said(-0.03, 0.01, 0.05), 1, "the groups surely fell");
    assert_eq!(said(-0.01, 0.05, 0.01), 1, "the whole surely rose");
    assert_eq!(said(-0.01, 0.05, 0.05), 0, "neither is sure");
    assert_eq!(said(0.03, 0.01, 0.01), 0, "both rose");
}

#[test]
fn slices_that_a_search_found_warn_and_never_block_whatever_level_is_set() {
    let interval = Interval { lower: 0.1, upper: 0.3, method: Method::SquareAndAdd };
    let worst = |name: &str| modelgate_eval::WorstSlice {
        slice: Slice::parse(name).unwrap(),
        rate: 0.4,
        others: 0.2,
        excess: 0.2,
        interval,
        n: 90,
        q: 0.01,
    };
    let settings = modelgate_eval::DiscoverySettings { rate: metric("error_rate"), margin: 0.02, confidence_level: 0.95 };
    let names: Vec<String> = (0..7).map(|index| format!("region=r{index}")).collect();
    let found = names.iter().map(|name| worst(name)).collect();
    let discovery = modelgate_eval::Discovery { settings, depth: 3, searched: 40, found };
    let mut policy = policy(Target::Overall, Bound::Lower(0.5));
    policy.levels.insert(RuleId::WORST_SLICE, Level::Deny);
    let rows = evaluation(&[("overall", estimate(0.9, 0.01, 900))]).with_discovery(Ok(discovery));
    let verdict = judge(&rows, Baseline::Absent, &policy, today());
    let told: Vec<&Finding> = verdict.findings.iter().filter(|finding| finding.rule == RuleId::WORST_SLICE).collect();
    assert_eq!((told.len(), verdict.outcome), (5, Outcome::Passed));
    let first = told.first().unwrap();
    assert_eq!((first.level, first.subject.as_str()), (Level::Warn, "region=r0"));
    assert!(
        first.message.starts_with("error_rate 0.400 against 0.200 of all other rows: +0.200 [+0.100, +0.300], n = 90"),
        "{}",
        first.message
    );
    policy.levels.insert(RuleId::WORST_SLICE, Level::Allow);
    assert!(!judge(&rows, Baseline::Absent, &policy, today()).findings.iter().any(|finding| finding.rule == RuleId::WORST_SLICE));
}
