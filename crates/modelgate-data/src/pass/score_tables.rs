//! Makes score tables of the records of all rows.

use modelgate_cube::{ScoreBin, Tally};

use super::fast_map::FastMap;
use super::merge::Merged;
use super::records::Records;
use super::sums::Block;
use crate::tables::Run;

/// Tables of groups by scores up to this size are dense.
const MOST_DENSE: usize = 1 << 23;

/// Rows that are looked at together.
const CHUNK: usize = 16_384;

/// The rows of each score and group of a block together, in order of the score.
pub(super) fn runs(merged: &Merged, block: &Block) -> Vec<Run> {
    let (groups, keys) = (block.groups.len(), merged.keys.len());
    let weighted = merged.plan.weight.is_some();
    if !weighted && groups.saturating_mul(keys) <= MOST_DENSE / 2 {
        return dense(merged, block);
    }
    let tables = merged.in_threads(|records| sparse(records, merged, block));
    let mut sums: FastMap<u64, ScoreBin> = FastMap::default();
    for (key, bin) in tables.into_iter().flatten() {
        let sum = sums.entry(key).or_default();
        sum.negatives.merge(&bin.negatives);
        sum.positives.merge(&bin.positives);
    }
    let mut runs: Vec<(u64, ScoreBin)> = sums.into_iter().collect();
    runs.sort_unstable_by_key(|(key, _)| *key);
    let run = |(key, bin): (u64, ScoreBin)| Run { key: merged.key(key >> 32), group: low(key), bin };
    runs.into_iter().map(run).collect()
}

fn dense(merged: &Merged, block: &Block) -> Vec<Run> {
    let (groups, keys) = (block.groups.len(), merged.keys.len());
    let count = |records: &Records| {
        let mut rows = vec![[0_u32; 2]; groups * keys];
        for_groups(records, merged.is_joint, block, |start, groups| {
            for (group, place) in groups.iter().zip(&records.places[start..]) {
                rows[*group as usize * keys + place.code() as usize][usize::from(place.positive())] += 1;
            }
        });
        rows
    };
    let tables = merged.in_threads(count);
    let mut runs = Vec::new();
    for (rank, key) in merged.keys.iter().enumerate() {
        for group in 0..groups {
            let sum = |class: usize| tables.iter().map(|rows| u64::from(rows[group * keys + rank][class])).sum();
            let (negatives, positives): (u64, u64) = (sum(0), sum(1));
            if negatives + positives > 0 {
                let bin = ScoreBin { negatives: Tally::unweighted(negatives), positives: Tally::unweighted(positives) };
                runs.push(Run { key: *key, group: low(group as u64), bin });
            }
        }
    }
    runs
}

fn sparse(records: &Records, merged: &Merged, block: &Block) -> FastMap<u64, ScoreBin> {
    let mut bins: FastMap<u64, ScoreBin> = FastMap::default();
    for_groups(records, merged.is_joint, block, |start, groups| {
        for ((group, place), row) in groups.iter().zip(&records.places[start..]).zip(start..) {
            let bin = bins.entry((u64::from(place.code()) << 32) | u64::from(*group)).or_default();
            let tally = if place.positive() { &mut bin.positives } else { &mut bin.negatives };
            match records.weight(row) {
                Some(weight) => tally.add_row(weight),
                None => tally.merge(&Tally::unweighted(1)),
            }
        }
    });
    bins
}

/// Hands out the groups of all rows in a block: the first row, and the groups from there.
pub(super) fn for_groups(records: &Records, is_joint: bool, block: &Block, mut each: impl FnMut(usize, &[u32])) {
    let mut groups: Vec<u32> = Vec::with_capacity(CHUNK);
    for start in (0..records.places.len()).step_by(CHUNK) {
        let end = (start + CHUNK).min(records.places.len());
        groups.clear();
        if is_joint {
            groups.extend(records.groups.get(start..end).unwrap_or_default().iter().copied().map(u32::from));
        } else {
            let mut levels = vec![0; block.axes.len()];
            groups.extend((start..end).map(|row| {
                for (level, axis) in levels.iter_mut().zip(&block.axes) {
                    *level = u32::from(records.levels[*axis][row]);
                }
                block.groups.find(&levels).unwrap_or(0)
            }));
        }
        each(start, &groups);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is what is asked for")]
fn low(key: u64) -> u32 {
    key as u32
}

impl Merged<'_> {
    /// The key of a score's place.
    fn key(&self, rank: u64) -> u64 {
        usize::try_from(rank).ok().and_then(|rank| self.keys.get(rank)).copied().unwrap_or(rank)
    }

    /// Does something with the records of each thread, in threads again.
    pub(super) fn in_threads<T: Send>(&self, work: impl Fn(&Records) -> T + Sync) -> Vec<T> {
        std::thread::scope(|scope| {
            let threads: Vec<_> = self.records.iter().map(|records| scope.spawn(|| work(records))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
        })
    }
}
