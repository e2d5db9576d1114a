//! How often each bucket is drawn in each replicate.

use std::sync::LazyLock;

use super::{BUCKETS, REPLICATE_SALT, REPLICATES};

/// The cumulative Poisson distribution of mean one, times 2^64, rounded down: no floating point, so that every machine
/// draws the same numbers.
const CUMULATIVE: [u64; 20] = [
    0x5e2d_58d8_b3bc_df1a,
    0xbc5a_b1b1_6779_be35,
    0xeb71_5e1d_c158_2dc2,
    0xfb23_9797_34a2_52f1,
    0xff10_25f5_9174_dc3d,
    0xffd9_0f3b_a405_5e19,
    0xfffa_8b71_fc72_c913,
    0xffff_540c_0914_b3c9,
    0xffff_ed1f_4aa8_f120,
    0xffff_fe21_6e64_1462,
    0xffff_ffd4_d85d_3183,
    0xffff_fffc_6da2_62b4,
    0xffff_ffff_ba12_d178,
    0xffff_ffff_fb07_c64c,
    0xffff_ffff_ffab_8ea5,
    0xffff_ffff_fffa_be22,
    0xffff_ffff_ffff_b11a,
    0xffff_ffff_ffff_fba1,
    0xffff_ffff_ffff_ffc5,
    0xffff_ffff_ffff_fffd,
];

static WEIGHTS: LazyLock<Vec<[u8; REPLICATES]>> =
    LazyLock::new(|| (0..BUCKETS).map(|bucket| std::array::from_fn(|replicate| draw(bucket, replicate as u64))).collect());

/// How often a bucket is drawn in each replicate: independent Poisson(1) numbers. Buckets beyond the last start again.
#[must_use]
pub fn poisson_weights(bucket: u16) -> &'static [u8; REPLICATES] {
    &WEIGHTS[usize::from(bucket % BUCKETS)]
}

fn draw(bucket: u16, replicate: u64) -> u8 {
    let uniform = mixed(REPLICATE_SALT ^ mixed((u64::from(bucket) << 32) | replicate));
    CUMULATIVE.iter().map(|below| u8::from(uniform >= *below)).sum()
}

/// The output function of splitmix64 (Steele, Lea and Flood 2014), one step on.
fn mixed(state: u64) -> u64 {
    let mut bits = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_never_change() {
        // Stored replicates are compared with those of later releases: other numbers would unpair them silently.
        assert_eq!(poisson_weights(0)[..12], [1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 0]);
        assert_eq!(poisson_weights(1_023)[..12], [1, 1, 1, 1, 2, 1, 1, 0, 1, 2, 0, 2]);
        assert_eq!(poisson_weights(BUCKETS), poisson_weights(0));
    }

    #[test]
    fn the_numbers_have_mean_and_variance_one_and_buckets_do_not_move_together() {
        let n = f64::from(BUCKETS) * REPLICATES as f64;
        let all = || (0..BUCKETS).flat_map(|bucket| poisson_weights(bucket).iter().map(|weight| f64::from(*weight)));
        let mean = all().sum::<f64>() / n;
        let variance = all().map(|weight| (weight - mean).powi(2)).sum::<f64>() / n;
        assert!((mean - 1.0).abs() < 4.0 / n.sqrt(), "{mean}");
        assert!((variance - 1.0).abs() < 4.0 * (3.0 / n).sqrt(), "{variance}");
        let next: f64 = (0..BUCKETS)
            .flat_map(|bucket| poisson_weights(bucket).iter().zip(poisson_weights(bucket + 1)))
            .map(|(one, two)| (f64::from(*one) - 1.0) * (f64::from(*two) - 1.0))
            .sum();
        assert!((next / n).abs() < 4.0 / n.sqrt(), "{next}");
    }
}
