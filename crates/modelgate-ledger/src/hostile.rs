//! Readers on bytes that nobody would write: they give an error or what was written, never a panic, and never more than a few times the
//! memory of what they read.

use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};

use crate::hex::sha256;
use crate::merkle::{Frontier, consistency_proof, inclusion_proof, leaf_hash, verify_consistency, verify_inclusion};
use crate::trail::{CHECKPOINT, FRONTIER, Head, Kind, Material, TrailEntry, examine, object_path};
use crate::{AllowedSigners, Checkpoint, Envelope, EnvelopeSignature, Ledger, SigningKey};

/// A valid text of each reader, to change in places.
fn texts() -> Vec<Vec<u8>> {
    let mut head = Head::new("example.com/log".to_owned());
    let entry = head.append(Kind::Decision, sha256(b"x"), "2026-01-01T00:00:00Z");
    let signature = EnvelopeSignature { key_id: "k".to_owned(), signature: vec![1; 64] };
    let envelope = Envelope { payload_type: "t".to_owned(), payload: b"{}".to_vec(), signatures: vec![signature] };
    let signers =
        "ci valid-after=\"20260101Z\" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n";
    let key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU=\n-----END OPENSSH PRIVATE KEY-----\n";
    [entry.to_line(), envelope.to_line(), head.checkpoint(None).to_text(), head.frontier(), signers.to_owned(), key.to_owned()]
        .map(String::into_bytes)
        .into()
}

/// Gives the bytes to every reader. What is read is what was written: nothing is taken that would be spelled otherwise.
fn read_everything(bytes: &[u8]) -> Result<(), String> {
    let lossy = String::from_utf8_lossy(bytes);
    if let Ok(entry) = TrailEntry::parse(bytes)
        && entry.to_line().as_bytes() != bytes
    {
        return Err("an entry with two spellings".to_owned());
    }
    if let Ok(checkpoint) = Checkpoint::parse(bytes)
        && checkpoint.to_text().as_bytes() != bytes
    {
        return Err("a checkpoint with two spellings".to_owned());
    }
    if let Ok(envelope) = Envelope::parse(bytes) {
        let again = Envelope::parse(envelope.to_line().as_bytes());
        if again.as_ref() != Ok(&envelope) || envelope.payload.len() > bytes.len() {
            return Err("an envelope that does not survive".to_owned());
        }
        let _ = envelope.signature_states(&AllowedSigners::default(), "");
    }
    let _ = (Checkpoint::find(&lossy), AllowedSigners::parse(&lossy), SigningKey::parse(&lossy).is_ok(), Ledger::parse(bytes));
    for size in [0, 1, 7, u64::MAX] {
        let _ = Frontier::parse(&lossy, size);
    }
    let _ = (crate::KeylessSignature::parse(bytes), crate::TimeStamp::parse(bytes));
    let _ = (Head::read(bytes, bytes), crate::from_hex(&lossy), crate::verify(bytes));
    let _ = examine(&Material {
        entries: &[(lossy.into_owned(), bytes.to_vec())],
        object: &|_| Some(bytes.to_vec()),
        threads: std::num::NonZero::<usize>::MIN,
        checkpoint: Some(bytes),
        frontier: Some(bytes),
    });
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..600)) {
        prop_assert_eq!(read_everything(&bytes), Ok(()));
    }

    #[test]
    fn changed_texts_are_read_or_refused(which in 0_usize..6, edits in vec((any::<u16>(), any::<u8>(), 0_u8..3), 1..6)) {
        let mut bytes = texts().swap_remove(which);
        for (at, value, what) in edits {
            let at = usize::from(at) % (bytes.len() + 1);
            match what {
                0 if at < bytes.len() => bytes[at] = value,
                1 if at < bytes.len() => { let _ = bytes.remove(at); }
                _ => bytes.insert(at, value),
            }
        }
        prop_assert_eq!(read_everything(&bytes), Ok(()));
    }

    #[test]
    fn proofs_of_random_trees_hold_and_random_proofs_do_not(size in 1_usize..200, at in any::<u16>(), old in any::<u16>(), junk in vec(any::<[u8; 32]>(), 0..9)) {
        let leaves: Vec<_> = (0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        let root = Frontier::of(&leaves).root();
        let (index, old) = (usize::from(at) % size, usize::from(old) % (size + 1));
        let proof = inclusion_proof(&leaves, index).unwrap_or_default();
        let holds = |proof: &[[u8; 32]]| verify_inclusion(&leaves[index], index as u64, size as u64, proof, &root);
        prop_assert!(holds(&proof));
        prop_assert!(junk == proof || !holds(&junk));
        let before = Frontier::of(&leaves[..old]).root();
        let proof = consistency_proof(&leaves, old).unwrap_or_default();
        let holds = |proof: &[[u8; 32]]| verify_consistency(old as u64, &before, size as u64, &root, proof);
        prop_assert!(holds(&proof));
        prop_assert!(junk == proof || !holds(&junk));
    }

    #[test]
    fn one_changed_byte_of_a_trail_is_found(count in 1_usize..6, file in any::<u16>(), at in any::<u16>(), bit in 0_u8..8) {
        let mut head = Head::new("o".to_owned());
        let mut files = Vec::new();
        for n in 0..count {
            let payload = n.to_string().into_bytes();
            let envelope = Envelope { payload_type: "t".to_owned(), payload, signatures: Vec::new() }.to_line().into_bytes();
            let entry = head.append(Kind::Decision, sha256(&envelope), "2026-01-01T00:00:00Z");
            files.push((object_path(&entry.payload), envelope));
            files.push((entry.path(), entry.to_line().into_bytes()));
        }
        files.push((FRONTIER.to_owned(), head.frontier().into_bytes()));
        files.push((CHECKPOINT.to_owned(), head.checkpoint(None).to_text().into_bytes()));
        files.sort();
        let changed = usize::from(file) % files.len();
        let bytes = &mut files[changed].1;
        let at = usize::from(at) % bytes.len();
        bytes[at] ^= 1 << bit;
        // The name of a trail stands first in the checkpoint; that it is another one, an anchor shows.
        let is_name = files[changed].0 == CHECKPOINT && at == 0;
        let find = |path: &str| files.iter().find(|(known, _)| known == path).map(|(_, bytes)| bytes.clone());
        let entries: Vec<_> = files.iter().filter(|(path, _)| path.starts_with("log/")).cloned().collect();
        let (checkpoint, frontier) = (find(CHECKPOINT), find(FRONTIER));
        let threads = std::num::NonZero::<usize>::MIN;
        let found = examine(&Material { entries: &entries, object: &find, threads, checkpoint: checkpoint.as_deref(), frontier: frontier.as_deref() });
        prop_assert!(is_name || !found.faults.is_empty());
    }
}
