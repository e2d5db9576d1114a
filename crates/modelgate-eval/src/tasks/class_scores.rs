//! Numbers of the probabilities of several classes: areas under ROC curves, and whether confidence is deserved.

use modelgate_cube::{ClassCounts, ScoreScale};

use crate::ranking::area;
use crate::scored::{Found, Uncertainty};
use crate::{Method, Reason};

/// The areas of several pairs of row sets, weighted.
struct Areas {
    weights: f64,
    value: f64,
    /// The weighted sum of standard errors; `None` where one is unknown.
    error: Option<f64>,
    binning_error: f64,
    n: f64,
}

impl Areas {
    fn new() -> Self {
        Self { weights: 0.0, value: 0.0, error: Some(0.0), binning_error: 0.0, n: f64::INFINITY }
    }

    fn add(&mut self, table: &modelgate_cube::ScoreTable, scale: ScoreScale, weight: f64) -> Result<(), Reason> {
        let found = area(table, scale).map_err(|_| Reason::ClassWithoutRows)?;
        self.weights += weight;
        self.value += weight * found.value;
        self.error = self.error.zip(found.variance).map(|(sum, variance)| sum + weight * variance.sqrt());
        self.binning_error += weight * found.binning_error;
        self.n = self.n.min(found.smaller_class as f64);
        Ok(())
    }

    /// The areas share rows and so depend on each other in ways that their tables do not tell: the mean of their standard
    /// errors is the most that the standard error of their mean can be.
    fn mean(self) -> Result<Found, Reason> {
        if self.weights <= 0.0 {
            return Err(Reason::SingleClass);
        }
        let uncertainty = match self.error {
            Some(error) if error > 0.0 => Uncertainty::StandardError(error / self.weights, Method::DeLongBound),
            _ => Uncertainty::Unknown,
        };
        let value = self.value / self.weights;
        Ok(Found { value, n: self.n, binning_error: self.binning_error / self.weights, uncertainty })
    }
}

/// The weight of each label; an error where the slice keeps no scores, or has rows of one class only.
fn labels(counts: &ClassCounts) -> Result<Vec<f64>, Reason> {
    if counts.scores.is_empty() {
        return Err(if counts.total().rows == 0 { Reason::NoRows } else { Reason::NotKept });
    }
    let labels = counts.sums().labels;
    if labels.iter().filter(|weight| **weight > 0.0).count() < 2 { Err(Reason::SingleClass) } else { Ok(labels) }
}

fn one_against_rest(counts: &ClassCounts, scale: ScoreScale, weight: fn(f64) -> f64) -> Result<Found, Reason> {
    let mut areas = Areas::new();
    for (class, label) in labels(counts)?.into_iter().enumerate() {
        if weight(label) > 0.0 {
            areas.add(&counts.scores.one_against_rest(class, counts.classes), scale, weight(label))?;
        }
    }
    areas.mean()
}

/// The mean over classes of the area of a class against all others.
pub(crate) fn area_ovr(counts: &ClassCounts, scale: ScoreScale) -> Result<Found, Reason> {
    one_against_rest(counts, scale, |_| 1.0)
}

/// The same, weighted by the classes' rows.
pub(crate) fn area_ovr_weighted(counts: &ClassCounts, scale: ScoreScale) -> Result<Found, Reason> {
    one_against_rest(counts, scale, |label| label)
}

fn one_against_one(counts: &ClassCounts, scale: ScoreScale, weight: fn(f64, f64) -> f64) -> Result<Found, Reason> {
    let labels = labels(counts)?;
    let mut areas = Areas::new();
    for (class, of_class) in labels.iter().enumerate() {
        for (other, of_other) in labels.iter().enumerate().filter(|(other, _)| *other != class) {
            areas.add(&counts.scores.one_against_one(class, other, counts.classes), scale, weight(*of_class, *of_other))?;
        }
    }
    areas.mean()
}

/// The mean over ordered pairs of classes of the area of one against the other (Hand and Till 2001).
pub(crate) fn area_ovo(counts: &ClassCounts, scale: ScoreScale) -> Result<Found, Reason> {
    one_against_one(counts, scale, |_, _| 1.0)
}

/// The same, weighted by the pairs' rows.
pub(crate) fn area_ovo_weighted(counts: &ClassCounts, scale: ScoreScale) -> Result<Found, Reason> {
    one_against_one(counts, scale, |one, other| one + other)
}

/// The mean distance between the probability of the predicted class and the share of right predictions over 15 equal bins.
pub(crate) fn confidence_error(counts: &ClassCounts, _scale: ScoreScale) -> Result<Found, Reason> {
    let total = counts.total();
    let weight = total.weight.to_f64();
    let gaps = counts.confidence.iter().map(|bin| (bin.hits.to_f64() - bin.confidence.to_f64()).abs());
    let value = super::ratio(gaps.sum(), weight).ok_or(Reason::NoRows)?;
    Ok(Found { value, n: total.rows as f64, binning_error: 0.0, uncertainty: Uncertainty::Unknown })
}
