//! What is left of a report, with counts made so that some of its slices are withheld.

#![expect(clippy::unwrap_used, reason = "tests")]

use modelgate_cube::{
    Axis, AxisKind, Cell, Cube, CubeMeta, DEFINITION_VERSION, Digest, DisclosureSettings, Published, RowSetDigest, ScoreScale,
    Shape, Tally,
};

use super::*;
use crate::fixture;

/// Counts of two axes: of `age_band` the levels 65+ and 25-45 are withheld, `sex` is shown, and their table is not.
fn disclosure(profile: Profile) -> Disclosure {
    let mut cells: BTreeMap<Slice, Cell> = BTreeMap::new();
    for (age, sex, rows) in
        [("<25", "F", 300), ("<25", "M", 300), ("25-45", "F", 40), ("25-45", "M", 40), ("65+", "F", 2), ("65+", "M", 1)]
    {
        let term = |axis: &str, level: &str| modelgate_cube::Term { axis: axis.to_owned(), level: Some(level.to_owned()) };
        let (age, sex) = (term("age_band", age), term("sex", sex));
        for slice in
            [Slice::overall(), Slice::new([age.clone()]), Slice::new([sex.clone()]), Slice::new([age.clone(), sex.clone()])]
        {
            let cell = cells.entry(slice).or_default();
            for (label, prediction) in [(false, false), (false, true), (true, false), (true, true)] {
                cell.tally_mut(label, prediction).merge(&Tally::unweighted(rows));
            }
        }
    }
    let axis = |name: &str| Axis { name: name.to_owned(), kind: AxisKind::Categorical };
    let shape = Shape {
        task: modelgate_cube::Task::Binary { positive_label: "yes".into() },
        axes: vec![axis("age_band"), axis("sex")],
        depth: 2,
        scored: false,
        weighted: false,
    };
    let meta = CubeMeta { shape, definition_version: DEFINITION_VERSION, split: RowSetDigest::default() };
    let cube = Cube::from_cells(meta, ScoreScale::Exact, cells);
    let counts = Published { cube: &cube, model: Digest::of(b"model"), withheld: None };
    Disclosure::of(&[&[counts]], DisclosureSettings { profile, min_cell: 11, min_support: 30 })
}

fn shown(profile: Profile) -> Report {
    disclose(fixture::failing(), &disclosure(profile))
}

#[test]
fn internal_changes_nothing() {
    assert_eq!(shown(Profile::Internal), fixture::failing());
}

#[test]
fn numbers_of_withheld_slices_are_gone_and_the_outcome_is_not() {
    let report = shown(Profile::Public);
    let subjects: BTreeSet<String> = report.evaluation.iter().map(|(_, subject, _)| subject.to_string()).collect();
    assert!(subjects.contains("overall") && subjects.contains("sex=F"), "{subjects:?}");
    assert!(!subjects.iter().any(|subject| subject.contains("age_band")), "{subjects:?}");
    assert!(report.comparison.as_ref().unwrap().iter().all(|(_, subject, _)| !subject.to_string().contains("age_band")));
    assert_eq!(report.verdict.outcome, fixture::failing().verdict.outcome);
}

#[test]
fn a_failing_check_of_a_withheld_slice_stays_without_numbers_and_a_passing_one_goes() {
    let report = shown(Profile::Public);
    let of =
        |text: &str| report.verdict.checks.iter().filter(|check| check.subject.to_string().contains(text)).collect::<Vec<_>>();
    let worst: Vec<&Check> = report.verdict.checks.iter().filter(|check| check.blocking && check.candidate.is_none()).collect();
    assert_eq!(worst.len(), 1);
    assert!(worst[0].change.is_none() && worst[0].test.is_none() && worst[0].state == State::Failed);
    assert!(!of("25-45").iter().any(|check| check.state == State::Passed));
    assert_eq!(report.verdict.counts.total, report.verdict.checks.len());
}

#[test]
fn findings_keep_their_rule_and_lose_their_numbers() {
    let report = shown(Profile::Public);
    let messages: Vec<&str> = report.verdict.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert!(messages.iter().all(|message| !message.contains("4 slices") && !message.contains("30")), "{messages:?}");
    assert!(messages.contains(&"Only for the test: no baseline."), "{messages:?}");
    assert_eq!(report.verdict.low_support, 0);
    assert!(report.disclosed.has_unmade_checks);
}

#[test]
fn what_is_not_shown_is_counted_in_every_document() {
    let report = shown(Profile::Public);
    assert_eq!(report.disclosed.slices.iter().map(Slice::to_string).collect::<Vec<_>>(), ["age_band=25-45", "age_band=65+"]);
    for document in crate::render(&report, None).unwrap() {
        let body = document.body.replace('\\', "");
        assert!(body.contains("not shown") || body.contains("\"withheld\""), "{}", document.path);
        assert!(!body.contains("0.741") && !body.contains("1\u{202F}204") && !body.contains("1204"), "{}", document.path);
    }
}

#[test]
fn restricted_has_bands_and_no_number_of_a_slice() {
    let report = shown(Profile::Restricted);
    let overall = |subject: &Subject| matches!(subject, Subject::Slice(slice) if slice.is_overall());
    assert!(report.evaluation.iter().all(|(_, subject, _)| overall(subject)));
    assert!(report.verdict.checks.iter().all(|check| check.candidate.is_none() || overall(&check.subject)));
}

#[test]
fn numbers_have_four_digits() {
    let mut report = fixture::passing();
    let metric = fixture::metric("log_loss");
    report.evaluation.insert(metric, fixture::slice("overall"), fixture::measured(0.123_456_789, 900));
    let report = disclose(report, &disclosure(Profile::Public));
    let found = report.evaluation.get(metric, &fixture::slice("overall")).unwrap().measured().unwrap().value;
    assert!((found - 0.1235).abs() < 1e-12, "{found}");
}

#[test]
fn what_counts_rows_above_a_score_is_withheld() {
    let mut report = fixture::passing();
    let metric = fixture::metric("ks_statistic");
    report.evaluation.insert(metric, fixture::slice("overall"), fixture::measured(0.3, 900));
    let report = disclose(report, &disclosure(Profile::Public));
    assert!(report.evaluation.get(metric, &fixture::slice("overall")).is_none());
}

#[test]
fn training_counts_are_not_shown() {
    let mut report = fixture::passing();
    report.model.rows_trained = Some(7);
    report.model.settings.push((TRAINING_POSITIVES.to_owned(), "3".to_owned()));
    let model = disclose(report, &disclosure(Profile::Public)).model;
    assert!(model.rows_trained.is_none() && model.settings.iter().all(|(name, _)| name != TRAINING_POSITIVES));
}
