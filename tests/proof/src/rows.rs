//! Made-up rows with four attributes, and what releases say about them, counted by the program's own counting.

use std::fmt::Write as _;
use std::io::Write as _;

use modelgate_cube::{Axis, AxisKind, Cube, ReplicateSet, RowIds, Slice};
use modelgate_data::{CountAxis, CountSettings, Dataset, ReadSettings, Roles, count, read};
use rand::Rng;

use crate::ProofError;
use crate::draws::{pick, uniform};

/// An attribute: its name, and the shares of its levels, which are numbered.
pub(crate) type Attribute = (&'static str, &'static [f64]);

/// The attributes of the reference simulations.
pub(crate) const ATTRIBUTES: [Attribute; 4] = [
    ("sex", &[0.55, 0.45]),
    ("race", &[0.6, 0.15, 0.13, 0.1, 0.02]),
    ("age", &[0.3, 0.3, 0.25, 0.15]),
    ("region", &[0.5, 0.3, 0.2]),
];

/// The rows of one split.
pub(crate) struct Split {
    dataset: Dataset,
    settings: CountSettings,
    /// The level of each attribute, by row.
    pub(crate) levels: Vec<Vec<usize>>,
    /// The label, by row.
    pub(crate) labels: Vec<bool>,
}

impl Split {
    /// Draws rows with independent attributes; one in `1 / positives` has a positive label.
    pub(crate) fn draw(
        rows: usize,
        attributes: &[Attribute],
        depth: u8,
        positives: f64,
        random: &mut impl Rng,
    ) -> Result<Self, ProofError> {
        let mut text = "id,label".to_owned();
        for (name, _) in attributes {
            text.extend([",", *name]);
        }
        text.push('\n');
        let mut split = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        let run: u64 = random.r#gen();
        for row in 0..rows {
            let label = uniform(random) < positives;
            let levels: Vec<usize> = attributes.iter().map(|(_, shares)| pick(shares, random)).collect();
            // Writing to a string cannot fail. Ids differ by run, so that rows fall into other buckets each time.
            let _ = write!(text, "{run:x}-{row},{}", u8::from(label));
            for level in &levels {
                let _ = write!(text, ",l{level}");
            }
            text.push('\n');
            split.0.push(levels);
            split.1.push(label);
        }
        let mut file = tempfile::Builder::new().suffix(".csv").tempfile()?;
        file.write_all(text.as_bytes())?;
        let dataset = read(file.path(), &ReadSettings::default())?;
        Ok(Self { dataset, settings: settings(attributes, depth), levels: split.0, labels: split.1 })
    }

    /// The number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.labels.len()
    }

    /// The counts of a release that is right about these rows and wrong about the others.
    pub(crate) fn count(&self, right: &[bool]) -> Result<Cube, ProofError> {
        let score = |(label, right): (&bool, &bool)| if label == right { 0.75 } else { 0.25 };
        let scores = self.labels.iter().zip(right).map(score).collect();
        Ok(count(&self.dataset.with_scores("score", scores)?, &self.settings)?)
    }
}

fn settings(attributes: &[Attribute], depth: u8) -> CountSettings {
    let axis = |(name, _): &Attribute| CountAxis {
        axis: Axis { name: (*name).to_owned(), kind: AxisKind::Categorical },
        column: (*name).to_owned(),
    };
    let roles =
        Roles { label: "label".to_owned(), score: Some("score".to_owned()), id: Some("id".to_owned()), ..Roles::default() };
    CountSettings {
        roles,
        axes: attributes.iter().map(axis).collect(),
        depth,
        decision_threshold: 0.5,
        max_levels: 100,
        paired: true,
    }
}

/// The same counts without the slices that are not wanted.
pub(crate) fn only(cube: &Cube, wanted: impl Fn(&Slice) -> bool) -> Cube {
    let cells = cube.cells().filter(|(slice, _)| wanted(slice)).map(|(slice, cell)| (slice.clone(), cell.clone())).collect();
    let kept = Cube::from_cells(cube.meta().clone(), cube.scale(), cells);
    let Some(ids) = cube.row_ids() else { return kept };
    let replicates = kept.cells().filter_map(|(slice, _)| Some((slice.clone(), cube.replicates(slice)?.clone())));
    let replicates = ReplicateSet { ids: RowIds::clone(ids), by_slice: replicates.collect() };
    kept.with_replicates(replicates)
}
