//! Whether one proportion exceeds that of other rows by more than a margin: the score test of two independent proportions.

use statrs::distribution::{ContinuousCDF, Normal};

use crate::interval::Successes;

/// The one-sided p-value of "the group's proportion exceeds the others' by at most `margin`", for a margin in [0, 1).
///
/// Miettinen and Nurminen (1985) with their variance factor: the proportions that the statistic's variance is made of are
/// the most likely ones among those that differ by the margin (Farrington and Manning 1990 give them in closed form). With
/// a margin of zero it is the pooled test.
pub(crate) fn p_beyond(group: Successes, others: Successes, margin: f64) -> f64 {
    let (p1, p2) = (group.hits / group.n, others.hits / others.n);
    let (r1, r2) = most_likely(p1, p2, others.n / group.n, margin);
    let n = group.n + others.n;
    let variance = (r1 * (1.0 - r1) / group.n + r2 * (1.0 - r2) / others.n) * n / (n - 1.0).max(1.0);
    let distance = p1 - p2 - margin;
    let z = distance / variance.max(0.0).sqrt();
    if z.is_finite() { Normal::standard().sf(z) } else { f64::from(u8::from(distance <= 0.0)) }
}

/// The most likely proportions of two samples, of which the second is `ratio` times as large, if the first proportion is
/// the second plus `margin`.
fn most_likely(p1: f64, p2: f64, ratio: f64, margin: f64) -> (f64, f64) {
    let a = 1.0 + ratio;
    let b = -(1.0 + ratio + p1 + ratio * p2 + margin * (ratio + 2.0));
    let c = margin * margin + margin * (2.0 * p1 + ratio + 1.0) + p1 + ratio * p2;
    let d = -p1 * margin * (1.0 + margin);
    let v = (b / (3.0 * a)).powi(3) - b * c / (6.0 * a * a) + d / (2.0 * a);
    let u = ((b / (3.0 * a)).powi(2) - c / (3.0 * a)).max(0.0).sqrt().copysign(v);
    let cosine = if u == 0.0 { 0.0 } else { (v / u.powi(3)).clamp(-1.0, 1.0) };
    let angle = (std::f64::consts::PI + libm::acos(cosine)) / 3.0;
    let first = (2.0 * u * libm::cos(angle) - b / (3.0 * a)).clamp(margin, 1.0);
    (first, (first - margin).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(group: (f64, f64), others: (f64, f64), margin: f64) -> f64 {
        p_beyond(Successes { hits: group.0, n: group.1 }, Successes { hits: others.0, n: others.1 }, margin)
    }

    #[test]
    fn p_values_equal_those_of_the_likelihood_maximized_by_search() {
        // The root of the constrained likelihood's slope by scipy's brentq. statsmodels 0.15 agrees where the margin is 0; beyond it,
        // its proportions are not the most likely ones (0.00194 in the first case).
        for (group, others, margin, expected) in [
            ((30.0, 100.0), (50.0, 400.0), 0.05, 0.002_010_752_917_626_923),
            ((5.0, 40.0), (20.0, 200.0), 0.0, 0.318_636_813_319_495_67),
            ((0.0, 30.0), (0.0, 50.0), 0.05, 0.894_109_574_082_314),
        ] {
            let found = p(group, others, margin);
            assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
        }
        let sure = p((30.0, 30.0), (10.0, 50.0), 0.1);
        assert!((sure / 6.743_710_964_585_098e-10 - 1.0).abs() < 1e-6, "{sure}");
    }

    #[test]
    fn samples_without_any_variance_are_no_finding() {
        assert!(p((0.0, 30.0), (0.0, 50.0), 0.0) >= 0.5);
        assert!(p((30.0, 30.0), (50.0, 50.0), 0.0) >= 0.5);
        assert!(p((30.0, 30.0), (0.0, 50.0), 0.0) < 1e-9);
    }
}
