//! Where the entries of a map are, and how they are found.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::Entries;
use crate::deep::{self, Content};
use crate::str::INLINE;
use crate::{Frozen, Str, Value};

/// Where the entries are.
pub(super) enum Store {
    /// In a frozen map, which nobody has looked into beyond its scalars: most of a chart's defaults stay so through a
    /// whole render. The maps in it become live maps when this one is opened.
    Frozen(Arc<[(Str, Frozen)]>),
    /// Here.
    Own(Entries),
    /// Here, and perhaps in snapshots. A map that is changed while a range loop walks over a snapshot of it is copied
    /// once, which is what Go's loop over its sorted copy of keys and values amounts to.
    Shared(Rc<Entries>),
    /// A few of its own, and with other keys those of a snapshot of another map: what `merge (dict "component" "web") .`
    /// makes for each `include`, and nobody changes.
    Over(Entries, Rc<Entries>),
}

/// A value in a map.
pub(super) enum Found<'m> {
    Live(&'m Value),
    Frozen(&'m Frozen),
}

impl Found<'_> {
    /// The value. `None`: it is a map or list of a frozen map. What is got twice must be one thing, so that map must be
    /// opened first.
    pub(super) fn value(&self) -> Option<Value> {
        match self {
            Found::Live(value) => Some((*value).clone()),
            Found::Frozen(Frozen::Map(..) | Frozen::List(..)) => None,
            Found::Frozen(scalar) => Some(scalar.thaw()),
        }
    }
}

impl Store {
    /// Makes live entries of frozen ones, and one list of two.
    pub(super) fn open(&mut self) {
        match self {
            Store::Frozen(entries) => {
                *self = Store::Own(entries.iter().map(|(key, value)| (key.clone(), value.thaw())).collect());
            }
            Store::Over(own, under) => *self = Store::Own(merged(std::mem::take(own), under, &[])),
            Store::Own(_) | Store::Shared(_) => {}
        }
    }

    /// The live entries, to be changed.
    pub(super) fn open_mut(&mut self) -> &mut Entries {
        loop {
            match self {
                Store::Own(entries) => return entries,
                Store::Shared(entries) => return Rc::make_mut(entries),
                Store::Frozen(_) | Store::Over(..) => self.open(),
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Store::Frozen(entries) => entries.len(),
            Store::Own(entries) => entries.len(),
            Store::Shared(entries) => entries.len(),
            Store::Over(own, under) => own.len() + under.len(),
        }
    }

    /// The value under a key.
    pub(super) fn get(&self, key: &[u8]) -> Option<Found<'_>> {
        let live = |entries| live_at(entries, find(entries, key).ok()?);
        match self {
            Store::Frozen(entries) => entries.get(find(entries, key).ok()?).map(|(_, value)| Found::Frozen(value)),
            Store::Own(entries) => live(entries),
            Store::Shared(entries) => live(entries),
            Store::Over(own, under) => live(own).or_else(|| live(under)),
        }
    }

    /// The value under a key, looked for where the hint says first.
    #[inline]
    pub(super) fn get_hinted(&self, key: &Str, hint: &AtomicU32) -> Option<Found<'_>> {
        match self {
            Store::Frozen(entries) => find_hinted(entries, key, hint).map(Found::Frozen),
            Store::Own(entries) => find_hinted(entries, key, hint).map(Found::Live),
            Store::Shared(entries) => find_hinted(entries, key, hint).map(Found::Live),
            Store::Over(own, under) => find_over(own, under, key, hint).map(Found::Live),
        }
    }
}

fn live_at(entries: &Entries, at: usize) -> Option<Found<'_>> {
    entries.get(at).map(|(_, value)| Found::Live(value))
}

/// The value of a key in one of two lists of entries, of which the first one is short. The hint is for the other one.
#[inline]
pub(super) fn find_over<'e>(own: &'e Entries, under: &'e Entries, key: &Str, hint: &AtomicU32) -> Option<&'e Value> {
    let hinted = hint.load(Ordering::Relaxed);
    if let Some((k, value)) = under.get(hinted as usize)
        && *k == *key
    {
        return Some(value);
    }
    match own.iter().find(|(k, _)| *k == *key) {
        Some((_, value)) => {
            // The next time it is looked for here at once.
            hint.store(hinted | ABSENT, Ordering::Relaxed);
            Some(value)
        }
        None => find_anew(under, key, hinted, hint),
    }
}

/// Both lists of entries as one; those of the second at the given places are left out. No key of the others is in both.
pub(super) fn merged(own: Entries, under: &[(Str, Value)], left_out: &[usize]) -> Entries {
    let mut merged = Entries::with_capacity(own.len() + under.len() - left_out.len());
    let mut own = own.into_iter();
    let mut next = own.next();
    let mut left_out = left_out.iter().peekable();
    for (at, entry) in under.iter().enumerate() {
        if left_out.next_if(|left_out| **left_out == at).is_some() {
            continue;
        }
        while let Some(before) = next.take_if(|(key, _)| *key < entry.0) {
            merged.push(before);
            next = own.next();
        }
        merged.push(entry.clone());
    }
    merged.extend(next);
    merged.extend(own);
    merged
}

impl Drop for Store {
    fn drop(&mut self) {
        let is_deep = |entries: &Entries| deep::is_deep(entries.iter().map(|(_, value)| value));
        if let Store::Own(entries) | Store::Over(entries, _) = self
            && is_deep(entries)
        {
            deep::drop_content(Content::Map(Rc::new(std::mem::take(entries))));
        }
        if let Store::Shared(entries) | Store::Over(_, entries) = self
            && Rc::strong_count(entries) == 1
            && is_deep(entries)
        {
            deep::drop_content(Content::Map(std::mem::take(entries)));
        }
    }
}

/// The value under a key, which is looked for where the hint says first; the hint is set to where it is.
#[inline(always)]
pub(super) fn find_hinted<'e, V>(entries: &'e [(Str, V)], key: &Str, hint: &AtomicU32) -> Option<&'e V> {
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
    match find_key(entries, key) {
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
    find_key(entries, &Str::from(key))
}

/// As [`find`].
#[inline]
pub(super) fn find_key<V>(entries: &[(Str, V)], key: &Str) -> Result<usize, usize> {
    entries.binary_search_by(|(k, _)| k.cmp(key))
}
