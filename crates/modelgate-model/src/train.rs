//! Training: settings and rows in, a checked model out.

use modelgate_data::{Dataset, Digest, binary_labels};

use crate::linear;
use crate::pipeline::Pipeline;
use crate::{Estimator, Model, ModelError};

/// The fewest rows that a model is trained on.
pub const LEAST_ROWS: usize = 10;

/// The largest limit on iterations.
pub const MOST_ITERATIONS: u64 = 100_000;

/// What to train.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainSettings {
    /// The estimator.
    pub estimator: Estimator,
    /// The column that holds the label.
    pub label: String,
    /// The label that counts as positive; needed unless labels are 0/1 or true/false.
    pub positive_label: Option<String>,
    /// The feature columns, at least one, in the order in which the model lists them.
    pub features: Vec<String>,
    /// How strongly coefficients are held near 0: finite, at least 0. The penalty is `l2_penalty / 2` times the sum of
    /// squared coefficients, beside a loss that is a sum over rows; scikit-learn's `C` is `1 / l2_penalty`.
    pub l2_penalty: f64,
    /// The most iterations of linfa's solver: 1 to [`MOST_ITERATIONS`]. A fit that they do not bring near the minimum is
    /// refused; from there a few of Newton's steps finish it.
    pub max_iterations: u64,
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
        if !self.l2_penalty.is_finite() || self.l2_penalty < 0.0 {
            let value = self.l2_penalty.to_string();
            return Err(ModelError::BadSetting { setting: "l2_penalty", value, expected: "a finite number, at least 0" });
        }
        if !(1..=MOST_ITERATIONS).contains(&self.max_iterations) {
            let value = self.max_iterations.to_string();
            return Err(ModelError::BadSetting { setting: "max_iterations", value, expected: "1 to 100000" });
        }
        if self.features.is_empty() {
            return Err(ModelError::NoFeatures);
        }
        if self.features.contains(&self.label) {
            return Err(ModelError::LabelIsFeature { column: self.label.clone() });
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
    let one_class = |present: String, absent: Option<String>| ModelError::OneClass {
        file: dataset.path().to_owned(),
        label: settings.label.clone(),
        present,
        absent,
        rows: dataset.rows(),
    };
    let negative = match labels.negative {
        Some(negative) if positives == 0 => return Err(one_class(negative, Some(labels.positive))),
        Some(negative) if positives < labels.is_positive.len() => negative,
        negative => return Err(one_class(labels.positive, negative)),
    };
    let pipeline = Pipeline::fit(dataset, &settings.features)?;
    let matrix = pipeline.matrix(dataset)?;
    let fitted = match settings.estimator {
        Estimator::LogisticRegression => linear::fit(matrix, &labels.is_positive, settings.l2_penalty, settings.max_iterations)?,
    };
    Ok(Model {
        estimator: settings.estimator,
        l2_penalty: settings.l2_penalty,
        max_iterations: settings.max_iterations,
        positive_label: labels.positive,
        negative_label: negative,
        rows: labels.is_positive.len() as u64,
        positives: positives as u64,
        pipeline,
        linear: fitted.linear,
        gradient_norm: fitted.gradient_norm,
        origin: origin.clone(),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::fmt::Write as _;

    use super::*;
    use crate::testing::{loans, origin, rows, settings};
    use crate::{DropReason, DroppedColumn};

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
        let csv = table(|row| if row % 3 == 0 { "yes" } else { "no" });
        for bad in [
            TrainSettings { l2_penalty: -1.0, ..good.clone() },
            TrainSettings { l2_penalty: f64::NAN, ..good.clone() },
            TrainSettings { max_iterations: 0, ..good.clone() },
            TrainSettings { max_iterations: MOST_ITERATIONS + 1, ..good.clone() },
        ] {
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
        let short = TrainSettings { max_iterations: 1, ..settings(&["income", "debt", "region"]) };
        assert!(matches!(refused(&loans(300, 0.4), &short), ModelError::NotConverged { iterations: 1, .. }));
    }

    #[test]
    fn the_same_rows_read_twice_give_the_same_bytes() {
        let csv = loans(400, 0.4);
        let bytes = || train(&rows(&csv), &settings(&["income", "debt", "region"]), &origin()).unwrap().encode().unwrap();
        assert_eq!(bytes(), bytes());
    }
}
