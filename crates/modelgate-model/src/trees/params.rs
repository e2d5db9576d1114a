//! The settings of the three estimators, checked the linfa way.

use std::time::Duration;

use linfa::ParamGuard;

use super::TreeError;

/// The most trees of a model.
pub(crate) const MOST_TREES: u32 = 10_000;

/// The deepest trees. Deeper ones learn rows by heart.
pub(crate) const MOST_DEPTH: u32 = 64;

/// The most leaves of a tree whose leaves are limited.
pub(crate) const MOST_LEAVES: u32 = 65_536;

/// The most nodes of a model, all trees together: about as many as a model file can hold.
pub(crate) const MOST_NODES: usize = 1_000_000;

/// Which way predictions may move as a feature grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Constraint {
    /// Either way.
    #[default]
    None,
    /// Never down.
    Rising,
    /// Never up.
    Falling,
}

/// The size of one tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    /// The most splits between the root and a leaf: 1 to 64.
    pub max_depth: u32,
    /// The most leaves: 2 to 65,536; those that explain most are grown first. `None` for no limit but the depth.
    pub max_leaves: Option<u32>,
    /// The least weight of the training rows in a leaf, above 0; rows without weights weigh 1.
    pub min_leaf_weight: f64,
}

/// What all three share.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The size of each tree.
    pub shape: Shape,
    /// One for each feature, or none at all.
    pub constraints: Vec<Constraint>,
    /// How many threads may work; they change no bit of the model.
    pub threads: usize,
    /// After how long training gives up; `None` for never.
    pub time_limit: Option<Duration>,
}

/// One tree. Use it where people must be able to follow every decision.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DecisionTree {
    /// Size, constraints, threads and time.
    pub settings: Settings,
}

/// The mean of many trees, each grown on rows drawn with replacement, each split on features drawn at random.
#[derive(Debug, Clone, PartialEq)]
pub struct RandomForest {
    /// Size, constraints, threads and time.
    pub settings: Settings,
    /// How many trees: 1 to 10,000.
    pub trees: u32,
    /// How many features each split chooses from, at least 1. `None` for the square root of their number, and for a third of
    /// them where targets are numbers.
    pub features_per_split: Option<u32>,
    /// What the draws start from.
    pub seed: u64,
}

/// The sum of many small trees, each grown on what those before it left unexplained.
#[derive(Debug, Clone, PartialEq)]
pub struct GradientBoosting {
    /// Size, constraints, threads and time.
    pub settings: Settings,
    /// How many trees, or with several classes how many for each: 1 to 10,000.
    pub trees: u32,
    /// How much of each tree's values is added: above 0, at most 1.
    pub learning_rate: f64,
    /// What is added to the curvature of each leaf to hold its value back: finite, at least 0.
    pub l2_penalty: f64,
}

/// Settings that have not been checked; linfa's [`Fit`](linfa::traits::Fit) checks them first.
#[derive(Debug, Clone, PartialEq)]
pub struct Params<P>(pub P);

/// Settings that know whether they are in range.
pub trait Checked {
    /// The first setting that is not in range.
    fn check(&self) -> Result<(), TreeError>;
}

impl Default for Settings {
    fn default() -> Self {
        let shape = Shape { max_depth: 6, max_leaves: None, min_leaf_weight: 20.0 };
        Self { shape, constraints: Vec::new(), threads: 1, time_limit: None }
    }
}

impl Default for RandomForest {
    fn default() -> Self {
        let shape = Shape { max_depth: 12, max_leaves: None, min_leaf_weight: 5.0 };
        Self { settings: Settings { shape, ..Settings::default() }, trees: 100, features_per_split: None, seed: 0 }
    }
}

impl Default for GradientBoosting {
    fn default() -> Self {
        let shape = Shape { max_depth: MOST_DEPTH, max_leaves: Some(31), min_leaf_weight: 20.0 };
        Self { settings: Settings { shape, ..Settings::default() }, trees: 100, learning_rate: 0.1, l2_penalty: 1.0 }
    }
}

/// An error unless the setting is in range.
fn within(holds: bool, setting: &'static str, value: &dyn ToString, expected: &'static str) -> Result<(), TreeError> {
    if holds { Ok(()) } else { Err(TreeError::BadSetting { setting, value: value.to_string(), expected }) }
}

fn trees_within(trees: u32) -> Result<(), TreeError> {
    within((1..=MOST_TREES).contains(&trees), "trees", &trees, "1 to 10000")
}

impl Checked for Settings {
    fn check(&self) -> Result<(), TreeError> {
        let Shape { max_depth, max_leaves, min_leaf_weight } = self.shape;
        within((1..=MOST_DEPTH).contains(&max_depth), "max_depth", &max_depth, "1 to 64")?;
        let leaves = max_leaves.unwrap_or(2);
        within((2..=MOST_LEAVES).contains(&leaves), "max_leaves", &leaves, "2 to 65536")?;
        let weighs = min_leaf_weight.is_finite() && min_leaf_weight > 0.0;
        within(weighs, "min_leaf_weight", &min_leaf_weight, "a finite number above 0")
    }
}

impl Checked for DecisionTree {
    fn check(&self) -> Result<(), TreeError> {
        self.settings.check()
    }
}

impl Checked for RandomForest {
    fn check(&self) -> Result<(), TreeError> {
        self.settings.check()?;
        trees_within(self.trees)?;
        let drawn = self.features_per_split.unwrap_or(1);
        within(drawn >= 1, "features_per_split", &drawn, "at least 1")
    }
}

impl Checked for GradientBoosting {
    fn check(&self) -> Result<(), TreeError> {
        self.settings.check()?;
        trees_within(self.trees)?;
        let (rate, penalty) = (self.learning_rate, self.l2_penalty);
        within(rate > 0.0 && rate <= 1.0, "learning_rate", &rate, "above 0 and at most 1")?;
        within(penalty.is_finite() && penalty >= 0.0, "l2_penalty", &penalty, "a finite number, at least 0")
    }
}

impl<P: Checked> ParamGuard for Params<P> {
    type Checked = P;
    type Error = TreeError;

    fn check_ref(&self) -> Result<&P, TreeError> {
        self.0.check()?;
        Ok(&self.0)
    }

    fn check(self) -> Result<P, TreeError> {
        self.0.check()?;
        Ok(self.0)
    }
}
