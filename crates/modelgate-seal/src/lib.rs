//! Encrypts bytes to given public keys in the `age` format, and reads them again with an identity. Knows nothing of what
//! the bytes are, keeps no key, and puts none into an error.

use std::io::{Cursor, Read as _, Write as _};
use std::str::FromStr as _;

/// Somebody who will be able to read: a public key.
pub struct Recipient(Box<dyn age::Recipient>);

/// Why a text is no public key to encrypt to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecipientError {
    /// It is a private key.
    #[error("this is a private key")]
    Private,
    /// An SSH key of a kind that is not read.
    #[error("of SSH keys only ssh-ed25519 is read")]
    OtherSsh,
    /// It looks like a key and is none: a letter was lost or changed.
    #[error("this is no whole public key: a letter is missing or wrong")]
    Broken,
    /// It looks like nothing that is known.
    #[error("this is no public key")]
    Unknown,
}

impl RecipientError {
    /// What to do next.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            Self::Private => "treat it as known to others, make a new pair, and write the public key here",
            Self::OtherSsh => "use an ssh-ed25519 key, or make an age key with `age-keygen`",
            Self::Broken | Self::Unknown => {
                "write a public key: `age1...` (from `age-keygen -y`) or a line `ssh-ed25519 AAAA...`"
            }
        }
    }
}

impl Recipient {
    /// Reads `age1...` or `ssh-ed25519 AAAA... comment`.
    pub fn parse(text: &str) -> Result<Self, RecipientError> {
        let text = text.trim();
        if text.starts_with("AGE-SECRET-KEY") || text.starts_with("-----BEGIN") {
            return Err(RecipientError::Private);
        }
        if text.starts_with("ssh-ed25519 ") {
            let key = age::ssh::Recipient::from_str(text).map_err(|_| RecipientError::Broken)?;
            return Ok(Self(Box::new(key)));
        }
        if text.starts_with("ssh-") || text.starts_with("ecdsa-") {
            return Err(RecipientError::OtherSsh);
        }
        if !text.starts_with("age1") {
            return Err(RecipientError::Unknown);
        }
        let key = age::x25519::Recipient::from_str(text).map_err(|_| RecipientError::Broken)?;
        Ok(Self(Box::new(key)))
    }
}

/// Bytes could not be encrypted or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// There is nobody to encrypt to.
    #[error("there is no public key to encrypt to")]
    NoRecipients,
    /// The bytes could not be encrypted.
    #[error("encrypting failed")]
    Encrypting,
    /// The identity file holds no key that is read.
    #[error("the identity file holds no key that can be read here")]
    NoIdentity,
    /// The SSH key is protected by a passphrase.
    #[error("the identity file's SSH key is protected by a passphrase")]
    Locked,
    /// No key of the identity file is one that the bytes were encrypted to.
    #[error("it was encrypted to other keys than those in the identity file")]
    WrongIdentity,
    /// The bytes are not whole, or were changed.
    #[error("it is not a whole encrypted file: it was cut or changed")]
    Damaged,
}

impl SealError {
    /// What to do next.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::NoRecipients | Self::Encrypting => "check `disclosure.encrypt_to`",
            Self::NoIdentity => "the file has to hold an age key (`AGE-SECRET-KEY-1...`) or an OpenSSH ed25519 private key",
            Self::Locked => "use an age key, or a copy of the SSH key without a passphrase that only the CI job can read",
            Self::WrongIdentity => {
                "name the identity of one of `disclosure.encrypt_to` as it was when the release was stored, or store the release again"
            }
            Self::Damaged => "fetch the records branch again",
        }
    }
}

/// Encrypts bytes so that each of the recipients can read them. Two calls never give the same bytes.
pub fn seal(bytes: &[u8], recipients: &[Recipient]) -> Result<Vec<u8>, SealError> {
    if recipients.is_empty() {
        return Err(SealError::NoRecipients);
    }
    let keys = recipients.iter().map(|recipient| recipient.0.as_ref());
    let encryptor = age::Encryptor::with_recipients(keys).map_err(|_| SealError::Encrypting)?;
    let mut sealed = Vec::new();
    let written = encryptor.wrap_output(&mut sealed).and_then(|mut writer| {
        writer.write_all(bytes)?;
        writer.finish()
    });
    written.map_err(|_| SealError::Encrypting)?;
    Ok(sealed)
}

/// Reads encrypted bytes with the keys in the text of an identity file.
pub fn open(sealed: &[u8], identity_file: &str) -> Result<Vec<u8>, SealError> {
    let identities = identities(identity_file)?;
    let decryptor = age::Decryptor::new(sealed).map_err(|_| SealError::Damaged)?;
    let keys = identities.iter().map(AsRef::as_ref);
    let mut reader = decryptor.decrypt(keys).map_err(|error| match error {
        age::DecryptError::NoMatchingKeys => SealError::WrongIdentity,
        _ => SealError::Damaged,
    })?;
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).map_err(|_| SealError::Damaged)?;
    Ok(bytes)
}

/// The keys of an identity file: one OpenSSH key, or age keys on lines of their own.
fn identities(text: &str) -> Result<Vec<Box<dyn age::Identity>>, SealError> {
    if text.trim_start().starts_with("-----BEGIN") {
        let key = age::ssh::Identity::from_buffer(Cursor::new(text), None).map_err(|_| SealError::NoIdentity)?;
        return match key {
            age::ssh::Identity::Unencrypted(_) => Ok(vec![Box::new(key)]),
            age::ssh::Identity::Encrypted(_) => Err(SealError::Locked),
            age::ssh::Identity::Unsupported(_) => Err(SealError::NoIdentity),
        };
    }
    let mut keys: Vec<Box<dyn age::Identity>> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        keys.push(Box::new(age::x25519::Identity::from_str(line).map_err(|_| SealError::NoIdentity)?));
    }
    if keys.is_empty() { Err(SealError::NoIdentity) } else { Ok(keys) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use age::secrecy::ExposeSecret as _;
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD as BASE64;

    use super::*;

    fn pair() -> (String, String) {
        let identity = age::x25519::Identity::generate();
        (identity.to_public().to_string(), format!("# a comment\n{}\n", identity.to_string().expose_secret()))
    }

    /// A pair of SSH keys, as `ssh-keygen -t ed25519` writes them (OpenSSH's PROTOCOL.key), made here so that no private
    /// key lies among the sources.
    fn ssh_pair() -> (String, String) {
        let seed = [7; 32];
        // The public key of this seed (RFC 8032, 5.1.5).
        let public: [u8; 32] = [
            0xea, 0x4a, 0x6c, 0x63, 0xe2, 0x9c, 0x52, 0x0a, 0xbe, 0xf5, 0x50, 0x7b, 0x13, 0x2e, 0xc5, 0xf9, 0x95, 0x47, 0x76,
            0xae, 0xbe, 0xbe, 0x7b, 0x92, 0x42, 0x1e, 0xea, 0x69, 0x14, 0x46, 0xd2, 0x2c,
        ];
        let string = |bytes: &[u8]| [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat();
        let named = [string(b"ssh-ed25519"), string(&public)].concat();
        let pair = string(&[seed, public].concat());
        let mut secret = [vec![0; 8], named.clone(), pair, string(b"")].concat();
        secret.extend((1..).take(secret.len().next_multiple_of(8) - secret.len()));
        let header = [&b"openssh-key-v1\0"[..], &string(b"none"), &string(b"none"), &string(b""), &[0, 0, 0, 1]].concat();
        let file = BASE64.encode([header, string(&named), string(&secret)].concat());
        let lines: Vec<&str> = file.as_bytes().chunks(70).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let (begin, end) = ("-----BEGIN OPENSSH PRIVATE KEY-----", "-----END OPENSSH PRIVATE KEY-----");
        (format!("ssh-ed25519 {}", BASE64.encode(&named)), format!("{begin}\n{}\n{end}\n", lines.join("\n")))
    }

    #[test]
    fn every_recipient_can_read_and_nobody_else() {
        let ((one, one_identity), (other, other_identity)) = (pair(), pair());
        let (ssh, ssh_identity) = ssh_pair();
        let recipients = [&one, &other, &ssh].map(|key| Recipient::parse(key).unwrap());
        let sealed = seal(b"counts", &recipients).unwrap();
        for identity in [one_identity.as_str(), &other_identity, &ssh_identity] {
            assert_eq!(open(&sealed, identity).unwrap(), b"counts");
        }
        assert_eq!(open(&sealed, &pair().1), Err(SealError::WrongIdentity));
        assert!(!sealed.windows(6).any(|part| part == b"counts"));
    }

    #[test]
    fn a_changed_or_cut_file_is_not_read() {
        let (public, identity) = pair();
        let sealed = seal(&[7; 1000], &[Recipient::parse(&public).unwrap()]).unwrap();
        assert_eq!(open(&sealed[..sealed.len() - 1], &identity), Err(SealError::Damaged));
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(open(&changed, &identity), Err(SealError::Damaged));
        assert_eq!(open(b"no such file", &identity), Err(SealError::Damaged));
    }

    #[test]
    fn what_is_no_public_key_is_refused_with_the_reason() {
        let (public, identity) = pair();
        let error = |text: &str| Recipient::parse(text).err();
        assert_eq!(error(identity.lines().last().unwrap()), Some(RecipientError::Private));
        assert_eq!(error(&public[..public.len() - 1]), Some(RecipientError::Broken));
        assert_eq!(error("ssh-rsa AAAA"), Some(RecipientError::OtherSsh));
        assert_eq!(error("ssh-ed25519 AAAA"), Some(RecipientError::Broken));
        assert_eq!(error("somebody"), Some(RecipientError::Unknown));
        assert_eq!(seal(b"x", &[]), Err(SealError::NoRecipients));
    }

    #[test]
    fn an_identity_file_without_a_key_is_told_from_a_wrong_one() {
        let (public, _) = pair();
        let sealed = seal(b"x", &[Recipient::parse(&public).unwrap()]).unwrap();
        for text in ["", "# only a comment\n", "AGE-SECRET-KEY-1XYZ", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n"] {
            assert_eq!(open(&sealed, text), Err(SealError::NoIdentity), "{text}");
        }
    }
}
