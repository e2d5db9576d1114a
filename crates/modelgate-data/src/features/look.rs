//! A first look at the values of a column, in memory that does not grow with the rows: what its bins or levels are chosen
//! from.

use std::hash::BuildHasherDefault;

use modelgate_cube::Fixed;

use super::values::Value;
use crate::error::MOST_LEVEL_CHARS;
use crate::pass::FastMap;
use crate::row_ids::halved;
use crate::split_digest::text_hash;

/// As many different values of a column are counted each for itself.
const MOST_VALUES: usize = 1 << 14;

/// The different values of a column and their rows: all of them while there are few, else those with the smallest hashes.
/// Which ones these are depends on no order: a value that is kept in the end was never given up before.
pub(crate) struct Sample<V> {
    kept: FastMap<u64, (V, u64)>,
    /// The largest hash that is kept.
    largest: u64,
    most: usize,
}

impl<V> Sample<V> {
    pub(crate) fn new(most: usize) -> Self {
        Self { kept: FastMap::default(), largest: u64::MAX, most }
    }

    /// Adds rows of a value by its hash, which no other value may have.
    pub(crate) fn add(&mut self, hash: u64, rows: u64, value: impl FnOnce() -> V) {
        self.add_to(hash, rows, value, |_| {});
    }

    /// The same, and tells the value of them.
    pub(crate) fn add_to(&mut self, hash: u64, rows: u64, value: impl FnOnce() -> V, tell: impl FnOnce(&mut V)) {
        if hash > self.largest {
            return;
        }
        let (value, held) = self.kept.entry(hash).or_insert_with(|| (value(), 0));
        *held += rows;
        tell(value);
        // A map with twice as many slots is as full as it may be, and would take twice the room.
        if self.kept.len() >= (self.most / 4 * 7).max(self.most + 1) {
            self.shrink();
        }
    }

    /// Gives up what is more than is to be kept.
    pub(crate) fn shrink(&mut self) {
        if self.kept.len() <= self.most {
            return;
        }
        let mut hashes: Vec<u64> = self.kept.keys().copied().collect();
        let Some(last) = self.most.checked_sub(1).filter(|last| *last < hashes.len()) else { return };
        let (_, largest, _) = hashes.select_nth_unstable(last);
        self.keep_to(*largest);
    }

    /// Keeps the hashes up to one, in a new map: where values were removed from one, it grows before it is full.
    fn keep_to(&mut self, largest: u64) {
        self.largest = largest;
        let count = self.kept.keys().filter(|hash| **hash <= largest).count();
        let kept = std::mem::replace(&mut self.kept, FastMap::with_capacity_and_hasher(count, BuildHasherDefault::default()));
        self.kept.extend(kept.into_iter().filter(|(hash, _)| *hash <= largest));
    }

    pub(crate) fn merge(&mut self, other: Self) {
        if other.largest < self.largest {
            self.keep_to(other.largest);
        }
        let mut theirs: Vec<(u64, (V, u64))> = other.kept.into_iter().collect();
        theirs.sort_unstable_by_key(|(hash, _)| *hash);
        for (hash, (value, rows)) in theirs {
            self.add(hash, rows, || value);
        }
        self.shrink();
    }

    /// Whether these are all values.
    pub(crate) fn is_all(&self) -> bool {
        self.largest == u64::MAX
    }

    /// The values that are known, and the rows of each, in no order.
    pub(crate) fn values(&self) -> impl Iterator<Item = (&V, u64)> {
        self.kept.values().map(|(value, rows)| (value, *rows))
    }

    /// The hashes that are known, and the rows of each, in no order.
    pub(crate) fn rows_by_hash(&self) -> impl Iterator<Item = (u64, u64)> {
        self.kept.iter().map(|(hash, (_, rows))| (*hash, *rows))
    }

    /// The values that are known, with their hashes and rows, in no order.
    pub(crate) fn known(&self) -> impl Iterator<Item = (u64, &V, u64)> {
        self.kept.iter().map(|(hash, (value, rows))| (*hash, value, *rows))
    }

    /// The rows of a value by its hash, where it is known.
    pub(crate) fn rows_of(&self, hash: u64) -> Option<u64> {
        self.kept.get(&hash).map(|(_, rows)| *rows)
    }

    /// The largest hash whose value would be known.
    pub(crate) fn largest(&self) -> u64 {
        self.largest
    }

    /// The number of values that are known.
    pub(crate) fn len(&self) -> usize {
        self.kept.len()
    }

    /// The number of different values: exact where all are known, else as many as leave so many hashes below the largest.
    pub(crate) fn distinct(&self) -> f64 {
        self.len() as f64 * ((u64::MAX as f64) / (self.largest as f64))
    }
}

/// What was seen of a column.
pub(crate) struct Look {
    /// The texts; `None` for those that are too long for a level.
    pub(crate) texts: Sample<Option<String>>,
    /// The finite numbers.
    pub(crate) numbers: Sample<f64>,
    /// All rows.
    pub(crate) rows: u64,
    /// Rows of finite numbers.
    pub(crate) finite: u64,
    /// The smallest and the largest of them.
    pub(crate) range: Option<(f64, f64)>,
    /// Whether all of them are whole.
    pub(crate) whole: bool,
    /// Whether the column is one of texts.
    pub(crate) is_text: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self::of_most(MOST_VALUES)
    }
}

impl Look {
    /// A look that counts so many values for themselves.
    pub(crate) fn of_most(most: usize) -> Self {
        let (texts, numbers) = (Sample::new(most), Sample::new(most));
        Self { texts, numbers, rows: 0, finite: 0, range: None, whole: true, is_text: false }
    }

    /// What a value is known by: odd for texts, even for numbers, zero for values that are not looked at.
    pub(crate) fn meet(&mut self, value: Value<'_>) -> u64 {
        match value {
            Value::Text(text) => {
                self.is_text = true;
                let hash = halved(text_hash(text)) | 1;
                let short = || (text.chars().count() <= MOST_LEVEL_CHARS).then(|| text.to_owned());
                self.texts.add(hash, 0, short);
                hash
            }
            Value::Number(number) if number.is_finite() => {
                self.range = Some(self.range.map_or((number, number), |(low, high)| (low.min(number), high.max(number))));
                self.whole &= number.fract().abs() <= 0.0;
                let hash = mixed(number.to_bits());
                self.numbers.add(hash, 0, || number);
                hash
            }
            Value::Number(_) | Value::Missing => 0,
        }
    }

    /// Counts a row by what its value is known by.
    pub(crate) fn count(&mut self, hash: u64) {
        self.rows += 1;
        if hash == 0 {
            return;
        }
        let rows = if hash % 2 == 1 {
            self.texts.kept.get_mut(&hash).map(|(_, rows)| rows)
        } else {
            self.finite += 1;
            self.numbers.kept.get_mut(&hash).map(|(_, rows)| rows)
        };
        if let Some(rows) = rows {
            *rows += 1;
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.texts.merge(other.texts);
        self.numbers.merge(other.numbers);
        self.rows += other.rows;
        self.finite += other.finite;
        self.range = match (self.range, other.range) {
            (Some((low, high)), Some((lower, higher))) => Some((low.min(lower), high.max(higher))),
            (one, other) => one.or(other),
        };
        self.whole &= other.whole;
        self.is_text |= other.is_text;
    }
}

/// A number mixed so that its bits look random (the finalizer of `SplitMix64`), even and never zero.
pub(crate) fn mixed(bits: u64) -> u64 {
    let mut hash = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((hash ^ (hash >> 31)) & !1).max(2)
}

/// Numbers that lie together: a value, or all from one value to the next one of a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Group {
    /// The smallest number that belongs to it.
    pub(crate) low: f64,
    /// Rows.
    pub(crate) rows: u64,
    /// The mean of its numbers.
    pub(crate) mean: f64,
}

/// A second look at a column of more different numbers than are counted each for itself: exact counts between values of the
/// sample.
pub(crate) struct Between {
    cuts: Vec<f64>,
    rows: Vec<u64>,
    /// How far from one cut to the next the numbers lie, in sum.
    parts: Vec<Fixed>,
}

impl Between {
    /// Between as many values of the sample as `most`, at equal shares of it.
    pub(crate) fn new(look: &Look, most: usize) -> Self {
        let mut values: Vec<(f64, u64)> = look.numbers.values().map(|(value, rows)| (*value, rows)).collect();
        values.sort_unstable_by(|one, two| one.0.total_cmp(&two.0));
        let all: u64 = values.iter().map(|(_, rows)| rows).sum();
        let (mut below, mut next) = (0, 0);
        let mut cuts: Vec<f64> = look.range.iter().map(|(low, _)| *low).collect();
        for (value, rows) in values {
            if u128::from(below) * most as u128 >= u128::from(next) * u128::from(all) {
                cuts.push(value);
                next = u64::try_from(u128::from(below) * most as u128 / u128::from(all.max(1))).unwrap_or(u64::MAX) + 1;
            }
            below += rows;
        }
        cuts.extend(look.range.map(|(_, high)| high));
        cuts.dedup_by(|one, two| one <= two);
        Self { rows: vec![0; cuts.len()], parts: vec![Fixed::ZERO; cuts.len()], cuts }
    }

    pub(crate) fn add(&mut self, number: f64) {
        if !number.is_finite() {
            return;
        }
        let place = self.cuts.partition_point(|cut| *cut <= number).saturating_sub(1);
        if let (Some(rows), Some(parts)) = (self.rows.get_mut(place), self.parts.get_mut(place)) {
            *rows += 1;
            *parts += Fixed::from_f64(part(&self.cuts, place, number));
        }
    }

    /// The counts of the same cuts by another thread.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.rows.iter_mut().zip(&other.rows).for_each(|(mine, theirs)| *mine += theirs);
        self.parts.iter_mut().zip(&other.parts).for_each(|(mine, theirs)| *mine += *theirs);
    }

    /// No counts yet, between the same values.
    pub(crate) fn emptied(&self) -> Self {
        Self { cuts: self.cuts.clone(), rows: vec![0; self.cuts.len()], parts: vec![Fixed::ZERO; self.cuts.len()] }
    }

    pub(crate) fn groups(&self) -> Vec<Group> {
        let counted = self.cuts.iter().zip(&self.rows).zip(&self.parts).enumerate().filter(|(_, ((_, rows), _))| **rows > 0);
        let group = |(place, ((low, rows), parts)): (usize, ((&f64, &u64), &Fixed))| {
            let high = self.cuts.get(place + 1).copied().unwrap_or(*low);
            let part = parts.to_f64() / *rows as f64;
            Group { low: *low, rows: *rows, mean: (low * (1.0 - part) + high * part).clamp(*low, high) }
        };
        counted.map(group).collect()
    }
}

/// How far from a cut to the next a number lies, from 0 to 1.
fn part(cuts: &[f64], place: usize, number: f64) -> f64 {
    match (cuts.get(place), cuts.get(place + 1)) {
        // Halves first: the distance may be infinite.
        (Some(low), Some(high)) => ((number / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0)).clamp(0.0, 1.0),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked(numbers: impl IntoIterator<Item = u32>) -> Look {
        let mut look = Look::of_most(50);
        for number in numbers {
            let hash = look.meet(Value::Number(f64::from(number)));
            look.count(hash);
        }
        look
    }

    fn values(look: &Look) -> Vec<(u64, u64)> {
        let mut values: Vec<(u64, u64)> = look.numbers.values().map(|(value, rows)| (value.to_bits(), rows)).collect();
        values.sort_unstable();
        values
    }

    #[test]
    fn a_sample_knows_all_rows_of_its_values_whatever_the_order_and_the_threads() {
        let number = |row: u32| row * row % 1_009;
        let mut whole = looked((0..9_000).map(number));
        whole.merge(Look::of_most(50));
        let mut backward = looked((4_000..9_000).rev().map(number));
        backward.merge(looked((0..4_000).map(number)));
        assert_eq!((values(&whole).len(), values(&whole)), (50, values(&backward)));
        for (value, rows) in whole.numbers.values() {
            let exact = (0..9_000).filter(|row| f64::from(number(*row)).to_bits() == value.to_bits()).count();
            assert_eq!(rows, exact as u64);
        }
        assert!(!whole.numbers.is_all() && (300.0..900.0).contains(&whole.numbers.distinct()), "{}", whole.numbers.distinct());
        assert_eq!((whole.rows, whole.finite, whole.range), (9_000, 9_000, backward.range));
    }

    #[test]
    fn a_sample_never_takes_the_room_of_more_than_twice_as_many_values() {
        let mut sample = Sample::new(1 << 10);
        for row in 0..5_000 {
            sample.add(mixed(row), 1, || ());
            assert!(sample.kept.capacity() < 1 << 11, "{} after {row}", sample.kept.capacity());
        }
        sample.shrink();
        assert_eq!(sample.len(), 1 << 10);
    }

    #[test]
    fn counts_between_cuts_are_those_of_all_numbers_and_means_are_theirs() {
        let numbers: Vec<u32> = (0..3_000).map(|row| row * row % 1_009).collect();
        let mut look = looked(numbers.iter().copied());
        look.merge(Look::of_most(50));
        let mut between = Between::new(&look, 20);
        for number in &numbers {
            between.add(f64::from(*number));
        }
        between.add(f64::INFINITY);
        let groups = between.groups();
        assert!((15..=22).contains(&groups.len()), "{groups:?}");
        for (place, group) in groups.iter().enumerate() {
            let next = groups.get(place + 1).map_or(f64::INFINITY, |next| next.low);
            let inside: Vec<f64> =
                numbers.iter().map(|number| f64::from(*number)).filter(|number| (group.low..next).contains(number)).collect();
            assert_eq!(group.rows, inside.len() as u64);
            assert!((group.mean - inside.iter().sum::<f64>() / inside.len() as f64).abs() < 1e-9, "{group:?}");
        }
    }

    #[test]
    fn the_largest_numbers_there_are_lie_between_cuts_too() {
        let mut look = Look::of_most(2);
        let numbers = [-f64::MAX, -1.0, 0.0, 5e-324, 1.0, f64::MAX];
        for number in numbers {
            let hash = look.meet(Value::Number(number));
            look.count(hash);
        }
        look.merge(Look::of_most(2));
        let mut between = Between::new(&look, 10);
        for number in numbers {
            between.add(number);
        }
        assert_eq!(between.groups().iter().map(|group| group.rows).sum::<u64>(), 6);
        assert!(between.groups().iter().all(|group| group.mean.is_finite()), "{:?}", between.groups());
    }
}
