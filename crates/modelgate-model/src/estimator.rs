//! The estimators that can be trained here, by their ids in `modelgate.yml`.

use std::fmt;

/// What is trained. Every variant has an id, which config files and model files use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Estimator {
    /// `logistic_regression`: linfa's binary logistic regression with an L2 penalty on the coefficients and none on the
    /// intercept. It knows no interactions except those that are columns of the data.
    LogisticRegression,
    /// `decision_tree`: one tree of [`crate::trees`].
    DecisionTree,
    /// `random_forest`: the mean of trees on drawn rows and features.
    RandomForest,
    /// `gradient_boosting`: the sum of small trees, each a step of Newton's method on the log loss.
    GradientBoosting,
}

impl Estimator {
    /// Every estimator, in the order in which to list them.
    pub const ALL: [Self; 4] = [Self::LogisticRegression, Self::DecisionTree, Self::RandomForest, Self::GradientBoosting];

    /// The ids of [`Estimator::ALL`], in the same order.
    pub const IDS: [&str; 4] = ["logistic_regression", "decision_tree", "random_forest", "gradient_boosting"];

    /// The estimator with this id.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|estimator| estimator.id() == id)
    }

    /// The id used in config files and model files.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::LogisticRegression => "logistic_regression",
            Self::DecisionTree => "decision_tree",
            Self::RandomForest => "random_forest",
            Self::GradientBoosting => "gradient_boosting",
        }
    }

    /// What it is, in a few words.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::LogisticRegression => "A weighted sum of the features, as log-odds",
            Self::DecisionTree => "One tree of yes-or-no questions about the features",
            Self::RandomForest => "The mean of many trees on drawn rows and features",
            Self::GradientBoosting => "The sum of many small trees, each mending what those before it got wrong",
        }
    }

    /// Whether it is made of trees: then it takes numbers as they are, missing values as missing, and texts as the rank of
    /// their level.
    #[must_use]
    pub fn is_of_trees(self) -> bool {
        self != Self::LogisticRegression
    }

    /// Who trains it.
    #[must_use]
    pub fn trained_by(self) -> &'static str {
        if self.is_of_trees() { "modelgate's trees, on linfa's traits" } else { "linfa" }
    }

    /// One sentence on when to use it.
    #[must_use]
    pub fn when_to_use(self) -> &'static str {
        match self {
            Self::LogisticRegression => {
                "Use it where the chance of the positive label rises or falls steadily with each feature, and people must \
                 be able to read the model."
            }
            Self::DecisionTree => {
                "Use it where people must be able to follow every decision from question to question, and a coarse answer is \
                 good enough."
            }
            Self::RandomForest => {
                "Use it where features act together and there are few rows or noisy labels: it needs next to no tuning, and its \
                 chances are cautious."
            }
            Self::GradientBoosting => {
                "Use it where the best predictions from a table count: it finds thresholds and interactions by itself, and with \
                 `rising` and `falling` it keeps to directions that are known."
            }
        }
    }

    /// How it takes what the columns hold.
    #[must_use]
    pub fn how_columns_are_taken(self) -> &'static str {
        if self.is_of_trees() {
            "Numbers as they are; a missing value goes to the side of each split that fits it better; texts as the rank of \
             their level in the order of the text, the 250 most frequent ones, the others together."
        } else {
            "Numbers standardized, a missing one as the median with a column that says so; texts one-hot, the 100 most frequent \
             levels, the others together."
        }
    }
}

impl fmt::Display for Estimator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_names_its_estimator_and_no_other_text_does() {
        assert_eq!(Estimator::ALL.map(Estimator::id), Estimator::IDS);
        for estimator in Estimator::ALL {
            assert_eq!(Estimator::parse(estimator.id()), Some(estimator));
            assert!(estimator.when_to_use().starts_with("Use it where ") && estimator.when_to_use().ends_with('.'));
        }
        assert_eq!(Estimator::parse("LogisticRegression"), None);
    }
}
