//! Adds rows up by slice and bucket, and buckets to the replicates of slices.

use modelgate_cube::{BUCKETS, ClassSums, LabelSetSums, RankingSums, RegressionSums, SumReplicates, TaskCounts, Wide};

use super::clusters::Layout;
use super::slices::Family;
use super::{Facts, TaskRows};
use crate::grouping::Grouping;

/// Up to so many lists of numbers are kept: 128 MB of them. Slices of one axis come first; where pairs of axes would need
/// more, their numbers have closed-form intervals only.
const MOST_LISTS: usize = 40_000;

/// A slice with more sums than this has none: most of them would be about single rows.
const WIDEST: usize = 4_000;

/// The replicates of the slices of each family; nothing for the families that would need too many.
pub(super) fn of_families(
    rows: &TaskRows,
    buckets: &[u16],
    families: &[Family],
    counts: &[Vec<TaskCounts>],
) -> Vec<Vec<SumReplicates>> {
    let by_bucket = Grouping { codes: buckets.iter().map(|bucket| u32::from(*bucket)).collect(), size: usize::from(BUCKETS) };
    let all_rows: Vec<u32> = (0..).take(buckets.len()).collect();
    let in_order = by_bucket.sort(&all_rows);
    let mut lists = 0;
    let mut found = Vec::new();
    for (family, counts) in families.iter().zip(counts) {
        let widths: Vec<usize> = counts.iter().map(width).collect();
        let wanted: usize = widths.iter().sum();
        if lists + wanted > MOST_LISTS || widths.iter().any(|width| *width > WIDEST) {
            found.push(Vec::new());
            continue;
        }
        lists += wanted;
        found.push(of_family(rows, buckets, &in_order, &family.slices, counts));
    }
    found
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

/// What the sums of a slice's rows are taken about, and where they go.
struct Adder<'a> {
    rows: &'a TaskRows,
    shift: f64,
    layout: Option<Layout>,
}

impl<'a> Adder<'a> {
    fn of(rows: &'a TaskRows, counts: &TaskCounts) -> Self {
        match (&rows.facts, counts) {
            (Facts::Clusters(facts), TaskCounts::Clusters(counts)) => {
                Self { rows, shift: 0.0, layout: Some(facts.layout(counts)) }
            }
            (_, TaskCounts::Regression(counts)) => Self { rows, shift: counts.mean_label(), layout: None },
            _ => Self { rows, shift: 0.0, layout: None },
        }
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

/// The replicates of the slices of one family. The rows of a bucket are summed exactly, and buckets in their order, so
/// that the order of rows cannot change a bit.
fn of_family(rows: &TaskRows, buckets: &[u16], in_order: &[u32], slices: &Grouping, counts: &[TaskCounts]) -> Vec<SumReplicates> {
    let adders: Vec<Adder<'_>> = counts.iter().map(|counts| Adder::of(rows, counts)).collect();
    let empty = counts.iter().zip(&adders).map(|(counts, adder)| SumReplicates::new(width(counts), adder.shift));
    let mut replicates: Vec<SumReplicates> = empty.collect();
    let place = |row: &u32| (slices.codes[*row as usize], buckets[*row as usize]);
    for together in slices.sort(in_order).chunk_by(|one, two| place(one) == place(two)) {
        let Some((slice, bucket)) = together.first().map(place) else { continue };
        let (adder, replicates) = (&adders[slice as usize], &mut replicates[slice as usize]);
        let mut sums = vec![Wide::ZERO; replicates.width()];
        for row in together {
            adder.add(*row as usize, &mut sums);
        }
        replicates.add_bucket(bucket, &sums.into_iter().map(Wide::to_f64).collect::<Vec<_>>());
    }
    replicates
}
