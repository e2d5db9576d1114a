//! Format version 1 of the model file, frozen and only read: logistic regression was all there was.

use serde::Deserialize;

use super::{read_digest, read_reason};
use crate::encoding::{Encoding, OneHot, Scale};
use crate::linear::Linear;
use crate::model::Body;
use crate::pipeline::{Feature, Pipeline};
use crate::{DroppedColumn, Estimator, Learning, Model, ModelFileError, Origin};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(rename = "format")]
    _format: u64,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredFeature {
    column: String,
    encoding: StoredEncoding,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum StoredEncoding {
    Number { median: f64, mean: f64, sd: f64, missing: bool },
    MissingOnly,
    Text { reference: String, levels: Vec<String>, other: bool, missing: bool },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredDropped {
    column: String,
    reason: String,
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
    Ok(DroppedColumn { reason: read_reason(&stored.reason)?, column: stored.column })
}

impl File {
    pub(super) fn into_model(self) -> Result<Model, ModelFileError> {
        // The only one of its time.
        if self.estimator != Estimator::LogisticRegression.id() {
            return Err(ModelFileError::UnknownEstimator { id: self.estimator });
        }
        let mut learning = Learning::of(Estimator::LogisticRegression);
        learning.hyperparameters.l2_penalty = self.l2_penalty;
        learning.hyperparameters.max_iterations = self.max_iterations;
        let linear = Linear { intercept: self.intercept, coefficients: self.coefficients };
        Ok(Model {
            learning,
            positive_label: self.positive_label,
            negative_label: self.negative_label,
            rows: self.rows,
            positives: self.positives,
            pipeline: Pipeline {
                features: self.features.into_iter().map(read_feature).collect(),
                dropped: self.dropped.into_iter().map(read_dropped).collect::<Result<_, _>>()?,
            },
            body: Body::Linear { linear, gradient_norm: self.gradient_norm },
            origin: Origin {
                config_digest: read_digest(&self.config_digest)?,
                data_digest: read_digest(&self.data_digest)?,
                tool_version: self.tool_version,
            },
        })
    }
}
