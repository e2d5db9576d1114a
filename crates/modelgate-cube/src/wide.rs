//! Exact sums of numbers of any usual size: fixed-point numbers with 160 fractional bits in 384.

use std::ops::{Add, AddAssign, Neg, Sub};

/// The number of 64-bit limbs, the lowest first, in two's complement.
const LIMBS: usize = 6;

/// The number of bits behind the point.
const FRACTION: i32 = 160;

/// A number with 160 fractional bits in 384: a step of 6.8e-49 and a range of about ±1.3e67.
///
/// The unit of a regression's target is its user's, so that squares and fourth powers of errors span far more than
/// [`crate::Fixed`] holds. Sums of these are exact for weights up to 10,000 and fourth powers of numbers up to 1e11 over 2^40
/// rows, and for squares of numbers down to 1e-16; readers refuse larger numbers. Adding does not depend on order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Wide([u64; LIMBS]);

impl Wide {
    /// Zero.
    pub const ZERO: Self = Self([0; LIMBS]);

    /// The number itself where it is a multiple of the step; smaller parts are cut off. What is no finite number is zero
    /// (callers check for it first), and what lies beyond the range is its end.
    #[must_use]
    pub fn from_f64(value: f64) -> Self {
        let (mantissa, exponent) = parts_of(value);
        Self::placed(value < 0.0, u128::from(mantissa), exponent)
    }

    /// The exact product of two numbers, to the step.
    #[must_use]
    pub fn product(one: f64, two: f64) -> Self {
        let ((m, e), (n, f)) = (parts_of(one), parts_of(two));
        Self::placed((one < 0.0) != (two < 0.0), u128::from(m) * u128::from(n), e + f)
    }

    /// `magnitude * 2^exponent`.
    fn placed(negative: bool, magnitude: u128, exponent: i32) -> Self {
        let shift = exponent + FRACTION;
        let bits = 128 - magnitude.leading_zeros();
        if shift <= -128 || magnitude == 0 {
            return Self::ZERO;
        }
        let limit = i32::try_from(LIMBS * 64).unwrap_or(i32::MAX) - 1;
        let found = if shift.saturating_add_unsigned(bits) > limit {
            let mut largest = [u64::MAX; LIMBS];
            largest[LIMBS - 1] >>= 1;
            Self(largest)
        } else if shift <= 0 {
            Self::shifted(magnitude >> shift.unsigned_abs(), 0)
        } else {
            Self::shifted(magnitude, shift.unsigned_abs())
        };
        if negative { -found } else { found }
    }

    /// `magnitude << shift`, which must fit.
    fn shifted(magnitude: u128, shift: u32) -> Self {
        let (limb, bits) = ((shift / 64) as usize, shift % 64);
        let low = magnitude << bits;
        let high = if bits == 0 { 0 } else { magnitude >> (128 - bits) };
        let mut limbs = [0; LIMBS];
        for (place, part) in [lower(low), lower(low >> 64), lower(high)].into_iter().enumerate() {
            if let Some(slot) = limbs.get_mut(limb + place) {
                *slot = part;
            }
        }
        Self(limbs)
    }

    fn is_negative(&self) -> bool {
        self.0[LIMBS - 1] >> 63 == 1
    }

    /// The nearest `f64`.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        let magnitude = if self.is_negative() { (-self).0 } else { self.0 };
        let Some(top) = magnitude.iter().rposition(|limb| *limb != 0) else { return 0.0 };
        let limb = |place: Option<usize>| place.and_then(|place| magnitude.get(place)).copied().unwrap_or(0);
        let (high, low, rest) = (limb(Some(top)), limb(top.checked_sub(1)), limb(top.checked_sub(2)));
        // The top 128 bits, with a last bit that says whether anything follows, so that rounding is done once.
        let zeros = high.leading_zeros();
        let joined = (u128::from(high) << 64) | u128::from(low);
        let leading = if zeros == 0 { joined } else { (joined << zeros) | u128::from(rest >> (64 - zeros)) };
        let exponent = i32::try_from(top * 64).unwrap_or(i32::MAX) - 64 - zeros.cast_signed() - FRACTION;
        let value = scaled((leading | 1) as f64, exponent);
        if self.is_negative() { -value } else { value }
    }

    /// The number as the sum of two: the nearest `f64`, and the nearest one to what that leaves.
    #[must_use]
    pub fn to_pair(self) -> (f64, f64) {
        let nearest = self.to_f64();
        (nearest, (self - Self::from_f64(nearest)).to_f64())
    }

    /// The number in hexadecimal digits of two's complement, the highest first, without what the sign repeats.
    #[must_use]
    pub fn to_hex(self) -> String {
        let sign = if self.is_negative() { "-" } else { "" };
        let magnitude = if self.is_negative() { -self } else { self };
        let digits = magnitude.0.map(|limb| format!("{limb:016x}"));
        let joined: String = digits.iter().rev().map(String::as_str).collect();
        let digits = joined.trim_start_matches('0');
        format!("{sign}{}", if digits.is_empty() { "0" } else { digits })
    }

    /// Reads what [`Wide::to_hex`] writes; `None` for anything else.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let valid = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
        if digits.is_empty() || digits.len() > LIMBS * 16 || !digits.bytes().all(valid) {
            return None;
        }
        let mut limbs = [0; LIMBS];
        let bytes = digits.as_bytes();
        for (slot, chunk) in limbs.iter_mut().zip(bytes.rchunks(16)) {
            *slot = u64::from_str_radix(std::str::from_utf8(chunk).ok()?, 16).ok()?;
        }
        let found = Self(limbs);
        (!found.is_negative()).then_some(if negative { -found } else { found })
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is what is asked for")]
fn lower(bits: u128) -> u64 {
    bits as u64
}

/// The mantissa and the exponent of a finite number's size; nothing of any other.
fn parts_of(value: f64) -> (u64, i32) {
    const MANTISSA: u64 = (1 << 52) - 1;
    if !value.is_finite() {
        return (0, 0);
    }
    let bits = value.to_bits();
    let (fraction, exponent) = (bits & MANTISSA, i32::try_from((bits >> 52) & 0x7ff).unwrap_or_default());
    if exponent == 0 { (fraction, -1_074) } else { (fraction | (MANTISSA + 1), exponent - 1_075) }
}

/// `value * 2^exponent`, for results that are normal numbers.
fn scaled(value: f64, exponent: i32) -> f64 {
    libm::ldexp(value, exponent)
}

impl Add for Wide {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let mut sum = [0; LIMBS];
        let mut carry = false;
        for (slot, (one, two)) in sum.iter_mut().zip(self.0.iter().zip(&other.0)) {
            let (part, first) = one.overflowing_add(*two);
            let (part, second) = part.overflowing_add(u64::from(carry));
            *slot = part;
            carry = first || second;
        }
        Self(sum)
    }
}

impl Neg for Wide {
    type Output = Self;

    fn neg(self) -> Self {
        let mut one = [0; LIMBS];
        one[0] = 1;
        Self(self.0.map(|limb| !limb)) + Self(one)
    }
}

impl Sub for Wide {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl AddAssign for Wide {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::float_cmp, clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn numbers_of_any_size_come_back() {
        for value in [0.0, 1.0, -1.0, 0.1, -3.5e-12, 1e22, -7.25e44, 1e-30, 123_456_789.123, 2.0_f64.powi(-160)] {
            let wide = Wide::from_f64(value);
            assert_eq!(wide.to_f64(), value);
            assert_eq!(Wide::from_hex(&wide.to_hex()), Some(wide), "{value}");
        }
        assert_eq!(Wide::from_f64(f64::NAN), Wide::ZERO);
        assert!(Wide::from_f64(1e300).to_f64() > 1e67 && Wide::from_f64(-1e300).to_f64() < -1e67);
    }

    #[test]
    fn sums_do_not_depend_on_order_and_lose_nothing() {
        let values = [1e22, 0.1, -1e22, 1e-20, 3.0, -1e-20];
        let sum = |values: &[f64]| values.iter().fold(Wide::ZERO, |sum, value| sum + Wide::from_f64(*value));
        let mut backward = values;
        backward.reverse();
        assert_eq!(sum(&values), sum(&backward));
        assert_eq!(sum(&values).to_f64(), 3.1);
    }

    #[test]
    fn products_are_exact() {
        let (a, b) = (1.0 + f64::EPSILON, 1.0 - f64::EPSILON);
        let (nearest, rest) = Wide::product(a, b).to_pair();
        assert_eq!((nearest, rest), (1.0, -f64::EPSILON * f64::EPSILON));
        assert_eq!(Wide::product(-3.0, 0.5).to_f64(), -1.5);
        assert_eq!(Wide::product(-1e11, -1e11), Wide::from_f64(1e22));
    }

    #[test]
    fn what_no_number_is_written_as_is_refused() {
        for bad in ["", "-", "xyz", "1.0", "+1", "A", &"f".repeat(96), &"1".repeat(97)] {
            assert_eq!(Wide::from_hex(bad), None, "{bad}");
        }
        assert_eq!(Wide::from_hex("-0").unwrap(), Wide::ZERO);
    }
}
