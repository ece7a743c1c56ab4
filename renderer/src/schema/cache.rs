//! Compiled schemas, kept for the next release of the same chart on the same thread.

use std::cell::RefCell;
use std::rc::Rc;

use thinlock_go::Str;

/// The schemas that were used last, by their text and by what else decides how they are compiled.
pub(super) struct Recent<K, T> {
    entries: RefCell<Vec<Entry<K, T>>>,
}

struct Entry<K, T> {
    key: K,
    text: Str,
    made: Rc<T>,
}

/// More charts with schemas than an umbrella chart has.
const CAPACITY: usize = 32;

impl<K: PartialEq, T> Recent<K, T> {
    pub(super) const fn new() -> Recent<K, T> {
        Recent { entries: RefCell::new(Vec::new()) }
    }

    /// The compiled form of a text, made where it is not there.
    pub(super) fn get(&self, key: K, text: &Str, make: impl FnOnce() -> T) -> Rc<T> {
        let known = |entry: &&Entry<K, T>| entry.key == key && entry.text == *text;
        if let Some(entry) = self.entries.borrow().iter().find(known) {
            return Rc::clone(&entry.made);
        }
        let made = Rc::new(make());
        let mut entries = self.entries.borrow_mut();
        if entries.len() >= CAPACITY {
            entries.remove(0);
        }
        entries.push(Entry { key, text: text.clone(), made: Rc::clone(&made) });
        made
    }
}
