//! The immutable, thread-safe twin of [`Value`].

use std::sync::Arc;

use crate::types::{Kind, Type};
use crate::{IntKind, List, Map, Str, UintKind, Value, map};

/// A value that caches and threads may share. [`Frozen::thaw`] makes a live value of it: the deep copy that Helm makes
/// of a chart's defaults before it coalesces them. The entries of a map are in the order of their keys.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the variants are those of Value")]
pub enum Frozen {
    #[default]
    Nil,
    Bool(bool),
    Int(IntKind, i64),
    Uint(UintKind, u64),
    Float(f64),
    Str(Str),
    Bytes(Str),
    List(Type, Arc<[Frozen]>),
    Map(Type, Arc<[(Str, Frozen)]>),
}

impl Frozen {
    /// A live copy. Of maps only as much is copied as is looked into later.
    pub fn thaw(&self) -> Value {
        match self {
            Frozen::Nil => Value::Nil,
            Frozen::Bool(b) => Value::Bool(*b),
            Frozen::Int(kind, n) => Value::Int(*kind, *n),
            Frozen::Uint(kind, n) => Value::Uint(*kind, *n),
            Frozen::Float(x) => Value::Float(*x),
            Frozen::Str(s) => Value::Str(s.clone()),
            Frozen::Bytes(s) => Value::bytes(s.clone()),
            // Frozen lists come from documents, whose readers append element by element.
            Frozen::List(go_type, items) => {
                Value::List(List::appended(go_type, items.iter().map(Frozen::thaw).collect()))
            }
            Frozen::Map(go_type, entries) => Value::Map(Map::thawed(go_type, entries)),
        }
    }

    /// Freezes a value. `None` where it holds an object, a complex number, or itself.
    pub fn freeze(value: &Value) -> Option<Frozen> {
        freeze(value, 0)
    }

    /// The map's value under a key.
    pub fn get(&self, key: &str) -> Option<&Frozen> {
        match self {
            Frozen::Map(_, entries) => {
                let at = map::find(entries, key.as_bytes()).ok()?;
                entries.get(at).map(|(_, value)| value)
            }
            _ => None,
        }
    }
}

/// Deeper values are refused: a YAML or JSON document cannot be that deep, only a map that holds itself.
const MAX_DEPTH: usize = 10_001;

fn freeze(value: &Value, depth: usize) -> Option<Frozen> {
    if depth > MAX_DEPTH {
        return None;
    }
    Some(match value {
        Value::Nil => Frozen::Nil,
        Value::Bool(b) => Frozen::Bool(*b),
        Value::Int(kind, n) => Frozen::Int(*kind, *n),
        Value::Uint(kind, n) => Frozen::Uint(*kind, *n),
        Value::Float(x) => Frozen::Float(*x),
        Value::Str(s) => Frozen::Str(s.clone()),
        Value::Bytes(s) => Frozen::Bytes(Str::clone(s)),
        Value::List(list) => {
            let items = list.items().iter().map(|v| freeze(v, depth + 1)).collect::<Option<Vec<_>>>()?;
            Frozen::List(list.go_type(), items.into())
        }
        Value::Map(map) => {
            if let Some(entries) = map.frozen() {
                return Some(Frozen::Map(map.go_type(), entries));
            }
            let entries = map.snapshot();
            let entries = entries.iter().map(|(k, v)| Some((k.clone(), freeze(v, depth + 1)?)));
            Frozen::Map(map.go_type(), entries.collect::<Option<Vec<_>>>()?.into())
        }
        Value::Complex(..) | Value::Object(_) => return None,
    })
}

impl Frozen {
    /// The kind of the value.
    pub fn kind(&self) -> Kind {
        match self {
            Frozen::Nil => Kind::Invalid,
            Frozen::Bool(_) => Kind::Bool,
            Frozen::Int(kind, _) => Value::Int(*kind, 0).kind(),
            Frozen::Uint(kind, _) => Value::Uint(*kind, 0).kind(),
            Frozen::Float(_) => Kind::Float64,
            Frozen::Str(_) => Kind::String,
            Frozen::Bytes(_) | Frozen::List(..) => Kind::Slice,
            Frozen::Map(..) => Kind::Map,
        }
    }
}

const fn assert_shareable<T: Send + Sync>() {}
const _: () = assert_shareable::<Frozen>();
