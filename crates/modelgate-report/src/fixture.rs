//! Reports for tests, with every state, every kind of subject, and numbers that are easy to find again.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use modelgate_cube::{ColumnKind, Digest, EarlierRelease, FeatureId, Part, Slice};
use modelgate_eval::{
    Change, Comparison, Costs, DataChange, DataMeasurement, DataMetricId, Declared, Delta, Discovery, DiscoverySettings, Drift,
    DriftBetween, DriftCell, Estimate, Evaluation, Interval, Measured, Method, MetricId, MetricKind, Mix, MixGroup, Mode,
    OneSided, Reason, SchemaChange, StatisticId, Subject, WorstSlice,
};
use modelgate_policy::{
    Applies, Attestation, Bound, Check, Class, Control, ControlState, Counts, DATA_RULES, DataSource, DataState, Date,
    DriftState, Expression, Fact, FactValue, Facts, Family, Finding, Gap, JudgedControl, JudgedControls, JudgedData, JudgedDrift,
    JudgedMeasurement, JudgedPack, JudgedSource, Lack, Level, Origin, Outcome, Pack, PopulationSource, RuleId, SOURCE_FACTS,
    Shortfall, State, Statement, Test, Verdict,
};

use crate::inputs::{Input, InputColumn};
use crate::report::{Baseline, DataFiles, Disclosed, ModelFacts, Provenance, Report, TrainingFile};

pub(crate) const LEVEL: f64 = 0.95;

pub(crate) fn metric(id: &str) -> MetricId {
    MetricId::parse(id).unwrap()
}

pub(crate) fn slice(text: &str) -> Subject {
    Subject::Slice(Slice::parse(text).unwrap())
}

pub(crate) fn measured(value: f64, n: u64) -> Estimate {
    let half = 1.96 * (value * (1.0 - value) / n as f64).max(0.0).sqrt();
    let interval = Interval { lower: value - half, upper: value + half, method: Method::Wilson };
    Estimate::Measured(Measured { value, interval: Some(interval), n, binning_error: 0.0 })
}

fn counted(n: u64) -> Estimate {
    Estimate::Measured(Measured { value: n as f64, interval: None, n, binning_error: 0.0 })
}

fn change(before: Estimate, now: Estimate, lower: f64, upper: f64) -> Change {
    let value = match (&before, &now) {
        (Estimate::Measured(before), Estimate::Measured(now)) => now.value - before.value,
        _ => 0.0,
    };
    let interval = Some(Interval { lower, upper, method: Method::SquareAndAdd });
    let delta = Delta::Measured { value, interval, standard_error: (upper - lower) / 3.92 };
    Change { baseline: before, candidate: now, delta, flips: None }
}

pub(crate) fn baseline(release: &str) -> Baseline {
    Baseline::Found {
        release: release.to_owned(),
        how: "nearest release tag before the merge base with main".to_owned(),
        commit: Some("a1b2c3d4e5f60718293a4b5c6d7e8f9001122334".to_owned()),
        created: "2026-03-01T08:00:00Z".to_owned(),
        age_days: Some(12),
        digest: Digest::of(b"baseline"),
        rows: Some(11_873),
    }
}

/// A report without measurements, checks or findings.
fn empty() -> Report {
    Report {
        model_name: "loan-approval".to_owned(),
        tool_version: "0.1.0".to_owned(),
        generated: "2026-03-13T10:04:00Z".to_owned(),
        commit: Some("4f1c2ab99d0e1f2a3b4c5d6e7f8091a2b3c4d5e6".to_owned()),
        positive_label: "yes".to_owned(),
        task: None,
        rows: Some(12_000),
        has_weights: false,
        inputs: vec![input("out/predictions.csv")],
        job: Some("https://ci.example/jobs/7".to_owned()),
        provenance: Provenance {
            config_digest: Digest::of(b"config"),
            data_digest: Digest::of(b"data"),
            model_digest: Digest::of(b"model"),
            cube_digest: Digest::of(b"cube"),
            split: "split=test".to_owned(),
        },
        baseline: baseline("v1.0"),
        anchor: None,
        split_decisions: 3,
        model: facts(),
        data_files: DataFiles::default(),
        confidence_level: LEVEL,
        min_support: 30,
        declared: Declared::default(),
        evaluation: Evaluation::new(LEVEL),
        comparison: Some(Comparison::new(Mode::SameSplitUnpaired, LEVEL, BTreeMap::new(), Vec::new(), Vec::new())),
        verdict: Verdict {
            outcome: Outcome::Passed,
            checks: Vec::new(),
            findings: Vec::new(),
            counts: Counts::default(),
            low_support: 0,
            drift: Vec::new(),
            without_columns: false,
            data: JudgedData::default(),
            controls: JudgedControls::default(),
            waivers: Vec::new(),
        },
        config_file: "modelgate.yml".to_owned(),
        disclosed: Disclosed::internal(),
    }
}

fn facts() -> ModelFacts {
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    ModelFacts {
        kind: "logistic regression (linfa)".to_owned(),
        rows_trained: Some(36_000),
        features: vec![pair("income", "number, median imputed, scaled"), pair("employment", "one-hot, 5 levels")],
        dropped: vec![pair("application_id", "the id column")],
        settings: vec![pair("l2_penalty", "1"), pair("max_iterations", "200")],
        coefficients: vec![("income".to_owned(), 0.8123), ("employment=none".to_owned(), -1.204)],
    }
}

fn tested(subject: &Subject, fails: bool) -> Test {
    let q = if fails { 0.0123 } else { 0.31 };
    let family = match subject {
        Subject::Slice(slice) if slice.is_overall() => Family::Overall,
        Subject::Slice(_) => Family::Slices,
        Subject::Across(_) | Subject::Contrast { .. } => Family::Groups,
    };
    Test { family, size: 6, alpha: 0.05, q, q_any_loss: 0.0004, loss: 0.02, upper: 0.0295 }
}

/// Collects measurements and changes, so that both sides always agree.
struct Numbers {
    evaluation: Evaluation,
    changes: BTreeMap<(MetricId, Subject), Change>,
}

impl Numbers {
    fn new() -> Self {
        Self { evaluation: Evaluation::new(LEVEL), changes: BTreeMap::new() }
    }

    fn add(&mut self, id: &str, subject: &Subject, before: f64, now: f64, n: u64, ends: (f64, f64)) {
        let (before, now) = (measured(before, n), measured(now, n));
        self.evaluation.insert(metric(id), subject.clone(), now);
        self.changes.insert((metric(id), subject.clone()), change(before, now, ends.0, ends.1));
    }

    fn undefined(&mut self, id: &str, subject: &Subject, reason: Reason) {
        let none = Estimate::Undefined { reason, n: 0 };
        self.evaluation.insert(metric(id), subject.clone(), none);
        let change = Change { baseline: none, candidate: none, delta: Delta::Undefined(reason), flips: None };
        self.changes.insert((metric(id), subject.clone()), change);
    }

    fn check(&self, id: &str, subject: &Subject, bound: Bound, state: State) -> Check {
        let blocking = matches!(state, State::Failed | State::NotEvaluated { .. });
        let rule = match bound {
            Bound::Lower(_) => RuleId::METRIC_BELOW_BOUND,
            Bound::Upper(_) => RuleId::METRIC_ABOVE_BOUND,
            Bound::MaxRegression(_) => RuleId::METRIC_REGRESSION,
        };
        Check {
            origin: Origin { file: None, path: "gates[1]".to_owned(), line: 12 },
            rule,
            metric: metric(id),
            subject: subject.clone(),
            bound,
            anchor: None,
            level: Level::Deny,
            must_prove: false,
            across_splits: false,
            state,
            blocking,
            candidate: self.evaluation.get(metric(id), subject).copied(),
            change: self.changes.get(&(metric(id), subject.clone())).cloned(),
            test: matches!(bound, Bound::MaxRegression(_)).then(|| tested(subject, blocking)),
        }
    }

    fn into_report(self, checks: Vec<Check>, findings: Vec<Finding>) -> Report {
        let mut report = empty();
        report.evaluation = self.evaluation;
        report.comparison = Some(Comparison::new(Mode::SameSplitUnpaired, LEVEL, self.changes, Vec::new(), Vec::new()));
        report.verdict = verdict(checks, findings);
        report
    }
}

fn verdict(checks: Vec<Check>, findings: Vec<Finding>) -> Verdict {
    let count = |id: &str| checks.iter().filter(|check| check.state.id() == id).count();
    let counts = Counts {
        total: checks.len(),
        passed: count("passed"),
        warned: count("warned"),
        failed: count("failed"),
        inconclusive: count("inconclusive"),
        not_evaluated: count("not_evaluated"),
        waived: count("waived"),
    };
    let fails = checks.iter().any(|check| check.blocking) || findings.iter().any(|finding| finding.level == Level::Deny);
    let outcome = if fails { Outcome::Failed } else { Outcome::Passed };
    Verdict {
        outcome,
        checks,
        findings,
        counts,
        low_support: 0,
        drift: Vec::new(),
        without_columns: false,
        data: JudgedData::default(),
        controls: JudgedControls::default(),
        waivers: Vec::new(),
    }
}

fn finding(rule: RuleId, subject: &str, message: &str) -> Finding {
    Finding {
        rule,
        level: Level::Warn,
        subject: subject.to_owned(),
        message: message.to_owned(),
        origin: None,
        help: rule.rule().fix.to_owned(),
    }
}

/// Everything passes, and nothing moved.
pub(crate) fn passing() -> Report {
    let mut numbers = Numbers::new();
    numbers.add("accuracy", &slice("overall"), 0.842, 0.843, 12_000, (-0.004, 0.006));
    numbers.add("accuracy", &slice("sex=F"), 0.840, 0.841, 6_000, (-0.008, 0.010));
    let checks = ["overall", "sex=F"]
        .map(|name| numbers.check("accuracy", &slice(name), Bound::MaxRegression(0.02), State::Passed))
        .to_vec();
    numbers.into_report(checks, Vec::new())
}

/// One of everything: better on average, worse for one slice, all states, an undefined value, findings.
pub(crate) fn failing() -> Report {
    let mut numbers = Numbers::new();
    let (all, worst) = (slice("overall"), slice("age_band=65+ & sex=F"));
    let across = Subject::Across(vec!["sex".to_owned()]);
    numbers.evaluation.insert(metric("count"), all.clone(), counted(12_000));
    numbers.add("accuracy", &all, 0.842, 0.851, 12_000, (0.001, 0.017));
    numbers.add("recall", &all, 0.801, 0.806, 5_204, (-0.010, 0.020));
    numbers.add("recall", &worst, 0.812, 0.741, 1_204, (-0.103, -0.038));
    numbers.add("recall", &slice("age_band=25-45"), 0.800, 0.812, 2_000, (-0.012, 0.036));
    numbers.add("recall", &slice("age_band=65+"), 0.800, 0.760, 900, (-0.080, 0.000));
    numbers.add("recall", &slice("sex=M"), 0.790, 0.801, 2_600, (-0.011, 0.033));
    numbers.add("recall", &slice("sex=F"), 0.810, 0.788, 2_604, (-0.045, 0.001));
    numbers.undefined("recall", &slice("race=(missing)"), Reason::NoPositives);
    numbers.add("demographic_parity_difference", &across, 0.080, 0.110, 5_900, (0.005, 0.055));
    numbers.evaluation.leave_out(metric("demographic_parity_difference"), &across, vec![Slice::parse("sex=X").unwrap()]);
    let waived = State::Waived {
        until: Date::parse("2026-12-31").unwrap(),
        reason: "known shift, ticket RISK-81".to_owned(),
        approved_by: "Risk Officer".to_owned(),
    };
    let not_evaluated = State::NotEvaluated { reason: "no row has a positive label".to_owned() };
    let most = Bound::MaxRegression(0.03);
    let checks = vec![
        numbers.check("recall", &worst, most, State::Failed),
        numbers.check("recall", &slice("sex=F"), most, State::Inconclusive { detectable: Some(0.041), rows_needed: Some(9_400) }),
        numbers.check("recall", &slice("sex=M"), most, State::Passed),
        numbers.check("recall", &slice("age_band=25-45"), most, State::Passed),
        numbers.check("recall", &slice("age_band=65+"), most, State::Warned),
        Check { blocking: false, ..numbers.check("recall", &slice("race=(missing)"), most, not_evaluated) },
        numbers.check("accuracy", &all, Bound::Lower(0.8), State::Passed),
        numbers.check("recall", &all, Bound::Lower(0.82), State::Failed),
        numbers.check("demographic_parity_difference", &across, Bound::Upper(0.1), waived),
    ];
    let findings = vec![
        finding(RuleId::LOW_SUPPORT, "", "4 slices have fewer than 30 rows with a positive label."),
        finding(RuleId::NO_BASELINE, "", "Only for the test: no baseline."),
    ];
    let mut report = numbers.into_report(checks, findings);
    report.verdict.low_support = 4;
    report.verdict.drift = vec![drifting("income", "north", &Slice::single("sex", Some("F".to_owned())))];
    report.verdict.data = checked("income");
    if let Some(comparison) = &mut report.comparison {
        comparison.missing.push(OneSided { slice: Slice::parse("race=Other").unwrap(), rows: 41 });
    }
    report
}

/// Data with a column beyond its limit, one that is new, repeated rows that chance explains, and a sample.
fn checked(column: &str) -> JudgedData {
    let part = Part::Test;
    let entry = |metric, column: Option<&str>, estimate, state| {
        let rule = DATA_RULES.iter().find(|rule| rule.metric == metric);
        JudgedMeasurement {
            measurement: DataMeasurement { part, column: column.map(str::to_owned), ..DataMeasurement::new(metric, estimate) },
            rule: rule.map(|rule| rule.rule),
            limit: rule.and_then(|rule| rule.default),
            state,
        }
    };
    let exact = |value, n| Estimate::Measured(Measured { value, interval: None, n, binning_error: 0.0 });
    let mut repeated = entry(DataMetricId::DUPLICATE_ROW_RATE, None, measured(0.21, 5_000), DataState::ByChance);
    repeated.measurement = DataMeasurement { expected: Some(0.2), sampled: true, ..repeated.measurement };
    let mut missing = entry(DataMetricId::MISSING_RATE, Some(column), exact(0.0725, 4_000), DataState::Crossed);
    let change = DataChange { before: 0.02, n_before: 3_000, value: 0.0525, interval: None, p: 1e-9, q: 1e-8 };
    missing.measurement.change = Some(change);
    let mut proxy = entry(DataMetricId::PROXY_STRENGTH, Some(column), exact(0.61, 4_000), DataState::Crossed);
    proxy.measurement.by = Some(column.to_owned());
    let of_group = |metric, of: fn(&mut DataMeasurement, String), estimate, state| {
        let mut entry = entry(metric, None, estimate, state);
        of(&mut entry.measurement, column.to_owned());
        entry.measurement.group = Some(column.to_owned());
        entry
    };
    let of_axis: fn(&mut DataMeasurement, String) = |measurement, name| measurement.by = Some(name);
    let of_population: fn(&mut DataMeasurement, String) = |measurement, name| measurement.column = Some(name);
    JudgedData {
        preprocessing: Some(Attestation { by: column.to_owned(), date: Date::LAST }),
        population: Some(PopulationSource { path: format!("folder/{column}"), source: column.to_owned(), date: Date::LAST }),
        measurements: vec![
            entry(DataMetricId::ROW_COUNT, None, exact(4_000.0, 4_000), DataState::Undefined(Reason::NotInBaseline)),
            missing,
            entry(DataMetricId::MOST_FREQUENT_RATE, Some(column), exact(0.5, 4_000), DataState::Within),
            repeated,
            proxy,
            of_group(DataMetricId::GROUP_ROW_COUNT, of_axis, exact(12.0, 12), DataState::NoLimit),
            of_group(DataMetricId::LABEL_RATE_DIFFERENCE, of_axis, measured(-0.21, 500), DataState::NoLimit),
            of_group(DataMetricId::POPULATION_RATIO, of_population, measured(0.61, 4_000), DataState::Crossed),
            entry(DataMetricId::MISSING_GROUP_COUNT, Some(column), exact(1.0, 4_000), DataState::Crossed),
        ],
        sources: vec![JudgedSource {
            source: DataSource {
                path: format!("folder/{column}"),
                digest: Digest::of(b"approved"),
                facts: SOURCE_FACTS.iter().map(|(key, _)| (*key != "license").then(|| column.to_owned())).collect(),
            },
            used_for: Some("to evaluate"),
            found: None,
        }],
        schema: Some(SchemaChange {
            missing: vec![column.to_owned()],
            new: Vec::new(),
            retyped: vec![(column.to_owned(), ColumnKind::Number, ColumnKind::Text)],
        }),
    }
}

/// A column that drifted in all rows and in a slice, with a level of seven rows, and others that did not or cannot be told.
fn drifting(column: &str, level: &str, slice: &Slice) -> JudgedDrift {
    let cell = |label: &str, rows, shares| DriftCell { label: label.to_owned(), rows, shares };
    let drift = |feature, slice: &Slice, distance: f64| Drift {
        feature,
        slice: slice.clone(),
        is_number: false,
        rows: (11_873, 12_000),
        cells: vec![
            cell(level, (7_000, 4_000), (0.5896, 0.3333)),
            cell("(other)", (4_866, 8_000), (0.4098, 0.6667)),
            cell("(missing)", (7, 0), (0.0006, 0.0)),
        ],
        values: BTreeMap::from([
            (StatisticId::JENSEN_SHANNON, Ok(distance)),
            (StatisticId::STABILITY, Ok(distance * distance * 5.5)),
            (StatisticId::CHI_SQUARE_P, Err(Reason::Constant)),
        ]),
        floors: BTreeMap::from([(StatisticId::STABILITY, 0.001)]),
        p: 0.0001,
        q: 0.0004,
    };
    let overall = Slice::overall();
    let named = || FeatureId::Column(column.to_owned());
    JudgedDrift {
        between: DriftBetween::Releases,
        drifts: vec![
            (drift(FeatureId::Label, &overall, 0.0), DriftState::Same),
            (drift(FeatureId::Score, &overall, 0.01), DriftState::Insufficient { rows_needed: Some(340) }),
            (drift(named(), &overall, 0.26), DriftState::Drifted { severe: true }),
            (drift(named(), slice, 0.2), DriftState::Drifted { severe: false }),
        ],
        telling_share: Some(0.42),
        only_before: vec![named()],
        only_now: vec![named()],
        cut_differently: vec![named()],
    }
}

/// The first release: limits are held, nothing is compared.
pub(crate) fn without_baseline() -> Report {
    let mut report = passing();
    report.baseline = Baseline::None { why: "no release tag is reachable from main".to_owned() };
    report.comparison = None;
    for check in &mut report.verdict.checks {
        check.bound = Bound::Lower(0.8);
        check.change = None;
    }
    report.verdict.findings = vec![finding(RuleId::NO_BASELINE, "", "No baseline was given and none was found.")];
    report
}

/// Every default metric of a slice, without plain counts.
pub(crate) fn slice_metrics() -> Vec<&'static str> {
    let of_slices = |id: &MetricId| id.metric().kind != MetricKind::AcrossGroups && id.as_str() != "count";
    MetricId::all()
        .filter(|id| id.metric().default && id.metric().requires.is_none() && of_slices(id))
        .map(MetricId::as_str)
        .collect()
}

/// As many failing slices as asked for, each measured by every metric.
pub(crate) fn many_failing(slices: usize) -> Report {
    let mut numbers = Numbers::new();
    let mut checks = Vec::new();
    for id in slice_metrics() {
        numbers.add(id, &slice("overall"), 0.85, 0.851, 12_000, (-0.003, 0.005));
    }
    for index in 0..slices {
        let subject = slice(&format!("region=region number {index:04} & segment=wéstern 🌍 {index:04}"));
        let fall = 0.05 + 0.2 * (index as f64 / slices as f64);
        for id in slice_metrics() {
            numbers.add(id, &subject, 0.85, 0.85 - fall, 100, (-fall - 0.04, -fall + 0.04));
        }
        checks.push(numbers.check("recall", &subject, Bound::MaxRegression(0.005), State::Failed));
    }
    numbers.into_report(checks, Vec::new())
}

/// The same without a baseline.
pub(crate) fn hostile_first(text: &str) -> Report {
    let mut report = hostile(text);
    report.baseline = Baseline::None { why: text.to_owned() };
    report.comparison = None;
    report
}

/// The same with another model's predictions as the baseline, and changes taken apart.
pub(crate) fn hostile_beside(text: &str) -> Report {
    let mut report = hostile(text);
    report.baseline = Baseline::Predictions {
        name: text.to_owned(),
        how: text.to_owned(),
        digest: Digest::of(b"predictions"),
        rows: Some(900),
    };
    let group = |share: f64| MixGroup {
        slice: Slice::single(text, Some(text.to_owned())),
        baseline_share: share,
        candidate_share: 1.0 - share,
        change: Some(-0.1),
    };
    let mix = Mix {
        metric: metric("recall"),
        axis: text.to_owned(),
        total: -0.01,
        within: 0.02,
        within_interval: None,
        between: -0.03,
        standardized: None,
        groups: vec![group(0.1), group(0.9)],
    };
    report.comparison = report.comparison.map(|comparison| comparison.with_mixes(vec![mix]));
    report.evaluation = report.evaluation.with_discovery(Ok(searched(Slice::single(text, Some(text.to_owned())))));
    report
}

/// A search that found one slice.
pub(crate) fn searched(slice: Slice) -> Discovery {
    let interval = Interval { lower: 0.1, upper: 0.3, method: Method::SquareAndAdd };
    let worst = WorstSlice { slice, rate: 0.4, others: 0.2, excess: 0.2, interval, n: 210, q: 0.004 };
    let settings = DiscoverySettings { rate: metric("error_rate"), margin: 0.02, confidence_level: LEVEL };
    Discovery { settings, depth: 3, searched: 812, found: vec![worst] }
}

/// The failing report with `text` wherever somebody else writes.
pub(crate) fn hostile(text: &str) -> Report {
    let mut numbers = Numbers::new();
    let term = |axis: &str| modelgate_cube::Term { axis: axis.to_owned(), level: Some(text.to_owned()) };
    let subject = Subject::Slice(Slice::new([term("city"), term(text)]));
    let across = Subject::Across(vec![text.to_owned()]);
    numbers.add("recall", &slice("overall"), 0.8, 0.79, 900, (-0.02, 0.0));
    numbers.add("recall", &subject, 0.8, 0.7, 900, (-0.14, -0.06));
    numbers.add("demographic_parity_difference", &across, 0.1, 0.2, 900, (0.06, 0.14));
    numbers.undefined("precision", &subject, Reason::NoPredictedPositives);
    numbers.evaluation.leave_out(metric("demographic_parity_difference"), &across, vec![Slice::new([term(text)])]);
    let until = Date::parse("2026-12-31").unwrap();
    let waived = State::Waived { until, reason: text.to_owned(), approved_by: text.to_owned() };
    let mut checks = vec![
        numbers.check("recall", &subject, Bound::MaxRegression(0.01), State::Failed),
        numbers.check("precision", &subject, Bound::Lower(0.5), State::NotEvaluated { reason: text.to_owned() }),
        numbers.check("demographic_parity_difference", &across, Bound::Upper(0.1), waived),
    ];
    for check in &mut checks {
        text.clone_into(&mut check.origin.path);
        check.anchor = Some(text.to_owned());
    }
    let mut said = finding(RuleId::UNUSED_WAIVER, text, text);
    text.clone_into(&mut said.help);
    said.origin = Some(Origin { file: None, path: text.to_owned(), line: 3 });
    let mut report = numbers.into_report(checks, vec![said, finding(RuleId::DUPLICATE_ROWS, text, text)]);
    report.verdict.drift = vec![drifting(text, text, &Slice::new([term("city")]))];
    report.verdict.data = checked(text);
    report.verdict.controls = controls(text, text);
    deface(&mut report, text);
    report
}

/// A report with a pack that has a control in every state.
pub(crate) fn with_controls() -> Report {
    let mut report = failing();
    report.verdict.controls = controls("A pack", "recall of sex=F");
    report
}

/// Controls in every state; `text` is what their pack and people say, `detail` what was measured.
pub(crate) fn controls(text: &str, detail: &str) -> JudgedControls {
    let day = |text: &str| Date::parse(text).unwrap();
    let measured = |term: &str| Expression::Measured(term.to_owned());
    let reason = |about: &str, lack: Lack, detail: &str| Shortfall { about: about.to_owned(), lack, detail: detail.to_owned() };
    let slices = || vec![reason("checks.slices", Lack::Contradicted, detail)];
    let statement = Statement {
        id: "S1".to_owned(),
        controls: vec!["pack/attested".to_owned()],
        text: text.to_owned(),
        by: "@risk".to_owned(),
        role: text.to_owned(),
        date: day("2026-03-01"),
        evidence_digest: Digest::of(b"evidence").to_string(),
        review_by: None,
        origin: Origin { file: None, path: "statements[0]".to_owned(), line: 9 },
        void: None,
    };
    let judged = |anchor: &str, class: Class, state: ControlState, reasons: Vec<Shortfall>| JudgedControl {
        control: Control {
            anchor: anchor.to_owned(),
            cites: format!("Article 1 {text}"),
            title: text.to_owned(),
            class,
            applies_if: None,
            applies: Applies::default(),
            evidence: (class != Class::NotApplicable).then(|| measured("checks.slices")),
            independent: false,
            feeds: Vec::new(),
            verified: anchor != "failed",
            note: (anchor == "failed").then(|| text.to_owned()),
        },
        state,
        reasons,
        attested: (anchor == "attested").then(|| statement.clone()),
        stale: (anchor == "review").then(|| "S2 is about other evidence than this run's".to_owned()),
    };
    let waived = ControlState::Waived { until: day("2026-12-31"), reason: text.to_owned(), approved_by: text.to_owned() };
    let later = ControlState::NotYetInForce { from: day("2027-12-02"), otherwise: "failed" };
    let outside = ControlState::NotApplicable { reason: text.to_owned() };
    let undeclared = vec![reason("purpose.intended", Lack::NotDeclared, "")];
    let controls = vec![
        judged("failed", Class::Auto, ControlState::Failed, slices()),
        judged("missing", Class::Human, ControlState::NotRun, undeclared),
        judged("open", Class::Auto, ControlState::Unknown, vec![reason("checks.slices", Lack::CannotTell, detail)]),
        judged("review", Class::Mixed, ControlState::NeedsReview, Vec::new()),
        judged("waived", Class::Auto, waived, slices()),
        judged("attested", Class::Mixed, ControlState::Passed, Vec::new()),
        judged("later", Class::Auto, later, slices()),
        judged("over", Class::Auto, ControlState::Superseded { until: Some(day("2026-01-01")) }, Vec::new()),
        judged("outside", Class::NotApplicable, outside, Vec::new()),
    ];
    let pack = Pack {
        id: "pack".to_owned(),
        version: "1".to_owned(),
        title: text.to_owned(),
        jurisdiction: "EU".to_owned(),
        citation: text.to_owned(),
        reference: text.to_owned(),
        dated: day("2026-01-01"),
        verified_on: None,
        applies: Applies { from: Some(day("2026-01-01")), until: None },
        superseded_by: None,
        applies_if: None,
        max_waiver_days: 90,
        note: Some(text.to_owned()),
        controls: Vec::new(),
    };
    let gap = Gap {
        number: 1,
        place: "purpose.intended".to_owned(),
        title: "What it is intended for".to_owned(),
        needed_by: vec!["pack/missing".to_owned()],
    };
    let declared = |value: FactValue| Fact { value, origin: Origin { file: None, path: "purpose".to_owned(), line: 3 } };
    let risk = BTreeMap::from([("text".to_owned(), FactValue::Text(text.to_owned()))]);
    let values = BTreeMap::from([
        ("purpose.intended".to_owned(), declared(FactValue::Text(text.to_owned()))),
        ("purpose.users".to_owned(), declared(FactValue::Texts(vec![text.to_owned()]))),
        ("risks".to_owned(), declared(FactValue::Items(vec![risk]))),
    ]);
    let file = "modelgate.system.yml".to_owned();
    let facts = Facts { file, values, statements: vec![statement], ..Facts::default() };
    JudgedControls {
        packs: vec![JudgedPack { pack, enforce: true, controls, changed: None }],
        changed_facts: Vec::new(),
        gaps: vec![gap],
        facts,
        evidence_digest: Digest::of(b"evidence").to_string(),
    }
}

fn input(path: &str) -> Input {
    let column = |name: &str, role: Option<&str>, sensitive: Option<&str>| InputColumn {
        name: name.to_owned(),
        role: role.map(str::to_owned),
        sensitive: sensitive.map(str::to_owned),
    };
    Input {
        purpose: "rows to evaluate",
        path: path.to_owned(),
        from_documents: format!("../{path}"),
        parts: Vec::new(),
        files: 1,
        bytes: Some(480_000),
        rows: Some(12_000),
        digest: Digest::of(b"data"),
        columns: vec![column("approved", Some("label"), None), column("sex", Some("slice"), Some("sex"))],
        others: vec!["amount".to_owned(), "job".to_owned(), "note".to_owned()],
        note: None,
    }
}

fn deface(report: &mut Report, text: &str) {
    let text = || text.to_owned();
    report.model_name = text();
    report.tool_version = text();
    report.generated = text();
    report.commit = Some(text());
    report.positive_label = text();
    report.provenance.split = text();
    report.inputs = vec![Input { note: Some(text()), ..input(&text()) }];
    report.inputs[0].columns[0] = InputColumn { name: text(), role: Some(text()), sensitive: Some(text()) };
    report.job = Some(text());
    report.config_file = text();
    let training = TrainingFile { name: text(), digest: Digest::of(b"training") };
    let earlier = EarlierRelease {
        release: text(),
        created: text(),
        model_digest: training.digest,
        data_digest: training.digest,
        training_digest: None,
    };
    report.data_files = DataFiles { evaluated: text(), training: Some(training), earlier: vec![earlier] };
    report.model = ModelFacts {
        kind: text(),
        rows_trained: None,
        features: vec![(text(), text())],
        dropped: vec![(text(), text())],
        settings: vec![(text(), text())],
        coefficients: vec![(text(), -0.5)],
    };
    report.baseline = Baseline::Found {
        release: text(),
        how: text(),
        commit: Some(text()),
        created: text(),
        age_days: None,
        digest: Digest::of(b"baseline"),
        rows: Some(900),
    };
    let slices = vec![Slice::single(text(), Some(text()))];
    let tables = vec![vec![text(), text()]];
    let bands = vec![(Slice::single(text(), None), "100 to 999 rows")];
    let profile = modelgate_cube::Profile::Restricted;
    report.disclosed = Disclosed { profile, overall: false, slices, tables, bands, ..Disclosed::internal() };
    report.anchor = Some(report.baseline.clone());
    report.declared = Declared {
        costs: Some(Costs {
            true_positive: 0.0,
            false_positive: 1.0,
            false_negative: 5.0,
            true_negative: 0.0,
            unit: Some(text()),
        }),
        control: Some(text()),
        references: vec![Slice::single(text(), Some(text()))],
    };
    if let Some(comparison) = &mut report.comparison {
        comparison.missing.push(OneSided { slice: Slice::single(text(), Some(text())), rows: 41 });
        comparison.new.push(OneSided { slice: Slice::single(text(), None), rows: 1 });
    }
}
