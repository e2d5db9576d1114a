//! Counts for tests, made of rows.

use std::collections::BTreeMap;

use modelgate_cube::{
    Axis, AxisKind, Cell, Cube, CubeMeta, DEFINITION_VERSION, RowSetDigest, ScoreScale, ScoreTable, Shape, Slice, Task,
};

use crate::{Declared, EvalSettings};

/// The counts of rows with a group, a label and a score, which are predicted positive from 0.5 on.
pub(super) fn scored_cube(axis: &str, rows: &[(&str, bool, f64)]) -> Cube {
    let mut cells: BTreeMap<Slice, Cell> = BTreeMap::new();
    for (group, positive, score) in rows {
        for slice in [Slice::overall(), Slice::single(axis, Some((*group).to_owned()))] {
            let cell = cells.entry(slice).or_default();
            cell.tally_mut(*positive, *score >= 0.5).add_row(1.0);
            cell.scores.add_row(ScoreTable::key(ScoreScale::Exact, *score), *positive, 1.0);
            cell.brier.add_row((f64::from(u8::from(*positive)) - score).powi(2), 1.0);
        }
    }
    let shape = Shape {
        task: Task::Binary { positive_label: "1".to_owned() },
        axes: vec![Axis { name: axis.to_owned(), kind: AxisKind::Categorical }],
        depth: 1,
        scored: true,
        weighted: false,
    };
    let meta = CubeMeta { shape, definition_version: DEFINITION_VERSION, split: RowSetDigest::default() };
    Cube::from_cells(meta, ScoreScale::Exact, cells)
}

/// Settings without a metric.
pub(super) fn settings() -> EvalSettings {
    EvalSettings {
        metrics: Vec::new(),
        confidence_level: 0.95,
        resamples: 200,
        min_support: 30,
        seed: 7,
        declared: Declared::default(),
    }
}
