//! Files that come out of a layout, as they are put together and as they are handed on.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::ops::Range;

use super::LayoutError;
use crate::manifest::Kept;

/// The files of a rendered release, sorted by path. Their bytes are in one piece of memory.
#[derive(Clone, Default)]
pub struct OutputFiles {
    bytes: Kept,
    files: Vec<(String, Range<usize>)>,
}

/// A file of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputFile<'a> {
    /// The path below the folder, `/` between its parts. It never leaves the folder.
    pub path: &'a str,
    /// The bytes.
    pub content: &'a [u8],
}

impl OutputFiles {
    /// The files, by path.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = OutputFile<'_>> + Clone {
        self.files
            .iter()
            .map(|(path, range)| OutputFile { path, content: self.bytes.get(range.clone()).unwrap_or_default() })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

impl fmt::Debug for OutputFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl PartialEq for OutputFiles {
    fn eq(&self, other: &OutputFiles) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for OutputFiles {}

/// Files that are being put together.
pub(super) struct Files {
    bytes: Kept,
    files: BTreeMap<String, File>,
}

struct File {
    range: Range<usize>,
    source: String,
}

impl Files {
    pub(super) fn new() -> Files {
        Files { bytes: Kept::new(), files: BTreeMap::new() }
    }

    /// A file, in place of another one of its name. `write` is handed memory to add its bytes to.
    pub(super) fn replace(&mut self, path: String, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), LayoutError> {
        check_path(&path)?;
        let range = self.written(write);
        self.files.insert(path, File { range, source: String::new() });
        Ok(())
    }

    /// A file, or more of one.
    pub(super) fn append(&mut self, path: String, content: &[u8]) -> Result<(), LayoutError> {
        check_path(&path)?;
        match self.files.entry(path) {
            Entry::Vacant(entry) => {
                let start = self.bytes.len();
                self.bytes.extend_from_slice(content);
                entry.insert(File { range: start..self.bytes.len(), source: String::new() });
            }
            Entry::Occupied(mut entry) => {
                let range = &mut entry.get_mut().range;
                if range.end != self.bytes.len() {
                    let start = self.bytes.len();
                    self.bytes.extend_from_within(range.clone());
                    *range = start..self.bytes.len();
                }
                self.bytes.extend_from_slice(content);
                range.end = self.bytes.len();
            }
        }
        Ok(())
    }

    /// A file whose name no other one may have; `source` is the template that messages name.
    pub(super) fn create(
        &mut self,
        path: String,
        source: &str,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Result<(), LayoutError> {
        check_path(&path)?;
        let range = self.written(write);
        match self.files.entry(path) {
            Entry::Vacant(entry) => {
                entry.insert(File { range, source: source.to_owned() });
                Ok(())
            }
            Entry::Occupied(entry) => Err(LayoutError::Clash {
                file: entry.key().clone(),
                first: entry.get().source.clone(),
                second: source.to_owned(),
            }),
        }
    }

    fn written(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Range<usize> {
        let start = self.bytes.len();
        write(&mut self.bytes);
        start..self.bytes.len()
    }

    pub(super) fn finish(self) -> OutputFiles {
        let files = self.files.into_iter().map(|(path, file)| (path, file.range)).collect();
        OutputFiles { bytes: self.bytes, files }
    }
}

/// A chart's name and paths come from the chart: `..` among them would write elsewhere.
fn check_path(path: &str) -> Result<(), LayoutError> {
    let name = path.as_bytes();
    if memchr::memchr2(b'/', b'\0', name).is_none() && name.first().is_some_and(|first| *first != b'.') {
        return Ok(());
    }
    let plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains('\0');
    if path.split('/').all(plain) { Ok(()) } else { Err(LayoutError::UnsafePath { path: path.to_owned() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(files: &OutputFiles, want: &[(&str, &str)]) {
        let found: Vec<_> = files.iter().map(|file| (file.path, String::from_utf8_lossy(file.content))).collect();
        let found: Vec<_> = found.iter().map(|(path, content)| (*path, &**content)).collect();
        assert_eq!(found, want);
        assert_eq!((files.len(), files.is_empty()), (want.len(), want.is_empty()));
    }

    #[test]
    fn a_file_is_continued_behind_others() {
        let mut files = Files::new();
        for (path, content) in [("b", "1"), ("b", "2"), ("a", "x"), ("b", "3"), ("a", ""), ("b", "4")] {
            files.append(path.to_owned(), content.as_bytes()).expect("a path");
        }
        files.replace("a".to_owned(), |out| out.extend_from_slice(b"new")).expect("a path");
        check(&files.finish(), &[("a", "new"), ("b", "1234")]);
    }
}
