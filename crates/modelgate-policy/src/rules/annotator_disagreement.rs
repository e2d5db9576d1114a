//! `annotator-disagreement`: those who labelled the rows do not agree.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "annotator-disagreement",
    title: "Those who labelled the rows do not agree.",
    what: "Cohen's kappa of the two columns of `data.annotators`, or Fleiss' kappa of more, is below `data_checks.min_annotator_agreement`, over the rows of which all have said something.",
    why: "A model cannot be better than its labels, and an accuracy above what people agree on says that it learned the habits of one of them.",
    fix: "Look at the rows on which they differ, write down how to label those, and label them again.",
    default_level: Level::Warn,
};
