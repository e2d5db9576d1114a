//! `proxy-column`: a column stands for a group.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "proxy-column",
    title: "A column stands for a group.",
    what: "Cramér's V between the values of a column and the groups of an axis of `evaluation.slices`, corrected for bias, is above `data_checks.max_proxy_strength`.",
    why: "Leaving a sensitive column out changes little where another one says the same.",
    fix: "Ask whether the model needs the column; if it does, gate the gaps between these groups.",
    default_level: Level::Warn,
};
