//! One column: how many values are missing, how many differ, and how likely two rows are to agree.

use std::collections::{BTreeMap, HashSet};

use arrow_array::Array as _;
use modelgate_cube::{ColumnKind, ContractColumn, Counted, DataCount, PersonalKind};

use super::{exact, outliers, personal};
use crate::column::{Missing, number_text, parse_number};
use crate::features::look::{Look, Sample, mixed};
use crate::features::values::{Reader, Value};
use crate::pass::{Cells, Stop};
use crate::row_ids::halved;
use crate::split_digest::text_hash;

/// What a missing value says in a row.
pub(super) const NOTHING: u64 = 1;

/// Texts that mean "no value" in most tools, in small letters.
const MISSING_LIKE: [&str; 20] = [
    "",
    "-",
    "--",
    "---",
    "?",
    "??",
    ".",
    "n/a",
    "na",
    "n.a.",
    "#n/a",
    "#na",
    "<na>",
    "nan",
    "null",
    "(null)",
    "\\n",
    "missing",
    "not available",
    "(missing)",
];

/// What a cell says.
#[derive(Debug, Clone, Copy)]
struct Said {
    /// What its value is known by among those of the column.
    hash: u64,
    /// Equal where rows agree, whatever the file they are in.
    code: u64,
    /// The number, also where it is spelled out; NaN for none.
    number: f64,
}

/// What was seen of a column.
#[derive(Default)]
pub(super) struct ColumnLook {
    look: Look,
    reader: Reader<Said>,
    codes: Vec<u64>,
    missing: u64,
    non_finite: u64,
    /// Rows with a finite number.
    finite: u64,
    /// The smallest and the largest of them.
    range: Option<(f64, f64)>,
    /// Whether all of them are whole.
    has_fractions: bool,
    /// What is agreed about it: the ends of a range, and what agreed texts say in a row.
    agreed_range: Option<(f64, f64)>,
    agreed_values: Option<HashSet<u64>>,
    outside_range: u64,
    other_values: u64,
}

impl ColumnLook {
    /// A column that is held to what is agreed about it.
    pub(super) fn held_to(agreed: Option<&ContractColumn>) -> Self {
        let agreed_range = agreed.filter(|agreed| agreed.range != (None, None)).map(|agreed| {
            let (low, high) = agreed.range;
            (low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY))
        });
        let values = agreed.and_then(|agreed| agreed.values.as_ref());
        let agreed_values = values.map(|values| values.iter().map(|value| code(Value::Text(value.trim()))).collect());
        Self { agreed_range, agreed_values, ..Self::default() }
    }

    /// Looks at the cells of a batch.
    pub(super) fn add(&mut self, cells: &Cells, missing: &Missing<'_>) -> Result<(), Stop> {
        if let Cells::Number(numbers) = cells {
            // Also those below nulls are no numbers of any row.
            let odd = |row: &usize| numbers.is_valid(*row) && numbers.value(*row).is_nan();
            self.non_finite += (0..numbers.len()).filter(odd).count() as u64;
        }
        let look = &mut self.look;
        self.reader.each(cells, missing, |value| {
            // A text that spells a number says it: files differ in what they hold as text.
            let number = value.number();
            let value = number.map_or(value, Value::Number);
            Ok(Said { hash: look.meet(value), code: code(value), number: number.unwrap_or(f64::NAN) })
        })?;
        self.codes.clear();
        for Said { hash, code, number } in &self.reader.rows {
            self.look.count(*hash);
            self.missing += u64::from(*code == NOTHING);
            self.codes.push(*code);
            let outside = |(low, high): (f64, f64)| !number.is_nan() && !(low..=high).contains(number);
            self.outside_range += u64::from(self.agreed_range.is_some_and(outside));
            let is_other = |values: &HashSet<u64>| *code != NOTHING && !values.contains(code);
            self.other_values += u64::from(self.agreed_values.as_ref().is_some_and(is_other));
            if number.is_finite() {
                self.finite += 1;
                self.range = Some(self.range.map_or((*number, *number), |(low, high)| (low.min(*number), high.max(*number))));
                self.has_fractions |= number.fract().abs() > 0.0;
            } else {
                self.non_finite += u64::from(number.is_infinite());
            }
        }
        Ok(())
    }

    /// What each row of the last batch says: equal where rows agree.
    pub(super) fn codes(&self) -> &[u64] {
        &self.codes
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.look.merge(other.look);
        self.missing += other.missing;
        self.non_finite += other.non_finite;
        self.outside_range += other.outside_range;
        self.other_values += other.other_values;
        self.finite += other.finite;
        self.range = match (self.range, other.range) {
            (Some((low, high)), Some((lower, higher))) => Some((low.min(lower), high.max(higher))),
            (one, other) => one.or(other),
        };
        self.has_fractions |= other.has_fractions;
    }

    pub(super) fn rows(&self) -> u64 {
        self.look.rows
    }

    /// Rows without a value.
    pub(super) fn missing_rows(&self) -> u64 {
        self.missing
    }

    /// The smallest and the largest finite number.
    pub(super) fn range(&self) -> Option<(f64, f64)> {
        self.range
    }

    /// The values of a column of texts that do not mostly differ, each with its rows; none where there are too many to know, or
    /// one is too long for a level.
    pub(super) fn levels(&self) -> Option<Vec<(String, u64)>> {
        let (texts, numbers) = (&self.look.texts, &self.look.numbers);
        let known = self.is_text() && texts.is_all() && numbers.is_all() && !self.is_free_text();
        let texts = texts.values().map(|(level, rows)| Some((level.clone()?, rows)));
        let numbers = numbers.values().map(|(number, rows)| Some((number_text(*number), rows)));
        if known { texts.chain(numbers).collect() } else { None }
    }

    /// Rows of the rarest and of the most frequent value; none where these are not all known, or there are fewer than two.
    pub(super) fn rarest(&self) -> Option<(u64, u64)> {
        let (texts, numbers) = (&self.look.texts, &self.look.numbers);
        let rows = || texts.rows_by_hash().chain(numbers.rows_by_hash()).map(|(_, rows)| rows);
        let known = texts.is_all() && numbers.is_all() && rows().count() > 1;
        if known { rows().min().zip(rows().max()) } else { None }
    }

    /// What it holds. A column whose texts all spell numbers holds numbers: files differ in how they say so.
    pub(super) fn kind(&self) -> ColumnKind {
        let known = self.look.rows - self.missing;
        match known {
            0 => ColumnKind::Empty,
            _ if self.is_text() => ColumnKind::Text,
            _ => ColumnKind::Number,
        }
    }

    fn is_text(&self) -> bool {
        self.look.is_text
    }

    /// What is counted of it.
    pub(super) fn counts(&self) -> Vec<(Counted, DataCount)> {
        let (look, rows) = (&self.look, self.look.rows);
        let mut counts = vec![(Counted::Missing, exact(self.missing, rows))];
        if self.kind() == ColumnKind::Number {
            counts.push((Counted::NonFinite, exact(self.non_finite, rows)));
        }
        if let Some((far, of)) = outliers::outliers(&look.numbers).filter(|_| self.kind() == ColumnKind::Number) {
            counts.push((Counted::Outliers, DataCount { sampled: !look.numbers.is_all(), ..exact(far, of) }));
        }
        if self.agreed_range.is_some() {
            counts.push((Counted::OutsideRange, exact(self.outside_range, rows)));
        }
        if self.agreed_values.is_some() {
            counts.push((Counted::OtherValues, exact(self.other_values, rows)));
        }
        let is_all = look.texts.is_all() && look.numbers.is_all();
        let most = |sample: &mut dyn Iterator<Item = u64>| sample.max().unwrap_or(0);
        let texts = most(&mut look.texts.rows_by_hash().map(|(_, rows)| rows));
        let numbers = most(&mut look.numbers.rows_by_hash().map(|(_, rows)| rows));
        let most_frequent = texts.max(numbers).max(self.missing);
        counts.push((Counted::MostFrequent, DataCount { sampled: !is_all, ..exact(most_frequent, rows) }));
        if self.could_name_rows() {
            let (distinct, known) = self.distinct();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to the number of rows")]
            let distinct = distinct as u64;
            counts.push((Counted::Distinct, DataCount { sampled: !is_all, ..exact(distinct, known) }));
        }
        if self.is_text() {
            let levels: Vec<(&str, u64)> =
                look.texts.values().filter_map(|(level, rows)| Some((level.as_deref()?, rows))).collect();
            let like = levels.iter().filter(|(level, _)| is_missing_like(level)).map(|(_, rows)| rows).sum();
            counts.push((Counted::MissingLike, DataCount { sampled: !is_all, ..exact(like, rows) }));
            let (odd, of) = odd(self.finite, (rows - self.missing).saturating_sub(self.finite).saturating_sub(like));
            counts.push((Counted::OddTypes, DataCount { sampled: !is_all, ..exact(odd, of) }));
            if !self.is_free_text() {
                counts.push((Counted::SimilarTexts, DataCount { sampled: !is_all, ..exact(similar(&levels), rows) }));
            }
        }
        counts
    }

    /// The personal data that the column, of this name, is taken for.
    pub(super) fn personal(&self, name: &str) -> Option<(PersonalKind, DataCount)> {
        personal::scan(name, &self.look)
    }

    /// Texts, and whole numbers that lie as close together as counted rows do. Measured quantities differ in every row as well.
    pub(super) fn could_name_rows(&self) -> bool {
        let close = |(low, high): (f64, f64)| !self.has_fractions && high - low < 10.0 * self.finite as f64;
        self.is_text() || self.range.is_some_and(close)
    }

    /// How many different values it has, and the rows that have one.
    pub(super) fn distinct(&self) -> (f64, u64) {
        let known = self.look.rows - self.missing;
        ((self.look.texts.distinct() + self.look.numbers.distinct()).round().min(known as f64), known)
    }

    /// The texts that are known and the numbers, with the rows of each, and which share of all values these are.
    pub(super) fn samples(&self) -> (&Sample<Option<String>>, &Sample<f64>) {
        (&self.look.texts, &self.look.numbers)
    }

    /// Whether most rows say something of their own.
    fn is_free_text(&self) -> bool {
        self.look.texts.distinct() * 2.0 > self.look.rows as f64
    }
}

/// What a value says in a row: a text that spells a number says that number, and numbers with a fraction count to 20 binary
/// digits (about six decimal ones), so that rows are recognized that were written with other digits.
fn code(value: Value<'_>) -> u64 {
    match value {
        Value::Missing => NOTHING,
        Value::Number(found) => number_code(found, 20),
        Value::Text(text) => match parse_number(text).filter(|number| number.is_finite()) {
            Some(found) => number_code(found + 0.0, 20),
            None => text_code(text),
        },
    }
}

/// What a number says in a row: where it has a fraction, to so many binary digits.
pub(super) fn number_code(number: f64, digits: u32) -> u64 {
    let dropped = f64::MANTISSA_DIGITS - 1 - digits;
    let is_whole = number.fract().abs() <= 0.0;
    let bits = number.to_bits();
    mixed(if is_whole { bits } else { bits.saturating_add(1 << (dropped - 1)) & !((1 << dropped) - 1) }) | 1 << 63
}

/// What a text says in a row.
pub(super) fn text_code(text: &str) -> u64 {
    halved(text_hash(text)) & !(1 << 63)
}

/// Of numbers and of texts that mean something, the few that are of the other kind, and all of them. Where neither are few, a column is
/// of both kinds by its meaning, as `1`, `2`, `3 or more` is.
fn odd(numbers: u64, texts: u64) -> (u64, u64) {
    let (few, all) = (numbers.min(texts), numbers + texts);
    (if few * 10 <= all { few } else { 0 }, all)
}

fn is_missing_like(level: &str) -> bool {
    MISSING_LIKE.contains(&level.to_lowercase().as_str())
}

/// Rows of texts that differ from a more frequent one only by case, spaces, hyphens within, and underscores.
fn similar(levels: &[(&str, u64)]) -> u64 {
    let mut by_skeleton: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for (level, rows) in levels.iter().filter(|(level, _)| level.chars().any(char::is_alphabetic)) {
        by_skeleton.entry(skeleton(level)).or_default().push(*rows);
    }
    by_skeleton.into_values().map(|rows| rows.iter().sum::<u64>() - rows.iter().max().copied().unwrap_or(0)).sum()
}

pub(super) fn skeleton(level: &str) -> String {
    let inner = level.trim_matches(|c: char| c.is_whitespace() || c == '_');
    let ends = |c: char| inner.starts_with(c) || inner.ends_with(c);
    let is_dropped = |c: char| c.is_whitespace() || c == '_' || (c == '-' && !ends('-'));
    inner.chars().filter(|c| !is_dropped(*c)).flat_map(char::to_lowercase).collect()
}

/// The probability that a row of each side says the same; `within` where both are the same rows, of which a row is no pair of
/// its own. Of many values those with the smallest hashes stand for all.
pub(super) fn collision(one: &ColumnLook, other: &ColumnLook, within: bool) -> f64 {
    let missing = pairs(one.missing, other.missing, within);
    let agree = of_values(&one.look.texts, &other.look.texts, within) + of_values(&one.look.numbers, &other.look.numbers, within);
    let all = pairs(one.look.rows, other.look.rows, within);
    if all > 0.0 { ((missing + agree) / all).clamp(0.0, 1.0) } else { 0.0 }
}

fn pairs(one: u64, other: u64, within: bool) -> f64 {
    let others = if within { other.saturating_sub(1) } else { other };
    one as f64 * others as f64
}

fn of_values<V>(one: &Sample<V>, other: &Sample<V>, within: bool) -> f64 {
    let largest = one.largest().min(other.largest());
    let known = one.rows_by_hash().filter(|(hash, _)| *hash <= largest);
    let pair = |(hash, rows): (u64, u64)| {
        let others = other.rows_of(hash)?;
        Some(u128::from(rows) * u128::from(if within { others.saturating_sub(1) } else { others }))
    };
    // A sum of whole numbers: the map has no order.
    let agree: u128 = known.filter_map(pair).sum();
    agree as f64 * (u64::MAX as f64 / largest as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_written_in_several_ways_are_found_and_grades_are_not() {
        assert_eq!(similar(&[("New York", 5), ("new-york", 2), ("NEW_YORK", 1), ("Boston", 4)]), 3);
        assert_eq!(similar(&[("A", 5), ("A-", 2), ("A+", 1), ("18-25", 4), ("1825", 4), ("C", 1), ("C++", 1)]), 0);
        assert!(is_missing_like("N/A") && is_missing_like("--") && !is_missing_like("Nancy") && !is_missing_like("unknown"));
    }

    #[test]
    fn a_few_texts_among_numbers_are_odd_and_half_of_them_are_not() {
        assert_eq!(
            [odd(99, 1), odd(1, 99), odd(90, 10), odd(80, 20), odd(0, 50), odd(0, 0)].map(|(odd, _)| odd),
            [1, 1, 10, 0, 0, 0]
        );
    }

    #[test]
    fn values_agree_across_types_and_digits_and_whole_numbers_never_round() {
        let number = |number| code(Value::Number(number));
        assert_eq!(code(Value::Text("1.50")), number(1.5));
        assert_eq!(number(0.1), number(f64::from(0.1_f32)));
        assert_eq!(number(1.234_567_8), number(1.234_567_9));
        assert_ne!(number(1.234), number(1.235));
        assert_ne!(number(1_234_567_890.0), number(1_234_567_891.0));
        assert_ne!(code(Value::Missing), code(Value::Text("a")));
    }
}
