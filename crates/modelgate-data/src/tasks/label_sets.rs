//! Rows of a multilabel classification: a set of labels and a predicted set in each, both written in one cell.

use std::collections::{BTreeMap, BTreeSet};

use modelgate_cube::{LabelSetCounts, LabelSetRow, LabelSetSums};

use super::classes::sorted;
use crate::error::{CellProblem, DataError, SetFault};
use crate::grouping::Grouping;
use crate::labels::class_name;
use crate::levels::{Levels, levels_of};
use crate::row_ids::halved;
use crate::split_digest::{Said, text_hash};
use crate::told::Told;
use crate::{Dataset, Roles};

/// More labels make a table that is nearly the data itself.
const MOST_LABELS: usize = 1_000;

/// A column of sets.
struct Column {
    levels: Levels,
    /// The labels of each level's set, or what is wrong with it.
    sets: Vec<Result<Vec<String>, SetFault>>,
}

impl Column {
    fn read(dataset: &Dataset, column: &str, separator: &str) -> Result<Self, DataError> {
        let levels = levels_of(dataset.require(column)?);
        let parsed = |level: &Option<String>| level.as_deref().map_or(Err(SetFault::Missing), |text| labels_of(text, separator));
        let sets = levels.levels.iter().map(parsed).collect();
        Ok(Self { levels, sets })
    }

    fn labels(&self) -> impl Iterator<Item = &String> {
        self.sets.iter().flatten().flatten()
    }

    /// The sets of the rows by the places of their labels; an error about the first row with a set that is none.
    fn placed(self, dataset: &Dataset, name: &str, noun: &'static str, known: &[String]) -> Result<Sets, DataError> {
        let places: BTreeMap<&str, usize> = known.iter().enumerate().map(|(place, label)| (label.as_str(), place)).collect();
        let place = |label: &String| {
            let unknown =
                || SetFault::Unknown { label: Told::of(label), labels: known.iter().map(|label| Told::of(label)).collect() };
            places.get(label.as_str()).copied().ok_or_else(unknown)
        };
        let mut found: Vec<Result<Vec<usize>, SetFault>> = Vec::new();
        for set in self.sets {
            let set = set.and_then(|labels| labels.iter().map(place).collect::<Result<Vec<usize>, SetFault>>());
            found.push(set.map(|mut set| {
                set.sort_unstable();
                set
            }));
        }
        let rows = self.levels.grouping.codes.iter().map(|code| *code as usize).collect::<Vec<usize>>();
        let fault = |code: usize| found.get(code).and_then(|set| set.as_ref().err());
        if let Some(first) = rows.iter().find_map(|code| fault(*code)) {
            let alike = rows.iter().enumerate().filter(|(_, code)| fault(**code) == Some(first)).map(|(row, _)| row);
            if let Some(error) = dataset.bad_cells(name, CellProblem::Set { noun, fault: first.clone() }, alike) {
                return Err(error);
            }
        }
        Ok(Sets { sets: found.into_iter().map(Result::unwrap_or_default).collect(), rows })
    }
}

/// The labels of a set as it is written; nothing is the empty set.
fn labels_of(text: &str, separator: &str) -> Result<Vec<String>, SetFault> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let labels: Vec<String> = text.split(separator).map(class_name).collect();
    if labels.iter().any(String::is_empty) {
        return Err(SetFault::EmptyLabel { separator: separator.to_owned() });
    }
    let mut seen = BTreeSet::new();
    match labels.iter().find(|label| !seen.insert(label.as_str())) {
        Some(label) => Err(SetFault::Repeated { label: Told::of(label) }),
        None => Ok(labels),
    }
}

/// The sets of all rows.
struct Sets {
    /// Each different set, by the places of its labels, increasing.
    sets: Vec<Vec<usize>>,
    /// The set of each row.
    rows: Vec<usize>,
}

impl Sets {
    fn of_row(&self, row: usize) -> &[usize] {
        &self.sets[self.rows[row]]
    }

    /// The hash of each different set, whatever order it is written in.
    fn hashes(&self, labels: &[String]) -> Vec<u128> {
        let of_label: Vec<String> = labels.iter().map(|label| format!("{:032x}", text_hash(label))).collect();
        let text = |set: &Vec<usize>| {
            let mut hashes: Vec<&str> = set.iter().map(|place| of_label[*place].as_str()).collect();
            hashes.sort_unstable();
            hashes.concat()
        };
        self.sets.iter().map(|set| text_hash(&text(set))).collect()
    }
}

/// The rows of a multilabel classification.
pub(super) struct LabelSetRows {
    /// The labels, in their order.
    pub(super) labels: Vec<String>,
    own: Sets,
    predicted: Sets,
}

impl LabelSetRows {
    /// Reads and checks both columns. The labels are those that are declared, else those that occur, by size where all are
    /// numbers and else by name.
    pub(super) fn read(
        dataset: &Dataset,
        roles: &Roles,
        declared: Option<&[String]>,
        separator: &str,
    ) -> Result<Self, DataError> {
        let Some(prediction) = &roles.prediction else {
            return Err(DataError::NoPredictions { path: dataset.path().to_owned() });
        };
        let own = Column::read(dataset, &roles.label, separator)?;
        let predicted = Column::read(dataset, prediction, separator)?;
        let labels = match declared {
            Some(declared) => declared.iter().map(|label| class_name(label)).collect(),
            None => sorted(own.labels().chain(predicted.labels()).cloned().collect()),
        };
        if labels.len() > MOST_LABELS {
            let (path, column) = (dataset.path().to_owned(), roles.label.clone());
            return Err(DataError::TooManyLabels { path, column, found: labels.len(), limit: MOST_LABELS });
        }
        let own = own.placed(dataset, &roles.label, "label", &labels)?;
        let predicted = predicted.placed(dataset, prediction, "predicted", &labels)?;
        Ok(Self { labels, own, predicted })
    }

    /// The labels that occur in the sets of either column. Sets that are none hold none.
    pub(super) fn names(dataset: &Dataset, roles: &Roles, separator: &str) -> Result<BTreeSet<String>, DataError> {
        let mut names: BTreeSet<String> = Column::read(dataset, &roles.label, separator)?.labels().cloned().collect();
        if let Some(prediction) = &roles.prediction {
            names.extend(Column::read(dataset, prediction, separator)?.labels().cloned());
        }
        Ok(names)
    }

    fn row(&self, row: usize, weight: f64) -> LabelSetRow<'_> {
        LabelSetRow { labels: self.own.of_row(row), predictions: self.predicted.of_row(row), weight }
    }

    /// The counts of each slice.
    pub(super) fn count(&self, slices: &Grouping, weight: impl Fn(usize) -> f64) -> Vec<LabelSetCounts> {
        let mut counts = vec![LabelSetCounts::new(self.labels.len()); slices.size];
        for (row, slice) in slices.codes.iter().enumerate() {
            counts[*slice as usize].add_row(&self.row(row, weight(row)));
        }
        counts
    }

    /// What one row adds to a replicate.
    pub(super) fn add_to(&self, row: usize, weight: f64, add: &mut impl FnMut(usize, f64)) {
        for (place, value) in LabelSetSums::of_row(&self.row(row, weight), self.labels.len()) {
            add(place, value);
        }
    }

    pub(super) fn said_labels(&self) -> Said<'_> {
        Said::Places(&self.own.rows, self.own.hashes(&self.labels))
    }

    pub(super) fn label_hashes(&self) -> Vec<u64> {
        let hashes = self.own.hashes(&self.labels);
        self.own.rows.iter().map(|set| halved(hashes[*set])).collect()
    }

    /// What the model says of each row.
    pub(super) fn model_hashes(&self) -> Vec<u64> {
        let hashes = self.predicted.hashes(&self.labels);
        self.predicted.rows.iter().map(|set| halved(hashes[*set])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_read_whatever_its_order_and_spaces() {
        assert_eq!(labels_of(" b | 1.0|True", "|"), Ok(vec!["b".to_owned(), "1".to_owned(), "true".to_owned()]));
        assert_eq!(labels_of("  ", "|"), Ok(Vec::new()));
        assert_eq!(labels_of("a, b", ", "), Ok(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(labels_of("a;b", "|"), Ok(vec!["a;b".to_owned()]));
    }

    #[test]
    fn what_is_no_set_is_refused() {
        for text in ["a||b", "|a", "a|", "|", "a| |b"] {
            assert_eq!(labels_of(text, "|"), Err(SetFault::EmptyLabel { separator: "|".to_owned() }), "{text}");
        }
        assert_eq!(labels_of("1|a|1.0", "|"), Err(SetFault::Repeated { label: Told::of("1") }));
    }
}
