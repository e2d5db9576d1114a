//! Golden vectors of Certificate Transparency, an oracle that follows RFC 6962 word for word, and hostile proofs.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

/// The leaves of the reference implementation's tests.
fn leaves() -> Vec<Hash> {
    let texts: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    texts.iter().map(|text| leaf_hash(text)).collect()
}

fn numbered(count: u32) -> Vec<Hash> {
    (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

/// MTH of RFC 6962, as it is written there.
fn mth(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => sha256(&[]),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&mth(left), &mth(right))
        }
    }
}

#[test]
fn roots_are_those_of_certificate_transparency() {
    let known = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    for (size, known) in known.iter().enumerate() {
        assert_eq!(to_hex(&root(&leaves()[..size])), *known, "{size} leaves");
    }
}

#[test]
fn proofs_are_those_of_certificate_transparency() {
    let hex = |proof: Option<Vec<Hash>>| -> Vec<String> { proof.unwrap().iter().map(|hash| to_hex(hash)).collect() };
    assert_eq!(
        hex(inclusion_proof(&leaves(), 5)),
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
    assert_eq!(
        hex(consistency_proof(&leaves(), 6)),
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
    assert_eq!(
        hex(consistency_proof(&leaves()[..5], 2)),
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ]
    );
}

#[test]
fn a_frontier_grows_to_the_tree_of_the_rfc_and_survives_its_text() {
    let all = numbered(70);
    for size in 0..=all.len() {
        let frontier = Frontier::of(&all[..size]);
        assert_eq!((frontier.size(), frontier.root()), (size as u64, mth(&all[..size])));
        assert_eq!(Frontier::parse(&frontier.to_text(), size as u64), Some(frontier));
    }
}

#[test]
fn a_frontier_of_another_size_is_refused() {
    let text = Frontier::of(&numbered(5)).to_text();
    assert_eq!(Frontier::parse(&text, 7), None);
    assert_eq!(Frontier::parse(text.trim_end(), 5), None);
    assert_eq!(Frontier::parse(&text.to_uppercase(), 5), None);
    assert_eq!(Frontier::parse(&"0".repeat(1 << 20), u64::MAX), None);
}

#[test]
fn every_inclusion_proof_holds_and_no_other() {
    let all = numbered(33);
    for size in 1..=all.len() {
        let (tree, root) = (&all[..size], root(&all[..size]));
        for index in 0..size {
            let proof = inclusion_proof(tree, index).unwrap();
            let holds = |leaf: &Hash, index: usize, size: usize, proof: &[Hash]| {
                verify_inclusion(leaf, index as u64, size as u64, proof, &root)
            };
            assert!(holds(&tree[index], index, size, &proof), "{index} of {size}");
            assert!(!holds(&leaf_hash(b"other"), index, size, &proof));
            assert!(!holds(&tree[index], index, size + 64, &proof));
            assert!(!holds(&tree[index], size, size, &proof));
            let longer = [proof.as_slice(), &[root]].concat();
            assert!(!holds(&tree[index], index, size, &longer));
            if let Some((_, shorter)) = proof.split_last() {
                assert!(!holds(&tree[index], index, size, shorter));
                assert!(!holds(&tree[index], index ^ 1, size, &proof) || tree.len() == index + 1);
            }
        }
        assert_eq!(inclusion_proof(tree, size), None);
    }
}

#[test]
fn every_consistency_proof_holds_and_no_other() {
    let all = numbered(33);
    for size in 0..=all.len() {
        let now = root(&all[..size]);
        for old in 0..=size {
            let before = root(&all[..old]);
            let proof = consistency_proof(&all[..size], old).unwrap();
            let holds = |before: &Hash, proof: &[Hash]| verify_consistency(old as u64, before, size as u64, &now, proof);
            assert!(holds(&before, &proof), "{old} to {size}");
            assert!(!holds(&leaf_hash(b"other"), &proof), "{old} to {size}");
            assert!(!holds(&before, &[proof.as_slice(), &[now]].concat()));
            if let Some((_, shorter)) = proof.split_last() {
                assert!(!holds(&before, shorter));
            }
        }
        assert_eq!(consistency_proof(&all[..size], size + 1), None);
    }
}
