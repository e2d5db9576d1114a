//! One group held against another: signed, and without the upward bias of a largest-minus-smallest gap.

use crate::interval::{self, Ranged};
use crate::{Change, Delta, Estimate, Measured};

/// The group's value minus the reference's, with the interval of a difference between independent groups: no row is in
/// both. Its n is the smaller one.
#[must_use]
pub fn gap(group: &Estimate, reference: &Estimate) -> Estimate {
    let n = group.n().min(reference.n());
    match (group, reference) {
        (Estimate::Undefined { reason, .. }, _) | (_, Estimate::Undefined { reason, .. }) => {
            Estimate::Undefined { reason: *reason, n }
        }
        (Estimate::Measured(group), Estimate::Measured(reference)) => {
            let interval = ranged(group).zip(ranged(reference)).map(|(group, reference)| interval::difference(group, reference));
            let binning_error = group.binning_error + reference.binning_error;
            Estimate::Measured(Measured { value: group.value - reference.value, interval, n, binning_error })
        }
    }
}

/// How the gap between a group and the reference changed: `(group now - reference now) - (group before - reference
/// before)`, which is the group's own change minus the reference's. The groups are independent, so that the squares of
/// their standard errors add up, whether or not each change is paired in itself.
#[must_use]
pub fn contrast(group: &Change, reference: &Change) -> Change {
    Change {
        baseline: gap(&group.baseline, &reference.baseline),
        candidate: gap(&group.candidate, &reference.candidate),
        delta: difference(&group.delta, &reference.delta),
        flips: None,
    }
}

fn difference(group: &Delta, reference: &Delta) -> Delta {
    let (of_group, of_reference) = match (group, reference) {
        (Delta::Undefined(reason), _) | (_, Delta::Undefined(reason)) => return Delta::Undefined(*reason),
        (
            Delta::Measured { value: group, interval: of_group, standard_error: group_error },
            Delta::Measured { value: reference, interval: of_reference, standard_error: reference_error },
        ) => ((*group, of_group, *group_error), (*reference, of_reference, *reference_error)),
    };
    let ranged = |value, interval: &Option<crate::Interval>| {
        interval.map(|interval| Ranged { value, lower: interval.lower, upper: interval.upper })
    };
    let both = ranged(of_group.0, of_group.1).zip(ranged(of_reference.0, of_reference.1));
    Delta::Measured {
        value: of_group.0 - of_reference.0,
        interval: both.map(|(group, reference)| interval::difference(group, reference)),
        standard_error: of_group.2.hypot(of_reference.2),
    }
}

fn ranged(measured: &Measured) -> Option<Ranged> {
    let interval = measured.interval?;
    Some(Ranged { value: measured.value, lower: interval.lower, upper: interval.upper })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Interval, Method, Reason};

    fn estimate(value: f64, half: f64, n: u64) -> Estimate {
        let interval = Some(Interval { lower: value - half, upper: value + half, method: Method::Wilson });
        Estimate::Measured(Measured { value, interval, n, binning_error: 0.0 })
    }

    fn change(before: f64, now: f64, half: f64, n: u64) -> Change {
        let value = now - before;
        let interval = Some(Interval { lower: value - half, upper: value + half, method: Method::SquareAndAdd });
        let delta = Delta::Measured { value, interval, standard_error: half / 1.96 };
        Change { baseline: estimate(before, half, n), candidate: estimate(now, half, n), delta, flips: None }
    }

    fn value(estimate: &Estimate) -> f64 {
        estimate.measured().map_or(f64::NAN, |measured| measured.value)
    }

    #[test]
    fn what_both_groups_lost_is_no_change_of_the_gap() {
        let found = contrast(&change(0.8, 0.7, 0.03, 400), &change(0.9, 0.8, 0.04, 900));
        let Delta::Measured { value: moved, interval: Some(interval), standard_error } = found.delta else { unreachable!() };
        assert!(moved.abs() < 1e-12 && (value(&found.baseline) + 0.1).abs() < 1e-12, "{found:?}");
        // 0.03 and 0.04 make 0.05.
        assert!((interval.upper - 0.05).abs() < 1e-12 && (interval.lower + 0.05).abs() < 1e-12, "{interval:?}");
        assert!((standard_error - 0.05 / 1.96).abs() < 1e-12);
        assert_eq!((found.baseline.n(), found.candidate.n()), (400, 400));
    }

    #[test]
    fn the_sign_says_which_group_lost() {
        let (falls, stays) = (change(0.8, 0.7, 0.03, 400), change(0.9, 0.9, 0.03, 400));
        let moved = |found: Change| match found.delta {
            Delta::Measured { value, .. } => value,
            Delta::Undefined(_) => f64::NAN,
        };
        assert!((moved(contrast(&falls, &stays)) + 0.1).abs() < 1e-12);
        assert!((moved(contrast(&stays, &falls)) - 0.1).abs() < 1e-12);
    }

    #[test]
    fn a_group_without_a_value_has_no_gap() {
        let none = Estimate::Undefined { reason: Reason::NoPositives, n: 3 };
        assert_eq!(gap(&none, &estimate(0.5, 0.1, 90)), none);
        assert_eq!(gap(&estimate(0.5, 0.1, 90), &none), none);
        let undefined = Change { baseline: none, candidate: none, delta: Delta::Undefined(Reason::NoPositives), flips: None };
        assert_eq!(contrast(&change(0.8, 0.7, 0.03, 400), &undefined).delta, Delta::Undefined(Reason::NoPositives));
    }
}
