//! Reads who may read what is published, and refuses what would tell numbers whatever is withheld.

use modelgate_cube::{DisclosureSettings, Profile, Slice};
use modelgate_eval::MetricId;
use modelgate_policy::{Gate, Target};
use modelgate_seal::Recipient;

use crate::Config;
use crate::errors::ConfigError;
use crate::mistakes::Mistakes;
use crate::node::Node;

/// Who may read what is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// Who may read it.
    pub profile: Profile,
    /// Whether somebody has said so, in the file or on the command line.
    pub is_written: bool,
    /// The smallest count that is shown to everybody, besides zero.
    pub min_cell: u64,
    /// Whether the rows themselves may be known to everybody.
    pub rows_are_public: bool,
    /// The public keys to which a release's exact counts are encrypted.
    pub encrypt_to: Vec<String>,
}

/// Why a profile does not go with the other settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublicationProblem {
    /// Slices are judged that have too few rows for anything to be shown.
    #[error(
        "`evaluation.min_support` is {min_support}, and the profile `{}` shows no count below {min_cell}: that a check was made would tell that a slice has {min_support} rows",
        profile.id()
    )]
    SupportTells {
        /// The profile.
        profile: Profile,
        /// The fewest rows that are judged.
        min_support: u64,
        /// The smallest count that is shown.
        min_cell: u64,
    },
    /// A gate limits the number of rows of slices.
    #[error("a gate on `{metric}` of slices is decided by the number of rows itself, which its state then tells under the profile `{}`", profile.id())]
    StateTells {
        /// The profile.
        profile: Profile,
        /// The metric.
        metric: MetricId,
        /// Where the gate is written: the path of keys.
        path: String,
        /// And the line.
        line: usize,
    },
}

impl PublicationProblem {
    /// What to do next.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::SupportTells { min_cell, .. } => format!("write `evaluation.min_support: {min_cell}` or more"),
            Self::StateTells { line, .. } => format!("limit it for `overall` alone, or take the gate at line {line} out"),
        }
    }
}

impl Config {
    /// What disclosure control needs to know.
    #[must_use]
    pub fn disclosure(&self) -> DisclosureSettings {
        DisclosureSettings {
            profile: self.publication.profile,
            min_cell: self.publication.min_cell,
            min_support: self.policy.min_support,
        }
    }

    /// Why the profile does not go with the other settings, if it does not. A file that was read without mistakes has no
    /// such problem until another profile is chosen.
    #[must_use]
    pub fn publication_problem(&self) -> Option<PublicationProblem> {
        problems(self.publication.profile, self.publication.min_cell, self.policy.min_support, &self.policy.gates)
            .into_iter()
            .next()
    }
}

fn problems(profile: Profile, min_cell: u64, min_support: u64, gates: &[Gate]) -> Vec<PublicationProblem> {
    let mut found = Vec::new();
    if !profile.controls() {
        return found;
    }
    if min_support < min_cell {
        found.push(PublicationProblem::SupportTells { profile, min_support, min_cell });
    }
    let is_exact = |gate: &&Gate| gate.metric.as_str() == "count" && is_about_slices(&gate.target);
    found.extend(gates.iter().filter(is_exact).map(|gate| PublicationProblem::StateTells {
        profile,
        metric: gate.metric,
        path: gate.origin.path.clone(),
        line: gate.origin.line,
    }));
    found
}

fn is_about_slices(target: &Target) -> bool {
    match target {
        Target::Overall => false,
        Target::Slices(slices) => !slices.iter().all(Slice::is_overall),
        Target::Every | Target::Across(_) | Target::Contrast(_) => true,
    }
}

/// Reads the section.
pub(crate) fn read(section: &Node<'_>) -> Publication {
    Publication {
        profile: section.text("profile").and_then(|id| Profile::parse(&id)).unwrap_or(Profile::Internal),
        is_written: section.has("profile"),
        min_cell: section.whole("min_cell"),
        rows_are_public: section.flag("rows_are_public"),
        encrypt_to: section.texts("encrypt_to").into_iter().map(|(_, key)| key.trim().to_owned()).collect(),
    }
}

/// Looks at what the section means beside the others.
pub(crate) fn check(root: &Node<'_>, publication: &Publication, min_support: u64, gates: &[Gate], mistakes: &mut Mistakes<'_>) {
    let section = root.section("disclosure");
    for (path, key) in section.texts("encrypt_to") {
        if let Err(error) = Recipient::parse(&key) {
            // The text is not shown: it may be a private key.
            let error =
                ConfigError::new("invalid-recipient", format!("`{path}` cannot be encrypted to: {error}")).help(error.help());
            mistakes.at_value(&path, error);
        }
    }
    if section.has("encrypt_to") && !publication.profile.controls() && publication.is_written {
        let error =
            ConfigError::new("useless-recipients", "under the profile `internal` nothing is encrypted: releases are exact");
        mistakes.at_key(&section.at("encrypt_to"), error.help("write `profile: public` or `restricted`, or delete the keys"));
    }
    if publication.rows_are_public && publication.profile.controls() {
        let error =
            ConfigError::new("contradictory-keys", "`rows_are_public` and a profile that withholds counts contradict each other");
        mistakes.at_key(&section.at("rows_are_public"), error.help("delete one of them"));
    }
    for problem in problems(publication.profile, publication.min_cell, min_support, gates) {
        let error = ConfigError::new("telling-profile", problem.to_string()).help(problem.help());
        mistakes.at_value(&section.at("profile"), error);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::parse;
    use crate::tests::MINIMAL;

    fn read(more: &str) -> Result<Config, String> {
        parse("modelgate.yml", &format!("{MINIMAL}{more}")).map_err(|errors| errors.to_string())
    }

    const KEY: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";

    #[test]
    fn without_a_section_readers_may_know_the_rows() {
        let found = read("").unwrap().publication;
        assert_eq!((found.profile, found.is_written, found.min_cell), (Profile::Internal, false, 11));
    }

    #[test]
    fn a_section_becomes_settings() {
        let found = read(&format!("disclosure: {{profile: public, min_cell: 20, encrypt_to: [{KEY}]}}\n")).unwrap();
        assert_eq!(found.disclosure(), DisclosureSettings { profile: Profile::Public, min_cell: 20, min_support: 30 });
        assert_eq!((found.publication.is_written, found.publication.encrypt_to), (true, vec![KEY.to_owned()]));
    }

    #[test]
    fn a_key_that_is_none_is_refused_and_not_repeated() {
        let secret = "AGE-SECRET-KEY-1QQQQQQ";
        let error = read(&format!("disclosure: {{profile: public, encrypt_to: [{secret}]}}\n")).unwrap_err();
        assert!(error.contains("this is a private key"), "{error}");
        let error = read("disclosure: {profile: public, encrypt_to: [age1nope, ssh-rsa AAAA]}\n").unwrap_err();
        assert!(error.contains("a letter is missing or wrong") && error.contains("only ssh-ed25519"), "{error}");
    }

    #[test]
    fn settings_that_tell_numbers_are_refused() {
        let error = read("evaluation: {min_support: 5}\ndisclosure: {profile: public}\n").unwrap_err();
        assert!(error.contains("evaluation.min_support: 11"), "{error}");
        let gates = "  - {metric: count, slices: every, lower_bound: 20}\nevaluation: {slices: [sex]}\ndisclosure: {profile: restricted}\n";
        let error = read(gates).unwrap_err();
        assert!(error.contains("which its state then tells"), "{error}");
        assert!(read("evaluation: {min_support: 5}\ndisclosure: {profile: internal}\n").is_ok());
    }

    #[test]
    fn what_contradicts_the_profile_is_refused() {
        assert!(
            read(&format!("disclosure: {{profile: internal, encrypt_to: [{KEY}]}}\n"))
                .unwrap_err()
                .contains("nothing is encrypted")
        );
        assert!(read("disclosure: {profile: public, rows_are_public: true}\n").unwrap_err().contains("contradict"));
    }
}
