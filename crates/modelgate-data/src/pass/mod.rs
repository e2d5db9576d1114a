//! Counts rows in one pass: threads share out the parts of a file, each adds its rows up by combinations of levels, and
//! what they have is added up to the cube.
//!
//! Every sum is a whole number, so that nothing depends on who read which row. Memory is bounded by the cube and a batch,
//! but for a few bytes a row ([`records`]): the place of the score, the bucket, and the combination.

mod areas;
mod cells;
mod coders;
mod equal_rows;
mod fast_map;
mod finish;
mod groups;
mod losses;
mod memory;
mod merge;
mod part;
mod plan;
mod records;
mod score_tables;
mod sums;

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};

pub(crate) use cells::{ByKey, Cells};
pub(crate) use fast_map::FastMap;
pub(crate) use finish::finish;
pub(crate) use memory::InMemory;
pub(crate) use part::MOST_SLICES;
pub(crate) use plan::Plan;

use merge::Merged;
use part::Part;

/// Why a pass ends early. It says nothing to people: a second, slower look at the rows finds the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The rows cannot be counted.
    Declined,
    /// A column that was taken for one of numbers holds text as well; by its place among the plan's columns.
    TurnedText(usize),
}

/// Rows in units that threads take one after the other.
pub(crate) trait Source: Sync {
    /// Hands every batch of the next unit to `add`, columns in the order of the plan. `false` where no unit is left.
    fn next(&self, add: &mut dyn FnMut(&[Cells]) -> Result<(), Stop>) -> Result<bool, Stop>;
}

/// The rows of a source, added up.
pub(crate) fn pass<'p>(source: &dyn Source, plan: &'p Plan<'p>, threads: NonZero<usize>) -> Result<Merged<'p>, Stop> {
    let parts = share(source, threads, || Part::new(plan), Part::add)?;
    Merged::of(plan, parts)
}

/// What threads made of the batches of a source, each of those that it took.
pub(crate) fn share<T: Send>(
    source: &dyn Source,
    threads: NonZero<usize>,
    new: impl Fn() -> T + Sync,
    add: impl Fn(&mut T, &[Cells]) -> Result<(), Stop> + Sync,
) -> Result<Vec<T>, Stop> {
    let stopped = AtomicBool::new(false);
    let work = || {
        let mut made = new();
        let mut take = |cells: &[Cells]| {
            if stopped.load(Ordering::Relaxed) { Err(Stop::Declined) } else { add(&mut made, cells) }
        };
        let done = loop {
            match source.next(&mut take) {
                Ok(true) => {}
                Ok(false) => break Ok(()),
                Err(stop) => break Err(stop),
            }
        };
        if done.is_err() {
            stopped.store(true, Ordering::Relaxed);
        }
        done.map(|()| made)
    };
    let parts: Vec<Result<T, Stop>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads.get()).map(|_| scope.spawn(work)).collect();
        // The reader of Parquet panics on some damaged files.
        threads.into_iter().map(|thread| thread.join().unwrap_or(Err(Stop::Declined))).collect()
    });
    let turned = |part: &Result<T, Stop>| if let Err(Stop::TurnedText(column)) = part { Some(*column) } else { None };
    match parts.iter().filter_map(turned).min() {
        Some(column) => Err(Stop::TurnedText(column)),
        None => parts.into_iter().collect(),
    }
}

/// The sets of axes that slices are cut by: none, each, and each two, as deep as `depth` says.
pub(crate) fn families(axes: usize, depth: usize) -> Vec<Vec<usize>> {
    let mut families = vec![Vec::new()];
    for first in (0..axes).filter(|_| depth >= 1) {
        families.push(vec![first]);
        families.extend((first + 1..axes).filter(|_| depth >= 2).map(|second| vec![first, second]));
    }
    families
}
