//! The catalogue: every metric as a row of one table, from which code, `list metrics`, `explain` and the docs read.

use std::fmt;

use modelgate_cube::{Cell, LossSums};

use crate::Reason;
use crate::confusion::{Confusion, FN, FP, Quadrant, TN, TP};
use crate::groups::Gap;

/// A metric of the catalogue; ordered as the catalogue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MetricId(u16);

/// Which way a metric gets better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// More is better, as for accuracy.
    HigherIsBetter,
    /// Less is better, as for log loss or a gap between groups.
    LowerIsBetter,
    /// Neither by itself, as for a selection rate. A regression gate on it limits the change either way.
    Neutral,
}

/// What a metric is computed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    /// One number for each slice.
    Slice,
    /// One number for each slice, in relation to the other slices that the same axes make. `overall` has none.
    AgainstGroups,
    /// One number for each set of axes: it compares the groups that they cut the rows into.
    AcrossGroups,
}

/// One row of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// The id, as scikit-learn and fairlearn name it.
    pub id: &'static str,
    /// A title for people.
    pub title: &'static str,
    /// What it is computed over.
    pub kind: MetricKind,
    /// The smallest possible value.
    pub lowest: f64,
    /// The largest possible value; infinite where there is none.
    pub highest: f64,
    /// Which way it gets better.
    pub direction: Direction,
    /// Whether rows need scores, not only predictions.
    pub needs_scores: bool,
    /// The formula, in the letters TP FP FN TN P N n and s (score), y (label).
    pub formula: &'static str,
    /// The rows that count as its sample size.
    pub denominator: &'static str,
    /// When it is undefined.
    pub undefined_when: &'static str,
    /// How its interval is made.
    pub interval: &'static str,
    /// The function of a well-known library that gives the same number.
    pub reference: &'static str,
    /// How it is computed.
    pub(crate) compute: Compute,
}

/// How a metric is computed from counts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Compute {
    /// The number of rows.
    Rows,
    /// A share of some rows in others.
    Proportion {
        /// The rows that count.
        part: &'static [Quadrant],
        /// The rows among which they are counted.
        whole: &'static [Quadrant],
        /// Why there is no value where the whole is empty.
        empty: Reason,
    },
    /// Another function of the confusion counts.
    Composite {
        /// The function.
        value: fn(&Confusion) -> Result<f64, Reason>,
        /// The metric's own sample size.
        support: fn(&Confusion) -> f64,
    },
    /// The area under the ROC curve.
    RocAuc,
    /// The mean of a loss.
    MeanLoss(fn(&Cell) -> &LossSums),
    /// A group's selection rate in relation to the highest.
    ImpactRatio,
    /// A gap between groups.
    Gap(Gap),
}

impl MetricId {
    /// Looks an id up, exactly as written in the catalogue.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        let position = METRICS.iter().position(|metric| metric.id == id)?;
        u16::try_from(position).ok().map(Self)
    }

    /// Every metric, in the order of the catalogue.
    pub fn all() -> impl Iterator<Item = Self> {
        (0_u16..).zip(METRICS).map(|(position, _)| Self(position))
    }

    /// The catalogue's row.
    #[must_use]
    pub fn metric(self) -> &'static Metric {
        // An id is only ever made from a position of the table.
        METRICS.get(usize::from(self.0)).unwrap_or(&METRICS[0])
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.metric().id
    }
}

impl fmt::Display for MetricId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A rate in [0, 1] of one slice, with a Wilson interval.
const RATE: Metric = Metric {
    id: "",
    title: "",
    kind: MetricKind::Slice,
    lowest: 0.0,
    highest: 1.0,
    direction: Direction::HigherIsBetter,
    needs_scores: false,
    formula: "",
    denominator: "all rows",
    undefined_when: "the slice has no rows",
    interval: "Wilson score",
    reference: "",
    compute: Compute::Rows,
};

/// A gap between the groups of an axis, resampled.
const GAP: Metric = Metric {
    kind: MetricKind::AcrossGroups,
    direction: Direction::LowerIsBetter,
    denominator: "the rows of the smallest group that is compared; smaller ones than `min_support` are left out and named",
    undefined_when: "fewer than two groups have the rate",
    interval: "resampled cells, basic",
    ..RATE
};

/// Every metric. Ids are those of scikit-learn and fairlearn; `impact_ratio` is the word of NYC Local Law 144.
pub const METRICS: &[Metric] = &[
    Metric {
        id: "count",
        title: "Rows",
        highest: f64::INFINITY,
        direction: Direction::Neutral,
        formula: "n",
        undefined_when: "never",
        interval: "none: a count is not an estimate",
        reference: "fairlearn.metrics.count",
        compute: Compute::Rows,
        ..RATE
    },
    Metric {
        id: "accuracy",
        title: "Accuracy",
        formula: "(TP + TN) / n",
        reference: "sklearn.metrics.accuracy_score",
        compute: Compute::Proportion { part: &[TP, TN], whole: &[TP, FP, FN, TN], empty: Reason::NoRows },
        ..RATE
    },
    Metric {
        id: "balanced_accuracy",
        title: "Balanced accuracy",
        formula: "(TP / P + TN / N) / 2",
        denominator: "the smaller of positives and negatives",
        undefined_when: "one class has no rows",
        interval: "resampled cells, percentile",
        reference: "sklearn.metrics.balanced_accuracy_score",
        compute: Compute::Composite { value: Confusion::balanced_accuracy, support: |c| c.positives().min(c.negatives()) },
        ..RATE
    },
    Metric {
        id: "precision",
        title: "Precision",
        formula: "TP / (TP + FP)",
        denominator: "rows predicted positive",
        undefined_when: "no row is predicted positive",
        reference: "sklearn.metrics.precision_score",
        compute: Compute::Proportion { part: &[TP], whole: &[TP, FP], empty: Reason::NoPredictedPositives },
        ..RATE
    },
    Metric {
        id: "recall",
        title: "Recall",
        formula: "TP / P",
        denominator: "rows with a positive label",
        undefined_when: "no row has a positive label",
        reference: "sklearn.metrics.recall_score",
        compute: Compute::Proportion { part: &[TP], whole: &[TP, FN], empty: Reason::NoPositives },
        ..RATE
    },
    Metric {
        id: "f1",
        title: "F1",
        formula: "2 TP / (2 TP + FP + FN)",
        denominator: "rows with a positive label or prediction",
        undefined_when: "no row has a positive label or prediction",
        interval: "resampled cells, percentile",
        reference: "sklearn.metrics.f1_score",
        compute: Compute::Composite { value: Confusion::f1, support: |c| c.tp + c.fp + c.fn_ },
        ..RATE
    },
    Metric {
        id: "selection_rate",
        title: "Selection rate",
        direction: Direction::Neutral,
        formula: "(TP + FP) / n",
        reference: "fairlearn.metrics.selection_rate",
        compute: Compute::Proportion { part: &[TP, FP], whole: &[TP, FP, FN, TN], empty: Reason::NoRows },
        ..RATE
    },
    Metric {
        id: "true_positive_rate",
        title: "True positive rate",
        formula: "TP / P",
        denominator: "rows with a positive label",
        undefined_when: "no row has a positive label",
        reference: "fairlearn.metrics.true_positive_rate",
        compute: Compute::Proportion { part: &[TP], whole: &[TP, FN], empty: Reason::NoPositives },
        ..RATE
    },
    Metric {
        id: "false_positive_rate",
        title: "False positive rate",
        direction: Direction::LowerIsBetter,
        formula: "FP / N",
        denominator: "rows with a negative label",
        undefined_when: "no row has a negative label",
        reference: "fairlearn.metrics.false_positive_rate",
        compute: Compute::Proportion { part: &[FP], whole: &[FP, TN], empty: Reason::NoNegatives },
        ..RATE
    },
    Metric {
        id: "false_negative_rate",
        title: "False negative rate",
        direction: Direction::LowerIsBetter,
        formula: "FN / P",
        denominator: "rows with a positive label",
        undefined_when: "no row has a positive label",
        reference: "fairlearn.metrics.false_negative_rate",
        compute: Compute::Proportion { part: &[FN], whole: &[TP, FN], empty: Reason::NoPositives },
        ..RATE
    },
    Metric {
        id: "roc_auc",
        title: "Area under the ROC curve",
        needs_scores: true,
        formula: "P(s of a positive > s of a negative) + 1/2 P(they are equal)",
        denominator: "the smaller of positives and negatives",
        undefined_when: "one class has no rows, or the model gives no scores",
        interval: "DeLong, logit scale",
        reference: "sklearn.metrics.roc_auc_score",
        compute: Compute::RocAuc,
        ..RATE
    },
    Metric {
        id: "brier_score",
        title: "Brier score",
        direction: Direction::LowerIsBetter,
        needs_scores: true,
        formula: "mean of (s - y)^2",
        undefined_when: "the slice has no rows, or the model gives no scores",
        interval: "normal, exact moments",
        reference: "sklearn.metrics.brier_score_loss",
        compute: Compute::MeanLoss(|cell| &cell.brier),
        ..RATE
    },
    Metric {
        id: "log_loss",
        title: "Log loss",
        highest: f64::INFINITY,
        direction: Direction::LowerIsBetter,
        needs_scores: true,
        formula: "mean of -ln(s if y else 1 - s), s clipped to [2^-52, 1 - 2^-52]",
        undefined_when: "the slice has no rows, or the model gives no scores",
        interval: "normal, exact moments",
        reference: "sklearn.metrics.log_loss",
        compute: Compute::MeanLoss(|cell| &cell.log_loss),
        ..RATE
    },
    Metric {
        id: "impact_ratio",
        title: "Impact ratio",
        kind: MetricKind::AgainstGroups,
        formula: "selection rate of the group / selection rate of the most selected group",
        denominator: "the group's rows",
        undefined_when: "fewer than two groups, or no group has a selected row; there is none for overall",
        interval: "Miettinen-Nurminen score against the most selected group",
        reference: "NYC Local Law 144 (6 RCNY 5-301); aequitas pprev disparity against the maximum",
        compute: Compute::ImpactRatio,
        ..RATE
    },
    Metric {
        id: "demographic_parity_difference",
        title: "Demographic parity difference",
        formula: "largest minus smallest selection rate",
        reference: "fairlearn.metrics.demographic_parity_difference",
        compute: Compute::Gap(Gap::SelectionRateDifference),
        ..GAP
    },
    Metric {
        id: "demographic_parity_ratio",
        title: "Demographic parity ratio",
        direction: Direction::HigherIsBetter,
        formula: "smallest / largest selection rate",
        undefined_when: "fewer than two groups, or no group has a selected row",
        reference: "fairlearn.metrics.demographic_parity_ratio",
        compute: Compute::Gap(Gap::SelectionRateRatio),
        ..GAP
    },
    Metric {
        id: "equal_opportunity_difference",
        title: "Equal opportunity difference",
        formula: "largest minus smallest true positive rate",
        reference: "fairlearn.metrics.equal_opportunity_difference",
        compute: Compute::Gap(Gap::TruePositiveRateDifference),
        ..GAP
    },
    Metric {
        id: "equalized_odds_difference",
        title: "Equalized odds difference",
        formula: "the larger of the gaps in true positive rate and in false positive rate",
        reference: "fairlearn.metrics.equalized_odds_difference",
        compute: Compute::Gap(Gap::EqualizedOddsDifference),
        ..GAP
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_finds_itself_and_no_row_is_half_written() {
        for id in MetricId::all() {
            assert_eq!(MetricId::parse(id.as_str()), Some(id));
            let metric = id.metric();
            for text in
                [metric.title, metric.formula, metric.denominator, metric.undefined_when, metric.interval, metric.reference]
            {
                assert!(!text.is_empty(), "{}", metric.id);
            }
            assert!(metric.lowest < metric.highest);
        }
        assert_eq!(MetricId::all().count(), METRICS.len());
        assert_eq!(MetricId::parse("Accuracy"), None);
    }
}
