//! What was asked for lately: a map that forgets, so that memory does not grow with the fleet.

use std::hash::Hash;

use rustc_hash::FxHashMap;

/// A map of at most twice `most` entries. One that is asked for again and again stays; of the others the older half
/// goes when there are too many.
#[derive(Debug)]
pub(crate) struct Recent<K, V> {
    most: usize,
    young: FxHashMap<K, V>,
    old: FxHashMap<K, V>,
}

impl<K: Hash + Eq, V: Clone> Recent<K, V> {
    pub(crate) fn new(most: usize) -> Recent<K, V> {
        Recent { most, young: FxHashMap::default(), old: FxHashMap::default() }
    }

    /// The value of a key, if it is remembered.
    pub(crate) fn get<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
    {
        if let Some(value) = self.young.get(key) {
            return Some(value.clone());
        }
        let (key, value) = self.old.remove_entry(key)?;
        self.insert(key, value.clone());
        Some(value)
    }

    pub(crate) fn insert(&mut self, key: K, value: V) {
        if self.young.len() >= self.most {
            // What they forget is memory that they keep.
            std::mem::swap(&mut self.old, &mut self.young);
            self.young.clear();
        }
        self.young.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_the_rest_goes() {
        let mut recent = Recent::new(10);
        recent.insert("hot".to_owned(), 0);
        for number in 1..1_000 {
            recent.insert(number.to_string(), number);
            assert_eq!(recent.get("hot"), Some(0));
            assert_eq!(recent.get(&number.to_string()), Some(number));
            assert!(recent.young.len() + recent.old.len() <= 20);
        }
        assert_eq!(recent.get("1"), None);
    }
}
