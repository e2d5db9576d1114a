//! Logistic regression: linfa finds the coefficients, Newton's method finishes them, and both are checked.
//!
//! What is minimized stands in [`Objective`]. linfa's solver comes near the minimum in few steps and then needs hundreds
//! where a rare level makes one direction flatter than the others, while each of Newton's steps near the minimum about
//! doubles the correct digits. So linfa goes to where the gradient is small, and a handful of Newton steps from there
//! give the coefficients to nearly all digits. A fit that linfa did not bring near is refused, not finished.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use linfa::Dataset;
use linfa::traits::Fit as _;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2, Ix1};

use crate::ModelError;
use crate::objective::Objective;

/// The gradient norm a row at which linfa's solver may stop.
const SOLVER_STOPS: f64 = 1e-4;

/// The largest gradient norm a row from which a fit is finished. Above [`SOLVER_STOPS`], because a line search that runs
/// out of precision stops the solver a little early.
const NEAR: f64 = 1e-3;

/// The largest gradient norm a row of a fit that counts as converged.
pub(crate) const CONVERGED: f64 = 1e-6;

/// The gradient norm a row below which a step would only move rounding errors about.
const FINISHED: f64 = 1e-13;

/// Newton steps; four or five are usual.
const MOST_STEPS: usize = 25;

/// Halvings of a step that does not bring the gradient down.
const MOST_HALVINGS: usize = 10;

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
    /// See [`Objective::gradient_norm`]; at most [`CONVERGED`].
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

/// How far a fit may go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// linfa's iterations.
    pub(crate) iterations: u64,
    /// linfa's time.
    pub(crate) time: Duration,
}

/// Fits a matrix of finite numbers, one row a label, with both labels present.
pub(crate) fn fit(matrix: Array2<f64>, is_positive: &[bool], l2_penalty: f64, limits: Limits) -> Result<Fitted, ModelError> {
    let max_iterations = limits.iterations;
    let rows = Arc::new(Dataset::new(matrix, Array1::from(is_positive.to_vec())));
    let near = solved_in_time(&rows, l2_penalty, limits)?;
    let objective = Objective { matrix: rows.records(), is_positive, l2_penalty };
    // linfa reports no convergence, and its coefficients may be NaN. The gradient is taken with our labels, so that a
    // fit with the labels swapped fails here as well.
    near_enough(&near, objective.gradient_norm(&near), NEAR, max_iterations)?;
    let linear = finished(&objective, near);
    if l2_penalty <= 0.0 && objective.is_separated_by(&linear) {
        return Err(ModelError::Separable);
    }
    let gradient_norm = objective.gradient_norm(&linear);
    near_enough(&linear, gradient_norm, CONVERGED, max_iterations)?;
    Ok(Fitted { linear, gradient_norm })
}

/// Refuses a fit that is not finite or whose gradient norm is above `limit`.
fn near_enough(linear: &Linear, norm: f64, limit: f64, iterations: u64) -> Result<(), ModelError> {
    if !linear.intercept.is_finite() || linear.coefficients.iter().any(|coefficient| !coefficient.is_finite()) {
        return Err(ModelError::NotFiniteCoefficients);
    }
    if norm.is_nan() || norm > limit {
        return Err(ModelError::NotConverged { norm, limit, iterations });
    }
    Ok(())
}

/// Runs linfa on a thread of its own, because nothing else can stop it. One that is given up ends with the process.
fn solved_in_time(rows: &Arc<Dataset<f64, bool, Ix1>>, l2_penalty: f64, limits: Limits) -> Result<Linear, ModelError> {
    let (answer, answers) = mpsc::channel();
    let rows = Arc::clone(rows);
    std::thread::spawn(move || {
        let found = contained(|| solve(&rows, l2_penalty, limits.iterations)).and_then(|found| found);
        // Nobody listens any more where time has run out.
        let _ = answer.send(found);
    });
    answers.recv_timeout(limits.time).map_err(|_| ModelError::OutOfTime { seconds: limits.time.as_secs() })?
}

/// Runs linfa, and turns its answer so that a larger number means the positive label. linfa 0.8.1 takes the more
/// frequent label for its own "positive" one, and later versions another.
fn solve(rows: &Dataset<f64, bool, Ix1>, l2_penalty: f64, max_iterations: u64) -> Result<Linear, ModelError> {
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

/// Newton's method for as long as it brings the gradient down.
fn finished(objective: &Objective<'_>, mut linear: Linear) -> Linear {
    let mut norm = objective.gradient_norm(&linear);
    for _ in 0..MOST_STEPS {
        if norm <= FINISHED {
            break;
        }
        let step = objective.newton_step(&linear);
        let lengths = (0..=MOST_HALVINGS).map(|halvings| 0.5_f64.powi(i32::try_from(halvings).unwrap_or_default()));
        let tried = lengths.map(|length| linear.moved(&step, length)).map(|moved| (objective.gradient_norm(&moved), moved));
        // False for NaN.
        let Some(better) = tried.into_iter().find(|(moved_norm, _)| *moved_norm < norm) else { break };
        (norm, linear) = better;
    }
    linear
}

/// Runs something that may panic, and gives the panic's message as an error.
pub(crate) fn contained<T>(work: impl FnOnce() -> T) -> Result<T, ModelError> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| ModelError::FitPanicked { message: message_of(payload.as_ref()) })
}

fn message_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.map_or_else(|| "no message".to_owned(), crate::shown::shown)
}

impl Linear {
    /// This, moved by `length` of a step whose last number is the intercept's.
    fn moved(&self, step: &[f64], length: f64) -> Self {
        let coefficients = self.coefficients.iter().zip(step).map(|(coefficient, step)| coefficient + length * step).collect();
        Self { intercept: self.intercept + length * step.last().copied().unwrap_or_default(), coefficients }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing::Numbers;

    fn limits(iterations: u64) -> Limits {
        Limits { iterations, time: Duration::from_mins(1) }
    }

    #[test]
    fn a_fit_without_time_is_given_up() {
        let (matrix, labels) = sample(300, 0.4);
        let error = fit(matrix, &labels, 1.0, Limits { time: Duration::ZERO, ..limits(200) }).unwrap_err();
        assert!(matches!(error, ModelError::OutOfTime { seconds: 0 }), "{error}");
    }

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
            let Fitted { linear: found, gradient_norm } = fit(matrix, &labels, penalty, limits(200)).unwrap();
            assert!(gradient_norm < 1e-12, "a fit from near the minimum must be finished: {gradient_norm:e}");
            let found: Vec<f64> = found.coefficients.into_iter().chain([found.intercept]).collect();
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-9, "share {share}, penalty {penalty}: {found} is not {expected}");
            }
            assert!(expected[0] > 0.3 && expected[1] < -0.2, "the sample must have a direction to get wrong: {expected:?}");
        }
    }

    #[test]
    fn a_swapped_label_would_not_pass_for_converged() {
        let (matrix, labels) = sample(300, 0.2);
        let linear = fit(matrix.clone(), &labels, 1.0, limits(200)).unwrap().linear;
        let swapped = Linear { intercept: -linear.intercept, coefficients: linear.coefficients.iter().map(|c| -c).collect() };
        let objective = Objective { matrix: &matrix, is_positive: &labels, l2_penalty: 1.0 };
        let norm = |linear: &Linear| objective.gradient_norm(linear);
        assert!(norm(&linear) <= CONVERGED && norm(&swapped) > 0.1);
    }

    #[test]
    fn a_fit_cut_short_is_refused_with_its_norm() {
        let (matrix, labels) = sample(300, 0.4);
        let error = fit(matrix, &labels, 1.0, limits(1)).unwrap_err();
        let ModelError::NotConverged { norm, iterations: 1, limit: NEAR } = error else { unreachable!("{error}") };
        assert!(norm > CONVERGED && norm.is_finite());
        assert!(error.to_string().contains("after at most 1 iterations") && error.help().unwrap().contains("max_iterations"));
    }

    #[test]
    fn separable_rows_need_a_penalty() {
        let matrix = Array2::from_shape_fn((20, 1), |(row, _)| row as f64 - 9.5);
        let labels: Vec<bool> = (0..20).map(|row| row >= 10).collect();
        assert!(matches!(fit(matrix.clone(), &labels, 0.0, limits(1000)), Err(ModelError::Separable)));
        assert!(fit(matrix, &labels, 1.0, limits(200)).is_ok());
    }

    #[test]
    fn what_linfa_refuses_is_an_error_and_not_a_panic() {
        let (mut matrix, labels) = sample(50, 0.5);
        matrix.fill(f64::NAN);
        assert!(matches!(fit(matrix, &labels, 1.0, limits(10)), Err(ModelError::FitFailed { .. })));
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
