//! Version 1 of `verdict.json`. Fields may be added; none may change its meaning or go away.

use std::collections::BTreeMap;

use modelgate_cube::EarlierRelease;
use modelgate_eval as eval;
use serde::Serialize;

use super::judged::{Check, Counts, Finding, check, counts, finding};
use super::read::{Read, read};
use crate::report::{self, Report};

/// The whole document.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    format: &'static str,
    version: u32,
    outcome: &'static str,
    headline: String,
    model: Model<'a>,
    commit: Option<&'a str>,
    generated: &'a str,
    tool_version: &'a str,
    config_file: &'a str,
    confidence_level: f64,
    min_support: u64,
    counts: Counts,
    checks: Vec<Check<'a>>,
    findings: Vec<Finding<'a>>,
    baseline: Baseline<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    anchor: Option<Baseline<'a>>,
    split_decisions: u64,
    /// What is declared for metrics; not there where nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    declared: Option<Declared<'a>>,
    disclosure: Disclosure<'a>,
    comparison_mode: Option<&'static str>,
    missing_slices: Vec<OneSided<'a>>,
    new_slices: Vec<OneSided<'a>>,
    provenance: Provenance<'a>,
    /// What was read, and by which job; no row of it is kept.
    read: Read<'a>,
    measurements: Vec<Measurement<'a>>,
    changes: Vec<Change<'a>>,
    /// Overall changes taken apart by the groups whose shares differ between the sides; not there where none do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mixes: Vec<Mix<'a>>,
    /// What models from other seeds differ by; not there where only one was trained.
    #[serde(skip_serializing_if = "Option::is_none")]
    retraining: Option<Retraining<'a>>,
    /// The search for slices that are worse than all other rows; not there where none was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    discovery: Option<Discovery<'a>>,
    /// How columns moved; empty where no counts of columns were there to compare.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    drift: Vec<super::drift::Comparison<'a>>,
    /// What was measured of the data itself; not there where nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<super::data_checks::Data<'a>>,
    /// The declared files of data; not there where none are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sources: Vec<super::data_checks::Source<'a>>,
    /// What became of the controls of packs; not there where no pack is chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    controls: Option<super::controls::Controls<'a>>,
    /// What became of each waiver; not there where there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    waivers: Vec<super::judged::Waived<'a>>,
}

/// The models that were trained from different seeds, the released one among them. What they differ by is already part of
/// every interval.
#[derive(Serialize)]
struct Retraining<'a> {
    models: u32,
    measurements: Vec<SeedNoise<'a>>,
}

/// The standard deviation between the models, and the share of their variance in that of the measurement.
#[derive(Serialize)]
struct SeedNoise<'a> {
    metric: &'static str,
    subject: Subject<'a>,
    deviation: f64,
    share: f64,
}

#[derive(Serialize)]
struct Model<'a> {
    name: &'a str,
    kind: &'a str,
    positive_label: &'a str,
    /// Null where it is not shown.
    rows: Option<u64>,
    has_weights: bool,
    rows_trained: Option<u64>,
}

/// `{"slice": {"sex": "F"}}`, all rows being `{"slice": {}}` and a missing value `null`; or `{"across": ["sex"]}`; or
/// `{"contrast": {"group": {"sex": "F"}, "reference": {"sex": "M"}}}`.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Subject<'a> {
    Slice(Terms<'a>),
    Across(&'a [String]),
    Contrast { group: Terms<'a>, reference: Terms<'a> },
}

pub(super) type Terms<'a> = BTreeMap<&'a str, Option<&'a str>>;

#[derive(Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum Baseline<'a> {
    None {
        why: &'a str,
    },
    /// The previous model's predictions of the same rows.
    Predictions {
        name: &'a str,
        how: &'a str,
        digest: String,
        rows: Option<u64>,
    },
    Found {
        release: &'a str,
        how: &'a str,
        commit: Option<&'a str>,
        created: &'a str,
        age_days: Option<i64>,
        digest: String,
        rows: Option<u64>,
    },
}

/// Who may read the document, and which slices are therefore not in it.
#[derive(Serialize)]
struct Disclosure<'a> {
    profile: &'static str,
    /// The smallest count that is shown, besides zero; not there where every number is.
    #[serde(skip_serializing_if = "Option::is_none")]
    min_cell: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    withheld: Vec<Subject<'a>>,
    /// Pairs of axes whose crossed slices are not shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    withheld_tables: Vec<Subject<'a>>,
    /// The order of magnitude of the rows of slices whose numbers could be shown and are not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    magnitudes: Vec<Magnitude<'a>>,
}

#[derive(Serialize)]
struct Magnitude<'a> {
    subject: Subject<'a>,
    rows: &'static str,
}

#[derive(Serialize)]
struct OneSided<'a> {
    subject: Subject<'a>,
    rows: u64,
}

#[derive(Serialize)]
struct Provenance<'a> {
    config_digest: String,
    data_digest: String,
    /// The file with the rows that the model learned from, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    training_digest: Option<String>,
    /// The baseline's release and those before it, the newest first: which bytes taught which model.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<Earlier<'a>>,
    model_digest: String,
    cube_digest: String,
    split: &'a str,
}

/// A number with its interval, or the reason why there is none. Exactly one of the two is there.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Number {
    Measured { value: f64, lower: Option<f64>, upper: Option<f64>, method: Option<&'static str>, n: u64, binning_error: f64 },
    Undefined { undefined: &'static str, n: u64 },
}

/// A change with its interval, or the reason why there is none.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Delta {
    Measured { value: f64, lower: Option<f64>, upper: Option<f64>, method: Option<&'static str>, standard_error: f64 },
    Undefined { undefined: &'static str },
}

#[derive(Serialize)]
struct Measurement<'a> {
    metric: &'static str,
    subject: Subject<'a>,
    estimate: Number,
    /// The classes, or labels of sets, that the smallest number of a class is of.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    classes: &'a [String],
    /// The groups that were too small to be compared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<Subject<'a>>,
}

#[derive(Serialize)]
struct Change<'a> {
    metric: &'static str,
    subject: Subject<'a>,
    baseline: Number,
    candidate: Number,
    delta: Delta,
}

#[derive(Serialize)]
struct Declared<'a> {
    costs: Option<Costs<'a>>,
    control: Option<&'a str>,
    reference_groups: Vec<Subject<'a>>,
}

/// What a row costs, by label and prediction.
#[derive(Serialize)]
struct Costs<'a> {
    true_positive: f64,
    false_positive: f64,
    false_negative: f64,
    true_negative: f64,
    unit: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Discovery<'a> {
    Searched { rate: &'static str, margin: f64, depth: usize, slices: usize, found: Vec<Worst<'a>> },
    NotSearched { not_searched: String },
}

/// By the rows of the confirming half.
#[derive(Serialize)]
struct Worst<'a> {
    subject: Subject<'a>,
    value: f64,
    others: f64,
    excess: f64,
    lower: f64,
    upper: f64,
    n: u64,
    q: f64,
}

/// `total` is `within` plus `between`: what happened within the groups of an axis, and what the moved shares of the groups
/// did. `standardized` is the candidate's value with the baseline's shares; `null` where it lacks a group.
#[derive(Serialize)]
struct Mix<'a> {
    metric: &'static str,
    axis: &'a str,
    total: f64,
    within: f64,
    within_lower: Option<f64>,
    within_upper: Option<f64>,
    between: f64,
    standardized: Option<f64>,
}

/// Maps a report to the format.
pub(super) fn document(report: &Report) -> Document<'_> {
    let comparison = report.comparison.as_ref();
    Document {
        format: "modelgate-verdict",
        version: 1,
        outcome: report.verdict.outcome.id(),
        headline: crate::verdict_line(report),
        model: model(report),
        commit: report.commit.as_deref(),
        generated: &report.generated,
        tool_version: &report.tool_version,
        config_file: &report.config_file,
        confidence_level: report.confidence_level,
        min_support: report.min_support,
        counts: counts(&report.verdict),
        checks: report.verdict.checks.iter().map(check).collect(),
        findings: report.verdict.findings.iter().map(finding).collect(),
        baseline: baseline(&report.baseline),
        anchor: report.anchor.as_ref().map(baseline),
        split_decisions: report.split_decisions,
        declared: (report.declared != eval::Declared::default()).then(|| declared(&report.declared)),
        disclosure: disclosure(&report.disclosed),
        comparison_mode: comparison.map(|comparison| mode(comparison.mode)),
        missing_slices: comparison.map(|comparison| one_sided(&comparison.missing)).unwrap_or_default(),
        new_slices: comparison.map(|comparison| one_sided(&comparison.new)).unwrap_or_default(),
        provenance: provenance(report),
        read: read(report),
        measurements: measurements(&report.evaluation),
        changes: comparison.map(changes).unwrap_or_default(),
        drift: report.verdict.drift.iter().map(super::drift::comparison).collect(),
        data: super::data_checks::data(&report.verdict.data),
        sources: super::data_checks::sources(&report.verdict.data),
        controls: super::controls::controls(&report.verdict.controls),
        waivers: report.verdict.waivers.iter().map(super::judged::waived).collect(),
        retraining: report.evaluation.retrained().map(retraining),
        mixes: comparison.iter().flat_map(|comparison| &comparison.mixes).map(mix).collect(),
        discovery: report.evaluation.discovery().map(discovery),
    }
}

fn retraining(found: &eval::Retrained) -> Retraining<'_> {
    Retraining { models: found.models, measurements: found.noise.iter().map(seed_noise).collect() }
}

fn seed_noise<'a>(((metric, about), noise): (&'a (eval::MetricId, eval::Subject), &'a eval::SeedNoise)) -> SeedNoise<'a> {
    SeedNoise { metric: metric.as_str(), subject: subject(about), deviation: noise.deviation, share: noise.share }
}

fn discovery(found: Result<&eval::Discovery, modelgate_cube::NoLattice>) -> Discovery<'_> {
    match found {
        Err(reason) => Discovery::NotSearched { not_searched: reason.to_string() },
        Ok(found) => Discovery::Searched {
            rate: found.settings.rate.as_str(),
            margin: found.settings.margin,
            depth: found.depth,
            slices: found.searched,
            found: found.found.iter().map(worst_slice).collect(),
        },
    }
}

fn worst_slice(worst: &eval::WorstSlice) -> Worst<'_> {
    Worst {
        subject: this_slice(&worst.slice),
        value: worst.rate,
        others: worst.others,
        excess: worst.excess,
        lower: worst.interval.lower,
        upper: worst.interval.upper,
        n: worst.n,
        q: worst.q,
    }
}

fn declared(declared: &eval::Declared) -> Declared<'_> {
    Declared {
        costs: declared.costs.as_ref().map(prices),
        control: declared.control.as_deref(),
        reference_groups: declared.references.iter().map(this_slice).collect(),
    }
}

fn prices(costs: &eval::Costs) -> Costs<'_> {
    Costs {
        true_positive: costs.true_positive,
        false_positive: costs.false_positive,
        false_negative: costs.false_negative,
        true_negative: costs.true_negative,
        unit: costs.unit.as_deref(),
    }
}

fn mix(mix: &eval::Mix) -> Mix<'_> {
    Mix {
        metric: mix.metric.as_str(),
        axis: &mix.axis,
        total: mix.total,
        within: mix.within,
        within_lower: mix.within_interval.map(|interval| interval.lower),
        within_upper: mix.within_interval.map(|interval| interval.upper),
        between: mix.between,
        standardized: mix.standardized,
    }
}

fn model(report: &Report) -> Model<'_> {
    Model {
        name: &report.model_name,
        kind: &report.model.kind,
        positive_label: &report.positive_label,
        rows: report.rows,
        has_weights: report.has_weights,
        rows_trained: report.model.rows_trained,
    }
}

pub(super) fn subject(subject: &eval::Subject) -> Subject<'_> {
    match subject {
        eval::Subject::Slice(slice) => this_slice(slice),
        eval::Subject::Across(axes) => Subject::Across(axes),
        eval::Subject::Contrast { group, reference } => Subject::Contrast { group: terms(group), reference: terms(reference) },
    }
}

fn this_slice(slice: &modelgate_cube::Slice) -> Subject<'_> {
    Subject::Slice(terms(slice))
}

pub(super) fn terms(slice: &modelgate_cube::Slice) -> Terms<'_> {
    slice.terms().iter().map(|term| (term.axis.as_str(), term.level.as_deref())).collect()
}

fn baseline(baseline: &report::Baseline) -> Baseline<'_> {
    match baseline {
        report::Baseline::None { why } => Baseline::None { why },
        report::Baseline::Predictions { name, how, digest, rows } => {
            Baseline::Predictions { name, how, digest: digest.to_string(), rows: *rows }
        }
        report::Baseline::Found { release, how, commit, created, age_days, digest, rows } => Baseline::Found {
            release,
            how,
            commit: commit.as_deref(),
            created,
            age_days: *age_days,
            digest: digest.to_string(),
            rows: *rows,
        },
    }
}

fn disclosure(disclosed: &report::Disclosed) -> Disclosure<'_> {
    Disclosure {
        profile: disclosed.profile.id(),
        min_cell: disclosed.profile.controls().then_some(disclosed.min_cell),
        withheld: disclosed.slices.iter().map(this_slice).collect(),
        withheld_tables: disclosed.tables.iter().map(|axes| Subject::Across(axes)).collect(),
        magnitudes: disclosed.bands.iter().map(|(slice, rows)| Magnitude { subject: this_slice(slice), rows }).collect(),
    }
}

fn mode(mode: eval::Mode) -> &'static str {
    match mode {
        eval::Mode::SameRowsJoint => "same_rows_joint",
        eval::Mode::SameSplitPaired => "same_split_paired",
        eval::Mode::SameSplitUnpaired => "same_split_unpaired",
        eval::Mode::DifferentData => "different_data",
    }
}

fn one_sided(slices: &[eval::OneSided]) -> Vec<OneSided<'_>> {
    slices.iter().map(|side| OneSided { subject: this_slice(&side.slice), rows: side.rows }).collect()
}

#[derive(Serialize)]
struct Earlier<'a> {
    release: &'a str,
    created: &'a str,
    model_digest: String,
    data_digest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    training_digest: Option<String>,
}

impl<'a> Earlier<'a> {
    fn of(earlier: &'a EarlierRelease) -> Self {
        Self {
            release: &earlier.release,
            created: &earlier.created,
            model_digest: earlier.model_digest.to_string(),
            data_digest: earlier.data_digest.to_string(),
            training_digest: earlier.training_digest.map(|digest| digest.to_string()),
        }
    }
}

fn provenance(report: &Report) -> Provenance<'_> {
    let provenance = &report.provenance;
    Provenance {
        config_digest: provenance.config_digest.to_string(),
        data_digest: provenance.data_digest.to_string(),
        training_digest: report.data_files.training.as_ref().map(|training| training.digest.to_string()),
        earlier: report.data_files.earlier.iter().map(Earlier::of).collect(),
        model_digest: provenance.model_digest.to_string(),
        cube_digest: provenance.cube_digest.to_string(),
        split: &provenance.split,
    }
}

pub(super) fn number(estimate: &eval::Estimate) -> Number {
    match estimate {
        eval::Estimate::Undefined { reason, n } => Number::Undefined { undefined: reason.id(), n: *n },
        eval::Estimate::Measured(measured) => Number::Measured {
            value: measured.value,
            lower: measured.interval.map(|interval| interval.lower),
            upper: measured.interval.map(|interval| interval.upper),
            method: measured.interval.map(|interval| method(interval.method)),
            n: measured.n,
            binning_error: measured.binning_error,
        },
    }
}

pub(super) fn delta(delta: &eval::Delta) -> Delta {
    match delta {
        eval::Delta::Undefined(reason) => Delta::Undefined { undefined: reason.id() },
        eval::Delta::Measured { value, interval, standard_error } => Delta::Measured {
            value: *value,
            lower: interval.map(|interval| interval.lower),
            upper: interval.map(|interval| interval.upper),
            method: interval.map(|interval| method(interval.method)),
            standard_error: *standard_error,
        },
    }
}

/// The stable name of a method; people read [`eval::Method::name`].
fn method(method: eval::Method) -> &'static str {
    match method {
        eval::Method::Wilson => "wilson",
        eval::Method::WilsonOrExact => "wilson_or_exact",
        eval::Method::ClopperPearson => "clopper_pearson",
        eval::Method::MiettinenNurminen => "miettinen_nurminen",
        eval::Method::SquareAndAdd => "square_and_add",
        eval::Method::DeLong => "delong",
        eval::Method::Moments => "moments",
        eval::Method::AgrestiCoull => "agresti_coull",
        eval::Method::ScaledMoments => "scaled_moments",
        eval::Method::Sandwich => "sandwich",
        eval::Method::ResampledScores => "resampled_scores",
        eval::Method::Resampled => "resampled",
        eval::Method::Plausible => "plausible",
        eval::Method::ResampledBasic => "resampled_basic",
        eval::Method::DeLongBound => "delong_bound",
        eval::Method::Replicates => "replicates",
        eval::Method::ReplicatesBasic => "replicates_basic",
        eval::Method::Paired => "paired",
        eval::Method::PairedBasic => "paired_basic",
        eval::Method::Tango => "tango",
    }
}

fn measurements(evaluation: &eval::Evaluation) -> Vec<Measurement<'_>> {
    let measurement = |(metric, about, estimate): (eval::MetricId, _, &eval::Estimate)| Measurement {
        metric: metric.as_str(),
        subject: subject(about),
        estimate: number(estimate),
        classes: evaluation.classes(metric, about),
        left_out: evaluation.left_out(metric, about).iter().map(this_slice).collect(),
    };
    evaluation.iter().map(measurement).collect()
}

fn changes(comparison: &eval::Comparison) -> Vec<Change<'_>> {
    let change = |(metric, about, change): (eval::MetricId, _, &eval::Change)| Change {
        metric: metric.as_str(),
        subject: subject(about),
        baseline: number(&change.baseline),
        candidate: number(&change.candidate),
        delta: delta(&change.delta),
    };
    comparison.iter().map(change).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use serde_json::Value;

    use crate::{fixture, render_verdict};

    fn verdict(report: &crate::Report) -> Value {
        serde_json::from_str(&render_verdict(report).unwrap().body).unwrap()
    }

    fn find<'a>(list: &'a Value, metric: &str, subject: &Value) -> &'a Value {
        list.as_array().unwrap().iter().find(|entry| entry["metric"] == metric && entry["subject"] == *subject).unwrap()
    }

    #[test]
    fn a_search_and_taken_apart_changes_are_there_where_they_were_made() {
        let json = verdict(&fixture::passing());
        assert!(json["discovery"].is_null() && json["mixes"].is_null() && json["declared"].is_null());
        let json = verdict(&fixture::hostile_beside("x"));
        assert_eq!((&json["discovery"]["rate"], &json["discovery"]["slices"]), (&"error_rate".into(), &812.into()));
        assert_eq!(json["discovery"]["found"][0]["subject"], serde_json::json!({"slice": {"x": "x"}}));
        assert_eq!((&json["mixes"][0]["axis"], &json["mixes"][0]["standardized"]), (&"x".into(), &Value::Null));
        assert_eq!((&json["declared"]["costs"]["unit"], &json["baseline"]["state"]), (&"x".into(), &"predictions".into()));
    }

    #[test]
    fn the_format_is_named_and_numbers_are_numbers() {
        let json = verdict(&fixture::failing());
        assert_eq!(json["format"], "modelgate-verdict");
        assert_eq!(json["version"], 1);
        assert_eq!(json["outcome"], "failed");
        assert_eq!(json["counts"]["low_support"], 4);
        let slice = serde_json::json!({"slice": {"age_band": "65+", "sex": "F"}});
        let measured = &find(&json["measurements"], "recall", &slice)["estimate"];
        assert_eq!(measured["value"], 0.741);
        assert_eq!(measured["method"], "wilson");
        assert_eq!(find(&json["changes"], "recall", &slice)["delta"]["lower"], -0.103);
    }

    #[test]
    fn undefined_is_a_reason_and_never_a_number() {
        let json = verdict(&fixture::failing());
        let slice = serde_json::json!({"slice": {"race": null}});
        let undefined = &find(&json["measurements"], "recall", &slice)["estimate"];
        assert_eq!(undefined["undefined"], "no_positives");
        assert!(undefined.get("value").is_none());
    }

    #[test]
    fn each_state_carries_what_it_needs() {
        let json = verdict(&fixture::failing());
        let of_state = |state: &str| json["checks"].as_array().unwrap().iter().find(|check| check["state"] == state).unwrap();
        assert_eq!(of_state("inconclusive")["detectable"], 0.041);
        assert_eq!(of_state("inconclusive")["rows_needed"], 9_400);
        assert_eq!(of_state("failed")["test"]["q"], 0.0123);
        assert_eq!(of_state("failed")["test"]["family"], "slices");
        assert_eq!(of_state("not_evaluated")["reason"], "no row has a positive label");
        assert_eq!(of_state("waived")["waiver"]["until"], "2026-12-31");
        assert_eq!(of_state("failed")["limit"]["kind"], "max_regression");
        assert_eq!(of_state("failed")["origin"]["line"], 12);
    }

    #[test]
    fn drift_has_every_number_and_no_cell() {
        let json = verdict(&fixture::failing());
        let found = &json["drift"][0];
        assert_eq!(found["between"], "baseline_test_to_test");
        let columns = found["columns"].as_array().unwrap();
        assert_eq!(columns[2]["feature"]["column"], "income");
        assert_eq!(columns[2]["state"], "severely_drifted");
        assert_eq!(columns[2]["statistics"]["jensen_shannon_distance"], 0.26);
        assert_eq!(columns[2]["statistics"]["chi_square_p"]["undefined"], "constant");
        assert_eq!((&columns[0]["feature"], &columns[1]["rows_needed"]), (&"label".into(), &340.into()));
        assert!(!found.to_string().contains("north"));
        assert!(verdict(&fixture::passing()).get("drift").is_none());
    }

    #[test]
    fn a_run_without_a_baseline_says_so() {
        let json = verdict(&fixture::without_baseline());
        assert_eq!(json["baseline"]["state"], "none");
        assert_eq!(json["comparison_mode"], Value::Null);
        assert_eq!(json["changes"], serde_json::json!([]));
    }
}
