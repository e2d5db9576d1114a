//! `separate-cluster`: some rows of a label are of another kind than the others.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "separate-cluster",
    title: "Some rows of a label are of another kind than the others.",
    what: "The rows of a label fall into two clusters that stand apart, and the smaller one has more than `data_checks.max_separate_cluster_rate` of them. Nothing is asked where the key is not written: honest data has clusters too.",
    why: "Rows that were put among those of a label look alike, and unlike the others.",
    fix: "Look at the rows of the smaller cluster: two honest kinds of cases deserve a slice, others do not belong there.",
    default_level: Level::Warn,
};
