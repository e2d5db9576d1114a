//! The estimators that can be trained here, by their ids in `modelgate.yml`.

use std::fmt;

/// What is trained. Every variant has an id, which config files and model files use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Estimator {
    /// `logistic_regression`: linfa's binary logistic regression with an L2 penalty on the coefficients and none on the
    /// intercept. Use it where the chance of the positive label rises or falls steadily with each feature, and where
    /// people must be able to read the model. It knows no interactions except those that are columns of the data.
    LogisticRegression,
}

impl Estimator {
    /// Every estimator, in the order in which to list them.
    pub const ALL: [Self; 1] = [Self::LogisticRegression];

    /// The ids of [`Estimator::ALL`], in the same order.
    pub const IDS: [&str; 1] = ["logistic_regression"];

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
        }
    }

    /// One sentence on when to use it.
    #[must_use]
    pub fn when_to_use(self) -> &'static str {
        match self {
            Self::LogisticRegression => {
                "Use it where the chance of the positive label rises or falls steadily with each feature, and people must \
                 be able to read the model."
            }
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
        }
        assert_eq!(Estimator::parse("LogisticRegression"), None);
    }
}
