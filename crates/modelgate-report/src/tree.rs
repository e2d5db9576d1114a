//! What templates are given: a tree whose texts are all [`Shown`], so that nothing else can reach a document.

use std::collections::BTreeMap;

use crate::escape::Shown;

/// A value that a template can print, test, or loop over.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    /// A text.
    Text(Shown),
    /// A yes or no.
    Flag(bool),
    /// Several values.
    List(Vec<Node>),
    /// Named values.
    Fields(BTreeMap<&'static str, Node>),
}

/// Builds [`Node::Fields`] from names and values.
macro_rules! fields {
    ($($name:ident : $value:expr),* $(,)?) => {
        $crate::tree::Node::Fields(std::collections::BTreeMap::from([
            $((stringify!($name), $crate::tree::Node::from($value))),*
        ]))
    };
}
pub(crate) use fields;

impl From<Shown> for Node {
    fn from(text: Shown) -> Self {
        Self::Text(text)
    }
}

impl From<&'static str> for Node {
    fn from(text: &'static str) -> Self {
        Self::Text(Shown::phrase(text))
    }
}

impl From<bool> for Node {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Vec<Node>> for Node {
    fn from(list: Vec<Node>) -> Self {
        Self::List(list)
    }
}

/// Nothing is `false`, so that templates can ask `if` before they print.
impl From<Option<Node>> for Node {
    fn from(node: Option<Node>) -> Self {
        node.unwrap_or(Self::Flag(false))
    }
}

impl From<Node> for minijinja::Value {
    fn from(node: Node) -> Self {
        match node {
            Node::Text(text) => Self::from(text.into_string()),
            Node::Flag(flag) => Self::from(flag),
            Node::List(list) => Self::from(list.into_iter().map(Self::from).collect::<Vec<_>>()),
            Node::Fields(fields) => {
                Self::from(fields.into_iter().map(|(name, node)| (name, Self::from(node))).collect::<BTreeMap<_, _>>())
            }
        }
    }
}

impl From<Node> for tera::Value {
    fn from(node: Node) -> Self {
        match node {
            Node::Text(text) => Self::from(text.into_string()),
            Node::Flag(flag) => Self::from(flag),
            Node::List(list) => Self::from(list),
            Node::Fields(fields) => Self::from(fields),
        }
    }
}
