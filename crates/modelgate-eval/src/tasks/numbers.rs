//! Numbers of a regression: means of losses, and what they are of the spread of the labels.

use modelgate_cube::{PartialLoss, RegressionCounts, RegressionSums};

use super::{How, Measure, Moments, TaskSums, ratio};
use crate::Reason;

type Sums = RegressionSums;
type Value = Result<f64, Reason>;

fn no_obstacle(_: &RegressionCounts) -> Option<Reason> {
    None
}

/// The mean of something over rows.
fn mean(part: f64, sums: &Sums) -> Value {
    ratio(part, sums.weight).ok_or(Reason::NoRows)
}

/// A mean with an interval from its exact moments.
const fn loss(value: fn(&Sums) -> Value, moments: fn(&RegressionCounts) -> Moments) -> Measure<Sums> {
    Measure { value, support: TaskSums::total, obstacle: no_obstacle, interval: How::Moments(moments, 1.0) }
}

/// A function of several means.
const fn composite(value: fn(&Sums) -> Value) -> Measure<Sums> {
    Measure { value, support: TaskSums::total, obstacle: no_obstacle, interval: How::Replicates }
}

/// Why a loss that some rows do not have has no mean.
fn missing(loss: &PartialLoss, reason: Reason) -> Option<Reason> {
    (loss.rows_without > 0).then_some(reason)
}

fn no_percentage(counts: &RegressionCounts) -> Option<Reason> {
    missing(&counts.percentage, Reason::ZeroLabel)
}

fn no_poisson(counts: &RegressionCounts) -> Option<Reason> {
    missing(&counts.poisson, Reason::OutsideDomain)
}

fn no_gamma(counts: &RegressionCounts) -> Option<Reason> {
    missing(&counts.gamma, Reason::OutsideDomain)
}

fn no_logarithm(counts: &RegressionCounts) -> Option<Reason> {
    missing(&counts.squared_log_error, Reason::OutsideDomain)
}

pub(crate) const ABSOLUTE: Measure<Sums> =
    loss(|sums| mean(sums.absolute_error, sums), |counts| Moments::from(&counts.absolute_error));
pub(crate) const SQUARED: Measure<Sums> =
    loss(|sums| mean(sums.squared_error, sums), |counts| Moments::from(&counts.squared_error));
/// Prediction minus label, so that too high is above zero.
pub(crate) const SIGNED: Measure<Sums> = Measure {
    interval: How::Moments(|counts: &RegressionCounts| Moments::from(&counts.error), -1.0),
    ..loss(|sums| mean(-sums.error, sums), |counts| Moments::from(&counts.error))
};
pub(crate) const PREDICTED: Measure<Sums> =
    loss(|sums| mean(sums.prediction, sums).map(|mean| mean + sums.shift), |counts| Moments::from(&counts.prediction));
pub(crate) const ROOT: Measure<Sums> = composite(|sums| mean(sums.squared_error, sums).map(f64::sqrt));
pub(crate) const PERCENTAGE: Measure<Sums> = Measure {
    obstacle: no_percentage,
    ..loss(|sums| mean(sums.percentage, sums), |counts| Moments::from(&counts.percentage.sums))
};
pub(crate) const SYMMETRIC_PERCENTAGE: Measure<Sums> =
    loss(|sums| mean(sums.symmetric_percentage, sums), |counts| Moments::from(&counts.symmetric_percentage));
pub(crate) const WEIGHTED_PERCENTAGE: Measure<Sums> =
    composite(|sums| ratio(sums.absolute_error, sums.absolute_label).ok_or(Reason::ZeroLabel));
pub(crate) const SQUARED_LOG: Measure<Sums> = Measure {
    obstacle: no_logarithm,
    ..loss(|sums| mean(sums.squared_log_error, sums), |counts| Moments::from(&counts.squared_log_error.sums))
};
pub(crate) const ROOT_SQUARED_LOG: Measure<Sums> =
    Measure { obstacle: no_logarithm, ..composite(|sums| mean(sums.squared_log_error, sums).map(f64::sqrt)) };
pub(crate) const POISSON: Measure<Sums> =
    Measure { obstacle: no_poisson, ..loss(|sums| mean(sums.poisson, sums), |counts| Moments::from(&counts.poisson.sums)) };
pub(crate) const GAMMA: Measure<Sums> =
    Measure { obstacle: no_gamma, ..loss(|sums| mean(sums.gamma, sums), |counts| Moments::from(&counts.gamma.sums)) };
pub(crate) const PINBALL: Measure<Sums> = composite(|sums| pinball(sums, 0.5));
pub(crate) const PINBALL_10: Measure<Sums> = composite(|sums| pinball(sums, 0.1));
pub(crate) const PINBALL_90: Measure<Sums> = composite(|sums| pinball(sums, 0.9));
pub(crate) const R2: Measure<Sums> = composite(|sums| Ok(1.0 - sums.squared_error / spread_of_labels(sums)?));
pub(crate) const EXPLAINED: Measure<Sums> = composite(|sums| {
    let of_errors = sums.squared_error - sums.error * mean(sums.error, sums)?;
    Ok(1.0 - of_errors.max(0.0) / spread_of_labels(sums)?)
});
pub(crate) const D2_POISSON: Measure<Sums> = Measure { obstacle: no_poisson, ..composite(d2_poisson) };
pub(crate) const D2_GAMMA: Measure<Sums> = Measure { obstacle: no_gamma, ..composite(d2_gamma) };
pub(crate) const CORRELATION: Measure<Sums> = composite(correlation);
pub(crate) const CONCORDANCE: Measure<Sums> = composite(concordance);
pub(crate) const TOTAL_RATIO: Measure<Sums> = composite(|sums| {
    let total = |sum: f64| sum + sums.shift * sums.weight;
    ratio(total(sums.prediction), total(sums.label)).ok_or(Reason::OutsideDomain)
});

/// The mean of max(q e, (q - 1) e), with e = label - prediction: (q - 1/2) e + |e| / 2.
fn pinball(sums: &Sums, quantile: f64) -> Value {
    mean((quantile - 0.5) * sums.error + 0.5 * sums.absolute_error, sums)
}

/// The sum of squared distances of the labels from their mean. What rounding alone would leave is no spread.
fn spread_of_labels(sums: &Sums) -> Value {
    spread(sums.label_squared, sums.label, sums)
}

fn spread(squares: f64, sum: f64, sums: &Sums) -> Value {
    let found = squares - sum * mean(sum, sums)?;
    if found > 1e-13 * squares.abs() && found > 0.0 { Ok(found) } else { Err(Reason::Constant) }
}

fn covariance(sums: &Sums) -> Value {
    Ok(sums.product - sums.label * mean(sums.prediction, sums)?)
}

/// Pearson's.
fn correlation(sums: &Sums) -> Value {
    let (labels, predictions) = (spread_of_labels(sums)?, spread(sums.prediction_squared, sums.prediction, sums)?);
    Ok((covariance(sums)? / (labels.sqrt() * predictions.sqrt())).clamp(-1.0, 1.0))
}

/// Lin's (1989): correlation that a wrong scale or a wrong mean lowers.
fn concordance(sums: &Sums) -> Value {
    let predictions = sums.prediction_squared - sums.prediction * mean(sums.prediction, sums)?;
    let apart = mean(sums.error, sums)?;
    let whole = spread_of_labels(sums)? + predictions.max(0.0) + sums.weight * apart * apart;
    Ok(2.0 * covariance(sums)? / whole)
}

/// The mean label, above zero.
fn positive_mean(sums: &Sums) -> Value {
    let label = mean(sums.label, sums)? + sums.shift;
    if label > 0.0 { Ok(label) } else { Err(Reason::OutsideDomain) }
}

/// What of the Poisson deviance from the mean label is explained.
fn d2_poisson(sums: &Sums) -> Value {
    let label = positive_mean(sums)?;
    let of_mean = 2.0 * (sums.label_log_label - sums.weight * label * libm::log(label));
    explained(sums.poisson, of_mean, sums.label_log_label)
}

/// What of the gamma deviance from the mean label is explained.
fn d2_gamma(sums: &Sums) -> Value {
    let label = positive_mean(sums)?;
    let of_mean = 2.0 * (sums.weight * libm::log(label) - sums.log_label);
    explained(sums.gamma, of_mean, sums.log_label)
}

/// `1 - deviance / of_mean`, where the latter is far more than what rounding leaves of `size`.
fn explained(deviance: f64, of_mean: f64, size: f64) -> Value {
    if of_mean > 1e-9 * size.abs() && of_mean > 0.0 { Ok(1.0 - deviance / of_mean) } else { Err(Reason::Constant) }
}

/// The largest distance of two groups' mean predictions, in standard deviations of both together.
pub(crate) fn standardized_difference(groups: &[Sums]) -> Value {
    let of = |sums: &Sums| {
        let spread = sums.prediction_squared - sums.prediction * mean(sums.prediction, sums).ok()?;
        Some((mean(sums.prediction, sums).ok()? + sums.shift, spread.max(0.0), sums.weight))
    };
    let known: Vec<(f64, f64, f64)> = groups.iter().filter_map(of).collect();
    let pairs = known.iter().enumerate().flat_map(|(index, one)| known.iter().skip(index + 1).map(move |two| (one, two)));
    let distance = |(one, two): (&(f64, f64, f64), &(f64, f64, f64))| {
        let pooled = (one.1 + two.1) / (one.2 + two.2 - 2.0).max(f64::MIN_POSITIVE);
        (pooled > 0.0 && one.2 + two.2 > 2.0).then(|| (one.0 - two.0).abs() / pooled.sqrt())
    };
    if known.len() < 2 {
        return Err(Reason::FewerThanTwoGroups);
    }
    pairs.map(distance).collect::<Option<Vec<f64>>>().ok_or(Reason::Constant).map(|all| all.into_iter().fold(0.0, f64::max))
}
