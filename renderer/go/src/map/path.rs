//! Paths of keys through maps: `.a.b.c` of a template.

use std::rc::Rc;
use std::sync::atomic::AtomicU32;

use super::Map;
use super::store::{Store, find_hinted, find_over};
use crate::types::Type;
use crate::{Frozen, Object, Str, Value};

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

impl Map {
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
            let found = match &*store {
                Store::Own(entries) => find_hinted(entries, key, hint),
                Store::Shared(entries) => find_hinted(entries, key, hint),
                Store::Over(own, under) => find_over(own, under, key, hint),
                Store::Frozen(entries) => {
                    return look(frozen_path(map, entries, elem, &keys[at - 1..], &hints[at - 1..]));
                }
            };
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
}
