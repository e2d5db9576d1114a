//! Signatures without a key of one's own: Sigstore's bundles, each with a signature, and a certificate that says whose key it was, which
//! lived for minutes.
//!
//! What is read here is whether the signature is over the bytes and by the certificate's key, and what the certificate says. Whether
//! Sigstore gave out the certificate, and when the signature was made, is for its own programs to tell.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use serde::Deserialize;

use crate::der::{BITS, BOOLEAN, Der, FIRST, INTEGER, OBJECT, OCTETS, SEQUENCE, TEXT};
use crate::hex::{Hash, sha256};

/// The longest bundle that is read, in bytes. One has five to fifteen thousand.
pub const LONGEST_BUNDLE: usize = 1 << 18;

/// How the type of a bundle begins, of every version.
const TYPE: &str = "application/vnd.dev.sigstore.bundle";

/// 1.2.840.10045.2.1 and 1.2.840.10045.3.1.7: a key on the curve P-256.
const OF_CURVE: [u8; 7] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: [u8; 8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

/// 2.5.29.17, other names of the subject.
const NAMES: [u8; 3] = [0x55, 0x1d, 0x11];

/// 1.3.6.1.4.1.57264.1.8, who vouched for the identity, as Fulcio writes it.
const ISSUER: [u8; 10] = [0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01, 0x08];

/// An address of mail, and an address of anything, among names.
const MAIL: u8 = 0x81;
const ADDRESS: u8 = 0x86;

/// The extensions of a certificate.
const EXTENSIONS: u8 = 0xa3;

/// A signature and what its certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeylessSignature {
    /// The SHA-256 digest of what was signed.
    pub digest: Hash,
    /// Whose the certificate says that the key was: a workflow's address, or a person's mail.
    pub identity: String,
    /// Who vouched for that, as the certificate says.
    pub issuer: String,
    key: Vec<u8>,
    signature: Vec<u8>,
}

/// Why bytes are no bundle that is read here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is not a bundle of Sigstore with a signature over a file: {0}")]
pub struct BundleError(String);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bundle {
    media_type: String,
    verification_material: Material,
    message_signature: Option<Signature>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Material {
    certificate: Option<Raw>,
    x509_certificate_chain: Option<Chain>,
}

#[derive(Deserialize)]
struct Chain {
    certificates: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    raw_bytes: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Signature {
    message_digest: Digest,
    signature: String,
}

#[derive(Deserialize)]
struct Digest {
    algorithm: String,
    digest: String,
}

impl KeylessSignature {
    /// Reads a bundle.
    pub fn parse(bytes: &[u8]) -> Result<Self, BundleError> {
        let wrong = |what: &str| BundleError(what.to_owned());
        if bytes.len() > LONGEST_BUNDLE {
            return Err(BundleError(format!("it is longer than {LONGEST_BUNDLE} bytes")));
        }
        let bundle: Bundle = serde_json::from_slice(bytes).map_err(|error| BundleError(crate::entry::reason(&error)))?;
        if !bundle.media_type.starts_with(TYPE) {
            return Err(wrong("it is of another type"));
        }
        let Some(Signature { message_digest, signature }) = bundle.message_signature else {
            return Err(wrong("it has a signature over something else"));
        };
        let decode =
            |what: &str, text: &str| STANDARD.decode(text).map_err(|_| BundleError(format!("its {what} is not in base64")));
        let digest = decode("digest", &message_digest.digest)?.try_into().ok().filter(|_| message_digest.algorithm == "SHA2_256");
        let Material { certificate, x509_certificate_chain } = bundle.verification_material;
        let first = certificate.or_else(|| x509_certificate_chain.and_then(|chain| chain.certificates.into_iter().next()));
        let certificate = decode("certificate", &first.ok_or_else(|| wrong("it has no certificate"))?.raw_bytes)?;
        let Certificate { key, identity, issuer } = Certificate::read(&certificate)
            .ok_or_else(|| wrong("its certificate is not one of Fulcio, with a key on P-256, an identity and an issuer"))?;
        let signature = decode("signature", &signature)?;
        Ok(Self { digest: digest.ok_or_else(|| wrong("its digest is not one of SHA-256"))?, identity, issuer, key, signature })
    }

    /// Whether it is over these bytes and by the key of the certificate.
    #[must_use]
    pub fn is_over(&self, message: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &self.key);
        sha256(message) == self.digest && key.verify(message, &self.signature).is_ok()
    }
}

struct Certificate {
    key: Vec<u8>,
    identity: String,
    issuer: String,
}

impl Certificate {
    /// Reads what RFC 5280 says of a certificate as far as it is asked for here.
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut whole = Der(bytes);
        let mut certificate = whole.inner(SEQUENCE)?;
        let mut told = certificate.inner(SEQUENCE)?;
        let (_version, _serial) = (told.take(FIRST)?, told.take(INTEGER)?);
        let (_algorithm, _issuer, _validity, _subject) =
            (told.take(SEQUENCE)?, told.take(SEQUENCE)?, told.take(SEQUENCE)?, told.take(SEQUENCE)?);
        let key = key(told.inner(SEQUENCE)?)?;
        let mut list = told.inner(EXTENSIONS)?.inner(SEQUENCE)?;
        let (mut identity, mut issuer) = (None, None);
        while !list.0.is_empty() {
            let mut extension = list.inner(SEQUENCE)?;
            let name = extension.take(OBJECT)?;
            let _is_critical = extension.take(BOOLEAN);
            let value = extension.take(OCTETS)?;
            if name == NAMES {
                identity = Some(one_name(Der(value))?);
            } else if name == ISSUER {
                issuer = Some(text(Der(value).take(TEXT)?)?);
            }
        }
        whole.0.is_empty().then_some(Self { key, identity: identity?, issuer: issuer? })
    }
}

/// The point of a key on P-256.
fn key(mut told: Der<'_>) -> Option<Vec<u8>> {
    let mut algorithm = told.inner(SEQUENCE)?;
    let is_ours = algorithm.take(OBJECT)? == OF_CURVE && algorithm.take(OBJECT)? == P256;
    // The first byte tells how many bits of the last one do not count.
    let (unused, point) = told.take(BITS)?.split_first()?;
    (is_ours && *unused == 0).then(|| point.to_vec())
}

/// The name where there is exactly one: of several, a reader and another could take different ones.
fn one_name(mut names: Der<'_>) -> Option<String> {
    let mut list = names.inner(SEQUENCE)?;
    let name = list.take(ADDRESS).or_else(|| list.take(MAIL))?;
    if list.0.is_empty() && names.0.is_empty() { text(name) } else { None }
}

fn text(bytes: &[u8]) -> Option<String> {
    String::from_utf8(bytes.to_vec()).ok().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// `openssl` made the certificate and the signature over "hello\n"; see the end-to-end tests for how.
    const CERTIFICATE: &str = "MIICOzCCAeGgAwIBAgIUdsSMQspb/DGHGThX0WHKCQpwvkYwCgYIKoZIzj0EAwIwDzENMAsGA1UECgwEdGVzdDAeFw0yNjExMjgwNDI1NTZaFw0yNjExMjkwNDI1NTZaMA8xDTALBgNVBAoMBHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQTpdLtr6nDn+wS/Ov2xeBGM21lt3fy0jNKiav4Xj5crfkPGEng+92jlaIsXZiQe7I0lCbKCoIWLzgwr169AD6no4IBGTCCARUwDgYDVR0PAQH/BAQDAgeAMBMGA1UdJQQMMAoGCCsGAQUFBwMDMFcGA1UdEQEB/wRNMEuGSWh0dHBzOi8vZ2l0aHViLmNvbS9hY21lL2NyZWRpdC8uZ2l0aHViL3dvcmtmbG93cy9nYXRlLnltbEByZWZzL2hlYWRzL21haW4wOQYKKwYBBAGDvzABAQQraHR0cHM6Ly90b2tlbi5hY3Rpb25zLmdpdGh1YnVzZXJjb250ZW50LmNvbTA7BgorBgEEAYO/MAEIBC0MK2h0dHBzOi8vdG9rZW4uYWN0aW9ucy5naXRodWJ1c2VyY29udGVudC5jb20wHQYDVR0OBBYEFBp4l3+s/+twBFxAkjDo+vduTaw5MAoGCCqGSM49BAMCA0gAMEUCIQCGyUtWAjwsOkeViF1jM/F2vrA+0RFHkv1YdTsk9i1l1gIgNpvIdeFsBzFfwDd8Vg1yEC5HpBSfz5g330SutjU8jVE=";
    const SIGNATURE: &str = "MEUCIGL9/OGQL+DF81wD1wNKBdTuFc8ttHfG7x041LhRSxvMAiEA09bO+ukcLiektrAnZgbkt62fkQ88wzbGKKeAdwH54jg=";

    fn bundle(certificate: &str, signature: &str) -> String {
        let digest = STANDARD.encode(sha256(b"hello\n"));
        format!(
            r#"{{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{{"certificate":{{"rawBytes":"{certificate}"}},"tlogEntries":[]}},"messageSignature":{{"messageDigest":{{"algorithm":"SHA2_256","digest":"{digest}"}},"signature":"{signature}"}}}}"#
        )
    }

    #[test]
    fn a_bundle_tells_whose_key_signed_what() {
        let read = KeylessSignature::parse(bundle(CERTIFICATE, SIGNATURE).as_bytes()).unwrap();
        assert_eq!(read.identity, "https://github.com/acme/credit/.github/workflows/gate.yml@refs/heads/main");
        assert_eq!(read.issuer, "https://token.actions.githubusercontent.com");
        assert!(read.is_over(b"hello\n") && !read.is_over(b"hello"));
        let other = KeylessSignature { digest: sha256(b"hello"), ..read };
        assert!(!other.is_over(b"hello"), "the digest alone is not believed");
    }

    #[test]
    fn no_bytes_make_it_do_anything_but_refuse() {
        let certificate = STANDARD.decode(CERTIFICATE).unwrap();
        for length in 0..certificate.len() {
            assert!(Certificate::read(&certificate[..length]).is_none(), "{length}");
            let mut edited = certificate.clone();
            *edited.get_mut(length).unwrap() ^= 0x55;
            let _ = Certificate::read(&edited);
        }
        let whole = bundle(CERTIFICATE, SIGNATURE);
        for other in [
            String::new(),
            whole.replace("vnd.dev.sigstore", "x"),
            whole.replace("messageSignature", "dsseEnvelope"),
            whole.replace("SHA2_256", "SHA2_512"),
            whole.replace("\"certificate\"", "\"other\""),
            bundle("AAAA", SIGNATURE),
            bundle(CERTIFICATE, "?"),
            " ".repeat(LONGEST_BUNDLE) + &whole,
        ] {
            assert!(KeylessSignature::parse(other.as_bytes()).is_err(), "{other}");
        }
    }
}
