//! Sums that do not depend on the order of their terms: fixed-point numbers with 64 fractional bits.

use std::ops::{Add, AddAssign};

/// A number with 64 fractional bits in 128: a step of 5.4e-20 and a range of about ±9.2e18.
///
/// Adding `f64`s gives other last bits in another order; adding these does not, so shards, threads and row order
/// cannot change a byte of a result. Sums beyond the range saturate; readers bound weights so that it is not reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Fixed(i128);

/// 2^64, the scale of the fixed-point numbers.
const SCALE: f64 = 18_446_744_073_709_551_616.0;

impl Fixed {
    /// Zero.
    pub const ZERO: Self = Self(0);

    /// The nearest fixed-point number to `value`; NaN becomes zero (callers check for it first).
    ///
    /// Halves go away from zero, as with `f64::round`. Made of the number's own bits: it is done several times a row.
    #[must_use]
    pub fn from_f64(value: f64) -> Self {
        const FRACTION: u64 = (1 << 52) - 1;
        // The exponent of a number whose last bit is worth 2^-64.
        const EVEN: u64 = 1_023 + 52 - 64;
        let bits = value.to_bits();
        let (fraction, exponent) = (bits & FRACTION, (bits >> 52) & 0x7ff);
        let whole = i128::from(fraction | (1 << 52));
        let magnitude = if exponent >= EVEN {
            match exponent - EVEN {
                // From 2^63 on, and infinite.
                shift if shift > 127 - 53 => return Self::beyond(value),
                shift => whole << shift,
            }
        } else {
            // Less than half a step becomes zero; so do subnormal numbers, whose first bit is not a one.
            match EVEN - exponent {
                shift if shift > 53 => 0,
                shift => (whole + (1 << (shift - 1))) >> shift,
            }
        };
        Self(if value.is_sign_negative() { -magnitude } else { magnitude })
    }

    /// The end of the range that a number lies beyond; zero for what is no number.
    #[cold]
    fn beyond(value: f64) -> Self {
        match (value.is_nan(), value.is_sign_negative()) {
            (true, _) => Self(0),
            (false, false) => Self(i128::MAX),
            (false, true) => Self(i128::MIN),
        }
    }

    /// The number `count`, exactly.
    #[must_use]
    pub fn from_count(count: u64) -> Self {
        Self(i128::from(count) << 64)
    }

    /// The nearest `f64`.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / SCALE
    }

    /// The raw 128 bits, for storage.
    #[must_use]
    pub fn to_bits(self) -> i128 {
        self.0
    }

    /// The number with these raw 128 bits.
    #[must_use]
    pub fn from_bits(bits: i128) -> Self {
        Self(bits)
    }
}

/// Sums of a few numbers each that are added together, row by row: equal to as many sums of [`Fixed`], and made faster.
///
/// Every number is cut into its whole 2^-32ths and the 2^-64ths that are left, which are added apart as machine words; no step
/// of it depends on what the numbers are, so that several are done at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SmallSums<const N: usize> {
    high: [u64; N],
    low: [u64; N],
}

impl<const N: usize> Default for SmallSums<N> {
    fn default() -> Self {
        Self { high: [0; N], low: [0; N] }
    }
}

/// Numbers from zero to below this can be added to [`SmallSums`].
pub const MOST_OF_SMALL: f64 = 2_048.0;

/// How many numbers can be added to [`SmallSums`] before its words could run over.
pub const MOST_SMALL_ROWS: usize = 1 << 21;

impl<const N: usize> SmallSums<N> {
    /// Adds a row of numbers, each from zero to below [`MOST_OF_SMALL`].
    #[inline]
    pub fn add_row(&mut self, row: [f64; N]) {
        for ((high_sum, low_sum), number) in self.high.iter_mut().zip(&mut self.low).zip(row) {
            let (high, low) = words(number);
            *high_sum = high_sum.wrapping_add(high);
            *low_sum = low_sum.wrapping_add(low);
        }
    }

    /// The sums so far.
    #[must_use]
    pub fn sums(&self) -> [Fixed; N] {
        std::array::from_fn(|place| Fixed((i128::from(self.high[place]) << 32) + i128::from(self.low[place])))
    }
}

/// A number as its whole 2^-32ths and the nearest number of 2^-64ths that are left, a half going up.
#[inline]
fn words(number: f64) -> (u64, u64) {
    /// Where the last bit of an `f64` is worth one: what is added to it is rounded to whole numbers, halves to even ones.
    const WHOLE: f64 = 4_503_599_627_370_496.0;
    const UNIT: f64 = 4_294_967_296.0;
    let scaled = number * UNIT;
    let nearest = (scaled + WHOLE) - WHOLE;
    let below = nearest - if nearest > scaled { 1.0 } else { 0.0 };
    let left = (scaled - below) * UNIT;
    let nearest = (left + WHOLE) - WHOLE;
    let nearest = nearest + if left - nearest >= 0.5 { 1.0 } else { 0.0 };
    let bits = |whole: f64| (whole + WHOLE).to_bits() & ((1 << 52) - 1);
    (bits(below), bits(nearest))
}

impl Add for Fixed {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Fixed {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_do_not_depend_on_order() {
        let values = [0.1, 1e9, -3.3e-7, 36.04, 0.2];
        let forward = values.iter().fold(Fixed::ZERO, |sum, value| sum + Fixed::from_f64(*value));
        let backward = values.iter().rev().fold(Fixed::ZERO, |sum, value| sum + Fixed::from_f64(*value));
        assert_eq!(forward, backward);
        assert!((forward.to_f64() - values.iter().sum::<f64>()).abs() < 1e-6);
    }

    #[test]
    #[expect(clippy::cast_possible_truncation, reason = "a float-to-int cast saturates, as this type does")]
    fn numbers_become_the_nearest_one_whatever_their_size() {
        let by_rounding = |value: f64| Fixed((value * SCALE).round() as i128);
        let mut values = vec![0.0, -0.0, 1.0, -1.0, 0.5, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN];
        values.extend([f64::MIN_POSITIVE, 5e-324, 9.2e18, 9.223_372_036_854_776e18, 9.3e18, -9.3e18, 1e300]);
        // Half a step, a little less, and a step and a half.
        let step = 1.0 / SCALE;
        values.extend([step / 2.0, -step / 2.0, step * 0.499, step * 1.5, step * 2.5, step / 4.0, step * 0.75]);
        let mut bits = 1_u64;
        for _ in 0..20_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let exponent = (bits >> 32) % 140 + 950;
            values.push(f64::from_bits((bits >> 12) & ((1 << 52) - 1) | (exponent << 52) | (bits & (1 << 63))));
        }
        for value in values {
            assert_eq!(Fixed::from_f64(value), by_rounding(value), "{value:e}");
            if (0.0..MOST_OF_SMALL).contains(&value) {
                let mut sums = SmallSums::default();
                sums.add_row([value]);
                assert_eq!(sums.sums(), [Fixed::from_f64(value)], "{value:e}");
            }
        }
    }

    #[test]
    fn small_sums_are_those_of_fixed_point_numbers_up_to_as_many_rows_as_they_hold() {
        let most = MOST_OF_SMALL - MOST_OF_SMALL * f64::EPSILON;
        let (mut sums, mut expected) = (SmallSums::default(), [Fixed::ZERO; 2]);
        for row in 0..MOST_SMALL_ROWS {
            let numbers = [most, 1.0 / (row as f64 + 3.0)];
            sums.add_row(numbers);
            for (sum, number) in expected.iter_mut().zip(numbers) {
                *sum += Fixed::from_f64(number);
            }
        }
        assert_eq!(sums.sums(), expected);
    }

    #[test]
    fn counts_are_exact() {
        assert!((Fixed::from_count(7).to_f64() - 7.0).abs() < f64::EPSILON);
        assert_eq!(Fixed::from_count(7), Fixed::from_f64(7.0));
    }
}
