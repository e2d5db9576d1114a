//! Multilabel classification: which labels the set of each row holds, and which the model has put into it.

use crate::{Fixed, LossSums, Tally};

/// The rows of one label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LabelTally {
    /// Rows that have the label and are predicted to.
    pub hits: Tally,
    /// Rows that have it and are not predicted to.
    pub missed: Tally,
    /// Rows that do not have it and are predicted to.
    pub extra: Tally,
}

impl LabelTally {
    fn merge(&mut self, other: &Self) {
        self.hits.merge(&other.hits);
        self.missed.merge(&other.missed);
        self.extra.merge(&other.extra);
    }
}

/// A number from 0 to 1 that some rows have: those rows, and its sums over them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RowShare {
    /// The rows that have it.
    pub rows: Tally,
    /// Its sums over them.
    pub sums: LossSums,
}

impl RowShare {
    /// Adds a row that has `part` of `whole`; one without a whole has no share.
    pub(crate) fn add_row(&mut self, part: usize, whole: usize, weight: f64) {
        if whole > 0 {
            self.rows.add_row(weight);
            self.sums.add_row(part as f64 / whole as f64, weight);
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.rows.merge(&other.rows);
        self.sums.merge(&other.sums);
    }
}

/// One row of a multilabel classification, checked.
#[derive(Debug, Clone, Copy)]
pub struct LabelSetRow<'a> {
    /// The places of its labels, each once, increasing.
    pub labels: &'a [usize],
    /// The places of the labels that the model gives it, each once, increasing.
    pub predictions: &'a [usize],
    /// The row's weight.
    pub weight: f64,
}

impl LabelSetRow<'_> {
    /// The places that both sets hold.
    pub fn hits(&self) -> impl Iterator<Item = usize> {
        self.labels.iter().copied().filter(|place| self.predictions.binary_search(place).is_ok())
    }
}

/// The counts of one slice of a multilabel classification.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelSetCounts {
    /// All rows.
    pub rows: Tally,
    /// Rows whose predicted set is their own.
    pub exact: Tally,
    /// Rows by label.
    pub by_label: Vec<LabelTally>,
    /// The share of all labels that one of a row's two sets holds and the other does not.
    pub wrong: LossSums,
    /// The labels in both sets among those in either (Jaccard 1912).
    pub jaccard: RowShare,
    /// Twice the labels in both sets among those of both together (Dice 1945).
    pub f1: RowShare,
    /// The labels in both sets among the predicted ones.
    pub precision: RowShare,
    /// The labels in both sets among the row's own.
    pub recall: RowShare,
}

impl LabelSetCounts {
    /// No rows yet.
    #[must_use]
    pub fn new(labels: usize) -> Self {
        Self { by_label: vec![LabelTally::default(); labels], ..Self::default() }
    }

    /// Adds one row.
    pub fn add_row(&mut self, row: &LabelSetRow<'_>) {
        let weight = row.weight;
        self.rows.add_row(weight);
        if row.labels == row.predictions {
            self.exact.add_row(weight);
        }
        let mut hits = 0;
        for place in row.labels {
            let hit = row.predictions.binary_search(place).is_ok();
            hits += usize::from(hit);
            if let Some(tally) = self.by_label.get_mut(*place) {
                if hit { &mut tally.hits } else { &mut tally.missed }.add_row(weight);
            }
        }
        for place in row.predictions.iter().filter(|place| row.labels.binary_search(place).is_err()) {
            if let Some(tally) = self.by_label.get_mut(*place) {
                tally.extra.add_row(weight);
            }
        }
        let both = row.labels.len() + row.predictions.len();
        self.wrong.add_row((both - 2 * hits) as f64 / self.by_label.len().max(1) as f64, weight);
        self.jaccard.add_row(hits, both - hits, weight);
        self.f1.add_row(2 * hits, both, weight);
        self.precision.add_row(hits, row.predictions.len(), weight);
        self.recall.add_row(hits, row.labels.len(), weight);
    }

    /// The shares that rows have: Jaccard, F1, precision, recall.
    #[must_use]
    pub fn shares(&self) -> [&RowShare; 4] {
        [&self.jaccard, &self.f1, &self.precision, &self.recall]
    }

    pub(crate) fn shares_mut(&mut self) -> [&mut RowShare; 4] {
        [&mut self.jaccard, &mut self.f1, &mut self.precision, &mut self.recall]
    }

    /// What metrics are functions of, in weights.
    #[must_use]
    pub fn sums(&self) -> LabelSetSums {
        let mut sums = self.counted(|tally| tally.weight.to_f64());
        sums.wrong = self.wrong.weighted.to_f64();
        for (slot, share) in sums.shares.iter_mut().zip(self.shares()) {
            slot.sum = share.sums.weighted.to_f64();
        }
        sums
    }

    /// The same in rows, without the sums of what rows have.
    #[must_use]
    pub fn row_sums(&self) -> LabelSetSums {
        self.counted(|tally| tally.rows as f64)
    }

    fn counted(&self, count: impl Fn(&Tally) -> f64) -> LabelSetSums {
        let of = |one: &Tally, other: &Tally| {
            let mut both = *one;
            both.merge(other);
            count(&both)
        };
        let share = |share: &RowShare| ShareSum { sum: 0.0, weight: count(&share.rows) };
        LabelSetSums {
            hits: self.by_label.iter().map(|label| count(&label.hits)).collect(),
            labels: self.by_label.iter().map(|label| of(&label.hits, &label.missed)).collect(),
            predictions: self.by_label.iter().map(|label| of(&label.hits, &label.extra)).collect(),
            weight: count(&self.rows),
            exact: count(&self.exact),
            wrong: 0.0,
            shares: self.shares().map(share),
        }
    }

    /// Adds other rows.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.rows.merge(&other.rows);
        self.exact.merge(&other.exact);
        for (mine, theirs) in self.by_label.iter_mut().zip(&other.by_label) {
            mine.merge(theirs);
        }
        self.wrong.merge(&other.wrong);
        for (mine, theirs) in self.shares_mut().into_iter().zip(other.shares()) {
            mine.merge(theirs);
        }
    }
}

/// The weighted sum of a number that some rows have, and the weight of those rows.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ShareSum {
    /// The sum of weight times number.
    pub sum: f64,
    /// The weight of the rows that have it.
    pub weight: f64,
}

/// The sums that numbers of a multilabel classification are functions of: of observed rows, or one replicate of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LabelSetSums {
    /// The weight of rows that have a label and are predicted to, by label.
    pub hits: Vec<f64>,
    /// The weight of rows that have it.
    pub labels: Vec<f64>,
    /// The weight of rows that are predicted to.
    pub predictions: Vec<f64>,
    /// All weight.
    pub weight: f64,
    /// The weight of rows whose predicted set is their own.
    pub exact: f64,
    /// The sum of weight times the share of labels that one of a row's two sets holds and the other does not.
    pub wrong: f64,
    /// What rows have: Jaccard, F1, precision, recall.
    pub shares: [ShareSum; 4],
}

impl LabelSetSums {
    /// How many numbers stand beside those by label.
    const REST: usize = 11;

    /// How many numbers a replicate has.
    #[must_use]
    pub fn width(labels: usize) -> usize {
        3 * labels + Self::REST
    }

    /// The numbers in a row, as replicates hold them.
    #[must_use]
    pub fn to_list(&self) -> Vec<f64> {
        let by_label = self.hits.iter().chain(&self.labels).chain(&self.predictions).copied();
        let shares = self.shares.iter().flat_map(|share| [share.sum, share.weight]);
        by_label.chain([self.weight, self.exact, self.wrong]).chain(shares).collect()
    }

    /// Reads them back; `None` where there is another number of them.
    #[must_use]
    pub fn from_list(labels: usize, list: &[f64]) -> Option<Self> {
        let (hits, rest) = list.split_at_checked(labels)?;
        let (own, rest) = rest.split_at_checked(labels)?;
        let (predictions, rest) = rest.split_at_checked(labels)?;
        let [weight, exact, wrong, shares @ ..] = rest else { return None };
        let shares: [f64; Self::REST - 3] = shares.try_into().ok()?;
        let share = |place: usize| ShareSum { sum: shares[2 * place], weight: shares[2 * place + 1] };
        Some(Self {
            hits: hits.to_vec(),
            labels: own.to_vec(),
            predictions: predictions.to_vec(),
            weight: *weight,
            exact: *exact,
            wrong: *wrong,
            shares: [0, 1, 2, 3].map(share),
        })
    }

    /// The places and values by which one row adds to a replicate, of so many labels.
    #[must_use]
    pub fn of_row(row: &LabelSetRow<'_>, labels: usize) -> Vec<(usize, f64)> {
        let hits: Vec<usize> = row.hits().collect();
        let both = row.labels.len() + row.predictions.len();
        let wrong = (both - 2 * hits.len()) as f64 / labels.max(1) as f64;
        let exact = if row.labels == row.predictions { 1.0 } else { 0.0 };
        let of = |part: usize, whole: usize| if whole > 0 { (part as f64 / whole as f64, 1.0) } else { (0.0, 0.0) };
        let shares = [
            of(hits.len(), both - hits.len()),
            of(2 * hits.len(), both),
            of(hits.len(), row.predictions.len()),
            of(hits.len(), row.labels.len()),
        ];
        let rest = [1.0, exact, wrong].into_iter().chain(shares.into_iter().flat_map(|(sum, weight)| [sum, weight]));
        let by_label = hits.iter().copied().chain(row.labels.iter().map(|place| labels + place));
        let by_label = by_label.chain(row.predictions.iter().map(|place| 2 * labels + place));
        let placed = by_label.map(|place| (place, 1.0)).chain((3 * labels..).zip(rest));
        placed.map(|(place, value)| (place, row.weight * value)).collect()
    }
}

/// Whether the sums of a share can come from its rows, each of which has 0 to 1.
pub(crate) fn is_share(sums: &LossSums, rows: &Tally) -> bool {
    let within = |sum: Fixed, most: Fixed| (0.0..=most.to_f64() * (1.0 + 1e-9) + 1e-9).contains(&sum.to_f64());
    within(sums.weighted, rows.weight)
        && within(sums.weight_squared, rows.weight_squared)
        && within(sums.both_squared, rows.weight_squared)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::float_cmp, reason = "tests")]
    use super::*;

    const ROWS: [(&[usize], &[usize], f64); 5] =
        [(&[0, 2], &[0, 1], 1.0), (&[], &[], 2.0), (&[1], &[], 0.5), (&[], &[2], 1.0), (&[1, 2], &[1, 2], 1.0)];

    fn counts(rows: &[(&[usize], &[usize], f64)]) -> LabelSetCounts {
        let mut counts = LabelSetCounts::new(3);
        for (labels, predictions, weight) in rows {
            counts.add_row(&LabelSetRow { labels, predictions, weight: *weight });
        }
        counts
    }

    #[test]
    fn sets_are_counted_by_the_definition() {
        let counts = counts(&ROWS);
        assert_eq!((counts.rows.rows, counts.exact.rows), (5, 2));
        assert_eq!(counts.by_label[1].hits.rows + counts.by_label[1].missed.rows, 2);
        let sums = counts.sums();
        assert_eq!((&sums.hits[..], &sums.labels[..]), (&[1.0, 1.0, 1.0][..], &[1.0, 1.5, 2.0][..]));
        assert_eq!((&sums.predictions[..], sums.weight, sums.exact), (&[1.0, 2.0, 2.0][..], 5.5, 3.0));
        // 2 of 3 labels differ in the first row, one in the third and in the fourth.
        assert!((sums.wrong - (2.0 + 0.5 + 1.0) / 3.0).abs() < 1e-15);
        // Two empty sets are neither like nor unlike.
        assert_eq!(sums.shares.map(|share| share.weight), [3.5, 3.5, 3.0, 2.5]);
        assert_eq!(sums.shares[1].sum, 1.5);
        assert!((sums.shares[0].sum - 4.0 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn what_rows_add_to_replicates_is_what_is_counted_and_comes_back() {
        let mut list = vec![0.0; LabelSetSums::width(3)];
        for (labels, predictions, weight) in ROWS {
            for (place, value) in LabelSetSums::of_row(&LabelSetRow { labels, predictions, weight }, 3) {
                list[place] += value;
            }
        }
        let sums = LabelSetSums::from_list(3, &list).unwrap();
        for (one, two) in sums.to_list().iter().zip(counts(&ROWS).sums().to_list()) {
            assert!((one - two).abs() < 1e-15, "{one} {two}");
        }
        assert_eq!(LabelSetSums::from_list(3, &list[1..]), None);
        assert_eq!(counts(&ROWS).row_sums().shares[3].weight, 3.0);
    }

    #[test]
    fn shards_add_up_whatever_their_order() {
        let (whole, mut one, mut two) = (counts(&ROWS), counts(&ROWS[..2]), counts(&ROWS[2..]));
        let first = one.clone();
        one.merge(&two);
        two.merge(&first);
        assert_eq!((&one, &two), (&whole, &whole));
    }
}
