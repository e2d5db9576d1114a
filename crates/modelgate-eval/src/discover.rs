//! The search for slices that nobody declared and that are worse than all other rows.
//!
//! The worst of many slices looks bad by chance alone. Slices are therefore found in one half of the rows and confirmed in
//! the other, where only few are asked about, and whatever is printed about them comes from that other half. A slice is held
//! against its complement, the rows outside of it, and not against all rows, which it is part of.

use std::collections::BTreeMap;

use modelgate_cube::{Cube, Half, Halves, Lattice, NoLattice, Slice};

use crate::confusion::{Quadrant, ratio};
use crate::interval::{self, Ranged, Successes};
use crate::metric::Compute;
use crate::{Direction, Interval, Metric, MetricId, benjamini_hochberg, excess};

/// The share of false ones that is accepted among the slices that are shown.
pub const FALSE_DISCOVERY_RATE: f64 = 0.10;

/// How many slices are asked about in the confirmation half.
const MOST_ASKED: usize = 10;

/// How many slices are looked at for whether others explain them.
const MOST_CANDIDATES: usize = 200;

/// The most conditions of a slice.
const DEEPEST: usize = 3;

/// The fewest rows of a slice, and their smallest share of all rows.
const FEWEST: (f64, f64) = (30.0, 0.01);

/// The most steps of a search: combinations of levels times sets of axes. Deeper sets beyond it are not searched.
const MOST_STEPS: usize = 20_000_000;

/// How sure the lower ends are by which slices are ordered in the discovery half, one-sided.
const ORDERED_BY: f64 = 0.95;

/// How sure it must be that a slice is worse for itself and not because of one that it overlaps, one-sided.
const FOR_ITSELF: f64 = 0.995;

/// What is searched for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DiscoverySettings {
    /// The rate that is compared; see [`Metric::is_searchable`].
    pub rate: MetricId,
    /// How much worse than the other rows' rate a slice's must be shown to be, in [0, 1).
    pub margin: f64,
    /// The two-sided confidence level of intervals.
    pub confidence_level: f64,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Discovery {
    /// What was searched for.
    pub settings: DiscoverySettings,
    /// The most conditions of the slices that were searched.
    pub depth: usize,
    /// How many slices had enough rows.
    pub searched: usize,
    /// The confirmed slices, the worst first.
    pub found: Vec<WorstSlice>,
}

/// A slice that is worse than the other rows, by the rows of the confirmation half.
#[derive(Debug, Clone, PartialEq)]
pub struct WorstSlice {
    /// The slice.
    pub slice: Slice,
    /// Its rate.
    pub rate: f64,
    /// The rate of all other rows.
    pub others: f64,
    /// How much worse it is: the size of the difference of the two.
    pub excess: f64,
    /// Newcombe's interval of `excess`.
    pub interval: Interval,
    /// Its rows in the rate's denominator.
    pub n: u64,
    /// The p-value of "it is worse by at most the margin", adjusted (Benjamini and Hochberg) for how many slices were
    /// asked about.
    pub q: f64,
}

impl Metric {
    /// Whether slices can be searched by it: a share of rows with a better end.
    #[must_use]
    pub fn is_searchable(&self) -> bool {
        matches!(self.compute, Compute::Proportion { .. }) && self.direction != Direction::Neutral
    }
}

/// Searches all slices of up to three conditions; an error where the counts that this takes are not there.
pub fn discover(cube: &Cube, settings: &DiscoverySettings) -> Result<Discovery, NoLattice> {
    let lattice = cube.lattice()?;
    let points = points(lattice, settings.rate.metric());
    let search = Search { lattice, points: &points, all: sum(points.iter().map(|point| &point.halves)) };
    let depth = search.depth();
    let candidates = search.candidates(depth);
    let searched = candidates.len();
    let asked = search.unexplained(candidates);
    Ok(Discovery { settings: *settings, depth, searched, found: search.confirmed(&asked, settings) })
}

/// The rows in a rate's denominator, and those of them that are bad.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    rows: u64,
    bad: f64,
    weight: f64,
    squared: f64,
}

impl Sums {
    fn plus(&self, other: &Self) -> Self {
        Self {
            rows: self.rows + other.rows,
            bad: self.bad + other.bad,
            weight: self.weight + other.weight,
            squared: self.squared + other.squared,
        }
    }

    /// The rows that are left without some of them.
    fn without(&self, some: &Self) -> Self {
        Self {
            rows: self.rows.saturating_sub(some.rows),
            bad: (self.bad - some.bad).max(0.0),
            weight: self.weight - some.weight,
            squared: self.squared - some.squared,
        }
    }

    /// As many equal rows as these are worth; `None` where there are none.
    fn successes(&self) -> Option<Successes> {
        let n = (self.rows > 0).then(|| ratio(self.weight * self.weight, self.squared)).flatten()?;
        Some(Successes { hits: (ratio(self.bad, self.weight)? * n).min(n), n })
    }
}

/// Both halves: discovery, confirmation.
type Both = [Sums; 2];

/// The conditions of a slice: axes with the places of their levels, in the order of the axes.
type Terms = Vec<(usize, u16)>;

struct Point<'a> {
    levels: &'a [u16],
    halves: Both,
}

struct Candidate {
    terms: Terms,
    halves: Both,
    /// The lower end of how much worse it is in the discovery half.
    at_least: f64,
}

fn points<'a>(lattice: &'a Lattice, metric: &Metric) -> Vec<Point<'a>> {
    let Compute::Proportion { part, whole, .. } = metric.compute else { return Vec::new() };
    let is_bad = |quadrant: &Quadrant| part.contains(quadrant) == (metric.direction == Direction::LowerIsBetter);
    let half = |halves: &Halves, half: Half| {
        let mut sums = Sums::default();
        for quadrant in whole {
            let tally = quadrant.of_counts(halves.of(half));
            let weight = tally.weight.to_f64();
            let bad = if is_bad(quadrant) { weight } else { 0.0 };
            sums = sums.plus(&Sums { rows: tally.rows, bad, weight, squared: tally.weight_squared.to_f64() });
        }
        sums
    };
    let both = |halves: &Halves| [half(halves, Half::Discovery), half(halves, Half::Confirmation)];
    lattice.points().map(|(levels, halves)| Point { levels, halves: both(halves) }).collect()
}

fn sum<'a>(halves: impl Iterator<Item = &'a Both>) -> Both {
    halves.fold(Both::default(), |sum, both| add(&sum, both))
}

fn add(one: &Both, other: &Both) -> Both {
    [one[0].plus(&other[0]), one[1].plus(&other[1])]
}

struct Search<'a> {
    lattice: &'a Lattice,
    points: &'a [Point<'a>],
    all: Both,
}

impl Search<'_> {
    /// How many axes are crossed at most, so that the search takes no more than so many steps.
    fn depth(&self) -> usize {
        let axes = self.lattice.axes().len();
        let steps = |depth: usize| axis_sets(axes, depth).len() * self.points.len();
        (1..=DEEPEST.min(axes)).rev().find(|depth| *depth == 1 || steps(*depth) <= MOST_STEPS).unwrap_or(0)
    }

    /// Every slice with enough rows in both halves, by name.
    fn candidates(&self, depth: usize) -> Vec<Candidate> {
        let rows = (self.all[0].rows + self.all[1].rows) as f64;
        let fewest = FEWEST.0.max(FEWEST.1 * rows);
        let enough = |both: &Both| both.iter().all(|half| half.rows as f64 >= fewest / 3.0) && both_rows(both) >= fewest;
        let mut slices: BTreeMap<Terms, Both> = BTreeMap::new();
        for size in 1..=depth {
            // A slice has enough rows only where each of its conditions alone has.
            let known = |term: &(usize, u16)| size == 1 || slices.contains_key(std::slice::from_ref(term));
            let mut of_size: BTreeMap<Terms, Both> = BTreeMap::new();
            for axes in axis_sets(self.lattice.axes().len(), size).iter().filter(|axes| axes.len() == size) {
                for point in self.points {
                    let terms = axes.iter().filter_map(|axis| Some((*axis, *point.levels.get(*axis)?)));
                    let terms: Terms = terms.collect();
                    if terms.iter().all(known) {
                        let sums = of_size.entry(terms).or_default();
                        *sums = add(sums, &point.halves);
                    }
                }
            }
            of_size.retain(|_, both| enough(both));
            slices.extend(of_size);
        }
        let candidate = |(terms, halves): (Terms, Both)| {
            let others = self.all[0].without(&halves[0]);
            let at_least = difference(&halves[0], &others, two_sided(ORDERED_BY))?.lower;
            Some(Candidate { terms, halves, at_least })
        };
        slices.into_iter().filter_map(candidate).collect()
    }

    /// The worst slices that are not what they are because of a worse one that they overlap: a part that is no worse than
    /// the rest of its whole, or a whole that is no worse without its part.
    fn unexplained(&self, mut candidates: Vec<Candidate>) -> Vec<Candidate> {
        candidates.retain(|candidate| candidate.at_least > 0.0);
        candidates.sort_by(|a, b| b.at_least.total_cmp(&a.at_least).then_with(|| a.terms.cmp(&b.terms)));
        candidates.truncate(MOST_CANDIDATES);
        let mut kept: Vec<Candidate> = Vec::new();
        for candidate in candidates {
            if kept.len() < MOST_ASKED && !kept.iter().any(|worse| self.explains(worse, &candidate)) {
                kept.push(candidate);
            }
        }
        kept
    }

    fn explains(&self, worse: &Candidate, other: &Candidate) -> bool {
        let in_both = |point: &&Point<'_>| holds(&worse.terms, point) && holds(&other.terms, point);
        let common = sum(self.points.iter().filter(in_both).map(|point| &point.halves))[0];
        if common.rows == 0 {
            return false;
        }
        let own = other.halves[0].without(&common);
        let compared = if own.rows == 0 {
            // A part of the worse one: held against the rest of it.
            difference(&other.halves[0], &worse.halves[0].without(&common), two_sided(FOR_ITSELF))
        } else {
            difference(&own, &self.all[0].without(&other.halves[0]), two_sided(FOR_ITSELF))
        };
        compared.is_none_or(|interval| interval.lower <= 0.0)
    }

    /// Those that the other half of the rows shows to be worse by more than the margin.
    fn confirmed(&self, asked: &[Candidate], settings: &DiscoverySettings) -> Vec<WorstSlice> {
        let others = |candidate: &Candidate| self.all[1].without(&candidate.halves[1]);
        let p_value = |candidate: &Candidate| {
            let sides = candidate.halves[1].successes().zip(others(candidate).successes());
            sides.map_or(1.0, |(group, others)| excess::p_beyond(group, others, settings.margin))
        };
        let adjusted = benjamini_hochberg(&asked.iter().map(p_value).collect::<Vec<_>>());
        let shown = |(candidate, q): (&Candidate, f64)| {
            let (own, others) = (&candidate.halves[1], others(candidate));
            let (bad, bad_of_others) = (ratio(own.bad, own.weight)?, ratio(others.bad, others.weight)?);
            let is_bad = settings.rate.metric().direction == Direction::LowerIsBetter;
            let as_rate = |bad: f64| if is_bad { bad } else { 1.0 - bad };
            Some(WorstSlice {
                slice: self.lattice.slice(&candidate.terms)?,
                rate: as_rate(bad),
                others: as_rate(bad_of_others),
                excess: bad - bad_of_others,
                interval: difference(own, &others, settings.confidence_level)?,
                n: own.rows,
                q,
            })
        };
        let sure = asked.iter().zip(adjusted).filter(|(_, q)| *q <= FALSE_DISCOVERY_RATE);
        let mut found: Vec<WorstSlice> = sure.filter_map(shown).collect();
        found.sort_by(|a, b| b.interval.lower.total_cmp(&a.interval.lower).then_with(|| a.slice.cmp(&b.slice)));
        found
    }
}

/// The two-sided level whose lower end is as sure as a one-sided one.
fn two_sided(level: f64) -> f64 {
    2.0 * level - 1.0
}

fn both_rows(both: &Both) -> f64 {
    (both[0].rows + both[1].rows) as f64
}

fn holds(terms: &[(usize, u16)], point: &Point<'_>) -> bool {
    terms.iter().all(|(axis, level)| point.levels.get(*axis) == Some(level))
}

/// Newcombe's interval of the difference of two groups' rates; `None` where one has no rows.
fn difference(group: &Sums, others: &Sums, confidence_level: f64) -> Option<Interval> {
    let z = interval::z_of(confidence_level);
    let ranged = |side: &Sums| {
        let successes = side.successes()?;
        let value = successes.hits / successes.n;
        let interval = interval::wilson(value, successes.n, z);
        Some(Ranged { value, lower: interval.lower, upper: interval.upper })
    };
    Some(interval::difference(ranged(group)?, ranged(others)?))
}

/// The sets of at least one and at most `depth` of so many axes, in order.
fn axis_sets(axes: usize, depth: usize) -> Vec<Vec<usize>> {
    let mut sets: Vec<Vec<usize>> = Vec::new();
    let mut longest: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..depth {
        let longer = |set: &Vec<usize>| {
            let first = set.last().map_or(0, |last| last + 1);
            (first..axes).map(|axis| set.iter().copied().chain([axis]).collect::<Vec<_>>()).collect::<Vec<_>>()
        };
        longest = longest.iter().flat_map(longer).collect();
        sets.extend(longest.iter().cloned());
    }
    sets
}
