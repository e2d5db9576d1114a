//! Format version 2 of the model file, frozen: a change of meaning makes a version 3 beside it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{read_digest, read_reason};
use crate::encoding::{Encoding, OneHot, Scale};
use crate::linear::Linear;
use crate::model::Body;
use crate::pipeline::{Feature, Pipeline};
use crate::ranked::Ranks;
use crate::trees::{Combination, Link, Node, Tree, TreeModel};
use crate::{DroppedColumn, Estimator, Hyperparameters, Learning, Model, ModelFileError, Origin};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    format: u64,
    tool_version: String,
    config_digest: String,
    data_digest: String,
    estimator: String,
    settings: StoredSettings,
    positive_label: String,
    negative_label: String,
    rows: u64,
    positives: u64,
    features: Vec<StoredFeature>,
    dropped: Vec<StoredDropped>,
    body: StoredBody,
}

/// All hyper-parameters, whether the estimator reads them or not.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredSettings {
    l2_penalty: f64,
    max_iterations: u64,
    trees: u32,
    learning_rate: f64,
    max_depth: u32,
    max_leaves: Option<u32>,
    min_leaf_weight: f64,
    features_per_split: Option<u32>,
    seed: u64,
    rising: Vec<String>,
    falling: Vec<String>,
    weight: Option<String>,
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
    Plain,
    Ranked { levels: Vec<String>, other: bool },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredDropped {
    column: String,
    reason: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum StoredBody {
    Linear { intercept: f64, coefficients: Vec<f64>, gradient_norm: f64 },
    Trees { base: f64, combination: StoredCombination, trees: Vec<StoredTree> },
}

/// A sum is of log-odds, a mean of chances.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredCombination {
    Sum,
    Mean,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredTree {
    nodes: Vec<StoredNode>,
    /// Of the leaves, in their order among the nodes.
    values: Vec<f64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredNode {
    /// The column of the encoded rows, the largest number that goes left, whether missing ones do, and both children.
    Split(u32, f64, bool, u32, u32),
    Leaf,
}

fn store_feature(feature: &Feature) -> StoredFeature {
    let encoding = match feature.encoding.clone() {
        Encoding::Number(Scale { median, mean, sd, missing }) => StoredEncoding::Number { median, mean, sd, missing },
        Encoding::MissingOnly => StoredEncoding::MissingOnly,
        Encoding::Text(OneHot { reference, levels, other, missing }) => {
            StoredEncoding::Text { reference, levels, other, missing }
        }
        Encoding::Plain => StoredEncoding::Plain,
        Encoding::Ranked(Ranks { levels, other }) => StoredEncoding::Ranked { levels, other },
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
        StoredEncoding::Plain => Encoding::Plain,
        StoredEncoding::Ranked { levels, other } => Encoding::Ranked(Ranks { levels, other }),
    };
    Feature { column: stored.column, encoding }
}

fn read_dropped(stored: StoredDropped) -> Result<DroppedColumn, ModelFileError> {
    Ok(DroppedColumn { reason: read_reason(&stored.reason)?, column: stored.column })
}

fn store_tree(tree: &Tree) -> StoredTree {
    let node = |node: &Node| match *node {
        Node::Split { feature, threshold, missing_left, left, right } => {
            StoredNode::Split(feature, threshold, missing_left, left, right)
        }
        Node::Leaf { .. } => StoredNode::Leaf,
    };
    StoredTree { nodes: tree.nodes.iter().map(node).collect(), values: tree.values.clone() }
}

fn read_tree(stored: StoredTree) -> Tree {
    let mut leaves = 0..;
    let node = |node| match node {
        StoredNode::Split(feature, threshold, missing_left, left, right) => {
            Node::Split { feature, threshold, missing_left, left, right }
        }
        StoredNode::Leaf => Node::Leaf { values: leaves.next().unwrap_or(u32::MAX) },
    };
    Tree { nodes: stored.nodes.into_iter().map(node).collect(), values: stored.values }
}

fn store_body(body: &Body) -> StoredBody {
    match body {
        Body::Linear { linear, gradient_norm } => StoredBody::Linear {
            intercept: linear.intercept,
            coefficients: linear.coefficients.clone(),
            gradient_norm: *gradient_norm,
        },
        Body::Trees(model) => StoredBody::Trees {
            base: model.base.first().copied().unwrap_or_default(),
            combination: match model.combination {
                Combination::Sum => StoredCombination::Sum,
                Combination::Mean => StoredCombination::Mean,
            },
            trees: model.trees.iter().map(store_tree).collect(),
        },
    }
}

fn read_body(stored: StoredBody, features: usize) -> Body {
    match stored {
        StoredBody::Linear { intercept, coefficients, gradient_norm } => {
            Body::Linear { linear: Linear { intercept, coefficients }, gradient_norm }
        }
        StoredBody::Trees { base, combination, trees } => {
            let (combination, link) = match combination {
                StoredCombination::Sum => (Combination::Sum, Link::Logistic),
                StoredCombination::Mean => (Combination::Mean, Link::Identity),
            };
            let trees = trees.into_iter().map(read_tree).collect();
            Body::Trees(TreeModel { features, base: vec![base], combination, link, trees })
        }
    }
}

impl StoredSettings {
    fn of(learning: &Learning) -> Self {
        let all = learning.hyperparameters;
        Self {
            l2_penalty: all.l2_penalty,
            max_iterations: all.max_iterations,
            trees: all.trees,
            learning_rate: all.learning_rate,
            max_depth: all.max_depth,
            max_leaves: all.max_leaves,
            min_leaf_weight: all.min_leaf_weight,
            features_per_split: all.features_per_split,
            seed: learning.seed,
            rising: learning.rising.clone(),
            falling: learning.falling.clone(),
            weight: learning.weight.clone(),
        }
    }

    fn into_learning(self, estimator: Estimator) -> Learning {
        Learning {
            estimator,
            hyperparameters: Hyperparameters {
                l2_penalty: self.l2_penalty,
                max_iterations: self.max_iterations,
                trees: self.trees,
                learning_rate: self.learning_rate,
                max_depth: self.max_depth,
                max_leaves: self.max_leaves,
                min_leaf_weight: self.min_leaf_weight,
                features_per_split: self.features_per_split,
            },
            rising: self.rising,
            falling: self.falling,
            weight: self.weight,
            seed: self.seed,
            repeats: 1,
            time_limit: Duration::from_mins(10),
        }
    }
}

impl File {
    pub(super) fn from_model(model: &Model) -> Self {
        let dropped =
            |dropped: &DroppedColumn| StoredDropped { column: dropped.column.clone(), reason: dropped.reason.id().to_owned() };
        Self {
            format: 2,
            tool_version: model.origin.tool_version.clone(),
            config_digest: model.origin.config_digest.to_string(),
            data_digest: model.origin.data_digest.to_string(),
            estimator: model.learning.estimator.id().to_owned(),
            settings: StoredSettings::of(&model.learning),
            positive_label: model.positive_label.clone(),
            negative_label: model.negative_label.clone(),
            rows: model.rows,
            positives: model.positives,
            features: model.pipeline.features.iter().map(store_feature).collect(),
            dropped: model.pipeline.dropped.iter().map(dropped).collect(),
            body: store_body(&model.body),
        }
    }

    pub(super) fn into_model(self) -> Result<Model, ModelFileError> {
        let unknown = ModelFileError::UnknownEstimator { id: self.estimator.clone() };
        let estimator = Estimator::parse(&self.estimator).ok_or(unknown)?;
        let pipeline = Pipeline {
            features: self.features.into_iter().map(read_feature).collect(),
            dropped: self.dropped.into_iter().map(read_dropped).collect::<Result<_, _>>()?,
        };
        let body = read_body(self.body, pipeline.width());
        Ok(Model {
            learning: self.settings.into_learning(estimator),
            positive_label: self.positive_label,
            negative_label: self.negative_label,
            rows: self.rows,
            positives: self.positives,
            pipeline,
            body,
            origin: Origin {
                config_digest: read_digest(&self.config_digest)?,
                data_digest: read_digest(&self.data_digest)?,
                tool_version: self.tool_version,
            },
        })
    }
}
