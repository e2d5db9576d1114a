//! The file of evidence: read as it was written, or refused.
#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;

fn evidence() -> Evidence {
    let objects: BTreeMap<Digest, String> =
        ["{}", "version: 1\n", "\u{e9}\n"].into_iter().map(|text| (Digest::of(text.as_bytes()), text.to_owned())).collect();
    Evidence { root: Digest::of(b"{}"), objects }
}

#[test]
fn evidence_survives_its_file() {
    assert_eq!(Evidence::decode(&evidence().encode().unwrap()).unwrap(), evidence());
}

#[test]
fn a_text_under_another_digest_is_refused() {
    let text = String::from_utf8(evidence().encode().unwrap()).unwrap();
    let edited = text.replace("version: 1", "version: 2");
    assert!(Evidence::decode(edited.as_bytes()).unwrap_err().contains("has another digest"));
    let newer = text.replace("\"format\":1", "\"format\":2");
    assert!(Evidence::decode(newer.as_bytes()).unwrap_err().contains("reads up to 1"));
    for broken in ["", "{}", "[]", "{\"format\":1,\"root\":\"x\",\"objects\":{}}"] {
        assert!(Evidence::decode(broken.as_bytes()).is_err(), "{broken}");
    }
}
