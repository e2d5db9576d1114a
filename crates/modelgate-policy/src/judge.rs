//! From measurements to a verdict: every gate held against every subject, then the rules about the run, then waivers.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use modelgate_cube::{Contract, DataProfile, Digest, Slice};
use modelgate_eval::{
    Change, Comparison, DataEvaluation, DriftComparison, Estimate, Evaluation, Loss, MetricId, MetricKind, Mode, Subject,
};

use crate::data_checks;
use crate::drift;
use crate::family::{self, Draft};
use crate::packs::{evidence, judge as controls};
use crate::state::{self, Judged, against_limit};
use crate::{
    Bound, Check, Compliance, Counts, Date, Finding, Gate, JudgedControls, JudgedData, JudgedDrift, Level, Outcome, Policy,
    ReadFile, RuleId, State, Target, Verdict, WrittenDocument, waive, written,
};

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

/// A pinned release that every change is held against as well, so that many small losses cannot add up unseen.
#[derive(Debug, Clone, Copy)]
pub struct Anchor<'a> {
    /// Its name.
    pub release: &'a str,
    /// The comparison with it.
    pub compared: Baseline<'a>,
}

/// What came before the candidate.
#[derive(Debug, Clone, Copy)]
pub struct History<'a> {
    /// The previous release.
    pub baseline: Baseline<'a>,
    /// A pinned release that is not the previous one.
    pub anchor: Option<Anchor<'a>>,
    /// How many decisions the candidate's split has answered before this one.
    pub decisions: u64,
    /// How the columns moved against earlier rows.
    pub drift: &'a [DriftComparison],
    /// Whether the previous release holds no counts of its columns, so that nobody can tell how they moved since.
    pub without_columns: bool,
    /// What was measured of the data itself; none where nothing was counted.
    pub data: Option<&'a DataEvaluation>,
    /// What is agreed about the columns, and the counts that tell whether it is kept.
    pub contract: Option<(&'a Contract, Option<&'a DataProfile>)>,
    /// The files that were read, and those that are declared.
    pub files: &'a [ReadFile],
    /// The chosen packs, and what is declared and known for them; none where no pack is chosen.
    pub compliance: Option<&'a Compliance>,
    /// The documents that people write by hand and that are held against the run.
    pub written: &'a [WrittenDocument],
    /// The digest of the configuration that counts from elsewhere were made with, where it is another one than this.
    pub other_configuration: Option<Digest>,
}

impl<'a> From<Baseline<'a>> for History<'a> {
    fn from(baseline: Baseline<'a>) -> Self {
        Self {
            baseline,
            anchor: None,
            decisions: 0,
            drift: &[],
            without_columns: false,
            data: None,
            contract: None,
            files: &[],
            compliance: None,
            written: &[],
            other_configuration: None,
        }
    }
}

/// Judges a candidate. `today` decides which waivers still hold.
#[must_use]
pub fn judge<'a>(evaluation: &'a Evaluation, history: impl Into<History<'a>>, policy: &'a Policy, today: Date) -> Verdict {
    let judge = Judge { evaluation, history: history.into(), policy };
    let mut low_support = BTreeSet::new();
    let drafts: Vec<Draft> = policy.gates.iter().flat_map(|gate| judge.gate(gate, &mut low_support)).collect();
    let mut checks = family::decide(drafts, judge.alpha());
    let mut findings = judge.findings(&low_support);
    findings.extend(judge.about_groups(&checks));
    let measured = judge.history.data.map_or(&[][..], |data| &data.measurements);
    let compared = judge.history.drift.iter();
    let drift: Vec<_> = compared.map(|comparison| drift::judge(comparison, measured, &policy.drift)).collect();
    findings.extend(drift::findings(&drift, |rule| judge.level(rule)));
    let without_columns = judge.history.without_columns;
    findings.extend(drift::unmeasured(without_columns, |rule| judge.level(rule)));
    let mut data = judge.history.data.map(|data| data_checks::judge(data, &policy.data)).unwrap_or_default();
    findings.extend(data_checks::findings(&data, |rule| judge.level(rule)));
    findings.extend(data_checks::unattested(&policy.data, |rule| judge.level(rule)));
    data.preprocessing.clone_from(&policy.data.preprocessing);
    data.sources = data_checks::sources::judge(&policy.sources, judge.history.files);
    findings.extend(data_checks::sources::findings(&data.sources, judge.history.files, |rule| judge.level(rule)));
    if let Some((contract, profile)) = judge.history.contract {
        findings.extend(data_checks::contract::findings(contract, profile, |rule| judge.level(rule)));
    }
    let has_baseline = matches!(judge.history.baseline, Baseline::Compared(_));
    let set = |rule: RuleId| policy.levels.get(&rule).copied();
    findings.extend(data_checks::unmeasured(&data, has_baseline, &policy.data, set));
    findings.extend(written::findings(judge.history.written, evaluation, |rule| judge.level(rule)));
    let mut waivers = waive::apply(&mut checks, &mut findings, &policy.waivers, today);
    let controls = judge.controls((&checks, &findings), &drift, &data, today);
    if let Some(compliance) = judge.history.compliance {
        findings.extend(controls::findings(&controls, &compliance.packs, |rule| judge.level(rule)));
    }
    waivers.extend(controls::waivers(&controls, &policy.control_waivers, today));
    findings.extend(waive::findings(&waivers, today, |rule| judge.level(rule)));
    findings.retain(|finding| finding.level > Level::Allow);
    // Gravest first; equal ones keep the order in which they were written.
    findings.sort_by_key(|finding| Reverse(finding.level));
    checks.sort_by_key(|check| !check.blocking);
    let outcome = outcome(&checks, &findings, controls::needs_review(&controls));
    Verdict {
        outcome,
        counts: Counts::of(&checks),
        checks,
        findings,
        low_support: low_support.len(),
        drift,
        without_columns,
        data,
        controls,
        waivers,
    }
}

fn outcome(checks: &[Check], findings: &[Finding], needs_review: bool) -> Outcome {
    let blocked = checks.iter().any(|check| check.blocking) || findings.iter().any(|finding| finding.level == Level::Deny);
    let unproven = needs_review || checks.iter().any(Check::unproven);
    match (blocked, unproven) {
        (true, _) => Outcome::Failed,
        (false, true) => Outcome::NeedsReview,
        (false, false) => Outcome::Passed,
    }
}

struct Judge<'a> {
    evaluation: &'a Evaluation,
    history: History<'a>,
    policy: &'a Policy,
}

/// What one limit of one gate is held against one subject for.
#[derive(Clone, Copy)]
struct Question<'a> {
    gate: &'a Gate,
    bound: Bound,
    /// The pinned release; none for the baseline, and for bounds.
    anchor: Option<&'a str>,
    /// What a change is a change from.
    release: Baseline<'a>,
}

/// A slice whose own denominator is too small, for one metric.
type TooSmall = (MetricId, Subject, u64);

impl<'a> Judge<'a> {
    /// What became of the controls, by what was judged so far.
    fn controls(
        &self,
        (checks, findings): (&[Check], &[Finding]),
        drift: &[JudgedDrift],
        data: &JudgedData,
        today: Date,
    ) -> JudgedControls {
        let Some(compliance) = self.history.compliance else { return JudgedControls::default() };
        let judged = evidence::Judged {
            evaluation: self.evaluation,
            checks,
            findings,
            drift,
            data,
            has_baseline: matches!(self.history.baseline, Baseline::Compared(_)),
            facts: &compliance.facts,
            run: &compliance.run,
            today,
        };
        controls::judge(compliance, &evidence::Evidence::new(&judged), &self.policy.control_waivers, today)
    }

    fn level(&self, rule: RuleId) -> Level {
        self.policy.levels.get(&rule).copied().unwrap_or(rule.rule().default_level)
    }

    /// The level of each family of changes. Two releases to be held against share it, so that a second one makes no more
    /// false failures.
    fn alpha(&self) -> f64 {
        let compared = |release: &Baseline<'_>| matches!(release, Baseline::Compared(_));
        let anchored = self.history.anchor.is_some_and(|anchor| compared(&anchor.compared));
        if anchored && compared(&self.history.baseline) { self.policy.alpha / 2.0 } else { self.policy.alpha }
    }

    /// Every limit of a gate against every one of its subjects. A gate that finds nothing to judge says so.
    fn gate(&self, gate: &'a Gate, low_support: &mut BTreeSet<TooSmall>) -> Vec<Draft> {
        let subjects = self.subjects(gate);
        let mut drafts = Vec::new();
        for question in self.questions(gate) {
            let before = drafts.len();
            for subject in &subjects {
                drafts.extend(self.check(question, subject, low_support));
            }
            if drafts.len() == before {
                let reason = format!("no slice has at least {} rows to judge", self.policy.min_support);
                drafts.push(self.not_evaluated(question, &nothing_to_judge(gate), reason, RuleId::METRIC_NOT_EVALUATED));
            }
        }
        drafts
    }

    /// Each limit of a gate, and each limit of a change once more against the anchor, with the anchor's budget.
    fn questions(&self, gate: &'a Gate) -> Vec<Question<'a>> {
        let baseline = self.history.baseline;
        let mut questions = Vec::new();
        for bound in &gate.bounds {
            questions.push(Question { gate, bound: *bound, anchor: None, release: baseline });
            if let (Bound::MaxRegression(limit), Some(anchor)) = (bound, self.history.anchor) {
                let bound = Bound::MaxRegression(as_written(limit * self.policy.anchor_budget));
                questions.push(Question { gate, bound, anchor: Some(anchor.release), release: anchor.compared });
            }
        }
        questions
    }

    fn subjects(&self, gate: &Gate) -> Vec<Subject> {
        match &gate.target {
            Target::Overall => vec![Subject::Slice(Slice::overall())],
            Target::Slices(slices) => slices.iter().cloned().map(Subject::Slice).collect(),
            Target::Across(sets) if !sets.is_empty() => sets.iter().cloned().map(Subject::Across).collect(),
            Target::Contrast(reference) => self.contrasts(gate.metric, reference),
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
                Subject::Contrast { .. } => false,
            })
            .cloned()
            .collect()
    }

    /// Every other group of the reference's axes, against the reference.
    fn contrasts(&self, metric: MetricId, reference: &Slice) -> Vec<Subject> {
        let groups = self.evaluation.iter().filter_map(|(id, subject, _)| match subject {
            Subject::Slice(group) if id == metric && group != reference && group.axes().eq(reference.axes()) => Some(group),
            _ => None,
        });
        groups.map(|group| Subject::Contrast { group: group.clone(), reference: reference.clone() }).collect()
    }

    /// The candidate's measurement of a subject; for a contrast, the gap between its groups.
    fn estimate(&self, metric: MetricId, subject: &Subject) -> Option<Estimate> {
        let of_slice = |slice: &Slice| self.evaluation.get(metric, &Subject::Slice(slice.clone()));
        match subject {
            Subject::Contrast { group, reference } => Some(modelgate_eval::gap(of_slice(group)?, of_slice(reference)?)),
            Subject::Slice(_) | Subject::Across(_) => self.evaluation.get(metric, subject).copied(),
        }
    }

    /// One limit against one subject; nothing where a gate over every slice meets one that is too small to judge.
    fn check(&self, question: Question<'a>, subject: &Subject, low_support: &mut BTreeSet<TooSmall>) -> Option<Draft> {
        let gate = question.gate;
        let not_evaluated = |reason: String, rule| Some(self.not_evaluated(question, subject, reason, rule));
        let Some(estimate) = self.estimate(gate.metric, subject) else {
            return not_evaluated("the data has no such rows".to_owned(), RuleId::METRIC_NOT_EVALUATED);
        };
        let leaves_small_out = matches!(gate.target, Target::Every | Target::Contrast(_));
        let too_few = self.too_few_rows(gate.metric, subject, &estimate);
        if let (Some(rows), true) = (too_few, leaves_small_out && !self.is_large_but_undefined(subject, &estimate)) {
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
        match self.hold_against(question, subject, &estimate) {
            Ok(Held::Decided(Judged { state, rule })) => Some(self.finish(question, subject, rule, state)),
            Ok(Held::Waits(loss)) => {
                let open = State::Inconclusive { detectable: None, rows_needed: None };
                let draft = self.finish(question, subject, RuleId::METRIC_REGRESSION, open);
                Some(Draft { waiting: Some((loss, estimate.n())), ..draft })
            }
            Err(Unjudged::Because(reason, rule)) => not_evaluated(reason, rule),
            Err(Unjudged::TooFew(rows)) => {
                low_support.insert((gate.metric, subject.clone(), rows));
                if leaves_small_out {
                    return None;
                }
                let side = side(question.anchor);
                let reason = format!("{side} has {rows} rows in its denominator, and {} are needed", self.policy.min_support);
                not_evaluated(reason, RuleId::METRIC_NOT_EVALUATED)
            }
        }
    }

    /// Whether a whole group has enough rows and yet no number, such as a recall without a single positive label. That is no
    /// question of size. In crossed slices it is what few rows look like.
    fn is_large_but_undefined(&self, subject: &Subject, estimate: &Estimate) -> bool {
        let Subject::Slice(slice) = subject else { return false };
        let rows = self.evaluation.rows(slice).unwrap_or(0);
        slice.terms().len() <= 1 && rows >= self.policy.min_support && matches!(estimate, Estimate::Undefined { .. })
    }

    /// The rows that a subject has, where they are too few. A group comparison has left small groups out already.
    fn too_few_rows(&self, metric: MetricId, subject: &Subject, estimate: &Estimate) -> Option<u64> {
        let of_slices = !matches!(subject, Subject::Across(_)) && metric.metric().kind != MetricKind::AcrossGroups;
        let exact = metric.as_str() == "count";
        (of_slices && !exact && estimate.n() < self.policy.min_support && !lacks_scores(estimate)).then_some(estimate.n())
    }

    fn hold_against(&self, question: Question<'_>, subject: &Subject, estimate: &Estimate) -> Result<Held, Unjudged> {
        let metric = question.gate.metric;
        match (question.bound, question.release) {
            (bound @ (Bound::Lower(_) | Bound::Upper(_)), _) => {
                against_limit(bound, metric, estimate, self.evaluation.confidence_level()).map(Held::Decided).ok_or_else(|| {
                    Unjudged::Because(
                        "there is no interval to decide by: too few rows, or a metric without one".to_owned(),
                        RuleId::METRIC_NOT_EVALUATED,
                    )
                })
            }
            (Bound::MaxRegression(_), Baseline::Absent) => {
                Err(Unjudged::Because("there is no baseline".to_owned(), RuleId::NO_BASELINE))
            }
            (Bound::MaxRegression(_), Baseline::IsCandidate) => {
                let reason = format!("{} is the candidate itself", side(question.anchor));
                Err(Unjudged::Because(reason, RuleId::BASELINE_IS_CANDIDATE))
            }
            (Bound::MaxRegression(_), Baseline::Compared(comparison)) => {
                let Some(change) = change(comparison, metric, subject) else {
                    return Err(Unjudged::Because("the comparison lacks it".to_owned(), RuleId::METRIC_NOT_EVALUATED));
                };
                let before = &change.baseline;
                if before.n() > 0 && before.n() < self.policy.min_support && metric.as_str() != "count" {
                    return Err(Unjudged::TooFew(before.n()));
                }
                let loss = state::loss(metric, &change);
                loss.map(Held::Waits).map_err(|reason| Unjudged::Because(reason, RuleId::METRIC_NOT_EVALUATED))
            }
        }
    }

    fn not_evaluated(&self, question: Question<'_>, subject: &Subject, reason: String, rule: RuleId) -> Draft {
        let mut draft = self.finish(question, subject, rule, State::NotEvaluated { reason });
        // What was not made blocks by the level of the rule that says why.
        draft.check.blocking = question.gate.level == Level::Deny && self.level(rule) == Level::Deny;
        draft
    }

    /// Fills in what every check carries.
    fn finish(&self, question: Question<'_>, subject: &Subject, rule: RuleId, state: State) -> Draft {
        let gate = question.gate;
        let comparison = match question.release {
            Baseline::Compared(comparison) => Some(comparison),
            Baseline::Absent | Baseline::IsCandidate => None,
        };
        let is_change = matches!(question.bound, Bound::MaxRegression(_)) && !self.policy.allow_cross_split_gate;
        let mut check = Check {
            origin: gate.origin.clone(),
            rule,
            metric: gate.metric,
            subject: subject.clone(),
            bound: question.bound,
            anchor: question.anchor.map(str::to_owned),
            level: gate.level,
            must_prove: gate.must_prove,
            across_splits: is_change && comparison.is_some_and(|comparison| comparison.mode == Mode::DifferentData),
            state: State::Passed,
            blocking: false,
            candidate: self.estimate(gate.metric, subject),
            change: comparison.and_then(|comparison| change(comparison, gate.metric, subject)),
            test: None,
        };
        check.settle(state);
        Draft { check, waiting: None }
    }

    /// What the rules say about the run as a whole.
    fn findings(&self, low_support: &BTreeSet<TooSmall>) -> Vec<Finding> {
        let mut findings = self.about_release(self.history.baseline, None);
        if let Some(anchor) = self.history.anchor {
            findings.extend(self.about_release(anchor.compared, Some(anchor.release)));
        }
        findings.extend(self.about_shrunk(low_support));
        findings.extend(self.about_wear());
        findings.extend(self.about_configuration());
        findings.extend(self.about_support(low_support));
        findings.extend(self.about_discovered());
        findings
    }

    fn about_release(&self, release: Baseline<'_>, anchor: Option<&str>) -> Vec<Finding> {
        let name = side(anchor);
        match release {
            Baseline::Absent => {
                vec![self.finding(RuleId::NO_BASELINE, "", "there is no previous release to compare with".to_owned())]
            }
            Baseline::IsCandidate => {
                let message = format!("{name}'s model and data are the candidate's own, so nothing was compared");
                vec![self.finding(RuleId::BASELINE_IS_CANDIDATE, "", message)]
            }
            Baseline::Compared(comparison) => self.about_comparison(comparison, &name),
        }
    }

    fn about_comparison(&self, comparison: &Comparison, name: &str) -> Vec<Finding> {
        let mut findings: Vec<Finding> = comparison
            .missing
            .iter()
            .filter(|missing| missing.rows >= self.policy.min_support)
            .map(|missing| {
                let message = format!("{name} has {} rows of this slice, the candidate none", missing.rows);
                self.finding(RuleId::MISSING_SLICE, &missing.slice.to_string(), message)
            })
            .collect();
        if comparison.mode == Mode::DifferentData {
            let message = format!(
                "{name} and the candidate were not evaluated on rows that are known to be the same: a change may come from the rows"
            );
            findings.push(self.finding(RuleId::DIFFERENT_DATA, "", message));
        }
        findings
    }

    /// Slices that were large enough to be judged in the baseline and lost more than half of their rows since: too few to
    /// judge is then what happened to them, and not what they are.
    fn about_shrunk(&self, low_support: &BTreeSet<TooSmall>) -> Vec<Finding> {
        let Baseline::Compared(comparison) = self.history.baseline else { return Vec::new() };
        let mut shrunk = BTreeMap::new();
        for (metric, subject, rows) in low_support {
            let before = change(comparison, *metric, subject).map_or(0, |change| change.baseline.n());
            if before >= self.policy.min_support && rows * 2 < before {
                shrunk.entry(subject).or_insert((*metric, before, *rows));
            }
        }
        let told = shrunk.into_iter().map(|(subject, (metric, before, now))| {
            let message = format!("the baseline has {before} rows in the denominator of {metric}, the candidate {now}");
            self.finding(RuleId::MISSING_SLICE, &subject.to_string(), message)
        });
        told.collect()
    }

    /// Counts by other rules are judged by these, and what the rules would have been is for people to see.
    fn about_configuration(&self) -> Option<Finding> {
        let other = self.history.other_configuration?;
        let message =
            format!("the change brings a configuration of its own (sha256 {other}); its counts are judged by this one's limits");
        Some(self.finding(RuleId::CHANGED_CONFIGURATION, "", message))
    }

    /// A split that many decisions were made on has been learned by those who made them.
    fn about_wear(&self) -> Option<Finding> {
        let (decisions, most) = (self.history.decisions, self.policy.max_decisions_per_split);
        let message = format!("this split has answered {decisions} decisions before this one, and {most} is the most it should");
        (decisions >= most).then(|| self.finding(RuleId::WORN_SPLIT, "", message))
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

/// What became of a limit that was held against a subject.
enum Held {
    /// It is decided by itself.
    Decided(Judged),
    /// It is a change, and is decided together with others.
    Waits(Loss),
}

/// A product of two numbers that people wrote, without the digits that binary fractions add: 0.07 times 3 is 0.21.
fn as_written(product: f64) -> f64 {
    let rounded = (product * 1e12).round() / 1e12;
    if rounded.is_finite() { rounded } else { product }
}

/// How the release that a change is held against is called.
fn side(anchor: Option<&str>) -> String {
    anchor.map_or_else(|| "the baseline".to_owned(), |release| format!("the anchor {release}"))
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

/// The change of a subject; for a contrast, the change of the gap between its groups.
fn change(comparison: &Comparison, metric: MetricId, subject: &Subject) -> Option<Change> {
    let of_slice = |slice: &Slice| comparison.get(metric, &Subject::Slice(slice.clone()));
    match subject {
        Subject::Contrast { group, reference } => Some(modelgate_eval::contrast(of_slice(group)?, of_slice(reference)?)),
        Subject::Slice(_) | Subject::Across(_) => comparison.get(metric, subject).cloned(),
    }
}

/// What a gate that found no subject is about.
fn nothing_to_judge(gate: &Gate) -> Subject {
    if let Target::Contrast(reference) = &gate.target {
        return Subject::Slice(reference.clone());
    }
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

mod discovered;
mod simpson;
#[cfg(test)]
mod tests;
