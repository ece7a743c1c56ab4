//! Values and frozen values as sigs.k8s.io/yaml unmarshals a document into an `interface{}`: through JSON, so that every
//! number is a `float64` and every key a string.

use thinlock_go::types::{MAP_STRING_ANY, SLICE_ANY};
use thinlock_go::{Frozen, List, Map, Str, UintKind, Value};

use crate::Error;
use crate::decode::{Build, Stop};
use crate::resolve::Resolved;
use crate::scanner::Text;
use crate::tree::Tree;

/// The deepest nesting that `encoding/json` decodes.
pub(crate) const MAX_JSON_DEPTH: usize = 10_000;

/// What a value is made of, once it came through JSON.
pub(crate) trait Assemble {
    /// The value.
    type Value;

    fn nil() -> Self::Value;
    fn bool(b: bool) -> Self::Value;
    fn float(x: f64) -> Self::Value;
    /// A number that is written as an integer. JSON, and so Go's `interface{}`, does not tell it from another.
    fn int(n: i64) -> Self::Value {
        Self::float(n as f64)
    }
    /// An integer above the range of `int64`.
    fn uint(n: u64) -> Self::Value {
        Self::float(n as f64)
    }
    fn string(s: Str) -> Self::Value;
    fn list(items: Vec<Self::Value>) -> Self::Value;
    /// Entries in any order; of equal keys the last one counts.
    fn map(entries: Vec<(Str, Self::Value)>) -> Self::Value;
}

/// Builds [`Value`]s.
#[derive(Default)]
pub(crate) struct Live;

impl Assemble for Live {
    type Value = Value;

    fn nil() -> Value {
        Value::Nil
    }
    fn bool(b: bool) -> Value {
        Value::Bool(b)
    }
    fn float(x: f64) -> Value {
        Value::Float(x)
    }
    fn string(s: Str) -> Value {
        Value::Str(s)
    }
    fn list(items: Vec<Value>) -> Value {
        Value::List(List::appended(&SLICE_ANY, items))
    }
    fn map(entries: Vec<(Str, Value)>) -> Value {
        Value::Map(Map::from_entries(&MAP_STRING_ANY, entries))
    }
}

/// Builds [`Value`]s whose integers are integers, as yaml.v2 decodes them by itself.
#[derive(Default)]
pub(crate) struct Typed;

impl Assemble for Typed {
    type Value = Value;

    fn nil() -> Value {
        Value::Nil
    }
    fn bool(b: bool) -> Value {
        Value::Bool(b)
    }
    fn float(x: f64) -> Value {
        Value::Float(x)
    }
    fn int(n: i64) -> Value {
        Value::int(n)
    }
    fn uint(n: u64) -> Value {
        Value::Uint(UintKind::Uint64, n)
    }
    fn string(s: Str) -> Value {
        Value::Str(s)
    }
    fn list(items: Vec<Value>) -> Value {
        <Live as Assemble>::list(items)
    }
    fn map(entries: Vec<(Str, Value)>) -> Value {
        <Live as Assemble>::map(entries)
    }
}

/// Builds [`Frozen`] values.
#[derive(Default)]
pub(crate) struct Cold;

impl Assemble for Cold {
    type Value = Frozen;

    fn nil() -> Frozen {
        Frozen::Nil
    }
    fn bool(b: bool) -> Frozen {
        Frozen::Bool(b)
    }
    fn float(x: f64) -> Frozen {
        Frozen::Float(x)
    }
    fn string(s: Str) -> Frozen {
        Frozen::Str(s)
    }
    fn list(items: Vec<Frozen>) -> Frozen {
        Frozen::List(&SLICE_ANY, items.into())
    }
    fn map(mut entries: Vec<(Str, Frozen)>) -> Frozen {
        if !entries.is_sorted_by(|a, b| a.0 < b.0) {
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            entries.reverse();
            entries.dedup_by(|a, b| a.0 == b.0);
            entries.reverse();
        }
        Frozen::Map(&MAP_STRING_ANY, entries.into())
    }
}

/// The direct way: no step in between, as long as the document holds nothing that JSON cannot.
impl<A: Assemble> Build for A {
    type Value = A::Value;
    type Key = Str;
    const MAX_DEPTH: Option<usize> = Some(MAX_JSON_DEPTH);

    fn scalar(&mut self, tree: &Tree<'_>, resolved: Resolved, text: Text) -> Result<A::Value, Stop> {
        Ok(match resolved {
            Resolved::Nil => A::nil(),
            Resolved::Bool(b) => A::bool(b),
            Resolved::Int(n) => A::int(n),
            Resolved::Uint(n) => A::uint(n),
            Resolved::Float(x) if x.is_finite() => A::float(x),
            Resolved::Str | Resolved::Timestamp => A::string(Str::from(tree.bytes(text))),
            Resolved::Float(_) | Resolved::Binary => return Err(Stop::Exact),
        })
    }

    fn key(&mut self, tree: &Tree<'_>, resolved: Resolved, text: Text) -> Result<Str, Stop> {
        Ok(match resolved {
            Resolved::Str | Resolved::Timestamp => Str::from(tree.bytes(text)),
            Resolved::Bool(true) => Str::from_static("true"),
            Resolved::Bool(false) => Str::from_static("false"),
            Resolved::Int(n) => Str::from(itoa::Buffer::new().format(n)),
            Resolved::Nil | Resolved::Uint(_) | Resolved::Float(_) | Resolved::Binary => return Err(Stop::Exact),
        })
    }

    fn collection_key(&mut self, _: &Tree<'_>, _: A::Value) -> Error {
        Error::new("yaml: invalid map key")
    }

    fn list(&mut self, items: impl ExactSizeIterator<Item = A::Value>) -> A::Value {
        A::list(items.collect())
    }

    fn map(&mut self, _: &Tree<'_>, entries: Vec<(Str, A::Value)>) -> A::Value {
        A::map(entries)
    }
}
