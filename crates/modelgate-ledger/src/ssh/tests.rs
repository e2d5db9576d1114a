//! Keys and signatures, read and written, and everything that is no signature.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

/// The text of a private key as ssh-keygen writes it.
fn key_text(seed: [u8; 32]) -> String {
    let public = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap().public_key().as_ref().to_vec();
    let check = 7_u32.to_be_bytes();
    let both = [seed.as_slice(), &public].concat();
    let mut private =
        [&check, &check, string(KEY_TYPE).as_slice(), &string(&public), &string(&both), &string(b"comment")].concat();
    private.extend((1..=u8::MAX).take((8 - private.len() % 8) % 8));
    let blob = [string(KEY_TYPE), string(&public)].concat();
    let parts = [string(b"none"), string(b"none"), string(b""), 1_u32.to_be_bytes().to_vec(), string(&blob), string(&private)];
    let bytes = [b"openssh-key-v1\0".as_slice(), &parts.concat()].concat();
    format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----\n", STANDARD.encode(bytes))
}

fn key(seed: u8) -> SigningKey {
    SigningKey::parse(&key_text([seed; 32])).unwrap()
}

fn envelope() -> Envelope {
    Envelope { payload_type: "t".to_owned(), payload: b"x".to_vec(), signatures: Vec::new() }
}

fn signed(seed: u8) -> Envelope {
    let mut envelope = envelope();
    envelope.sign(&key(seed));
    envelope
}

fn allowed(options: &str) -> AllowedSigners {
    AllowedSigners::parse(&format!("# who may\nci@example.com {options} {} ci\n", key(1).public().to_openssh())).unwrap()
}

const NOW: &str = "2026-06-01T00:00:00Z";

fn all(envelope: &Envelope, allowed: &AllowedSigners, state: &SignatureState) -> bool {
    let states = envelope.signature_states(allowed, NOW);
    states.len() == 2 && states.iter().all(|one| one == state)
}

fn ci() -> String {
    "ci@example.com".to_owned()
}

#[test]
fn both_signatures_of_a_listed_key_are_valid() {
    assert!(all(&signed(1), &allowed(""), &SignatureState::Valid { principal: ci() }));
    let mut twice = signed(1);
    twice.sign(&key(1));
    assert_eq!(twice, signed(1));
}

#[test]
fn the_plain_signature_is_that_of_rfc_8032() {
    // Test 1 of RFC 8032, 7.1: an empty message.
    let seed: [u8; 32] = crate::hex::from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").unwrap();
    let key = SigningKey::parse(&key_text(seed)).unwrap();
    assert_eq!(crate::hex::to_hex(key.public().bytes()), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    assert!(crate::hex::to_hex(&key.sign(b"")).starts_with("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"));
}

#[test]
fn a_signature_counts_only_in_its_time() {
    for (options, holds) in [
        ("valid-after=\"20260601Z\"", true),
        ("valid-after=\"20260601000001Z\"", false),
        ("valid-before=\"20260601Z\"", false),
        ("valid-after=\"20250101Z\",valid-before=\"202606010001Z\",namespaces=\"git,modelgate-audit\"", true),
    ] {
        let state = if holds { SignatureState::Valid { principal: ci() } } else { SignatureState::NotThen { principal: ci() } };
        assert!(all(&signed(1), &allowed(options), &state), "{options}");
    }
    assert!(all(&signed(1), &allowed("namespaces=\"git\""), &SignatureState::Unknown));
}

#[test]
fn another_key_is_unknown_and_a_swapped_name_is_forged() {
    assert!(all(&signed(2), &allowed(""), &SignatureState::Unknown));
    let mut swapped = signed(2);
    let names: Vec<String> = signed(1).signatures.into_iter().map(|one| one.key_id).collect();
    for (one, name) in swapped.signatures.iter_mut().zip(names) {
        one.key_id = name;
    }
    assert!(all(&swapped, &allowed(""), &SignatureState::Forged { principal: ci() }));
}

#[test]
fn no_byte_of_payload_type_or_signature_can_change() {
    let forged = SignatureState::Forged { principal: ci() };
    let with = |change: &dyn Fn(&mut Envelope)| {
        let mut envelope = signed(1);
        change(&mut envelope);
        envelope
    };
    assert!(all(&with(&|envelope| envelope.payload.push(0)), &allowed(""), &forged));
    assert!(all(&with(&|envelope| envelope.payload_type.push('x')), &allowed(""), &forged));
    for at in 0..2 {
        let length = signed(1).signatures[at].signature.len();
        for byte in 0..length {
            let changed = with(&|envelope| envelope.signatures[at].signature[byte] ^= 1);
            assert_eq!(changed.signature_states(&allowed(""), NOW)[at], forged, "byte {byte} of signature {at}");
            let shorter = with(&|envelope| envelope.signatures[at].signature.truncate(byte));
            assert_eq!(shorter.signature_states(&allowed(""), NOW)[at], forged);
        }
    }
}

#[test]
fn keys_that_cannot_be_used_are_told_apart_and_never_shown() {
    let text = key_text([1; 32]);
    let inner = text.lines().nth(1).unwrap();
    let bytes = STANDARD.decode(inner).unwrap();
    let packed = |bytes: &[u8]| text.replace(inner, &STANDARD.encode(bytes));
    let replaced = |from: &[u8], to: &[u8]| {
        let at = bytes.windows(from.len()).position(|part| part == from).unwrap();
        packed(&[&bytes[..at], to, &bytes[at + from.len()..]].concat())
    };
    let error = |text: &str| SigningKey::parse(text).unwrap_err();
    assert_eq!(error("secret"), SigningKeyError::NotOpenSsh);
    assert_eq!(error(&replaced(b"none", b"aes!")), SigningKeyError::Encrypted);
    assert_eq!(error(&replaced(b"ssh-ed25519", b"ssh-ed44800")), SigningKeyError::OtherType);
    for length in 0..bytes.len() - 16 {
        let _ = error(&packed(&bytes[..length]));
    }
    assert!(format!("{:?}", key(1)).starts_with("SigningKey(SHA256:"));
}

#[test]
fn mistakes_in_the_list_of_signers_are_told_with_their_line() {
    let key = key(1).public().to_openssh();
    for (line, why) in [
        ("ci".to_owned(), "there is no key"),
        (format!("ci valid-after=20260101 {key}"), "a time without Z"),
        (format!("ci valid-after=2026Z {key}"), "a time is"),
        (format!("ci cert-authority {key}"), "is not read here"),
        (format!("ci namespaces=\"git {key}"), "a quote is not closed"),
        ("ci ssh-ed25519 AAAA".to_owned(), "the key is not one"),
        ("ci x y z".to_owned(), "not read here"),
    ] {
        let error = AllowedSigners::parse(&format!("\n{line}\n")).unwrap_err().to_string();
        assert!(error.starts_with("line 2: ") && error.contains(why), "{error}");
    }
    let other = AllowedSigners::parse("ci ssh-rsa AAAA\n").unwrap();
    assert_eq!((other.signers.len(), other.unread), (0, vec![1]));
}
