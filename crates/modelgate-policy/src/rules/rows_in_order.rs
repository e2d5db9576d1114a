//! `rows-in-order`: near rows stand near each other in the file.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "rows-in-order",
    title: "Rows stand in an order that says something about them.",
    what: "The p-value of \"near rows stand no nearer to each other in the file than any two rows\" is below `data_checks.min_order_p`; without the key, there is no limit: sorted files are usual.",
    why: "A file that is sorted or glued together splits into parts that are not alike when it is cut by place, and a model that reads rows in order learns the order.",
    fix: "Split by hash and not by place, shuffle before training, or say by `data.time` that the order is one of time.",
    default_level: Level::Warn,
};
