//! Adds rows up by bucket, and buckets to the replicates of slices.

use modelgate_cube::{AREA_UNITS, BUCKETS, REPLICATES, Replicates, SUMS, ScoreTable, UNITS, poisson_weights};

use crate::grouping::Grouping;
use crate::row_facts::RowFacts;
use crate::tables::{ScoreKeys, losses_of};

/// Up to so many groups of rows get replicates of their own, which are then added up by slice.
const MOST_OWN_REPLICATES: usize = 4_096;

/// Tables of scores by slice up to this size are made for areas.
const MOST_PLACEMENTS: usize = 1 << 22;

/// Classes of fewer rows have no areas: a replicate could easily be without one of them.
const FEWEST_OF_CLASS: u64 = 10;

/// Rows with their buckets.
pub(crate) struct BucketedRows<'a> {
    /// The rows.
    pub(crate) facts: &'a RowFacts,
    /// The bucket of each row.
    pub(crate) buckets: &'a [u16],
    /// The items that slices are made of: groups of rows, or `None` for the rows themselves.
    pub(crate) items: Option<&'a Grouping>,
}

/// The slices of a family: items by slice, and the score tables of the slices where areas are wanted.
pub(crate) struct Slices<'a> {
    /// Items by slice.
    pub(crate) slices: &'a Grouping,
    /// The rows by score.
    pub(crate) scores: Option<(&'a ScoreKeys, &'a [ScoreTable])>,
}

/// The rows of one item and bucket.
struct Entry {
    item: u32,
    bucket: u16,
    sums: [i64; SUMS],
}

impl BucketedRows<'_> {
    /// The replicates of the slices of each family.
    pub(crate) fn replicates(&self, families: &[Slices<'_>]) -> Vec<Vec<Replicates>> {
        let entries = self.entries();
        let mut replicates = if self.add_up_items(&entries, families) {
            by_item(&entries, self.items.map_or(0, |items| items.size), families)
        } else {
            families.iter().map(|family| by_slice(&entries, family.slices)).collect()
        };
        for (replicates, family) in replicates.iter_mut().zip(families) {
            if let Some((keys, tables)) = family.scores {
                self.add_areas(replicates, family.slices, keys, tables);
            }
        }
        replicates
    }

    fn rows(&self) -> usize {
        self.buckets.len()
    }

    fn item(&self, row: usize) -> usize {
        self.items.map_or(row, |items| items.codes[row] as usize)
    }

    /// The rows, added up by item and bucket where that makes them fewer.
    fn entries(&self) -> Vec<Entry> {
        let table = self.items.map_or(usize::MAX, |items| items.size * usize::from(BUCKETS));
        let entry = |place: usize, sums| Entry {
            item: u32::try_from(place / usize::from(BUCKETS)).unwrap_or(u32::MAX),
            bucket: u16::try_from(place % usize::from(BUCKETS)).unwrap_or(u16::MAX),
            sums,
        };
        let place = |row: usize| self.item(row) * usize::from(BUCKETS) + usize::from(self.buckets[row]);
        if table > self.rows() {
            return (0..self.rows()).map(|row| entry(place(row), self.row_sums(row))).collect();
        }
        let mut sums = vec![[0; SUMS]; table];
        for row in 0..self.rows() {
            add(&mut sums[place(row)], &self.row_sums(row));
        }
        let used = sums.into_iter().enumerate().filter(|(_, sums)| *sums != [0; SUMS]);
        used.map(|(place, sums)| entry(place, sums)).collect()
    }

    /// What one row adds to true negatives, false positives, false negatives, true positives, Brier and log loss.
    fn row_sums(&self, row: usize) -> [i64; SUMS] {
        let facts = self.facts;
        let (positive, weight) = (facts.positive[row], self.weight(row));
        let mut sums = [0; SUMS];
        sums[2 * usize::from(positive) + usize::from(facts.predicted[row])] = whole(weight * UNITS);
        if let Some(scores) = &facts.scores {
            let (brier, log_loss) = losses_of(scores[row], positive);
            sums[4] = whole(weight * brier * UNITS);
            sums[5] = whole(weight * log_loss * UNITS);
        }
        sums
    }

    fn weight(&self, row: usize) -> f64 {
        self.facts.weights.as_ref().map_or(1.0, |weights| weights[row])
    }

    /// Whether replicates of items, added up by slice, are less work than replicates of slices. Both are the same.
    fn add_up_items(&self, entries: &[Entry], families: &[Slices<'_>]) -> bool {
        let Some(items) = self.items.filter(|items| items.size <= MOST_OWN_REPLICATES) else { return false };
        let by_slice = families.iter().map(|family| entries.len().min(family.slices.size * usize::from(BUCKETS)));
        entries.len() + items.size * families.len() < by_slice.sum()
    }

    /// Adds the areas under the ROC curve. A replicate's area is its first-order approximation: the mean placement of
    /// its positive rows among all negative ones, plus that of its negative rows among all positive ones, minus the
    /// area of all rows. Its variance is `DeLong`'s (1988), and no row has to be sorted again.
    fn add_areas(&self, replicates: &mut [Replicates], slices: &Grouping, keys: &ScoreKeys, tables: &[ScoreTable]) {
        if keys.len() * tables.len() > MOST_PLACEMENTS {
            return;
        }
        let placements: Vec<Placements> = tables.iter().map(|table| Placements::of(table, keys)).collect();
        let mut sums = vec![[0_i64; 4]; tables.len() * usize::from(BUCKETS)];
        for row in 0..self.rows() {
            let slice = slices.codes[self.item(row)] as usize;
            let Some(placement) = placements[slice].by_rank.get(keys.rank(row)) else { continue };
            let (class, weight) = (usize::from(self.facts.positive[row]), self.weight(row));
            let sums = &mut sums[slice * usize::from(BUCKETS) + usize::from(self.buckets[row])];
            sums[2 * class] += whole(weight * placement[class] * PLACEMENT_UNITS);
            sums[2 * class + 1] += whole(weight * UNITS);
        }
        for ((replicates, placements), sums) in replicates.iter_mut().zip(placements).zip(sums.chunks(usize::from(BUCKETS))) {
            if let Some(areas) = areas(&placements, sums) {
                replicates.set_areas(areas);
            }
        }
    }
}

/// Placements are added as whole numbers of this many parts of one.
const PLACEMENT_UNITS: f64 = 16_777_216.0;

/// Where the scores of a slice stand among the other class.
struct Placements {
    /// The area under the ROC curve.
    area: f64,
    /// For each score of all rows, the share of positive rows above it and of negative rows below it, ties counting
    /// half. Empty where a class has too few rows.
    by_rank: Vec<[f64; 2]>,
}

impl Placements {
    fn of(table: &ScoreTable, keys: &ScoreKeys) -> Self {
        let totals = table.totals();
        let (negatives, positives) = (totals.negatives.weight.to_f64(), totals.positives.weight.to_f64());
        let enough = totals.negatives.rows.min(totals.positives.rows) >= FEWEST_OF_CLASS;
        if !enough || negatives <= 0.0 || positives <= 0.0 {
            return Self { area: 0.0, by_rank: Vec::new() };
        }
        let (mut below, mut above, mut concordant) = (0.0, positives, 0.0);
        let mut by_rank = vec![[0.0; 2]; keys.len()];
        for (key, bin) in table.iter() {
            let (n, p) = (bin.negatives.weight.to_f64(), bin.positives.weight.to_f64());
            above -= p;
            if let Some(placement) = keys.rank_of(key).and_then(|rank| by_rank.get_mut(rank)) {
                *placement = [(above + p / 2.0) / positives, (below + n / 2.0) / negatives];
            }
            concordant += p * (below + n / 2.0);
            below += n;
        }
        Self { area: concordant / (negatives * positives), by_rank }
    }
}

/// The areas of the replicates; `None` where one of them lacks a class.
fn areas(placements: &Placements, sums: &[[i64; 4]]) -> Option<Vec<i64>> {
    let mut replicates = vec![[0_i64; 4]; REPLICATES];
    for (bucket, sums) in (0..).zip(sums).filter(|(_, sums)| **sums != [0; 4]) {
        for (replicate, weight) in replicates.iter_mut().zip(poisson_weights(bucket)) {
            for (total, sum) in replicate.iter_mut().zip(sums) {
                *total += i64::from(*weight) * sum;
            }
        }
    }
    let mean = |placed: i64, weight: i64| (weight > 0).then(|| placed as f64 / PLACEMENT_UNITS / (weight as f64 / UNITS));
    let area = |[n, n_weight, p, p_weight]: &[i64; 4]| {
        let area = mean(*n, *n_weight)? + mean(*p, *p_weight)? - placements.area;
        Some(whole(area.clamp(0.0, 2.0) * AREA_UNITS))
    };
    replicates.iter().map(area).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "a float-to-int cast saturates, far beyond any sum of rows")]
fn whole(number: f64) -> i64 {
    number.round() as i64
}

fn add(sums: &mut [i64; SUMS], other: &[i64; SUMS]) {
    for (sum, other) in sums.iter_mut().zip(other) {
        *sum += other;
    }
}

fn by_item(entries: &[Entry], items: usize, families: &[Slices<'_>]) -> Vec<Vec<Replicates>> {
    let mut of_items = vec![Replicates::default(); items];
    for entry in entries {
        of_items[entry.item as usize].add_bucket(entry.bucket, &entry.sums);
    }
    let of_family = |family: &Slices<'_>| {
        let mut replicates = vec![Replicates::default(); family.slices.size];
        for (item, slice) in of_items.iter().zip(&family.slices.codes) {
            replicates[*slice as usize].merge(item);
        }
        replicates
    };
    families.iter().map(of_family).collect()
}

fn by_slice(entries: &[Entry], slices: &Grouping) -> Vec<Replicates> {
    let codes = entries.iter().map(|entry| slices.codes[entry.item as usize]).collect();
    let order: Vec<u32> = (0..).take(entries.len()).collect();
    let order = Grouping { codes, size: slices.size }.sort(&order);
    let mut replicates = vec![Replicates::default(); slices.size];
    let mut buckets = vec![[0; SUMS]; usize::from(BUCKETS)];
    let slice_of = |entry: &u32| slices.codes[entries[*entry as usize].item as usize];
    for entries_of_slice in order.chunk_by(|one, two| slice_of(one) == slice_of(two)) {
        let Some(slice) = entries_of_slice.first().map(slice_of) else { continue };
        for entry in entries_of_slice {
            let entry = &entries[*entry as usize];
            add(&mut buckets[usize::from(entry.bucket)], &entry.sums);
        }
        for (bucket, sums) in (0..).zip(&mut buckets) {
            let sums = std::mem::take(sums);
            if sums != [0; SUMS] {
                replicates[slice as usize].add_bucket(bucket, &sums);
            }
        }
    }
    replicates
}
