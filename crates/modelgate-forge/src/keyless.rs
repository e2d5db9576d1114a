//! Programs that sign as whoever runs them is, with a key that lives for minutes: cosign, or sigstore of Python. They hold the token.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::git::one_line;

/// How one of the programs is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Cosign,
    Sigstore,
}

impl Dialect {
    /// Told by the program's name; every other program is called like cosign.
    fn of(program: &str) -> Self {
        let name = Path::new(program).file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name == "sigstore" { Self::Sigstore } else { Self::Cosign }
    }
}

/// Who must have signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeylessIdentity {
    /// A workflow's address, or a person's mail.
    pub identity: String,
    /// Who vouches for that.
    pub issuer: String,
}

/// Why a program did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeylessError {
    /// It could not be started.
    #[error("{program} cannot be run: {reason}")]
    NotRun {
        /// Its name.
        program: String,
        /// What the system said.
        reason: String,
    },
    /// It ended with an error.
    #[error("{program} refused: {said}")]
    Refused {
        /// Its name.
        program: String,
        /// The last that it said.
        said: String,
    },
}

/// Has a program sign a file and leave its bundle. The token of identity is in the environment, or asked for by the program.
pub fn sign_keyless(program: &str, file: &Path, bundle: &Path) -> Result<(), KeylessError> {
    let mut command = Command::new(program);
    match Dialect::of(program) {
        Dialect::Cosign => command.args(["sign-blob", "--yes", "--bundle"]).arg(bundle).arg(file),
        Dialect::Sigstore => command.args(["sign", "--overwrite", "--bundle"]).arg(bundle).arg(file),
    };
    run(program, &mut command)
}

/// What a program checks signatures against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeylessTrust<'a> {
    /// What it fetches, or has fetched before.
    Fetched,
    /// What is said in a file, as the program reads it: cosign a trusted root, sigstore of Python a configuration of trust.
    Told(&'a Path),
}

/// Has a program check everything about a bundle: the signature, who gave out its certificate, to whom, and when.
pub fn verify_keyless(
    program: &str,
    file: &Path,
    bundle: &Path,
    by: &KeylessIdentity,
    trust: KeylessTrust<'_>,
) -> Result<(), KeylessError> {
    let mut command = Command::new(program);
    let dialect = Dialect::of(program);
    let trusted = match (dialect, trust) {
        (_, KeylessTrust::Fetched) => None,
        (Dialect::Cosign, KeylessTrust::Told(path)) => Some(("--trusted-root", path)),
        // A flag of the program, before what it is to do.
        (Dialect::Sigstore, KeylessTrust::Told(path)) => {
            command.arg("--trust-config").arg(path);
            None
        }
    };
    let (verb, identity, issuer) = match dialect {
        Dialect::Cosign => (&["verify-blob"][..], "--certificate-identity", "--certificate-oidc-issuer"),
        Dialect::Sigstore => (&["verify", "identity"][..], "--cert-identity", "--cert-oidc-issuer"),
    };
    command.args(verb).arg("--bundle").arg(bundle).args([identity, &by.identity, issuer, &by.issuer]);
    if let Some((flag, path)) = trusted {
        command.arg(flag).arg(path);
    }
    command.arg(file);
    run(program, &mut command)
}

fn run(program: &str, command: &mut Command) -> Result<(), KeylessError> {
    let program = || one_line(program);
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| KeylessError::NotRun { program: program(), reason: one_line(&error.to_string()) })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    Err(KeylessError::Refused { program: program(), said: one_line(last) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_apart_by_their_names() {
        for (program, expected) in [
            ("cosign", Dialect::Cosign),
            ("/opt/bin/cosign-linux-amd64", Dialect::Cosign),
            ("sigstore", Dialect::Sigstore),
            ("venv/bin/sigstore", Dialect::Sigstore),
        ] {
            assert_eq!(Dialect::of(program), expected, "{program}");
        }
    }

    #[test]
    fn a_program_that_is_not_there_is_told() {
        let missing = sign_keyless("no-such-program-of-modelgate", Path::new("a"), Path::new("b"));
        assert!(matches!(missing, Err(KeylessError::NotRun { .. })), "{missing:?}");
    }
}
