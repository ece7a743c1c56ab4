//! What renders share: charts, parsed and linked templates.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread;

use rustc_hash::FxHasher;
use thinlock_go::{Error, ErrorKind, Str, threads};
use thinlock_template::{Parsed, TextCache, parse_shared};

use crate::chart::{Chart, ProcessedChart};
use crate::functions::function_map;
use crate::schema::Schemas;
use crate::source::{ContentId, ContentKey, File};
use crate::{Dialect, FileSet};

use super::ahead::Parser;
use super::link::{Key, Linked, TemplateFile, link, template_files};

/// What renders share. One cache serves any number of threads and dialects; it grows with the number of different
/// charts, and is dropped when the work is done.
///
/// A render looks into it a handful of times and holds no lock while it works. Two threads that miss the same entry
/// both make it, and one of the two is kept.
#[derive(Debug, Default)]
pub struct Cache {
    charts: Shelf<(&'static str, ContentId), Chart>,
    parsed: Shelf<(&'static str, Str, ContentKey), Parsed>,
    linked: Shelf<(&'static str, Key), Linked>,
    texts: Shelf<&'static str, TextCache>,
    schemas: Schemas,
    /// Parses what it is sent, if a chart's templates were parsed while the chart was being loaded.
    pub(super) parser: Mutex<Option<Parser>>,
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

    /// The linked templates of charts, whose files are parsed on other threads while `meanwhile` runs, if there are many.
    /// What `meanwhile` reports comes first, as if it had run before the parser.
    pub(super) fn linked<T, E>(
        &self,
        dialect: &Dialect,
        charts: &[ProcessedChart<'_>],
        schemas_checked: bool,
        meanwhile: impl FnOnce() -> Result<T, E>,
        wrong: impl FnOnce(Error) -> E,
    ) -> Result<(T, Arc<Linked>), E> {
        let key = (dialect.name, Key::of(charts));
        if let Some(linked) = self.linked.get(&key) {
            return Ok((meanwhile()?, linked));
        }
        let files = template_files(charts);
        let schemas =
            if schemas_checked { charts.iter().filter_map(ProcessedChart::schema).collect() } else { Vec::new() };
        let done = self.preparing(dialect, &schemas, &files, meanwhile)?;
        let linked = self.linked.get_or_try_insert(key, || {
            link(files, charts, dialect, |path, file| self.parsed(dialect, path, file)).map(Arc::new)
        });
        Ok((done, linked.map_err(wrong)?))
    }

    /// The schemas that were looked at.
    pub(super) fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    /// Runs `meanwhile`, and on other threads looks at schemas and parses files, until it has failed. The files are left to
    /// be found by [`Cache::parsed`]; what does not parse is left to it as well.
    fn preparing<T, E>(
        &self,
        dialect: &Dialect,
        schemas: &[&File],
        files: &[TemplateFile<'_>],
        meanwhile: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let large_schema = schemas.iter().any(|file| file.len_read().is_some_and(|len| len >= LARGE_SCHEMA));
        let parser = self.parser.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut threads = (files.len() / FILES_PER_THREAD + usize::from(large_schema)).min(MAX_THREADS);
        if threads > 0 {
            let idle = threads::processors() - 1;
            threads = threads
                .min(idle.saturating_sub(usize::from(parser.is_some())))
                .max(idle.min(usize::from(large_schema)));
        }
        if threads == 0 && parser.is_none() {
            return meanwhile();
        }
        if let Some(parser) = parser {
            // From the other end than all others.
            parser.decided(files.iter().rev().map(|file| (file.path.clone(), file.file.clone())).collect());
        }
        let next = AtomicUsize::new(0);
        let next_schema = AtomicUsize::new(0);
        let parse = || {
            while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                let _ = self.parsed(dialect, &file.path, file.file);
            }
        };
        let prepare = || {
            while let Some(file) = schemas.get(next_schema.fetch_add(1, Ordering::Relaxed)) {
                if let Ok(schema) = file.data() {
                    self.schemas.prepare(schema, dialect);
                }
            }
            parse();
        };
        thread::scope(|scope| {
            for _ in 0..threads {
                // Where there is no thread to be had, this one does it.
                threads::start(scope, prepare);
            }
            let done = meanwhile();
            match &done {
                Ok(_) => parse(),
                Err(_) => {
                    next_schema.store(schemas.len(), Ordering::Relaxed);
                    next.store(files.len(), Ordering::Relaxed);
                }
            }
            done
        })
    }

    pub(super) fn parsed(&self, dialect: &Dialect, path: &Str, file: &File) -> Result<Arc<Parsed>, Error> {
        self.parsed.get_or_try_insert((dialect.name, path.clone(), file.key()), || {
            let text = file.data().map_err(|error| Error::new(ErrorKind::Parse, error.to_string()))?;
            parse_shared(path, text, function_map(dialect), &dialect.toolchain)
        })
    }

    #[cfg(test)]
    pub(super) fn is_parsed(&self, dialect: &Dialect, path: &Str, file: &File) -> bool {
        self.parsed.get(&(dialect.name, path.clone(), file.key())).is_some()
    }

    /// The texts that `tpl` parsed.
    pub(super) fn texts(&self, dialect: &Dialect) -> Arc<TextCache> {
        let make = || Ok::<_, std::convert::Infallible>(Arc::new(TextCache::new(Arc::clone(function_map(dialect)))));
        match self.texts.get_or_try_insert(dialect.name, make) {
            Ok(texts) => texts,
        }
    }
}

/// A chart needs this many templates before starting another thread is less work than parsing them.
const FILES_PER_THREAD: usize = 40;
/// To look at a schema of this many bytes is more work than starting a thread.
const LARGE_SCHEMA: usize = 64 << 10;
/// There is not enough to do beside parsing for more; and more than there are processors hold up the first one.
const MAX_THREADS: usize = 3;

/// A map that threads share.
#[derive(Debug)]
struct Shelf<K, V>(RwLock<HashMap<K, Arc<V>, BuildHasherDefault<FxHasher>>>);

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Shelf<K, V> {
        Shelf(RwLock::default())
    }
}

impl<K: Hash + Eq, V> Shelf<K, V> {
    fn get(&self, key: &K) -> Option<Arc<V>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(key).map(Arc::clone)
    }

    fn get_or_try_insert<E>(&self, key: K, make: impl FnOnce() -> Result<Arc<V>, E>) -> Result<Arc<V>, E> {
        if let Some(value) = self.get(&key) {
            return Ok(value);
        }
        let made = make()?;
        let mut map = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(map.entry(key).or_insert(made)))
    }
}

const fn assert_shareable<T: Send + Sync>() {}
const _: () = assert_shareable::<Cache>();
const _: () = assert_shareable::<FileSet>();
