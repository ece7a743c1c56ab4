//! What the parsers of one text build together.

use std::collections::HashMap;

use thinlock_go::{Str, unicode, utf8};

use crate::FuncMap;
use crate::lex::Lexer;
use crate::tree::{Callee, Kind, Node, NodeId, Number, Quoted, Span, Tree};

/// What the trees of one text share.
pub(super) struct Shared<'i> {
    pub(super) lexer: Lexer<'i>,
    pub(super) text: &'i [u8],
    pub(super) file: Str,
    pub(super) functions: &'i FuncMap,
    pub(super) parentheses_limited: bool,
    pub(super) floor: usize,
    pub(super) trees: Vec<Tree>,
    pub(super) tree_index: HashMap<Str, usize>,
    pub(super) nodes: Vec<Node>,
    pub(super) children: Vec<NodeId>,
    /// The children of nodes that are not complete yet, those of the innermost one last.
    pub(super) pending: Vec<NodeId>,
    pub(super) keys: Vec<Str>,
    pub(super) variables: Vec<Str>,
    pub(super) variable_index: HashMap<Str, usize>,
    pub(super) numbers: Vec<Number>,
    pub(super) strings: Vec<Quoted>,
    pub(super) callees: Vec<Callee>,
}

impl Shared<'_> {
    pub(super) fn node(&mut self, pos: u32, kind: Kind) -> NodeId {
        self.nodes.push(Node { pos, kind });
        (self.nodes.len() - 1) as NodeId
    }

    pub(super) fn span(&mut self, children: &[NodeId]) -> Span {
        let start = self.children.len() as u32;
        self.children.extend_from_slice(children);
        Span { start, len: children.len() as u32 }
    }

    /// Makes children of what is pending from `base` on.
    pub(super) fn span_of_pending(&mut self, base: usize) -> Span {
        let start = self.children.len() as u32;
        self.children.extend(self.pending.drain(base..));
        Span { start, len: self.children.len() as u32 - start }
    }

    pub(super) fn variable(&mut self, name: &[u8]) -> u32 {
        /// Up to here looking through the names beats a table.
        const FEW: usize = 32;
        let known = if self.variables.len() <= FEW {
            self.variables.iter().position(|v| v.as_bytes() == name)
        } else {
            for at in self.variable_index.len()..self.variables.len() {
                self.variable_index.insert(self.variables[at].clone(), at);
            }
            self.variable_index.get(name).copied()
        };
        known.unwrap_or_else(|| {
            self.variables.push(Str::from(name));
            self.variables.len() - 1
        }) as u32
    }

    pub(super) fn callee(&mut self, callee: Callee) -> u32 {
        let at = self.callees.iter().position(|c| c.name() == callee.name());
        at.unwrap_or_else(|| {
            self.callees.push(callee);
            self.callees.len() - 1
        }) as u32
    }

    /// Go's `IsEmptyTree`: text of white space only.
    pub(super) fn is_empty(&self, root: NodeId) -> bool {
        let Kind::List(span) = self.nodes[root as usize].kind else { return false };
        let children = &self.children[span.start as usize..(span.start + span.len) as usize];
        children.iter().all(|id| match self.nodes[*id as usize].kind {
            Kind::Text { start, end } => {
                let text = &self.text[start as usize..end as usize];
                utf8::runes(text).all(|(_, c, _)| unicode::is_space(c))
            }
            _ => false,
        })
    }
}
