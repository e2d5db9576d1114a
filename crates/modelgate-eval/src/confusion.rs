//! Confusion counts: which rows a rate is a share of, and the functions of all four counts.

use modelgate_cube::{Cell, ConfusionCounts, Tally};

use crate::Reason;

/// One of the four kinds of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quadrant {
    /// Label positive, predicted positive.
    TruePositive,
    /// Label negative, predicted positive.
    FalsePositive,
    /// Label positive, predicted negative.
    FalseNegative,
    /// Label negative, predicted negative.
    TrueNegative,
}

pub(crate) const TP: Quadrant = Quadrant::TruePositive;
pub(crate) const FP: Quadrant = Quadrant::FalsePositive;
pub(crate) const FN: Quadrant = Quadrant::FalseNegative;
pub(crate) const TN: Quadrant = Quadrant::TrueNegative;

impl Quadrant {
    /// The kind of a row with this label and prediction.
    pub(crate) fn of_row(label: bool, prediction: bool) -> Self {
        match (label, prediction) {
            (true, true) => TP,
            (false, true) => FP,
            (true, false) => FN,
            (false, false) => TN,
        }
    }

    /// The rows of this kind in a cell.
    pub(crate) fn of(self, cell: &Cell) -> &Tally {
        match self {
            Self::TruePositive => &cell.true_positives,
            Self::FalsePositive => &cell.false_positives,
            Self::FalseNegative => &cell.false_negatives,
            Self::TrueNegative => &cell.true_negatives,
        }
    }

    /// The rows of this kind among counts.
    pub(crate) fn of_counts(self, counts: &ConfusionCounts) -> &Tally {
        match self {
            Self::TruePositive => &counts.true_positives,
            Self::FalsePositive => &counts.false_positives,
            Self::FalseNegative => &counts.false_negatives,
            Self::TrueNegative => &counts.true_negatives,
        }
    }

    /// The rows of several kinds together.
    pub(crate) fn sum(quadrants: &[Self], cell: &Cell) -> Tally {
        let mut total = Tally::default();
        for quadrant in quadrants {
            total.merge(quadrant.of(cell));
        }
        total
    }
}

/// The four counts as numbers: weights of observed rows, or one resample of them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Confusion {
    pub(crate) tp: f64,
    pub(crate) fp: f64,
    pub(crate) fn_: f64,
    pub(crate) tn: f64,
}

impl Confusion {
    /// The counts that `count` gives for each kind of rows.
    pub(crate) fn from_quadrants(mut count: impl FnMut(Quadrant) -> f64) -> Self {
        Self { tp: count(TP), fp: count(FP), fn_: count(FN), tn: count(TN) }
    }

    /// The observed weights.
    pub(crate) fn weights(cell: &Cell) -> Self {
        Self::from_quadrants(|quadrant| quadrant.of(cell).weight.to_f64())
    }

    /// The observed rows.
    pub(crate) fn rows(cell: &Cell) -> Self {
        Self::from_quadrants(|quadrant| quadrant.of(cell).rows as f64)
    }

    pub(crate) fn positives(&self) -> f64 {
        self.tp + self.fn_
    }

    pub(crate) fn negatives(&self) -> f64 {
        self.fp + self.tn
    }

    pub(crate) fn predicted_positives(&self) -> f64 {
        self.tp + self.fp
    }

    pub(crate) fn predicted_negatives(&self) -> f64 {
        self.fn_ + self.tn
    }

    /// All rows.
    pub(crate) fn total(&self) -> f64 {
        self.positives() + self.negatives()
    }

    /// The counts of the negative class, seen as the positive one.
    pub(crate) fn mirrored(&self) -> Self {
        Self { tp: self.tn, fp: self.fn_, fn_: self.fp, tn: self.tp }
    }

    /// Both together.
    pub(crate) fn plus(&self, other: &Self) -> Self {
        Self { tp: self.tp + other.tp, fp: self.fp + other.fp, fn_: self.fn_ + other.fn_, tn: self.tn + other.tn }
    }

    /// (TP + TN) / n.
    pub(crate) fn accuracy(&self) -> Result<f64, Reason> {
        ratio(self.tp + self.tn, self.total()).ok_or(Reason::NoRows)
    }

    /// (FP + FN) / n.
    pub(crate) fn error_rate(&self) -> Result<f64, Reason> {
        ratio(self.fp + self.fn_, self.total()).ok_or(Reason::NoRows)
    }

    /// TP / (TP + FP).
    pub(crate) fn precision(&self) -> Result<f64, Reason> {
        ratio(self.tp, self.predicted_positives()).ok_or(Reason::NoPredictedPositives)
    }

    /// FP / (TP + FP).
    pub(crate) fn false_discovery_rate(&self) -> Result<f64, Reason> {
        ratio(self.fp, self.predicted_positives()).ok_or(Reason::NoPredictedPositives)
    }

    /// TN / (TN + FN).
    pub(crate) fn negative_predictive_value(&self) -> Result<f64, Reason> {
        ratio(self.tn, self.predicted_negatives()).ok_or(Reason::NoPredictedNegatives)
    }

    /// FN / (TN + FN).
    pub(crate) fn false_omission_rate(&self) -> Result<f64, Reason> {
        ratio(self.fn_, self.predicted_negatives()).ok_or(Reason::NoPredictedNegatives)
    }

    /// FN / P.
    pub(crate) fn false_negative_rate(&self) -> Result<f64, Reason> {
        ratio(self.fn_, self.positives()).ok_or(Reason::NoPositives)
    }

    /// TN / N.
    pub(crate) fn true_negative_rate(&self) -> Result<f64, Reason> {
        ratio(self.tn, self.negatives()).ok_or(Reason::NoNegatives)
    }

    /// TP / P.
    pub(crate) fn true_positive_rate(&self) -> Result<f64, Reason> {
        ratio(self.tp, self.positives()).ok_or(Reason::NoPositives)
    }

    /// FP / N.
    pub(crate) fn false_positive_rate(&self) -> Result<f64, Reason> {
        ratio(self.fp, self.negatives()).ok_or(Reason::NoNegatives)
    }

    /// (TP + FP) / n.
    pub(crate) fn selection_rate(&self) -> Result<f64, Reason> {
        ratio(self.predicted_positives(), self.total()).ok_or(Reason::NoRows)
    }

    /// The mean of the true positive and the true negative rate. Unlike scikit-learn, which then leaves the absent
    /// class out with a warning, undefined where a class is absent: half of the number would be missing.
    pub(crate) fn balanced_accuracy(&self) -> Result<f64, Reason> {
        let sensitivity = self.true_positive_rate()?;
        Ok(f64::midpoint(sensitivity, self.true_negative_rate()?))
    }
}

/// `part / whole`, or nothing where the whole is empty. Never NaN.
pub(crate) fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}
