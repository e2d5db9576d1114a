//! Conditional demographic disparity: whether a group has more of the rejections than of the selections, looked at within
//! the levels of a control column and not across them (Wachter, Mittelstadt and Russell 2021).

use std::collections::BTreeMap;

use modelgate_cube::{Slice, Term};

use crate::confusion::{Confusion, ratio};
use crate::evaluate::{Counted, Run, measured};
use crate::{Estimate, Evaluation, Method, MetricId, Reason, Subject};

/// The levels of a control column that are large enough, with every group's rows in each of them.
type Strata<'a, 'b> = Vec<Vec<(&'b Slice, &'b Counted<'a>)>>;

impl Run<'_> {
    /// The disparity of each group of each single axis but the control itself.
    pub(crate) fn conditional_disparity(&self, metric: MetricId, slices: &[Counted<'_>], found: &mut Evaluation) {
        let by_name: BTreeMap<&Slice, &Counted<'_>> = slices.iter().map(|counted| (counted.slice, counted)).collect();
        for group in slices.iter().filter(|counted| !counted.slice.is_overall()) {
            let n = group.cell.total().rows;
            let subject = Subject::Slice(group.slice.clone());
            let Some(control) = &self.settings.declared.control else {
                found.insert(metric, subject, Estimate::Undefined { reason: Reason::NoControl, n });
                continue;
            };
            let axes: Vec<&str> = group.slice.axes().collect();
            if let [axis] = axes.as_slice()
                && *axis != control
            {
                let (strata, too_small) = self.strata(axis, control, slices, &by_name);
                found.leave_out(metric, &subject, too_small);
                found.insert(metric, subject, self.disparity_of(metric, group, &strata, n));
            }
        }
    }

    /// The rows of every group of an axis in each large enough level of the control, and the levels that are too small.
    fn strata<'a, 'b>(
        &self,
        axis: &str,
        control: &str,
        slices: &'b [Counted<'a>],
        by_name: &BTreeMap<&Slice, &'b Counted<'a>>,
    ) -> (Strata<'a, 'b>, Vec<Slice>) {
        let groups: Vec<&'b Slice> = slices.iter().map(|counted| counted.slice).filter(|slice| slice.axes().eq([axis])).collect();
        let (mut strata, mut too_small) = (Vec::new(), Vec::new());
        for level in slices.iter().filter(|counted| counted.slice.axes().eq([control])) {
            if level.cell.total().rows < self.settings.min_support {
                too_small.push(level.slice.clone());
                continue;
            }
            let terms = |group: &Slice| -> Vec<Term> { group.terms().iter().chain(level.slice.terms()).cloned().collect() };
            let cell = |group: &&'b Slice| Some((*group, *by_name.get(&Slice::new(terms(group)))?));
            strata.push(groups.iter().filter_map(cell).collect());
        }
        (strata, too_small)
    }

    fn disparity_of(&self, metric: MetricId, group: &Counted<'_>, strata: &Strata<'_, '_>, n: u64) -> Estimate {
        let point = disparity(group.slice, strata, |counted| Some(Confusion::weights(counted.cell)));
        match point {
            Err(reason) => Estimate::Undefined { reason, n },
            Ok(point) => {
                let values = (0..self.settings.resamples as usize)
                    .map(|index| disparity(group.slice, strata, |counted| counted.replicates().get(index).copied()).ok());
                measured(point, self.percentiles(metric.metric(), values, Method::Resampled, point), n)
            }
        }
    }
}

/// The mean over the levels, weighted by their rows, of the group's share of the rejected minus its share of the selected.
fn disparity<'a, 'b>(
    group: &Slice,
    strata: &Strata<'a, 'b>,
    counts: impl Fn(&'b Counted<'a>) -> Option<Confusion>,
) -> Result<f64, Reason> {
    let (mut sum, mut weight) = (0.0, 0.0);
    for cells in strata {
        let (mut own, mut all) = (Confusion::default(), Confusion::default());
        for (slice, counted) in cells.iter().copied() {
            let counts = counts(counted).unwrap_or_default();
            all = all.plus(&counts);
            if slice == group {
                own = counts;
            }
        }
        let rejected = ratio(own.predicted_negatives(), all.predicted_negatives()).ok_or(Reason::NoPredictedNegatives)?;
        let selected = ratio(own.predicted_positives(), all.predicted_positives()).ok_or(Reason::NoPredictedPositives)?;
        sum += all.total() * (rejected - selected);
        weight += all.total();
    }
    ratio(sum, weight).ok_or(Reason::NoRows)
}
