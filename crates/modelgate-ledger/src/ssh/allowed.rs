//! The file of those who may sign (`allowed_signers` of ssh-keygen, which git reads as well), with the times in which they might.

use super::{NAMESPACE, PublicKey};

/// The longest file that is read, in bytes.
const LONGEST: usize = 1 << 20;

/// Somebody who may sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedSigner {
    /// Who, as the file names them: `ci@example.com`, or several with commas.
    pub principal: String,
    /// Their key.
    pub key: PublicKey,
    /// The first second in which they may, RFC 3339.
    pub valid_after: Option<String>,
    /// The second from which on they may not, RFC 3339.
    pub valid_before: Option<String>,
}

impl AllowedSigner {
    /// Whether they might sign at a time (RFC 3339, UTC, to the second).
    #[must_use]
    pub fn may_sign(&self, at: &str) -> bool {
        let began = self.valid_after.as_deref().is_none_or(|after| after <= at);
        let ended = self.valid_before.as_deref().is_some_and(|before| before <= at);
        began && !ended
    }
}

/// Those who may sign, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AllowedSigners {
    /// The keys that we can read.
    pub signers: Vec<AllowedSigner>,
    /// Lines with keys that are not Ed25519, counted from 1: signatures by them are not read.
    pub unread: Vec<usize>,
}

/// A line that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct AllowedSignersError {
    line: usize,
    reason: String,
}

impl AllowedSigners {
    /// Reads the text of the file. Signers of other namespaces are left out.
    pub fn parse(text: &str) -> Result<Self, AllowedSignersError> {
        if text.len() > LONGEST {
            return Err(AllowedSignersError { line: 1, reason: "the file is longer than 1 MiB".to_owned() });
        }
        let mut found = Self::default();
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            match parse_line(text).map_err(|reason| AllowedSignersError { line, reason })? {
                Line::Signer(signer) => found.signers.push(signer),
                Line::OtherKey => found.unread.push(line),
                Line::OtherNamespace => {}
            }
        }
        Ok(found)
    }
}

enum Line {
    Signer(AllowedSigner),
    OtherKey,
    OtherNamespace,
}

fn parse_line(text: &str) -> Result<Line, String> {
    let words = words(text)?;
    let mut words = words.iter().map(String::as_str);
    let principal = words.next().unwrap_or_default().to_owned();
    let mut options = String::new();
    let mut word = words.next().ok_or("there is no key")?;
    if !is_key_type(word) {
        word.clone_into(&mut options);
        word = words.next().ok_or("there is no key")?;
    }
    let (mut valid_after, mut valid_before) = (None, None);
    for option in split_options(&options) {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        let value = value.trim_matches('"');
        match name.to_ascii_lowercase().as_str() {
            "namespaces" if !value.split(',').any(|one| one == NAMESPACE || one == "*") => return Ok(Line::OtherNamespace),
            "namespaces" => {}
            "valid-after" => valid_after = Some(time(value)?),
            "valid-before" => valid_before = Some(time(value)?),
            _ => return Err(format!("the option {} is not read here", name.escape_debug())),
        }
    }
    if word != "ssh-ed25519" {
        return if is_key_type(word) { Ok(Line::OtherKey) } else { Err("there is no key type such as ssh-ed25519".to_owned()) };
    }
    let key = words.next().and_then(PublicKey::from_base64).ok_or("the key is not one of Ed25519 in base64")?;
    Ok(Line::Signer(AllowedSigner { principal, key, valid_after, valid_before }))
}

fn is_key_type(word: &str) -> bool {
    ["ssh-", "ecdsa-", "sk-"].iter().any(|kind| word.starts_with(kind))
}

/// Words between spaces; quotes keep spaces together.
fn words(text: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut is_quoted) = (Vec::new(), String::new(), false);
    for character in text.chars() {
        match character {
            '"' => {
                is_quoted = !is_quoted;
                word.push('"');
            }
            ' ' | '\t' if !is_quoted => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            other => word.push(other),
        }
    }
    if is_quoted {
        return Err("a quote is not closed".to_owned());
    }
    if !word.is_empty() {
        words.push(word);
    }
    if let Some(first) = words.first_mut() {
        *first = first.trim_matches('"').to_owned();
    }
    Ok(words)
}

/// Options between commas that are not in quotes.
fn split_options(text: &str) -> Vec<&str> {
    let mut is_quoted = false;
    let parts = text.split(move |c: char| {
        if c == '"' {
            is_quoted = !is_quoted;
        }
        c == ',' && !is_quoted
    });
    parts.filter(|part| !part.is_empty()).collect()
}

/// `YYYYMMDDZ`, `YYYYMMDDHHMMZ` or `YYYYMMDDHHMMSSZ` as RFC 3339. Without the Z it would be another time on every machine.
fn time(text: &str) -> Result<String, String> {
    let Some(digits) = text.strip_suffix('Z') else {
        return Err("a time without Z at its end depends on the machine's time zone: write for example 20260101Z".to_owned());
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || ![8, 12, 14].contains(&digits.len()) {
        return Err("a time is YYYYMMDDZ, YYYYMMDDHHMMZ or YYYYMMDDHHMMSSZ".to_owned());
    }
    let padded = format!("{digits:0<14}");
    let part = |from: usize, to: usize| padded.get(from..to).unwrap_or_default();
    let date = format!("{}-{}-{}", part(0, 4), part(4, 6), part(6, 8));
    Ok(format!("{date}T{}:{}:{}Z", part(8, 10), part(10, 12), part(12, 14)))
}
