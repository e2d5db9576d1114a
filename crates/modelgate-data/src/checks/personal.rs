//! Finds columns with personal data by check digits, structure and names of columns; no value ever leaves this room.

mod checks;
#[cfg(test)]
mod fixture;
mod names;
mod secrets;

use std::collections::BTreeMap;

use modelgate_cube::{DataCount, Evidence, PersonalKind};

use crate::column::{Column, number_text};
use crate::features::look::Look;
use crate::levels::levels_of;

/// What must be true of a column's cells before it is taken for a kind.
struct Rule {
    kind: PersonalKind,
    /// Whether a cell is of the kind.
    is: fn(&str) -> bool,
    /// The least share of the cells with a value.
    share: f64,
    /// Whether the column's name must hint at it: digits without a sure check are too common.
    needs_hint: bool,
    /// Words in the column's name that say that it is something else.
    not: &'static [&'static str],
}

/// The fewest different values that are evidence: one value may be anything.
const FEWEST_VALUES: usize = 3;

/// Everything that values tell. One check digit lets every tenth number pass, so that nearly all cells must.
const RULES: &[Rule] = &[
    Rule { kind: PersonalKind::Email, is: checks::email, share: 0.05, needs_hint: false, not: &[] },
    Rule { kind: PersonalKind::Iban, is: checks::iban, share: 0.05, needs_hint: false, not: &[] },
    Rule { kind: PersonalKind::Card, is: checks::card, share: 0.5, needs_hint: false, not: &[] },
    Rule { kind: PersonalKind::Ssn, is: checks::ssn_written, share: 0.97, needs_hint: false, not: &[] },
    Rule { kind: PersonalKind::Ssn, is: checks::ssn_digits, share: 0.9, needs_hint: true, not: &[] },
    Rule { kind: PersonalKind::Nhs, is: checks::nhs, share: 0.95, needs_hint: false, not: &[] },
    Rule { kind: PersonalKind::Aadhaar, is: checks::aadhaar, share: 0.95, needs_hint: false, not: &[] },
    Rule { kind: PersonalKind::Nif, is: checks::nif, share: 0.5, needs_hint: false, not: &[] },
    Rule { kind: PersonalKind::Pesel, is: checks::pesel, share: 0.95, needs_hint: false, not: &[] },
    Rule { kind: PersonalKind::FiscalCode, is: checks::fiscal_code, share: 0.5, needs_hint: false, not: &[] },
    Rule { kind: PersonalKind::Cpf, is: checks::cpf, share: 0.8, needs_hint: false, not: &[] },
    Rule { kind: PersonalKind::Sin, is: checks::sin, share: 0.95, needs_hint: true, not: &[] },
    Rule { kind: PersonalKind::Ip, is: checks::ip, share: 0.8, needs_hint: false, not: &["version", "ver", "release"] },
    Rule { kind: PersonalKind::Mac, is: checks::mac, share: 0.8, needs_hint: false, not: &[] },
    Rule { kind: PersonalKind::Wallet, is: secrets::wallet, share: 0.5, needs_hint: false, not: &[] },
    Rule { kind: PersonalKind::UserUrl, is: secrets::url_with_user, share: 0.05, needs_hint: false, not: &[] },
    Rule { kind: PersonalKind::Secret, is: secrets::secret, share: 0.05, needs_hint: false, not: &[] },
    Rule { kind: PersonalKind::EmailWithin, is: checks::email_within, share: 0.05, needs_hint: false, not: &[] },
    Rule { kind: PersonalKind::Phone, is: checks::phone_international, share: 0.3, needs_hint: false, not: &[] },
    Rule { kind: PersonalKind::Phone, is: checks::phone_digits, share: 0.8, needs_hint: true, not: &[] },
    Rule { kind: PersonalKind::Location, is: checks::exact_degree, share: 0.5, needs_hint: true, not: &[] },
    Rule { kind: PersonalKind::PersonName, is: checks::letters, share: 0.6, needs_hint: true, not: &[] },
    Rule { kind: PersonalKind::BirthDate, is: checks::date, share: 0.6, needs_hint: true, not: &[] },
    Rule { kind: PersonalKind::Address, is: checks::anything, share: 0.6, needs_hint: true, not: &[] },
    Rule { kind: PersonalKind::Identifier, is: checks::anything, share: 0.6, needs_hint: true, not: &[] },
];

/// The surest kind of personal data that a column is taken for, and how many of its cells are of it.
pub(super) fn scan(name: &str, look: &Look) -> Option<(PersonalKind, DataCount)> {
    kind_of(name, &Values::of(look))
}

fn kind_of(name: &str, values: &Values) -> Option<(PersonalKind, DataCount)> {
    let words = names::words(name);
    let hints = names::hints(&words);
    if values.cells == 0 {
        return None;
    }
    // Of several kinds, the surest; the table is in that order.
    RULES.iter().find_map(|rule| {
        let hinted = hints.contains(&rule.kind);
        if (rule.needs_hint && !hinted) || rule.not.iter().any(|word| words.iter().any(|found| found == word)) {
            return None;
        }
        let (hits, different) = values.count(rule.is);
        let enough = hits as f64 >= rule.share * values.cells as f64 && different >= FEWEST_VALUES.min(values.texts.len());
        let fits = rule.kind != PersonalKind::Identifier || values.mostly_differ();
        let is_known = hits > 0 && (different >= FEWEST_VALUES || hinted);
        let count = DataCount { hits, of: values.cells, sampled: values.sampled };
        (enough && fits && is_known).then_some((rule.kind, count))
    })
}

/// The surest kind of personal data that the cells of a column in memory are taken for.
pub(crate) fn kind_of_column(name: &str, column: &Column) -> Option<PersonalKind> {
    let levels = levels_of(column);
    let mut values = Values { texts: BTreeMap::new(), cells: 0, sampled: false };
    for code in &levels.grouping.codes {
        if let Some(text) = levels.levels.get(*code as usize).and_then(Option::as_ref) {
            values.cells += 1;
            *values.texts.entry(text.clone()).or_insert(0) += 1;
        }
    }
    kind_of(name, &values).map(|(kind, _)| kind)
}

/// The kind of personal data that some names of slices or classes are: they would stand in every document.
#[must_use]
pub fn personal_among<'t>(column: &str, names: impl Iterator<Item = &'t str>) -> Option<PersonalKind> {
    // One of them is enough where the check is sure.
    const SURE: [PersonalKind; 9] = [
        PersonalKind::Email,
        PersonalKind::Iban,
        PersonalKind::Card,
        PersonalKind::FiscalCode,
        PersonalKind::Ssn,
        PersonalKind::Phone,
        PersonalKind::Wallet,
        PersonalKind::UserUrl,
        PersonalKind::Secret,
    ];
    let texts: BTreeMap<String, u64> = names.map(|name| (name.to_owned(), 1)).collect();
    let is_sure = |rule: &&Rule| !rule.needs_hint && SURE.contains(&rule.kind);
    let sure = RULES.iter().filter(is_sure).find(|rule| texts.keys().any(|text| (rule.is)(text)));
    let values = Values { cells: texts.len() as u64, texts, sampled: false };
    let told_by_values = |kind: &PersonalKind| kind.evidence() != Evidence::Name;
    sure.map(|rule| rule.kind).or_else(|| kind_of(column, &values).map(|(kind, _)| kind).filter(told_by_values))
}

/// Whether a column's name says that it holds personal data.
pub(crate) fn is_named_personal(name: &str) -> bool {
    !names::hints(&names::words(name)).is_empty()
}

/// Whether a text may be personal by itself, whatever stands beside it. Rather one too many: a check digit lets every tenth number
/// of its length pass.
pub(crate) fn is_personal(text: &str) -> bool {
    RULES.iter().any(|rule| !rule.needs_hint && (rule.is)(text.trim()))
}

/// The different values of a column, with their rows: all of them, or of very many those with the smallest hashes. A text that is
/// too long for a level is no kind of personal data that is known here, and counts among the cells alone.
struct Values {
    texts: BTreeMap<String, u64>,
    cells: u64,
    sampled: bool,
}

impl Values {
    fn of(look: &Look) -> Self {
        let mut values = Self { texts: BTreeMap::new(), cells: 0, sampled: !(look.texts.is_all() && look.numbers.is_all()) };
        let texts = look.texts.values().map(|(text, rows)| (text.clone(), rows));
        let numbers = look.numbers.values().map(|(number, rows)| (Some(number_text(*number)), rows));
        for (text, rows) in texts.chain(numbers) {
            values.cells += rows;
            if let Some(text) = text {
                *values.texts.entry(text).or_insert(0) += rows;
            }
        }
        values
    }

    /// How many cells are of a kind, and how many different values they have.
    fn count(&self, is: fn(&str) -> bool) -> (u64, usize) {
        let of_kind = self.texts.iter().filter(|(text, _)| is(text)).map(|(_, rows)| *rows);
        of_kind.fold((0, 0), |(hits, different), rows| (hits + rows, different + 1))
    }

    /// Whether there are at least half as many values as cells, as there are of numbers that name people.
    fn mostly_differ(&self) -> bool {
        self.texts.len() as u64 * 2 >= self.cells
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::fmt::Write as _;

    use super::fixture::found;
    use super::*;

    fn kinds(text: &str) -> Vec<(String, PersonalKind)> {
        found(text).into_iter().collect()
    }

    #[test]
    fn a_few_values_or_one_over_and_over_are_no_evidence() {
        assert_eq!(kinds("contact,x\na@example.com,1\na@example.com,2\nnone,3\nnone,4\nnone,5\n"), []);
        let three = kinds("contact,x\na@example.com,1\nb@example.com,2\nc@example.com,3\nnone,4\n");
        assert_eq!(three, [("contact".to_owned(), PersonalKind::Email)]);
        let notes = kinds("note,x\nasked ann@example.com,1\nwrote to <bob@example.com>.,2\neve@example.com: no,3\nnone,4\n");
        assert_eq!(notes, [("note".to_owned(), PersonalKind::EmailWithin)]);
    }

    #[test]
    fn names_of_slices_are_personal_by_one_sure_value_or_by_most_of_them() {
        let among = |column: &str, names: &[&str]| personal_among(column, names.iter().copied());
        assert_eq!(among("who", &["F", "ann@example.com"]), Some(PersonalKind::Email));
        assert_eq!(among("call", &["+49 30 1234567", "+49 30 7654321", "+49 30 1112223"]), Some(PersonalKind::Phone));
        assert_eq!(among("sex", &["F", "M"]), None);
        // Post codes are an address by their name alone, and a region is a fair slice.
        assert_eq!(among("zip", &["10115", "20095", "50667"]), None);
        assert_eq!(among("version", &["1.2.3.4", "1.2.3.5", "1.2.3.6"]), None);
    }

    #[test]
    fn numbers_are_read_like_texts() {
        let cards = "paid_with,amount\n4111111111111111,1\n4012888888881881,2\n5555555555554444,3\n";
        assert_eq!(kinds(cards), [("paid_with".to_owned(), PersonalKind::Card)]);
    }

    #[test]
    fn of_very_many_values_a_sample_is_looked_at_and_a_text_of_any_length_is_no_trouble() {
        let mut text = "mail,note\n".to_owned();
        for row in 0..40_000 {
            writeln!(text, "p{row}@example.com,{}", "x".repeat(row % 300)).unwrap();
        }
        assert_eq!(kinds(&text), [("mail".to_owned(), PersonalKind::Email)]);
    }
}
