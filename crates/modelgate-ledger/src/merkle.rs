//! The Merkle tree of RFC 6962, section 2.1: roots, and proofs that an entry is in a tree and that a tree continues another.
//!
//! A [`Frontier`] is all that appending needs: the roots of the complete subtrees at the right edge, at most 64 of them.

use sha2::{Digest as _, Sha256};

use crate::hex::{Hash, from_hex, sha256, to_hex};

/// The hash of a leaf: a zero byte and its bytes.
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    hasher.update(leaf);
    hasher.finalize().into()
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([1]);
    hasher.update(left);
    hasher.update(right);
    hasher.finalize().into()
}

/// A tree that grows at its end: its size and the roots of its complete subtrees, the largest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The tree of these leaf hashes.
    #[must_use]
    pub fn of(leaves: &[Hash]) -> Self {
        let mut frontier = Self::default();
        for leaf in leaves {
            frontier.push(*leaf);
        }
        frontier
    }

    /// How many leaves there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf by its hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        // Every bit that is set at the end of the size is a complete subtree that the new one completes to a larger one.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The root; of an empty tree the digest of nothing.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        match peaks.next() {
            None => sha256(&[]),
            Some(last) => peaks.fold(*last, |right, left| node_hash(left, &right)),
        }
    }

    /// The subtrees' roots, a line each.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.peaks.iter().map(|peak| to_hex(peak) + "\n").collect()
    }

    /// Reads what [`to_text`](Self::to_text) wrote of a tree of that size. Whether it is that tree, its root tells.
    #[must_use]
    pub fn parse(text: &str, size: u64) -> Option<Self> {
        // 64 subtrees of 65 characters are the most that there can be.
        if text.len() > 64 * 65 || (!text.is_empty() && !text.ends_with('\n')) {
            return None;
        }
        let peaks: Vec<Hash> = text.lines().map(from_hex).collect::<Option<_>>()?;
        (peaks.len() == size.count_ones() as usize).then_some(Self { size, peaks })
    }
}

/// The root of the tree of these leaf hashes.
#[must_use]
pub fn root(leaves: &[Hash]) -> Hash {
    Frontier::of(leaves).root()
}

/// Where RFC 6962 splits a tree of more than one leaf: the largest power of two below its size.
fn split(size: usize) -> usize {
    size.next_power_of_two() / 2
}

/// The hashes that lead from leaf `index` to the root (RFC 6962, 2.1.1); `None` where there is no such leaf.
#[must_use]
pub fn inclusion_proof(leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    let (mut rest, mut index, mut proof) = (leaves, index, Vec::new());
    while rest.len() > 1 {
        let (left, right) = rest.split_at(split(rest.len()));
        if index < left.len() {
            proof.push(root(right));
            rest = left;
        } else {
            proof.push(root(left));
            index -= left.len();
            rest = right;
        }
    }
    proof.reverse();
    Some(proof)
}

/// The hashes that show that the tree of all leaves continues that of the first `old` (RFC 6962, 2.1.2); `None` where there are
/// fewer. Of an empty tree, or of the tree itself, there is nothing to show.
#[must_use]
pub fn consistency_proof(leaves: &[Hash], old: usize) -> Option<Vec<Hash>> {
    if old > leaves.len() {
        return None;
    }
    let (mut rest, mut old, mut proof, mut is_known) = (leaves, old, Vec::new(), true);
    if old == 0 {
        return Some(proof);
    }
    while old < rest.len() {
        let (left, right) = rest.split_at(split(rest.len()));
        if old <= left.len() {
            proof.push(root(right));
            rest = left;
        } else {
            proof.push(root(left));
            old -= left.len();
            rest = right;
            is_known = false;
        }
    }
    if !is_known {
        proof.push(root(rest));
    }
    proof.reverse();
    Some(proof)
}

/// Whether `proof` leads from a leaf at `index` to the root of a tree of `size` leaves (RFC 9162, 2.1.3.2).
#[must_use]
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for step in proof {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(step, &hash);
            skip_levels(&mut node, &mut last);
        } else {
            hash = node_hash(&hash, step);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Up past the levels on which the node stands alone, at the right edge.
fn skip_levels(node: &mut u64, last: &mut u64) {
    while *node & 1 == 0 && *node != 0 {
        *node >>= 1;
        *last >>= 1;
    }
}

/// Whether `proof` shows that a tree of `size` leaves continues one of `old_size` (RFC 9162, 2.1.4.2).
#[must_use]
pub fn verify_consistency(old_size: u64, old_root: &Hash, size: u64, root: &Hash, proof: &[Hash]) -> bool {
    if old_size == 0 || old_size == size {
        return proof.is_empty() && (if old_size == size { old_root == root } else { *old_root == sha256(&[]) });
    }
    if old_size > size {
        return false;
    }
    let (mut node, mut last) = (old_size - 1, size - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let mut steps = proof.iter();
    let first = if node == 0 { Some(old_root) } else { steps.next() };
    let Some(first) = first else { return false };
    let (mut old_hash, mut hash) = (*first, *first);
    for step in steps {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(step, &old_hash);
            hash = node_hash(step, &hash);
            skip_levels(&mut node, &mut last);
        } else {
            hash = node_hash(&hash, step);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && old_hash == *old_root && hash == *root
}

#[cfg(test)]
mod tests;
