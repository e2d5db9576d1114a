//! Envelopes, their signatures, and signatures without keys: what is read survives, and is never larger than its text.
#![no_main]

use modelgate_ledger::{AllowedSigners, Envelope, KeylessSignature, LONGEST_BUNDLE, LONGEST_ENVELOPE};

/// Somebody who is listed, so that signatures are looked at.
const SIGNERS: &str = "ci valid-after=\"20260101Z\" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n";

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(envelope) = Envelope::parse(bytes) {
        assert!(bytes.len() <= LONGEST_ENVELOPE && envelope.payload.len() <= bytes.len());
        assert_eq!(Envelope::parse(envelope.to_line().as_bytes()).as_ref(), Ok(&envelope));
        if let Ok(signers) = AllowedSigners::parse(SIGNERS) {
            let _ = envelope.signature_states(&signers, "2026-06-01T00:00:00Z");
        }
    }
    if let Ok(signature) = KeylessSignature::parse(bytes) {
        assert!(bytes.len() <= LONGEST_BUNDLE && !signature.is_over(b""), "a signature over nothing");
    }
    let text = String::from_utf8_lossy(bytes);
    let _ = (AllowedSigners::parse(&text), modelgate_ledger::SigningKey::parse(&text).is_ok());
});
