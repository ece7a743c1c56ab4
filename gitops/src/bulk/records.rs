//! The records of a folder of renderings: what each deployment's folder in it was made of.
//!
//! They are lines of one file, `.thinlock/records.jsonl`, in the order of the folders' names: a file for each deployment
//! would be one in seven of all that a fleet writes. A run replaces it at its end, by one rename. Until then `writing`
//! beside it names the folders that the run may have begun, so that what a killed run left behind is known to be ours, and
//! what it was made of to be unknown.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::line;
use crate::error::{Context, Error, Place, Result};
use crate::provenance::Provenance;

/// The folder with the records in it.
const FOLDER: &str = ".thinlock";
/// The records.
const RECORDS: &str = "records.jsonl";
/// The records that a run adds.
const ADDED: &str = "records.added";
/// Both together, while they are put together.
const MERGED: &str = "records.merged";
/// The names of folders of which nobody knows what they hold, as a list in JSON.
const WRITING: &str = "writing";

/// The part of a line that a later run needs.
#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    folder: Cow<'a, str>,
}

/// The record of one folder.
#[derive(Debug)]
pub struct Record {
    folder: String,
    line: Vec<u8>,
}

impl Record {
    /// What a folder was made of. `memory` is used for the line.
    ///
    /// # Errors
    /// None that these types can have.
    pub(super) fn new(folder: &str, provenance: &Provenance, memory: Option<Vec<u8>>) -> Result<Record> {
        let mut line = memory.unwrap_or_else(|| Vec::with_capacity(2 << 10));
        line.clear();
        line::write(&mut line, folder, provenance).or_fail(|| "writing a record".into())?;
        line.push(b'\n');
        Ok(Record { folder: folder.to_owned(), line })
    }
}

/// Where a record is.
#[derive(Debug)]
struct At {
    folder: String,
    start: u64,
    len: u64,
}

/// The records, while a run adds some.
#[derive(Debug)]
pub(super) struct Records {
    folder: PathBuf,
    /// Held as long as the run writes: two at once would each drop what the other one adds.
    _lock: Option<File>,
    /// Those of before.
    known: Vec<At>,
    /// Those of this run.
    added: Vec<At>,
    file: BufWriter<File>,
    /// Folders that a run that was killed may have begun to write.
    unknown: BTreeSet<String>,
    /// Files of before that hold one record each.
    single: Vec<PathBuf>,
    /// What went wrong first.
    failed: Option<Error>,
}

impl Records {
    /// Opens the records in a folder that is there, waiting for another run to be done with them, and returns the names of
    /// the folders that thinlock wrote. Of the names given, those become known as being written that it may write.
    ///
    /// # Errors
    /// The folder cannot be written, or what is there is no record.
    pub(super) fn open(around: &Path, names: &[String]) -> Result<(Records, HashSet<String>)> {
        let folder = around.join(FOLDER);
        let fail = || format!("cannot write {}", folder.display());
        fs::create_dir_all(&folder).or_fail(fail)?;
        let lock = File::open(&folder).or_fail(fail)?;
        // Some file systems have no locks; there, as everywhere, a folder without a record is not touched.
        let lock = lock.lock().is_ok().then_some(lock);
        let known = read_records(&folder.join(RECORDS))?;
        let unknown = read_writing(&folder.join(WRITING))?;
        let mut owned: HashSet<String> = known.iter().map(|at| at.folder.clone()).collect();
        owned.extend(unknown.iter().cloned());
        let file =
            File::create(folder.join(ADDED)).or_fail(|| format!("cannot write {}", folder.join(ADDED).display()))?;
        let mut records = Records {
            file: BufWriter::with_capacity(64 << 10, file),
            _lock: lock,
            known,
            added: Vec::with_capacity(names.len()),
            unknown,
            single: Vec::new(),
            failed: None,
            folder,
        };
        records.take_single("", &mut owned).or_fail(|| format!("cannot read {}", records.folder.display()))?;
        let taken = names_in(around).or_fail(|| format!("cannot read {}", around.display()))?;
        let mut writing: Vec<&str> = records.unknown.iter().map(String::as_str).collect();
        writing.extend(names.iter().map(String::as_str).filter(|name| {
            let first = name.split('/').next().unwrap_or_default();
            owned.contains(*name) || !taken.contains(first.as_bytes()) || is_free(&around.join(name))
        }));
        writing.sort_unstable();
        writing.dedup();
        records.write_writing(&writing)?;
        Ok((records, owned))
    }

    /// Takes over the records of before that are files of their own, `NAME.json` or `APP/NAME.json`. What cannot be read
    /// stays where it is.
    fn take_single(&mut self, below: &str, owned: &mut HashSet<String>) -> io::Result<()> {
        for entry in fs::read_dir(self.folder.join(below))? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            if below.is_empty() && entry.file_type()?.is_dir() {
                self.take_single(&name, owned)?;
            } else if let Some(name) = name.strip_suffix(".json") {
                let name = if below.is_empty() { name.to_owned() } else { [below, "/", name].concat() };
                let provenance = serde_json::from_slice::<Provenance>(&fs::read(entry.path())?);
                if let Ok(record) = provenance.map_err(io::Error::from).and_then(|provenance| {
                    Record::new(&name, &provenance, None).map_err(|error| io::Error::other(error.to_string()))
                }) {
                    self.add(record);
                    self.single.push(entry.path());
                }
                owned.insert(name);
            }
        }
        Ok(())
    }

    /// Adds a record, and returns the memory of its line. What goes wrong is said at the end.
    pub(super) fn add(&mut self, record: Record) -> Vec<u8> {
        let start = self.added.last().map_or(0, |last| last.start + last.len);
        self.added.push(At { folder: record.folder, start, len: record.line.len() as u64 });
        if let Err(cause) = self.file.write_all(&record.line) {
            let path = self.folder.join(ADDED);
            self.failed.get_or_insert_with(|| Error::io(format!("cannot write {}", path.display()), cause));
        }
        record.line
    }

    /// Puts the records of this run in the place of older ones. Of folders that it failed to write to their end, as of
    /// those that a killed run left behind, there is no record.
    ///
    /// # Errors
    /// They cannot be written; then those of before are still there.
    pub(super) fn close(&mut self, broken: Vec<String>) -> Result<()> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let path = self.folder.join(RECORDS);
        let fail = || format!("cannot write {}", path.display());
        self.file.flush().or_fail(fail)?;
        self.unknown.extend(broken);
        for at in &self.added {
            self.unknown.remove(&at.folder);
        }
        self.merge(&path).or_fail(fail)?;
        self.write_writing(&self.unknown.iter().map(String::as_str).collect::<Vec<_>>())?;
        for path in &self.single {
            fs::remove_file(path).or_fail(|| format!("cannot remove {}", path.display()))?;
            if let Some(app) = path.parent().filter(|app| **app != self.folder) {
                // Other files may be in it.
                let _ = fs::remove_dir(app);
            }
        }
        Ok(())
    }

    fn merge(&mut self, path: &Path) -> io::Result<()> {
        let added = self.folder.join(ADDED);
        let in_order = self.added.is_sorted_by(|a, b| a.folder < b.folder);
        if in_order && self.known.is_empty() {
            return fs::rename(added, path);
        }
        // The last record of a folder counts.
        self.added.reverse();
        self.added.sort_by(|a, b| a.folder.cmp(&b.folder));
        self.added.dedup_by(|later, first| later.folder == first.folder);
        let mut known = std::mem::take(&mut self.known);
        known.retain(|at| {
            !self.unknown.contains(&at.folder)
                && self.added.binary_search_by(|added| added.folder.cmp(&at.folder)).is_err()
        });
        let mut all: Vec<(bool, &At)> = known.iter().map(|at| (false, at)).collect();
        all.extend(self.added.iter().map(|at| (true, at)));
        all.sort_by(|(_, a), (_, b)| a.folder.cmp(&b.folder));
        let merged = self.folder.join(MERGED);
        let mut to = BufWriter::with_capacity(64 << 10, File::create(&merged)?);
        let mut new = Pieces::of(File::open(&added)?);
        let mut old = if known.is_empty() { None } else { Some(Pieces::of(File::open(path)?)) };
        for (is_new, at) in all {
            match &mut old {
                Some(old) if !is_new => old.copy(at, &mut to)?,
                _ => new.copy(at, &mut to)?,
            }
        }
        to.flush()?;
        fs::rename(merged, path)?;
        fs::remove_file(added)
    }

    /// Says which folders may be half written.
    fn write_writing(&self, names: &[&str]) -> Result<()> {
        let path = self.folder.join(WRITING);
        let fail = || format!("cannot write {}", path.display());
        if names.is_empty() {
            return match fs::remove_file(&path) {
                Err(cause) if cause.kind() != ErrorKind::NotFound => Err(Error::io(fail(), cause)),
                _ => Ok(()),
            };
        }
        let text = serde_json::to_vec(names).or_fail(fail)?;
        let beside = self.folder.join(MERGED);
        fs::write(&beside, text).and_then(|()| fs::rename(&beside, &path)).or_fail(fail)
    }
}

/// A file of which pieces are copied.
struct Pieces {
    file: BufReader<File>,
    at: u64,
}

impl Pieces {
    fn of(file: File) -> Pieces {
        Pieces { file: BufReader::with_capacity(64 << 10, file), at: 0 }
    }

    fn copy(&mut self, piece: &At, to: &mut impl Write) -> io::Result<()> {
        if self.at != piece.start {
            self.file.seek(SeekFrom::Start(piece.start))?;
        }
        let copied = io::copy(&mut (&mut self.file).take(piece.len), to)?;
        self.at = piece.start + copied;
        if copied == piece.len { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
    }
}

/// The names of what is in a folder.
fn names_in(folder: &Path) -> io::Result<HashSet<Vec<u8>>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().into_vec())).collect()
}

/// Whether nothing is at a path, or an empty folder.
fn is_free(path: &Path) -> bool {
    match fs::read_dir(path) {
        Ok(mut entries) => entries.next().is_none(),
        Err(cause) => cause.kind() == ErrorKind::NotFound,
    }
}

/// Where the records of a file are. None if there is no file.
fn read_records(path: &Path) -> Result<Vec<At>> {
    let fail = || format!("cannot read {}", path.display());
    let mut file = match File::open(path) {
        Ok(file) => BufReader::with_capacity(64 << 10, file),
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(Error::io(fail(), cause)),
    };
    let (mut known, mut start, mut line) = (Vec::new(), 0, Vec::new());
    loop {
        line.clear();
        let len = file.read_until(b'\n', &mut line).or_fail(fail)? as u64;
        if len == 0 {
            return Ok(known);
        }
        let named: Named<'_> = serde_json::from_slice(&line)
            .ok()
            .filter(|_| line.ends_with(b"\n"))
            .ok_or_else(|| wrong(path, known.len() + 1, "expected a record: a line of JSON with a folder"))?;
        known.push(At { folder: named.folder.into_owned(), start, len });
        start += len;
    }
}

/// The names of folders that a run which did not end may have begun. None if there was no such run.
fn read_writing(path: &Path) -> Result<BTreeSet<String>> {
    match fs::read(path) {
        Ok(text) => serde_json::from_slice(&text).map_err(|_| wrong(path, 1, "expected a list of folders in JSON")),
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(BTreeSet::new()),
        Err(cause) => Err(Error::io(format!("cannot read {}", path.display()), cause)),
    }
}

fn wrong(path: &Path, line: usize, expected: &str) -> Error {
    Error::input(expected)
        .at(Place { file: path.display().to_string(), line, column: 0, text: None })
        .hint("mend it, or remove it and the folders that it is about")
}
