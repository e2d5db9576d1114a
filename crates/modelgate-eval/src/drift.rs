//! How far apart the values of the same columns lie in two sets of rows, how sure that is, and what chance alone would do.

mod boschloo;
mod catalogue;
mod shares;
mod statistics;
mod telling;

use std::collections::BTreeMap;

use modelgate_cube::{FeatureColumn, FeatureHistogram, FeatureId, FeatureKind, FeatureTable, Part, Slice};

pub use catalogue::{DRIFT_STATISTICS, DriftStatistic, StatisticId};
pub(crate) use shares::Numbers;
use shares::{Cells, cells};
pub use telling::telling_share;

use crate::Reason;
use crate::significance::benjamini_hochberg;

/// One cell of the two histograms that a drift is measured from.
#[derive(Debug, Clone, PartialEq)]
pub struct DriftCell {
    /// A level, a range of numbers such as `25-45`, `(other)`, `(not a number)` or `(missing)`.
    pub label: String,
    /// Rows before and now.
    pub rows: (u64, u64),
    /// Shares of the summed weights before and now, in [0, 1].
    pub shares: (f64, f64),
}

/// One column of one slice, before and now.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    /// What it is about.
    pub feature: FeatureId,
    /// Which rows of both sides.
    pub slice: Slice,
    /// Whether the column holds numbers.
    pub is_number: bool,
    /// Rows before and now.
    pub rows: (u64, u64),
    /// The cells that any row is in.
    pub cells: Vec<DriftCell>,
    /// Every statistic of [`DRIFT_STATISTICS`] that is meant for this kind of column.
    pub values: BTreeMap<StatisticId, Result<f64, Reason>>,
    /// For the statistics that measure an effect: what chance alone exceeds in one case of twenty, were both sides drawn
    /// from the same values.
    pub floors: BTreeMap<StatisticId, f64>,
    /// The p-value of "both sides are drawn from the same values", by the chi-square test; 1 where it cannot be made.
    pub p: f64,
    /// The p-value after Benjamini and Hochberg's adjustment for all columns of the comparison (of all slices together
    /// for slices).
    pub q: f64,
}

impl Drift {
    /// A statistic, where it exists.
    #[must_use]
    pub fn value(&self, statistic: StatisticId) -> Option<f64> {
        self.values.get(&statistic).and_then(|value| value.ok())
    }

    /// Whether both sides have the same share in every cell, as the same rows have.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.value(StatisticId::LINFINITY).is_some_and(|most| most <= 0.0)
            && self.value(StatisticId::WASSERSTEIN).is_none_or(|distance| distance <= 0.0)
    }

    /// How many rows on each side bring the noise of the stability index down to an effect; `None` where no number of rows
    /// that anybody has would do.
    #[must_use]
    pub fn rows_needed(&self, effect: f64) -> Option<u64> {
        let floor = self.floors.get(&StatisticId::STABILITY)?;
        let (before, now) = (self.rows.0 as f64, self.rows.1 as f64);
        // The floor is proportional to 1 / n + 1 / m.
        let rows = (2.0 * floor / effect / (1.0 / before + 1.0 / now)).ceil();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 <= rows <= 1e12")]
        (rows.is_finite() && rows <= 1e12).then_some(rows as u64)
    }
}

/// Which rows are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DriftBetween {
    /// The rows that the baseline was evaluated on, and those of the candidate.
    Releases,
    /// The rows that the candidate learned from, and those that it was evaluated on.
    TrainTest,
    /// The rows that the baseline learned from, and those that the candidate learned from.
    TrainReleases,
    /// The rows that the baseline was evaluated on, and a batch from use.
    BaselineProduction,
    /// The rows that the candidate learned from, and a batch from use.
    TrainProduction,
    /// The rows that the candidate was evaluated on, and a batch from use.
    TestProduction,
}

impl DriftBetween {
    /// Which rows of the earlier table, and which of the later one. A batch from use has a table of its own, in which its rows
    /// stand where those of an evaluation do.
    #[must_use]
    pub fn parts(self) -> (Part, Part) {
        match self {
            Self::Releases | Self::BaselineProduction | Self::TestProduction => (Part::Test, Part::Test),
            Self::TrainTest | Self::TrainProduction => (Part::Train, Part::Test),
            Self::TrainReleases => (Part::Train, Part::Train),
        }
    }

    /// Whether the later rows are a batch from use.
    #[must_use]
    pub fn is_of_production(self) -> bool {
        matches!(self, Self::BaselineProduction | Self::TrainProduction | Self::TestProduction)
    }
}

/// The drift of every column between two sets of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct DriftComparison {
    /// Which rows are compared.
    pub between: DriftBetween,
    /// All rows first, then slices.
    pub drifts: Vec<Drift>,
    /// Columns that only the earlier rows have.
    pub only_before: Vec<FeatureId>,
    /// Columns that only the later rows have.
    pub only_now: Vec<FeatureId>,
    /// Columns that were cut at other edges, so that their counts cannot be compared.
    pub cut_differently: Vec<FeatureId>,
}

/// Compares the columns of two tables; `None` where one of them counted no such rows.
#[must_use]
pub fn drift(between: DriftBetween, before: &FeatureTable, now: &FeatureTable) -> Option<DriftComparison> {
    let (part_before, part_now) = between.parts();
    if !before.has(part_before) || !now.has(part_now) {
        return None;
    }
    let counted = |table: &FeatureTable, part: Part| -> Vec<FeatureId> {
        let has = |column: &FeatureColumn| column.histograms.keys().any(|(counted, _)| *counted == part);
        table.columns.iter().filter(|(_, column)| has(column)).map(|(id, _)| id.clone()).collect()
    };
    let (ids_before, ids_now) = (counted(before, part_before), counted(now, part_now));
    let mut comparison = DriftComparison {
        between,
        drifts: Vec::new(),
        only_before: ids_before.iter().filter(|id| !ids_now.contains(id)).cloned().collect(),
        only_now: ids_now.iter().filter(|id| !ids_before.contains(id)).cloned().collect(),
        cut_differently: Vec::new(),
    };
    for id in ids_now.iter().filter(|id| ids_before.contains(id)) {
        let (Some(column_before), Some(column_now)) = (before.columns.get(id), now.columns.get(id)) else { continue };
        if column_before.kind != column_now.kind {
            comparison.cut_differently.push(id.clone());
            continue;
        }
        comparison.drifts.extend(of_column(id, column_before, column_now, (part_before, part_now)));
    }
    comparison.drifts.sort_by(|a, b| (&a.slice, &a.feature).cmp(&(&b.slice, &b.feature)));
    adjust(&mut comparison.drifts);
    Some(comparison)
}

/// The drift of one column, in all rows and in every slice that both sides counted.
fn of_column(id: &FeatureId, before: &FeatureColumn, now: &FeatureColumn, parts: (Part, Part)) -> Vec<Drift> {
    // One yardstick for all slices: the spread of all earlier rows.
    let whole = before.histograms.get(&(parts.0, Slice::overall()));
    let deviation = match (&before.kind, whole) {
        (FeatureKind::Number(bins), Some(whole)) => whole.mean_and_deviation(bins).map(|(_, deviation)| deviation),
        _ => None,
    };
    let of_part = before.histograms.iter().filter(|((part, _), _)| *part == parts.0);
    let pairs =
        of_part.filter_map(|((_, slice), before)| Some((slice, (before, now.histograms.get(&(parts.1, slice.clone()))?))));
    pairs.map(|(slice, pair)| one(id, slice, &before.kind, pair, deviation)).collect()
}

fn one(
    id: &FeatureId,
    slice: &Slice,
    kind: &FeatureKind,
    (before, now): (&FeatureHistogram, &FeatureHistogram),
    deviation: Option<f64>,
) -> Drift {
    let cells = cells(kind, before, now);
    let numbers = match kind {
        FeatureKind::Number(bins) => Some(Numbers::new(bins, before, now, deviation)),
        FeatureKind::Category { .. } => None,
    };
    let measured = Measured { cells: &cells, numbers: numbers.as_ref() };
    let meant = StatisticId::all().filter(|statistic| numbers.is_some() || !statistic.statistic().numbers_only);
    let values: BTreeMap<StatisticId, Result<f64, Reason>> =
        meant.map(|statistic| (statistic, (statistic.statistic().value)(&measured))).collect();
    let floors = values.keys().filter_map(|statistic| Some((*statistic, (statistic.statistic().floor?)(&measured)?))).collect();
    let p = values.get(&StatisticId::CHI_SQUARE_P).and_then(|p| p.ok()).unwrap_or(1.0);
    Drift {
        feature: id.clone(),
        slice: slice.clone(),
        is_number: numbers.is_some(),
        rows: (before.total().rows, now.total().rows),
        cells: cells.cells,
        values,
        floors,
        p,
        q: p,
    }
}

/// What statistics are computed from.
pub(crate) struct Measured<'a> {
    cells: &'a Cells,
    numbers: Option<&'a Numbers>,
}

/// Adjusts the p-values: all rows are one family, all slices together another.
fn adjust(drifts: &mut [Drift]) {
    for overall in [true, false] {
        let of_family = |drift: &&mut Drift| drift.slice.is_overall() == overall;
        let p_values: Vec<f64> = drifts.iter_mut().filter(of_family).map(|drift| drift.p).collect();
        let adjusted = benjamini_hochberg(&p_values);
        for (drift, q) in drifts.iter_mut().filter(of_family).zip(adjusted) {
            drift.q = q;
        }
    }
}
