//! The penalized log-likelihood of logistic regression: its gradient, and Newton's step down it.

use ndarray::{Array1, Array2};

use crate::linear::{Linear, sigmoid};

/// A share of the number of rows that is added to the curvature, so that a direction in which the rows have none (two
/// equal columns and no penalty) does not make a step infinite. It slows convergence by nothing that can be measured.
const LEAST_CURVATURE: f64 = 1e-10;

/// What a fit minimizes over the coefficients `w` and the intercept `b`:
///
/// ```text
/// sum over rows of log(1 + exp(-s (b + x.w)))  +  l2_penalty / 2 * (w.w)        s = 1 if positive, -1 if not
/// ```
///
/// This is linfa's `logistic_loss` with `alpha = l2_penalty`: a sum over rows, not a mean, and no penalty on `b`. It is
/// scikit-learn's `LogisticRegression(C = 1 / l2_penalty)`. The penalty weighs less the more rows there are.
pub(crate) struct Objective<'a> {
    /// The encoded rows, all finite.
    pub(crate) matrix: &'a Array2<f64>,
    /// The label of each row.
    pub(crate) is_positive: &'a [bool],
    /// Finite, at least 0.
    pub(crate) l2_penalty: f64,
}

impl Objective<'_> {
    fn log_odds(&self, linear: &Linear) -> Array1<f64> {
        let mut log_odds = Array1::from_elem(self.matrix.nrows(), linear.intercept);
        for (column, coefficient) in self.matrix.columns().into_iter().zip(&linear.coefficients) {
            log_odds.scaled_add(*coefficient, &column);
        }
        log_odds
    }

    /// The gradient; the intercept's part is the last.
    fn gradient(&self, linear: &Linear) -> Array1<f64> {
        let mut residuals = self.log_odds(linear).mapv_into(sigmoid);
        residuals.iter_mut().zip(self.is_positive).for_each(|(residual, positive)| *residual -= f64::from(u8::from(*positive)));
        let products = self.matrix.t().dot(&residuals);
        let slopes = products.iter().zip(&linear.coefficients).map(|(product, weight)| product + self.l2_penalty * weight);
        slopes.chain([residuals.sum()]).collect()
    }

    /// The Euclidean norm of the gradient, divided by the number of rows.
    pub(crate) fn gradient_norm(&self, linear: &Linear) -> f64 {
        let gradient = self.gradient(linear);
        gradient.dot(&gradient).sqrt() / self.matrix.nrows() as f64
    }

    /// Whether the fit tells every row's label. Then a multiple of it fits ever better, and without a penalty no finite
    /// one fits best.
    pub(crate) fn is_separated_by(&self, linear: &Linear) -> bool {
        let right = |(value, positive): (&f64, &bool)| if *positive { *value > 0.0 } else { *value < 0.0 };
        self.log_odds(linear).iter().zip(self.is_positive).all(right)
    }

    /// What to add to the coefficients and, last, to the intercept: minus the inverse second derivatives times the
    /// gradient. Not finite where rounding leaves the second derivatives not positive definite.
    pub(crate) fn newton_step(&self, linear: &Linear) -> Vec<f64> {
        let downhill = self.gradient(linear).mapv_into(|slope| -slope);
        solved(self.second_derivatives(linear), downhill.to_vec())
    }

    /// The lower triangle of the symmetric matrix of second derivatives, row by row; the intercept's row is the last.
    fn second_derivatives(&self, linear: &Linear) -> Vec<Vec<f64>> {
        let weights = self.log_odds(linear).mapv_into(|value| sigmoid(value) * sigmoid(-value));
        let least = LEAST_CURVATURE * self.matrix.nrows() as f64;
        let mut lower = Vec::new();
        for (index, column) in self.matrix.columns().into_iter().enumerate() {
            let weighted = &weights * &column;
            let mut row: Vec<f64> = self.matrix.columns().into_iter().take(index).map(|other| other.dot(&weighted)).collect();
            row.push(column.dot(&weighted) + self.l2_penalty + least);
            lower.push(row);
        }
        let mut of_intercept = self.matrix.t().dot(&weights).to_vec();
        of_intercept.push(weights.sum() + least);
        lower.push(of_intercept);
        lower
    }
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

/// Solves a symmetric positive definite system of which the lower triangle is given, by Cholesky's decomposition. The
/// answer is not finite where the system is not positive definite.
fn solved(mut lower: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    for i in 0..lower.len() {
        for j in 0..i {
            lower[i][j] = (lower[i][j] - dot(&lower[i][..j], &lower[j][..j])) / lower[j][j];
        }
        lower[i][i] = (lower[i][i] - dot(&lower[i][..i], &lower[i][..i])).sqrt();
    }
    for i in 0..lower.len() {
        right[i] = (right[i] - dot(&lower[i][..i], &right[..i])) / lower[i][i];
    }
    for i in (0..lower.len()).rev() {
        right[i] /= lower[i][i];
        let (before, found) = right.split_at_mut(i);
        before.iter_mut().zip(&lower[i]).for_each(|(value, factor)| *value -= factor * found[0]);
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn objective<'a>(matrix: &'a Array2<f64>, is_positive: &'a [bool]) -> Objective<'a> {
        Objective { matrix, is_positive, l2_penalty: 0.3 }
    }

    /// The sum as it stands above.
    fn loss(matrix: &Array2<f64>, is_positive: &[bool], linear: &Linear) -> f64 {
        let rows = matrix.outer_iter().zip(is_positive).map(|(row, positive)| {
            let log_odds = linear.intercept + row.iter().zip(&linear.coefficients).map(|(x, w)| x * w).sum::<f64>();
            (1.0 + (if *positive { -log_odds } else { log_odds }).exp()).ln()
        });
        rows.sum::<f64>() + 0.15 * linear.coefficients.iter().map(|w| w * w).sum::<f64>()
    }

    #[test]
    fn the_gradient_is_the_slope_of_the_loss() {
        let matrix = array![[1.0, 0.0], [-0.5, 1.0], [2.0, 1.0], [0.3, 0.0]];
        let labels = [true, false, false, true];
        let at = |moves: [f64; 3]| Linear { intercept: 0.2 + moves[2], coefficients: vec![0.5 + moves[0], -0.4 + moves[1]] };
        let gradient = objective(&matrix, &labels).gradient(&at([0.0; 3]));
        for (index, slope) in gradient.iter().enumerate() {
            let by = |size: f64| {
                let mut moves = [0.0; 3];
                moves[index] = size;
                loss(&matrix, &labels, &at(moves))
            };
            let measured = (by(1e-5) - by(-1e-5)) / 2e-5;
            assert!((slope - measured).abs() < 1e-8, "{index}: {slope} is not {measured}");
        }
    }

    #[test]
    fn a_symmetric_system_is_solved_from_its_lower_triangle() {
        // 4x + 2y + z = 11, 2x + 5y + 3z = 21, x + 3y + 6z = 25.
        let solution = solved(vec![vec![4.0], vec![2.0, 5.0], vec![1.0, 3.0, 6.0]], vec![11.0, 21.0, 25.0]);
        let worst = solution.iter().zip([1.0, 2.0, 3.0]).map(|(found, expected): (&f64, f64)| (found - expected).abs());
        assert!(worst.fold(0.0, f64::max) < 1e-12, "{solution:?}");
        assert!(solved(vec![vec![1.0], vec![2.0, 1.0]], vec![1.0, 1.0]).iter().any(|value| value.is_nan()));
    }

    #[test]
    fn equal_columns_without_a_penalty_do_not_break_the_step() {
        let matrix = array![[1.0, 1.0], [-0.5, -0.5], [2.0, 2.0], [0.3, 0.3]];
        let objective = Objective { matrix: &matrix, is_positive: &[true, false, false, true], l2_penalty: 0.0 };
        let step = objective.newton_step(&Linear { intercept: 0.0, coefficients: vec![0.0, 0.0] });
        assert!(step.iter().all(|value| value.abs() < 10.0), "{step:?}");
    }
}
