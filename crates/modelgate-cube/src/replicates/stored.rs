//! How replicates are written: for each list its smallest number, and the rest in as many bits as the largest needs.

use serde::{Deserialize, Serialize};

use super::{REPLICATES, Replicates, STORED_SHIFT, SUMS};

/// A list of [`REPLICATES`] numbers: the smallest, the bits that the distance of another to it needs at most, and the
/// distances, packed low bits first into the letters of base 64, six bits each.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Packed(i64, u8, String);

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Numbers of more bits are no sums of rows.
const MOST_BITS: u8 = 56;

/// No sum and no distance of a bundle is larger, so that adding them cannot overflow.
const LARGEST: i64 = 1 << MOST_BITS;

impl Replicates {
    /// The lists, as rounded for storage; the areas are a seventh where there are any.
    pub(crate) fn pack(&self) -> Vec<Packed> {
        let sums = self.sums.iter().map(|column| pack(column.iter().map(|sum| sum >> STORED_SHIFT)));
        sums.chain(self.areas.iter().map(|areas| pack(areas.iter().copied()))).collect()
    }

    /// Reads them back; `None` where they are no replicates.
    pub(crate) fn unpack(stored: &[Packed]) -> Option<Self> {
        let (sums, areas) = stored.split_at_checked(SUMS)?;
        let read = |packed: &Packed| {
            let sums = unpack(packed)?;
            sums.iter().map(|sum| sum.checked_mul(1 << STORED_SHIFT).filter(|sum| *sum <= LARGEST)).collect::<Option<Vec<i64>>>()
        };
        let sums: Vec<Vec<i64>> = sums.iter().map(read).collect::<Option<_>>()?;
        let areas = match areas {
            [] => None,
            [areas] => Some(unpack(areas)?),
            _ => return None,
        };
        Some(Self { sums: sums.try_into().ok()?, areas })
    }
}

pub(super) fn pack(numbers: impl Iterator<Item = i64> + Clone) -> Packed {
    let smallest = numbers.clone().min().unwrap_or(0);
    let distance = |number: i64| number.abs_diff(smallest);
    let bits = numbers.clone().map(|number| 64 - distance(number).leading_zeros()).max().unwrap_or(0);
    let mut text = String::new();
    let (mut held, mut length) = (0_u128, 0);
    for number in numbers {
        held |= u128::from(distance(number)) << length;
        length += bits;
        while length >= 6 {
            text.push(letter(held));
            held >>= 6;
            length -= 6;
        }
    }
    if length > 0 {
        text.push(letter(held));
    }
    Packed(smallest, u8::try_from(bits).unwrap_or(u8::MAX), text)
}

fn letter(held: u128) -> char {
    char::from(LETTERS[(held & 63) as usize])
}

pub(super) fn unpack(Packed(smallest, bits, text): &Packed) -> Option<Vec<i64>> {
    if *bits > MOST_BITS || !(0..=LARGEST).contains(smallest) {
        return None;
    }
    let mut letters = text.bytes();
    let (mut held, mut length) = (0_u128, 0);
    let mut numbers = Vec::with_capacity(REPLICATES);
    for _ in 0..REPLICATES {
        while length < u32::from(*bits) {
            let next = letters.next()?;
            held |= (LETTERS.iter().position(|letter| *letter == next)? as u128) << length;
            length += 6;
        }
        let distance = held & ((1 << bits) - 1);
        numbers.push(smallest.checked_add(i64::try_from(distance).ok()?)?);
        held >>= bits;
        length -= u32::from(*bits);
    }
    (letters.next().is_none() && held == 0).then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(largest: i64) -> Vec<i64> {
        (0..).step_by(7_919).take(REPLICATES).map(|number: i64| number % (largest + 1)).collect()
    }

    #[test]
    fn lists_of_any_width_survive() {
        for largest in [0, 1, 2, 63, 64, 1_000_003, 1 << 40] {
            let list = numbers(largest);
            let packed = pack(list.iter().copied());
            assert_eq!(unpack(&packed), Some(list), "{largest}");
        }
        let same = pack(std::iter::repeat_n(9, REPLICATES));
        assert_eq!((same.1, same.2.as_str()), (0, ""));
    }

    #[test]
    fn replicates_survive_with_and_without_areas() {
        let mut replicates = Replicates::default();
        replicates.add_bucket(5, &[65_536, 0, 0, 131_072, 12_345, 99_999]);
        let mut replicates = replicates.rounded();
        assert_eq!(Replicates::unpack(&replicates.pack()), Some(replicates.clone()));
        replicates.set_areas(numbers(1 << 20));
        assert_eq!(Replicates::unpack(&replicates.pack()), Some(replicates));
    }

    #[test]
    fn what_no_list_packs_to_is_refused() {
        let good = pack(numbers(63).into_iter());
        for bad in [
            Packed(good.0, good.1, good.2[1..].to_owned()),
            Packed(good.0, good.1, format!("{}A", good.2)),
            Packed(good.0, good.1, good.2.replacen('A', "é", 1)),
            Packed(-1, good.1, good.2.clone()),
            Packed(i64::MAX, good.1, good.2.clone()),
            Packed(good.0, 200, good.2.clone()),
        ] {
            assert_eq!(unpack(&bad), None, "{bad:?}");
        }
        assert_eq!(Replicates::unpack(&[]), None);
        assert_eq!(Replicates::unpack(&vec![good; 8]), None);
    }
}
