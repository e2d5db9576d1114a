//! The slices that rows are counted by: all rows, each level of each axis, and pairs of levels.

use std::collections::BTreeSet;

use modelgate_cube::{Slice, Term};

use crate::Dataset;
use crate::count::CountSettings;
use crate::error::DataError;
use crate::grouping::Grouping;
use crate::levels::{EncodedAxis, Levels};

/// The slices by some of the axes.
pub(super) struct Family {
    /// How many axes they are cut by.
    pub(super) depth: usize,
    /// Rows by slice.
    pub(super) slices: Grouping,
    /// The slices.
    pub(super) names: Vec<Slice>,
}

impl Family {
    /// The rows of each slice.
    pub(super) fn rows_by_slice(&self) -> impl Iterator<Item = (&Slice, Vec<u32>)> {
        let all: Vec<u32> = (0..).take(self.slices.codes.len()).collect();
        let sorted = self.slices.sort(&all);
        let slice = |row: &u32| self.slices.codes[*row as usize];
        let parts: Vec<Vec<u32>> = sorted.chunk_by(|one, two| slice(one) == slice(two)).map(<[u32]>::to_vec).collect();
        parts.into_iter().filter_map(|rows| Some((&self.names[self.slices.codes[*rows.first()? as usize] as usize], rows)))
    }
}

/// Refuses two axes of one name and a time that is no column.
pub(super) fn check_axes(dataset: &Dataset, settings: &CountSettings) -> Result<(), DataError> {
    let mut names = BTreeSet::new();
    if let Some(axis) = settings.axes.iter().find(|axis| !names.insert(&axis.axis.name)) {
        return Err(DataError::DuplicateAxis { name: axis.axis.name.clone() });
    }
    match &settings.roles.time {
        Some(time) if !dataset.has_column(time) => dataset.require(time).map(|_| ()),
        _ => Ok(()),
    }
}

/// The families of slices as deep as the settings say, all rows first, then single axes, then pairs.
pub(super) fn families(rows: usize, settings: &CountSettings, axes: &[EncodedAxis]) -> Vec<Family> {
    let names: Vec<&str> = settings.axes.iter().map(|axis| axis.axis.name.as_str()).collect();
    let family = |of: &[usize], slices: Grouping| {
        let named = slices.first_items().into_iter().map(|row| slice(of, row, &names, axes)).collect();
        Family { depth: of.len(), slices, names: named }
    };
    let mut families = vec![family(&[], Grouping::whole(rows))];
    if settings.depth >= 1 {
        families.extend((0..axes.len()).map(|index| family(&[index], axes[index].levels.grouping.clone())));
    }
    if settings.depth >= 2 {
        for (index, one) in axes.iter().enumerate() {
            for (other, two) in axes.iter().enumerate().skip(index + 1) {
                families.push(family(&[index, other], one.levels.grouping.cross(&two.levels.grouping)));
            }
        }
    }
    families
}

/// The names of the axes of each family, sorted, in the order of [`families`].
pub(super) fn axes_of_families(settings: &CountSettings) -> Vec<Vec<&str>> {
    let names: Vec<&str> = settings.axes.iter().map(|axis| axis.axis.name.as_str()).collect();
    let mut found = vec![Vec::new()];
    found.extend(names.iter().map(|name| vec![*name]));
    for (index, one) in names.iter().enumerate() {
        found.extend(names.iter().skip(index + 1).map(|other| vec![*one.min(other), *one.max(other)]));
    }
    found
}

/// The slice by some of the axes that a row belongs to.
fn slice(of: &[usize], row: usize, names: &[&str], axes: &[EncodedAxis]) -> Slice {
    Slice::new(of.iter().map(|index| {
        let Levels { grouping, levels } = &axes[*index].levels;
        Term { axis: names[*index].to_owned(), level: levels[grouping.codes[row] as usize].clone() }
    }))
}
