//! `label-rate-by-group`: labels of a group differ from those of all others.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "label-rate-by-group",
    title: "A group has far more or fewer positive labels than all others.",
    what: "The share of positive labels of a group of `evaluation.slices` differs from that of all other rows by more than `data_checks.max_label_rate_difference`, surely (its interval does not hold 0); without the key, there is no limit: groups may differ.",
    why: "A model learns whatever the labels say of a group, also where that is how people were judged and not how they are.",
    fix: "Ask how labels of the group came about, and write it down in `data.sources`; if the difference is real and may be learned, raise the limit.",
    default_level: Level::Warn,
};
