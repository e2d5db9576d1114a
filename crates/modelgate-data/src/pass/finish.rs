//! From the counts of all rows to the cube.

use std::collections::BTreeMap;
use std::num::NonZero;

use modelgate_cube::{
    BUCKETS, Cell, Cube, CubeMeta, DEFINITION_VERSION, Half, Halves, Lattice, LatticeAxis, MOST_COMBINATIONS, NoLattice,
    REPLICATE_SALT, ReplicateSet, Replicates, RowIdRule, RowIds, SUMS, ScoreScale, ScoreTable, Shape, Slice, Tally, Task, Term,
    UNITS,
};

use super::areas::{self, SliceOf};
use super::groups::Groups;
use super::merge::Merged;
use super::part::MOST_SLICES;
use super::score_tables::{for_groups, runs};
use super::sums::{Block, add, whole};
use super::{Stop, equal_rows, families};
use crate::grouping::Grouping;
use crate::labels::readable;
use crate::tables::{share_out, tally};

/// The slices by some of the axes.
struct Family {
    axes: Vec<usize>,
    /// The block that they are made of.
    block: usize,
    /// The block's groups by slice.
    slices: Grouping,
    /// The levels of each slice, by axis of the family.
    levels: Vec<Vec<u32>>,
}

/// The cube of all rows. `drawing_replicates` is called when the counts are there and the replicates are begun.
pub(crate) fn finish(mut merged: Merged, threads: NonZero<usize>, drawing_replicates: &mut dyn FnMut()) -> Result<Cube, Stop> {
    let positive_label = positive_label(&merged).ok_or(Stop::Declined)?;
    if merged.plan.by_features {
        equal_rows::tell_apart(&mut merged);
    }
    let settings = merged.plan.settings;
    let families = family_list(&merged)?;
    let scored = merged.plan.score.is_some();
    let scores = if scored { score_tables(&merged, &families) } else { Vec::new() };
    drawing_replicates();
    let (replicates, lattice) = if settings.paired {
        (replicates(&merged, &families, &scores, threads), lattice(&merged))
    } else {
        // Halves of the rows are told by their buckets.
        (families.iter().map(|family| vec![Replicates::default(); family.slices.size]).collect(), Err(NoLattice::NotKept))
    };
    let axis_names: Vec<&str> = settings.axes.iter().map(|axis| axis.axis.name.as_str()).collect();
    let (mut cells, mut by_slice) = (BTreeMap::new(), BTreeMap::new());
    let mut scores = scores.into_iter();
    for (family, replicates) in families.iter().zip(replicates) {
        let mut scores = scores.next().unwrap_or_default().into_iter();
        let block = &merged.blocks[family.block];
        let mut counts = vec![Cell::default(); family.slices.size];
        for (group, slice) in (0..).zip(&family.slices.codes) {
            counts[*slice as usize].merge(&block.cells.cell(group));
        }
        for ((levels, cell), replicates) in family.levels.iter().zip(counts).zip(replicates) {
            let term = |(axis, level): (&usize, &u32)| Term {
                axis: axis_names[*axis].to_owned(),
                level: merged.levels[*axis][*level as usize].clone(),
            };
            let slice = Slice::new(family.axes.iter().zip(levels).map(term));
            cells.insert(slice.clone(), Cell { scores: scores.next().unwrap_or_default(), ..cell });
            by_slice.insert(slice, replicates);
        }
    }
    let shape = Shape {
        task: Task::Binary { positive_label },
        axes: settings.axes.iter().map(|axis| axis.axis.clone()).collect(),
        depth: settings.depth.min(2),
        scored,
        weighted: merged.plan.weight.is_some(),
    };
    let rule = settings.roles.id.clone().map_or(RowIdRule::Features, RowIdRule::Column);
    let ids = RowIds { rule, salt: REPLICATE_SALT, rows: merged.ids };
    let meta = CubeMeta { shape, definition_version: DEFINITION_VERSION, split: merged.split };
    let scale = if scored { merged.scale } else { ScoreScale::Exact };
    let cube = Cube::from_cells(meta, scale, cells).with_lattice(lattice);
    Ok(if settings.paired { cube.with_replicates(ReplicateSet { ids, by_slice }) } else { cube })
}

/// The positive class, where the labels may be read so and predictions are of no other class.
fn positive_label(merged: &Merged) -> Option<String> {
    let declared = merged.plan.settings.roles.positive_label.as_deref();
    let (positive, negative) = readable(merged.labels.iter().map(String::as_str), declared)?;
    let others: Vec<&String> = merged.predictions.iter().filter(|class| **class != positive).collect();
    let negative = negative.as_ref().or(others.first().copied());
    others.iter().all(|class| Some(*class) == negative).then_some(positive)
}

/// Every family of slices as deep as declared, each from the smallest block that has its axes.
fn family_list(merged: &Merged) -> Result<Vec<Family>, Stop> {
    let depth = usize::from(merged.plan.settings.depth.min(2));
    let mut list = Vec::new();
    for axes in families(merged.plan.axes.len(), depth) {
        let has_all = |block: &&(usize, &Block)| axes.iter().all(|axis| block.1.axes.contains(axis));
        let blocks = merged.blocks.iter().enumerate();
        let (index, block) = blocks
            .collect::<Vec<_>>()
            .iter()
            .filter(has_all)
            .min_by_key(|(_, block)| block.groups.len())
            .copied()
            .ok_or(Stop::Declined)?;
        let mut slices = Groups::new(axes.len());
        let codes = (0..).take(block.groups.len()).map(|group| {
            let levels = block.groups.levels(group);
            let of_axis = |axis: &usize| levels.get(block.axes.iter().position(|known| known == axis)?).copied();
            slices.number_one(axes.iter().filter_map(of_axis))
        });
        let codes = codes.collect();
        let levels: Vec<Vec<u32>> = (0..).take(slices.len()).map(|slice| slices.levels(slice)).collect();
        list.push(Family { block: index, slices: Grouping { codes, size: slices.len() }, levels, axes });
    }
    if list.iter().map(|family| family.slices.size).sum::<usize>() > MOST_SLICES { Err(Stop::Declined) } else { Ok(list) }
}

/// The score tables of the slices of each family.
fn score_tables(merged: &Merged, families: &[Family]) -> Vec<Vec<ScoreTable>> {
    let mut tables: Vec<Vec<ScoreTable>> = families.iter().map(|_| Vec::new()).collect();
    for (index, block) in merged.blocks.iter().enumerate() {
        let of_block: Vec<usize> = (0..families.len()).filter(|family| families[*family].block == index).collect();
        if of_block.is_empty() {
            continue;
        }
        let slices: Vec<&Grouping> = of_block.iter().map(|family| &families[*family].slices).collect();
        for (family, shared) in of_block.iter().zip(share_out(runs(merged, block).iter().copied(), &slices)) {
            tables[*family] = shared;
        }
    }
    tables
}

/// The replicates of the slices of each family, with areas for all rows and slices by one axis.
fn replicates(merged: &Merged, families: &[Family], scores: &[Vec<ScoreTable>], threads: NonZero<usize>) -> Vec<Vec<Replicates>> {
    let mut replicates = if by_group_is_less(merged, families) {
        by_group(merged, families, threads)
    } else {
        by_slice(merged, families, threads)
    };
    let with_areas: Vec<usize> =
        (0..families.len()).filter(|family| families[*family].axes.len() <= 1 && !scores.is_empty()).collect();
    let wanted: Vec<areas::Family> = with_areas
        .iter()
        .map(|index| {
            let family = &families[*index];
            areas::Family {
                slice_of: slice_of(merged, family),
                tables: &scores[*index],
                buckets: buckets_of_slices(merged, family),
            }
        })
        .collect();
    for (family, of_slices) in with_areas.iter().zip(areas::areas(merged, &wanted)) {
        for (replicates, areas) in replicates[*family].iter_mut().zip(of_slices) {
            if let Some(areas) = areas {
                replicates.set_areas(areas);
            }
        }
    }
    replicates
}

fn slice_of(merged: &Merged, family: &Family) -> SliceOf {
    match family.axes.as_slice() {
        [] => SliceOf::Whole,
        _ if merged.is_joint => SliceOf::Group(family.slices.codes.clone()),
        [axis, ..] => {
            let mut slices = vec![0; merged.levels[*axis].len()];
            for (slice, levels) in (0..).zip(&family.levels) {
                if let Some(slot) = levels.first().and_then(|level| slices.get_mut(*level as usize)) {
                    *slot = slice;
                }
            }
            SliceOf::Level(*axis, slices)
        }
    }
}

/// The sums of the buckets of each slice.
fn buckets_of_slices(merged: &Merged, family: &Family) -> Vec<Vec<[i64; SUMS]>> {
    let block = &merged.blocks[family.block];
    let mut buckets = vec![vec![[0; SUMS]; usize::from(BUCKETS)]; family.slices.size];
    for (group, slice) in (0..).zip(&family.slices.codes) {
        for (bucket, sums) in block.buckets.of_group(group) {
            add(&mut buckets[*slice as usize][usize::from(bucket)], &sums);
        }
    }
    buckets
}

/// Whether replicates of groups, added up by slice, are less work than replicates of slices. Both are the same.
fn by_group_is_less(merged: &Merged, families: &[Family]) -> bool {
    let [joint] = merged.blocks.as_slice() else { return false };
    let deepest = families.iter().map(|family| family.axes.len()).max().unwrap_or(0);
    let slices = families.iter().filter(|family| family.axes.len() == deepest).map(|family| family.slices.size);
    joint.groups.len() <= slices.sum()
}

fn by_group(merged: &Merged, families: &[Family], threads: NonZero<usize>) -> Vec<Vec<Replicates>> {
    let block = &merged.blocks[0];
    let of_groups = in_parallel(threads, block.groups.len(), |group| {
        let mut replicates = Replicates::default();
        for (bucket, sums) in block.buckets.of_group(u32::try_from(group).unwrap_or(u32::MAX)) {
            replicates.add_bucket(bucket, &sums);
        }
        replicates
    });
    families.iter().map(|family| added_up(&of_groups, &family.slices)).collect()
}

fn added_up(replicates: &[Replicates], slices: &Grouping) -> Vec<Replicates> {
    let mut sums = vec![Replicates::default(); slices.size];
    for (replicates, slice) in replicates.iter().zip(&slices.codes) {
        sums[*slice as usize].merge(replicates);
    }
    sums
}

/// The deepest families from the sums of buckets, and the others from the deepest.
fn by_slice(merged: &Merged, families: &[Family], threads: NonZero<usize>) -> Vec<Vec<Replicates>> {
    let deepest = families.iter().map(|family| family.axes.len()).max().unwrap_or(0);
    let of_deepest = |family: &Family| {
        let groups = &family.slices;
        let mut of_slice: Vec<Vec<u32>> = vec![Vec::new(); groups.size];
        for (group, slice) in (0..).zip(&groups.codes) {
            of_slice[*slice as usize].push(group);
        }
        let block = &merged.blocks[family.block];
        in_parallel(threads, groups.size, |slice| {
            let mut buckets = vec![[0; SUMS]; usize::from(BUCKETS)];
            for group in &of_slice[slice] {
                for (bucket, sums) in block.buckets.of_group(*group) {
                    add(&mut buckets[usize::from(bucket)], &sums);
                }
            }
            let mut replicates = Replicates::default();
            for (bucket, sums) in (0..).zip(&buckets).filter(|(_, sums)| **sums != [0; SUMS]) {
                replicates.add_bucket(bucket, sums);
            }
            replicates
        })
    };
    let mut all: Vec<Vec<Replicates>> =
        families.iter().map(|family| if family.axes.len() == deepest { of_deepest(family) } else { Vec::new() }).collect();
    for (index, family) in families.iter().enumerate().filter(|(_, family)| family.axes.len() < deepest) {
        let source = families
            .iter()
            .enumerate()
            .filter(|(_, deep)| deep.axes.len() == deepest && family.axes.iter().all(|axis| deep.axes.contains(axis)))
            .min_by_key(|(_, deep)| deep.slices.size);
        if let Some((place, deep)) = source {
            let slices = coarser(deep, family);
            all[index] = added_up(&all[place], &slices);
        }
    }
    all
}

/// The slices of a deep family by those of one with fewer axes.
fn coarser(deep: &Family, family: &Family) -> Grouping {
    let by_levels: BTreeMap<&[u32], u32> = family.levels.iter().map(Vec::as_slice).zip(0..).collect();
    let code = |levels: &Vec<u32>| {
        let place = |axis: &usize| deep.axes.iter().position(|known| known == axis);
        let levels: Vec<u32> = family.axes.iter().filter_map(|axis| levels.get(place(axis)?).copied()).collect();
        by_levels.get(levels.as_slice()).copied().unwrap_or(0)
    };
    Grouping { codes: deep.levels.iter().map(code).collect(), size: family.slices.size }
}

/// What `work` makes of each number below `count`, in threads.
fn in_parallel<T: Send>(threads: NonZero<usize>, count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let share = count.div_ceil(threads.get()).max(1);
    let work = &work;
    std::thread::scope(|scope| {
        let spawn = |start: usize| scope.spawn(move || (start..(start + share).min(count)).map(work).collect::<Vec<T>>());
        let threads: Vec<_> = (0..count).step_by(share).map(spawn).collect();
        let done = |thread: std::thread::ScopedJoinHandle<'_, Vec<T>>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().flat_map(done).collect()
    })
}

/// The rows by combination and half.
fn lattice(merged: &Merged) -> Result<Lattice, NoLattice> {
    let mut groups = Groups::new(merged.plan.axes.len());
    let mut halves: Vec<Halves> = Vec::new();
    let all = Block::new((0..merged.plan.axes.len()).collect(), merged.plan);
    let from_buckets = merged.is_joint && merged.plan.weight.is_none();
    if let ([joint], true) = (merged.blocks.as_slice(), from_buckets) {
        // Rows that weigh one are whole multiples of what one adds to its bucket, and halves are made of buckets.
        halves = (0..).take(joint.groups.len()).map(|group| halves_of(joint, group)).collect();
    }
    for records in merged.records.iter().filter(|_| !from_buckets) {
        if merged.is_joint {
            let joint = &merged.blocks[0];
            halves.resize(joint.groups.len(), Halves::default());
            for_groups(records, true, joint, |start, groups| {
                for (group, row) in groups.iter().zip(start..) {
                    add_to_half(&mut halves[*group as usize], records, row);
                }
            });
            continue;
        }
        for row in 0..records.places.len() {
            let group = groups.number_one(all.axes.iter().map(|axis| u32::from(records.levels[*axis][row])));
            if groups.len() > MOST_COMBINATIONS {
                return Err(NoLattice::TooManyCombinations);
            }
            halves.resize(groups.len(), Halves::default());
            add_to_half(&mut halves[group as usize], records, row);
        }
    }
    let groups = if merged.is_joint { &merged.blocks[0].groups } else { &groups };
    let axis = |(axis, levels): (&crate::CountAxis, &Vec<Option<String>>)| LatticeAxis {
        name: axis.axis.name.clone(),
        levels: levels.clone(),
    };
    let axes = merged.plan.settings.axes.iter().zip(&merged.levels).map(axis).collect();
    let points: Vec<(Vec<u32>, Halves)> = (0..).take(groups.len()).map(|group| groups.levels(group)).zip(halves).collect();
    Lattice::new(axes, &points)
}

/// The rows of a group of rows without weights, in both halves.
fn halves_of(joint: &Block, group: u32) -> Halves {
    let mut halves = Halves::default();
    for (bucket, sums) in joint.buckets.of_group(group) {
        let counts = halves.of_mut(Half::of_bucket(bucket));
        for (class, sum) in sums.iter().take(4).enumerate() {
            let rows = u64::try_from(sum / whole(UNITS)).unwrap_or_default();
            counts.tally_mut(class >= 2, class % 2 == 1).merge(&Tally::unweighted(rows));
        }
    }
    halves
}

fn add_to_half(halves: &mut Halves, records: &super::records::Records, row: usize) {
    let place = records.places[row];
    let counts = halves.of_mut(Half::of_bucket(place.bucket()));
    counts.tally_mut(place.positive(), place.predicted()).merge(&tally(records.weight(row)));
}
