//! Go maps with string keys: shared references with interior mutability.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use crate::deep::{self, Content};
use crate::types::{MAP_STRING_ANY, MAP_STRING_STRING, Type};
use crate::{Str, Value};

/// A Go map with string keys.
///
/// A clone is the same map, as in Go: what `set` does in one template the next one sees. Entries are kept in the
/// byte order of their keys, the order in which Go's templates, `fmt` and `encoding/json` visit them.
///
/// The type belongs to the handle, not to the shared entries: Go assigns a named map (`chartutil.Values`) to a
/// `map[string]interface {}` parameter, and what the function returns then is the same map under the plain type.
#[derive(Clone)]
pub struct Map {
    inner: Rc<Inner>,
    go_type: Type,
}

struct Inner {
    nil: bool,
    // Copy-on-write under the cell: a snapshot costs a reference count, and a map that is changed while a range loop
    // walks over it is copied once, which is what Go's loop over its sorted copy of keys and values amounts to.
    entries: RefCell<Rc<Entries>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        let entries = self.entries.get_mut();
        if Rc::strong_count(entries) == 1 && deep::is_deep(entries.iter().map(|(_, value)| value)) {
            deep::drop_content(Content::Map(std::mem::take(entries)));
        }
    }
}

/// The entries of a map in key order.
pub type Entries = Vec<(Str, Value)>;

impl Map {
    /// An empty `map[string]interface {}`.
    pub fn string_any() -> Map {
        Map::new(&MAP_STRING_ANY)
    }

    /// An empty `map[string]string`.
    pub fn string_string() -> Map {
        Map::new(&MAP_STRING_STRING)
    }

    /// An empty map of a type.
    pub fn new(go_type: Type) -> Map {
        Map::with(go_type, false, Entries::new())
    }

    /// The nil map of a type: reads as empty, and cannot be written to.
    pub fn nil(go_type: Type) -> Map {
        Map::with(go_type, true, Entries::new())
    }

    /// A map with these entries, in any order; of equal keys the last one stays.
    pub fn from_entries(go_type: Type, mut entries: Entries) -> Map {
        if !entries.is_sorted_by(|a, b| a.0 < b.0) {
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            entries.reverse();
            entries.dedup_by(|a, b| a.0 == b.0);
            entries.reverse();
        }
        Map::with(go_type, false, entries)
    }

    fn with(go_type: Type, nil: bool, entries: Entries) -> Map {
        Map { inner: Rc::new(Inner { nil, entries: RefCell::new(Rc::new(entries)) }), go_type }
    }

    /// The same map under another type of the same underlying type, as Go's assignment between a named and an unnamed
    /// map type makes it.
    #[must_use]
    pub fn with_type(&self, go_type: Type) -> Map {
        Map { inner: Rc::clone(&self.inner), go_type }
    }

    /// The Go type.
    pub fn go_type(&self) -> Type {
        self.go_type
    }

    /// Whether this is a nil map.
    pub fn is_nil(&self) -> bool {
        self.inner.nil
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.inner.entries.borrow().len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether both are one map, not only equal ones.
    pub fn is_same(&self, other: &Map) -> bool {
        Rc::ptr_eq(&self.inner, &other.inner)
    }

    /// A number that tells this map from every other live one, for cycle checks.
    pub fn identity(&self) -> usize {
        Rc::as_ptr(&self.inner).addr()
    }

    /// The value under a key.
    pub fn get(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        let entries = self.inner.entries.borrow();
        find(&entries, key.as_ref()).ok().map(|at| entries[at].1.clone())
    }

    /// The value under a key, for a caller that asks for the same key again and again, of maps with mostly the same
    /// keys: the place where it was found last is looked at first, and the new place is left in `hint`.
    #[inline]
    pub fn get_hinted(&self, key: &Str, hint: &mut usize) -> Option<Value> {
        let entries = self.inner.entries.borrow();
        if let Some((k, value)) = entries.get(*hint)
            && k == key
        {
            return Some(value.clone());
        }
        let at = find(&entries, key).ok()?;
        *hint = at;
        entries.get(at).map(|(_, value)| value.clone())
    }

    /// Whether the key is there.
    pub fn contains_key(&self, key: impl AsRef<[u8]>) -> bool {
        find(&self.inner.entries.borrow(), key.as_ref()).is_ok()
    }

    /// Sets a key; returns what was there.
    ///
    /// A nil map takes entries here too: a caller that answers to Go checks [`Map::is_nil`] first and reports
    /// `assignment to entry in nil map`.
    pub fn insert(&self, key: impl Into<Str>, value: impl Into<Value>) -> Option<Value> {
        let (key, value) = (key.into(), value.into());
        let mut entries = self.inner.entries.borrow_mut();
        // What is replaced is returned, not dropped here: a drop could reach this very cell through a cycle.
        match find(&entries, &key) {
            Ok(at) => Some(std::mem::replace(&mut Rc::make_mut(&mut entries)[at].1, value)),
            Err(at) => {
                Rc::make_mut(&mut entries).insert(at, (key, value));
                None
            }
        }
    }

    /// Removes a key; returns what was there.
    pub fn remove(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        let mut entries = self.inner.entries.borrow_mut();
        let at = find(&entries, key.as_ref()).ok()?;
        Some(Rc::make_mut(&mut entries).remove(at).1)
    }

    /// Removes everything; used to break cycles when a render ends.
    pub fn clear(&self) {
        let old = self.inner.entries.take();
        drop(old);
    }

    /// The entries as they are now, in key order; later changes do not show in it.
    pub fn snapshot(&self) -> Rc<Entries> {
        Rc::clone(&self.inner.entries.borrow())
    }
}

fn find(entries: &Entries, key: &[u8]) -> Result<usize, usize> {
    entries.binary_search_by(|(k, _)| k.as_bytes().cmp(key))
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A map can contain itself; Debug shows one level of nesting only.
        write!(f, "{}", self.go_type)?;
        f.debug_map()
            .entries(self.snapshot().iter().map(|(k, v)| {
                (
                    k.clone(),
                    if let Value::Map(m) = v { format!("{}({})", m.go_type(), m.len()) } else { format!("{v:?}") },
                )
            }))
            .finish()
    }
}
