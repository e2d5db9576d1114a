//! Cubes from counts, and the intervals that the program makes of them.

use std::collections::BTreeMap;

use modelgate_cube::{Axis, AxisKind, Cell, Cube, CubeMeta, DEFINITION_VERSION, RowSetDigest, ScoreScale, Shape, Slice, Tally};
use modelgate_eval::{Comparison, Declared, Delta, EvalSettings, Evaluation, Interval, MetricId, Subject, compare, evaluate};

use crate::ProofError;

/// The axis that groups are levels of.
pub(crate) const AXIS: &str = "group";

/// Rows that are all positive, of which so many are right: whose accuracy and true positive rate are hits among rows.
pub(crate) fn hits(hits: u64, rows: u64) -> Cell {
    confusion([hits, rows - hits, 0, 0])
}

/// True positives, false negatives, false positives, true negatives.
pub(crate) fn confusion([tp, fn_, fp, tn]: [u64; 4]) -> Cell {
    Cell {
        true_positives: Tally::unweighted(tp),
        false_negatives: Tally::unweighted(fn_),
        false_positives: Tally::unweighted(fp),
        true_negatives: Tally::unweighted(tn),
        ..Cell::default()
    }
}

/// A cube of all rows only.
pub(crate) fn cube(cell: Cell, scored: bool) -> Cube {
    Cube::from_cells(meta(scored), ScoreScale::Exact, BTreeMap::from([(Slice::overall(), cell)]))
}

/// A cube of groups.
pub(crate) fn groups(cells: &[Cell]) -> Cube {
    let mut by_slice = BTreeMap::new();
    let mut overall = Cell::default();
    for (group, cell) in cells.iter().enumerate() {
        overall.merge(cell);
        by_slice.insert(group_slice(group), cell.clone());
    }
    by_slice.insert(Slice::overall(), overall);
    Cube::from_cells(meta(false), ScoreScale::Exact, by_slice)
}

/// The slice of a group.
pub(crate) fn group_slice(group: usize) -> Slice {
    Slice::single(AXIS, Some(format!("g{group}")))
}

fn meta(scored: bool) -> CubeMeta {
    let shape = Shape {
        task: modelgate_cube::Task::Binary { positive_label: "1".to_owned() },
        axes: vec![Axis { name: AXIS.to_owned(), kind: AxisKind::Categorical }],
        depth: 1,
        scored,
        weighted: false,
    };
    CubeMeta { shape, definition_version: DEFINITION_VERSION, split: RowSetDigest::default() }
}

/// A metric to look at, and how.
pub(crate) struct Asked {
    metric: MetricId,
    settings: EvalSettings,
}

impl Asked {
    /// A metric of the catalogue.
    pub(crate) fn of(id: &'static str) -> Result<Self, ProofError> {
        let metric = MetricId::parse(id).ok_or(ProofError::NoMetric(id))?;
        let settings = EvalSettings {
            metrics: vec![metric],
            confidence_level: 0.95,
            resamples: 1_000,
            min_support: 1,
            seed: 1,
            declared: Declared::default(),
        };
        Ok(Self { metric, settings })
    }

    /// The same with another seed: what is drawn for an interval must not be the same for every sample, or the luck of one draw
    /// would be taken for coverage.
    pub(crate) fn seeded(&self, seed: u64) -> Self {
        Self { metric: self.metric, settings: EvalSettings { seed, ..self.settings.clone() } }
    }

    /// The interval for all rows; `None` where the metric is undefined, or has none.
    pub(crate) fn overall(&self, cube: &Cube) -> Option<Interval> {
        self.about(&evaluate(cube, &self.settings), &Subject::Slice(Slice::overall()))
    }

    /// The interval across all groups.
    pub(crate) fn across(&self, cube: &Cube) -> Option<Interval> {
        self.about(&evaluate(cube, &self.settings), &Subject::Across(vec![AXIS.to_owned()]))
    }

    /// The interval of the change for all rows.
    pub(crate) fn change(&self, baseline: &Cube, candidate: &Cube) -> Option<Interval> {
        let comparison: Comparison = compare(baseline, candidate, &self.settings);
        match comparison.get(self.metric, &Subject::Slice(Slice::overall()))?.delta {
            Delta::Measured { interval, .. } => interval,
            Delta::Undefined(_) => None,
        }
    }

    fn about(&self, evaluation: &Evaluation, subject: &Subject) -> Option<Interval> {
        evaluation.get(self.metric, subject)?.measured()?.interval
    }
}

/// Whether an interval holds the truth, but for rounding.
pub(crate) fn holds(interval: &Interval, truth: f64) -> bool {
    interval.lower <= truth + 1e-12 && truth - 1e-12 <= interval.upper
}

/// The probabilities of 0 to `rows` hits where this share of all rows are hits.
pub(crate) fn binomial(rows: u64, share: f64) -> Vec<f64> {
    use statrs::distribution::{Binomial, Discrete};
    Binomial::new(share, rows).map_or_else(|_| Vec::new(), |drawn| (0..=rows).map(|hits| drawn.pmf(hits)).collect())
}
