//! Training: settings and rows in, a checked model out.

use linfa::traits::Fit as _;
use modelgate_data::{Column, Dataset, Digest, binary_labels};
use ndarray::{Array1, Array2};

use crate::encoding::{Encoding, Purpose};
use crate::linear::{self, contained};
use crate::model::Body;
use crate::pipeline::{Pipeline, find};
use crate::trees::{Constraint, Params, TreeModel};
use crate::{Estimator, Learning, Model, ModelError};

/// The fewest rows that a model is trained on.
pub const LEAST_ROWS: usize = 10;

/// The largest limit on iterations.
pub const MOST_ITERATIONS: u64 = 100_000;

/// What to train.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainSettings {
    /// The estimator and its hyper-parameters.
    pub learning: Learning,
    /// The column that holds the label.
    pub label: String,
    /// The label that counts as positive; needed unless labels are 0/1 or true/false.
    pub positive_label: Option<String>,
    /// The feature columns, at least one, in the order in which the model lists them.
    pub features: Vec<String>,
    /// How many threads may work, at least 1; they change no bit of the model.
    pub threads: usize,
}

/// Where a model comes from. Part of the model file, and so of the model's digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The digest of the configuration.
    pub config_digest: Digest,
    /// The digest of the training data.
    pub data_digest: Digest,
    /// The version of modelgate that trained it.
    pub tool_version: String,
}

impl TrainSettings {
    /// Checks what can be checked without rows.
    pub(crate) fn check(&self) -> Result<(), ModelError> {
        self.learning.check()?;
        if self.features.is_empty() {
            return Err(ModelError::NoFeatures);
        }
        if self.features.contains(&self.label) {
            return Err(ModelError::LabelIsFeature { column: self.label.clone() });
        }
        for (key, columns) in [("rising", &self.learning.rising), ("falling", &self.learning.falling)] {
            if let Some(column) = columns.iter().find(|column| !self.features.contains(column)) {
                return Err(ModelError::DirectionWithoutFeature { key, column: column.clone() });
            }
        }
        Ok(())
    }
}

/// Trains on all rows of `dataset`.
pub fn train(dataset: &Dataset, settings: &TrainSettings, origin: &Origin) -> Result<Model, ModelError> {
    settings.check()?;
    if dataset.rows() < LEAST_ROWS {
        return Err(ModelError::TooFewRows { file: dataset.path().to_owned(), rows: dataset.rows(), least: LEAST_ROWS });
    }
    let labels = binary_labels(dataset, &settings.label, settings.positive_label.as_deref())?;
    let positives = labels.is_positive.iter().filter(|positive| **positive).count();
    let told = |label: &str| dataset.told(&settings.label, label);
    let one_class = |present: String, absent: Option<String>| ModelError::OneClass {
        file: dataset.path().to_owned(),
        label: settings.label.clone(),
        present: told(&present),
        absent: absent.as_deref().map(told),
        rows: dataset.rows(),
    };
    let negative = match labels.negative {
        Some(negative) if positives == 0 => return Err(one_class(negative, Some(labels.positive))),
        Some(negative) if positives < labels.is_positive.len() => negative,
        negative => return Err(one_class(labels.positive, negative)),
    };
    let learning = &settings.learning;
    let purpose = if learning.estimator.is_of_trees() { Purpose::Trees } else { Purpose::Sum };
    let pipeline = Pipeline::fit(dataset, &settings.features, purpose)?;
    let matrix = pipeline.matrix(dataset)?;
    let body = if learning.estimator.is_of_trees() {
        Body::Trees(trees(dataset, settings, &pipeline, matrix, &labels.is_positive)?)
    } else {
        let limits = linear::Limits { iterations: learning.hyperparameters.max_iterations, time: learning.time_limit };
        let fitted = linear::fit(matrix, &labels.is_positive, learning.hyperparameters.l2_penalty, limits)?;
        Body::Linear { linear: fitted.linear, gradient_norm: fitted.gradient_norm }
    };
    Ok(Model {
        learning: learning.clone(),
        positive_label: labels.positive,
        negative_label: negative,
        rows: labels.is_positive.len() as u64,
        positives: positives as u64,
        pipeline,
        body,
        origin: origin.clone(),
    })
}

/// Grows trees the linfa way: settings are checked, then rows, then they are fitted; a panic is an error.
fn trees(
    dataset: &Dataset,
    settings: &TrainSettings,
    pipeline: &Pipeline,
    matrix: Array2<f64>,
    is_positive: &[bool],
) -> Result<TreeModel, ModelError> {
    let learning = &settings.learning;
    let constraints = constraints(learning, pipeline)?;
    let mut rows = linfa::Dataset::new(matrix, Array1::from(is_positive.to_vec()));
    if let Some(column) = &learning.weight {
        rows = rows.with_weights(weights(dataset, column)?);
    }
    let threads = settings.threads;
    let fitted = contained(|| match learning.estimator {
        Estimator::RandomForest => Params(learning.random_forest(constraints, threads)).fit(&rows),
        Estimator::GradientBoosting => Params(learning.gradient_boosting(constraints, threads)).fit(&rows),
        Estimator::DecisionTree | Estimator::LogisticRegression => {
            Params(learning.decision_tree(constraints, threads)).fit(&rows)
        }
    })?;
    Ok(fitted?)
}

/// The direction of each feature.
fn constraints(learning: &Learning, pipeline: &Pipeline) -> Result<Vec<Constraint>, ModelError> {
    let of = |key: &'static str, columns: &[String], column: &String, encoding: &Encoding, found: Constraint| {
        if !columns.contains(column) {
            return Ok(Constraint::None);
        }
        match encoding {
            Encoding::Ranked(_) => Err(ModelError::DirectionOfText { key, column: column.clone() }),
            _ => Ok(found),
        }
    };
    let each = pipeline.features.iter().map(|feature| {
        let (column, encoding) = (&feature.column, &feature.encoding);
        let rising = of("rising", &learning.rising, column, encoding, Constraint::Rising)?;
        let falling = of("falling", &learning.falling, column, encoding, Constraint::Falling)?;
        Ok(if rising == Constraint::None { falling } else { rising })
    });
    each.collect()
}

/// The weights of all rows, as precise as linfa keeps them.
fn weights(dataset: &Dataset, column: &str) -> Result<Array1<f32>, ModelError> {
    let cells: &Column = find(dataset, column)?;
    let weight = |row: usize| {
        let value = cells.number(row);
        match value.filter(|value| value.is_finite() && *value >= 0.0) {
            Some(value) => Ok(single(value)),
            None => {
                Err(ModelError::BadWeight { file: dataset.path().to_owned(), column: column.to_owned(), row: row + 1, value })
            }
        }
    };
    (0..dataset.rows()).map(weight).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "linfa keeps weights in single precision")]
fn single(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::fmt::Write as _;

    use super::*;
    use crate::testing::{loans, origin, rows, settings};
    use crate::{DropReason, DroppedColumn, Hyperparameters};

    /// Settings with other learning.
    fn with(settings: &TrainSettings, change: impl FnOnce(&mut Learning)) -> TrainSettings {
        let mut settings = settings.clone();
        change(&mut settings.learning);
        settings
    }

    fn of_trees() -> [TrainSettings; 3] {
        [Estimator::DecisionTree, Estimator::RandomForest, Estimator::GradientBoosting].map(|estimator| {
            let settings = settings(&["income", "debt", "region"]);
            with(&settings, |learning| {
                *learning = Learning::of(estimator);
                learning.hyperparameters.trees = 15;
            })
        })
    }

    #[test]
    fn trees_learn_from_gaps_and_texts_whatever_the_order_of_rows_and_threads() {
        let csv = loans(600, 0.4);
        let (header, body) = csv.split_once('\n').unwrap();
        let backwards: Vec<&str> = body.lines().rev().collect();
        let turned = rows(&format!("{header}\n{}\n", backwards.join("\n")));
        let dataset = rows(&csv);
        let labels = binary_labels(&dataset, "label", Some("yes")).unwrap();
        for settings in of_trees() {
            let model = train(&dataset, &settings, &origin()).unwrap();
            let scores = model.score(&dataset).unwrap();
            assert!(scores.iter().all(|score| (0.0..=1.0).contains(score)));
            assert!(area_under_curve(&scores, &labels.is_positive) > 0.72, "{}", settings.learning.estimator);
            let expected = model.encode().unwrap();
            assert_eq!(train(&turned, &settings, &origin()).unwrap().encode().unwrap(), expected);
            let threaded = TrainSettings { threads: 4, ..settings };
            assert_eq!(train(&dataset, &threaded, &origin()).unwrap().encode().unwrap(), expected);
            // A text that training did not see and a missing one are no error.
            let fresh = rows("income,debt,region,label\n50,10,elsewhere,yes\n,,,no\n");
            assert_eq!(model.score(&fresh).unwrap().len(), 2);
        }
    }

    #[test]
    fn scores_never_fall_with_a_rising_column() {
        let dataset = rows(&loans(500, 0.4));
        for settings in of_trees() {
            let held = with(&settings, |learning| learning.rising = vec!["debt".to_owned()]);
            let model = train(&dataset, &held, &origin()).unwrap();
            let mut ladder = "income,debt,region,label\n".to_owned();
            (0..50).for_each(|debt| writeln!(ladder, "40,{debt},north,no").unwrap());
            assert!(model.score(&rows(&ladder)).unwrap().is_sorted(), "{}", held.learning.estimator);
        }
    }

    #[test]
    fn a_direction_needs_a_feature_of_numbers() {
        let [tree, ..] = of_trees();
        let csv = loans(100, 0.4);
        let text = with(&tree, |learning| learning.falling = vec!["region".to_owned()]);
        let error = refused(&csv, &text);
        assert!(matches!(&error, ModelError::DirectionOfText { key: "falling", .. }), "{error}");
        let other = with(&tree, |learning| learning.rising = vec!["age".to_owned()]);
        let error = refused(&csv, &other);
        assert!(matches!(&error, ModelError::DirectionWithoutFeature { key: "rising", .. }), "{error}");
        assert!(error.help().unwrap().contains("model.train.features"));
    }

    #[test]
    fn weights_count_and_bad_ones_are_named_by_row() {
        let [tree, ..] = of_trees();
        let weighted = with(&tree, |learning| learning.weight = Some("w".to_owned()));
        let weighted = TrainSettings { features: vec!["x".to_owned()], ..weighted };
        let table = |heavy: &str| {
            let mut csv = "x,label,w\n".to_owned();
            (0..200).for_each(|row| {
                let yes = row % 4 == 0;
                writeln!(csv, "{},{},{}", row % 2, if yes { "yes" } else { "no" }, if yes { heavy } else { "1" }).unwrap();
            });
            csv
        };
        let score = |heavy| {
            let dataset = rows(&table(heavy));
            train(&dataset, &weighted, &origin()).unwrap().score(&dataset).unwrap()[0]
        };
        assert!((score("1") - 0.5).abs() < 1e-12 && (score("3") - 0.75).abs() < 1e-12);
        for (heavy, shown) in [("-1", "-1"), ("", "nothing"), ("inf", "inf")] {
            let error = refused(&table(heavy), &weighted).to_string();
            assert!(error.contains("row 1 of the weight column \"w\"") && error.contains(shown), "{error}");
        }
    }

    #[test]
    fn trees_that_cannot_be_grown_say_what_to_do() {
        let [tree, ..] = of_trees();
        let heavy = with(&tree, |learning| learning.hyperparameters.min_leaf_weight = 80.0);
        let error = refused(&loans(100, 0.4), &heavy);
        assert!(error.to_string().contains("weigh 100 together") && error.help().unwrap().contains("min_leaf_weight"), "{error}");
        let deep = with(&tree, |learning| learning.hyperparameters.max_depth = 1000);
        assert!(matches!(refused(&loans(100, 0.4), &deep), ModelError::BadSetting { setting: "max_depth", .. }));
        let late = with(&tree, |learning| learning.time_limit = std::time::Duration::ZERO);
        assert!(matches!(refused(&loans(100, 0.4), &late), ModelError::OutOfTime { seconds: 0 }));
    }

    fn refused(csv: &str, settings: &TrainSettings) -> ModelError {
        train(&rows(csv), settings, &origin()).unwrap_err()
    }

    /// Twenty rows of `x` and `label`.
    fn table(label: impl Fn(usize) -> &'static str) -> String {
        let mut csv = "x,label\n".to_owned();
        for row in 0..20 {
            writeln!(csv, "{},{}", row % 7, label(row)).unwrap();
        }
        csv
    }

    fn area_under_curve(scores: &[f64], is_positive: &[bool]) -> f64 {
        let of =
            |wanted| scores.iter().zip(is_positive).filter(move |(_, positive)| **positive == wanted).map(|(score, _)| *score);
        let pairs = of(true).flat_map(|positive| of(false).map(move |negative| f64::from(u8::from(positive > negative))));
        let (won, all) = pairs.fold((0.0, 0.0), |(won, all), point| (won + point, all + 1.0));
        won / all
    }

    #[test]
    fn scores_rise_with_the_positive_label_whichever_label_is_more_frequent() {
        for share in [0.2, 0.8] {
            let dataset = rows(&loans(600, share));
            for positive in ["yes", "no"] {
                let settings =
                    TrainSettings { positive_label: Some(positive.to_owned()), ..settings(&["income", "debt", "region"]) };
                let model = train(&dataset, &settings, &origin()).unwrap();
                let labels = binary_labels(&dataset, "label", Some(positive)).unwrap();
                let area = area_under_curve(&model.score(&dataset).unwrap(), &labels.is_positive);
                assert!(area > 0.7, "share {share}, positive {positive}: {area}");
                assert_eq!(model.positive_label(), positive);
            }
        }
    }

    #[test]
    fn the_mean_score_is_the_share_of_positives() {
        // A property of every fit with an unpenalized intercept; fails when the labels are swapped.
        let dataset = rows(&loans(500, 0.25));
        let model = train(&dataset, &settings(&["income", "debt", "region"]), &origin()).unwrap();
        let scores = model.score(&dataset).unwrap();
        let (mean, share) = (scores.iter().sum::<f64>() / 500.0, model.facts().positives as f64 / 500.0);
        assert!((mean - share).abs() < 1e-9 && (0.1..0.4).contains(&share), "{mean} {share}");
    }

    #[test]
    fn one_label_is_refused_and_the_absent_one_named_where_it_is_known() {
        let known = TrainSettings { positive_label: None, ..settings(&["x"]) };
        let error = refused(&table(|_| "0"), &known).to_string();
        assert!(
            error.contains("all 20 rows") && error.contains("the label \"0\"") && error.contains("no row has \"1\""),
            "{error}"
        );
        let error = refused(&table(|_| "yes"), &settings(&["x"]));
        assert!(matches!(error, ModelError::OneClass { rows: 20, absent: None, .. }), "{error}");
        // A positive label that never occurs is a typing error to the room that reads labels.
        assert!(refused(&table(|_| "no"), &settings(&["x"])).to_string().contains("\"yes\""));
    }

    #[test]
    fn too_few_rows_are_refused() {
        let error = refused("x,label\n1,yes\n2,no\n", &settings(&["x"]));
        assert!(matches!(error, ModelError::TooFewRows { rows: 2, least: 10, .. }), "{error}");
    }

    #[test]
    fn useless_columns_are_recorded_and_alone_refused() {
        let mut csv = "x,one,none,label\n".to_owned();
        for row in 0..20 {
            writeln!(csv, "{},5,,{}", row % 7, if row % 3 == 0 { "yes" } else { "no" }).unwrap();
        }
        let dropped = [("one", DropReason::Constant), ("none", DropReason::AllMissing)]
            .map(|(column, reason)| DroppedColumn { column: column.to_owned(), reason });
        let facts = train(&rows(&csv), &settings(&["one", "x", "none"]), &origin()).unwrap().facts();
        assert_eq!(facts.dropped, dropped);
        assert_eq!(facts.coefficients.len(), 1);
        let error = refused(&csv, &settings(&["one", "none"])).to_string();
        assert!(error.contains("\"one\" is the same in every training row, \"none\" is missing"), "{error}");
    }

    #[test]
    fn an_infinite_feature_is_refused_with_its_column() {
        let error =
            refused(&table(|row| if row % 3 == 0 { "yes" } else { "no" }).replacen("\n1,", "\ninf,", 1), &settings(&["x"]));
        assert!(matches!(&error, ModelError::NotFinite { column, row: 2, .. } if column == "x"), "{error}");
    }

    #[test]
    fn settings_are_checked_before_rows() {
        let good = settings(&["x"]);
        let usual = good.learning.hyperparameters;
        let csv = table(|row| if row % 3 == 0 { "yes" } else { "no" });
        for bad in [
            Hyperparameters { l2_penalty: -1.0, ..usual },
            Hyperparameters { l2_penalty: f64::NAN, ..usual },
            Hyperparameters { max_iterations: 0, ..usual },
            Hyperparameters { max_iterations: MOST_ITERATIONS + 1, ..usual },
        ] {
            let bad = with(&good, |learning| learning.hyperparameters = bad);
            assert!(matches!(refused(&csv, &bad), ModelError::BadSetting { .. }));
        }
        assert!(matches!(refused(&csv, &settings(&[])), ModelError::NoFeatures));
        assert!(matches!(refused(&csv, &settings(&["x", "x"])), ModelError::DuplicateFeature { .. }));
        assert!(matches!(refused(&csv, &settings(&["label"])), ModelError::LabelIsFeature { .. }));
        let error = refused(&csv, &settings(&["salary"]));
        assert_eq!(
            error.to_string().split_once(": ").map(|(_, what)| what),
            Some(r#"there is no column "salary"; the columns are "x", "label""#)
        );
    }

    #[test]
    fn a_fit_cut_short_gives_no_model() {
        let short = with(&settings(&["income", "debt", "region"]), |learning| learning.hyperparameters.max_iterations = 1);
        assert!(matches!(refused(&loans(300, 0.4), &short), ModelError::NotConverged { iterations: 1, .. }));
    }

    #[test]
    fn the_same_rows_read_twice_give_the_same_bytes() {
        let csv = loans(400, 0.4);
        let bytes = || train(&rows(&csv), &settings(&["income", "debt", "region"]), &origin()).unwrap().encode().unwrap();
        assert_eq!(bytes(), bytes());
    }
}
