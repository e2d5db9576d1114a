//! Numbers of several classes: functions of the rows by label, by prediction, and by both being the same.

use modelgate_cube::{ClassCounts, ClassSums};

use super::{How, Measure, Moments, TaskSums, ratio};
use crate::Reason;

fn no_obstacle(_: &ClassCounts) -> Option<Reason> {
    None
}

/// Hits, labels and predictions class by class.
pub(super) trait ByClass {
    /// The weight of rows that have a class and are predicted to.
    fn hits(&self) -> &[f64];
    /// The weight of rows that have it.
    fn labels(&self) -> &[f64];
    /// The weight of rows that are predicted to.
    fn predictions(&self) -> &[f64];
}

impl ByClass for ClassSums {
    fn hits(&self) -> &[f64] {
        &self.hits
    }

    fn labels(&self) -> &[f64] {
        &self.labels
    }

    fn predictions(&self) -> &[f64] {
        &self.predictions
    }
}

/// A number without a closed form for its interval.
const fn composite(value: fn(&ClassSums) -> Result<f64, Reason>, support: fn(&ClassSums) -> f64) -> Measure<ClassSums> {
    Measure { value, support, obstacle: no_obstacle, interval: How::Replicates }
}

/// The numbers of several classes.
pub(crate) mod by_class {
    use super::{
        ClassCounts, ClassSums, How, Measure, Moments, Reason, TaskSums, agreement, balanced, correlation, each, linear, mean,
        no_obstacle, of_rates, quadratic, ratio, smallest, smallest_class, smallest_of,
    };
    use super::{composite, f1_of, precision_of, recall_of};

    pub(crate) const ACCURACY: Measure<ClassSums> =
        Measure { value: |sums| share_of_hits(sums), support: TaskSums::total, obstacle: no_obstacle, interval: How::Wilson };
    pub(crate) const ERROR_RATE: Measure<ClassSums> = Measure {
        value: |sums| share_of_hits(sums).map(|hits| 1.0 - hits),
        support: TaskSums::total,
        obstacle: no_obstacle,
        interval: How::Wilson,
    };
    pub(crate) const BRIER: Measure<ClassSums> = Measure {
        value: |sums| ratio(sums.brier, sums.total()).ok_or(Reason::NoRows),
        support: TaskSums::total,
        obstacle: no_obstacle,
        interval: How::Moments(|counts: &ClassCounts| Moments::from(&counts.brier), 1.0),
    };
    pub(crate) const LOG_LOSS: Measure<ClassSums> = Measure {
        value: |sums| ratio(sums.log_loss, sums.total()).ok_or(Reason::NoRows),
        support: TaskSums::total,
        obstacle: no_obstacle,
        interval: How::Moments(|counts: &ClassCounts| Moments::from(&counts.log_loss), 1.0),
    };
    pub(crate) const BALANCED: Measure<ClassSums> = composite(balanced, smallest_class);
    pub(crate) const BALANCED_ADJUSTED: Measure<ClassSums> = composite(
        |sums| {
            let classes = sums.labels.iter().filter(|weight| **weight > 0.0).count() as f64;
            Ok((balanced(sums)? - 1.0 / classes) / (1.0 - 1.0 / classes))
        },
        smallest_class,
    );
    pub(crate) const PRECISION_MACRO: Measure<ClassSums> =
        composite(|sums| each(sums, precision_of).map(|rates| mean(&rates)), TaskSums::total);
    pub(crate) const RECALL_MACRO: Measure<ClassSums> =
        composite(|sums| each(sums, recall_of).map(|rates| mean(&rates)), smallest_class);
    pub(crate) const F1_MACRO: Measure<ClassSums> = composite(|sums| each(sums, f1_of).map(|rates| mean(&rates)), smallest_class);
    pub(crate) const PRECISION_WEIGHTED: Measure<ClassSums> = composite(|sums| of_rates(sums, precision_of), TaskSums::total);
    pub(crate) const RECALL_WEIGHTED: Measure<ClassSums> = composite(|sums| of_rates(sums, recall_of), TaskSums::total);
    pub(crate) const F1_WEIGHTED: Measure<ClassSums> = composite(|sums| of_rates(sums, f1_of), TaskSums::total);
    pub(crate) const PRECISION_MIN: Measure<ClassSums> =
        composite(|sums| each(sums, precision_of).map(smallest), |sums| smallest_of(&sums.predictions));
    pub(crate) const RECALL_MIN: Measure<ClassSums> = composite(|sums| each(sums, recall_of).map(smallest), smallest_class);
    pub(crate) const F1_MIN: Measure<ClassSums> = composite(|sums| each(sums, f1_of).map(smallest), smallest_class);
    pub(crate) const MATTHEWS: Measure<ClassSums> = composite(correlation, TaskSums::total);
    pub(crate) const KAPPA: Measure<ClassSums> = composite(agreement, TaskSums::total);
    pub(crate) const KAPPA_LINEAR: Measure<ClassSums> = composite(linear, TaskSums::total);
    pub(crate) const KAPPA_QUADRATIC: Measure<ClassSums> = composite(quadratic, TaskSums::total);

    fn share_of_hits(sums: &ClassSums) -> Result<f64, Reason> {
        ratio(sums.hits.iter().sum(), sums.total()).ok_or(Reason::NoRows)
    }
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

pub(super) fn smallest(values: Vec<f64>) -> f64 {
    values.into_iter().fold(f64::INFINITY, f64::min)
}

/// The smallest of the weights that are not zero.
pub(super) fn smallest_of(weights: &[f64]) -> f64 {
    let used = weights.iter().copied().filter(|weight| *weight > 0.0);
    used.reduce(f64::min).unwrap_or(0.0)
}

/// Hits, labels and predictions of one class.
#[derive(Debug, Clone, Copy)]
pub(super) struct OneClass {
    pub(super) hits: f64,
    pub(super) label: f64,
    pub(super) prediction: f64,
}

pub(super) fn precision_of(class: OneClass) -> Result<f64, Reason> {
    ratio(class.hits, class.prediction).ok_or(Reason::ClassNeverPredicted)
}

pub(super) fn recall_of(class: OneClass) -> Result<f64, Reason> {
    ratio(class.hits, class.label).ok_or(Reason::ClassWithoutRows)
}

pub(super) fn f1_of(class: OneClass) -> Result<f64, Reason> {
    ratio(2.0 * class.hits, class.label + class.prediction).ok_or(Reason::ClassWithoutRows)
}

/// The classes that are a label or a prediction of any row; others take no part, as in scikit-learn.
fn classes(sums: &impl ByClass) -> impl Iterator<Item = OneClass> {
    let joined = sums.hits().iter().zip(sums.labels()).zip(sums.predictions());
    joined
        .map(|((hits, label), prediction)| OneClass { hits: *hits, label: *label, prediction: *prediction })
        .filter(|class| class.label > 0.0 || class.prediction > 0.0)
}

/// The rate of each class; an error where there are no rows, or a class has none.
pub(super) fn each(sums: &impl ByClass, of: fn(OneClass) -> Result<f64, Reason>) -> Result<Vec<f64>, Reason> {
    let values: Vec<f64> = classes(sums).map(of).collect::<Result<_, _>>()?;
    if values.is_empty() { Err(Reason::NoRows) } else { Ok(values) }
}

/// The mean of the classes' rates, weighted by their rows; a class without rows takes no part.
pub(super) fn of_rates(sums: &impl ByClass, of: fn(OneClass) -> Result<f64, Reason>) -> Result<f64, Reason> {
    let with_rows = classes(sums).filter(|class| class.label > 0.0);
    let weighed = with_rows.map(|class| of(class).map(|rate| rate * class.label)).collect::<Result<Vec<f64>, _>>()?;
    ratio(weighed.iter().sum(), sums.labels().iter().sum()).ok_or(Reason::NoRows)
}

/// The classes, by place, that the smallest number of a class is of; none where that is no smallest number of a class, or all
/// classes have it.
pub(super) fn smallest_ones(metric: &str, sums: &impl ByClass) -> Vec<usize> {
    let of = match metric {
        "recall_class_min" => recall_of,
        "precision_class_min" => precision_of,
        "f1_class_min" => f1_of,
        _ => return Vec::new(),
    };
    let joined = sums.hits().iter().zip(sums.labels()).zip(sums.predictions()).enumerate();
    let rates = joined.filter_map(|(place, ((hits, label), prediction))| {
        Some((place, of(OneClass { hits: *hits, label: *label, prediction: *prediction }).ok()?))
    });
    let rates: Vec<(usize, f64)> = rates.collect();
    let least = rates.iter().map(|(_, rate)| *rate).fold(f64::INFINITY, f64::min);
    let found: Vec<usize> = rates.iter().filter(|(_, rate)| rate.total_cmp(&least).is_eq()).map(|(place, _)| *place).collect();
    if found.len() == rates.len() && found.len() > 1 { Vec::new() } else { found }
}

/// The mean recall of the classes that have rows.
fn balanced(sums: &ClassSums) -> Result<f64, Reason> {
    let recalls: Vec<f64> = classes(sums).filter_map(|class| recall_of(class).ok()).collect();
    match recalls.len() {
        0 => Err(Reason::NoRows),
        1 => Err(Reason::SingleClass),
        count => Ok(recalls.iter().sum::<f64>() / count as f64),
    }
}

/// The rows of the smallest class that has any.
pub(super) fn smallest_class<S: ByClass>(rows: &S) -> f64 {
    smallest_of(rows.labels())
}

/// The correlation of labels and predictions of several classes (Gorodkin 2004).
fn correlation(sums: &ClassSums) -> Result<f64, Reason> {
    let total = sums.total();
    let product = |one: &[f64], two: &[f64]| one.iter().zip(two).map(|(one, two)| one * two).sum::<f64>();
    let covariance = sums.hits.iter().sum::<f64>() * total - product(&sums.labels, &sums.predictions);
    let of_labels = total * total - product(&sums.labels, &sums.labels);
    let of_predictions = total * total - product(&sums.predictions, &sums.predictions);
    // Rounding of real weights must not make a spread of what does not vary.
    let varies = |variance: f64| variance > 1e-12 * total * total;
    if !varies(of_labels) || !varies(of_predictions) {
        return Err(Reason::Constant);
    }
    Ok((covariance / (of_labels.sqrt() * of_predictions.sqrt())).clamp(-1.0, 1.0))
}

/// Agreement beyond chance.
fn agreement(sums: &ClassSums) -> Result<f64, Reason> {
    let total = sums.total();
    let wrong = total - sums.hits.iter().sum::<f64>();
    let by_chance: f64 = sums.labels.iter().zip(&sums.predictions).map(|(label, prediction)| label * prediction).sum();
    beyond_chance(wrong, total - ratio(by_chance, total).ok_or(Reason::NoRows)?, total)
}

fn linear(sums: &ClassSums) -> Result<f64, Reason> {
    weighted_agreement(sums, sums.distance, |distance| distance)
}

fn quadratic(sums: &ClassSums) -> Result<f64, Reason> {
    weighted_agreement(sums, sums.squared_distance, |distance| distance * distance)
}

fn weighted_agreement(sums: &ClassSums, observed: f64, weight: fn(f64) -> f64) -> Result<f64, Reason> {
    let total = sums.total();
    let by_label = sums.labels.iter().enumerate().map(|(label, of_label)| {
        let by_prediction = sums.predictions.iter().enumerate();
        let row = by_prediction.map(|(prediction, of)| weight(label.abs_diff(prediction) as f64) * of);
        of_label * row.sum::<f64>()
    });
    beyond_chance(observed, ratio(by_label.sum(), total).ok_or(Reason::NoRows)?, total)
}

fn beyond_chance(observed: f64, expected: f64, total: f64) -> Result<f64, Reason> {
    if expected <= 1e-12 * total {
        return Err(Reason::Constant);
    }
    Ok(1.0 - observed / expected)
}

/// The largest gap between groups in the share of one class among something: the class that the groups differ in most.
pub(crate) mod rates_of_classes {
    use super::{ClassSums, Reason, TaskSums, largest_gap, ratio};

    /// In the share of rows that are predicted as the class.
    pub(crate) fn selection(groups: &[ClassSums]) -> Result<f64, Reason> {
        largest_gap(groups, |sums, class| ratio(sums.predictions.get(class).copied()?, sums.total()))
    }

    /// In the share of the class's rows that are predicted right.
    pub(crate) fn recall(groups: &[ClassSums]) -> Result<f64, Reason> {
        largest_gap(groups, |sums, class| ratio(sums.hits.get(class).copied()?, sums.labels.get(class).copied()?))
    }
}

/// The largest gap between groups in the rate of one class.
pub(super) fn largest_gap<S: ByClass>(groups: &[S], of: impl Fn(&S, usize) -> Option<f64>) -> Result<f64, Reason> {
    let classes = groups.first().map_or(0, |sums| sums.labels().len());
    let gap = |class: usize| {
        let rates: Vec<f64> = groups.iter().filter_map(|sums| of(sums, class)).collect();
        let smallest = rates.iter().copied().fold(f64::INFINITY, f64::min);
        let largest = rates.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (rates.len() >= 2).then_some(largest - smallest)
    };
    (0..classes).filter_map(gap).reduce(f64::max).ok_or(Reason::FewerThanTwoGroups)
}
