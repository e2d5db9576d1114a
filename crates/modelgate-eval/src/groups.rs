//! Comparisons between the groups that axes cut the rows into.

use crate::Reason;
use crate::confusion::Confusion;

/// A rate that groups are compared by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    /// The rate of one group.
    pub(crate) value: fn(&Confusion) -> Result<f64, Reason>,
    /// The rows that it is a share of.
    pub(crate) support: fn(&Confusion) -> f64,
}

impl Rate {
    pub(crate) const ACCURACY: Self = Self { value: Confusion::accuracy, support: Confusion::total };
    pub(crate) const ERROR: Self = Self { value: Confusion::error_rate, support: Confusion::total };
    pub(crate) const SELECTION: Self = Self { value: Confusion::selection_rate, support: Confusion::total };
    pub(crate) const TRUE_POSITIVE: Self = Self { value: Confusion::true_positive_rate, support: Confusion::positives };
    pub(crate) const FALSE_NEGATIVE: Self = Self { value: Confusion::false_negative_rate, support: Confusion::positives };
    pub(crate) const FALSE_POSITIVE: Self = Self { value: Confusion::false_positive_rate, support: Confusion::negatives };
    pub(crate) const TRUE_NEGATIVE: Self = Self { value: Confusion::true_negative_rate, support: Confusion::negatives };
    pub(crate) const PRECISION: Self = Self { value: Confusion::precision, support: Confusion::predicted_positives };
    pub(crate) const FALSE_DISCOVERY: Self =
        Self { value: Confusion::false_discovery_rate, support: Confusion::predicted_positives };
    pub(crate) const NEGATIVE_PREDICTIVE: Self =
        Self { value: Confusion::negative_predictive_value, support: Confusion::predicted_negatives };
    pub(crate) const FALSE_OMISSION: Self =
        Self { value: Confusion::false_omission_rate, support: Confusion::predicted_negatives };
}

/// How far the groups' rates lie apart, as fairlearn defines it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spread {
    /// Largest minus smallest.
    Difference,
    /// Smallest over largest.
    Ratio,
    /// The smallest.
    Smallest,
    /// The largest.
    Largest,
    /// The largest distance of a group from all groups together.
    DifferenceToOverall,
    /// The smallest ratio of a group and all groups together, the smaller over the larger.
    RatioToOverall,
}

/// A comparison between groups.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Gap {
    /// Of one rate.
    Of(Rate, Spread),
    /// Of two rates: the worse of both, which is the larger difference or the smaller ratio.
    Worse([Rate; 2], Spread),
    /// Of two rates: the mean of both.
    Mean([Rate; 2], Spread),
    /// The largest logarithm of a ratio of two groups' smoothed probabilities of one decision: empirical differential
    /// fairness (Foulds et al. 2020), Dirichlet smoothing with a concentration of one.
    DifferentialFairness,
    /// That of the predictions minus that of the labels.
    DifferentialFairnessAmplification,
    /// GE(2) of the groups' mean benefits (Speicher et al. 2018).
    BetweenGroupEntropy,
}

impl Gap {
    /// The gap between groups. A group without the rate takes no part (fairlearn would count it as 0); with fewer than
    /// two groups left there is no gap.
    pub(crate) fn value(self, groups: &[Confusion]) -> Result<f64, Reason> {
        match self {
            Self::Of(rate, spread) => spread.value(groups, rate),
            Self::Worse(rates, spread) => {
                let [one, other] = both(rates, spread, groups)?;
                Ok(if spread.is_ratio() { one.min(other) } else { one.max(other) })
            }
            Self::Mean(rates, spread) => both(rates, spread, groups).map(|[one, other]| f64::midpoint(one, other)),
            Self::DifferentialFairness => differential_fairness(groups, Confusion::predicted_positives),
            Self::DifferentialFairnessAmplification => {
                let of_labels = differential_fairness(groups, Confusion::positives)?;
                Ok(differential_fairness(groups, Confusion::predicted_positives)? - of_labels)
            }
            Self::BetweenGroupEntropy => between_group_entropy(groups),
        }
    }

    /// The rows of a group that the gap's rates are shares of: the smallest of their denominators.
    pub(crate) fn support(self, rows: &Confusion) -> f64 {
        match self {
            Self::Of(rate, _) => (rate.support)(rows),
            Self::Worse(rates, _) | Self::Mean(rates, _) => {
                rates.iter().map(|rate| (rate.support)(rows)).fold(f64::INFINITY, f64::min)
            }
            Self::DifferentialFairness | Self::DifferentialFairnessAmplification | Self::BetweenGroupEntropy => rows.total(),
        }
    }
}

fn both(rates: [Rate; 2], spread: Spread, groups: &[Confusion]) -> Result<[f64; 2], Reason> {
    let [one, other] = rates;
    Ok([spread.value(groups, one)?, spread.value(groups, other)?])
}

impl Spread {
    fn is_ratio(self) -> bool {
        matches!(self, Self::Ratio | Self::RatioToOverall)
    }

    fn value(self, groups: &[Confusion], rate: Rate) -> Result<f64, Reason> {
        let (smallest, largest) = range(groups, rate)?;
        match self {
            Self::Difference => Ok(largest - smallest),
            Self::Ratio => ratio(smallest, largest),
            Self::Smallest => Ok(smallest),
            Self::Largest => Ok(largest),
            Self::DifferenceToOverall => {
                let overall = overall(groups, rate)?;
                Ok((largest - overall).max(overall - smallest))
            }
            Self::RatioToOverall => {
                let overall = overall(groups, rate)?;
                Ok(ratio(smallest, overall)?.min(ratio(overall, largest)?))
            }
        }
    }
}

/// `small / large`; where even the large one is zero there is no ratio.
fn ratio(small: f64, large: f64) -> Result<f64, Reason> {
    if large > 0.0 { Ok(small / large) } else { Err(Reason::AllRatesZero) }
}

/// The rate of all groups together.
fn overall(groups: &[Confusion], rate: Rate) -> Result<f64, Reason> {
    (rate.value)(&groups.iter().fold(Confusion::default(), |sum, group| sum.plus(group)))
}

/// The smallest and the largest rate of the groups that have it.
fn range(groups: &[Confusion], rate: Rate) -> Result<(f64, f64), Reason> {
    extremes(groups.iter().filter_map(|group| (rate.value)(group).ok()))
}

fn extremes(values: impl Iterator<Item = f64>) -> Result<(f64, f64), Reason> {
    let (count, smallest, largest) = values
        .fold((0, f64::INFINITY, f64::NEG_INFINITY), |(count, low, high), value| (count + 1, low.min(value), high.max(value)));
    if count < 2 { Err(Reason::FewerThanTwoGroups) } else { Ok((smallest, largest)) }
}

fn differential_fairness(groups: &[Confusion], favored: fn(&Confusion) -> f64) -> Result<f64, Reason> {
    /// The concentration of the Dirichlet prior, shared by the two decisions.
    const CONCENTRATION: f64 = 1.0;
    let smoothed = |selected: f64, total: f64| (selected + CONCENTRATION / 2.0) / (total + CONCENTRATION);
    let known = || groups.iter().filter(|group| group.total() > 0.0);
    let selected = extremes(known().map(|group| smoothed(favored(group), group.total())))?;
    let rejected = extremes(known().map(|group| smoothed(group.total() - favored(group), group.total())))?;
    let logarithm = |(smallest, largest): (f64, f64)| libm::log(largest / smallest);
    Ok(logarithm(selected).max(logarithm(rejected)))
}

fn between_group_entropy(groups: &[Confusion]) -> Result<f64, Reason> {
    let known = || groups.iter().filter(|group| group.total() > 0.0);
    if known().count() < 2 {
        return Err(Reason::FewerThanTwoGroups);
    }
    let total: f64 = known().map(Confusion::total).sum();
    let mean = known().map(Confusion::benefits).sum::<f64>() / total;
    if mean <= 0.0 {
        return Err(Reason::ZeroDenominator);
    }
    let squares: f64 = known().map(|group| group.total() * (group.benefits() / group.total() / mean - 1.0).powi(2)).sum();
    Ok(squares / total / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(tp: f64, fp: f64, fn_: f64, tn: f64) -> Confusion {
        Confusion { tp, fp, fn_, tn }
    }

    const TPR_DIFFERENCE: Gap = Gap::Of(Rate::TRUE_POSITIVE, Spread::Difference);

    #[test]
    fn a_group_without_positives_is_left_out_and_not_zero() {
        // The trap of evaluation libraries: the second group's true positive rate does not exist.
        let groups = [group(1.0, 1.0, 1.0, 1.0), group(0.0, 1.0, 0.0, 1.0), group(1.0, 1.0, 0.0, 0.0)];
        assert_eq!(TPR_DIFFERENCE.value(&groups), Ok(0.5));
        assert_eq!(TPR_DIFFERENCE.value(&groups[..2]), Err(Reason::FewerThanTwoGroups));
    }

    #[test]
    fn nobody_selected_has_no_ratio_but_has_a_difference() {
        let groups = [group(0.0, 0.0, 3.0, 1.0), group(0.0, 0.0, 1.0, 1.0)];
        assert_eq!(Gap::Of(Rate::SELECTION, Spread::Ratio).value(&groups), Err(Reason::AllRatesZero));
        assert_eq!(Gap::Of(Rate::SELECTION, Spread::Difference).value(&groups), Ok(0.0));
    }

    #[test]
    fn signed_gaps_that_would_cancel_do_not() {
        // AIF360's average_odds_difference is 0 here: +0.5 and -0.5.
        let groups = [group(2.0, 2.0, 2.0, 2.0), group(4.0, 0.0, 0.0, 4.0)];
        let odds = [Rate::TRUE_POSITIVE, Rate::FALSE_POSITIVE];
        assert_eq!(Gap::Mean(odds, Spread::Difference).value(&groups), Ok(0.5));
        assert_eq!(Gap::Worse(odds, Spread::Difference).value(&groups), Ok(0.5));
        assert_eq!(Gap::Worse(odds, Spread::Ratio).value(&groups), Ok(0.0));
    }

    #[test]
    fn a_gap_to_overall_is_held_against_all_groups_together() {
        let groups = [group(1.0, 0.0, 3.0, 0.0), group(9.0, 0.0, 3.0, 0.0)];
        let to_overall = |spread| Gap::Of(Rate::SELECTION, spread).value(&groups);
        assert_eq!(to_overall(Spread::DifferenceToOverall), Ok(0.375));
        assert_eq!(to_overall(Spread::RatioToOverall), Ok(0.4));
        assert_eq!((to_overall(Spread::Smallest), to_overall(Spread::Largest)), (Ok(0.25), Ok(0.75)));
    }

    #[test]
    fn differential_fairness_looks_at_the_rejected_as_well() {
        // Smoothed selection rates 0.5 and 0.9: rejections differ by a factor of five, selections by 1.8.
        let groups = [group(2.0, 0.0, 2.0, 0.0), group(4.0, 0.0, 0.0, 0.0)];
        assert_eq!(Gap::DifferentialFairness.value(&groups), Ok(libm::log(5.0)));
    }

    #[test]
    fn groups_of_equal_mean_benefit_have_no_entropy_between_them() {
        assert_eq!(Gap::BetweenGroupEntropy.value(&[group(1.0, 1.0, 1.0, 1.0), group(2.0, 0.0, 0.0, 2.0)]), Ok(0.0));
        // Benefits 0.5 and 1.5 around 1.
        assert_eq!(Gap::BetweenGroupEntropy.value(&[group(1.0, 0.0, 1.0, 0.0), group(1.0, 1.0, 0.0, 0.0)]), Ok(0.125));
    }
}
