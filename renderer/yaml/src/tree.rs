//! The tree of a document: every node in the order of the text, in one vector.

use std::borrow::Cow;

use crate::scanner::{Mark, Text};

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Scalar,
    Sequence,
    Mapping,
    Alias,
}

/// A node. The children of a collection follow it; those of a mapping are keys and values in turn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    /// A plain scalar without a tag, or one with the tag `!`.
    pub(crate) implicit: bool,
    pub(crate) mark: Mark,
    /// The value of a scalar, the name of an alias.
    pub(crate) text: Text,
    /// The node after this one and its children; of an alias, the node that it stands for.
    pub(crate) next: u32,
    /// The number of children.
    pub(crate) len: u32,
    /// One more than the index of the tag; 0 for none.
    pub(crate) tag: u32,
}

/// A document, read but not yet understood.
#[derive(Debug)]
pub(crate) struct Tree<'a> {
    pub(crate) text: Cow<'a, [u8]>,
    pub(crate) owned: Vec<u8>,
    /// Empty if the stream holds no document.
    pub(crate) nodes: Vec<Node>,
    pub(crate) tags: Vec<Text>,
}

impl Tree<'_> {
    /// The bytes of a text.
    #[inline]
    pub(crate) fn bytes(&self, text: Text) -> &[u8] {
        let from: &[u8] = if text.owned { &self.owned } else { &self.text };
        &from[text.start as usize..][..text.len as usize]
    }

    /// The bytes of a text, which are UTF-8: the reader and the escapes let nothing else through.
    pub(crate) fn str(&self, text: Text) -> Cow<'_, str> {
        String::from_utf8_lossy(self.bytes(text))
    }

    /// The tag of a node in full (`tag:yaml.org,2002:int`), empty if it has none.
    #[inline]
    pub(crate) fn tag(&self, node: &Node) -> &[u8] {
        match node.tag.checked_sub(1) {
            None => b"",
            Some(at) => self.bytes(self.tags[at as usize]),
        }
    }

    /// The node at an index.
    #[inline]
    pub(crate) fn node(&self, at: u32) -> &Node {
        &self.nodes[at as usize]
    }

    /// The node after a node and its children.
    #[inline]
    pub(crate) fn after(&self, at: u32) -> u32 {
        let node = self.node(at);
        match node.kind {
            Kind::Sequence | Kind::Mapping => node.next,
            Kind::Scalar | Kind::Alias => at + 1,
        }
    }
}
