//! Documents with their YAML types: what yaml.v2 decodes before sigs.k8s.io/yaml turns it into JSON.
//!
//! Needed where the direct way ([`crate::build`]) does not do: to write JSON text, to decode into Go structs, and to name
//! what JSON cannot hold (keys that are null or collections, infinities), in Go's words and in Go's order.

use std::cmp::Ordering;

use thinlock_go::{Str, strconv, utf8};

use crate::Error;
use crate::build::{Assemble, MAX_JSON_DEPTH};
use crate::decode::{self, Build, Stop};
use crate::resolve::{Resolved, decode_base64};
use crate::scanner::Text;
use crate::tree::Tree;

/// The index of a value.
pub(crate) type Id = u32;

/// A string: of the tree, or of the document's own bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bytes {
    Tree(Text),
    Own { start: u32, len: u32 },
}

/// A value with its YAML type.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Any {
    Nil,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Str(Bytes),
    List { start: u32, len: u32 },
    Map { start: u32, len: u32 },
}

/// An entry of a mapping.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// The key with its type.
    pub(crate) key: Id,
    /// The key as JSON has it.
    pub(crate) name: Bytes,
    pub(crate) value: Id,
}

/// A document.
pub(crate) struct Document<'t> {
    tree: &'t Tree<'t>,
    nodes: Vec<Any>,
    items: Vec<Id>,
    /// The entries of each mapping together, in the order of their names.
    entries: Vec<Entry>,
    own: Vec<u8>,
    pub(crate) root: Id,
}

impl<'t> Document<'t> {
    /// Decodes a tree as `yaml.Unmarshal` does into an `interface{}`.
    ///
    /// # Errors
    /// What yaml.v2 refuses.
    pub(crate) fn decode(tree: &'t Tree<'t>) -> Result<Document<'t>, Error> {
        let mut document = Document {
            tree,
            nodes: Vec::with_capacity(tree.nodes.len() + 1),
            items: Vec::new(),
            entries: Vec::with_capacity(tree.nodes.len() / 2),
            own: Vec::new(),
            root: 0,
        };
        document.root = match decode::decode(tree, &mut document) {
            Ok(Some(root)) => root,
            Ok(None) => document.add(Any::Nil),
            Err(Stop::Error(error)) => return Err(error),
            // This way has no limits.
            Err(Stop::Exact) => return Err(Error::new("yaml: document too deep")),
        };
        Ok(document)
    }

    pub(crate) fn get(&self, id: Id) -> Any {
        self.nodes[id as usize]
    }

    pub(crate) fn bytes(&self, bytes: Bytes) -> &[u8] {
        match bytes {
            Bytes::Tree(text) => self.tree.bytes(text),
            Bytes::Own { start, len } => &self.own[start as usize..][..len as usize],
        }
    }

    pub(crate) fn items(&self, start: u32, len: u32) -> &[Id] {
        &self.items[start as usize..][..len as usize]
    }

    /// All entries of a mapping; names can repeat where keys of several types read alike.
    fn all_entries(&self, start: u32, len: u32) -> &[Entry] {
        &self.entries[start as usize..][..len as usize]
    }

    /// The entries of a mapping as JSON has them, in the order of their names.
    pub(crate) fn entries(&self, start: u32, len: u32) -> impl DoubleEndedIterator<Item = Entry> {
        let entries = self.all_entries(start, len);
        entries.iter().enumerate().filter_map(|(at, entry)| {
            let shadowed = entries.get(at + 1).is_some_and(|next| self.bytes(next.name) == self.bytes(entry.name));
            (!shadowed).then_some(*entry)
        })
    }

    /// One of the items of all lists.
    pub(crate) fn item(&self, at: u32) -> Id {
        self.items[at as usize]
    }

    /// One of the entries of all mappings.
    pub(crate) fn entry(&self, at: u32) -> Entry {
        self.entries[at as usize]
    }

    /// Makes a value a string.
    pub(crate) fn replace(&mut self, id: Id, text: &[u8]) {
        self.nodes[id as usize] = Any::Str(self.own(text));
    }

    fn add(&mut self, value: Any) -> Id {
        let id = self.nodes.len() as Id;
        self.nodes.push(value);
        id
    }

    fn own(&mut self, bytes: &[u8]) -> Bytes {
        let start = self.own.len() as u32;
        self.own.extend_from_slice(bytes);
        Bytes::Own { start, len: bytes.len() as u32 }
    }

    fn make(&mut self, tree: &Tree<'_>, resolved: Resolved, text: Text) -> Result<Any, Stop> {
        Ok(match resolved {
            Resolved::Nil => Any::Nil,
            Resolved::Bool(b) => Any::Bool(b),
            Resolved::Int(n) => Any::Int(n),
            Resolved::Uint(n) => Any::Uint(n),
            Resolved::Float(x) => Any::Float(x),
            Resolved::Str | Resolved::Timestamp => Any::Str(Bytes::Tree(text)),
            Resolved::Binary => match decode_base64(tree.bytes(text)) {
                Some(bytes) => Any::Str(self.own(&bytes)),
                None => return Err(Error::new("yaml: !!binary value contains invalid base64 data").into()),
            },
        })
    }

    /// What JSON has for a key; nothing for those that it cannot have, which are errors later.
    fn name(&mut self, key: Any) -> Bytes {
        let mut buffer = Vec::new();
        match key {
            Any::Str(bytes) => return bytes,
            Any::Bool(b) => buffer.extend_from_slice(if b { b"true" } else { b"false" }),
            Any::Int(n) => buffer.extend_from_slice(itoa::Buffer::new().format(n).as_bytes()),
            // As yaml.v2 writes it, but with the precision of a float32.
            Any::Float(x) if x.is_nan() => buffer.extend_from_slice(b".nan"),
            Any::Float(x) => {
                strconv::append_float(&mut buffer, x, b'g', -1, 32);
                match buffer.as_slice() {
                    b"+Inf" => buffer = b".inf".to_vec(),
                    b"-Inf" => buffer = b"-.inf".to_vec(),
                    _ => {}
                }
            }
            Any::Nil | Any::Uint(_) | Any::List { .. } | Any::Map { .. } => {}
        }
        self.own(&buffer)
    }
}

impl Build for Document<'_> {
    type Value = Id;
    type Key = Id;
    const MAX_DEPTH: Option<usize> = None;

    fn scalar(&mut self, tree: &Tree<'_>, resolved: Resolved, text: Text) -> Result<Id, Stop> {
        let value = self.make(tree, resolved, text)?;
        Ok(self.add(value))
    }

    fn key(&mut self, tree: &Tree<'_>, resolved: Resolved, text: Text) -> Result<Id, Stop> {
        self.scalar(tree, resolved, text)
    }

    fn collection_key(&mut self, _: &Tree<'_>, value: Id) -> Error {
        Error::new(format!("yaml: invalid map key: {}", self.go_syntax(value)))
    }

    fn list(&mut self, items: impl ExactSizeIterator<Item = Id>) -> Id {
        let (start, len) = (self.items.len() as u32, items.len() as u32);
        self.items.extend(items);
        self.add(Any::List { start, len })
    }

    fn map(&mut self, _: &Tree<'_>, entries: Vec<(Id, Id)>) -> Id {
        let start = self.entries.len();
        for (key, value) in entries {
            let name = self.name(self.get(key));
            self.entries.push(Entry { key, name, value });
        }
        let mut added = self.entries.split_off(start);
        let order = |a: &Entry, b: &Entry| self.bytes(a.name).cmp(self.bytes(b.name));
        if !added.is_sorted_by(|a, b| order(a, b).is_lt()) {
            added.sort_by(order);
            // Of equal keys the last one counts. Keys of several types with one name stay; which of them JSON has is a
            // matter of chance in Go, and the last one here.
            let mut later: Option<(Entry, u8)> = None;
            added.reverse();
            added.retain(|entry| {
                let seen = match later {
                    Some((last, seen)) if order(&last, entry).is_eq() => seen,
                    _ => 0,
                };
                let this = 1 << rank(self.get(entry.key));
                later = Some((*entry, seen | this));
                seen & this == 0
            });
            added.reverse();
        }
        let len = added.len() as u32;
        self.entries.append(&mut added);
        self.add(Any::Map { start: start as u32, len })
    }
}

/// The order of types in which Go's `fmt` prints the keys of a map: nil first, then by the addresses of the types, which
/// have been the same in every build of Helm.
fn rank(key: Any) -> u8 {
    match key {
        Any::Nil => 0,
        Any::Str(_) => 1,
        Any::Uint(_) => 2,
        Any::Int(_) => 3,
        Any::Float(_) => 4,
        Any::Bool(_) => 5,
        Any::List { .. } => 6,
        Any::Map { .. } => 7,
    }
}

/// In which order a walk visits the entries of a mapping.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    /// As JSON writes them.
    Names,
    /// As `fmt` prints them: keys that JSON makes the same are all there.
    Keys,
}

/// What a walk over a document meets.
pub(crate) trait Visit {
    /// A scalar.
    fn scalar(&mut self, document: &Document<'_>, value: Any) -> Result<(), Error>;
    /// A list or a map begins.
    fn open(&mut self, document: &Document<'_>, value: Any) -> Result<(), Error>;
    /// The key of the value that follows.
    fn key(&mut self, document: &Document<'_>, entry: Entry) -> Result<(), Error>;
    /// The innermost list or map ends.
    fn close(&mut self, document: &Document<'_>, value: Any);
}

impl Document<'_> {
    /// Walks over a value and all that it holds, in the order in which JSON writes it.
    pub(crate) fn walk(&self, id: Id, visitor: &mut impl Visit) -> Result<(), Error> {
        self.walk_in(Order::Names, id, visitor)
    }

    fn compare_keys(&self, a: Any, b: Any) -> Ordering {
        let same_type = match (a, b) {
            (Any::Str(a), Any::Str(b)) => self.bytes(a).cmp(self.bytes(b)),
            (Any::Uint(a), Any::Uint(b)) => a.cmp(&b),
            (Any::Int(a), Any::Int(b)) => a.cmp(&b),
            // NaN comes first.
            (Any::Float(a), Any::Float(b)) => a.partial_cmp(&b).unwrap_or(b.is_nan().cmp(&a.is_nan())),
            (Any::Bool(a), Any::Bool(b)) => a.cmp(&b),
            _ => Ordering::Equal,
        };
        rank(a).cmp(&rank(b)).then(same_type)
    }

    fn walk_in(&self, order: Order, id: Id, visitor: &mut impl Visit) -> Result<(), Error> {
        enum Todo {
            Value(Id),
            Entry(Entry),
            Close(Any),
        }
        let mut todo = vec![Todo::Value(id)];
        while let Some(next) = todo.pop() {
            let id = match next {
                Todo::Value(id) => id,
                Todo::Entry(entry) => {
                    visitor.key(self, entry)?;
                    entry.value
                }
                Todo::Close(value) => {
                    visitor.close(self, value);
                    continue;
                }
            };
            let value = self.get(id);
            match value {
                Any::List { start, len } => {
                    visitor.open(self, value)?;
                    todo.push(Todo::Close(value));
                    todo.extend(self.items(start, len).iter().rev().map(|&id| Todo::Value(id)));
                }
                Any::Map { start, len } => {
                    visitor.open(self, value)?;
                    todo.push(Todo::Close(value));
                    if order == Order::Names {
                        todo.extend(self.entries(start, len).rev().map(Todo::Entry));
                    } else {
                        let mut entries = self.all_entries(start, len).to_vec();
                        entries.sort_by(|a, b| self.compare_keys(self.get(b.key), self.get(a.key)));
                        todo.extend(entries.into_iter().map(Todo::Entry));
                    }
                }
                _ => visitor.scalar(self, value)?,
            }
        }
        Ok(())
    }

    /// Checks what sigs.k8s.io/yaml checks before it writes JSON: that every key can be a string.
    pub(crate) fn check_keys(&self) -> Result<(), Error> {
        struct Keys;
        impl Visit for Keys {
            fn scalar(&mut self, _: &Document<'_>, _: Any) -> Result<(), Error> {
                Ok(())
            }
            fn open(&mut self, _: &Document<'_>, _: Any) -> Result<(), Error> {
                Ok(())
            }
            fn key(&mut self, document: &Document<'_>, entry: Entry) -> Result<(), Error> {
                let kind = match document.get(entry.key) {
                    Any::Nil => "%!s(<nil>)",
                    Any::Uint(_) => "uint64",
                    _ => return Ok(()),
                };
                let (key, value) = (document.go_syntax(entry.key), document.go_syntax(entry.value));
                Err(Error::new(format!("unsupported map key of type: {kind}, key: {key}, value: {value}")))
            }
            fn close(&mut self, _: &Document<'_>, _: Any) {}
        }
        // Names are one for each type of key, so that the keys in question are among the unshadowed.
        self.walk(self.root, &mut Keys)
    }

    /// Makes a value of a part of the document, once it has been checked.
    pub(crate) fn assemble<A: Assemble>(&self, id: Id) -> Result<A::Value, Error> {
        let mut builder = Assembler::<A> { values: Vec::new(), keys: Vec::new(), depth: 0 };
        self.walk(id, &mut builder)?;
        Ok(builder.values.pop().unwrap_or_else(A::nil))
    }

    /// What `fmt` prints of a value for `%#v`.
    fn go_syntax(&self, id: Id) -> String {
        struct Printer {
            text: Vec<u8>,
            /// Whether a comma is due before the next thing, for each open collection.
            commas: Vec<bool>,
            after_key: bool,
        }
        impl Printer {
            fn separate(&mut self) {
                if std::mem::take(&mut self.after_key) {
                    return;
                }
                if let Some(comma) = self.commas.last_mut()
                    && std::mem::replace(comma, true)
                {
                    self.text.extend_from_slice(b", ");
                }
            }

            fn print(&mut self, document: &Document<'_>, value: Any) {
                let text = &mut self.text;
                match value {
                    Any::Nil => {
                        text.extend_from_slice(if self.commas.is_empty() { b"<nil>" } else { b"interface {}(nil)" });
                    }
                    Any::Bool(b) => text.extend_from_slice(if b { b"true" } else { b"false" }),
                    Any::Int(n) => text.extend_from_slice(itoa::Buffer::new().format(n).as_bytes()),
                    Any::Uint(n) => text.extend_from_slice(format!("{n:#x}").as_bytes()),
                    Any::Float(x) => strconv::append_float(text, x, b'g', -1, 64),
                    Any::Str(bytes) => strconv::append_quote(text, document.bytes(bytes)),
                    Any::List { .. } | Any::Map { .. } => {}
                }
            }
        }
        impl Visit for Printer {
            fn scalar(&mut self, document: &Document<'_>, value: Any) -> Result<(), Error> {
                self.separate();
                self.print(document, value);
                Ok(())
            }
            fn open(&mut self, _: &Document<'_>, value: Any) -> Result<(), Error> {
                self.separate();
                self.text.extend_from_slice(match value {
                    Any::Map { .. } => b"map[interface {}]interface {}{".as_slice(),
                    _ => b"[]interface {}{",
                });
                self.commas.push(false);
                Ok(())
            }
            fn key(&mut self, document: &Document<'_>, entry: Entry) -> Result<(), Error> {
                self.separate();
                self.print(document, document.get(entry.key));
                self.text.push(b':');
                self.after_key = true;
                Ok(())
            }
            fn close(&mut self, _: &Document<'_>, _: Any) {
                self.text.push(b'}');
                self.commas.pop();
            }
        }
        let mut printer = Printer { text: Vec::new(), commas: Vec::new(), after_key: false };
        // A printer never fails.
        let _ = self.walk_in(Order::Keys, id, &mut printer);
        String::from_utf8_lossy(&printer.text).into_owned()
    }
}

/// Builds values out of a document, with the checks of Go's JSON encoder and decoder.
struct Assembler<A: Assemble> {
    values: Vec<A::Value>,
    keys: Vec<Str>,
    depth: usize,
}

impl<A: Assemble> Visit for Assembler<A> {
    fn scalar(&mut self, document: &Document<'_>, value: Any) -> Result<(), Error> {
        self.values.push(match value {
            Any::Nil | Any::List { .. } | Any::Map { .. } => A::nil(),
            Any::Bool(b) => A::bool(b),
            Any::Int(n) => A::int(n),
            Any::Uint(n) => A::uint(n),
            Any::Float(x) => A::float(x),
            Any::Str(bytes) => A::string(Str::from(utf8::to_valid(document.bytes(bytes)))),
        });
        Ok(())
    }

    fn open(&mut self, _: &Document<'_>, value: Any) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > MAX_JSON_DEPTH {
            return Err(too_deep(value));
        }
        Ok(())
    }

    fn key(&mut self, document: &Document<'_>, entry: Entry) -> Result<(), Error> {
        self.keys.push(Str::from(utf8::to_valid(document.bytes(entry.name))));
        Ok(())
    }

    fn close(&mut self, document: &Document<'_>, value: Any) {
        self.depth -= 1;
        let built = match value {
            Any::Map { start, len } => {
                let len = document.entries(start, len).count();
                let values = self.values.split_off(self.values.len() - len);
                let keys = self.keys.split_off(self.keys.len() - len);
                A::map(keys.into_iter().zip(values).collect())
            }
            Any::List { len, .. } => A::list(self.values.split_off(self.values.len() - len as usize)),
            _ => return,
        };
        self.values.push(built);
    }
}

/// What Go's JSON decoder says of a value that is nested too deep.
#[cold]
pub(crate) fn too_deep(value: Any) -> Error {
    let bracket = if matches!(value, Any::Map { .. }) { '{' } else { '[' };
    Error::new(format!("invalid character '{bracket}' exceeded max depth"))
}
