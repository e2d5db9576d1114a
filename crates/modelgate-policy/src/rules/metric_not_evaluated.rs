//! `metric-not-evaluated`: a required check could not be made.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "metric-not-evaluated",
    title: "A required check could not be made.",
    what: "A gate asks for a metric that is undefined for its subject, for a slice that is not in the data, or for a comparison without a usable baseline.",
    why: "A gate that passes because it did not run is worse than no gate.",
    fix: "Read the reason beside the check: give the rows that it needs, or change the gate.",
    default_level: Level::Deny,
};
