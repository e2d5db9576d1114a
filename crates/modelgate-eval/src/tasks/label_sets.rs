//! Numbers of sets of labels: of whole sets, of all labels together, of each label, and of what the rows' own sets share.

use modelgate_cube::{LabelSetCounts, LabelSetSums, RowShare};

use super::classes::{ByClass, each, f1_of, mean, of_rates, precision_of, recall_of, smallest, smallest_class, smallest_of};
use super::{How, Measure, Moments, TaskSums, ratio};
use crate::Reason;

impl ByClass for LabelSetSums {
    fn hits(&self) -> &[f64] {
        &self.hits
    }

    fn labels(&self) -> &[f64] {
        &self.labels
    }

    fn predictions(&self) -> &[f64] {
        &self.predictions
    }
}

type Sums = LabelSetSums;
type Value = Result<f64, Reason>;

fn no_obstacle(_: &LabelSetCounts) -> Option<Reason> {
    None
}

const fn composite(value: fn(&Sums) -> Value, support: fn(&Sums) -> f64) -> Measure<Sums> {
    Measure { value, support, obstacle: no_obstacle, interval: How::Replicates }
}

/// The places of what rows have, in [`LabelSetSums::shares`].
const JACCARD: usize = 0;
const F1: usize = 1;
const PRECISION: usize = 2;
const RECALL: usize = 3;

/// The mean of what rows have, over those that have it.
fn mean_share<const SHARE: usize>(sums: &Sums) -> Value {
    ratio(sums.shares[SHARE].sum, sums.shares[SHARE].weight).ok_or(Reason::EmptySets)
}

fn rows_with<const SHARE: usize>(rows: &Sums) -> f64 {
    rows.shares[SHARE].weight
}

const fn of_rows<const SHARE: usize>(share: fn(&LabelSetCounts) -> RowShare) -> Measure<Sums> {
    Measure { value: mean_share::<SHARE>, support: rows_with::<SHARE>, obstacle: no_obstacle, interval: How::MeanShare(share) }
}

/// All labels of all rows together.
struct Pooled {
    hits: f64,
    labels: f64,
    predictions: f64,
}

impl Pooled {
    fn of(sums: &Sums) -> Self {
        let all = |list: &[f64]| list.iter().sum();
        Self { hits: all(&sums.hits), labels: all(&sums.labels), predictions: all(&sums.predictions) }
    }
}

fn share(part: f64, whole: f64) -> Value {
    ratio(part, whole).ok_or(Reason::EmptySets)
}

/// Numbers of sets of labels.
pub(crate) mod by_label {
    use super::{
        F1, How, JACCARD, LabelSetCounts, Measure, Moments, PRECISION, Pooled, RECALL, Reason, Sums, TaskSums, composite, each,
        f1_of, jaccard_of, mean, no_obstacle, of_rates, of_rows, precision_of, ratio, recall_of, rows_with, share, smallest,
        smallest_class, smallest_of,
    };

    pub(crate) const EXACT: Measure<Sums> = Measure {
        value: |sums| ratio(sums.exact, sums.weight).ok_or(Reason::NoRows),
        support: TaskSums::total,
        obstacle: no_obstacle,
        interval: How::Wilson,
    };
    pub(crate) const HAMMING: Measure<Sums> = Measure {
        value: |sums| ratio(sums.wrong, sums.weight).ok_or(Reason::NoRows),
        support: TaskSums::total,
        obstacle: no_obstacle,
        interval: How::Moments(|counts: &LabelSetCounts| Moments::from(&counts.wrong), 1.0),
    };
    pub(crate) const JACCARD_ROWS: Measure<Sums> = of_rows::<JACCARD>(|counts| counts.jaccard);
    pub(crate) const F1_ROWS: Measure<Sums> = of_rows::<F1>(|counts| counts.f1);
    pub(crate) const PRECISION_ROWS: Measure<Sums> = of_rows::<PRECISION>(|counts| counts.precision);
    pub(crate) const RECALL_ROWS: Measure<Sums> = of_rows::<RECALL>(|counts| counts.recall);

    pub(crate) const PRECISION_MICRO: Measure<Sums> = composite(
        |sums| {
            let all = Pooled::of(sums);
            share(all.hits, all.predictions)
        },
        rows_with::<PRECISION>,
    );
    pub(crate) const RECALL_MICRO: Measure<Sums> = composite(
        |sums| {
            let all = Pooled::of(sums);
            share(all.hits, all.labels)
        },
        rows_with::<RECALL>,
    );
    pub(crate) const F1_MICRO: Measure<Sums> = composite(
        |sums| {
            let all = Pooled::of(sums);
            share(2.0 * all.hits, all.labels + all.predictions)
        },
        rows_with::<F1>,
    );
    pub(crate) const JACCARD_MICRO: Measure<Sums> = composite(
        |sums| {
            let all = Pooled::of(sums);
            share(all.hits, all.labels + all.predictions - all.hits)
        },
        rows_with::<JACCARD>,
    );

    pub(crate) const PRECISION_MACRO: Measure<Sums> =
        composite(|sums| each(sums, precision_of).map(|rates| mean(&rates)), rows_with::<PRECISION>);
    pub(crate) const RECALL_MACRO: Measure<Sums> =
        composite(|sums| each(sums, recall_of).map(|rates| mean(&rates)), smallest_class);
    pub(crate) const F1_MACRO: Measure<Sums> = composite(|sums| each(sums, f1_of).map(|rates| mean(&rates)), smallest_class);
    pub(crate) const JACCARD_MACRO: Measure<Sums> =
        composite(|sums| each(sums, jaccard_of).map(|rates| mean(&rates)), smallest_class);
    pub(crate) const PRECISION_WEIGHTED: Measure<Sums> = composite(|sums| of_rates(sums, precision_of), rows_with::<RECALL>);
    pub(crate) const RECALL_WEIGHTED: Measure<Sums> = composite(|sums| of_rates(sums, recall_of), rows_with::<RECALL>);
    pub(crate) const F1_WEIGHTED: Measure<Sums> = composite(|sums| of_rates(sums, f1_of), rows_with::<RECALL>);
    pub(crate) const PRECISION_MIN: Measure<Sums> =
        composite(|sums| each(sums, precision_of).map(smallest), |sums| smallest_of(&sums.predictions));
    pub(crate) const RECALL_MIN: Measure<Sums> = composite(|sums| each(sums, recall_of).map(smallest), smallest_class);
    pub(crate) const F1_MIN: Measure<Sums> = composite(|sums| each(sums, f1_of).map(smallest), smallest_class);
}

fn jaccard_of(class: super::classes::OneClass) -> Value {
    ratio(class.hits, class.label + class.prediction - class.hits).ok_or(Reason::ClassWithoutRows)
}

/// The largest gap between groups in the rate of one label: the label that the groups differ in most.
pub(crate) mod rates_of_labels {
    use super::super::classes::largest_gap;
    use super::{Reason, Sums, TaskSums, ratio};

    /// In the share of rows that are predicted to have the label.
    pub(crate) fn selection(groups: &[Sums]) -> Result<f64, Reason> {
        largest_gap(groups, |sums, label| ratio(sums.predictions.get(label).copied()?, sums.total()))
    }

    /// In the share of the rows with the label that are predicted to have it.
    pub(crate) fn recall(groups: &[Sums]) -> Result<f64, Reason> {
        largest_gap(groups, |sums, label| ratio(sums.hits.get(label).copied()?, sums.labels.get(label).copied()?))
    }
}
