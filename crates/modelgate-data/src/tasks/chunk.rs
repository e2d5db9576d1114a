//! A chunk of rows, read and checked: what they say, the slices that they are in, and what names them.

use std::collections::{BTreeMap, BTreeSet};

use modelgate_cube::{Cell, Cube, CubeMeta, DEFINITION_VERSION, RegressionCounts, RowSetDigest, ScoreScale, Shape, TaskCounts};

use super::slices::{Family, families};
use super::{Facts, TaskColumns, TaskRows};
use crate::count::CountSettings;
use crate::error::DataError;
use crate::levels::{EncodedAxis, encode, levels_of};
use crate::row_ids::task_hashes;
use crate::split_digest::{Said, split_digest};
use crate::{CountAxis, Dataset};

/// A chunk of rows.
pub(super) struct Chunk<'a> {
    dataset: &'a Dataset,
    pub(super) settings: &'a CountSettings,
    task: &'a TaskColumns,
    /// What the rows say.
    pub(super) rows: TaskRows,
    /// Rows by level.
    axes: Vec<EncodedAxis>,
    /// Rows, or queries, by slice.
    pub(super) families: Vec<Family>,
}

/// What names the rows of a chunk.
pub(super) struct Hashes {
    /// A hash of each row.
    pub(super) of_rows: Vec<u64>,
    /// A hash of what the model says of each row; empty where rows have a column of ids.
    pub(super) of_model: Vec<u64>,
}

impl<'a> Chunk<'a> {
    /// Reads the rows.
    pub(super) fn read(dataset: &'a Dataset, settings: &'a CountSettings, task: &'a TaskColumns) -> Result<Self, DataError> {
        let rows = TaskRows::read(dataset, settings, task)?;
        let encode_axis = |axis: &CountAxis| encode(dataset, &axis.axis, &axis.column, settings.max_levels);
        let axes = settings.axes.iter().map(encode_axis).collect::<Result<Vec<_>, _>>()?;
        let families = match &rows.facts {
            Facts::Ranking(facts) => families(facts.first_rows.len(), settings, &facts.by_query(dataset, &settings.axes, &axes)?),
            _ => families(dataset.rows(), settings, &axes),
        };
        Ok(Self { dataset, settings, task, rows, axes, families })
    }

    /// The levels of each axis without bins.
    pub(super) fn levels(&self) -> Vec<BTreeSet<String>> {
        let of_axis =
            |axis: &EncodedAxis| axis.levels.levels.iter().flatten().filter(|_| axis.numbers.is_none()).cloned().collect();
        self.axes.iter().map(of_axis).collect()
    }

    /// The counts of every slice.
    pub(super) fn cube(&self) -> Result<Cube, DataError> {
        let shape = Shape {
            task: self.rows.task(),
            axes: self.settings.axes.iter().map(|axis| axis.axis.clone()).collect(),
            depth: self.settings.depth.min(2),
            scored: self.rows.is_scored(),
            weighted: self.rows.weights.is_some(),
        };
        let meta = CubeMeta { shape, definition_version: DEFINITION_VERSION, split: self.digest()? };
        let (scale, counts) = self.counts();
        let named = self.families.iter().zip(counts).flat_map(|(family, counts)| family.names.iter().cloned().zip(counts));
        Ok(Cube::from_cells(meta, scale, named.map(|(slice, counts)| (slice, Cell::of_task(counts))).collect()))
    }

    fn digest(&self) -> Result<RowSetDigest, DataError> {
        let ids = self.settings.roles.id.as_ref().map(|id| self.dataset.require(id).map(levels_of)).transpose()?;
        let mut said: BTreeMap<String, Said<'_>> = self.rows.said().into_iter().collect();
        for (axis, encoded) in self.settings.axes.iter().zip(&self.axes) {
            let (kind, cells) = match &encoded.numbers {
                Some(numbers) => ("number", Said::Gaps(numbers)),
                None => ("text", Said::levels(&encoded.levels)),
            };
            said.insert(format!("slice {kind} {}", axis.column), cells);
        }
        said.extend(self.rows.weights.as_ref().map(|weights| ("weight".to_owned(), Said::Numbers(weights))));
        said.extend(ids.as_ref().map(|ids| ("id".to_owned(), Said::levels(ids))));
        Ok(split_digest(self.dataset.rows(), &said.into_iter().collect::<Vec<_>>()))
    }

    /// The counts of the slices of each family, and how their scores are to be read.
    fn counts(&self) -> (ScoreScale, Vec<Vec<TaskCounts>>) {
        let weight = |row: usize| self.rows.weight(row);
        let of_family = |family: &Family| match &self.rows.facts {
            Facts::Classes(facts) => boxed(facts.count(&family.slices, weight), TaskCounts::Classes),
            Facts::LabelSets(facts) => boxed(facts.count(&family.slices, weight), TaskCounts::LabelSets),
            Facts::Numbers(facts) => {
                let mut sums = vec![RegressionCounts::default(); family.slices.size];
                for (row, slice) in family.slices.codes.iter().enumerate() {
                    sums[*slice as usize].add_row(&facts.row(row, weight(row)));
                }
                boxed(sums, TaskCounts::Regression)
            }
            Facts::Clusters(facts) => boxed(facts.count(&family.slices, weight), TaskCounts::Clusters),
            Facts::Ranking(facts) => boxed(facts.count(&family.slices), TaskCounts::Ranking),
        };
        let mut counts: Vec<Vec<TaskCounts>> = self.families.iter().map(of_family).collect();
        let scale = match &self.rows.facts {
            Facts::Classes(facts) => facts.add_scores(&self.families, &mut counts, weight),
            _ => ScoreScale::Exact,
        };
        (scale, counts)
    }

    /// What names each row. What the model says and what the label means are told by the task, all else by the file.
    pub(super) fn hashes(&self) -> Result<Hashes, DataError> {
        let roles = &self.settings.roles;
        if let TaskColumns::Ranking { query, .. } = self.task {
            let of_rows = task_hashes(self.dataset, Some(query), |_| false, None)?;
            return Ok(Hashes { of_rows, of_model: Vec::new() });
        }
        let probabilities: Vec<&String> = match self.task {
            TaskColumns::Multiclass { probabilities, .. } => probabilities.iter().map(|(_, column)| column).collect(),
            _ => Vec::new(),
        };
        let is_known = |name: &str| {
            let roles = [Some(&roles.label), roles.prediction.as_ref()].into_iter().flatten();
            roles.chain(probabilities.iter().copied()).any(|column| column == name)
        };
        let (labels, of_model) = match &self.rows.facts {
            _ if roles.id.is_some() => (None, Vec::new()),
            Facts::Classes(facts) => (Some(facts.label_hashes()), facts.model_hashes()),
            Facts::LabelSets(facts) => (Some(facts.label_hashes()), facts.model_hashes()),
            Facts::Numbers(facts) => (Some(facts.label_hashes()), facts.model_hashes()),
            Facts::Clusters(facts) => (facts.label_hashes(), facts.model_hashes()),
            Facts::Ranking(_) => (None, Vec::new()),
        };
        let of_rows = task_hashes(self.dataset, roles.id.as_deref(), is_known, labels.as_deref())?;
        Ok(Hashes { of_rows, of_model })
    }

    /// The hash of each item that is counted: of each row, or of each query.
    pub(super) fn item_hashes(&self) -> Result<Vec<u64>, DataError> {
        let hashes = self.hashes()?.of_rows;
        Ok(match &self.rows.facts {
            Facts::Ranking(facts) => facts.first_rows.iter().map(|row| hashes[*row]).collect(),
            _ => hashes,
        })
    }
}

fn boxed<T>(counts: Vec<T>, kind: fn(Box<T>) -> TaskCounts) -> Vec<TaskCounts> {
    counts.into_iter().map(|counts| kind(Box::new(counts))).collect()
}
