//! How sure a change is: p-values against a margin, their adjustment for how many there are, and what rows could tell.

use statrs::distribution::{ContinuousCDF, Normal};

use crate::Flips;

/// The standard normal quantile of 0.8: what "80 % power" adds.
const POWER: f64 = 0.841_621_233_572_914_3;

/// More rows than anybody will have; above that, a number of rows is no advice.
const MOST_ROWS: f64 = 1e12;

/// A loss with its uncertainty: how much worse the candidate is, in the metric's own unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loss {
    /// How much worse; negative where the candidate is better. Where either way counts, the size of the change.
    pub value: f64,
    /// Its standard error, at least 0; 0 for plain counts, which are known exactly.
    pub standard_error: f64,
    /// Whether a change either way is a loss, as for a selection rate.
    pub either_way: bool,
    /// The rows that changed, seen so that going up is a loss, where they are known: tests and bounds are then Tango's score
    /// ones, and no normal approximation is made.
    pub flips: Option<Flips>,
}

impl Loss {
    /// The p-value of "the true loss is at most `margin`", with a normal loss: the probability of a loss this large or
    /// larger where the truth is the margin itself. One-sided; where either way counts, the other end's tail is added.
    /// A loss without error is decided: 0 beyond the margin, else 1.
    #[must_use]
    pub fn p_beyond(&self, margin: f64) -> f64 {
        if let Some(flips) = self.flips {
            let other_end = if self.either_way { flips.reversed().p_beyond(margin) } else { 0.0 };
            return (flips.p_beyond(margin) + other_end).min(1.0);
        }
        if self.standard_error <= 0.0 {
            return if self.value > margin { 0.0 } else { 1.0 };
        }
        let tail = |distance: f64| Normal::standard().sf(distance / self.standard_error);
        let other_end = if self.either_way { tail(self.value + margin) } else { 0.0 };
        let p = tail(self.value - margin) + other_end;
        // What is no number proves nothing.
        if p.is_nan() { 1.0 } else { p.min(1.0) }
    }

    /// The one-sided upper bound of the true loss at level `1 - alpha`.
    #[must_use]
    pub fn upper_bound(&self, alpha: f64) -> f64 {
        self.flips.map_or_else(|| self.value + quantile_above(alpha) * self.standard_error, |flips| flips.upper_bound(alpha))
    }

    /// How far beyond a limit the true loss would have to lie to be shown at level `alpha` with 80 % power.
    #[must_use]
    pub fn detectable(&self, alpha: f64) -> f64 {
        (quantile_above(alpha) + POWER) * self.standard_error
    }

    /// How many rows would settle on which side of `margin` this loss lies; see [`rows_needed`].
    #[must_use]
    pub fn rows_needed(&self, margin: f64, n: u64, alpha: f64) -> Option<u64> {
        rows_needed(self.detectable(alpha), margin - self.value, n)
    }
}

/// How many rows would show a distance from a limit, with 80 % power, if the distance stays what it is, where `n` rows
/// would show one of `detectable`: `n ((z + 0.84) s / |margin - loss|)^2`. None where there is no distance, or where no
/// number of rows that anybody has would do.
#[must_use]
pub fn rows_needed(detectable: f64, distance: f64, n: u64) -> Option<u64> {
    let times = detectable / distance.abs();
    let rows = (n as f64 * times * times).ceil();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 <= rows <= 1e12")]
    (rows <= MOST_ROWS).then_some(rows as u64)
}

/// The standard normal quantile that `alpha` lies above, such as 1.645 for 0.05.
fn quantile_above(alpha: f64) -> f64 {
    Normal::standard().inverse_cdf(1.0 - alpha)
}

/// Holm's step-down adjustment (1979): where every p-value below `alpha` after it is called a finding, the probability
/// of even one false finding among them all is at most `alpha`, however they depend on each other.
///
/// In the order of the input; statsmodels `multipletests(method="holm")`.
#[must_use]
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    let p_of = |index: usize| p_values.get(index).copied().unwrap_or(1.0);
    order.sort_by(|a, b| p_of(*a).total_cmp(&p_of(*b)));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut so_far: f64 = 0.0;
    for (position, index) in order.into_iter().enumerate() {
        let left = (p_values.len() - position) as f64;
        // A less sure finding is never adjusted to be surer than a surer one.
        so_far = so_far.max((p_of(index) * left).min(1.0));
        if let Some(place) = adjusted.get_mut(index) {
            *place = so_far;
        }
    }
    adjusted
}

/// Benjamini and Hochberg's step-up adjustment (1995): where every p-value below `q` after it is called a finding, at most a
/// share `q` of the findings is false on average, for independent p-values and such as move together.
///
/// In the order of the input; statsmodels `multipletests(method="fdr_bh")`.
#[must_use]
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    let p_of = |index: usize| p_values.get(index).copied().unwrap_or(1.0);
    order.sort_by(|a, b| p_of(*a).total_cmp(&p_of(*b)));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut so_far: f64 = 1.0;
    for (position, index) in order.into_iter().enumerate().rev() {
        let rank = (position + 1) as f64;
        // A surer finding is never adjusted to be less sure than a less sure one.
        so_far = so_far.min(p_of(index) * p_values.len() as f64 / rank);
        if let Some(place) = adjusted.get_mut(index) {
            *place = so_far;
        }
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loss(value: f64, standard_error: f64) -> Loss {
        Loss { value, standard_error, either_way: false, flips: None }
    }

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
    }

    #[test]
    fn p_values_equal_scipys_normal_tail() {
        // scipy.stats.norm.sf of 2.5, 0, -1.25 and 3.75.
        close(loss(0.03, 0.008).p_beyond(0.01), 0.006_209_665_325_776_132);
        close(loss(0.01, 0.008).p_beyond(0.01), 0.5);
        close(loss(-0.01, 0.008).p_beyond(0.0), 0.894_350_226_333_144_7);
        close(loss(0.03, 0.008).p_beyond(0.0), 8.841_728_520_080_376e-5);
    }

    #[test]
    fn where_either_way_counts_both_tails_do() {
        let changed = Loss { either_way: true, ..loss(0.02, 0.01) };
        close(changed.p_beyond(0.0), 2.0 * loss(0.02, 0.01).p_beyond(0.0));
        let unchanged = Loss { either_way: true, ..loss(0.0, 0.01) };
        close(unchanged.p_beyond(0.0), 1.0);
        assert!(changed.p_beyond(0.01) > loss(0.02, 0.01).p_beyond(0.01));
    }

    #[test]
    fn known_flips_are_tested_by_tangos_score() {
        let Some(flips) = Flips::new(10.0, 3.0, 100.0) else { unreachable!() };
        let paired = Loss { flips: Some(flips), ..loss(0.07, 0.038) };
        close(paired.p_beyond(0.02), flips.p_beyond(0.02));
        close(paired.upper_bound(0.05), flips.upper_bound(0.05));
        let either = Loss { either_way: true, ..paired };
        close(either.p_beyond(0.05), (flips.p_beyond(0.05) + flips.reversed().p_beyond(0.05)).min(1.0));
        close(either.p_beyond(0.0), 1.0);
    }

    #[test]
    fn a_loss_without_error_is_decided_exactly() {
        close(loss(0.03, 0.0).p_beyond(0.01), 0.0);
        close(loss(0.01, 0.0).p_beyond(0.01), 1.0);
        close(loss(0.0, 0.0).p_beyond(0.0), 1.0);
        close(loss(0.03, 0.0).upper_bound(0.05), 0.03);
        assert_eq!(loss(0.03, 0.0).rows_needed(0.01, 100, 0.05), Some(0));
    }

    #[test]
    fn what_is_no_number_proves_nothing() {
        close(loss(f64::NAN, 0.1).p_beyond(0.0), 1.0);
        close(loss(0.1, f64::NAN).p_beyond(0.0), 1.0);
        assert_eq!(loss(0.1, f64::INFINITY).rows_needed(0.0, 100, 0.05), None);
    }

    #[test]
    fn the_upper_bound_is_one_sided() {
        // scipy.stats.norm.isf(0.05) = 1.6448536269514722
        close(loss(0.01, 0.002).upper_bound(0.05), 0.01 + 0.002 * 1.644_853_626_951_472_2);
    }

    #[test]
    fn more_rows_settle_what_is_not_the_margin_itself() {
        // (1.6448536 + 0.8416212)^2 = 6.1825572; twice the distance in standard errors needs a quarter of the rows.
        assert_eq!(loss(0.02, 0.01).rows_needed(0.01, 1_000, 0.05), Some(6_183));
        assert_eq!(loss(0.03, 0.01).rows_needed(0.01, 1_000, 0.05), Some(1_546));
        assert_eq!(loss(0.0, 0.01).rows_needed(0.01, 1_000, 0.05), Some(6_183));
        assert_eq!(loss(0.01, 0.01).rows_needed(0.01, 1_000, 0.05), None);
        assert_eq!(loss(0.01, 0.01).rows_needed(0.010_000_001, 1_000_000, 0.05), None, "more rows than there are");
        close(loss(0.0, 0.01).detectable(0.05), 0.024_864_748_605_243_863);
    }

    #[test]
    fn the_rows_that_are_said_to_settle_do_settle() {
        // Twice the standard errors away and the error shrunk as rows grow: the loss is then shown in 4 of 5 cases.
        let (now, n) = (loss(0.013, 0.004), 700_u64);
        let needed = now.rows_needed(0.01, n, 0.05).unwrap_or_default();
        let error = now.standard_error * (n as f64 / needed as f64).sqrt();
        let power = Normal::standard().sf(quantile_above(0.05) - (now.value - 0.01) / error);
        assert!((power - 0.8).abs() < 0.001, "{power}");
    }

    #[test]
    fn holm_equals_statsmodels() {
        // statsmodels 0.14, multipletests([0.01, 0.04, 0.03, 0.005, 0.5, 0.03], method="holm")[1]
        let found = holm(&[0.01, 0.04, 0.03, 0.005, 0.5, 0.03]);
        found.into_iter().zip([0.05, 0.12, 0.12, 0.03, 0.5, 0.12]).for_each(|(found, expected)| close(found, expected));
        // multipletests([0.0002, 0.0009, 0.012, 0.011, 0.9, 0.013, 0.6], method="holm")[1]
        let found = holm(&[0.0002, 0.0009, 0.012, 0.011, 0.9, 0.013, 0.6]);
        let expected = [0.0014, 0.0054, 0.055, 0.055, 1.0, 0.055, 1.0];
        found.into_iter().zip(expected).for_each(|(found, expected)| close(found, expected));
    }

    #[test]
    fn benjamini_hochberg_equals_statsmodels() {
        // statsmodels 0.15, multipletests([0.01, 0.04, 0.03, 0.005, 0.5, 0.03], method="fdr_bh")[1]
        let found = benjamini_hochberg(&[0.01, 0.04, 0.03, 0.005, 0.5, 0.03]);
        found.into_iter().zip([0.03, 0.048, 0.045, 0.03, 0.5, 0.045]).for_each(|(found, expected)| close(found, expected));
        // multipletests([0.0002, 0.0009, 0.012, 0.011, 0.9, 0.013, 0.6], method="fdr_bh")[1]
        let found = benjamini_hochberg(&[0.0002, 0.0009, 0.012, 0.011, 0.9, 0.013, 0.6]);
        let expected = [0.0014, 0.003_15, 0.0182, 0.0182, 0.9, 0.0182, 0.7];
        found.into_iter().zip(expected).for_each(|(found, expected)| close(found, expected));
    }

    #[test]
    fn adjusting_one_or_none_changes_nothing() {
        for adjusted in [holm, benjamini_hochberg] {
            assert_eq!(adjusted(&[0.03]), [0.03]);
            assert_eq!(adjusted(&[]), Vec::<f64>::new());
        }
    }
}
