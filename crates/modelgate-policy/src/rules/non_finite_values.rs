//! `non-finite-values`: a column of numbers holds infinite numbers or NaN.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "non-finite-values",
    title: "A column of numbers holds infinite numbers or NaN.",
    what: "More than `data_checks.max_non_finite_rate` of the rows have a number that is infinite or NaN.",
    why: "They come from divisions by zero and overflows, and what a model makes of them is nobody's intention.",
    fix: "Find the computation that makes them, and write a missing value where there is none.",
    default_level: Level::Warn,
};
