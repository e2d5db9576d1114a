//! The area under the ROC curve and its variance, from counts by score.

use modelgate_cube::{ScoreScale, ScoreTable};

use crate::{Interval, Method, Reason, interval};

/// An area with what is known of its error.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Area {
    pub(crate) value: f64,
    /// `DeLong`'s variance; none where a class has one row.
    pub(crate) variance: Option<f64>,
    /// What the variance is worth, as the degrees of freedom of Student's distribution; zero where it says nothing.
    degrees: f64,
    /// The negatives and the positives, as numbers of rows of equal weight.
    sizes: [f64; 2],
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
    let parts = (smaller_class > 1).then(|| delong_variances(table, value, negatives, positives));
    let worth = |[of_negatives, of_positives]: [f64; 2]| {
        let loss = |variance: f64, rows: u64| variance * variance / (rows as f64 - 1.0);
        let both = of_negatives + of_positives;
        let losses = loss(of_negatives, totals.negatives.rows) + loss(of_positives, totals.positives.rows);
        if losses > 0.0 { both * both / losses } else { 0.0 }
    };
    Ok(Area {
        value,
        variance: parts.map(|[of_negatives, of_positives]| of_negatives + of_positives),
        degrees: parts.map_or(0.0, worth),
        sizes: [&totals.negatives, &totals.positives].map(|class| class.weight.to_f64().powi(2) / class.weight_squared.to_f64()),
        smaller_class,
        binning_error,
    })
}

/// What the negatives and what the positives add to `DeLong`'s variance.
fn delong_variances(table: &ScoreTable, value: f64, negatives: f64, positives: f64) -> [f64; 2] {
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
    [
        of_negatives / negatives.powi(2) * unbiased(totals.negatives.rows),
        of_positives / positives.powi(2) * unbiased(totals.positives.rows),
    ]
}

/// How many degrees of freedom the variance that the area and the sizes of the classes suggest is worth beside the observed one.
/// With ten, areas from 0.6 to 0.97 are covered at 93 % and more from three positive rows on; with none, `DeLong`'s variance alone
/// is too small where few rows of a class happen to be much alike, and covers 90 %.
const SUGGESTED: f64 = 10.0;

impl Area {
    /// The areas that the observed one is plausible for: those within Student's quantile of it, in standard errors that such an
    /// area would have itself. That error is `DeLong`'s, in proportion to the area's own spread, and where it comes from few rows,
    /// also the one that the sizes of the classes suggest. It stays inside (0, 1), and is there with perfect separation too.
    pub(crate) fn interval(&self, z: f64) -> Interval {
        let spread = self.value * (1.0 - self.value);
        let scale = if spread > 0.0 { self.variance.unwrap_or(0.0) / spread } else { 0.0 };
        let degrees = if scale > 0.0 { self.degrees } else { 0.0 };
        let quantile = interval::student(degrees + SUGGESTED, z);
        let variance = |area: f64| {
            let observed = scale * area * (1.0 - area);
            // Less than was observed is never suggested: the classes may be more mixed than the suggestion's are.
            let suggested = suggested_variance(area, self.sizes).max(observed);
            (degrees * observed + SUGGESTED * suggested) / (degrees + SUGGESTED)
        };
        let excess = |area: f64| (area - self.value).powi(2) - quantile * quantile * variance(area);
        let lower = if self.value > 0.0 { interval::bisect(&excess, 0.0, self.value, false) } else { 0.0 };
        let upper = if self.value < 1.0 { interval::bisect(&excess, self.value, 1.0, true) } else { 1.0 };
        Interval { lower, upper, method: Method::DeLong }
    }
}

/// The variance of an area where the scores of both classes are exponential (Hanley and `McNeil` 1982), the same whichever class is
/// the larger one (Newcombe 2006, method 5).
fn suggested_variance(area: f64, [negatives, positives]: [f64; 2]) -> f64 {
    let others = f64::midpoint(negatives, positives) - 1.0;
    let pairs = (1.0 - area) / (2.0 - area) + area / (1.0 + area);
    area * (1.0 - area) * (1.0 + others * pairs) / (negatives * positives)
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
        let none = table(ScoreScale::Exact, &[(0.5, false), (0.5, false), (0.5, true), (0.5, true)]);
        let interval = area(&none, ScoreScale::Exact).unwrap().interval(1.96);
        assert!(interval.lower > 0.0 && interval.lower < 0.25 && interval.upper > 0.75, "{interval:?}");
    }

    #[test]
    fn the_suggested_variance_is_newcombe_s() {
        // By hand: area 0.9, 20 positives and 80 negatives, so that 49 others stand for each: 0.09 (1 + 49 (1/11 + 9/19)) / 1600.
        let found = suggested_variance(0.9, [80.0, 20.0]);
        assert!((found - 0.09 * (1.0 + 49.0 * (1.0 / 11.0 + 9.0 / 19.0)) / 1_600.0).abs() < 1e-15, "{found}");
        assert!((found - suggested_variance(0.1, [20.0, 80.0])).abs() < 1e-15);
    }

    #[test]
    fn with_many_rows_the_interval_is_delong_s_score_interval() {
        let rows: Vec<(f64, bool)> =
            (0..9_000_u32).map(|k| (f64::from(k * 7919 % 9973) / 9973.0, k * 31 % 17 > k * 7919 % 9973 / 900)).collect();
        let found = area(&table(ScoreScale::Exact, &rows), ScoreScale::Exact).unwrap();
        // Wilson's interval of as many rows as give DeLong's variance.
        let rows = found.value * (1.0 - found.value) / found.variance.unwrap();
        let (expected, interval) = (interval::wilson(found.value, rows, 1.96), found.interval(1.96));
        assert!((interval.lower - expected.lower).abs() < 2e-5 && (interval.upper - expected.upper).abs() < 2e-5);
    }
}
