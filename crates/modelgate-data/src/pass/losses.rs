//! The losses of many rows, each step taken for all of them before the next, so that the processor does several rows at once.

use crate::tables::likelihood;

/// The losses of rows with scores.
#[derive(Debug, Default)]
pub(super) struct Losses {
    /// The squared difference of score and label.
    pub(super) brier: Vec<f64>,
    /// Minus the logarithm of the probability of what is true.
    pub(super) log: Vec<f64>,
}

impl Losses {
    /// Those of rows with these scores, from 0 to 1, and labels; the same bits as one row's.
    pub(super) fn fill(&mut self, scores: &[f64], positive: &[bool]) {
        let Self { brier, log } = self;
        brier.clear();
        log.clear();
        brier.extend(scores.iter().zip(positive).map(|(score, positive)| {
            let error = f64::from(u8::from(*positive)) - score;
            error * error
        }));
        log.extend(scores.iter().zip(positive).map(|(score, positive)| likelihood(*score, *positive)));
        for log in log {
            *log = -logarithm(*log);
        }
    }
}

/// The natural logarithm of a positive number that is neither subnormal, infinite nor one: `libm::log` to the last bit, without
/// its branches. The way of FreeBSD's `e_log.c`: the number is 2^k x (1 + f) with 1 + f from half the root of two to the root of
/// two, and log(1 + f) a polynomial in s = f / (2 + f).
#[inline]
fn logarithm(number: f64) -> f64 {
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const LG: [f64; 7] = [
        6.666_666_666_666_735e-1,
        3.999_999_999_940_942e-1,
        2.857_142_874_366_239e-1,
        2.222_219_843_214_978_4e-1,
        1.818_357_216_161_805e-1,
        1.531_383_769_920_937_3e-1,
        1.479_819_860_511_658_6e-1,
    ];
    /// The upper half of the bits of half the root of two, and of one.
    const HALF_ROOT: u64 = 0x3fe6_a09e << 32;
    const ONE: u64 = 0x3ff0_0000 << 32;
    /// An exponent set in the fraction of this number is added to it.
    const WHOLE: f64 = 4_503_599_627_370_496.0;
    let bits = number.to_bits() + (ONE - HALF_ROOT);
    let exponent = f64::from_bits(WHOLE.to_bits() | (bits >> 52)) - (WHOLE + 1_023.0);
    let f = f64::from_bits((bits & ((1 << 52) - 1)) + HALF_ROOT) - 1.0;
    let half_square = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w * (LG[1] + w * (LG[3] + w * LG[5]));
    let odd = z * (LG[0] + w * (LG[2] + w * (LG[4] + w * LG[6])));
    let rest = odd + even;
    s * (half_square + rest) + exponent * LN2_LOW - half_square + f + exponent * LN2_HIGH
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::losses_of;

    #[test]
    fn many_rows_have_the_losses_of_one() {
        let mut scores = vec![0.0, 1.0, 0.5, f64::EPSILON, f64::EPSILON / 2.0, 1.0 - f64::EPSILON, 5e-324, 0.1, -0.0];
        scores.extend([std::f64::consts::FRAC_1_SQRT_2, std::f64::consts::SQRT_2 / 4.0]);
        let mut bits = 1_u64;
        for row in 0..100_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let uniform = (bits >> 11) as f64 / (1_u64 << 53) as f64;
            scores.push(if row % 2 == 0 { uniform } else { uniform * uniform * uniform * uniform * 1e-9 });
        }
        let mut losses = Losses::default();
        for positive in [false, true] {
            losses.fill(&scores, &vec![positive; scores.len()]);
            for ((score, brier), log) in scores.iter().zip(&losses.brier).zip(&losses.log) {
                let (one_brier, one_log) = losses_of(*score, positive);
                assert_eq!((brier.to_bits(), log.to_bits()), (one_brier.to_bits(), one_log.to_bits()), "{score:e} {positive}");
            }
        }
    }
}
