//! The GitOps repository's files as of a commit, or as they lie in the work tree.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::objs::Kind;
use gix::objs::tree::EntryKind;
use thinlock_go::Frozen;
use thinlock_renderer::{Dialect, values};

use crate::error::{Context, Error, Result};
use crate::recent::Recent;
use crate::repository::{self, Repository};
use crate::tree::{Content, Entry, Folder, Trees};

/// Where files are read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// A commit, and its tree.
    Commit { id: ObjectId, tree: ObjectId },
    /// A work tree, whatever git says of its files.
    Folder { root: PathBuf },
}

/// Reads a [`View`] on one thread.
pub(crate) struct Reader<'v> {
    view: &'v View,
    trees: Trees,
    // What is at a path: a few values files are asked for by every deployment.
    found: RefCell<Recent<String, Option<Entry>>>,
    // Values files as a dialect reads them. For each thread, so that none waits for another; and not all of them, since
    // most belong to one deployment.
    values: RefCell<Recent<(&'static str, ObjectId), Arc<Frozen>>>,
    // Deployments' files, many of which are alike.
    records: RefCell<Recent<ObjectId, Frozen>>,
}

/// How many paths are remembered.
const PATHS: usize = 256;

/// How many values files are remembered.
const VALUES: usize = 16;

/// A file that was found: its id, and its bytes if finding the id meant reading them.
#[derive(Clone, Debug)]
pub(crate) struct FoundFile {
    pub(crate) id: ObjectId,
    bytes: Option<Arc<[u8]>>,
}

/// What became of looking for a file in a folder of a commit.
#[derive(Debug)]
pub(crate) enum Lookup {
    /// It is there; with its folder, if that is small.
    File(Option<FolderAtHand>),
    /// No file is there.
    Nothing,
    /// There is a symbolic link on the way.
    Unknown,
}

/// A folder of a commit as git stores it, behind its id: to be kept for many deployments, until each is worked on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FolderAtHand(Box<[u8]>);

/// How many bytes a folder has that is kept: a few files.
const AT_HAND: usize = 512;

impl View {
    /// The files of a commit.
    pub(crate) fn of_commit(trees: &Trees, id: ObjectId) -> Result<View> {
        Ok(View::Commit { id, tree: trees.root_of(id)? })
    }

    /// What messages call a file.
    pub(crate) fn call(&self, path: &str) -> String {
        match self {
            View::Commit { id, .. } => format!("{path} (at {})", repository::short(*id)),
            View::Folder { root } => root.join(path).display().to_string(),
        }
    }
}

impl<'v> Reader<'v> {
    pub(crate) fn new(view: &'v View, repository: &Repository) -> Reader<'v> {
        Reader {
            view,
            trees: Trees::new(repository.local()),
            found: RefCell::new(Recent::new(PATHS)),
            values: RefCell::new(Recent::new(VALUES)),
            records: RefCell::new(Recent::new(VALUES)),
        }
    }

    pub(crate) fn view(&self) -> &'v View {
        self.view
    }

    pub(crate) fn trees(&self) -> &Trees {
        &self.trees
    }

    /// A file; `None` if nothing is there.
    pub(crate) fn read(&self, path: &str) -> Result<Option<Content>> {
        self.find(path)?.map(|file| self.load(&file)).transpose()
    }

    /// The bytes of a file.
    pub(crate) fn load(&self, file: &FoundFile) -> Result<Content> {
        match &file.bytes {
            Some(bytes) => Ok(Content { id: file.id, bytes: Arc::clone(bytes) }),
            None => self.trees.blob(file.id),
        }
    }

    /// A values file; `path` is only what messages call it by.
    ///
    /// # Errors
    /// It cannot be read, or is no YAML mapping.
    pub(crate) fn values(&self, file: &FoundFile, path: &str, dialect: &Dialect) -> Result<Arc<Frozen>> {
        let key = (dialect.name, file.id);
        if let Some(values) = self.values.borrow_mut().get(&key) {
            return Ok(values);
        }
        let content = self.load(file)?;
        let values = values::parse_file(&content.bytes, &dialect.values)
            .map_err(|cause| Error::input(format!("{} is no values file: {cause}", self.view.call(path))))?;
        let values = Arc::new(values);
        self.values.borrow_mut().insert(key, Arc::clone(&values));
        Ok(values)
    }

    /// What `parse` makes of a file, which is remembered for files of the same content.
    ///
    /// # Errors
    /// It cannot be read, or those of `parse`, which are not remembered.
    pub(crate) fn record(&self, file: &FoundFile, parse: impl FnOnce(&[u8]) -> Result<Frozen>) -> Result<Frozen> {
        if let Some(value) = self.records.borrow_mut().get(&file.id) {
            return Ok(value);
        }
        let value = parse(&self.load(file)?.bytes)?;
        self.records.borrow_mut().insert(file.id, value.clone());
        Ok(value)
    }

    /// Finds a file without reading it, where that can be; `None` if nothing is there.
    pub(crate) fn find(&self, path: &str) -> Result<Option<FoundFile>> {
        match self.view {
            View::Commit { .. } => {
                let Some(entry) = self.entry(path)? else { return Ok(None) };
                match entry.kind {
                    EntryKind::Blob | EntryKind::BlobExecutable => Ok(Some(FoundFile { id: entry.id, bytes: None })),
                    _ => Err(Error::input(format!("{} is a folder; expected a file", self.view.call(path)))),
                }
            }
            View::Folder { root } => {
                let full = root.join(path);
                if !inside(root, &full)? {
                    return Ok(None);
                }
                let bytes = std::fs::read(&full).or_fail(|| format!("cannot read {}", full.display()))?;
                let hash = self.trees.repository().object_hash();
                let id = gix::objs::compute_hash(hash, Kind::Blob, &bytes).or_fail(|| "hashing a file".into())?;
                Ok(Some(FoundFile { id, bytes: Some(bytes.into()) }))
            }
        }
    }

    /// What is at a path of the commit; of a work tree this says nothing.
    pub(crate) fn entry(&self, path: &str) -> Result<Option<Entry>> {
        let View::Commit { tree, .. } = self.view else { return Ok(None) };
        if let Some(found) = self.found.borrow_mut().get(path) {
            return Ok(found);
        }
        let found = self.trees.follow(*tree, path)?;
        self.found.borrow_mut().insert(path.to_owned(), found);
        Ok(found)
    }

    /// Whether a file is there, without reading it.
    pub(crate) fn has_file(&self, path: &str) -> Result<bool> {
        match self.view {
            View::Commit { .. } => Ok(self
                .entry(path)?
                .is_some_and(|entry| matches!(entry.kind, EntryKind::Blob | EntryKind::BlobExecutable))),
            View::Folder { root } => {
                let full = root.join(path);
                Ok(inside(root, &full)? && full.is_file())
            }
        }
    }

    /// Looks at the names in a folder, in byte order, and at what a commit has there, until `take` breaks.
    pub(crate) fn each_entry(
        &self,
        path: &str,
        mut take: impl FnMut(&str, Option<Entry>) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        match self.view {
            View::Commit { .. } => {
                let Some(entry) = self.entry(path)?.filter(|entry| entry.kind == EntryKind::Tree) else {
                    return Ok(());
                };
                let folder = self.trees.folder(entry.id)?;
                for (name, entry) in folder.entries() {
                    if let Ok(name) = name.to_str()
                        && take(name, Some(entry))?.is_break()
                    {
                        break;
                    }
                }
            }
            View::Folder { root } => {
                let full = root.join(path);
                if inside(root, &full)? && full.is_dir() {
                    let entries = std::fs::read_dir(&full).or_fail(|| format!("cannot list {}", full.display()))?;
                    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
                    let mut names: Vec<String> = names.collect();
                    names.sort_unstable();
                    for name in names {
                        if take(&name, None)?.is_break() {
                            break;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Looks for a file of a name in a folder of a commit.
    pub(crate) fn look_up(&self, folder: Entry, name: &str) -> Result<Lookup> {
        match folder.kind {
            EntryKind::Tree => {}
            EntryKind::Link => return Ok(Lookup::Unknown),
            _ => return Ok(Lookup::Nothing),
        }
        let bytes = self.trees.folder_bytes(folder.id)?;
        let entry = Folder::entry_in(&bytes, folder.id, name.as_bytes())?;
        Ok(match entry.map(|entry| entry.kind) {
            Some(EntryKind::Blob | EntryKind::BlobExecutable) => {
                let is_small = bytes.len() <= AT_HAND;
                Lookup::File(is_small.then(|| FolderAtHand([folder.id.as_slice(), &bytes].concat().into())))
            }
            Some(EntryKind::Link) => Lookup::Unknown,
            _ => Lookup::Nothing,
        })
    }

    /// The file of a name in a folder that was looked up, by this reader or another one. What else is in the folder need
    /// not be read again.
    pub(crate) fn file_at_hand(&self, folder: &FolderAtHand, name: &str) -> Result<Option<FoundFile>> {
        let Some((id, bytes)) = self.taken_apart(folder) else { return Ok(None) };
        let folder = Arc::new(Folder::of_bytes(bytes, id)?);
        let entry = folder.get(name.as_bytes());
        self.trees.remember(id, folder);
        Ok(entry.map(|entry| FoundFile { id: entry.id, bytes: None }))
    }

    /// Another file of a folder that [`Reader::file_at_hand`] was asked for. Nothing: it is no plain file, and has to be
    /// looked for from the root.
    pub(crate) fn file_beside(&self, folder: &FolderAtHand, name: &str) -> Result<Option<FoundFile>> {
        let Some((id, _)) = self.taken_apart(folder) else { return Ok(None) };
        let entry = self.trees.folder(id)?.get(name.as_bytes());
        let is_plain = |entry: &Entry| matches!(entry.kind, EntryKind::Blob | EntryKind::BlobExecutable);
        Ok(entry.filter(is_plain).map(|entry| FoundFile { id: entry.id, bytes: None }))
    }

    /// The id of a folder that was looked up, and what git stores of it.
    fn taken_apart<'f>(&self, folder: &'f FolderAtHand) -> Option<(ObjectId, &'f [u8])> {
        let (id, bytes) = folder.0.split_at_checked(self.trees.repository().object_hash().len_in_bytes())?;
        Some((ObjectId::try_from(id).ok()?, bytes))
    }
}

/// Whether something is at a path below a root, links followed; a link that leads out is an error.
fn inside(root: &Path, path: &Path) -> Result<bool> {
    let fail = || format!("cannot read {}", path.display());
    let full = match path.canonicalize() {
        Ok(full) => full,
        Err(cause) if matches!(cause.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            return Ok(false);
        }
        Err(cause) => return Err(Error::io(fail(), cause)),
    };
    let root = root.canonicalize().or_fail(fail)?;
    if !full.starts_with(&root) || full.components().any(|part| part.as_os_str() == ".git") {
        return Err(Error::input(format!("{}: a symbolic link leads out of the repository", path.display())));
    }
    Ok(true)
}
