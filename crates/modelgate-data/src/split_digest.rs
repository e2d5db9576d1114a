//! Names a set of rows by what does not depend on the model: labels, slice columns, weights and ids.

use std::hash::Hasher as _;

use arrow_array::{Array as _, Float64Array};
use modelgate_cube::RowSetDigest;
use siphasher::sip128::{Hasher128 as _, SipHasher13};

use crate::levels::Levels;
use crate::row_ids::{folded, halved};

/// What a row says in one column, as 128 bits a row.
pub(crate) enum Said<'a> {
    /// Numbers that are all there.
    Numbers(&'a [f64]),
    /// Numbers some of which may be missing.
    Gaps(&'a Float64Array),
    /// Texts by code, with the hash of each text.
    Texts(&'a [u32], Vec<u128>),
    /// Texts by place, with the hash of each text.
    Places(&'a [usize], Vec<u128>),
}

/// A number that is missing; no number and no text hashes to it but by chance.
pub(crate) const MISSING: u128 = u128::MAX;

impl<'a> Said<'a> {
    /// The levels of a column.
    pub(crate) fn levels(levels: &'a Levels) -> Self {
        let hash = |level: &Option<String>| level.as_ref().map_or(MISSING, |level| text_hash(level));
        Self::Texts(&levels.grouping.codes, levels.levels.iter().map(hash).collect())
    }

    fn in_row(&self, row: usize) -> u128 {
        match self {
            Self::Numbers(numbers) => number_bits(numbers[row]),
            Self::Gaps(numbers) if numbers.is_null(row) => MISSING,
            Self::Gaps(numbers) => number_bits(numbers.value(row)),
            Self::Texts(codes, hashes) => hashes[codes[row] as usize],
            Self::Places(places, hashes) => hashes[places[row]],
        }
    }
}

/// The bits of a number, the same for equal numbers.
pub(crate) fn number_bits(number: f64) -> u128 {
    // One bit pattern for zero, and one for NaN.
    let number = if number.is_nan() { f64::NAN } else { number + 0.0 };
    u128::from(number.to_bits())
}

fn hasher() -> SipHasher13 {
    // Any fixed key: digests are stored and compared, so it can never change.
    SipHasher13::new_with_keys(0x6d6f_6465_6c67_6174, 0x6520_7370_6c69_7431)
}

/// A hash of a text that never changes.
pub(crate) fn text_hash(text: &str) -> u128 {
    let mut hasher = hasher();
    hasher.write(text.as_bytes());
    hasher.finish128().as_u128()
}

/// The digest of the rows, whatever their order. `columns` are the names and cells of what is digested.
pub(crate) fn split_digest(rows: usize, columns: &[(String, Said)]) -> RowSetDigest {
    let names = named(columns.iter().map(|(name, _)| name.as_str()));
    let mut digest = RowSetDigest::default();
    for row in 0..rows {
        digest.add_row(hashed(names, columns.iter().map(|(_, said)| said.in_row(row))));
    }
    digest
}

/// What one row that says this adds to the digest.
pub(crate) fn row_hash<'a>(names: impl Iterator<Item = &'a str>, said: impl Iterator<Item = u128>) -> u128 {
    hashed(named(names), said)
}

/// The hash of a row together with a cell that nearly every row has of its own, by the name of its column: much less work than
/// [`row_hash`].
pub(crate) fn with_cell(hash: u128, cell: u64, name: u64) -> u128 {
    let low = folded(halved(hash) ^ cell, name);
    let high = folded(halved(hash >> 64) ^ low, !name);
    (u128::from(high) << 64) | u128::from(low)
}

fn named<'a>(names: impl Iterator<Item = &'a str>) -> SipHasher13 {
    let mut hasher = hasher();
    names.for_each(|name| hasher.write(&text_hash(name).to_le_bytes()));
    hasher
}

fn hashed(mut hasher: SipHasher13, said: impl Iterator<Item = u128>) -> u128 {
    said.for_each(|said| hasher.write(&said.to_le_bytes()));
    hasher.finish128().as_u128()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_rows_never_changes() {
        let (classes, numbers) = ([1, 0], [0.5, -0.0]);
        let digest = |names: [&str; 2]| {
            let [one, two] = names.map(str::to_owned);
            split_digest(2, &[(one, Said::Texts(&classes, vec![0, 1])), (two, Said::Numbers(&numbers))])
        };
        // Stored in bundles: another value here means that old releases no longer match their own rows.
        assert_eq!(digest(["label", "weight"]).to_string(), "85055e0f4ef1c319e9f92cfae2cabbd6-2");
        assert_ne!(digest(["label", "id"]), digest(["label", "weight"]));
        let mut one_by_one = RowSetDigest::default();
        for said in [[1, number_bits(0.5)], [0, number_bits(0.0)]] {
            one_by_one.add_rows(row_hash(["label", "weight"].into_iter(), said.into_iter()), 1);
        }
        assert_eq!(one_by_one, digest(["label", "weight"]));
        assert_eq!(
            with_cell(row_hash(["label"].into_iter(), [1].into_iter()), 7, 9),
            81_139_015_216_360_727_462_321_248_557_725_379_128
        );
        assert_ne!(with_cell(1, 7, 9), with_cell(1, 9, 7));
    }
}
