//! A measured number with its uncertainty, or the reason why there is none.

use std::fmt;

/// Why a number does not exist. A number that does not exist never passes a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The slice has no rows.
    NoRows,
    /// No row has a positive label.
    NoPositives,
    /// No row has a negative label.
    NoNegatives,
    /// No row is predicted positive.
    NoPredictedPositives,
    /// No row is predicted negative.
    NoPredictedNegatives,
    /// No row is a false positive.
    NoFalsePositives,
    /// No row is a false negative.
    NoFalseNegatives,
    /// No row is a true negative.
    NoTrueNegatives,
    /// All labels are of one class.
    SingleClass,
    /// Labels, predictions or scores do not vary.
    Constant,
    /// The scores tell the classes apart without an overlap, so that no finite curve fits them best.
    Separated,
    /// What it would be divided by is zero.
    ZeroDenominator,
    /// The rows carry predictions but no scores.
    NoScores,
    /// The metric is not defined for this task.
    OtherTask,
    /// A class that has rows is never predicted.
    ClassNeverPredicted,
    /// A class that is predicted or compared has no rows.
    ClassWithoutRows,
    /// A label is zero, or so small that nothing can be a share of it.
    ZeroLabel,
    /// A label or prediction lies where the formula has no value.
    OutsideDomain,
    /// What the metric needs is not kept for this slice.
    NotKept,
    /// The rows carry no true classes.
    NoLabels,
    /// No row has a label, or is given one, in the sets that it would be a share of.
    EmptySets,
    /// No query has a relevant row.
    NoRelevantRows,
    /// No features of the rows are declared.
    NoFeatures,
    /// Fewer than two clusters have rows.
    FewerThanTwoClusters,
    /// The metric is not defined for weights that are no numbers of rows.
    Weighted,
    /// Fewer than two groups have a value to compare.
    FewerThanTwoGroups,
    /// Every group's rate is zero, so their ratio does not exist.
    AllRatesZero,
    /// The baseline has no rows of this slice.
    NotInBaseline,
    /// The candidate has no rows of this slice.
    NotInCandidate,
    /// A row has no benefit at all: it is a false negative.
    NoBenefit,
    /// The baseline's predictions of the same rows are not given.
    NoBaselinePredictions,
    /// No prices of errors are declared.
    NoCosts,
    /// No control column is declared.
    NoControl,
    /// No reference group is declared, or it has no rows.
    NoReference,
    /// The two sides were counted by different definitions and cannot be compared.
    DifferentDefinitions,
    /// The baseline published no counts of it.
    NotDisclosed,
    /// No model of the other rows could be trained.
    NotTrained,
    /// There are fewer rows than it takes.
    TooFew,
    /// There are more rows than it is made for.
    TooMany,
    /// Too many rows have scores that no evaluated row has.
    ScoresNotTested,
    /// Too many rows of a batch have predictions that no evaluated row has.
    PredictionsNotTested,
    /// The predictions do not follow from the scores at the decision threshold.
    PredictionsApart,
}

impl Reason {
    /// Every reason.
    pub const ALL: &[Self] = &[
        Self::NoRows,
        Self::NoPositives,
        Self::NoNegatives,
        Self::NoPredictedPositives,
        Self::NoPredictedNegatives,
        Self::NoFalsePositives,
        Self::NoFalseNegatives,
        Self::NoTrueNegatives,
        Self::SingleClass,
        Self::Constant,
        Self::Separated,
        Self::ZeroDenominator,
        Self::NoScores,
        Self::OtherTask,
        Self::ClassNeverPredicted,
        Self::ClassWithoutRows,
        Self::ZeroLabel,
        Self::OutsideDomain,
        Self::NotKept,
        Self::NoLabels,
        Self::EmptySets,
        Self::NoRelevantRows,
        Self::NoFeatures,
        Self::FewerThanTwoClusters,
        Self::Weighted,
        Self::FewerThanTwoGroups,
        Self::AllRatesZero,
        Self::NotInBaseline,
        Self::NotInCandidate,
        Self::NoBenefit,
        Self::NoBaselinePredictions,
        Self::NoCosts,
        Self::NoControl,
        Self::NoReference,
        Self::DifferentDefinitions,
        Self::NotDisclosed,
        Self::NotTrained,
        Self::TooFew,
        Self::TooMany,
        Self::PredictionsApart,
        Self::ScoresNotTested,
        Self::PredictionsNotTested,
    ];

    /// The stable name used in machine output.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::NoRows => "no_rows",
            Self::NoPositives => "no_positives",
            Self::NoNegatives => "no_negatives",
            Self::NoPredictedPositives => "no_predicted_positives",
            Self::NoPredictedNegatives => "no_predicted_negatives",
            Self::NoFalsePositives => "no_false_positives",
            Self::NoFalseNegatives => "no_false_negatives",
            Self::NoTrueNegatives => "no_true_negatives",
            Self::SingleClass => "single_class",
            Self::Constant => "constant",
            Self::Separated => "separated",
            Self::ZeroDenominator => "zero_denominator",
            Self::NoScores => "no_scores",
            Self::OtherTask => "other_task",
            Self::ClassNeverPredicted => "class_never_predicted",
            Self::ClassWithoutRows => "class_without_rows",
            Self::ZeroLabel => "zero_label",
            Self::OutsideDomain => "outside_domain",
            Self::NotKept => "not_kept",
            Self::NoLabels => "no_labels",
            Self::EmptySets => "empty_sets",
            Self::NoRelevantRows => "no_relevant_rows",
            Self::NoFeatures => "no_features",
            Self::FewerThanTwoClusters => "fewer_than_two_clusters",
            Self::Weighted => "weighted",
            Self::FewerThanTwoGroups => "fewer_than_two_groups",
            Self::AllRatesZero => "all_rates_zero",
            Self::NotInBaseline => "not_in_baseline",
            Self::NotInCandidate => "not_in_candidate",
            Self::NoBenefit => "no_benefit",
            Self::NoBaselinePredictions => "no_baseline_predictions",
            Self::NoCosts => "no_costs",
            Self::NoControl => "no_control",
            Self::NoReference => "no_reference",
            Self::DifferentDefinitions => "different_definitions",
            Self::NotDisclosed => "not_disclosed",
            Self::NotTrained => "not_trained",
            Self::TooFew => "too_few",
            Self::TooMany => "too_many",
            Self::ScoresNotTested => "scores_not_tested",
            Self::PredictionsNotTested => "predictions_not_tested",
            Self::PredictionsApart => "predictions_apart",
        }
    }
}

impl Reason {
    /// The same reason with the classes exchanged.
    pub(crate) fn mirrored(self) -> Self {
        match self {
            Self::NoPositives => Self::NoNegatives,
            Self::NoNegatives => Self::NoPositives,
            Self::NoPredictedPositives => Self::NoPredictedNegatives,
            Self::NoPredictedNegatives => Self::NoPredictedPositives,
            other => other,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoRows => "no rows",
            Self::NoPositives => "no row has a positive label",
            Self::NoNegatives => "no row has a negative label",
            Self::NoPredictedPositives => "no row is predicted positive",
            Self::NoPredictedNegatives => "no row is predicted negative",
            Self::NoFalsePositives => "no row is a false positive",
            Self::NoFalseNegatives => "no row is a false negative",
            Self::NoTrueNegatives => "no row is a true negative",
            Self::SingleClass => "all labels are of one class",
            Self::Constant => "labels, predictions or scores do not vary",
            Self::Separated => "the scores separate the classes without an overlap",
            Self::ZeroDenominator => "what it would be divided by is zero",
            Self::NoScores => "the model gives no scores",
            Self::OtherTask => "the metric is not defined for this task",
            Self::ClassNeverPredicted => "a class that has rows is never predicted",
            Self::ClassWithoutRows => "a class has no rows",
            Self::ZeroLabel => "a label is zero",
            Self::OutsideDomain => "a label or prediction lies where the formula has no value",
            Self::NotKept => "what it needs is kept for all rows and for slices by one column only",
            Self::NoLabels => "the rows have no true classes",
            Self::EmptySets => "the sets that it would be a share of are empty",
            Self::NoRelevantRows => "no query has a relevant row",
            Self::NoFeatures => "no features are declared",
            Self::FewerThanTwoClusters => "fewer than two clusters have rows",
            Self::Weighted => "it is not defined for weights that are no numbers of rows",
            Self::FewerThanTwoGroups => "fewer than two groups have a value",
            Self::AllRatesZero => "every group's rate is zero",
            Self::NotInBaseline => "the baseline has no rows of this slice",
            Self::NotInCandidate => "the candidate has no rows of this slice",
            Self::NoBenefit => "a row is a false negative, whose benefit is zero",
            Self::NoBaselinePredictions => "the baseline's predictions of these rows are not given",
            Self::NoCosts => "no costs are declared",
            Self::NoControl => "no control column is declared",
            Self::NoReference => "there is no reference group",
            Self::DifferentDefinitions => "the two sides were counted by different definitions",
            Self::NotDisclosed => "the baseline's published counts do not have it",
            Self::NotTrained => "no model of the other rows could be trained",
            Self::TooFew => "there are too few rows",
            Self::TooMany => "there are more rows than it is made for",
            Self::ScoresNotTested => "too many rows have scores that no evaluated row has",
            Self::PredictionsNotTested => "too many rows have predictions that no evaluated row has",
            Self::PredictionsApart => "the predictions do not follow from the scores at the decision threshold",
        })
    }
}

/// How an interval was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Wilson's score interval for one proportion (Wilson 1927).
    Wilson,
    /// The wider of Wilson's interval and the exact mid-p interval (Lancaster 1961), where few rows are hits, or few are not:
    /// Wilson's alone covers as little as 84 % there.
    WilsonOrExact,
    /// The exact interval of Clopper and Pearson (1934).
    ClopperPearson,
    /// The score interval for a ratio of two independent proportions (Miettinen and Nurminen 1985); with hardly any hits, the wider
    /// of it and the interval from those of both proportions (Donner and Zou 2012).
    MiettinenNurminen,
    /// Square-and-add of both sides' intervals (Zou and Donner 2008); for two proportions with Wilson intervals it is
    /// Newcombe's hybrid score interval (Newcombe 1998, method 10).
    SquareAndAdd,
    /// The score interval of the area under the ROC curve from `DeLong`'s variance (`DeLong` et al. 1988), and where that comes from
    /// few rows, from Newcombe's (2006, method 5) beside it.
    DeLong,
    /// The normal interval from the exact first and second moments of the rows' losses.
    Moments,
    /// The normal interval with a few more rows at both ends (Agresti and Coull 1998).
    AgrestiCoull,
    /// The interval of the means whose standard error, in proportion to them, puts the observed mean within Student's quantile;
    /// from the exact first and second moments of the rows' losses.
    ScaledMoments,
    /// The normal interval from the sandwich variance of a logistic fit (Huber 1967; White 1982).
    Sandwich,
    /// The normal interval from the spread of Poisson resamples of the counts by score.
    ResampledScores,
    /// Percentiles of Poisson resamples of the cube's cells.
    Resampled,
    /// Quantiles of counts that the observed ones leave plausible: the mid-p confidence distributions of the counts (Fay, Proschan
    /// and Brittain 2015).
    Plausible,
    /// Reflected ("basic") percentiles of resamples, which do not inherit the upward bias of gaps between groups.
    ResampledBasic,
    /// `DeLong`'s variance of several areas that share rows: the mean of their standard errors, which is the most that
    /// the standard error of their mean can be.
    DeLongBound,
    /// The normal interval from the spread of the stored replicates of the rows.
    Replicates,
    /// Reflected ("basic") percentiles of the stored replicates of the rows.
    ReplicatesBasic,
    /// The normal interval from the differences of replicates that both sides share, never narrower than Tango's (1998)
    /// for rows none of which changed.
    Paired,
    /// Reflected ("basic") percentiles of the differences of replicates that both sides share.
    PairedBasic,
    /// Tango's score interval for the difference of two proportions of the same rows (Tango 1998).
    Tango,
}

impl Method {
    /// Every method.
    pub const ALL: &[Self] = &[
        Self::Wilson,
        Self::WilsonOrExact,
        Self::ClopperPearson,
        Self::MiettinenNurminen,
        Self::SquareAndAdd,
        Self::DeLong,
        Self::Moments,
        Self::AgrestiCoull,
        Self::ScaledMoments,
        Self::Sandwich,
        Self::ResampledScores,
        Self::Resampled,
        Self::Plausible,
        Self::ResampledBasic,
        Self::DeLongBound,
        Self::Replicates,
        Self::ReplicatesBasic,
        Self::Paired,
        Self::PairedBasic,
        Self::Tango,
    ];

    /// The name that people read.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Wilson => "Wilson score",
            Self::WilsonOrExact => "Wilson score or exact mid-p, the wider",
            Self::ClopperPearson => "Clopper-Pearson exact",
            Self::MiettinenNurminen => "Miettinen-Nurminen score",
            Self::SquareAndAdd => "square-and-add (Newcombe)",
            Self::DeLong => "DeLong",
            Self::Moments => "normal, exact moments",
            Self::AgrestiCoull => "Agresti-Coull",
            Self::ScaledMoments => "scaled, exact moments",
            Self::Sandwich => "normal, sandwich variance",
            Self::ResampledScores => "resampled scores, normal",
            Self::Resampled => "resampled cells, percentile",
            Self::Plausible => "plausible counts (mid-p), quantiles",
            Self::ResampledBasic => "resampled cells, basic",
            Self::DeLongBound => "DeLong, upper bound",
            Self::Replicates => "replicates, normal",
            Self::ReplicatesBasic => "replicates, basic",
            Self::Paired => "paired replicates, normal",
            Self::PairedBasic => "paired replicates, basic",
            Self::Tango => "Tango score",
        }
    }
}

/// A two-sided confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
    /// How it was made.
    pub method: Method,
}

/// A number that exists.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The point estimate; finite.
    pub value: f64,
    /// Its confidence interval; `None` for plain counts, which are not estimates of anything, and where there are too
    /// few rows to make one.
    pub interval: Option<Interval>,
    /// The rows in the metric's own denominator (positives for a true positive rate, not all rows); for a gap
    /// between groups, that of the smallest group.
    pub n: u64,
    /// The most that binned scores can have moved the value; zero where it was computed from exact scores.
    pub binning_error: f64,
}

/// A number, or why there is none. Never NaN, never a stand-in zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Estimate {
    /// The number exists.
    Measured(Measured),
    /// It does not, and this is why. `n` is the denominator that was too small.
    Undefined {
        /// Why there is no number.
        reason: Reason,
        /// The rows in the metric's own denominator.
        n: u64,
    },
}

impl Estimate {
    /// The number, where it exists.
    #[must_use]
    pub fn measured(&self) -> Option<&Measured> {
        match self {
            Self::Measured(measured) => Some(measured),
            Self::Undefined { .. } => None,
        }
    }

    /// The rows in the metric's own denominator.
    #[must_use]
    pub fn n(&self) -> u64 {
        match self {
            Self::Measured(measured) => measured.n,
            Self::Undefined { n, .. } => *n,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many variants an enum of this file has.
    fn variants(name: &str) -> usize {
        let source = include_str!("estimate.rs");
        let body =
            source.split(&format!("pub enum {name} {{")).nth(1).and_then(|rest| rest.split("\n}").next()).unwrap_or_default();
        body.lines().filter(|line| line.ends_with(',') && !line.trim_start().starts_with("//")).count()
    }

    #[test]
    fn the_lists_are_whole_and_their_names_tell_their_members_apart() {
        assert_eq!((Reason::ALL.len(), Method::ALL.len()), (variants("Reason"), variants("Method")));
        let names = |all: Vec<&'static str>| all.iter().collect::<std::collections::BTreeSet<_>>().len();
        assert_eq!(names(Reason::ALL.iter().map(|reason| reason.id()).collect()), Reason::ALL.len());
        assert_eq!(names(Method::ALL.iter().map(|method| method.name()).collect()), Method::ALL.len());
    }
}
