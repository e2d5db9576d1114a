//! The `git` program, for what needs the network: it holds the credentials. What it says is cleaned before it is shown.

use std::process::{Command, Stdio};

use crate::git::error::{ForgeError, one_line};
use crate::git::repository::Repository;

/// What a run of git said.
pub(crate) struct GitOutput {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    /// The last lines, without credentials and control characters.
    pub(crate) stderr: String,
}

impl GitOutput {
    /// An error that names the subcommand and the remote.
    pub(crate) fn failure(&self, subcommand: &str, remote: &str) -> ForgeError {
        let command = format!("{subcommand} {}", clean(remote));
        ForgeError::GitFailed { command, code: self.code, stderr: self.stderr.clone() }
    }
}

impl Repository {
    /// Runs `git` on this repository. It never asks for a password, and it speaks English, whatever the locale.
    pub(crate) fn run_git(&self, arguments: &[&str]) -> Result<GitOutput, ForgeError> {
        let folder = self.git.workdir().unwrap_or_else(|| self.git.path());
        let output = Command::new("git")
            // Inside a hook GIT_DIR names the repository of the hook; the option wins over it.
            .arg("--git-dir")
            .arg(self.git.path())
            .args(["-c", "gc.auto=0", "-c", "maintenance.auto=false"])
            .args(arguments)
            .current_dir(folder)
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| ForgeError::GitMissing { reason: one_line(&error.to_string()) })?;
        Ok(GitOutput {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: tail(&String::from_utf8_lossy(&output.stderr)),
        })
    }
}

/// The last lines of what git wrote; a server may send any number of them.
fn tail(text: &str) -> String {
    const LINES: usize = 12;
    let lines: Vec<&str> = text.split(['\n', '\r']).filter(|line| !line.trim().is_empty()).collect();
    let last = lines.get(lines.len().saturating_sub(LINES)..).unwrap_or_default();
    last.iter().map(|line| clean(line)).collect::<Vec<_>>().join("\n")
}

/// One line without credentials and control characters.
pub(crate) fn clean(line: &str) -> String {
    one_line(&redact(line))
}

/// Takes `user:password@` out of every address. Takes out too much rather than too little: a password may hold any
/// character but a space or a quote.
fn redact(text: &str) -> String {
    let mut parts = text.split("://");
    let mut cleaned = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| c.is_whitespace() || c == '\'' || c == '"').unwrap_or(part.len());
        let (address, rest) = part.split_at(end);
        cleaned.push_str("://");
        match address.rfind('@') {
            Some(at) => {
                cleaned.push_str("***");
                cleaned.push_str(address.get(at..).unwrap_or_default());
            }
            None => cleaned.push_str(address),
        }
        cleaned.push_str(rest);
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_never_reach_a_message() {
        for (text, cleaned) in [
            ("fatal: 'https://ci:s3cret@example.com/x.git/': no", "fatal: 'https://***@example.com/x.git/': no"),
            ("https://oauth2:a/b@c:d@example.com/x https://k@h/y", "https://***@example.com/x https://***@h/y"),
            ("https://example.com/x.git", "https://example.com/x.git"),
            ("git@example.com:x/y.git", "git@example.com:x/y.git"),
        ] {
            assert_eq!(clean(text), cleaned);
        }
    }

    #[test]
    fn what_a_server_says_is_bounded_and_inert() {
        let lines: Vec<String> = (0..100).map(|n| format!("remote: \u{1b}[31mline {n}\r\n\n")).collect();
        let tail = tail(&lines.concat());
        assert_eq!(tail.lines().count(), 12);
        assert!(tail.ends_with("line 99") && !tail.contains('\u{1b}'), "{tail}");
    }
}
