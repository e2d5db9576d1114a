//! Rows (or groups of rows) by small numbers instead of texts, so that counting never compares strings.

use std::collections::HashMap;

/// Tables of pairs up to this size are looked up densely.
const DENSE_PAIRS: usize = 1 << 22;

/// Which group each item belongs to. Every group has an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grouping {
    /// The group of each item, below `size`.
    pub(crate) codes: Vec<u32>,
    /// The number of groups.
    pub(crate) size: usize,
}

impl Grouping {
    /// All items in one group.
    pub(crate) fn whole(items: usize) -> Self {
        Self { codes: vec![0; items], size: usize::from(items > 0) }
    }

    /// Numbers keys in the order of their first use: the grouping, and the keys by group.
    pub(crate) fn number_keys(keys: impl Iterator<Item = u64>) -> (Self, Vec<u64>) {
        let mut codes = Vec::with_capacity(keys.size_hint().0);
        let mut by_key: HashMap<u64, u32> = HashMap::new();
        let mut found = Vec::new();
        for key in keys {
            let code = *by_key.entry(key).or_insert_with(|| {
                found.push(key);
                next_code(found.len() - 1)
            });
            codes.push(code);
        }
        (Self { codes, size: found.len() }, found)
    }

    /// The same as [`Grouping::number_keys`] for keys below `bound`.
    pub(crate) fn number_small_keys(keys: impl Iterator<Item = usize>, bound: usize) -> (Self, Vec<usize>) {
        let mut known = vec![u32::MAX; bound];
        let mut found = Vec::new();
        let codes = keys.map(|key| {
            let slot = &mut known[key];
            if *slot == u32::MAX {
                *slot = next_code(found.len());
                found.push(key);
            }
            *slot
        });
        let codes = codes.collect();
        (Self { codes, size: found.len() }, found)
    }

    /// The groups of the pairs of groups that occur.
    pub(crate) fn cross(&self, other: &Self) -> Self {
        let pairs = self.codes.iter().zip(&other.codes);
        let bound = self.size.saturating_mul(other.size);
        if bound > DENSE_PAIRS {
            return Self::number_keys(pairs.map(|(one, two)| (u64::from(*one) << 32) | u64::from(*two))).0;
        }
        Self::number_small_keys(pairs.map(|(one, two)| *one as usize * other.size + *two as usize), bound).0
    }

    /// The first item of each group.
    pub(crate) fn first_items(&self) -> Vec<usize> {
        let mut first = vec![usize::MAX; self.size];
        for (item, code) in self.codes.iter().enumerate() {
            let slot = &mut first[*code as usize];
            *slot = (*slot).min(item);
        }
        first
    }

    /// The items in order of their groups; within a group in the order given.
    pub(crate) fn sort(&self, items: &[u32]) -> Vec<u32> {
        let mut next = vec![0_usize; self.size + 1];
        for code in &self.codes {
            next[*code as usize + 1] += 1;
        }
        for group in 1..next.len() {
            next[group] += next[group - 1];
        }
        let mut sorted = vec![0; items.len()];
        for item in items {
            let place = &mut next[self.codes[*item as usize] as usize];
            sorted[*place] = *item;
            *place += 1;
        }
        sorted
    }
}

/// Codes are 32 bits because arrow's dictionaries and arrays of this crate hold fewer than 2^31 different values.
#[expect(clippy::cast_possible_truncation, reason = "there are at most as many groups as rows of one arrow array")]
fn next_code(size: usize) -> u32 {
    size as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pairs_that_occur_are_groups() {
        let one = Grouping { codes: vec![0, 1, 0, 1], size: 2 };
        let two = Grouping { codes: vec![2, 0, 2, 1], size: 3 };
        let crossed = one.cross(&two);
        assert_eq!(crossed, Grouping { codes: vec![0, 1, 0, 2], size: 3 });
        assert_eq!(crossed.first_items(), [0, 1, 3]);
        let many = Grouping { codes: two.codes.clone(), size: DENSE_PAIRS };
        assert_eq!(one.cross(&many), crossed);
    }

    #[test]
    fn sorting_keeps_the_order_within_groups() {
        let grouping = Grouping { codes: vec![1, 0, 1, 0], size: 2 };
        assert_eq!(grouping.sort(&[0, 1, 2, 3]), [1, 3, 0, 2]);
        assert_eq!(grouping.sort(&[3, 2, 1, 0]), [3, 1, 2, 0]);
    }
}
