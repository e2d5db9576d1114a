//! Sentences from measurements: every number with its interval, its rows and its method.

use modelgate_cube::Slice;
use modelgate_eval::{Delta, DriftBetween, Estimate, MetricId, MetricKind, Subject};
use modelgate_policy::{DriftState, State};

use crate::escape::Shown;
use crate::facts::Facts;
use crate::number;
use crate::report::{Baseline, Report};
use crate::tree::{Node, fields};
use crate::words;

use super::plans::Measure;

/// The most sentences of one kind.
const MOST: usize = 60;

/// What a run says.
pub(crate) fn sentences(report: &Report, what: Measure) -> Vec<Node> {
    let told = match what {
        Measure::Identity => identity(report),
        Measure::Model => model(report),
        Measure::Data => data(report),
        Measure::Overall => {
            of_subjects(report, |metric, subject| is_overall(subject) && metric.metric().kind == MetricKind::Slice)
        }
        Measure::Slices => slices(report),
        Measure::Groups => of_subjects(report, |_, subject| matches!(subject, Subject::Across(_))),
        Measure::Changes => changes(report),
        Measure::Checks => checks(report),
        Measure::DataFindings => data_findings(report),
        Measure::Waivers => waivers(report),
        Measure::Drift => drift(report),
        Measure::Controls => controls(report),
        Measure::Records => records(report),
    };
    let source = format!("evidence sha256 {}", short(&report.verdict.controls.evidence_digest));
    let node = |text: String| fields! { kind: "measured", text: Shown::cut(&text, super::LONG), source: Shown::phrase(&source) };
    told.into_iter().map(node).collect()
}

fn short(digest: &str) -> String {
    digest.chars().take(12).collect()
}

fn identity(report: &Report) -> Vec<String> {
    let commit = report.commit.as_deref().map_or("not known".to_owned(), short);
    let before = match &report.baseline {
        Baseline::None { why } => format!("there is no previous version: {}", Shown::sentence(why)),
        Baseline::Predictions { name, .. } => format!("it was compared with the predictions of {}", Shown::name(name)),
        Baseline::Found { release, created, .. } => {
            format!("the previous version is the release {} of {created}", Shown::name(release))
        }
    };
    vec![
        format!("Version: {}, commit {commit}, model sha256 {}", Shown::name(&report.model_name), report.provenance.model_digest),
        format!("Relation to earlier versions: {before}"),
    ]
}

fn model(report: &Report) -> Vec<String> {
    let facts = &report.model;
    let mut told = vec![format!("Kind: {}", Shown::name(&facts.kind))];
    told.extend(facts.rows_trained.map(|rows| format!("Trained on {} rows", number::whole(rows))));
    if !facts.features.is_empty() {
        let names: Vec<String> =
            facts.features.iter().map(|(name, how)| format!("{} ({})", Shown::name(name), Shown::name(how))).collect();
        told.push(format!("Features: {}", names.join("; ")));
    }
    if !facts.settings.is_empty() {
        let settings: Vec<String> =
            facts.settings.iter().map(|(key, value)| format!("{} {}", Shown::name(key), Shown::name(value))).collect();
        told.push(format!("Settings: {}", settings.join("; ")));
    }
    told
}

fn data(report: &Report) -> Vec<String> {
    let files = &report.data_files;
    let mut told = vec![format!(
        "Evaluated: {}, {} rows, sha256 {}",
        Shown::name(&files.evaluated),
        number::rows(report.rows),
        report.provenance.data_digest
    )];
    match &files.training {
        Some(training) => told.push(format!("Learned from: {}, sha256 {}", Shown::name(&training.name), training.digest)),
        None => told.push("Learned from: the file is not known to this tool".to_owned()),
    }
    told
}

fn is_overall(subject: &Subject) -> bool {
    matches!(subject, Subject::Slice(slice) if slice.is_overall())
}

/// A measurement in words.
fn measurement(metric: MetricId, subject: &Subject, estimate: &Estimate) -> String {
    let name = format!("{}, {}", metric.metric().title, words::subject(subject));
    match estimate {
        Estimate::Measured(measured) => {
            let value = number::value(metric, measured.value);
            let interval = measured.interval.map_or("without an interval".to_owned(), |interval| {
                let (lower, upper) = (number::value(metric, interval.lower), number::value(metric, interval.upper));
                format!("[{lower}, {upper}] ({})", interval.method.name())
            });
            format!("{name}: {value} {interval}, n = {}", number::whole(measured.n))
        }
        Estimate::Undefined { reason, n } => format!("{name}: undefined, {reason}, n = {}", number::whole(*n)),
    }
}

fn of_subjects(report: &Report, wanted: impl Fn(MetricId, &Subject) -> bool) -> Vec<String> {
    let found = report.evaluation.iter().filter(|(metric, subject, _)| wanted(*metric, subject));
    let told: Vec<String> = found.map(|(metric, subject, estimate)| measurement(metric, subject, estimate)).collect();
    limited(told, "Nothing of this kind was measured, or may be shown")
}

/// Limited metrics of slices of one column; all of them are in the report.
fn slices(report: &Report) -> Vec<String> {
    let facts = Facts::new(report);
    of_subjects(report, |metric, subject| {
        let of_one = matches!(subject, Subject::Slice(slice) if slice.terms().len() == 1);
        of_one && facts.is_gated(metric)
    })
}

fn limited(mut told: Vec<String>, none: &str) -> Vec<String> {
    if told.is_empty() {
        return vec![none.to_owned()];
    }
    let more = told.len().saturating_sub(MOST);
    if more > 0 {
        told.truncate(MOST);
        told.push(format!("and {} more in report.html", number::many(more)));
    }
    told
}

fn changes(report: &Report) -> Vec<String> {
    let Some(comparison) = &report.comparison else {
        return vec!["Nothing was compared with an earlier version".to_owned()];
    };
    let overall = Subject::Slice(Slice::overall());
    let told = comparison.iter().filter(|(_, subject, _)| **subject == overall).map(|(metric, _, change)| {
        let side = |estimate: &Estimate| {
            estimate.measured().map_or("undefined".to_owned(), |measured| number::value(metric, measured.value))
        };
        let delta = match &change.delta {
            Delta::Measured { value, interval, .. } => {
                let interval = interval.map_or(String::new(), |interval| {
                    format!(" [{}, {}]", number::change(metric, interval.lower), number::change(metric, interval.upper))
                });
                format!("{}{interval}", number::change(metric, *value))
            }
            Delta::Undefined(reason) => format!("undefined, {reason}"),
        };
        let title = metric.metric().title;
        format!("{title}: {} to {}, change {delta}", side(&change.baseline), side(&change.candidate))
    });
    limited(told.collect(), "No change of all rows may be shown")
}

fn checks(report: &Report) -> Vec<String> {
    let counts = &report.verdict.counts;
    let mut told = vec![format!(
        "{}: {} passed, {} failed, {} warned, {} inconclusive, {} not evaluated, {} waived; limits stand in {}",
        number::counted(counts.total, "check", "checks"),
        number::many(counts.passed),
        number::many(counts.failed),
        number::many(counts.warned),
        number::many(counts.inconclusive),
        number::many(counts.not_evaluated),
        number::many(counts.waived),
        Shown::name(&report.config_file)
    )];
    let open = report.verdict.checks.iter().filter(|check| check.state != State::Passed);
    let open: Vec<String> = open
        .map(|check| {
            let state = words::status(check);
            format!("{} of {}: {state}", check.metric.metric().title, words::subject(&check.subject))
        })
        .collect();
    if !open.is_empty() {
        told.extend(limited(open, ""));
    }
    told
}

fn data_findings(report: &Report) -> Vec<String> {
    let findings = report.verdict.findings.iter().filter(|finding| finding.rule.is_about_data());
    let told = findings.map(|finding| format!("{}: {}", finding.rule, Shown::sentence(&finding.message)));
    limited(told.collect(), "No rule about the data had anything to say")
}

fn waivers(report: &Report) -> Vec<String> {
    let told = report.verdict.checks.iter().filter_map(|check| match &check.state {
        State::Waived { until, reason, approved_by } => Some(format!(
            "Waived until {until}: {} of {}, {} (approved by {})",
            check.metric.metric().title,
            words::subject(&check.subject),
            Shown::sentence(reason),
            Shown::name(approved_by)
        )),
        _ => None,
    });
    limited(told.collect(), "No check is waived")
}

fn drift(report: &Report) -> Vec<String> {
    let told = report.verdict.drift.iter().map(|judged| {
        let between = match judged.between {
            DriftBetween::Releases => "since the previous release",
            DriftBetween::TrainTest => "between training and evaluated rows",
            DriftBetween::TrainReleases => "since the previous release's training rows",
            DriftBetween::BaselineProduction => "between the previous release's evaluated rows and the batch from use",
            DriftBetween::TrainProduction => "between training rows and the batch from use",
            DriftBetween::TestProduction => "between evaluated rows and the batch from use",
        };
        let moved = judged.drifts.iter().filter(|(_, state)| matches!(state, DriftState::Drifted { .. })).count();
        format!("{} of {} comparisons of columns drifted {between}", number::many(moved), number::many(judged.drifts.len()))
    });
    limited(told.collect(), "How columns moved was not compared, or may not be shown")
}

fn controls(report: &Report) -> Vec<String> {
    let told = report
        .verdict
        .controls
        .packs
        .iter()
        .map(|pack| format!("{}: {}", Shown::name(&pack.pack.id), crate::controls::counts(pack)));
    told.collect()
}

fn records(report: &Report) -> Vec<String> {
    vec![format!(
        "Each decision is appended to the log with the digests of settings ({}), data ({}), model ({}) and counts ({})",
        report.provenance.config_digest.short(),
        report.provenance.data_digest.short(),
        report.provenance.model_digest.short(),
        report.provenance.cube_digest.short()
    )]
}
