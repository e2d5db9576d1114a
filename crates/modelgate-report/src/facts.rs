//! The pieces of a report that several documents show: numbers with their uncertainty, checks, findings, provenance.

use std::collections::{BTreeMap, BTreeSet};

use modelgate_cube::Slice;
use modelgate_eval::{Change, Declared, Delta, Estimate, Interval, MetricId, MetricKind, Reason, Subject};
use modelgate_policy::{Bound, Check, Finding, State};

use crate::delta;
use crate::disclose::NOT_SHOWN;
use crate::escape::Shown;
use crate::number;
use crate::report::{Baseline, Report};
use crate::tree::{Node, fields};
use crate::words;

/// A report with its checks sorted for people.
pub(crate) struct Facts<'a> {
    /// The report.
    pub(crate) report: &'a Report,
    /// Every check, the worst first.
    pub(crate) worst_first: Vec<&'a Check>,
    by_measurement: BTreeMap<(MetricId, Subject), Vec<&'a Check>>,
}

impl<'a> Facts<'a> {
    /// Sorts a report's checks.
    pub(crate) fn new(report: &'a Report) -> Self {
        let mut worst_first: Vec<&Check> = report.verdict.checks.iter().collect();
        worst_first.sort_by(|a, b| gravity(a).cmp(&gravity(b)).then_with(|| excess(b).total_cmp(&excess(a))));
        let mut by_measurement: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for check in &worst_first {
            by_measurement.entry((check.metric, check.subject.clone())).or_default().push(*check);
        }
        Self { report, worst_first, by_measurement }
    }

    /// The checks of one measurement, the worst first.
    pub(crate) fn checks_of(&self, metric: MetricId, subject: &Subject) -> &[&'a Check] {
        self.by_measurement.get(&(metric, subject.clone())).map_or(&[], Vec::as_slice)
    }

    /// Whether any limit is set on a metric.
    pub(crate) fn is_gated(&self, metric: MetricId) -> bool {
        self.by_measurement.keys().any(|(gated, _)| *gated == metric)
    }

    /// The measurements of the run as a whole: every metric of `overall`, then every comparison between groups.
    pub(crate) fn summary_subjects(&self) -> Vec<(MetricId, Subject)> {
        let measured = self.report.evaluation.iter().map(|(metric, subject, _)| (metric, subject.clone()));
        let checked = self.by_measurement.keys().cloned();
        let whole = |subject: &Subject| match subject {
            Subject::Slice(slice) => slice.is_overall(),
            Subject::Across(_) => true,
            // It belongs to slices, and has no measurement of its own.
            Subject::Contrast { .. } => false,
        };
        let subjects: BTreeSet<_> = measured.chain(checked).filter(|(_, subject)| whole(subject)).collect();
        subjects.into_iter().collect()
    }

    /// The change of one measurement, where it was compared.
    pub(crate) fn change(&self, metric: MetricId, subject: &Subject) -> Option<&'a Change> {
        self.report.comparison.as_ref()?.get(metric, subject)
    }

    /// The classes that the baseline's smallest number of a class is of.
    fn classes_before(&self, metric: MetricId, subject: &Subject) -> &'a [String] {
        self.report.comparison.as_ref().map_or(&[], |comparison| comparison.baseline_classes(metric, subject))
    }

    /// One measurement as a table row: both sides, the change, the limits and what became of them.
    pub(crate) fn measurement(&self, metric: MetricId, subject: &Subject) -> Node {
        let change = self.change(metric, subject);
        let absent = words::no_comparison(self.report);
        let checks = self.checks_of(metric, subject);
        fields! {
            metric: metric.metric().title,
            subject: words::subject(subject),
            before: estimate(metric, change.map(|change| &change.baseline), self.classes_before(metric, subject), absent),
            now: estimate(
                metric,
                self.report.evaluation.get(metric, subject),
                self.report.evaluation.classes(metric, subject),
                words::no_measurement(self.report),
            ),
            change: delta_cell(metric, change.map(|change| &change.delta), absent),
            limit: limits(checks),
            status: checks.first().map_or_else(|| Shown::phrase("no limit set"), |worst| words::status(worst)),
            q: checks.first().and_then(|worst| words::adjusted_p(worst)).map(Node::from),
            state: checks.first().map_or("none", |worst| worst.state.id()),
            left_out: left_out(self.report.evaluation.left_out(metric, subject)),
        }
    }

    /// One check as a table row.
    pub(crate) fn check(&self, check: &Check) -> Node {
        let of_baseline = || self.change(check.metric, &check.subject).filter(|_| check.anchor.is_none());
        let change = check.change.as_ref().or_else(of_baseline);
        let absent = words::no_comparison(self.report);
        // The anchor's are not known.
        let before = if check.anchor.is_none() { self.classes_before(check.metric, &check.subject) } else { &[] };
        fields! {
            metric: check.metric.metric().title,
            subject: words::subject(&check.subject),
            before: estimate(check.metric, change.map(|change| &change.baseline), before, absent),
            now: estimate(
                check.metric,
                check.candidate.as_ref(),
                self.report.evaluation.classes(check.metric, &check.subject),
                words::no_measurement(self.report),
            ),
            change: delta_cell(check.metric, change.map(|change| &change.delta), absent),
            compares: matches!(check.bound, Bound::MaxRegression(_)),
            limit: Shown::phrase(words::limit(check)),
            status: words::status(check),
            state: check.state.id(),
            blocking: check.blocking,
            note: words::note(check).map(Node::from),
            help: check.rule.rule().fix,
            help_parts: parts(check.rule.rule().fix),
            origin: Shown::phrase(format!(
                "{}:{} ({})",
                Shown::name(&self.report.config_file),
                check.origin.line,
                Shown::name(&check.origin.path)
            )),
        }
    }

    /// One finding.
    pub(crate) fn finding(&self, finding: &Finding) -> Node {
        let origin = finding.origin.as_ref().map(|origin| {
            let file = origin.file.as_ref().unwrap_or(&self.report.config_file);
            Node::from(Shown::phrase(format!("{}:{}", Shown::name(file), origin.line)))
        });
        fields! {
            rule: finding.rule.rule().id,
            level: words::level(finding.level),
            has_subject: !finding.subject.is_empty(),
            subject: Shown::sentence(&finding.subject),
            message: Shown::sentence(&finding.message),
            help: Shown::sentence(&finding.help),
            help_parts: parts(&finding.help),
            origin: origin,
        }
    }

    /// Who is compared with whom, and from what.
    pub(crate) fn provenance(&self) -> Node {
        let report = self.report;
        let provenance = &report.provenance;
        let digest = |digest: &modelgate_cube::Digest| Shown::phrase(digest);
        fields! {
            config: digest(&provenance.config_digest),
            data: digest(&provenance.data_digest),
            model: digest(&provenance.model_digest),
            cube: digest(&provenance.cube_digest),
            config_short: Shown::phrase(provenance.config_digest.short()),
            data_short: Shown::phrase(provenance.data_digest.short()),
            model_short: Shown::phrase(provenance.model_digest.short()),
            split: Shown::sentence(&provenance.split),
            inputs: crate::inputs::rows(report),
            job: crate::inputs::job(report),
            no_row_kept: crate::inputs::NO_ROW_KEPT,
            commit: report.commit.as_deref().map_or_else(|| Shown::phrase("unknown"), Shown::name),
            commit_short: short_commit(report.commit.as_deref()),
            config_file: Shown::name(&report.config_file),
            tool_version: Shown::name(&report.tool_version),
            generated: Shown::name(&report.generated),
            mode: words::mode(report.comparison.as_ref().map(|comparison| comparison.mode)),
            rows: Shown::phrase(number::rows(report.rows)),
            positive_label: Shown::name(&report.positive_label),
            task: report.task.as_deref().map(|task| Node::from(Shown::sentence(task))),
            weights: if report.has_weights { "rows are weighted" } else { "every row counts once" },
            level: Shown::phrase(number::percent(report.confidence_level)),
            min_support: Shown::phrase(number::whole(report.min_support)),
            baseline: baseline(&report.baseline),
            anchor: report.anchor.as_ref().map_or_else(|| fields! { found: false }, baseline),
            wear: words::wear(report.split_decisions),
            declared: declared(&report.declared),
        }
    }

    /// How many checks are in each state, one node each, without the empty states.
    pub(crate) fn counts(&self) -> Vec<Node> {
        let counts = &self.report.verdict.counts;
        let states = [
            (counts.failed, "failed", "failed"),
            (counts.not_evaluated, "not evaluated", "not_evaluated"),
            (counts.inconclusive, "inconclusive", "inconclusive"),
            (counts.warned, "warned", "warned"),
            (counts.waived, "waived", "waived"),
            (counts.passed, "passed", "passed"),
        ];
        let shown = states.into_iter().filter(|(count, ..)| *count > 0);
        shown
            .map(|(count, word, state)| fields! { count: Shown::phrase(number::many(count)), word: word, state: state })
            .collect()
    }

    /// The sentence about slices that were not judged; `None` where all were.
    pub(crate) fn low_support(&self) -> Option<Node> {
        let count = self.report.verdict.low_support;
        let sentence = format!(
            "{} not made: the slice has fewer than {} rows in the metric's denominator. That is not a pass.",
            number::counted(count, "more check was", "more checks were"),
            number::whole(self.report.min_support)
        );
        (count > 0).then(|| Node::from(Shown::phrase(sentence)))
    }

    /// Measurements that do not exist, counted by metric and reason.
    pub(crate) fn undefined(&self) -> Vec<Node> {
        let mut counted: BTreeMap<(MetricId, Reason), (usize, Vec<String>)> = BTreeMap::new();
        for (metric, subject, estimate) in self.report.evaluation.iter() {
            // Shown where it is asked for: `overall` has no value in relation to itself.
            let against_itself = metric.metric().kind == MetricKind::AgainstGroups && is_overall(subject);
            if let (Estimate::Undefined { reason, .. }, false) = (estimate, against_itself) {
                let (count, examples) = counted.entry((metric, *reason)).or_default();
                *count += 1;
                if examples.len() < 3 {
                    examples.push(words::subject(subject).into_string());
                }
            }
        }
        let nodes = counted.into_iter().map(|((metric, reason), (count, examples))| {
            fields! {
                metric: metric.metric().title,
                reason: Shown::phrase(reason),
                count: Shown::phrase(number::counted(count, "place", "places")),
                examples: Shown::phrase(examples.join(", ")),
            }
        });
        nodes.collect()
    }

    /// What is not shown, and why; `None` where everything is.
    pub(crate) fn withheld(&self) -> Option<Node> {
        words::withheld(&self.report.disclosed).map(Node::from)
    }

    /// Slices that only one side has.
    pub(crate) fn one_sided(&self) -> (Vec<Node>, Vec<Node>) {
        let nodes = |slices: &[modelgate_eval::OneSided]| {
            let node = |side: &modelgate_eval::OneSided| {
                let slice = words::subject(&Subject::Slice(side.slice.clone()));
                fields! { slice: slice, rows: Shown::phrase(number::whole(side.rows)) }
            };
            slices.iter().map(node).collect()
        };
        match &self.report.comparison {
            Some(comparison) => (nodes(&comparison.missing), nodes(&comparison.new)),
            None => (Vec::new(), Vec::new()),
        }
    }
}

/// Whether this is all rows together.
pub(crate) fn is_overall(subject: &Subject) -> bool {
    matches!(subject, Subject::Slice(slice) if slice.is_overall())
}

/// The order of states in which people should see checks: smaller is graver.
pub(crate) fn gravity(check: &Check) -> u8 {
    match (&check.state, check.blocking) {
        (State::Failed, true) => 0,
        (State::NotEvaluated { .. }, true) => 1,
        (_, true) => 2,
        (_, false) if check.unproven() => 3,
        (State::Failed, false) => 4,
        (State::Warned, false) => 5,
        (State::NotEvaluated { .. }, false) => 6,
        (State::Inconclusive { .. }, false) => 7,
        (State::Waived { .. }, false) => 8,
        (State::Passed, false) => 9,
    }
}

/// How far the point estimate is beyond the limit, in the metric's unit; negative on the right side.
fn excess(check: &Check) -> f64 {
    let value = check.candidate.as_ref().and_then(Estimate::measured).map(|measured| measured.value);
    let moved = match check.change.as_ref().map(|change| change.delta) {
        Some(Delta::Measured { value, .. }) => Some(value),
        _ => None,
    };
    let distance = match check.bound {
        Bound::Lower(limit) => value.map(|value| limit - value),
        Bound::Upper(limit) => value.map(|value| value - limit),
        Bound::MaxRegression(most) => moved.map(|moved| delta::worsening(check.metric, moved) - most),
    };
    distance.unwrap_or(f64::NEG_INFINITY)
}

/// A number with its interval and the classes that it is of, or why there is none: never a blank.
pub(crate) fn estimate(metric: MetricId, estimate: Option<&Estimate>, classes: &[String], absent: &'static str) -> Node {
    match estimate {
        Some(Estimate::Measured(measured)) => fields! {
            known: true,
            value: Shown::phrase(format!("{}{}", number::value(metric, measured.value), of_classes(classes))),
            interval: measured.interval.map(|interval| range(&interval, number::fixed)),
            n: Shown::phrase(number::whole(measured.n)),
            reason: "",
        },
        Some(Estimate::Undefined { reason, n }) => fields! {
            known: false,
            value: "",
            interval: false,
            n: Shown::phrase(number::whole(*n)),
            reason: Shown::phrase(format!("undefined: {reason}")),
        },
        None => {
            fields! { known: false, value: "", interval: false, n: if absent == NOT_SHOWN { absent } else { "unknown" }, reason: absent }
        }
    }
}

/// The classes that a number is of, in brackets.
fn of_classes(classes: &[String]) -> String {
    const MOST: usize = 3;
    let names: Vec<String> = classes.iter().take(MOST).map(|class| Shown::name(class).into_string()).collect();
    match classes.len() {
        0 => String::new(),
        found if found > MOST => format!(" ({} and {} more)", names.join(", "), found - MOST),
        _ => format!(" ({})", names.join(", ")),
    }
}

fn range(interval: &Interval, text: impl Fn(f64) -> String) -> Node {
    fields! {
        lower: Shown::phrase(text(interval.lower)),
        upper: Shown::phrase(text(interval.upper)),
        method: interval.method.name(),
    }
}

/// A change with its interval and a word for it, or why there is none.
pub(crate) fn delta_cell(metric: MetricId, change: Option<&Delta>, absent: &'static str) -> Node {
    match change {
        Some(Delta::Measured { value, interval, .. }) => fields! {
            known: true,
            value: Shown::phrase(number::change(metric, *value)),
            interval: interval.as_ref().map(|interval| range(interval, |end| number::change(metric, end))),
            word: delta::tendency(metric, interval.as_ref()).map(|tendency| Node::from(tendency.word())),
            reason: "",
        },
        Some(Delta::Undefined(reason)) => fields! {
            known: false, value: "", interval: false, word: false, reason: Shown::phrase(format!("undefined: {reason}")),
        },
        None => fields! { known: false, value: "", interval: false, word: false, reason: absent },
    }
}

fn limits(checks: &[&Check]) -> Shown {
    let mut seen = BTreeSet::new();
    let texts = checks.iter().map(|check| words::limit(check));
    let texts: Vec<String> = texts.filter(|text| seen.insert(text.clone())).collect();
    if texts.is_empty() { Shown::phrase("none") } else { Shown::phrase(texts.join("; ")) }
}

fn left_out(groups: &[Slice]) -> Option<Node> {
    let names: Vec<_> = groups.iter().map(|group| words::subject(&Subject::Slice(group.clone())).into_string()).collect();
    (!names.is_empty()).then(|| Node::from(Shown::sentence(&names.join(", "))))
}

/// A commit as people write it: its first digits.
fn short_commit(commit: Option<&str>) -> Shown {
    match commit {
        None => Shown::phrase("unknown"),
        Some(id) if id.bytes().all(|byte| byte.is_ascii_hexdigit()) => Shown::phrase(id.chars().take(8).collect::<String>()),
        Some(other) => Shown::name(other),
    }
}

/// A sentence cut at its `backticks`, so that a page can set commands in another face.
fn parts(sentence: &str) -> Vec<Node> {
    let sentence = Shown::sentence(sentence);
    let pieces: Vec<&str> = sentence.as_str().split('`').collect();
    // An even number of pieces means that a backtick has no partner.
    if pieces.len().is_multiple_of(2) {
        return vec![fields! { code: false, text: sentence }];
    }
    let part = |(index, piece): (usize, &&str)| fields! { code: index % 2 == 1, text: Shown::within(piece) };
    pieces.iter().enumerate().map(part).collect()
}

/// What is declared for metrics, one sentence each.
fn declared(declared: &Declared) -> Vec<Node> {
    let costs = declared.costs.as_ref().map(|costs| {
        let unit = costs.unit.as_deref().map(|unit| format!(" in {}", Shown::name(unit))).unwrap_or_default();
        let prices = [
            ("false positive", costs.false_positive),
            ("false negative", costs.false_negative),
            ("true positive", costs.true_positive),
            ("true negative", costs.true_negative),
        ];
        let prices: Vec<String> = prices.iter().map(|(kind, cost)| format!("{kind} {}", number::limit(*cost))).collect();
        format!("costs of a row{unit}: {}", prices.join(", "))
    });
    let control = declared.control.as_deref().map(|control| format!("control column: {}", Shown::name(control)));
    let groups: Vec<String> =
        declared.references.iter().map(|slice| words::subject(&Subject::Slice(slice.clone())).into_string()).collect();
    let references = (!groups.is_empty()).then(|| format!("reference groups: {}", groups.join(", ")));
    [costs, control, references].into_iter().flatten().map(|sentence| Node::from(Shown::phrase(sentence))).collect()
}

fn baseline(baseline: &Baseline) -> Node {
    match baseline {
        Baseline::None { why } => fields! { found: false, predictions: false, why: Shown::sentence(why) },
        Baseline::Predictions { name, how, digest, rows } => fields! {
            found: false,
            predictions: true,
            name: Shown::name(name),
            how: Shown::sentence(how),
            digest: Shown::phrase(digest),
            digest_short: Shown::phrase(digest.short()),
            rows: Shown::phrase(number::rows(*rows)),
        },
        Baseline::Found { release, how, commit, created, age_days, digest, rows } => fields! {
            found: true,
            predictions: false,
            release: Shown::name(release),
            how: Shown::sentence(how),
            commit: commit.as_deref().map_or_else(|| Shown::phrase("unknown"), Shown::name),
            commit_short: short_commit(commit.as_deref()),
            created: Shown::name(created),
            age: words::age(*age_days),
            digest: Shown::phrase(digest),
            digest_short: Shown::phrase(digest.short()),
            rows: Shown::phrase(number::rows(*rows)),
        },
    }
}
