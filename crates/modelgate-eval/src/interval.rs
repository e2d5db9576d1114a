//! Intervals for proportions, ratios and changes, in closed form or by bisection, from counts alone.

use statrs::distribution::{ContinuousCDF, Gamma, Normal, StudentsT};

use crate::{Interval, Method, exact};

/// The two-sided standard normal quantile for a confidence level, such as 1.96 for 0.95.
#[must_use]
pub(crate) fn z_of(confidence_level: f64) -> f64 {
    Normal::standard().inverse_cdf(f64::midpoint(1.0, confidence_level))
}

/// How far beyond a limit the truth would have to lie for the whole interval to lie beyond it with 80 % power, given
/// the interval that these rows give: the normal approximation (z + 0.84) times the standard error.
#[must_use]
pub fn detectable(interval: &Interval, confidence_level: f64) -> f64 {
    /// The standard normal quantile of 0.8.
    const POWER: f64 = 0.841_621_233_572_914_3;
    let z = z_of(confidence_level);
    (z + POWER) * (interval.upper - interval.lower) / (2.0 * z)
}

/// Wilson's score interval for a proportion `p` of `n` rows; `n` may be an effective sample size.
///
/// Wilson (1927); statsmodels `proportion_confint(method="wilson")`.
pub(crate) fn wilson(p: f64, n: f64, z: f64) -> Interval {
    let squared = z * z;
    let middle = (p + squared / (2.0 * n)) / (1.0 + squared / n);
    let half = z / (1.0 + squared / n) * (p * (1.0 - p) / n + squared / (4.0 * n * n)).max(0.0).sqrt();
    // At the ends the bound is the end itself; rounding must not push it off.
    let lower = if p <= 0.0 { 0.0 } else { (middle - half).max(0.0) };
    let upper = if p >= 1.0 { 1.0 } else { (middle + half).min(1.0) };
    Interval { lower, upper, method: Method::Wilson }
}

/// The interval of a proportion `p` of `n` rows, which may be an effective sample size: Wilson's score interval, and where
/// few rows are hits or few are not, the wider of it and the exact mid-p interval. Wilson's covers as little as 84 % there,
/// the mid-p interval little more than 92 %, and the wider of the two 93 % and more from 20 rows on.
pub(crate) fn proportion(p: f64, n: f64, z: f64) -> Interval {
    /// With more hits and misses than this the two intervals differ by less than what either leaves out.
    const FEW: f64 = 30.0;
    let score = wilson(p, n, z);
    if n * p.min(1.0 - p) > FEW {
        return score;
    }
    let Some((lower, upper)) = exact::mid_p(p * n, n, z) else { return score };
    Interval { lower: score.lower.min(lower), upper: score.upper.max(upper), method: Method::WilsonOrExact }
}

/// The interval of a mean of losses that cannot be negative, from its standard error: the means whose own standard error,
/// in proportion to them, puts the observed one within Student's quantile. Losses are skewed, and a mean that happens to be
/// small comes with an error that is too small; the normal interval covers 63 % at worst in 10 rows, this one 91 %. Open
/// above where the error is as large as the mean.
pub(crate) fn scaled_mean(mean: f64, error: f64, degrees: f64, z: f64) -> Option<Interval> {
    let share = if error > 0.0 { student(degrees, z) * error / mean } else { 0.0 };
    let upper = if share < 1.0 { mean / (1.0 - share) } else { f64::INFINITY };
    share.is_finite().then(|| Interval { lower: mean / (1.0 + share), upper, method: Method::ScaledMoments })
}

/// The upper end of a mean loss whose error is about as large as it is, which [`scaled_mean`] leaves open above: as if it came from
/// losses of one size, of which the mean and its error tell the size and how many there were (Fay and Feuer 1997, with the mean
/// size in place of the largest one). With one loss among many rows it is 5.6 times the mean.
pub(crate) fn few_losses(mean: f64, error: f64, z: f64) -> f64 {
    let size = error * error / mean;
    let level = Normal::standard().cdf(z);
    size * Gamma::new(mean / size + 1.0, 1.0).map_or(f64::INFINITY, |count| count.inverse_cdf(level))
}

/// The interval of a mean with Student's quantile and the error as observed. Too narrow in few rows where the values are skewed.
pub(crate) fn student_mean(mean: f64, error: f64, degrees: f64, z: f64) -> Interval {
    let half = student(degrees, z) * error;
    Interval { lower: mean - half, upper: mean + half, method: Method::Moments }
}

/// Student's two-sided quantile at the level of a normal one.
pub(crate) fn student(degrees: f64, z: f64) -> f64 {
    /// With more degrees of freedom than this the normal quantile is the same to three digits.
    const MANY: f64 = 1_000.0;
    if degrees > MANY {
        return z;
    }
    StudentsT::new(0.0, 1.0, degrees).map_or(z, |student| student.inverse_cdf(Normal::standard().cdf(z)))
}

/// A value with its interval.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ranged {
    pub(crate) value: f64,
    pub(crate) lower: f64,
    pub(crate) upper: f64,
}

/// The interval of `candidate - baseline` for independent sides: each end adds the squared distances that the sides
/// can move in its direction (Zou and Donner 2008). With Wilson intervals it is Newcombe's (1998, method 10). Where the
/// sides share rows, and so are positively correlated, it is wider than it needs to be.
pub(crate) fn difference(candidate: Ranged, baseline: Ranged) -> Interval {
    let delta = candidate.value - baseline.value;
    let down = (candidate.value - candidate.lower).hypot(baseline.upper - baseline.value);
    let up = (candidate.upper - candidate.value).hypot(baseline.value - baseline.lower);
    Interval { lower: delta - down, upper: delta + up, method: Method::SquareAndAdd }
}

/// Successes among rows; both may be effective (weighted) sizes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Successes {
    pub(crate) hits: f64,
    pub(crate) n: f64,
}

impl Successes {
    /// Their share, with the interval of a proportion.
    pub(crate) fn ranged(self, z: f64) -> Ranged {
        let value = self.hits / self.n;
        let interval = proportion(value, self.n, z);
        Ranged { value, lower: interval.lower, upper: interval.upper }
    }
}

/// The score interval for the ratio `p1 / p0` of two independent proportions; defined with zero hits, where the
/// logarithmic (Katz) interval is not. The upper end is infinite where the reference has no hits.
///
/// Miettinen and Nurminen (1985): Koopman's statistic (1984) with their variance factor `N / (N - 1)`. Towards zero it leaves out
/// too much where there are hardly any hits, as Wilson's interval does: with three or fewer, the end is the farther one of it
/// and [`ratio_of_parts`].
pub(crate) fn ratio_score(group: Successes, reference: Successes, z: f64) -> Interval {
    let estimate = if reference.hits > 0.0 { (group.hits / group.n) / (reference.hits / reference.n) } else { f64::INFINITY };
    let excess = |ratio: f64| score_statistic(group, reference, ratio) - z * z;
    let lower = if group.hits <= 0.0 { 0.0 } else { bisect(&excess, 0.0, estimate, false) };
    let upper = if reference.hits <= 0.0 { f64::INFINITY } else { upper_end(&excess, estimate) };
    let parts = ratio_of_parts(group.ranged(z), reference.ranged(z));
    Interval {
        lower: if group.hits <= HARDLY_ANY { lower.min(parts.0) } else { lower },
        upper: if reference.hits <= HARDLY_ANY { upper.max(parts.1) } else { upper },
        method: Method::MiettinenNurminen,
    }
}

/// So few hits that the score interval of a ratio covers as little as 90 %.
const HARDLY_ANY: f64 = 3.0;

/// The ends of a ratio from the intervals of its parts, each of which moves by its squared distance (Donner and Zou 2012).
fn ratio_of_parts(above: Ranged, below: Ranged) -> (f64, f64) {
    let product = above.value * below.value;
    // Both are squares at most where an interval's end is the value itself.
    let square = |part: &Ranged, end: f64| end * (2.0 * part.value - end);
    let root = |one: f64, other: f64| (product * product - one * other).max(0.0).sqrt();
    let (low, high) = (square(&above, above.lower), square(&below, below.upper));
    let lower = if product > 0.0 { low / (product + root(low, high)) } else { 0.0 };
    let (high, low) = (square(&above, above.upper), square(&below, below.lower));
    let upper = if low > 0.0 { (product + root(high, low)) / low } else { f64::INFINITY };
    (lower, upper)
}

/// The score statistic of the hypothesis `p1 / p0 = ratio`, with the nuisance proportion at its restricted maximum
/// likelihood.
fn score_statistic(group: Successes, reference: Successes, ratio: f64) -> f64 {
    let (n1, n0) = (group.n, reference.n);
    let hits = group.hits + reference.hits;
    // The restricted p1 solves (n) p1^2 - b p1 + r x = 0.
    let a = n1 + n0;
    let b = ratio * (n1 + reference.hits) + group.hits + n0;
    let c = ratio * hits;
    let discriminant = (b * b - 4.0 * a * c).max(0.0).sqrt();
    let p1 = ((b - discriminant) / (2.0 * a)).clamp(0.0, 1.0);
    if p1 >= 1.0 || p1 <= 0.0 {
        return if (group.hits - n1 * p1).abs() < 1e-12 { 0.0 } else { f64::INFINITY };
    }
    let residual = group.hits - n1 * p1;
    let koopman = residual * residual / (n1 * p1 * (1.0 - p1)) * (1.0 + n1 * (ratio - p1) / (n0 * (1.0 - p1)));
    koopman * (a - 1.0).max(1.0) / a
}

fn upper_end(excess: &impl Fn(f64) -> f64, estimate: f64) -> f64 {
    let mut outside = (estimate * 2.0).max(1.0);
    for _ in 0..200 {
        if excess(outside) > 0.0 {
            return bisect(excess, estimate, outside, true);
        }
        outside *= 2.0;
    }
    f64::INFINITY
}

/// Where `excess` crosses zero between `low` and `high`; it is negative inside the interval and positive outside.
pub(crate) fn bisect(excess: &impl Fn(f64) -> f64, mut low: f64, mut high: f64, outside_is_high: bool) -> f64 {
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if (excess(middle) > 0.0) == outside_is_high {
            high = middle;
        } else {
            low = middle;
        }
    }
    f64::midpoint(low, high)
}

/// The `q` quantile of sorted values, linearly interpolated (type 7, numpy's default). `None` where there are none.
pub(crate) fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = q * last as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 <= position <= last")]
    let below = position.floor() as usize;
    let (low, high) = (*sorted.get(below)?, *sorted.get((below + 1).min(last))?);
    Some(low + (high - low) * (position - below as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(interval: Interval, lower: f64, upper: f64) {
        assert!((interval.lower - lower).abs() < 2e-6, "{interval:?}");
        assert!((interval.upper - upper).abs() < 2e-6, "{interval:?}");
    }

    #[test]
    fn wilson_equals_statsmodels() {
        let z = z_of(0.95);
        assert!((z - 1.959_963_984_540_054).abs() < 1e-9);
        close(wilson(0.25, 20.0, z), 0.111_862, 0.468_701);
        close(wilson(0.0, 10.0, z), 0.0, 0.277_533);
        close(wilson(0.1, 10.0, z), 0.017_876_2, 0.404_150_03);
    }

    #[test]
    fn few_hits_or_misses_widen_wilson_s_interval_to_the_exact_one() {
        let z = z_of(0.95);
        // One of ten: Wilson's interval is (0.0179, 0.4042), the mid-p interval (0.0050, 0.4035).
        close(proportion(0.1, 10.0, z), 0.005_001_5, 0.404_150_03);
        close(proportion(0.0, 10.0, z), 0.0, 0.277_533);
        assert_eq!(proportion(0.1, 10.0, z).method, Method::WilsonOrExact);
        assert_eq!(proportion(0.5, 1_000.0, z), wilson(0.5, 1_000.0, z));
    }

    #[test]
    fn student_s_quantile_equals_scipys() {
        let z = z_of(0.95);
        assert!((student(9.0, z) - 2.262_157_16).abs() < 1e-6 && (student(1.0, z) - 12.706_204_7).abs() < 1e-4);
        assert!((student(2_000.0, z) - z).abs() < 1e-12);
    }

    #[test]
    fn a_mean_loss_has_more_room_above_than_below() {
        let z = z_of(0.95);
        let found = scaled_mean(0.2, 0.02, 9.0, z).unwrap_or(wilson(0.5, 1.0, z));
        close(found, 0.2 / 1.226_215_716, 0.2 / 0.773_784_284);
        assert!(scaled_mean(0.2, 0.2, 9.0, z).is_some_and(|interval| interval.upper.is_infinite()));
        assert!(scaled_mean(0.3, 0.0, 9.0, z).is_some_and(|interval| interval.lower >= 0.3 && interval.upper <= 0.3));
        assert!(scaled_mean(0.0, 0.0, 9.0, z).is_some_and(|interval| interval.upper <= 0.0));
    }

    #[test]
    fn one_loss_among_many_rows_may_be_one_of_five_or_six() {
        // scipy.stats.gamma.ppf(0.975, 2) and (0.975, 5), of sizes 0.5 and 0.1.
        assert!((few_losses(0.5, 0.5, z_of(0.95)) - 0.5 * 5.571_643_39).abs() < 1e-6);
        assert!((few_losses(0.4, 0.2, z_of(0.95)) - 0.1 * 10.241_588_7).abs() < 1e-6);
    }

    #[test]
    fn a_difference_of_proportions_equals_newcombe() {
        let z = z_of(0.95);
        let side = |hits: f64, n: f64| {
            let interval = wilson(hits / n, n, z);
            Ranged { value: hits / n, lower: interval.lower, upper: interval.upper }
        };
        close(difference(side(56.0, 70.0), side(48.0, 80.0)), 0.052_431, 0.333_873);
    }

    #[test]
    fn a_ratio_equals_the_published_score_interval() {
        let z = z_of(0.95);
        let ratio = |a, b, c, d| ratio_score(Successes { hits: a, n: b }, Successes { hits: c, n: d }, z);
        close(ratio(30.0, 100.0, 50.0, 100.0), 0.416_459, 0.852_265);
        let none = ratio(0.0, 40.0, 20.0, 40.0);
        assert!(none.lower == 0.0 && none.upper > 0.05 && none.upper < 0.5, "{none:?}");
        assert!(ratio(5.0, 40.0, 0.0, 40.0).upper.is_infinite());
    }

    #[test]
    fn hardly_any_hits_widen_a_ratio_to_that_of_its_parts() {
        let z = z_of(0.95);
        let side = |hits, n| Successes { hits, n };
        // By hand, from 1 of 10 with (0.0050015, 0.4041500) and 5 of 10 with (0.2223, 0.7777): what is left out below is 0.005,
        // where the score interval leaves out 0.03.
        let (group, reference) = (side(1.0, 10.0), side(5.0, 10.0));
        let (one, other) = (group.ranged(z), reference.ranged(z));
        let (p, q) = (0.1, 0.5);
        let lower = (p * q
            - ((p * q) * (p * q) - one.lower * other.upper * (2.0 * p - one.lower) * (2.0 * q - other.upper)).sqrt())
            / (other.upper * (2.0 * q - other.upper));
        let found = ratio_score(group, reference, z);
        assert!((found.lower - lower).abs() < 1e-12 && lower < 0.02, "{found:?} {lower}");
        // Turned around, the other end moves.
        let turned = ratio_score(reference, group, z);
        assert!((turned.upper * found.lower - 1.0).abs() < 1e-9, "{turned:?}");
    }

    #[test]
    fn quantiles_equal_numpy() {
        let values = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(quantile(&values, 0.5), Some(3.0));
        assert_eq!(quantile(&values, 0.25), Some(1.75));
        assert_eq!(quantile(&values, 1.0), Some(8.0));
        assert_eq!(quantile(&[], 0.5), None);
    }
}
