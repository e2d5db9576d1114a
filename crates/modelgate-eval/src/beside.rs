//! Two predictions of the same rows: which rows the candidate wins and loses against the baseline.

use std::collections::BTreeMap;

use modelgate_cube::{Cube, Joint, JointCell, Tally};

use crate::confusion::{Quadrant, ratio};
use crate::evaluate::measured;
use crate::interval;
use crate::metric::Compute;
use crate::mix::is_chosen_by_labels;
use crate::{Change, Comparison, Delta, Estimate, EvalSettings, Evaluation, Flips, Mode, Reason, Subject, compare, evaluate};

/// Which rows changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flip {
    /// From right to wrong.
    Negative,
    /// From wrong to right.
    Positive,
    /// Either way.
    Any,
}

impl Flip {
    fn counts(self, label: bool, baseline: bool, candidate: bool) -> bool {
        baseline != candidate
            && match self {
                Self::Negative => baseline == label,
                Self::Positive => candidate == label,
                Self::Any => true,
            }
    }
}

/// Evaluates as [`evaluate`] does, with the shares of rows that changed since the baseline's predictions of the same rows.
#[must_use]
pub fn evaluate_beside(cube: &Cube, joint: &Joint, settings: &EvalSettings) -> Evaluation {
    let mut found = evaluate(cube, settings);
    let z = interval::z_of(settings.confidence_level);
    for metric in &settings.metrics {
        if let Compute::Flip(flip) = metric.metric().compute {
            for (slice, cell) in joint.cells() {
                found.insert(*metric, Subject::Slice(slice.clone()), rate(flip, cell, z));
            }
        }
    }
    found
}

/// Compares as [`compare`] does, where the baseline is what another model says of the same rows. The change of a rate among
/// rows that the labels alone choose has Tango's interval, from the rows that changed.
#[must_use]
pub fn compare_beside(baseline: &Cube, candidate: &Cube, joint: &Joint, settings: &EvalSettings) -> Comparison {
    let plain = compare(baseline, candidate, settings);
    let mut changes: BTreeMap<_, _> =
        plain.iter().map(|(metric, subject, change)| ((metric, subject.clone()), change.clone())).collect();
    for ((metric, subject), change) in &mut changes {
        if let (Compute::Proportion { part, whole, .. }, Subject::Slice(slice)) = (metric.metric().compute, subject)
            && let Some(flips) = joint.cell(slice).and_then(|cell| flips_of(part, whole, cell))
        {
            pair(change, flips, settings.confidence_level);
        }
    }
    let (missing, new) = (plain.missing.clone(), plain.new.clone());
    Comparison::new(Mode::SameRowsJoint, settings.confidence_level, changes, missing, new).with_mixes(plain.mixes)
}

fn rate(flip: Flip, cell: &JointCell, z: f64) -> Estimate {
    let total = cell.total();
    let mut flipped = Tally::default();
    for (label, baseline, candidate, tally) in cell.iter() {
        if flip.counts(label, baseline, candidate) {
            flipped.merge(tally);
        }
    }
    let weight = total.weight.to_f64();
    let Some(value) = ratio(flipped.weight.to_f64(), weight) else {
        return Estimate::Undefined { reason: Reason::NoRows, n: total.rows };
    };
    // With weights, the rows are worth as much as this many equal ones (Kish 1965).
    let effective = weight * weight / total.weight_squared.to_f64();
    measured(value, Some(interval::wilson(value, effective, z)), total.rows)
}

/// The rows of a proportion's denominator that count on one side only; `None` where the denominators of the two sides are
/// not the same rows.
fn flips_of(part: &[Quadrant], whole: &[Quadrant], cell: &JointCell) -> Option<Flips> {
    if !is_chosen_by_labels(whole) {
        return None;
    }
    let (mut up, mut down, mut all) = (0.0, 0.0, Tally::default());
    for (label, baseline, candidate, tally) in cell.iter() {
        let counts = |prediction| part.contains(&Quadrant::of_row(label, prediction));
        if whole.contains(&Quadrant::of_row(label, candidate)) {
            all.merge(tally);
            match (counts(baseline), counts(candidate)) {
                (false, true) => up += tally.weight.to_f64(),
                (true, false) => down += tally.weight.to_f64(),
                _ => {}
            }
        }
    }
    // Effective numbers of rows, as for one proportion.
    let weight = all.weight.to_f64();
    let worth = ratio(weight, all.weight_squared.to_f64())?;
    Flips::new(up * worth, down * worth, weight * worth)
}

fn pair(change: &mut Change, flips: Flips, confidence_level: f64) {
    if let Delta::Measured { value, .. } = change.delta {
        let interval = flips.interval(confidence_level);
        let z = interval::z_of(confidence_level);
        // The error that the interval speaks of: for what could have been detected.
        let standard_error = (interval.upper - interval.lower) / (2.0 * z);
        change.delta = Delta::Measured { value, interval: Some(interval), standard_error };
        change.flips = Some(flips);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::confusion::{FN, FP, TN, TP};

    /// 100 rows: the candidate loses 10 positives and wins 3, and loses 2 negatives and wins 5.
    fn cell() -> JointCell {
        let mut cell = JointCell::default();
        for (label, baseline, candidate, rows) in [
            (true, true, true, 30),
            (true, true, false, 10),
            (true, false, true, 3),
            (true, false, false, 7),
            (false, false, false, 40),
            (false, false, true, 2),
            (false, true, false, 5),
            (false, true, true, 3),
        ] {
            cell.tally_mut(label, baseline, candidate).merge(&Tally::unweighted(rows));
        }
        cell
    }

    #[test]
    fn flips_are_told_by_their_way() {
        let value = |flip| rate(flip, &cell(), 1.96).measured().unwrap().value;
        assert!((value(Flip::Negative) - 0.12).abs() < 1e-15);
        assert!((value(Flip::Positive) - 0.08).abs() < 1e-15);
        assert!((value(Flip::Any) - 0.20).abs() < 1e-15);
        assert_eq!(rate(Flip::Any, &JointCell::default(), 1.96), Estimate::Undefined { reason: Reason::NoRows, n: 0 });
    }

    #[test]
    fn a_rate_is_paired_among_the_rows_that_its_label_chooses() {
        let of = |part: &[Quadrant], whole: &[Quadrant]| flips_of(part, whole, &cell());
        assert_eq!(of(&[TP], &[TP, FN]), Flips::new(3.0, 10.0, 50.0));
        assert_eq!(of(&[FP], &[FP, TN]), Flips::new(2.0, 5.0, 50.0));
        assert_eq!(of(&[TP, TN], &[TP, FP, FN, TN]), Flips::new(8.0, 12.0, 100.0));
        assert_eq!(of(&[TP, FP], &[TP, FP, FN, TN]), Flips::new(5.0, 15.0, 100.0));
        assert_eq!(of(&[TP], &[TP, FP]), None, "other rows are predicted positive on the other side");
    }

    #[test]
    fn equal_weights_are_worth_their_rows() {
        let mut weighted = JointCell::default();
        for (label, baseline, candidate, tally) in cell().iter() {
            for _ in 0..tally.rows {
                weighted.tally_mut(label, baseline, candidate).add_row(3.0);
            }
        }
        assert_eq!(flips_of(&[TP], &[TP, FN], &weighted), Flips::new(3.0, 10.0, 50.0));
    }
}
