//! The parsed form of a text: one arena of small nodes, without lifetimes or nested boxes, so that it can be cached,
//! shared between threads, walked without chasing pointers, and dropped without recursion.

use std::sync::OnceLock;
use std::sync::atomic::AtomicU32;

use thinlock_go::{Func, Str, Value};

use crate::builtin::Builtin;

/// The index of a node in its arena.
pub(crate) type NodeId = u32;

/// No node.
pub(crate) const NONE: NodeId = NodeId::MAX;

/// A run of entries in one of the arena's side tables.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

/// Where a node's further numbers begin in [`Parsed::children`]: those that have no room in the node.
pub(crate) type More = u32;

/// A node: Go's `parse.Node`. Large charts have tens of thousands, so it has as few bytes as most of them need, and what
/// needs more has the rest elsewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    /// Where Go says that it is, in bytes from the beginning of the text.
    pub(crate) pos: u32,
    pub(crate) kind: Kind,
}

/// A node's kind and content.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Children in [`Parsed::children`].
    List(Span),
    /// A range of the source.
    Text {
        start: u32,
        end: u32,
    },
    /// The pipe.
    Action(NodeId),
    /// See [`Parsed::branch`], as for the two that follow.
    If(More),
    With(More),
    Range(More),
    /// The name in [`Parsed::strings`], and the pipe or [`NONE`].
    Template {
        name: u32,
        pipe: NodeId,
    },
    Break,
    Continue,
    /// `decls` variables and then commands in [`Parsed::children`].
    Pipe {
        children: Span,
        decls: u8,
        assign: bool,
        /// Whether it is one command of one word, and nothing else.
        word: bool,
    },
    /// Words in [`Parsed::children`].
    Command(Span),
    Dot,
    Nil,
    Bool(bool),
    /// In [`Parsed::numbers`].
    Number(u32),
    /// In [`Parsed::strings`].
    Str(u32),
    /// Keys in [`Parsed::keys`].
    Field(Span),
    /// The variable in [`Parsed::variables`], and its [`Place`].
    Variable {
        name: u32,
        place: More,
    },
    /// A pipe or an identifier, and keys: see [`Parsed::span`].
    Chain {
        node: NodeId,
        keys: More,
    },
    /// In [`Parsed::callees`].
    Ident(u32),
}

/// A variable that must be looked up by its name, because declarations inside parentheses make the stack's layout
/// depend on what was executed.
pub(crate) const SLOT_BY_NAME: u32 = u32::MAX;
/// A variable that Go's parser knows and Go's executor does not: `{{ $x := $x }}`.
pub(crate) const SLOT_UNDEFINED: u32 = u32::MAX - 1;

/// An `if`, `with` or `range`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Branch {
    pub(crate) pipe: NodeId,
    pub(crate) list: NodeId,
    /// The list after `else`, or [`NONE`].
    pub(crate) otherwise: NodeId,
}

impl Branch {
    pub(crate) fn numbers(self) -> [u32; 3] {
        [self.pipe, self.list, self.otherwise]
    }
}

/// Where the value of a variable is found, and what is asked of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The place on the variable stack, or one of the special slots.
    pub(crate) slot: u32,
    /// The keys that follow in [`Parsed::keys`].
    pub(crate) keys: Span,
}

impl Place {
    pub(crate) fn numbers(self) -> [u32; 3] {
        [self.slot, self.keys.start, self.keys.len]
    }

    pub(crate) fn of([slot, start, len]: [u32; 3]) -> Place {
        Place { slot, keys: Span { start, len } }
    }
}

/// The further numbers of a node.
#[inline]
pub(crate) fn more<const N: usize>(children: &[u32], at: More) -> [u32; N] {
    children[at as usize..].first_chunk().copied().unwrap_or([NONE; N])
}

/// A string constant.
#[derive(Debug)]
pub(crate) struct Quoted {
    /// The source, quotes included.
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) text: Text,
}

/// What a string constant stands for.
#[derive(Debug)]
pub(crate) enum Text {
    Known(Str),
    /// What stands between its quotes, taken from there when it is first asked for: charts carry whole dashboards in
    /// constants that no render prints.
    Source(Box<OnceLock<Str>>),
}

impl Text {
    /// From here on, a text is not taken from the source before it is asked for.
    const LONG: usize = 128;

    /// The text of a constant that stands for what is between its quotes.
    pub(crate) fn of_source(between: &[u8]) -> Text {
        if between.len() < Text::LONG { Text::Known(Str::from(between)) } else { Text::Source(Box::default()) }
    }
}

/// A numeric constant: every type that can hold the value, as Go's ideal constants.
#[derive(Clone, Debug, Default)]
pub(crate) struct Number {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
    pub(crate) complex: Option<(f64, f64)>,
    /// What the constant is where no type is asked for.
    pub(crate) ideal: Ideal,
}

/// See [`Number::ideal`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Ideal {
    Complex(f64, f64),
    Float(f64),
    Int(i64),
    /// An unsigned number too large for `int`.
    #[default]
    Overflow,
}

impl Ideal {
    pub(crate) fn value(self) -> Option<Value> {
        Some(match self {
            Ideal::Complex(re, im) => Value::Complex(re, im),
            Ideal::Float(x) => Value::Float(x),
            Ideal::Int(n) => Value::int(n),
            Ideal::Overflow => return None,
        })
    }
}

/// What an identifier means.
#[derive(Clone, Copy)]
pub(crate) enum Callee {
    Func(&'static Func),
    Builtin(Builtin),
}

impl Callee {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Callee::Func(func) => func.name,
            Callee::Builtin(builtin) => builtin.name(),
        }
    }
}

/// A parsed text: its own body and the templates that it defines. Immutable and shareable between threads; parse once,
/// add to any number of [`crate::Set`]s.
pub struct Parsed {
    pub(crate) file: Str,
    pub(crate) source: Str,
    pub(crate) trees: Box<[Tree]>,
    pub(crate) nodes: Box<[Node]>,
    pub(crate) children: Box<[NodeId]>,
    pub(crate) keys: Box<[Str]>,
    /// For each key, where it was in the map that was asked last: values mostly have the same shape in every render.
    /// Only speed depends on it, so threads may overwrite each other's.
    pub(crate) hints: Box<[AtomicU32]>,
    pub(crate) variables: Box<[Str]>,
    pub(crate) numbers: Box<[Number]>,
    pub(crate) strings: Box<[Quoted]>,
    pub(crate) callees: Box<[Callee]>,
}

/// One template of a text.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    pub(crate) name: Str,
    pub(crate) root: NodeId,
    /// Nothing but white space and comments: Go lets it replace nothing.
    pub(crate) empty: bool,
}

impl Parsed {
    /// The name under which the text was parsed.
    pub fn file(&self) -> &Str {
        &self.file
    }

    /// The text.
    pub fn source(&self) -> &[u8] {
        &self.source
    }

    /// The names of the templates in this text, its own first.
    pub fn names(&self) -> impl Iterator<Item = &Str> {
        self.trees.iter().map(|tree| &tree.name)
    }

    /// The names of the functions that the text calls, each once.
    pub fn functions(&self) -> impl Iterator<Item = &'static str> {
        self.callees.iter().map(Callee::name)
    }

    #[inline]
    pub(crate) fn node(&self, id: NodeId) -> Node {
        self.nodes[id as usize]
    }

    #[inline]
    pub(crate) fn children(&self, span: Span) -> &[NodeId] {
        &self.children[span.start as usize..(span.start + span.len) as usize]
    }

    #[inline]
    pub(crate) fn branch(&self, at: More) -> Branch {
        let [pipe, list, otherwise] = more(&self.children, at);
        Branch { pipe, list, otherwise }
    }

    #[inline]
    pub(crate) fn place(&self, at: More) -> Place {
        Place::of(more(&self.children, at))
    }

    /// A [`Span`] that had no room in its node.
    #[inline]
    pub(crate) fn span(&self, at: More) -> Span {
        let [start, len] = more(&self.children, at);
        Span { start, len }
    }

    /// What a string constant stands for.
    #[inline]
    pub(crate) fn string(&self, at: u32) -> &Str {
        let quoted = &self.strings[at as usize];
        match &quoted.text {
            Text::Known(text) => text,
            Text::Source(text) => {
                text.get_or_init(|| Str::from(&self.source[quoted.start as usize + 1..quoted.end as usize - 1]))
            }
        }
    }

    /// The hints of [`Parsed::keys`].
    #[inline]
    pub(crate) fn hints(&self, span: Span) -> &[AtomicU32] {
        &self.hints[span.start as usize..(span.start + span.len) as usize]
    }

    #[inline]
    pub(crate) fn keys(&self, span: Span) -> &[Str] {
        &self.keys[span.start as usize..(span.start + span.len) as usize]
    }
}

impl std::fmt::Debug for Parsed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parsed").field("file", &self.file).field("trees", &self.trees).finish_non_exhaustive()
    }
}

// Memory of nodes is a large part of what parsing costs.
const _: () = assert!(size_of::<Node>() == 16);

const fn assert_shareable<T: Send + Sync>() {}
const _: () = assert_shareable::<Parsed>();
