//! Groups held against a declared reference group: signed, and without choosing the best group of a sample.

use modelgate_cube::Cell;

use crate::confusion::{Confusion, ratio};
use crate::evaluate::{Counted, Run, measured, whole_number};
use crate::gap_interval;
use crate::groups::Rate;
use crate::interval::{self, Ranged, Successes};
use crate::{Estimate, Evaluation, Interval, Method, MetricId, Reason, Subject};

/// How a group is held against its reference.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Against {
    /// The group's rate minus the reference's.
    Difference(Rate),
    /// The group's rate over the reference's.
    Ratio(Rate),
    /// The mean of two differences whose denominators share no row.
    MeanDifference([Rate; 2]),
    /// The group's FN / FP minus the reference's.
    TreatmentEquality,
}

impl Run<'_> {
    /// Each group of axes that have declared references, against its reference. The reference itself has no entry.
    pub(crate) fn against_reference(&self, metric: MetricId, against: Against, slices: &[Counted<'_>], found: &mut Evaluation) {
        let declared = &self.settings.declared;
        for counted in slices.iter().filter(|counted| !counted.slice.is_overall()) {
            let subject = Subject::Slice(counted.slice.clone());
            if declared.references.is_empty() {
                let n = counted.cell.total().rows;
                found.insert(metric, subject, Estimate::Undefined { reason: Reason::NoReference, n });
                continue;
            }
            let Some(wanted) = declared.reference_of(counted.slice) else { continue };
            let reference = slices.iter().find(|other| *other.slice == wanted);
            let estimate = reference.map_or(Estimate::Undefined { reason: Reason::NoReference, n: 0 }, |reference| {
                self.held_against(metric, against, counted, reference)
            });
            found.insert(metric, subject, estimate);
        }
    }

    fn held_against(&self, metric: MetricId, against: Against, group: &Counted<'_>, reference: &Counted<'_>) -> Estimate {
        let rates: &[Rate] = match &against {
            Against::Difference(rate) | Against::Ratio(rate) => std::slice::from_ref(rate),
            Against::MeanDifference(rates) => rates,
            Against::TreatmentEquality => return self.treatment_equality(metric, group, reference),
        };
        let n = rates.iter().map(|rate| support(*rate, group.cell).min(support(*rate, reference.cell))).fold(u64::MAX, u64::min);
        let mut pairs = Vec::new();
        for rate in rates {
            let of = |cell: &Cell| {
                (rate.value)(&Confusion::weights(cell))?;
                gap_interval::successes(*rate, cell).ok_or(Reason::NoRows)
            };
            match (of(group.cell), of(reference.cell)) {
                (Ok(group), Ok(reference)) => pairs.push((group, reference)),
                (Err(reason), _) | (_, Err(reason)) => return Estimate::Undefined { reason, n },
            }
        }
        match (against, pairs.as_slice()) {
            (Against::Ratio(_), [(group, reference)]) => self.ratio_to(*group, *reference, n),
            _ => self.mean_difference(&pairs, n),
        }
    }

    fn ratio_to(&self, group: Successes, reference: Successes, n: u64) -> Estimate {
        let rate = |side: Successes| side.hits / side.n;
        match ratio(rate(group), rate(reference)) {
            None => Estimate::Undefined { reason: Reason::ZeroDenominator, n },
            Some(value) => measured(value, Some(interval::ratio_score(group, reference, self.z)), n),
        }
    }

    /// The mean of differences; the distances to their ends are squared and added, because no row is in two of them.
    fn mean_difference(&self, pairs: &[(Successes, Successes)], n: u64) -> Estimate {
        let ranged = |side: &Successes| {
            let value = side.hits / side.n;
            let interval = interval::wilson(value, side.n, self.z);
            Ranged { value, lower: interval.lower, upper: interval.upper }
        };
        let count = pairs.len().max(1) as f64;
        let (mut value, mut down, mut up) = (0.0, 0.0_f64, 0.0_f64);
        for (group, reference) in pairs {
            let (group, reference) = (ranged(group), ranged(reference));
            let (difference, interval) = (group.value - reference.value, interval::difference(group, reference));
            value += difference / count;
            down = down.hypot((difference - interval.lower) / count);
            up = up.hypot((interval.upper - difference) / count);
        }
        measured(value, Some(Interval { lower: value - down, upper: value + up, method: Method::SquareAndAdd }), n)
    }

    fn treatment_equality(&self, metric: MetricId, group: &Counted<'_>, reference: &Counted<'_>) -> Estimate {
        let errors = |counted: &Counted<'_>| {
            let rows = Confusion::rows(counted.cell);
            whole_number(rows.fp + rows.fn_)
        };
        let n = errors(group).min(errors(reference));
        let of = |group: &Confusion, reference: &Confusion| Ok(group.treatment_equality()? - reference.treatment_equality()?);
        match of(&Confusion::weights(group.cell), &Confusion::weights(reference.cell)) {
            Err(reason) => Estimate::Undefined { reason, n },
            Ok(point) => {
                let values = group.replicates().iter().zip(reference.replicates()).map(|(group, other)| of(group, other).ok());
                measured(point, self.percentiles(metric.metric(), values, Method::Resampled, point), n)
            }
        }
    }
}

fn support(rate: Rate, cell: &Cell) -> u64 {
    whole_number((rate.support)(&Confusion::rows(cell)))
}
