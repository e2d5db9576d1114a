//! Random draws that follow from a seed.

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// A stream of its own for each thing that is drawn, named by what it is for and by the repetition.
pub(crate) fn stream(name: &str, repetition: u32) -> Xoshiro256PlusPlus {
    // FNV-1a.
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    Xoshiro256PlusPlus::seed_from_u64(hash ^ u64::from(repetition).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// A number from 0 to 1.
pub(crate) fn uniform(random: &mut impl Rng) -> f64 {
    random.r#gen()
}

/// The place of one of several shares that add up to one.
pub(crate) fn pick(shares: &[f64], random: &mut impl Rng) -> usize {
    let mut left = uniform(random);
    let found = shares.iter().position(|share| {
        left -= share;
        left < 0.0
    });
    found.unwrap_or(shares.len().saturating_sub(1))
}

/// How many of `n` rows fall to each of several shares.
pub(crate) fn multinomial<const K: usize>(n: u64, shares: [f64; K], random: &mut impl Rng) -> [u64; K] {
    let mut counts = [0; K];
    for _ in 0..n {
        if let Some(count) = counts.get_mut(pick(&shares, random)) {
            *count += 1;
        }
    }
    counts
}

/// A standard normal number (Box and Muller).
pub(crate) fn normal(random: &mut impl Rng) -> f64 {
    let radius = (-2.0 * uniform(random).max(f64::MIN_POSITIVE).ln()).sqrt();
    radius * (std::f64::consts::TAU * uniform(random)).cos()
}
