//! Names for bytes: SHA-256 digests, and an order-free digest of a set of rows.

use std::fmt;
use std::io::Read;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// A SHA-256 digest. Shown and parsed as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

/// The text was not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a digest is 64 hexadecimal digits")]
pub struct ParseDigestError;

impl Digest {
    /// The digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The digest of everything that a reader gives, without keeping it.
    pub fn of_reader(mut reader: impl Read) -> std::io::Result<Self> {
        let mut digesting = Digesting::default();
        let mut part = vec![0; 1 << 18];
        loop {
            match reader.read(&mut part)? {
                0 => return Ok(digesting.finish()),
                length => digesting.add(part.get(..length).unwrap_or_default()),
            }
        }
    }

    /// The digest of several named parts. Lengths are part of what is digested, so that moving a byte from one
    /// part to the next gives another digest.
    #[must_use]
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The first eight hexadecimal digits, for people.
    #[must_use]
    pub fn short(&self) -> String {
        self.to_string().chars().take(8).collect()
    }
}

/// A digest of bytes that come one after the other.
#[derive(Debug, Clone, Default)]
pub struct Digesting(Sha256);

impl Digesting {
    /// Adds the next bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all of them.
    #[must_use]
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Digest {
    type Err = ParseDigestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ParseDigestError);
        }
        let mut bytes = [0_u8; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            let pair = text.get(index * 2..index * 2 + 2).ok_or(ParseDigestError)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| ParseDigestError)?;
        }
        Ok(Self(bytes))
    }
}

/// A digest of a multiset of rows that does not depend on their order and that adds up over shards:
/// the sum, modulo 2^128, of one 128-bit hash a row, together with the number of rows.
///
/// It names a test split ("the same rows?"); it is no protection against somebody who looks for collisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RowSetDigest {
    sum: u128,
    rows: u64,
}

impl RowSetDigest {
    /// Adds one row by its 128-bit hash.
    pub fn add_row(&mut self, row_hash: u128) {
        self.sum = self.sum.wrapping_add(row_hash);
        self.rows += 1;
    }

    /// Adds this many rows that all have this 128-bit hash.
    pub fn add_rows(&mut self, row_hash: u128, rows: u64) {
        self.sum = self.sum.wrapping_add(row_hash.wrapping_mul(u128::from(rows)));
        self.rows += rows;
    }

    /// Another name of the same rows, from which nothing can be subtracted: two names of this kind are equal where the rows
    /// are, and else tell neither which rows differ nor how many there are.
    #[must_use]
    pub fn one_way(&self) -> Self {
        let digest = Digest::of_parts([b"modelgate split".as_slice(), self.to_string().as_bytes()]);
        let sum = digest.0.iter().take(16).fold(0_u128, |sum, byte| (sum << 8) | u128::from(*byte));
        Self { sum, rows: 0 }
    }

    /// Adds the rows of another shard.
    pub fn merge(&mut self, other: &Self) {
        self.sum = self.sum.wrapping_add(other.sum);
        self.rows += other.rows;
    }
}

impl fmt::Display for RowSetDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}-{}", self.sum, self.rows)
    }
}

impl FromStr for RowSetDigest {
    type Err = ParseDigestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (sum, rows) = text.split_once('-').ok_or(ParseDigestError)?;
        Ok(Self {
            sum: u128::from_str_radix(sum, 16).map_err(|_| ParseDigestError)?,
            rows: rows.parse().map_err(|_| ParseDigestError)?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_digest_survives_its_text() {
        let digest = Digest::of(b"abc");
        assert_eq!(digest.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(digest.to_string().parse::<Digest>().unwrap(), digest);
        assert_eq!(Digest::of_reader(&b"abc"[..]).unwrap(), digest);
        assert_eq!("xyz".parse::<Digest>(), Err(ParseDigestError));
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(Digest::of_parts([&b"ab"[..], b"c"]), Digest::of_parts([&b"a"[..], b"bc"]));
    }

    #[test]
    fn a_one_way_name_is_equal_for_equal_rows_and_tells_no_number() {
        let (mut one, mut other) = (RowSetDigest::default(), RowSetDigest::default());
        one.add_row(3);
        other.add_row(3);
        assert_eq!(one.one_way(), other.one_way());
        assert!(one.one_way().to_string().ends_with("-0"));
        other.add_row(5);
        assert_ne!(one.one_way(), other.one_way());
    }

    #[test]
    fn a_row_set_does_not_depend_on_order_or_shards() {
        let (mut all, mut left, mut right) = (RowSetDigest::default(), RowSetDigest::default(), RowSetDigest::default());
        for row in [3_u128, 5, u128::MAX] {
            all.add_row(row);
        }
        left.add_row(u128::MAX);
        right.add_row(5);
        right.add_row(3);
        left.merge(&right);
        assert_eq!(all, left);
        let (mut twice, mut at_once) = (RowSetDigest::default(), RowSetDigest::default());
        twice.add_row(u128::MAX - 6);
        twice.add_row(u128::MAX - 6);
        at_once.add_rows(u128::MAX - 6, 2);
        assert_eq!(twice, at_once);
        assert_eq!(all.to_string().parse::<RowSetDigest>().unwrap(), all);
    }
}
