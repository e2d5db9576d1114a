//! Regression: the sums of numbers, predictions and errors, exact for any usual unit.

use crate::{Tally, Wide};

/// Labels and predictions beyond this are refused, so that no sum of fourth powers can leave its range.
pub const LARGEST_NUMBER: f64 = 1e11;

/// A ratio beyond this is none: what it is divided by is zero but for rounding.
const LARGEST_RATIO: f64 = 1e9;

/// The sums of one loss over rows, from which its weighted mean and the error of that mean follow exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LossMoments {
    /// Sum of weight times loss.
    pub weighted: Wide,
    /// Sum of squared weight times loss.
    pub weight_squared: Wide,
    /// Sum of squared weight times squared loss.
    pub both_squared: Wide,
}

impl LossMoments {
    /// The sums as they are stored, in hexadecimal digits.
    pub(crate) fn to_hex(self) -> [String; 3] {
        [self.weighted, self.weight_squared, self.both_squared].map(Wide::to_hex)
    }

    /// Reads stored sums; `None` where one is not in hexadecimal digits.
    pub(crate) fn from_hex(sums: &[String; 3]) -> Option<Self> {
        let [weighted, weight_squared, both_squared] = sums.each_ref().map(|sum| Wide::from_hex(sum));
        Some(Self { weighted: weighted?, weight_squared: weight_squared?, both_squared: both_squared? })
    }

    pub(crate) fn add_row(&mut self, loss: f64, weight: f64) {
        self.weighted += Wide::product(weight, loss);
        self.weight_squared += Wide::product(weight * weight, loss);
        self.both_squared += Wide::product(weight * weight * loss, loss);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.weighted += other.weighted;
        self.weight_squared += other.weight_squared;
        self.both_squared += other.both_squared;
    }
}

/// A loss that not every row has, such as a percentage of a label that is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PartialLoss {
    /// The rows that have none; with any, the mean does not exist.
    pub rows_without: u64,
    /// The sums over the others.
    pub sums: LossMoments,
}

impl PartialLoss {
    fn add_row(&mut self, loss: Option<f64>, weight: f64) {
        match loss {
            Some(loss) => self.sums.add_row(loss, weight),
            None => self.rows_without += 1,
        }
    }

    fn merge(&mut self, other: &Self) {
        self.rows_without += other.rows_without;
        self.sums.merge(&other.sums);
    }
}

/// One row of a regression, checked: no number is larger than [`LARGEST_NUMBER`].
#[derive(Debug, Clone, Copy)]
pub struct RegressionRow {
    /// The true number.
    pub label: f64,
    /// The predicted number.
    pub prediction: f64,
    /// The row's weight.
    pub weight: f64,
}

impl RegressionRow {
    /// Label minus prediction.
    #[must_use]
    pub fn error(&self) -> f64 {
        self.label - self.prediction
    }

    /// |error| / |label|; none where the label is zero.
    fn percentage(&self) -> Option<f64> {
        let ratio = self.error().abs() / self.label.abs();
        (ratio <= LARGEST_RATIO).then_some(ratio)
    }

    /// 2 |error| / (|label| + |prediction|); 0 where both are zero.
    fn symmetric_percentage(&self) -> f64 {
        let size = self.label.abs() + self.prediction.abs();
        if size > 0.0 { 2.0 * self.error().abs() / size } else { 0.0 }
    }

    /// 2 (y ln(y / p) - y + p), with 0 ln 0 = 0.
    fn poisson(&self) -> Option<f64> {
        let (y, p) = (self.label, self.prediction);
        let logarithm = if y > 0.0 { y * libm::log(y / p) } else { 0.0 };
        (y >= 0.0 && p > 0.0).then_some(2.0 * (logarithm - y + p)).filter(|loss| loss.is_finite())
    }

    /// 2 (ln(p / y) + y / p - 1).
    fn gamma(&self) -> Option<f64> {
        let (y, p) = (self.label, self.prediction);
        (y > 0.0 && p > 0.0 && y / p <= LARGEST_RATIO).then(|| 2.0 * (libm::log(p / y) + y / p - 1.0))
    }

    /// (ln(1 + y) - ln(1 + p))^2.
    fn squared_log_error(&self) -> Option<f64> {
        let (y, p) = (self.label, self.prediction);
        (y > -1.0 && p > -1.0).then(|| (libm::log1p(y) - libm::log1p(p)).powi(2))
    }

    /// What the row adds to a replicate, with labels and predictions about `shift`.
    #[must_use]
    pub fn sums(&self, shift: f64) -> RegressionSums {
        let (w, y, p, error) = (self.weight, self.label - shift, self.prediction - shift, self.error());
        let or_zero = |loss: Option<f64>| w * loss.unwrap_or(0.0);
        let log_label = if self.label > 0.0 { libm::log(self.label) } else { 0.0 };
        RegressionSums {
            shift,
            weight: w,
            label: w * y,
            label_squared: w * y * y,
            prediction: w * p,
            prediction_squared: w * p * p,
            product: w * y * p,
            error: w * error,
            absolute_error: w * error.abs(),
            squared_error: w * error * error,
            absolute_label: w * self.label.abs(),
            percentage: or_zero(self.percentage()),
            symmetric_percentage: w * self.symmetric_percentage(),
            poisson: or_zero(self.poisson()),
            gamma: or_zero(self.gamma()),
            squared_log_error: or_zero(self.squared_log_error()),
            label_log_label: w * self.label * log_label,
            log_label: w * log_label,
        }
    }
}

/// The counts of one slice of a regression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RegressionCounts {
    /// The rows.
    pub rows: Tally,
    /// Sum of weight times label.
    pub label: Wide,
    /// Sum of weight times squared label.
    pub label_squared: Wide,
    /// The predictions.
    pub prediction: LossMoments,
    /// Sum of weight times squared prediction.
    pub prediction_squared: Wide,
    /// Sum of weight times label times prediction.
    pub product: Wide,
    /// Label minus prediction.
    pub error: LossMoments,
    /// Its size.
    pub absolute_error: LossMoments,
    /// Its square.
    pub squared_error: LossMoments,
    /// Sum of weight times the label's size.
    pub absolute_label: Wide,
    /// The error's size over the label's.
    pub percentage: PartialLoss,
    /// Twice the error's size over both sizes.
    pub symmetric_percentage: LossMoments,
    /// The Poisson deviance.
    pub poisson: PartialLoss,
    /// The gamma deviance.
    pub gamma: PartialLoss,
    /// The squared difference of logarithms of one more.
    pub squared_log_error: PartialLoss,
    /// Sum of weight times label times its logarithm, over labels above zero.
    pub label_log_label: Wide,
    /// Sum of weight times the logarithm of the label, over labels above zero.
    pub log_label: Wide,
}

impl RegressionCounts {
    /// Adds one row.
    pub fn add_row(&mut self, row: &RegressionRow) {
        let (w, y, p, error) = (row.weight, row.label, row.prediction, row.error());
        self.rows.add_row(w);
        self.label += Wide::product(w, y);
        self.label_squared += Wide::product(w * y, y);
        self.prediction.add_row(p, w);
        self.prediction_squared += Wide::product(w * p, p);
        self.product += Wide::product(w * y, p);
        self.error.add_row(error, w);
        self.absolute_error.add_row(error.abs(), w);
        self.squared_error.add_row(error * error, w);
        self.absolute_label += Wide::product(w, y.abs());
        self.percentage.add_row(row.percentage(), w);
        self.symmetric_percentage.add_row(row.symmetric_percentage(), w);
        self.poisson.add_row(row.poisson(), w);
        self.gamma.add_row(row.gamma(), w);
        self.squared_log_error.add_row(row.squared_log_error(), w);
        if y > 0.0 {
            let logarithm = libm::log(y);
            self.label_log_label += Wide::product(w * y, logarithm);
            self.log_label += Wide::product(w, logarithm);
        }
    }

    /// Adds other rows.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.rows.merge(&other.rows);
        for (mine, theirs) in self.wide_mut().into_iter().zip(other.wide()) {
            *mine += theirs;
        }
        for (mine, theirs) in self.losses_mut().into_iter().zip(other.losses()) {
            mine.merge(theirs);
        }
        for (mine, theirs) in self.partial_mut().into_iter().zip(other.partial()) {
            mine.merge(theirs);
        }
    }

    /// The plain sums, in the order that they are stored in.
    pub(crate) fn wide(&self) -> [Wide; 7] {
        let squares = [self.label_squared, self.prediction_squared, self.product];
        let [a, b, c] = squares;
        [self.label, a, b, c, self.absolute_label, self.label_log_label, self.log_label]
    }

    pub(crate) fn wide_mut(&mut self) -> [&mut Wide; 7] {
        [
            &mut self.label,
            &mut self.label_squared,
            &mut self.prediction_squared,
            &mut self.product,
            &mut self.absolute_label,
            &mut self.label_log_label,
            &mut self.log_label,
        ]
    }

    /// The losses that every row has, in the order that they are stored in.
    pub(crate) fn losses(&self) -> [&LossMoments; 5] {
        [&self.prediction, &self.error, &self.absolute_error, &self.squared_error, &self.symmetric_percentage]
    }

    pub(crate) fn losses_mut(&mut self) -> [&mut LossMoments; 5] {
        [&mut self.prediction, &mut self.error, &mut self.absolute_error, &mut self.squared_error, &mut self.symmetric_percentage]
    }

    /// The losses that not every row has, in the order that they are stored in.
    pub(crate) fn partial(&self) -> [&PartialLoss; 4] {
        [&self.percentage, &self.poisson, &self.gamma, &self.squared_log_error]
    }

    pub(crate) fn partial_mut(&mut self) -> [&mut PartialLoss; 4] {
        [&mut self.percentage, &mut self.poisson, &mut self.gamma, &mut self.squared_log_error]
    }

    /// The mean label; zero where there is no weight.
    #[must_use]
    pub fn mean_label(&self) -> f64 {
        let weight = self.rows.weight.to_f64();
        if weight > 0.0 { self.label.to_f64() / weight } else { 0.0 }
    }

    /// What metrics are functions of. Squares are about the mean label, exactly: where labels lie far from zero, nothing is
    /// lost by subtracting large squares from each other.
    #[must_use]
    pub fn sums(&self) -> RegressionSums {
        let (weight, shift) = (self.rows.weight.to_f64(), self.mean_label());
        let about = |product: Wide, one: Wide, two: Wide| about(product, one, two, weight, shift);
        RegressionSums {
            shift,
            weight,
            label: first_about(self.label, weight, shift),
            label_squared: about(self.label_squared, self.label, self.label).max(0.0),
            prediction: first_about(self.prediction.weighted, weight, shift),
            prediction_squared: about(self.prediction_squared, self.prediction.weighted, self.prediction.weighted).max(0.0),
            product: about(self.product, self.label, self.prediction.weighted),
            error: self.error.weighted.to_f64(),
            absolute_error: self.absolute_error.weighted.to_f64(),
            squared_error: self.squared_error.weighted.to_f64(),
            absolute_label: self.absolute_label.to_f64(),
            percentage: self.percentage.sums.weighted.to_f64(),
            symmetric_percentage: self.symmetric_percentage.weighted.to_f64(),
            poisson: self.poisson.sums.weighted.to_f64(),
            gamma: self.gamma.sums.weighted.to_f64(),
            squared_log_error: self.squared_log_error.sums.weighted.to_f64(),
            label_log_label: self.label_log_label.to_f64(),
            log_label: self.log_label.to_f64(),
        }
    }
}

/// The sum of (x - shift) from the sum of x, as exact numbers.
fn first_about(sum: Wide, weight: f64, shift: f64) -> f64 {
    (sum - Wide::product(weight, shift)).to_f64()
}

/// The sum of (x - shift)(y - shift) from the sums of x y, x and y: the sum of x y - shift (x + y) + shift^2, as exact
/// numbers but for the products of sums with the shift, which have 106 bits.
fn about(product: Wide, one: Wide, two: Wide, weight: f64, shift: f64) -> f64 {
    let times_shift = |sum: Wide| {
        let (nearest, rest) = sum.to_pair();
        Wide::product(nearest, shift) + Wide::product(rest, shift)
    };
    let square = Wide::product(shift, shift);
    let (nearest, rest) = square.to_pair();
    (product - times_shift(one + two) + Wide::product(nearest, weight) + Wide::product(rest, weight)).to_f64()
}

/// The sums that numbers of a regression are functions of: of observed rows, or one replicate of them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RegressionSums {
    /// What is taken off labels and predictions in the five sums of them and their products.
    pub shift: f64,
    /// The sum of weights.
    pub weight: f64,
    /// The sum of weight times label.
    pub label: f64,
    /// The sum of weight times squared label.
    pub label_squared: f64,
    /// The sum of weight times prediction.
    pub prediction: f64,
    /// The sum of weight times squared prediction.
    pub prediction_squared: f64,
    /// The sum of weight times label times prediction.
    pub product: f64,
    /// The sum of weight times label minus prediction.
    pub error: f64,
    /// The sum of weight times the error's size.
    pub absolute_error: f64,
    /// The sum of weight times the squared error.
    pub squared_error: f64,
    /// The sum of weight times the label's size, about zero.
    pub absolute_label: f64,
    /// The sum of weight times the error's size over the label's.
    pub percentage: f64,
    /// The sum of weight times twice the error's size over both sizes.
    pub symmetric_percentage: f64,
    /// The sum of weight times Poisson deviance.
    pub poisson: f64,
    /// The sum of weight times gamma deviance.
    pub gamma: f64,
    /// The sum of weight times squared logarithmic error.
    pub squared_log_error: f64,
    /// The sum of weight times label times its logarithm.
    pub label_log_label: f64,
    /// The sum of weight times the logarithm of the label.
    pub log_label: f64,
}

impl RegressionSums {
    /// How many numbers a replicate has, besides the shift that all share.
    pub const WIDTH: usize = 17;

    /// The numbers in a row, as replicates hold them.
    #[must_use]
    pub fn to_list(&self) -> [f64; Self::WIDTH] {
        [
            self.weight,
            self.label,
            self.label_squared,
            self.prediction,
            self.prediction_squared,
            self.product,
            self.error,
            self.absolute_error,
            self.squared_error,
            self.absolute_label,
            self.percentage,
            self.symmetric_percentage,
            self.poisson,
            self.gamma,
            self.squared_log_error,
            self.label_log_label,
            self.log_label,
        ]
    }

    /// Reads them back; `None` where there is another number of them.
    #[must_use]
    pub fn from_list(shift: f64, list: &[f64]) -> Option<Self> {
        let list: [f64; Self::WIDTH] = list.try_into().ok()?;
        let [weight, label, label_squared, prediction, prediction_squared, product, error, absolute_error, rest @ ..] = list;
        let [squared_error, absolute_label, percentage, symmetric_percentage, poisson, gamma, squared_log_error, rest @ ..] =
            rest;
        let [label_log_label, log_label] = rest;
        Some(Self {
            shift,
            weight,
            label,
            label_squared,
            prediction,
            prediction_squared,
            product,
            error,
            absolute_error,
            squared_error,
            absolute_label,
            percentage,
            symmetric_percentage,
            poisson,
            gamma,
            squared_log_error,
            label_log_label,
            log_label,
        })
    }

    /// The same sums about another number.
    #[must_use]
    pub fn about(&self, shift: f64) -> Self {
        let step = self.shift - shift;
        let moved = |sum: f64| sum + step * self.weight;
        let twice = |product: f64, one: f64, two: f64| product + step * (one + two) + step * step * self.weight;
        Self {
            shift,
            label: moved(self.label),
            prediction: moved(self.prediction),
            label_squared: twice(self.label_squared, self.label, self.label),
            prediction_squared: twice(self.prediction_squared, self.prediction, self.prediction),
            product: twice(self.product, self.label, self.prediction),
            ..*self
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::float_cmp, clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn counts(rows: &[(f64, f64, f64)]) -> RegressionCounts {
        let mut counts = RegressionCounts::default();
        for (label, prediction, weight) in rows {
            counts.add_row(&RegressionRow { label: *label, prediction: *prediction, weight: *weight });
        }
        counts
    }

    #[test]
    fn labels_far_from_zero_lose_nothing() {
        let sums = counts(&[(1e9 + 1.0, 1e9, 1.0), (1e9 - 1.0, 1e9, 1.0)]).sums();
        assert_eq!((sums.shift, sums.label_squared, sums.label, sums.product), (1e9, 2.0, 0.0, 0.0));
        assert_eq!(sums.squared_error, 2.0);
    }

    #[test]
    fn merged_rows_equal_all_rows() {
        let rows = [(1.0, 0.5, 1.0), (0.0, 2.0, 0.5), (-3.0, -2.0, 2.0), (1e-5, 1e10, 1.0)];
        let (mut left, right) = (counts(&rows[..2]), counts(&rows[2..]));
        left.merge(&right);
        assert_eq!(left, counts(&rows));
    }

    #[test]
    fn a_row_without_a_loss_is_counted_and_not_added() {
        let counts = counts(&[(0.0, 1.0, 1.0), (-1.0, 1.0, 1.0), (2.0, 0.0, 1.0)]);
        let without = counts.partial().map(|loss| loss.rows_without);
        assert_eq!(without, [1, 2, 3, 1]);
        assert_eq!(counts.sums().percentage, 2.0 + 1.0);
    }

    #[test]
    fn replicate_sums_move_with_their_shift() {
        let row = RegressionRow { label: 3.0, prediction: 5.0, weight: 2.0 };
        assert_eq!(row.sums(1.0).about(2.0), row.sums(2.0));
        let sums = row.sums(0.5);
        assert_eq!(RegressionSums::from_list(0.5, &sums.to_list()).unwrap(), sums);
        assert_eq!(RegressionSums::from_list(0.0, &[1.0; 16]), None);
    }
}
