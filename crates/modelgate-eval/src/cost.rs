//! What a row costs on average, where the price of each kind of error is declared, and how far groups lie apart in it.

use modelgate_cube::Cell;

use crate::confusion::{Confusion, FN, FP, TN, TP, ratio};
use crate::declared::Costs;
use crate::evaluate::{Counted, Run, measured};
use crate::interval::{self, Ranged};
use crate::{Estimate, Interval, Method, Reason};

impl Run<'_> {
    /// The mean cost of a slice's rows.
    pub(crate) fn cost(&self, cell: &Cell) -> Estimate {
        let n = cell.total().rows;
        match &self.settings.declared.costs {
            None => Estimate::Undefined { reason: Reason::NoCosts, n },
            Some(costs) => match mean_cost(costs, &Confusion::weights(cell)) {
                None => Estimate::Undefined { reason: Reason::NoRows, n },
                Some(value) => measured(value, Some(of_mean(costs, cell, self.z)), n),
            },
        }
    }

    /// The largest minus the smallest mean cost of groups.
    pub(crate) fn cost_gap(&self, groups: &[&Counted<'_>], n: u64) -> Estimate {
        let Some(costs) = &self.settings.declared.costs else {
            return Estimate::Undefined { reason: Reason::NoCosts, n };
        };
        let means: Vec<(f64, &Cell)> = groups
            .iter()
            .filter_map(|counted| Some((mean_cost(costs, &Confusion::weights(counted.cell))?, counted.cell)))
            .collect();
        let (low, high) =
            means.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (mean, _)| (low.min(*mean), high.max(*mean)));
        if means.len() < 2 {
            return Estimate::Undefined { reason: Reason::FewerThanTwoGroups, n };
        }
        measured(high - low, Some(self.of_gap(costs, &means)), n)
    }

    /// As for gaps in rates: the lower end is the largest of the pairs' lower ends, each made for as many pairs as there
    /// are, and the upper end is the largest of their upper ends.
    fn of_gap(&self, costs: &Costs, means: &[(f64, &Cell)]) -> Interval {
        let pairs = (means.len() * (means.len() - 1) / 2) as f64;
        let for_all = interval::z_of(1.0 - (1.0 - self.settings.confidence_level) / pairs);
        let ranged = |(value, cell): &(f64, &Cell), z| {
            let interval = of_mean(costs, cell, z);
            Ranged { value: *value, lower: interval.lower, upper: interval.upper }
        };
        let (mut lower, mut upper) = (0.0_f64, 0.0_f64);
        for (index, one) in means.iter().enumerate() {
            for other in means.iter().skip(index + 1) {
                let of_all = interval::difference(ranged(one, for_all), ranged(other, for_all));
                lower = lower.max(of_all.lower).max(-of_all.upper);
                let of_one = interval::difference(ranged(one, self.z), ranged(other, self.z));
                upper = upper.max(of_one.upper).max(-of_one.lower);
            }
        }
        Interval { lower, upper, method: Method::SquareAndAdd }
    }
}

/// The mean cost of rows; `None` where there are none.
pub(crate) fn mean_cost(costs: &Costs, counts: &Confusion) -> Option<f64> {
    let sum = [(TP, counts.tp), (FP, counts.fp), (FN, counts.fn_), (TN, counts.tn)];
    ratio(sum.iter().map(|(quadrant, weight)| costs.of(*quadrant) * weight).sum(), counts.total())
}

/// The normal interval of a mean cost, with z^2 / 2 more rows of the lowest cost and as many of the highest: without them,
/// rows that happen to cost the same would seem to be known for certain. With costs of 0 and 1 it is Agresti and Coull's
/// (1998).
fn of_mean(costs: &Costs, cell: &Cell, z: f64) -> Interval {
    let (low, high) = costs.range();
    let total = cell.total();
    // With weights, the rows are worth as much as this many equal ones (Kish 1965).
    let weight = total.weight.to_f64();
    let n = weight * weight / total.weight_squared.to_f64().max(f64::MIN_POSITIVE);
    let counts = Confusion::weights(cell);
    let own = [(TP, counts.tp), (FP, counts.fp), (FN, counts.fn_), (TN, counts.tn)];
    let rows = own.map(|(quadrant, share)| (costs.of(quadrant), share / weight * n));
    let added = [(low, z * z / 2.0), (high, z * z / 2.0)];
    let all = || rows.iter().chain(&added);
    let size = n + z * z;
    let middle = all().map(|(cost, rows)| cost * rows).sum::<f64>() / size;
    let variance = all().map(|(cost, rows)| rows * (cost - middle).powi(2)).sum::<f64>() / size / size;
    let half = z * variance.sqrt();
    Interval { lower: (middle - half).max(low), upper: (middle + half).min(high), method: Method::AgrestiCoull }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use modelgate_cube::Tally;

    use super::*;

    fn group(counts: [u64; 4]) -> Cell {
        let [tp, fp, fn_, tn] = counts.map(Tally::unweighted);
        let mut cell = Cell::default();
        cell.tally_mut(true, true).merge(&tp);
        cell.tally_mut(false, true).merge(&fp);
        cell.tally_mut(true, false).merge(&fn_);
        cell.tally_mut(false, false).merge(&tn);
        cell
    }

    fn costs(false_positive: f64, false_negative: f64) -> Costs {
        Costs { true_positive: 0.0, false_positive, false_negative, true_negative: 0.0, unit: None }
    }

    #[test]
    fn errors_have_their_price() {
        let cell = group([10, 5, 2, 83]);
        assert!((mean_cost(&costs(1.0, 10.0), &Confusion::weights(&cell)).unwrap() - 0.25).abs() < 1e-15);
        let gains = Costs { true_positive: -3.0, ..costs(1.0, 10.0) };
        assert!((mean_cost(&gains, &Confusion::weights(&cell)).unwrap() + 0.05).abs() < 1e-15);
        assert_eq!(mean_cost(&gains, &Confusion::default()), None);
    }

    #[test]
    fn with_costs_of_one_the_interval_is_agresti_and_coulls() {
        // statsmodels 0.15, proportion_confint(7, 100, method="agresti_coull").
        let cell = group([10, 5, 2, 83]);
        let interval = of_mean(&costs(1.0, 1.0), &cell, 1.959_963_984_540_054);
        assert!((interval.lower - 0.032_009_206).abs() < 1e-8 && (interval.upper - 0.139_805_203).abs() < 1e-8, "{interval:?}");
    }

    #[test]
    fn rows_without_an_error_are_not_taken_for_free() {
        let cell = group([20, 0, 0, 30]);
        let interval = of_mean(&costs(1.0, 50.0), &cell, 1.96);
        assert!(interval.lower.abs() < 1e-12 && interval.upper > 1.0, "{interval:?}");
    }
}
