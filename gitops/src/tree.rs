//! Files and folders of a commit, read from git objects.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::objs::tree::EntryKind;
use gix::prelude::FindExt;
use rustc_hash::FxHashMap;

use crate::error::{Context, Error, Result};
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

/// Reads trees of one repository on one thread, each only once.
pub struct Trees {
    repository: gix::Repository,
    folders: RefCell<FxHashMap<ObjectId, Rc<Folder>>>,
    roots: RefCell<FxHashMap<ObjectId, ObjectId>>,
}

/// The entries of a tree in git's order.
#[derive(Debug, Default)]
pub struct Folder {
    names: Vec<(Box<[u8]>, Entry)>,
    index: FxHashMap<Box<[u8]>, usize>,
}

impl Folder {
    /// The entry of a name.
    pub fn get(&self, name: &[u8]) -> Option<Entry> {
        self.index.get(name).and_then(|at| self.names.get(*at)).map(|(_, entry)| *entry)
    }

    /// All entries, in git's order.
    pub fn entries(&self) -> impl Iterator<Item = (&[u8], Entry)> {
        self.names.iter().map(|(name, entry)| (&**name, *entry))
    }
}

/// More links than this on one way are taken for a circle, as in the kernel.
const MAX_LINKS: usize = 40;

impl Trees {
    /// For one repository.
    pub fn new(repository: gix::Repository) -> Trees {
        Trees { repository, folders: RefCell::default(), roots: RefCell::default() }
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
        if let Some(tree) = self.roots.borrow().get(&commit) {
            return Ok(*tree);
        }
        let tree = repository::commit_facts(&self.repository, commit)?.tree;
        self.roots.borrow_mut().insert(commit, tree);
        Ok(tree)
    }

    /// The entries of a tree.
    ///
    /// # Errors
    /// The tree cannot be read.
    pub fn folder(&self, id: ObjectId) -> Result<Rc<Folder>> {
        if let Some(folder) = self.folders.borrow().get(&id) {
            return Ok(Rc::clone(folder));
        }
        let mut buffer = Vec::new();
        let fail = || format!("reading tree {id} of {}", repository::name(&self.repository));
        let tree = self.repository.objects.find_tree_iter(&id, &mut buffer).or_fail(fail)?;
        let mut folder = Folder::default();
        for entry in tree {
            let entry = entry.or_fail(fail)?;
            let name: Box<[u8]> = entry.filename.as_bytes().into();
            folder.index.insert(name.clone(), folder.names.len());
            folder.names.push((name, Entry { id: entry.oid.to_owned(), kind: entry.mode.kind() }));
        }
        let folder = Rc::new(folder);
        self.folders.borrow_mut().insert(id, Rc::clone(&folder));
        Ok(folder)
    }

    /// The bytes of a blob.
    ///
    /// # Errors
    /// The blob cannot be read.
    pub fn blob(&self, id: ObjectId) -> Result<Content> {
        let mut buffer = Vec::new();
        let fail = || format!("reading blob {id} of {}", repository::name(&self.repository));
        let blob = self.repository.objects.find_blob(&id, &mut buffer).or_fail(fail)?;
        Ok(Content { id, bytes: blob.data.into() })
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
