//! A hash map for numbers that rows are looked up by: the standard one spends more time on hashing than on looking.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map from numbers. Its order is never used.
pub(crate) type FastMap<K, V> = HashMap<K, V, BuildHasherDefault<Folding>>;

/// Folds numbers into 64 bits by multiplying. Nobody gains from choosing colliding keys: it is their own gate that slows.
#[derive(Default)]
pub(crate) struct Folding(u64);

impl Hasher for Folding {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    #[expect(clippy::cast_possible_truncation, reason = "both halves of the product are folded")]
    fn write_u64(&mut self, number: u64) {
        let product = u128::from(self.0 ^ number ^ 0x9e37_79b9_7f4a_7c15) * 0xa076_1d64_78bd_642f;
        self.0 = (product as u64) ^ ((product >> 64) as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
