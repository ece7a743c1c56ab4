//! Making git objects in memory: blobs, trees, commits, each only if the repository has it not.

use gix::ObjectId;
use gix::objs::tree::{Entry, EntryKind};
use gix::objs::{Commit, Kind, Tree, WriteTo};
use gix::prelude::FindExt;
use rustc_hash::FxHashMap;

use crate::error::{Context, Error, ErrorKind, Result};
use crate::pack::{Deflater, NewObject};
use crate::repository;

/// New objects on top of a repository's, on one thread.
pub(crate) struct Objects<'r> {
    repository: &'r gix::Repository,
    // Trees and commits that later ones are built upon; blobs are compressed at once.
    memory: FxHashMap<ObjectId, Vec<u8>>,
    new: Vec<NewObject>,
    deflater: &'r mut Deflater,
}

/// The compressor that the repository's configuration asks for.
pub(crate) fn deflater(repository: &gix::Repository) -> Deflater {
    let config = repository.config_snapshot();
    let level = config
        .integer("pack.compression")
        .or_else(|| config.integer("core.compression"))
        .and_then(|level| gix::zlib::Compression::new(i32::try_from(level).ok()?))
        .unwrap_or(gix::zlib::Compression::DEFAULT);
    Deflater::new(level)
}

impl<'r> Objects<'r> {
    pub(crate) fn new(repository: &'r gix::Repository, deflater: &'r mut Deflater) -> Objects<'r> {
        Objects { repository, memory: FxHashMap::default(), new: Vec::new(), deflater }
    }

    /// The objects that were made, in the order in which they were made. All of them go into the pack or none: each may
    /// be there because the others refer to it.
    pub(crate) fn into_new(self) -> Vec<NewObject> {
        self.new
    }

    pub(crate) fn blob(&mut self, bytes: &[u8]) -> Result<ObjectId> {
        self.write(Kind::Blob, bytes)
    }

    fn write(&mut self, kind: Kind, bytes: &[u8]) -> Result<ObjectId> {
        let id = gix::objs::compute_hash(self.repository.object_hash(), kind, bytes)
            .or_fail(|| "hashing a new object".into())?;
        // An object that someone else packs right now may be missed and stored twice, which git does not mind.
        if !self.memory.contains_key(&id) && !self.repository.objects.exists_without_refresh(&id) {
            self.new.push(self.deflater.object(id, kind, bytes)?);
            self.memory.insert(id, if kind == Kind::Blob { Vec::new() } else { bytes.to_vec() });
        }
        Ok(id)
    }

    fn write_object(&mut self, object: &dyn WriteTo) -> Result<ObjectId> {
        let mut bytes = Vec::new();
        object.write_to(&mut bytes).or_fail(|| "encoding a new object".into())?;
        self.write(object.kind(), &bytes)
    }

    /// The tree of files below one folder; `None` for no files, since git has no empty folders. Paths are checked by
    /// whoever made them.
    pub(crate) fn tree_of<'a>(
        &mut self,
        files: impl IntoIterator<Item = (&'a str, ObjectId)>,
    ) -> Result<Option<ObjectId>> {
        let mut root = Nested::default();
        for (path, id) in files {
            let mut here = &mut root;
            let mut names = path.split('/').peekable();
            while let Some(name) = names.next() {
                if names.peek().is_none() {
                    here.files.insert(name, id);
                } else {
                    here = here.folders.entry(name).or_default();
                }
            }
        }
        self.nested(&root)
    }

    fn nested(&mut self, folder: &Nested<'_>) -> Result<Option<ObjectId>> {
        let mut entries = Vec::with_capacity(folder.files.len() + folder.folders.len());
        for (name, id) in &folder.files {
            entries.push(entry(name, EntryKind::Blob, *id));
        }
        for (name, inner) in &folder.folders {
            if let Some(id) = self.nested(inner)? {
                entries.push(entry(name, EntryKind::Tree, id));
            }
        }
        if entries.is_empty() {
            return Ok(None);
        }
        entries.sort();
        self.write_object(&Tree { entries }).map(Some)
    }

    /// The tree `root` with what is at each path replaced by its leaf, or removed; everything else stays. Folders that
    /// become empty go, too. `None` when nothing is left. All at once, so that no tree is made that nothing refers to.
    ///
    /// # Errors
    /// A tree cannot be read, or something on a path is no folder.
    pub(crate) fn graft(&mut self, root: Option<ObjectId>, edits: &[Edit<'_>]) -> Result<Option<ObjectId>> {
        let mut entries = match root {
            Some(id) => self.read_tree(id)?,
            None => Vec::new(),
        };
        let mut by_name: std::collections::BTreeMap<&str, (Option<&Edit<'_>>, Vec<Edit<'_>>)> = Default::default();
        for edit in edits {
            match edit.path.split_once('/') {
                Some((name, rest)) => by_name.entry(name).or_default().1.push(Edit { path: rest, leaf: edit.leaf }),
                None => by_name.entry(edit.path).or_default().0 = Some(edit),
            }
        }
        for (name, (here, below)) in by_name {
            let at = entries.iter().position(|entry| entry.filename == name);
            let old = at.map(|at| entries.remove(at));
            let new = if below.is_empty() {
                here.and_then(|edit| edit.leaf)
            } else {
                if old.as_ref().is_some_and(|old| !old.mode.is_tree()) {
                    return Err(Error::new(ErrorKind::Conflict, format!("{name} is a file, not a folder")));
                }
                self.graft(old.map(|old| old.oid), &below)?.map(|id| (EntryKind::Tree, id))
            };
            if let Some((kind, id)) = new {
                entries.push(entry(name, kind, id));
            }
        }
        entries.sort();
        if entries.is_empty() {
            return Ok(None);
        }
        self.write_object(&Tree { entries }).map(Some)
    }

    fn read_tree(&self, id: ObjectId) -> Result<Vec<Entry>> {
        let fail = || format!("reading tree {id} of {}", repository::name(self.repository));
        if let Some(bytes) = self.memory.get(&id) {
            let tree = gix::objs::TreeRef::from_bytes(bytes, self.repository.object_hash()).or_fail(fail)?;
            return Ok(tree.to_owned().entries);
        }
        let mut buffer = Vec::new();
        let tree = self.repository.objects.find_tree(&id, &mut buffer).or_fail(fail)?;
        Ok(tree.to_owned().entries)
    }

    /// The tree without any entry.
    pub(crate) fn empty_tree(&mut self) -> Result<ObjectId> {
        self.write_object(&Tree::empty())
    }

    pub(crate) fn commit(
        &mut self,
        tree: ObjectId,
        parents: &[ObjectId],
        identity: &crate::identity::Identity,
        message: &str,
    ) -> Result<ObjectId> {
        self.write_object(&Commit {
            tree,
            parents: parents.iter().copied().collect(),
            author: identity.author.clone(),
            committer: identity.committer.clone(),
            encoding: None,
            message: message.into(),
            extra_headers: Vec::new(),
        })
    }
}

/// A change of one path in a tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edit<'a> {
    /// The path.
    pub(crate) path: &'a str,
    /// What comes there; `None`: nothing.
    pub(crate) leaf: Option<(EntryKind, ObjectId)>,
}

#[derive(Default)]
struct Nested<'a> {
    files: std::collections::BTreeMap<&'a str, ObjectId>,
    folders: std::collections::BTreeMap<&'a str, Nested<'a>>,
}

fn entry(name: &str, kind: EntryKind, id: ObjectId) -> Entry {
    Entry { mode: kind.into(), filename: name.into(), oid: id }
}
