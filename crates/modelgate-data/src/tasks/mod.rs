//! Counts the rows of tasks other than binary classification: several classes, sets of labels, numbers, clusters, orders.
//!
//! Rows are looked at in chunks, several times ([`looks`]), so that a file's are not held. Each task reads and checks the columns
//! of a chunk ([`classes`], [`label_sets`], [`numbers`], [`clusters`], [`ranking`]) into [`TaskRows`], which are added up by slice
//! ([`chunk`]) and once more by bucket, from which replicates are drawn ([`replicates`]). What grows with the rows are two
//! hashes of each where no column has their ids, because equal rows can be told apart only when all are known.

mod chunk;
mod classes;
mod clusters;
mod label_sets;
mod looks;
mod numbers;
mod ranking;
mod replicates;
mod slices;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::path::Path;

use modelgate_cube::{Cell, Cube, NoLattice, REPLICATE_SALT, RowIdRule, RowIds, RowSetDigest, Slice, Task, TaskCounts, Wide};

use crate::batched_file::BatchedFile;
use crate::count::{CountSettings, check_axes};
use crate::count_file::CountedFile;
use crate::error::{CellProblem, DataError};
use crate::file::{ReadSettings, read};
use crate::input::Input;
use crate::pass::MOST_SLICES;
use crate::row_facts::{checked, weight_problem};
use crate::row_ids::{EqualRows, digested};
use crate::split_digest::Said;
use crate::{Dataset, Roles};
use chunk::Chunk;
use classes::ClassRows;
pub(crate) use classes::{most_probable, sorted};
use clusters::{ClusterRows, MOST_CLUSTERS};
use label_sets::LabelSetRows;
use looks::{Held, Looks, Streamed};
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
    counted(&Held(dataset), settings, task, drawing_replicates)
}

/// Counts the files that a path means for a task other than binary classification without holding its rows, as [`crate::count_file`] does for that
/// one: equal to reading the file and counting it. It is looked at more than once. The rows of a ranking are held: a query's
/// may stand anywhere.
pub fn count_task_file(
    path: &Path,
    reading: &ReadSettings,
    settings: &CountSettings,
    task: &TaskColumns,
    threads: NonZero<usize>,
    mut drawing_replicates: impl FnMut(),
) -> Result<CountedFile, DataError> {
    let input = Input::find(path)?;
    check_axes(settings)?;
    let before = input.stamp();
    let mut streamed = || {
        let file = BatchedFile::of(&input, reading).filter(|_| !matches!(task, TaskColumns::Ranking { .. }))?;
        if settings.roles.time.as_ref().is_some_and(|time| !file.has(time)) {
            return None;
        }
        let wanted = |name: &str| names_rows(settings) || is_counted(name, settings, task);
        let streamed = Streamed::new(&input, &file, reading, wanted, threads);
        let cube = counted(&streamed, settings, task, &mut drawing_replicates).ok()?;
        Some(CountedFile { cube, digest: streamed.digest()? })
    };
    match streamed() {
        Some(found) if before.is_some() && input.stamp() == before => Ok(found),
        // The whole file finds the words for what is wrong with it.
        _ => {
            let dataset = read(path, reading)?;
            let cube = count_task_noting(&dataset, settings, task, drawing_replicates)?;
            Ok(CountedFile { cube, digest: dataset.digest() })
        }
    }
}

/// Whether rows are named by all of their columns.
fn names_rows(settings: &CountSettings) -> bool {
    settings.paired && settings.roles.id.is_none()
}

/// Whether a column is counted, or names rows that have a column of ids.
fn is_counted(name: &str, settings: &CountSettings, task: &TaskColumns) -> bool {
    let roles = &settings.roles;
    let of_roles = [Some(&roles.label), roles.prediction.as_ref(), roles.weight.as_ref(), roles.id.as_ref()];
    let of_task: Vec<&String> = match task {
        TaskColumns::Multiclass { probabilities, .. } => probabilities.iter().map(|(_, column)| column).collect(),
        TaskColumns::Clustering { features, .. } => features.iter().collect(),
        TaskColumns::Ranking { query, .. } => vec![query],
        TaskColumns::Multilabel { .. } | TaskColumns::Regression => Vec::new(),
    };
    let axes = settings.axes.iter().map(|axis| &axis.column);
    of_roles.into_iter().flatten().chain(of_task).chain(axes).any(|column| column == name)
}

/// Looks at the rows as often as it takes: for the classes that occur, for the counts, for distances to centers, and for the sums
/// that replicates draw.
fn counted(
    looks: &impl Looks,
    settings: &CountSettings,
    task: &TaskColumns,
    drawing_replicates: impl FnOnce(),
) -> Result<Cube, DataError> {
    let named = with_classes(looks, settings, task)?;
    let task = named.as_ref().unwrap_or(task);
    let Counts { cube, ids, rows, .. } = Counts::of(looks, settings, task)?;
    let mut cells: BTreeMap<Slice, TaskCounts> = cube.cells().map(|(slice, cell)| (slice.clone(), cell.task.clone())).collect();
    if matches!(task, TaskColumns::Clustering { features, .. } if !features.is_empty()) {
        add_distances(looks, settings, task, &mut cells)?;
    }
    let with_cells = |cells: BTreeMap<Slice, TaskCounts>| {
        let cells = cells.into_iter().map(|(slice, counts)| (slice, Cell::of_task(counts))).collect();
        Cube::from_cells(cube.meta().clone(), cube.scale(), cells)
    };
    if !settings.paired {
        return Ok(with_cells(cells).with_lattice(Err(NoLattice::OtherTask)));
    }
    drawing_replicates();
    let replicates = replicates::of_slices(looks, settings, task, &cells, &EqualRows::of(&rows))?;
    let rule = match (task, &settings.roles.id) {
        (TaskColumns::Ranking { query, .. }, _) => RowIdRule::Column(query.clone()),
        (_, Some(id)) => RowIdRule::Column(id.clone()),
        (_, None) => RowIdRule::Features,
    };
    let ids = RowIds { rule, salt: REPLICATE_SALT, rows: ids };
    Ok(with_cells(cells).with_sum_replicates(ids, replicates).with_lattice(Err(NoLattice::OtherTask)))
}

/// The task with the classes that occur, where none are declared: a chunk alone would not know them all.
fn with_classes(looks: &impl Looks, settings: &CountSettings, task: &TaskColumns) -> Result<Option<TaskColumns>, DataError> {
    let roles = &settings.roles;
    let union = |names: fn(&Dataset, &Roles, &str) -> Result<BTreeSet<String>, DataError>, separator: &str| {
        let add = |all: &mut BTreeSet<String>, dataset: &Dataset| {
            all.append(&mut names(dataset, roles, separator)?);
            Ok(())
        };
        Ok::<_, DataError>(sorted(looks.look(BTreeSet::new, add)?.into_iter().flatten().collect()))
    };
    Ok(match task {
        TaskColumns::Multiclass { classes: None, probabilities } if probabilities.is_empty() && roles.prediction.is_some() => {
            let classes = union(|dataset, roles, _| ClassRows::names(dataset, roles), "")?;
            Some(TaskColumns::Multiclass { classes: Some(classes), probabilities: Vec::new() })
        }
        TaskColumns::Multilabel { classes: None, separator } if roles.prediction.is_some() => {
            let classes = Some(union(LabelSetRows::names, separator)?);
            Some(TaskColumns::Multilabel { classes, separator: separator.clone() })
        }
        _ => None,
    })
}

/// The counts of rows, and what names them.
struct Counts {
    cube: Cube,
    /// The levels of each axis without bins.
    levels: Vec<BTreeSet<String>>,
    /// The digest of the rows' ids.
    ids: RowSetDigest,
    /// For rows without a column of ids: a hash of each, and one of what the model says of it; in parts.
    rows: Vec<(Vec<u64>, Vec<u64>)>,
}

impl Counts {
    fn of(looks: &impl Looks, settings: &CountSettings, task: &TaskColumns) -> Result<Self, DataError> {
        let add = |sum: &mut Option<Self>, dataset: &Dataset| {
            let part = Self::of_chunk(&Chunk::read(dataset, settings, task)?)?;
            match sum {
                None => *sum = Some(part),
                Some(sum) => sum.merge(part, settings, looks.path())?,
            }
            Ok(())
        };
        let parts = looks.look(|| None, add)?.into_iter().flatten();
        let merged = parts.map(Ok).reduce(|sum, part| {
            let (mut sum, part) = (sum?, part?);
            sum.merge(part, settings, looks.path())?;
            Ok(sum)
        });
        let all = merged.unwrap_or_else(|| Err(unreadable(looks.path())))?;
        too_many(&all.cube, &all.levels, settings, looks.path())?;
        Ok(all)
    }

    fn of_chunk(chunk: &Chunk) -> Result<Self, DataError> {
        let cube = chunk.cube()?;
        let mut ids = RowSetDigest::default();
        let mut rows = Vec::new();
        if chunk.settings.paired {
            let hashes = chunk.hashes()?;
            hashes.of_rows.iter().for_each(|hash| ids.add_row(digested(*hash)));
            rows.extend(names_rows(chunk.settings).then_some((hashes.of_rows, hashes.of_model)));
        }
        Ok(Self { cube, levels: chunk.levels(), ids, rows })
    }

    /// Adds other rows. Together they may have too many levels or slices, where neither has alone.
    fn merge(&mut self, other: Self, settings: &CountSettings, path: &Path) -> Result<(), DataError> {
        self.cube.merge(&other.cube).map_err(|_| unreadable(path))?;
        for ((mine, theirs), axis) in self.levels.iter_mut().zip(other.levels).zip(&settings.axes) {
            mine.extend(theirs);
            if mine.len() > settings.max_levels {
                let (path, column) = (path.to_owned(), axis.column.clone());
                return Err(DataError::TooManyLevels { path, column, found: mine.len(), limit: settings.max_levels });
            }
        }
        self.ids.merge(&other.ids);
        self.rows.extend(other.rows);
        too_many(&self.cube, &self.levels, settings, path)
    }
}

/// Refuses more slices than a cube holds, and more clusters.
fn too_many(cube: &Cube, levels: &[BTreeSet<String>], settings: &CountSettings, path: &Path) -> Result<(), DataError> {
    let (found, path) = (cube.cells().count(), path.to_owned());
    let most = settings.axes.iter().zip(levels).max_by_key(|(_, levels)| levels.len());
    if let Some((axis, levels)) = most.filter(|_| found > MOST_SLICES) {
        let (column, levels) = (axis.column.clone(), levels.len());
        return Err(DataError::TooManySlices { path, column, levels, found, limit: MOST_SLICES });
    }
    let Some(TaskCounts::Clusters(counts)) = cube.cell(&Slice::overall()).map(|cell| &cell.task) else { return Ok(()) };
    let labels: BTreeSet<&Option<String>> = counts.contingency.keys().map(|(_, label)| label).collect();
    let clusters: BTreeSet<&String> = counts.contingency.keys().map(|(cluster, _)| cluster).collect();
    match (clusters.len().max(labels.len()), &settings.roles) {
        (found, roles) if found > MOST_CLUSTERS => {
            let column = roles.prediction.clone().filter(|_| clusters.len() == found).unwrap_or_else(|| roles.label.clone());
            Err(DataError::TooManyClasses { path, column, found, limit: MOST_CLUSTERS })
        }
        _ => Ok(()),
    }
}

fn unreadable(path: &Path) -> DataError {
    DataError::Malformed { path: path.to_owned(), reason: "its rows cannot be counted".to_owned() }
}

/// Adds the distances of rows to the centers of their clusters, which all rows of a slice make.
fn add_distances(
    looks: &impl Looks,
    settings: &CountSettings,
    task: &TaskColumns,
    cells: &mut BTreeMap<Slice, TaskCounts>,
) -> Result<(), DataError> {
    let known = &*cells;
    let add = |sums: &mut BTreeMap<Slice, BTreeMap<String, Wide>>, dataset: &Dataset| {
        let chunk = Chunk::read(dataset, settings, task)?;
        let Facts::Clusters(facts) = &chunk.rows.facts else { return Ok(()) };
        for (slice, rows) in chunk.families.iter().flat_map(Family::rows_by_slice) {
            let Some(TaskCounts::Clusters(counts)) = known.get(slice) else { continue };
            let found = facts.distances(rows.iter().map(|row| *row as usize), counts, |row| chunk.rows.weight(row));
            let sums = sums.entry(slice.clone()).or_default();
            for (cluster, sum) in found {
                *sums.entry(cluster).or_default() += sum;
            }
        }
        Ok(())
    };
    for (slice, sums) in looks.look(BTreeMap::new, add)?.into_iter().flatten() {
        let Some(TaskCounts::Clusters(counts)) = cells.get_mut(&slice) else { continue };
        for (cluster, sum) in sums {
            if let Some(moments) = counts.moments.get_mut(&cluster) {
                *moments.distances.get_or_insert(Wide::ZERO) += sum;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
