//! What became of controls, and how many of them are in which state.

use crate::Date;

/// What became of a control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlState {
    /// What it asks for is there; where people must say so, they have.
    Passed,
    /// What it asks for is not there.
    Failed,
    /// Evidence is there, and a person must judge it.
    NeedsReview,
    /// Something that it asks for was not declared or not measured.
    NotRun,
    /// It was measured, and the rows cannot tell.
    Unknown,
    /// It is not for this system, or no tool can see it.
    NotApplicable {
        /// Why.
        reason: String,
    },
    /// It is not met, and a named person accepts that.
    Waived {
        /// The last day on which that holds.
        until: Date,
        /// Why.
        reason: String,
        /// Who.
        approved_by: String,
    },
    /// It does not apply yet.
    NotYetInForce {
        /// The first day on which it does.
        from: Date,
        /// The state that it would have today if it did.
        otherwise: &'static str,
    },
    /// It no longer applies.
    Superseded {
        /// The last day on which it did; none where another pack took the place of the whole one.
        until: Option<Date>,
    },
}

impl ControlState {
    /// The states in the order in which they count: the first that any control is in is that of the whole.
    pub const ORDER: [&'static str; 9] =
        ["failed", "not_run", "unknown", "needs_review", "waived", "passed", "not_yet_in_force", "superseded", "not_applicable"];

    /// The stable name used in machine output.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NeedsReview => "needs_review",
            Self::NotRun => "not_run",
            Self::Unknown => "unknown",
            Self::NotApplicable { .. } => "not_applicable",
            Self::Waived { .. } => "waived",
            Self::NotYetInForce { .. } => "not_yet_in_force",
            Self::Superseded { .. } => "superseded",
        }
    }
}

/// The name of a state for people.
#[must_use]
pub fn state_words(id: &str) -> String {
    id.replace('_', " ")
}
