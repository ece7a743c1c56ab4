//! From the tree to a value, as yaml.v2 decodes into an `interface{}`: resolved scalars, aliases, merge keys.
//!
//! What is built is up to a [`Build`]. The walk keeps its own stack, so that depth costs none of the thread's.

use std::collections::HashSet;

use crate::Error;
use crate::resolve::{self, Resolved};
use crate::scanner::Text;
use crate::tree::{Kind, Tree};

/// Why a walk ended early.
pub(crate) enum Stop {
    /// The document is wrong.
    Error(Error),
    /// The builder cannot tell what Go would do with this; [`crate::exact`] can.
    Exact,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Error(error)
    }
}

/// Makes values of what the walk finds.
pub(crate) trait Build {
    /// A value.
    type Value;
    /// The key of a mapping.
    type Key;
    /// Deeper documents, and those with a sequence or mapping as a key, are left to the exact way. `None`: this is it.
    const MAX_DEPTH: Option<usize>;

    /// A scalar value.
    fn scalar(&mut self, tree: &Tree<'_>, resolved: Resolved, text: Text) -> Result<Self::Value, Stop>;

    /// A scalar key.
    fn key(&mut self, tree: &Tree<'_>, resolved: Resolved, text: Text) -> Result<Self::Key, Stop>;

    /// The error that a sequence or mapping is as a key. Asked only of a builder without a limit of depth.
    fn collection_key(&mut self, tree: &Tree<'_>, value: Self::Value) -> Error;

    /// A sequence.
    fn list(&mut self, items: impl ExactSizeIterator<Item = Self::Value>) -> Self::Value;

    /// A mapping; of equal keys the last one counts.
    fn map(&mut self, tree: &Tree<'_>, entries: Vec<(Self::Key, Self::Value)>) -> Self::Value;
}

#[derive(Clone, Copy, PartialEq)]
enum Role {
    Sequence,
    Mapping,
    /// A mapping whose entries go into the mapping below.
    Merge,
    /// A sequence of mappings whose entries go into the mapping below, the last one first.
    MergeSequence,
}

struct Frame<K> {
    role: Role,
    /// Whether this is (wrongly) the key of the mapping below.
    is_key: bool,
    /// The next child.
    next: u32,
    end: u32,
    /// The alias that led here.
    alias: Option<u32>,
    /// Where its values, entries or mappings begin on their stack.
    base: usize,
    key: Option<K>,
}

struct Decoder<'t, B: Build> {
    tree: &'t Tree<'t>,
    builder: &'t mut B,
    frames: Vec<Frame<B::Key>>,
    values: Vec<B::Value>,
    entries: Vec<(B::Key, B::Value)>,
    /// The mappings that are still to be merged.
    merges: Vec<u32>,
    /// The aliases that are being followed.
    aliases: HashSet<u32>,
    decode_count: u64,
    alias_count: u64,
    alias_depth: u64,
}

/// Builds the value of a document; `None` if there is no document.
pub(crate) fn decode<B: Build>(tree: &Tree<'_>, builder: &mut B) -> Result<Option<B::Value>, Stop> {
    if tree.nodes.is_empty() {
        return Ok(None);
    }
    let mut decoder = Decoder {
        tree,
        builder,
        frames: Vec::with_capacity(8),
        values: Vec::new(),
        entries: Vec::with_capacity((tree.nodes.len() / 2).min(64)),
        merges: Vec::new(),
        aliases: HashSet::new(),
        // The document is counted as well.
        decode_count: 1,
        alias_count: 0,
        alias_depth: 0,
    };
    decoder.value(0)?;
    while !decoder.frames.is_empty() {
        decoder.step()?;
    }
    Ok(decoder.values.pop())
}

#[cold]
fn want_map() -> Stop {
    Error::new("yaml: map merge requires map or sequence of maps as the value").into()
}

/// Whether a key is `<<`.
fn is_merge(tree: &Tree<'_>, at: u32) -> bool {
    let node = tree.node(at);
    node.kind == Kind::Scalar
        && node.text.len == 2
        && tree.bytes(node.text) == b"<<"
        && (node.implicit || tree.tag(node) == b"tag:yaml.org,2002:merge")
}

impl<B: Build> Decoder<'_, B> {
    fn step(&mut self) -> Result<(), Stop> {
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        match frame.role {
            Role::Sequence => {
                if frame.next == frame.end {
                    return self.leave();
                }
                let child = frame.next;
                frame.next = self.tree.after(child);
                self.value(child)
            }
            Role::Mapping | Role::Merge => {
                if frame.key.is_none() && frame.next == frame.end {
                    return self.leave();
                }
                let child = frame.next;
                frame.next = self.tree.after(child);
                if frame.key.is_some() {
                    return self.value(child);
                }
                if is_merge(self.tree, child) {
                    let value = frame.next;
                    frame.next = self.tree.after(value);
                    return self.merge(value);
                }
                self.key(child)
            }
            Role::MergeSequence => {
                if self.merges.len() == frame.base {
                    return self.leave();
                }
                let Some(child) = self.merges.pop() else { return Ok(()) };
                match self.tree.node(child).kind {
                    Kind::Mapping | Kind::Alias => self.merge(child),
                    Kind::Scalar | Kind::Sequence => Err(want_map()),
                }
            }
        }
    }

    /// Counts a step, and fails where a document is mostly repetition of itself.
    fn count(&mut self) -> Result<(), Stop> {
        self.decode_count += 1;
        if self.alias_depth > 0 {
            self.alias_count += 1;
            if self.alias_count > 100
                && self.decode_count > 1000
                && self.alias_count as f64 / self.decode_count as f64 > allowed_alias_ratio(self.decode_count)
            {
                return Err(Error::new("yaml: document contains excessive aliasing").into());
            }
        }
        Ok(())
    }

    fn scalar(&self, at: u32) -> Result<(Resolved, Text), Error> {
        let node = self.tree.node(at);
        let text = self.tree.bytes(node.text);
        let resolved = if node.tag != 0 {
            resolve::resolve_tagged(self.tree.tag(node), text)?
        } else if node.implicit {
            resolve::resolve(text)
        } else {
            Resolved::Str
        };
        Ok((resolved, node.text))
    }

    /// Follows an alias; returns the node that it stands for.
    fn follow(&mut self, at: u32) -> Result<u32, Stop> {
        let node = self.tree.node(at);
        if !self.aliases.insert(at) {
            let name = self.tree.str(node.text);
            return Err(Error::new(format!("yaml: anchor '{name}' value contains itself")).into());
        }
        self.alias_depth += 1;
        self.count()?;
        Ok(node.next)
    }

    fn unfollow(&mut self, alias: Option<u32>) {
        if let Some(alias) = alias {
            self.aliases.remove(&alias);
            self.alias_depth -= 1;
        }
    }

    /// Reads a value: a scalar at once, a collection step by step.
    fn value(&mut self, at: u32) -> Result<(), Stop> {
        self.count()?;
        let (target, alias) = match self.tree.node(at).kind {
            Kind::Alias => (self.follow(at)?, Some(at)),
            _ => (at, None),
        };
        match self.tree.node(target).kind {
            Kind::Sequence => self.enter(Role::Sequence, target, alias, false),
            Kind::Mapping => self.enter(Role::Mapping, target, alias, false),
            Kind::Scalar | Kind::Alias => {
                let (resolved, text) = self.scalar(target)?;
                let value = self.builder.scalar(self.tree, resolved, text)?;
                self.unfollow(alias);
                self.deliver(value);
                Ok(())
            }
        }
    }

    fn key(&mut self, at: u32) -> Result<(), Stop> {
        self.count()?;
        let (target, alias) = match self.tree.node(at).kind {
            Kind::Alias => (self.follow(at)?, Some(at)),
            _ => (at, None),
        };
        let role = match self.tree.node(target).kind {
            Kind::Sequence => Role::Sequence,
            Kind::Mapping => Role::Mapping,
            Kind::Scalar | Kind::Alias => {
                let (resolved, text) = self.scalar(target)?;
                let key = self.builder.key(self.tree, resolved, text)?;
                self.unfollow(alias);
                if let Some(frame) = self.frames.last_mut() {
                    frame.key = Some(key);
                }
                return Ok(());
            }
        };
        if B::MAX_DEPTH.is_some() {
            return Err(Stop::Exact);
        }
        self.enter(role, target, alias, true)
    }

    fn merge(&mut self, at: u32) -> Result<(), Stop> {
        let node = self.tree.node(at);
        match node.kind {
            Kind::Mapping => {
                self.count()?;
                self.enter(Role::Merge, at, None, false)
            }
            Kind::Alias => {
                if self.tree.node(node.next).kind != Kind::Mapping {
                    return Err(want_map());
                }
                self.count()?;
                let target = self.follow(at)?;
                self.enter(Role::Merge, target, Some(at), false)
            }
            Kind::Sequence => {
                self.enter(Role::MergeSequence, at, None, false)?;
                let mut child = at + 1;
                while child < node.next {
                    self.merges.push(child);
                    child = self.tree.after(child);
                }
                Ok(())
            }
            Kind::Scalar => Err(want_map()),
        }
    }

    fn enter(&mut self, role: Role, at: u32, alias: Option<u32>, is_key: bool) -> Result<(), Stop> {
        if B::MAX_DEPTH.is_some_and(|max| self.frames.len() >= max) {
            return Err(Stop::Exact);
        }
        let base = match role {
            Role::Sequence => self.values.len(),
            Role::Mapping | Role::Merge => self.entries.len(),
            Role::MergeSequence => self.merges.len(),
        };
        let end = self.tree.after(at);
        self.frames.push(Frame { role, is_key, next: at + 1, end, alias, base, key: None });
        Ok(())
    }

    /// Ends the collection on top.
    fn leave(&mut self) -> Result<(), Stop> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        self.unfollow(frame.alias);
        let value = match frame.role {
            Role::Sequence => self.builder.list(self.values.drain(frame.base..)),
            Role::Mapping => {
                let entries = self.entries.split_off(frame.base);
                self.builder.map(self.tree, entries)
            }
            Role::Merge | Role::MergeSequence => return Ok(()),
        };
        if frame.is_key {
            return Err(self.builder.collection_key(self.tree, value).into());
        }
        self.deliver(value);
        Ok(())
    }

    /// Hands a value to the collection on top; the root stays as the only value.
    fn deliver(&mut self, value: B::Value) {
        if let Some(frame) = self.frames.last_mut()
            && let Some(key) = frame.key.take()
        {
            self.entries.push((key, value));
        } else {
            self.values.push(value);
        }
    }
}

/// The share of steps that aliases may cause: 99% of a small document, 10% of a big one.
fn allowed_alias_ratio(decode_count: u64) -> f64 {
    const LOW: u64 = 400_000;
    const HIGH: u64 = 4_000_000;
    match decode_count {
        ..=LOW => 0.99,
        HIGH.. => 0.10,
        _ => 0.99 - 0.89 * ((decode_count - LOW) as f64 / (HIGH - LOW) as f64),
    }
}
