//! The area under the ROC curve and its variance, from counts by score.

use modelgate_cube::{ScoreScale, ScoreTable};

use crate::{Interval, Method, Reason, interval};

/// An area with what is known of its error.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Area {
    pub(crate) value: f64,
    pub(crate) variance: Option<f64>,
    /// The rows of the smaller class.
    pub(crate) smaller_class: u64,
    /// Half of the pairs that share a bin: on the grid their true order is unknown.
    pub(crate) binning_error: f64,
}

/// The probability that a positive row scores above a negative one, ties counting half, with `DeLong`'s variance.
///
/// `DeLong`, `DeLong` and Clarke-Pearson (1988): the variance of the mean placement of each class. With weights, the
/// placements are weighted means and their variance uses the squared weights.
pub(crate) fn area(table: &ScoreTable, scale: ScoreScale) -> Result<Area, Reason> {
    let totals = table.totals();
    let (negatives, positives) = (totals.negatives.weight.to_f64(), totals.positives.weight.to_f64());
    if positives <= 0.0 || negatives <= 0.0 {
        return Err(Reason::SingleClass);
    }
    let (mut below, mut concordant, mut tied) = (0.0, 0.0, 0.0);
    for (_, bin) in table.iter() {
        let (n, p) = (bin.negatives.weight.to_f64(), bin.positives.weight.to_f64());
        concordant += p * (below + n / 2.0);
        tied += p * n;
        below += n;
    }
    let pairs = positives * negatives;
    let value = concordant / pairs;
    let smaller_class = totals.negatives.rows.min(totals.positives.rows);
    let binning_error = if scale == ScoreScale::Logit { tied / pairs / 2.0 } else { 0.0 };
    let variance = (smaller_class > 1).then(|| delong_variance(table, value, negatives, positives));
    Ok(Area { value, variance, smaller_class, binning_error })
}

fn delong_variance(table: &ScoreTable, value: f64, negatives: f64, positives: f64) -> f64 {
    let totals = table.totals();
    let (mut below, mut above) = (0.0, positives);
    let (mut of_positives, mut of_negatives) = (0.0, 0.0);
    for (_, bin) in table.iter() {
        let (n, p) = (bin.negatives.weight.to_f64(), bin.positives.weight.to_f64());
        above -= p;
        let placement_of_positive = (below + n / 2.0) / negatives;
        let placement_of_negative = (above + p / 2.0) / positives;
        of_positives += bin.positives.weight_squared.to_f64() * (placement_of_positive - value).powi(2);
        of_negatives += bin.negatives.weight_squared.to_f64() * (placement_of_negative - value).powi(2);
        below += n;
    }
    let unbiased = |rows: u64| rows as f64 / (rows as f64 - 1.0);
    of_positives / positives.powi(2) * unbiased(totals.positives.rows)
        + of_negatives / negatives.powi(2) * unbiased(totals.negatives.rows)
}

impl Area {
    /// The interval on the logit scale, which stays inside (0, 1). Where the variance says nothing (a class of one row,
    /// or perfect separation, where `DeLong`'s variance is zero) Wilson's interval for the smaller class is the honest
    /// stand-in.
    pub(crate) fn interval(&self, z: f64) -> Interval {
        let spread = self.value * (1.0 - self.value);
        match self.variance {
            Some(variance) if variance > 0.0 && spread > 0.0 => {
                let logit = libm::log(self.value / (1.0 - self.value));
                let half = z * variance.sqrt() / spread;
                let back = |x: f64| 1.0 / (1.0 + libm::exp(-x));
                Interval { lower: back(logit - half), upper: back(logit + half), method: Method::DeLong }
            }
            _ => interval::proportion(self.value, self.smaller_class as f64, z),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::float_cmp, reason = "tests")]
    use super::*;

    fn table(scale: ScoreScale, rows: &[(f64, bool)]) -> ScoreTable {
        let mut table = ScoreTable::default();
        for (score, positive) in rows {
            table.add_row(ScoreTable::key(scale, *score), *positive, 1.0);
        }
        table
    }

    #[test]
    fn ties_count_half_and_a_zero_score_is_a_score() {
        let auc = |rows: &[(f64, bool)]| area(&table(ScoreScale::Exact, rows), ScoreScale::Exact).unwrap().value;
        // linfa 0.8.1 returns 0.375 for the first.
        assert_eq!(auc(&[(0.0, false), (0.0, true), (1.0, false), (1.0, true)]), 0.5);
        assert_eq!(auc(&[(0.5, false), (0.2, false), (0.5, true), (0.9, true)]), 0.875);
        assert_eq!(auc(&[(0.5, false), (0.5, true)]), 0.5);
    }

    #[test]
    fn one_class_has_no_area() {
        let only = table(ScoreScale::Exact, &[(0.5, true), (0.7, true)]);
        assert_eq!(area(&only, ScoreScale::Exact).unwrap_err(), Reason::SingleClass);
    }

    #[test]
    fn the_variance_is_that_of_the_placements() {
        // Placements by hand: positives 0.5 and 1, negatives 1 and 0.5 (one inversion of four pairs: 0.75).
        let rows = [(0.1, false), (0.3, true), (0.4, false), (0.9, true)];
        let found = area(&table(ScoreScale::Exact, &rows), ScoreScale::Exact).unwrap();
        assert!((found.value - 0.75).abs() < 1e-15);
        let sample_variance = 2.0 * 0.25_f64.powi(2) / 1.0;
        assert!((found.variance.unwrap() - (sample_variance / 2.0 + sample_variance / 2.0)).abs() < 1e-15);
    }

    #[test]
    fn the_grid_moves_the_area_by_no_more_than_its_bound() {
        let rows: Vec<(f64, bool)> =
            (0..400_u32).map(|k| (f64::from(k * 7919 % 1000) / 1000.0, (k * 31 % 17) > (k * 7919 % 1000) / 90)).collect();
        let exact = area(&table(ScoreScale::Exact, &rows), ScoreScale::Exact).unwrap();
        let grid = area(&table(ScoreScale::Logit, &rows), ScoreScale::Logit).unwrap();
        assert!(grid.binning_error > 0.0 && (exact.value - grid.value).abs() <= grid.binning_error);
    }

    #[test]
    fn perfect_separation_still_has_an_interval() {
        let perfect = area(&table(ScoreScale::Exact, &[(0.1, false), (0.2, false), (0.8, true), (0.9, true)]), ScoreScale::Exact);
        let interval = perfect.unwrap().interval(1.96);
        assert!(interval.lower < 0.5 && interval.upper == 1.0, "{interval:?}");
    }
}
