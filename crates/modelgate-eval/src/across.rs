//! Groups against each other: gaps between them, and each against the one with the highest rate.

use std::collections::{BTreeMap, BTreeSet};

use modelgate_cube::{Cell, Cube, ScoreScale, Slice};

use crate::confusion::{Confusion, FP, Quadrant, TP, ratio};
use crate::evaluate::{Counted, Run, measured, whole_number};
use crate::gap_interval;
use crate::groups::{Gap, Rate, Spread};
use crate::interval::{self, Successes};
use crate::metric::Share;
use crate::scored::Scored;
use crate::{Estimate, Evaluation, Interval, Measured, Method, MetricId, Reason, Subject};

/// A comparison whose groups are as large as they have rows.
const OF_ALL_ROWS: Gap = Gap::Of(Rate::SELECTION, Spread::Ratio);

impl Run<'_> {
    pub(crate) fn gaps(&self, metric: MetricId, gap: Gap, slices: &[Counted<'_>], found: &mut Evaluation) {
        for axes in axis_sets(slices) {
            let subject = Subject::Across(axes.clone());
            let (groups, too_small) = self.groups(gap, &axes, slices);
            let estimate = self.gap(metric, gap, &groups);
            found.leave_out(metric, &subject, too_small);
            found.insert(metric, subject, estimate);
        }
    }

    /// Gaps in mean cost.
    pub(crate) fn cost_gaps(&self, metric: MetricId, slices: &[Counted<'_>], found: &mut Evaluation) {
        for axes in axis_sets(slices) {
            let subject = Subject::Across(axes.clone());
            let (groups, too_small) = self.groups(OF_ALL_ROWS, &axes, slices);
            let n = groups.iter().map(|counted| counted.cell.total().rows).min().unwrap_or(0);
            found.leave_out(metric, &subject, too_small);
            found.insert(metric, subject, self.cost_gap(&groups, n));
        }
    }

    /// How many more rows of each group would have to be selected for the rate of the most selected group.
    pub(crate) fn shortfalls(&self, metric: MetricId, slices: &[Counted<'_>], found: &mut Evaluation) {
        for axes in axis_sets(slices) {
            let (large, _) = self.groups(OF_ALL_ROWS, &axes, slices);
            let groups: Vec<Successes> = large.iter().map(|counted| Favored::Selected.of(counted.cell)).collect();
            for counted in slices.iter().filter(|counted| counted.slice.axes().eq(axes.iter().map(String::as_str))) {
                found.insert(metric, Subject::Slice(counted.slice.clone()), self.shortfall(counted, &groups));
            }
        }
    }

    fn shortfall(&self, counted: &Counted<'_>, groups: &[Successes]) -> Estimate {
        let (own, total) = (Favored::Selected.of(counted.cell), counted.cell.total());
        if groups.len() < 2 {
            return Estimate::Undefined { reason: Reason::FewerThanTwoGroups, n: total.rows };
        }
        let rate = |group: &Successes| group.hits / group.n;
        let top = groups.iter().copied().fold(own, |top, group| if rate(&group) > rate(&top) { group } else { top });
        let ranged = |group: &Successes| {
            let interval = interval::wilson(rate(group), group.n, self.z);
            interval::Ranged { value: rate(group), lower: interval.lower, upper: interval.upper }
        };
        // A rounding error of a rate is no row.
        let rows = |share: f64| (share * total.weight.to_f64() - 1e-9).ceil().max(0.0);
        let of_rates = interval::difference(ranged(&top), ranged(&own));
        let interval = Interval { lower: rows(of_rates.lower), upper: rows(of_rates.upper), method: of_rates.method };
        measured(rows(rate(&top) - rate(&own)), Some(interval), total.rows)
    }

    /// The groups that are large enough to be compared, and those that are not. A missing value is no group.
    fn groups<'a, 'b>(&self, gap: Gap, axes: &[String], slices: &'b [Counted<'a>]) -> (Vec<&'b Counted<'a>>, Vec<Slice>) {
        let of_axes = slices.iter().filter(|counted| counted.slice.axes().eq(axes.iter().map(String::as_str)));
        let named: Vec<&Counted<'_>> = of_axes.filter(|counted| !counted.has_missing_level()).collect();
        let (large, small): (Vec<&Counted<'_>>, Vec<_>) = named
            .into_iter()
            .partition(|counted| gap.support(&Confusion::rows(counted.cell)) >= self.settings.min_support as f64);
        (large, small.into_iter().map(|counted| counted.slice.clone()).collect())
    }

    fn gap(&self, metric: MetricId, gap: Gap, groups: &[&Counted<'_>]) -> Estimate {
        let support = groups.iter().map(|counted| gap.support(&Confusion::rows(counted.cell)));
        let n = if groups.is_empty() { 0 } else { whole_number(support.fold(f64::INFINITY, f64::min)) };
        let observed: Vec<Confusion> = groups.iter().map(|counted| Confusion::weights(counted.cell)).collect();
        match gap.value(&observed) {
            Err(reason) => Estimate::Undefined { reason, n },
            Ok(point) => {
                if let Some(interval) =
                    gap_interval::of(gap, groups.iter().map(|counted| counted.cell), self.settings.confidence_level)
                {
                    return measured(point, Some(interval), n);
                }
                let values = (0..self.settings.resamples as usize).map(|index| {
                    let replicate: Vec<Confusion> =
                        groups.iter().filter_map(|counted| counted.replicates().get(index).copied()).collect();
                    gap.value(&replicate).ok()
                });
                measured(point, self.percentiles(metric.metric(), values, Method::ResampledBasic, point), n)
            }
        }
    }

    /// Each slice's share of rows with a score above the median of all rows.
    pub(crate) fn scoring_rates(&self, metric: MetricId, slices: &[Counted<'_>], found: &mut Evaluation) {
        let favored = Favored::by(Share::AboveMedian, self.cube);
        for counted in slices {
            let n = counted.cell.total().rows;
            let estimate = match &favored {
                _ if n == 0 => Estimate::Undefined { reason: Reason::NoRows, n },
                Err(reason) => Estimate::Undefined { reason: *reason, n },
                Ok(favored) => {
                    let rows = favored.of(counted.cell);
                    let value = rows.hits / rows.n;
                    let interval = Some(interval::proportion(value, rows.n, self.z));
                    Estimate::Measured(Measured { value, interval, n, binning_error: favored.unsure(counted.cell) })
                }
            };
            found.insert(metric, Subject::Slice(counted.slice.clone()), estimate);
        }
    }

    /// Each group's rate against the highest.
    pub(crate) fn against_highest(&self, metric: MetricId, share: Share, slices: &[Counted<'_>], found: &mut Evaluation) {
        let favored = match Favored::by(share, self.cube) {
            Ok(favored) => favored,
            Err(reason) => {
                for counted in slices.iter().filter(|counted| !counted.slice.terms().is_empty()) {
                    found.insert(metric, Subject::Slice(counted.slice.clone()), Estimate::Undefined { reason, n: 0 });
                }
                return;
            }
        };
        for axes in axis_sets(slices) {
            let (large, _) = self.groups(OF_ALL_ROWS, &axes, slices);
            let groups: Vec<Successes> = large.iter().map(|counted| favored.of(counted.cell)).collect();
            let unsure = large.iter().map(|counted| favored.unsure(counted.cell)).fold(0.0, f64::max);
            for counted in slices.iter().filter(|counted| counted.slice.axes().eq(axes.iter().map(String::as_str))) {
                let estimate = self.ratio_to_highest(&favored, counted, &groups, unsure);
                found.insert(metric, Subject::Slice(counted.slice.clone()), estimate);
            }
        }
    }

    fn ratio_to_highest(&self, favored: &Favored, counted: &Counted<'_>, groups: &[Successes], unsure: f64) -> Estimate {
        let (own, n) = (favored.of(counted.cell), counted.cell.total().rows);
        let rate = |group: &Successes| group.hits / group.n;
        let top = groups.iter().copied().fold(own, |top, group| if rate(&group) > rate(&top) { group } else { top });
        if groups.len() < 2 {
            return Estimate::Undefined { reason: Reason::FewerThanTwoGroups, n };
        }
        if rate(&top) <= 0.0 {
            return Estimate::Undefined { reason: Reason::AllRatesZero, n };
        }
        let is_top = rate(&own) >= rate(&top);
        let interval = if is_top {
            // The most selected group is what the others are held against; against itself the ratio is one.
            Interval { lower: 1.0, upper: 1.0, method: Method::MiettinenNurminen }
        } else {
            interval::ratio_score(own, top, self.z)
        };
        let value = if is_top { 1.0 } else { rate(&own) / rate(&top) };
        // On the grid, rows in the median's own bin may be above it; no rate moves by more than their share.
        let unsure = unsure.max(favored.unsure(counted.cell)) / rate(&top);
        Estimate::Measured(Measured { value, interval: Some(interval), n, binning_error: unsure.min(1.0) })
    }
}

/// Which rows of a group are favored.
enum Favored {
    /// Those predicted positive.
    Selected,
    /// Those with a score above this one.
    Above { median: f64, scale: ScoreScale },
}

/// The rate of the group that a slice's ratio is held against, and the slice's rows as effective ones; `None` where the
/// ratio is zero or not known.
pub(crate) fn highest(cube: &Cube, share: Share, slice: &Slice, ratio: f64) -> Option<Successes> {
    let own = Favored::by(share, cube).ok()?.of(cube.cell(slice)?);
    (ratio > 0.0 && own.hits > 0.0).then(|| Successes { hits: own.hits / ratio, n: own.n })
}

impl Favored {
    fn by(share: Share, cube: &Cube) -> Result<Self, Reason> {
        match share {
            Share::Selected => Ok(Self::Selected),
            Share::AboveMedian if !cube.meta().shape.scored => Err(Reason::NoScores),
            Share::AboveMedian => {
                let overall = cube.cell(&Slice::overall()).ok_or(Reason::NoRows)?;
                let rows = Scored::of(overall, cube.scale());
                Ok(Self::Above { median: rows.median()?, scale: cube.scale() })
            }
        }
    }

    /// Favored rows among all, as effective numbers where there are weights.
    fn of(&self, cell: &Cell) -> Successes {
        let whole = cell.total();
        let hits = match self {
            Self::Selected => Quadrant::sum(&[TP, FP], cell).weight.to_f64(),
            Self::Above { median, scale } => Scored::of(cell, *scale).weight_where(|score| score > *median),
        };
        let weight = whole.weight.to_f64();
        let n = weight * weight / whole.weight_squared.to_f64().max(f64::MIN_POSITIVE);
        Successes { hits: ratio(hits, weight).unwrap_or(0.0) * n, n: n.max(f64::MIN_POSITIVE) }
    }

    /// The share of a group's rows whose place is not known.
    fn unsure(&self, cell: &Cell) -> f64 {
        match self {
            Self::Above { median, scale: ScoreScale::Logit } => {
                let rows = Scored::of(cell, ScoreScale::Logit);
                let at_median = rows.weight_where(|score| score.total_cmp(median).is_eq());
                ratio(at_median, cell.total().weight.to_f64()).unwrap_or(0.0)
            }
            _ => 0.0,
        }
    }
}

/// The sets of axes that slices are cut by, single axes first.
fn axis_sets(slices: &[Counted<'_>]) -> Vec<Vec<String>> {
    let sets: BTreeMap<usize, BTreeSet<Vec<String>>> = slices.iter().fold(BTreeMap::new(), |mut sets, counted| {
        let axes: Vec<String> = counted.slice.axes().map(str::to_owned).collect();
        sets.entry(axes.len()).or_default().insert(axes);
        sets
    });
    sets.into_iter().filter(|(depth, _)| *depth > 0).flat_map(|(_, sets)| sets).collect()
}
