//! Differences of two proportions of the same rows: Tango's score interval and test, and `McNemar`'s exact test.
//!
//! Only the rows that count on one side alone tell anything about a difference. Both are exact functions of three counts, so
//! that a joint table of two predictions is enough, and neither breaks down where no row changed.

use statrs::distribution::{Binomial, ContinuousCDF, DiscreteCDF, Normal};

use crate::interval::{bisect, z_of};
use crate::{Interval, Method};

/// How the rows of a proportion's denominator changed between two predictions of the same rows.
///
/// All three may be effective (weighted) numbers of rows; negative numbers and flips beyond `rows` are taken as the nearest
/// ones that make sense.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flips {
    /// Rows that count in the candidate and not in the baseline.
    up: f64,
    /// Rows that count in the baseline and not in the candidate.
    down: f64,
    /// All rows of the denominator, changed or not.
    rows: f64,
}

impl Flips {
    /// Flips of `rows` rows: `up` count in the candidate alone, `down` in the baseline alone. `None` where there are no rows
    /// or where one of them is no number.
    #[must_use]
    pub fn new(up: f64, down: f64, rows: f64) -> Option<Self> {
        if !(rows > 0.0 && rows.is_finite() && up.is_finite() && down.is_finite()) {
            return None;
        }
        let up = up.clamp(0.0, rows);
        Some(Self { up, down: down.clamp(0.0, rows - up), rows })
    }

    /// The candidate's proportion minus the baseline's.
    #[must_use]
    pub fn difference(&self) -> f64 {
        (self.up - self.down) / self.rows
    }

    /// The same rows seen from the baseline: the difference with its sign turned. Where a smaller value is a loss, this is
    /// the loss.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self { up: self.down, down: self.up, rows: self.rows }
    }

    /// Tango's (1998) two-sided score interval of the difference; never empty, also where no row changed.
    #[must_use]
    pub fn interval(&self, confidence_level: f64) -> Interval {
        let (lower, upper) = self.ends(z_of(confidence_level));
        Interval { lower, upper, method: Method::Tango }
    }

    /// The one-sided upper bound of the difference at level `1 - alpha`.
    #[must_use]
    pub fn upper_bound(&self, alpha: f64) -> f64 {
        self.ends(Normal::standard().inverse_cdf(1.0 - alpha)).1
    }

    /// The one-sided p-value of "the true difference is at most `margin`", by Tango's score statistic. At a margin of zero
    /// it is `McNemar`'s test without a continuity correction. Small where the difference lies beyond the margin.
    #[must_use]
    pub fn p_beyond(&self, margin: f64) -> f64 {
        Normal::standard().sf(self.score(margin))
    }

    /// `McNemar`'s exact one-sided p-value of "the true difference is at most zero": the probability of as many of the
    /// changed rows or more going up, where each goes up or down by the toss of a coin. One where no row changed. For counts
    /// of rows; effective numbers are rounded.
    #[must_use]
    pub fn p_exact(&self) -> f64 {
        let (up, down) = (whole(self.up), whole(self.down));
        // The tail from `up` on.
        up.checked_sub(1).map_or(1.0, |below| Binomial::new(0.5, up + down).map_or(1.0, |coin| coin.sf(below)))
    }

    /// `McNemar`'s exact two-sided p-value of "no difference": twice the smaller tail, at most one.
    ///
    /// statsmodels `mcnemar(exact=True)`.
    #[must_use]
    pub fn p_exact_two_sided(&self) -> f64 {
        (2.0 * self.p_exact().min(self.reversed().p_exact())).min(1.0)
    }

    /// Tango's score statistic of the hypothesis that the true difference is `difference`: standard normal under it, and
    /// positive where more rows went up. The number of rows going down is at its restricted maximum likelihood.
    fn score(&self, difference: f64) -> f64 {
        let Self { up, down, rows } = *self;
        let excess = up - down - rows * difference;
        let b = (2.0 * rows - up + down) * difference - up - down;
        let c = -down * difference * (1.0 - difference);
        let share_down = ((b * b - 8.0 * rows * c).max(0.0).sqrt() - b) / (4.0 * rows);
        let variance = rows * (2.0 * share_down + difference * (1.0 - difference));
        if variance > 0.0 {
            excess / variance.sqrt()
        } else if excess.abs() <= 1e-12 * rows {
            // No row changed, and no change is asked about.
            0.0
        } else {
            excess.signum() * f64::INFINITY
        }
    }

    /// The differences that lie `z` standard errors away on either side, the standard error being that of each difference.
    fn ends(&self, z: f64) -> (f64, f64) {
        let estimate = self.difference();
        let excess = |difference: f64| self.score(difference).abs() - z;
        (bisect(&excess, -1.0, estimate, false), bisect(&excess, estimate, 1.0, true))
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative; Flips::new clamps")]
fn whole(rows: f64) -> u64 {
    rows.round() as u64
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn flips(up: f64, down: f64, rows: f64) -> Flips {
        Flips::new(up, down, rows).unwrap()
    }

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 2e-6, "{found} is not {expected}");
    }

    #[test]
    fn intervals_equal_the_published_ones() {
        // Tango 1998, table: 1 up, 7 down of 21. The others by R's ratesci::scorepairci(skew = FALSE, bcf = FALSE).
        for (up, down, rows, lower, upper) in [
            (1.0, 7.0, 21.0, -0.517_232, -0.026_003),
            (10.0, 3.0, 100.0, -0.000_766, 0.149_864),
            (0.0, 0.0, 50.0, -0.071_348, 0.071_348),
        ] {
            let interval = flips(up, down, rows).interval(0.95);
            close(interval.lower, lower);
            close(interval.upper, upper);
        }
    }

    #[test]
    fn the_test_at_no_margin_is_mcnemars() {
        // statsmodels mcnemar([[0, 10], [3, 0]], exact=False, correction=False) and exact=True.
        close(2.0 * flips(10.0, 3.0, 100.0).p_beyond(0.0), 0.052_204);
        close(flips(10.0, 3.0, 100.0).p_exact_two_sided(), 0.092_285);
        // Unchanged rows tell nothing about whether there is a difference.
        close(flips(10.0, 3.0, 90_000.0).p_beyond(0.0), flips(10.0, 3.0, 20.0).p_beyond(0.0));
    }

    #[test]
    fn the_exact_test_is_a_tail_of_coin_tosses() {
        close(flips(3.0, 0.0, 40.0).p_exact(), 0.125);
        close(flips(0.0, 3.0, 40.0).p_exact(), 1.0);
        close(flips(0.0, 0.0, 40.0).p_exact_two_sided(), 1.0);
        close(flips(2.0, 2.0, 40.0).p_exact_two_sided(), 1.0);
        close(flips(2.0, 1.0, 40.0).p_exact(), 0.5);
    }

    #[test]
    fn the_test_rejects_exactly_the_margins_below_the_interval() {
        for (up, down, rows) in [(1.0, 7.0, 21.0), (10.0, 3.0, 100.0), (0.0, 0.0, 50.0), (400.0, 700.0, 10_000.0)] {
            let rows = flips(up, down, rows);
            let interval = rows.interval(0.9);
            close(rows.p_beyond(interval.lower), 0.05);
            close(rows.reversed().p_beyond(-interval.upper), 0.05);
            close(rows.upper_bound(0.05), interval.upper);
            assert!(rows.p_beyond(interval.lower - 0.001) < 0.05 && rows.p_beyond(interval.lower + 0.001) > 0.05);
        }
    }

    #[test]
    fn reversing_the_sides_turns_the_interval() {
        let (one, other) = (flips(12.0, 5.0, 60.0).interval(0.95), flips(5.0, 12.0, 60.0).interval(0.95));
        close(one.lower, -other.upper);
        close(one.upper, -other.lower);
    }

    #[test]
    fn extremes_have_ends_within_range() {
        for (up, down, rows) in [(20.0, 0.0, 20.0), (0.0, 20.0, 20.0), (0.0, 0.0, 1.0), (1.0, 0.0, 1.0), (0.5, 0.25, 3.5)] {
            let rows = flips(up, down, rows);
            let interval = rows.interval(0.95);
            assert!(-1.0 <= interval.lower && interval.lower <= rows.difference(), "{rows:?} {interval:?}");
            assert!(rows.difference() <= interval.upper && interval.upper <= 1.0, "{rows:?} {interval:?}");
            assert!(interval.upper - interval.lower > 0.01, "{rows:?} {interval:?}");
        }
        close(flips(20.0, 0.0, 20.0).p_beyond(-1.0), 0.0);
        close(flips(0.0, 20.0, 20.0).p_beyond(0.99), 1.0);
    }

    #[test]
    fn what_is_no_number_of_rows_has_no_test() {
        for (up, down, rows) in [(0.0, 0.0, 0.0), (1.0, 1.0, -3.0), (f64::NAN, 0.0, 4.0), (0.0, 0.0, f64::INFINITY)] {
            assert_eq!(Flips::new(up, down, rows), None);
        }
        assert_eq!(flips(-1.0, 9.0, 4.0), flips(0.0, 4.0, 4.0));
    }
}
