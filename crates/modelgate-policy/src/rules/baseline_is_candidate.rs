//! `baseline-is-candidate`: the baseline is the candidate itself.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "baseline-is-candidate",
    title: "The baseline is the candidate itself.",
    what: "The counts of the baseline, or of the anchor, equal the candidate's.",
    why: "A model compared with itself never regresses: this is how a gate passes without testing anything.",
    fix: "Name the release that you mean with `--baseline-release`; where a change cannot touch the model, do not run the gate on it, or set `rules: {baseline-is-candidate: warn}`.",
    default_level: Level::Deny,
};
