//! The model file: versioned JSON that is safe to read whoever wrote it.

use std::collections::BTreeSet;

use modelgate_data::Digest;
use serde::{Deserialize, Serialize};

use crate::encoding::{Encoding, MOST_LEVELS, OneHot, Scale};
use crate::linear::Linear;
use crate::pipeline::{Feature, Pipeline};
use crate::shown::escaped;
use crate::{DropReason, DroppedColumn, Estimator, MOST_ITERATIONS, Model, ModelFileError, Origin};

/// The version of the model file format that this code writes.
pub const MODEL_FORMAT: u64 = 1;

/// The largest model file that is read, in bytes.
pub const LARGEST_MODEL_FILE: usize = 64 << 20;

/// serde quotes the file's own text, as it stands: it is escaped and cut here.
fn malformed(error: &serde_json::Error) -> ModelFileError {
    ModelFileError::Malformed(escaped(&error.to_string().chars().take(200).collect::<String>()))
}

pub(crate) fn encode(model: &Model) -> Result<Vec<u8>, ModelFileError> {
    let mut bytes = serde_json::to_vec(&v1::File::from_model(model)).map_err(|error| malformed(&error))?;
    bytes.push(b'\n');
    Ok(bytes)
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Model, ModelFileError> {
    #[derive(Deserialize)]
    struct Head {
        format: u64,
    }
    if bytes.len() > LARGEST_MODEL_FILE {
        return Err(ModelFileError::TooLong { bytes: bytes.len() });
    }
    let head: Head = serde_json::from_slice(bytes).map_err(|error| malformed(&error))?;
    match head.format {
        MODEL_FORMAT => {}
        found if found > MODEL_FORMAT => return Err(ModelFileError::Newer { found }),
        found => return Err(ModelFileError::Malformed(format!("there is no format version {found}"))),
    }
    let file: v1::File = serde_json::from_slice(bytes).map_err(|error| malformed(&error))?;
    let model = file.into_model()?;
    check(&model)?;
    Ok(model)
}

/// A file that was edited may be well-formed and still be no model.
fn check(model: &Model) -> Result<(), ModelFileError> {
    let finite = |values: &[f64]| values.iter().all(|value| value.is_finite());
    let width = model.pipeline.width();
    let sound = [
        (!model.pipeline.features.is_empty(), "it has no features"),
        (model.linear.coefficients.len() == width, "the coefficients do not fit the features"),
        (finite(&model.linear.coefficients) && model.linear.intercept.is_finite(), "a coefficient is not finite"),
        (model.l2_penalty.is_finite() && model.l2_penalty >= 0.0, "the penalty is not a finite number of at least 0"),
        (model.gradient_norm.is_finite() && model.gradient_norm >= 0.0, "the gradient norm is not a finite number"),
        ((1..=MOST_ITERATIONS).contains(&model.max_iterations), "the limit on iterations is out of range"),
        (model.positives >= 1 && model.positives < model.rows, "the training rows do not hold both labels"),
        (model.positive_label != model.negative_label, "both labels are the same"),
        (columns_are_unique(&model.pipeline), "a column stands twice"),
        (model.pipeline.features.iter().all(|feature| feature.encoding.is_sound()), "a feature's encoding is out of range"),
    ];
    match sound.iter().find(|(holds, _)| !holds) {
        Some((_, what)) => Err(ModelFileError::Inconsistent((*what).to_owned())),
        None => Ok(()),
    }
}

fn columns_are_unique(pipeline: &Pipeline) -> bool {
    let mut seen = BTreeSet::new();
    let dropped = pipeline.dropped.iter().map(|dropped| &dropped.column);
    pipeline.features.iter().map(|feature| &feature.column).chain(dropped).all(|column| seen.insert(column))
}

impl Encoding {
    /// Whether training could have made it.
    fn is_sound(&self) -> bool {
        match self {
            Self::Number(scale) => scale.median.is_finite() && scale.mean.is_finite() && scale.sd.is_finite() && scale.sd > 0.0,
            Self::MissingOnly => true,
            Self::Text(one_hot) => {
                // Binary search relies on the order.
                let ascending = one_hot.levels.is_sorted_by(|a, b| a < b);
                ascending
                    && !one_hot.levels.contains(&one_hot.reference)
                    && one_hot.levels.len() < MOST_LEVELS
                    && self.width() > 0
            }
        }
    }
}

/// Format version 1, frozen: a change of meaning makes a version 2 beside it.
mod v1 {
    use super::{
        Deserialize, Digest, DropReason, DroppedColumn, Encoding, Estimator, Feature, Linear, Model, ModelFileError, OneHot,
        Origin, Pipeline, Scale, Serialize,
    };

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct File {
        format: u64,
        tool_version: String,
        config_digest: String,
        data_digest: String,
        estimator: String,
        l2_penalty: f64,
        max_iterations: u64,
        positive_label: String,
        negative_label: String,
        rows: u64,
        positives: u64,
        features: Vec<StoredFeature>,
        dropped: Vec<StoredDropped>,
        intercept: f64,
        coefficients: Vec<f64>,
        gradient_norm: f64,
    }

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct StoredFeature {
        column: String,
        encoding: StoredEncoding,
    }

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "snake_case")]
    enum StoredEncoding {
        Number { median: f64, mean: f64, sd: f64, missing: bool },
        MissingOnly,
        Text { reference: String, levels: Vec<String>, other: bool, missing: bool },
    }

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct StoredDropped {
        column: String,
        reason: String,
    }

    fn store_feature(feature: &Feature) -> StoredFeature {
        let encoding = match feature.encoding.clone() {
            Encoding::Number(Scale { median, mean, sd, missing }) => StoredEncoding::Number { median, mean, sd, missing },
            Encoding::MissingOnly => StoredEncoding::MissingOnly,
            Encoding::Text(OneHot { reference, levels, other, missing }) => {
                StoredEncoding::Text { reference, levels, other, missing }
            }
        };
        StoredFeature { column: feature.column.clone(), encoding }
    }

    fn read_feature(stored: StoredFeature) -> Feature {
        let encoding = match stored.encoding {
            StoredEncoding::Number { median, mean, sd, missing } => Encoding::Number(Scale { median, mean, sd, missing }),
            StoredEncoding::MissingOnly => Encoding::MissingOnly,
            StoredEncoding::Text { reference, levels, other, missing } => {
                Encoding::Text(OneHot { reference, levels, other, missing })
            }
        };
        Feature { column: stored.column, encoding }
    }

    fn read_dropped(stored: StoredDropped) -> Result<DroppedColumn, ModelFileError> {
        let reason = DropReason::ALL.into_iter().find(|reason| reason.id() == stored.reason);
        let reason = reason.ok_or_else(|| ModelFileError::Malformed("unknown reason for a dropped column".to_owned()))?;
        Ok(DroppedColumn { column: stored.column, reason })
    }

    fn read_digest(text: &str) -> Result<Digest, ModelFileError> {
        text.parse().map_err(|_| ModelFileError::Malformed("a digest cannot be read".to_owned()))
    }

    impl File {
        pub(super) fn from_model(model: &Model) -> Self {
            let dropped = |dropped: &DroppedColumn| StoredDropped {
                column: dropped.column.clone(),
                reason: dropped.reason.id().to_owned(),
            };
            Self {
                format: 1,
                tool_version: model.origin.tool_version.clone(),
                config_digest: model.origin.config_digest.to_string(),
                data_digest: model.origin.data_digest.to_string(),
                estimator: model.estimator.id().to_owned(),
                l2_penalty: model.l2_penalty,
                max_iterations: model.max_iterations,
                positive_label: model.positive_label.clone(),
                negative_label: model.negative_label.clone(),
                rows: model.rows,
                positives: model.positives,
                features: model.pipeline.features.iter().map(store_feature).collect(),
                dropped: model.pipeline.dropped.iter().map(dropped).collect(),
                intercept: model.linear.intercept,
                coefficients: model.linear.coefficients.clone(),
                gradient_norm: model.gradient_norm,
            }
        }

        pub(super) fn into_model(self) -> Result<Model, ModelFileError> {
            let unknown = ModelFileError::UnknownEstimator { id: self.estimator.clone() };
            Ok(Model {
                estimator: Estimator::parse(&self.estimator).ok_or(unknown)?,
                l2_penalty: self.l2_penalty,
                max_iterations: self.max_iterations,
                positive_label: self.positive_label,
                negative_label: self.negative_label,
                rows: self.rows,
                positives: self.positives,
                pipeline: Pipeline {
                    features: self.features.into_iter().map(read_feature).collect(),
                    dropped: self.dropped.into_iter().map(read_dropped).collect::<Result<_, _>>()?,
                },
                linear: Linear { intercept: self.intercept, coefficients: self.coefficients },
                gradient_norm: self.gradient_norm,
                origin: Origin {
                    config_digest: read_digest(&self.config_digest)?,
                    data_digest: read_digest(&self.data_digest)?,
                    tool_version: self.tool_version,
                },
            })
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
    fn a_model_survives_its_file_bit_by_bit() {
        let model = model();
        let bytes = model.encode().unwrap();
        let read = Model::decode(&bytes).unwrap();
        assert_eq!(read, model);
        assert_eq!(read.encode().unwrap(), bytes);
        assert_eq!(read.digest().unwrap(), Digest::of(&bytes));
        let dataset = rows(&loans(100, 0.6));
        assert_eq!(read.score(&dataset).unwrap(), model.score(&dataset).unwrap());
    }

    #[test]
    fn every_kind_of_encoding_and_drop_reason_survives() {
        let mut model = model();
        let gone = |column: &str, reason| DroppedColumn { column: column.to_owned(), reason };
        model.pipeline.dropped = vec![gone("a", DropReason::Constant), gone("b", DropReason::AllMissing)];
        model.pipeline.features.push(Feature { column: "m\n\"".to_owned(), encoding: Encoding::MissingOnly });
        model.linear.coefficients.push(-0.0);
        assert_eq!(Model::decode(&model.encode().unwrap()).unwrap(), model);
    }

    #[test]
    fn the_digest_tells_origins_apart() {
        let model = model();
        let elsewhere = Model { origin: Origin { data_digest: Digest::of(b"other rows"), ..origin() }, ..model.clone() };
        assert_ne!(model.digest(), elsewhere.digest());
    }

    #[test]
    fn a_newer_format_is_named_and_not_read() {
        for found in [2, u64::MAX] {
            let file = format!("{{\"format\":{found},\"anything\":[]}}");
            assert_eq!(Model::decode(file.as_bytes()), Err(ModelFileError::Newer { found }));
        }
        assert!(matches!(Model::decode(b"{\"format\":0}"), Err(ModelFileError::Malformed(_))));
    }

    #[test]
    fn what_is_no_model_is_refused() {
        let bytes = model().encode().unwrap();
        let half = bytes.get(..bytes.len() / 2).unwrap();
        let deep = "[".repeat(100_000);
        for hostile in [&b""[..], b"null", b"{}", b"\xff\xfe", half, deep.as_bytes(), b"{\"format\":1}", b"{\"format\":-1}"] {
            assert!(matches!(Model::decode(hostile), Err(ModelFileError::Malformed(_))));
        }
        let long = vec![b' '; LARGEST_MODEL_FILE + 1];
        assert_eq!(Model::decode(&long), Err(ModelFileError::TooLong { bytes: LARGEST_MODEL_FILE + 1 }));
    }

    /// The file with one piece of text replaced, which must be there.
    fn edited(from: &str, to: &str) -> Result<Model, ModelFileError> {
        let text = String::from_utf8(model().encode().unwrap()).unwrap();
        assert!(text.contains(from), "{from} is not in {text}");
        Model::decode(text.replacen(from, to, 1).as_bytes())
    }

    #[test]
    fn edited_files_are_noticed() {
        for (from, to) in [
            ("\"coefficients\":[", "\"coefficients\":[1.0,"),
            ("\"median\":", "\"median\":0.0,\"median\":"),
            ("\"l2_penalty\":1.0", "\"l2_penalty\":-1.0"),
            ("\"l2_penalty\":1.0", "\"l2_penalty\":1e999"),
            ("\"l2_penalty\":1.0", "\"l2_penalty\":NaN"),
            ("\"l2_penalty\":1.0", "\"l2_penalty\":null"),
            ("\"max_iterations\":200", "\"max_iterations\":0"),
            ("\"rows\":300", "\"rows\":3"),
            ("\"negative_label\":\"no\"", "\"negative_label\":\"yes\""),
            ("\"column\":\"debt\"", "\"column\":\"income\""),
            ("[\"east\",\"south\"", "[\"south\",\"east\""),
            ("[\"east\",\"south\"", "[\"south\",\"south\""),
            ("[\"east\",\"south\"", "[\"north\",\"south\""),
            ("\"other\":false", "\"other\":true"),
            ("\"sd\":", "\"sd\":0.0,\"was\":"),
            ("\"sd\":", "\"sd\":-"),
            ("\"dropped\":[]", "\"dropped\":[{\"column\":\"a\",\"reason\":\"dull\"}]"),
            ("\"dropped\":[]", "\"dropped\":[{\"column\":\"debt\",\"reason\":\"constant\"}]"),
            ("\"estimator\":", "\"run\":\"code\",\"estimator\":"),
        ] {
            assert!(edited(from, to).is_err(), "{from} became {to}");
        }
    }

    #[test]
    fn an_unknown_estimator_is_named() {
        let error = edited("logistic_regression", "gradient_boosting").unwrap_err();
        assert_eq!(error, ModelFileError::UnknownEstimator { id: "gradient_boosting".to_owned() });
    }

    #[test]
    fn hostile_text_does_not_reach_a_message_raw() {
        let error = edited("\"estimator\":", "\"\\u001b[31m\\n::error::\":1,\"estimator\":").unwrap_err().to_string();
        assert!(error.chars().all(|character| !character.is_control()), "{error:?}");
    }
}
