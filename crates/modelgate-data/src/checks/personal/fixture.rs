//! Labelled columns made by rule, on which precision and recall of the scan are measured.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use modelgate_cube::{Counted, Evidence, Part, PersonalKind};

use super::checks;
use crate::checks::{CheckSettings, DataRows, data_profile};
use crate::testing::csv;

/// The columns that are taken for personal data, by name.
pub(super) fn found(text: &str) -> BTreeMap<String, PersonalKind> {
    let (data, _file) = csv(text);
    let none = BTreeSet::new();
    let settings = CheckSettings::of(&none, None, std::num::NonZero::<usize>::MIN);
    let (profile, _) = data_profile(&DataRows::Held(&data), None, &settings).unwrap();
    let personal = profile.counts.keys().filter_map(|key| match (key.part, key.what, &key.column) {
        (Part::Test, Counted::Personal(kind), Some(column)) => Some((column.clone(), kind)),
        _ => None,
    });
    personal.collect()
}

/// Random numbers (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + u8::try_from(self.below(10)).unwrap())).collect()
    }

    fn letters(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'a' + u8::try_from(self.below(26)).unwrap())).collect()
    }

    /// A text that passes a check: drawn until one does, as every check lets some pass.
    fn passing(&mut self, check: fn(&str) -> bool, draw: impl Fn(&mut Self) -> String) -> String {
        loop {
            let drawn = draw(self);
            if check(&drawn) {
                return drawn;
            }
        }
    }
}

type Draw = fn(&mut Random) -> String;

/// Columns of each kind that has a check.
const POSITIVES: &[(PersonalKind, Draw)] = &[
    (PersonalKind::Email, |random| {
        let host = random.of(&["example.com", "mail.example.org", "firma.de", "univ-paris.fr"]);
        format!("{}.{}@{host}", random.letters(5), random.letters(7))
    }),
    (PersonalKind::Iban, |random| random.passing(checks::iban, |random| format!("DE{}", random.digits(20)))),
    (PersonalKind::Iban, |random| {
        random.passing(checks::iban, |random| format!("GB{}WEST{}", random.digits(2), random.digits(14)))
    }),
    (PersonalKind::Card, |random| random.passing(checks::card, |random| format!("4{}", random.digits(15)))),
    (PersonalKind::Card, |random| random.passing(checks::card, |random| format!("37{}", random.digits(13)))),
    (PersonalKind::Ssn, |random| {
        let draw = |random: &mut Random| format!("{}-{}-{}", random.digits(3), random.digits(2), random.digits(4));
        random.passing(checks::ssn_written, draw)
    }),
    (PersonalKind::Nhs, |random| random.passing(checks::nhs, |random| random.digits(10))),
    (PersonalKind::Aadhaar, |random| random.passing(checks::aadhaar, |random| random.digits(12))),
    (PersonalKind::Nif, |random| {
        random.passing(checks::nif, |random| format!("{}{}", random.digits(8), random.letters(1).to_uppercase()))
    }),
    (PersonalKind::Pesel, |random| random.passing(checks::pesel, |random| random.digits(11))),
    (PersonalKind::FiscalCode, |random| {
        let draw = |random: &mut Random| {
            let parts =
                [random.letters(6), random.digits(2), random.letters(1), random.digits(2), random.letters(1), random.digits(3)];
            (parts.concat() + &random.letters(1)).to_uppercase()
        };
        random.passing(checks::fiscal_code, draw)
    }),
    (PersonalKind::Cpf, |random| random.passing(checks::cpf, |random| random.digits(11))),
    (PersonalKind::Ip, |random| {
        let octets: Vec<String> = (0..4).map(|_| random.below(256).to_string()).collect();
        if checks::ip(&octets.join(".")) { octets.join(".") } else { "10.0.0.77".to_owned() }
    }),
    (PersonalKind::Mac, |random| (0..6).map(|_| format!("{:02x}", random.below(256))).collect::<Vec<_>>().join(":")),
    (PersonalKind::UserUrl, |random| format!("https://{}:{}@example.com/", random.letters(5), random.letters(9))),
    (PersonalKind::Secret, |random| format!("AKIA{}", random.letters(16).to_uppercase())),
];

/// Columns that look like one of them and are not.
const NEGATIVES: &[Draw] = &[
    |random| random.digits(9),
    |random| random.digits(10),
    |random| random.digits(11),
    |random| random.digits(12),
    |random| random.digits(13),
    |random| format!("4{}", random.digits(15)),
    |random| random.digits(16),
    |random| format!("17{}", random.digits(11)),
    |random| format!("{}-{}-{}", random.digits(3), random.digits(2), random.digits(4)),
    |random| format!("{}.{}.{}.{}", random.below(9), random.below(20), random.below(20), random.below(60)),
    |random| format!("{:02}:{:02}:{:02}", random.below(24), random.below(60), random.below(60)),
    |random| format!("20{:02}-{:02}-{:02}", random.below(30), 1 + random.below(12), 1 + random.below(28)),
    |random| format!("{}.{}", random.digits(2), random.digits(6)),
    |random| format!("{}{}", random.digits(8), random.letters(1).to_uppercase()),
    |random| format!("{}{}", random.letters(2).to_uppercase(), random.digits(20)),
    |random| random.letters(16).to_uppercase(),
    |random| format!("{:016x}{:016x}", random.next(), random.next()),
    |random| format!("{:08x}-{:04x}-{:04x}", random.below(1 << 32), random.below(1 << 16), random.below(1 << 16)),
    |random| (0..5).map(|_| format!("{:02x}", random.below(256))).collect::<Vec<_>>().join(":"),
    |random| format!("1{}", random.digits(33).replace('0', "9")),
    |random| format!("https://example.com/{}", random.letters(9)),
    |random| format!("{}.{}.{}", random.letters(12), random.letters(12), random.letters(12)),
    |random| format!("@{}", random.letters(8)),
    |random| format!("{}@{}", random.letters(4), random.letters(6)),
    |random| random.letters(9),
    |random| format!("{}-{}", random.letters(2).to_uppercase(), random.digits(6)),
    |random| random.of(&["red", "green", "blue", "4111111111111111"]).to_owned(),
];

/// What the scan gets right: (true positives, false positives, false negatives) of kinds with a check.
fn confusion(rows: usize, seed: u64) -> (u32, u32, u32) {
    let mut random = Random(seed);
    let positives = POSITIVES.iter().map(|(kind, draw)| (Some(*kind), *draw));
    let columns: Vec<(Option<PersonalKind>, Draw)> = positives.chain(NEGATIVES.iter().map(|draw| (None, *draw))).collect();
    let truth: BTreeMap<String, Option<PersonalKind>> =
        columns.iter().enumerate().map(|(index, (kind, _))| (format!("column{index}"), *kind)).collect();
    let mut text = (0..columns.len()).map(|index| format!("column{index}")).collect::<Vec<_>>().join(",") + "\n";
    for _ in 0..rows {
        let cells: Vec<String> =
            columns.iter().map(|(_, draw)| if random.below(20) == 0 { String::new() } else { draw(&mut random) }).collect();
        text.push_str(&(cells.join(",") + "\n"));
    }
    let found: BTreeMap<String, PersonalKind> =
        found(&text).into_iter().filter(|(_, kind)| kind.evidence() == Evidence::Checked).collect();
    let right = found.iter().filter(|(column, kind)| truth[*column] == Some(**kind)).count();
    let wanted = truth.values().flatten().count();
    let is_missed = |(column, kind): &(&String, &Option<PersonalKind>)| kind.is_some() && found.get(*column) != kind.as_ref();
    for (column, kind) in truth.iter().filter(is_missed) {
        println!("missed: {kind:?} as {:?}", found.get(column));
    }
    for (column, kind) in found.iter().filter(|(column, kind)| truth[*column] != Some(**kind)) {
        println!("wrong: {column} as {kind:?}");
    }
    let whole = |count: usize| u32::try_from(count).unwrap();
    (whole(right), whole(found.len() - right), whole(wanted - right))
}

#[test]
fn kinds_with_a_check_are_found_with_the_precision_and_recall_that_the_documents_state() {
    let (mut right, mut wrong, mut missed) = (0, 0, 0);
    for seed in 0..20 {
        for rows in [60, 400] {
            let (tp, fp, fn_) = confusion(rows, seed);
            (right, wrong, missed) = (right + tp, wrong + fp, missed + fn_);
        }
    }
    let precision = f64::from(right) / f64::from(right + wrong);
    let recall = f64::from(right) / f64::from(right + missed);
    println!(
        "personal data with a check: precision {precision:.3}, recall {recall:.3} ({right} right, {wrong} wrong, {missed} missed)"
    );
    assert!(
        precision >= 0.99 && recall >= 0.99,
        "precision {precision}, recall {recall}: {right} right, {wrong} wrong, {missed} missed"
    );
}

#[test]
fn every_personal_column_of_a_layout_like_that_of_compas_is_found_and_no_other() {
    let mut random = Random(7);
    let mut text = String::from(
        "id,name,first,last,compas_screening_date,sex,dob,age,age_cat,race,juv_fel_count,decile_score,c_case_number,c_offense_date,c_charge_degree,c_charge_desc,r_case_number,r_charge_degree,vr_case_number,v_decile_score,is_recid\n",
    );
    for row in 0..300 {
        let (first, last) = (
            random.of(&["miguel", "kevon", "ed", "marcu", "jean-luc", "mary ann"]),
            random.of(&["hernandez", "o'neil", "philo", "brown"]),
        );
        let (age, sex) = (18 + random.below(60), random.of(&["Male", "Female"]));
        let case = |random: &mut Random| format!("{}{}CF{}A10", random.digits(2), random.digits(6), random.letters(1));
        let (c, r) = (case(&mut random), if random.below(2) == 0 { case(&mut random) } else { String::new() });
        let vr = if random.below(9) == 0 { case(&mut random) } else { String::new() };
        let (day, decile, race) = (1 + random.below(28), 1 + random.below(10), random.of(&["Other", "Caucasian", "Hispanic"]));
        writeln!(text,
            "{row},{first} {last},{first},{last},2013-08-{day:02},{sex},19{}-04-{day:02},{age},25 - 45,{race},0,{decile},{c},2013-08-13,F,Battery,{r},M1,{vr},{decile},{}",
            random.digits(2),
            random.below(2)
        )
        .unwrap();
    }
    let found: Vec<(String, &str)> = found(&text).into_iter().map(|(column, kind)| (column, kind.id())).collect();
    let expected = [
        ("c_case_number", "identifier"),
        ("dob", "birth_date"),
        ("first", "person_name"),
        ("last", "person_name"),
        ("name", "person_name"),
        ("r_case_number", "identifier"),
        ("vr_case_number", "identifier"),
    ];
    assert_eq!(found, expected.map(|(column, kind)| (column.to_owned(), kind)));
}
