//! Logistic regression: linfa finds the coefficients, and everything about them is checked here.
//!
//! The coefficients `w` and the intercept `b` minimize
//!
//! ```text
//! sum over rows of log(1 + exp(-s (b + x.w)))  +  l2_penalty / 2 * (w.w)        s = 1 if positive, -1 if not
//! ```
//!
//! which is linfa's `logistic_loss` with `alpha = l2_penalty`: a sum over rows, not a mean, and no penalty on `b`. It is
//! scikit-learn's `LogisticRegression(C = 1 / l2_penalty)`. The penalty weighs less the more rows there are.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use linfa::Dataset;
use linfa::traits::Fit as _;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2};

use crate::ModelError;

/// Largest Euclidean norm of the gradient, divided by the number of rows, of a fit that counts as converged.
pub(crate) const CONVERGED: f64 = 1e-6;

/// The norm at which the solver may stop, likewise a row: well below [`CONVERGED`], because a line search that runs out
/// of precision stops it a little early.
const SOLVER_STOPS: f64 = 1e-8;

/// A weighted sum of the encoded numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Linear {
    /// The log-odds of the positive label where every encoded number is 0.
    pub(crate) intercept: f64,
    /// The change of the log-odds with each encoded number.
    pub(crate) coefficients: Vec<f64>,
}

/// A fit that converged.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fitted {
    pub(crate) linear: Linear,
    /// The Euclidean norm of the gradient, divided by the number of rows; at most [`CONVERGED`].
    pub(crate) gradient_norm: f64,
}

/// The logistic function, without overflow.
pub(crate) fn sigmoid(log_odds: f64) -> f64 {
    if log_odds >= 0.0 {
        1.0 / (1.0 + libm::exp(-log_odds))
    } else {
        let odds = libm::exp(log_odds);
        odds / (1.0 + odds)
    }
}

/// Fits a matrix of finite numbers, one row a label, with both labels present.
pub(crate) fn fit(matrix: Array2<f64>, is_positive: &[bool], l2_penalty: f64, max_iterations: u64) -> Result<Fitted, ModelError> {
    let rows = Dataset::new(matrix, Array1::from(is_positive.to_vec()));
    let linear = contained(|| solve(&rows, l2_penalty, max_iterations))??;
    if !linear.intercept.is_finite() || linear.coefficients.iter().any(|coefficient| !coefficient.is_finite()) {
        return Err(ModelError::NotFiniteCoefficients);
    }
    let log_odds = linear.log_odds(rows.records());
    if l2_penalty <= 0.0 && separates(&log_odds, is_positive) {
        return Err(ModelError::Separable);
    }
    let gradient_norm = linear.gradient_norm(rows.records(), &log_odds, is_positive, l2_penalty);
    // linfa reports no convergence. The gradient is taken with our labels, so that a fit with the labels swapped fails
    // here as well. Not a number is no convergence either.
    if gradient_norm.is_nan() || gradient_norm > CONVERGED {
        return Err(ModelError::NotConverged { norm: gradient_norm, iterations: max_iterations });
    }
    Ok(Fitted { linear, gradient_norm })
}

/// Runs linfa, and turns its answer so that a larger number means the positive label. linfa 0.8.1 takes the more
/// frequent label for its own "positive" one, and later versions another.
fn solve(rows: &Dataset<f64, bool, ndarray::Ix1>, l2_penalty: f64, max_iterations: u64) -> Result<Linear, ModelError> {
    let fitted = LogisticRegression::default()
        .alpha(l2_penalty)
        .max_iterations(max_iterations)
        .gradient_tolerance(SOLVER_STOPS * rows.records().nrows() as f64)
        .fit(rows)
        .map_err(|error| ModelError::FitFailed { reason: error.to_string() })?;
    let sign = if fitted.labels().pos.class { 1.0 } else { -1.0 };
    Ok(Linear {
        intercept: sign * fitted.intercept(),
        coefficients: fitted.params().iter().map(|coefficient| sign * coefficient).collect(),
    })
}

/// Runs something that may panic, and gives the panic's message as an error.
fn contained<T>(work: impl FnOnce() -> T) -> Result<T, ModelError> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| ModelError::FitPanicked { message: message_of(payload.as_ref()) })
}

fn message_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.map_or_else(|| "no message".to_owned(), crate::shown::shown)
}

/// Whether the fit tells every row's label. Then a multiple of it fits ever better, and no finite one best.
fn separates(log_odds: &[f64], is_positive: &[bool]) -> bool {
    log_odds.iter().zip(is_positive).all(|(value, positive)| if *positive { *value > 0.0 } else { *value < 0.0 })
}

impl Linear {
    fn log_odds(&self, matrix: &Array2<f64>) -> Vec<f64> {
        let mut log_odds = vec![self.intercept; matrix.nrows()];
        for (column, coefficient) in matrix.columns().into_iter().zip(&self.coefficients) {
            log_odds.iter_mut().zip(column).for_each(|(sum, value)| *sum += coefficient * value);
        }
        log_odds
    }

    /// The Euclidean norm of the gradient of the sum at the top of this module, divided by the number of rows.
    fn gradient_norm(&self, matrix: &Array2<f64>, log_odds: &[f64], is_positive: &[bool], l2_penalty: f64) -> f64 {
        let residual = |(value, positive): (&f64, &bool)| sigmoid(*value) - f64::from(u8::from(*positive));
        let residuals: Vec<f64> = log_odds.iter().zip(is_positive).map(residual).collect();
        let by_intercept: f64 = residuals.iter().sum();
        let mut squares = by_intercept * by_intercept;
        for (column, coefficient) in matrix.columns().into_iter().zip(&self.coefficients) {
            let product: f64 = column.iter().zip(&residuals).map(|(value, residual)| value * residual).sum();
            squares += (product + l2_penalty * coefficient).powi(2);
        }
        squares.sqrt() / log_odds.len() as f64
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing::Numbers;

    /// Rows of three features, one of them 0/1, with the positive label in about `share` of them.
    fn sample(rows: usize, share: f64) -> (Array2<f64>, Vec<bool>) {
        let mut numbers = Numbers::new(3);
        let mut matrix = Array2::zeros((rows, 3));
        let mut labels = Vec::new();
        for mut row in matrix.outer_iter_mut() {
            let (a, b) = (3.4 * (numbers.draw() - 0.5), 3.4 * (numbers.draw() - 0.5));
            let c = f64::from(u8::from(numbers.draw() < 0.3));
            row.assign(&Array1::from(vec![a, b, c]));
            let base = libm::log(share / (1.0 - share));
            labels.push(numbers.draw() < sigmoid(base + 1.1 * a - 0.7 * b + 0.4 * c));
        }
        (matrix, labels)
    }

    /// The same problem by Newton's method, written apart from everything above. Intercept last.
    fn newton(matrix: &Array2<f64>, labels: &[bool], penalty: f64) -> Vec<f64> {
        let size = matrix.ncols() + 1;
        let mut weights = vec![0.0; size];
        for _ in 0..50 {
            let mut system = vec![vec![0.0; size + 1]; size];
            for (row, positive) in matrix.outer_iter().zip(labels) {
                let x: Vec<f64> = row.iter().copied().chain([1.0]).collect();
                let z: f64 = x.iter().zip(&weights).map(|(x, w)| x * w).sum();
                let p = 1.0 / (1.0 + (-z).exp());
                for i in 0..size {
                    for j in 0..size {
                        system[i][j] += p * (1.0 - p) * x[i] * x[j];
                    }
                    system[i][size] += (p - f64::from(u8::from(*positive))) * x[i];
                }
            }
            for i in 0..size - 1 {
                system[i][i] += penalty;
                system[i][size] += penalty * weights[i];
            }
            let step = solved(system);
            weights.iter_mut().zip(step).for_each(|(weight, step)| *weight -= step);
        }
        weights
    }

    /// Gauss and Jordan, without pivoting: the matrices here are positive definite.
    fn solved(mut system: Vec<Vec<f64>>) -> Vec<f64> {
        for i in 0..system.len() {
            let pivot = system[i].clone();
            for (k, row) in system.iter_mut().enumerate() {
                let factor = if k == i { 1.0 - 1.0 / pivot[i] } else { row[i] / pivot[i] };
                row.iter_mut().zip(&pivot).for_each(|(value, pivot)| *value -= factor * pivot);
            }
        }
        system.iter().filter_map(|row| row.last().copied()).collect()
    }

    #[test]
    fn coefficients_equal_newtons_whichever_label_is_more_frequent() {
        for (share, penalty) in [(0.15, 1.0), (0.85, 1.0), (0.5, 25.0), (0.3, 0.0)] {
            let (matrix, labels) = sample(600, share);
            let expected = newton(&matrix, &labels, penalty);
            let found = fit(matrix, &labels, penalty, 200).unwrap().linear;
            let found: Vec<f64> = found.coefficients.into_iter().chain([found.intercept]).collect();
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-5, "share {share}, penalty {penalty}: {found} is not {expected}");
            }
            assert!(expected[0] > 0.3 && expected[1] < -0.2, "the sample must have a direction to get wrong: {expected:?}");
        }
    }

    #[test]
    fn a_swapped_label_would_not_pass_for_converged() {
        let (matrix, labels) = sample(300, 0.2);
        let linear = fit(matrix.clone(), &labels, 1.0, 200).unwrap().linear;
        let swapped = Linear { intercept: -linear.intercept, coefficients: linear.coefficients.iter().map(|c| -c).collect() };
        let norm = |linear: &Linear| linear.gradient_norm(&matrix, &linear.log_odds(&matrix), &labels, 1.0);
        assert!(norm(&linear) <= CONVERGED && norm(&swapped) > 0.1);
    }

    #[test]
    fn a_fit_cut_short_is_refused_with_its_norm() {
        let (matrix, labels) = sample(300, 0.4);
        let error = fit(matrix, &labels, 1.0, 1).unwrap_err();
        let ModelError::NotConverged { norm, iterations: 1 } = error else { unreachable!("{error}") };
        assert!(norm > CONVERGED && norm.is_finite());
        assert!(error.to_string().contains("after at most 1 iterations") && error.help().unwrap().contains("max_iterations"));
    }

    #[test]
    fn separable_rows_need_a_penalty() {
        let matrix = Array2::from_shape_fn((20, 1), |(row, _)| row as f64 - 9.5);
        let labels: Vec<bool> = (0..20).map(|row| row >= 10).collect();
        assert!(matches!(fit(matrix.clone(), &labels, 0.0, 1000), Err(ModelError::Separable)));
        assert!(fit(matrix, &labels, 1.0, 200).is_ok());
    }

    #[test]
    fn what_linfa_refuses_is_an_error_and_not_a_panic() {
        let (mut matrix, labels) = sample(50, 0.5);
        matrix.fill(f64::NAN);
        assert!(matches!(fit(matrix, &labels, 1.0, 10), Err(ModelError::FitFailed { .. })));
    }

    #[test]
    fn a_panic_becomes_an_error_with_its_message() {
        let error = contained(|| unreachable!("{}", "x".repeat(50))).unwrap_err();
        let ModelError::FitPanicked { message } = &error else { unreachable!("{error}") };
        assert!(message.contains("unreachable code") && error.to_string().starts_with("the fit stopped"), "{error}");
        assert_eq!(contained(|| 3).unwrap(), 3);
    }

    #[test]
    fn the_logistic_function_neither_overflows_nor_loses_its_symmetry() {
        assert_eq!(
            [f64::NEG_INFINITY, -800.0, 0.0, 800.0, f64::INFINITY].map(sigmoid).map(f64::to_bits),
            [0.0, 0.0, 0.5, 1.0, 1.0].map(f64::to_bits)
        );
        assert!((sigmoid(2.0) + sigmoid(-2.0) - 1.0).abs() < 1e-15);
    }
}
