//! Compiled schemas, kept for the next release of the same chart on the same thread.

use std::cell::RefCell;
use std::rc::Rc;

/// The schemas that were used last, by their text and by what else decides how they are compiled.
pub(super) struct Recent<K, T> {
    entries: RefCell<Vec<(K, Vec<u8>, Rc<T>)>>,
}

/// More charts with schemas than an umbrella chart has.
const CAPACITY: usize = 32;

impl<K: PartialEq, T> Recent<K, T> {
    pub(super) const fn new() -> Recent<K, T> {
        Recent { entries: RefCell::new(Vec::new()) }
    }

    /// The compiled form of a text, made where it is not there.
    pub(super) fn get(&self, key: K, text: &[u8], make: impl FnOnce() -> T) -> Rc<T> {
        let known = self.entries.borrow().iter().find(|(k, t, _)| *k == key && t == text).map(|(.., v)| Rc::clone(v));
        if let Some(known) = known {
            return known;
        }
        let made = Rc::new(make());
        let mut entries = self.entries.borrow_mut();
        if entries.len() >= CAPACITY {
            entries.remove(0);
        }
        entries.push((key, text.to_vec(), Rc::clone(&made)));
        made
    }
}
