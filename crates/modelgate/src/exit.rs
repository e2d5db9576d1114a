//! What the process says to its caller: four exit codes, and one for an interruption.

use modelgate_policy::Outcome;

/// How a run ended. The numbers are part of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// 0: nothing blocks, or the command did what it was asked to.
    Passed,
    /// 1: at least one gate or rule fails.
    Failed,
    /// 2: no decision: bad usage, bad configuration, unreadable data, failed training, unwritten record.
    NoDecision,
    /// 3: nothing fails, but a person must look.
    NeedsReview,
    /// 130: interrupted (Ctrl-C); nothing was left half-written.
    Interrupted,
}

impl ExitStatus {
    /// The process's exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::NoDecision => 2,
            Self::NeedsReview => 3,
            Self::Interrupted => 130,
        }
    }
}

impl From<Outcome> for ExitStatus {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Passed => Self::Passed,
            Outcome::Failed => Self::Failed,
            Outcome::NeedsReview => Self::NeedsReview,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_passed_outcome_exits_with_zero() {
        assert_eq!(ExitStatus::from(Outcome::Passed).code(), 0);
        assert_eq!(ExitStatus::from(Outcome::Failed).code(), 1);
        assert_eq!(ExitStatus::from(Outcome::NeedsReview).code(), 3);
    }
}
