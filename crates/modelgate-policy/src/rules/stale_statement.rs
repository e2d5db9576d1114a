//! `stale-statement`: what somebody attested is not about this run.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "stale-statement",
    title: "A statement no longer holds for a control.",
    what: "A statement names other evidence than this run's, is from the future, was to be looked at again, or is by somebody who made the model where that is not enough.",
    why: "A signature that outlives what was signed is worse than none.",
    fix: "Let the person look at the evidence of this run and write its digest and the day into the statement.",
    default_level: Level::Warn,
};
