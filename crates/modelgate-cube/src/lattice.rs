//! The counts of every combination of the levels of all axes, in two halves of the rows: where slices that nobody
//! declared are looked for.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Slice, Tally, Term};

/// Combinations of levels up to which a lattice is kept.
pub const MOST_COMBINATIONS: usize = 65_536;

/// Why a cube has no lattice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoLattice {
    /// A lattice is nearly the rows themselves, so that it never leaves the process that counted them.
    #[error("the counts of crossed levels are not kept with a release: only rows that were just counted have them")]
    NotKept,
    /// The levels of the axes cross too often.
    #[error("the slice columns have more than {MOST_COMBINATIONS} combinations of levels")]
    TooManyCombinations,
    /// Only shares of rows of two classes are searched.
    #[error("slices are searched where a model tells two classes apart, and this is another task")]
    OtherTask,
}

/// Which half of the rows: slices are found in the one and confirmed in the other.
///
/// A bit of the row's bucket (see [`BUCKETS`](crate::BUCKETS)) decides, so that a row is in the same half in every
/// release, and rows of one id are in one half.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// Where slices are found.
    Discovery,
    /// Where they are confirmed.
    Confirmation,
}

impl Half {
    /// The half of the rows of a bucket.
    #[must_use]
    pub fn of_bucket(bucket: u16) -> Self {
        if bucket.is_multiple_of(2) { Self::Discovery } else { Self::Confirmation }
    }
}

/// The four counts of a binary classification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ConfusionCounts {
    /// Label negative, predicted negative.
    pub true_negatives: Tally,
    /// Label negative, predicted positive.
    pub false_positives: Tally,
    /// Label positive, predicted negative.
    pub false_negatives: Tally,
    /// Label positive, predicted positive.
    pub true_positives: Tally,
}

impl ConfusionCounts {
    /// All rows.
    #[must_use]
    pub fn total(&self) -> Tally {
        let mut total = self.true_negatives;
        for tally in [&self.false_positives, &self.false_negatives, &self.true_positives] {
            total.merge(tally);
        }
        total
    }

    /// The tally for a label and a prediction.
    pub fn tally_mut(&mut self, label: bool, prediction: bool) -> &mut Tally {
        match (label, prediction) {
            (false, false) => &mut self.true_negatives,
            (false, true) => &mut self.false_positives,
            (true, false) => &mut self.false_negatives,
            (true, true) => &mut self.true_positives,
        }
    }

    /// Adds other rows.
    pub fn merge(&mut self, other: &Self) {
        self.true_negatives.merge(&other.true_negatives);
        self.false_positives.merge(&other.false_positives);
        self.false_negatives.merge(&other.false_negatives);
        self.true_positives.merge(&other.true_positives);
    }
}

/// The rows of one combination, in both halves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Halves {
    /// The rows in which slices are found.
    pub discovery: ConfusionCounts,
    /// The rows in which they are confirmed.
    pub confirmation: ConfusionCounts,
}

impl Halves {
    /// The counts of one half.
    #[must_use]
    pub fn of(&self, half: Half) -> &ConfusionCounts {
        match half {
            Half::Discovery => &self.discovery,
            Half::Confirmation => &self.confirmation,
        }
    }

    /// The counts of one half, to add to.
    pub fn of_mut(&mut self, half: Half) -> &mut ConfusionCounts {
        match half {
            Half::Discovery => &mut self.discovery,
            Half::Confirmation => &mut self.confirmation,
        }
    }

    /// Adds other rows.
    pub fn merge(&mut self, other: &Self) {
        self.discovery.merge(&other.discovery);
        self.confirmation.merge(&other.confirmation);
    }
}

/// One axis of a lattice and the levels that occur, sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatticeAxis {
    /// The name of the axis.
    pub name: String,
    /// Its levels; `None` is the missing one.
    pub levels: Vec<Option<String>>,
}

/// The counts of every combination of the levels of all declared axes that occurs, however deep the cube's own slices
/// reach: the sums over any of its combinations are the counts of that slice.
///
/// With enough axes most combinations are single rows. A lattice is therefore never stored, and a document made from it
/// must not name a combination of few rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lattice {
    axes: Vec<LatticeAxis>,
    points: BTreeMap<Vec<u16>, Halves>,
}

impl Lattice {
    /// A lattice from points, whose levels are given by their places among the levels of each axis. Levels may stand
    /// twice and need not be sorted or used; points of the same levels add up.
    pub fn new(axes: Vec<LatticeAxis>, points: &[(Vec<u32>, Halves)]) -> Result<Self, NoLattice> {
        let of_axis = |(index, axis)| sorted(axis, points.iter().filter_map(move |(places, _)| places.get(index)));
        let (axes, codes): (Vec<_>, Vec<_>) = axes.into_iter().enumerate().map(of_axis).unzip();
        let mut sums: BTreeMap<Vec<u16>, Halves> = BTreeMap::new();
        for (places, halves) in points {
            let code = |(codes, place): (&Vec<Option<u16>>, &u32)| codes.get(*place as usize).copied().flatten();
            let combination: Option<Vec<u16>> = codes.iter().zip(places).map(code).collect();
            sums.entry(combination.ok_or(NoLattice::TooManyCombinations)?).or_default().merge(halves);
            if sums.len() > MOST_COMBINATIONS {
                return Err(NoLattice::TooManyCombinations);
            }
        }
        Ok(Self { axes, points: sums })
    }

    /// The axes in declared order, with the levels that occur.
    #[must_use]
    pub fn axes(&self) -> &[LatticeAxis] {
        &self.axes
    }

    /// The number of combinations.
    #[must_use]
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// Every combination that occurs, sorted: for each axis the place of its level in [`LatticeAxis::levels`], and the
    /// rows.
    pub fn points(&self) -> impl Iterator<Item = (&[u16], &Halves)> {
        self.points.iter().map(|(combination, halves)| (combination.as_slice(), halves))
    }

    /// The slice of some axes and levels, both by their places. `None` where there is no such axis or level, or an axis
    /// stands twice.
    #[must_use]
    pub fn slice(&self, terms: &[(usize, u16)]) -> Option<Slice> {
        let term = |(axis, level): &(usize, u16)| {
            let axis = self.axes.get(*axis)?;
            Some(Term { axis: axis.name.clone(), level: axis.levels.get(usize::from(*level))?.clone() })
        };
        let once: BTreeSet<usize> = terms.iter().map(|(axis, _)| *axis).collect();
        let named = terms.iter().map(term).collect::<Option<Vec<_>>>()?;
        (once.len() == terms.len()).then(|| Slice::new(named))
    }

    /// The rows of both, which must have the same axes.
    pub(crate) fn merged(&self, other: &Self) -> Result<Self, NoLattice> {
        let both = |(mine, theirs): (&LatticeAxis, &LatticeAxis)| LatticeAxis {
            name: mine.name.clone(),
            levels: mine.levels.iter().chain(&theirs.levels).cloned().collect(),
        };
        let axes: Vec<LatticeAxis> = self.axes.iter().zip(&other.axes).map(both).collect();
        let places = |combination: &[u16]| combination.iter().copied().map(u32::from).collect::<Vec<u32>>();
        // The other's levels stand behind this one's.
        let shifted = |combination: &[u16]| {
            let shift =
                |(code, axis): (&u16, &LatticeAxis)| u32::from(*code) + u32::try_from(axis.levels.len()).unwrap_or(u32::MAX);
            combination.iter().zip(&self.axes).map(shift).collect::<Vec<u32>>()
        };
        let mine = self.points().map(|(combination, halves)| (places(combination), *halves));
        let theirs = other.points().map(|(combination, halves)| (shifted(combination), *halves));
        let points: Vec<(Vec<u32>, Halves)> = mine.chain(theirs).collect();
        Self::new(axes, &points)
    }
}

/// The axis with its used levels sorted, and the new place of each old one. More levels than places have none.
fn sorted<'a>(axis: LatticeAxis, used: impl Iterator<Item = &'a u32>) -> (LatticeAxis, Vec<Option<u16>>) {
    let mut is_used = vec![false; axis.levels.len()];
    for place in used {
        if let Some(is_used) = is_used.get_mut(*place as usize) {
            *is_used = true;
        }
    }
    let occurring: BTreeSet<&Option<String>> =
        axis.levels.iter().zip(&is_used).filter(|(_, used)| **used).map(|(level, _)| level).collect();
    let levels: Vec<Option<String>> = occurring.into_iter().cloned().collect();
    let code = |level| levels.binary_search(level).ok().and_then(|place| u16::try_from(place).ok());
    let codes = axis.levels.iter().map(code).collect();
    (LatticeAxis { name: axis.name, levels }, codes)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn axis(name: &str, levels: &[Option<&str>]) -> LatticeAxis {
        LatticeAxis { name: name.to_owned(), levels: levels.iter().map(|level| level.map(str::to_owned)).collect() }
    }

    fn rows(bucket: u16, label: bool, rows: u64) -> Halves {
        let mut halves = Halves::default();
        halves.of_mut(Half::of_bucket(bucket)).tally_mut(label, true).merge(&Tally::unweighted(rows));
        halves
    }

    #[test]
    fn a_lattice_does_not_depend_on_how_levels_were_numbered_or_rows_shared_out() {
        let one = Lattice::new(
            vec![axis("sex", &[Some("M"), Some("F"), None, Some("never")]), axis("race", &[Some("b"), Some("a")])],
            &[
                (vec![0, 1], rows(0, true, 3)),
                (vec![1, 0], rows(1, true, 2)),
                (vec![0, 1], rows(1, false, 1)),
                (vec![2, 0], rows(7, true, 5)),
            ],
        )
        .unwrap();
        let shard = |sex: &[Option<&str>], race: &[Option<&str>], points: &[(Vec<u32>, Halves)]| {
            Lattice::new(vec![axis("sex", sex), axis("race", race)], points).unwrap()
        };
        let left =
            shard(&[None, Some("M")], &[Some("a"), Some("b")], &[(vec![1, 0], rows(0, true, 3)), (vec![0, 1], rows(7, true, 5))]);
        let right = shard(
            &[Some("F"), Some("M")],
            &[Some("b"), Some("a")],
            &[(vec![1, 1], rows(1, false, 1)), (vec![0, 0], rows(1, true, 2))],
        );
        assert_eq!(left.merged(&right).unwrap(), one);
        assert_eq!(right.merged(&left).unwrap(), one);
        assert_eq!(one.axes()[0].levels, [None, Some("F".to_owned()), Some("M".to_owned())]);
        assert_eq!(one.points().map(|(codes, _)| codes.to_vec()).collect::<Vec<_>>(), [[0, 1], [1, 1], [2, 0]]);
        let (_, of_men) = one.points().last().unwrap();
        assert_eq!((of_men.discovery.true_positives.rows, of_men.confirmation.false_positives.rows), (3, 1));
        assert_eq!(of_men.of(Half::Discovery).total().rows, 3);
    }

    #[test]
    fn slices_are_named_by_places() {
        let lattice = Lattice::new(
            vec![axis("sex", &[Some("M"), Some("F")]), axis("race", &[Some("a")])],
            &[(vec![0, 0], rows(0, true, 1)), (vec![1, 0], rows(0, true, 1))],
        )
        .unwrap();
        assert_eq!(lattice.slice(&[(0, 1), (1, 0)]), Slice::parse("race=a & sex=M"));
        assert_eq!(lattice.slice(&[]), Some(Slice::overall()));
        for wrong in [&[(2, 0)][..], &[(0, 2)], &[(0, 0), (0, 1)]] {
            assert_eq!(lattice.slice(wrong), None);
        }
    }

    #[test]
    fn too_many_combinations_are_none() {
        let levels: Vec<Option<String>> = (0..=MOST_COMBINATIONS).map(|level| Some(format!("{level:06}"))).collect();
        let points: Vec<(Vec<u32>, Halves)> = (0..).take(levels.len()).map(|place| (vec![place], Halves::default())).collect();
        let lattice = |rows: usize| {
            let axes = vec![LatticeAxis { name: "id".to_owned(), levels: levels.clone() }];
            Lattice::new(axes, &points[..rows])
        };
        assert_eq!(lattice(MOST_COMBINATIONS).unwrap().len(), MOST_COMBINATIONS);
        assert_eq!(lattice(MOST_COMBINATIONS + 1), Err(NoLattice::TooManyCombinations));
    }
}
