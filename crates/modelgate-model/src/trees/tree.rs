//! A grown tree: a list of nodes in which every child stands after its parent, so that no file can hold a cycle.

/// A place in a tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Node {
    /// Rows part.
    Split {
        /// The column of the encoded rows.
        feature: u32,
        /// What is at most this goes to the left.
        threshold: f64,
        /// Whether missing values go to the left.
        missing_left: bool,
        /// The nodes of both sides; each is the child of one parent and stands after it.
        left: u32,
        right: u32,
    },
    /// Rows stay.
    Leaf {
        /// The place of its first value.
        values: u32,
    },
}

/// A tree with one or several outputs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tree {
    /// The first is the root.
    pub(crate) nodes: Vec<Node>,
    /// The values of the leaves, all outputs of one leaf together.
    pub(crate) values: Vec<f64>,
}

impl Tree {
    /// The values of the leaf that a row comes to: one for each of `outputs`.
    pub(crate) fn values_of<'a>(&'a self, row: &[f64], outputs: usize) -> &'a [f64] {
        let mut at = 0_u32;
        loop {
            match self.nodes.get(at as usize) {
                Some(Node::Split { feature, threshold, missing_left, left, right }) => {
                    let value = row.get(*feature as usize).copied().unwrap_or(f64::NAN);
                    let goes_left = if value.is_nan() { *missing_left } else { value <= *threshold };
                    at = if goes_left { *left } else { *right };
                }
                Some(Node::Leaf { values }) => {
                    let start = *values as usize;
                    return self.values.get(start..start + outputs).unwrap_or_default();
                }
                // Not in a tree that is sound.
                None => return &[],
            }
        }
    }

    /// What is wrong with a tree that was read from somewhere; `None` for a tree as training makes them.
    pub(crate) fn flaw(&self, features: usize, outputs: usize) -> Option<&'static str> {
        let count = self.nodes.len();
        if count == 0 {
            return Some("a tree has no node");
        }
        let mut parents = vec![0_u8; count];
        let mut next_value = 0;
        for (index, node) in self.nodes.iter().enumerate() {
            match node {
                Node::Split { feature, threshold, left, right, .. } => {
                    if *feature as usize >= features {
                        return Some("a tree splits on a feature that there is not");
                    }
                    if !threshold.is_finite() {
                        return Some("a threshold is not finite");
                    }
                    for child in [*left as usize, *right as usize] {
                        if child <= index || child >= count {
                            return Some("a node of a tree does not stand after its parent");
                        }
                        parents[child] = parents[child].saturating_add(1);
                    }
                }
                Node::Leaf { values } => {
                    if *values as usize != next_value {
                        return Some("the values of a tree do not fit its leaves");
                    }
                    next_value += outputs;
                }
            }
        }
        if parents.iter().enumerate().any(|(index, parents)| (*parents == 1) != (index > 0)) {
            return Some("a node of a tree has no parent or two");
        }
        if next_value != self.values.len() {
            return Some("the values of a tree do not fit its leaves");
        }
        if self.values.iter().any(|value| !value.is_finite()) {
            return Some("a value of a tree is not finite");
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(left: u32, right: u32) -> Node {
        Node::Split { feature: 0, threshold: 1.0, missing_left: true, left, right }
    }

    #[test]
    fn a_row_comes_to_its_leaf() {
        let tree = Tree {
            nodes: vec![split(1, 2), Node::Leaf { values: 0 }, Node::Leaf { values: 2 }],
            values: vec![1.0, 2.0, 3.0, 4.0],
        };
        assert_eq!(tree.flaw(1, 2), None);
        assert_eq!(tree.values_of(&[1.0], 2), [1.0, 2.0]);
        assert_eq!(tree.values_of(&[1.1], 2), [3.0, 4.0]);
        assert_eq!(tree.values_of(&[f64::NAN], 2), [1.0, 2.0]);
    }

    #[test]
    fn a_cycle_a_shared_child_and_a_stray_node_are_flaws() {
        let leaf = |values| Node::Leaf { values };
        for nodes in [
            vec![],
            vec![split(0, 1), leaf(0)],
            vec![split(1, 1), leaf(0)],
            vec![split(1, 2), split(0, 2), leaf(0)],
            vec![split(1, 9), leaf(0)],
            vec![leaf(0), leaf(1)],
            vec![split(1, 2), leaf(1), leaf(0)],
            vec![Node::Split { feature: 1, threshold: 1.0, missing_left: true, left: 1, right: 2 }, leaf(0), leaf(1)],
            vec![Node::Split { feature: 0, threshold: f64::NAN, missing_left: true, left: 1, right: 2 }, leaf(0), leaf(1)],
        ] {
            let values = vec![0.5; nodes.iter().filter(|node| matches!(node, Node::Leaf { .. })).count()];
            assert!(Tree { nodes: nodes.clone(), values }.flaw(1, 1).is_some(), "{nodes:?}");
        }
        let infinite = Tree { nodes: vec![leaf(0)], values: vec![f64::INFINITY] };
        assert!(infinite.flaw(1, 1).is_some());
    }
}
