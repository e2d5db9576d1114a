//! Which bucket each row falls into: by its declared id, else by everything in it that is not the model's doing.

#[cfg(test)]
mod by_definition;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::{Array as _, Float64Array};
use modelgate_cube::{BUCKETS, REPLICATE_SALT};

use crate::Dataset;
use crate::column::{Column, TextArray, dictionary, number_text, parse_number};
use crate::error::DataError;
use crate::pass::FastMap;
use crate::split_digest::{number_bits, text_hash};

#[cfg(test)]
pub(crate) use by_definition::RowBuckets;

/// A missing cell; no number and no text hashes to it but by chance.
const MISSING: u64 = u64::MAX;

/// The hash of each row of a task other than binary classification: of its id, else of its columns but those that `is_known`
/// says are told by `labels`, the hashes of what the label means, or come from the model.
pub(crate) fn task_hashes(
    dataset: &Dataset,
    id: Option<&str>,
    is_known: impl Fn(&str) -> bool,
    labels: Option<&[u64]>,
) -> Result<Vec<u64>, DataError> {
    if let Some(id) = id {
        return Ok(hashes(dataset.rows(), &BTreeMap::from([(id, dataset.require(id)?)])));
    }
    let features = dataset.columns().filter(|(name, _)| !is_known(name)).collect();
    let mut hashes = hashes(dataset.rows(), &features);
    for (hash, label) in hashes.iter_mut().zip(labels.unwrap_or_default()) {
        *hash = folded(*hash ^ label, 1);
    }
    Ok(hashes)
}

/// Gives equal rows different ids, by number: they are exchangeable where the model says the same of them. Where it does not, it
/// knows more of them than the file says, and any order would pair rows that are not the same; such rows keep one id, and
/// stand or fall together.
#[derive(Debug, Default)]
pub(crate) struct EqualRows {
    /// The next number of each hash that several rows share.
    next: FastMap<u64, AtomicU64>,
}

impl EqualRows {
    /// Of all rows, in parts: the hash of each, and a hash of what the model says.
    pub(crate) fn of(parts: &[(Vec<u64>, Vec<u64>)]) -> Self {
        let hashes: Vec<&[u64]> = parts.iter().map(|(hashes, _)| hashes.as_slice()).collect();
        let cell = |(part, row): (usize, usize)| {
            let (hashes, said) = parts.get(part)?;
            Some((*hashes.get(row)?, *said.get(row)?))
        };
        let mut rows: Vec<(u64, u64)> = maybe_equal(&hashes).into_iter().filter_map(cell).collect();
        rows.sort_unstable();
        let mut next = FastMap::default();
        for equal in rows.chunk_by(|(one, _), (two, _)| one == two).filter(|equal| equal.len() > 1) {
            if let [(hash, said), others @ ..] = equal
                && others.iter().all(|(_, other)| other == said)
            {
                next.insert(*hash, AtomicU64::new(0));
            }
        }
        Self { next }
    }

    /// The id of a row of this hash; another one for each equal row.
    pub(crate) fn id(&self, hash: u64) -> u64 {
        match self.next.get(&hash).map(|next| next.fetch_add(1, Ordering::Relaxed)) {
            None | Some(0) => hash,
            Some(number) => numbered(hash, number),
        }
    }

    /// Numbers from the start, for another look at the rows.
    pub(crate) fn restart(&self) {
        self.next.values().for_each(|next| next.store(0, Ordering::Relaxed));
    }
}

/// A hash of each row's cells.
fn hashes(rows: usize, columns: &BTreeMap<&str, &Column>) -> Vec<u64> {
    let mut hashes = vec![REPLICATE_SALT; rows];
    for (name, column) in columns {
        let name = halved(text_hash(name)) | 1;
        match column {
            Column::Number(numbers) => add_numbers(&mut hashes, name, numbers),
            Column::Text(text) => add_texts(&mut hashes, name, text),
        }
    }
    hashes
}

fn add_numbers(hashes: &mut [u64], name: u64, numbers: &Float64Array) {
    for (row, hash) in hashes.iter_mut().enumerate() {
        let cell = number_cell(numbers.is_valid(row).then(|| numbers.value(row)));
        *hash = folded(*hash ^ cell, name);
    }
}

fn add_texts(hashes: &mut [u64], name: u64, text: &TextArray) {
    let texts: Vec<u64> = dictionary(text).map(|text| text_cell(Some(text))).collect();
    for (hash, key) in hashes.iter_mut().zip(text.keys()) {
        let cell = key.and_then(|key| usize::try_from(key).ok()).and_then(|key| texts.get(key));
        *hash = folded(*hash ^ cell.copied().unwrap_or(MISSING), name);
    }
}

/// The number that a text spells in its shortest form; `007` and `7.0` are not `7`.
fn spelled_number(text: &str) -> Option<f64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if digits && (1..=15).contains(&text.len()) && (text.len() == 1 || !text.starts_with('0')) {
        return text.parse().ok();
    }
    if !text.starts_with(|first: char| first.is_ascii_digit() || first == '-') {
        return None;
    }
    parse_number(text).filter(|number| number_text(*number) == text)
}

/// The rows, by part and place, that share a slot with another one: all equal rows and a few others. Sorting only them is
/// much less work.
pub(crate) fn maybe_equal(hashes: &[&[u64]]) -> Vec<(usize, usize)> {
    let rows: usize = hashes.iter().map(|hashes| hashes.len()).sum();
    let slots = (rows * 16).next_power_of_two();
    let slot = |hash: u64| {
        let slot = usize::try_from(folded(hash, REPLICATE_SALT | 1) >> 8).unwrap_or(0) & (slots - 1);
        (slot / 64, 1_u64 << (slot % 64))
    };
    let (mut used, mut shared) = (vec![0_u64; slots / 64 + 1], vec![0_u64; slots / 64 + 1]);
    for hash in hashes.iter().copied().flatten() {
        let (word, bit) = slot(*hash);
        shared[word] |= used[word] & bit;
        used[word] |= bit;
    }
    let is_shared = |hash: u64| {
        let (word, bit) = slot(hash);
        shared[word] & bit != 0
    };
    let of_part = |(part, hashes): (usize, &&[u64])| {
        let rows = hashes.iter().enumerate().filter(|(_, hash)| is_shared(**hash));
        rows.map(|(row, _)| (part, row)).collect::<Vec<_>>()
    };
    hashes.iter().enumerate().flat_map(of_part).collect()
}

/// What a cell of a number adds to its row's hash.
pub(crate) fn number_cell(number: Option<f64>) -> u64 {
    number.map_or(MISSING, |number| halved(number_bits(number)))
}

/// What a cell of text adds to its row's hash. A text that spells a number as it is written shortest adds what the number
/// does: a CSV file's ids and slice columns are text, where the same rows in a Parquet file may have numbers.
pub(crate) fn text_cell(text: Option<&str>) -> u64 {
    text.map_or(MISSING, |text| spelled_number(text).map_or_else(|| halved(text_hash(text)), |number| number_cell(Some(number))))
}

/// The hash of a row's features and its label.
pub(crate) fn with_label(hash: u64, positive: bool) -> u64 {
    folded(hash, 2 * u64::from(positive) + 1)
}

/// The hash of the row of that number among equal rows.
pub(crate) fn numbered(hash: u64, number: u64) -> u64 {
    folded(hash, 2 * number + 1)
}

/// What a row of this hash adds to the digest of the ids.
pub(crate) fn digested(hash: u64) -> u128 {
    (u128::from(hash) << 64) | u128::from(folded(hash, REPLICATE_SALT))
}

/// The bucket of a row of this hash.
pub(crate) fn bucket(hash: u64) -> u16 {
    const { assert!(BUCKETS.is_power_of_two()) };
    let bits = folded(hash, REPLICATE_SALT ^ 0x5555_5555_5555_5555) >> 17;
    u16::try_from(bits & u64::from(BUCKETS - 1)).unwrap_or(0)
}

/// Both halves of a product of 128 bits, folded into 64: each bit of the result depends on all bits of both factors.
pub(crate) fn folded(one: u64, two: u64) -> u64 {
    let product = u128::from(one ^ 0xa076_1d64_78bd_642f) * u128::from(two ^ 0xe703_7ed1_a0b4_28db);
    halved(product) ^ halved(product >> 64)
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is what is asked for")]
pub(crate) fn halved(bits: u128) -> u64 {
    bits as u64
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::collections::BTreeSet;
    use std::fmt::Write as _;

    use super::*;
    use crate::row_facts::RowFacts;
    use crate::testing::{csv, settings};
    use crate::{binary_labels, count};

    fn buckets(text: &str, id: Option<&str>) -> RowBuckets {
        let (data, _file) = csv(text);
        let mut settings = settings(vec![]);
        settings.roles.id = id.map(str::to_owned);
        let facts = RowFacts::read(&data, &settings, &binary_labels(&data, "y", None).unwrap()).unwrap();
        RowBuckets::of(&data, &settings.roles, &facts).unwrap()
    }

    #[test]
    fn the_buckets_of_rows_never_change() {
        // Stored replicates are compared with those of later releases: other buckets would unpair them silently.
        let found = buckets("id,y,p,sex\n1,1,0.9,F\n2,0,0.2,M\n3,0,0.4,\n", None);
        assert_eq!(found.buckets, [997, 370, 170]);
        assert_eq!(found.ids.rows.to_string(), "4b7f1b9745c628958b6e326a99341b6c-3");
        assert_eq!(buckets("id,y,p\na,1,0.9\nb,0,0.2\n", Some("id")).buckets, [671, 531]);
    }

    #[test]
    fn a_row_keeps_its_bucket_whatever_the_model_says_and_wherever_it_stands() {
        let (one, two) = (buckets("id,y,p\n1,1,0.9\n2,0,0.2\n", None), buckets("p,y,id\n0.3,0,2\n0.1,1,1\n", None));
        assert_eq!(one.buckets, [two.buckets[1], two.buckets[0]]);
        assert_eq!(one.ids, two.ids);
        assert_ne!(one.ids, buckets("id,y,p\n1,1,0.9\n3,0,0.2\n", None).ids);
    }

    #[test]
    fn a_declared_id_is_all_that_counts_and_its_rows_stay_together() {
        let (one, two) =
            (buckets("id,y,p\n7,1,0.9\n7,0,0.2\n", Some("id")), buckets("id,y,p,x\n7,1,0.1,5\n7,0,0.5,6\n", Some("id")));
        assert_eq!(one.buckets[0], one.buckets[1]);
        assert_eq!((&one.buckets, &one.ids), (&two.buckets, &two.ids));
    }

    #[test]
    fn equal_rows_of_one_id_are_drawn_together() {
        let (data, _file) = csv(&format!("id,y,p\n{}{}", "7,1,0.9\n".repeat(50), "8,0,0.2\n".repeat(50)));
        let mut settings = settings(vec![]);
        settings.roles.id = Some("id".to_owned());
        let cube = count(&data, &settings).unwrap();
        for replicate in cube.replicates(&modelgate_cube::Slice::overall()).unwrap().iter() {
            let draws = replicate.true_positives / 50.0;
            assert!((draws - draws.round()).abs() < 1e-9, "{draws} draws of a person with 50 rows");
        }
    }

    #[test]
    fn equal_rows_are_numbered_unless_the_model_tells_them_apart() {
        let equal = buckets(&format!("y,p,sex\n{}", "1,0.9,F\n".repeat(50)), None);
        assert!(equal.buckets.iter().collect::<BTreeSet<_>>().len() > 40);
        let told_apart = buckets(&format!("y,p,sex\n{}1,0.8,F\n", "1,0.9,F\n".repeat(50)), None);
        assert_eq!(told_apart.buckets.iter().collect::<BTreeSet<_>>().len(), 1);
        assert_eq!(told_apart.buckets[0], equal.buckets[0]);
    }

    #[test]
    fn a_text_that_spells_a_number_is_the_number_and_no_other() {
        for (text, number) in [("7", Some(7.0)), ("0", Some(0.0)), ("-2.5", Some(-2.5)), ("123456789012345678901", None)] {
            assert_eq!(spelled_number(text), number, "{text}");
        }
        for text in ["007", "7.0", "+7", "", "7a", "nan", "-", "-0", "1e3", "٣"] {
            assert_eq!(spelled_number(text), None, "{text}");
        }
        assert_eq!(text_cell(Some("7")), number_cell(Some(7.0)));
        assert_ne!(text_cell(Some("07")), text_cell(Some("7")));
    }

    #[test]
    fn rows_spread_evenly_over_buckets() {
        let mut text = "id,y,p\n".to_owned();
        for row in 0..20_480 {
            writeln!(text, "{row},{},0.5", row % 2).unwrap();
        }
        for id in [None, Some("id")] {
            let mut sizes = vec![0_i32; usize::from(BUCKETS)];
            for bucket in buckets(&text, id).buckets {
                sizes[usize::from(bucket)] += 1;
            }
            // Chi squared with 1,023 degrees of freedom: its mean and five standard deviations.
            let chi: f64 = sizes.iter().map(|size| f64::from(size - 20).powi(2) / 20.0).sum();
            assert!((chi - 1_023.0).abs() < 5.0 * 2_046_f64.sqrt(), "{chi}");
        }
    }

    #[test]
    fn a_missing_id_column_is_an_error() {
        let (data, _file) = csv("y,p\n1,0.5\n");
        let mut settings = settings(vec![]);
        settings.roles.id = Some("id".to_owned());
        assert!(count(&data, &settings).is_err());
    }
}
