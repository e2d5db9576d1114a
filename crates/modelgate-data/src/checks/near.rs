//! Test rows that say nearly what a training row says: with other digits, case or spaces, or with another number of the row in a
//! column that nobody has called an id.

use std::collections::{BTreeMap, BTreeSet};

use modelgate_cube::{Counted, DataCount, DataKey, DataProfile, PairShares, Part};

use super::columns::{ColumnLook, NOTHING, number_code, skeleton, text_code};
use super::rows::{RowSample, shared};
use super::{CheckSettings, DataRows, Looked, exact};
use crate::DataError;
use crate::column::parse_number;
use crate::features::look::Sample;
use crate::features::values::{Reader, Value};
use crate::pass::Cells;
use crate::row_ids::folded;
use std::sync::{Mutex, PoisonError};

/// Numbers that agree in so many binary digits may be nearly the same: about three decimal ones, or more, up to six.
const DIGITS: [u32; 6] = [10, 12, 14, 16, 18, 20];

/// As many rows may nearly agree by chance, as a share: more digits are asked for where columns are few.
const BY_CHANCE: f64 = 1e-5;

/// Of fewer rows it cannot be told whether a column names them.
const FEWEST_ROWS: u64 = 30;

/// From which share of different values on a column names rows.
const NAMES_ROWS: f64 = 0.99;

/// Some rows, and what a look at them has found.
type LookedRows<'a> = (&'a DataRows<'a>, &'a Looked);

/// Counts the test rows (the first) that training rows nearly say. Columns that are numbered by rows, or that say the same in all rows
/// of each part, tell nothing of what a row is about, and would hide that it was copied.
pub(super) fn count(
    ((test, tested), (training, learned)): (LookedRows<'_>, LookedRows<'_>),
    common: &BTreeSet<String>,
    settings: &CheckSettings<'_>,
    profile: &mut DataProfile,
) -> Result<(), DataError> {
    let look = |of: &'_ Looked, name: &str| of.names.iter().position(|known| known == name);
    let pair = |name: &String| Some((tested.looks.get(look(tested, name)?)?, learned.looks.get(look(learned, name)?)?));
    let telling = common.iter().filter_map(|name| Some((name.as_str(), pair(name)?)));
    let telling: Vec<(&str, (&ColumnLook, &ColumnLook))> = telling.filter(|(_, pair)| tells(*pair)).collect();
    if telling.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = telling.iter().map(|(name, _)| *name).collect();
    let agree = |digits: u32| telling.iter().map(move |(_, (one, other))| collision(one, other, digits));
    let is_rare = |digits: &u32| agree(*digits).product::<f64>() * learned.rows() as f64 <= BY_CHANCE;
    let digits = DIGITS.into_iter().find(is_rare).unwrap_or(*DIGITS.last().unwrap_or(&20));
    let near_rows = |rows: &DataRows<'_>| near_rows(rows, &names, digits, settings);
    let (mine, theirs) = (near_rows(test)?, near_rows(training)?);
    let (near, of) = shared(&mine, &theirs);
    let same = profile.get(Part::Test, Counted::Shared, None).map_or(0.0, |same| same.hits as f64 / same.of.max(1) as f64);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to the number of rows")]
    let same = (same * of as f64).round() as u64;
    let key = DataKey { part: Part::Test, what: Counted::NearlyShared, column: None };
    let pairs = PairShares {
        others: learned.rows(),
        equal: mine.pairs_with(&theirs, learned.rows()),
        columns: agree(digits).collect(),
        labels: None,
    };
    profile.pairs.insert(key.clone(), pairs);
    let sampled = !(mine.is_all() && theirs.is_all());
    profile.counts.insert(key, DataCount { sampled, ..exact(near.saturating_sub(same), of) });
    Ok(())
}

/// Whether a column tells what a row is about.
fn tells((tested, learned): (&ColumnLook, &ColumnLook)) -> bool {
    let names_rows = |look: &ColumnLook| {
        let (distinct, known) = look.distinct();
        look.could_name_rows() && known >= FEWEST_ROWS && distinct > NAMES_ROWS * known as f64
    };
    let is_constant = |look: &ColumnLook| {
        let (distinct, known) = look.distinct();
        distinct + f64::from(u8::from(known < look.rows())) < 1.5
    };
    !(names_rows(tested) || names_rows(learned) || is_constant(tested) && is_constant(learned))
}

/// Rows by what they nearly say in these columns.
fn near_rows(rows: &DataRows<'_>, names: &[&str], digits: u32, settings: &CheckSettings<'_>) -> Result<RowSample, DataError> {
    let sample = Mutex::new(RowSample::default());
    let held = || sample.lock().unwrap_or_else(PoisonError::into_inner);
    let new = || Reader::default();
    rows.look(
        names,
        settings.threads,
        || *held() = RowSample::default(),
        new,
        |reader: &mut Reader<u64>, batch: &[Cells], missing| {
            let mut hashes = Vec::new();
            for cells in batch {
                reader.each(cells, missing, |value| Ok(code(value, digits)))?;
                hashes.resize(reader.rows.len(), 0);
                hashes.iter_mut().zip(&reader.rows).for_each(|(hash, code)| *hash = folded(*hash, *code));
            }
            let mut sample = held();
            for hash in hashes {
                sample.add(hash, 0);
            }
            Ok(())
        },
    )?;
    let mut sample = std::mem::take(&mut *held());
    sample.shrink();
    Ok(sample)
}

/// What a value nearly says.
fn code(value: Value<'_>, digits: u32) -> u64 {
    match value {
        Value::Missing => NOTHING,
        Value::Number(found) => number_code(found, digits),
        Value::Text(text) => match parse_number(text).filter(|number| number.is_finite()) {
            Some(found) => number_code(found + 0.0, digits),
            None => text_code(&skeleton(text)),
        },
    }
}

/// The probability that a row of each side nearly says the same in a column.
fn collision(one: &ColumnLook, other: &ColumnLook, digits: u32) -> f64 {
    let (texts, numbers) = one.samples();
    let (other_texts, other_numbers) = other.samples();
    let text_of = |text: &Option<String>, hash: u64| text.as_deref().map_or(hash, |text| code(Value::Text(text), digits));
    let agree = of_values((texts, other_texts), text_of)
        + of_values((numbers, other_numbers), |number, _| code(Value::Number(*number), digits));
    let missing = one.missing_rows() as f64 * other.missing_rows() as f64;
    let all = one.rows() as f64 * other.rows() as f64;
    if all > 0.0 { ((missing + agree) / all).clamp(0.0, 1.0) } else { 0.0 }
}

/// Pairs of rows that nearly say the same. Where only the values with the smallest hashes are known, a value is known with the share of
/// hashes that these are, and a pair of two values with its square.
fn of_values<V>((one, other): (&Sample<V>, &Sample<V>), code: impl Fn(&V, u64) -> u64) -> f64 {
    let largest = one.largest().min(other.largest());
    let share = largest as f64 / u64::MAX as f64;
    // Sums of whole numbers: maps have no order.
    let by_code = |sample: &Sample<V>| {
        let mut rows_of: BTreeMap<u64, u128> = BTreeMap::new();
        for (hash, value, rows) in sample.known().filter(|(hash, _, _)| *hash <= largest) {
            *rows_of.entry(code(value, hash)).or_default() += u128::from(rows);
        }
        rows_of
    };
    let (mine, theirs) = (by_code(one), by_code(other));
    let near: u128 = mine.iter().filter_map(|(code, rows)| Some(rows * theirs.get(code)?)).sum();
    let same = one.known().filter(|(hash, _, _)| *hash <= largest);
    let same: u128 = same.filter_map(|(hash, _, rows)| Some(u128::from(rows) * u128::from(other.rows_of(hash)?))).sum();
    near.saturating_sub(same) as f64 / (share * share) + same as f64 / share
}
