//! How a model learns: the estimator, its hyper-parameters, and which of them it knows.

use std::time::Duration;

use crate::trees::{DecisionTree, GradientBoosting, RandomForest, Settings, Shape};
use crate::{Estimator, MOST_ITERATIONS, ModelError};

/// Everything that `model.train` says about learning.
#[derive(Debug, Clone, PartialEq)]
pub struct Learning {
    /// The estimator.
    pub estimator: Estimator,
    /// Its hyper-parameters.
    pub hyperparameters: Hyperparameters,
    /// Columns of numbers with which the score must not fall; trees only.
    pub rising: Vec<String>,
    /// Columns of numbers with which the score must not rise; trees only.
    pub falling: Vec<String>,
    /// The column with the weight of a training row; trees only. `None` for 1 each.
    pub weight: Option<String>,
    /// What draws start from; forests only.
    pub seed: u64,
    /// How many models are trained, each from the next seed, at least 1; forests only. The first one is the model, the others
    /// only tell how much it depends on its seed. It changes no bit of a model, and is no part of its file.
    pub repeats: u32,
    /// After how long training gives up. It changes no bit of a model, and is no part of its file.
    pub time_limit: Duration,
}

/// Hyper-parameters of all estimators; each reads those of [`Estimator::hyperparameters`] and leaves the others alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hyperparameters {
    /// How strongly values are held near 0: finite, at least 0. In logistic regression the penalty is `l2_penalty / 2` times
    /// the sum of squared coefficients, beside a loss that is a sum over rows; scikit-learn's `C` is `1 / l2_penalty`. In
    /// gradient boosting it is added to the curvature of each leaf; scikit-learn's `l2_regularization`.
    pub l2_penalty: f64,
    /// The most iterations of linfa's solver: 1 to [`MOST_ITERATIONS`]. A fit that they do not bring near the minimum is
    /// refused; from there a few of Newton's steps finish it.
    pub max_iterations: u64,
    /// How many trees.
    pub trees: u32,
    /// How much of each tree is added.
    pub learning_rate: f64,
    /// The most splits between the root and a leaf.
    pub max_depth: u32,
    /// The most leaves of a tree; `None` for no limit but the depth.
    pub max_leaves: Option<u32>,
    /// The least weight of the training rows in a leaf.
    pub min_leaf_weight: f64,
    /// How many features each split chooses from; `None` for the square root of their number.
    pub features_per_split: Option<u32>,
}

/// One hyper-parameter of an estimator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hyperparameter {
    /// The key below `model.train`.
    pub key: &'static str,
    /// What it does.
    pub doc: &'static str,
}

const L2_PENALTY: Hyperparameter = Hyperparameter { key: "l2_penalty", doc: "how strongly coefficients are held near 0" };
const MAX_ITERATIONS: Hyperparameter = Hyperparameter { key: "max_iterations", doc: "after how many steps training stops" };
const MAX_DEPTH: Hyperparameter = Hyperparameter { key: "max_depth", doc: "the most questions between the first and an answer" };
const MAX_LEAVES: Hyperparameter =
    Hyperparameter { key: "max_leaves", doc: "the most answers of a tree; the most telling splits come first" };
const MIN_LEAF_WEIGHT: Hyperparameter =
    Hyperparameter { key: "min_leaf_weight", doc: "the least weight of the training rows behind an answer" };
const TREES: Hyperparameter = Hyperparameter { key: "trees", doc: "how many trees" };
const SEED: Hyperparameter = Hyperparameter { key: "seed", doc: "what the draws start from" };
const REPEATS: Hyperparameter = Hyperparameter {
    key: "repeats",
    doc: "how many models are trained, each from the next seed, to learn how much seeds matter",
};
const RISING: Hyperparameter = Hyperparameter { key: "rising", doc: "columns of numbers with which the score must not fall" };
const FALLING: Hyperparameter = Hyperparameter { key: "falling", doc: "columns of numbers with which the score must not rise" };
const WEIGHT: Hyperparameter = Hyperparameter { key: "weight", doc: "the column with the weight of a training row" };
const FEATURES_PER_SPLIT: Hyperparameter = Hyperparameter {
    key: "features_per_split",
    doc: "how many features each split chooses from; without it, the square root of their number",
};
const LEARNING_RATE: Hyperparameter = Hyperparameter { key: "learning_rate", doc: "how much of each tree is added" };
const LEAF_PENALTY: Hyperparameter = Hyperparameter { key: "l2_penalty", doc: "how strongly answers are held near 0" };

impl Estimator {
    /// The hyper-parameters that it knows.
    #[must_use]
    pub fn hyperparameters(self) -> &'static [Hyperparameter] {
        match self {
            Self::LogisticRegression => &[L2_PENALTY, MAX_ITERATIONS],
            Self::DecisionTree => &[MAX_DEPTH, MAX_LEAVES, MIN_LEAF_WEIGHT, RISING, FALLING, WEIGHT],
            Self::RandomForest => {
                &[TREES, FEATURES_PER_SPLIT, MAX_DEPTH, MAX_LEAVES, MIN_LEAF_WEIGHT, SEED, REPEATS, RISING, FALLING, WEIGHT]
            }
            Self::GradientBoosting => {
                &[TREES, LEARNING_RATE, MAX_LEAVES, MAX_DEPTH, MIN_LEAF_WEIGHT, LEAF_PENALTY, RISING, FALLING, WEIGHT]
            }
        }
    }

    /// Every key that belongs to some estimators and not to all, once each.
    #[must_use]
    pub fn all_keys() -> Vec<&'static str> {
        let mut keys: Vec<&str> = Self::ALL.iter().flat_map(|one| one.hyperparameters()).map(|one| one.key).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Its hyper-parameters where nothing is written.
    #[must_use]
    pub fn defaults(self) -> Hyperparameters {
        let (forest, boosting) = (RandomForest::default(), GradientBoosting::default());
        let shape = match self {
            Self::LogisticRegression | Self::DecisionTree => Settings::default().shape,
            Self::RandomForest => forest.settings.shape,
            Self::GradientBoosting => boosting.settings.shape,
        };
        Hyperparameters {
            l2_penalty: 1.0,
            max_iterations: 200,
            trees: boosting.trees,
            learning_rate: boosting.learning_rate,
            max_depth: shape.max_depth,
            max_leaves: shape.max_leaves,
            min_leaf_weight: shape.min_leaf_weight,
            features_per_split: None,
        }
    }
}

impl Learning {
    /// An estimator as it is where nothing is written.
    #[must_use]
    pub fn of(estimator: Estimator) -> Self {
        Self {
            estimator,
            hyperparameters: estimator.defaults(),
            rising: Vec::new(),
            falling: Vec::new(),
            weight: None,
            seed: 7,
            repeats: 1,
            time_limit: Duration::from_mins(10),
        }
    }

    /// What the estimator goes by, for people: each of its keys with its value.
    #[must_use]
    pub fn shown(&self) -> Vec<(&'static str, String)> {
        self.estimator.hyperparameters().iter().filter_map(|one| Some((one.key, self.value(one.key)?))).collect()
    }

    /// The value of a key; `None` where nothing is set and nothing stands in for it.
    fn value(&self, key: &str) -> Option<String> {
        let all = &self.hyperparameters;
        let columns = |columns: &[String]| (!columns.is_empty()).then(|| columns.join(", "));
        match key {
            "l2_penalty" => Some(all.l2_penalty.to_string()),
            "max_iterations" => Some(all.max_iterations.to_string()),
            "trees" => Some(all.trees.to_string()),
            "learning_rate" => Some(all.learning_rate.to_string()),
            "max_depth" => Some(all.max_depth.to_string()),
            "max_leaves" => all.max_leaves.map(|leaves| leaves.to_string()),
            "min_leaf_weight" => Some(all.min_leaf_weight.to_string()),
            "features_per_split" => all.features_per_split.map(|features| features.to_string()),
            "seed" => Some(self.seed.to_string()),
            "repeats" => Some(self.repeats.to_string()),
            "rising" => columns(&self.rising),
            "falling" => columns(&self.falling),
            "weight" => self.weight.clone(),
            _ => None,
        }
    }

    /// Checks what can be checked without rows.
    pub(crate) fn check(&self) -> Result<(), ModelError> {
        let all = &self.hyperparameters;
        if !all.l2_penalty.is_finite() || all.l2_penalty < 0.0 {
            let value = all.l2_penalty.to_string();
            return Err(ModelError::BadSetting { setting: "l2_penalty", value, expected: "a finite number, at least 0" });
        }
        if !(1..=MOST_ITERATIONS).contains(&all.max_iterations) {
            let value = all.max_iterations.to_string();
            return Err(ModelError::BadSetting { setting: "max_iterations", value, expected: "1 to 100000" });
        }
        Ok(())
    }

    /// The settings of trees. Constraints are by encoded column, threads how many may work.
    fn settings(&self, constraints: Vec<crate::trees::Constraint>, threads: usize) -> Settings {
        let Hyperparameters { max_depth, max_leaves, min_leaf_weight, .. } = self.hyperparameters;
        let shape = Shape { max_depth, max_leaves, min_leaf_weight };
        Settings { shape, constraints, threads, time_limit: Some(self.time_limit) }
    }

    pub(crate) fn decision_tree(&self, constraints: Vec<crate::trees::Constraint>, threads: usize) -> DecisionTree {
        DecisionTree { settings: self.settings(constraints, threads) }
    }

    pub(crate) fn random_forest(&self, constraints: Vec<crate::trees::Constraint>, threads: usize) -> RandomForest {
        let Hyperparameters { trees, features_per_split, .. } = self.hyperparameters;
        RandomForest { settings: self.settings(constraints, threads), trees, features_per_split, seed: self.seed }
    }

    pub(crate) fn gradient_boosting(&self, constraints: Vec<crate::trees::Constraint>, threads: usize) -> GradientBoosting {
        let Hyperparameters { trees, learning_rate, l2_penalty, .. } = self.hyperparameters;
        GradientBoosting { settings: self.settings(constraints, threads), trees, learning_rate, l2_penalty }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_an_estimator_has_a_value_or_may_be_left_out() {
        for estimator in Estimator::ALL {
            let full = Learning {
                rising: vec!["a".to_owned()],
                falling: vec!["b".to_owned()],
                weight: Some("w".to_owned()),
                hyperparameters: Hyperparameters { max_leaves: Some(8), features_per_split: Some(2), ..estimator.defaults() },
                ..Learning::of(estimator)
            };
            let keys: Vec<&str> = full.shown().iter().map(|(key, _)| *key).collect();
            let known: Vec<&str> = estimator.hyperparameters().iter().map(|one| one.key).collect();
            assert_eq!(keys, known);
        }
        assert!(Estimator::all_keys().len() > 10);
    }

    #[test]
    fn the_defaults_of_every_estimator_are_in_range() {
        use crate::trees::Params;
        use linfa::ParamGuard as _;
        for estimator in Estimator::ALL {
            let learning = Learning::of(estimator);
            assert!(learning.check().is_ok());
            assert!(Params(learning.decision_tree(Vec::new(), 1)).check().is_ok());
            assert!(Params(learning.random_forest(Vec::new(), 1)).check().is_ok());
            assert!(Params(learning.gradient_boosting(Vec::new(), 1)).check().is_ok());
        }
    }
}
