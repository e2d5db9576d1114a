//! The areas under the ROC curve of replicates.

use modelgate_cube::{AREA_UNITS, BUCKETS, REPLICATES, SUMS, ScoreTable, UNITS, poisson_weights};

use super::merge::Merged;
use super::records::Records;
use super::sums::whole;

/// Tables of scores by slice up to this size are made for areas.
const MOST_PLACEMENTS: usize = 1 << 22;

/// Classes of fewer rows have no areas: a replicate could easily be without one of them.
const FEWEST_OF_CLASS: u64 = 10;

/// Placements are added as whole numbers of this many parts of one.
const PLACEMENT_UNITS: f64 = 16_777_216.0;

/// The slices of a family whose areas are wanted.
pub(super) struct Family<'a> {
    /// How a row's slice is found.
    pub(super) slice_of: SliceOf,
    /// The score table of each slice.
    pub(super) tables: &'a [ScoreTable],
    /// The sums of each slice's buckets.
    pub(super) buckets: Vec<Vec<[i64; SUMS]>>,
}

/// How a row's slice is found.
pub(super) enum SliceOf {
    /// By its group in the block of all axes.
    Group(Vec<u32>),
    /// By its level of an axis.
    Level(usize, Vec<u32>),
    /// All rows are in one slice.
    Whole,
}

/// For each family and slice the areas, one a replicate; `None` where there are none.
///
/// A replicate's area is its first-order approximation: the mean placement of its positive rows among all negative ones,
/// plus that of its negative rows among all positive ones, minus the area of all rows. Its variance is `DeLong`'s (1988),
/// and no row has to be sorted again.
pub(super) fn areas(merged: &Merged, families: &[Family]) -> Vec<Vec<Option<Vec<i64>>>> {
    let placements: Vec<Vec<Placements>> = families.iter().map(|family| placements(merged, family)).collect();
    let sums = merged.in_threads(|records| {
        let of_family = |(family, placements): (&Family, &Vec<Placements>)| placed(records, family, placements);
        families.iter().zip(&placements).map(of_family).collect::<Vec<_>>()
    });
    let of_family = |(index, family): (usize, &Family)| {
        let slices = placements[index].iter().zip(&family.buckets).enumerate();
        let of_slice = |(slice, (placements, buckets)): (usize, (&Placements, &Vec<[i64; SUMS]>))| {
            let place = |bucket: usize| slice * usize::from(BUCKETS) + bucket;
            let placed = |bucket: usize, class: usize| -> i64 { sums.iter().map(|sums| sums[index][place(bucket)][class]).sum() };
            let sums = |(bucket, sums): (usize, &[i64; SUMS])| {
                [placed(bucket, 0), sums[0] + sums[1], placed(bucket, 1), sums[2] + sums[3]]
            };
            if placements.by_rank.is_empty() {
                return None;
            }
            of_replicates(placements.area, &buckets.iter().enumerate().map(sums).collect::<Vec<_>>())
        };
        slices.map(of_slice).collect()
    };
    families.iter().enumerate().map(of_family).collect()
}

/// The placements of each slice; none where they would be too many.
fn placements(merged: &Merged, family: &Family) -> Vec<Placements> {
    if merged.keys.len() * family.tables.len() > MOST_PLACEMENTS {
        return family.tables.iter().map(|_| Placements::default()).collect();
    }
    family.tables.iter().map(|table| Placements::of(table, &merged.keys)).collect()
}

/// The summed placements of the rows of each slice and bucket, by class.
fn placed(records: &Records, family: &Family, placements: &[Placements]) -> Vec<[i64; 2]> {
    let mut sums = vec![[0_i64; 2]; placements.len() * usize::from(BUCKETS)];
    if placements.iter().all(|placements| placements.by_rank.is_empty()) {
        return sums;
    }
    let mut add = |slice: u32, row: usize| {
        let (slice, place) = (slice as usize, records.places[row]);
        let (placements, rank, class) = (&placements[slice], place.code() as usize, usize::from(place.positive()));
        let placement = match records.weight(row) {
            None => placements.rounded.get(rank).map(|placement| i64::from(placement[class])),
            Some(weight) => placements.by_rank.get(rank).map(|exact| whole(weight * exact[class] * PLACEMENT_UNITS)),
        };
        let Some(placement) = placement else { return };
        sums[slice * usize::from(BUCKETS) + usize::from(place.bucket())][class] += placement;
    };
    match &family.slice_of {
        SliceOf::Whole => (0..records.places.len()).for_each(|row| add(0, row)),
        SliceOf::Group(slices) => {
            records.groups.iter().enumerate().for_each(|(row, group)| add(slices[usize::from(*group)], row));
        }
        SliceOf::Level(axis, slices) => {
            records.levels[*axis].iter().enumerate().for_each(|(row, level)| add(slices[usize::from(*level)], row));
        }
    }
    sums
}

/// Where the scores of a slice stand among the other class.
#[derive(Default)]
struct Placements {
    /// The area under the ROC curve.
    area: f64,
    /// For each score of all rows the share of positive rows above it and of negative rows below it, ties counting half. Empty
    /// where a class has too few rows.
    by_rank: Vec<[f64; 2]>,
    /// What a row of weight one adds. Apart from the others, and small, to stay in the processor's caches.
    rounded: Vec<[u32; 2]>,
}

impl Placements {
    fn of(table: &ScoreTable, keys: &[u64]) -> Self {
        let totals = table.totals();
        let (negatives, positives) = (totals.negatives.weight.to_f64(), totals.positives.weight.to_f64());
        let enough = totals.negatives.rows.min(totals.positives.rows) >= FEWEST_OF_CLASS;
        if !enough || negatives <= 0.0 || positives <= 0.0 {
            return Self::default();
        }
        let (mut below, mut above, mut concordant) = (0.0, positives, 0.0);
        let mut by_rank = vec![[0.0; 2]; keys.len()];
        for (key, bin) in table.iter() {
            let (n, p) = (bin.negatives.weight.to_f64(), bin.positives.weight.to_f64());
            above -= p;
            if let Some(placement) = keys.binary_search(&key).ok().and_then(|rank| by_rank.get_mut(rank)) {
                *placement = [(above + p / 2.0) / positives, (below + n / 2.0) / negatives];
            }
            concordant += p * (below + n / 2.0);
            below += n;
        }
        let round = |share: f64| u32::try_from(whole(share * PLACEMENT_UNITS)).unwrap_or(u32::MAX);
        let rounded = by_rank.iter().map(|exact: &[f64; 2]| exact.map(round)).collect();
        Self { area: concordant / (negatives * positives), by_rank, rounded }
    }
}

/// The areas of the replicates; `None` where one of them lacks a class. Sums of a bucket: placements of negatives and
/// their weight, then those of positives.
fn of_replicates(area: f64, buckets: &[[i64; 4]]) -> Option<Vec<i64>> {
    let mut replicates = vec![[0_i64; 4]; REPLICATES];
    for (bucket, sums) in (0..).zip(buckets).filter(|(_, sums)| **sums != [0; 4]) {
        for (replicate, weight) in replicates.iter_mut().zip(poisson_weights(bucket)) {
            for (total, sum) in replicate.iter_mut().zip(sums) {
                *total += i64::from(*weight) * sum;
            }
        }
    }
    let mean = |placed: i64, weight: i64| (weight > 0).then(|| placed as f64 / PLACEMENT_UNITS / (weight as f64 / UNITS));
    let of_replicate = |[n, n_weight, p, p_weight]: &[i64; 4]| {
        let sum = mean(*n, *n_weight)? + mean(*p, *p_weight)? - area;
        Some(whole(sum.clamp(0.0, 2.0) * AREA_UNITS))
    };
    replicates.iter().map(of_replicate).collect()
}
