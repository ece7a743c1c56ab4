//! Go maps with string keys: shared references with interior mutability.

mod path;
mod store;

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

pub use self::path::{At, Path};
pub use self::store::find;
use self::store::{Store, find_key, merged};
use crate::types::{MAP_STRING_ANY, MAP_STRING_STRING, Type};
use crate::{Frozen, Str, Value};

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
            Store::Own(_) | Store::Shared(_) | Store::Over(..) => None,
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
            if let Some(value) = store.get(key)?.value() {
                return Some(value);
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
            if let Some(value) = store.get_hinted(key, hint)?.value() {
                return Some(value);
            }
            drop(store);
            self.inner.store.borrow_mut().open();
        }
    }

    /// Whether the key is there.
    pub fn contains_key(&self, key: impl AsRef<[u8]>) -> bool {
        self.inner.store.borrow().get(key.as_ref()).is_some()
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
        match find_key(entries, &key) {
            Ok(at) => Some(std::mem::replace(&mut entries[at].1, value)),
            Err(at) => {
                entries.insert(at, (key, value));
                None
            }
        }
    }

    /// As [`Map::insert`] of a frozen map that is thawed, which takes the place of one of its type: in the same memory,
    /// where nobody else has that one and it is still as it was.
    pub fn insert_thawed(&self, key: &Str, frozen: &Frozen) {
        if let Frozen::Map(go_type, entries) = frozen
            && self.renew(key, go_type, entries).is_some()
        {
            return;
        }
        self.insert(key.clone(), frozen.thaw());
    }

    fn renew(&self, key: &Str, go_type: Type, entries: &Arc<[(Str, Frozen)]>) -> Option<()> {
        let mut store = self.inner.store.borrow_mut();
        let own = match &mut *store {
            Store::Own(own) => own,
            Store::Shared(shared) => Rc::get_mut(shared)?,
            Store::Frozen(_) | Store::Over(..) => return None,
        };
        let at = find_key(own, key).ok()?;
        let Some((_, Value::Map(map))) = own.get_mut(at) else { return None };
        let inner = Rc::get_mut(&mut map.inner).filter(|_| std::ptr::eq(map.go_type, go_type))?;
        match inner.store.get_mut() {
            Store::Frozen(old) => *old = Arc::clone(entries),
            Store::Own(_) | Store::Shared(_) | Store::Over(..) => return None,
        }
        Some(())
    }

    /// Adds those entries of a snapshot whose keys are not there, all at once. Returns the places of the others; `None`,
    /// and nothing is added, where one of those is refused.
    pub fn insert_absent(&self, others: &Rc<Entries>, refused: impl Fn(&Value) -> bool) -> Option<Vec<usize>> {
        /// So many are found one by one as quickly as in order.
        const FEW: usize = 8;
        let mut present = Vec::new();
        let mut store = self.inner.store.borrow_mut();
        let own = store.open_mut();
        for (key, _) in &*own {
            let Ok(at) = find_key(others, key) else { continue };
            if others.get(at).is_some_and(|(_, value)| refused(value)) {
                return None;
            }
            present.push(at);
        }
        let own = std::mem::take(own);
        *store = if present.is_empty() && own.len() <= FEW {
            Store::Over(own, Rc::clone(others))
        } else {
            Store::Own(merged(own, others, &present))
        };
        Some(present)
    }

    /// Removes a key; returns what was there.
    pub fn remove(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        let mut store = self.inner.store.borrow_mut();
        let at = match &*store {
            Store::Frozen(entries) => find(entries, key.as_ref()).ok()?,
            _ => find(store.open_mut(), key.as_ref()).ok()?,
        };
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
            Store::Frozen(_) | Store::Over(..) => Rc::default(),
        };
        *store = Store::Shared(Rc::clone(&shared));
        shared
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
    fn a_thawed_map_takes_the_place_of_one_that_nobody_has() {
        let frozen = |text: &str| {
            let entries = vec![(Str::from("text"), Frozen::Str(Str::from(text)))];
            Frozen::Map(&MAP_STRING_ANY, entries.into())
        };
        let key = Str::from("here");
        let text = |map: &Map| match map.get("text") {
            Some(Value::Str(text)) => text,
            other => panic!("{other:?}"),
        };
        let outer = Map::from_entries(&MAP_STRING_ANY, vec![(Str::from("a"), 1.0.into())]);
        outer.insert_thawed(&key, &frozen("1"));
        let first = map_at(&outer, "here").identity();
        outer.insert_thawed(&key, &frozen("2"));
        assert_eq!((map_at(&outer, "here").identity(), &*text(&map_at(&outer, "here"))), (first, &b"2"[..]));
        // Nothing is seen of it by who has the map, a copy of the entries, or the map itself under another type.
        let held = map_at(&outer, "here");
        outer.insert_thawed(&key, &frozen("3"));
        assert_eq!((text(&held), text(&map_at(&outer, "here"))), (Str::from("2"), Str::from("3")));
        let before = outer.snapshot();
        outer.insert_thawed(&key, &frozen("4"));
        let Value::Map(seen) = &before[1].1 else { panic!("a map") };
        assert_eq!((text(seen), text(&map_at(&outer, "here"))), (Str::from("3"), Str::from("4")));
        let over = Map::string_any();
        assert!(over.insert_absent(&outer.snapshot(), |_| false).is_some());
        outer.insert_thawed(&key, &frozen("5"));
        assert_eq!((text(&map_at(&over, "here")), text(&map_at(&outer, "here"))), (Str::from("4"), Str::from("5")));
        over.insert_thawed(&key, &frozen("6"));
        assert_eq!((text(&map_at(&over, "here")), text(&map_at(&outer, "here"))), (Str::from("6"), Str::from("5")));
        // What was changed, is something else or is not there is replaced.
        map_at(&outer, "here").insert("new", 1.0);
        outer.insert_thawed(&key, &frozen("7"));
        assert!(!map_at(&outer, "here").contains_key("new"));
        outer.insert("here", 1.0);
        outer.insert_thawed(&key, &frozen("8"));
        outer.remove("here");
        outer.insert_thawed(&key, &frozen("9"));
        assert_eq!(text(&map_at(&outer, "here")), Str::from("9"));
        outer.insert_thawed(&key, &Frozen::Float(1.0));
        assert!(matches!(outer.get("here"), Some(Value::Float(1.0))));
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
        assert_eq!(map.insert_absent(&Rc::new(others.to_vec()), |_| true), None);
        assert_eq!(shown(&map), "bFloat(1.0)dFloat(1.0)");
        assert_eq!(map.insert_absent(&Rc::new(others.to_vec()), all), Some(vec![2]));
        assert_eq!(shown(&map), "aFloat(2.0)bFloat(1.0)cFloat(2.0)dFloat(1.0)eFloat(2.0)fFloat(2.0)");
        assert_eq!(before.len(), 2);
        assert_eq!(map.insert_absent(&Rc::new(others.to_vec()), all), Some(vec![0, 1, 2, 3, 4]));
        assert!(map.insert_absent(&Rc::default(), all).is_some_and(|present| present.is_empty()) && map.len() == 6);
        let empty = Map::string_any();
        assert!(empty.insert_absent(&map.snapshot(), all).is_some_and(|present| present.is_empty()));
        assert_eq!(shown(&empty), shown(&map));
        assert_eq!(map.insert_absent(&map.snapshot(), all).map(|present| present.len()), Some(6));
    }

    #[test]
    fn a_map_over_another_one_is_as_any_other() {
        let text = |map: &Map| format!("{map:?}");
        let over = || {
            let under = Map::from_entries(
                &MAP_STRING_ANY,
                vec![
                    (Str::from("a"), 1.0.into()),
                    (Str::from("m"), Map::string_any().into()),
                    (Str::from("z"), "z".into()),
                ],
            );
            let map = Map::from_entries(&MAP_STRING_ANY, vec![(Str::from("k"), "own".into())]);
            assert_eq!(map.insert_absent(&under.snapshot(), |_| false), Some(vec![]));
            (map, under)
        };
        let (map, under) = over();
        let hint = AtomicU32::new(0);
        for _ in 0..2 {
            for (key, there) in [("a", true), ("k", true), ("m", true), ("b", false), ("", false), ("zz", false)] {
                let key = Str::from(key);
                assert_eq!(map.get(&key).is_some(), there, "{key}");
                assert_eq!(map.get_hinted(&key, &hint).is_some(), there, "{key}");
                assert_eq!(map.contains_key(&key), there, "{key}");
                let path = map.get_path(std::slice::from_ref(&key), std::slice::from_ref(&hint));
                assert_eq!(matches!(path, Path::Value(..)), there, "{key}");
            }
        }
        assert_eq!(map.len(), 4);
        // The maps in both are the same ones, the entries are not.
        under.insert("b", true);
        map_at(&under, "m").insert("x", 1.0);
        assert!(map_at(&map, "m").contains_key("x") && !map.contains_key("b"));
        let before = text(&map);
        assert_eq!(
            map.snapshot().iter().map(|(key, _)| key.clone()).collect::<Vec<_>>(),
            ["a", "k", "m", "z"].map(Str::from)
        );
        assert_eq!(text(&map), before);
        let (map, under) = over();
        assert!(map.remove("zz").is_none() && map.remove("a").is_some() && map.insert("z", 2.0).is_some());
        assert!(map.insert("b", 2.0).is_none());
        assert_eq!((map.len(), under.len()), (4, 3));
        assert!(under.contains_key("a") && matches!(under.get("z"), Some(Value::Str(z)) if z == "z"));
        let (map, _) = over();
        let again =
            Map::from_entries(&MAP_STRING_ANY, vec![(Str::from("k"), "first".into()), (Str::from("l"), "l".into())]);
        assert_eq!(again.insert_absent(&map.snapshot(), |_| false), Some(vec![1]));
        assert_eq!(again.len(), 5);
        assert!(matches!(again.get("k"), Some(Value::Str(k)) if k == "first"));
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
