//! What renders share: charts, values files, parsed and linked templates.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash};
use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxHasher;
use thinlock_go::{Error, ErrorKind, Frozen, Str};
use thinlock_template::{Parsed, TextCache, parse_shared};

use crate::chart::{Chart, ProcessedChart};
use crate::functions::function_map;
use crate::source::{ContentId, ContentKey, File};
use crate::{Dialect, FileSet};

use super::link::{Key, Linked, link};

/// What renders share. One cache serves any number of threads and dialects; it grows with the number of different
/// charts, and is dropped when the work is done.
///
/// A render looks into it a handful of times and holds no lock while it works. Two threads that miss the same entry
/// both make it, and one of the two is kept.
#[derive(Debug, Default)]
pub struct Cache {
    charts: Shelf<(&'static str, ContentId), Chart>,
    values: Shelf<(&'static str, ContentId), Frozen>,
    parsed: Shelf<(&'static str, Str, ContentKey), Parsed>,
    linked: Shelf<(&'static str, Key), Linked>,
    texts: Shelf<&'static str, TextCache>,
}

impl Cache {
    /// An empty cache.
    pub fn new() -> Cache {
        Cache::default()
    }

    /// The chart of a content id (a git tree's, an archive's), loaded by `load` if it is not here yet. `load` may read
    /// from wherever the id leads to.
    ///
    /// # Errors
    /// What `load` reports; errors are not kept.
    pub fn chart<E>(
        &self,
        dialect: &Dialect,
        id: ContentId,
        load: impl FnOnce() -> Result<Arc<Chart>, E>,
    ) -> Result<Arc<Chart>, E> {
        self.charts.get_or_try_insert((dialect.name, id), load)
    }

    /// The values of a file, parsed by `parse` if they are not here yet.
    ///
    /// # Errors
    /// What `parse` reports; errors are not kept.
    pub fn values<E>(
        &self,
        dialect: &Dialect,
        id: ContentId,
        parse: impl FnOnce() -> Result<Frozen, E>,
    ) -> Result<Arc<Frozen>, E> {
        self.values.get_or_try_insert((dialect.name, id), || parse().map(Arc::new))
    }

    /// The linked templates of charts.
    pub(super) fn linked(&self, dialect: &Dialect, charts: &[ProcessedChart<'_>]) -> Result<Arc<Linked>, Error> {
        self.linked.get_or_try_insert((dialect.name, Key::of(charts)), || {
            link(charts, dialect, |path, file| self.parsed(dialect, path, file)).map(Arc::new)
        })
    }

    fn parsed(&self, dialect: &Dialect, path: &Str, file: &File) -> Result<Arc<Parsed>, Error> {
        self.parsed.get_or_try_insert((dialect.name, path.clone(), file.key()), || {
            let text = file.data().map_err(|error| Error::new(ErrorKind::Parse, error.to_string()))?;
            parse_shared(path, text, function_map(dialect), &dialect.toolchain)
        })
    }

    /// The texts that `tpl` parsed.
    pub(super) fn texts(&self, dialect: &Dialect) -> Arc<TextCache> {
        let make = || Ok::<_, std::convert::Infallible>(Arc::new(TextCache::new(Arc::clone(function_map(dialect)))));
        match self.texts.get_or_try_insert(dialect.name, make) {
            Ok(texts) => texts,
        }
    }
}

/// A map that threads share.
#[derive(Debug)]
struct Shelf<K, V>(RwLock<HashMap<K, Arc<V>, BuildHasherDefault<FxHasher>>>);

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Shelf<K, V> {
        Shelf(RwLock::default())
    }
}

impl<K: Hash + Eq, V> Shelf<K, V> {
    fn get_or_try_insert<E>(&self, key: K, make: impl FnOnce() -> Result<Arc<V>, E>) -> Result<Arc<V>, E> {
        if let Some(value) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(value));
        }
        let made = make()?;
        let mut map = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(map.entry(key).or_insert(made)))
    }
}

const fn assert_shareable<T: Send + Sync>() {}
const _: () = assert_shareable::<Cache>();
const _: () = assert_shareable::<FileSet>();
