//! What the parsers of one text build together.

use std::cell::Cell;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::atomic::AtomicU32;

use rustc_hash::FxHasher;
use thinlock_go::str::INLINE;
use thinlock_go::{Str, Toolchain, stack, unicode, utf8};

use crate::FuncMap;
use crate::lex::Lexer;
use crate::tree::{Callee, Kind, More, Node, NodeId, Number, Parsed, Place, Quoted, Span, Tree, more};

/// Up to here looking through names beats a table.
const FEW: usize = 32;

/// What the trees of one text share.
pub(super) struct Shared<'i> {
    pub(super) lexer: Lexer<'i>,
    pub(super) text: &'i [u8],
    pub(super) file: Str,
    functions: &'i FuncMap,
    pub(super) parentheses_limited: bool,
    /// Plain pipelines are read as all others are.
    pub(super) by_tokens: bool,
    pub(super) floor: usize,
    pub(super) trees: Vec<Tree>,
    tree_index: HashMap<Str, usize>,
    pub(super) nodes: Vec<Node>,
    pub(super) children: Vec<NodeId>,
    /// The children of nodes that are not complete yet, those of the innermost one last.
    pub(super) pending: Vec<NodeId>,
    pub(super) keys: Vec<Str>,
    long_keys: HashMap<&'i [u8], Str, BuildHasherDefault<FxHasher>>,
    variables: Vec<Str>,
    variable_index: HashMap<Str, usize>,
    pub(super) numbers: Vec<Number>,
    pub(super) strings: Vec<Quoted>,
    callees: Vec<Callee>,
}

/// See [`Shared::mark`].
pub(super) struct Mark {
    nodes: usize,
    children: usize,
    pending: usize,
    keys: usize,
    numbers: usize,
    strings: usize,
}

/// What a thread builds texts in, before each is kept in memory of its own size: growing tables for each text anew takes
/// longer than filling them.
#[derive(Default)]
struct Room {
    nodes: Vec<Node>,
    children: Vec<NodeId>,
    pending: Vec<NodeId>,
    keys: Vec<Str>,
    strings: Vec<Quoted>,
}

impl Room {
    /// What grew larger than this is not kept for small texts.
    const MAX_NODES: usize = 1 << 15;
}

thread_local! {
    static ROOM: Cell<Room> = Cell::default();
}

impl<'i> Shared<'i> {
    pub(super) fn new(file: &Str, text: &'i [u8], functions: &'i FuncMap, toolchain: &Toolchain) -> Shared<'i> {
        let Room { mut nodes, mut children, mut pending, mut keys, mut strings } =
            ROOM.try_with(Cell::take).unwrap_or_default();
        // What a text that did not parse has left.
        nodes.clear();
        children.clear();
        pending.clear();
        keys.clear();
        strings.clear();
        let mut lexer = Lexer::new(text, toolchain);
        lexer.break_ok = functions.resolve("break").is_none();
        lexer.continue_ok = functions.resolve("continue").is_none();
        Shared {
            lexer,
            text,
            file: file.clone(),
            functions,
            parentheses_limited: toolchain.expression_depth_limited,
            by_tokens: false,
            floor: stack::floor(),
            trees: Vec::new(),
            tree_index: HashMap::new(),
            nodes,
            children,
            pending,
            keys,
            long_keys: HashMap::default(),
            variables: Vec::new(),
            variable_index: HashMap::new(),
            numbers: Vec::new(),
            strings,
            callees: Vec::new(),
        }
    }

    /// The text with all that was found in it.
    pub(super) fn finish(self, file: &Str, source: &Str) -> Parsed {
        let Shared { mut trees, nodes, children, pending, mut keys, mut strings, .. } = self;
        // The text's own template first.
        if let Some(at) = trees.iter().position(|tree| tree.name == *file) {
            trees.swap(0, at);
        }
        let parsed = Parsed {
            file: file.clone(),
            source: source.clone(),
            trees: trees.into(),
            nodes: nodes.as_slice().into(),
            children: children.as_slice().into(),
            hints: keys.iter().map(|_| AtomicU32::new(0)).collect(),
            keys: keys.drain(..).collect(),
            variables: self.variables.into(),
            numbers: self.numbers.into(),
            strings: strings.drain(..).collect(),
            callees: self.callees.into(),
        };
        if nodes.capacity() <= Room::MAX_NODES {
            let room = Room { nodes, children, pending, keys, strings };
            let _ = ROOM.try_with(|cell| cell.set(room));
        }
        parsed
    }

    /// How much there is, for [`Shared::go_back`].
    pub(super) fn mark(&self) -> Mark {
        Mark {
            nodes: self.nodes.len(),
            children: self.children.len(),
            pending: self.pending.len(),
            keys: self.keys.len(),
            numbers: self.numbers.len(),
            strings: self.strings.len(),
        }
    }

    /// Forgets what has come since. Names of variables and functions stay, as they will be met again.
    pub(super) fn go_back(&mut self, mark: Mark) {
        self.nodes.truncate(mark.nodes);
        self.children.truncate(mark.children);
        self.pending.truncate(mark.pending);
        self.keys.truncate(mark.keys);
        self.numbers.truncate(mark.numbers);
        self.strings.truncate(mark.strings);
    }

    pub(super) fn node(&mut self, pos: u32, kind: Kind) -> NodeId {
        self.nodes.push(Node { pos, kind });
        (self.nodes.len() - 1) as NodeId
    }

    /// A pipeline of nodes that are there already.
    pub(super) fn pipe(&mut self, pos: u32, children: Span, decls: u8, assign: bool) -> NodeId {
        let only = if children.len == 1 && decls == 0 { self.children.get(children.start as usize) } else { None };
        let word = only.and_then(|command| self.nodes.get(*command as usize));
        let word = word.is_some_and(|command| matches!(command.kind, Kind::Command(words) if words.len == 1));
        self.node(pos, Kind::Pipe { children, decls, assign, word })
    }

    pub(super) fn span(&mut self, children: &[NodeId]) -> Span {
        let start = self.children.len() as u32;
        self.children.extend_from_slice(children);
        Span { start, len: children.len() as u32 }
    }

    /// Keeps what has no room in a node.
    pub(super) fn more<const N: usize>(&mut self, numbers: [u32; N]) -> More {
        self.children.extend_from_slice(&numbers);
        (self.children.len() - N) as More
    }

    pub(super) fn variable_node(&mut self, pos: u32, name: u32, place: Place) -> NodeId {
        let place = self.more(place.numbers());
        self.node(pos, Kind::Variable { name, place })
    }

    /// Gives the variable at a place the keys that come after it.
    pub(super) fn set_keys(&mut self, place: More, keys: Span) {
        let Place { slot, .. } = Place::of(more(&self.children, place));
        self.children.truncate(place as usize);
        self.more(Place { slot, keys }.numbers());
    }

    pub(super) fn chain(&mut self, pos: u32, node: NodeId, keys: Span) -> NodeId {
        let keys = self.more([keys.start, keys.len]);
        self.node(pos, Kind::Chain { node, keys })
    }

    /// Makes children of what is pending from `base` on.
    pub(super) fn span_of_pending(&mut self, base: usize) -> Span {
        let span = Span { start: self.children.len() as u32, len: (self.pending.len() - base) as u32 };
        // One or two, mostly: not worth a call.
        for at in base..self.pending.len() {
            self.children.push(self.pending[at]);
        }
        self.pending.truncate(base);
        span
    }

    /// Adds the key of a field, which begins with a point.
    pub(super) fn key(&mut self, field: &'i [u8]) {
        let name = &field[1..];
        // A short key is held in place; of a longer one all places share the bytes.
        let key = if name.len() <= INLINE {
            Str::from(name)
        } else {
            self.long_keys.entry(name).or_insert_with(|| Str::from(name)).clone()
        };
        self.keys.push(key);
    }

    /// The place of a template among those of the text.
    pub(super) fn tree_named(&mut self, name: &Str) -> Option<usize> {
        if self.trees.len() <= FEW {
            return self.trees.iter().position(|tree| tree.name == *name);
        }
        for at in self.tree_index.len()..self.trees.len() {
            self.tree_index.insert(self.trees[at].name.clone(), at);
        }
        self.tree_index.get(name).copied()
    }

    pub(super) fn variable(&mut self, name: &[u8]) -> u32 {
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

    /// The place of a function in the text's table, if there is such a function.
    pub(super) fn callee(&mut self, name: &[u8]) -> Option<u32> {
        let known = self.callees.iter().position(|callee| {
            let callee = callee.name().as_bytes();
            // Most names differ in this, which takes no call to see.
            callee.len() == name.len() && callee.last() == name.last() && callee == name
        });
        let at = match known {
            Some(at) => at,
            None => {
                // An identifier is letters and digits, so UTF-8.
                self.callees.push(self.functions.resolve(std::str::from_utf8(name).ok()?)?);
                self.callees.len() - 1
            }
        };
        Some(at as u32)
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
