//! Associated templates: Go's name space of templates and its rules of redefinition.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxHasher;
use thinlock_go::{Error, Str, Toolchain};

use crate::tree::{Parsed, Tree};
use crate::{FuncMap, parse_shared};

/// A template of a set: a tree of a parsed text.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) parsed: Arc<Parsed>,
    pub(crate) tree: u32,
}

impl Entry {
    pub(crate) fn tree(&self) -> &Tree {
        &self.parsed.trees[self.tree as usize]
    }
}

type Entries = HashMap<Box<[u8]>, Entry, BuildHasherDefault<FxHasher>>;

/// The templates that can call each other by name: what Go keeps behind every `*template.Template`.
///
/// A clone is cheap and independent: what is added to it is not seen in the original. `tpl` executes its text in a
/// clone.
#[derive(Clone, Debug)]
pub struct Set {
    name: Str,
    base: Arc<Entries>,
    /// What was added since the set was cloned; looked at first.
    added: Vec<(Box<[u8]>, Entry)>,
    /// Tells this set, as it is now, from all others; 0 for the short-lived ones of `tpl`.
    id: u64,
}

/// A number that no other set has or had.
fn fresh_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Set {
    /// An empty set. The name appears in `no template "x" associated with template "NAME"`: Helm's is `gotpl`.
    pub fn new(name: impl Into<Str>) -> Set {
        Set { name: name.into(), base: Arc::default(), added: Vec::new(), id: fresh_id() }
    }

    /// The name that was given to [`Set::new`].
    pub fn name(&self) -> &Str {
        &self.name
    }

    /// A number that only this set has, and its clones, as long as nothing is added; `None` in a `tpl`.
    pub(crate) fn id(&self) -> Option<u64> {
        (self.id != 0).then_some(self.id)
    }

    /// Adds the templates of a parsed text, as Go's `Parse` does after parsing: a template that is there already is
    /// replaced, unless the new one is empty (white space and comments only).
    pub fn add(&mut self, parsed: &Arc<Parsed>) {
        self.id = fresh_id();
        for at in 0..parsed.trees.len() {
            self.add_tree(parsed, at, false);
        }
    }

    /// Adds a parsed text whose own template replaces one of the same name even if it is empty, as a text parsed into
    /// a fresh `t.New(name)` does for the template that is executed then.
    pub(crate) fn add_own(&mut self, parsed: &Arc<Parsed>) {
        self.id = 0;
        for at in 0..parsed.trees.len() {
            self.add_tree(parsed, at, at == 0);
        }
    }

    fn add_tree(&mut self, parsed: &Arc<Parsed>, at: usize, force: bool) {
        let tree = &parsed.trees[at];
        let name = tree.name.as_bytes();
        if !force && tree.empty && self.get(name).is_some() {
            return;
        }
        // A text has fewer trees than bytes.
        let entry = Entry { parsed: Arc::clone(parsed), tree: at as u32 };
        if let Some((_, old)) = self.added.iter_mut().find(|(n, _)| &**n == name) {
            *old = entry;
        } else if let Some(base) = Arc::get_mut(&mut self.base) {
            base.insert(name.into(), entry);
        } else if self.added.len() < MAX_ADDED {
            self.added.push((name.into(), entry));
        } else {
            // More than a `tpl` text defines: a set of its own, then.
            let mut base = Entries::clone(&self.base);
            base.extend(self.added.drain(..));
            base.insert(name.into(), entry);
            self.base = Arc::new(base);
        }
    }

    /// Whether a template of this name is defined.
    pub fn contains(&self, name: impl AsRef<[u8]>) -> bool {
        self.get(name.as_ref()).is_some()
    }

    /// The names of the templates, in byte order.
    pub fn names(&self) -> Vec<&Str> {
        let mut names: Vec<&Str> = self
            .base
            .values()
            .chain(self.added.iter().map(|(_, entry)| entry))
            .map(|entry| &entry.tree().name)
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    #[inline]
    pub(crate) fn get(&self, name: &[u8]) -> Option<&Entry> {
        if !self.added.is_empty()
            && let Some((_, entry)) = self.added.iter().find(|(n, _)| &**n == name)
        {
            return Some(entry);
        }
        self.base.get(name)
    }
}

/// How many templates are looked for one by one before the set gets a table of its own.
const MAX_ADDED: usize = 16;

/// Parsed texts of `tpl` calls, kept because charts give the same few texts to it again and again.
///
/// It may be shared between renders and threads. Bounded: when it is full it starts anew, so a chart that makes ever
/// new texts cannot fill the memory.
#[derive(Debug)]
pub struct TextCache {
    functions: Arc<FuncMap>,
    texts: RwLock<Texts>,
}

#[derive(Debug, Default)]
struct Texts {
    bytes: usize,
    parsed: HashMap<(Str, Str), Arc<Parsed>, BuildHasherDefault<FxHasher>>,
}

/// Texts longer than this are not kept.
const MAX_TEXT: usize = 64 << 10;
/// What all kept texts may add up to.
const MAX_BYTES: usize = 8 << 20;

impl TextCache {
    /// An empty cache for texts that call these functions. One cache belongs to one [`Toolchain`] as well.
    pub fn new(functions: Arc<FuncMap>) -> TextCache {
        TextCache { functions, texts: RwLock::default() }
    }

    /// The functions.
    pub fn functions(&self) -> &Arc<FuncMap> {
        &self.functions
    }

    /// Parses a text, or finds it parsed.
    ///
    /// # Errors
    /// As [`crate::parse`].
    pub fn parse(&self, name: &Str, text: &Str, toolchain: &Toolchain) -> Result<Arc<Parsed>, Error> {
        let fits = text.len() <= MAX_TEXT;
        // The key borrows nothing: strings are cheap to clone.
        let key = (name.clone(), text.clone());
        if fits && let Some(parsed) = self.texts.read().unwrap_or_else(PoisonError::into_inner).parsed.get(&key) {
            return Ok(Arc::clone(parsed));
        }
        let parsed = parse_shared(name, text, &self.functions, toolchain)?;
        if fits {
            let mut texts = self.texts.write().unwrap_or_else(PoisonError::into_inner);
            // A tree takes several times the room of its text.
            texts.bytes += 256 + text.len();
            if texts.bytes > MAX_BYTES {
                *texts = Texts { bytes: 256 + text.len(), ..Texts::default() };
            }
            texts.parsed.insert(key, Arc::clone(&parsed));
        }
        Ok(parsed)
    }
}
