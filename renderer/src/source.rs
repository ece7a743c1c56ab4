//! Where a chart comes from: files with their names and bytes, given by the caller.
//!
//! The renderer opens nothing itself. A directory, an archive and a git tree all become a [`FileSet`]; contents are
//! shared and carry an id, so that what was parsed of a file once can be found again for the same content.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};
use thinlock_go::Str;

/// The identity of some bytes: equal ids mean equal contents.
///
/// It is the id under which git knows the blob, or the SHA-256 of bytes that git does not know. The same content may
/// therefore have two ids, but never two contents one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentId([u8; 32]);

impl ContentId {
    /// The id of some bytes, computed from them.
    pub fn of(data: &[u8]) -> ContentId {
        ContentId(Sha256::digest(data).into())
    }

    /// The id of a blob, from git's object id of 20 or 32 bytes. `None` for another length.
    pub fn from_git(id: &[u8]) -> Option<ContentId> {
        if id.len() != 20 && id.len() != 32 {
            return None;
        }
        let mut bytes = [0; 32];
        bytes.get_mut(..id.len())?.copy_from_slice(id);
        Some(ContentId(bytes))
    }

    /// The bytes of the id.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for ContentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// A file: its name and what is in it. Clones share the content.
#[derive(Clone)]
pub struct File {
    /// The path below the chart's root, with `/` between its parts: `templates/_helpers.tpl`.
    pub name: Str,
    content: Arc<Content>,
}

struct Content {
    data: OnceLock<Result<Str, Unreadable>>,
    id: Option<ContentId>,
    /// What fills in the bytes when they are asked for.
    later: Option<Box<Read>>,
}

/// Reads a file's bytes, or says why they cannot be had.
type Read = dyn Fn() -> Result<Str, String> + Send + Sync;

/// Why a file's bytes, which were to be read when they are needed, cannot be had: a message that names the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

/// What something that was made of a file is kept under: equal keys mean equal contents.
///
/// Contents that came with an id are equal by it. Others are equal only to themselves: to hash all that is read from a
/// disk costs more than parsing it, and it is read once.
#[derive(Clone)]
pub(crate) struct ContentKey(Arc<Content>);

impl PartialEq for ContentKey {
    fn eq(&self, other: &ContentKey) -> bool {
        match (&self.0.id, &other.0.id) {
            (Some(id), Some(other)) => id == other,
            // The key holds on to the content, so that no other one can come to lie where it is.
            _ => Arc::ptr_eq(&self.0, &other.0),
        }
    }
}

impl Eq for ContentKey {}

impl Hash for ContentKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0.id {
            Some(id) => id.hash(state),
            None => Arc::as_ptr(&self.0).hash(state),
        }
    }
}

impl fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0.id, f)
    }
}

impl File {
    /// A file of which nothing is known but its name and bytes.
    pub fn new(name: impl Into<Str>, data: impl Into<Str>) -> File {
        File::of(name.into(), Content { data: Ok(data.into()).into(), id: None, later: None })
    }

    /// A file whose id is known: from git.
    pub fn with_id(name: impl Into<Str>, data: impl Into<Str>, id: ContentId) -> File {
        File::of(name.into(), Content { data: Ok(data.into()).into(), id: Some(id), later: None })
    }

    /// A file whose bytes are read when somebody asks for them: once, on any thread. Most of what lies in a chart beside
    /// its templates and values (CRDs, dashboards, pictures) is never asked for. A byte order mark at the start is left
    /// out, as Helm's loaders do. `read` tells why it fails in a message that names the file.
    pub fn read_later(name: impl Into<Str>, read: impl Fn() -> Result<Str, String> + Send + Sync + 'static) -> File {
        File::of(name.into(), Content { data: OnceLock::new(), id: None, later: Some(Box::new(read)) })
    }

    fn of(name: Str, content: Content) -> File {
        File { name, content: Arc::new(content) }
    }

    /// The bytes.
    ///
    /// # Errors
    /// They are read only now, and cannot be had.
    pub fn data(&self) -> Result<&Str, &Unreadable> {
        let Content { data, later, .. } = &*self.content;
        data.get_or_init(|| later.as_deref().map_or(Ok(Str::EMPTY), read_now)).as_ref()
    }

    /// How many bytes there are, if they have been read.
    pub(crate) fn len_read(&self) -> Option<usize> {
        self.content.data.get()?.as_ref().ok().map(|data| data.len())
    }

    /// Why reading the bytes has failed, if it has.
    pub(crate) fn failure(&self) -> Option<&Unreadable> {
        self.content.data.get()?.as_ref().err()
    }

    /// What is to be kept of the content is kept under this.
    pub(crate) fn key(&self) -> ContentKey {
        ContentKey(Arc::clone(&self.content))
    }

    /// The same content under another name.
    pub fn renamed(&self, name: impl Into<Str>) -> File {
        File { name: name.into(), content: Arc::clone(&self.content) }
    }

    /// The file without a byte order mark at its start: Helm's loaders take it off of every file.
    pub(crate) fn without_bom(self) -> File {
        match self.content.data.get() {
            Some(Ok(data)) if self.content.later.is_none() => match data.strip_prefix(BOM) {
                Some(rest) => File::new(self.name.clone(), rest),
                None => self,
            },
            _ => self,
        }
    }
}

const BOM: &[u8] = b"\xef\xbb\xbf";

fn read_now(read: &Read) -> Result<Str, Unreadable> {
    let data = read().map_err(Unreadable)?;
    Ok(data.strip_prefix(BOM).map(Str::from).unwrap_or(data))
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.content.data.get() {
            Some(Ok(data)) => write!(f, "{:?} ({} bytes)", self.name, data.len()),
            Some(Err(error)) => write!(f, "{:?} ({error})", self.name),
            None => write!(f, "{:?} (not read)", self.name),
        }
    }
}

/// Files in the order in which a loader meets them.
///
/// Helm walks a directory depth first, the names of each directory in byte order, and an archive from its start to its
/// end. The order is that of a chart's templates and files, and so can be seen in output.
#[derive(Clone, Debug, Default)]
pub struct FileSet {
    /// What messages call this place: the absolute path of the directory, or `REVISION:PATH` of a git tree.
    pub origin: String,
    files: Vec<File>,
}

impl FileSet {
    /// An empty set of a named origin.
    pub fn new(origin: impl Into<String>) -> FileSet {
        FileSet { origin: origin.into(), files: Vec::new() }
    }

    /// Adds a file at the end.
    pub fn push(&mut self, file: File) {
        self.files.push(file);
    }

    /// The files in order.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// The first file of a name.
    pub fn get(&self, name: &[u8]) -> Option<&File> {
        self.files.iter().find(|f| f.name.as_bytes() == name)
    }

    /// Puts the files into the order in which Helm walks a directory: for a source (a git tree) that keeps another one.
    pub fn sort_as_walked(&mut self) {
        // Part by part: `a-b` comes before `a/c` in byte order, but the walk sorts the names of one directory and so
        // meets `a` (and what is in it) first.
        self.files.sort_by(|a, b| a.name.split(|c| *c == b'/').cmp(b.name.split(|c| *c == b'/')));
    }
}

impl FromIterator<File> for FileSet {
    fn from_iter<I: IntoIterator<Item = File>>(files: I) -> FileSet {
        FileSet { origin: String::new(), files: files.into_iter().collect() }
    }
}

const fn assert_shareable<T: Send + Sync>() {}
const _: () = assert_shareable::<FileSet>();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_content_s() {
        assert_eq!(ContentId::of(b"x"), ContentId::of(b"x"));
        assert_ne!(ContentId::of(b"x"), ContentId::of(b"y"));
        assert_eq!(ContentId::from_git(&[7; 20]).map(|id| id.as_bytes()[20]), Some(0));
        assert!(ContentId::from_git(b"short").is_none());
    }

    #[test]
    fn contents_are_equal_by_their_ids_or_are_the_same() {
        let of_git = |text: &str, id| File::with_id("a", text, ContentId::from_git(&[id; 20]).unwrap()).key();
        assert_eq!(of_git("x", 1), of_git("x", 1));
        assert_ne!(of_git("x", 1), of_git("x", 2));
        let file = File::new("a", "x");
        assert_eq!(file.key(), file.renamed("b").key());
        assert_ne!(file.key(), File::new("a", "x").key());
        assert_ne!(file.key(), of_git("x", 1));
    }

    #[test]
    fn bytes_are_read_when_they_are_asked_for() {
        use std::sync::atomic::{AtomicU32, Ordering};
        static READS: AtomicU32 = AtomicU32::new(0);
        let file = File::read_later("a", || {
            READS.fetch_add(1, Ordering::Relaxed);
            Ok(Str::from("\u{feff}text"))
        });
        let file = file.renamed("b").without_bom();
        assert_eq!(file.key(), file.clone().without_bom().key());
        assert_eq!((READS.load(Ordering::Relaxed), format!("{file:?}")), (0, "\"b\" (not read)".into()));
        assert_eq!(file.data(), Ok(&Str::from("text")));
        assert_eq!(file.renamed("c").data(), Ok(&Str::from("text")));
        assert_eq!((READS.load(Ordering::Relaxed), format!("{file:?}")), (1, "\"b\" (4 bytes)".into()));
        assert_eq!(file.key(), file.clone().without_bom().key());

        let gone = File::read_later("a", || Err("error reading a: open a: no such file or directory".into()));
        assert_eq!(gone.failure(), None);
        assert!(gone.data().is_err_and(|error| error.to_string().ends_with("no such file or directory")));
        assert!(gone.renamed("b").without_bom().failure().is_some());
    }

    #[test]
    fn walk_order_is_by_directory() {
        let mut set: FileSet = ["a-b", "a/c", "a.d", "b/a", "B"].map(|n| File::new(n, "")).into_iter().collect();
        set.sort_as_walked();
        let names: Vec<String> = set.files().iter().map(|f| f.name.to_string()).collect();
        assert_eq!(names, ["B", "a/c", "a-b", "a.d", "b/a"]);
    }
}
