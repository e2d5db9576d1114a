//! Disclosure control: takes out of a report what may not be shown, before anything is rendered from it.
//!
//! Every document is made from what this leaves. The verdict stays: it was made from exact counts, and what fails still
//! fails and is still listed, without numbers.

use std::collections::{BTreeMap, BTreeSet};

use modelgate_cube::{Disclosure, Profile, Slice, magnitude};
use modelgate_eval::{
    Change, Comparison, Delta, Estimate, Evaluation, Interval, MetricId, MetricKind, Mix, OneSided, Retrained, Subject,
};
use modelgate_policy::{Check, Counts, Finding, JudgedData, JudgedWaiver, RuleId, State, Test, Verdict};

use crate::controls::without_details;
use crate::inputs::Input;
use crate::report::{Baseline, Disclosed, ModelFacts, Report};

/// The training setting that counts people; it is not shown where not every reader may know the rows.
pub const TRAINING_POSITIVES: &str = "training rows with the positive label";

/// What the constant of a weighted sum is called among its coefficients.
pub const INTERCEPT: &str = "intercept";

/// What stands before the level that the others of a text are relative to.
pub const RELATIVE: &str = ", relative to ";

/// What stands in the place of a reason that would tell a number.
pub(crate) const NOT_SHOWN: &str = "not shown";

/// Findings whose text has no number of rows in it. All others are shown as what their rule says of itself.
const WITHOUT_ROWS: [RuleId; 11] = [
    RuleId::UNAPPROVED_DATA,
    RuleId::NO_BASELINE,
    RuleId::BASELINE_IS_CANDIDATE,
    RuleId::DIFFERENT_DATA,
    RuleId::EXPIRED_WAIVER,
    RuleId::UNUSED_WAIVER,
    RuleId::EXPIRING_WAIVER,
    RuleId::OUTDATED_BLOCK,
    RuleId::WORN_SPLIT,
    RuleId::CONTROL_WITHOUT_EVIDENCE,
    RuleId::STALE_STATEMENT,
];

/// What may be shown of a report.
#[must_use]
pub fn disclose(report: Report, disclosure: &Disclosure) -> Report {
    let settings = &disclosure.settings;
    if !settings.profile.controls() {
        return report;
    }
    let shown = Shown { disclosure, subjects: subjects(&report) };
    // Every field is named, so that a new one has to be thought about here.
    let Report {
        model_name,
        tool_version,
        generated,
        commit,
        positive_label,
        task,
        rows,
        has_weights,
        inputs,
        job,
        provenance,
        baseline,
        anchor,
        split_decisions,
        model,
        data_files,
        confidence_level,
        min_support,
        declared,
        evaluation,
        comparison,
        verdict,
        config_file,
        disclosed: _,
    } = report;
    let rows_of = |rows: Option<u64>| rows.filter(|_| disclosure.shows_rows());
    Report {
        disclosed: shown.notice(&evaluation, &verdict),
        model_name,
        tool_version,
        generated,
        commit,
        positive_label,
        task,
        rows: rows_of(rows),
        has_weights,
        inputs: inputs.into_iter().map(Input::without_counts).collect(),
        job,
        provenance,
        baseline: without_rows(baseline, rows_of),
        anchor: anchor.map(|anchor| without_rows(anchor, rows_of)),
        split_decisions,
        model: shown.model(model),
        data_files,
        confidence_level,
        min_support,
        declared,
        evaluation: shown.evaluation(&evaluation),
        comparison: comparison.map(|comparison| shown.comparison(&comparison)),
        verdict: shown.verdict(verdict),
        config_file,
    }
}

/// What may be shown of measurements without a verdict.
#[must_use]
pub fn disclose_evaluation(evaluation: Evaluation, disclosure: &Disclosure) -> Evaluation {
    let shown = Shown { disclosure, subjects: BTreeMap::new() };
    if disclosure.settings.profile.controls() { shown.evaluation(&evaluation) } else { evaluation }
}

/// What may be shown of changes without a verdict.
#[must_use]
pub fn disclose_comparison(comparison: Comparison, disclosure: &Disclosure) -> Comparison {
    let shown = Shown { disclosure, subjects: BTreeMap::new() };
    if disclosure.settings.profile.controls() { shown.comparison(&comparison) } else { comparison }
}

fn without_rows(baseline: Baseline, rows_of: impl Fn(Option<u64>) -> Option<u64>) -> Baseline {
    match baseline {
        Baseline::None { why } => Baseline::None { why },
        Baseline::Predictions { name, how, digest, rows } => Baseline::Predictions { name, how, digest, rows: rows_of(rows) },
        Baseline::Found { release, how, commit, created, age_days, digest, rows } => {
            Baseline::Found { release, how, commit, created, age_days, digest, rows: rows_of(rows) }
        }
    }
}

/// Everything that the report says something about, by its name in findings.
fn subjects(report: &Report) -> BTreeMap<String, Subject> {
    let measured = report.evaluation.iter().map(|(_, subject, _)| subject.clone());
    let checked = report.verdict.checks.iter().map(|check| check.subject.clone());
    let compared = report.comparison.iter().flat_map(|comparison| comparison.iter().map(|(_, subject, _)| subject.clone()));
    let missing = report.comparison.iter().flat_map(|comparison| &comparison.missing);
    let missing = missing.map(|side| Subject::Slice(side.slice.clone()));
    measured.chain(checked).chain(compared).chain(missing).map(|subject| (subject.to_string(), subject)).collect()
}

struct Shown<'a> {
    disclosure: &'a Disclosure,
    subjects: BTreeMap<String, Subject>,
}

impl Shown<'_> {
    /// Whether the numbers of a metric are shown for a subject.
    fn shows(&self, metric: MetricId, subject: &Subject) -> bool {
        metric.may_be_shown(self.disclosure.task)
            && match subject {
                Subject::Slice(slice) if metric.metric().kind == MetricKind::AgainstGroups => {
                    self.disclosure.shows(slice) && self.disclosure.shows_between(&axes(slice))
                }
                Subject::Slice(slice) => self.disclosure.shows(slice),
                Subject::Across(axes) => self.disclosure.shows_between(axes),
                Subject::Contrast { group, reference } => self.disclosure.shows(group) && self.disclosure.shows(reference),
            }
    }

    /// Whether it may be told that a check of the subject was made.
    fn names(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Slice(slice) => self.disclosure.names(slice),
            Subject::Across(_) => true,
            Subject::Contrast { group, reference } => self.disclosure.names(group) && self.disclosure.names(reference),
        }
    }

    fn is_safe(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Slice(slice) => self.disclosure.is_safe(slice),
            Subject::Across(_) => true,
            Subject::Contrast { group, reference } => self.disclosure.is_safe(group) && self.disclosure.is_safe(reference),
        }
    }

    /// Measurements of what is shown. What a search found is left out: it is about halves of rows, up to three columns deep.
    fn evaluation(&self, exact: &Evaluation) -> Evaluation {
        let mut shown = Evaluation::new(exact.confidence_level());
        for (metric, subject, estimate) in exact.iter().filter(|(metric, subject, _)| self.shows(*metric, subject)) {
            shown.insert(metric, subject.clone(), rounded_estimate(estimate));
            let left_out = exact.left_out(metric, subject).iter().filter(|group| self.disclosure.shows(group));
            shown.leave_out(metric, subject, left_out.cloned().collect());
            if let Subject::Slice(slice) = subject
                && let Some(rows) = exact.rows(slice)
            {
                shown.note_rows(slice, rows);
            }
        }
        // How much other models differ would tell their counts, which nobody has looked at for small ones.
        match exact.retrained() {
            Some(retrained) => shown.with_retrained(Retrained { models: retrained.models, noise: BTreeMap::new() }),
            None => shown,
        }
    }

    fn comparison(&self, exact: &Comparison) -> Comparison {
        let changes = exact.iter().filter(|(metric, subject, _)| self.shows(*metric, subject));
        let changes: BTreeMap<_, _> =
            changes.map(|(metric, subject, change)| ((metric, subject.clone()), rounded_change(change))).collect();
        let mixes = exact.mixes.iter().filter(|mix| self.shows_mix(mix)).cloned().collect();
        let sides = |sides: &[OneSided]| sides.iter().filter(|side| self.disclosure.shows(&side.slice)).cloned().collect();
        Comparison::new(exact.mode, exact.confidence_level(), changes, sides(&exact.missing), sides(&exact.new)).with_mixes(mixes)
    }

    /// Whether a change taken apart is shown: it has the share of every group.
    fn shows_mix(&self, mix: &Mix) -> bool {
        let axes = [mix.axis.clone()];
        let all_shown = !self.disclosure.withheld().touches(&axes) && self.disclosure.shows_between(&axes);
        all_shown && mix.metric.may_be_shown(self.disclosure.task)
    }

    /// Checks and findings of what is shown. How columns moved is left out: it is about counts by value, in
    /// every slice. So is what was measured of the data, which is about few rows; what rules say of it stays.
    fn verdict(&self, exact: Verdict) -> Verdict {
        let Verdict { outcome, checks, findings, counts: _, low_support: _, drift: _, without_columns, data, controls, waivers } =
            exact;
        let checks: Vec<Check> = checks.into_iter().filter_map(|check| self.check(check)).collect();
        let mut findings: Vec<Finding> = findings.into_iter().map(|finding| self.finding(finding)).collect();
        // Without their subjects and numbers, many say the same.
        findings.dedup();
        // What is declared of files, their digests, and who answers for them tell of no row.
        let (sources, preprocessing) = (data.sources, data.preprocessing);
        let (drift, data) = (Vec::new(), JudgedData { sources, preprocessing, ..JudgedData::default() });
        let controls = without_details(controls);
        // What a waiver is limited to may be a slice that is withheld.
        let waivers = waivers.into_iter().map(|waiver| JudgedWaiver { subject: String::new(), accepts: Vec::new(), ..waiver });
        Verdict {
            outcome,
            counts: Counts::of(&checks),
            checks,
            findings,
            low_support: 0,
            drift,
            without_columns,
            data,
            controls,
            waivers: waivers.collect(),
        }
    }

    /// A check as it may be shown. One of a withheld slice is left out where nothing follows from it: that it was made
    /// tells that the slice has enough rows.
    fn check(&self, exact: Check) -> Option<Check> {
        // Without its test, what must be proven would look unproven.
        let must_prove = if exact.test.is_some() { exact.unproven() } else { exact.must_prove };
        // An adjusted p-value beside a change tells how many checks were made.
        let by_rows = exact.change.as_ref().is_some_and(|change| change.flips.is_some());
        let tells_tests = self.disclosure.names_all() && !by_rows;
        if self.shows(exact.metric, &exact.subject) {
            return Some(Check {
                candidate: exact.candidate.as_ref().map(rounded_estimate),
                change: exact.change.as_ref().map(rounded_change),
                test: exact.test.map(rounded_test).filter(|_| tells_tests),
                state: if by_rows { without_numbers(exact.state) } else { exact.state },
                must_prove: if tells_tests { exact.must_prove } else { must_prove },
                ..exact
            });
        }
        let asks_for_something =
            exact.blocking || exact.unproven() || matches!(exact.state, State::Failed | State::Warned | State::Waived { .. });
        if !self.is_safe(&exact.subject) && !asks_for_something {
            return None;
        }
        let subject = if self.names(&exact.subject) { exact.subject } else { unnamed(&exact.subject) };
        let state = without_numbers(exact.state);
        Some(Check { subject, state, must_prove, candidate: None, change: None, test: None, ..exact })
    }

    /// A finding as it may be shown: names of withheld slices and numbers of rows stay inside.
    fn finding(&self, exact: Finding) -> Finding {
        let about = self.subjects.get(&exact.subject);
        let shows = |subject: &Subject| match subject {
            Subject::Slice(slice) => self.disclosure.shows(slice),
            Subject::Across(axes) => self.disclosure.shows_between(axes),
            Subject::Contrast { group, reference } => self.disclosure.shows(group) && self.disclosure.shows(reference),
        };
        if WITHOUT_ROWS.contains(&exact.rule) || (exact.rule == RuleId::MISSING_SLICE && about.is_some_and(shows)) {
            return exact;
        }
        let may_name = about.is_some_and(|subject| self.names(subject));
        // The name of a control or of a document tells of no row.
        let tells_none = [RuleId::FAILED_CONTROL, RuleId::CONTRADICTED_NUMBER, RuleId::UNMEASURED_NUMBER];
        let subject = if may_name || tells_none.contains(&exact.rule) { exact.subject } else { String::new() };
        let message = format!("{} (what it is about in numbers is not shown)", title(exact.rule));
        Finding { subject, message, help: exact.rule.rule().fix.to_owned(), ..exact }
    }

    fn model(&self, exact: ModelFacts) -> ModelFacts {
        let ModelFacts { kind, rows_trained, features, dropped, mut settings, mut coefficients } = exact;
        // What a text says is one person's where one row has it; of a number the column's name is all that is told.
        coefficients.retain(|(name, _)| name == INTERCEPT || features.iter().any(|(feature, _)| feature == name));
        let features = features.into_iter().map(|(name, how)| (name, how.split(RELATIVE).next().unwrap_or_default().to_owned()));
        let features = features.collect();
        settings.retain(|(name, _)| name != TRAINING_POSITIVES);
        let rows_trained = rows_trained.filter(|rows| *rows >= self.disclosure.settings.min_cell);
        ModelFacts { kind, rows_trained, features, dropped, settings, coefficients }
    }

    /// What is not shown, in numbers of slices.
    fn notice(&self, exact: &Evaluation, verdict: &Verdict) -> Disclosed {
        let settings = &self.disclosure.settings;
        let subjects: BTreeSet<&Subject> = exact.iter().map(|(_, subject, _)| subject).collect();
        let slices = subjects.into_iter().filter_map(|subject| match subject {
            Subject::Slice(slice) if !slice.is_overall() => Some(slice),
            _ => None,
        });
        let bands = slices.filter(|slice| self.disclosure.is_safe(slice) && settings.profile == Profile::Restricted);
        Disclosed {
            profile: settings.profile,
            min_cell: settings.min_cell,
            overall: self.disclosure.shows(&Slice::overall()),
            slices: self.disclosure.withheld().levels().cloned().collect(),
            tables: self.disclosure.withheld().tables().map(|pair| pair.to_vec()).collect(),
            bands: bands.map(|slice| (slice.clone(), magnitude(exact.rows(slice).unwrap_or(0)))).collect(),
            has_unmade_checks: verdict.low_support > 0,
            has_columns: !verdict.drift.is_empty() || !verdict.data.measurements.is_empty(),
        }
    }
}

fn axes(slice: &Slice) -> Vec<String> {
    slice.axes().map(str::to_owned).collect()
}

/// The title of a rule within a sentence.
fn title(rule: RuleId) -> &'static str {
    rule.rule().title.trim_end_matches('.')
}

/// What became of a check, without what its rows could have told.
fn without_numbers(state: State) -> State {
    match state {
        State::Inconclusive { .. } => State::Inconclusive { detectable: None, rows_needed: None },
        State::NotEvaluated { .. } => State::NotEvaluated { reason: NOT_SHOWN.to_owned() },
        state @ (State::Passed | State::Warned | State::Failed | State::Waived { .. }) => state,
    }
}

/// The groups that a subject is one of.
fn unnamed(subject: &Subject) -> Subject {
    match subject {
        Subject::Slice(slice) | Subject::Contrast { group: slice, .. } => Subject::Across(axes(slice)),
        Subject::Across(axes) => Subject::Across(axes.clone()),
    }
}

/// Four digits: what a mean of scores, or of numbers, has behind them would tell single ones. Numbers of rows stay.
fn rounded(value: f64) -> f64 {
    if value.fract().abs() <= 0.0 {
        return value;
    }
    // As many places behind the point as leave four digits, of numbers from 1 on.
    let before = if value.abs() < 1.0 { 0.0 } else { value.abs().log10().floor() + 1.0 };
    let scale = 10.0_f64.powf(4.0 - before);
    let rounded = (value * scale).round() / scale;
    if rounded.is_finite() { rounded } else { value }
}

fn rounded_interval(interval: Interval) -> Interval {
    Interval { lower: rounded(interval.lower), upper: rounded(interval.upper), ..interval }
}

fn rounded_estimate(estimate: &Estimate) -> Estimate {
    match estimate {
        Estimate::Undefined { reason, n } => Estimate::Undefined { reason: *reason, n: *n },
        Estimate::Measured(measured) => Estimate::Measured(modelgate_eval::Measured {
            value: rounded(measured.value),
            interval: measured.interval.map(rounded_interval),
            binning_error: rounded(measured.binning_error),
            ..*measured
        }),
    }
}

/// A change as it may be shown. Where it was tested by the very rows that changed, its interval would tell how many they
/// are.
fn rounded_change(change: &Change) -> Change {
    let delta = match change.delta {
        Delta::Undefined(reason) => Delta::Undefined(reason),
        Delta::Measured { value, .. } if change.flips.is_some() => {
            Delta::Measured { value: rounded(value), interval: None, standard_error: 0.0 }
        }
        Delta::Measured { value, interval, standard_error } => Delta::Measured {
            value: rounded(value),
            interval: interval.map(rounded_interval),
            standard_error: rounded(standard_error),
        },
    };
    Change { baseline: rounded_estimate(&change.baseline), candidate: rounded_estimate(&change.candidate), delta, flips: None }
}

fn rounded_test(test: Test) -> Test {
    let Test { family, size: _, alpha, q, q_any_loss, loss, upper } = test;
    // How many checks were made tells how many slices had enough rows for one.
    Test { family, size: 0, alpha, q: rounded(q), q_any_loss: rounded(q_any_loss), loss: rounded(loss), upper: rounded(upper) }
}

#[cfg(test)]
mod tests;
