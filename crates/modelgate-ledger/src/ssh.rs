//! Signatures by Ed25519 keys as OpenSSH keeps them: keys, `SSHSIG` signatures, and the signatures of envelopes.
//!
//! An envelope gets two signatures by one key, because no verifier reads both: a plain one over the pre-authentication encoding,
//! which DSSE libraries and `openssl pkeyutl` verify, and an `SSHSIG` one over the same bytes, which `ssh-keygen -Y verify` does.
//! What each is over begins differently (`DSSEv1`, `SSHSIG`), so that neither can stand for the other.

mod allowed;
mod wire;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use sha2::{Digest as _, Sha256, Sha512};

use crate::hex::sha256;
use crate::{Envelope, EnvelopeSignature};
use wire::{Reader, string};

pub use allowed::{AllowedSigner, AllowedSigners, AllowedSignersError};

/// The namespace of our `SSHSIG` signatures, which keeps them apart from those of commits and files.
pub const NAMESPACE: &str = "modelgate-audit";

/// What stands before the fingerprint in the key id of an `SSHSIG` signature.
const SSHSIG_PREFIX: &str = "sshsig:";

const KEY_TYPE: &[u8] = b"ssh-ed25519";
const MAGIC: &[u8] = b"SSHSIG";

/// A public Ed25519 key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Reads the second word of a line like `ssh-ed25519 AAAA... comment`.
    fn from_base64(text: &str) -> Option<Self> {
        Self::from_blob(&STANDARD.decode(text).ok()?)
    }

    fn from_blob(blob: &[u8]) -> Option<Self> {
        let mut reader = Reader(blob);
        let is_ours = reader.string()? == KEY_TYPE;
        let key = reader.string()?.try_into().ok()?;
        (is_ours && reader.0.is_empty()).then_some(Self(key))
    }

    /// The key's 32 bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn blob(&self) -> Vec<u8> {
        [string(KEY_TYPE), string(&self.0)].concat()
    }

    /// As OpenSSH shows it: `SHA256:...`.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        format!("SHA256:{}", STANDARD_NO_PAD.encode(sha256(&self.blob())))
    }

    /// The line of `authorized_keys`, without a comment.
    #[must_use]
    pub fn to_openssh(&self) -> String {
        format!("ssh-ed25519 {}", STANDARD.encode(self.blob()))
    }

    /// The key as OpenSSL reads it.
    #[must_use]
    pub fn to_pem(&self) -> String {
        // SubjectPublicKeyInfo of RFC 8410 is this prefix and the key.
        const PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
        let der = [PREFIX.as_slice(), &self.0].concat();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der))
    }

    /// Whether a plain signature is over these bytes and by this key.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.0).verify(message, signature).is_ok()
    }
}

/// A private Ed25519 key. It is never shown.
pub struct SigningKey(Ed25519KeyPair);

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.public().fingerprint())
    }
}

/// Why a text is no key to sign with. Says nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SigningKeyError {
    /// Another format.
    #[error("it is not a private key of OpenSSH")]
    NotOpenSsh,
    /// Encrypted with a passphrase.
    #[error("it is protected by a passphrase")]
    Encrypted,
    /// RSA, ECDSA, or a key on a device.
    #[error("it is not an Ed25519 key")]
    OtherType,
}

impl SigningKeyError {
    /// The next step for a person.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotOpenSsh | Self::OtherType => "make one with `ssh-keygen -t ed25519 -N '' -C modelgate -f key`",
            Self::Encrypted => {
                "keep a key without a passphrase in the secret store of the CI system; `ssh-keygen -p -f key` takes one off"
            }
        }
    }
}

impl SigningKey {
    /// Reads the text of a file that `ssh-keygen -t ed25519` wrote.
    pub fn parse(text: &str) -> Result<Self, SigningKeyError> {
        let wrong = SigningKeyError::NotOpenSsh;
        let inner = text.trim().strip_prefix("-----BEGIN OPENSSH PRIVATE KEY-----");
        let inner = inner.and_then(|rest| rest.strip_suffix("-----END OPENSSH PRIVATE KEY-----")).ok_or(wrong)?;
        let packed: String = inner.chars().filter(|c| !c.is_whitespace()).collect();
        let bytes = STANDARD.decode(packed).map_err(|_| wrong)?;
        let mut reader = Reader(bytes.strip_prefix(b"openssh-key-v1\0".as_slice()).ok_or(wrong)?);
        let cipher = reader.string().ok_or(wrong)?;
        let (_kdf, _options) = (reader.string().ok_or(wrong)?, reader.string().ok_or(wrong)?);
        if reader.number() != Some(1) {
            return Err(wrong);
        }
        let public = reader.string().ok_or(wrong)?;
        if Reader(public).string() != Some(KEY_TYPE) {
            return Err(SigningKeyError::OtherType);
        }
        if cipher != b"none" {
            return Err(SigningKeyError::Encrypted);
        }
        let private = reader.string().ok_or(wrong)?;
        Self::from_private(private).ok_or(wrong)
    }

    fn from_private(private: &[u8]) -> Option<Self> {
        let mut reader = Reader(private);
        if reader.number()? != reader.number()? || reader.string()? != KEY_TYPE {
            return None;
        }
        let (public, both) = (reader.string()?, reader.string()?);
        let (seed, repeated) = both.split_first_chunk::<32>()?;
        let pair = Ed25519KeyPair::from_seed_and_public_key(seed, public).ok()?;
        (repeated == public).then_some(Self(pair))
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.0.public_key().as_ref());
        PublicKey(bytes)
    }

    /// A plain signature.
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        let mut bytes = [0; 64];
        bytes.copy_from_slice(self.0.sign(message).as_ref());
        bytes
    }

    fn sign_ssh(&self, message: &[u8]) -> Vec<u8> {
        let digest = Sha512::digest(message);
        let signature = self.sign(&signed_by_ssh(NAMESPACE, b"sha512", &digest));
        let signature = [string(KEY_TYPE), string(&signature)].concat();
        let version = 1_u32.to_be_bytes();
        let parts =
            [string(&self.public().blob()), string(NAMESPACE.as_bytes()), string(b""), string(b"sha512"), string(&signature)];
        [MAGIC, &version, &parts.concat()].concat()
    }
}

/// What an `SSHSIG` signature is over.
fn signed_by_ssh(namespace: &str, algorithm: &[u8], digest: &[u8]) -> Vec<u8> {
    [MAGIC.to_vec(), string(namespace.as_bytes()), string(b""), string(algorithm), string(digest)].concat()
}

/// An `SSHSIG` signature, taken apart.
struct SshSignature {
    key: PublicKey,
    signed: Vec<u8>,
    signature: Vec<u8>,
}

impl SshSignature {
    /// Reads one of our namespace over `message`.
    fn read(blob: &[u8], message: &[u8]) -> Option<Self> {
        let mut reader = Reader(blob.strip_prefix(MAGIC)?);
        if reader.number()? != 1 {
            return None;
        }
        let key = PublicKey::from_blob(reader.string()?)?;
        let (namespace, reserved, algorithm) = (reader.string()?, reader.string()?, reader.string()?);
        let signature = reader.string()?;
        if namespace != NAMESPACE.as_bytes() || !reserved.is_empty() || !reader.0.is_empty() {
            return None;
        }
        let digest = match algorithm {
            b"sha512" => Sha512::digest(message).to_vec(),
            b"sha256" => Sha256::digest(message).to_vec(),
            _ => return None,
        };
        let mut inner = Reader(signature);
        let (kind, signature) = (inner.string()?, inner.string()?);
        let signed = signed_by_ssh(NAMESPACE, algorithm, &digest);
        (kind == KEY_TYPE && inner.0.is_empty()).then(|| Self { key, signed, signature: signature.to_vec() })
    }
}

/// An `SSHSIG` signature as `ssh-keygen` keeps it in a file.
#[must_use]
pub fn armored(signature: &[u8]) -> String {
    let text = STANDARD.encode(signature);
    let lines: Vec<&str> = text.as_bytes().chunks(70).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n", lines.join("\n"))
}

/// What a signature of an envelope shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureState {
    /// By a person or job who might sign then.
    Valid {
        /// Who.
        principal: String,
    },
    /// By somebody who might not sign then.
    NotThen {
        /// Who.
        principal: String,
    },
    /// By a key that is not listed, or of a kind that is not read here.
    Unknown,
    /// It names a listed key, and is not over these bytes or not by that key.
    Forged {
        /// Whose key it names.
        principal: String,
    },
}

impl Envelope {
    /// Adds both signatures of a key. Ed25519 draws nothing, so that the same payload gives the same bytes.
    pub fn sign(&mut self, key: &SigningKey) {
        let (bytes, fingerprint) = (self.signed_bytes(), key.public().fingerprint());
        let plain = EnvelopeSignature { key_id: fingerprint.clone(), signature: key.sign(&bytes).to_vec() };
        let ssh = EnvelopeSignature { key_id: format!("{SSHSIG_PREFIX}{fingerprint}"), signature: key.sign_ssh(&bytes) };
        for one in [plain, ssh] {
            if !self.signatures.contains(&one) {
                self.signatures.push(one);
            }
        }
    }

    /// What each signature shows, against those who may sign, at a time (RFC 3339, UTC, to the second).
    #[must_use]
    pub fn signature_states(&self, allowed: &AllowedSigners, at: &str) -> Vec<SignatureState> {
        let bytes = self.signed_bytes();
        self.signatures.iter().map(|one| state(one, &bytes, allowed, at)).collect()
    }
}

impl EnvelopeSignature {
    /// Whether it is in the format of `ssh-keygen -Y verify`.
    #[must_use]
    pub fn is_ssh(&self) -> bool {
        self.key_id.starts_with(SSHSIG_PREFIX)
    }

    /// The fingerprint that it names.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        self.key_id.strip_prefix(SSHSIG_PREFIX).unwrap_or(&self.key_id)
    }
}

fn state(one: &EnvelopeSignature, bytes: &[u8], allowed: &AllowedSigners, at: &str) -> SignatureState {
    let Some(signer) = allowed.signers.iter().find(|signer| signer.key.fingerprint() == one.fingerprint()) else {
        return SignatureState::Unknown;
    };
    let fits = if one.is_ssh() {
        SshSignature::read(&one.signature, bytes)
            .is_some_and(|read| read.key == signer.key && read.key.verify(&read.signed, &read.signature))
    } else {
        signer.key.verify(bytes, &one.signature)
    };
    let same_key = allowed.signers.iter().filter(|other| other.key == signer.key);
    let principal = signer.principal.clone();
    match (fits, same_key.clone().find(|other| other.may_sign(at))) {
        (false, _) => SignatureState::Forged { principal },
        (true, Some(then)) => SignatureState::Valid { principal: then.principal.clone() },
        (true, None) => SignatureState::NotThen { principal },
    }
}

#[cfg(test)]
mod tests;
