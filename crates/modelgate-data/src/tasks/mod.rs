//! Counts the rows of tasks other than binary classification: several classes, sets of labels, numbers, clusters, orders.
//!
//! The rows are held in memory. Each task reads and checks its columns ([`classes`], [`label_sets`], [`numbers`],
//! [`clusters`]) into
//! [`TaskRows`], which are added up by slice here and drawn again in [`replicates`].

mod classes;
mod clusters;
mod label_sets;
mod numbers;
mod ranking;
mod replicates;
mod slices;

use std::collections::BTreeMap;

use modelgate_cube::{
    Cell, Cube, CubeMeta, DEFINITION_VERSION, NoLattice, RegressionCounts, RowSetDigest, ScoreScale, Shape, Slice, SumReplicates,
    Task, TaskCounts,
};

use crate::Dataset;
use crate::count::CountSettings;
use crate::error::{CellProblem, DataError};
use crate::grouping::Grouping;
use crate::levels::{EncodedAxis, encode, levels_of};
use crate::row_facts::{checked, weight_problem};
use crate::row_ids::RowBuckets;
use crate::split_digest::{Said, split_digest};
use classes::ClassRows;
pub(crate) use classes::{most_probable, sorted};
use clusters::ClusterRows;
use label_sets::LabelSetRows;
use numbers::NumberRows;
use ranking::RankedRows;
use slices::Family;

/// The columns of a task other than binary classification, besides the roles that all tasks share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskColumns {
    /// Several classes. The label is a class; so is the prediction, or the most probable class where there is none.
    Multiclass {
        /// The classes in their order; `None` for those that occur, sorted.
        classes: Option<Vec<String>>,
        /// The column with the probability of each class; empty where the model gives none.
        probabilities: Vec<(String, String)>,
    },
    /// Label and prediction are sets of labels, each written in one cell; an empty cell is the empty set.
    Multilabel {
        /// The labels that a set may hold; `None` for those that occur, sorted.
        classes: Option<Vec<String>>,
        /// What stands between the labels of a set.
        separator: String,
    },
    /// Label and prediction are numbers.
    Regression,
    /// The prediction is a cluster.
    Clustering {
        /// Columns of numbers that the clusters are judged by; may be empty where there are labels.
        features: Vec<String>,
        /// Whether the label's column holds the true classes.
        labeled: bool,
    },
    /// The label is a grade of relevance and the prediction a score that orders the rows of a query; queries are counted.
    Ranking {
        /// The column that names a row's query.
        query: String,
        /// How many of a query's first rows count.
        cutoff: u32,
    },
}

/// The checked facts of every row.
struct TaskRows {
    weights: Option<Vec<f64>>,
    facts: Facts,
}

/// What a task says of every row.
enum Facts {
    Classes(ClassRows),
    LabelSets(LabelSetRows),
    Numbers(NumberRows),
    Clusters(ClusterRows),
    Ranking(RankedRows),
}

impl TaskRows {
    fn read(dataset: &Dataset, settings: &CountSettings, task: &TaskColumns) -> Result<Self, DataError> {
        let roles = &settings.roles;
        let weight = |column: &String| checked(dataset, column, &CellProblem::WeightNotNumber, weight_problem);
        let weights = roles.weight.as_ref().map(weight).transpose()?;
        let facts = match task {
            TaskColumns::Multiclass { classes, probabilities } => {
                Facts::Classes(ClassRows::read(dataset, roles, classes.as_deref(), probabilities)?)
            }
            TaskColumns::Multilabel { classes, separator } => {
                Facts::LabelSets(LabelSetRows::read(dataset, roles, classes.as_deref(), separator)?)
            }
            TaskColumns::Regression => Facts::Numbers(NumberRows::read(dataset, roles)?),
            TaskColumns::Clustering { features, labeled } => {
                Facts::Clusters(ClusterRows::read(dataset, roles, features, *labeled)?)
            }
            TaskColumns::Ranking { query, cutoff } => Facts::Ranking(RankedRows::read(dataset, roles, query, *cutoff)?),
        };
        Ok(Self { weights, facts })
    }

    fn weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |weights| weights[row])
    }

    fn task(&self) -> Task {
        match &self.facts {
            Facts::Classes(rows) => Task::Multiclass { classes: rows.classes.clone() },
            Facts::LabelSets(rows) => Task::Multilabel { labels: rows.labels.clone() },
            Facts::Numbers(_) => Task::Regression,
            Facts::Ranking(rows) => Task::Ranking { cutoff: rows.cutoff },
            Facts::Clusters(rows) => Task::Clustering { features: rows.feature_names.clone(), labeled: rows.labels.is_some() },
        }
    }

    fn is_scored(&self) -> bool {
        matches!(&self.facts, Facts::Classes(rows) if rows.probabilities.is_some())
    }

    /// The labels as the split digest sees them, and whatever else names the rows.
    fn said(&self) -> Vec<(String, Said<'_>)> {
        match &self.facts {
            Facts::Classes(rows) => vec![("label".to_owned(), rows.said_labels())],
            Facts::LabelSets(rows) => vec![("label".to_owned(), rows.said_labels())],
            Facts::Numbers(rows) => vec![("label".to_owned(), Said::Numbers(&rows.labels))],
            Facts::Clusters(rows) => rows.said(),
            Facts::Ranking(rows) => rows.said(),
        }
    }
}

/// Counts the rows of every slice for a task other than binary classification, as [`crate::count`] does for that one, and
/// says when the counts are there and the replicates of them are begun.
pub fn count_task_noting(
    dataset: &Dataset,
    settings: &CountSettings,
    task: &TaskColumns,
    drawing_replicates: impl FnOnce(),
) -> Result<Cube, DataError> {
    slices::check_axes(dataset, settings)?;
    let rows = TaskRows::read(dataset, settings, task)?;
    let encode_axis = |axis: &crate::CountAxis| encode(dataset, &axis.axis, &axis.column, settings.max_levels);
    let axes = settings.axes.iter().map(encode_axis).collect::<Result<Vec<_>, _>>()?;
    let shape = Shape {
        task: rows.task(),
        axes: settings.axes.iter().map(|axis| axis.axis.clone()).collect(),
        depth: settings.depth.min(2),
        scored: rows.is_scored(),
        weighted: rows.weights.is_some(),
    };
    let split = digest(dataset, settings, &rows, &axes)?;
    // What is counted: rows, or queries.
    let (items, axes) = match &rows.facts {
        Facts::Ranking(facts) => (facts.first_rows.len(), facts.by_query(dataset, &settings.axes, &axes)?),
        _ => (dataset.rows(), axes),
    };
    let meta = CubeMeta { shape, definition_version: DEFINITION_VERSION, split };
    let families = slices::families(items, settings, &axes);
    let (scale, counts) = counts(items, &rows, &families);
    if !settings.paired {
        let cells = families.iter().zip(counts).flat_map(with_names).map(|(slice, counts)| (slice, Cell::of_task(counts)));
        return Ok(Cube::from_cells(meta, scale, cells.collect()).with_lattice(Err(NoLattice::OtherTask)));
    }
    drawing_replicates();
    let buckets = row_buckets(dataset, settings, task, &rows)?;
    let replicates = replicates::of_families(&rows, &buckets.buckets, &families, &counts);
    let by_slice: BTreeMap<Slice, SumReplicates> = families.iter().zip(replicates).flat_map(with_names).collect();
    let cells = families.iter().zip(counts).flat_map(with_names).map(|(slice, counts)| (slice, Cell::of_task(counts)));
    let cube = Cube::from_cells(meta, scale, cells.collect()).with_sum_replicates(buckets.ids, by_slice);
    Ok(cube.with_lattice(Err(NoLattice::OtherTask)))
}

/// What belongs to each slice of a family, with the slice.
fn with_names<T>((family, values): (&Family, Vec<T>)) -> impl Iterator<Item = (Slice, T)> {
    family.names.iter().cloned().zip(values)
}

fn digest(dataset: &Dataset, settings: &CountSettings, rows: &TaskRows, axes: &[EncodedAxis]) -> Result<RowSetDigest, DataError> {
    let ids = settings.roles.id.as_ref().map(|id| dataset.require(id).map(levels_of)).transpose()?;
    let mut said: BTreeMap<String, Said<'_>> = rows.said().into_iter().collect();
    for (axis, encoded) in settings.axes.iter().zip(axes) {
        let (kind, cells) = match &encoded.numbers {
            Some(numbers) => ("number", Said::Gaps(numbers)),
            None => ("text", Said::levels(&encoded.levels)),
        };
        said.insert(format!("slice {kind} {}", axis.column), cells);
    }
    said.extend(rows.weights.as_ref().map(|weights| ("weight".to_owned(), Said::Numbers(weights))));
    said.extend(ids.as_ref().map(|ids| ("id".to_owned(), Said::levels(ids))));
    Ok(split_digest(dataset.rows(), &said.into_iter().collect::<Vec<_>>()))
}

/// The counts of the slices of each family, and how their scores are to be read.
fn counts(count: usize, rows: &TaskRows, families: &[Family]) -> (ScoreScale, Vec<Vec<TaskCounts>>) {
    let mut scale = ScoreScale::Exact;
    let mut counts = Vec::new();
    for family in families {
        counts.push(match &rows.facts {
            Facts::Classes(facts) => boxed(facts.count(&family.slices, |row| rows.weight(row)), TaskCounts::Classes),
            Facts::LabelSets(facts) => boxed(facts.count(&family.slices, |row| rows.weight(row)), TaskCounts::LabelSets),
            Facts::Numbers(facts) => {
                let mut sums = vec![RegressionCounts::default(); family.slices.size];
                for row in 0..count {
                    sums[slice_of(&family.slices, row)].add_row(&facts.row(row, rows.weight(row)));
                }
                boxed(sums, TaskCounts::Regression)
            }
            Facts::Clusters(facts) => boxed(facts.count(&family.slices, |row| rows.weight(row)), TaskCounts::Clusters),
            Facts::Ranking(facts) => boxed(facts.count(&family.slices), TaskCounts::Ranking),
        });
    }
    if let Facts::Classes(facts) = &rows.facts {
        scale = facts.add_scores(families, &mut counts, |row| rows.weight(row));
    }
    (scale, counts)
}

fn boxed<T>(counts: Vec<T>, kind: fn(Box<T>) -> TaskCounts) -> Vec<TaskCounts> {
    counts.into_iter().map(|counts| kind(Box::new(counts))).collect()
}

fn slice_of(slices: &Grouping, row: usize) -> usize {
    slices.codes[row] as usize
}

/// The bucket of each row, or of each query. What the model says and what the label means are told by the task, all else by the file.
fn row_buckets(
    dataset: &Dataset,
    settings: &CountSettings,
    task: &TaskColumns,
    rows: &TaskRows,
) -> Result<RowBuckets, DataError> {
    let roles = &settings.roles;
    if let (TaskColumns::Ranking { query, .. }, Facts::Ranking(facts)) = (task, &rows.facts) {
        let of_rows = RowBuckets::of_task(dataset, Some(query), |_| false, None, &[])?;
        let buckets = facts.first_rows.iter().map(|row| of_rows.buckets[*row]).collect();
        return Ok(RowBuckets { buckets, ..of_rows });
    }
    let probabilities: Vec<&String> = match task {
        TaskColumns::Multiclass { probabilities, .. } => probabilities.iter().map(|(_, column)| column).collect(),
        _ => Vec::new(),
    };
    let is_known = |name: &str| {
        let roles = [Some(&roles.label), roles.prediction.as_ref()].into_iter().flatten();
        roles.chain(probabilities.iter().copied()).any(|column| column == name)
    };
    let (labels, model) = match &rows.facts {
        Facts::Classes(facts) => (Some(facts.label_hashes()), facts.model_hashes()),
        Facts::LabelSets(facts) => (Some(facts.label_hashes()), facts.model_hashes()),
        Facts::Numbers(facts) => (Some(facts.label_hashes()), facts.model_hashes()),
        Facts::Clusters(facts) => (facts.label_hashes(), facts.model_hashes()),
        Facts::Ranking(_) => (None, Vec::new()),
    };
    RowBuckets::of_task(dataset, roles.id.as_deref(), is_known, labels.as_deref(), &model)
}

#[cfg(test)]
mod tests;
