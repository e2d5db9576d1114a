//! `encoded-group`: the other columns together tell a group.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "encoded-group",
    title: "The other columns together tell a group.",
    what: "A model tells the rows of a group from all others by the columns that are learned from, without the group's own: the area under its ROC curve is surely above `data_checks.max_encoded_group_auc`.",
    why: "A model that is not given a column can still learn from the others what it says: leaving it out does not make a model blind to it.",
    fix: "Look at which columns do (`proxy-column` names single ones), whether each is needed for the task, and at the gaps between groups.",
    default_level: Level::Warn,
};
