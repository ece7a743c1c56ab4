//! Go maps with string keys: shared references with interior mutability.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::deep::{self, Content};
use crate::str::INLINE;
use crate::types::{MAP_STRING_ANY, MAP_STRING_STRING, Type};
use crate::{Frozen, Object, Str, Value};

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
    store: RefCell<Store>,
}

/// Where the entries are.
enum Store {
    /// In a frozen map, which nobody has looked into beyond its scalars: most of a chart's defaults stay so through a
    /// whole render. The maps in it become live maps when this one is opened.
    Frozen(Arc<[(Str, Frozen)]>),
    /// Here.
    Own(Entries),
    /// Here, and perhaps in snapshots. A map that is changed while a range loop walks over a snapshot of it is copied
    /// once, which is what Go's loop over its sorted copy of keys and values amounts to.
    Shared(Rc<Entries>),
}

impl Store {
    /// Makes live entries of frozen ones.
    fn open(&mut self) {
        if let Store::Frozen(entries) = self {
            *self = Store::Own(entries.iter().map(|(key, value)| (key.clone(), value.thaw())).collect());
        }
    }

    /// The live entries, to be changed.
    fn open_mut(&mut self) -> &mut Entries {
        loop {
            match self {
                Store::Own(entries) => return entries,
                Store::Shared(entries) => return Rc::make_mut(entries),
                Store::Frozen(_) => self.open(),
            }
        }
    }

    fn len(&self) -> usize {
        match self {
            Store::Frozen(entries) => entries.len(),
            Store::Own(entries) => entries.len(),
            Store::Shared(entries) => entries.len(),
        }
    }

    /// Where a key is, or where it would be.
    fn find(&self, key: &[u8]) -> Result<usize, usize> {
        match self {
            Store::Frozen(entries) => find(entries, key),
            Store::Own(entries) => find(entries, key),
            Store::Shared(entries) => find(entries, key),
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        match self.store.get_mut() {
            Store::Frozen(_) => {}
            Store::Own(entries) => {
                if deep::is_deep(entries.iter().map(|(_, value)| value)) {
                    deep::drop_content(Content::Map(Rc::new(std::mem::take(entries))));
                }
            }
            Store::Shared(entries) => {
                if Rc::strong_count(entries) == 1 && deep::is_deep(entries.iter().map(|(_, value)| value)) {
                    deep::drop_content(Content::Map(std::mem::take(entries)));
                }
            }
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
        sort(&mut entries);
        Map::with(go_type, false, entries)
    }

    fn with(go_type: Type, nil: bool, entries: Entries) -> Map {
        Map { inner: Rc::new(Inner { nil, store: RefCell::new(Store::Own(entries)) }), go_type }
    }

    /// A live map of a frozen one's entries.
    pub(crate) fn thawed(go_type: Type, entries: &Arc<[(Str, Frozen)]>) -> Map {
        debug_assert!(entries.is_sorted_by(|a, b| a.0 < b.0), "the keys of a frozen map are in order");
        Map { inner: Rc::new(Inner { nil: false, store: RefCell::new(Store::Frozen(Arc::clone(entries))) }), go_type }
    }

    /// The entries of the frozen map that this was made of, if it is still as it was.
    pub(crate) fn frozen(&self) -> Option<Arc<[(Str, Frozen)]>> {
        match &*self.inner.store.borrow() {
            Store::Frozen(entries) => Some(Arc::clone(entries)),
            Store::Own(_) | Store::Shared(_) => None,
        }
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
        self.inner.store.borrow().len()
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
        let key = key.as_ref();
        loop {
            let store = self.inner.store.borrow();
            let at = store.find(key).ok()?;
            match &*store {
                Store::Own(entries) => return entries.get(at).map(|(_, value)| value.clone()),
                Store::Shared(entries) => return entries.get(at).map(|(_, value)| value.clone()),
                Store::Frozen(entries) => match entries.get(at)? {
                    // What is got twice must be one thing, and so must be this map's own.
                    (_, Frozen::Map(..) | Frozen::List(..)) => {}
                    (_, scalar) => return Some(scalar.thaw()),
                },
            }
            drop(store);
            self.inner.store.borrow_mut().open();
        }
    }

    /// The value under a key, and a hint: where it was in the map that was asked last, as a template asks maps of mostly
    /// the same keys again and again. The hint is set to where it is.
    #[inline]
    pub fn get_hinted(&self, key: &Str, hint: &AtomicU32) -> Option<Value> {
        loop {
            let store = self.inner.store.borrow();
            match &*store {
                Store::Own(entries) => return find_hinted(entries, key, hint).cloned(),
                Store::Shared(entries) => return find_hinted(entries, key, hint).cloned(),
                Store::Frozen(entries) => match find_hinted(entries, key, hint)? {
                    Frozen::Map(..) | Frozen::List(..) => {}
                    scalar => return Some(scalar.thaw()),
                },
            }
            drop(store);
            self.inner.store.borrow_mut().open();
        }
    }

    /// The value at the end of a path of keys, as far as it leads through maps: `.a.b.c` of a template. Nothing on the
    /// way is cloned or opened. Each key has its hint, as in [`Map::get_hinted`].
    pub fn get_path(&self, keys: &[Str], hints: &[AtomicU32]) -> Path {
        loop {
            let unopened = self.at_path(keys, hints, |at| {
                Ok(match at {
                    At::Live(value, elem) => Path::Value(value.clone(), elem),
                    At::Frozen(Frozen::Map(..) | Frozen::List(..), _, map) => return Err(map.clone()),
                    At::Frozen(scalar, elem, _) => Path::Value(scalar.thaw(), elem),
                    At::Missing(elem) => Path::Missing(elem),
                    At::Object(object, elem, keys) => Path::Object(Rc::clone(object), elem, keys),
                    At::Elsewhere => Path::Elsewhere,
                })
            });
            match unopened {
                Ok(path) => return path,
                Err(map) => map.inner.store.borrow_mut().open(),
            }
        }
    }

    /// As [`Map::get_path`], for a look at what is there. No map may be changed meanwhile.
    #[inline]
    pub fn at_path<R>(&self, keys: &[Str], hints: &[AtomicU32], look: impl FnOnce(At<'_>) -> R) -> R {
        let mut inner: Option<Map> = None;
        let len = keys.len().min(hints.len());
        let mut at = 0;
        while at < len {
            let map = inner.as_ref().unwrap_or(self);
            let (key, hint) = (&keys[at], &hints[at]);
            let Some(elem) = map.go_type.elem else { break };
            if map.go_type.method(key).is_some() {
                break;
            }
            at += 1;
            let store = map.inner.store.borrow();
            let entries = match &*store {
                Store::Own(entries) => entries,
                Store::Shared(entries) => &**entries,
                Store::Frozen(entries) => {
                    return look(frozen_path(map, entries, elem, &keys[at - 1..], &hints[at - 1..]));
                }
            };
            let found = find_hinted(entries, key, hint);
            if at == len {
                return look(found.map_or(At::Missing(elem), |value| At::Live(value, elem)));
            }
            match found {
                Some(Value::Map(next)) => {
                    let next = next.clone();
                    drop(store);
                    inner = Some(next);
                }
                Some(Value::Object(object)) => return look(At::Object(object, elem, at)),
                _ => break,
            }
        }
        look(At::Elsewhere)
    }

    /// Whether the key is there.
    pub fn contains_key(&self, key: impl AsRef<[u8]>) -> bool {
        self.inner.store.borrow().find(key.as_ref()).is_ok()
    }

    /// Sets a key; returns what was there.
    ///
    /// A nil map takes entries here too: a caller that answers to Go checks [`Map::is_nil`] first and reports
    /// `assignment to entry in nil map`.
    pub fn insert(&self, key: impl Into<Str>, value: impl Into<Value>) -> Option<Value> {
        let (key, value) = (key.into(), value.into());
        let mut store = self.inner.store.borrow_mut();
        let entries = store.open_mut();
        // What is replaced is returned, not dropped here: a drop could reach this very cell through a cycle.
        match find(entries, &key) {
            Ok(at) => Some(std::mem::replace(&mut entries[at].1, value)),
            Err(at) => {
                entries.insert(at, (key, value));
                None
            }
        }
    }

    /// Adds those entries, of some in the order of their keys, whose keys are not there, all at once. Returns the places
    /// of the others; `None`, and nothing is added, where one of those is refused.
    pub fn insert_absent(&self, others: &[(Str, Value)], refused: impl Fn(&Value) -> bool) -> Option<Vec<usize>> {
        let mut present = Vec::new();
        let mut store = self.inner.store.borrow_mut();
        let entries = store.open_mut();
        // Both are in order, so one look at each key of either is enough.
        let mut own = entries.iter().map(|(key, _)| key).peekable();
        for (at, (key, value)) in others.iter().enumerate() {
            while own.next_if(|own| **own < *key).is_some() {}
            if own.next_if(|own| **own == *key).is_some() {
                if refused(value) {
                    return None;
                }
                present.push(at);
            }
        }
        let mut merged = Entries::with_capacity(entries.len() + others.len() - present.len());
        let mut own = std::mem::take(entries).into_iter();
        let mut next = own.next();
        let mut skipped = present.iter().copied().peekable();
        for (at, other) in others.iter().enumerate() {
            while let Some(entry) = next.take_if(|(key, _)| *key < other.0) {
                merged.push(entry);
                next = own.next();
            }
            if skipped.next_if_eq(&at).is_none() {
                merged.push(other.clone());
            }
        }
        merged.extend(next);
        merged.extend(own);
        *entries = merged;
        Some(present)
    }

    /// Removes a key; returns what was there.
    pub fn remove(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        let mut store = self.inner.store.borrow_mut();
        let at = store.find(key.as_ref()).ok()?;
        Some(store.open_mut().remove(at).1)
    }

    /// Removes everything; used to break cycles when a render ends.
    pub fn clear(&self) {
        let old = self.inner.store.replace(Store::Own(Entries::new()));
        drop(old);
    }

    /// The entries as they are now, in key order; later changes do not show in it.
    pub fn snapshot(&self) -> Rc<Entries> {
        let mut store = self.inner.store.borrow_mut();
        store.open();
        let shared = match &mut *store {
            Store::Shared(entries) => return Rc::clone(entries),
            Store::Own(entries) => Rc::new(std::mem::take(entries)),
            Store::Frozen(_) => Rc::default(),
        };
        *store = Store::Shared(Rc::clone(&shared));
        shared
    }
}

/// Where a path of keys leads.
#[derive(Debug)]
pub enum Path {
    /// To a value, which is seen through the element type of the last map.
    Value(Value, Type),
    /// To a map that does not have the last key; its element type.
    Missing(Type),
    /// To an object, seen through the element type of the map that it is in; so many of the keys lead there.
    Object(Rc<dyn Object>, Type, usize),
    /// A key on the way is missing, or leads to something that is no map, or names a method.
    Elsewhere,
}

/// What [`Map::at_path`] finds.
#[derive(Debug)]
pub enum At<'m> {
    /// A value, which is seen through the element type of the map that it is in.
    Live(&'m Value, Type),
    /// The same in a frozen map, and the live map that it belongs to.
    Frozen(&'m Frozen, Type, &'m Map),
    /// As [`Path::Missing`].
    Missing(Type),
    /// As [`Path::Object`].
    Object(&'m Rc<dyn Object>, Type, usize),
    /// As [`Path::Elsewhere`].
    Elsewhere,
}

/// As [`Map::at_path`], through the frozen maps of a live one.
fn frozen_path<'m>(
    map: &'m Map,
    mut entries: &'m [(Str, Frozen)],
    mut elem: Type,
    keys: &[Str],
    hints: &[AtomicU32],
) -> At<'m> {
    for (at, (key, hint)) in keys.iter().zip(hints).enumerate() {
        let found = find_hinted(entries, key, hint);
        if at + 1 == keys.len() {
            return found.map_or(At::Missing(elem), |value| At::Frozen(value, elem, map));
        }
        let Some(Frozen::Map(go_type, next)) = found else { break };
        let Some(next_elem) = go_type.elem else { break };
        if keys.get(at + 1).is_some_and(|key| go_type.method(key).is_some()) {
            break;
        }
        (entries, elem) = (next, next_elem);
    }
    At::Elsewhere
}

/// The value under a key, which is looked for where the hint says first; the hint is set to where it is.
#[inline(always)]
fn find_hinted<'e, V>(entries: &'e [(Str, V)], key: &Str, hint: &AtomicU32) -> Option<&'e V> {
    let hinted = hint.load(Ordering::Relaxed);
    if let Some((k, value)) = entries.get(hinted as usize)
        && *k == *key
    {
        return Some(value);
    }
    find_anew(entries, key, hinted, hint)
}

/// Set in a hint where the key was not there: the rest says where it would be.
const ABSENT: u32 = 1 << 31;

#[inline(never)]
fn find_anew<'e, V>(entries: &'e [(Str, V)], key: &Str, hinted: u32, hint: &AtomicU32) -> Option<&'e V> {
    if hinted & ABSENT != 0 {
        let at = (hinted & !ABSENT) as usize;
        let after = at.checked_sub(1).is_none_or(|before| entries.get(before).is_some_and(|(k, _)| *k < *key));
        if after && entries.get(at).map_or(at == entries.len(), |(k, _)| *key < *k) {
            return None;
        }
    }
    // A map has fewer entries than bytes of memory; a wrong hint costs time only.
    match find(entries, key) {
        Ok(at) => {
            hint.store(at as u32 & !ABSENT, Ordering::Relaxed);
            entries.get(at).map(|(_, value)| value)
        }
        Err(at) => {
            hint.store(at as u32 | ABSENT, Ordering::Relaxed);
            None
        }
    }
}

/// Puts entries into key order; of equal keys the last one stays.
pub fn sort<V>(entries: &mut Vec<(Str, V)>) {
    if !entries.is_sorted_by(|a, b| a.0 < b.0) {
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        entries.reverse();
        entries.dedup_by(|a, b| a.0 == b.0);
        entries.reverse();
    }
}

/// Where a key is among entries in the order of their keys.
///
/// # Errors
/// It is not there: where it would be.
#[inline]
pub fn find<V>(entries: &[(Str, V)], key: &[u8]) -> Result<usize, usize> {
    if key.len() > INLINE {
        return entries.binary_search_by(|(k, _)| k.as_bytes().cmp(key));
    }
    // As a string of its own it is compared with other short ones without a call.
    let key = Str::from(key);
    entries.binary_search_by(|(k, _)| k.cmp(&key))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{IntKind, List};

    /// `{list: [{x: 1}], map: {inner: {}}, text: a}`
    fn frozen() -> Frozen {
        let map = |entries: Vec<(&'static str, Frozen)>| {
            let entries: Vec<_> = entries.into_iter().map(|(key, value)| (Str::from_static(key), value)).collect();
            Frozen::Map(&MAP_STRING_ANY, entries.into())
        };
        let one = map(vec![("x", Frozen::Int(IntKind::Int, 1))]);
        map(vec![
            ("list", Frozen::List(&crate::types::SLICE_ANY, [one].into())),
            ("map", map(vec![("inner", map(vec![]))])),
            ("text", Frozen::Str(Str::from("a"))),
        ])
    }

    fn live() -> Map {
        match frozen().thaw() {
            Value::Map(map) => map,
            other => panic!("{other:?}"),
        }
    }

    fn map_at(map: &Map, key: &str) -> Map {
        match map.get(key) {
            Some(Value::Map(inner)) => inner,
            other => panic!("{key}: {other:?}"),
        }
    }

    #[test]
    fn a_thawed_map_gives_the_same_map_each_time() {
        let map = live();
        assert_eq!(map.len(), 3);
        assert!(map.contains_key("map") && !map.contains_key("no"));
        assert!(matches!(map.get("text"), Some(Value::Str(text)) if text == "a"));
        assert!(map.frozen().is_some(), "a look at a scalar opens nothing");
        let inner = map_at(&map, "map");
        assert!(map.frozen().is_none());
        inner.insert("new", true);
        assert!(map_at(&map, "map").contains_key("new"));
        assert!(map_at(&map, "map").is_same(&inner));
        let list = |map: &Map| match map.get("list") {
            Some(Value::List(list)) => list,
            other => panic!("{other:?}"),
        };
        assert_eq!(List::identity(&list(&map)), List::identity(&list(&map)));
    }

    #[test]
    fn a_path_leads_where_the_keys_do() {
        let path = |map: &Map, keys: &[&'static str]| {
            let keys: Vec<Str> = keys.iter().map(|key| Str::from_static(key)).collect();
            let hints: Vec<AtomicU32> = keys.iter().map(|_| AtomicU32::new(7)).collect();
            map.get_path(&keys, &hints)
        };
        let map = live();
        assert!(matches!(path(&map, &["text"]), Path::Value(Value::Str(text), elem) if text == "a" && elem.is_any()));
        assert!(matches!(path(&map, &["map", "no"]), Path::Missing(elem) if elem.is_any()));
        assert!(matches!(path(&map, &["no", "no"]), Path::Elsewhere));
        assert!(matches!(path(&map, &["text", "no"]), Path::Elsewhere));
        assert!(map.frozen().is_some(), "nothing is opened on the way");
        let Path::Value(Value::Map(inner), _) = path(&map, &["map", "inner"]) else { panic!("a map") };
        inner.insert("new", 1.0);
        assert!(matches!(path(&map, &["map", "inner", "new"]), Path::Value(Value::Float(1.0), _)));
    }

    #[test]
    fn maps_thawed_of_one_frozen_map_are_apart() {
        let (one, other) = (live(), live());
        one.insert("text", "b");
        map_at(&one, "map").insert("x", 1.0);
        assert!(matches!(other.get("text"), Some(Value::Str(text)) if text == "a"));
        assert!(!map_at(&other, "map").contains_key("x"));
        assert!(one.remove("map").is_some() && one.len() == 2 && other.len() == 3);
    }

    #[test]
    fn absent_entries_are_added_and_the_others_stay() {
        let entry = |key: &'static str, value: f64| (Str::from_static(key), Value::from(value));
        let shown =
            |map: &Map| map.snapshot().iter().map(|(key, v)| format!("{key}{v:?}")).collect::<Vec<_>>().concat();
        let map = Map::from_entries(&MAP_STRING_ANY, vec![entry("b", 1.0), entry("d", 1.0)]);
        let before = map.snapshot();
        let others = [entry("a", 2.0), entry("c", 2.0), entry("d", 2.0), entry("e", 2.0), entry("f", 2.0)];
        let all = |_: &Value| false;
        assert_eq!(map.insert_absent(&others, |_| true), None);
        assert_eq!(shown(&map), "bFloat(1.0)dFloat(1.0)");
        assert_eq!(map.insert_absent(&others, all), Some(vec![2]));
        assert_eq!(shown(&map), "aFloat(2.0)bFloat(1.0)cFloat(2.0)dFloat(1.0)eFloat(2.0)fFloat(2.0)");
        assert_eq!(before.len(), 2);
        assert_eq!(map.insert_absent(&others, all), Some(vec![0, 1, 2, 3, 4]));
        assert!(map.insert_absent(&[], all).is_some_and(|present| present.is_empty()) && map.len() == 6);
        let empty = Map::string_any();
        assert!(empty.insert_absent(&map.snapshot(), all).is_some_and(|present| present.is_empty()));
        assert_eq!(shown(&empty), shown(&map));
        assert_eq!(map.insert_absent(&map.snapshot(), all).map(|present| present.len()), Some(6));
    }

    #[test]
    fn a_snapshot_stays_as_it_was() {
        let map = live();
        let before = map.snapshot();
        map.insert("text", "b");
        map.remove("list");
        assert_eq!((before.len(), map.len()), (3, 2));
        assert!(Rc::ptr_eq(&map.snapshot(), &map.snapshot()));
        map.clear();
        assert!(map.is_empty());
    }

    #[test]
    fn what_was_not_touched_freezes_to_the_same() {
        let Frozen::Map(_, entries) = frozen() else { panic!("a map") };
        let map = Map::thawed(&MAP_STRING_ANY, &entries);
        let again = Frozen::freeze(&Value::Map(map.clone()));
        assert!(matches!(again, Some(Frozen::Map(_, again)) if Arc::ptr_eq(&again, &entries)));
        map_at(&map, "map").insert("x", true);
        let Some(Frozen::Map(_, again)) = Frozen::freeze(&Value::Map(map)) else { panic!("a map") };
        assert_eq!(format!("{:?}", again[0]), format!("{:?}", entries[0]));
        assert!(again[1].1.get("x").is_some() && entries[1].1.get("x").is_none());
    }
}
