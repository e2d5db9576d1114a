//! The demonstration: sample data, two models, and a gate that sees what the average hides.

pub(crate) mod loans;

/// The configuration of the release that came before.
pub(crate) const RELEASE_CONFIG: &str = include_str!("release.yml");

/// The configuration of the candidate.
pub(crate) const CANDIDATE_CONFIG: &str = include_str!("candidate.yml");
