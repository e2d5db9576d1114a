//! `prediction-drift`: predictions or scores are spread otherwise than in the baseline.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "prediction-drift",
    title: "Predictions or scores are spread otherwise than in the baseline.",
    what: "The shares of predicted classes, or the distribution of scores, differ between the baseline's test rows and this run's, by effect, adjusted p-value and noise floor as in `data-drift`.",
    why: "More or fewer people are selected than before, whether or not any metric moved.",
    fix: "See `modelgate diff` for which slices are selected more or less often, and choose the decision threshold anew if the scores moved as a whole.",
    default_level: Level::Warn,
};
