//! `batch-dependence`: a model says something else of a row alone.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "batch-dependence",
    title: "A model says something else of a row when it is asked for that row alone.",
    what: "More than `data_checks.max_batch_dependence_rate` of the rows that were scored alone (100 test rows of a model that is trained here, or those with a value in `data.score_alone`) have another score than among all rows, by more than 0.000001.",
    why: "Such a model learns from the rows beside the one that it is asked about, by scaling or ranking within the batch: in use, where rows come alone, its numbers are others.",
    fix: "Fit what scales, imputes and ranks on training rows, keep it with the model, and apply it to each row by itself.",
    default_level: Level::Warn,
};
