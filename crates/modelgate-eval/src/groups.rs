//! Comparisons between the groups that axes cut the rows into.

use crate::Reason;
use crate::confusion::Confusion;

/// A gap between groups, as fairlearn defines it with `method="between_groups"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gap {
    /// Largest minus smallest selection rate.
    SelectionRateDifference,
    /// Smallest over largest selection rate.
    SelectionRateRatio,
    /// Largest minus smallest true positive rate.
    TruePositiveRateDifference,
    /// The larger of the gaps in true and false positive rate.
    EqualizedOddsDifference,
}

impl Gap {
    /// The gap between groups. A group without the rate takes no part (fairlearn would count it as 0); with fewer than
    /// two groups left there is no gap.
    pub(crate) fn value(self, groups: &[Confusion]) -> Result<f64, Reason> {
        match self {
            Self::SelectionRateDifference => difference(groups, Confusion::selection_rate),
            Self::SelectionRateRatio => match range(groups, Confusion::selection_rate)? {
                (_, largest) if largest <= 0.0 => Err(Reason::AllRatesZero),
                (smallest, largest) => Ok(smallest / largest),
            },
            Self::TruePositiveRateDifference => difference(groups, Confusion::true_positive_rate),
            Self::EqualizedOddsDifference => {
                let of_positives = difference(groups, Confusion::true_positive_rate)?;
                Ok(of_positives.max(difference(groups, Confusion::false_positive_rate)?))
            }
        }
    }

    /// The rows of a group that the gap's rates are shares of: the smallest of their denominators.
    pub(crate) fn support(self, rows: &Confusion) -> f64 {
        match self {
            Self::SelectionRateDifference | Self::SelectionRateRatio => rows.positives() + rows.negatives(),
            Self::TruePositiveRateDifference => rows.positives(),
            Self::EqualizedOddsDifference => rows.positives().min(rows.negatives()),
        }
    }
}

type Rate = fn(&Confusion) -> Result<f64, Reason>;

fn difference(groups: &[Confusion], rate: Rate) -> Result<f64, Reason> {
    range(groups, rate).map(|(smallest, largest)| largest - smallest)
}

fn range(groups: &[Confusion], rate: Rate) -> Result<(f64, f64), Reason> {
    let rates: Vec<f64> = groups.iter().filter_map(|group| rate(group).ok()).collect();
    if rates.len() < 2 {
        return Err(Reason::FewerThanTwoGroups);
    }
    Ok((rates.iter().copied().fold(f64::INFINITY, f64::min), rates.iter().copied().fold(f64::NEG_INFINITY, f64::max)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(tp: f64, fp: f64, fn_: f64, tn: f64) -> Confusion {
        Confusion { tp, fp, fn_, tn }
    }

    #[test]
    fn a_group_without_positives_is_left_out_and_not_zero() {
        // The trap of evaluation libraries: the second group's true positive rate does not exist.
        let groups = [group(1.0, 1.0, 1.0, 1.0), group(0.0, 1.0, 0.0, 1.0), group(1.0, 1.0, 0.0, 0.0)];
        assert_eq!(Gap::TruePositiveRateDifference.value(&groups), Ok(0.5));
        assert_eq!(Gap::TruePositiveRateDifference.value(&groups[..2]), Err(Reason::FewerThanTwoGroups));
    }

    #[test]
    fn nobody_selected_has_no_ratio_but_has_a_difference() {
        let groups = [group(0.0, 0.0, 3.0, 1.0), group(0.0, 0.0, 1.0, 1.0)];
        assert_eq!(Gap::SelectionRateRatio.value(&groups), Err(Reason::AllRatesZero));
        assert_eq!(Gap::SelectionRateDifference.value(&groups), Ok(0.0));
    }
}
