//! Exact intervals of one proportion: what Wilson's score interval gives up where few rows are hits, or few are not.

use statrs::function::beta::checked_beta_reg;

use crate::interval::z_of;
use crate::{Interval, Method};

/// Clopper and Pearson's (1934) interval: the shares that two one-sided binomial tests do not reject. It never covers less
/// than it promises, and usually more; `None` where there are no rows. Both numbers may be effective ones.
///
/// statsmodels `proportion_confint(method="beta")`.
#[must_use]
pub fn clopper_pearson(hits: f64, rows: f64, confidence_level: f64) -> Option<Interval> {
    let counts = Counts::new(hits, rows)?;
    let (lower, upper) = counts.ends(tail_of(z_of(confidence_level)), 1.0);
    Some(Interval { lower, upper, method: Method::ClopperPearson })
}

/// The same with half of the observed count's own probability in each tail (mid-p; Lancaster 1961), which covers about what
/// it promises; `z` is the two-sided standard normal quantile.
pub(crate) fn mid_p(hits: f64, rows: f64, z: f64) -> Option<(f64, f64)> {
    Some(Counts::new(hits, rows)?.ends(tail_of(z), 0.5))
}

/// The probability beyond a standard normal quantile.
fn tail_of(z: f64) -> f64 {
    statrs::function::erf::erfc(z / std::f64::consts::SQRT_2) / 2.0
}

/// Hits among rows.
struct Counts {
    hits: f64,
    misses: f64,
}

impl Counts {
    fn new(hits: f64, rows: f64) -> Option<Self> {
        (rows > 0.0 && rows.is_finite() && (0.0..=rows).contains(&hits)).then_some(Self { hits, misses: rows - hits })
    }

    /// The shares at which as many hits or more, and as few or fewer, have the probability `tail`; the observed count's own
    /// probability counts with this share of it.
    fn ends(&self, tail: f64, own: f64) -> (f64, f64) {
        let lower = if self.hits > 0.0 { solve(|share| self.at_least(share, own) - tail) } else { 0.0 };
        let upper = if self.misses > 0.0 { solve(|share| tail - (1.0 - self.at_least(share, 1.0 - own))) } else { 1.0 };
        (lower, upper)
    }

    /// The probability of as many hits or more, where this share of all rows are hits.
    fn at_least(&self, share: f64, own: f64) -> f64 {
        own * beta(self.hits, self.misses + 1.0, share) + (1.0 - own) * beta(self.hits + 1.0, self.misses, share)
    }
}

/// The regularized incomplete beta function, with its limits where a parameter is zero.
fn beta(a: f64, b: f64, x: f64) -> f64 {
    match (a > 0.0, b > 0.0) {
        (false, _) => 1.0,
        (true, false) => 0.0,
        (true, true) => checked_beta_reg(a, b, x).unwrap_or(0.0),
    }
}

/// Where an increasing function of a share crosses zero.
fn solve(excess: impl Fn(f64) -> f64) -> f64 {
    /// Beyond the precision of a share that anybody prints.
    const HALVINGS: u32 = 44;
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if excess(middle) > 0.0 { high = middle } else { low = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn close(found: (f64, f64), lower: f64, upper: f64) {
        assert!((found.0 - lower).abs() < 2e-6 && (found.1 - upper).abs() < 2e-6, "{found:?} is not ({lower}, {upper})");
    }

    #[test]
    fn clopper_and_pearson_s_interval_equals_statsmodels() {
        let of = |hits, rows| clopper_pearson(hits, rows, 0.95).map(|interval| (interval.lower, interval.upper)).unwrap();
        close(of(0.0, 10.0), 0.0, 0.308_497);
        close(of(10.0, 10.0), 0.691_503, 1.0);
        // proportion_confint(5, 20, method="beta"), (1, 1) and (300, 1000)
        close(of(5.0, 20.0), 0.086_571_46, 0.491_045_87);
        close(of(1.0, 1.0), 0.025, 1.0);
        close(of(300.0, 1_000.0), 0.271_721_11, 0.329_461_68);
    }

    #[test]
    fn the_mid_p_interval_equals_the_sums_of_binomial_probabilities() {
        let z = z_of(0.95);
        // scipy: binom.sf(x, n, p) + binom.pmf(x, n, p) / 2 = 0.025, and binom.cdf(x - 1, n, p) + binom.pmf(x, n, p) / 2 = 0.025.
        close(mid_p(1.0, 10.0, z).unwrap(), 0.005_001_48, 0.403_476_16);
        close(mid_p(5.0, 20.0, z).unwrap(), 0.097_860_08, 0.470_223_8);
        // Without a hit, half of (1 - p)^n is the tail.
        close(mid_p(0.0, 10.0, z).unwrap(), 0.0, 1.0 - 0.05_f64.powf(0.1));
    }

    #[test]
    fn effective_numbers_of_rows_lie_between_whole_ones() {
        let z = z_of(0.95);
        let (below, between, above) = (mid_p(2.0, 20.0, z).unwrap(), mid_p(2.5, 20.0, z).unwrap(), mid_p(3.0, 20.0, z).unwrap());
        assert!(below.0 < between.0 && between.0 < above.0 && below.1 < between.1 && between.1 < above.1);
    }

    #[test]
    fn what_is_no_number_of_rows_has_no_interval() {
        for (hits, rows) in [(0.0, 0.0), (3.0, 2.0), (-1.0, 2.0), (f64::NAN, 2.0), (0.0, f64::INFINITY), (0.0, f64::NAN)] {
            assert_eq!(clopper_pearson(hits, rows, 0.95), None);
        }
    }
}
