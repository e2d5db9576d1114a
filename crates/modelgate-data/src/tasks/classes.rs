//! Rows of several classes: labels, predictions and probabilities, each checked against the classes.

use std::collections::{BTreeSet, HashSet};

use modelgate_cube::{ClassCounts, ClassRow, EXACT_IN_MEMORY, ScoreScale, ScoreTable, TaskCounts};

use super::slices::Family;
use crate::column::parse_number;
use crate::error::{CellProblem, DataError, Fault};
use crate::grouping::Grouping;
use crate::labels::{class_name, class_names};
use crate::levels::{Levels, levels_of};
use crate::row_facts::checked;
use crate::row_ids::{folded, halved};
use crate::split_digest::{Said, number_bits, text_hash};
use crate::{Dataset, Roles};

/// More classes have more pairs of them than a table can show.
const MOST_CLASSES: usize = 100;

/// How far the probabilities of a row may be from one in sum: files round them.
const SUM_TOLERANCE: f64 = 1e-3;

/// The rows of a multiclass classification.
pub(super) struct ClassRows {
    /// The classes, in their order.
    pub(super) classes: Vec<String>,
    /// The place of each row's label among the classes.
    pub(super) labels: Vec<usize>,
    /// The place of each row's prediction.
    pub(super) predictions: Vec<usize>,
    /// The probability of each class, row by row.
    pub(super) probabilities: Option<Vec<f64>>,
}

/// A column of classes.
struct Named {
    levels: Levels,
    names: Vec<String>,
}

impl Named {
    fn read(dataset: &Dataset, column: &str, missing: CellProblem) -> Result<Self, DataError> {
        let levels = levels_of(dataset.require(column)?);
        if let Some(error) = dataset.bad_cells(column, missing, levels.missing_rows()) {
            return Err(error);
        }
        let names = class_names(&levels);
        Ok(Self { levels, names })
    }

    /// The place of each row's class; a class that is not among them is the problem.
    fn places(&self, dataset: &Dataset, column: &str, classes: &[String], problem: CellProblem) -> Result<Vec<usize>, DataError> {
        let known: Vec<Option<usize>> = self.names.iter().map(|name| classes.iter().position(|class| class == name)).collect();
        let codes = || self.levels.grouping.codes.iter().map(|code| known.get(*code as usize).copied().flatten());
        let unknown = codes().enumerate().filter(|(_, place)| place.is_none()).map(|(row, _)| row);
        match dataset.bad_cells(column, problem, unknown) {
            Some(error) => Err(error),
            None => Ok(codes().flatten().collect()),
        }
    }
}

impl ClassRows {
    /// Reads and checks the columns. The classes are those that are declared, else those with a probability, else those
    /// that occur as a label or a prediction, by size where all are numbers and else by name.
    pub(super) fn read(
        dataset: &Dataset,
        roles: &Roles,
        declared: Option<&[String]>,
        probabilities: &[(String, String)],
    ) -> Result<Self, DataError> {
        let labels = Named::read(dataset, &roles.label, CellProblem::MissingLabel)?;
        let read = |column: &String| Named::read(dataset, column, CellProblem::MissingPrediction);
        let predictions = roles.prediction.as_ref().map(read).transpose()?;
        if predictions.is_none() && probabilities.is_empty() {
            return Err(DataError::NoPredictions { path: dataset.path().to_owned() });
        }
        let with_probability = || probabilities.iter().map(|(class, _)| class_name(class)).collect::<BTreeSet<_>>();
        let classes = match declared {
            Some(declared) => declared.iter().map(|class| class_name(class)).collect(),
            None if !probabilities.is_empty() => sorted(with_probability()),
            None => {
                let predicted = predictions.iter().flat_map(|predictions| predictions.names.clone());
                sorted(labels.names.iter().cloned().chain(predicted).collect())
            }
        };
        if classes.len() > MOST_CLASSES {
            let (path, column) = (dataset.path().to_owned(), roles.label.clone());
            return Err(DataError::TooManyClasses { path, column, found: classes.len(), limit: MOST_CLASSES });
        }
        let named: Vec<&str> = std::iter::once(&roles.label).chain(&roles.prediction).map(String::as_str).collect();
        let told = || dataset.told_all(&named, &classes);
        let unknown = |probable| CellProblem::UnknownClass { classes: told(), probable };
        let labels = labels.places(dataset, &roles.label, &classes, unknown(!probabilities.is_empty()))?;
        let probabilities = match probabilities {
            [] => None,
            columns => Some(read_probabilities(dataset, &classes, columns)?),
        };
        let predictions = match (&predictions, &roles.prediction, &probabilities) {
            (Some(predictions), Some(column), _) => {
                let problem = CellProblem::UnknownPrediction { labels: told() };
                predictions.places(dataset, column, &classes, problem)?
            }
            (_, _, Some(probabilities)) => probabilities.chunks(classes.len().max(1)).map(most_probable).collect(),
            _ => Vec::new(),
        };
        Ok(Self { classes, labels, predictions, probabilities })
    }

    /// The classes that occur as a label or a prediction.
    pub(super) fn names(dataset: &Dataset, roles: &Roles) -> Result<BTreeSet<String>, DataError> {
        let mut names: BTreeSet<String> =
            Named::read(dataset, &roles.label, CellProblem::MissingLabel)?.names.into_iter().collect();
        if let Some(prediction) = &roles.prediction {
            names.extend(Named::read(dataset, prediction, CellProblem::MissingPrediction)?.names);
        }
        Ok(names)
    }

    fn row(&self, row: usize, weight: f64) -> ClassRow<'_> {
        let width = self.classes.len();
        let probabilities = self.probabilities.as_ref().and_then(|all| all.get(row * width..(row + 1) * width));
        ClassRow { label: self.labels[row], prediction: self.predictions[row], weight, probabilities }
    }

    /// The counts of each slice, but for scores.
    pub(super) fn count(&self, slices: &Grouping, weight: impl Fn(usize) -> f64) -> Vec<ClassCounts> {
        let mut counts = vec![ClassCounts::new(self.classes.len(), self.probabilities.is_some()); slices.size];
        for (row, slice) in slices.codes.iter().enumerate() {
            counts[*slice as usize].add_row(&self.row(row, weight(row)));
        }
        counts
    }

    /// Adds the scores to the counts of all rows and of slices by one axis: exactly while there are few, else on the grid.
    pub(super) fn add_scores(
        &self,
        families: &[Family],
        counts: &mut [Vec<TaskCounts>],
        weight: impl Fn(usize) -> f64,
    ) -> ScoreScale {
        let Some(probabilities) = &self.probabilities else { return ScoreScale::Exact };
        let width = self.classes.len();
        let scale = self.scale(probabilities);
        for class in 0..width {
            let score = |row: usize| probabilities[row * width + class];
            let mut order: Vec<usize> = (0..self.labels.len()).collect();
            // Tables grow at their end without moving anything.
            order.sort_by(|one, two| score(*one).total_cmp(&score(*two)));
            for row in order {
                let key = ScoreTable::key(scale, score(row));
                for (family, counts) in families.iter().zip(counts.iter_mut()).filter(|(family, _)| family.depth <= 1) {
                    if let TaskCounts::Classes(counts) = &mut counts[family.slices.codes[row] as usize] {
                        counts.add_score(class, self.labels[row], key, weight(row));
                    }
                }
            }
        }
        scale
    }

    /// Exact where the tables of all rows have no more entries than a cube keeps.
    fn scale(&self, probabilities: &[f64]) -> ScoreScale {
        let width = self.classes.len();
        let mut found = HashSet::new();
        for (place, score) in probabilities.iter().enumerate() {
            found.insert((place % width, self.labels[place / width], ScoreTable::key(ScoreScale::Exact, *score)));
            if found.len() > EXACT_IN_MEMORY {
                return ScoreScale::Logit;
            }
        }
        ScoreScale::Exact
    }

    /// What one row adds to a replicate.
    pub(super) fn add_to(&self, row: usize, weight: f64, add: &mut impl FnMut(usize, f64)) {
        let (facts, width) = (self.row(row, weight), self.classes.len());
        let distance = facts.label.abs_diff(facts.prediction) as f64;
        add(width + facts.label, weight);
        add(2 * width + facts.prediction, weight);
        if facts.label == facts.prediction {
            add(facts.label, weight);
        } else {
            add(3 * width, weight * distance);
            add(3 * width + 1, weight * distance * distance);
        }
        if let Some((brier, log_loss)) = facts.losses() {
            add(3 * width + 2, weight * brier);
            add(3 * width + 3, weight * log_loss);
        }
    }

    pub(super) fn said_labels(&self) -> Said<'_> {
        Said::Places(&self.labels, self.classes.iter().map(|class| text_hash(class)).collect())
    }

    pub(super) fn label_hashes(&self) -> Vec<u64> {
        let hashes: Vec<u64> = self.classes.iter().map(|class| halved(text_hash(class))).collect();
        self.labels.iter().map(|label| hashes[*label]).collect()
    }

    /// What the model says of each row.
    pub(super) fn model_hashes(&self) -> Vec<u64> {
        let width = self.classes.len();
        let probabilities = |row: usize| self.probabilities.iter().flat_map(move |all| &all[row * width..(row + 1) * width]);
        let hash = |(row, prediction): (usize, &usize)| {
            let bits = probabilities(row).map(|probability| halved(number_bits(*probability)));
            bits.fold(*prediction as u64, |hash, bits| folded(hash ^ bits, 1))
        };
        self.predictions.iter().enumerate().map(hash).collect()
    }
}

/// By size where all names are numbers, else as texts.
pub(crate) fn sorted(names: BTreeSet<String>) -> Vec<String> {
    let numbers: Option<Vec<f64>> = names.iter().map(|name| parse_number(name).filter(|number| !number.is_nan())).collect();
    let mut names: Vec<String> = names.into_iter().collect();
    if numbers.is_some() {
        let number = |name: &String| parse_number(name).unwrap_or_default();
        names.sort_by(|one, two| number(one).total_cmp(&number(two)));
    }
    names
}

/// The class with the largest probability; the first of several.
pub(crate) fn most_probable(probabilities: &[f64]) -> usize {
    let largest = |best: usize, place: usize| if probabilities[place] > probabilities[best] { place } else { best };
    (0..probabilities.len()).fold(0, largest)
}

/// The probability of each class, row by row, in the order of the classes.
fn read_probabilities(dataset: &Dataset, classes: &[String], columns: &[(String, String)]) -> Result<Vec<f64>, DataError> {
    let of_class = |class: &String| columns.iter().find(|(name, _)| class_name(name) == *class).map(|(_, column)| column);
    let named: Vec<&String> = classes.iter().filter_map(of_class).collect();
    let unfit = |fault| CellProblem::Unfit { noun: "probability", fault };
    let problem = |probability: Option<f64>| match probability {
        None => Some(unfit(Fault::Missing)),
        Some(probability) if probability.is_nan() => Some(unfit(Fault::NotFinite)),
        Some(probability) => (!(0.0..=1.0).contains(&probability)).then(|| unfit(Fault::NotFrom0To1)),
    };
    let read = |column: &&String| checked(dataset, column, &unfit(Fault::NotNumber), problem);
    let columns: Vec<Vec<f64>> = named.iter().map(read).collect::<Result<_, _>>()?;
    let row = |row: usize| columns.iter().map(move |column| column[row]);
    let sum = |of: usize| row(of).sum::<f64>();
    let off = |of: &usize| (sum(*of) - 1.0).abs() > SUM_TOLERANCE;
    if let (Some(first), Some(column)) = ((0..dataset.rows()).find(off), named.first()) {
        let problem = CellProblem::ProbabilitySum { sum: format!("{:.6}", sum(first)) };
        if let Some(error) = dataset.bad_cells(column, problem, (0..dataset.rows()).filter(off)) {
            return Err(error);
        }
    }
    Ok((0..dataset.rows()).flat_map(row).collect())
}
