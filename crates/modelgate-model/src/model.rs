//! A trained model: what it is, what it says about rows, and its file.

use std::collections::BTreeSet;

use modelgate_data::{Dataset, Digest};

use crate::encoding::Encoding;
use crate::linear::{Linear, sigmoid};
use crate::pipeline::{Feature, Pipeline};
use crate::trees::TreeModel;
use crate::{DroppedColumn, Estimator, Learning, ModelError, ModelFileError, Origin, file};

/// A trained model. Made by [`crate::train`] or read by [`Model::decode`].
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// How it was learned, but for the time that it was given.
    pub(crate) learning: Learning,
    pub(crate) positive_label: String,
    pub(crate) negative_label: String,
    /// Training rows.
    pub(crate) rows: u64,
    /// Training rows with the positive label; at least 1, fewer than `rows`.
    pub(crate) positives: u64,
    pub(crate) pipeline: Pipeline,
    pub(crate) body: Body,
    pub(crate) origin: Origin,
}

/// What scores encoded rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Body {
    /// A weighted sum, with as many coefficients as the pipeline is wide.
    Linear {
        linear: Linear,
        /// See [`TrainFacts::gradient_norm`].
        gradient_norm: f64,
    },
    /// Trees with one output, on as many columns as the pipeline is wide.
    Trees(TreeModel),
}

/// What the model card says about a training run.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainFacts {
    /// The estimator.
    pub estimator: Estimator,
    /// The columns that the model reads, in order.
    pub features: Vec<FeatureFact>,
    /// The columns that it was offered and does not read.
    pub dropped: Vec<DroppedColumn>,
    /// Training rows.
    pub rows: u64,
    /// Training rows with the positive label.
    pub positives: u64,
    /// The positive label.
    pub positive_label: String,
    /// The other label.
    pub negative_label: String,
    /// Each hyper-parameter of the estimator with its value. linfa does not tell how many of `max_iterations` were used.
    pub settings: Vec<(&'static str, String)>,
    /// The Euclidean norm of the gradient of the penalized log-likelihood at the fit, divided by the number of rows;
    /// `None` for trees.
    pub gradient_norm: Option<f64>,
    /// The log-odds of the positive label where every encoded number is 0: numbers at their mean, texts at their
    /// reference level. `None` for trees.
    pub intercept: Option<f64>,
    /// One for every encoded number, in the order of the features; none for trees.
    pub coefficients: Vec<Coefficient>,
    /// How many trees there are, and how many nodes all of them have; `None` without trees.
    pub trees: Option<(usize, usize)>,
    /// Where the model comes from.
    pub origin: Origin,
}

/// One column that the model reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureFact {
    /// The column.
    pub name: String,
    /// Number or text.
    pub kind: FeatureKind,
    /// For texts, how many levels the model tells apart, with the reference, `(other)` and, one-hot, `(missing)`.
    pub levels: Option<usize>,
    /// For one-hot texts, the reference level: the one that coefficients of the others are relative to.
    pub reference: Option<String>,
    /// Whether numbers are standardized and imputed; else a missing value stays one.
    pub standardized: bool,
}

/// What a feature column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeatureKind {
    /// Numbers.
    Number,
    /// Texts, also the digits of codes.
    Text,
}

impl FeatureKind {
    /// The stable name: `number` or `text`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Text => "text",
        }
    }
}

/// How the log-odds of the positive label change with one encoded number.
#[derive(Debug, Clone, PartialEq)]
pub struct Coefficient {
    /// `income` (by one standard deviation), `income is missing`, `race=Black`, `race=(other)`, `race=(missing)`. Holds
    /// text of the data: escape it.
    pub name: String,
    /// The change of the log-odds.
    pub value: f64,
}

impl Model {
    /// The probability of the positive label in each row, in order; 0 to 1. Depends on that row and the model alone.
    pub fn score(&self, dataset: &Dataset) -> Result<Vec<f64>, ModelError> {
        let linear = match &self.body {
            Body::Linear { linear, .. } => linear,
            Body::Trees(trees) => {
                let predictions = trees.predict_rows(self.pipeline.matrix(dataset)?.view())?;
                return Ok(predictions.column(0).to_vec());
            }
        };
        let mut log_odds = vec![linear.intercept; dataset.rows()];
        self.pipeline.encode(dataset, |row, column, value| {
            if let (Some(sum), Some(coefficient)) = (log_odds.get_mut(row), linear.coefficients.get(column)) {
                *sum += coefficient * value;
            }
        })?;
        match log_odds.iter().position(|value| value.is_nan()) {
            Some(row) => Err(ModelError::NoScore { file: dataset.path().to_owned(), row: row + 1 }),
            None => Ok(log_odds.into_iter().map(sigmoid).collect()),
        }
    }

    /// The label whose probability [`Model::score`] gives.
    #[must_use]
    pub fn positive_label(&self) -> &str {
        &self.positive_label
    }

    /// The columns that must be read as text, whatever the rows to score look like: pass them on in
    /// [`modelgate_data::ReadSettings::text_columns`]. A column of codes may hold only digits in one file and not in
    /// the next.
    #[must_use]
    pub fn text_columns(&self) -> BTreeSet<String> {
        let is_text = |feature: &&Feature| matches!(feature.encoding, Encoding::Text(_) | Encoding::Ranked(_));
        self.pipeline.features.iter().filter(is_text).map(|feature| feature.column.clone()).collect()
    }

    /// The bytes of the model file: JSON of format version 2, the same bytes for the same model.
    pub fn encode(&self) -> Result<Vec<u8>, ModelFileError> {
        file::encode(self)
    }

    /// Reads a model file that may come from anywhere: sizes, shapes and numbers are checked, nothing is run, and no
    /// path is followed.
    pub fn decode(bytes: &[u8]) -> Result<Self, ModelFileError> {
        file::decode(bytes)
    }

    /// The digest of the model file.
    pub fn digest(&self) -> Result<Digest, ModelFileError> {
        Ok(Digest::of(&self.encode()?))
    }

    /// What the model card says about the training run.
    #[must_use]
    pub fn facts(&self) -> TrainFacts {
        let (linear, gradient_norm, trees) = match &self.body {
            Body::Linear { linear, gradient_norm } => (Some(linear), Some(*gradient_norm), None),
            Body::Trees(trees) => (None, None, Some((trees.trees(), trees.nodes()))),
        };
        let values = linear.map(|linear| linear.coefficients.clone()).unwrap_or_default();
        TrainFacts {
            estimator: self.learning.estimator,
            features: self.pipeline.features.iter().map(Feature::fact).collect(),
            dropped: self.pipeline.dropped.clone(),
            rows: self.rows,
            positives: self.positives,
            positive_label: self.positive_label.clone(),
            negative_label: self.negative_label.clone(),
            settings: self.learning.shown(),
            gradient_norm,
            intercept: linear.map(|linear| linear.intercept),
            trees,
            coefficients: self
                .pipeline
                .names()
                .into_iter()
                .zip(values)
                .map(|(name, value)| Coefficient { name, value })
                .collect(),
            origin: self.origin.clone(),
        }
    }
}

impl Feature {
    fn fact(&self) -> FeatureFact {
        let name = self.column.clone();
        match &self.encoding {
            Encoding::Text(one_hot) => FeatureFact {
                name,
                kind: FeatureKind::Text,
                levels: Some(self.encoding.width() + 1),
                reference: Some(one_hot.reference.clone()),
                standardized: false,
            },
            Encoding::Ranked(ranks) => {
                let levels = Some(ranks.levels.len() + usize::from(ranks.other));
                FeatureFact { name, kind: FeatureKind::Text, levels, reference: None, standardized: false }
            }
            Encoding::Number(_) | Encoding::MissingOnly | Encoding::Plain => {
                let standardized = self.encoding != Encoding::Plain;
                FeatureFact { name, kind: FeatureKind::Number, levels: None, reference: None, standardized }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing::{loans, origin, rows, settings};
    use crate::train;

    fn model() -> Model {
        train(&rows(&loans(300, 0.4)), &settings(&["income", "debt", "region"]), &origin()).unwrap()
    }

    #[test]
    fn a_score_is_the_logistic_of_the_stored_coefficients() {
        let model = model();
        let facts = model.facts();
        let value = |name: &str| facts.coefficients.iter().find(|coefficient| coefficient.name == name).unwrap().value;
        let Encoding::Number(debt) = &model.pipeline.features[1].encoding else { unreachable!() };
        let Encoding::Number(income) = &model.pipeline.features[0].encoding else { unreachable!() };
        let odds = facts.intercept.unwrap()
            + value("income") * (income.median - income.mean) / income.sd
            + value("income is missing")
            + value("debt") * (30.0 - debt.mean) / debt.sd
            + value("region=south");
        let scores = model.score(&rows("region,debt,income\nsouth,30,\n")).unwrap();
        assert!((scores[0] - 1.0 / (1.0 + (-odds).exp())).abs() < 1e-12);
    }

    #[test]
    fn a_row_has_the_same_score_in_any_company() {
        let model = model();
        let csv = loans(50, 0.4);
        let all = model.score(&rows(&csv)).unwrap();
        let mut lines = csv.lines();
        let header = lines.next().unwrap();
        let alone = lines.map(|line| model.score(&rows(&format!("{header}\n{line}\n"))).unwrap()[0].to_bits());
        assert_eq!(alone.collect::<Vec<_>>(), all.iter().map(|score| score.to_bits()).collect::<Vec<_>>());
    }

    #[test]
    fn a_missing_feature_column_is_named_with_those_that_there_are() {
        let error = model().score(&rows("income,region\n30,north\n")).unwrap_err().to_string();
        assert!(error.ends_with("there is no column \"debt\"; the columns are \"income\", \"region\""), "{error}");
    }

    #[test]
    fn text_in_a_number_column_is_named_with_file_row_and_column() {
        let error = model().score(&rows("income,debt,region\n30,1,north\n30,unknown,north\n")).unwrap_err();
        assert!(
            matches!(&error, ModelError::TextForNumber { column, row: 2, text, .. } if column == "debt" && text.text() == Some("unknown")),
            "{error}"
        );
        assert!(error.to_string().contains("rows.csv: row 2 of column \"debt\""), "{error}");
    }

    #[test]
    fn columns_of_codes_are_known_to_be_text() {
        assert_eq!(model().text_columns(), ["region".to_owned()].into());
    }

    #[test]
    fn a_sum_of_opposite_infinities_is_no_score() {
        let mut model = model();
        let Body::Linear { linear, .. } = &mut model.body else { unreachable!() };
        linear.coefficients.iter_mut().for_each(|coefficient| *coefficient = 1e308);
        let error = model.score(&rows("income,debt,region\n1e9,-1e9,north\n")).unwrap_err();
        assert!(matches!(error, ModelError::NoScore { row: 1, .. }), "{error}");
    }

    #[test]
    fn facts_tell_what_the_card_needs() {
        let facts = model().facts();
        let names: Vec<&str> = facts.coefficients.iter().map(|coefficient| coefficient.name.as_str()).collect();
        assert_eq!(names, ["income", "income is missing", "debt", "region=east", "region=south", "region=west"]);
        let region = FeatureFact {
            name: "region".to_owned(),
            kind: FeatureKind::Text,
            levels: Some(4),
            reference: Some("north".to_owned()),
            standardized: false,
        };
        assert_eq!(facts.features.last(), Some(&region));
        assert_eq!(facts.rows, 300);
        assert!(facts.gradient_norm.unwrap() <= 1e-6 && facts.positives > 50 && facts.positives < 250);
    }
}
