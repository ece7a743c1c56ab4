//! Values while they are laid over each other: tables that are opened only where they are touched.
//!
//! Helm copies a chart's defaults deeply each time before it lays values over them, and does so several times per
//! render. Here a copy of frozen values costs a reference count, and a table becomes a mutable one only when something is
//! written to it or to a table in it.
//!
//! Tables are shared references, as Go's maps are, and the sharing can be seen: `global` is passed to subcharts by a
//! shallow copy, so that what is written into a nested table of it shows in the parent and in every other subchart.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use thinlock_go::map::find;
use thinlock_go::types::MAP_STRING_ANY;
use thinlock_go::{Frozen, Map, Str, Value};

/// A value: untouched, or a table that was opened.
#[derive(Clone, Debug)]
pub(crate) enum Tree {
    Shared(Frozen),
    Table(Table),
}

/// An open table: a Go map, by reference.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table(Rc<RefCell<Vec<(Str, Tree)>>>);

impl Tree {
    pub(crate) fn is_nil(&self) -> bool {
        matches!(self, Tree::Shared(Frozen::Nil))
    }

    /// Helm's `istable`.
    pub(crate) fn is_table(&self) -> bool {
        matches!(self, Tree::Table(_) | Tree::Shared(Frozen::Map(..)))
    }

    pub(crate) const NIL: Tree = Tree::Shared(Frozen::Nil);

    /// A copy that shares nothing that is written to: `copystructure.Copy`.
    pub(crate) fn deep_copy(&self) -> Tree {
        match self {
            Tree::Shared(value) => Tree::Shared(value.clone()),
            Tree::Table(table) => Tree::Table(table.deep_copy()),
        }
    }

    /// A live value that shares nothing with this one, for messages.
    pub(crate) fn to_value(&self) -> Value {
        thaw(self, &mut FxHashMap::default())
    }

    /// The table without the nulls in it, at every depth but not in lists: Helm 4.3's `cleanNilValues`.
    pub(crate) fn without_nulls(&self) -> Tree {
        match self {
            Tree::Shared(value) => Tree::Shared(without_nulls(value).unwrap_or_else(|| value.clone())),
            Tree::Table(table) => {
                let entries = table.0.borrow();
                let kept = entries.iter().filter(|(_, v)| !v.is_nil());
                Tree::Table(Table::from_entries(kept.map(|(k, v)| (k.clone(), v.without_nulls())).collect()))
            }
        }
    }
}

/// `None` where nothing has to go.
fn without_nulls(value: &Frozen) -> Option<Frozen> {
    let Frozen::Map(go_type, entries) = value else { return None };
    // Copied from the first entry on that changes.
    let mut copy: Option<Vec<(Str, Frozen)>> = None;
    for (at, (key, value)) in entries.iter().enumerate() {
        let cleaned = without_nulls(value);
        if matches!(value, Frozen::Nil) || cleaned.is_some() {
            let copy = copy.get_or_insert_with(|| entries.iter().take(at).cloned().collect());
            if let Some(cleaned) = cleaned {
                copy.push((key.clone(), cleaned));
            }
        } else if let Some(copy) = &mut copy {
            copy.push((key.clone(), value.clone()));
        }
    }
    copy.map(|entries| Frozen::Map(go_type, entries.into()))
}

impl Table {
    pub(crate) fn new() -> Table {
        Table::default()
    }

    /// Opens a frozen map; anything else gives an empty table, as a nil map does in Go.
    pub(crate) fn open(value: &Frozen) -> Table {
        Table::open_with_room(value, 0)
    }

    /// The entries must be in the order of their keys.
    fn from_entries(entries: Vec<(Str, Tree)>) -> Table {
        Table(Rc::new(RefCell::new(entries)))
    }

    pub(crate) fn get(&self, key: &[u8]) -> Option<Tree> {
        let entries = self.0.borrow();
        let at = find(&entries, key).ok()?;
        entries.get(at).map(|(_, value)| value.clone())
    }

    /// What `look` says of the value of a key. `from` is where it may be: where it is or would be is written there, so that
    /// keys in order are found one behind the other.
    pub(crate) fn look<T>(&self, key: &Str, from: &mut usize, look: impl FnOnce(Option<&Tree>) -> T) -> T {
        let entries = self.0.borrow();
        let found = search_from(&entries, key, *from);
        *from = found.unwrap_or_else(|at| at);
        look(found.ok().and_then(|at| entries.get(at)).map(|(_, value)| value))
    }

    /// Makes room for more keys.
    pub(crate) fn reserve(&self, additional: usize) {
        self.0.borrow_mut().reserve(additional);
    }

    pub(crate) fn insert(&self, key: Str, value: Tree) {
        self.insert_at(0, key, value);
    }

    /// As [`Table::insert`], of a key that may be at a place, or would be.
    pub(crate) fn insert_at(&self, at: usize, key: Str, value: Tree) {
        let mut entries = self.0.borrow_mut();
        match search_from(&entries, &key, at) {
            Ok(at) => {
                if let Some(entry) = entries.get_mut(at) {
                    entry.1 = value;
                }
            }
            Err(at) => entries.insert(at, (key, value)),
        }
    }

    pub(crate) fn remove(&self, key: &[u8]) {
        let mut entries = self.0.borrow_mut();
        if let Ok(at) = find(&entries, key) {
            entries.remove(at);
        }
    }

    /// As [`Table::open`], with room for more entries.
    pub(crate) fn open_with_room(value: &Frozen, room: usize) -> Table {
        let Frozen::Map(_, entries) = value else { return Table::new() };
        let mut open = Vec::with_capacity(entries.len() + room);
        open.extend(entries.iter().map(|(k, v)| (k.clone(), Tree::Shared(v.clone()))));
        Table::from_entries(open)
    }

    /// The table under a key, opened in place; `None` if there is none.
    pub(crate) fn table(&self, key: &[u8]) -> Option<Table> {
        let mut entries = self.0.borrow_mut();
        let at = find(&entries, key).ok()?;
        let (_, value) = entries.get_mut(at)?;
        open_in_place(value)
    }

    /// The entries as they are now.
    pub(crate) fn snapshot(&self) -> Vec<(Str, Tree)> {
        self.0.borrow().clone()
    }

    /// The keys whose values are null.
    pub(crate) fn null_keys(&self) -> Vec<Str> {
        self.0.borrow().iter().filter(|(_, v)| v.is_nil()).map(|(k, _)| k.clone()).collect()
    }

    /// Another table with the same values: the tables in it are the same references in both (Helm's `copyMap`).
    pub(crate) fn shallow_copy(&self) -> Table {
        let mut entries = self.0.borrow_mut();
        for (_, value) in entries.iter_mut() {
            open_in_place(value);
        }
        Table::from_entries(entries.clone())
    }

    pub(crate) fn deep_copy(&self) -> Table {
        Table::from_entries(self.0.borrow().iter().map(|(k, v)| (k.clone(), v.deep_copy())).collect())
    }

    /// Opens every table in this one, so that each can be shared by reference.
    pub(crate) fn open_all(&self) {
        for (_, value) in self.0.borrow_mut().iter_mut() {
            if let Some(table) = open_in_place(value) {
                table.open_all();
            }
        }
    }

    /// How many entries a deep copy would have. `None` for a table that holds itself.
    pub(crate) fn size_unshared(&self) -> Option<u64> {
        fn size(table: &Table, known: &mut FxHashMap<usize, Option<u64>>) -> Option<u64> {
            let address = Rc::as_ptr(&table.0).addr();
            if let Some(size) = known.get(&address) {
                // `None` stands for a table that is being counted further out.
                return *size;
            }
            known.insert(address, None);
            let mut total = 0u64;
            for (_, value) in table.0.borrow().iter() {
                total = total.saturating_add(1);
                if let Tree::Table(inner) = value {
                    total = total.saturating_add(size(inner, known)?);
                }
            }
            known.insert(address, Some(total));
            Some(total)
        }
        size(self, &mut FxHashMap::default())
    }

    /// The live map. Tables that are shared here are shared there.
    pub(crate) fn thaw(&self) -> Map {
        thaw_table(self, &mut FxHashMap::default())
    }
}

/// As [`find`], for a key that is a string already, and is mostly at a place or close behind it.
fn search_from(entries: &[(Str, Tree)], key: &Str, from: usize) -> Result<usize, usize> {
    /// So many are looked at one by one.
    const CLOSE: usize = 4;
    let is_before = |at: usize| entries.get(at).is_some_and(|(other, _)| other < key);
    let from = if from.checked_sub(1).is_none_or(is_before) { from } else { 0 };
    let rest = entries.get(from..).unwrap_or_default();
    for (at, (other, _)) in rest.iter().take(CLOSE).enumerate() {
        match other.cmp(key) {
            Ordering::Less => {}
            Ordering::Equal => return Ok(from + at),
            Ordering::Greater => return Err(from + at),
        }
    }
    let at = from + CLOSE.min(rest.len());
    let rest = entries.get(at..).unwrap_or_default();
    let found = rest.binary_search_by(|(other, _)| other.cmp(key));
    found.map(|further| at + further).map_err(|further| at + further)
}

fn open_in_place(value: &mut Tree) -> Option<Table> {
    match value {
        Tree::Table(table) => Some(table.clone()),
        Tree::Shared(frozen @ Frozen::Map(..)) => {
            let table = Table::open(frozen);
            *value = Tree::Table(table.clone());
            Some(table)
        }
        Tree::Shared(_) => None,
    }
}

/// What became of tables that are referred to more than once, by their address.
type Thawed = FxHashMap<usize, Map>;

fn thaw(tree: &Tree, thawed: &mut Thawed) -> Value {
    match tree {
        Tree::Shared(value) => value.thaw(),
        Tree::Table(table) => Value::Map(thaw_table(table, thawed)),
    }
}

fn thaw_table(table: &Table, thawed: &mut Thawed) -> Map {
    let shared = Rc::strong_count(&table.0) > 1;
    let address = Rc::as_ptr(&table.0).addr();
    if shared && let Some(map) = thawed.get(&address) {
        return map.clone();
    }
    let entries = table.0.borrow();
    let map = Map::from_entries(&MAP_STRING_ANY, entries.iter().map(|(k, v)| (k.clone(), thaw(v, thawed))).collect());
    if shared {
        thawed.insert(address, map.clone());
    }
    map
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_from_wherever_it_is_looked_for() {
        let letters = ["a", "b", "c", "d", "e", "f", "g", "h"];
        for chosen in 0..1u32 << letters.len() {
            let keys = letters.iter().enumerate().filter(|(at, _)| chosen >> at & 1 == 1);
            let entries: Vec<(Str, Tree)> = keys.map(|(_, key)| (Str::from(*key), Tree::NIL)).collect();
            for key in letters.map(Str::from) {
                let want = entries.binary_search_by(|(other, _)| other.cmp(&key));
                for from in 0..=letters.len() + 1 {
                    assert_eq!(search_from(&entries, &key, from), want, "{key} from {from} in {entries:?}");
                }
            }
        }
    }
}
