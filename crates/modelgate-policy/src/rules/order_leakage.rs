//! `order-leakage`: ids, times or places of rows know the label.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "order-leakage",
    title: "Ids, times or places of rows know the label.",
    what: "The label can be guessed from the number in `data.id`, from `data.time`, or from the place of a row in its file: the area under the ROC curve is surely above `data_checks.max_order_auc`.",
    why: "Numbers that only name or order rows should know nothing of the label; where they do, rows were sorted, numbered or collected by it, and columns made from them give it away.",
    fix: "See how rows came by their numbers and places; keep such columns out of the features, and split by time where labels change with it.",
    default_level: Level::Warn,
};
