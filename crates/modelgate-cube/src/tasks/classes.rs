//! Multiclass classification: who is taken for whom, and how sure the model was.

use crate::{Fixed, LossSums, ScoreTable, Tally};

/// The equal bins that the probability of the predicted class is counted in.
pub const CONFIDENCE_BINS: u8 = 15;

/// The bin of a probability; one on an edge belongs below it.
#[must_use]
pub fn confidence_bin(probability: f64) -> usize {
    (1..CONFIDENCE_BINS).filter(|edge| f64::from(*edge) / f64::from(CONFIDENCE_BINS) < probability).count()
}

/// The rows of one bin of the probability of the predicted class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ConfidenceBin {
    /// Its rows.
    pub rows: Tally,
    /// The weight of those that are predicted right.
    pub hits: Fixed,
    /// The sum of weight times the probability of the predicted class.
    pub confidence: Fixed,
}

/// How often each probability of each class occurs with each label: for class `k` and label `l`, the rows of that label by
/// what the model gave class `k`. Counted as positive where the label is the class.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClassScores {
    /// The tables, label by label within class by class; empty where none are kept.
    pub tables: Vec<ScoreTable>,
}

impl ClassScores {
    /// Tables without rows.
    #[must_use]
    pub fn new(classes: usize) -> Self {
        Self { tables: vec![ScoreTable::default(); classes * classes] }
    }

    /// The number of distinct scores of all tables.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tables.iter().map(ScoreTable::len).sum()
    }

    /// Whether no scores are kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every row by the probability of a class: positive where that is its label.
    #[must_use]
    pub fn one_against_rest(&self, class: usize, classes: usize) -> ScoreTable {
        self.joined(class, classes, |_| true)
    }

    /// The rows of two labels by the probability of the first.
    #[must_use]
    pub fn one_against_one(&self, class: usize, other: usize, classes: usize) -> ScoreTable {
        self.joined(class, classes, |label| label == class || label == other)
    }

    fn joined(&self, class: usize, classes: usize, wanted: impl Fn(usize) -> bool) -> ScoreTable {
        let mut joined = ScoreTable::default();
        let tables = self.tables.iter().skip(class * classes).take(classes).enumerate();
        for (_, table) in tables.filter(|(label, _)| wanted(*label)) {
            joined.merge(table);
        }
        joined
    }

    fn merge(&mut self, other: &Self) {
        if self.tables.len() != other.tables.len() {
            // Scores of some of the rows only would be no scores of the slice.
            self.tables.clear();
            return;
        }
        for (mine, theirs) in self.tables.iter_mut().zip(&other.tables) {
            mine.merge(theirs);
        }
    }

    pub(crate) fn coarsen(&mut self) {
        for table in &mut self.tables {
            *table = table.to_grid();
        }
    }
}

/// One row of a multiclass classification, checked.
#[derive(Debug, Clone, Copy)]
pub struct ClassRow<'a> {
    /// The place of the label among the classes.
    pub label: usize,
    /// The place of the prediction among the classes.
    pub prediction: usize,
    /// The row's weight.
    pub weight: f64,
    /// The probability of each class, where the model gives them.
    pub probabilities: Option<&'a [f64]>,
}

impl ClassRow<'_> {
    /// Half of the squared distance between probabilities and label (Brier 1950), which is the binary one for two classes,
    /// and the negative log-likelihood of the label.
    #[must_use]
    pub fn losses(&self) -> Option<(f64, f64)> {
        let probabilities = self.probabilities?;
        let squares = probabilities.iter().enumerate().map(|(class, probability)| {
            let error = if class == self.label { 1.0 - probability } else { *probability };
            error * error
        });
        let brier = squares.sum::<f64>() / 2.0;
        let likelihood = probabilities.get(self.label).copied().unwrap_or(0.0);
        Some((brier, -libm::log(likelihood.clamp(f64::EPSILON, 1.0 - f64::EPSILON))))
    }
}

/// The counts of one slice of a multiclass classification.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClassCounts {
    /// The number of classes.
    pub classes: usize,
    /// Rows by label and prediction: prediction by prediction within label by label.
    pub confusion: Vec<Tally>,
    /// Half of the squared distance between probabilities and label.
    pub brier: LossSums,
    /// The negative log-likelihood of the label, natural logarithm.
    pub log_loss: LossSums,
    /// Rows by the probability of the predicted class; empty where the model gives none.
    pub confidence: Vec<ConfidenceBin>,
    /// Rows by probability; empty where the model gives none, and for slices of more than one column.
    pub scores: ClassScores,
}

impl ClassCounts {
    /// No rows yet; `scored` where the model gives probabilities.
    #[must_use]
    pub fn new(classes: usize, scored: bool) -> Self {
        Self {
            classes,
            confusion: vec![Tally::default(); classes * classes],
            confidence: vec![ConfidenceBin::default(); if scored { usize::from(CONFIDENCE_BINS) } else { 0 }],
            ..Self::default()
        }
    }

    /// Adds one row, but for its scores.
    pub fn add_row(&mut self, row: &ClassRow<'_>) {
        if let Some(tally) = self.confusion.get_mut(row.label * self.classes + row.prediction) {
            tally.add_row(row.weight);
        }
        if let Some((brier, log_loss)) = row.losses() {
            self.brier.add_row(brier, row.weight);
            self.log_loss.add_row(log_loss, row.weight);
        }
        let confidence = row.probabilities.and_then(|probabilities| probabilities.get(row.prediction)).copied();
        if let Some((confidence, bin)) = confidence.and_then(|c| Some((c, self.confidence.get_mut(confidence_bin(c))?))) {
            bin.rows.add_row(row.weight);
            bin.confidence += Fixed::from_f64(row.weight * confidence);
            if row.label == row.prediction {
                bin.hits += Fixed::from_f64(row.weight);
            }
        }
    }

    /// Adds one row of a label by what the model gave a class; `key` is on the scale of the cube.
    pub fn add_score(&mut self, class: usize, label: usize, key: u64, weight: f64) {
        if self.scores.tables.is_empty() {
            self.scores = ClassScores::new(self.classes);
        }
        if let Some(table) = self.scores.tables.get_mut(class * self.classes + label) {
            table.add_row(key, class == label, weight);
        }
    }

    /// The rows of a label and a prediction.
    #[must_use]
    pub fn tally(&self, label: usize, prediction: usize) -> Tally {
        self.confusion.get(label * self.classes + prediction).copied().unwrap_or_default()
    }

    /// All rows.
    #[must_use]
    pub fn total(&self) -> Tally {
        let mut total = Tally::default();
        for tally in &self.confusion {
            total.merge(tally);
        }
        total
    }

    /// Rows whose class was predicted.
    #[must_use]
    pub fn right(&self) -> Tally {
        let mut right = Tally::default();
        for tally in self.confusion.iter().step_by(self.classes + 1) {
            right.merge(tally);
        }
        right
    }

    /// What metrics are functions of, in weights.
    #[must_use]
    pub fn sums(&self) -> ClassSums {
        let mut sums = self.counted(|tally| tally.weight.to_f64());
        sums.brier = self.brier.weighted.to_f64();
        sums.log_loss = self.log_loss.weighted.to_f64();
        sums
    }

    /// The same in rows, without losses.
    #[must_use]
    pub fn row_sums(&self) -> ClassSums {
        self.counted(|tally| tally.rows as f64)
    }

    fn counted(&self, count: impl Fn(&Tally) -> f64) -> ClassSums {
        let mut sums = ClassSums::new(self.classes);
        for (place, tally) in self.confusion.iter().enumerate() {
            sums.add(place / self.classes, place % self.classes, count(tally));
        }
        sums
    }

    /// Adds other rows.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.confusion.iter_mut().zip(&other.confusion) {
            mine.merge(theirs);
        }
        self.brier.merge(&other.brier);
        self.log_loss.merge(&other.log_loss);
        for (mine, theirs) in self.confidence.iter_mut().zip(&other.confidence) {
            mine.rows.merge(&theirs.rows);
            mine.hits += theirs.hits;
            mine.confidence += theirs.confidence;
        }
        self.scores.merge(&other.scores);
    }
}

/// The sums that numbers of several classes are functions of: of observed rows, or one replicate of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClassSums {
    /// The weight of rows that are predicted right, by class.
    pub hits: Vec<f64>,
    /// The weight of rows by label.
    pub labels: Vec<f64>,
    /// The weight of rows by prediction.
    pub predictions: Vec<f64>,
    /// The sum of weight times the distance between the places of label and prediction.
    pub distance: f64,
    /// The sum of weight times the square of that distance.
    pub squared_distance: f64,
    /// The sum of weight times half of the squared distance between probabilities and label.
    pub brier: f64,
    /// The sum of weight times log loss.
    pub log_loss: f64,
}

impl ClassSums {
    /// No rows yet.
    #[must_use]
    pub fn new(classes: usize) -> Self {
        let none = vec![0.0; classes];
        Self { hits: none.clone(), labels: none.clone(), predictions: none, ..Self::default() }
    }

    /// How many numbers a replicate has.
    #[must_use]
    pub fn width(classes: usize) -> usize {
        3 * classes + 4
    }

    /// Adds rows of a label and a prediction.
    pub fn add(&mut self, label: usize, prediction: usize, weight: f64) {
        let parts = [(&mut self.labels, label), (&mut self.predictions, prediction)];
        for (list, place) in parts {
            if let Some(slot) = list.get_mut(place) {
                *slot += weight;
            }
        }
        if label == prediction
            && let Some(slot) = self.hits.get_mut(label)
        {
            *slot += weight;
        }
        let distance = label.abs_diff(prediction) as f64;
        self.distance += weight * distance;
        self.squared_distance += weight * distance * distance;
    }

    /// The numbers in a row, as replicates hold them.
    #[must_use]
    pub fn to_list(&self) -> Vec<f64> {
        let rest = [self.distance, self.squared_distance, self.brier, self.log_loss];
        self.hits.iter().chain(&self.labels).chain(&self.predictions).copied().chain(rest).collect()
    }

    /// Reads them back; `None` where there is another number of them.
    #[must_use]
    pub fn from_list(classes: usize, list: &[f64]) -> Option<Self> {
        let (hits, rest) = list.split_at_checked(classes)?;
        let (labels, rest) = rest.split_at_checked(classes)?;
        let (predictions, rest) = rest.split_at_checked(classes)?;
        let [distance, squared_distance, brier, log_loss] = rest.try_into().ok()?;
        let (hits, labels, predictions) = (hits.to_vec(), labels.to_vec(), predictions.to_vec());
        Some(Self { hits, labels, predictions, distance, squared_distance, brier, log_loss })
    }

    /// Both together.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let sum: Vec<f64> = self.to_list().iter().zip(other.to_list()).map(|(one, two)| one + two).collect();
        Self::from_list(self.labels.len(), &sum).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::ScoreScale;

    fn counts(rows: &[(usize, [f64; 3])]) -> ClassCounts {
        let mut counts = ClassCounts::new(3, true);
        for (label, probabilities) in rows {
            let row = ClassRow { label: *label, prediction: 0, weight: 1.0, probabilities: Some(probabilities) };
            counts.add_row(&row);
            for (class, score) in probabilities.iter().enumerate() {
                counts.add_score(class, *label, ScoreTable::key(ScoreScale::Exact, *score), 1.0);
            }
        }
        counts
    }

    #[test]
    fn tables_of_one_class_against_others_hold_the_right_rows() {
        let counts = counts(&[(0, [0.7, 0.2, 0.1]), (1, [0.4, 0.5, 0.1]), (2, [0.5, 0.25, 0.25])]);
        let rest = counts.scores.one_against_rest(0, 3).totals();
        assert_eq!((rest.positives.rows, rest.negatives.rows), (1, 2));
        let one = counts.scores.one_against_one(1, 2, 3);
        assert_eq!((one.totals().positives.rows, one.totals().negatives.rows), (1, 1));
        assert_eq!(one.iter().map(|(key, _)| f64::from_bits(key)).collect::<Vec<_>>(), [0.25, 0.5]);
    }

    #[test]
    fn sums_are_those_of_the_confusion_and_come_back() {
        let counts = counts(&[(0, [0.7, 0.2, 0.1]), (2, [0.5, 0.25, 0.25])]);
        let sums = counts.sums();
        assert_eq!((sums.hits.clone(), sums.labels.clone()), (vec![1.0, 0.0, 0.0], vec![1.0, 0.0, 1.0]));
        assert_eq!((sums.distance, sums.squared_distance), (2.0, 4.0));
        assert!((sums.brier - f64::midpoint(0.14, 0.875)).abs() < 1e-15);
        assert_eq!(ClassSums::from_list(3, &sums.to_list()).unwrap(), sums);
        assert_eq!(ClassSums::from_list(3, &[0.0; 12]), None);
    }

    #[test]
    fn a_confidence_on_an_edge_belongs_below_it() {
        assert_eq!((confidence_bin(0.0), confidence_bin(1.0 / 15.0), confidence_bin(1.0)), (0, 0, 14));
        let counts = counts(&[(0, [0.7, 0.2, 0.1])]);
        assert_eq!(counts.confidence.iter().map(|bin| bin.rows.rows).sum::<u64>(), 1);
    }
}
