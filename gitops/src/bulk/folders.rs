//! The folders that renderings are written to.
//!
//! A fleet is many small files, and making them is most of what the system has to do for it. So each is opened by its way from
//! the folder around them, and not from the root, which would have to be walked anew; a handle for each deployment's own folder
//! takes longer than that one step. A deployment's files are opened, then written and then closed: each of these takes a part of
//! the system that fills most of what a processor keeps at hand of it, and file by file a twelfth more time.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use rustix::fs::{Mode, OFlags};
use thinlock_renderer::manifest::OutputFile;

use super::Files;
use super::records::{Record, Records};
use crate::error::{self, Context, Error, Result};

/// A folder with a folder for each deployment in it, and their records in `.thinlock`.
#[derive(Debug)]
pub struct Folders {
    path: PathBuf,
    names: Vec<String>,
    // It is made when the first deployment is written.
    opened: OnceLock<Result<Opened>>,
}

#[derive(Debug)]
struct Opened {
    around: OwnedFd,
    /// The folders that an earlier run wrote.
    owned: HashSet<String>,
    records: Mutex<Records>,
    /// Memory of lines that were added. Each is large enough for the allocator to tidy up before it gives another one.
    lines: Mutex<Vec<Vec<u8>>>,
    /// The folders that were begun, and could not be written to the end.
    broken: Mutex<Vec<String>>,
}

impl Folders {
    /// The folders below a path, which need not be there; of the names given some or all are going to be written.
    pub fn new(path: PathBuf, names: Vec<String>) -> Folders {
        Folders { path, names, opened: OnceLock::new() }
    }

    /// Writes a deployment's files into the folder `name`, a relative path, which then holds nothing else. A folder with
    /// files that no run wrote is not touched. What is returned is for [`Folders::add`].
    ///
    /// # Errors
    /// The folder holds files that no run wrote, or cannot be written.
    pub fn write(&self, name: &str, files: &Files) -> Result<Record> {
        let opened = match self.opened.get_or_init(|| self.open()) {
            Ok(opened) => opened,
            Err(cause) => return Err(cause.clone()),
        };
        let Opened { around, owned, lines, broken, .. } = opened;
        let memory = lines.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let record = Record::new(name, &files.provenance, memory)?;
        let path = || self.path.join(name);
        let fail = || format!("cannot write {}", path().display());
        // Mostly the folder is not there yet, but the one around it is.
        let occupied = match retried(|| rustix::fs::mkdirat(around, name, Mode::from_raw_mode(0o777))) {
            Ok(()) => false,
            Err(cause) if cause.kind() == ErrorKind::NotFound => {
                fs::create_dir_all(path()).or_fail(fail)?;
                false
            }
            Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {
                fs::read_dir(path()).or_fail(fail)?.next().is_some()
            }
            Err(cause) => return Err(Error::io(fail(), cause)),
        };
        if occupied && !owned.contains(name) {
            return Err(Error::new(
                error::ErrorKind::Conflict,
                format!("{} holds files that thinlock did not write", path().display()),
            )
            .hint("name another --output-dir, or empty the folder"));
        }
        self.write_files(name, around, files, occupied).inspect_err(|_| {
            broken.lock().unwrap_or_else(PoisonError::into_inner).push(name.to_owned());
        })?;
        Ok(record)
    }

    /// Adds the record of a folder that was written, in the order in which they are to be written down.
    pub fn add(&self, record: Record) {
        if let Some(Ok(opened)) = self.opened.get() {
            let line = opened.records.lock().unwrap_or_else(PoisonError::into_inner).add(record);
            opened.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    }

    /// Writes the records down: without this, the folders that were written are known to be thinlock's, but not what they
    /// were made of.
    ///
    /// # Errors
    /// The records cannot be written.
    pub fn close(self) -> Result<()> {
        let Some(Ok(Opened { records, broken, .. })) = self.opened.into_inner() else { return Ok(()) };
        let broken = broken.into_inner().unwrap_or_else(PoisonError::into_inner);
        records.into_inner().unwrap_or_else(PoisonError::into_inner).close(broken)
    }

    fn open(&self) -> Result<Opened> {
        let fail = || format!("cannot write {}", self.path.display());
        fs::create_dir_all(&self.path).or_fail(fail)?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let around = retried(|| rustix::fs::openat(rustix::fs::CWD, &self.path, flags, Mode::empty())).or_fail(fail)?;
        let (records, owned) = Records::open(&self.path, &self.names)?;
        let (records, lines, broken) = (Mutex::new(records), Mutex::default(), Mutex::default());
        Ok(Opened { around, owned, records, lines, broken })
    }

    fn write_files(&self, name: &str, around: impl AsFd, files: &Files, occupied: bool) -> Result<()> {
        let path = || self.path.join(name);
        let fail = || format!("cannot write {}", path().display());
        let mut kept: BTreeSet<PathBuf> = BTreeSet::new();
        // A flat layout has no further folders, and most others few.
        let mut made = "";
        let longest = files.files.iter().map(|file| file.path.len()).max().unwrap_or_default();
        let mut place = String::with_capacity(name.len() + 1 + longest);
        place.push_str(name);
        place.push('/');
        let mut open = Vec::with_capacity(files.files.len().min(OPEN));
        for file in files.files.iter() {
            place.truncate(name.len() + 1);
            place.push_str(file.path);
            if let Some((parent, _)) = file.path.rsplit_once('/')
                && made != parent
            {
                fs::create_dir_all(path().join(parent)).or_fail(fail)?;
                made = parent;
            }
            if open.len() == OPEN {
                write_all(&mut open, path)?;
            }
            match create_at(&around, &place).or_fail(|| fail_of(&path(), &file)) {
                Ok(to) => open.push((to, file)),
                Err(error) => {
                    // Those that are open already have lost what was in them.
                    let _ = write_all(&mut open, path);
                    return Err(error);
                }
            }
            if occupied {
                kept.insert(path().join(file.path));
            }
        }
        write_all(&mut open, path)?;
        if occupied {
            remove_others(&path(), &kept).or_fail(fail)?;
        }
        Ok(())
    }
}

/// What a system call says in the end.
fn retried<T>(call: impl FnMut() -> rustix::io::Result<T>) -> io::Result<T> {
    rustix::io::retry_on_intr(call).map_err(io::Error::from)
}

/// How many files each thread has open at once at most; a process may often have 1,024.
const OPEN: usize = 16;

/// As [`File::create`], for a path from a folder.
fn create_at(folder: impl AsFd, path: &str) -> io::Result<File> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::CLOEXEC;
    retried(|| rustix::fs::openat(&folder, path, flags, Mode::from_raw_mode(0o666))).map(File::from)
}

/// Writes files, and then closes them. Where one fails the others are written all the same, as opening them has emptied them.
fn write_all(open: &mut Vec<(File, OutputFile<'_>)>, folder: impl Fn() -> PathBuf) -> Result<()> {
    let mut result = Ok(());
    for (to, file) in open.iter_mut() {
        let written = to.write_all(file.content).or_fail(|| fail_of(&folder(), file));
        result = result.and(written);
    }
    open.clear();
    result
}

fn fail_of(folder: &Path, file: &OutputFile<'_>) -> String {
    format!("cannot write {}", folder.join(file.path).display())
}

/// Removes what is not kept, and folders that become empty. Links are removed, never followed. Says whether anything
/// is left.
fn remove_others(folder: &Path, kept: &BTreeSet<PathBuf>) -> io::Result<bool> {
    let mut left = false;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if remove_others(&path, kept)? {
                left = true;
            } else {
                fs::remove_dir(&path)?;
            }
        } else if kept.contains(&path) {
            left = true;
        } else {
            fs::remove_file(&path)?;
        }
    }
    Ok(left)
}
