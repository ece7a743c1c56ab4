//! Files and folders of a commit, read from git objects.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::objs::tree::EntryKind;
use gix::objs::{Kind, TreeRefIter};
use gix::prelude::FindExt;

use crate::error::{Context, Error, Result};
use crate::recent::Recent;
use crate::repository;

/// What a tree holds under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The id of the blob, tree, or submodule commit.
    pub id: ObjectId,
    /// What it is.
    pub kind: EntryKind,
}

/// A file's bytes and what git calls them.
#[derive(Clone, Debug)]
pub struct Content {
    /// The id of the blob.
    pub id: ObjectId,
    /// The bytes.
    pub bytes: Arc<[u8]>,
}

/// Reads trees of one repository on one thread, those in use only once.
pub struct Trees {
    repository: gix::Repository,
    folders: RefCell<Recent<ObjectId, Arc<Folder>>>,
    roots: RefCell<Recent<ObjectId, ObjectId>>,
    // Where blobs are unpacked.
    buffer: RefCell<Vec<u8>>,
}

/// How many folders are remembered: those near the root and a chart's are read again and again, a deployment's own is
/// read once or twice.
const FOLDERS: usize = 256;

/// How large a buffer is kept.
const KEPT: usize = 1 << 16;

/// The entries of a tree in the order of their names.
#[derive(Debug, Default)]
pub struct Folder {
    names: Vec<u8>,
    entries: Vec<(Range<u32>, Entry)>,
}

impl Folder {
    /// The entries of a tree as git stores it; `id` is what messages call it by.
    pub(crate) fn of_bytes(bytes: &[u8], id: ObjectId) -> Result<Folder> {
        // An entry has its mode, two separators and its id besides the name.
        let count = bytes.len() / (id.kind().len_in_bytes() + 12) + 1;
        let mut folder = Folder { names: Vec::with_capacity(bytes.len()), entries: Vec::with_capacity(count) };
        for entry in TreeRefIter::from_bytes(bytes, id.kind()) {
            let entry = entry.or_fail(|| format!("reading tree {id}"))?;
            let found = Entry { id: entry.oid.to_owned(), kind: entry.mode.kind() };
            folder.push(entry.filename, found).ok_or_else(|| Error::input(format!("tree {id} is too large")))?;
        }
        folder.sort();
        Ok(folder)
    }

    /// The entry of a name in a tree as git stores it.
    pub(crate) fn entry_in(bytes: &[u8], id: ObjectId, name: &[u8]) -> Result<Option<Entry>> {
        for entry in TreeRefIter::from_bytes(bytes, id.kind()) {
            let entry = entry.or_fail(|| format!("reading tree {id}"))?;
            if entry.filename == name {
                return Ok(Some(Entry { id: entry.oid.to_owned(), kind: entry.mode.kind() }));
            }
        }
        Ok(None)
    }

    fn push(&mut self, name: &[u8], entry: Entry) -> Option<()> {
        let start = u32::try_from(self.names.len()).ok()?;
        self.names.extend_from_slice(name);
        self.entries.push((start..u32::try_from(self.names.len()).ok()?, entry));
        Some(())
    }

    fn name(&self, range: &Range<u32>) -> &[u8] {
        self.names.get(range.start as usize..range.end as usize).unwrap_or_default()
    }

    /// Git sorts folders as if their names ended in a slash.
    fn sort(&mut self) {
        let names = &self.names;
        let name = |range: &Range<u32>| names.get(range.start as usize..range.end as usize).unwrap_or_default();
        self.entries.sort_by(|a, b| name(&a.0).cmp(name(&b.0)));
    }

    /// The entry of a name.
    pub fn get(&self, name: &[u8]) -> Option<Entry> {
        let at = self.entries.binary_search_by(|(range, _)| self.name(range).cmp(name)).ok()?;
        self.entries.get(at).map(|(_, entry)| *entry)
    }

    /// All entries, in the order of their names.
    pub fn entries(&self) -> impl Iterator<Item = (&[u8], Entry)> {
        self.entries.iter().map(|(range, entry)| (self.name(range), *entry))
    }
}

/// More links than this on one way are taken for a circle, as in the kernel.
const MAX_LINKS: usize = 40;

impl Trees {
    /// For one repository.
    pub fn new(repository: gix::Repository) -> Trees {
        let (folders, roots) = (RefCell::new(Recent::new(FOLDERS)), RefCell::new(Recent::new(FOLDERS)));
        Trees { repository, folders, roots, buffer: RefCell::default() }
    }

    /// The repository.
    pub fn repository(&self) -> &gix::Repository {
        &self.repository
    }

    /// The root tree of a commit.
    ///
    /// # Errors
    /// The commit cannot be read.
    pub fn root_of(&self, commit: ObjectId) -> Result<ObjectId> {
        if let Some(tree) = self.roots.borrow_mut().get(&commit) {
            return Ok(tree);
        }
        let tree = repository::commit_facts(&self.repository, commit)?.tree;
        self.roots.borrow_mut().insert(commit, tree);
        Ok(tree)
    }

    /// The entries of a tree.
    ///
    /// # Errors
    /// The tree cannot be read.
    pub fn folder(&self, id: ObjectId) -> Result<Arc<Folder>> {
        if let Some(folder) = self.folders.borrow_mut().get(&id) {
            return Ok(folder);
        }
        let folder = Folder::of_bytes(&self.folder_bytes(id)?, id)?;
        let folder = Arc::new(folder);
        self.folders.borrow_mut().insert(id, Arc::clone(&folder));
        Ok(folder)
    }

    /// A tree as git stores it.
    pub(crate) fn folder_bytes(&self, id: ObjectId) -> Result<Vec<u8>> {
        let mut buffer = Vec::new();
        let fail = || format!("reading tree {id} of {}", repository::name(&self.repository));
        let tree = self.repository.objects.find(&id, &mut buffer).or_fail(fail)?;
        if tree.kind != Kind::Tree {
            return Err(Error::input(format!("{}: it is a {}", fail(), tree.kind)));
        }
        Ok(buffer)
    }

    /// Knows the entries of a tree without reading it.
    pub(crate) fn remember(&self, id: ObjectId, folder: Arc<Folder>) {
        self.folders.borrow_mut().insert(id, folder);
    }

    /// The bytes of a blob.
    ///
    /// # Errors
    /// The blob cannot be read.
    pub fn blob(&self, id: ObjectId) -> Result<Content> {
        // A large one is not kept for the small ones behind it.
        let mut buffer = self.buffer.take();
        let fail = || format!("reading blob {id} of {}", repository::name(&self.repository));
        let blob = self.repository.objects.find_blob(&id, &mut buffer).or_fail(fail)?;
        let bytes = blob.data.into();
        if buffer.capacity() <= KEPT {
            self.buffer.replace(buffer);
        }
        Ok(Content { id, bytes })
    }

    /// The entry at a path below a tree, without following links. The empty path is the tree itself.
    ///
    /// # Errors
    /// A tree cannot be read.
    pub fn lookup(&self, root: ObjectId, path: &str) -> Result<Option<Entry>> {
        let mut here = Entry { id: root, kind: EntryKind::Tree };
        for name in components(path) {
            if here.kind != EntryKind::Tree {
                return Ok(None);
            }
            match self.folder(here.id)?.get(name.as_bytes()) {
                Some(entry) => here = entry,
                None => return Ok(None),
            }
        }
        Ok(Some(here))
    }

    /// The entry at a path below a tree, following symbolic links that stay below it.
    ///
    /// # Errors
    /// A tree cannot be read, or a link is absolute, leads out of the tree, or in a circle.
    pub fn follow(&self, root: ObjectId, path: &str) -> Result<Option<Entry>> {
        let mut here = Entry { id: root, kind: EntryKind::Tree };
        for name in components(path) {
            if name == ".." {
                return self.follow_links(root, path);
            }
            if here.kind != EntryKind::Tree {
                return Ok(None);
            }
            let Some(entry) = self.folder(here.id)?.get(name.as_bytes()) else { return Ok(None) };
            if entry.kind == EntryKind::Link {
                return self.follow_links(root, path);
            }
            here = entry;
        }
        Ok(Some(here))
    }

    /// As [`Trees::follow`], for a path with links or `..` in it.
    fn follow_links(&self, root: ObjectId, path: &str) -> Result<Option<Entry>> {
        // The folders from the root to where we are, for `..` in links.
        let mut stack = vec![Entry { id: root, kind: EntryKind::Tree }];
        let mut ahead: Vec<Box<[u8]>> = components(path).rev().map(|name| name.as_bytes().into()).collect();
        let mut links = 0;
        while let Some(name) = ahead.pop() {
            if &*name == b"." || name.is_empty() {
                continue;
            }
            if &*name == b".." {
                stack.pop();
                if stack.is_empty() {
                    return Err(Error::input(format!("{path}: a symbolic link leads out of the repository")));
                }
                continue;
            }
            let Some(here) = stack.last().filter(|here| here.kind == EntryKind::Tree) else { return Ok(None) };
            let Some(entry) = self.folder(here.id)?.get(&name) else { return Ok(None) };
            if entry.kind != EntryKind::Link {
                stack.push(entry);
                continue;
            }
            links += 1;
            let target = self.blob(entry.id)?.bytes;
            if links > MAX_LINKS {
                return Err(Error::input(format!("{path}: too many symbolic links, or a circle of them")));
            }
            if target.starts_with(b"/") {
                return Err(Error::input(format!("{path}: a symbolic link leads out of the repository"))
                    .hint(format!("it points to {}", target.as_bstr())));
            }
            ahead.extend(target.split(|b| *b == b'/').rev().map(Box::from));
        }
        Ok(stack.last().copied())
    }
}

/// The names in a path, without empty ones and `.`.
fn components(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.split('/').filter(|name| !name.is_empty() && *name != ".")
}
