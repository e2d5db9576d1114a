//! How often the statistics are right, measured on the program's own code: the coverage of its intervals, and the power and
//! the false alarms of its verdicts. Every number follows from a seed.

pub mod coverage;
mod draws;
mod error;
pub mod power;
mod rows;
mod table;

pub use error::ProofError;

/// How much is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// What the documents show.
    Full,
    /// Enough to see that everything runs, in seconds.
    Quick,
}

/// A page of measurements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Markdown.
    pub text: String,
    /// What was aimed at and is missed.
    pub missed: Vec<String>,
}

impl Effort {
    /// A number of repetitions, or a twentieth of it.
    pub(crate) fn repetitions(self, full: u32) -> u32 {
        match self {
            Self::Full => full,
            Self::Quick => (full / 20).max(2),
        }
    }

    /// Whether something large is part of it.
    pub(crate) fn includes(self, is_small: bool) -> bool {
        self == Self::Full || is_small
    }
}
