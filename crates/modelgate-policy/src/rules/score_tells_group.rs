//! `score-tells-group`: among rows with the same label, the score tells a group.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "score-tells-group",
    title: "Among rows with the same label, the score tells a group.",
    what: "The score orders the rows of a group before all others with the same label, or after them: the area under the ROC curve of the group by the score is surely above `data_checks.max_group_score_auc`. Without that key it is measured and nothing is said.",
    why: "A model that gives people of a group lower scores than others with the same outcome has learned the group, whether or not it was given the column.",
    fix: "Look at the gaps between groups and at `proxy-column` and `encoded-group`, which name what tells the group; check whether labels themselves are fair.",
    default_level: Level::Warn,
};
