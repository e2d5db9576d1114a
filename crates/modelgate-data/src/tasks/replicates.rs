//! Adds rows up by slice and bucket, and buckets to the replicates of slices.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use modelgate_cube::{BUCKETS, ClassSums, LabelSetSums, RankingSums, RegressionSums, Slice, SumReplicates, TaskCounts, Wide};

use super::chunk::Chunk;
use super::clusters::Layout;
use super::looks::Looks;
use super::slices::{Family, axes_of_families};
use super::{Facts, TaskColumns, TaskRows};
use crate::Dataset;
use crate::count::CountSettings;
use crate::error::DataError;
use crate::row_ids::{EqualRows, bucket};

/// Up to so many lists of numbers are kept: 128 MB of them. Slices of one axis come first; where pairs of axes would need
/// more, their numbers have closed-form intervals only.
const MOST_LISTS: usize = 40_000;

/// A slice with more sums than this has none: most of them would be about single rows.
const WIDEST: usize = 4_000;

/// As many lists of sums by bucket are held at a time, which are 200 MB; where there are more, rows are looked at again.
const MOST_AT_ONCE: usize = 4_000;

/// A slice whose replicates are drawn.
struct Wanted<'a> {
    slice: &'a Slice,
    counts: &'a TaskCounts,
    width: usize,
}

/// The replicates of the slices, by family; nothing for the families that would need too many.
pub(super) fn of_slices(
    looks: &impl Looks,
    settings: &CountSettings,
    task: &TaskColumns,
    cells: &BTreeMap<Slice, TaskCounts>,
    equal: &EqualRows,
) -> Result<BTreeMap<Slice, SumReplicates>, DataError> {
    let mut found = BTreeMap::new();
    let mut rest = wanted(settings, cells).into_iter().peekable();
    while rest.peek().is_some() {
        let (mut together, mut lists) = (Vec::new(), 0);
        while let Some(next) = rest.next_if(|next| together.is_empty() || lists + next.width <= MOST_AT_ONCE) {
            lists += next.width;
            together.push(next);
        }
        found.extend(of_some(looks, settings, task, &together, equal)?);
    }
    Ok(found)
}

/// The slices whose replicates are kept, all rows first, then those of single axes, then pairs.
fn wanted<'a>(settings: &CountSettings, cells: &'a BTreeMap<Slice, TaskCounts>) -> Vec<Wanted<'a>> {
    let mut by_axes: BTreeMap<Vec<&str>, Vec<Wanted<'a>>> = BTreeMap::new();
    for (slice, counts) in cells {
        by_axes.entry(slice.axes().collect()).or_default().push(Wanted { slice, counts, width: width(counts) });
    }
    let mut lists = 0;
    let mut found = Vec::new();
    for axes in axes_of_families(settings) {
        let Some(family) = by_axes.remove(&axes) else { continue };
        let wanted: usize = family.iter().map(|slice| slice.width).sum();
        if lists + wanted <= MOST_LISTS && family.iter().all(|slice| slice.width <= WIDEST) {
            lists += wanted;
            found.extend(family);
        }
    }
    found
}

/// The replicates of a few slices: the rows of each bucket are summed exactly, and buckets in their order, so that neither
/// the order of rows nor chunks can change a bit.
fn of_some(
    looks: &impl Looks,
    settings: &CountSettings,
    task: &TaskColumns,
    wanted: &[Wanted<'_>],
    equal: &EqualRows,
) -> Result<Vec<(Slice, SumReplicates)>, DataError> {
    equal.restart();
    let places: BTreeMap<&Slice, usize> = wanted.iter().map(|wanted| wanted.slice).zip(0..).collect();
    let empty = |wanted: &Wanted<'_>| Mutex::new(vec![Wide::ZERO; wanted.width * usize::from(BUCKETS)]);
    let sums: Vec<Mutex<Vec<Wide>>> = wanted.iter().map(empty).collect();
    let add = |(): &mut (), dataset: &Dataset| {
        let chunk = Chunk::read(dataset, settings, task)?;
        let buckets: Vec<u16> = chunk.item_hashes()?.into_iter().map(|hash| bucket(equal.id(hash))).collect();
        let is_wanted = |family: &&Family| family.names.iter().any(|slice| places.contains_key(slice));
        for (slice, rows) in chunk.families.iter().filter(is_wanted).flat_map(Family::rows_by_slice) {
            let Some(place) = places.get(slice) else { continue };
            let Wanted { counts, width, .. } = &wanted[*place];
            let adder = Adder::of(&chunk.rows, counts);
            let mut sums = sums[*place].lock().unwrap_or_else(PoisonError::into_inner);
            for row in rows {
                let row = row as usize;
                let first = usize::from(buckets[row]) * width;
                adder.add(row, &mut sums[first..first + width]);
            }
        }
        Ok(())
    };
    looks.look(|| (), add)?;
    let drawn = |(wanted, sums): (&Wanted<'_>, Mutex<Vec<Wide>>)| {
        let mut replicates = SumReplicates::new(wanted.width, shift(wanted.counts));
        let sums = sums.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (bucket, sums) in (0..BUCKETS).zip(sums.chunks(wanted.width.max(1))) {
            replicates.add_bucket(bucket, &sums.iter().map(|sum| sum.to_f64()).collect::<Vec<_>>());
        }
        (wanted.slice.clone(), replicates)
    };
    Ok(wanted.iter().zip(sums).map(drawn).collect())
}

fn width(counts: &TaskCounts) -> usize {
    match counts {
        TaskCounts::Binary => 0,
        TaskCounts::Classes(counts) => ClassSums::width(counts.classes),
        TaskCounts::LabelSets(counts) => LabelSetSums::width(counts.by_label.len()),
        TaskCounts::Regression(_) => RegressionSums::WIDTH,
        TaskCounts::Clusters(counts) => counts.width(),
        TaskCounts::Ranking(_) => RankingSums::WIDTH,
    }
}

/// What is taken off numbers whose squares are summed.
fn shift(counts: &TaskCounts) -> f64 {
    if let TaskCounts::Regression(counts) = counts { counts.mean_label() } else { 0.0 }
}

/// What the sums of a slice's rows are taken about, and where they go.
struct Adder<'a> {
    rows: &'a TaskRows,
    shift: f64,
    layout: Option<Layout>,
}

impl<'a> Adder<'a> {
    fn of(rows: &'a TaskRows, counts: &TaskCounts) -> Self {
        let layout = match (&rows.facts, counts) {
            (Facts::Clusters(facts), TaskCounts::Clusters(counts)) => Some(facts.layout(counts)),
            _ => None,
        };
        Self { rows, shift: shift(counts), layout }
    }

    fn add(&self, row: usize, sums: &mut [Wide]) {
        let weight = self.rows.weight(row);
        let mut add = |place: usize, value: f64| {
            if let Some(slot) = sums.get_mut(place) {
                *slot += Wide::from_f64(value);
            }
        };
        match (&self.rows.facts, &self.layout) {
            (Facts::Classes(facts), _) => facts.add_to(row, weight, &mut add),
            (Facts::LabelSets(facts), _) => facts.add_to(row, weight, &mut add),
            (Facts::Numbers(facts), _) => {
                for (place, value) in facts.row(row, weight).sums(self.shift).to_list().into_iter().enumerate() {
                    add(place, value);
                }
            }
            (Facts::Clusters(facts), Some(layout)) => facts.add_to(row, weight, layout, &mut add),
            (Facts::Clusters(_), None) => {}
            (Facts::Ranking(facts), _) => facts.add_to(row, &mut add),
        }
    }
}
