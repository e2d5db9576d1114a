//! Small cubes for tests.

use std::collections::BTreeMap;

use super::{DisclosureSettings, Profile};
use crate::{
    Axis, AxisKind, Cell, Cube, CubeMeta, DEFINITION_VERSION, RowSetDigest, ScoreScale, Shape, Slice, Tally, Task, Term,
};

/// The default settings of the public profile.
pub(crate) fn public() -> DisclosureSettings {
    DisclosureSettings { profile: Profile::Public, min_cell: 11, min_support: 30 }
}

/// The counts of the levels of one axis: true negatives, false positives, false negatives, true positives.
pub(crate) fn counted(levels: &[(&str, [u64; 4])]) -> Cube {
    let rows = levels.iter().map(|(level, parts)| (vec![("sex", *level)], *parts));
    crossed(&["sex"], &rows.collect::<Vec<_>>())
}

/// A level of each axis, and the rows that have them.
pub(crate) type Combination<'a> = (Vec<(&'a str, &'a str)>, [u64; 4]);

/// The counts of every combination of levels, summed up to slices of one and of two axes.
pub(crate) fn crossed(axes: &[&str], rows: &[Combination<'_>]) -> Cube {
    let mut cells: BTreeMap<Slice, Cell> = BTreeMap::new();
    for (levels, parts) in rows {
        let terms: Vec<Term> =
            levels.iter().map(|(axis, level)| Term { axis: (*axis).to_owned(), level: Some((*level).to_owned()) }).collect();
        let mut slices = vec![Slice::overall()];
        slices.extend(terms.iter().map(|term| Slice::new([term.clone()])));
        for (index, one) in terms.iter().enumerate() {
            slices.extend(terms.iter().skip(index + 1).map(|other| Slice::new([one.clone(), other.clone()])));
        }
        for slice in slices {
            let cell = cells.entry(slice).or_default();
            cell.true_negatives.merge(&Tally::unweighted(parts[0]));
            cell.false_positives.merge(&Tally::unweighted(parts[1]));
            cell.false_negatives.merge(&Tally::unweighted(parts[2]));
            cell.true_positives.merge(&Tally::unweighted(parts[3]));
        }
    }
    let axes = axes.iter().map(|name| Axis { name: (*name).to_owned(), kind: AxisKind::Categorical }).collect();
    let shape = Shape { task: Task::Binary { positive_label: "yes".into() }, axes, depth: 2, scored: false, weighted: false };
    let meta = CubeMeta { shape, definition_version: DEFINITION_VERSION, split: RowSetDigest::default() };
    Cube::from_cells(meta, ScoreScale::Exact, cells)
}
