//! Intervals of the gaps between groups, from the closed forms of every pair of groups.
//!
//! A gap is the largest difference of a pair of groups (or their smallest ratio). Resampling it is no help near zero: a gap
//! cannot be negative, so that resamples lie above the truth and their reflection below it. Each pair has an interval of its
//! own. The gap is at least every pair's difference, so its lower end is the largest of the pairs' lower ends, each made for
//! as many pairs as there are (Bonferroni); and it is the difference of one pair, so its upper end is the largest of their
//! upper ends.

use modelgate_cube::Cell;

use crate::confusion::Confusion;
use crate::groups::{Gap, Rate, Spread};
use crate::interval::{self, Successes};
use crate::{Interval, Method};

/// The interval of a gap in one or the worse of two rates; `None` for comparisons that no pair of groups decides.
pub(crate) fn of<'a>(gap: Gap, groups: impl Iterator<Item = &'a Cell>, confidence_level: f64) -> Option<Interval> {
    let (rates, spread) = match &gap {
        Gap::Of(rate, spread) => (std::slice::from_ref(rate), *spread),
        Gap::Worse(rates, spread) => (rates.as_slice(), *spread),
        _ => return None,
    };
    let cells: Vec<&Cell> = groups.collect();
    let of_groups = |rate: &Rate| cells.iter().filter_map(|cell| successes(*rate, cell)).collect();
    let rated: Vec<Vec<Successes>> = rates.iter().map(of_groups).collect();
    let pairs: usize = rated.iter().map(|groups| groups.len() * groups.len().saturating_sub(1) / 2).sum();
    let z = Quantiles {
        one: interval::z_of(confidence_level),
        all: interval::z_of(1.0 - (1.0 - confidence_level) / pairs.max(1) as f64),
    };
    match spread {
        Spread::Difference => Some(largest_difference(&rated, &z)),
        Spread::Ratio => Some(smallest_ratio(&rated, &z)),
        _ => None,
    }
}

/// Standard normal quantiles for one pair, and for all pairs at once.
struct Quantiles {
    one: f64,
    all: f64,
}

/// A group's rate as hits among rows; with weights, as many equal rows as the group's are worth.
pub(crate) fn successes(rate: Rate, cell: &Cell) -> Option<Successes> {
    let value = (rate.value)(&Confusion::weights(cell)).ok()?;
    let total = cell.total();
    let worth = total.weight.to_f64().powi(2) / total.weight_squared.to_f64() / total.rows as f64;
    let n = (rate.support)(&Confusion::rows(cell)) * worth;
    (n > 0.0).then_some(Successes { hits: value * n, n })
}

fn pairs_of(groups: &[Successes]) -> impl Iterator<Item = (Successes, Successes)> {
    groups.iter().enumerate().flat_map(|(index, one)| groups.iter().skip(index + 1).map(|other| (*one, *other)))
}

fn largest_difference(rated: &[Vec<Successes>], z: &Quantiles) -> Interval {
    let (mut lower, mut upper) = (0.0_f64, 0.0_f64);
    for (one, other) in rated.iter().flat_map(|groups| pairs_of(groups)) {
        let of_all = interval::difference(one.ranged(z.all), other.ranged(z.all));
        // Whichever group is above: a difference of at least 0.1 either way is a gap of at least 0.1.
        lower = lower.max(of_all.lower).max(-of_all.upper);
        let of_one = interval::difference(one.ranged(z.one), other.ranged(z.one));
        upper = upper.max(of_one.upper).max(-of_one.lower);
    }
    Interval { lower, upper: upper.min(1.0), method: Method::SquareAndAdd }
}

fn smallest_ratio(rated: &[Vec<Successes>], z: &Quantiles) -> Interval {
    let (mut lower, mut upper) = (1.0_f64, 1.0_f64);
    for (one, other) in rated.iter().flat_map(|groups| pairs_of(groups)) {
        for (above, below) in [(one, other), (other, one)] {
            lower = lower.min(interval::ratio_score(below, above, z.one).lower);
            upper = upper.min(interval::ratio_score(below, above, z.all).upper);
        }
    }
    Interval { lower, upper, method: Method::MiettinenNurminen }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use modelgate_cube::Tally;
    use rand::{Rng, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    fn group(selected: u64, rows: u64) -> Cell {
        Cell {
            true_positives: Tally::unweighted(selected),
            false_negatives: Tally::unweighted(rows - selected),
            ..Cell::default()
        }
    }

    fn interval_of(spread: Spread, groups: &[Cell]) -> Interval {
        of(Gap::Of(Rate::SELECTION, spread), groups.iter(), 0.95).unwrap()
    }

    #[test]
    fn two_groups_have_newcombe_s_interval_folded_at_zero() {
        let far = interval_of(Spread::Difference, &[group(560, 700), group(480, 800)]);
        assert!((far.lower - 0.154_277_5).abs() < 1e-6 && (far.upper - 0.244_288_3).abs() < 1e-6, "{far:?}");
        // With 14 misses the parts are the wider of Wilson's and the exact intervals: not narrower than Newcombe's published one.
        let few = interval_of(Spread::Difference, &[group(56, 70), group(48, 80)]);
        assert!((few.lower - 0.052_431).abs() < 2e-6 && (0.333_873..0.34).contains(&few.upper), "{few:?}");
        let equal = interval_of(Spread::Difference, &[group(50, 100), group(50, 100)]);
        assert!(equal.lower.abs() < 1e-12 && equal.upper > 0.12, "{equal:?}");
        let none = interval_of(Spread::Ratio, &[group(0, 40), group(20, 40)]);
        assert!(none.lower.abs() < 1e-12 && none.upper > 0.05 && none.upper < 0.5, "{none:?}");
    }

    /// How often the interval of a drawn gap holds the true one, at least: near zero it may hold it more often.
    fn coverage(spread: Spread, rates: &[f64], truth: f64) -> f64 {
        const DRAWS: u32 = 600;
        const ROWS: u64 = 400;
        let mut random = Xoshiro256PlusPlus::seed_from_u64(5);
        let mut held = 0;
        for _ in 0..DRAWS {
            let groups: Vec<Cell> = rates
                .iter()
                .map(|rate| group((0..ROWS).filter(|_| random.r#gen::<f64>() < *rate).count() as u64, ROWS))
                .collect();
            let interval = interval_of(spread, &groups);
            held += u32::from(interval.lower <= truth && truth <= interval.upper);
        }
        f64::from(held) / f64::from(DRAWS)
    }

    #[test]
    fn gaps_are_covered_near_zero_and_away_from_it() {
        for rates in [&[0.50, 0.50][..], &[0.50, 0.52], &[0.50, 0.60], &[0.3, 0.3, 0.3, 0.3], &[0.2, 0.25, 0.3, 0.4]] {
            let smallest = rates.iter().copied().fold(f64::INFINITY, f64::min);
            let largest = rates.iter().copied().fold(0.0, f64::max);
            for (spread, truth) in [(Spread::Difference, largest - smallest), (Spread::Ratio, smallest / largest)] {
                let covered = coverage(spread, rates, truth);
                assert!(covered >= 0.93, "{rates:?} {spread:?}: {covered}");
            }
        }
    }
}
