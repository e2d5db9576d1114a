//! Limits held against measurements of counts that are written down here.

use modelgate_cube::{
    ColumnKind, Counted, DataCount, DataKey, DataProfile, GroupCount, GroupTable, PairShares, PersonalKind, Population,
    RaterCounts,
};
use modelgate_eval::{evaluate_data, evaluate_groups};

use super::*;

type Counts<'a> = &'a [(Part, Counted, Option<&'a str>, DataCount)];

fn count(hits: u64, of: u64) -> DataCount {
    DataCount { hits, of, sampled: false }
}

fn profile(counts: Counts<'_>) -> DataProfile {
    let mut profile = DataProfile::default();
    for (part, what, column, count) in counts {
        profile.counts.insert(DataKey { part: *part, what: *what, column: column.map(str::to_owned) }, *count);
        if let Some(name) = column {
            profile.kinds.insert((*part, (*name).to_owned()), ColumnKind::Number);
        }
    }
    profile
}

fn spoken(now: Counts<'_>, before: Option<Counts<'_>>, limits: &DataLimits) -> Vec<(&'static str, String)> {
    said(&profile(now), before.map(profile).as_ref(), limits)
}

fn said(now: &DataProfile, before: Option<&DataProfile>, limits: &DataLimits) -> Vec<(&'static str, String)> {
    let mut evaluation = evaluate_data(now, before, 0.95);
    evaluation.measurements.extend(evaluate_groups(now, Some(&population()), 30, 0.95));
    let found = findings(&judge(&evaluation, limits), |rule| rule.rule().default_level);
    found.into_iter().map(|finding| (finding.rule.rule().id, finding.message)).collect()
}

#[test]
fn a_share_beyond_its_limit_is_told_with_rows_chance_and_limit() {
    let overlap = |hits, agree| {
        let mut now = profile(&[(Part::Test, Counted::Shared, None, count(hits, 1_000))]);
        let pairs = PairShares { others: 1, equal: 0.0, columns: vec![agree], labels: None };
        now.pairs.insert(DataKey { part: Part::Test, what: Counted::Shared, column: None }, pairs);
        said(&now, None, &DataLimits::default())
    };
    let told = "in test rows, train_test_overlap_rate is 0.5 % (n = 1000, < 0.01 % by chance); limit 0.1 %";
    assert_eq!(overlap(5, 1e-6), [("train-test-overlap", told.to_owned())]);
    assert_eq!(overlap(1, 1e-6), [], "the limit itself is within");
    assert_eq!(overlap(5, 0.01), [], "chance gives more than the limit");
    assert_eq!(overlap(1_000, 0.02).len(), 1, "chance gives more than the limit, and nothing like as many");
}

#[test]
fn what_chance_explains_as_well_is_no_pass_where_it_is_denied() {
    let mut now = profile(&[(Part::Test, Counted::Shared, None, count(5, 1_000))]);
    let pairs = PairShares { others: 1, equal: 0.0, columns: vec![0.01], labels: None };
    now.pairs.insert(DataKey { part: Part::Test, what: Counted::Shared, column: None }, pairs);
    let judged = judge(&evaluate_data(&now, None, 0.95), &DataLimits::default());
    let denied = |rule| (rule == RuleId::TRAIN_TEST_OVERLAP).then_some(Level::Deny);
    let found = unmeasured(&judged, false, &DataLimits::default(), denied);
    assert_eq!(found.len(), 1);
    assert!(found[0].message.contains("these columns cannot tell") && found[0].help.contains("data.id"), "{found:?}");
}

#[test]
fn what_a_sample_shows_counts_where_its_whole_interval_does() {
    let repeated = |hits| {
        let sampled = DataCount { sampled: true, ..count(hits, 1_000) };
        spoken(&[(Part::Train, Counted::Repeated, None, sampled)], None, &DataLimits::default()).len()
    };
    assert_eq!((repeated(55), repeated(80)), (0, 1));
}

#[test]
fn limits_can_be_set_and_ids_are_looked_for_among_training_rows_alone() {
    let distinct = |part| spoken(&[(part, Counted::Distinct, Some("n"), count(999, 1_000))], None, &DataLimits::default());
    assert_eq!((distinct(Part::Test).len(), distinct(Part::Train).len()), (0, 1));
    let lax = DataLimits { limits: BTreeMap::from([(RuleId::NON_FINITE_VALUES, 0.1)]), ..DataLimits::default() };
    let odd: Counts<'_> = &[(Part::Test, Counted::NonFinite, Some("n"), count(50, 1_000))];
    assert_eq!((spoken(odd, None, &lax).len(), spoken(odd, None, &DataLimits::default()).len()), (0, 1));
}

#[test]
fn missing_values_must_have_risen_much_and_surely() {
    let missing = |before: (u64, u64), now: (u64, u64)| {
        let of = |(hits, of)| [(Part::Test, Counted::Missing, Some("n"), count(hits, of))];
        spoken(&of(now), Some(&of(before)), &DataLimits::default())
    };
    let told = missing((20, 1_000), (70, 1_000));
    assert_eq!(told[0].1, "in test rows, missing_rate of n rose from 2 % to 7 % (q < 0.001, n = 1000 and 1000); limit 2 % more");
    assert!(missing((20_000, 1_000_000), (30_000, 1_000_000)).is_empty(), "sure and small");
    assert!(missing((2, 40), (4, 40)).is_empty(), "large and unsure");
    assert!(missing((70, 1_000), (20, 1_000)).is_empty(), "fewer");
}

#[test]
fn rows_may_double_and_columns_may_not_go() {
    let rows = |before, now, column| {
        let of = |rows, column| {
            [(Part::Test, Counted::Rows, None, count(rows, rows)), (Part::Test, Counted::Missing, Some(column), count(0, rows))]
        };
        spoken(&of(now, column), Some(&of(before, "a")), &DataLimits::default())
    };
    assert_eq!(rows(100, 200, "a"), []);
    assert_eq!(rows(100, 201, "a")[0].0, "row-count-change");
    assert_eq!(rows(100, 49, "a")[0].0, "row-count-change");
    assert_eq!(rows(100, 100, "b"), [("schema-change", "gone since the baseline: a; new: b".to_owned())]);
}

#[test]
fn what_is_denied_and_was_not_measured_is_no_pass() {
    let deny = |denied: RuleId| move |rule| Some(if rule == denied { Level::Deny } else { Level::Warn });
    let unmeasured =
        |judged: &JudgedData, has_baseline, denied| unmeasured(judged, has_baseline, &DataLimits::default(), deny(denied));
    let nothing = JudgedData::default();
    let found = unmeasured(&nothing, false, RuleId::TRAIN_TEST_OVERLAP);
    assert_eq!(found.len(), 1);
    assert!(found[0].message.contains("data.train_path") && found[0].level == Level::Deny);
    assert!(unmeasured(&nothing, false, RuleId::MISSING_VALUES).is_empty(), "there is nothing to have changed from");
    assert_eq!(unmeasured(&nothing, true, RuleId::MISSING_VALUES).len(), 1);
    assert_eq!(unmeasured(&nothing, true, RuleId::SCHEMA_CHANGE).len(), 1);
    let measured = evaluate_data(&profile(&[(Part::Test, Counted::Shared, None, count(0, 10))]), None, 0.95);
    assert!(unmeasured(&judge(&measured, &DataLimits::default()), true, RuleId::TRAIN_TEST_OVERLAP).is_empty());
}

#[test]
fn a_limit_that_somebody_wrote_and_nothing_was_held_to_is_told() {
    let limits = DataLimits { limits: BTreeMap::from([(RuleId::STALE_DATA, 30.0)]), ..DataLimits::default() };
    let told = |set: Option<Level>| {
        let level = |rule| set.filter(|_| rule == RuleId::STALE_DATA);
        unmeasured(&JudgedData::default(), true, &limits, level)
            .into_iter()
            .map(|found| (found.rule, found.level))
            .collect::<Vec<_>>()
    };
    assert_eq!(told(None), [(RuleId::STALE_DATA, Level::Warn)]);
    assert_eq!(told(Some(Level::Deny)), [(RuleId::STALE_DATA, Level::Deny)]);
    assert_eq!(told(Some(Level::Allow)), []);
}

#[test]
fn personal_data_is_told_by_its_kind_and_declared_columns_are_no_news() {
    let now: Counts<'_> = &[
        (Part::Test, Counted::Personal(PersonalKind::Email), Some("contact"), count(99, 100)),
        (Part::Test, Counted::Personal(PersonalKind::BirthDate), Some("dob"), count(100, 100)),
    ];
    let told = spoken(now, None, &DataLimits::default());
    assert_eq!(
        told,
        [
            ("personal-data", "in test rows, contact is taken for e-mail addresses (99 % of 100 cells)".to_owned()),
            ("likely-personal-data", "in test rows, dob is taken for dates of birth (100 % of 100 cells)".to_owned()),
        ]
    );
    let declared = DataLimits { personal: BTreeSet::from(["contact".to_owned(), "dob".to_owned()]), ..DataLimits::default() };
    assert_eq!(spoken(now, None, &declared), []);
}

#[test]
fn personal_data_that_is_denied_was_looked_for_wherever_anything_was() {
    let evaluation = |counts: Counts<'_>| judge(&evaluate_data(&profile(counts), None, 0.95), &DataLimits::default());
    let denied = |judged: &JudgedData| {
        unmeasured(judged, true, &DataLimits::default(), |rule| (rule == RuleId::PERSONAL_DATA).then_some(Level::Deny))
    };
    assert_eq!(denied(&evaluation(&[(Part::Test, Counted::Rows, None, count(9, 9))])), []);
    let nothing = denied(&evaluation(&[]));
    assert_eq!(nothing.len(), 1);
    assert!(nothing.iter().all(|finding| finding.message == "not measured: it needs `data_checks.enabled`"), "{nothing:?}");
}

fn population() -> Population {
    let shares = [("F", 0.5), ("M", 0.5)].map(|(name, share)| (name.to_owned(), share));
    Population { columns: BTreeMap::from([("sex".to_owned(), BTreeMap::from(shares))]) }
}

#[test]
fn groups_that_are_surely_not_those_of_the_population_are_told() {
    let told = |women: u64, men: u64| {
        let count = |rows| GroupCount { rows, labels: Vec::new() };
        let groups = BTreeMap::from([(Some("F".to_owned()), count(women)), (Some("M".to_owned()), count(men))]);
        let by = "sex".to_owned();
        let table = GroupTable { part: Part::Train, by, of_population: true, groups, other: 0, positive: None };
        said(&DataProfile { groups: vec![table], ..DataProfile::default() }, None, &DataLimits::default())
    };
    let ratios = "in training rows, population_ratio of sex=F is 0.6 times (n = 1000); limit 1.25 times either way; population_ratio of \
                  sex=M is 1.4 times (n = 1000); limit 1.25 times either way";
    assert_eq!(told(300, 700), [("unrepresentative-group", ratios.to_owned())]);
    assert_eq!(told(450, 550), [], "within the limit");
    assert_eq!(told(4, 8), [], "few rows say nothing for sure");
    let absent = told(0, 700);
    assert_eq!(absent.len(), 2);
    assert_eq!(absent[1], ("missing-group", "in training rows, missing_group_count of sex is 1 (n = 700); limit 0".to_owned()));
}

#[test]
fn people_must_agree_on_labels_beyond_chance() {
    let told = |agreeing| {
        let raters = RaterCounts { rows: 100, agreeing, said: vec![vec![50, 50], vec![50, 50]] };
        said(
            &DataProfile { raters: BTreeMap::from([(Part::Test, raters)]), ..DataProfile::default() },
            None,
            &DataLimits::default(),
        )
    };
    let low = "in test rows, annotator_agreement is 0.4 (n = 100); limit at least 0.6";
    assert_eq!(told(140), [("annotator-disagreement", low.to_owned())]);
    assert_eq!(told(180), []);
}
