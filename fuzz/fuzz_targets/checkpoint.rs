//! Checkpoints, frontiers, and a whole trail that is made of them: one spelling each, and no size that is believed.
#![no_main]

use modelgate_ledger::Checkpoint;
use modelgate_ledger::merkle::Frontier;
use modelgate_ledger::trail::{Head, Material, examine};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(checkpoint) = Checkpoint::parse(bytes) {
        assert_eq!(checkpoint.to_text().as_bytes(), bytes, "a checkpoint with two spellings");
    }
    let text = String::from_utf8_lossy(bytes);
    let _ = Checkpoint::find(&text);
    let (first, rest) = bytes.split_at(bytes.len() / 2);
    let _ = (Head::read(bytes, rest), Head::read(first, rest));
    for size in [0, 1, 7, u64::MAX] {
        let _ = Frontier::parse(&text, size);
    }
    let entries = [("log/00000/0/0/00000000-x.json".to_owned(), first.to_vec()), (text.into_owned(), rest.to_vec())];
    let found = examine(&Material {
        entries: &entries,
        object: &|_| Some(rest.to_vec()),
        threads: std::num::NonZero::<usize>::MIN,
        checkpoint: Some(bytes),
        frontier: Some(rest),
    });
    let _ = found.root_at(u64::MAX);
});
