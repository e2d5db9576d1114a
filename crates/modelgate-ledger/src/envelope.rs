//! A DSSE envelope (secure-systems-lab/dsse, version 1.0.2): exact bytes, their type, and any number of signatures over both.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// The longest envelope that is written or read, in bytes.
pub const LONGEST_ENVELOPE: usize = 1 << 20;

/// The most signatures that are read.
const MOST_SIGNATURES: usize = 64;

/// A payload and who vouches for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// What the payload is, such as `application/vnd.in-toto+json`.
    pub payload_type: String,
    /// The bytes that are signed.
    pub payload: Vec<u8>,
    /// The signatures; none where nothing is signed.
    pub signatures: Vec<EnvelopeSignature>,
}

/// One signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvelopeSignature {
    /// A hint which key it is by; not trusted.
    pub key_id: String,
    /// The signature.
    pub signature: Vec<u8>,
}

/// Why bytes are no envelope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is not a DSSE envelope: {0}")]
pub struct EnvelopeError(String);

#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(rename = "payloadType")]
    payload_type: String,
    payload: String,
    signatures: Vec<StoredSignature>,
}

#[derive(Serialize, Deserialize)]
struct StoredSignature {
    #[serde(default)]
    keyid: String,
    sig: String,
}

impl Envelope {
    /// What signatures are over: the pre-authentication encoding of type and payload.
    #[must_use]
    pub fn signed_bytes(&self) -> Vec<u8> {
        let head = format!("DSSEv1 {} {} {} ", self.payload_type.len(), self.payload_type, self.payload.len());
        [head.as_bytes(), &self.payload].concat()
    }

    /// One line of JSON, with its line end.
    #[must_use]
    pub fn to_line(&self) -> String {
        let signature =
            |one: &EnvelopeSignature| StoredSignature { keyid: one.key_id.clone(), sig: STANDARD.encode(&one.signature) };
        let stored = Stored {
            payload_type: self.payload_type.clone(),
            payload: STANDARD.encode(&self.payload),
            signatures: self.signatures.iter().map(signature).collect(),
        };
        // Text always has a JSON text; an empty one would never be read again.
        serde_json::to_string(&stored).unwrap_or_default() + "\n"
    }

    /// Reads an envelope.
    pub fn parse(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        if bytes.len() > LONGEST_ENVELOPE {
            return Err(EnvelopeError(format!("it is longer than {LONGEST_ENVELOPE} bytes")));
        }
        let stored: Stored = serde_json::from_slice(bytes).map_err(|error| EnvelopeError(crate::entry::reason(&error)))?;
        if stored.signatures.len() > MOST_SIGNATURES {
            return Err(EnvelopeError(format!("it has more than {MOST_SIGNATURES} signatures")));
        }
        let decode =
            |what: &str, text: &str| STANDARD.decode(text).map_err(|_| EnvelopeError(format!("its {what} is not in base64")));
        let signature =
            |one: StoredSignature| Ok(EnvelopeSignature { signature: decode("signature", &one.sig)?, key_id: one.keyid });
        Ok(Self {
            payload: decode("payload", &stored.payload)?,
            payload_type: stored.payload_type,
            signatures: stored.signatures.into_iter().map(signature).collect::<Result<_, _>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn what_is_signed_is_that_of_the_specification() {
        // The example of DSSE's protocol.md.
        let payload = b"hello world".to_vec();
        let envelope = Envelope { payload_type: "http://example.com/HelloWorld".to_owned(), payload, signatures: Vec::new() };
        assert_eq!(envelope.signed_bytes(), b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    #[test]
    fn an_envelope_survives_its_line() {
        let one = EnvelopeSignature { key_id: "k\n\"".to_owned(), signature: vec![0, 255] };
        let envelope = Envelope { payload_type: "t".to_owned(), payload: vec![0, 1, 255], signatures: vec![one] };
        assert_eq!(envelope.to_line().matches('\n').count(), 1);
        assert_eq!(Envelope::parse(envelope.to_line().as_bytes()).unwrap(), envelope);
    }

    #[test]
    fn nonsense_is_refused_with_its_reason() {
        let many = format!(r#"{{"payloadType":"t","payload":"","signatures":[{}]}}"#, [r#"{"sig":""}"#; 65].join(","));
        for (text, why) in [
            ("", "EOF"),
            ("[]", "invalid"),
            (r#"{"payloadType":"t","payload":"AA=","signatures":[]}"#, "payload is not in base64"),
            (r#"{"payloadType":"t","payload":"","payload":"","signatures":[]}"#, "duplicate"),
            (many.as_str(), "more than 64"),
        ] {
            let error = Envelope::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
        assert!(Envelope::parse(&vec![b' '; LONGEST_ENVELOPE + 1]).is_err());
    }
}
