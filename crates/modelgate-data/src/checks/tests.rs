//! Counts of small files, held and streamed.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write as _;

use super::*;
use crate::testing::{csv, file};
use crate::{Dataset, ReadSettings, read};

const ONE: NonZero<usize> = NonZero::<usize>::MIN;

fn profile_of(test: &DataRows<'_>, training: Option<&DataRows<'_>>, threads: NonZero<usize>) -> DataProfile {
    let ignored = BTreeSet::from(["id".to_owned(), "p".to_owned()]);
    let settings = CheckSettings { ignored: &ignored, threads, ..settings() };
    data_profile(test, training, &settings).unwrap().0
}

fn settings<'a>() -> CheckSettings<'a> {
    static NOTHING: BTreeSet<String> = BTreeSet::new();
    CheckSettings { label: Some("y"), has_classes: true, ..CheckSettings::of(&NOTHING, None, ONE) }
}

fn hits(profile: &DataProfile, part: Part, what: Counted, column: Option<&str>) -> (u64, u64) {
    profile.get(part, what, column).map_or((u64::MAX, 0), |count| (count.hits, count.of))
}

fn of_test(profile: &DataProfile, what: Counted, column: Option<&str>) -> (u64, u64) {
    hits(profile, Part::Test, what, column)
}

fn pairs(profile: &DataProfile, what: Counted) -> PairShares {
    profile.pairs[&DataKey { part: Part::Test, what, column: None }].clone()
}

#[test]
fn columns_are_counted() {
    let (data, _file) =
        csv("id,y,p,a,b,c\n1,0,0.5,1,x y,\n2,1,0.5,inf,X_Y,\n3,0,0.1,NA,x y,\n4,1,0.2,1,--,\n5,1,0.2,2,x y,\n6,1,0.2,3,x y,\n");
    let profile = profile_of(&DataRows::Held(&data), None, ONE);
    assert_eq!(of_test(&profile, Counted::Rows, None), (6, 6));
    assert_eq!(of_test(&profile, Counted::Missing, Some("a")), (1, 6));
    assert_eq!(of_test(&profile, Counted::NonFinite, Some("a")), (1, 6));
    assert_eq!(of_test(&profile, Counted::MostFrequent, Some("a")), (2, 6));
    assert_eq!(of_test(&profile, Counted::Missing, Some("c")), (6, 6));
    assert_eq!(of_test(&profile, Counted::MostFrequent, Some("c")), (6, 6));
    assert_eq!(of_test(&profile, Counted::SimilarTexts, Some("b")), (1, 6));
    assert_eq!(of_test(&profile, Counted::MissingLike, Some("b")), (1, 6));
    assert_eq!(of_test(&profile, Counted::Distinct, Some("b")), (3, 6));
    let kinds: Vec<_> = profile.columns(Part::Test).map(|(name, kind)| format!("{name} {}", kind.id())).collect();
    assert_eq!(kinds, ["a number", "b text", "c empty"]);
}

#[test]
fn a_column_that_is_read_as_text_and_holds_numbers_is_counted_as_one_of_numbers() {
    let text = "y,a,b\n1,1,0.5\n0,2,\n1,inf,x\n0,3,0.25\n";
    let (numbers, rows_of_numbers) = csv(text);
    let reading = ReadSettings { text_columns: ["a".to_owned()].into(), ..ReadSettings::default() };
    let texts = read(rows_of_numbers.path(), &reading).unwrap();
    let one = profile_of(&DataRows::Held(&numbers), None, ONE);
    assert_eq!(one, profile_of(&DataRows::Held(&texts), None, ONE));
    assert_eq!((of_test(&one, Counted::NonFinite, Some("a")), of_test(&one, Counted::Distinct, Some("a"))), ((1, 4), (3, 4)));
    let kinds: Vec<_> = one.columns(Part::Test).map(|(name, kind)| format!("{name} {}", kind.id())).collect();
    assert_eq!(kinds, ["a number", "b text"]);
}

#[test]
fn equal_rows_and_contradictory_labels_are_counted_by_features_alone() {
    let (data, _file) = csv("id,y,p,a,b\n1,0,0.5,1,u\n2,1,0.6,1.0,u\n3,0,0.1,1,v\n4,0,0.2,1,v\n5,0,0.2,,v\n");
    let profile = profile_of(&DataRows::Held(&data), None, ONE);
    assert_eq!(of_test(&profile, Counted::Repeated, None), (2, 5));
    assert_eq!(of_test(&profile, Counted::Conflicting, None), (2, 5));
    let pairs = pairs(&profile, Counted::Conflicting);
    // Of ten pairs of rows, six have the same a, four the same b, and two both; seven do not have the same label.
    assert_eq!((pairs.others, pairs.columns), (5, vec![0.6, 0.4]));
    assert!((pairs.equal - 0.2).abs() < 1e-12 && (pairs.labels.unwrap() - 0.6).abs() < 1e-12);
}

#[test]
fn rows_that_both_files_have_are_counted_by_the_columns_that_both_have() {
    let (test, _one) = csv("id,y,p,a,b,extra\n1,0,0.5,1,u,9\n2,1,0.5,2,u,8\n3,1,0.5,3,w,7\n");
    let (training, _two) = csv("b,a,y,other\nu,1,0,5\nu,2.0,0,5\nz,3,1,5\n");
    let profile = profile_of(&DataRows::Held(&test), Some(&DataRows::Held(&training)), ONE);
    assert_eq!(of_test(&profile, Counted::Shared, None), (2, 3));
    assert_eq!(of_test(&profile, Counted::SharedWithLabel, None), (1, 3));
    assert_eq!(hits(&profile, Part::Train, Counted::Rows, None), (3, 3));
}

/// Rows with numbers that hardly repeat, texts with gaps, and every tenth row twice.
fn many(rows: u32) -> String {
    let mut text = String::from("id,y,p,amount,kind\n");
    for row in 0..rows {
        let seed = (row - u32::from(row % 10 == 1)).wrapping_mul(2_654_435_761);
        let kind = ["a", "b", "NA", "C"][(seed >> 7) as usize % 4];
        writeln!(text, "{row},{},0.5,{}.{:03},{kind}", seed >> 31, seed >> 12, seed % 1_000).unwrap();
    }
    text
}

#[test]
fn files_give_what_held_rows_give_whatever_the_threads() {
    let text = many(30_000);
    let (data, _file) = csv(&text);
    let held = profile_of(&DataRows::Held(&data), Some(&DataRows::Held(&data)), ONE);
    assert_eq!(of_test(&held, Counted::Repeated, None), (3_000, 30_000));
    assert_eq!(of_test(&held, Counted::Shared, None), (30_000, 30_000));
    let by_amount = pairs(&held, Counted::Repeated).columns[0];
    assert!(by_amount < 1e-5, "amounts tell rows apart: {by_amount}");
    let csv_file = file(".csv", text.as_bytes());
    let reading = ReadSettings::default();
    let rows = DataRows::File(csv_file.path(), &reading);
    for threads in [1, 3] {
        let threads = NonZero::new(threads).unwrap();
        assert_eq!(profile_of(&rows, Some(&rows), threads), held);
    }
    let whole: Dataset = read(csv_file.path(), &reading).unwrap();
    assert_eq!(profile_of(&DataRows::Held(&whole), Some(&rows), ONE), held);
}

#[test]
fn a_column_of_ids_is_looked_at_for_personal_data_and_nothing_else() {
    let scan = |text: &str| {
        let (data, _file) = csv(text);
        let id = BTreeSet::from(["id".to_owned()]);
        let settings = CheckSettings { ignored: &id, id: Some("id"), ..settings() };
        data_profile(&DataRows::Held(&data), None, &settings).unwrap().0
    };
    let profile = scan("id,y\na@example.com,1\nb@example.com,0\nc@example.com,1\n");
    assert_eq!(of_test(&profile, Counted::Personal(PersonalKind::Email), Some("id")), (3, 3));
    assert_eq!(profile.get(Part::Test, Counted::Missing, Some("id")), None);
    assert_eq!((profile.columns(Part::Test).count(), profile.personal()), (0, BTreeSet::from(["id".to_owned()])));
    assert_eq!(scan("id,y\ncase 1,1\ncase 2,0\ncase 3,1\n").personal(), BTreeSet::new());
}

#[test]
fn whom_rows_are_about_and_when_they_are_from_is_compared_with_the_training_rows() {
    let (test, _one) = csv("y,who,when,a\n1,ann,2026-01-05,1\n0,bob,2026-03-01,1\n0,,2031-01-01,2\n1,eve,soon,2\n");
    let (training, _two) = csv("y,who,when,a\n1,bob,2026-02-01T08:00:00Z,1\n0,dan,2026-01-01,1\n");
    let ignored = BTreeSet::from(["who".to_owned(), "when".to_owned()]);
    // 2026-06-01.
    let settings =
        CheckSettings { ignored: &ignored, entity: Some("who"), time: Some("when"), now: 1_780_272_000.0, ..settings() };
    let (profile, _) = data_profile(&DataRows::Held(&test), Some(&DataRows::Held(&training)), &settings).unwrap();
    assert_eq!(of_test(&profile, Counted::SharedEntities, None), (1, 3));
    assert_eq!(of_test(&profile, Counted::BeforeTrainingEnd, None), (1, 3));
    assert_eq!(of_test(&profile, Counted::Future, None), (1, 3));
    assert_eq!(of_test(&profile, Counted::UnreadableTimes, None), (1, 4));
    assert_eq!(of_test(&profile, Counted::ZonelessTimes, None), (0, 0));
    let span = profile.times[&Part::Train];
    // 2026-02-01 08:00; 30 days lie between it and the first of January.
    assert_eq!((span.latest, span.longest_gap, span.rows), (1_769_932_800.0, 30, 2));
    assert_eq!(of_test(&profile, Counted::RarestClass, None), (2, 2));
    assert_eq!(profile.columns(Part::Test).map(|(name, _)| name).collect::<Vec<_>>(), ["a"]);
}

#[test]
fn rows_that_few_agree_with_are_counted_by_the_quasi_identifiers_alone() {
    let mut text = String::from("y,zip,age,a\n");
    (0..12).for_each(|row| writeln!(text, "{},{},{},{row}", row % 2, if row < 10 { 1_000 } else { 2_000 + row }, 30).unwrap());
    let (data, _file) = csv(&text);
    let quasi = ["zip".to_owned(), "age".to_owned()];
    let settings = CheckSettings { quasi_identifiers: &quasi, ..settings() };
    let (profile, _) = data_profile(&DataRows::Held(&data), None, &settings).unwrap();
    assert_eq!(of_test(&profile, Counted::FewAlike, None), (2, 12));
    let alike = &profile.alike[0];
    let classes: Vec<_> =
        alike.classes.iter().map(|(class, sets)| (class.iter().map(|(_, rows)| *rows).collect(), *sets)).collect();
    // Ten rows of five labels each, and two rows alone.
    assert_eq!((alike.column.as_str(), &alike.all, classes.len()), ("y", &vec![6, 6], 3));
    assert!(classes.contains(&(vec![5, 5], 1)) && classes.iter().filter(|one| **one == (vec![1], 1)).count() == 2, "{classes:?}");
}

#[test]
fn a_contract_is_proposed_from_what_many_rows_say_and_then_held_against_other_rows() {
    let mut text = String::from("y,amount,city,note\n");
    for row in 0..200 {
        let city = if row == 7 { "Rare" } else { ["Bonn", "Köln"][row % 2] };
        writeln!(text, "{},{},{city},note {row}", row % 2, if row % 50 == 0 { String::new() } else { (row + 10).to_string() })
            .unwrap();
    }
    let (data, _one) = csv(&text);
    let contract = infer_contract(&DataRows::Held(&data), &settings()).unwrap();
    let amount = contract.column("amount").unwrap();
    assert_eq!((amount.range, amount.max_missing), ((Some(0.0), Some(300.0)), 0.04));
    let city = contract.column("city").unwrap();
    assert_eq!(city.values.clone().unwrap(), BTreeSet::from(["Bonn".to_owned(), "Köln".to_owned()]));
    assert!((city.max_other - 0.03).abs() < 1e-12, "a text that one row says is no agreed value");
    assert!(contract.column("note").unwrap().values.is_none() && contract.column("y").is_some());
    let people = (0..40).fold(String::from("y,contact\n"), |text, row| text + &format!("{},p{}@example.com\n", row % 2, row % 3));
    let (people, _three) = csv(&people);
    let of_people = infer_contract(&DataRows::Held(&people), &settings()).unwrap();
    assert_eq!(of_people.column("contact").unwrap().values, None, "nothing of personal data is agreed");
    let (other, _two) = csv("y,amount,city,note\n1,301,Bonn,a\n0,-1,Paris,b\n1,5,,c\n");
    let held = CheckSettings { contract: Some(&contract), ..settings() };
    let (profile, _) = data_profile(&DataRows::Held(&other), None, &held).unwrap();
    assert_eq!(of_test(&profile, Counted::OutsideRange, Some("amount")), (2, 3));
    assert_eq!(of_test(&profile, Counted::OtherValues, Some("city")), (1, 3));
}

/// Rows of a group with those of each label.
type Group = (Option<String>, u64, Vec<u64>);

fn groups(profile: &DataProfile, part: Part, by: &str, of_population: bool) -> (Vec<Group>, u64, Option<usize>) {
    let table =
        |table: &&modelgate_cube::GroupTable| table.part == part && table.by == by && table.of_population == of_population;
    let table = profile.groups.iter().find(table).unwrap();
    let groups = table.groups.iter().map(|(name, count)| (name.clone(), count.rows, count.labels.clone()));
    (groups.collect(), table.other, table.positive)
}

#[test]
fn rows_are_counted_by_the_groups_of_axes_and_of_a_population_with_their_labels() {
    use modelgate_cube::{Axis, AxisKind};
    let mut text = String::from("y,sex,age,heir\n");
    for row in 0..40_000_u32 {
        let (sex, heir) = (["F", "M", "", "F"][row as usize % 4], ["True", "false", "maybe"][row as usize % 3]);
        writeln!(text, "{},{sex},{},{heir}", u32::from(row % 4 == 0), 20 + row % 50).unwrap();
    }
    let axis = |name: &str, column: &str, kind| CountAxis { axis: Axis { name: name.into(), kind }, column: column.into() };
    let axes = [axis("sex", "sex", AxisKind::Categorical), axis("band", "age", AxisKind::Binned { edges: vec![30.0] })];
    let shares = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), 1.0 / names.len() as f64)).collect();
    let columns = [("band", shares(&["<30", "30+"])), ("heir", shares(&["true", "false", "never"]))];
    let population = Population { columns: columns.into_iter().map(|(name, shares)| (name.to_owned(), shares)).collect() };
    let rows = csv(&text);
    let of = |threads| {
        let settings = CheckSettings {
            axes: &axes,
            positive_label: Some("1"),
            population: Some((&population, std::path::Path::new("census.csv"))),
            threads: NonZero::new(threads).unwrap(),
            ..settings()
        };
        data_profile(&DataRows::Held(&rows.0), None, &settings).unwrap().0
    };
    let profile = of(1);
    assert_eq!(profile.groups, of(3).groups);
    let named = |name: &str| Some(name.to_owned());
    let by_sex =
        vec![(None, 10_000, vec![10_000, 0]), (named("F"), 20_000, vec![10_000, 10_000]), (named("M"), 10_000, vec![10_000, 0])];
    assert_eq!(groups(&profile, Part::Test, "sex", false), (by_sex, 0, Some(1)));
    let (bands, other, _) = groups(&profile, Part::Test, "band", true);
    assert_eq!((bands.len(), bands[1].1, other), (2, 8_000, 0));
    let (heirs, other, _) = groups(&profile, Part::Test, "heir", true);
    let heirs: Vec<(String, u64)> = heirs.into_iter().map(|(name, rows, _)| (name.unwrap(), rows)).collect();
    assert_eq!((heirs, other), (vec![("false".into(), 13_333), ("never".into(), 0), ("true".into(), 13_334)], 13_333));
}

#[test]
fn what_people_said_of_the_same_rows_is_counted_where_all_of_them_did() {
    let (data, _file) = csv("y,ann,bob,eve\n1,a,a,a\n0,a,b,a\n0,b,b,c\n1,b,,b\n");
    let raters = |names: &[&str]| {
        let annotators: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let settings = CheckSettings { annotators: &annotators, ..settings() };
        data_profile(&DataRows::Held(&data), None, &settings).unwrap().0.raters.remove(&Part::Test)
    };
    let three = raters(&["ann", "bob", "eve"]).unwrap();
    // Six ordered pairs of raters agree on the first row, two on each of the others.
    assert_eq!((three.rows, three.agreeing, three.said), (3, 10, vec![vec![2, 1, 0], vec![1, 2, 0], vec![2, 0, 1]]));
    let two = raters(&["ann", "eve"]).unwrap();
    assert_eq!((two.rows, two.agreeing), (4, 6));
    assert_eq!(raters(&[]), None);
}

#[test]
fn rows_that_were_copied_with_other_digits_or_another_number_are_nearly_shared() {
    let row = |serial: u32, seed: u32, amount: &str, city: &str| format!("s{serial},{},{amount},{city},all\n", seed % 2);
    let mut test = String::from("serial,y,a,b,c\n");
    let mut training = String::from("b,a,serial,y,c\n");
    for seed in 0..60_u32 {
        let amount = format!("{}.25", seed * 7_919 % 10_007);
        test += &row(seed, seed, &amount, "New York");
        // Two copies of the first rows, and two with other digits, case and spaces; the others are rows of their own.
        let (amount, city) = match seed {
            0 | 1 => (amount, "New York"),
            2 | 3 => (amount.replace(".25", ".2501"), "new york"),
            _ => (format!("{}.75", seed * 104_729 % 99_991 + 20_000), "new-york"),
        };
        writeln!(training, "{city},{amount},s{},{},all", seed + 500, seed % 2).unwrap();
    }
    let ((test, _one), (training, _two)) = (csv(&test), csv(&training));
    let profile = profile_of(&DataRows::Held(&test), Some(&DataRows::Held(&training)), ONE);
    assert_eq!(of_test(&profile, Counted::Shared, None), (0, 60));
    assert_eq!(of_test(&profile, Counted::NearlyShared, None), (4, 60));
    // The serial number and the column that says one thing are no question of chance.
    assert_eq!(pairs(&profile, Counted::NearlyShared).columns.len(), 2);
    let same = profile_of(&DataRows::Held(&test), Some(&DataRows::Held(&test)), ONE);
    assert_eq!((of_test(&same, Counted::Shared, None), of_test(&same, Counted::NearlyShared, None)), ((60, 60), (0, 60)));
}

#[test]
fn how_likely_two_rows_nearly_agree_is_known_from_all_values_and_from_a_sample() {
    let spread = |rows: u32, step: u32| {
        let mut text = String::from("y,a,b\n");
        (0..rows).for_each(|row| writeln!(text, "{},{}.5,{}", row % 2, row * step % 40_009, row % 7).unwrap());
        csv(&text)
    };
    // Of 40,000 different amounts no more than 16,384 are known.
    let ((test, _one), (training, _two)) = (spread(40_000, 1), spread(30_000, 3));
    let profile = profile_of(&DataRows::Held(&test), Some(&DataRows::Held(&training)), ONE);
    let found = pairs(&profile, Counted::NearlyShared).columns[0];
    // Two columns tell too little: 20 binary digits, which all of these numbers have.
    let code = |number: u32| (f64::from(number) + 0.5).to_bits();
    let mut counts: std::collections::BTreeMap<u64, (f64, f64)> = std::collections::BTreeMap::new();
    (0..40_000_u32).for_each(|row| counts.entry(code(row % 40_009)).or_default().0 += 1.0);
    (0..30_000_u32).for_each(|row| counts.entry(code(row * 3 % 40_009)).or_default().1 += 1.0);
    let expected = counts.values().map(|(one, other)| one * other).sum::<f64>() / (40_000.0 * 30_000.0);
    assert!((found / expected - 1.0).abs() < 0.05, "{found} for {expected}");
}

#[test]
fn ids_that_two_rows_have_are_counted_and_row_numbers_of_two_files_are_none() {
    let rows = |ids: &mut dyn Iterator<Item = String>| {
        let text = ids.enumerate().fold(String::from("id,y,a\n"), |text, (row, id)| text + &format!("{id},{},{row}\n", row % 2));
        csv(&text)
    };
    let id = BTreeSet::from(["id".to_owned()]);
    let settings = || CheckSettings { ignored: &id, id: Some("id"), ..settings() };
    let counted = |test: &Dataset, training: &Dataset| {
        let (profile, _) = data_profile(&DataRows::Held(test), Some(&DataRows::Held(training)), &settings()).unwrap();
        let get = |what| profile.get(Part::Test, what, None).map(|count| (count.hits, count.of));
        (get(Counted::RepeatedIds), get(Counted::SharedIds))
    };
    let (named, _one) = rows(&mut (0..50).map(|row| format!("p{}", row / 2 * 2)));
    let (others, _two) = rows(&mut (40..90).map(|row| format!("p{row}")));
    assert_eq!(counted(&named, &others), (Some((25, 50)), Some((10, 50))));
    let ((numbers, _three), (more, _four)) =
        (rows(&mut (0..50).map(|row| row.to_string())), rows(&mut (0..80).map(|row| row.to_string())));
    assert_eq!(counted(&numbers, &more), (Some((0, 50)), None));
    let (later, _five) = rows(&mut (45..95).map(|row| row.to_string()));
    assert_eq!(counted(&numbers, &later), (Some((0, 50)), Some((5, 50))));
}

#[test]
fn a_model_that_says_something_else_of_a_row_alone_is_seen() {
    let (data, _file) = csv("y,p,alone,a\n1,0.5,0.5000001,1\n0,0.25,0.26,2\n1,0.75,,3\n0,,0.5,4\n");
    let settings = CheckSettings { alone: Some(("p", "alone")), ..settings() };
    let (profile, _) = data_profile(&DataRows::Held(&data), None, &settings).unwrap();
    // A row that is scored alone, and not among others, is scored otherwise.
    assert_eq!(of_test(&profile, Counted::ScoredOtherwise, None), (2, 3));
}

#[test]
fn what_is_agreed_about_ids_and_labels_is_counted_and_proposed() {
    let text = (0..40).fold(String::from("id,y,p,a\n"), |text, row| text + &format!("r{row},{},0.5,{}\n", row % 2, row % 3));
    let (data, _file) = csv(&text);
    let ignored = BTreeSet::from(["id".to_owned(), "p".to_owned()]);
    let settings = CheckSettings { ignored: &ignored, id: Some("id"), ..settings() };
    let contract = infer_contract(&DataRows::Held(&data), &settings).unwrap();
    let names: Vec<(&str, bool)> = contract.columns.iter().map(|column| (column.name.as_str(), column.unique)).collect();
    assert_eq!(names, [("id", true), ("y", false), ("a", false)]);
    let (repeated, _two) = csv(&text.replace("r7,", "r8,"));
    let (profile, _) =
        data_profile(&DataRows::Held(&repeated), None, &CheckSettings { contract: Some(&contract), ..settings }).unwrap();
    let agreed = |name: &str| &profile.agreed[&(Part::Test, name.to_owned())];
    assert_eq!(agreed("id").counts[&Counted::RepeatedIds], DataCount { hits: 1, of: 40, sampled: false });
    assert_eq!(agreed("y").counts[&Counted::OutsideRange].hits, 0);
    assert!(!profile.agreed.contains_key(&(Part::Test, "a".to_owned())));
}
