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
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "a float-to-int cast saturates, which is what is documented")]
    pub fn from_f64(value: f64) -> Self {
        Self((value * SCALE).round() as i128)
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
    fn counts_are_exact() {
        assert!((Fixed::from_count(7).to_f64() - 7.0).abs() < f64::EPSILON);
        assert_eq!(Fixed::from_count(7), Fixed::from_f64(7.0));
    }
}
